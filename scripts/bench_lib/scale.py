"""scale.py - the whole job at 25 to 2500 km2 and 2 m: time, memory, bytes and cost per km2, and what follows for other machines.

Images and elevation are mosaics of one made block (mosaic.py; --mosaic vrt, or tif: read as a survey's own file would be), so that every size has the same content a km2, the same training
polygons and reference points (those of the first block) and needs no disk of its own. Districts are squares of one block. What
each size costs per km2 is thus comparable.
"""
import json
import math
import os
import shutil

from osgeo import gdal

from . import block_table, mosaic
from .scene import sh
from .table import Limits, run_once

PIXEL_M = 2.0
FORM = "{:>6} {:<24} {:>9} {:>9} {:>6} {:>9} {:>9} {:>9} {:>9} {:>9} {:>8}"
HEAD = ("km2", "stage", "wall s", "CPU s", "cores", "Mpx/s", "s/km2", "peak MB", "read MB", "write MB", "of I/O")


def make_job(block, folder, km2, args):
    """The job of one size; returns (job file, side in px)."""
    side = round(math.sqrt(km2 * 1e6) / PIXEL_M)
    folder.mkdir(parents=True, exist_ok=True)
    text = (block / "job.yaml").read_text()
    for kind in ("image", "dem"):
        for year in (2024, 2025):
            source = block / f"{kind}_{year}.tif"
            make = mosaic.write_vrt if args.mosaic == "vrt" else block_table.write
            text = text.replace(f"{kind}_{year}.tif", str(make(mosaic.mirror(source), side, folder / f"{kind}_{year}.{args.mosaic}")))
    zones = folder / "districts.gpkg"
    zones.unlink(missing_ok=True)
    mosaic.write_zones(block / "image_2024.tif", side, zones)
    for name in ("training.gpkg", "reference.gpkg"):
        text = text.replace(name, str(block / name))
    text = "\n".join(line for line in text.splitlines() if "watersheds" not in line) + (f"\nforest: {{trees: {args.trees}}}\n" if args.trees else "\n")
    job = folder / "job.yaml"
    job.write_text(text)
    return job, side


def disk_bytes(folder):
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())


def io_limit(limits, block, threads, mpx, out):
    """Seconds to decode both dates' images and elevations and to encode the maps that stay, on `threads`, by the block's rates."""
    raster = gdal.Open(str(block / "image_2024.tif"))
    blocks = mpx / (raster.RasterXSize * raster.RasterYSize / 1e6)
    seconds = sum(limits.decode(mosaic.mirror(block / f"{kind}_{y}.tif")[0], threads) for kind in ("image", "dem") for y in (2024, 2025)) * blocks
    for path in sorted(out.glob("*.tif")):
        seconds += limits.encode(path, threads) if mpx < 120 else limits.encode(crop(path, out), threads) * mpx / 16.777216
    return seconds


def crop(path, out):
    """4096 x 4096 px of a map too large to be held in memory."""
    small = out.parent / f"limit_{path.name}"
    if not small.exists():
        sh("gdal_translate", "-q", "-srcwin", 0, 0, 4096, 4096, "-co", "TILED=YES", "-co", "BLOCKXSIZE=512", "-co", "BLOCKYSIZE=512", "-co",
           "COMPRESS=ZSTD", path, small)
    return small


def run_size(program, block, folder, km2, args, limits, threads):
    """Runs one job; prints a line a stage; returns its figures."""
    job, side = make_job(block, folder, km2, args)
    out, mpx = folder / "out", side * side / 1e6
    shutil.rmtree(out, ignore_errors=True)
    cost = run_once([program, "run", job, "--memory", args.memory, "--threads", threads, "--quiet"])
    receipt = json.loads((out / "receipt.json").read_text())
    for name, s in receipt["stages"].items():
        wall, cpu = s["seconds"], s.get("cpu_seconds", 0)
        print(FORM.format(km2, name, f"{wall:.2f}", f"{cpu:.2f}", f"{cpu / wall if wall else 0:.2f}", f"{mpx / wall if wall else 0:.2f}",
                          f"{wall / km2:.4f}", f"{s['peak_memory_bytes'] / 2**20:.0f}", f"{s.get('bytes_read', 0) / 1e6:.0f}",
                          f"{s.get('bytes_written', 0) / 1e6:.0f}", "-"), flush=True)
    limit = io_limit(limits, block, threads, mpx, out) if limits else 0
    stages = receipt["stages"].values()
    print(FORM.format(km2, f"all, {threads} threads", f"{cost.wall:.2f}", f"{cost.cpu:.2f}", f"{cost.cpu / cost.wall:.2f}",
                      f"{2 * mpx / cost.wall:.2f}", f"{cost.wall / km2:.4f}", f"{cost.peak_mb:.0f}",
                      f"{sum(s.get('bytes_read', 0) for s in stages) / 1e6:.0f}", f"{sum(s.get('bytes_written', 0) for s in stages) / 1e6:.0f}",
                      f"{100 * limit / cost.wall:.0f} %" if limit else "-"))
    counts = {k: receipt[k] for k in receipt if k.startswith(("patches_", "changes_"))}
    patches = ", ".join(f"{k}: {v['patches']}" for k, v in counts.items())
    print(f"       {patches}; {disk_bytes(out) / 1e6:.0f} MB on disk", flush=True)
    fixed = receipt["stages"].get("train", {"seconds": 0})["seconds"]
    return {"km2": km2, "wall": cost.wall, "cpu": cost.cpu, "peak_mb": cost.peak_mb, "fixed": fixed, "limit": limit, "threads": threads}


def project(results, single, cores):
    """What other pixel sizes and machines would take, and on what it rests."""
    large, finer = results[-1], (PIXEL_M / 0.8)**2
    rests = "measured" if large["km2"] == 2500 else f"from {large['km2']} km2: training once, the rest by area"
    area = (large["wall"] - large["fixed"]) / large["km2"] * 2500
    print(f"\n2500 km2 at 2 m on {cores} cores: {large['fixed'] + area:.0f} s ({rests})")
    print(f"2500 km2 at 0.8 m on {cores} cores: {large['fixed'] + area * finer:.0f} s: {finer:.2f} times the pixels, patches a km2 as at 2 m, "
          "training as it is")
    if large["limit"]:
        print(f"limit of decoding the inputs and encoding the outputs once, {cores} threads, by rates of this run: "
              f"{large['limit'] * 2500 / large['km2']:.0f} s for 2500 km2 at 2 m, {100 * large['limit'] / large['wall']:.0f} % of the time "
              f"at {large['km2']} km2")
    if not single or cores < 2:
        return
    pair = next(r for r in results if r["km2"] == single["km2"])
    speedup, got = single["wall"] / pair["wall"], single["cpu"] / single["wall"]
    if got < 0.9 or speedup <= 1:
        work = large["cpu"] / large["km2"] * 2500
        return print(f"other work ran here: one thread got {100 * got:.0f} % of a core, so that these seconds do not hold and no serial share can "
                     f"be told. By processor time 2500 km2 at 2 m take at most {work:.0f} CPU s: {work / cores:.0f} s on {cores} free cores, "
                     f"{work / 16:.0f} s on 16 and {work / 64:.0f} s on 64 were nothing serial")
    serial = max(0.0, (cores / speedup - 1) / (cores - 1))
    print(f"{single['km2']} km2 on 1 thread: {single['wall']:.1f} s, on {cores}: {pair['wall']:.1f} s: {speedup:.2f} x, a serial share of "
          f"{100 * serial:.1f} % (Amdahl), training with it")
    for n in (16, 64):
        gain = speedup_of(serial, cores) / speedup_of(serial, n)
        print(f"2500 km2 at 2 m on {n} cores: {(large['fixed'] + area) * gain:.0f} s; at 0.8 m {(large['fixed'] + area * finer) * gain:.0f} s. "
              f"Rests on: that serial share from 1 and {cores} threads, no more of it on {n} (not measured), memory bandwidth and disks that "
              "grow with the cores")
    return None


def speedup_of(serial, n):
    return 1 / (serial + (1 - serial) / n)


def run(args, folder, program, helpers):
    sizes = sorted(int(s) for s in args.scale.split(","))
    cores = len(os.sched_getaffinity(0))
    block = folder / "block"
    block.parent.mkdir(parents=True, exist_ok=True)
    if not (block / "job.yaml").exists():
        sh(program, "simulate", block, "--size-px", args.block, "--seed", 1, "--overwrite", "--quiet")
    limits = Limits(helpers / "bench_limits", min(3, args.runs), folder) if (helpers / "bench_limits").exists() else None
    print(f"{args.mosaic} mosaics of a made block of {args.block} px and its mirror images, two dates with elevation, --memory {args.memory}, {args.trees or 'default'} trees, {cores} cores, "
          f"load {os.getloadavg()[0]:.2f}")
    print(FORM.format(*HEAD))
    results, single = [], None
    for km2 in sizes:
        where = folder / f"scale_{km2}"
        results.append(run_size(program, block, where, km2, args, limits, cores))
        if cores > 1 and single is None and (km2 >= 100 or km2 == sizes[-1]):
            single = run_size(program, block, where, km2, args, limits, 1)
        if km2 > 400:
            shutil.rmtree(where / "out", ignore_errors=True)
    project(results, single, cores)
    first = next((r for r in results if r["km2"] >= 100), results[0])
    last = results[-1]
    if last is not first:
        a, b = ((r["wall"] - r["fixed"]) / r["km2"] for r in (first, last))
        print(f"time per km2 (training apart) at {last['km2']} km2 / at {first['km2']} km2: {b / a:.3f} (wanted <= 1.10)")
        print(f"peak memory at {last['km2']} km2 / at {first['km2']} km2: {last['peak_mb']:.0f} / {first['peak_mb']:.0f} MB (wanted: the same)")
