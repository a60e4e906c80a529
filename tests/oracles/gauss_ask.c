/* gauss_ask.c SAMPLES FOLDS ANSWERS - fits signatures to samples from a file (as forest_cv.c reads them) for gauss_scipy.py:
 * writes each sample's fold as a byte, and its winner and posterior in per cent by the model of all samples as two; prints
 * the accuracy by folds. */
#include "base/mem.h"
#include "model/gauss.h"
#include <stdio.h>
#include <stdlib.h>

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
    FILE *in = argc == 4 ? fopen(argv[1], "rb") : NULL;
    FILE *folds = argc == 4 ? fopen(argv[2], "wb") : NULL, *answers = argc == 4 ? fopen(argv[3], "wb") : NULL;
    if (!in || !folds || !answers) return 2;
    take(counts, sizeof *counts, 3, in);
    msc_samples s = { .n = (size_t)counts[0], .n_features = counts[1], .n_classes = counts[2] };
    s.x = msc_alloc(s.n * (size_t)s.n_features, sizeof *s.x);
    s.label = msc_alloc(s.n, 1);
    s.group = msc_alloc(s.n, sizeof *s.group);
    take(s.x, sizeof *s.x, s.n * (size_t)s.n_features, in);
    take(s.label, 1, s.n, in);
    take(s.group, sizeof *s.group, s.n, in);
    uint8_t *fold = msc_alloc(s.n, 1), *winner = msc_alloc(s.n, 1), *percent = msc_alloc(s.n, 1);
    const float *rows[MSC_MAX_FEATURES];
    const msc_settings settings = { .n_threads = 1 };
    msc_gauss gauss = { 0 };
    msc_forest_report report;
    msc_error err;
    for (int f = 0; f < s.n_features; f++) rows[f] = s.x + (size_t)f * s.n;
    if (!fold || !winner || !percent || msc_forest_folds(&s, 5, 1, fold) != 5) return 2;
    if (msc_gauss_fit(&settings, &s, 5, 1, &gauss, &report, &err) != MSC_OK) return 2;
    msc_gauss_ask(&gauss, rows, s.n, winner, percent);
    printf("%.9f\n", report.cv_accuracy);
    if (fwrite(fold, 1, s.n, folds) != s.n || fclose(folds) != 0) return 2;
    if (fwrite(winner, 1, s.n, answers) != s.n || fwrite(percent, 1, s.n, answers) != s.n || fclose(answers) != 0) return 2;
    fclose(in);
    msc_gauss_clear(&gauss);
    msc_release(s.x);
    msc_release(s.label);
    msc_release(s.group);
    msc_release(fold);
    msc_release(winner);
    msc_release(percent);
    return 0;
}
