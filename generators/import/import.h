/*
 * Import: from the configuration of a sensor to a project of YAML files that compiles back to it.
 *
 * A Sysmon configuration becomes a ruleset whose `groups` hold its event elements as they are, in
 * the same order, with comments; its binary rules stay the same to the byte. A Monster
 * configuration becomes rules with the lists as values. What the sensor itself leaves out is left
 * out and noted (codes PK0430 to PK0449).
 */
#ifndef GENERATORS_IMPORT_IMPORT_H
#define GENERATORS_IMPORT_IMPORT_H

#include "base/buf.h"
#include "generators/monster/monster.h"
#include "generators/sysmon/sysmon.h"

/* The texts of a project; pk_imported_finish releases them. */
struct pk_imported {
	struct pk_buf project; /* picket.yaml */
	struct pk_buf ruleset; /* ruleset.yaml, which picket.yaml names */
	size_t group_count;
	size_t rule_count;
};

struct pk_import_options {
	const char *id;	  /* of the project and its ruleset; see pk_import_make_id */
	const char *name; /* what the configuration is called, for titles: its file name */
};

/* The form of an id closest to `name`: "Sysmon Config.xml" is "sysmon-config". Never empty. */
const char *pk_import_make_id(struct pk_arena *arena, const char *name);
/* Can `text` be the id of a project? */
bool pk_import_is_id(const char *text);

/*
 * Imports a configuration that was read with comments and that Sysmon accepts. Fills `out`, which
 * must be empty; false after a report if the ruleset would be beyond the limits of the language.
 */
bool pk_import_sysmon(struct pk_imported *out, struct pk_sysmon *sysmon,
	const struct pk_import_options *options, struct pk_diags *diags);

/* As pk_import_sysmon for a Monster configuration that pk_monster_check found without errors. */
bool pk_import_monster(struct pk_imported *out, const struct pk_monster_config *config,
	const struct pk_import_options *options, struct pk_diags *diags);

void pk_imported_finish(struct pk_imported *imported);

#endif
