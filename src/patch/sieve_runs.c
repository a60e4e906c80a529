/* sieve_runs.c - runs of equal pixels and their regions inside one tile. */
#include "patch/sieve_runs.h"
#include "base/mem.h"
#include <assert.h>

size_t msc_sieve_runs_bytes(int32_t w_px, int32_t h_px)
{
    const size_t n = (size_t)w_px * (size_t)h_px + 16;
    return 3 * n * sizeof(int32_t) + ((size_t)h_px + 16) * sizeof(uint32_t);
}

void msc_sieve_runs_place(msc_sieve_runs *runs, int32_t w_px, int32_t h_px, void *space)
{
    const size_t n = (size_t)w_px * (size_t)h_px + 16;
    runs->w = w_px;
    runs->h = h_px;
    runs->start = space;
    runs->key = runs->start + n;
    runs->label = (uint32_t *)(runs->key + n);
    runs->row_first = runs->label + n;
}

static uint32_t scan_u8(const uint8_t *v, const uint8_t *ok, int32_t w, int32_t *start, int32_t *key)
{
    uint32_t n = 0;
    for (int32_t x = 0; x < w;) {
        const uint8_t value = v[x], is_ok = ok[x];
        start[n] = x;
        key[n++] = is_ok ? value : -1;
        if (is_ok) do x++; while (x < w && v[x] == value && ok[x]);
        else do x++; while (x < w && !ok[x]);
    }
    return n;
}

static uint32_t scan_u16(const uint16_t *v, const uint8_t *ok, int32_t w, int32_t *start, int32_t *key)
{
    uint32_t n = 0;
    for (int32_t x = 0; x < w;) {
        const uint16_t value = v[x];
        const uint8_t is_ok = ok[x];
        start[n] = x;
        key[n++] = is_ok ? value : -1;
        if (is_ok) do x++; while (x < w && v[x] == value && ok[x]);
        else do x++; while (x < w && !ok[x]);
    }
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
    a = find(parent, a);
    b = find(parent, b);
    if (a < b) parent[b] = a;
    else parent[a] = b;
}

/* Joins the runs of row y to those of row y - 1 that touch them. */
static void join_row(msc_sieve_runs *runs, int32_t y, int32_t reach)
{
    uint32_t above = runs->row_first[y - 1];
    const uint32_t above_end = runs->row_first[y];
    for (uint32_t run = above_end; run < runs->row_first[y + 1]; run++) {
        const int32_t first = runs->start[run] - reach, last = msc_sieve_run_end(runs, run, y) + reach;
        while (above < above_end && msc_sieve_run_end(runs, above, y - 1) <= first) above++;
        for (uint32_t k = above; k < above_end && runs->start[k] < last; k++)
            if (runs->key[k] == runs->key[run] && runs->key[run] >= 0) unite(runs->label, k, run);
    }
}

void msc_sieve_runs_find(msc_sieve_runs *runs, const msc_tile *tile, int connectivity)
{
    const int32_t w = tile->core.w, h = tile->core.h;
    const int is_u8 = tile->plane[0].type == MSC_U8;
    uint32_t n = 0;
    assert(w <= runs->w && h <= runs->h && (is_u8 || tile->plane[0].type == MSC_U16));
    runs->w = w;
    runs->h = h;
    for (int32_t y = 0; y < h; y++) {
        const uint8_t *ok = msc_row_valid(tile, y);
        runs->row_first[y] = n;
        n += is_u8 ? scan_u8(msc_row_u8(tile, 0, y), ok, w, runs->start + n, runs->key + n)
                   : scan_u16(msc_row_u16(tile, 0, y), ok, w, runs->start + n, runs->key + n);
    }
    runs->row_first[h] = runs->n_runs = n;
    for (uint32_t i = 0; i < n; i++) runs->label[i] = i;
    for (int32_t y = 1; y < h; y++) join_row(runs, y, connectivity == 8);
    /* A parent is never after its child, so one sweep turns parents into labels: roots get the next number. */
    runs->n_labels = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (runs->key[i] < 0) runs->label[i] = MSC_NO_LABEL;
        else if (runs->label[i] == i) runs->label[i] = runs->n_labels++;
        else runs->label[i] = runs->label[runs->label[i]];
    }
}
