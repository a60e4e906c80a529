/* shift.c - displacement of a window: gradients of bounded length, correlated at whole lags, and the top of a quadric.
 *
 *   half resolution: every lag of +-8 px           full resolution: climb, then 3 x 3 lags by sixteen parts
 *        . . . . .                                      . . .
 *        . . X . .   -> 2X ->                           . X .   -> quadric -> (dx, dy), leave-one-out -> sigma
 *        . . . . .                                      . . .
 *
 * A lag d is split evenly: pixel x - floor(d/2) of the first image meets x + ceil(d/2) of the second. That makes the
 * sums symmetric under a swap of the images, and about the truth when the images differ by a whole number of px. */
#include "ops/shift.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = MSC_SHIFT_TILE_PX, HALF = SIDE / 2, PARTS = 4, N_PARTS = PARTS * PARTS, FINE_PARTS = 8, HALF_REACH = 8,
       LAGS = 2 * HALF_REACH + 1, GRADIENT_RIM_PX = 3, RIM_PX = 4, STEEPEST = 127 };

/* Below this fraction of the mean gradient, a gradient counts by its length, above by its direction alone. Of 0.1, 0.3 and 1
 * the standard errors between two dates of one real scene were least at 0.1 and 0.3, and those under noise at 1. */
#define BEND 0.3

#define LEAST_AGREEMENT 4.5      /* unit normals, of which some hundred are tried; 8 is the most */
/* Of the best match, both above the mean of all lags. Regular checks of 5 to 14 px have rivals above 0.5 at the lags of the
 * half resolution, where 2 of 64 windows of a made scene have them, and none of a real one. */
#define MOST_RIVAL 0.5
#define MOST_SIGMA_PX 0.3

/* Gradients of one image at one resolution: both parts beside each other, and their squared length; 0 where not known. */
typedef struct field {
    int16_t vector[SIDE * SIDE * 2], square[SIDE * SIDE];
} field;

typedef struct sums { int32_t product, energy, n; } sums;

typedef struct workspace {
    float value[2][SIDE * SIDE], rough[SIDE * SIDE], smooth[SIDE * SIDE], bent[2][SIDE * SIDE];
    uint8_t valid[SIDE * SIDE], level[SIDE * SIDE];
    int16_t known[SIDE * SIDE];  /* in both images */
    field image[2];
    double coarse[LAGS * LAGS];
} workspace;

size_t msc_shift_scratch_bytes(void) { return sizeof(workspace); }

static void copy_plane(const msc_tile *tile, int plane, float *to)
{
    for (int32_t y = 0; y < SIDE; y++, to += SIDE)
        switch (tile->plane[plane].type) {
        case MSC_U8: for (int32_t x = 0; x < SIDE; x++) to[x] = msc_row_u8(tile, plane, y)[x]; break;
        case MSC_U16: for (int32_t x = 0; x < SIDE; x++) to[x] = msc_row_u16(tile, plane, y)[x]; break;
        case MSC_F32: memcpy(to, msc_row_f32(tile, plane, y), SIDE * sizeof *to); break;
        }
}

/* Binomial of five taps both ways; two px along the rim are left undefined. */
static void smooth(const float *restrict from, float *restrict rough, float *restrict to, int side)
{
    for (int y = 2; y < side - 2; y++)
        for (int x = 0; x < side; x++) {
            const float *p = from + y * side + x;
            rough[y * side + x] = p[-2 * side] + p[2 * side] + 4.0f * (p[-side] + p[side]) + 6.0f * p[0];
        }
    for (int y = 2; y < side - 2; y++)
        for (int x = 2; x < side - 2; x++) {
            const float *p = rough + y * side + x;
            to[y * side + x] = (p[-2] + p[2] + 4.0f * (p[-1] + p[1]) + 6.0f * p[0]) * (1.0f / 256.0f);
        }
}

/* Known where all pixels that the filters touch are observed. */
static void find_known(workspace *w, int side)
{
    memset(w->known, 0, (size_t)(side * side) * sizeof *w->known);
    for (int y = 0; y < side; y++)
        for (int x = RIM_PX; x < side - RIM_PX; x++) {
            uint8_t all = 1;
            for (int u = -RIM_PX; u <= RIM_PX; u++) all &= w->valid[y * side + x + u];
            w->level[y * side + x] = all;
        }
    for (int y = RIM_PX; y < side - RIM_PX; y++)
        for (int x = RIM_PX; x < side - RIM_PX; x++) {
            uint8_t all = 1;
            for (int v = -RIM_PX; v <= RIM_PX; v++) all &= w->level[(y + v) * side + x];
            w->known[y * side + x] = all;
        }
}

static int16_t quantize(float v) { return (int16_t)(int)(v + (v < 0 ? -0.5f : 0.5f)); }

/* The squared gradient as a complex number, g g / (|g| sqrt(|g|^2 + (BEND mean |g|)^2)): a length of at most 1, and a
 * direction that stays when light and dark change places, as at the edge of a field whose crop is another (after the
 * orientation correlation of Fitch et al. 2002). */
static void bend(workspace *w, const float *s, int side)
{
    double sum = 0;
    int64_t n = 0;
    for (int y = RIM_PX; y < side - RIM_PX; y++)
        for (int x = RIM_PX; x < side - RIM_PX; x++) {
            const float *p = s + y * side + x;
            const float gx = p[1] - p[-1], gy = p[side] - p[-side];
            w->rough[y * side + x] = gx * gx + gy * gy;
        }
    for (int y = RIM_PX; y < side - RIM_PX; y++)
        for (int x = RIM_PX; x < side - RIM_PX; x++)
            if (w->known[y * side + x]) {
                sum += sqrt((double)w->rough[y * side + x]);
                n++;
            }
    const double mean = n ? BEND * sum / (double)n : 0;
    const float floor_square = (float)(mean * mean);
    const int is_flat = !(floor_square > 0) || !isfinite(floor_square);
    for (int y = GRADIENT_RIM_PX; y < side - GRADIENT_RIM_PX; y++)
        for (int x = GRADIENT_RIM_PX; x < side - GRADIENT_RIM_PX; x++) {
            const float *p = s + y * side + x;
            const float gx = p[1] - p[-1], gy = p[side] - p[-side], square = gx * gx + gy * gy;
            const float scale = is_flat || !(square > 0) ? 0.0f : (float)STEEPEST / sqrtf(square * (square + floor_square));
            w->bent[0][y * side + x] = (gx * gx - gy * gy) * scale;
            w->bent[1][y * side + x] = 2 * gx * gy * scale;
        }
}

static float nine(const float *p, int side)
{
    return (p[-side - 1] + p[-side + 1] + p[side - 1] + p[side + 1] + 2.0f * (p[-side] + p[-1] + p[1] + p[side]) + 4.0f * p[0]) * 0.0625f;
}

/* Smooths once more, so that the top of the correlation is round enough for a quadric, and rounds to whole numbers. */
static void settle(const workspace *w, int side, field *f)
{
    memset(f->vector, 0, (size_t)(side * side) * 2 * sizeof *f->vector);
    memset(f->square, 0, (size_t)(side * side) * sizeof *f->square);
    for (int y = RIM_PX; y < side - RIM_PX; y++)
        for (int x = RIM_PX; x < side - RIM_PX; x++) {
            const int i = y * side + x;
            const int16_t gx = (int16_t)(w->known[i] * quantize(nine(w->bent[0] + i, side)));
            const int16_t gy = (int16_t)(w->known[i] * quantize(nine(w->bent[1] + i, side)));
            f->vector[2 * i] = gx;
            f->vector[2 * i + 1] = gy;
            f->square[i] = (int16_t)(gx * gx + gy * gy);
        }
}

static void find_gradients(workspace *w, int side)
{
    find_known(w, side);
    for (int k = 0; k < 2; k++) {
        smooth(w->value[k], w->rough, w->smooth, side);
        bend(w, w->smooth, side);
        settle(w, side, &w->image[k]);
    }
}

/* Both images at half resolution, in place: means of 2 x 2 px, observed where all four are. */
static void halve(workspace *w)
{
    for (int k = 0; k < 2; k++)
        for (int y = 0; y < HALF; y++)
            for (int x = 0; x < HALF; x++) {
                const float *p = w->value[k] + 2 * y * SIDE + 2 * x;
                w->value[k][y * HALF + x] = (p[0] + p[1] + p[SIDE] + p[SIDE + 1]) * 0.25f;
            }
    for (int y = 0; y < HALF; y++)
        for (int x = 0; x < HALF; x++) {
            const uint8_t *p = w->valid + 2 * y * SIDE + 2 * x;
            w->valid[y * HALF + x] = p[0] & p[1] & p[SIDE] & p[SIDE + 1];
        }
}

static int32_t dot(const int16_t *restrict a, const int16_t *restrict b, int n)
{
    int32_t sum = 0;
    for (int i = 0; i < n; i++) sum += (int32_t)a[i] * b[i];
    return sum;
}

static int half_down(int d) { return d >= 0 ? d / 2 : -((1 - d) / 2); }

/* Adds one lag of a part of `n` x `n` px whose corner is (x, y). */
static sums part_sums(const workspace *w, int side, int x, int y, int n, int dx, int dy)
{
    const field *a = &w->image[0], *b = &w->image[1];
    sums s = { 0, 0, 0 };
    for (int row = 0; row < n; row++) {
        const int i = (y + row - half_down(dy)) * side + x - half_down(dx), j = i + dy * side + dx;
        s.product += dot(a->vector + 2 * i, b->vector + 2 * j, 2 * n);
        s.energy += dot(a->square + i, w->known + j, n) + dot(b->square + j, w->known + i, n);
        s.n += dot(w->known + i, w->known + j, n);
    }
    return s;
}

/* Twice the product over the energies: 1 for equal gradients, about 0 for unrelated ones. */
static double match_of(int64_t product, int64_t energy) { return energy > 0 ? 2.0 * (double)product / (double)energy : 0; }

/* One lag at full resolution, by parts. */
static double lag_parts(const workspace *w, int dx, int dy, sums part[N_PARTS])
{
    const int n = MSC_SHIFT_WINDOW_PX / PARTS;
    int64_t product = 0, energy = 0;
    for (int k = 0; k < N_PARTS; k++) {
        part[k] = part_sums(w, SIDE, MSC_SHIFT_MARGIN_PX + k % PARTS * n, MSC_SHIFT_MARGIN_PX + k / PARTS * n, n, dx, dy);
        product += part[k].product;
        energy += part[k].energy;
    }
    return match_of(product, energy);
}

/* How well the parts of the window agree that a lag matches: the sum of their products over the root of the sum of squares,
 * about a unit normal where nothing matches (Efron 1969), up to the root of the number of parts where all do. */
static double agreement(const workspace *w, int dx, int dy)
{
    const int n = MSC_SHIFT_WINDOW_PX / 2 / FINE_PARTS, margin = MSC_SHIFT_MARGIN_PX / 2;
    double sum = 0, squares = 0;
    for (int k = 0; k < FINE_PARTS * FINE_PARTS; k++) {
        const double product = part_sums(w, HALF, margin + k % FINE_PARTS * n, margin + k / FINE_PARTS * n, n, dx, dy).product;
        sum += product;
        squares += product * product;
    }
    return squares > 0 ? sum / sqrt(squares) : 0;
}

static double coarse_at(const workspace *w, int dx, int dy)
{
    return abs(dx) > HALF_REACH || abs(dy) > HALF_REACH ? -HUGE_VAL : w->coarse[(dy + HALF_REACH) * LAGS + dx + HALF_REACH];
}

/* How high a top between the lags is, by a parabola along each axis. */
static double height_at(const workspace *w, int dx, int dy)
{
    const double here = coarse_at(w, dx, dy);
    double height = here;
    for (int axis = 0; axis < 2; axis++) {
        const double before = coarse_at(w, dx - !axis, dy - axis), after = coarse_at(w, dx + !axis, dy + axis);
        const double bend = before - 2 * here + after;
        if (isfinite(bend) && bend < 0) height -= (before - after) * (before - after) / (8 * bend);
    }
    return height;
}

/* The highest top that is not the best one, or the lowest value when there is none. */
static double find_rival(const workspace *w, int bx, int by, double low)
{
    double rival = low;
    for (int dy = -HALF_REACH; dy <= HALF_REACH; dy++)
        for (int dx = -HALF_REACH; dx <= HALF_REACH; dx++) {
            const double match = coarse_at(w, dx, dy);
            int is_top = dx != bx || dy != by;
            for (int k = 0; k < 9 && is_top; k++) is_top = match >= coarse_at(w, dx + k % 3 - 1, dy + k / 3 - 1);
            if (is_top) rival = fmax(rival, height_at(w, dx, dy));
        }
    return rival;
}

/* The best of all lags at half resolution, and whether it can be believed. Of equals the nearest to 0 is taken. */
static msc_shift_state search(workspace *w, int lag[2])
{
    const int n = MSC_SHIFT_WINDOW_PX / 2, margin = MSC_SHIFT_MARGIN_PX / 2;
    double best = 0, sum = 0, low = 0;
    int bx = 0, by = 0;
    for (int dy = -HALF_REACH; dy <= HALF_REACH; dy++)
        for (int dx = -HALF_REACH; dx <= HALF_REACH; dx++) {
            const sums s = part_sums(w, HALF, margin, margin, n, dx, dy);
            const double match = w->coarse[(dy + HALF_REACH) * LAGS + dx + HALF_REACH] = match_of(s.product, s.energy);
            sum += match;
            low = fmin(low, match);
            if (match > best || (match == best && dx * dx + dy * dy < bx * bx + by * by)) best = match, bx = dx, by = dy;
        }
    lag[0] = 2 * bx;
    lag[1] = 2 * by;
    if (!(best > 0) || agreement(w, bx, by) < LEAST_AGREEMENT) return MSC_SHIFT_FEATURELESS;
    const double mean = sum / (LAGS * LAGS);
    if (find_rival(w, bx, by, low) - mean > MOST_RIVAL * (height_at(w, bx, by) - mean)) return MSC_SHIFT_AMBIGUOUS;
    return abs(bx) == HALF_REACH || abs(by) == HALF_REACH ? MSC_SHIFT_FAR : MSC_SHIFT_MEASURED;
}

/* The top of the quadric that fits 3 x 3 matches best (least squares); 0 when it has none within a px and a half. */
static int find_top(const double m[9], double top[2])
{
    double xx = 0, yy = 0, x1 = 0, y1 = 0;
    for (int k = 0; k < 3; k++) {
        xx += (m[3 * k] + m[3 * k + 2] - 2 * m[3 * k + 1]) / 6;
        yy += (m[k] + m[6 + k] - 2 * m[3 + k]) / 6;
        x1 += (m[3 * k + 2] - m[3 * k]) / 6;
        y1 += (m[6 + k] - m[k]) / 6;
    }
    const double xy = ((m[8] + m[0]) - (m[2] + m[6])) / 4, det = 4 * xx * yy - xy * xy;
    if (!(xx < 0 && yy < 0 && det > 0)) return 0;
    top[0] = (xy * y1 - 2 * yy * x1) / det;
    top[1] = (xy * x1 - 2 * xx * y1) / det;
    return fabs(top[0]) < 1.5 && fabs(top[1]) < 1.5;
}

/* Leave-one-out estimates over the parts that hold anything: their spread is the standard error (jackknife, Efron 1982). */
static int spread_of(sums lags[9][N_PARTS], const sums all[9], double *sigma_px)
{
    double top[2], sum[2] = { 0, 0 }, squares = 0, m[9];
    int n = 0;
    for (int k = 0; k < N_PARTS; k++) {
        if (lags[4][k].energy == 0) continue;
        for (int i = 0; i < 9; i++) m[i] = match_of(all[i].product - lags[i][k].product, all[i].energy - lags[i][k].energy);
        if (!find_top(m, top)) return 0;
        n++;
        for (int c = 0; c < 2; c++) {
            sum[c] += top[c];
            squares += top[c] * top[c];
        }
    }
    if (n < 4) return 0;
    *sigma_px = sqrt(fmax(squares - (sum[0] * sum[0] + sum[1] * sum[1]) / n, 0) * (n - 1) / n);
    return 1;
}

/* Climbs to the best whole lag at full resolution, at most two steps from `lag`. */
static int climb(const workspace *w, int lag[2])
{
    sums part[N_PARTS];
    double best = lag_parts(w, lag[0], lag[1], part);
    for (int step = 0; step < 3; step++) {
        int sx = 0, sy = 0;
        for (int i = 0; i < 9; i++) {
            if (i == 4) continue;
            const double match = lag_parts(w, lag[0] + i % 3 - 1, lag[1] + i / 3 - 1, part);
            if (match > best) best = match, sx = i % 3 - 1, sy = i / 3 - 1;
        }
        if (sx == 0 && sy == 0) return 1;
        lag[0] += sx;
        lag[1] += sy;
    }
    return 0;
}

static int32_t count(const uint8_t *valid)
{
    int32_t n = 0;
    for (int y = MSC_SHIFT_MARGIN_PX; y < SIDE - MSC_SHIFT_MARGIN_PX; y++)
        for (int x = MSC_SHIFT_MARGIN_PX; x < SIDE - MSC_SHIFT_MARGIN_PX; x++) n += valid[y * SIDE + x];
    return n;
}

static void load(const msc_tile *tile, workspace *w)
{
    for (int k = 0; k < 2; k++) copy_plane(tile, k, w->value[k]);
    for (int32_t y = 0; y < SIDE; y++) memcpy(w->valid + y * SIDE, msc_row_valid(tile, y), SIDE);
}

/* Between whole lags, with what is known of its error. */
static msc_shift_state refine(const workspace *w, const int lag[2], msc_shift_window *window)
{
    sums part[9][N_PARTS], all[9];
    double m[9], top[2], sigma_px;
    int64_t n = 0;
    for (int i = 0; i < 9; i++) {
        m[i] = lag_parts(w, lag[0] + i % 3 - 1, lag[1] + i / 3 - 1, part[i]);
        all[i] = (sums){ 0, 0, 0 };
        for (int k = 0; k < N_PARTS; k++) {
            all[i].product += part[i][k].product;
            all[i].energy += part[i][k].energy;
            if (i == 4) n += part[i][k].n;
        }
    }
    if (n < MSC_SHIFT_WINDOW_PX * MSC_SHIFT_WINDOW_PX / 4) return MSC_SHIFT_NOT_OBSERVED;
    if (!find_top(m, top) || !spread_of(part, all, &sigma_px) || sigma_px > MOST_SIGMA_PX) return MSC_SHIFT_UNSURE;
    window->dx_px = lag[0] + top[0];
    window->dy_px = lag[1] + top[1];
    window->sigma_px = sigma_px;
    window->match = m[4];
    return MSC_SHIFT_MEASURED;
}

void msc_shift_measure(const msc_tile *tile, void *scratch, msc_shift_window *window)
{
    workspace *w = scratch;
    int lag[2];
    *window = (msc_shift_window){ .state = MSC_SHIFT_NOT_OBSERVED };
    load(tile, w);
    if (count(w->valid) < MSC_SHIFT_WINDOW_PX * MSC_SHIFT_WINDOW_PX / 4) return;
    halve(w);
    find_gradients(w, HALF);
    window->state = search(w, lag);
    if (window->state != MSC_SHIFT_MEASURED) return;
    load(tile, w);
    find_gradients(w, SIDE);
    window->state = climb(w, lag) ? refine(w, lag, window) : MSC_SHIFT_FAR;
}
