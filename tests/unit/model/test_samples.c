/* Training pixels: centres inside, edges shared once, holes out, caps by draw, features the same for any tiling. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>
#include "model/samples.h"

enum { W = 200, H = 120 };
static msc_grid made_grid(void)
{
    return (msc_grid){ .width_px = W, .height_px = H, .e0 = 1000, .n0 = 5000, .pixel_e = 2, .pixel_n = 2 };
}

/* Rings in pixel coordinates, held as map coordinates. */
typedef struct made { double xy[64]; size_t start[4]; uint8_t outer[3]; msc_shape shape; } made;
static void ring(made *m, size_t n, const double *px)
{
    msc_shape *s = &m->shape;
    size_t at = m->start[s->n_rings];
    for (size_t i = 0; i < n; i++, at++) {
        m->xy[2 * at] = 1000 + 2 * px[2 * i];
        m->xy[2 * at + 1] = 5000 - 2 * px[2 * i + 1];
    }
    m->outer[s->n_rings] = s->n_rings == 0;
    m->start[++s->n_rings] = at;
    s->ring_start = m->start;
    s->is_outer = m->outer;
    s->xy = m->xy;
}
static void box(made *m, double x0, double y0, double x1, double y1)
{
    ring(m, 5, (const double[]){ x0, y0, x1, y0, x1, y1, x0, y1, x0, y0 });
}

static msc_sample_list list_of(msc_shape *shapes, const int16_t *labels, size_t n, int64_t cap)
{
    const msc_grid g = made_grid();
    const msc_features_in features = { .n = n, .shape = shapes };
    const msc_sample_polygons p = { &features, labels, 1, 0, cap };
    msc_sample_list l;
    msc_error err;
    assert_int_equal(msc_sample_list_init(&g, &p, &l, &err), MSC_OK);
    for (size_t i = 1; i < l.n; i++) assert_true(l.px[i - 1].pixel < l.px[i].pixel);
    return l;
}

static void centres_inside_and_holes_out(void **state)
{
    (void)state;
    made m = { 0 };
    box(&m, 10.4, 10.4, 20.6, 15.4);      /* centres 10.5..20.5 by 10.5..14.5 */
    box(&m, 12, 11, 14, 13);
    const int16_t label = 3;
    msc_sample_list l = list_of(&m.shape, &label, 1, 0);
    assert_int_equal(l.n, 11 * 5 - 4);
    assert_int_equal(l.n_inside, l.n);
    assert_int_equal(l.px[0].pixel, 10 * W + 10);
    assert_int_equal(l.px[0].label, 3);
    msc_sample_list_clear(&l);
}

static void a_shared_edge_belongs_to_one(void **state)
{
    (void)state;
    /* A diagonal and a line through centres part a rectangle: together they hold it, and share nothing. */
    made a = { 0 }, b = { 0 }, c = { 0 };
    ring(&a, 4, (const double[]){ 20, 20, 60.5, 20, 20, 60.5, 20, 20 });
    ring(&b, 4, (const double[]){ 60.5, 20, 60.5, 60.5, 20, 60.5, 60.5, 20 });
    box(&c, 60.5, 20, 80, 60.5);
    msc_shape shapes[3] = { a.shape, b.shape, c.shape };
    const int16_t labels[3] = { 0, 1, 2 };
    msc_sample_list l = list_of(shapes, labels, 3, 0);
    assert_int_equal(l.n_overlapping, 0);
    assert_int_equal(l.n, 60 * 40);
    msc_sample_list_clear(&l);
}

static void the_first_keeps_an_overlap(void **state)
{
    (void)state;
    made a = { 0 }, b = { 0 };
    box(&a, -5, -5, 10, 10);               /* reaches out of the raster */
    box(&b, 5, 5, 500, 500);
    msc_shape shapes[3] = { a.shape, b.shape, { .is_point = 1 } };
    const int16_t labels[3] = { 1, 0, 1 };
    msc_sample_list l = list_of(shapes, labels, 3, 0);
    assert_int_equal(l.n_overlapping, 25);
    assert_int_equal(l.n, 100 + (W - 5) * (H - 5) - 25);
    for (size_t i = 0; i < l.n; i++)
        if (l.px[i].pixel == 7 * W + 7) assert_int_equal(l.px[i].group, 0);
    msc_sample_list_clear(&l);
}

static void caps_keep_the_least_draws(void **state)
{
    (void)state;
    made a = { 0 }, b = { 0 };
    box(&a, 0, 0, 100, 100);
    box(&b, 100, 0, 150, 100);
    msc_shape shapes[2] = { a.shape, b.shape };
    const int16_t labels[2] = { 0, 0 };
    msc_sample_list all = list_of(shapes, labels, 2, 0), some = list_of(shapes, labels, 2, 300);
    assert_int_equal(some.n, 600);
    uint64_t most = 0;
    for (size_t i = 0; i < some.n; i++)
        if (some.px[i].group == 0 && some.px[i].draw > most) most = some.px[i].draw;
    size_t n_below = 0;
    for (size_t i = 0; i < all.n; i++) n_below += all.px[i].group == 0 && all.px[i].draw <= most;
    assert_int_equal(n_below, 300);
    msc_error err;
    assert_int_equal(msc_sample_cap_classes(&some, 1, 100, &err), MSC_OK);
    assert_int_equal(some.n, 100);
    msc_sample_list_clear(&all);
    msc_sample_list_clear(&some);
}

/* A source whose value tells the pixel. */
static msc_status read_made(void *self, int worker, msc_tile *t, msc_error *err)
{
    (void)worker, (void)err;
    if (self) __atomic_fetch_add((int *)self, 1, __ATOMIC_RELAXED);
    for (int32_t y = -t->pad_px; y < t->core.h + t->pad_px; y++)
        for (int32_t x = -t->pad_px; x < t->core.w + t->pad_px; x++) {
            const int32_t ix = t->core.x + x, iy = t->core.y + y;
            const int in = ix >= 0 && iy >= 0 && ix < W && iy < H;
            msc_row_valid(t, y)[x] = in && (ix + iy) % 5 != 0;
            msc_row_f32(t, 0, y)[x] = in ? (float)(iy * W + ix) : 0;
        }
    return MSC_OK;
}
/* The scratch says for how wide a tile it was begun. */
static size_t a_number(const void *self, int32_t w)
{
    (void)self, (void)w;
    return sizeof(int32_t);
}
static void begin(const void *self, int32_t w, void *scratch)
{
    (void)self;
    *(int32_t *)scratch = w;
}
static void two_features(const void *self, const msc_tile *t, int32_t y, float *const *out, void *scratch)
{
    (void)self;
    assert_int_equal(*(const int32_t *)scratch, t->core.w);
    for (int32_t x = 0; x < t->core.w; x++) out[0][x] = msc_row_f32(t, 0, y)[x], out[1][x] = msc_row_f32(t, 0, y)[x + 1];
}

static void run_pass(const msc_sample_list *l, int32_t tile_px, int n_threads, float *x, uint8_t *is_seen, int *n_read)
{
    msc_settings set;
    msc_settings_defaults(&set);
    set.tile_px = tile_px;
    set.n_threads = n_threads;
    set.memory_bytes = 1 << 30;
    msc_sample_pass pass = { l, { NULL, 2, 1, a_number, begin, two_features }, W, x, is_seen, 1000, 250, NULL };
    const msc_source image = { .self = n_read, .width_px = W, .height_px = H, .n_planes = 1, .types = { MSC_F32 }, .read = read_made };
    msc_source source;
    msc_sink sink;
    msc_layout layout;
    msc_error err;
    msc_sample_sink(&pass, &sink);
    msc_sample_source(&pass, &image, &source);
    assert_int_equal(msc_stream_plan(&set, &source, NULL, 0, &sink, 0, &layout, &err), MSC_OK);
    assert_int_equal(msc_stream_run(&set, &layout, &source, NULL, 0, &sink, "sample", &err), MSC_OK);
}

static void rows_do_not_depend_on_tiles_or_threads(void **state)
{
    (void)state;
    made a = { 0 };
    box(&a, 30, 20, 190, 110);
    const int16_t label = 1;
    msc_sample_list l = list_of(&a.shape, &label, 1, 500);
    static const int tiles[] = { 64, 256, 511 }, threads[] = { 1, 2, 4, 7 };
    for (int i = 0; i < 12; i++) {
        float x[2000] = { 0 };
        uint8_t is_seen[1000];
        memset(is_seen, 9, sizeof is_seen);
        run_pass(&l, tiles[i / 4], threads[i % 4], x, is_seen, NULL);
        assert_int_equal(is_seen[249], 9);
        assert_int_equal(is_seen[750], 9);
        for (size_t k = 0; k < l.n; k++) {
            const int64_t p = l.px[k].pixel;
            assert_int_equal(is_seen[250 + k], (p % W + p / W) % 5 != 0);
            assert_true(x[250 + k] == (float)p && x[1250 + k] == (float)(p + 1));
        }
    }
    msc_sample_list_clear(&l);
}

static void tiles_without_samples_are_not_read(void **state)
{
    (void)state;
    made a = { 0 };
    box(&a, 10, 10, 20, 20);              /* tile 0 of 64 x 64 */
    box(&a, 130, 70, 140, 80);            /* tile (2, 1) */
    const int16_t label = 1;
    msc_sample_list l = list_of(&a.shape, &label, 1, 0);
    float x[2000] = { 0 };
    uint8_t is_seen[1000];
    int n_read = 0;
    run_pass(&l, 64, 2, x, is_seen, &n_read);
    assert_int_equal(n_read, 2);
    for (size_t k = 0; k < l.n; k++) assert_true(x[250 + k] == (float)l.px[k].pixel);
    msc_sample_list_clear(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(centres_inside_and_holes_out), cmocka_unit_test(a_shared_edge_belongs_to_one),
                                        cmocka_unit_test(the_first_keeps_an_overlap), cmocka_unit_test(caps_keep_the_least_draws),
                                        cmocka_unit_test(rows_do_not_depend_on_tiles_or_threads),
                                        cmocka_unit_test(tiles_without_samples_are_not_read) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
