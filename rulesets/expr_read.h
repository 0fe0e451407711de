/*
 * Reading `when`: a tree of conditions. Events and fields are plain text here.
 */
#ifndef RULESETS_EXPR_READ_H
#define RULESETS_EXPR_READ_H

#include "rulesets/read.h"

/* The `when` of a rule in `rules`; NULL after a report. Several keys of a mapping mean all. */
struct pk_expr *pk_expr_read(struct pk_read *read, const struct pk_node *node);
/*
 * The `when` of a rule in a group: one condition, or `all` or `any` over conditions, each exactly
 * one filter with Sysmon's raw text. NULL after a report.
 */
struct pk_expr *pk_expr_read_exact(struct pk_read *read, const struct pk_node *node);

/* The operator that a key names, or NULL after a report with what may have been meant. */
const struct pk_operator_info *pk_expr_read_operator(
	struct pk_read *read, const struct pk_node *key);
/* A new condition on the field that `key` names. */
struct pk_expr *pk_expr_make_condition(
	struct pk_read *read, const struct pk_node *key, enum pk_operator op, struct pk_span span);

#endif
