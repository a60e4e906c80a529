/* site.c - chooses a place for a mine, a village, a reservoir that suits the land, and how it fares over the years. */
#include "scene/site.h"
#include "base/hash.h"
#include "scene/noise.h"
#include <math.h>
#include <string.h>

#define RIVER_BANK_M 35.0f      /* from the middle of a river to ground that can be worked */
#define OUTREACH 1.6f           /* how far lobes and growth carry a site beyond its half axis, at most */

typedef struct place { double x, y; msc_macro macro; float gradient[2], slope; } place;
typedef struct draw { uint64_t seed; uint64_t cell; uint64_t n; } draw;

static float unit(draw *d) { return (float)msc_random_unit(msc_random(d->seed, d->cell, d->n++)); }
static float between(draw *d, float low, float high) { return low + (high - low) * unit(d); }

static draw draw_of(const msc_scene *scene, int32_t cx, int32_t cy, uint64_t what)
{
    return (draw){scene->seed * 31U + what, ((uint64_t)(uint32_t)cx << 32) | (uint32_t)cy, 0};
}

float msc_lake_radius(const msc_lake *lake, double x, double y)
{
    const float dx = (float)(x - lake->x), dy = (float)(y - lake->y);
    const float u = (dx * lake->turn_c + dy * lake->turn_s) / lake->a, v = (dy * lake->turn_c - dx * lake->turn_s) / lake->b;
    return sqrtf(u * u + v * v);
}

/* The wettest hollow among forty candidates: high land all round, a stream through it. */
void msc_lake_make(const msc_scene *scene, int32_t cx, int32_t cy, msc_lake *lake)
{
    draw d = draw_of(scene, cx, cy, 5);
    memset(lake, 0, sizeof *lake);
    float best = 0.0f;
    for (int i = 0; i < 40; i++) {
        const double x = (cx + 0.16 + 0.68 * (double)unit(&d)) * MSC_LAKE_CELL_M;
        const double y = (cy + 0.16 + 0.68 * (double)unit(&d)) * MSC_LAKE_CELL_M;
        msc_macro here;
        float gradient[2];
        msc_macro_gradient(scene, x, y, &here, gradient);
        const float slope = hypotf(gradient[0], gradient[1]);
        const float score = here.massif * (1.0f - here.massif) * 4.0f - fabsf(here.stream_m) / 120.0f - 1.5f * slope;
        if (fabsf(here.stream_m) > 80.0f || here.massif < 0.2f || fabsf(here.river_m) < 150.0f || score <= best - 2.0f)
            continue;
        best = score + 2.0f;
        msc_macro east, south;
        msc_macro_at(scene, x + 25.0, y, &east);
        msc_macro_at(scene, x, y + 25.0, &south);
        float angle = atan2f(-(east.stream_m - here.stream_m), south.stream_m - here.stream_m);
        angle += unit(&d) < 0.5f ? 3.14159265f : 0.0f;
        *lake = (msc_lake){.x = x, .y = y, .a = between(&d, 300.0f, 420.0f), .b = between(&d, 200.0f, 280.0f),
                           .turn_c = cosf(angle), .turn_s = sinf(angle), .level = here.height_m + between(&d, 13.0f, 19.0f),
                           .is_there = 1};
        lake->bank = lake->a;
    }
}

static int is_in_lake(const msc_scene *scene, double x, double y)
{
    msc_lake lake;
    msc_lake_make(scene, (int32_t)floor(x / MSC_LAKE_CELL_M), (int32_t)floor(y / MSC_LAKE_CELL_M), &lake);
    return lake.is_there && msc_lake_radius(&lake, x, y) < 1.75f;
}

/* How well a place suits a kind of site; below 0: not at all. */
static float suits(msc_part_kind kind, const place *p)
{
    const float river = fabsf(p->macro.river_m), stream = fabsf(p->macro.stream_m), massif = p->macro.massif;
    if (river < 170.0f)
        return -1.0f;
    switch (kind) {
    case MSC_P_QUARRY:
        return p->slope < 0.16f ? -1.0f : 1.0f - fabsf(p->slope - 0.42f) * 2.0f - 0.5f * massif + (stream > 70.0f ? 0.3f : 0.0f);
    case MSC_P_PIT:
        return p->slope > 0.2f || stream < 110.0f ? -1.0f : 1.0f - 4.0f * p->slope;
    case MSC_P_POND:
        return stream > 190.0f || massif < 0.05f || p->slope > 0.6f ? -1.0f : 4.0f - stream / 90.0f - p->slope;
    case MSC_P_TERRACE:
        return stream < 60.0f ? -1.0f : 1.0f - fabsf(p->slope - 0.12f) * 3.0f;
    case MSC_P_VILLAGE:
        return p->slope > 0.1f || stream < 60.0f ? -1.0f : 1.6f - 5.0f * p->slope - fabsf(p->macro.road_m) / 900.0f;
    default:
        return -1.0f;
    }
}

static int find_place(const msc_scene *scene, draw *d, int32_t cx, int32_t cy, msc_part_kind kind, place *best)
{
    float score = 0.0f;
    for (int i = 0; i < 14; i++) {
        place p;
        p.x = (cx + 0.2 + 0.6 * (double)unit(d)) * MSC_CELL_M;
        p.y = (cy + 0.2 + 0.6 * (double)unit(d)) * MSC_CELL_M;
        msc_macro_gradient(scene, p.x, p.y, &p.macro, p.gradient);
        p.slope = hypotf(p.gradient[0], p.gradient[1]);
        const float now = suits(kind, &p);
        if (now > score) {
            score = now;
            *best = p;
        }
    }
    return score > 0.0f && !is_in_lake(scene, best->x, best->y);
}

static msc_part *add_part(msc_cell *cell, draw *d, msc_part_kind kind, double x, double y)
{
    msc_part *p = &cell->part[cell->n_parts++];
    memset(p, 0, sizeof *p);
    p->kind = kind;
    p->seed = (uint32_t)(msc_random(d->seed, d->cell, d->n++) >> 32);
    p->x = p->near_x = x;
    p->y = p->near_y = y;
    p->turn_c = 1.0f;
    p->bench_m = 10.0f;
    const float phase = between(d, 0.0f, 6.2832f), phase3 = between(d, 0.0f, 6.2832f);
    p->lobe[0] = 0.13f * cosf(phase);
    p->lobe[1] = 0.13f * sinf(phase);
    p->lobe[2] = 0.12f * cosf(phase3);
    p->lobe[3] = 0.12f * sinf(phase3);
    p->water[0] = p->water[1] = -1e9f;
    return p;
}

/* Half axes of both years: the same, grown towards one side, opened only in the second year, or given up. */
static void set_fate(msc_part *p, draw *d, float a, float b, float fate)
{
    p->a[0] = p->a[1] = a;
    p->b[0] = p->b[1] = b;
    if (fate < 0.46f) {
        const float more = between(d, 1.07f, 1.3f), angle = between(d, 0.0f, 6.2832f);
        p->a[1] = a * more;
        p->b[1] = b * more;
        p->move[0] = b * (more - 1.0f) * 0.8f * cosf(angle);
        p->move[1] = b * (more - 1.0f) * 0.8f * sinf(angle);
    } else if (fate < 0.60f) {
        p->a[0] = p->b[0] = 0.0f;
    } else if (fate < 0.71f) {
        p->is_reclaimed[1] = 1;
    }
}

static void set_rock(msc_part *p, float tone, float hue, float gradient_e, float gradient_s)
{
    const float slope = hypotf(gradient_e, gradient_s) + 1e-6f;
    p->tone = tone;
    p->hue = hue;
    p->up_e = gradient_e / slope;
    p->up_s = gradient_s / slope;
}

static void add_heaps(const msc_scene *scene, msc_cell *cell, draw *d, const place *at, float away_m, float fate)
{
    const int n = 1 + (unit(d) < 0.5f) + (unit(d) < 0.3f);
    const float angle = atan2f(-at->gradient[1], -at->gradient[0]) + between(d, -1.0f, 1.0f);   /* downhill */
    const float lit = between(d, -1.0f, 0.4f);
    for (int i = 0; i < n && cell->n_parts < MSC_MAX_PARTS - 2; i++) {
        const float r = between(d, 22.0f, 36.0f) + 0.16f * away_m;
        const float turn = angle + (float)i * 0.55f, reach = away_m + 0.75f * r + between(d, 0.0f, 18.0f);
        const double x = at->x + (double)(reach * cosf(turn)), y = at->y + (double)(reach * sinf(turn));
        msc_macro ground;
        msc_macro_at(scene, x, y, &ground);
        if (fabsf(ground.river_m) < RIVER_BANK_M + OUTREACH * r)   /* nobody dumps into the river */
            continue;
        msc_part *p = add_part(cell, d, unit(d) < 0.55f ? MSC_P_CONE : MSC_P_TERRACE, x, y);
        const float stretch = between(d, 1.0f, 1.5f);
        set_fate(p, d, r * stretch, r, i == 0 ? fate * 0.5f : unit(d));
        const float way = between(d, 0.0f, 3.14f);
        p->turn_c = cosf(way);
        p->turn_s = sinf(way);
        const float height = r * between(d, 0.36f, 0.55f);
        p->level[0] = ground.height_m + height;
        p->level[1] = p->level[0] + (p->a[1] > p->a[0] ? 0.12f * height : 0.0f);
        p->bench_m = between(d, 6.0f, 9.0f);
        p->reach_m = 1.9f * p->a[1] + 10.0f;
        set_rock(p, lit, between(d, -1.0f, 1.0f), at->gradient[0], at->gradient[1]);
    }
}

/* A haul road from the site to the nearest point of the road that its own gradient points at. */
static void add_haul(const msc_scene *scene, msc_cell *cell, draw *d, const place *at, const msc_part *site)
{
    const double reach = 25.0;
    msc_macro east, south;
    msc_macro_at(scene, at->x + reach, at->y, &east);
    msc_macro_at(scene, at->x, at->y + reach, &south);
    const int is_cross = fabsf(at->macro.crossroad_m) < fabsf(at->macro.road_m);
    const float here = is_cross ? at->macro.crossroad_m : at->macro.road_m;
    float ge = ((is_cross ? east.crossroad_m : east.road_m) - here) / (float)reach;
    float gs = ((is_cross ? south.crossroad_m : south.road_m) - here) / (float)reach;
    const float steep = ge * ge + gs * gs + 0.05f;
    float de = -here * ge / steep, ds = -here * gs / steep;
    const float far = hypotf(de, ds), limit = 560.0f;
    if (far > limit) {
        de *= limit / far;
        ds *= limit / far;
    }
    msc_part *p = add_part(cell, d, MSC_P_HAUL, at->x, at->y);
    p->x1 = at->x + (double)de;
    p->y1 = at->y + (double)ds;
    p->a[0] = site->a[0] > 0.0f ? 3.6f : 0.0f;
    p->a[1] = 3.6f;
    p->b[0] = p->b[1] = between(d, 14.0f, 34.0f);   /* how far it swings */
    p->near_x = at->x + 0.5 * (double)de;
    p->near_y = at->y + 0.5 * (double)ds;
    p->reach_m = 0.5f * (far < limit ? far : limit) + 75.0f;
}

static void add_yard(msc_cell *cell, draw *d, const place *at, float away_m)
{
    const float angle = atan2f(-at->gradient[1], -at->gradient[0]) + (unit(d) < 0.5f ? -1.7f : 1.7f);
    msc_part *p = add_part(cell, d, MSC_P_YARD, at->x + (double)((away_m + 28.0f) * cosf(angle)),
                           at->y + (double)((away_m + 28.0f) * sinf(angle)));
    p->a[0] = p->a[1] = between(d, 26.0f, 44.0f);
    p->b[0] = p->b[1] = between(d, 18.0f, 28.0f);
    const float way = between(d, 0.0f, 3.14f);
    p->turn_c = cosf(way);
    p->turn_s = sinf(way);
    p->reach_m = p->a[0] + p->b[0];
}

/* The longest half axis that keeps a site out of the river. */
static float room_of(const place *at) { return (fabsf(at->macro.river_m) - RIVER_BANK_M) / OUTREACH; }

static void make_hole(const msc_scene *scene, msc_cell *cell, draw *d, const place *at, msc_part_kind kind)
{
    const int is_pit = kind == MSC_P_PIT;
    /* Many small works, few large ones. */
    const float big = unit(d), a = fminf(56.0f + 130.0f * big * big, room_of(at)), b = a * between(d, 0.55f, 0.92f);
    const float fate = unit(d), tone = between(d, -0.6f, 1.0f), hue = between(d, -0.6f, 1.0f);
    msc_part *p = add_part(cell, d, kind, at->x, at->y);
    set_fate(p, d, a, b, fate);
    set_rock(p, tone, hue, at->gradient[0], at->gradient[1]);
    /* A pit's long axis lies anyhow; a quarry follows the hillside. */
    const float way = is_pit ? between(d, 0.0f, 3.14f) : atan2f(p->up_e, -p->up_s);
    p->turn_c = cosf(way);
    p->turn_s = sinf(way);
    p->bench_m = is_pit ? between(d, 8.0f, 11.0f) : between(d, 10.0f, 14.0f);
    p->steep = is_pit ? between(d, 0.62f, 0.85f) : between(d, 0.95f, 1.4f);
    const float low = at->macro.height_m - at->slope * b;
    p->level[0] = is_pit ? low - between(d, 22.0f, 44.0f) : low + 0.12f * at->slope * b;
    p->level[1] = p->level[0] - (p->a[1] > p->a[0] && is_pit && fate < 0.46f ? p->bench_m : 0.0f);
    if (is_pit && fate > 0.88f)
        p->water[1] = p->level[1] + between(d, 6.0f, 15.0f);      /* pumps off: the pit floods */
    else if (is_pit && unit(d) < 0.3f)
        p->water[0] = p->water[1] = p->level[0] + 1.5f;           /* a sump that is there in both years */
    if (p->is_reclaimed[1])
        p->level[1] += is_pit ? 9.0f : 2.0f;
    p->reach_m = 1.8f * p->a[1] + 8.0f;
    const msc_part site = *p;
    add_heaps(scene, cell, d, at, 0.95f * a, fate);
    if (unit(d) < 0.7f)
        add_yard(cell, d, at, a);
    add_haul(scene, cell, d, at, &site);
}

static void make_fill(const msc_scene *scene, msc_cell *cell, draw *d, const place *at, msc_part_kind kind)
{
    const int is_pond = kind == MSC_P_POND;
    const float a = fminf(is_pond ? between(d, 105.0f, 185.0f) : between(d, 62.0f, 105.0f), room_of(at)), b = a * between(d, 0.62f, 0.9f);
    msc_part *p = add_part(cell, d, kind, at->x, at->y);
    const float fate = unit(d);
    set_fate(p, d, a, b, is_pond && fate > 0.46f && fate < 0.67f ? 0.8f : fate);   /* dams are rarely new or given up */
    set_rock(p, between(d, -0.5f, 0.6f), between(d, -0.7f, 0.5f), at->gradient[0], at->gradient[1]);
    const float way = is_pond ? atan2f(p->up_s, p->up_e) : between(d, 0.0f, 3.14f);
    p->turn_c = cosf(way);
    p->turn_s = sinf(way);
    p->bench_m = is_pond ? 5.0f : between(d, 7.0f, 10.0f);
    p->level[0] = at->macro.height_m + (is_pond ? between(d, 9.0f, 15.0f) : between(d, 17.0f, 28.0f));
    p->level[1] = p->level[0] + (p->a[1] > p->a[0] ? (is_pond ? 2.5f : 4.0f) : 0.0f);
    p->reach_m = 1.9f * p->a[1] + 10.0f;
    const msc_part site = *p;
    if (unit(d) < 0.6f)
        add_yard(cell, d, at, 1.3f * a);
    add_haul(scene, cell, d, at, &site);
}

static void make_village(const msc_scene *scene, msc_cell *cell, int32_t cx, int32_t cy)
{
    draw d = draw_of(scene, cx, cy, 2);
    place at;
    if (cell->n_parts >= MSC_MAX_PARTS || unit(&d) > 0.8f || !find_place(scene, &d, cx, cy, MSC_P_VILLAGE, &at))
        return;
    const float r = between(&d, 62.0f, 135.0f);
    for (int i = 0; i < cell->n_parts; i++)
        if (cell->part[i].kind != MSC_P_HAUL
            && hypot(cell->part[i].x - at.x, cell->part[i].y - at.y) < (double)(0.8f * r + 0.7f * cell->part[i].reach_m))
            return;
    msc_part *p = add_part(cell, &d, MSC_P_VILLAGE, at.x, at.y);
    p->a[0] = p->a[1] = r * between(&d, 1.0f, 1.35f);
    p->b[0] = p->b[1] = r * between(&d, 0.65f, 0.9f);
    const float way = between(&d, 0.0f, 3.14f);
    p->turn_c = cosf(way);
    p->turn_s = sinf(way);
    p->reach_m = 1.7f * p->a[0];
}

void msc_cell_make(const msc_scene *scene, int32_t cx, int32_t cy, msc_cell *cell)
{
    draw d = draw_of(scene, cx, cy, 1);
    cell->cx = cx;
    cell->cy = cy;
    cell->is_set = 1;
    cell->n_parts = 0;
    static const struct { float below; msc_part_kind kind[3]; } wish[4] = {
        {0.25f, {MSC_P_QUARRY, MSC_P_PIT, MSC_P_TERRACE}}, {0.46f, {MSC_P_PIT, MSC_P_QUARRY, MSC_P_TERRACE}},
        {0.76f, {MSC_P_POND, MSC_P_TERRACE, MSC_P_TERRACE}}, {0.85f, {MSC_P_TERRACE, MSC_P_PIT, MSC_P_QUARRY}}};
    /* Ore comes in belts a few kilometres across. */
    const uint32_t s = (uint32_t)(scene->seed * 0x9e3779b97f4a7c15ULL >> 32);
    const float belt = msc_smooth(-0.55f, 0.25f, msc_noise(s + 90, cx * MSC_CELL_M / 2600.0, cy * MSC_CELL_M / 2600.0));
    const float what = unit(&d) / (0.2f + 0.76f * belt);
    for (int i = 0; i < 4; i++) {
        if (what >= wish[i].below)
            continue;
        for (int k = 0; k < 3; k++) {
            place at;
            if (!find_place(scene, &d, cx, cy, wish[i].kind[k], &at))
                continue;
            if (wish[i].kind[k] == MSC_P_PIT || wish[i].kind[k] == MSC_P_QUARRY)
                make_hole(scene, cell, &d, &at, wish[i].kind[k]);
            else
                make_fill(scene, cell, &d, &at, wish[i].kind[k]);
            break;
        }
        break;
    }
    make_village(scene, cell, cx, cy);
}
