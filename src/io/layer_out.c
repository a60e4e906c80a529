/* layer_out.c - writes a vector layer through OGR, whole or not at all. */
#define _POSIX_C_SOURCE 200809L
#include "io/layer_out.h"
#include "base/mem.h"
#include "io/raster_file.h"
#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <errno.h>
#include <math.h>
#include <ogr_srs_api.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* SHP_TEXT_WIDTH is dBASE's limit, which GDAL uses too; 24.15 is GDAL's real without a width. */
enum { SHP_NAME_MAX = 10, SHP_TEXT_WIDTH = 254, SHP_TEXT_DEFAULT = 80, SHP_REAL_WIDTH = 24, SHP_REAL_PRECISION = 15, SHP_DATE_WIDTH = 8 };

static const struct { const char *extension, *driver; } drivers[] = {
    { "shp", "ESRI Shapefile" }, { "gpkg", "GPKG" }, { "fgb", "FlatGeobuf" }, { "geojson", "GeoJSON" },
    { "json", "GeoJSON" }, { "geojsonl", "GeoJSONSeq" }, { "kml", "KML" }, { "csv", "CSV" }, { "gml", "GML" },
    { "sqlite", "SQLite" }, { "xlsx", "XLSX" },
};

/* A warning that a value did not fit is a failure here: nothing is cut silently. */
static void CPL_STDCALL hear(CPLErr level, CPLErrorNum number, const char *message)
{
    msc_layer_out *out = CPLGetErrorHandlerUserData();
    char *trouble = out->trouble;
    (void)number;
    if (level >= CE_Failure && (errno == ENOSPC || errno == EDQUOT)) out->was_full = 1;
    const int is_loss = level == CE_Warning && (strstr(message, "truncated") || strstr(message, "not successfully"));
    if ((level >= CE_Failure || is_loss) && !trouble[0]) snprintf(trouble, sizeof out->trouble, "%s", message);
}

void msc_layer_out_listen(msc_layer_out *out) { CPLPushErrorHandlerEx(hear, out); }
void msc_layer_out_unlisten(void) { CPLPopErrorHandler(); }

msc_status msc_layer_out_failed(msc_layer_out *out, const char *what, msc_error *err)
{
    const int is_full = out->was_full || msc_layer_files_disk_is_full(out->files.temp);
    const msc_status status = is_full ? MSC_ENOSPACE : MSC_EWRITE;
    return msc_fail(err, status, out->files.path, "%s", out->trouble[0] ? out->trouble : what);
}

static const char *driver_of(const msc_settings *settings, const char *path)
{
    if (settings && settings->format && settings->format[0]) return settings->format;
    const char *extension = CPLGetExtension(path);
    for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++)
        if (strcasecmp(drivers[i].extension, extension) == 0) return drivers[i].driver;
    return NULL;
}

int msc_layer_is_table(const msc_settings *settings, const char *path)
{
    const char *driver = driver_of(settings, path);
    return driver && (EQUAL(driver, "CSV") || EQUAL(driver, "XLSX"));
}

static int lists_option(GDALDriverH driver, const char *list_name, const char *option)
{
    char key[80];
    const char *list = GDALGetMetadataItem(driver, list_name, NULL);
    snprintf(key, sizeof key, "name='%.*s'", (int)strcspn(option, "="), option);
    if (list && strstr(list, key)) return 1;
    snprintf(key, sizeof key, "name=\"%.*s\"", (int)strcspn(option, "="), option);
    return list && strstr(list, key);
}

/* Our own options first, then the user's, dealt out to the driver's dataset and layer lists. One that neither knows
 * is a warning: a job's options serve its rasters too. */
static void gather_options(const msc_settings *settings, const msc_layer_spec *spec, GDALDriverH driver,
                           char ***of_dataset, char ***of_layer, int *n_taken)
{
    *n_taken = settings ? settings->n_creation : 0;
    const char *name = GDALGetDriverShortName(driver);
    if (EQUAL(name, "ESRI Shapefile")) {
        /* LDID 0x4D says GBK to readers that lost the .cpg; ESRI code page numbers. */
        const int is_gbk = !spec->encoding || strcasecmp(spec->encoding, "GBK") == 0;
        *of_layer = CSLSetNameValue(*of_layer, "ENCODING", is_gbk ? "LDID/77" : "UTF-8");
        *of_layer = CSLSetNameValue(*of_layer, "DBF_DATE_LAST_UPDATE", "2000-01-01");
    }
    if (EQUAL(name, "CSV") && spec->is_table) *of_layer = CSLSetNameValue(*of_layer, "WRITE_BOM", "YES");
    else if (EQUAL(name, "CSV")) *of_layer = CSLSetNameValue(*of_layer, "GEOMETRY", spec->is_point ? "AS_XY" : "AS_WKT");
    for (int i = 0; settings && i < settings->n_creation; i++) {
        char *key = NULL;
        const char *option = settings->creation[i], *value = CPLParseNameValue(option, &key);
        if (key && lists_option(driver, GDAL_DS_LAYER_CREATIONOPTIONLIST, option))
            *of_layer = CSLSetNameValue(*of_layer, key, value);
        else if (key && lists_option(driver, GDAL_DMD_CREATIONOPTIONLIST, option))
            *of_dataset = CSLSetNameValue(*of_dataset, key, value);
        else {
            msc_warn(settings, MSC_WOTHER, spec->path, msc_settings_words(settings, "creation option %s is not one of %s", "创建选项 %s 不属于 %s"), option, name);
            --*n_taken;
        }
        CPLFree(key);
    }
}

/* Options that GDAL takes from its configuration: for this thread, while the file is opened or closed. The date is
 * fixed so that a second run gives the same bytes; no write-ahead log means no -wal file beside the output; speed
 * needs no sync by SQLite because the whole file is synced before it is renamed; shapefile texts come encoded. */
static void configure(int is_on)
{
    static const char *const pairs[][2] = { { "OGR_CURRENT_DATE", "2000-01-01T00:00:00.000Z" },
        { "OGR_SQLITE_JOURNAL", "DELETE" }, { "OGR_SQLITE_SYNCHRONOUS", "OFF" }, { "SHAPE_ENCODING", "" } };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        CPLSetThreadLocalConfigOption(pairs[i][0], is_on ? pairs[i][1] : NULL);
}

static msc_status open_crs(const char *crs, const char *path, OGRSpatialReferenceH *srs, msc_error *err)
{
    *srs = NULL;
    if (!crs || !crs[0]) return MSC_OK;
    *srs = OSRNewSpatialReference(NULL);
    if (OSRSetFromUserInput(*srs, crs) != OGRERR_NONE) {
        OSRDestroySpatialReference(*srs);
        *srs = NULL;
        return msc_fail(err, MSC_ECRS, path, "%.200s", crs);
    }
    OSRSetAxisMappingStrategy(*srs, OAMS_TRADITIONAL_GIS_ORDER);
    return MSC_OK;
}

/* Widths, the largest magnitude that a real's width can show, and names that a shapefile keeps as they are. */
static msc_status take_columns(msc_layer_out *out, const msc_layer_spec *spec, msc_error *err)
{
    out->columns = msc_alloc_zero((size_t)spec->n_fields + 1, sizeof *out->columns);
    if (!out->columns) return msc_fail(err, MSC_ENOMEM, spec->path, "%d fields", spec->n_fields);
    out->n_columns = spec->n_fields;
    for (int i = 0; i < spec->n_fields; i++) {
        const msc_field *field = &spec->fields[i];
        msc_layer_column *column = &out->columns[i];
        *column = (msc_layer_column){ msc_copy_text(field->name), field->type, field->width, field->precision, HUGE_VAL, i };
        if (!column->name) return msc_fail(err, MSC_ENOMEM, spec->path, "field names");
        if (!out->is_shp) continue;
        if (strlen(field->name) > SHP_NAME_MAX) return msc_fail(err, MSC_EFIELD, spec->path, "%s: over 10 bytes", field->name);
        if (field->type == MSC_FIELD_TEXT && field->width <= 0) column->width = SHP_TEXT_DEFAULT;
        if (field->type == MSC_FIELD_TEXT && column->width > SHP_TEXT_WIDTH)
            return msc_fail(err, MSC_EFIELD, spec->path, "%s: width %d", field->name, field->width);
        if (field->type == MSC_FIELD_REAL && field->width <= 0) {
            column->width = SHP_REAL_WIDTH;
            column->precision = SHP_REAL_PRECISION;
        }
        if (field->type == MSC_FIELD_REAL)
            column->limit = pow(10.0, column->width - column->precision - (column->precision > 0) - 1);
        if (field->type == MSC_FIELD_DATE) column->width = SHP_DATE_WIDTH;
        if (field->type == MSC_FIELD_INT && field->width <= 0) column->width = 11;
        if (field->type == MSC_FIELD_INT64 && field->width <= 0) column->width = 18;
        if (field->type == MSC_FIELD_INT || field->type == MSC_FIELD_INT64) column->limit = pow(10.0, column->width - 1);
    }
    return MSC_OK;
}

static int create_fields(msc_layer_out *out)
{
    static const OGRFieldType types[] = { [MSC_FIELD_INT] = OFTInteger, [MSC_FIELD_INT64] = OFTInteger64,
        [MSC_FIELD_REAL] = OFTReal, [MSC_FIELD_TEXT] = OFTString, [MSC_FIELD_DATE] = OFTDate };
    OGRFeatureDefnH fields = OGR_L_GetLayerDefn(out->layer);
    for (int i = 0; i < out->n_columns; i++) {
        msc_layer_column *column = &out->columns[i];
        const int n_before = OGR_FD_GetFieldCount(fields);
        OGRFieldDefnH defn = OGR_Fld_Create(column->name, types[column->type]);
        /* Only a shapefile needs the widths of numbers; elsewhere they would only restrict readers. */
        if (out->is_shp || column->type == MSC_FIELD_TEXT) {
            if (column->type != MSC_FIELD_DATE) OGR_Fld_SetWidth(defn, column->width > 0 ? column->width : 0);
            if (column->type == MSC_FIELD_REAL) OGR_Fld_SetPrecision(defn, column->precision);
        }
        const OGRErr failure = OGR_L_CreateField(out->layer, defn, 0);
        OGR_Fld_Destroy(defn);
        /* The one that was added, whatever the driver calls it; KML and its like begin with a name and a description. */
        column->index = OGR_FD_GetFieldCount(fields) > n_before ? n_before : OGR_FD_GetFieldIndex(fields, column->name);
        if (failure != OGRERR_NONE || column->index < 0) return 0;
    }
    return 1;
}

static msc_status open_dataset(msc_layer_out *out, const msc_settings *settings, const msc_layer_spec *spec,
                               GDALDriverH driver, msc_error *err)
{
    char **of_dataset = NULL, **of_layer = NULL;
    OGRSpatialReferenceH srs = NULL;
    const char *stem = CPLGetBasename(out->is_shp ? out->files.temp : spec->path);
    char name[MSC_PATH_MAX];
    snprintf(name, sizeof name, "%s", out->is_shp || !spec->name ? stem : spec->name);
    const OGRwkbGeometryType type = spec->is_table ? wkbNone : spec->is_point ? wkbPoint : spec->is_multi && !out->is_shp ? wkbMultiPolygon : wkbPolygon;
    MSC_TRY(open_crs(spec->crs, spec->path, &srs, err));
    gather_options(settings, spec, driver, &of_dataset, &of_layer, &out->n_options);
    configure(1);
    msc_layer_out_listen(out);
    out->dataset = GDALCreate(driver, out->files.temp, 0, 0, 0, GDT_Unknown, of_dataset);
    if (out->dataset) out->layer = GDALDatasetCreateLayer(out->dataset, name, srs, type, of_layer);
    int is_good = out->layer && create_fields(out);
    if (is_good) {
        out->feature = OGR_F_Create(OGR_L_GetLayerDefn(out->layer));
        out->has_transactions = GDALDatasetTestCapability(out->dataset, ODsCTransactions);
        if (out->has_transactions) is_good = GDALDatasetStartTransaction(out->dataset, 0) == OGRERR_NONE;
        out->in_transaction = out->has_transactions && is_good;
        is_good = is_good && out->feature;
    }
    msc_layer_out_unlisten();
    configure(0);
    CSLDestroy(of_dataset);
    CSLDestroy(of_layer);
    if (srs) OSRRelease(srs);
    return is_good ? MSC_OK : msc_layer_out_failed(out, "cannot be created", err);
}

/* Our own encoders know what the formats are by default; options of the user are for OGR. */
static const msc_row_format *format_of(const msc_layer_out *out)
{
    int has_dates = 0;
    for (int c = 0; c < out->n_columns; c++) has_dates |= out->columns[c].type == MSC_FIELD_DATE;
    if (out->n_options > 0) return &msc_rows_ogr;
    if (out->is_shp && out->n_columns > 0) return &msc_rows_shp;
    return EQUAL(out->driver, "FlatGeobuf") && !out->is_point && !has_dates ? &msc_rows_fgb : &msc_rows_ogr;
}

msc_status msc_layer_create(const msc_settings *settings, const msc_layer_spec *spec, msc_layer_out **layer, msc_error *err)
{
    msc_gdal_start();
    const char *name = driver_of(settings, spec->path);
    GDALDriverH driver = name ? GDALGetDriverByName(name) : NULL;
    if (!driver || !GDALGetMetadataItem(driver, GDAL_DCAP_VECTOR, NULL) || !GDALGetMetadataItem(driver, GDAL_DCAP_CREATE, NULL))
        return msc_fail(err, MSC_EVALUE, spec->path, "no vector format %s", name ? name : CPLGetExtension(spec->path));
    msc_layer_out *out = msc_alloc_zero(1, sizeof *out);
    if (!out) return msc_fail(err, MSC_ENOMEM, spec->path, "%zu bytes", sizeof *out);
    out->driver = GDALGetDriverShortName(driver);
    out->is_shp = EQUAL(out->driver, "ESRI Shapefile");
    out->is_multi = spec->is_multi;
    out->is_point = spec->is_point;
    for (int i = 0; i < 3; i++) out->sink[i].fd = -1;
    out->box[0] = out->box[1] = HUGE_VAL;
    out->box[2] = out->box[3] = -HUGE_VAL;
    if (settings) out->settings = *settings;
    msc_status status = MSC_OK;
    if (out->is_shp && !EQUAL(CPLGetExtension(spec->path), "shp"))
        status = msc_fail(err, MSC_EVALUE, spec->path, "a shapefile ends with .shp");
    if (status == MSC_OK)
        status = msc_layer_files_init(spec->path, out->is_shp, settings && settings->overwrite, &out->files, err);
    if (status != MSC_OK) {
        msc_release(out);
        return status;
    }
    out->encoding = out->is_shp ? spec->encoding && strcasecmp(spec->encoding, "GBK") != 0 ? spec->encoding : "GBK" : "UTF-8";
    status = msc_rows_new(out, &out->rows, err);
    if (status == MSC_OK) status = take_columns(out, spec, err);
    if (status == MSC_OK) status = open_dataset(out, settings, spec, driver, err);
    if (status == MSC_OK) {
        out->format = format_of(out);
        status = out->format->open(out, err);
    }
    if (status == MSC_OK) *layer = out;
    else msc_layer_abandon(&out);
    return status;
}

int msc_layer_out_close(msc_layer_out *out)
{
    configure(1);
    msc_layer_out_listen(out);
    if (out->feature) OGR_F_Destroy(out->feature);
    out->feature = NULL;
    if (out->in_transaction && GDALDatasetCommitTransaction(out->dataset) != OGRERR_NONE && !out->trouble[0])
        snprintf(out->trouble, sizeof out->trouble, "commit");
    out->in_transaction = 0;
    errno = 0;
    if (out->dataset) GDALClose(out->dataset);
    if (errno == ENOSPC || errno == EDQUOT) out->was_full = 1;
    out->dataset = NULL;
    msc_layer_out_unlisten();
    configure(0);
    return !out->trouble[0];
}

/* The name of a shapefile's encoding, as readers of many makes know it. */
static msc_status name_encoding(msc_layer_out *out, msc_error *err)
{
    char cpg[MSC_PATH_MAX];
    msc_layer_files_sibling(out->files.temp, "cpg", cpg);
    return out->rows->text.converter ? msc_file_write(cpg, "GBK", 3, err) : msc_file_write(cpg, "UTF-8", 5, err);
}

/* Opens what was written as a stranger would, counts, and reads the last row, which a cut file does not have. */
static int is_whole(msc_layer_out *out)
{
    int64_t n = -1;
    int is_good = 0;
    msc_layer_out_listen(out);
    GDALDatasetH dataset = GDALOpenEx(out->files.temp, GDAL_OF_VECTOR | GDAL_OF_READONLY, NULL, NULL, NULL);
    OGRLayerH layer = dataset ? GDALDatasetGetLayer(dataset, 0) : NULL;
    if (layer) n = OGR_L_GetFeatureCount(layer, 1);
    /* A KML or JSON file without rows may have no layer at all. */
    is_good = n == out->n_rows || (out->n_rows == 0 && dataset && !layer);
    if (layer && n > 0 && is_good && (out->is_shp || EQUAL(out->driver, "FlatGeobuf"))) {
        OGRFeatureH last = OGR_L_GetFeature(layer, n - 1);
        is_good = last != NULL;
        if (last) OGR_F_Destroy(last);
    }
    if (dataset) GDALClose(dataset);
    msc_layer_out_unlisten();
    if (!is_good && !out->trouble[0])
        snprintf(out->trouble, sizeof out->trouble, "%lld of %lld features", (long long)n, (long long)out->n_rows);
    return is_good;
}

msc_status msc_layer_commit(msc_layer_out **layer, msc_error *err)
{
    msc_layer_out *out = *layer;
    msc_status status = msc_layer_append(out, out->rows, err);
    if (status == MSC_OK) status = out->format->finish(out, err);
    if (status == MSC_OK && out->is_shp) status = name_encoding(out, err);
    if (status == MSC_OK && !is_whole(out)) status = msc_layer_out_failed(out, "not whole", err);
    if (status == MSC_OK) status = msc_layer_files_commit(&out->files, err);
    msc_layer_abandon(layer);
    return status;
}

void msc_layer_abandon(msc_layer_out **layer)
{
    msc_layer_out *out = *layer;
    if (!out) return;
    msc_layer_out_close(out);
    for (int i = 0; i < 3; i++) (void)msc_layer_sink_close(&out->sink[i], out->files.path, NULL);
    msc_layer_files_discard(&out->files);
    for (int i = 0; i < out->n_columns; i++) msc_release(out->columns[i].name);
    msc_release(out->columns);
    msc_release(out->item);
    msc_rows_free(&out->rows);
    msc_release(out);
    *layer = NULL;
}
