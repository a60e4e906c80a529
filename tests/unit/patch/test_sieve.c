/* test_sieve.c - the sieve against a flood-filling one, its guarantee, and any tile size and thread count. */
#define _POSIX_C_SOURCE 200809L
#include "base/hash.h"
#include "base/mem.h"
#include "patch/sieve.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

typedef struct map { int32_t w, h; msc_type type; uint16_t *v; } map;   /* value 0: not observed */

static msc_status read_map(void *self, int worker, msc_tile *t, msc_error *err)
{
    const map *m = self;
    (void)worker;
    (void)err;
    for (int32_t y = 0; y < t->core.h; y++)
        for (int32_t x = 0; x < t->core.w; x++) {
            const uint16_t v = m->v[(size_t)(t->core.y + y) * m->w + t->core.x + x];
            if (m->type == MSC_U8) msc_row_u8(t, 0, y)[x] = (uint8_t)v;
            else msc_row_u16(t, 0, y)[x] = v;
            msc_row_valid(t, y)[x] = v != 0;
        }
    return MSC_OK;
}

static msc_status keep_map(void *self, const msc_tile *t, void *slot, int64_t index, msc_error *err)
{
    map *m = self;
    (void)slot;
    (void)index;
    (void)err;
    for (int32_t y = 0; y < t->core.h; y++)
        for (int32_t x = 0; x < t->core.w; x++)
            m->v[(size_t)(t->core.y + y) * m->w + t->core.x + x] = m->type == MSC_U8 ? msc_row_u8(t, 0, y)[x]
                                                                                      : msc_row_u16(t, 0, y)[x];
    return MSC_OK;
}

static msc_status sieve(const map *in, map *out, int64_t mmu, int connectivity, int32_t tile_px, int n_threads,
                        msc_sieve_counts *counts, double seconds[2])
{
    msc_settings settings = { .n_threads = n_threads, .tile_px = tile_px, .memory_bytes = (int64_t)2 << 30 };
    msc_source source = { .self = (void *)(uintptr_t)in, .width_px = in->w, .height_px = in->h, .n_planes = 1,
                          .types = { in->type }, .read = read_map };
    /* Small maps keep their records in a file. */
    const msc_sieve_spec spec = { in->w, in->h, in->type, mmu, connectivity, { (int64_t)1 << 30, in->w < 1000 ? 100 : (int64_t)1 << 30, "." } };
    msc_layout layout;
    msc_sieve_pass *pass = NULL;
    msc_sink sink, keep = { .self = out, .put = keep_map };
    msc_error err = { 0 };
    struct timespec t[3];
    MSC_TRY(msc_stream_plan(&settings, &source, NULL, 0, &keep, 0, &layout, &err));
    MSC_TRY(msc_sieve_new(&spec, &layout, &pass, &err));
    msc_sieve_sink(pass, &sink);
    clock_gettime(CLOCK_MONOTONIC, &t[0]);
    msc_status status = msc_stream_run(&settings, &layout, &source, NULL, 0, &sink, "regions", &err);
    clock_gettime(CLOCK_MONOTONIC, &t[1]);
    msc_sieve_count(pass, counts);
    msc_sieve_source(pass, &source);
    if (status == MSC_OK) status = msc_stream_run(&settings, &layout, &source, NULL, 0, &keep, "sieve", &err);
    clock_gettime(CLOCK_MONOTONIC, &t[2]);
    for (int i = 0; seconds && i < 2; i++)
        seconds[i] = (double)(t[i + 1].tv_sec - t[i].tv_sec) + 1e-9 * (double)(t[i + 1].tv_nsec - t[i].tv_nsec);
    msc_sieve_free(&pass);
    if (status != MSC_OK) print_message("%s: %s\n", err.subject, err.detail);
    return status;
}

/* ---- the slow way ---- */

static int step(int connectivity, int k, int32_t *dx, int32_t *dy)
{
    static const int dxs[] = { 1, -1, 0, 0, 1, 1, -1, -1 }, dys[] = { 0, 0, 1, -1, 1, -1, 1, -1 };
    if (k >= connectivity) return 0;
    *dx = dxs[k];
    *dy = dys[k];
    return 1;
}

typedef struct region { int64_t size, first; uint16_t v; } region;

static int label_all(const map *m, int connectivity, int *label, region *regions, int *stack)
{
    int n = 0;
    for (int i = 0; i < m->w * m->h; i++) label[i] = -1;
    for (int i = 0; i < m->w * m->h; i++) {
        if (m->v[i] == 0 || label[i] >= 0) continue;
        int top = 0;
        stack[top++] = i;
        label[i] = n;
        regions[n] = (region){ 0, i, m->v[i] };
        while (top) {
            const int p = stack[--top];
            int32_t dx, dy;
            regions[n].size++;
            for (int k = 0; step(connectivity, k, &dx, &dy); k++) {
                const int x = p % m->w + dx, y = p / m->w + dy, q = y * m->w + x;
                if (x < 0 || y < 0 || x >= m->w || y >= m->h || label[q] >= 0 || m->v[q] != m->v[i]) continue;
                label[q] = n;
                stack[top++] = q;
            }
        }
        n++;
    }
    return n;
}

static int border_of(const map *m, int connectivity, const int *label, int me, int n, int64_t *border)
{
    int n_neighbours = 0;
    for (int i = 0; i < n; i++) border[i] = 0;
    for (int p = 0; p < m->w * m->h; p++) {
        int32_t dx, dy;
        if (label[p] != me) continue;
        for (int k = 0; step(connectivity, k, &dx, &dy); k++) {
            const int x = p % m->w + dx, y = p / m->w + dy, q = y * m->w + x;
            if (x < 0 || y < 0 || x >= m->w || y >= m->h || label[q] < 0 || label[q] == me) continue;
            if (border[label[q]] == 0) border[label[q]] = 1, n_neighbours++;
            border[label[q]] += k < 4;
        }
    }
    return n_neighbours;
}

static void sieve_slowly(map *m, int64_t mmu, int connectivity, msc_sieve_counts *counts)
{
    const size_t n_px = (size_t)m->w * m->h;
    int *label = calloc(n_px, sizeof *label), *stack = calloc(n_px, sizeof *stack);
    region *regions = calloc(n_px, sizeof *regions);
    int64_t *border = calloc(n_px, sizeof *border);
    uint16_t *before = malloc(n_px * sizeof *before);
    memcpy(before, m->v, n_px * sizeof *before);
    memset(counts, 0, sizeof *counts);
    for (;;) {
        const int n = label_all(m, connectivity, label, regions, stack);
        counts->n_kept_alone = 0;
        int me = -1, best = -1;
        for (int i = 0; i < n; i++) {
            if (regions[i].size >= mmu) continue;
            if (border_of(m, connectivity, label, i, n, border) == 0) {
                counts->n_kept_alone++;
                continue;
            }
            if (me < 0 || regions[i].size < regions[me].size || (regions[i].size == regions[me].size && regions[i].first < regions[me].first))
                me = i;
        }
        if (me < 0) break;
        border_of(m, connectivity, label, me, n, border);
        const int is_lowest = (regions[me].first / m->w + regions[me].first % m->w) % 2 == 0;
        int64_t longest = -1;
        for (int k = 0; k < n; k++) {
            int64_t sum = 0;
            if (!border[k]) continue;
            for (int i = 0; i < n; i++)
                if (border[i] && regions[i].v == regions[k].v) sum += border[i] - 1;
            if (sum > longest || (sum == longest && (regions[k].v < best) == is_lowest)) longest = sum, best = regions[k].v;
        }
        for (size_t p = 0; p < n_px; p++)
            if (label[p] == me) m->v[p] = (uint16_t)best;
        counts->n_merged++;
    }
    for (size_t p = 0; p < n_px; p++) counts->n_px_changed += m->v[p] != before[p];
    free(before);
    free(label);
    free(stack);
    free(regions);
    free(border);
}

static map make(int32_t w, int32_t h, msc_type type, int n_values, int coarse, uint64_t seed)
{
    map m = { w, h, type, malloc((size_t)w * h * sizeof(uint16_t)) };
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            uint64_t r = msc_random(seed, (uint64_t)(x / coarse), (uint64_t)(y / coarse));
            if (msc_random_below(msc_random(seed + 1, (uint64_t)x, (uint64_t)y), 5) == 0) r = msc_random(seed + 2, (uint64_t)x, (uint64_t)y);
            const uint32_t v = msc_random_below(r, (uint32_t)n_values);
            m.v[(size_t)y * w + x] = (uint16_t)(type == MSC_U8 || v == 0 ? v : 256 * v + 7);
        }
    return m;
}

static map copy_of(const map *m)
{
    map c = *m;
    c.v = malloc((size_t)m->w * m->h * sizeof(uint16_t));
    memcpy(c.v, m->v, (size_t)m->w * m->h * sizeof(uint16_t));
    return c;
}

static void same_as_flood_fill(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        const int32_t w = 20 + (int32_t)(seed * 7 % 41), h = 17 + (int32_t)(seed * 5 % 37);
        const int connectivity = seed % 2 ? 4 : 8;
        const int64_t mmu = seed % 10 == 7 ? 300 : 2 + (int64_t)(seed * 3 % 29);
        map in = make(w, h, seed % 3 ? MSC_U8 : MSC_U16, 2 + (int)(seed % 5), 1 + (int)(seed % 4), seed);
        map slow = copy_of(&in), fast = copy_of(&in);
        msc_sieve_counts wanted, got;
        sieve_slowly(&slow, mmu, connectivity, &wanted);
        for (int32_t tile = 16; tile <= 48; tile += 16) {
            assert_int_equal(sieve(&in, &fast, mmu, connectivity, tile, tile == 32 ? 3 : 1, &got, NULL), MSC_OK);
            assert_memory_equal(slow.v, fast.v, (size_t)w * h * sizeof(uint16_t));
            assert_memory_equal(&got, &wanted, sizeof got);
        }
        free(in.v);
        free(slow.v);
        free(fast.v);
    }
}

static void any_tile_any_threads_and_twice_is_once(void **state)
{
    (void)state;
    static const int32_t tiles[] = { 16, 17, 64, 100, 511 };
    for (int connectivity = 4; connectivity <= 8; connectivity += 4) {
        map in = make(523, 401, MSC_U8, 6, 5, 99), first = copy_of(&in), other = copy_of(&in);
        msc_sieve_counts a, b;
        assert_int_equal(sieve(&in, &first, 40, connectivity, 128, 2, &a, NULL), MSC_OK);
        int64_t n_changed = 0;
        for (int i = 0; i < in.w * in.h; i++) n_changed += in.v[i] != first.v[i];
        assert_int_equal(n_changed, a.n_px_changed);
        for (int i = 0; i < 5; i++) {
            assert_int_equal(sieve(&in, &other, 40, connectivity, tiles[i], 1 + i, &b, NULL), MSC_OK);
            assert_memory_equal(first.v, other.v, (size_t)in.w * in.h * sizeof(uint16_t));
            assert_memory_equal(&a, &b, sizeof a);
        }
        assert_int_equal(sieve(&first, &other, 40, connectivity, 64, 2, &b, NULL), MSC_OK);
        assert_memory_equal(first.v, other.v, (size_t)in.w * in.h * sizeof(uint16_t));
        assert_int_equal(b.n_px_changed, 0);
        assert_int_equal(b.n_merged, 0);
        assert_int_equal(b.n_kept_alone, a.n_kept_alone);
        free(in.v);
        free(first.v);
        free(other.v);
    }
}

static void a_region_without_neighbours_stays(void **state)
{
    (void)state;
    uint16_t v[] = { 1, 0, 2, 2,
                     0, 0, 2, 3,
                     1, 1, 0, 2 };
    const uint16_t wanted[] = { 1, 0, 2, 2,
                                0, 0, 2, 2,
                                1, 1, 0, 2 };
    uint16_t out[12];
    const map in = { 4, 3, MSC_U8, v };
    map kept = { 4, 3, MSC_U8, out };
    msc_sieve_counts counts;
    assert_int_equal(sieve(&in, &kept, 4, 4, 16, 1, &counts, NULL), MSC_OK);
    assert_memory_equal(out, wanted, sizeof wanted);
    assert_int_equal(counts.n_kept_alone, 2);
    assert_int_equal(counts.n_merged, 1);
}

static void bench(void **state)
{
    (void)state;
    if (!getenv("MINESCAR_BENCH")) skip();
    for (int coarse = 1; coarse <= 16; coarse *= 4) {
        map in = make(4096, 4096, MSC_U8, 6, coarse, 5), out = copy_of(&in);
        msc_sieve_counts c;
        double s[2];
        assert_int_equal(sieve(&in, &out, 25, 4, 1024, 2, &c, s), MSC_OK);
        print_message("16.8 Mpx, %lld merges: pass 1 %.3f s, pass 2 %.3f s\n", (long long)c.n_merged, s[0], s[1]);
        free(in.v);
        free(out.v);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_as_flood_fill), cmocka_unit_test(any_tile_any_threads_and_twice_is_once),
        cmocka_unit_test(a_region_without_neighbours_stays), cmocka_unit_test(bench),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
