"""ours.py - minescar's rows: every command at one thread and at all of them."""
import json
import pathlib
import re
import subprocess

CLASSIFY, GAUSS, TRAIN = "classify rf 100 x 15, 4 b", "classify gauss, 4 b", "train 100 000 x 12"
MAJORITY, SIEVE, WINDOW = "majority 5 x 5", "sieve 25 px", "mean + std 7 x 7, 4 b"
LABEL, TRACE, PIPELINE = "label regions", "vectorize in memory", "whole pipeline"
VECTOR = {"fgb": "vectorize fgb", "shp": "vectorize shp", "gpkg": "vectorize gpkg"}
HOLES, NO_HOLES = "change map, background too", "change map, background out"


class Ours:
    def __init__(self, program, table, scene, helpers):
        self.program, self.table, self.scene, self.dir, self.helpers = program, table, scene, scene.folder, helpers
        usage = json.loads(subprocess.run([program, "--json-usage"], check=True, capture_output=True, text=True).stdout)
        self.options = {c["command"]: {o["name"] for o in c["options"]} for c in usage}

    def has(self, command, option=None):
        return command in self.options and (option is None or option in self.options[command])

    def run(self, stage, mpx, command, ins, outs, *options, who="minescar", threads=None):
        """Rows of `minescar COMMAND ins outs options` at 1..N threads; outs beyond the first are named by options."""
        for n in threads or sorted({1, self.table.cores}):
            self.table.run(stage, who, n, mpx, [self.program, command, *ins[0], *outs[:1], *options, "--threads", n, "--overwrite",
                                                "--quiet"], files=(ins[1], outs))

    def once(self, *words):
        subprocess.run([str(w) for w in (self.program, *words, "--overwrite", "--quiet")], check=True, stderr=subprocess.DEVNULL)

    def model(self, image, samples, name, *options):
        model = self.dir / name
        self.once("train", image, samples, model, "--class-field", "code", "--folds", 0, *options)
        return model

    def classify(self, image, truth, accuracy):
        """The forest of the judged row: bands only, 100 trees of depth 15, class and confidence."""
        model = self.model(self.scene.images[0], self.scene.train, "forest.msm", "--features", "bands", "--trees", 100, "--depth", 15,
                           "--max-per-class", 0, "--max-per-polygon", 0)
        classes, sure = self.dir / "classes.tif", self.dir / "confidence.tif"
        self.run(CLASSIFY, self.crop_mpx(image), "classify", ([image], [image]), [classes, sure], "--model", model, "--confidence", sure)
        self.table.note(f"minescar: forest of {model_nodes(model)} nodes, accuracy against truth {accuracy(classes, truth):.4f}")
        return model

    def gauss(self, image, truth, accuracy):
        if not self.has("train", "method"):
            return self.table.note("gauss: this minescar has no train --method; skipped")
        model = self.model(image, self.scene.train, "gauss.msm", "--features", "bands", "--method", "gauss", "--max-per-class", 0,
                           "--max-per-polygon", 0)
        classes = self.dir / "gauss.tif"
        self.run(GAUSS, self.crop_mpx(image), "classify", ([image], [image]), [classes], "--model", model)
        self.table.note(f"minescar gauss: accuracy against truth {accuracy(classes, truth):.4f}")
        return classes

    def train(self, samples, n_samples):
        model = self.dir / "many.msm"
        for n in sorted({1, self.table.cores}):
            self.table.run(TRAIN, "minescar, pixels read too", n, 0, [
                self.program, "train", self.scene.images[0], samples, model, "--class-field", "code", "--folds", 0, "--features",
                "bands,mean:5,std:5", "--trees", 100, "--depth", 15, "--max-per-class", 0, "--max-per-polygon", 0, "--threads", n,
                "--overwrite", "--quiet"])
        self.table.note(f"minescar: {n_samples} samples, forest of {model_nodes(model)} nodes")

    def windows(self, image):
        if not self.has("features"):
            return self.table.note("features: this minescar has no such command; skipped")
        out = self.dir / "windows.tif"
        return self.run(WINDOW, self.crop_mpx(image), "features", ([image], [image]), [out], "--features", "mean:7,std:7")

    def maps(self, classes):
        """Sieve and majority of a class map of the whole scene; returns the sieved map."""
        mpx, sieved = self.scene.mpx, self.dir / "sieved.tif"
        if self.has("majority"):
            self.run(MAJORITY, mpx, "majority", ([classes], [classes]), [self.dir / "majority.tif"], "--window", 5)
        else:
            self.table.note("majority: this minescar has no such command; skipped")
        self.run(SIEVE, mpx, "sieve", ([classes], [classes]), [sieved], "--mmu-px", 25)
        return sieved

    def vectors(self, sieved):
        for kind, stage in VECTOR.items():
            self.run(stage, self.scene.mpx, "vectorize", ([sieved], [sieved]), [self.dir / f"ours.{kind}"], "--plain")

    def regions(self, sieved, crop):
        """Labels, areas and rings with no file written, by the bench_patches program when it is built."""
        places = [folder / "bench_patches" for folder in (self.helpers, pathlib.Path(self.program).parent)]
        program = next((p for p in places if p.exists()), None)
        if not program:
            return self.table.note("bench_patches is not built; regions and rings in memory are skipped")
        for n in sorted({1, self.table.cores}):
            for stage, raster, words in ((LABEL, crop, ("--labels",)), (TRACE, sieved, ())):
                self.table.run(stage, "minescar", n, self.crop_mpx(raster), [program, *words, raster, n], files=([raster], []))
        return None

    def background(self, change):
        """The same change map with its background (one patch with all the holes) and without."""
        for stage, more in ((NO_HOLES, ("--skip", 0)), (HOLES, ())):
            self.run(stage, self.scene.mpx, "vectorize", ([change], [change]), [self.dir / "holes.fgb"], "--plain", *more,
                     threads=[self.table.cores])

    def crop_mpx(self, path):
        from osgeo import gdal
        raster = gdal.Open(str(path))
        return raster.RasterXSize * raster.RasterYSize / 1e6


def model_nodes(model):
    """Nodes of the forest in a .msm file: the JSON in its head says how many."""
    found = re.search(rb'"nodes": *(\d+)', pathlib.Path(model).read_bytes()[:1 << 20])
    return int(found.group(1)) if found else None
