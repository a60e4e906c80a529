/* origin.h - what a raster of ours says of where it comes from, as items of metadata. */
#ifndef MSC_JOBS_ORIGIN_H
#define MSC_JOBS_ORIGIN_H

typedef struct msc_origin {
    char software[64], run_id[160];
    const char *meta[3];         /* NAME=VALUE, into the texts above */
    int n;
} msc_origin;

/* SOFTWARE; `more`, borrowed, unless it is NULL; RUN_ID where a run made it (run_id not NULL). The struct must stay where it is. */
void msc_origin_init(msc_origin *origin, const char *more, const char *run_id);
#endif
