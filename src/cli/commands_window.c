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
    { "sun", .kind = CLI_TEXT, .at = AT(image.sun), .value = "AZIMUTH,ELEVATION",
      .help = { "where the sun stood, degrees clockwise from north and above the horizon", "太阳方位角（自北顺时针）和高度角，度" } },
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
    .detail = { "The same features as in training and classification. SIDE: odd pixels 3..63, or metres such as 60m. Windows use\n"
                "observed pixels only. Not compressed unless --co COMPRESS=... asks.\n"
                "  bands ndvi ndwi brightness       the pixel itself\n"
                "  chroma                           each band over the sum of all\n"
                "  mean:SIDE std:SIDE range:SIDE    of each band; NAME:SIDE:BAND of one\n"
                "  glcm_contrast:SIDE glcm_homogeneity:SIDE glcm_correlation:SIDE glcm_asm:SIDE\n"
                "                                   co-occurrence of 8 grey levels; NAME:SIDE:BAND:LOW:HIGH sets their range\n"
                "  open:SIDE close:SIDE             brightness without brighter, darker things narrower than SIDE\n"
                "  slope                            degrees (this and the following need --dem)\n"
                "  northness eastness               of the slope: sin(slope) x cos or sin of its aspect\n"
                "  tpi:SIDE                         ground above the mean of its surroundings\n"
                "  relief:SIDE floor:SIDE           highest less lowest ground; height above the lowest\n"
                "  depth:SIDE rise:SIDE             depth of a closed hollow, height of a heap\n"
                "  flat                             each band as it would be on level ground (needs --sun too)",
                "与训练和分类所用特征相同。SIDE：奇数像元 3..63，或米数如 60m。窗口只用已观测像元。\n"
                "未给 --co COMPRESS=... 时不压缩。\n"
                "  bands ndvi ndwi brightness       像元本身\n"
                "  chroma                           各波段占全部波段之和的比\n"
                "  mean:SIDE std:SIDE range:SIDE    各波段；NAME:SIDE:BAND 限一个波段\n"
                "  glcm_contrast:SIDE glcm_homogeneity:SIDE glcm_correlation:SIDE glcm_asm:SIDE\n"
                "                                   8 个灰度级的共生矩阵；NAME:SIDE:BAND:LOW:HIGH 设其范围\n"
                "  open:SIDE close:SIDE             去掉窄于 SIDE 的亮物、暗物后的亮度\n"
                "  slope                            坡度，度（此项及以下需 --dem）\n"
                "  northness eastness               坡面朝向：sin(坡度) 乘坡向的 cos 或 sin\n"
                "  tpi:SIDE                         高出周围均值\n"
                "  relief:SIDE floor:SIDE           窗口内高差；高出最低点\n"
                "  depth:SIDE rise:SIDE             封闭洼地深度；堆体高度\n"
                "  flat                             各波段换算到平地光照（另需 --sun）" },
    .examples = "minescar features demo/image_2024.tif texture.tif --features mean:7,std:7\n"
                "minescar features demo/image_2024.tif terrain.tif --features slope,northness,eastness,tpi:31,depth:120m --dem demo/dem_2024.tif\n"
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
