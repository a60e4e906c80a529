/* bench_patches.c - what tracing costs without writing.
 *
 *   bench_patches RASTER [THREADS] [MEMORY]           regions, rings, areas, inside points: every polygon, in order
 *   bench_patches --labels RASTER [THREADS] [MEMORY]  regions alone: numbered, joined over seams, pixels summed
 *
 * Prints one line: seconds of wall and of processor, patches, vertices, pixels. The raster is read within the time. */
#define _POSIX_C_SOURCE 200809L
#include "base/mem.h"
#include "io/raster_in.h"
#include "patch/front.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Polygons are looked at, so that none is left out: the sum of their areas must be that of their pixels. */
typedef struct counts { int64_t n, n_px, n_vertices, area_px_x2; } counts;

static msc_status take(void *self, int worker, void *batch, const msc_patch *p, msc_error *err)
{
    counts *c = batch;
    (void)self;
    (void)worker;
    (void)err;
    c->n++;
    c->n_px += p->n_px;
    c->n_vertices += (int64_t)(p->ring_start[p->n_rings] - p->n_rings);
    c->area_px_x2 += p->area_px_x2;
    return MSC_OK;
}

static msc_status put(void *self, void *batch, msc_error *err)
{
    counts *sum = self, *c = batch;
    (void)err;
    sum->n += c->n;
    sum->n_px += c->n_px;
    sum->n_vertices += c->n_vertices;
    sum->area_px_x2 += c->area_px_x2;
    memset(c, 0, sizeof *c);
    return MSC_OK;
}

typedef struct labelling { msc_tracer tracer; msc_front front; } labelling;

static msc_status label_tile(void *self, const msc_tile *tile, void *slot, msc_error *err)
{
    const labelling *k = self;
    MSC_TRY(msc_trace_regions(&k->tracer, tile, slot, err));
    return msc_front_finish_inside(slot, err);
}

static msc_status join_tile(void *self, const msc_tile *tile, void *slot, int64_t index, msc_error *err)
{
    labelling *k = self;
    (void)index;
    return msc_front_add(&k->front, &tile->core, slot, err);
}

static void clear_slot(void *self, void *slot)
{
    (void)self;
    msc_trace_clear(slot);
}

static msc_status label(const msc_settings *settings, const msc_source *source, const msc_patches_options *o, counts *sum, msc_error *err)
{
    static const uint8_t is_left_out[UINT16_MAX + 1] = {[UINT16_MAX] = 1};
    labelling k = {.tracer = {o, source->width_px, source->height_px, is_left_out}};
    const msc_sink sink = {.self = &k, .halo_px = 1, .slot_bytes = sizeof(msc_trace), .prepare = label_tile, .put = join_tile,
                           .slot_clear = clear_slot};
    msc_layout layout;
    MSC_TRY(msc_stream_plan(settings, source, NULL, 0, &sink, 0, &layout, err));
    MSC_TRY(msc_front_init(&k.front, source, &layout, o->connectivity, SIZE_MAX / 2, ".", err));
    const msc_status status = msc_stream_run(settings, &layout, source, NULL, 0, &sink, "label", err);
    for (size_t b = 0; b < k.front.index.n_buckets && status == MSC_OK; b++) {
        msc_entry *entry = NULL;
        size_t n = 0;
        MSC_TRY(msc_index_bucket(&k.front.index, b, &entry, &n, err));
        sum->n += (int64_t)n;
        for (size_t e = 0; e < n; e++) {
            sum->n_px += entry[e].n_px;
        }
        msc_release(entry);
    }
    msc_front_clear(&k.front);
    return status;
}

static double now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char **argv)
{
    const int is_labels = argc > 1 && strcmp(argv[1], "--labels") == 0;
    const char *path = argc > 1 + is_labels ? argv[1 + is_labels] : NULL;
    msc_settings settings;
    msc_error err = {0};
    msc_source source;
    msc_rasters rasters = {.n = 1, .required = 1};
    msc_area area = {0};
    counts sum = {0};
    if (path == NULL) {
        fprintf(stderr, "usage: bench_patches [--labels] RASTER [THREADS] [MEMORY_MIB]\n");
        return 2;
    }
    msc_settings_defaults(&settings);
    settings.n_threads = argc > 2 + is_labels ? atoi(argv[2 + is_labels]) : 0;
    settings.memory_bytes = argc > 3 + is_labels ? (int64_t)atoi(argv[3 + is_labels]) << 20 : 0;
    settings.tile_px = 512;
    const double wall = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    const msc_raster_spec spec = {.image = {.paths = &path, .n_paths = 1}, .n_workers = msc_settings_threads(&settings, NULL)};
    msc_status status = msc_raster_open(&spec, &settings, &rasters.raster[0], &err);
    if (status == MSC_OK && !is_labels) {
        status = msc_area_init(msc_raster_grid(rasters.raster[0]), msc_settings_threads(&settings, NULL), &area, &err);
    }
    if (status == MSC_OK) {
        status = msc_rasters_source(&rasters, &source, &err);
    }
    const msc_patches_options options = {.connectivity = 4, .area = is_labels ? NULL : &area};
    const msc_patch_sink sink = {.self = &sum, .batch_bytes = sizeof(counts), .take = take, .put = put};
    if (status == MSC_OK) {
        status = is_labels ? label(&settings, &source, &options, &sum, &err)
                           : msc_patches_trace(&settings, &source, &options, &sink, &err);
    }
    if (status != MSC_OK || (!is_labels && sum.area_px_x2 != 2 * sum.n_px)) {
        fprintf(stderr, "%s: %s %s\n", msc_status_name(status), err.subject, err.detail);
        return 1;
    }
    printf("%.3f s wall %.3f s cpu %lld patches %lld vertices %lld px\n", now(CLOCK_MONOTONIC) - wall,
           now(CLOCK_PROCESS_CPUTIME_ID) - cpu, (long long)sum.n, (long long)sum.n_vertices, (long long)sum.n_px);
    msc_raster_close(&rasters.raster[0]);
    msc_area_clear(&area);
    return 0;
}
