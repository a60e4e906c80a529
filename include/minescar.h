/* minescar.h - the one public header: from two years of imagery to field-ready change polygons.
 *
 * Every command is one function: it takes the common settings, a struct of options and an error that the caller
 * owns. Fill a struct with its `_defaults()` call first. Strings and arrays are borrowed for the call only. Nothing
 * is printed and nothing exits: results are files, figures and the returned status. Numbers in files have a decimal
 * point: the process's LC_NUMERIC has to be "C", as it is unless a program calls setlocale().
 */
#ifndef MINESCAR_H
#define MINESCAR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MSC_VERSION "0.1.0"
#if defined(__GNUC__)
#define MSC_API __attribute__((visibility("default")))
#else
#define MSC_API
#endif

/* Why a call did not succeed. The number is stable within one version only; msc_status_name() is stable. */
typedef enum msc_status {
    MSC_OK = 0,
    MSC_ECHECK,     /* a check or an acceptance gate did not hold */
    MSC_ESHIFT,     /* two images lie further apart than the limit allows */
    MSC_EUSAGE,     /* an unknown or missing option or argument */
    MSC_EVALUE,     /* an option has a value that cannot be used */
    MSC_EJOB,       /* the job file: unknown key, missing key, wrong type (detail holds the line) */
    MSC_ENOFILE,    /* an input does not exist or cannot be opened for reading */
    MSC_EFORMAT,    /* an input is not of a kind that can be read */
    MSC_EREAD,      /* an input is damaged: truncated, a corrupt block, a failing disk */
    MSC_ECRS,       /* an input has no coordinate system, or one that cannot be brought to the job's */
    MSC_EGRID,      /* two rasters that must share a grid do not */
    MSC_EOVERLAP,   /* two inputs do not overlap */
    MSC_EBAND,      /* a band is missing, or named twice */
    MSC_ETRAIN,     /* no training pixel at all */
    MSC_EONECLASS,  /* training pixels of one class only */
    MSC_ENODATA,    /* an image without one observed pixel */
    MSC_EMODEL,     /* a model file that is damaged or of another version */
    MSC_EMODELBANDS,/* a model asked to classify bands that it was not trained with */
    MSC_EFIELD,     /* an attribute field that is missing or of the wrong type */
    MSC_ETEXT,      /* a text that the field of a layer cannot hold: too long, or without a place in its encoding */
    MSC_EEXISTS,    /* an output exists and overwriting was not asked for */
    MSC_EWRITE,     /* an output could not be written */
    MSC_ENOSPACE,   /* the disk is full */
    MSC_EPERM,      /* no permission to write there */
    MSC_EBUSY,      /* another run writes there */
    MSC_EMEMCAP,    /* the memory cap is too small for the work */
    MSC_ENOMEM,     /* the machine has no memory left */
    MSC_ECANCELLED, /* stopped by the caller or a signal */
    MSC_EBUG,       /* a promise inside the program was broken */
    /* Warnings: passed to msc_settings.warn, never returned. */
    MSC_WNODEM,     /* features that need a DEM are left out (detail names them) */
    MSC_WDEMGAP,    /* a DEM has nothing for part of the image (detail tells how much) */
    MSC_WBANDORDER, /* band names were assumed (detail tells which) */
    MSC_WBANDSANE,  /* a sanity test of the band order failed: near infrared below red on most vegetation... */
    MSC_WNONIR,     /* no near-infrared band: vegetation indices are left out */
    MSC_WDROPPED,   /* something was dropped and counted (detail tells what and how many) */
    MSC_WREPAIRED,  /* something was repaired and counted */
    MSC_WSHIFT,     /* two images do not lie on each other well */
    MSC_WNOSHIFT,   /* nobody can tell how two images lie on each other */
    MSC_WOTHER,
    MSC_N_STATUS
} msc_status;

/* What went wrong, where: `subject` is a file or an option, `detail` what was found there. Lives with the caller. */
typedef struct msc_error {
    msc_status status;
    char subject[512];
    char detail[768];
} msc_error;

MSC_API const char *msc_status_name(msc_status status);      /* "ENOFILE", ... */
MSC_API int msc_status_exit_code(msc_status status);         /* the command line's exit code, 0..70; 130 for cancelled */
MSC_API const char *msc_version(void);

/* Bytes of rasters that went in and out: as they lie in files, and as pixels. What GDAL reads for us (formats that are not
 * tiled GeoTIFF) counts as pixels only. Blocks that the check of a finished file reads again count as read. */
typedef struct msc_traffic {
    int64_t read_bytes, decoded_bytes;
    int64_t encoded_bytes, written_bytes;
} msc_traffic;

/* Settings common to all commands. */
typedef struct msc_settings {
    int n_threads;               /* 0: all that the machine, cgroup or batch system grants */
    int64_t memory_bytes;        /* hard cap on the engine's own use; 0: half of what the machine or cgroup has */
    int32_t tile_px;             /* side of a tile, 16..4096; 0: chosen from the memory cap */
    const char *tmpdir;          /* NULL: beside the output */
    const char *lang;            /* of texts made for people (info, plan): "en" or "zh"; NULL: "en" */
    int overwrite;               /* non-zero: replace existing outputs */
    const char *format;          /* output format (GDAL/OGR short name); NULL: from the file's extension */
    const char *const *creation; /* NAME=VALUE creation options */
    int n_creation;
    const volatile int *cancel;  /* becomes non-zero when the caller wants out; may be NULL */
    void *self;                  /* passed to the two calls below */
    void (*progress)(void *self, const char *stage, double done);   /* done in 0..1; from one thread at a time */
    void (*warn)(void *self, const msc_error *what);                /* may be NULL */
    msc_traffic *traffic;        /* what a call reads and writes is added to it; may be NULL */
} msc_settings;
MSC_API void msc_settings_defaults(msc_settings *settings);

/* One epoch's image as a user names it. */
typedef struct msc_image {
    const char *const *paths;    /* one file, or several that are mosaicked (a later file lies on top) */
    int n_paths;
    const char *bands;           /* "blue:1,green:2,red:3,nir:4"; NULL: from band descriptions, else by count */
    const char *nodata;          /* "auto" (tag, mask band, alpha), "none", a value, or "edge:VALUE"; NULL: auto */
    const char *mask;            /* raster, 0 = not observed; may be NULL */
    const char *dem;             /* elevation raster, any grid or CRS; may be NULL */
    const char *sun;             /* "128,62": azimuth clockwise from north, elevation above the horizon, degrees; NULL: not known */
    const char *const *shifts;   /* reports of shift, made on the grid that is read: the image and its mask (not the DEM) are */
    int n_shifts;                /* moved by their sum, as the earlier image of each report onto its later one */
    const char *radiometry;      /* report of irmad with this image AFTER: its gains are applied; may be NULL */
    const char *seamlines;       /* polygons of a mosaic's scenes, for gains by scene; may be NULL */
    double saturated;            /* value from which on a band is saturated; 0: the largest of 8 or 16 bits, of floats none */
} msc_image;

/* ---- simulate ------------------------------------------------------------------------------------------------ */
typedef struct msc_simulate_options {
    const char *dir;             /* output directory, made when absent */
    int32_t size_px;             /* side of the square scene; default 2048 */
    double pixel_m;              /* default 2 */
    uint64_t seed;               /* default 1 */
    double haze, noise, clouds, shift_px, season;   /* difficulty: 1, 1, 1, 0.4, 1 are the defaults; 0 switches off */
    int has_dem;                 /* default 1 */
    double dem_noise_m;          /* standard deviation of each year's DEM about the ground; default 0.2 */
    int n_polygons;              /* training polygons of a class and year, where there is room for them; default 36, at most 1000 */
} msc_simulate_options;
MSC_API void msc_simulate_defaults(msc_simulate_options *options);
MSC_API msc_status msc_simulate(const msc_settings *settings, const msc_simulate_options *options, msc_error *err);

/* ---- train --------------------------------------------------------------------------------------------------- */
typedef struct msc_class {
    int code;                    /* 1..255 */
    const char *name;            /* ASCII */
    const char *label;           /* UTF-8, as maps print it */
    int is_damage;               /* reported as damage patches */
    int is_masked;               /* mapped as 0, not observed */
    double mmu_m2;               /* minimum mapping unit; 0: the job's */
    uint8_t rgb[3];              /* 0,0,0: from a built-in palette */
} msc_class;

typedef struct msc_train_options {
    const msc_image *images;     /* one or several years; samples carry the year in `year_field` */
    const int *years;            /* one an image; NULL with one image */
    int n_images;
    const char *samples;         /* polygons */
    const char *layer;           /* NULL: the first */
    const char *class_field;     /* codes, or names or labels of `classes`; default "class" */
    const char *year_field;      /* NULL: all samples belong to all images */
    const msc_class *classes;    /* NULL: the codes found, named "class N" */
    int n_classes;
    const char *model;           /* output */
    const char *report;          /* JSON report, may be NULL */
    const char *method;          /* "forest" (default) or "gauss": maximum likelihood from a mean and covariance a class */
    const char *features;        /* "bands,ndvi,mean:5"; NULL: forest: by the image's bands and pixel; gauss: the bands */
    int n_trees, depth, min_leaf;            /* 60, 20, 1 */
    int max_per_class, max_per_polygon;      /* pixel caps; 0 none. Defaults 20000, 2000 */
    int n_folds;                 /* of the cross-validation grouped by polygon; default 5, 0 none */
    uint64_t seed;               /* default 1 */
    const char *grid_like;       /* raster whose grid is used; NULL: the first image's */
    int is_selecting;            /* non-zero: drop features that cross-validation by polygon can do without (forest) */
    char **summary;              /* how well it did, for people and in settings->lang: accuracy by class with all polygons and with half of
                                    them, what selection found each feature worth; freed with msc_text_free(); may be NULL */
    char **json;                 /* the report once more, likewise */
} msc_train_options;
MSC_API void msc_train_defaults(msc_train_options *options);
MSC_API msc_status msc_train(const msc_settings *settings, const msc_train_options *options, msc_error *err);

/* ---- classify ------------------------------------------------------------------------------------------------ */
typedef struct msc_classify_options {
    msc_image image;
    const char *model;
    const char *classes;         /* output: class map, one byte a pixel, 0 not observed */
    const char *confidence;      /* output: winner's share of the votes, or its posterior, 0..100; may be NULL */
    const char *posterior;       /* output: the three most probable classes and their shares; may be NULL. Six bands of bytes:
                                    code1, share1, code2, share2, code3, share3; shares 0..255 for 0..1; code 0: none. Masked
                                    classes have no place in it; where one is the most probable, all six are 0 */
    int smooth;                  /* 0..4: how many times the window round a pixel counts beside what the pixel says by itself,
                                    0: not at all. All outputs are those after it. Default 2 */
    int objects;                 /* 0..4: how many times the object in the image that a pixel lies in counts beside the pixel, 0: not at all; -1, the default: 2 where
                                    the model knows no elevations (and at most 46 classes and bands), else 0. Only where smooth is not 0 and five pixels span at most 25 m
                                    (docs/METHODS.md, "Objects") */
    int all_trees;               /* non-zero: every tree of a forest is asked about every pixel; 0: a pixel on whose class the first 20
                                    agree has that class with a share of 1 (docs/METHODS.md, "Trees that agree") */
    int smooth_px;               /* odd side of that window, 3..15; 0: 9, or what spans 25 m, at least 3 */
    const char *grid_like;       /* raster whose grid is used; NULL: the image's own */
    int keep_masked;             /* non-zero: masked classes keep their codes instead of 0, and have no margin */
    double margin_m;             /* what lies so near to a cloud is not observed either; 0: nothing, below 0: 24 m, 3..64 px
                                    (docs/METHODS.md). Clouds are masked classes whose name or label has cloud or 云 in it, but not
                                    shadow or 影. At most 128 px. Default -1 */
    const char *reason;          /* output: why a pixel is not observed: 0 observed, or no data; 3 a masked class; 4 margin;
                                  * 5 an image without an elevation; may be NULL */
    const char *run_id;          /* written into the outputs' metadata; may be NULL */
} msc_classify_options;
MSC_API void msc_classify_defaults(msc_classify_options *options);
MSC_API msc_status msc_classify(const msc_settings *settings, const msc_classify_options *options, msc_error *err);

/* ---- features ------------------------------------------------------------------------------------------------ */
typedef struct msc_feature_map_options {
    msc_image image;
    const char *out;             /* output: one plane of 32-bit floats a feature, NaN where not observed */
    const char *features;        /* as in training, up to 48; NULL: the defaults */
    const char *grid_like;       /* raster whose grid is used; NULL: the image's own */
    const char *run_id;
} msc_feature_map_options;
MSC_API void msc_feature_map_defaults(msc_feature_map_options *options);
MSC_API msc_status msc_feature_map(const msc_settings *settings, const msc_feature_map_options *options, msc_error *err);

/* ---- shift --------------------------------------------------------------------------------------------------- */
typedef struct msc_shift_options {
    msc_image before, after;     /* two images of the same ground */
    const char *band;            /* that is compared; NULL: red, else green, nir, or the first that both have */
    const char *grid_like;       /* raster whose grid is used; NULL: AFTER's own */
    int max_windows;             /* windows are laid wider apart so that they are no more; default 4096 */
    const char *report;          /* JSON with every window; may be NULL */
} msc_shift_options;
typedef struct msc_shift_result {
    int n_windows, n_abstained, n_outliers;
    int degree;                  /* of the smooth field, 0..3 */
    double median_dx_px, median_dy_px;   /* what is at x, y in BEFORE is at x + dx, y + dy in AFTER; x right, y down */
    double rmse_before_px;       /* of the displacement itself, outliers left out */
    double rmse_px;              /* of what the smooth field leaves */
} msc_shift_result;              /* the figures are 0 when all windows abstain */
MSC_API void msc_shift_defaults(msc_shift_options *options);
/* Measures how far the ground of one image lies from where the other has it. `result` may be NULL. Errors of reading
 * images; EBAND, EEXISTS, EWRITE. */
MSC_API msc_status msc_shift(const msc_settings *settings, const msc_shift_options *options, msc_shift_result *result, msc_error *err);
/* ---- irmad --------------------------------------------------------------------------------------------------- */
typedef struct msc_irmad_options {
    msc_image before, after;     /* bands that both have, by name, are compared; up to 23 */
    const char *evidence;        /* output: round(254 P(no change)) a pixel, 255 not observed; may be NULL */
    const char *report;          /* JSON: correlations, coefficients, iterations, gains; may be NULL, but not both */
    const char *normalized;      /* output: AFTER with BEFORE's radiometry; needs the report; may be NULL */
    const char *classes_before, *classes_after;   /* class maps: pixels of code 0 are left out; may be NULL */
    const char *grid_like;       /* raster whose grid is used; NULL: BEFORE's */
    int max_iterations;          /* 1: plain MAD; default 50 */
    double tolerance;            /* of the largest change of a correlation; default 0.001 */
    int64_t sample_px;           /* most pixels that are iterated on; 0: all; default 131072 */
    int may_be_empty;            /* non-zero: instead of ENODATA a warning, and a raster where nothing is observed */
    int is_plain;                /* non-zero: chi-square as it is, not scaled to its median */
    int is_flat;                 /* non-zero: where both images have a DEM and the sun of both is known, bands as on level ground (not
                                    of 8 bits); the report then holds no gains */
    const char *run_id;
} msc_irmad_options;
typedef struct msc_irmad_result {
    int64_t n_px;                /* pixels iterated on */
    int n_iterations, is_converged;
    double rho_least, rho_most;  /* canonical correlations */
    double no_change;            /* share of those pixels with P(no change) > 0.05 */
    int64_t saturated_px[2];     /* of before, after: pixels with a saturated band, observed in both; they have no evidence. Counted
                                    where evidence is written */
} msc_irmad_result;
MSC_API void msc_irmad_defaults(msc_irmad_options *options);
/* Where two images of one place differ by more than gain, offset, mixture of bands and noise: see docs/METHODS.md.
 * ENODATA when no band varies. */
MSC_API msc_status msc_irmad(const msc_settings *settings, const msc_irmad_options *options, msc_irmad_result *result,
                             msc_error *err);

/* ---- change -------------------------------------------------------------------------------------------------- */
typedef struct msc_change_options {
    const char *before, *after;                        /* class maps on one grid */
    const char *confidence_before, *confidence_after;  /* may be NULL */
    const char *posterior_before, *posterior_after;    /* as msc_classify writes them; may be NULL */
    const char *evidence;                              /* 254 x probability of no change, 255 none; may be NULL */
    const char *dem_before, *dem_after;                /* elevation of each year, m: evidence where both are given and posteriors
                                                          too; one file for both says nothing. May be NULL */
    const char *change;                                /* output: before * 256 + after, 0, or 65535 */
    const char *grade;                                 /* output: 0 same class, 1 A, 2 B, 3 C, 4 boundary, 5 impossible, 255 not
                                                          observed; may be NULL. A and B are accepted */
    const char *report;                                /* output: JSON of what each rule removed; may be NULL */
    int min_confidence;                                /* 0..100; a pixel needs it in both years; default 0 */
    int edge_tolerance_px;                             /* 0..16, default 1; the thresholds: see docs/METHODS.md */
    double shift_rmse_px;                              /* root mean square displacement of one year against the other; default 0 */
    double shift_quantile;                             /* share of displacements to reckon with; default 0.95 */
    double change_rate;                                /* share of pixels expected to change; 0, the default: as the years show */
    double evidence_weak;                              /* probability of no change at which evidence takes no side; 0, the default:
                                                          what evidence is worth is measured as well */
    double evidence_sure;                              /* at most this much for grade A; default 0.01 */
    const int *impossible;                             /* before * 256 + after of transitions that are demoted */
    int n_impossible;
    int is_by_region;                                  /* connected differences are accepted or refused together; default 1 */
    const int *damage;                                 /* codes: only differences with one of them make regions, and ground that is one of
                                                          them in both years is weighed by itself; none: all make regions */
    int n_damage;
    const char *run_id;
} msc_change_options;
MSC_API void msc_change_defaults(msc_change_options *options);
MSC_API msc_status msc_change(const msc_settings *settings, const msc_change_options *options, msc_error *err);

/* ---- sieve --------------------------------------------------------------------------------------------------- */
typedef struct msc_sieve_options {
    const char *in, *out;
    const char *observed;        /* change maps: a raster on the grid of `in`; where it is observed and `in` is not, `in` counts
                                    as 0. NULL: none */
    double mmu_m2;               /* one of the two */
    int64_t mmu_px;
    int connectivity;            /* 4 or 8; default 4 */
    const char *run_id;
} msc_sieve_options;
typedef struct msc_sieve_counts {
    int64_t n_merged;            /* times that a region under the unit joined a neighbour */
    int64_t n_kept_alone;        /* regions under the unit without a neighbour */
    int64_t n_px_changed;
} msc_sieve_counts;
MSC_API void msc_sieve_defaults(msc_sieve_options *options);
MSC_API msc_status msc_sieve(const msc_settings *settings, const msc_sieve_options *options, msc_sieve_counts *counts,
                             msc_error *err);

/* ---- majority ------------------------------------------------------------------------------------------------ */
typedef struct msc_majority_options {
    const char *in, *out;        /* class maps, one byte a pixel, 0 not observed */
    int32_t window_px;           /* odd side of the window, 3..63; default 5 */
    const char *run_id;
} msc_majority_options;
MSC_API void msc_majority_defaults(msc_majority_options *options);
/* Each observed pixel takes the commonest class of the window round it; among equals its own, else the lowest code.
 * Pixels not observed have no vote and stay so. */
MSC_API msc_status msc_majority(const msc_settings *settings, const msc_majority_options *options, msc_error *err);

/* ---- vectorize ----------------------------------------------------------------------------------------------- */
typedef struct msc_zone {
    const char *name;            /* names a field: "district", "watershed" XZQMC, LYMC; others 1..10 ASCII letters, digits, _ */
    const char *path, *field;
} msc_zone;
typedef struct msc_vectorize_options {
    const char *raster;          /* class map (u8) or change map (u16) */
    const char *const *patches;  /* outputs, one a format, same features */
    int n_patches;
    const char *confidence;      /* for ZXD: raster on the same grid; may be NULL */
    const char *confidence_before; /* change maps: ZXD is the mean of the smaller of the two; may be NULL */
    const char *grade;           /* for BHDJ: grades of the change map's pixels (1 A, 2 B), as msc_change writes them; may be NULL */
    const char *grades;          /* with `grade`: "A" or "B": patches of other grades are left out and counted; NULL: all, those without one too */
    const char *earlier;         /* for QTBBH: patches of the year before as this makes them; may be NULL */
    const char *later;           /* change maps: patches of the later year: what ended beside them shrank; may be NULL */
    double reach_px;             /* change maps: new damage within so much of an earlier patch extends it; default 1 */
    const msc_image *image_before, *image_after; /* change maps: for what PDYJ says of NDVI, brightness and, by their DEMs, elevation;
                                  * both or neither */
    const char *dem;             /* for BMMJ, surface area: elevations in m, any grid or CRS; may be NULL */
    double simplify_m;           /* default 0: crack boundaries as they are */
    double mmu_m2;               /* patches below are left out and counted; default 0 */
    int connectivity;            /* 4 or 8 */
    const int *skip;             /* values left out, beside nodata */
    int n_skip;
    const int *only;             /* when given, only these values (for change maps: after-codes or before-codes) */
    int n_only;
    const msc_zone *zones;
    int n_zones;
    const msc_class *classes;    /* labels; NULL: from the raster's category names */
    int n_classes;
    int is_change;               /* -1: from the pixel type */
    int year_before, year_after; /* 0 unknown; for TBBH */
    const char *encoding;        /* of shapefile attributes: "GBK" (default) or "UTF-8" */
    const char *run_id;
    int is_plain;                /* non-zero: only the value field DN, as gdal_polygonize writes */
} msc_vectorize_options;
typedef struct msc_vectorize_counts {
    int64_t n_patches, n_dropped, n_px, n_px_dropped, n_vertices;
    int64_t n_other_grade, n_px_other_grade;     /* of the unit, but not of a grade that is wanted */
    double area_px_m2;           /* pixels x pixel area of what was written */
    double area_m2;              /* sum of the polygons' projected areas */
} msc_vectorize_counts;
MSC_API void msc_vectorize_defaults(msc_vectorize_options *options);
MSC_API msc_status msc_vectorize(const msc_settings *settings, const msc_vectorize_options *options,
                                 msc_vectorize_counts *counts, msc_error *err);

/* ---- assess -------------------------------------------------------------------------------------------------- */
typedef struct msc_assess_options {
    const char *map;             /* class map */
    const char *reference;       /* points or polygons (every pixel centre inside counts) */
    const char *layer;
    const char *class_field;     /* default "class" */
    const char *stratum_field, *weight_field;   /* may be NULL: simple random */
    const char *where;           /* OGR SQL WHERE, e.g. "confident = 1"; may be NULL */
    const char *report;          /* JSON */
    const char *const *tables;   /* areas of every class, in all and by zone: .csv, .xlsx */
    int n_tables;
    const char *before_field;    /* change maps: class before, class_field being that after; NULL: class_field is before * 256 + after */
    const char *sample;          /* receipt of msc_sample_map: strata and weights are those frozen there; may be NULL */
    const char *training;        /* training polygons: no pixel in them judges; may be NULL */
    const char *training_where;  /* OGR SQL WHERE of them; may be NULL */
    int is_poststratified;       /* non-zero: the map's classes are strata of a simple random or systematic sample */
    const int *target;           /* codes whose miss and false-alarm rates are wanted; none: damage classes; change maps: all */
    int n_target;
    const msc_zone *zones;       /* up to 4 layers whose zones get figures of their own */
    int n_zones;
    const char *dem;             /* elevations in m, any grid or CRS: tables have surface areas; may be NULL */
    int zone_min;                /* points without which a zone gets none; default 30 */
    double oa_min;               /* least overall accuracy; 0: no gate */
    double miss_max, false_max;  /* largest miss and false-alarm rate of the target, by area; 1: no gate */
    int is_wald;                 /* non-zero: intervals are 1.96 standard errors on both sides, as the literature prints them */
    double ci_max_ha;            /* largest half width of the 95 % interval of the target's area; 0: no gate */
    int is_report_only;          /* non-zero: a gate that does not hold is told of, but is no error */
    const msc_class *classes;
    int n_classes;
} msc_assess_options;
typedef struct msc_assess_result {
    int64_t n, n_not_observed, n_outside;
    double overall, overall_low, overall_high, kappa;  /* design-weighted overall accuracy, its 95 % interval; kappa of counts */
    int64_t n_trained;                          /* reference pixels in training polygons, which do not judge */
    int has_target;
    double miss, false_alarm, target_ha, target_low_ha, target_high_ha;
    int is_accepted;                            /* every gate holds */
    char verdict_en[512], verdict_zh[512];      /* "" without a gate */
} msc_assess_result;
MSC_API void msc_assess_defaults(msc_assess_options *options);
MSC_API msc_status msc_assess(const msc_settings *settings, const msc_assess_options *options, msc_assess_result *result,
                              msc_error *err);

/* Patches against reference polygons. */
typedef struct msc_patch_assess_options {
    const char *patches;         /* polygons that do not overlap, in a projected system */
    const char *reference;       /* polygons */
    const char *layer;           /* of the reference; NULL: the first */
    const char *where;           /* which of the reference; may be NULL */
    const char *blank_where;     /* other polygons of the reference layer, in which there is nothing: only patches there are
                                  * false, the rest is not judged; NULL: the reference is complete */
    double overlap_min;          /* share of area that makes a polygon found, a patch true; default 0.5 */
    double miss_max, false_max;  /* gates by count; 0: none */
    const char *report;          /* JSON; may be NULL */
} msc_patch_assess_options;
typedef struct msc_patch_assess_result {
    int64_t n_reference, n_found, n_patches, n_true, n_false;
    double miss, false_alarm, miss_by_area, false_by_area, mean_iou, distance_m;
} msc_patch_assess_result;
MSC_API void msc_patch_assess_defaults(msc_patch_assess_options *options);
MSC_API msc_status msc_assess_patches(const msc_settings *settings, const msc_patch_assess_options *options,
                                      msc_patch_assess_result *result, msc_error *err);

/* ---- sample -------------------------------------------------------------------------------------------------- */
typedef struct msc_sample_options {
    const char *map;             /* class map, or change map (UInt16) */
    const char *points;          /* output: points without labels; beside it "<points>.sample.json", the frozen design */
    const char *design;          /* "stratified" (default), "simple", "systematic" */
    const char *zone_path, *zone_field;      /* strata within these zones; may be NULL */
    int is_by_zone_only;         /* non-zero: zones alone are the strata, not the map's values within them */
    double buffer_m;             /* stratum of what lies within this distance of the target; 0: none */
    const int *target;           /* codes that the area is wanted of; none: damage classes; change maps: every change */
    int n_target;
    int64_t n;                   /* points; 0: as many as `se` wants */
    double se;                   /* standard error wanted of overall accuracy; default 0.01 */
    double accuracy;             /* conjectured accuracy of every stratum; default 0.85 */
    const char *const *users;    /* "CODE:ACCURACY", "buffer:ACCURACY": other conjectures */
    int n_users;
    const char *allocation;      /* "proportional" (default), "neyman", "equal" */
    int64_t n_min;               /* least points a stratum; default 50 */
    int64_t merge_px;            /* values with fewer pixels share one stratum; default -1: twice n_min */
    double distance_m;           /* least distance of two points; 0: none */
    const char *exclude;         /* training polygons: no point lies in them; may be NULL */
    uint64_t seed;               /* default 1 */
    int is_simulation;           /* non-zero: nothing is written */
    const msc_class *classes;    /* NULL: as the map names them */
    int n_classes;
    const char *chips;           /* directory of a picture of each point in each image, made when absent; NULL: none */
    const msc_image *chip_images;            /* of which paths[0], bands, nodata and mask count */
    int n_chip_images;
    int chip_px;                 /* side of a chip in pixels of its image, 15..511; an even one grows by 1; default 65 */
} msc_sample_options;
MSC_API void msc_sample_defaults(msc_sample_options *options);
/* *text, when asked for, is the plan with its expected intervals, as text or JSON; freed with msc_text_free(). The same
 * points for any number of threads and size of tiles. */
MSC_API msc_status msc_sample_map(const msc_settings *settings, const msc_sample_options *options, int as_json, char **text,
                                  msc_error *err);

/* ---- info, plan, run ------------------------------------------------------------------------------------------ */
/* Both write text (or JSON) into *text, which the caller frees with msc_text_free(). */
MSC_API msc_status msc_info(const msc_settings *settings, const char *const *paths, int n_paths, int as_json, char **text,
                            msc_error *err);
MSC_API msc_status msc_plan(const msc_settings *settings, const char *job_path, int as_json, char **text, msc_error *err);
MSC_API void msc_text_free(char **text);

typedef struct msc_run_options {
    const char *job;             /* path of the YAML job; with is_replay of a receipt.json */
    const char *only, *from;     /* stage names; NULL: all */
    int is_replay;               /* non-zero: runs the receipt's job again elsewhere and compares; `only`... do not count */
    const char *shard;           /* "I/N": only what concerns every N-th epoch from the I-th on, and the model; NULL: all */
    int as_json;
    char **summary;              /* what a finished run found, as text or JSON, freed with msc_text_free(); NULL: not asked for. Left alone where the job has stages that are not done */
} msc_run_options;
/* With is_replay: ECHECK when an output of the receipt does not come out with the same bytes, or an input has changed. */
MSC_API void msc_run_defaults(msc_run_options *options);
MSC_API msc_status msc_run(const msc_settings *settings, const msc_run_options *options, msc_error *err);

/* ---- verify --------------------------------------------------------------------------------------------------- */
/* Checks a delivered output directory against its receipt and itself: hashes, grids, codes, grades, the from-to table, sums over
 * zones, geometry, areas, numbers, labels, encodings, lineage, the same in all formats. *text (text or JSON) tells every check and is set too when some did not hold: the status
 * is ECHECK then. The caller frees it with msc_text_free(). Inputs that are not at hand are named, and no failure. */
MSC_API msc_status msc_verify(const msc_settings *settings, const char *dir, int as_json, char **text, msc_error *err);

#ifdef __cplusplus
}
#endif
#endif
