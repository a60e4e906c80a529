"""smoke.py MINESCAR PROGRAMS - a small run of scripts/bench: the table, the ratios and the scale run are printed, and a mosaic's
seams mirror the block."""
import os
import pathlib
import subprocess
import sys
import tempfile

MINESCAR, PROGRAMS = sys.argv[1:3]
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
from bench_lib import block_table, mosaic, ours, targets  # noqa: E402  needs the path above


def bench(*words):
    done = subprocess.run([ROOT / "scripts/bench", *words], env={**os.environ, "MINESCAR": MINESCAR, "BENCH_PROGRAMS": PROGRAMS},
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-2000:]
    return done.stdout.splitlines()


def rows_of(lines, stage):
    return [line for line in lines if line.startswith(stage) and "minescar" in line]


with tempfile.TemporaryDirectory() as folder:
    lines = bench("256", folder, "--runs", "1", "--no-peers", "--only", "classify,gauss,windows,maps,vectors,background,decision")
    for _, stage, _ in ours.STAGES:
        rows = rows_of(lines, stage)
        assert rows, f"no row of {stage}: {lines}"
        for row in rows:
            threads, wall, cpu, rate, ns, *_ = row.split("minescar")[1].split()
            assert int(threads) >= 1 and float(wall) > 0 and float(rate) > 0 and float(ns) > 0, row
    made = {stage for _, stage, _ in ours.STAGES} | {ours.TRAIN, ours.LABEL, ours.TRACE, ours.PIPELINE}
    assert {stage for stage, _, _ in targets.TARGETS} <= made, "a ratio is asked for that no row gives"
    assert any("not measured: no row of OTB" in line for line in lines), lines
    assert any(line.startswith("change map, background too") and "<= 1.5 x" in line for line in lines), lines

    lines = bench("64", folder, "--runs", "1", "--scale", "1", "--block", "512", "--trees", "5")
    stages = [line.split()[1] for line in lines if line.startswith("     1 ")]
    assert {"train", "classify_2024", "patches_2025", "changes_2024_2025", "all,"} <= set(stages), lines
    assert any(line.startswith("2500 km2 at 0.8 m") for line in lines), lines

    block = pathlib.Path(folder) / "block/image_2024.tif"
    image, again = (mosaic.gdal.Open(str(make(mosaic.mirror(block), 1300, pathlib.Path(folder) / name)))
                    for make, name in ((mosaic.write_vrt, "wide.vrt"), (block_table.write, "wide.tif")))
    assert image.GetGeoTransform() == again.GetGeoTransform() and again.GetRasterBand(4).GetDescription() == "nir"
    image, again = image.ReadAsArray(), again.ReadAsArray()
    assert (image == again).all()
    assert image.shape[1:] == (1300, 1300) and (image[:, :512, :512] == mosaic.gdal.Open(str(block)).ReadAsArray()).all()
    for seam in (512, 1024):
        n = min(512, 1300 - seam)
        assert (image[:, :, seam:seam + n] == image[:, :, seam - n:seam][:, :, ::-1]).all()
        assert (image[:, seam:seam + n] == image[:, seam - n:seam][:, ::-1]).all()
