/* What belongs to regions of differences, against the definition written out pixel by pixel, from any tile. */
#include "made_tile.h"
#include "ops/adjoin.h"
#include <stdlib.h>

static const msc_type types[5] = { MSC_U16, MSC_U8, MSC_U16, MSC_U8, MSC_U16 };

/* A scene as msc_decide_op would leave it: differences in clumps, each removed by some rule or by none. */
static void rewrite(msc_tile *t)
{
    for (int32_t y = -t->pad_px; y < t->core.h + t->pad_px; y++)
        for (int32_t x = -t->pad_px; x < t->core.w + t->pad_px; x++) {
            const int32_t gx = t->core.x + x, gy = t->core.y + y;
            const int is_inside = gx >= 0 && gy >= 0 && gx < MADE_W && gy < MADE_H;
            const uint32_t raw = made_raw(gx, gy, 5);
            const int differs = is_inside && made_raw(gx / 4, gy / 4, 6) % 3 == 0 && msc_row_valid(t, y)[x];
            const int by = raw % 11 == 0 ? MSC_BY_NOTHING : raw % 3 == 0 ? MSC_BY_BOUNDARY : raw % 7 == 0 ? MSC_BY_POSTERIOR : MSC_BY_IMPOSSIBLE;
            msc_row_u16(t, 2, y)[x] = (uint16_t)(differs ? (raw / 7 % 5 + 1) * 256 + raw / 35 % 5 + 11 : 0);
            msc_row_u8(t, 3, y)[x] = (uint8_t)(differs ? by : 0);
            msc_row_u16(t, 4, y)[x] = (uint16_t)(differs && (by == MSC_BY_NOTHING || by == MSC_BY_POSTERIOR) ? 2 + raw % 65534 : 0);
        }
}

static msc_tile scene(msc_rect core, int32_t pad)
{
    msc_tile t = made_tile(core, pad, 5, types);
    rewrite(&t);
    return t;
}

static int counts(const msc_adjoin *s, const msc_tile *t, int32_t x, int32_t y)
{
    const uint16_t d = msc_row_u16(t, 2, y)[x];
    return msc_row_valid(t, y)[x] && d && (s->is_counted[d >> 8] || s->is_counted[d & 255]);
}

static uint16_t word_of(const msc_adjoin *s, const msc_tile *t, int32_t x, int32_t y)
{
    if (!counts(s, t, x, y)) return 0;
    if (msc_row_u16(t, 4, y)[x]) return msc_row_u16(t, 4, y)[x];
    if (msc_row_u8(t, 3, y)[x] != MSC_BY_BOUNDARY || s->reach_px == 0) return 0;
    for (int32_t v = y - s->reach_px; v <= y + s->reach_px; v++)
        for (int32_t u = x - s->reach_px; u <= x + s->reach_px; u++)
            if (counts(s, t, u, v) && msc_row_u16(t, 4, v)[u]) return MSC_WORD_NONE;
    return 0;
}

static void apply(const msc_adjoin *self, const msc_tile *in, msc_tile *out)
{
    msc_op op;
    msc_adjoin_op(self, &op);
    assert_true(in->pad_px >= out->pad_px + op.halo_px);
    void *scratch = msc_alloc(op.scratch_bytes(op.self, in->core.w + 2 * in->pad_px, in->core.h + 2 * in->pad_px), 1);
    op.tile(op.self, in, out, scratch);
    msc_release(scratch);
}

/* Returns how many edges joined. */
static int agrees(const msc_adjoin *self, msc_rect core, int32_t pad_out)
{
    int n_edges = 0;
    msc_tile in = scene(core, pad_out + self->reach_px), out = made_tile(core, pad_out, 5, types);
    apply(self, &in, &out);
    for (int32_t y = -pad_out; y < core.h + pad_out; y++)
        for (int32_t x = -pad_out; x < core.w + pad_out; x++) {
            n_edges += msc_row_u16(&out, 4, y)[x] == MSC_WORD_NONE;
            assert_int_equal(msc_row_u16(&out, 0, y)[x], msc_row_u16(&in, 0, y)[x]);
            assert_int_equal(msc_row_u8(&out, 1, y)[x], msc_row_u8(&in, 1, y)[x]);
            assert_int_equal(msc_row_u16(&out, 2, y)[x], msc_row_u16(&in, 2, y)[x]);
            assert_int_equal(msc_row_u8(&out, 3, y)[x], msc_row_u8(&in, 3, y)[x]);
            assert_int_equal(msc_row_valid(&out, y)[x], msc_row_valid(&in, y)[x]);
            assert_int_equal(msc_row_u16(&out, 4, y)[x], word_of(self, &in, x, y));
        }
    made_tile_clear(&in);
    made_tile_clear(&out);
    return n_edges;
}

static void as_the_definition_says(void **state)
{
    (void)state;
    for (int32_t reach = 0; reach <= 5; reach++) {
        msc_adjoin self = { .reach_px = reach };
        for (int c = 1; c < 4; c++) self.is_counted[c] = 1;
        const int n_edges = agrees(&self, (msc_rect){ 0, 0, MADE_W, MADE_H }, 0);
        assert_true(reach > 0 ? n_edges > 50 : n_edges == 0);
        agrees(&self, (msc_rect){ 37, 19, 41, 23 }, 3);
        agrees(&self, (msc_rect){ 0, 0, 1, 1 }, 0);
    }
}

static void nothing_counted_is_no_region(void **state)
{
    (void)state;
    const msc_adjoin none = { .reach_px = 4 };
    assert_int_equal(agrees(&none, (msc_rect){ 0, 0, MADE_W, MADE_H }, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(as_the_definition_says), cmocka_unit_test(nothing_counted_is_no_region) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
