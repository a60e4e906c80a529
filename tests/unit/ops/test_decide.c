/* Graded changes on small pictures. */
#include "decide_made.h"

static uint16_t code[H][W], difference[H][W], word[H][W];
static uint8_t seen[H][W], grade[H][W], removed[H][W];

/* What one year says of all pixels: the label's share and the rest, to a class that no picture has. */
typedef struct saying { uint8_t confidence, share[2], evidence, height; } saying;

static void posterior_of(const msc_tile *t, int32_t y, int32_t x, int year, uint8_t share)
{
    const uint8_t list[6] = { msc_row_u8(t, year, y)[x], share, 9, (uint8_t)(255 - share), 0, 0 };
    for (int p = 0; p < 6; p++) msc_row_u8(t, POSTERIOR + 6 * year + p, y)[x] = list[p];
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
    self.worth[0].height_ratio[0] = 8 * MSC_LOG_UNIT;
    self.worth[0].height_ratio[15] = -8 * MSC_LOG_UNIT;
    run(old, grown, &self, (saying){ .share = { 100, 100 }, .height = 0 });
    assert_int_equal(n_graded(MSC_GRADE_B, MSC_BY_NOTHING), 11);
    run(old, grown, &self, (saying){ .share = { 230, 230 }, .height = 15 });
    assert_int_equal(n_graded(MSC_GRADE_C, MSC_BY_EVIDENCE), 11);
    run(old, grown, &self, (saying){ .share = { 230, 230 }, .height = MSC_NO_HEIGHT });
    assert_int_equal(n_graded(MSC_GRADE_B, MSC_BY_NOTHING), 11);
}

/* Ground that is damage in both years has odds of its own, other ground keeps its own, and with regions a class that stays is told apart. */
static void mined_ground_is_weighed_by_itself(void **state)
{
    (void)state;
    msc_decide self;
    msc_decide_init(&self, &usual);
    self.posterior = POSTERIOR, self.evidence = EVIDENCE;
    self.is_damage[5] = self.is_damage[3] = 1;
    run(old, grown, &self, (saying){ .share = { 200, 200 }, .evidence = 0 });
    assert_int_equal(n_graded(MSC_GRADE_B, MSC_BY_NOTHING), 11);
    memset(self.worth[MSC_GROUND_MINED].ratio, 0, sizeof self.worth[MSC_GROUND_MINED].ratio);   /* its evidence is worth nothing */
    run(old, grown, &self, (saying){ .share = { 200, 200 }, .evidence = 0 });
    assert_int_equal(n_graded(MSC_GRADE_C, MSC_BY_POSTERIOR), 6);
    assert_int_equal(count(5 * 256 + 3), 0);
    assert_int_equal(count(5 * 256 + 1), 5);
    self.worth[MSC_GROUND_MINED].prior += 16 * MSC_LOG_UNIT;
    run(old, grown, &self, (saying){ .share = { 200, 200 }, .evidence = 0 });
    assert_int_equal(count(5 * 256 + 3), 6);
    self.has_regions = self.is_damage[1] = 1;
    self.worth[MSC_GROUND_MINED].prior = 0;
    run(old, old, &self, (saying){ .share = { 254, 254 }, .evidence = 254 });
    assert_int_equal(n_graded(MSC_GRADE_NONE, MSC_STANDING), W * H - 4);
}

static void the_impossible_is_demoted(void **state)
{
    (void)state;
    msc_decide self;
    msc_decide_init(&self, &usual);
    msc_forbid(&self.impossible, 5, 3);
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
    assert_true(abs(self.worth[0].ratio[13]) < MSC_LOG_UNIT / 10);         /* 13 / 254 = 0.051 */
    for (int i = 1; i <= MSC_EVIDENCE_TOP; i++) assert_true(self.worth[0].ratio[i] < self.worth[0].ratio[i - 1]);
    assert_int_equal(self.worth[0].ratio[255], 0);
    double mass = 0;                                              /* of the density over 0..1 */
    for (int i = 1; i < MSC_EVIDENCE_TOP; i++) mass += exp((double)self.worth[0].ratio[i] / MSC_LOG_UNIT) / MSC_EVIDENCE_TOP;
    assert_true(mass < 1);
    assert_true(self.sure == 2);
}

/* ---- the definition, pixel by pixel ---- */

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
        self.worth[0].height_ratio[1] = msc_log_units(1000), self.worth[0].height_ratio[2] = msc_log_units(0.001);
        const uint8_t after = (uint8_t)(cases[i].share - 1);      /* of two equal lists either way would be as probable */
        run(old, old, &self, (saying){ 100, { cases[i].share, after }, cases[i].evidence, cases[i].height });
        assert_int_equal(n_graded(MSC_GRADE_NONE, cases[i].is_asked ? MSC_BY_SAME : MSC_BY_NOTHING), W * H - 4);
        assert_int_equal(count(0), W * H - 4);       /* nothing is accepted by itself */
        assert_int_equal(difference[0][0], cases[i].is_asked ? 5 * 256 + 9 : 0);
        const int32_t odds = msc_log_units((255 - after) / 255.0) - msc_log_units(after / 255.0);
        assert_int_equal(word[0][0], cases[i].is_asked ? MSC_WORD_ZERO + odds + self.worth[0].ratio[0] : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_year_against_itself_has_no_change),
                                        cmocka_unit_test(one_class_hides_a_change_for_its_region_to_say), cmocka_unit_test(a_shift_is_no_change),
                                        cmocka_unit_test(a_new_patch_stays_and_a_thin_rim_goes),
                                        cmocka_unit_test(growth_wider_than_the_shift_stays_whole),
                                        cmocka_unit_test(confidence_counts_in_both_years),
                                        cmocka_unit_test(grades_follow_posteriors_and_evidence),
                                        cmocka_unit_test(heights_are_added), cmocka_unit_test(mined_ground_is_weighed_by_itself), cmocka_unit_test(the_impossible_is_demoted),
                                        cmocka_unit_test(evidence_is_neutral_where_it_is_weak) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
