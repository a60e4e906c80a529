/* lattice.h - a sample of an image's pixels that depends on nothing but their place: one pixel a cell of a lattice, at a
 * random place in it, so that no regular pattern on the ground is met in step. */
#ifndef MSC_MODEL_LATTICE_H
#define MSC_MODEL_LATTICE_H
#include "model/irmad.h"

typedef struct msc_lattice {
    int32_t width_px, height_px, step_px;     /* a cell's side; 1: every pixel */
} msc_lattice;

/* The lattice with the least step that has at most `most` cells; most 0: every pixel. */
msc_lattice msc_lattice_for(int32_t width_px, int32_t height_px, int64_t most);
int64_t msc_lattice_cells(const msc_lattice *lattice);
/* Calls visit(self, cell, x, y) for the pixel of every cell that lies in `rect`, row by row of cells. */
void msc_lattice_each(const msc_lattice *lattice, const msc_rect *rect, void (*visit)(void *self, int64_t cell, int32_t x, int32_t y), void *self);

/* The pixels that were observed, in the order of their cells. */
typedef struct msc_lattice_pixels {
    size_t n;
    float *value;                             /* of plane p: value[p * n + i] */
    int64_t *pixel;                           /* y * width_px + x */
    msc_irmad_limit limit[MSC_IRMAD_PLANES];  /* which the values are held within */
} msc_lattice_pixels;

/* Reads the source once and collects its first n_planes planes; the caller clears it. Same result for any tile size and
 * number of threads. Errors of the source, EMEMCAP, ENOMEM. */
msc_status msc_lattice_collect(const msc_settings *settings, const msc_lattice *lattice, const msc_source *source,
                               int n_planes, msc_lattice_pixels *pixels, msc_error *err);
void msc_lattice_drop(msc_lattice_pixels *pixels);    /* the pixels, not what is known of them */
void msc_lattice_clear(msc_lattice_pixels *pixels);
#endif
