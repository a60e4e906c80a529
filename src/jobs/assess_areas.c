/* assess_areas.c - areas of a class in a domain: mapped and error-adjusted, projected, ellipsoidal and on the ground. */
#include "jobs/assess.h"
#include "patch/patches.h"
#include <math.h>

static const char *const names[MSC_ASSESS_AREAS] = { "map_projected", "map_ellipsoidal", "map_surface", "adjusted_projected", "adjusted_ellipsoidal",
                                                     "adjusted_surface" };
static const double unit_m2[MSC_ASSESS_UNITS] = { 1, 1e4, 2000.0 / 3 };
static const char *const unit_names[MSC_ASSESS_UNITS] = { "m2", "ha", "mu" };

const char *msc_assess_area_name(int area) { return names[area]; }
const char *msc_assess_unit_name(int unit) { return unit_names[unit]; }

double msc_assess_area_in(double m2, int unit)
{
    static const double scale[MSC_ASSESS_UNITS] = { 1e2, 1e4, 1e2 };
    return round(m2 / unit_m2[unit] * scale[unit]) / scale[unit];
}

msc_assess_domain msc_assess_whole(const msc_assessment *a) { return (msc_assess_domain){ a->px, a->units, a->ground_plane ? a->ground : NULL, a->ground_px }; }

msc_assess_domain msc_assess_domain_of(const msc_assessment *a, int layer, int zone)
{
    const msc_assess_layer *l = &a->layer[layer];
    const size_t at = (size_t)zone * (size_t)a->n_values;
    return (msc_assess_domain){ l->px + at, l->units + at, l->ground ? l->ground + at : NULL, l->ground ? l->ground_px + at : NULL };
}

void msc_assess_areas(const msc_assessment *a, const msc_assess_domain *d, const msc_accuracy *e, int i, double m2[MSC_ASSESS_AREAS])
{
    const int code = a->code[i];
    double frame_px = 0, frame_m2 = 0;
    for (int v = 0; v < a->n_values; v++) {
        frame_px += (double)d->px[v];
        frame_m2 += (double)d->units[v] * MSC_AREA_UNIT_M2;
    }
    const double share = !e || a->refusal[0][0] ? NAN : e->reference_share[i].value;
    const double ground = d->ground && d->ground_px[code] > 0 ? (double)d->ground[code] / ((double)d->ground_px[code] * MSC_SURFACE_ONE) : NAN;
    m2[0] = (double)d->px[code] * a->pixel_m2;
    m2[1] = (double)d->units[code] * MSC_AREA_UNIT_M2;
    m2[2] = m2[1] * ground;
    m2[3] = share * frame_px * a->pixel_m2;
    m2[4] = share * frame_m2;
    m2[5] = m2[4] * ground;
}
