/* pair.h - two years' images as one source: the bands that both have, before and after. */
#ifndef MSC_JOBS_PAIR_H
#define MSC_JOBS_PAIR_H
#include "jobs/imagery.h"
#include "model/lattice.h"
#include "ops/terrain.h"

typedef struct msc_pair_spec {
    const msc_image *before, *after;
    const char *grid_like;       /* raster whose grid is used; NULL: before's */
    const char *class_map[2];    /* pixels of code 0 are not valid; NULL: none */
    int is_flat;                 /* bands of more than 8 bits become what they would be on level ground, where both images have a DEM and
                                    the sun of both is known: in the cores of tiles */
} msc_pair_spec;

enum { MSC_SATURATED_BEFORE = 1, MSC_SATURATED_AFTER = 2 };

typedef struct msc_pair {
    msc_imagery image[2];
    msc_raster *class_map[2];
    msc_rasters rasters;
    msc_source source;           /* planes: n_bands before, n_bands after, class maps, then MSC_SATURATED_... bits of the two images
                                    (u8) where both are observed. Valid where all are and nothing is saturated */
    msc_source whole;            /* the same without the bits, valid where all are */
    double limit[2 * MSC_MAX_BANDS];   /* of each band: saturated from there on */
    char band[MSC_MAX_BANDS][MSC_NAME_MAX];
    int n_bands;                 /* of each image */
    int is_flat;                 /* as asked for, if it can be */
    msc_rasters dems;            /* of both images, if so, and where the sun stood */
    msc_source ground;
    msc_window_sun sun[2];
    struct msc_pair_space { void *bytes; size_t capacity; } *space;   /* [n_spaces] of the workers */
    int n_spaces;
    const msc_lattice *sampled;  /* of msc_pair_sample; borrowed */
} msc_pair;

/* Opens it; the struct must stay where it is until it is closed. EBAND when no band has the same name in both, or more than a pass has planes for; errors of
 * msc_raster_open. */
msc_status msc_pair_open(const msc_settings *settings, const msc_pair_spec *spec, msc_pair *pair, msc_error *err);
/* The bands whose names both images have, in the order of the one before; *n may be 0. Errors of msc_raster_open. */
msc_status msc_pair_share_bands(const msc_settings *settings, const msc_image *before, const msc_image *after,
                                char band[MSC_MAX_BANDS][MSC_NAME_MAX], int *n, msc_error *err);
/* The pair's bands and validity at the pixels of a lattice, which is borrowed; what lies between them is of no use. Padding is not there. */
void msc_pair_sample(msc_pair *pair, const msc_lattice *lattice, msc_source *source);
void msc_pair_close(msc_pair *pair);   /* accepts a zeroed one */
#endif
