/* coverage.c [N] - how often 95 % intervals hold the truth: draws N samples (2000) of a made map with `minescar sample`'s own
 * code, labels them with the exact truth, and compares each estimate with the figure of the whole population. Designs:
 * stratified by class, with a buffer stratum, simple random with post-strata. Exit 1 when a coverage is outside 93..97 %; the small
 * samples, in which hardly one omission of the rare class can be expected, are shown and not judged. */
#define _DEFAULT_SOURCE
#include "../unit/io/raster_made.h"
#include "base/hash.h"
#include "io/layer.h"
#include "model/accuracy.h"
#include <unistd.h>

enum { SIDE = 640, CLASSES = 3, N_FIGURES = 1 + 3 * CLASSES };   /* overall; users, producers, area of each class */
static uint8_t truth[SIDE][SIDE], mapped[SIDE][SIDE];

/* Value noise: corners of squares of `cell` px have random heights, bilinear between. */
static double field_at(int x, int y, int cell, uint64_t seed)
{
    const int a = x / cell, b = y / cell;
    const double u = (double)(x % cell) / cell, v = (double)(y % cell) / cell;
    double h[4];
    for (int k = 0; k < 4; k++) h[k] = msc_random_unit(msc_random(seed, (uint64_t)(b + k / 2), (uint64_t)(a + k % 2)));
    return (h[0] * (1 - u) + h[1] * u) * (1 - v) + (h[2] * (1 - u) + h[3] * u) * v;
}

/* Damage (3) is some 3 % in blobs on two kinds of ground. The map is the truth shifted by a pixel, with other borders of damage and
 * 4 % of errors anywhere, a tenth of them false or missed damage. */
static void make_ground(void)
{
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const double damage = field_at(x, y, 40, 11), ground = field_at(x, y, 64, 12);
            truth[y][x] = damage > 0.83 ? 3 : ground > 0.45 ? 1 : 2;
        }
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const double edge = 0.02 * (field_at(x, y, 24, 13) - 0.5), u = msc_random_unit(msc_random(14, (uint64_t)y, (uint64_t)x));
            const int from = truth[y][x > 0 ? x - 1 : 0];
            mapped[y][x] = (uint8_t)(field_at(x, y, 40, 11) + edge > 0.83 ? 3 : from == 3 ? (field_at(x, y, 64, 12) > 0.45 ? 1 : 2) : from);
            if (u < 0.036) mapped[y][x] = mapped[y][x] == 1 ? 2 : 1;
            else if (u < 0.04) mapped[y][x] = mapped[y][x] == 3 ? 1 : 3;
        }
}

static double mapped_value(int x, int y, int b) { (void)b; return mapped[y][x]; }

static void find_truth(double *figure)
{
    double n[CLASSES][CLASSES] = { { 0 } }, all = (double)SIDE * SIDE, right = 0;
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) n[mapped[y][x] - 1][truth[y][x] - 1]++;
    for (int i = 0; i < CLASSES; i++) {
        double row = 0, column = 0;
        for (int j = 0; j < CLASSES; j++) {
            row += n[i][j];
            column += n[j][i];
        }
        right += n[i][i];
        figure[1 + i] = n[i][i] / row;
        figure[1 + CLASSES + i] = n[i][i] / column;
        figure[1 + 2 * CLASSES + i] = column / all;
    }
    figure[0] = right / all;
}

static msc_status estimate(const char *path, int is_post, msc_accuracy *a, msc_error *err)
{
    static const char *fields[] = { "stratum", "weight" };
    msc_features_in in;
    MSC_TRY(msc_layer_read(path, NULL, NULL, NULL, fields, 2, &in, err));
    msc_sample_cell *cells = calloc(in.n, sizeof *cells);
    int n_strata = 1, n_collapsed;
    for (size_t i = 0; i < in.n; i++) {
        const int x = (int)in.shape[i].xy[0], y = (int)(SIDE - in.shape[i].xy[1]);
        cells[i] = (msc_sample_cell){ mapped[y][x] - 1, truth[y][x] - 1, (int)in.value[2 * i].integer - 1, in.value[2 * i + 1].real, 1 };
        if (cells[i].stratum >= n_strata) n_strata = cells[i].stratum + 1;
    }
    int64_t units[CLASSES] = { 0 };
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) units[mapped[y][x] - 1]++;
    if (is_post) n_strata = msc_accuracy_poststratify(cells, in.n, units, CLASSES, &n_collapsed);
    const msc_status status = msc_accuracy_estimate(cells, in.n, CLASSES, n_strata, a, err);
    free(cells);
    msc_features_in_clear(&in);
    return status;
}

int main(int argc, char **argv)
{
    static const struct { const char *name, *design; double buffer_m; int is_post, n, n_min, is_judged; } designs[] = {
        { "stratified 4000", "stratified", 0, 0, 4000, 300, 1 }, { "buffer 1500", "stratified", 4, 0, 1500, 300, 1 },
        { "post-stratified 4000", "simple", 0, 1, 4000, 0, 1 },
        { "stratified 600", "stratified", 0, 0, 600, 100, 0 }, { "buffer 600", "stratified", 4, 0, 600, 100, 0 } };
    static const char *const names[N_FIGURES] = { "overall", "users 1", "users 2", "users 3", "producers 1", "producers 2", "producers 3",
                                                  "area 1", "area 2", "area 3" };
    static msc_accuracy a;
    const int n_samples = argc > 1 ? atoi(argv[1]) : 2000, target = 3;
    double figure[N_FIGURES];
    int n_bad = 0;
    msc_error err = { 0 };
    if (made_setup(NULL) != 0) return 2;
    make_ground();
    find_truth(figure);
    const made_spec spec = { .name = "map.tif", .w = SIDE, .h = SIDE, .bands = 1, .type = GDT_Byte, .e0 = 0, .n0 = SIDE, .pixel = 1,
                             .epsg = 32650, .has_nodata = 1, .nodata = 0, .value = mapped_value };
    const char *map = made_file(&spec), *points = made_path("points.csv");
    printf("figure");
    for (int f = 0; f < N_FIGURES; f++) printf(", %s", names[f]);
    printf("\ntruth");
    for (int f = 0; f < N_FIGURES; f++) printf(", %.4f", figure[f]);
    putchar('\n');
    for (size_t d = 0; d < sizeof designs / sizeof *designs; d++) {
        int n_inside[N_FIGURES] = { 0 };
        for (int k = 0; k < n_samples; k++) {
            const msc_settings settings = { .overwrite = 1, .n_threads = 1, .memory_bytes = 1 << 28, .format = "CSV", .creation = (const char *const[]){ "GEOMETRY=AS_WKT" },
                                            .n_creation = 1 };
            msc_sample_options o;
            msc_sample_defaults(&o);
            o.map = map; o.points = points; o.design = designs[d].design; o.buffer_m = designs[d].buffer_m;
            o.target = &target; o.n_target = 1; o.n = designs[d].n; o.n_min = designs[d].n_min; o.seed = (uint64_t)k + 1;
            if (msc_sample_map(&settings, &o, 0, NULL, &err) != MSC_OK || estimate(points, designs[d].is_post, &a, &err) != MSC_OK) {
                fprintf(stderr, "%s: %s\n", err.subject, err.detail);
                return 2;
            }
            msc_estimate got[N_FIGURES] = { a.overall };
            for (int i = 0; i < CLASSES; i++) {
                got[1 + i] = a.users[i];
                got[1 + CLASSES + i] = a.producers[i];
                got[1 + 2 * CLASSES + i] = a.reference_share[i];
            }
            for (int f = 0; f < N_FIGURES; f++) n_inside[f] += fabs(got[f].value - figure[f]) <= msc_estimate_half_width(got[f]);
        }
        printf("%s", designs[d].name);
        for (int f = 0; f < N_FIGURES; f++) {
            const double share = (double)n_inside[f] / n_samples;
            printf(", %.4f", share);
            n_bad += designs[d].is_judged && (share < 0.93 || share > 0.97);
        }
        putchar('\n');
        fflush(stdout);
    }
    made_teardown(NULL);
    if (n_bad > 0) printf("%d coverages are outside 0.93..0.97\n", n_bad);
    return n_bad > 0;
}
