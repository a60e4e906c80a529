/* displacement.h - where the ground of one image lies in another: a smooth field over a grid. A plain value. */
#ifndef MSC_GRID_DISPLACEMENT_H
#define MSC_GRID_DISPLACEMENT_H

enum { MSC_DISPLACEMENT_DEGREE = 3, MSC_DISPLACEMENT_TERMS = 10 };

/* What is at (x, y) in the earlier image is at (x + dx, y + dy) in the later one: px of the grid, x right, y down. Both
 * are polynomials of position in units of `radius_px` about the centre; outside the box that was measured a position
 * counts as the nearest one on it, so that nothing is extrapolated. All zero: no displacement. */
typedef struct msc_displacement {
    int degree;                                     /* 0..3 */
    double centre_x, centre_y, radius_px;
    double x0, y0, x1, y1;                          /* the box, px */
    double dx[MSC_DISPLACEMENT_TERMS], dy[MSC_DISPLACEMENT_TERMS];
} msc_displacement;

static inline int msc_displacement_n_terms(int degree) { return (degree + 1) * (degree + 2) / 2; }

/* 1, x, y, xx, xy, yy, xxx... of a position (px, pixel corners are whole numbers); all terms up to degree 3. */
void msc_displacement_terms(const msc_displacement *field, double x, double y, double terms[MSC_DISPLACEMENT_TERMS]);

/* Adds the displacement at (x, y) to d[0] (right) and d[1] (down). */
void msc_displacement_add(const msc_displacement *field, double x, double y, double d[2]);
#endif
