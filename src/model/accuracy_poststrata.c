/* accuracy_poststrata.c - the map's classes as strata of a sample that was drawn without any. */
#include "model/accuracy.h"
#include <string.h>

int msc_accuracy_poststratify(msc_sample_cell *cells, size_t n_cells, const int64_t *class_units, int n_classes, int *n_collapsed)
{
    int64_t n[MSC_ACCURACY_CLASSES] = { 0 }, n_thin = 0, thin_units = 0;
    int largest = -1, is_rest = 0, stratum_of[MSC_ACCURACY_CLASSES];
    for (size_t i = 0; i < n_cells; i++)
        if (cells[i].map != MSC_NOT_OBSERVED) n[cells[i].map] += cells[i].n;
    *n_collapsed = 0;
    for (int i = 0; i < n_classes; i++) {
        stratum_of[i] = i;
        if (n[i] >= 2 && (largest < 0 || n[i] > n[largest])) largest = i;
        if (n[i] >= 2 || (class_units[i] == 0 && n[i] == 0)) continue;
        n_thin += n[i];
        thin_units += class_units[i];
        ++*n_collapsed;
    }
    if (n_thin < 2 && largest >= 0 && *n_collapsed > 0) is_rest = 1;
    double weight[MSC_ACCURACY_CLASSES + 1];
    for (int i = 0; i < n_classes; i++) {
        const int joins = n[i] < 2 || (is_rest && i == largest);
        const int64_t units = !joins ? class_units[i] : thin_units + (is_rest ? class_units[largest] : 0);
        const int64_t n_there = !joins ? n[i] : n_thin + (is_rest ? n[largest] : 0);
        if (joins) stratum_of[i] = n_classes;
        weight[i] = n_there > 0 ? (double)units / (double)n_there : 1;
    }
    for (size_t i = 0; i < n_cells; i++) {
        msc_sample_cell *c = &cells[i];
        const int is_seen = c->map != MSC_NOT_OBSERVED;
        c->weight = is_seen ? weight[c->map] : 1;
        c->stratum = is_seen ? stratum_of[c->map] : n_classes + 1;
    }
    return n_classes + 2;
}
