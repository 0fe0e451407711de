/*
 * The rule model: what YAML rulesets and a project file say, after layers, variables, lists and
 * profiles have been resolved. The reader (ruleset_read.c) fills one struct pk_ruleset per set;
 * pk_policy_make (policy.c) stacks them into one struct pk_policy, which is all that generators
 * see. Everything lives in one arena and keeps the span of the YAML it came from, so a finding
 * in compiled output still points at the line somebody can edit.
 *
 * Events and fields are plain text here: which of them exist is the business of generators/.
 * The language itself is described in picket-ruleset(5).
 */
#ifndef RULESETS_MODEL_H
#define RULESETS_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/list.h"
#include "base/map.h"
#include "base/node.h"

/* Conditions, numbered as the binary rules number them. */
enum pk_operator {
	PK_OP_IS,
	PK_OP_IS_NOT,
	PK_OP_CONTAINS,
	PK_OP_CONTAINS_ANY,
	PK_OP_IS_ANY,
	PK_OP_CONTAINS_ALL,
	PK_OP_EXCLUDES,
	PK_OP_EXCLUDES_ANY,
	PK_OP_EXCLUDES_ALL,
	PK_OP_BEGIN_WITH,
	PK_OP_END_WITH,
	PK_OP_LESS_THAN,
	PK_OP_MORE_THAN,
	PK_OP_IMAGE,
	PK_OP_NOT_BEGIN_WITH,
	PK_OP_NOT_END_WITH,
	PK_OP_COUNT,
};

struct pk_operator_info {
	enum pk_operator op;
	const char *name;  /* "begin with": the word in XML and in YAML */
	bool list;	   /* takes tokens separated by ';' */
	bool negative;	   /* true where the field lacks something: a list of values means "none" */
	const char *since; /* schema that introduced it, "4.22" */
	const char *list_form; /* operator that takes several values of this one, or NULL */
};

/* Facts of an operator; never NULL for a value of the enum. */
const struct pk_operator_info *pk_operator_info(enum pk_operator op);
/* The operator with exactly this name, in any case; NULL if there is none. */
const struct pk_operator_info *pk_operator_find(const char *name);
/* The names of all operators, for "did you mean". */
const char *const *pk_operator_names(void);

/* A value in a condition, with variables already replaced. */
struct pk_value {
	const char *text;
	struct pk_span span;
};

enum pk_expr_kind {
	PK_EXPR_CONDITION,
	PK_EXPR_ALL,
	PK_EXPR_ANY,
};

/* A condition or an all/any over further expressions. */
struct pk_expr {
	enum pk_expr_kind kind;
	struct pk_span span;
	PK_LIST(struct pk_expr *) children; /* ALL, ANY */
	/* CONDITION: */
	const char *field;
	struct pk_span field_span;
	enum pk_operator op;
	PK_LIST(struct pk_value) values; /* one or more; several mean any (or none, if negative) */
	const char *name; /* groups only: the filter's own RuleName; NULL if not given */
};

enum pk_action {
	PK_INCLUDE,
	PK_EXCLUDE,
};

enum pk_rule_severity {
	PK_RULE_INFORMATIONAL,
	PK_RULE_LOW,
	PK_RULE_MEDIUM,
	PK_RULE_HIGH,
	PK_RULE_CRITICAL,
};

/* Sensors a rule is meant for; bits. */
enum pk_target_bit {
	PK_FOR_SYSMON = 1,
	PK_FOR_SYSMON_LINUX = 2,
	PK_FOR_MONSTER = 4,	/* every generation of the agent */
	PK_FOR_MONSTER_0_9 = 8, /* the first generation only */
};

/* One event a rule must log or drop. */
struct pk_test_field {
	const char *name;
	const char *value;
	struct pk_span span;
};

struct pk_test {
	bool logged;	       /* else dropped */
	uint64_t event_id;     /* 0: the first id of the tag that has all the fields */
	const char *rule_name; /* expected RuleName; NULL: not looked at */
	PK_LIST(struct pk_test_field) fields;
	struct pk_span span;
};

struct pk_reference {
	const char *text;
	struct pk_span span;
};

/* How a rule came to be as it is: one step per layer that touched it, first the definition. */
struct pk_origin {
	const char *what;   /* "defined", "patched", "disabled", "enabled" */
	const char *layer;  /* "windows-base 1.0.0", "profile server" */
	const char *reason; /* NULL if none was given */
	struct pk_span span;
};

struct pk_rule {
	const char *id;
	struct pk_span id_span;
	struct pk_span span;
	const char *title;
	const char *description;
	const char *event; /* Sysmon's tag, "ProcessCreate" */
	struct pk_span event_span;
	enum pk_action action;
	struct pk_expr *when; /* NULL only in a verbatim group: a Rule without filters */
	const char *name;     /* RuleName as given; NULL: from the template */
	struct pk_span name_span;
	PK_LIST(struct pk_reference)
	attack; /* technique ids; the first is the one in the RuleName */
	enum pk_rule_severity severity;
	PK_LIST(struct pk_reference) references;
	unsigned targets;   /* enum pk_target_bit */
	const char *schema; /* "needs at least this schema", acknowledged by the author; or NULL */
	struct pk_span schema_span;
	const char *owner;   /* excludes */
	const char *reason;  /* excludes */
	const char *expires; /* excludes: YYYY-MM-DD, or NULL */
	struct pk_span expires_span;
	PK_LIST(struct pk_test) tests;
	bool enabled;
	PK_LIST(struct pk_origin) origins;
	const struct pk_group *group; /* NULL for a rule of the `rules` list */
	const char *comment;	      /* comment lines above it; NULL if none */
	const struct pk_ruleset *set; /* the set that defines it */
};

/* One event element exactly as written: the form that import gives. */
struct pk_group {
	const char *id;
	struct pk_span span;
	const char *event;
	struct pk_span event_span;
	enum pk_action onmatch;
	bool relation_and; /* groupRelation of the element: and, else or */
	const char *name;  /* RuleGroup's name; NULL if none */
	bool variables;	   /* ${name} is replaced in its rules; else it is literal text */
	bool verbatim;	   /* may hold what Sysmon drops or takes back; import of defects only */
	PK_LIST(struct pk_rule *) rules;
	const char *comment;
	const struct pk_ruleset *set;
};

/* What to log of an event type beside its rules. */
enum pk_collect {
	PK_COLLECT_RULES, /* what include rules match and exclude rules do not */
	PK_COLLECT_ALL,	  /* everything that exclude rules do not match */
	PK_COLLECT_NONE,  /* nothing */
};

struct pk_collect_entry {
	const char *event;
	enum pk_collect collect;
	struct pk_span span;
};

/* A configuration entry given by its Sysmon name and text, in order. */
struct pk_entry {
	const char *name;  /* "HashAlgorithms" */
	const char *value; /* text; "" for an empty entry */
	struct pk_span span;
};

/* settings: after all layers. Texts are NULL and lists empty where nothing was said. */
struct pk_settings {
	PK_LIST(struct pk_entry) sysmon; /* entries in canonical order, then `entries` verbatim */
	uint64_t event_log_size;	 /* bytes; 0: not said */
	const char *event_log_retention; /* "overwrite" or "archive" */
	const char *service_name;
	const char *driver_name;
	struct pk_span driver_name_span;
	const struct pk_node *monster_core;   /* mapping or NULL, as written */
	const struct pk_node *monster_export; /* mapping or NULL, as written */
	const struct pk_node *monster_extra;  /* unknown members kept by import, or NULL */
};

struct pk_version {
	unsigned major, minor, patch;
	const char *text;
};

/* Most events that may be logged on one host in an hour. */
struct pk_budget_limit {
	const char *event; /* a tag or an event id as text; "total" for all together */
	double per_host_hour;
	struct pk_span span;
};

/* What a configuration may cost, measured on recorded events. */
struct pk_budget {
	PK_LIST(struct pk_reference) recordings; /* paths, relative to the project file */
	PK_LIST(struct pk_budget_limit) limits;	 /* of the profile, else of "default" */
};

struct pk_attack;

struct pk_ruleset {
	const char *id;
	struct pk_version version;
	const char *title;
	const char *description;
	const char *license;
	const char *path;		       /* of its main file */
	PK_LIST(const struct pk_node *) files; /* roots: main file, then parts as included */
	unsigned targets;
	const char *schema;    /* default Sysmon schema, or NULL */
	const char *rule_name; /* template for rules with a technique, or NULL for the default */
	const char *attack_release; /* ATT&CK its technique ids are of; the newest if not said */
	const struct pk_attack *attack; /* the catalogue of that release; NULL if not built in */
	const struct pk_node *root;
	struct pk_span span;
};

/* Everything that one compilation needs: all layers stacked, one profile applied. */
struct pk_policy {
	struct pk_arena *arena;
	const struct pk_attack *attack; /* the catalogue that technique ids were checked against */
	const char *project_id;		/* NULL without a project file */
	const char *profile;		/* NULL without one */
	const char *target;		/* the profile's target, or NULL */
	const char *schema;		/* the profile's schema, else the top ruleset's, or NULL */
	struct pk_span schema_span;
	const char *rule_name;		     /* RuleName template */
	PK_LIST(struct pk_source *) sources; /* what was read from files, the first named first */
	PK_LIST(struct pk_ruleset *) sets;   /* lowest layer first */
	PK_LIST(struct pk_rule *) rules;     /* of `rules`, in order of layers; disabled ones too */
	PK_LIST(struct pk_group *) groups;
	PK_LIST(struct pk_collect_entry) collect; /* one per event */
	struct pk_settings settings;
	struct pk_budget budget;
	struct pk_map rules_by_id; /* also those inside groups */
};

#endif
