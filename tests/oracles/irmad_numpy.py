#!/usr/bin/env python3
"""irmad_numpy.py MINESCAR - IR-MAD against an independent computation in numpy and scipy; 77: nothing to compare with.

On made images of bytes, 16 bits and floats, and on the Landsat pair of Taizhou and a crop of Hong Kong where MINESCAR_DATA (or
../shared/data) has them:
  - canonical correlations to 1e-6, without weights and iterated, with the same number of iterations
  - the raster is 254 P(chi-square > z) by scipy, to one step; scaled, by z over its median
  - an invertible map of the bands of either image changes neither
  - identical ground with independent noise exceeds the 0.95 and 0.99 points of chi-square as often as it should
On Taizhou also: the area under the curve of z against the known change, and what P < 0.01 finds.
"""
import json
import os
import subprocess
import sys
import tempfile

try:
    import numpy as np
    from osgeo import gdal
    from scipy import linalg
    from scipy.stats import chi2
    from sklearn.metrics import roc_auc_score
except ImportError:
    print("skipped: no numpy, GDAL, scipy or scikit-learn")
    sys.exit(77)

gdal.UseExceptions()
PROGRAM = os.path.abspath(sys.argv[1])
n_failed = 0


def check(what, ok, detail=""):
    global n_failed
    n_failed += not ok
    print(f"{'ok    ' if ok else 'FAILED'} {what}: {detail}", flush=True)


def irmad(x, y, most=50, tolerance=1e-3):
    """By the textbook: the generalized eigenproblem S12 S22^-1 S21 a = rho^2 S11 a; b = S22^-1 S21 a / rho."""
    weight, last, p = np.ones(len(x)), 0, x.shape[1]
    both = np.hstack([x, y]).astype(float)
    for n in range(1, most + 1):
        mean = weight @ both / weight.sum()
        d = both - mean
        s = (d * weight[:, None]).T @ d / weight.sum()
        square, a = linalg.eigh(s[:p, p:] @ linalg.solve(s[p:, p:], s[p:, :p]), s[:p, :p])
        rho = np.sqrt(np.clip(square[::-1], 0, 1))
        a = a[:, ::-1]
        b = linalg.solve(s[p:, p:], s[p:, :p] @ a) / rho
        z = (((d[:, :p] @ a - d[:, p:] @ b) ** 2) / (2 * (1 - rho))).sum(axis=1)
        weight = chi2.sf(z, p)
        if n == 1:
            first = rho
        if np.abs(rho - last).max() < tolerance:
            break
        last = rho
    return first, rho, z, n


def write(path, planes, kind):
    bands, h, w = planes.shape
    out = gdal.GetDriverByName("GTiff").Create(path, w, h, bands, kind)
    out.SetGeoTransform((500000, 10, 0, 4000000, 0, -10))
    for b in range(bands):
        out.GetRasterBand(b + 1).WriteArray(planes[b])
    return path


def run(room, before, after, *options):
    names = ",".join(f"b{i + 1}:{i + 1}" for i in range(gdal.Open(before).RasterCount))
    raster, report = os.path.join(room, "evidence.tif"), os.path.join(room, "report.json")
    subprocess.run([PROGRAM, "irmad", before, after, raster, "--report", report, "--bands", names, "--nodata", "none", "--sample-px", "0",
                    "--overwrite", "--quiet", *options], check=True)
    with open(report) as f:
        return gdal.Open(raster).ReadAsArray(), json.load(f)


def compare(room, name, x, y, kind, tolerance=1e-6):
    """Pixels with a band at the type's upper limit, in either image, have no evidence and no part in the statistics."""
    full = {gdal.GDT_Byte: 255, gdal.GDT_UInt16: 65535}.get(kind, np.inf)
    is_used = ((x < full) & (y < full)).all(axis=0)
    before, after = write(os.path.join(room, "x.tif"), x, kind), write(os.path.join(room, "y.tif"), y, kind)
    first, rho, z, n = irmad(x[:, is_used].T, y[:, is_used].T)
    got, report = run(room, before, after, "--plain")
    off = np.abs(np.array(report["rho_without_weights"]) - first).max()
    check(f"{name}: correlations without weights", off < tolerance, f"{off:.1e}")
    off = np.abs(np.array(report["rho"]) - rho).max()
    check(f"{name}: correlations after {n} iterations", off < tolerance and report["iterations"] == n, f"{off:.1e}, {report['iterations']}")
    step = np.abs(got[is_used] - 254 * chi2.sf(z, len(x)))
    check(f"{name}: raster", step.max() < 0.51 and (got[~is_used] == 255).all(), f"{step.max():.3f}, {(~is_used).sum()} saturated")
    scaled, report = run(room, before, after)
    scale = max(1.0, np.median(z) / chi2.isf(0.5, len(x)))
    step = np.abs(scaled[is_used] - 254 * chi2.sf(z / scale, len(x)))
    # The scale comes from up to 65,536 of the pixels.
    check(f"{name}: scaled raster", abs(report["scale"] / scale - 1) < 0.03 and step.max() < 4, f"{report['scale']:.3f} {scale:.3f} {step.max():.2f}")
    return z, scale


def made(rng, shape=(220, 260), bands=4):
    source = rng.normal(size=(3, *shape))
    new = rng.normal(size=(3, *shape))
    changed = np.zeros(shape, bool)
    changed[30:110, 50:150] = True
    mix = rng.normal(size=(bands, 3))
    noise = rng.normal(0, 0.1, (2, bands, *shape))
    return np.tensordot(mix, source, 1) + noise[0], np.tensordot(mix, np.where(changed, new, source), 1) * 0.8 + 0.3 + noise[1]


def data_folder():
    here = os.environ.get("MINESCAR_DATA") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../shared/data")
    return here if os.path.isdir(here) else None


def main():
    rng = np.random.default_rng(11)
    with tempfile.TemporaryDirectory() as room:
        x, y = made(rng)
        compare(room, "16 bits", np.round(20000 + 900 * x), np.round(21000 + 900 * y), gdal.GDT_UInt16)
        compare(room, "bytes", np.clip(np.round(120 + 18 * x), 0, 255), np.clip(np.round(110 + 18 * y), 0, 255), gdal.GDT_Byte)
        compare(room, "floats", x.astype(np.float32), y.astype(np.float32), gdal.GDT_Float32)
        plain, _ = run(room, write(os.path.join(room, "x.tif"), x, gdal.GDT_Float32), write(os.path.join(room, "y.tif"), y, gdal.GDT_Float32))
        turn = rng.normal(size=(2, 4, 4))
        u, v = 100 * np.tensordot(turn[0], x, 1) + 7, -0.01 * np.tensordot(turn[1], y, 1) - 3
        mapped, _ = run(room, write(os.path.join(room, "u.tif"), u, gdal.GDT_Float32), write(os.path.join(room, "v.tif"), v, gdal.GDT_Float32))
        off = np.abs(plain.astype(int) - mapped.astype(int))
        check("invertible maps of the bands", off.mean() < 0.02 and off.max() <= 1, f"mean {off.mean():.4f}, most {off.max()} of 254")
        ground = np.tensordot(rng.normal(size=(4, 3)), rng.normal(size=(3, 300, 300)), 1)
        same = [np.round(20000 + 500 * (ground + rng.normal(0, 0.2, ground.shape))) for _ in range(2)]
        got, _ = run(room, write(os.path.join(room, "m.tif"), same[0], gdal.GDT_UInt16), write(os.path.join(room, "n.tif"), same[1], gdal.GDT_UInt16),
                     "--plain", "--max-iterations", "1")
        for level in (0.05, 0.01):
            share, error = np.mean(got < 254 * level), np.sqrt(level / got.size)
            check(f"noise alone at {1 - level}", abs(share - level) < 4 * error + level / 50, f"{share:.4f}")
        folder = data_folder()
        if folder is None:
            print("skipped: real images, no MINESCAR_DATA")
            return
        x, y = (gdal.Open(os.path.join(folder, "taizhou", f)).ReadAsArray() for f in ("2000TM", "2003TM"))
        z, scale = compare(room, "Taizhou", x, y, gdal.GDT_Byte)
        change, unchanged = (gdal.Open(os.path.join(folder, "taizhou", f)).ReadAsArray().ravel() > 0 for f in ("change.bmp", "unchanged.bmp"))
        judged = change | unchanged
        area = roc_auc_score(change[judged], z[judged])
        for name, s in (("plain", 1), ("scaled", scale)):
            flagged = chi2.sf(z / s, 6) < 0.01
            print(f"       Taizhou {name}: P < 0.01 in {flagged[change].mean():.4f} of the change, {flagged[unchanged].mean():.4f} of the rest,"
                  f" accuracy {(flagged == change)[judged].mean():.4f}")
        check("Taizhou: area under the curve", area > 0.98, f"{area:.4f}")
        x, y = (gdal.Open(os.path.join(folder, "hongkong", f)).ReadAsArray()[:, 200:400, 150:400] for f in ("t2016.tif", "t2018.tif"))
        compare(room, "Hong Kong", x[[0, 1, 2, 6]], y[[0, 1, 2, 6]], gdal.GDT_UInt16)


main()
sys.exit(n_failed != 0)
