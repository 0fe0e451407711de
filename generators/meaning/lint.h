/*
 * Lint of meaning: rules that do nothing, names that no event gets, texts that are too common, and
 * excludes that can be used to hide. Codes PK1001 to PK1029.
 *
 * Every finding is backed by a proof, by an event that was shown to the engine, or by both. What
 * can neither be proven nor shown is not reported.
 */
#ifndef GENERATORS_MEANING_LINT_H
#define GENERATORS_MEANING_LINT_H

#include "generators/meaning/clause.h"

/*
 * Reports at the places of the rules. What the checks of sysmon_check.h have said in `diags` of the
 * same rule already (PK0331, PK0332, PK0345) is not said again.
 */
void pk_meaning_lint(const struct pk_meaning *meaning, struct pk_diags *diags);
/* The same for a configuration that Sysmon accepts. Its text has to outlive `diags`. */
void pk_sysmon_lint(struct pk_sysmon *sysmon, struct pk_diags *diags);

#endif
