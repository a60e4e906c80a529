/* overlap.h - samples whose classes overlap, made the same way every time: clouds round class centres, in polygons
 * that each have a shift of their own. */
#ifndef OVERLAP_H
#define OVERLAP_H
#include "base/hash.h"
#include "base/mem.h"
#include "model/forest.h"
#include <math.h>

static inline double overlap_normal(uint64_t a, uint64_t b)
{
    const double u = 1 - msc_random_unit(msc_random(77, a, 2 * b)), v = msc_random_unit(msc_random(77, a, 2 * b + 1));
    return sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}

/* n samples in groups of group_px; spread: noise against a distance of about 1 between the classes. */
static inline msc_samples overlap_samples(size_t n, int n_features, int n_classes, size_t group_px, double spread)
{
    msc_samples s = { .n = n, .n_features = n_features, .n_classes = n_classes };
    s.x = msc_alloc(n * (size_t)n_features, sizeof *s.x);
    s.label = msc_alloc(n, 1);
    s.group = msc_alloc(n, sizeof *s.group);
    for (size_t i = 0; i < n; i++) {
        s.group[i] = (uint32_t)(i / group_px);
        s.label[i] = (uint8_t)(msc_random(5, 1, s.group[i]) % (unsigned)n_classes);
        const double common = overlap_normal(900, i);
        for (int f = 0; f < n_features; f++) {
            const double centre = msc_random_unit(msc_random(6, s.label[i], (uint64_t)f)) * 2;
            const double shift = 0.3 * spread * overlap_normal(500 + (uint64_t)f, s.group[i]);
            s.x[(size_t)f * n + i] = (float)(1000 + 300 * (centre + shift + spread * (0.6 * common
                                                            + 0.8 * overlap_normal((uint64_t)f, i))));
        }
    }
    return s;
}

static inline void overlap_clear(msc_samples *s)
{
    msc_release(s->x);
    msc_release(s->label);
    msc_release(s->group);
}
#endif
