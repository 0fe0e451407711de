/*
 * Migrate: takes the RuleNames of a Sysmon configuration from one release of ATT&CK to another.
 */
#ifndef GENERATORS_SYSMON_SYSMON_MIGRATE_H
#define GENERATORS_SYSMON_SYSMON_MIGRATE_H

#include "mitre/migrate.h"

/*
 * Migrates every attribute `name` of `source`, which must be UTF-8. False after a report if it is
 * not well-formed; what was found before that stays in the migration.
 */
bool pk_sysmon_migrate(struct pk_migration *migration, struct pk_source *source);

#endif
