/* job.c - the job file's schema and its defaults. */
#include "jobs/job_check.h"
#include "jobs/kinds_map.h"
#include "jobs/legend.h"
#include "jobs/schema.h"
#include "base/file.h"
#include "base/mem.h"
#include <stdio.h>
#include <string.h>

/* What the YAML is read into: the job, and the one key that is checked and dropped. */
typedef struct document {
    int version;
    msc_job job;
} document;

#define IN_DOC(field) offsetof(document, field)
#define IN_EPOCH(field) offsetof(msc_job_epoch, field)
#define IN_CLASS(field) offsetof(msc_class, field)
#define IN_ZONE(field) offsetof(msc_zone, field)

static const msc_rule class_keys[] = {
    { "code", MSC_RULE_INT, .at = IN_CLASS(code), .is_required = 1, .low = 1, .high = 254 },
    { "name", MSC_RULE_TEXT, .at = IN_CLASS(name), .is_required = 1 },
    { "label", MSC_RULE_TEXT, .at = IN_CLASS(label) },
    { "damage", MSC_RULE_BOOL, .at = IN_CLASS(is_damage) },
    { "masked", MSC_RULE_BOOL, .at = IN_CLASS(is_masked) },
    { "mmu_m2", MSC_RULE_REAL, .at = IN_CLASS(mmu_m2), .low = 0, .high = 1e12 },
    { "rgb", MSC_RULE_RGB, .at = IN_CLASS(rgb) },
    { 0 }
};
static const msc_rule sun_keys[] = {
    { "azimuth_deg", MSC_RULE_REAL, .at = IN_EPOCH(sun.azimuth_deg), .is_required = 1, .low = 0, .high = 360 },
    { "elevation_deg", MSC_RULE_REAL, .at = IN_EPOCH(sun.elevation_deg), .is_required = 1, .low = 1, .high = 90 },
    { 0 }
};
static const msc_rule epoch_keys[] = {
    { "year", MSC_RULE_INT, .at = IN_EPOCH(year), .is_required = 1, .low = 1900, .high = 2199 },
    { "date", MSC_RULE_DATE, .at = IN_EPOCH(date) },
    { "image", MSC_RULE_PATHS, .at = IN_EPOCH(image.paths), .is_required = 1, .count_at = IN_EPOCH(image.n_paths) },
    { "bands", MSC_RULE_PAIRS, .at = IN_EPOCH(image.bands) },
    { "nodata", MSC_RULE_TEXT, .at = IN_EPOCH(image.nodata) },
    { "saturated", MSC_RULE_REAL, .at = IN_EPOCH(image.saturated), .low = 1e-6, .high = 1e9 },
    { "mask", MSC_RULE_PATH, .at = IN_EPOCH(image.mask) },
    { "dem", MSC_RULE_PATH, .at = IN_EPOCH(image.dem) },
    { "sensor", MSC_RULE_TEXT, .at = IN_EPOCH(sensor) },
    { "sun", MSC_RULE_MAP, .keys = sun_keys },
    { "seamlines", MSC_RULE_PATH, .at = IN_EPOCH(image.seamlines) },
    { 0 }
};
static const msc_rule training_keys[] = {
    { "samples", MSC_RULE_PATH, .at = IN_DOC(job.training.samples) },
    { "class", MSC_RULE_TEXT, .at = IN_DOC(job.training.class_field) },
    { "year", MSC_RULE_TEXT, .at = IN_DOC(job.training.year_field) },
    { "method", MSC_RULE_CHOICE, .at = IN_DOC(job.training.method), .choices = "forest gauss" },
    { "model", MSC_RULE_PATH, .at = IN_DOC(job.training.model) },
    { "select", MSC_RULE_BOOL, .at = IN_DOC(job.training.is_selecting) },
    { "folds", MSC_RULE_INT, .at = IN_DOC(job.training.n_folds), .low = 0, .high = 100 },
    { 0 }
};
static const msc_rule grid_keys[] = {
    { "crs", MSC_RULE_TEXT, .at = IN_DOC(job.grid.crs) },
    { "pixel_m", MSC_RULE_REAL, .at = IN_DOC(job.grid.pixel_m), .low = 1e-4, .high = 1e5 },
    { 0 }
};
static const msc_rule alignment_keys[] = {
    { "mode", MSC_RULE_CHOICE, .at = IN_DOC(job.alignment.mode), .choices = "report resample off" },
    { "warn_px", MSC_RULE_REAL, .at = IN_DOC(job.alignment.warn_px), .low = 0, .high = 1e3 },
    { "refuse_px", MSC_RULE_REAL, .at = IN_DOC(job.alignment.refuse_px), .low = 0, .high = 1e3 },
    { 0 }
};
static const msc_rule mask_keys[] = {
    { "terrain_shadow", MSC_RULE_BOOL, .at = IN_DOC(job.masks.terrain_shadow) },
    { "shadow_reach_m", MSC_RULE_REAL, .at = IN_DOC(job.masks.shadow_reach_m), .low = 1, .high = 1e5 },
    { "margin_m", MSC_RULE_REAL, .at = IN_DOC(job.masks.margin_m), .low = 0, .high = 1e5 },
    { 0 }
};
static const msc_rule forest_keys[] = {
    { "trees", MSC_RULE_INT, .at = IN_DOC(job.forest.trees), .low = 1, .high = 1000 },
    { "depth", MSC_RULE_INT, .at = IN_DOC(job.forest.depth), .low = 1, .high = 30 },
    { "seed", MSC_RULE_SEED, .at = IN_DOC(job.forest.seed) },
    { 0 }
};
static const msc_rule evidence_keys[] = {
    { "method", MSC_RULE_CHOICE, .at = IN_DOC(job.evidence.method), .choices = "irmad off" },
    { "elevation", MSC_RULE_BOOL, .at = IN_DOC(job.evidence.elevation) },
    { 0 }
};
static const msc_rule radiometry_keys[] = {
    { "normalize", MSC_RULE_TEXT, .at = IN_DOC(job.radiometry.normalize) },
    { 0 }
};
static const msc_rule classify_keys[] = {
    { "all_trees", MSC_RULE_BOOL, .at = IN_DOC(job.classify.all_trees) },
    { "smooth", MSC_RULE_INT, .at = IN_DOC(job.classify.smooth), .low = 0, .high = 4 },
    { "objects", MSC_RULE_INT, .at = IN_DOC(job.classify.objects), .low = 0, .high = 4 },
    { "site_m", MSC_RULE_REAL, .at = IN_DOC(job.classify.site_m), .low = 0, .high = 1e5 },
    { "smooth_px", MSC_RULE_INT, .at = IN_DOC(job.classify.smooth_px), .low = 0, .high = 15 },
    { 0 }
};
static const msc_rule change_keys[] = {
    { "min_confidence", MSC_RULE_INT, .at = IN_DOC(job.change.min_confidence), .low = 0, .high = 100 },
    { "edge_tolerance_px", MSC_RULE_INT, .at = IN_DOC(job.change.edge_tolerance_px), .low = 0, .high = 16 },
    { "shift_quantile", MSC_RULE_REAL, .at = IN_DOC(job.change.shift_quantile), .low = 0.01, .high = 0.9999 },
    { "change_rate", MSC_RULE_REAL, .at = IN_DOC(job.change.change_rate), .low = 0, .high = 0.999999 },
    { "evidence_weak", MSC_RULE_REAL, .at = IN_DOC(job.change.evidence_weak), .low = 0, .high = 0.3678 },
    { "by_region", MSC_RULE_BOOL, .at = IN_DOC(job.change.is_by_region) },
    { "site_m", MSC_RULE_REAL, .at = IN_DOC(job.change.site_m), .low = 0, .high = 1e5 },
    { "evidence_sure", MSC_RULE_REAL, .at = IN_DOC(job.change.evidence_sure), .low = 1e-6, .high = 0.999999 },
    { "impossible", MSC_RULE_TWOS, .at = IN_DOC(job.change.impossible), .count_at = IN_DOC(job.change.n_impossible) },
    { 0 }
};
static const msc_rule vectorize_keys[] = {
    { "simplify_m", MSC_RULE_REAL, .at = IN_DOC(job.vectorize.simplify_m), .low = 0, .high = 1e5 },
    { "mmu_m2", MSC_RULE_REAL, .at = IN_DOC(job.vectorize.mmu_m2), .low = 0, .high = 1e12 },
    { "connectivity", MSC_RULE_INT, .at = IN_DOC(job.vectorize.connectivity), .low = 4, .high = 8 },
    { 0 }
};
static const msc_rule zone_keys[] = {
    { "name", MSC_RULE_TEXT, .at = IN_ZONE(name), .is_required = 1 },
    { "path", MSC_RULE_PATH, .at = IN_ZONE(path), .is_required = 1 },
    { "field", MSC_RULE_TEXT, .at = IN_ZONE(field), .is_required = 1 },
    { 0 }
};
static const msc_rule reference_keys[] = {
    { "points", MSC_RULE_PATH, .at = IN_DOC(job.reference.points), .is_required = 1 },
    { "stratum", MSC_RULE_TEXT, .at = IN_DOC(job.reference.stratum) },
    { "weight", MSC_RULE_TEXT, .at = IN_DOC(job.reference.weight) },
    { "year_field", MSC_RULE_TEXT, .at = IN_DOC(job.reference.year_field) },
    { "sample", MSC_RULE_PATH, .at = IN_DOC(job.reference.sample) },
    { 0 }
};
static const msc_rule acceptance_keys[] = {
    { "oa_min", MSC_RULE_REAL, .at = IN_DOC(job.acceptance.oa_min), .low = 0, .high = 1 },
    { "miss_max", MSC_RULE_REAL, .at = IN_DOC(job.acceptance.miss_max), .low = 0, .high = 1 },
    { "false_max", MSC_RULE_REAL, .at = IN_DOC(job.acceptance.false_max), .low = 0, .high = 1 },
    { "ci_max_ha", MSC_RULE_REAL, .at = IN_DOC(job.acceptance.ci_max_ha), .low = 0, .high = 1e9 },
    { 0 }
};
static const msc_rule job_keys[] = {
    { "minescar", MSC_RULE_INT, .at = IN_DOC(version), .is_required = 1, .low = 1, .high = 1 },
    { "name", MSC_RULE_TEXT, .at = IN_DOC(job.name), .is_required = 1 },
    { "output", MSC_RULE_PATH, .at = IN_DOC(job.output), .is_required = 1 },
    { "classes", MSC_RULE_LIST, .at = IN_DOC(job.classes), .is_required = 1, .count_at = IN_DOC(job.n_classes),
      .item_bytes = sizeof(msc_class), .keys = class_keys },
    { "epochs", MSC_RULE_LIST, .at = IN_DOC(job.epochs), .is_required = 1, .count_at = IN_DOC(job.n_epochs),
      .item_bytes = sizeof(msc_job_epoch), .keys = epoch_keys },
    { "training", MSC_RULE_MAP, .is_required = 1, .keys = training_keys },
    { "grid", MSC_RULE_MAP, .keys = grid_keys },
    { "alignment", MSC_RULE_MAP, .keys = alignment_keys },
    { "features", MSC_RULE_NAMES, .at = IN_DOC(job.features) },
    { "masks", MSC_RULE_MAP, .keys = mask_keys },
    { "forest", MSC_RULE_MAP, .keys = forest_keys },
    { "evidence", MSC_RULE_MAP, .keys = evidence_keys },
    { "radiometry", MSC_RULE_MAP, .keys = radiometry_keys },
    { "classify", MSC_RULE_MAP, .keys = classify_keys },
    { "change", MSC_RULE_MAP, .keys = change_keys },
    { "vectorize", MSC_RULE_MAP, .keys = vectorize_keys },
    { "zones", MSC_RULE_LIST, .at = IN_DOC(job.zones), .count_at = IN_DOC(job.n_zones), .item_bytes = sizeof(msc_zone), .keys = zone_keys },
    { "reference", MSC_RULE_MAP, .keys = reference_keys },
    { "acceptance", MSC_RULE_MAP, .keys = acceptance_keys },
    { "deliver", MSC_RULE_CHOICES, .at = IN_DOC(job.deliver), .count_at = IN_DOC(job.n_deliver), .choices = "shp gpkg fgb geojson kml csv" },
    { "deliver_grades", MSC_RULE_CHOICES, .at = IN_DOC(job.deliver_grades), .count_at = IN_DOC(job.n_deliver_grades), .choices = "A B" },
    { "encoding", MSC_RULE_CHOICE, .at = IN_DOC(job.encoding), .choices = "GBK UTF-8" },
    { 0 }
};

static const char *default_deliver[] = { "shp", "gpkg" };

static void set_defaults(msc_job *job)
{
    job->training.class_field = "class";
    job->training.n_folds = 5;
    job->alignment.mode = "report";
    job->alignment.warn_px = 0.3;
    job->alignment.refuse_px = 3;
    job->masks.shadow_reach_m = 500;
    job->masks.margin_m = -1;
    job->forest.trees = 60;
    job->forest.depth = 20;
    job->forest.seed = 1;
    job->classify.smooth = 2;
    job->classify.objects = -1;
    job->classify.site_m = MSC_KINDS_SITE_M;
    job->evidence.method = "irmad";
    job->evidence.elevation = 1;
    job->radiometry.normalize = "off";
    job->change.edge_tolerance_px = 1;
    msc_change_options usual;
    msc_change_defaults(&usual);
    job->change.edge_tolerance_px = usual.edge_tolerance_px;
    job->change.shift_quantile = usual.shift_quantile;
    job->change.change_rate = usual.change_rate;
    job->change.evidence_weak = usual.evidence_weak;
    job->change.evidence_sure = usual.evidence_sure;
    job->change.is_by_region = usual.is_by_region;
    job->change.site_m = MSC_KINDS_SITE_M;
    job->vectorize.mmu_m2 = 400;
    job->vectorize.connectivity = 4;
    job->reference.year_field = "class";
    job->acceptance.miss_max = job->acceptance.false_max = 1;
    job->deliver = default_deliver;
    job->n_deliver = 2;
    job->encoding = "GBK";
}

msc_status msc_job_parse(const char *text, size_t n_bytes, const char *path, msc_job **job, msc_error *err)
{
    *job = NULL;
    document *doc = msc_alloc_zero(1, sizeof *doc);
    msc_job *made = msc_alloc_zero(1, sizeof *made);
    char *name = msc_copy_text(path);
    msc_status status = MSC_OK;
    if (!doc || !made || !name) {
        status = msc_fail(err, MSC_ENOMEM, path, "job file");
        goto done;
    }
    set_defaults(&doc->job);
    status = msc_schema_read(text, n_bytes, path, job_keys, doc, &doc->job.owned, err);
    if (status == MSC_OK) status = msc_job_check(&doc->job, path, err);
    if (status != MSC_OK) {
        msc_job_blocks_free(&doc->job.owned);
        goto done;
    }
    *made = doc->job;
    made->path = name;
    *job = made;
    made = NULL;
    name = NULL;
done:
    msc_release(name);
    msc_release(made);
    msc_release(doc);
    return status;
}

msc_status msc_job_read(const char *path, msc_job **job, msc_error *err)
{
    char *text = NULL;
    size_t n = 0;
    *job = NULL;
    MSC_TRY(msc_file_read(path, &text, &n, err));
    const msc_status status = msc_job_parse(text, n, path, job, err);
    msc_release(text);
    return status;
}

void msc_job_free(msc_job **job)
{
    if (!job || !*job) return;
    msc_job_blocks_free(&(*job)->owned);
    msc_release((void *)(uintptr_t)(*job)->path);
    msc_release(*job);
    *job = NULL;
}

const char *msc_job_shape_format(const msc_job *job)
{
    static const char *const formats[] = { "gpkg", "fgb", "shp", "geojson" };
    for (int f = 0; f < 4; f++)
        for (int i = 0; i < job->n_deliver; i++)
            if (strcmp(job->deliver[i], formats[f]) == 0) return formats[f];
    return NULL;
}

int msc_job_is_damage(const msc_job *job, int64_t code)
{
    const msc_class *found = code > 0 && code < 256 ? msc_class_of(job->classes, job->n_classes, (int)code) : NULL;
    return found && found->is_damage;
}

int msc_job_damage(const msc_job *job, int code[255])
{
    int n = 0;
    for (int i = 0; i < job->n_classes; i++)
        if (job->classes[i].is_damage) code[n++] = job->classes[i].code;
    return n;
}

msc_status msc_job_year_field(const char *pattern, int year, char *out, size_t size, msc_error *err)
{
    const char *mark = strstr(pattern, "{year}");
    const int n = mark ? snprintf(out, size, "%.*s%d%s", (int)(mark - pattern), pattern, year, mark + 6)
                       : snprintf(out, size, "%s", pattern);
    return n >= 0 && (size_t)n < size ? MSC_OK : msc_fail(err, MSC_EVALUE, pattern, "name of a field longer than %zu", size);
}
