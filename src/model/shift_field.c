/* shift_field.c - a smooth field of displacements: robust polynomials, of which cross-validation chooses one. */
#include "model/shift_field.h"
#include "base/mem.h"
#include "model/gauss_parts.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_FOLDS = 5, N_ROUNDS = 12, TERMS = MSC_DISPLACEMENT_TERMS, POINTS_A_TERM = 3 };

/* A standard error below this says nothing about how well a window stands for its surroundings: what windows of a
 * scene shifted against itself are off by (0.03 px), rounded up. */
#define LEAST_SIGMA_PX 0.05
#define LEAST_SCALE_PX 0.02
#define BISQUARE 4.685           /* 95 % efficient where errors are normal (Holland & Welsch 1977) */
#define RAYLEIGH_MEDIAN 1.17741  /* median length of a vector of two unit normals */
#define WORTH 0.98               /* a degree more must bring the squared error at least this far down, */
#define WORTH_PX2 1e-4           /* and by at least the square of 0.01 px */

typedef struct work {
    msc_shift_point *points;
    int n;
    double *reliability;         /* 1 / (sigma^2 + least^2) */
    double *weight;              /* reliability times bisquare */
    double *length;              /* residuals; room for a sort */
    double *held_out;            /* residual of each point under the field that did not see it */
} work;

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_of(double *values, int n)
{
    if (n == 0) return 0;
    qsort(values, (size_t)n, sizeof *values, by_value);
    return n % 2 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

static int is_seen(int i, int left_out) { return left_out < 0 || i % N_FOLDS != left_out; }

static double residual(const msc_displacement *f, const msc_shift_point *p)
{
    double d[2] = { 0, 0 };
    msc_displacement_add(f, p->x, p->y, d);
    return hypot(p->dx_px - d[0], p->dy_px - d[1]);
}

/* The medians as a field of degree 0. */
static void start(const work *w, int left_out, msc_displacement *f)
{
    int n = 0;
    for (int i = 0; i < w->n; i++)
        if (is_seen(i, left_out)) w->length[n++] = w->points[i].dx_px;
    f->dx[0] = median_of(w->length, n);
    n = 0;
    for (int i = 0; i < w->n; i++)
        if (is_seen(i, left_out)) w->length[n++] = w->points[i].dy_px;
    f->dy[0] = median_of(w->length, n);
}

/* Solves the normal equations whose Cholesky factor is `l`. */
static void solve(const double *l, int n, double *x)
{
    for (int i = 0; i < n; i++) {
        const double *row = l + i * (i + 1) / 2;
        for (int k = 0; k < i; k++) x[i] -= row[k] * x[k];
        x[i] /= row[i];
    }
    for (int i = n - 1; i >= 0; i--) {
        for (int k = i + 1; k < n; k++) x[i] -= l[k * (k + 1) / 2 + i] * x[k];
        x[i] /= l[i * (i + 1) / 2 + i];
    }
}

/* Weighted least squares; 0 when the points do not determine the field. */
static int least_squares(const work *w, int degree, int left_out, msc_displacement *f)
{
    const int n_terms = msc_displacement_n_terms(degree);
    double normal[TERMS * (TERMS + 1) / 2] = { 0 }, dx[TERMS] = { 0 }, dy[TERMS] = { 0 }, least[TERMS], terms[TERMS], total = 0;
    for (int i = 0; i < w->n; i++) {
        const msc_shift_point *p = &w->points[i];
        const double weight = is_seen(i, left_out) ? w->weight[i] : 0;
        if (!(weight > 0)) continue;
        msc_displacement_terms(f, p->x, p->y, terms);
        total += weight;
        for (int r = 0, at = 0; r < n_terms; r++) {
            for (int c = 0; c <= r; c++) normal[at++] += weight * terms[r] * terms[c];
            dx[r] += weight * terms[r] * p->dx_px;
            dy[r] += weight * terms[r] * p->dy_px;
        }
    }
    for (int r = 0; r < n_terms; r++) least[r] = 1e-6 * total;
    if (!(total > 0) || msc_cholesky(normal, n_terms, least) != 0) return 0;
    solve(normal, n_terms, dx);
    solve(normal, n_terms, dy);
    f->degree = degree;
    memcpy(f->dx, dx, sizeof dx);
    memcpy(f->dy, dy, sizeof dy);
    return 1;
}

/* Tukey's bisquare about the field, with the median length of the residuals as scale. */
static void reweigh(const work *w, const msc_displacement *f, int left_out)
{
    int n = 0;
    for (int i = 0; i < w->n; i++)
        if (is_seen(i, left_out)) w->length[n++] = residual(f, &w->points[i]);
    const double reach = BISQUARE * fmax(median_of(w->length, n) / RAYLEIGH_MEDIAN, LEAST_SCALE_PX);
    for (int i = 0; i < w->n; i++) {
        const double t = residual(f, &w->points[i]) / reach;
        w->weight[i] = t < 1 ? w->reliability[i] * (1 - t * t) * (1 - t * t) : 0;
    }
}

/* A robust fit of one degree; 0 when the points do not determine it. */
static int fit_robust(const work *w, int degree, int left_out, const msc_displacement *frame, msc_displacement *f)
{
    *f = *frame;
    start(w, left_out, f);
    for (int round = 0; round < N_ROUNDS; round++) {
        reweigh(w, f, left_out);
        if (!least_squares(w, degree, left_out, f)) return 0;
    }
    return 1;
}

/* Mean square of the held-out residuals, each cut at `most`; negative when the degree cannot be fitted. */
static double validate(const work *w, int degree, const msc_displacement *frame, double most)
{
    double sum = 0, total = 0;
    if (w->n < 2) return -1;
    for (int fold = 0; fold < N_FOLDS && fold < w->n; fold++) {
        msc_displacement f;
        if (!fit_robust(w, degree, fold, frame, &f)) return -1;
        for (int i = fold; i < w->n; i += N_FOLDS) {
            w->held_out[i] = residual(&f, &w->points[i]);
            sum += w->reliability[i] * fmin(w->held_out[i], most) * fmin(w->held_out[i], most);
            total += w->reliability[i];
        }
    }
    return sum / total;
}

static int choose_degree(const work *w, const msc_displacement *frame)
{
    msc_displacement f;
    int best = 0;
    if (!fit_robust(w, 0, -1, frame, &f)) return 0;
    for (int i = 0; i < w->n; i++) w->length[i] = residual(&f, &w->points[i]);
    const double most = BISQUARE * fmax(median_of(w->length, w->n) / RAYLEIGH_MEDIAN, LEAST_SCALE_PX);
    double least = validate(w, 0, frame, most);
    for (int degree = 1; degree <= MSC_DISPLACEMENT_DEGREE; degree++) {
        if (w->n < POINTS_A_TERM * msc_displacement_n_terms(degree)) break;
        const double error = validate(w, degree, frame, most);
        if (error < 0 || !(error < WORTH * least && error < least - WORTH_PX2)) continue;
        least = error;
        best = degree;
    }
    return best;
}

/* Centre, unit and box of the field, from the points' own box. */
static msc_displacement frame_of(const work *w)
{
    msc_displacement f = { .x0 = HUGE_VAL, .y0 = HUGE_VAL, .x1 = -HUGE_VAL, .y1 = -HUGE_VAL };
    for (int i = 0; i < w->n; i++) {
        f.x0 = fmin(f.x0, w->points[i].x);
        f.x1 = fmax(f.x1, w->points[i].x);
        f.y0 = fmin(f.y0, w->points[i].y);
        f.y1 = fmax(f.y1, w->points[i].y);
    }
    f.centre_x = 0.5 * (f.x0 + f.x1);
    f.centre_y = 0.5 * (f.y0 + f.y1);
    f.radius_px = fmax(1, 0.5 * fmax(f.x1 - f.x0, f.y1 - f.y0));
    return f;
}

static void fit_all(work *w, msc_shift_fit *fit)
{
    const msc_displacement frame = frame_of(w);
    double before = 0, after = 0, total = 0;
    for (int i = 0; i < w->n; i++)
        w->reliability[i] = 1 / (w->points[i].sigma_px * w->points[i].sigma_px + LEAST_SIGMA_PX * LEAST_SIGMA_PX);
    const int degree = choose_degree(w, &frame);
    validate(w, degree, &frame, HUGE_VAL);
    fit_robust(w, degree, -1, &frame, &fit->field);
    reweigh(w, &fit->field, -1);
    for (int i = 0; i < w->n; i++) {
        msc_shift_point *p = &w->points[i];
        p->is_outlier = !(w->weight[i] > 0);
        fit->n_outliers += p->is_outlier;
        if (p->is_outlier) continue;
        if (w->n < 2) w->held_out[i] = p->sigma_px;
        before += w->reliability[i] * (p->dx_px * p->dx_px + p->dy_px * p->dy_px);
        after += w->reliability[i] * w->held_out[i] * w->held_out[i];
        total += w->reliability[i];
    }
    fit->rmse_before_px = sqrt(before / total);
    fit->rmse_px = sqrt(after / total);
    msc_displacement medians = frame;
    start(w, -1, &medians);
    fit->median_dx_px = medians.dx[0];
    fit->median_dy_px = medians.dy[0];
}

msc_status msc_shift_fit_field(msc_shift_point *points, int n, msc_shift_fit *fit, msc_error *err)
{
    const size_t count = (size_t)n;
    *fit = (msc_shift_fit){ .n_outliers = 0 };
    double *room = msc_alloc(msc_mul_size(4, count), sizeof *room);
    if (!room) return msc_fail(err, MSC_ENOMEM, "shift", "%d windows", n);
    work w = { .points = points, .n = n, .reliability = room, .weight = room + count, .length = room + 2 * count,
               .held_out = room + 3 * count };
    fit_all(&w, fit);
    msc_release(room);
    return MSC_OK;
}
