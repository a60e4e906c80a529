/* Graded changes on small pictures, and against the definition written out pixel by pixel. */
#include "made_tile.h"
#include "ops/decide.h"
#include <math.h>
#include <stdlib.h>

enum { W = 16, H = 9, R = 6, N_PLANES = 18, CONFIDENCE = 2, POSTERIOR = 4, EVIDENCE = 16, HEIGHT = 17 };
static const msc_type types[N_PLANES] = { MSC_U8 }, types_out[5] = { MSC_U16, MSC_U8, MSC_U16, MSC_U8, MSC_U16 };
static const msc_decide_limits usual = { .change_rate = 0.05, .evidence_weak = 0.05, .evidence_sure = 0.01 };
static uint16_t code[H][W], difference[H][W], word[H][W];
static uint8_t seen[H][W], grade[H][W], removed[H][W];

static msc_decide_limits within(int32_t edge_tolerance_px, double shift_px)
{
    msc_decide_limits limits = usual;
    limits.edge_tolerance_px = edge_tolerance_px;
    limits.shift_px = shift_px;
    return limits;
}

/* What one year says of all pixels: the label's share and the rest, to a class that no picture has. */
typedef struct saying { uint8_t confidence, share[2], evidence, height; } saying;

static void posterior_of(const msc_tile *t, int32_t y, int32_t x, int year, uint8_t share)
{
    const uint8_t list[6] = { msc_row_u8(t, year, y)[x], share, 9, (uint8_t)(255 - share), 0, 0 };
    for (int p = 0; p < 6; p++) msc_row_u8(t, POSTERIOR + 6 * year + p, y)[x] = list[p];
}

static void run_tile(const msc_decide *self, msc_tile *in, msc_tile *out)
{
    msc_op op;
    msc_decide_op(self, &op);
    void *scratch = msc_alloc(op.scratch_bytes(op.self, in->core.w + 2 * in->pad_px, in->core.h + 2 * in->pad_px) + 1, 1);
    op.tile(op.self, in, out, scratch);
    msc_release(scratch);
}

/* Runs the op over pictures of digits; '.' is 0. */
static void run(const char *const *before, const char *const *after, const msc_decide *self, saying says)
{
    msc_tile in = made_tile((msc_rect){ 0, 0, W, H }, R, N_PLANES, types), out = made_tile((msc_rect){ 0, 0, W, H }, 0, 5, types_out);
    for (int32_t y = -R; y < H + R; y++)
        for (int32_t x = -R; x < W + R; x++) {
            const int inside = x >= 0 && y >= 0 && x < W && y < H;
            const char a = inside ? before[y][x] : '.', b = inside ? after[y][x] : '.';
            msc_row_u8(&in, 0, y)[x] = (uint8_t)(a == '.' ? 0 : a - '0');
            msc_row_u8(&in, 1, y)[x] = (uint8_t)(b == '.' ? 0 : b - '0');
            msc_row_valid(&in, y)[x] = a != '.' && b != '.';
            for (int year = 0; year < 2; year++) {
                msc_row_u8(&in, CONFIDENCE + year, y)[x] = says.confidence;
                posterior_of(&in, y, x, year, says.share[year]);
            }
            msc_row_u8(&in, EVIDENCE, y)[x] = says.evidence;
            msc_row_u8(&in, HEIGHT, y)[x] = says.height;
        }
    run_tile(self, &in, &out);
    for (int32_t y = 0; y < H; y++)
        for (int32_t x = 0; x < W; x++) {
            code[y][x] = msc_row_u16(&out, 0, y)[x], grade[y][x] = msc_row_u8(&out, 1, y)[x];
            difference[y][x] = msc_row_u16(&out, 2, y)[x], removed[y][x] = msc_row_u8(&out, 3, y)[x];
            seen[y][x] = msc_row_valid(&out, y)[x], word[y][x] = msc_row_u16(&out, 4, y)[x];
        }
    made_tile_clear(&in);
    made_tile_clear(&out);
}

static void run_plain(const char *const *before, const char *const *after, int32_t edge_tolerance_px, double shift_px)
{
    const msc_decide_limits limits = within(edge_tolerance_px, shift_px);
    msc_decide self;
    msc_decide_init(&self, &limits);
    run(before, after, &self, (saying){ 0 });
}

static const char *const old[H] = {
    "5555555555555555", "5511111555555555", "5511111555555555", "5511111555555555", "5555555555555555",
    "5555555555555555", "55555555555....5", "5555555555555555", "5555555555555555" };
static const char *const shifted[H] = {
    "5555555555555555", "5551111155555555", "5551111155555555", "5551111155555555", "5555555555555555",
    "5555555555555555", "55555555555....5", "5555555555555555", "5555555555555555" };
static const char *const grown[H] = {
    "5555555555555555", "5511111555555555", "5511111555555555", "5511111555555555", "5511111555555555",
    "5555555555553335", "55555555555333.5", "5555555555533355", "5555555555555555" };

static int count(uint16_t value)
{
    int n = 0;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) n += code[y][x] == value;
    return n;
}

static int n_graded(int wanted, int by)
{
    int n = 0;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) n += grade[y][x] == wanted && removed[y][x] == by;
    return n;
}

static void a_year_against_itself_has_no_change(void **state)
{
    (void)state;
    for (int r = 0; r <= 3; r++) {
        run_plain(old, old, r, 0);
        assert_int_equal(count(0), W * H - 4);
        assert_int_equal(count(MSC_CHANGE_NODATA), 4);
        assert_int_equal(n_graded(MSC_GRADE_NONE, MSC_BY_NOTHING), W * H - 4);
        assert_int_equal(seen[6][12], 0);
        assert_int_equal(grade[6][12], MSC_GRADE_NODATA);
    }
}

static void a_shift_is_no_change(void **state)
{
    (void)state;
    run_plain(old, shifted, 0, 0);
    assert_int_equal(count(1 * 256 + 5), 3);
    assert_int_equal(count(5 * 256 + 1), 3);
    for (int i = 0; i < 2; i++) {
        run_plain(old, shifted, i, 1 - i);
        assert_int_equal(count(0), W * H - 4);
        assert_int_equal(n_graded(MSC_GRADE_BOUNDARY, MSC_BY_BOUNDARY), 6);
    }
}

static void a_new_patch_stays_and_a_thin_rim_goes(void **state)
{
    (void)state;
    run_plain(old, grown, 1, 0);
    assert_int_equal(count(5 * 256 + 3), 6);      /* three pixels of it were not observed before */
    assert_int_equal(count(5 * 256 + 1), 0);
    assert_int_equal(code[6][12], MSC_CHANGE_NODATA);
    run_plain(old, grown, 0, 0);
    assert_int_equal(count(5 * 256 + 1), 5);
}

static const char *const grown_wide[H] = {
    "5555555555555555", "5511111555555555", "5511111555555555", "5511111555555555", "5511111555555555",
    "5511111555555555", "55111115555....5", "5555555555555555", "5555555555555555" };

/* A ring of 3 px: no shift of 2 px leaves a square of 3 px behind, so it stays whole, its rim included. */
static void growth_wider_than_the_shift_stays_whole(void **state)
{
    (void)state;
    run_plain(old, grown_wide, 0, 2);
    assert_int_equal(count(5 * 256 + 1), 15);
    run_plain(old, grown_wide, 0, 3);
    assert_int_equal(count(5 * 256 + 1), 0);
    run_plain(grown_wide, old, 0, 2);             /* and what shrinks likewise */
    assert_int_equal(count(1 * 256 + 5), 15);
}

static void confidence_counts_in_both_years(void **state)
{
    (void)state;
    msc_decide_limits limits = usual;
    msc_decide self;
    limits.min_confidence = 60;
    msc_decide_init(&self, &limits);
    self.confidence = CONFIDENCE;
    run(old, grown, &self, (saying){ .confidence = 60 });
    assert_int_equal(count(5 * 256 + 1), 5);
    run(old, grown, &self, (saying){ .confidence = 59 });
    assert_int_equal(count(0), W * H - 4);
    assert_int_equal(n_graded(MSC_GRADE_C, MSC_BY_CONFIDENCE), 11);
}

/* Shares of 0.9 in both years stand 84 to 1 against the commonest class that stays; 1 to 19 before looking leaves 4.5 to 1. */
static void grades_follow_posteriors_and_evidence(void **state)
{
    (void)state;
    msc_decide self;
    msc_decide_init(&self, &usual);
    self.posterior = POSTERIOR;
    run(old, grown, &self, (saying){ .share = { 230, 230 } });
    assert_int_equal(n_graded(MSC_GRADE_B, MSC_BY_NOTHING), 11);
    run(old, grown, &self, (saying){ .share = { 100, 100 } });    /* the rest is one class that stays */
    assert_int_equal(n_graded(MSC_GRADE_C, MSC_BY_POSTERIOR), 11);
    self.evidence = EVIDENCE;
    run(old, grown, &self, (saying){ .share = { 230, 230 }, .evidence = 2 });
    assert_int_equal(n_graded(MSC_GRADE_A, MSC_BY_NOTHING), 11);
    run(old, grown, &self, (saying){ .share = { 230, 230 }, .evidence = 13 });
    assert_int_equal(n_graded(MSC_GRADE_B, MSC_BY_NOTHING), 11);
    run(old, grown, &self, (saying){ .share = { 230, 230 }, .evidence = 254 });
    assert_int_equal(n_graded(MSC_GRADE_C, MSC_BY_EVIDENCE), 11);
    run(old, grown, &self, (saying){ .share = { 230, 230 }, .evidence = 255 });   /* none */
    assert_int_equal(n_graded(MSC_GRADE_B, MSC_BY_NOTHING), 11);
    assert_int_equal(count(5 * 256 + 3) + count(5 * 256 + 1), 11);
}

/* What the ground says is added; by itself it makes no A. */
static void heights_are_added(void **state)
{
    (void)state;
    msc_decide self;
    msc_decide_init(&self, &usual);
    self.posterior = POSTERIOR;
    self.height = HEIGHT;
    run(old, grown, &self, (saying){ .share = { 100, 100 }, .height = 0 });       /* worth nothing until it is measured */
    assert_int_equal(n_graded(MSC_GRADE_C, MSC_BY_POSTERIOR), 11);
    self.height_ratio[0] = 8 * MSC_LOG_UNIT;
    self.height_ratio[15] = -8 * MSC_LOG_UNIT;
    run(old, grown, &self, (saying){ .share = { 100, 100 }, .height = 0 });
    assert_int_equal(n_graded(MSC_GRADE_B, MSC_BY_NOTHING), 11);
    run(old, grown, &self, (saying){ .share = { 230, 230 }, .height = 15 });
    assert_int_equal(n_graded(MSC_GRADE_C, MSC_BY_EVIDENCE), 11);
    run(old, grown, &self, (saying){ .share = { 230, 230 }, .height = MSC_NO_HEIGHT });
    assert_int_equal(n_graded(MSC_GRADE_B, MSC_BY_NOTHING), 11);
}

static void the_impossible_is_demoted(void **state)
{
    (void)state;
    msc_decide self;
    msc_decide_init(&self, &usual);
    msc_decide_forbid(&self, 5, 3);
    run(old, grown, &self, (saying){ 0 });
    assert_int_equal(n_graded(MSC_GRADE_IMPOSSIBLE, MSC_BY_IMPOSSIBLE), 6);
    assert_int_equal(count(5 * 256 + 3), 0);
    assert_int_equal(count(5 * 256 + 1), 5);
}

/* The ratio takes no side where the evidence is weak, and favours change below. */
static void evidence_is_neutral_where_it_is_weak(void **state)
{
    (void)state;
    msc_decide self;
    msc_decide_init(&self, &usual);
    assert_true(abs(self.ratio[13]) < MSC_LOG_UNIT / 10);         /* 13 / 254 = 0.051 */
    for (int i = 1; i <= MSC_EVIDENCE_TOP; i++) assert_true(self.ratio[i] < self.ratio[i - 1]);
    assert_int_equal(self.ratio[255], 0);
    double mass = 0;                                              /* of the density over 0..1 */
    for (int i = 1; i < MSC_EVIDENCE_TOP; i++) mass += exp((double)self.ratio[i] / MSC_LOG_UNIT) / MSC_EVIDENCE_TOP;
    assert_true(mass < 1);
    assert_true(self.sure == 2);
}

/* ---- the definition, pixel by pixel ---- */

static int is_difference(const msc_tile *t, int32_t x, int32_t y)
{
    const uint8_t a = msc_row_u8(t, 0, y)[x], b = msc_row_u8(t, 1, y)[x];
    return msc_row_valid(t, y)[x] && a && b && a != b;
}

static int occurs(const msc_tile *t, int plane, uint8_t wanted, int32_t x, int32_t y, int32_t r)
{
    for (int32_t dy = -r; dy <= r; dy++)
        for (int32_t dx = -r; dx <= r; dx++)
            if (msc_row_u8(t, plane, y + dy)[x + dx] == wanted && msc_row_valid(t, y + dy)[x + dx]) return 1;
    return 0;
}

/* Whether a square of `side` px with the pixel in it lies in differences of the pixel's own code in that year. */
static int in_square(const msc_tile *t, int plane, int32_t x, int32_t y, int32_t side)
{
    const uint8_t wanted = msc_row_u8(t, plane, y)[x];
    for (int32_t y0 = y - side + 1; y0 <= y; y0++)
        for (int32_t x0 = x - side + 1; x0 <= x; x0++) {
            int is_whole = 1;
            for (int32_t dy = 0; dy < side && is_whole; dy++)
                for (int32_t dx = 0; dx < side && is_whole; dx++)
                    is_whole = is_difference(t, x0 + dx, y0 + dy) && msc_row_u8(t, plane, y0 + dy)[x0 + dx] == wanted;
            if (is_whole) return 1;
        }
    return 0;
}

static double share_of(const msc_tile *t, int32_t x, int32_t y, int year, int class)
{
    for (int i = 0; i < 3; i++)
        if (msc_row_u8(t, POSTERIOR + 6 * year + 2 * i, y)[x] == class) return fmax(1, msc_row_u8(t, POSTERIOR + 6 * year + 2 * i + 1, y)[x]) / 255;
    return 1 / 255.0;
}

static double odds_of(const msc_tile *t, int32_t x, int32_t y)
{
    double change = 0, same = 0;
    if (!msc_row_u8(t, POSTERIOR, y)[x] || !msc_row_u8(t, POSTERIOR + 6, y)[x]) return 255;
    for (int c = 1; c < 256; c++) same = fmax(same, share_of(t, x, y, 0, c) * share_of(t, x, y, 1, c));
    for (int i = 0; i < 9; i++) {
        const int a = msc_row_u8(t, POSTERIOR + 2 * (i / 3), y)[x], b = msc_row_u8(t, POSTERIOR + 6 + 2 * (i % 3), y)[x];
        if (a && b && a != b) change = fmax(change, share_of(t, x, y, 0, a) * share_of(t, x, y, 1, b));
    }
    return change > 0 ? change / same : 1 / 255.0;
}

/* Grade and reason; 0 when the odds are too near to call. */
static int by_definition(const msc_tile *t, int32_t x, int32_t y, const msc_decide_limits *l, int *by)
{
    const uint8_t a = msc_row_u8(t, 0, y)[x], b = msc_row_u8(t, 1, y)[x];
    const int reach = l->edge_tolerance_px + (int)ceil(l->shift_px), side = 2 * l->edge_tolerance_px + (int)floor(l->shift_px) + 1;
    const double k = 0.0595, p = fmax(0.5, msc_row_u8(t, EVIDENCE, y)[x]) / 254;
    *by = MSC_BY_BOUNDARY;
    if (reach && side > 1 && occurs(t, 0, b, x, y, reach) && occurs(t, 1, a, x, y, reach) && !in_square(t, 0, x, y, side) && !in_square(t, 1, x, y, side))
        return MSC_GRADE_BOUNDARY;
    *by = MSC_BY_IMPOSSIBLE;
    if (a % 7 == 3 && b % 5 == 2) return MSC_GRADE_IMPOSSIBLE;
    *by = MSC_BY_CONFIDENCE;
    if (msc_row_u8(t, CONFIDENCE, y)[x] < l->min_confidence || msc_row_u8(t, CONFIDENCE + 1, y)[x] < l->min_confidence) return MSC_GRADE_C;
    const double alone = odds_of(t, x, y) * l->change_rate / (1 - l->change_rate);
    const double both = alone * (msc_row_u8(t, EVIDENCE, y)[x] == 255 ? 1 : k * pow(p, k - 1));
    if (fabs(log(alone)) < 0.01 || fabs(log(both)) < 0.01) return -1;
    *by = alone > 1 ? MSC_BY_EVIDENCE : MSC_BY_POSTERIOR;
    if (both < 1) return MSC_GRADE_C;
    *by = MSC_BY_NOTHING;
    return alone > 1 && p <= l->evidence_sure ? MSC_GRADE_A : MSC_GRADE_B;
}

static void fill(msc_tile *in, uint64_t i, uint32_t n_codes)
{
    const int32_t pad = in->pad_px;
    for (int32_t y = -pad; y < in->core.h + pad; y++)
        for (int32_t x = -pad; x < in->core.w + pad; x++) {
            const uint64_t cell = msc_random(i, (uint64_t)((x + 100) / 7), (uint64_t)((y + 100) / 5));
            const uint64_t after = msc_random(i + 1, (uint64_t)((x + 101) / 7), (uint64_t)((y + 100) / 5)), dice = msc_random(i + 2, (uint64_t)(x + 100), (uint64_t)(y + 100));
            msc_row_u8(in, 0, y)[x] = (uint8_t)(msc_random_below(cell, n_codes) * (255 / (n_codes - 1)));
            msc_row_u8(in, 1, y)[x] = dice % 8 ? (uint8_t)(msc_random_below(dice % 3 ? cell : after, n_codes) * (255 / (n_codes - 1))) : (uint8_t)(dice >> 20);
            msc_row_valid(in, y)[x] = dice >> 40 & 15 ? 1 : 0;
            for (int p = CONFIDENCE; p < N_PLANES; p++) {
                const uint64_t die = msc_random(i + 3, (uint64_t)(x + 100), (uint64_t)((y + 100) * 32 + p));
                const int is_code = p >= POSTERIOR && p < EVIDENCE && p % 2 == 0;
                msc_row_u8(in, p, y)[x] = (uint8_t)(is_code ? die % 5 : p == EVIDENCE ? die % 3 ? die % 20 : die : die % 256);
            }
        }
}

/* A class stands once in a list. */
static void mend(msc_tile *in)
{
    for (int32_t y = -in->pad_px; y < in->core.h + in->pad_px; y++)
        for (int32_t x = -in->pad_px; x < in->core.w + in->pad_px; x++)
            for (int year = 0; year < 2; year++) {
                uint8_t *list[3];
                for (int k = 0; k < 3; k++) list[k] = &msc_row_u8(in, POSTERIOR + 6 * year + 2 * k, y)[x];
                if (*list[1] == *list[0]) *list[1] = 0;
                if (*list[2] == *list[0] || *list[2] == *list[1]) *list[2] = 0;
            }
}

static void compare_case(const msc_tile *in, const msc_tile *out, const msc_decide_limits *limits, int32_t keep, int64_t n[MSC_N_GRADES])
{
    for (int32_t y = -keep; y < in->core.h + keep; y++)
        for (int32_t x = -keep; x < in->core.w + keep; x++) {
            int by = MSC_BY_NOTHING, wanted = MSC_GRADE_NONE;
            const uint8_t a = msc_row_u8(in, 0, y)[x], b = msc_row_u8(in, 1, y)[x];
            const int is_seen = msc_row_valid(in, y)[x] && a && b, got = msc_row_u8(out, 1, y)[x];
            assert_int_equal(msc_row_valid(out, y)[x], is_seen);
            assert_int_equal(msc_row_u16(out, 2, y)[x], !is_seen ? MSC_CHANGE_NODATA : a == b ? 0 : a * 256 + b);
            if (!is_seen) wanted = MSC_GRADE_NODATA, by = !a == !b ? MSC_UNSEEN_BOTH : a ? MSC_UNSEEN_AFTER : MSC_UNSEEN_BEFORE;
            else if (a != b) wanted = by_definition(in, x, y, limits, &by);
            if (wanted < 0) continue;
            if (got != wanted || msc_row_u8(out, 3, y)[x] != by) fail_msg("at %d,%d: grade %d by %d, not %d by %d", x, y, got, msc_row_u8(out, 3, y)[x], wanted, by);
            const int is_accepted = wanted == MSC_GRADE_A || wanted == MSC_GRADE_B || wanted == MSC_GRADE_NONE || wanted == MSC_GRADE_NODATA;
            assert_int_equal(msc_row_u16(out, 0, y)[x], is_accepted ? msc_row_u16(out, 2, y)[x] : 0);
            n[wanted == MSC_GRADE_NODATA ? 0 : wanted]++;
        }
}

/* Coarse pictures of `n_codes` codes (spread over 0..255), the second a disturbed copy of the first; padding left to keep. */
static void same_as_the_definition(void **state)
{
    (void)state;
    static const uint32_t counts[] = { 2, 5, 8, 17, 40, 255 };
    static const double shifts[] = { 0, 1, 0.4, 2.5, 6.2 };
    int64_t n[MSC_N_GRADES] = { 0 };
    for (uint64_t i = 0; i < 30; i++) {
        msc_decide_limits limits = within((int32_t)(i % 4), shifts[i % 5]);
        msc_decide self;
        limits.min_confidence = i % 3 ? 0 : 20;
        msc_decide_init(&self, &limits);
        self.confidence = CONFIDENCE, self.posterior = POSTERIOR, self.evidence = EVIDENCE;
        for (int a = 0; a < 256; a++)
            for (int b = 0; b < 256; b++)
                if (a % 7 == 3 && b % 5 == 2) msc_decide_forbid(&self, a, b);
        const int32_t w = 40 + (int32_t)(i * 13 % 101), h = 30 + (int32_t)(i * 29 % 120), keep = (int32_t)(i % 2) * 3;
        const int32_t pad = msc_boundary_halo_px(&self.boundary) + keep;
        msc_tile in = made_tile((msc_rect){ 0, 0, w, h }, pad, N_PLANES, types), out = made_tile((msc_rect){ 0, 0, w, h }, keep, 5, types_out);
        fill(&in, i * 7, counts[i / 5]);
        mend(&in);
        run_tile(&self, &in, &out);
        compare_case(&in, &out, &limits, keep, n);
        made_tile_clear(&in);
        made_tile_clear(&out);
    }
    for (int g = 1; g < MSC_N_GRADES; g++) assert_true(n[g] > 500);
}

/* One class in both years: without regions nothing is asked; with them the most probable pair is, where evidence is strong enough for the
 * posteriors, and ground that moved says nothing for it. */
static void one_class_hides_a_change_for_its_region_to_say(void **state)
{
    (void)state;
    const msc_decide_limits limits = within(0, 0);
    const struct { int has_regions; uint8_t share, evidence, height; int is_asked; } cases[] = {
        { 0, 130, 0, 0, 0 }, { 1, 130, 0, 0, 1 }, { 1, 250, 0, 0, 0 }, { 1, 130, 200, 0, 0 }, { 1, 130, 200, 1, 0 }, { 1, 130, 0, 2, 0 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        msc_decide self;
        msc_decide_init(&self, &limits);
        self.posterior = POSTERIOR, self.evidence = EVIDENCE, self.height = HEIGHT;
        self.has_regions = cases[i].has_regions;
        self.height_ratio[1] = msc_log_units(1000), self.height_ratio[2] = msc_log_units(0.001);
        run(old, old, &self, (saying){ 100, { cases[i].share, cases[i].share }, cases[i].evidence, cases[i].height });
        assert_int_equal(n_graded(MSC_GRADE_NONE, cases[i].is_asked ? MSC_BY_SAME : MSC_BY_NOTHING), W * H - 4);
        assert_int_equal(count(0), W * H - 4);       /* nothing is accepted by itself */
        assert_int_equal(difference[0][0], cases[i].is_asked ? 5 * 256 + 9 : 0);
        const int32_t odds = msc_log_units((255 - cases[i].share) / 255.0) - msc_log_units(cases[i].share / 255.0);
        assert_int_equal(word[0][0], cases[i].is_asked ? MSC_WORD_ZERO + odds + self.ratio[0] : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_year_against_itself_has_no_change), cmocka_unit_test(one_class_hides_a_change_for_its_region_to_say), cmocka_unit_test(a_shift_is_no_change),
                                        cmocka_unit_test(a_new_patch_stays_and_a_thin_rim_goes),
                                        cmocka_unit_test(growth_wider_than_the_shift_stays_whole),
                                        cmocka_unit_test(confidence_counts_in_both_years),
                                        cmocka_unit_test(grades_follow_posteriors_and_evidence),
                                        cmocka_unit_test(heights_are_added), cmocka_unit_test(the_impossible_is_demoted),
                                        cmocka_unit_test(evidence_is_neutral_where_it_is_weak),
                                        cmocka_unit_test(same_as_the_definition) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
