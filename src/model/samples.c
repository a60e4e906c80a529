/* samples.c - training polygons to training pixels. */
#include "model/samples.h"
#include "base/hash.h"
#include "base/mem.h"
#include "model/spans.h"
#include <stdlib.h>
#include <string.h>

typedef struct bag { msc_sample_px *px; size_t n, capacity; } bag;

static int by_draw(const void *a, const void *b)
{
    const msc_sample_px *p = a, *q = b;
    if (p->draw != q->draw) return p->draw < q->draw ? -1 : 1;
    return p->pixel < q->pixel ? -1 : p->pixel > q->pixel;
}

static int by_pixel(const void *a, const void *b)
{
    const msc_sample_px *p = a, *q = b;
    return p->pixel < q->pixel ? -1 : p->pixel > q->pixel;
}

static int by_number(const void *a, const void *b)
{
    const uint64_t p = *(const uint64_t *)a, q = *(const uint64_t *)b;
    return p < q ? -1 : p > q;
}

/* Cuts a bag to its `cap` least draws. */
static void cut(bag *b, int64_t cap)
{
    if (cap <= 0 || b->n <= (size_t)cap) return;
    qsort(b->px, b->n, sizeof *b->px, by_draw);
    b->n = (size_t)cap;
}

/* Takes a span's pixels for its polygon. A bag is cut when it holds twice its cap, so that memory follows the caps and not the
 * polygons' areas. */
static int take_span(bag *b, const msc_span *s, const msc_sample_polygons *polygons, int32_t width_px)
{
    const int64_t cap = polygons->max_per_polygon;
    for (int32_t x = s->x0; x < s->x1; x++) {
        const int64_t pixel = (int64_t)s->y * width_px + x;
        if (!msc_reserve((void **)&b->px, &b->capacity, b->n + 1, sizeof *b->px)) return 0;
        b->px[b->n++] = (msc_sample_px){ pixel, msc_random(polygons->seed, (uint64_t)pixel, polygons->image), s->feature,
                                         (uint8_t)polygons->label[s->feature] };
        if (cap > 0 && b->n >= 2 * (size_t)cap) cut(b, cap);
    }
    return 1;
}

static int64_t count_px(const msc_spans *spans)
{
    int64_t n = 0;
    for (size_t i = 0; i < spans->n; i++) n += spans->span[i].x1 - spans->span[i].x0;
    return n;
}

static int collect(bag *bags, size_t n_bags, int64_t cap, msc_sample_list *list)
{
    size_t n = 0;
    for (size_t p = 0; p < n_bags; p++) {
        cut(&bags[p], cap);
        n += bags[p].n;
    }
    list->px = msc_alloc(n, sizeof *list->px);
    if (!list->px) return 0;
    for (size_t p = 0; p < n_bags; p++) {
        if (bags[p].n) memcpy(list->px + list->n, bags[p].px, bags[p].n * sizeof *list->px);
        list->n += bags[p].n;
    }
    qsort(list->px, n, sizeof *list->px, by_pixel);
    return 1;
}

/* Spans of the polygons in use, each pixel in one of them. */
static msc_status find_spans(const msc_grid *grid, const msc_sample_polygons *polygons, uint8_t *use, msc_spans *spans, msc_sample_list *list,
                             msc_error *err)
{
    const msc_features_in *f = polygons->features;
    int64_t n_outside;
    for (size_t p = 0; p < f->n; p++) use[p] = polygons->label[p] >= 0 && !f->shape[p].is_point;
    MSC_TRY(msc_spans_find(f, use, grid, spans, &n_outside, err));
    list->n_inside = count_px(spans);
    MSC_TRY(msc_spans_share_out(spans, grid->width_px, err));
    list->n_overlapping = list->n_inside - count_px(spans);
    return MSC_OK;
}

msc_status msc_sample_list_init(const msc_grid *grid, const msc_sample_polygons *polygons, msc_sample_list *list,
                                msc_error *err)
{
    const size_t n = polygons->features->n;
    bag *bags = msc_alloc_zero(n, sizeof *bags);
    uint8_t *use = msc_alloc(n, 1);
    msc_spans spans = { 0 };
    *list = (msc_sample_list){ 0 };
    int is_good = bags && use;
    msc_status status = is_good ? find_spans(grid, polygons, use, &spans, list, err) : MSC_OK;
    for (size_t i = 0; is_good && i < spans.n; i++)
        is_good = take_span(&bags[spans.span[i].feature], &spans.span[i], polygons, grid->width_px);
    is_good = is_good && collect(bags, n, polygons->max_per_polygon, list);
    if (status == MSC_OK && !is_good) status = msc_fail(err, MSC_ENOMEM, "samples", "%zu polygons", n);
    for (size_t p = 0; bags && p < n; p++) msc_release(bags[p].px);
    msc_release(bags);
    msc_release(use);
    msc_spans_clear(&spans);
    if (status != MSC_OK) msc_sample_list_clear(list);
    return status;
}

void msc_sample_list_clear(msc_sample_list *list)
{
    msc_release(list->px);
    *list = (msc_sample_list){ 0 };
}

/* Drops the pixels of `label` whose draw is above `most`. */
static void drop(msc_sample_list *list, uint8_t label, uint64_t most)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->n; i++)
        if (list->px[i].label != label || list->px[i].draw <= most) list->px[kept++] = list->px[i];
    list->n = kept;
}

msc_status msc_sample_cap_classes(msc_sample_list *lists, size_t n_lists, int64_t max_per_class, msc_error *err)
{
    size_t total = 0, n_of[256] = { 0 };
    for (size_t l = 0; l < n_lists; l++)
        for (size_t i = 0; i < lists[l].n; i++, total++) n_of[lists[l].px[i].label]++;
    if (max_per_class <= 0) return MSC_OK;
    uint64_t *draws = msc_alloc(total, sizeof *draws);
    if (!draws) return msc_fail(err, MSC_ENOMEM, "samples", "%zu pixels", total);
    for (int c = 0; c < 256; c++) {
        if (n_of[c] <= (size_t)max_per_class) continue;
        size_t n = 0;
        for (size_t l = 0; l < n_lists; l++)
            for (size_t i = 0; i < lists[l].n; i++)
                if (lists[l].px[i].label == c) draws[n++] = lists[l].px[i].draw;
        qsort(draws, n, sizeof *draws, by_number);
        for (size_t l = 0; l < n_lists; l++) drop(&lists[l], (uint8_t)c, draws[max_per_class - 1]);
    }
    msc_release(draws);
    return MSC_OK;
}

/* The first sample at or after a pixel. */
static size_t lower_bound(const msc_sample_list *list, int64_t pixel)
{
    size_t low = 0, high = list->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (list->px[middle].pixel < pixel) low = middle + 1;
        else high = middle;
    }
    return low;
}

typedef struct slot { void *scratch; float *rows; size_t bytes, n_floats; } slot;

static int make_room(slot *s, size_t bytes, size_t n_floats)
{
    if (s->bytes < bytes) {
        msc_release(s->scratch);
        s->scratch = msc_alloc(bytes, 1);
        s->bytes = s->scratch ? bytes : 0;
    }
    if (s->n_floats < n_floats) {
        msc_release(s->rows);
        s->rows = msc_alloc(n_floats, sizeof *s->rows);
        s->n_floats = s->rows ? n_floats : 0;
    }
    return s->bytes >= bytes && s->n_floats >= n_floats;
}

/* Only rows that hold samples are computed. */
static msc_status prepare(void *self, const msc_tile *tile, void *kept, msc_error *err)
{
    msc_sample_pass *pass = self;
    slot *s = kept;
    const int32_t w = tile->core.w;
    const int n_features = pass->rows.n_features;
    int is_begun = 0;
    float *out[MSC_MAX_FEATURES];
    for (int32_t y = 0; y < tile->core.h; y++) {
        const int64_t begin = (int64_t)(tile->core.y + y) * pass->width_px + tile->core.x;
        size_t i = lower_bound(pass->list, begin);
        if (i == pass->list->n || pass->list->px[i].pixel >= begin + w) continue;
        if (!make_room(s, pass->rows.scratch_bytes(pass->rows.self, w), (size_t)n_features * (size_t)w))
            return msc_fail(err, MSC_ENOMEM, "samples", "%d features", n_features);
        for (int f = 0; f < n_features; f++) out[f] = s->rows + (size_t)f * (size_t)w;
        if (!is_begun) pass->rows.begin(pass->rows.self, w, s->scratch);
        is_begun = 1;
        pass->rows.row(pass->rows.self, tile, y, out, s->scratch);
        for (; i < pass->list->n && pass->list->px[i].pixel < begin + w; i++) {
            const int64_t x = pass->list->px[i].pixel - begin;
            pass->is_observed[pass->first + i] = msc_row_valid(tile, y)[x] != 0;
            for (int f = 0; f < n_features; f++) pass->x[(size_t)f * pass->n + pass->first + i] = out[f][x];
        }
    }
    return MSC_OK;
}

static msc_status put(void *self, const msc_tile *tile, void *kept, int64_t index, msc_error *err)
{
    (void)self, (void)tile, (void)kept, (void)index, (void)err;   /* prepare has done it all */
    return MSC_OK;
}

static void slot_clear(void *self, void *kept)
{
    (void)self;
    slot *s = kept;
    msc_release(s->scratch);
    msc_release(s->rows);
    *s = (slot){ 0 };
}

void msc_sample_sink(msc_sample_pass *pass, msc_sink *sink)
{
    *sink = (msc_sink){ .self = pass, .halo_px = pass->rows.halo_px, .slot_bytes = sizeof(slot), .prepare = prepare,
                        .put = put, .slot_clear = slot_clear, .is_put_blind = 1 };
}

/* Polygons lie on a small part of an image; what costs is reading the rest. */
static msc_status read_sampled(void *self, int worker, msc_tile *tile, msc_error *err)
{
    const msc_sample_pass *pass = self;
    const msc_sample_list *list = pass->list;
    for (int32_t y = 0; y < tile->core.h; y++) {
        const int64_t begin = (int64_t)(tile->core.y + y) * pass->width_px + tile->core.x;
        const size_t i = lower_bound(list, begin);
        if (i < list->n && list->px[i].pixel < begin + tile->core.w) return pass->image->read(pass->image->self, worker, tile, err);
    }
    return MSC_OK;
}

void msc_sample_source(msc_sample_pass *pass, const msc_source *image, msc_source *source)
{
    pass->image = image;
    *source = *image;
    source->self = pass;
    source->read = read_sampled;
}
