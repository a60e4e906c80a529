/* tally.c - counts graded differences as they pass on their way into rasters. */
#include "jobs/tally.h"

static void add(msc_amount *to, int64_t units)
{
    to->px++;
    to->units += units;
}

/* Serial and in tile order, but sums of integers: the order does not matter. */
static void count_row(const msc_tally_sink *s, const msc_tile *tile, int32_t y)
{
    const uint8_t *grade = msc_row_u8(tile, 1, y), *removed = msc_row_u8(tile, 3, y), *seen = msc_row_valid(tile, y);
    const uint16_t *difference = msc_row_u16(tile, 2, y);
    const int64_t *px_area = s->area->px_area + (size_t)((tile->core.y + y) / MSC_AREA_BLOCK) * (size_t)s->area->n_across;
    for (int32_t x = 0; x < tile->core.w; x++) {
        const int64_t units = px_area[(tile->core.x + x) / MSC_AREA_BLOCK];
        if (!seen[x]) add(&s->tally->unseen[removed[x] - MSC_UNSEEN_BEFORE], units);
        else add(&s->tally->grade[grade[x]], units);
        if (seen[x] && difference[x]) add(&s->tally->pair[removed[x]][difference[x]], units);
    }
}

static msc_status prepare(void *self, const msc_tile *tile, void *slot, msc_error *err)
{
    const msc_tally_sink *s = self;
    return s->next.prepare(s->next.self, tile, slot, err);
}

static msc_status put(void *self, const msc_tile *tile, void *slot, int64_t index, msc_error *err)
{
    const msc_tally_sink *s = self;
    for (int32_t y = 0; y < tile->core.h; y++) count_row(s, tile, y);
    return s->next.put(s->next.self, tile, slot, index, err);
}

static void slot_clear(void *self, void *slot)
{
    const msc_tally_sink *s = self;
    s->next.slot_clear(s->next.self, slot);
}

void msc_tally_as_sink(msc_tally_sink *self, msc_sink *sink)
{
    *sink = (msc_sink){ .self = self, .halo_px = self->next.halo_px, .slot_bytes = self->next.slot_bytes,
                        .prepare = self->next.prepare ? prepare : NULL, .put = put,
                        .slot_clear = self->next.slot_clear ? slot_clear : NULL };
}
