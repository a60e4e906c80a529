/* commands_model.c - train and classify: from samples to a model, from a model to a class map. */
#include "cli/commands.h"
#include "base/mem.h"
#include "jobs/job.h"
#include <stdio.h>
#include <string.h>

#define END { 0 }
#define BIG 2147483647.0

/* ---- train ---- */
typedef struct train_call {
    msc_train_options options;
    const char *const *paths;
    const int *years;
    const char *const *bands, *const *nodata, *const *mask, *const *dem, *const *sun, *const *radiometry, *const *seamlines;
    int n_paths, n_years, n_bands, n_nodata, n_mask, n_dem, n_sun, n_radiometry, n_seamlines;
    const char *job;
} train_call;
#define AT(field) offsetof(train_call, field)

static const cli_argument train_arguments[] = {
    { "IMAGE", AT(paths), AT(n_paths), 1, .help = { "with --year: one image a year; without: files of one mosaic", "有 --year 时每年一幅；否则为同一镶嵌的多个文件" } },
    { "SAMPLES", AT(options.samples), .help = { "training polygons", "训练样本面" } },
    { "MODEL", AT(options.model), .help = { "output: the model (.msm)", "输出：模型（.msm）" } }, END
};
static const cli_option train_options[] = {
    { "class-field", .kind = CLI_TEXT, .at = AT(options.class_field), .value = "FIELD", .help = { "field with class codes, or with names or labels of --classes", "类别代码字段，或 --classes 中的类别名称、标注" } },
    { "year", .kind = CLI_INTS, .at = AT(years), .count_at = AT(n_years), .low = 1900, .high = 2199, .value = "YEAR",
      .help = { "year of each IMAGE, in their order", "各 IMAGE 的年份，按顺序" } },
    { "year-field", .kind = CLI_TEXT, .at = AT(options.year_field), .value = "FIELD",
      .help = { "field that tells a sample's year; default: samples hold for all years", "样本年份字段；默认样本适用于所有年份" } },
    { "layer", .kind = CLI_TEXT, .at = AT(options.layer), .value = "NAME", .help = { "layer of SAMPLES; default: the first", "SAMPLES 的图层；默认第一个" } },
    { "classes", .kind = CLI_TEXT, .at = AT(job), .value = "JOB.yaml", .help = { "take class names and labels from this job file", "类别名称和标注取自此任务文件" } },
    { "method", .kind = CLI_CHOICE, .at = AT(options.method), .choices = "forest|gauss",
      .help = { "random forest, or Gaussian maximum likelihood", "随机森林，或高斯最大似然" } },
    { "features", .kind = CLI_TEXT, .at = AT(options.features), .value = "LIST",
      .help = { "bands,ndvi,ndwi,brightness,chroma,std:3,slope,northness,eastness,tpi:31,relief:63,flat or others (see features); default: by the image; gauss: bands",
                "特征列表，逗号分隔（见 features）；默认按影像选取，gauss 为 bands" } },
    { "bands", .kind = CLI_TEXTS, .at = AT(bands), .count_at = AT(n_bands), .value = "blue:1,nir:4",
      .help = { "band names; once for all years, or one a year", "波段名称；一次用于所有年份，或每年一次" } },
    { "nodata", .kind = CLI_TEXTS, .at = AT(nodata), .count_at = AT(n_nodata), .value = "VALUE",
      .help = { "auto, none, a value, or edge:VALUE; once or one a year", "auto、none、数值或 edge:数值；一次或每年一次" } },
    { "mask", .kind = CLI_TEXTS, .at = AT(mask), .count_at = AT(n_mask), .value = "FILE", .help = { "raster, 0 = not observed; one a year", "掩膜栅格，0 为未观测；每年一个" } },
    { "dem", .kind = CLI_TEXTS, .at = AT(dem), .count_at = AT(n_dem), .value = "FILE", .help = { "elevation; once for all years, or one a year", "高程；一次用于所有年份，或每年一次" } },
    { "sun", .kind = CLI_TEXTS, .at = AT(sun), .count_at = AT(n_sun), .value = "AZIMUTH,ELEVATION",
      .help = { "where the sun stood, degrees clockwise from north and above the horizon; one a year; default: the images' metadata", "太阳方位角（自北顺时针）和高度角，度；每年一个；默认取自影像元数据" } },
    { "radiometry", .kind = CLI_TEXTS, .at = AT(radiometry), .count_at = AT(n_radiometry), .value = "FILE.json",
      .help = { "report of irmad with the image as AFTER: apply its gains; one a year, '' for none", "以该影像为 AFTER 的 irmad 报告：采用其增益；每年一个，'' 表示不用" } },
    { "seamlines", .kind = CLI_TEXTS, .at = AT(seamlines), .count_at = AT(n_seamlines), .value = "FILE",
      .help = { "the polygons that irmad was given; one a year, '' for none", "irmad 所用的各景面；每年一个，'' 表示不用" } },
    { "trees", .kind = CLI_INT, .at = AT(options.n_trees), .low = 1, .high = 10000, .value = "N", .help = { "trees in the forest", "森林中树的棵数" } },
    { "depth", .kind = CLI_INT, .at = AT(options.depth), .low = 1, .high = 30, .value = "N", .help = { "largest depth of a tree", "树的最大深度" } },
    { "min-leaf", .kind = CLI_INT, .at = AT(options.min_leaf), .low = 1, .high = 1e6, .value = "N", .help = { "fewest samples in a leaf", "叶节点的最少样本数" } },
    { "max-per-class", .kind = CLI_INT, .at = AT(options.max_per_class), .low = 0, .high = BIG, .value = "N", .help = { "most pixels a class; 0: all", "每类最多像元；0：不限" } },
    { "max-per-polygon", .kind = CLI_INT, .at = AT(options.max_per_polygon), .low = 0, .high = BIG, .value = "N", .help = { "most pixels a polygon; 0: all", "每个样本面最多像元；0：不限" } },
    { "folds", .kind = CLI_INT, .at = AT(options.n_folds), .low = 0, .high = 100, .value = "N",
      .help = { "parts of the cross-validation by polygon; 0: none", "按样本面交叉验证的份数；0：不做" } },
    { "seed", .kind = CLI_SEED, .at = AT(options.seed), .value = "N", .help = { "seed of the forest and of the folds", "随机种子" } },
    { "select", .kind = CLI_FLAG, .at = AT(options.is_selecting),
      .help = { "drop features that the cross-validation can do without, and print what each is worth", "去掉交叉验证表明可有可无的特征，并列出各特征的增益" } },
    { "report", .kind = CLI_TEXT, .at = AT(options.report), .value = "FILE.json", .help = { "write accuracy, importance and counts", "写出精度、重要性和样本数" } },
    { "grid-like", .kind = CLI_TEXT, .at = AT(options.grid_like), .value = "FILE", .help = { "use this raster's grid; default: the first IMAGE's", "采用此栅格的网格；默认第一幅 IMAGE" } },
    END
};
static void train_defaults(void *call) { msc_train_defaults(&((train_call *)call)->options); }

/* The i-th of a list that holds one for all or one each. */
static const char *nth(const char *const *list, int n, int i) { return n == 0 ? NULL : n == 1 ? list[0] : list[i]; }

static const char *unless_empty(const char *text) { return text && *text ? text : NULL; }

static msc_status check_per_year(const char *name, int n, int n_images, cli_lang lang, msc_error *err)
{
    if (n <= 1 || n == n_images) return MSC_OK;
    return msc_fail(err, MSC_EUSAGE, name, cli_say(lang, (cli_words){ "given %d times for %d images", "给出 %d 次，影像有 %d 幅" }), n, n_images);
}

static msc_status bind_images(train_call *c, cli_lang lang, msc_image *images, msc_error *err)
{
    const int n = c->n_years ? c->n_paths : 1;
    if (c->n_years && c->n_years != c->n_paths)
        return msc_fail(err, MSC_EUSAGE, "--year", cli_say(lang, (cli_words){ "given %d times for %d images", "给出 %d 次，影像有 %d 幅" }), c->n_years, c->n_paths);
    MSC_TRY(check_per_year("--bands", c->n_bands, n, lang, err));
    MSC_TRY(check_per_year("--nodata", c->n_nodata, n, lang, err));
    MSC_TRY(check_per_year("--mask", c->n_mask, n, lang, err));
    MSC_TRY(check_per_year("--dem", c->n_dem, n, lang, err));
    MSC_TRY(check_per_year("--sun", c->n_sun, n, lang, err));
    MSC_TRY(check_per_year("--radiometry", c->n_radiometry, n, lang, err));
    MSC_TRY(check_per_year("--seamlines", c->n_seamlines, n, lang, err));
    for (int i = 0; i < n; i++)
        images[i] = (msc_image){ .paths = c->n_years ? &c->paths[i] : c->paths, .n_paths = c->n_years ? 1 : c->n_paths,
                                 .bands = nth(c->bands, c->n_bands, i), .nodata = nth(c->nodata, c->n_nodata, i),
                                 .mask = nth(c->mask, c->n_mask, i), .dem = nth(c->dem, c->n_dem, i),
                                 .sun = nth(c->sun, c->n_sun, i),
                                 .radiometry = unless_empty(nth(c->radiometry, c->n_radiometry, i)),
                                 .seamlines = unless_empty(nth(c->seamlines, c->n_seamlines, i)) };
    c->options.images = images;
    c->options.n_images = n;
    c->options.years = c->n_years ? c->years : NULL;
    return MSC_OK;
}

/* What shapes a forest says nothing to gauss, so that a value of one's own is a mistake. */
static msc_status check_forest_only(const msc_train_options *o, cli_lang lang, msc_error *err)
{
    msc_train_options plain;
    msc_train_defaults(&plain);
    const char *name = o->n_trees != plain.n_trees ? "--trees" : o->depth != plain.depth ? "--depth" : o->min_leaf != plain.min_leaf ? "--min-leaf" : NULL;
    if (!name || strcmp(o->method, "gauss") != 0) return MSC_OK;
    return msc_fail(err, MSC_EUSAGE, name, "%s", cli_say(lang, (cli_words){ "belongs to the forest, --method gauss has none", "仅用于随机森林，--method gauss 不用" }));
}

static msc_status run_train(cli_common *common, cli_lang lang, void *call, msc_error *err)
{
    train_call *c = call;
    msc_job *job = NULL;
    MSC_TRY(check_forest_only(&c->options, lang, err));
    msc_image *images = msc_alloc_zero((size_t)c->n_paths, sizeof *images);
    if (!images) return msc_fail(err, MSC_ENOMEM, c->options.model, "images");
    msc_status status = bind_images(c, lang, images, err);
    if (status == MSC_OK && c->job) status = msc_job_read(c->job, &job, err);
    if (status == MSC_OK) {
        if (job) {
            c->options.classes = job->classes;
            c->options.n_classes = job->n_classes;
        }
        char *summary = NULL, *json = NULL;
        c->options.summary = &summary;
        c->options.json = &json;
        status = msc_train(&common->settings, &c->options, err);
        if (status == MSC_OK) status = cli_put_result(common, summary, json, err);
        msc_text_free(&summary);
        msc_text_free(&json);
    }
    msc_job_free(&job);
    msc_release(images);
    return status;
}
const cli_command cli_train = {
    .name = "train", .summary = { "Make a model from training polygons", "由训练样本面生成分类模型" },
    .detail = { "Every pixel whose centre lies in a polygon is a sample. The report holds accuracies by cross-validation that\n"
                "keeps a polygon's pixels together, so it does not flatter. Printed is how much of each class is right at\n"
                "polygons that the model did not see, and by half of the polygons: while the two differ, more polygons pay.\n"
                "The forest takes any features and needs no shape of the classes; gauss (maximum likelihood, classes equally\n"
                "likely beforehand) maps many times faster.\n"
                "--select drops, round by round, the features that matter least at held-out polygons, and keeps the fewest that\n"
                "are within one standard error of the best: start from a generous list.",
                "中心落在样本面内的像元都是样本。报告中的精度来自按样本面分组的交叉验证，不会虚高。\n"
                "屏幕上列出各类在未参与训练的样本面上的正确率，以及只用一半样本面时的正确率：两者仍有差距，就值得增加样本面。\n"
                "随机森林适用于任意特征和类别分布；gauss（最大似然，各类先验概率相等）制图快得多。\n"
                "--select 逐轮去掉在留出样本面上最无用的特征，保留与最优相差不超过一个标准误的最少特征：宜从宽列表开始。" },
    .examples = "minescar train demo/image_2022.tif demo/training.gpkg model.msm --class-field code --report train.json\n"
                "minescar train t2016.tif t2018.tif training.gpkg model.msm --year 2016 --year 2018 --year-field year \\\n"
                "    --class-field code --bands blue:1,green:2,red:3,nir:7 --classes job.yaml\n"
                "minescar train demo/image_2022.tif demo/training.gpkg gauss.msm --class-field code --method gauss\n"
                "minescar train demo/image_2022.tif demo/training.gpkg model.msm --class-field code --dem demo/dem_2022.tif --select \\\n"
                "    --features bands,ndvi,ndwi,mean:5,std:5,open:60m,close:60m,slope,tpi:60m,depth:120m,rise:120m,floor:120m\n",
    .arguments = train_arguments, .options = train_options, .bytes = sizeof(train_call), .defaults = train_defaults, .run = run_train
};

/* ---- classify ---- */
#undef AT
#define AT(field) offsetof(msc_classify_options, field)
static const cli_argument classify_arguments[] = {
    { "IMAGE", AT(image.paths), AT(image.n_paths), 1, .help = { "image; several are mosaicked, a later one on top", "影像；多幅则镶嵌，后者在上" } },
    { "CLASSES", AT(classes), .help = { "output: class map, 0 = not observed", "输出：类别图，0 为未观测" } }, END
};
static const cli_option classify_options[] = {
    { "model", .kind = CLI_TEXT, .at = AT(model), .value = "FILE.msm", .help = { "the model (required)", "模型（必需）" } },
    { "confidence", .kind = CLI_TEXT, .at = AT(confidence), .value = "FILE", .help = { "output: the winner's share of the votes, or its probability, 0..100", "输出：得票率或概率 0..100" } },
    { "posterior", .kind = CLI_TEXT, .at = AT(posterior), .value = "FILE",
      .help = { "output: code and share (0..255 = 0..1) of the three most probable classes, 6 bands", "输出：概率最高的三个类别的代码和占比（0..255 = 0..1），6 个波段" } },
    { "all-trees", .kind = CLI_FLAG, .at = AT(all_trees),
      .help = { "ask every tree about every pixel; without it a pixel on whose class the first 20 trees agree is settled", "每个像元都询问全部树；默认前 20 棵树意见一致的像元即定类" } },
    { "smooth", .kind = CLI_INT, .at = AT(smooth), .low = 0, .high = 4, .value = "N",
      .help = { "weight of the surroundings of a pixel beside its own; 0: each pixel by itself", "邻域相对像元自身的权重；0：逐像元分类" } },
    { "smooth-px", .kind = CLI_INT, .at = AT(smooth_px), .low = 0, .high = 15, .value = "SIDE",
      .help = { "odd side of the surroundings, 3..15; 0: 9, or what spans 25 m, at least 3", "邻域边长（奇数像元，3..15）；0：9，或不超过 25 m，至少 3" } },
    { "objects", .kind = CLI_INT, .at = AT(objects), .low = 0, .high = 4, .value = "N",
      .help = { "weight of the object in the image that a pixel lies in beside its own; 0: no objects; default: 2 without --dem, else 0; pixels up to 5 m, with --smooth",
                "像元所在影像对象相对像元自身的权重；0：不用对象；默认无 --dem 时为 2，否则为 0；须像元不大于 5 m 且有 --smooth" } },
    { "bands", .kind = CLI_TEXT, .at = AT(image.bands), .value = "blue:1,nir:4", .help = { "band names; default: from the file, else by count", "波段名称；默认取自文件或按波段数" } },
    { "nodata", .kind = CLI_TEXT, .at = AT(image.nodata), .value = "VALUE", .help = { "auto, none, a value, or edge:VALUE", "auto、none、数值或 edge:数值" } },
    { "mask", .kind = CLI_TEXT, .at = AT(image.mask), .value = "FILE", .help = { "raster, 0 = not observed", "掩膜栅格，0 为未观测" } },
    { "shift", .kind = CLI_TEXTS, .at = AT(image.shifts), .count_at = AT(image.n_shifts), .value = "REPORT.json",
      .help = { "report of shift with IMAGE as BEFORE: moves IMAGE onto the later image; repeat for a chain of years", "IMAGE 为 BEFORE 的 shift 报告：将 IMAGE 移到后一期影像上；多期可重复" } },
    { "dem", .kind = CLI_TEXT, .at = AT(image.dem), .value = "FILE", .help = { "elevation raster, any grid", "高程栅格，网格不限" } },
    { "sun", .kind = CLI_TEXT, .at = AT(image.sun), .value = "AZIMUTH,ELEVATION",
      .help = { "where the sun stood, degrees clockwise from north and above the horizon; default: the image's metadata", "太阳方位角（自北顺时针）和高度角，度；默认取自影像元数据" } },
    { "radiometry", .kind = CLI_TEXT, .at = AT(image.radiometry), .value = "FILE.json", .help = { "report of irmad with IMAGE as AFTER: apply its gains", "以 IMAGE 为 AFTER 的 irmad 报告：采用其增益" } },
    { "seamlines", .kind = CLI_TEXT, .at = AT(image.seamlines), .value = "FILE", .help = { "the polygons that irmad was given", "irmad 所用的各景面" } },
    { "grid-like", .kind = CLI_TEXT, .at = AT(grid_like), .value = "FILE", .help = { "use this raster's grid; default: IMAGE's", "采用此栅格的网格；默认 IMAGE 的网格" } },
    { "margin-m", .kind = CLI_REAL, .at = AT(margin_m), .low = 0, .high = 1e5, .value = "M",
      .help = { "round clouds (masked classes so named) this is not observed either; default: 24 m, 3..64 px", "云（名称含“云”或 cloud 的掩膜类别）周围此距离内也按未观测处理；默认 24 m，3..64 像元" } },
    { "reason", .kind = CLI_TEXT, .at = AT(reason), .value = "FILE",
      .help = { "output: why not observed: 3 masked class, 4 margin of a cloud, 5 no elevation, 0 else", "输出：未观测的原因：3 掩膜类别，4 云周边，5 无高程，其余为 0" } },
    { "keep-masked", .kind = CLI_FLAG, .at = AT(keep_masked), .help = { "masked classes keep their codes instead of 0", "掩膜类别保留代码，不置 0" } },
    { "run-id", .kind = CLI_TEXT, .at = AT(run_id), .value = "TEXT", .help = { "written into the outputs' metadata", "写入输出元数据" } },
    END
};
static void classify_defaults(void *call) { msc_classify_defaults(call); }
static msc_status run_classify(cli_common *common, cli_lang lang, void *call, msc_error *err)
{
    const msc_classify_options *o = call;
    if (!o->model) return msc_fail(err, MSC_EUSAGE, "--model", "%s", cli_say(lang, (cli_words){ "required", "必须给出" }));
    return msc_classify(&common->settings, o, err);
}
const cli_command cli_classify = {
    .name = "classify", .summary = { "Map classes and confidence with a model", "用模型生成类别图和置信度" },
    .detail = { "Class map and confidence come from one pass over the image. The model refuses bands that it does not know.",
                "一次读取影像即得类别图和置信度。模型拒绝其不认识的波段。" },
    .examples = "minescar classify demo/image_2024.tif classes_2024.tif --model model.msm --confidence confidence_2024.tif\n"
                "minescar classify west.tif east.tif classes.tif --model model.msm --bands blue:1,green:2,red:3,nir:4 --nodata edge:0\n",
    .arguments = classify_arguments, .options = classify_options, .bytes = sizeof(msc_classify_options),
    .defaults = classify_defaults, .run = run_classify
};
