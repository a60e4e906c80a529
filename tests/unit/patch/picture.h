/* picture.h - small made rasters, their traced patches, and what GEOS says of them. */
#ifndef TEST_PATCH_PICTURE_H
#define TEST_PATCH_PICTURE_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <geos_c.h>
#include <stdio.h>

#include "base/hash.h"
#include "patch/patches.h"

typedef struct picture { int32_t w, h; msc_type type; uint16_t *value; uint8_t *confidence, *grade, *valid; } picture;

enum { SURFACE_PLANE = 3 + MSC_PATCH_DIFFERENCES };
typedef struct kept_patch { msc_patch p; size_t *start; uint8_t *outer; int32_t *xy; } kept_patch;
typedef struct kept { kept_patch *patch; size_t n, capacity; } kept;

/* Up to the largest number that a plane holds; 0 in all planes where a fifth of the pixels has none. */
static inline uint16_t difference_at(int32_t x, int32_t y, int d)
{
    const int is_seen = msc_random_below(msc_random(98, (uint64_t)x / 3, (uint64_t)y), 5) > 0;
    return (uint16_t)(is_seen ? 1 + msc_random_below(msc_random(99 + (uint64_t)d, (uint64_t)x, (uint64_t)y), 65535) : 0);
}

static inline msc_status read_picture(void *self, int worker, msc_tile *tile, msc_error *err)
{
    const picture *q = self;
    (void)worker;
    (void)err;
    for (int32_t y = -tile->pad_px; y < tile->core.h + tile->pad_px; y++) {
        for (int32_t x = -tile->pad_px; x < tile->core.w + tile->pad_px; x++) {
            const int32_t X = tile->core.x + x, Y = tile->core.y + y;
            const int is_in = X >= 0 && Y >= 0 && X < q->w && Y < q->h;
            const uint16_t v = is_in ? q->value[Y * q->w + X] : 0;
            if (q->type == MSC_U8) {
                msc_row_u8(tile, 0, y)[x] = (uint8_t)v;
            } else {
                msc_row_u16(tile, 0, y)[x] = v;
            }
            msc_row_valid(tile, y)[x] = is_in && q->valid[Y * q->w + X];
            if (tile->n_planes > 1) {
                msc_row_u8(tile, 1, y)[x] = is_in ? q->confidence[Y * q->w + X] : 0;
                msc_row_u8(tile, 2, y)[x] = is_in ? q->grade[Y * q->w + X] : 1;
                for (int d = 0; d < MSC_PATCH_DIFFERENCES; d++) {
                    msc_row_u16(tile, 3 + d, y)[x] = is_in ? difference_at(X, Y, d) : 7;
                }
                msc_row_u16(tile, SURFACE_PLANE, y)[x] = is_in ? difference_at(X, Y, SURFACE_PLANE) : 9;
            }
        }
    }
    return MSC_OK;
}

static inline msc_source source_of(picture *q)
{
    return (msc_source){.self = q, .width_px = q->w, .height_px = q->h, .n_planes = SURFACE_PLANE + 1,
                        .types = {q->type, MSC_U8, MSC_U8, MSC_U16, MSC_U16, MSC_U16, MSC_U16}, .read = read_picture};
}

/* kind 0: noise of n classes; 1: blobs; 2: checkerboard */
static inline picture make(int32_t w, int32_t h, int n, int kind, uint64_t seed)
{
    picture q = {w, h, seed % 2 ? MSC_U8 : MSC_U16, calloc((size_t)(w * h), 2), calloc((size_t)(w * h), 1),
                 calloc((size_t)(w * h), 1), calloc((size_t)(w * h), 1)};
    for (int32_t y = 0; y < h; y++) {
        for (int32_t x = 0; x < w; x++) {
            const int32_t i = y * w + x;
            const uint64_t r = msc_random(seed, (uint64_t)(kind == 1 ? (x / 3 + y / 5 % 2) : x), (uint64_t)(kind == 1 ? y / 3 : y));
            q.value[i] = (uint16_t)(kind == 2 ? (x + y) % 2 + 1 : (int)msc_random_below(r, (uint32_t)n));
            q.confidence[i] = (uint8_t)msc_random_below(msc_random(seed + 1, (uint64_t)x, (uint64_t)y), 101);
            q.grade[i] = (uint8_t)(msc_random_below(msc_random(seed + 3, (uint64_t)x, (uint64_t)y), 7) - 1);     /* 255, 0..5 */
            q.valid[i] = kind == 2 || msc_random_below(msc_random(seed + 2, (uint64_t)x / 4, (uint64_t)y / 4), 10) > 0;
        }
    }
    return q;
}

static inline void unmake(picture *q)
{
    free(q->value);
    free(q->confidence);
    free(q->grade);
    free(q->valid);
}

static inline void keep(kept *k, const msc_patch *p)
{
    if (k->n == k->capacity) {
        k->capacity = k->capacity ? 2 * k->capacity : 64;
        k->patch = realloc(k->patch, k->capacity * sizeof *k->patch);
    }
    kept_patch *to = &k->patch[k->n++];
    memset(to, 0, sizeof *to);
    to->p = *p;
    to->start = malloc((p->n_rings + 1) * sizeof *to->start);
    memcpy(to->start, p->ring_start, (p->n_rings + 1) * sizeof *to->start);
    to->outer = malloc(p->n_rings);
    memcpy(to->outer, p->is_outer, p->n_rings);
    to->xy = malloc(p->ring_start[p->n_rings] * 2 * sizeof *to->xy);
    memcpy(to->xy, p->xy, p->ring_start[p->n_rings] * 2 * sizeof *to->xy);
}

static inline msc_status keep_in_batch(void *self, int worker, void *batch, const msc_patch *p, msc_error *err)
{
    (void)self;
    (void)worker;
    (void)err;
    keep(batch, p);
    return MSC_OK;
}

/* Batches come in order, and so do the patches in them. */
static inline msc_status keep_batch(void *self, void *batch, msc_error *err)
{
    kept *k = self, *from = batch;
    (void)err;
    for (size_t i = 0; i < from->n; i++) {
        assert_int_equal(from->patch[i].p.number, k->n + 1);
        if (k->n == k->capacity) {
            k->capacity = k->capacity ? 2 * k->capacity : 64;
            k->patch = realloc(k->patch, k->capacity * sizeof *k->patch);
        }
        k->patch[k->n++] = from->patch[i];
    }
    from->n = 0;
    return MSC_OK;
}

static inline void drop_batch(void *self, void *batch)
{
    (void)self;
    free(((kept *)batch)->patch);
}

static inline void drop(kept *k)
{
    for (size_t i = 0; i < k->n; i++) {
        free(k->patch[i].start);
        free(k->patch[i].outer);
        free(k->patch[i].xy);
    }
    free(k->patch);
    memset(k, 0, sizeof *k);
}

static inline kept trace(picture *q, int connectivity, double simplify_px, int32_t tile_px, int threads, int64_t memory)
{
    kept k = {0};
    msc_settings settings;
    msc_error err = {0};
    msc_settings_defaults(&settings);
    settings.tile_px = tile_px;
    settings.n_threads = threads;
    settings.memory_bytes = memory;
    const msc_patches_options options = {.connectivity = connectivity, .n_confidence = 1, .has_grade = 1, .has_differences = 1, .surface_plane = SURFACE_PLANE,
                                         .simplify_px = simplify_px, .tmpdir = "/tmp"};
    const msc_source source = source_of(q);
    const msc_patch_sink sink = {.self = &k, .batch_bytes = sizeof(kept), .take = keep_in_batch, .put = keep_batch,
                                 .batch_clear = drop_batch};
    const msc_status status = msc_patches_trace(&settings, &source, &options, &sink, &err);
    if (status != MSC_OK) {
        print_error("%s: %s: %s\n", msc_status_name(status), err.subject, err.detail);
    }
    assert_int_equal(status, MSC_OK);
    return k;
}

static inline void assert_same(const kept *a, const kept *b)
{
    assert_int_equal(a->n, b->n);
    for (size_t i = 0; i < a->n; i++) {
        const msc_patch *p = &a->patch[i].p, *r = &b->patch[i].p;
        assert_int_equal(p->value, r->value);
        assert_int_equal(p->n_px, r->n_px);
        assert_int_equal(p->first_px, r->first_px);
        assert_memory_equal(p->sum, r->sum, sizeof p->sum);
        assert_int_equal(p->n_rings, r->n_rings);
        assert_memory_equal(a->patch[i].start, b->patch[i].start, (p->n_rings + 1) * sizeof(size_t));
        assert_memory_equal(a->patch[i].outer, b->patch[i].outer, p->n_rings);
        assert_memory_equal(a->patch[i].xy, b->patch[i].xy, a->patch[i].start[p->n_rings] * 8);
        assert_true(p->inside_x == r->inside_x && p->inside_y == r->inside_y);
    }
}

static inline GEOSGeometry *ring_of(GEOSContextHandle_t g, const kept_patch *k, size_t r)
{
    const unsigned n = (unsigned)(k->start[r + 1] - k->start[r]);
    GEOSCoordSequence *s = GEOSCoordSeq_create_r(g, n, 2);
    for (unsigned i = 0; i < n; i++) {
        GEOSCoordSeq_setXY_r(g, s, i, k->xy[2 * (k->start[r] + i)], k->xy[2 * (k->start[r] + i) + 1]);
    }
    return GEOSGeom_createLinearRing_r(g, s);
}

static inline GEOSGeometry *geometry_of(GEOSContextHandle_t g, const kept_patch *k)
{
    GEOSGeometry *part[4096];
    unsigned n_parts = 0;
    for (size_t r = 0; r < k->p.n_rings;) {
        GEOSGeometry *shell = ring_of(g, k, r++), **hole = malloc(sizeof *hole * (k->p.n_rings + 1));
        unsigned n_holes = 0;
        while (r < k->p.n_rings && !k->outer[r]) {
            hole[n_holes++] = ring_of(g, k, r++);
        }
        part[n_parts++] = GEOSGeom_createPolygon_r(g, shell, hole, n_holes);
        free(hole);
    }
    return GEOSGeom_createCollection_r(g, GEOS_MULTIPOLYGON, part, n_parts);
}

/* Every polygon valid with its point inside; together they cover the valid pixels without overlap. */
static inline void assert_coverage(const kept *k, double area_px)
{
    GEOSContextHandle_t g = GEOS_init_r();
    GEOSGeometry **all = malloc(sizeof *all * (k->n + 1));
    double sum = 0;
    for (size_t i = 0; i < k->n; i++) {
        const kept_patch *p = &k->patch[i];
        double area = 0;
        GEOSGeometry *shape = geometry_of(g, p), *point = GEOSGeom_createPointFromXY_r(g, p->p.inside_x, p->p.inside_y);
        /* parts of an 8-connected patch touch in points, which a multipolygon may */
        assert_int_equal(GEOSisValid_r(g, shape), 1);
        assert_int_equal(GEOSContains_r(g, shape, point), 1);
        GEOSArea_r(g, shape, &area);
        assert_true(2 * area == (double)p->p.area_px_x2);
        sum += area;
        all[i] = shape;
        GEOSGeom_destroy_r(g, point);
    }
    GEOSGeometry *many = GEOSGeom_createCollection_r(g, GEOS_GEOMETRYCOLLECTION, all, (unsigned)k->n);
    GEOSGeometry *one = GEOSUnaryUnion_r(g, many);
    double covered = 0;
    GEOSArea_r(g, one, &covered);
    assert_true(sum > covered - 1e-6 && sum < covered + 1e-6);
    assert_true(area_px < 0 || (sum > area_px - 1e-6 && sum < area_px + 1e-6));
    GEOSGeom_destroy_r(g, one);
    GEOSGeom_destroy_r(g, many);
    free(all);
    GEOS_finish_r(g);
}

static inline int64_t count_valid(const picture *q)
{
    int64_t n = 0;
    for (int32_t i = 0; i < q->w * q->h; i++) {
        n += q->valid[i];
    }
    return n;
}

static const int32_t tiles[] = {16, 17, 23, 31, 64};
#endif
