/*
 * Read: what the readers of the ruleset language share. Only the .c files of rulesets/ use it.
 *
 * A struct pk_read is one run of pk_policy_read: where findings go, what has been defined so far,
 * and how much of the limits is used up. It lives as long as the call.
 */
#ifndef RULESETS_READ_H
#define RULESETS_READ_H

#include "mitre/history.h"
#include "rulesets/policy.h"
#include "rulesets/scope.h"

enum {
	PK_VALUES_MAX = 10000,	       /* values of one condition or list */
	PK_VALUES_TOTAL_MAX = 1000000, /* values of one policy */
	PK_ID_MAX = 128,	       /* bytes of an id */
	PK_SUGGESTIONS_MAX = 200,      /* searches for "did you mean" in one policy */
};

struct pk_read {
	struct pk_arena *arena;
	struct pk_diags *diags;
	struct pk_policy *policy;
	const struct pk_policy_options *options;
	const struct pk_attack *attack;
	const struct pk_ruleset *set; /* whose rules are being read; NULL: those of a profile */
	struct pk_scope *scope;	      /* variables and lists; its own for a profile not chosen */
	bool incomplete;	      /* a layer is missing, and with it names that others use */
	bool literal;		      /* ${name} is plain text here: groups without `variables` */
	size_t values;		      /* made so far */
	size_t suggestions;	      /* searched so far */
	struct pk_map groups_by_id;   /* const struct pk_group * */
};

/* A list of values while it grows; its parts go into struct pk_expr. */
struct pk_value_list {
	struct pk_value *items;
	size_t len;
	size_t cap;
};

/* A word of the language and the number it stands for. */
struct pk_word {
	const char *name;
	unsigned value;
};

#define PK_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The text of a scalar other than null, as written; NULL after a report naming `what`. */
const char *pk_read_raw_text(struct pk_read *read, const struct pk_node *node, const char *what);
/* As pk_read_raw_text, with variables replaced unless `literal` is set. */
const char *pk_read_text(struct pk_read *read, const struct pk_node *node, const char *what);
/* As pk_read_raw_text; an empty text is reported too. */
const char *pk_read_filled(struct pk_read *read, const struct pk_node *node, const char *what);
/* A text of the form of an id; NULL after a report. */
const char *pk_read_id(struct pk_read *read, const struct pk_node *node, const char *what);
/* Does `text`, written at `span`, have the form of an id? Else reports. */
bool pk_read_check_id(
	struct pk_read *read, const char *text, struct pk_span span, const char *what);
/* A text MAJOR.MINOR, as schema versions are; NULL after a report. */
const char *pk_read_schema_version(struct pk_read *read, const struct pk_node *node);
/* One of `words`: *out is set only then; else false after a report. */
bool pk_read_word(struct pk_read *read, unsigned *out, const struct pk_node *node, const char *what,
	const struct pk_word *words, size_t count);
/* true or false; false after a report. */
bool pk_read_bool(struct pk_read *read, bool *out, const struct pk_node *node, const char *what);
/* A list of names of sensors as bits of enum pk_target_bit; 0 after a report. */
unsigned pk_read_targets(struct pk_read *read, const struct pk_node *node);
/* Checks that a list has only filled texts. */
void pk_read_check_texts(struct pk_read *read, const struct pk_node *node, const char *what);

/* Reports that `map` lacks `key`. */
void pk_read_report_missing(struct pk_read *read, const struct pk_node *map, const char *key);
/* The value of `key`, or NULL after a report that it is missing. */
const struct pk_node *pk_read_need(
	struct pk_read *read, const struct pk_node *map, const char *key);
/* Is the node a mapping, a list? Else reports naming `what`. */
bool pk_read_is_map(struct pk_read *read, const struct pk_node *node, const char *what);
bool pk_read_is_list(struct pk_read *read, const struct pk_node *node, const char *what);

/*
 * The nearest of `count` names, or NULL. A search passes over all names, so a policy that is wrong
 * everywhere gets only the first PK_SUGGESTIONS_MAX.
 */
const char *pk_read_nearest(
	struct pk_read *read, const char *text, const char *const *names, size_t count);
/* Appends a value; false after a report if a limit is reached. `span` is the place of the list. */
bool pk_read_add_value(struct pk_read *read, struct pk_value_list *values, struct pk_value value,
	struct pk_span span);

#endif
