/*
 * Sysmon configuration: the form between XML, binary rules and the YAML policy.
 *
 * A struct pk_sysmon keeps the elements of a configuration in document order with the places
 * they came from. It holds what is written, including what Sysmon would drop; judging is the
 * business of sysmon_verdict.c and sysmon_check.c. Owned by an arena.
 */
#ifndef GENERATORS_SYSMON_SYSMON_H
#define GENERATORS_SYSMON_SYSMON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/list.h"
#include "generators/schema/schema.h"
#include "rulesets/model.h"

/* One condition: a field element of an event or of a Rule. */
struct pk_filter {
	const char *field;
	const char *condition; /* as written; NULL if the attribute is absent */
	const char *value;     /* text of the element; "" if it has none */
	const char *name;      /* own name attribute; NULL if absent, may be "" */
	struct pk_span span;   /* the start tag, from '<' */
	struct pk_span value_span;
	const char *comment; /* comment before it, for import; NULL if none */
};

/* A term of an event element: a filter, or a Rule that holds filters. */
struct pk_term {
	bool is_rule;
	struct pk_filter filter;	   /* if not is_rule */
	PK_LIST(struct pk_filter) filters; /* if is_rule */
	const char *relation;		   /* Rule's groupRelation as written; NULL if absent */
	const char *name;		   /* Rule's name; NULL if absent */
	bool childless;			   /* <Rule/> or <Rule></Rule>: nothing at all inside */
	struct pk_span span;
	const char *comment;
};

/* One event element, <ProcessCreate onmatch="include">. */
struct pk_element {
	const char *tag;
	const char *onmatch;	      /* as Sysmon sees it (normalised); NULL if absent */
	const char *fallback;	      /* the legacy attribute `default`; NULL if absent */
	const struct pk_event *event; /* first event of the tag in the parser's schema, or NULL */
	bool in_group;		      /* its parent is a RuleGroup */
	const char *group_relation;   /* normalised; NULL if absent */
	const char *group_name;	      /* NULL if absent */
	PK_LIST(struct pk_term) terms;
	struct pk_span span;
	struct pk_span group_span;
	const char *comment;
};

/* One configuration entry, <HashAlgorithms>md5</HashAlgorithms>. */
struct pk_sysmon_entry {
	const char *name;
	const char *value; /* NULL if the element has no text node, "" if its text is empty */
	struct pk_span span;
	struct pk_span value_span;
	const char *comment;
};

struct pk_sysmon {
	struct pk_arena *arena;
	struct pk_source *source; /* the XML it was read from or compiled to; NULL if neither */
	const char *version_text; /* schemaversion as written; NULL if absent */
	uint32_t version;	  /* major << 16 | minor; 0 if not valid */
	struct pk_span version_span;
	PK_LIST(struct pk_sysmon_entry) entries;
	PK_LIST(struct pk_element) elements;
	const char *head_comment;	/* comments before the root and at its start */
	const struct pk_schema *parser; /* tables of the parser that judges */
	const struct pk_schema *schema; /* tables the file is checked against; NULL if none fits */
	bool broken;			/* not well-formed: read only in part */
	bool rejected;			/* Sysmon refuses the file */
	bool defects;			/* Sysmon accepts it but leaves out elements */
};

#endif
