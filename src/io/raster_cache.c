/* raster_cache.c - decoded blocks of one file or mosaic, shared by all workers, so that the padding of neighbouring
 * tiles does not decode a block again.
 *
 * The caller says how many tiles will want a block; after the last of them it is the first to go. The count
 * is a hint: a wrong one costs time, never a wrong pixel. Where the blocks at a seam between two rows of tiles are more
 * than there is room for, none would last until the next row: then only neighbours in a row share, and a wide raster
 * takes no more memory than they need. */
#define _POSIX_C_SOURCE 200809L
#include "io/raster_file.h"
#include "base/mem.h"
#include <pthread.h>
#include <string.h>

/* Block rows on either side of a seam, and blocks of the tiles under way. */
enum { ENTRIES_MAX = 2048, SEAM_ROWS = 2, UNDER_WAY = 12 };
typedef enum state { EMPTY, LOADING, READY } state;
typedef struct entry {
    state is;
    uint64_t index;
    int n_users;
    int64_t uses_left;
    uint64_t used;
    void *data;
} entry;

struct msc_cache {
    pthread_mutex_t lock;
    pthread_cond_t loaded;
    size_t block_bytes;
    int n, capacity;
    uint64_t clock;
    int32_t tile_px;
    entry entry[ENTRIES_MAX];
};

msc_cache *msc_cache_new(size_t block_bytes, int64_t budget_bytes)
{
    msc_cache *cache = msc_alloc_zero(1, sizeof *cache);
    if (!cache) return NULL;
    const int64_t room = budget_bytes / (int64_t)(block_bytes ? block_bytes : 1);
    cache->block_bytes = block_bytes;
    cache->capacity = room > ENTRIES_MAX ? ENTRIES_MAX : (int)room;
    pthread_mutex_init(&cache->lock, NULL);
    pthread_cond_init(&cache->loaded, NULL);
    return cache;
}

void msc_cache_empty(msc_cache *cache)
{
    for (int i = 0; i < cache->n; i++) msc_release(cache->entry[i].data);
    memset(cache->entry, 0, (size_t)cache->n * sizeof *cache->entry);
    cache->n = 0;
}

void msc_cache_free(msc_cache **cache)
{
    if (!cache || !*cache) return;
    msc_cache_empty(*cache);
    pthread_cond_destroy(&(*cache)->loaded);
    pthread_mutex_destroy(&(*cache)->lock);
    msc_release(*cache);
    *cache = NULL;
}

/* The entry with `index`, else one that may be replaced (blocks that nobody will want before old ones), else
 * NULL. */
static entry *find(msc_cache *cache, uint64_t index)
{
    entry *best = NULL;
    for (int i = 0; i < cache->n; i++) {
        entry *e = &cache->entry[i];
        if (e->is != EMPTY && e->index == index) return e;
        if (e->n_users || e->is == LOADING) continue;
        const int is_free = e->is == EMPTY || e->uses_left <= 0,
                  was_free = best && (best->is == EMPTY || best->uses_left <= 0);
        if (!best || is_free > was_free || (is_free == was_free && e->used < best->used)) best = e;
    }
    const int is_free = best && (best->is == EMPTY || best->uses_left <= 0);
    if (!is_free && cache->n < cache->capacity) {
        entry *fresh = &cache->entry[cache->n];
        fresh->data = msc_alloc(cache->block_bytes, 1);
        if (fresh->data) {
            cache->n++;
            return fresh;
        }
    }
    return best;
}

int msc_cache_get(msc_cache *cache, uint64_t index, int64_t uses, void **data, int *is_new)
{
    int slot = -1;
    pthread_mutex_lock(&cache->lock);
    entry *e = find(cache, index);
    while (e && e->is == LOADING) {
        pthread_cond_wait(&cache->loaded, &cache->lock);
        e = find(cache, index);
    }
    if (e) {
        *is_new = e->is != READY || e->index != index;
        if (*is_new) {
            e->is = LOADING;
            e->index = index;
            e->uses_left = uses;
        }
        e->n_users++;
        e->used = ++cache->clock;
        *data = e->data;
        slot = (int)(e - cache->entry);
    }
    pthread_mutex_unlock(&cache->lock);
    return slot;
}

void msc_cache_loaded(msc_cache *cache, int slot, int is_good)
{
    pthread_mutex_lock(&cache->lock);
    cache->entry[slot].is = is_good ? READY : EMPTY;
    if (!is_good) cache->entry[slot].n_users--;
    pthread_cond_broadcast(&cache->loaded);
    pthread_mutex_unlock(&cache->lock);
}

void msc_cache_release(msc_cache *cache, int slot)
{
    pthread_mutex_lock(&cache->lock);
    cache->entry[slot].n_users--;
    cache->entry[slot].uses_left--;
    pthread_mutex_unlock(&cache->lock);
}

/* Tiles of side `tile` and padding `pad` that touch [from, to) along one axis, counted from `origin`. */
static int64_t touching(int64_t from, int64_t to, int64_t origin, int64_t extent, int64_t tile, int64_t pad)
{
    const int64_t top = (extent + tile - 1) / tile - 1;
    int64_t a = (from - origin - pad) >= 0 ? (from - origin - pad) / tile : 0,
            b = (to - 1 - origin + pad) / tile;
    if (a > top) a = top;
    if (b > top) b = top;
    return b >= a ? b - a + 1 : 1;
}

int64_t msc_cache_uses(msc_cache *cache, const msc_hint *hint, msc_rect block)
{
    if (hint->core.w < 0) return 1;
    if (hint->core.w == 0) return INT64_MAX / 2;
    pthread_mutex_lock(&cache->lock);
    /* The largest core seen is the tile's side: only the last column and row are smaller. */
    if (hint->core.w > cache->tile_px) cache->tile_px = hint->core.w;
    if (hint->core.h > cache->tile_px) cache->tile_px = hint->core.h;
    const int64_t tile = cache->tile_px, in_row = (hint->width + block.w - 1) / block.w;
    pthread_mutex_unlock(&cache->lock);
    const int64_t across = touching(block.x, block.x + block.w, hint->origin_x, hint->width, tile, hint->pad_px);
    if (SEAM_ROWS * in_row + UNDER_WAY > cache->capacity) return across;
    return across * touching(block.y, block.y + block.h, hint->origin_y, hint->height, tile, hint->pad_px);
}
