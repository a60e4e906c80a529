/* zone_count.c - counts a tile by runs of one value, in one zone, of one area a pixel.
 *
 *      values of a row -> where runs start, as bits -> the same and the zone's borders -> a cell for each run
 *      ground of a row -> its running sum, so that a run's is a difference */
#include "model/zone_count.h"
#include "base/hash.h"
#include "base/mem.h"
#include "kernels/kernels.h"
#include <assert.h>
#include <string.h>

enum { FIRST_SLOTS = 256 };

/* Space for one row of a tile, laid over msc_zone_cells.rows. */
typedef struct rows {
    uint64_t *start;             /* bit x: a run starts at pixel x */
    uint64_t *ground;            /* [w + 1] of all pixels before x: the sum, and in the upper half those whose ground is known */
    uint16_t *value;
    uint8_t *is_seen;
} rows;

static int rows_place(msc_zone_cells *cells, size_t w, rows *r)
{
    const size_t n_words = (w + 63) / 64;
    if (!msc_reserve(&cells->rows, &cells->rows_capacity, 8 * (n_words + w + 1) + 3 * w, 1)) return 0;
    r->start = cells->rows;
    r->ground = r->start + n_words;
    r->value = (uint16_t *)(void *)(r->ground + w + 1);
    r->is_seen = (uint8_t *)(r->value + w);
    return 1;
}

static size_t first_slot(const msc_zone_cells *c, int32_t layer, int32_t zone, int32_t value)
{
    return (size_t)msc_mix((uint64_t)layer << 52 ^ (uint64_t)zone << 20 ^ (uint64_t)(value + 1)) & (c->n_slots - 1);
}

/* Twice as many slots as before, at least; at most half of them are taken. */
static int widen(msc_zone_cells *c)
{
    const size_t n = c->n_slots ? 2 * c->n_slots : FIRST_SLOTS;
    if (!msc_reserve((void **)&c->slot, &c->slot_capacity, n, sizeof *c->slot)) return 0;
    memset(c->slot, 0, n * sizeof *c->slot);
    c->n_slots = n;
    for (size_t i = 0; i < c->n; i++) {
        size_t at = first_slot(c, c->cell[i].layer, c->cell[i].zone, c->cell[i].value);
        while (c->slot[at]) at = (at + 1) & (n - 1);
        c->slot[at] = (uint32_t)i + 1;
    }
    return 1;
}

/* The cell, made when it is not there; NULL without memory. */
static msc_zone_cell *cell_of(msc_zone_cells *c, int32_t layer, int32_t zone, int32_t value)
{
    if (2 * c->n >= c->n_slots && !widen(c)) return NULL;
    size_t at = first_slot(c, layer, zone, value);
    for (; c->slot[at]; at = (at + 1) & (c->n_slots - 1)) {
        msc_zone_cell *cell = &c->cell[c->slot[at] - 1];
        if (cell->layer == layer && cell->zone == zone && cell->value == value) return cell;
    }
    if (!msc_reserve((void **)&c->cell, &c->capacity, c->n + 1, sizeof *c->cell)) return NULL;
    c->cell[c->n] = (msc_zone_cell){ .layer = layer, .zone = zone, .value = value };
    c->slot[at] = (uint32_t)++c->n;
    return &c->cell[c->n - 1];
}

/* The first start of a run behind pixel x, or `end`. */
static int32_t next_start(const uint64_t *start, int32_t x, int32_t end)
{
    for (int32_t at = x + 1; at < end; at = (at / 64 + 1) * 64) {
        const uint64_t word = start[at / 64] >> at % 64;
        if (!word) continue;
        at += __builtin_ctzll(word);
        return at < end ? at : end;
    }
    return end;
}

/* Counts pixels x..end-1 of the row, which lie in one zone. */
static int add(const rows *r, const int64_t *px_area, int32_t tile_x, int32_t x, int32_t end, int32_t layer, int32_t zone, msc_zone_cells *cells)
{
    for (int32_t next; x < end; x = next) {
        next = next_start(r->start, x, end);
        msc_zone_cell *cell = cell_of(cells, layer, zone, r->is_seen[x] ? r->value[x] : -1);
        if (!cell) return 0;
        const uint64_t ground = r->ground[next] - r->ground[x];
        cell->px += next - x;
        cell->units += px_area[(tile_x + x) / MSC_AREA_BLOCK] * (next - x);
        cell->ground += (int64_t)(ground & UINT32_MAX);
        cell->ground_px += (int32_t)(ground >> 32);
    }
    return 1;
}

static int add_by_zone(const msc_zone_counter *k, int layer, const rows *r, const int64_t *px_area, const msc_tile *tile, int32_t y, msc_zone_cells *cells)
{
    const msc_count_layer *l = &k->layer[layer];
    const int32_t x0 = tile->core.x, w = tile->core.w, map_y = tile->core.y + y;
    int32_t x = 0;
    for (size_t i = msc_spans_row(l->spans, map_y); i < l->spans->n && l->spans->span[i].y == map_y && l->spans->span[i].x0 < x0 + w; i++) {
        const msc_span *s = &l->spans->span[i];
        const int32_t first = s->x0 > x0 ? s->x0 - x0 : 0, end = s->x1 < x0 + w ? s->x1 - x0 : w;
        if (end <= 0) continue;
        if (!add(r, px_area, x0, x, first, layer, l->n_zones - 1, cells)) return 0;
        if (!add(r, px_area, x0, first, end, layer, l->zone_of[s->feature], cells)) return 0;
        x = end;
    }
    return add(r, px_area, x0, x, w, layer, l->n_zones - 1, cells);
}

static void sum_ground(const uint16_t *ground, int32_t w, uint64_t *sum)
{
    sum[0] = 0;
    for (int32_t x = 0; x < w; x++) sum[x + 1] = sum[x] + ground[x] + ((uint64_t)(ground[x] > 0) << 32);
}

int msc_zone_count_tile(const msc_zone_counter *k, const msc_tile *tile, msc_zone_cells *cells)
{
    const msc_rows *kernels = msc_kernels_select()->rows;
    const int32_t w = tile->core.w, first_block = tile->core.x % MSC_AREA_BLOCK ? MSC_AREA_BLOCK - tile->core.x % MSC_AREA_BLOCK : 0;
    rows r;
    assert(w <= UINT16_MAX);                 /* so that a row's ground stays in the lower half of its sum */
    cells->n = 0;
    if (!rows_place(cells, (size_t)w, &r)) return 0;
    if (cells->n_slots) memset(cells->slot, 0, cells->n_slots * sizeof *cells->slot);
    if (!k->ground_plane) memset(r.ground, 0, ((size_t)w + 1) * sizeof *r.ground);
    for (int32_t y = 0; y < tile->core.h; y++) {
        const int64_t *px_area = k->area->px_area + (size_t)((tile->core.y + y) / MSC_AREA_BLOCK) * (size_t)k->area->n_across;
        k->row(k->self, tile, y, r.value, r.is_seen);
        kernels->run_starts_u16(r.start, r.value, r.is_seen, (size_t)w);
        for (int32_t x = first_block; x < w; x += MSC_AREA_BLOCK) r.start[x / 64] |= (uint64_t)1 << x % 64;
        if (k->ground_plane) sum_ground(msc_row_u16(tile, k->ground_plane, y), w, r.ground);
        if (k->n_layers == 0 && !add(&r, px_area, tile->core.x, 0, w, 0, 0, cells)) return 0;
        for (int layer = 0; layer < k->n_layers; layer++)
            if (!add_by_zone(k, layer, &r, px_area, tile, y, cells)) return 0;
    }
    return 1;
}

void msc_zone_cells_clear(void *self, void *slot)
{
    msc_zone_cells *cells = slot;
    (void)self;
    msc_release(cells->cell);
    msc_release(cells->slot);
    msc_release(cells->rows);
    *cells = (msc_zone_cells){ 0 };
}
