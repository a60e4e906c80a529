/* Prediction of a tile against asking the model pixel by pixel; padding, masked classes and rounding of shares. */
#include "made_tile.h"
#include "ops/predict.h"
#include <stdlib.h>

enum { N = 600, N_CLASSES = 3 };
static const char *const bands[] = { "blue", "green" };
static const msc_type types[2] = { MSC_U8, MSC_F32 };

static msc_features *made_features(void)
{
    msc_features *f = NULL;
    msc_settings s;
    msc_settings_defaults(&s);
    assert_int_equal(msc_features_open(&s, "bands,mean:5", &(msc_feature_input){ bands, 2, 0, 0, 1 }, &f, NULL), MSC_OK);
    return f;
}

static msc_samples made_samples(int n_features)
{
    msc_samples s = { .n = N, .n_features = n_features, .n_classes = N_CLASSES };
    s.x = msc_alloc((size_t)N * n_features, sizeof *s.x);
    s.label = msc_alloc(N, 1);
    s.group = msc_alloc(N, sizeof *s.group);
    for (int i = 0; i < N; i++) {
        for (int f = 0; f < n_features; f++) s.x[f * N + i] = (float)(msc_random(3, i, f) % 1300);
        s.label[i] = (uint8_t)(s.x[i] > 800 ? 0 : s.x[N + i] > 500 ? 1 : 2);
        s.group[i] = (uint32_t)(i / 10);
    }
    return s;
}

/* One of the two, by the same samples. */
static void made_model(int n_features, msc_forest *forest, msc_gauss *gauss)
{
    msc_samples s = made_samples(n_features);
    msc_settings settings;
    msc_settings_defaults(&settings);
    settings.n_threads = 1;
    const msc_forest_spec spec = { .n_trees = 7, .depth = 8, .min_leaf = 1, .seed = 1 };
    if (forest) assert_int_equal(msc_forest_grow(&settings, &s, &spec, 0, forest, NULL, NULL), MSC_OK);
    else assert_int_equal(msc_gauss_fit(&settings, &s, 0, 1, gauss, NULL, NULL), MSC_OK);
    msc_release(s.x);
    msc_release(s.label);
    msc_release(s.group);
}

/* Each pixel by itself; scratch is the forest's. */
static void check_pixel(const msc_predict *p, const msc_tile *in, const msc_tile *out, int32_t x, int32_t y, float *const *row, void *scratch)
{
    static uint8_t shares[N_CLASSES * MSC_FOREST_BLOCK];
    const int n = msc_features_n(p->features), is_seen = msc_row_valid(in, y)[x];
    uint8_t bins[MSC_MAX_FEATURES * 64], winner[64], code = 0, percent = 0, rank[MSC_RANK_PLANES] = { 0 };
    uint8_t *share[N_CLASSES], *ranks[MSC_RANK_PLANES];
    int is_shown = 0;
    uint16_t votes[64];
    const float *rows[MSC_MAX_FEATURES];
    for (int f = 0; f < n; f++) rows[f] = row[f] + x;
    for (int c = 0; c < N_CLASSES; c++) share[c] = shares + c * MSC_FOREST_BLOCK;
    for (int b = 0; b < MSC_RANK_PLANES; b++) ranks[b] = rank + b;
    if (is_seen && p->forest) {
        const msc_forest_answer all = { .winner = winner, .votes = votes, .shares = shares };
        for (int f = 0; f < n; f++) msc_forest_bin(p->forest, f, rows[f], bins + f * 64, 1);
        msc_forest_ask_shares(p->forest, bins, 64, 1, &all, scratch);
        percent = (uint8_t)floor(100.0 * votes[0] / 7.0 + 0.5);
        assert_int_equal(share[winner[0]][0], floor(255.0 * votes[0] / 7.0 + 0.5));
    } else if (is_seen) {
        msc_gauss_ask_shares(p->gauss, rows, 1, winner, &percent, share);
        assert_true(abs(percent * 255 - share[winner[0]][0] * 100) <= 178);   /* half a step of each */
    }
    if (is_seen) {
        int sum = 0;
        for (int c = 0; c < N_CLASSES; c++) sum += share[c][0];
        assert_in_range(sum, 255 - N_CLASSES / 2, 255 + N_CLASSES / 2);
        code = p->classes.code[winner[0]];
        is_shown = !p->classes.is_masked[winner[0]];
        msc_rank_row(&p->classes, (const uint8_t *const *)share, winner, 1, ranks);
    }
    for (int c = 0; c < N_CLASSES && p->has_shares; c++) assert_int_equal(msc_row_u8(out, c, y)[x], is_seen ? share[c][0] : 0);
    if (p->has_shares) {
        assert_int_equal(msc_row_valid(out, y)[x], is_seen);
        return;
    }
    assert_int_equal(msc_row_u8(out, 0, y)[x], code);
    if (p->has_confidence) assert_int_equal(msc_row_u8(out, 1, y)[x], is_shown ? percent : 0);
    for (int b = 0; b < MSC_RANK_PLANES && p->has_ranks; b++) assert_int_equal(msc_row_u8(out, 1 + p->has_confidence + b, y)[x], rank[b]);
    assert_int_equal(msc_row_valid(out, y)[x], is_shown);
}

static void check_model(msc_rect core, int32_t pad_px, int is_masked, int is_gauss, int wanted)
{
    const msc_type types_out[2 + MSC_RANK_PLANES] = { MSC_U8 };
    const int has_confidence = wanted & 1, has_ranks = wanted >> 1 & 1, has_shares = wanted >> 2;
    msc_features *f = made_features();
    msc_forest forest = { 0 };
    msc_gauss gauss = { 0 };
    made_model(msc_features_n(f), is_gauss ? NULL : &forest, &gauss);
    msc_predict p = { .features = f, .forest = is_gauss ? NULL : &forest, .gauss = is_gauss ? &gauss : NULL, .has_confidence = has_confidence,
                      .has_ranks = has_ranks, .has_shares = has_shares, .classes = { N_CLASSES, { 4, 9, 1 }, { 0, (uint8_t)is_masked, 0 } } };
    msc_op op;
    msc_predict_op(&p, &op);
    assert_int_equal(op.halo_px, 2);
    assert_int_equal(op.n_planes_out, has_shares ? N_CLASSES : 1 + has_confidence + has_ranks * MSC_RANK_PLANES);
    msc_tile in = made_tile(core, pad_px + 2, 2, types), out = made_tile(core, pad_px, op.n_planes_out, types_out);
    void *scratch = msc_alloc(op.scratch_bytes(op.self, core.w + 2 * pad_px + 4, core.h + 2 * pad_px + 4), 1);
    op.tile(op.self, &in, &out, scratch);
    /* The same pixels padding included, as the core of a larger tile. */
    const msc_rect whole = { core.x - pad_px, core.y - pad_px, core.w + 2 * pad_px, core.h + 2 * pad_px };
    msc_tile all = made_tile(whole, 2, 2, types), got = made_tile(whole, 0, op.n_planes_out, types_out);
    op.tile(op.self, &all, &got, scratch);
    void *ask = is_gauss ? NULL : msc_alloc(msc_forest_scratch(&forest), 1), *rows = msc_alloc(msc_features_scratch(f, whole.w), 1);
    float *row[MSC_MAX_FEATURES];
    for (int i = 0; i < msc_features_n(f); i++) row[i] = msc_alloc((size_t)whole.w, sizeof(float));
    msc_features_begin(f, whole.w, rows);
    for (int32_t y = 0; y < whole.h; y++) {
        msc_features_row(f, &all, y, row, rows);
        for (int32_t x = 0; x < whole.w; x++) {
            check_pixel(&p, &all, &got, x, y, row, ask);
            for (int b = 0; b < op.n_planes_out; b++)
                assert_int_equal(msc_row_u8(&out, b, y - pad_px)[x - pad_px], msc_row_u8(&got, b, y)[x]);
            assert_int_equal(msc_row_valid(&out, y - pad_px)[x - pad_px], msc_row_valid(&got, y)[x]);
        }
    }
    for (int i = 0; i < msc_features_n(f); i++) msc_release(row[i]);
    msc_release(rows);
    msc_release(ask);
    msc_release(scratch);
    made_tile_clear(&in);
    made_tile_clear(&out);
    made_tile_clear(&all);
    made_tile_clear(&got);
    msc_forest_clear(&forest);
    msc_gauss_clear(&gauss);
    msc_features_close(&f);
}

static void check(msc_rect core, int32_t pad_px, int is_masked)
{
    for (int i = 0; i < 10; i++) check_model(core, pad_px, is_masked, i & 1, i >> 1);
}

static void a_tile_equals_its_pixels(void **state)
{
    (void)state;
    check((msc_rect){ 20, 10, 100, 70 }, 0, 0);
    check((msc_rect){ 20, 10, 60, 30 }, 3, 1);
    check((msc_rect){ 0, 0, 1100, 9 }, 0, 0);       /* wider than a row of features; mostly outside */
    check((msc_rect){ 500, 500, 10, 10 }, 0, 0);    /* nothing observed */
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_tile_equals_its_pixels) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
