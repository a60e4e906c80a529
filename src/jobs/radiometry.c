/* radiometry.c - applies gains and offsets to rows as they are read. */
#include "jobs/radiometry.h"
#include "base/file.h"
#include "base/mem.h"
#include "jobs/report.h"
#include <string.h>

enum { MOST_SCENES = 65000, PIECE = 256 };

struct msc_radiometry {
    msc_source inner;
    msc_scenes scenes;
    int n_bands, n_scenes;       /* scenes with gains */
    float *gain, *offset;        /* [n_scenes][n_bands] */
};

msc_status msc_scenes_open(const char *path, const msc_grid *grid, msc_scenes *scenes, msc_error *err)
{
    msc_features_in polygons = { 0 };
    int64_t n_outside = 0;
    *scenes = (msc_scenes){ .n = 1 };
    if (!path) return MSC_OK;
    MSC_TRY(msc_layer_read(path, NULL, NULL, grid->crs, NULL, 0, &polygons, err));
    uint8_t *use = msc_alloc(polygons.n + 1, 1);
    msc_status status = use ? MSC_OK : msc_fail(err, MSC_ENOMEM, path, "%zu polygons", polygons.n);
    if (polygons.n > MOST_SCENES) status = msc_fail(err, MSC_EVALUE, path, "%zu polygons; at most %d", polygons.n, MOST_SCENES);
    for (size_t i = 0; use && i < polygons.n; i++) use[i] = !polygons.shape[i].is_point;
    if (status == MSC_OK) status = msc_spans_find(&polygons, use, grid, &scenes->spans, &n_outside, err);
    scenes->n = (int)polygons.n + 1;
    msc_release(use);
    msc_features_in_clear(&polygons);
    if (status != MSC_OK) msc_scenes_clear(scenes);
    return status;
}

void msc_scenes_clear(msc_scenes *scenes) { msc_spans_clear(&scenes->spans); }

void msc_scenes_row(const msc_scenes *scenes, int32_t y, int32_t x, int32_t n, uint16_t *scene)
{
    const msc_spans *s = &scenes->spans;
    size_t low = 0, high = s->n;
    memset(scene, 0, (size_t)n * sizeof *scene);
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (s->span[middle].y < y) low = middle + 1;
        else high = middle;
    }
    for (; low < s->n && s->span[low].y == y && s->span[low].x0 < x + n; low++)
        for (int32_t at = s->span[low].x0 > x ? s->span[low].x0 : x; at < s->span[low].x1 && at < x + n; at++)
            if (scene[at - x] == 0) scene[at - x] = (uint16_t)(s->span[low].feature + 1);
}

/* One scene's entry: {"scene": 0, "bands": [{"name": "blue", "gain": 1.0, "offset": 0.0}, ...]}. */
static int read_scene(msc_radiometry *r, json_object *entry, const char *const *bands)
{
    json_object *number, *list, *name, *gain, *offset;
    if (!json_object_object_get_ex(entry, "scene", &number) || !json_object_object_get_ex(entry, "bands", &list)
        || !json_object_is_type(list, json_type_array)) return 0;
    const int scene = json_object_get_int(number);
    if (scene < 0 || scene >= r->n_scenes) return 0;
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        json_object *band = json_object_array_get_idx(list, i);
        if (!json_object_object_get_ex(band, "name", &name) || !json_object_object_get_ex(band, "gain", &gain)
            || !json_object_object_get_ex(band, "offset", &offset)) return 0;
        for (int b = 0; b < r->n_bands; b++) {
            if (strcmp(bands[b], json_object_get_string(name)) != 0) continue;
            r->gain[scene * r->n_bands + b] = (float)json_object_get_double(gain);
            r->offset[scene * r->n_bands + b] = (float)json_object_get_double(offset);
        }
    }
    return 1;
}

static msc_status read_gains(msc_radiometry *r, const char *path, const char *const *bands, msc_error *err)
{
    json_object *top = NULL;
    MSC_TRY(msc_report_read(path, &top, err));
    json_object *list = msc_report_at(top, "radiometry");
    r->n_scenes = r->scenes.n;
    r->gain = msc_alloc((size_t)r->n_scenes * (size_t)r->n_bands, sizeof *r->gain);
    r->offset = msc_alloc_zero((size_t)r->n_scenes * (size_t)r->n_bands, sizeof *r->offset);
    msc_status status = r->gain && r->offset ? MSC_OK : msc_fail(err, MSC_ENOMEM, path, "gains");
    for (int i = 0; status == MSC_OK && i < r->n_scenes * r->n_bands; i++) r->gain[i] = 1;
    if (status == MSC_OK && !(json_object_is_type(list, json_type_array) && json_object_array_length(list) == (size_t)r->n_scenes))
        status = msc_fail(err, MSC_EFORMAT, path, "not a report of irmad with %d scenes", r->n_scenes);
    for (int i = 0; status == MSC_OK && i < r->n_scenes; i++)
        if (!read_scene(r, json_object_array_get_idx(list, (size_t)i), bands))
            status = msc_fail(err, MSC_EFORMAT, path, "radiometry, entry %d", i);
    json_object_put(top);
    return status;
}

msc_status msc_radiometry_open(const msc_image *image, const msc_grid *grid, const char *const *bands, int n_bands,
                               msc_radiometry **radiometry, msc_error *err)
{
    msc_radiometry *r = msc_alloc_zero(1, sizeof *r);
    if (!r) return msc_fail(err, MSC_ENOMEM, image->radiometry, "gains");
    r->n_bands = n_bands;
    msc_status status = msc_scenes_open(image->seamlines, grid, &r->scenes, err);
    if (status == MSC_OK) status = read_gains(r, image->radiometry, bands, err);
    if (status != MSC_OK) msc_radiometry_close(&r);
    *radiometry = r;
    return status;
}

void msc_radiometry_close(msc_radiometry **radiometry)
{
    msc_radiometry *r = *radiometry;
    if (!r) return;
    msc_release(r->offset);
    msc_release(r->gain);
    msc_scenes_clear(&r->scenes);
    msc_release(r);
    *radiometry = NULL;
}

/* Integers stay above 0, which is nodata in most files of integers. */
static float within(float v, float most) { return v > 1 ? v < most ? v : most : 1; }

static void apply(const msc_radiometry *r, const msc_tile *t, int b, int32_t y, int32_t x, int32_t n, const uint16_t *scene)
{
    const float *gain = r->gain + b, *offset = r->offset + b;
    const int step = r->n_bands;
    if (t->plane[b].type == MSC_F32) {
        float *row = msc_row_f32(t, b, y) + x;
        for (int32_t i = 0; i < n; i++) row[i] = gain[scene[i] * step] * row[i] + offset[scene[i] * step];
    } else if (t->plane[b].type == MSC_U16) {
        uint16_t *row = msc_row_u16(t, b, y) + x;
        for (int32_t i = 0; i < n; i++) row[i] = (uint16_t)within(gain[scene[i] * step] * (float)row[i] + offset[scene[i] * step] + 0.5f, 65535);
    } else {
        uint8_t *row = msc_row_u8(t, b, y) + x;
        for (int32_t i = 0; i < n; i++) row[i] = (uint8_t)within(gain[scene[i] * step] * (float)row[i] + offset[scene[i] * step] + 0.5f, 255);
    }
}

/* Pixels that are not observed pass through the same arithmetic; nobody looks at them. */
static msc_status read_normalized(void *self, int worker, msc_tile *tile, msc_error *err)
{
    const msc_radiometry *r = self;
    uint16_t scene[PIECE] = { 0 };
    MSC_TRY(r->inner.read(r->inner.self, worker, tile, err));
    for (int32_t y = -tile->pad_px; y < tile->core.h + tile->pad_px; y++)
        for (int32_t x = -tile->pad_px; x < tile->core.w + tile->pad_px; x += PIECE) {
            const int32_t left = tile->core.w + tile->pad_px - x, n = left < PIECE ? left : PIECE;
            if (r->n_scenes > 1) msc_scenes_row(&r->scenes, tile->core.y + y, tile->core.x + x, n, scene);
            for (int b = 0; b < r->n_bands; b++) apply(r, tile, b, y, x, n, scene);
        }
    return MSC_OK;
}

void msc_radiometry_source(msc_radiometry *radiometry, msc_source *source)
{
    radiometry->inner = *source;
    source->self = radiometry;
    source->read = read_normalized;
}
