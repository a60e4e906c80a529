/* transitions.h - how much of each class became each other class. */
#ifndef MSC_JOBS_TRANSITIONS_H
#define MSC_JOBS_TRANSITIONS_H
#include "model/zone_count.h"

enum { MSC_MAX_CODES = 256 };

/* Areas by class before (row) and after (column). What the change map accepts lies off the diagonal; every other
 * observed pixel lies on it under its class before, so that a row sums to that class's area before. */
typedef struct msc_transitions {
    int64_t px[MSC_MAX_CODES][MSC_MAX_CODES];
    int64_t units[MSC_MAX_CODES][MSC_MAX_CODES];   /* ellipsoidal area in MSC_AREA_UNIT_M2 */
    int64_t px_not_observed, units_not_observed;
} msc_transitions;

/* Counts a change map (before * 256 + after, 0, 65535) together with the class map before it. EGRID. */
msc_status msc_transitions_count(const msc_settings *settings, const char *before, const char *change,
                                 msc_transitions *transitions, msc_error *err);

/* The row of a counter for a tile of those two maps: class before * 256 + after, the same where nothing changed. */
void msc_transitions_row(const void *self, const msc_tile *tile, int32_t y, uint16_t *value, uint8_t *is_seen);

/* The matrix in hectares (ellipsoidal) as UTF-8 CSV with a row of labels; the last row and column are sums. The caller releases
 * *text with msc_release(). ENOMEM. */
msc_status msc_transitions_text(const msc_transitions *transitions, const msc_class *classes, int n_classes, char **text,
                                size_t *n_bytes, msc_error *err);
/* The same as a file. */
msc_status msc_transitions_write(const msc_transitions *transitions, const msc_class *classes, int n_classes,
                                 const char *path, msc_error *err);
#endif
