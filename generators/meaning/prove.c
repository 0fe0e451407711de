/*
 * Proofs by contradiction: b follows from a if a and the opposite of any question of b can not be
 * fulfilled by the texts of one field. Facts: docs/sysmon-facts.md sections 6 and 7.
 */
#include "generators/meaning/prove.h"

#include "generators/meaning/cover.h"
#include "generators/meaning/witness.h"

enum pk_truth pk_question_implies(const struct pk_question *a, const struct pk_question *b)
{
	if (a->field != b->field)
		return a->answers.len == 0 ? PK_YES : PK_UNKNOWN;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_field_wish wish = {0};
	*pk_list_push(arena, &wish.answers) = a;
	*pk_list_push(arena, &wish.avoids) = b;
	if (pk_field_impossible(arena, &wish))
		return PK_YES;
	return pk_field_text(arena, &wish) != NULL ? PK_NO : PK_UNKNOWN;
}

/* An event on which `a` holds and one of the questions of `b` does not. */
static bool find_counterexample(struct pk_arena *arena, const struct pk_clause *a,
	const struct pk_clause *b, struct pk_engine_event *out)
{
	for (size_t i = 0; i < b->questions.len; i++) {
		const struct pk_question *question = &b->questions.items[i];
		struct pk_draft draft;
		pk_draft_init(&draft, arena, NULL);
		pk_draft_hold(&draft, a);
		*pk_list_push(arena, &draft.wishes[question->field].avoids) = question;
		if (!pk_draft_fill(&draft))
			continue;
		pk_draft_give(&draft, out);
		return true;
	}
	return false;
}

enum pk_truth pk_clause_implies(struct pk_arena *arena, const struct pk_clause *a,
	const struct pk_clause *b, struct pk_engine_event *witness_out)
{
	if (pk_clause_follows(arena, a, b) || pk_clause_is_impossible(arena, a))
		return PK_YES;
	struct pk_engine_event witness;
	if (!find_counterexample(arena, a, b, &witness))
		return PK_UNKNOWN;
	if (!pk_clause_holds(a, &witness) || pk_clause_holds(b, &witness))
		return PK_UNKNOWN;
	if (witness_out != NULL)
		*witness_out = witness;
	return PK_NO;
}

enum pk_truth pk_clause_possible(struct pk_arena *arena, const struct pk_clause *clause,
	const struct pk_meaning_event *event, struct pk_engine_event *witness_out)
{
	if (pk_clause_is_impossible(arena, clause))
		return PK_NO;
	const struct pk_wish wish = {.event = event, .holds = &clause, .holds_count = 1};
	struct pk_engine_event witness;
	if (!pk_witness_find(arena, &witness, &wish) || !pk_clause_holds(clause, &witness))
		return PK_UNKNOWN;
	if (witness_out != NULL)
		*witness_out = witness;
	return PK_YES;
}
