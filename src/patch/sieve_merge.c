/* sieve_merge.c - merges regions under the unit, smallest first, until the guarantee holds. */
#include "base/mem.h"
#include "patch/sieve_graph.h"
#include <string.h>

/* How often the caller's cancel flag is looked at, in merges: well under a millisecond's work. */
enum { CANCEL_EVERY = 1024 };

typedef struct entry { int64_t size_px, first_px; uint32_t region; } entry;
typedef struct neighbour { uint32_t region, length_px; } neighbour;
typedef struct around { uint32_t region; uint64_t border_px; } around;

typedef struct merger {
    msc_sieve_graph *graph;
    msc_sieve_node *node;
    uint16_t *value;             /* of regions, by their root's node */
    size_t next_turn;
    neighbour *list;             /* of regions under the unit only */
    around *around;              /* of the region that is looked at */
    size_t around_capacity;
    entry *heap;                 /* regions that grew and are still under the unit, and those too large for a key */
    size_t n_heap, heap_capacity;
} merger;

static uint32_t find(msc_sieve_node *node, uint32_t i)
{
    while (node[i].parent != i) i = node[i].parent = node[node[i].parent].parent;
    return i;
}

static int comes_before(const entry *a, const entry *b)
{
    return a->size_px != b->size_px ? a->size_px < b->size_px : a->first_px < b->first_px;
}

static int push(merger *m, uint32_t region)
{
    const entry e = { m->node[region].size_px, m->node[region].first_px, region };
    if (!msc_reserve((void **)&m->heap, &m->heap_capacity, m->n_heap + 1, sizeof *m->heap)) return 0;
    size_t at = m->n_heap++;
    for (; at > 0 && comes_before(&e, &m->heap[(at - 1) / 2]); at = (at - 1) / 2) m->heap[at] = m->heap[(at - 1) / 2];
    m->heap[at] = e;
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

/* Lists the neighbours of regions under the unit: counts, sums, then a sweep that fills from the back. */
static msc_status list_neighbours(merger *m, msc_error *err)
{
    msc_sieve_graph *g = m->graph;
    msc_sieve_node *node = m->node;
    uint64_t n = 0;
    for (size_t i = 0; i < g->n_borders; i++) {
        msc_sieve_border *border = &g->border[i];
        border->a = find(node, border->a);
        border->b = find(node, border->b);
        if (border->a == border->b) continue;
        if (node[border->a].size_px < g->mmu_px) node[border->a].list++, n++;
        if (node[border->b].size_px < g->mmu_px) node[border->b].list++, n++;
    }
    if (n >= UINT32_MAX) return msc_fail(err, MSC_EMEMCAP, "sieve", "%zu borders", g->n_borders);
    uint32_t sum = 0;
    node[g->n_nodes].list = 0;   /* append keeps room for the end mark */
    for (size_t i = 0; i <= g->n_nodes; i++) node[i].list = sum += node[i].list;
    m->list = msc_alloc(n + 1, sizeof *m->list);
    if (!m->list) return msc_fail(err, MSC_ENOMEM, "sieve", "%zu borders", g->n_borders);
    for (size_t i = 0; i < g->n_borders; i++) {
        const msc_sieve_border *border = &g->border[i];
        if (border->a == border->b) continue;
        if (node[border->a].size_px < g->mmu_px) m->list[--node[border->a].list] = (neighbour){ border->b, border->length_px };
        if (node[border->b].size_px < g->mmu_px) m->list[--node[border->b].list] = (neighbour){ border->a, border->length_px };
    }
    msc_release(g->border);
    g->border = NULL;
    g->n_borders = g->border_capacity = 0;
    return MSC_OK;
}

/* Sorts turns by key: one counting pass a byte, from the lowest; bytes that all keys share are skipped. */
static int sort_turns(msc_sieve_graph *g)
{
    uint64_t all_or = 0, all_and = ~(uint64_t)0;
    for (size_t i = 0; i < g->n_turns; i++) all_or |= g->turn[i].key, all_and &= g->turn[i].key;
    msc_sieve_turn *from = g->turn, *to = msc_alloc_zero(g->n_turns + 1, sizeof *to);
    if (!to) return 0;
    for (int shift = 0; shift < 64; shift += 8) {
        size_t at[256] = { 0 }, sum = 0;
        if (((all_or ^ all_and) >> shift & 255) == 0) continue;
        for (size_t i = 0; i < g->n_turns; i++) at[from[i].key >> shift & 255]++;
        for (int b = 0; b < 256; b++) {
            const size_t n = at[b];
            at[b] = sum;
            sum += n;
        }
        for (size_t i = 0; i < g->n_turns; i++) to[at[from[i].key >> shift & 255]++] = from[i];
        msc_sieve_turn *done = to;
        to = from;
        from = done;
    }
    msc_release(to);
    g->turn = from;
    g->turn_capacity = g->n_turns + 1;
    return 1;
}

/* The decided regions already wait; every other region under the unit joins them. */
static msc_status line_up(merger *m, msc_sieve_counts *counts, msc_error *err)
{
    msc_sieve_graph *g = m->graph;
    counts->n_regions_in = (int64_t)g->n_turns;
    counts->n_px_changed = g->n_px_decided;
    for (uint32_t i = 0; i < g->n_nodes; i++) {
        const msc_sieve_node *node = &m->node[i];
        if (node->parent != i) continue;
        counts->n_regions_in++;
        if (node->size_px >= g->mmu_px) continue;
        if (node->size_px >= MSC_SIEVE_KEY_SIZES) {
            if (!push(m, i)) return msc_fail(err, MSC_ENOMEM, "sieve", "%zu regions", g->n_nodes);
            continue;
        }
        if (!msc_reserve((void **)&g->turn, &g->turn_capacity, g->n_turns + 1, sizeof *g->turn))
            return msc_fail(err, MSC_ENOMEM, "sieve", "%zu regions", g->n_nodes);
        g->turn[g->n_turns++] = (msc_sieve_turn){ msc_sieve_key(node->size_px, node->first_px), i, 0 };
    }
    return sort_turns(g) ? MSC_OK : msc_fail(err, MSC_ENOMEM, "sieve", "%zu regions", g->n_nodes);
}

/* Sums the borders of a region's members to other regions. Returns their number, or -1 without memory. Lists of members that
 * reached the unit before they were joined are not needed any more: such a region never comes up again. */
static int64_t look_round(merger *m, uint32_t region)
{
    msc_sieve_node *node = m->node;
    size_t n = 0;
    uint32_t member = region;
    do {
        for (uint32_t i = node[member].list; i < node[member + 1].list; i++) {
            const uint32_t other = find(node, m->list[i].region);
            if (other == region) continue;
            if (node[other].mark == 0) {
                if (!msc_reserve((void **)&m->around, &m->around_capacity, n + 1, sizeof *m->around)) return -1;
                m->around[n] = (around){ other, 0 };
                node[other].mark = (uint32_t)++n;
            }
            m->around[node[other].mark - 1].border_px += m->list[i].length_px;
        }
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

/* The next region to merge: of the sorted ones or of those that grew. Decided ones join their winner on the way. */
static int next_region(merger *m, msc_sieve_counts *counts, uint32_t *region)
{
    msc_sieve_graph *g = m->graph;
    for (;;) {
        const msc_sieve_turn *turn = m->next_turn < g->n_turns ? &g->turn[m->next_turn] : NULL;
        const entry *grown = m->n_heap ? &m->heap[0] : NULL;
        if (!turn && !grown) return 0;
        if (!turn || (grown && grown->size_px < MSC_SIEVE_KEY_SIZES && msc_sieve_key(grown->size_px, grown->first_px) < turn->key)) {
            const entry e = pop(m);
            if (m->node[e.region].parent != e.region || m->node[e.region].size_px != e.size_px) continue;
            *region = e.region;
            return 1;
        }
        m->next_turn++;
        const int64_t size_px = (int64_t)(turn->key >> MSC_SIEVE_KEY_SHIFT);
        if (turn->is_speck) {
            const int64_t first_px = (int64_t)(turn->key & (((uint64_t)1 << MSC_SIEVE_KEY_SHIFT) - 1));
            msc_sieve_node *winner = &m->node[find(m->node, turn->node)];
            winner->size_px += size_px;
            if (first_px < winner->first_px) winner->first_px = first_px;
            counts->n_merged++;
            continue;
        }
        if (m->node[turn->node].parent != turn->node || m->node[turn->node].size_px != size_px) continue;
        *region = turn->node;
        return 1;
    }
}

static msc_status merge_all(merger *m, const msc_settings *settings, msc_sieve_counts *counts, msc_error *err)
{
    const msc_sieve_graph *g = m->graph;
    uint32_t region;
    for (int64_t n_done = 0; next_region(m, counts, &region); n_done++) {
        if (n_done % CANCEL_EVERY == 0 && settings && settings->cancel && *settings->cancel)
            return msc_fail(err, MSC_ECANCELLED, "sieve", "%zu regions left", g->n_turns - m->next_turn);
        const int64_t n_round = look_round(m, region);
        if (n_round < 0) return msc_fail(err, MSC_ENOMEM, "sieve", "neighbours");
        if (n_round == 0) {
            counts->n_kept_alone++;
            continue;
        }
        const uint16_t value = m->value[choose(m, n_round)];
        uint32_t root = region;
        for (int64_t i = 0; i < n_round; i++) {
            const uint32_t other = m->around[i].region;
            if (m->value[other] != value) continue;
            root = unite(m, root, other);
            counts->n_merged++;
        }
        m->value[root] = value;
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
        uint16_t *value = &g->value[m->node[i].piece];
        const uint16_t last = m->value[find(m->node, i)];
        if (*value != last) counts->n_px_changed += m->node[i].piece_px;
        *value = last;
    }
    counts->n_regions_out = counts->n_regions_in - counts->n_merged;
}

msc_status msc_sieve_merge(msc_sieve_graph *graph, const msc_settings *settings, msc_sieve_counts *counts, msc_error *err)
{
    merger m = { .graph = graph, .node = graph->node };
    memset(counts, 0, sizeof *counts);
    m.value = msc_alloc(graph->n_nodes + 1, sizeof *m.value);
    msc_status status = m.value ? MSC_OK : msc_fail(err, MSC_ENOMEM, "sieve", "%zu regions", graph->n_nodes);
    for (size_t i = 0; status == MSC_OK && i < graph->n_nodes; i++) m.value[i] = graph->value[m.node[i].piece];
    if (status == MSC_OK) status = list_neighbours(&m, err);
    if (status == MSC_OK) status = line_up(&m, counts, err);
    if (status == MSC_OK) status = merge_all(&m, settings, counts, err);
    if (status == MSC_OK) settle(&m, counts);
    msc_release(m.value);
    msc_release(m.list);
    msc_release(m.around);
    msc_release(m.heap);
    return status;
}
