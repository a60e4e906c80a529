/* assess_gate.c - the figures against the limits of acceptance, and a verdict that says which and by how much. */
#include "jobs/assess.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static void add_check(msc_assessment *a, const char *name, double value, double limit, int is_least)
{
    const int holds = isfinite(value) && (is_least ? value >= limit : value <= limit);
    a->check[a->n_checks++] = (msc_assess_check){ name, value, limit, is_least, holds };
}

/* Half of the interval of the target's area; where the sample shows no omission, the upper bound of what may be missed
 * counts when it is larger: a zero is no certainty. */
static double interval_ha(const msc_assessment *a)
{
    int64_t px = 0;
    for (int v = 0; v < a->n_values; v++) px += a->px[v];
    const double half = msc_estimate_half_width(a->target.share), unseen = a->target.unseen_upper;
    return (unseen > half ? unseen : half) * (double)px * a->pixel_m2 / 1e4;
}

static void put_verdict(msc_assessment *a, int is_chinese, int holds)
{
    static const struct { const char *name, *en, *zh; } words[] = {
        { "overall_accuracy", "overall accuracy", "总体精度" }, { "miss_rate", "miss rate", "漏判率" },
        { "false_alarm_rate", "false-alarm rate", "误判率" }, { "interval_ha", "half interval of the area, ha,", "面积区间半宽（公顷）" } };
    char *text = a->verdict[is_chinese];
    size_t used = (size_t)snprintf(text, sizeof a->verdict[0], "%s", is_chinese ? (holds ? "验收通过：" : "验收不通过：") : holds ? "accepted: " : "not accepted: ");
    for (int i = 0; i < a->n_checks; i++) {
        const msc_assess_check *c = &a->check[i];
        for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
            if (strcmp(words[k].name, c->name) != 0 || used >= sizeof a->verdict[0]) continue;
            const char *sign = c->is_least ? (c->holds ? ">=" : "<") : c->holds ? "<=" : ">";
            const char *join = i == 0 ? "" : is_chinese ? "；" : "; ", *word = is_chinese ? words[k].zh : words[k].en;
            const size_t room = sizeof a->verdict[0] - used;
            used += (size_t)(isfinite(c->value) ? snprintf(text + used, room, "%s%s %.4f %s %.4f", join, word, c->value, sign, c->limit)
                                                : snprintf(text + used, room, is_chinese ? "%s%s 无法估计" : "%s%s cannot be estimated", join, word));
        }
    }
    char why[sizeof a->refusal[0]];
    memcpy(why, a->refusal[is_chinese], sizeof why);
    if (why[0] && used < sizeof a->verdict[0])
        snprintf(text + used, sizeof a->verdict[0] - used, "%s%.160s", is_chinese ? "；无校正估计：" : "; no adjusted estimate: ", why);
}

int msc_assess_judge(msc_assessment *a)
{
    const msc_assess_options *o = a->options;
    const double nothing = a->refusal[0][0] ? NAN : 0;   /* a refused figure passes no limit */
    int holds = 1;
    if (o->oa_min > 0) add_check(a, "overall_accuracy", a->accuracy->overall.value + nothing, o->oa_min, 1);
    if (o->miss_max < 1) add_check(a, "miss_rate", a->target.miss.value + nothing, o->miss_max, 0);
    if (o->false_max < 1) add_check(a, "false_alarm_rate", a->target.false_alarm.value + nothing, o->false_max, 0);
    if (o->ci_max_ha > 0) add_check(a, "interval_ha", interval_ha(a) + nothing, o->ci_max_ha, 0);
    for (int i = 0; i < a->n_checks; i++) holds &= a->check[i].holds;
    if (a->n_checks == 0) return 1;
    put_verdict(a, 0, holds);
    put_verdict(a, 1, holds);
    return holds;
}
