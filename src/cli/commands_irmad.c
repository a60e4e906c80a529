/* commands_irmad.c - irmad: two images to the probability that nothing changed. */
#include "cli/commands.h"
#include <inttypes.h>
#include <stdio.h>

#define END { 0 }

typedef struct irmad_call {
    msc_irmad_options options;
    const char *path[2], *seamlines;
    const char *const *bands, *const *nodata, *const *mask, *const *dem, *const *sun;
    int n_bands, n_nodata, n_mask, n_dem, n_sun;
} irmad_call;
#define AT(field) offsetof(irmad_call, field)

static const cli_argument irmad_arguments[] = {
    { "BEFORE", AT(path[0]), .help = { "image of the earlier year", "前一期影像" } },
    { "AFTER", AT(path[1]), .help = { "image of the later year, on any grid", "后一期影像，网格不限" } },
    { "EVIDENCE", AT(options.evidence), .help = { "output: a byte a pixel, 254 surely unchanged .. 0 surely changed, 255 not observed",
                                                  "输出：每像元一字节，254 必未变 .. 0 必变，255 未观测" } }, END
};
static const cli_option irmad_options[] = {
    { "bands", .kind = CLI_TEXTS, .at = AT(bands), .count_at = AT(n_bands), .value = "blue:1,nir:4",
      .help = { "band names, once for both or one an image; bands of the same name are compared", "波段名称；一次用于两期，或每期一次；比较同名波段" } },
    { "nodata", .kind = CLI_TEXTS, .at = AT(nodata), .count_at = AT(n_nodata), .value = "VALUE",
      .help = { "auto, none, a value, or edge:VALUE; once or one an image", "auto、none、数值或 edge:数值；一次或每期一次" } },
    { "mask", .kind = CLI_TEXTS, .at = AT(mask), .count_at = AT(n_mask), .value = "FILE", .help = { "raster, 0 = not observed; once or one an image", "掩膜栅格，0 为未观测；一次或每期一次" } },
    { "flat", .kind = CLI_FLAG, .at = AT(options.is_flat),
      .help = { "bands as on level ground, by --dem and the sun; not of 8 bits, and without gains in the report", "各波段换算到平地光照（用 --dem 和太阳位置）；8 位波段除外，报告不含增益" } },
    { "dem", .kind = CLI_TEXTS, .at = AT(dem), .count_at = AT(n_dem), .value = "FILE", .help = { "elevation for --flat, once for both or one an image", "--flat 所用高程；一次用于两期，或每期一次" } },
    { "sun", .kind = CLI_TEXTS, .at = AT(sun), .count_at = AT(n_sun), .value = "AZIMUTH,ELEVATION",
      .help = { "where the sun stood, degrees clockwise from north and above the horizon; one an image; default: its metadata", "太阳方位角（自北顺时针）和高度角，度；每期一次；默认取自影像元数据" } },
    { "classes-before", .kind = CLI_TEXT, .at = AT(options.classes_before), .value = "FILE", .help = { "class map of BEFORE: pixels of code 0 are left out", "BEFORE 的类别图：代码 0 的像元不参与" } },
    { "classes-after", .kind = CLI_TEXT, .at = AT(options.classes_after), .value = "FILE", .help = { "class map of AFTER: pixels of code 0 are left out", "AFTER 的类别图：代码 0 的像元不参与" } },
    { "report", .kind = CLI_TEXT, .at = AT(options.report), .value = "FILE.json", .help = { "write correlations, coefficients, iterations, and gains for --radiometry of train and classify", "写出相关系数、变换系数、迭代次数，以及 train 和 classify 的 --radiometry 所用增益" } },
    { "normalized", .kind = CLI_TEXT, .at = AT(options.normalized), .value = "FILE", .help = { "output: AFTER with the radiometry of BEFORE (with --report)", "输出：按 BEFORE 辐射归一化的 AFTER（需 --report）" } },
    { "seamlines", .kind = CLI_TEXT, .at = AT(seamlines), .value = "FILE", .help = { "polygons of the scenes that AFTER is a mosaic of: gains by scene", "AFTER 镶嵌所用各景的面：逐景求增益" } },
    { "max-iterations", .kind = CLI_INT, .at = AT(options.max_iterations), .low = 1, .high = 10000, .value = "N", .help = { "stop after these; 1: without weights", "迭代上限；1：不加权" } },
    { "tolerance", .kind = CLI_REAL, .at = AT(options.tolerance), .low = 1e-12, .high = 1, .value = "X", .help = { "stop when no correlation moves by more", "相关系数变动小于此值时停止" } },
    { "sample-px", .kind = CLI_COUNT, .at = AT(options.sample_px), .low = 0, .high = 1e12, .value = "N",
      .help = { "iterate on a lattice of at most N pixels, held in memory; 0: on all", "在至多 N 个格网像元上迭代（存于内存）；0：全部" } },
    { "plain", .kind = CLI_FLAG, .at = AT(options.is_plain),
      .help = { "chi-square as it is; default: scaled down until its median is what it is without change", "卡方值不缩放；默认按无变化时的中位数缩放" } },
    { "grid-like", .kind = CLI_TEXT, .at = AT(options.grid_like), .value = "FILE", .help = { "use this raster's grid; default: BEFORE's", "采用此栅格的网格；默认 BEFORE 的网格" } },
    { "run-id", .kind = CLI_TEXT, .at = AT(options.run_id), .value = "TEXT", .help = { "written into the output's metadata", "写入输出元数据" } },
    END
};
static void irmad_defaults(void *call) { msc_irmad_defaults(&((irmad_call *)call)->options); }

static const char *nth(const char *const *list, int n, int i) { return n == 0 ? NULL : n == 1 ? list[0] : list[i]; }

static msc_status run_irmad(cli_common *common, cli_lang lang, void *call, msc_error *err)
{
    irmad_call *c = call;
    const struct { const char *name; int n; } lists[] = { { "--bands", c->n_bands }, { "--nodata", c->n_nodata }, { "--mask", c->n_mask }, { "--dem", c->n_dem },
                                                         { "--sun", c->n_sun } };
    for (int i = 0; i < 5; i++)
        if (lists[i].n > 2) return msc_fail(err, MSC_EUSAGE, lists[i].name, cli_say(lang, (cli_words){ "given %d times for 2 images", "给出 %d 次，影像有 2 幅" }), lists[i].n);
    for (int i = 0; i < 2; i++)
        *(i ? &c->options.after : &c->options.before) = (msc_image){ .paths = &c->path[i], .n_paths = 1, .bands = nth(c->bands, c->n_bands, i),
            .nodata = nth(c->nodata, c->n_nodata, i), .mask = nth(c->mask, c->n_mask, i), .dem = nth(c->dem, c->n_dem, i), .sun = nth(c->sun, c->n_sun, i) };
    if (c->options.is_flat && !c->n_dem) return msc_fail(err, MSC_EUSAGE, "--flat", "%s", cli_say(lang, (cli_words){ "needs --dem", "需要 --dem" }));
    c->options.after.seamlines = c->seamlines;
    msc_irmad_result r = { 0 };
    MSC_TRY(msc_irmad(&common->settings, &c->options, &r, err));
    char line[256], json[320];
    snprintf(line, sizeof line, cli_say(lang, (cli_words){ "correlations %.4f .. %.4f after %d iterations on %" PRId64 " pixels; %.1f %% of them without significant change\n",
                                                           "相关系数 %.4f .. %.4f，迭代 %d 次，像元 %" PRId64 " 个；其中 %.1f %% 无显著变化\n" }),
             r.rho_least, r.rho_most, r.n_iterations, r.n_px, 100 * r.no_change);
    snprintf(json, sizeof json, "{\"rho_least\": %.9g, \"rho_most\": %.9g, \"iterations\": %d, \"is_converged\": %s, \"sampled_px\": %" PRId64 ", \"unchanged_share\": %.9g}\n",
             r.rho_least, r.rho_most, r.n_iterations, r.is_converged ? "true" : "false", r.n_px, r.no_change);
    return cli_put_result(common, line, json, err);
}
const cli_command cli_irmad = {
    .name = "irmad", .summary = { "Where two images differ, whatever their light and sensor", "两期影像何处有变，不受光照和传感器影响" },
    .detail = { "Iteratively reweighted multivariate alteration detection: the probability that a pixel did not change, for images that\n"
                "may differ by any gain, offset or mixture of bands. It needs no training and says nothing of classes: evidence that is\n"
                "independent of them. Clouds and water mislead it least when class maps mask them.",
                "迭代加权多元变化检测（IR-MAD）：像元未变的概率，影像间可有任意增益、偏移或波段线性混合。\n"
                "无需训练，不涉及类别，是独立于分类的证据。用类别图掩去云和水体时干扰最小。" },
    .examples = "minescar irmad demo/image_2024.tif demo/image_2025.tif evidence.tif --report irmad.json\n"
                "minescar irmad t2016.tif t2018.tif evidence.tif --classes-before classes_2016.tif --classes-after classes_2018.tif\n",
    .arguments = irmad_arguments, .options = irmad_options, .bytes = sizeof(irmad_call), .defaults = irmad_defaults, .run = run_irmad
};
