/* sieve_merge.c - merges regions under the unit, smallest first, until the guarantee holds. */
#include "base/mem.h"
#include "patch/sieve_graph.h"
#include <string.h>

/* How often the caller's cancel flag is looked at, in merges: well under a millisecond's work. */
enum { CANCEL_EVERY = 1024 };

typedef struct grown { uint64_t first_px; uint32_t region, next; } grown;   /* next: of the same size, plus 1 */
typedef struct entry { int64_t size_px, first_px; uint32_t region; } entry;
typedef struct around { uint32_t region; uint64_t border_px; } around;

/* Regions wait in three places: as turns, sorted once; in a bucket by size, when they grew and are still under the unit (a
 * region grows to twice the size in turn at least, so that a bucket is complete when its size comes up); in a heap, when they
 * are too large for a key. */
typedef struct merger {
    msc_sieve_graph *graph;
    msc_sieve_node *node;
    size_t next_turn, next_late, n_late, late_capacity;
    int64_t size_px;             /* in turn */
    grown *late, *grown;         /* late: of the size in turn, by first pixel */
    size_t n_grown, grown_capacity;
    uint32_t bucket[MSC_SIEVE_KEY_SIZES];   /* by size: the last of `grown`, plus 1 */
    around *around;              /* of the region that is looked at */
    size_t around_capacity;
    entry *heap;
    size_t n_heap, heap_capacity;
} merger;

static int comes_before(const entry *a, const entry *b)
{
    return a->size_px != b->size_px ? a->size_px < b->size_px : a->first_px < b->first_px;
}

static int push_large(merger *m, uint32_t region)
{
    const entry e = { m->node[region].size_px, m->node[region].first_px, region };
    if (!msc_reserve((void **)&m->heap, &m->heap_capacity, m->n_heap + 1, sizeof *m->heap)) return 0;
    size_t at = m->n_heap++;
    for (; at > 0 && comes_before(&e, &m->heap[(at - 1) / 2]); at = (at - 1) / 2) m->heap[at] = m->heap[(at - 1) / 2];
    m->heap[at] = e;
    return 1;
}

static int push(merger *m, uint32_t region)
{
    const int64_t size_px = m->node[region].size_px;
    if (size_px >= MSC_SIEVE_KEY_SIZES) return push_large(m, region);
    if (!msc_reserve((void **)&m->grown, &m->grown_capacity, m->n_grown + 1, sizeof *m->grown)) return 0;
    m->grown[m->n_grown++] = (grown){ (uint64_t)m->node[region].first_px, region, m->bucket[size_px] };
    m->bucket[size_px] = (uint32_t)m->n_grown;
    return 1;
}

static entry pop(merger *m)
{
    const entry top = m->heap[0], e = m->heap[--m->n_heap];
    size_t at = 0;
    for (size_t child = 1; child < m->n_heap; child = 2 * at + 1) {
        if (child + 1 < m->n_heap && comes_before(&m->heap[child + 1], &m->heap[child])) child++;
        if (!comes_before(&m->heap[child], &e)) break;
        m->heap[at] = m->heap[child];
        at = child;
    }
    m->heap[at] = e;
    return top;
}

/* Sorts by key in place, one byte after the other from the highest on: what is in a wrong byte's range changes places with what
 * stands where it belongs (McIlroy, Bostic & McIlroy 1993). No two keys are equal. */
static void sort_turns(msc_sieve_turn *turn, size_t n, int shift)
{
    size_t from[257] = { 0 }, at[256];
    for (size_t i = 1; i < n && n <= 32; i++) {
        const msc_sieve_turn held = turn[i];
        size_t k = i;
        for (; k > 0 && turn[k - 1].key > held.key; k--) turn[k] = turn[k - 1];
        turn[k] = held;
    }
    if (n <= 32) return;
    for (size_t i = 0; i < n; i++) from[(turn[i].key >> shift & 255) + 1]++;
    for (int b = 0; b < 256; b++) from[b + 1] += from[b];
    memcpy(at, from, sizeof at);
    for (size_t b = 0; b < 256; b++)
        while (at[b] < from[b + 1]) {
            const msc_sieve_turn here = turn[at[b]];
            const size_t home = here.key >> shift & 255;
            if (home != b) {
                turn[at[b]] = turn[at[home]];
                turn[at[home]] = here;
            }
            at[home]++;
        }
    for (int b = 0; b < 256 && shift > 0; b++) sort_turns(turn + from[b], from[b + 1] - from[b], shift - 8);
}

/* Drops the turns of pieces that are part of a region behind a seam; that region, when it is under the unit, waits among
 * those that grew. */
static msc_status line_up(merger *m, msc_error *err)
{
    msc_sieve_graph *g = m->graph;
    size_t n = 0;
    int ok = 1;
    for (size_t i = 0; i < g->n_turns && ok; i++) {
        const msc_sieve_turn turn = g->turn[i];
        const msc_sieve_node *node = &m->node[turn.node];
        const int is_whole = turn.is_speck || (node->parent == turn.node && node->next == turn.node);
        if (is_whole) g->turn[n++] = turn;
        else if (node->parent == turn.node && node->size_px < g->mmu_px) ok = push(m, turn.node);
    }
    g->n_turns = n;
    for (uint32_t i = 0; i < g->n_nodes && g->mmu_px > MSC_SIEVE_KEY_SIZES && ok; i++)
        if (m->node[i].piece_px >= MSC_SIEVE_KEY_SIZES && m->node[i].parent == i && m->node[i].size_px < g->mmu_px) ok = push_large(m, i);
    if (!ok) return msc_fail(err, MSC_ENOMEM, "sieve", "%zu regions", g->n_nodes);
    sort_turns(g->turn, g->n_turns, 56);
    return MSC_OK;
}

/* Adds a border to the sums round a region. */
static int meet(merger *m, uint32_t region, uint32_t neighbour, uint32_t length_px, size_t *n)
{
    const uint32_t other = msc_sieve_find(m->node, neighbour);
    if (other == region) return 1;
    if (m->node[other].mark == 0) {
        if (*n == m->around_capacity && !msc_reserve((void **)&m->around, &m->around_capacity, *n + 1, sizeof *m->around)) return 0;
        m->around[*n] = (around){ other, 0 };
        m->node[other].mark = (uint32_t)++*n;
    }
    m->around[m->node[other].mark - 1].border_px += length_px;
    return 1;
}

/* Sums the borders of a region's members to other regions. Returns their number, or -1 without memory. Only members under the
 * unit have lists; a region with another member never comes up. */
static int64_t look_round(merger *m, uint32_t region)
{
    const msc_sieve_graph *g = m->graph;
    msc_sieve_node *node = m->node;
    size_t n = 0;
    uint32_t member = region;
    do {
        for (uint32_t i = node[member].list; i < node[member + 1].list; i++)
            if (!meet(m, region, g->near[i].node, g->near[i].length_px, &n)) return -1;
        for (uint32_t i = node[member].seam; i; i = g->across[i - 1].next)
            if (!meet(m, region, g->across[i - 1].node, g->across[i - 1].length_px, &n)) return -1;
        member = node[member].next;
    } while (member != region);
    for (size_t i = 0; i < n; i++) node[m->around[i].region].mark = 0;
    return (int64_t)n;
}

static uint32_t choose(const merger *m, int64_t n)
{
    const around *best = &m->around[0];
    for (const around *a = best + 1; a < m->around + n; a++) {
        const msc_sieve_node *now = &m->node[a->region], *was = &m->node[best->region];
        if (a->border_px != best->border_px) {
            if (a->border_px > best->border_px) best = a;
        } else if (now->size_px != was->size_px) {
            if (now->size_px > was->size_px) best = a;
        } else if (now->first_px < was->first_px) {
            best = a;
        }
    }
    return best->region;
}

/* Unites two regions; the larger one's number stays so that chains stay short. The rings of members become one. */
static uint32_t unite(merger *m, uint32_t a, uint32_t b)
{
    msc_sieve_node *node = m->node;
    const uint32_t root = node[a].size_px >= node[b].size_px ? a : b, gone = root == a ? b : a;
    const uint32_t next = node[root].next;
    node[gone].parent = root;
    node[root].size_px += node[gone].size_px;
    if (node[gone].first_px < node[root].first_px) node[root].first_px = node[gone].first_px;
    node[root].next = node[gone].next;
    node[gone].next = next;
    return root;
}

/* Sorts by first pixel: insertion for few, else a counting pass for every byte that differs. `other` has room for n. */
static grown *sort_grown(grown *from, size_t n, grown *other)
{
    uint64_t all_or = 0, all_and = ~(uint64_t)0;
    for (size_t i = 1; i < n && n < 64; i++) {
        const grown g = from[i];
        size_t at = i;
        for (; at > 0 && from[at - 1].first_px > g.first_px; at--) from[at] = from[at - 1];
        from[at] = g;
    }
    if (n < 64) return from;
    for (size_t i = 0; i < n; i++) all_or |= from[i].first_px, all_and &= from[i].first_px;
    for (int shift = 0; shift < MSC_SIEVE_KEY_SHIFT; shift += 8) {
        size_t at[256] = { 0 }, sum = 0;
        if (((all_or ^ all_and) >> shift & 255) == 0) continue;
        for (size_t i = 0; i < n; i++) at[from[i].first_px >> shift & 255]++;
        for (int b = 0; b < 256; b++) {
            const size_t count = at[b];
            at[b] = sum;
            sum += count;
        }
        for (size_t i = 0; i < n; i++) other[at[from[i].first_px >> shift & 255]++] = from[i];
        grown *done = other;
        other = from;
        from = done;
    }
    return from;
}

/* Goes on to the next size that has a turn or a grown region. 1, 0 when there is none, -1 without memory. */
static int next_size(merger *m)
{
    const msc_sieve_graph *g = m->graph;
    const int64_t of_turn = m->next_turn < g->n_turns ? (int64_t)(g->turn[m->next_turn].key >> MSC_SIEVE_KEY_SHIFT) : MSC_SIEVE_KEY_SIZES;
    do m->size_px++;
    while (m->size_px < of_turn && m->bucket[m->size_px] == 0);
    m->next_late = m->n_late = 0;
    if (m->size_px >= MSC_SIEVE_KEY_SIZES) return 0;
    size_t n = 0;
    for (uint32_t i = m->bucket[m->size_px]; i; i = m->grown[i - 1].next) n++;
    if (!msc_reserve((void **)&m->late, &m->late_capacity, 2 * n + 1, sizeof *m->late)) return -1;
    for (uint32_t i = m->bucket[m->size_px]; i; i = m->grown[i - 1].next)
        if (m->node[m->grown[i - 1].region].size_px == m->size_px) m->late[m->n_late++] = m->grown[i - 1];
    const grown *sorted = sort_grown(m->late, m->n_late, m->late + m->n_late);
    if (sorted != m->late) memmove(m->late, sorted, m->n_late * sizeof *m->late);
    return 1;
}

/* A decided region joins its winner. */
static void join(merger *m, const msc_sieve_turn *turn, msc_sieve_counts *counts)
{
    const int64_t first_px = (int64_t)(turn->key & (((uint64_t)1 << MSC_SIEVE_KEY_SHIFT) - 1));
    msc_sieve_node *winner = &m->node[msc_sieve_find(m->node, turn->node)];
    winner->size_px += (int64_t)(turn->key >> MSC_SIEVE_KEY_SHIFT);
    if (first_px < winner->first_px) winner->first_px = first_px;
    counts->n_merged++;
}

/* The next region to merge; decided ones join their winner on the way. 1, 0 when there is none, -1 without memory. */
static int next_region(merger *m, msc_sieve_counts *counts, uint32_t *region)
{
    const msc_sieve_graph *g = m->graph;
    while (m->size_px < MSC_SIEVE_KEY_SIZES) {
        const msc_sieve_turn *turn = m->next_turn < g->n_turns ? &g->turn[m->next_turn] : NULL;
        if (turn && (int64_t)(turn->key >> MSC_SIEVE_KEY_SHIFT) != m->size_px) turn = NULL;
        const grown *late = m->next_late < m->n_late ? &m->late[m->next_late] : NULL;
        if (!turn && !late) {
            if (next_size(m) < 0) return -1;
            continue;
        }
        if (!turn || (late && msc_sieve_key(m->size_px, (int64_t)late->first_px) < turn->key)) {
            m->next_late++;
            *region = late->region;
        } else {
            m->next_turn++;
            if (turn->is_speck) {
                join(m, turn, counts);
                continue;
            }
            *region = turn->node;
        }
        if (m->node[*region].parent == *region && m->node[*region].size_px == m->size_px) return 1;
    }
    while (m->n_heap) {
        const entry e = pop(m);
        *region = e.region;
        if (m->node[e.region].parent == e.region && m->node[e.region].size_px == e.size_px) return 1;
    }
    return 0;
}

static msc_status merge_all(merger *m, const msc_settings *settings, msc_sieve_counts *counts, msc_error *err)
{
    const msc_sieve_graph *g = m->graph;
    uint32_t region = 0;
    int is_next;
    for (int64_t n_done = 0; (is_next = next_region(m, counts, &region)) != 0; n_done++) {
        if (is_next < 0) return msc_fail(err, MSC_ENOMEM, "sieve", "%zu regions", g->n_nodes);
        if (n_done % CANCEL_EVERY == 0 && settings && settings->cancel && *settings->cancel)
            return msc_fail(err, MSC_ECANCELLED, "sieve", "%zu regions left", g->n_turns - m->next_turn);
        const int64_t n_round = look_round(m, region);
        if (n_round < 0) return msc_fail(err, MSC_ENOMEM, "sieve", "neighbours");
        if (n_round == 0) {
            counts->n_kept_alone++;
            continue;
        }
        const uint16_t value = m->node[choose(m, n_round)].value;
        uint32_t root = region;
        for (int64_t i = 0; i < n_round; i++) {
            const uint32_t other = m->around[i].region;
            if (m->node[other].value != value) continue;
            root = unite(m, root, other);
            counts->n_merged++;
        }
        m->node[root].value = value;
        if (m->node[root].size_px < g->mmu_px && !push(m, root))
            return msc_fail(err, MSC_ENOMEM, "sieve", "%zu regions", g->n_nodes);
    }
    return MSC_OK;
}

/* Gives every piece the value of its region. */
static void settle(const merger *m, msc_sieve_counts *counts)
{
    msc_sieve_graph *g = m->graph;
    for (uint32_t i = 0; i < g->n_nodes; i++) {
        if (m->node[i].piece_px >= g->mmu_px) continue;
        uint16_t *value = &g->value[m->node[i].piece];
        const uint16_t last = m->node[msc_sieve_find(m->node, i)].value;
        if (*value != last) counts->n_px_changed += m->node[i].piece_px;
        *value = last;
    }
    counts->n_regions_out = counts->n_regions_in - counts->n_merged;
}

msc_status msc_sieve_merge(msc_sieve_graph *graph, const msc_settings *settings, msc_sieve_counts *counts, msc_error *err)
{
    memset(counts, 0, sizeof *counts);
    counts->n_regions_in = graph->n_regions;
    counts->n_px_changed = graph->n_px_decided;
    merger *m = msc_alloc_zero(1, sizeof *m);
    if (!m) return msc_fail(err, MSC_ENOMEM, "sieve", "%zu bytes", sizeof *m);
    m->graph = graph;
    m->node = graph->node;
    msc_status status = line_up(m, err);
    if (status == MSC_OK) status = merge_all(m, settings, counts, err);
    if (status == MSC_OK) settle(m, counts);
    msc_release(m->late);
    msc_release(m->grown);
    msc_release(m->around);
    msc_release(m->heap);
    msc_release(m);
    return status;
}
