/* help.h - what a command's table says, for people (text, Markdown) and for programs (JSON). */
#ifndef MSC_CLI_HELP_H
#define MSC_CLI_HELP_H
#include "cli/options.h"
#include <stdio.h>

/* All three take the commands as an array that ends with a row whose name is NULL. */
void cli_help_all(FILE *out, const cli_command *commands, cli_lang lang);
void cli_help_json(FILE *out, const cli_command *commands);
void cli_help_markdown(FILE *out, const cli_command *commands);

/* One command: help text; JSON. Defaults are read from the command's own struct. */
void cli_help_command(FILE *out, const cli_command *command, cli_lang lang);
void cli_help_command_json(FILE *out, const cli_command *command);
#endif
