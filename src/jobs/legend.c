/* legend.c - the classes that a class or change map names. */
#include "jobs/legend.h"
#include "base/mem.h"
#include <stdio.h>
#include <string.h>

void msc_legend_read(const msc_raster *map, msc_legend *legend)
{
    legend->n = 0;
    for (int code = 1; code < 256; code++) {
        char key[32];
        unsigned red, green, blue;
        snprintf(key, sizeof key, "CLASS_%d", code);
        const char *label = msc_raster_category(map, code);
        if (!label || !label[0]) label = msc_raster_meta(map, key);
        if (!label || !label[0]) continue;
        snprintf(key, sizeof key, "CLASS_%d_NAME", code);
        const char *name = msc_raster_meta(map, key);
        snprintf(key, sizeof key, "CLASS_%d_RGB", code);
        const char *rgb = msc_raster_meta(map, key);
        const int i = legend->n++;
        snprintf(legend->label[i], MSC_LEGEND_TEXT, "%s", label);
        snprintf(legend->name[i], MSC_LEGEND_TEXT, "%s", name ? name : "");
        msc_trim_text(legend->label[i]);
        msc_trim_text(legend->name[i]);
        legend->classes[i] = (msc_class){ .code = code, .name = legend->name[i], .label = legend->label[i] };
        if (rgb && sscanf(rgb, "%3u,%3u,%3u", &red, &green, &blue) == 3) {
            legend->classes[i].rgb[0] = (uint8_t)red;
            legend->classes[i].rgb[1] = (uint8_t)green;
            legend->classes[i].rgb[2] = (uint8_t)blue;
        }
    }
}

const msc_class *msc_class_of(const msc_class *classes, int n, int code)
{
    for (int i = 0; i < n; i++)
        if (classes[i].code == code) return &classes[i];
    return NULL;
}

const char *msc_class_label(const msc_class *classes, int n, int code)
{
    const msc_class *found = msc_class_of(classes, n, code);
    const char *label = !found ? NULL : found->label ? found->label : found->name;
    return label ? label : "";
}

int msc_class_named(const msc_class *classes, int n, const char *text)
{
    int found = -1, n_found = 0;
    for (int i = 0; i < n; i++) {
        if (classes[i].name && strcmp(classes[i].name, text) == 0) return classes[i].code;
        if (!classes[i].label || strcmp(classes[i].label, text) != 0) continue;
        found = classes[i].code;
        n_found++;
    }
    return n_found == 1 ? found : -1;
}
