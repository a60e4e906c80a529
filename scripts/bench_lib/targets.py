"""targets.py - the ratios that are asked for, taken from the rows of one run."""
from . import ours

# stage, peer, at least (of rates where both have Mpx, else of seconds)
TARGETS = [
    (ours.CLASSIFY, "OTB", 50), (ours.CLASSIFY, "XGBoost", 3), (ours.CLASSIFY, "scikit-learn", 10), (ours.GAUSS, "GRASS", 10),
    (ours.TRAIN, "OTB", 5), (ours.TRAIN, "scikit-learn", 3), (ours.MAJORITY, "OTB", 10), (ours.SIEVE, "gdal_sieve", 3),
    (ours.LABEL, "GRASS", 20), (ours.VECTOR["fgb"], "GDAL", 12), (ours.VECTOR["fgb"], "newer GDAL", 4),
    (ours.VECTOR["shp"], "GDAL", 8), (ours.VECTOR["shp"], "newer GDAL", 6), (ours.TRACE, "GDAL", 10),
    (ours.TRACE, "newer GDAL", 10), (ours.WINDOW, "OTB", 15), (ours.PIPELINE, "OTB", 40),
]
FORM = "{:<30} {:<36} {:>9} {:>9}  {}"


def verdict(value, least):
    return "pass" if value >= least else f"short: {value / least:.2f} of it"


def cost(row):
    return row.wall / row.mpx if row.mpx else row.wall


def lines(table):
    """(what, beside, measured, wanted, verdict) for every target; 'not measured' where a side is missing."""
    for stage, peer, least in TARGETS:
        mine, theirs = table.find(stage, "minescar"), table.find(stage, peer)
        if not mine or not theirs:
            yield stage, peer, "-", f"{least} x", f"not measured: no row of {'minescar' if not mine else peer}"
            continue
        ratio = cost(theirs) / cost(mine)
        yield stage, theirs.who, f"{ratio:.1f} x", f"{least} x", verdict(ratio, least)
    mine, theirs = table.find(ours.PIPELINE, "minescar", table.cores), table.find(ours.PIPELINE, "OTB")
    if mine and theirs:
        share = theirs.peak_mb / mine.peak_mb
        yield "whole pipeline, memory", "peers' peak / ours", f"{share:.1f} x", "4 x", verdict(share, 4)
    for stage, least in ((ours.CLASSIFY, 1.85), (ours.VECTOR["fgb"], 1.7), (ours.TRACE, 1.7)):
        one, two = table.find(stage, "minescar", 1), table.find(stage, "minescar", 2)
        if one and two:
            yield f"{stage}, 2 threads", "one thread", f"{one.wall / two.wall:.2f} x", f"{least} x", verdict(one.wall / two.wall, least)
    full, bare = table.find(ours.HOLES, "minescar"), table.find(ours.NO_HOLES, "minescar")
    if full and bare:
        times = full.wall / bare.wall
        yield ours.HOLES, "background left out", f"{times:.2f} x", "<= 1.5 x", "pass" if times <= 1.5 else f"short: {times / 1.5:.2f} of it"


def show(table):
    print()
    print(FORM.format("judged", "beside", "measured", "wanted", ""))
    for line in lines(table):
        print(FORM.format(*line))
