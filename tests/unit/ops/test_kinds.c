/* Damage classes by their sites, against the definition written out pixel by pixel, from any tile. */
#include "made_tile.h"
#include "ops/kinds.h"

enum { N_PLANES = 1 + 2 * MSC_POSTERIOR_BANDS, N_LISTED = MSC_POSTERIOR_BANDS / 2 };
static const int damage[3] = { 4, 2, 7 };

static msc_kinds kinds_of(int32_t side_px)
{
    msc_kinds self;
    msc_kinds_init(&self, side_px, damage, 3);
    msc_forbid(&self.impossible, 4, 7);
    return self;
}

/* Posteriors of classes 1..8 in clumps, so that damage has sites, and changes between their first classes. With `swapped` the
 * years change places. */
static void rewrite(msc_tile *t, int swapped)
{
    for (int32_t y = -t->pad_px; y < t->core.h + t->pad_px; y++)
        for (int32_t x = -t->pad_px; x < t->core.w + t->pad_px; x++) {
            const int32_t gx = t->core.x + x, gy = t->core.y + y;
            const int is_inside = gx >= 0 && gy >= 0 && gx < MADE_W && gy < MADE_H;
            uint8_t first[2];
            for (int year = 0; year < 2; year++) {
                const uint32_t raw = made_raw(gx, gy, 40 + year), clump = made_raw(gx / 16, gy / 16, 50 + year);
                const int whose = swapped ? 1 - year : year, base = 1 + whose * MSC_POSTERIOR_BANDS;
                for (int r = 0; r < N_LISTED; r++) {
                    const int code = raw % 3 ? (int)((clump + (uint32_t)r) % 8) + 1 : (int)((raw / 3 + (uint32_t)r) % 8) + 1;
                    msc_row_u8(t, base + 2 * r, y)[x] = (uint8_t)(is_inside ? code : 0);
                    msc_row_u8(t, base + 2 * r + 1, y)[x] = (uint8_t)(is_inside ? raw / 24 % 90 / (uint32_t)(r + 1) + (r == 0) : 0);
                }
                first[whose] = msc_row_u8(t, base, y)[x];
            }
            const int is_seen = is_inside && first[0] != first[1] && made_raw(gx, gy, 60) % 4 != 0;
            msc_row_u16(t, 0, y)[x] = (uint16_t)(is_seen ? first[0] << 8 | first[1] : 65535);
            msc_row_valid(t, y)[x] = (uint8_t)is_seen;
        }
}

static msc_tile scene(msc_rect core, int32_t pad, int swapped)
{
    msc_type types[N_PLANES] = { MSC_U16 };
    msc_tile t = made_tile(core, pad, N_PLANES, types);
    rewrite(&t, swapped);
    return t;
}

static int kind_of(int code)
{
    for (int k = 0; k < 3; k++)
        if (damage[k] == code) return k;
    return -1;
}

/* A pixel's shares among the damage classes, 1/255, to a whole number; all 0 where its first class is none. */
static void shares_of(const msc_tile *t, int year, int32_t x, int32_t y, int share[3])
{
    const int base = 1 + year * MSC_POSTERIOR_BANDS;
    int all = 0;
    share[0] = share[1] = share[2] = 0;
    if (kind_of(msc_row_u8(t, base, y)[x]) < 0) return;
    for (int r = 0; r < N_LISTED; r++) {
        const int kind = kind_of(msc_row_u8(t, base + 2 * r, y)[x]);
        if (kind >= 0) all += share[kind] = msc_row_u8(t, base + 2 * r + 1, y)[x];
    }
    for (int k = 0; k < 3; k++) share[k] = (int)floor(255.0 * share[k] / all + 0.5);
}

static int site_kind(const msc_kinds *self, const msc_tile *t, int year, int32_t x, int32_t y, int code)
{
    const int32_t r = self->side_px / 2;
    int own[3], share[3], best = kind_of(code);
    long sum[3] = { 0 };
    if (best < 0) return code;
    for (int32_t v = y - r; v <= y + r; v++)
        for (int32_t u = x - r; u <= x + r; u++) {
            shares_of(t, year, u, v, share);
            for (int k = 0; k < 3; k++) sum[k] += share[k];
        }
    shares_of(t, year, x, y, own);
    const double all = (double)(sum[0] + sum[1] + sum[2]);
    double score[3];
    for (int k = 0; k < 3; k++) score[k] = (own[k] / 255.0 + 0.01) * pow((double)sum[k] / all + 0.05, 2);
    for (int k = 0; k < 3; k++)
        if (score[k] > score[best] * (1 + 1e-12)) best = k;
    return damage[best];
}

static uint16_t definition(const msc_kinds *self, const msc_tile *t, int32_t x, int32_t y)
{
    const uint16_t change = msc_row_u16(t, 0, y)[x];
    if (!msc_row_valid(t, y)[x]) return change;
    const int before = site_kind(self, t, 0, x, y, change >> 8), after = site_kind(self, t, 1, x, y, change & 255);
    return before == after || (before == 4 && after == 7) ? change : (uint16_t)(before << 8 | after);
}

static msc_tile apply(const msc_kinds *self, const msc_tile *in)
{
    msc_op op;
    msc_kinds_op(self, &op);
    msc_tile out = made_tile(in->core, in->pad_px - op.halo_px, 1, op.types_out);
    void *scratch = msc_alloc(op.scratch_bytes(op.self, in->core.w + 2 * in->pad_px, in->core.h + 2 * in->pad_px), 1);
    op.tile(op.self, in, &out, scratch);
    msc_release(scratch);
    return out;
}

/* How many pixels the op turned. */
static int agrees(const msc_kinds *self, msc_rect core, int32_t pad_out)
{
    int n_turned = 0;
    msc_tile in = scene(core, pad_out + self->side_px / 2, 0), out = apply(self, &in);
    for (int32_t y = -pad_out; y < core.h + pad_out; y++)
        for (int32_t x = -pad_out; x < core.w + pad_out; x++) {
            assert_int_equal(msc_row_valid(&out, y)[x], msc_row_valid(&in, y)[x]);
            assert_int_equal(msc_row_u16(&out, 0, y)[x], definition(self, &in, x, y));
            n_turned += msc_row_u16(&out, 0, y)[x] != msc_row_u16(&in, 0, y)[x];
        }
    made_tile_clear(&in);
    made_tile_clear(&out);
    return n_turned;
}

static void as_the_definition_says(void **state)
{
    (void)state;
    for (int side = 3; side <= 27; side += 12) {
        const msc_kinds self = kinds_of(side);
        assert_true(agrees(&self, (msc_rect){ 0, 0, MADE_W, MADE_H }, 0) > 20);
        agrees(&self, (msc_rect){ 37, 19, 41, 23 }, 3);
        agrees(&self, (msc_rect){ 0, 0, 1, 1 }, 0);
        agrees(&self, (msc_rect){ MADE_W - 5, MADE_H - 3, 5, 3 }, 0);
    }
}

/* What was a -> b is b -> a when the years change places; what is no change, or no damage class, stays so. */
static void years_may_change_places(void **state)
{
    (void)state;
    msc_kinds self;
    msc_kinds_init(&self, 15, damage, 3);
    const msc_rect core = { 0, 0, MADE_W, MADE_H };
    msc_tile in = scene(core, 7, 0), swapped = scene(core, 7, 1), one = apply(&self, &in), other = apply(&self, &swapped);
    for (int32_t y = 0; y < core.h; y++)
        for (int32_t x = 0; x < core.w; x++) {
            const uint16_t a = msc_row_u16(&one, 0, y)[x], b = msc_row_u16(&other, 0, y)[x], was = msc_row_u16(&in, 0, y)[x];
            if (!msc_row_valid(&in, y)[x]) continue;
            assert_int_equal(a, (uint16_t)(b << 8 | b >> 8));
            assert_true(a >> 8 != (a & 255));
            assert_int_equal(kind_of(a >> 8) < 0, kind_of(was >> 8) < 0);
            if (kind_of(was & 255) < 0) assert_int_equal(a & 255, was & 255);
        }
    made_tile_clear(&in);
    made_tile_clear(&swapped);
    made_tile_clear(&one);
    made_tile_clear(&other);
}

/* A class map beside its own posterior: damage as a change's would be named, everything else as it was. */
static void a_map_is_named_likewise(void **state)
{
    (void)state;
    static const msc_type types[1] = { MSC_U8 };
    static const msc_rect cores[] = { { 0, 0, MADE_W, MADE_H }, { 37, 19, 41, 23 }, { MADE_W - 5, MADE_H - 3, 5, 3 } };
    int n_turned = 0;
    msc_kinds self = kinds_of(15);
    self.is_map = 1;
    for (int i = 0; i < 3; i++) {
        const int32_t pad = self.side_px / 2 + i;
        msc_tile scenery = scene(cores[i], pad, 0), map = made_tile(cores[i], pad, 1, types);
        map.n_planes = 1 + MSC_POSTERIOR_BANDS;
        for (int p = 1; p < map.n_planes; p++) map.plane[p] = scenery.plane[p];
        for (int32_t y = -pad; y < map.core.h + pad; y++)
            for (int32_t x = -pad; x < map.core.w + pad; x++) {
                msc_row_u8(&map, 0, y)[x] = msc_row_u8(&scenery, 1, y)[x];
                msc_row_valid(&map, y)[x] = msc_row_u8(&map, 0, y)[x] != 0 && made_raw(map.core.x + x, map.core.y + y, 61) % 7 != 0;
            }
        msc_tile out = apply(&self, &map);
        for (int32_t y = -i; y < map.core.h + i; y++)
            for (int32_t x = -i; x < map.core.w + i; x++) {
                const int was = msc_row_u8(&map, 0, y)[x], now = msc_row_u8(&out, 0, y)[x], is_seen = msc_row_valid(&map, y)[x];
                assert_int_equal(msc_row_valid(&out, y)[x], is_seen);
                assert_int_equal(now, is_seen ? site_kind(&self, &scenery, 0, x, y, was) : was);
                n_turned += now != was;
            }
        map.n_planes = 1;
        made_tile_clear(&map);
        made_tile_clear(&scenery);
        made_tile_clear(&out);
    }
    assert_true(n_turned > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(as_the_definition_says), cmocka_unit_test(years_may_change_places),
                                        cmocka_unit_test(a_map_is_named_likewise) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
