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
    int is_short_of_memory;
};

void msc_text_free(char **text)
{
    if (!text) return;
    msc_release(*text);
    *text = NULL;
}

msc_status msc_sheet_new(msc_sheet **sheet, msc_error *err)
{
    msc_sheet *made = msc_alloc_zero(1, sizeof *made);
    struct json_object *root = made ? json_object_new_object() : NULL;
    if (!root) {
        msc_release(made);
        return msc_fail(err, MSC_ENOMEM, "", "sheet");
    }
    made->root = root;
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

static void add_fact(msc_sheet *s, const char *key, struct json_object *value, const char *words)
{
    char label[64], line[4400];
    add_value(s, s->section, key, value);
    snprintf(label, sizeof label, "%s", key);
    for (char *c = label; *c; c++)
        if (*c == '_') *c = ' ';
    snprintf(line, sizeof line, "  %-16s %s\n", label, words);
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

msc_status msc_sheet_finish(const msc_sheet *s, int as_json, char **text, msc_error *err)
{
    if (s->is_short_of_memory) return msc_fail(err, MSC_ENOMEM, "", "sheet");
    const char *found = as_json ? json_object_to_json_string_ext(s->root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE) : s->text;
    const size_t n = found ? strlen(found) : 0;
    char *copy = msc_alloc_zero(n + 2, 1);
    if (!copy) return msc_fail(err, MSC_ENOMEM, "", "sheet");
    if (n) memcpy(copy, found, n);
    if (as_json) copy[n] = '\n';
    *text = copy;
    return MSC_OK;
}
