"""laws.py MINESCAR [law...] - the promises of the tool, tried on a made scene.

  threads    sha256 of every output is the same for 1, 2, 4, 7 threads
  tiles      pixels and geometries are the same for tiles of 64, 256, 511, 1024 px and memory caps of 256M and 2G
  kernels    and for the scalar, AVX2 and AVX-512 kernel tables (a table that the machine lacks falls back, and says so)
  gauss      and all three hold for a model of signatures
  polygons   every polygon is valid by GEOS, none overlaps, areas sum to pixels x pixel area; the same patches as GDAL's polygonizer
  simplified the same with simplification, within 0.01 %
  sieve      no region under the unit; f(f(x)) = f(x); not observed is kept
  specks     the sieve's memory follows the width of a map, not its number of small regions; any cap, tile and thread: the same pixels
  shift      an image shifted by 0.5 to 3 px against itself is found to have moved so far; reports and moved images are the same
             for any threads and tiles
  self       a year compared with itself gives no change
  transitions  the from-to table is what the maps hold
  masks      what lies in shadow has neither class nor change, and its area is told by reason and zone
  shards     a run in two shards at once, joined by a third, leaves the same files with the same bytes as one run
  resume     a run that is killed leaves nothing half-written and ends with the same bytes when run again
"""
import csv
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter

import numpy as np
from osgeo import gdal, ogr

gdal.UseExceptions()
ogr.UseExceptions()
MINESCAR = os.path.abspath(sys.argv[1])
SIZE = "700"
FEATURES = "ndvi,brightness,mean:7,std:7,range:9:red,slope,tpi:31"
n_passed = n_failed = 0


def check(what, ok, detail=""):
    global n_passed, n_failed
    if ok:
        n_passed += 1
    else:
        n_failed += 1
    print(f"{'ok    ' if ok else 'FAILED'} {what}{'' if ok else ': ' + str(detail)}", flush=True)


def minescar(*args, env=None, may_fail=False):
    done = subprocess.run([MINESCAR, *map(str, args), "--quiet"], capture_output=True, text=True, env={**os.environ, **(env or {})})
    if done.returncode and not may_fail:
        raise SystemExit(f"minescar {' '.join(map(str, args))}: {done.stderr}")
    return done


def sha(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def pixels(path):
    return gdal.Open(str(path)).ReadAsArray()


def geometries(path):
    source = ogr.Open(str(path))
    layer = source.GetLayer(0)
    return [(f.ExportToJson(options=["COORDINATE_PRECISION=6"])) for f in layer]


def scene(folder):
    made = folder / "scene"
    if not (made / "job.yaml").exists():
        minescar("simulate", made, "--size-px", SIZE, "--seed", "6", "--overwrite")
        mask_shadow(made / "job.yaml")
        minescar("run", made / "job.yaml")
    return made


def mask_shadow(job):
    job.write_text(job.read_text() + "masks: {terrain_shadow: true}\n")


def steps(made, out, *options, env=None):
    """The pixel and polygon steps of the job, each as its own command."""
    out.mkdir(parents=True, exist_ok=True)
    model = made / "out" / "model.msm"
    o = [*options, "--overwrite"]
    for year in (2024, 2025):
        minescar("classify", made / f"image_{year}.tif", out / f"classes_{year}.tif", "--model", model, "--dem",
                 made / f"dem_{year}.tif", "--confidence", out / f"confidence_{year}.tif", *o, env=env)
    minescar("change", out / "classes_2024.tif", out / "classes_2025.tif", out / "change.tif", *o, env=env)
    minescar("irmad", made / "image_2024.tif", made / "image_2025.tif", out / "evidence.tif", "--sample-px", 60000, "--report",
             out / "evidence.json", "--classes-after", out / "classes_2025.tif", *o, env=env)
    minescar("sieve", out / "classes_2025.tif", out / "sieved.tif", "--mmu-px", 100, *o, env=env)
    minescar("majority", out / "classes_2025.tif", out / "majority.tif", "--window", 7, *o, env=env)
    minescar("features", made / "image_2025.tif", out / "features.tif", "--dem", made / "dem_2025.tif", "--features", FEATURES, *o, env=env)
    minescar("vectorize", out / "sieved.tif", out / "patches.gpkg", *o, env=env)
    minescar("vectorize", out / "classes_2025.tif", out / "raw.fgb", "--simplify-m", 3, *o, env=env)
    return out


RASTERS = ("classes_2024", "classes_2025", "confidence_2024", "confidence_2025", "change", "evidence", "sieved", "majority", "features")


def same_content(a, b):
    for name in RASTERS:
        if pixels(a / f"{name}.tif").tobytes() != pixels(b / f"{name}.tif").tobytes():
            return name
    for name in ("patches.gpkg", "raw.fgb"):
        if geometries(a / name) != geometries(b / name):
            return name
    return ""


def law_threads(folder):
    made = scene(folder)
    want = {p.name: sha(p) for p in steps(made, folder / "t1", "--threads", 1).iterdir()}
    for threads in (2, 4, 7):
        got = {p.name: sha(p) for p in steps(made, folder / "tn", "--threads", threads).iterdir()}
        differ = [n for n in want if want[n] != got.get(n) and not n.endswith(".gpkg")]
        check(f"threads {threads}: the same bytes", not differ, differ)
        check(f"threads {threads}: the same patches", geometries(folder / "t1/patches.gpkg") == geometries(folder / "tn/patches.gpkg"))


def law_tiles(folder):
    made = scene(folder)
    want = steps(made, folder / "whole", "--tile", 1024)
    for tile in (64, 256, 511):
        check(f"tile {tile}: the same pixels and polygons", not (d := same_content(want, steps(made, folder / "tile", "--tile", tile))), d)
    for memory in ("256M", "2G"):
        check(f"memory {memory}: the same pixels and polygons",
              not (d := same_content(want, steps(made, folder / "memory", "--memory", memory))), d)


def law_kernels(folder):
    made = scene(folder)
    want = steps(made, folder / "scalar", env={"MINESCAR_CPU": "scalar"})
    flags = pathlib.Path("/proc/cpuinfo").read_text()
    for table, flag in (("avx2", "avx2"), ("avx512", "avx512bw"), ("avx512vbmi", "avx512_vbmi2")):
        if flag not in flags.split():
            print(f"skip   kernels {table}: this processor has no {flag}")
            continue
        got = steps(made, folder / "table", env={"MINESCAR_CPU": table})
        check(f"kernels {table}: the same pixels and polygons", not (d := same_content(want, got)), d)


def law_gauss(folder):
    made = folder / "unclassified"
    minescar("simulate", made, "--size-px", SIZE, "--seed", "7", "--overwrite")
    model, image = folder / "gauss.msm", made / "image_2025.tif"
    train = ["train", made / "image_2024.tif", image, made / "training.gpkg", model, "--year", 2024, "--year", 2025, "--year-field", "year",
             "--class-field", "code", "--method", "gauss", "--overwrite"]
    minescar(*train, "--threads", 1)
    once = sha(model)
    minescar(*train, "--threads", 4, "--tile", 64)
    check("gauss: the same model", sha(model) == once)

    def classify(*options, env=None):
        maps = folder / "gauss.tif", folder / "gauss_sure.tif"
        minescar("classify", image, maps[0], "--model", model, "--confidence", maps[1], "--overwrite", *options, env=env)
        return [pixels(m) for m in maps]

    want = classify("--threads", 1, "--tile", 1024, env={"MINESCAR_CPU": "scalar"})
    check("gauss: more than one class", len(np.unique(want[0])) > 5)
    for table in ("scalar", "avx2", "avx512"):     # a table that the machine lacks falls back
        for options in (("--threads", 2, "--tile", 64), ("--threads", 4, "--tile", 256), ("--threads", 7, "--tile", 511)):
            got = classify(*options, env={"MINESCAR_CPU": table})
            check(f"gauss, {table}, {options}: the same pixels", all(np.array_equal(a, b) for a, b in zip(want, got)))


def polygonize(raster):
    source = gdal.Open(str(raster))
    target = ogr.GetDriverByName("Memory").CreateDataSource("m")
    layer = target.CreateLayer("p")
    layer.CreateField(ogr.FieldDefn("DN", ogr.OFTInteger))
    band = source.GetRasterBand(1)
    gdal.Polygonize(band, band.GetMaskBand(), layer, 0, [])
    return target


def read_patches(path):
    source = ogr.Open(str(path))
    return [(f["DN"] if f.GetFieldIndex("DN") >= 0 else f["TBDM"], f.GetGeometryRef().Clone()) for f in source.GetLayer(0)]


def law_polygons(folder):
    made = scene(folder)
    for name in ("classes_2025", "change_2024_2025"):
        raster, out = made / "out" / f"{name}.tif", folder / f"{name}.gpkg"
        minescar("vectorize", raster, out, "--plain", "--overwrite", "--tile", 128)
        ours = read_patches(out)
        traced = polygonize(raster)
        theirs = [(f["DN"], f.GetGeometryRef().Clone()) for f in traced.GetLayer(0)]
        check(f"{name}: as many patches as GDAL ({len(theirs)})", len(ours) == len(theirs), len(ours))
        check(f"{name}: the same values and areas", Counter((v, round(g.Area())) for v, g in ours) == Counter((v, round(g.Area())) for v, g in theirs))
        check(f"{name}: all valid by GEOS", all(g.IsValid() for _, g in ours))
        data = pixels(raster)
        seen = (data != (0 if data.dtype == np.uint8 else 65535)).sum()
        area = sum(g.Area() for _, g in ours)
        check(f"{name}: areas sum to pixels x pixel area", abs(area - seen * 4.0) < 1e-3, (area, seen * 4.0))
        union = ogr.Geometry(ogr.wkbMultiPolygon)
        for _, g in theirs:
            union.AddGeometry(g)
        union = union.UnionCascaded()
        mine = ogr.Geometry(ogr.wkbMultiPolygon)
        for _, g in ours:
            mine.AddGeometry(g)
        check(f"{name}: the same union", mine.UnionCascaded().SymDifference(union).Area() < 1e-6)


def law_simplified(folder):
    made = scene(folder)
    raster, out = made / "out/classes_2025.tif", folder / "simple.gpkg"
    minescar("vectorize", raster, out, "--plain", "--simplify-m", 4, "--overwrite")
    ours = read_patches(out)
    area = sum(g.Area() for _, g in ours)
    cover = ogr.Geometry(ogr.wkbMultiPolygon)
    for _, g in ours:
        cover.AddGeometry(g)
    union = cover.UnionCascaded().Area()
    seen = (pixels(raster) != 0).sum() * 4.0
    check("simplified: all valid by GEOS", all(g.IsValid() for _, g in ours), sum(not g.IsValid() for _, g in ours))
    check("simplified: no overlap", abs(area - union) < 1e-3, (area, union))
    check("simplified: area within 0.01 %", abs(area - seen) <= 1e-4 * seen, (area, seen))


def law_sieve(folder):
    made = scene(folder)
    for unit in (10, 100):
        minescar("sieve", made / "out/classes_2025.tif", folder / "s1.tif", "--mmu-px", unit, "--overwrite")
        minescar("sieve", folder / "s1.tif", folder / "s2.tif", "--mmu-px", unit, "--overwrite")
        before, once, twice = pixels(made / "out/classes_2025.tif"), pixels(folder / "s1.tif"), pixels(folder / "s2.tif")
        check(f"sieve {unit}: f(f(x)) = f(x)", np.array_equal(once, twice))
        check(f"sieve {unit}: not observed is kept", np.array_equal(before == 0, once == 0))
        minescar("vectorize", folder / "s1.tif", folder / "s1.gpkg", "--plain", "--overwrite")
        small = [(v, g) for v, g in read_patches(folder / "s1.gpkg") if g.Area() < unit * 4.0 - 1e-6]
        everything = read_patches(folder / "s1.gpkg")
        alone = [g for _, g in small if not any(g is not h and g.Intersects(h) and g.Intersection(h).Length() > 0 for _, h in everything)]
        check(f"sieve {unit}: no region under the unit that has a neighbour", len(alone) == len(small), len(small) - len(alone))


def peak_mb(*args):
    """Through a small process: one that starts another lends it its own peak."""
    ask = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    done = subprocess.run([sys.executable, "-c", ask, MINESCAR, *map(str, args), "--quiet"], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"minescar {' '.join(map(str, args))}: {done.stderr}")
    return int(done.stdout.split()[-1]) / 1024


def law_specks(folder):
    rng = np.random.default_rng(7)
    peaks = []
    for n_down in (1, 6):
        block = np.kron(rng.integers(0, 6, (128 * n_down, 128)).astype(np.uint8), np.ones((16, 16), np.uint8))
        v = np.where(rng.random(block.shape) < 0.25, rng.integers(1, 7, block.shape), block).astype(np.uint8)
        path, out = folder / f"specks{n_down}.tif", folder / "cleaned.tif"
        made = gdal.GetDriverByName("GTiff").Create(str(path), v.shape[1], v.shape[0], 1, gdal.GDT_Byte, ["COMPRESS=DEFLATE", "TILED=YES"])
        made.GetRasterBand(1).SetNoDataValue(0)
        made.WriteArray(v)
        made = None
        peaks.append(peak_mb("sieve", path, out, "--mmu-px", 30, "--memory", "96M", "--threads", 2, "--overwrite"))
        if n_down > 1:
            continue
        want = pixels(out)
        check("specks: not observed is kept", np.array_equal(v == 0, want == 0))
        for options in (("--tile", 64), ("--tile", 300, "--threads", 3), ("--memory", "2G", "--threads", 1)):
            minescar("sieve", path, out, "--mmu-px", 30, *options, "--overwrite")
            check(f"specks: the same pixels with {' '.join(map(str, options))}", np.array_equal(pixels(out), want))
    # Records of a tile row and the libraries' caches are all that may grow; a graph of regions would take 300 MB.
    check("specks: six times the regions in the same memory", peaks[1] < peaks[0] + 8, peaks)


def shifted_copy(source, to, dx, dy):
    """The image with its content moved by (dx, dy) px, by GDAL's cubic."""
    image = gdal.Open(str(source))
    g = image.GetGeoTransform()
    w, h = image.RasterXSize, image.RasterYSize
    west, north = g[0] - dx * g[1], g[3] - dy * g[5]
    made = gdal.Warp(str(to), image, outputBounds=(west, north + h * g[5], west + w * g[1], north), width=w, height=h, resampleAlg="cubic")
    made.SetGeoTransform(g)
    for b in range(image.RasterCount):
        made.GetRasterBand(b + 1).SetDescription(image.GetRasterBand(b + 1).GetDescription())
    made.FlushCache()


def law_shift(folder):
    made = scene(folder)
    for year in (2024, 2025):
        for px in (0.5, 1, 2, 3):
            dx, dy = px * 0.8, px * -0.6
            shifted_copy(made / f"image_{year}.tif", folder / "moved.tif", dx, dy)
            minescar("shift", made / f"image_{year}.tif", folder / "moved.tif", folder / "shift.json", "--overwrite")
            r = json.loads((folder / "shift.json").read_text())
            measured = [(t["dx_px"] - dx, t["dy_px"] - dy) for t in r["tiles"] if t["state"] == "measured"]
            worst = max(max(map(abs, e)) for e in measured)
            check(f"{year} by {px} px: found", abs(r["median_dx_px"] - dx) < 0.03 and abs(r["median_dy_px"] - dy) < 0.03 and worst < 0.1
                  and len(measured) > 0.6 * r["n_tiles"], (r["median_dx_px"], r["median_dy_px"], worst, len(measured)))
    images = made / "image_2024.tif", made / "image_2025.tif"
    minescar("shift", *images, folder / "want.json", "--threads", 1, "--overwrite")
    want = (folder / "want.json").read_bytes()
    truth = json.loads(want)
    check("the simulator's own shift is found", abs(truth["median_dx_px"] + 0.32) < 0.1 and abs(truth["median_dy_px"] - 0.24) < 0.1, truth["median_dx_px"])
    move = ["--features", "bands", "--shift", folder / "want.json", "--overwrite"]
    minescar("features", images[0], folder / "want.tif", *move, "--threads", 1)
    for options in (["--threads", 3], ["--tile", 64], ["--tile", 511], ["--memory", "256M"]):
        minescar("shift", *images, folder / "got.json", *options, "--overwrite")
        check(f"{options}: the same report", (folder / "got.json").read_bytes() == want)
        minescar("features", images[0], folder / "got.tif", *move, *options)
        check(f"{options}: the same moved image", pixels(folder / "got.tif").tobytes() == pixels(folder / "want.tif").tobytes())
    minescar("shift", folder / "want.tif", images[1], folder / "left.json", "--band", "red", "--overwrite")
    left = json.loads((folder / "left.json").read_text())
    check("moved, nothing is left", abs(left["median_dx_px"]) < 0.05 and abs(left["median_dy_px"]) < 0.05, left["median_dx_px"])


def law_self(folder):
    made = scene(folder)
    same = made / "out/classes_2024.tif"
    minescar("change", same, same, folder / "self.tif", "--overwrite")
    values = set(np.unique(pixels(folder / "self.tif")))
    check("self: no change", values <= {0, 65535}, values)


def law_shards(folder):
    made = scene(folder)
    job, out, whole = str(made / "job.yaml"), made / "out", folder / "whole"    # one place: a model names what it was grown from
    out.rename(whole)
    shards = [subprocess.Popen([MINESCAR, "run", job, "--shard", f"{i}/2", "--quiet"], stderr=subprocess.DEVNULL) for i in (1, 2)]
    check("shards: both end well", [shard.wait() for shard in shards] == [0, 0])
    left = {p.name for p in out.iterdir()}
    check("shards: each year is classified, no pair compared", {"classes_2024.tif", "classes_2025.tif"} <= left and
          not any(name.startswith("change") for name in left), left)
    own = [json.loads((out / f"receipt_{year}.json").read_text())["stages"][f"classify_{year}"] for year in (2024, 2025)]
    minescar("run", job)
    want, got = ({p.name: p for p in place.iterdir()} for place in (whole, out))
    joined = json.loads(got["receipt.json"].read_text())["stages"]
    check("shards: what they did is not done again", [joined[f"classify_{year}"] for year in (2024, 2025)] == own, own)
    check("shards: the same files", set(want) == set(got), set(want) ^ set(got))
    # A GeoPackage holds the time of writing, a receipt that of the work.
    differ = [n for n in want if want[n].suffix not in (".gpkg", ".json") and sha(want[n]) != sha(got[n])]
    differ += [n for n in want if want[n].suffix == ".gpkg" and geometries(want[n]) != geometries(got[n])]
    check("shards: the same bytes, the same patches", not differ, differ)
    receipts = [json.loads(place["receipt.json"].read_text()) for place in (want, got)]
    check("shards: a complete receipt of the same stages", receipts[1]["complete"] and
          receipts[0]["stages"].keys() == receipts[1]["stages"].keys() and receipts[0].keys() == receipts[1].keys())


def law_resume(folder):
    made = folder / "resume"
    minescar("simulate", made, "--size-px", SIZE, "--seed", "6", "--overwrite")
    mask_shadow(made / "job.yaml")
    minescar("run", made / "job.yaml")
    want = {p.name: sha(p) for p in (made / "out").iterdir() if p.suffix in (".tif", ".msm", ".csv", ".dbf")}
    shutil.rmtree(made / "out")
    for delay in (0.3, 0.7, 1.2, 2.0):
        job = subprocess.Popen([MINESCAR, "run", str(made / "job.yaml"), "--quiet"], stderr=subprocess.DEVNULL)
        time.sleep(delay)
        job.send_signal(signal.SIGKILL)
        job.wait()
        for p in (made / "out").glob("*.tif"):
            if not p.name.startswith("."):
                pixels(p)      # raises when a file under a final name is not whole
    minescar("run", made / "job.yaml")
    got = {p.name: sha(p) for p in (made / "out").iterdir()}
    differ = [n for n in want if want[n] != got.get(n)]
    check("resume: the same bytes after four kills", not differ, differ)


def law_masks(folder):
    made = scene(folder)
    change = pixels(made / "out/change_2024_2025.tif")
    receipt = json.loads((made / "out/receipt.json").read_text())
    for year in (2024, 2025):
        observed, reason = pixels(made / f"out/mask_{year}.tif")
        classes = pixels(made / f"out/classes_{year}.tif")
        check(f"masks {year}: some ground lies in shadow, less than a fifth", 0 < (reason == 2).mean() < 0.2, (reason == 2).mean())
        check(f"masks {year}: observed is what has no reason", ((observed == 1) == (reason == 0)).all())
        check(f"masks {year}: what is masked has no class and no change", (classes[observed == 0] == 0).all() and
              (change[observed == 0] == 65535).all())
        rows = list(csv.reader((made / f"out/unobserved_{year}.csv").read_text(encoding="utf-8-sig").splitlines()))[1:]
        whole, zones = rows[0], [r for r in rows[1:] if r[0] == "district"]
        check(f"masks {year}: zones sum to the whole", all(abs(float(whole[k]) - sum(float(r[k]) for r in zones)) < 1e-3
                                                           for k in range(2, 9)), rows)
        check(f"masks {year}: every reason has its part", all(abs(float(r[3]) - sum(map(float, r[4:]))) < 1e-3 for r in rows), rows)
        m2 = receipt[f"unobserved_{year}"]
        check(f"masks {year}: the receipt has the same area", abs(m2["not_observed_m2"] / 1e4 - float(whole[3])) < 1e-3, m2)


def law_transitions(folder):
    made = scene(folder)
    before, change = pixels(made / "out/classes_2024.tif"), pixels(made / "out/change_2024_2025.tif")
    seen = (change != 65535) & (before != 0)
    rows = [line.split(",") for line in (made / "out/transitions_2024_2025.csv").read_text(encoding="utf-8-sig").splitlines()]
    codes = [int(name.split()[0]) for name in rows[0][1:-1]]
    worst = 0.0
    for row in rows[1:1 + len(codes)]:
        a = int(row[0].split()[0])
        for b, cell in zip(codes, row[1:]):
            px = (seen & (change == a * 256 + b)).sum() if a != b else (seen & (change == 0) & (before == a)).sum()
            worst = max(worst, abs(float(cell) - px * 4e-4) / max(px * 4e-4, 1.0))
    check("transitions: hectares as counted from the maps, to the projection's scale", worst < 1e-3, worst)


def main():
    laws = {name[4:]: f for name, f in globals().items() if name.startswith("law_")}
    folder = pathlib.Path(tempfile.mkdtemp(prefix="laws"))
    try:
        for name in sys.argv[2:] or laws:
            laws[name](folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{n_passed} passed, {n_failed} failed")
    return n_failed != 0


sys.exit(main())
