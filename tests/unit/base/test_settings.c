/* Settings start empty, whatever stood in the memory before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "minescar.h"
#include <string.h>

static void start_from_nothing(void **state)
{
    (void)state;
    msc_settings set;
    memset(&set, 0xff, sizeof set);
    msc_settings_defaults(&set);
    assert_int_equal(set.n_threads, 0);
    assert_int_equal(set.memory_bytes, 0);
    assert_int_equal(set.tile_px, 0);
    assert_int_equal(set.overwrite, 0);
    assert_null(set.tmpdir);
    assert_null(set.lang);
    assert_null(set.cancel);
    assert_null(set.progress);
    assert_null(set.warn);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(start_from_nothing) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
