/* model.h - the model file: a forest or signatures with all that is needed to use them again, versioned and checksummed. */
#ifndef MSC_MODEL_MODEL_H
#define MSC_MODEL_MODEL_H
#include "model/forest.h"
#include "model/gauss.h"

enum { MSC_NAME_MAX = 64, MSC_MAX_BANDS = 32 };

typedef enum msc_method { MSC_FOREST, MSC_GAUSS } msc_method;

typedef struct msc_model {
    msc_method method;           /* which of the two below is filled */
    msc_forest forest;
    msc_gauss gauss;
    int n_bands;                                  /* band order that the features were computed from */
    char band[MSC_MAX_BANDS][MSC_NAME_MAX];
    int n_features;
    char feature[MSC_MAX_FEATURES][MSC_NAME_MAX]; /* "blue", "ndvi", "mean:5:red" as ops/features spells them */
    int needs_dem;
    int n_classes;
    int code[MSC_MAX_CLASSES];                    /* class index -> code */
    char name[MSC_MAX_CLASSES][MSC_NAME_MAX], label[MSC_MAX_CLASSES][MSC_NAME_MAX];
    int is_damage[MSC_MAX_CLASSES], is_masked[MSC_MAX_CLASSES];
    uint8_t rgb[MSC_MAX_CLASSES][3];
    double pixel_m;                               /* of the training grid */
    char *provenance;                             /* JSON text: inputs, hashes, seed, counts, report; owned */
} msc_model;

/* "forest" or "gauss". The reverse returns 0 for any other text. */
const char *msc_method_name(msc_method method);
int msc_method_of(const char *name, msc_method *method);

/* Written whole or not at all. The file is a line of magic, a length, a JSON head, the arrays (little-endian) and the
 * SHA-256 of all before it; docs/FORMATS.md has the layout. */
msc_status msc_model_write(const msc_model *model, const char *path, msc_error *err);
/* EMODEL when damaged, cut or of an unknown version; every offset is checked before it is used. */
msc_status msc_model_read(const char *path, msc_model *model, msc_error *err);
void msc_model_clear(msc_model *model);
#endif
