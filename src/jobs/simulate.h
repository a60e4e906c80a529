/* simulate.h - the pieces of `simulate`, private to its files. */
#ifndef MSC_JOBS_SIMULATE_H
#define MSC_JOBS_SIMULATE_H
#include "base/file.h"
#include "scene/scene.h"

enum { MSC_SIM_STRATA = 4, MSC_SIM_POINTS = 220, MSC_SIM_MAX_POLYGONS = 1000 };

/* The k pixels with the smallest random keys of a set: a simple random sample whatever order they come in. */
typedef struct msc_sim_px { uint64_t key; int32_t x, y; uint8_t code[MSC_SCENE_YEARS]; } msc_sim_px;
typedef struct msc_sim_pick { int64_t n_seen; int n, limit; msc_sim_px *px; } msc_sim_pick;

/* Drawn while the truth flows by: reference points of each stratum, starting points of training polygons. */
typedef struct msc_sim_draws {
    msc_sim_pick stratum[MSC_SIM_STRATA];
    msc_sim_pick start[MSC_SCENE_YEARS][MSC_N_SCENE_CLASSES];
    msc_sim_px *px;              /* of all of them */
} msc_sim_draws;

typedef struct msc_sim {
    const msc_settings *settings;
    const msc_simulate_options *options;
    msc_scene scene;
    msc_grid grid;
    msc_sim_draws *draws;
    msc_scene_work *work;        /* for looking at single places after the pass */
} msc_sim;

/* Room for the starts of so many polygons of a class and year. ENOMEM. */
msc_status msc_sim_draws_init(msc_sim_draws *draws, int n_polygons, msc_error *err);
void msc_sim_draws_clear(msc_sim_draws *draws);   /* accepts a zeroed one */
/* Offers one pixel with its truth in both years to all draws that it belongs to. */
void msc_sim_draws_offer(msc_sim_draws *draws, uint64_t seed, int32_t x, int32_t y, const uint8_t code[MSC_SCENE_YEARS]);
/* Orders every draw by key, ready to be used. */
void msc_sim_draws_close(msc_sim_draws *draws);
const char *msc_sim_stratum_name(int stratum);

/* Each writes one file into the directory. */
msc_status msc_sim_write_reference(const msc_sim *sim, msc_error *err);
msc_status msc_sim_write_training(const msc_sim *sim, msc_error *err);
msc_status msc_sim_write_zones(const msc_sim *sim, msc_error *err);
/* Exact change polygons: msc_vectorize on the raster of true changes. */
msc_status msc_sim_write_change(const msc_sim *sim, msc_error *err);
msc_status msc_sim_write_job(const msc_sim *sim, msc_error *err);
#endif
