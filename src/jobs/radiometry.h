/* radiometry.h - one image brought to the radiometry of another while it is read: a gain and an offset a band, for the whole
 * image or for each scene of a mosaic. */
#ifndef MSC_JOBS_RADIOMETRY_H
#define MSC_JOBS_RADIOMETRY_H
#include "jobs/assess.h"
#include "jobs/pair.h"
#include "stream/stream.h"

typedef struct msc_radiometry msc_radiometry;

/* Scenes as spans of pixels: 0 outside every polygon, i + 1 in the i-th of the layer. */
typedef struct msc_scenes { msc_spans spans; int n; } msc_scenes;
/* `path` NULL: no polygons, everything is scene 0. Errors of msc_layer_read; EVALUE for more than 65,000 polygons. */
msc_status msc_scenes_open(const char *path, const msc_grid *grid, msc_scenes *scenes, msc_error *err);
void msc_scenes_clear(msc_scenes *scenes);
/* Scenes of pixels x..x+n-1 of row y. Where polygons overlap, the one whose span begins further west holds. */
void msc_scenes_row(const msc_scenes *scenes, int32_t y, int32_t x, int32_t n, uint16_t *scene);

/* Reads the gains that irmad reported for the image's bands; bands that it did not compare stay as they are. ENOFILE, EFORMAT,
 * errors of the seam lines. */
msc_status msc_radiometry_open(const msc_image *image, const msc_grid *grid, const char *const *bands, int n_bands,
                               msc_radiometry **radiometry, msc_error *err);
void msc_radiometry_close(msc_radiometry **radiometry);
/* Puts it between an image and its readers: *source is wrapped. Values become gain * value + offset; in planes of integers
 * rounded and held from 1 to their largest. */
void msc_radiometry_source(msc_radiometry *radiometry, msc_source *source);
#endif
