/* vectorize.c - class and change maps to patches in any vector format. */
#include "base/file.h"
#include "base/mem.h"
#include "base/sort.h"
#include "io/raster_in.h"
#include "jobs/differences.h"
#include "jobs/surface.h"
#include "jobs/vectorize_write.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Visiting order: kind first, then size, then number; the smaller a key, the earlier. */
enum { RANK_SHIFT = 60 };
static const uint64_t largest_px = ((uint64_t)1 << RANK_SHIFT) - 1;

typedef struct vectorizing {
    const msc_settings *settings;
    const msc_vectorize_options *options;
    msc_vectorize_counts *counts;
    msc_rasters rasters;
    int n_confidence, has_grade, has_differences;
    msc_differences differences;
    msc_surface surface;
    msc_area area;
    msc_patch_table table;
    uint8_t *is_left_out;        /* [65536] */
    double least_m2[256];        /* by class code */
    msc_patch_writing writing;
    msc_layer_out *layer[MSC_PATCH_MAX_OUTPUTS];
    msc_keyed *visit; size_t n_visits, visit_cap;
    int32_t *order;              /* by number - 1 */
    char tmpdir[MSC_PATH_MAX];
} vectorizing;

void msc_vectorize_defaults(msc_vectorize_options *options)
{
    *options = (msc_vectorize_options){.connectivity = 4, .is_change = -1, .reach_px = 1, .encoding = "GBK"};
}

static msc_status check_options(const msc_vectorize_options *o, msc_error *err)
{
    if (o->raster == NULL) {
        return msc_fail(err, MSC_EUSAGE, "raster", "missing");
    }
    if (o->n_patches < 1 || o->n_patches > MSC_PATCH_MAX_OUTPUTS) {
        return msc_fail(err, MSC_EUSAGE, "patches", "%d outputs; 1 to %d", o->n_patches, MSC_PATCH_MAX_OUTPUTS);
    }
    MSC_TRY(msc_file_check_apart(o->patches, o->n_patches, err));
    if (o->connectivity != 4 && o->connectivity != 8) {
        return msc_fail(err, MSC_EVALUE, "connectivity", "%d", o->connectivity);
    }
    if (!(o->simplify_m >= 0) || !isfinite(o->simplify_m)) {
        return msc_fail(err, MSC_EVALUE, "simplify-m", "%g", o->simplify_m);
    }
    if (!(o->mmu_m2 >= 0) || !isfinite(o->mmu_m2)) {
        return msc_fail(err, MSC_EVALUE, "mmu-m2", "%g", o->mmu_m2);
    }
    if (o->grades != NULL && (o->grade == NULL || o->is_plain)) {
        return msc_fail(err, MSC_EUSAGE, "grades", "asked for without a grade raster");
    }
    if (o->grades != NULL && strcmp(o->grades, "A") != 0 && strcmp(o->grades, "B") != 0) {
        return msc_fail(err, MSC_EVALUE, "grades", "%.40s; A or B", o->grades);
    }
    if (!(o->reach_px >= 0 && o->reach_px <= 64)) {
        return msc_fail(err, MSC_EVALUE, "reach-px", "%g; 0 to 64", o->reach_px);
    }
    if (o->confidence_before != NULL && o->confidence == NULL) {
        return msc_fail(err, MSC_EUSAGE, "confidence", "missing beside %s", o->confidence_before);
    }
    return o->is_plain ? MSC_OK : msc_patch_check_zones(o->zones, o->n_zones, err);
}

static msc_status open_raster(vectorizing *k, const char *path, int is_class_map, msc_error *err)
{
    const char *why = NULL;
    const msc_raster_spec spec = {.image = {.paths = &path, .n_paths = 1}, .is_coded = 1, .is_class_map = is_class_map,
                                  .n_workers = msc_settings_threads(k->settings, &why)};
    msc_raster **to = &k->rasters.raster[k->rasters.n];
    MSC_TRY(msc_raster_open(&spec, k->settings, to, err));
    k->rasters.n++;
    if (msc_raster_n_bands(*to) != 1) {
        return msc_fail(err, MSC_EBAND, path, "%d bands; one is wanted", msc_raster_n_bands(*to));
    }
    const msc_type type = msc_raster_type(*to), widest = k->rasters.n == 1 ? MSC_U16 : MSC_U8;
    return type <= widest ? MSC_OK : msc_fail(err, MSC_EFORMAT, path, "pixels are not %s", widest == MSC_U8 ? "Byte" : "Byte or UInt16");
}

static msc_status open_inputs(vectorizing *k, msc_error *err)
{
    const msc_vectorize_options *o = k->options;
    MSC_TRY(open_raster(k, o->raster, !o->is_plain && o->is_change == 0, err));
    const int is_wide = msc_raster_type(k->rasters.raster[0]) == MSC_U16;
    k->table.is_change = o->is_change >= 0 ? o->is_change : is_wide;
    if (!k->table.is_change && (o->grade != NULL || o->later != NULL)) {
        return msc_fail(err, MSC_EUSAGE, o->grade != NULL ? "grade" : "later", "of change maps only; %.300s is a class map", o->raster);
    }
    if (o->confidence != NULL && !o->is_plain) {
        MSC_TRY(open_raster(k, o->confidence, 0, err));
    }
    if (o->confidence_before != NULL && !o->is_plain) {
        MSC_TRY(open_raster(k, o->confidence_before, 0, err));
    }
    k->table.has_confidence = k->rasters.n > 1;
    k->n_confidence = k->rasters.n - 1;
    if (o->grade != NULL && !o->is_plain) {
        MSC_TRY(open_raster(k, o->grade, 0, err));
        k->has_grade = 1;
    }
    k->rasters.required = 1;
    k->table.grid = msc_raster_grid(k->rasters.raster[0]);
    k->table.pixel_m2 = msc_area_pixel_m2(k->table.grid);
    return MSC_OK;
}

static void read_labels(vectorizing *k)
{
    const msc_vectorize_options *o = k->options;
    char key[32];
    for (int code = 0; code < 256; code++) {
        snprintf(key, sizeof key, "CLASS_%d", code);
        const char *text = msc_raster_category(k->rasters.raster[0], code);
        text = text != NULL && text[0] != 0 ? text : msc_raster_meta(k->rasters.raster[0], key);
        k->table.label[code].text = text;
        k->least_m2[code] = o->mmu_m2;
    }
    for (int c = 0; c < o->n_classes; c++) {
        const msc_class *class = &o->classes[c];
        if (class->code >= 0 && class->code < 256) {
            msc_patch_label *label = &k->table.label[class->code];
            label->text = class->label != NULL && class->label[0] != 0 ? class->label : class->name;
            label->is_damage = class->is_damage != 0;
            k->least_m2[class->code] = class->mmu_m2 > 0 ? class->mmu_m2 : o->mmu_m2;
        }
    }
}

static int is_among(const int *list, int n, int value)
{
    for (int i = 0; i < n; i++) {
        if (list[i] == value) {
            return 1;
        }
    }
    return 0;
}

/* A code that is wanted and that no label names, where there are labels, is likely a slip. */
static void check_codes(const vectorizing *k)
{
    const msc_vectorize_options *o = k->options;
    int has_labels = 0;
    for (int code = 1; code < 256; code++) {
        has_labels |= k->table.label[code].text != NULL;
    }
    for (int i = 0; i < o->n_only && has_labels && !o->is_plain; i++) {
        if (o->only[i] < 0 || o->only[i] > 255 || k->table.label[o->only[i]].text == NULL) {
            msc_warn(k->settings, MSC_WOTHER, o->raster, msc_settings_words(k->settings, "no class %d is named, of which patches are wanted", "没有名为 %d 的类别，无法制作其图斑"), o->only[i]);
        }
    }
}

/* Which values make no patch: those skipped, those not asked for; 0 of a class or change map is no class. */
static msc_status choose_values(vectorizing *k, msc_error *err)
{
    const msc_vectorize_options *o = k->options;
    k->is_left_out = msc_alloc_zero(65536, 1);
    if (k->is_left_out == NULL) {
        return msc_fail(err, MSC_ENOMEM, "vectorize", "65536 bytes");
    }
    for (int v = 0; v < 65536 && o->only != NULL; v++) {
        const int is_wanted = k->table.is_change && !o->is_plain
                                  ? is_among(o->only, o->n_only, v >> 8) || is_among(o->only, o->n_only, v & 255)
                                  : is_among(o->only, o->n_only, v);
        k->is_left_out[v] = !is_wanted;
    }
    for (int i = 0; i < o->n_skip; i++) {
        if (o->skip[i] < 0 || o->skip[i] > 65535) {
            return msc_fail(err, MSC_EVALUE, "skip", "%d", o->skip[i]);
        }
        k->is_left_out[o->skip[i]] = 1;
    }
    k->is_left_out[0] |= (uint8_t)!o->is_plain;
    return MSC_OK;
}

static msc_status open_outputs(vectorizing *k, msc_error *err)
{
    const msc_vectorize_options *o = k->options;
    msc_patch_table_fields(&k->table);
    for (int i = 0; i < o->n_patches; i++) {
        const msc_layer_spec spec = {.path = o->patches[i], .crs = k->table.grid->crs, .is_multi = o->connectivity == 8,
                                     .fields = k->table.field, .n_fields = k->table.n_fields, .encoding = o->encoding};
        MSC_TRY(msc_layer_create(k->settings, &spec, &k->layer[i], err));
    }
    return msc_file_temp_dir(k->settings, o->patches[0], k->tmpdir, err);
}

/* The code that a patch is reported under: of two, the one that is damage, else the later. */
static int code_of(const vectorizing *k, int value)
{
    const int before = value >> 8 & 255, after = value & 255;
    return k->table.is_change && k->table.label[before].is_damage && !k->table.label[after].is_damage ? before : after;
}

static int is_large(const vectorizing *k, const msc_patch *p)
{
    const double least_m2 = k->options->is_plain ? k->options->mmu_m2 : k->least_m2[code_of(k, p->value)];
    return (double)p->n_px * k->table.pixel_m2 >= least_m2 * (1 - 1e-9);   /* the unit itself is large enough */
}

/* New damage comes before changed damage, that before damage as it is or was, and this before all else. */
static uint8_t rank_of(const vectorizing *k, int value)
{
    const int is = k->table.label[value & 255].is_damage, was = k->table.label[value >> 8 & 255].is_damage;
    if (!k->table.is_change) {
        return (uint8_t)(is ? 2 : 3);
    }
    return (uint8_t)(is && !was ? 0 : is ? 1 : was ? 2 : 3);
}

static msc_status survey(void *self, const msc_patch *p, msc_error *err)
{
    vectorizing *k = self;
    if (!msc_reserve((void **)&k->visit, &k->visit_cap, k->n_visits + 1, sizeof *k->visit)) {
        return msc_fail(err, MSC_ENOMEM, "vectorize", "%zu patches to rank", k->n_visits);
    }
    k->visit[k->n_visits++] = (msc_keyed){(uint64_t)rank_of(k, p->value) << RANK_SHIFT | (largest_px - (uint64_t)p->n_px),
                                      (uint32_t)p->number};
    return MSC_OK;
}

/* Turns the list of visits into the order of each number. */
static msc_status rank_visits(vectorizing *k, msc_error *err)
{
    k->order = msc_alloc(k->n_visits, sizeof *k->order);
    if (k->order == NULL || !msc_sort_keys(k->visit, k->n_visits)) {
        return msc_fail(err, MSC_ENOMEM, "vectorize", "%zu patches to rank", k->n_visits);
    }
    for (size_t i = 0; i < k->n_visits; i++) {
        k->order[k->visit[i].at - 1] = (int32_t)(i + 1);
    }
    msc_release(k->visit);
    k->visit = NULL;
    k->writing.order = k->order;
    return MSC_OK;
}

/* All pixels were seen: polygons need none. */
static msc_status begin(void *self, msc_error *err)
{
    vectorizing *k = self;
    msc_rasters_rest(&k->rasters);
    msc_differences_close(&k->differences);
    return k->options->is_plain ? MSC_OK : rank_visits(k, err);
}

static msc_status take(void *self, int worker, void *batch, const msc_patch *patch, msc_error *err)
{
    vectorizing *k = self;
    return msc_patch_writing_take(&k->writing, worker, batch, patch, err);
}

static msc_status put(void *self, void *batch, msc_error *err)
{
    vectorizing *k = self;
    return msc_patch_writing_put(&k->writing, batch, err);
}

static void batch_clear(void *self, void *batch)
{
    (void)self;
    msc_patch_batch_clear(batch);
}

/* Counts what is passed over. */
static int is_written(void *self, const msc_patch *p)
{
    vectorizing *k = self;
    const char *grade = k->options->grades;
    const int is = is_large(k, p), is_other = is && grade != NULL && grade[0] != p->grade;
    k->counts->n_dropped += !is;
    k->counts->n_px_dropped += is ? 0 : p->n_px;
    k->counts->n_other_grade += is_other;
    k->counts->n_px_other_grade += is_other ? p->n_px : 0;
    return is && !is_other;
}

static msc_status trace(vectorizing *k, msc_error *err)
{
    const msc_vectorize_options *o = k->options;
    const double aspect = k->table.grid->pixel_n / k->table.grid->pixel_e;
    msc_source source;
    int64_t n_px_top = 0;
    MSC_TRY(msc_rasters_source(&k->rasters, &source, err));
    if (k->has_differences) {
        msc_differences_source(&k->differences, &source);
    }
    /* A pixel of a geographic grid is narrower on the ground than in degrees; its area tells by how much. */
    const double ground = msc_crs_is_geographic(k->table.grid->crs)
                              ? aspect / cos(msc_grid_n(k->table.grid, k->table.grid->height_px / 2.0) * acos(-1) / 180) : aspect;
    const int surface_plane = k->surface.dem != NULL ? msc_surface_source(&k->surface, &source) : 0;
    const msc_patches_options options = {
        .connectivity = o->connectivity, .is_left_out = k->is_left_out, .n_confidence = k->n_confidence,
        .has_grade = k->has_grade, .has_differences = k->has_differences, .surface_plane = surface_plane, .area = o->is_plain ? NULL : &k->area, .simplify_px = o->simplify_m / sqrt(k->table.pixel_m2 / ground),
        .aspect = ground, .survey = o->is_plain ? NULL : survey, .is_wanted = is_written,
        .n_px_top = &n_px_top, .tmpdir = k->tmpdir};
    const msc_patch_sink sink = {.self = k, .batch_bytes = sizeof(msc_patch_batch), .begin = begin,
                                 .take = take, .put = put, .batch_clear = batch_clear};
    MSC_TRY(msc_patches_trace(k->settings, &source, &options, &sink, err));
    if (n_px_top > 0) {
        msc_warn(k->settings, MSC_WDROPPED, o->raster, msc_settings_words(k->settings, "%lld pixels of value 65535, which makes no patch; --skip 65535 says that this is wanted",
                 "%lld 个值为 65535 的像元，该值不生成图斑；若本应略去，请加 --skip 65535"), (long long)n_px_top);
    }
    return MSC_OK;
}

static msc_status prepare(vectorizing *k, msc_error *err)
{
    const msc_vectorize_options *o = k->options;
    MSC_TRY(check_options(o, err));
    MSC_TRY(open_inputs(k, err));
    read_labels(k);
    check_codes(k);
    MSC_TRY(choose_values(k, err));
    if (!o->is_plain && o->image_before != NULL && o->image_after != NULL && msc_raster_type(k->rasters.raster[0]) == MSC_U16) {
        const msc_differences_spec spec = {o->image_before, o->image_after, k->table.grid, k->is_left_out};
        MSC_TRY(msc_differences_open(k->settings, &spec, &k->differences, &k->has_differences, err));
    }
    if (!o->is_plain && o->dem != NULL) {
        MSC_TRY(msc_surface_open(k->settings, o->dem, k->table.grid, k->is_left_out, &k->surface, err));
    }
    if (!o->is_plain) {
        MSC_TRY(msc_area_init(k->table.grid, msc_settings_threads(k->settings, NULL), &k->area, err));
    }
    MSC_TRY(open_outputs(k, err));
    k->writing = (msc_patch_writing){.settings = k->settings, .options = o, .table = &k->table, .layer = k->layer};
    return msc_patch_writing_init(&k->writing, msc_settings_threads(k->settings, NULL), err);
}

static void clear(vectorizing *k)
{
    for (int i = 0; i < MSC_PATCH_MAX_OUTPUTS; i++) {
        msc_layer_abandon(&k->layer[i]);
    }
    msc_patch_writing_clear(&k->writing);
    msc_area_clear(&k->area);
    msc_differences_close(&k->differences);
    msc_surface_close(&k->surface);
    for (int r = 0; r < k->rasters.n; r++) {
        msc_raster_close(&k->rasters.raster[r]);
    }
    msc_release(k->is_left_out);
    msc_release(k->visit);
    msc_release(k->order);
    msc_release(k);
}

msc_status msc_vectorize(const msc_settings *settings, const msc_vectorize_options *options,
                         msc_vectorize_counts *counts, msc_error *err)
{
    vectorizing *k = msc_alloc_zero(1, sizeof *k);
    if (k == NULL) {
        return msc_fail(err, MSC_ENOMEM, "vectorize", "%zu bytes", sizeof *k);
    }
    memset(counts, 0, sizeof *counts);
    k->settings = settings;
    k->options = options;
    k->counts = counts;
    k->table.options = options;
    msc_status status = prepare(k, err);
    if (status == MSC_OK) {
        status = trace(k, err);
    }
    for (int i = 0; i < options->n_patches && status == MSC_OK; i++) {
        status = msc_layer_commit(&k->layer[i], err);
    }
    counts->n_patches = k->writing.n;
    counts->n_px = k->writing.n_px;
    counts->n_vertices = k->writing.n_vertices;
    counts->area_px_m2 = (double)counts->n_px * k->table.pixel_m2;
    counts->area_m2 = (double)k->writing.area_px_x2 / 2 * k->table.pixel_m2;
    if (status == MSC_OK && counts->n_dropped > 0) {
        msc_warn(settings, MSC_WDROPPED, options->patches[0], msc_settings_words(settings, "%lld patches (%lld pixels) below the unit", "%lld 个图斑（%lld 个像元）小于最小制图单元"),
                 (long long)counts->n_dropped, (long long)counts->n_px_dropped);
    }
    clear(k);
    return status;
}
