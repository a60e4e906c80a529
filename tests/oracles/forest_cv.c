/* forest_cv.c SAMPLES FOLDS - cross-validates samples from a file for forest_sklearn.py: writes each sample's fold as a
 * byte, prints the accuracy by folds and out of bag, and the seconds it took.
 * SAMPLES: n, features, classes (int32 each), values (float32, feature after feature), labels (u8), groups (u32). */
#include "base/mem.h"
#include "model/forest.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void take(void *to, size_t size, size_t n, FILE *file)
{
    if (!to || fread(to, size, n, file) != n) {
        fputs("samples: cannot be read\n", stderr);
        exit(2);
    }
}

int main(int argc, char **argv)
{
    int32_t counts[3];
    FILE *in = argc == 3 ? fopen(argv[1], "rb") : NULL, *out = argc == 3 ? fopen(argv[2], "wb") : NULL;
    if (!in || !out) return 2;
    take(counts, sizeof *counts, 3, in);
    msc_samples s = { .n = (size_t)counts[0], .n_features = counts[1], .n_classes = counts[2] };
    s.x = msc_alloc(s.n * (size_t)s.n_features, sizeof *s.x);
    s.label = msc_alloc(s.n, 1);
    s.group = msc_alloc(s.n, sizeof *s.group);
    take(s.x, sizeof *s.x, s.n * (size_t)s.n_features, in);
    take(s.label, 1, s.n, in);
    take(s.group, sizeof *s.group, s.n, in);
    uint8_t *fold = msc_alloc(s.n, 1);
    const msc_settings settings = { .n_threads = 2 };
    const msc_forest_spec spec = { 100, 15, 1, 0, 1 };
    msc_forest forest = { 0 };
    msc_forest_report report;
    msc_error err;
    const clock_t start = clock();
    if (msc_forest_folds(&s, 5, spec.seed, fold) != 5) return 2;
    if (msc_forest_grow(&settings, &s, &spec, 5, &forest, &report, &err) != MSC_OK) return 2;
    printf("%.6f %.6f %.2f\n", report.cv_accuracy, report.oob_accuracy, (double)(clock() - start) / CLOCKS_PER_SEC);
    if (fwrite(fold, 1, s.n, out) != s.n || fclose(out) != 0) return 2;
    fclose(in);
    msc_forest_clear(&forest);
    msc_release(s.x);
    msc_release(s.label);
    msc_release(s.group);
    msc_release(fold);
    return 0;
}
