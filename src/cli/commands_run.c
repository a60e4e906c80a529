/* commands_run.c - run: the whole job. */
#include "cli/commands.h"

#define END { 0 }

#define AT(field) offsetof(msc_run_options, field)
static const cli_argument run_arguments[] = {
    { "JOB.yaml", AT(job), .help = { "the job file; with --replay the receipt.json of a run", "任务文件；用 --replay 时为某次运行的 receipt.json" } }, END
};
static const cli_option run_options[] = {
    { "only", .kind = CLI_TEXT, .at = AT(only), .value = "STAGE", .help = { "run this stage alone", "只执行这一步" } },
    { "from", .kind = CLI_TEXT, .at = AT(from), .value = "STAGE", .help = { "begin with this stage", "从这一步开始" } },
    { "replay", .kind = CLI_FLAG, .at = AT(is_replay),
      .help = { "run the job of a receipt again elsewhere and compare every byte", "按回执在别处重做一遍并逐字节比较" } },
    { "shard", .kind = CLI_TEXT, .at = AT(shard), .value = "I/N",
      .help = { "the I-th of N shares of the epochs; end with a run without it", "N 份年份中的第 I 份；最后再不带此项运行一次" } },
    END
};
static void run_defaults(void *call) { msc_run_defaults(call); }
static msc_status run_run(cli_common *common, cli_lang lang, void *call, msc_error *err)
{
    msc_run_options *options = call;
    char *text = NULL;
    if (options->only && options->from)
        return msc_fail(err, MSC_EUSAGE, "--only", "%s", cli_say(lang, (cli_words){ "given with --from; one of them", "与 --from 同时给出；只能选一个" }));
    options->as_json = common->is_json;
    if (!options->is_replay) options->summary = &text;
    msc_status status = msc_run(&common->settings, options, err);
    if (text) {                  /* also where a gate does not hold */
        const msc_status shown = cli_put_result(common, text, text, status == MSC_OK ? err : NULL);
        if (status == MSC_OK) status = shown;
    }
    msc_text_free(&text);
    return status;
}
const cli_command cli_run = {
    .name = "run", .summary = { "Run a whole job, from images to polygons", "执行整个任务：从影像到图斑" },
    .detail = { "Stages that this very job, of these inputs, has done are not run again, so a job that was stopped goes on where it was.\n"
                "Stages: train, classify, patches, change, changes, transitions, report, assess; classify_2018 is one year of a stage.\n"
                "At the end it tells what was found: polygons, hectares gained and lost, what was not observed, accuracies; run it again to see it again.\n"
                "On several machines with one disk: 'run --shard 1/2', 'run --shard 2/2' at the same time, then 'run'. The outputs are\n"
                "the same bytes as those of one run.",
                "同一任务、同样输入已完成的步骤不会重做，中断的任务会从停下的地方继续。\n步骤: train、classify、patches、change、changes、transitions、report、assess；classify_2018 为某一年的一步。\n"
                "结束时列出结果：图斑数、新增与恢复的面积、未观测面积、精度；再执行一次可再看一遍。\n"
                "多机共用一块磁盘时：同时执行 run --shard 1/2 和 run --shard 2/2，再执行一次 run。结果与单机运行逐字节相同。" },
    .examples = "minescar run demo/job.yaml\nminescar run demo/job.yaml --threads 8 --memory 4G --log run.jsonl\n"
                "minescar run demo/job.yaml --from change --overwrite\n"
                "minescar run --replay demo/out/receipt.json\n",
    .arguments = run_arguments, .options = run_options, .bytes = sizeof(msc_run_options), .defaults = run_defaults, .run = run_run
};
