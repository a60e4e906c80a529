/* accuracy_ask.c - reads samples on stdin and prints all estimates, for accuracy_twin.py. A sample is a line
 * "classes strata cells" and a line "map reference stratum weight n" a cell; map -1 is not observed. */
#include "model/accuracy.h"
#include <stdio.h>
#include <stdlib.h>

static void put(const char *name, int i, int j, msc_estimate e) { printf("%s %d %d %.17g %.17g %.17g %.17g\n", name, i, j, e.value, e.se, e.low, e.high); }
static msc_estimate pair(double a, double b) { return (msc_estimate){ a, b, 0, 0 }; }

int main(void)
{
    static msc_accuracy a;
    int n_classes, n_strata;
    size_t n_cells;
    msc_error err;
    while (scanf("%d %d %zu", &n_classes, &n_strata, &n_cells) == 3) {
        msc_sample_cell *cells = calloc(n_cells + 1, sizeof *cells);
        for (size_t i = 0; cells && i < n_cells; i++)
            if (scanf("%d %d %d %lf %ld", &cells[i].map, &cells[i].reference, &cells[i].stratum, &cells[i].weight, &cells[i].n) != 5) return 2;
        if (!cells || msc_accuracy_estimate(cells, n_cells, n_classes, n_strata, &a, &err) != MSC_OK) return 2;
        put("overall", 0, 0, a.overall);
        for (int i = 0; i < n_classes; i++) {
            put("users", i, 0, a.users[i]);
            put("producers", i, 0, a.producers[i]);
            put("area", i, 0, a.reference_share[i]);
            put("f1", i, 0, a.f1[i]);
            put("map", i, 0, a.map_share[i]);
            put("none", i, 0, pair(a.none_upper[i], a.miss_upper[i]));
            for (int j = 0; j < n_classes; j++) put("share", i, j, a.share[i][j]);
        }
        put("bound", 0, 0, pair(a.absent_upper, a.n_thin));
        puts("end");
        free(cells);
    }
    return 0;
}
