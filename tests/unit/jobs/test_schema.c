/* test_schema.c - the reader of tables itself: aliases, numbers, nesting and paths, apart from any job. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "jobs/schema.h"

typedef struct leaf { int number; const char *text; } leaf;
typedef struct tree {
    double real;
    int flag;
    const char *path, *pairs;
    leaf *leaves;
    int n_leaves;
} tree;

static const msc_rule leaf_keys[] = {
    { "number", MSC_RULE_INT, .at = offsetof(leaf, number), .low = -1e6, .high = 1e6, .is_required = 1 },
    { "text", MSC_RULE_TEXT, .at = offsetof(leaf, text) }, { 0 }
};
static const msc_rule inner_keys[] = { { "flag", MSC_RULE_BOOL, .at = offsetof(tree, flag) }, { 0 } };
static const msc_rule tree_keys[] = {
    { "real", MSC_RULE_REAL, .at = offsetof(tree, real), .low = -1e9, .high = 1e9 },
    { "inner", MSC_RULE_MAP, .keys = inner_keys },
    { "path", MSC_RULE_PATH, .at = offsetof(tree, path) },
    { "pairs", MSC_RULE_PAIRS, .at = offsetof(tree, pairs) },
    { "leaves", MSC_RULE_LIST, .at = offsetof(tree, leaves), .count_at = offsetof(tree, n_leaves), .item_bytes = sizeof(leaf), .keys = leaf_keys },
    { 0 }
};

static msc_status read(const char *text, const char *path, tree *t, msc_job_block **blocks, msc_error *err)
{
    *t = (tree){ 0 };
    return msc_schema_read(text, strlen(text), path, tree_keys, t, blocks, err);
}

static void stores_nested_values(void **state)
{
    (void)state;
    tree t;
    msc_job_block *blocks = NULL;
    msc_error err = { 0 };
    assert_int_equal(read("real: -1.5e3\r\ninner: {flag: true}\r\npath: a/b.tif\r\npairs: {x: 1, y: 22}\r\n"
                          "leaves:\r\n- &one {number: 7, text: 'a: b'}\r\n- *one\r\n", "d/e.yaml", &t, &blocks, &err), MSC_OK);
    assert_true(t.real == -1500 && t.flag == 1 && t.n_leaves == 2);
    assert_string_equal(t.path, "d/a/b.tif");
    assert_string_equal(t.pairs, "x:1,y:22");
    assert_int_equal(t.leaves[1].number, 7);
    assert_string_equal(t.leaves[1].text, "a: b");
    msc_job_blocks_free(&blocks);
    assert_null(blocks);
}

static void absolute_paths_stay(void **state)
{
    (void)state;
    tree t;
    msc_job_block *blocks = NULL;
    msc_error err = { 0 };
    assert_int_equal(read("path: /vsicurl/x.tif", "d/e.yaml", &t, &blocks, &err), MSC_OK);
    assert_string_equal(t.path, "/vsicurl/x.tif");
    assert_int_equal(read("path: x.tif", "/e.yaml", &t, &blocks, &err), MSC_OK);
    assert_string_equal(t.path, "//x.tif");
    assert_int_equal(read("path: x.tif", "e.yaml", &t, &blocks, &err), MSC_OK);
    assert_string_equal(t.path, "x.tif");
    msc_job_blocks_free(&blocks);
}

static void says_which_line(void **state)
{
    (void)state;
    static const struct { const char *text, *words; } cases[] = {
        { "real: 0x10", "line 1: real is '0x10'" }, { "real: nan", "line 1: real is 'nan'" }, { "real: '5'", "line 1: real is '5'" },
        { "real: 1e10", "a number from -1000000000 to 1000000000" },
        { "inner: {flag: yes}", "line 1: flag is 'yes', not true or false" },
        { "leaves:\n- {text: x}", "line 2: leaves has no 'number'" },
        { "leaves:\n- {number: 1}\n- 5", "line 3: leaves is '5', not a map of keys" },
        { "path: ~", "line 1: path is '~', not a path" },
        { "pairs: {\"a b\": 1}", "line 1: pairs is 'a b', not a band name" },
        { "? [1]\n: 2", "line 1: unknown key '?'" },
        { "a: *nothing", "line 1: found undefined alias" },
        { "leaves: &a [*a]", "line 1: leaves is a list, not a map of keys" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tree t;
        msc_job_block *blocks = NULL;
        msc_error err = { 0 };
        assert_int_equal(read(cases[i].text, "x.yaml", &t, &blocks, &err), MSC_EJOB);
        if (!strstr(err.detail, cases[i].words)) fail_msg("case %zu: '%s' lacks '%s'", i, err.detail, cases[i].words);
        msc_job_blocks_free(&blocks);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stores_nested_values), cmocka_unit_test(absolute_paths_stay), cmocka_unit_test(says_which_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
