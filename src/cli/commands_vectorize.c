/* commands_vectorize.c - vectorize: polygons of a map. */
#include "cli/commands.h"
#include "base/mem.h"
#include "jobs/job.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define END { 0 }

typedef struct vectorize_call {
    msc_vectorize_options options;
    const char *patches, *job;
    const char *const *also, *const *zones;
    int n_also, n_zones;
    int is_change, is_classes;
} vectorize_call;
#define AT(field) offsetof(vectorize_call, field)
static const cli_argument vectorize_arguments[] = {
    { "RASTER", AT(options.raster), .help = { "class map, or change map (UInt16)", "类别图，或变化图（UInt16）" } },
    { "PATCHES", AT(patches), .help = { "output: shp, gpkg, fgb, geojson, kml or csv by its extension", "输出：按扩展名为 shp、gpkg、fgb、geojson、kml 或 csv" } }, END
};
static const cli_option vectorize_options[] = {
    { "also", .kind = CLI_TEXTS, .at = AT(also), .count_at = AT(n_also), .value = "FILE", .help = { "the same patches in one more format", "同样的图斑再写一种格式" } },
    { "confidence", .kind = CLI_TEXT, .at = AT(options.confidence), .value = "FILE", .help = { "confidence raster on the same grid, for ZXD", "同网格置信度栅格，用于 ZXD" } },
    { "confidence-before", .kind = CLI_TEXT, .at = AT(options.confidence_before), .value = "FILE", .help = { "change maps: confidence of the earlier year", "变化图：前一期置信度" } },
    { "grade", .kind = CLI_TEXT, .at = AT(options.grade), .value = "FILE", .help = { "change maps: grade raster on the same grid, for BHDJ", "变化图：同网格等级栅格，用于 BHDJ" } },
    { "grades", .kind = CLI_TEXT, .at = AT(options.grades), .value = "A|B", .help = { "with --grade: only patches of this grade", "与 --grade 合用：只要此等级的图斑" } },
    { "earlier", .kind = CLI_TEXT, .at = AT(options.earlier), .value = "FILE", .help = { "patches of the year before, for QTBBH: those that each patch continues", "前一年的图斑，用于 QTBBH：各图斑所延续的图斑" } },
    { "later", .kind = CLI_TEXT, .at = AT(options.later), .value = "FILE", .help = { "change maps: patches of the later year; damage that ended beside one of them shrank, elsewhere it was restored", "变化图：后一年的图斑；其旁消失的损毁为缩小，他处为恢复" } },
    { "reach-px", .kind = CLI_REAL, .at = AT(options.reach_px), .low = 0, .high = 64, .value = "PX", .help = { "change maps: new damage within so much of an earlier patch extends it", "变化图：新增损毁与前期图斑的距离在此之内为扩大" } },
    { "dem", .kind = CLI_TEXT, .at = AT(options.dem), .value = "FILE", .help = { "elevations in m, for the surface area BMMJ", "高程（米），用于表面面积 BMMJ" } },
    { "simplify-m", .kind = CLI_REAL, .at = AT(options.simplify_m), .low = 0, .high = 1e5, .value = "M", .help = { "simplify shared boundaries by this much; 0: pixel edges", "公共边界简化容差（米）；0：保留像元边" } },
    { "mmu-m2", .kind = CLI_REAL, .at = AT(options.mmu_m2), .low = 0, .high = 1e15, .value = "A", .help = { "leave out smaller patches, and count them", "略去更小的图斑并计数" } },
    { "connectivity", .kind = CLI_INT, .at = AT(options.connectivity), .low = 4, .high = 8, .value = "4|8", .help = { "4: pixels join by sides; 8: by corners as well", "4：边相邻；8：角也相邻" } },
    { "skip", .kind = CLI_INTS, .at = AT(options.skip), .count_at = AT(options.n_skip), .low = 0, .high = 65535, .value = "VALUE", .help = { "leave out this value", "略去此值" } },
    { "only", .kind = CLI_INTS, .at = AT(options.only), .count_at = AT(options.n_only), .low = 0, .high = 65535, .value = "CODE", .help = { "only this class code; change maps: before or after", "只要此类别代码；变化图：前类或后类" } },
    { "zones", .kind = CLI_TEXTS, .at = AT(zones), .count_at = AT(n_zones), .value = "FILE:FIELD",
      .help = { "zone names from this layer, into FIELD; NAME=FILE:FIELD into the field NAME, district= XZQMC, watershed= LYMC", "由此图层取分区名，写入同名字段；名称=文件:字段 写入该名称的字段，district= 写入 XZQMC，watershed= 写入 LYMC" } },
    { "classes", .kind = CLI_TEXT, .at = AT(job), .value = "JOB.yaml", .help = { "labels from this job file; default: from the raster", "标注取自此任务文件；默认取自栅格" } },
    { "change", .kind = CLI_FLAG, .at = AT(is_change), .help = { "RASTER is a change map; default: by its pixel type", "RASTER 是变化图；默认按像元类型判断" } },
    { "no-change", .kind = CLI_FLAG, .at = AT(is_classes), .help = { "RASTER is a class map", "RASTER 是类别图" } },
    { "year-before", .kind = CLI_INT, .at = AT(options.year_before), .low = 0, .high = 2199, .value = "YEAR", .help = { "earlier year, for patch numbers; 0: unknown", "前一期年份，用于图斑编号；0：未知" } },
    { "year-after", .kind = CLI_INT, .at = AT(options.year_after), .low = 0, .high = 2199, .value = "YEAR", .help = { "later (or only) year; 0: unknown", "后一期（或唯一）年份；0：未知" } },
    { "encoding", .kind = CLI_CHOICE, .at = AT(options.encoding), .choices = "GBK|UTF-8", .help = { "of shapefile attributes", "shapefile 属性编码" } },
    { "run-id", .kind = CLI_TEXT, .at = AT(options.run_id), .value = "TEXT", .help = { "written into SJJ", "写入 SJJ 字段" } },
    { "plain", .kind = CLI_FLAG, .at = AT(options.is_plain), .help = { "only the field DN, as gdal_polygonize writes; value 65535 makes no patch and is counted in a warning", "只写 DN 字段，同 gdal_polygonize；值 65535 不生成图斑，其像元数见警告" } },
    END
};
static void vectorize_defaults(void *call) { msc_vectorize_defaults(&((vectorize_call *)call)->options); }

msc_status cli_bind_zone(char *text, cli_lang lang, msc_zone *zone, msc_error *err)
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
    MSC_TRY(cli_check_connectivity(c->options.connectivity, err));
    const char **outputs = msc_alloc((size_t)c->n_also + 1, sizeof *outputs);
    msc_zone *zones = msc_alloc_zero((size_t)c->n_zones + 1, sizeof *zones);
    char **texts = msc_alloc_zero((size_t)c->n_zones + 1, sizeof *texts);
    msc_status status = outputs && zones && texts ? MSC_OK : msc_fail(err, MSC_ENOMEM, c->patches, "options");
    for (int i = 0; i < c->n_zones && status == MSC_OK; i++) {
        texts[i] = msc_copy_text(c->zones[i]);
        status = texts[i] ? cli_bind_zone(texts[i], lang, &zones[i], err) : msc_fail(err, MSC_ENOMEM, "--zones", "options");
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
