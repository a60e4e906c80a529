/* job_check.h - what no single key of a job file can tell: whether its parts go together. */
#ifndef MSC_JOBS_JOB_CHECK_H
#define MSC_JOBS_JOB_CHECK_H
#include "io/layer_text.h"
#include "jobs/job.h"

/* Checks a job as it was read, and fills in what follows from other keys: labels, the sun in the words of an image. `path` is
 * the subject of messages. EJOB. */
msc_status msc_job_check(msc_job *job, const char *path, msc_error *err);

/* Reads the model that a job names, if it names one: its classes have to be the job's by code, name and mask, and every year needs
 * elevations where it does. EJOB; errors of msc_model_read. */
msc_status msc_job_check_model(const msc_job *job, msc_error *err);

/* Opens the encoding that the job's layers hold labels and names in, the narrowest of them: of a shapefile the job's, where widths are
 * bytes, else UTF-8 and characters. */
msc_status msc_job_text_init(const msc_job *job, const char *path, msc_layer_text *text, msc_error *err);
#endif
