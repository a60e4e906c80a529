/* raster_vrt.c - the files that a VRT lays side by side, when that is all it does: same pixel size, whole offsets, values as
 * they are. What asks for more (masks, scaling, functions, warping, other types) stays with GDAL. */
#define _XOPEN_SOURCE 700 /* for realpath */
#include "io/raster_file.h"
#include "base/mem.h"
#include <cpl_conv.h>
#include <cpl_minixml.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLACE_MAX = 1 << 30 };

typedef struct source {
    const char *name;
    int is_relative, band, has_gap;
    double gap;
    msc_rect from, to;
} source;

static int is_any(const char *word, const char *const *words)
{
    while (*words && strcmp(word, *words) != 0) words++;
    return *words != NULL;
}

static int whole_number(const CPLXMLNode *node, const char *path, int32_t *value)
{
    const char *text = CPLGetXMLValue(node, path, NULL);
    const double number = text ? CPLAtof(text) : NAN;
    if (!(fabs(number) < PLACE_MAX) || number != floor(number)) return 0;
    *value = (int32_t)number;
    return 1;
}

static int read_rect(const CPLXMLNode *node, const char *name, msc_rect *rect)
{
    const CPLXMLNode *found = CPLGetXMLNode((CPLXMLNode *)node, name);
    return found && whole_number(found, "xOff", &rect->x) && whole_number(found, "yOff", &rect->y) &&
           whole_number(found, "xSize", &rect->w) && whole_number(found, "ySize", &rect->h) && rect->w > 0 && rect->h > 0;
}

/* True when every child element is one of those that are understood here. */
static int has_only(const CPLXMLNode *node, const char *const *known)
{
    for (const CPLXMLNode *child = node->psChild; child; child = child->psNext)
        if (child->eType == CXT_Element && !is_any(child->pszValue, known)) return 0;
    return 1;
}

static int read_source(const CPLXMLNode *node, source *s)
{
    static const char *const simple[] = { "SourceFilename", "SourceBand", "SourceProperties", "SrcRect", "DstRect", NULL };
    static const char *const complex[] = { "SourceFilename", "SourceBand", "SourceProperties", "SrcRect", "DstRect", "NODATA", NULL };
    const int is_complex = strcmp(node->pszValue, "ComplexSource") == 0;
    const char *gap = CPLGetXMLValue(node, "NODATA", NULL);
    int32_t band = 0, is_relative = 0;
    if (!has_only(node, is_complex ? complex : simple) || !read_rect(node, "SrcRect", &s->from) || !read_rect(node, "DstRect", &s->to) ||
        s->from.w != s->to.w || s->from.h != s->to.h || !whole_number(node, "SourceBand", &band) || band < 1)
        return 0;
    whole_number(node, "SourceFilename.relativeToVRT", &is_relative);
    s->name = CPLGetXMLValue(node, "SourceFilename", NULL);
    s->is_relative = is_relative;
    s->band = band;
    s->has_gap = gap != NULL;
    s->gap = gap ? CPLAtof(gap) : 0;
    return s->name && s->name[0];
}

static const CPLXMLNode *next_source(const CPLXMLNode *node)
{
    while (node && !(node->eType == CXT_Element &&
                     (strcmp(node->pszValue, "SimpleSource") == 0 || strcmp(node->pszValue, "ComplexSource") == 0)))
        node = node->psNext;
    return node;
}

/* The element of band `number`; NULL when it is not plain. */
static const CPLXMLNode *plain_band(const CPLXMLNode *root, int number)
{
    static const char *const known[] = { "Description", "UnitType", "Offset", "Scale", "ColorInterp", "NoDataValue", "CategoryNames",
                                         "ColorTable", "GDALRasterAttributeTable", "Metadata", "Histograms", "SimpleSource",
                                         "ComplexSource", NULL };
    for (const CPLXMLNode *band = root->psChild; band; band = band->psNext) {
        int32_t n = 0;
        if (band->eType != CXT_Element || strcmp(band->pszValue, "VRTRasterBand") != 0 || !whole_number(band, "band", &n) || n != number)
            continue;
        const char *kind = CPLGetXMLValue(band, "subClass", "VRTSourcedRasterBand");
        return strcmp(kind, "VRTSourcedRasterBand") == 0 && has_only(band, known) ? band : NULL;
    }
    return NULL;
}

/* The file's kind as the VRT's bands must have it: no value is converted on the way. */
static int is_type_of(const msc_tiff_info *tiff, GDALDataType type)
{
    return type == GDT_Byte ? tiff->type == MSC_U8 : type == GDT_UInt16 ? tiff->type == MSC_U16
           : type == GDT_Int16 ? tiff->is_int16
                               : type == GDT_Float32 && tiff->type == MSC_F32 && !tiff->is_int16;
}

/* A value that samples of `type` can hold. */
static int is_sample(double value, GDALDataType type)
{
    const double least = type == GDT_Int16 ? -32768 : 0, most = type == GDT_Int16 ? 32767 : type == GDT_Byte ? 255 : 65535;
    return type == GDT_Float32 || (value >= least && value <= most && value == floor(value));
}

/* Looks at a file that the VRT names; false when blocks cannot be read past GDAL. */
static int probe_source(const char *path, GDALDataType type, msc_tiff_info *tiff)
{
    GDALDatasetH dataset = NULL;
    if (!msc_tiff_probe(path, tiff) || !is_type_of(tiff, type)) return 0;
    const char *only[] = { "GTiff", NULL };
    dataset = GDALOpenEx(path, GDAL_OF_RASTER | GDAL_OF_READONLY, only, NULL, NULL);
    if (!dataset) return 0;
    int has = 0;
    const double value = GDALGetRasterNoDataValue(GDALGetRasterBand(dataset, 1), &has);
    const int is_whole = GDALGetRasterXSize(dataset) == (int)tiff->width && GDALGetRasterYSize(dataset) == (int)tiff->height &&
                         GDALGetRasterCount(dataset) == (int)tiff->n_bands && (!has || is_sample(value, type));
    GDALClose(dataset);
    tiff->empty = has ? value : 0;
    return is_whole;
}

/* Index of the file in the mosaic, that is probed when it is new; -1 when it cannot be read so. */
static int file_index(msc_mosaic *mosaic, const char *path, GDALDataType type)
{
    for (int i = mosaic->n_files - 1; i >= 0; i--)
        if (strcmp(mosaic->file[i].path, path) == 0) return i;
    msc_mosaic_file *file = &mosaic->file[mosaic->n_files];
    file->path = msc_copy_text(path);
    if (!file->path) return -1;
    mosaic->n_files++;
    return probe_source(path, type, &file->tiff) ? mosaic->n_files - 1 : -1;
}

static int is_same_place(const source *a, const source *b)
{
    return strcmp(a->name, b->name) == 0 && a->is_relative == b->is_relative && memcmp(&a->from, &b->from, sizeof a->from) == 0 &&
           memcmp(&a->to, &b->to, sizeof a->to) == 0 && a->has_gap == b->has_gap && !(a->gap < b->gap) && !(a->gap > b->gap);
}

/* Adds what `each` band has of one file; what lies outside the VRT or the file is no part of it, as in GDAL. */
static int add_piece(msc_mosaic *mosaic, const msc_file *file, const char *folder, const source *each, int n_bands,
                     GDALDataType type)
{
    const source *s = &each[0];
    const char *path = s->is_relative ? CPLProjectRelativeFilename(folder, s->name) : s->name;
    const int index = file_index(mosaic, path, type);
    if (index < 0 || (s->has_gap && (type == GDT_Float32 || !is_sample(s->gap, type)))) return 0;
    const msc_tiff_info *tiff = &mosaic->file[index].tiff;
    const msc_rect all = { 0, 0, file->grid.width_px, file->grid.height_px };
    const msc_rect image = { s->to.x - s->from.x, s->to.y - s->from.y, (int32_t)tiff->width, (int32_t)tiff->height };
    msc_piece piece = { .on = msc_rect_and(msc_rect_and(all, s->to), image), .file = index, .shift_x = -image.x, .shift_y = -image.y,
                        .has_gap = s->has_gap, .gap = s->gap };
    for (int b = 0; b < n_bands; b++) {
        if (each[b].band > (int)tiff->n_bands || !is_same_place(s, &each[b])) return 0;
        piece.band[b] = each[b].band;
    }
    if (tiff->block_bytes > mosaic->block_bytes) mosaic->block_bytes = tiff->block_bytes;
    if (piece.on.w > 0 && piece.on.h > 0) mosaic->piece[mosaic->n++] = piece;
    return 1;
}

/* Walks the sources of all wanted bands side by side; false when bands differ in more than their number. */
static int collect(const CPLXMLNode *root, const msc_file *file, const char *folder, GDALDataType type, msc_mosaic *mosaic)
{
    const CPLXMLNode *at[MSC_RASTER_BANDS_MAX];
    source each[MSC_RASTER_BANDS_MAX];
    const int n = file->n_bands + file->has_alpha;
    for (int b = 0; b < n; b++) {
        const CPLXMLNode *band = plain_band(root, file->band[b]);
        if (!band) return 0;
        at[b] = next_source(band->psChild);
    }
    while (at[0]) {
        if (mosaic->n == MSC_PIECES_MAX || mosaic->n_files == MSC_PIECES_MAX) return 0;
        for (int b = 0; b < n; b++) {
            if (!at[b] || !read_source(at[b], &each[b])) return 0;
            at[b] = next_source(at[b]->psNext);
        }
        if (!add_piece(mosaic, file, folder, each, n, type)) return 0;
    }
    for (int b = 1; b < n; b++)
        if (at[b]) return 0;
    return mosaic->n > 0;
}

/* One type and one nodata value for all wanted bands, whose samples can hold it; where nothing lies, a band has that value. */
static int are_bands_alike(const msc_file *file, GDALDatasetH dataset, GDALDataType *type, double *fill)
{
    for (int b = 0; b < file->n_bands + file->has_alpha; b++) {
        GDALRasterBandH band = GDALGetRasterBand(dataset, file->band[b]);
        int has = 0;
        const double nodata = GDALGetRasterNoDataValue(band, &has), value = has ? nodata : 0;
        if (b == 0) {
            *type = GDALGetRasterDataType(band);
            *fill = value;
        }
        if (GDALGetRasterDataType(band) != *type || value < *fill || value > *fill || isnan(value) != isnan(*fill) ||
            GDALGetMetadataItem(band, "NBITS", "IMAGE_STRUCTURE"))
            return 0;
    }
    return (*type == GDT_Byte || *type == GDT_UInt16 || *type == GDT_Int16 || *type == GDT_Float32) && is_sample(*fill, *type);
}

/* Relative names begin where the VRT itself lies, not a link to it. */
static char *folder_of(const char *path)
{
    char *real = realpath(path, NULL), *slash = real ? strrchr(real, '/') : NULL;
    char *folder = NULL;
    if (slash) {
        slash[slash == real] = 0;
        folder = msc_copy_text(real);
    }
    free(real);
    return folder;
}

msc_mosaic *msc_vrt_mosaic(const msc_file *file, GDALDatasetH dataset)
{
    GDALDataType type = GDT_Unknown;
    double fill = 0;
    char **texts = GDALGetMetadata(dataset, "xml:VRT");
    if (!texts || !texts[0] || file->is_signed_byte || file->has_mask_band || !are_bands_alike(file, dataset, &type, &fill)) return NULL;
    char *folder = folder_of(file->path);
    CPLXMLNode *root = CPLParseXMLString(texts[0]);
    const CPLXMLNode *top = root ? CPLGetXMLNode(root, "=VRTDataset") : NULL;
    msc_mosaic *mosaic = msc_alloc_zero(1, sizeof *mosaic);
    if (mosaic) {
        mosaic->fill = fill;
        mosaic->piece = msc_alloc_zero(MSC_PIECES_MAX, sizeof *mosaic->piece);
        mosaic->file = msc_alloc_zero(MSC_PIECES_MAX, sizeof *mosaic->file);
    }
    const int is_plain = mosaic && mosaic->piece && mosaic->file && folder && top && !CPLGetXMLValue(top, "subClass", NULL) &&
                         !CPLGetXMLNode((CPLXMLNode *)top, "MaskBand") && collect(top, file, folder, type, mosaic);
    if (!is_plain) msc_mosaic_free(&mosaic);
    CPLDestroyXMLNode(root);
    msc_release(folder);
    return mosaic;
}
