/* The n-th allocation fails, for every n: the call returns ENOMEM, gives back what it held (the leak sanitizer looks
 * on) and works again afterwards. The linker puts these allocators in the engine's way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "grid/area.h"
#include "grid/crs.h"
#include "made.h"
#include <stdatomic.h>
#include <stdlib.h>

void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);

static atomic_long n_left;       /* allocations until the one that fails; negative: none does */

static int fails(void) { return atomic_fetch_sub(&n_left, 1) == 0; }

void *__wrap_calloc(size_t count, size_t size) { return fails() ? NULL : __real_calloc(count, size); }
void *__wrap_realloc(void *block, size_t size) { return fails() ? NULL : __real_realloc(block, size); }
void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : __real_aligned_alloc(alignment, size);
}

static picture pic;

static msc_status run_stream(int n_threads, msc_error *err)
{
    made m = { { -1, -1 }, NULL, 0 };
    msc_layout layout;
    msc_settings set;
    msc_settings_defaults(&set);
    set.tile_px = 64;
    set.n_threads = n_threads;
    set.memory_bytes = 1 << 30;
    made_kernels = &msc_kernels_scalar;
    return made_run(&set, &m, &pic, &layout, err);
}

static msc_status run_area(int unused, msc_error *err)
{
    msc_grid g = { 200, 200, 414000.0, 4430000.0, 2.0, 2.0, "EPSG:4548" };
    const double ring[] = { 414000.0, 4430000.0, 415000.0, 4430000.0, 415000.0, 4431000.0 };
    msc_area area;
    double m2;
    (void)unused;
    MSC_TRY(msc_area_init(&g, 1, &area, err));
    msc_area_clear(&area);
    return msc_area_ring(g.crs, ring, 3, &m2, err);
}

/* Runs `work` with failures at 0, 1, 2, ... until it passes. Returns at how many places it could fail. */
static long fail_each(msc_status (*work)(int, msc_error *), int argument)
{
    for (long n = 0;; n++) {
        msc_error err;
        atomic_store(&n_left, n);
        const msc_status status = work(argument, &err);
        const long left = atomic_exchange(&n_left, -1);
        if (left >= 0) {         /* no allocation was left to fail */
            assert_int_equal(status, MSC_OK);
            return n;
        }
        assert_int_equal(status, MSC_ENOMEM);
        assert_int_equal(err.status, MSC_ENOMEM);
        assert_int_equal(work(argument, &err), MSC_OK);
    }
}

static void the_stream_survives(void **state)
{
    (void)state;
    atomic_store(&n_left, -1);
    assert_true(fail_each(run_stream, 1) >= 2 + 3 * 2);   /* queue, scratch; two slots of pixels, kept and rows */
    assert_true(fail_each(run_stream, 3) >= 2 + 3 * 6);
}

static void areas_survive(void **state)
{
    (void)state;
    atomic_store(&n_left, -1);
    assert_true(fail_each(run_area, 0) >= 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_stream_survives),
        cmocka_unit_test(areas_survive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
