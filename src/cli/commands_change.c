/* commands_change.c - change: two class maps compared. */
#include "cli/commands.h"

#define END { 0 }
#define AT(field) offsetof(msc_change_options, field)
static const cli_argument change_arguments[] = {
    { "BEFORE", AT(before), .help = { "class map of the earlier year", "前一期类别图" } },
    { "AFTER", AT(after), .help = { "class map of the later year, on the same grid", "后一期类别图，同一网格" } },
    { "CHANGE", AT(change), .help = { "output: before * 256 + after, 0 no change, 65535 not observed", "输出：前类*256+后类，0 无变化，65535 未观测" } }, END
};
static const cli_option change_options[] = {
    { "confidence-before", .kind = CLI_TEXT, .at = AT(confidence_before), .value = "FILE", .help = { "confidence of BEFORE", "BEFORE 的置信度" } },
    { "confidence-after", .kind = CLI_TEXT, .at = AT(confidence_after), .value = "FILE", .help = { "confidence of AFTER", "AFTER 的置信度" } },
    { "posterior-before", .kind = CLI_TEXT, .at = AT(posterior_before), .value = "FILE", .help = { "posterior of BEFORE, from classify --posterior", "BEFORE 的后验概率（classify --posterior 的输出）" } },
    { "posterior-after", .kind = CLI_TEXT, .at = AT(posterior_after), .value = "FILE", .help = { "posterior of AFTER", "AFTER 的后验概率" } },
    { "evidence", .kind = CLI_TEXT, .at = AT(evidence), .value = "FILE",
      .help = { "independent evidence: a byte a pixel, 254 x probability of no change, 255 none", "独立证据：每像元一字节，无变化概率乘 254，255 为无" } },
    { "dem-before", .kind = CLI_TEXT, .at = AT(dem_before), .value = "FILE",
      .help = { "elevation of BEFORE; with --dem-after and posteriors evidence that the ground rose or fell", "BEFORE 的 DEM；与 --dem-after 和后验概率一起作为地面升降的证据" } },
    { "dem-after", .kind = CLI_TEXT, .at = AT(dem_after), .value = "FILE", .help = { "elevation of AFTER", "AFTER 的 DEM" } },
    { "grade", .kind = CLI_TEXT, .at = AT(grade), .value = "FILE",
      .help = { "output: 1 A, 2 B (both accepted), 3 C, 4 boundary, 5 impossible transition", "输出：1 为 A，2 为 B（均采纳），3 为 C，4 为边界，5 为不可能的转变" } },
    { "report", .kind = CLI_TEXT, .at = AT(report), .value = "FILE", .help = { "output: JSON of what each rule removed, by pair of classes", "输出：JSON，各规则按类别转变剔除了多少" } },
    { "min-confidence", .kind = CLI_INT, .at = AT(min_confidence), .low = 0, .high = 100, .value = "N",
      .help = { "a change needs this confidence in both years", "两期置信度都达到此值才算变化" } },
    { "edge-tolerance-px", .kind = CLI_INT, .at = AT(edge_tolerance_px), .low = 0, .high = 16, .value = "PX",
      .help = { "classes of mixed pixels along edges are uncertain by this much; 0: off", "边缘混合像元的类别在此宽度内不确定；0：关闭" } },
    { "shift-rmse-px", .kind = CLI_REAL, .at = AT(shift_rmse_px), .low = 0, .high = 27, .value = "PX",
      .help = { "displacement between the years, root mean square", "两期之间的错位，均方根" } },
    { "shift-quantile", .kind = CLI_REAL, .at = AT(shift_quantile), .low = 0.01, .high = 0.9999, .value = "Q",
      .help = { "share of displacements to reckon with", "须顾及的错位所占比例" } },
    { "change-rate", .kind = CLI_REAL, .at = AT(change_rate), .low = 0, .high = 0.999999, .value = "SHARE",
      .help = { "share of pixels expected to change; 0: as the posteriors of both years show", "预期发生变化的像元比例；0：由两期后验概率估计" } },
    { "evidence-weak", .kind = CLI_REAL, .at = AT(evidence_weak), .low = 0, .high = 0.3678, .value = "P",
      .help = { "probability of no change at which evidence takes no side; 0: its worth is measured", "证据不偏向任何一方时的无变化概率；0：证据的分量由实测得出" } },
    { "evidence-sure", .kind = CLI_REAL, .at = AT(evidence_sure), .low = 1e-6, .high = 0.999999, .value = "P",
      .help = { "grade A needs at most this probability of no change", "A 级要求无变化概率不超过此值" } },
    { "by-region", .kind = CLI_INT, .at = AT(is_by_region), .low = 0, .high = 1, .value = "0|1",
      .help = { "connected differences are accepted or refused together; 0: each pixel by itself", "相连的差异整片采纳或整片不采纳；0：逐像元判定" } },
    { "damage", .kind = CLI_INTS, .at = AT(damage), .count_at = AT(n_damage), .low = 1, .high = 255, .value = "CODE",
      .help = { "a class whose changes are judged by region; default: every class", "其变化按整片判定的类别；默认全部" } },
    { "impossible", .kind = CLI_INTS, .at = AT(impossible), .count_at = AT(n_impossible), .low = 0, .high = 65535, .value = "N",
      .help = { "a transition that is demoted: before * 256 + after", "降级的转变：前类*256+后类" } },
    { "run-id", .kind = CLI_TEXT, .at = AT(run_id), .value = "TEXT", .help = { "written into the output's metadata", "写入输出元数据" } },
    END
};
static void change_defaults(void *call) { msc_change_defaults(call); }

/* Options that say nothing without another one. A job may hold them all; who gives them here means them. */
static msc_status check_partners(const msc_change_options *o, cli_lang lang, msc_error *err)
{
    msc_change_options usual;
    msc_change_defaults(&usual);
    const struct { const char *name; int is_alone; cli_words needs; } rules[] = {
        { "--dem-before", o->dem_before && !o->dem_after, { "needs --dem-after", "需要 --dem-after" } },
        { "--dem-after", o->dem_after && !o->dem_before, { "needs --dem-before", "需要 --dem-before" } },
        { "--dem-before", o->dem_before && !(o->posterior_before && o->posterior_after),
          { "needs --posterior-before and --posterior-after", "需要 --posterior-before 和 --posterior-after" } },
        { "--evidence-sure", o->evidence_sure != usual.evidence_sure && !o->evidence, { "needs --evidence", "需要 --evidence" } },
        { "--evidence-weak", o->evidence_weak != usual.evidence_weak && !o->evidence, { "needs --evidence", "需要 --evidence" } },
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].is_alone) return msc_fail(err, MSC_EUSAGE, rules[i].name, "%s", cli_say(lang, rules[i].needs));
    return MSC_OK;
}

static msc_status run_change(cli_common *common, cli_lang lang, void *call, msc_error *err)
{
    MSC_TRY(check_partners(call, lang, err));
    return msc_change(&common->settings, call, err);
}
const cli_command cli_change = {
    .name = "change", .summary = { "Compare two class maps", "比较两期类别图" },
    .detail = { "What is not observed in either year is not observed in the result, never 'no change'.\n"
                "A difference that a displacement of the years explains is boundary. The rest is graded by the posteriors of both\n"
                "years and the evidence, where they are given: A when both agree, B when both together say change, else C.\n"
                "Connected differences are then one decision: accepted or refused together.",
                "任一期未观测的像元在结果中仍为未观测，绝不算作无变化。\n"
                "可由两期错位解释的差异为边界。其余按两期后验概率和独立证据（如已给出）分级：\n"
                "两者一致为 A，合起来支持变化为 B，否则为 C。\n"
                "相连的差异随后作为一个整体，一并采纳或一并不采纳。" },
    .examples = "minescar change classes_2022.tif classes_2024.tif change.tif\n"
                "minescar change classes_2022.tif classes_2024.tif change.tif --min-confidence 60 \\\n"
                "    --confidence-before confidence_2022.tif --confidence-after confidence_2024.tif\n"
                "minescar change classes_2022.tif classes_2024.tif change.tif --grade grade.tif --shift-rmse-px 0.4 \\\n"
                "    --posterior-before p2022.tif --posterior-after p2024.tif --evidence evidence.tif\n",
    .arguments = change_arguments, .options = change_options, .bytes = sizeof(msc_change_options), .defaults = change_defaults, .run = run_change
};
