/* train.h - what the parts of training share. */
#ifndef MSC_JOBS_TRAIN_H
#define MSC_JOBS_TRAIN_H
#include "io/layer.h"
#include "model/forest_select.h"
#include "model/model.h"
#include "model/samples.h"
#include "ops/features.h"

/* What selection found, with the names of the features that it chose from. */
typedef struct msc_training_selection {
    msc_selection found;
    int n;
    char name[MSC_MAX_FEATURES][MSC_NAME_MAX];
} msc_training_selection;

/* Everything that one training holds, from polygons to report. */
typedef struct msc_training {
    const msc_settings *settings;
    const msc_train_options *options;
    msc_model model;
    msc_forest_report report;
    msc_training_selection *selection;   /* NULL: not asked for */
    msc_samples samples;
    msc_features *features;
    msc_features_in polygons;
    int16_t *label;              /* [polygons] class index; -1: not used */
    int *year;                   /* [polygons] 0: any */
    msc_sample_list *lists;      /* [n_images] */
    uint8_t *is_observed;        /* [samples] while they are collected */
    msc_grid grid;
    int64_t n_px[MSC_MAX_CLASSES], n_polygons[MSC_MAX_CLASSES];
    int64_t n_not_observed;
} msc_training;

/* Reads the polygons, settles the classes (into the model) and a label and year for each polygon; what cannot be used
 * is counted in a warning. EFIELD, ETRAIN without a usable polygon, EVALUE. */
msc_status msc_training_read_polygons(msc_training *training, msc_error *err);

/* Drops what cross-validation by polygon can do without: from samples, model and features. Errors of msc_forest_select. */
msc_status msc_training_select(msc_training *training, msc_error *err);
/* The gains as lines for people, into `size` bytes, cut at their end; and as JSON. */
void msc_training_selection_text(const msc_settings *settings, const msc_training_selection *selection, char *text, size_t size);
struct json_object *msc_training_selection_json(const msc_training_selection *selection);

/* Accuracy by class, with all polygons and with half of them, and the gains of a selection, as lines for people; released by the caller. */
msc_status msc_training_summary(const msc_training *training, char **text, msc_error *err);
/* The JSON text of report and provenance; released by the caller. ENOFILE, EREAD, ENOMEM. */
msc_status msc_training_report(const msc_training *training, char **text, msc_error *err);
#endif
