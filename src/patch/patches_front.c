/* patches_front.c - joins the regions of tiles along their seams and lets go of those that are finished. */
#include "patch/front.h"
#include "base/mem.h"
#include "patch/steps.h"

#include <string.h>

enum { ROWS_PER_BUCKET = 64, HEAD_MAX = (7 + MSC_PATCH_SUMS) * MSC_STEP_MAX_BYTES };

msc_status msc_front_init(msc_front *front, const msc_source *source, const msc_layout *layout, int connectivity,
                          size_t limit_bytes, const char *tmpdir, msc_error *err)
{
    const int64_t width_px = source->width_px;
    memset(front, 0, sizeof *front);
    front->width_px = source->width_px;
    front->height_px = source->height_px;
    front->connectivity = connectivity;
    front->free_region = front->free_open = front->free_block = MSC_NO_LABEL;
    msc_spool_init(&front->spool, limit_bytes, tmpdir);
    MSC_TRY(msc_index_init(&front->index, width_px * source->height_px, width_px * ROWS_PER_BUCKET, limit_bytes, tmpdir, err));
    return msc_seam_init(&front->seam, "vectorize", source->width_px, layout->tile_px, err);
}

void msc_front_clear(msc_front *front)
{
    msc_index_clear(&front->index);
    msc_spool_clear(&front->spool);
    msc_seam_clear(&front->seam);
    msc_release(front->region);
    msc_release(front->open);
    msc_release(front->block);
    msc_release(front->slot);
    msc_release(front->number);
    msc_release(front->bytes);
    memset(front, 0, sizeof *front);
    front->spool.fd = front->index.spool.fd = -1;
}

uint32_t msc_front_root(msc_front *front, uint32_t region)
{
    msc_region *r = front->region;
    while (r[region].parent != region) {
        r[region].parent = r[r[region].parent].parent;
        region = r[region].parent;
    }
    return region;
}

static uint8_t *put_head(uint8_t *at, uint16_t value, const msc_region *r, size_t n_rings)
{
    at = msc_put_number(at, value - 1u);
    at = msc_put_number(at, (uint64_t)r->n_px);
    for (int s = 0; s < MSC_PATCH_SUMS; s++) {
        at = msc_put_number(at, (uint64_t)r->sum[s]);
    }
    at = msc_put_number(at, (uint64_t)r->area_units);
    at = msc_put_number(at, (uint64_t)(r->area_units >> 64));
    return msc_put_number(at, n_rings);
}

/* For an index entry, where it says how large a polygon will be. */
static uint32_t count_bytes(size_t n) { return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX; }

msc_status msc_front_finish_inside(msc_trace *t, msc_error *err)
{
    t->n_done = t->n_record = 0;
    for (size_t p = 0; p < t->n_parts; p++) {
        const msc_part *part = &t->part[p];
        size_t n_rings = 0, n_steps = 0;
        if (part->is_open) {
            continue;
        }
        for (uint32_t c = part->first_chain; c != MSC_NO_LABEL; c = t->chain[c].next) {
            n_rings++;
            n_steps += t->chain[c].n_bytes;
        }
        MSC_TRY(msc_trace_room(&t->done, &t->done_cap, t->n_done + 1, sizeof *t->done, err));
        const size_t room = t->n_record + MSC_SPOOL_HEAD + HEAD_MAX + n_steps + n_rings * 3 * MSC_STEP_MAX_BYTES;
        MSC_TRY(msc_trace_room(&t->record, &t->record_cap, room, 1, err));
        t->done[t->n_done++] = (msc_entry){part->first_px, (int64_t)t->n_record, part->n_px, count_bytes(n_steps),
                                           (uint16_t)(part->value - 1u), (uint8_t)msc_patch_grade(part->sum), 0};
        msc_region r = {.n_px = part->n_px, .area_units = part->area_units};
        memcpy(r.sum, part->sum, sizeof r.sum);
        uint8_t *const start = t->record + t->n_record + MSC_SPOOL_HEAD;
        uint8_t *at = put_head(start, part->value, &r, n_rings);
        for (uint32_t c = part->first_chain; c != MSC_NO_LABEL; c = t->chain[c].next) {
            const msc_chain *chain = &t->chain[c];
            at = msc_put_number(at, (uint64_t)chain->x);
            at = msc_put_number(at, (uint64_t)chain->y);
            at = msc_put_number(at, chain->n_bytes);
            memcpy(at, t->steps + chain->steps, chain->n_bytes);
            at += chain->n_bytes;
        }
        const uint64_t n = (uint64_t)(at - start);
        memcpy(start - MSC_SPOOL_HEAD, &n, MSC_SPOOL_HEAD);
        t->n_record += MSC_SPOOL_HEAD + (size_t)n;
    }
    return MSC_OK;
}

static msc_status new_region(msc_front *front, const msc_part *part, uint32_t *number, msc_error *err)
{
    uint32_t n = front->free_region;
    if (n != MSC_NO_LABEL) {
        front->free_region = front->region[n].parent;
    } else {
        MSC_TRY(msc_trace_room(&front->region, &front->region_cap, front->n_regions + 1, sizeof *front->region, err));
        n = (uint32_t)front->n_regions++;
    }
    front->region[n] = (msc_region){.n_px = part->n_px, .first_px = part->first_px, .area_units = part->area_units,
                                    .rings = -1, .parent = n, .value = part->value, .is_used = 1};
    memcpy(front->region[n].sum, part->sum, sizeof part->sum);
    *number = n;
    return MSC_OK;
}

/* Joins two regions that touch when their values are equal. */
static msc_status touch(void *self, uint32_t a, uint32_t b, uint32_t length_px, msc_error *err)
{
    msc_front *front = self;
    (void)length_px;
    if (front->region[a].value != front->region[b].value) {
        return MSC_OK;
    }
    a = msc_front_root(front, a);
    b = msc_front_root(front, b);
    if (a == b) {
        return MSC_OK;
    }
    msc_region *to = &front->region[a], *from = &front->region[b];
    if (to->rings >= 0 && from->rings >= 0) {
        uint8_t node[1 + 2 * MSC_STEP_MAX_BYTES] = {1};
        const uint8_t *end = msc_put_number(msc_put_number(node + 1, (uint64_t)to->rings), (uint64_t)from->rings);
        MSC_TRY(msc_spool_add(&front->spool, node, (size_t)(end - node), &to->rings, err));
    } else if (from->rings >= 0) {
        to->rings = from->rings;
    }
    to->n_px += from->n_px;
    to->area_units += from->area_units;
    for (int s = 0; s < MSC_PATCH_SUMS; s++) {
        to->sum[s] += from->sum[s];
    }
    to->n_bytes += from->n_bytes;
    to->first_px = to->first_px < from->first_px ? to->first_px : from->first_px;
    from->parent = a;
    return MSC_OK;
}

msc_status msc_front_add_ring(msc_front *front, uint32_t region, const int32_t start[2], const uint8_t *steps,
                              size_t n_bytes, size_t n_linked, msc_error *err)
{
    msc_region *r = &front->region[msc_front_root(front, region)];
    MSC_TRY(msc_trace_room(&front->bytes, &front->bytes_cap, n_bytes + 1 + 4 * MSC_STEP_MAX_BYTES, 1, err));
    uint8_t *at = front->bytes;
    *at++ = 0;
    at = msc_put_number(at, (uint64_t)(r->rings + 1));
    at = msc_put_number(at, (uint64_t)start[0]);
    at = msc_put_number(at, (uint64_t)start[1]);
    at = msc_put_number(at, n_bytes);
    memcpy(at, steps, n_bytes);
    at += n_bytes;
    r->n_bytes += n_bytes + n_linked;
    return msc_spool_add(&front->spool, front->bytes, (size_t)(at - front->bytes), &r->rings, err);
}

static msc_status retire(msc_front *front, uint32_t region, msc_error *err)
{
    const msc_region *r = &front->region[region];
    uint8_t head[HEAD_MAX];
    int64_t offset = 0;
    const uint8_t *end = msc_put_number(put_head(head, r->value, r, 0), (uint64_t)r->rings);
    MSC_TRY(msc_spool_add(&front->spool, head, (size_t)(end - head), &offset, err));
    const msc_entry entry = {r->first_px, offset, r->n_px, count_bytes(r->n_bytes), (uint16_t)(r->value - 1u),
                             (uint8_t)msc_patch_grade(r->sum), 0};
    return msc_index_add(&front->index, &entry, err);
}

/* Ends a row of tiles: what is not on the front is finished. */
static msc_status sweep(msc_front *front, msc_error *err)
{
    uint32_t *above = front->seam.above;
    for (int32_t x = 0; x < front->width_px; x++) {
        if (above[x] != MSC_NO_LABEL) {
            above[x] = msc_front_root(front, above[x]);
            front->region[above[x]].is_on_front = 1;
        }
    }
    for (size_t c = 0; c < front->n_opens; c++) {
        if (front->open[c].start_key != 0) {
            front->open[c].region = msc_front_root(front, front->open[c].region);
        }
    }
    for (size_t r = 0; r < front->n_regions; r++) {
        if (!front->region[r].is_used || front->region[r].is_on_front) {
            continue;
        }
        if (front->region[r].parent == r) {
            MSC_TRY(retire(front, (uint32_t)r, err));
        }
        front->region[r].is_used = 2;    /* its parent may still be asked for by others of this loop */
    }
    for (size_t r = 0; r < front->n_regions; r++) {
        front->region[r].is_on_front = 0;
        if (front->region[r].is_used == 2) {
            front->region[r].is_used = 0;
            front->region[r].parent = front->free_region;
            front->free_region = (uint32_t)r;
        }
    }
    return MSC_OK;
}

static msc_status add_finished(msc_front *front, const msc_trace *t, msc_error *err)
{
    int64_t base = 0;
    if (t->n_done == 0) {
        return MSC_OK;
    }
    MSC_TRY(msc_spool_add_raw(&front->spool, t->record, t->n_record, &base, err));
    for (size_t d = 0; d < t->n_done; d++) {
        msc_entry entry = t->done[d];
        entry.offset += base;
        MSC_TRY(msc_index_add(&front->index, &entry, err));
    }
    return MSC_OK;
}

msc_status msc_front_add(msc_front *front, const msc_rect *core, msc_trace *t, msc_error *err)
{
    MSC_TRY(add_finished(front, t, err));
    MSC_TRY(msc_trace_room(&front->number, &front->number_cap, t->n_parts, sizeof *front->number, err));
    for (size_t p = 0; p < t->n_parts; p++) {
        front->number[p] = MSC_NO_LABEL;
        if (t->part[p].is_open) {
            MSC_TRY(new_region(front, &t->part[p], &front->number[p], err));
        }
    }
    for (int32_t i = 0; i < 2 * (core->w + core->h); i++) {
        t->border[i] = t->border[i] == MSC_NO_LABEL ? MSC_NO_LABEL : front->number[t->border[i]];
    }
    MSC_TRY(msc_seam_join(&front->seam, *core, t->border, front->connectivity, touch, front, err));
    MSC_TRY(msc_front_add_chains(front, t, err));
    if (core->x + core->w < front->width_px) {
        return MSC_OK;
    }
    if (core->y + core->h == front->height_px) {
        memset(front->seam.above, 0xff, (size_t)front->width_px * sizeof *front->seam.above);
    }
    return sweep(front, err);
}
