/* source.c - the scene as a source of tiles that reads nothing. */
#include "scene/scene.h"
#include <string.h>

static int is_seen(int code) { return code > MSC_C_NONE && code < MSC_C_CLOUD; }

static void compare(const uint8_t *before, const uint8_t *after, uint16_t *change, int32_t n_px)
{
    for (int32_t x = 0; x < n_px; x++) {
        const int code = before[x] * 256 + after[x];
        change[x] = !is_seen(before[x]) || !is_seen(after[x]) ? 65535 : before[x] == after[x] ? 0 : (uint16_t)code;
    }
}

static msc_status read_tile(void *self, int worker, msc_tile *tile, msc_error *err)
{
    (void)err;
    const msc_scene_source *source = self;
    const int32_t pad = tile->pad_px;
    const msc_rect window = {tile->core.x - pad, tile->core.y - pad, tile->core.w + 2 * pad, tile->core.h + 2 * pad};
    msc_scene_out out = {.stride_px = tile->stride_px};
    for (int year = 0; year < MSC_SCENE_YEARS; year++) {
        for (int b = 0; b < MSC_SCENE_BANDS; b++)
            out.band[year][b] = msc_row_u16(tile, year * MSC_SCENE_BANDS + b, -pad) - pad;
        out.truth[year] = msc_row_u8(tile, MSC_SCENE_TRUTH_PLANE + year, -pad) - pad;
        if (source->has_dem)
            out.dem[year] = msc_row_f32(tile, MSC_SCENE_DEM_PLANE + year, -pad) - pad;
    }
    msc_scene_render(source->scene, source->works[worker], window, &out);
    for (int32_t y = -pad; y < tile->core.h + pad; y++) {
        memset(msc_row_valid(tile, y) - pad, 1, (size_t)window.w);
        compare(msc_row_u8(tile, MSC_SCENE_TRUTH_PLANE, y) - pad, msc_row_u8(tile, MSC_SCENE_TRUTH_PLANE + 1, y) - pad,
                msc_row_u16(tile, MSC_SCENE_CHANGE_PLANE, y) - pad, window.w);
    }
    return MSC_OK;
}

static int is_truth(int plane) { return plane >= MSC_SCENE_TRUTH_PLANE && plane < MSC_SCENE_CHANGE_PLANE; }

void msc_scene_as_source(msc_scene_source *self, int32_t width_px, int32_t height_px, msc_source *source)
{
    memset(source, 0, sizeof *source);
    source->self = self;
    source->width_px = width_px;
    source->height_px = height_px;
    source->n_planes = self->has_dem ? MSC_SCENE_DEM_PLANE + MSC_SCENE_YEARS : MSC_SCENE_DEM_PLANE;
    for (int i = 0; i < source->n_planes; i++)
        source->types[i] = i >= MSC_SCENE_DEM_PLANE ? MSC_F32 : is_truth(i) ? MSC_U8 : MSC_U16;
    source->read = read_tile;
}
