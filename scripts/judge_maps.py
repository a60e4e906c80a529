"""judge_maps.py - counts of a change map beside the exact truth of a made scene, and the shares that they make.

Counts of several scenes may be added before the shares are taken. Needs numpy, scipy and GDAL for Python."""
import glob
import os

import numpy as np
from osgeo import gdal
from scipy import ndimage

gdal.UseExceptions()
NONE = 65535


def read(path):
    data = gdal.Open(path)
    return data.ReadAsArray(), abs(data.GetGeoTransform()[1] * data.GetGeoTransform()[5])


def differences(before, after):
    """before * 256 + after where two class maps differ, 0 where not, 65535 where a year is not observed."""
    code = np.where(before != after, before.astype(np.uint16) * 256 + after, 0).astype(np.uint16)
    code[(before == 0) | (after == 0)] = NONE
    return code


def truth_of(scene):
    """The true change of a scene and the codes of its damage classes."""
    path = os.path.join(scene, "truth_change.tif")
    if os.path.exists(path):
        return read(path)[0], (1, 2, 3, 4, 5)
    return differences(*(read(os.path.join(scene, f"truth{i}.tif"))[0] for i in (1, 2))), (3, 4, 5, 6)


def maps_of(out):
    """Accepted change of a run, the plain difference of its class maps, and the area of a pixel."""
    change, pixel_m2 = read(sorted(glob.glob(os.path.join(out, "change_*.tif")))[0])
    return {"accepted": change, "plain_difference": differences(*(read(path)[0] for path in sorted(glob.glob(os.path.join(out, "classes_*.tif")))[:2]))}, pixel_m2


def regions(code):
    """Label of each pixel's region of one value; value and size of each label."""
    labels, values = np.zeros(code.shape, np.int32), [0]
    for value in np.unique(code[(code > 0) & (code < NONE)]):
        own, n = ndimage.label(code == value)
        labels[own > 0] = own[own > 0] + len(values) - 1
        values += [value] * n
    return labels, np.array(values), np.bincount(labels.ravel(), minlength=len(values))


def found(a, b):
    """Which regions of a have one of b that overlaps them by half of the union and has their value."""
    both = (a[0] > 0) & (b[0] > 0)
    pairs, n = np.unique(a[0][both].astype(np.int64) * len(b[1]) + b[0][both], return_counts=True)
    i, k = pairs // len(b[1]), pairs % len(b[1])
    is_found = np.zeros(len(a[1]), bool)
    is_found[i[(a[1][i] == b[1][k]) & (n * 2 >= a[2][i] + b[2][k] - n)]] = True
    return is_found


def covered(a, b):
    """Which regions of a lie by half of their area in regions of b, of whatever value and extent."""
    return np.bincount(a[0].ravel(), weights=(b[0] > 0).ravel()) * 2 >= a[2]


def at_unit(code, mmu_px):
    """What is below the unit in the change of a truth joins its largest neighbour inside the change, as GDAL's sieve does it: a map that is
    made for that unit shows no more, and its patches can be no others."""
    memory = gdal.GetDriverByName("MEM").Create("", code.shape[1], code.shape[0], 2, gdal.GDT_UInt16)
    band, mask = memory.GetRasterBand(1), memory.GetRasterBand(2)
    band.WriteArray(code)
    mask.WriteArray((code > 0).astype(np.uint16))
    gdal.SieveFilter(band, mask, band, int(np.ceil(mmu_px)), 4)
    return np.where(code > 0, band.ReadAsArray(), 0).astype(np.uint16)


def count(truth, change, damage, mmu_px):
    """Pixels and patches, where both years are observed in truth and on the map."""
    is_seen = (truth != NONE) & (change != NONE)
    t, m = (np.where(is_seen, x, 0) for x in (truth, change))
    is_hit = (t > 0) & (m > 0)
    n = {"observed_px": np.count_nonzero(is_seen), "true_px": np.count_nonzero(t), "mapped_px": np.count_nonzero(m), "hit_px": np.count_nonzero(is_hit),
         "right_px": np.count_nonzero(is_hit & (t == m))}
    sites = [np.where((x > 0) & np.isin(x >> 8, damage) | np.isin(x & 255, damage), 1, 0) for x in (t, m)]
    for name, x, y, is_met in (("patch", t, m, found), ("patch_at_unit", at_unit(t, mmu_px), m, found), ("patch_any_value", *sites, found),
                               ("site_covered", *sites, covered)):
        a, b = regions(x), regions(y)
        for what, one, other in (("true", a, b), ("mapped", b, a)):
            is_wanted = (one[2] >= mmu_px) & (one[1] > 0)
            if x is not sites[0]:
                is_wanted &= np.isin(one[1] >> 8, damage) | np.isin(one[1] & 255, damage)
            n[f"n_{name}_{what}"] = np.count_nonzero(is_wanted)
            n[f"{name}_{what}_met"] = np.count_nonzero(is_met(one, other) & is_wanted)
    for c in damage:
        for what, of in (("gained", lambda x: x & 255), ("lost", lambda x: x >> 8)):
            for whose, x in (("true", t), ("mapped", m)):
                n[f"{what}_{c}_{whose}"] = np.count_nonzero((of(x) == c) & (x > 0))
    return {key: int(value) for key, value in n.items()}


def share(part, whole):
    return round(part / whole, 4) if whole else None


def shares(n, damage):
    """What `judge_change` prints, from counts; None where there is nothing to divide by."""
    result = {key: n[key] for key in ("observed_px", "true_px", "mapped_px")}
    result |= {"precision": share(n["hit_px"], n["mapped_px"]), "recall": share(n["hit_px"], n["true_px"]),
               "f1": share(2 * n["hit_px"], n["true_px"] + n["mapped_px"]), "from_to_right": share(n["right_px"], n["hit_px"])}
    for name in ("patch", "patch_at_unit", "patch_any_value", "site_covered"):
        for whose, what in (("true", "recall"), ("mapped", "precision")):
            result[f"{name}_{what}"] = share(n[f"{name}_{whose}_met"], n[f"n_{name}_{whose}"])
            result[f"n_{name}_{whose}"] = n[f"n_{name}_{whose}"]
    result["area_error"] = {c: {what: share(n[f"{what}_{c}_mapped"] - n[f"{what}_{c}_true"], n[f"{what}_{c}_true"]) for what in ("gained", "lost")}
                            for c in damage}
    return result
