/* report.c - values of reports in JSON, and the reports as files. */
#include "jobs/report.h"
#include "base/file.h"
#include "base/mem.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

void msc_report_text(json_object *to, const char *key, const char *value)
{
    json_object_object_add(to, key, value && *value ? json_object_new_string(value) : NULL);
}

void msc_report_number(json_object *to, const char *key, double value)
{
    json_object_object_add(to, key, isfinite(value) ? json_object_new_double(value) : NULL);
}

void msc_report_integer(json_object *to, const char *key, int64_t value) { json_object_object_add(to, key, json_object_new_int64(value)); }

json_object *msc_report_amount(msc_amount amount)
{
    json_object *o = json_object_new_object();
    char text[48];
    const double ha = msc_area_ha(amount.units);
    snprintf(text, sizeof text, "%.6f", ha);
    msc_report_integer(o, "px", amount.px);
    json_object_object_add(o, "ha", json_object_new_double_s(ha, text));
    return o;
}

msc_status msc_report_print(json_object *report, const char *subject, char **text, msc_error *err)
{
    *text = msc_copy_text(json_object_to_json_string_ext(report, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
    return *text ? MSC_OK : msc_fail(err, MSC_ENOMEM, subject, "report");
}

msc_status msc_report_write(json_object *report, const char *path, msc_error *err)
{
    char *text = NULL;
    MSC_TRY(msc_report_print(report, path, &text, err));
    const msc_status status = msc_file_write(path, text, strlen(text), err);
    msc_release(text);
    return status;
}

msc_status msc_report_read(const char *path, json_object **report, msc_error *err)
{
    char *text = NULL;
    size_t n = 0;
    *report = NULL;
    MSC_TRY(msc_file_read(path, &text, &n, err));
    json_object *read = json_tokener_parse(text);
    msc_release(text);
    if (json_object_is_type(read, json_type_object)) {
        *report = read;
        return MSC_OK;
    }
    json_object_put(read);
    return msc_fail(err, MSC_EFORMAT, path, "no JSON object");
}

json_object *msc_report_at(json_object *parent, const char *name)
{
    json_object *found = NULL;
    return json_object_is_type(parent, json_type_object) && json_object_object_get_ex(parent, name, &found) ? found : NULL;
}
