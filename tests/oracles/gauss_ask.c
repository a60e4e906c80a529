/* gauss_ask.c SAMPLES FOLDS ANSWERS - fits signatures to samples from a file (read_samples.h) for gauss_scipy.py: writes
 * each sample's fold as a byte, and its winner and posterior in per cent by the model of all samples as two; prints the
 * accuracy by folds. */
#include "model/gauss.h"
#include "read_samples.h"

int main(int argc, char **argv)
{
    FILE *folds = argc == 4 ? fopen(argv[2], "wb") : NULL, *answers = argc == 4 ? fopen(argv[3], "wb") : NULL;
    if (!folds || !answers) return 2;
    msc_samples s = read_samples(argv[1]);
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
    printf("%.9f\n", report.cv.accuracy);
    if (fwrite(fold, 1, s.n, folds) != s.n || fclose(folds) != 0) return 2;
    if (fwrite(winner, 1, s.n, answers) != s.n || fwrite(percent, 1, s.n, answers) != s.n || fclose(answers) != 0) return 2;
    msc_gauss_clear(&gauss);
    samples_clear(&s);
    msc_release(fold);
    msc_release(winner);
    msc_release(percent);
    return 0;
}
