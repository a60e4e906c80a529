/* patches.h - connected regions of one value as polygons: the result of tracing, in order of their first pixel. */
#ifndef MSC_PATCH_PATCHES_H
#define MSC_PATCH_PATCHES_H
#include "grid/area.h"
#include "stream/stream.h"

__extension__ typedef __int128 msc_area_sum;   /* sums of MSC_AREA_UNIT_M2 over any number of pixels */

/* What is summed over the pixels of a patch: confidence, per cent; pixels of grade A, of grade B; pixels whose surface is
 * known, and the sum of their surfaces, each MSC_SURFACE_ONE for a level pixel; pixels with differences; and
 * these as they are coded in their planes, MSC_DIFFERENCE_ZERO + the difference: of NDVI in 1/1000; of brightness, (after -
 * before) / (after + before) in 1/10000; of elevation in dm. */
enum { MSC_SUM_CONFIDENCE, MSC_SUM_A, MSC_SUM_B, MSC_SUM_SURFACE_PX, MSC_SUM_SURFACE, MSC_SUM_SEEN, MSC_SUM_NDVI, MSC_SUM_BRIGHTNESS, MSC_SUM_ELEVATION,
       MSC_PATCH_SUMS };
enum { MSC_PATCH_DIFFERENCES = MSC_PATCH_SUMS - MSC_SUM_NDVI, MSC_DIFFERENCE_ZERO = 32768, MSC_SURFACE_ONE = 1024 };

/* One patch. Vertices are pixel corners (x right, y down). Rings are closed, an outer ring has the interior on the
 * right of its direction of travel (clockwise on screen), a hole runs the other way round; the holes of a part follow
 * its outer ring. Every polygon is valid in OGC's sense; a 4-connected patch has exactly one part. */
typedef struct msc_patch {
    int value;                   /* of the raster */
    int64_t n_px;
    int64_t first_px;            /* y * width + x of its first pixel in raster order */
    int64_t number;              /* 1.. in order of first_px, of the patches that are wanted */
    msc_area_sum area_units;     /* ellipsoidal area of its pixels in MSC_AREA_UNIT_M2 */
    int64_t sum[MSC_PATCH_SUMS]; /* over its pixels; 0 of what the source does not hold */
    char grade;                  /* 'A' or 'B': that of at least half of its pixels that have one; 0: none has */
    int64_t area_px_x2;          /* twice the area of the polygon, px; 2 * n_px without simplification */
    double inside_x, inside_y;   /* a point strictly inside, px */
    size_t n_parts, n_rings;
    const size_t *ring_start;    /* [n_rings + 1] into xy pairs */
    const uint8_t *is_outer;
    const int32_t *xy;
} msc_patch;

static inline char msc_patch_grade(const int64_t sum[MSC_PATCH_SUMS])
{
    return (char)(sum[MSC_SUM_A] + sum[MSC_SUM_B] == 0 ? 0 : sum[MSC_SUM_A] >= sum[MSC_SUM_B] ? 'A' : 'B');
}

typedef struct msc_patches_options {
    int connectivity;            /* 4 or 8 */
    const uint8_t *is_left_out;  /* [65536] by value, non-zero: no patch; may be NULL. 65535 never is one */
    int n_confidence;            /* planes 1..n of the source are u8 confidences; the least of them is summed */
    int has_grade;               /* the plane behind them is u8: 1 grade A, 2 grade B, anything else neither */
    int has_differences;         /* the MSC_PATCH_DIFFERENCES planes behind those are u16, 0 where a pixel has none */
    int surface_plane;           /* u16: surface of the pixel on the ground, MSC_SURFACE_ONE where level, 0 where not known; 0: none */
    const msc_area *area;        /* NULL: area_units stays 0 */
    double simplify_px;          /* tolerance of Douglas & Peucker, px; 0: crack boundaries as they are */
    double aspect;               /* height of a pixel / its width, for distances; 0 means 1 */
    /* Both may be NULL; self is the sink's. They see value, n_px, first_px and number of every patch, one at a time in
     * order, before the first is taken: `is_wanted` returns 0 for patches to pass over, `survey` sees the others. */
    msc_status (*survey)(void *self, const struct msc_patch *patch, msc_error *err);
    int (*is_wanted)(void *self, const struct msc_patch *patch);
    int64_t *n_px_top;           /* may be NULL: counts observed pixels of value 65535 that is_left_out does not name */
    const char *tmpdir;          /* of the unlinked overflow file; NULL: settings->tmpdir, else "." */
} msc_patches_options;

/* Takes patches in batches. Batches are filled beside each other, each by one worker and in order of its patches; they
 * are put one at a time, in order. */
typedef struct msc_patch_sink {
    void *self;
    size_t batch_bytes;          /* zeroed space that is used for one batch after the other */
    /* After the last patch was surveyed, before the first is taken; may be NULL. */
    msc_status (*begin)(void *self, msc_error *err);
    /* The patch and its arrays live for the call only; `worker` is 0..threads-1. */
    msc_status (*take)(void *self, int worker, void *batch, const msc_patch *patch, msc_error *err);
    msc_status (*put)(void *self, void *batch, msc_error *err);      /* leaves the batch empty */
    void (*batch_clear)(void *self, void *batch);                    /* frees what it keeps; may be NULL */
} msc_patch_sink;

/* Traces plane 0 (u8 or u16) of the source where it is valid and hands every patch to the sink, in order of the first
 * pixel in raster order. Same patches for any tile size and thread count. Memory follows the sweep front, what is
 * finished goes to an overflow file beyond a share of the memory cap. Errors of the stream and the sink, EMEMCAP,
 * ENOMEM, ENOSPACE and EWRITE (overflow file). */
msc_status msc_patches_trace(const msc_settings *settings, const msc_source *source, const msc_patches_options *options,
                             const msc_patch_sink *sink, msc_error *err);
#endif
