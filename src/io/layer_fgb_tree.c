/* layer_fgb_tree.c - the packed Hilbert R-tree of FlatGeobuf (flatgeobuf.org, "Spec"): nodes of 16, all levels in one
 * array with the root first and the leaves last; a node names its first child's number, a leaf its feature's offset. */
#include "base/mem.h"
#include "base/sort.h"
#include "io/layer_fgb.h"
#include <math.h>
#include <string.h>

enum { CURVE_BITS = 16, CURVE_MAX = 65535, PIECE_NODES = 4096, LEVELS_MAX = 20 };

/* Distance along the Hilbert curve of order 16 (Warren, Hacker's Delight, 2nd ed., 16-2): each pair of bits turns the
 * pairs below it. */
static uint32_t hilbert(uint32_t x, uint32_t y)
{
    uint32_t d = 0;
    for (uint32_t side = 1u << (CURVE_BITS - 1); side > 0; side /= 2) {
        const uint32_t right = (x & side) != 0, up = (y & side) != 0;
        d = d << 2 | (3 * right ^ up);
        if (!up) {
            if (right) {
                x = CURVE_MAX - x;
                y = CURVE_MAX - y;
            }
            const uint32_t held = x;
            x = y;
            y = held;
        }
    }
    return d;
}

static uint32_t cell(double low, double high, double from, double extent)
{
    if (!(extent > 0)) return 0;
    const double at = floor(CURVE_MAX * ((low + high) / 2 - from) / extent);
    return at <= 0 ? 0 : at >= CURVE_MAX ? CURVE_MAX : (uint32_t)at;
}

msc_status msc_fgb_sort(msc_fgb_item **item, size_t n, const double box[4], const char *path, msc_error *err)
{
    msc_keyed *key = msc_alloc(n, sizeof *key);
    msc_fgb_item *sorted = NULL;
    msc_status status = MSC_OK;
    if (!key || n > UINT32_MAX) {
        status = msc_fail(err, MSC_ENOMEM, path, "%zu features to sort", n);
        goto done;
    }
    for (size_t i = 0; i < n; i++) {     /* from the end of the curve to its start, as GDAL does */
        const double *b = (*item)[i].box;
        const uint32_t x = cell(b[0], b[2], box[0], box[2] - box[0]), y = cell(b[1], b[3], box[1], box[3] - box[1]);
        key[i] = (msc_keyed){ UINT32_MAX - hilbert(x, y), (uint32_t)i };
    }
    if (!msc_sort_keys(key, n) || !(sorted = msc_alloc(n, sizeof *sorted))) {
        status = msc_fail(err, MSC_ENOMEM, path, "%zu features to sort", n);
        goto done;
    }
    /* Into a second array: following the permutation's cycles in place waits for memory at every step, six times longer. */
    for (size_t i = 0; i < n; i++) sorted[i] = (*item)[key[i].at];
    msc_release(*item);
    *item = sorted;
    sorted = NULL;
done:
    msc_release(sorted);
    msc_release(key);
    return status;
}

/* Numbers of nodes of each level from the leaves up; returns how many levels. */
static int count_levels(size_t n, size_t level[LEVELS_MAX])
{
    int n_levels = 0;
    level[n_levels++] = n;
    do {
        n = (n + MSC_FGB_NODE_ITEMS - 1) / MSC_FGB_NODE_ITEMS;
        level[n_levels++] = n;
    } while (n > 1);
    return n_levels;
}

int64_t msc_fgb_tree_bytes(size_t n)
{
    size_t level[LEVELS_MAX];
    int64_t sum = 0;
    for (int l = count_levels(n, level); l-- > 0;) sum += (int64_t)level[l];
    return sum * MSC_FGB_NODE_BYTES;
}

static uint8_t *put_node(uint8_t *to, const double box[4], uint64_t offset)
{
    memcpy(to, box, 32);
    memcpy(to + 32, &offset, 8);
    return to + MSC_FGB_NODE_BYTES;
}

/* Boxes of the nodes above `n` boxes; `stride` bytes from one to the next. */
static void join_boxes(const void *boxes, size_t stride, size_t n, double (*parent)[4])
{
    for (size_t i = 0; i < n; i++) {
        double box[4];
        memcpy(box, (const char *)boxes + i * stride, sizeof box);
        if (i % MSC_FGB_NODE_ITEMS == 0) memcpy(parent[i / MSC_FGB_NODE_ITEMS], box, sizeof box);
        else msc_box_join(parent[i / MSC_FGB_NODE_ITEMS], box);
    }
}

msc_status msc_fgb_put_tree(const msc_fgb_item *item, size_t n, msc_layer_sink *sink, const char *path, msc_error *err)
{
    size_t level[LEVELS_MAX], start[LEVELS_MAX], n_inner = 0;
    const int n_levels = count_levels(n, level);
    for (int l = 1; l < n_levels; l++) n_inner += level[l];
    /* start[l]: number of the level's first node in the array; boxes of inner nodes stand in that order as well. */
    start[n_levels - 1] = 0;
    for (int l = n_levels - 2; l >= 0; l--) start[l] = start[l + 1] + level[l + 1];
    double (*box)[4] = msc_alloc(n_inner, sizeof *box);
    uint8_t *piece = msc_alloc(PIECE_NODES, MSC_FGB_NODE_BYTES), *to = piece;
    msc_status status = box && piece ? MSC_OK : msc_fail(err, MSC_ENOMEM, path, "%zu tree nodes", n_inner);
    if (status == MSC_OK) {
        join_boxes(item, sizeof *item, n, box + start[1]);
        for (int l = 2; l < n_levels; l++) join_boxes(box + start[l - 1], sizeof *box, level[l - 1], box + start[l]);
    }
    for (int l = n_levels - 1; l >= 0 && status == MSC_OK; l--) {
        uint64_t offset = 0;
        for (size_t i = 0; i < level[l] && status == MSC_OK; i++) {
            if (l > 0) to = put_node(to, box[start[l] + i], start[l - 1] + MSC_FGB_NODE_ITEMS * i);
            else to = put_node(to, item[i].box, offset);
            offset += l > 0 ? 0 : item[i].n_bytes;
            if (to == piece + PIECE_NODES * MSC_FGB_NODE_BYTES || (l == 0 && i + 1 == n)) {
                status = msc_layer_sink_add(sink, piece, (size_t)(to - piece), path, err);
                to = piece;
            }
        }
    }
    msc_release(piece);
    msc_release(box);
    return status;
}
