/* describe.h - the facts of one raster as lines of a sheet. */
#ifndef MSC_JOBS_DESCRIBE_H
#define MSC_JOBS_DESCRIBE_H
#include "io/raster_in.h"
#include "jobs/sheet.h"

/* Adds driver, type, size, pixel, CRS, extent, bands, nodata and file size to the section at hand. */
void msc_describe_raster(msc_sheet *sheet, const msc_raster_facts *facts);
/* Size, pixel, CRS and extent alone. */
void msc_describe_grid(msc_sheet *sheet, const msc_grid *grid);
/* "12.3 MB" into text. */
void msc_describe_bytes(double bytes, char *text, size_t size);
#endif
