/* raster_say.c - starts GDAL; keeps it quiet and its first failure for the error that is returned. */
#include "io/raster_file.h"
#include <cpl_error.h>
#include <pthread.h>
#include <stdio.h>

void msc_gdal_start(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, GDALAllRegister);
}

static void CPL_STDCALL hear(CPLErr class, CPLErrorNum number, const char *text)
{
    (void)number;
    msc_say *say = CPLGetErrorHandlerUserData();
    if (class < CE_Failure || !say || say->has_failed) return;
    say->has_failed = 1;
    snprintf(say->text, sizeof say->text, "%s", text);
    for (char *c = say->text; *c; c++)
        if (*c == '\n' || *c == '\r') *c = ' ';
}

void msc_say_begin(msc_say *say)
{
    say->has_failed = 0;
    say->text[0] = 0;
    CPLPushErrorHandlerEx(hear, say);
}

void msc_say_end(void) { CPLPopErrorHandler(); }
