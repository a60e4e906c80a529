/* seam.h - what lies along the sweep front, as codes, and the pairs of pixels that meet where a tile is joined to it.
 *
 *      corner  above above above        Tiles come in raster order; a tile's own sides are codes along its first row, its last row,
 *        left  +-----------------       its first column, its last column, one after the other.
 *        left  |      tile */
#ifndef MSC_PATCH_SEAM_H
#define MSC_PATCH_SEAM_H
#include "base/error.h"
#include "grid/grid.h"

#define MSC_NO_LABEL UINT32_MAX

typedef struct msc_seam {
    int32_t width_px;
    uint32_t *above;             /* [width] of the lowest pixels so far; MSC_NO_LABEL: nothing */
    uint32_t *left;              /* of the last column of the tile before */
    uint32_t corner;
} msc_seam;

/* `name` of the pass, in errors. ENOMEM. */
msc_status msc_seam_init(msc_seam *seam, const char *name, int32_t width_px, int32_t tile_px, msc_error *err);
void msc_seam_clear(msc_seam *seam);

/* What happens where a pixel of the tile meets one on the front: by 1 px of their sides, or (0 px) by their corners alone. */
typedef msc_status (*msc_seam_meet)(void *self, uint32_t here, uint32_t there, uint32_t length_px, msc_error *err);

/* Joins the tile whose sides are given, in order; from now on they are the front. Codes that are MSC_NO_LABEL meet nothing. */
msc_status msc_seam_join(msc_seam *seam, msc_rect core, const uint32_t *side, int connectivity, msc_seam_meet meet, void *self, msc_error *err);
#endif
