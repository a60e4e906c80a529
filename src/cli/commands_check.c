/* commands_check.c - assess: a class map against a reference. */
#include "base/mem.h"
#include "cli/commands.h"
#include "cli/messages.h"
#include "jobs/job.h"
#include <inttypes.h>
#include <stdio.h>

#define END { 0 }

enum { MAX_ZONES = 4 };
typedef struct assess_call {
    msc_assess_options options;
    const char *job;
    const char *const *zones;
    int n_zones;
    int is_by_patch;
    msc_patch_assess_options patches;
} assess_call;
#define AT(field) offsetof(assess_call, field)

static const cli_argument assess_arguments[] = {
    { "MAP", AT(options.map), .help = { "class map", "类别图" } },
    { "REFERENCE", AT(options.reference), .help = { "points, or polygons whose pixel centres all count", "检验点，或面（面内像元中心均计入）" } },
    { "REPORT.json", AT(options.report), .help = { "output: matrix, accuracies, areas with intervals", "输出：混淆矩阵、精度、带区间的面积" } }, END
};
static const cli_option assess_options[] = {
    { "class-field", .kind = CLI_TEXT, .at = AT(options.class_field), .value = "FIELD", .help = { "field with the true class code", "真实类别代码字段" } },
    { "stratum-field", .kind = CLI_TEXT, .at = AT(options.stratum_field), .value = "FIELD", .help = { "stratum of a point; default: simple random", "检验点的层；默认简单随机" } },
    { "weight-field", .kind = CLI_TEXT, .at = AT(options.weight_field), .value = "FIELD", .help = { "weight of a point's stratum", "检验点所在层的权重" } },
    { "before-field", .kind = CLI_TEXT, .at = AT(options.before_field), .value = "FIELD", .help = { "change maps: true class before, --class-field being that after", "变化图：前期真实类别字段，此时 --class-field 为后期" } },
    { "sample", .kind = CLI_TEXT, .at = AT(options.sample), .value = "FILE", .help = { "receipt of `minescar sample`: strata and weights frozen there; points that were moved, added or dropped are refused", "`minescar sample` 的记录：用其中冻结的层和权重；样点被移动、增删则拒绝" } },
    { "training", .kind = CLI_TEXT, .at = AT(options.training), .value = "FILE", .help = { "training polygons: no point in them judges", "训练样本面：其中的点不参与评价" } },
    { "poststratify", .kind = CLI_FLAG, .at = AT(options.is_poststratified), .help = { "simple random and systematic samples: the map's classes become strata", "简单随机和系统抽样：以图上类别事后分层" } },
    { "target", .kind = CLI_INTS, .at = AT(options.target), .count_at = AT(options.n_target), .low = 0, .high = 65535, .value = "CODE",
      .help = { "of which miss and false-alarm rate are wanted; default: damage classes of --classes; change maps: every change", "求漏判率、误判率的代码；默认为 --classes 的损毁类；变化图为全部变化" } },
    { "zones", .kind = CLI_TEXTS, .at = AT(zones), .count_at = AT(n_zones), .value = "FILE:FIELD", .help = { "figures for each zone of this layer too", "另按此图层的分区给出结果" } },
    { "zone-min", .kind = CLI_INT, .at = AT(options.zone_min), .low = 2, .high = 1e6, .value = "N", .help = { "a zone with fewer points gets no figures", "样点少于此数的分区不给结果" } },
    { "table", .kind = CLI_TEXTS, .at = AT(options.tables), .count_at = AT(options.n_tables), .value = "FILE", .help = { "areas of every class, in all and by zone, in m2, ha and mu, projected and ellipsoidal: .csv or .xlsx", "各类面积（全区及分区；平方米、公顷、亩；投影与椭球）：.csv 或 .xlsx" } },
    { "where", .kind = CLI_TEXT, .at = AT(options.where), .value = "SQL", .help = { "only features for which this holds, e.g. \"confident = 1\"", "只用满足条件的要素，如 \"confident = 1\"" } },
    { "dem", .kind = CLI_TEXT, .at = AT(options.dem), .value = "FILE", .help = { "elevations, for the surface areas in the report and tables", "高程，用于报告和表格中的地表面积" } },
    { "layer", .kind = CLI_TEXT, .at = AT(options.layer), .value = "NAME", .help = { "layer of REFERENCE; default: the first", "REFERENCE 的图层；默认第一个" } },
    { "classes", .kind = CLI_TEXT, .at = AT(job), .value = "JOB.yaml", .help = { "class names and labels from this job file", "类别名称和标注取自此任务文件" } },
    { "oa-min", .kind = CLI_REAL, .at = AT(options.oa_min), .low = 0, .high = 1, .value = "X", .help = { "exit 1 when the overall accuracy is below; 0: no gate", "总体精度低于此值则以 1 退出；0：不设" } },
    { "miss-max", .kind = CLI_REAL, .at = AT(options.miss_max), .low = 0, .high = 1, .value = "X", .help = { "exit 1 when a larger share of the target's area is missed; 1: no gate", "漏判率（按面积）高于此值则以 1 退出；1：不设" } },
    { "false-max", .kind = CLI_REAL, .at = AT(options.false_max), .low = 0, .high = 1, .value = "X", .help = { "exit 1 when a larger share of the mapped target is false; 1: no gate", "误判率（按面积）高于此值则以 1 退出；1：不设" } },
    { "ci-max-ha", .kind = CLI_REAL, .at = AT(options.ci_max_ha), .low = 0, .high = 1e9, .value = "HA", .help = { "exit 1 when the 95 % interval of the target's area is wider on either side; 0: no gate", "目标面积 95 % 区间半宽大于此值（公顷）则以 1 退出；0：不设" } },
    { "wald", .kind = CLI_FLAG, .at = AT(options.is_wald), .help = { "intervals of 1.96 standard errors on both sides, as the literature prints them; too narrow where few points decide", "区间取 ±1.96 倍标准误（文献通行写法）；起决定作用的样点少时偏窄" } },
    { "by-patch", .kind = CLI_FLAG, .at = AT(is_by_patch), .help = { "MAP is a layer of patches, REFERENCE one of true outlines: found, false, IoU, distance of boundaries", "MAP 为图斑图层，REFERENCE 为真实边界：查全、误判、IoU、边界距离" } },
    { "overlap-min", .kind = CLI_REAL, .at = AT(patches.overlap_min), .low = 0.01, .high = 1, .value = "X", .help = { "by patch: share of area that makes an outline found, a patch true", "按图斑：面积重叠达到此比例即为查到、为真" } },
    { "blank-where", .kind = CLI_TEXT, .at = AT(patches.blank_where), .value = "SQL", .help = { "by patch: outlines of REFERENCE in which there is nothing; only patches there are false", "按图斑：REFERENCE 中确知无目标的面；仅其中的图斑算误判" } },
    END
};
static void assess_defaults(void *call)
{
    msc_assess_defaults(&((assess_call *)call)->options);
    msc_patch_assess_defaults(&((assess_call *)call)->patches);
}

/* Figures that there are none of are null in JSON. */
static const char *number(double value, char text[32])
{
    if (value - value == 0) snprintf(text, 32, "%.17g", value);
    else snprintf(text, 32, "null");
    return text;
}

/* "1.23 to 4.56", or that there is no interval. */
static const char *interval(double low, double high, cli_lang lang, char text[32])
{
    if (high - low - (high - low) == 0) snprintf(text, 32, lang == CLI_ZH ? "%.2f 至 %.2f" : "%.2f to %.2f", low, high);
    else snprintf(text, 32, "%s", cli_say(lang, (cli_words){ "no interval", "无区间" }));
    return text;
}

/* "1.23 %", or that nothing can be said. */
static const char *rate(double share, cli_lang lang, char text[32])
{
    if (share - share == 0) snprintf(text, 32, "%.2f %%", 100 * share);
    else snprintf(text, 32, "%s", cli_say(lang, (cli_words){ "not known", "无法估计" }));
    return text;
}

static msc_status put_result(const cli_common *common, cli_lang lang, const msc_assess_result *r, msc_error *err)
{
    char line[1600], json[2400], t[6][32], verdict[1100];
    int n = snprintf(line, sizeof line, cli_say(lang, (cli_words){
        "overall accuracy %.2f %% (95 %%: %s), kappa %.3f, n = %" PRId64 "; %" PRId64 " not observed, %" PRId64 " outside, %" PRId64 " in training\n",
        "总体精度 %.2f %%（95 %%：%s），kappa %.3f，n = %" PRId64 "；未观测 %" PRId64 "，图外 %" PRId64 "，训练样本内 %" PRId64 "\n" }),
        100 * r->overall, interval(100 * r->overall_low, 100 * r->overall_high, lang, t[0]), r->kappa, r->n, r->n_not_observed, r->n_outside, r->n_trained);
    if (r->has_target)
        n += snprintf(line + n, sizeof line - (size_t)n, cli_say(lang, (cli_words){
            "target: %.2f ha (95 %%: %s), miss rate %s, false-alarm rate %s (by area)\n",
            "目标：%.2f 公顷（95 %%：%s），漏判率 %s，误判率 %s（按面积）\n" }), r->target_ha, interval(r->target_low_ha, r->target_high_ha, lang, t[1]), rate(r->miss, lang, t[2]),
            rate(r->false_alarm, lang, t[3]));
    if (r->verdict_en[0]) snprintf(line + n, sizeof line - (size_t)n, "%s\n", lang == CLI_ZH ? r->verdict_zh : r->verdict_en);
    cli_json_escape(r->verdict_en, verdict, sizeof verdict);
    snprintf(json, sizeof json, "{\"overall\": %s, \"overall_low_95\": %s, \"overall_high_95\": %s, \"kappa\": %s, \"n\": %" PRId64
             ", \"not_observed\": %" PRId64 ", \"outside\": %" PRId64 ", \"in_training\": %" PRId64 ", \"miss\": %s, \"false_alarm\": %s, \"accepted\": %s, "
             "\"verdict\": \"%s\"}\n", number(r->overall, t[0]), number(r->overall_low, t[1]), number(r->overall_high, t[5]), number(r->kappa, t[2]), r->n,
             r->n_not_observed, r->n_outside, r->n_trained, r->has_target ? number(r->miss, t[3]) : "null",
             r->has_target ? number(r->false_alarm, t[4]) : "null", r->verdict_en[0] ? r->is_accepted ? "true" : "false" : "null", verdict);
    return cli_put_result(common, line, json, err);
}

static msc_status run_by_patch(cli_common *common, cli_lang lang, assess_call *c, msc_error *err)
{
    char line[640], json[640], t[6][32];
    msc_patch_assess_result r = { 0 };
    msc_error unheard = { 0 };
    c->patches.patches = c->options.map;
    c->patches.reference = c->options.reference;
    c->patches.report = c->options.report;
    c->patches.layer = c->options.layer;
    c->patches.where = c->options.where;
    c->patches.miss_max = c->options.miss_max < 1 ? c->options.miss_max : 0;
    c->patches.false_max = c->options.false_max < 1 ? c->options.false_max : 0;
    const msc_status status = msc_assess_patches(&common->settings, &c->patches, &r, err);
    if (status != MSC_OK && (status != MSC_ECHECK || r.n_reference == 0)) return status;
    snprintf(line, sizeof line, cli_say(lang, (cli_words){
        "%" PRId64 " of %" PRId64 " outlines found; %" PRId64 " patches: %" PRId64 " true, %" PRId64 " false; miss rate %.2f %% (by area %.2f), false-alarm rate %.2f %% (by area %.2f), mean IoU %.3f, boundaries %.2f m apart\n",
        "查到 %" PRId64 " / %" PRId64 " 个真实图斑；%" PRId64 " 个图斑：真 %" PRId64 "，误 %" PRId64 "；漏判率 %.2f %%（按面积 %.2f），误判率 %.2f %%（按面积 %.2f），平均 IoU %.3f，边界相距 %.2f 米\n" }),
        r.n_found, r.n_reference, r.n_patches, r.n_true, r.n_false, 100 * r.miss, 100 * r.miss_by_area, 100 * r.false_alarm, 100 * r.false_by_area,
        r.mean_iou, r.distance_m);
    snprintf(json, sizeof json, "{\"reference\": %" PRId64 ", \"found\": %" PRId64 ", \"patches\": %" PRId64 ", \"true\": %" PRId64 ", \"false\": %" PRId64
             ", \"miss\": %s, \"miss_by_area\": %s, \"false_alarm\": %s, \"false_by_area\": %s, \"mean_iou\": %s, \"boundary_distance_m\": %s}\n",
             r.n_reference, r.n_found, r.n_patches, r.n_true, r.n_false, number(r.miss, t[0]), number(r.miss_by_area, t[1]),
             number(r.false_alarm, t[2]), number(r.false_by_area, t[3]), number(r.mean_iou, t[4]), number(r.distance_m, t[5]));
    const msc_status put = cli_put_result(common, line, json, status == MSC_OK ? err : &unheard);
    return status == MSC_OK ? put : status;
}

static msc_status run_assess(cli_common *common, cli_lang lang, void *call, msc_error *err)
{
    assess_call *c = call;
    msc_job *job = NULL;
    msc_error unheard = { 0 };
    msc_assess_result result = { 0 };
    msc_zone zones[MAX_ZONES];
    char *texts[MAX_ZONES] = { NULL };
    if (c->is_by_patch) return run_by_patch(common, lang, c, err);
    msc_status status = c->n_zones <= MAX_ZONES ? MSC_OK : msc_fail(err, MSC_EVALUE, "--zones", "%d; at most %d", c->n_zones, MAX_ZONES);
    for (int i = 0; i < c->n_zones && status == MSC_OK; i++) {
        texts[i] = msc_copy_text(c->zones[i]);
        status = texts[i] ? cli_bind_zone(texts[i], lang, &zones[i], err) : msc_fail(err, MSC_ENOMEM, "--zones", "options");
    }
    if (status == MSC_OK && c->job) status = msc_job_read(c->job, &job, err);
    if (status != MSC_OK) goto done;
    c->options.zones = zones;
    c->options.n_zones = c->n_zones;
    if (job) {
        c->options.classes = job->classes;
        c->options.n_classes = job->n_classes;
    }
    status = msc_assess(&common->settings, &c->options, &result, err);
    /* A gate that did not hold has figures too. */
    if (status == MSC_ECHECK && result.n > 0) put_result(common, lang, &result, &unheard);
    if (status == MSC_OK) status = put_result(common, lang, &result, err);
done:
    msc_job_free(&job);
    for (int i = 0; i < MAX_ZONES; i++) msc_release(texts[i]);
    return status;
}
const cli_command cli_assess = {
    .name = "assess", .summary = { "Measure a class map against reference points or polygons", "用检验点或检验面评价类别图" },
    .detail = { "Accuracies are weighted by the sampling design; areas are adjusted for error, with 95 % confidence intervals, in all and by zone.\n"
                "What the sample does not show gets an upper bound. Nothing is adjusted where a stratum has fewer than two points. Limits make it a\n"
                "gate: exit code 1 and a verdict with the figures. A UInt16 map is a change map: its classes are from-to.",
                "精度按抽样设计加权；面积按误差校正，附 95 % 置信区间，可分区给出。样本未显示的给出上限；层内样点不足两个时不作校正。\n"
                "设限值即为验收：不通过时以 1 退出并给出数字。UInt16 图为变化图，其类别为前后类。" },
    .examples = "minescar assess classes_2024.tif demo/reference.gpkg report.json --class-field code_2024\n"
                "minescar assess classes_2024.tif reference.gpkg report.json --stratum-field stratum --weight-field weight --oa-min 0.85\n"
                "minescar assess change.tif points.gpkg report.json --sample points.gpkg.sample.json --before-field before --class-field after \\\n"
                "    --training demo/training.gpkg --zones demo/districts.gpkg:NAME --miss-max 0.1 --false-max 0.2 --ci-max-ha 30\n"
                "minescar assess changes.gpkg truth.gpkg report.json --by-patch --overlap-min 0.3\n",
    .arguments = assess_arguments, .options = assess_options, .bytes = sizeof(assess_call), .defaults = assess_defaults, .run = run_assess
};
