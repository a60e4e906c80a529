/* made.h - a made-up picture, its ops and sinks, for the tests of the stream. */
#ifndef TEST_STREAM_MADE_H
#define TEST_STREAM_MADE_H
#include "stream/stream.h"
#include "base/mem.h"
#include "kernels/kernels.h"
#include <string.h>

enum { W = 203, H = 157 };

/* Digital number of a pixel; below 2048, so that float sums of a few dozen are exact. */
static inline uint16_t made_dn(int32_t x, int32_t y, int b)
{
    uint32_t h = (uint32_t)x * 2654435761u ^ (uint32_t)y * 40503u ^ (uint32_t)b * 97u;
    h ^= h >> 13;
    h *= 0x5bd1e995u;
    return (uint16_t)((h >> 8) & 2047u);
}
static inline int made_valid(int32_t x, int32_t y)
{
    return x >= 0 && y >= 0 && x < W && y < H && made_dn(x / 9, y / 9, 7) % 3 != 0;
}

typedef struct made {
    int32_t fail_y[2];           /* rows whose tiles cannot be read; -1 none */
    volatile int *cancel_at;     /* set to 1 when row cancel_y is read */
    int32_t cancel_y;
} made;

/* Three planes of three types: u16, f32, u8. */
static inline msc_status made_read(void *self, int worker, msc_tile *t, msc_error *err)
{
    const made *m = self;
    const int32_t p = t->pad_px;
    (void)worker;
    for (int i = 0; i < 2; i++)
        if (m->fail_y[i] >= 0 && t->core.y <= m->fail_y[i] && m->fail_y[i] < t->core.y + t->core.h)
            return msc_fail(err, MSC_EREAD, "made.tif", "row %d column %d", (int)t->core.y, (int)t->core.x);
    if (m->cancel_at && t->core.y + t->core.h > m->cancel_y) __atomic_store_n(m->cancel_at, 1, __ATOMIC_RELAXED);
    for (int32_t y = -p; y < t->core.h + p; y++)
        for (int32_t x = -p; x < t->core.w + p; x++) {
            const int32_t ix = t->core.x + x, iy = t->core.y + y;
            const int ok = made_valid(ix, iy);
            msc_row_u16(t, 0, y)[x] = ok ? made_dn(ix, iy, 0) : 0;
            msc_row_f32(t, 1, y)[x] = ok ? (float)made_dn(ix, iy, 1) : 0.0f;
            msc_row_u8(t, 2, y)[x] = ok ? (uint8_t)(made_dn(ix, iy, 2) & 255) : 0;
            msc_row_valid(t, y)[x] = (uint8_t)ok;
        }
    return MSC_OK;
}
static inline msc_source made_source(made *m)
{
    return (msc_source){ .self = m, .width_px = W, .height_px = H, .n_planes = 3,
                         .types = { MSC_U16, MSC_F32, MSC_U8 }, .read = made_read };
}

static const msc_kernels *made_kernels;

/* Floats of all planes, by way of scratch. */
static inline size_t float_scratch(const void *self, int32_t w, int32_t h)
{
    (void)self;
    return (size_t)w * (size_t)h * sizeof(float);
}
static inline void op_float(const void *self, const msc_tile *in, msc_tile *out, void *scratch)
{
    (void)self;
    const int32_t p = in->pad_px, w = in->core.w + 2 * p, h = in->core.h + 2 * p;
    float *all = scratch;
    for (int b = 0; b < 2; b++) {
        for (int32_t y = -p; y < h - p; y++)
            for (int32_t x = -p; x < w - p; x++)
                all[(y + p) * w + x + p] = b == 0 ? (float)msc_row_u16(in, 0, y)[x] + msc_row_u8(in, 2, y)[x]
                                                  : msc_row_f32(in, 1, y)[x];
        for (int32_t y = -p; y < h - p; y++)
            memcpy(msc_row_f32(out, b, y) - p, all + (y + p) * w, (size_t)w * sizeof(float));
    }
    for (int32_t y = -p; y < h - p; y++) memcpy(msc_row_valid(out, y) - p, msc_row_valid(in, y) - p, (size_t)w);
}

/* Box sums of radius *self. */
static inline void op_box(const void *self, const msc_tile *in, msc_tile *out, void *scratch)
{
    (void)scratch;
    const int r = *(const int *)self, p = out->pad_px;
    const size_t n = (size_t)(in->core.w + 2 * p);
    for (int32_t y = -p; y < in->core.h + p; y++) {
        for (int b = 0; b < in->n_planes; b++) {
            float *row = msc_row_f32(out, b, y) - p;
            memset(row, 0, n * sizeof *row);
            for (int dy = -r; dy <= r; dy++)
                for (int dx = -r; dx <= r; dx++) made_kernels->add_row(row, msc_row_f32(in, b, y + dy) - p + dx, n);
        }
        memcpy(msc_row_valid(out, y) - p, msc_row_valid(in, y) - p, n);
    }
}

static inline void op_ndvi(const void *self, const msc_tile *in, msc_tile *out, void *scratch)
{
    (void)self;
    (void)scratch;
    const int32_t p = out->pad_px;
    const size_t n = (size_t)(in->core.w + 2 * p);
    for (int32_t y = -p; y < in->core.h + p; y++) {
        made_kernels->normalized_difference(msc_row_f32(out, 0, y) - p, msc_row_f32(in, 1, y) - p,
                                            msc_row_f32(in, 0, y) - p, n);
        memcpy(msc_row_valid(out, y) - p, msc_row_valid(in, y) - p, n);
    }
}

enum { MADE_OPS = 4, MADE_HALO = 3 };
static const int made_r2 = 2, made_r1 = 1;
static const msc_op made_ops[MADE_OPS] = {
    { "float", NULL, 0, 2, { MSC_F32, MSC_F32 }, float_scratch, op_float, 0 },
    { "box5", &made_r2, 2, 2, { MSC_F32, MSC_F32 }, NULL, op_box, 0 },
    { "box3", &made_r1, 1, 2, { MSC_F32, MSC_F32 }, NULL, op_box, 0 },
    { "ndvi", NULL, 0, 1, { MSC_F32 }, NULL, op_ndvi, 0 },
};

/* Keeps the picture; prepare sums each pixel with its four neighbours into a growing array of the slot. */
typedef struct picture { float px[H][W]; uint8_t valid[H][W]; int64_t next; int n_cleared; } picture;
typedef struct kept { void *rows; size_t capacity; } kept;

static inline msc_status picture_prepare(void *self, const msc_tile *t, void *slot, msc_error *err)
{
    (void)self;
    kept *k = slot;
    const size_t n = (size_t)t->core.w * (size_t)t->core.h;
    if (!msc_reserve(&k->rows, &k->capacity, n, sizeof(float))) return msc_fail(err, MSC_ENOMEM, "picture", "%zu", n);
    float *out = k->rows;
    for (int32_t y = 0; y < t->core.h; y++)
        for (int32_t x = 0; x < t->core.w; x++)
            *out++ = msc_row_f32(t, 0, y)[x] + msc_row_f32(t, 0, y - 1)[x] + msc_row_f32(t, 0, y + 1)[x]
                     + msc_row_f32(t, 0, y)[x - 1] + msc_row_f32(t, 0, y)[x + 1];
    return MSC_OK;
}
static inline msc_status picture_put(void *self, const msc_tile *t, void *slot, int64_t index, msc_error *err)
{
    picture *pic = self;
    const kept *k = slot;
    if (index != pic->next++) return msc_fail(err, MSC_EWRITE, "picture", "tile %lld out of order", (long long)index);
    for (int32_t y = 0; y < t->core.h; y++) {
        memcpy(&pic->px[t->core.y + y][t->core.x], (const float *)k->rows + (size_t)y * (size_t)t->core.w,
               (size_t)t->core.w * sizeof(float));
        memcpy(&pic->valid[t->core.y + y][t->core.x], msc_row_valid(t, y), (size_t)t->core.w);
    }
    return MSC_OK;
}
static inline void picture_clear(void *self, void *slot)
{
    msc_release(((kept *)slot)->rows);
    ((picture *)self)->n_cleared++;
}
static inline msc_sink picture_sink(picture *pic)
{
    return (msc_sink){ .self = pic, .halo_px = 1, .slot_bytes = sizeof(kept), .prepare = picture_prepare,
                       .put = picture_put, .slot_clear = picture_clear };
}

static inline msc_status made_run(msc_settings *set, made *m, picture *pic, msc_layout *layout, msc_error *err)
{
    const msc_source source = made_source(m);
    const msc_sink sink = picture_sink(pic);
    memset(pic, 0, sizeof *pic);
    MSC_TRY(msc_stream_plan(set, &source, made_ops, MADE_OPS, &sink, 0, layout, err));
    return msc_stream_run(set, layout, &source, made_ops, MADE_OPS, &sink, "made", err);
}
#endif
