/* train_summary.c - how well a training did, for people. */
#include "jobs/train.h"
#include "base/mem.h"
#include <math.h>
#include <stdio.h>

enum { LINE_BYTES = 256, MOST_LINES = MSC_MAX_CLASSES + MSC_MAX_FEATURES + 16 };

static const char *share(double value, char text[16])
{
    if (isnan(value)) return "-";
    snprintf(text, 16, "%.4f", value);
    return text;
}

/* Lines of at most LINE_BYTES; returns their bytes. */
static size_t put_accuracy(const msc_training *t, char *to)
{
    const msc_model *m = &t->model;
    const msc_validation *all = &t->report.cv, *half = &t->report.half;
    char a[16], b[16];
    size_t used = (size_t)snprintf(to, 2 * LINE_BYTES, msc_settings_words(t->settings,
                                       "right at polygons that a model did not see: %s of the pixels; by half of the polygons %s\n"
                                       "  code  polygons    pixels   right  by half  class\n",
                                       "未参与训练的样本面上的正确率：%s；只用一半样本面：%s\n  代码    样本面      像元  正确率  用一半  类别\n"),
                                   share(all->accuracy, a), share(half->accuracy, b));
    for (int c = 0; c < m->n_classes; c++)
        if (t->n_px[c])
            used += (size_t)snprintf(to + used, LINE_BYTES, "%6d %9lld %9lld  %6s   %6s  %.100s\n", m->code[c], (long long)t->n_polygons[c],
                                     (long long)t->n_px[c], share(msc_validation_right(all, c), a), share(msc_validation_right(half, c), b),
                                     msc_settings_words(t->settings, m->name[c], m->label[c]));
    return used;
}

msc_status msc_training_summary(const msc_training *t, char **text, msc_error *err)
{
    const size_t size = (size_t)LINE_BYTES * MOST_LINES;
    char *made = msc_alloc_zero(size, 1);
    if (!made) return msc_fail(err, MSC_ENOMEM, "train", "%zu bytes", size);
    const size_t used = isnan(t->report.cv.accuracy) ? 0 : put_accuracy(t, made);
    if (t->selection) msc_training_selection_text(t->settings, t->selection, made + used, size - used);
    *text = made;
    return MSC_OK;
}
