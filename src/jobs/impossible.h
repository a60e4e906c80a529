/* impossible.h - which transitions a job calls impossible. */
#ifndef MSC_JOBS_IMPOSSIBLE_H
#define MSC_JOBS_IMPOSSIBLE_H
#include "jobs/job.h"

enum { MSC_IMPOSSIBLE_MAX = 4096 };

/* Fills list with before * 256 + after: the job's own pairs, by code, name or label, or where it has none those of the
 * defaults whose classes the job knows: what was dumped or ponded does not become natural rock. `path` is the job's, for
 * messages. EJOB for a class that the job does not name, a class that becomes itself, too many pairs. */
msc_status msc_impossible_list(const msc_job *job, const char *path, int list[MSC_IMPOSSIBLE_MAX], int *n, msc_error *err);
#endif
