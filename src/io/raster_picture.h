/* raster_picture.h - small pictures for people to look at. */
#ifndef MSC_IO_RASTER_PICTURE_H
#define MSC_IO_RASTER_PICTURE_H
#include "base/error.h"

/* Writes w x h px of red, green, blue bytes, row by row, as a PNG that appears whole or not at all; an existing file is
 * replaced. The same bytes for the same pixels. EWRITE, EPERM, ENOSPACE, ENOMEM. */
msc_status msc_picture_write(const char *path, int w, int h, const uint8_t *rgb, msc_error *err);
#endif
