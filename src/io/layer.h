/* layer.h - the door for OGR: vector layers in and out. */
#ifndef MSC_IO_LAYER_H
#define MSC_IO_LAYER_H
#include "grid/grid.h"

typedef enum msc_field_type { MSC_FIELD_INT, MSC_FIELD_INT64, MSC_FIELD_REAL, MSC_FIELD_TEXT, MSC_FIELD_DATE } msc_field_type;
typedef struct msc_field { const char *name; msc_field_type type; int width, precision; } msc_field;
typedef struct msc_value { int is_set; int64_t integer; double real; const char *text; } msc_value;

/* A point, or a polygon / multipolygon: rings in order, each closed (first point repeated at the end); a ring with
 * is_outer starts a new part, the holes of that part follow it. Ring r has points ring_start[r]..ring_start[r+1]-1. */
typedef struct msc_shape {
    int is_point;
    size_t n_rings;
    const size_t *ring_start;
    const uint8_t *is_outer;
    const double *xy;            /* east, north pairs */
} msc_shape;

/* ---- writing ---- */
typedef struct msc_layer_out msc_layer_out;
typedef struct msc_layer_spec {
    const char *path;            /* driver from settings->format, else from the extension: shp gpkg fgb geojson kml csv xlsx */
    const char *name;            /* layer name; NULL: the file's stem */
    const char *crs;
    int is_point, is_multi, is_table;   /* is_table: rows without geometry; CSV begins with a byte order mark, for spreadsheets */
    const msc_field *fields;
    int n_fields;
    const char *encoding;        /* shapefile attributes: GBK or UTF-8; a .cpg is written in both cases */
} msc_layer_spec;
/* True for CSV and XLSX, which are for people and spreadsheets: points there are best given as columns x and y. */
int msc_layer_is_table(const msc_settings *settings, const char *path);
/* Outputs appear whole or not at all, with all their sidecar files. EEXISTS, EPERM, ENOSPACE, EWRITE. */
msc_status msc_layer_create(const msc_settings *settings, const msc_layer_spec *spec, msc_layer_out **layer, msc_error *err);
/* shape NULL: a row without geometry. values: one a field. A text that does not fit its field is ETEXT, never cut. */
msc_status msc_layer_add(msc_layer_out *layer, const msc_shape *shape, const msc_value *values, msc_error *err);
/* Rows made ready for a layer, beside others: their encoding is most of the cost of writing, only appending needs an
 * order. Errors of msc_layer_add, some only when the rows are appended. */
typedef struct msc_rows msc_rows;
msc_status msc_rows_new(const msc_layer_out *layer, msc_rows **rows, msc_error *err);   /* borrows the layer */
msc_status msc_rows_add(msc_rows *rows, const msc_shape *shape, const msc_value *values, msc_error *err);
void msc_rows_free(msc_rows **rows);
/* Appends them and leaves `rows` empty; one caller at a time. */
msc_status msc_layer_append(msc_layer_out *layer, msc_rows *rows, msc_error *err);
msc_status msc_layer_commit(msc_layer_out **layer, msc_error *err);
void msc_layer_abandon(msc_layer_out **layer);

/* ---- reading ---- */
typedef struct msc_features_in {
    size_t n;
    msc_shape *shape;            /* polygons (any multi-part) or points, in the wanted CRS */
    msc_value *value;            /* [n][n_fields] in the order asked for; unset where NULL in the file; texts without blanks at their end */
    int n_fields;
    size_t n_skipped;            /* features without usable geometry */
    void *owned;                 /* storage of all of it */
} msc_features_in;
/* Reads a whole layer into memory, with geometry brought to `crs` ("" or NULL: as it is). `layer` NULL: the first.
 * Where a `crs` is given, a table without geometry that has fields x and y (in any case) gives points of that CRS.
 * `where`: OGR SQL filter or NULL. ENOFILE, EFORMAT, EFIELD (a named field is missing; an x or y is no number), ECRS. */
msc_status msc_layer_read(const char *path, const char *layer, const char *where, const char *crs,
                          const char *const *fields, int n_fields, msc_features_in *features, msc_error *err);
void msc_features_in_clear(msc_features_in *features);
/* The layer's coordinate system as WKT, "" when it has none. ENOFILE, EFORMAT. */
msc_status msc_layer_crs(const char *path, const char *layer, char wkt[MSC_CRS_MAX], msc_error *err);
#endif
