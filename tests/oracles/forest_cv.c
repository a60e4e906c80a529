/* forest_cv.c SAMPLES FOLDS - cross-validates samples from a file (read_samples.h) for forest_sklearn.py: writes each
 * sample's fold as a byte, prints the accuracy by folds and out of bag, and the seconds it took. */
#include "read_samples.h"
#include <time.h>

int main(int argc, char **argv)
{
    FILE *out = argc == 3 ? fopen(argv[2], "wb") : NULL;
    if (!out) return 2;
    msc_samples s = read_samples(argv[1]);
    uint8_t *fold = msc_alloc(s.n, 1);
    const msc_settings settings = { .n_threads = 2 };
    const msc_forest_spec spec = { 100, 15, 1, 0, 1 };
    msc_forest forest = { 0 };
    msc_forest_report report;
    msc_error err;
    const clock_t start = clock();
    if (msc_forest_folds(&s, 5, spec.seed, fold) != 5) return 2;
    if (msc_forest_grow(&settings, &s, &spec, 5, &forest, &report, &err) != MSC_OK) return 2;
    printf("%.6f %.6f %.2f\n", report.cv.accuracy, report.oob_accuracy, (double)(clock() - start) / CLOCKS_PER_SEC);
    if (fwrite(fold, 1, s.n, out) != s.n || fclose(out) != 0) return 2;
    msc_forest_clear(&forest);
    samples_clear(&s);
    msc_release(fold);
    return 0;
}
