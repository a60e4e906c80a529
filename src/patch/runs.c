/* runs.c - runs of equal pixels and their regions inside one tile. */
#include "patch/runs.h"
#include "base/mem.h"
#include "kernels/kernels.h"
#include <assert.h>

size_t msc_runs_bytes(int32_t w_px, int32_t h_px)
{
    const size_t n = ((size_t)w_px * (size_t)h_px + 63) / 32 * 32;
    return n * (sizeof(uint32_t) + sizeof(int32_t) + sizeof(uint16_t)) + ((size_t)h_px + 2) * sizeof(uint32_t) + 8
         + ((size_t)w_px / 64 + 2) * sizeof(uint64_t);
}

static int make_room(msc_runs *runs, int32_t w_px, int32_t h_px)
{
    const size_t n = ((size_t)w_px * (size_t)h_px + 63) / 32 * 32, bytes = msc_runs_bytes(w_px, h_px);
    if (bytes > runs->space_bytes) {
        msc_runs_clear(runs);
        if (!(runs->space = msc_alloc(bytes, 1))) return 0;
        runs->space_bytes = bytes;
    }
    runs->w = w_px;
    runs->h = h_px;
    runs->bits = runs->space;
    runs->label = (uint32_t *)(void *)(runs->bits + (size_t)w_px / 64 + 2);
    runs->key = (int32_t *)(runs->label + n);
    runs->row_first = (uint32_t *)(runs->key + n);
    runs->start = (uint16_t *)(runs->row_first + (size_t)h_px + 2);
    return 1;
}

void msc_runs_clear(msc_runs *runs)
{
    msc_release(runs->space);
    *runs = (msc_runs){ 0 };
}

/* Writes the columns of the set bits; one more word than there are runs may be touched behind them. */
static uint32_t list_starts(const uint64_t *bits, int32_t w, uint16_t *start)
{
    uint32_t n = 0;
    for (int32_t i = 0; i < w; i += 64)
        for (uint64_t word = bits[i / 64]; word; word &= word - 1) start[n++] = (uint16_t)(i + __builtin_ctzll(word));
    return n;
}

static uint32_t find(uint32_t *parent, uint32_t i)
{
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
}

/* The lower run becomes the root, so that a root is its region's first run. */
static void unite(uint32_t *parent, uint32_t a, uint32_t b)
{
    b = parent[b] == b ? b : find(parent, b);
    a = find(parent, a);
    if (a < b) parent[b] = a;
    else parent[a] = b;
}

/* Joins the runs of row y to those of row y - 1 that touch them. */
static void join_row(msc_runs *runs, int32_t y, int reach)
{
    const int32_t *key = runs->key;
    msc_pairs p = msc_pairs_of(runs, y);
    do {
        if (key[p.k] == key[p.run] && key[p.run] >= 0) unite(runs->label, p.k, p.run);
        if (!reach || p.k_x1 != p.x1) continue;
        if (p.run + 1 < p.end && key[p.k] == key[p.run + 1] && key[p.k] >= 0) unite(runs->label, p.k, p.run + 1);
        if (p.k + 1 < p.above_end && key[p.k + 1] == key[p.run] && key[p.run] >= 0) unite(runs->label, p.k + 1, p.run);
    } while (msc_pairs_next(&p));
}

int msc_runs_find(msc_runs *runs, const msc_tile *tile, int connectivity, const uint8_t *is_left_out)
{
    const int32_t w = tile->core.w, h = tile->core.h;
    const int is_u8 = tile->plane[0].type == MSC_U8;
    const msc_rows *rows = msc_kernels_select()->rows;
    uint32_t n = 0, n_labels = 0;
    assert(w <= UINT16_MAX && h <= UINT16_MAX && (is_u8 || tile->plane[0].type == MSC_U16));
    if (!make_room(runs, w, h)) return 0;
    for (int32_t y = 0; y < h; y++) {
        const uint8_t *ok = msc_row_valid(tile, y);
        uint16_t *start = runs->start + n;
        int32_t *key = runs->key + n;
        uint32_t n_row;
        runs->row_first[y] = n;
        if (is_u8) {
            const uint8_t *v = msc_row_u8(tile, 0, y);
            rows->run_starts_u8(runs->bits, v, ok, (size_t)w);
            n_row = list_starts(runs->bits, w, start);
            for (uint32_t i = 0; i < n_row; i++) key[i] = ok[start[i]] ? v[start[i]] : -1;
        } else {
            const uint16_t *v = msc_row_u16(tile, 0, y);
            rows->run_starts_u16(runs->bits, v, ok, (size_t)w);
            n_row = list_starts(runs->bits, w, start);
            for (uint32_t i = 0; i < n_row; i++) key[i] = ok[start[i]] ? v[start[i]] : -1;
        }
        for (uint32_t i = 0; i < n_row && is_left_out; i++)
            if (key[i] >= 0 && is_left_out[key[i]]) key[i] = -1;
        n += n_row;
    }
    runs->row_first[h] = runs->n_runs = n;
    for (uint32_t i = 0; i < n; i++) runs->label[i] = i;
    for (int32_t y = 1; y < h; y++) join_row(runs, y, connectivity == 8);
    /* A parent is never after its child, so one sweep turns parents into labels: roots get the next number. */
    for (uint32_t i = 0; i < n; i++) {
        if (runs->key[i] < 0) runs->label[i] = MSC_NO_LABEL;
        else if (runs->label[i] == i) runs->label[i] = n_labels++;
        else runs->label[i] = runs->label[runs->label[i]];
    }
    runs->n_labels = n_labels;
    return 1;
}

void msc_runs_sides(const msc_runs *r, uint32_t *side)
{
    for (int last = 0; last < 2; last++, side += r->w) {
        const int32_t y = last ? r->h - 1 : 0;
        for (uint32_t run = r->row_first[y]; run < r->row_first[y + 1]; run++)
            for (int32_t x = r->start[run], end = msc_run_end(r, run, y); x < end; x++) side[x] = r->label[run];
    }
    for (int32_t y = 0; y < r->h; y++) {
        side[y] = r->label[r->row_first[y]];
        side[r->h + y] = r->label[r->row_first[y + 1] - 1];
    }
}
