"""faults.py MINESCAR - what happens when something goes wrong: one clear line, the right exit code, nothing under a final name."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import numpy as np
from osgeo import gdal, ogr, osr

gdal.UseExceptions()
ogr.UseExceptions()
MINESCAR = os.path.abspath(sys.argv[1])
n_passed = n_failed = n_skipped = 0
N = 320


def run(*args, **options):
    return subprocess.run([MINESCAR, *map(str, args), "--lang", "en"], capture_output=True, text=True, timeout=120, **options)


def expect(what, code, outputs, *args, word="", **options):
    """The command fails with `code`, says one ERROR line that holds `word`, and leaves none of `outputs`."""
    global n_passed, n_failed
    done = run(*args, **options)
    lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
    left = [p for o in outputs for p in o.parent.glob("*") if p.name.startswith(o.stem) or ".part-" in p.name]
    wrong = []
    if done.returncode != code:
        wrong.append(f"exit {done.returncode}, not {code}")
    if len(lines) != 1 or not lines[0].startswith(f"ERROR {code}:"):
        wrong.append(f"says {done.stderr.strip()[-300:]!r}")
    elif word and word not in lines[0]:
        wrong.append(f"no {word!r} in {lines[0]!r}")
    if left:
        wrong.append(f"left {[p.name for p in left]}")
    n_passed, n_failed = n_passed + (not wrong), n_failed + bool(wrong)
    print(f"{'FAILED' if wrong else 'ok    '} {what}{': ' + '; '.join(wrong) if wrong else ''}", flush=True)


def skip(what):
    global n_skipped
    n_skipped += 1
    print("skip  ", what)


def raster(path, data, epsg=32650, e0=500000, pixel=2.0, names=("blue", "green", "red", "nir"), nodata=None):
    data = np.atleast_3d(data) if data.ndim == 3 else data[None]
    kind = gdal.GDT_UInt16 if data.dtype == np.uint16 else gdal.GDT_Byte
    ds = gdal.GetDriverByName("GTiff").Create(str(path), data.shape[2], data.shape[1], data.shape[0], kind,
                                              ["TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64", "COMPRESS=DEFLATE"])
    ds.SetGeoTransform((e0, pixel, 0, 4400000, 0, -pixel))
    if epsg:
        srs = osr.SpatialReference()
        srs.ImportFromEPSG(epsg)
        ds.SetProjection(srs.ExportToWkt())
    for i in range(data.shape[0]):
        ds.GetRasterBand(i + 1).WriteArray(data[i])
        if len(names) == data.shape[0]:
            ds.GetRasterBand(i + 1).SetDescription(names[i])
        if nodata is not None:
            ds.GetRasterBand(i + 1).SetNoDataValue(nodata)
    ds = None
    return path


def polygons(path, boxes, field="code"):
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(32650)
    ds = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    layer = ds.CreateLayer("training", srs, ogr.wkbPolygon)
    layer.CreateField(ogr.FieldDefn(field, ogr.OFTInteger))
    for code, (x, y, w) in boxes:
        e, n = 500000 + 2 * x, 4400000 - 2 * y
        f = ogr.Feature(layer.GetLayerDefn())
        f[field] = code
        f.SetGeometry(ogr.CreateGeometryFromWkt(f"POLYGON(({e} {n},{e + 2 * w} {n},{e + 2 * w} {n - 2 * w},{e} {n - 2 * w},{e} {n}))"))
        layer.CreateFeature(f)
    return path


def main():
    d = pathlib.Path(tempfile.mkdtemp(prefix="faults"))
    rng = np.random.default_rng(1)
    half = (np.arange(N) >= N // 2)[None, :] * np.ones((N, 1), bool)
    image = np.stack([np.where(half, 900 + 400 * b, 300 + 900 * (b == 3)) + rng.integers(0, 80, (N, N)) for b in range(4)]).astype(np.uint16)
    good = raster(d / "good.tif", image)
    train = polygons(d / "train.gpkg", [(1, (10, 10 + 30 * i, 20)) for i in range(8)] + [(2, (N - 40, 10 + 30 * i, 20)) for i in range(8)])
    model, out = d / "m.msm", d / "o" / "out.tif"
    out.parent.mkdir()
    done = run("train", good, train, model, "--class-field", "code", "--trees", 10)
    assert done.returncode == 0, done.stderr
    classify = lambda image, *more: ("classify", image, out, "--model", model, *more)
    assert run("classify", good, d / "classes.tif", "--model", model).returncode == 0

    expect("missing image", 3, [out], *classify(d / "none.tif"), word="none.tif")
    expect("missing model", 3, [out], "classify", good, out, "--model", d / "none.msm", word="none.msm")
    (d / "text.tif").write_text("not an image")
    expect("not an image", 3, [out], *classify(d / "text.tif"), word="text.tif")
    bytes_ = good.read_bytes()
    (d / "cut.tif").write_bytes(bytes_[: len(bytes_) * 2 // 3])
    expect("truncated image", 3, [out], *classify(d / "cut.tif"), word="cut.tif")
    broken = bytearray(bytes_)
    whole = gdal.Open(str(good))
    start = int(whole.GetRasterBand(1).GetMetadataItem("BLOCK_OFFSET_2_2", "TIFF"))
    broken[start: start + 600] = bytes(600)
    (d / "bad.tif").write_bytes(broken)
    expect("corrupt tile", 3, [out], *classify(d / "bad.tif"), word="bad.tif")
    damaged = bytearray(model.read_bytes())
    damaged[len(damaged) // 2] ^= 255
    (d / "damaged.msm").write_bytes(damaged)
    expect("damaged model", 3, [out], "classify", good, out, "--model", d / "damaged.msm", word="damaged.msm")
    expect("band missing", 3, [out], *classify(raster(d / "three.tif", image[:3], names=("blue", "green", "red"))), word="nir")
    expect("all nodata", 3, [out], *classify(raster(d / "empty.tif", np.zeros_like(image), nodata=0)), word="empty.tif")
    expect("no such directory", 4, [], "classify", good, d / "no" / "out.tif", "--model", model)
    expect("output exists", 4, [], "classify", good, d / "classes.tif", "--model", model, word="--overwrite")
    expect("memory cap too small", 5, [out], *classify(good, "--memory", "64K"))
    expect("unknown option", 2, [out], *classify(good, "--colour", "red"), word="--colour")
    expect("bad value", 2, [out], *classify(good, "--threads", "many"), word="--threads")

    m2 = d / "m2.msm"
    expect("empty training", 3, [m2], "train", good, polygons(d / "t0.gpkg", []), m2, "--class-field", "code", word="t0.gpkg")
    expect("training elsewhere", 3, [m2], "train", good, polygons(d / "t9.gpkg", [(1, (5000, 5000, 9)), (2, (6000, 5000, 9))]), m2,
           "--class-field", "code", word="t9.gpkg")
    expect("one class only", 3, [m2], "train", good, polygons(d / "t1.gpkg", [(1, (10, 10, 20)), (1, (60, 60, 20))]), m2, "--class-field", "code")
    expect("no such field", 3, [m2], "train", good, train, m2, "--class-field", "klass", word="klass")

    classes = raster(d / "c1.tif", rng.integers(1, 4, (N, N)).astype(np.uint8), names=())
    far = raster(d / "c2.tif", np.ones((N, N), np.uint8), e0=900000, names=())
    change = d / "o" / "change.tif"
    expect("no overlap", 3, [change], "change", classes, far, change)
    expect("other CRS", 3, [change], "change", classes, raster(d / "c3.tif", np.ones((N, N), np.uint8), epsg=4548, names=()), change)
    patches = d / "o" / "patches.gpkg"
    expect("vectorize a truncated map", 3, [patches], "vectorize", d / "cut.tif", patches)

    job = d / "job.yaml"
    head = f"minescar: 1\nname: t\noutput: jobout\nclasses:\n  - {{code: 1, name: a}}\n  - {{code: 2, name: b}}\nepochs:\n"
    epochs = "  - {year: 2016, image: good.tif}\n  - {year: 2018, image: good.tif}\ntraining: {samples: train.gpkg, class: code}\n"
    job.write_text(head + epochs + "colour: red\n")
    expect("unknown key", 2, [d / "jobout"], "run", job, word="line 11")
    job.write_text(head + epochs.replace("good.tif", "none.tif"))
    expect("job names a missing image", 3, [d / "jobout"], "run", job, word="none.tif")
    job.write_text(head + "  - {year: 2016, image: [unclosed\n")
    expect("broken YAML", 2, [d / "jobout"], "run", job)

    locked = d / "locked"
    locked.mkdir()
    locked.chmod(0o555)
    if os.access(locked, os.W_OK):
        skip("read-only directory: root may write anywhere")
        if subprocess.run(["chattr", "+i", locked], capture_output=True).returncode == 0:
            expect("immutable directory", 4, [locked / "out.tif"], "classify", good, locked / "out.tif", "--model", model)
            subprocess.run(["chattr", "-i", locked])
    else:
        expect("read-only directory", 4, [locked / "out.tif"], "classify", good, locked / "out.tif", "--model", model)

    full = d / "full"
    full.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40k", "tmpfs", full], capture_output=True).returncode == 0:
        try:
            noise = raster(d / "noise.tif", rng.integers(0, 9000, (4, 1024, 1024)).astype(np.uint16))
            expect("full disk: classify", 4, [full / "out.tif"], "classify", noise, full / "out.tif", "--model", model, "--confidence", full / "outc.tif")
            expect("full disk: change", 4, [full / "out.tif"], "change", d / "classes.tif", classes, full / "out.tif")
            for ext in ("gpkg", "shp", "fgb"):
                expect(f"full disk: vectorize {ext}", 4, [full / f"out.{ext}"], "vectorize", classes, full / f"out.{ext}")
            expect("full disk: sieve", 4, [full / "out.tif"], "sieve", raster(d / "c4.tif", rng.integers(1, 4, (1024, 1024)).astype(np.uint8), names=()),
                   full / "out.tif", "--mmu-px", 2)
            expect("full disk: train", 4, [full / "m.msm"], "train", noise, train, full / "m.msm", "--class-field", "code", "--trees", 100)
        finally:
            subprocess.run(["umount", full])
    else:
        skip("full disk: a tmpfs cannot be mounted here")
    shutil.rmtree(d, ignore_errors=True)
    print(f"{n_passed} passed, {n_failed} failed, {n_skipped} skipped")
    return n_failed != 0


sys.exit(main())
