/* read_samples.h - samples from a file that a judge in Python wrote: n, features, classes (int32 each), values (float32,
 * feature after feature), labels (u8), groups (u32). What cannot be read ends the program. */
#ifndef READ_SAMPLES_H
#define READ_SAMPLES_H
#include "base/mem.h"
#include "model/forest.h"
#include <stdio.h>
#include <stdlib.h>

static inline void take(void *to, size_t size, size_t n, FILE *file)
{
    if (!to || fread(to, size, n, file) != n) {
        fputs("samples: cannot be read\n", stderr);
        exit(2);
    }
}

static inline msc_samples read_samples(const char *path)
{
    int32_t counts[3];
    FILE *in = fopen(path, "rb");
    if (!in) exit(2);
    take(counts, sizeof *counts, 3, in);
    msc_samples s = { .n = (size_t)counts[0], .n_features = counts[1], .n_classes = counts[2] };
    s.x = msc_alloc(s.n * (size_t)s.n_features, sizeof *s.x);
    s.label = msc_alloc(s.n, 1);
    s.group = msc_alloc(s.n, sizeof *s.group);
    take(s.x, sizeof *s.x, s.n * (size_t)s.n_features, in);
    take(s.label, 1, s.n, in);
    take(s.group, sizeof *s.group, s.n, in);
    fclose(in);
    return s;
}

static inline void samples_clear(msc_samples *s)
{
    msc_release(s->x);
    msc_release(s->label);
    msc_release(s->group);
}
#endif
