/* model_head.c - the JSON head of a model file: what its numbers mean. */
#include "model/model_parts.h"
#include "base/mem.h"
#include <json-c/json.h>
#include <math.h>
#include <string.h>

static const char *const method_names[] = { "forest", "gauss" };

const char *msc_method_name(msc_method method) { return method_names[method]; }

int msc_method_of(const char *name, msc_method *method)
{
    for (int i = 0; i < 2; i++)
        if (strcmp(name, method_names[i]) == 0) return *method = (msc_method)i, 1;
    return 0;
}

static void add_texts(json_object *head, const char *key, const char (*texts)[MSC_NAME_MAX], int n)
{
    json_object *list = json_object_new_array();
    for (int i = 0; i < n; i++) json_object_array_add(list, json_object_new_string(texts[i]));
    json_object_object_add(head, key, list);
}

static json_object *class_of(const msc_model *m, int i)
{
    json_object *c = json_object_new_object(), *rgb = json_object_new_array();
    for (int k = 0; k < 3; k++) json_object_array_add(rgb, json_object_new_int(m->rgb[i][k]));
    json_object_object_add(c, "code", json_object_new_int(m->code[i]));
    json_object_object_add(c, "name", json_object_new_string(m->name[i]));
    json_object_object_add(c, "label", json_object_new_string(m->label[i]));
    json_object_object_add(c, "damage", json_object_new_boolean(m->is_damage[i]));
    json_object_object_add(c, "masked", json_object_new_boolean(m->is_masked[i]));
    json_object_object_add(c, "rgb", rgb);
    return c;
}

static void add_forest_sizes(json_object *head, const msc_forest *f)
{
    json_object *cuts = json_object_new_array();
    for (int i = 0; i < f->n_features; i++) json_object_array_add(cuts, json_object_new_int(f->n_cuts[i]));
    json_object_object_add(head, "cuts", cuts);
    json_object_object_add(head, "trees", json_object_new_int(f->n_trees));
    json_object_object_add(head, "nodes", json_object_new_int64((int64_t)f->n_nodes));
}

static void add_gauss_sizes(json_object *head, const msc_gauss *g)
{
    json_object *pixels = json_object_new_array();
    for (int c = 0; c < g->n_classes; c++) json_object_array_add(pixels, json_object_new_int64(g->n_px[c]));
    json_object_object_add(head, "signatures", pixels);
}

char *msc_model_head_text(const msc_model *m)
{
    json_object *head = json_object_new_object();
    if (!head) return NULL;
    json_object *classes = json_object_new_array();
    json_object_object_add(head, "program", json_object_new_string("minescar " MSC_VERSION));
    json_object_object_add(head, "method", json_object_new_string(msc_method_name(m->method)));
    add_texts(head, "bands", m->band, m->n_bands);
    add_texts(head, "features", m->feature, m->n_features);
    json_object_object_add(head, "needs_dem", json_object_new_boolean(m->needs_dem));
    json_object_object_add(head, "pixel_m", json_object_new_double(isfinite(m->pixel_m) ? m->pixel_m : 0));
    for (int i = 0; i < m->n_classes; i++) json_object_array_add(classes, class_of(m, i));
    json_object_object_add(head, "classes", classes);
    if (m->method == MSC_GAUSS) add_gauss_sizes(head, &m->gauss);
    else add_forest_sizes(head, &m->forest);
    if (m->provenance) json_object_object_add(head, "provenance", json_object_new_string(m->provenance));
    char *text = msc_copy_text(json_object_to_json_string_ext(head, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(head);
    return text;
}

/* The readers below return 0 when the value is absent, of another type or out of its range. */
static json_object *get(json_object *from, const char *key, json_type type)
{
    json_object *value = NULL;
    if (!json_object_object_get_ex(from, key, &value) || !json_object_is_type(value, type)) return NULL;
    return value;
}

static int whole_of(json_object *value, int64_t low, int64_t high, int64_t *out)
{
    if (!value || !json_object_is_type(value, json_type_int)) return 0;
    *out = json_object_get_int64(value);
    return *out >= low && *out <= high;
}

static int text_of(json_object *value, char out[MSC_NAME_MAX])
{
    if (!value || !json_object_is_type(value, json_type_string)) return 0;
    const size_t n = (size_t)json_object_get_string_len(value);
    const char *text = json_object_get_string(value);
    if (n >= MSC_NAME_MAX || strlen(text) != n) return 0;
    memcpy(out, text, n + 1);
    return 1;
}

static int flag_of(json_object *from, const char *key, int *out)
{
    json_object *value = get(from, key, json_type_boolean);
    if (value) *out = json_object_get_boolean(value);
    return value != NULL;
}

static int texts_of(json_object *head, const char *key, char (*out)[MSC_NAME_MAX], int limit, int *n)
{
    json_object *list = get(head, key, json_type_array);
    const size_t length = list ? json_object_array_length(list) : 0;
    if (length < 1 || length > (size_t)limit) return 0;
    for (size_t i = 0; i < length; i++)
        if (!text_of(json_object_array_get_idx(list, i), out[i])) return 0;
    *n = (int)length;
    return 1;
}

static int class_read(json_object *c, msc_model *m, int i)
{
    int64_t number = 0;
    if (!json_object_is_type(c, json_type_object)) return 0;
    json_object *rgb = get(c, "rgb", json_type_array);
    if (!whole_of(get(c, "code", json_type_int), 1, 255, &number)) return 0;
    m->code[i] = (int)number;
    for (int k = 0; k < i; k++)
        if (m->code[k] == m->code[i]) return 0;
    if (!text_of(get(c, "name", json_type_string), m->name[i])) return 0;
    if (!text_of(get(c, "label", json_type_string), m->label[i])) return 0;
    if (!flag_of(c, "damage", &m->is_damage[i]) || !flag_of(c, "masked", &m->is_masked[i])) return 0;
    if (!rgb || json_object_array_length(rgb) != 3) return 0;
    for (size_t k = 0; k < 3; k++) {
        if (!whole_of(json_object_array_get_idx(rgb, k), 0, 255, &number)) return 0;
        m->rgb[i][k] = (uint8_t)number;
    }
    return 1;
}

static int classes_read(json_object *head, msc_model *m)
{
    json_object *list = get(head, "classes", json_type_array);
    const size_t length = list ? json_object_array_length(list) : 0;
    if (length < 1 || length > MSC_MAX_CLASSES) return 0;
    for (size_t i = 0; i < length; i++)
        if (!class_read(json_object_array_get_idx(list, i), m, (int)i)) return 0;
    m->n_classes = (int)length;
    return 1;
}

static int forest_sizes_read(json_object *head, msc_model *m)
{
    json_object *cuts = get(head, "cuts", json_type_array);
    int64_t number = 0;
    if (!cuts || json_object_array_length(cuts) != (size_t)m->n_features) return 0;
    for (int f = 0; f < m->n_features; f++) {
        if (!whole_of(json_object_array_get_idx(cuts, (size_t)f), 0, MSC_MAX_BINS - 1, &number)) return 0;
        m->forest.n_cuts[f] = (int)number;
    }
    m->forest.n_features = m->n_features;
    m->forest.n_classes = m->n_classes;
    if (!whole_of(get(head, "trees", json_type_int), 1, MSC_MAX_TREES, &number)) return 0;
    m->forest.n_trees = (int)number;
    if (!whole_of(get(head, "nodes", json_type_int), 1, (int64_t)MSC_MAX_TREES * 65536, &number)) return 0;
    m->forest.n_nodes = (size_t)number;
    return 1;
}

static int gauss_sizes_read(json_object *head, msc_model *m)
{
    json_object *pixels = get(head, "signatures", json_type_array);
    if (!pixels || json_object_array_length(pixels) != (size_t)m->n_classes) return 0;
    for (int c = 0; c < m->n_classes; c++)
        if (!whole_of(json_object_array_get_idx(pixels, (size_t)c), 0, INT32_MAX, &m->gauss.n_px[c])) return 0;
    m->gauss.n_features = m->n_features;
    m->gauss.n_classes = m->n_classes;
    return 1;
}

/* A head without a method is a forest's: there was no other. */
static int method_read(json_object *head, msc_model *m)
{
    json_object *value = NULL;
    if (!json_object_object_get_ex(head, "method", &value)) return 1;
    return json_object_is_type(value, json_type_string) && msc_method_of(json_object_get_string(value), &m->method);
}

static const char *head_read(json_object *head, msc_model *m)
{
    json_object *value = NULL;
    if (!json_object_is_type(head, json_type_object)) return "head";
    if (!texts_of(head, "bands", m->band, MSC_MAX_BANDS, &m->n_bands)) return "bands";
    if (!texts_of(head, "features", m->feature, MSC_MAX_FEATURES, &m->n_features)) return "features";
    if (!flag_of(head, "needs_dem", &m->needs_dem)) return "needs_dem";
    if (!json_object_object_get_ex(head, "pixel_m", &value)) return "pixel_m";
    if (!json_object_is_type(value, json_type_double) && !json_object_is_type(value, json_type_int)) return "pixel_m";
    m->pixel_m = json_object_get_double(value);
    if (!isfinite(m->pixel_m)) return "pixel_m";
    if (!classes_read(head, m)) return "classes";
    if (!method_read(head, m)) return "method";
    if (!(m->method == MSC_GAUSS ? gauss_sizes_read(head, m) : forest_sizes_read(head, m))) return "sizes";
    if (!json_object_object_get_ex(head, "provenance", &value)) return NULL;
    if (!json_object_is_type(value, json_type_string)) return "provenance";
    m->provenance = msc_copy_text(json_object_get_string(value));
    return m->provenance ? NULL : "memory";
}

msc_status msc_model_head_read(const char *text, size_t n, const char *path, msc_model *model, msc_error *err)
{
    json_tokener *tokener = json_tokener_new();
    if (!tokener) return msc_fail(err, MSC_ENOMEM, path, "head");
    json_object *head = n <= INT32_MAX ? json_tokener_parse_ex(tokener, text, (int)n) : NULL;
    const int whole = head && json_tokener_get_error(tokener) == json_tokener_success
                      && json_tokener_get_parse_end(tokener) == n;
    const char *wrong = whole ? head_read(head, model) : "head";
    json_object_put(head);
    json_tokener_free(tokener);
    if (wrong && strcmp(wrong, "memory") == 0) return msc_fail(err, MSC_ENOMEM, path, "head");
    return wrong ? msc_fail(err, MSC_EMODEL, path, "%s", wrong) : MSC_OK;
}
