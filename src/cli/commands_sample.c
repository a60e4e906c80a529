/* commands_sample.c - sample: points for checking a map. */
#include "cli/commands.h"
#include "base/mem.h"
#include "jobs/job.h"
#include <stdio.h>

#define END { 0 }

typedef struct sample_call {
    msc_sample_options options;
    const char *job, *zones;
    const char *const *images, *const *bands;
    int n_images, n_bands;
} sample_call;
#define AT(field) offsetof(sample_call, field)

static const cli_argument arguments[] = {
    { "MAP", AT(options.map), .help = { "class map, or change map (UInt16)", "类别图，或变化图（UInt16）" } },
    { "POINTS", AT(options.points), .help = { "output: points with empty label fields; the design is frozen in POINTS.sample.json",
                                              "输出：标注字段为空的检验点；抽样设计冻结于 POINTS.sample.json" } }, END
};
static const cli_option options[] = {
    { "design", .kind = CLI_CHOICE, .at = AT(options.design), .choices = "stratified|simple|systematic", .help = { "how points are chosen", "抽样方法：分层、简单随机、系统" } },
    { "n", .kind = CLI_COUNT, .at = AT(options.n), .low = 0, .high = 1e7, .value = "N", .help = { "number of points; 0: as many as --se wants", "样点数；0：由 --se 推算" } },
    { "se", .kind = CLI_REAL, .at = AT(options.se), .low = 0.0001, .high = 0.5, .value = "X", .help = { "standard error wanted of overall accuracy", "期望的总体精度标准误" } },
    { "accuracy", .kind = CLI_REAL, .at = AT(options.accuracy), .low = 0.01, .high = 0.9999, .value = "X", .help = { "conjectured accuracy of every stratum", "各层的假定精度" } },
    { "users", .kind = CLI_TEXTS, .at = AT(options.users), .count_at = AT(options.n_users), .value = "CODE:X",
      .help = { "conjectured accuracy of one class; buffer:X of the buffer", "某一类别的假定精度；buffer:X 为缓冲层" } },
    { "allocation", .kind = CLI_CHOICE, .at = AT(options.allocation), .choices = "proportional|neyman|equal", .help = { "how points are dealt out to strata", "样点在各层的分配：按面积、Neyman、均等" } },
    { "min", .kind = CLI_COUNT, .at = AT(options.n_min), .low = 0, .high = 1e5, .value = "N", .help = { "least points a stratum", "每层最少样点数" } },
    { "merge-px", .kind = CLI_COUNT, .at = AT(options.merge_px), .low = -1, .high = 1e9, .value = "N", .help = { "classes with fewer pixels share one stratum; -1: twice --min", "像元更少的类别并为一层；-1：--min 的两倍" } },
    { "buffer-m", .kind = CLI_REAL, .at = AT(options.buffer_m), .low = 0, .high = 1e6, .value = "M",
      .help = { "a stratum of its own for what lies this near to damage or change; 0: none", "距损毁或变化不超过此距离的像元单成一层（米）；0：不设" } },
    { "target", .kind = CLI_INTS, .at = AT(options.target), .count_at = AT(options.n_target), .low = 0, .high = 65535, .value = "CODE",
      .help = { "whose area is wanted; default: damage classes of --classes; change maps: every change", "所关心的代码；默认为 --classes 的损毁类；变化图为全部变化" } },
    { "zones", .kind = CLI_TEXT, .at = AT(zones), .value = "FILE:FIELD", .help = { "strata within the zones of this layer", "在此图层的各分区内分层" } },
    { "by-zone", .kind = CLI_FLAG, .at = AT(options.is_by_zone_only), .help = { "zones alone are the strata, not classes within them", "只按分区分层，不再按类别" } },
    { "exclude", .kind = CLI_TEXT, .at = AT(options.exclude), .value = "FILE", .help = { "training polygons: they are no part of what is sampled", "训练样本面：不参与抽样" } },
    { "distance-m", .kind = CLI_REAL, .at = AT(options.distance_m), .low = 0, .high = 1e6, .value = "M", .help = { "least distance of two points; 0: none", "样点最小间距（米）；0：不限" } },
    { "seed", .kind = CLI_SEED, .at = AT(options.seed), .value = "N", .help = { "another seed draws other points", "随机种子" } },
    { "classes", .kind = CLI_TEXT, .at = AT(job), .value = "JOB.yaml", .help = { "class names and damage classes from this job file", "类别名称和损毁类取自此任务文件" } },
    { "chips", .kind = CLI_TEXT, .at = AT(options.chips), .value = "DIR", .help = { "a picture of each point in each --image, for those who label", "每个样点在各 --image 上的影像小图，供标注用" } },
    { "image", .kind = CLI_TEXTS, .at = AT(images), .count_at = AT(n_images), .value = "FILE", .help = { "image that chips are cut from; repeat for another year", "截取小图的影像；其他年份再给一次" } },
    { "bands", .kind = CLI_TEXTS, .at = AT(bands), .count_at = AT(n_bands), .value = "red:3,green:2", .help = { "band names of the images, in their order", "各影像的波段名，依次给出" } },
    { "chip-px", .kind = CLI_INT, .at = AT(options.chip_px), .low = 15, .high = 511, .value = "N", .help = { "side of a chip in pixels of its image", "小图边长（影像像元）" } },
    { "simulate", .kind = CLI_FLAG, .at = AT(options.is_simulation), .help = { "only tell what the plan can be expected to show; write nothing", "只预告此方案的预期结果，不写文件" } },
    END
};
static void defaults(void *call) { msc_sample_defaults(&((sample_call *)call)->options); }

static msc_status run(cli_common *common, cli_lang lang, void *call, msc_error *err)
{
    sample_call *c = call;
    msc_job *job = NULL;
    msc_zone zone = { 0 };
    char *text = NULL, *zones = NULL;
    msc_image *images = msc_alloc_zero((size_t)c->n_images + 1, sizeof *images);
    msc_status status = images ? MSC_OK : msc_fail(err, MSC_ENOMEM, "--image", "options");
    for (int i = 0; i < c->n_images && images; i++)
        images[i] = (msc_image){ .paths = &c->images[i], .n_paths = 1, .bands = i < c->n_bands ? c->bands[i] : NULL };
    if (status == MSC_OK && c->n_bands > c->n_images)
        status = msc_fail(err, MSC_EUSAGE, "--bands", cli_say(lang, (cli_words){ "given %d times for %d images", "给出 %d 次，影像有 %d 幅" }), c->n_bands, c->n_images);
    if (status == MSC_OK && c->zones) {
        zones = msc_copy_text(c->zones);
        status = zones ? cli_bind_zone(zones, lang, &zone, err) : msc_fail(err, MSC_ENOMEM, "--zones", "options");
    }
    if (status == MSC_OK && c->job) status = msc_job_read(c->job, &job, err);
    if (status != MSC_OK) goto done;
    c->options.chip_images = images;
    c->options.n_chip_images = c->n_images;
    c->options.zone_path = zone.path;
    c->options.zone_field = zone.field;
    if (job) {
        c->options.classes = job->classes;
        c->options.n_classes = job->n_classes;
    }
    status = msc_sample_map(&common->settings, &c->options, common->is_json, &text, err);
    if (status != MSC_OK) goto done;
    if (c->options.is_simulation) status = cli_put(text, err);
    else status = cli_put_result(common, text, text, err);
done:
    msc_text_free(&text);
    msc_job_free(&job);
    msc_release(zones);
    msc_release(images);
    return status;
}
const cli_command cli_sample = {
    .name = "sample", .summary = { "Draw points for checking a map, and say what they will show", "为检验图件抽取样点，并预告其效果" },
    .detail = { "Strata are the map's classes (change maps: from-to), zones, and a buffer round the target. The size follows from --se and the\n"
                "conjectured accuracies. Points carry their stratum as a number, inclusion probability and weight, and empty label fields (class, or\n"
                "before and after); nothing of them tells what the map says. The frozen design goes beside them and into `assess --sample`.\n"
                "One miss in a large stable stratum spoils the area of the target: --simulate shows it, --buffer-m helps. --chips DIR with --image\n"
                "draws a PNG of each point in each image: natural colours in one stretch for all, the pixel to be judged in a frame, number, scale.",
                "按类别（变化图按前后类）、分区和目标周围的缓冲区分层。样点数由 --se 和假定精度推算。样点带层号、入样概率、权重和空的标注字段\n"
                "（class，或 before、after），不透露图上的类别。设计冻结在旁边的文件中，供 `assess --sample` 使用。\n"
                "稳定大层中漏判一点，就会毁掉目标面积：--simulate 可见其影响，--buffer-m 可减轻。--chips DIR 与 --image 为每点在每幅影像上绘一张\n"
                "PNG：真彩色（全部小图同一拉伸）、框出待判像元、点号和比例尺。" },
    .examples = "minescar sample change.tif points.gpkg --simulate --buffer-m 50\n"
                "minescar sample change.tif points.gpkg --buffer-m 50 --se 0.02 --exclude demo/training.gpkg --seed 7\n"
                "minescar sample change.tif points.gpkg --chips chips --image demo/image_2022.tif --image demo/image_2024.tif\n"
                "minescar sample classes_2024.tif points.shp --n 500 --allocation neyman --users 3:0.6 --zones demo/districts.gpkg:NAME --min 10\n",
    .arguments = arguments, .options = options, .bytes = sizeof(sample_call), .defaults = defaults, .run = run
};
