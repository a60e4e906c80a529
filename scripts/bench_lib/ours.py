"""ours.py - minescar's rows: every command at one thread and at all of them.

A row is a line of STAGES: group, name, command. In the command {image} and {image_2} are the quarter images of the two dates, {dem}
their elevation where there is one, {map} and {map_2} the class maps of the whole scene, {sieved} the first of them cleaned, {dense}
the same with all regions of 2 px and more (some 7000 a Mpx), {change} the accepted change map, {forest} and {gauss} models of bands;
{out} begins the name of an output. What a stage needs is made first and not timed; a stage whose command or files this minescar or
scene does not have is said and left out.
"""
import json
import pathlib
import re
import string
import subprocess

CLASSIFY, GAUSS, TRAIN = "classify rf 100 x 15, 4 b", "classify gauss, 4 b", "train 100 000 x 12"
MAJORITY, SIEVE, WINDOW = "majority 5 x 5", "sieve 25 px", "mean + std 7 x 7, 4 b"
LABEL, TRACE, PIPELINE = "label regions", "vectorize in memory", "whole pipeline"
VECTOR = {"fgb": "vectorize fgb", "shp": "vectorize shp", "gpkg": "vectorize gpkg"}
HOLES, NO_HOLES = "change map, background too", "change map, background out"
STAGES = [
    ("classify", CLASSIFY, "classify {image} {out}.tif --model {forest} --confidence {out}_sure.tif --objects 0 --all-trees"),   # as the peers do
    ("classify", "classify, objects", "classify {image} {out}.tif --model {forest} --confidence {out}_sure.tif --objects 2 --all-trees"),
    ("classify", "classify, pixels alone", "classify {image} {out}.tif --model {forest} --confidence {out}_sure.tif --smooth 0 --all-trees"),
    ("classify", "classify, first trees agree", "classify {image} {out}.tif --model {forest} --confidence {out}_sure.tif --objects 0"),
    ("gauss", GAUSS, "classify {image} {out}.tif --model {gauss} --smooth 0"),      # as i.maxlik, which looks at pixels alone
    ("decision", "shift", "shift {image} {image_2} {out}.json"),
    ("decision", "evidence (IR-MAD)", "irmad {image} {image_2} {out}.tif"),
    ("decision", "posteriors, smoothed", "classify {image} {out}.tif --model {gauss} --posterior {out}_p.tif --objects 0"),
    ("windows", WINDOW, "features {image} {out}.tif --features mean:7,std:7"),
    ("windows", "slope + tpi 31", "features {image} {out}.tif --features slope,tpi:31 --dem {dem}"),
    ("maps", MAJORITY, "majority {map} {out}.tif --window 5"),
    ("maps", SIEVE, "sieve {map} {out}.tif --mmu-px 25"),
    ("maps", "compare two class maps", "change {map} {map_2} {out}.tif"),
    *(("vectors", stage, f"vectorize {{dense}} {{out}}.{kind} --plain") for kind, stage in VECTOR.items()),
    ("background", NO_HOLES, "vectorize {change} {out}.fgb --plain --skip 0"),
    ("background", HOLES, "vectorize {change} {out}.fgb --plain"),
]
ALL_SAMPLES = ("--max-per-class", 0, "--max-per-polygon", 0)


class Ours:
    def __init__(self, program, table, scene, helpers):
        self.program, self.table, self.scene, self.dir, self.helpers = program, table, scene, scene.folder, helpers
        usage = json.loads(subprocess.run([program, "--json-usage"], check=True, capture_output=True, text=True).stdout)
        self.commands = {c["command"] for c in usage}
        self.files = {}

    def once(self, *words):
        subprocess.run([str(w) for w in (self.program, *words, "--overwrite", "--quiet")], check=True, stderr=subprocess.DEVNULL)

    def file(self, name):
        """A file that stages work on, made when it is first asked for; None where the scene has none."""
        if name not in self.files:
            self.files[name] = getattr(self, f"_make_{name}")()
        return self.files[name]

    def stages(self, group):
        """The rows of one group; returns {stage: first output}."""
        return {stage: self._stage(stage, command) for g, stage, command in STAGES if g == group}

    def _stage(self, stage, command):
        name, words = command.split()[0], command.split()
        wanted = [field for _, field, _, _ in string.Formatter().parse(command) if field and field != "out"]
        if name not in self.commands:
            return self.table.note(f"{stage}: this minescar has no command {name}; skipped")
        if any(self.file(w) is None for w in wanted):
            return self.table.note(f"{stage}: the scene has no {', '.join(w for w in wanted if self.file(w) is None)}; skipped")
        out = self.dir / f"ours_{re.sub('[^a-z0-9]+', '_', stage.lower())}"
        filled = [word.format(out=out, **{w: self.file(w) for w in wanted}) for word in words]
        ins = [self.file(w) for w in wanted if self.file(w).suffix == ".tif"]
        outs = [pathlib.Path(f) for word, f in zip(words, filled) if "{out}" in word]
        for n in sorted({1, self.table.cores}):
            self.table.run(stage, "minescar", n, self.scene.crop_mpx(ins[0]), [self.program, *filled, "--threads", n, "--overwrite",
                                                                              "--quiet"], files=(ins, outs), before=lambda: remove(outs))
        return outs[0]

    # ---- what stages work on ----
    def _quarter(self, date):
        return self.scene.window(max(256, self.scene.side_px // 2), "half")[0][date]

    def _make_image(self):
        return self._quarter(0)

    def _make_image_2(self):
        return self._quarter(1)

    def _make_dem(self):
        return self.scene.images[0].with_name("dem_2024.tif") if self.scene.images[0].with_name("dem_2024.tif").exists() else None

    def _model(self, image, name, *options):
        model = self.dir / name
        self.once("train", image, self.scene.train, model, "--class-field", "code", "--folds", 0, "--features", "bands", *options)
        return model

    def _make_forest(self):
        """The forest of the judged row: bands only, 100 trees of depth 15, every pixel of the polygons."""
        return self._model(self.scene.images[0], "forest.msm", "--trees", 100, "--depth", 15, *ALL_SAMPLES)

    def _make_gauss(self):
        return self._model(self.file("image"), "gauss.msm", "--method", "gauss", *ALL_SAMPLES)

    def _map(self, date):
        out = self.dir / f"map_{date}.tif"
        if not out.exists():
            model = self.dir / "map.msm"
            if not model.exists():
                self._model(self.scene.images[0], "map.msm", "--trees", 30)
            self.once("classify", self.scene.images[date], out, "--model", model, "--smooth", 0)     # maps full of specks
        return out

    def _make_map(self):
        return self._map(0)

    def _make_map_2(self):
        return self._map(1)

    def _cleaned(self, name, least_px):
        out = self.dir / name
        if not out.exists():
            self.once("sieve", self.file("map"), out, "--mmu-px", least_px)
        return out

    def _make_sieved(self):
        return self._cleaned("sieved.tif", 25)

    def _make_dense(self):
        return self._cleaned("dense.tif", 2)

    def _make_change(self):
        raw, out = self.dir / "change.tif", self.dir / "change_sieved.tif"
        self.once("change", self.file("map"), self.file("map_2"), raw, "--edge-tolerance-px", 0)
        self.once("sieve", raw, out, "--mmu-px", 25)
        return out

    # ---- rows that are more than one command ----
    def train(self, samples, n_samples):
        model = self.dir / "many.msm"
        for n in sorted({1, self.table.cores}):
            self.table.run(TRAIN, "minescar, pixels read too", n, 0, [
                self.program, "train", self.scene.images[0], samples, model, "--class-field", "code", "--folds", 0, "--features",
                "bands,mean:5,std:5", "--trees", 100, "--depth", 15, *ALL_SAMPLES, "--threads", n, "--overwrite", "--quiet"])
        self.table.note(f"minescar: {n_samples} samples, forest of {model_nodes(model)} nodes")

    def regions(self):
        """Labels, areas and rings with no file written, by the bench_patches program when it is built."""
        places = [folder / "bench_patches" for folder in (self.helpers, pathlib.Path(self.program).parent)]
        program = next((p for p in places if p.exists()), None)
        if not program:
            return self.table.note("bench_patches is not built; regions and rings in memory are skipped")
        for n in sorted({1, self.table.cores}):
            for stage, raster, words in ((LABEL, self.quarter_map(), ("--labels",)), (TRACE, self.file("dense"), ())):
                self.table.run(stage, "minescar", n, self.scene.crop_mpx(raster), [program, *words, raster, n], files=([raster], []))
        return None

    def quarter_map(self):
        return self.scene.crop(self.file("dense"), max(256, self.scene.side_px // 2), "dense_half")


def remove(outs):
    """What an earlier run left: giving up its pages (0.1 s for 290 MB) is not what is measured, nor is it for GDAL's polygons."""
    for out in outs:
        for old in out.parent.glob(f"{out.stem}.*"):
            old.unlink()


def model_nodes(model):
    """Nodes of the forest in a .msm file: the JSON in its head says how many."""
    found = re.search(rb'"nodes": *(\d+)', pathlib.Path(model).read_bytes()[:1 << 20])
    return int(found.group(1)) if found else None
