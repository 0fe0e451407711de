#include "generators/sigma/sigma_clause.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct expansion {
	struct pk_arena *arena;
	const struct pk_sigma_view *view;
	const char *missing;
};

static void expand(struct expansion *expansion, struct pk_sigma_cases *out,
	const struct pk_sigma_expr *expr, bool negated);

/* An alternative without questions: all events, less what is left out. */
static struct pk_sigma_case *add_open_case(
	struct expansion *expansion, struct pk_sigma_cases *out, const char *left_out)
{
	struct pk_sigma_case *added = pk_list_push(expansion->arena, &out->items);
	added->left_out = left_out;
	return added;
}

static void add_constant(struct expansion *expansion, struct pk_sigma_cases *out, bool holds)
{
	if (holds)
		add_open_case(expansion, out, NULL);
}

/* --- one field --- */

static const enum pk_operator operators[][2] = {
	[PK_ANSWER_IS] = {PK_OP_IS, PK_OP_IS_NOT},
	[PK_ANSWER_CONTAINS] = {PK_OP_CONTAINS, PK_OP_EXCLUDES},
	[PK_ANSWER_BEGINS] = {PK_OP_BEGIN_WITH, PK_OP_NOT_BEGIN_WITH},
	[PK_ANSWER_ENDS] = {PK_OP_END_WITH, PK_OP_NOT_END_WITH},
};

static bool is_wildcard(char c)
{
	return c == PK_SIGMA_MANY || c == PK_SIGMA_ONE;
}

static size_t piece_len(const char *text)
{
	size_t len = 0;
	while (text[len] != '\0' && !is_wildcard(text[len]))
		len++;
	return len;
}

/* True if one question can say all of it: PK_SIGMA_MANY stands at its ends only, ONE nowhere. */
static bool is_sayable(const char *pattern)
{
	pattern += *pattern == PK_SIGMA_MANY;
	pattern += piece_len(pattern);
	pattern += *pattern == PK_SIGMA_MANY;
	return *pattern == '\0';
}

/* What a piece of a pattern between wildcards says of the field. */
static enum pk_answer_kind piece_kind(bool first, bool last)
{
	if (first)
		return last ? PK_ANSWER_IS : PK_ANSWER_BEGINS;
	return last ? PK_ANSWER_ENDS : PK_ANSWER_CONTAINS;
}

/* A question for each piece of the pattern between wildcards. */
static void add_pieces(struct expansion *expansion, struct pk_clause *clause, int field,
	const char *pattern, bool negated)
{
	const char *at = pattern;
	for (;;) {
		size_t len = piece_len(at);
		enum pk_answer_kind kind = piece_kind(at == pattern, at[len] == '\0');
		if (len > 0 || kind == PK_ANSWER_IS)
			pk_clause_add_condition(expansion->arena, clause, field,
				operators[kind][negated],
				pk_arena_strndup(expansion->arena, at, len));
		if (at[len] == '\0')
			return;
		at += len + 1;
	}
}

static void expand_pattern(struct expansion *expansion, struct pk_sigma_cases *out,
	const struct pk_sigma_expr *expr, int field, bool negated)
{
	struct pk_sigma_case made = {0};
	if (!is_sayable(expr->pattern))
		made.left_out = "a pattern with wildcards inside";
	else if (expr->cased)
		made.left_out = "the case of letters";

	if (!negated || made.left_out == NULL)
		add_pieces(expansion, &made.clause, field, expr->pattern, negated);
	bool everything = made.left_out == NULL && made.clause.questions.len == 0;
	if (!(negated && everything))
		*pk_list_push(expansion->arena, &out->items) = made;
}

static void expand_match(struct expansion *expansion, struct pk_sigma_cases *out,
	const struct pk_sigma_expr *expr, bool negated)
{
	int field;
	if (pk_text_equal(expr->field, "EventID")) {
		bool same = pk_sigma_is_id(expr->pattern, expansion->view->event);
		add_constant(expansion, out, same != negated);
		return;
	}
	switch (pk_sigma_find_field(&field, expansion->view, expr->field)) {
	case PK_SIGMA_FIELD_HERE:
		expand_pattern(expansion, out, expr, field, negated);
		return;
	case PK_SIGMA_FIELD_MISSING:
		if (!negated && expansion->missing == NULL)
			expansion->missing = expr->field;
		add_constant(expansion, out, negated);
		return;
	case PK_SIGMA_FIELD_FOREIGN:
		add_open_case(expansion, out, "a field that Sysmon does not have")->foreign =
			negated ? NULL : expr->field;
		return;
	}
}

/* --- alternatives --- */

/* Adds the answer, which the question does not have yet. */
static void add_answer(
	struct pk_arena *arena, struct pk_question *question, const struct pk_answer *answer)
{
	struct pk_clause alone = {0};
	pk_clause_add_condition(arena, &alone, question->field,
		operators[answer->kind][answer->negated], answer->written);
	*pk_list_push(arena, &question->answers) = *answer;
	question->hash += alone.questions.items[0].hash;
}

/* Alternatives that are put together with further ones, while a list of them grows. */
struct united {
	size_t place_of[PK_SCHEMA_FIELDS_MAX]; /* those that ask one field only; from 1 */
	struct pk_map answers;		       /* that they have */
	bool open;			       /* one asks nothing */
};

/* The question about the field in an alternative of its own, which is made if it is not there. */
static struct pk_question *find_question(
	struct pk_arena *arena, struct pk_sigma_cases *cases, struct united *united, int field)
{
	if (united->place_of[field] == 0) {
		struct pk_sigma_case *made = pk_list_push(arena, &cases->items);
		pk_list_push(arena, &made->clause.questions)->field = field;
		united->place_of[field] = cases->items.len;
	}
	return &cases->items.items[united->place_of[field] - 1].clause.questions.items[0];
}

/* Adds to the question of the same field what it does not have yet of the answers. */
static void unite_question(struct pk_arena *arena, struct pk_sigma_cases *cases,
	struct united *united, const struct pk_question *question)
{
	struct pk_question *into = find_question(arena, cases, united, question->field);
	for (size_t i = 0; i < question->answers.len; i++) {
		const struct pk_answer *answer = &question->answers.items[i];
		const char *key = pk_arena_printf(arena, "%d %d %d %s", question->field,
			(int)answer->kind, answer->negated, answer->text);
		if (pk_map_set(arena, &united->answers, key, united) == NULL)
			add_answer(arena, into, answer);
	}
}

/*
 * Adds the alternatives of `from`. Those that ask one field only are put together into one
 * question, which is what Sysmon's lists of values are made of.
 */
static void unite(struct pk_arena *arena, struct pk_sigma_cases *out, struct united *united,
	const struct pk_sigma_cases *from)
{
	for (size_t i = 0; i < from->items.len; i++) {
		const struct pk_sigma_case *item = &from->items.items[i];
		size_t questions = item->clause.questions.len;
		if (questions == 1 && item->left_out == NULL) {
			unite_question(arena, out, united, &item->clause.questions.items[0]);
			continue;
		}
		if (questions > 0 || !united->open)
			*pk_list_push(arena, &out->items) = *item;
		united->open |= questions == 0;
	}
}

static void expand_any(struct expansion *expansion, struct pk_sigma_cases *out,
	const struct pk_sigma_expr *expr, bool negated)
{
	struct united united = {0};
	struct pk_sigma_cases any = {0};
	for (size_t i = 0; i < expr->children.len; i++) {
		struct pk_sigma_cases child = {0};
		expand(expansion, &child, expr->children.items[i], negated);
		unite(expansion->arena, &any, &united, &child);
		if (any.items.len > PK_SIGMA_CLAUSES) {
			add_open_case(expansion, out, "too many alternatives");
			return;
		}
	}
	*out = any;
}

/* --- conjunctions --- */

/* What is multiplied out: the alternatives of a part that must hold. */
struct factor {
	struct pk_sigma_cases cases;
	bool filter; /* it says what events must not be like */
	size_t place;
};

struct factors {
	PK_LIST(struct factor) items;
};

/* What has few alternatives comes first: what comes last may have to be left out. */
static int compare_factors(const void *left, const void *right)
{
	const struct factor *a = left;
	const struct factor *b = right;
	if (a->cases.items.len != b->cases.items.len)
		return a->cases.items.len < b->cases.items.len ? -1 : 1;
	return a->place < b->place ? -1 : 1;
}

static bool is_conjunction(const struct pk_sigma_expr *expr, bool negated)
{
	return expr->kind == (negated ? PK_SIGMA_ANY : PK_SIGMA_ALL);
}

static void collect_factors(struct expansion *expansion, struct factors *out,
	const struct pk_sigma_expr *expr, bool negated)
{
	while (expr->kind == PK_SIGMA_NOT) {
		expr = expr->children.items[0];
		negated = !negated;
	}
	if (is_conjunction(expr, negated)) {
		for (size_t i = 0; i < expr->children.len; i++)
			collect_factors(expansion, out, expr->children.items[i], negated);
		return;
	}
	struct factor factor = {.filter = negated, .place = out->items.len};
	expand(expansion, &factor.cases, expr, negated);
	*pk_list_push(expansion->arena, &out->items) = factor;
}

/* `with` and `item` together; what goes beyond the limit is left out. */
static struct pk_sigma_case join(
	struct pk_arena *arena, const struct pk_sigma_case *with, const struct pk_sigma_case *item)
{
	struct pk_sigma_case joined = {
		.left_out = with->left_out != NULL ? with->left_out : item->left_out,
		.foreign = with->foreign != NULL ? with->foreign : item->foreign,
	};
	const struct pk_sigma_case *parts[] = {with, item};
	for (size_t p = 0; p < 2; p++) {
		for (size_t i = 0; i < parts[p]->clause.questions.len; i++) {
			if (joined.clause.questions.len == PK_SIGMA_QUESTIONS) {
				joined.left_out = "more conditions than are looked at";
				return joined;
			}
			*pk_list_push(arena, &joined.clause.questions) =
				parts[p]->clause.questions.items[i];
		}
	}
	return joined;
}

static void leave_out(struct pk_sigma_cases *cases, const char *what)
{
	for (size_t i = 0; i < cases->items.len; i++) {
		if (cases->items.items[i].left_out == NULL)
			cases->items.items[i].left_out = what;
	}
}

static void multiply(
	struct expansion *expansion, struct pk_sigma_cases *cases, const struct factor *factor)
{
	size_t count = cases->items.len * factor->cases.items.len;
	if (factor->cases.items.len > 1 && (factor->filter || count > PK_SIGMA_CLAUSES)) {
		leave_out(cases,
			factor->filter ? "a filter on several fields" : "too many alternatives");
		return;
	}
	struct pk_sigma_cases product = {0};
	for (size_t i = 0; i < cases->items.len; i++) {
		for (size_t k = 0; k < factor->cases.items.len; k++)
			*pk_list_push(expansion->arena, &product.items) = join(expansion->arena,
				&cases->items.items[i], &factor->cases.items.items[k]);
	}
	*cases = product;
}

static void expand_all(struct expansion *expansion, struct pk_sigma_cases *out,
	const struct pk_sigma_expr *expr, bool negated)
{
	struct factors factors = {0};
	struct pk_sigma_cases all = {0};
	collect_factors(expansion, &factors, expr, negated);
	if (factors.items.len > 1)
		qsort(factors.items.items, factors.items.len, sizeof(struct factor),
			compare_factors);
	add_open_case(expansion, &all, NULL);
	for (size_t i = 0; i < factors.items.len && all.items.len > 0; i++)
		multiply(expansion, &all, &factors.items.items[i]);
	*out = all;
}

static void expand(struct expansion *expansion, struct pk_sigma_cases *out,
	const struct pk_sigma_expr *expr, bool negated)
{
	switch (expr->kind) {
	case PK_SIGMA_ALL:
	case PK_SIGMA_ANY:
		if (is_conjunction(expr, negated))
			expand_all(expansion, out, expr, negated);
		else
			expand_any(expansion, out, expr, negated);
		return;
	case PK_SIGMA_NOT:
		expand(expansion, out, expr->children.items[0], !negated);
		return;
	case PK_SIGMA_MATCH:
		expand_match(expansion, out, expr, negated);
		return;
	case PK_SIGMA_ABSENT:
		add_open_case(expansion, out, negated ? NULL : "a field without value");
		return;
	case PK_SIGMA_UNSAID:
		add_open_case(expansion, out, expr->unsaid);
		return;
	}
}

/* What the category says of EventType, as a part that must hold. */
static void add_event_type(struct expansion *expansion, struct pk_sigma_cases *cases)
{
	int field;
	const struct pk_sigma_feed *feed = expansion->view->feed;
	if (feed == NULL || feed->event_types[0] == NULL ||
		pk_sigma_find_field(&field, expansion->view, "EventType") != PK_SIGMA_FIELD_HERE)
		return;
	struct factor factor = {0};
	struct united united = {0};
	for (size_t i = 0; feed->event_types[i] != NULL; i++) {
		struct pk_clause type = {0};
		pk_clause_add_condition(
			expansion->arena, &type, field, PK_OP_IS, feed->event_types[i]);
		unite_question(expansion->arena, &factor.cases, &united, &type.questions.items[0]);
	}
	multiply(expansion, cases, &factor);
}

void pk_sigma_expand(struct pk_arena *arena, struct pk_sigma_cases *out,
	const struct pk_sigma_rule *rule, const struct pk_sigma_view *view)
{
	struct expansion expansion = {.arena = arena, .view = view};
	struct pk_sigma_cases cases = {0};
	expand(&expansion, &cases, rule->detection, false);
	add_event_type(&expansion, &cases);
	for (size_t i = 0; i < cases.items.len; i++)
		pk_clause_finish(&cases.items.items[i].clause);
	cases.missing = expansion.missing;
	*out = cases;
}
