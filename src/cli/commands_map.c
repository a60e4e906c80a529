/* commands_map.c - change, sieve, vectorize, assess: from class maps to polygons and accuracies. */
#include "cli/commands.h"
#include "base/mem.h"
#include "jobs/job.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define END { 0 }
#define HUGE_M2 1e15
#define HUGE_PX 9e15

/* ---- change ---- */
#define AT(field) offsetof(msc_change_options, field)
static const cli_argument change_arguments[] = {
    { "BEFORE", AT(before), .help = { "class map of the earlier year", "前一期类别图" } },
    { "AFTER", AT(after), .help = { "class map of the later year, on the same grid", "后一期类别图，同一网格" } },
    { "CHANGE", AT(change), .help = { "output: before * 256 + after, 0 no change, 65535 not observed", "输出：前类*256+后类，0 无变化，65535 未观测" } }, END
};
static const cli_option change_options[] = {
    { "confidence-before", .kind = CLI_TEXT, .at = AT(confidence_before), .value = "FILE", .help = { "confidence of BEFORE", "BEFORE 的置信度" } },
    { "confidence-after", .kind = CLI_TEXT, .at = AT(confidence_after), .value = "FILE", .help = { "confidence of AFTER", "AFTER 的置信度" } },
    { "min-confidence", .kind = CLI_INT, .at = AT(min_confidence), .low = 0, .high = 100, .value = "N",
      .help = { "a change needs this confidence in both years", "两期置信度都达到此值才算变化" } },
    { "edge-tolerance-px", .kind = CLI_INT, .at = AT(edge_tolerance_px), .low = 0, .high = 16, .value = "PX",
      .help = { "slivers along class edges up to this width are no change; 0: off", "沿类别边界不超过此宽度的碎条不算变化；0：关闭" } },
    { "run-id", .kind = CLI_TEXT, .at = AT(run_id), .value = "TEXT", .help = { "written into the output's metadata", "写入输出元数据" } },
    END
};
static void change_defaults(void *call) { msc_change_defaults(call); }
static msc_status run_change(cli_common *common, cli_lang lang, void *call, msc_error *err)
{
    (void)lang;
    return msc_change(&common->settings, call, err);
}
const cli_command cli_change = {
    .name = "change", .summary = { "Compare two class maps", "比较两期类别图" },
    .detail = { "What is not observed in either year is not observed in the result, never 'no change'.", "任一期未观测的像元在结果中仍为未观测，绝不算作无变化。" },
    .examples = "minescar change classes_2022.tif classes_2024.tif change.tif\n"
                "minescar change classes_2022.tif classes_2024.tif change.tif --min-confidence 60 \\\n"
                "    --confidence-before confidence_2022.tif --confidence-after confidence_2024.tif\n",
    .arguments = change_arguments, .options = change_options, .bytes = sizeof(msc_change_options), .defaults = change_defaults, .run = run_change
};

/* ---- sieve ---- */
#undef AT
#define AT(field) offsetof(msc_sieve_options, field)
static const cli_argument sieve_arguments[] = {
    { "IN", AT(in), .help = { "class or change map", "类别图或变化图" } },
    { "OUT", AT(out), .help = { "output: no region under the unit but those without a neighbour", "输出：除无相邻者外没有小于最小单元的区域" } }, END
};
static const cli_option sieve_options[] = {
    { "mmu-m2", .kind = CLI_REAL, .at = AT(mmu_m2), .low = 0, .high = HUGE_M2, .value = "A", .help = { "minimum mapping unit, m2", "最小制图单元（平方米）" } },
    { "mmu-px", .kind = CLI_COUNT, .at = AT(mmu_px), .low = 0, .high = HUGE_PX, .value = "N", .help = { "the same in pixels", "同上，以像元计" } },
    { "connectivity", .kind = CLI_INT, .at = AT(connectivity), .low = 4, .high = 8, .value = "4|8", .help = { "4: pixels join by sides; 8: by corners as well", "4：边相邻；8：角也相邻" } },
    { "run-id", .kind = CLI_TEXT, .at = AT(run_id), .value = "TEXT", .help = { "written into the output's metadata", "写入输出元数据" } },
    END
};
static void sieve_defaults(void *call) { msc_sieve_defaults(call); }

static msc_status check_connectivity(int connectivity, msc_error *err)
{
    return connectivity == 4 || connectivity == 8 ? MSC_OK : msc_fail(err, MSC_EVALUE, "--connectivity", "'%d'; 4, 8", connectivity);
}

static msc_status run_sieve(cli_common *common, cli_lang lang, void *call, msc_error *err)
{
    const msc_sieve_options *o = call;
    msc_sieve_counts n = { 0 };
    char line[256], json[320];
    if (!(o->mmu_m2 > 0) == !(o->mmu_px > 0))
        return msc_fail(err, MSC_EUSAGE, "--mmu-m2, --mmu-px", "%s", cli_say(lang, (cli_words){ "one of the two is needed", "须给出其中一个" }));
    MSC_TRY(check_connectivity(o->connectivity, err));
    MSC_TRY(msc_sieve(&common->settings, o, &n, err));
    snprintf(line, sizeof line, cli_say(lang, (cli_words){
        "%" PRId64 " regions became %" PRId64 ": %" PRId64 " merged, %" PRId64 " small ones without a neighbour kept, %" PRId64 " pixels changed\n",
        "%" PRId64 " 个区域变为 %" PRId64 " 个：合并 %" PRId64 " 个，无相邻而保留 %" PRId64 " 个，改变 %" PRId64 " 个像元\n" }),
        n.n_regions_in, n.n_regions_out, n.n_merged, n.n_kept_alone, n.n_px_changed);
    snprintf(json, sizeof json, "{\"regions_in\": %" PRId64 ", \"regions_out\": %" PRId64 ", \"merged\": %" PRId64 ", \"kept_alone\": %" PRId64
             ", \"px_changed\": %" PRId64 "}\n", n.n_regions_in, n.n_regions_out, n.n_merged, n.n_kept_alone, n.n_px_changed);
    return cli_put_result(common, line, json, err);
}
const cli_command cli_sieve = {
    .name = "sieve", .summary = { "Merge regions under the minimum mapping unit into neighbours", "把小于最小制图单元的区域并入相邻区域" },
    .detail = { "The unit is a guarantee: afterwards no region is smaller, except ones with no neighbour to join. Nodata is kept.",
                "最小单元是保证：除无相邻可并者外，结果中没有更小的区域。无效值保持不变。" },
    .examples = "minescar sieve classes_2024.tif sieved.tif --mmu-m2 400\nminescar sieve change.tif sieved.tif --mmu-px 9 --connectivity 8\n",
    .arguments = sieve_arguments, .options = sieve_options, .bytes = sizeof(msc_sieve_options), .defaults = sieve_defaults, .run = run_sieve
};

/* ---- vectorize ---- */
typedef struct vectorize_call {
    msc_vectorize_options options;
    const char *patches, *job;
    const char *const *also, *const *zones;
    int n_also, n_zones;
    int is_change, is_classes;
} vectorize_call;
#undef AT
#define AT(field) offsetof(vectorize_call, field)
static const cli_argument vectorize_arguments[] = {
    { "RASTER", AT(options.raster), .help = { "class map (8 bit) or change map (16 bit)", "类别图（8 位）或变化图（16 位）" } },
    { "PATCHES", AT(patches), .help = { "output: shp, gpkg, fgb, geojson, kml or csv by its extension", "输出：按扩展名为 shp、gpkg、fgb、geojson、kml 或 csv" } }, END
};
static const cli_option vectorize_options[] = {
    { "also", .kind = CLI_TEXTS, .at = AT(also), .count_at = AT(n_also), .value = "FILE", .help = { "the same patches in one more format", "同样的图斑再写一种格式" } },
    { "confidence", .kind = CLI_TEXT, .at = AT(options.confidence), .value = "FILE", .help = { "confidence raster on the same grid, for ZXD", "同网格置信度栅格，用于 ZXD" } },
    { "confidence-before", .kind = CLI_TEXT, .at = AT(options.confidence_before), .value = "FILE", .help = { "change maps: confidence of the earlier year", "变化图：前一期置信度" } },
    { "simplify-m", .kind = CLI_REAL, .at = AT(options.simplify_m), .low = 0, .high = 1e5, .value = "M", .help = { "simplify shared boundaries by this much; 0: pixel edges", "公共边界简化容差（米）；0：保留像元边" } },
    { "mmu-m2", .kind = CLI_REAL, .at = AT(options.mmu_m2), .low = 0, .high = HUGE_M2, .value = "A", .help = { "leave out smaller patches, and count them", "略去更小的图斑并计数" } },
    { "connectivity", .kind = CLI_INT, .at = AT(options.connectivity), .low = 4, .high = 8, .value = "4|8", .help = { "4: pixels join by sides; 8: by corners as well", "4：边相邻；8：角也相邻" } },
    { "skip", .kind = CLI_INTS, .at = AT(options.skip), .count_at = AT(options.n_skip), .low = 0, .high = 65535, .value = "VALUE", .help = { "leave out this value", "略去此值" } },
    { "only", .kind = CLI_INTS, .at = AT(options.only), .count_at = AT(options.n_only), .low = 0, .high = 65535, .value = "CODE", .help = { "only this class code; change maps: before or after", "只要此类别代码；变化图：前类或后类" } },
    { "zones", .kind = CLI_TEXTS, .at = AT(zones), .count_at = AT(n_zones), .value = "FILE:FIELD",
      .help = { "zone names from this layer; district=FILE:FIELD names the field XZQMC, watershed= LYMC", "由此图层取分区名；district=文件:字段 写入 XZQMC，watershed= 写入 LYMC" } },
    { "classes", .kind = CLI_TEXT, .at = AT(job), .value = "JOB.yaml", .help = { "labels from this job file; default: from the raster", "标注取自此任务文件；默认取自栅格" } },
    { "change", .kind = CLI_FLAG, .at = AT(is_change), .help = { "RASTER is a change map; default: by its pixel type", "RASTER 是变化图；默认按像元类型判断" } },
    { "no-change", .kind = CLI_FLAG, .at = AT(is_classes), .help = { "RASTER is a class map", "RASTER 是类别图" } },
    { "year-before", .kind = CLI_INT, .at = AT(options.year_before), .low = 0, .high = 2199, .value = "YEAR", .help = { "earlier year, for patch numbers; 0: unknown", "前一期年份，用于图斑编号；0：未知" } },
    { "year-after", .kind = CLI_INT, .at = AT(options.year_after), .low = 0, .high = 2199, .value = "YEAR", .help = { "later (or only) year; 0: unknown", "后一期（或唯一）年份；0：未知" } },
    { "encoding", .kind = CLI_CHOICE, .at = AT(options.encoding), .choices = "GBK|UTF-8", .help = { "of shapefile attributes", "shapefile 属性编码" } },
    { "run-id", .kind = CLI_TEXT, .at = AT(options.run_id), .value = "TEXT", .help = { "written into SJJ", "写入 SJJ 字段" } },
    { "plain", .kind = CLI_FLAG, .at = AT(options.is_plain), .help = { "only the field DN, as gdal_polygonize writes", "只写 DN 字段，同 gdal_polygonize" } },
    END
};
static void vectorize_defaults(void *call) { msc_vectorize_defaults(&((vectorize_call *)call)->options); }

/* "[NAME=]FILE:FIELD" in place: the separators become ends. A name that is not given is the field's. */
static msc_status bind_zone(char *text, cli_lang lang, msc_zone *zone, msc_error *err)
{
    char *colon = strrchr(text, ':'), *equals = strchr(text, '=');
    if (!colon || colon == text || !colon[1])
        return msc_fail(err, MSC_EVALUE, "--zones", cli_say(lang, (cli_words){ "'%s'; FILE:FIELD", "“%s”；应为 文件:字段" }), text);
    *colon = 0;
    *zone = (msc_zone){ .name = colon + 1, .path = text, .field = colon + 1 };
    if (equals && equals < colon && equals > text && !memchr(text, '/', (size_t)(equals - text))) {
        *equals = 0;
        zone->name = text;
        zone->path = equals + 1;
    }
    return MSC_OK;
}

static msc_status put_vectorize_counts(const cli_common *common, cli_lang lang, const msc_vectorize_counts *n, msc_error *err)
{
    char line[320], json[400];
    snprintf(line, sizeof line, cli_say(lang, (cli_words){
        "%" PRId64 " patches, %.4f ha; %" PRId64 " under the unit left out (%" PRId64 " pixels)\n",
        "%" PRId64 " 个图斑，%.4f 公顷；略去 %" PRId64 " 个小于最小单元者（%" PRId64 " 像元）\n" }), n->n_patches, n->area_m2 / 1e4, n->n_dropped, n->n_px_dropped);
    snprintf(json, sizeof json, "{\"patches\": %" PRId64 ", \"dropped\": %" PRId64 ", \"px\": %" PRId64 ", \"px_dropped\": %" PRId64
             ", \"vertices\": %" PRId64 ", \"area_px_m2\": %.17g, \"area_m2\": %.17g}\n", n->n_patches, n->n_dropped, n->n_px, n->n_px_dropped,
             n->n_vertices, n->area_px_m2, n->area_m2);
    return cli_put_result(common, line, json, err);
}

static msc_status run_vectorize(cli_common *common, cli_lang lang, void *call, msc_error *err)
{
    vectorize_call *c = call;
    msc_job *job = NULL;
    msc_vectorize_counts counts = { 0 };
    MSC_TRY(check_connectivity(c->options.connectivity, err));
    const char **outputs = msc_alloc((size_t)c->n_also + 1, sizeof *outputs);
    msc_zone *zones = msc_alloc_zero((size_t)c->n_zones + 1, sizeof *zones);
    char **texts = msc_alloc_zero((size_t)c->n_zones + 1, sizeof *texts);
    msc_status status = outputs && zones && texts ? MSC_OK : msc_fail(err, MSC_ENOMEM, c->patches, "options");
    for (int i = 0; i < c->n_zones && status == MSC_OK; i++) {
        texts[i] = msc_copy_text(c->zones[i]);
        status = texts[i] ? bind_zone(texts[i], lang, &zones[i], err) : msc_fail(err, MSC_ENOMEM, "--zones", "options");
    }
    if (status == MSC_OK && c->job) status = msc_job_read(c->job, &job, err);
    if (status != MSC_OK) goto done;
    outputs[0] = c->patches;
    for (int i = 0; i < c->n_also; i++) outputs[i + 1] = c->also[i];
    c->options.patches = outputs;
    c->options.n_patches = c->n_also + 1;
    c->options.zones = zones;
    c->options.n_zones = c->n_zones;
    c->options.classes = job ? job->classes : NULL;
    c->options.n_classes = job ? job->n_classes : 0;
    c->options.is_change = c->is_change ? 1 : c->is_classes ? 0 : -1;
    status = msc_vectorize(&common->settings, &c->options, &counts, err);
    if (status == MSC_OK) status = put_vectorize_counts(common, lang, &counts, err);
done:
    msc_job_free(&job);
    for (int i = 0; texts && i < c->n_zones; i++) msc_release(texts[i]);
    msc_release(texts);
    msc_release(zones);
    msc_release(outputs);
    return status;
}
const cli_command cli_vectorize = {
    .name = "vectorize", .summary = { "Make polygons (patches) of a class or change map", "把类别图或变化图转为图斑" },
    .detail = { "Polygons are valid, neither overlap nor leave gaps, and their areas sum to pixels times pixel area.\n"
                "The fields are those of docs/FORMATS.md.",
                "多边形有效，不重叠、无缝隙，面积之和等于像元数乘以像元面积。字段见 docs/FORMATS.md。" },
    .examples = "minescar vectorize change.tif changes.gpkg --mmu-m2 400 --simplify-m 2 --year-before 2022 --year-after 2024\n"
                "minescar vectorize classes_2024.tif patches.shp --only 1 --only 2 --zones district=districts.gpkg:NAME --also patches.gpkg\n",
    .arguments = vectorize_arguments, .options = vectorize_options, .bytes = sizeof(vectorize_call), .defaults = vectorize_defaults, .run = run_vectorize
};
