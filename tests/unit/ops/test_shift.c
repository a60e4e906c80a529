/* Laws of a displacement: nothing between an image and itself, the negative when the images change places, whole px exactly,
 * parts of a px closely; whatever gain, haze, season or change; and silence where nobody could know. The ground is a sum of
 * waves, so that it can be sampled anywhere. */
#include "made_tile.h"
#include "ops/shift.h"

enum { SIDE = MSC_SHIFT_TILE_PX, N_WAVES = 32 };

static double noise(uint64_t seed, int x, int y) { return (double)(msc_random(seed, (uint64_t)(x + 5000), (uint64_t)(y + 5000)) >> 11) / 9007199254740992.0 - 0.5; }

/* Waves of 5 to 80 px in all directions; each seed is another ground. */
static double ground(uint64_t seed, double x, double y)
{
    static struct { double across, down, phase, height; } wave[N_WAVES];
    static uint64_t made_for;
    for (int k = 0; k < N_WAVES && made_for != seed; k++) {
        const double turn = 6.283185307 * (noise(seed, k, 1) + 0.5), length = 5 * pow(16, noise(seed, k, 3) + 0.5);
        wave[k].across = 6.283185307 / length * cos(turn);
        wave[k].down = 6.283185307 / length * sin(turn);
        wave[k].phase = 6.283185307 * noise(seed, k, 2);
        wave[k].height = 60 * pow(length / 20, 0.7);
    }
    made_for = seed;
    double sum = 1000;
    for (int k = 0; k < N_WAVES; k++) sum += wave[k].height * sin(wave[k].across * x + wave[k].down * y + wave[k].phase);
    return sum;
}

/* What one image shows at (x, y) when its ground is moved by (dx, dy). */
typedef struct view {
    uint64_t seed;
    double dx, dy, gain, offset, noise;
    msc_type type;
    double (*of)(uint64_t seed, double x, double y);   /* NULL: ground */
} view;

static msc_tile make_pair(const view *a, const view *b)
{
    const view *both[2] = { a, b };
    const msc_type types[2] = { a->type, b->type };
    msc_tile t = made_tile((msc_rect){ 0, 0, SIDE, SIDE }, 0, 2, types);
    for (int y = 0; y < SIDE; y++) memset(msc_row_valid(&t, y), 1, SIDE);
    for (int k = 0; k < 2; k++)
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++) {
                const view *v = both[k];
                const double value = (v->of ? v->of : ground)(v->seed, x - v->dx, y - v->dy) * (v->gain != 0 ? v->gain : 1) + v->offset
                                     + v->noise * noise(77 + (uint64_t)k, x, y) * 3.46;
                if (v->type == MSC_U8) msc_row_u8(&t, k, y)[x] = (uint8_t)fmin(fmax(value / 10, 0), 255);
                else if (v->type == MSC_U16) msc_row_u16(&t, k, y)[x] = (uint16_t)fmin(fmax(value, 0), 65535);
                else msc_row_f32(&t, k, y)[x] = (float)value;
            }
    return t;
}

static msc_shift_window measure(const msc_tile *t)
{
    msc_shift_window w;
    void *scratch = msc_alloc(1, msc_shift_scratch_bytes());
    assert_non_null(scratch);
    memset(scratch, 0xa5, msc_shift_scratch_bytes());   /* what another window left */
    msc_shift_measure(t, scratch, &w);
    msc_release(scratch);
    return w;
}

static msc_shift_window measure_pair(const view *a, const view *b)
{
    msc_tile t = make_pair(a, b);
    const msc_shift_window w = measure(&t);
    made_tile_clear(&t);
    return w;
}

static void nothing_between_an_image_and_itself(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 6; seed++) {
        const view v = { .seed = seed, .type = seed % 2 ? MSC_U16 : MSC_F32 };
        const msc_shift_window w = measure_pair(&v, &v);
        assert_int_equal(w.state, MSC_SHIFT_MEASURED);
        assert_true(w.dx_px == 0 && w.dy_px == 0);
        assert_true(w.match == 1);
    }
}

static void a_swap_negates(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 9; seed++) {
        const view a = { .seed = seed, .type = MSC_U16, .noise = 20 },
                   b = { .seed = seed, .dx = 1.3 * (double)seed - 6, .dy = 3.7 - 0.9 * (double)seed, .gain = 0.8, .type = MSC_F32, .noise = 10 };
        msc_tile t = make_pair(&a, &b);
        const msc_shift_window there = measure(&t);
        const msc_plane first = t.plane[0];
        t.plane[0] = t.plane[1];
        t.plane[1] = first;
        const msc_shift_window back = measure(&t);
        made_tile_clear(&t);
        assert_int_equal(there.state, MSC_SHIFT_MEASURED);
        assert_int_equal(back.state, MSC_SHIFT_MEASURED);
        assert_true(fabs(there.dx_px + back.dx_px) < 1e-9 && fabs(there.dy_px + back.dy_px) < 1e-9);
        assert_true(fabs(there.sigma_px - back.sigma_px) < 1e-9);
    }
}

static void whole_px_are_exact(void **state)
{
    (void)state;
    const int moves[][2] = { { 1, 0 }, { 0, -1 }, { 2, 3 }, { -5, 4 }, { -9, -12 }, { 13, 7 }, { 12, -13 } };
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
        const view a = { .seed = 3, .type = MSC_F32 }, b = { .seed = 3, .dx = moves[i][0], .dy = moves[i][1], .type = MSC_F32 };
        const msc_shift_window w = measure_pair(&a, &b);
        assert_int_equal(w.state, MSC_SHIFT_MEASURED);
        /* The ground is computed anew where it is moved, so its rounding differs. */
        assert_true(fabs(w.dx_px - moves[i][0]) < 1e-3 && fabs(w.dy_px - moves[i][1]) < 1e-3);
    }
}

static void parts_of_a_px_are_close(void **state)
{
    (void)state;
    static const msc_type types[] = { MSC_U8, MSC_U16, MSC_F32 };
    double squares = 0;
    for (int i = 0; i < 21; i++) {
        const double dx = 0.1 * i - 0.7, dy = 2.5 - 0.25 * i;
        const view a = { .seed = 9, .type = types[i % 3] }, b = { .seed = 9, .dx = dx, .dy = dy, .type = types[i / 3 % 3] };
        const msc_shift_window w = measure_pair(&a, &b);
        assert_int_equal(w.state, MSC_SHIFT_MEASURED);
        assert_true(fabs(w.dx_px - dx) < 0.07 && fabs(w.dy_px - dy) < 0.07);
        assert_true(w.sigma_px < 0.05);
        squares += (w.dx_px - dx) * (w.dx_px - dx) + (w.dy_px - dy) * (w.dy_px - dy);
    }
    assert_true(sqrt(squares / 42) < 0.025);
}

static void light_does_not_matter(void **state)
{
    (void)state;
    const view a = { .seed = 4, .type = MSC_F32 }, same = { .seed = 4, .dx = 0.6, .dy = -1.2, .type = MSC_F32 };
    const msc_shift_window plain = measure_pair(&a, &same);
    const double gains[] = { 0.01, 0.3, 7, 1000, -1, -0.2 };
    for (int i = 0; i < 6; i++) {
        const view b = { .seed = 4, .dx = 0.6, .dy = -1.2, .gain = gains[i], .offset = 345 * gains[i], .type = MSC_F32 };
        const msc_shift_window w = measure_pair(&a, &b);
        assert_int_equal(w.state, MSC_SHIFT_MEASURED);
        assert_true(fabs(w.dx_px - plain.dx_px) < 2e-3 && fabs(w.dy_px - plain.dy_px) < 2e-3);
    }
}

/* Noise and haze, and the standard error that is told: honest when about two of three errors are below it. */
static void noise_is_owned_up_to(void **state)
{
    (void)state;
    int n = 0, n_below = 0, n_far = 0;
    for (uint64_t seed = 20; seed < 50; seed++) {
        const double dx = 0.37, dy = -0.81;
        const view a = { .seed = seed, .noise = 90, .type = MSC_U16 },
                   b = { .seed = seed, .dx = dx, .dy = dy, .gain = 0.5, .offset = 400, .noise = 60, .type = MSC_U16 };
        const msc_shift_window w = measure_pair(&a, &b);
        if (w.state != MSC_SHIFT_MEASURED) continue;
        const double error = hypot(w.dx_px - dx, w.dy_px - dy);
        n++;
        n_below += error < w.sigma_px;
        n_far += error > 3 * w.sigma_px + 0.02;
        assert_true(error < 0.15);
    }
    assert_true(n >= 25);
    assert_in_range(n_below, n / 3, n);
    assert_in_range(n_far, 0, 1);
}

static double half_new(uint64_t seed, double x, double y) { return x < 52 ? ground(seed + 1000, x, y) : ground(seed, x, y); }

static void change_in_a_part_is_borne(void **state)
{
    (void)state;
    for (uint64_t seed = 60; seed < 66; seed++) {
        const view a = { .seed = seed, .type = MSC_U16 }, b = { .seed = seed, .dx = 0.4, .dy = 0.7, .type = MSC_U16, .of = half_new };
        const msc_shift_window w = measure_pair(&a, &b);
        assert_int_equal(w.state, MSC_SHIFT_MEASURED);
        assert_true(fabs(w.dx_px - 0.4) < 0.1 && fabs(w.dy_px - 0.7) < 0.1);
    }
}

static void what_is_not_observed_is_left_out(void **state)
{
    (void)state;
    const view a = { .seed = 5, .type = MSC_U16 }, b = { .seed = 5, .dx = 1.5, .dy = -0.5, .type = MSC_U16 };
    msc_tile t = make_pair(&a, &b);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            if (x + y / 2 < 90) {
                msc_row_valid(&t, y)[x] = 0;
                msc_row_u16(&t, 0, y)[x] = msc_row_u16(&t, 1, y)[x] = 0;
            }
    msc_shift_window w = measure(&t);
    assert_int_equal(w.state, MSC_SHIFT_MEASURED);
    assert_true(fabs(w.dx_px - 1.5) < 0.05 && fabs(w.dy_px + 0.5) < 0.05);
    for (int y = 0; y < SIDE; y++) memset(msc_row_valid(&t, y), 0, y < 120 ? SIDE : 0);
    w = measure(&t);
    assert_int_equal(w.state, MSC_SHIFT_NOT_OBSERVED);
    made_tile_clear(&t);
}

static double flat(uint64_t seed, double x, double y) { (void)seed, (void)x, (void)y; return 400; }
static double stripes(uint64_t seed, double x, double y) { return 1000 + 300 * sin(6.283185307 * (x + 0.4 * y) / (double)seed); }
static double checks(uint64_t seed, double x, double y) { return 1000 + 300 * sin(6.283185307 * x / (double)seed) * sin(6.283185307 * y / (double)seed); }
static double one_edge(uint64_t seed, double x, double y) { (void)seed; return 1000 + 300 * tanh((x + 0.3 * y - 100) / 2); }

static void silence_where_nobody_knows(void **state)
{
    (void)state;
    view a = { .of = flat, .type = MSC_U16 }, b = { .seed = 6, .type = MSC_U16 };
    assert_int_equal(measure_pair(&a, &a).state, MSC_SHIFT_FEATURELESS);
    assert_int_equal(measure_pair(&a, &b).state, MSC_SHIFT_FEATURELESS);
    for (uint64_t seed = 1; seed <= 12; seed++) {
        a = (view){ .of = flat, .noise = 20, .type = MSC_U16 };
        assert_int_not_equal(measure_pair(&a, &a).state, MSC_SHIFT_MEASURED);   /* water: noise that is not the same */
        a = (view){ .seed = seed, .type = MSC_U16 };
        b = (view){ .seed = seed + 100, .type = MSC_U16 };
        assert_int_not_equal(measure_pair(&a, &b).state, MSC_SHIFT_MEASURED);   /* cloud over one of them */
    }
    for (uint64_t period = 5; period <= 14; period++) {
        a = (view){ .seed = period, .of = stripes, .noise = 5, .type = MSC_F32 };
        assert_int_not_equal(measure_pair(&a, &a).state, MSC_SHIFT_MEASURED);
        a = (view){ .seed = period, .of = checks, .noise = 5, .type = MSC_F32 };
        assert_int_not_equal(measure_pair(&a, &a).state, MSC_SHIFT_MEASURED);
    }
    a = (view){ .of = one_edge, .noise = 5, .type = MSC_F32 };
    assert_int_not_equal(measure_pair(&a, &a).state, MSC_SHIFT_MEASURED);       /* slides along itself */
    a = (view){ .seed = 7, .type = MSC_U16 };
    b = (view){ .seed = 7, .dx = 21, .type = MSC_U16 };
    assert_int_not_equal(measure_pair(&a, &b).state, MSC_SHIFT_MEASURED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_between_an_image_and_itself), cmocka_unit_test(a_swap_negates), cmocka_unit_test(whole_px_are_exact),
        cmocka_unit_test(parts_of_a_px_are_close), cmocka_unit_test(light_does_not_matter), cmocka_unit_test(noise_is_owned_up_to),
        cmocka_unit_test(change_in_a_part_is_borne), cmocka_unit_test(what_is_not_observed_is_left_out),
        cmocka_unit_test(silence_where_nobody_knows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
