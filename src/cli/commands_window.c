/* commands_window.c - features and majority: what the surroundings of a pixel say. */
#include "cli/commands.h"

#define END { 0 }

/* ---- features ---- */
#define AT(field) offsetof(msc_feature_map_options, field)
static const cli_argument features_arguments[] = {
    { "IMAGE", AT(image.paths), AT(image.n_paths), 1, .help = { "image; several are mosaicked, a later one on top", "影像；多幅则镶嵌，后者在上" } },
    { "OUT", AT(out), .help = { "output: a band of floats a feature, NaN where not observed", "输出：每个特征一个浮点波段，未观测为 NaN" } }, END
};
static const cli_option features_options[] = {
    { "features", .kind = CLI_TEXT, .at = AT(features), .value = "LIST",
      .help = { "as for train; NAME:SIDE is a window, NAME:SIDE:BAND of one band; default: by the image",
                "同 train；NAME:SIDE 为窗口，NAME:SIDE:BAND 限一个波段；默认按影像选取" } },
    { "bands", .kind = CLI_TEXT, .at = AT(image.bands), .value = "blue:1,nir:4", .help = { "band names; default: from the file, else by count", "波段名称；默认取自文件或按波段数" } },
    { "nodata", .kind = CLI_TEXT, .at = AT(image.nodata), .value = "VALUE", .help = { "auto, none, a value, or edge:VALUE", "auto、none、数值或 edge:数值" } },
    { "mask", .kind = CLI_TEXT, .at = AT(image.mask), .value = "FILE", .help = { "raster, 0 = not observed", "掩膜栅格，0 为未观测" } },
    { "shift", .kind = CLI_TEXTS, .at = AT(image.shifts), .count_at = AT(image.n_shifts), .value = "REPORT.json",
      .help = { "report of shift with IMAGE as BEFORE: moves IMAGE onto the later image; repeat for a chain of years", "IMAGE 为 BEFORE 的 shift 报告：将 IMAGE 移到后一期影像上；多期可重复" } },
    { "dem", .kind = CLI_TEXT, .at = AT(image.dem), .value = "FILE", .help = { "elevation raster, any grid", "高程栅格，网格不限" } },
    { "grid-like", .kind = CLI_TEXT, .at = AT(grid_like), .value = "FILE", .help = { "use this raster's grid; default: IMAGE's", "采用此栅格的网格；默认 IMAGE 的网格" } },
    { "run-id", .kind = CLI_TEXT, .at = AT(run_id), .value = "TEXT", .help = { "written into the output's metadata", "写入输出元数据" } },
    END
};
static void features_defaults(void *call) { msc_feature_map_defaults(call); }
static msc_status run_features(cli_common *common, cli_lang lang, void *call, msc_error *err)
{
    (void)lang;
    return msc_feature_map(&common->settings, call, err);
}
const cli_command cli_features = {
    .name = "features", .summary = { "Write what a model would see of an image", "输出模型所见的影像特征" },
    .detail = { "The same features as in training and classification: bands ndvi ndwi brightness; of windows, per band: mean std\n"
                "range glcm_contrast glcm_homogeneity glcm_correlation glcm_asm; with --dem: slope tpi:SIDE. Windows use observed\n"
                "pixels only. glcm_NAME:SIDE:BAND:LOW:HIGH sets the range of the grey levels. Not compressed unless --co COMPRESS=... asks.",
                "与训练和分类所用特征相同：bands ndvi ndwi brightness；各波段的窗口特征 mean std range glcm_contrast\n"
                "glcm_homogeneity glcm_correlation glcm_asm；有 --dem 时 slope tpi:SIDE。窗口只用已观测像元。\n"
                "glcm_NAME:SIDE:BAND:LOW:HIGH 设灰度级范围。未给 --co COMPRESS=... 时不压缩。" },
    .examples = "minescar features demo/image_2024.tif texture.tif --features mean:7,std:7\n"
                "minescar features demo/image_2024.tif terrain.tif --features slope,tpi:31 --dem demo/dem_2024.tif\n"
                "minescar features demo/image_2024.tif glcm.tif --features glcm_contrast:7:red,glcm_homogeneity:7::0:4000\n",
    .arguments = features_arguments, .options = features_options, .bytes = sizeof(msc_feature_map_options),
    .defaults = features_defaults, .run = run_features
};

/* ---- majority ---- */
#undef AT
#define AT(field) offsetof(msc_majority_options, field)
static const cli_argument majority_arguments[] = {
    { "IN", AT(in), .help = { "class map, 0 = not observed", "类别图，0 为未观测" } },
    { "OUT", AT(out), .help = { "output: class map", "输出：类别图" } }, END
};
static const cli_option majority_options[] = {
    { "window", .kind = CLI_INT, .at = AT(window_px), .low = 3, .high = 63, .value = "PX",
      .help = { "side of the window, odd", "窗口边长，奇数" } },
    { "run-id", .kind = CLI_TEXT, .at = AT(run_id), .value = "TEXT", .help = { "written into the output's metadata", "写入输出元数据" } },
    END
};
static void majority_defaults(void *call) { msc_majority_defaults(call); }
static msc_status run_majority(cli_common *common, cli_lang lang, void *call, msc_error *err)
{
    (void)lang;
    return msc_majority(&common->settings, call, err);
}
const cli_command cli_majority = {
    .name = "majority", .summary = { "Give each pixel the commonest class round it", "每个像元取其窗口内最多的类别" },
    .detail = { "Among classes with equal votes the pixel's own stays, else the lowest code wins. Pixels not observed have no vote\n"
                "and stay as they are. Unlike sieve it promises no smallest region.",
                "票数相同时保留像元原类别，否则取代码最小者。未观测像元不投票，也不改变。与 sieve 不同，不保证最小区域。" },
    .examples = "minescar majority classes_2024.tif smooth.tif --window 5\n",
    .arguments = majority_arguments, .options = majority_options, .bytes = sizeof(msc_majority_options),
    .defaults = majority_defaults, .run = run_majority
};
