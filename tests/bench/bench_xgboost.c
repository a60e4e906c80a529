/* bench_xgboost.c - XGBoost's random forest through its C interface, timed: a peer of minescar's.
 *
 *   bench_xgboost SAMPLES LABELS PIXELS OUT N_FEATURES N_CLASSES TREES DEPTH THREADS RUNS
 *
 * SAMPLES and PIXELS are rows of N_FEATURES float32, LABELS float32 from 0, OUT gets one byte (class index) a pixel. Trees are
 * grown by the histogram method, one boosting round of TREES parallel trees a class with sampled rows and columns, as XGBoost's
 * manual says for random forests. Prediction is XGBoosterPredictFromDense in place, in chunks of CHUNK rows; choosing the class
 * is not timed. Prints: fit s (once), predict s (median of RUNS), nodes, n pixels. */
#define _POSIX_C_SOURCE 200809L
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xgboost/c_api.h>

enum { CHUNK = 1 << 18, RUNS_MAX = 64 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void check(int failed, const char *what)
{
    if (!failed) return;
    fprintf(stderr, "bench_xgboost: %s: %s\n", what, XGBGetLastError());
    exit(1);
}

static float *read_floats(const char *path, size_t *n)
{
    FILE *file = fopen(path, "rb");
    check(!file || fseek(file, 0, SEEK_END), path);
    *n = (size_t)ftell(file) / sizeof(float);
    rewind(file);
    float *values = malloc(*n * sizeof *values);
    check(!values || fread(values, sizeof *values, *n, file) != *n, path);
    fclose(file);
    return values;
}

static void set(BoosterHandle forest, const char *name, const char *value) { check(XGBoosterSetParam(forest, name, value), name); }

static BoosterHandle grow(DMatrixHandle samples, char **argv)
{
    BoosterHandle forest;
    check(XGBoosterCreate(&samples, 1, &forest), "create");
    set(forest, "objective", "multi:softprob");
    set(forest, "num_class", argv[6]);
    set(forest, "num_parallel_tree", argv[7]);
    set(forest, "max_depth", argv[8]);
    set(forest, "nthread", argv[9]);
    set(forest, "tree_method", "hist");
    set(forest, "learning_rate", "1");
    set(forest, "subsample", "0.632");
    set(forest, "colsample_bynode", "0.5");
    set(forest, "reg_lambda", "0.00001");
    set(forest, "min_child_weight", "0.1"); /* about one sample a leaf, as the other forests; its own 1 is about 7 */
    set(forest, "seed", "1");
    check(XGBoosterUpdateOneIter(forest, 0, samples), "fit");
    return forest;
}

static size_t count_nodes(BoosterHandle forest)
{
    bst_ulong n_trees = 0;
    const char **dump = NULL;
    size_t n = 0;
    check(XGBoosterDumpModel(forest, "", 0, &n_trees, &dump), "dump");
    for (bst_ulong i = 0; i < n_trees; i++)
        for (const char *c = dump[i]; *c; c++) n += *c == '\n';
    return n;
}

/* Seconds in XGBoost; the winning class of every pixel goes to `out`. */
static double predict(BoosterHandle forest, const float *pixels, size_t n, int n_features, uint8_t *out)
{
    static const char config[] = "{\"type\":0,\"training\":false,\"iteration_begin\":0,\"iteration_end\":0,\"strict_shape\":false,"
                                 "\"missing\":NaN,\"cache_id\":0}";
    double seconds = 0;
    for (size_t at = 0; at < n; at += CHUNK) {
        const size_t rows = n - at < CHUNK ? n - at : CHUNK;
        char array[256];
        snprintf(array, sizeof array, "{\"data\":[%zu,true],\"shape\":[%zu,%d],\"typestr\":\"<f4\",\"version\":3}",
                 (size_t)(pixels + at * (size_t)n_features), rows, n_features);
        const bst_ulong *shape;
        bst_ulong dim;
        const float *p;
        const double t0 = now();
        check(XGBoosterPredictFromDense(forest, array, config, NULL, &shape, &dim, &p), "predict");
        seconds += now() - t0;
        const size_t n_classes = (size_t)shape[dim - 1];
        for (size_t i = 0; i < rows; i++, p += n_classes) {
            size_t best = 0;
            for (size_t k = 1; k < n_classes; k++) best = p[k] > p[best] ? k : best;
            out[at + i] = (uint8_t)best;
        }
    }
    return seconds;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    if (argc != 11) {
        fprintf(stderr, "bench_xgboost SAMPLES LABELS PIXELS OUT N_FEATURES N_CLASSES TREES DEPTH THREADS RUNS\n");
        return 2;
    }
    const int n_features = atoi(argv[5]), runs = atoi(argv[10]) < RUNS_MAX ? atoi(argv[10]) : RUNS_MAX;
    size_t n_samples, n_labels, n_values;
    float *samples = read_floats(argv[1], &n_samples), *labels = read_floats(argv[2], &n_labels);
    float *pixels = read_floats(argv[3], &n_values);
    const size_t n = n_values / (size_t)n_features;
    uint8_t *out = malloc(n ? n : 1);
    double seconds[RUNS_MAX];
    DMatrixHandle matrix;
    check(!out || n_samples != n_labels * (size_t)n_features, "input sizes");
    const double t0 = now();
    check(XGDMatrixCreateFromMat(samples, n_labels, (bst_ulong)n_features, 0.0f / 0.0f, &matrix), "matrix");
    check(XGDMatrixSetFloatInfo(matrix, "label", labels, n_labels), "labels");
    BoosterHandle forest = grow(matrix, argv);
    const double fit = now() - t0;
    for (int i = 0; i < runs; i++) seconds[i] = predict(forest, pixels, n, n_features, out);
    qsort(seconds, (size_t)runs, sizeof *seconds, by_value);
    FILE *file = fopen(argv[4], "wb");
    check(!file || fwrite(out, 1, n, file) != n || fclose(file), argv[4]);
    printf("%.6f %.6f %zu %zu\n", fit, seconds[runs / 2], count_nodes(forest), n);
    return 0;
}
