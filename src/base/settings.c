/* settings.c - the settings that every command starts from. */
#include "base/error.h"
#include <string.h>

/* All zero means: decide from the machine, write beside the output, overwrite nothing, tell nobody. */
void msc_settings_defaults(msc_settings *settings)
{
    memset(settings, 0, sizeof *settings);
}
