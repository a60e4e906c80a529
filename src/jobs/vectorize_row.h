/* vectorize_row.h - the patch table: one row of attributes a patch. */
#ifndef MSC_JOBS_VECTORIZE_ROW_H
#define MSC_JOBS_VECTORIZE_ROW_H
#include "grid/crs.h"
#include "io/layer.h"
#include "jobs/lineage.h"
#include "patch/patches.h"

/* A field's name has up to MSC_PATCH_FIELD_BYTES; labels of classes and names of zones stand in fields of MSC_PATCH_NAME_WIDTH. */
enum { MSC_PATCH_FIXED_FIELDS = 26, MSC_PATCH_MAX_ZONES = 16, MSC_PATCH_TEXT = 160, MSC_PATCH_FIELD_BYTES = 10, MSC_PATCH_NAME_WIDTH = 40 };

typedef struct msc_patch_label { const char *text; uint8_t is_damage, is_known; } msc_patch_label;

/* What rows have in common. */
typedef struct msc_patch_table {
    const msc_vectorize_options *options;
    const msc_grid *grid;
    int is_change, has_confidence;
    double pixel_m2;
    msc_patch_label label[256];
    msc_field field[MSC_PATCH_FIXED_FIELDS + MSC_PATCH_MAX_ZONES];
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

/* Checks that each zone layer can have a field of its own: XZQMC of `district`, LYMC of `watershed`, else its name. EVALUE for
 * too many of them, and for a name that no field can have or that another field has, whatever its case. */
msc_status msc_patch_check_zones(const msc_zone *zones, int n_zones, msc_error *err);

/* Lays out the fields (is_plain: DN alone) for zones that were checked, whose names are borrowed. */
void msc_patch_table_fields(msc_patch_table *table);

/* How a change of two classes bears on damage: new, ended, neither; by a word of BHLX. */
int msc_patch_is_new_damage(const msc_patch_table *table, int value);
int msc_patch_is_ended_damage(const msc_patch_table *table, int value);

/* Fills the row of a patch with visiting order `order` and zone names. */
void msc_patch_row_fill(const msc_patch_table *table, const msc_patch *patch, int64_t order, const char *const *zone,
                        msc_patch_row *row);
#endif
