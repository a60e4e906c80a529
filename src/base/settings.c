/* settings.c - the settings that every command starts from. */
#include "base/error.h"
#include <string.h>

const char *msc_settings_words(const msc_settings *settings, const char *english, const char *chinese)
{
    return settings->lang && strcmp(settings->lang, "zh") == 0 ? chinese : english;
}

/* All zero means: decide from the machine, write beside the output, overwrite nothing, tell nobody. */
void msc_settings_defaults(msc_settings *settings)
{
    memset(settings, 0, sizeof *settings);
}
