/* patches_ends.c - joins open chains end to start across seams, through a hash of their ends. */
#include "base/mem.h"
#include "patch/front.h"
#include "patch/steps.h"

#include <assert.h>
#include <string.h>

enum { SPILL_BYTES = 4096 };     /* of one open chain in memory, before it becomes a link into the spool */

static size_t place(const msc_front *front, uint64_t key)
{
    uint64_t mixed = key * UINT64_C(0x9e3779b97f4a7c15);
    mixed ^= mixed >> 32;
    return (size_t)mixed & (front->n_slots - 1);
}

uint32_t msc_ends_find(const msc_front *front, uint64_t key)
{
    if (front->n_slots == 0) {
        return MSC_NO_LABEL;
    }
    for (size_t s = place(front, key); front->slot[s].key != 0; s = (s + 1) & (front->n_slots - 1)) {
        if (front->slot[s].key == key) {
            return front->slot[s].open;
        }
    }
    return MSC_NO_LABEL;
}

static void insert(msc_front *front, uint64_t key, uint32_t open)
{
    size_t s = place(front, key);
    while (front->slot[s].key != 0) {
        s = (s + 1) & (front->n_slots - 1);
    }
    front->slot[s] = (msc_slot){key, open};
}

msc_status msc_ends_put(msc_front *front, uint64_t key, uint32_t open, msc_error *err)
{
    if (2 * (front->n_taken + 1) > front->n_slots) {
        msc_slot *old = front->slot;
        const size_t n_old = front->n_slots, n_new = n_old == 0 ? 256 : 2 * n_old;
        msc_slot *larger = msc_alloc_zero(n_new, sizeof *larger);
        if (larger == NULL) {
            return msc_fail(err, MSC_ENOMEM, "vectorize", "%zu chain ends", n_new);
        }
        front->slot = larger;
        front->n_slots = n_new;
        for (size_t s = 0; s < n_old; s++) {
            if (old[s].key != 0) {
                insert(front, old[s].key, old[s].open);
            }
        }
        msc_release(old);
    }
    insert(front, key, open);
    front->n_taken++;
    return MSC_OK;
}

void msc_ends_remove(msc_front *front, uint64_t key)
{
    const size_t mask = front->n_slots - 1;
    size_t s = place(front, key);
    while (front->slot[s].key != key) {
        assert(front->slot[s].key != 0);
        s = (s + 1) & mask;
    }
    /* Linear probing without tombstones: later entries of the cluster move up (Knuth, TAOCP 3, 6.4, algorithm R). */
    for (size_t next = (s + 1) & mask; front->slot[next].key != 0; next = (next + 1) & mask) {
        const size_t home = place(front, front->slot[next].key);
        if (((next - home) & mask) >= ((next - s) & mask)) {
            front->slot[s] = front->slot[next];
            s = next;
        }
    }
    front->slot[s].key = 0;
    front->n_taken--;
}

/* The edge that starts at vertex (x, y) in direction dir, as the start or the end of a chain. */
static uint64_t end_key(const msc_front *front, int32_t x, int32_t y, int dir, int is_end)
{
    const uint64_t vertex = (uint64_t)y * ((uint64_t)front->width_px + 1) + (uint64_t)x;
    return (vertex << 3 | (unsigned)dir << 1 | (unsigned)is_end) + 1;
}

static msc_status new_block(msc_front *front, uint32_t *number, msc_error *err)
{
    uint32_t n = front->free_block;
    if (n != MSC_NO_LABEL) {
        front->free_block = front->block[n].next;
    } else {
        MSC_TRY(msc_trace_room(&front->block, &front->block_cap, front->n_blocks + 1, sizeof *front->block, err));
        n = (uint32_t)front->n_blocks++;
    }
    front->block[n].next = MSC_NO_LABEL;
    front->block[n].n = 0;
    *number = n;
    return MSC_OK;
}

static msc_status append_bytes(msc_front *front, msc_open *open, const uint8_t *bytes, size_t n, msc_error *err)
{
    open->n_bytes += n;
    while (n > 0) {
        msc_block *last = &front->block[open->last_block];
        if (last->n >= MSC_BLOCK_BYTES) {          /* full, or a link */
            uint32_t next = 0;
            MSC_TRY(new_block(front, &next, err));
            front->block[open->last_block].next = next;
            open->last_block = next;
            last = &front->block[next];
        }
        const size_t room = (size_t)(MSC_BLOCK_BYTES - last->n), part = n < room ? n : room;
        memcpy(last->bytes + last->n, bytes, part);
        last->n = (uint8_t)(last->n + part);
        bytes += part;
        n -= part;
    }
    return MSC_OK;
}

/* Frees a chain's blocks and leaves its bytes in front->bytes from `at` on; a link becomes a step of length 0 (never
 * traced) followed by the place in the spool. */
static msc_status take_bytes(msc_front *front, const msc_open *open, size_t *n_bytes, msc_error *err)
{
    size_t n = 0;
    for (uint32_t b = open->first_block; b != MSC_NO_LABEL;) {
        msc_block *block = &front->block[b];
        const uint32_t next = block->next;
        MSC_TRY(msc_trace_room(&front->bytes, &front->bytes_cap, n + MSC_BLOCK_BYTES + 1, 1, err));
        if (block->n == MSC_BLOCK_IS_LINK) {
            uint64_t offset = 0;
            memcpy(&offset, block->bytes, sizeof offset);
            front->bytes[n] = 0;
            n = (size_t)(msc_put_number(front->bytes + n + 1, offset) - front->bytes);
        } else {
            memcpy(front->bytes + n, block->bytes, block->n);
            n += block->n;
        }
        block->next = front->free_block;
        front->free_block = b;
        b = next;
    }
    *n_bytes = n;
    return MSC_OK;
}

/* Moves a long open chain to the spool, so that memory does not follow the length of boundaries. */
static msc_status spill(msc_front *front, uint32_t number, msc_error *err)
{
    msc_open *open = &front->open[number];
    size_t n = 0;
    int64_t offset = 0;
    if (open->n_bytes <= SPILL_BYTES) {
        return MSC_OK;
    }
    MSC_TRY(take_bytes(front, open, &n, err));
    MSC_TRY(msc_spool_add(&front->spool, front->bytes, n, &offset, err));
    MSC_TRY(new_block(front, &open->first_block, err));
    open->last_block = open->first_block;
    front->block[open->first_block].n = MSC_BLOCK_IS_LINK;
    memcpy(front->block[open->first_block].bytes, &offset, sizeof offset);
    open->n_spilled += open->n_bytes;
    open->n_bytes = 0;
    return MSC_OK;
}

static void drop_open(msc_front *front, uint32_t number)
{
    front->open[number].start_key = 0;
    front->open[number].first_block = front->free_open;
    front->free_open = number;
    front->n_live--;
}

static msc_status new_open(msc_front *front, const msc_chain *chain, uint32_t region, uint32_t *number, msc_error *err)
{
    uint32_t n = front->free_open;
    if (n != MSC_NO_LABEL) {
        front->free_open = front->open[n].first_block;
    } else {
        MSC_TRY(msc_trace_room(&front->open, &front->open_cap, front->n_opens + 1, sizeof *front->open, err));
        n = (uint32_t)front->n_opens++;
    }
    front->open[n] = (msc_open){.x = chain->x, .y = chain->y, .region = region,
                                .start_key = end_key(front, chain->x, chain->y, chain->dir, 0)};
    front->n_live++;
    MSC_TRY(new_block(front, &front->open[n].first_block, err));
    front->open[n].last_block = front->open[n].first_block;
    *number = n;
    return msc_ends_put(front, front->open[n].start_key, n, err);
}

/* Writes a chain that has closed as a ring of its region. */
static msc_status close_ring(msc_front *front, uint32_t number, msc_error *err)
{
    const msc_open open = front->open[number];
    size_t n = 0;
    MSC_TRY(take_bytes(front, &open, &n, err));
    drop_open(front, number);
    const int32_t start[2] = {open.x, open.y};
    uint8_t *own = front->bytes;             /* add_ring uses the scratch as well */
    const size_t own_cap = front->bytes_cap;
    front->bytes = NULL;
    front->bytes_cap = 0;
    const msc_status status = msc_front_add_ring(front, open.region, start, own, n, open.n_spilled, err);
    msc_release(front->bytes);
    front->bytes = own;
    front->bytes_cap = own_cap;
    return status;
}

static msc_status join_chain(msc_front *front, const msc_chain *chain, const uint8_t *steps, msc_error *err)
{
    const uint64_t end = end_key(front, chain->end_x, chain->end_y, chain->end_dir, 1);
    const uint64_t before = end_key(front, chain->x, chain->y, chain->dir, 1);
    uint32_t number = msc_ends_find(front, before);
    const uint32_t after = msc_ends_find(front, end - 1);
    if (number == MSC_NO_LABEL) {
        MSC_TRY(new_open(front, chain, front->number[chain->part], &number, err));
    } else {
        msc_ends_remove(front, before);
    }
    MSC_TRY(append_bytes(front, &front->open[number], steps, chain->n_bytes, err));
    if (after == MSC_NO_LABEL) {
        front->open[number].end_key = end;
        MSC_TRY(msc_ends_put(front, end, number, err));
        return spill(front, number, err);
    }
    msc_ends_remove(front, end - 1);
    if (after == number) {
        return close_ring(front, number, err);
    }
    msc_open *to = &front->open[number];
    const msc_open *from = &front->open[after];
    front->block[to->last_block].next = from->first_block;
    to->last_block = from->last_block;
    to->n_bytes += from->n_bytes;
    to->n_spilled += from->n_spilled;
    to->end_key = from->end_key;
    msc_ends_remove(front, to->end_key);
    MSC_TRY(msc_ends_put(front, to->end_key, number, err));
    drop_open(front, after);
    return spill(front, number, err);
}

msc_status msc_front_add_chains(msc_front *front, const msc_trace *t, msc_error *err)
{
    for (size_t c = 0; c < t->n_chains; c++) {
        const msc_chain *chain = &t->chain[c];
        const int32_t start[2] = {chain->x, chain->y};
        if (!chain->is_closed) {
            MSC_TRY(join_chain(front, chain, t->steps + chain->steps, err));
        } else if (t->part[chain->part].is_open) {
            MSC_TRY(msc_front_add_ring(front, front->number[chain->part], start, t->steps + chain->steps,
                                       chain->n_bytes, 0, err));
        }
    }
    return MSC_OK;
}
