/* commands.h - the tables of all commands. */
#ifndef MSC_CLI_COMMANDS_H
#define MSC_CLI_COMMANDS_H
#include "cli/options.h"

extern const cli_command cli_run;
extern const cli_command cli_plan;
extern const cli_command cli_info;
extern const cli_command cli_simulate;
extern const cli_command cli_train;
extern const cli_command cli_features;
extern const cli_command cli_classify;
extern const cli_command cli_shift;
extern const cli_command cli_change;
extern const cli_command cli_majority;
extern const cli_command cli_sieve;
extern const cli_command cli_vectorize;
extern const cli_command cli_sample;
extern const cli_command cli_assess;
extern const cli_command cli_verify;
extern const cli_command cli_irmad;

/* What is asked for on stdout: a text as it is. EWRITE when stdout does not take it. */
msc_status cli_put(const char *text, msc_error *err);

/* EVALUE unless it is 4 or 8. */
msc_status cli_check_connectivity(int connectivity, msc_error *err);

/* "[NAME=]FILE:FIELD" of --zones in place: the separators become ends. A name that is not given is the field's. EVALUE. */
msc_status cli_bind_zone(char *text, cli_lang lang, msc_zone *zone, msc_error *err);

/* A result on stdout: `json` with --json, else `line` on stderr unless --quiet. */
msc_status cli_put_result(const cli_common *common, const char *line, const char *json, msc_error *err);
#endif
