/* The row kernels over codes: the scalar ones by definition, every variant against the scalar one, byte for byte, for lengths
 * 0..200, with forbidden pages before and behind the rows. What this CPU cannot run is skipped and said so. */
#define _GNU_SOURCE
#include "kernels/kernels.h"
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LONGEST = 200, ROOM = 8192, N_ROWS = 8 };

static uint32_t seed = 1;
static uint32_t draw(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % below;
}

/* ROOM bytes between forbidden pages; rows end at the second one, or begin behind the first. */
static uint8_t *fence(void)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *p = mmap(NULL, ROOM + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED || mprotect(p + page, ROOM, PROT_READ | PROT_WRITE) != 0) {
        perror("guard pages");
        _exit(2);
    }
    return p + page;
}

static uint8_t *room[N_ROWS];
static int at_front;

static void *row(int k, size_t n, size_t bytes) { return at_front ? room[k] : room[k] + ROOM - n * bytes; }

static int n_passed, n_failed;

static void verdict(int same, const char *table, const char *kernel, size_t n)
{
    n_passed += same;
    n_failed += !same;
    if (!same && n_failed < 20) fprintf(stderr, "%s %s differs: n=%zu front=%d\n", table, kernel, n, at_front);
}

static void fill(uint8_t *p, size_t n, uint32_t below, uint32_t run)
{
    for (size_t i = 0; i < n; i++) p[i] = i > 0 && draw(run) ? p[i - 1] : (uint8_t)draw(below);
}

static void fill16(uint16_t *p, size_t n, uint32_t below, uint32_t run)
{
    for (size_t i = 0; i < n; i++) p[i] = i > 0 && draw(run) ? p[i - 1] : (uint16_t)draw(below);
}

static void check_starts(const msc_rows *k, const char *name, size_t n, uint32_t run)
{
    uint8_t *v = row(0, n, 1), *valid = row(1, n, 1);
    uint16_t *wide = row(2, n, 2);
    const size_t words = (n + 63) / 64;
    uint64_t *got = row(3, words, 8), want[LONGEST / 64 + 1];
    for (int is_wide = 0; is_wide < 2; is_wide++) {
        fill(v, n, 3, run);
        fill(valid, n, 2, run);
        fill16(wide, n, run % 2 ? 3 : 65536, run);
        memset(want, 0, sizeof want);
        for (size_t i = 0; i < n; i++) {
            const int differs = i > 0 && (is_wide ? wide[i] != wide[i - 1] : v[i] != v[i - 1]);
            if (i == 0 || valid[i] != valid[i - 1] || (valid[i] && differs)) want[i / 64] |= (uint64_t)1 << i % 64;
        }
        for (size_t i = 0; i < words; i++) got[i] = 0xabababababababab;
        if (is_wide) k->run_starts_u16(got, wide, valid, n);
        else k->run_starts_u8(got, v, valid, n);
        verdict(!memcmp(got, want, words * 8), name, is_wide ? "run_starts_u16" : "run_starts_u8", n);
    }
}

static void check_bits(const msc_rows *k, const char *name, size_t n)
{
    uint8_t *codes = row(0, n, 1), *valid = row(1, n, 1), *got = row(2, n, 1), *b = row(3, n, 1), want[LONGEST] = { 0 }, code[8];
    const int n_codes = (int)draw(9);
    for (int c = 0; c < 8; c++) code[c] = (uint8_t)(c * 31 + 1);
    fill(codes, n, 256, 2);
    for (size_t i = 0; i < n; i++)
        if (draw(2)) codes[i] = code[draw(8)];
    fill(valid, n, 2, 3);
    for (size_t i = 0; i < n; i++) {
        want[i] = 0;
        for (int c = 0; c < n_codes; c++)
            if (codes[i] == code[c] && valid[i]) want[i] = (uint8_t)(1 << c);
    }
    k->class_bits(got, codes, valid, n, code, n_codes);
    verdict(!memcmp(got, want, n), name, "class_bits", n);
    fill(b, n, 256, 1);
    for (size_t i = 0; i < n; i++) want[i] = codes[i] | b[i];
    k->or_rows(got, codes, b, n);
    verdict(!memcmp(got, want, n), name, "or_rows", n);
    for (size_t i = 0; i < n; i++) want[i] |= codes[i] & valid[i];
    k->or_both(got, codes, valid, n);
    verdict(!memcmp(got, want, n), name, "or_both", n);
}

static void check_change(const msc_rows *k, const char *name, size_t n)
{
    uint8_t *a = row(0, n, 1), *b = row(1, n, 1), *valid = row(2, n, 1), *near_a = row(3, n, 1), *near_b = row(4, n, 1);
    uint8_t *seen = row(5, n, 1), want_seen[LONGEST] = { 0 };
    uint16_t *code = row(6, n, 2), want[LONGEST] = { 0 };
    const int is_near = (int)draw(2), least = (int)draw(101);
    fill(a, n, 4, 2), fill(b, n, 4, 2), fill(valid, n, 2, 4), fill(near_a, n, 256, 2), fill(near_b, n, 2, 2);
    for (size_t i = 0; i < n; i++) {
        if (draw(9) == 0) a[i] = b[i] = 255;
        want_seen[i] = valid[i] && a[i] && b[i];
        want[i] = !want_seen[i] ? 65535 : a[i] == b[i] || (is_near && near_a[i] && near_b[i]) ? 0 : (uint16_t)(a[i] * 256 + b[i]);
    }
    k->change_codes(code, seen, a, b, valid, is_near ? near_a : NULL, is_near ? near_b : NULL, n);
    verdict(!memcmp(code, want, 2 * n) && !memcmp(seen, want_seen, n), name, "change_codes", n);
    fill(near_a, n, 101, 1), fill(near_b, n, 101, 1);
    for (size_t i = 0; i < n; i++)
        if (want[i] != 65535 && (near_a[i] < least || near_b[i] < least)) want[i] = 0;
    k->drop_below(code, near_a, near_b, (uint8_t)least, n);
    verdict(!memcmp(code, want, 2 * n), name, "drop_below", n);
}

static void check_samples(const msc_rows *k, const char *name, size_t n, size_t step)
{
    const size_t n_from = n ? (n - 1) * step + 1 : 0;
    uint8_t *from = row(0, n_from, 1), *to = row(1, n, 1), want[LONGEST * 17] = { 0 };
    uint16_t *from16 = row(2, n_from, 2), *to16 = row(3, n, 2), want16[LONGEST * 17] = { 0 };
    fill(from, n_from, 256, 1);
    fill16(from16, n_from, 65536, 1);
    for (size_t i = 0; i < n; i++) want[i] = from[i * step], want16[i] = from16[i * step];
    k->pick_u8(to, from, step, n);
    k->pick_u16(to16, from16, step, n);
    verdict(!memcmp(to, want, n), name, "pick_u8", n);
    verdict(!memcmp(to16, want16, 2 * n), name, "pick_u16", n);
    for (size_t i = 0; i < n_from; i++) {
        want[i] = (uint8_t)(from[i] + (i >= step ? want[i - step] : 0));
        want16[i] = (uint16_t)(from16[i] + (i >= step ? want16[i - step] : 0));
    }
    k->undo_u8(from, step, n_from);
    k->undo_u16(from16, step, n_from);
    verdict(!memcmp(from, want, n_from), name, "undo_u8", n_from);
    verdict(!memcmp(from16, want16, 2 * n_from), name, "undo_u16", n_from);
}

int main(void)
{
    __builtin_cpu_init();
    const msc_kernels *const tables[] = { &msc_kernels_scalar, &msc_kernels_avx2, &msc_kernels_avx512 };
    const int runs[] = { 1, __builtin_cpu_supports("avx2"),
                         __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")
                         && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") };
    for (int i = 0; i < N_ROWS; i++) room[i] = fence();
    for (int t = 0; t < 3; t++) {
        if (!runs[t]) printf("%s skipped: this CPU has none\n", tables[t]->name);
        for (at_front = 0; at_front < 2; at_front++)
            for (size_t n = 0; n <= LONGEST && runs[t]; n++) {
                for (uint32_t run = 1; run < 20; run += 3) check_starts(tables[t]->rows, tables[t]->name, n, run);
                for (int i = 0; i < 4; i++) check_bits(tables[t]->rows, tables[t]->name, n);
                for (int i = 0; i < 4; i++) check_change(tables[t]->rows, tables[t]->name, n);
                for (size_t step = 1; step <= 17; step += step < 7 ? 1 : 5) check_samples(tables[t]->rows, tables[t]->name, n, step);
            }
    }
    printf("%d passed, %d failed\n", n_passed, n_failed);
    return n_failed != 0;
}
