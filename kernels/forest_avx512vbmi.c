/* forest_avx512vbmi.c - the walk down a tree by looking its tables up in registers, 64 pixels at a time, level by level. */
#include "kernels/forest_levels.h"
#include <immintrin.h>

/* The pixels of a stage: their features, and the slots that they stand on. */
typedef struct party { const uint8_t *planes; uint8_t *slot; size_t n, stride; } party;

typedef struct table { __m512i part[4]; } table;

static inline table table_of(const uint8_t *from, int size)
{
    table t;
    for (int k = 0; k < size / 64; k++) t.part[k] = _mm512_loadu_si512(from + 64 * k);
    return t;
}

/* Which of 64 pixels stand in the second, third and fourth 64 slots. */
typedef struct quarters { __mmask64 second, third, fourth; } quarters;

static inline quarters quarters_of(__m512i slot, int size)
{
    const __mmask64 odd = size > 64 ? _mm512_movepi8_mask(_mm512_add_epi8(slot, slot)) : 0;   /* bit 6 */
    const __mmask64 upper = size > 128 ? _mm512_movepi8_mask(slot) : 0;                        /* bit 7 */
    return (quarters){ _kandn_mask64(upper, odd), _kandn_mask64(odd, upper), _kand_mask64(upper, odd) };
}

/* Shuffles of one register each: those of two take three steps of the processor, and then a choice. */
static inline __m512i look_up(const table *t, int size, __m512i slot, const quarters *q)
{
    __m512i found = _mm512_permutexvar_epi8(slot, t->part[0]);
    if (size > 64) found = _mm512_mask_permutexvar_epi8(found, q->second, slot, t->part[1]);
    if (size > 128) found = _mm512_mask_permutexvar_epi8(found, q->third, slot, t->part[2]);
    if (size > 128) found = _mm512_mask_permutexvar_epi8(found, q->fourth, slot, t->part[3]);
    return found;
}

enum { MOST = 32 };              /* planes that are chosen from at once */

/* For 64 pixels the byte of one of n planes; `turn` says which, its lowest bit on top. Pairs of planes are chosen from, then pairs of
 * what was chosen: that takes half as many steps as asking for each plane who wants it. */
static inline __attribute__((always_inline)) __m512i choose(const uint8_t *const *plane, int n, __m512i turn, size_t i)
{
    __m512i found[MOST / 2];
    if (n == 1) return _mm512_loadu_si512(plane[0] + i);
    __mmask64 is_second = _mm512_movepi8_mask(turn);
#pragma GCC unroll 16
    for (int k = 0; k < n / 2; k++)
        found[k] = _mm512_mask_loadu_epi8(_mm512_loadu_si512(plane[2 * k] + i), is_second, plane[2 * k + 1] + i);
#pragma GCC unroll 8
    for (int m = n / 2; m > 1; m = (m + 1) / 2) {
        turn = _mm512_add_epi8(turn, turn);
        is_second = _mm512_movepi8_mask(turn);
#pragma GCC unroll 16
        for (int k = 0; k < m; k += 2)
            found[k / 2] = k + 1 < m ? _mm512_mask_mov_epi8(found[k], is_second, found[k + 1]) : found[k];
    }
    return found[0];
}

/* One level down, where n features are asked for: 1, or an even number up to MOST. */
static inline __attribute__((always_inline)) void descend(const party *p, const uint8_t *tables, int size, const uint8_t *const *plane, int n)
{
    const table cut = table_of(tables, size), left = table_of(tables + size, size);
    const table right = table_of(tables + 2 * size, size), turns = table_of(tables + 3 * size, size);
    for (size_t i = 0; i < p->n; i += 64) {
        const __m512i slot = _mm512_loadu_si512(p->slot + i);
        const quarters q = quarters_of(slot, size);
        const __m512i bin = choose(plane, n, n > 1 ? look_up(&turns, size, slot, &q) : slot, i);
        const __mmask64 is_right = _mm512_cmpgt_epi8_mask(bin, look_up(&cut, size, slot, &q));
        const __m512i to_left = look_up(&left, size, slot, &q), to_right = look_up(&right, size, slot, &q);
        _mm512_storeu_si512(p->slot + i, _mm512_mask_mov_epi8(to_left, is_right, to_right));
    }
}

/* Leaves every pixel's bin in `chosen` where more than MOST planes are asked for. */
static inline __attribute__((always_inline)) void choose_of_many(const party *p, const uint8_t *turns, int size,
                                                                 const uint8_t *const *plane, int n, uint8_t *chosen)
{
    const table turn_of = table_of(turns, size);
    for (int from = 0; from < n; from += MOST)
        for (size_t i = 0; i < p->n; i += 64) {
            const __m512i slot = _mm512_loadu_si512(p->slot + i);
            const quarters q = quarters_of(slot, size);
            const __m512i turn = look_up(&turn_of, size, slot, &q);
            const __m512i part = _mm512_and_si512(turn, _mm512_set1_epi8(7));
            const __mmask64 is_here = _mm512_cmpeq_epi8_mask(part, _mm512_set1_epi8((char)msc_level_turn(from)));
            _mm512_mask_storeu_epi8(chosen + i, is_here, choose(plane + from, MOST, turn, i));
        }
}

#define WIDTH(size, n) case n: descend(p, tables, size, plane, n); break;
#define WIDTHS(size)                                                                                                  \
    switch (n) {                                                                                                      \
    WIDTH(size, 1) WIDTH(size, 2) WIDTH(size, 4) WIDTH(size, 6) WIDTH(size, 8) WIDTH(size, 12) WIDTH(size, 16)        \
    WIDTH(size, 20) WIDTH(size, 24) WIDTH(size, 28)                                                                   \
    default: descend(p, tables, size, plane, MOST); break;                                                            \
    }

/* The next number of planes that has a loop of its own. */
static int rounded(int n)
{
    const int step = n < 2 ? 1 : n <= 8 ? 2 : n <= MOST ? 4 : MOST;
    return (n + step - 1) / step * step;
}

static void descend_level(const party *p, const uint8_t *tables, int size, const uint8_t *asked, int n_asked, uint8_t *spare)
{
    const uint8_t *plane[MSC_LEVEL_ASKED];
    int n = rounded(n_asked);
    for (int k = 0; k < n; k++) plane[k] = p->planes + asked[k < n_asked ? k : n_asked - 1] * p->stride;
    if (n > MOST) {
        if (size == 64) choose_of_many(p, tables + 3 * 64, 64, plane, n, spare);
        else if (size == 128) choose_of_many(p, tables + 3 * 128, 128, plane, n, spare);
        else choose_of_many(p, tables + 3 * 256, 256, plane, n, spare);
        plane[0] = spare;
        n = 1;
    }
    if (size == 64) WIDTHS(64)
    else if (size == 128) WIDTHS(128)
    else WIDTHS(256)
}

static void walk_down(const party *p, const msc_levels *forest, const msc_stage *stage, uint8_t *spare)
{
    for (uint32_t l = stage->level; l < stage->level + stage->n_levels; l++) {
        const msc_level *level = &forest->levels[l];
        descend_level(p, forest->tables + level->table, level->size, forest->asked + level->asked, level->n_asked, spare);
    }
}

/* Which of 64 pixels stand on a child's slots. */
static inline __mmask64 bound_for(const msc_stage *child, __m512i slot)
{
    const __m512i above = _mm512_sub_epi8(slot, _mm512_set1_epi8((char)child->first));
    return _mm512_cmple_epu8_mask(above, _mm512_set1_epi8((char)(child->last - child->first)));
}

/* The vectors of a party that hold pixels bound for a child: where each begins, how many pixels came before it, and
 * which of its pixels go to which lane, counted on from there. */
typedef struct moves {
    const uint8_t *lanes;        /* [n][64] */
    uint16_t from[MSC_WALK_BLOCK / 64], to[MSC_WALK_BLOCK / 64 + 1];
    size_t n;
} moves;

enum { GROUP = 4 };              /* planes moved together */

/* Moves n planes: a vector's pixels are brought to their lanes at once, beside those that wait there for a whole line.
 * (A compress for each plane costs twice the shuffles, and stores that straddle two lines.) */
static inline __attribute__((always_inline)) void move_planes(const moves *m, const uint8_t *const *from, uint8_t *const *to, int n)
{
    const size_t line = ~(size_t)63;
    __m512i waiting[GROUP];
    for (int k = 0; k < n; k++) waiting[k] = _mm512_setzero_si512();
    for (size_t v = 0; v < m->n; v++) {
        const __m512i lanes = _mm512_loadu_si512(m->lanes + 64 * v);
        const __mmask64 here = ~UINT64_C(0) << (m->to[v] & 63);
        const __mmask64 is_full = UINT64_C(0) - ((m->to[v] & line) != (m->to[v + 1] & line));
#pragma GCC unroll 4
        for (int k = 0; k < n; k++) {
            const __m512i moved = _mm512_permutexvar_epi8(lanes, _mm512_loadu_si512(from[k] + m->from[v]));
            const __m512i joined = _mm512_mask_mov_epi8(waiting[k], here, moved);
            _mm512_storeu_si512(to[k] + (m->to[v] & line), joined);
            waiting[k] = _mm512_mask_mov_epi8(joined, is_full, moved);
        }
    }
    for (int k = 0; k < n; k++) _mm512_storeu_si512(to[k] + (m->to[m->n] & line), waiting[k]);
}

/* Moves the planes that a child asks for. */
static void move_features(const moves *m, const uint8_t *features, uint32_t n, const uint8_t *from, uint8_t *to, size_t stride)
{
    for (uint32_t k = 0; k < n; k += GROUP) {
        const uint32_t n_here = n - k < GROUP ? n - k : GROUP;
        const uint8_t *source[GROUP];
        uint8_t *target[GROUP];
        for (uint32_t g = 0; g < n_here; g++) {
            const size_t at = features[k + g] * stride;
            source[g] = from + at;
            target[g] = to + at;
        }
        switch (n_here) {
        case 1: move_planes(m, source, target, 1); break;
        case 2: move_planes(m, source, target, 2); break;
        case 3: move_planes(m, source, target, 3); break;
        default: move_planes(m, source, target, GROUP); break;
        }
    }
}

/* Copies the pixels bound for a child close together; returns how many. */
static size_t gather(const party *from, const msc_levels *forest, const msc_stage *child, uint8_t *planes, uint8_t *slots,
                     uint8_t *spare)
{
    static const uint8_t numbers[64] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
                                         27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49,
                                         50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63 };
    const __m512i shift = _mm512_set1_epi8((char)(child->first - forest->n_classes)), lane = _mm512_loadu_si512(numbers);
    moves m;
    size_t n = 0;
    m.lanes = spare;
    m.n = 0;
    for (size_t i = 0; i < from->n; i += 64) {
        const __m512i slot = _mm512_loadu_si512(from->slot + i);
        const __mmask64 here = bound_for(child, slot);
        if (!here) continue;
        _mm512_storeu_si512(slots + n, _mm512_maskz_compress_epi8(here, _mm512_sub_epi8(slot, shift)));
        const __m512i turned = _mm512_sub_epi8(lane, _mm512_set1_epi8((char)n));   /* the shuffle takes it modulo 64 */
        _mm512_storeu_si512(spare + 64 * m.n, _mm512_permutexvar_epi8(turned, _mm512_maskz_compress_epi8(here, lane)));
        m.from[m.n] = (uint16_t)i;
        m.to[m.n++] = (uint16_t)n;
        n += (size_t)__builtin_popcountll(here);
    }
    m.to[m.n] = (uint16_t)n;
    move_features(&m, forest->features + child->feature, child->n_features, from->planes, planes, from->stride);
    return n;
}

/* Puts the classes that a child found where its pixels came from. */
static void scatter(const party *to, const msc_stage *child, const uint8_t *classes)
{
    size_t n = 0;
    for (size_t i = 0; i < to->n; i += 64) {
        const __m512i slot = _mm512_loadu_si512(to->slot + i);
        const __mmask64 here = bound_for(child, slot);
        if (!here) continue;
        _mm512_storeu_si512(to->slot + i, _mm512_mask_expand_epi8(slot, here, _mm512_loadu_si512(classes + n)));
        n += (size_t)__builtin_popcountll(here);
    }
}

/* Leaves a class in every pixel's slot. */
static void walk(const party *p, const msc_levels *forest, const msc_stage *stage, size_t n_planes, uint8_t *spare,
                 uint8_t *scratch)
{
    uint8_t *planes = scratch, *slots = scratch + n_planes * p->stride;
    walk_down(p, forest, stage, spare);
    for (uint32_t c = 0; c < stage->n_children; c++) {
        const msc_stage *child = &forest->stages[stage->child + c];
        const party below = { planes, slots, gather(p, forest, child, planes, slots, spare), p->stride };
        if (below.n == 0) continue;
        walk(&below, forest, child, n_planes, spare, slots + p->stride);
        scatter(p, child, slots);
    }
}

void msc_walk_levels_vbmi(uint8_t *classes, const msc_walk *block, const msc_levels *forest, int tree, uint8_t *scratch)
{
    const party all = { block->planes, classes, block->n, block->stride };
    const __m512i start = _mm512_set1_epi8((char)forest->n_classes);
    for (size_t i = 0; i < block->n; i += 64) _mm512_storeu_si512(classes + i, start);
    walk(&all, forest, &forest->stages[forest->root[tree]], 4 * (size_t)block->n_words, scratch,
         scratch + block->stride);
}
