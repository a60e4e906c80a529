/* run_stages.h - what a run holds, and the list of its stages. */
#ifndef MSC_JOBS_RUN_STAGES_H
#define MSC_JOBS_RUN_STAGES_H
#include "base/file.h"
#include "jobs/job.h"
#include "jobs/receipt.h"

enum { MSC_RUN_MAX_OUTPUTS = 2048, MSC_RUN_MAX_INPUTS = 512, MSC_RUN_MAX_STAGES = 512 };

typedef struct msc_job_run msc_job_run;

typedef struct msc_stage {
    char name[48];               /* "train", "classify_2016", "change_2016_2018", ... */
    int epoch;                   /* index; of a pair of epochs the later one; -1: of the whole job */
    int is_pair;
    int is_done;                 /* in this run, or in an earlier one whose outputs were found to be in place */
    msc_status (*work)(msc_job_run *run, const struct msc_stage *stage, msc_error *err);
} msc_stage;

struct msc_job_run {
    const msc_settings *caller;
    msc_settings settings;
    msc_job *job;
    msc_receipt *receipt;
    char id[17];
    int shard, n_shards;              /* index and number; 0 of 0: the whole run */
    char grid_like[MSC_PATH_MAX];     /* raster whose grid all outputs share */
    int reference;                    /* epoch whose radiometry the others are brought to; -1: none */
    char radiometry[64][MSC_PATH_MAX];   /* gains of each epoch */
    const char *stage;
    int n_outputs, n_inputs, n_stages;
    char output[MSC_RUN_MAX_OUTPUTS][MSC_PATH_MAX + 8];
    msc_receipt_file input[MSC_RUN_MAX_INPUTS];
    char role[MSC_RUN_MAX_INPUTS][64];    /* of each input */
    msc_stage stages[MSC_RUN_MAX_STAGES];
};

msc_status msc_run_list_inputs(msc_job_run *run, msc_error *err);
msc_status msc_run_list_stages(msc_job_run *run, msc_error *err);

/* What stages share. A printf-made name in the output directory; EVALUE when it is too long. */
msc_status msc_run_path(const msc_job_run *run, char path[MSC_PATH_MAX], msc_error *err, const char *fmt, ...);
int msc_run_year(const msc_job_run *run, int epoch);
/* Adds a finished file to the outputs that the receipt lists; for a shapefile with all its parts. */
void msc_run_note_output(msc_job_run *run, const char *path);
void msc_run_note_layer(msc_job_run *run, const char *path);
/* The settings of a raster that is only a step on the way: nobody looks at it, so that it needs no overviews. */
msc_settings msc_run_step_settings(const msc_job_run *run);
/* Removes such a raster, with what GDAL keeps beside it. */
void msc_run_remove_raster(const char *path);

/* Stages with a file of their own. */
msc_status msc_run_evidence(msc_job_run *run, const msc_stage *stage, msc_error *err);
msc_status msc_run_radiometry(msc_job_run *run, const msc_stage *stage, msc_error *err);
/* Settles which epoch is the reference, and lets the images of the others name their gains. */
msc_status msc_run_choose_reference(msc_job_run *run, msc_error *err);

/* Sets run->grid_like: the first epoch's first file, or a small VRT in the output directory when the job asks for
 * another coordinate system or pixel (its origin lies on whole multiples of the pixel). */
msc_status msc_run_make_grid(msc_job_run *run, msc_error *err);
#endif
