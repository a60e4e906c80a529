/* vectorize_write.h - patches as rows of the output layers: made in batches side by side, appended in order. */
#ifndef MSC_JOBS_VECTORIZE_WRITE_H
#define MSC_JOBS_VECTORIZE_WRITE_H
#include "jobs/beside.h"
#include "jobs/vectorize_row.h"
#include "patch/overlaps.h"
#include "patch/zones.h"

enum { MSC_PATCH_MAX_OUTPUTS = 8 };

/* What one thread needs for itself: transforms and prepared zones are not for sharing. */
typedef struct msc_patch_writer {
    msc_zones *zones[MSC_PATCH_MAX_ZONES];
    msc_overlaps *earlier;       /* with patches of the year before; NULL: there are none */
    msc_patch_row row;           /* with the thread's own transform */
    msc_touches touches;
    msc_overlap *touched; size_t touched_cap;
    double *xy; size_t xy_cap;
    int is_open;
} msc_patch_writer;

typedef struct msc_patch_writing {
    const msc_settings *settings;
    const msc_vectorize_options *options;
    const msc_patch_table *table;
    msc_layer_out **layer;       /* [options->n_patches] */
    msc_features_in earlier;     /* patches of the year before, which the writers' indices stand on */
    msc_beside before, after;    /* damage of both years, for what lies beside changes; without rows: not known */
    const int32_t *order;        /* visiting order by number - 1; NULL: none */
    msc_patch_writer *writer; int n_writers;
    int64_t n, n_px, n_vertices, area_px_x2;     /* of what was put */
} msc_patch_writing;

/* Zeroed at first. */
typedef struct msc_patch_batch {
    msc_rows *rows[MSC_PATCH_MAX_OUTPUTS];
    int64_t n, n_px, n_vertices, area_px_x2;
} msc_patch_batch;

/* Readies n writers; the first is opened, so that an error is known before any work. The errors of msc_zones_open and
 * msc_crs_open. */
msc_status msc_patch_writing_init(msc_patch_writing *writing, int n_writers, msc_error *err);
/* Encodes one patch for every layer; beside other writers. */
msc_status msc_patch_writing_take(msc_patch_writing *writing, int writer, msc_patch_batch *batch, const msc_patch *patch,
                                  msc_error *err);
/* Appends a batch to the layers and leaves it empty; one at a time. */
msc_status msc_patch_writing_put(msc_patch_writing *writing, msc_patch_batch *batch, msc_error *err);
void msc_patch_batch_clear(msc_patch_batch *batch);
void msc_patch_writing_clear(msc_patch_writing *writing);
#endif
