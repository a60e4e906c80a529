/* Planes of every type come out as they went in, behind those of the op, through predictions' padding. */
#include "made_tile.h"
#include "ops/rim.h"

static const msc_type types[4] = { MSC_U8, MSC_U8, MSC_U16, MSC_F32 };

static void a_carried_plane_is_what_it_was(void **state)
{
    (void)state;
    for (int has_reason = 0; has_reason < 2; has_reason++) {
        msc_rim rim = { .has_rim = { [9] = 1 }, .margin_px = 3.5, .has_reason = has_reason, .carried = { 2, { MSC_U16, MSC_F32 } } };
        msc_op op;
        msc_rim_op(&rim, 2, &op);
        assert_int_equal(op.n_planes_out, 4 + has_reason);
        assert_true(op.types_out[2 + has_reason] == MSC_U16 && op.types_out[3 + has_reason] == MSC_F32);
        const msc_rect core = { 37, 21, 50, 40 };
        msc_tile in = made_tile(core, 12, 4, types), out = made_tile(core, 12 - op.halo_px, op.n_planes_out, op.types_out);
        void *scratch = msc_alloc(op.scratch_bytes(op.self, core.w + 24, core.h + 24), 1);
        op.tile(op.self, &in, &out, scratch);
        msc_release(scratch);
        const int32_t pad = out.pad_px;
        const size_t n = (size_t)(core.w + 2 * pad);
        for (int32_t y = -pad; y < core.h + pad; y++) {
            assert_memory_equal(msc_row_u16(&out, 2 + has_reason, y) - pad, msc_row_u16(&in, 2, y) - pad, n * 2);
            assert_memory_equal(msc_row_f32(&out, 3 + has_reason, y) - pad, msc_row_f32(&in, 3, y) - pad, n * 4);
        }
        made_tile_clear(&in);
        made_tile_clear(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_carried_plane_is_what_it_was) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
