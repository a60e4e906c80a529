/* sieve_record.c - a tile after pass 1 as bytes: row after row, runs of one final value.
 *
 *      number (n px << 2 | kind), 7 bits a byte, lowest first, then
 *      FINAL    the value, two bytes, lowest first
 *      LATE     number of the kept region whose value comes later
 *      NOTHING  - (not observed) */
#include "base/mem.h"
#include "patch/number.h"
#include "patch/sieve_graph.h"
#include <string.h>

enum { FINAL, LATE, NOTHING, RUN_BYTES = 8 };   /* at most 3 for up to 4096 px, and 5 for a number */

static uint8_t *put_run(uint8_t *to, uint32_t code, uint32_t n_px)
{
    if (code == MSC_NO_LABEL) return msc_put_number(to, n_px << 2 | NOTHING);
    if (!(code & MSC_SIEVE_LARGE)) return msc_put_number(msc_put_number(to, n_px << 2 | LATE), code);
    to = msc_put_number(to, n_px << 2 | FINAL);
    *to++ = (uint8_t)code;
    *to++ = (uint8_t)(code >> 8);
    return to;
}

int msc_sieve_record_write(msc_sieve_found *found, const msc_runs *r, const uint32_t *code)
{
    if (!msc_reserve((void **)&found->record, &found->record_capacity, (size_t)r->n_runs * RUN_BYTES, 1)) return 0;
    uint8_t *to = found->record;
    for (int32_t y = 0; y < r->h; y++) {
        uint32_t last = 0;
        int32_t from = 0;
        for (uint32_t run = r->row_first[y]; run < r->row_first[y + 1]; run++) {
            const uint32_t label = r->label[run], here = label & MSC_SIEVE_LARGE ? label : code[label];
            if (r->start[run] > from && here != last) {
                to = put_run(to, last, (uint32_t)(r->start[run] - from));
                from = r->start[run];
            }
            last = here;
        }
        to = put_run(to, last, (uint32_t)(r->w - from));
    }
    found->n_record = (size_t)(to - found->record);
    return 1;
}

static void fill(msc_tile *tile, int32_t x, int32_t y, uint32_t n_px, uint16_t value, int is_seen)
{
    memset(msc_row_valid(tile, y) + x, is_seen, n_px);
    if (tile->plane[0].type == MSC_U8) memset(msc_row_u8(tile, 0, y) + x, value, n_px);
    else for (uint32_t i = 0; i < n_px; i++) msc_row_u16(tile, 0, y)[x + (int32_t)i] = value;
}

int msc_sieve_record_read(const msc_tile_record *record, msc_tile *tile)
{
    const uint8_t *at = record->bytes, *end = at + record->n_bytes;
    for (int32_t y = 0; y < tile->core.h; y++)
        for (int32_t x = 0; x < tile->core.w;) {
            uint32_t head, which;
            uint16_t value = 0;
            if (!msc_get_number_before(&at, end, &head)) return 0;
            const uint32_t n_px = head >> 2, kind = head & 3;
            if (n_px == 0 || n_px > (uint32_t)(tile->core.w - x)) return 0;
            if (kind == FINAL) {
                if (end - at < 2) return 0;
                value = (uint16_t)(at[0] | at[1] << 8);
                at += 2;
            } else if (kind == LATE) {
                if (!msc_get_number_before(&at, end, &which) || which >= record->n_answers) return 0;
                memcpy(&value, (const uint8_t *)record->answers + which * sizeof value, sizeof value);
            }
            fill(tile, x, y, n_px, value, kind != NOTHING);
            x += (int32_t)n_px;
        }
    return at == end;
}
