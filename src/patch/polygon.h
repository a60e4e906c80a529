/* polygon.h - stored boundaries as the rings of a valid polygon. */
#ifndef MSC_PATCH_POLYGON_H
#define MSC_PATCH_POLYGON_H
#include "patch/patches.h"
#include "patch/store.h"

struct msc_simplifier;

typedef struct msc_ring { size_t start, n; int64_t area_px; uint32_t outer; } msc_ring;   /* points start..start+n-1 */
typedef struct msc_pin { int32_t y, x; size_t at; } msc_pin;

/* Working space of one polygon after the other. */
typedef struct msc_polygon {
    int32_t *xy; uint8_t *flags; size_t n_points, xy_cap, flags_cap;
    msc_ring *ring; size_t n_rings, ring_cap;
    int32_t *out_xy; size_t n_out, out_cap;
    size_t *ring_start; size_t start_cap;
    uint8_t *is_outer; size_t outer_cap;
    size_t *stack; size_t stack_cap;
    msc_pin *pin; size_t pin_cap;
    double *cross; size_t cross_cap;
    int64_t *pending; size_t pending_cap;
    uint8_t *bytes; size_t n_bytes, bytes_cap;
    msc_window window;
} msc_polygon;

/* Reads the record at `offset`, and the rings that it names, and fills *patch (but for first_px and number), whose arrays
 * stay with the polygon until the next call. simplifier NULL: boundaries as they are. EREAD, ENOMEM. */
msc_status msc_polygon_read(msc_polygon *polygon, const msc_spool *spool, int64_t offset, struct msc_simplifier *simplifier,
                            msc_patch *patch, msc_error *err);
void msc_polygon_clear(msc_polygon *polygon);

/* patches_rings.c: appends one ring from its steps: straight steps joined, split where it touches itself. */
msc_status msc_polygon_add_ring(msc_polygon *polygon, const msc_spool *spool, int32_t x, int32_t y, const uint8_t *steps,
                                size_t n_bytes, msc_error *err);
/* Puts every hole after the outer ring that it lies in, all in order of their first vertex. */
msc_status msc_polygon_order(msc_polygon *polygon, size_t *n_parts, msc_error *err);
#endif
