/* Rims of clouds against a search of every square by every pixel; parts of a map; what has no rim. */
#include "made_tile.h"
#include "ops/rim.h"

enum { CLOUD = 12, SHADOW = 13, GROUND = 5, N_PLANES = 3 };
static const msc_type bytes[MSC_MAX_PLANES];   /* all MSC_U8 */

static int is_within(int32_t x, int32_t y, int32_t cx, int32_t cy, int32_t r) { return (x - cx) * (x - cx) + (y - cy) * (y - cy) <= r * r; }

/* Clouds of several sizes, specks that are none, a shadow, ground; 0 in holes. */
static int code_at(int32_t x, int32_t y)
{
    if (!made_seen(x, y)) return 0;
    if (is_within(x, y, 30, 40, 9) || (x >= 100 && x < 103 && y >= 10 && y < 13) || is_within(x, y, 148, 88, 6)) return CLOUD;
    if (x >= 80 && x < 82 && y >= 60 && y < 75) return CLOUD;                    /* two px wide: no square fits */
    if (is_within(x, y, 110, 60, 8)) return SHADOW;
    return made_raw(x, y, 3) % 40 == 0 ? CLOUD : GROUND;
}

static msc_tile class_tile(msc_rect core, int32_t pad_px)
{
    msc_tile t = made_tile(core, pad_px, N_PLANES, bytes);
    for (int32_t y = -pad_px; y < core.h + pad_px; y++)
        for (int32_t x = -pad_px; x < core.w + pad_px; x++) {
            const int code = code_at(core.x + x, core.y + y), is_seen = code == GROUND;
            msc_row_valid(&t, y)[x] = (uint8_t)is_seen;
            msc_row_u8(&t, 0, y)[x] = (uint8_t)code;
            for (int b = 1; b < N_PLANES; b++) msc_row_u8(&t, b, y)[x] = (uint8_t)(is_seen ? 1 + made_raw(core.x + x, core.y + y, b) % 255 : 0);
        }
    return t;
}

static msc_rim usual(double margin_px) { return (msc_rim){ .has_rim = { [CLOUD] = 1 }, .margin_px = margin_px, .has_reason = 1 }; }

static msc_tile rimmed(const msc_rim *rim, msc_rect core, int32_t pad_out)
{
    msc_op op;
    msc_rim_op(rim, N_PLANES, &op);
    msc_tile in = class_tile(core, op.halo_px + pad_out), out = made_tile(core, pad_out, op.n_planes_out, bytes);
    void *scratch = msc_alloc(op.scratch_bytes(op.self, core.w + 2 * in.pad_px, core.h + 2 * in.pad_px) + 1, 1);
    op.tile(op.self, &in, &out, scratch);
    msc_release(scratch);
    made_tile_clear(&in);
    return out;
}

static int is_square(int32_t x, int32_t y)
{
    for (int32_t v = y - 1; v <= y + 1; v++)
        for (int32_t u = x - 1; u <= x + 1; u++)
            if (code_at(u, v) != CLOUD) return 0;
    return 1;
}

/* Whether a pixel of a whole square lies within r. */
static int is_near_cloud(int32_t x, int32_t y, double r)
{
    const int32_t reach = (int32_t)r + 2;
    for (int32_t v = y - reach; v <= y + reach; v++)
        for (int32_t u = x - reach; u <= x + reach; u++) {
            if (!is_square(u, v)) continue;
            for (int32_t j = v - 1; j <= v + 1; j++)
                for (int32_t i = u - 1; i <= u + 1; i++)
                    if ((i - x) * (i - x) + (j - y) * (j - y) <= r * r) return 1;
        }
    return 0;
}

static void rims_are_what_lies_near_a_square(void **state)
{
    (void)state;
    static const double margins[] = { 1.0, 2.5, 3.0, 11.7 };
    for (int k = 0; k < 4; k++) {
        const msc_rim rim = usual(margins[k]);
        msc_tile in = class_tile((msc_rect){ 0, 0, MADE_W, MADE_H }, 0), out = rimmed(&rim, in.core, 0);
        int n_rim = 0;
        for (int32_t y = 0; y < MADE_H; y++)
            for (int32_t x = 0; x < MADE_W; x++) {
                const int code = code_at(x, y), is_rim = code == GROUND && is_near_cloud(x, y, margins[k]);
                const int is_seen = code == GROUND && !is_rim;
                assert_int_equal(msc_row_valid(&out, y)[x], is_seen);
                for (int b = 0; b < N_PLANES; b++) assert_int_equal(msc_row_u8(&out, b, y)[x], is_seen ? msc_row_u8(&in, b, y)[x] : 0);
                assert_int_equal(msc_row_u8(&out, N_PLANES, y)[x], is_rim ? MSC_RIM_MARGIN : code == CLOUD || code == SHADOW ? MSC_RIM_CLASS : MSC_RIM_NONE);
                n_rim += is_rim;
            }
        assert_true(n_rim > 30);
        made_tile_clear(&in);
        made_tile_clear(&out);
    }
}

static void parts_are_the_same_as_the_whole(void **state)
{
    (void)state;
    const msc_rim rim = usual(7.3);
    msc_tile whole = rimmed(&rim, (msc_rect){ 0, 0, MADE_W, MADE_H }, 0);
    static const msc_rect cores[] = { { 0, 0, 40, 40 }, { 40, 30, 32, 60 }, { 93, 5, 57, 50 }, { 20, 35, 1, 1 } };
    for (int i = 0; i < 8; i++) {
        msc_tile part = rimmed(&rim, cores[i / 2], 3 * (i % 2));
        for (int32_t y = -part.pad_px; y < part.core.h + part.pad_px; y++)
            for (int32_t x = -part.pad_px; x < part.core.w + part.pad_px; x++) {
                const int32_t gx = part.core.x + x, gy = part.core.y + y;
                if (gx < 0 || gy < 0 || gx >= MADE_W || gy >= MADE_H) continue;
                assert_int_equal(msc_row_valid(&part, y)[x], msc_row_valid(&whole, gy)[gx]);
                for (int b = 0; b <= N_PLANES; b++) assert_int_equal(msc_row_u8(&part, b, y)[x], msc_row_u8(&whole, b, gy)[gx]);
            }
        made_tile_clear(&part);
    }
    made_tile_clear(&whole);
}

static void without_a_margin_only_masked_classes_go(void **state)
{
    (void)state;
    msc_rim rim = usual(0.0);
    msc_op op;
    msc_rim_op(&rim, N_PLANES, &op);
    assert_int_equal(op.halo_px, 0);
    msc_tile out = rimmed(&rim, (msc_rect){ 0, 0, MADE_W, MADE_H }, 0);
    for (int32_t y = 0; y < MADE_H; y++)
        for (int32_t x = 0; x < MADE_W; x++) assert_int_equal(msc_row_u8(&out, 0, y)[x], code_at(x, y) == GROUND ? GROUND : 0);
    made_tile_clear(&out);
    rim.has_reason = 0;
    msc_rim_op(&rim, N_PLANES, &op);
    assert_int_equal(op.n_planes_out, N_PLANES);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(rims_are_what_lies_near_a_square), cmocka_unit_test(parts_are_the_same_as_the_whole),
                                        cmocka_unit_test(without_a_margin_only_masked_classes_go) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
