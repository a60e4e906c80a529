/* opening.c - morphological opening and closing, in a time that hardly depends on the window. */
#include "ops/opening.h"
#include <math.h>
#include <string.h>

static void last_rows_lay(msc_last_rows *l, size_t n, int32_t side_px, msc_space *space)
{
    *l = (msc_last_rows){ .n = n, .side_px = side_px };
    l->row = msc_space_take(space, n * (size_t)side_px * sizeof(float));
    l->sofar = msc_space_take(space, n * sizeof(float));
}

static void last_rows_clear(msc_last_rows *l) { l->n_in = l->phase = 0; }

/* Takes one more row; 1 when `out` holds the extreme of the last `side` of them. Blocks of `side` rows: of the last whole
 * block each place holds the extreme from there to its end, of the present one `sofar` holds that of all rows so far. */
static int last_rows_take(msc_last_rows *l, void (*stack)(void *, const void *, const float *, size_t), const float *in, float *out)
{
    const int32_t p = l->phase, last = l->side_px - 1;
    float *row = l->row;
    memcpy(row + (size_t)p * l->n, in, l->n * sizeof *in);
    if (p == 0) memcpy(l->sofar, in, l->n * sizeof *in);
    else stack(l->sofar, l->sofar, in, l->n);
    const int is_full = ++l->n_in >= l->side_px;
    if (is_full && p < last) stack(out, l->sofar, row + (size_t)(p + 1) * l->n, l->n);
    else if (is_full) memcpy(out, l->sofar, l->n * sizeof *out);
    l->phase = p < last ? p + 1 : 0;
    for (int32_t i = last - 1; p == last && i >= 0; i--)
        stack(row + (size_t)i * l->n, row + (size_t)i * l->n, row + (size_t)(i + 1) * l->n, l->n);
    return is_full;
}

void msc_opening_lay(msc_opening *o, const msc_window_rows *rows, const msc_opening_spec *spec, int n_bands, int32_t width_px,
                     msc_space *space)
{
    const size_t w = (size_t)width_px, more = (size_t)spec->side_px - 1;
    *o = (msc_opening){ .rows = rows, .spec = *spec, .n_bands = n_bands, .width_px = width_px };
    o->sum = msc_space_take(space, (w + 2 * more) * sizeof(double));
    o->value = msc_space_take(space, (w + 2 * more) * sizeof(float));
    o->held = msc_space_take(space, (w + 2 * more) * sizeof(float));
    o->column = msc_space_take(space, (w + 2 * more) * sizeof(float));
    o->between = msc_space_take(space, (w + more) * sizeof(float));
    o->spare = msc_space_take(space, 2 * (w + 2 * more) * sizeof(float));
    for (int k = 0; k < MSC_OPENING_KINDS; k++) {
        if (!(spec->wanted & 1u << k)) continue;
        last_rows_lay(&o->first[k], w + 2 * more, spec->side_px, space);
        last_rows_lay(&o->second[k], w + more, spec->side_px, space);
        o->made[k] = msc_space_take(space, w * sizeof(float));
    }
}

/* Row y of what is opened, side - 1 px beyond the core on both sides. */
static void load(msc_opening *o, const msc_tile *tile, int32_t y)
{
    const int32_t more = o->spec.side_px - 1;
    const size_t n = (size_t)o->width_px + 2 * (size_t)more;
    if (o->spec.plane != MSC_OPENING_BRIGHTNESS) {
        msc_window_load(o->rows, tile, o->spec.plane, y, -more, n, 0.0f, o->value);
        return;
    }
    memset(o->sum, 0, n * sizeof *o->sum);
    for (int b = 0; b < o->n_bands; b++) {
        msc_window_load(o->rows, tile, b, y, -more, n, 0.0f, o->value);
        o->rows->stack(o->sum, o->sum, o->value, n);
    }
    o->rows->scale(o->value, o->sum, 1.0 / o->n_bands, n);
}

/* A window of the second step lies round an observed pixel, which all the windows of the first step in it hold, so that
 * each of them has a value. */
static void take_row(msc_opening *o, const msc_tile *tile, int32_t y)
{
    const msc_window_rows *k = o->rows;
    const size_t w = (size_t)o->width_px, side = (size_t)o->spec.side_px, n = w + 2 * (side - 1);
    const uint8_t *ok = msc_row_valid(tile, y) - (o->spec.side_px - 1);
    load(o, tile, y);
    for (int i = 0; i < MSC_OPENING_KINDS; i++) {
        if (!(o->spec.wanted & 1u << i)) continue;
        const int is_opening = i == MSC_OPENING;
        k->from_f32(o->held, o->value, ok, is_opening ? INFINITY : -INFINITY, n);
        if (!last_rows_take(&o->first[i], is_opening ? k->stack_low : k->stack_high, o->held, o->column)) continue;
        (is_opening ? k->across_low : k->across_high)(o->between, o->column, o->spare, w + side - 1, side);
        if (!last_rows_take(&o->second[i], is_opening ? k->stack_high : k->stack_low, o->between, o->column)) continue;
        (is_opening ? k->across_high : k->across_low)(o->made[i], o->column, o->spare, w, side);
    }
}

void msc_opening_step(msc_opening *o, const msc_tile *tile, int32_t y)
{
    const int32_t more = o->spec.side_px - 1;
    int32_t next = y + more;
    if (!o->is_begun || y != o->y + 1) {
        for (int i = 0; i < MSC_OPENING_KINDS; i++) {
            last_rows_clear(&o->first[i]);
            last_rows_clear(&o->second[i]);
        }
        next = y - more;
    }
    for (; next <= y + more; next++) take_row(o, tile, next);
    o->y = y;
    o->is_begun = 1;
}
