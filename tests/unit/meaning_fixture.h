/*
 * A fixture for tests of what rules mean: the meaning of the inside of EventFiltering, clauses of
 * one condition, events by field.
 */
#ifndef TESTS_UNIT_MEANING_FIXTURE_H
#define TESTS_UNIT_MEANING_FIXTURE_H

#include "tests/unit/sysmon_fixture.h"

#include "generators/meaning/prove.h"
#include "generators/sysmon/judge.h"
#include "generators/sysmon/sysmon_convert.h"

#define OR(text) "<RuleGroup groupRelation=\"or\">" text "</RuleGroup>"
#define AND(text) "<RuleGroup groupRelation=\"and\">" text "</RuleGroup>"
#define FILE_INCLUDE(text) "<FileCreate onmatch=\"include\">" text "</FileCreate>"
#define FILE_EXCLUDE(text) "<FileCreate onmatch=\"exclude\">" text "</FileCreate>"
#define FILTER(field, condition, value)                                                            \
	"<" field " condition=\"" condition "\">" value "</" field ">"
#define NAMED(field, condition, name, value)                                                       \
	"<" field " condition=\"" condition "\" name=\"" name "\">" value "</" field ">"
#define RULE(relation, text) "<Rule groupRelation=\"" relation "\">" text "</Rule>"

/* The meaning of a configuration that Sysmon accepts. */
static inline const struct pk_meaning *meaning_of(
	struct sysmon_fixture *fixture, const char *filtering)
{
	const char *text = pk_arena_printf(fixture->arena, FILTERING("%s"), filtering);
	struct pk_sysmon *sysmon = read_text(fixture, text);
	uint32_t *ids = PK_NEW_ARRAY(fixture->arena, uint32_t, sysmon->elements.len + 1);
	pk_sysmon_convert(sysmon, NULL, ids, &fixture->diags);
	assert_false(sysmon->rejected);
	return pk_meaning_make(fixture->arena, sysmon, ids);
}

/* Clause `index` of the first block of an event. */
static inline const struct pk_clause *clause_at(
	const struct pk_meaning *meaning, uint32_t id, size_t index)
{
	const struct pk_meaning_event *event = pk_meaning_find(meaning, id);
	assert_non_null(event);
	assert_true(event->blocks.len > 0);
	assert_true(index < event->blocks.items[0].clauses.len);
	return &event->blocks.items[0].clauses.items[index];
}

/* A clause of one condition on field 4. */
static inline struct pk_clause *clause_of(
	struct sysmon_fixture *fixture, enum pk_operator op, const char *value)
{
	struct pk_clause *clause = PK_NEW(fixture->arena, struct pk_clause);
	pk_clause_add_condition(fixture->arena, clause, 4, op, value);
	pk_clause_finish(clause);
	return clause;
}

#endif
