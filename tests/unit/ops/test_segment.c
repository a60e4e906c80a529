/* Objects against the same rule written plainly, and by laws: connected, in order, blind to units, two fields are two. */
#include "made_tile.h"
#include "ops/segment.h"
#include <stdlib.h>

enum { W = 70, H = 50, MANY = 5 };

typedef struct parted { msc_segment s; char *room; uint32_t n; } parted;

static parted part(const msc_tile *tile, int n_bands, msc_rect window)
{
    parted p = { .room = NULL };
    msc_space space = { 0 };
    msc_segment_lay(&p.s, window.w, window.h, n_bands, &space);
    p.room = msc_alloc(space.used, 1);
    msc_segment_lay(&p.s, window.w, window.h, n_bands, &(msc_space){ .base = p.room });
    p.n = msc_segment_part(&p.s, tile, tile->n_planes - n_bands, window);
    return p;
}

/* Patches of different tone with noise. */
static void paint(msc_tile *t, double contrast)
{
    for (int b = 0; b < t->n_planes; b++)
        for (int32_t y = -t->pad_px; y < t->core.h + t->pad_px; y++)
            for (int32_t x = -t->pad_px; x < t->core.w + t->pad_px; x++) {
                const double v = 100 + contrast * ((x + 200) / 13 * 7 % 5 + (y + 200) / 11 * (b + 1) % 4) + made_raw(x, y, b) % 16;
                if (t->plane[b].type == MSC_U8) msc_row_u8(t, b, y)[x] = (uint8_t)v;
                else if (t->plane[b].type == MSC_U16) msc_row_u16(t, b, y)[x] = (uint16_t)v;
                else msc_row_f32(t, b, y)[x] = (float)v;
            }
}

/* ---- the rule, plainly ---- */
typedef struct side { uint32_t step, at, a, b; } side;
static float tone[MANY][H][W];
static uint8_t seen[H][W];
static side sides[2 * H * W];
static uint32_t label[H * W];
static float mean[H * W][MANY], n_px[H * W];

static int by_step(const void *p, const void *q)
{
    const side *a = p, *b = q;
    return a->step != b->step ? (a->step < b->step ? -1 : 1) : a->at < b->at ? -1 : a->at > b->at;
}
static int by_value(const void *p, const void *q) { return *(const float *)p < *(const float *)q ? -1 : *(const float *)p > *(const float *)q; }

static void smooth_plainly(int b, int dx, int dy)
{
    static float from[H][W];
    memcpy(from, tone[b], sizeof from);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            float around[2];
            for (int k = 0; k < 2; k++) {
                const int u = x + (k ? dx : -dx), v = y + (k ? dy : -dy);
                around[k] = u >= 0 && v >= 0 && u < W && v < H && seen[v][u] ? from[v][u] : from[y][x];
            }
            tone[b][y][x] = (around[0] + 4.0f * from[y][x] + around[1]) * (1.0f / 6.0f);
        }
}

static void scale_plainly(int b)
{
    static float d[H * W];
    size_t n = 0;
    for (int y = 0; y < H; y++)
        for (int x = 0; x + 1 < W; x++)
            if (seen[y][x] & seen[y][x + 1]) d[n++] = fabsf(tone[b][y][x + 1] - tone[b][y][x]);
    qsort(d, n, sizeof *d, by_value);
    uint32_t bits;
    memcpy(&bits, &d[n / 2], sizeof bits);
    bits = bits >> 16 << 16 | 1u << 15;
    float median;
    memcpy(&median, &bits, sizeof median);
    const float scale = 1.0f / (1.4826f * median);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) tone[b][y][x] *= scale;
}

static float square_plainly(const float *a, const float *b, int n)
{
    float lane[4] = { 0 };
    for (int i = 0; i < n; i++) lane[i % 4] += (a[i] - b[i]) * (a[i] - b[i]);
    return (lane[0] + lane[1]) + (lane[2] + lane[3]);
}

static void merge_plainly(int n_bands)
{
    size_t n = 0;
    for (uint32_t i = 0; i < H * W; i++) {
        label[i] = i;
        n_px[i] = 1;
        for (int b = 0; b < n_bands; b++) mean[i][b] = tone[b][i / W][i % W];
    }
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            for (int k = 0; k < 2; k++) {
                const int u = x + !k, v = y + k;
                if (u >= W || v >= H || !(seen[y][x] & seen[v][u])) continue;
                float s = 0;
                for (int b = 0; b < n_bands; b++) s += (tone[b][v][u] - tone[b][y][x]) * (tone[b][v][u] - tone[b][y][x]);
                const float step = sqrtf(s * (1.0f / (float)n_bands)) * 64;
                const uint32_t at = (uint32_t)(y * W + x);
                sides[n++] = (side){ step < 4095 ? (uint32_t)step : 4095, 2 * at + (uint32_t)k, at, (uint32_t)(v * W + u) };
            }
    qsort(sides, n, sizeof *sides, by_step);
    for (size_t e = 0; e < n; e++) {
        uint32_t a = label[sides[e].a], b = label[sides[e].b];
        if (a == b) continue;
        const float na = fminf(n_px[a], 10), nb = fminf(n_px[b], 10);
        if (!(square_plainly(mean[a], mean[b], n_bands) * na * nb <= 75.0f * (float)n_bands * (na + nb))) continue;
        if (b < a) { const uint32_t t = a; a = b; b = t; }
        const float share = n_px[b] / (n_px[a] + n_px[b]);
        for (int i = 0; i < n_bands; i++) mean[a][i] += (mean[b][i] - mean[a][i]) * share;
        n_px[a] += n_px[b];
        for (uint32_t i = 0; i < H * W; i++)
            if (label[i] == b) label[i] = a;
    }
}

static void objects_are_those_of_the_plain_rule(void **state)
{
    (void)state;
    static const msc_type types[MANY] = { MSC_U16, MSC_U8, MSC_F32, MSC_U16, MSC_U8 };
    for (int k = 0; k < 6; k++) {
        const int n_bands = 1 + k % MANY;
        msc_tile t = made_tile((msc_rect){ 20, 10, 60, 40 }, 8, n_bands, types);
        paint(&t, k < 3 ? 12 : 30);
        const msc_rect window = { -5, -5, W, H };
        parted p = part(&t, n_bands, window);
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                seen[y][x] = msc_row_valid(&t, y - 5)[x - 5];
                for (int b = 0; b < n_bands; b++)
                    tone[b][y][x] = t.plane[b].type == MSC_U8 ? msc_row_u8(&t, b, y - 5)[x - 5] : t.plane[b].type == MSC_U16
                                  ? msc_row_u16(&t, b, y - 5)[x - 5] : msc_row_f32(&t, b, y - 5)[x - 5];
            }
        for (int b = 0; b < n_bands; b++) {
            smooth_plainly(b, 1, 0);
            smooth_plainly(b, 0, 1);
            scale_plainly(b);
        }
        merge_plainly(n_bands);
        uint32_t n = 0;
        static uint32_t number[H * W];
        for (uint32_t i = 0; i < H * W; i++) {
            if (!seen[i / W][i % W]) {
                assert_true(p.s.parent[i] == MSC_SEGMENT_NONE);
                continue;
            }
            if (label[i] == i) number[i] = n++;
            assert_int_equal(p.s.parent[i], number[label[i]]);
        }
        assert_int_equal(p.n, n);
        assert_true(n > 10 && n < W * H / 3);
        msc_release(p.room);
        made_tile_clear(&t);
    }
}

static msc_tile plain_tile(int n_bands, const msc_type *types)
{
    msc_tile t = made_tile((msc_rect){ 0, 0, W, H }, 0, n_bands, types);
    for (int32_t y = 0; y < H; y++) memset(msc_row_valid(&t, y), 1, W);
    return t;
}

/* Two fields of 8 sd apart, each with its noise, are two objects but for specks at their line; a constant is one; units do not matter. */
static void fields_are_objects(void **state)
{
    (void)state;
    static const msc_type types[2] = { MSC_F32, MSC_F32 };
    msc_tile t = plain_tile(2, types);
    const msc_rect all = { 0, 0, W, H };
    for (int b = 0; b < 2; b++)
        for (int32_t y = 0; y < H; y++)
            for (int32_t x = 0; x < W; x++) msc_row_f32(&t, b, y)[x] = (float)(made_raw(x, y, b) % 16) + (x >= 30 ? 80.0f : 0.0f);
    parted p = part(&t, 2, all);
    assert_in_range(p.n, 2, 2 + H);
    const uint32_t left = p.s.parent[10 * W + 5], right = p.s.parent[10 * W + 50];
    assert_true(left != right);
    int n_stray = 0;
    for (int32_t y = 0; y < H; y++)
        for (int32_t x = 0; x < W; x++)
            if (x < 28 || x > 31) n_stray += p.s.parent[y * W + x] != (x < 30 ? left : right);
    assert_int_equal(n_stray, 0);
    for (int b = 0; b < 2; b++)
        for (int32_t y = 0; y < H; y++)
            for (int32_t x = 0; x < W; x++) msc_row_f32(&t, b, y)[x] *= b ? 1024.0f : 0.25f;
    parted q = part(&t, 2, all);
    assert_memory_equal(p.s.parent, q.s.parent, W * H * sizeof(uint32_t));
    for (int b = 0; b < 2; b++)
        for (int32_t y = 0; y < H; y++)
            for (int32_t x = 0; x < W; x++) msc_row_f32(&t, b, y)[x] = 7;
    parted one = part(&t, 2, all);
    assert_int_equal(one.n, 1);
    static const msc_rect thin[] = { { 3, 3, 1, 1 }, { 3, 3, 1, 20 }, { 3, 3, 20, 1 }, { 3, 3, 2, 2 } };
    for (int i = 0; i < 4; i++) {
        parted small = part(&t, 2, thin[i]);
        assert_int_equal(small.n, 1);
        msc_release(small.room);
    }
    for (int32_t y = 0; y < H; y++) memset(msc_row_valid(&t, y), 0, W);
    parted none = part(&t, 2, all);
    assert_int_equal(none.n, 0);
    assert_true(none.s.parent[0] == MSC_SEGMENT_NONE);
    msc_release(p.room);
    msc_release(q.room);
    msc_release(one.room);
    msc_release(none.room);
    made_tile_clear(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(objects_are_those_of_the_plain_rule), cmocka_unit_test(fields_are_objects) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
