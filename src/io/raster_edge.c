/* raster_edge.c - finds the fill round an image: pixels of one value, connected by sides to the border.
 *
 * Rows are read once from the top. Equal pixels of a row are a run; runs that touch in two rows are joined by
 * union-find, and a set that holds a run on the border is fill. Only runs are kept, never pixels. */
#include "io/raster_file.h"
#include "base/mem.h"
#include <string.h>

typedef struct sets {
    size_t *parent;     /* [n run]; the smallest index of a set is its root. SIZE_MAX - 1 stands for none */
    uint8_t *is_border; /* [n run], at roots */
    size_t parent_capacity, border_capacity;
} sets;

static size_t root_of(size_t *parent, size_t i)
{
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
}

static void join(sets *s, size_t a, size_t b)
{
    a = root_of(s->parent, a);
    b = root_of(s->parent, b);
    if (a == b) return;
    const size_t low = a < b ? a : b, high = a < b ? b : a;
    s->parent[high] = low;
    s->is_border[low] |= s->is_border[high];
}

/* Joins the runs above[a0..a1) with the runs of the next row [a1..n). */
static void join_rows(sets *s, const msc_span *run, size_t a0, size_t a1, size_t n)
{
    for (size_t a = a0, b = a1; a < a1 && b < n;) {
        if (run[a].begin < run[b].end && run[b].begin < run[a].end) join(s, a, b);
        if (run[a].end < run[b].end) a++;
        else b++;
    }
}

static int is_fill(const msc_file *file, const msc_window *window, size_t at)
{
    const size_t n = (size_t)window->rect.w * (size_t)window->rect.h;
    for (int b = 0; b < file->n_bands; b++) {
        const size_t i = (size_t)b * n + at;
        const double value = window->type == MSC_U8    ? ((const uint8_t *)window->data)[i]
                             : window->type == MSC_U16 ? ((const uint16_t *)window->data)[i]
                                                       : (double)((const float *)window->data)[i];
        const double fill = window->type == MSC_F32 ? (double)(float)file->value[b] : file->value[b];
        if (value != fill) return 0;
    }
    return 1;
}

static int add_run(msc_edge *edge, size_t *capacity, sets *s, size_t n, msc_span run, int is_border)
{
    if (!msc_reserve((void **)&edge->run, capacity, n + 1, sizeof *edge->run) ||
        !msc_reserve((void **)&s->parent, &s->parent_capacity, n + 1, sizeof *s->parent) ||
        !msc_reserve((void **)&s->is_border, &s->border_capacity, n + 1, 1))
        return 0;
    edge->run[n] = run;
    s->parent[n] = n;
    s->is_border[n] = (uint8_t)is_border;
    return 1;
}

/* Appends the runs of one window row; returns their new number or SIZE_MAX without memory. */
static size_t runs_of_row(const msc_file *file, const msc_window *window, int32_t row, size_t n,
                          size_t *capacity, sets *s)
{
    msc_edge *edge = (msc_edge *)&file->edge;
    const int32_t w = window->rect.w, y = window->rect.y + row;
    for (int32_t x = 0; x < w;) {
        if (!is_fill(file, window, (size_t)row * (size_t)w + (size_t)x)) {
            x++;
            continue;
        }
        const int32_t begin = x;
        while (x < w && is_fill(file, window, (size_t)row * (size_t)w + (size_t)x)) x++;
        const int is_border = begin == 0 || x == w || y == 0 || y == file->grid.height_px - 1;
        const msc_span run = { begin, x };
        if (!add_run(edge, capacity, s, n, run, is_border)) return SIZE_MAX;
        n++;
    }
    return n;
}

/* Keeps the runs of sets at the border. */
static void keep_border(msc_edge *edge, int32_t height, const sets *s)
{
    size_t kept = 0;
    for (int32_t y = 0; y < height; y++) {
        const size_t from = edge->row_start[y], to = edge->row_start[y + 1];
        edge->row_start[y] = kept;
        for (size_t i = from; i < to; i++)
            if (s->is_border[root_of(s->parent, i)]) edge->run[kept++] = edge->run[i];
    }
    edge->row_start[height] = kept;
}

msc_status msc_edge_find(msc_file *file, msc_handle *handle, msc_error *err)
{
    const int32_t w = file->grid.width_px, h = file->grid.height_px, strip = file->strip_px;
    const size_t n_px = msc_mul_size((size_t)w, (size_t)strip);
    msc_window window = { .rect = { 0, 0, w, 0 },
                          .n_bands = file->n_bands + file->has_alpha,
                          .type = file->as,
                          .hint = { .core = { 0, 0, -1, -1 } } };
    sets s = { 0 };
    size_t n = 0, above = 0, capacity = 0;
    msc_status status = MSC_OK;
    window.data = msc_alloc(n_px, msc_file_pixel_bytes(file));
    window.valid = msc_alloc(n_px, 1);
    file->edge.row_start = NULL;
    size_t *row_start = msc_alloc_zero((size_t)h + 1, sizeof *row_start);
    if (!window.data || !window.valid || !row_start)
        status = msc_fail(err, MSC_ENOMEM, file->path, "edge fill");
    for (int32_t y = 0; y < h && status == MSC_OK; y += strip) {
        window.rect.y = y;
        window.rect.h = h - y < strip ? h - y : strip;
        msc_window_pack(&window);
        status = msc_file_read_window(file, handle, &window, err);
        for (int32_t row = 0; row < window.rect.h && status == MSC_OK; row++) {
            const size_t begin = n;
            row_start[y + row] = begin;
            n = runs_of_row(file, &window, row, n, &capacity, &s);
            if (n == SIZE_MAX) status = msc_fail(err, MSC_ENOMEM, file->path, "edge fill");
            else join_rows(&s, file->edge.run, above, begin, n);
            above = begin;
        }
    }
    if (status == MSC_OK) {
        row_start[h] = n;
        file->edge.row_start = row_start;
        row_start = NULL;
        keep_border(&file->edge, h, &s);
    }
    msc_release(row_start);
    msc_release(s.is_border);
    msc_release(s.parent);
    msc_release(window.valid);
    msc_release(window.data);
    return status;
}

void msc_edge_clear(msc_edge *edge)
{
    msc_release(edge->row_start);
    msc_release(edge->run);
    memset(edge, 0, sizeof *edge);
}

void msc_edge_apply(const msc_edge *edge, msc_window *window)
{
    const int32_t x0 = window->rect.x, x1 = x0 + window->rect.w;
    for (int32_t row = 0; row < window->rect.h; row++) {
        const int32_t y = window->rect.y + row;
        uint8_t *valid = window->valid + (size_t)row * window->stride_px;
        for (size_t i = edge->row_start[y]; i < edge->row_start[y + 1]; i++) {
            const int32_t begin = edge->run[i].begin > x0 ? edge->run[i].begin : x0;
            const int32_t end = edge->run[i].end < x1 ? edge->run[i].end : x1;
            if (begin < end) memset(valid + (begin - x0), 0, (size_t)(end - begin));
        }
    }
}
