/* sample_frame.c - one pass over a map: how many pixels each stratum has, and which of them have the least draws.
 *
 * A tile keeps its own candidates; the sink joins them. What is kept does not depend on the tiles: the least draws of the
 * whole are among the least of every part. */
#include "base/hash.h"
#include "base/mem.h"
#include "grid/crs.h"
#include "jobs/sample.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- candidates ---- */

static int is_before(const msc_candidate *a, const msc_candidate *b)
{
    return a->draw != b->draw ? a->draw < b->draw : a->pixel < b->pixel;
}

static void sift_down(msc_candidate *at, size_t n, size_t i)
{
    const msc_candidate moved = at[i];
    for (size_t child = 2 * i + 1; child < n; child = 2 * i + 1) {
        if (child + 1 < n && is_before(&at[child], &at[child + 1])) child++;
        if (!is_before(&moved, &at[child])) break;
        at[i] = at[child];
        i = child;
    }
    at[i] = moved;
}

int msc_candidates_offer(msc_candidates *c, msc_candidate candidate)
{
    if (c->limit == 0) return 1;
    if (c->n == c->limit) {
        if (!is_before(&candidate, &c->at[0])) return 1;
        c->at[0] = candidate;
        sift_down(c->at, c->n, 0);
        return 1;
    }
    if (!msc_reserve((void **)&c->at, &c->capacity, c->n + 1, sizeof *c->at)) return 0;
    size_t i = c->n++;
    for (; i > 0 && is_before(&c->at[(i - 1) / 2], &candidate); i = (i - 1) / 2) c->at[i] = c->at[(i - 1) / 2];
    c->at[i] = candidate;
    return 1;
}

static int by_draw(const void *a, const void *b) { return is_before(a, b) ? -1 : is_before(b, a); }

void msc_candidates_sort(msc_candidates *c)
{
    if (c->n > 1) qsort(c->at, c->n, sizeof *c->at, by_draw);
}

/* ---- a tile ---- */

/* The strata met in a tile, found by hash of zone and value. They stay for the slot's next tile with their arrays and their
 * bounds, which come from the whole so far. */
enum { N_PLACES = 2 * MSC_SAMPLE_STRATA };
typedef struct slot {
    msc_frame_stratum *strata;
    size_t n, capacity;
    int16_t place[N_PLACES];     /* stratum + 1 */
    int64_t n_not_observed;
    int32_t *zone, *excluded;    /* one row */
    uint8_t *is_near;            /* one row */
    uint16_t *gap;               /* rows of the tile: px to the next target in the column */
    int32_t *change;             /* one row */
    size_t room_zone, room_excluded, room_near, room_gap, room_change;
} slot;

typedef struct pass {
    msc_frame *frame;
    int32_t width_px, halo_px;
    int32_t reach[MSC_SAMPLE_BUFFER_PX + 1];   /* columns that a target `gap` rows away covers on either side; -1 none */
} pass;

static msc_status no_memory(const pass *p, msc_error *err) { return msc_fail(err, MSC_ENOMEM, p->frame->map, "strata of a tile"); }

static msc_frame_stratum *stratum_of(const pass *p, slot *s, int32_t zone, int32_t value)
{
    size_t at = (size_t)msc_mix(((uint64_t)(uint32_t)zone << 32) | (uint32_t)value) % N_PLACES;
    for (; s->place[at]; at = (at + 1) % N_PLACES) {
        msc_frame_stratum *found = &s->strata[s->place[at] - 1];
        if (found->zone == zone && found->value == value) return found;
    }
    if (s->n == MSC_SAMPLE_STRATA) return NULL;
    const size_t before = s->capacity;
    if (!msc_reserve((void **)&s->strata, &s->capacity, s->n + 1, sizeof *s->strata)) return NULL;
    if (s->capacity > before) memset(s->strata + before, 0, (s->capacity - before) * sizeof *s->strata);
    msc_frame_stratum *made = &s->strata[s->n++];
    made->zone = zone;
    made->value = value;
    made->units = made->n_excluded = 0;
    made->candidates.n = 0;
    made->candidates.limit = p->frame->keep;
    made->bound = p->frame->keep > 0 ? UINT64_MAX : 0;
    s->place[at] = (int16_t)s->n;
    return made;
}

static int32_t value_at(const msc_tile *t, int32_t x, int32_t y)
{
    return t->plane[0].type == MSC_U8 ? msc_row_u8(t, 0, y)[x] : msc_row_u16(t, 0, y)[x];
}

/* Rows to the nearest target in each column, halo columns included, by a sweep down and one up. */
static void find_gaps(const pass *p, const msc_tile *t, slot *s)
{
    const int32_t r = p->halo_px, w = t->core.w + 2 * r, h = t->core.h, far = r + 1;
    uint16_t *gap = s->gap, *run = s->gap + (size_t)w * (size_t)h;
    for (int32_t x = 0; x < w; x++) run[x] = (uint16_t)far;
    for (int32_t y = -r; y < h; y++) {
        const uint8_t *valid = msc_row_valid(t, y);
        for (int32_t x = 0; x < w; x++) {
            const int is_target = valid[x - r] && p->frame->is_target[value_at(t, x - r, y)];
            run[x] = is_target ? 0 : run[x] < far ? (uint16_t)(run[x] + 1) : run[x];
        }
        if (y >= 0) memcpy(gap + (size_t)y * (size_t)w, run, (size_t)w * sizeof *run);
    }
    for (int32_t x = 0; x < w; x++) run[x] = (uint16_t)far;
    for (int32_t y = h + r - 1; y >= 0; y--) {
        const uint8_t *valid = msc_row_valid(t, y);
        for (int32_t x = 0; x < w; x++) {
            const int is_target = valid[x - r] && p->frame->is_target[value_at(t, x - r, y)];
            run[x] = is_target ? 0 : run[x] < far ? (uint16_t)(run[x] + 1) : run[x];
        }
        for (int32_t x = 0; x < w && y < h; x++)
            if (run[x] < gap[(size_t)y * (size_t)w + (size_t)x]) gap[(size_t)y * (size_t)w + (size_t)x] = run[x];
    }
}

/* A target `gap` rows away covers an interval of the row; is_near is the union of the intervals. */
static void find_near(const pass *p, const msc_tile *t, int32_t y, slot *s)
{
    const int32_t r = p->halo_px, w = t->core.w + 2 * r;
    const uint16_t *gap = s->gap + (size_t)y * (size_t)w;
    memset(s->change, 0, ((size_t)w + 1) * sizeof *s->change);
    for (int32_t x = 0; x < w; x++) {
        if (gap[x] > r || p->reach[gap[x]] < 0) continue;
        const int32_t k = p->reach[gap[x]];
        s->change[x > k ? x - k : 0]++;
        s->change[x + k + 1 < w ? x + k + 1 : w]--;
    }
    int32_t depth = 0;
    for (int32_t x = 0; x < t->core.w + r; x++) {
        depth += s->change[x];
        if (x >= r) s->is_near[x - r] = depth > 0;
    }
}

static int make_room(const pass *p, const msc_tile *t, slot *s)
{
    const size_t w = (size_t)t->core.w, wide = w + 2 * (size_t)p->halo_px;
    return msc_reserve((void **)&s->zone, &s->room_zone, w, sizeof *s->zone) &&
           msc_reserve((void **)&s->excluded, &s->room_excluded, w, sizeof *s->excluded) &&
           msc_reserve((void **)&s->is_near, &s->room_near, w, 1) &&
           (p->halo_px == 0 || (msc_reserve((void **)&s->change, &s->room_change, wide + 1, sizeof *s->change) &&
                                msc_reserve((void **)&s->gap, &s->room_gap, wide * ((size_t)t->core.h + 1), sizeof *s->gap)));
}

/* A draw is msc_random(seed, y, x), of which all but the last step is the same in a row. */
static msc_status take_row(const pass *p, const msc_tile *t, int32_t y, slot *s, msc_error *err)
{
    const msc_frame *f = p->frame;
    const uint64_t row_y = (uint64_t)(t->core.y + y), step = 0x9e3779b97f4a7c15ULL;
    const uint64_t base = msc_mix(msc_mix(f->seed + step) ^ (row_y * 0xd1342543de82ef95ULL)) + 1;
    const uint8_t *valid = msc_row_valid(t, y);
    const int is_on_grid_row = f->step_px == 0 || (int32_t)row_y % f->step_px == f->start_y;
    msc_frame_stratum *stratum = NULL;
    int32_t zone = -1, value = -1, last_zone = -1, last_value = -1;
    for (int32_t x = 0; x < t->core.w; x++) {
        if (!valid[x]) {
            s->n_not_observed++;
            continue;
        }
        value = value_at(t, x, y);
        if (f->zones) zone = s->zone[x] < 0 ? -1 : f->zone_of[s->zone[x]];
        if (p->halo_px > 0 && s->is_near[x] && !f->is_target[value]) value = MSC_SAMPLE_BUFFER;
        else if (!f->is_by_value) value = -1;
        if (!stratum || value != last_value || zone != last_zone) {
            stratum = stratum_of(p, s, zone, value);
            if (!stratum)
                return s->n == MSC_SAMPLE_STRATA ? msc_fail(err, MSC_EVALUE, f->map, "over %d strata", MSC_SAMPLE_STRATA) : no_memory(p, err);
            last_value = value;
            last_zone = zone;
        }
        if (f->excluded && s->excluded[x] >= 0) {
            stratum->n_excluded++;
            continue;
        }
        stratum->units++;
        const int32_t col = t->core.x + x;
        if (!is_on_grid_row || (f->step_px > 0 && col % f->step_px != f->start_x)) continue;
        const uint64_t draw = msc_mix(base + (uint64_t)col * step);
        msc_candidates *c = &stratum->candidates;
        if (draw > stratum->bound) continue;
        if (!msc_candidates_offer(c, (msc_candidate){ draw, (int64_t)row_y * p->width_px + col })) return no_memory(p, err);
        if (c->n == c->limit && c->n > 0 && c->at[0].draw < stratum->bound) stratum->bound = c->at[0].draw;
    }
    return MSC_OK;
}

static msc_status take_tile(void *self, const msc_tile *t, void *space, msc_error *err)
{
    const pass *p = self;
    const msc_frame *f = p->frame;
    slot *s = space;
    if (!make_room(p, t, s)) return no_memory(p, err);
    s->n_not_observed = 0;
    for (size_t i = 0; i < s->n; i++) {
        s->strata[i].units = s->strata[i].n_excluded = 0;
        s->strata[i].candidates.n = 0;
    }
    if (p->halo_px > 0) find_gaps(p, t, s);
    for (int32_t y = 0; y < t->core.h; y++) {
        if (f->zones) msc_spans_paint(f->zones, t->core.x, t->core.y + y, t->core.w, s->zone);
        if (f->excluded) msc_spans_paint(f->excluded, t->core.x, t->core.y + y, t->core.w, s->excluded);
        if (p->halo_px > 0) find_near(p, t, y, s);
        MSC_TRY(take_row(p, t, y, s, err));
    }
    return MSC_OK;
}

static void clear_strata(msc_frame_stratum *strata, size_t n)
{
    for (size_t i = 0; i < n; i++) msc_release(strata[i].candidates.at);
    msc_release(strata);
}

static void clear_slot(void *self, void *space)
{
    slot *s = space;
    (void)self;
    clear_strata(s->strata, s->capacity);
    msc_release(s->zone);
    msc_release(s->excluded);
    msc_release(s->is_near);
    msc_release(s->gap);
    msc_release(s->change);
}

/* ---- the whole ---- */

static int compare(const msc_frame_stratum *a, int32_t zone, int32_t value)
{
    if (a->zone != zone) return a->zone < zone ? -1 : 1;
    return a->value < value ? -1 : a->value > value;
}

static msc_status join_tile(void *self, const msc_tile *t, void *space, int64_t index, msc_error *err)
{
    const pass *p = self;
    msc_frame *f = p->frame;
    slot *s = space;
    (void)t;
    (void)index;
    f->n_not_observed += s->n_not_observed;
    for (size_t i = 0; i < s->n; i++) {
        msc_frame_stratum *from = &s->strata[i];
        int h = 0;
        if (from->units == 0 && from->n_excluded == 0) continue;
        while (h < f->n_strata && compare(&f->strata[h], from->zone, from->value) < 0) h++;
        if (h == f->n_strata || compare(&f->strata[h], from->zone, from->value) != 0) {
            if (f->n_strata == MSC_SAMPLE_STRATA) return msc_fail(err, MSC_EVALUE, f->map, "over %d strata", MSC_SAMPLE_STRATA);
            memmove(f->strata + h + 1, f->strata + h, (size_t)(f->n_strata++ - h) * sizeof *f->strata);
            f->strata[h] = (msc_frame_stratum){ .zone = from->zone, .value = from->value, .candidates.limit = f->keep };
        }
        f->strata[h].units += from->units;
        f->strata[h].n_excluded += from->n_excluded;
        for (size_t k = 0; k < from->candidates.n; k++)
            if (!msc_candidates_offer(&f->strata[h].candidates, from->candidates.at[k])) return no_memory(p, err);
        const msc_candidates *all = &f->strata[h].candidates;
        if (all->n == all->limit && all->n > 0 && all->at[0].draw < from->bound) from->bound = all->at[0].draw;
    }
    return MSC_OK;
}

static msc_status set_buffer(pass *p, const msc_grid *grid, msc_error *err)
{
    const double metres = msc_crs_metres_per_unit(grid->crs), e = grid->pixel_e * metres, n = grid->pixel_n * metres;
    const double least = e < n ? e : n, buffer = p->frame->buffer_m * (1 + 1e-12);
    if (!(p->frame->buffer_m > 0)) return MSC_OK;
    if (buffer / least > MSC_SAMPLE_BUFFER_PX)
        return msc_fail(err, MSC_EVALUE, "buffer-m", "%g; at most %d pixels of %g m", p->frame->buffer_m, MSC_SAMPLE_BUFFER_PX, least);
    p->halo_px = (int32_t)(buffer / least);
    for (int32_t gap = 0; gap <= p->halo_px; gap++) {
        const double across = gap * n;
        p->reach[gap] = across > buffer ? -1 : (int32_t)(sqrt(buffer * buffer - across * across) / e);
    }
    return MSC_OK;
}

msc_status msc_frame_fill(const msc_settings *settings, msc_rasters *rasters, msc_frame *f, msc_error *err)
{
    msc_source source;
    msc_layout layout;
    const msc_grid *grid = msc_raster_grid(rasters->raster[0]);
    pass *p = msc_alloc_zero(1, sizeof *p);
    f->n_strata = 0;
    f->n_not_observed = 0;
    f->strata = msc_alloc_zero(MSC_SAMPLE_STRATA, sizeof *f->strata);
    msc_status status = p && f->strata ? MSC_OK : msc_fail(err, MSC_ENOMEM, f->map, "strata");
    if (status != MSC_OK) goto done;
    *p = (pass){ .frame = f, .width_px = grid->width_px };
    if ((status = set_buffer(p, grid, err)) != MSC_OK) goto done;
    if ((status = msc_rasters_source(rasters, &source, err)) != MSC_OK) goto done;
    const msc_sink sink = { .self = p, .halo_px = p->halo_px, .slot_bytes = sizeof(slot), .prepare = take_tile, .put = join_tile,
                            .slot_clear = clear_slot, .is_put_blind = 1 };
    status = msc_stream_plan(settings, &source, NULL, 0, &sink, 0, &layout, err);
    if (status == MSC_OK) status = msc_stream_run(settings, &layout, &source, NULL, 0, &sink, "sample", err);
done:
    msc_release(p);
    return status;
}

void msc_frame_clear(msc_frame *f)
{
    if (f->strata) clear_strata(f->strata, (size_t)f->n_strata);
    f->strata = NULL;
    f->n_strata = 0;
}
