/* boundary.h - which differences between two class maps a displacement of one against the other explains. */
#ifndef MSC_OPS_BOUNDARY_H
#define MSC_OPS_BOUNDARY_H
#include "stream/stream.h"

enum { MSC_BOUNDARY_ROWS = 64, MSC_BOUNDARY_MAX_PX = 64 };

/* A difference a -> b is boundary when both hold:
 * near: b occurs before, and a occurs after, within reach_px (rows and columns) of the pixel;
 * narrow: no square of side_px, with the pixel in it, lies wholly in differences to b, or wholly in differences from a.
 * What a shift of d px adds to a class holds no square of more than d px, so growth of side_px and more stays whole. */
typedef struct msc_boundary {
    int32_t reach_px;            /* 0..64; 0: nothing is boundary */
    int32_t side_px;             /* 1..65; 1: nothing is */
} msc_boundary;

/* Pixels round a tile that the answer depends on. */
int32_t msc_boundary_halo_px(const msc_boundary *self);
/* Scratch for strips of tiles that are w_px wide, padding included. */
size_t msc_boundary_bytes(const msc_boundary *self, int32_t w_px);
/* Rows y0..y0 + h - 1, h <= MSC_BOUNDARY_ROWS, of a tile whose planes 0 and 1 are the codes before and after (u8, 0 not
 * observed); w_in is its width with all its padding. Where a difference lies at column x - x0, 0 <= x - x0 < w, *rows[(y - y0) *
 * *stride + x - x0] becomes non-zero if it is boundary, else 0; pixels without difference may have any value. */
void msc_boundary_strip(const msc_boundary *self, const msc_tile *in, int32_t x0, int32_t w, int32_t y0, int32_t h,
                        void *scratch, const uint8_t **rows, size_t *stride);

/* One row of an op whose planes 0 and 1 are those codes, over columns x0..x0 + w - 1 of the tile; `boundary` holds that row's answers
 * from x0 on, NULL where nothing is boundary. */
typedef void msc_boundary_row(const void *op, const msc_tile *in, const msc_tile *out, int32_t y, int32_t x0, int32_t w,
                              const uint8_t *boundary);
/* Calls `row` for each row of `out`, its padding included. Scratch as for strips as wide as `in`. */
void msc_boundary_walk(const msc_boundary *self, const void *op, msc_boundary_row *row, const msc_tile *in, const msc_tile *out, void *scratch);
#endif
