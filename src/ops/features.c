/* features.c - the registry of pixel features: what a forest sees. */
#include "ops/features.h"
#include "ops/terrain.h"
#include "ops/window.h"
#include "base/mem.h"
#include "kernels/kernels.h"
#include "model/model.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Windows of 5 px are a default only where they span at most this much ground: wider ones mix what stands beside. */
#define MAX_WINDOW_M 25.0

typedef enum kind { BAND, DIFFERENCE, BRIGHTNESS, MEAN, STD, SLOPE, TPI } kind;

/* The registry. A windowed feature is asked for as name:side; one that runs over bands as name:side:band. */
typedef struct entry {
    const char *name;
    kind kind;
    int is_windowed, is_per_band, needs_dem;
    const char *plus, *minus;    /* bands of a normalised difference */
} entry;

static const entry registry[] = {
    { "bands", BAND, 0, 1, 0, NULL, NULL },
    { "ndvi", DIFFERENCE, 0, 0, 0, "nir", "red" },        /* Rouse et al. 1974 */
    { "ndwi", DIFFERENCE, 0, 0, 0, "green", "nir" },      /* McFeeters 1996 */
    { "brightness", BRIGHTNESS, 0, 0, 0, NULL, NULL },    /* mean of all bands */
    { "mean", MEAN, 1, 1, 0, NULL, NULL },
    { "std", STD, 1, 1, 0, NULL, NULL },
    { "slope", SLOPE, 0, 0, 1, NULL, NULL },
    { "tpi", TPI, 1, 0, 1, NULL, NULL },
};

typedef struct feature {
    kind kind;
    int plane, minus;            /* plane of the band (or DEM); the subtracted band's */
    int32_t side_px;
    int partner;                 /* MEAN and STD of one window are computed together; -1: alone */
    char name[MSC_NAME_MAX];
} feature;

struct msc_features {
    const msc_kernels *kernels;
    int n, n_bands, has_dem, needs_dem;
    double pixel_m;
    int32_t side_px;             /* of the widest window, at least 1 */
    feature feature[MSC_MAX_FEATURES];
};

/* What resolving one list needs to know. */
typedef struct resolver {
    const msc_settings *settings;
    const char *const *bands;
    int is_default;
    msc_features *out;
} resolver;

static int band_index(const resolver *r, const char *name)
{
    for (int b = 0; b < r->out->n_bands; b++)
        if (strcmp(r->bands[b], name) == 0) return b;
    return -1;
}

static msc_status append(resolver *r, feature made, const char *name, msc_error *err)
{
    for (int f = 0; f < r->out->n; f++)
        if (strcmp(r->out->feature[f].name, name) == 0) return MSC_OK;   /* asked for twice */
    if (r->out->n == MSC_MAX_FEATURES)
        return msc_fail(err, MSC_EVALUE, "features", "more than %d features", MSC_MAX_FEATURES);
    if (strlen(name) >= MSC_NAME_MAX) return msc_fail(err, MSC_EVALUE, "features", "%s: longer than %d", name, MSC_NAME_MAX - 1);
    made.partner = -1;
    snprintf(made.name, sizeof made.name, "%s", name);
    r->out->feature[r->out->n++] = made;
    if (made.side_px > r->out->side_px) r->out->side_px = made.side_px;
    return MSC_OK;
}

/* Something that the bands or the DEM do not allow: left out with a warning by default, an error when asked for. */
static msc_status unavailable(const resolver *r, msc_status warning, const char *item, const char *missing, msc_error *err)
{
    if (!r->is_default) return msc_fail(err, MSC_EVALUE, "features", "%s: needs %s", item, missing);
    msc_warn(r->settings, warning, "features", "%s: needs %s", item, missing);
    return MSC_OK;
}

static msc_status add_per_band(resolver *r, const entry *e, int32_t side_px, const char *band, msc_error *err)
{
    if (band && band_index(r, band) < 0)
        return unavailable(r, MSC_WOTHER, e->name, band, err);
    for (int b = 0; b < r->out->n_bands; b++) {
        if (band && strcmp(r->bands[b], band) != 0) continue;
        char name[2 * MSC_NAME_MAX];
        if (e->is_windowed) snprintf(name, sizeof name, "%s:%d:%.80s", e->name, (int)side_px, r->bands[b]);
        else snprintf(name, sizeof name, "%.100s", r->bands[b]);
        MSC_TRY(append(r, (feature){ .kind = e->kind, .plane = b, .side_px = side_px }, name, err));
    }
    return MSC_OK;
}

static msc_status add_entry(resolver *r, const entry *e, int32_t side_px, const char *band, const char *item, msc_error *err)
{
    if (e->is_per_band) return add_per_band(r, e, side_px, band, err);
    if (e->needs_dem) {
        if (!r->out->has_dem) return unavailable(r, MSC_WNODEM, item, "dem", err);
        r->out->needs_dem = 1;
        const int32_t side = e->is_windowed ? side_px : 3;
        return append(r, (feature){ .kind = e->kind, .plane = r->out->n_bands, .side_px = side }, item, err);
    }
    feature made = { .kind = e->kind };
    if (e->kind == DIFFERENCE) {
        made.plane = band_index(r, e->plus);
        made.minus = band_index(r, e->minus);
        if (made.plane < 0) return unavailable(r, strcmp(e->plus, "nir") == 0 ? MSC_WNONIR : MSC_WOTHER, item, e->plus, err);
        if (made.minus < 0) return unavailable(r, strcmp(e->minus, "nir") == 0 ? MSC_WNONIR : MSC_WOTHER, item, e->minus, err);
    }
    return append(r, made, item, err);
}

/* One item of the list: a band's name, "name", "name:side" or "name:side:band". */
static msc_status add_item(resolver *r, const char *item, msc_error *err)
{
    const int b = band_index(r, item);
    if (b >= 0) return append(r, (feature){ .kind = BAND, .plane = b }, item, err);
    const size_t stem = strcspn(item, ":");
    const entry *e = NULL;
    for (size_t i = 0; i < sizeof registry / sizeof *registry; i++)
        if (strlen(registry[i].name) == stem && strncmp(registry[i].name, item, stem) == 0) e = &registry[i];
    if (!e) return msc_fail(err, MSC_EVALUE, "features", "%s: neither a feature nor a band", item);
    int32_t side_px = 0;
    const char *band = NULL;
    if (e->is_windowed) {
        char *end = NULL;
        const long side = item[stem] ? strtol(item + stem + 1, &end, 10) : 0;
        if (side < MSC_WINDOW_MIN_PX || side > MSC_WINDOW_MAX_PX || side % 2 == 0 || (*end && *end != ':'))
            return msc_fail(err, MSC_EVALUE, "features", "%s: not NAME:SIDE with an odd side of %d..%d px", item,
                            MSC_WINDOW_MIN_PX, MSC_WINDOW_MAX_PX);
        side_px = (int32_t)side;
        if (*end) band = end + 1;
    } else if (item[stem]) {
        return msc_fail(err, MSC_EVALUE, "features", "%s: takes no window", item);
    }
    if (band && !e->is_per_band) return msc_fail(err, MSC_EVALUE, "features", "%s: takes no band", item);
    return add_entry(r, e, side_px, band, item, err);
}

static msc_status add_list(resolver *r, const char *list, msc_error *err)
{
    while (*list) {
        const size_t n = strcspn(list, ",");
        const char *first = list, *last = list + n;
        while (first < last && *first == ' ') first++;
        while (last > first && last[-1] == ' ') last--;
        char item[2 * MSC_NAME_MAX];
        if ((size_t)(last - first) >= sizeof item) return msc_fail(err, MSC_EVALUE, "features", "%.60s...", first);
        snprintf(item, sizeof item, "%.*s", (int)(last - first), first);
        if (*item) MSC_TRY(add_item(r, item, err));
        list += n + (list[n] == ',');
    }
    return MSC_OK;
}

static void pair_windows(msc_features *features)
{
    for (int f = 0; f < features->n; f++) {
        feature *a = &features->feature[f];
        if (a->kind != MEAN) continue;
        for (int g = 0; g < features->n; g++) {
            feature *b = &features->feature[g];
            if (b->kind != STD || b->plane != a->plane || b->side_px != a->side_px) continue;
            a->partner = g;
            b->partner = f;
        }
    }
}

msc_status msc_features_open(const msc_settings *settings, const char *list, const char *const *bands, int n_bands,
                             int has_dem, double pixel_m, msc_features **features, msc_error *err)
{
    if (n_bands < 1 || n_bands > MSC_MAX_BANDS || n_bands + (has_dem != 0) > MSC_MAX_PLANES)
        return msc_fail(err, MSC_EBAND, "bands", "%d bands, 1..%d can be used", n_bands, MSC_MAX_BANDS);
    msc_features *made = msc_alloc_zero(1, sizeof *made);
    if (!made) return msc_fail(err, MSC_ENOMEM, "features", "%zu bytes", sizeof *made);
    made->kernels = msc_kernels_select();
    made->n_bands = n_bands;
    made->has_dem = has_dem != 0;
    made->pixel_m = pixel_m;
    made->side_px = 1;
    resolver r = { settings, bands, list == NULL, made };
    const char *chosen = list ? list
                         : 5.0 * pixel_m <= MAX_WINDOW_M ? "bands,ndvi,ndwi,brightness,mean:5,std:5,slope,tpi:31"
                                                         : "bands,ndvi,ndwi,brightness,slope,tpi:31";
    msc_status status = add_list(&r, chosen, err);
    if (status == MSC_OK && made->n == 0) status = msc_fail(err, MSC_EVALUE, "features", "an empty list");
    if (status != MSC_OK) {
        msc_release(made);
        return status;
    }
    pair_windows(made);
    *features = made;
    return MSC_OK;
}

void msc_features_close(msc_features **features)
{
    if (!features) return;
    msc_release(*features);
    *features = NULL;
}

int msc_features_n(const msc_features *features) { return features->n; }
const char *msc_features_name(const msc_features *features, int f) { return features->feature[f].name; }
int32_t msc_features_halo_px(const msc_features *features) { return features->side_px / 2; }
int msc_features_need_dem(const msc_features *features) { return features->needs_dem; }

/* Scratch of one row: two rows of floats, a row of doubles, window counts, then the windows' own. */
typedef struct work {
    double *sum;
    float *a, *b;
    uint32_t *count;
    void *window;
} work;

static size_t row_of(int32_t width_px) { return ((size_t)width_px + 7) / 8 * 8; }

size_t msc_features_scratch(const msc_features *features, int32_t width_px)
{
    return row_of(width_px) * 20 + msc_window_scratch(width_px, features->side_px);
}

static work carve(void *scratch, int32_t width_px)
{
    const size_t n = row_of(width_px);
    work k;
    k.sum = scratch;
    k.a = (float *)(k.sum + n);
    k.b = k.a + n;
    k.count = (uint32_t *)(k.b + n);
    k.window = k.count + n;
    return k;
}

static void read_row(const msc_tile *tile, int plane, int32_t y, float *restrict out)
{
    const int32_t w = tile->core.w;
    switch (tile->plane[plane].type) {
    case MSC_U8: {
        const uint8_t *restrict v = msc_row_u8(tile, plane, y);
        for (int32_t x = 0; x < w; x++) out[x] = (float)v[x];
        break;
    }
    case MSC_U16: {
        const uint16_t *restrict v = msc_row_u16(tile, plane, y);
        for (int32_t x = 0; x < w; x++) out[x] = (float)v[x];
        break;
    }
    case MSC_F32: memcpy(out, msc_row_f32(tile, plane, y), (size_t)w * sizeof *out); break;
    }
}

static void brightness(const msc_features *features, const msc_tile *tile, int32_t y, float *out, const work *k)
{
    const int32_t w = tile->core.w;
    for (int32_t x = 0; x < w; x++) k->sum[x] = 0.0;
    for (int b = 0; b < features->n_bands; b++) {
        read_row(tile, b, y, k->a);
        for (int32_t x = 0; x < w; x++) k->sum[x] += (double)k->a[x];
    }
    for (int32_t x = 0; x < w; x++) out[x] = (float)(k->sum[x] / features->n_bands);
}

static void difference(const msc_features *features, const feature *f, const msc_tile *tile, int32_t y, float *out,
                       const work *k)
{
    read_row(tile, f->plane, y, k->a);
    read_row(tile, f->minus, y, k->b);
    features->kernels->normalized_difference(out, k->a, k->b, (size_t)tile->core.w);
}

static void window(const msc_features *features, int at, const msc_tile *tile, int32_t y, float *const *out, const work *k)
{
    const feature *f = &features->feature[at];
    if (f->kind == TPI) {
        msc_terrain_tpi(tile, f->plane, y, f->side_px, k->count, out[at], k->window);
    } else if (f->partner < 0) {
        float *mean = f->kind == MEAN ? out[at] : NULL, *std = f->kind == STD ? out[at] : NULL;
        msc_window_row(tile, f->plane, y, f->side_px, k->count, mean, std, k->window);
    } else if (f->kind == MEAN) {
        msc_window_row(tile, f->plane, y, f->side_px, k->count, out[at], out[f->partner], k->window);
    }
}

void msc_features_row(const msc_features *features, const msc_tile *tile, int32_t y, float *const *out, void *scratch)
{
    const int32_t w = tile->core.w;
    const work k = carve(scratch, w);
    int32_t counted_px = 0;      /* side of the windows that k.count holds */
    for (int i = 0; i < features->n; i++) {
        const feature *f = &features->feature[i];
        switch (f->kind) {
        case BAND: read_row(tile, f->plane, y, out[i]); break;
        case DIFFERENCE: difference(features, f, tile, y, out[i], &k); break;
        case BRIGHTNESS: brightness(features, tile, y, out[i], &k); break;
        case SLOPE: msc_terrain_slope(tile, f->plane, y, features->pixel_m, out[i]); break;
        case MEAN:
        case STD:
        case TPI:
            if (counted_px != f->side_px) msc_window_count(tile, y, f->side_px, k.count, k.window);
            counted_px = f->side_px;
            window(features, i, tile, y, out, &k);
            break;
        }
    }
    const uint8_t *restrict valid = msc_row_valid(tile, y);
    for (int i = 0; i < features->n; i++) {
        float *restrict row = out[i];
        for (int32_t x = 0; x < w; x++) row[x] = valid[x] ? row[x] : 0.0f;
    }
}
