/* The stream's laws: the same picture for any tile size, thread count and kernel table; the lowest failing tile is
 * the error and the sink has seen all before it; a wish to stop is heard; progress only grows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "made.h"

static msc_settings settings_of(int32_t tile_px, int n_threads)
{
    msc_settings set;
    msc_settings_defaults(&set);
    set.tile_px = tile_px;
    set.n_threads = n_threads;
    set.memory_bytes = 1 << 30;
    return set;
}

static picture want, got;

/* The picture by definition, without the stream. */
static float made_sum(int32_t x, int32_t y, int b, int r1, int r2)
{
    float sum = 0.0f;
    for (int32_t dy = -r1; dy <= r1; dy++)
        for (int32_t dx = -r1; dx <= r1; dx++)
            for (int32_t ey = -r2; ey <= r2; ey++)
                for (int32_t ex = -r2; ex <= r2; ex++) {
                    const int32_t ix = x + dx + ex, iy = y + dy + ey;
                    if (!made_valid(ix, iy)) continue;
                    sum += b == 0 ? (float)made_dn(ix, iy, 0) + (float)(made_dn(ix, iy, 2) & 255) : (float)made_dn(ix, iy, 1);
                }
    return sum;
}
static float made_ndvi(int32_t x, int32_t y)
{
    const float a = made_sum(x, y, 1, 1, 2), b = made_sum(x, y, 0, 1, 2), sum = a + b;
    return sum == 0.0f ? 0.0f : (a - b) / sum;
}

static void makes_the_picture_of_the_definition(void **state)
{
    (void)state;
    made m = { { -1, -1 }, NULL, 0 };
    msc_error err;
    msc_layout layout;
    msc_settings set = settings_of(64, 2);
    made_kernels = &msc_kernels_scalar;
    assert_int_equal(made_run(&set, &m, &got, &layout, &err), MSC_OK);
    assert_int_equal(got.n_cleared, layout.n_slots);
    for (int32_t y = 0; y < H; y += 3)
        for (int32_t x = 0; x < W; x += 3) {
            const float sum = made_ndvi(x, y) + made_ndvi(x, y - 1) + made_ndvi(x, y + 1) + made_ndvi(x - 1, y)
                              + made_ndvi(x + 1, y);
            assert_memory_equal(&got.px[y][x], &sum, sizeof sum);
            assert_int_equal(got.valid[y][x], made_valid(x, y));
        }
}

static void is_the_same_for_any_tile_thread_and_kernel(void **state)
{
    (void)state;
    static const int32_t sizes[] = { 16, 17, 64, 100, 203, 1024 };
    made m = { { -1, -1 }, NULL, 0 };
    msc_error err;
    msc_layout layout;
    const msc_kernels *tables[] = { &msc_kernels_scalar, &msc_kernels_avx2, &msc_kernels_avx512 };
    const int has[] = { 1, __builtin_cpu_supports("avx2"), __builtin_cpu_supports("avx512f") };
    msc_settings set = settings_of(512, 1);
    made_kernels = &msc_kernels_scalar;
    assert_int_equal(made_run(&set, &m, &want, &layout, &err), MSC_OK);
    for (int k = 0; k < 3; k++)
        for (size_t s = 0; has[k] && s < sizeof sizes / sizeof *sizes; s++)
            for (int threads = 1; threads <= 5; threads++) {
                set = settings_of(sizes[s], threads);
                made_kernels = tables[k];
                assert_int_equal(made_run(&set, &m, &got, &layout, &err), MSC_OK);
                assert_memory_equal(want.px, got.px, sizeof want.px);
                assert_memory_equal(want.valid, got.valid, sizeof want.valid);
                assert_int_equal(got.next, (int64_t)layout.n_across * layout.n_down);
            }
}

static void returns_the_lowest_failing_tile(void **state)
{
    (void)state;
    made_kernels = &msc_kernels_scalar;
    for (int threads = 1; threads <= 5; threads++) {
        made m = { { 70, 150 }, NULL, 0 };
        msc_error err;
        msc_layout layout;
        msc_settings set = settings_of(16, threads);
        assert_int_equal(made_run(&set, &m, &got, &layout, &err), MSC_EREAD);
        assert_string_equal(err.detail, "row 64 column 0");
        assert_int_equal(got.next, 4 * 13);   /* every tile of the four rows before it */
        assert_int_equal(got.n_cleared, layout.n_slots);
    }
}

/* Pixels that prepare has summed are the same; put finds the tile's place and worker, and no planes. */
static msc_status blind_put(void *self, const msc_tile *t, void *slot, int64_t index, msc_error *err)
{
    picture *pic = self;
    const kept *k = slot;
    if (t->n_planes || t->plane[0].data || t->valid || index != pic->next++) return msc_fail(err, MSC_EBUG, "picture", "%d planes", t->n_planes);
    for (int32_t y = 0; y < t->core.h; y++)
        memcpy(&pic->px[t->core.y + y][t->core.x], (const float *)k->rows + (size_t)y * (size_t)t->core.w, (size_t)t->core.w * sizeof(float));
    return MSC_OK;
}

static void a_blind_put_gets_the_same_tiles(void **state)
{
    (void)state;
    made m = { { -1, -1 }, NULL, 0 };
    msc_error err;
    msc_layout layout;
    msc_settings set = settings_of(64, 1);
    made_kernels = &msc_kernels_scalar;
    assert_int_equal(made_run(&set, &m, &want, &layout, &err), MSC_OK);
    const msc_source source = made_source(&m);
    msc_sink sink = picture_sink(&got);
    sink.put = blind_put;
    sink.is_put_blind = 1;
    for (int n_ops = MADE_OPS; n_ops >= MADE_OPS - 1; n_ops--)   /* the last stage in either half */
        for (int threads = 1; threads <= 5; threads++) {
            set = settings_of(17, threads);
            memset(&got, 0, sizeof got);
            assert_int_equal(msc_stream_plan(&set, &source, made_ops, n_ops, &sink, 0, &layout, &err), MSC_OK);
            assert_int_equal(msc_stream_run(&set, &layout, &source, made_ops, n_ops, &sink, "made", &err), MSC_OK);
            if (n_ops == MADE_OPS) assert_memory_equal(want.px, got.px, sizeof want.px);
            assert_int_equal(got.next, (int64_t)layout.n_across * layout.n_down);
        }
}

static msc_status failing_put(void *self, const msc_tile *t, void *slot, int64_t index, msc_error *err)
{
    (void)t;
    (void)slot;
    int64_t *last = self;
    *last = index;
    return index == 5 ? msc_fail(err, MSC_ENOSPACE, "sink", "tile 5") : MSC_OK;
}

static void stops_when_the_sink_fails(void **state)
{
    (void)state;
    made_kernels = &msc_kernels_scalar;
    for (int threads = 1; threads <= 4; threads++) {
        made m = { { -1, -1 }, NULL, 0 };
        int64_t last = -1;
        const msc_source source = made_source(&m);
        const msc_sink sink = { .self = &last, .put = failing_put };
        msc_error err;
        msc_layout layout;
        const msc_settings set = settings_of(32, threads);
        assert_int_equal(msc_stream_plan(&set, &source, made_ops, MADE_OPS, &sink, 0, &layout, &err), MSC_OK);
        assert_int_equal(msc_stream_run(&set, &layout, &source, made_ops, MADE_OPS, &sink, "made", &err), MSC_ENOSPACE);
        assert_int_equal(last, 5);
        assert_int_equal(msc_stream_run(&set, &layout, &source, made_ops, MADE_OPS, &sink, "made", NULL), MSC_ENOSPACE);
    }
}

static void stops_when_told_to(void **state)
{
    (void)state;
    made_kernels = &msc_kernels_scalar;
    for (int threads = 1; threads <= 4; threads++) {
        volatile int cancel = 0;
        made m = { { -1, -1 }, &cancel, 40 };
        msc_error err;
        msc_layout layout;
        msc_settings set = settings_of(16, threads);
        set.cancel = &cancel;
        assert_int_equal(made_run(&set, &m, &got, &layout, &err), MSC_ECANCELLED);
        assert_true(got.next < 10 * 13);
        assert_int_equal(got.n_cleared, layout.n_slots);
    }
}

typedef struct heard { double last; int n; int bad; } heard;
static void listen(void *self, const char *stage, double done)
{
    heard *h = self;
    h->bad |= done < h->last || strcmp(stage, "made") != 0;
    h->last = done;
    h->n++;
}

static void tells_how_far_it_is(void **state)
{
    (void)state;
    made_kernels = &msc_kernels_scalar;
    made m = { { -1, -1 }, NULL, 0 };
    heard h = { 0 };
    msc_error err;
    msc_layout layout;
    msc_settings set = settings_of(32, 3);
    set.self = &h;
    set.progress = listen;
    assert_int_equal(made_run(&set, &m, &got, &layout, &err), MSC_OK);
    assert_int_equal(h.bad, 0);
    assert_true(h.last == 1.0);
    assert_int_equal(h.n, 1 + layout.n_across * layout.n_down);
}

static msc_status count_up(void *self, int i, msc_error *err)
{
    int *n = self;
    n[i]++;
    return n[100] && i % 10 == 7 ? msc_fail(err, MSC_EREAD, "each", "%d", i) : MSC_OK;
}

static void calls_each_once_and_returns_the_lowest_failure(void **state)
{
    (void)state;
    msc_error err;
    for (int threads = 1; threads <= 4; threads++) {
        const msc_settings set = settings_of(32, threads);
        int n[101] = { 0 };
        assert_int_equal(msc_stream_each(&set, 100, count_up, n, &err), MSC_OK);
        for (int i = 0; i < 100; i++) assert_int_equal(n[i], 1);
        n[100] = 1;
        assert_int_equal(msc_stream_each(&set, 100, count_up, n, &err), MSC_EREAD);
        assert_string_equal(err.detail, "7");
        assert_int_equal(msc_stream_each(&set, 0, count_up, n, &err), MSC_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_the_picture_of_the_definition),
        cmocka_unit_test(is_the_same_for_any_tile_thread_and_kernel),
        cmocka_unit_test(a_blind_put_gets_the_same_tiles),
        cmocka_unit_test(returns_the_lowest_failing_tile),
        cmocka_unit_test(stops_when_the_sink_fails),
        cmocka_unit_test(stops_when_told_to),
        cmocka_unit_test(tells_how_far_it_is),
        cmocka_unit_test(calls_each_once_and_returns_the_lowest_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
