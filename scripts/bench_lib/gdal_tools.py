"""gdal_tools.py - GDAL's rows: gdal_sieve and gdal_polygonize, 4-connected, and its polygonizer into memory.

With BENCH_GDAL_PYTHON set to a Python whose osgeo is a newer release (from 3.12 on it traces by another algorithm), that one is
measured too.
"""
import os
import shutil
import subprocess
import sys

from . import ours

DRIVER = {"fgb": "FlatGeobuf", "shp": "ESRI Shapefile", "gpkg": "GPKG"}
POLYGONIZE = """
import sys
from osgeo import gdal, ogr
gdal.UseExceptions()
raster, driver, path = sys.argv[1:4]
if driver == "Memory" and int(gdal.VersionInfo()) >= 3110000:
    driver = "MEM"
source = gdal.Open(raster)
band = source.GetRasterBand(1)
store = ogr.GetDriverByName(driver).CreateDataSource(path)
layer = store.CreateLayer("out", source.GetSpatialRef(), ogr.wkbPolygon)
layer.CreateField(ogr.FieldDefn("DN", ogr.OFTInteger))
gdal.Polygonize(band, band.GetMaskBand(), layer, 0, [])
"""


class Gdal:
    def __init__(self, table, scene):
        self.table, self.scene, self.dir = table, scene, scene.folder
        version = subprocess.run(["gdalinfo", "--version"], check=True, capture_output=True, text=True).stdout.split()[1].strip(",")
        self.pythons = [(f"GDAL {version}", sys.executable)]
        other = os.environ.get("BENCH_GDAL_PYTHON")
        if other:
            says = subprocess.run([other, "-c", "from osgeo import gdal; print(gdal.__version__)"], check=True, capture_output=True, text=True)
            self.pythons.append((f"newer GDAL {says.stdout.strip()}", other))

    def sieve(self, classes):
        out = self.dir / "gdal_sieve.tif"
        self.table.peer(ours.SIEVE, "gdal_sieve, no guarantee", 1, self.scene.mpx,
                       [sys.executable, shutil.which("gdal_sieve.py"), "-q", "-st", 25, "-4", "-nomask", classes, out], ([classes], []))

    def vectors(self, sieved):
        """All three formats and memory, each release."""
        for who, python in self.pythons:
            for kind, stage in {**ours.VECTOR, "memory": ours.TRACE}.items():
                path = self.dir / f"gdal.{kind}"
                self.table.peer(stage, f"{who} polygonize", 1, self.scene.mpx,
                                [python, "-c", POLYGONIZE, sieved, DRIVER.get(kind, "Memory"), "x" if kind == "memory" else path],
                                ([sieved], []), before=lambda p=path: clean(p))
                clean(path)


def clean(path):
    for old in path.parent.glob(f"{path.stem}.*"):
        if old.suffix in (".fgb", ".shp", ".shx", ".dbf", ".prj", ".cpg", ".gpkg"):
            old.unlink()
