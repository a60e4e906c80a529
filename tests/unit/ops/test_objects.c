/* Votes of objects against the formula in double precision; tiles and kernels make no difference; who is masked or not seen has no say. */
#define _POSIX_C_SOURCE 200809L
#include "made_tile.h"
#include "ops/objects.h"
#include "ops/segment.h"
#include <stdlib.h>

enum { W = 600, H = 300, N = 3, N_BANDS = 2, CODE = 1, N_PLANES = 2 + N + N_BANDS, MARGIN = MSC_OBJECTS_MARGIN_PX };
static const msc_type types[N_PLANES] = { MSC_U8, MSC_U8, MSC_U8, MSC_U8, MSC_U8, MSC_U16, MSC_F32 };   /* reason, code, shares, bands */

static int field_of(int32_t x, int32_t y) { return (x / 37 + 2 * (y / 29)) % N; }

static int is_margin(int32_t x, int32_t y) { return x > 60 && x < 90 && y > 40 && y < 50; }

/* A raster of fields with specks, holes, and a margin; the third class may be masked, and is then not valid. */
static msc_tile scene(msc_rect core, int is_masked)
{
    msc_tile t = made_tile(core, MARGIN, N_PLANES, types);
    for (int32_t y = -MARGIN; y < core.h + MARGIN; y++)
        for (int32_t x = -MARGIN; x < core.w + MARGIN; x++) {
            const int32_t gx = core.x + x, gy = core.y + y;
            const int is_in = gx >= 0 && gy >= 0 && gx < W && gy < H, ok = is_in && made_raw(gx, gy, 50) % 23 != 0 && !(gx > 300 && gx < 320 && gy > 90);
            const int of = is_in ? field_of(gx, gy) : 0, says = made_raw(gx, gy, 51) % 5 ? of : (of + 1) % N;
            const int sure = 120 + (int)(made_raw(gx, gy, 52) % 130);
            for (int c = 0; c < N; c++) msc_row_u8(&t, CODE + 1 + c, y)[x] = (uint8_t)(!ok ? 0 : says != of ? (c == says ? 120 : c == of ? 90 : 45) : c == of ? sure : c == (of + 1) % N ? 255 - sure : 0);
            msc_row_u8(&t, CODE, y)[x] = (uint8_t)(ok ? 11 + says : 0);
            msc_row_u16(&t, CODE + 1 + N, y)[x] = (uint16_t)(is_in ? 1000 + 300 * of + (int)(made_raw(gx, gy, 53) % 60) : 0);
            msc_row_f32(&t, CODE + 2 + N, y)[x] = is_in ? (float)(0.5 - 0.1 * (gx / 37 % 4) + (made_raw(gx, gy, 54) % 1000) * 2e-5) : 0;
            msc_row_valid(&t, y)[x] = (uint8_t)(ok && !(is_masked && says == 2) && !is_margin(gx, gy));
        }
    return t;
}

static msc_objects usual(int strength)
{
    return (msc_objects){ .show = { .classes = { .n_classes = N, .code = { 11, 12, 13 } }, .has_confidence = 1, .has_ranks = 1 }, .strength = strength,
                          .n_bands = N_BANDS, .has_reason = 1 };
}

static msc_tile voted(const msc_objects *o, msc_rect core)
{
    msc_op op;
    msc_objects_op(o, &op);
    msc_tile in = scene(core, o->show.classes.is_masked[2]), out = made_tile(core, 0, op.n_planes_out, op.types_out);
    void *scratch = msc_alloc(op.scratch_bytes(op.self, core.w + 2 * MARGIN, core.h + 2 * MARGIN), 1);
    op.tile(op.self, &in, &out, scratch);
    msc_release(scratch);
    made_tile_clear(&in);
    return out;
}

/* The first cell: objects of segment.h, everything else anew. */
static void the_map_is_what_the_formula_says(void **state)
{
    (void)state;
    enum { CELL = MSC_OBJECTS_CELL_PX, SIDE = CELL + 2 * MARGIN };
    static double votes[SIDE * SIDE][N], n_px[SIDE * SIDE];
    int n_turned = 0;
    for (int strength = 1; strength <= 4; strength++) {
        msc_objects o = usual(strength);
        o.show.classes.is_masked[2] = strength == 3;
        msc_tile in = scene((msc_rect){ 0, 0, W, H }, strength == 3), out = voted(&o, (msc_rect){ 0, 0, W, H });
        msc_segment s;
        msc_space space = { 0 };
        msc_segment_lay(&s, SIDE, SIDE, N_BANDS, &space);
        char *room = msc_alloc(space.used, 1);
        msc_segment_lay(&s, SIDE, SIDE, N_BANDS, &(msc_space){ .base = room });
        msc_tile there = in;
        there.valid = in.plane[CODE].data;
        msc_segment_part(&s, &there, CODE + 1 + N, (msc_rect){ -MARGIN, -MARGIN, SIDE, SIDE });
        memset(votes, 0, sizeof votes);
        memset(n_px, 0, sizeof n_px);
        for (int i = 0; i < SIDE * SIDE; i++) {
            if (s.parent[i] == MSC_SEGMENT_NONE) continue;
            n_px[s.parent[i]]++;
            for (int c = 0; c < N; c++) votes[s.parent[i]][c] += msc_row_u8(&in, CODE + 1 + c, i / SIDE - MARGIN)[i % SIDE - MARGIN];
        }
        for (int y = 0; y < CELL; y++)
            for (int x = 0; x < CELL; x++) {
                const uint32_t of = s.parent[(y + MARGIN) * SIDE + x + MARGIN];
                const int is_there = msc_row_u8(&in, CODE, y)[x] != 0, why = msc_row_u8(&out, 8, y)[x];
                const int in_margin = is_there && is_margin(x, y) && !(strength == 3 && msc_row_u8(&in, CODE, y)[x] == 13);
                if (!is_there || in_margin) {
                    assert_int_equal(why, in_margin ? 4 : 0);
                    assert_int_equal(msc_row_valid(&out, y)[x], 0);
                    for (int b = 0; b < 8; b++) assert_int_equal(msc_row_u8(&out, b, y)[x], 0);
                    continue;
                }
                double all = 0, weight[N], total = 0, best = 0;
                for (int c = 0; c < N; c++) all += votes[of][c] / n_px[of];
                for (int c = 0; c < N; c++) {
                    const double m = all > 0 ? votes[of][c] / n_px[of] / all : 0;
                    weight[c] = m > 0 ? sqrt((msc_row_u8(&in, CODE + 1 + c, y)[x] + 2.55) * pow(m + 0.05, strength)) : 0;
                    total += weight[c];
                    best = fmax(best, weight[c]);
                }
                const int code = msc_row_u8(&out, 0, y)[x];
                assert_true(code >= 11 && code <= 13 && weight[code - 11] >= 0.99 * best);
                const int is_masked = o.show.classes.is_masked[code - 11];
                assert_int_equal(msc_row_valid(&out, y)[x], !is_masked);
                assert_int_equal(why, is_masked ? 3 : 0);
                assert_true(fabs(msc_row_u8(&out, 3, y)[x] - (is_masked ? 0 : 255 * best / total)) <= 1.5);
                n_turned += code != msc_row_u8(&in, CODE, y)[x] && code == 11 + field_of(x, y);
            }
        msc_release(room);
        made_tile_clear(&in);
        made_tile_clear(&out);
    }
    assert_true(n_turned > 1000);
}

static void tiles_and_kernels_make_no_difference(void **state)
{
    (void)state;
    static const char *const cpus[] = { "scalar", "avx2", "avx512" };
    static const msc_rect parts[] = { { 0, 0, 256, 256 }, { 256, 0, 256, 256 }, { 512, 0, 88, 256 }, { 0, 256, 512, 44 }, { 512, 256, 88, 44 }, { 256, 0, 344, 300 } };
    const msc_objects o = usual(2);
    setenv("MINESCAR_CPU", "scalar", 1);
    msc_tile whole = voted(&o, (msc_rect){ 0, 0, W, H });
    for (int i = 0; i < 18; i++) {
        setenv("MINESCAR_CPU", cpus[i / 6], 1);
        const msc_rect core = parts[i % 6];
        msc_tile part = voted(&o, core);
        for (int32_t y = 0; y < core.h; y++) {
            for (int b = 0; b < part.n_planes; b++)
                assert_memory_equal(msc_row_u8(&part, b, y), msc_row_u8(&whole, b, core.y + y) + core.x, (size_t)core.w);
            assert_memory_equal(msc_row_valid(&part, y), msc_row_valid(&whole, core.y + y) + core.x, (size_t)core.w);
        }
        made_tile_clear(&part);
    }
    unsetenv("MINESCAR_CPU");
    made_tile_clear(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_map_is_what_the_formula_says), cmocka_unit_test(tiles_and_kernels_make_no_difference) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
