/* impossible.c - transitions that a job calls impossible, as codes. */
#include "jobs/impossible.h"
#include <stdio.h>
#include <string.h>

/* Names and labels of classes that were dumped or ponded, and of rock that nobody made. */
static const char *const made[] = { "tailings", "tailings_pond", "heap", "slag", "slag_heap", "waste", "waste_heap", "spoil", "dump", "尾矿库", "矿渣堆", "渣堆", "排土场", NULL };
static const char *const natural[] = { "rock", "bare_rock", "natural_rock", "cliff", "裸岩", NULL };

static int is_among(const msc_class *class, const char *const *names)
{
    for (; *names; names++)
        if (!strcmp(class->name, *names) || (class->label && !strcmp(class->label, *names))) return 1;
    return 0;
}

/* Index of the class of a code, name or label; -1: none. */
static int find(const msc_job *job, const char *text)
{
    char code[16];
    for (int i = 0; i < job->n_classes; i++) {
        const msc_class *c = &job->classes[i];
        snprintf(code, sizeof code, "%d", c->code);
        if (!strcmp(text, code) || !strcmp(text, c->name) || (c->label && !strcmp(text, c->label))) return i;
    }
    return -1;
}

static msc_status add(const char *path, int before, int after, int list[MSC_IMPOSSIBLE_MAX], int *n, msc_error *err)
{
    if (*n == MSC_IMPOSSIBLE_MAX) return msc_fail(err, MSC_EJOB, path, "change: impossible: more than %d pairs", MSC_IMPOSSIBLE_MAX);
    list[(*n)++] = before * 256 + after;
    return MSC_OK;
}

msc_status msc_impossible_list(const msc_job *job, const char *path, int list[MSC_IMPOSSIBLE_MAX], int *n, msc_error *err)
{
    *n = 0;
    for (int i = 0; i < job->n_classes && !job->change.impossible; i++)
        for (int k = 0; k < job->n_classes; k++)
            if (is_among(&job->classes[i], made) && is_among(&job->classes[k], natural))
                MSC_TRY(add(path, job->classes[i].code, job->classes[k].code, list, n, err));
    for (int i = 0; i < job->change.n_impossible; i++) {
        const char *const *two = job->change.impossible + 2 * i;
        const int before = find(job, two[0]), after = find(job, two[1]);
        if (before < 0 || after < 0)
            return msc_fail(err, MSC_EJOB, path, "change: impossible: '%.60s' is no class of the job", before < 0 ? two[0] : two[1]);
        if (before == after) return msc_fail(err, MSC_EJOB, path, "change: impossible: [%.60s, %.60s] is no change", two[0], two[1]);
        MSC_TRY(add(path, job->classes[before].code, job->classes[after].code, list, n, err));
    }
    return MSC_OK;
}
