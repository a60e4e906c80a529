/* seam.c - joins tiles to the sweep front. */
#include "patch/seam.h"
#include "base/mem.h"
#include <string.h>

msc_status msc_seam_init(msc_seam *s, const char *name, int32_t width_px, int32_t tile_px, msc_error *err)
{
    *s = (msc_seam){ width_px, msc_alloc((size_t)width_px, sizeof *s->above), msc_alloc((size_t)tile_px, sizeof *s->left), MSC_NO_LABEL };
    if (!s->above || !s->left) return msc_fail(err, MSC_ENOMEM, name, "%d px across", (int)width_px);
    memset(s->above, 0xFF, (size_t)width_px * sizeof *s->above);
    return MSC_OK;
}

void msc_seam_clear(msc_seam *s)
{
    msc_release(s->above);
    msc_release(s->left);
    *s = (msc_seam){ 0 };
}

typedef struct meeting { msc_seam_meet meet; void *self; int connectivity; } meeting;

/* A pixel, and the one beside it on the front with those before and after that one. */
static msc_status meet_three(const meeting *m, uint32_t here, uint32_t before, uint32_t there, uint32_t after, msc_error *err)
{
    if (here == MSC_NO_LABEL) return MSC_OK;
    if (there != MSC_NO_LABEL) MSC_TRY(m->meet(m->self, here, there, 1, err));
    if (m->connectivity != 8) return MSC_OK;
    if (before != MSC_NO_LABEL) MSC_TRY(m->meet(m->self, here, before, 0, err));
    return after == MSC_NO_LABEL ? MSC_OK : m->meet(m->self, here, after, 0, err);
}

msc_status msc_seam_join(msc_seam *s, msc_rect c, const uint32_t *side, int connectivity, msc_seam_meet meet, void *self, msc_error *err)
{
    const meeting m = { meet, self, connectivity };
    const size_t w = (size_t)c.w, h = (size_t)c.h;
    const uint32_t *last_row = side + w, *first_column = last_row + w, *last_column = first_column + h;
    uint32_t *above = s->above + c.x;
    for (int32_t x = 0; x < c.w; x++)
        MSC_TRY(meet_three(&m, side[x], x > 0 ? above[x - 1] : c.x > 0 ? s->corner : MSC_NO_LABEL, above[x],
                           c.x + x + 1 < s->width_px ? above[x + 1] : MSC_NO_LABEL, err));
    for (int32_t y = 0; y < c.h && c.x > 0; y++)
        MSC_TRY(meet_three(&m, first_column[y], y > 0 ? s->left[y - 1] : MSC_NO_LABEL, s->left[y],
                           y + 1 < c.h ? s->left[y + 1] : MSC_NO_LABEL, err));
    s->corner = above[c.w - 1];
    memcpy(above, last_row, w * sizeof *above);
    memcpy(s->left, last_column, h * sizeof *s->left);
    return MSC_OK;
}
