/* lineage.h - which patches of an earlier year a patch continues. */
#ifndef MSC_JOBS_LINEAGE_H
#define MSC_JOBS_LINEAGE_H
#include "patch/overlaps.h"

enum { MSC_LINEAGE_BYTES = 80 };   /* of QTBBH */

/* Orders what a patch of area `own` (units of the CRS squared) shares with earlier patches and writes the numbers of those that
 * it continues into `to`: they have a quarter at least of the smaller of the two in common. The one with most in common comes
 * first, equals in the order of the file; where the field is full, "+3" tells how many are left out. "" for none. */
void msc_lineage_list(msc_overlap *share, size_t n, double own, char to[MSC_LINEAGE_BYTES + 1]);
/* The same of patches that are predecessors all, by their `common`. */
void msc_lineage_write(msc_overlap *share, size_t n, char to[MSC_LINEAGE_BYTES + 1]);
#endif
