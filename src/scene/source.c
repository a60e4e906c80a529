/* source.c - the scene as a source of tiles that reads nothing. */
#include "scene/scene.h"
#include <string.h>

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
    for (int32_t y = -pad; y < tile->core.h + pad; y++)
        memset(msc_row_valid(tile, y) - pad, 1, (size_t)window.w);
    return MSC_OK;
}

void msc_scene_as_source(msc_scene_source *self, int32_t width_px, int32_t height_px, msc_source *source)
{
    memset(source, 0, sizeof *source);
    source->self = self;
    source->width_px = width_px;
    source->height_px = height_px;
    source->n_planes = self->has_dem ? MSC_SCENE_DEM_PLANE + MSC_SCENE_YEARS : MSC_SCENE_DEM_PLANE;
    for (int i = 0; i < source->n_planes; i++)
        source->types[i] = i < MSC_SCENE_TRUTH_PLANE ? MSC_U16 : i < MSC_SCENE_DEM_PLANE ? MSC_U8 : MSC_F32;
    source->read = read_tile;
}
