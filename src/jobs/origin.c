/* origin.c - what a raster of ours says of where it comes from. */
#include "jobs/origin.h"
#include "minescar.h"
#include <stdio.h>

void msc_origin_init(msc_origin *origin, const char *more, const char *run_id)
{
    origin->n = 0;
    snprintf(origin->software, sizeof origin->software, "SOFTWARE=minescar %s", MSC_VERSION);
    origin->meta[origin->n++] = origin->software;
    if (more) origin->meta[origin->n++] = more;
    if (!run_id) return;
    snprintf(origin->run_id, sizeof origin->run_id, "RUN_ID=%.140s", run_id);
    origin->meta[origin->n++] = origin->run_id;
}
