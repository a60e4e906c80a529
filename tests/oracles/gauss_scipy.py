#!/usr/bin/env python3
"""gauss_scipy.py GAUSS_ASK - our signatures against scipy's normal densities and scikit-learn's QDA; 77: nothing to compare with.

On made classes that overlap, on sixteen-bit reflectances, and on the Hong Kong training polygons where MINESCAR_DATA (or
../shared/data) has them, with numpy's moments:
  - the winner is scipy's wherever scipy's two best log densities are further apart than 32-bit means and weights resolve (1e-4 of their size)
  - the posterior is scipy's to within its rounding to whole per cents, and 0.05
  - cross-validated on the same grouped folds, accuracy is QuadraticDiscriminantAnalysis' to within those ties
"""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forest_sklearn import hongkong, write_samples  # noqa: E402  (skips by itself without scikit-learn)

try:
    import numpy as np
    from scipy.stats import multivariate_normal
    from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis
except ImportError:
    print("skipped: no scipy or scikit-learn")
    sys.exit(77)


def made(n_features=10):
    """Eight classes with covariances of their own."""
    rng = np.random.default_rng(4)
    n_groups, size, n_classes = 300, 20, 8
    label = np.repeat(rng.integers(0, n_classes, n_groups), size)
    group = np.repeat(np.arange(n_groups), size)
    centre = rng.uniform(0, 2, (n_classes, n_features))
    mix = rng.normal(0, 0.4, (n_classes, n_features, n_features)) + np.eye(n_features) * 0.5
    noise = rng.normal(size=(len(label), n_features))
    return centre[label] + np.einsum("nij,nj->ni", mix[label], noise), label, group


def reflectances():
    """Four bands whose mean is many times their spread, correlated to 0.99, in whole numbers."""
    x, label, group = made(4)
    shared = x.mean(axis=1, keepdims=True)
    return np.round(20000 + 300 * shared + 40 * x), label, group


def compare(name, program, x, label, group):
    with tempfile.TemporaryDirectory() as room:
        samples, folds, answers = (os.path.join(room, part) for part in ("samples", "folds", "answers"))
        write_samples(samples, x, label, group)
        said = subprocess.run([program, samples, folds, answers], check=True, stdout=subprocess.PIPE, text=True).stdout
        fold = np.fromfile(folds, "u1")
        winner, percent = np.fromfile(answers, "u1").reshape(2, -1)
    x = x.astype(np.float32).astype(float)
    n_classes = label.max() + 1
    density = np.stack([multivariate_normal(x[label == c].mean(0), np.cov(x[label == c].T)).logpdf(x) for c in range(n_classes)])
    ranked = np.sort(density, axis=0)
    tie = 1e-4 * (1 + np.abs(ranked[-1]))
    clear = ranked[-1] - ranked[-2] > tie
    wrong = clear & (winner != density.argmax(0))
    share = 100 / np.exp(density - density.max(0)).sum(0)
    worst = np.abs(percent - share)[clear].max()
    right = ties = 0
    for k in range(5):
        out = fold == k
        judge = QuadraticDiscriminantAnalysis(priors=np.full(n_classes, 1 / n_classes)).fit(x[~out], label[~out])
        by_class = np.sort(judge.decision_function(x[out]), axis=1)
        right += int((judge.predict(x[out]) == label[out]).sum())
        ties += int((by_class[:, -1] - by_class[:, -2] < 1e-4 * (1 + np.abs(by_class[:, -1]))).sum())
    ours = round(float(said) * len(label))
    print(f"{name}: {len(label)} samples, {wrong.sum()} winners differ from scipy's ({(~clear).sum()} ties left out), "
          f"posterior within {worst:.3f}; right by folds {ours}, scikit-learn {right}, ties {ties}")
    return not wrong.any() and worst <= 0.55 and abs(ours - right) <= ties


def main():
    held = compare("made", sys.argv[1], *made())
    held &= compare("reflectances", sys.argv[1], *reflectances())
    real = hongkong()
    if real is None:
        print("hongkong: skipped, no data")
    else:
        held &= compare("hongkong", sys.argv[1], *real)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
