"""bench.py MINESCAR SIZE DIR RUNS - see scripts/bench. Whole processes, wall seconds, one at a time."""
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

MINESCAR, SIZE, DIR, RUNS = sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3]), int(sys.argv[4])
CORES = os.cpu_count()
OTB_SIZE = min(SIZE, 1024)     # OTB's forest takes minutes on more; its rate does not depend on the size


def timed(*command, env=None):
    """Median wall seconds and peak MB over RUNS."""
    walls, peak = [], 0
    for _ in range(RUNS):
        start = time.perf_counter()
        child = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, **(env or {})})
        error = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = status
        if status:
            raise RuntimeError(f"{' '.join(map(str, command))}: {error.decode()[-400:]}")
        walls.append(time.perf_counter() - start)
        peak = max(peak, usage.ru_maxrss / 1024)
    return statistics.median(walls), peak


rows = []


def row(stage, who, threads, mpx, command, env=None):
    wall, peak = timed(*command, env=env)
    rows.append((stage, who, threads, wall, mpx / wall, wall * 1e3 / mpx, peak))
    print(f"{stage:22} {who:22} {threads:>7} {wall:9.2f} {mpx / wall:9.2f} {wall * 1e3 / mpx:9.1f} {peak:9.0f}", flush=True)
    return wall


def ours(stage, mpx, *args):
    for threads in sorted({1, CORES}):
        row(stage, "minescar", threads, mpx, [MINESCAR, *args, "--threads", threads, "--overwrite", "--quiet"])


def best(stage, who):
    found = [r[4] for r in rows if r[0] == stage and r[1].startswith(who)]
    return max(found) if found else None


def main():
    DIR.mkdir(parents=True, exist_ok=True)
    mpx = SIZE * SIZE / 1e6
    s = DIR / "scene"
    load = os.getloadavg()[0]
    print(f"scene {SIZE} x {SIZE} = {mpx:.1f} Mpx, {CORES} cores, load {load:.2f} at the start, medians of {RUNS}")
    print(f"{'stage':22} {'who':22} {'threads':>7} {'wall s':>9} {'Mpx/s':>9} {'ns/px':>9} {'peak MB':>9}")
    row("simulate (2 years)", "minescar", CORES, 2 * mpx, [MINESCAR, "simulate", s, "--size-px", SIZE, "--overwrite", "--quiet"])
    image, train, truth = s / "image_2024.tif", s / "training.gpkg", s / "truth_2024.tif"
    model = DIR / "m.msm"
    base = ["train", image, train, model, "--class-field", "code", "--year-field", "year", "--year", 2024, "--folds", 0]
    wall, _ = timed(MINESCAR, *base, "--features", "bands", "--overwrite", "--quiet")
    print(f"{'train, 4 bands':22} {'minescar':22} {CORES:>7} {wall:9.2f}")
    c1, c2, k = DIR / "c1.tif", DIR / "c2.tif", DIR / "k1.tif"
    ours("classify, 4 bands", mpx, "classify", image, c1, "--model", model, "--confidence", k)
    ours("classify, 4 bands", mpx, "classify", s / "image_2025.tif", c2, "--model", model)
    full = DIR / "full.msm"
    timed(MINESCAR, *base[:3], full, *base[4:], "--dem", s / "dem_2024.tif", "--overwrite", "--quiet")
    ours("classify, defaults", mpx, "classify", image, DIR / "f1.tif", "--model", full, "--dem", s / "dem_2024.tif", "--confidence", k)
    ours("change", mpx, "change", c1, c2, DIR / "change.tif")
    ours("sieve 25 px", mpx, "sieve", c1, DIR / "sieved.tif", "--mmu-px", 25)
    for ext in ("fgb", "shp", "gpkg"):
        ours(f"vectorize {ext}", mpx, "vectorize", DIR / "sieved.tif", DIR / f"p.{ext}", "--plain")
    if shutil.which("gdal_sieve.py"):
        row("sieve 25 px", "gdal_sieve", 1, mpx, ["/usr/bin/python3", shutil.which("gdal_sieve.py"), "-q", "-st", 25, "-4", c1, DIR / "gs.tif"])
        formats = {"fgb": "FlatGeobuf", "shp": "ESRI Shapefile", "gpkg": "GPKG"}
        for ext, name in formats.items():
            for old in DIR.glob("g.*"):
                old.unlink()
            row(f"vectorize {ext}", "gdal_polygonize", 1, mpx,
                ["sh", "-c", f"rm -f {DIR}/g.*; /usr/bin/python3 {shutil.which('gdal_polygonize.py')} -q {DIR}/sieved.tif -f '{name}' {DIR}/g.{ext}"])
    if shutil.which("otbcli_ImageClassifier"):
        otb(image, train, s)
    for stage, peer in (("classify, 4 bands", "OTB"), ("sieve 25 px", "gdal"), ("vectorize fgb", "gdal"), ("vectorize shp", "gdal"), ("vectorize gpkg", "gdal")):
        if best(stage, peer):
            print(f"{stage}: {best(stage, 'minescar') / best(stage, peer):.1f} x {peer}")


def otb(image, train, s):
    crop = DIR / "crop.tif"
    subprocess.run(["gdal_translate", "-q", "-srcwin", "0", "0", str(OTB_SIZE), str(OTB_SIZE), "-co", "TILED=YES", image, crop], check=True)
    subprocess.run(["ogr2ogr", "-q", "-overwrite", "-f", "ESRI Shapefile", DIR / "t.shp", train, "-where", "year = 2024", "-select", "code"], check=True)
    env = {"OTB_LOGGER_LEVEL": "WARNING", "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS": str(CORES)}
    stats, model = DIR / "stats.xml", DIR / "otb.model"
    subprocess.run(["otbcli_ComputeImagesStatistics", "-il", image, "-bv", "0", "-out.xml", stats], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["otbcli_TrainImagesClassifier", "-io.il", image, "-io.vd", DIR / "t.shp", "-io.imstat", stats, "-sample.vfn", "code",
                    "-sample.mt", "-1", "-sample.mv", "-1", "-sample.bm", "0", "-sample.vtr", "0", "-rand", "42", "-classifier", "rf",
                    "-classifier.rf.nbtrees", "100", "-classifier.rf.max", "15", "-classifier.rf.min", "5", "-io.out", model],
                   check=True, stdout=subprocess.DEVNULL)
    row("classify, 4 bands", "OTB rf 100 x 15", CORES, OTB_SIZE**2 / 1e6,
        ["otbcli_ImageClassifier", "-in", crop, "-imstat", stats, "-model", model, "-confmap", DIR / "oc.tif", "-out", DIR / "o.tif", "uint8"], env)


main()
