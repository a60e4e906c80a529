/* decide.c - two years' classes, and what else is known of a pixel, to graded changes. */
#include "ops/decide.h"
#include "kernels/kernels.h"
#include <math.h>
#include <string.h>

/* What is less likely than 5 % is not looked for under one class. */
enum { AGAINST_ONE = 19 };

/* The exponent k of the density k p^(k - 1) of p where there is change, which is 1 at `weak`: left of its pole
 * k = -1 / log weak the logarithm rises from minus infinity to a positive value, so bisection finds it. */
static double density_exponent(double weak)
{
    double low = 1e-12, high = -1 / log(weak);
    for (int i = 0; i < 200; i++) {
        const double k = (low + high) / 2;
        if (log(k) + (k - 1) * log(weak) < 0) low = k;
        else high = k;
    }
    return (low + high) / 2;
}

msc_boundary msc_decide_boundary(int32_t edge_tolerance_px, double shift_px)
{
    return (msc_boundary){ .reach_px = edge_tolerance_px + (int32_t)ceil(shift_px),
                           .side_px = 2 * edge_tolerance_px + (int32_t)floor(shift_px) + 1 };
}

void msc_decide_init(msc_decide *self, const msc_decide_limits *limits)
{
    const double k = density_exponent(limits->evidence_weak);
    memset(self, 0, sizeof *self);
    self->min_confidence = limits->min_confidence;
    self->boundary = msc_decide_boundary(limits->edge_tolerance_px, limits->shift_px);
    self->against = msc_log_units(AGAINST_ONE);
    self->sure = (int)floor(limits->evidence_sure * MSC_EVIDENCE_TOP);
    msc_log_shares_init(&self->shares);
    for (int i = 0; i < 256; i++) {
        const double p = (i > 0 ? i : 0.5) / MSC_EVIDENCE_TOP;   /* the middle of what is rounded to 0 */
        self->worth[MSC_GROUND_OTHER].ratio[i] = i <= MSC_EVIDENCE_TOP ? msc_log_units(k * pow(p, k - 1)) : 0;
    }
    self->worth[MSC_GROUND_OTHER].prior = msc_log_units(limits->change_rate / (1 - limits->change_rate));
    self->worth[MSC_GROUND_MINED] = self->worth[MSC_GROUND_OTHER];
}

/* Rows of everything that the tile holds, at one row. */
typedef struct row {
    const uint8_t *confidence[2], *evidence, *height;
    msc_posterior_rows posterior;
} row;

static row row_of(const msc_decide *self, const msc_tile *in, int32_t y, int32_t x0)
{
    row r = { 0 };
    for (int year = 0; self->confidence && year < 2; year++) r.confidence[year] = msc_row_u8(in, self->confidence + year, y) + x0;
    if (self->posterior) r.posterior = msc_posterior_rows_of(in, self->posterior, 2, y, x0);
    if (self->evidence) r.evidence = msc_row_u8(in, self->evidence, y) + x0;
    if (self->height) r.height = msc_row_u8(in, self->height, y) + x0;
    return r;
}

/* Labels without a posterior are trusted as far as a posterior can be: all against the least. */
static int32_t log_odds(const msc_decide *self, const row *r, int32_t x)
{
    return self->posterior ? msc_log_odds(&self->shares, &r->posterior, x, NULL) : -self->shares.of[1];
}

static uint16_t word_of(int32_t weight)
{
    const int32_t limit = MSC_WORD_ZERO - MSC_WORD_NONE - 1;
    return (uint16_t)(MSC_WORD_ZERO + (weight < -limit ? -limit : weight > limit ? limit : weight));
}

static int32_t height_at(const msc_decide_worth *worth, const row *r, int32_t x) { return r->height ? worth->height_ratio[r->height[x]] : 0; }

static const msc_decide_worth *worth_of(const msc_decide *self, int before, int after)
{
    return &self->worth[msc_ground_of(self->is_damage, before, after)];
}

static int is_sure_enough(const msc_decide *self, const row *r, int32_t x)
{
    return self->min_confidence <= 0 || (r->confidence[0][x] >= self->min_confidence && r->confidence[1][x] >= self->min_confidence);
}

/* A pixel of one class that may have changed under it; the odds of a change are at most even by the posteriors. Ground that moved does
 * not speak for that: a pit that is dug deeper is a pit. */
static void look_under(const msc_decide *self, const row *r, int32_t x, int class, uint16_t *difference, uint8_t *removed, uint16_t *word)
{
    const msc_decide_worth *worth = worth_of(self, class, class);
    const int32_t moved = height_at(worth, r, x), least = -worth->prior - self->against;
    const int32_t evidence = worth->ratio[r->evidence ? r->evidence[x] : 255] + (moved < 0 ? moved : 0);
    uint16_t pair;
    if (evidence < least || !is_sure_enough(self, r, x)) return;
    const int32_t weight = evidence + msc_log_odds(&self->shares, &r->posterior, x, &pair);
    if (weight < least || pair == 0 || msc_is_forbidden(&self->impossible, pair >> 8, pair & 255)) return;
    *difference = pair;
    *removed = MSC_BY_SAME;
    *word = word_of(weight);
}

static msc_removed_by judge(const msc_decide *self, const row *r, int32_t x, int before, int after, uint8_t *grade, uint16_t *word)
{
    if (msc_is_forbidden(&self->impossible, before, after)) return *grade = MSC_GRADE_IMPOSSIBLE, MSC_BY_IMPOSSIBLE;
    *grade = MSC_GRADE_C;
    if (!is_sure_enough(self, r, x)) return MSC_BY_CONFIDENCE;
    const int evidence = r->evidence ? r->evidence[x] : 255;
    const msc_decide_worth *worth = worth_of(self, before, after);
    const int32_t own = log_odds(self, r, x), odds = own + worth->prior, weight = own + worth->ratio[evidence] + height_at(worth, r, x);
    *word = word_of(weight);
    if (weight + worth->prior <= 0) return odds > 0 ? MSC_BY_EVIDENCE : MSC_BY_POSTERIOR;
    *grade = odds > 0 && evidence <= self->sure ? MSC_GRADE_A : MSC_GRADE_B;
    return MSC_BY_NOTHING;
}

static void decide_row(const void *op, const msc_tile *in, const msc_tile *out, int32_t y, int32_t x0, int32_t w,
                       const uint8_t *boundary)
{
    const msc_decide *self = op;
    const uint8_t *a = msc_row_u8(in, 0, y) + x0, *b = msc_row_u8(in, 1, y) + x0;
    uint16_t *accepted = msc_row_u16(out, 0, y) + x0, *difference = msc_row_u16(out, 2, y) + x0;
    uint16_t *word = msc_row_u16(out, 4, y) + x0;
    uint8_t *grade = msc_row_u8(out, 1, y) + x0, *removed = msc_row_u8(out, 3, y) + x0, *seen = msc_row_valid(out, y) + x0;
    const row r = row_of(self, in, y, x0);
    msc_kernels_select()->rows->change_codes(difference, seen, a, b, msc_row_valid(in, y) + x0, NULL, NULL, (size_t)w);
    memcpy(accepted, difference, (size_t)w * sizeof *accepted);
    memset(word, 0, (size_t)w * sizeof *word);
    for (int32_t x = 0; x < w; x++) {
        const int is_one = (a[x] == 0) != (b[x] == 0);
        const int unseen = is_one ? a[x] == 0 ? MSC_UNSEEN_BEFORE : MSC_UNSEEN_AFTER : MSC_UNSEEN_BOTH;
        grade[x] = seen[x] ? MSC_GRADE_NONE : MSC_GRADE_NODATA;
        removed[x] = (uint8_t)(seen[x] ? MSC_BY_NOTHING : unseen);
    }
    for (int32_t x = 0; x < w; x++) {
        if (!seen[x]) continue;
        if (difference[x] == 0) {
            accepted[x] = self->rest;
            if (self->has_regions && self->is_damage[a[x]]) removed[x] = MSC_STANDING;
            if (self->has_regions && self->posterior) look_under(self, &r, x, a[x], &difference[x], &removed[x], &word[x]);
            continue;
        }
        if (boundary && boundary[x]) removed[x] = MSC_BY_BOUNDARY, grade[x] = MSC_GRADE_BOUNDARY;
        else removed[x] = (uint8_t)judge(self, &r, x, a[x], b[x], &grade[x], &word[x]);
        if (removed[x] != MSC_BY_NOTHING) accepted[x] = self->rest;
    }
}

int32_t msc_decide_halo_px(const msc_boundary *boundary, int height)
{
    const int32_t halo = msc_boundary_halo_px(boundary);
    return height && halo < 1 ? 1 : halo;
}

static size_t scratch_bytes(const void *op, int32_t w_px, int32_t h_px)
{
    const msc_decide *self = op;
    (void)h_px;
    return msc_boundary_bytes(&self->boundary, w_px);
}

static void decide_tile(const void *op, const msc_tile *in, msc_tile *out, void *scratch)
{
    const msc_decide *self = op;
    msc_boundary_walk(&self->boundary, self, decide_row, in, out, scratch);
}

void msc_decide_op(const msc_decide *self, msc_op *op)
{
    *op = (msc_op){ .name = "decide", .self = self, .halo_px = msc_decide_halo_px(&self->boundary, self->height), .n_planes_out = 5,
                    .types_out = { MSC_U16, MSC_U8, MSC_U16, MSC_U8, MSC_U16 }, .scratch_bytes = scratch_bytes, .tile = decide_tile };
}
