"""pipeline.py - the whole yearly job, minescar's and the peers', from the same two images and the same polygons.

The judged row does what the peers do: train, classify both dates, compare, clean, polygons with attributes. What minescar makes
beyond it (LEFT_OUT) is switched off there and on in a second row. Every stage of that run is a row of its own, out of its receipt, so
that a new stage needs no line here.
"""
import json
import shutil
import subprocess

import numpy as np

from . import ours
from .otb import nodes
from .scene import accuracy, burn, read, sh
from .table import Cost, timed

# What is written in the job, and what instead; keys that this minescar does not know are left away.
LEFT_OUT = {"deliver: [shp]\n": "deliver: [shp]\nalignment: {mode: off}\n", "vectorize: ": "evidence: {method: off}\nvectorize: ",
            "year: year}": "year: year, folds: 0}", "forest: ": "classify: {site_m: 0}\nchange: {by_region: false, site_m: 0}\nforest: "}

JOB = """minescar: 1
name: bench
output: {out}
classes:
{classes}
epochs:
  - {{year: 2024, image: {before}}}
  - {{year: 2025, image: {after}}}
training: {{samples: {train}, class: code}}
features: [bands]
forest: {{trees: 100, depth: 15}}
vectorize: {{mmu_m2: 400}}
deliver: [shp]
"""


def write_job(scene, images, out):
    """The job for these images. The polygons of each date get its year."""
    from osgeo import ogr
    train = out / "train.shp"
    for i, polygons in enumerate(scene.trains):
        sh("ogr2ogr", "-q", "-append", train, polygons, "-nln", "train", "-dialect", "SQLite", "-sql",
           f"SELECT geometry, code, {2024 + i} AS year FROM {polygons.stem}")
    store = ogr.Open(str(train))
    codes = sorted({feature.GetField("code") for feature in store.GetLayer(0)})
    classes = "\n".join(f"  - {{code: {c}, name: class_{c}, label: class {c}, damage: true}}" for c in codes)
    job = out / "job.yaml"
    text = JOB.format(out=out / "out", classes=classes, before=images[0], after=images[1], train=train)
    job.write_text(text.replace("class: code}", "class: code, year: year}"))
    return job


def change_f1(before, after, truths):
    """F1 of 'changed' against the truth's, where all four are known."""
    a, b = (x if isinstance(x, np.ndarray) else read(x) for x in (before, after))
    t0, t1 = (read(t) for t in truths)
    seen = (a != 0) & (b != 0) & (t0 != 0) & (t1 != 0)
    found, true = (a != b) & seen, (t0 != t1) & seen
    hits = np.count_nonzero(found & true)
    return 2 * hits / max(1, np.count_nonzero(found) + np.count_nonzero(true))


def changed(polygons, truths):
    """F1 of the delivered change polygons, as pixels, against the truth's change."""
    t0, t1 = (read(t) for t in truths)
    seen = (t0 != 0) & (t1 != 0)
    found, true = (burn(polygons, truths[0]) != 0) & seen, (t0 != t1) & seen
    return 2 * np.count_nonzero(found & true) / max(1, np.count_nonzero(found) + np.count_nonzero(true))


def note(table, who, forest, maps, polygons, truths):
    table.note(f"{who}: {forest}, accuracy {accuracy(maps[0], truths[0]):.4f} and {accuracy(maps[1], truths[1]):.4f}, F1 of the plain difference "
               f"{change_f1(*maps, truths):.3f}, of the delivered change polygons {changed(polygons, truths):.3f}")


def without_extras(program, job):
    """The same job with what is switched off that the peers do not do; the job itself when there is nothing to switch off."""
    plain, text = job.with_name("plain.yaml"), job.read_text()
    for written, instead in LEFT_OUT.items():
        plain.write_text(text.replace(written, instead))
        if subprocess.run([program, "plan", plain, "--quiet"], capture_output=True, check=False).returncode == 0:
            text = plain.read_text()
    plain.write_text(text)
    return plain if text != job.read_text() else job


def run_ours(program, table, scene, images, truths):
    out = scene.folder / "pipeline"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    job, mpx = write_job(scene, images, out), 2 * scene.crop_mpx(images[0])
    plain = without_extras(program, job)
    for who, which in {"minescar run": plain, "minescar run, evidence too": job}.items():
        if who != "minescar run" and which == plain:
            continue
        for threads in sorted({1, table.cores}):
            cost = timed([program, "run", which, "--threads", threads, "--quiet"], table.runs,
                         before=lambda: shutil.rmtree(out / "out", ignore_errors=True))
            table.add(ours.PIPELINE, who, threads, mpx, cost, limit=ideal(table, images, out, threads))
        note(table, who, f"forest of {ours.model_nodes(out / 'out/model.msm')} nodes", [out / f"out/classes_{y}.tif" for y in (2024, 2025)],
             out / "out/changes_2024_2025.shp", truths)
    receipt = json.loads((out / "out/receipt.json").read_text())
    for stage, s in receipt["stages"].items():
        table.add(f"  {stage}", "stage of minescar run", table.cores, mpx / 2,
                  Cost(s["seconds"], s["cpu_seconds"], s["peak_memory_bytes"] / 2**20))
    table.note("patches of both years are in minescar's time, not in the peers'")


def ideal(table, images, out, threads):
    """Decoding both images and encoding the maps that stay, once each."""
    if not table.limits:
        return None
    maps = (out / "out").glob("*_20*.tif")
    return sum(table.limits.decode(i, threads) for i in images) + sum(table.limits.encode(m, threads) for m in maps)


def run_peers(table, scene, images, truths, script):
    out = scene.folder / "peer_pipeline"
    table.peer(ours.PIPELINE, "OTB + GDAL", table.cores, 2 * scene.crop_mpx(images[0]), [script, *images, out, *scene.trains],
               env={"THREADS": str(table.cores)}, before=lambda: shutil.rmtree(out, ignore_errors=True))
    note(table, "OTB + GDAL", nodes(out / "forest.model"), [out / "before.tif", out / "after.tif"], out / "changes.shp", truths)
