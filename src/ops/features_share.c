/* features_share.c - which windows, pairs, rays and openings the features of a list have in common, so that each is made once. */
#include "ops/features_made.h"

/* What each windowed feature needs of its window. */
static unsigned wanted_of(msc_feature_kind kind)
{
    switch (kind) {
    case MSC_MEAN:
    case MSC_TPI: return 1u << MSC_WINDOW_SUM;
    case MSC_STD: return 1u << MSC_WINDOW_SUM | 1u << MSC_WINDOW_SQUARES;
    case MSC_RANGE: return 1u << MSC_WINDOW_LOW | 1u << MSC_WINDOW_HIGH;
    case MSC_FLOOR: return 1u << MSC_WINDOW_LOW;
    default: return 0;
    }
}

/* Measures of pairs that make up a texture. */
static unsigned measures_of(msc_feature_kind kind)
{
    switch (kind) {
    case MSC_GLCM_CONTRAST: return 1u << MSC_PAIR_COUNT | 1u << MSC_PAIR_CONTRAST;
    case MSC_GLCM_HOMOGENEITY: return 1u << MSC_PAIR_COUNT | 1u << MSC_PAIR_HOMOGENEITY;
    case MSC_GLCM_CORRELATION: return 1u << MSC_PAIR_COUNT | 1u << MSC_PAIR_SUM | 1u << MSC_PAIR_SQUARES | 1u << MSC_PAIR_PRODUCT;
    case MSC_GLCM_ASM: return 1u << MSC_PAIR_COUNT | 1u << MSC_PAIR_ENERGY;
    default: return 0;
    }
}

static void share_textures(msc_features *features)
{
    for (int i = 0; i < features->n; i++) {
        msc_feature *f = &features->feature[i];
        const unsigned wanted = measures_of(f->kind);
        if (!wanted) continue;
        int t = 0;
        for (; t < features->n_textures; t++) {
            const msc_texture_spec *s = &features->texture[t];
            if (s->plane == f->plane && s->side_px == f->side_px && s->low == f->low && s->high == f->high) break;
        }
        if (t == features->n_textures)
            features->texture[features->n_textures++] = (msc_texture_spec){ f->plane, f->side_px, f->low, f->high, 0 };
        features->texture[t].wanted |= wanted;
        f->texture = t;
    }
}

static int count_of(msc_features *features, int32_t side_px)
{
    int c = 0;
    while (c < features->n_counts && features->count_side_px[c] != side_px) c++;
    if (c == features->n_counts) features->count_side_px[features->n_counts++] = side_px;
    return c;
}

static void share_windows(msc_features *features)
{
    for (int i = 0; i < features->n; i++) {
        msc_feature *f = &features->feature[i];
        const unsigned wanted = wanted_of(f->kind);
        if (!wanted) continue;
        int w = 0;
        while (w < features->n_windows && (features->window[w].plane != f->plane || features->window[w].side_px != f->side_px)) w++;
        if (w == features->n_windows)
            features->window[features->n_windows++] = (msc_feature_window){ f->plane, count_of(features, f->side_px), f->side_px, 0 };
        features->window[w].wanted |= wanted;
        f->window = w;
    }
}

static void share_rays(msc_features *features)
{
    for (int i = 0; i < features->n; i++) {
        msc_feature *f = &features->feature[i];
        if (f->kind != MSC_DEPTH && f->kind != MSC_RISE) continue;
        int r = 0;
        while (r < features->n_rays && features->rays_side_px[r] != f->side_px) r++;
        if (r == features->n_rays) features->rays_side_px[features->n_rays++] = f->side_px;
        f->rays = r;
    }
}

static void share_openings(msc_features *features)
{
    for (int i = 0; i < features->n; i++) {
        msc_feature *f = &features->feature[i];
        if (f->kind != MSC_OPEN && f->kind != MSC_CLOSE) continue;
        int o = 0;
        while (o < features->n_openings && (features->opening[o].plane != f->plane || features->opening[o].side_px != f->side_px)) o++;
        if (o == features->n_openings) features->opening[features->n_openings++] = (msc_opening_spec){ f->plane, f->side_px, 0 };
        features->opening[o].wanted |= 1u << (f->kind == MSC_OPEN ? MSC_OPENING : MSC_CLOSING);
        f->opening = o;
    }
}

/* A list names each but once, so that none is shared. */
static void list_gradients(msc_features *features)
{
    for (int i = 0; i < features->n; i++) {
        msc_feature *f = &features->feature[i];
        if (f->kind != MSC_GRADIENT) continue;
        f->gradient = features->n_gradients;
        features->gradient[features->n_gradients++] = (msc_gradient_spec){ f->plane, f->side_px };
    }
}

void msc_features_share(msc_features *features)
{
    share_windows(features);
    share_textures(features);
    share_rays(features);
    share_openings(features);
    list_gradients(features);
}
