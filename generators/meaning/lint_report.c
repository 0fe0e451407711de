/* The words of findings about whole rules. */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "generators/meaning/lint_parts.h"
#include "generators/sysmon/sysmon_convert.h"

enum {
	SHOWN_FIELDS = 3,
	SHOWN_BYTES = 90, /* of a text of a witness */
};

/* --- events --- */

static void show_text(struct pk_buf *buf, const char *field, const char *text)
{
	size_t cut = strnlen(text, SHOWN_BYTES + 1);
	bool whole = cut <= SHOWN_BYTES;
	while (!whole && cut > 0 && ((unsigned char)text[cut - 1] & 0xc0) == 0x80)
		cut--;
	pk_buf_printf(
		buf, "%s '%.*s%s'", field, (int)(whole ? cut : cut - 1), text, whole ? "" : "...");
}

const char *pk_lint_show(struct pk_arena *arena, const struct pk_event *event,
	const struct pk_engine_event *witness, const struct pk_clause *a, const struct pk_clause *b)
{
	PK_BUF_AUTO buf = {0};
	size_t shown = 0;
	for (size_t i = 0; i < event->field_count && shown < SHOWN_FIELDS; i++) {
		bool asked = pk_lint_question(a, (int)i) != NULL ||
			(b != NULL && pk_lint_question(b, (int)i) != NULL);
		if (!asked || witness->values[i] == NULL)
			continue;
		if (shown++ > 0)
			pk_buf_puts(&buf, " and ");
		show_text(&buf, event->fields[i], witness->values[i]);
	}
	if (shown == 0)
		pk_buf_puts(&buf, "any text");
	return pk_arena_strndup(arena, buf.data, buf.len);
}

/* --- places --- */

static bool holds_text(const struct pk_filter *filter, const char *text)
{
	return text == NULL || pk_text_find_nocase(filter->value, text) != NULL;
}

static const struct pk_filter *match_filter(
	const struct pk_filter *filter, const char *field, const char *text)
{
	bool fits = filter->value != NULL && strcmp(filter->field, field) == 0;
	return fits && holds_text(filter, text) ? filter : NULL;
}

const struct pk_filter *pk_lint_filter(const struct pk_meaning *meaning, size_t element,
	const struct pk_clause *clause, const struct pk_event *event, int field, const char *text)
{
	const struct pk_element *holder = &meaning->sysmon->elements.items[element];
	const struct pk_term *term = &holder->terms.items[clause->term];
	if (!term->is_rule)
		return match_filter(&term->filter, event->fields[field], text);
	for (size_t i = 0; i < term->filters.len; i++) {
		const struct pk_filter *found =
			match_filter(&term->filters.items[i], event->fields[field], text);
		if (found != NULL)
			return found;
	}
	return NULL;
}

bool pk_lint_is_told(
	const struct pk_linter *linter, enum pk_code code, struct pk_span span, const char *subject)
{
	const char *quoted = subject == NULL ? "" : pk_arena_printf(linter->arena, "'%s'", subject);
	for (size_t i = linter->first; i < linter->diags->all.len; i++) {
		const struct pk_diag *diag = &linter->diags->all.items[i];
		if (diag->code == code && diag->span.begin == span.begin &&
			diag->span.source == span.source && pk_text_starts(diag->message, quoted))
			return true;
	}
	return false;
}

/* Has one of the checks said the same of a filter of the rule? */
static bool is_told_by_checks(const struct pk_linter *linter, const struct pk_lint_verdict *verdict)
{
	const struct pk_term *term = &linter->meaning->sysmon->elements.items[verdict->element]
					      .terms.items[verdict->term];
	for (size_t i = 0; i < linter->diags->all.len; i++) {
		const struct pk_diag *diag = &linter->diags->all.items[i];
		switch (verdict->kind) {
		case PK_LINT_IMPOSSIBLE:
			for (size_t f = 0; f < term->filters.len; f++) {
				if (diag->code == PK_RULE_CONTRADICTION &&
					diag->span.source == term->span.source &&
					diag->span.begin == term->filters.items[f].value_span.begin)
					return true;
			}
			break;
		case PK_LINT_EATEN:
			if (diag->code == PK_INCLUDE_EXCLUDE && !term->is_rule &&
				diag->span.source == term->filter.span.source &&
				diag->span.begin == term->filter.span.begin)
				return true;
			break;
		case PK_LINT_DUPLICATE:
		case PK_LINT_REDUNDANT:
			if (diag->code == PK_DUPLICATE_FILTER && !term->is_rule &&
				diag->span.source == term->filter.span.source &&
				diag->span.begin == term->filter.span.begin)
				return true;
			break;
		case PK_LINT_LIVE:
		case PK_LINT_POINTLESS:
		case PK_LINT_STOLEN:
			break;
		}
	}
	return false;
}

/* --- findings --- */

static const enum pk_code codes[] = {
	[PK_LINT_IMPOSSIBLE] = PK_IMPOSSIBLE_RULE,
	[PK_LINT_EATEN] = PK_EATEN_RULE,
	[PK_LINT_POINTLESS] = PK_POINTLESS_EXCLUDE,
	[PK_LINT_DUPLICATE] = PK_EQUAL_RULE,
	[PK_LINT_REDUNDANT] = PK_REDUNDANT_RULE,
	[PK_LINT_STOLEN] = PK_LABEL_STOLEN,
};

static void report_impossible(struct pk_linter *linter, const struct pk_lint_verdict *verdict)
{
	struct pk_diag *diag = pk_report(linter->diags, PK_IMPOSSIBLE_RULE, verdict->clause->span,
		"no event can match: the conditions contradict each other");
	pk_diag_hint(linter->diags, diag, "write what is meant, or remove the rule");
}

static void report_eaten(
	struct pk_linter *linter, const struct pk_lint_verdict *verdict, const char *shown)
{
	struct pk_diag *diag = pk_report(linter->diags, PK_EATEN_RULE, verdict->clause->span,
		"nothing is logged by this rule: an exclude drops all it matches, such as %s",
		shown);
	pk_diag_relate(linter->diags, diag, verdict->other->span, "the exclude");
	pk_diag_hint(linter->diags, diag, "narrow the exclude, or remove the rule");
}

static void report_pointless(
	struct pk_linter *linter, const struct pk_lint_verdict *verdict, const char *shown)
{
	struct pk_diag *diag = pk_report(linter->diags, PK_POINTLESS_EXCLUDE, verdict->clause->span,
		"nothing is dropped by this exclude: no include matches %s", shown);
	pk_diag_hint(linter->diags, diag, "remove the exclude");
}

static void report_redundant(
	struct pk_linter *linter, const struct pk_lint_verdict *verdict, const char *shown)
{
	bool equal = verdict->kind == PK_LINT_DUPLICATE;
	struct pk_diag *diag = pk_report(linter->diags, codes[verdict->kind], verdict->clause->span,
		equal ? "another rule matches the same events, such as %s, and does the same"
		      : "a wider rule matches all that this one does, such as %s, and does the "
			"same",
		shown);
	pk_diag_relate(linter->diags, diag, verdict->other->span,
		equal ? "the other rule" : "the wider rule");
	pk_diag_hint(linter->diags, diag, equal ? "remove one of them" : "remove the narrower one");
}

/* Does another rule of the event give the name? */
static bool is_given(const struct pk_linter *linter, const struct pk_lint_verdict *verdict)
{
	for (size_t i = 0; i < linter->verdicts.len; i++) {
		const struct pk_lint_verdict *other = &linter->verdicts.items[i];
		if (other->kind == PK_LINT_LIVE && other->said == verdict->said && other->include &&
			other->clause->name != NULL &&
			strcmp(other->clause->name, verdict->clause->name) == 0)
			return true;
	}
	return false;
}

static void report_stolen(
	struct pk_linter *linter, const struct pk_lint_verdict *verdict, const char *shown)
{
	bool given = is_given(linter, verdict);
	const char *named = verdict->name == NULL
		? "gives it none"
		: pk_arena_printf(linter->arena, "says '%s'", verdict->name);
	struct pk_diag *diag = pk_report_as(linter->diags, given ? PK_NOTE : PK_WARNING,
		codes[verdict->kind], verdict->clause->span,
		given ? "'%s' is not given by this rule: for %s an earlier one %s"
		      : "'%s' is never given: for %s an earlier rule %s",
		verdict->clause->name, shown, named);
	pk_diag_relate(
		linter->diags, diag, verdict->other->span, "it matches all that this one does");
	pk_diag_hint(linter->diags, diag, "put this rule before the wider one");
}

void pk_lint_report(struct pk_linter *linter, const struct pk_lint_verdict *verdict)
{
	const char *shown = NULL;
	if (verdict->kind == PK_LINT_LIVE || is_told_by_checks(linter, verdict) ||
		pk_lint_is_told(linter, codes[verdict->kind], verdict->clause->span, NULL))
		return;
	if (verdict->witness != NULL)
		shown = pk_lint_show(linter->arena, verdict->said->event, verdict->witness,
			verdict->clause, verdict->other);
	switch (verdict->kind) {
	case PK_LINT_LIVE:
		break;
	case PK_LINT_IMPOSSIBLE:
		report_impossible(linter, verdict);
		break;
	case PK_LINT_EATEN:
		report_eaten(linter, verdict, shown);
		break;
	case PK_LINT_POINTLESS:
		report_pointless(linter, verdict, shown);
		break;
	case PK_LINT_DUPLICATE:
	case PK_LINT_REDUNDANT:
		report_redundant(linter, verdict, shown);
		break;
	case PK_LINT_STOLEN:
		report_stolen(linter, verdict, shown);
		break;
	}
}
