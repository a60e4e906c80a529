/* legend.h - the classes that a class or change map names, so that what is made of it keeps names and colours. */
#ifndef MSC_JOBS_LEGEND_H
#define MSC_JOBS_LEGEND_H
#include "io/raster_in.h"

enum { MSC_LEGEND_TEXT = 128 };
typedef struct msc_legend {
    int n;
    msc_class classes[255];      /* ascending by code; texts point into the two arrays below */
    char name[255][MSC_LEGEND_TEXT], label[255][MSC_LEGEND_TEXT];
} msc_legend;

/* Reads the legend of a map from its category names and metadata; classes without a label are not in it. */
void msc_legend_read(const msc_raster *map, msc_legend *legend);
/* The class of this code; NULL: none of them. */
const msc_class *msc_class_of(const msc_class *classes, int n, int code);
/* Its label, or its name where it has none; "": no such class. */
const char *msc_class_label(const msc_class *classes, int n, int code);
/* The code of the class of this name, or of this label; -1: there is none, or several have the label. */
int msc_class_named(const msc_class *classes, int n, const char *text);
#endif
