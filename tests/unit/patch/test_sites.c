/* test_sites.c - regions of differences as single decisions: against a flood fill, for any tile size, thread count and spool. */
#include "base/hash.h"
#include "base/mem.h"
#include "ops/adjoin.h"
#include "patch/sites_front.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { W = 203, H = 171 };
static const uint8_t is_damage[256] = { [1] = 1, [3] = 1, [4] = 1, [5] = 1 };   /* of 1..3 before and 4..6 after */
static const msc_type types[5] = { MSC_U16, MSC_U8, MSC_U16, MSC_U8, MSC_U16 };

typedef struct pixel { uint16_t accepted, difference, word; uint8_t grade, removed, seen, none; } pixel;   /* without gaps */
typedef struct scene { pixel px[H * W]; } scene;

static uint32_t draw(uint64_t seed, int32_t x, int32_t y, int what) { return (uint32_t)(msc_random(seed, (uint64_t)(y * 1000 + x), (uint64_t)what) >> 33); }

/* Clumps of differences, long snakes among them, whose words differ from clump to clump; each state a comparison can leave. */
static scene *make(uint64_t seed)
{
    scene *s = msc_alloc_zero(1, sizeof *s);
    for (int32_t y = 0; y < H; y++)
        for (int32_t x = 0; x < W; x++) {
            pixel *p = &s->px[y * W + x];
            const uint32_t raw = draw(seed, x, y, 1), clump = draw(seed, x / 17, y / 13, 2);
            const int differs = clump % 3 != 0 && draw(seed, x / 2, y, 3) % 10 < 7;
            *p = (pixel){ .seen = draw(seed, x / 3, y / 3, 4) % 12 != 0, .grade = MSC_GRADE_NONE };
            if (!p->seen) {
                *p = (pixel){ .accepted = 65535, .difference = 65535, .grade = MSC_GRADE_NODATA, .removed = (uint8_t)(MSC_UNSEEN_BEFORE + raw % 3) };
                continue;
            }
            if (!differs && clump % 5 == 0 && raw % 2) {         /* one class, under which a change may lie */
                p->difference = (uint16_t)((raw % 3 + 1) * 256 + raw / 3 % 3 + 4);
                p->removed = MSC_BY_SAME;
                p->word = (uint16_t)(raw % 13 == 0 ? 0 : MSC_WORD_ZERO + (int)(raw % 1000) - 600);
            }
            else if (!differs && clump % 7 == 1) p->removed = MSC_STANDING;
            if (!differs) continue;
            p->difference = (uint16_t)((raw % 3 + 1) * 256 + raw / 3 % 3 + 4);
            p->removed = (uint8_t)(raw % 5 ? clump % 7 < 3 ? MSC_BY_POSTERIOR : MSC_BY_EVIDENCE : raw % 3 ? MSC_BY_NOTHING : MSC_BY_BOUNDARY);
            if (clump % 11 == 0 && p->removed == MSC_BY_NOTHING) p->removed = MSC_BY_POSTERIOR;      /* no pixel stands by itself */
            p->grade = (uint8_t)(p->removed == MSC_BY_NOTHING ? 1 + raw / 9 % 2 : p->removed == MSC_BY_BOUNDARY ? MSC_GRADE_BOUNDARY : MSC_GRADE_C);
            p->accepted = p->removed == MSC_BY_NOTHING ? p->difference : 0;
            p->word = (uint16_t)(raw % 13 == 0 ? 0 : p->removed == MSC_BY_BOUNDARY ? MSC_WORD_NONE : MSC_WORD_ZERO + (int)(clump % 4000) - 1500 + (int)(raw % 1000));
        }
    return s;
}

static msc_status read_scene(void *self, int worker, msc_tile *t, msc_error *err)
{
    const scene *s = self;
    (void)worker, (void)err;
    for (int32_t y = 0; y < t->core.h; y++)
        for (int32_t x = 0; x < t->core.w; x++) {
            const pixel *p = &s->px[(t->core.y + y) * W + t->core.x + x];
            msc_row_u16(t, 0, y)[x] = p->accepted, msc_row_u8(t, 1, y)[x] = p->grade, msc_row_u16(t, 2, y)[x] = p->difference;
            msc_row_u8(t, 3, y)[x] = p->removed, msc_row_u16(t, 4, y)[x] = p->word, msc_row_valid(t, y)[x] = p->seen;
        }
    return MSC_OK;
}

static msc_status keep_scene(void *self, const msc_tile *t, void *slot, int64_t index, msc_error *err)
{
    scene *s = self;
    (void)slot, (void)index, (void)err;
    for (int32_t y = 0; y < t->core.h; y++)
        for (int32_t x = 0; x < t->core.w; x++)
            s->px[(t->core.y + y) * W + t->core.x + x] = (pixel){ .accepted = msc_row_u16(t, 0, y)[x], .grade = msc_row_u8(t, 1, y)[x],
                .difference = msc_row_u16(t, 2, y)[x], .removed = msc_row_u8(t, 3, y)[x], .seen = msc_row_valid(t, y)[x] };
    return MSC_OK;
}

typedef struct way { int32_t tile_px; int n_threads; int64_t front_bytes, record_bytes; } way;

static msc_status judge(scene *in, scene *out, const int32_t least[2], way how, int64_t counts[4])
{
    msc_settings settings = { .n_threads = how.n_threads, .tile_px = how.tile_px, .memory_bytes = (int64_t)1 << 30 };
    msc_source source = { .self = in, .width_px = W, .height_px = H, .n_planes = 5, .read = read_scene }, judged;
    memcpy(source.types, types, sizeof types);
    const msc_sites_spec spec = { W, H, 0, is_damage, { how.front_bytes, how.record_bytes, "." } };
    msc_layout layout;
    msc_sites_pass *pass = NULL;
    msc_op room;
    msc_sink sink, keep = { .self = out, .put = keep_scene };
    msc_error err = { 0 };
    msc_sites_room(&room);
    MSC_TRY(msc_stream_plan(&settings, &source, &room, 1, &keep, 0, &layout, &err));
    MSC_TRY(msc_sites_new(&spec, &layout, &pass, &err));
    msc_sites_sink(pass, &sink);
    msc_status status = msc_stream_run(&settings, &layout, &source, NULL, 0, &sink, "regions", &err);
    msc_sites_count(pass, counts, counts + 2);
    msc_sites_source(pass, least, &judged);
    if (status == MSC_OK) status = msc_stream_run(&settings, &layout, &judged, NULL, 0, &keep, "change", &err);
    msc_sites_free(&pass);
    return status;
}

/* ---- the twin: a flood fill over the whole scene ---- */

static int is_part(const scene *s, int32_t x, int32_t y) { return x >= 0 && y >= 0 && x < W && y < H && s->px[y * W + x].seen && s->px[y * W + x].word; }

static int ground_of(const pixel *p)
{
    return p->removed == MSC_STANDING || (p->difference && is_damage[p->difference >> 8] && is_damage[p->difference & 255]);
}

/* Fills the region of a pixel: returns how many pixels it has, their places in `at`. */
static int flood(const scene *s, uint8_t *is_done, int32_t x, int32_t y, int32_t (*at)[2])
{
    static const int step[4][2] = { { 1, 0 }, { -1, 0 }, { 0, 1 }, { 0, -1 } };
    int n = 0;
    at[n][0] = x, at[n++][1] = y;
    is_done[y * W + x] = 1;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 4; k++) {
            const int32_t u = at[i][0] + step[k][0], v = at[i][1] + step[k][1];
            if (!is_part(s, u, v) || is_done[v * W + u] || ground_of(&s->px[v * W + u]) != ground_of(&s->px[y * W + x])) continue;
            is_done[v * W + u] = 1;
            at[n][0] = u, at[n++][1] = v;
        }
    return n;
}

static void settle(scene *s, int32_t (*at)[2], int n, const int32_t least[2])
{
    int64_t words = 0, n_words = 0;
    int has_seed = 0;
    for (int i = 0; i < n; i++) {
        const pixel *p = &s->px[at[i][1] * W + at[i][0]];
        if (p->word == MSC_WORD_NONE) continue;
        words += p->word - MSC_WORD_ZERO, n_words++;
        has_seed |= p->removed == MSC_BY_NOTHING;
    }
    const int is_accepted = has_seed && words > least[ground_of(&s->px[at[0][1] * W + at[0][0]])] * n_words;
    for (int i = 0; i < n; i++) {
        pixel *p = &s->px[at[i][1] * W + at[i][0]];
        if (!is_accepted && p->removed == MSC_BY_SAME) continue;
        if (is_accepted && p->removed == MSC_BY_SAME) p->grade = MSC_GRADE_B, p->removed = MSC_UNCOVERED;
        else if (is_accepted && p->removed != MSC_BY_NOTHING) p->grade = MSC_GRADE_B, p->removed = MSC_BORNE_OUT;
        if (!is_accepted && p->removed == MSC_BY_NOTHING) p->grade = MSC_GRADE_C, p->removed = MSC_BY_REGION;
        p->accepted = is_accepted ? p->difference : 0;
    }
}

static void twin(scene *s, const int32_t least[2], int64_t counts[4])
{
    uint8_t *is_done = msc_alloc_zero(W * H, 1);
    int32_t (*at)[2] = msc_alloc(W * H, sizeof *at);
    memset(counts, 0, 4 * sizeof *counts);
    for (int32_t y = 0; y < H; y++)
        for (int32_t x = 0; x < W; x++) {
            const pixel *p = &s->px[y * W + x];
            if (!p->seen) continue;
            counts[ground_of(p)]++;
            counts[2 + ground_of(p)] += p->difference && p->removed < MSC_BY_SAME;
        }
    for (int32_t y = 0; y < H; y++)
        for (int32_t x = 0; x < W; x++)
            if (is_part(s, x, y) && !is_done[y * W + x]) settle(s, at, flood(s, is_done, x, y, at), least);
    for (int i = 0; i < W * H; i++) {
        s->px[i].word = 0;
        if (s->px[i].removed == MSC_BY_SAME) s->px[i].removed = MSC_BY_NOTHING, s->px[i].difference = 0;
        if (s->px[i].removed == MSC_STANDING) s->px[i].removed = MSC_BY_NOTHING;
    }
    msc_release(at);
    msc_release(is_done);
}

static int count(const scene *s, int removed)
{
    int n = 0;
    for (int i = 0; i < W * H; i++) n += s->px[i].removed == removed;
    return n;
}

static void as_a_flood_fill_whatever_the_tiles(void **state)
{
    static const way ways[] = { { 256, 1, 1 << 24, 1 << 24 }, { 64, 1, 1 << 24, 1 << 24 }, { 64, 4, 1 << 24, 100 }, { 16, 3, 1 << 24, 1 << 24 }, { 32, 2, 1 << 24, 0 } };
    int n_lifted = 0, n_refused = 0, n_uncovered = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++)
        for (int32_t of_other = -600; of_other <= 1200; of_other += 600) {
            const int32_t least[2] = { of_other, 600 - of_other };
            scene *in = make(seed), *wanted = make(seed), *out = msc_alloc_zero(1, sizeof *out);
            int64_t n_wanted[4], n[4];
            twin(wanted, least, n_wanted);
            n_lifted += count(wanted, MSC_BORNE_OUT), n_refused += count(wanted, MSC_BY_REGION), n_uncovered += count(wanted, MSC_UNCOVERED);
            for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
                memset(out, 0, sizeof *out);
                assert_int_equal(judge(in, out, least, ways[i], n), MSC_OK);
                assert_memory_equal(out, wanted, sizeof *out);
                assert_memory_equal(n, n_wanted, sizeof n);
            }
            msc_release(out);
            msc_release(wanted);
            msc_release(in);
        }
    assert_true(n_lifted > 1000 && n_refused > 1000 && n_uncovered > 1000);
}

/* What comes out goes in again as it is: regions that were accepted or refused are so still. */
static void judging_twice_changes_nothing_more(void **state)
{
    (void)state;
    const way how = { 64, 2, 1 << 24, 1 << 24 };
    scene *in = make(9), *once = make(9), *twice = msc_alloc_zero(1, sizeof *twice);
    int64_t n[4];
    assert_int_equal(judge(in, once, (const int32_t[2]){ 0, 0 }, how, n), MSC_OK);
    for (int i = 0; i < W * H; i++) {
        pixel *p = &in->px[i], *q = &once->px[i];
        q->word = p->word;
        if (q->removed == MSC_UNCOVERED) q->removed = MSC_BY_SAME, q->grade = MSC_GRADE_NONE;
        if (p->removed == MSC_BY_SAME && q->difference == 0) *q = *p;
        if (q->removed == MSC_BORNE_OUT) q->removed = MSC_BY_NOTHING;
        if (q->removed == MSC_BY_REGION) q->removed = MSC_BY_POSTERIOR;
    }
    assert_int_equal(judge(once, twice, (const int32_t[2]){ 0, 0 }, how, n), MSC_OK);
    for (int i = 0; i < W * H; i++) assert_int_equal(twice->px[i].accepted, once->px[i].accepted);
    msc_release(twice);
    msc_release(once);
    msc_release(in);
}

static void too_many_unfinished_regions_are_an_error(void **state)
{
    (void)state;
    scene *in = make(1), *out = msc_alloc_zero(1, sizeof *out);
    int64_t n[4];
    assert_int_equal(judge(in, out, (const int32_t[2]){ 0, 0 }, (way){ 16, 1, 100, 1 << 20 }, n), MSC_EMEMCAP);
    msc_release(out);
    msc_release(in);
}

/* A chessboard of mined and other ground: each pixel is a region, and what that takes of a worker was planned. */
static void a_chessboard_of_grounds_fits_the_plan(void **state)
{
    enum { SIDE = 64 };
    (void)state;
    static uint16_t accepted[SIDE * SIDE], difference[SIDE * SIDE], word[SIDE * SIDE];
    static uint8_t grade[SIDE * SIDE], removed[SIDE * SIDE], valid[SIDE * SIDE];
    const msc_tile tile = { .core = { 0, 0, SIDE, SIDE }, .stride_px = SIDE, .n_planes = 5, .valid = valid,
                            .plane = { { MSC_U16, accepted }, { MSC_U8, grade }, { MSC_U16, difference }, { MSC_U8, removed }, { MSC_U16, word } } };
    for (int i = 0; i < SIDE * SIDE; i++) {
        difference[i] = (i % SIDE + i / SIDE) % 2 ? 1 * 256 + 4 : 2 * 256 + 4;
        word[i] = MSC_WORD_ZERO;
        removed[i] = MSC_BY_EVIDENCE, grade[i] = MSC_GRADE_C, valid[i] = 1;
    }
    msc_sites_worker worker = { .part = NULL };
    msc_sites_found found = { .strength = NULL };
    assert_true(msc_sites_tile_find(&tile, is_damage, &worker, &found));
    assert_int_equal(found.n_regions, SIDE * SIDE);
    assert_int_equal(found.n_seen[MSC_GROUND_MINED], SIDE * SIDE / 2);
    assert_true(sizeof worker + worker.runs.space_bytes + SIDE * SIDE + found.n_regions * (sizeof *worker.sum + sizeof *worker.piece)
                <= msc_sites_worker_bytes(SIDE, SIDE));
    msc_sites_worker_clear(&worker);
    msc_sites_found_clear(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(as_a_flood_fill_whatever_the_tiles), cmocka_unit_test(judging_twice_changes_nothing_more),
                                        cmocka_unit_test(too_many_unfinished_regions_are_an_error),
                                        cmocka_unit_test(a_chessboard_of_grounds_fits_the_plan) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
