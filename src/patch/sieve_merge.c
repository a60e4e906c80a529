/* sieve_merge.c - merges regions under the unit, smallest first, until the guarantee holds. */
#include "base/mem.h"
#include "patch/sieve_graph.h"
#include <string.h>

/* How often the caller's cancel flag is looked at, in merges: well under a millisecond's work. */
enum { CANCEL_EVERY = 1024 };

typedef struct entry { int64_t size_px, first_px; uint32_t region; } entry;
typedef struct neighbour { uint32_t region, length_px; } neighbour;

typedef struct merger {
    msc_sieve_graph *graph;
    size_t n;                    /* regions; size and first pixel lie in the graph's arrays */
    uint16_t *value;
    uint32_t *parent, *next;     /* next: ring of the members of a merged region */
    uint64_t *border_px;         /* scratch: length + 1 to each neighbour while one region is looked at */
    size_t *list_start;          /* [n + 1] into `list` */
    neighbour *list;             /* of regions under the unit only */
    uint32_t *touched;
    size_t touched_capacity;
    entry *heap;
    size_t n_heap, heap_capacity;
} merger;

static uint32_t find_piece(msc_sieve_piece *piece, uint32_t i)
{
    while (piece[i].parent != i) i = piece[i].parent = piece[piece[i].parent].parent;
    return i;
}

static uint32_t find(uint32_t *parent, uint32_t i)
{
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
}

/* Turns pieces into regions, numbered by their lowest piece; sizes and first pixels move to the front of their arrays. */
static size_t number_regions(msc_sieve_graph *g)
{
    uint32_t n = 0;
    for (size_t i = 0; i < g->n_pieces; i++) {
        const uint32_t root = find_piece(g->piece, (uint32_t)i);
        if (root == i) continue;
        g->size_px[root] += g->size_px[i];
        if (g->first_px[i] < g->first_px[root]) g->first_px[root] = g->first_px[i];
    }
    /* A root is never after its pieces, so parents can be replaced by numbers in one sweep. */
    for (size_t i = 0; i < g->n_pieces; i++) {
        if (g->piece[i].parent == i) {
            g->size_px[n] = g->size_px[i];
            g->first_px[n] = g->first_px[i];
            g->piece[i].parent = n++;
        } else {
            g->piece[i].parent = g->piece[g->piece[i].parent].parent;
        }
    }
    return n;
}

static int comes_before(const entry *a, const entry *b)
{
    return a->size_px != b->size_px ? a->size_px < b->size_px : a->first_px < b->first_px;
}

static int push(merger *m, uint32_t region)
{
    const entry e = { m->graph->size_px[region], m->graph->first_px[region], region };
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

/* Lists the neighbours of regions under the unit: counts, prefix sums, then a sweep that fills from the back. */
static msc_status list_neighbours(merger *m, msc_error *err)
{
    msc_sieve_graph *g = m->graph;
    const int64_t mmu_px = g->mmu_px;
    for (size_t i = 0; i < g->n_borders; i++) {
        msc_sieve_border *border = &g->border[i];
        border->a = g->piece[border->a].parent;
        border->b = g->piece[border->b].parent;
        if (border->a == border->b) continue;
        if (g->size_px[border->a] < mmu_px) m->list_start[border->a]++;
        if (g->size_px[border->b] < mmu_px) m->list_start[border->b]++;
    }
    for (size_t i = 1; i <= m->n; i++) m->list_start[i] += m->list_start[i - 1];
    m->list = msc_alloc_zero(m->list_start[m->n] + 1, sizeof *m->list);
    if (!m->list) return msc_fail(err, MSC_ENOMEM, "sieve", "%zu borders", g->n_borders);
    for (size_t i = 0; i < g->n_borders; i++) {
        const msc_sieve_border *border = &g->border[i];
        if (border->a == border->b) continue;
        if (g->size_px[border->a] < mmu_px) m->list[--m->list_start[border->a]] = (neighbour){ border->b, border->length_px };
        if (g->size_px[border->b] < mmu_px) m->list[--m->list_start[border->b]] = (neighbour){ border->a, border->length_px };
    }
    return MSC_OK;
}

static msc_status merger_init(merger *m, msc_sieve_graph *g, msc_error *err)
{
    *m = (merger){ .graph = g, .n = number_regions(g) };
    m->value = msc_alloc_zero(m->n + 1, sizeof *m->value);
    m->parent = msc_alloc_zero(m->n + 1, sizeof *m->parent);
    m->next = msc_alloc_zero(m->n + 1, sizeof *m->next);
    m->border_px = msc_alloc_zero(m->n + 1, sizeof *m->border_px);
    m->list_start = msc_alloc_zero(m->n + 2, sizeof *m->list_start);
    if (!m->value || !m->parent || !m->next || !m->border_px || !m->list_start)
        return msc_fail(err, MSC_ENOMEM, "sieve", "%zu regions", m->n);
    for (size_t i = 0; i < g->n_pieces; i++) m->value[g->piece[i].parent] = g->piece[i].value;
    for (size_t i = 0; i < m->n; i++) m->parent[i] = m->next[i] = (uint32_t)i;
    MSC_TRY(list_neighbours(m, err));
    for (size_t i = 0; i < m->n; i++)
        if (g->size_px[i] < g->mmu_px && !push(m, (uint32_t)i)) return msc_fail(err, MSC_ENOMEM, "sieve", "%zu regions", m->n);
    return MSC_OK;
}

static void merger_clear(merger *m)
{
    msc_release(m->value);
    msc_release(m->parent);
    msc_release(m->next);
    msc_release(m->border_px);
    msc_release(m->list_start);
    msc_release(m->list);
    msc_release(m->touched);
    msc_release(m->heap);
}

/* Sums the borders of a region with each neighbour into border_px; `touched` lists the neighbours. -1: no memory. */
static int64_t look_round(merger *m, uint32_t region)
{
    size_t n = 0;
    uint32_t member = region;
    do {
        for (size_t i = m->list_start[member]; i < m->list_start[member + 1]; i++) {
            const uint32_t other = find(m->parent, m->list[i].region);
            if (other == region) continue;
            if (m->border_px[other] == 0) {
                if (!msc_reserve((void **)&m->touched, &m->touched_capacity, n + 1, sizeof *m->touched)) return -1;
                m->touched[n++] = other;
                m->border_px[other] = 1;
            }
            m->border_px[other] += m->list[i].length_px;
        }
        member = m->next[member];
    } while (member != region);
    return (int64_t)n;
}

static uint32_t choose(const merger *m, int64_t n)
{
    const int64_t *size_px = m->graph->size_px, *first_px = m->graph->first_px;
    uint32_t best = m->touched[0];
    for (int64_t i = 1; i < n; i++) {
        const uint32_t r = m->touched[i];
        if (m->border_px[r] != m->border_px[best]) {
            if (m->border_px[r] > m->border_px[best]) best = r;
        } else if (size_px[r] != size_px[best]) {
            if (size_px[r] > size_px[best]) best = r;
        } else if (first_px[r] < first_px[best]) {
            best = r;
        }
    }
    return best;
}

/* Unites two regions; the larger one's number stays so that chains stay short. The rings of members become one. */
static uint32_t unite(merger *m, uint32_t a, uint32_t b)
{
    int64_t *size_px = m->graph->size_px, *first_px = m->graph->first_px;
    const uint32_t root = size_px[a] >= size_px[b] ? a : b, gone = root == a ? b : a;
    const uint32_t next = m->next[root];
    m->parent[gone] = root;
    size_px[root] += size_px[gone];
    if (first_px[gone] < first_px[root]) first_px[root] = first_px[gone];
    m->next[root] = m->next[gone];
    m->next[gone] = next;
    return root;
}

static msc_status merge_all(merger *m, const msc_settings *settings, msc_sieve_counts *counts, msc_error *err)
{
    msc_sieve_graph *g = m->graph;
    for (int64_t n_done = 0; m->n_heap > 0; n_done++) {
        const entry e = pop(m);
        if (n_done % CANCEL_EVERY == 0 && settings && settings->cancel && *settings->cancel)
            return msc_fail(err, MSC_ECANCELLED, "sieve", "%zu regions left", m->n_heap);
        if (m->parent[e.region] != e.region || g->size_px[e.region] != e.size_px) continue;
        const int64_t n_round = look_round(m, e.region);
        if (n_round < 0) return msc_fail(err, MSC_ENOMEM, "sieve", "neighbours");
        if (n_round == 0) {
            counts->n_kept_alone++;
            continue;
        }
        const uint32_t best = choose(m, n_round);
        const uint16_t value = m->value[best];
        uint32_t root = e.region;
        m->value[root] = value;
        for (int64_t i = 0; i < n_round; i++) {
            const uint32_t other = m->touched[i];
            m->border_px[other] = 0;
            if (m->value[other] != value) continue;
            root = unite(m, root, other);
            counts->n_merged++;
        }
        m->value[root] = value;
        if (g->size_px[root] < g->mmu_px && !push(m, root)) return msc_fail(err, MSC_ENOMEM, "sieve", "%zu regions", m->n);
    }
    return MSC_OK;
}

msc_status msc_sieve_merge(msc_sieve_graph *graph, const msc_settings *settings, msc_sieve_counts *counts, msc_error *err)
{
    merger m;
    memset(counts, 0, sizeof *counts);
    int64_t *piece_px = msc_alloc_zero(graph->n_pieces + 1, sizeof *piece_px);
    if (!piece_px) return msc_fail(err, MSC_ENOMEM, "sieve", "%zu regions", graph->n_pieces);
    memcpy(piece_px, graph->size_px ? graph->size_px : piece_px, graph->n_pieces * sizeof *piece_px);
    msc_status status = merger_init(&m, graph, err);
    counts->n_regions_in = (int64_t)m.n;
    if (status == MSC_OK) status = merge_all(&m, settings, counts, err);
    if (status == MSC_OK) {
        counts->n_regions_out = counts->n_regions_in - counts->n_merged;
        for (size_t i = 0; i < graph->n_pieces; i++) {
            const uint16_t value = m.value[find(m.parent, graph->piece[i].parent)];
            if (value != graph->piece[i].value) counts->n_px_changed += piece_px[i];
            graph->piece[i].value = value;
        }
    }
    merger_clear(&m);
    msc_release(piece_px);
    return status;
}
