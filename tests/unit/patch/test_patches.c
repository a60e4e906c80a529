/* test_patches.c - traced patches against a flood fill, GEOS, and themselves for any tile and thread. */
#include "picture.h"

/* Flood fill of one region from pixel `start`; number goes to label. */
static int64_t flood(const picture *q, int32_t *label, int32_t start, int32_t number, int connectivity, int64_t sum[MSC_PATCH_SUMS])
{
    int32_t *stack = malloc(sizeof(int32_t) * (size_t)(q->w * q->h) * 8 + 8);
    int64_t n_px = 0, n = 0;
    stack[n++] = start;
    label[start] = number;
    memset(sum, 0, MSC_PATCH_SUMS * sizeof *sum);
    while (n > 0) {
        const int32_t at = stack[--n], x = at % q->w, y = at / q->w;
        n_px++;
        sum[MSC_SUM_CONFIDENCE] += q->confidence[at];
        sum[MSC_SUM_A] += q->grade[at] == 1;
        sum[MSC_SUM_B] += q->grade[at] == 2;
        sum[MSC_SUM_SURFACE] += difference_at(x, y, SURFACE_PLANE);
        sum[MSC_SUM_SURFACE_PX] += difference_at(x, y, SURFACE_PLANE) > 0;
        sum[MSC_SUM_SEEN] += difference_at(x, y, 0) > 0;
        for (int d = 0; d < MSC_PATCH_DIFFERENCES; d++) {
            sum[MSC_SUM_NDVI + d] += difference_at(x, y, d);
        }
        for (int32_t dy = -1; dy <= 1; dy++) {
            for (int32_t dx = -1; dx <= 1; dx++) {
                const int32_t X = x + dx, Y = y + dy, to = Y * q->w + X;
                if ((connectivity == 8 || dx == 0 || dy == 0) && X >= 0 && Y >= 0 && X < q->w && Y < q->h && q->valid[to]
                    && label[to] < 0 && q->value[to] == q->value[at]) {
                    label[to] = number;
                    stack[n++] = to;
                }
            }
        }
    }
    free(stack);
    return n_px;
}

static void assert_flood(const picture *q, const kept *k, int connectivity)
{
    int32_t *label = malloc(sizeof(int32_t) * (size_t)(q->w * q->h));
    size_t n = 0;
    memset(label, 0xff, sizeof(int32_t) * (size_t)(q->w * q->h));
    for (int32_t i = 0; i < q->w * q->h; i++) {
        if (!q->valid[i] || label[i] >= 0) {
            continue;
        }
        int64_t sum[MSC_PATCH_SUMS];
        const int64_t n_px = flood(q, label, i, (int32_t)n, connectivity, sum);
        assert_true(n < k->n);
        assert_int_equal(k->patch[n].p.first_px, i);
        assert_int_equal(k->patch[n].p.value, q->value[i]);
        assert_int_equal(k->patch[n].p.n_px, n_px);
        assert_memory_equal(k->patch[n].p.sum, sum, sizeof sum);
        n++;
    }
    assert_int_equal(n, k->n);
    free(label);
}


static void patches_are_those_of_a_flood_fill(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 24; seed++) {
        const int32_t w = 5 + (int32_t)(seed * 37 % 90), h = 3 + (int32_t)(seed * 53 % 80);
        picture q = make(w, h, 2 + (int)(seed % 4), seed % 8 == 7 ? 2 : (int)(seed % 2), seed);
        for (int connectivity = 4; connectivity <= 8; connectivity += 4) {
            kept first = trace(&q, connectivity, 0, 128, 1, 0);
            assert_flood(&q, &first, connectivity);
            assert_coverage(&first, (double)count_valid(&q));
            for (int t = 0; t < 5; t++) {
                kept other = trace(&q, connectivity, 0, tiles[t], 1 + t % 3, t == 2 ? 64 << 20 : 0);
                assert_same(&first, &other);
                drop(&other);
            }
            drop(&first);
        }
        unmake(&q);
    }
}

/* The worst cases for memory and depth: single pixels, rings in rings, one boundary through everything. */
static void hard_pictures(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        picture q = make(301, 203, 2, 2, 4);
        for (int32_t i = 0; kind > 0 && i < q.w * q.h; i++) {
            const int32_t x = i % q.w, y = i / q.w, dx = abs(x - 150), dy = abs(y - 101);
            const int is_comb = x % 2 == 0 || (x % 4 == 1 ? y == 0 : y == q.h - 1);    /* a snake from end to end */
            q.value[i] = (uint16_t)(kind == 1 ? 1 + (dx > dy ? dx : dy) % 2 : 1 + is_comb);
        }
        for (int connectivity = 4; connectivity <= 8; connectivity += 4) {
            kept first = trace(&q, connectivity, 0, 512, 1, 0);
            assert_flood(&q, &first, connectivity);
            kept other = trace(&q, connectivity, 0, 16, 2, 64 << 20);
            assert_same(&first, &other);
            drop(&other);
            drop(&first);
        }
        unmake(&q);
    }
}

static void known_picture(void **state)
{
    (void)state;
    /* a ring closed at a corner only, with a hole that touches the outside there */
    const char *rows[] = {".....", ".AAA.", ".A.A.", ".AA..", "....."};
    picture q = make(5, 5, 2, 2, 4);
    for (int i = 0; i < 25; i++) {
        q.value[i] = 7;
        q.valid[i] = rows[i / 5][i % 5] == 'A';
    }
    kept k = trace(&q, 4, 0, 16, 1, 0);
    const int32_t expected[] = {1, 1, 4, 1, 4, 3, 3, 3, 3, 4, 1, 4, 1, 1, 2, 2, 2, 3, 3, 3, 3, 2, 2, 2};
    assert_int_equal(k.n, 1);
    assert_int_equal(k.patch[0].p.n_rings, 2);
    assert_int_equal(k.patch[0].p.value, 7);
    assert_int_equal(k.patch[0].p.n_px, 7);
    assert_memory_equal(k.patch[0].xy, expected, sizeof expected);
    drop(&k);
    unmake(&q);
}

static msc_status refuse(void *self, int worker, void *batch, const msc_patch *patch, msc_error *err)
{
    (void)self;
    (void)worker;
    ++*(int *)batch;
    return patch->number % 1024 != 3 ? MSC_OK : msc_fail(err, MSC_ENOSPACE, "here", "full at %lld", (long long)patch->number);
}

static msc_status accept(void *self, int worker, void *batch, const msc_patch *patch, msc_error *err)
{
    (void)self;
    (void)worker;
    (void)patch;
    (void)err;
    ++*(int *)batch;
    return MSC_OK;
}

static msc_status count_batch(void *self, void *batch, msc_error *err)
{
    *(int *)self += *(int *)batch;
    *(int *)batch = 0;
    return *(int *)self < 3000 ? MSC_OK : msc_fail(err, MSC_EWRITE, "there", "full at %d", *(int *)self);
}

/* Every value but 3 is wanted, and patches of it are neither surveyed nor numbered. */
static int is_wanted(void *self, const msc_patch *patch)
{
    (void)self;
    return patch->value != 3;
}

static msc_status survey(void *self, const msc_patch *patch, msc_error *err)
{
    (void)err;
    assert_int_equal(patch->number, ++*(int *)self);
    return MSC_OK;
}

static void batches_are_counted_and_filtered(void **state)
{
    (void)state;
    picture q = make(150, 150, 4, 0, 2);
    kept all = trace(&q, 4, 0, 64, 1, 0);
    int n_wanted = 0;
    for (size_t i = 0; i < all.n; i++) {
        n_wanted += all.patch[i].p.value != 3;
    }
    drop(&all);
    for (int threads = 1; threads <= 3; threads++) {
        msc_settings settings;
        msc_error err = {0};
        int n = -n_wanted;
        const msc_source source = source_of(&q);
        const msc_patches_options options = {.connectivity = 4, .is_wanted = is_wanted};
        const msc_patch_sink sink = {.self = &n, .batch_bytes = sizeof(int), .take = accept, .put = count_batch};
        msc_settings_defaults(&settings);
        settings.n_threads = threads;
        assert_int_equal(msc_patches_trace(&settings, &source, &options, &sink, &err), MSC_OK);
        assert_int_equal(n, 0);
        const msc_patches_options with_survey = {.connectivity = 4, .is_wanted = is_wanted, .survey = survey};
        const msc_patch_sink none = {.self = &n, .batch_bytes = sizeof(int), .take = accept, .put = count_batch};
        assert_int_equal(msc_patches_trace(&settings, &source, &with_survey, &none, &err), MSC_EWRITE);
        assert_string_equal(err.subject, "there");
        assert_true(n >= 3000 && n <= n_wanted + 4096);
    }
    unmake(&q);
}

static void sink_errors_are_passed_on(void **state)
{
    (void)state;
    picture q = make(150, 150, 4, 0, 2);
    msc_settings settings;
    msc_error err = {0};
    int n = 0;
    const msc_patch_sink sink = {.self = &n, .batch_bytes = sizeof(int), .take = refuse, .put = count_batch};
    const msc_source source = source_of(&q);
    msc_patches_options options = {.connectivity = 4};
    msc_settings_defaults(&settings);
    settings.n_threads = 3;
    assert_int_equal(msc_patches_trace(&settings, &source, &options, &sink, &err), MSC_ENOSPACE);
    assert_string_equal(err.detail, "full at 3");         /* of the first batch, whichever failed first */
    assert_int_equal(n, 0);
    options.simplify_px = 1;
    options.tmpdir = "/nowhere/at/all";
    assert_int_not_equal(msc_patches_trace(&settings, &source, &options, &sink, &err), MSC_OK);
    assert_string_equal(err.subject, "/nowhere/at/all");
    unmake(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patches_are_those_of_a_flood_fill),
        cmocka_unit_test(hard_pictures),
        cmocka_unit_test(known_picture),
        cmocka_unit_test(batches_are_counted_and_filtered),
        cmocka_unit_test(sink_errors_are_passed_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
