/* heights.h - how two elevation models of one ground differ where nothing happened.
 *
 * Their difference is off by a constant (datum, mean bias) and noisy, the noisier the steeper the ground: a displacement by s px makes
 * s x gradient of it (Nuth & Kaab 2011). So
 *
 *      sd(gradient)^2 = noise_m^2 + (shift_px x gradient)^2
 *
 * Few pixels of a scene change, so the median and the normalised median absolute deviation (Hohle & Hohle 2009) of all of it serve. */
#ifndef MSC_MODEL_HEIGHTS_H
#define MSC_MODEL_HEIGHTS_H
#include <stddef.h>
#include <stdint.h>

/* Fewer pixels say nothing; and noise below this is not believed (m): no method of survey does better on open ground. */
enum { MSC_HEIGHTS_ENOUGH_PX = 500 };
#define MSC_HEIGHTS_LEAST_NOISE_M 0.1

typedef struct msc_heights {
    float offset_m;              /* after - before where nothing happened */
    float noise_m;               /* on level ground; 0: not known */
    float shift_px;              /* what the noise gains with the gradient, which is in m per px */
} msc_heights;

typedef struct msc_height_sample { float difference_m, gradient_m; } msc_height_sample;

/* Fits to n samples, which are put in another order that depends on their values alone. With fewer than MSC_HEIGHTS_ENOUGH_PX all
 * is 0. */
void msc_heights_fit(msc_height_sample *sample, size_t n, msc_heights *heights);
#endif
