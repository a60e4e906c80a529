/* Windows against the definition, pixel by pixel, whether rows follow each other or not; sums of the largest values do
 * not overflow; every kernel table gives the same bytes. */
#include "made_tile.h"
#include "kernels/kernels.h"
#include "ops/window.h"

enum { W = 60, WANT_ALL = 15 };

/* A count and a window over one plane, with their scratch. */
typedef struct made { void *space; msc_window_work work; msc_window_count count; msc_window window; } made;

static void lay(made *m, const msc_window_rows *rows, int32_t side, int32_t width, msc_space *space)
{
    msc_window_work_lay(&m->work, width, side, space);
    msc_window_count_lay(&m->count, rows, side, width, space);
    msc_window_lay(&m->window, rows, 0, side, width, WANT_ALL, space);
}

static made make(const msc_window_rows *rows, int32_t side, int32_t width)
{
    made m;
    msc_space size = { 0 };
    lay(&m, rows, side, width, &size);
    msc_space space = { .base = msc_alloc(size.used, 1) };
    lay(&m, rows, side, width, &space);
    m.space = space.base;
    return m;
}

static void step(made *m, const msc_tile *t, int32_t y)
{
    msc_window_count_step(&m->count, t, y, &m->work);
    msc_window_step(&m->window, t, y, &m->work);
}

static void check_pixel(const made *m, msc_type type, int32_t side, msc_rect core, int32_t x, int32_t y, float mean, float std)
{
    const int32_t r = side / 2;
    double sum = 0, spread = 0;
    float low = INFINITY, high = -INFINITY;
    uint32_t n = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int32_t v = core.y + y - r; v <= core.y + y + r; v++)
            for (int32_t u = core.x + x - r; u <= core.x + x + r; u++) {
                if (!made_seen(u, v)) continue;
                const double z = made_value(type, u, v, 0);
                if (pass == 0) sum += z, n++;
                else spread += (z - sum / n) * (z - sum / n);
                if (z < low) low = (float)z;
                if (z > high) high = (float)z;
            }
    assert_true(m->count.n[x] == n);
    const double want_mean = n ? sum / n : 0, want_std = n ? sqrt(spread / n) : 0;
    assert_true(fabs(mean - want_mean) <= 1e-6 * fabs(want_mean) + 1e-6);
    assert_true(fabs(std - want_std) <= 1e-5 * want_std + 1e-4);
    if (type != MSC_F32) assert_true(((double *)m->work.total[MSC_WINDOW_SUM])[x] == sum);
    assert_true(((float *)m->work.total[MSC_WINDOW_LOW])[x] == low);
    assert_true(((float *)m->work.total[MSC_WINDOW_HIGH])[x] == high);
}

/* Rows 0, 1, 2, ... and, when jump is given, only every jump-th. */
static void check(const msc_window_rows *rows, msc_type type, int32_t side, int32_t jump)
{
    const msc_rect core = { 40, 0, W, 50 };
    msc_tile t = made_tile(core, side / 2, 1, &type);
    made m = make(rows, side, W);
    float mean[W], std[W];
    for (int32_t y = 0; y < core.h; y += jump) {
        step(&m, &t, y);
        rows->mean(mean, m.work.total[MSC_WINDOW_SUM], m.count.inv, W);
        rows->deviation(std, m.work.total[MSC_WINDOW_SUM], m.work.total[MSC_WINDOW_SQUARES], m.count.n, m.count.inv, W);
        for (int32_t x = 0; x < W; x++) check_pixel(&m, type, side, core, x, y, mean[x], std[x]);
    }
    msc_release(m.space);
    made_tile_clear(&t);
}

static void windows_equal_their_definition(void **state)
{
    (void)state;
    static const int32_t sides[] = { 3, 5, 9, 11, 31, 63 };
    const msc_window_rows *rows = msc_kernels_select()->window;
    for (int type = MSC_U8; type <= MSC_F32; type++)
        for (int i = 0; i < 6; i++) check(rows, (msc_type)type, sides[i], 1);
    check(rows, MSC_U16, 7, 3);
    check(rows, MSC_F32, 7, 3);
    check(&msc_window_scalar, MSC_F32, 13, 1);
}

/* The totals of row `to`, reached from row `from`, over part of the raster's width. */
static void totals_of(msc_rect core, msc_type type, int32_t side, int32_t from, int32_t to, double *sum, double *squares)
{
    msc_tile t = made_tile(core, side / 2, 1, &type);
    made m = make(msc_kernels_select()->window, side, core.w);
    for (int32_t y = from; y <= to; y++) step(&m, &t, y);
    memcpy(sum, m.work.total[MSC_WINDOW_SUM], (size_t)core.w * sizeof *sum);
    memcpy(squares, m.work.total[MSC_WINDOW_SQUARES], (size_t)core.w * sizeof *squares);
    msc_release(m.space);
    made_tile_clear(&t);
}

static void sums_do_not_depend_on_where_rows_begin(void **state)
{
    (void)state;
    double a[W], b[W], c[W], d[W];
    for (int type = MSC_U8; type <= MSC_F32; type++)
        for (int32_t side = 3; side <= 31; side += 14)
            for (int32_t y = 20; y < 60; y += 7) {
                totals_of((msc_rect){ 30, 0, W, MADE_H }, type, side, 0, y, a, b);
                totals_of((msc_rect){ 30, 15, W, MADE_H - 15 }, type, side, y - 15, y - 15, c, d);
                assert_memory_equal(a, c, sizeof a);
                assert_memory_equal(b, d, sizeof b);
                totals_of((msc_rect){ 41, 15, W - 11, MADE_H - 15 }, type, side, y - 18, y - 15, c, d);
                assert_memory_equal(a + 11, c, (W - 11) * sizeof *a);
            }
}

static void largest_values_do_not_overflow(void **state)
{
    (void)state;
    const msc_type type = MSC_U16;
    msc_tile t = made_tile((msc_rect){ 0, 0, 4, 3 }, 31, 1, &type);
    for (int32_t y = -31; y <= 33; y++)
        for (int32_t x = -31; x < 35; x++) msc_row_u16(&t, 0, y)[x] = 65535, msc_row_valid(&t, y)[x] = 1;
    float mean[4], std[4];
    made m = make(msc_kernels_select()->window, 63, 4);
    for (int32_t y = 0; y < 3; y++) {
        step(&m, &t, y);
        m.window.rows->mean(mean, m.work.total[MSC_WINDOW_SUM], m.count.inv, 4);
        m.window.rows->deviation(std, m.work.total[MSC_WINDOW_SUM], m.work.total[MSC_WINDOW_SQUARES], m.count.n, m.count.inv, 4);
        for (int x = 0; x < 4; x++) {
            assert_true(m.count.n[x] == 63 * 63);
            assert_true(mean[x] == 65535.0f && std[x] == 0.0f);
        }
    }
    msc_release(m.space);
    made_tile_clear(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(windows_equal_their_definition),
                                        cmocka_unit_test(sums_do_not_depend_on_where_rows_begin),
                                        cmocka_unit_test(largest_values_do_not_overflow) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
