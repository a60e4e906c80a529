/* raster_out_keys.c - GeoTIFF's keys of a registered system, put into a file that GDAL has made without one.
 *
 * GDAL asks PROJ for datum names on the way to keys, and PROJ looks through all of its database: 20 ms for the first file
 * of a process, 7 for every other. For transverse Mercator zones of EPSG on the systems in use, the keys follow from the
 * number and the names, and are the bytes that GDAL writes: compared for all 654 such zones. */
#define _POSIX_C_SOURCE 200809L
#include "io/raster_out_file.h"
#include "base/mem.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Tags, keys and codes of GeoTIFF 1.1 (OGC 19-008r4, annex B); types of TIFF 6.0. */
enum { TAG_TIES = 33922, TAG_KEYS = 34735, TAG_TEXT = 34737, TYPE_ASCII = 2, TYPE_SHORT = 3 };
enum { ENTRY_BYTES = 12, FIRST_IFD = 8, N_KEYS = 7, KEY_SHORTS = 4 * (N_KEYS + 1) };

static uint32_t get(const uint8_t *at, size_t n)
{
    uint32_t value = 0;
    for (size_t i = 0; i < n; i++) value |= (uint32_t)at[i] << 8 * i;
    return value;
}

static uint8_t *put(uint8_t *at, size_t n, uint32_t value)
{
    for (size_t i = 0; i < n; i++) at[i] = (uint8_t)(value >> 8 * i);
    return at + n;
}

/* The plain name that follows `before`, whose end is `after`; its length, 0 when it is not of that kind. */
static size_t name_at(const char *wkt, const char *before, const char *after)
{
    const size_t n = strlen(before);
    if (strncmp(wkt, before, n) != 0) return 0;
    const char *end = strchr(wkt + n, '"');
    if (!end || strncmp(end, after, strlen(after)) != 0) return 0;
    for (const char *c = wkt + n; c < end; c++)
        if (*c == '|' || (unsigned char)*c < 32 || (unsigned char)*c > 126) return 0;
    return (size_t)(end - wkt) - n;
}

/* CGCS2000, WGS 84, Xian 1980, Beijing 1954, New Beijing, ETRS89, NAD83. Of zones on systems that EPSG has withdrawn GDAL writes
 * other keys. */
static int has_known_base(const char *wkt)
{
    static const int known[] = { 4490, 4326, 4610, 4214, 4555, 4258, 4269 };
    char node[48];
    int is_known = 0;
    for (size_t i = 0; i < sizeof known / sizeof *known && !is_known; i++) {
        snprintf(node, sizeof node, ",ID[\"EPSG\",%d]],CONVERSION[", known[i]);
        is_known = strstr(wkt, node) != NULL;
    }
    return is_known;
}

int msc_geo_keys_of(const char *wkt, msc_geo_keys *keys)
{
    static const char head[] = "PROJCRS[\"", base[] = "\",BASEGEOGCRS[\"", tail[] = ",ID[\"EPSG\",";
    const size_t n_name = name_at(wkt, head, base);
    const size_t n_base = n_name ? name_at(wkt + sizeof head - 1 + n_name, base, "\",") : 0, size = strlen(wkt);
    const char *id = wkt + size;
    if (!n_base || n_name + n_base + 3 > sizeof keys->text || !strstr(wkt, "METHOD[\"Transverse Mercator\",ID[\"EPSG\",9807]]") ||
        !has_known_base(wkt) || strstr(wkt, "ANGLEUNIT[\"grad\"") || msc_crs_metres_per_unit(wkt) != 1.0)
        return 0;
    while (id > wkt && *id != ',') id--;     /* the number */
    if (id > wkt) id--;
    while (id > wkt && *id != ',') id--;     /* the register and its number: the last node of the text */
    char *end = NULL;
    const long code = strncmp(id, tail, sizeof tail - 1) == 0 ? strtol(id + sizeof tail - 1, &end, 10) : 0;
    if (code < 1024 || code > 32766 || strcmp(end, "]]") != 0) return 0;
    const uint16_t made[KEY_SHORTS] = { 1, 1, 0, N_KEYS, 1024, 0, 1, 1, 1025, 0, 1, 1, 1026, TAG_TEXT, (uint16_t)(n_name + 1), 0,
                                        2049, TAG_TEXT, (uint16_t)(n_base + 1), (uint16_t)(n_name + 1), 2054, 0, 1, 9102,
                                        3072, 0, 1, (uint16_t)code, 3076, 0, 1, 9001 };
    memcpy(keys->number, made, sizeof made);
    keys->n_text = (size_t)snprintf(keys->text, sizeof keys->text, "%.*s|%.*s|", (int)n_name, wkt + sizeof head - 1, (int)n_base,
                                    wkt + sizeof head - 1 + n_name + sizeof base - 1) + 1;
    return 1;
}

/* Bytes of one value of a TIFF type; 0 for one that is not known. */
static size_t type_bytes(uint32_t type)
{
    static const uint8_t bytes[] = { 0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8 };
    return type < sizeof bytes ? bytes[type] : 0;
}

/* Where the data of an entry lie outside of it; *size 0: inside. 0 for an entry that is not to be moved, blocks included. */
static int find_data(const uint8_t *entry, const uint8_t *bytes, size_t n, size_t *from, size_t *size)
{
    const uint32_t tag = get(entry, 2), value = get(entry + 8, 4);
    const size_t all = msc_mul_size(type_bytes(get(entry + 2, 2)), get(entry + 4, 4));
    if (all == 0 || tag == TAG_KEYS || tag == TAG_TEXT || tag == TIFFTAG_SUBIFD) return 0;
    if (all > 4 && (value >= n || all > n - value)) return 0;
    const uint8_t *data = all > 4 ? bytes + value : entry + 8;
    for (size_t i = 0; (tag == TIFFTAG_TILEOFFSETS || tag == TIFFTAG_STRIPOFFSETS) && i < all; i++)
        if (data[i] != 0) return 0;
    *from = value;
    *size = all > 4 ? all : 0;
    return 1;
}

/* The file, laid out as GDAL does it: one directory, then data; the keys' come behind the tie points'. */
typedef struct plan { size_t n_entries, entry_at, data_at; } plan;

static int lay_out(const uint8_t *bytes, size_t n, plan *p)
{
    static const uint8_t start[FIRST_IFD] = { 'I', 'I', 42, 0, FIRST_IFD, 0, 0, 0 };
    if (n < FIRST_IFD + 2 || memcmp(bytes, start, sizeof start) != 0) return 0;
    const size_t n_entries = get(bytes + FIRST_IFD, 2), first = FIRST_IFD + 2, end = first + ENTRY_BYTES * n_entries;
    if (end + 4 > n || get(bytes + end, 4) != 0) return 0;
    *p = (plan){ n_entries, first, 0 };
    for (size_t e = first, from, size; e < end; e += ENTRY_BYTES) {
        if (!find_data(bytes + e, bytes, n, &from, &size)) return 0;
        if (get(bytes + e, 2) < TAG_KEYS) p->entry_at = e + ENTRY_BYTES;
        if (get(bytes + e, 2) == TAG_TIES) p->data_at = size ? from + size : 0;
    }
    return p->data_at >= end + 4 && p->data_at % 2 == 0;
}

/* Two entries more, and their data. */
static size_t splice(const msc_geo_keys *keys, const uint8_t *bytes, size_t n, const plan *p, uint8_t *to)
{
    enum { MORE = 2 * ENTRY_BYTES };
    const size_t data = p->data_at + MORE, text = data + sizeof keys->number, rest = n - p->data_at;
    const size_t behind = text + keys->n_text + (rest > 0 && keys->n_text % 2), more_data = behind - data;
    memset(to, 0, behind);
    memcpy(to, bytes, p->entry_at);
    memcpy(to + p->entry_at + MORE, bytes + p->entry_at, p->data_at - p->entry_at);
    memcpy(to + behind, bytes + p->data_at, rest);
    put(to + FIRST_IFD, 2, (uint32_t)p->n_entries + 2);
    uint8_t *entry = put(put(put(put(to + p->entry_at, 2, TAG_KEYS), 2, TYPE_SHORT), 4, KEY_SHORTS), 4, (uint32_t)data);
    put(put(put(put(entry, 2, TAG_TEXT), 2, TYPE_ASCII), 4, (uint32_t)keys->n_text), 4, (uint32_t)text);
    for (size_t i = 0; i < KEY_SHORTS; i++) put(to + data + 2 * i, 2, keys->number[i]);
    memcpy(to + text, keys->text, keys->n_text);
    for (size_t i = 0, from = 0, size = 0; i < p->n_entries; i++) {
        const size_t old = FIRST_IFD + 2 + ENTRY_BYTES * i, new = old < p->entry_at ? old : old + MORE;
        if (find_data(bytes + old, bytes, n, &from, &size) && size)
            put(to + new + 8, 4, (uint32_t)(from + MORE + (from >= p->data_at ? more_data : 0)));
    }
    return behind + rest;
}

int msc_geo_keys_add(const char *path, const msc_geo_keys *keys)
{
    char *bytes = NULL;
    size_t n = 0;
    if (msc_file_read(path, &bytes, &n, NULL) != MSC_OK) return 0;
    uint8_t *made = n < UINT32_MAX / 2 ? msc_alloc(n + 2 * ENTRY_BYTES + 1 + sizeof *keys, 1) : NULL;
    plan p;
    FILE *file = made && lay_out((uint8_t *)bytes, n, &p) ? fopen(path, "r+b") : NULL;
    int is_done = 0;
    if (file) {
        const size_t n_made = splice(keys, (uint8_t *)bytes, n, &p, made);
        is_done = fwrite(made, 1, n_made, file) == n_made;
        is_done = fclose(file) == 0 && is_done;
    }
    msc_release(made);
    msc_release(bytes);
    return is_done;
}
