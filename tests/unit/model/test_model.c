/* test_model.c - the model file: what is written is read, what is damaged is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "base/file.h"
#include "kernels/forest_walk.h"
#include "model/model.h"
#include "overlap.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const path = "test_model.msm", *const other = "test_model_other.msm";

static msc_model made(msc_method method)
{
    const msc_settings settings = { .n_threads = 2 };
    const msc_forest_spec spec = { 3, 6, 1, 0, 1 };
    msc_samples s = overlap_samples(60, 3, 3, 5, 1);
    msc_model m = { .method = method, .n_bands = 2, .n_features = 3, .needs_dem = 1, .n_classes = 3, .pixel_m = 1.9999999 };
    if (method == MSC_FOREST) assert_int_equal(msc_forest_grow(&settings, &s, &spec, 0, &m.forest, NULL, NULL), MSC_OK);
    for (size_t i = 0; method == MSC_GAUSS && i < s.n; i++) s.label[i] -= s.label[i] == 1;   /* class 1 has no signature */
    if (method == MSC_GAUSS) assert_int_equal(msc_gauss_fit(&settings, &s, 0, 1, &m.gauss, NULL, NULL), MSC_OK);
    strcpy(m.band[0], "blue");
    strcpy(m.band[1], "nir");
    strcpy(m.feature[0], "blue");
    strcpy(m.feature[1], "mean:5:nir");
    strcpy(m.feature[2], "slope");
    for (int c = 0; c < 3; c++) {
        m.code[c] = 10 + c;
        snprintf(m.name[c], MSC_NAME_MAX, "class %d", c);
        snprintf(m.label[c], MSC_NAME_MAX, "采场 \"%d\"", c);
        m.is_damage[c] = c == 0;
        m.is_masked[c] = c == 2;
        m.rgb[c][1] = (uint8_t)(200 + c);
    }
    m.provenance = msc_copy_text("{\"seed\": 1}");
    overlap_clear(&s);
    return m;
}

static void what_is_written_is_read(msc_method method)
{
    msc_model m = made(method), r = { 0 };
    char *first = NULL, *second = NULL;
    size_t n_first = 0, n_second = 0;
    assert_int_equal(msc_model_write(&m, path, NULL), MSC_OK);
    assert_int_equal(msc_model_read(path, &r, NULL), MSC_OK);
    assert_int_equal(r.method, method);
    if (method == MSC_FOREST) {
        assert_int_equal(r.forest.n_nodes, m.forest.n_nodes);
        assert_memory_equal(r.forest.nodes, m.forest.nodes, 4 * m.forest.n_nodes);
    } else {
        assert_int_equal(m.gauss.n_signatures, 2);
        assert_int_equal(r.gauss.n_signatures, 2);
        assert_memory_equal(r.gauss.n_px, m.gauss.n_px, sizeof m.gauss.n_px);
        assert_memory_equal(r.gauss.mean + 6, m.gauss.mean + 6, 3 * sizeof(double));
        assert_memory_equal(r.gauss.covariance + 12, m.gauss.covariance + 12, 6 * sizeof(double));
        assert_memory_equal(r.gauss.numbers, m.gauss.numbers, 2 * msc_gauss_numbers(3) * sizeof(float));
    }
    for (int f = 0; f < 3; f++) {
        if (method == MSC_FOREST) {
            assert_int_equal(r.forest.n_cuts[f], m.forest.n_cuts[f]);
            assert_memory_equal(r.forest.cuts[f], m.forest.cuts[f], 4 * (size_t)m.forest.n_cuts[f]);
        }
        assert_string_equal(r.feature[f], m.feature[f]);
        assert_string_equal(r.label[f], m.label[f]);
        assert_int_equal(r.code[f], m.code[f]);
        assert_int_equal(r.is_masked[f], m.is_masked[f]);
        assert_int_equal(r.rgb[f][1], m.rgb[f][1]);
    }
    assert_true(r.pixel_m == m.pixel_m && r.needs_dem == 1);
    assert_string_equal(r.provenance, m.provenance);
    assert_int_equal(msc_model_write(&r, other, NULL), MSC_OK);
    assert_int_equal(msc_file_read(path, &first, &n_first, NULL), MSC_OK);
    assert_int_equal(msc_file_read(other, &second, &n_second, NULL), MSC_OK);
    assert_int_equal(n_first, n_second);
    assert_memory_equal(first, second, n_first);
    msc_release(first);
    msc_release(second);
    msc_model_clear(&m);
    msc_model_clear(&r);
}

static void test_what_is_written_is_read(void **state)
{
    (void)state;
    what_is_written_is_read(MSC_FOREST);
    what_is_written_is_read(MSC_GAUSS);
}

static void write_bytes(const char *bytes, size_t n)
{
    unlink(other);   /* an emptied file would be flushed to the disk when closed */
    FILE *file = fopen(other, "wb");
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    fclose(file);
}

static void refused(void)
{
    msc_model r = { .n_bands = -7 };
    msc_error err = { 0 };
    assert_int_equal(msc_model_read(other, &r, &err), MSC_EMODEL);
    assert_string_equal(err.subject, other);
    assert_int_equal(r.n_bands, -7);
}

static void of_each_method(void (*check)(msc_model *m))
{
    for (int i = 0; i < 2; i++) {
        msc_model m = made(i ? MSC_GAUSS : MSC_FOREST);
        check(&m);
        msc_model_clear(&m);
    }
}

static char *file_of(msc_model *m, size_t *n)
{
    char *bytes = NULL;
    assert_int_equal(msc_model_write(m, path, NULL), MSC_OK);
    assert_int_equal(msc_file_read(path, &bytes, n, NULL), MSC_OK);
    return bytes;
}

static void every_truncation_is_refused(msc_model *m)
{
    size_t n = 0;
    char *bytes = file_of(m, &n);
    for (size_t k = 0; k < n; k++) {
        write_bytes(bytes, k);
        refused();
    }
    msc_release(bytes);
}

static void test_every_truncation_is_refused(void **state)
{
    (void)state;
    of_each_method(every_truncation_is_refused);
}

static void every_flipped_byte_is_refused(msc_model *m)
{
    size_t n = 0;
    char *bytes = file_of(m, &n);
    for (size_t k = 0; k < n; k++) {
        bytes[k] = (char)(bytes[k] ^ (1 << k % 8));
        write_bytes(bytes, n);
        refused();
        bytes[k] = (char)(bytes[k] ^ (1 << k % 8));
    }
    msc_release(bytes);
}

static void test_every_flipped_byte_is_refused(void **state)
{
    (void)state;
    of_each_method(every_flipped_byte_is_refused);
}

static void ask(const msc_model *m, size_t seed, uint8_t winner[64])
{
    static float values[MSC_MAX_FEATURES][64];
    const float *rows[MSC_MAX_FEATURES];
    uint8_t bins[MSC_MAX_FEATURES * 64];
    uint16_t votes[64];
    if (m->method == MSC_GAUSS) {
        for (int f = 0; f < m->n_features; f++) {
            for (size_t i = 0; i < 64; i++) values[f][i] = (float)(msc_random(4, seed, i) % 3000);
            rows[f] = values[f];
        }
        msc_gauss_ask(&m->gauss, rows, 64, winner, NULL);
        return;
    }
    void *scratch = msc_alloc(msc_forest_scratch(&m->forest), 1);
    for (size_t i = 0; i < sizeof bins; i++) bins[i] = (uint8_t)msc_random(4, seed, i);
    msc_forest_ask(&m->forest, bins, 64, 64, winner, votes, scratch);
    msc_release(scratch);
}

/* With a right checksum: a file made to harm may be read, but then every walk stays inside. */
static void no_link_leads_outside(msc_model *m)
{
    size_t n = 0, n_refused = 0;
    char *bytes = file_of(m, &n), sum[MSC_SHA256_TEXT];
    for (size_t k = 17; k < n - 64; k++) {
        msc_model r = { 0 };
        const char kept = bytes[k];
        bytes[k] = (char)msc_random(3, 3, k);
        msc_sha256(bytes, n - 64, sum);
        memcpy(bytes + n - 64, sum, 64);
        write_bytes(bytes, n);
        const msc_status status = msc_model_read(other, &r, NULL);
        assert_true(status == MSC_OK || status == MSC_EMODEL);
        n_refused += status != MSC_OK;
        if (status == MSC_OK) {
            uint8_t winner[64];
            ask(&r, k, winner);
            for (int i = 0; i < 64; i++) assert_true(winner[i] < 3);
        }
        msc_model_clear(&r);
        bytes[k] = kept;
    }
    assert_true(n_refused > n / 4);
    msc_release(bytes);
}

static void test_no_link_leads_outside(void **state)
{
    (void)state;
    of_each_method(no_link_leads_outside);
}

/* Roots and nodes that lie about where they lead. */
static void test_wrong_links_are_refused(void **state)
{
    (void)state;
    msc_model m = made(MSC_FOREST);
    const uint32_t root = m.forest.nodes[0], wrong[] = { 0, root ^ 0xffff0000u, root | 127, root | MSC_NODE_LEAF,
                                                         msc_node_leaf(3), msc_node_leaf(0), root & 0xffffu };
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        m.forest.nodes[0] = wrong[k];
        assert_int_equal(msc_model_write(&m, other, NULL), MSC_OK);
        refused();
    }
    m.forest.nodes[0] = root;
    m.forest.roots[1]++;
    assert_int_equal(msc_model_write(&m, other, NULL), MSC_OK);
    refused();
    m.forest.roots[1] = 0xffffffffu;
    assert_int_equal(msc_model_write(&m, other, NULL), MSC_OK);
    refused();
    msc_model_clear(&m);
}

/* Signatures that no pixel can be held against, and heads that do not fit. */
static void test_wrong_signatures_are_refused(void **state)
{
    (void)state;
    msc_model m = made(MSC_GAUSS);
    double *const wrong[] = { &m.gauss.mean[0], &m.gauss.covariance[0], &m.gauss.covariance[1], &m.gauss.covariance[17] };
    static const double with[] = { NAN, INFINITY, 1e300, 1e-300, 0, -1 };
    for (size_t k = 0; k < 4; k++)
        for (size_t i = 0; i < 6; i++) {
            const double kept = *wrong[k];
            if ((k % 2 == 0 && i > 2) || (k % 2 == 1 && i == 2)) continue;   /* such a number may be */
            *wrong[k] = with[i];
            assert_int_equal(msc_model_write(&m, other, NULL), MSC_OK);
            refused();
            *wrong[k] = kept;
        }
    m.gauss.n_px[0] = 0;
    m.gauss.n_px[2] = 0;
    assert_int_equal(msc_model_write(&m, other, NULL), MSC_OK);
    refused();
    msc_model_clear(&m);
}

/* Before there were two methods no head named one. */
static void test_a_head_without_a_method_is_a_forest(void **state)
{
    (void)state;
    msc_model m = made(MSC_FOREST), r = { 0 };
    size_t n = 0;
    char *bytes = file_of(&m, &n), sum[MSC_SHA256_TEXT];
    static const char named[] = "\"method\":\"forest\"", unnamed[] = "\"nothod\":\"forest\"";
    for (size_t k = 0; k + sizeof named < n; k++)
        if (memcmp(bytes + k, named, sizeof named - 1) == 0) memcpy(bytes + k, unnamed, sizeof named - 1);
    msc_sha256(bytes, n - 64, sum);
    memcpy(bytes + n - 64, sum, 64);
    write_bytes(bytes, n);
    assert_int_equal(msc_model_read(other, &r, NULL), MSC_OK);
    assert_int_equal(r.method, MSC_FOREST);
    assert_int_equal(r.forest.n_nodes, m.forest.n_nodes);
    msc_release(bytes);
    msc_model_clear(&m);
    msc_model_clear(&r);
}

static void test_other_files_are_named(void **state)
{
    (void)state;
    msc_model r = { 0 };
    msc_error err = { 0 };
    assert_int_equal(msc_model_read("no_such_model.msm", &r, &err), MSC_ENOFILE);
    write_bytes("MINESCAR-MODEL 2\n", 17);
    assert_int_equal(msc_model_read(other, &r, &err), MSC_EMODEL);
    assert_string_equal(err.detail, "unknown version");
}

static int tidy(void **state)
{
    (void)state;
    unlink(path);
    unlink(other);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_is_read),     cmocka_unit_test(test_every_truncation_is_refused),
        cmocka_unit_test(test_every_flipped_byte_is_refused), cmocka_unit_test(test_no_link_leads_outside),
        cmocka_unit_test(test_wrong_links_are_refused),     cmocka_unit_test(test_wrong_signatures_are_refused),
        cmocka_unit_test(test_a_head_without_a_method_is_a_forest), cmocka_unit_test(test_other_files_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, tidy);
}
