/* relief.c - fractal mountains, valleys and plains, and the slow fields that order the land. */
#include "scene/relief.h"
#include "scene/noise.h"
#include "scene/sky.h"
#include <math.h>
#include <string.h>

#define TURN 6.283185307179586

/* Distance-like wave with a zero every `spacing` metres: rivers and roads that never end in the middle of nowhere. */
static float wave(double u, double spacing_m)
{
    return (float)(spacing_m / (TURN / 2.0) * sin(u / spacing_m * (TURN / 2.0)));
}

void msc_macro_at(const msc_scene *scene, double x, double y, msc_macro *macro)
{
    const uint32_t s = (uint32_t)(scene->seed * 0x9e3779b97f4a7c15ULL >> 32);
    const double wx = 420.0 * (double)msc_noise_fractal(s + 1, x / 1900.0, y / 1900.0, 3, 0.5f);
    const double wy = 420.0 * (double)msc_noise_fractal(s + 2, x / 1900.0, y / 1900.0, 3, 0.5f);
    const double qx = x + wx, qy = y + wy;
    /* Rivers run roughly from north-west to south-east, streams and cross roads across them. */
    const double along = 0.62 * x + 0.78 * y, across = 0.78 * x - 0.62 * y;
    const float bend = msc_noise_fractal(s + 3, x / 2300.0, y / 2300.0, 3, 0.45f);
    const float bend2 = msc_noise_fractal(s + 4, x / 1300.0, y / 1300.0, 3, 0.5f);
    const float wiggle = msc_noise(s + 5, x / 330.0, y / 330.0);
    macro->river_m = wave(along + 1500.0 + 1100.0 * (double)bend + 38.0 * (double)wiggle, 3100.0);
    /* Streams end in a river: those of its two banks lie half a spacing apart. */
    const double bank = macro->river_m > 0.0f ? 575.0 : 0.0;
    macro->stream_m = wave(across + bank + 620.0 * (double)bend2 + 300.0 * (double)bend + 26.0 * (double)wiggle, 1150.0);
    const float lane = msc_noise_fractal(s + 6, x / 640.0, y / 640.0, 2, 0.4f);
    macro->road_m = macro->river_m - 175.0f - 90.0f * lane;
    macro->crossroad_m = wave(across + 640.0 - 520.0 * (double)bend2 + 150.0 * (double)lane, 2050.0);

    const float river = fabsf(macro->river_m), stream = fabsf(macro->stream_m);
    const float mass = 0.85f * msc_noise(s + 7, qx / 3300.0, qy / 3300.0) + 0.4f * msc_noise(s + 8, qx / 1400.0, qy / 1400.0);
    const float valley = msc_smooth(120.0f, 820.0f, river + 130.0f * bend2);
    macro->massif = msc_smooth(-0.36f, 0.42f, mass) * valley;
    const double rx = qx + 55.0 * (double)wiggle, ry = qy - 55.0 * (double)lane;
    const float crest = msc_noise_ridged(s + 9, rx / 1250.0, ry / 1250.0, 5);
    const float hollow = 0.42f + 0.58f * msc_smooth(0.0f, 310.0f, stream);
    const float plain = 62.0f + 16.0f * msc_noise(s + 10, x / 2700.0, y / 2700.0) + 17.0f * msc_smooth(20.0f, 700.0f, river)
                        + 3.0f * lane;
    /* Spurs and gullies run down from the crests; the lower ground keeps fewer of them. */
    const float spur = 1.0f - fabsf(msc_noise(s + 17, rx / 390.0, ry / 390.0));
    const float gully = 1.0f - fabsf(msc_noise(s + 18, (rx + 40.0 * (double)spur) / 150.0, ry / 150.0));
    macro->height_m = plain + macro->massif * ((50.0f + 640.0f * crest) * hollow + 120.0f * (spur - 0.6f) + 36.0f * (gully - 0.6f));

    macro->cliff = msc_noise(s + 11, qx / 430.0, qy / 430.0) + 0.45f * msc_noise(s + 12, qx / 150.0, qy / 150.0);
    macro->cliff_mask = macro->massif * msc_smooth(0.12f, 0.42f, msc_noise(s + 13, x / 800.0, y / 800.0))
                        * msc_smooth(60.0f, 150.0f, stream);
    macro->forest = 0.62f * msc_noise(s + 14, qx / 760.0, qy / 760.0) + 0.38f * msc_noise(s + 15, qx / 260.0, qy / 260.0)
                    + 0.2f * msc_noise(s + 16, x / 90.0, y / 90.0);
}

void msc_macro_gradient(const msc_scene *scene, double x, double y, msc_macro *macro, float gradient[2])
{
    const double reach_m = 16.0;
    msc_macro east, south;
    msc_macro_at(scene, x, y, macro);
    msc_macro_at(scene, x + reach_m, y, &east);
    msc_macro_at(scene, x, y + reach_m, &south);
    gradient[0] = (east.height_m - macro->height_m) / (float)reach_m;
    gradient[1] = (south.height_m - macro->height_m) / (float)reach_m;
}

/* 1 lit .. 0 shaded by the slow relief, marched towards the sun in growing steps. */
static float far_shade(const msc_lattice *lattice, int32_t i, int32_t j, const msc_sun *sun)
{
    const float z = lattice->node[j * lattice->nx + i][MSC_F_HEIGHT];
    float worst = -1.0f;
    for (int k = 1; k <= MSC_LATTICE_BORDER; k++) {
        const int32_t a = i + (int32_t)lrintf(sun->east * (float)k), b = j + (int32_t)lrintf(sun->south * (float)k);
        const float rise = lattice->node[b * lattice->nx + a][MSC_F_HEIGHT] - z;
        const float over = rise / ((float)k * (float)lattice->step_m) - sun->tangent;
        worst = over > worst ? over : worst;
    }
    return 1.0f - msc_smooth(-0.05f, 0.05f, worst);
}

static void fill_node(const msc_scene *scene, double x, double y, float *node)
{
    msc_macro macro;
    msc_macro_at(scene, x, y, &macro);
    node[MSC_F_HEIGHT] = macro.height_m;
    node[MSC_F_MASSIF] = macro.massif;
    node[MSC_F_RIVER] = macro.river_m;
    node[MSC_F_STREAM] = macro.stream_m;
    node[MSC_F_ROAD] = macro.road_m;
    node[MSC_F_CROSSROAD] = macro.crossroad_m;
    node[MSC_F_CLIFF] = macro.cliff;
    node[MSC_F_CLIFF_MASK] = macro.cliff_mask;
    node[MSC_F_FOREST] = macro.forest;
    for (int year = 0; year < MSC_SCENE_YEARS; year++) {
        const msc_sun sun = msc_sky_sun(year);
        node[MSC_F_HAZE + year] = msc_sky_haze(scene, year, x, y);
        const double away = (double)MSC_CLOUD_HEIGHT_M / (double)sun.tangent;
        node[MSC_F_CLOUD + year] = msc_sky_cloud(scene, year, x, y);
        node[MSC_F_CLOUD_SHADE + year] =
            msc_sky_cloud(scene, year, x + away * (double)sun.east, y + away * (double)sun.south);
    }
}

void msc_lattice_fill(const msc_scene *scene, const double box[4], int has_shade, msc_lattice *lattice)
{
    lattice->border = has_shade ? MSC_LATTICE_BORDER : 1;
    const int32_t border = lattice->border + 1;
    lattice->step_m = scene->pixel_m * 8.0 > 16.0 ? scene->pixel_m * 8.0 : 16.0;
    lattice->ix0 = (int32_t)floor(box[0] / lattice->step_m) - border;
    lattice->iy0 = (int32_t)floor(box[1] / lattice->step_m) - border;
    lattice->nx = (int32_t)floor(box[2] / lattice->step_m) + border + 2 - lattice->ix0;
    lattice->ny = (int32_t)floor(box[3] / lattice->step_m) + border + 2 - lattice->iy0;
    for (int32_t j = 0; j < lattice->ny; j++)
        for (int32_t i = 0; i < lattice->nx; i++)
            fill_node(scene, (lattice->ix0 + i) * lattice->step_m, (lattice->iy0 + j) * lattice->step_m,
                      lattice->node[j * lattice->nx + i]);
    const msc_sun sun[MSC_SCENE_YEARS] = {msc_sky_sun(0), msc_sky_sun(1)};
    const float twice = 2.0f * (float)lattice->step_m;
    for (int32_t j = lattice->border; j < lattice->ny - lattice->border; j++)
        for (int32_t i = lattice->border; i < lattice->nx - lattice->border; i++) {
            float *node = lattice->node[j * lattice->nx + i];
            const float ge = (node[MSC_N_FIELDS + MSC_F_HEIGHT] - node[-MSC_N_FIELDS + MSC_F_HEIGHT]) / twice;
            const float gs = (lattice->node[(j + 1) * lattice->nx + i][MSC_F_HEIGHT]
                              - lattice->node[(j - 1) * lattice->nx + i][MSC_F_HEIGHT]) / twice;
            node[MSC_F_SLOPE] = sqrtf(ge * ge + gs * gs);
            node[MSC_F_FOREST] += 0.55f * (-gs) * (node[MSC_F_MASSIF] > 0.02f ? -1.0f : 0.0f);
            for (int year = 0; year < MSC_SCENE_YEARS; year++)
                node[MSC_F_SHADE + year] = has_shade ? far_shade(lattice, i, j, &sun[year]) : 1.0f;
        }
}

/* Uniform cubic B-spline weights: twice differentiable, so that hillshades show no lattice. */
static void spline(float f, float w[4])
{
    const float g = 1.0f - f;
    w[0] = g * g * g / 6.0f;
    w[1] = (3.0f * f * f * f - 6.0f * f * f + 4.0f) / 6.0f;
    w[2] = (3.0f * g * g * g - 6.0f * g * g + 4.0f) / 6.0f;
    w[3] = f * f * f / 6.0f;
}

void msc_lattice_row(msc_lattice *lattice, int row, double y)
{
    const double at = y / lattice->step_m, whole = floor(at);
    const int32_t j = (int32_t)whole - lattice->iy0 - 1;
    float w[4];
    spline((float)(at - whole), w);
    for (int32_t i = lattice->border; i < lattice->nx - lattice->border; i++) {
        const float *a = lattice->node[j * lattice->nx + i], *b = lattice->node[(j + 1) * lattice->nx + i];
        const float *c = lattice->node[(j + 2) * lattice->nx + i], *d = lattice->node[(j + 3) * lattice->nx + i];
        for (int k = 0; k < MSC_N_FIELDS; k++)
            lattice->row[row][i][k] = w[0] * a[k] + w[1] * b[k] + w[2] * c[k] + w[3] * d[k];
    }
}

void msc_lattice_at(const msc_lattice *lattice, int row, double x, float fields[MSC_N_FIELDS])
{
    const double at = x / lattice->step_m, whole = floor(at);
    const int32_t i = (int32_t)whole - lattice->ix0 - 1;
    float w[4];
    spline((float)(at - whole), w);
    const float *a = lattice->row[row][i], *b = lattice->row[row][i + 1];
    const float *c = lattice->row[row][i + 2], *d = lattice->row[row][i + 3];
    for (int k = 0; k < MSC_N_FIELDS; k++)
        fields[k] = w[0] * a[k] + w[1] * b[k] + w[2] * c[k] + w[3] * d[k];
}

float msc_relief_height(const msc_scene *scene, double x, double y, const float fields[MSC_N_FIELDS])
{
    const uint32_t s = (uint32_t)(scene->seed * 0x9e3779b97f4a7c15ULL >> 32);
    const float massif = fields[MSC_F_MASSIF];
    /* Each octave is turned, or their lattices would weave a visible pattern into hillshades. */
    const float coarse = msc_noise(s + 20, (0.89 * x + 0.45 * y) / 62.0, (0.89 * y - 0.45 * x) / 62.0);
    const float middle = msc_noise(s + 21, (0.42 * x - 0.91 * y) / 27.0, (0.91 * x + 0.42 * y) / 27.0);
    const float fine = msc_noise(s + 22, (0.68 * x + 0.73 * y) / 11.0, (0.68 * y - 0.73 * x) / 11.0);
    float z = fields[MSC_F_HEIGHT] + (0.25f + massif * (7.0f * coarse + 2.6f * middle + 0.8f * fine));
    z += 0.25f * coarse + 0.12f * fine;
    const float step = fields[MSC_F_CLIFF] + 0.05f * coarse + 0.03f * middle;
    z += 40.0f * fields[MSC_F_CLIFF_MASK] * msc_smooth(0.06f, 0.17f, step);
    const float river = fabsf(fields[MSC_F_RIVER]), stream = fabsf(fields[MSC_F_STREAM]);
    /* The deeper bed counts: a stream leaves no trace in a river's. */
    return z - fmaxf(4.0f * (1.0f - msc_smooth(12.0f, 34.0f, river)), 2.0f * (1.0f - msc_smooth(1.5f, 12.0f, stream)));
}
