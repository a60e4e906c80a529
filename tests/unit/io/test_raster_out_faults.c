/* test_raster_out_faults.c - what cannot be written whole is not there at all: damage, places that are not, full disks. */
#include "raster_out_made.h"

/* A byte that changes between writing and renaming, in any block of any level, is found. */
static void test_damage_before_the_rename(void **state)
{
    (void)state;
    for (int part = 1; part < 12; part++) {
        msc_settings settings;
        msc_error err = { 0 };
        msc_settings_defaults(&settings);
        settings.overwrite = 1;
        damage_at = part / 12.0;
        assert_int_equal(write_two(made_path("damaged.tif"), made_path("b.tif"), MSC_U8, part % 2 ? 256 : 100, 2, &settings, &err), MSC_EWRITE);
        damage_at = 0;
        assert_false(msc_file_exists(made_path("damaged.tif")));
    }
}

static void test_existing_and_missing_places(void **state)
{
    (void)state;
    msc_settings settings;
    msc_error err = { 0 };
    msc_settings_defaults(&settings);
    assert_int_equal(write_two(made_path("map.tif"), made_path("bands.tif"), MSC_U8, 256, 1, &settings, &err), MSC_OK);
    const int before = count_files();
    assert_int_equal(write_two(made_path("map.tif"), made_path("new.tif"), MSC_U8, 256, 1, &settings, &err),
                     MSC_EEXISTS);
    assert_int_equal(
        write_two(made_path("no/map.tif"), made_path("new.tif"), MSC_U8, 256, 1, &settings, &err),
        MSC_EWRITE);
    if (geteuid() == 0) print_message("a read-only directory is not tested as root\n");
    else {
        assert_int_equal(mkdir(made_path("closed"), 0500), 0);
        assert_int_equal(
            write_two(made_path("closed/map.tif"), made_path("new.tif"), MSC_U8, 256, 1, &settings, &err),
            MSC_EPERM);
        rmdir(made_path("closed"));
    }
    assert_int_equal(count_files(), before);
}

static void test_full_disk(void **state)
{
    (void)state;
    char command[400];
    mkdir(made_path("small"), 0700);
    snprintf(command, sizeof command, "mount -t tmpfs -o size=600k tmpfs %s 2>/dev/null", made_path("small"));
    if (system(command) != 0) {
        print_message("a full disk is not tested: no permission to mount\n");
        rmdir(made_path("small"));
        skip();
    }
    static const char *const none[] = { "COMPRESS=NONE" };
    msc_settings settings;
    msc_error err = { 0 };
    msc_settings_defaults(&settings);
    settings.creation = none;
    settings.n_creation = 1;
    const msc_status wide =
        write_two(made_path("small/map.tif"), made_path("bands2.tif"), MSC_U8, 256, 2, &settings, &err);
    const msc_status gathered =
        write_two(made_path("small/map.tif"), made_path("bands2.tif"), MSC_U8, 300, 2, &settings, &err);
    DIR *dir = opendir(made_path("small"));
    int n = 0;
    for (struct dirent *e; (e = readdir(dir));)
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(dir);
    snprintf(command, sizeof command, "umount %s", made_path("small"));
    assert_int_equal(system(command), 0);
    rmdir(made_path("small"));
    assert_int_equal(wide, MSC_ENOSPACE);
    assert_int_equal(gathered, MSC_ENOSPACE);
    assert_int_equal(n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_damage_before_the_rename),
        cmocka_unit_test(test_existing_and_missing_places),
        cmocka_unit_test(test_full_disk),
    };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
