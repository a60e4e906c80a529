/* assess.h - the parts of the assess command: reference, the map under it, estimates, gate, report. */
#ifndef MSC_JOBS_ASSESS_H
#define MSC_JOBS_ASSESS_H
#include "grid/area.h"
#include "io/raster_in.h"
#include "model/spans.h"
#include "jobs/surface.h"
#include "jobs/zone_layer.h"
#include "model/accuracy.h"

/* What a reference pixel has in the map beside the codes 0..65535. */
enum { MSC_ASSESS_VALUES = 65536, MSC_ASSESS_NOT_SEEN = 65536, MSC_ASSESS_TRAINED = 65537, MSC_ASSESS_LAYERS = 4, MSC_ASSESS_STRATA = 4096 };

/* n pixels of the map that have `value` under one reference feature, in one zone of each layer (-1: none). */
typedef struct msc_found { uint32_t feature; int32_t value; int32_t zone[MSC_ASSESS_LAYERS]; int64_t n; } msc_found;

typedef struct msc_assess_stratum {
    char *name;                  /* of the stratum field */
    int64_t n_pixels;            /* of the frozen design; 0: not known */
    int64_t n_drawn, n_labelled; /* points of the frozen design, and those of them with a label */
    int64_t n;                   /* units of the sample */
    double weight_sum;
} msc_assess_stratum;

/* A layer of zones: figures of each are estimated apart; the last stands for what lies in none. */
typedef struct msc_assess_layer {
    msc_zone_layer zones;
    int64_t *px, *units;         /* [n_zones][values] observed pixels of the frame, their ellipsoidal area in MSC_AREA_UNIT_M2 */
    int64_t *ground, *ground_px; /* those of them that the DEM has, ground over map of each in 1 / MSC_SURFACE_ONE; NULL: no DEM */
} msc_assess_layer;

typedef struct msc_assess_target {
    int is_known;
    msc_estimate miss, false_alarm, share;   /* 1 - producer's, 1 - user's accuracy of the target as one class; its area */
    double map_share;
    double unseen_upper, false_upper;        /* 95 % bounds of the missed share of the area, of the false share of the mapped
                                              * target, where the sample shows neither; NAN otherwise */
} msc_assess_target;

typedef struct msc_assess_check { const char *name; double value, limit; int is_least, holds; } msc_assess_check;

typedef struct msc_assessment {
    const msc_settings *settings;
    const msc_assess_options *options;
    msc_rasters rasters;
    msc_source source;
    msc_features_in features, training;
    msc_spans spans, training_spans;
    uint8_t *use;
    int32_t *label;              /* reference code of each feature */
    int32_t *stratum_of;
    double *weight;
    msc_assess_stratum *strata;
    int n_strata;
    int64_t n_unlabelled, n_outside, n_trained;
    int is_change, is_same_map;  /* is_same_map: the map is the one that was sampled; -1 not known */
    int n_values;                /* codes that a pixel can have: 256 or 65536 */
    char design[32];             /* of the sample's receipt; "" without */
    msc_assess_layer layer[MSC_ASSESS_LAYERS];
    msc_found *found;
    size_t n_found, found_capacity;
    int64_t *px, *units;         /* [MSC_ASSESS_VALUES] pixels of each value in the frame: observed, outside training; their area */
    int64_t *ground, *ground_px; /* as in a layer of zones */
    msc_surface surface;
    int ground_plane;            /* 0: no DEM */
    msc_area area;
    int64_t trained_px;
    msc_sample_cell *cells;      /* room for n_found */
    uint8_t *is_target;          /* [MSC_ASSESS_VALUES] */
    int has_target;
    int code[MSC_ACCURACY_CLASSES], n_classes;
    int n_collapsed;             /* classes that share a post-stratum */
    msc_accuracy *accuracy;
    msc_assess_target target;
    char refusal[2][256];        /* why nothing is adjusted, English and Chinese; "" when it is */
    msc_assess_check check[8];
    int n_checks;
    char verdict[2][512];        /* English, Chinese; "" without a gate */
    double pixel_m2;
} msc_assessment;

/* assess_reference.c: labels, strata and weights. The errors of msc_layer_read; EFIELD; ECHECK when points are not those
 * of the sample's receipt. */
msc_status msc_assess_read_reference(msc_assessment *a, msc_error *err);
/* assess_frozen.c: strata and weights from the receipt of `minescar sample`; points must be those that were drawn. */
msc_status msc_assess_read_frozen(msc_assessment *a, const msc_value *ids, const msc_value *numbers, size_t stride, msc_error *err);
/* assess_count.c: zone layers and training polygons as spans; the map's values under the reference. */
msc_status msc_assess_read_layers(msc_assessment *a, msc_error *err);
msc_status msc_assess_count(msc_assessment *a, msc_error *err);

/* assess_estimate.c: all figures; those of one zone. */
msc_status msc_assess_estimate(msc_assessment *a, msc_error *err);
/* False for what lies outside the zones of a layer (its last one) where nothing does. */
int msc_assess_has_zone(const msc_assessment *a, int layer, int zone);
/* *is_refused: fewer points than options->zone_min; then *accuracy holds counts only. */
msc_status msc_assess_zone(msc_assessment *a, int layer, int zone, msc_accuracy *accuracy, msc_assess_target *target, int *is_refused,
                           msc_error *err);

/* assess_gate.c: compares with the limits; writes the verdicts. True when all hold. */
int msc_assess_judge(msc_assessment *a);

/* Name and label of a code in `size` bytes each, "" where there is none. */
void msc_assess_class_name(const msc_assessment *a, int code, char *name, char *label, size_t size);

/* assess_areas.c: what areas are made of, of the whole or of a zone; borrowed from the assessment. */
typedef struct msc_assess_domain { const int64_t *px, *units, *ground, *ground_px; } msc_assess_domain;
msc_assess_domain msc_assess_whole(const msc_assessment *a);
msc_assess_domain msc_assess_domain_of(const msc_assessment *a, int layer, int zone);
/* The areas of class i in m2, in the order of their names: mapped, then error-adjusted (e NULL: not known), each projected,
 * ellipsoidal, surface. The surface of what is adjusted is by the ratio of what is mapped. NAN where there is none. */
enum { MSC_ASSESS_AREAS = 6, MSC_ASSESS_UNITS = 3 };
void msc_assess_areas(const msc_assessment *a, const msc_assess_domain *domain, const msc_accuracy *e, int i, double m2[MSC_ASSESS_AREAS]);
const char *msc_assess_area_name(int area);   /* "map_projected"... */
const char *msc_assess_unit_name(int unit);   /* "m2", "ha", "mu" */
double msc_assess_area_in(double m2, int unit);   /* rounded to the decimals of tables: m2 and mu 2, ha 4 */

/* assess_table.c: areas of every class, in all and by zone, as CSV or XLSX by the extension of `path`. */
msc_status msc_assess_table(msc_assessment *a, const char *path, msc_error *err);

/* assess_report.c */
msc_status msc_assess_report(msc_assessment *a, msc_error *err);
#endif
