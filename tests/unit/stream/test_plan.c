/* Layouts: what fits is taken, what cannot fit is told with the cap that would do, given sizes are kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "made.h"
#include <stdio.h>
#include <string.h>

static msc_settings settings_of(int32_t tile_px, int n_threads, int64_t bytes)
{
    msc_settings set;
    msc_settings_defaults(&set);
    set.tile_px = tile_px;
    set.n_threads = n_threads;
    set.memory_bytes = bytes;
    return set;
}

static picture pic;
static made m = { { -1, -1 }, NULL, 0 };

static msc_status plan(const msc_settings *set, int32_t side_px, int64_t fixed, msc_layout *layout, msc_error *err)
{
    msc_source source = made_source(&m);
    const msc_sink sink = picture_sink(&pic);
    source.width_px = source.height_px = side_px;
    return msc_stream_plan(set, &source, made_ops, MADE_OPS, &sink, fixed, layout, err);
}

static void shrinks_tiles_until_they_fit(void **state)
{
    (void)state;
    int32_t last = 1024;
    msc_layout l;
    msc_error err;
    for (int64_t cap = (int64_t)4 << 30; cap > 0; cap /= 2) {
        const msc_settings set = settings_of(0, 2, cap);
        if (plan(&set, 20000, 0, &l, &err) != MSC_OK) break;
        assert_true(l.tile_px <= last && l.bytes <= cap * 6 / 10 && l.halo_px == MADE_HALO + 1);
        assert_int_equal(l.n_across, (20000 - 1) / l.tile_px + 1);
        last = l.tile_px;
    }
    assert_int_equal(last, 64);
    assert_int_equal(err.status, MSC_EMEMCAP);
}

static void the_told_cap_does_and_less_does_not(void **state)
{
    (void)state;
    msc_layout l;
    msc_error err;
    for (int32_t tile = 0; tile <= 2048; tile += 512) {
        msc_settings set = settings_of(tile, 4, 1000);
        long long cap = 0, least = 0;
        assert_int_equal(plan(&set, 20000, 50 << 20, &l, &err), MSC_EMEMCAP);
        assert_int_equal(sscanf(err.detail, "%lld MiB, least %lld MiB", &cap, &least), 2);
        set.memory_bytes = least << 20;
        assert_int_equal(plan(&set, 20000, 50 << 20, &l, &err), MSC_OK);
        assert_int_equal(l.tile_px, tile ? tile : 64);
        if (tile) assert_int_equal(l.n_slots, 1);
        set.memory_bytes = (least - 2) << 20;
        assert_int_equal(plan(&set, 20000, 50 << 20, &l, &err), MSC_EMEMCAP);
    }
}

static void a_given_tile_is_kept_with_fewer_slots(void **state)
{
    (void)state;
    msc_layout wide, tight;
    msc_error err;
    msc_settings set = settings_of(512, 4, (int64_t)4 << 30);
    assert_int_equal(plan(&set, 20000, 0, &wide, &err), MSC_OK);
    assert_int_equal(wide.n_slots, 8);
    assert_int_equal(wide.n_threads, 4);
    set.memory_bytes = wide.bytes / 2 * 10 / 6 + 1000;
    assert_int_equal(plan(&set, 20000, 0, &tight, &err), MSC_OK);
    assert_int_equal(tight.tile_px, 512);
    assert_in_range(tight.n_slots, 1, 3);
    assert_int_equal(tight.n_threads, tight.n_slots);
    assert_true(tight.bytes <= wide.bytes / 2 + 1000);
    set = settings_of(17, 2, 1 << 30);
    assert_int_equal(plan(&set, 100, 0, &tight, &err), MSC_OK);
    assert_int_equal(tight.tile_px, 17);
}

/* Where an op wants whole cells a given size is rounded up to them, and none is chosen that is not made of them. */
static void tiles_are_made_of_whole_cells(void **state)
{
    (void)state;
    msc_source source = made_source(&m);
    const msc_sink sink = picture_sink(&pic);
    msc_op ops[MADE_OPS];
    msc_layout l;
    msc_error err;
    memcpy(ops, made_ops, sizeof ops);
    ops[2].cell_px = 256;
    source.width_px = source.height_px = 20000;
    for (int32_t given = 0; given <= 1100; given += 100) {
        const msc_settings set = settings_of(given, 2, (int64_t)4 << 30);
        assert_int_equal(msc_stream_plan(&set, &source, ops, MADE_OPS, &sink, 0, &l, &err), MSC_OK);
        assert_int_equal(l.tile_px % 256, 0);
        if (given) assert_true(l.tile_px >= given && l.tile_px < given + 256);
    }
    for (int64_t bytes = 64 << 20; ; bytes -= 1 << 19) {
        const msc_settings set = settings_of(0, 2, bytes);
        if (msc_stream_plan(&set, &source, ops, MADE_OPS, &sink, 0, &l, &err) != MSC_OK) break;
        assert_int_equal(l.tile_px % 256, 0);
    }
    assert_int_equal(l.tile_px, 0);
    assert_int_equal(err.status, MSC_EMEMCAP);
}

/* Planes belong to workers; only what put looks at waits in the slots, and a blind put looks at none. */
static void slots_hold_no_more_than_put_looks_at(void **state)
{
    (void)state;
    const msc_settings set = settings_of(512, 4, (int64_t)4 << 30);
    msc_source source = made_source(&m);
    source.width_px = source.height_px = 20000;
    msc_sink sink = picture_sink(&pic);
    msc_layout seeing, blind;
    msc_error err;
    assert_int_equal(msc_stream_plan(&set, &source, made_ops, MADE_OPS, &sink, 0, &seeing, &err), MSC_OK);
    sink.is_put_blind = 1;
    assert_int_equal(msc_stream_plan(&set, &source, made_ops, MADE_OPS, &sink, 0, &blind, &err), MSC_OK);
    const int64_t side = 512 + 2 * (MADE_HALO + 1), px = side * side;
    /* At most 64 bytes are lost a plane. Two planes of floats, a float a pixel of scratch, validity. */
    const int64_t desk = px * (2 * (2 * 4 + 1) + 4), slack = 4 * 16 * 64 + 8 * (int64_t)sizeof(kept);
    assert_in_range(blind.bytes, 4 * desk, 4 * desk + slack);
    /* The last op's plane and validity leave the desks' halves as large as the ops before made them. */
    assert_in_range(seeing.bytes, 4 * desk + 8 * px * 5, 4 * desk + 8 * px * 5 + 2 * slack);
}

static void small_pictures_need_little(void **state)
{
    (void)state;
    msc_layout l;
    msc_error err;
    const msc_settings set = settings_of(0, 8, 1 << 30);
    assert_int_equal(plan(&set, 1, 0, &l, &err), MSC_OK);
    assert_int_equal(l.n_across * l.n_down, 1);
    assert_int_equal(l.n_slots, 1);
    assert_int_equal(l.n_threads, 1);
    assert_true(l.bytes < 10000);
}

static void refuses_values_out_of_range(void **state)
{
    (void)state;
    msc_layout l;
    msc_error err;
    static const int32_t bad[] = { -1, 1, 15, 4097 };
    msc_settings set;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        set = settings_of(bad[i], 1, 1 << 30);
        assert_int_equal(plan(&set, 100, 0, &l, &err), MSC_EVALUE);
    }
    set = settings_of(0, -1, 1 << 30);
    assert_int_equal(plan(&set, 100, 0, &l, &err), MSC_EVALUE);
    set = settings_of(0, 1, -1);
    assert_int_equal(plan(&set, 100, 0, &l, &err), MSC_EVALUE);
    set = settings_of(0, 1, 0);
    assert_int_equal(plan(&set, 0, 0, &l, &err), MSC_EBUG);
}

static void settings_say_where_they_come_from(void **state)
{
    (void)state;
    const char *why = NULL;
    msc_settings set = settings_of(0, 3, 12345);
    assert_int_equal(msc_settings_threads(&set, &why), 3);
    assert_string_equal(why, "settings");
    assert_int_equal(msc_settings_memory(&set, &why), 12345);
    assert_string_equal(why, "settings");
    msc_settings_defaults(&set);
    assert_true(msc_settings_threads(&set, &why) >= 1);
    assert_true(msc_settings_memory(&set, &why) > 1 << 20);
    assert_non_null(why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shrinks_tiles_until_they_fit),
        cmocka_unit_test(the_told_cap_does_and_less_does_not),
        cmocka_unit_test(a_given_tile_is_kept_with_fewer_slots),
        cmocka_unit_test(tiles_are_made_of_whole_cells),
        cmocka_unit_test(slots_hold_no_more_than_put_looks_at),
        cmocka_unit_test(small_pictures_need_little),
        cmocka_unit_test(refuses_values_out_of_range),
        cmocka_unit_test(settings_say_where_they_come_from),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
