/* features.h - the registry of pixel features: what a forest sees. One more feature is one more row here. */
#ifndef MSC_OPS_FEATURES_H
#define MSC_OPS_FEATURES_H
#include "model/forest.h"
#include "stream/stream.h"

typedef struct msc_features msc_features;   /* a resolved list of features over named bands */

/* What features are computed from. */
typedef struct msc_feature_input {
    const char *const *bands;    /* names of the band planes */
    int n_bands;
    int has_dem, has_sun;        /* a DEM plane follows them; where the sun stood is known */
    double pixel_m;
} msc_feature_input;

/* Resolves "bands,ndvi,mean:5,slope" against what there is of the image. A windowed feature without a band runs over every band and becomes one feature a band: mean:5:red.
 * list NULL: the defaults for these bands and this pixel size; what cannot be computed (no nir, no DEM, no sun) is left out
 * with a warning when it comes from the defaults, an EVALUE when it was asked for. */
msc_status msc_features_open(const msc_settings *settings, const char *list, const msc_feature_input *input, msc_features **features,
                             msc_error *err);
void msc_features_close(msc_features **features);
int msc_features_n(const msc_features *features);
const char *msc_features_name(const msc_features *features, int feature);
int32_t msc_features_halo_px(const msc_features *features);
int msc_features_need_dem(const msc_features *features);
int msc_features_need_sun(const msc_features *features);
/* Where the sun stood over the image whose rows come next, in degrees: clockwise from north, above the horizon (over 0). To be told
 * before rows are made of features that need it. */
void msc_features_set_sun(msc_features *features, double azimuth_deg, double elevation_deg);

/* Rows of one tile, or of a part of it, are made between one begin and the next: windows keep their columns from row to
 * row in scratch, which holds msc_features_scratch() bytes, aligned to 64, for cores of width_px. */
size_t msc_features_scratch(const msc_features *features, int32_t width_px);
void msc_features_begin(const msc_features *features, int32_t width_px, void *scratch);

/* Computes row y (0..core.h-1) of every feature over the core's width: out[f] is a row of core.w floats. Fastest when
 * rows follow each other; the result does not depend on the order of rows. A pixel's value depends on the pixels in its
 * window only, by a fixed order of operations. Pixels not valid give 0. */
void msc_features_row(const msc_features *features, const msc_tile *tile, int32_t y, float *const *out, void *scratch);

/* Makes the op: planes in are the bands (and the DEM), planes out the features, 0 where not valid; up to
 * MSC_MAX_PLANES of them. It is a pass's last op: it leaves no padding. `features` is borrowed until the stream has run. */
void msc_features_op(const msc_features *features, msc_op *op);
#endif
