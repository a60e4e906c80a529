/* fuzz_job.c - libFuzzer entry for job files:
 * clang -g -fsanitize=fuzzer,address,undefined -Iinclude -Isrc tests/fuzz/fuzz_job.c src/jobs/job.c src/jobs/schema.c
 *   src/base/error.c src/base/mem.c src/base/file.c -lyaml -o fuzz_job && ./fuzz_job -max_len=4096 */
#include "jobs/job.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    msc_job *job = NULL;
    msc_error err;
    if (msc_job_parse((const char *)bytes, n, "fuzz/job.yaml", &job, &err) == MSC_OK) msc_job_free(&job);
    return 0;
}
