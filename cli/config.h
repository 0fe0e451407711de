/*
 * Config: the configuration that an argument names, ready to be asked: a Sysmon XML file, a project
 * or ruleset (compiled as its profile says), or the name of a shipped ruleset;
 * on the disk or in a git revision (cli/input.h).
 */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include "cli/cli.h"
#include "generators/engine/engine.h"
#include "generators/meaning/diff.h"
#include "rulesets/policy.h"

struct pk_config_options {
	const char *profile;
	const char *library;
	const char *rev;    /* git revision to read it from; NULL: none, but see cli/input.h */
	const char *schema; /* judge or compile for this schema; NULL: newest, the profile's */
	int platform;	    /* enum pk_platform, or PK_CONFIG_ANY: the profile's, else Windows */
};

enum { PK_CONFIG_ANY = -1 };

struct pk_config {
	const char *name;		/* as given */
	const struct pk_policy *policy; /* NULL if it is XML */
	bool rules_only; /* decoded from binary rules, which say nothing of entries */
	struct pk_sysmon *sysmon;
	uint32_t *element_ids; /* what pk_sysmon_convert gave */
	const struct pk_engine *engine;
};

/*
 * Opens the configuration that `argument` names; NULL is the project of the present folder. False
 * after a report: it cannot be read, is no configuration of Sysmon, or Sysmon would refuse it.
 * Findings that Sysmon does not mind are not reported here.
 */
bool pk_config_open(struct pk_config *out, struct pk_cli *cli, const char *argument,
	const struct pk_config_options *options, struct pk_diags *diags);

/*
 * As pk_config_open for a configuration of Sysmon that has been read already, or that was decoded
 * from binary rules (pk_config_take).
 */
bool pk_config_open_source(struct pk_config *out, struct pk_cli *cli, struct pk_source *source,
	const struct pk_config_options *options, struct pk_diags *diags);
void pk_config_take(
	struct pk_config *out, struct pk_cli *cli, struct pk_sysmon *sysmon, const char *name);

/* What changes from one to the other; entries count only where both say something of them. */
const struct pk_diff *pk_config_diff(
	struct pk_arena *arena, const struct pk_config *before, const struct pk_config *after);

#endif
