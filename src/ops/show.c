/* show.c - from what each class weighs at a pixel to what a map shows of it. */
#include "ops/show.h"
#include "kernels/kernels.h"
#include <string.h>

enum { NONE = 255 };
_Static_assert((int)MSC_MAX_PLANES < (int)NONE, "no class has this index");

void msc_shown_lay(msc_shown *p, size_t n_classes, msc_space *space)
{
    p->rows = msc_kernels_select()->smooth;
    p->n_classes = n_classes;
    p->weight = msc_space_take(space, n_classes * MSC_SHOW_PX * sizeof *p->weight);
    p->total = msc_space_take(space, MSC_SHOW_PX * sizeof *p->total);
    p->best = msc_space_take(space, MSC_SHOW_PX * sizeof *p->best);
    p->index = msc_space_take(space, MSC_SHOW_PX * sizeof *p->index);
    p->share = msc_space_take(space, n_classes * MSC_SHOW_PX);
    p->winner = msc_space_take(space, MSC_SHOW_PX);
}

int msc_show_n_planes(const msc_show *self) { return 1 + (self->has_confidence != 0) + (self->has_ranks ? MSC_RANK_PLANES : 0); }

void msc_shown_soften(msc_shown *p, size_t n)
{
    memset(p->total, 0, n * sizeof *p->total);
    memset(p->index, 0, n * sizeof *p->index);
    memset(p->best, 0, n * sizeof *p->best);
    for (size_t c = 0; c < p->n_classes; c++) {
        if (!p->is_there[c]) continue;
        p->rows->soften(p->weight + c * MSC_SHOW_PX, p->total, n);
        p->rows->lead(p->index, p->best, p->weight + c * MSC_SHOW_PX, (int32_t)c, n);
    }
}

/* Code and validity; p->winner names the pixels' classes, none where the map shows none. */
static void show_codes(const msc_show *self, msc_shown *p, const uint8_t *ok, uint8_t *restrict code, uint8_t *restrict seen, size_t n)
{
    const msc_legend_codes *classes = &self->classes;
    for (size_t i = 0; i < n; i++) code[i] = classes->code[p->index[i]];
    for (size_t i = 0; i < n; i++) seen[i] = (uint8_t)(ok[i] & !classes->is_masked[p->index[i]]);
    for (size_t i = 0; i < n; i++) {
        code[i] = ok[i] ? code[i] : 0;
        p->winner[i] = seen[i] ? (uint8_t)p->index[i] : NONE;
    }
}

void msc_show_piece(const msc_show *self, msc_shown *p, const uint8_t *ok, msc_tile *out, int32_t x, int32_t y, size_t n)
{
    const uint8_t *seen = msc_row_valid(out, y) + x, *share[MSC_MAX_PLANES];
    uint8_t *rank[MSC_RANK_PLANES];
    show_codes(self, p, ok, msc_row_u8(out, 0, y) + x, msc_row_valid(out, y) + x, n);
    if (self->has_confidence) {
        uint8_t *restrict percent = msc_row_u8(out, 1, y) + x;
        p->rows->share(percent, p->best, p->total, seen, n);
        for (size_t i = 0; i < n; i++) percent[i] = (uint8_t)((200u * percent[i] + 255u) / 510u);
    }
    if (!self->has_ranks) return;
    for (size_t c = 0; c < p->n_classes; c++) {
        share[c] = p->is_there[c] ? p->share + c * MSC_SHOW_PX : NULL;
        if (p->is_there[c]) p->rows->share(p->share + c * MSC_SHOW_PX, p->weight + c * MSC_SHOW_PX, p->total, ok, n);
    }
    for (int r = 0; r < MSC_RANK_PLANES; r++) rank[r] = msc_row_u8(out, (self->has_confidence ? 2 : 1) + r, y) + x;
    msc_rank_row(&self->classes, share, p->winner, n, rank);
}

void msc_show_shares(const msc_show *self, msc_shown *p, const uint8_t *ok, msc_tile *out, int32_t x, int32_t y, size_t n)
{
    show_codes(self, p, ok, msc_row_u8(out, 0, y) + x, msc_row_valid(out, y) + x, n);
    for (size_t c = 0; c < p->n_classes; c++) {
        uint8_t *to = msc_row_u8(out, (int)c + 1, y) + x;
        if (p->is_there[c]) p->rows->share(to, p->weight + c * MSC_SHOW_PX, p->total, ok, n);
        else memset(to, 0, n);
    }
}
