/* fuzz_job.c - libFuzzer entry for job files: scripts/fuzz. */
#include "jobs/job.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    msc_job *job = NULL;
    msc_error err;
    if (msc_job_parse((const char *)bytes, n, "fuzz/job.yaml", &job, &err) == MSC_OK) msc_job_free(&job);
    return 0;
}
