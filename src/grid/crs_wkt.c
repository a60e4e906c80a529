/* crs_wkt.c - reads ellipsoid and unit out of a WKT 2 text (ISO 19162:2019, "Well-known text representation of
 * coordinate reference systems"). Every CRS of a grid is such a text, and PROJ opens its database to read it. */
#include "grid/crs_wkt.h"
#include <stdlib.h>
#include <string.h>

/* Behind the '[' of the first node called `keyword` at or behind `at`; quoted names are skipped. NULL: there is none. */
static const char *find_node(const char *at, const char *keyword)
{
    const size_t n = strlen(keyword);
    int is_quoted = 0, is_start = 1;
    for (; *at; at++) {
        if (*at == '"') is_quoted = !is_quoted;
        if (is_quoted) continue;
        if (is_start && strncmp(at, keyword, n) == 0 && at[n] == '[') return at + n + 1;
        is_start = *at == '[' || *at == ',';
    }
    return NULL;
}

/* Behind the quoted name that begins at `at`, and its comma. */
static const char *skip_name(const char *at)
{
    const char *end = *at == '"' ? strchr(at + 1, '"') : NULL;
    return end && end[1] == ',' ? end + 2 : NULL;
}

static int is_closed(const char *at)
{
    int depth = 0, is_quoted = 0;
    for (; *at; at++) {
        if (*at == '"') is_quoted = !is_quoted;
        if (is_quoted) continue;
        depth += (*at == '[') - (*at == ']');
        if (depth < 0 || (depth == 0 && *at == ']' && at[1])) return 0;
    }
    return depth == 0 && !is_quoted;
}

/* ELLIPSOID["name",a,1/f,LENGTHUNIT["metre",1]], in the digits that PROJ writes. */
static int read_ellipsoid(const char *wkt, msc_crs_facts *facts)
{
    static const char unit[] = ",LENGTHUNIT[\"metre\",1]";
    const char *at = find_node(wkt, "ELLIPSOID");
    char *end = NULL;
    at = at ? skip_name(at) : NULL;
    if (!at) return 0;
    facts->semi_major_m = strtod(at, &end);
    if (end == at || *end != ',' || !(facts->semi_major_m > 0.0)) return 0;
    at = end + 1;
    facts->inverse_flattening = strtod(at, &end);
    return end != at && strncmp(end, unit, sizeof unit - 1) == 0 && (facts->inverse_flattening == 0.0 || facts->inverse_flattening > 1.0);
}

int msc_crs_wkt_facts(const char *wkt, msc_crs_facts *facts)
{
    static const char metre[] = "\"metre\",1]";
    *facts = (msc_crs_facts){ .metres = 1.0, .is_projected = strncmp(wkt, "PROJCRS[", 8) == 0, .is_geographic = strncmp(wkt, "GEOGCRS[", 8) == 0 };
    if (!(facts->is_projected || facts->is_geographic) || !is_closed(wkt) || !read_ellipsoid(wkt, facts)) return 0;
    if (facts->is_geographic) return 1;
    const char *axes = find_node(wkt, "CS"), *unit = axes ? find_node(axes, "LENGTHUNIT") : NULL;
    return unit && strncmp(unit, metre, sizeof metre - 1) == 0;
}
