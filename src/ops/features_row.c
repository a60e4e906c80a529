/* features_row.c - a row of every feature, from windows that are kept from row to row. */
#include "ops/features_made.h"
#include <assert.h>
#include <string.h>

typedef struct state {
    msc_window_work work;
    msc_window_count *count;
    msc_window *window;
    msc_texture *texture;
    msc_rays *rays;
    msc_opening *opening;
    msc_gradient *gradient;
    double *sum;                 /* of all bands, once a row */
    float *total, *light;        /* what a band is divided by: that sum; light on its ground */
    void *terrain;
    float *band[MSC_MAX_PLANES]; /* room for planes as floats */
} state;

/* The state of rows of width_px, laid out in `space` afresh; with no base only the size is of use. */
static void lay(const msc_features *features, int32_t width_px, msc_space *space)
{
    const msc_window_rows *rows = features->kernels->window;
    state none = { 0 }, *s = msc_space_take(space, sizeof *s);
    if (!space->base) s = &none;
    s->count = msc_space_take(space, (size_t)features->n_counts * sizeof *s->count);
    s->window = msc_space_take(space, (size_t)features->n_windows * sizeof *s->window);
    s->texture = msc_space_take(space, (size_t)features->n_textures * sizeof *s->texture);
    s->rays = msc_space_take(space, (size_t)features->n_rays * sizeof *s->rays);
    s->opening = msc_space_take(space, (size_t)features->n_openings * sizeof *s->opening);
    s->gradient = msc_space_take(space, (size_t)features->n_gradients * sizeof *s->gradient);
    s->sum = msc_space_take(space, (size_t)width_px * sizeof *s->sum);
    s->total = msc_space_take(space, features->needs_sum ? (size_t)width_px * sizeof(float) : 0);
    s->light = msc_space_take(space, features->needs_sun ? (size_t)width_px * sizeof(float) : 0);
    s->terrain = msc_space_take(space, msc_terrain_scratch(width_px));
    for (int b = 0; b < features->n_bands + features->has_dem; b++)
        s->band[b] = msc_space_take(space, (size_t)width_px * sizeof(float));
    msc_window_work_lay(&s->work, width_px, features->side_px, space);
    for (int i = 0; i < features->n_counts; i++) {
        msc_window_count count;
        msc_window_count_lay(&count, rows, features->count_side_px[i], width_px, space);
        if (s->count) s->count[i] = count;
    }
    for (int i = 0; i < features->n_windows; i++) {
        const msc_feature_window *f = &features->window[i];
        msc_window window;
        msc_window_lay(&window, rows, f->plane, f->side_px, width_px, f->wanted, space);
        if (s->window) s->window[i] = window;
    }
    for (int i = 0; i < features->n_textures; i++) {
        msc_texture texture;
        msc_texture_lay(&texture, rows, features->kernels->texture, features->kernels->majority,
                        &features->texture[i], width_px, space);
        if (s->texture) s->texture[i] = texture;
    }
    for (int i = 0; i < features->n_rays; i++) {
        msc_rays rays;
        msc_rays_lay(&rays, rows, features->n_bands, features->rays_side_px[i], width_px, space);
        if (s->rays) s->rays[i] = rays;
    }
    for (int i = 0; i < features->n_openings; i++) {
        msc_opening opening;
        msc_opening_lay(&opening, rows, &features->opening[i], features->n_bands, width_px, space);
        if (s->opening) s->opening[i] = opening;
    }
    for (int i = 0; i < features->n_gradients; i++) {
        msc_gradient gradient;
        msc_gradient_lay(&gradient, rows, &features->gradient[i], features->n_bands, width_px, space);
        if (s->gradient) s->gradient[i] = gradient;
    }
}

size_t msc_features_scratch(const msc_features *features, int32_t width_px)
{
    msc_space space = { 0 };
    lay(features, width_px, &space);
    return space.used;
}

void msc_features_begin(const msc_features *features, int32_t width_px, void *scratch)
{
    msc_space space = { .base = scratch };
    lay(features, width_px, &space);
}

/* One row as it is made: planes are turned into floats once. */
typedef struct row {
    const msc_features *features;
    const msc_tile *tile;
    state *s;
    int32_t y;
    const float *band[MSC_MAX_PLANES];
} row;

static const float *band_row(row *r, int plane, float *place)
{
    if (!r->band[plane]) {
        float *made = place ? place : r->s->band[plane];
        msc_window_load(r->features->kernels->window, r->tile, plane, r->y, 0, (size_t)r->tile->core.w, 0.0f, made);
        r->band[plane] = made;
    } else if (place && place != r->band[plane]) {
        memcpy(place, r->band[plane], (size_t)r->tile->core.w * sizeof *place);
    }
    return r->band[plane];
}

static void sum_bands(row *r)
{
    const msc_window_rows *rows = r->features->kernels->window;
    const size_t w = (size_t)r->tile->core.w;
    memset(r->s->sum, 0, w * sizeof *r->s->sum);
    for (int b = 0; b < r->features->n_bands; b++) rows->stack(r->s->sum, r->s->sum, band_row(r, b, NULL), w);
    rows->scale(r->s->total, r->s->sum, 1.0, w);
}

static void lighten(row *r)
{
    msc_terrain_light_row(r->features->kernels->window, &r->features->sun, r->tile, r->features->n_bands, r->y, r->features->pixel_m, r->s->light,
                          r->s->terrain);
}

static void terrain(const row *r, const msc_feature *f, msc_terrain what, float *out)
{
    msc_terrain_row(r->features->kernels->window, what, r->tile, f->plane, r->y, r->features->pixel_m, out, r->s->terrain);
}

/* Features of the pixel itself and its neighbours. */
static void local(row *r, const msc_feature *f, float *out)
{
    const msc_kernels *k = r->features->kernels;
    switch (f->kind) {
    case MSC_BAND: band_row(r, f->plane, out); break;
    case MSC_DIFFERENCE: {
        const float *a = band_row(r, f->plane, NULL), *b = band_row(r, f->minus, NULL);
        k->normalized_difference(out, a, b, (size_t)r->tile->core.w);
        break;
    }
    case MSC_BRIGHTNESS: k->window->scale(out, r->s->sum, 1.0 / r->features->n_bands, (size_t)r->tile->core.w); break;
    case MSC_CHROMA: k->window->over(out, band_row(r, f->plane, NULL), r->s->total, (size_t)r->tile->core.w); break;
    case MSC_FLAT: k->window->over(out, band_row(r, f->plane, NULL), r->s->light, (size_t)r->tile->core.w); break;
    case MSC_SLOPE: terrain(r, f, MSC_TERRAIN_SLOPE, out); break;
    case MSC_NORTHNESS: terrain(r, f, MSC_TERRAIN_NORTHNESS, out); break;
    case MSC_EASTNESS: terrain(r, f, MSC_TERRAIN_EASTNESS, out); break;
    default: break;
    }
}

/* A feature of a window whose sums have just been made. */
static void windowed(row *r, const msc_feature *f, float *out)
{
    const msc_window_rows *k = r->features->kernels->window;
    const msc_window_count *count = &r->s->count[r->features->window[f->window].count];
    void *const *total = r->s->work.total;
    const double *sum = total[MSC_WINDOW_SUM];
    const size_t w = (size_t)r->tile->core.w;
    switch (f->kind) {
    case MSC_MEAN: k->mean(out, sum, count->inv, w); break;
    case MSC_STD: k->deviation(out, sum, total[MSC_WINDOW_SQUARES], count->n, count->inv, w); break;
    case MSC_RANGE: k->range(out, total[MSC_WINDOW_LOW], total[MSC_WINDOW_HIGH], w); break;
    case MSC_FLOOR: k->range(out, total[MSC_WINDOW_LOW], band_row(r, f->plane, NULL), w); break;
    case MSC_TPI: k->above_mean(out, band_row(r, f->plane, NULL), sum, count->inv, w); break;
    default: break;
    }
}

/* A feature of pairs that have just been summed. */
static void textured(const row *r, const msc_feature *f, float *out)
{
    const msc_texture_rows *k = r->features->kernels->texture;
    double *const *total = r->s->texture[f->texture].total, *count = total[MSC_PAIR_COUNT];
    const size_t w = (size_t)r->tile->core.w;
    switch (f->kind) {
    case MSC_GLCM_CONTRAST: k->share(out, total[MSC_PAIR_CONTRAST], count, 1.0, w); break;
    case MSC_GLCM_HOMOGENEITY: k->share(out, total[MSC_PAIR_HOMOGENEITY], count, 1.0 / MSC_TEXTURE_UNIT, w); break;
    case MSC_GLCM_ASM: k->energy(out, r->s->texture[f->texture].energy, count, w); break;
    case MSC_GLCM_CORRELATION:
        k->correlation(out, total[MSC_PAIR_SUM], total[MSC_PAIR_SQUARES], total[MSC_PAIR_PRODUCT], count, w);
        break;
    default: break;
    }
}

/* Features that share no sums: each shares only what its rows are made of. */
static void shaped(row *r, float *const *out)
{
    const msc_features *features = r->features;
    for (int k = 0; k < features->n_rays; k++) msc_rays_step(&r->s->rays[k], r->tile, r->y);
    for (int o = 0; o < features->n_openings; o++) msc_opening_step(&r->s->opening[o], r->tile, r->y);
    for (int i = 0; i < features->n; i++) {
        const msc_feature *f = &features->feature[i];
        if (f->kind == MSC_DEPTH) msc_rays_row(&r->s->rays[f->rays], MSC_RAYS_DEPTH, out[i]);
        if (f->kind == MSC_RISE) msc_rays_row(&r->s->rays[f->rays], MSC_RAYS_RISE, out[i]);
        if (f->gradient >= 0) {
            msc_gradient_step(&r->s->gradient[f->gradient], r->tile, r->y);
            memcpy(out[i], r->s->gradient[f->gradient].made, (size_t)r->tile->core.w * sizeof **out);
        }
        if (f->opening < 0) continue;
        memcpy(out[i], r->s->opening[f->opening].made[f->kind == MSC_OPEN ? MSC_OPENING : MSC_CLOSING],
               (size_t)r->tile->core.w * sizeof **out);
    }
}

void msc_features_row(const msc_features *features, const msc_tile *tile, int32_t y, float *const *out, void *scratch)
{
    row r = { .features = features, .tile = tile, .s = scratch, .y = y };
    for (int i = 0; i < features->n; i++)
        if (features->feature[i].kind == MSC_BAND) local(&r, &features->feature[i], out[i]);
    if (features->needs_sum) sum_bands(&r);
    if (features->needs_sun) lighten(&r);
    for (int i = 0; i < features->n; i++)
        if (features->feature[i].kind != MSC_BAND) local(&r, &features->feature[i], out[i]);
    for (int c = 0; c < features->n_counts; c++) msc_window_count_step(&r.s->count[c], tile, y, &r.s->work);
    for (int w = 0; w < features->n_windows; w++) {
        msc_window_step(&r.s->window[w], tile, y, &r.s->work);
        for (int i = 0; i < features->n; i++)
            if (features->feature[i].window == w) windowed(&r, &features->feature[i], out[i]);
    }
    for (int t = 0; t < features->n_textures; t++) {
        msc_texture_step(&r.s->texture[t], tile, y, &r.s->work);
        for (int i = 0; i < features->n; i++)
            if (features->feature[i].texture == t) textured(&r, &features->feature[i], out[i]);
    }
    shaped(&r, out);
    if (!msc_window_has_hole(tile, y, 0, (size_t)tile->core.w)) return;
    for (int i = 0; i < features->n; i++) features->kernels->window->keep(out[i], msc_row_valid(tile, y), (size_t)tile->core.w);
}

static size_t scratch_bytes(const void *self, int32_t w_px, int32_t h_px)
{
    (void)h_px;
    return msc_features_scratch(self, w_px);
}

static void features_tile(const void *self, const msc_tile *in, msc_tile *out, void *scratch)
{
    const msc_features *features = self;
    float *to[MSC_MAX_PLANES];
    assert(out->pad_px == 0);
    msc_features_begin(features, in->core.w, scratch);
    for (int32_t y = 0; y < in->core.h; y++) {
        for (int i = 0; i < features->n; i++) to[i] = msc_row_f32(out, i, y);
        msc_features_row(features, in, y, to, scratch);
        memcpy(msc_row_valid(out, y), msc_row_valid(in, y), (size_t)in->core.w);
    }
}

void msc_features_op(const msc_features *features, msc_op *op)
{
    assert(features->n <= MSC_MAX_PLANES);
    *op = (msc_op){ .name = "features", .self = features, .halo_px = msc_features_halo_px(features), .n_planes_out = features->n,
                    .scratch_bytes = scratch_bytes, .tile = features_tile };
    for (int i = 0; i < features->n; i++) op->types_out[i] = MSC_F32;
}
