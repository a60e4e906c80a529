/* Tiles counted by runs, of any size, against every pixel counted by itself. */
#include "../ops/made_tile.h"
#include "model/zone_count.h"

enum { W = MADE_W, H = MADE_H, VALUES = 40, ZONES = 3, LAYERS = 2 };
static const msc_type types[2] = { MSC_U16, MSC_U16 };

typedef struct sum { int64_t px, units, ground, ground_px; } sum;
typedef struct table { sum at[LAYERS][ZONES][VALUES + 2]; } table;   /* the last two: 65535, not seen */

static int column_of(int32_t value) { return value < 0 ? VALUES + 1 : value == 65535 ? VALUES : value; }

/* Patches of 9 x 4 px with specks of every value, the largest among them. */
static uint16_t code_at(int32_t x, int32_t y)
{
    const uint32_t speck = made_raw(x, y, 3) % 12;
    const uint32_t code = speck ? made_raw(x / 9, y / 4, 4) % VALUES : made_raw(x, y, 5) % (VALUES + 1);
    return code == VALUES ? 65535 : (uint16_t)code;
}

static uint16_t ground_at(int32_t x, int32_t y) { return made_raw(x, y, 6) % 3 ? (uint16_t)(1024 + made_raw(x, y, 7) % 60000) : 0; }

static void take_row(const void *self, const msc_tile *tile, int32_t y, uint16_t *value, uint8_t *is_seen)
{
    (void)self;
    for (int32_t x = 0; x < tile->core.w; x++) {
        value[x] = code_at(tile->core.x + x, tile->core.y + y);
        is_seen[x] = (uint8_t)made_seen(tile->core.x + x, tile->core.y + y);
    }
}

/* Features of a layer in a row, from left to right with gaps; layer 1 has rows without any. */
static int make_row(int layer, int32_t y, msc_span span[8])
{
    int n = 0;
    for (int32_t x = (int32_t)(made_raw(layer, y, 8) % 40); x < W && n < 8 && !(layer && y % 7 == 0); n++) {
        const int32_t end = x + 1 + (int32_t)(made_raw(x, y, 9) % 70);
        span[n] = (msc_span){ y, x, end < W ? end : W, made_raw(x, y, 10) % 4 };
        x = end + (int32_t)(made_raw(x, y, 11) % 3) * 5;
    }
    return n;
}

static const int32_t zone_of[4] = { 0, 1, 0, 1 };

static int32_t zone_at(int layer, int32_t x, int32_t y)
{
    msc_span span[8];
    for (int i = make_row(layer, y, span); i-- > 0;)
        if (x >= span[i].x0 && x < span[i].x1) return zone_of[span[i].feature];
    return ZONES - 1;
}

static void add(sum *to, int64_t px, int64_t units, int64_t ground, int64_t ground_px)
{
    *to = (sum){ to->px + px, to->units + units, to->ground + ground, to->ground_px + ground_px };
}

static void count_pixels(const msc_area *area, int n_layers, int has_ground, table *t)
{
    memset(t, 0, sizeof *t);
    for (int layer = 0; layer < (n_layers ? n_layers : 1); layer++)
        for (int32_t y = 0; y < H; y++)
            for (int32_t x = 0; x < W; x++) {
                const int32_t zone = n_layers ? zone_at(layer, x, y) : 0, ground = has_ground ? ground_at(x, y) : 0;
                const int64_t units = area->px_area[(y / MSC_AREA_BLOCK) * area->n_across + x / MSC_AREA_BLOCK];
                add(&t->at[layer][zone][column_of(made_seen(x, y) ? code_at(x, y) : -1)], 1, units, ground, ground > 0);
            }
}

static void count_tiles(const msc_zone_counter *counter, int32_t side, table *t)
{
    msc_zone_cells cells = { 0 };
    memset(t, 0, sizeof *t);
    for (int32_t y = 0; y < H; y += side)
        for (int32_t x = 0; x < W; x += side) {
            msc_tile tile = made_tile((msc_rect){ x, y, W - x < side ? W - x : side, H - y < side ? H - y : side }, 0, 2, types);
            for (int32_t j = 0; j < tile.core.h; j++)
                for (int32_t i = 0; i < tile.core.w; i++) msc_row_u16(&tile, 1, j)[i] = ground_at(x + i, y + j);
            assert_true(msc_zone_count_tile(counter, &tile, &cells));
            for (size_t i = 0; i < cells.n; i++) {
                const msc_zone_cell *c = &cells.cell[i];
                for (size_t k = 0; k < i; k++)
                    assert_false(c->layer == cells.cell[k].layer && c->zone == cells.cell[k].zone && c->value == cells.cell[k].value);
                add(&t->at[c->layer][c->zone][column_of(c->value)], c->px, c->units, c->ground, c->ground_px);
            }
            made_tile_clear(&tile);
        }
    msc_zone_cells_clear(NULL, &cells);
}

static void tiles_of_any_size_sum_to_the_pixels(void **state)
{
    (void)state;
    static table want, found;
    static msc_span span[LAYERS][8 * H];
    int64_t px_area[3 * 2] = { 1000, 1001, 1003, 999, 998, (int64_t)1 << 32 };
    const msc_area area = { 3, 2, px_area };
    msc_spans spans[LAYERS] = { { span[0], 0, 0 }, { span[1], 0, 0 } };
    for (int layer = 0; layer < LAYERS; layer++)
        for (int32_t y = 0; y < H; y++) spans[layer].n += (size_t)make_row(layer, y, span[layer] + spans[layer].n);
    const msc_count_layer layers[LAYERS] = { { &spans[0], zone_of, ZONES }, { &spans[1], zone_of, ZONES } };
    for (int n_layers = 0; n_layers <= LAYERS; n_layers++)
        for (int ground_plane = 0; ground_plane < 2; ground_plane++) {
            const msc_zone_counter counter = { &area, n_layers, layers, ground_plane, take_row, NULL };
            static const int32_t side[] = { 16, 37, 64, 100, W };
            count_pixels(&area, n_layers, ground_plane, &want);
            for (size_t i = 0; i < sizeof side / sizeof *side; i++) {
                count_tiles(&counter, side[i], &found);
                assert_memory_equal(&want, &found, sizeof want);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(tiles_of_any_size_sum_to_the_pixels) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
