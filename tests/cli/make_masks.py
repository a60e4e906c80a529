"""make_masks.py LIKE OUT - writes OUT_Byte.tif, OUT_UInt16.tif and OUT_Float32.tif on the grid of LIKE: 0 in a rectangle, 1, 1000 or 0.5 elsewhere."""
import sys

import numpy
from osgeo import gdal

like = gdal.Open(sys.argv[1])
seen = numpy.ones((like.RasterYSize, like.RasterXSize))
seen[20:50, 30:90] = 0
for name, kind, value in (("Byte", gdal.GDT_Byte, 1), ("UInt16", gdal.GDT_UInt16, 1000), ("Float32", gdal.GDT_Float32, 0.5)):
    made = gdal.GetDriverByName("GTiff").Create(f"{sys.argv[2]}_{name}.tif", like.RasterXSize, like.RasterYSize, 1, kind)
    made.SetGeoTransform(like.GetGeoTransform())
    made.SetProjection(like.GetProjection())
    made.GetRasterBand(1).WriteArray(seen * value)
