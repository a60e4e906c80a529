/* layer_out.h - what the writer's two halves share: layer_out.c opens and commits, layer_row.c adds rows. */
#ifndef MSC_IO_LAYER_OUT_H
#define MSC_IO_LAYER_OUT_H
#include "io/layer.h"
#include "io/layer_files.h"
#include "io/layer_text.h"
#include <gdal.h>
#include <ogr_api.h>

typedef struct msc_layer_column { char *name; msc_field_type type; int width, precision; double limit; } msc_layer_column;

struct msc_layer_out {
    msc_layer_files files;
    const char *driver;
    GDALDatasetH dataset;
    OGRLayerH layer;
    OGRFeatureH feature;
    msc_layer_text text;
    msc_layer_column *columns;
    int n_columns, is_shp, is_multi, is_point, has_transactions, in_transaction;
    int64_t n_rows;
    uint8_t *wkb;
    size_t wkb_capacity;
    char trouble[256];           /* the first failure that GDAL told of */
    int was_full;                /* the system said ENOSPC while GDAL was at work; room may be free again by now */
};

/* GDAL's messages go to out->trouble between these two; calls nest by thread. */
void msc_layer_out_listen(msc_layer_out *out);
void msc_layer_out_unlisten(void);
/* EWRITE or ENOSPACE with GDAL's words, or `what` when it had none. */
msc_status msc_layer_out_failed(msc_layer_out *out, const char *what, msc_error *err);
#endif
