"""judge_chips.py POINTS CHIPS IMAGE - chips against the image itself: the middle of each is as bright, by rank, as the point's pixel."""
import pathlib
import sys
from osgeo import gdal, ogr

gdal.UseExceptions()
points, chips, path = sys.argv[1:]
image = gdal.Open(path)
west, step, _, north, _, down = image.GetGeoTransform()
red = image.GetRasterBand(3).ReadAsArray()
found = []
layer = ogr.Open(points)
for point in layer.GetLayer():
    x, y = point.GetGeometryRef().GetX(), point.GetGeometryRef().GetY()
    chip = gdal.Open(f"{chips}/{point['id']:06d}_{pathlib.Path(path).stem}.png").ReadAsArray()
    assert chip.shape[0] == 3 and chip.shape[1] == chip.shape[2] >= 384, chip.shape
    middle = chip.shape[1] // 2
    found.append((int(red[int((y - north) / down), int((x - west) / step)]), int(chip[0, middle, middle])))
assert len(found) == len(list(pathlib.Path(chips).glob(f"*_{pathlib.Path(path).stem}.png")))
seen = sorted(pair for pair in found if pair[0] > 0)
assert all(a[1] <= b[1] for a, b in zip(seen, seen[1:])), seen
assert all(tone == 128 for value, tone in found if value == 0), "what was not observed is grey"
assert len({tone for _, tone in found}) > 10 and len(found) > 20
print(f"{len(found)} chips agree")
