/* match.c - patches against reference polygons: shares, best partners, distances of boundaries. */
#include "patch/match.h"
#include "base/mem.h"
#include "patch/geos_shape.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODE_CAPACITY = 10, BOUNDARY_POINTS = 64 };

typedef struct shapes {
    GEOSGeometry **at;
    double *m2;
    size_t n;
} shapes;

typedef struct matching {
    const msc_match_layers *layers;
    msc_match *match;
    GEOSContextHandle_t geos;
    shapes patches, reference, blank;
    GEOSSTRtree *tree;           /* of patches */
    double *in_reference, *in_blank;         /* m2 of each patch */
    size_t *hit, n_hits, hit_capacity;
    int is_out_of_memory;
    char said[256];
} matching;

static void listen(const char *message, void *self)
{
    matching *m = self;
    snprintf(m->said, sizeof m->said, "%s", message);
}

static msc_status geos_failed(const matching *m, msc_error *err)
{
    return msc_fail(err, MSC_EFORMAT, "patches", "%s", m->said[0] ? m->said : "not a polygon that can be used");
}

static msc_status make_shapes(matching *m, const msc_features_in *features, shapes *made, msc_error *err)
{
    made->at = msc_alloc_zero(features->n + 1, sizeof *made->at);
    made->m2 = msc_alloc_zero(features->n + 1, sizeof *made->m2);
    if (!made->at || !made->m2) return msc_fail(err, MSC_ENOMEM, "patches", "%zu polygons", features->n);
    made->n = features->n;
    for (size_t i = 0; i < features->n; i++) {
        if (features->shape[i].is_point) return msc_fail(err, MSC_EFORMAT, "patches", "a point where polygons are wanted");
        GEOSGeometry *shape = made->at[i] = msc_geos_shape(m->geos, &features->shape[i]);
        if (!shape) return geos_failed(m, err);
        if (GEOSisValid_r(m->geos, shape) != 1) {
            made->at[i] = GEOSMakeValid_r(m->geos, shape);
            GEOSGeom_destroy_r(m->geos, shape);
            m->match->n_repaired++;
        }
        if (!made->at[i] || GEOSArea_r(m->geos, made->at[i], &made->m2[i]) != 1) return geos_failed(m, err);
    }
    return MSC_OK;
}

static void clear_shapes(matching *m, shapes *made)
{
    for (size_t i = 0; made->at && i < made->n; i++)
        if (made->at[i]) GEOSGeom_destroy_r(m->geos, made->at[i]);
    msc_release(made->at);
    msc_release(made->m2);
}

/* ---- pairs ---- */

static void take_hit(void *item, void *self)
{
    matching *m = self;
    if (msc_reserve((void **)&m->hit, &m->hit_capacity, m->n_hits + 1, sizeof *m->hit)) m->hit[m->n_hits++] = (size_t)((GEOSGeometry **)item - m->patches.at);
    else m->is_out_of_memory = 1;
}

static int by_number(const void *a, const void *b)
{
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

static msc_status find_hits(matching *m, const GEOSGeometry *shape, msc_error *err)
{
    m->n_hits = 0;
    GEOSSTRtree_query_r(m->geos, m->tree, shape, take_hit, m);
    if (m->is_out_of_memory) return msc_fail(err, MSC_ENOMEM, "patches", "%zu pairs", m->n_hits);
    if (m->n_hits > 1) qsort(m->hit, m->n_hits, sizeof *m->hit, by_number);
    return MSC_OK;
}

static msc_status common_area(matching *m, const GEOSGeometry *a, const GEOSGeometry *b, double *m2, msc_error *err)
{
    GEOSGeometry *common = GEOSIntersection_r(m->geos, a, b);
    const int is_good = common && GEOSArea_r(m->geos, common, m2) == 1;
    if (common) GEOSGeom_destroy_r(m->geos, common);
    return is_good ? MSC_OK : geos_failed(m, err);
}

/* Mean distance of evenly spaced points of boundary a to boundary b; negative when GEOS fails. */
static double mean_distance(matching *m, const GEOSGeometry *a, const GEOSGeometry *b)
{
    double sum = 0, length = 0;
    int n = 0;
    const int n_lines = GEOSGetNumGeometries_r(m->geos, a);
    if (GEOSLength_r(m->geos, a, &length) != 1 || !(length > 0)) return -1;
    for (int k = 0; k < n_lines; k++) {
        const GEOSGeometry *line = GEOSGetGeometryN_r(m->geos, a, k);
        double own = 0, d;
        if (GEOSLength_r(m->geos, line, &own) != 1) return -1;
        const int n_points = 1 + (int)(BOUNDARY_POINTS * own / length);
        for (int i = 0; i < n_points; i++, n++) {
            GEOSGeometry *point = GEOSInterpolateNormalized_r(m->geos, line, (i + 0.5) / n_points);
            const int is_good = point && GEOSDistance_r(m->geos, point, b, &d) == 1;
            if (point) GEOSGeom_destroy_r(m->geos, point);
            if (!is_good) return -1;
            sum += d;
        }
    }
    return sum / n;
}

static msc_status add_distance(matching *m, size_t r, size_t p, msc_match_class *c, msc_error *err)
{
    GEOSGeometry *a = GEOSBoundary_r(m->geos, m->reference.at[r]), *b = GEOSBoundary_r(m->geos, m->patches.at[p]);
    const double there = a && b ? mean_distance(m, a, b) : -1, back = a && b ? mean_distance(m, b, a) : -1;
    if (a) GEOSGeom_destroy_r(m->geos, a);
    if (b) GEOSGeom_destroy_r(m->geos, b);
    if (there < 0 || back < 0) return geos_failed(m, err);
    c->n_distances++;
    c->distance_sum_m += 0.5 * (there + back);
    return MSC_OK;
}

static msc_match_class *class_of(matching *m, double m2)
{
    int k = m->match->n_classes - 1;
    while (k > 0 && m2 < m->match->class[k].from_m2) k--;
    return &m->match->class[k];
}

static msc_status match_reference(matching *m, size_t r, msc_error *err)
{
    const double m2 = m->reference.m2[r];
    msc_match_class *c = class_of(m, m2);
    double covered = 0, best_iou = 0;
    size_t best = 0;
    MSC_TRY(find_hits(m, m->reference.at[r], err));
    for (size_t k = 0; k < m->n_hits; k++) {
        const size_t p = m->hit[k];
        double common;
        MSC_TRY(common_area(m, m->reference.at[r], m->patches.at[p], &common, err));
        covered += common;
        m->in_reference[p] += common;
        const double iou = common / (m2 + m->patches.m2[p] - common);
        if (iou > best_iou) {
            best_iou = iou;
            best = p;
        }
    }
    c->n_reference++;
    c->reference_m2 += m2;
    c->covered_m2 += covered;
    c->n_found += covered >= m->layers->overlap_min * m2 * (1 - 1e-12);
    c->iou[best_iou >= 1 ? MSC_MATCH_BINS - 1 : (int)(best_iou * MSC_MATCH_BINS)]++;
    c->iou_sum += best_iou;
    return best_iou > 0 ? add_distance(m, r, best, c, err) : MSC_OK;
}

static msc_status match_blank(matching *m, size_t b, msc_error *err)
{
    MSC_TRY(find_hits(m, m->blank.at[b], err));
    for (size_t k = 0; k < m->n_hits; k++) {
        double common;
        MSC_TRY(common_area(m, m->blank.at[b], m->patches.at[m->hit[k]], &common, err));
        m->in_blank[m->hit[k]] += common;
    }
    return MSC_OK;
}

static void judge_patch(matching *m, size_t p)
{
    const double m2 = m->patches.m2[p], wanted = m->layers->overlap_min * m2 * (1 - 1e-12);
    const double true_m2 = m->in_reference[p] < m2 ? m->in_reference[p] : m2;
    const int is_true = true_m2 >= wanted, is_blank = m->layers->blank ? m->in_blank[p] >= wanted : 1;
    msc_match_class *c = class_of(m, m2);
    c->n_patches++;
    c->patch_m2 += m2;
    c->n_true += is_true;
    c->n_false += !is_true && is_blank;
    c->true_m2 += true_m2;
    c->false_m2 += m->layers->blank ? m->in_blank[p] : m2 - true_m2;
}

static void sum_up(msc_match *match)
{
    for (int k = 0; k < match->n_classes; k++) {
        const msc_match_class *c = &match->class[k];
        msc_match_class *all = &match->all;
        all->n_reference += c->n_reference; all->n_found += c->n_found;
        all->n_patches += c->n_patches; all->n_true += c->n_true; all->n_false += c->n_false;
        all->reference_m2 += c->reference_m2; all->covered_m2 += c->covered_m2;
        all->patch_m2 += c->patch_m2; all->true_m2 += c->true_m2; all->false_m2 += c->false_m2;
        for (int i = 0; i < MSC_MATCH_BINS; i++) all->iou[i] += c->iou[i];
        all->iou_sum += c->iou_sum; all->n_distances += c->n_distances; all->distance_sum_m += c->distance_sum_m;
    }
}

static msc_status run(matching *m, msc_error *err)
{
    const msc_match_layers *l = m->layers;
    MSC_TRY(make_shapes(m, l->patches, &m->patches, err));
    MSC_TRY(make_shapes(m, l->reference, &m->reference, err));
    if (l->blank) MSC_TRY(make_shapes(m, l->blank, &m->blank, err));
    m->in_reference = msc_alloc_zero(m->patches.n + 1, sizeof *m->in_reference);
    m->in_blank = msc_alloc_zero(m->patches.n + 1, sizeof *m->in_blank);
    m->tree = GEOSSTRtree_create_r(m->geos, NODE_CAPACITY);
    if (!m->in_reference || !m->in_blank || !m->tree) return msc_fail(err, MSC_ENOMEM, "patches", "%zu polygons", m->patches.n);
    for (size_t p = 0; p < m->patches.n; p++) GEOSSTRtree_insert_r(m->geos, m->tree, m->patches.at[p], &m->patches.at[p]);
    for (size_t r = 0; r < m->reference.n; r++) MSC_TRY(match_reference(m, r, err));
    for (size_t b = 0; b < m->blank.n; b++) MSC_TRY(match_blank(m, b, err));
    for (size_t p = 0; p < m->patches.n; p++) judge_patch(m, p);
    sum_up(m->match);
    return MSC_OK;
}

msc_status msc_match_patches(const msc_match_layers *layers, msc_match *match, msc_error *err)
{
    matching m = { .layers = layers, .match = match };
    memset(match, 0, sizeof *match);
    match->n_classes = layers->n_classes;
    for (int k = 0; k < layers->n_classes; k++) match->class[k].from_m2 = layers->from_m2[k];
    m.geos = GEOS_init_r();
    GEOSContext_setErrorMessageHandler_r(m.geos, listen, &m);
    GEOSContext_setNoticeMessageHandler_r(m.geos, listen, &m);
    const msc_status status = run(&m, err);
    if (m.tree) GEOSSTRtree_destroy_r(m.geos, m.tree);
    clear_shapes(&m, &m.blank);
    clear_shapes(&m, &m.reference);
    clear_shapes(&m, &m.patches);
    msc_release(m.hit);
    msc_release(m.in_blank);
    msc_release(m.in_reference);
    GEOS_finish_r(m.geos);
    return status;
}
