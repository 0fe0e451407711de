/*
 * Made-up events. First every field gets a text for what shall hold; then, as long as a clause
 * that must fail holds on the event, one of its questions is avoided and the field solved again.
 * The search is the same each time and ends after SOLVED_MAX fields, or as many as the wish says.
 */
#include "generators/meaning/witness.h"

#include <string.h>

#include "generators/meaning/answers.h"

enum {
	SOLVED_MAX = 150, /* fields solved for one wish */
	DEPTH_MAX = 40,	  /* clauses avoided one after the other */
};

void pk_draft_init(struct pk_draft *draft, struct pk_arena *arena, const struct pk_event *event)
{
	*draft = (struct pk_draft){.arena = arena, .event = event};
	for (size_t i = 0; event != NULL && i < event->field_count; i++) {
		draft->wishes[i].name = event->fields[i];
		/* What kinds of change there are depends on the event. */
		if (strcmp(event->fields[i], "EventType") == 0)
			draft->wishes[i].name = pk_arena_printf(arena, "EventType:%u", event->id);
	}
}

void pk_draft_hold(struct pk_draft *draft, const struct pk_clause *clause)
{
	for (size_t i = 0; i < clause->questions.len; i++) {
		const struct pk_question *question = &clause->questions.items[i];
		struct pk_field_wish *wish = &draft->wishes[question->field];
		*pk_list_push(draft->arena, &wish->answers) = question;
	}
}

static bool solve(struct pk_draft *draft, int field)
{
	const char *text = pk_field_text(draft->arena, &draft->wishes[field]);
	draft->steps++;
	if (text == NULL)
		return false;
	draft->values[field] = text;
	draft->folded[field] = pk_text_fold(draft->arena, text);
	return true;
}

bool pk_draft_fill(struct pk_draft *draft)
{
	size_t count = draft->event != NULL ? draft->event->field_count : PK_SCHEMA_FIELDS_MAX;
	for (size_t i = 0; i < count; i++) {
		if (!solve(draft, (int)i))
			return false;
	}
	return true;
}

void pk_draft_give(const struct pk_draft *draft, struct pk_engine_event *out)
{
	*out = (struct pk_engine_event){.id = draft->event != NULL ? draft->event->id : 0};
	memcpy(out->values, draft->values, sizeof(out->values));
}

/* Where the search for clauses that must fail stands. */
struct position {
	size_t next;	  /* the clauses before it failed before `changed` was solved again */
	uint32_t changed; /* bits of fields */
	size_t depth;
};

/* The index of the first clause that must fail and holds, or their number. */
static size_t first_that_holds(
	const struct pk_draft *draft, const struct pk_wish *wish, const struct position *position)
{
	for (size_t i = 0; i < wish->fails_count; i++) {
		bool known = i < position->next && !(wish->fails[i]->fields & position->changed);
		if (!known && pk_clause_holds_folded(wish->fails[i], draft->folded))
			return i;
	}
	return wish->fails_count;
}

static bool make_fail(struct pk_draft *draft, const struct pk_wish *wish, struct position position);

/* Avoids one question of clause `index`, which must fail, and what then still holds. */
static bool avoid(struct pk_draft *draft, const struct pk_wish *wish,
	const struct pk_question *question, size_t index, size_t depth)
{
	struct pk_field_wish *field = &draft->wishes[question->field];
	const char *value = draft->values[question->field];
	const char *folded = draft->folded[question->field];
	const struct position position = {index, UINT32_C(1) << question->field, depth + 1};
	*pk_list_push(draft->arena, &field->avoids) = question;
	if (solve(draft, question->field) && make_fail(draft, wish, position))
		return true;
	field->avoids.len--;
	draft->values[question->field] = value;
	draft->folded[question->field] = folded;
	return false;
}

static bool make_fail(struct pk_draft *draft, const struct pk_wish *wish, struct position position)
{
	size_t most = wish->effort > 0 ? wish->effort : SOLVED_MAX;
	size_t index = first_that_holds(draft, wish, &position);
	if (index == wish->fails_count)
		return true;
	if (position.depth >= DEPTH_MAX)
		return false;
	const struct pk_clause *clause = wish->fails[index];
	/* Fields of which nothing else is wished come first: they are the easy ones. */
	for (int wished = 0; wished <= 1; wished++) {
		for (size_t i = 0; i < clause->questions.len; i++) {
			const struct pk_question *question = &clause->questions.items[i];
			bool is_wished = draft->wishes[question->field].answers.len > 0;
			if (is_wished == wished && draft->steps < most &&
				avoid(draft, wish, question, index, position.depth))
				return true;
		}
	}
	return false;
}

bool pk_witness_find(
	struct pk_arena *arena, struct pk_engine_event *out, const struct pk_wish *wish)
{
	struct pk_draft draft;
	pk_draft_init(&draft, arena, wish->event->event);
	for (size_t i = 0; i < wish->holds_count; i++)
		pk_draft_hold(&draft, wish->holds[i]);
	if (!pk_draft_fill(&draft))
		return false;
	draft.steps = 0;
	if (!make_fail(&draft, wish, (struct position){0}))
		return false;
	pk_draft_give(&draft, out);
	return true;
}
