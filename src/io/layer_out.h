/* layer_out.h - what the writer's parts share: layer_out.c opens and commits; rows are made and added by one of the
 * formats: layer_shp.c and layer_fgb.c encode bytes beside each other, layer_row.c goes through OGR. */
#ifndef MSC_IO_LAYER_OUT_H
#define MSC_IO_LAYER_OUT_H
#include "io/layer.h"
#include "io/layer_files.h"
#include "io/layer_text.h"
#include <gdal.h>
#include <ogr_api.h>

/* index: OGR's, of the field; a driver may have put fields of its own first. */
typedef struct msc_layer_column { char *name; msc_field_type type; int width, precision; double limit; int index; } msc_layer_column;

/* One row of a batch: where its bytes end, and its box: west, south, east, north (west > east: no geometry). */
typedef struct msc_row_mark { size_t end[2]; double box[4]; } msc_row_mark;

/* Rows that wait for their turn: bytes[0] are geometries, bytes[1] attributes, in the format's own form. */
struct msc_rows {
    const msc_layer_out *layer;  /* borrowed */
    msc_layer_text text;
    uint8_t *bytes[2]; size_t n_bytes[2], capacity[2];
    msc_row_mark *row; size_t n, row_cap;
    msc_value *value; size_t value_cap;      /* of OGR: one a column; texts are at `integer` in bytes[1] */
    uint8_t *scratch; size_t scratch_cap;    /* of the sink */
};

typedef struct msc_row_format {
    /* After the dataset was created through OGR, which makes headers and schema. */
    msc_status (*open)(msc_layer_out *out, msc_error *err);
    msc_status (*encode)(msc_rows *rows, const msc_shape *shape, const msc_value *values, msc_error *err);
    msc_status (*append)(msc_layer_out *out, msc_rows *rows, msc_error *err);
    /* What remains to be written; the dataset may be open still. */
    msc_status (*finish)(msc_layer_out *out, msc_error *err);
} msc_row_format;

extern const msc_row_format msc_rows_ogr, msc_rows_shp, msc_rows_fgb;

/* A feature of a FlatGeobuf file that is being written. */
typedef struct msc_fgb_item { double box[4]; uint64_t offset; uint64_t n_bytes; } msc_fgb_item;

struct msc_layer_out {
    msc_settings settings;
    msc_layer_files files;
    const char *driver;
    const msc_row_format *format;
    const char *encoding;        /* of texts: "GBK" or "UTF-8" */
    GDALDatasetH dataset;
    OGRLayerH layer;
    OGRFeatureH feature;
    msc_layer_column *columns;
    int n_columns, is_shp, is_multi, is_point, has_transactions, in_transaction, n_options;
    msc_rows *rows;              /* of msc_layer_add */
    int64_t n_rows;
    msc_layer_sink sink[3];      /* shp, shx, dbf; or features in order of arrival, and the file */
    double box[4];
    msc_fgb_item *item; size_t n_items, item_cap;
    char trouble[256];           /* the first failure that GDAL told of */
    int was_full;                /* the system said ENOSPC while GDAL was at work; room may be free again by now */
};

/* Closes the dataset; 0 when GDAL complained. */
int msc_layer_out_close(msc_layer_out *out);
/* GDAL's messages go to out->trouble between these two; calls nest by thread. */
void msc_layer_out_listen(msc_layer_out *out);
void msc_layer_out_unlisten(void);
/* EWRITE or ENOSPACE with GDAL's words, or `what` when it had none. */
msc_status msc_layer_out_failed(msc_layer_out *out, const char *what, msc_error *err);

/* layer_value.c: what a field holds. EWRITE, never a value that is cut. */
msc_status msc_layer_check_integer(const msc_layer_out *out, const msc_layer_column *column, int64_t value, msc_error *err);
msc_status msc_layer_check_real(const msc_layer_out *out, const msc_layer_column *column, double value, msc_error *err);
/* "2024-03-01" as year, month, day. */
msc_status msc_layer_check_date(const msc_layer_out *out, const msc_layer_column *column, const char *text, int date[3],
                                msc_error *err);

/* Room for `n` more bytes in rows->bytes[k]; *at is their place. ENOMEM. */
msc_status msc_rows_room(msc_rows *rows, int k, size_t n, uint8_t **at, msc_error *err);
/* Where the part that begins with outer ring `first` ends. */
size_t msc_shape_part_end(const msc_shape *shape, size_t first);
/* West, south, east, north of a shape. */
void msc_shape_box(const msc_shape *shape, double box[4]);
void msc_box_join(double box[4], const double other[4]);
#endif
