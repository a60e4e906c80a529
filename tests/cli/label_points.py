"""label_points.py POINTS TRUTH... - fills the label fields of sample points with what truth rasters hold there: class, or before
and after from two rasters."""
import sys

from osgeo import gdal, ogr

gdal.UseExceptions()
points = ogr.Open(sys.argv[1], 1)
layer = points.GetLayer()
truths = [gdal.Open(path) for path in sys.argv[2:]]
west, width, _, north, _, height = truths[0].GetGeoTransform()
values = [truth.ReadAsArray() for truth in truths]
layer.StartTransaction()
for feature in layer:
    point = feature.GetGeometryRef()
    column, row = int((point.GetX() - west) / width), int((point.GetY() - north) / height)
    for field, value in zip(["class"] if len(values) == 1 else ["before", "after"], values):
        feature[field] = int(value[row, column])
    layer.SetFeature(feature)
layer.CommitTransaction()
