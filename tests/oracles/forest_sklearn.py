#!/usr/bin/env python3
"""forest_sklearn.py FOREST_CV - our forest against scikit-learn's on the same grouped folds; 77: nothing to compare with.

Holds |ours - sklearn's| <= 1 point of cross-validated accuracy, with 100 trees of depth 15, on made classes that
overlap, and on the Hong Kong training polygons where MINESCAR_DATA (or ../shared/data) has them.
"""
import os
import subprocess
import sys
import tempfile

try:
    import numpy as np
    from sklearn.ensemble import RandomForestClassifier
except ImportError:
    print("skipped: no scikit-learn")
    sys.exit(77)

LIMIT = 0.01


def made():
    """Eight classes, ten features; pixels of one polygon share a shift."""
    rng = np.random.default_rng(4)
    n_groups, size, n_classes, n_features = 300, 20, 8, 10
    label = np.repeat(rng.integers(0, n_classes, n_groups), size)
    group = np.repeat(np.arange(n_groups), size)
    centre = rng.uniform(0, 2, (n_classes, n_features))
    shift = np.repeat(rng.normal(0, 0.3, (n_groups, n_features)), size, axis=0)
    return centre[label] + shift + rng.normal(0, 0.9, (len(label), n_features)), label, group


def hongkong():
    """Training pixels of both years; None where the data or GDAL's Python is absent."""
    data = os.environ.get("MINESCAR_DATA", "../shared/data")
    samples = os.path.join(data, "hongkong", "training.gpkg")
    try:
        from osgeo import gdal, ogr
    except ImportError:
        return None
    if not os.path.exists(samples):
        return None
    gdal.UseExceptions()
    ogr.UseExceptions()
    source = ogr.Open(samples)
    layer = source.GetLayer(0)
    x, label, group = [], [], []
    for year in (2016, 2018):
        image = gdal.Open(os.path.join(data, "hongkong", f"t{year}.tif"))
        bands = image.ReadAsArray().astype(np.float32)
        layer.SetAttributeFilter(f"year = {year}")
        for feature in layer:
            mask = gdal.GetDriverByName("MEM").Create("", image.RasterXSize, image.RasterYSize, 1, gdal.GDT_Byte)
            mask.SetGeoTransform(image.GetGeoTransform())
            mask.SetProjection(image.GetProjection())
            one = ogr.GetDriverByName("Memory").CreateDataSource("")
            copy = one.CreateLayer("one", layer.GetSpatialRef())
            copy.CreateFeature(feature)
            gdal.RasterizeLayer(mask, [1], copy, burn_values=[1])
            inside = mask.ReadAsArray() > 0
            pixels = bands[:, inside].T
            x.append(pixels)
            label += [feature.GetField("code")] * len(pixels)
            group += [feature.GetFID() + 100000 * year] * len(pixels)
    codes = sorted(set(label))
    return np.concatenate(x), np.array([codes.index(c) for c in label]), np.array(group)


def write_samples(path, x, label, group):
    """As read_samples.h reads them."""
    with open(path, "wb") as f:
        f.write(np.array([x.shape[0], x.shape[1], label.max() + 1], "<i4").tobytes())
        f.write(x.T.astype("<f4").tobytes() + label.astype("u1").tobytes() + group.astype("<u4").tobytes())


def compare(name, program, x, label, group):
    with tempfile.TemporaryDirectory() as room:
        samples, folds = os.path.join(room, "samples"), os.path.join(room, "folds")
        write_samples(samples, x, label, group)
        said = subprocess.run([program, samples, folds], check=True, stdout=subprocess.PIPE, text=True).stdout.split()
        fold = np.fromfile(folds, "u1")
    x = x.astype(np.float32)
    right = 0
    for k in range(5):
        out = fold == k
        forest = RandomForestClassifier(100, max_depth=15, random_state=1, n_jobs=2).fit(x[~out], label[~out])
        right += int((forest.predict(x[out]) == label[out]).sum())
    ours, theirs = float(said[0]), right / len(label)
    print(f"{name}: {len(label)} samples, ours {ours:.4f} (out of bag {float(said[1]):.4f}, {said[2]} s of CPU), "
          f"scikit-learn {theirs:.4f}")
    return abs(ours - theirs) <= LIMIT


def main():
    held = compare("made", sys.argv[1], *made())
    real = hongkong()
    if real is None:
        print("hongkong: skipped, no data")
    else:
        held &= compare("hongkong", sys.argv[1], *real)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
