/* sky.c - sun positions, clouds, haze, seam and collar of the two years. */
#include "scene/sky.h"
#include "scene/noise.h"
#include <math.h>

/* Sun elevation and azimuth of a clear mid-morning near 40 N: late June, then mid-October. */
static const double sun_elevation[MSC_SCENE_YEARS] = {62.0, 39.0}, sun_azimuth[MSC_SCENE_YEARS] = {128.0, 157.0};

void msc_scene_sun(int year, double *azimuth_deg, double *elevation_deg)
{
    *azimuth_deg = sun_azimuth[year];
    *elevation_deg = sun_elevation[year];
}

msc_sun msc_sky_sun(int year)
{
    const double degree = 3.14159265358979323846 / 180.0;
    const double elevation = sun_elevation[year] * degree, azimuth = sun_azimuth[year] * degree;
    return (msc_sun){(float)sin(azimuth), (float)-cos(azimuth), (float)tan(elevation), (float)sin(elevation),
                     (float)cos(elevation)};
}

float msc_sky_cloud(const msc_scene *scene, int year, double x, double y)
{
    if (scene->clouds <= 0.0)
        return -1.0f;
    const uint32_t s = (uint32_t)(scene->seed * 0x9e3779b97f4a7c15ULL >> 32) + 700U + 61U * (uint32_t)year;
    const float weather = msc_noise(s, x / 2600.0, y / 2600.0);
    const float puff = msc_noise_fractal(s + 1, x / 420.0, y / 420.0, 4, 0.5f);
    const float more = 0.16f * (float)log(scene->clouds);
    return puff + 0.42f * weather - 0.5f + more;
}

float msc_sky_haze(const msc_scene *scene, int year, double x, double y)
{
    const uint32_t s = (uint32_t)(scene->seed * 0x9e3779b97f4a7c15ULL >> 32) + 900U + (uint32_t)year;
    const double phase = (year ? 0.31 * x - 0.42 * y : 0.37 * x + 0.28 * y) / 2600.0;
    return (float)scene->haze * (0.75f + 0.35f * (float)sin(phase) + 0.25f * msc_noise(s, x / 1500.0, y / 1500.0));
}

void msc_sky_view(const msc_scene *scene, int year, double x, double y, float haze, msc_view *view)
{
    static const float air[MSC_SCENE_YEARS][MSC_SCENE_BANDS] = {{330.0f, 190.0f, 110.0f, 45.0f},
                                                                {470.0f, 290.0f, 190.0f, 80.0f}};
    static const float sensor[MSC_SCENE_YEARS][MSC_SCENE_BANDS] = {{1.0f, 1.0f, 1.0f, 1.0f},
                                                                   {1.05f, 0.97f, 0.95f, 1.06f}};
    /* Two strips meet along a slanted line every 5.2 km, one of them a little brighter and hazier. */
    const double strip = (year ? x - 0.17 * y + 2900.0 : x + 0.21 * y + 2300.0) / 5200.0;
    const int is_odd = ((int)floor(strip) & 1) != 0;
    for (int b = 0; b < MSC_SCENE_BANDS; b++) {
        view->gain[b] = sensor[year][b] * (is_odd ? 1.045f : 1.0f) * (1.0f - 0.04f * haze);
        view->offset[b] = air[year][b] * (haze + (is_odd ? 0.12f * (float)scene->haze : 0.0f));
    }
}

float msc_sky_height_error(const msc_scene *scene, int year, double x, double y)
{
    if (scene->dem_noise_m <= 0.0)
        return 0.0f;
    /* Gradient noise has a standard deviation of UNIT; the shares' squares add up to 1. */
    static const float unit = 0.324f, wide = 0.8f, fine = 0.6f;
    const uint32_t s = (uint32_t)(scene->seed * 0x9e3779b97f4a7c15ULL >> 32) + 1100U + 7U * (uint32_t)year;
    return (float)scene->dem_noise_m / unit * (wide * msc_noise(s, x / 53.0, y / 53.0) + fine * msc_noise(s + 1, x / 17.0, y / 17.0));
}

int msc_sky_is_imaged(int year, double x, double y)
{
    return year == 0 ? x + 0.085 * y > 190.0 : y - 0.06 * x > 70.0;
}
