/* commands_scene.c - simulate: a made scene on disk. */
#include "cli/commands.h"

#define END { 0 }
#define AT(field) offsetof(msc_simulate_options, field)

static const cli_argument simulate_arguments[] = {
    { "DIR", AT(dir), .help = { "output directory, made when absent", "输出目录，不存在则创建" } }, END
};
static const cli_option simulate_options[] = {
    { "size-px", .kind = CLI_INT, .at = AT(size_px), .low = 64, .high = 1 << 20, .value = "N",
      .help = { "side of the square scene, pixels", "方形场景的边长（像元）" } },
    { "pixel-m", .kind = CLI_REAL, .at = AT(pixel_m), .low = 0.01, .high = 1000, .value = "M",
      .help = { "pixel size, metres", "像元大小（米）" } },
    { "seed", .kind = CLI_SEED, .at = AT(seed), .value = "N", .help = { "another seed, another region", "换一个种子，换一个地区" } },
    { "haze", .kind = CLI_REAL, .at = AT(haze), .low = 0, .high = 10, .value = "X", .help = { "strength of haze; 0: none", "霾的强度；0：无" } },
    { "noise", .kind = CLI_REAL, .at = AT(noise), .low = 0, .high = 10, .value = "X", .help = { "strength of sensor noise; 0: none", "传感器噪声强度；0：无" } },
    { "clouds", .kind = CLI_REAL, .at = AT(clouds), .low = 0, .high = 10, .value = "X", .help = { "amount of cloud; 0: none", "云量；0：无" } },
    { "shift-px", .kind = CLI_REAL, .at = AT(shift_px), .low = 0, .high = 10, .value = "PX",
      .help = { "misregistration of the second year, pixels", "第二期的配准偏差（像元）" } },
    { "season", .kind = CLI_REAL, .at = AT(season), .low = 0, .high = 10, .value = "X",
      .help = { "difference of season between the years; 0: none", "两期的季节差异；0：无" } },
    { "dem-noise-m", .kind = CLI_REAL, .at = AT(dem_noise_m), .low = 0, .high = 10, .value = "M",
      .help = { "error of each year's elevation, standard deviation in metres; 0: none", "各期高程误差的标准差（米）；0：无" } },
    { "polygons", .kind = CLI_INT, .at = AT(n_polygons), .low = 1, .high = 1000, .value = "N",
      .help = { "training polygons of a class and year, where there is room", "每类每期的训练样本面个数（有空间时）" } },
    { "no-dem", .kind = CLI_OFF, .at = AT(has_dem), .help = { "write no elevation", "不写高程" } },
    END
};
static void simulate_defaults(void *call) { msc_simulate_defaults(call); }
static msc_status run_simulate(cli_common *common, cli_lang lang, void *call, msc_error *err)
{
    (void)lang;
    return msc_simulate(&common->settings, call, err);
}
const cli_command cli_simulate = {
    .name = "simulate", .summary = { "Write a made mining scene of two years with its exact truth", "生成两期矿区模拟影像及其精确真值" },
    .detail = { "Images, elevation, class truth, changes, training polygons, reference points, districts and a job file.\n"
                "The scene is a function of the seed: the same words make the same bytes on every machine.",
                "包括影像、高程、类别真值、变化图斑、训练样本、检验点、行政区和任务文件。\n场景由种子决定：相同参数在任何机器上产生相同的字节。" },
    .examples = "minescar simulate demo\nminescar simulate demo --size-px 4096 --seed 7 --clouds 0\n",
    .arguments = simulate_arguments, .options = simulate_options, .bytes = sizeof(msc_simulate_options),
    .defaults = simulate_defaults, .run = run_simulate
};
