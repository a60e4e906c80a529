/* carried.h - planes that an op hands on behind its own, for an op further down. */
#ifndef MSC_OPS_CARRIED_H
#define MSC_OPS_CARRIED_H
#include "stream/stream.h"

typedef struct msc_carried {
    int n;                       /* planes */
    msc_type type[MSC_MAX_PLANES];
} msc_carried;

/* Appends their types to those of an op's planes out. */
void msc_carried_append(const msc_carried *self, msc_op *op);
/* Copies the planes from `first_in` on to those from `first_out` on, padding included. */
void msc_carried_copy(const msc_carried *self, const msc_tile *in, int first_in, msc_tile *out, int first_out);
#endif
