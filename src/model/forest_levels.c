/* forest_levels.c - from a forest's nodes to tables, level by level, as kernels/forest_levels.h lays them out. */
#include "model/forest_parts.h"
#include "base/mem.h"
#include "kernels/kernels.h"
#include <assert.h>
#include <string.h>

_Static_assert((int)MSC_MAX_FEATURES <= (int)MSC_LEVEL_ASKED, "a level may ask for all features");

/* A row of inner nodes: places in the tree. */
typedef struct row { uint32_t node[MSC_LEVEL_SLOTS]; int n; } row;

typedef struct maker {
    const uint32_t *tree;
    int n_classes, limit;        /* inner nodes of a level, at most */
    msc_levels *made;
    size_t n_stages, n_levels, n_asked, n_features, n_tables;
    size_t stage_cap, level_cap, asked_cap, feature_cap, table_cap;
    int is_short, is_deep;       /* of memory; stages below each other beyond the limit */
    uint8_t slot[65536];         /* of each place, where it stands in the next row */
} maker;

#define GROW(m, array, cap, wanted) \
    (msc_reserve((void **)&(m)->made->array, &(m)->cap, (wanted), sizeof *(m)->made->array) ? 1 : ((m)->is_short = 1, 0))

static int is_leaf(uint32_t node) { return (node & MSC_NODE_LEAF) != 0; }

/* Inner children of a row in its order; returns how many there are, also when there is no room for them. */
static int below(const maker *m, const row *from, row *to)
{
    int n = 0;
    for (int i = 0; i < from->n; i++) {
        const uint32_t node = m->tree[from->node[i]], left = from->node[i] + (node >> 16);
        for (uint32_t child = left; child < left + 2 && !is_leaf(node); child++) {
            if (is_leaf(m->tree[child])) continue;
            if (n < m->limit) to->node[n] = child;
            n++;
        }
    }
    to->n = n < m->limit ? n : m->limit;
    return n;
}

/* The turn of a feature among those that the level made last asks for; a new one is added. */
static int turn_of(maker *m, uint8_t feature)
{
    msc_level *level = &m->made->levels[m->n_levels - 1];
    uint8_t *asked = m->made->asked + level->asked;
    int turn = 0;
    while (turn < level->n_asked && asked[turn] != feature) turn++;
    if (turn < level->n_asked) return turn;
    asked[turn] = feature;
    level->n_asked++;
    m->n_asked++;
    return turn;
}

static uint8_t slot_of(const maker *m, uint32_t place)
{
    return is_leaf(m->tree[place]) ? (uint8_t)(m->tree[place] & 127u) : m->slot[place];
}

/* Writes the tables of one level. A tree that is one leaf gets a level that leads to its class. */
static void put_level(maker *m, const row *at, const row *next)
{
    const int n_slots = m->n_classes + at->n, size = n_slots <= 64 ? 64 : n_slots <= 128 ? 128 : 256;
    msc_levels *made = m->made;
    if (!GROW(m, levels, level_cap, m->n_levels + 1) || !GROW(m, asked, asked_cap, m->n_asked + MSC_LEVEL_ASKED)
        || !GROW(m, tables, table_cap, m->n_tables + 4 * (size_t)size)) return;
    msc_level *level = &made->levels[m->n_levels++];
    uint8_t *cut = made->tables + m->n_tables, *left = cut + size, *right = left + size, *turn = right + size;
    *level = (msc_level){ .table = (uint32_t)m->n_tables, .asked = (uint32_t)m->n_asked, .size = (uint16_t)size };
    m->n_tables += 4 * (size_t)size;
    memset(cut, 0x7f, (size_t)size);
    memset(left, 0, 3 * (size_t)size);
    for (int c = 0; c < m->n_classes; c++) left[c] = right[c] = (uint8_t)c;
    for (int i = 0; i < next->n; i++) m->slot[next->node[i]] = (uint8_t)(m->n_classes + i);
    for (int i = 0; i < at->n; i++) {
        const uint32_t node = m->tree[at->node[i]], child = at->node[i] + (node >> 16);
        const int slot = m->n_classes + i;
        const uint8_t feature = is_leaf(node) ? 0 : (uint8_t)msc_node_feature(node);
        if (!is_leaf(node)) cut[slot] = (uint8_t)(msc_node_cut(node) ^ 0x80u);
        left[slot] = slot_of(m, child);
        right[slot] = is_leaf(node) ? left[slot] : slot_of(m, child + 1);
        turn[slot] = msc_level_turn(turn_of(m, feature));
    }
}

/* Adds the widths of the levels below a node; 0 when one grows beyond the limit. */
static int add_widths(const maker *m, uint32_t node, int widths[MSC_MAX_DEPTH + 1])
{
    row at = { { node }, 1 }, next;
    for (int level = 0; at.n > 0 && level <= MSC_MAX_DEPTH; level++) {
        widths[level] += at.n;
        if (widths[level] > m->limit || below(m, &at, &next) > m->limit) return 0;
        at = next;
    }
    return 1;
}

/* Deals the nodes of a lower edge out to groups in their order, as few as hold levels within the limit: end[g] is where
 * group g ends. */
static int deal(const maker *m, const row *edge, int end[MSC_LEVEL_SLOTS])
{
    int widths[MSC_MAX_DEPTH + 1] = { 0 }, n = 0, from = 0;
    for (int i = 0; i < edge->n; i++) {
        if (add_widths(m, edge->node[i], widths) || i == from) continue;
        end[n++] = from = i;
        memset(widths, 0, sizeof widths);
        add_widths(m, edge->node[i], widths);
    }
    end[n++] = edge->n;
    return n;
}

/* Lists the features that a stage and its children ask for. */
static void put_features(maker *m, size_t index)
{
    uint8_t is_used[MSC_MAX_FEATURES] = { 0 };
    const msc_stage *stage = &m->made->stages[index];
    for (uint32_t l = stage->level; l < stage->level + stage->n_levels; l++)
        for (int k = 0; k < m->made->levels[l].n_asked; k++) is_used[m->made->asked[m->made->levels[l].asked + (uint32_t)k]] = 1;
    for (uint32_t c = stage->child; c < stage->child + stage->n_children; c++)
        for (uint32_t k = 0; k < m->made->stages[c].n_features; k++) is_used[m->made->features[m->made->stages[c].feature + k]] = 1;
    if (!GROW(m, features, feature_cap, m->n_features + MSC_MAX_FEATURES)) return;
    m->made->stages[index].feature = (uint32_t)m->n_features;
    for (int f = 0; f < MSC_MAX_FEATURES; f++)
        if (is_used[f]) m->made->features[m->n_features++] = (uint8_t)f;
    m->made->stages[index].n_features = (uint32_t)m->n_features - m->made->stages[index].feature;
}

static void put_stage(maker *m, size_t index, row at, int depth);

static void put_children(maker *m, size_t index, const row *edge, const int *end, int n, int depth)
{
    const size_t first = m->n_stages;
    if (!GROW(m, stages, stage_cap, first + (size_t)n)) return;
    m->n_stages += (size_t)n;
    m->made->stages[index].child = (uint32_t)first;
    m->made->stages[index].n_children = (uint32_t)n;
    for (int g = 0, from = 0; g < n; from = end[g++]) {
        row group = { .n = end[g] - from };
        memcpy(group.node, edge->node + from, (size_t)group.n * sizeof *group.node);
        put_stage(m, first + (size_t)g, group, depth + 1);
        if (m->is_short || m->is_deep) return;
        m->made->stages[first + (size_t)g].first = (uint8_t)(m->n_classes + from);
        m->made->stages[first + (size_t)g].last = (uint8_t)(m->n_classes + end[g] - 1);
    }
}

/* Makes the stage whose upper row is `at` and all below it. */
static void put_stage(maker *m, size_t index, row at, int depth)
{
    row next, beyond;
    int end[MSC_LEVEL_SLOTS], n_children = 0;
    m->is_deep |= depth >= MSC_STAGE_DEPTH;
    if (m->is_deep) return;
    m->made->stages[index] = (msc_stage){ .level = (uint32_t)m->n_levels };
    do {
        const int fits = below(m, &at, &next) <= m->limit;
        assert(fits);                        /* else this row had been the edge of the stage above */
        if (below(m, &next, &beyond) > m->limit) n_children = deal(m, &next, end);
        put_level(m, &at, &next);
        if (m->is_short) return;
        m->made->stages[index].n_levels++;
        at = next;
    } while (at.n > 0 && n_children == 0);
    if (n_children > 0) put_children(m, index, &at, end, n_children, depth);
    if (!m->is_short && !m->is_deep) put_features(m, index);
}

void msc_forest_levels_free(msc_levels **levels)
{
    msc_levels *l = *levels;
    if (!l) return;
    msc_release(l->root);
    msc_release(l->stages);
    msc_release(l->levels);
    msc_release(l->asked);
    msc_release(l->features);
    msc_release(l->tables);
    msc_release(l);
    *levels = NULL;
}

/* The tables once more, where a register's worth of them is one line of memory. */
static void align_tables(maker *m)
{
    uint8_t *aligned = msc_alloc(m->n_tables, 1);
    m->is_short = !aligned;
    if (!aligned) return;
    memcpy(aligned, m->made->tables, m->n_tables);
    msc_release(m->made->tables);
    m->made->tables = aligned;
}

int msc_forest_levels(msc_forest *forest)
{
    maker m;
    memset(&m, 0, offsetof(maker, slot));
    if (!msc_kernels_select()->walk_levels) return 1;
    m.n_classes = forest->n_classes;
    m.limit = MSC_LEVEL_SLOTS - forest->n_classes;
    m.made = msc_alloc_zero(1, sizeof *m.made);
    if (!m.made) return 0;
    m.made->n_classes = forest->n_classes;
    m.made->root = msc_alloc((size_t)forest->n_trees, sizeof *m.made->root);
    m.is_short = !m.made->root;
    for (int t = 0; t < forest->n_trees && !m.is_short && !m.is_deep; t++) {
        const row root = { { 0 }, 1 };
        m.tree = forest->nodes + forest->roots[t];
        if (!GROW(&m, stages, stage_cap, m.n_stages + 1)) break;
        m.made->root[t] = (uint32_t)m.n_stages++;
        put_stage(&m, m.made->root[t], root, 0);
    }
    if (!m.is_short && !m.is_deep) align_tables(&m);
    if (m.is_short || m.is_deep) msc_forest_levels_free(&m.made);
    forest->levels = m.made;
    return !m.is_short;
}
