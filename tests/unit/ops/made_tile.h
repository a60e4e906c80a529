/* made_tile.h - tiles of made pixels for the tests of ops: a function of the position, with holes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>
#include "base/hash.h"
#include "base/mem.h"
#include "stream/stream.h"

enum { MADE_W = 150, MADE_H = 90 };   /* the raster that tiles are cut from */

static inline uint32_t made_raw(int32_t x, int32_t y, int plane)
{
    return (uint32_t)(msc_random(7, (uint64_t)(y * 100000 + x), (uint64_t)plane) >> 40);
}
static inline int made_seen(int32_t x, int32_t y)
{
    return x >= 0 && y >= 0 && x < MADE_W && y < MADE_H && made_raw(x, y, 99) % 9 != 0 && !(x > 60 && x < 75 && y > 20 && y < 35);
}
static inline double made_value(msc_type type, int32_t x, int32_t y, int plane)
{
    if (x < 0 || y < 0 || x >= MADE_W || y >= MADE_H) return 0.0;
    const uint32_t raw = made_raw(x, y, plane);
    return type == MSC_U8 ? raw % 256 : type == MSC_U16 ? raw % 65536 : (double)(float)(raw % 100000 * 0.013 + x * 0.9 - y * 0.4);
}

static inline msc_tile made_tile(msc_rect core, int32_t pad_px, int n_planes, const msc_type *types)
{
    msc_tile t = { .core = core, .pad_px = pad_px, .stride_px = core.w + 2 * pad_px + 3, .n_planes = n_planes };
    const size_t rows = (size_t)(core.h + 2 * pad_px), at = (size_t)(pad_px * t.stride_px + pad_px);
    const size_t n = rows * (size_t)t.stride_px;
    t.valid = (uint8_t *)msc_alloc_zero(n, 1) + at;
    for (int b = 0; b < n_planes; b++) {
        t.plane[b].type = types[b];
        t.plane[b].data = (char *)msc_alloc_zero(n, msc_type_bytes(types[b])) + at * msc_type_bytes(types[b]);
    }
    for (int32_t y = -pad_px; y < core.h + pad_px; y++)
        for (int32_t x = -pad_px; x < core.w + pad_px; x++) {
            msc_row_valid(&t, y)[x] = (uint8_t)made_seen(core.x + x, core.y + y);
            for (int b = 0; b < n_planes; b++) {
                const double v = made_value(types[b], core.x + x, core.y + y, b);
                if (types[b] == MSC_U8) msc_row_u8(&t, b, y)[x] = (uint8_t)v;
                else if (types[b] == MSC_U16) msc_row_u16(&t, b, y)[x] = (uint16_t)v;
                else msc_row_f32(&t, b, y)[x] = (float)v;
            }
        }
    return t;
}

static inline void made_tile_clear(msc_tile *t)
{
    const size_t at = (size_t)(t->pad_px * t->stride_px + t->pad_px);
    msc_release(t->valid - at);
    for (int b = 0; b < t->n_planes; b++) msc_release((char *)t->plane[b].data - at * msc_type_bytes(t->plane[b].type));
}
