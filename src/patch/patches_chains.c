/* patches_chains.c - follows the boundaries that a tile's pixels own.
 *
 *        . b          own pixel p on the right of the direction of travel, o on its left; at the vertex ahead:
 *      o | b          a != p             turn right, round the own pixel (diagonals b are never joined)
 *     ---v            a == p, b != p     straight on, a is the owner
 *      p | a          a == p, b == p     turn left, b is the owner
 */
#include "base/mem.h"
#include "patch/steps.h"
#include "patch/trace.h"

#include <assert.h>
#include <string.h>

static const int32_t step_x[4] = {1, 0, -1, 0}, step_y[4] = {0, 1, 0, -1};
/* The vertex at which an edge of direction d round pixel (x, y) starts. */
static const int32_t start_x[4] = {0, 1, 1, 0}, start_y[4] = {0, 0, 1, 1};

typedef struct walk {
    const msc_tracer *tracer;
    const msc_tile *tile;
    msc_trace *trace;
    ptrdiff_t ahead[4];          /* offset of the pixel ahead; of the one on the left: ahead[(d + 3) & 3] */
    int is_node_kept;            /* branching vertices are kept on straight boundaries */
} walk;

static int is_frame_corner(const msc_tracer *tracer, int32_t x, int32_t y)
{
    return (x == 0 || x == tracer->width_px) && (y == 0 || y == tracer->height_px);
}

/* Flags of the vertex ahead when the chain turns right there: o, a and b as above, all but b differ from v. */
static unsigned turn_flags(const walk *k, uint16_t v, uint16_t o, uint16_t a, uint16_t b, int32_t x, int32_t y)
{
    const unsigned degree = 2u + (a != b) + (b != o);
    return (degree >= 3 || is_frame_corner(k->tracer, x, y) ? MSC_STEP_NODE : 0u) | (b == v ? MSC_STEP_PINCH : 0u);
}

static void put_step(msc_trace *t, uint32_t length, int dir, unsigned flags)
{
    uint8_t *at = t->steps + t->n_steps;
    t->n_steps += (size_t)(msc_put_number(at, (uint64_t)length << 4 | (unsigned)dir << 2 | flags) - at);
}

/* Follows the chain that begins with edge `dir` of core pixel (x, y) until it closes or leaves the tile. */
static msc_status follow(const walk *k, int32_t x, int32_t y, int dir, uint32_t part, msc_error *err)
{
    msc_trace *t = k->trace;
    const int32_t w = k->tile->core.w, h = k->tile->core.h, x0 = k->tile->core.x, y0 = k->tile->core.y;
    const uint16_t *p = t->value + (ptrdiff_t)(y + 1) * (w + 2) + x + 1, *const first = p, v = *p;
    const int first_dir = dir;
    msc_chain chain = {.part = part, .next = MSC_NO_LABEL, .dir = (uint8_t)dir, .steps = t->n_steps,
                       .x = x0 + x + start_x[dir], .y = y0 + y + start_y[dir]};
    uint32_t length = 0;
    int is_inside = 1;
    MSC_TRY(msc_trace_room(&t->chain, &t->chain_cap, t->n_chains + 1, sizeof *t->chain, err));
    if (dir == MSC_EAST) {
        t->visited[(size_t)y * (size_t)w + (size_t)x] = 1;
    }
    do {
        const uint16_t a = p[k->ahead[dir]], b = p[k->ahead[dir] + k->ahead[(dir + 3) & 3]];
        const uint16_t o = p[k->ahead[(dir + 3) & 3]];
        const int old_dir = dir;
        unsigned flags = 0;
        length++;
        if (a != v) {
            dir = (dir + 1) & 3;
            flags = turn_flags(k, v, o, a, b, x0 + x + start_x[dir], y0 + y + start_y[dir]);
        } else {
            x += step_x[dir];
            y += step_y[dir];
            p += k->ahead[dir];
            if (b == v) {
                dir = (dir + 3) & 3;
                x += step_x[dir];
                y += step_y[dir];
                p += k->ahead[dir];
            } else if (o != b) {
                flags = MSC_STEP_NODE;
            }
            is_inside = x >= 0 && x < w && y >= 0 && y < h;
        }
        if (dir != old_dir || !is_inside || (flags != 0 && k->is_node_kept)) {
            flags = dir != old_dir || k->is_node_kept ? flags : 0;    /* a seam says nothing about the boundary */
            MSC_TRY(msc_trace_room(&t->steps, &t->steps_cap, t->n_steps + MSC_STEP_MAX_BYTES, 1, err));
            put_step(t, length, old_dir, flags);
            length = 0;
            if (dir == MSC_EAST && dir != old_dir && is_inside) {
                t->visited[(size_t)y * (size_t)w + (size_t)x] = 1;
            }
        }
    } while (is_inside && (p != first || dir != first_dir));
    chain.is_closed = (uint8_t)is_inside;
    chain.end_x = x0 + x + start_x[dir];
    chain.end_y = y0 + y + start_y[dir];
    chain.end_dir = (uint8_t)dir;
    chain.n_bytes = t->n_steps - chain.steps;
    if (is_inside) {
        chain.next = t->part[part].first_chain;
        t->part[part].first_chain = (uint32_t)t->n_chains;
    }
    t->chain[t->n_chains++] = chain;
    return MSC_OK;
}

/* Starts a chain at every edge of border pixel (x, y) whose predecessor belongs to a pixel outside the tile. */
static msc_status follow_from_border(const walk *k, int32_t x, int32_t y, uint32_t part, msc_error *err)
{
    const int32_t w = k->tile->core.w, h = k->tile->core.h;
    const ptrdiff_t at = (ptrdiff_t)(y + 1) * (w + 2) + x + 1;
    if (part == MSC_NO_LABEL) {
        return MSC_OK;
    }
    for (int d = 0; d < 4; d++) {
        const uint16_t *p = k->trace->value + at;
        const ptrdiff_t left = k->ahead[(d + 3) & 3], behind = -k->ahead[d];
        if (p[left] == *p || p[behind] != *p) {
            continue;            /* no edge, or its predecessor is an edge of the same pixel */
        }
        const int is_left = p[behind + left] == *p;
        const int32_t from_x = x - step_x[d] + (is_left ? step_x[(d + 3) & 3] : 0);
        const int32_t from_y = y - step_y[d] + (is_left ? step_y[(d + 3) & 3] : 0);
        if (from_x < 0 || from_x >= w || from_y < 0 || from_y >= h) {
            MSC_TRY(follow(k, x, y, d, part, err));
        }
    }
    return MSC_OK;
}

static msc_status follow_open(const walk *k, msc_error *err)
{
    const int32_t w = k->tile->core.w, h = k->tile->core.h;
    const uint32_t *top = k->trace->border, *bottom = top + w, *left = bottom + w, *right = left + h;
    for (int32_t x = 0; x < w; x++) {
        MSC_TRY(follow_from_border(k, x, 0, top[x], err));
        if (h > 1) {
            MSC_TRY(follow_from_border(k, x, h - 1, bottom[x], err));
        }
    }
    for (int32_t y = 1; y < h - 1; y++) {
        MSC_TRY(follow_from_border(k, 0, y, left[y], err));
        if (w > 1) {
            MSC_TRY(follow_from_border(k, w - 1, y, right[y], err));
        }
    }
    return MSC_OK;
}

/* Every closed chain goes east somewhere after a turn; such places are looked for in the runs. */
static msc_status follow_closed(const walk *k, msc_error *err)
{
    const msc_trace *t = k->trace;
    const msc_runs *r = &t->runs;
    const int32_t w = r->w;
    for (int32_t y = 0; y < r->h; y++) {
        const uint16_t *row = t->value + (ptrdiff_t)(y + 1) * (w + 2) + 1, *up = row - (w + 2);
        const uint8_t *visited = t->visited + (size_t)y * (size_t)w;
        uint32_t above = y > 0 ? r->row_first[y - 1] : 0;
        for (uint32_t run = r->row_first[y]; run < r->row_first[y + 1]; run++) {
            const int32_t x0 = r->start[run], end_x = msc_run_end(r, run, y);
            const uint32_t part = r->label[run];
            const uint16_t v = row[x0];
            if (part == MSC_NO_LABEL) {
                continue;
            }
            if (up[x0] != v && (row[x0 - 1] != v || up[x0 - 1] == v) && !visited[x0]) {
                MSC_TRY(follow(k, x0, y, MSC_EAST, part, err));
            }
            if (y == 0) {
                for (int32_t x = x0 + 1; x < end_x; x++) {
                    if (up[x] != v && up[x - 1] == v && !visited[x]) {
                        MSC_TRY(follow(k, x, y, MSC_EAST, part, err));
                    }
                }
                continue;
            }
            while (msc_run_end(r, above, y - 1) <= x0) {
                above++;
            }
            /* Within the run an edge begins where a run above of its value ends. */
            for (uint32_t a = above; msc_run_end(r, a, y - 1) < end_x; a++) {
                const int32_t x = msc_run_end(r, a, y - 1);
                if (r->key[a] == r->key[run] && !visited[x]) {
                    MSC_TRY(follow(k, x, y, MSC_EAST, part, err));
                }
            }
        }
    }
    return MSC_OK;
}

msc_status msc_trace_chains(const msc_tracer *tracer, const msc_tile *tile, msc_trace *t, msc_error *err)
{
    const size_t n = (size_t)tile->core.w * (size_t)tile->core.h;
    const ptrdiff_t stride = (ptrdiff_t)tile->core.w + 2;
    const walk k = {.tracer = tracer, .tile = tile, .trace = t, .ahead = {1, stride, -1, -stride},
                    .is_node_kept = tracer->options->simplify_px > 0};
    MSC_TRY(msc_trace_room(&t->visited, &t->visited_cap, n, 1, err));
    memset(t->visited, 0, n);
    t->n_chains = t->n_steps = 0;
    MSC_TRY(follow_open(&k, err));
    return follow_closed(&k, err);
}

msc_status msc_trace_corners(const msc_tile *tile, msc_trace *t, msc_error *err)
{
    const int32_t w = tile->core.w, h = tile->core.h;
    const size_t words = ((size_t)w + 64) / 64;
    MSC_TRY(msc_trace_room(&t->corner, &t->corner_cap, words * (size_t)(h + 1), sizeof *t->corner, err));
    memset(t->corner, 0, words * (size_t)(h + 1) * sizeof *t->corner);
    for (int32_t y = 0; y <= h; y++) {
        const uint16_t *down = t->value + (ptrdiff_t)(y + 1) * (w + 2) + 1, *up = down - (w + 2);
        uint64_t *row = t->corner + words * (size_t)y;
        for (int32_t x = 0; x <= w; x++) {
            const int top = up[x - 1] != up[x], bottom = down[x - 1] != down[x];
            const int left = up[x - 1] != down[x - 1], right = up[x] != down[x];
            const int is_straight = (top && bottom && !left && !right) || (left && right && !top && !bottom);
            if (top + bottom + left + right >= 2 && !is_straight) {
                row[x / 64] |= UINT64_C(1) << (x % 64);
            }
        }
    }
    return MSC_OK;
}
