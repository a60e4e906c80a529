/* verify_grades.c - patches of changes against the pixels they were made of: codes of the change map, grades. */
#include "jobs/verify.h"
#include "base/mem.h"
#include "grid/crs.h"
#include "io/raster_in.h"
#include "model/spans.h"
#include "ops/decide.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Pixels of a patch: all with their centre inside, those of its own code, and of these grade A and B. */
typedef struct pixels { int64_t all, own, a, b; } pixels;

typedef struct counting {
    const msc_patch_layer *layer;
    msc_rasters rasters;         /* change map, grades */
    msc_spans spans;
    pixels *of;                  /* by feature */
    int64_t grade[256], n_seen_in_one;
} counting;

/* What the maps say of each other, everywhere. */
static void compare_row(counting *c, const uint16_t *change, const uint8_t *grade, int32_t w)
{
    for (int32_t x = 0; x < w; x++) {
        c->grade[grade[x]]++;
        c->n_seen_in_one += (change[x] == 65535) != (grade[x] == 255);
    }
}

static void count_span(counting *c, const uint16_t *change, const uint8_t *grade, int32_t first, int32_t end, uint32_t feature)
{
    const msc_patch_layer *l = c->layer;
    const msc_value *value = &l->features.value[(size_t)feature * (size_t)l->n_fields];
    const int64_t code = value[l->at[MSC_QDM]].integer * 256 + value[l->at[MSC_TBDM]].integer;
    pixels *p = &c->of[feature];
    for (int32_t x = first; x < end; x++) {
        const int is_own = change[x] == code;
        p->all++;
        p->own += is_own;
        p->a += is_own && grade[x] == MSC_GRADE_A;
        p->b += is_own && grade[x] == MSC_GRADE_B;
    }
}

static msc_status count_tile(void *self, const msc_tile *tile, void *slot, int64_t index, msc_error *err)
{
    counting *c = self;
    const int32_t west = tile->core.x, east = west + tile->core.w;
    (void)slot; (void)index; (void)err;
    for (int32_t y = 0; y < tile->core.h; y++) {
        const uint16_t *change = msc_row_u16(tile, 0, y);
        const uint8_t *grade = msc_row_u8(tile, 1, y);
        compare_row(c, change, grade, tile->core.w);
        for (size_t k = msc_spans_row(&c->spans, tile->core.y + y); k < c->spans.n && c->spans.span[k].y == tile->core.y + y; k++) {
            const msc_span *s = &c->spans.span[k];
            const int32_t first = s->x0 > west ? s->x0 : west, end = s->x1 < east ? s->x1 : east;
            if (first < end) count_span(c, change, grade, first - west, end - west, s->feature);
        }
    }
    return MSC_OK;
}

static msc_status open_map(counting *c, const char *path, msc_type type, msc_error *err)
{
    msc_verification *v = c->layer->v;
    const msc_raster_spec spec = { .image = { .paths = &path, .n_paths = 1, .nodata = "none" }, .n_workers = msc_settings_threads(v->settings, NULL) };
    msc_raster **to = &c->rasters.raster[c->rasters.n];
    MSC_TRY(msc_raster_open(&spec, v->settings, to, err));
    c->rasters.n++;
    if (msc_raster_type(*to) != type || msc_raster_n_bands(*to) != 1) return msc_fail(err, MSC_EFORMAT, path, "not one band of codes");
    return MSC_OK;
}

/* Pixels that a simplified boundary may lie wrong by: those within the tolerance and half a diagonal of it; 0 without. */
static int64_t margin_px(const msc_patch_layer *l, size_t i)
{
    const msc_shape *s = msc_patch_shape(l, i);
    const msc_grid *g = &l->v->grid;
    const double reach_px = l->v->job->vectorize.simplify_m / (fmin(g->pixel_e, g->pixel_n) * msc_crs_metres_per_unit(g->crs));
    double length_px = 0;
    for (size_t r = 0; r < s->n_rings; r++)
        for (size_t k = s->ring_start[r]; k + 1 < s->ring_start[r + 1]; k++)
            length_px += hypot((s->xy[2 * k + 2] - s->xy[2 * k]) / g->pixel_e, (s->xy[2 * k + 3] - s->xy[2 * k + 1]) / g->pixel_n);
    return reach_px > 0 ? (int64_t)ceil((length_px + 4) * (2 * reach_px + 2)) : 0;
}

/* BHDJ is A when at least half of the pixels graded A or B are A; a margin leaves what it could turn undecided. */
static int is_right_grade(const pixels *p, const char *grade, int64_t margin)
{
    const int64_t lead = p->a - p->b;
    if (lead >= -margin && lead < margin) return 1;
    const char *wanted = p->a + p->b == 0 ? "" : lead >= 0 ? "A" : "B";
    return strcmp(grade, wanted) == 0;
}

static void judge(const counting *c)
{
    const msc_patch_layer *l = c->layer;
    size_t n_strange = 0, first_strange = 0, n_wrong = 0, first_wrong = 0;
    for (size_t i = 0; i < l->features.n; i++) {
        const pixels *p = &c->of[l->order[i]];
        const int64_t margin = margin_px(l, i);
        if ((p->all - p->own > margin || (p->own == 0 && margin == 0)) && n_strange++ == 0) first_strange = i;
        if (!is_right_grade(p, msc_patch_text(msc_patch_checked(l, i, MSC_BHDJ)), margin) && n_wrong++ == 0) first_wrong = i;
    }
    msc_verify_note_patches(l, "same_as_map", n_strange, first_strange, "");
    msc_verify_note_patches(l, "grades", n_wrong, first_wrong, "");
}

/* The grades of the map: as many of each as the run counted. */
static void judge_maps(const counting *c, const char *group)
{
    static const char *const names[MSC_N_GRADES] = { "pixels_same", "pixels_A", "pixels_B", "pixels_C", "pixels_boundary", "pixels_impossible" };
    msc_verification *v = c->layer->v;
    int64_t n_wrong = c->n_seen_in_one;
    for (int g = 0; g < 256; g++) {
        const double wanted = g < MSC_N_GRADES ? msc_verify_number(v, group, names[g], -1) : g == 255 ? (double)c->grade[g] : 0;
        n_wrong += (double)c->grade[g] != wanted;
    }
    msc_verify_note(v, n_wrong == 0, "grade_map", msc_sheet_words(v->sheet, "A %lld, B %lld, C %lld px", "A %lld，B %lld，C %lld 像元"),
                    (long long)c->grade[MSC_GRADE_A], (long long)c->grade[MSC_GRADE_B], (long long)c->grade[MSC_GRADE_C]);
}

static msc_status count(counting *c, const char *const path[2], msc_error *err)
{
    msc_verification *v = c->layer->v;
    msc_source source;
    msc_layout layout;
    int64_t n_outside;
    const msc_sink sink = { .self = c, .put = count_tile };
    MSC_TRY(open_map(c, path[0], MSC_U16, err));
    MSC_TRY(open_map(c, path[1], MSC_U8, err));
    c->rasters.required = 2;
    c->of = msc_alloc_zero(c->layer->features.n + 1, sizeof *c->of);
    if (!c->of) return msc_fail(err, MSC_ENOMEM, path[0], "%zu patches", c->layer->features.n);
    MSC_TRY(msc_spans_find(&c->layer->features, NULL, msc_raster_grid(c->rasters.raster[0]), &c->spans, &n_outside, err));
    MSC_TRY(msc_rasters_source(&c->rasters, &source, err));
    MSC_TRY(msc_stream_plan(v->settings, &source, NULL, 0, &sink, 0, &layout, err));
    return msc_stream_run(v->settings, &layout, &source, NULL, 0, &sink, "verify", err);
}

msc_status msc_verify_grades(const msc_patch_layer *l, msc_error *err)
{
    char name[2][96], path[2][MSC_PATH_MAX], group[96];
    const char *paths[2] = { path[0], path[1] }, *years = strchr(l->group, '_');
    counting c = { .layer = l };
    snprintf(group, sizeof group, "change%s", years);
    snprintf(name[0], sizeof name[0], "change%s.tif", years);
    snprintf(name[1], sizeof name[1], "grade%s.tif", years);
    if (!msc_verify_file(l->v, name[0], path[0]) || !msc_verify_file(l->v, name[1], path[1])) {
        msc_verify_note(l->v, 0, "grades", "%s", msc_sheet_words(l->v->sheet, "a file is missing", "文件缺失"));
        return MSC_OK;
    }
    msc_status status = count(&c, paths, err);
    if (status == MSC_OK) {
        judge(&c);
        judge_maps(&c, group);
    } else status = msc_verify_note_error(l->v, "grades", err);
    for (int r = 0; r < c.rasters.n; r++) msc_raster_close(&c.rasters.raster[r]);
    msc_spans_clear(&c.spans);
    msc_release(c.of);
    return status;
}
