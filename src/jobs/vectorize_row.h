/* vectorize_row.h - the patch table: one row of attributes a patch. */
#ifndef MSC_JOBS_VECTORIZE_ROW_H
#define MSC_JOBS_VECTORIZE_ROW_H
#include "grid/crs.h"
#include "io/layer.h"
#include "jobs/lineage.h"
#include "patch/patches.h"

enum { MSC_PATCH_FIXED_FIELDS = 26, MSC_PATCH_MAX_ZONES = 16, MSC_PATCH_TEXT = 160 };

typedef struct msc_patch_label { const char *text; uint8_t is_damage, is_known; } msc_patch_label;

/* What rows have in common. */
typedef struct msc_patch_table {
    const msc_vectorize_options *options;
    const msc_grid *grid;
    int is_change, has_confidence;
    double pixel_m2;
    msc_patch_label label[256];
    msc_field field[MSC_PATCH_FIXED_FIELDS + MSC_PATCH_MAX_ZONES];
    char zone_field[MSC_PATCH_MAX_ZONES][11];
    int n_fields;
} msc_patch_table;

/* One row; texts that are made for it live here. One a thread, zeroed at first. */
typedef struct msc_patch_row {
    msc_crs *to_lonlat;          /* NULL without a CRS */
    msc_value value[MSC_PATCH_FIXED_FIELDS + MSC_PATCH_MAX_ZONES];
    char earlier[MSC_LINEAGE_BYTES + 1];   /* QTBBH; filled before the row is, like the next */
    int is_beside;               /* damage of the other year lies beside this change: new damage extends it, ended damage leaves it */
    char number[MSC_PATCH_TEXT], reason[MSC_PATCH_TEXT], code[2][16];
} msc_patch_row;

/* Lays out the fields (is_plain: DN alone). EVALUE for too many zones or two of one name. */
msc_status msc_patch_table_fields(msc_patch_table *table, msc_error *err);

/* How a change of two classes bears on damage: new, ended, neither; by a word of BHLX. */
int msc_patch_is_new_damage(const msc_patch_table *table, int value);
int msc_patch_is_ended_damage(const msc_patch_table *table, int value);

/* Fills the row of a patch with visiting order `order` and zone names. */
void msc_patch_row_fill(const msc_patch_table *table, const msc_patch *patch, int64_t order, const char *const *zone,
                        msc_patch_row *row);
#endif
