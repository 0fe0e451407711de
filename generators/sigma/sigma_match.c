/* An event is shown to the detection of a Sigma rule. */
#include <string.h>

#include "base/text.h"
#include "generators/sigma/sigma_clause.h"

static int find_in(const struct pk_event *event, const char *field)
{
	for (size_t i = 0; i < event->field_count; i++) {
		if (pk_text_equal_nocase(event->fields[i], field))
			return (int)i;
	}
	return -1;
}

enum pk_sigma_field pk_sigma_find_field(
	int *index_out, const struct pk_sigma_view *view, const char *field)
{
	int index = find_in(view->event, field);
	/* FileCreateStreamHash has its hashes in Hash. */
	if (index < 0 && pk_text_equal(field, "Hashes"))
		index = find_in(view->event, "Hash");
	if (index >= 0) {
		*index_out = index;
		return PK_SIGMA_FIELD_HERE;
	}
	for (size_t i = 0; i < view->newest->events.len; i++) {
		if (find_in(&view->newest->events.items[i], field) >= 0)
			return PK_SIGMA_FIELD_MISSING;
	}
	return PK_SIGMA_FIELD_FOREIGN;
}

bool pk_sigma_is_id(const char *pattern, const struct pk_event *event)
{
	uint64_t id;
	return pk_text_parse_u64(&id, pattern) && id == event->id;
}

static char fold(char c, bool cased)
{
	return cased ? c : pk_text_lower(c);
}

/* One character of UTF-8. */
static const char *skip_one(const char *text)
{
	text++;
	while (((unsigned char)*text & 0xc0) == 0x80)
		text++;
	return text;
}

/* True if the whole text is of the pattern. */
static bool matches(const char *pattern, const char *text, bool cased)
{
	const char *after_many = NULL;
	const char *resume = NULL;
	while (*text != '\0') {
		if (*pattern == PK_SIGMA_MANY) {
			after_many = ++pattern;
			resume = text;
		} else if (*pattern == PK_SIGMA_ONE) {
			pattern++;
			text = skip_one(text);
		} else if (*pattern != '\0' && fold(*pattern, cased) == fold(*text, cased)) {
			pattern++;
			text++;
		} else if (after_many != NULL) {
			pattern = after_many;
			text = ++resume;
		} else {
			return false;
		}
	}
	while (*pattern == PK_SIGMA_MANY)
		pattern++;
	return *pattern == '\0';
}

static enum pk_truth match_field(const struct pk_sigma_expr *expr, const struct pk_sigma_view *view,
	const struct pk_engine_event *event)
{
	int index;
	if (pk_text_equal(expr->field, "EventID"))
		return pk_sigma_is_id(expr->pattern, view->event) ? PK_YES : PK_NO;
	switch (pk_sigma_find_field(&index, view, expr->field)) {
	case PK_SIGMA_FIELD_MISSING:
		return PK_NO;
	case PK_SIGMA_FIELD_FOREIGN:
		return PK_UNKNOWN;
	case PK_SIGMA_FIELD_HERE:
		break;
	}
	const char *text = event->values[index] == NULL ? "-" : event->values[index];
	return matches(expr->pattern, text, expr->cased) ? PK_YES : PK_NO;
}

/* A field with a value is not absent; whether another one counts as absent, who knows. */
static enum pk_truth match_absent(const struct pk_sigma_expr *expr,
	const struct pk_sigma_view *view, const struct pk_engine_event *event)
{
	int index;
	if (pk_sigma_find_field(&index, view, expr->field) != PK_SIGMA_FIELD_HERE)
		return PK_UNKNOWN;
	const char *text = event->values[index];
	bool empty = text == NULL || text[0] == '\0' || pk_text_equal(text, "-");
	return empty ? PK_UNKNOWN : PK_NO;
}

static enum pk_truth match(const struct pk_sigma_expr *expr, const struct pk_sigma_view *view,
	const struct pk_engine_event *event);

/* The least of the children's answers, or the greatest: PK_NO < PK_UNKNOWN < PK_YES. */
static enum pk_truth match_children(const struct pk_sigma_expr *expr,
	const struct pk_sigma_view *view, const struct pk_engine_event *event)
{
	bool all = expr->kind == PK_SIGMA_ALL;
	enum pk_truth end = all ? PK_NO : PK_YES;
	enum pk_truth result = all ? PK_YES : PK_NO;
	for (size_t i = 0; i < expr->children.len && result != end; i++) {
		enum pk_truth child = match(expr->children.items[i], view, event);
		if (all ? child < result : child > result)
			result = child;
	}
	return result;
}

static enum pk_truth match(const struct pk_sigma_expr *expr, const struct pk_sigma_view *view,
	const struct pk_engine_event *event)
{
	enum pk_truth inner;
	switch (expr->kind) {
	case PK_SIGMA_ALL:
	case PK_SIGMA_ANY:
		return match_children(expr, view, event);
	case PK_SIGMA_NOT:
		inner = match(expr->children.items[0], view, event);
		return inner == PK_UNKNOWN ? PK_UNKNOWN : inner == PK_YES ? PK_NO : PK_YES;
	case PK_SIGMA_MATCH:
		return match_field(expr, view, event);
	case PK_SIGMA_ABSENT:
		return match_absent(expr, view, event);
	case PK_SIGMA_UNSAID:
		return PK_UNKNOWN;
	}
	__builtin_unreachable();
}

/* True unless the category says what EventType is, and the event has something else there. */
static bool has_event_type(const struct pk_sigma_view *view, const struct pk_engine_event *event)
{
	int index;
	if (view->feed == NULL || view->feed->event_types[0] == NULL ||
		pk_sigma_find_field(&index, view, "EventType") != PK_SIGMA_FIELD_HERE)
		return true;
	for (size_t i = 0; view->feed->event_types[i] != NULL; i++) {
		if (event->values[index] != NULL &&
			pk_text_equal_nocase(event->values[index], view->feed->event_types[i]))
			return true;
	}
	return false;
}

enum pk_truth pk_sigma_match(const struct pk_sigma_rule *rule, const struct pk_sigma_view *view,
	const struct pk_engine_event *event)
{
	return has_event_type(view, event) ? match(rule->detection, view, event) : PK_NO;
}
