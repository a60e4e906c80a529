/* commands_sieve.c - sieve: the minimum mapping unit. */
#include "cli/commands.h"
#include <inttypes.h>
#include <stdio.h>

#define END { 0 }
#define AT(field) offsetof(msc_sieve_options, field)
static const cli_argument sieve_arguments[] = {
    { "IN", AT(in), .help = { "class or change map", "类别图或变化图" } },
    { "OUT", AT(out), .help = { "output: no region under the unit but those without a neighbour", "输出：除无相邻者外没有小于最小单元的区域" } }, END
};
static const cli_option sieve_options[] = {
    { "mmu-m2", .kind = CLI_REAL, .at = AT(mmu_m2), .low = 0, .high = 1e15, .value = "A", .help = { "minimum mapping unit, m2", "最小制图单元（平方米）" } },
    { "mmu-px", .kind = CLI_COUNT, .at = AT(mmu_px), .low = 0, .high = 9e15, .value = "N", .help = { "the same in pixels", "同上，以像元计" } },
    { "connectivity", .kind = CLI_INT, .at = AT(connectivity), .low = 4, .high = 8, .value = "4|8", .help = { "4: pixels join by sides; 8: by corners as well", "4：边相邻；8：角也相邻" } },
    { "run-id", .kind = CLI_TEXT, .at = AT(run_id), .value = "TEXT", .help = { "written into the output's metadata", "写入输出元数据" } },
    END
};
static void sieve_defaults(void *call) { msc_sieve_defaults(call); }

static msc_status run_sieve(cli_common *common, cli_lang lang, void *call, msc_error *err)
{
    const msc_sieve_options *o = call;
    msc_sieve_counts n = { 0 };
    char line[256], json[320];
    if (!(o->mmu_m2 > 0) == !(o->mmu_px > 0))
        return msc_fail(err, MSC_EUSAGE, "--mmu-m2, --mmu-px", "%s", cli_say(lang, (cli_words){ "one of the two is needed", "须给出其中一个" }));
    MSC_TRY(cli_check_connectivity(o->connectivity, err));
    MSC_TRY(msc_sieve(&common->settings, o, &n, err));
    snprintf(line, sizeof line, cli_say(lang, (cli_words){
        "%" PRId64 " small regions merged, %" PRId64 " without a neighbour kept, %" PRId64 " pixels changed\n",
        "合并小区域 %" PRId64 " 个，无相邻而保留 %" PRId64 " 个，改变 %" PRId64 " 个像元\n" }), n.n_merged, n.n_kept_alone, n.n_px_changed);
    snprintf(json, sizeof json, "{\"merged\": %" PRId64 ", \"kept_alone\": %" PRId64 ", \"px_changed\": %" PRId64 "}\n",
             n.n_merged, n.n_kept_alone, n.n_px_changed);
    return cli_put_result(common, line, json, err);
}
const cli_command cli_sieve = {
    .name = "sieve", .summary = { "Merge regions under the minimum mapping unit into neighbours", "把小于最小制图单元的区域并入相邻区域" },
    .detail = { "The unit is a guarantee: afterwards no region is smaller, except ones with no neighbour to join. Nodata is kept.",
                "最小单元是保证：除无相邻可并者外，结果中没有更小的区域。无效值保持不变。" },
    .examples = "minescar sieve classes_2024.tif sieved.tif --mmu-m2 400\nminescar sieve change.tif sieved.tif --mmu-px 9 --connectivity 8\n",
    .arguments = sieve_arguments, .options = sieve_options, .bytes = sizeof(msc_sieve_options), .defaults = sieve_defaults, .run = run_sieve
};
