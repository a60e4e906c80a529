/* cover.c - class and material at a point. */
#include "scene/cover.h"
#include "scene/noise.h"
#include <math.h>
#include <string.h>

static const msc_cell *cell_at(const msc_scene *scene, msc_sites *sites, int32_t cx, int32_t cy)
{
    msc_cell *cell = &sites->cell[msc_noise_hash(1, cx, cy) % MSC_CELL_CACHE];
    if (!cell->is_set || cell->cx != cx || cell->cy != cy)
        msc_cell_make(scene, cx, cy, cell);
    return cell;
}

static const msc_lake *lake_at(const msc_scene *scene, msc_sites *sites, int32_t cx, int32_t cy)
{
    const uint32_t k = msc_noise_hash(2, cx, cy) % MSC_LAKE_CACHE;
    if (!sites->lake_cell[k].is_set || sites->lake_cell[k].cx != cx || sites->lake_cell[k].cy != cy) {
        msc_lake_make(scene, cx, cy, &sites->lake_cell[k].lake);
        sites->lake_cell[k].cx = cx;
        sites->lake_cell[k].cy = cy;
        sites->lake_cell[k].is_set = 1;
    }
    return &sites->lake_cell[k].lake;
}

static int is_near(double x, double y, double reach, const double box[4])
{
    return x + reach > box[0] && x - reach < box[2] && y + reach > box[1] && y - reach < box[3];
}

void msc_sites_near(const msc_scene *scene, msc_sites *sites, double x0, double y0, double x1, double y1)
{
    const double box[4] = {x0, y0, x1, y1};
    if (sites->key != scene->seed + 1) {
        memset(sites, 0, sizeof *sites);
        sites->key = scene->seed + 1;
    }
    sites->n_parts = sites->n_lakes = 0;
    for (int32_t cy = (int32_t)floor((y0 - MSC_REACH_M) / MSC_CELL_M); cy * MSC_CELL_M < y1 + MSC_REACH_M; cy++)
        for (int32_t cx = (int32_t)floor((x0 - MSC_REACH_M) / MSC_CELL_M); cx * MSC_CELL_M < x1 + MSC_REACH_M; cx++) {
            const msc_cell *cell = cell_at(scene, sites, cx, cy);
            for (int i = 0; i < cell->n_parts && sites->n_parts < MSC_MAX_NEAR; i++)
                if (is_near(cell->part[i].near_x, cell->part[i].near_y, (double)cell->part[i].reach_m, box))
                    sites->part[sites->n_parts++] = cell->part[i];
        }
    const double shore = 760.0;    /* 1.8 times the longest half axis */
    for (int32_t cy = (int32_t)floor((y0 - shore) / MSC_LAKE_CELL_M); cy * MSC_LAKE_CELL_M < y1 + shore; cy++)
        for (int32_t cx = (int32_t)floor((x0 - shore) / MSC_LAKE_CELL_M); cx * MSC_LAKE_CELL_M < x1 + shore; cx++) {
            const msc_lake *lake = lake_at(scene, sites, cx, cy);
            if (lake->is_there && sites->n_lakes < MSC_MAX_LAKES && is_near(lake->x, lake->y, 1.8 * (double)lake->a, box))
                sites->lake[sites->n_lakes++] = *lake;
        }
}

void msc_point_at(const msc_scene *scene, const msc_lattice *lattice, int row, double x, double y, msc_point *point)
{
    const uint32_t s = (uint32_t)(scene->seed * 0x9e3779b97f4a7c15ULL >> 32);
    point->x = x;
    point->y = y;
    msc_lattice_at(lattice, row, x, point->field);
    point->z = msc_relief_height(scene, x, y, point->field);
    point->ragged.wide = msc_noise(s + 30, x / 57.0, y / 57.0);
    point->ragged.fine = msc_noise(s + 31, x / 16.0, y / 16.0);
}

static void set(msc_ground *g, msc_scene_class cover, msc_material material, float tone)
{
    g->cover = (uint8_t)cover;
    g->material = (uint8_t)material;
    g->tone = tone;
    g->hue = 0.0f;
}

/* Reservoir and its dam: the valley below the level inside the outline, closed where the ground is lower. */
static void fill_lake(const msc_lake *lake, const msc_point *p, msc_ground *g)
{
    const float r = msc_lake_radius(lake, p->x, p->y) + 0.02f * p->ragged.wide;
    if (r > 1.7f)
        return;
    /* Upstream the valley floor climbs out of the water. */
    const float up = ((float)(p->x - lake->x) * lake->turn_c + (float)(p->y - lake->y) * lake->turn_s) / lake->a;
    const float low = msc_smooth(lake->level + 12.0f, lake->level - 6.0f, g->z);
    g->z += low * 22.0f * msc_smooth(0.1f, 0.85f, up) * (1.0f - msc_smooth(1.0f, 1.7f, r));
    if (r < 1.0f && g->z < lake->level) {
        g->z = lake->level;
        set(g, MSC_C_WATER, MSC_M_LAKE, 0.0f);
    } else if (r >= 1.0f && r < 1.25f && g->z < lake->level + 1.5f) {
        const float z = lake->level + 2.0f - 0.45f * fmaxf(r - 1.035f, 0.0f) * lake->bank;
        if (z > g->z) {
            g->z = z;
            set(g, r < 1.035f ? MSC_C_ROAD : MSC_C_SHRUB, r < 1.035f ? MSC_M_CONCRETE : MSC_M_GRASS, 0.0f);
        }
    }
}

/* Fields: blocks of one direction (a jittered Voronoi pattern) cut into strips. Between some blocks runs a track. */
static void sow(const msc_scene *scene, const msc_point *p, msc_ground *g)
{
    const uint32_t s = (uint32_t)(scene->seed * 0x9e3779b97f4a7c15ULL >> 32) + 60U;
    const double block_m = 290.0;
    const double bx = p->x / block_m + 0.012 * (double)p->ragged.wide, by = p->y / block_m;
    const int32_t ix = (int32_t)floor(bx), iy = (int32_t)floor(by);
    float near = 1e9f, second = 1e9f;
    uint32_t mine = 0, other = 0;
    float mine_dx = 0.0f, mine_dy = 0.0f, other_dx = 0.0f, other_dy = 0.0f;
    for (int32_t j = iy - 1; j <= iy + 1; j++)
        for (int32_t i = ix - 1; i <= ix + 1; i++) {
            const uint32_t h = msc_noise_hash(s, i, j);
            const float dx = (float)(bx - i) - (float)(h & 1023U) / 1023.0f;
            const float dy = (float)(by - j) - (float)((h >> 10) & 1023U) / 1023.0f;
            const float far = dx * dx + dy * dy;
            if (far < near) {
                second = near;
                other = mine;
                other_dx = mine_dx;
                other_dy = mine_dy;
                near = far;
                mine = h;
                mine_dx = dx;
                mine_dy = dy;
            } else if (far < second) {
                second = far;
                other = h;
                other_dx = dx;
                other_dy = dy;
            }
        }
    /* Distance to the bisector of the two nearest middles. */
    const float apart = hypotf(mine_dx - other_dx, mine_dy - other_dy) + 1e-6f;
    if ((second - near) / (2.0f * apart) * (float)block_m < 2.4f && ((mine ^ other) & 3U) != 0) {
        set(g, MSC_C_ROAD, MSC_M_DIRT_ROAD, 0.0f);
        return;
    }
    const float angle = (float)(mine >> 20) * 0.0015340f;
    const float turn_c = cosf(angle), turn_s = sinf(angle);
    const float lx = (float)(bx - ix) * (float)block_m, ly = (float)(by - iy) * (float)block_m;
    const float ox = (float)(ix & 4095) * (float)block_m, oy = (float)(iy & 4095) * (float)block_m;
    const float u = (lx + ox) * turn_c + (ly + oy) * turn_s + 1.5f * p->ragged.wide;
    const float v = (ly + oy) * turn_c - (lx + ox) * turn_s;
    const float width = 17.0f + (float)((mine >> 5) & 15U) * 1.5f, length = 75.0f + (float)((mine >> 9) & 15U) * 7.0f;
    const int32_t row = (int32_t)floorf(v / length);
    const int32_t column = (int32_t)floorf((u + 40.0f * msc_noise_unit(msc_noise_hash(mine, row, 3))) / width);
    const uint32_t h = msc_noise_hash(mine, column, row);
    const uint32_t kind = h & 31U;
    const float tone = (float)((h >> 8) & 255U) / 128.0f - 1.0f;
    set(g, MSC_C_CROP, kind < 16 ? MSC_M_MAIZE : kind < 21 ? MSC_M_VEGETABLES : kind < 27 ? MSC_M_TILLED
                                                                           : kind < 29 ? MSC_M_ORCHARD : MSC_M_GRASS, tone);
}

/* Water and roads, which are narrow and lie over everything that grows; non-zero when one of them is here. */
static int cross(const msc_point *p, msc_ground *g)
{
    const float *f = p->field, wide = p->ragged.wide;
    const float river = fabsf(f[MSC_F_RIVER]), stream = fabsf(f[MSC_F_STREAM]), massif = f[MSC_F_MASSIF];
    if (river < 17.0f + 5.0f * wide + 1.5f * p->ragged.fine) {
        set(g, MSC_C_WATER, MSC_M_RIVER, 0.5f * wide);
        return 1;
    }
    if (fabsf(f[MSC_F_ROAD]) < 5.5f) {
        set(g, MSC_C_ROAD, MSC_M_ASPHALT, 0.0f);
        return 1;
    }
    if (stream < (3.4f + 1.2f * wide) * (1.0f - msc_smooth(0.25f, 0.75f, massif))) {
        set(g, MSC_C_WATER, MSC_M_RIVER, 0.5f * wide);
        return 1;
    }
    if (fabsf(f[MSC_F_CROSSROAD]) < 4.5f - 1.8f * msc_smooth(0.2f, 0.7f, massif)) {
        set(g, MSC_C_ROAD, massif < 0.45f ? MSC_M_ASPHALT : MSC_M_DIRT_ROAD, 0.3f);
        return 1;
    }
    return 0;
}

static void grow(const msc_scene *scene, const msc_point *p, msc_ground *g)
{
    const float *f = p->field, wide = p->ragged.wide, fine = p->ragged.fine;
    const float step = f[MSC_F_CLIFF] + 0.05f * wide + 0.03f * fine, cliff = f[MSC_F_CLIFF_MASK];
    if (cliff > 0.22f + 0.15f * fine && step > 0.05f && step < 0.185f) {
        set(g, MSC_C_ROCK, MSC_M_ROCK, 0.8f * fine);
        return;
    }
    const float lean = f[MSC_F_FOREST] + 0.2f * wide + 0.09f * fine;
    const float river = fabsf(f[MSC_F_RIVER]);
    if (f[MSC_F_MASSIF] < 0.2f + 0.04f * wide && f[MSC_F_SLOPE] < 0.105f + 0.03f * wide && river > 27.0f + 7.0f * wide
        && fabsf(f[MSC_F_STREAM]) > 8.0f + 3.0f * wide && lean > -0.62f && lean < 0.55f) {
        sow(scene, p, g);
        return;
    }
    const float wish = -0.10f + (f[MSC_F_MASSIF] < 0.12f ? 0.25f : 0.0f) + 0.14f * msc_smooth(0.8f, 1.0f, f[MSC_F_MASSIF]);
    if (lean > wish)
        set(g, MSC_C_FOREST, f[MSC_F_CLIFF] + 0.25f * wide + 0.1f * fine > 0.22f ? MSC_M_CONIFER : MSC_M_BROADLEAF, 0.4f * wide);
    else
        set(g, MSC_C_SHRUB, lean + 0.15f * fine > wish - 0.3f ? MSC_M_SHRUB : MSC_M_GRASS, 0.4f * fine);
}

void msc_cover_ground(const msc_scene *scene, const msc_sites *sites, const msc_point *point, int year, int wants_cover,
                      msc_ground *ground)
{
    memset(ground, 0, sizeof *ground);
    ground->z = point->z;
    for (int i = 0; i < sites->n_parts; i++) {
        const msc_part *part = &sites->part[i];
        const float dx = (float)(point->x - part->near_x), dy = (float)(point->y - part->near_y);
        if (dx * dx + dy * dy < part->reach_m * part->reach_m)
            msc_earthwork(part, year, point->x, point->y, &point->ragged, ground);
    }
    for (int i = 0; i < sites->n_lakes && (ground->cover == MSC_C_NONE || ground->cover == MSC_C_ROAD); i++)
        fill_lake(&sites->lake[i], point, ground);
    if (wants_cover && ground->cover == MSC_C_NONE && !cross(point, ground))
        grow(scene, point, ground);
}
