/*
 * Reading project files and profiles.
 */
#ifndef RULESETS_PROJECT_READ_H
#define RULESETS_PROJECT_READ_H

#include "rulesets/changes.h"
#include "rulesets/layers.h"

enum { PK_PROFILES_MAX = 256 }; /* of one file */

struct pk_project {
	const char *id;
	const struct pk_node *rulesets; /* list; NULL if it was reported as missing or wrong */
	const struct pk_node *profiles; /* mapping, or NULL */
	const struct pk_node *default_profile; /* text, or NULL */
};

/* A profile of a project file. */
struct pk_project_profile {
	const struct pk_node *node; /* mapping; NULL: no profile */
	const char *name;
	const char *target; /* NULL if not given */
	const char *schema; /* NULL if not given */
	struct pk_span schema_span;
	const struct pk_node *rulesets;	       /* list that replaces the project's, or NULL */
	const struct pk_node *ruleset_profile; /* text, or NULL */
};

/* Checks a project file and all its profiles by themselves; findings are reported. */
void pk_project_read(struct pk_read *read, struct pk_project *out, const struct pk_node *root);
/* What the profile `name` of the project says. Its node is NULL if there is none of that name. */
void pk_project_find_profile(
	const struct pk_project *project, struct pk_project_profile *out, const char *name);

/*
 * Reads the mapping `budget` for the chosen profile (NULL: none); the limits of other profiles are
 * checked only. `profiles` is the project's mapping, or NULL.
 */
void pk_budget_read(struct pk_read *read, struct pk_budget *out, const struct pk_node *node,
	const struct pk_node *profiles, const char *profile);

/* Reads the mapping `policy`; what is wrong is reported and left out. */
void pk_changes_read_section(
	struct pk_read *read, struct pk_changes_policy *out, const struct pk_node *node);

/* The mapping `profiles` of a file, or NULL; its kind and size are checked. */
const struct pk_node *pk_profiles_read(struct pk_read *read, const struct pk_node *root);
/* Checks the keys of one profile of a ruleset. */
void pk_ruleset_profile_check(struct pk_read *read, const struct pk_node *node, const char *name);
/* Reports that no profile is called `name`; `names` are those that there are. */
void pk_profile_report_unknown(struct pk_read *read, const char *name, struct pk_span span,
	const char *const *names, size_t count);

#endif
