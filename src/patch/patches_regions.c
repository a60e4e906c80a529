/* patches_regions.c - labels the connected regions of one tile, run by run, and sums up their pixels. */
#include "patch/trace.h"
#include "base/mem.h"

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
    msc_runs_clear(&t->runs);
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
    for (int32_t x = 0; x < w + 2; x += is_core ? w + 1 : 1) {
        out[x] = out[x] != 0 && is_left_out[out[x] - 1] ? 0 : out[x];
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

/* Adds what pixels x0..end_x-1 of a row hold beside themselves: confidences, grades, surface, differences. */
static void sum_run(const msc_patches_options *o, const msc_tile *tile, int32_t x0, int32_t end_x, int32_t y, int64_t sum[MSC_PATCH_SUMS])
{
    if (o->n_confidence > 0) {
        sum[MSC_SUM_CONFIDENCE] += run_confidence(tile, o->n_confidence, x0, end_x, y);
    }
    if (o->has_grade) {
        const uint8_t *grade = msc_row_u8(tile, 1 + o->n_confidence, y);
        for (int32_t x = x0; x < end_x; x++) {
            sum[MSC_SUM_A] += grade[x] == 1;
            sum[MSC_SUM_B] += grade[x] == 2;
        }
    }
    if (o->surface_plane > 0) {
        const uint16_t *surface = msc_row_u16(tile, o->surface_plane, y);
        for (int32_t x = x0; x < end_x; x++) {
            sum[MSC_SUM_SURFACE] += surface[x];
            sum[MSC_SUM_SURFACE_PX] += surface[x] != 0;
        }
    }
    for (int d = 0; d < MSC_PATCH_DIFFERENCES && o->has_differences; d++) {
        const uint16_t *difference = msc_row_u16(tile, 1 + o->n_confidence + o->has_grade + d, y);
        for (int32_t x = x0; x < end_x; x++) {
            sum[MSC_SUM_NDVI + d] += difference[x];
            sum[MSC_SUM_SEEN] += d == 0 && difference[x] != 0;
        }
    }
}

/* Pixels of a run of value 65535 that are observed and were not to be left out. */
static int32_t count_top(const msc_patches_options *o, const msc_tile *tile, int32_t x0, int32_t end_x, int32_t y)
{
    const int is_top = tile->plane[0].type == MSC_U16 && msc_row_valid(tile, y)[x0] && msc_row_u16(tile, 0, y)[x0] == UINT16_MAX;
    return is_top && (o->is_left_out == NULL || !o->is_left_out[UINT16_MAX]) ? end_x - x0 : 0;
}

/* Adds every run to its region, which its first run begins, and takes away what is left out. */
static void sum_runs(const msc_tracer *tracer, const msc_tile *tile, msc_trace *t)
{
    const msc_patches_options *o = tracer->options;
    const msc_runs *r = &t->runs;
    t->n_parts = 0;
    t->n_px_top = 0;
    for (int32_t y = 0; y < r->h; y++) {
        uint16_t *value = t->value + (size_t)(y + 1) * (size_t)(r->w + 2) + 1;
        for (uint32_t run = r->row_first[y]; run < r->row_first[y + 1]; run++) {
            const int32_t x0 = r->start[run], end_x = msc_run_end(r, run, y);
            if (r->label[run] == MSC_NO_LABEL) {
                if (value[x0] != 0) {
                    memset(value + x0, 0, (size_t)(end_x - x0) * sizeof *value);
                }
                t->n_px_top += count_top(o, tile, x0, end_x, y);
                continue;
            }
            msc_part *part = &t->part[r->label[run]];
            if (r->label[run] == t->n_parts) {
                *part = (msc_part){.first_chain = MSC_NO_LABEL, .value = value[x0],
                                   .first_px = (int64_t)(tile->core.y + y) * tracer->width_px + tile->core.x + x0};
                t->n_parts++;
            }
            part->n_px += end_x - x0;
            part->is_open |= (uint8_t)(x0 == 0 || end_x == r->w || y == 0 || y == r->h - 1);
            if (o->area != NULL) {
                part->area_units += run_area(o->area, tile->core.x + x0, tile->core.x + end_x, tile->core.y + y);
            }
            sum_run(o, tile, x0, end_x, y, part->sum);
        }
    }
}

msc_status msc_trace_regions(const msc_tracer *tracer, const msc_tile *tile, msc_trace *t, msc_error *err)
{
    const int32_t w = tile->core.w, h = tile->core.h;
    const size_t stride = (size_t)w + 2;
    MSC_TRY(msc_trace_room(&t->value, &t->value_cap, stride * (size_t)(h + 2), sizeof *t->value, err));
    MSC_TRY(msc_trace_room(&t->border, &t->border_cap, 2 * (size_t)(w + h), sizeof *t->border, err));
    for (int32_t y = -1; y <= h; y++) {
        effective_row(tile, tracer->is_left_out, y, t->value + (size_t)(y + 1) * stride);
    }
    if (!msc_runs_find(&t->runs, tile, tracer->options->connectivity, tracer->is_left_out)) {
        return msc_fail(err, MSC_ENOMEM, "vectorize", "%d x %d px", w, h);
    }
    MSC_TRY(msc_trace_room(&t->part, &t->part_cap, t->runs.n_labels, sizeof *t->part, err));
    sum_runs(tracer, tile, t);
    msc_runs_sides(&t->runs, t->border);
    return MSC_OK;
}
