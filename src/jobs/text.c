/* text.c - sheets of facts, and the texts that commands hand out. */
#include "base/mem.h"
#include "jobs/sheet.h"
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct msc_sheet {
    struct json_object *root, *section;
    char *text;
    size_t n, capacity;
    int is_json, is_chinese, is_short_of_memory;
};

/* Chinese for the keys, which in English are their own words. */
static const char *const chinese[][2] = {
    { "width_px", "宽（像元）" }, { "height_px", "高（像元）" }, { "crs", "坐标系" }, { "pixel", "像元大小" },
    { "pixel_m2", "像元面积（m²）" }, { "pixel_ratio", "像元大小之比" }, { "extent", "范围" }, { "format", "格式" },
    { "file_bytes", "文件大小" }, { "type", "数据类型" }, { "blocks", "分块" }, { "rotated", "旋转" },
    { "n_bands", "波段数" }, { "bands", "波段" }, { "nodata", "无效值" }, { "overlap", "重叠" },
    { "verdict", "能否比较" }, { "grid", "网格" }, { "date", "日期" }, { "image", "影像" },
    { "mask", "掩膜" }, { "dem", "高程" }, { "dem_overlap", "高程重叠" }, { "resampling", "重采样" }, { "tile_px", "瓦片（像元）" },
    { "n_tiles", "瓦片数" }, { "tile_bytes", "瓦片内存" }, { "path", "路径" }, { "n_features", "要素数" },
    { "n_on_grid", "在网格内" }, { "n_skipped", "略去" }, { "directory", "目录" }, { "disk_bytes", "所需磁盘" },
    { "disk_free_bytes", "可用磁盘" }, { "deliver", "交付格式" }, { "threads", "线程" }, { "memory_bytes", "内存上限" },
    { "time_s", "时间" }, { "displacement", "错位" }, { "median_dx_px", "错位：向右" }, { "median_dy_px", "错位：向下" },
    { "rmse_before_px", "错位均方根" }, { "rmse_px", "去除平滑场后" }, { "alignment", "配准" }, { "complete", "运行完成" }, { "job_file", "任务文件" }, { "inputs", "输入" },
    { "hash", "哈希" }, { "codes", "代码" }, { "table", "转移矩阵" }, { "valid", "几何有效" },
    { "overlaps", "无重叠" }, { "numbers", "编号" }, { "areas", "面积属性" }, { "area_sum", "面积合计" },
    { "places", "定位点" }, { "run_id", "运行标识" }, { "lineage", "沿革" }, { "beside", "相邻关系" }, { "same_in_formats", "各格式一致" },
    { "n_checks", "检查项" }, { "zones_sum", "分区合计" }, { "zones", "分区" },
    { "encoding", "编码" }, { "kinds", "变化类型" }, { "same_as_map", "与变化图一致" }, { "grades", "变化等级" }, { "grade_map", "等级图" },
    { "accepted", "接受的变化" }, { "n_failed", "不通过" }, { "min_confidence", "最低置信度" }, { "edge_tolerance_px", "边缘容差（像元）" },
    { "shift_quantile", "错位分位数" }, { "change_rate", "预期变化率" }, { "evidence_weak", "证据中立" }, { "evidence_sure", "证据确凿" },
    { "smooth", "平滑轮数" }, { "objects", "影像对象" }, { "all_trees", "全部树投票" }, { "by_region", "整片判定" }, { "site_m", "场地范围" },
    { "n_impossible", "不可能的转变" }, { "result", "结论" },
    { "design", "抽样方法" }, { "n_points", "样点数" }, { "step_px", "间隔（像元）" },
    { "area_ha", "面积（公顷）" }, { "not_observed_ha", "未观测（公顷）" }, { "excluded_ha", "已排除（公顷）" },
    { "expected_accuracy", "预期总体精度" }, { "expected_area", "预期目标面积" }, { "with_one_miss", "若漏判一点" },
    { "change_polygons", "变化图斑" }, { "accepted_ha", "接受的变化（公顷）" }, { "gained_ha", "新增损毁（公顷）" }, { "lost_ha", "恢复（公顷）" },
    { "turned_ha", "损毁类间转变（公顷）" }, { "acceptance", "验收" }, { "other_ha", "其他地类变化（公顷）" }, { "labels_differ_ha", "类别不同（公顷）" }, { "overall_accuracy", "总体精度" },
    { "right_at_unseen", "未见样本面正确率" }, { "right_by_half", "用一半样本面" }, { "never_mapped", "无样本、不会出现" },
    { "miss_in", "漏判所在层" }, { "unseen_up_to", "漏判上限" }, { "pixels", "像元数" }, { "conjecture", "假定精度" },
};

void msc_text_free(char **text)
{
    if (!text) return;
    msc_release(*text);
    *text = NULL;
}

msc_status msc_sheet_new(const msc_settings *settings, int as_json, msc_sheet **sheet, msc_error *err)
{
    msc_sheet *made = msc_alloc_zero(1, sizeof *made);
    struct json_object *root = made ? json_object_new_object() : NULL;
    if (!root) {
        msc_release(made);
        return msc_fail(err, MSC_ENOMEM, "", "sheet");
    }
    made->root = root;
    made->is_json = as_json != 0;
    made->is_chinese = !as_json && settings->lang && strcmp(settings->lang, "zh") == 0;
    *sheet = made;
    return MSC_OK;
}

void msc_sheet_free(msc_sheet **sheet)
{
    if (!sheet || !*sheet) return;
    json_object_put((*sheet)->root);
    msc_release((*sheet)->text);
    msc_release(*sheet);
    *sheet = NULL;
}

const char *msc_sheet_words(const msc_sheet *s, const char *en, const char *zh) { return s->is_chinese ? zh : en; }

static void add_line(msc_sheet *s, const char *line)
{
    const size_t n = strlen(line);
    if (!msc_reserve((void **)(void *)&s->text, &s->capacity, s->n + n + 1, 1)) {
        s->is_short_of_memory = 1;
        return;
    }
    memcpy(s->text + s->n, line, n + 1);
    s->n += n;
}

/* Takes `value` whether or not it can be added. */
static void add_value(msc_sheet *s, struct json_object *to, const char *key, struct json_object *value)
{
    if (value && to && json_object_object_add(to, key, value) == 0) return;
    json_object_put(value);
    s->is_short_of_memory = 1;
}

void msc_sheet_section(msc_sheet *s, const char *group, const char *name)
{
    char line[4200];
    struct json_object *list = NULL;
    if (!json_object_object_get_ex(s->root, group, &list)) {
        list = json_object_new_array();
        add_value(s, s->root, group, list);
    }
    if (s->is_short_of_memory) return;
    s->section = json_object_new_object();
    if (!s->section || json_object_array_add(list, s->section) != 0) {
        json_object_put(s->section);
        s->section = NULL;
        s->is_short_of_memory = 1;
        return;
    }
    add_value(s, s->section, "name", json_object_new_string(name));
    snprintf(line, sizeof line, "%s%s\n", s->n ? "\n" : "", name);
    add_line(s, line);
}

static void label_of(const msc_sheet *s, const char *key, char *label, size_t size)
{
    snprintf(label, size, "%s", key);
    for (char *c = label; *c; c++)
        if (*c == '_') *c = ' ';
    for (size_t i = 0; s->is_chinese && i < sizeof chinese / sizeof *chinese; i++)
        if (strcmp(key, chinese[i][0]) == 0) snprintf(label, size, "%s", chinese[i][1]);
}

/* On a terminal: characters of three bytes, as Chinese ones are, take two columns. */
static int columns_of(const char *label)
{
    int n = 0;
    for (const char *c = label; *c; c++) n += (*c & 0xc0) == 0x80 ? 0 : (*c & 0xf0) == 0xe0 ? 2 : 1;
    return n;
}

enum { LABEL_COLUMNS = 16 };

static void add_fact(msc_sheet *s, const char *key, struct json_object *value, const char *words)
{
    char label[64], line[4400];
    add_value(s, s->section, key, value);
    label_of(s, key, label, sizeof label);
    const int n_columns = columns_of(label);
    snprintf(line, sizeof line, "  %s%*s %s\n", label, n_columns < LABEL_COLUMNS ? LABEL_COLUMNS - n_columns : 0, "", words);
    add_line(s, line);
}

void msc_sheet_text(msc_sheet *s, const char *key, const char *fmt, ...)
{
    char words[4200];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(words, sizeof words, fmt, ap);
    va_end(ap);
    add_fact(s, key, json_object_new_string(words), words);
}

void msc_sheet_number(msc_sheet *s, const char *key, double value, const char *fmt, ...)
{
    char words[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(words, sizeof words, fmt, ap);
    va_end(ap);
    const int is_whole = value > -9e15 && value < 9e15 && value == (double)(int64_t)value;
    add_fact(s, key, is_whole ? json_object_new_int64((int64_t)value) : json_object_new_double(value), words);
}

msc_status msc_sheet_finish(const msc_sheet *s, char **text, msc_error *err)
{
    if (s->is_short_of_memory) return msc_fail(err, MSC_ENOMEM, "", "sheet");
    const char *found = s->is_json ? json_object_to_json_string_ext(s->root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE) : s->text;
    const size_t n = found ? strlen(found) : 0;
    char *copy = msc_alloc_zero(n + 2, 1);
    if (!copy) return msc_fail(err, MSC_ENOMEM, "", "sheet");
    if (n) memcpy(copy, found, n);
    if (s->is_json) copy[n] = '\n';
    *text = copy;
    return MSC_OK;
}
