/* match.h - how well patches agree with reference polygons, patch by patch. */
#ifndef MSC_PATCH_MATCH_H
#define MSC_PATCH_MATCH_H
#include "io/layer.h"

enum { MSC_MATCH_SIZES = 8, MSC_MATCH_BINS = 10 };

/* Sums over the polygons of one size class, by their own area. */
typedef struct msc_match_class {
    double from_m2;              /* least area */
    int64_t n_reference, n_found;            /* reference polygons; those of which patches cover the wanted share */
    int64_t n_patches, n_true, n_false;      /* patches; with the wanted share in reference polygons; judged and not so */
    double reference_m2, covered_m2;         /* of reference polygons; of them under patches */
    double patch_m2, true_m2, false_m2;      /* of patches; in reference polygons; judged and not so */
    int64_t iou[MSC_MATCH_BINS];             /* reference polygons by the best IoU of one patch: 0..0.1, ..., 0.9..1 */
    double iou_sum;
    int64_t n_distances;
    double distance_sum_m;       /* of the mean distances between boundaries of the pairs with the best IoU */
} msc_match_class;

typedef struct msc_match {
    int n_classes;
    msc_match_class class[MSC_MATCH_SIZES], all;
    int64_t n_repaired;
} msc_match;

typedef struct msc_match_layers {
    const msc_features_in *patches, *reference;
    const msc_features_in *blank;            /* where it is known that there is nothing: only patches there are false; NULL: all others */
    double overlap_min;          /* the wanted share of area, above 0..1 */
    const double *from_m2;       /* rising least areas of size classes, the first 0 */
    int n_classes;
} msc_match_layers;

/* Compares. All layers are in one projected system; patches do not overlap each other. IoU of a pair is the area of the
 * intersection over that of the union; the distance of two boundaries is the mean of the distances of evenly spaced points of
 * either to the other. EFORMAT when GEOS cannot use a polygon; ENOMEM. */
msc_status msc_match_patches(const msc_match_layers *layers, msc_match *match, msc_error *err);
#endif
