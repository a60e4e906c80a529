/* kinds.c - which kind of damage a changed pixel is, by its own posterior and the kinds of the site that it lies in.
 *
 *      rows of posteriors -> shares of each kind by column over side_px rows -> sums across side_px columns -> the row in the middle */
#include "ops/kinds.h"
#include "ops/window.h"
#include <string.h>

enum { N_RANKED = MSC_POSTERIOR_BANDS / 2, N_YEARS = 2 };

typedef struct work {
    uint32_t *column[N_YEARS];   /* [w][n_kinds] */
    uint16_t *class;             /* [w] a row of a map */
    int32_t w;
} work;

/* Shares among the damage classes, in 1/255, of those in the list of one pixel. */
typedef struct shares { int n, kind[N_RANKED]; uint32_t share[N_RANKED]; } shares;

void msc_kinds_init(msc_kinds *self, int32_t side_px, const int *code, int n)
{
    memset(self, 0, sizeof *self);
    self->side_px = side_px;
    self->n_kinds = n;
    for (int k = 0; k < n; k++) {
        self->code[k] = (uint8_t)code[k];
        self->index[code[k]] = (uint8_t)(k + 1);
    }
}

static void carve(const msc_kinds *self, int32_t w, msc_space *space, work *k)
{
    k->w = w;
    for (int year = 0; year < N_YEARS; year++) k->column[year] = msc_space_take(space, (size_t)w * (size_t)self->n_kinds * sizeof **k->column);
    k->class = msc_space_take(space, (size_t)w * sizeof *k->class);
}

static size_t scratch_bytes(const void *op, int32_t w_px, int32_t h_px)
{
    const msc_kinds *self = op;
    msc_space space = { 0 };
    work k;
    (void)h_px;
    carve(self, w_px, &space, &k);
    return space.used;
}

static int n_years(const msc_kinds *self) { return self->is_map ? 1 : N_YEARS; }

/* Nothing where the first class is no damage class. */
static shares shares_of(const msc_kinds *self, const uint8_t *const plane[MSC_POSTERIOR_BANDS], int32_t x)
{
    shares s = { 0 };
    uint32_t all = 0;
    for (int r = 0; r < N_RANKED; r++) {
        const int kind = self->index[plane[2 * r][x]];
        if (kind == 0 && r == 0) return s;
        if (kind == 0) continue;
        s.kind[s.n] = kind - 1;
        all += s.share[s.n++] = plane[2 * r + 1][x];
    }
    for (int i = 0; i < s.n; i++) s.share[i] = all > 0 ? (255 * s.share[i] + all / 2) / all : 255u * (i == 0);
    return s;
}

/* Adds row y to the columns, or with sign -1 takes it away; modulo 2^32, so that both are exact. */
static void count_row(const msc_kinds *self, const work *k, const msc_tile *in, int32_t y, uint32_t sign)
{
    const msc_posterior_rows rows = msc_posterior_rows_of(in, 1, n_years(self), y, -in->pad_px);
    for (int year = 0; year < n_years(self); year++)
        for (int32_t x = 0; x < k->w; x++) {
            if (!self->index[rows.plane[year][0][x]]) continue;
            const shares s = shares_of(self, rows.plane[year], x);
            uint32_t *column = k->column[year] + (size_t)x * (size_t)self->n_kinds;
            for (int i = 0; i < s.n; i++) column[s.kind[i]] += sign * s.share[i];
        }
}

/* `sum` are the shares in the square. Whole numbers of a size that doubles hold, and one order of operations. */
static int best_kind(const msc_kinds *self, const shares *own, const uint32_t *sum, int kind)
{
    double score[MSC_KINDS_MAX], all = 0;
    for (int k = 0; k < self->n_kinds; k++) {
        score[k] = 2.55;
        all += sum[k];
    }
    for (int i = 0; i < own->n; i++) score[own->kind[i]] += own->share[i];
    for (int k = 0; k < self->n_kinds; k++) {
        const double held = 20.0 * sum[k] + all;
        score[k] *= held * held;
    }
    for (int k = 0; k < self->n_kinds; k++)
        if (score[k] > score[kind]) kind = k;
    return kind;
}

/* How far up the class of a year stands in a pair, or in a map of classes. */
static int shift_of(const msc_kinds *self, int year) { return year == 0 && !self->is_map ? 8 : 0; }

/* Turns the changes of row y (their class of one year) between x0 and x1, from the padding's first column on; `to` may be `change`. */
static void turn_part(const msc_kinds *self, const work *k, int year, const uint8_t *const plane[MSC_POSTERIOR_BANDS],
                     const uint16_t *change, const uint8_t *seen, uint16_t *to, int32_t x0, int32_t x1)
{
    const size_t n = (size_t)self->n_kinds;
    const int shift = shift_of(self, year);
    const int32_t r = self->side_px / 2;
    uint32_t sum[MSC_KINDS_MAX] = { 0 };
    for (int32_t x = x0 - r; x < x0 + r; x++)
        for (size_t i = 0; i < n; i++) sum[i] += k->column[year][(size_t)x * n + i];
    for (int32_t x = x0; x < x1; x++) {
        const uint32_t *enters = k->column[year] + (size_t)(x + r) * n, *leaves = k->column[year] + (size_t)(x - r) * n;
        for (size_t i = 0; i < n; i++) sum[i] += enters[i];
        const int kind = seen[x] ? self->index[change[x] >> shift & 255] : 0;
        if (kind) {
            const shares own = shares_of(self, plane, x);
            const int code = self->code[best_kind(self, &own, sum, kind - 1)];
            to[x] = (uint16_t)((to[x] & ~(255 << shift)) | code << shift);
        }
        for (size_t i = 0; i < n; i++) sum[i] -= leaves[i];
    }
}

/* The same from x0 on, where there is anything to turn. */
static void turn_row(const msc_kinds *self, const work *k, int year, const uint8_t *const plane[MSC_POSTERIOR_BANDS], const uint16_t *change, const uint8_t *seen,
                     uint16_t *to, int32_t x0, int32_t x1)
{
    const int shift = shift_of(self, year);
    while (x0 < x1 && !(seen[x0] && self->index[change[x0] >> shift & 255])) x0++;
    while (x1 > x0 && !(seen[x1 - 1] && self->index[change[x1 - 1] >> shift & 255])) x1--;
    if (x0 < x1) turn_part(self, k, year, plane, change, seen, to, x0, x1);
}

static int is_change(const msc_kinds *self, uint16_t pair)
{
    const int before = pair >> 8, after = pair & 255;
    return before != after && !msc_is_forbidden(&self->impossible, before, after);
}

static void make_row(const msc_kinds *self, const work *k, const msc_tile *in, const msc_tile *out, int32_t y)
{
    const int32_t r = self->side_px / 2, x_in = -in->pad_px, end = k->w - r;
    const msc_posterior_rows rows = msc_posterior_rows_of(in, 1, n_years(self), y, x_in);
    const uint16_t *change = msc_row_u16(in, 0, y) + x_in;
    const uint8_t *seen = msc_row_valid(in, y) + x_in;
    uint16_t *to = msc_row_u16(out, 0, y) + x_in;      /* columns as those of `in`; r..end-1 are the output's */
    memcpy(to + r, change + r, (size_t)(end - r) * sizeof *to);
    memcpy(msc_row_valid(out, y) + x_in + r, seen + r, (size_t)(end - r));
    for (int year = 0; year < N_YEARS; year++) turn_row(self, k, year, rows.plane[year], change, seen, to, r, end);
    for (int32_t x = r; x < end; x++)
        if (to[x] != change[x] && !is_change(self, to[x])) to[x] = change[x];
}

static void make_map_row(const msc_kinds *self, const work *k, const msc_tile *in, const msc_tile *out, int32_t y)
{
    const int32_t r = self->side_px / 2, x_in = -in->pad_px, end = k->w - r;
    const msc_posterior_rows rows = msc_posterior_rows_of(in, 1, n_years(self), y, x_in);
    const uint8_t *class = msc_row_u8(in, 0, y) + x_in, *seen = msc_row_valid(in, y) + x_in;
    uint8_t *to = msc_row_u8(out, 0, y) + x_in;
    for (int32_t x = r; x < end; x++) k->class[x] = class[x];
    turn_row(self, k, 0, rows.plane[0], k->class, seen, k->class, r, end);
    for (int32_t x = r; x < end; x++) to[x] = (uint8_t)k->class[x];
    memcpy(msc_row_valid(out, y) + x_in + r, seen + r, (size_t)(end - r));
}

static void kinds_tile(const void *op, const msc_tile *in, msc_tile *out, void *scratch)
{
    const msc_kinds *self = op;
    const int32_t r = self->side_px / 2, pad = in->pad_px;
    work k;
    carve(self, in->core.w + 2 * pad, &(msc_space){ .base = scratch }, &k);
    for (int year = 0; year < N_YEARS; year++) memset(k.column[year], 0, (size_t)k.w * (size_t)self->n_kinds * sizeof **k.column);
    for (int32_t y = -pad; y < in->core.h + pad; y++) {
        if (y + pad >= self->side_px) count_row(self, &k, in, y - self->side_px, UINT32_MAX);
        count_row(self, &k, in, y, 1);
        if (y + pad >= 2 * r) (self->is_map ? make_map_row : make_row)(self, &k, in, out, y - r);
    }
}

void msc_kinds_op(const msc_kinds *self, msc_op *op)
{
    *op = (msc_op){ .name = "kinds", .self = self, .halo_px = self->side_px / 2, .n_planes_out = 1, .types_out = { self->is_map ? MSC_U8 : MSC_U16 },
                    .scratch_bytes = scratch_bytes, .tile = kinds_tile };
}
