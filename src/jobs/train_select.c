/* train_select.c - drops the features that training can do without, and says what each is worth. */
#include "jobs/train.h"
#include "base/mem.h"
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

enum { MOST_BYTES = 256 * (MSC_MAX_FEATURES + 8) };

/* Keeps the columns of the kept features, and resolves their names anew. */
static msc_status keep(msc_training *t, msc_error *err)
{
    msc_samples *s = &t->samples;
    const char *band[MSC_MAX_BANDS];
    char *list = msc_alloc_zero(MOST_BYTES, 1);
    if (!list) return msc_fail(err, MSC_ENOMEM, t->options->samples, "%d bytes", MOST_BYTES);
    int n = 0;
    for (int f = 0; f < s->n_features; f++) {
        if (!t->selection->found.is_kept[f]) continue;
        memmove(s->x + (size_t)n * s->n, s->x + (size_t)f * s->n, s->n * sizeof *s->x);
        if (n) strcat(list, ",");
        strcat(list, t->model.feature[f]);
        memmove(t->model.feature[n++], t->model.feature[f], MSC_NAME_MAX);
    }
    for (int b = 0; b < t->model.n_bands; b++) band[b] = t->model.band[b];
    const msc_feature_input input = { band, t->model.n_bands, t->model.needs_dem, msc_features_need_sun(t->features), t->model.pixel_m };
    msc_features_close(&t->features);
    const msc_status status = msc_features_open(t->settings, list, &input, &t->features, err);
    msc_release(list);
    if (status != MSC_OK) return status;
    t->model.needs_dem = msc_features_need_dem(t->features);
    s->n_features = t->model.n_features = n;
    return MSC_OK;
}

msc_status msc_training_select(msc_training *t, msc_error *err)
{
    const msc_train_options *o = t->options;
    const msc_forest_spec spec = { .n_trees = o->n_trees, .depth = o->depth, .min_leaf = o->min_leaf, .seed = o->seed };
    t->selection = msc_alloc_zero(1, sizeof *t->selection);
    if (!t->selection) return msc_fail(err, MSC_ENOMEM, o->samples, "%zu bytes", sizeof *t->selection);
    t->selection->n = t->model.n_features;
    memcpy(t->selection->name, t->model.feature, sizeof t->selection->name);
    MSC_TRY(msc_forest_select(t->settings, &t->samples, &spec, o->n_folds, &t->selection->found, err));
    MSC_TRY(keep(t, err));
    return MSC_OK;
}

/* The features by worth: those that lasted longest first, of equals those with more gain. */
static void rank(const msc_training_selection *s, int order[MSC_MAX_FEATURES])
{
    const msc_selection *found = &s->found;
    for (int i = 0; i < s->n; i++) {
        int at = i;
        for (; at > 0; at--) {
            const int f = order[at - 1];
            if (found->last_round[f] > found->last_round[i]) break;
            if (found->last_round[f] == found->last_round[i] && found->gain[f] >= found->gain[i]) break;
            order[at] = f;
        }
        order[at] = i;
    }
}

void msc_training_selection_text(const msc_settings *settings, const msc_training_selection *s, char *text, size_t size)
{
    const msc_selection *found = &s->found;
    int order[MSC_MAX_FEATURES];
    rank(s, order);
    const char *const yes = msc_settings_words(settings, "yes", "是"), *const no = msc_settings_words(settings, "no", "否");
    size_t used = (size_t)snprintf(text, size, msc_settings_words(settings, "mean recall of the classes at held-out polygons: all %d features %.4f; the %d kept %.4f\n"
                                                                            "    gain  kept  feature\n",
                                                                  "留出样本面上各类召回率的均值：全部 %d 个特征 %.4f；保留的 %d 个 %.4f\n    增益  保留  特征\n"),
                                   s->n, found->round[0].score, found->round[found->chosen].n_features, found->round[found->chosen].score);
    for (int i = 0; i < s->n && used < size; i++) {
        const int f = order[i];
        used += (size_t)snprintf(text + used, size - used, "%8.4f  %4s  %s\n", found->gain[f], found->is_kept[f] ? yes : no, s->name[f]);
    }
}

struct json_object *msc_training_selection_json(const msc_training_selection *s)
{
    const msc_selection *found = &s->found;
    int order[MSC_MAX_FEATURES];
    json_object *all = json_object_new_object(), *rounds = json_object_new_array(), *list = json_object_new_array();
    rank(s, order);
    for (int r = 0; r < found->n_rounds; r++) {
        json_object *one = json_object_new_object();
        json_object_object_add(one, "features", json_object_new_int(found->round[r].n_features));
        json_object_object_add(one, "score", json_object_new_double(found->round[r].score));
        json_object_object_add(one, "error_of_difference_to_best", json_object_new_double(found->round[r].error));
        json_object_array_add(rounds, one);
    }
    for (int i = 0; i < s->n; i++) {
        const int f = order[i];
        json_object *one = json_object_new_object();
        json_object_object_add(one, "name", json_object_new_string(s->name[f]));
        json_object_object_add(one, "kept", json_object_new_boolean(found->is_kept[f]));
        json_object_object_add(one, "gain", json_object_new_double(found->gain[f]));
        json_object_object_add(one, "last_round", json_object_new_int(found->last_round[f]));
        json_object_array_add(list, one);
    }
    json_object_object_add(all, "score", json_object_new_string("mean recall of the classes at held-out polygons"));
    json_object_object_add(all, "best_round", json_object_new_int(found->best));
    json_object_object_add(all, "chosen_round", json_object_new_int(found->chosen));
    json_object_object_add(all, "rounds", rounds);
    json_object_object_add(all, "features", list);
    return all;
}
