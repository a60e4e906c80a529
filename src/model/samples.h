/* samples.h - training polygons to training pixels, and those pixels' features out of a stream. */
#ifndef MSC_MODEL_SAMPLES_H
#define MSC_MODEL_SAMPLES_H
#include "io/layer.h"
#include "model/forest.h"
#include "stream/stream.h"

/* A training pixel: `draw` decides which stay when a cap is met. */
typedef struct msc_sample_px {
    int64_t pixel;               /* y * width + x */
    uint64_t draw;
    uint32_t group;              /* index of its polygon */
    uint8_t label;               /* class index */
} msc_sample_px;

/* The training pixels of one image, ascending by pixel. */
typedef struct msc_sample_list {
    msc_sample_px *px;
    size_t n;
    int64_t n_inside;            /* pixel centres inside polygons, before any cap */
    int64_t n_overlapping;       /* centres inside a second polygon too: the first in the file keeps them */
} msc_sample_list;

typedef struct msc_sample_polygons {
    const msc_features_in *features;     /* in the grid's CRS; even-odd over all rings of a shape; points hold no pixel */
    const int16_t *label;        /* class index a feature; -1: not used */
    uint64_t seed, image;        /* of the draws */
    int64_t max_per_polygon;     /* 0: no cap */
} msc_sample_polygons;

/* Lists the pixels whose centres lie inside; a centre on an edge that two polygons share belongs to exactly one. Of
 * a polygon with more than the cap those with the least draws are kept. The caller clears the list. ENOMEM. */
msc_status msc_sample_list_init(const msc_grid *grid, const msc_sample_polygons *polygons, msc_sample_list *list,
                                msc_error *err);
void msc_sample_list_clear(msc_sample_list *list);

/* Keeps at most max_per_class pixels of a class over all lists, those with the least draws; 0: no cap. ENOMEM. */
msc_status msc_sample_cap_classes(msc_sample_list *lists, size_t n_lists, int64_t max_per_class, msc_error *err);

/* How a row of features comes about; ops/features fits in. */
typedef struct msc_sample_rows {
    const void *self;
    int n_features;
    int32_t halo_px;
    size_t (*scratch_bytes)(const void *self, int32_t width_px);
    void (*begin)(const void *self, int32_t width_px, void *scratch);     /* before the first row of a tile */
    void (*row)(const void *self, const msc_tile *tile, int32_t y, float *const *out, void *scratch);
} msc_sample_rows;

/* One pass over an image that collects the features of its list: sample i of the list becomes column `first` + i of
 * x (feature-major, `n` columns); is_observed[first + i] tells whether the pixel was valid. */
typedef struct msc_sample_pass {
    const msc_sample_list *list;
    msc_sample_rows rows;
    int32_t width_px;
    float *x;
    uint8_t *is_observed;
    size_t n, first;
    const msc_source *image;     /* set by msc_sample_source() */
} msc_sample_pass;

/* Makes the sink of the pass; everything is borrowed until the stream has run. Tiles write disjoint columns, so the
 * result does not depend on their size or order. */
void msc_sample_sink(msc_sample_pass *pass, msc_sink *sink);

/* `image` as a source that reads only tiles with samples of the pass's list; the rest pass unread and are not looked
 * at by the sink. Both are borrowed until the stream has run. */
void msc_sample_source(msc_sample_pass *pass, const msc_source *image, msc_source *source);
#endif
