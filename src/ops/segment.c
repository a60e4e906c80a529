/* segment.c - one window of an image as objects.
 *
 *      bands -> smoothed, in units of noise -> differences across sides -> sides in order -> regions -> numbers */
#include "ops/segment.h"
#include "kernels/kernels.h"
#include <math.h>
#include <string.h>

enum { N_STEPS = 4096, NO_SIDE = 65535, STEPS_A_UNIT = 64, N_KEYS = 1 << 15 };
static const float median_to_sd = 1.4826f;

void msc_segment_lay(msc_segment *s, int32_t w_px, int32_t h_px, int n_bands, msc_space *space)
{
    const size_t n = (size_t)w_px * (size_t)h_px;
    s->n_bands = n_bands;
    s->n_lanes = ((size_t)n_bands + 3) / 4 * 4;
    s->seen = msc_space_take(space, n);
    s->raw = msc_space_take(space, n * sizeof(float));
    s->made = msc_space_take(space, n * sizeof(float));
    s->tone = msc_space_take(space, n * s->n_lanes * sizeof(float));
    s->right = msc_space_take(space, n * sizeof(float));
    s->down = msc_space_take(space, n * sizeof(float));
    s->n_px = msc_space_take(space, n * sizeof(float));
    s->parent = msc_space_take(space, n * sizeof(uint32_t));
    s->side = msc_space_take(space, 2 * n * sizeof(uint32_t));
    s->step = msc_space_take(space, 2 * n * sizeof(uint16_t));
    s->count = msc_space_take(space, N_KEYS * sizeof(uint32_t));
}

/* ---- bands ---- */

static void read_band(const msc_segment *s, const msc_tile *tile, int plane, msc_rect window)
{
    const msc_window_rows *rows = msc_kernels_select()->window;
    for (int32_t y = 0; y < s->h; y++)
        msc_window_load(rows, tile, plane, window.y + y, window.x, (size_t)s->w, 0.0f, s->raw + (size_t)y * (size_t)s->w);
}

/* to = (before + 4 own + after) / 6, the neighbours `step` away; a neighbour that is not seen has the pixel's own value. */
static void smooth_row(float *restrict to, const float *restrict own, const uint8_t *restrict seen, ptrdiff_t step, int32_t n)
{
    for (int32_t x = 0; x < n; x++) {
        const float before = seen[x - step] ? own[x - step] : own[x], after = seen[x + step] ? own[x + step] : own[x];
        to[x] = (before + 4.0f * own[x] + after) * (1.0f / 6.0f);
    }
}

/* At the window's edges a neighbour is missing. */
static float smooth_end(const float *own, const uint8_t *seen, ptrdiff_t step)
{
    return ((seen[step] ? own[step] : *own) + 5.0f * *own) * (1.0f / 6.0f);
}

static void smooth_band(msc_segment *s)
{
    const int32_t w = s->w;
    for (int32_t y = 0; y < s->h; y++) {
        const size_t at = (size_t)y * (size_t)w;
        const float *own = s->raw + at;
        const uint8_t *seen = s->seen + at;
        s->made[at] = w > 1 ? smooth_end(own, seen, 1) : own[0];
        if (w > 2) smooth_row(s->made + at + 1, own + 1, seen + 1, 1, w - 2);
        if (w > 1) s->made[at + (size_t)w - 1] = smooth_end(own + w - 1, seen + w - 1, -1);
    }
    for (int32_t y = 0; y < s->h; y++) {
        const size_t at = (size_t)y * (size_t)w;
        const float *own = s->made + at;
        const uint8_t *seen = s->seen + at;
        if (y > 0 && y < s->h - 1) smooth_row(s->raw + at, own, seen, w, w);
        else
            for (int32_t x = 0; x < w; x++) s->raw[at + (size_t)x] = s->h > 1 ? smooth_end(own + x, seen + x, y ? -w : w) : own[x];
    }
}

/* The median difference of neighbours in a row, to 1/128 of itself: by the upper half of its bits, which ascend with it. Where most are 0 the
 * mean; 0 where all are. */
static float noise_of(const msc_segment *s)
{
    uint32_t n = 0, below = 0, key = 0;
    double sum = 0;
    memset(s->count, 0, N_KEYS * sizeof *s->count);
    for (int32_t y = 0; y < s->h; y++) {
        const float *own = s->raw + (size_t)y * (size_t)s->w;
        const uint8_t *seen = s->seen + (size_t)y * (size_t)s->w;
        for (int32_t x = 0; x + 1 < s->w; x++) {
            if (!(seen[x] & seen[x + 1])) continue;
            const float d = fabsf(own[x + 1] - own[x]);
            uint32_t bits;
            memcpy(&bits, &d, sizeof bits);
            s->count[bits >> 16]++;
            sum += d;
            n++;
        }
    }
    if (n == 0) return 0;
    while (below + s->count[key] <= n / 2) below += s->count[key++];
    const uint32_t bits = key << 16 | 1u << 15;
    float median;
    memcpy(&median, &bits, sizeof median);
    return key > 0 ? median_to_sd * median : (float)(sum / n);
}

/* A band in units of its noise, and what it adds to the differences across sides. */
static void add_band(const msc_segment *s, int band, float noise)
{
    const size_t w = (size_t)s->w, n_lanes = s->n_lanes;
    const float scale = noise > 0 ? 1.0f / noise : 0.0f;
    for (size_t y = 0; y < (size_t)s->h; y++) {
        float *restrict own = s->raw + y * w, *restrict tone = s->tone + y * w * n_lanes + band;
        for (size_t x = 0; x < w; x++) own[x] *= scale;
        for (size_t x = 0; x < w; x++) tone[x * n_lanes] = own[x];
        float *restrict right = s->right + y * w;
        for (size_t x = 0; x + 1 < w; x++) right[x] += (own[x + 1] - own[x]) * (own[x + 1] - own[x]);
        if (y == 0) continue;
        const float *restrict above = own - w;
        float *restrict down = s->down + (y - 1) * w;
        for (size_t x = 0; x < w; x++) down[x] += (own[x] - above[x]) * (own[x] - above[x]);
    }
}

/* ---- sides ---- */

static void step_row(uint16_t *restrict to, const float *restrict square, float per_band, const uint8_t *restrict a, const uint8_t *restrict b, int32_t n)
{
    for (int32_t x = 0; x < n; x++) {
        const float step = sqrtf(square[x] * per_band) * STEPS_A_UNIT;
        to[2 * x] = a[x] & b[x] ? (uint16_t)(step < N_STEPS - 1 ? step : N_STEPS - 1) : NO_SIDE;
    }
}

/* s->side in order; returns their number. */
static uint32_t sort_sides(msc_segment *s)
{
    const int32_t w = s->w, h = s->h;
    const float per_band = 1.0f / (float)s->n_bands;
    const size_t n = (size_t)w * (size_t)h;
    uint32_t *count = s->count, total = 0;
    memset(s->step, 0xFF, 2 * n * sizeof *s->step);
    for (int32_t y = 0; y < h; y++) {
        const size_t at = (size_t)y * (size_t)w;
        step_row(s->step + 2 * at, s->right + at, per_band, s->seen + at, s->seen + at + 1, w - 1);
        if (y + 1 < h) step_row(s->step + 2 * at + 1, s->down + at, per_band, s->seen + at, s->seen + at + w, w);
    }
    memset(count, 0, N_STEPS * sizeof *count);
    for (size_t e = 0; e < 2 * n; e++)
        if (s->step[e] != NO_SIDE) count[s->step[e]]++;
    for (uint32_t k = 0; k < N_STEPS; k++) {
        const uint32_t here = count[k];
        count[k] = total;
        total += here;
    }
    for (size_t e = 0; e < 2 * n; e++)
        if (s->step[e] != NO_SIDE) s->side[count[s->step[e]]++] = (uint32_t)e;
    return total;
}

/* ---- regions ---- */

static uint32_t root_of(uint32_t *parent, uint32_t i)
{
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

static float square_between(const float *restrict a, const float *restrict b, size_t n_lanes)
{
    float lane[4] = { 0 };
    for (size_t i = 0; i < n_lanes; i += 4)
        for (size_t k = 0; k < 4; k++) lane[k] += (a[i + k] - b[i + k]) * (a[i + k] - b[i + k]);
    return (lane[0] + lane[1]) + (lane[2] + lane[3]);
}

/* Region b, whose first pixel is the later one, becomes a part of a. */
static void join(const msc_segment *s, uint32_t a, uint32_t b)
{
    float *restrict m = s->tone + a * s->n_lanes;
    const float *restrict of = s->tone + b * s->n_lanes;
    const float share = s->n_px[b] / (s->n_px[a] + s->n_px[b]);
    for (size_t i = 0; i < s->n_lanes; i += 4)
        for (size_t k = 0; k < 4; k++) m[i + k] += (of[i + k] - m[i + k]) * share;
    s->n_px[a] += s->n_px[b];
    s->parent[b] = a;
}

static void merge(msc_segment *s, uint32_t n_sides)
{
    const float limit = (float)MSC_SEGMENT_LIMIT * (float)s->n_bands;
    for (uint32_t k = 0; k < n_sides; k++) {
        const uint32_t pixel = s->side[k] / 2, other = pixel + (s->side[k] & 1 ? (uint32_t)s->w : 1);
        uint32_t a = root_of(s->parent, pixel), b = root_of(s->parent, other);
        if (a == b) continue;
        const float na = fminf(s->n_px[a], MSC_SEGMENT_FEW), nb = fminf(s->n_px[b], MSC_SEGMENT_FEW);
        if (!(square_between(s->tone + a * s->n_lanes, s->tone + b * s->n_lanes, s->n_lanes) * na * nb <= limit * (na + nb))) continue;
        if (b < a) join(s, b, a);
        else join(s, a, b);
    }
}

/* A region's first pixel is its root, so that a parent has its number when its children ask for it, and no number is above its root. */
static uint32_t number(msc_segment *s)
{
    const uint32_t n = (uint32_t)s->w * (uint32_t)s->h;
    uint32_t n_objects = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (!s->seen[i]) s->parent[i] = MSC_SEGMENT_NONE;
        else if (s->parent[i] != i) s->parent[i] = s->parent[s->parent[i]];
        else {
            s->n_px[n_objects] = s->n_px[i];
            s->parent[i] = n_objects++;
        }
    }
    return n_objects;
}

uint32_t msc_segment_part(msc_segment *s, const msc_tile *tile, int first_band, msc_rect window)
{
    const size_t n = (size_t)window.w * (size_t)window.h;
    s->w = window.w;
    s->h = window.h;
    for (int32_t y = 0; y < s->h; y++) {
        const uint8_t *restrict valid = msc_row_valid(tile, window.y + y) + window.x;
        uint8_t *restrict seen = s->seen + (size_t)y * (size_t)s->w;
        for (int32_t x = 0; x < s->w; x++) seen[x] = valid[x] != 0;
    }
    if (!memchr(s->seen, 1, n)) {
        memset(s->parent, 0xFF, n * sizeof *s->parent);
        return 0;
    }
    memset(s->right, 0, n * sizeof *s->right);
    memset(s->down, 0, n * sizeof *s->down);
    memset(s->tone, 0, n * s->n_lanes * sizeof *s->tone);
    for (int b = 0; b < s->n_bands; b++) {
        read_band(s, tile, first_band + b, window);
        smooth_band(s);
        add_band(s, b, noise_of(s));
    }
    for (uint32_t i = 0; i < n; i++) {
        s->parent[i] = i;
        s->n_px[i] = 1;
    }
    merge(s, sort_sides(s));
    return number(s);
}
