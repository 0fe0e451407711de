/*
 * Clauses: the rules of a configuration in a normal form that can be reasoned about.
 *
 * A clause is one way in which an element of an event can match: a conjunction of questions, each
 * about one field. A question is a disjunction of simple answers ("contains x", "is not y"). List
 * conditions, Rules and and-groups are taken apart into this form; nothing is lost but RuleNames
 * that leak from a filter whose clause does not match, which only the engine knows.
 *
 * Texts that are compared are in lower case, since Sysmon ignores the case of A-Z. Facts:
 * docs/sysmon-facts.md sections 6 and 7. Everything is in the arena and borrows from the
 * configuration.
 */
#ifndef GENERATORS_MEANING_CLAUSE_H
#define GENERATORS_MEANING_CLAUSE_H

#include "generators/engine/engine.h"

enum {
	PK_CLAUSES_MAX = 4096, /* of one element; above it the element is opaque */
};

/* Simple answers. `image` with a path is PK_ANSWER_IS. */
enum pk_answer_kind {
	PK_ANSWER_IS,
	PK_ANSWER_CONTAINS,
	PK_ANSWER_BEGINS,
	PK_ANSWER_ENDS,
	PK_ANSWER_IMAGE, /* the whole text, or what stands behind its last backslash */
	PK_ANSWER_LESS,
	PK_ANSWER_MORE,
};

struct pk_answer {
	enum pk_answer_kind kind;
	bool negated;
	const char *text;    /* lower case */
	const char *written; /* the same in the case of the configuration */
};

/* One field gives at least one of the answers; without answers no text does. */
struct pk_question {
	int field;     /* index in the schema's event */
	uint64_t hash; /* of field and answers, whatever their order */
	PK_LIST(struct pk_answer) answers;
};

/* One way in which an element matches: all questions are answered. No question: always. */
struct pk_clause {
	PK_LIST(struct pk_question) questions; /* in order of field and hash, none twice */
	uint32_t fields;		       /* bit of each field that is asked */
	uint64_t hash;			       /* of all questions; not of the name */
	const char *name; /* RuleName an event gets from it; NULL if it gives none itself */
	size_t term;	  /* index of the (first) term of the element it comes from */
	size_t filter;	  /* in an or-Rule the filter in it; else 0 */
	struct pk_span span;
};

/* One element in the order in which Sysmon asks; its clauses are in that order, too. */
struct pk_block {
	size_t element; /* index in pk_sysmon.elements */
	bool include;
	bool opaque; /* more than PK_CLAUSES_MAX clauses: nothing is known of it */
	PK_LIST(struct pk_clause) clauses;
};

/* What a configuration says about one event id. */
struct pk_meaning_event {
	const struct pk_event *event;
	PK_LIST(struct pk_block) blocks; /* empty: the default of the event holds */
	bool rest_logged;		 /* what becomes of an event that nothing matches */
};

struct pk_meaning {
	const struct pk_sysmon *sysmon;
	const struct pk_schema *schema;
	const struct pk_engine *engine; /* decides; every witness is shown to it */
	PK_LIST(struct pk_meaning_event)
	events; /* filterable events of the parser's schema, by id */
};

/* The meaning of `sysmon`, which must have been accepted; ids are those of pk_sysmon_convert. */
const struct pk_meaning *pk_meaning_make(
	struct pk_arena *arena, const struct pk_sysmon *sysmon, const uint32_t *element_ids);
/* What it says about event `id`; NULL for an event that cannot be filtered or is unknown. */
const struct pk_meaning_event *pk_meaning_find(const struct pk_meaning *meaning, uint32_t id);

/* Is the question answered by a text, the clause by an event? The same answers as the engine's. */
bool pk_question_holds(const struct pk_question *question, const char *text);
bool pk_clause_holds(const struct pk_clause *clause, const struct pk_engine_event *event);
/* The same questions with the same answers; names do not count. */
bool pk_question_equal(const struct pk_question *a, const struct pk_question *b);
bool pk_clause_equal(const struct pk_clause *a, const struct pk_clause *b);

/*
 * Adds the answers of one condition of Sysmon to `clause` as questions. Used for elements, and for
 * rules of other languages that are asked whether a configuration sees them. pk_clause_finish puts
 * the questions in order and has to be called when all have been added.
 */
void pk_clause_add_condition(struct pk_arena *arena, struct pk_clause *clause, int field,
	enum pk_operator op, const char *value);
void pk_clause_finish(struct pk_clause *clause);

#endif
