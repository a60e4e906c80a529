"""grass.py - GRASS GIS's rows, in a temporary location; what is imported before the clock starts is not counted."""
import os
import pathlib
import shutil
import subprocess

from osgeo import gdal

from . import ours


class Grass:
    def __init__(self, table, scene):
        self.table, self.scene = table, scene
        self.base = pathlib.Path(subprocess.run(["grass", "--config", "path"], check=True, capture_output=True, text=True).stdout.strip())
        self.db = scene.folder / "grassdata"
        rc = scene.folder / "grassrc"
        rc.write_text(f"GISDBASE: {self.db}\nLOCATION_NAME: bench\nMAPSET: PERMANENT\nGUI: text\n")
        path = f"{self.base}/bin:{self.base}/scripts:{os.environ['PATH']}"
        self.env = {"GISBASE": str(self.base), "GISRC": str(rc), "PATH": path, "LD_LIBRARY_PATH": f"{self.base}/lib", "GRASS_OVERWRITE": "1",
                    "GRASS_VERBOSE": "0"}
        self.where = None

    def sh(self, *words):
        done = subprocess.run([str(w) for w in words], env={**os.environ, **self.env}, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{words}: {done.stderr[-400:]}")

    def enter(self, raster):
        """A location of this raster's coordinate system, with its grid as the region."""
        if self.where != raster:
            shutil.rmtree(self.db, ignore_errors=True)
            self.db.mkdir(parents=True)
            subprocess.run(["grass", "-c", str(raster), "-e", str(self.db / "bench")], check=True, capture_output=True)
            self.where = raster
        r = gdal.Open(str(raster))
        e, px, _, n, _, py = r.GetGeoTransform()
        self.sh("g.region", f"n={n}", f"s={n + py * r.RasterYSize}", f"w={e}", f"e={e + px * r.RasterXSize}", f"rows={r.RasterYSize}",
                f"cols={r.RasterXSize}")

    def take(self, raster, name):
        """Imports into GRASS's own raster format."""
        self.sh("r.in.gdal", "-o", f"input={raster}", f"output={name}")

    def maxlik(self, image, truth, accuracy, our_map):
        """Signatures from the same polygons (i.gensig), then the timed i.maxlik, one thread: it has no more."""
        self.enter(image)
        self.take(image, "t")
        r = gdal.Open(str(image))
        burnt = self.scene.folder / "train_codes.tif"
        mask = gdal.GetDriverByName("GTiff").Create(str(burnt), r.RasterXSize, r.RasterYSize, 1, gdal.GDT_Byte)
        mask.SetGeoTransform(r.GetGeoTransform())
        mask.SetProjection(r.GetProjection())
        mask.GetRasterBand(1).SetNoDataValue(0)
        gdal.Rasterize(mask, str(self.scene.train), attribute="code")
        codes = sorted(set(mask.ReadAsArray().ravel().tolist()) - {0})
        mask = None
        self.take(burnt, "codes")
        self.sh("i.group", "group=g", "subgroup=s", "input=" + ",".join(f"t.{b + 1}" for b in range(r.RasterCount)))
        self.sh("i.gensig", "trainingmap=codes", "group=g", "subgroup=s", "signaturefile=sig")
        mpx = r.RasterXSize * r.RasterYSize / 1e6
        self.table.peer(ours.GAUSS, "GRASS i.maxlik", 1, mpx, [self.base / "bin/i.maxlik", "group=g", "subgroup=s", "signaturefile=sig",
                                                             "output=ml"], files=([image], []), env=self.env)
        self.sh("r.out.gdal", "input=ml", f"output={self.scene.folder / 'maxlik.tif'}", "type=Byte", "-f")
        import numpy as np
        from .scene import read
        numbers = read(self.scene.folder / "maxlik.tif")      # classes are numbered in the order of their codes
        found = np.array([0, *codes] + [0] * (256 - 1 - len(codes)), np.uint8)[numbers]
        agree = f", same class as minescar gauss for {accuracy(found, our_map):.4f} of the pixels" if our_map else ""
        self.table.note(f"GRASS i.maxlik: accuracy against truth {accuracy(found, truth):.4f}{agree}")

    def clump(self, classes):
        self.enter(classes)
        self.take(classes, "map")
        r = gdal.Open(str(classes))
        self.table.peer(ours.LABEL, "GRASS r.clump", 1, r.RasterXSize * r.RasterYSize / 1e6,
                       [self.base / "bin/r.clump", "input=map", "output=clumps"], files=([classes], []), env=self.env)
