/* show.h - from what each class weighs at a pixel to what a map shows of it: class, confidence and the ranks of rank.h. */
#ifndef MSC_OPS_SHOW_H
#define MSC_OPS_SHOW_H
#include "kernels/smooth.h"
#include "ops/rank.h"
#include "ops/window.h"

/* Pixels whose numbers of all classes stay in the first caches. */
enum { MSC_SHOW_PX = 256 };

/* What a pixel's own word is doubted by (in 1/255), and what a class keeps that its surroundings do not hold: 1 and 5 %. */
static const float msc_show_doubt = 2.55f, msc_show_chance = 0.05f;

typedef struct msc_show {
    msc_legend_codes classes;    /* at most MSC_MAX_PLANES */
    int has_confidence, has_ranks;
} msc_show;

/* A piece of a row under way: at most MSC_SHOW_PX pixels. */
typedef struct msc_shown {
    const msc_smooth_rows *rows;
    size_t n_classes;
    uint8_t is_there[MSC_MAX_PLANES];   /* by class index: 0 where no pixel of the piece has any weight of it, and then weights are not set */
    float *weight;               /* [class][MSC_SHOW_PX] */
    float *total, *best;         /* of all classes; of the one that leads */
    int32_t *index;
    uint8_t *share;              /* [class][MSC_SHOW_PX] */
    uint8_t *winner;
} msc_shown;

void msc_shown_lay(msc_shown *p, size_t n_classes, msc_space *space);

int msc_show_n_planes(const msc_show *self);

/* Weights become their square roots, and the class that leads is found: neighbours say much the same, so that weights with their
 * word in it are surer than they are right. Of equal ones the lower index leads. */
void msc_shown_soften(msc_shown *p, size_t n);
/* Planes of the piece's n pixels from (x, y) of `out` on: class code; with has_confidence its share in percent; with has_ranks the six of rank.h. Where ok
 * is 0 nothing is seen; where a masked class leads the pixel is not valid and all but its code is 0. */
void msc_show_piece(const msc_show *self, msc_shown *p, const uint8_t *ok, msc_tile *out, int32_t x, int32_t y, size_t n);
/* The code alone, and behind it every class' share, in 1/255 of all; n_classes + 1 planes. */
void msc_show_shares(const msc_show *self, msc_shown *p, const uint8_t *ok, msc_tile *out, int32_t x, int32_t y, size_t n);
#endif
