/* sample_sheet.c - a sample plan in words, with the intervals that it can be expected to give. */
#include "jobs/sample.h"
#include "jobs/sheet.h"
#include <math.h>
#include <string.h>

static void put_area(msc_sheet *sheet, const char *key, msc_estimate e, double all_ha)
{
    if (isnan(e.low)) msc_sheet_number(sheet, key, e.value * all_ha, msc_sheet_words(sheet, "%.2f ha, no interval: a stratum has one point", "%.2f 公顷，无区间：有的层只有一个样点"), e.value * all_ha);
    else msc_sheet_number(sheet, key, e.value * all_ha, msc_sheet_words(sheet, "%.2f ha (95 %%: %.2f to %.2f)", "%.2f 公顷（95 %%：%.2f 至 %.2f）"), e.value * all_ha,
                          e.low * all_ha, e.high * all_ha);
}

static const char *say_design(msc_sheet *sheet, const char *design)
{
    static const char *const chinese[][2] = { { "stratified", "分层随机" }, { "simple", "简单随机" }, { "systematic", "系统" } };
    for (int i = 0; i < 3; i++)
        if (strcmp(design, chinese[i][0]) == 0) return msc_sheet_words(sheet, design, chinese[i][1]);
    return design;
}

static void put_forecast(const msc_sample *s, msc_sheet *sheet, double all_ha)
{
    const msc_forecast *f = &s->forecast;
    int has_target = 0;
    for (int h = 0; h < s->frame->n_strata; h++) has_target |= s->design[h].is_target;
    msc_sheet_number(sheet, "expected_accuracy", f->overall.value, msc_sheet_words(sheet, "%.4f (95 %%: %.4f to %.4f)", "%.4f（95 %%：%.4f 至 %.4f）"), f->overall.value,
                     f->overall.low, f->overall.high);
    if (!has_target) return;
    put_area(sheet, "expected_area", f->target, all_ha);
    if (f->missed_in >= 0) {
        char name[256];
        msc_sample_stratum_name(s, f->missed_in, msc_sheet_words(sheet, "", "zh")[0], name, sizeof name);
        put_area(sheet, "with_one_miss", f->one_miss, all_ha);
        msc_sheet_text(sheet, "miss_in", "%s", name);
        msc_sheet_number(sheet, "unseen_up_to", f->none_upper * all_ha, msc_sheet_words(sheet, "%.2f ha may be missed although no point shows it (95 %%)",
                         "即使没有样点显示，仍可能漏判 %.2f 公顷（95 %%）"), f->none_upper * all_ha);
    }
}

msc_status msc_sample_sheet(const msc_settings *settings, const msc_sample *s, int as_json, char **text, msc_error *err)
{
    msc_sheet *sheet = NULL;
    int64_t units = 0, n = 0, n_excluded = 0;
    MSC_TRY(msc_sheet_new(settings, as_json, &sheet, err));
    for (int h = 0; h < s->frame->n_strata; h++) {
        units += s->design[h].units;
        n += s->design[h].n;
        n_excluded += s->frame->strata[h].n_excluded;
    }
    const double all_ha = (double)units * s->pixel_m2 / 1e4;
    msc_sheet_section(sheet, "sample", s->options->map);
    msc_sheet_text(sheet, "design", "%s", say_design(sheet, s->options->design));
    msc_sheet_number(sheet, "n_points", (double)n, "%lld", (long long)n);
    if (s->step_px > 0) msc_sheet_number(sheet, "step_px", s->step_px, "%d", (int)s->step_px);
    msc_sheet_number(sheet, "area_ha", all_ha, "%.2f", all_ha);
    msc_sheet_number(sheet, "not_observed_ha", (double)s->frame->n_not_observed * s->pixel_m2 / 1e4, "%.2f",
                     (double)s->frame->n_not_observed * s->pixel_m2 / 1e4);
    if (s->frame->excluded) msc_sheet_number(sheet, "excluded_ha", (double)n_excluded * s->pixel_m2 / 1e4, "%.2f", (double)n_excluded * s->pixel_m2 / 1e4);
    put_forecast(s, sheet, all_ha);
    for (int h = 0; h < s->frame->n_strata; h++) {
        const msc_design_stratum *d = &s->design[h];
        char name[256];
        msc_sample_stratum_name(s, h, msc_sheet_words(sheet, "", "zh")[0], name, sizeof name);
        msc_sheet_section(sheet, s->is_stratified ? "strata" : "map_values", name);
        msc_sheet_number(sheet, "n_points", (double)d->n, "%lld", (long long)d->n);
        msc_sheet_number(sheet, "pixels", (double)d->units, "%lld (%.4f %%)", (long long)d->units, 100 * (double)d->units / (double)units);
        msc_sheet_number(sheet, "area_ha", (double)d->units * s->pixel_m2 / 1e4, "%.2f", (double)d->units * s->pixel_m2 / 1e4);
        msc_sheet_number(sheet, "conjecture", d->users, "%.3g", d->users);
    }
    const msc_status status = msc_sheet_finish(sheet, text, err);
    msc_sheet_free(&sheet);
    return status;
}
