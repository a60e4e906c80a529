/* accuracy.c - ratio estimators over a stratified sample, and kappa of the counts. */
#include "model/accuracy.h"
#include "base/mem.h"
#include "model/accuracy_bounds.h"
#include "model/interval.h"
#include <assert.h>
#include <math.h>
#include <string.h>

/* Which units count in the two totals of a ratio: class indices, ANY, SAME (map and reference agree), or EITHER (map or
 * reference is map_x). */
enum { ANY = -2, SAME = -3, EITHER = -4 };
typedef struct ratio { int map_y, reference_y, map_x, reference_x; } ratio;

typedef struct stratum { int64_t n; double sum, sum_squares, weight, weight_squares; } stratum;

typedef struct sample {
    const msc_sample_cell *cells;
    size_t n_cells;
    int n_classes, n_strata;
    stratum *strata;
    msc_interval_stratum *parts; /* [n_strata] */
    double *space;               /* [2 n_strata] */
} sample;

static int is_counted(const msc_sample_cell *c, int map, int reference)
{
    if (c->map == MSC_NOT_OBSERVED) return 0;
    if (reference == SAME) return c->map == c->reference && (map == ANY || c->map == map);
    if (reference == EITHER) return c->map == map || c->reference == map;
    return (map == ANY || c->map == map) && (reference == ANY || c->reference == reference);
}

static int in_y(const msc_sample_cell *c, const ratio *r) { return is_counted(c, r->map_y, r->reference_y); }
static int in_x(const msc_sample_cell *c, const ratio *r) { return is_counted(c, r->map_x, r->reference_x); }

/* What the stratum of a unit may hold, since units mapped as this one occur there: some in y, some in x alone. Which references
 * matter is settled by the classes that the ratio names, the mapped one, and another. */
static void note_possible(const sample *s, const ratio *r, msc_sample_cell c, msc_interval_stratum *part)
{
    if (c.map == MSC_NOT_OBSERVED) return;
    const int n = s->n_classes > 1 ? s->n_classes : 2;      /* where all is of one class, what was not drawn may be of another */
    const int mapped = c.map, references[] = { mapped, r->reference_y, r->map_y, r->map_x, r->reference_x, (mapped + 1) % n, (r->reference_y + 1) % n };
    for (size_t k = 0; k < sizeof references / sizeof *references; k++) {
        if (references[k] < 0) continue;
        c.reference = references[k];
        part->can_y |= in_y(&c, r);
        part->can_z |= in_x(&c, r) && !in_y(&c, r);
    }
}

/* The limits of a ratio; every unit in y is in x. */
static void find_limits(const sample *s, const ratio *r, msc_estimate *e)
{
    memset(s->parts, 0, (size_t)s->n_strata * sizeof *s->parts);
    for (size_t i = 0; i < s->n_cells; i++) {
        const msc_sample_cell *c = &s->cells[i];
        msc_interval_stratum *part = &s->parts[c->stratum];
        const double share = c->weight * (double)c->n / s->strata[c->stratum].weight;
        note_possible(s, r, *c, part);
        if (in_y(c, r)) part->y += share;
        else if (in_x(c, r)) part->z += share;
    }
    for (int h = 0; h < s->n_strata; h++) {
        const stratum *from = &s->strata[h];
        s->parts[h].total = from->weight;
        s->parts[h].n = from->weight > 0 ? from->weight * from->weight / from->weight_squares : 0;
    }
    msc_interval_find(s->parts, s->n_strata, s->space, &e->low, &e->high);
}

/* R = Y / X with Y = sum of w y, X = sum of w x (Stehman 2014, eqs. 20-27). Its variance by linearisation, with
 * e = w (y - R x): V = sum over strata of n_h / (n_h - 1) sum of (e - mean e)^2, over X^2 (Stehman 2014, eq. 28,
 * where w = N_h / n_h). The finite population correction is left out: samples are a tiny part of the pixels, and
 * without it intervals are on the safe side. Held to published numbers by tests/oracles/accuracy.txt. */
static msc_estimate estimate_value(const sample *s, const ratio *r)
{
    const msc_estimate nothing = { NAN, NAN, NAN, NAN };
    double y = 0, x = 0, variance = 0;
    for (size_t i = 0; i < s->n_cells; i++) {
        const msc_sample_cell *c = &s->cells[i];
        y += in_y(c, r) * c->weight * (double)c->n;
        x += in_x(c, r) * c->weight * (double)c->n;
    }
    if (x <= 0) return nothing;
    msc_estimate found = nothing;
    const double value = found.value = y / x;
    memset(s->strata, 0, (size_t)s->n_strata * sizeof *s->strata);
    for (size_t i = 0; i < s->n_cells; i++) {
        const msc_sample_cell *c = &s->cells[i];
        stratum *h = &s->strata[c->stratum];
        h->n += c->n;
        h->sum += c->weight * (in_y(c, r) - value * in_x(c, r)) * (double)c->n;
        h->weight += c->weight * (double)c->n;
        h->weight_squares += c->weight * c->weight * (double)c->n;
    }
    for (size_t i = 0; i < s->n_cells; i++) {
        const msc_sample_cell *c = &s->cells[i];
        stratum *h = &s->strata[c->stratum];
        const double off = c->weight * (in_y(c, r) - value * in_x(c, r)) - h->sum / (double)h->n;
        h->sum_squares += off * off * (double)c->n;
    }
    for (int h = 0; h < s->n_strata; h++) {
        const double n = (double)s->strata[h].n;
        if (s->strata[h].n == 1) return found;
        if (s->strata[h].n > 1) variance += n / (n - 1) * s->strata[h].sum_squares;
    }
    found.se = sqrt(variance) / x;
    return found;
}

static msc_estimate estimate(const sample *s, ratio r)
{
    msc_estimate e = estimate_value(s, &r);
    if (e.se == e.se) find_limits(s, &r, &e);
    return e;
}

/* F1 = 2 J / (1 + J) of the share J that agrees of what is class i in map or reference: rises with it, so limits go along; the
 * standard error by the slope, which is that of the ratio 2 p_ii / (p_i. + p_.i) itself. */
static msc_estimate estimate_f1(const sample *s, int i)
{
    const msc_estimate j = estimate(s, (ratio){ i, SAME, i, EITHER });
    const double slope = 2 / ((1 + j.value) * (1 + j.value));
    return (msc_estimate){ 2 * j.value / (1 + j.value), slope * j.se, 2 * j.low / (1 + j.low), 2 * j.high / (1 + j.high) };
}

/* Kappa and its large-sample standard error (Bishop, Fienberg & Holland 1975, eq. 11.4-7; Congalton & Green 2009,
 * ch. 5, with the thetas named as there). */
static void find_kappa(msc_accuracy *a)
{
    const double n = (double)a->n;
    double row[MSC_ACCURACY_CLASSES] = { 0 }, column[MSC_ACCURACY_CLASSES] = { 0 };
    double theta1 = 0, theta2 = 0, theta3 = 0, theta4 = 0;
    for (int i = 0; i < a->n_classes; i++)
        for (int j = 0; j < a->n_classes; j++) {
            row[i] += (double)a->matrix[i][j] / n;
            column[j] += (double)a->matrix[i][j] / n;
        }
    for (int i = 0; i < a->n_classes; i++) {
        theta1 += (double)a->matrix[i][i] / n;
        theta2 += row[i] * column[i];
        theta3 += (double)a->matrix[i][i] / n * (row[i] + column[i]);
        for (int j = 0; j < a->n_classes; j++)
            theta4 += (double)a->matrix[i][j] / n * (row[j] + column[i]) * (row[j] + column[i]);
    }
    const double wrong = 1 - theta1, chance = 1 - theta2;
    a->kappa = a->kappa_se = NAN;
    if (chance <= 0) return;
    a->kappa = (theta1 - theta2) / chance;
    const double variance = theta1 * wrong / (chance * chance) +
                            2 * wrong * (2 * theta1 * theta2 - theta3) / pow(chance, 3) +
                            wrong * wrong * (theta4 - 4 * theta2 * theta2) / pow(chance, 4);
    a->kappa_se = sqrt(variance > 0 ? variance / n : 0);
}

static msc_status estimate_all(const msc_sample_cell *cells, size_t n_cells, int n_strata, msc_accuracy *a, msc_error *err)
{
    const size_t n = (size_t)n_strata;
    const sample s = { cells, n_cells, a->n_classes, n_strata, msc_alloc_zero(n, sizeof(stratum)), msc_alloc_zero(n, sizeof(msc_interval_stratum)),
                       msc_alloc_zero(2 * n, sizeof(double)) };
    const msc_status status = s.strata && s.parts && s.space ? MSC_OK : msc_fail(err, MSC_ENOMEM, "reference", "%d strata", n_strata);
    if (status == MSC_OK) a->overall = estimate(&s, (ratio){ ANY, SAME, ANY, ANY });
    for (int i = 0; i < a->n_classes && status == MSC_OK; i++) {
        a->users[i] = estimate(&s, (ratio){ i, SAME, i, ANY });
        a->producers[i] = estimate(&s, (ratio){ i, SAME, ANY, i });
        a->f1[i] = estimate_f1(&s, i);
        a->map_share[i] = estimate_value(&s, &(ratio){ i, ANY, ANY, ANY });
        a->reference_share[i] = estimate(&s, (ratio){ ANY, i, ANY, ANY });
        for (int j = 0; j < a->n_classes; j++)
            if (a->matrix[i][j] > 0) a->share[i][j] = estimate_value(&s, &(ratio){ i, j, ANY, ANY });
        a->quantity += 0.5 * fabs(a->map_share[i].value - a->reference_share[i].value);
    }
    a->allocation = fmax(1 - a->overall.value - a->quantity, 0);   /* rounding */
    msc_release(s.space);
    msc_release(s.parts);
    msc_release(s.strata);
    return status;
}

msc_status msc_accuracy_estimate(const msc_sample_cell *cells, size_t n_cells, int n_classes, int n_strata,
                                 msc_accuracy *a, msc_error *err)
{
    assert(n_classes <= MSC_ACCURACY_CLASSES && n_strata >= 1);
    memset(a, 0, sizeof *a);
    a->n_classes = n_classes;
    for (size_t i = 0; i < n_cells; i++) {
        assert(cells[i].stratum >= 0 && cells[i].stratum < n_strata && cells[i].weight > 0);
        if (cells[i].map == MSC_NOT_OBSERVED) {
            a->n_not_observed += cells[i].n;
            continue;
        }
        a->matrix[cells[i].map][cells[i].reference] += cells[i].n;
        a->n += cells[i].n;
    }
    if (a->n == 0) return msc_fail(err, MSC_ENODATA, "reference", "%lld not observed", (long long)a->n_not_observed);
    MSC_TRY(estimate_all(cells, n_cells, n_strata, a, err));
    find_kappa(a);
    return msc_accuracy_bounds(cells, n_cells, n_strata, a, err);
}

double msc_estimate_half_width(msc_estimate e) { return (e.high - e.low) / 2; }

msc_estimate msc_estimate_wald(msc_estimate e) { return (msc_estimate){ e.value, e.se, e.value - 1.96 * e.se, e.value + 1.96 * e.se }; }

void msc_accuracy_wald(msc_accuracy *a)
{
    a->overall = msc_estimate_wald(a->overall);
    for (int i = 0; i < a->n_classes; i++) {
        a->users[i] = msc_estimate_wald(a->users[i]);
        a->producers[i] = msc_estimate_wald(a->producers[i]);
        a->f1[i] = msc_estimate_wald(a->f1[i]);
        a->reference_share[i] = msc_estimate_wald(a->reference_share[i]);
    }
}

double msc_accuracy_sample_size(const double *share, const double *users, int n_strata, double se_wanted)
{
    double sum = 0;
    for (int i = 0; i < n_strata; i++) sum += share[i] * sqrt(users[i] * (1 - users[i]));
    return (sum / se_wanted) * (sum / se_wanted);
}
