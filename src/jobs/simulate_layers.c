/* simulate_layers.c - reference points, training polygons and zones of a made scene. */
#include "jobs/simulate.h"
#include "base/hash.h"
#include "io/layer.h"
#include <math.h>
#include <string.h>

enum { LOOK = 16, WINDOW = 2 * LOOK + 1, MAX_CORNERS = 12 };

static const msc_class *class_of(int code) { return &msc_scene_classes[code - 1]; }

static msc_status create(const msc_sim *sim, const char *file, const msc_field *fields, int n_fields, int is_point,
                         msc_layer_out **layer, msc_error *err)
{
    char path[MSC_PATH_MAX];
    MSC_TRY(msc_file_join(sim->options->dir, file, path, err));
    /* The layers are GeoPackages whatever format the caller wants for other outputs. */
    msc_settings settings = *sim->settings;
    settings.format = NULL;
    settings.creation = NULL;
    settings.n_creation = 0;
    const msc_layer_spec spec = {.path = path, .crs = sim->grid.crs, .is_point = is_point, .fields = fields,
                                 .n_fields = n_fields, .encoding = "UTF-8"};
    return msc_layer_create(&settings, &spec, layer, err);
}

static msc_status finish(msc_status status, msc_layer_out **layer, msc_error *err)
{
    if (status == MSC_OK)
        return msc_layer_commit(layer, err);
    msc_layer_abandon(layer);
    return status;
}

msc_status msc_sim_write_reference(const msc_sim *sim, msc_error *err)
{
    static const msc_field fields[] = {{"id", MSC_FIELD_INT, 0, 0}, {"stratum", MSC_FIELD_TEXT, 20, 0},
                                       {"weight", MSC_FIELD_REAL, 0, 0}, {"code_2024", MSC_FIELD_INT, 0, 0},
                                       {"class_2024", MSC_FIELD_TEXT, 20, 0}, {"code_2025", MSC_FIELD_INT, 0, 0},
                                       {"class_2025", MSC_FIELD_TEXT, 20, 0}};
    msc_layer_out *layer = NULL;
    MSC_TRY(create(sim, "reference.gpkg", fields, 7, 1, &layer, err));
    msc_status status = MSC_OK;
    int id = 0;
    for (int s = 0; s < MSC_SIM_STRATA && status == MSC_OK; s++) {
        const msc_sim_pick *pick = &sim->draws->stratum[s];
        for (int i = 0; i < pick->n && status == MSC_OK; i++) {
            const msc_sim_px *px = &pick->px[i];
            const double xy[2] = {msc_grid_e(&sim->grid, px->x + 0.5), msc_grid_n(&sim->grid, px->y + 0.5)};
            const msc_shape shape = {.is_point = 1, .xy = xy};
            const msc_value values[7] = {{.is_set = 1, .integer = ++id},
                                         {.is_set = 1, .text = msc_sim_stratum_name(s)},
                                         {.is_set = 1, .real = (double)pick->n_seen / pick->n},
                                         {.is_set = 1, .integer = px->code[0]},
                                         {.is_set = 1, .text = class_of(px->code[0])->name},
                                         {.is_set = 1, .integer = px->code[1]},
                                         {.is_set = 1, .text = class_of(px->code[1])->name}};
            status = msc_layer_add(layer, &shape, values, err);
        }
    }
    return finish(status, &layer, err);
}

/* A polygon round a starting pixel: corners in px of the image frame, the first not repeated. */
typedef struct blob { int n; double x[MAX_CORNERS], y[MAX_CORNERS]; } blob;

static int is_inside(const blob *b, double x, double y)
{
    int inside = 0;
    for (int i = 0, j = b->n - 1; i < b->n; j = i++)
        if ((b->y[i] > y) != (b->y[j] > y) && x < (b->x[j] - b->x[i]) * (y - b->y[i]) / (b->y[j] - b->y[i]) + b->x[i])
            inside = !inside;
    return inside;
}

/* Counts the pixels whose centre lies inside; -1 when one of them is of another class. */
static int count_inside(const blob *b, const msc_sim_px *at, const uint8_t *truth, int code)
{
    int n = 0;
    for (int32_t y = 0; y < WINDOW; y++)
        for (int32_t x = 0; x < WINDOW; x++) {
            if (!is_inside(b, at->x - LOOK + x + 0.5, at->y - LOOK + y + 0.5))
                continue;
            if (truth[y * WINDOW + x] != code)
                return -1;
            n++;
        }
    return n;
}

/* How far a ray from the middle of the window stays within the class, px. */
static double free_way(const uint8_t *truth, int code, double dx, double dy, double most)
{
    double r = 0.5;
    for (; r < most; r += 0.5) {
        const int32_t x = (int32_t)floor(LOOK + 0.5 + dx * r), y = (int32_t)floor(LOOK + 0.5 + dy * r);
        if (truth[y * WINDOW + x] != code)
            break;
    }
    return r;
}

/* Grows an irregular polygon from the pixel into its class, as an interpreter would draw it; non-zero on success. */
static int grow(const msc_sim *sim, const msc_sim_px *at, int year, blob *b)
{
    const int32_t size = sim->options->size_px;
    if (at->x < LOOK || at->y < LOOK || at->x >= size - LOOK || at->y >= size - LOOK)
        return 0;
    uint8_t truth[WINDOW * WINDOW];
    const int code = at->code[year];
    msc_scene_truth(&sim->scene, sim->work, (msc_rect){at->x - LOOK, at->y - LOOK, WINDOW, WINDOW}, year, truth);
    const uint64_t bits = msc_mix(at->key ^ (uint64_t)code);
    b->n = 8 + (int)msc_random_below(bits, 5);
    const double most = 5.0 + 9.0 * msc_random_unit(msc_mix(bits));
    for (double scale = 0.9; scale > 0.3; scale *= 0.85) {
        for (int i = 0; i < b->n; i++) {
            const double wobble = msc_random_unit(msc_random(bits, (uint64_t)i, 1));
            const double angle = 6.283185307179586 * (i + 0.6 * (wobble - 0.5)) / b->n;
            const double r = scale * (0.8 + 0.2 * wobble) * free_way(truth, code, cos(angle), sin(angle), most);
            b->x[i] = at->x + 0.5 + r * cos(angle);
            b->y[i] = at->y + 0.5 + r * sin(angle);
        }
        const int n = count_inside(b, at, truth, code);
        if (n >= 5)
            return 1;
    }
    return 0;
}

static int touches_reference(const msc_sim *sim, const blob *b)
{
    for (int s = 0; s < MSC_SIM_STRATA; s++)
        for (int i = 0; i < sim->draws->stratum[s].n; i++) {
            const msc_sim_px *px = &sim->draws->stratum[s].px[i];
            if (is_inside(b, px->x + 0.5, px->y + 0.5))
                return 1;
        }
    return 0;
}

static msc_status add_polygon(const msc_sim *sim, msc_layer_out *layer, const blob *b, int code, int year, int id, msc_error *err)
{
    double xy[2 * (MAX_CORNERS + 1)];
    for (int i = 0; i <= b->n; i++) {
        /* Corners go round clockwise in the image frame, which is counter-clockwise on the map when reversed. */
        const int k = (2 * b->n - i) % b->n;
        xy[2 * i] = msc_grid_e(&sim->grid, b->x[k]);
        xy[2 * i + 1] = msc_grid_n(&sim->grid, b->y[k]);
    }
    const size_t start[2] = {0, (size_t)b->n + 1};
    const uint8_t outer = 1;
    const msc_shape shape = {.n_rings = 1, .ring_start = start, .is_outer = &outer, .xy = xy};
    const msc_value values[4] = {{.is_set = 1, .integer = id}, {.is_set = 1, .integer = code},
                                 {.is_set = 1, .text = class_of(code)->name},
                                 {.is_set = 1, .integer = MSC_SCENE_YEAR0 + year}};
    return msc_layer_add(layer, &shape, values, err);
}

/* Polygons of one class and year, no two closer than 12 px from middle to middle. */
static msc_status add_class(const msc_sim *sim, msc_layer_out *layer, int code, int year, int *id, msc_error *err)
{
    const msc_sim_pick *pick = &sim->draws->start[year][code];
    const msc_sim_px *taken[MSC_SIM_MAX_POLYGONS];
    int n = 0;
    for (int i = 0; i < pick->n && n < sim->options->n_polygons; i++) {
        const msc_sim_px *px = &pick->px[i];
        int is_close = 0;
        for (int k = 0; k < n; k++)
            is_close |= hypot(taken[k]->x - px->x, taken[k]->y - px->y) < 12.0;
        blob b;
        if (is_close || !grow(sim, px, year, &b) || touches_reference(sim, &b))
            continue;
        taken[n++] = px;
        MSC_TRY(add_polygon(sim, layer, &b, code, year, ++*id, err));
    }
    return MSC_OK;
}

/* What a side of both had room for two classes in, of six seeds at seven pixel sizes from 0.2 to 20 m. */
enum { ENOUGH_PX = 200, ENOUGH_M = 200 };

/* A scene is of use without polygons, its job is not. */
static void judge_classes(const msc_sim *sim, int n_polygons, int n_classes)
{
    const msc_simulate_options *o = sim->options;
    if (n_classes > 1) return;
    msc_warn(sim->settings, MSC_WOTHER, "--size-px", msc_settings_words(sim->settings,
             "%d px of %g m have room for %d training polygons of %d classes: the job cannot be run; from %.0f px on it can",
             "%d 像元（每像元 %g 米）只容得下 %d 个训练样本面、%d 个类别：任务无法运行；边长至少 %.0f 像元"),
             o->size_px, o->pixel_m, n_polygons, n_classes, fmax(ENOUGH_PX, ceil(ENOUGH_M / o->pixel_m)));
}

msc_status msc_sim_write_training(const msc_sim *sim, msc_error *err)
{
    static const msc_field fields[] = {{"id", MSC_FIELD_INT, 0, 0}, {"code", MSC_FIELD_INT, 0, 0},
                                       {"class", MSC_FIELD_TEXT, 20, 0}, {"year", MSC_FIELD_INT, 0, 0}};
    msc_layer_out *layer = NULL;
    MSC_TRY(create(sim, "training.gpkg", fields, 4, 0, &layer, err));
    msc_status status = MSC_OK;
    int id = 0;
    int has_class[MSC_N_SCENE_CLASSES] = {0}, n_classes = 0;
    for (int year = 0; year < MSC_SCENE_YEARS; year++)
        for (int code = 1; code < MSC_N_SCENE_CLASSES && status == MSC_OK; code++) {
            const int before = id;
            status = add_class(sim, layer, code, year, &id, err);
            n_classes += id > before && !has_class[code];
            has_class[code] |= id > before;
        }
    if (status == MSC_OK) judge_classes(sim, id, n_classes);
    return finish(status, &layer, err);
}

enum { BORDER = 40 };

/* A winding border from one side of the scene to the other, in px: along (0..1) to across. */
static double winding(double along, double middle, double phase, double size)
{
    return size * (middle + 0.05 * sin(5.1 * along + phase) + 0.018 * sin(17.0 * along + 2.0 * phase)
                   + 0.006 * sin(61.0 * along + 3.0 * phase));
}

/* Cuts the scene into strips by winding borders; is_upright: the borders run from north to south. */
static msc_status write_strips(const msc_sim *sim, const char *file, const char *const *names, const double *middle, int n,
                               int is_upright, msc_error *err)
{
    static const msc_field fields[] = {{"NAME", MSC_FIELD_TEXT, 40, 0}};
    const double size = sim->options->size_px, margin = 32.0;
    msc_layer_out *layer = NULL;
    MSC_TRY(create(sim, file, fields, 1, 0, &layer, err));
    msc_status status = MSC_OK;
    for (int strip = 0; strip < n && status == MSC_OK; strip++) {
        double xy[4 * (BORDER + 1) + 2];
        size_t k = 0;
        for (int side = 0; side < 2; side++)
            for (int i = 0; i <= BORDER; i++) {
                const double t = (double)(side ? BORDER - i : i) / BORDER, along = t * (size + 2.0 * margin) - margin;
                const int border = strip + side;
                const double across = border == 0 ? -margin : border == n ? size + margin
                                      : winding(t, middle[border - 1], 1.3 * border + is_upright, size);
                xy[k++] = msc_grid_e(&sim->grid, is_upright ? across : along);
                xy[k++] = msc_grid_n(&sim->grid, is_upright ? along : across);
            }
        xy[k++] = xy[0];
        xy[k++] = xy[1];
        const size_t start[2] = {0, k / 2};
        const uint8_t outer = 1;
        const msc_shape shape = {.n_rings = 1, .ring_start = start, .is_outer = &outer, .xy = xy};
        const msc_value value = {.is_set = 1, .text = names[strip]};
        status = msc_layer_add(layer, &shape, &value, err);
    }
    return finish(status, &layer, err);
}

msc_status msc_sim_write_zones(const msc_sim *sim, msc_error *err)
{
    static const char *const district[] = {"门头沟区", "昌平区", "怀柔区"};
    static const double district_at[] = {0.36, 0.71};
    static const char *const watershed[] = {"永定河", "温榆河"};
    static const double watershed_at[] = {0.55};
    MSC_TRY(write_strips(sim, "districts.gpkg", district, district_at, 3, 1, err));
    return write_strips(sim, "watersheds.gpkg", watershed, watershed_at, 2, 0, err);
}
