"""judge_points.py REFERENCE OUT - overall accuracy of two sets of class maps at one stratified sample of points.

Weighted by design (weight = pixels of the stratum / its points); the 95 % interval is that of a stratified sample:
1.96 * sqrt(sum over strata of W_h^2 p_h (1 - p_h) / (n_h - 1)). Rules, the same for both maps:
  all      every point; a map that says 0 (not observed) agrees with reference codes of masked classes (8 cloud, 9 shadow)
  observed points where both maps and the reference are observed
"""
import sys
from collections import defaultdict

import numpy as np
from osgeo import gdal, ogr

gdal.UseExceptions()
MASKED = {8, 9}


def read_points(path, year):
    rows = []
    source = ogr.Open(path)
    for feature in source.GetLayer(0):
        g = feature.GetGeometryRef()
        rows.append((g.GetX(), g.GetY(), feature["stratum"], feature["weight"], feature[f"code_{year}"], feature["confident"]))
    return rows


def values_at(path, points):
    ds = gdal.Open(path)
    gt, band = ds.GetGeoTransform(), ds.GetRasterBand(1).ReadAsArray()
    cols = [int((p[0] - gt[0]) / gt[1]) for p in points]
    rows = [int((p[1] - gt[3]) / gt[5]) for p in points]
    return np.array([0 if band[r, c] in MASKED else band[r, c] for r, c in zip(rows, cols)])


def accuracy(right, points):
    strata = defaultdict(list)
    for ok, p in zip(right, points):
        strata[p[2]].append((ok, p[3]))
    total = sum(w for s in strata.values() for _, w in s)
    mean = variance = 0.0
    for s in strata.values():
        share, p, n = sum(w for _, w in s) / total, np.mean([ok for ok, _ in s]), len(s)
        mean += share * p
        variance += share**2 * p * (1 - p) / max(n - 1, 1)
    return mean, 1.96 * variance**0.5


def main():
    ogr.UseExceptions()
    reference, out = sys.argv[1:3]
    print(f"{'year':5} {'points':10} {'n':>4}  {'minescar':>16}  {'OTB':>16}")
    for year in (2016, 2018):
        points = read_points(reference, year)
        truth = np.array([0 if p[4] in MASKED else p[4] for p in points])
        maps = [values_at(f"{out}/minescar/classes_{year}.tif", points), values_at(f"{out}/otb_{year}.tif", points)]
        sure = np.array([bool(p[5]) for p in points])
        seen = (truth != 0) & (maps[0] != 0) & (maps[1] != 0)
        for name, pick in (("all", np.ones(len(points), bool)), ("confident", sure), ("observed", seen)):
            chosen = [p for p, k in zip(points, pick) if k]
            figures = [accuracy((m == truth)[pick], chosen) for m in maps]
            print(f"{year:<5} {name:10} {pick.sum():>4}  " + "  ".join(f"{a:.4f} +- {h:.4f}" for a, h in figures))


main()
