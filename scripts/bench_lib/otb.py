"""otb.py - Orfeo ToolBox's rows: random forest, majority, local statistics."""
import re

from osgeo import ogr

from . import ours

FOREST = ["-classifier", "rf", "-classifier.rf.nbtrees", 100, "-classifier.rf.max", 15, "-classifier.rf.min", 5, "-classifier.rf.acc", 0]


class Otb:
    def __init__(self, table, scene):
        self.table, self.scene, self.dir = table, scene, scene.folder
        self.env = {"OTB_LOGGER_LEVEL": "WARNING", "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS": str(table.cores),
                    "OMP_NUM_THREADS": str(table.cores), "GDAL_NUM_THREADS": str(table.cores)}

    def run(self, stage, who, mpx, command, files=None):
        return self.table.peer(stage, who, self.table.cores, mpx, command, files=files, env=self.env)

    def model(self):
        """The forest from the same polygons, all of their pixels, with the statistics that it needs; returns (model, stats)."""
        from .table import run_once
        stats, model = self.dir / "otb_stats.xml", self.dir / "otb.model"
        if not model.exists():
            run_once(["otbcli_ComputeImagesStatistics", "-il", self.scene.images[0], "-bv", 0, "-out.xml", stats], self.env)
            run_once(["otbcli_TrainImagesClassifier", "-io.il", self.scene.images[0], "-io.vd", self.scene.train, "-io.imstat", stats,
                      "-sample.vfn", "code", "-sample.mt", -1, "-sample.mv", -1, "-sample.bm", 0, "-sample.vtr", 0, "-rand", 42,
                      *FOREST, "-io.out", model], self.env)
        return model, stats

    def classify(self, crop, truth, accuracy):
        """On a crop: its forest works pixel by pixel, so that its rate does not depend on the size, only on what is seen."""
        model, stats = self.model()
        classes, sure = self.dir / "otb_classes.tif", self.dir / "otb_confidence.tif"
        mpx = self.scene.crop_mpx(crop)
        self.run(ours.CLASSIFY, f"OTB rf, {mpx:.2f} Mpx crop", mpx,
                 ["otbcli_ImageClassifier", "-in", crop, "-imstat", stats, "-model", model, "-confmap", sure, "-out", classes, "uint8"],
                 ([crop], []))
        self.table.note(f"OTB: {nodes(model)}, accuracy against truth on the crop {accuracy(classes, truth):.4f}")

    def train(self, features, codes):
        """The forest alone: features are in the vector file before the clock starts."""
        import numpy as np
        table = self.dir / f"otb_samples_{len(codes)}.sqlite"
        names = [f"f{i}" for i in range(features.shape[1])]
        if not table.exists():
            write_points(table, names, features, np.asarray(codes))
        model = self.dir / "otb_many.model"
        self.run(ours.TRAIN, "OTB TrainVectorClassifier", 0, ["otbcli_TrainVectorClassifier", "-io.vd", table, "-io.out", model, "-feat",
                                                              *names, "-cfield", "code", "-rand", 1, *FOREST])
        self.table.note(f"OTB: {nodes(model)}")

    def majority(self, classes):
        self.run(ours.MAJORITY, "OTB MapRegularization", self.scene.mpx,
                 ["otbcli_ClassificationMapRegularization", "-io.in", classes, "-ip.radius", 2, "-io.out",
                  f"{self.dir / 'otb_majority.tif'}?&gdal:co:TILED=YES&gdal:co:COMPRESS=ZSTD", "uint8"], ([classes], []))

    def windows(self, image, n_bands):
        """One run a band, as its interface wants it; it makes four statistics where two are asked for."""
        out = self.dir / "otb_stat.tif"
        one = " ".join(["otbcli_LocalStatisticExtraction", "-in", str(image), "-radius", "3", "-out", f"'{out}'", "float", "-channel"])
        self.run(ours.WINDOW, "OTB LocalStatistic, 4 moments", self.scene.crop_mpx(image),
                 ["sh", "-ec", "; ".join(f"{one} {b + 1} >/dev/null" for b in range(n_bands))], ([image], []))


def nodes(model):
    """'forest of N nodes in T trees', by OpenCV's text format."""
    text = open(model, encoding="ascii", errors="replace").read()
    return f"forest of {len(re.findall(r'depth:', text))} nodes in {len(re.findall(r'- *nodes:|nodes:', text))} trees"


def write_points(path, names, features, codes):
    store = ogr.GetDriverByName("SQLite").CreateDataSource(str(path))
    layer = store.CreateLayer("samples", None, ogr.wkbPoint)
    for name in names:
        layer.CreateField(ogr.FieldDefn(name, ogr.OFTReal))
    layer.CreateField(ogr.FieldDefn("code", ogr.OFTInteger))
    layer.StartTransaction()
    for i in range(len(codes)):
        feature = ogr.Feature(layer.GetLayerDefn())
        for f in range(len(names)):
            feature.SetField(f, float(features[i, f]))
        feature.SetField(len(names), int(codes[i]))
        feature.SetGeometry(ogr.CreateGeometryFromWkt(f"POINT({i % 1000} {i // 1000})"))
        layer.CreateFeature(feature)
    layer.CommitTransaction()
