/* coverage.c [N] - how often 95 % intervals hold the truth: draws N samples (2000) of a made map with `minescar sample`'s own
 * code, labels them with the exact truth, and compares each estimate with the figure of the whole population. Designs:
 * stratified by class, with a buffer stratum, simple random with post-strata. Exit 1 when a coverage is outside 93..97 %; of the small
 * samples, in which one or two omissions decide and a share has few values, outside 93..98 %. Intervals of 1.96 standard errors are shown
 * beside them and not judged. */
#define _DEFAULT_SOURCE
#include "../unit/io/raster_made.h"
#include "base/hash.h"
#include "jobs/sample.h"

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

typedef struct design { const char *name, *design; double buffer_m; int is_post, n, n_min; double high; } design;

/* One sample as `minescar sample` draws it, but for the files. */
static msc_status draw(const design *d, uint64_t seed, const char *map, msc_rasters *rasters, msc_sample *s, msc_frame *frame, const uint8_t *is_target,
                       const msc_settings *settings, msc_error *err)
{
    static msc_sample_options o;
    static msc_design_stratum strata[MSC_SAMPLE_STRATA];
    msc_sample_defaults(&o);
    o.map = o.points = map;
    *frame = (msc_frame){ .map = map, .seed = seed, .keep = (size_t)d->n + (size_t)d->n_min, .buffer_m = d->buffer_m, .is_by_value = 1, .is_target = is_target };
    *s = (msc_sample){ .options = &o, .grid = msc_raster_grid(rasters->raster[0]), .frame = frame, .is_target = is_target, .design = strata,
                       .is_stratified = !d->is_post, .n_wanted = d->n };
    MSC_TRY(msc_frame_fill(settings, rasters, frame, err));
    for (int h = 0; h < frame->n_strata; h++) strata[h] = (msc_design_stratum){ .units = frame->strata[h].units, .users = 0.85 };
    msc_design_allocate(strata, frame->n_strata, d->n, MSC_PROPORTIONAL, s->is_stratified ? d->n_min : 0);
    return msc_sample_draw(settings, s, err);
}

static msc_status estimate(const msc_sample *s, int is_post, msc_accuracy *a, msc_error *err)
{
    msc_sample_cell *cells = calloc(s->n_points, sizeof *cells);
    int n_strata = s->frame->n_strata, n_collapsed;
    for (size_t i = 0; i < s->n_points; i++) {
        const int x = (int)(s->points[i].pixel % SIDE), y = (int)(s->points[i].pixel / SIDE);
        const msc_design_stratum *d = &s->design[s->points[i].stratum];
        cells[i] = (msc_sample_cell){ mapped[y][x] - 1, truth[y][x] - 1, s->points[i].stratum, (double)d->units / (double)d->n, 1 };
    }
    int64_t units[CLASSES] = { 0 };
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) units[mapped[y][x] - 1]++;
    if (is_post) n_strata = msc_accuracy_poststratify(cells, s->n_points, units, CLASSES, &n_collapsed);
    const msc_status status = msc_accuracy_estimate(cells, s->n_points, CLASSES, n_strata, a, err);
    free(cells);
    return status;
}

int main(int argc, char **argv)
{
    static const design designs[] = {
        { "stratified 4000", "stratified", 0, 0, 4000, 300, 0.97 }, { "buffer 1500", "stratified", 4, 0, 1500, 300, 0.97 },
        { "post-stratified 4000", "simple", 0, 1, 4000, 0, 0.97 }, { "stratified 600", "stratified", 0, 0, 600, 100, 0.98 },
        { "buffer 600", "stratified", 4, 0, 600, 100, 0.98 }, { "post-stratified 600", "simple", 0, 1, 600, 0, 0.98 } };
    static const char *const names[N_FIGURES] = { "overall", "users 1", "users 2", "users 3", "producers 1", "producers 2", "producers 3",
                                                  "area 1", "area 2", "area 3" };
    static msc_accuracy a;
    static uint8_t is_target[MSC_SAMPLE_CODES];
    const int n_samples = argc > 1 ? atoi(argv[1]) : 2000;
    const msc_settings settings = { .n_threads = 1, .memory_bytes = 1 << 28, .tile_px = 1024 };
    msc_sample s;
    msc_frame frame;
    double figure[N_FIGURES];
    int n_bad = 0;
    msc_error err = { 0 };
    if (made_setup(NULL) != 0) return 2;
    make_ground();
    find_truth(figure);
    const made_spec spec = { .name = "map.tif", .w = SIDE, .h = SIDE, .bands = 1, .type = GDT_Byte, .e0 = 0, .n0 = SIDE, .pixel = 1,
                             .epsg = 32650, .has_nodata = 1, .nodata = 0, .value = mapped_value };
    const char *map = made_file(&spec);
    const msc_raster_spec open = { .image = { .paths = &map, .n_paths = 1 }, .is_coded = 1, .is_class_map = -1, .n_workers = 1 };
    msc_rasters rasters = { .n = 1, .required = 1 };
    if (msc_raster_open(&open, &settings, &rasters.raster[0], &err) != MSC_OK) return 2;
    is_target[3] = 1;
    printf("figure");
    for (int f = 0; f < N_FIGURES; f++) printf(", %s", names[f]);
    printf("\ntruth");
    for (int f = 0; f < N_FIGURES; f++) printf(", %.4f", figure[f]);
    putchar('\n');
    for (size_t d = 0; d < sizeof designs / sizeof *designs; d++) {
        int n_inside[2][N_FIGURES] = { { 0 } };
        for (int k = 0; k < n_samples; k++) {
            if (draw(&designs[d], (uint64_t)k + 1, map, &rasters, &s, &frame, is_target, &settings, &err) != MSC_OK ||
                estimate(&s, designs[d].is_post, &a, &err) != MSC_OK) {
                fprintf(stderr, "%s: %s\n", err.subject, err.detail);
                return 2;
            }
            msc_release(s.points);
            msc_frame_clear(&frame);
            msc_estimate got[N_FIGURES] = { a.overall };
            for (int i = 0; i < CLASSES; i++) {
                got[1 + i] = a.users[i];
                got[1 + CLASSES + i] = a.producers[i];
                got[1 + 2 * CLASSES + i] = a.reference_share[i];
            }
            for (int i = 0; i < 2 * N_FIGURES; i++) {
                const int f = i / 2, is_wald = i % 2;
                const msc_estimate e = is_wald ? msc_estimate_wald(got[f]) : got[f];
                n_inside[is_wald][f] += e.low <= figure[f] && figure[f] <= e.high;
            }
        }
        for (int is_wald = 0; is_wald < 2; is_wald++) {
            printf("%s%s", designs[d].name, is_wald ? ", 1.96 standard errors" : "");
            for (int f = 0; f < N_FIGURES; f++) {
                const double share = (double)n_inside[is_wald][f] / n_samples;
                printf(", %.4f", share);
                n_bad += !is_wald && (share < 0.93 || share > designs[d].high);
            }
            putchar('\n');
            fflush(stdout);
        }
    }
    msc_raster_close(&rasters.raster[0]);
    made_teardown(NULL);
    if (n_bad > 0) printf("%d coverages are outside their limits\n", n_bad);
    return n_bad > 0;
}
