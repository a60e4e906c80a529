/* area.c - areas on the ellipsoid, by geodesics (Karney 2013, "Algorithms for geodesics"; PROJ's geodesic.h). */
#include "grid/area.h"
#include "base/mem.h"
#include "grid/crs.h"
#include <geodesic.h>
#include <math.h>

/* Points a side at most. A straight line of the map is no geodesic: over 5 km the area between the two is below
 * 3e-8 of the block; longer sides are split. */
enum { SPLIT_MAX = 8, RING_SPLIT = 256 };
static const double LONG_SIDE_M = 5000.0;

/* What an area needs of a CRS. */
typedef struct globe { msc_crs *to_lonlat; struct geod_geodesic geod; } globe;

static msc_status globe_open(const char *crs, globe *g, msc_error *err)
{
    double semi_major_m, flattening;
    if (!msc_crs_ellipsoid(crs, &semi_major_m, &flattening))
        return msc_fail(err, MSC_ECRS, "crs", "%.80s: no ellipsoid", crs);
    geod_init(&g->geod, semi_major_m, flattening);
    return msc_crs_open(crs, "lonlat", &g->to_lonlat, err);
}

/* Area of a closed polygon of lon, lat pairs, degrees; positive counter-clockwise. */
static double ring_m2(const globe *g, const double *lonlat, size_t n)
{
    struct geod_polygon p;
    double area_m2 = 0.0;
    geod_polygon_init(&p, 0);
    for (size_t i = 0; i < n; i++) geod_polygon_addpoint(&g->geod, &p, lonlat[2 * i + 1], lonlat[2 * i]);
    geod_polygon_compute(&g->geod, &p, 0, 1, &area_m2, NULL);
    return area_m2;
}

/* Area of a rectangle of pixels, each side in `split` parts; NaN where the CRS does not reach. */
static double rect_m2(const globe *g, const msc_grid *grid, double x, double y, double w, double h, int split)
{
    double xy[4 * SPLIT_MAX * 2];
    const double corner[5][2] = { { x, y }, { x, y + h }, { x + w, y + h }, { x + w, y }, { x, y } };
    size_t n = 0;
    for (int side = 0; side < 4; side++)
        for (int i = 0; i < split; i++, n++) {
            const double t = (double)i / split;
            xy[2 * n] = msc_grid_e(grid, corner[side][0] + t * (corner[side + 1][0] - corner[side][0]));
            xy[2 * n + 1] = msc_grid_n(grid, corner[side][1] + t * (corner[side + 1][1] - corner[side][1]));
        }
    msc_crs_forward(g->to_lonlat, xy, xy + 1, n, 2);
    for (size_t i = 0; i < n; i++)
        if (!isfinite(xy[2 * i]) || fabs(xy[2 * i + 1]) > 90.0) return (double)NAN;
    return ring_m2(g, xy, n);
}

static int is_local(const msc_grid *grid)
{
    double semi_major_m, flattening;
    return !grid->crs[0] || !msc_crs_ellipsoid(grid->crs, &semi_major_m, &flattening);
}

static double flat_m2(const msc_grid *grid)
{
    const double metres = grid->crs[0] ? msc_crs_metres_per_unit(grid->crs) : 1.0;
    return grid->pixel_e * grid->pixel_n * metres * metres;
}

/* Rows of blocks that are computed beside each other. Of the corners: longitude and latitude, and the areas between the
 * equator and the geodesics that join them from west to east (geod_geninverse's S12). Neighbours share corners and
 * edges: each is computed once. */
enum { BAND = 64, IS_LONG = 0, IS_OUTSIDE = -1 };
/* Up to here (5 ms) one thread is enough: others would look for more work for longer than it takes. */
enum { FEW_BLOCKS = 1500 };
typedef struct band {
    int32_t by, n, n_across;      /* first row of blocks, how many, blocks a row */
    double *lonlat, *under_m2;    /* [n + 1][n_across + 1][2], [n + 1][n_across + 1] */
} band;

static double under(const globe *g, const double *from, const double *to)
{
    double m2 = 0.0;
    geod_geninverse(&g->geod, from[1], from[0], to[1], to[0], NULL, NULL, NULL, NULL, NULL, NULL, &m2);
    return m2;
}

static double edge_px(int32_t block, int32_t limit_px)
{
    return block * (double)MSC_AREA_BLOCK < limit_px ? block * (double)MSC_AREA_BLOCK : limit_px;
}

static void fill_corners(const globe *g, const msc_grid *grid, band *b)
{
    const size_t n_corners = (size_t)b->n_across + 1;
    for (int32_t r = 0; r <= b->n; r++) {
        double *row = b->lonlat + 2 * n_corners * (size_t)r;
        const double n = msc_grid_n(grid, edge_px(b->by + r, grid->height_px));
        for (int32_t bx = 0; bx <= b->n_across; bx++) {
            row[2 * bx] = msc_grid_e(grid, edge_px(bx, grid->width_px));
            row[2 * bx + 1] = n;
        }
    }
    msc_crs_forward(g->to_lonlat, b->lonlat, b->lonlat + 1, n_corners * ((size_t)b->n + 1), 2);
}

static void fill_under(const globe *g, band *b, int32_t r)
{
    const size_t first = ((size_t)b->n_across + 1) * (size_t)r;
    for (size_t i = first; i < first + (size_t)b->n_across; i++)
        b->under_m2[i] = under(g, b->lonlat + 2 * i, b->lonlat + 2 * i + 2);
}

/* Area of a pixel of a block of w x h, in units; IS_OUTSIDE when the block has none. */
static int64_t units_of(double m2, double w, double h)
{
    const double value = m2 / (w * h) / MSC_AREA_UNIT_M2;
    return value >= 1.0 && value < 0x1p62 ? llround(value) : IS_OUTSIDE;   /* NaN comes from corners outside of the domain */
}

/* Block (bx, by) in pixels: x, y, w, h. */
static void block_px(const msc_grid *grid, int32_t bx, int32_t by, double px[4])
{
    px[0] = edge_px(bx, grid->width_px);
    px[1] = edge_px(by, grid->height_px);
    px[2] = edge_px(bx + 1, grid->width_px) - px[0];
    px[3] = edge_px(by + 1, grid->height_px) - px[1];
}

/* One row of blocks, clockwise: along the top, down the east side, back along the bottom, up the west side. A first
 * answer that says that the sides are long is not the last. */
static void fill_blocks(const globe *g, const msc_grid *grid, const band *b, int32_t r, int64_t *px_area)
{
    const size_t top = ((size_t)b->n_across + 1) * (size_t)r, bottom = top + (size_t)b->n_across + 1;
    double west_m2 = under(g, b->lonlat + 2 * top, b->lonlat + 2 * bottom), px[4];
    for (int32_t bx = 0; bx < b->n_across; bx++) {
        const size_t t = top + (size_t)bx, u = bottom + (size_t)bx;
        const double east_m2 = under(g, b->lonlat + 2 * t + 2, b->lonlat + 2 * u + 2);
        const double m2 = b->under_m2[t] + east_m2 - b->under_m2[u] - west_m2;
        block_px(grid, bx, b->by + r, px);
        px_area[bx] = m2 > LONG_SIDE_M * LONG_SIDE_M ? IS_LONG : units_of(m2, px[2], px[3]);
        west_m2 = east_m2;
    }
}

/* Long sides are split, with PROJ and so one after the other. */
static msc_status finish_blocks(const globe *g, const msc_grid *grid, const band *b, int64_t *px_area, msc_error *err)
{
    for (int32_t i = 0; i < b->n * b->n_across; i++) {
        const int32_t bx = i % b->n_across, by = b->by + i / b->n_across;
        double px[4];
        if (px_area[i] > 0) continue;
        block_px(grid, bx, by, px);
        if (px_area[i] == IS_LONG) px_area[i] = units_of(rect_m2(g, grid, px[0], px[1], px[2], px[3], SPLIT_MAX), px[2], px[3]);
        if (px_area[i] == IS_OUTSIDE)
            return msc_fail(err, MSC_ECRS, "crs", "no area at pixel %d, %d", bx * MSC_AREA_BLOCK, by * MSC_AREA_BLOCK);
    }
    return MSC_OK;
}

static msc_status blocks_fill(const globe *g, const msc_grid *grid, int n_threads, msc_area *area, msc_error *err)
{
    const size_t n_corners = ((size_t)area->n_across + 1) * (BAND + 1);
    double *space = msc_alloc(n_corners, 3 * sizeof *space);
    if (!space) return msc_fail(err, MSC_ENOMEM, "pixel areas", "%zu corners", n_corners);
    band b = { .n_across = area->n_across, .lonlat = space, .under_m2 = space + 2 * n_corners };
    msc_status status = MSC_OK;
    if (area->n_across * area->n_down < FEW_BLOCKS) n_threads = 1;
    for (; status == MSC_OK && b.by < area->n_down; b.by += BAND) {
        int64_t *const px_area = area->px_area + (size_t)b.by * (size_t)area->n_across;
        b.n = area->n_down - b.by < BAND ? area->n_down - b.by : BAND;
        fill_corners(g, grid, &b);
#pragma omp parallel num_threads(n_threads)
        {
#pragma omp for schedule(dynamic)
            for (int32_t r = 0; r <= b.n; r++) fill_under(g, &b, r);
#pragma omp for schedule(dynamic)
            for (int32_t r = 0; r < b.n; r++) fill_blocks(g, grid, &b, r, px_area + (size_t)r * (size_t)area->n_across);
        }
        status = finish_blocks(g, grid, &b, px_area, err);
    }
    msc_release(space);
    return status;
}

/* Sums over all pixels have to fit into 63 bits. */
static msc_status check_sum(const msc_grid *grid, const msc_area *area, msc_error *err)
{
    const double most_km2 = 0x1p63 * MSC_AREA_UNIT_M2 / 1e6;
    double km2 = 0.0, px[4];
    for (int32_t by = 0; by < area->n_down; by++)
        for (int32_t bx = 0; bx < area->n_across; bx++) {
            block_px(grid, bx, by, px);
            km2 += px[2] * px[3] * (double)area->px_area[(size_t)by * (size_t)area->n_across + (size_t)bx] * MSC_AREA_UNIT_M2 / 1e6;
        }
    return km2 < most_km2 * (1.0 - 1e-9) ? MSC_OK : msc_fail(err, MSC_EGRID, "grid", "%.0f km2; areas are exact up to %.0f km2: cut it into parts", km2, most_km2);
}

msc_status msc_area_init(const msc_grid *grid, int n_threads, msc_area *area, msc_error *err)
{
    *area = (msc_area){ .n_across = (grid->width_px - 1) / MSC_AREA_BLOCK + 1,
                        .n_down = (grid->height_px - 1) / MSC_AREA_BLOCK + 1 };
    const size_t n = (size_t)area->n_across * (size_t)area->n_down;
    area->px_area = msc_alloc(n, sizeof *area->px_area);
    if (!area->px_area) return msc_fail(err, MSC_ENOMEM, "pixel areas", "%zu blocks", n);
    msc_status status = MSC_OK;
    if (is_local(grid)) {
        const int64_t units = llround(fmin(flat_m2(grid) / MSC_AREA_UNIT_M2, 0x1p62));
        for (size_t i = 0; i < n; i++) area->px_area[i] = units;
    } else {
        globe g = { 0 };
        status = globe_open(grid->crs, &g, err);
        if (status == MSC_OK) status = blocks_fill(&g, grid, n_threads, area, err);
        msc_crs_close(&g.to_lonlat);
    }
    if (status == MSC_OK) status = check_sum(grid, area, err);
    if (status != MSC_OK) msc_area_clear(area);
    return status;
}

void msc_area_clear(msc_area *area)
{
    msc_release(area->px_area);
    *area = (msc_area){ 0 };
}

msc_status msc_area_ring(const char *crs, const double *xy, size_t n_points, double *area_m2, msc_error *err)
{
    *area_m2 = 0.0;
    if (n_points > 1 && xy[0] == xy[2 * n_points - 2] && xy[1] == xy[2 * n_points - 1]) n_points--;
    if (n_points < 3) return MSC_OK;
    globe g = { 0 };
    const size_t n = n_points * RING_SPLIT;
    double *dense = msc_alloc(n, 2 * sizeof *dense);
    if (!dense) return msc_fail(err, MSC_ENOMEM, "ring", "%zu points", n);
    msc_status status = globe_open(crs, &g, err);
    if (status != MSC_OK) goto done;
    for (size_t i = 0; i < n_points; i++)
        for (size_t k = 0; k < RING_SPLIT; k++) {
            const double *a = xy + 2 * i, *b = xy + 2 * ((i + 1) % n_points), t = (double)k / RING_SPLIT;
            dense[2 * (i * RING_SPLIT + k)] = a[0] + t * (b[0] - a[0]);
            dense[2 * (i * RING_SPLIT + k) + 1] = a[1] + t * (b[1] - a[1]);
        }
    msc_crs_forward(g.to_lonlat, dense, dense + 1, n, 2);
    for (size_t i = 0; i < n && status == MSC_OK; i++)
        if (!isfinite(dense[2 * i])) status = msc_fail(err, MSC_ECRS, "crs", "a point outside of its domain");
    if (status == MSC_OK) *area_m2 = ring_m2(&g, dense, n);
done:
    msc_crs_close(&g.to_lonlat);
    msc_release(dense);
    return status;
}

double msc_area_pixel_m2(const msc_grid *grid)
{
    if (!grid->crs[0] || !msc_crs_is_geographic(grid->crs)) return flat_m2(grid);
    globe g = { 0 };
    double m2 = (double)NAN;
    if (globe_open(grid->crs, &g, NULL) == MSC_OK)
        m2 = rect_m2(&g, grid, grid->width_px / 2, grid->height_px / 2, 1.0, 1.0, 1);
    msc_crs_close(&g.to_lonlat);
    return isfinite(m2) && m2 > 0.0 ? m2 : flat_m2(grid);
}
