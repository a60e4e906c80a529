/* displacement.c - a smooth field of displacements, evaluated. */
#include "grid/displacement.h"

static double within(double v, double low, double high) { return v < low ? low : v > high ? high : v; }

void msc_displacement_terms(const msc_displacement *f, double x, double y, double terms[MSC_DISPLACEMENT_TERMS])
{
    const double scale = f->radius_px > 0 ? f->radius_px : 1;
    const double u = (within(x, f->x0, f->x1) - f->centre_x) / scale, v = (within(y, f->y0, f->y1) - f->centre_y) / scale;
    const double all[MSC_DISPLACEMENT_TERMS] = { 1, u, v, u * u, u * v, v * v, u * u * u, u * u * v, u * v * v, v * v * v };
    for (int k = 0; k < MSC_DISPLACEMENT_TERMS; k++) terms[k] = all[k];
}

void msc_displacement_add(const msc_displacement *f, double x, double y, double d[2])
{
    double terms[MSC_DISPLACEMENT_TERMS];
    msc_displacement_terms(f, x, y, terms);
    for (int k = 0; k < msc_displacement_n_terms(f->degree); k++) {
        d[0] += f->dx[k] * terms[k];
        d[1] += f->dy[k] * terms[k];
    }
}
