#include "cli/sigma_print.h"

#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/json_out.h"
#include "base/text.h"

/* What each cause is called for people; behind it stands what it is about. */
static const char *const cause_words[] = {
	[PK_SIGMA_NOT_COLLECTED] = "the event is not collected",
	[PK_SIGMA_NOT_INCLUDED] = "no include matches",
	[PK_SIGMA_EXCLUDED] = "an exclude matches",
	[PK_SIGMA_NO_EVENT] = "this schema does not have the event",
	[PK_SIGMA_NO_FIELD] = "the event does not have the field",
	[PK_SIGMA_NEVER] = "no event can be like this",
	[PK_SIGMA_FOREIGN_FIELD] = "Sysmon does not have the field",
	[PK_SIGMA_LEFT_OUT] = "cannot tell, Sysmon has no words for",
	[PK_SIGMA_UNPROVEN] = "cannot tell, neither a proof nor an event was found",
};

/* --- one rule --- */

/* The tag for filters; events that cannot be filtered have only a title. */
static const char *event_name(const struct pk_event *event)
{
	return event->tag != NULL ? event->tag : event->title;
}

static const char *category_name(const struct pk_sigma_rule *rule)
{
	return rule->category[0] != '\0' ? rule->category : rule->service;
}

/* Is the field one that the rule asks and the witness has? */
static bool is_shown(const struct pk_sigma_why *why, size_t field)
{
	return why->witness.values[field] != NULL && (why->fields & UINT32_C(1) << field) != 0;
}

static void put_witness(struct pk_buf *buf, const struct pk_sigma_why *why)
{
	const char *comma = "";
	for (size_t i = 0; i < why->event->field_count; i++) {
		const char *text = why->witness.values[i];
		if (!is_shown(why, i))
			continue;
		pk_buf_printf(buf, "%s%s '", comma, why->event->fields[i]);
		pk_escape_put(buf, text);
		pk_buf_putc(buf, '\'');
		comma = ", ";
	}
}

static void put_exclude(struct pk_buf *buf, const struct pk_clause *exclude)
{
	if (exclude->span.source == NULL)
		return;
	struct pk_place place = pk_source_place(exclude->span.source, exclude->span.begin);
	pk_buf_puts(buf, "\n      the exclude is at ");
	pk_escape_put(buf, exclude->span.source->path);
	pk_buf_printf(buf, ":%u:%u", place.line, place.column);
}

static void put_why(struct pk_buf *buf, const struct pk_sigma_why *why)
{
	pk_buf_printf(buf, "    %s (%u): %s", event_name(why->event), why->event->id,
		cause_words[why->cause]);
	if (why->what != NULL) {
		pk_buf_putc(buf, ' ');
		pk_escape_put(buf, why->what);
	}
	if (why->has_witness) {
		pk_buf_puts(buf, "\n      lost: ");
		put_witness(buf, why);
	}
	if (why->exclude != NULL)
		put_exclude(buf, why->exclude);
	pk_buf_putc(buf, '\n');
}

void pk_sigma_put_text(struct pk_buf *buf, const struct pk_sigma_result *result)
{
	const struct pk_sigma_rule *rule = result->rule;
	struct pk_place place = pk_source_place(rule->source, rule->span.begin);
	pk_buf_printf(buf, "%s: ", pk_sigma_verdict_name(result->verdict));
	pk_escape_put(buf, rule->title);
	pk_buf_puts(buf, " [");
	pk_escape_put(buf, rule->level);
	pk_buf_puts(buf, "]\n  ");
	pk_escape_put(buf, rule->source->path);
	pk_buf_printf(buf, ":%u", place.line);
	if (category_name(rule)[0] != '\0') {
		pk_buf_puts(buf, ", ");
		pk_escape_put(buf, category_name(rule));
	}
	if (result->cases > 0)
		pk_buf_printf(buf, ", %zu of %zu alternatives seen", result->seen, result->cases);
	pk_buf_putc(buf, '\n');
	for (size_t i = 0; i < result->whys.len; i++)
		put_why(buf, &result->whys.items[i]);
}

static void put_why_json(struct pk_json_out *json, const struct pk_sigma_why *why)
{
	pk_json_out_open_object(json, NULL);
	pk_json_out_text(json, "cause", pk_sigma_cause_name(why->cause));
	pk_json_out_number(json, "eventId", why->event->id);
	pk_json_out_text(json, "event", event_name(why->event));
	if (why->what != NULL)
		pk_json_out_text(json, "what", why->what);
	if (why->has_witness) {
		pk_json_out_open_object(json, "lost");
		for (size_t i = 0; i < why->event->field_count; i++) {
			if (is_shown(why, i))
				pk_json_out_text(
					json, why->event->fields[i], why->witness.values[i]);
		}
		pk_json_out_close_object(json);
	}
	if (why->exclude != NULL && why->exclude->span.source != NULL) {
		struct pk_span span = why->exclude->span;
		struct pk_place place = pk_source_place(span.source, span.begin);
		pk_json_out_open_object(json, "exclude");
		pk_json_out_text(json, "file", span.source->path);
		pk_json_out_number(json, "line", place.line);
		pk_json_out_number(json, "column", place.column);
		pk_json_out_close_object(json);
	}
	pk_json_out_close_object(json);
}

void pk_sigma_put_json(struct pk_buf *buf, const struct pk_sigma_result *result)
{
	const struct pk_sigma_rule *rule = result->rule;
	struct pk_place place = pk_source_place(rule->source, rule->span.begin);
	struct pk_json_out json = {.buf = buf};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	pk_json_out_text(&json, "verdict", pk_sigma_verdict_name(result->verdict));
	pk_json_out_text(&json, "id", rule->id);
	pk_json_out_text(&json, "title", rule->title);
	pk_json_out_text(&json, "level", rule->level);
	pk_json_out_text(&json, "category", category_name(rule));
	pk_json_out_text(&json, "file", rule->source->path);
	pk_json_out_number(&json, "line", place.line);
	pk_json_out_number(&json, "alternatives", result->cases);
	pk_json_out_number(&json, "seen", result->seen);
	pk_json_out_open_array(&json, "why");
	for (size_t i = 0; i < result->whys.len; i++)
		put_why_json(&json, &result->whys.items[i]);
	pk_json_out_close_array(&json);
	pk_json_out_close_object(&json);
	pk_buf_putc(buf, '\n');
}

/* --- counts --- */

static void count_one(struct pk_sigma_count *count, enum pk_sigma_verdict verdict)
{
	count->rules[verdict]++;
}

static int compare_counts(const void *left, const void *right)
{
	const struct pk_sigma_count *a = left;
	const struct pk_sigma_count *b = right;
	return strcmp(a->name, b->name);
}

/* The levels of Sigma, worst first; other words come behind, in the order of their letters. */
static size_t level_rank(const char *level)
{
	static const char *const levels[] = {"critical", "high", "medium", "low", "informational"};
	size_t rank = 0;
	while (rank < sizeof(levels) / sizeof(levels[0]) && !pk_text_equal(levels[rank], level))
		rank++;
	return rank;
}

static int compare_levels(const void *left, const void *right)
{
	const struct pk_sigma_count *a = left;
	const struct pk_sigma_count *b = right;
	size_t a_rank = level_rank(a->name);
	size_t b_rank = level_rank(b->name);
	if (a_rank != b_rank)
		return a_rank < b_rank ? -1 : 1;
	return strcmp(a->name, b->name);
}

static struct pk_sigma_count *find_count(
	struct pk_arena *arena, struct pk_sigma_count_list *counts, const char *name)
{
	for (size_t i = 0; i < counts->len; i++) {
		if (pk_text_equal(counts->items[i].name, name))
			return &counts->items[i];
	}
	struct pk_sigma_count *added = pk_list_push(arena, counts);
	added->name = name;
	return added;
}

void pk_sigma_count_add(struct pk_arena *arena, struct pk_sigma_counts *counts,
	const struct pk_sigma_result *result)
{
	count_one(&counts->total, result->verdict);
	if (result->verdict == PK_SIGMA_UNFED)
		return;
	count_one(find_count(arena, &counts->categories, category_name(result->rule)),
		result->verdict);
	count_one(find_count(arena, &counts->levels, result->rule->level), result->verdict);
}

static void sort_counts(struct pk_sigma_counts *counts)
{
	struct pk_sigma_count_list *categories = &counts->categories;
	struct pk_sigma_count_list *levels = &counts->levels;
	if (categories->len > 1)
		qsort(categories->items, categories->len, sizeof(*categories->items),
			compare_counts);
	if (levels->len > 1)
		qsort(levels->items, levels->len, sizeof(*levels->items), compare_levels);
}

static void put_row(struct pk_buf *buf, const char *name, const struct pk_sigma_count *count)
{
	PK_BUF_AUTO cell = {0};
	pk_escape_put(&cell, name);
	pk_buf_printf(buf, "%-26s", cell.data == NULL ? "" : cell.data);
	for (size_t verdict = 0; verdict < PK_SIGMA_UNFED; verdict++)
		pk_buf_printf(buf, " %8zu", count->rules[verdict]);
	pk_buf_putc(buf, '\n');
}

static void put_table(
	struct pk_buf *buf, const char *title, const struct pk_sigma_count_list *counts)
{
	pk_buf_printf(buf, "%-26s", title);
	for (size_t verdict = 0; verdict < PK_SIGMA_UNFED; verdict++)
		pk_buf_printf(buf, " %8s", pk_sigma_verdict_name((enum pk_sigma_verdict)verdict));
	pk_buf_putc(buf, '\n');
	for (size_t i = 0; i < counts->len; i++)
		put_row(buf, counts->items[i].name, &counts->items[i]);
}

void pk_sigma_put_counts_text(struct pk_buf *buf, struct pk_sigma_counts *counts)
{
	sort_counts(counts);
	if (counts->categories.len > 0) {
		put_table(buf, "category", &counts->categories);
		put_row(buf, "all", &counts->total);
		pk_buf_putc(buf, '\n');
		put_table(buf, "level", &counts->levels);
		pk_buf_putc(buf, '\n');
	}
	pk_buf_printf(buf, "not fed by this Sysmon: %zu\n", counts->total.rules[PK_SIGMA_UNFED]);
	if (counts->broken > 0)
		pk_buf_printf(buf, "files that cannot be read: %zu\n", counts->broken);
}

static void put_counts(
	struct pk_json_out *json, const char *name, const struct pk_sigma_count *count)
{
	pk_json_out_open_object(json, name);
	for (size_t verdict = 0; verdict < PK_SIGMA_UNFED; verdict++)
		pk_json_out_number(json, pk_sigma_verdict_name((enum pk_sigma_verdict)verdict),
			count->rules[verdict]);
	pk_json_out_close_object(json);
}

static void put_group(
	struct pk_json_out *json, const char *name, const struct pk_sigma_count_list *counts)
{
	pk_json_out_open_object(json, name);
	for (size_t i = 0; i < counts->len; i++)
		put_counts(json, counts->items[i].name, &counts->items[i]);
	pk_json_out_close_object(json);
}

void pk_sigma_put_counts_json(struct pk_buf *buf, struct pk_sigma_counts *counts)
{
	struct pk_json_out json = {.buf = buf};
	sort_counts(counts);
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	pk_json_out_open_object(&json, "summary");
	put_counts(&json, "rules", &counts->total);
	put_group(&json, "categories", &counts->categories);
	put_group(&json, "levels", &counts->levels);
	pk_json_out_number(&json, "unfed", counts->total.rules[PK_SIGMA_UNFED]);
	pk_json_out_number(&json, "broken", counts->broken);
	pk_json_out_close_object(&json);
	pk_json_out_close_object(&json);
	pk_buf_putc(buf, '\n');
}
