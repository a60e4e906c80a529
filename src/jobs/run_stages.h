/* run_stages.h - what a run holds, and the list of its stages. */
#ifndef MSC_JOBS_RUN_STAGES_H
#define MSC_JOBS_RUN_STAGES_H
#include "base/file.h"
#include "io/layer_parts.h"
#include "jobs/job.h"
#include "jobs/receipt.h"

enum { MSC_RUN_MAX_EPOCHS = 64, MSC_RUN_MAX_OUTPUTS = 2048, MSC_RUN_MAX_STAGES = 512, MSC_RUN_MAX_SHIFTS = 64, MSC_RUN_ROLE = 80 };

typedef struct msc_job_run msc_job_run;

typedef struct msc_stage {
    char name[48];               /* "train", "classify_2016", "change_2016_2018", ... */
    int epoch;                   /* index; of a pair of epochs the later one; -1: of the whole job */
    int is_pair;
    int is_shared;               /* each shard needs it, and makes it for itself to the same bytes */
    int is_gate;                 /* says whether the rest is accepted: the run is finished either way, and its verdict is that of the run */
    int is_done;                 /* in this run, or in an earlier one whose outputs were found to be in place */
    msc_status (*work)(msc_job_run *run, const struct msc_stage *stage, msc_error *err);
} msc_stage;

struct msc_job_run {
    const msc_settings *caller;
    msc_settings settings;
    msc_job *job;
    msc_receipt *receipt;
    char id[17];
    const char *job_path, *job_text;  /* the job file, byte by byte */
    size_t n_job_text;
    int lock, is_locked;              /* descriptor of the output directory, -1: none; whether the file system could lock it */
    int shard, n_shards;              /* index and number; 0 of 0: the whole run */
    char grid_like[MSC_PATH_MAX];     /* raster whose grid all outputs share */
    char shift_path[MSC_RUN_MAX_SHIFTS][MSC_PATH_MAX];   /* reports of the pairs of epochs, where the job resamples */
    const char *shifts[MSC_RUN_MAX_SHIFTS];
    const char *own_mask[MSC_RUN_MAX_EPOCHS];       /* the user's, where a made one has taken its place */
    char made_mask[MSC_RUN_MAX_EPOCHS][MSC_PATH_MAX];
    int reference;                    /* epoch whose radiometry the others are brought to; -1: none */
    char radiometry[64][MSC_PATH_MAX];   /* gains of each epoch */
    const char *stage;
    int n_outputs, n_inputs, n_stages;
    char output[MSC_RUN_MAX_OUTPUTS][MSC_PATH_MAX + 8];
    msc_receipt_file *input;          /* the files that the job names, then what those are made of */
    char (*role)[MSC_RUN_ROLE];       /* of each input */
    size_t input_cap, role_cap;
    msc_parts parts;
    msc_stage stages[MSC_RUN_MAX_STAGES];
};

/* Where a job comes from; output NULL: the directory that the job names. */
typedef struct msc_run_source { const char *job_path, *text; size_t n_bytes; const char *output; } msc_run_source;
typedef msc_status msc_run_text(const msc_settings *, const msc_run_options *, const msc_run_source *, msc_error *);

/* Runs the job of a receipt once more, into a directory of its own that is removed at the end, and compares every output
 * byte by byte by its hash. ECHECK when one differs or an input is not what it was; ENOFILE, EFORMAT for the receipt. */
msc_status msc_run_replay(const msc_settings *settings, const char *receipt, msc_run_text *run, msc_error *err);

/* Every file that the job names and every other one that those are read from, to be freed by the second. ENOMEM. */
msc_status msc_run_list_inputs(msc_job_run *run, msc_error *err);
void msc_run_free_inputs(msc_job_run *run);
msc_status msc_run_list_stages(msc_job_run *run, msc_error *err);

/* Lets every epoch of a job with masks read the mask that the stage `masks` makes, in the place of its own, which goes into
 * it. After the inputs have been listed. Sets *is_wanted: whether there is such a stage. */
msc_status msc_run_bind_masks(msc_job_run *run, int *is_wanted, msc_error *err);
msc_status msc_run_masks(msc_job_run *run, const msc_stage *stage, msc_error *err);
/* Areas of every from-to, in all and by zone: areas_Y0_Y1.csv, .xlsx, .json (run_areas.c). */
msc_status msc_run_areas(msc_job_run *run, const msc_stage *stage, const char *before, const char *change, msc_error *err);
/* Area that was not observed in a year, by reason and zone. */
msc_status msc_run_unobserved(msc_job_run *run, const msc_stage *stage, msc_error *err);
/* run_assess.c: accuracy of each year's classes and of each change map against the job's reference, and acceptance. */
msc_status msc_run_assess(msc_job_run *run, const msc_stage *stage, msc_error *err);
msc_status msc_run_assess_change(msc_job_run *run, const msc_stage *stage, msc_error *err);
int msc_run_can_assess_change(const msc_job_run *run);   /* the reference has a label of every year */
/* ECHECK with the first verdict that does not hold; every accuracy was reported by then. */
msc_status msc_run_accept(msc_job_run *run, const msc_stage *stage, msc_error *err);
int msc_run_has_gate(const msc_job_run *run);

/* What stages share. A printf-made name in the output directory; EVALUE when it is too long. */
msc_status msc_run_path(const msc_job_run *run, char path[MSC_PATH_MAX], msc_error *err, const char *fmt, ...);
int msc_run_year(const msc_job_run *run, int epoch);
/* The DEM that areas of change between epoch - 1 and epoch lie on: the ground as it is now, where that is known; NULL: none. */
const char *msc_run_dem_of_change(const msc_job_run *run, int epoch);
/* Adds a finished file to the outputs that the receipt lists; for a shapefile with all its parts. */
void msc_run_note_output(msc_job_run *run, const char *path);
void msc_run_note_layer(msc_job_run *run, const char *path);
/* The settings of a raster that is only a step on the way: nobody looks at it, so that it needs no overviews. */
msc_settings msc_run_step_settings(const msc_job_run *run);
/* Removes such a raster, with what GDAL keeps beside it. */
void msc_run_remove_raster(const char *path);

/* The stage "shift_Y0_Y1" (run_shift.c): measures how far the images of a pair of epochs lie apart, warns and refuses by the
 * job's limits (ESHIFT). */
msc_status msc_run_shift(msc_job_run *run, const msc_stage *stage, msc_error *err);
/* Where the job asks for it, lets every later stage see each epoch moved onto the newest one. EJOB. */
msc_status msc_run_align_epochs(msc_job_run *run, msc_error *err);
/* What misregistration is left between epoch - 1 and epoch as the later stages see them, px, from that stage's report:
 * rmse_px where the job resamples, else rmse_before_px; the limit of the warning where nothing could be measured; 0 where
 * the job says off. ENOFILE, EFORMAT. */
msc_status msc_run_shift_rmse(const msc_job_run *run, int epoch, double *rmse_px, msc_error *err);
/* The stage that maps an epoch: classes, confidence and, for the comparison of years, the posterior. */
msc_status msc_run_classify(msc_job_run *run, const msc_stage *stage, msc_error *err);
/* The class map that years are compared by: what the classifier says of each pixel, where damage classes of the map that is delivered are named by sites. */
msc_status msc_run_labels_path(const msc_job_run *run, int epoch, char path[MSC_PATH_MAX], msc_error *err);
/* The path of an epoch's posterior, which only lives until the years are compared: made again where it is gone. */
msc_status msc_run_need_posterior(msc_job_run *run, int epoch, char path[MSC_PATH_MAX], msc_error *err);
/* Removes what no later comparison than that of `epoch` with the one before needs. */
msc_status msc_run_drop_posteriors(const msc_job_run *run, int epoch, msc_error *err);
/* Stages with a file of their own. */
msc_status msc_run_evidence(msc_job_run *run, const msc_stage *stage, msc_error *err);
msc_status msc_run_radiometry(msc_job_run *run, const msc_stage *stage, msc_error *err);
/* Settles which epoch is the reference, and lets the images of the others name their gains. */
msc_status msc_run_choose_reference(msc_job_run *run, msc_error *err);

/* Takes the output directory for this run, or with other shards; EBUSY while another run has it. Where the file system knows no locks,
 * nobody is kept out. */
msc_status msc_run_lock(msc_job_run *run, msc_error *err);
void msc_run_unlock(msc_job_run *run);
/* Removes what runs that were killed left under temporary names; with_steps: rasters too that one stage leaves to another. EWRITE. */
msc_status msc_run_sweep(const msc_job_run *run, int with_steps, msc_error *err);
/* Removes what an earlier job left there and this one does not make. */
msc_status msc_run_remove_superseded(const msc_job_run *run, msc_error *err);

/* What a finished run found (run_summary.c); *text is freed with msc_text_free(). EREAD, EFORMAT of its reports. */
msc_status msc_run_summary(const msc_job_run *run, int as_json, char **text, msc_error *err);

/* Sieves with the job's mapping unit and records the counts under `group`; observed: see msc_sieve_options. */
typedef struct msc_run_sieving { const char *group, *in, *out, *observed; } msc_run_sieving;
msc_status msc_run_sieve(msc_job_run *run, const msc_settings *settings, const msc_run_sieving *what, msc_error *err);

/* The stage that compares an epoch with the one before: change map, grades, and the counts of both. */
msc_status msc_run_change(msc_job_run *run, const msc_stage *stage, msc_error *err);
/* The stage that joins the counts of all comparisons into report.json. */
msc_status msc_run_report(msc_job_run *run, const msc_stage *stage, msc_error *err);

/* Sets run->grid_like: the first epoch's first file, or a small VRT in the output directory when the job asks for
 * another coordinate system or pixel (its origin lies on whole multiples of the pixel). */
msc_status msc_run_make_grid(msc_job_run *run, msc_error *err);
#endif
