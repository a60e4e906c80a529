/* lattice.c - collects one pixel a cell from a stream. */
#include "model/lattice.h"
#include "base/hash.h"
#include "base/mem.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 1, MOST_RANKED = 1 << 15 };

typedef struct collector {
    const msc_lattice *lattice;
    const msc_source *source;
    int n_planes;
    int64_t n_cells;
    int32_t n_across;
    float *value;                /* [n_planes][n_cells] */
    uint8_t *is_observed;        /* [n_cells] */
} collector;

static int32_t across(const msc_lattice *l) { return (l->width_px - 1) / l->step_px + 1; }
static int32_t down(const msc_lattice *l) { return (l->height_px - 1) / l->step_px + 1; }
int64_t msc_lattice_cells(const msc_lattice *lattice) { return (int64_t)across(lattice) * down(lattice); }

msc_lattice msc_lattice_for(int32_t width_px, int32_t height_px, int64_t most)
{
    msc_lattice l = { width_px, height_px, 1 };
    while (most > 0 && msc_lattice_cells(&l) > most && l.step_px < (width_px > height_px ? width_px : height_px)) l.step_px++;
    return l;
}

/* Where cell (u, v) has its pixel; it may lie outside the image in the last row and column of cells. */
static void place(const msc_lattice *l, int32_t u, int32_t v, int32_t *x, int32_t *y)
{
    const uint64_t draw = msc_random(SEED, (uint64_t)u, (uint64_t)v);
    *x = u * l->step_px + (int32_t)msc_random_below(draw, (uint32_t)l->step_px);
    *y = v * l->step_px + (int32_t)msc_random_below(draw << 32, (uint32_t)l->step_px);
}

void msc_lattice_each(const msc_lattice *l, const msc_rect *r, void (*visit)(void *self, int64_t cell, int32_t x, int32_t y), void *self)
{
    for (int32_t v = r->y / l->step_px; v <= (r->y + r->h - 1) / l->step_px; v++)
        for (int32_t u = r->x / l->step_px; u <= (r->x + r->w - 1) / l->step_px; u++) {
            int32_t x, y;
            place(l, u, v, &x, &y);
            if (x >= r->x && y >= r->y && x < r->x + r->w && y < r->y + r->h) visit(self, (int64_t)v * across(l) + u, x, y);
        }
}

typedef struct taking { const collector *to; const msc_tile *tile; } taking;

static void take(void *self, int64_t cell, int32_t x, int32_t y)
{
    const collector *c = ((const taking *)self)->to;
    const msc_tile *tile = ((const taking *)self)->tile;
    x -= tile->core.x;
    y -= tile->core.y;
    if (!msc_row_valid(tile, y)[x]) return;
    c->is_observed[cell] = 1;
    for (int p = 0; p < c->n_planes; p++) {
        const msc_type type = tile->plane[p].type;
        c->value[p * c->n_cells + cell] = type == MSC_F32 ? msc_row_f32(tile, p, y)[x]
                                        : type == MSC_U16 ? (float)msc_row_u16(tile, p, y)[x] : (float)msc_row_u8(tile, p, y)[x];
    }
}

/* Tiles write to cells of their own pixels only. */
static msc_status prepare(void *self, const msc_tile *tile, void *kept, msc_error *err)
{
    const collector *c = self;
    (void)kept, (void)err;
    msc_lattice_each(c->lattice, &tile->core, take, &(taking){ c, tile });
    return MSC_OK;
}

static msc_status put(void *self, const msc_tile *tile, void *kept, int64_t index, msc_error *err)
{
    (void)self, (void)tile, (void)kept, (void)index, (void)err;   /* prepare has done it all */
    return MSC_OK;
}

static int by_value(const void *a, const void *b)
{
    const float p = *(const float *)a, q = *(const float *)b;
    return (p > q) - (p < q);
}

/* From one width below the 0.5 % quantile to one above the 99.5 % quantile. */
static msc_status limit_of(const float *value, size_t n, msc_irmad_limit *limit, msc_error *err)
{
    const size_t step = n / MOST_RANKED + 1, m = (n + step - 1) / step;
    float *ranked = msc_alloc(m + 1, sizeof *ranked);
    if (!ranked) return msc_fail(err, MSC_ENOMEM, "irmad", "%zu values", m);
    for (size_t i = 0; i < m; i++) ranked[i] = value[i * step];
    qsort(ranked, m, sizeof *ranked, by_value);
    const float low = m ? ranked[m / 200] : 0, high = m ? ranked[m - 1 - m / 200] : 0;
    msc_release(ranked);
    *limit = (msc_irmad_limit){ low - (high - low), high + (high - low) };
    return MSC_OK;
}

/* Leaves out the cells that were not observed. */
static msc_status pack(collector *c, msc_lattice_pixels *out, msc_error *err)
{
    size_t n = 0;
    for (int64_t cell = 0; cell < c->n_cells; cell++) n += c->is_observed[cell];
    out->n = n;
    out->value = msc_alloc(msc_mul_size(n + 1, (size_t)c->n_planes), sizeof *out->value);
    out->pixel = msc_alloc(n + 1, sizeof *out->pixel);
    if (!out->value || !out->pixel) return msc_fail(err, MSC_ENOMEM, "irmad", "%zu pixels", n);
    size_t i = 0;
    for (int64_t cell = 0; cell < c->n_cells; cell++) {
        int32_t x, y;
        if (!c->is_observed[cell]) continue;
        place(c->lattice, (int32_t)(cell % c->n_across), (int32_t)(cell / c->n_across), &x, &y);
        out->pixel[i++] = (int64_t)y * c->lattice->width_px + x;
    }
    for (int p = 0; p < c->n_planes; p++) {
        const float *from = c->value + p * c->n_cells;
        float *to = out->value + (size_t)p * n;
        i = 0;
        for (int64_t cell = 0; cell < c->n_cells; cell++)
            if (c->is_observed[cell]) to[i++] = from[cell];
        out->limit[p] = (msc_irmad_limit){ -INFINITY, INFINITY };
        if (c->source->types[p] != MSC_F32) continue;
        MSC_TRY(limit_of(to, n, &out->limit[p], err));
        msc_irmad_load(MSC_F32, to, n, &out->limit[p], to);
    }
    return MSC_OK;
}

static msc_status collect(const msc_settings *settings, collector *c, msc_lattice_pixels *pixels, msc_error *err)
{
    const size_t n = msc_mul_size((size_t)c->n_cells, (size_t)c->n_planes);
    const int64_t bytes = (int64_t)n * 8 + 9 * c->n_cells;
    const msc_sink sink = { .self = c, .prepare = prepare, .put = put, .is_put_blind = 1 };
    msc_layout layout;
    MSC_TRY(msc_stream_plan(settings, c->source, NULL, 0, &sink, bytes, &layout, err));
    c->value = msc_alloc(n, sizeof *c->value);
    c->is_observed = msc_alloc_zero((size_t)c->n_cells, 1);
    if (!c->value || !c->is_observed) return msc_fail(err, MSC_ENOMEM, "irmad", "%lld bytes", (long long)bytes);
    MSC_TRY(msc_stream_run(settings, &layout, c->source, NULL, 0, &sink, "sample", err));
    return pack(c, pixels, err);
}

msc_status msc_lattice_collect(const msc_settings *settings, const msc_lattice *lattice, const msc_source *source,
                               int n_planes, msc_lattice_pixels *pixels, msc_error *err)
{
    collector c = { .lattice = lattice, .source = source, .n_planes = n_planes, .n_cells = msc_lattice_cells(lattice),
                    .n_across = across(lattice) };
    *pixels = (msc_lattice_pixels){ 0 };
    const msc_status status = collect(settings, &c, pixels, err);
    msc_release(c.is_observed);
    msc_release(c.value);
    if (status != MSC_OK) msc_lattice_clear(pixels);
    return status;
}

void msc_lattice_drop(msc_lattice_pixels *pixels)
{
    msc_release(pixels->pixel);
    msc_release(pixels->value);
    pixels->pixel = NULL;
    pixels->value = NULL;
}

void msc_lattice_clear(msc_lattice_pixels *pixels)
{
    msc_lattice_drop(pixels);
    *pixels = (msc_lattice_pixels){ 0 };
}
