/*
 * Version: the semantic version of a ruleset and what `extends` may ask of it.
 */
#ifndef RULESETS_VERSION_H
#define RULESETS_VERSION_H

#include "rulesets/model.h"

/* Whole text is MAJOR.MINOR.PATCH without leading zeros; *out is set only then. */
bool pk_version_parse(struct pk_version *out, const char *text);
/*
 * Whole text is MAJOR, MAJOR.MINOR or MAJOR.MINOR.PATCH: the least version needed. What is left
 * out is 0. *out is set only then.
 */
bool pk_version_parse_need(struct pk_version *out, const char *text);
/* True if `version` has the major number of `need` and is not older. */
bool pk_version_meets(const struct pk_version *version, const struct pk_version *need);

#endif
