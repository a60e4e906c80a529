/* crs_wkt.h - what a WKT 2 text says of itself; private to this room. */
#ifndef MSC_GRID_CRS_WKT_H
#define MSC_GRID_CRS_WKT_H

typedef struct msc_crs_facts {
    int is_projected, is_geographic;
    double metres;                              /* a unit of a projected CRS's first axis */
    double semi_major_m, inverse_flattening;    /* 0: none, a sphere */
} msc_crs_facts;

/* Fills *facts from the text alone. 0 when it is not the WKT 2 of a plain projected or geographic CRS in metres whose
 * brackets close: PROJ has to be asked then, which opens its database and takes a hundred times longer. */
int msc_crs_wkt_facts(const char *wkt, msc_crs_facts *facts);
#endif
