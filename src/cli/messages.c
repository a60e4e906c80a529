/* messages.c - the words of every status, and how they become one line. */
#include "cli/messages.h"
#include <stdio.h>
#include <string.h>

typedef struct message { cli_words found, remedy; } message;

static const message messages[MSC_N_STATUS] = {
    [MSC_ECHECK] = { { "a check did not hold", "检查未通过" },
                     { "Look at the report, correct the input or the limit", "请查看报告，修正输入或限值" } },
    [MSC_ESHIFT] = { { "the two images lie too far apart", "两期影像错位过大" },
                     { "Register one to the other, or set alignment: {mode: resample} or a higher refuse_px in the job file",
                       "请先配准影像，或在任务文件中设置 alignment: {mode: resample}，或提高 refuse_px" } },
    [MSC_EUSAGE] = { { "the command line is not understood", "命令行有误" },
                     { "Run 'minescar COMMAND --help'", "请运行“minescar 命令 --help”" } },
    [MSC_EVALUE] = { { "this value cannot be used", "该值不可用" },
                     { "Give one that can; --help tells the range and the default", "请换一个值；--help 列出范围和默认值" } },
    [MSC_EJOB] = { { "the job file has a mistake", "任务文件有误" },
                   { "Correct that line; docs/FORMATS.md lists all keys", "请改正该行；全部键名见 docs/FORMATS.md" } },
    [MSC_ENOFILE] = { { "cannot be opened", "无法打开" },
                      { "Check the path and the permissions", "请检查路径和读取权限" } },
    [MSC_EFORMAT] = { { "is not of a kind that can be read", "不是可读取的格式" },
                      { "Convert an image with gdal_translate, a layer with ogr2ogr; have any other file written anew by what made it",
                        "影像请用 gdal_translate 转换，矢量请用 ogr2ogr 转换；其他文件请由生成它的程序重新生成" } },
    [MSC_EREAD] = { { "is damaged and cannot be read", "文件损坏，无法读取" },
                    { "Copy the file again from its source, and test it with gdalinfo -checksum", "请从来源重新拷贝，并用 gdalinfo -checksum 检验" } },
    [MSC_ECRS] = { { "the coordinate system is missing or cannot be used", "缺少坐标系或坐标系不可用" },
                   { "Assign the right one with gdal_edit.py -a_srs or ogr2ogr -a_srs", "请用 gdal_edit.py -a_srs 或 ogr2ogr -a_srs 指定正确的坐标系" } },
    [MSC_EGRID] = { { "the grid does not match", "栅格网格不一致" },
                    { "Bring both onto one grid: grid in the job file, --grid-like, or gdalwarp", "请统一网格：任务文件的 grid、--grid-like 或 gdalwarp" } },
    [MSC_EOVERLAP] = { { "there is no overlap", "范围没有重叠" },
                       { "Check that both lie in the same area and have the right coordinate system", "请检查两者是否在同一区域、坐标系是否正确" } },
    [MSC_EBAND] = { { "the bands do not fit", "波段不符" },
                    { "Name them: --bands blue:1,green:2,red:3,nir:4, or bands in the job file", "请指明波段：--bands blue:1,green:2,red:3,nir:4，或任务文件的 bands" } },
    [MSC_ETRAIN] = { { "there is no training pixel", "没有训练像元" },
                     { "Check that the polygons lie on observed pixels, and the class and year fields", "请检查样本是否落在有效像元上，以及类别和年份字段" } },
    [MSC_EONECLASS] = { { "the training pixels are of one class only", "训练像元只有一个类别" },
                        { "Add polygons of at least one other class", "请至少再补充一个类别的样本" } },
    [MSC_ENODATA] = { { "there is no observed pixel", "没有任何有效像元" },
                      { "Check the nodata value (--nodata) and the mask", "请检查无效值（--nodata）和掩膜" } },
    [MSC_EMODEL] = { { "is not a whole model of this version", "模型文件损坏或版本不符" },
                     { "Train it again with 'minescar train'", "请用 minescar train 重新训练" } },
    [MSC_EMODELBANDS] = { { "the model was trained with other bands", "模型的训练波段与影像不符" },
                          { "Name the image's bands, or train a model for it", "请指明影像波段，或为其重新训练模型" } },
    [MSC_EFIELD] = { { "the field is missing or of the wrong type", "字段缺失或类型不符" },
                     { "List the fields with ogrinfo -so, then name the right one", "请用 ogrinfo -so 查看字段后指定正确的字段" } },
    [MSC_ETEXT] = { { "a text does not fit its field", "文本无法写入字段" },
                    { "Shorten it, or choose another encoding or format (encoding, deliver in the job file)", "请缩短文本，或改用其他编码或格式（任务文件的 encoding、deliver）" } },
    [MSC_EEXISTS] = { { "exists already", "输出已存在" },
                      { "Choose another name, or add --overwrite", "请换一个名称，或加 --overwrite" } },
    [MSC_EWRITE] = { { "cannot be written", "无法写入" },
                     { "Check that the directory exists and the format can hold the result", "请检查目录是否存在、格式能否容纳结果" } },
    [MSC_ENOSPACE] = { { "the disk is full", "磁盘已满" },
                       { "Make room, or choose another output or --tmpdir", "请腾出空间，或更换输出目录或 --tmpdir" } },
    [MSC_EPERM] = { { "no permission to write there", "没有写入权限" },
                    { "Change the permissions, or choose another directory", "请修改权限，或换一个目录" } },
    [MSC_EBUSY] = { { "is in use", "正被占用" },
                    { "Wait until that has ended, or choose another output directory", "请等其结束，或换一个输出目录" } },
    [MSC_EMEMCAP] = { { "the memory cap is too small for this work", "内存上限不足以完成此任务" },
                      { "Raise --memory, or use fewer --threads", "请增大 --memory，或减少 --threads" } },
    [MSC_ENOMEM] = { { "the machine has no memory left", "机器内存不足" },
                     { "Close other programs, or lower --memory and --threads", "请关闭其他程序，或减小 --memory 和 --threads" } },
    [MSC_ECANCELLED] = { { "stopped before the end", "已中途停止" },
                         { "Nothing incomplete was left; run the same command again", "没有留下不完整的文件；再次运行同一命令即可" } },
    [MSC_EBUG] = { { "a fault of the program", "程序内部错误" },
                   { "Please report it with this line and the command", "请将此行和所用命令报告给开发者" } },
    [MSC_WNODEM] = { { "features that need a DEM are left out", "没有高程数据，地形特征已略去" }, { "", "" } },
    [MSC_WDEMGAP] = { { "the DEM does not cover all of the image", "DEM 未覆盖整幅影像" },
                      { "Where features need an elevation and there is none, nothing is observed: give a DEM that covers the image, or none",
                        "地形特征缺少高程之处一律按未观测处理：请提供完整覆盖影像的 DEM，或不用 DEM" } },
    [MSC_WBANDORDER] = { { "band names were assumed", "波段名称系推定" }, { "Name them with --bands to be sure", "请用 --bands 明确指定" } },
    [MSC_WBANDSANE] = { { "the band order looks wrong", "波段顺序可能有误" }, { "Check --bands", "请检查 --bands" } },
    [MSC_WNONIR] = { { "no near-infrared band, vegetation indices are left out", "没有近红外波段，植被指数已略去" }, { "", "" } },
    [MSC_WDROPPED] = { { "something was left out", "有内容被略去" }, { "", "" } },
    [MSC_WREPAIRED] = { { "something was repaired", "有内容被修复" }, { "", "" } },
    [MSC_WSHIFT] = { { "the two images do not lie on each other well", "两期影像未精确对齐" },
                     { "alignment: {mode: resample} in the job file brings the older one onto the newer", "可在任务文件中设置 alignment: {mode: resample}，将旧影像重采样到新影像" } },
    [MSC_WNOSHIFT] = { { "how the two images lie on each other could not be measured", "两期影像的错位未能测量" },
                       { "Check that they overlap, that the bands are named rightly, and how much is cloud, water or nodata", "请检查两期影像是否重叠、波段是否指明正确，以及云、水面和无效区的多少" } },
    [MSC_WOTHER] = { { "note", "注意" }, { "", "" } },
};

/* A line stays a line whatever a library or a file name holds. */
static void flatten(char *line)
{
    for (; *line; line++)
        if ((unsigned char)*line < 32 || *line == 127) *line = ' ';
}

static const message *message_of(msc_status status)
{
    return status > MSC_OK && status < MSC_N_STATUS && messages[status].found.en ? &messages[status] : &messages[MSC_EBUG];
}

/* The sentence after the head: "<subject>: <found> (<detail>). <remedy>"; a note is its detail. */
static void put_line(const char *head, const msc_error *err, cli_lang lang, char *line, size_t size)
{
    const message *m = message_of(err->status);
    char detail[sizeof err->detail];
    snprintf(detail, sizeof detail, "%s", err->detail);
    size_t n = strlen(detail);
    while (n && (strchr(". \n\r", detail[n - 1]))) detail[--n] = 0;
    const char *remedy = cli_say(lang, m->remedy), *stop = lang == CLI_ZH ? "。" : ".";
    const int is_note = err->status == MSC_WOTHER && *detail, is_beside = *detail && !is_note;
    snprintf(line, size, "%s%s%s%s%s%s%s%s%s%s%s", head, err->subject, *err->subject ? ": " : "", is_note ? detail : cli_say(lang, m->found),
             !is_beside ? "" : lang == CLI_ZH ? "（" : " (", is_beside ? detail : "", !is_beside ? "" : lang == CLI_ZH ? "）" : ")", stop,
             *remedy && lang == CLI_EN ? " " : "", remedy, *remedy ? stop : "");
    flatten(line);
}

void cli_error_line(const msc_error *err, cli_lang lang, int exit_code, char *line, size_t size)
{
    char head[32];
    snprintf(head, sizeof head, "%s %d: ", lang == CLI_ZH ? "错误" : "ERROR",
             exit_code >= 0 ? exit_code : msc_status_exit_code(err->status));
    put_line(head, err, lang, line, size);
}

void cli_warning_line(const msc_error *what, cli_lang lang, char *line, size_t size)
{
    put_line(lang == CLI_ZH ? "警告: " : "Warning: ", what, lang, line, size);
}

/* Bytes of the UTF-8 character that begins at s; 0 when it is none. */
static int utf8_bytes(const unsigned char *s)
{
    const int n = s[0] < 0x80 ? 1 : s[0] >= 0xc2 && s[0] < 0xe0 ? 2 : s[0] >= 0xe0 && s[0] < 0xf0 ? 3 : s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : 0;
    for (int i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80) return 0;
    return n;
}

void cli_json_escape(const char *text, char *out, size_t size)
{
    size_t used = 0;
    for (const unsigned char *s = (const unsigned char *)text; *s && used + 8 < size;) {
        const int n = utf8_bytes(s);
        if (n == 0) out[used++] = '?';
        else if (*s == '"' || *s == '\\') {
            out[used++] = '\\';
            out[used++] = (char)*s;
        } else if (*s < 32) used += (size_t)snprintf(out + used, size - used, "\\u%04x", *s);
        else for (int i = 0; i < n; i++) out[used++] = (char)s[i];
        s += n ? n : 1;
    }
    out[used] = 0;
}
