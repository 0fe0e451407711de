/*
 * Grammar: the state machine behind pk_sysmon_read. It receives XML events, builds the
 * configuration and reports what the DTD of the declared schema forbids.
 */
#ifndef GENERATORS_SYSMON_SYSMON_GRAMMAR_H
#define GENERATORS_SYSMON_SYSMON_GRAMMAR_H

#include "base/buf.h"
#include "base/xml.h"
#include "generators/sysmon/sysmon.h"

/* What the innermost open element is. */
enum pk_state {
	PK_STATE_DOCUMENT,
	PK_STATE_SYSMON,
	PK_STATE_ENTRY,
	PK_STATE_FILTERING,
	PK_STATE_GROUP,
	PK_STATE_EVENT,
	PK_STATE_RULE,
	PK_STATE_FIELD,
	PK_STATE_SKIPPED, /* below something already refused */
};

enum { PK_GRAMMAR_DEPTH = 8 }; /* Sysmon/EventFiltering/RuleGroup/event/Rule/field */

struct pk_grammar {
	struct pk_sysmon *sysmon;
	struct pk_diags *diags;
	struct pk_arena *arena;
	bool keep_comments;
	enum pk_state stack[PK_GRAMMAR_DEPTH];
	size_t depth;			  /* entries of stack */
	size_t skipped;			  /* open elements below a refused one */
	bool text_told[PK_GRAMMAR_DEPTH]; /* stray text of this element was reported */
	const char *group_name;
	const char *group_relation;
	struct pk_span group_span;
	struct pk_filter *filter; /* the open field */
	struct pk_span tag_span;  /* start tag of the open field or entry */
	struct pk_buf value;	  /* text of the open field or entry */
	bool has_text;		  /* the open field or entry has a text node */
	bool entry_empty;	  /* the open entry must have no content */
	struct pk_buf comment;	  /* comments since the last element */
	bool broken;		  /* XML errors: what follows them is not reported */
	struct pk_diag unseen;	  /* takes the hints of what is not reported */
};

extern const struct pk_xml_handler pk_grammar_handler;

/* Prepares `grammar` to fill `sysmon`. */
void pk_grammar_init(struct pk_grammar *grammar, struct pk_sysmon *sysmon, bool keep_comments,
	struct pk_diags *diags);
/* Releases what the grammar holds. */
void pk_grammar_finish(struct pk_grammar *grammar);

#endif
