/* job_check.h - what no single key of a job file can tell: whether its parts go together. */
#ifndef MSC_JOBS_JOB_CHECK_H
#define MSC_JOBS_JOB_CHECK_H
#include "jobs/job.h"

/* Checks a job as it was read, and fills in what follows from other keys: labels, the sun in the words of an image. `path` is
 * the subject of messages. EJOB. */
msc_status msc_job_check(msc_job *job, const char *path, msc_error *err);
#endif
