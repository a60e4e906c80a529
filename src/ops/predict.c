/* predict.c - from bands to class and confidence: features a row at a time; signatures are asked at once, the forest
 * when many rows' bins have gathered. */
#include "ops/predict.h"
#include <string.h>

/* Features are made for pieces of a row of this many pixels: 128 features are then 512 KiB of floats at worst, some tens
 * of KiB as a rule. Their bins gather until MSC_FOREST_BLOCK pixels may ask the forest together: a tree has to come from
 * a far cache for each block, however few its pixels. */
enum { PIECE_PX = 1024 };
_Static_assert((int)PIECE_PX <= (int)MSC_FOREST_BLOCK, "a piece fits into a block");

typedef struct work {
    float *row[MSC_MAX_FEATURES];
    uint8_t *bins, *piece, *winner;
    uint16_t *votes;
    int32_t *place;              /* of the gathered pixels, from the core's first */
    uint8_t *shares;             /* [class * MSC_FOREST_BLOCK + pixel] when ranks are wanted */
    uint8_t *ranks;              /* [rank plane * MSC_FOREST_BLOCK + pixel], of the forest */
    size_t n;                    /* pixels gathered */
    void *features, *forest;
} work;

static size_t aligned(size_t n) { return (n + 63) / 64 * 64; }

/* Lays the work out from `at`; returns its size. With at NULL only the size is of use. */
static size_t carve(const msc_predict *self, char *at, work *k)
{
    const size_t n = (size_t)msc_features_n(self->features);
    size_t used = 0;
    for (size_t f = 0; f < n; f++, used += PIECE_PX * sizeof(float)) k->row[f] = at ? (float *)(at + used) : NULL;
    k->features = at ? at + used : NULL;
    used += aligned(msc_features_scratch(self->features, PIECE_PX));
    k->n = 0;
    k->shares = at ? (uint8_t *)at + used : NULL;
    used += self->has_ranks || self->has_shares ? (size_t)self->classes.n_classes * MSC_FOREST_BLOCK : 0;
    k->piece = at ? (uint8_t *)at + used : NULL;
    used += PIECE_PX;
    if (!self->forest) return used;
    k->ranks = at ? (uint8_t *)at + used : NULL;
    used += self->has_ranks ? (size_t)MSC_RANK_PLANES * MSC_FOREST_BLOCK : 0;
    k->bins = at ? (uint8_t *)at + used : NULL;
    used += n * MSC_FOREST_BLOCK;
    k->winner = at ? (uint8_t *)at + used : NULL;
    used += MSC_FOREST_BLOCK;
    k->votes = at ? (uint16_t *)(at + used) : NULL;
    used += MSC_FOREST_BLOCK * sizeof(uint16_t);
    k->place = at ? (int32_t *)(at + used) : NULL;
    used += MSC_FOREST_BLOCK * sizeof(int32_t);
    k->forest = at ? at + used : NULL;
    return used + aligned(msc_forest_scratch(self->forest));
}

static size_t scratch_bytes(const void *self, int32_t w_px, int32_t h_px)
{
    (void)w_px, (void)h_px;
    work k;
    return carve(self, NULL, &k);
}

/* The part of a tile whose core is `core`, which may reach into the padding. */
static msc_tile view(const msc_tile *tile, msc_rect core)
{
    msc_tile v = *tile;
    const ptrdiff_t at = (ptrdiff_t)(core.y - tile->core.y) * tile->stride_px + (core.x - tile->core.x);
    for (int b = 0; b < tile->n_planes; b++)
        v.plane[b].data = (uint8_t *)tile->plane[b].data + at * (ptrdiff_t)msc_type_bytes(tile->plane[b].type);
    v.valid = tile->valid + at;
    v.core = core;
    return v;
}

/* Row y of the confidence; NULL when nobody wants it. */
static uint8_t *share_row(const msc_predict *self, const msc_tile *out, int32_t y)
{
    return self->has_confidence ? msc_row_u8(out, 1, y) : NULL;
}

/* The first plane of ranks. */
static int first_rank(const msc_predict *self) { return self->has_confidence ? 2 : 1; }

/* Row y of the planes of ranks. */
static void rank_rows(const msc_predict *self, const msc_tile *out, int32_t y, uint8_t *row[MSC_RANK_PLANES])
{
    for (int r = 0; r < MSC_RANK_PLANES; r++) row[r] = msc_row_u8(out, first_rank(self) + r, y);
}

/* Every class' row of shares. */
static void share_rows(const msc_predict *self, const work *k, uint8_t *row[MSC_MAX_CLASSES])
{
    for (int c = 0; c < self->classes.n_classes; c++) row[c] = k->shares + (size_t)c * MSC_FOREST_BLOCK;
}

/* Takes planes of the pixels gathered to their places, as many at once as lie side by side. */
static void spread(const work *k, uint8_t *const *to, uint8_t *const *from, int n_planes)
{
    for (size_t i = 0, n; i < k->n; i += n) {
        for (n = 1; i + n < k->n && k->place[i + n] == k->place[i] + (int32_t)n;) n++;
        for (int b = 0; b < n_planes; b++) memcpy(to[b] + k->place[i], from[b] + i, n);
    }
}

static void spread_shares(const msc_predict *self, const msc_tile *out, const work *k)
{
    uint8_t *from[MSC_MAX_CLASSES], *to[MSC_MAX_CLASSES], *seen = msc_row_valid(out, 0);
    share_rows(self, k, from);
    for (int c = 0; c < self->classes.n_classes; c++) to[c] = msc_row_u8(out, c, 0);
    spread(k, to, from, self->classes.n_classes);
    for (size_t i = 0; i < k->n; i++) seen[k->place[i]] = 1;
}

static void spread_ranks(const msc_predict *self, const msc_tile *out, const work *k)
{
    uint8_t *share[MSC_MAX_CLASSES], *from[MSC_RANK_PLANES], *to[MSC_RANK_PLANES];
    share_rows(self, k, share);
    rank_rows(self, out, 0, to);
    for (int r = 0; r < MSC_RANK_PLANES; r++) from[r] = k->ranks + (size_t)r * MSC_FOREST_BLOCK;
    msc_rank_row(&self->classes, (const uint8_t *const *)share, k->winner, k->n, from);
    spread(k, to, from, MSC_RANK_PLANES);
}

/* What the forest said of the pixels gathered, as classes. */
static void spread_classes(const msc_predict *self, const msc_tile *out, const work *k)
{
    const unsigned n_trees = (unsigned)self->forest->n_trees;
    uint8_t *code = msc_row_u8(out, 0, 0), *share = share_row(self, out, 0), *seen = msc_row_valid(out, 0);
    for (size_t i = 0; i < k->n; i++) {
        const int c = k->winner[i];
        code[k->place[i]] = self->classes.code[c];
        if (self->classes.is_masked[c]) continue;
        if (share) share[k->place[i]] = (uint8_t)((200u * k->votes[i] + n_trees) / (2u * n_trees));
        seen[k->place[i]] = 1;
    }
    if (self->has_ranks) spread_ranks(self, out, k);
}

/* Asks the forest about the pixels gathered and spreads its answers over the tile. */
static void answer(const msc_predict *self, const msc_tile *out, work *k)
{
    if (k->n == 0) return;
    const msc_forest_answer all = { .winner = self->has_shares ? NULL : k->winner, .votes = k->votes,
                                    .shares = self->has_ranks || self->has_shares ? k->shares : NULL, .n_agree = self->n_agree };
    msc_forest_ask_shares(self->forest, k->bins, MSC_FOREST_BLOCK, k->n, &all, k->forest);
    if (self->has_shares) spread_shares(self, out, k);
    else spread_classes(self, out, k);
    k->n = 0;
}

static void clear_row(const msc_predict *self, const msc_tile *out, int32_t y)
{
    for (int b = 0; b < out->n_planes - self->carried.n; b++) memset(msc_row_u8(out, b, y), 0, (size_t)out->core.w);
    memset(msc_row_valid(out, y), 0, (size_t)out->core.w);
}

/* Gathers the bins of a row's valid pixels; `in` and `out` are the piece. */
static void gather_row(const msc_predict *self, const msc_tile *in, int32_t y, const msc_tile *out, work *k, int32_t first)
{
    const int32_t w = in->core.w;
    const uint8_t *valid = msc_row_valid(in, y);
    const int is_whole = !memchr(valid, 0, (size_t)w);
    uint8_t *all = k->piece;
    size_t n = k->n;
    if (!self->has_shares || !is_whole) clear_row(self, out, y);      /* else all of it is going to be written */
    if (is_whole)
        for (int32_t x = 0; x < w; x++) k->place[n++] = first + y * out->stride_px + x;
    else
        for (int32_t x = 0; x < w; x++)
            if (valid[x]) k->place[n++] = first + y * out->stride_px + x;
    if (n == k->n) return;
    msc_features_row(self->features, in, y, k->row, k->features);
    for (int f = 0; f < msc_features_n(self->features); f++) {
        uint8_t *bins = k->bins + (size_t)f * MSC_FOREST_BLOCK + k->n;
        msc_forest_bin(self->forest, f, k->row[f], is_whole ? bins : all, (size_t)w);
        for (int32_t x = 0; !is_whole && x < w; x++)
            if (valid[x]) *bins++ = all[x];
    }
    k->n = n;
}

/* Zeroes what is not seen of a row. */
static void blank(uint8_t *restrict row, const uint8_t *restrict seen, int32_t w)
{
    for (int32_t x = 0; x < w; x++) row[x] = seen[x] ? row[x] : 0;
}

/* Every class' share of a whole row by the signatures. */
static void judge_shares(const msc_predict *self, const msc_tile *in, int32_t y, const msc_tile *out, const work *k)
{
    const size_t w = (size_t)in->core.w;
    uint8_t *share[MSC_MAX_CLASSES], *seen = msc_row_valid(out, y);
    for (int c = 0; c < self->classes.n_classes; c++) share[c] = msc_row_u8(out, c, y);
    msc_features_row(self->features, in, y, k->row, k->features);
    msc_gauss_ask_shares(self->gauss, (const float *const *)k->row, w, k->piece, k->piece, share);   /* only the shares are kept */
    memcpy(seen, msc_row_valid(in, y), w);
    for (int c = 0; c < self->classes.n_classes; c++) blank(share[c], seen, in->core.w);
}

/* Asks the signatures about a whole row, valid or not; `in` and `out` are the piece. */
static void judge_row(const msc_predict *self, const msc_tile *in, int32_t y, const msc_tile *out, const work *k)
{
    const int32_t w = in->core.w;
    const uint8_t *restrict valid = msc_row_valid(in, y);
    uint8_t *code = msc_row_u8(out, 0, y), *seen = msc_row_valid(out, y);
    uint8_t *class_share[MSC_MAX_CLASSES], *rank[MSC_RANK_PLANES];
    msc_features_row(self->features, in, y, k->row, k->features);
    if (self->has_ranks) {
        share_rows(self, k, class_share);
        rank_rows(self, out, y, rank);
        uint8_t *percent = self->has_confidence ? share_row(self, out, y) : k->piece;
        msc_gauss_ask_shares(self->gauss, (const float *const *)k->row, (size_t)w, code, percent, class_share);
        msc_rank_row(&self->classes, (const uint8_t *const *)class_share, code, (size_t)w, rank);
    } else {
        msc_gauss_ask(self->gauss, (const float *const *)k->row, (size_t)w, code, share_row(self, out, y));
    }
    for (int32_t x = 0; x < w; x++) seen[x] = valid[x] & !self->classes.is_masked[code[x]];
    for (int32_t x = 0; x < w; x++) code[x] = self->classes.code[code[x]];
    blank(code, valid, w);
    for (int b = 1; b < out->n_planes; b++) blank(msc_row_u8(out, b, y), seen, w);
}

static void predict_tile(const void *op, const msc_tile *in, msc_tile *out, void *scratch)
{
    const msc_predict *self = op;
    work k;
    carve(self, scratch, &k);
    const int32_t pad = out->pad_px;
    const msc_rect core = in->core;
    const int32_t x_end = core.x + core.w + pad, y_end = core.y + core.h + pad;
    for (int32_t x = core.x - pad; x < x_end; x += PIECE_PX) {
        const int32_t w = x_end - x < PIECE_PX ? x_end - x : PIECE_PX;
        const msc_rect part = { x, core.y - pad, w, y_end - (core.y - pad) };
        const msc_tile from = view(in, part);
        const msc_tile to = view(out, part);
        const int32_t first = (part.y - out->core.y) * out->stride_px + (part.x - out->core.x);
        msc_features_begin(((const msc_predict *)self)->features, w, k.features);
        for (int32_t y = 0; y < part.h; y++) {
            if (k.n + (size_t)w > MSC_FOREST_BLOCK) answer(self, out, &k);
            if (self->forest) gather_row(self, &from, y, &to, &k, first);
            else if (!memchr(msc_row_valid(&from, y), 1, (size_t)w)) clear_row(self, &to, y);
            else if (self->has_shares) judge_shares(self, &from, y, &to, &k);
            else judge_row(self, &from, y, &to, &k);
        }
    }
    answer(self, out, &k);
    msc_carried_copy(&self->carried, in, 0, out, self->classes.n_classes);
}

void msc_predict_op(const msc_predict *self, msc_op *op)
{
    *op = (msc_op){ .name = "predict", .self = self, .halo_px = msc_features_halo_px(self->features),
                    .n_planes_out = self->has_shares ? self->classes.n_classes : first_rank(self) + (self->has_ranks ? MSC_RANK_PLANES : 0),
                    .scratch_bytes = scratch_bytes, .tile = predict_tile };
    for (int b = 0; b < op->n_planes_out; b++) op->types_out[b] = MSC_U8;
    msc_carried_append(&self->carried, op);
}
