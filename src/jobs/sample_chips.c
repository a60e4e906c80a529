/* sample_chips.c - a picture of each point in each image, for those who label it: nothing of it tells what the map says. */
#define _POSIX_C_SOURCE 200809L
#include "base/file.h"
#include "base/mem.h"
#include "base/sort.h"
#include "grid/crs.h"
#include "io/raster_picture.h"
#include "jobs/chip.h"
#include "jobs/imagery.h"
#include "jobs/sample.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Least side of a picture; values of a chip that the stretch is found from; what of them becomes black and white, per cent. */
enum { LEAST_SIDE_PX = 384, VALUES_A_CHIP = 64, CUT_PERCENT = 2 };
static const uint8_t unseen_grey = 128;

typedef struct chips {
    const msc_settings *settings;
    const msc_sample *sample;
    const msc_image *image;
    msc_imagery imagery;
    char stem[128];
    int band[3];                 /* planes shown as red, green, blue */
    int32_t *x, *y;              /* of each point in the image; -1: not on it */
    size_t *order;               /* points by where they lie, so that neighbours are read together */
    int side_px, zoom, n_workers;   /* pixels of the image a side; of the picture a pixel */
    float *values;               /* [3][points * VALUES_A_CHIP] for the stretch; NAN: none */
    double low[3], high[3];
    int is_drawing;
} chips;

/* Space of one worker: a tile round one pixel, and a picture. */
typedef struct desk {
    void *planes;
    uint8_t *valid, *rgb;
    msc_tile tile;
} desk;

static void clear_desk(desk *d)
{
    msc_release(d->planes);
    msc_release(d->valid);
    msc_release(d->rgb);
}

static int lay_desk(const chips *c, desk *d)
{
    const msc_source *source = &c->imagery.source;
    const int32_t pad = c->side_px / 2, side = 2 * pad + 1;
    const size_t n = (size_t)side * (size_t)side, picture = (size_t)c->side_px * (size_t)c->zoom;
    *d = (desk){ .planes = msc_alloc_zero(n * (size_t)source->n_planes, 4), .valid = msc_alloc_zero(n, 1), .rgb = msc_alloc_zero(picture * picture, 3) };
    if (!d->planes || !d->valid || !d->rgb) return 0;
    d->tile = (msc_tile){ .core = { 0, 0, 1, 1 }, .pad_px = pad, .stride_px = side, .n_planes = source->n_planes };
    const size_t middle = (size_t)pad * (size_t)side + (size_t)pad;
    d->tile.valid = d->valid + middle;
    for (int b = 0; b < source->n_planes; b++) {
        const size_t bytes = msc_type_bytes(source->types[b]);
        d->tile.plane[b] = (msc_plane){ source->types[b], (char *)d->planes + (size_t)b * n * bytes + middle * bytes };
    }
    return 1;
}

/* Value of a band at (x, y) from the tile's middle; NAN where nothing was observed. */
static float value_at(const msc_tile *t, int band, int32_t x, int32_t y)
{
    const ptrdiff_t at = (ptrdiff_t)y * t->stride_px + x;
    if (!t->valid[at]) return NAN;
    const msc_plane *p = &t->plane[band];
    return p->type == MSC_U8 ? ((const uint8_t *)p->data)[at] : p->type == MSC_U16 ? ((const uint16_t *)p->data)[at] : ((const float *)p->data)[at];
}

/* The window round a point; all unseen where its middle is not on the image. */
static msc_status read_window(chips *c, int worker, size_t point, desk *d, msc_error *err)
{
    const int32_t x = c->x[point], y = c->y[point];
    const size_t n = (size_t)d->tile.stride_px * (size_t)d->tile.stride_px;
    memset(d->valid, 0, n);
    if (x < 0 || y < 0 || x >= c->imagery.source.width_px || y >= c->imagery.source.height_px) return MSC_OK;
    d->tile.core = (msc_rect){ x, y, 1, 1 };
    d->tile.worker = worker;
    return c->imagery.source.read(c->imagery.source.self, worker, &d->tile, err);
}

/* Evenly spread values of a window, in places of the point's own. */
static void note_values(chips *c, size_t point, const desk *d)
{
    const int across = 8;        /* across * across = VALUES_A_CHIP */
    for (int b = 0; b < 3; b++)
        for (int i = 0; i < VALUES_A_CHIP; i++) {
            const int32_t x = (i % across * 2 + 1) * c->side_px / (2 * across) - c->side_px / 2, y = (i / across * 2 + 1) * c->side_px / (2 * across) - c->side_px / 2;
            c->values[((size_t)b * c->sample->n_points + point) * VALUES_A_CHIP + (size_t)i] = value_at(&d->tile, c->band[b], x, y);
        }
}

static uint8_t tone(const chips *c, int b, float value)
{
    const double t = (value - c->low[b]) / (c->high[b] - c->low[b]);
    return isnan(value) ? unseen_grey : t <= 0 ? 0 : t >= 1 ? 255 : (uint8_t)lround(255 * t);
}

static void paint(const chips *c, const desk *d)
{
    const int side = c->side_px * c->zoom;
    for (int32_t y = 0; y < c->side_px; y++)
        for (int32_t x = 0; x < c->side_px; x++) {
            uint8_t rgb[3];
            for (int b = 0; b < 3; b++) rgb[b] = tone(c, b, value_at(&d->tile, c->band[b], x - c->side_px / 2, y - c->side_px / 2));
            for (int i = 0; i < c->zoom * c->zoom; i++)
                memcpy(d->rgb + 3 * ((size_t)(y * c->zoom + i / c->zoom) * (size_t)side + (size_t)(x * c->zoom + i % c->zoom)), rgb, 3);
        }
}

static msc_status name_chip(const chips *c, size_t point, char path[MSC_PATH_MAX], msc_error *err)
{
    char name[192];
    snprintf(name, sizeof name, "%06zu_%s.png", point + 1, c->stem);
    return msc_file_join(c->sample->options->chips, name, path, err);
}

static msc_status draw_chip(const chips *c, size_t point, const desk *d, msc_error *err)
{
    const double map_m = sqrt(c->sample->pixel_m2), own_m = c->imagery.pixel_m, judged_px = map_m / own_m * c->zoom;
    const msc_chip chip = { d->rgb, c->side_px * c->zoom };
    const int dot = chip.side_px / 192;
    char number[24], path[MSC_PATH_MAX];
    paint(c, d);
    msc_chip_mark(&chip, judged_px, judged_px);
    snprintf(number, sizeof number, "%zu", point + 1);
    msc_chip_write(&chip, 2 * dot + 2, 2 * dot + 2, dot, number);
    msc_chip_scale(&chip, own_m / c->zoom, dot);
    MSC_TRY(name_chip(c, point, path, err));
    return msc_picture_write(path, chip.side_px, chip.side_px, d->rgb, err);
}

/* The points of one worker: a stretch of the order. */
static msc_status work(void *self, int worker, msc_error *err)
{
    chips *c = self;
    desk d = { 0 };
    const size_t n = c->sample->n_points, first = n * (size_t)worker / (size_t)c->n_workers, end = n * ((size_t)worker + 1) / (size_t)c->n_workers;
    msc_status status = lay_desk(c, &d) ? MSC_OK : msc_fail(err, MSC_ENOMEM, c->stem, "%d px", c->side_px);
    for (size_t i = first; i < end && status == MSC_OK; i++) {
        if (c->settings->cancel && *c->settings->cancel) status = msc_fail(err, MSC_ECANCELLED, "", "stopped");
        if (status == MSC_OK) status = read_window(c, worker, c->order[i], &d, err);
        if (status == MSC_OK && c->is_drawing) status = draw_chip(c, c->order[i], &d, err);
        else if (status == MSC_OK) note_values(c, c->order[i], &d);
    }
    clear_desk(&d);
    return status;
}

static int by_value(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* One stretch a band for all chips of an image, so that they can be compared with each other. */
static void find_stretch(chips *c)
{
    const size_t n_all = c->sample->n_points * VALUES_A_CHIP;
    for (int b = 0; b < 3; b++) {
        float *values = c->values + (size_t)b * n_all;
        size_t n = 0;
        for (size_t i = 0; i < n_all; i++)
            if (!isnan(values[i])) values[n++] = values[i];
        c->low[b] = 0;
        c->high[b] = 1;
        if (n == 0) continue;
        qsort(values, n, sizeof *values, by_value);
        c->low[b] = values[n * CUT_PERCENT / 100];
        c->high[b] = values[(n - 1) - (n - 1) * CUT_PERCENT / 100];
        if (!(c->high[b] > c->low[b])) c->high[b] = c->low[b] + 1;
    }
}

/* Red, green and blue by name, else the first three bands, else the first alone in grey. */
static void choose_bands(chips *c)
{
    static const char *const names[] = { "red", "green", "blue" };
    int n_found = 0;
    for (int k = 0; k < 3; k++)
        for (int b = 0; b < c->imagery.n_bands; b++)
            if (strcmp(c->imagery.band[b], names[k]) == 0) {
                c->band[k] = b;
                n_found++;
            }
    for (int k = 0; k < 3 && n_found < 3; k++) c->band[k] = c->imagery.n_bands >= 3 ? k : 0;
}

/* Where the points lie in the image. */
static msc_status place_points(chips *c, msc_error *err)
{
    const msc_grid *map = c->sample->grid, *image = msc_raster_grid(c->imagery.image);
    const size_t n = c->sample->n_points;
    msc_crs *to_image = NULL;
    msc_keyed *keyed = msc_alloc_zero(n + 1, sizeof *keyed);
    if (!keyed) return msc_fail(err, MSC_ENOMEM, c->stem, "%zu points", n);
    msc_status status = msc_crs_same(map->crs, image->crs) ? MSC_OK : msc_crs_open(map->crs, image->crs, &to_image, err);
    for (size_t i = 0; i < n && status == MSC_OK; i++) {
        const int64_t pixel = c->sample->points[i].pixel;
        double e = msc_grid_e(map, (double)(pixel % map->width_px) + 0.5), north = msc_grid_n(map, (double)(pixel / map->width_px) + 0.5);
        if (to_image) msc_crs_forward(to_image, &e, &north, 1, 1);
        const double x = floor((e - image->e0) / image->pixel_e), y = floor((image->n0 - north) / image->pixel_n);
        const int is_there = x >= 0 && y >= 0 && x < image->width_px && y < image->height_px;
        c->x[i] = is_there ? (int32_t)x : -1;
        c->y[i] = is_there ? (int32_t)y : -1;
        keyed[i] = (msc_keyed){ (uint64_t)pixel, (uint32_t)i };
    }
    if (status == MSC_OK && !msc_sort_keys(keyed, n)) status = msc_fail(err, MSC_ENOMEM, c->stem, "%zu points", n);
    for (size_t i = 0; i < n && status == MSC_OK; i++) c->order[i] = keyed[i].at;
    msc_crs_close(&to_image);
    msc_release(keyed);
    return status;
}

static void stem_of(const msc_image *image, char stem[128])
{
    snprintf(stem, 128, "%.120s", msc_file_name(image->paths[0]));
    char *dot = strrchr(stem, '.');
    if (dot && dot != stem) *dot = 0;
}

static msc_status draw_image(chips *c, msc_error *err)
{
    const size_t n = c->sample->n_points;
    const msc_imagery_spec spec = { .image = c->image };
    size_t n_outside = 0;
    MSC_TRY(msc_imagery_open(c->settings, &spec, &c->imagery, err));
    choose_bands(c);
    c->x = msc_alloc(n, sizeof *c->x);
    c->y = msc_alloc(n, sizeof *c->y);
    c->order = msc_alloc(n, sizeof *c->order);
    c->values = msc_alloc_zero(n * 3 * VALUES_A_CHIP, sizeof *c->values);
    if (!c->x || !c->y || !c->order || !c->values) return msc_fail(err, MSC_ENOMEM, c->stem, "%zu points", n);
    MSC_TRY(place_points(c, err));
    for (size_t i = 0; i < n; i++) n_outside += c->x[i] < 0;
    if (n_outside) msc_warn(c->settings, MSC_WOTHER, c->image->paths[0], msc_settings_words(c->settings, "%zu of %zu points lie outside it", "%zu / %zu 个样点在其之外"), n_outside, n);
    MSC_TRY(msc_stream_each(c->settings, c->n_workers, work, c, err));
    find_stretch(c);
    c->is_drawing = 1;
    return msc_stream_each(c->settings, c->n_workers, work, c, err);
}

static void close_image(chips *c)
{
    msc_release(c->x);
    msc_release(c->y);
    msc_release(c->order);
    msc_release(c->values);
    msc_imagery_close(&c->imagery);
}

/* Makes one ready: names, not yet pixels. */
static chips make_plan(const msc_settings *settings, const msc_sample *sample, int i)
{
    chips c = { .settings = settings, .sample = sample, .image = &sample->options->chip_images[i], .side_px = sample->options->chip_px | 1,
                .n_workers = msc_settings_threads(settings, NULL) };
    c.zoom = (LEAST_SIDE_PX + c.side_px - 1) / c.side_px;
    stem_of(c.image, c.stem);
    return c;
}

msc_status msc_sample_check_chips(const msc_settings *settings, const msc_sample *sample, msc_error *err)
{
    const msc_sample_options *o = sample->options;
    char path[MSC_PATH_MAX], stem[2][128];
    for (int i = 0; i < o->n_chip_images; i++)
        for (int k = 0; k < i; k++) {
            stem_of(&o->chip_images[i], stem[0]);
            stem_of(&o->chip_images[k], stem[1]);
            if (strcmp(stem[0], stem[1]) == 0) return msc_fail(err, MSC_EVALUE, "image", "two are called %s; their chips would be too", stem[0]);
        }
    for (int i = 0; i < o->n_chip_images; i++) {
        msc_raster_facts facts;
        MSC_TRY(msc_raster_facts_read(o->chip_images[i].paths[0], &facts, err));
    }
    if (!msc_file_exists(o->chips) && mkdir(o->chips, 0777) != 0) return msc_fail_errno(err, errno, MSC_EWRITE, o->chips);
    for (int i = 0; i < o->n_chip_images; i++) {
        const chips c = make_plan(settings, sample, i);
        for (size_t p = 0; p < sample->n_points; p++) {
            MSC_TRY(name_chip(&c, p, path, err));
            MSC_TRY(msc_file_check_output(path, settings->overwrite, err));
        }
    }
    return MSC_OK;
}

msc_status msc_sample_write_chips(const msc_settings *settings, const msc_sample *sample, msc_error *err)
{
    msc_status status = MSC_OK;
    for (int i = 0; i < sample->options->n_chip_images && status == MSC_OK; i++) {
        chips c = make_plan(settings, sample, i);
        status = draw_image(&c, err);
        close_image(&c);
    }
    return status;
}
