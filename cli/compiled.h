/*
 * Compiled: a project or ruleset as the configuration of one sensor, in bytes, with what it was
 * made of.
 */
#ifndef CLI_COMPILED_H
#define CLI_COMPILED_H

#include "cli/cli.h"
#include "cli/input.h"
#include "cli/stamp.h"

struct pk_compiled_options {
	enum pk_target target; /* UNSET: the profile's, else sysmon */
	const char *profile;
	const char *library; /* folder of shipped rulesets; NULL: those built in */
	const char *schema;  /* NULL: the policy's, else the newest */
};

struct pk_compiled {
	struct pk_buf bytes;   /* finished by the caller */
	struct pk_stamp stamp; /* its output is `bytes` */
};

/*
 * Compiles what `input` names. False after a report of an error; *out is then to be finished all
 * the same. It must stay where it is.
 */
bool pk_compiled_make(struct pk_compiled *out, struct pk_cli *cli, const struct pk_input *input,
	const struct pk_compiled_options *options, struct pk_diags *diags);
void pk_compiled_finish(struct pk_compiled *compiled);

#define PK_COMPILED_AUTO __attribute__((cleanup(pk_compiled_finish))) struct pk_compiled

#endif
