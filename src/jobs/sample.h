/* sample.h - the parts of the sample command: the frame that is drawn from, the draw, and what is written. */
#ifndef MSC_JOBS_SAMPLE_H
#define MSC_JOBS_SAMPLE_H
#include "io/raster_in.h"
#include "model/spans.h"
#include "model/design.h"

/* Values of strata beyond the codes: the buffer; small strata that share one. */
enum { MSC_SAMPLE_BUFFER = 65536, MSC_SAMPLE_OTHER_TARGET, MSC_SAMPLE_OTHER };
enum { MSC_SAMPLE_STRATA = 2048, MSC_SAMPLE_CODES = 65536, MSC_SAMPLE_BUFFER_PX = 512 };

/* A pixel that may become a point: those with the least `draw`s of a stratum do. */
typedef struct msc_candidate { uint64_t draw; int64_t pixel; } msc_candidate;   /* pixel: y * width + x */

/* The candidates of a stratum with the least draws so far, the largest of them first (a heap). */
typedef struct msc_candidates {
    msc_candidate *at;
    size_t n, capacity, limit;   /* never more than `limit` */
} msc_candidates;
/* ENOMEM as 0. */
int msc_candidates_offer(msc_candidates *candidates, msc_candidate candidate);
/* The least draw first. */
void msc_candidates_sort(msc_candidates *candidates);

/* The pixels of one zone (-1: none, or outside all) that share one value, or that lie in the buffer. */
typedef struct msc_frame_stratum {
    int32_t zone, value;         /* value from MSC_SAMPLE_BUFFER on: see above; -1: all values */
    int64_t units;               /* pixels of the frame */
    int64_t n_excluded;          /* pixels taken out of the frame by exclusion */
    msc_candidates candidates;
    uint64_t bound;              /* draws above it are out already: as many smaller ones were met as are kept */
} msc_frame_stratum;

typedef struct msc_frame {
    /* what is asked for */
    const char *map;
    uint64_t seed;
    size_t keep;                 /* candidates a stratum; 0: only count */
    int32_t step_px, start_x, start_y;   /* step_px > 0: candidates lie on this grid only */
    double buffer_m;             /* 0: none */
    int is_by_value;
    const uint8_t *is_target;    /* [MSC_SAMPLE_CODES]; with a buffer */
    const msc_spans *excluded, *zones;   /* NULL: none */
    const int32_t *zone_of;      /* feature of the zone layer -> zone */
    /* what is found */
    msc_frame_stratum *strata;   /* ascending by zone and value */
    int n_strata;
    int64_t n_not_observed;
} msc_frame;

/* One pass over the open map. EVALUE: more than MSC_SAMPLE_STRATA strata, or a buffer wider than MSC_SAMPLE_BUFFER_PX;
 * ENOMEM; the errors of the stream. The caller clears the frame. */
msc_status msc_frame_fill(const msc_settings *settings, msc_rasters *rasters, msc_frame *frame, msc_error *err);
/* Strata by value with fewer than least_px pixels share one a zone. ENOMEM. */
msc_status msc_frame_merge(msc_frame *frame, int64_t least_px, msc_error *err);
void msc_frame_clear(msc_frame *frame);   /* of what is found */

/* A point of the sample. */
typedef struct msc_sample_point { int64_t pixel; uint64_t draw; int32_t stratum; } msc_sample_point;   /* 0.. */

/* Strata of the design and points drawn. With design "simple" or "systematic" there is one stratum. */
typedef struct msc_sample {
    const msc_sample_options *options;
    const msc_grid *grid;
    const msc_class *classes;    /* names of the codes */
    int n_classes;
    char *const *zone_name;
    const msc_frame *frame;
    const uint8_t *is_target;    /* [MSC_SAMPLE_CODES] */
    int is_change, is_stratified;
    msc_design_stratum *design;  /* one a stratum of the frame; n: points wanted, then drawn */
    msc_forecast forecast;
    msc_sample_point *points;    /* in order of their draws, which is a random order */
    size_t n_points;
    int32_t step_px;             /* of a systematic sample */
    int64_t n_wanted;
    double pixel_m2;
    char map_sha256[65];         /* "" where it is not a file */
} msc_sample;

/* Draws design[h].n points from each stratum (simple: all from all), no two nearer than the options' distance; lowers
 * design[h].n where candidates run out, with a warning. ENOMEM. */
msc_status msc_sample_draw(const msc_settings *settings, msc_sample *sample, msc_error *err);

/* "quarry", "vegetation > quarry", "buffer", with "zone / " before it. */
void msc_sample_stratum_name(const msc_sample *sample, int h, int is_chinese, char *name, size_t size);
msc_status msc_sample_write_points(const msc_settings *settings, const msc_sample *sample, msc_error *err);
msc_status msc_sample_write_receipt(const msc_sample *sample, const char *path, msc_error *err);
/* SHA-256 of all that a receipt says, but for its own key "sha256": whoever edits a frozen design has to mean it. ENOMEM. */
struct json_object;
msc_status msc_sample_seal(struct json_object *receipt, char hex[65], msc_error *err);
/* SHA-256 of "id x y stratum" lines: what a point layer must still be when it comes back with labels. */
msc_status msc_sample_key(const msc_sample_point *points, size_t n, int32_t width_px, char hex[65], msc_error *err);
/* sample_chips.c: "DIR/000001_<image>.png" for every point and image. The check makes DIR and reads no pixel: EEXISTS where a
 * chip is there, EVALUE for two images of one name, and what is wrong with an image or DIR. The same bytes for any threads. */
msc_status msc_sample_check_chips(const msc_settings *settings, const msc_sample *sample, msc_error *err);
msc_status msc_sample_write_chips(const msc_settings *settings, const msc_sample *sample, msc_error *err);
/* Plan and forecast as a text or JSON that the caller frees. */
msc_status msc_sample_sheet(const msc_settings *settings, const msc_sample *sample, int as_json, char **text, msc_error *err);
#endif
