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
    { "min-confidence", .kind = CLI_INT, .at = AT(min_confidence), .low = 0, .high = 100, .value = "N",
      .help = { "a change needs this confidence in both years", "两期置信度都达到此值才算变化" } },
    { "edge-tolerance-px", .kind = CLI_INT, .at = AT(edge_tolerance_px), .low = 0, .high = 16, .value = "PX",
      .help = { "slivers along class edges up to this width are no change; 0: off", "沿类别边界不超过此宽度的碎条不算变化；0：关闭" } },
    { "run-id", .kind = CLI_TEXT, .at = AT(run_id), .value = "TEXT", .help = { "written into the output's metadata", "写入输出元数据" } },
    END
};
static void change_defaults(void *call) { msc_change_defaults(call); }
static msc_status run_change(cli_common *common, cli_lang lang, void *call, msc_error *err)
{
    (void)lang;
    return msc_change(&common->settings, call, err);
}
const cli_command cli_change = {
    .name = "change", .summary = { "Compare two class maps", "比较两期类别图" },
    .detail = { "What is not observed in either year is not observed in the result, never 'no change'.", "任一期未观测的像元在结果中仍为未观测，绝不算作无变化。" },
    .examples = "minescar change classes_2022.tif classes_2024.tif change.tif\n"
                "minescar change classes_2022.tif classes_2024.tif change.tif --min-confidence 60 \\\n"
                "    --confidence-before confidence_2022.tif --confidence-after confidence_2024.tif\n",
    .arguments = change_arguments, .options = change_options, .bytes = sizeof(msc_change_options), .defaults = change_defaults, .run = run_change
};
