/* layer_fgb_tree.c - the packed Hilbert R-tree of FlatGeobuf (flatgeobuf.org, "Spec"): nodes of 16, all levels in one
 * array with the root first and the leaves last; a node names its first child's number, a leaf its feature's offset. */
#include "base/mem.h"
#include "base/sort.h"
#include "io/layer_fgb.h"
#include "stream/stream.h"
#include <string.h>

enum { CURVE_BITS = 16, CURVE_MAX = 65535, PIECE_NODES = 4096, LEVELS_MAX = 20 };
enum { PIECE_ITEMS = 16384, BLOCK = 64 };   /* of one worker; whose steps along the curve are taken together */

/* Distances along the Hilbert curve of order 16 (Warren, Hacker's Delight, 2nd ed., 16-2): each pair of bits turns the
 * pairs below it. By masks, since branches on such bits are missed, and a bit of all cells at a time, which compilers make
 * vectors of: 120 to 15 ns a cell. */
static void hilbert(uint32_t *restrict x, uint32_t *restrict y, uint32_t *restrict distance)
{
    memset(distance, 0, BLOCK * sizeof *distance);
    for (int bit = CURVE_BITS - 1; bit >= 0; bit--)
        for (int i = 0; i < BLOCK; i++) {
            const uint32_t right = x[i] >> bit & 1, up = y[i] >> bit & 1, is_low = up - 1;
            const uint32_t turned = (0 - right) & is_low & CURVE_MAX, swapped = (x[i] ^ y[i]) & is_low;
            distance[i] = distance[i] << 2 | (3 * right ^ up);
            x[i] ^= swapped ^ turned;
            y[i] ^= swapped ^ turned;
        }
}

static uint32_t cell(double low, double high, double from, double extent)
{
    if (!(extent > 0)) return 0;
    const double at = CURVE_MAX * ((low + high) / 2 - from) / extent;
    return at <= 0 ? 0 : at >= CURVE_MAX ? CURVE_MAX : (uint32_t)at;
}

/* Items and, of each, its distance from the end of the curve above its number. */
typedef struct sorting {
    const msc_fgb_item *item;
    msc_fgb_item *sorted;
    uint64_t *key;
    size_t n;
    const double *box;
} sorting;

static size_t piece_end(const sorting *s, int piece)
{
    const size_t end = ((size_t)piece + 1) * PIECE_ITEMS;
    return end < s->n ? end : s->n;
}

/* From the end of the curve to its start, as GDAL does. */
static msc_status key_piece(void *self, int piece, msc_error *err)
{
    const sorting *s = self;
    const double *box = s->box;
    uint32_t x[BLOCK] = { 0 }, y[BLOCK] = { 0 }, distance[BLOCK];
    (void)err;
    for (size_t first = (size_t)piece * PIECE_ITEMS, end = piece_end(s, piece); first < end; first += BLOCK) {
        const size_t n = end - first < BLOCK ? end - first : BLOCK;
        for (size_t i = 0; i < n; i++) {
            const double *b = s->item[first + i].box;
            x[i] = cell(b[0], b[2], box[0], box[2] - box[0]);
            y[i] = cell(b[1], b[3], box[1], box[3] - box[1]);
        }
        hilbert(x, y, distance);
        for (size_t i = 0; i < n; i++) s->key[first + i] = (uint64_t)(UINT32_MAX - distance[i]) << 32 | (first + i);
    }
    return MSC_OK;
}

static msc_status gather_piece(void *self, int piece, msc_error *err)
{
    const sorting *s = self;
    (void)err;
    for (size_t i = (size_t)piece * PIECE_ITEMS, end = piece_end(s, piece); i < end; i++) s->sorted[i] = s->item[s->key[i] & UINT32_MAX];
    return MSC_OK;
}

msc_status msc_fgb_sort(const msc_settings *settings, msc_fgb_item **item, size_t n, const double box[4], const char *path, msc_error *err)
{
    const int n_pieces = (int)((n + PIECE_ITEMS - 1) / PIECE_ITEMS);
    sorting s = { .item = *item, .n = n, .box = box, .key = msc_alloc(n, sizeof *s.key) };
    msc_status status = s.key && n <= UINT32_MAX ? MSC_OK : msc_fail(err, MSC_ENOMEM, path, "%zu features to sort", n);
    if (status == MSC_OK) status = msc_stream_each(settings, n_pieces, key_piece, &s, err);
    if (status == MSC_OK && (!msc_sort_words(s.key, n, 32) || !(s.sorted = msc_alloc(n, sizeof *s.sorted))))
        status = msc_fail(err, MSC_ENOMEM, path, "%zu features to sort", n);
    /* Into a second array: following the permutation's cycles in place waits for memory at every step, six times longer. */
    if (status == MSC_OK) status = msc_stream_each(settings, n_pieces, gather_piece, &s, err);
    msc_release(s.key);
    if (status == MSC_OK) {
        msc_release(*item);
        *item = s.sorted;
    } else {
        msc_release(s.sorted);
    }
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
