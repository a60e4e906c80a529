/* lineage.c - which patches of an earlier year a patch continues. */
#include "jobs/lineage.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Neighbours whose border lies a pixel or two apart share a sliver, a site that goes on shares its ground. On the exact maps of
 * three made scenes (2048 and 1536 px, sites of 100 px and more), shares of the smaller: of a year's sites with other sites of
 * that year moved by 1 and 2 px, 56 of 57 at most 0.18; of a site with itself moved by 2 px, at least 0.46; of two years' sites,
 * 132 of 150 at least 0.29, the others at most 0.16. */
static const double least_share = 0.25;

static int by_common(const void *a, const void *b)
{
    const msc_overlap *p = a, *q = b;
    if (p->common != q->common) return p->common > q->common ? -1 : 1;
    return (p->at > q->at) - (p->at < q->at);
}

static int is_continued(const msc_overlap *s, double own) { return s->name[0] && s->common >= least_share * (own < s->own ? own : s->own); }

void msc_lineage_list(msc_overlap *share, size_t n, double own, char to[MSC_LINEAGE_BYTES + 1])
{
    size_t n_continued = 0;
    for (size_t i = 0; i < n; i++) {
        if (is_continued(&share[i], own)) share[n_continued++] = share[i];
    }
    msc_lineage_write(share, n_continued, to);
}

void msc_lineage_write(msc_overlap *share, size_t n, char to[MSC_LINEAGE_BYTES + 1])
{
    enum { ROOM_FOR_REST = 12 };
    size_t used = 0, n_left = 0;
    to[0] = 0;
    if (n > 1) qsort(share, n, sizeof *share, by_common);
    for (size_t i = 0; i < n; i++) {
        const size_t wanted = strlen(share[i].name) + (used > 0), room = MSC_LINEAGE_BYTES - (i + 1 < n ? ROOM_FOR_REST : 0);
        if (n_left > 0 || used + wanted > room) n_left++;
        else used += (size_t)snprintf(to + used, MSC_LINEAGE_BYTES + 1 - used, "%s%s", used ? "," : "", share[i].name);
    }
    if (n_left > 0) snprintf(to + used, MSC_LINEAGE_BYTES + 1 - used, "%s+%zu", used ? "," : "", n_left);
}
