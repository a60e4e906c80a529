/* layer_fgb.h - the packed R-tree of a FlatGeobuf file. */
#ifndef MSC_IO_LAYER_FGB_H
#define MSC_IO_LAYER_FGB_H
#include "io/layer_out.h"

enum { MSC_FGB_NODE_ITEMS = 16, MSC_FGB_NODE_BYTES = 40 };

/* Sorts the items by the place of their box's middle on a Hilbert curve over `box`; equals keep their order. *item is
 * replaced by an array of exactly n. On the settings' threads. ENOMEM. */
msc_status msc_fgb_sort(const msc_settings *settings, msc_fgb_item **item, size_t n, const double box[4], const char *path, msc_error *err);
/* Bytes of the tree over n > 0 items. */
int64_t msc_fgb_tree_bytes(size_t n);
/* Writes the tree of the sorted items at the end of the sink; features follow each other in that order. */
msc_status msc_fgb_put_tree(const msc_fgb_item *item, size_t n, msc_layer_sink *sink, const char *path, msc_error *err);
#endif
