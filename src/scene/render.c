/* render.c - blocks of the scene: ground, light, mixed pixels, sensor. */
#include "scene/scene.h"
#include "base/hash.h"
#include "base/mem.h"
#include "scene/cover.h"
#include "scene/noise.h"
#include "scene/sky.h"
#include <math.h>
#include <string.h>

enum { BLOCK = 256, N_MARCH = 8, REACH = 14, BLUR = 5, PAD = REACH + BLUR + 1, SIDE = BLOCK + 2 * PAD,
       LIGHT_SIDE = BLOCK + 2 * BLUR };
static const float march_px[N_MARCH] = {1.0f, 2.0f, 3.0f, 4.0f, 6.0f, 8.0f, 11.0f, 14.0f};

/* The way to the sun over the ground array: steps, and the inverse of their lengths. */
typedef struct beam { msc_sun sun; int32_t step[N_MARCH]; float per_m[N_MARCH]; } beam;

typedef struct sky_px { float cloud[2], shade[2], lit[2], haze[2]; } sky_px;

struct msc_scene_work {
    msc_sites sites;
    msc_lattice lattice;
    msc_ground ground[2][SIDE * SIDE];
    float patch[SIDE * SIDE], broad[SIDE * SIDE];
    sky_px sky[SIDE * SIDE];
    float light[MSC_SCENE_BANDS][LIGHT_SIDE * LIGHT_SIDE];
};

msc_scene_work *msc_scene_work_new(void) { return msc_alloc_zero(1, sizeof(msc_scene_work)); }
size_t msc_scene_work_bytes(void) { return sizeof(msc_scene_work); }

void msc_scene_work_free(msc_scene_work **work)
{
    msc_release(*work);
    *work = NULL;
}

/* Cloud and shadow opacity, 0..1, from their smooth fields and the point's own raggedness. */
static float veil(float field, float ragged) { return msc_smooth(0.0f, 0.2f, field + 0.03f * ragged); }

static void survey_px(const msc_scene *scene, msc_scene_work *w, int32_t k, const msc_point *p, int wants_cover, unsigned years)
{
    for (int year = 0; year < MSC_SCENE_YEARS; year++)
        if (years >> year & 1U)
            msc_cover_ground(scene, &w->sites, p, year, wants_cover, &w->ground[year][k]);
    if (!wants_cover)
        return;
    const uint32_t s = (uint32_t)(scene->seed * 0x9e3779b97f4a7c15ULL >> 32);
    /* Two turned octaves: one alone shows its lattice in forests. */
    w->patch[k] = 0.75f * msc_noise(s + 40, (0.8 * p->x - 0.6 * p->y) / 9.1, (0.6 * p->x + 0.8 * p->y) / 9.1)
                  + 0.6f * msc_noise(s + 41, (0.28 * p->x + 0.96 * p->y) / 5.3, (0.28 * p->y - 0.96 * p->x) / 5.3);
    w->broad[k] = p->ragged.wide;
    for (int year = 0; year < MSC_SCENE_YEARS; year++) {
        w->sky[k].cloud[year] = veil(p->field[MSC_F_CLOUD + year], p->ragged.wide + p->ragged.fine);
        w->sky[k].shade[year] = veil(p->field[MSC_F_CLOUD_SHADE + year], p->ragged.wide);
        w->sky[k].lit[year] = p->field[MSC_F_SHADE + year];
        w->sky[k].haze[year] = p->field[MSC_F_HAZE + year];
    }
}

/* Ground of the block and `pad` px round it, of the years whose bits are set; natural cover only within `cover_pad`. */
static void survey(const msc_scene *scene, msc_scene_work *w, msc_rect block, int32_t pad, int32_t cover_pad, unsigned years)
{
    const double px = scene->pixel_m;
    const double x0 = (block.x - pad) * px, y0 = (block.y - pad) * px;
    const double x1 = (block.x + block.w + pad) * px, y1 = (block.y + block.h + pad) * px;
    const double box[4] = {x0, y0, x1, y1};
    msc_lattice_fill(scene, box, pad > 0, &w->lattice);
    msc_sites_near(scene, &w->sites, x0, y0, x1, y1);
    for (int32_t y = -pad; y < block.h + pad; y++) {
        const double wy = (block.y + y + 0.5) * px;
        msc_lattice_row(&w->lattice, 0, wy);
        const int is_row = y >= -cover_pad && y < block.h + cover_pad;
        for (int32_t x = -pad; x < block.w + pad; x++) {
            msc_point p;
            const double wx = (block.x + x + 0.5) * px;
            msc_point_at(scene, &w->lattice, 0, wx, wy, &p);
            survey_px(scene, w, (y + PAD) * SIDE + x + PAD, &p, is_row && x >= -cover_pad && x < block.w + cover_pad, years);
        }
    }
}

static uint8_t truth_of(const msc_scene_work *w, int32_t k, int year, double x, double y)
{
    if (!msc_sky_is_imaged(year, x, y))
        return MSC_C_NONE;
    if (w->sky[k].cloud[year] > 0.4f)
        return MSC_C_CLOUD;
    if (w->sky[k].shade[year] > 0.5f)
        return MSC_C_SHADOW;
    return w->ground[year][k].cover;
}

/* Reflectance of one ground with its variation at three scales. */
static void colour(const msc_scene *scene, const msc_ground *g, int year, float grain, float patch, float broad, float out[4])
{
    const msc_look *look = &msc_looks[g->material];
    const float season = year ? (float)scene->season : 0.0f;
    const float vary = 1.0f + look->grain * grain + look->patch * patch + look->broad * broad;
    const float bright = vary * (1.0f + g->tone * (0.08f + 0.14f * look->stone));
    static const float warm[4] = {-0.13f, -0.02f, 0.08f, 0.10f};
    for (int b = 0; b < MSC_SCENE_BANDS; b++) {
        const float r = look->summer[b] + season * (look->autumn[b] - look->summer[b]);
        out[b] = r * bright * (1.0f + warm[b] * g->hue * look->stone);
    }
}

static int is_edge(const msc_ground *g)
{
    for (int32_t dy = -1; dy <= 1; dy++)
        for (int32_t dx = -1; dx <= 1; dx++) {
            const msc_ground *n = g + dy * SIDE + dx;
            if (n->material != g->material || n->cover != g->cover)
                return 1;
        }
    return 0;
}

/* Share of the direct sun that reaches a pixel: 1, less in the shadow of relief within REACH px. */
static float sunlit(const msc_ground *g, const beam *sun)
{
    float over = -1.0f;
    for (int i = 0; i < N_MARCH; i++) {
        const float rise = (g[sun->step[i]].z - g->z) * sun->per_m[i] - sun->sun.tangent;
        over = rise > over ? rise : over;
    }
    return 1.0f - msc_smooth(-0.06f, 0.1f, over);
}

static beam beam_of(int year, float pixel_m)
{
    beam b = {.sun = msc_sky_sun(year)};
    for (int i = 0; i < N_MARCH; i++) {
        b.step[i] = (int32_t)lrintf(b.sun.south * march_px[i]) * SIDE + (int32_t)lrintf(b.sun.east * march_px[i]);
        b.per_m[i] = 1.0f / (march_px[i] * pixel_m);
    }
    return b;
}

/* Light on a pixel relative to level ground in the open; a fifth of it comes from the sky (Lambert). */
static float light_on(const msc_scene_work *w, int32_t k, int year, const beam *ray, float pixel_m)
{
    const msc_ground *g = &w->ground[year][k];
    const msc_sun *sun = &ray->sun;
    const float ge = (g[1].z - g[-1].z) / (2.0f * pixel_m), gs = (g[SIDE].z - g[-SIDE].z) / (2.0f * pixel_m);
    const float facing = (sun->sine - sun->cosine * (ge * sun->east + gs * sun->south)) / sqrtf(1.0f + ge * ge + gs * gs);
    const float direct = (facing > 0.0f ? facing : 0.0f) / sun->sine;
    const float lit = fminf(sunlit(g, ray), w->sky[k].lit[year]) * (1.0f - 0.85f * w->sky[k].shade[year]);
    if (g->cover == MSC_C_WATER)
        return 0.2f + 0.8f * (1.0f - 0.85f * w->sky[k].shade[year]);
    return 0.2f + 0.8f * direct * lit;
}

/* At-sensor values of a block and BLUR px round it, before blur and noise. */
static void illuminate(const msc_scene *scene, msc_scene_work *w, msc_rect block, int year)
{
    const double px = scene->pixel_m;
    const beam sun = beam_of(year, (float)px);
    static const float cloud_white[4] = {6900.0f, 6800.0f, 6700.0f, 6900.0f};
    for (int32_t y = -BLUR; y < block.h + BLUR; y++) {
        const double wy = (block.y + y + 0.5) * px;
        msc_lattice_row(&w->lattice, 1, wy - 0.25 * px);
        msc_lattice_row(&w->lattice, 2, wy + 0.25 * px);
        for (int32_t x = -BLUR; x < block.w + BLUR; x++) {
            const int32_t k = (y + PAD) * SIDE + x + PAD;
            const double wx = (block.x + x + 0.5) * px;
            const msc_ground *g = &w->ground[year][k];
            const float grain = 2.0f * msc_noise_unit(msc_noise_hash((uint32_t)scene->seed + 50U, block.x + x, block.y + y)) - 1.0f;
            float value[4] = {0};
            if (is_edge(g)) {
                for (int q = 0; q < 4; q++) {
                    msc_point p;
                    msc_ground part;
                    float sub[4];
                    msc_point_at(scene, &w->lattice, 1 + (q >> 1), wx + ((q & 1) ? 0.25 : -0.25) * px,
                                 wy + ((q & 2) ? 0.25 : -0.25) * px, &p);
                    msc_cover_ground(scene, &w->sites, &p, year, 1, &part);
                    colour(scene, &part, year, grain, w->patch[k], w->broad[k], sub);
                    for (int b = 0; b < MSC_SCENE_BANDS; b++)
                        value[b] += 0.25f * sub[b];
                }
            } else {
                colour(scene, g, year, grain, w->patch[k], w->broad[k], value);
            }
            msc_view view;
            msc_sky_view(scene, year, wx, wy, w->sky[k].haze[year], &view);
            const float light = light_on(w, k, year, &sun, (float)px), cloud = w->sky[k].cloud[year];
            for (int b = 0; b < MSC_SCENE_BANDS; b++) {
                const float seen = value[b] * light * (1.0f - cloud) + cloud_white[b] * (1.0f + 0.06f * w->broad[k]) * cloud;
                w->light[b][(y + BLUR) * LIGHT_SIDE + x + BLUR] = view.gain[b] * seen + view.offset[b];
            }
        }
    }
}

/* Quadratic B-spline weights about a shift of |s| <= 0.5: the sensor's point spread and the misregistration at once. */
static void spread(double s, float w[3])
{
    w[0] = (float)(0.5 * (0.5 - s) * (0.5 - s));
    w[1] = (float)(0.75 - s * s);
    w[2] = (float)(0.5 * (0.5 + s) * (0.5 + s));
}

static void expose(const msc_scene *scene, const msc_scene_work *w, msc_rect block, int year, const msc_scene_out *out,
                   ptrdiff_t at)
{
    const double shift = year ? fmin(fmax(scene->shift_px, 0.0), 3.0) : 0.0, sx = 0.8 * shift, sy = -0.6 * shift;
    const int32_t ix = (int32_t)lrint(sx), iy = (int32_t)lrint(sy);
    float wx[3], wy[3];
    spread(sx - ix, wx);
    spread(sy - iy, wy);
    for (int32_t y = 0; y < block.h; y++)
        for (int32_t x = 0; x < block.w; x++) {
            const int is_imaged = msc_sky_is_imaged(year, (block.x + x + 0.5) * scene->pixel_m, (block.y + y + 0.5) * scene->pixel_m);
            const uint64_t bits = msc_random(scene->seed + 11U + (uint64_t)year, (uint64_t)(uint32_t)(block.x + x),
                                             (uint64_t)(uint32_t)(block.y + y));
            for (int b = 0; b < MSC_SCENE_BANDS; b++) {
                float sum = 0.0f;
                for (int j = 0; j < 3; j++) {
                    const float *row = &w->light[b][(y + iy + j - 1 + BLUR) * LIGHT_SIDE + x + ix + BLUR];
                    sum += wy[j] * (wx[0] * row[-1] + wx[1] * row[0] + wx[2] * row[1]);
                }
                /* Two uniform bytes make a triangular draw of standard deviation 0.41. */
                const float u = (float)((bits >> (16 * b)) & 255U) + (float)((bits >> (16 * b + 8)) & 255U);
                const float draw = (u - 255.0f) / 255.0f;
                sum += (float)scene->noise * draw * (18.0f + 0.022f * sum);
                const float value = sum < 1.0f ? 1.0f : sum > 65535.0f ? 65535.0f : sum;
                out->band[year][b][at + y * out->stride_px + x] = is_imaged ? (uint16_t)(value + 0.5f) : 0;
            }
        }
}

static void render_block(const msc_scene *scene, msc_scene_work *w, msc_rect block, const msc_scene_out *out, ptrdiff_t at)
{
    survey(scene, w, block, PAD, BLUR + 1, 3U);
    for (int year = 0; year < MSC_SCENE_YEARS; year++) {
        illuminate(scene, w, block, year);
        expose(scene, w, block, year, out, at);
        for (int32_t y = 0; y < block.h; y++)
            for (int32_t x = 0; x < block.w; x++) {
                const int32_t k = (y + PAD) * SIDE + x + PAD;
                const ptrdiff_t o = at + y * out->stride_px + x;
                if (out->dem[year])
                    out->dem[year][o] = w->ground[year][k].z
                                        + msc_sky_height_error(scene, year, (block.x + x + 0.5) * scene->pixel_m, (block.y + y + 0.5) * scene->pixel_m);
                out->truth[year][o] = truth_of(w, k, year, (block.x + x + 0.5) * scene->pixel_m,
                                               (block.y + y + 0.5) * scene->pixel_m);
            }
    }
}

void msc_scene_render(const msc_scene *scene, msc_scene_work *work, msc_rect window, const msc_scene_out *out)
{
    for (int32_t y = 0; y < window.h; y += BLOCK)
        for (int32_t x = 0; x < window.w; x += BLOCK) {
            const msc_rect block = {window.x + x, window.y + y, window.w - x < BLOCK ? window.w - x : BLOCK,
                                    window.h - y < BLOCK ? window.h - y : BLOCK};
            render_block(scene, work, block, out, y * out->stride_px + x);
        }
}

void msc_scene_truth(const msc_scene *scene, msc_scene_work *work, msc_rect window, int year, uint8_t *truth)
{
    survey(scene, work, window, 0, 0, 1U << year);
    for (int32_t y = 0; y < window.h; y++)
        for (int32_t x = 0; x < window.w; x++)
            truth[y * window.w + x] = truth_of(work, (y + PAD) * SIDE + x + PAD, year, (window.x + x + 0.5) * scene->pixel_m,
                                               (window.y + y + 0.5) * scene->pixel_m);
}
