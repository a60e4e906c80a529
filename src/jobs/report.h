/* report.h - what all reports in JSON say alike: texts, figures and areas, null where there are none. */
#ifndef MSC_JOBS_REPORT_H
#define MSC_JOBS_REPORT_H
#include "grid/area.h"
#include <json-c/json.h>

void msc_report_text(json_object *to, const char *key, const char *value);      /* null: NULL or empty */
void msc_report_number(json_object *to, const char *key, double value);         /* null: not finite */
void msc_report_integer(json_object *to, const char *key, int64_t value);
/* {"px": ..., "ha": ...}, hectares to a square metre's hundredth. */
json_object *msc_report_amount(msc_amount amount);

/* The report as text, released by the caller. ENOMEM, about `subject`. */
msc_status msc_report_print(json_object *report, const char *subject, char **text, msc_error *err);
/* Writes the report to a file. Errors of msc_file_write, ENOMEM. */
msc_status msc_report_write(json_object *report, const char *path, msc_error *err);
/* A JSON object from a file; json_object_put() frees it. EREAD and others of msc_file_read, EFORMAT; *report is NULL then. */
msc_status msc_report_read(const char *path, json_object **report, msc_error *err);
/* A member of a JSON object; NULL when `parent` is no object or has no such member. Borrowed. */
json_object *msc_report_at(json_object *parent, const char *name);
#endif
