/* Every kernel variant against the scalar one, bit for bit: lengths 0..67, several alignments, edge values, and a
 * page behind each row that must not be touched. What this CPU cannot run is skipped and said so. */
#define _GNU_SOURCE
#include "kernels/kernels.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LONGEST = 67, GAPS = 5, KINDS = 7, MAX_CUTS = 255 };

static uint32_t seed = 1;
static uint32_t draw(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed;
}

/* The first byte behind two pages of memory; the pages round them are forbidden. */
static char *fence(void)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *p = mmap(NULL, 4 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED || mprotect(p + page, 2 * page, PROT_READ | PROT_WRITE) != 0) {
        perror("guard pages");
        _exit(2);
    }
    return p + 3 * page;
}

/* Values that go wrong: zero sums of both signs, equal values, subnormals, infinities, NaN. */
static float pick(int kind)
{
    static const float edge[] = { 0.0f, -0.0f, 1e-45f, -1e-45f, 3e38f, -3e38f, INFINITY, -INFINITY, NAN, 1.0f };
    switch (kind) {
    case 0: return 0.0f;
    case 1: return 65535.0f;
    case 2: return (float)(draw() & 1);
    case 3: return (draw() & 3) ? (float)(draw() % 65536) : -(float)(draw() % 65536);
    case 4: return (float)draw() / 7.0e5f;
    case 5: return (float)(draw() % 300) / 3.0f;
    default: return edge[draw() % (sizeof edge / sizeof *edge)];
    }
}

static int n_passed, n_failed;

/* NaN is one value here: IEEE leaves its sign and payload to the operand order, and no reader tells them apart. */
static int same_floats(const float *a, const float *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(&a[i], &b[i], sizeof *a) && !(isnan(a[i]) && isnan(b[i]))) return 0;
    return 1;
}

static void verdict(int same, const char *table, const char *kernel, int kind, size_t n, size_t gap)
{
    if (same) n_passed++;
    else n_failed++;
    if (!same && n_failed < 20) fprintf(stderr, "%s %s differs: kind=%d n=%zu gap=%zu\n", table, kernel, kind, n, gap);
}

/* Four rows that end `gap` elements before their fences. */
typedef struct rows { char *a, *b, *want, *got; } rows;

static void check_floats(const msc_kernels *k, const rows *r, int kind, size_t n, size_t gap)
{
    float *a = (float *)(void *)r->a - n - gap, *b = (float *)(void *)r->b - n - gap;
    float *want = (float *)(void *)r->want - n - gap, *got = (float *)(void *)r->got - n - gap;
    for (size_t i = 0; i < n; i++) {
        a[i] = pick(kind);
        b[i] = kind == 6 && (draw() & 1) ? -a[i] : pick(kind);
        want[i] = got[i] = pick(4);
    }
    for (size_t i = 0; i < gap; i++) want[n + i] = got[n + i] = 42.0f;
    msc_kernels_scalar.normalized_difference(want, a, b, n);
    k->normalized_difference(got, a, b, n);
    verdict(same_floats(want, got, n + gap), k->name, "normalized_difference", kind, n, gap);
    for (size_t i = 0; i < n; i++) want[i] = got[i] = pick(4);
    msc_kernels_scalar.add_row(want, a, n);
    k->add_row(got, a, n);
    verdict(same_floats(want, got, n + gap), k->name, "add_row", kind, n, gap);
}

static void check_bins(const msc_kernels *k, const rows *r, int kind, size_t n, size_t gap)
{
    static const int counts[] = { 0, 1, 2, 3, 7, 8, 63, 64, 127, 128, 200, 254, 255 };
    float *a = (float *)(void *)r->a - n - gap;
    uint8_t *want = (uint8_t *)r->want - n - gap, *got = (uint8_t *)r->got - n - gap;
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        float *cuts = (float *)(void *)r->b - counts[c];
        for (int i = 0; i < counts[c]; i++) cuts[i] = (float)i / 3.0f - 5.0f + (i > 100 ? 200.0f : 0.0f);
        if (counts[c] > 2) {
            cuts[0] = -INFINITY;
            cuts[counts[c] - 1] = kind == 6 ? INFINITY : 40000.0f;
        }
        for (size_t i = 0; i < n; i++)   /* half of the values hit a cut exactly */
            a[i] = counts[c] && (draw() & 1) ? cuts[draw() % (uint32_t)counts[c]] : pick(kind);
        memset(want, 77, n + gap);
        memset(got, 77, n + gap);
        msc_kernels_scalar.bin_row(want, a, n, cuts, counts[c]);
        k->bin_row(got, a, n, cuts, counts[c]);
        verdict(!memcmp(want, got, n + gap), k->name, "bin_row", kind, n, gap);
        for (size_t i = 0; i < n; i++) {   /* and the scalar one against its definition */
            int below = 0;
            for (int j = 0; j < counts[c]; j++) below += cuts[j] <= a[i];
            if (want[i] != below) verdict(0, "scalar", "bin_row", kind, n, gap);
        }
    }
}

static void check_votes(const msc_kernels *k, size_t n, size_t gap)
{
    enum { CLASSES = 5, ROWS = CLASSES > MSC_VOTE_ROWS ? CLASSES : MSC_VOTE_ROWS };
    static uint8_t classes[ROWS * MSC_WALK_BLOCK], want[ROWS * MSC_WALK_BLOCK], got[ROWS * MSC_WALK_BLOCK];
    const int n_rows = 1 + (int)((n + gap) % MSC_VOTE_ROWS);
    for (size_t i = 0; i < sizeof got; i += i % MSC_WALK_BLOCK < LONGEST + 64 ? 1 : 64) {
        classes[i] = (uint8_t)(draw() % (CLASSES + 1));   /* one class is not counted */
        want[i] = got[i] = (uint8_t)(draw() % 3 ? draw() : 255);
    }
    for (size_t row = 0; row < (size_t)n_rows; row++)
        for (size_t i = 0; i < n; i++)
            if (classes[row * MSC_WALK_BLOCK + i] < CLASSES) want[classes[row * MSC_WALK_BLOCK + i] * (size_t)MSC_WALK_BLOCK + i]++;
    k->count_votes(got, classes, n_rows, n, CLASSES);
    verdict(!memcmp(want, got, sizeof got), k->name, "count_votes", 0, n, gap);
}

static void check_table(const msc_kernels *k, const rows *r)
{
    if (!k->normalized_difference || !k->add_row || !k->bin_row || !k->count_votes) {
        verdict(0, k->name, "an empty entry", 0, 0, 0);
        return;
    }
    for (size_t n = 0; n <= LONGEST; n++)
        for (size_t gap = 0; gap < GAPS; gap++) check_votes(k, n, gap);
    for (int kind = 0; kind < KINDS; kind++)
        for (size_t n = 0; n <= LONGEST; n++)
            for (size_t gap = 0; gap < GAPS; gap++) {
                check_floats(k, r, kind, n, gap);
                check_bins(k, r, kind, n, gap);
            }
}

int main(void)
{
    __builtin_cpu_init();
    const msc_kernels *const tables[] = { &msc_kernels_scalar, &msc_kernels_avx2, &msc_kernels_avx512 };
    const int runs[] = { 1, __builtin_cpu_supports("avx2"),
                         __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")
                         && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") };
    const rows r = { fence(), fence(), fence(), fence() };
    int n_skipped = 0;
    for (int t = 0; t < 3; t++) {
        if (runs[t]) {
            check_table(tables[t], &r);
            continue;
        }
        n_skipped++;
        printf("%s skipped: this CPU has none\n", tables[t]->name);
    }
    printf("%d passed, %d failed, %d tables skipped; selected: %s\n", n_passed, n_failed, n_skipped,
           msc_kernels_select()->name);
    return n_failed != 0;
}
