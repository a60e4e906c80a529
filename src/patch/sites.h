/* sites.h - every connected region of differences as one decision, in two passes whose memory follows the sweep front.
 *
 *      pass 1: tiles -> runs, regions and what their pixels say --sink--> front joins regions across tiles
 *                            '--> records of runs, spooled                  '--> strength of each region, spooled
 *      pass 2: records and strengths (a source) -> the planes again, as the regions' decisions leave them
 *
 * A region's strength is the mean of its pixels' words: they are of one opinion, so that more of them are not more evidence. Only a
 * region with a pixel that was accepted by itself has any. */
#ifndef MSC_PATCH_SITES_H
#define MSC_PATCH_SITES_H
#include "ops/decide.h"
#include "patch/records.h"

typedef struct msc_sites_pass msc_sites_pass;

typedef struct msc_sites_spec {
    int32_t width_px, height_px;
    uint16_t rest;               /* of the accepted plane where no change is accepted: 0, or 65535 */
    const uint8_t *is_damage;    /* by class code; borrowed for pass 1 */
    msc_records_spec records;
} msc_sites_spec;

/* `layout` is that of pass 1; pass 2 has the same without a halo. */
msc_status msc_sites_new(const msc_sites_spec *spec, const msc_layout *layout, msc_sites_pass **pass, msc_error *err);
void msc_sites_free(msc_sites_pass **pass);

/* Pass 1: takes in the planes that msc_adjoin_op makes. 4-connected pixels of one ground (msc_ground, by the
 * difference) whose word is not 0 are a region. */
void msc_sites_sink(msc_sites_pass *pass, msc_sink *sink);
/* For the plan that serves both passes: an op whose scratch is what pass 1 needs of each worker at worst, and whose planes are
 * those of pass 2. */
void msc_sites_room(msc_op *op);

/* After pass 1, of each ground: pixels observed in both years, and those of them whose classes differ. */
void msc_sites_count(const msc_sites_pass *pass, int64_t n_seen[MSC_N_GROUNDS], int64_t n_differing[MSC_N_GROUNDS]);
/* Pass 2: the first four planes again. In regions whose strength is above `least` of their ground (1 / MSC_LOG_UNIT) all is accepted: what was not
 * becomes grade B and MSC_BORNE_OUT, or MSC_UNCOVERED where the years have the same class. In others nothing is: what was becomes grade C
 * and MSC_BY_REGION, and what has the same class has no difference again. */
void msc_sites_source(msc_sites_pass *pass, const int32_t least[MSC_N_GROUNDS], msc_source *source);
#endif
