/* sample_merge.c - strata too small to be sampled for themselves share one in their zone: of the target, or of the rest. */
#include "base/mem.h"
#include "jobs/sample.h"
#include <string.h>

/* Puts stratum `from` into `to` and closes the gap. */
static int join(msc_frame *f, int to, int from)
{
    msc_frame_stratum *t = &f->strata[to], *s = &f->strata[from];
    int is_good = 1;
    t->units += s->units;
    t->n_excluded += s->n_excluded;
    for (size_t i = 0; i < s->candidates.n && is_good; i++) is_good = msc_candidates_offer(&t->candidates, s->candidates.at[i]);
    msc_release(s->candidates.at);
    memmove(s, s + 1, (size_t)(f->n_strata - from - 1) * sizeof *s);
    f->n_strata--;
    return is_good;
}

static int32_t other_of(const msc_frame *f, const msc_frame_stratum *s)
{
    const int is_target = s->value >= 0 && s->value < MSC_SAMPLE_CODES && f->is_target[s->value];
    return is_target || s->value == MSC_SAMPLE_OTHER_TARGET ? MSC_SAMPLE_OTHER_TARGET : MSC_SAMPLE_OTHER;
}

/* The stratum in which `h` is to end, which may be itself under a new name; -1 when there is none yet. */
static int partner(const msc_frame *f, int h)
{
    for (int k = 0; k < f->n_strata; k++)
        if (k != h && f->strata[k].zone == f->strata[h].zone && f->strata[k].value == other_of(f, &f->strata[h])) return k;
    return -1;
}

/* The smallest other stratum of the same zone. */
static int smallest(const msc_frame *f, int h)
{
    int best = -1;
    for (int k = 0; k < f->n_strata; k++)
        if (k != h && f->strata[k].zone == f->strata[h].zone && f->strata[k].units > 0 && (best < 0 || f->strata[k].units < f->strata[best].units)) best = k;
    return best;
}

/* Strata keep their order: ascending by zone and value, the shared ones last. */
static void put_in_order(msc_frame *f)
{
    for (int i = 1; i < f->n_strata; i++) {
        const msc_frame_stratum moved = f->strata[i];
        int k = i;
        for (; k > 0 && (f->strata[k - 1].zone > moved.zone || (f->strata[k - 1].zone == moved.zone && f->strata[k - 1].value > moved.value)); k--)
            f->strata[k] = f->strata[k - 1];
        f->strata[k] = moved;
    }
}

msc_status msc_frame_merge(msc_frame *f, int64_t least_px, msc_error *err)
{
    int is_good = 1;
    for (int h = 0; h < f->n_strata && is_good && f->is_by_value; h++) {
        msc_frame_stratum *s = &f->strata[h];
        if (s->units >= least_px || s->value >= MSC_SAMPLE_OTHER_TARGET) continue;
        const int to = partner(f, h);
        if (to < 0) s->value = other_of(f, s);
        else is_good = join(f, to, h--);
    }
    /* One pixel alone has no variance. */
    for (int h = 0; h < f->n_strata && is_good; h++)
        while (is_good && f->strata[h].units < 2) {
            const int to = smallest(f, h);
            if (to < 0) break;
            is_good = join(f, to, h);
            h = h > 0 ? h - 1 : 0;
            if (f->n_strata == 1) break;
        }
    put_in_order(f);
    return is_good ? MSC_OK : msc_fail(err, MSC_ENOMEM, f->map, "strata");
}
