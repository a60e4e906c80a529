/* raster_out_made.h - two rasters written at once: a class map and three bands of made values. */
#ifndef TEST_IO_RASTER_OUT_MADE_H
#define TEST_IO_RASTER_OUT_MADE_H
#include "raster_made.h"

enum { W = 1500, H = 1100 };

typedef struct picture {
    int bands;
    msc_type types[4];
} picture;

static msc_status draw(void *self, int worker, msc_tile *t, msc_error *err)
{
    (void)self;
    (void)worker;
    (void)err;
    for (int y = -t->pad_px; y < t->core.h + t->pad_px; y++)
        for (int x = -t->pad_px; x < t->core.w + t->pad_px; x++) {
            const int ix = t->core.x + x, iy = t->core.y + y;
            msc_row_valid(t, y)[x] = ix >= 0 && iy >= 0 && ix < W && iy < H && (ix / 100 + iy / 100) % 5 != 0;
            for (int b = 0; b < t->n_planes; b++) {
                const double v = made_value(ix, iy, b);
                if (t->plane[b].type == MSC_U8) msc_row_u8(t, b, y)[x] = (uint8_t)v;
                else if (t->plane[b].type == MSC_U16) msc_row_u16(t, b, y)[x] = (uint16_t)(v * 100);
                else msc_row_f32(t, b, y)[x] = (float)(v / 8);
            }
        }
    return MSC_OK;
}

static msc_grid made_grid(void)
{
    msc_grid grid = {
        .width_px = W, .height_px = H, .e0 = 500000, .n0 = 4400000, .pixel_e = 2, .pixel_n = 2
    };
    OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
    OSRImportFromEPSG(srs, 32650);
    char *wkt = NULL;
    OSRExportToWkt(srs, &wkt);
    snprintf(grid.crs, sizeof grid.crs, "%s", wkt);
    VSIFree(wkt);
    OSRRelease(srs);
    return grid;
}

static const msc_class classes[] = { { .code = 1, .name = "quarry", .label = "采场", .rgb = { 200, 10, 10 } },
                                     { .code = 5, .name = "vegetation", .label = "植被" } };

/* Above 0: flips bits of the first output's temporary file at this share of its length, once it is written. */
static double damage_at;
static void damage(void)
{
    DIR *dir = opendir(made_dir);
    for (struct dirent *e; (e = readdir(dir));) {
        char name[1024];
        if (!strstr(e->d_name, ".damaged.part") || strstr(e->d_name, ".xml")) continue;
        snprintf(name, sizeof name, "%s/%s", made_dir, e->d_name);
        FILE *file = fopen(name, "r+b");
        assert_non_null(file);
        fseek(file, 0, SEEK_END);
        const long at = 20000 + (long)(damage_at * (double)(ftell(file) - 20000));
        fseek(file, at, SEEK_SET);
        const int byte = fgetc(file);
        fseek(file, at, SEEK_SET);
        fputc(byte ^ 0x10, file);
        fclose(file);
    }
    closedir(dir);
}

/* Writes one u8 class map and one three-band raster of `type` at once. */
static msc_status write_two(const char *map, const char *bands, msc_type type, int tile, int threads,
                            msc_settings *settings, msc_error *err)
{
    const picture drawn = { 4, { MSC_U8, type, type, type } };
    msc_source source = {
        .self = (void *)&drawn, .width_px = W, .height_px = H, .n_planes = 4, .read = draw
    };
    memcpy(source.types, drawn.types, sizeof drawn.types);
    static const char *const names[] = { "red", "green", "blue" }, *const meta[] = { "RUN_ID=r1" };
    msc_raster_out_spec a = { .path = map,
                              .grid = made_grid(),
                              .n_bands = 1,
                              .type = MSC_U8,
                              .has_nodata = 1,
                              .classes = classes,
                              .n_classes = 2,
                              .has_overviews = 1,
                              .meta = meta,
                              .n_meta = 1 };
    msc_raster_out_spec b = { .path = bands,
                              .grid = made_grid(),
                              .n_bands = 3,
                              .type = type,
                              .has_nodata = type == MSC_U16,
                              .nodata = 65535,
                              .band_names = names };
    msc_raster_outs outs = { .n = 2 };
    msc_sink sink;
    msc_layout layout;
    settings->n_threads = threads;
    settings->tile_px = tile;
    settings->memory_bytes = (int64_t)2 << 30;
    msc_raster_outs_sink(&outs, &sink);
    msc_status status = msc_stream_plan(settings, &source, NULL, 0, &sink, 0, &layout, err);
    if (status == MSC_OK) status = msc_raster_out_open(settings, &a, &layout, &outs.out[0], err);
    if (status == MSC_OK) status = msc_raster_out_open(settings, &b, &layout, &outs.out[1], err);
    if (status == MSC_OK) status = msc_stream_run(settings, &layout, &source, NULL, 0, &sink, "write", err);
    if (status == MSC_OK && damage_at > 0) damage();
    if (status == MSC_OK) status = msc_raster_out_commit(&outs.out[0], err);
    if (status == MSC_OK) status = msc_raster_out_commit(&outs.out[1], err);
    msc_raster_out_abandon(&outs.out[0]);
    msc_raster_out_abandon(&outs.out[1]);
    return status;
}

static int count_files(void)
{
    int n = 0;
    DIR *dir = opendir(made_dir);
    for (struct dirent *e; (e = readdir(dir));) n += e->d_name[0] != '.' || strlen(e->d_name) > 2;
    closedir(dir);
    return n;
}

#endif
