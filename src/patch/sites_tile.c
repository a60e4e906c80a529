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

/* A chessboard of both grounds has as many regions as pixels. */
size_t msc_sites_worker_bytes(int32_t w_px, int32_t h_px)
{
    const size_t n = (size_t)w_px * (size_t)h_px;
    return sizeof(msc_sites_worker) + msc_runs_bytes(w_px, h_px) + n + (n + 1) * (sizeof(msc_sites_sum) + sizeof(uint32_t));
}

static msc_ground ground_of(const uint8_t *is_damage, uint16_t difference)
{
    return msc_ground_of(is_damage, difference >> 8, difference & 255);
}

static int find_regions(msc_sites_worker *w, const msc_tile *tile, const uint8_t *is_damage)
{
    const int32_t width = tile->core.w, height = tile->core.h;
    if (!msc_reserve((void **)&w->part, &w->part_capacity, (size_t)width * (size_t)height, 1)) return 0;
    for (int32_t y = 0; y < height; y++) {
        const uint16_t *restrict word = msc_row_u16(tile, 4, y), *restrict difference = msc_row_u16(tile, 2, y);
        const uint8_t *restrict seen = msc_row_valid(tile, y);
        uint8_t *restrict to = w->part + (size_t)y * (size_t)width;
        for (int32_t x = 0; x < width; x++) to[x] = (uint8_t)(seen[x] && word[x] ? 1 + ground_of(is_damage, difference[x]) : 0);
    }
    /* As validity a part is what it is as a value, and runs are told apart where either changes. */
    const msc_tile parts = { .core = tile->core, .stride_px = width, .n_planes = 1, .plane = { { MSC_U8, w->part } }, .valid = w->part };
    return msc_runs_find(&w->runs, &parts, 4, NULL);
}

static void sum_words(msc_sites_worker *w, const msc_tile *tile)
{
    const msc_runs *r = &w->runs;
    memset(w->sum, 0, r->n_labels * sizeof *w->sum);
    for (int32_t y = 0; y < r->h; y++) {
        const uint16_t *word = msc_row_u16(tile, 4, y);
        const uint8_t *removed = msc_row_u8(tile, 3, y);
        for (uint32_t run = r->row_first[y]; run < r->row_first[y + 1]; run++) {
            if (r->label[run] == MSC_NO_LABEL) continue;
            msc_sites_sum *sum = &w->sum[r->label[run]];
            sum->ground = r->key[run] - 1;
            for (int32_t x = r->start[run], end = msc_run_end(r, run, y); x < end; x++) {
                if (word[x] == MSC_WORD_NONE) continue;
                sum->n_words++;
                sum->words += word[x] - MSC_WORD_ZERO;
                sum->n_accepted += removed[x] == MSC_BY_NOTHING;
            }
        }
    }
}

/* Sides as pieces: a region becomes the next one where it is first met. */
static int leave_sides(msc_sites_worker *w, msc_sites_found *found)
{
    const size_t n = 2 * ((size_t)w->runs.w + (size_t)w->runs.h);
    memset(w->piece, 0xFF, w->runs.n_labels * sizeof *w->piece);
    found->n_pieces = 0;
    if (!msc_reserve((void **)&found->side, &found->side_capacity, n, sizeof *found->side) ||
        !msc_reserve((void **)&found->piece, &found->piece_capacity, n, sizeof *found->piece))
        return 0;
    msc_runs_sides(&w->runs, found->side);
    for (size_t i = 0; i < n; i++) {
        const uint32_t label = found->side[i];
        if (label == MSC_NO_LABEL) continue;
        if (w->piece[label] == MSC_NO_LABEL) {
            w->piece[label] = (uint32_t)found->n_pieces;
            found->piece[found->n_pieces++] = (msc_sites_piece){ w->sum[label], label };
        }
        found->side[i] = w->piece[label];
    }
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

static uint8_t *put_row(uint8_t *to, const msc_runs *r, const msc_tile *tile, const uint8_t *is_damage, int32_t y, msc_sites_found *found)
{
    const uint8_t *grade = msc_row_u8(tile, 1, y), *removed = msc_row_u8(tile, 3, y), *seen = msc_row_valid(tile, y);
    const uint16_t *difference = msc_row_u16(tile, 2, y);
    for (uint32_t run = r->row_first[y]; run < r->row_first[y + 1]; run++)
        for (int32_t x = r->start[run], from = x, end = msc_run_end(r, run, y); x < end; from = x) {
            const uint8_t state = state_of(seen[x], grade[x], removed[x]);
            while (++x < end && difference[x] == difference[from] && state_of(seen[x], grade[x], removed[x]) == state) { }
            to = put_run(to, (uint32_t)(x - from), state, difference[from], r->label[run]);
            if (!seen[from]) continue;
            const msc_ground ground = removed[from] == MSC_STANDING ? MSC_GROUND_MINED : ground_of(is_damage, difference[from]);
            found->n_seen[ground] += x - from;
            found->n_differing[ground] += difference[from] && removed[from] != MSC_BY_SAME ? x - from : 0;
        }
    return to;
}

static int write_record(const msc_runs *r, const msc_tile *tile, const uint8_t *is_damage, msc_sites_found *found)
{
    found->n_record = 0;
    memset(found->n_seen, 0, sizeof found->n_seen);
    memset(found->n_differing, 0, sizeof found->n_differing);
    for (int32_t y = 0; y < r->h; y++) {
        if (!msc_reserve((void **)&found->record, &found->record_capacity, found->n_record + (size_t)r->w * RUN_BYTES, 1)) return 0;
        found->n_record = (size_t)(put_row(found->record + found->n_record, r, tile, is_damage, y, found) - found->record);
    }
    return 1;
}

int msc_sites_tile_find(const msc_tile *tile, const uint8_t *is_damage, msc_sites_worker *w, msc_sites_found *found)
{
    if (!find_regions(w, tile, is_damage)) return 0;
    const size_t n = w->runs.n_labels;
    if (!msc_reserve((void **)&w->sum, &w->sum_capacity, n + 1, sizeof *w->sum) ||
        !msc_reserve((void **)&w->piece, &w->piece_capacity, n + 1, sizeof *w->piece) ||
        !msc_reserve((void **)&found->strength, &found->strength_capacity, n + 1, sizeof *found->strength))
        return 0;
    sum_words(w, tile);
    for (size_t i = 0; i < n; i++) found->strength[i] = msc_sites_strength(&w->sum[i]);
    found->n_regions = n;
    return leave_sides(w, found) && write_record(&w->runs, tile, is_damage, found);
}

void msc_sites_worker_clear(msc_sites_worker *w)
{
    msc_runs_clear(&w->runs);
    msc_release(w->part);
    msc_release(w->sum);
    msc_release(w->piece);
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

int msc_sites_record_read(const msc_tile_record *record, const uint8_t *is_damage, const int32_t least[MSC_N_GROUNDS], uint16_t rest,
                          msc_tile *tile)
{
    const uint8_t *at = record->bytes, *end = at + record->n_bytes;
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
                if (!msc_get_number_before(&at, end, &region) || region >= record->n_answers) return 0;
                memcpy(&strength, (const uint8_t *)record->answers + region * sizeof strength, sizeof strength);
                const int is_accepted = strength > least[ground_of(is_damage, difference)];
                if (removed != MSC_BY_SAME || is_accepted) decide(is_accepted, &grade, &removed);
            }
            if (removed == MSC_BY_SAME) difference = 0, removed = MSC_BY_NOTHING;
            if (removed == MSC_STANDING) removed = MSC_BY_NOTHING;
            fill(tile, x, y, n, (uint8_t)(grade | removed << 4), difference, rest);
            x += (int32_t)n;
        }
    return at == end;
}
