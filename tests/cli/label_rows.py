"""label_rows.py TABLE POINTS - fills the field class of a CSV or XLSX with that of POINTS, by id, as somebody at a spreadsheet would."""
import sys

from osgeo import gdal, ogr

gdal.UseExceptions()
points, table = ogr.Open(sys.argv[2]), ogr.Open(sys.argv[1], 1)
label = {feature["id"]: feature["class"] for feature in points.GetLayer()}
layer = table.GetLayer()
for feature in list(layer):
    feature["class"] = str(label[int(feature["id"])])
    layer.SetFeature(feature)
