/* carried.c - planes that an op hands on behind its own. */
#include "ops/carried.h"
#include <assert.h>
#include <string.h>

void msc_carried_append(const msc_carried *self, msc_op *op)
{
    assert(op->n_planes_out + self->n <= MSC_MAX_PLANES);
    for (int b = 0; b < self->n; b++) op->types_out[op->n_planes_out++] = self->type[b];
}

void msc_carried_copy(const msc_carried *self, const msc_tile *in, int first_in, msc_tile *out, int first_out)
{
    const int32_t pad = out->pad_px;
    for (int b = 0; b < self->n; b++) {
        const size_t bytes = msc_type_bytes(self->type[b]), n = (size_t)(out->core.w + 2 * pad) * bytes;
        const char *from = in->plane[first_in + b].data;
        char *to = out->plane[first_out + b].data;
        for (int32_t y = -pad; y < out->core.h + pad; y++)
            memcpy(to + ((ptrdiff_t)y * out->stride_px - pad) * (ptrdiff_t)bytes, from + ((ptrdiff_t)y * in->stride_px - pad) * (ptrdiff_t)bytes, n);
    }
}
