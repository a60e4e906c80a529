/* zone_count.h - pixels of a map by their value and the zone that they lie in: how many, their area on the ellipsoid, their ground. */
#ifndef MSC_MODEL_ZONE_COUNT_H
#define MSC_MODEL_ZONE_COUNT_H
#include "grid/area.h"
#include "model/spans.h"
#include "stream/stream.h"

/* A layer of zones as spans that no two features share (msc_spans_share_out). */
typedef struct msc_count_layer {
    const msc_spans *spans;
    const int32_t *zone_of;      /* feature -> zone; what no span holds is zone n_zones - 1 */
    int32_t n_zones;
} msc_count_layer;

typedef struct msc_zone_counter {
    const msc_area *area;
    int n_layers;                /* 0: the whole as one zone 0 of a layer 0 */
    const msc_count_layer *layer;
    int ground_plane;            /* u16: ground over map of a pixel, 0 where it is not known; 0: none */
    /* Fills the values of row y of a tile, and `is_seen`: 1 for those that count under their value, 0 under -1. */
    void (*row)(const void *self, const msc_tile *tile, int32_t y, uint16_t *value, uint8_t *is_seen);
    const void *self;
} msc_zone_counter;

/* px pixels of one value, -1: not seen, in one zone of a layer; of ground_px of them the ground is known. */
typedef struct msc_zone_cell { int32_t layer, zone, value, ground_px; int64_t px, units, ground; } msc_zone_cell;

/* What one tile has, each zone and value once, in no order that matters; zeroed at first. */
typedef struct msc_zone_cells {
    msc_zone_cell *cell;
    size_t n, capacity;
    uint32_t *slot;              /* [n_slots] 1 + a cell's index by its hash, or 0 */
    size_t n_slots, slot_capacity;
    void *rows;
    size_t rows_capacity;
} msc_zone_cells;

/* Counts the core of a tile: pure, so that tiles can be counted in any order and summed. 0 without memory. */
int msc_zone_count_tile(const msc_zone_counter *counter, const msc_tile *tile, msc_zone_cells *cells);
/* Clears msc_zone_cells; a sink's slot_clear. self is not looked at. */
void msc_zone_cells_clear(void *self, void *cells);
#endif
