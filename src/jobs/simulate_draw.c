/* simulate_draw.c - random samples of truth pixels, taken in one pass and independent of the order of the tiles. */
#include "jobs/simulate.h"
#include "base/hash.h"
#include "base/mem.h"
#include <stdlib.h>
#include <string.h>

/* A start may lie too close to another polygon, or in too small a piece of its class. */
enum { STARTS_A_POLYGON = 11, FEWEST_STARTS = 420 };

static int is_damage(int code) { return code >= MSC_C_QUARRY && code <= MSC_C_ROCK; }
static int is_seen(int code) { return code > MSC_C_NONE && code < MSC_C_CLOUD; }

const char *msc_sim_stratum_name(int stratum)
{
    static const char *const name[MSC_SIM_STRATA] = {"change", "damage", "built_water", "other_land"};
    return name[stratum];
}

static int stratum_of(const uint8_t code[MSC_SCENE_YEARS])
{
    if (!is_seen(code[0]) || !is_seen(code[1]))
        return -1;
    if (code[0] != code[1])
        return 0;
    return is_damage(code[0]) ? 1 : code[0] >= MSC_C_BUILT ? 2 : 3;
}

static int is_before(const msc_sim_px *a, const msc_sim_px *b)
{
    if (a->key != b->key)
        return a->key < b->key;
    return a->y != b->y ? a->y < b->y : a->x < b->x;
}

/* A binary heap with the largest key on top: the pixel that has to go when a smaller one comes. */
static void sift_down(msc_sim_pick *pick, int i)
{
    for (;;) {
        int largest = i;
        for (int child = 2 * i + 1; child <= 2 * i + 2; child++)
            if (child < pick->n && is_before(&pick->px[largest], &pick->px[child]))
                largest = child;
        if (largest == i)
            return;
        const msc_sim_px held = pick->px[i];
        pick->px[i] = pick->px[largest];
        pick->px[largest] = held;
        i = largest;
    }
}

static void offer(msc_sim_pick *pick, const msc_sim_px *px)
{
    pick->n_seen++;
    if (pick->n == pick->limit) {
        if (is_before(px, &pick->px[0])) {
            pick->px[0] = *px;
            sift_down(pick, 0);
        }
        return;
    }
    int i = pick->n++;
    pick->px[i] = *px;
    while (i > 0 && is_before(&pick->px[(i - 1) / 2], &pick->px[i])) {
        const msc_sim_px held = pick->px[i];
        pick->px[i] = pick->px[(i - 1) / 2];
        pick->px[(i - 1) / 2] = held;
        i = (i - 1) / 2;
    }
}

msc_status msc_sim_draws_init(msc_sim_draws *draws, int n_polygons, msc_error *err)
{
    const int n_starts = n_polygons * STARTS_A_POLYGON > FEWEST_STARTS ? n_polygons * STARTS_A_POLYGON : FEWEST_STARTS;
    const size_t n = (size_t)MSC_SIM_STRATA * MSC_SIM_POINTS + (size_t)MSC_SCENE_YEARS * MSC_N_SCENE_CLASSES * (size_t)n_starts;
    memset(draws, 0, sizeof *draws);
    draws->px = msc_alloc(n, sizeof *draws->px);
    if (!draws->px)
        return msc_fail(err, MSC_ENOMEM, "simulate", "%zu pixels", n);
    msc_sim_px *next = draws->px;
    for (int i = 0; i < MSC_SIM_STRATA; i++, next += MSC_SIM_POINTS)
        draws->stratum[i] = (msc_sim_pick){.limit = MSC_SIM_POINTS, .px = next};
    for (int year = 0; year < MSC_SCENE_YEARS; year++)
        for (int c = 0; c < MSC_N_SCENE_CLASSES; c++, next += n_starts)
            draws->start[year][c] = (msc_sim_pick){.limit = n_starts, .px = next};
    return MSC_OK;
}

void msc_sim_draws_clear(msc_sim_draws *draws)
{
    msc_release(draws->px);
    *draws = (msc_sim_draws){0};
}

void msc_sim_draws_offer(msc_sim_draws *draws, uint64_t seed, int32_t x, int32_t y, const uint8_t code[MSC_SCENE_YEARS])
{
    const uint64_t key = msc_random(seed, (uint64_t)(uint32_t)x, (uint64_t)(uint32_t)y);
    msc_sim_px px = {.key = key, .x = x, .y = y, .code = {code[0], code[1]}};
    const int stratum = stratum_of(code);
    if (stratum >= 0)
        offer(&draws->stratum[stratum], &px);
    for (int year = 0; year < MSC_SCENE_YEARS; year++) {
        px.key = msc_mix(key + 17U + (uint64_t)year);
        if (code[year] != MSC_C_NONE)
            offer(&draws->start[year][code[year]], &px);
    }
}

static int compare(const void *a, const void *b)
{
    return is_before(a, b) ? -1 : is_before(b, a) ? 1 : 0;
}

void msc_sim_draws_close(msc_sim_draws *draws)
{
    for (int i = 0; i < MSC_SIM_STRATA; i++)
        qsort(draws->stratum[i].px, (size_t)draws->stratum[i].n, sizeof(msc_sim_px), compare);
    for (int year = 0; year < MSC_SCENE_YEARS; year++)
        for (int c = 0; c < MSC_N_SCENE_CLASSES; c++)
            qsort(draws->start[year][c].px, (size_t)draws->start[year][c].n, sizeof(msc_sim_px), compare);
}
