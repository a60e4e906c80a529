/* error.c - statuses, their names and exit codes, and the caller's error record. */
#include "base/error.h"
#include "base/mem.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct { const char *name; int exit_code; } statuses[MSC_N_STATUS] = {
    [MSC_OK] = { "OK", 0 }, [MSC_ECHECK] = { "ECHECK", 1 }, [MSC_ESHIFT] = { "ESHIFT", 1 },
    [MSC_EUSAGE] = { "EUSAGE", 2 }, [MSC_EVALUE] = { "EVALUE", 2 }, [MSC_EJOB] = { "EJOB", 2 },
    [MSC_ENOFILE] = { "ENOFILE", 3 }, [MSC_EFORMAT] = { "EFORMAT", 3 }, [MSC_EREAD] = { "EREAD", 3 },
    [MSC_ECRS] = { "ECRS", 3 }, [MSC_EGRID] = { "EGRID", 3 }, [MSC_EOVERLAP] = { "EOVERLAP", 3 },
    [MSC_EBAND] = { "EBAND", 3 }, [MSC_ETRAIN] = { "ETRAIN", 3 }, [MSC_EONECLASS] = { "EONECLASS", 3 },
    [MSC_ENODATA] = { "ENODATA", 3 }, [MSC_EMODEL] = { "EMODEL", 3 }, [MSC_EMODELBANDS] = { "EMODELBANDS", 3 },
    [MSC_EFIELD] = { "EFIELD", 3 }, [MSC_ETEXT] = { "ETEXT", 3 },
    [MSC_EEXISTS] = { "EEXISTS", 4 }, [MSC_EWRITE] = { "EWRITE", 4 }, [MSC_ENOSPACE] = { "ENOSPACE", 4 },
    [MSC_EPERM] = { "EPERM", 4 }, [MSC_EBUSY] = { "EBUSY", 4 },
    [MSC_EMEMCAP] = { "EMEMCAP", 5 }, [MSC_ENOMEM] = { "ENOMEM", 5 },
    [MSC_ECANCELLED] = { "ECANCELLED", 130 }, [MSC_EBUG] = { "EBUG", 70 },
    [MSC_WNODEM] = { "WNODEM", 0 }, [MSC_WDEMGAP] = { "WDEMGAP", 0 }, [MSC_WBANDORDER] = { "WBANDORDER", 0 }, [MSC_WBANDSANE] = { "WBANDSANE", 0 },
    [MSC_WNONIR] = { "WNONIR", 0 }, [MSC_WDROPPED] = { "WDROPPED", 0 }, [MSC_WREPAIRED] = { "WREPAIRED", 0 },
    [MSC_WSHIFT] = { "WSHIFT", 0 }, [MSC_WNOSHIFT] = { "WNOSHIFT", 0 }, [MSC_WOTHER] = { "WOTHER", 0 },
};

const char *msc_status_name(msc_status status)
{
    return status < MSC_N_STATUS && statuses[status].name ? statuses[status].name : "EBUG";
}

int msc_status_exit_code(msc_status status)
{
    return status < MSC_N_STATUS && statuses[status].name ? statuses[status].exit_code : 70;
}

const char *msc_version(void) { return MSC_VERSION; }

static void fill(msc_error *err, msc_status status, const char *subject, const char *fmt, va_list ap)
{
    err->status = status;
    snprintf(err->subject, sizeof err->subject, "%s", subject ? subject : "");
    vsnprintf(err->detail, sizeof err->detail, fmt, ap);
    msc_trim_text(err->subject);
    msc_trim_text(err->detail);
}

msc_status msc_fail(msc_error *err, msc_status status, const char *subject, const char *fmt, ...)
{
    if (err) {
        va_list ap;
        va_start(ap, fmt);
        fill(err, status, subject, fmt, ap);
        va_end(ap);
    }
    return status;
}

msc_status msc_fail_errno(msc_error *err, int errnum, msc_status otherwise, const char *subject)
{
    msc_status status = otherwise;
    switch (errnum) {
    case ENOENT: case ENOTDIR: status = otherwise == MSC_EWRITE ? MSC_EWRITE : MSC_ENOFILE; break;
    case ENOSPC: case EDQUOT: case EFBIG: status = MSC_ENOSPACE; break;
    case EACCES: case EPERM: case EROFS: status = otherwise == MSC_EWRITE ? MSC_EPERM : MSC_ENOFILE; break;
    case ENOMEM: status = MSC_ENOMEM; break;
    default: break;
    }
    return msc_fail(err, status, subject, "%s", strerror(errnum));
}

void msc_warn(const msc_settings *settings, msc_status status, const char *subject, const char *fmt, ...)
{
    if (!settings || !settings->warn) return;
    msc_error what;
    va_list ap;
    va_start(ap, fmt);
    fill(&what, status, subject, fmt, ap);
    va_end(ap);
    settings->warn(settings->self, &what);
}
