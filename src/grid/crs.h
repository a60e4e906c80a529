/* crs.h - the door for PROJ: transforms between coordinate systems, always east (longitude) first. */
#ifndef MSC_GRID_CRS_H
#define MSC_GRID_CRS_H
#include "grid/grid.h"

typedef struct msc_crs msc_crs;   /* a transform; one per thread */

/* Opens the transform from one WKT (or "EPSG:n") to another; "lonlat" as one of them means the geographic base of the other
 * (degrees, longitude first). The caller closes it. ECRS: one is not a CRS, or there is no way between them (local
 * systems); ENOMEM. *crs is NULL then. */
msc_status msc_crs_open(const char *from, const char *to, msc_crs **crs, msc_error *err);
void msc_crs_close(msc_crs **crs);

/* Transforms n points in place; e and n_ advance by `stride_doubles` (1: two arrays, 2: pairs). A point that cannot be
 * transformed becomes HUGE_VAL in both. */
void msc_crs_forward(msc_crs *crs, double *e, double *n_, size_t n, size_t stride_doubles);

/* True when both name the same system whatever their axis order or spelling; both empty counts as same. */
int msc_crs_same(const char *a, const char *b);
int msc_crs_is_geographic(const char *wkt);
double msc_crs_metres_per_unit(const char *wkt);     /* of a projected CRS; 1 when unknown or geographic */
/* The ellipsoid under a CRS: semi-major axis in m, flattening (0: sphere). 0 when there is none (local CRS, no CRS). */
int msc_crs_ellipsoid(const char *wkt, double *semi_major_m, double *flattening);
/* WKT of any user input (EPSG:n, PROJ string, WKT). ECRS. */
msc_status msc_crs_wkt(const char *text, char wkt[MSC_CRS_MAX], msc_error *err);
/* "EPSG:4548", or the CRS's own name; "" for "" and for what is not a CRS. Cut to `size`. */
void msc_crs_name(const char *wkt, char *name, size_t size);
#endif
