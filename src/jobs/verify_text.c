/* verify_text.c - the encoding of delivered tables: what the .cpg says, and what the bytes are. */
#include "jobs/verify.h"
#include "base/mem.h"
#include "io/layer_files.h"
#include "io/layer_text.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { BLOCK_BYTES = 1 << 20, DBF_HEAD = 32, DBF_FIELD = 32, MAX_FIELDS = 256, MAX_RECORD = 1 << 16 };

/* A dBASE III table as its header tells. */
typedef struct dbf {
    FILE *file;
    uint32_t n_rows;
    size_t head_bytes, row_bytes;
    int n_fields, is_named_in_ascii;
    struct dbf_field { char name[12]; size_t at, n; int is_text; } field[MAX_FIELDS];
} dbf;

static uint32_t little(const uint8_t *p, int n)
{
    uint32_t value = 0;
    while (n-- > 0) value = value << 8 | p[n];
    return value;
}

static int read_head(dbf *t)
{
    uint8_t head[DBF_HEAD], one[DBF_FIELD];
    if (fread(head, 1, sizeof head, t->file) != sizeof head) return 0;
    t->n_rows = little(head + 4, 4);
    t->head_bytes = little(head + 8, 2);
    t->row_bytes = little(head + 10, 2);
    t->is_named_in_ascii = 1;
    size_t at = 1;               /* behind the mark of deletion */
    for (size_t k = DBF_HEAD; k + DBF_FIELD < t->head_bytes && t->n_fields < MAX_FIELDS; k += DBF_FIELD) {
        struct dbf_field *f = &t->field[t->n_fields];
        if (fread(one, 1, sizeof one, t->file) != sizeof one) return 0;
        if (one[0] == '\r') break;
        memcpy(f->name, one, 11);
        f->n = one[16];
        f->is_text = one[11] == 'C';
        f->at = at;
        at += f->n;
        for (int i = 0; i < 11 && one[i]; i++) t->is_named_in_ascii &= one[i] > ' ' && one[i] < 0x7F;
        t->n_fields++;
    }
    return at <= t->row_bytes && t->row_bytes <= MAX_RECORD && fseek(t->file, (long)t->head_bytes, SEEK_SET) == 0;
}

/* The first text of a row that is not whole, or NULL. */
static const struct dbf_field *find_broken(const dbf *t, const char *row, const char *encoding)
{
    for (int f = 0; f < t->n_fields; f++) {
        size_t n = t->field[f].n;
        if (!t->field[f].is_text) continue;
        while (n > 0 && (row[t->field[f].at + n - 1] == ' ' || row[t->field[f].at + n - 1] == 0)) n--;
        if (!msc_layer_text_is_whole(row + t->field[f].at, n, encoding)) return &t->field[f];
    }
    return NULL;
}

static void note(msc_verification *v, const char *encoding, const char *fault, int64_t row, const char *field)
{
    if (!fault) msc_verify_note(v, 1, "encoding", "%s", encoding);
    else if (row > 0) msc_verify_note(v, 0, "encoding", "%s: %s %lld, %s", encoding, fault, (long long)row, field);
    else msc_verify_note(v, 0, "encoding", "%s: %s%s", encoding, fault, field);
}

static msc_status check_dbf(msc_verification *v, const char *path, const char *encoding, msc_error *err)
{
    dbf *t = msc_alloc_zero(1, sizeof *t);
    char *row = msc_alloc_zero(MAX_RECORD, 1);
    msc_status status = t && row ? MSC_OK : msc_fail(err, MSC_ENOMEM, path, "table");
    if (status == MSC_OK && (!(t->file = fopen(path, "rb")) || !read_head(t))) note(v, encoding, msc_sheet_words(v->sheet, "no dBASE table: ", "不是 dBASE 表："), 0, msc_file_name(path));
    else if (status == MSC_OK) {
        const struct dbf_field *broken = NULL;
        uint32_t i = 0;
        for (; i < t->n_rows && !broken && fread(row, 1, t->row_bytes, t->file) == t->row_bytes; i++) broken = find_broken(t, row, encoding);
        if (broken) note(v, encoding, msc_sheet_words(v->sheet, "a broken character in row", "字符残缺，记录"), i, broken->name);
        else if (i < t->n_rows) note(v, encoding, msc_sheet_words(v->sheet, "the table ends after row", "表在此记录后中断："), i, "");
        else if (!t->is_named_in_ascii) note(v, encoding, msc_sheet_words(v->sheet, "field names are not ASCII", "字段名不是 ASCII"), 0, "");
        else note(v, encoding, NULL, 0, "");
    }
    if (t && t->file) fclose(t->file);
    msc_release(row);
    msc_release(t);
    return status;
}

/* What the .cpg says against what the job asked for. */
static int has_right_cpg(msc_verification *v, const char *path, const char *encoding)
{
    char cpg[MSC_PATH_MAX], *bytes = NULL;
    size_t n = 0;
    msc_layer_files_sibling(path, "cpg", cpg);
    if (msc_file_read(cpg, &bytes, &n, NULL) != MSC_OK) {
        note(v, encoding, msc_sheet_words(v->sheet, "the .cpg cannot be read", "无法读取 .cpg"), 0, "");
        return 0;
    }
    while (n > 0 && strchr("\r\n ", bytes[n - 1])) bytes[--n] = 0;
    const int is_right = strcasecmp(bytes, encoding) == 0;
    char says[24];
    snprintf(says, sizeof says, " %.20s", bytes);
    if (!is_right) note(v, encoding, msc_sheet_words(v->sheet, "the .cpg says", ".cpg 写的是"), 0, says);
    msc_release(bytes);
    return is_right;
}

/* A whole file of text in blocks that end between characters. */
static msc_status check_text_file(msc_verification *v, const char *path, msc_error *err)
{
    char *block = msc_alloc_zero(BLOCK_BYTES, 1);
    FILE *file = fopen(path, "rb");
    size_t held = 0, n;
    int is_whole = file != NULL;
    if (!block) {
        if (file) fclose(file);
        return msc_fail(err, MSC_ENOMEM, path, "%d bytes", BLOCK_BYTES);
    }
    while (is_whole && (n = fread(block + held, 1, BLOCK_BYTES - held, file)) > 0) {
        size_t end = held += n;
        while (end > 0 && block[end - 1] & 0x80) end--;
        if (end == 0 && held == BLOCK_BYTES) is_whole = 0;
        is_whole &= msc_layer_text_is_whole(block, end, "UTF-8");
        memmove(block, block + end, held -= end);
    }
    is_whole = is_whole && msc_layer_text_is_whole(block, held, "UTF-8");
    note(v, "UTF-8", is_whole ? NULL : msc_sheet_words(v->sheet, "a broken character", "字符残缺"), 0, "");
    if (file) fclose(file);
    msc_release(block);
    return MSC_OK;
}

msc_status msc_verify_encoding(msc_verification *v, const char *path, const char *extension, msc_error *err)
{
    static const char *const texts[] = { "csv", "kml", "geojson", "json", "gpx" };
    if (strcmp(extension, "shp") == 0) {
        char table[MSC_PATH_MAX];
        const char *encoding = v->job->encoding;
        if (!has_right_cpg(v, path, encoding)) return MSC_OK;
        msc_layer_files_sibling(path, "dbf", table);
        return check_dbf(v, table, encoding, err);
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(extension, texts[i]) == 0) return check_text_file(v, path, err);
    return MSC_OK;
}
