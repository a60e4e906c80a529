/* commands_info.c - plan and info: what inputs are, and what would be done with them. */
#include "cli/commands.h"
#include <stdio.h>
#include <string.h>

#define END { 0 }

msc_status cli_put(const char *text, msc_error *err)
{
    if (fputs(text, stdout) == EOF || fflush(stdout) == EOF) return msc_fail(err, MSC_EWRITE, "stdout", "%zu bytes", strlen(text));
    return MSC_OK;
}

msc_status cli_put_result(const cli_common *common, const char *line, const char *json, msc_error *err)
{
    if (common->is_json) return cli_put(json, err);
    if (!common->is_quiet) fputs(line, stderr);
    return MSC_OK;
}

msc_status cli_check_connectivity(int connectivity, msc_error *err)
{
    return connectivity == 4 || connectivity == 8 ? MSC_OK : msc_fail(err, MSC_EVALUE, "--connectivity", "'%d'; 4, 8", connectivity);
}

/* ---- plan ---- */
typedef struct plan_call { const char *job; } plan_call;
static const cli_argument plan_arguments[] = {
    { "JOB.yaml", offsetof(plan_call, job), .help = { "the job file", "任务文件" } }, END
};
static const cli_option no_options[] = { END };

static msc_status run_plan(cli_common *common, cli_lang lang, void *call, msc_error *err)
{
    char *text = NULL;
    (void)lang;
    MSC_TRY(msc_plan(&common->settings, ((const plan_call *)call)->job, common->is_json, &text, err));
    const msc_status status = cli_put(text, err);
    msc_text_free(&text);
    return status;
}
const cli_command cli_plan = {
    .name = "plan", .summary = { "Check every input of a job and tell what would run", "检查任务的全部输入，预告将要执行的内容" },
    .detail = { "Prints grid, coordinate system, bands, overlap, nodata, tiles, memory, disk and time. Writes nothing.",
                "列出网格、坐标系、波段、重叠、无效值、瓦片、内存、磁盘和时间。不写任何文件。" },
    .examples = "minescar plan demo/job.yaml\nminescar plan demo/job.yaml --memory 1G --json\n",
    .arguments = plan_arguments, .options = no_options, .bytes = sizeof(plan_call), .run = run_plan
};

/* ---- info ---- */
typedef struct info_call { const char *const *paths; int n_paths; } info_call;
static const cli_argument info_arguments[] = {
    { "IMAGE", offsetof(info_call, paths), offsetof(info_call, n_paths), 1, .help = { "rasters", "栅格影像" } }, END
};
static msc_status run_info(cli_common *common, cli_lang lang, void *call, msc_error *err)
{
    const info_call *c = call;
    char *text = NULL;
    (void)lang;
    MSC_TRY(msc_info(&common->settings, c->paths, c->n_paths, common->is_json, &text, err));
    const msc_status status = cli_put(text, err);
    msc_text_free(&text);
    return status;
}
const cli_command cli_info = {
    .name = "info", .summary = { "Tell what images are, and whether they can be compared", "说明影像情况，以及能否相互比较" },
    .detail = { "With two or more images: coordinate systems, pixel sizes, bands, overlap and nodata side by side, and why\n"
                "they can or cannot be compared.",
                "给出两幅以上影像时，并列其坐标系、像元大小、波段、重叠和无效值，并说明能否比较及原因。" },
    .examples = "minescar info demo/image_2022.tif\nminescar info demo/image_2022.tif demo/image_2024.tif --json\n",
    .arguments = info_arguments, .options = no_options, .bytes = sizeof(info_call), .run = run_info
};
