/* Outputs appear whole or not at all. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "base/file.h"
#include "base/mem.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/msc-file-XXXXXX";
static char path[256];

static int make_dir(void **state)
{
    (void)state;
    if (!mkdtemp(dir)) return -1;
    snprintf(path, sizeof path, "%s/a.tif", dir);
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(dir);   /* fails when a temporary file was left */
}

static void writes_and_reads_back(void **state)
{
    (void)state;
    msc_error err;
    char *bytes;
    size_t n;
    assert_false(msc_file_exists(path));
    assert_int_equal(msc_file_write(path, "two\0parts", 9, &err), MSC_OK);
    assert_true(msc_file_exists(path));
    assert_int_equal(msc_file_read(path, &bytes, &n, &err), MSC_OK);
    assert_int_equal(n, 9);
    assert_memory_equal(bytes, "two\0parts", 10);
    msc_release(bytes);
    assert_int_equal(msc_file_write(path, "", 0, &err), MSC_OK);
    assert_int_equal(msc_file_read(path, &bytes, &n, &err), MSC_OK);
    assert_int_equal(n, 0);
    assert_int_equal(bytes[0], 0);
    msc_release(bytes);
}

static void says_what_cannot_be_read(void **state)
{
    (void)state;
    msc_error err;
    char *bytes;
    size_t n;
    assert_int_equal(msc_file_read("/nowhere/x", &bytes, &n, &err), MSC_ENOFILE);
    assert_int_equal(msc_file_read(dir, &bytes, &n, &err), MSC_ENOFILE);
}

static void checks_outputs_before_the_work(void **state)
{
    (void)state;
    msc_error err;
    char long_path[5000];
    assert_int_equal(msc_file_write(path, "x", 1, &err), MSC_OK);
    assert_int_equal(msc_file_check_output(path, 0, &err), MSC_EEXISTS);
    assert_int_equal(msc_file_check_output(path, 1, &err), MSC_OK);
    assert_int_equal(msc_file_check_output(dir, 1, &err), MSC_EWRITE);
    assert_int_equal(msc_file_check_output("/nowhere/a.tif", 0, &err), MSC_EWRITE);
    memset(long_path, 'a', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = '\0';
    assert_int_equal(msc_file_check_output(long_path, 0, &err), MSC_EVALUE);
    unlink(path);
    assert_int_equal(msc_file_check_output(path, 0, &err), MSC_OK);
}

static void a_directory_without_permission_is_told(void **state)
{
    (void)state;
    msc_error err;
    if (geteuid() == 0) skip();   /* root may write anywhere */
    chmod(dir, 0500);
    const msc_status status = msc_file_check_output(path, 0, &err), written = msc_file_write(path, "x", 1, &err);
    chmod(dir, 0700);
    assert_int_equal(status, MSC_EPERM);
    assert_int_equal(written, MSC_EPERM);
}

static void a_full_disk_is_told(void **state)
{
    (void)state;
    FILE *full = fopen("/dev/full", "w");
    if (!full) skip();
    fclose(full);
    /* Only the temporary name can be a link to it: the final name must not appear. */
    msc_error err;
    char temp[MSC_PATH_MAX];
    assert_int_equal(msc_file_temp_name(path, temp, &err), MSC_OK);
    if (symlink("/dev/full", temp) != 0) skip();
    char *many = msc_alloc_zero(100000, 1);
    assert_int_equal(msc_file_write(path, many, 100000, &err), MSC_ENOSPACE);
    msc_release(many);
    assert_false(msc_file_exists(path));
    assert_false(msc_file_exists(temp));
}

static void temporary_names_keep_directory_and_extension(void **state)
{
    (void)state;
    char temp[MSC_PATH_MAX], want[128], mark[MSC_TEMP_MARK];
    msc_error err;
    msc_file_temp_mark(mark);
    snprintf(want, sizeof want, "out.d/.change.%s.tif", mark);
    assert_int_equal(msc_file_temp_name("out.d/change.tif", temp, &err), MSC_OK);
    assert_string_equal(temp, want);
    snprintf(want, sizeof want, ".change.%s", mark);
    assert_int_equal(msc_file_temp_name("change", temp, &err), MSC_OK);
    assert_string_equal(temp, want);
}

static void temporary_names_of_the_dead_are_left_over(void **state)
{
    (void)state;
    char temp[MSC_PATH_MAX];
    msc_error err;
    assert_int_equal(msc_file_temp_name("change.tif", temp, &err), MSC_OK);
    assert_false(msc_file_is_left_over(temp));
    assert_true(msc_file_is_left_over(".change.part-4194304-0123abcd.tif"));     /* over the largest process number of Linux by one */
    snprintf(temp, sizeof temp, ".change.part-%ld-%08x.tif", (long)getpid(), 0u);       /* of a process that had this one's number: the own mark is odd */
    assert_true(msc_file_is_left_over(temp));
    assert_false(msc_file_is_left_over(".notes.part-4194304-1.txt"));
    assert_false(msc_file_is_left_over(".notes.part-4194304-0123abcdef.txt"));
    assert_false(msc_file_is_left_over("change.part-4194304-0123abcd.tif"));
    assert_false(msc_file_is_left_over(".change.tif"));
    assert_false(msc_file_is_left_over(".a.part-list.tif"));
}

static void joins_names(void **state)
{
    (void)state;
    char joined[MSC_PATH_MAX];
    msc_error err;
    assert_int_equal(msc_file_join("jobs", "a.tif", joined, &err), MSC_OK);
    assert_string_equal(joined, "jobs/a.tif");
    assert_int_equal(msc_file_join("jobs", "/data/a.tif", joined, &err), MSC_OK);
    assert_string_equal(joined, "/data/a.tif");
    assert_int_equal(msc_file_join("jobs", "/vsizip/a.zip/a.tif", joined, &err), MSC_OK);
    assert_string_equal(joined, "/vsizip/a.zip/a.tif");
    assert_int_equal(msc_file_join("", "a.tif", joined, &err), MSC_OK);
    assert_string_equal(joined, "a.tif");
}

/* What had no memory and what had no disk look alike to a stream. */
static void a_text_that_is_not_whole_is_told(void **state)
{
    (void)state;
    msc_error err;
    char *text = NULL;
    size_t n = 0;
    FILE *memory = open_memstream(&text, &n);
    assert_non_null(memory);
    fprintf(memory, "a,b\n");
    assert_int_equal(msc_file_close_text(memory, "table", &err), MSC_OK);
    assert_string_equal(text, "a,b\n");
    free(text);
    for (int is_flushed = 0; is_flushed < 2; is_flushed++) {
        FILE *full = fopen("/dev/full", "w");
        if (!full) skip();
        fprintf(full, "a,b\n");
        if (is_flushed) fflush(full);      /* the stream knows before it is closed */
        assert_int_equal(msc_file_close_text(full, "table", &err), MSC_ENOMEM);
        assert_string_equal(err.subject, "table");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_and_reads_back),
        cmocka_unit_test(says_what_cannot_be_read),
        cmocka_unit_test(checks_outputs_before_the_work),
        cmocka_unit_test(a_directory_without_permission_is_told),
        cmocka_unit_test(a_full_disk_is_told),
        cmocka_unit_test(temporary_names_keep_directory_and_extension),
        cmocka_unit_test(temporary_names_of_the_dead_are_left_over), cmocka_unit_test(joins_names),
        cmocka_unit_test(a_text_that_is_not_whole_is_told),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
