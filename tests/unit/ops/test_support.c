/* Differences that accepted changes bear out, against the definition written out pixel by pixel, from any tile. */
#include "made_tile.h"
#include "ops/support.h"
#include <stdlib.h>

static const msc_type types[4] = { MSC_U16, MSC_U8, MSC_U16, MSC_U8 };

/* A scene as msc_decide_op would leave it: differences in clumps, each removed by some rule or by none. */
static void rewrite(msc_tile *t)
{
    for (int32_t y = -t->pad_px; y < t->core.h + t->pad_px; y++)
        for (int32_t x = -t->pad_px; x < t->core.w + t->pad_px; x++) {
            const int32_t gx = t->core.x + x, gy = t->core.y + y;
            const int is_inside = gx >= 0 && gy >= 0 && gx < MADE_W && gy < MADE_H;
            const uint32_t raw = made_raw(gx, gy, 5);
            const int differs = is_inside && made_raw(gx / 4, gy / 4, 6) % 3 == 0 && msc_row_valid(t, y)[x];
            const int by = (int)(raw % MSC_BORNE_OUT);
            msc_row_u16(t, 2, y)[x] = (uint16_t)(differs ? (raw / 7 % 5 + 1) * 256 + raw / 35 % 5 + 11 : 0);
            msc_row_u8(t, 3, y)[x] = (uint8_t)(differs ? by : 0);
            msc_row_u16(t, 0, y)[x] = differs && by == MSC_BY_NOTHING ? msc_row_u16(t, 2, y)[x] : 0;
            msc_row_u8(t, 1, y)[x] = (uint8_t)(!differs ? MSC_GRADE_NONE : by == MSC_BY_NOTHING ? MSC_GRADE_A : MSC_GRADE_C);
        }
}

static msc_tile scene(msc_rect core, int32_t pad)
{
    msc_tile t = made_tile(core, pad, 4, types);
    rewrite(&t);
    return t;
}

static int counts(const msc_support *s, const msc_tile *t, int32_t x, int32_t y)
{
    const uint16_t d = msc_row_u16(t, 2, y)[x];
    const uint8_t by = msc_row_u8(t, 3, y)[x];
    return msc_row_valid(t, y)[x] && d && (s->is_counted[d >> 8] || s->is_counted[d & 255])
           && (by == MSC_BY_NOTHING || by == MSC_BY_POSTERIOR || by == MSC_BY_EVIDENCE);
}

static int is_borne_out(const msc_support *s, const msc_tile *t, int32_t x, int32_t y)
{
    int n = 0, n_accepted = 0;
    if (!counts(s, t, x, y) || msc_row_u8(t, 3, y)[x] == MSC_BY_NOTHING) return 0;
    for (int32_t v = y - s->side_px / 2; v <= y + s->side_px / 2; v++)
        for (int32_t u = x - s->side_px / 2; u <= x + s->side_px / 2; u++) {
            n += counts(s, t, u, v);
            n_accepted += counts(s, t, u, v) && msc_row_u8(t, 3, v)[u] == MSC_BY_NOTHING;
        }
    return 100 * n_accepted >= s->percent * n;
}

static void apply(const msc_support *self, const msc_tile *in, msc_tile *out)
{
    msc_op op;
    msc_support_op(self, &op);
    assert_true(in->pad_px >= out->pad_px + op.halo_px);
    void *scratch = msc_alloc(op.scratch_bytes(op.self, in->core.w + 2 * in->pad_px, in->core.h + 2 * in->pad_px), 1);
    op.tile(op.self, in, out, scratch);
    msc_release(scratch);
}

/* n_lifted counts the pixels that the op changed. */
static int agrees(const msc_support *self, msc_rect core, int32_t pad_out)
{
    int n_lifted = 0;
    msc_tile in = scene(core, pad_out + self->side_px / 2), out = made_tile(core, pad_out, 4, types);
    apply(self, &in, &out);
    for (int32_t y = -pad_out; y < core.h + pad_out; y++)
        for (int32_t x = -pad_out; x < core.w + pad_out; x++) {
            const int is_lifted = is_borne_out(self, &in, x, y);
            n_lifted += is_lifted;
            assert_int_equal(msc_row_u16(&out, 2, y)[x], msc_row_u16(&in, 2, y)[x]);
            assert_int_equal(msc_row_valid(&out, y)[x], msc_row_valid(&in, y)[x]);
            assert_int_equal(msc_row_u16(&out, 0, y)[x], is_lifted ? msc_row_u16(&in, 2, y)[x] : msc_row_u16(&in, 0, y)[x]);
            assert_int_equal(msc_row_u8(&out, 1, y)[x], is_lifted ? MSC_GRADE_B : msc_row_u8(&in, 1, y)[x]);
            assert_int_equal(msc_row_u8(&out, 3, y)[x], is_lifted ? MSC_BORNE_OUT : msc_row_u8(&in, 3, y)[x]);
        }
    made_tile_clear(&in);
    made_tile_clear(&out);
    return n_lifted;
}

static void as_the_definition_says(void **state)
{
    (void)state;
    for (int side = 3; side <= 25; side += 22)
        for (int percent = 15; percent <= 35; percent += 10) {
            msc_support self = { .side_px = side, .percent = percent };
            for (int c = 1; c < 4; c++) self.is_counted[c] = 1;
            assert_true(agrees(&self, (msc_rect){ 0, 0, MADE_W, MADE_H }, 0) > 50);
            agrees(&self, (msc_rect){ 37, 19, 41, 23 }, 3);
            agrees(&self, (msc_rect){ 0, 0, 1, 1 }, 0);
        }
}

static void nothing_counted_lifts_nothing(void **state)
{
    (void)state;
    const msc_support none = { .side_px = 9, .percent = 1 };
    assert_int_equal(agrees(&none, (msc_rect){ 0, 0, MADE_W, MADE_H }, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(as_the_definition_says), cmocka_unit_test(nothing_counted_lifts_nothing) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
