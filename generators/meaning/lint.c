#include "generators/meaning/lint.h"

#include <stdlib.h>

#include "generators/meaning/lint_parts.h"
#include "generators/sysmon/sysmon_convert.h"

/* By place in the configuration; verdicts on one rule in different events stay in order of id. */
static int compare_verdicts(const void *a, const void *b)
{
	const struct pk_lint_verdict *left = a;
	const struct pk_lint_verdict *right = b;
	const size_t keys[][2] = {{left->element, right->element}, {left->term, right->term},
		{left->filter, right->filter}, {left->said->event->id, right->said->event->id}};
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (keys[i][0] != keys[i][1])
			return keys[i][0] < keys[i][1] ? -1 : 1;
	}
	return 0;
}

static bool same_rule(const struct pk_lint_verdict *a, const struct pk_lint_verdict *b)
{
	return a->element == b->element && a->term == b->term && a->filter == b->filter;
}

/*
 * A rule is asked for each event id of its tag. It is what it is in all of them; an id that it
 * cannot match at all does not count if it matches another.
 */
static void report_rule(
	struct pk_linter *linter, const struct pk_lint_verdict *verdicts, size_t count)
{
	const struct pk_lint_verdict *chosen = &verdicts[0];
	for (size_t i = 1; i < count; i++) {
		if (verdicts[i].kind == PK_LINT_IMPOSSIBLE)
			continue;
		if (chosen->kind != PK_LINT_IMPOSSIBLE && chosen->kind != verdicts[i].kind)
			return;
		chosen = &verdicts[i];
	}
	pk_lint_report(linter, chosen);
}

static void report_rules(struct pk_linter *linter)
{
	struct pk_lint_verdict *verdicts = linter->verdicts.items;
	size_t len = linter->verdicts.len;
	if (len == 0)
		return;
	qsort(verdicts, len, sizeof(verdicts[0]), compare_verdicts);
	for (size_t i = 0; i < len;) {
		size_t count = 1;
		while (i + count < len && same_rule(&verdicts[i], &verdicts[i + count]))
			count++;
		report_rule(linter, &verdicts[i], count);
		i += count;
	}
}

static bool has_clauses(const struct pk_meaning_event *said, size_t element)
{
	for (size_t i = 0; i < said->blocks.len; i++) {
		if (said->blocks.items[i].element == element)
			return said->blocks.items[i].clauses.len > 0;
	}
	return false;
}

/* What is said of a rule alone is said in the first event that its element can match. */
static bool is_first_event(const struct pk_lint_event *event, const struct pk_block *block)
{
	for (const struct pk_meaning_event *said = event->meaning->events.items; said < event->said;
		said++) {
		if (has_clauses(said, block->element))
			return false;
	}
	return true;
}

static void look_at(struct pk_linter *linter, const struct pk_meaning_event *said)
{
	struct pk_lint_event event = {
		.meaning = linter->meaning, .said = said, .arena = linter->arena};
	pk_lint_event_make(&event);
	for (size_t i = 0; i < event.rules.len; i++) {
		*pk_list_push(linter->arena, &linter->verdicts) = pk_lint_judge(&event, i);
		if (!is_first_event(&event, event.rules.items[i].block))
			continue;
		pk_lint_values(linter, &event, i);
		pk_lint_reach(linter, &event, i);
	}
}

void pk_meaning_lint(const struct pk_meaning *meaning, struct pk_diags *diags)
{
	PK_AUTO(pk_arena) *scratch = pk_arena_create();
	struct pk_linter linter = {
		.meaning = meaning, .arena = scratch, .diags = diags, .first = diags->all.len};
	for (size_t i = 0; i < meaning->events.len; i++)
		look_at(&linter, &meaning->events.items[i]);
	report_rules(&linter);
}

void pk_sysmon_lint(struct pk_sysmon *sysmon, struct pk_diags *diags)
{
	PK_AUTO(pk_arena) *scratch = pk_arena_create();
	struct pk_diags quiet = {.arena = scratch};
	uint32_t *ids = PK_NEW_ARRAY(scratch, uint32_t, sysmon->elements.len + 1);
	pk_sysmon_convert(sysmon, NULL, ids, &quiet);
	pk_meaning_lint(pk_meaning_make(scratch, sysmon, ids), diags);
}
