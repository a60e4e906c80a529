/* model_parts.h - the JSON head of a model file, and the file as bytes. */
#ifndef MSC_MODEL_MODEL_PARTS_H
#define MSC_MODEL_MODEL_PARTS_H
#include "model/model.h"

/* The head as text, to be released by the caller; NULL when memory is out. */
char *msc_model_head_text(const msc_model *model);

/* Reads everything but the arrays into *model, which the caller clears also on failure: counts are checked
 * against the limits and each other, texts against their room. EMODEL, ENOMEM. */
msc_status msc_model_head_read(const char *text, size_t n, const char *path, msc_model *model, msc_error *err);

/* Reads a model from the bytes of its file; `path` is for errors. *model must be zeroed, and the caller clears it also
 * on failure. EMODEL, ENOMEM. */
msc_status msc_model_parse(const uint8_t *bytes, size_t n, const char *path, msc_model *model, msc_error *err);
#endif
