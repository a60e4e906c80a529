/* model.c - the model file:
 *
 *   "MINESCAR-MODEL 1\n" | head's bytes, 64 bits | head, JSON | arrays | SHA-256 of all before it, 64 hex digits
 *
 *   arrays of a forest:     cuts of each feature, 32-bit floats | roots, 32 bits each | nodes, 32 bits each
 *   of signatures, a class: means, 64-bit floats | lower triangle of the covariance, row by row, 64-bit floats
 *
 * All numbers are little-endian. The sum guards against damage; the checks after it against files made to harm. */
#include "model/model.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "kernels/forest_walk.h"
#include "model/forest_parts.h"
#include "model/model_parts.h"
#include <string.h>

static const char magic[] = "MINESCAR-MODEL 1\n";
enum { MAGIC = sizeof magic - 1, LENGTH = 8, SUM = 64, FAMILY = 15 };   /* FAMILY: the magic without its version */

static void put(uint8_t *at, uint64_t value, int n_bytes)
{
    for (int i = 0; i < n_bytes; i++) at[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t take(const uint8_t *at, int n_bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < n_bytes; i++) value |= (uint64_t)at[i] << (8 * i);
    return value;
}

static size_t signature_numbers(const msc_gauss *g) { return (size_t)g->n_features + msc_gauss_triangle(g->n_features); }

static size_t array_bytes(const msc_model *m)
{
    const msc_forest *f = &m->forest;
    size_t n = f->n_nodes + (size_t)f->n_trees, n_signatures = 0;
    for (int c = 0; c < m->n_classes; c++) n_signatures += m->gauss.n_px[c] > 0;
    if (m->method == MSC_GAUSS) return 8 * n_signatures * signature_numbers(&m->gauss);
    for (int i = 0; i < f->n_features; i++) n += (size_t)f->n_cuts[i];
    return 4 * n;
}

static uint8_t *put_forest(uint8_t *at, const msc_forest *f)
{
    for (int i = 0; i < f->n_features; i++)
        for (int k = 0; k < f->n_cuts[i]; k++, at += 4) {
            uint32_t bits;
            memcpy(&bits, &f->cuts[i][k], sizeof bits);
            put(at, bits, 4);
        }
    for (int t = 0; t < f->n_trees; t++, at += 4) put(at, f->roots[t], 4);
    for (size_t i = 0; i < f->n_nodes; i++, at += 4) put(at, f->nodes[i], 4);
    return at;
}

/* Number i of a class: its means, then its covariance. */
static double *signature_number(const msc_gauss *g, int c, size_t i)
{
    const size_t n = (size_t)g->n_features, n_triangle = msc_gauss_triangle(g->n_features);
    return i < n ? &g->mean[(size_t)c * n + i] : &g->covariance[(size_t)c * n_triangle + (i - n)];
}

static uint8_t *put_gauss(uint8_t *at, const msc_gauss *g)
{
    for (int c = 0; c < g->n_classes; c++)
        for (size_t i = 0; g->n_px[c] > 0 && i < signature_numbers(g); i++, at += 8) {
            uint64_t bits;
            memcpy(&bits, signature_number(g, c, i), sizeof bits);
            put(at, bits, 8);
        }
    return at;
}

msc_status msc_model_write(const msc_model *model, const char *path, msc_error *err)
{
    const int is_gauss = model->method == MSC_GAUSS;
    const int n_features = is_gauss ? model->gauss.n_features : model->forest.n_features;
    const int n_classes = is_gauss ? model->gauss.n_classes : model->forest.n_classes;
    if (model->n_features != n_features || model->n_classes != n_classes)
        return msc_fail(err, MSC_EBUG, path, "%d features, %d classes", n_features, n_classes);
    char *head = msc_model_head_text(model), sum[MSC_SHA256_TEXT];
    const size_t n_head = head ? strlen(head) : 0, n = MAGIC + LENGTH + n_head + array_bytes(model) + SUM;
    uint8_t *bytes = head ? msc_alloc(n, 1) : NULL;
    msc_status status = MSC_OK;
    if (!bytes) {
        status = msc_fail(err, MSC_ENOMEM, path, "%zu bytes", n);
        goto done;
    }
    memcpy(bytes, magic, MAGIC);
    put(bytes + MAGIC, n_head, LENGTH);
    memcpy(bytes + MAGIC + LENGTH, head, n_head);
    uint8_t *at = bytes + MAGIC + LENGTH + n_head;
    at = is_gauss ? put_gauss(at, &model->gauss) : put_forest(at, &model->forest);
    msc_sha256(bytes, n - SUM, sum);
    memcpy(at, sum, SUM);
    status = msc_file_write(path, bytes, n, err);
done:
    msc_release(bytes);
    msc_release(head);
    return status;
}

/* Cuts must ascend, without NaN, so that bins are what the trees were grown on. */
static const char *take_cuts(const uint8_t **at, msc_forest *f)
{
    for (int i = 0; i < f->n_features; i++) {
        f->cuts[i] = msc_alloc(MSC_MAX_BINS, sizeof *f->cuts[i]);
        if (!f->cuts[i]) return "memory";
        for (int k = 0; k < f->n_cuts[i]; k++, *at += 4) {
            const uint32_t bits = (uint32_t)take(*at, 4);
            memcpy(&f->cuts[i][k], &bits, sizeof bits);
            if (f->cuts[i][k] != f->cuts[i][k] || (k > 0 && !(f->cuts[i][k] > f->cuts[i][k - 1]))) return "cuts";
        }
    }
    return NULL;
}

/* Holds one tree to kernels/forest_walk.h: links lead forward and stay inside, so that every walk ends inside. */
static int tree_is_sound(const uint32_t *tree, size_t n, const msc_forest *f)
{
    if (n < MSC_TREE_TOP_NODES || n > 65536) return 0;
    for (size_t i = 0; i < n; i++) {
        const uint32_t node = tree[i], offset = node >> 16;
        if (node & MSC_NODE_LEAF) {
            if (msc_node_leaf(node & 127u) != node || (node & 127u) >= (uint32_t)f->n_classes) return 0;
            if (i < MSC_TREE_FIRST && (tree[2 * i + 1] != node || tree[2 * i + 2] != node)) return 0;
        } else {
            if (msc_node_feature(node) >= (uint32_t)f->n_features || offset == 0 || i + offset + 1 >= n) return 0;
            if (i < MSC_TREE_FIRST && offset != i + 1) return 0;
        }
    }
    return 1;
}

static const char *take_trees(const uint8_t **at, msc_forest *f)
{
    f->roots = msc_alloc((size_t)f->n_trees, sizeof *f->roots);
    f->nodes = msc_alloc(f->n_nodes, sizeof *f->nodes);
    if (!f->roots || !f->nodes) return "memory";
    for (int t = 0; t < f->n_trees; t++, *at += 4) f->roots[t] = (uint32_t)take(*at, 4);
    for (size_t i = 0; i < f->n_nodes; i++, *at += 4) f->nodes[i] = (uint32_t)take(*at, 4);
    for (int t = 0; t < f->n_trees; t++) {
        const size_t from = f->roots[t], to = t + 1 < f->n_trees ? f->roots[t + 1] : f->n_nodes;
        if ((t == 0 && from != 0) || from > to || to > f->n_nodes) return "roots";
        if (!tree_is_sound(f->nodes + from, to - from, f)) return "nodes";
    }
    return NULL;
}

static const char *take_forest(const uint8_t *at, msc_forest *f)
{
    const char *wrong = take_cuts(&at, f);
    if (!wrong) wrong = take_trees(&at, f);
    return wrong || msc_forest_levels(f) ? wrong : "memory";
}

static const char *take_gauss(const uint8_t *at, msc_gauss *g)
{
    int64_t n_px[MSC_MAX_CLASSES];
    memcpy(n_px, g->n_px, sizeof n_px);
    if (msc_gauss_init(g->n_features, g->n_classes, g, NULL) != MSC_OK) return "memory";
    memcpy(g->n_px, n_px, sizeof n_px);
    for (int c = 0; c < g->n_classes; c++)
        for (size_t i = 0; g->n_px[c] > 0 && i < signature_numbers(g); i++, at += 8) {
            const uint64_t bits = take(at, 8);
            memcpy(signature_number(g, c, i), &bits, sizeof bits);
        }
    return msc_gauss_tabulate(g);
}

msc_status msc_model_parse(const uint8_t *bytes, size_t n, const char *path, msc_model *model, msc_error *err)
{
    char sum[MSC_SHA256_TEXT];
    if (n < FAMILY || memcmp(bytes, magic, FAMILY) != 0) return msc_fail(err, MSC_EMODEL, path, "not a model file");
    if (n < MAGIC || memcmp(bytes, magic, MAGIC) != 0) return msc_fail(err, MSC_EMODEL, path, "unknown version");
    if (n < MAGIC + LENGTH + SUM) return msc_fail(err, MSC_EMODEL, path, "%zu bytes", n);
    msc_sha256(bytes, n - SUM, sum);
    if (memcmp(sum, bytes + n - SUM, SUM) != 0) return msc_fail(err, MSC_EMODEL, path, "checksum");
    const uint64_t n_head = take(bytes + MAGIC, LENGTH);
    const size_t room = n - MAGIC - LENGTH - SUM;
    if (n_head > room) return msc_fail(err, MSC_EMODEL, path, "head");
    MSC_TRY(msc_model_head_read((const char *)bytes + MAGIC + LENGTH, (size_t)n_head, path, model, err));
    if (array_bytes(model) != room - n_head) return msc_fail(err, MSC_EMODEL, path, "sizes");
    const uint8_t *at = bytes + MAGIC + LENGTH + n_head;
    const char *wrong = model->method == MSC_GAUSS ? take_gauss(at, &model->gauss) : take_forest(at, &model->forest);
    if (wrong && strcmp(wrong, "memory") == 0) return msc_fail(err, MSC_ENOMEM, path, "%zu bytes", n);
    return wrong ? msc_fail(err, MSC_EMODEL, path, "%s", wrong) : MSC_OK;
}

msc_status msc_model_read(const char *path, msc_model *model, msc_error *err)
{
    char *bytes = NULL;
    size_t n = 0;
    MSC_TRY(msc_file_read(path, &bytes, &n, err));
    msc_model read = { 0 };
    const msc_status status = msc_model_parse((const uint8_t *)bytes, n, path, &read, err);
    msc_release(bytes);
    if (status == MSC_OK) *model = read;
    else msc_model_clear(&read);
    return status;
}

void msc_model_clear(msc_model *model)
{
    msc_forest_clear(&model->forest);
    msc_gauss_clear(&model->gauss);
    msc_release(model->provenance);
    *model = (msc_model){ 0 };
}
