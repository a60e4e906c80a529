"""pipeline.py - the whole yearly job, minescar's and the peers', from the same two images and the same polygons."""
import json
import shutil

import numpy as np

from . import ours
from .scene import accuracy, read, sh

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


def run_ours(program, table, scene, images, truths):
    out = scene.folder / "pipeline"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    job, mpx = write_job(scene, images, out), 2 * scene.crop_mpx(images[0])
    for threads in sorted({1, table.cores}):
        table.run(ours.PIPELINE, "minescar run", threads, mpx, [program, "run", job, "--threads", threads, "--quiet"],
                  before=lambda: shutil.rmtree(out / "out", ignore_errors=True), limit=ideal(table, images, out, threads))
    receipt = json.loads((out / "out/receipt.json").read_text())
    maps = [out / f"out/classes_{y}.tif" for y in (2024, 2025)]
    table.note(f"minescar run: accuracy {accuracy(maps[0], truths[0]):.4f} and {accuracy(maps[1], truths[1]):.4f}, plain change F1 "
               f"{change_f1(*maps, truths):.3f}, {receipt['changes_2024_2025']['patches']} change patches; patches of both years and "
               "accuracy by cross-validation are in its time, not in the peers'")
    return maps


def ideal(table, images, out, threads):
    """Decoding both images and encoding the maps that stay, once each; 0 before there are any."""
    maps = list((out / "out").glob("*_20*.tif"))
    return sum(table.limits.decode(i, threads) for i in images) + sum(table.limits.encode(m, threads) for m in maps) if maps else 0


def run_peers(table, scene, images, truths, script):
    out = scene.folder / "peer_pipeline"
    table.run(ours.PIPELINE, "OTB + GDAL", table.cores, 2 * scene.crop_mpx(images[0]), [script, *images, out, *scene.trains],
              env={"THREADS": str(table.cores)}, before=lambda: shutil.rmtree(out, ignore_errors=True))
    maps = [out / "before.tif", out / "after.tif"]
    table.note(f"OTB + GDAL: accuracy {accuracy(maps[0], truths[0]):.4f} and {accuracy(maps[1], truths[1]):.4f}, plain change F1 "
               f"{change_f1(*maps, truths):.3f}")
