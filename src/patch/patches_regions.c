/* patches_regions.c - labels the connected regions of one tile, run by run, and sums up their pixels. */
#include "patch/trace.h"
#include "base/mem.h"
#include "kernels/kernels.h"

#include <string.h>

msc_status msc_trace_grow(void *array_of_pointer, size_t *capacity, size_t wanted, size_t size, msc_error *err)
{
    void *block = NULL;
    memcpy(&block, array_of_pointer, sizeof block);
    const int is_ok = msc_reserve(&block, capacity, wanted, size);
    memcpy(array_of_pointer, &block, sizeof block);
    return is_ok ? MSC_OK : msc_fail(err, MSC_ENOMEM, "vectorize", "%zu x %zu bytes", wanted, size);
}

void msc_trace_clear(msc_trace *t)
{
    msc_release(t->value);
    msc_release(t->visited);
    msc_release(t->run);
    msc_release(t->start);
    msc_release(t->bits);
    msc_release(t->row);
    msc_release(t->parent);
    msc_release(t->part);
    msc_release(t->chain);
    msc_release(t->steps);
    msc_release(t->border);
    msc_release(t->record);
    msc_release(t->done);
    msc_release(t->corner);
    memset(t, 0, sizeof *t);
}

/* Copies one row with its padding as value + 1, so that 0 means no patch; 65535 + 1 wraps to 0. Values that are left
 * out become 0 too: in the core later, by runs. */
static void effective_row(const msc_tile *tile, const uint8_t *is_left_out, int32_t y, uint16_t *out)
{
    const uint8_t *valid = msc_row_valid(tile, y);
    const int32_t w = tile->core.w, is_core = y >= 0 && y < tile->core.h;
    if (tile->plane[0].type == MSC_U8) {
        const uint8_t *in = msc_row_u8(tile, 0, y);
        for (int32_t x = -1; x <= w; x++) {
            out[x + 1] = (uint16_t)((in[x] + 1) & -(valid[x] != 0));
        }
    } else {
        const uint16_t *in = msc_row_u16(tile, 0, y);
        for (int32_t x = -1; x <= w; x++) {
            out[x + 1] = (uint16_t)((in[x] + 1) & -(valid[x] != 0));
        }
    }
    for (int32_t x = 0; x < w + 2 && is_left_out != NULL; x += is_core ? w + 1 : 1) {
        out[x] = out[x] != 0 && is_left_out[out[x] - 1] ? 0 : out[x];
    }
}

static uint32_t find(uint32_t *parent, uint32_t label)
{
    while (parent[label] != label) {
        parent[label] = parent[parent[label]];
        label = parent[label];
    }
    return label;
}

/* Joins two labels; the smaller one stays, so a root is the label of the region's first run. */
static uint32_t join(uint32_t *parent, uint32_t a, uint32_t b)
{
    a = find(parent, a);
    b = find(parent, b);
    if (a < b) {
        parent[b] = a;
        return a;
    }
    parent[a] = b;
    return b;
}

/* Where a row's runs begin, and `w` behind the last. Returns how many. */
static int32_t find_starts(const msc_rows *rows, const msc_tile *tile, int32_t y, uint64_t *bits, int32_t *start)
{
    const int32_t w = tile->core.w;
    int32_t n = 0;
    if (tile->plane[0].type == MSC_U8) {
        rows->run_starts_u8(bits, msc_row_u8(tile, 0, y), msc_row_valid(tile, y), (size_t)w);
    } else {
        rows->run_starts_u16(bits, msc_row_u16(tile, 0, y), msc_row_valid(tile, y), (size_t)w);
    }
    for (int32_t x = 0; x < w; x += 64) {
        for (uint64_t left = bits[x / 64]; left != 0; left &= left - 1) {
            start[n++] = x + __builtin_ctzll(left);
        }
    }
    start[n] = w;
    return n;
}

/* Joins each of the n runs of row y to those above that it touches; `reach` is 1 for 8-connectivity. */
static void label_row(msc_trace *t, const uint8_t *is_left_out, int32_t w, int32_t y, int32_t n, int32_t reach)
{
    uint16_t *value = t->value + (size_t)(y + 1) * (size_t)(w + 2) + 1;
    size_t above = y > 0 ? t->row[y - 1] : 0;
    const size_t above_end = t->n_runs;
    t->row[y] = t->n_runs;
    for (int32_t r = 0; r < n; r++) {
        const int32_t start = t->start[r], end = t->start[r + 1];
        const uint16_t v = value[start];
        if (v == 0) {
            continue;
        }
        if (is_left_out != NULL && is_left_out[v - 1]) {
            memset(value + start, 0, (size_t)(end - start) * sizeof *value);
            continue;
        }
        uint32_t label = MSC_NO_PART;
        while (above < above_end && t->run[above].end_x + reach <= start) {
            above++;
        }
        for (size_t k = above; k < above_end && t->run[k].x < end + reach; k++) {
            if (t->run[k].value == v) {
                label = label == MSC_NO_PART ? find(t->parent, t->run[k].label) : join(t->parent, label, t->run[k].label);
            }
        }
        if (label == MSC_NO_PART) {
            label = (uint32_t)t->n_labels++;
            t->parent[label] = label;
        }
        t->run[t->n_runs++] = (msc_stretch){(uint16_t)start, (uint16_t)end, v, label};
    }
}

/* Ellipsoidal area of pixels x..end_x-1 of row y, image frame. */
static msc_area_sum run_area(const msc_area *area, int32_t x, int32_t end_x, int32_t y)
{
    const int64_t *row = area->px_area + (size_t)(y / MSC_AREA_BLOCK) * (size_t)area->n_across;
    msc_area_sum sum = 0;
    while (x < end_x) {
        const int32_t block = x / MSC_AREA_BLOCK;
        const int32_t stop = (block + 1) * MSC_AREA_BLOCK < end_x ? (block + 1) * MSC_AREA_BLOCK : end_x;
        sum += (msc_area_sum)row[block] * (stop - x);
        x = stop;
    }
    return sum;
}

static int64_t run_confidence(const msc_tile *tile, int n_planes, int32_t x, int32_t end_x, int32_t y)
{
    int64_t sum = 0;
    const uint8_t *a = msc_row_u8(tile, 1, y);
    if (n_planes == 1) {
        for (; x < end_x; x++) {
            sum += a[x];
        }
        return sum;
    }
    const uint8_t *b = msc_row_u8(tile, 2, y);
    for (; x < end_x; x++) {
        sum += a[x] < b[x] ? a[x] : b[x];
    }
    return sum;
}

/* Adds what a run holds beside its pixels: confidences, grades, surface, differences. */
static void sum_run(const msc_patches_options *o, const msc_tile *tile, const msc_stretch *run, int32_t y, int64_t sum[MSC_PATCH_SUMS])
{
    if (o->n_confidence > 0) {
        sum[MSC_SUM_CONFIDENCE] += run_confidence(tile, o->n_confidence, run->x, run->end_x, y);
    }
    if (o->has_grade) {
        const uint8_t *grade = msc_row_u8(tile, 1 + o->n_confidence, y);
        for (int32_t x = run->x; x < run->end_x; x++) {
            sum[MSC_SUM_A] += grade[x] == 1;
            sum[MSC_SUM_B] += grade[x] == 2;
        }
    }
    if (o->surface_plane > 0) {
        const uint16_t *surface = msc_row_u16(tile, o->surface_plane, y);
        for (int32_t x = run->x; x < run->end_x; x++) {
            sum[MSC_SUM_SURFACE] += surface[x];
            sum[MSC_SUM_SURFACE_PX] += surface[x] != 0;
        }
    }
    for (int d = 0; d < MSC_PATCH_DIFFERENCES && o->has_differences; d++) {
        const uint16_t *difference = msc_row_u16(tile, 1 + o->n_confidence + o->has_grade + d, y);
        for (int32_t x = run->x; x < run->end_x; x++) {
            sum[MSC_SUM_NDVI + d] += difference[x];
            sum[MSC_SUM_SEEN] += d == 0 && difference[x] != 0;
        }
    }
}

/* Adds every run to its region; regions are numbered by their first run. */
static void sum_runs(const msc_tracer *tracer, const msc_tile *tile, msc_trace *t)
{
    const msc_patches_options *o = tracer->options;
    uint32_t *const number = t->parent;   /* roots come first in their tree, so a label's number replaces its parent */
    size_t n_seen = 0;
    for (size_t l = 0; l < t->n_labels; l++) {
        if (t->parent[l] == l) {
            t->part[n_seen] = (msc_part){.first_chain = MSC_NO_PART, .first_px = -1};
            number[l] = (uint32_t)n_seen++;
        } else {
            number[l] = number[t->parent[l]];
        }
    }
    t->n_parts = n_seen;
    for (int32_t y = 0; y < tile->core.h; y++) {
        for (size_t r = t->row[y]; r < t->row[y + 1]; r++) {
            msc_stretch *run = &t->run[r];
            run->label = number[run->label];
            msc_part *part = &t->part[run->label];
            const int32_t x = tile->core.x + run->x, end_x = tile->core.x + run->end_x;
            if (part->first_px < 0) {
                part->first_px = (int64_t)(tile->core.y + y) * tracer->width_px + x;
                part->value = run->value;
            }
            part->n_px += run->end_x - run->x;
            part->is_open |= (uint8_t)(run->x == 0 || run->end_x == tile->core.w || y == 0 || y == tile->core.h - 1);
            if (o->area != NULL) {
                part->area_units += run_area(o->area, x, end_x, tile->core.y + y);
            }
            sum_run(o, tile, run, y, part->sum);
        }
    }
}

static void label_border(const msc_tile *tile, msc_trace *t)
{
    const size_t w = (size_t)tile->core.w, h = (size_t)tile->core.h;
    uint32_t *top = t->border, *bottom = top + w, *left = bottom + w, *right = left + h;
    memset(t->border, 0xff, 2 * (w + h) * sizeof *t->border);
    for (size_t r = t->row[0]; r < t->row[1]; r++) {
        for (uint32_t x = t->run[r].x; x < t->run[r].end_x; x++) {
            top[x] = t->run[r].label;
        }
    }
    for (size_t r = t->row[h - 1]; r < t->row[h]; r++) {
        for (uint32_t x = t->run[r].x; x < t->run[r].end_x; x++) {
            bottom[x] = t->run[r].label;
        }
    }
    for (size_t y = 0; y < h; y++) {
        if (t->row[y] < t->row[y + 1]) {
            const msc_stretch *first = &t->run[t->row[y]], *last = &t->run[t->row[y + 1] - 1];
            left[y] = first->x == 0 ? first->label : MSC_NO_PART;
            right[y] = last->end_x == w ? last->label : MSC_NO_PART;
        }
    }
}

msc_status msc_trace_regions(const msc_tracer *tracer, const msc_tile *tile, msc_trace *t, msc_error *err)
{
    const int32_t w = tile->core.w, h = tile->core.h;
    const size_t stride = (size_t)w + 2;
    const msc_rows *rows = msc_kernels_select()->rows;
    MSC_TRY(msc_trace_room(&t->value, &t->value_cap, stride * (size_t)(h + 2), sizeof *t->value, err));
    MSC_TRY(msc_trace_room(&t->start, &t->start_cap, (size_t)w + 1, sizeof *t->start, err));
    MSC_TRY(msc_trace_room(&t->bits, &t->bits_cap, (size_t)(w + 63) / 64, sizeof *t->bits, err));
    MSC_TRY(msc_trace_room(&t->row, &t->row_cap, (size_t)h + 1, sizeof *t->row, err));
    MSC_TRY(msc_trace_room(&t->border, &t->border_cap, 2 * (size_t)(w + h), sizeof *t->border, err));
    for (int32_t y = -1; y <= h; y++) {
        effective_row(tile, tracer->options->is_left_out, y, t->value + (size_t)(y + 1) * stride);
    }
    t->n_runs = t->n_labels = 0;
    for (int32_t y = 0; y < h; y++) {
        MSC_TRY(msc_trace_room(&t->run, &t->run_cap, t->n_runs + (size_t)w, sizeof *t->run, err));
        MSC_TRY(msc_trace_room(&t->parent, &t->parent_cap, t->n_labels + (size_t)w, sizeof *t->parent, err));
        const int32_t n = find_starts(rows, tile, y, t->bits, t->start);
        label_row(t, tracer->options->is_left_out, w, y, n, tracer->options->connectivity == 8);
    }
    t->row[h] = t->n_runs;
    MSC_TRY(msc_trace_room(&t->part, &t->part_cap, t->n_labels, sizeof *t->part, err));
    sum_runs(tracer, tile, t);
    label_border(tile, t);
    return MSC_OK;
}
