/*
 * Canonical: what rules mean, as text that does not change with how they are written. Two rules
 * that are written differently but say the same have equal texts: order of keys, of values and of
 * conditions, nesting of `all` in `all`, several values or an `any`, case of letters (Sysmon
 * compares without it), titles, comments and tests make no difference. The text is for digests,
 * not for people.
 */
#ifndef RULESETS_CANONICAL_H
#define RULESETS_CANONICAL_H

#include "base/buf.h"
#include "rulesets/model.h"

/* Appends the text of a rule as `policy` has it, after variables and patches. */
void pk_canonical_put_rule(
	struct pk_buf *out, const struct pk_policy *policy, const struct pk_rule *rule);
/* Appends the text of a group: what is written in it in its order, as Sysmon gets it. */
void pk_canonical_put_group(
	struct pk_buf *out, const struct pk_policy *policy, const struct pk_group *group);
/*
 * Appends the text of a part of a file as it is written, apart from the order of keys and from
 * what is for people (descriptions, reasons, owners). NULL appends nothing.
 */
void pk_canonical_put_node(struct pk_buf *out, const struct pk_node *node);

#endif
