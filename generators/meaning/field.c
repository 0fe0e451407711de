/*
 * Reasoning over the answers about one field: answers that are certain cross out those they clash
 * with, until nothing changes; what is left is searched for a text, within limits.
 */
#include "generators/meaning/field.h"

#include <string.h>

#include "generators/meaning/answers.h"
#include "generators/meaning/field_parts.h"

enum {
	STEPS_MAX = 300,   /* texts looked at and answers tried for one wish */
	BRANCHES_MAX = 12, /* answers tried of one question */
	CHOICES_MAX = 64,  /* questions left open, above which no text is searched */
};

/* A question with several answers, of which `possible` are left. */
struct choice {
	PK_LIST(const struct pk_answer *) possible;
	size_t seen; /* certain answers that have been compared with these */
	bool decided;
};

struct problem {
	struct pk_arena *arena;
	const struct pk_field_wish *wish;
	PK_LIST(struct pk_answer) certain; /* all of them are given */
	PK_LIST(struct choice) choices;
	size_t steps;
};

/* --- reasoning --- */

/* False if the answer clashes with one that is certain. */
static bool add_certain(struct problem *problem, const struct pk_answer *answer)
{
	for (size_t i = 0; i < problem->certain.len; i++) {
		if (pk_answers_clash(&problem->certain.items[i], answer))
			return false;
	}
	*pk_list_push(problem->arena, &problem->certain) = *answer;
	return true;
}

static bool add_question(struct problem *problem, const struct pk_question *question)
{
	if (question->answers.len == 0)
		return false;
	if (question->answers.len == 1)
		return add_certain(problem, &question->answers.items[0]);
	struct choice *choice = pk_list_push(problem->arena, &problem->choices);
	for (size_t i = 0; i < question->answers.len; i++)
		*pk_list_push(problem->arena, &choice->possible) = &question->answers.items[i];
	return true;
}

static bool add_avoided(struct problem *problem, const struct pk_question *question)
{
	for (size_t i = 0; i < question->answers.len; i++) {
		struct pk_answer opposite = pk_answer_opposite(&question->answers.items[i]);
		if (!add_certain(problem, &opposite))
			return false;
	}
	return true;
}

/* Crosses out answers that clash with certain ones. */
static void cross_out(struct problem *problem, struct choice *choice)
{
	size_t kept = 0;
	for (size_t i = 0; i < choice->possible.len; i++) {
		bool clash = false;
		for (size_t c = choice->seen; c < problem->certain.len && !clash; c++)
			clash = pk_answers_clash(
				&problem->certain.items[c], choice->possible.items[i]);
		if (!clash)
			choice->possible.items[kept++] = choice->possible.items[i];
	}
	choice->possible.len = kept;
	choice->seen = problem->certain.len;
}

/* False if a question has no possible answer left. */
static bool settle(struct problem *problem)
{
	size_t before;
	do {
		before = problem->certain.len;
		for (size_t i = 0; i < problem->choices.len; i++) {
			struct choice *choice = &problem->choices.items[i];
			if (choice->decided)
				continue;
			cross_out(problem, choice);
			if (choice->possible.len == 0)
				return false;
			if (choice->possible.len > 1)
				continue;
			choice->decided = true;
			if (!add_certain(problem, choice->possible.items[0]))
				return false;
		}
	} while (problem->certain.len > before);
	return true;
}

/* False if the wish contradicts itself. */
static bool pose(struct problem *problem)
{
	const struct pk_field_wish *wish = problem->wish;
	for (size_t i = 0; i < wish->answers.len; i++) {
		if (!add_question(problem, wish->answers.items[i]))
			return false;
	}
	for (size_t i = 0; i < wish->avoids.len; i++) {
		if (!add_avoided(problem, wish->avoids.items[i]))
			return false;
	}
	return settle(problem);
}

bool pk_field_impossible(struct pk_arena *arena, const struct pk_field_wish *wish)
{
	struct problem problem = {.arena = arena, .wish = wish};
	return !pose(&problem);
}

/* --- searching --- */

static bool fulfils(struct problem *problem, const char *text)
{
	const struct pk_field_wish *wish = problem->wish;
	const char *folded = pk_text_fold(problem->arena, text);
	problem->steps++;
	for (size_t i = 0; i < wish->answers.len; i++) {
		if (!pk_question_holds_folded(wish->answers.items[i], folded))
			return false;
	}
	for (size_t i = 0; i < wish->avoids.len; i++) {
		if (pk_question_holds_folded(wish->avoids.items[i], folded))
			return false;
	}
	return true;
}

static const char *put_together(struct problem *problem, const struct pk_shape *shape)
{
	struct pk_parts parts;
	pk_parts_gather(problem->arena, &parts, problem->certain.items, problem->certain.len);
	for (size_t i = 0; problem->steps < STEPS_MAX; i++) {
		const char *text = pk_parts_text(problem->arena, &parts, shape, i);
		if (text == NULL || fulfils(problem, text))
			return text;
	}
	return NULL;
}

/* Decides the choices from `at` on, one after the other. */
static const char *search(struct problem *problem, const struct pk_shape *shape, size_t at)
{
	while (at < problem->choices.len && problem->choices.items[at].decided)
		at++;
	if (at == problem->choices.len)
		return put_together(problem, shape);

	const struct choice *choice = &problem->choices.items[at];
	size_t certain = problem->certain.len;
	size_t branches = 0;
	for (size_t i = 0;
		i < choice->possible.len && branches < BRANCHES_MAX && problem->steps < STEPS_MAX;
		i++) {
		if (!add_certain(problem, choice->possible.items[i]))
			continue;
		branches++;
		problem->steps++;
		const char *text = search(problem, shape, at + 1);
		if (text != NULL)
			return text;
		problem->certain.len = certain;
	}
	return NULL;
}

const char *pk_field_text(struct pk_arena *arena, const struct pk_field_wish *wish)
{
	struct problem problem = {.arena = arena, .wish = wish};
	const struct pk_shape *shape = pk_shape_find(wish->name);
	for (size_t i = 0; i < PK_SHAPE_TEXTS && shape->whole[i] != NULL; i++) {
		if (fulfils(&problem, shape->whole[i]))
			return shape->whole[i];
	}
	if (!pose(&problem) || problem.choices.len > CHOICES_MAX)
		return NULL;
	return search(&problem, shape, 0);
}
