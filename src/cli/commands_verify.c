/* commands_verify.c - verify: a delivered directory against its receipt. */
#include "cli/commands.h"

#define END { 0 }

typedef struct verify_call { const char *dir; } verify_call;
static const cli_argument verify_arguments[] = {
    { "DIR", offsetof(verify_call, dir), .help = { "output directory of a run, wherever it lies now", "某次运行的输出目录，移到别处也可" } }, END
};
static const cli_option no_options[] = { END };

static msc_status run_verify(cli_common *common, cli_lang lang, void *call, msc_error *err)
{
    char *text = NULL;
    msc_error unheard = { 0 };
    (void)lang;
    const msc_status status = msc_verify(&common->settings, ((const verify_call *)call)->dir, common->is_json, &text, err);
    /* A delivery that is not accepted has its list of checks too. */
    const msc_status put = text ? cli_put(text, status == MSC_OK ? err : &unheard) : MSC_OK;
    msc_text_free(&text);
    return status == MSC_OK ? put : status;
}
const cli_command cli_verify = {
    .name = "verify", .summary = { "Check a delivered directory against its receipt and itself", "按回执核验交付目录，并检查其自身一致" },
    .detail = { "Every file by its SHA-256; maps: one grid, codes that the job has, the from-to table counted again; patches, in every\n"
                "format: valid by GEOS, none overlapping, numbered without gap, areas against geometry and receipt, codes with their\n"
                "labels, the point inside, earlier numbers that exist. Inputs are checked where they still lie. Exit code 1 when a check fails.",
                "逐文件核对 SHA-256；栅格：网格一致、代码均在任务中、由栅格重新统计转移矩阵；图斑（各种格式）：几何有效（GEOS）、\n"
                "互不重叠、编号连续、面积与几何及回执相符、代码与标注相符、定位点在图斑内、前期编号存在。输入文件仍在原处时一并核对。\n"
                "有一项不通过即以 1 退出。" },
    .examples = "minescar verify demo/out\nminescar verify demo/out --json\n",
    .arguments = verify_arguments, .options = no_options, .bytes = sizeof(verify_call), .run = run_verify
};
