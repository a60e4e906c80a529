/* commands_run.c - run: the whole job. */
#include "cli/commands.h"

#define END { 0 }

#define AT(field) offsetof(msc_run_options, field)
static const cli_argument run_arguments[] = {
    { "JOB.yaml", AT(job), .help = { "the job file", "任务文件" } }, END
};
static const cli_option run_options[] = {
    { "only", .kind = CLI_TEXT, .at = AT(only), .value = "STAGE", .help = { "run this stage alone", "只执行这一步" } },
    { "from", .kind = CLI_TEXT, .at = AT(from), .value = "STAGE", .help = { "begin with this stage", "从这一步开始" } },
    END
};
static void run_defaults(void *call) { msc_run_defaults(call); }
static msc_status run_run(cli_common *common, cli_lang lang, void *call, msc_error *err)
{
    (void)lang;
    return msc_run(&common->settings, call, err);
}
const cli_command cli_run = {
    .name = "run", .summary = { "Run a whole job, from images to polygons", "执行整个任务：从影像到图斑" },
    .detail = { "Stages whose inputs have not changed are not run again, so a job that was stopped goes on where it was.\n"
                "Stages: train, classify, patches, change, changes, transitions, assess; classify_2018 is one year of a stage.",
                "输入未变的步骤不会重做，中断的任务会从停下的地方继续。\n步骤: train、classify、patches、change、changes、transitions、assess；classify_2018 为某一年的一步。" },
    .examples = "minescar run demo/job.yaml\nminescar run demo/job.yaml --threads 8 --memory 4G --log run.jsonl\n"
                "minescar run demo/job.yaml --from change --overwrite\n",
    .arguments = run_arguments, .options = run_options, .bytes = sizeof(msc_run_options), .defaults = run_defaults, .run = run_run
};
