/* sites_tile.c - the regions of one tile with what their pixels say, and the tile as bytes.
 *
 * A record is row after row runs of equal pixels:
 *      number (n px << 1 | is of a region), 7 bits a byte, lowest first; grade | removed << 4; the difference, two bytes, lowest
 *      first; then, of a region, its number in the tile */
#include "base/mem.h"
#include "ops/adjoin.h"
#include "patch/number.h"
#include "patch/sites_front.h"
#include <string.h>

enum { RUN_BYTES = 11, UNSEEN = 15 };   /* at most 3 for up to 2^20 px, 1, 2 and 5 for a number; UNSEEN: in the place of a grade */

struct msc_sites_worker {
    msc_sieve_runs runs;
    void *space;                 /* of the runs, then one byte a pixel */
    size_t space_bytes;
    msc_sites_sum *sum;          /* [labels] */
    size_t sum_capacity;
    uint32_t *piece;             /* [labels] number of the piece, or MSC_NO_LABEL */
    size_t piece_capacity;
};

static size_t space_bytes(int32_t w_px, int32_t h_px) { return (msc_sieve_runs_bytes(w_px, h_px) + 63) / 64 * 64 + (size_t)w_px * (size_t)h_px; }

/* A chessboard of pixels has half as many regions as pixels. */
size_t msc_sites_worker_bytes(int32_t w_px, int32_t h_px)
{
    return sizeof(msc_sites_worker) + space_bytes(w_px, h_px)
         + ((size_t)w_px * (size_t)h_px / 2 + 1) * (sizeof(msc_sites_sum) + sizeof(uint32_t));
}

static void find_regions(msc_sites_worker *w, const msc_tile *tile, const msc_rows *rows)
{
    const int32_t width = tile->core.w, height = tile->core.h;
    uint8_t *is_part = (uint8_t *)w->space + (msc_sieve_runs_bytes(width, height) + 63) / 64 * 64;
    msc_sieve_runs_place(&w->runs, width, height, w->space);
    for (int32_t y = 0; y < height; y++) {
        const uint16_t *restrict word = msc_row_u16(tile, 4, y);
        const uint8_t *restrict seen = msc_row_valid(tile, y);
        uint8_t *restrict to = is_part + (size_t)y * (size_t)width;
        for (int32_t x = 0; x < width; x++) to[x] = seen[x] && word[x];
    }
    const msc_tile parts = { .core = tile->core, .stride_px = width, .n_planes = 1, .plane = { { MSC_U8, is_part } }, .valid = is_part };
    msc_sieve_runs_find(&w->runs, &parts, 4, rows);
}

static void sum_words(msc_sites_worker *w, const msc_tile *tile)
{
    const msc_sieve_runs *r = &w->runs;
    memset(w->sum, 0, r->n_labels * sizeof *w->sum);
    for (int32_t y = 0; y < r->h; y++) {
        const uint16_t *word = msc_row_u16(tile, 4, y);
        const uint8_t *removed = msc_row_u8(tile, 3, y);
        for (uint32_t run = r->row_first[y]; run < r->row_first[y + 1]; run++) {
            if (r->label[run] == MSC_NO_LABEL) continue;
            msc_sites_sum *sum = &w->sum[r->label[run]];
            for (int32_t x = r->start[run], end = msc_sieve_run_end(r, run, y); x < end; x++) {
                if (word[x] == MSC_WORD_NONE) continue;
                sum->n_words++;
                sum->words += word[x] - MSC_WORD_ZERO;
                sum->n_accepted += removed[x] == MSC_BY_NOTHING;
            }
        }
    }
}

/* The piece that the region of a run is, a new one when it is the first pixel on a side. 0 without memory. */
static int piece_of(msc_sites_worker *w, msc_sites_found *found, uint32_t label, uint32_t *piece)
{
    *piece = label;
    if (label == MSC_NO_LABEL) return 1;
    if (w->piece[label] == MSC_NO_LABEL) {
        if (found->n_pieces == found->piece_capacity &&
            !msc_reserve((void **)&found->piece, &found->piece_capacity, found->n_pieces + 1, sizeof *found->piece))
            return 0;
        w->piece[label] = (uint32_t)found->n_pieces;
        found->piece[found->n_pieces++] = (msc_sites_piece){ w->sum[label], label };
    }
    *piece = w->piece[label];
    return 1;
}

static int leave_sides(msc_sites_worker *w, msc_sites_found *found)
{
    const msc_sieve_runs *r = &w->runs;
    const size_t width = (size_t)r->w, height = (size_t)r->h;
    memset(w->piece, 0xFF, r->n_labels * sizeof *w->piece);
    found->n_pieces = 0;
    if (!msc_reserve((void **)&found->side, &found->side_capacity, 2 * (width + height), sizeof *found->side)) return 0;
    uint32_t *side = found->side;
    for (int last = 0; last < 2; last++, side += width) {
        const int32_t y = last ? r->h - 1 : 0;
        for (uint32_t run = r->row_first[y]; run < r->row_first[y + 1]; run++) {
            uint32_t piece;
            if (!piece_of(w, found, r->label[run], &piece)) return 0;
            for (int32_t x = r->start[run], end = msc_sieve_run_end(r, run, y); x < end; x++) side[x] = piece;
        }
    }
    for (size_t y = 0; y < height; y++)
        if (!piece_of(w, found, r->label[r->row_first[y]], &side[y]) || !piece_of(w, found, r->label[r->row_first[y + 1] - 1], &side[height + y]))
            return 0;
    return 1;
}

/* ---- the record ---- */

static uint8_t *put_run(uint8_t *to, uint32_t n_px, uint8_t state, uint16_t difference, uint32_t label)
{
    to = msc_put_number(to, n_px << 1 | (label != MSC_NO_LABEL));
    *to++ = state;
    *to++ = (uint8_t)difference;
    *to++ = (uint8_t)(difference >> 8);
    return label == MSC_NO_LABEL ? to : msc_put_number(to, label);
}

static uint8_t state_of(uint8_t seen, uint8_t grade, uint8_t removed) { return (uint8_t)((seen ? grade : UNSEEN) | removed << 4); }

static uint8_t *put_row(uint8_t *to, const msc_sieve_runs *r, const msc_tile *tile, int32_t y, msc_sites_found *found)
{
    const uint8_t *grade = msc_row_u8(tile, 1, y), *removed = msc_row_u8(tile, 3, y), *seen = msc_row_valid(tile, y);
    const uint16_t *difference = msc_row_u16(tile, 2, y);
    for (uint32_t run = r->row_first[y]; run < r->row_first[y + 1]; run++)
        for (int32_t x = r->start[run], from = x, end = msc_sieve_run_end(r, run, y); x < end; from = x) {
            const uint8_t state = state_of(seen[x], grade[x], removed[x]);
            while (++x < end && difference[x] == difference[from] && state_of(seen[x], grade[x], removed[x]) == state) { }
            to = put_run(to, (uint32_t)(x - from), state, difference[from], r->label[run]);
            found->n_seen += seen[from] ? x - from : 0;
            found->n_differing += seen[from] && difference[from] && removed[from] != MSC_BY_SAME ? x - from : 0;
        }
    return to;
}

static int write_record(const msc_sieve_runs *r, const msc_tile *tile, msc_sites_found *found)
{
    found->n_record = 0;
    found->n_seen = found->n_differing = 0;
    for (int32_t y = 0; y < r->h; y++) {
        if (!msc_reserve((void **)&found->record, &found->record_capacity, found->n_record + (size_t)r->w * RUN_BYTES, 1)) return 0;
        found->n_record = (size_t)(put_row(found->record + found->n_record, r, tile, y, found) - found->record);
    }
    return 1;
}

static int find(msc_sites_worker *w, const msc_tile *tile, const msc_rows *rows, msc_sites_found *found)
{
    find_regions(w, tile, rows);
    const size_t n = w->runs.n_labels;
    if (!msc_reserve((void **)&w->sum, &w->sum_capacity, n + 1, sizeof *w->sum) ||
        !msc_reserve((void **)&w->piece, &w->piece_capacity, n + 1, sizeof *w->piece) ||
        !msc_reserve((void **)&found->strength, &found->strength_capacity, n + 1, sizeof *found->strength))
        return 0;
    sum_words(w, tile);
    for (size_t i = 0; i < n; i++) found->strength[i] = msc_sites_strength(&w->sum[i]);
    found->n_regions = n;
    return leave_sides(w, found) && write_record(&w->runs, tile, found);
}

msc_status msc_sites_tile_find(const msc_tile *tile, const msc_rows *rows, msc_sites_worker **worker, msc_sites_found *found, msc_error *err)
{
    const size_t bytes = space_bytes(tile->core.w, tile->core.h);
    if (!*worker) *worker = msc_alloc_zero(1, sizeof **worker);
    msc_sites_worker *w = *worker;
    if (w && bytes > w->space_bytes) {
        msc_release(w->space);
        w->space_bytes = 0;
        w->space = msc_alloc(bytes, 1);
        if (w->space) w->space_bytes = bytes;
    }
    if (!w || !w->space) return msc_fail(err, MSC_ENOMEM, "sites", "%zu bytes for a tile", bytes);
    return find(w, tile, rows, found) ? MSC_OK : msc_fail(err, MSC_ENOMEM, "sites", "%u regions in a tile", (unsigned)w->runs.n_labels);
}

void msc_sites_worker_free(msc_sites_worker **worker)
{
    msc_sites_worker *w = *worker;
    if (!w) return;
    msc_release(w->space);
    msc_release(w->sum);
    msc_release(w->piece);
    msc_release(w);
    *worker = NULL;
}

void msc_sites_found_clear(msc_sites_found *found)
{
    msc_release(found->strength);
    msc_release(found->piece);
    msc_release(found->side);
    msc_release(found->record);
    memset(found, 0, sizeof *found);
}

/* ---- reading ---- */

/* What a region's decision makes of a run's grade and of what removed it. */
static void decide(int is_accepted, uint8_t *grade, uint8_t *removed)
{
    if (is_accepted && *removed == MSC_BY_SAME) *grade = MSC_GRADE_B, *removed = MSC_UNCOVERED;
    else if (is_accepted && *removed != MSC_BY_NOTHING) *grade = MSC_GRADE_B, *removed = MSC_BORNE_OUT;
    else if (!is_accepted && *removed == MSC_BY_NOTHING) *grade = MSC_GRADE_C, *removed = MSC_BY_REGION;
}

static void fill(msc_tile *tile, int32_t x, int32_t y, uint32_t n, uint8_t state, uint16_t difference, uint16_t rest)
{
    const uint8_t removed = state >> 4, grade = state & 15;
    const int is_seen = grade != UNSEEN;
    const int is_accepted = difference && (removed == MSC_BY_NOTHING || removed == MSC_BORNE_OUT || removed == MSC_UNCOVERED);
    const uint16_t accepted = is_accepted || !is_seen ? difference : rest;
    memset(msc_row_u8(tile, 1, y) + x, is_seen ? grade : MSC_GRADE_NODATA, n);
    memset(msc_row_u8(tile, 3, y) + x, removed, n);
    memset(msc_row_valid(tile, y) + x, is_seen, n);
    for (uint32_t i = 0; i < n; i++) {
        msc_row_u16(tile, 0, y)[x + (int32_t)i] = accepted;
        msc_row_u16(tile, 2, y)[x + (int32_t)i] = difference;
    }
}

int msc_sites_record_read(const uint8_t *at, size_t n_bytes, const msc_sites_verdict *v, msc_tile *tile)
{
    const uint8_t *end = at + n_bytes;
    for (int32_t y = 0; y < tile->core.h; y++)
        for (int32_t x = 0; x < tile->core.w;) {
            uint32_t head, region;
            if (!msc_get_number_before(&at, end, &head) || end - at < 3) return 0;
            const uint32_t n = head >> 1;
            uint8_t grade = at[0] & 15, removed = at[0] >> 4;
            uint16_t difference = (uint16_t)(at[1] | at[2] << 8);
            at += 3;
            if (n == 0 || n > (uint32_t)(tile->core.w - x)) return 0;
            if (head & 1) {
                int32_t strength;
                if (!msc_get_number_before(&at, end, &region) || region >= v->n_regions) return 0;
                memcpy(&strength, v->strength + region * sizeof strength, sizeof strength);
                if (removed != MSC_BY_SAME || strength > v->least) decide(strength > v->least, &grade, &removed);
            }
            if (removed == MSC_BY_SAME) difference = 0, removed = MSC_BY_NOTHING;
            fill(tile, x, y, n, (uint8_t)(grade | removed << 4), difference, v->rest);
            x += (int32_t)n;
        }
    return at == end;
}
