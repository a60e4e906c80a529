/* commands_shift.c - shift: how far the ground of one image lies from where another has it. */
#include "cli/commands.h"
#include <stdio.h>

#define END { 0 }
typedef struct shift_call {
    msc_shift_options options;
    const char *before, *after;
    const char *const *bands, *const *nodata, *const *mask;
    int n_bands, n_nodata, n_mask;
} shift_call;
#define AT(field) offsetof(shift_call, field)

static const cli_argument shift_arguments[] = {
    { "BEFORE", AT(before), .help = { "image of the earlier year", "前一期影像" } },
    { "AFTER", AT(after), .help = { "image of the later year; the displacement is told on its grid", "后一期影像；位移按其网格给出" } },
    { "REPORT.json", AT(options.report), .is_optional = 1, .help = { "output: every window, the smooth field and the figures", "输出：各窗口结果、平滑位移场和统计值" } }, END
};
static const cli_option shift_options[] = {
    { "band", .kind = CLI_TEXT, .at = AT(options.band), .value = "NAME",
      .help = { "band that is compared; default: red, else green, nir, or the first that both have", "用于比较的波段；默认 red，其次 green、nir 或首个共有波段" } },
    { "bands", .kind = CLI_TEXTS, .at = AT(bands), .count_at = AT(n_bands), .value = "blue:1,nir:4",
      .help = { "band names; once for both images, or once for each", "波段名称；一次用于两期，或每期一次" } },
    { "nodata", .kind = CLI_TEXTS, .at = AT(nodata), .count_at = AT(n_nodata), .value = "VALUE",
      .help = { "auto, none, a value, or edge:VALUE; once or one an image", "auto、none、数值或 edge:数值；一次或每期一次" } },
    { "mask", .kind = CLI_TEXTS, .at = AT(mask), .count_at = AT(n_mask), .value = "FILE",
      .help = { "raster, 0 = not observed; once or one an image", "掩膜栅格，0 为未观测；一次或每期一次" } },
    { "grid-like", .kind = CLI_TEXT, .at = AT(options.grid_like), .value = "FILE", .help = { "use this raster's grid; default: AFTER's", "采用此栅格的网格；默认 AFTER 的网格" } },
    { "max-windows", .kind = CLI_INT, .at = AT(options.max_windows), .low = 1, .high = 1e6, .value = "N",
      .help = { "lay the windows so wide that they are no more", "窗口间距加大到总数不超过此值" } },
    END
};
static void shift_defaults(void *call) { msc_shift_defaults(&((shift_call *)call)->options); }

/* The i-th of a list that holds one for both or one each. */
static const char *nth(const char *const *list, int n, int i) { return n == 0 ? NULL : n == 1 ? list[0] : list[i]; }

static msc_status check_two(const char *name, int n, cli_lang lang, msc_error *err)
{
    return n <= 2 ? MSC_OK : msc_fail(err, MSC_EUSAGE, name, cli_say(lang, (cli_words){ "given %d times for two images", "给出 %d 次，影像只有两幅" }), n);
}

static msc_status put_result(const cli_common *common, cli_lang lang, const msc_shift_result *r, msc_error *err)
{
    char line[512], json[512];
    const int n = r->n_windows - r->n_abstained;
    if (n == 0)
        snprintf(line, sizeof line, cli_say(lang, (cli_words){ "not measured: all %d windows abstain\n", "未能测量：全部 %d 个窗口弃权\n" }), r->n_windows);
    else
        snprintf(line, sizeof line, cli_say(lang, (cli_words){
                     "%+.2f px right, %+.2f px down (median of %d of %d windows, %d outliers); RMSE %.2f px, %.2f px after a field of degree %d\n",
                     "向右 %+.2f、向下 %+.2f 像元（%d/%d 个窗口的中值，离群 %d 个）；均方根 %.2f 像元，减去位移场后 %.2f 像元（%d 次）\n" }),
                 r->median_dx_px, r->median_dy_px, n, r->n_windows, r->n_outliers, r->rmse_before_px, r->rmse_px, r->degree);
    snprintf(json, sizeof json,
             "{\"n_tiles\": %d, \"n_abstained\": %d, \"n_outliers\": %d, \"median_dx_px\": %.6f, \"median_dy_px\": %.6f, "
             "\"rmse_before_px\": %.6f, \"rmse_px\": %.6f, \"degree\": %d}\n",
             r->n_windows, r->n_abstained, r->n_outliers, r->median_dx_px, r->median_dy_px, r->rmse_before_px, r->rmse_px, r->degree);
    return cli_put_result(common, line, json, err);
}

static msc_status run_shift(cli_common *common, cli_lang lang, void *call, msc_error *err)
{
    shift_call *c = call;
    msc_shift_result r;
    MSC_TRY(check_two("--bands", c->n_bands, lang, err));
    MSC_TRY(check_two("--nodata", c->n_nodata, lang, err));
    MSC_TRY(check_two("--mask", c->n_mask, lang, err));
    for (int i = 0; i < 2; i++)
        *(i ? &c->options.after : &c->options.before) =
            (msc_image){ .paths = i ? &c->after : &c->before, .n_paths = 1, .bands = nth(c->bands, c->n_bands, i),
                         .nodata = nth(c->nodata, c->n_nodata, i), .mask = nth(c->mask, c->n_mask, i) };
    MSC_TRY(msc_shift(&common->settings, &c->options, &r, err));
    return put_result(common, lang, &r, err);
}
const cli_command cli_shift = {
    .name = "shift", .summary = { "Measure how far two images lie apart", "测量两期影像之间的错位" },
    .detail = { "Compares windows of 128 px all over the scene, each to about 0.03 px where the ground has features. Windows of water,\n"
                "cloud, repeating texture or changed ground abstain and are counted. What is at x, y in BEFORE is at x + dx, y + dy in\n"
                "AFTER; x to the right, y down. Above 0.3 px, edges of patches are likely to be false change.",
                "在全图以 128 像元窗口逐一比较，地物清晰处精度约 0.03 像元。水面、云、重复纹理或变化区的窗口弃权并计数。\n"
                "BEFORE 中位于 x, y 的地物在 AFTER 中位于 x+dx, y+dy；x 向右，y 向下。超过 0.3 像元时，图斑边缘易成伪变化。" },
    .examples = "minescar shift demo/image_2022.tif demo/image_2024.tif\n"
                "minescar shift demo/image_2022.tif demo/image_2024.tif shift.json --band nir --json\n",
    .arguments = shift_arguments, .options = shift_options, .bytes = sizeof(shift_call), .defaults = shift_defaults, .run = run_shift
};
