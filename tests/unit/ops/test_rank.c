/* Ranks against sorting each pixel's classes by themselves, by every table of kernels. */
#define _POSIX_C_SOURCE 200809L
#include "made_tile.h"
#include "ops/rank.h"
#include <stdlib.h>

enum { LONGEST = 700 };

static uint8_t share[MSC_MAX_CLASSES][LONGEST], winner[LONGEST], got[MSC_RANK_PLANES][LONGEST];

/* What the header says, read aloud. */
static void check_pixel(const msc_legend_codes *codes, size_t i)
{
    uint8_t want[MSC_RANK_PLANES] = { 0 }, is_taken[MSC_MAX_CLASSES] = { 0 };
    if (winner[i] < codes->n_classes && !codes->is_masked[winner[i]]) {
        for (int r = 0; r < MSC_RANKS; r++) {
            int best = r == 0 ? winner[i] : -1;
            for (int c = 0; r > 0 && c < codes->n_classes; c++)
                if (!is_taken[c] && !codes->is_masked[c] && share[c][i] > (best < 0 ? 0 : share[best][i])) best = c;
            if (best < 0) continue;
            is_taken[best] = 1;
            want[2 * r] = codes->code[best];
            want[2 * r + 1] = share[best][i];
        }
    }
    for (int b = 0; b < MSC_RANK_PLANES; b++) assert_int_equal(got[b][i], want[b]);
}

static void check_table(void)
{
    static const int counts[] = { 1, 2, 3, 6, 64 };
    const uint8_t *row[MSC_MAX_CLASSES];
    uint8_t *out[MSC_RANK_PLANES];
    for (int b = 0; b < MSC_RANK_PLANES; b++) out[b] = got[b];
    for (int c = 0; c < MSC_MAX_CLASSES; c++) row[c] = share[c];
    for (size_t k = 0; k < 5; k++)
        for (uint64_t is_masking = 0; is_masking < 2; is_masking++)
            for (size_t n = 0; n <= LONGEST; n += n < 40 ? 1 : 220) {
                msc_legend_codes codes = { .n_classes = counts[k] };
                for (int c = 0; c < counts[k]; c++) {
                    codes.code[c] = (uint8_t)(200 - 3 * c);
                    codes.is_masked[c] = (uint8_t)(is_masking && msc_random(5, (uint64_t)c, n) % 3 == 0);
                    for (size_t i = 0; i < n; i++) share[c][i] = (uint8_t)(msc_random(6, (uint64_t)c, i) % (i % 2 ? 256 : 4));
                }
                for (size_t i = 0; i < n; i++) winner[i] = (uint8_t)(msc_random(7, i, k) % (uint64_t)counts[k]);
                for (size_t i = 5; i < n; i += 11) winner[i] = 255;
                msc_rank_row(&codes, row, winner, n, out);
                for (size_t i = 0; i < n; i++) check_pixel(&codes, i);
            }
}

static void ranks_are_the_sorted_classes(void **state)
{
    static const char *const cpus[] = { "scalar", "avx2", "avx512", "avx512vbmi" };
    (void)state;
    for (int k = 0; k < 4; k++) {
        setenv("MINESCAR_CPU", cpus[k], 1);
        check_table();
    }
    unsetenv("MINESCAR_CPU");
}

/* A class that nobody has a share of may be left out. */
static void classes_without_shares_need_no_row(void **state)
{
    (void)state;
    const msc_legend_codes codes = { .n_classes = 3, .code = { 7, 8, 9 } };
    const uint8_t some[2] = { 200, 0 }, rest[2] = { 55, 255 }, first[2] = { 0, 2 };
    const uint8_t *const rows[] = { some, NULL, rest };
    uint8_t *out[MSC_RANK_PLANES];
    static const uint8_t want[MSC_RANK_PLANES][2] = { { 7, 9 }, { 200, 255 }, { 9, 0 }, { 55, 0 }, { 0, 0 }, { 0, 0 } };
    for (int b = 0; b < MSC_RANK_PLANES; b++) out[b] = got[b];
    msc_rank_row(&codes, rows, first, 2, out);
    for (int b = 0; b < MSC_RANK_PLANES; b++) assert_memory_equal(got[b], want[b], 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(ranks_are_the_sorted_classes),
                                        cmocka_unit_test(classes_without_shares_need_no_row) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
