"""judge_change.py MINESCAR SCRIPTS - accepted change beside the exact truth of a made scene, and the judge beside cases with known answers.

The scene is small and of a seed that is used in development; its limits are there to notice a decision that broke, not to say how good it
is: docs/ACCURACY.md does, on other seeds."""
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
    from osgeo import gdal
    from scipy import ndimage
    sys.path.insert(0, sys.argv[2])
    from judge_maps import NONE, count, differences, maps_of, shares, truth_of
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

n_failed = 0


def check(what, ok, detail=""):
    global n_failed
    n_failed += not ok
    print(f"{'ok    ' if ok else 'FAILED'} {what}{'' if ok else ': ' + str(detail)}")


def known_answers():
    before, after = np.full((60, 80), 6, np.uint8), np.full((60, 80), 6, np.uint8)
    after[10:20, 10:30] = 1                  # 200 px become a quarry
    after[40:50, 50:60] = 9                  # 100 px change without damage
    before[:, :5] = 0
    truth = differences(before, after)
    check("judge: differences", (truth[:, :5] == NONE).all() and (truth[10:20, 10:30] == 6 * 256 + 1).all() and np.count_nonzero(truth % NONE) == 300)
    same = shares(count(truth, truth, (1, 2), 100), (1, 2))
    check("judge: truth beside itself is right", all(same[k] == 1 for k in ("precision", "recall", "f1", "from_to_right", "patch_recall",
                                                                             "patch_precision", "patch_any_value_recall")), same)
    check("judge: one patch of damage, no error of its area", same["n_patch_true"] == 1 and same["area_error"][1] == {"gained": 0, "lost": None}, same)
    check("judge: the unit counts", shares(count(truth, truth, (1, 2), 201), (1, 2))["n_patch_true"] == 0)
    moved = truth.copy()
    moved[10:20, 10:30] = 0
    moved[10:20, 20:40] = 6 * 256 + 2        # half of it is found, as another class
    n = count(truth, moved, (1, 2), 100)
    check("judge: hits and from-to by pixel", (n["hit_px"], n["right_px"], n["mapped_px"]) == (200, 100, 300), n)
    check("judge: a third of the union is not found", n["patch_true_met"] == 0 and n["patch_any_value_true_met"] == 0, n)
    moved[10:20, 10:20] = 6 * 256 + 2        # now two thirds of the union, of another value
    n = count(truth, moved, (1, 2), 100)
    check("judge: found as any change, not as this one", n["patch_true_met"] == 0 and n["patch_any_value_true_met"] == 1, n)
    two, one = truth.copy(), truth.copy()
    two[10:20, 34:54] = one[10:20, 30:54] = 6 * 256 + 1         # a second quarry beside the first; the map unites them
    n = count(two, one, (1, 2), 100)
    check("judge: two sites that are one on the map are covered, and not found", (n["n_site_covered_true"], n["site_covered_true_met"], n["patch_any_value_true_met"],
                                                                                  n["site_covered_mapped_met"]) == (2, 2, 0, 1), n)
    n = count(truth, one, (1, 2), 100)
    check("judge: a site most of which is none on the other map", (n["site_covered_true_met"], n["site_covered_mapped_met"]) == (1, 0), n)
    unseen = truth.copy()
    unseen[:25] = NONE
    n = count(truth, unseen, (1, 2), 100)
    check("judge: what is not observed is not judged", (n["true_px"], n["observed_px"]) == (100, 35 * 75), n)


def run(minescar, *words):
    done = subprocess.run([minescar, *map(str, words), "--quiet"], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"minescar {words}: {done.stderr}")


def shifted_newer_date(minescar, scene, truth, damage, unmoved):
    """The newer image moved by a pixel: new damage of the unit at least that was found, by half of its area, is so still."""
    data = gdal.Open(str(scene / "image_2025.tif"), gdal.GA_Update)
    for b in range(1, data.RasterCount + 1):
        band = data.GetRasterBand(b)
        band.WriteArray(np.clip(np.rint(ndimage.shift(band.ReadAsArray().astype(float), (-0.6, 0.8), order=3, mode="nearest")), 1, 65535).astype(np.uint16))
    data = None
    run(minescar, "run", scene / "job.yaml", "--overwrite")
    change = maps_of(str(scene / "out"))[0]["accepted"]
    seen = (truth != NONE) & (change != NONE) & (unmoved != NONE)
    new, n = ndimage.label(seen & (truth > 0) & np.isin(truth & 255, damage) & ~np.isin(truth >> 8, damage))
    size = np.bincount(new.ravel(), minlength=n + 1)
    before, after = (np.bincount(new.ravel(), weights=(seen & (c > 0)).ravel(), minlength=n + 1) / np.maximum(size, 1) for c in (unmoved, change))
    found = [i for i in range(1, n + 1) if size[i] >= 100 and before[i] >= 0.5]
    missed = sum(after[i] < 0.5 for i in found)
    check("shift: new damage is found when the newer date is a pixel off, but for one site at most", len(found) > 3 and missed <= 1, [(int(size[i]), after[i]) for i in found])


def made_scene(minescar):
    with tempfile.TemporaryDirectory(prefix="judge") as folder:
        scene = pathlib.Path(folder) / "scene"
        run(minescar, "simulate", scene, "--size-px", "768", "--seed", "14")
        run(minescar, "run", scene / "job.yaml")
        truth, damage = truth_of(str(scene))
        maps, pixel_m2 = maps_of(str(scene / "out"))
        accepted, plain = (shares(count(truth, maps[name], damage, 400 / pixel_m2), damage) for name in ("accepted", "plain_difference"))
        print("accepted", accepted, "\nplain", plain)
        check("scene: three quarters are observed in both years", accepted["observed_px"] > 0.75 * truth.size, accepted)
        false_px, plain_false_px = ((1 - one["precision"]) * one["mapped_px"] for one in (accepted, plain))
        check("scene: accepted change is precise", accepted["precision"] > 0.8, accepted)
        check("scene: a quarter of the plain difference's false change is left at most", false_px < plain_false_px / 4, (false_px, plain_false_px))
        check("scene: change is found, at most a tenth less than by the plain difference", accepted["recall"] > max(0.75, 0.9 * plain["recall"]), accepted)
        check("scene: most of what is found is the change that it is said to be", accepted["from_to_right"] > 0.65, accepted)
        # Patches of one from-to each are two dozen here, too few for a limit; whole sites are four.
        n_wrong = round((1 - accepted["patch_any_value_precision"]) * accepted["n_patch_any_value_mapped"])
        check("scene: all sites are found, and one at most is none", accepted["patch_any_value_recall"] == 1 and n_wrong <= 1, accepted)
        shifted_newer_date(minescar, scene, truth, damage, maps["accepted"])


known_answers()
made_scene(sys.argv[1])
sys.exit(n_failed != 0)
