/* forest_folds.c - deals whole groups of samples into folds that resemble each other. */
#include "model/forest_parts.h"
#include "base/hash.h"
#include "base/mem.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct member { uint32_t group, sample; } member;
typedef struct bunch { uint64_t key; uint32_t group; size_t from, to; uint8_t label; } bunch;

static int by_group(const void *a, const void *b)
{
    const member *x = a, *y = b;
    if (x->group != y->group) return x->group < y->group ? -1 : 1;
    return (x->sample > y->sample) - (x->sample < y->sample);
}

/* Class by class, each in an order drawn from the seed. */
static int by_label(const void *a, const void *b)
{
    const bunch *x = a, *y = b;
    if (x->label != y->label) return x->label < y->label ? -1 : 1;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return (x->group > y->group) - (x->group < y->group);
}

static uint8_t commonest(const msc_samples *samples, const member *members, const bunch *b)
{
    size_t counts[MSC_MAX_CLASSES] = { 0 };
    uint8_t best = 0;
    for (size_t i = b->from; i < b->to; i++) counts[samples->label[members[i].sample]]++;
    for (uint8_t c = 1; c < MSC_MAX_CLASSES; c++)
        if (counts[c] > counts[best]) best = c;
    return best;
}

static size_t gather(const msc_samples *samples, uint64_t seed, member *members, bunch *bunches)
{
    size_t n_bunches = 0;
    for (size_t i = 0; i < samples->n; i++) members[i] = (member){ samples->group[i], (uint32_t)i };
    qsort(members, samples->n, sizeof *members, by_group);
    for (size_t i = 0, from = 0; i < samples->n; i++) {
        if (i + 1 < samples->n && members[i + 1].group == members[i].group) continue;
        bunch *b = &bunches[n_bunches++];
        *b = (bunch){ msc_random(seed, 3, members[i].group), members[i].group, from, i + 1, 0 };
        b->label = commonest(samples, members, b);
        from = i + 1;
    }
    qsort(bunches, n_bunches, sizeof *bunches, by_label);
    return n_bunches;
}

int msc_forest_folds(const msc_samples *samples, int n_folds, uint64_t seed, uint8_t *fold)
{
    member *members = msc_alloc(samples->n, sizeof *members);
    bunch *bunches = msc_alloc(samples->n, sizeof *bunches);
    size_t of_class[256] = { 0 }, of_all[256] = { 0 };
    int n_used = 0;
    if (!members || !bunches) goto done;
    const size_t n_bunches = gather(samples, seed, members, bunches);
    if ((size_t)n_folds > n_bunches) n_folds = (int)n_bunches;
    for (size_t k = 0; k < n_bunches; k++) {
        const bunch *b = &bunches[k];
        int least = 0;
        if (k == 0 || b->label != bunches[k - 1].label) memset(of_class, 0, sizeof of_class);
        for (int f = 1; f < n_folds; f++)   /* the fold with the least of this class, then the least of all */
            if (of_class[f] < of_class[least] || (of_class[f] == of_class[least] && of_all[f] < of_all[least])) least = f;
        for (size_t i = b->from; i < b->to; i++) fold[members[i].sample] = (uint8_t)least;
        of_class[least] += b->to - b->from;
        of_all[least] += b->to - b->from;
    }
    for (int f = 0; f < n_folds; f++) n_used = of_all[f] ? f + 1 : n_used;
done:
    msc_release(members);
    msc_release(bunches);
    return n_used;
}

void msc_validation_count(msc_validation *validation, const uint8_t *answer, const uint8_t *label, size_t n)
{
    size_t n_right = 0;
    for (size_t i = 0; i < n; i++) {
        validation->matrix[answer[i]][label[i]] += 1;
        n_right += answer[i] == label[i];
    }
    validation->accuracy = (double)n_right / (double)n;
}

double msc_validation_right(const msc_validation *validation, int class)
{
    double n = 0;
    for (int answer = 0; answer < MSC_MAX_CLASSES; answer++) n += validation->matrix[answer][class];
    return n > 0 ? validation->matrix[class][class] / n : NAN;
}
