/* run_stages.c - the stages of a job, from training polygons to change polygons. */
#include "jobs/run_stages.h"
#include "jobs/transitions.h"
#include "base/mem.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static msc_status train(msc_job_run *run, const msc_stage *stage, msc_error *err)
{
    (void)stage;
    const msc_job *job = run->job;
    char model[MSC_PATH_MAX], report[MSC_PATH_MAX];
    msc_image images[MSC_RUN_MAX_EPOCHS];
    int years[MSC_RUN_MAX_EPOCHS];
    msc_train_options o;
    msc_train_defaults(&o);
    if (job->n_epochs > MSC_RUN_MAX_EPOCHS) return msc_fail(err, MSC_EJOB, "epochs", "%d; at most %d", job->n_epochs, MSC_RUN_MAX_EPOCHS);
    for (int i = 0; i < job->n_epochs; i++) {
        images[i] = job->epochs[i].image;
        images[i].n_shifts = 0;   /* polygons were drawn on the image as it is */
        years[i] = job->epochs[i].year;
    }
    MSC_TRY(msc_run_path(run, model, err, "model.msm"));
    MSC_TRY(msc_run_path(run, report, err, "training.json"));
    o.images = images; o.years = years; o.n_images = job->n_epochs;
    o.samples = job->training.samples;
    if (job->training.class_field) o.class_field = job->training.class_field;
    o.year_field = job->training.year_field;
    o.classes = job->classes; o.n_classes = job->n_classes;
    o.model = model; o.report = report;
    if (job->training.method) o.method = job->training.method;
    o.features = job->features;
    o.is_selecting = job->training.is_selecting;
    o.n_folds = job->training.n_folds;
    o.n_trees = job->forest.trees; o.depth = job->forest.depth; o.seed = job->forest.seed;
    o.grid_like = run->grid_like;
    MSC_TRY(msc_train(&run->settings, &o, err));
    msc_run_note_output(run, model);
    msc_run_note_output(run, report);
    return MSC_OK;
}

static msc_status record_counts(msc_job_run *run, const char *group, const msc_vectorize_counts *c, msc_error *err)
{
    MSC_TRY(msc_receipt_number(run->receipt, group, "patches", (double)c->n_patches, err));
    MSC_TRY(msc_receipt_number(run->receipt, group, "patches_dropped_below_unit", (double)c->n_dropped, err));
    MSC_TRY(msc_receipt_number(run->receipt, group, "patches_of_other_grades", (double)c->n_other_grade, err));
    MSC_TRY(msc_receipt_number(run->receipt, group, "pixels_of_other_grades", (double)c->n_px_other_grade, err));
    MSC_TRY(msc_receipt_number(run->receipt, group, "pixels", (double)c->n_px, err));
    MSC_TRY(msc_receipt_number(run->receipt, group, "pixels_dropped", (double)c->n_px_dropped, err));
    MSC_TRY(msc_receipt_number(run->receipt, group, "vertices", (double)c->n_vertices, err));
    MSC_TRY(msc_receipt_number(run->receipt, group, "area_of_pixels_m2", c->area_px_m2, err));
    return msc_receipt_number(run->receipt, group, "area_of_polygons_m2", c->area_m2, err);
}

msc_status msc_run_sieve(msc_job_run *run, const msc_settings *settings, const msc_run_sieving *what, msc_error *err)
{
    msc_sieve_options o;
    msc_sieve_counts c;
    const char *group = what->group;
    msc_sieve_defaults(&o);
    o.in = what->in; o.out = what->out; o.observed = what->observed;
    o.mmu_m2 = run->job->vectorize.mmu_m2;
    o.connectivity = run->job->vectorize.connectivity;
    o.run_id = run->id;
    MSC_TRY(msc_sieve(settings, &o, &c, err));
    MSC_TRY(msc_receipt_number(run->receipt, group, "sieve_regions_merged", (double)c.n_merged, err));
    MSC_TRY(msc_receipt_number(run->receipt, group, "sieve_pixels_changed", (double)c.n_px_changed, err));
    return msc_receipt_number(run->receipt, group, "sieve_kept_without_neighbour", (double)c.n_kept_alone, err);
}

/* Traces `raster` into one layer a format of the job's deliver list, named after the stage. */
static msc_status trace(msc_job_run *run, const msc_stage *stage, msc_vectorize_options *o, msc_error *err)
{
    const msc_job *job = run->job;
    char path[8][MSC_PATH_MAX];
    const char *paths[8];
    int damage[255];
    msc_vectorize_counts counts;
    if (job->n_deliver > 8) return msc_fail(err, MSC_EJOB, "deliver", "%d formats; at most 8", job->n_deliver);
    for (int i = 0; i < job->n_deliver; i++) {
        MSC_TRY(msc_run_path(run, path[i], err, "%s.%s", stage->name, job->deliver[i]));
        paths[i] = path[i];
    }
    o->patches = paths; o->n_patches = job->n_deliver;
    o->simplify_m = job->vectorize.simplify_m;
    o->connectivity = job->vectorize.connectivity;
    o->only = damage; o->n_only = msc_job_damage(job, damage);
    o->zones = job->zones; o->n_zones = job->n_zones;
    o->classes = job->classes; o->n_classes = job->n_classes;
    o->encoding = job->encoding; o->run_id = run->id;
    MSC_TRY(msc_vectorize(&run->settings, o, &counts, err));
    for (int i = 0; i < job->n_deliver; i++) msc_run_note_layer(run, paths[i]);
    return record_counts(run, stage->name, &counts, err);
}

/* A year's layer of patches that others name; NULL: none. */
static msc_status patches_of(const msc_job_run *run, int epoch, char path[MSC_PATH_MAX], const char **layer, msc_error *err)
{
    const char *format = msc_job_shape_format(run->job);
    *layer = NULL;
    if (epoch < 0 || !format) return MSC_OK;
    MSC_TRY(msc_run_path(run, path, err, "patches_%d.%s", msc_run_year(run, epoch), format));
    *layer = path;
    return MSC_OK;
}

static msc_status patches(msc_job_run *run, const msc_stage *stage, msc_error *err)
{
    char classes[MSC_PATH_MAX], confidence[MSC_PATH_MAX], sieved[MSC_PATH_MAX], earlier[MSC_PATH_MAX];
    const int year = msc_run_year(run, stage->epoch);
    msc_vectorize_options o;
    msc_vectorize_defaults(&o);
    MSC_TRY(patches_of(run, stage->epoch - 1, earlier, &o.earlier, err));
    MSC_TRY(msc_run_path(run, classes, err, "classes_%d.tif", year));
    MSC_TRY(msc_run_path(run, confidence, err, "confidence_%d.tif", year));
    MSC_TRY(msc_run_path(run, sieved, err, ".sieved_%d.tif", year));
    const msc_settings step = msc_run_step_settings(run);
    msc_status status = msc_run_sieve(run, &step, &(msc_run_sieving){ stage->name, classes, sieved, NULL }, err);
    o.raster = sieved; o.confidence = confidence;
    o.is_change = 0; o.year_after = year;
    o.dem = run->job->epochs[stage->epoch].image.dem;
    if (status == MSC_OK) status = trace(run, stage, &o, err);
    msc_run_remove_raster(sieved);
    return status;
}

static msc_status changes(msc_job_run *run, const msc_stage *stage, msc_error *err)
{
    char map[MSC_PATH_MAX], sure_before[MSC_PATH_MAX], sure_after[MSC_PATH_MAX], grade[MSC_PATH_MAX], earlier[MSC_PATH_MAX], later[MSC_PATH_MAX];
    double shift_px;
    const int y0 = msc_run_year(run, stage->epoch - 1), y1 = msc_run_year(run, stage->epoch);
    static const int no_change = 0;
    msc_vectorize_options o;
    msc_vectorize_defaults(&o);
    MSC_TRY(patches_of(run, stage->epoch - 1, earlier, &o.earlier, err));
    MSC_TRY(patches_of(run, stage->epoch, later, &o.later, err));
    MSC_TRY(msc_run_shift_rmse(run, stage->epoch, &shift_px, err));
    o.reach_px = fmin(fmax(1, shift_px), 64);
    MSC_TRY(msc_receipt_number(run->receipt, stage->name, "reach_px", o.reach_px, err));
    MSC_TRY(msc_run_path(run, map, err, "change_%d_%d.tif", y0, y1));
    MSC_TRY(msc_run_path(run, sure_before, err, "confidence_%d.tif", y0));
    MSC_TRY(msc_run_path(run, sure_after, err, "confidence_%d.tif", y1));
    MSC_TRY(msc_run_path(run, grade, err, "grade_%d_%d.tif", y0, y1));
    o.raster = map; o.grade = grade;
    o.grades = run->job->n_deliver_grades == 1 ? run->job->deliver_grades[0] : NULL;      /* both: all */
    o.confidence = sure_after; o.confidence_before = sure_before;
    o.image_before = &run->job->epochs[stage->epoch - 1].image; o.image_after = &run->job->epochs[stage->epoch].image;
    o.is_change = 1; o.year_before = y0; o.year_after = y1;
    o.dem = msc_run_dem_of_change(run, stage->epoch);
    o.skip = &no_change; o.n_skip = 1;
    return trace(run, stage, &o, err);
}

static msc_status transitions(msc_job_run *run, const msc_stage *stage, msc_error *err)
{
    char before[MSC_PATH_MAX], map[MSC_PATH_MAX], table[MSC_PATH_MAX];
    const int y0 = msc_run_year(run, stage->epoch - 1), y1 = msc_run_year(run, stage->epoch);
    MSC_TRY(msc_run_path(run, before, err, "classes_%d.tif", y0));
    MSC_TRY(msc_run_path(run, map, err, "change_%d_%d.tif", y0, y1));
    MSC_TRY(msc_run_path(run, table, err, "transitions_%d_%d.csv", y0, y1));
    msc_transitions *t = msc_alloc_zero(1, sizeof *t);
    if (!t) return msc_fail(err, MSC_ENOMEM, table, "%zu bytes", sizeof *t);
    msc_status status = msc_transitions_count(&run->settings, before, map, t, err);
    if (status == MSC_OK) status = msc_transitions_write(t, run->job->classes, run->job->n_classes, table, err);
    if (status == MSC_OK) status = msc_receipt_number(run->receipt, stage->name, "pixels_not_observed", (double)t->px_not_observed, err);
    msc_release(t);
    if (status == MSC_OK) msc_run_note_output(run, table);
    return status == MSC_OK ? msc_run_areas(run, stage, before, map, err) : status;
}

static msc_status add_stage(msc_job_run *run, const char *verb, int epoch, int is_pair,
                            msc_status (*work)(msc_job_run *, const msc_stage *, msc_error *), msc_error *err)
{
    if (run->n_stages == MSC_RUN_MAX_STAGES) return msc_fail(err, MSC_EJOB, "epochs", "too many for one job");
    msc_stage *s = &run->stages[run->n_stages++];
    s->epoch = epoch;
    s->is_pair = is_pair;
    s->work = work;
    if (is_pair) snprintf(s->name, sizeof s->name, "%s_%d_%d", verb, msc_run_year(run, epoch - 1), msc_run_year(run, epoch));
    else if (epoch >= 0) snprintf(s->name, sizeof s->name, "%s_%d", verb, msc_run_year(run, epoch));
    else snprintf(s->name, sizeof s->name, "%s", verb);
    return MSC_OK;
}

/* A stage of all years and pairs, so that no shard has it; its name says nothing of years. */
static msc_status add_last(msc_job_run *run, const char *name, msc_status (*work)(msc_job_run *, const msc_stage *, msc_error *), msc_error *err)
{
    MSC_TRY(add_stage(run, name, run->job->n_epochs - 1, 1, work, err));
    snprintf(run->stages[run->n_stages - 1].name, sizeof run->stages[0].name, "%s", name);
    return MSC_OK;
}

msc_status msc_run_list_stages(msc_job_run *run, msc_error *err)
{
    const int n = run->job->n_epochs;
    int has_masks = 0;
    MSC_TRY(msc_run_bind_masks(run, &has_masks, err));
    if (has_masks) MSC_TRY(add_stage(run, "masks", -1, 0, msc_run_masks, err));
    MSC_TRY(msc_run_choose_reference(run, err));
    for (int i = 0; i < n && run->reference >= 0; i++) {
        if (i == run->reference) continue;
        MSC_TRY(add_stage(run, "radiometry", i, 0, msc_run_radiometry, err));
        run->stages[run->n_stages - 1].is_shared = 1;      /* the model is made from all years */
    }
    if (run->job->training.samples) MSC_TRY(add_stage(run, "train", -1, 0, train, err));
    for (int i = 1; i < n && strcmp(run->job->alignment.mode, "off") != 0; i++) {
        MSC_TRY(add_stage(run, "shift", i, 1, msc_run_shift, err));
        run->stages[run->n_stages - 1].is_shared = strcmp(run->job->alignment.mode, "resample") == 0;
    }
    MSC_TRY(msc_run_align_epochs(run, err));
    for (int i = 0; i < n; i++) MSC_TRY(add_stage(run, "classify", i, 0, msc_run_classify, err));
    for (int i = 0; i < n; i++) MSC_TRY(add_stage(run, "unobserved", i, 0, msc_run_unobserved, err));
    for (int i = 0; i < n; i++) {
        MSC_TRY(add_stage(run, "patches", i, 0, patches, err));
        run->stages[run->n_stages - 1].is_pair = i > 0;    /* names patches of the year before */
    }
    for (int i = 1; i < n; i++) {
        if (strcmp(run->job->evidence.method, "irmad") == 0) MSC_TRY(add_stage(run, "evidence", i, 1, msc_run_evidence, err));
        MSC_TRY(add_stage(run, "change", i, 1, msc_run_change, err));
        MSC_TRY(add_stage(run, "changes", i, 1, changes, err));
        MSC_TRY(add_stage(run, "transitions", i, 1, transitions, err));
    }
    MSC_TRY(add_last(run, "report", msc_run_report, err));
    for (int i = 0; i < n && run->job->reference.points; i++) MSC_TRY(add_stage(run, "assess", i, 0, msc_run_assess, err));
    for (int i = 1; i < n && msc_run_can_assess_change(run); i++) MSC_TRY(add_stage(run, "assess_change", i, 1, msc_run_assess_change, err));
    if (!msc_run_has_gate(run)) return MSC_OK;
    MSC_TRY(add_last(run, "accept", msc_run_accept, err));
    run->stages[run->n_stages - 1].is_gate = 1;
    return MSC_OK;
}

static msc_status add_input(msc_job_run *run, const char *path, msc_error *err, const char *fmt, ...)
{
    if (!path || strncmp(path, "/vsi", 4) == 0) return MSC_OK;   /* remote files are named by the job, not hashed */
    const size_t wanted = (size_t)run->n_inputs + 1;
    va_list ap;
    if (!msc_reserve((void **)&run->input, &run->input_cap, wanted, sizeof *run->input) || !msc_reserve((void **)&run->role, &run->role_cap, wanted, sizeof *run->role))
        return msc_fail(err, MSC_ENOMEM, path, "%zu inputs", wanted);
    va_start(ap, fmt);
    vsnprintf(run->role[run->n_inputs], sizeof run->role[0], fmt, ap);
    va_end(ap);
    run->input[run->n_inputs++] = (msc_receipt_file){ .path = path };
    return MSC_OK;
}

static int is_role(const msc_job_run *run, int n, const char *role)
{
    for (int i = 0; i < n; i++)
        if (strcmp(run->role[i], role) == 0) return 1;
    return 0;
}

/* training_1, training_2... for what "training" is made of; a number that makes the role of a file that the job names is passed over. */
static msc_status add_parts(msc_job_run *run, msc_error *err)
{
    const int n_named = run->n_inputs;
    for (int i = 0; i < n_named; i++) {
        char role[MSC_RUN_ROLE];
        int number = 0;
        size_t k = run->parts.n;
        MSC_TRY(msc_parts_add(run->input[i].path, &run->parts, err));
        for (; k < run->parts.n; k++) {
            do snprintf(role, sizeof role, "%.64s_%d", run->role[i], ++number);
            while (is_role(run, n_named, role));
            MSC_TRY(add_input(run, run->parts.path[k], err, "%s", role));
        }
    }
    return MSC_OK;
}

void msc_run_free_inputs(msc_job_run *run)
{
    msc_release(run->input);
    msc_release(run->role);
    msc_parts_clear(&run->parts);
}

msc_status msc_run_list_inputs(msc_job_run *run, msc_error *err)
{
    const msc_job *job = run->job;
    for (int i = 0; i < job->n_epochs; i++) {
        const msc_image *image = &job->epochs[i].image;
        for (int k = 0; k < image->n_paths; k++) MSC_TRY(add_input(run, image->paths[k], err, "image_%d_%d", msc_run_year(run, i), k));
        MSC_TRY(add_input(run, image->mask, err, "mask_%d", msc_run_year(run, i)));
        MSC_TRY(add_input(run, image->dem, err, "dem_%d", msc_run_year(run, i)));
        MSC_TRY(add_input(run, image->seamlines, err, "seamlines_%d", msc_run_year(run, i)));
    }
    MSC_TRY(add_input(run, job->training.samples, err, "training"));
    MSC_TRY(add_input(run, job->training.model, err, "model"));
    MSC_TRY(add_input(run, job->reference.points, err, "reference"));
    MSC_TRY(add_input(run, job->reference.sample, err, "sample"));
    for (int i = 0; i < job->n_zones; i++) MSC_TRY(add_input(run, job->zones[i].path, err, "zone_%.58s", job->zones[i].name));
    return add_parts(run, err);
}
