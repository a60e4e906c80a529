"""bench.py - see scripts/bench. Needs python3-gdal and python3-numpy; peers are used where they are installed."""
import argparse
import os
import pathlib
import platform
import shutil
import sys
import tempfile
import time

import numpy as np

from bench_lib import ours, pipeline, scale, targets
from bench_lib.gdal_tools import Gdal
from bench_lib.forests import Forests
from bench_lib.grass import Grass
from bench_lib.otb import Otb
from bench_lib.ours import Ours
from bench_lib.scene import Scene, accuracy, read
from bench_lib.table import Limits, Table

GROUPS = ("classify", "gauss", "train", "windows", "maps", "regions", "vectors", "background", "decision", "pipeline")
SCRIPTS = pathlib.Path(__file__).resolve().parent


def arguments():
    p = argparse.ArgumentParser(prog="scripts/bench", description="Times minescar and its peers on the same files in the same run.")
    p.add_argument("size", nargs="?", type=int, default=8192, help="side of the scene, px; images are classified on its quarter (8192)")
    p.add_argument("dir", nargs="?", help="where the files go and stay; default: a folder that is removed at the end")
    p.add_argument("--scene", help="a folder with t1.tif t2.tif truth1.tif truth2.tif train1.shp instead of minescar simulate")
    p.add_argument("--patience", type=float, default=30, help="a peer is not run again once its runs have taken so long, s (30)")
    p.add_argument("--runs", type=int, default=int(os.environ.get("RUNS", 5)), help="medians of so many (5)")
    p.add_argument("--only", default=",".join(GROUPS), help="groups: " + ",".join(GROUPS))
    p.add_argument("--no-peers", action="store_true", help="minescar alone")
    p.add_argument("--crop", type=int, default=1024, help="side of what slow peers classify, px (1024)")
    p.add_argument("--pipeline-size", type=int, default=2048, help="side of the pipelines' images, px (2048)")
    p.add_argument("--samples", type=int, default=100000, help="samples of the training row (100000)")
    p.add_argument("--scale", nargs="?", const="25,100,400,2500", help="whole jobs of these areas in km2 at 2 m instead of the table")
    p.add_argument("--block", type=int, default=2560, help="side of the made block that --scale repeats, px; of 512 (2560)")
    p.add_argument("--mosaic", choices=("vrt", "tif"), default="vrt", help="how --scale repeats it: through a VRT, or as one GeoTIFF whose "
                   "block table repeats (vrt)")
    p.add_argument("--trees", type=int, help="trees of the jobs of --scale (the default of a job)")
    p.add_argument("--memory", default="1G", help="memory cap of the jobs of --scale (1G)")
    return p.parse_args()


class Bench:
    def __init__(self, args, folder):
        self.args, self.program, helpers = args, os.environ["MINESCAR"], pathlib.Path(os.environ["BENCH_PROGRAMS"])
        self.helpers = helpers
        limits = helpers / "bench_limits"
        self.table = Table(args.runs, len(os.sched_getaffinity(0)), Limits(limits, args.runs, folder) if limits.exists() else None,
                           args.patience)
        self.scene = Scene(self.program, folder, args.size, args.scene)
        self.ours = Ours(self.program, self.table, self.scene, helpers)
        self.otb, self.gdal, self.grass = self.peers()

    def peers(self):
        """The peers that are installed; what is missing is said once."""
        found = []
        for name, word, make in (("OTB", "otbcli_ImageClassifier", Otb), ("GDAL", "gdal_sieve.py", Gdal), ("GRASS", "grass", Grass)):
            there = not self.args.no_peers and shutil.which(word)
            if not there and not self.args.no_peers:
                self.table.note(f"{name} is not installed; its rows are skipped")
            found.append(make(self.table, self.scene) if there else None)
        return found

    def machine(self):
        model = [line.split(":")[1].strip() for line in open("/proc/cpuinfo", encoding="ascii") if line.startswith("model name")]
        print(f"{model[0] if model else platform.processor()}, {self.table.cores} cores, load {os.getloadavg()[0]:.2f} at the start, "
              f"medians of {self.args.runs}, {self.scene.name}")
        if self.table.limits:
            for n in sorted({1, self.table.cores}):
                decode = self.scene.mpx / self.table.limits.decode(self.scene.images[0], n)
                print(f"limits at {n} threads: copy {self.table.limits.copy_mb_s(n) / 1e3:.1f} GB/s, decode the image {decode:.1f} Mpx/s")

    def images(self):
        wanted = set(self.args.only.split(","))
        if "classify" in wanted:
            self.classify()
        if wanted & {"classify", "train"} and not self.args.no_peers:
            self.forests(wanted)
        if "gauss" in wanted:
            classes = self.ours.stages("gauss")[ours.GAUSS]
            truth = read(self.scene.window(max(256, self.scene.side_px // 2), "half")[1][0])
            self.table.note(f"minescar gauss: accuracy against truth {accuracy(classes, truth):.4f}")
            if self.grass:
                self.grass.maxlik(self.ours.file("image"), truth, accuracy, classes)
        if "windows" in wanted:
            self.ours.stages("windows")
            if self.otb:
                self.otb.windows(self.ours.file("image"), self.scene.n_bands)

    def classify(self):
        """Accuracy on the crop that the peers classify, too."""
        (_, _), (truth, _) = self.scene.window(self.args.crop, "crop")
        classes, truth, n = read(self.ours.stages("classify")[ours.CLASSIFY]), read(truth), self.args.crop
        self.table.note(f"minescar: forest of {ours.model_nodes(self.ours.file('forest'))} nodes; accuracy against truth on the peers' crop "
                        f"{accuracy(classes[:n, :n], truth):.4f}")

    def forests(self, wanted):
        (crop, _), (truth, _) = self.scene.window(self.args.crop, "crop")
        if self.otb and "classify" in wanted:
            self.otb.classify(crop, truth, accuracy)
        rows, columns, codes = self.scene.labels(self.scene.train)
        samples = (self.scene.bands_at(rows, columns), codes)
        rows, columns, codes = self.scene.labels(self.scene.many_samples(self.args.samples))
        many = (self.scene.window_features_at(rows, columns), codes)
        if "train" in wanted:
            self.ours.train(self.scene.many_samples(self.args.samples), len(codes))
            if self.otb:
                self.otb.train(*many)
        forests = Forests(self.table, self.scene, samples, many)
        pixels = read(crop).reshape(self.scene.n_bands, -1).T.astype(np.float32)
        try:
            import sklearn  # noqa: F401
            forests.sklearn(pixels, read(truth), accuracy)
        except ImportError:
            self.table.note("scikit-learn is not installed; its rows are skipped")
        if (self.helpers / "bench_xgboost").exists() and "classify" in wanted:
            forests.xgboost(self.helpers / "bench_xgboost", pixels, read(truth), accuracy)
        elif "classify" in wanted:
            self.table.note("libxgboost-dev is not installed; its row is skipped")

    def maps(self):
        """What is done with class maps, on the whole scene's."""
        wanted = set(self.args.only.split(","))
        if "maps" in wanted:
            self.ours.stages("maps")
            if self.otb:
                self.otb.majority(self.ours.file("map"))
            if self.gdal:
                self.gdal.sieve(self.ours.file("map"))
        if "regions" in wanted:
            self.ours.regions()
            if self.grass:
                self.grass.clump(self.ours.quarter_map())
        if "vectors" in wanted:
            made = self.ours.stages("vectors")
            self.table.note(f"the dense class map: {self.describe(made[ours.VECTOR['fgb']])}")
            if self.gdal:
                self.gdal.vectors(self.ours.file("dense"))
        for group in ("background", "decision"):
            if group in wanted:
                self.ours.stages(group)

    def describe(self, path):
        from osgeo import ogr
        store = ogr.Open(str(path))
        layer, n = store.GetLayer(0), 0
        for feature in layer:
            shape = feature.GetGeometryRef()
            n += sum(shape.GetGeometryRef(r).GetPointCount() for r in range(shape.GetGeometryCount()))
        return f"{layer.GetFeatureCount()} patches, {n} vertices"

    def pipelines(self):
        if "pipeline" not in self.args.only.split(","):
            return
        images, truths = self.scene.window(self.args.pipeline_size, "pipeline")
        pipeline.run_ours(self.program, self.table, self.scene, images, truths)
        if self.otb and self.gdal:
            pipeline.run_peers(self.table, self.scene, images, truths, SCRIPTS / "bench_peer_pipeline")

    def run(self):
        self.machine()
        self.table.head()
        self.images()
        self.maps()
        self.pipelines()
        targets.show(self.table)
        print(f"load {os.getloadavg()[0]:.2f} at the end")


def main():
    args = arguments()
    unknown = set(args.only.split(",")) - set(GROUPS)
    if unknown:
        sys.exit(f"--only: no group {', '.join(sorted(unknown))}")
    folder = pathlib.Path(args.dir or tempfile.mkdtemp(prefix="bench.")).resolve()
    start = time.time()
    try:
        if args.scale:
            scale.run(args, folder, os.environ["MINESCAR"], pathlib.Path(os.environ["BENCH_PROGRAMS"]))
        else:
            Bench(args, folder).run()
        print(f"{time.time() - start:.0f} s in all")
    finally:
        if not args.dir:
            shutil.rmtree(folder, ignore_errors=True)


main()
