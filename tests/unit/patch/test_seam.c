/* test_seam.c - tiles joined to the front meet at every pair of pixels across their seams, once each, whatever the tile size. */
#include "base/mem.h"
#include "patch/seam.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

enum { W = 23, H = 19 };

/* Pixels have their own place as code; some are nothing. */
static uint32_t code_at(int32_t x, int32_t y) { return (x * 7 + y * 5) % 11 == 0 ? MSC_NO_LABEL : (uint32_t)(y * W + x); }

typedef struct meetings { uint8_t met[W * H][9]; int n, stop_at; } meetings;

static msc_status meet(void *self, uint32_t here, uint32_t there, uint32_t length_px, msc_error *err)
{
    meetings *m = self;
    assert_true(here < W * H && there < W * H);
    const int dx = (int)(there % W) - (int)(here % W), dy = (int)(there / W) - (int)(here / W);
    assert_true(dx >= -1 && dx <= 1 && dy >= -1 && dy <= 1);
    assert_int_equal(length_px, dx == 0 || dy == 0);
    m->met[here][(dy + 1) * 3 + dx + 1]++;
    m->met[there][(1 - dy) * 3 + 1 - dx]++;
    return ++m->n == m->stop_at ? msc_fail(err, MSC_EREAD, "here", "%u", (unsigned)here) : MSC_OK;
}

static msc_status join_all(meetings *m, int32_t tile_px, int connectivity)
{
    msc_seam seam = { 0 };
    msc_error err = { 0 };
    msc_status status = msc_seam_init(&seam, "test", W, tile_px, &err);
    for (int32_t y = 0; y < H && status == MSC_OK; y += tile_px)
        for (int32_t x = 0; x < W && status == MSC_OK; x += tile_px) {
            const msc_rect c = { x, y, x + tile_px < W ? tile_px : W - x, y + tile_px < H ? tile_px : H - y };
            uint32_t side[2 * (W + H)], *at = side;
            for (int last = 0; last < 2; last++)
                for (int32_t i = 0; i < c.w; i++) *at++ = code_at(x + i, last ? y + c.h - 1 : y);
            for (int last = 0; last < 2; last++)
                for (int32_t i = 0; i < c.h; i++) *at++ = code_at(last ? x + c.w - 1 : x, y + i);
            status = msc_seam_join(&seam, c, side, connectivity, meet, m, &err);
        }
    msc_seam_clear(&seam);
    return status;
}

static void every_pair_meets_once(void **state)
{
    (void)state;
    for (int connectivity = 4; connectivity <= 8; connectivity += 4)
        for (int32_t tile = 1; tile <= W; tile++) {
            meetings m = { 0 };
            assert_int_equal(join_all(&m, tile, connectivity), MSC_OK);
            for (int i = 0; i < W * H; i++)
                for (int d = 0; d < 9; d++) {
                    const int x = i % W, y = i / W, u = x + d % 3 - 1, v = y + d / 3 - 1;
                    const int is_pair = d != 4 && (connectivity == 8 || d % 2) && u >= 0 && v >= 0 && u < W && v < H && code_at(x, y) != MSC_NO_LABEL
                                     && code_at(u, v) != MSC_NO_LABEL && (u / tile != x / tile || v / tile != y / tile);
                    assert_int_equal(m.met[i][d], is_pair);
                }
        }
}

static void a_failure_ends_it(void **state)
{
    (void)state;
    meetings m = { .stop_at = 30 };
    assert_int_equal(join_all(&m, 4, 8), MSC_EREAD);
    assert_int_equal(m.n, 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_pair_meets_once), cmocka_unit_test(a_failure_ends_it) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
