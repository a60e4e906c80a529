/* job.h - a job file (YAML) as a checked value. */
#ifndef MSC_JOBS_JOB_H
#define MSC_JOBS_JOB_H
#include "base/error.h"

typedef struct msc_job_epoch {
    int year;                    /* 1900..2199, strictly rising from epoch to epoch */
    const char *date;            /* "2016-09-27"; NULL when not given */
    msc_image image;             /* absolute or joined paths; bands as "blue:1,green:2"; NULL where not given */
    const char *sensor;          /* free text; NULL when not given */
    struct { double azimuth_deg, elevation_deg; } sun;     /* clockwise from north, above the horizon; elevation 0: not given */
    char sun_text[64];           /* the same as image.sun, which points here */
} msc_job_epoch;

typedef struct msc_job {
    const char *path;            /* of the job file, as given */
    const char *name;
    const char *output;          /* directory */
    msc_class *classes;
    int n_classes;
    msc_job_epoch *epochs;       /* two or more, oldest first */
    int n_epochs;
    struct { const char *samples, *class_field, *year_field, *method, *model; int is_selecting, n_folds; } training;   /* samples or model, never both; method NULL: forest; 5 folds */
    struct { const char *crs; double pixel_m; } grid;      /* NULL, 0: the first epoch's */
    struct { const char *mode; double warn_px, refuse_px; } alignment;      /* "report", "resample" or "off"; 0.3, 3 */
    const char *features;        /* "bands,ndvi,mean:5", as msc_train_options wants it; NULL: the defaults */
    struct { int terrain_shadow; double shadow_reach_m, margin_m; } masks;   /* 0, 500, -1: as msc_classify_options */
    struct { int trees, depth; uint64_t seed; } forest;    /* 60, 20, 1 */
    struct { const char *method; int elevation; } evidence;   /* "irmad" or "off"; 1: DEMs of both years too, where they are two */
    struct { const char *normalize; } radiometry;          /* "off", "auto" or a year of the epochs */
    struct { int all_trees, smooth, smooth_px, objects; double site_m; } classify;   /* 0, 2, 0, -1: as msc_classify_options; 200 */
    struct {
        int min_confidence, edge_tolerance_px, is_by_region;                /* 0, 1, 1 */
        double shift_quantile, change_rate, evidence_weak, evidence_sure, site_m;   /* 0.95; 0, 0: measured; 0.01; 200 */
        const char **impossible;                                            /* 2 n codes or names; NULL: the defaults */
        int n_impossible;
    } change;
    struct { double simplify_m, mmu_m2; int connectivity; } vectorize;      /* 0, 400, 4 */
    msc_zone *zones;
    int n_zones;
    struct { const char *points, *stratum, *weight, *year_field, *sample; } reference;   /* points NULL: no assessment; sample: receipt of its plan */
    struct { double oa_min, miss_max, false_max, ci_max_ha; } acceptance;   /* 0, 1, 1, 0: none */
    const char **deliver;        /* file extensions without a dot: "shp", "gpkg"... */
    int n_deliver;
    const char **deliver_grades; /* "A", "B": patches of these grades are in the layers of changes; NULL: all */
    int n_deliver_grades;
    const char *encoding;        /* of shapefile attributes: "GBK" or "UTF-8" */
    struct msc_job_block *owned; /* storage of all of it */
} msc_job;

/* Reads and checks a job file. Nothing that it names is opened. Paths that are not absolute are joined to the job
 * file's directory. ENOFILE; EREAD; EJOB with "line N: ..." for what YAML or the schema does not allow, a missing
 * key, a value out of range, fewer than two epochs, epochs out of order, a class code twice. On success the caller
 * owns *job and frees it with msc_job_free(); on failure *job is NULL. */
msc_status msc_job_read(const char *path, msc_job **job, msc_error *err);

/* The same from memory; `path` is used for messages and for joining paths. */
msc_status msc_job_parse(const char *text, size_t n_bytes, const char *path, msc_job **job, msc_error *err);
void msc_job_free(msc_job **job);

/* The first of gpkg, fgb, shp, geojson that the job delivers: the layer that later ones name patches of; NULL: none. */
const char *msc_job_shape_format(const msc_job *job);
/* Whether a class of that code is damage. */
int msc_job_is_damage(const msc_job *job, int64_t code);
/* The codes of the damage classes, as the job lists them; returns how many. */
int msc_job_damage(const msc_job *job, int code[255]);

/* `pattern` with "{year}" replaced, e.g. "code_{year}" -> "code_2016", into out; EVALUE when it does not fit. */
msc_status msc_job_year_field(const char *pattern, int year, char *out, size_t size, msc_error *err);
#endif
