/* transitions.c - counts a change map into a from-to matrix and writes it. */
#define _POSIX_C_SOURCE 200809L
#include "jobs/transitions.h"
#include "base/file.h"
#include "base/mem.h"
#include "grid/area.h"
#include "io/raster_in.h"
#include "jobs/csv_cell.h"
#include <stdio.h>
#include <string.h>

typedef struct counting {
    msc_transitions *sum;
    msc_zone_counter counter;
} counting;

void msc_transitions_row(const void *self, const msc_tile *tile, int32_t y, uint16_t *value, uint8_t *is_seen)
{
    const uint8_t *restrict before = msc_row_u8(tile, 0, y), *restrict valid = msc_row_valid(tile, y);
    const uint16_t *restrict change = msc_row_u16(tile, 1, y);
    (void)self;
    for (int32_t x = 0; x < tile->core.w; x++) {
        value[x] = (uint16_t)(change[x] ? change[x] : before[x] * 257);
        is_seen[x] = (valid[x] != 0) & (change[x] != 65535) & (before[x] != 0);
    }
}

static msc_status count_tile(void *self, const msc_tile *tile, void *slot, msc_error *err)
{
    const counting *c = self;
    return msc_zone_count_tile(&c->counter, tile, slot) ? MSC_OK : msc_fail(err, MSC_ENOMEM, "transitions", "a tile");
}

static msc_status add_tile(void *self, const msc_tile *tile, void *slot, int64_t index, msc_error *err)
{
    msc_transitions *sum = ((counting *)self)->sum;
    const msc_zone_cells *cells = slot;
    (void)tile, (void)index, (void)err;
    for (size_t i = 0; i < cells->n; i++) {
        const msc_zone_cell *cell = &cells->cell[i];
        *(cell->value < 0 ? &sum->px_not_observed : &sum->px[cell->value >> 8][cell->value & 255]) += cell->px;
        *(cell->value < 0 ? &sum->units_not_observed : &sum->units[cell->value >> 8][cell->value & 255]) += cell->units;
    }
    return MSC_OK;
}

static msc_status open_map(const msc_settings *settings, const char *path, msc_raster **raster, msc_error *err)
{
    const msc_raster_spec spec = { .image = { .paths = &path, .n_paths = 1 },
                                   .n_workers = msc_settings_threads(settings, NULL), .resample = MSC_NEAREST };
    return msc_raster_open(&spec, settings, raster, err);
}

msc_status msc_transitions_count(const msc_settings *settings, const char *before, const char *change,
                                 msc_transitions *transitions, msc_error *err)
{
    msc_status status;
    msc_raster *map[2] = { NULL, NULL };
    msc_area area = { 0 };
    msc_source source;
    msc_layout layout;
    memset(transitions, 0, sizeof *transitions);
    if ((status = open_map(settings, before, &map[0], err)) != MSC_OK) goto done;
    if ((status = open_map(settings, change, &map[1], err)) != MSC_OK) goto done;
    if (msc_raster_type(map[0]) != MSC_U8 || msc_raster_type(map[1]) != MSC_U16) {
        status = msc_fail(err, MSC_EFORMAT, change, "needs a class map (Byte) and a change map (UInt16)");
        goto done;
    }
    if ((status = msc_area_init(msc_raster_grid(map[0]), msc_settings_threads(settings, NULL), &area, err)) != MSC_OK) goto done;
    msc_rasters both = { .raster = { map[0], map[1] }, .n = 2, .required = 2 };
    if ((status = msc_rasters_source(&both, &source, err)) != MSC_OK) goto done;
    counting c = { transitions, { .area = &area, .row = msc_transitions_row } };
    const msc_sink sink = { .self = &c, .slot_bytes = sizeof(msc_zone_cells), .prepare = count_tile, .put = add_tile, .slot_clear = msc_zone_cells_clear,
                            .is_put_blind = 1 };
    if ((status = msc_stream_plan(settings, &source, NULL, 0, &sink, 0, &layout, err)) != MSC_OK) goto done;
    status = msc_stream_run(settings, &layout, &source, NULL, 0, &sink, "transitions", err);
done:
    msc_area_clear(&area);
    msc_raster_close(&map[1]);
    msc_raster_close(&map[0]);
    return status;
}

static void write_class(FILE *file, const msc_class *class)
{
    char code[16];
    snprintf(code, sizeof code, "%d ", class->code);
    msc_csv_cell(file, code, class->label ? class->label : class->name);
}

static int write_rows(FILE *file, const msc_transitions *t, const msc_class *classes, int n)
{
    fprintf(file, "\xEF\xBB\xBF" "ha (ellipsoidal)");   /* the mark makes spreadsheet programs read UTF-8 */
    for (int j = 0; j < n; j++) {
        fputc(',', file);
        write_class(file, &classes[j]);
    }
    fprintf(file, ",sum\n");
    for (int i = 0; i <= n; i++) {
        int64_t sum = 0;
        if (i < n) write_class(file, &classes[i]);
        else fprintf(file, "sum");
        for (int j = 0; j < n; j++) {
            int64_t units = 0;
            for (int k = i < n ? i : 0; k < (i < n ? i + 1 : n); k++) units += t->units[classes[k].code][classes[j].code];
            sum += units;
            fprintf(file, ",%.4f", msc_area_ha(units));
        }
        fprintf(file, ",%.4f\n", msc_area_ha(sum));
    }
    return fprintf(file, "not observed,%.4f\n", msc_area_ha(t->units_not_observed));
}

msc_status msc_transitions_text(const msc_transitions *transitions, const msc_class *classes, int n_classes, char **text,
                                size_t *n_bytes, msc_error *err)
{
    char *made = NULL;
    FILE *memory = open_memstream(&made, n_bytes);
    if (!memory) return msc_fail(err, MSC_ENOMEM, "transitions", "table");
    write_rows(memory, transitions, classes, n_classes);
    const msc_status status = msc_file_close_text(memory, "transitions", err);
    if (status == MSC_OK) *text = made;
    else msc_release(made);
    return status;
}

msc_status msc_transitions_write(const msc_transitions *transitions, const msc_class *classes, int n_classes,
                                 const char *path, msc_error *err)
{
    char *text = NULL;
    size_t size = 0;
    MSC_TRY(msc_transitions_text(transitions, classes, n_classes, &text, &size, err));
    const msc_status status = msc_file_write(path, text, size, err);
    msc_release(text);
    return status;
}
