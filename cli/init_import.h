/*
 * What `init` takes over from a configuration that a team has already.
 */
#ifndef CLI_INIT_IMPORT_H
#define CLI_INIT_IMPORT_H

#include "generators/import/import.h"

#define PK_INIT_IMPORTED "imported" /* id of the ruleset */

/*
 * Makes a ruleset of the Sysmon XML at `path`, with the id PK_INIT_IMPORTED, in out->ruleset; the
 * caller releases `out` with pk_imported_finish. False after a report: it cannot be read, is no
 * configuration of Sysmon, or Sysmon would refuse it.
 */
bool pk_init_import(struct pk_imported *out, const char *path, enum pk_platform platform,
	struct pk_diags *diags);

#endif
