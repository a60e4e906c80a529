/* weights.h - the share of change and what the evidence is worth, as two years of a scene show them themselves.
 *
 * What is known of a pixel: the odds o that its posteriors give for change, and evidence that they had no part in: a byte e of the
 * images, a level h of the ground's height. The two are taken as independent where it is known whether there is change.
 *
 *      P(change | o, e, h) = 1 / (1 + exp(-(ln o + ln r / (1 - r) + ln f1(e) / f0(e) + ln g1(h) / g0(h))))
 *
 * f1 is how the evidence falls where the posteriors alone are for change at the usual rate, f0 where the classes are the same
 * and the odds for that are as high; their quotient is held monotone by pooling (Ayer et al. 1955), and the fewer pixels it rests
 * on the less it says; g1 and g0 likewise. The rate r is then the fixed point of r = mean of P (Saerens, Latinne & Decaestecker 2002). */
#ifndef MSC_MODEL_WEIGHTS_H
#define MSC_MODEL_WEIGHTS_H
#include <stdint.h>

enum { MSC_WEIGHTS_LEVELS = 255, MSC_WEIGHTS_HEIGHTS = 16, MSC_WEIGHTS_ENOUGH_PX = 500 };

/* Pixels of one step of the odds, by level of height (0 the most difference; the last: none known) and byte of evidence (255 none). */
typedef int64_t msc_weights_count[MSC_WEIGHTS_HEIGHTS + 1][256];

typedef struct msc_weights {
    double rate;                 /* share of pixels that change, ]0, 1[ */
    double ratio[256];           /* ln f1 / f0 by byte of evidence; 255 (none): 0 */
    int is_ratio_measured;       /* 0: given, or fewer than MSC_WEIGHTS_ENOUGH_PX on one of both sides; the usual ratio, or the other kind's */
    double height_ratio[MSC_WEIGHTS_HEIGHTS + 1];   /* ln g1 / g0 by level of height; the last (none): 0 */
    int is_height_measured;      /* 0: too few pixels with a height on one of both sides; all are 0, or the other kind's */
    int64_t n_change, n_same, n_px;   /* pixels that f1 and f0 rest on; all that were counted */
} msc_weights;

/* What is said beside the counts. */
typedef struct msc_weights_known {
    const double *odds;          /* [n_steps], natural logarithms, rising */
    int n_steps;
    double usual_rate;           /* tells who is for change, and is where r starts */
    const double *usual_ratio;   /* [256]: stands in where too few pixels tell */
    const double *usual_height_ratio;   /* [MSC_WEIGHTS_HEIGHTS + 1]: the same for heights; NULL: 0 */
    int is_ratio_given;          /* usual_ratio is what holds, whatever the pixels say */
} msc_weights_known;

/* count[s]: pixels whose log odds are odds[s]. Without any pixel the rate is the usual one. */
void msc_weights_fit(const msc_weights_count *count, const msc_weights_known *known, msc_weights *weights);

/* Two kinds of pixels, each by itself: count[s] of the one, count[n_steps + s] of the other. What of the other too few pixels tell is as it
 * is of the one, its rate with the worth of the evidence. */
void msc_weights_fit_both(const msc_weights_count *count, const msc_weights_known *known, msc_weights weights[2]);
#endif
