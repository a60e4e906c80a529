/* vectorize_write.c - encodes patches in batches and appends them. */
#include "jobs/vectorize_write.h"
#include "base/mem.h"

/* Opens what a writer owns. Only the first tells of zones that were repaired. */
static msc_status open_writer(msc_patch_writing *k, msc_patch_writer *w, msc_error *err)
{
    const msc_vectorize_options *o = k->options;
    msc_settings quiet = *k->settings;
    quiet.warn = w == k->writer ? quiet.warn : NULL;
    w->is_open = 1;
    if (o->is_plain) {
        return MSC_OK;
    }
    if (k->table->grid->crs[0] != 0) {
        MSC_TRY(msc_crs_open(k->table->grid->crs, "lonlat", &w->row.to_lonlat, err));
    }
    if (o->earlier != NULL) {
        MSC_TRY(msc_overlaps_open(&k->earlier, o->earlier, &w->earlier, err));
    }
    for (int z = 0; z < o->n_zones; z++) {
        MSC_TRY(msc_zones_open(&quiet, &o->zones[z], k->table->grid->crs, &w->zones[z], err));
    }
    return MSC_OK;
}

/* A layer of patches; of changes also as pixels. */
static msc_status read_patches(const msc_patch_writing *k, const char *path, msc_features_in *features, msc_beside *beside, msc_error *err)
{
    static const char *const number = "TBBH";
    MSC_TRY(msc_layer_read(path, NULL, NULL, k->table->grid->crs, &number, 1, features, err));
    return k->table->is_change ? msc_beside_open(features, k->table->grid, msc_beside_reach(k->table->grid, k->options->reach_px, k->options->simplify_m), beside, err) : MSC_OK;
}

msc_status msc_patch_writing_init(msc_patch_writing *k, int n_writers, msc_error *err)
{
    k->writer = msc_alloc_zero((size_t)n_writers, sizeof *k->writer);
    if (k->writer == NULL) {
        return msc_fail(err, MSC_ENOMEM, "vectorize", "%d writers", n_writers);
    }
    k->n_writers = n_writers;
    if (k->options->later != NULL && k->table->is_change && !k->options->is_plain) {
        msc_features_in later = {0};
        const msc_status status = read_patches(k, k->options->later, &later, &k->after, err);
        msc_features_in_clear(&later);
        MSC_TRY(status);
    }
    if (k->options->earlier != NULL && !k->options->is_plain) {
        MSC_TRY(read_patches(k, k->options->earlier, &k->earlier, &k->before, err));
    }
    return open_writer(k, k->writer, err);
}

void msc_patch_writing_clear(msc_patch_writing *k)
{
    for (int w = 0; w < k->n_writers; w++) {
        for (int z = 0; z < MSC_PATCH_MAX_ZONES; z++) {
            msc_zones_close(&k->writer[w].zones[z]);
        }
        msc_overlaps_close(&k->writer[w].earlier);
        msc_touches_clear(&k->writer[w].touches);
        msc_release(k->writer[w].touched);
        msc_crs_close(&k->writer[w].row.to_lonlat);
        msc_release(k->writer[w].xy);
    }
    msc_beside_clear(&k->before);
    msc_beside_clear(&k->after);
    msc_features_in_clear(&k->earlier);
    msc_release(k->writer);
    k->writer = NULL;
    k->n_writers = 0;
}

/* New damage continues the earlier damage that it lies beside. */
static msc_status find_extended(const msc_patch_writing *k, msc_patch_writer *w, const msc_shape *shape, msc_error *err)
{
    msc_touches *t = &w->touches;
    MSC_TRY(msc_beside_find(&k->before, shape, t, err));
    if (!msc_reserve((void **)&w->touched, &w->touched_cap, t->n, sizeof *w->touched)) {
        return msc_fail(err, MSC_ENOMEM, "vectorize", "%zu touches", t->n);
    }
    for (size_t i = 0; i < t->n; i++) {
        const msc_value *name = &k->earlier.value[(size_t)t->touch[i].at * (size_t)k->earlier.n_fields];
        w->touched[i] = (msc_overlap){.name = name->is_set && name->text != NULL ? name->text : "", .common = (double)t->touch[i].n, .at = t->touch[i].at};
    }
    msc_lineage_write(w->touched, t->n, w->row.earlier);
    w->row.is_beside = t->n > 0;
    return MSC_OK;
}

/* The earlier patches that this one continues, and whether it lies beside damage of the other year, into the row. */
static msc_status find_earlier(const msc_patch_writing *k, msc_patch_writer *w, const msc_patch *p, const msc_shape *shape, msc_error *err)
{
    const msc_grid *g = k->table->grid;
    w->row.is_beside = w->row.earlier[0] = 0;
    if (msc_patch_is_new_damage(k->table, p->value)) {
        return k->before.row != NULL ? find_extended(k, w, shape, err) : MSC_OK;
    }
    if (msc_patch_is_ended_damage(k->table, p->value) && k->after.row != NULL) {
        MSC_TRY(msc_beside_find(&k->after, shape, &w->touches, err));
        w->row.is_beside = w->touches.n > 0;
    }
    if (w->earlier == NULL) {
        return MSC_OK;
    }
    const msc_overlap *share = NULL;
    size_t n = 0;
    MSC_TRY(msc_overlaps_find(w->earlier, shape, &share, &n, err));
    msc_lineage_list((msc_overlap *)share, n, (double)p->area_px_x2 / 2 * g->pixel_e * g->pixel_n, w->row.earlier);
    return MSC_OK;
}

msc_status msc_patch_writing_take(msc_patch_writing *k, int writer, msc_patch_batch *batch, const msc_patch *p, msc_error *err)
{
    msc_patch_writer *w = &k->writer[writer];
    const msc_vectorize_options *o = k->options;
    const size_t n = p->ring_start[p->n_rings];
    const char *zone[MSC_PATCH_MAX_ZONES] = {0};
    if (!w->is_open) {
        MSC_TRY(open_writer(k, w, err));
    }
    if (!msc_reserve((void **)&w->xy, &w->xy_cap, 2 * n, sizeof *w->xy)) {
        return msc_fail(err, MSC_ENOMEM, "vectorize", "%zu vertices", n);
    }
    for (size_t i = 0; i < n; i++) {
        w->xy[2 * i] = msc_grid_e(k->table->grid, p->xy[2 * i]);
        w->xy[2 * i + 1] = msc_grid_n(k->table->grid, p->xy[2 * i + 1]);
    }
    const msc_shape shape = {.n_rings = p->n_rings, .ring_start = p->ring_start, .is_outer = p->is_outer, .xy = w->xy};
    for (int z = 0; z < o->n_zones && !o->is_plain; z++) {
        MSC_TRY(msc_zones_find(w->zones[z], &shape, &zone[z], err));
    }
    if (!o->is_plain) {
        MSC_TRY(find_earlier(k, w, p, &shape, err));
    }
    msc_patch_row_fill(k->table, p, k->order != NULL ? k->order[p->number - 1] : 0, zone, &w->row);
    for (int i = 0; i < o->n_patches; i++) {
        if (batch->rows[i] == NULL) {
            MSC_TRY(msc_rows_new(k->layer[i], &batch->rows[i], err));
        }
        MSC_TRY(msc_rows_add(batch->rows[i], &shape, w->row.value, err));
    }
    batch->n++;
    batch->n_px += p->n_px;
    batch->n_vertices += (int64_t)(n - p->n_rings);
    batch->area_px_x2 += p->area_px_x2;
    return MSC_OK;
}

msc_status msc_patch_writing_put(msc_patch_writing *k, msc_patch_batch *batch, msc_error *err)
{
    for (int i = 0; i < k->options->n_patches; i++) {
        MSC_TRY(msc_layer_append(k->layer[i], batch->rows[i], err));
    }
    k->n += batch->n;
    k->n_px += batch->n_px;
    k->n_vertices += batch->n_vertices;
    k->area_px_x2 += batch->area_px_x2;
    batch->n = batch->n_px = batch->n_vertices = batch->area_px_x2 = 0;
    return MSC_OK;
}

void msc_patch_batch_clear(msc_patch_batch *batch)
{
    for (int i = 0; i < MSC_PATCH_MAX_OUTPUTS; i++) {
        msc_rows_free(&batch->rows[i]);
    }
}
