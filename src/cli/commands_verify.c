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
    .detail = { "Every file by its SHA-256; maps: one grid, codes that the job has, the from-to table counted again, grades as counted; tables: zones\n"
                "sum to the whole; patches, in every format: valid by GEOS, none overlapping, numbered without gap, areas against geometry and\n"
                "receipt, codes with their labels, kinds of change, the point inside, zones that are in the tables, earlier numbers that exist, texts\n"
                "whole in their encoding, all attributes the same in every format; changes: codes and grade of the pixels that each patch lies on.\n"
                "Inputs are checked where they still lie. Exit code 1 when a check fails.",
                "逐文件核对 SHA-256；栅格：网格一致、代码均在任务中、由栅格重新统计转移矩阵和变化等级；表格：分区之和等于总计；图斑（各种格式）：\n"
                "几何有效（GEOS）、互不重叠、编号连续、面积与几何及回执相符、代码与标注相符、变化类型相符、定位点在图斑内、分区见于表中、前期编号存在、\n"
                "文字编码完整无残字、各格式属性全部一致；变化图斑：与其所在像元的变化代码和等级一致。输入文件仍在原处时一并核对。\n"
                "有一项不通过即以 1 退出。" },
    .examples = "minescar verify demo/out\nminescar verify demo/out --json\n",
    .arguments = verify_arguments, .options = no_options, .bytes = sizeof(verify_call), .run = run_verify
};
