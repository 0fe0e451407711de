/*
 * Sigma: rules of the Sigma language (specification 2.1, github.com/SigmaHQ/sigma-specification),
 * as far as needed to ask a configuration of Sysmon whether it logs the events they look for.
 *
 * A rule's detection is read into a tree of conditions on fields. What Sysmon has no words for,
 * such as a regular expression, is kept as PK_SIGMA_UNSAID: nothing is claimed that depends on it.
 * Everything lives in the arena of the reader; texts borrow from the source.
 */
#ifndef GENERATORS_SIGMA_SIGMA_H
#define GENERATORS_SIGMA_SIGMA_H

#include "base/node.h"
#include "generators/schema/schema.h"

enum {
	PK_SIGMA_FILE = 1048576, /* bytes of one file */
	PK_SIGMA_DOCUMENTS = 64, /* of one file */
	PK_SIGMA_VALUES = 10000, /* of one rule */
	PK_SIGMA_TOKENS = 256,	 /* words and parentheses of one condition */
};

/* In a pattern: any text, and any one character. */
#define PK_SIGMA_MANY '\x01'
#define PK_SIGMA_ONE '\x02'

enum pk_sigma_kind {
	PK_SIGMA_ALL, /* of its children; none: always */
	PK_SIGMA_ANY, /* of its children; none: never */
	PK_SIGMA_NOT, /* its only child */
	PK_SIGMA_MATCH,
	PK_SIGMA_ABSENT, /* the field has no value; records of events show that in several ways */
	PK_SIGMA_UNSAID, /* may hold or not */
};

struct pk_sigma_expr {
	enum pk_sigma_kind kind;
	PK_LIST(const struct pk_sigma_expr *) children;
	const char *field;   /* MATCH, ABSENT */
	const char *pattern; /* MATCH: as written, wildcards resolved */
	bool cased;	     /* MATCH: the case of letters counts */
	const char *unsaid;  /* UNSAID: what it is, "a regular expression" */
};

struct pk_sigma_rule {
	struct pk_source *source;
	struct pk_span span;
	const char *id;	   /* "" if it has none */
	const char *title; /* "" if it has none */
	const char *level; /* "none" if it has none */
	PK_LIST(const char *) tags;
	const char *category, *product, *service; /* "" if not given */
	bool skipped; /* a correlation or a filter of other rules: no detection of its own */
	const struct pk_sigma_expr *detection; /* NULL if skipped */
};

struct pk_sigma_rules {
	PK_LIST(const struct pk_sigma_rule *) items;
};

/*
 * Appends the rules of one file, which may hold several documents. False after a report if a
 * document is broken; the rules of the others are there.
 */
bool pk_sigma_read(struct pk_sigma_rules *out, struct pk_source *source, struct pk_diags *diags);

/* Which events of Sysmon a category of Sigma stands for. */
struct pk_sigma_feed {
	const char *category;
	uint32_t ids[4];	    /* ends with 0 */
	bool on_linux;		    /* Sysmon for Linux has it */
	const char *event_types[3]; /* what EventType is then; none: not looked at */
};

enum pk_sigma_fed {
	PK_SIGMA_FED,
	PK_SIGMA_NOT_FED,	 /* other logs than Sysmon's */
	PK_SIGMA_OTHER_PLATFORM, /* Sysmon of the other platform */
};

/*
 * Is the rule one that Sysmon of this platform feeds? *out gets the row of its category, or NULL
 * if it looks at any event of Sysmon.
 */
enum pk_sigma_fed pk_sigma_find_feed(const struct pk_sigma_feed **out,
	const struct pk_sigma_rule *rule, enum pk_platform platform);

#endif
