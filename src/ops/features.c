/* features.c - the registry of pixel features: what a forest sees. */
#include "ops/features_made.h"
#include "base/mem.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A window is a default only where 5 px span at most this much ground: it would mix what stands beside. */
#define MAX_WINDOW_M 25.0
/* The least window that knows texture (docs/METHODS.md, "Windows and edges"): smoothing afterwards does what means did. */
#define SPREAD_M 6.0
/* On made scenes of 2 m (seeds 1..3) relief within 63 px was better than within 31 px, and it is the widest window. */
#define RELIEF_M 126.0

/* The registry. A windowed feature is asked for as name:side; one that runs over bands as name:side:band; one of grey
 * levels as name:side:band:low:high, where the band may be empty for all and low and high may be left out. */
typedef struct entry {
    const char *name;
    msc_feature_kind kind;
    int is_windowed, is_per_band, needs_dem;   /* is_per_band -1: of brightness, or of the one band that is named */
    const char *plus, *minus;    /* bands of a normalised difference */
} entry;

static const entry registry[] = {
    { "bands", MSC_BAND, 0, 1, 0, NULL, NULL },
    { "ndvi", MSC_DIFFERENCE, 0, 0, 0, "nir", "red" },        /* Rouse et al. 1974 */
    { "ndwi", MSC_DIFFERENCE, 0, 0, 0, "green", "nir" },      /* McFeeters 1996 */
    { "brightness", MSC_BRIGHTNESS, 0, 0, 0, NULL, NULL },    /* mean of all bands */
    { "chroma", MSC_CHROMA, 0, 1, 0, NULL, NULL },            /* a band over the sum of all */
    { "flat", MSC_FLAT, 0, 1, 1, NULL, NULL },                /* a band as on level ground: terrain.h */
    { "mean", MSC_MEAN, 1, 1, 0, NULL, NULL },
    { "std", MSC_STD, 1, 1, 0, NULL, NULL },
    { "range", MSC_RANGE, 1, 1, 0, NULL, NULL },          /* largest less least value */
    { "glcm_contrast", MSC_GLCM_CONTRAST, 1, 1, 0, NULL, NULL },        /* Haralick et al. 1973, f2 */
    { "glcm_homogeneity", MSC_GLCM_HOMOGENEITY, 1, 1, 0, NULL, NULL },  /* f5, inverse difference moment */
    { "glcm_correlation", MSC_GLCM_CORRELATION, 1, 1, 0, NULL, NULL },  /* f3 */
    { "glcm_asm", MSC_GLCM_ASM, 1, 1, 0, NULL, NULL },                  /* f1, angular second moment */
    { "open", MSC_OPEN, 1, -1, 0, NULL, NULL },           /* opening.h */
    { "close", MSC_CLOSE, 1, -1, 0, NULL, NULL },
    { "gradient", MSC_GRADIENT, 1, -1, 0, NULL, NULL },   /* gradient.h */
    { "slope", MSC_SLOPE, 0, 0, 1, NULL, NULL },
    { "northness", MSC_NORTHNESS, 0, 0, 1, NULL, NULL },  /* terrain.h */
    { "eastness", MSC_EASTNESS, 0, 0, 1, NULL, NULL },
    { "tpi", MSC_TPI, 1, 0, 1, NULL, NULL },              /* ground less the mean of its window: Weiss 2001 */
    { "relief", MSC_RANGE, 1, 0, 1, NULL, NULL },         /* highest less lowest ground */
    { "floor", MSC_FLOOR, 1, 0, 1, NULL, NULL },          /* ground less the lowest */
    { "depth", MSC_DEPTH, 1, 0, 1, NULL, NULL },          /* rays.h */
    { "rise", MSC_RISE, 1, 0, 1, NULL, NULL },
};

/* What resolving one list needs to know. */
typedef struct resolver {
    const msc_settings *settings;
    const char *const *bands;
    int is_default;
    msc_features *out;
    char side[24];               /* of the item at hand, as it was written */
} resolver;

static int band_index(const resolver *r, const char *name)
{
    for (int b = 0; b < r->out->n_bands; b++)
        if (strcmp(r->bands[b], name) == 0) return b;
    return -1;
}

static msc_status append(resolver *r, msc_feature made, const char *name, msc_error *err)
{
    for (int f = 0; f < r->out->n; f++)
        if (strcmp(r->out->feature[f].name, name) == 0) return MSC_OK;   /* asked for twice */
    if (r->out->n == MSC_MAX_FEATURES)
        return msc_fail(err, MSC_EVALUE, "features", "more than %d features", MSC_MAX_FEATURES);
    if (strlen(name) >= MSC_NAME_MAX) return msc_fail(err, MSC_EVALUE, "features", "%s: longer than %d", name, MSC_NAME_MAX - 1);
    made.window = made.texture = made.rays = made.opening = made.gradient = -1;
    snprintf(made.name, sizeof made.name, "%s", name);
    r->out->feature[r->out->n++] = made;
    const int is_twice = made.kind == MSC_OPEN || made.kind == MSC_CLOSE;   /* a window of windows */
    const int32_t sees_px = is_twice ? 2 * made.side_px - 1 : made.kind == MSC_GRADIENT ? made.side_px + 2 : made.side_px;
    if (sees_px > r->out->side_px) r->out->side_px = sees_px;
    return MSC_OK;
}

/* Something that the bands or the DEM do not allow: left out with a warning by default, an error when asked for. */
static msc_status unavailable(const resolver *r, msc_status warning, const char *item, const char *missing, msc_error *err)
{
    if (!r->is_default) return msc_fail(err, MSC_EVALUE, "features", "%s: needs %s", item, missing);
    msc_warn(r->settings, warning, "features", msc_settings_words(r->settings, "%s: needs %s", "%s：需要 %s"), item, missing);
    return MSC_OK;
}

static msc_status add_per_band(resolver *r, const entry *e, const msc_feature *made, const char *band, msc_error *err)
{
    if (band && band_index(r, band) < 0)
        return unavailable(r, MSC_WOTHER, e->name, band, err);
    for (int b = 0; b < r->out->n_bands; b++) {
        if (band && strcmp(r->bands[b], band) != 0) continue;
        char name[2 * MSC_NAME_MAX], range[64] = "";
        if (made->high > made->low) snprintf(range, sizeof range, ":%g:%g", made->low, made->high);
        if (e->is_windowed) snprintf(name, sizeof name, "%s:%s:%.60s%s", e->name, r->side, r->bands[b], range);
        else if (e->kind == MSC_BAND) snprintf(name, sizeof name, "%.100s", r->bands[b]);
        else snprintf(name, sizeof name, "%s:%.60s", e->name, r->bands[b]);
        msc_feature one = *made;
        one.plane = b;
        MSC_TRY(append(r, one, name, err));
    }
    return MSC_OK;
}

static msc_status add_entry(resolver *r, const entry *e, msc_feature made, const char *band, const char *item, msc_error *err)
{
    if (e->is_per_band < 0 && (!band || strcmp(band, "brightness") == 0)) {
        char name[2 * MSC_NAME_MAX];
        snprintf(name, sizeof name, "%s:%s", e->name, r->side);
        made.plane = MSC_OPENING_BRIGHTNESS;
        return append(r, made, name, err);
    }
    if (e->needs_dem && !r->out->has_dem) return unavailable(r, MSC_WNODEM, item, "dem", err);
    if (e->kind == MSC_FLAT) {
        if (!r->out->has_sun) return unavailable(r, MSC_WOTHER, item, "sun", err);
        r->out->needs_dem = r->out->needs_sun = 1;
        made.side_px = 3;
    }
    if (e->kind == MSC_CHROMA || e->kind == MSC_BRIGHTNESS) r->out->needs_sum = 1;
    if (e->is_per_band) return add_per_band(r, e, &made, band, err);
    if (e->needs_dem) {
        r->out->needs_dem = 1;
        made.plane = r->out->n_bands;
        if (!e->is_windowed) made.side_px = 3;
        return append(r, made, item, err);
    }
    if (e->kind == MSC_DIFFERENCE) {
        made.plane = band_index(r, e->plus);
        made.minus = band_index(r, e->minus);
        if (made.plane < 0) return unavailable(r, strcmp(e->plus, "nir") == 0 ? MSC_WNONIR : MSC_WOTHER, item, e->plus, err);
        if (made.minus < 0) return unavailable(r, strcmp(e->minus, "nir") == 0 ? MSC_WNONIR : MSC_WOTHER, item, e->minus, err);
    }
    return append(r, made, item, err);
}

/* The widest window allowed, or the nearest odd number of pixels to so much ground. */
static int32_t side_over(double ground_m, double pixel_m)
{
    const double odd = 2.0 * floor(ground_m / pixel_m / 2.0) + 1.0;
    return odd <= MSC_WINDOW_MIN_PX ? MSC_WINDOW_MIN_PX : odd <= MSC_WINDOW_MAX_PX ? (int32_t)odd : MSC_WINDOW_MAX_PX;
}

/* A window's side: an odd number of pixels, or metres ("60m"), for which the nearest odd number of at least 3 is taken.
 * *end: where the text goes on; 0 when it is no side. */
static int32_t read_side(const char *text, double pixel_m, char **end)
{
    const double side = strtod(text, end);
    const int is_metres = **end == 'm';
    *end += is_metres;
    if (!(side > 0.0) || !(side < 1e9) || (**end && **end != ':')) return 0;
    if (!is_metres) return side == floor(side) && fmod(side, 2.0) == 1.0 && side <= MSC_WINDOW_MAX_PX ? (int32_t)side : 0;
    return 2.0 * floor(side / pixel_m / 2.0) + 1.0 <= MSC_WINDOW_MAX_PX ? side_over(side, pixel_m) : 0;
}

/* What follows a name: ":side", ":side:band" or ":side:band:low:high". */
static msc_status read_window(resolver *r, const entry *e, const char *item, msc_feature *made, char *band, msc_error *err)
{
    const char *rest = item + strlen(e->name);
    char *end = NULL;
    if (*rest) made->side_px = read_side(rest + 1, r->out->pixel_m, &end);
    if (made->side_px < MSC_WINDOW_MIN_PX || strcspn(rest + 1, ":") >= sizeof r->side)
        return msc_fail(err, MSC_EVALUE, "features", "%s: not NAME:SIDE with an odd side of %d..%d px, or metres such as 60m that "
                        "span no more (pixel: %g m)", item, MSC_WINDOW_MIN_PX, MSC_WINDOW_MAX_PX, r->out->pixel_m);
    snprintf(r->side, sizeof r->side, "%.*s", (int)strcspn(rest + 1, ":"), rest + 1);
    if (!*end) return MSC_OK;
    const size_t n = e->kind >= MSC_GLCM_CONTRAST ? strcspn(end + 1, ":") : strlen(end + 1);
    snprintf(band, MSC_NAME_MAX, "%.*s", (int)n, end + 1);
    rest = end + 1 + n;
    if (!*rest) return MSC_OK;
    made->low = strtod(rest + 1, &end);
    if (*end == ':') made->high = strtod(end + 1, &end);
    if (*end || !(made->high > made->low) || !isfinite(made->low) || !isfinite(made->high))
        return msc_fail(err, MSC_EVALUE, "features", "%s: not NAME:SIDE:BAND:LOW:HIGH with LOW under HIGH", item);
    return MSC_OK;
}

/* One item of the list: a band's name, or the name of a feature and what follows it. */
static msc_status add_item(resolver *r, const char *item, msc_error *err)
{
    const int b = band_index(r, item);
    if (b >= 0) return append(r, (msc_feature){ .kind = MSC_BAND, .plane = b }, item, err);
    const size_t stem = strcspn(item, ":");
    const entry *e = NULL;
    for (size_t i = 0; i < sizeof registry / sizeof *registry; i++)
        if (strlen(registry[i].name) == stem && strncmp(registry[i].name, item, stem) == 0) e = &registry[i];
    if (!e) return msc_fail(err, MSC_EVALUE, "features", "%s: neither a feature nor a band", item);
    msc_feature made = { .kind = e->kind };
    char band[MSC_NAME_MAX] = "";
    if (e->is_windowed) MSC_TRY(read_window(r, e, item, &made, band, err));
    else if (item[stem] && e->is_per_band && e->kind != MSC_BAND) snprintf(band, sizeof band, "%s", item + stem + 1);
    else if (item[stem]) return msc_fail(err, MSC_EVALUE, "features", "%s: takes no window", item);
    if (*band && !e->is_per_band) return msc_fail(err, MSC_EVALUE, "features", "%s: takes no band", item);
    return add_entry(r, e, made, *band ? band : NULL, item, err);
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

static void write_defaults(double pixel_m, char *list, size_t size)
{
    const int spread = (int)side_over(SPREAD_M, pixel_m), relief = (int)side_over(RELIEF_M, pixel_m);
    int n = snprintf(list, size, "bands,ndvi,ndwi,brightness,chroma");
    if (5.0 * pixel_m <= MAX_WINDOW_M) n += snprintf(list + n, size - (size_t)n, ",std:%d", spread);
    snprintf(list + n, size - (size_t)n, ",slope,northness,eastness,tpi:31,relief:%d,flat", relief);
}

msc_status msc_features_open(const msc_settings *settings, const char *list, const msc_feature_input *input, msc_features **features,
                             msc_error *err)
{
    if (input->n_bands < 1 || input->n_bands > MSC_MAX_BANDS || input->n_bands + (input->has_dem != 0) > MSC_MAX_PLANES)
        return msc_fail(err, MSC_EBAND, "bands", "%d bands, 1..%d can be used", input->n_bands, MSC_MAX_BANDS);
    msc_features *made = msc_alloc_zero(1, sizeof *made);
    if (!made) return msc_fail(err, MSC_ENOMEM, "features", "%zu bytes", sizeof *made);
    made->kernels = msc_kernels_select();
    made->n_bands = input->n_bands;
    made->has_dem = input->has_dem != 0;
    made->has_sun = input->has_sun != 0;
    made->pixel_m = input->pixel_m;
    made->side_px = 1;
    resolver r = { settings, input->bands, list == NULL, made, "" };
    char defaults[128];
    if (!list) write_defaults(input->pixel_m, defaults, sizeof defaults);
    msc_status status = add_list(&r, list ? list : defaults, err);
    if (status == MSC_OK && made->n == 0) status = msc_fail(err, MSC_EVALUE, "features", "an empty list");
    if (status != MSC_OK) {
        msc_release(made);
        return status;
    }
    msc_features_share(made);
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
int msc_features_need_sun(const msc_features *features) { return features->needs_sun; }

void msc_features_set_sun(msc_features *features, double azimuth_deg, double elevation_deg)
{
    features->sun = msc_terrain_sun(azimuth_deg, elevation_deg);
}
