/* decide.h - two years' classes, and what else is known of a pixel, to graded changes. */
#ifndef MSC_OPS_DECIDE_H
#define MSC_OPS_DECIDE_H
#include "ops/boundary.h"
#include "ops/forbidden.h"
#include "ops/height_level.h"
#include "ops/odds.h"

enum { MSC_CHANGE_NODATA = 65535, MSC_EVIDENCE_TOP = 254 };

/* Of a pixel whose class differs between the years. */
typedef enum msc_grade {
    MSC_GRADE_NONE = 0,          /* the classes are the same */
    MSC_GRADE_A,                 /* posteriors and independent evidence both say change */
    MSC_GRADE_B,                 /* change, taken together; one of them alone would not do, or is not there */
    MSC_GRADE_C,                 /* the labels differ, the rest does not bear it out */
    MSC_GRADE_BOUNDARY,          /* a displacement explains it */
    MSC_GRADE_IMPOSSIBLE,        /* the job calls the transition impossible */
    MSC_N_GRADES, MSC_GRADE_NODATA = 255
} msc_grade;

/* What kept a difference from being accepted. */
typedef enum msc_removed_by { MSC_BY_NOTHING = 0, MSC_BY_BOUNDARY, MSC_BY_IMPOSSIBLE, MSC_BY_CONFIDENCE, MSC_BY_POSTERIOR,
                              MSC_BY_EVIDENCE,
                              MSC_BY_REGION,   /* by itself it would have been accepted, but its region was not */
                              MSC_BORNE_OUT,   /* posterior, evidence or boundary would have, but its region was accepted */
                              MSC_BY_SAME,     /* the years have the same class, but a change may lie under that: for its region to say */
                              MSC_UNCOVERED,   /* the same, and its region was accepted */
                              MSC_N_REMOVED_BY,
                              /* where a year is not observed: which */
                              MSC_UNSEEN = MSC_N_REMOVED_BY, MSC_UNSEEN_BEFORE, MSC_UNSEEN_AFTER, MSC_UNSEEN_BOTH,
                              /* until regions are judged, of mined ground: nothing to remove, the years have the same class */
                              MSC_STANDING } msc_removed_by;

/* Ground that is damage in both years is moved every day: that images and heights differ there says less of its class. So it has a rate,
 * a worth of evidence and regions of its own. */
typedef enum msc_ground { MSC_GROUND_OTHER = 0, MSC_GROUND_MINED, MSC_N_GROUNDS } msc_ground;
/* Of a pair of class codes; is_damage[256] by class code. */
static inline msc_ground msc_ground_of(const uint8_t *is_damage, int before, int after)
{
    return is_damage[before] && is_damage[after] ? MSC_GROUND_MINED : MSC_GROUND_OTHER;
}

/* What a pixel says for its region: MSC_WORD_ZERO + the logarithm of the odds for change before any rate, in 1 / MSC_LOG_UNIT. */
enum { MSC_WORD_NONE = 1, MSC_WORD_ZERO = 32768 };

/* Thresholds as a user states them; docs/METHODS.md derives the defaults. */
typedef struct msc_decide_limits {
    int32_t edge_tolerance_px;   /* 0..16: classes of mixed pixels along edges are uncertain by this much; 0: no boundary */
    double shift_px;             /* 0..48: displacement that is to be reckoned with */
    int min_confidence;          /* 0..100, in per cent, of both years */
    double change_rate;          /* ]0, 1[: share of pixels expected to change */
    double evidence_weak;        /* ]0, 1/e[: probability of no change at which the evidence takes no side */
    double evidence_sure;        /* ]0, 1[: at most this much is needed for grade A */
} msc_decide_limits;

/* What odds start from and what evidence is worth, logarithms in 1 / MSC_LOG_UNIT. */
typedef struct msc_decide_worth {
    int32_t prior;                         /* odds of change before looking */
    int32_t ratio[256];                    /* likelihood ratio change : no change, by byte of the evidence */
    int32_t height_ratio[MSC_NO_HEIGHT + 1];   /* the same, by level of height; the last: 0 */
} msc_decide_worth;

typedef struct msc_decide {
    msc_boundary boundary;
    int min_confidence;
    int confidence, posterior, evidence, height;   /* the first plane of each; 0: not there */
    int32_t against;                       /* log odds of what is too unlikely to be looked for under one class */
    msc_log_shares shares;
    msc_decide_worth worth[MSC_N_GROUNDS];
    uint8_t is_damage[256];                /* by class code */
    int has_regions;                       /* pixels of one class ask their region too (MSC_BY_SAME, MSC_STANDING) */
    int sure;                              /* largest byte of the evidence that is sure */
    uint16_t rest;                         /* of the accepted plane where no change is accepted: 0, or 65535 */
    msc_forbidden impossible;
} msc_decide;

/* What the limits make of a boundary. */
msc_boundary msc_decide_boundary(int32_t edge_tolerance_px, double shift_px);
/* Pixels round a tile that the op needs; a height has none on the outermost pixel of a tile. */
int32_t msc_decide_halo_px(const msc_boundary *boundary, int height);
/* Fills everything but planes and the tables of the impossible and of damage, which become empty; rest and what heights are worth are 0.
 * Prior and ratio of all ground are those of the limits; who has measured others puts them in their place. */
void msc_decide_init(msc_decide *self, const msc_decide_limits *limits);

/* Makes the op. Planes in: codes before and after (u8, 0 not observed); where the plane numbers say so, confidences of
 * both years (u8, per cent), posteriors of both years (2 x 6 u8: code, share in 1/255, of the three most probable classes),
 * evidence (u8: 254 x probability of no change; 255 none), height (u8: a level, msc_heights_row). Planes out: the change accepted, grade A or B (u16: before *
 * 256 + after, `rest` none, 65535 not observed); the grade (u8, 255 not observed); the difference before any rule (u16, as the
 * first); what removed it (u8, msc_removed_by); its word (u16; 0 unless posteriors and evidence decided).
 * With has_regions a pixel of one class whose posteriors and evidence give a change at least 5 % at the rate of `prior` has the most
 * probable pair as its difference, no grade, MSC_BY_SAME and a word; other mined ground of one class is MSC_STANDING. Not valid where either year is not observed. `self` is borrowed until the
 * stream has run. */
void msc_decide_op(const msc_decide *self, msc_op *op);
#endif
