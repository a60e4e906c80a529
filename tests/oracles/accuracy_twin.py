"""accuracy_twin.py ACCURACY_ASK - the estimators a second time, by other algebra: the combined ratio estimator over
unit records (Cochran 1977, eq. 6.48: sample variances and covariances of y and x), Olofsson et al. (2014), eqs. 5-7 and 10,
where strata are the map's classes, bounds by a numerical search, and intervals by brentq on the limits of T(R), a stratum at a time,
from scipy's beta distribution. Agreement to 1e-9."""
import subprocess
import sys

import numpy as np
from scipy import optimize, stats


def make_sample(rng, n_classes, n_strata, is_by_class, with_unseen):
    rows = []
    for h in range(n_strata):
        weight = rng.uniform(1, 5000)
        n = int(rng.integers(2, 60))
        for _ in range(n):
            mapped = h if is_by_class else int(rng.integers(0, n_classes))
            if with_unseen and rng.random() < 0.15:
                mapped = -1
            reference = mapped if mapped >= 0 and rng.random() < 0.8 else int(rng.integers(0, n_classes))
            rows.append((mapped, reference, h, weight))
    return np.array([r[:3] for r in rows]), np.array([r[3] for r in rows])


def ratio(units, weight, y, x):
    """R = Y / X and its standard error; y, x are 0/1 a unit."""
    big_y = big_x = variance = 0.0
    parts = []
    for h in np.unique(units[:, 2]):
        inside = units[:, 2] == h
        n = inside.sum()
        big_n = weight[inside][0] * n
        parts.append((n, big_n, y[inside], x[inside]))
        big_y += big_n * y[inside].mean()
        big_x += big_n * x[inside].mean()
    if big_x == 0:
        return np.nan, np.nan
    r = big_y / big_x
    for n, big_n, ys, xs in parts:
        c = np.cov(np.array([ys, xs], float), ddof=1)
        variance += big_n ** 2 / n * (c[0, 0] + r * r * c[1, 1] - 2 * r * c[0, 1])
    return r, np.sqrt(max(variance, 0)) / big_x


def by_class(units, weight, n_classes):
    """Olofsson et al. 2014: users (eq. 6), producers (eq. 7), areas (eq. 10), overall (eq. 5)."""
    n = np.zeros((n_classes, n_classes))
    np.add.at(n, (units[:, 0], units[:, 1]), 1)
    rows = n.sum(1)
    big = np.array([weight[units[:, 0] == i][0] * rows[i] for i in range(n_classes)])
    w, u, p = big / big.sum(), np.diag(n) / rows, n / rows[:, None]
    out = {("overall", 0, 0): ((w * u).sum(), np.sqrt((w ** 2 * u * (1 - u) / (rows - 1)).sum()))}
    for j in range(n_classes):
        hat = (big * p[:, j]).sum()
        out["users", j, 0] = u[j], np.sqrt(u[j] * (1 - u[j]) / (rows[j] - 1))
        out["area", j, 0] = hat / big.sum(), np.sqrt((w ** 2 * p[:, j] * (1 - p[:, j]) / (rows - 1)).sum())
        if hat > 0:
            acc = big[j] * u[j] / hat
            others = [i for i in range(n_classes) if i != j]
            v = big[j] ** 2 * (1 - acc) ** 2 * u[j] * (1 - u[j]) / (rows[j] - 1)
            v += acc ** 2 * sum(big[i] ** 2 * p[i, j] * (1 - p[i, j]) / (rows[i] - 1) for i in others)
            out["producers", j, 0] = acc, np.sqrt(v) / hat
    return out


def by_ratio(units, weight, n_classes):
    seen = units[:, 0] >= 0
    out = {("overall", 0, 0): ratio(units, weight, seen & (units[:, 0] == units[:, 1]), seen)}
    for i in range(n_classes):
        mapped, true = units[:, 0] == i, seen & (units[:, 1] == i)
        out["users", i, 0] = ratio(units, weight, mapped & true, mapped)
        out["producers", i, 0] = ratio(units, weight, mapped & true, true)
        out["area", i, 0] = ratio(units, weight, true, seen)
        out["map", i, 0] = ratio(units, weight, mapped, seen)
        for j in range(n_classes):
            cell = mapped & (units[:, 1] == j)
            out["share", i, j] = ratio(units, weight, cell, seen) if cell.any() else (0.0, 0.0)
    return out


def bound(units, weight, inside):
    """The largest sum of W q with prod (1 - q)^n = 0.05, by bisection of the multiplier."""
    seen = units[:, 0] >= 0
    hs = [h for h in np.unique(units[:, 2]) if (inside & (units[:, 2] == h)).any()]
    if not hs:
        return 0.0
    w = np.array([weight[inside & (units[:, 2] == h)].sum() for h in hs]) / weight[seen].sum()
    n = np.array([(inside & (units[:, 2] == h)).sum() for h in hs], float)
    kept = lambda t: np.minimum(0.0, t + np.log(n) - np.log(w))
    t = optimize.brentq(lambda t: (n * kept(t)).sum() - np.log(0.05), -60, 60, xtol=1e-15, rtol=1e-15)
    q = 1 - np.exp(kept(t))
    rng = np.random.default_rng(1)      # no other vector of probabilities that the test does not reject allows more
    for _ in range(20):
        other = rng.random(len(w))
        lo, hi = 0.0, 1.0
        for _ in range(60):
            mid = (lo + hi) / 2
            lo, hi = (mid, hi) if (n * np.log1p(-np.minimum(mid * other, 1 - 1e-16))).sum() > np.log(0.05) else (lo, mid)
        assert (w * lo * other).sum() <= (w * q).sum() + 1e-9
    return (w * q).sum()


def share_limits(x, n):
    return stats.beta.ppf([0.025, 0.975], x + 0.5, n - x + 0.5) if 0 < x < n else (x / n, x / n)


def interval(units, weight, y, x, can_y, can_z):
    """Limits of R = sum w y / sum w x; can_y, can_z: whether a unit's stratum may hold such as y, such as x without y."""
    strata = []
    for h in np.unique(units[:, 2]):
        inside = units[:, 2] == h
        w = weight[inside]
        n = w.sum() ** 2 / (w ** 2).sum()
        p, q = np.average(y[inside], weights=w), np.average((x & ~y)[inside], weights=w)
        strata.append((w.sum(), n, p, q, can_y[inside].any(), can_z[inside].any()))
    whole = [s for s in strata if s[2] + s[3] > 1 - 1e-9]
    parts = [s for s in strata if s[2] + s[3] <= 1 - 1e-9]

    def unseen(which, k):
        some = [s for s in which if s[2 + k] == 0 and s[4 + k]]
        return joint_bound(np.array([s[0] for s in some]), np.array([s[1] for s in some])) if some else 0.0

    gone = {(k, i): unseen(which, k) for i, which in enumerate((whole, parts)) for k in (0, 1)}

    def limit_of_total(r, is_low):
        square = 0.0
        for total, n, p, q, _, _ in whole:
            lo, hi = share_limits(p * n, n)
            square += (total * (p - lo if is_low else hi - p)) ** 2
        for total, n, p, q, _, _ in parts:
            (pl, ph), (ql, qh) = share_limits(p * n, n), share_limits(q * n, n)
            a = total * (1 - r) * (p - pl if is_low else ph - p)
            b = total * r * (qh - q if is_low else q - ql)
            rho = -np.sqrt(p * q / ((1 - p) * (1 - q)))
            square += a * a + b * b - 2 * rho * a * b
        square += gone[1, 0] ** 2 + (r * gone[1, 1]) ** 2 if is_low else gone[0, 0] ** 2 + ((1 - r) * gone[0, 1]) ** 2
        t = sum(s[0] * ((1 - r) * s[2] - r * s[3]) for s in strata)
        return t - np.sqrt(square) if is_low else t + np.sqrt(square)

    value = (weight * y).sum() / (weight * x).sum()
    find = lambda is_low, a, b: optimize.brentq(lambda r: limit_of_total(r, is_low), a, b, xtol=1e-14, rtol=1e-14)
    low = 0.0 if value == 0 else find(True, 0.0, value) if limit_of_total(0.0, True) > 0 else 0.0
    high = 1.0 if value == 1 else find(False, value, 1.0) if limit_of_total(1.0, False) < 0 else 1.0
    return low, high


def joint_bound(w, n):
    kept = lambda t: np.minimum(0.0, t + np.log(n) - np.log(w))
    t = optimize.brentq(lambda t: (n * kept(t)).sum() - np.log(0.05), -90, 90, xtol=1e-15, rtol=1e-15)
    return (w * -np.expm1(kept(t))).sum()


def intervals(units, weight, n_classes):
    """Limits of every figure; what a stratum may hold is found by giving each of its units every reference class in turn."""
    out = {}
    agree = lambda m, r: m == r
    figures = [("overall", 0, agree, lambda m, r: m == m)]
    for i in range(n_classes):
        figures.append(("users", i, lambda m, r, i=i: (m == i) & (r == i), lambda m, r, i=i: m == i))
        figures.append(("producers", i, lambda m, r, i=i: (m == i) & (r == i), lambda m, r, i=i: r == i))
        figures.append(("area", i, lambda m, r, i=i: r == i, lambda m, r: m == m))
        figures.append(("f1", i, lambda m, r, i=i: (m == i) & (r == i), lambda m, r, i=i: (m == i) | (r == i)))
    m, r = units[:, 0], units[:, 1]
    seen = m >= 0
    for name, i, in_y, in_x in figures:
        y, x = seen & in_y(m, r), seen & in_x(m, r)
        if not x.any():
            out[name, i, 0] = np.nan, np.nan
            continue
        any_y, any_z = np.zeros(len(m), bool), np.zeros(len(m), bool)
        for c in range(n_classes):
            one = np.full(len(m), c)
            any_y |= seen & in_x(m, one) & in_y(m, one)
            any_z |= seen & in_x(m, one) & ~in_y(m, one)
        low, high = interval(units, weight, y, x, any_y, any_z)
        out[name, i, 0] = (2 * low / (1 + low), 2 * high / (1 + high)) if name == "f1" else (low, high)
    return out


def f1_of(units, weight, n_classes):
    """F1 = 2 p_ii / (p_i. + p_.i) as the ratio it is: y = 2 where both are i, x = the number of map and reference that are."""
    seen = units[:, 0] >= 0
    out = {}
    for i in range(n_classes):
        mapped, true = seen & (units[:, 0] == i), seen & (units[:, 1] == i)
        out["f1", i, 0] = ratio(units, weight, 2 * (mapped & true), mapped.astype(int) + true)
    return out


def main():
    rng = np.random.default_rng(20140)
    samples = []
    for k in range(60):
        n_classes = int(rng.integers(2, 7))
        is_by_class = k % 3 == 0
        units, weight = make_sample(rng, n_classes, n_classes if is_by_class else int(rng.integers(1, 6)), is_by_class, k % 3 == 2)
        samples.append((n_classes, int(units[:, 2].max()) + 1, is_by_class, units, weight))
    text = []
    for n_classes, n_strata, _, units, weight in samples:
        text.append(f"{n_classes} {n_strata} {len(units)}")
        text += [f"{m} {r} {h} {w!r} 1" for (m, r, h), w in zip(units.tolist(), weight.tolist())]
    done = subprocess.run([sys.argv[1]], input="\n".join(text), capture_output=True, text=True, check=True)
    answers = [block.split("\n") for block in done.stdout.split("end\n") if block.strip()]
    assert len(answers) == len(samples)
    n = worst = 0
    for (n_classes, n_strata, is_by_class, units, weight), lines in zip(samples, answers):
        got = {}
        for line in filter(None, lines):
            name, i, j, *values = line.split()
            got[name, int(i), int(j)] = [float(v) for v in values]
        expected = [by_ratio(units, weight, n_classes)] + ([by_class(units, weight, n_classes)] if is_by_class else [])
        seen = units[:, 0] >= 0
        expected.append({("bound", 0, 0): (bound(units, weight, seen), 0.0)})
        expected.append({("none", i, 0): (bound(units, weight, units[:, 0] == i), bound(units, weight, seen & (units[:, 0] != i)))
                         for i in range(n_classes)})
        limits = intervals(units, weight, n_classes)
        for at, figures in [(0, f) for f in expected] + [(0, f1_of(units, weight, n_classes)), (2, limits)]:
            for key, pair in figures.items():
                for mine, theirs in zip(got[key][at:], pair):
                    n += 1
                    if np.isnan(theirs):
                        assert np.isnan(mine), (key, mine)
                        continue
                    worst = max(worst, abs(mine - theirs))
                    assert abs(mine - theirs) < 1e-9, (key, mine, theirs)
    print(f"{n} figures of {len(samples)} samples, the largest difference is {worst:.1e}")


if __name__ == "__main__":
    main()
