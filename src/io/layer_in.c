/* layer_in.c - reads a vector layer into memory, brought to one coordinate system. */
#define _LARGEFILE64_SOURCE   /* VSIStatBufL is a stat64 */
#define _POSIX_C_SOURCE 200809L
#include "base/mem.h"
#include "io/layer.h"
#include "io/raster_file.h"
#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <math.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <stdio.h>
#include <string.h>

/* Growing pools; shapes and texts are offsets until all is read, then pointers. */
typedef struct pools {
    double *xy;
    size_t n_xy, xy_capacity;    /* doubles */
    size_t *ring_start;
    uint8_t *is_outer;
    size_t n_starts, starts_capacity, outer_capacity;
    char *text;
    size_t n_text, text_capacity;
    msc_shape *shape;
    size_t shape_capacity;
    struct origin { size_t xy, ring; } *origin;
    size_t origin_capacity;
    msc_value *value;
    size_t value_capacity;
    size_t *text_at;             /* one a value */
    size_t text_at_capacity;
} pools;

typedef struct reader {
    const char *path;
    GDALDatasetH dataset;
    OGRLayerH layer;
    OGRCoordinateTransformationH transform;
    int *index;                  /* of the wanted fields */
    int xy[2], has_xy;           /* fields of a table that say where its rows lie */
    int n_fields;
    pools *pools;
    size_t n;
    char words[256];             /* GDAL's first complaint */
} reader;

static void CPL_STDCALL hear(CPLErr level, CPLErrorNum number, const char *message)
{
    (void)number;
    char *words = CPLGetErrorHandlerUserData();
    if (level >= CE_Failure && !words[0]) snprintf(words, 256, "%s", message);
}

static void pools_free(pools *p)
{
    if (!p) return;
    msc_release(p->xy);
    msc_release(p->ring_start);
    msc_release(p->is_outer);
    msc_release(p->text);
    msc_release(p->shape);
    msc_release(p->origin);
    msc_release(p->value);
    msc_release(p->text_at);
    msc_release(p);
}

static msc_status no_memory(const reader *in, msc_error *err)
{
    return msc_fail(err, MSC_ENOMEM, in->path, "%zu features", in->n);
}

/* A GeoJSON file names its fields with its features only: without any it has no field to be missed. */
static int is_blank(OGRLayerH layer)
{
    return OGR_FD_GetFieldCount(OGR_L_GetLayerDefn(layer)) == 0 && OGR_L_GetFeatureCount(layer, 1) == 0;
}

static msc_status open_layer(reader *in, const char *layer, const char *where, msc_error *err)
{
    VSIStatBufL st;
    msc_gdal_start();
    in->dataset = GDALOpenEx(in->path, GDAL_OF_VECTOR | GDAL_OF_READONLY, NULL, NULL, NULL);
    if (!in->dataset) {
        const int is_there = VSIStatL(in->path, &st) == 0;
        return msc_fail(err, is_there ? MSC_EFORMAT : MSC_ENOFILE, in->path, "%s",
                        in->words[0] ? in->words : is_there ? "not a vector layer" : "No such file or directory");
    }
    in->layer = layer && layer[0] ? GDALDatasetGetLayerByName(in->dataset, layer) : GDALDatasetGetLayer(in->dataset, 0);
    if (!in->layer) return msc_fail(err, MSC_EFORMAT, in->path, "no layer %s", layer && layer[0] ? layer : "at all");
    if (where && where[0] && !is_blank(in->layer) && OGR_L_SetAttributeFilter(in->layer, where) != OGRERR_NONE)
        return msc_fail(err, MSC_EVALUE, in->path, "where %s: %s", where, in->words);
    return MSC_OK;
}

static msc_status find_fields(reader *in, const char *const *fields, msc_error *err)
{
    OGRFeatureDefnH defn = OGR_L_GetLayerDefn(in->layer);
    in->index = msc_alloc_zero((size_t)in->n_fields + 1, sizeof *in->index);
    if (!in->index) return no_memory(in, err);
    for (int i = 0; i < in->n_fields; i++) {
        in->index[i] = OGR_FD_GetFieldIndex(defn, fields[i]);
        if (in->index[i] >= 0 || is_blank(in->layer)) continue;
        char names[400] = "";
        for (int k = 0; k < OGR_FD_GetFieldCount(defn) && strlen(names) < 300; k++) {
            const size_t used = strlen(names);
            snprintf(names + used, sizeof names - used, "%s%.60s", k ? " " : "", OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(defn, k)));
        }
        return msc_fail(err, MSC_EFIELD, in->path, "no field %s among: %s", fields[i], names);
    }
    return MSC_OK;
}

/* OGR compares names of fields in any case. */
static void find_xy(reader *in, const char *crs)
{
    OGRFeatureDefnH defn = OGR_L_GetLayerDefn(in->layer);
    in->xy[0] = OGR_FD_GetFieldIndex(defn, "x");
    in->xy[1] = OGR_FD_GetFieldIndex(defn, "y");
    in->has_xy = crs && OGR_L_GetGeomType(in->layer) == wkbNone && in->xy[0] >= 0 && in->xy[1] >= 0;
}

static msc_status open_transform(reader *in, const char *crs, msc_error *err)
{
    msc_status status = MSC_OK;
    if (!crs || !crs[0] || OGR_L_GetGeomType(in->layer) == wkbNone) return MSC_OK;
    OGRSpatialReferenceH from = OGR_L_GetSpatialRef(in->layer);
    if (!from) return msc_fail(err, MSC_ECRS, in->path, "no coordinate system");
    OGRSpatialReferenceH own = OSRClone(from), to = OSRNewSpatialReference(NULL);
    OSRSetAxisMappingStrategy(own, OAMS_TRADITIONAL_GIS_ORDER);
    if (OSRSetFromUserInput(to, crs) != OGRERR_NONE) {
        status = msc_fail(err, MSC_ECRS, in->path, "%.200s", crs);
        goto done;
    }
    OSRSetAxisMappingStrategy(to, OAMS_TRADITIONAL_GIS_ORDER);
    if (OSRIsSame(own, to)) goto done;
    in->transform = OCTNewCoordinateTransformation(own, to);
    if (!in->transform) status = msc_fail(err, MSC_ECRS, in->path, "%s", in->words[0] ? in->words : "no transformation");
done:
    OSRDestroySpatialReference(own);
    OSRDestroySpatialReference(to);
    return status;
}

/* Appends one ring or point; 0 when memory is out. */
static int add_ring(pools *p, OGRGeometryH ring, int is_outer, msc_shape *shape, size_t xy_origin)
{
    const size_t n = (size_t)OGR_G_GetPointCount(ring);
    if (!msc_reserve((void **)&p->xy, &p->xy_capacity, p->n_xy + 2 * n, sizeof *p->xy) ||
        !msc_reserve((void **)&p->ring_start, &p->starts_capacity, p->n_starts + 2, sizeof *p->ring_start) ||
        !msc_reserve((void **)&p->is_outer, &p->outer_capacity, p->n_starts + 2, 1))
        return 0;
    double *to = p->xy + p->n_xy;
    OGR_G_GetPoints(ring, to, 16, to + 1, 16, NULL, 0);
    p->n_xy += 2 * n;
    if (shape->n_rings == 0) p->ring_start[p->n_starts++] = 0;
    p->is_outer[p->n_starts - 1] = (uint8_t)is_outer;
    p->ring_start[p->n_starts++] = (p->n_xy - xy_origin) / 2;
    shape->n_rings++;
    return 1;
}

/* Polygons at any depth of collections; lines and stray points are passed over. 0 when memory is out. */
static int add_polygons(pools *p, OGRGeometryH geometry, msc_shape *shape, size_t xy_origin)
{
    const OGRwkbGeometryType type = wkbFlatten(OGR_G_GetGeometryType(geometry));
    const int n = OGR_G_GetGeometryCount(geometry);
    if (type == wkbPolygon) {
        for (int r = 0; r < n; r++) {
            OGRGeometryH ring = OGR_G_GetGeometryRef(geometry, r);
            if (OGR_G_GetPointCount(ring) < 4) {
                if (r == 0) return 1;
                continue;
            }
            if (!add_ring(p, ring, r == 0, shape, xy_origin)) return 0;
        }
        return 1;
    }
    if (type != wkbMultiPolygon && type != wkbGeometryCollection) return 1;
    for (int i = 0; i < n; i++)
        if (!add_polygons(p, OGR_G_GetGeometryRef(geometry, i), shape, xy_origin)) return 0;
    return 1;
}

static int is_finite(const double *xy, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(xy[i])) return 0;
    return 1;
}

/* Takes a geometry: *is_used tells whether anything came of it. 0 when memory is out. */
static int add_geometry(reader *in, OGRGeometryH geometry, int *is_used)
{
    pools *p = in->pools;
    *is_used = 0;
    if (!geometry || OGR_G_IsEmpty(geometry)) return 1;
    if (in->transform && OGR_G_Transform(geometry, in->transform) != OGRERR_NONE) return 1;
    OGRGeometryH linear = OGR_G_HasCurveGeometry(geometry, 0) ? OGR_G_GetLinearGeometry(geometry, 0, NULL) : NULL;
    OGRGeometryH flat = linear ? linear : geometry;
    const OGRwkbGeometryType type = wkbFlatten(OGR_G_GetGeometryType(flat));
    if (type == wkbMultiPoint && OGR_G_GetGeometryCount(flat) == 1) flat = OGR_G_GetGeometryRef(flat, 0);
    msc_shape shape = { 0 };
    const size_t xy_origin = p->n_xy, ring_origin = p->n_starts;
    int is_good = 1;
    shape.is_point = wkbFlatten(OGR_G_GetGeometryType(flat)) == wkbPoint;
    if (shape.is_point) is_good = add_ring(p, flat, 1, &shape, xy_origin);
    else is_good = add_polygons(p, flat, &shape, xy_origin);
    if (linear) OGR_G_DestroyGeometry(linear);
    if (!is_good) return 0;
    if (shape.n_rings == 0 || !is_finite(p->xy + xy_origin, p->n_xy - xy_origin)) {
        p->n_xy = xy_origin;
        p->n_starts = ring_origin;
        return 1;
    }
    p->shape[in->n] = shape;
    p->origin[in->n] = (struct origin){ xy_origin, ring_origin };
    *is_used = 1;
    return 1;
}

/* By the fields x and y; a row without one of them has no place. */
static msc_status add_point(reader *in, OGRFeatureH feature, int *is_used, msc_error *err)
{
    double xy[2];
    *is_used = 0;
    for (int k = 0; k < 2; k++) {
        const char *text = OGR_F_IsFieldSetAndNotNull(feature, in->xy[k]) ? OGR_F_GetFieldAsString(feature, in->xy[k]) : "";
        char *end = NULL;
        text += strspn(text, " ");
        if (!text[0]) return MSC_OK;
        xy[k] = CPLStrtod(text, &end);
        if (end == text || end[strspn(end, " ")])
            return msc_fail(err, MSC_EFIELD, in->path, "%s: '%.100s' is no number", OGR_Fld_GetNameRef(OGR_F_GetFieldDefnRef(feature, in->xy[k])), text);
    }
    OGRGeometryH point = OGR_G_CreateGeometry(wkbPoint);
    OGR_G_SetPoint_2D(point, 0, xy[0], xy[1]);
    const int is_good = add_geometry(in, point, is_used);
    OGR_G_DestroyGeometry(point);
    return is_good ? MSC_OK : no_memory(in, err);
}

static int add_values(reader *in, OGRFeatureH feature)
{
    pools *p = in->pools;
    for (int i = 0; i < in->n_fields; i++) {
        msc_value *value = &p->value[in->n * (size_t)in->n_fields + (size_t)i];
        size_t *at = &p->text_at[in->n * (size_t)in->n_fields + (size_t)i];
        memset(value, 0, sizeof *value);
        *at = 0;
        if (!OGR_F_IsFieldSetAndNotNull(feature, in->index[i])) continue;
        value->is_set = 1;
        value->integer = OGR_F_GetFieldAsInteger64(feature, in->index[i]);
        value->real = OGR_F_GetFieldAsDouble(feature, in->index[i]);
        const char *text = OGR_F_GetFieldAsString(feature, in->index[i]);
        size_t n = strlen(text);
        while (n > 0 && text[n - 1] == ' ') n--;     /* dBASE has none at the end: a text is the same in every format */
        if (!msc_reserve((void **)&p->text, &p->text_capacity, p->n_text + n + 1, 1)) return 0;
        memcpy(p->text + p->n_text, text, n);
        p->text[p->n_text + n] = '\0';
        *at = p->n_text;
        p->n_text += n + 1;
    }
    return 1;
}

/* Values and shape of one feature; a layer without geometry gives points by x and y, or rows with empty shapes. */
static msc_status add_feature(reader *in, OGRFeatureH feature, int has_geometry, size_t *n_skipped, msc_error *err)
{
    pools *p = in->pools;
    const size_t n_values = (in->n + 1) * (size_t)in->n_fields + 1;
    int is_used = 1;
    if (!msc_reserve((void **)&p->shape, &p->shape_capacity, in->n + 1, sizeof *p->shape) ||
        !msc_reserve((void **)&p->origin, &p->origin_capacity, in->n + 1, sizeof *p->origin) ||
        !msc_reserve((void **)&p->value, &p->value_capacity, n_values, sizeof *p->value) ||
        !msc_reserve((void **)&p->text_at, &p->text_at_capacity, n_values, sizeof *p->text_at))
        return no_memory(in, err);
    p->shape[in->n] = (msc_shape){ 0 };
    p->origin[in->n] = (struct origin){ 0, 0 };
    if (has_geometry && !add_geometry(in, OGR_F_GetGeometryRef(feature), &is_used)) return no_memory(in, err);
    if (in->has_xy) MSC_TRY(add_point(in, feature, &is_used, err));
    if (!is_used) (*n_skipped)++;
    if (!is_used) return MSC_OK;
    if (!add_values(in, feature)) return no_memory(in, err);
    in->n++;
    return MSC_OK;
}

/* Some drivers look at a condition only when the first row is asked for. */
static msc_status read_all(reader *in, const char *where, size_t *n_skipped, msc_error *err)
{
    const int has_geometry = OGR_L_GetGeomType(in->layer) != wkbNone;
    msc_status status = MSC_OK;
    in->words[0] = '\0';
    OGR_L_ResetReading(in->layer);
    for (OGRFeatureH feature = OGR_L_GetNextFeature(in->layer); feature; feature = OGR_L_GetNextFeature(in->layer)) {
        status = add_feature(in, feature, has_geometry, n_skipped, err);
        OGR_F_Destroy(feature);
        if (status != MSC_OK) return status;
        /* What PROJ says of single points outside its area is counted as skipped, not damage of the file. */
        if (in->transform) in->words[0] = '\0';
    }
    if (in->words[0] && in->n == 0 && where && where[0])
        return msc_fail(err, MSC_EVALUE, in->path, "where %.150s: no condition on its fields", where);
    if (in->words[0]) return msc_fail(err, MSC_EREAD, in->path, "after %zu features: %s", in->n, in->words);
    return MSC_OK;
}

static void point_into_pools(const reader *in, msc_features_in *features, size_t n_skipped)
{
    pools *p = in->pools;
    for (size_t i = 0; i < in->n; i++) {
        p->shape[i].xy = p->xy ? p->xy + p->origin[i].xy : NULL;
        p->shape[i].ring_start = p->ring_start ? p->ring_start + p->origin[i].ring : NULL;
        p->shape[i].is_outer = p->is_outer ? p->is_outer + p->origin[i].ring : NULL;
    }
    for (size_t i = 0; i < in->n * (size_t)in->n_fields; i++)
        if (p->value[i].is_set) p->value[i].text = p->text + p->text_at[i];
    *features = (msc_features_in){ .n = in->n, .shape = p->shape, .value = p->value, .n_fields = in->n_fields,
                                   .n_skipped = n_skipped, .owned = p };
}

msc_status msc_layer_read(const char *path, const char *layer, const char *where, const char *crs,
                          const char *const *fields, int n_fields, msc_features_in *features, msc_error *err)
{
    reader in = { .path = path, .n_fields = n_fields };
    size_t n_skipped = 0;
    CPLPushErrorHandlerEx(hear, in.words);
    in.pools = msc_alloc_zero(1, sizeof *in.pools);
    msc_status status = in.pools ? MSC_OK : no_memory(&in, err);
    if (status == MSC_OK) status = open_layer(&in, layer, where, err);
    if (status == MSC_OK) status = find_fields(&in, fields, err);
    if (status == MSC_OK) status = open_transform(&in, crs, err);
    if (status == MSC_OK) find_xy(&in, crs);
    if (status == MSC_OK) status = read_all(&in, where, &n_skipped, err);
    if (status == MSC_OK) {
        point_into_pools(&in, features, n_skipped);
        in.pools = NULL;
    }
    if (in.transform) OCTDestroyCoordinateTransformation(in.transform);
    msc_release(in.index);
    if (in.dataset) GDALClose(in.dataset);
    CPLPopErrorHandler();
    pools_free(in.pools);
    return status;
}

void msc_features_in_clear(msc_features_in *features)
{
    pools_free(features->owned);
    memset(features, 0, sizeof *features);
}

msc_status msc_layer_crs(const char *path, const char *layer, char wkt[MSC_CRS_MAX], msc_error *err)
{
    reader in = { .path = path };
    char *text = NULL;
    CPLPushErrorHandlerEx(hear, in.words);
    const msc_status status = open_layer(&in, layer, NULL, err);
    OGRSpatialReferenceH crs = status == MSC_OK ? OGR_L_GetSpatialRef(in.layer) : NULL;
    if (crs) OSRExportToWkt(crs, &text);
    snprintf(wkt, MSC_CRS_MAX, "%s", text ? text : "");
    CPLFree(text);
    if (in.dataset) GDALClose(in.dataset);
    CPLPopErrorHandler();
    return status;
}
