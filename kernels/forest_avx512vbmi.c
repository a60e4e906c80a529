/* forest_avx512vbmi.c - the walk down a tree by looking its tables up in registers, 64 pixels at a time, level by level. */
#include "kernels/forest_levels.h"
#include <immintrin.h>

/* The pixels of a stage: their features, and the slots that they stand on. */
typedef struct party { const uint8_t *planes; uint8_t *slot; size_t n; } party;

typedef struct table { __m512i part[4]; } table;

static inline table table_of(const uint8_t *from, int size)
{
    table t;
    for (int k = 0; k < size / 64; k++) t.part[k] = _mm512_loadu_si512(from + 64 * k);
    return t;
}

static inline __m512i look_up(const table *t, int size, __m512i slot, __mmask64 upper)
{
    if (size == 64) return _mm512_permutexvar_epi8(slot, t->part[0]);
    const __m512i low = _mm512_permutex2var_epi8(t->part[0], slot, t->part[1]);
    if (size == 128) return low;
    return _mm512_mask_mov_epi8(low, upper, _mm512_permutex2var_epi8(t->part[2], slot, t->part[3]));
}

/* Pixels whose slot asks for one of `n` further features take their bins from these. */
enum { CHUNK = 8 };
typedef struct choice { const uint8_t *plane[CHUNK]; __m512i first[CHUNK]; } choice;

static inline choice choice_of(const party *p, const msc_asked *asked, int n)
{
    choice c;
    for (int k = 0; k < n; k++) {
        c.plane[k] = p->planes + asked[k].feature * (size_t)MSC_WALK_STRIDE;
        c.first[k] = _mm512_set1_epi8((char)asked[k].first);
    }
    return c;
}

static inline __m512i choose(const choice *c, int n, __m512i bin, __m512i slot, size_t i)
{
#pragma GCC unroll 8
    for (int k = 0; k < n; k++)
        bin = _mm512_mask_loadu_epi8(bin, _mm512_cmpge_epu8_mask(slot, c->first[k]), c->plane[k] + i);
    return bin;
}

static void choose_chunk(const party *p, const uint8_t *bins, const msc_asked *asked, uint8_t *chosen)
{
    const choice c = choice_of(p, asked, CHUNK);
    for (size_t i = 0; i < p->n; i += 64) {
        const __m512i slot = _mm512_loadu_si512(p->slot + i);
        _mm512_storeu_si512(chosen + i, choose(&c, CHUNK, _mm512_loadu_si512(bins + i), slot, i));
    }
}

/* One level down: bins holds those of the first feature, n <= CHUNK further ones are asked for. */
static inline __attribute__((always_inline)) void descend(const party *p, const uint8_t *tables, int size,
                                                          const uint8_t *bins, const msc_asked *asked, int n)
{
    const table cut = table_of(tables, size), left = table_of(tables + size, size);
    const table right = table_of(tables + 2 * size, size);
    const choice c = choice_of(p, asked, n);
    for (size_t i = 0; i < p->n; i += 64) {
        const __m512i slot = _mm512_loadu_si512(p->slot + i);
        const __m512i bin = choose(&c, n, _mm512_loadu_si512(bins + i), slot, i);
        const __mmask64 upper = size == 256 ? _mm512_movepi8_mask(slot) : 0;
        const __mmask64 is_right = _mm512_cmpgt_epi8_mask(bin, look_up(&cut, size, slot, upper));
        const __m512i to_left = look_up(&left, size, slot, upper), to_right = look_up(&right, size, slot, upper);
        _mm512_storeu_si512(p->slot + i, _mm512_mask_mov_epi8(to_left, is_right, to_right));
    }
}

#define WIDTHS(size)                                                                                                  \
    switch (n) {                                                                                                      \
    case 0: descend(p, tables, size, bins, asked, 0); break;                                                          \
    case 1: descend(p, tables, size, bins, asked, 1); break;                                                          \
    case 2: descend(p, tables, size, bins, asked, 2); break;                                                          \
    case 3: descend(p, tables, size, bins, asked, 3); break;                                                          \
    case 4: descend(p, tables, size, bins, asked, 4); break;                                                          \
    case 5: descend(p, tables, size, bins, asked, 5); break;                                                          \
    case 6: descend(p, tables, size, bins, asked, 6); break;                                                          \
    case 7: descend(p, tables, size, bins, asked, 7); break;                                                          \
    default: descend(p, tables, size, bins, asked, CHUNK); break;                                                     \
    }

static void descend_level(const party *p, const uint8_t *tables, int size, const msc_asked *asked, int n, uint8_t *spare)
{
    const uint8_t *bins = p->planes + asked->feature * (size_t)MSC_WALK_STRIDE;
    for (asked++, n--; n > CHUNK; asked += CHUNK, n -= CHUNK, bins = spare) choose_chunk(p, bins, asked, spare);
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

/* Copies the pixels bound for a child close together; returns how many. */
static size_t gather(const party *from, const msc_levels *forest, const msc_stage *child, uint8_t *planes, uint8_t *slots)
{
    const __m512i shift = _mm512_set1_epi8((char)(child->first - forest->n_classes));
    const uint8_t *features = forest->features + child->feature;
    size_t n = 0;
    for (size_t i = 0; i < from->n; i += 64) {
        const __m512i slot = _mm512_loadu_si512(from->slot + i);
        const __mmask64 here = bound_for(child, slot);
        if (!here) continue;
        _mm512_storeu_si512(slots + n, _mm512_maskz_compress_epi8(here, _mm512_sub_epi8(slot, shift)));
        for (uint32_t k = 0; k < child->n_features; k++) {
            const size_t at = features[k] * (size_t)MSC_WALK_STRIDE;
            _mm512_storeu_si512(planes + at + n, _mm512_maskz_compress_epi8(here, _mm512_loadu_si512(from->planes + at + i)));
        }
        n += (size_t)__builtin_popcountll(here);
    }
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
    uint8_t *planes = scratch, *slots = scratch + n_planes * MSC_WALK_STRIDE;
    walk_down(p, forest, stage, spare);
    for (uint32_t c = 0; c < stage->n_children; c++) {
        const msc_stage *child = &forest->stages[stage->child + c];
        const party below = { planes, slots, gather(p, forest, child, planes, slots) };
        if (below.n == 0) continue;
        walk(&below, forest, child, n_planes, spare, slots + MSC_WALK_STRIDE);
        scatter(p, child, slots);
    }
}

void msc_walk_levels_vbmi(uint8_t *classes, const msc_walk *block, const msc_levels *forest, int tree, uint8_t *scratch)
{
    const party all = { block->planes, classes, block->n };
    const __m512i start = _mm512_set1_epi8((char)forest->n_classes);
    for (size_t i = 0; i < block->n; i += 64) _mm512_storeu_si512(classes + i, start);
    walk(&all, forest, &forest->stages[forest->root[tree]], 4 * (size_t)block->n_words, scratch,
         scratch + MSC_WALK_STRIDE);
}
