"""forests.py - the forests of scikit-learn and XGBoost on the same samples and pixels, as arrays in memory."""
import json
import pathlib
import statistics
import sys
import time

import numpy as np

from . import ours
from .table import Cost, run_once

ASIDE = "numpy arrays, no file"


def write(folder, name, array):
    path = folder / name
    np.ascontiguousarray(array, np.float32).tofile(path)
    return path


class Forests:
    """`samples` = (features, codes) for the classified row, `many` the same for the training row."""

    def __init__(self, table, scene, samples, many):
        self.table, self.scene, self.dir, self.samples, self.many = table, scene, scene.folder, samples, many

    def sklearn(self, pixels, truth, accuracy):
        """Fit on `many`; fit on `samples` and predict `pixels` ([n, bands]). Timed inside one process, medians."""
        files = {}
        for name, (x, y) in {"samples": self.samples, "many": self.many}.items():
            files[name] = (str(write(self.dir, f"{name}_x.f32", x)), str(write(self.dir, f"{name}_y.f32", y)), x.shape[1])
        files["pixels"] = (str(write(self.dir, "pixels.f32", pixels)), pixels.shape[1])
        out = self.dir / "sklearn.u8"
        done = run_once([sys.executable, "-m", "bench_lib.forests", json.dumps({"files": files, "out": str(out), "runs": self.table.runs,
                                                               "threads": self.table.cores, "patience": self.table.patience_s})], cwd=pathlib.Path(__file__).parent.parent)
        says, mpx = json.loads(done.out.strip().splitlines()[-1]), len(pixels) / 1e6
        for stage, key, n in ((ours.TRAIN, "fit", 0), (ours.CLASSIFY, "predict", mpx)):
            self.table.add(stage, f"scikit-learn{'' if key == 'fit' else f', {mpx:.1f} Mpx crop'}", self.table.cores, n,
                           Cost(says[key], says[f"{key}_cpu"], done.peak_mb, n_runs=says[f"{key}_runs"]))
        found = np.fromfile(out, np.uint8).reshape(truth.shape)
        self.table.note(f"scikit-learn ({ASIDE}): {says['fit_nodes']} nodes for the training row, {says['nodes']} to classify; accuracy "
                        f"against truth on the crop {accuracy(found, truth):.4f}")

    def xgboost(self, program, pixels, truth, accuracy):
        """XGBoosterPredictFromDense. It grows a tree for every class and answers by all of them: here 100 in all, spread over the
        classes, so that a pixel passes as many trees as in the other forests. (100 a class, as its manual has it, cost as many times
        more as there are classes, to grow and to ask.)"""
        x, y = self.samples
        codes, labels = np.unique(y, return_inverse=True)
        words = [write(self.dir, f"xgboost_{name}.f32", part) for name, part in (("x", x), ("y", labels), ("pixels", pixels))]
        out, trees = self.dir / "xgboost.u8", max(1, round(100 / len(codes)))
        quiet = {"OMP_WAIT_POLICY": "passive"}      # its threads spin between small steps, for minutes when other work runs
        done = run_once([program, *words, out, x.shape[1], len(codes), trees, 15, self.table.cores, self.table.runs], quiet)
        fit, predict, nodes, _ = (float(w) for w in done.out.split()[-4:])
        mpx = len(pixels) / 1e6
        self.table.add(ours.CLASSIFY, f"XGBoost C, {trees * len(codes)} trees, {mpx:.2f} Mpx", self.table.cores, mpx,
                       Cost(predict, 0, done.peak_mb))
        found = codes.astype(np.uint8)[np.fromfile(out, np.uint8)].reshape(truth.shape)
        self.table.note(f"XGBoost ({ASIDE}): {nodes:.0f} nodes in {trees} trees of each of {len(codes)} classes, depth 15, from the same "
                        f"{len(y)} samples, grown in {fit:.1f} s; accuracy against truth on the crop {accuracy(found, truth):.4f}")


def time_sklearn(spec):
    """In the child: medians of fitting and of predicting class and confidence (predict_proba), chunk by chunk."""
    from sklearn.ensemble import RandomForestClassifier

    def load(name):
        x, y, n = spec["files"][name]
        return np.fromfile(x, np.float32).reshape(-1, n), np.fromfile(y, np.float32).astype(np.uint8)

    def timed(work):
        walls, cpus = [], []
        while len(walls) < spec["runs"] and (not walls or sum(walls) + walls[-1] < spec["patience"]):
            wall, cpu = time.perf_counter(), time.process_time()
            result = work()
            walls.append(time.perf_counter() - wall)
            cpus.append(time.process_time() - cpu)
        return result, statistics.median(walls), statistics.median(cpus), len(walls)

    def forest(x, y):
        return RandomForestClassifier(n_estimators=100, max_depth=15, n_jobs=spec["threads"], random_state=1).fit(x, y)

    def predict():
        found = []
        for at in range(0, len(pixels), 1 << 20):
            share = model.predict_proba(pixels[at:at + (1 << 20)])
            found.append(model.classes_[share.argmax(axis=1)])
        return np.concatenate(found)

    def nodes(model):
        return sum(tree.tree_.node_count for tree in model.estimators_)

    many, fit, fit_cpu, fit_runs = timed(lambda: forest(*load("many")))
    model = forest(*load("samples"))
    path, n = spec["files"]["pixels"]
    pixels = np.fromfile(path, np.float32).reshape(-1, n)
    found, wall, cpu, runs = timed(predict)
    found.astype(np.uint8).tofile(spec["out"])
    print(json.dumps({"fit": fit, "fit_cpu": fit_cpu, "fit_runs": fit_runs, "fit_nodes": nodes(many), "predict": wall,
                      "predict_cpu": cpu, "predict_runs": runs, "nodes": nodes(model)}))


if __name__ == "__main__":
    time_sklearn(json.loads(sys.argv[1]))
