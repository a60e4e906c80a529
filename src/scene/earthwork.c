/* earthwork.c - pits, quarry faces, heaps, tailings ponds, yards, haul roads: shape and look at a point. */
#include "scene/earthwork.h"
#include "scene/noise.h"
#include <math.h>

/* Position relative to a part: u, v in half axes, r the ragged radius (1 on the outline), size_m the mean half axis. */
typedef struct local { float u, v, r, size_m, dx, dy; } local;

static local local_of(const msc_part *p, int year, double x, double y, const msc_ragged *ragged)
{
    local l;
    l.dx = (float)(x - p->x) - (year ? p->move[0] : 0.0f);
    l.dy = (float)(y - p->y) - (year ? p->move[1] : 0.0f);
    l.u = (l.dx * p->turn_c + l.dy * p->turn_s) / p->a[year];
    l.v = (l.dy * p->turn_c - l.dx * p->turn_s) / p->b[year];
    const float r = sqrtf(l.u * l.u + l.v * l.v) + 1e-6f, c = l.u / r, s = l.v / r;
    const float c2 = c * c - s * s, s2 = 2.0f * c * s, c3 = c2 * c - s2 * s, s3 = s2 * c + c2 * s;
    const float bulge = p->lobe[0] * c2 + p->lobe[1] * s2 + p->lobe[2] * c3 + p->lobe[3] * s3;
    l.r = r * (1.0f + bulge) + 0.13f * ragged->wide + 0.04f * ragged->fine;
    l.size_m = 0.5f * (p->a[year] + p->b[year]);
    return l;
}

/* Stairs: flat for the first 0.58 of a step, then up. */
static float stairs(float t)
{
    const float whole = floorf(t);
    return whole + msc_smooth(0.58f, 1.0f, t - whole);
}

static void claim(msc_ground *g, msc_scene_class cover, msc_material material, const msc_part *p)
{
    g->cover = (uint8_t)cover;
    g->material = (uint8_t)material;
    g->tone = p->tone;
    g->hue = p->hue;
}

/* Grass and rows of young trees over what was dug or dumped. */
static void reclaim(msc_ground *g, const msc_part *p, const local *l)
{
    const int is_forest = (p->seed & 3U) == 0;
    const int is_row = ((int32_t)floorf(l->dx * 0.16f + l->dy * 0.07f) & 1) != 0;
    claim(g, is_forest ? MSC_C_FOREST : MSC_C_SHRUB, is_row ? MSC_M_PLANTED : is_forest ? MSC_M_CONIFER : MSC_M_GRASS, p);
}

/* Dug: down from the rim at the site's own steepness to a floor, in level benches; in a pit the benches wind down as
 * one ramp. On a slope the floor meets the ground downhill: a quarry face, open to the valley. */
static void dig(const msc_part *p, int year, const local *l, const msc_ragged *ragged, msc_ground *g)
{
    if (l->r >= 1.0f)
        return;
    const int is_pit = p->kind == MSC_P_PIT;
    const float inside_m = (1.0f - l->r) * l->size_m, natural = g->z, floor_m = p->level[year];
    const float smooth = fmaxf(natural - p->steep * inside_m, floor_m);
    const float wind = is_pit ? (atan2f(l->v, l->u) + 3.14159265f) * 0.15915494f : 0.0f;
    const float t = (smooth - floor_m) / p->bench_m + wind;
    const float cut = floor_m + p->bench_m * (stairs(t) - wind);
    const int is_floor = smooth <= floor_m + 0.6f;
    const float rim = msc_smooth(0.0f, 5.0f, inside_m);
    float z = is_floor ? floor_m + 0.3f * ragged->fine : fminf(natural, fmaxf(cut, floor_m));
    z = natural + rim * (fminf(z, natural) - natural);
    const float step = t - floorf(t);
    const int is_face = !is_floor && step > 0.55f;
    g->z = z;
    claim(g, is_pit ? MSC_C_PIT : MSC_C_QUARRY,
          is_floor ? (is_pit ? MSC_M_PIT_FLOOR : MSC_M_FLOOR) : is_face ? (is_pit ? MSC_M_PIT_FACE : MSC_M_FACE)
                                                                        : (is_pit ? MSC_M_PIT_BENCH : MSC_M_BENCH), p);
    if (p->is_reclaimed[year]) {
        if (!is_face || is_pit)
            reclaim(g, p, l);
        return;
    }
    if (z < p->water[year]) {
        claim(g, MSC_C_WATER, MSC_M_DIRTY_WATER, p);
        g->z = p->water[year];
    }
}

/* Dumped: a cone, or a flat top with benched flanks, at the angle of repose (about 35 degrees, tangent 0.7). */
static void dump(const msc_part *p, int year, const local *l, const msc_ragged *ragged, msc_ground *g)
{
    if (l->r >= 1.5f)
        return;
    float z;
    const float gully = 0.5f * ragged->fine;
    if (p->kind == MSC_P_CONE) {
        z = p->level[year] - 0.62f * l->size_m * fmaxf(l->r - 0.08f, 0.0f) + gully;
        z -= 1.2f * l->size_m * fmaxf(l->r - 1.0f, 0.0f);
    } else {
        float s = p->level[year] - 0.62f * l->size_m * fmaxf(l->r - 0.45f, 0.0f);
        s -= 1.2f * l->size_m * fmaxf(l->r - 1.0f, 0.0f);
        const float t = (s - p->level[year]) / p->bench_m;
        z = p->level[year] + p->bench_m * stairs(t) + 0.4f * gully;
    }
    if (z < g->z + 0.35f)
        return;
    g->z = z;
    claim(g, MSC_C_HEAP, (p->seed & 7U) < 2 ? MSC_M_GANGUE : MSC_M_WASTE, p);
    if (p->is_reclaimed[year])
        reclaim(g, p, l);
}

/* A pond: slimes fill the valley level behind a dam on the downhill side; where the ground falls away on all sides the
 * dam goes round. From the dam inwards: dry beach, wet beach, pool. */
static void impound(const msc_part *p, int year, const local *l, const msc_ragged *ragged, msc_ground *g)
{
    if (l->r >= 1.5f)
        return;
    const float crest = p->level[year], outside = fmaxf(l->r - 0.86f, 0.0f) * l->size_m;
    const float t = -0.42f * outside / p->bench_m;
    float z = crest + p->bench_m * stairs(t) - 2.0f * l->size_m * fmaxf(l->r - 1.15f, 0.0f);
    const float back = (l->dx * p->up_e + l->dy * p->up_s) / l->size_m + 0.16f * ragged->wide + 0.04f * ragged->fine;
    if (outside <= 0.0f)
        z = crest - 1.2f - 0.8f * msc_smooth(-0.6f, 0.5f, back);    /* beaches fall away from the dam */
    if (z < g->z + 0.2f)
        return;
    g->z = z;
    msc_material material = MSC_M_DAM;
    if (outside <= 0.0f)
        material = back < -0.12f || l->r > 0.8f ? MSC_M_DRY_BEACH : back < 0.2f ? MSC_M_WET_BEACH : MSC_M_SLIME_POOL;
    claim(g, MSC_C_TAILINGS, material, p);
    if (p->is_reclaimed[year])
        reclaim(g, p, l);
}

/* Sheds on concrete. */
static void pave(const msc_part *p, int year, const local *l, msc_ground *g)
{
    if (fabsf(l->u) >= 1.0f || fabsf(l->v) >= 1.0f || g->cover != MSC_C_NONE)
        return;
    const float u = l->u * p->a[year] + 400.0f, v = l->v * p->b[year] + 400.0f;
    const int32_t i = (int32_t)(u / 25.0f), j = (int32_t)(v / 17.0f);
    const float in_u = u - (float)i * 25.0f, in_v = v - (float)j * 17.0f;
    const uint32_t h = msc_noise_hash(p->seed, i, j);
    const int is_roof = in_u < 19.0f && in_v < 12.0f && (h & 7U) < 5;
    const msc_material roof = (h & 64U) ? MSC_M_ROOF_BLUE : (h & 128U) ? MSC_M_ROOF_WHITE : MSC_M_ROOF_GREY;
    claim(g, MSC_C_BUILT, is_roof ? roof : MSC_M_CONCRETE, p);
}

/* Rows of houses with yards, lanes between every second row, trees in some of the yards. */
static void settle(const msc_part *p, int year, const local *l, msc_ground *g)
{
    if (l->r >= 1.0f || g->cover != MSC_C_NONE)
        return;
    const float u = l->u * p->a[year] + 800.0f, v = l->v * p->b[year] + 800.0f;
    const int32_t row = (int32_t)(v / 36.0f);
    const float in_v = v - (float)row * 36.0f;
    const float shift = 9.0f * msc_noise_unit(msc_noise_hash(p->seed, row, 77));
    const int32_t column = (int32_t)((u + shift) / 15.0f);
    const float in_u = u + shift - (float)column * 15.0f;
    const uint32_t h = msc_noise_hash(p->seed, column, row * 2 + (in_v > 18.0f));
    const int is_lane = in_v < 3.8f || (column % 9 == 4 && in_u < 4.0f);
    const float deep = in_v > 18.0f ? in_v - 18.0f : in_v - 3.0f;
    if (is_lane) {
        claim(g, MSC_C_ROAD, MSC_M_CONCRETE, p);
    } else if ((h & 15U) < 2) {
        claim(g, MSC_C_FOREST, MSC_M_BROADLEAF, p);
    } else if (in_u < 12.5f && deep < 8.0f + (float)((h >> 8) & 3U)) {
        const uint32_t kind = (h >> 12) & 15U;
        claim(g, MSC_C_BUILT, kind < 8 ? MSC_M_ROOF_RED : kind < 13 ? MSC_M_ROOF_GREY : kind < 14 ? MSC_M_ROOF_BLUE
                                                                                                : MSC_M_ROOF_WHITE, p);
        g->tone = (float)((h >> 16) & 63U) / 32.0f - 1.0f;
    } else {
        claim(g, MSC_C_BUILT, (h >> 20) & 1U ? MSC_M_CONCRETE : MSC_M_EARTH_YARD, p);
    }
}

/* A dirt road that swings about the straight line between its ends. */
static void haul(const msc_part *p, int year, double x, double y, const msc_ragged *ragged, msc_ground *g)
{
    if (g->cover != MSC_C_NONE)
        return;
    const float ex = (float)(p->x1 - p->x), ey = (float)(p->y1 - p->y), dx = (float)(x - p->x), dy = (float)(y - p->y);
    const float length = sqrtf(ex * ex + ey * ey) + 1e-3f;
    const float along = (dx * ex + dy * ey) / length, side = (dy * ex - dx * ey) / length;
    if (along < 0.0f || along > length || fabsf(side) > p->b[0] * 1.6f + 12.0f)
        return;
    const float ends = msc_smooth(0.0f, 60.0f, along) * msc_smooth(0.0f, 60.0f, length - along);
    const float bow = sinf(along * 0.019f + (float)(p->seed & 63U) * 0.1f) + 0.4f * sinf(along * 0.047f);
    if (fabsf(side - ends * p->b[0] * bow - 1.5f * ragged->fine) < p->a[year])
        claim(g, MSC_C_ROAD, MSC_M_DIRT_ROAD, p);
}

void msc_earthwork(const msc_part *p, int year, double x, double y, const msc_ragged *ragged, msc_ground *g)
{
    if (p->a[year] <= 0.0f)
        return;
    if (p->kind == MSC_P_HAUL) {
        haul(p, year, x, y, ragged, g);
        return;
    }
    const local l = local_of(p, year, x, y, ragged);
    switch (p->kind) {
    case MSC_P_PIT:
    case MSC_P_QUARRY: dig(p, year, &l, ragged, g); break;
    case MSC_P_CONE:
    case MSC_P_TERRACE: dump(p, year, &l, ragged, g); break;
    case MSC_P_POND: impound(p, year, &l, ragged, g); break;
    case MSC_P_YARD: pave(p, year, &l, g); break;
    case MSC_P_VILLAGE: settle(p, year, &l, g); break;
    case MSC_P_HAUL: break;
    }
}
