/* features_made.h - a resolved list of features, as features.c makes it and features_row.c follows it. */
#ifndef MSC_OPS_FEATURES_MADE_H
#define MSC_OPS_FEATURES_MADE_H
#include "kernels/kernels.h"
#include "model/model.h"
#include "ops/features.h"
#include "ops/gradient.h"
#include "ops/opening.h"
#include "ops/rays.h"
#include "ops/terrain.h"
#include "ops/texture.h"

typedef enum msc_feature_kind {
    MSC_BAND, MSC_DIFFERENCE, MSC_BRIGHTNESS, MSC_CHROMA, MSC_FLAT, MSC_MEAN, MSC_STD, MSC_RANGE, MSC_SLOPE, MSC_NORTHNESS, MSC_EASTNESS, MSC_TPI, MSC_FLOOR, MSC_DEPTH, MSC_RISE, MSC_OPEN, MSC_CLOSE, MSC_GRADIENT,
    MSC_GLCM_CONTRAST, MSC_GLCM_HOMOGENEITY, MSC_GLCM_CORRELATION, MSC_GLCM_ASM
} msc_feature_kind;

typedef struct msc_feature {
    msc_feature_kind kind;
    int plane, minus;            /* plane of the band (or DEM), or MSC_OPENING_BRIGHTNESS; the subtracted band's */
    int32_t side_px;
    double low, high;            /* of the grey levels of co-occurrence; equal: by the pixel type */
    int window, texture, rays, opening, gradient;   /* of those below; -1: none */
    char name[MSC_NAME_MAX];
} msc_feature;

/* Windows of one plane and side are shared by the features that ask for them; counts by all windows of a side. */
typedef struct msc_feature_window { int plane, count; int32_t side_px; unsigned wanted; } msc_feature_window;

struct msc_features {
    const msc_kernels *kernels;
    int n, n_bands, has_dem, has_sun, needs_dem, needs_sun, needs_sum, n_windows, n_counts, n_textures, n_rays, n_openings, n_gradients;
    double pixel_m;
    msc_window_sun sun;                /* of the image at hand */
    int32_t side_px;             /* that any feature looks at, at least 1 */
    msc_feature feature[MSC_MAX_FEATURES];
    msc_feature_window window[MSC_MAX_FEATURES];
    int32_t count_side_px[MSC_MAX_FEATURES];
    msc_texture_spec texture[MSC_MAX_FEATURES];
    int32_t rays_side_px[MSC_MAX_FEATURES];   /* all over the DEM */
    msc_opening_spec opening[MSC_MAX_FEATURES];
    msc_gradient_spec gradient[MSC_MAX_FEATURES];
};

/* Settles the windows, pairs, rays and openings that the features need. */
void msc_features_share(msc_features *features);
#endif
