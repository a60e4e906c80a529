/* sieve_merge.c - gives small regions their turns, in any order that comes to the same as the order of their sizes.
 *
 * A turn reads the values of the region's neighbours, changes the value of the region alone, and makes it and some neighbours
 * one. Sizes only grow. So a region that comes before all its small neighbours stays as it is until its turn, whatever happens
 * elsewhere, and two such regions are no neighbours: their turns commute. Giving turns to any region that comes before all
 * its small neighbours therefore ends like the order of sizes (Newman 1942: what commutes one by one has one end). Nothing
 * else about other regions enters a choice, so a region whose neighbours are known can be settled before the rest is seen. */
#include "base/mem.h"
#include "patch/sieve_graph.h"
#include <string.h>

/* Sizes stop at the unit, which msc_sieve_new keeps below 2^48. */
uint32_t msc_sieve_unite(msc_sieve_graph *g, uint32_t a, uint32_t b, int64_t mmu_px)
{
    msc_sieve_node *node = g->node;
    const uint32_t root = node[a].size_px >= node[b].size_px ? a : b, gone = root == a ? b : a;
    const uint32_t next = node[root].next;
    const int64_t size_px = node[root].size_px + node[gone].size_px;
    node[gone].parent = root;
    node[root].size_px = size_px < mmu_px ? size_px : mmu_px;
    if (node[gone].first_px < node[root].first_px) node[root].first_px = node[gone].first_px;
    node[root].next = node[gone].next;     /* the two rings become one */
    node[gone].next = next;
    node[root].is_open |= node[gone].is_open;
    node[root].is_stuck = 0;
    return root;
}

static int comes_before(const msc_sieve_node *a, const msc_sieve_node *b)
{
    return a->size_px != b->size_px ? a->size_px < b->size_px : a->first_px < b->first_px;
}

static int push(uint32_t **list, size_t *n, size_t *capacity, uint32_t item)
{
    if (*n == *capacity && !msc_reserve((void **)list, capacity, *n + 1, sizeof **list)) return 0;
    (*list)[(*n)++] = item;
    return 1;
}

static int add_border(msc_sieve_merger *m, uint16_t value, uint32_t length_px, int is_large)
{
    if (m->place[value] == 0) {
        if (m->n_round == m->round_capacity && !msc_reserve((void **)&m->round, &m->round_capacity, m->n_round + 1, sizeof *m->round))
            return 0;
        m->round[m->n_round] = (msc_sieve_round){ 0, value, 0 };
        m->place[value] = (uint32_t)++m->n_round;
    }
    msc_sieve_round *r = &m->round[m->place[value] - 1];
    r->border_px += length_px;
    r->is_large |= (uint8_t)is_large;
    return 1;
}

/* One neighbour of a region. One that comes first gets its turn first, or blocks the region when it is stuck. */
static int meet(msc_sieve_graph *g, msc_sieve_merger *m, const msc_sieve_rule *rule, uint32_t region, uint32_t code, uint32_t length_px)
{
    if (code & MSC_SIEVE_LARGE) return add_border(m, (uint16_t)code, length_px, 1);
    const uint32_t other = msc_sieve_find(g->node, code);
    const msc_sieve_node *o = &g->node[other];
    if (other == region) return 1;
    if (o->size_px < rule->mmu_px && comes_before(o, &g->node[region])) {
        if (o->is_stuck) m->is_blocked = 1;
        else if (!push(&m->stack, &m->n_stack, &m->stack_capacity, other)) return 0;
    }
    return add_border(m, o->value, length_px, 0) && push(&m->beside, &m->n_beside, &m->beside_capacity, other);
}

/* Sums the borders of a region's members by value. */
static int look_round(msc_sieve_graph *g, msc_sieve_merger *m, const msc_sieve_rule *rule, uint32_t region)
{
    uint32_t member = region;
    int ok = 1;
    m->n_round = m->n_beside = 0;
    m->is_blocked = 0;
    do {
        for (uint32_t i = g->node[member].list; i < g->node[member + 1].list && ok; i++)
            ok = meet(g, m, rule, region, g->near[i].code, g->near[i].length_px);
        for (uint32_t i = g->node[member].seam; i && ok; i = g->across[i - 1].next)
            ok = meet(g, m, rule, region, g->across[i - 1].code, g->across[i - 1].length_px);
        member = g->node[member].next;
    } while (member != region && ok);
    for (size_t i = 0; i < m->n_round; i++) m->place[m->round[i].value] = 0;
    return ok;
}

/* Of equal borders the lowest value, or the highest: as the first pixel lies on a chessboard, so that no class gains by ties. */
static const msc_sieve_round *choose(const msc_sieve_merger *m, int64_t first_px, int32_t width_px)
{
    const int is_lowest = ((first_px / width_px + first_px % width_px) & 1) == 0;
    const msc_sieve_round *best = m->round;
    for (const msc_sieve_round *r = best + 1; r < m->round + m->n_round; r++)
        if (r->border_px > best->border_px || (r->border_px == best->border_px && (r->value < best->value) == is_lowest)) best = r;
    return best;
}

static uint32_t take_turn(msc_sieve_graph *g, const msc_sieve_merger *m, const msc_sieve_rule *rule, uint32_t region)
{
    msc_sieve_node *node = g->node;
    const msc_sieve_round *best = choose(m, node[region].first_px, rule->width_px);
    uint32_t root = region;
    for (size_t i = 0; i < m->n_beside; i++) {
        const uint32_t other = msc_sieve_find(node, m->beside[i]);
        if (other != root && node[other].value == best->value) root = msc_sieve_unite(g, root, other, rule->mmu_px);
    }
    node[root].value = best->value;
    if (best->is_large) node[root].size_px = rule->mmu_px;
    return root;
}

/* ---- the order ---- */

/* One bucket a size up to 63 px, then four for each doubling: below 2^48 px there are fewer than MSC_SIEVE_BUCKETS. */
static int bucket_of(int64_t size_px)
{
    int doublings = 0;
    for (; size_px > 7 && (size_px >= 64 || doublings); size_px >>= 1) doublings++;
    return doublings ? 48 + 4 * doublings + (int)size_px : (int)size_px;
}

static void wait_for_turn(msc_sieve_graph *g, msc_sieve_merger *m, const msc_sieve_rule *rule, uint32_t region)
{
    if (g->node[region].size_px >= rule->mmu_px || m->wait[region]) return;
    const int b = bucket_of(g->node[region].size_px);
    m->wait[region] = m->bucket[b] ? m->bucket[b] : MSC_NO_LABEL;
    m->bucket[b] = region + 1;
    if (b < m->lowest) m->lowest = b;
}

/* A region's turn comes when none of its neighbours is before it. */
static int attempt(msc_sieve_graph *g, msc_sieve_merger *m, const msc_sieve_rule *rule, uint32_t first, msc_sieve_counts *counts)
{
    m->n_stack = 0;
    if (!push(&m->stack, &m->n_stack, &m->stack_capacity, first)) return 0;
    while (m->n_stack) {
        const size_t n = m->n_stack;
        const uint32_t region = m->stack[n - 1];
        msc_sieve_node *r = &g->node[region];
        if (r->parent != region || r->is_stuck || r->is_alone || r->size_px >= rule->mmu_px) {
            m->n_stack--;
            continue;
        }
        if (!look_round(g, m, rule, region)) return 0;
        if (m->n_stack > n) continue;
        if (m->is_blocked || r->is_open) {
            r->is_stuck = 1;
        } else if (m->n_round == 0) {
            r->is_alone = 1;
            counts->n_kept_alone++;
        } else {
            wait_for_turn(g, m, rule, take_turn(g, m, rule, region));
            counts->n_merged++;
            m->n_stack--;
        }
    }
    return 1;
}

int msc_sieve_settle(msc_sieve_graph *g, msc_sieve_merger *m, const msc_sieve_rule *rule, msc_sieve_counts *counts)
{
    if (!msc_reserve((void **)&m->wait, &m->wait_capacity, g->n_nodes + 1, sizeof *m->wait)) return 0;
    memset(m->wait, 0, (g->n_nodes + 1) * sizeof *m->wait);
    memset(m->bucket, 0, sizeof m->bucket);
    for (size_t i = g->n_nodes; i-- > 0;)
        if (g->node[i].parent == i) wait_for_turn(g, m, rule, (uint32_t)i);
    for (m->lowest = 0; m->lowest < MSC_SIEVE_BUCKETS;) {
        const int b = m->lowest;
        if (m->bucket[b] == 0) {
            m->lowest++;
            continue;
        }
        const uint32_t region = m->bucket[b] - 1;
        m->bucket[b] = m->wait[region] == MSC_NO_LABEL ? 0 : m->wait[region];
        m->wait[region] = 0;
        if (g->node[region].parent != region) continue;
        if (bucket_of(g->node[region].size_px) > b) wait_for_turn(g, m, rule, region);
        else if (!attempt(g, m, rule, region, counts)) return 0;
    }
    return 1;
}

/* ---- what is left ---- */

static int keep_neighbour(msc_sieve_graph *from, msc_sieve_graph *to, const uint32_t *code, uint32_t root, uint32_t other, uint32_t length_px)
{
    if (!(other & MSC_SIEVE_LARGE)) {
        if (msc_sieve_find(from->node, other) == root) return 1;
        other = code[other];
    }
    if (to->n_near == to->near_capacity && !msc_reserve((void **)&to->near, &to->near_capacity, to->n_near + 1, sizeof *to->near)) return 0;
    to->near[to->n_near++] = (msc_sieve_near){ other, length_px };
    return 1;
}

int msc_sieve_keep(msc_sieve_graph *from, msc_sieve_graph *to, const msc_sieve_rule *rule, uint32_t *code, msc_sieve_counts *counts)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < from->n_nodes; i++) {
        const msc_sieve_node *node = &from->node[i], *root = &from->node[msc_sieve_find(from->node, i)];
        const int is_final = root->size_px >= rule->mmu_px || root->is_alone;
        code[i] = is_final ? MSC_SIEVE_LARGE | root->value : n++;
        if (is_final && node->piece_value != root->value) counts->n_px_changed += node->piece_px;
    }
    to->n_near = to->n_across = 0;
    to->n_nodes = n;
    if (!msc_reserve((void **)&to->node, &to->node_capacity, n + (size_t)1, sizeof *to->node)) return 0;
    for (uint32_t i = 0; i < from->n_nodes; i++) {
        if (code[i] & MSC_SIEVE_LARGE) continue;
        const uint32_t root = msc_sieve_find(from->node, i);
        msc_sieve_node *kept = &to->node[code[i]];
        *kept = from->node[i];
        kept->parent = code[root];
        kept->next = code[kept->next];
        kept->list = (uint32_t)to->n_near;
        kept->seam = 0;
        kept->is_stuck = 0;
        for (uint32_t k = from->node[i].list; k < from->node[i + 1].list; k++)
            if (!keep_neighbour(from, to, code, root, from->near[k].code, from->near[k].length_px)) return 0;
        for (uint32_t k = from->node[i].seam; k; k = from->across[k - 1].next)
            if (!keep_neighbour(from, to, code, root, from->across[k - 1].code, from->across[k - 1].length_px)) return 0;
    }
    to->node[n].list = (uint32_t)to->n_near;
    return 1;
}

void msc_sieve_graph_clear(msc_sieve_graph *g)
{
    msc_release(g->node);
    msc_release(g->near);
    msc_release(g->across);
    memset(g, 0, sizeof *g);
}

void msc_sieve_merger_clear(msc_sieve_merger *m)
{
    msc_release(m->wait);
    msc_release(m->round);
    msc_release(m->beside);
    msc_release(m->stack);
    memset(m, 0, sizeof *m);
}
