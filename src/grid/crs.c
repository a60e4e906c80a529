/* crs.c - the door for PROJ. Every object has its own context: contexts are not for sharing between threads. */
#include "grid/crs.h"
#include "base/mem.h"
#include "grid/crs_wkt.h"
#include <math.h>
#include <proj.h>
#include <stdio.h>
#include <string.h>

typedef struct listener { char said[512]; } listener;

struct msc_crs {
    PJ_CONTEXT *context;
    PJ *transform;
    listener log;
};

/* PROJ would print; a library does not. The last words are kept for the error's detail. */
static void listen(void *self, int level, const char *text)
{
    listener *l = self;
    if (level <= PJ_LOG_ERROR) snprintf(l->said, sizeof l->said, "%s", text);
}

/* No network either: results must not depend on what a server has today. */
static PJ_CONTEXT *open_context(listener *l)
{
    PJ_CONTEXT *context = proj_context_create();
    l->said[0] = '\0';
    if (!context) return NULL;
    proj_log_level(context, PJ_LOG_ERROR);
    proj_log_func(context, l, listen);
    proj_context_set_enable_network(context, 0);
    return context;
}

/* The CRS that a text names; NULL when it names none. PROJ takes "+proj=..." for an operation unless told. */
static PJ *open_crs(PJ_CONTEXT *context, const char *text)
{
    char typed[1024];
    if (strstr(text, "+proj=") && !strstr(text, "+type=crs")) {
        const int n = snprintf(typed, sizeof typed, "%s +type=crs", text);
        if (n < 0 || (size_t)n >= sizeof typed) return NULL;
        text = typed;
    }
    PJ *crs = proj_create(context, text);
    if (crs && !proj_is_crs(crs)) {
        proj_destroy(crs);
        return NULL;
    }
    return crs;
}

/* The horizontal CRS inside a compound or bound one; takes `crs` over. */
static PJ *horizontal(PJ_CONTEXT *context, PJ *crs)
{
    for (;;) {
        const PJ_TYPE type = crs ? proj_get_type(crs) : PJ_TYPE_UNKNOWN;
        if (type != PJ_TYPE_COMPOUND_CRS && type != PJ_TYPE_BOUND_CRS) return crs;
        PJ *inner = type == PJ_TYPE_COMPOUND_CRS ? proj_crs_get_sub_crs(context, crs, 0)
                                                 : proj_get_source_crs(context, crs);
        proj_destroy(crs);
        crs = inner;
    }
}

static const char *said_or(const listener *l, const char *otherwise) { return l->said[0] ? l->said : otherwise; }

/* Error texts get the beginning of a WKT only: it names the CRS, the rest is noise. */
static msc_status fail_crs(msc_error *err, const char *text, const listener *l, const char *otherwise)
{
    return msc_fail(err, MSC_ECRS, "crs", "%.80s: %s", text, said_or(l, otherwise));
}

msc_status msc_crs_open(const char *from, const char *to, msc_crs **crs, msc_error *err)
{
    msc_crs *c = msc_alloc_zero(1, sizeof *c);
    *crs = NULL;
    if (!c) return msc_fail(err, MSC_ENOMEM, "crs", "%zu bytes", sizeof *c);
    msc_status status = MSC_OK;
    PJ *source = NULL, *target = NULL, *raw = NULL;
    c->context = open_context(&c->log);
    if (!c->context) {
        status = msc_fail(err, MSC_ENOMEM, "crs", "PROJ context");
        goto done;
    }
    const int is_from_base = !strcmp(from, "lonlat"), is_to_base = !strcmp(to, "lonlat");
    source = from[0] && !is_from_base ? open_crs(c->context, from) : NULL;
    target = to[0] && !is_to_base ? open_crs(c->context, to) : NULL;
    if (source && is_to_base) target = proj_crs_get_geodetic_crs(c->context, source);
    if (target && is_from_base) source = proj_crs_get_geodetic_crs(c->context, target);
    if (!source || !target) {
        status = fail_crs(err, source ? to : from, &c->log, "no coordinate system");
        goto done;
    }
    raw = proj_create_crs_to_crs_from_pj(c->context, source, target, NULL, NULL);
    c->transform = raw ? proj_normalize_for_visualization(c->context, raw) : NULL;
    if (!c->transform) status = fail_crs(err, from, &c->log, "no transform");
done:
    proj_destroy(raw);
    proj_destroy(target);
    proj_destroy(source);
    if (status != MSC_OK) msc_crs_close(&c);
    *crs = c;
    return status;
}

void msc_crs_close(msc_crs **crs)
{
    if (!*crs) return;
    proj_destroy((*crs)->transform);
    if ((*crs)->context) proj_context_destroy((*crs)->context);
    msc_release(*crs);
    *crs = NULL;
}

void msc_crs_forward(msc_crs *crs, double *e, double *n_, size_t n, size_t stride_doubles)
{
    const size_t step = stride_doubles * sizeof(double);
    proj_trans_generic(crs->transform, PJ_FWD, e, step, n, n_, step, n, NULL, 0, 0, NULL, 0, 0);
    proj_errno_reset(crs->transform);
    for (size_t i = 0; i < n; i++) {   /* one coordinate alone is of no use */
        double *x = e + i * stride_doubles, *y = n_ + i * stride_doubles;
        if (!isfinite(*x) || !isfinite(*y)) *x = *y = HUGE_VAL;
    }
}

static double unit_of(PJ_CONTEXT *context, const PJ *crs)
{
    double metres = 1.0;
    PJ *axes = crs ? proj_crs_get_coordinate_system(context, crs) : NULL;
    if (!axes || !proj_cs_get_axis_info(context, axes, 0, NULL, NULL, NULL, &metres, NULL, NULL, NULL)
        || !(metres > 0.0)) metres = 1.0;
    proj_destroy(axes);
    return metres;
}

/* Two projected systems are the same when datum, projection and unit are: a GeoTIFF says east before north where the
 * register says north before east, and pixels do not care. */
static int same_but_for_axes(PJ_CONTEXT *context, const PJ *a, const PJ *b)
{
    if (proj_get_type(a) != PJ_TYPE_PROJECTED_CRS || proj_get_type(b) != PJ_TYPE_PROJECTED_CRS) return 0;
    PJ *datum[2] = { proj_crs_get_geodetic_crs(context, a), proj_crs_get_geodetic_crs(context, b) };
    PJ *how[2] = { proj_crs_get_coordoperation(context, a), proj_crs_get_coordoperation(context, b) };
    const int same = datum[0] && datum[1] && how[0] && how[1]
        && proj_is_equivalent_to_with_ctx(context, datum[0], datum[1], PJ_COMP_EQUIVALENT_EXCEPT_AXIS_ORDER_GEOGCRS)
        && proj_is_equivalent_to_with_ctx(context, how[0], how[1], PJ_COMP_EQUIVALENT)
        && fabs(unit_of(context, a) / unit_of(context, b) - 1.0) < 1e-12;
    for (int i = 0; i < 2; i++) {
        proj_destroy(datum[i]);
        proj_destroy(how[i]);
    }
    return same;
}

int msc_crs_same(const char *a, const char *b)
{
    if (!strcmp(a, b)) return 1;
    if (!a[0] || !b[0]) return 0;
    listener log;
    PJ_CONTEXT *context = open_context(&log);
    if (!context) return 0;
    PJ *one = horizontal(context, open_crs(context, a)), *two = horizontal(context, open_crs(context, b));
    const int same = one && two
        && (proj_is_equivalent_to_with_ctx(context, one, two, PJ_COMP_EQUIVALENT_EXCEPT_AXIS_ORDER_GEOGCRS)
            || same_but_for_axes(context, one, two));
    proj_destroy(one);
    proj_destroy(two);
    proj_context_destroy(context);
    return same;
}

static msc_crs_facts facts_of(const char *wkt)
{
    msc_crs_facts f = { .metres = 1.0 };
    listener log;
    if (!wkt[0] || msc_crs_wkt_facts(wkt, &f)) return f;
    f = (msc_crs_facts){ .metres = 1.0 };
    PJ_CONTEXT *context = open_context(&log);
    if (!context) return f;
    PJ *crs = horizontal(context, open_crs(context, wkt));
    if (crs) {
        const PJ_TYPE type = proj_get_type(crs);
        f.is_projected = type == PJ_TYPE_PROJECTED_CRS;
        f.is_geographic = type == PJ_TYPE_GEOGRAPHIC_2D_CRS || type == PJ_TYPE_GEOGRAPHIC_3D_CRS;
        if (!f.is_geographic) f.metres = unit_of(context, crs);
        PJ *ellipsoid = proj_get_ellipsoid(context, crs);
        if (ellipsoid)
            proj_ellipsoid_get_parameters(context, ellipsoid, &f.semi_major_m, NULL, NULL, &f.inverse_flattening);
        proj_destroy(ellipsoid);
    }
    proj_destroy(crs);
    proj_context_destroy(context);
    return f;
}

int msc_crs_is_geographic(const char *wkt) { return facts_of(wkt).is_geographic; }

double msc_crs_metres_per_unit(const char *wkt) { return facts_of(wkt).metres; }

int msc_crs_ellipsoid(const char *wkt, double *semi_major_m, double *flattening)
{
    const msc_crs_facts f = facts_of(wkt);
    *semi_major_m = f.semi_major_m;
    *flattening = f.inverse_flattening > 0.0 ? 1.0 / f.inverse_flattening : 0.0;
    return f.semi_major_m > 0.0;
}

msc_status msc_crs_wkt(const char *text, char wkt[MSC_CRS_MAX], msc_error *err)
{
    listener log;
    PJ_CONTEXT *context = open_context(&log);
    if (!context) return msc_fail(err, MSC_ENOMEM, "crs", "PROJ context");
    static const char *const options[] = { "MULTILINE=NO", NULL };
    PJ *crs = open_crs(context, text);
    const char *made = crs ? proj_as_wkt(context, crs, PJ_WKT2_2019, options) : NULL;
    msc_status status = MSC_OK;
    if (!made) status = fail_crs(err, text, &log, "not a coordinate system");
    else if (strlen(made) >= MSC_CRS_MAX) status = fail_crs(err, text, &log, "its WKT is too long");
    else memcpy(wkt, made, strlen(made) + 1);
    proj_destroy(crs);
    proj_context_destroy(context);
    return status;
}

void msc_crs_name(const char *wkt, char *name, size_t size)
{
    listener log;
    if (size == 0) return;
    name[0] = '\0';
    PJ_CONTEXT *context = wkt[0] ? open_context(&log) : NULL;
    if (!context) return;
    PJ *crs = open_crs(context, wkt);
    const char *authority = crs ? proj_get_id_auth_name(crs, 0) : NULL, *code = crs ? proj_get_id_code(crs, 0) : NULL;
    const char *words = crs ? proj_get_name(crs) : NULL;
    if (authority && code) snprintf(name, size, "%s:%s", authority, code);
    else if (words) snprintf(name, size, "%s", words);
    proj_destroy(crs);
    proj_context_destroy(context);
}
