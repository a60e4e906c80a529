/* texture.c - grey-level co-occurrence in square windows, kept from row to row. */
#include "ops/texture.h"
#include <string.h>

/* Rows of pair codes: those that come (level, two diagonals, upright), those that go, and one of no pairs. */
enum { CODE_ROWS = 9, NO_CODES = 8, TWO_LEVELS = MSC_TEXTURE_LEVELS * (MSC_TEXTURE_LEVELS + 1) / 2 };

static size_t columns_of(const msc_texture *t) { return (size_t)t->width_px + (size_t)t->spec.side_px - 1; }

void msc_texture_lay(msc_texture *texture, const msc_window_rows *rows, const msc_texture_rows *pairs,
                     const msc_majority_rows *counts, const msc_texture_spec *spec, int32_t width_px, msc_space *space)
{
    *texture = (msc_texture){ .rows = rows, .pairs = pairs, .counts = counts, .spec = *spec, .width_px = width_px };
    const size_t n = columns_of(texture), n_rows = (size_t)spec->side_px + 2;
    texture->level = msc_space_take(space, n * n_rows);
    texture->pixel = msc_space_take(space, n * sizeof(float));
    for (int m = 0; m < MSC_PAIR_MEASURES; m++) {
        if (!(spec->wanted & 1u << m)) continue;
        texture->cell[m] = msc_space_take(space, n * sizeof(double));
        texture->wall[m] = msc_space_take(space, n * sizeof(double));
        texture->total[m] = msc_space_take(space, n * sizeof(double));
    }
    if (spec->wanted & 1u << MSC_PAIR_ENERGY) {
        texture->code = msc_space_take(space, CODE_ROWS * n);
        texture->column = msc_space_take(space, 2 * TWO_LEVELS * n);
        texture->spare = msc_space_take(space, 3 * n * sizeof(uint16_t));
        texture->energy = msc_space_take(space, n * sizeof(uint32_t));
    }
    if (texture->code) memset(texture->code + NO_CODES * n, MSC_TEXTURE_NO_PAIR, n);
    if (texture->level) memset(texture->level + n * (n_rows - 1), MSC_TEXTURE_NONE, n);
}

/* Room for the levels of row y: side + 1 rows follow each other in a ring. */
static uint8_t *level_row(const msc_texture *t, int32_t y)
{
    const int32_t ring = t->spec.side_px + 1;
    return t->level + (size_t)((y % ring + ring) % ring) * columns_of(t);
}

static const uint8_t *no_levels(const msc_texture *t) { return t->level + (size_t)(t->spec.side_px + 1) * columns_of(t); }

static void make_levels(const msc_texture *t, const msc_tile *tile, int32_t y)
{
    static const double high_of[] = { [MSC_U8] = 256.0, [MSC_U16] = 10000.0, [MSC_F32] = 1.0 };
    const int is_given = t->spec.high > t->spec.low;
    const double low = is_given ? t->spec.low : 0.0, high = is_given ? t->spec.high : high_of[tile->plane[t->spec.plane].type];
    const int32_t first = -(t->spec.side_px / 2);
    msc_window_load(t->rows, tile, t->spec.plane, y, first, columns_of(t), 0.0f, t->pixel);
    t->pairs->levels(level_row(t, y), t->pixel, msc_row_valid(tile, y) + first, (float)low,
                     (float)(MSC_TEXTURE_LEVELS / (high - low)), columns_of(t));
}

/* Codes of the pairs of a row, and of those between `upper` and `lower`, into four rows from `to` on. */
static void make_codes(const msc_texture *t, const uint8_t *flat, const uint8_t *upper, const uint8_t *lower, uint8_t *to)
{
    const size_t n = columns_of(t);
    t->pairs->codes(to, flat, flat + 1, n - 1);
    t->pairs->codes(to + n, upper, lower + 1, n - 1);
    t->pairs->codes(to + 2 * n, upper + 1, lower, n - 1);
    t->pairs->codes(to + 3 * n, upper, lower, n);
}

/* The columns of each two levels gain the pairs that come and lose those that go, if `gone` are given. */
static void count_codes(msc_texture *t, const uint8_t *come, const uint8_t *gone)
{
    const size_t n = columns_of(t), next = gone ? n : 0;
    const uint8_t *drop = gone ? gone : t->code + NO_CODES * n;
    uint8_t *cells = t->column;
    for (int low = 0; low < MSC_TEXTURE_LEVELS; low++)
        for (int high = low; high < MSC_TEXTURE_LEVELS; high++, cells += 2 * n) {
            const uint8_t code = (uint8_t)(low * MSC_TEXTURE_LEVELS + high);
            for (size_t k = 0; k < 3; k++) t->counts->slide(cells, come + k * n, drop + k * next, code, n - 1);
            t->counts->slide(cells + n, come + 3 * n, drop + 3 * next, code, n);
        }
}

/* A pair of two unlike levels stands twice in the matrix, one of two like levels as 2 in one place. */
static void sum_squares(msc_texture *t)
{
    const size_t n = columns_of(t), w = (size_t)t->width_px, side = (size_t)t->spec.side_px;
    const uint8_t *cells = t->column;
    memset(t->energy, 0, w * sizeof *t->energy);
    for (int low = 0; low < MSC_TEXTURE_LEVELS; low++)
        for (int high = low; high < MSC_TEXTURE_LEVELS; high++, cells += 2 * n)
            t->pairs->add_squares(t->energy, cells, cells + n, low == high ? 4 : 2, t->spare, w, side);
}

/* The pairs of row y, and those between it and the row above it, come in. */
static void take_row(msc_texture *t, int32_t y, const uint8_t *upper, const msc_window_work *work)
{
    const uint8_t *here = level_row(t, y);
    const size_t n = columns_of(t);
    if (t->code) {
        make_codes(t, here, upper, here, t->code);
        count_codes(t, t->code, NULL);
    }
    for (int m = 0; m < MSC_PAIR_MEASURES; m++) {
        if (!t->cell[m]) continue;
        t->pairs->cells[m](work->add, here, upper, here, n - 1);
        t->rows->stack(t->cell[m], t->cell[m], work->add, n - 1);
        t->pairs->walls[m](work->add, upper, here, n);
        t->rows->stack(t->wall[m], t->wall[m], work->add, n);
    }
}

/* The row below comes, the row above goes: with it its level pairs, and the pairs between it and the row that is now
 * the first. */
static void slide(msc_texture *t, int32_t y, const msc_window_work *work)
{
    const int32_t r = t->spec.side_px / 2;
    const uint8_t *last = level_row(t, y + r), *before = level_row(t, y + r - 1);
    const uint8_t *gone = level_row(t, y - r - 1), *top = level_row(t, y - r);
    const size_t n = columns_of(t);
    if (t->code) {
        make_codes(t, last, before, last, t->code);
        make_codes(t, gone, gone, top, t->code + 4 * n);
        count_codes(t, t->code, t->code + 4 * n);
    }
    for (int m = 0; m < MSC_PAIR_MEASURES; m++) {
        if (!t->cell[m]) continue;
        t->pairs->cells[m](work->add, last, before, last, n - 1);
        t->pairs->cells[m](work->drop, gone, gone, top, n - 1);
        t->rows->slide(t->cell[m], work->add, work->drop, n - 1);
        t->pairs->walls[m](work->add, before, last, n);
        t->pairs->walls[m](work->drop, gone, top, n);
        t->rows->slide(t->wall[m], work->add, work->drop, n);
    }
}

void msc_texture_step(msc_texture *t, const msc_tile *tile, int32_t y, const msc_window_work *work)
{
    const int32_t r = t->spec.side_px / 2;
    const size_t n = columns_of(t), w = (size_t)t->width_px, side = (size_t)t->spec.side_px;
    if (t->is_begun && y == t->y + 1) {
        make_levels(t, tile, y + r);
        slide(t, y, work);
    } else {
        for (int m = 0; m < MSC_PAIR_MEASURES; m++) {
            if (!t->cell[m]) continue;
            memset(t->cell[m], 0, n * sizeof(double));
            memset(t->wall[m], 0, n * sizeof(double));
        }
        if (t->column) memset(t->column, 0, 2 * TWO_LEVELS * n);
        for (int32_t v = y - r; v <= y + r; v++) {
            make_levels(t, tile, v);
            take_row(t, v, v > y - r ? level_row(t, v - 1) : no_levels(t), work);
        }
    }
    for (int m = 0; m < MSC_PAIR_MEASURES; m++) {
        if (!t->cell[m]) continue;
        double *cells = work->total[MSC_WINDOW_SUM], *walls = work->total[MSC_WINDOW_SQUARES];
        t->rows->across(cells, t->cell[m], work->spare, w, side - 1);
        t->rows->across(walls, t->wall[m], work->spare, w, side);
        t->rows->join(t->total[m], cells, walls, w);
    }
    if (t->energy) sum_squares(t);
    t->y = y;
    t->is_begun = 1;
}
