/* Errors: every status has a name and a code, texts are cut and never overrun, warnings reach the caller. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "base/error.h"
#include <errno.h>
#include <string.h>

static void every_status_has_a_name_and_a_code(void **state)
{
    (void)state;
    for (int i = 0; i < MSC_N_STATUS; i++) {
        assert_true(strlen(msc_status_name((msc_status)i)) > 1);
        for (int k = 0; k < i; k++) assert_string_not_equal(msc_status_name((msc_status)i), msc_status_name((msc_status)k));
    }
    assert_string_equal(msc_status_name(MSC_EMEMCAP), "EMEMCAP");
    assert_int_equal(msc_status_exit_code(MSC_OK), 0);
    assert_int_equal(msc_status_exit_code(MSC_ECHECK), 1);
    assert_int_equal(msc_status_exit_code(MSC_EJOB), 2);
    assert_int_equal(msc_status_exit_code(MSC_EREAD), 3);
    assert_int_equal(msc_status_exit_code(MSC_ENOSPACE), 4);
    assert_int_equal(msc_status_exit_code(MSC_ENOMEM), 5);
    assert_int_equal(msc_status_exit_code(MSC_ECANCELLED), 130);
    assert_int_equal(msc_status_exit_code(MSC_EBUG), 70);
    assert_string_equal(msc_status_name((msc_status)9999), "EBUG");
    assert_int_equal(msc_status_exit_code((msc_status)9999), 70);
}

static void fills_the_record_and_returns_the_status(void **state)
{
    (void)state;
    msc_error err;
    char longer[2000];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(msc_fail(&err, MSC_EBAND, "a.tif", "band %d of %d", 5, 4), MSC_EBAND);
    assert_int_equal(err.status, MSC_EBAND);
    assert_string_equal(err.subject, "a.tif");
    assert_string_equal(err.detail, "band 5 of 4");
    assert_int_equal(msc_fail(&err, MSC_EREAD, longer, "%s", longer), MSC_EREAD);
    assert_int_equal(strlen(err.subject), sizeof err.subject - 1);
    assert_int_equal(strlen(err.detail), sizeof err.detail - 1);
    for (size_t i = 0; i + 3 < sizeof longer; i += 3) memcpy(longer + i, "采", 4);
    for (int shift = 0; shift < 3; shift++) {             /* wherever the room ends, a character does */
        assert_int_equal(msc_fail(&err, MSC_EREAD, longer, "%.*s%s", shift, "ab", longer), MSC_EREAD);
        assert_int_equal(strlen(err.subject) % 3, 0);
        assert_int_equal((strlen(err.detail) - (size_t)shift) % 3, 0);
        assert_true(strlen(err.detail) + 3 >= sizeof err.detail);
    }
    assert_int_equal(msc_fail(&err, MSC_EREAD, NULL, "x"), MSC_EREAD);
    assert_string_equal(err.subject, "");
    assert_int_equal(msc_fail(NULL, MSC_EREAD, "a", "x"), MSC_EREAD);
}

static void knows_what_errno_means(void **state)
{
    (void)state;
    msc_error err;
    assert_int_equal(msc_fail_errno(&err, ENOENT, MSC_EREAD, "a"), MSC_ENOFILE);
    assert_int_equal(msc_fail_errno(&err, ENOSPC, MSC_EWRITE, "a"), MSC_ENOSPACE);
    assert_int_equal(msc_fail_errno(&err, EACCES, MSC_EWRITE, "a"), MSC_EPERM);
    assert_int_equal(msc_fail_errno(&err, ENOMEM, MSC_EWRITE, "a"), MSC_ENOMEM);
    assert_int_equal(msc_fail_errno(&err, EIO, MSC_EREAD, "a"), MSC_EREAD);
    assert_true(strlen(err.detail) > 0);
}

static void catch(void *self, const msc_error *what) { *(msc_error *)self = *what; }

static void warnings_reach_the_caller(void **state)
{
    (void)state;
    msc_error caught = { MSC_OK, "", "" };
    msc_settings set;
    msc_settings_defaults(&set);
    msc_warn(&set, MSC_WOTHER, "a", "nobody listens");
    msc_warn(NULL, MSC_WOTHER, "a", "nobody listens");
    set.self = &caught;
    set.warn = catch;
    msc_warn(&set, MSC_WDROPPED, "patches", "%d", 7);
    assert_int_equal(caught.status, MSC_WDROPPED);
    assert_string_equal(caught.subject, "patches");
    assert_string_equal(caught.detail, "7");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_a_name_and_a_code),
        cmocka_unit_test(fills_the_record_and_returns_the_status),
        cmocka_unit_test(knows_what_errno_means),
        cmocka_unit_test(warnings_reach_the_caller),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
