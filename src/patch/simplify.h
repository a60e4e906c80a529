/* simplify.h - fewer vertices on shared boundaries, the same on both sides, without gap, overlap or crossing. */
#ifndef MSC_PATCH_SIMPLIFY_H
#define MSC_PATCH_SIMPLIFY_H
#include "base/error.h"

typedef struct msc_event { int32_t y; int32_t sign; double x; } msc_event;

typedef struct msc_simplifier {
    double tolerance_px, aspect;
    int32_t width_px, height_px;
    size_t words_per_row;
    uint64_t *corner;            /* one bit a pixel corner: a boundary turns or branches here; an unlinked file */
    size_t n_bytes;
    int32_t *arc; size_t arc_cap;              /* xy of the arc at hand */
    uint8_t *is_kept; size_t kept_cap;
    size_t *stack; size_t stack_cap;
    msc_event *event; size_t event_cap;
    msc_event *own; size_t n_own, own_cap;     /* corners of the piece at hand, in order */
    int32_t *ring; size_t ring_cap;
} msc_simplifier;

/* Corners of a raster of width x height px, all unset. ENOMEM, EPERM, ENOSPACE, EWRITE. */
msc_status msc_simplifier_init(msc_simplifier *s, int32_t width_px, int32_t height_px, const char *tmpdir, msc_error *err);
void msc_simplifier_clear(msc_simplifier *s);

/* Another simplifier over the same corners, for another thread; valid until the first is cleared. */
msc_simplifier msc_simplifier_share(const msc_simplifier *s);

/* Adds the corners of a tile: (w + 1) x (h + 1) bits, rows padded to 64 bits, the first at vertex (x, y). */
void msc_simplifier_mark(msc_simplifier *s, int32_t x, int32_t y, int32_t w, int32_t h, const uint64_t *corner);

/* Simplifies a ring of n points (not closed; flags as in steps.h) and writes the points that stay to out_xy, which has
 * room for n; *n_out of them. The ring keeps its direction. The corners are only read. ENOMEM. */
msc_status msc_simplifier_ring(msc_simplifier *s, const int32_t *xy, const uint8_t *flags, size_t n, int32_t *out_xy,
                               size_t *n_out, msc_error *err);
#endif
