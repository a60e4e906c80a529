/* commands_check.c - assess: a class map against a reference. */
#include "cli/commands.h"
#include "jobs/job.h"
#include <inttypes.h>
#include <stdio.h>

#define END { 0 }

typedef struct assess_call {
    msc_assess_options options;
    const char *job;
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
    { "where", .kind = CLI_TEXT, .at = AT(options.where), .value = "SQL", .help = { "only features for which this holds, e.g. \"confident = 1\"", "只用满足条件的要素，如 \"confident = 1\"" } },
    { "layer", .kind = CLI_TEXT, .at = AT(options.layer), .value = "NAME", .help = { "layer of REFERENCE; default: the first", "REFERENCE 的图层；默认第一个" } },
    { "classes", .kind = CLI_TEXT, .at = AT(job), .value = "JOB.yaml", .help = { "class names and labels from this job file", "类别名称和标注取自此任务文件" } },
    { "oa-min", .kind = CLI_REAL, .at = AT(options.oa_min), .low = 0, .high = 1, .value = "X", .help = { "exit 1 when the overall accuracy is below; 0: no gate", "总体精度低于此值则以 1 退出；0：不设" } },
    END
};
static void assess_defaults(void *call) { msc_assess_defaults(&((assess_call *)call)->options); }

static msc_status put_result(const cli_common *common, cli_lang lang, const msc_assess_result *r, msc_error *err)
{
    char line[320], json[400];
    snprintf(line, sizeof line, cli_say(lang, (cli_words){
        "overall accuracy %.2f %% +- %.2f (95 %%), kappa %.3f, n = %" PRId64 "; %" PRId64 " not observed, %" PRId64 " outside\n",
        "总体精度 %.2f %% ± %.2f（95 %%），kappa %.3f，n = %" PRId64 "；未观测 %" PRId64 "，图外 %" PRId64 "\n" }),
        100 * r->overall, 100 * r->overall_half_width, r->kappa, r->n, r->n_not_observed, r->n_outside);
    snprintf(json, sizeof json, "{\"overall\": %.17g, \"overall_half_width\": %.17g, \"kappa\": %.17g, \"n\": %" PRId64
             ", \"not_observed\": %" PRId64 ", \"outside\": %" PRId64 "}\n", r->overall, r->overall_half_width, r->kappa, r->n,
             r->n_not_observed, r->n_outside);
    return cli_put_result(common, line, json, err);
}

static msc_status run_assess(cli_common *common, cli_lang lang, void *call, msc_error *err)
{
    assess_call *c = call;
    msc_job *job = NULL;
    msc_error unheard = { 0 };
    msc_assess_result result = { 0 };
    if (c->job) MSC_TRY(msc_job_read(c->job, &job, err));
    if (job) {
        c->options.classes = job->classes;
        c->options.n_classes = job->n_classes;
    }
    const msc_status status = msc_assess(&common->settings, &c->options, &result, err);
    msc_job_free(&job);
    /* A gate that did not hold has figures too. */
    if (status == MSC_ECHECK && result.n > 0) put_result(common, lang, &result, &unheard);
    return status == MSC_OK ? put_result(common, lang, &result, err) : status;
}
const cli_command cli_assess = {
    .name = "assess", .summary = { "Measure a class map against reference points or polygons", "用检验点或检验面评价类别图" },
    .detail = { "Accuracies are weighted by the sampling design; areas are adjusted for error, with 95 % confidence intervals.",
                "精度按抽样设计加权；面积按误差校正，附 95 % 置信区间。" },
    .examples = "minescar assess classes_2024.tif demo/reference.gpkg report.json --class-field code_2024\n"
                "minescar assess classes_2024.tif reference.gpkg report.json --stratum-field stratum --weight-field weight --oa-min 0.85\n",
    .arguments = assess_arguments, .options = assess_options, .bytes = sizeof(assess_call), .defaults = assess_defaults, .run = run_assess
};
