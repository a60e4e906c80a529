/* program.c - a program of somebody else: asks for a raster that is not there and hears so. */
#include <minescar.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    const char *const path = "/nowhere/at-all.tif";
    msc_settings settings;
    msc_error err = { 0 };
    char *text = NULL;
    msc_settings_defaults(&settings);
    const msc_status status = msc_info(&settings, &path, 1, 0, &text, &err);
    printf("%s: %s: %s\n", msc_status_name(status), err.subject, err.detail);
    return status == MSC_ENOFILE && strcmp(err.subject, path) == 0 && strcmp(msc_version(), MSC_VERSION) == 0 ? 0 : 1;
}
