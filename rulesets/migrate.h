/*
 * Migrate: takes a file of a ruleset from one release of ATT&CK to another.
 */
#ifndef RULESETS_MIGRATE_H
#define RULESETS_MIGRATE_H

#include "base/node.h"
#include "mitre/migrate.h"

/*
 * Migrates what the main file or a part of a ruleset says of techniques: `attack` of rules, of
 * patches and of the ruleset itself, `name` of rules and groups, `rule_name` of tests. Layers and
 * parts that it names are not read. `root` is of the migration's source.
 */
void pk_ruleset_migrate(struct pk_migration *migration, const struct pk_node *root);
/*
 * The release that a ruleset says it is written for, or PK_RELEASE_UNKNOWN: also for a part, which
 * cannot say.
 */
uint32_t pk_ruleset_release(const struct pk_history *history, const struct pk_node *root);

#endif
