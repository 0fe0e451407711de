/* The decision on one event as one JSON object; members are described in picket-why(1). */
#include "base/json_out.h"
#include "cli/print_formats.h"
#include "cli/why_print.h"
#include "generators/sysmon/sysmon_convert.h"

struct tree {
	struct pk_json_out *json;
	const struct pk_why_print *print;
};

static const char *const reasons[] = {
	[PK_WHY_NO_FILTERING] = "no-filtering",
	[PK_WHY_DEFAULT] = "default",
	[PK_WHY_ELEMENT] = "element",
	[PK_WHY_COMPLEMENT] = "complement",
	[PK_WHY_REST] = "rest",
};

static const char *const results[] = {
	[PK_WHY_MATCHED] = "matched",
	[PK_WHY_NOT_MATCHED] = "no-match",
	[PK_WHY_COVERED] = "not-needed",
	[PK_WHY_NOT_ASKED] = "not-asked",
};

static const char *const origins[] = {
	[PK_WHY_OF_FILTER] = "filter",
	[PK_WHY_OF_RULE] = "Rule",
	[PK_WHY_OF_GROUP] = "RuleGroup",
};

/* --- places and filters --- */

static void put_place(struct tree *tree, struct pk_span span)
{
	if (span.source == NULL)
		return;
	struct pk_place place = pk_span_begin(span);
	pk_json_out_text(tree->json, "file", pk_span_path(span));
	pk_json_out_number(tree->json, "line", place.line);
	pk_json_out_number(tree->json, "column", place.column);
	const struct pk_rule *rule = pk_why_find_rule(tree->print->config, span);
	if (rule != NULL)
		pk_json_out_text(tree->json, "rule", rule->id);
}

static void put_question(struct tree *tree, const struct pk_filter *filter)
{
	pk_json_out_text(tree->json, "field", filter->field);
	pk_json_out_text(
		tree->json, "condition", pk_operator_info(pk_filter_operator(filter)->op)->name);
	pk_json_out_text(tree->json, "value", filter->value);
	put_place(tree, filter->span);
}

static const char *relation_of(bool all)
{
	return all ? "and" : "or";
}

static void put_state(struct tree *tree, enum pk_why_result result, bool holds)
{
	pk_json_out_text(tree->json, "result", results[result]);
	pk_json_out_bool(tree->json, "holds", holds);
}

static void put_filter(struct tree *tree, const struct pk_why_filter *filter)
{
	pk_json_out_open_object(tree->json, NULL);
	put_state(tree, filter->result, filter->holds);
	put_question(tree, filter->filter);
	if (filter->text != NULL)
		pk_json_out_text(tree->json, "text", filter->text);
	if (filter->name != NULL)
		pk_json_out_text(tree->json, "rule_name", filter->name);
	pk_json_out_close_object(tree->json);
}

/* --- terms and elements --- */

static void put_term(struct tree *tree, const struct pk_why_term *term)
{
	if (!term->term->is_rule) {
		put_filter(tree, &term->filters.items[0]);
		return;
	}
	pk_json_out_open_object(tree->json, NULL);
	put_state(tree, term->result, term->holds);
	pk_json_out_bool(tree->json, "near_miss", term->near_miss);
	pk_json_out_text(tree->json, "relation", relation_of(term->all));
	put_place(tree, term->term->span);
	pk_json_out_open_array(tree->json, "filters");
	for (size_t i = 0; i < term->filters.len; i++)
		put_filter(tree, &term->filters.items[i]);
	pk_json_out_close_array(tree->json);
	pk_json_out_close_object(tree->json);
}

static void put_element(struct tree *tree, const struct pk_why_element *element)
{
	pk_json_out_open_object(tree->json, NULL);
	pk_json_out_text(tree->json, "onmatch", element->include ? "include" : "exclude");
	put_state(tree, element->result, element->holds);
	pk_json_out_bool(tree->json, "near_miss", element->near_miss);
	pk_json_out_text(tree->json, "relation", relation_of(element->all));
	if (element->element->group_name != NULL)
		pk_json_out_text(tree->json, "group_name", element->element->group_name);
	put_place(tree, element->element->span);
	pk_json_out_open_array(tree->json, "terms");
	for (size_t i = 0; i < element->terms.len; i++)
		put_term(tree, &element->terms.items[i]);
	pk_json_out_close_array(tree->json);
	pk_json_out_close_object(tree->json);
}

/* --- verdicts --- */

static void put_decider(struct tree *tree, const struct pk_why_verdict *verdict)
{
	pk_json_out_open_object(tree->json, "by");
	pk_json_out_text(tree->json, "onmatch", verdict->element->include ? "include" : "exclude");
	if (verdict->term == NULL)
		put_place(tree, verdict->element->element->span);
	else if (verdict->term->term->is_rule)
		put_place(tree, verdict->term->term->span);
	else
		put_question(tree, verdict->term->filters.items[0].filter);
	pk_json_out_close_object(tree->json);
}

static void put_verdict(struct tree *tree, const struct pk_why_verdict *verdict)
{
	pk_json_out_text(tree->json, "action", verdict->decision.logged ? "log" : "drop");
	pk_json_out_text(tree->json, "reason", reasons[verdict->reason]);
	if (verdict->element != NULL)
		put_decider(tree, verdict);
	if (verdict->name_filter == NULL)
		return;
	pk_json_out_text(tree->json, "rule_name", verdict->decision.rule_name);
	pk_json_out_open_object(tree->json, "named_by");
	pk_json_out_text(tree->json, "origin", origins[verdict->name_origin]);
	pk_json_out_bool(tree->json, "leaked", verdict->name_leaked);
	put_question(tree, verdict->name_filter->filter);
	pk_json_out_close_object(tree->json);
}

void pk_why_put_json(struct pk_buf *buf, const struct pk_why_print *print)
{
	struct pk_json_out json = {.buf = buf};
	struct tree tree = {.json = &json, .print = print};
	const struct pk_why *why = print->why;

	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	if (print->file != NULL) {
		pk_json_out_text(&json, "events", print->file);
		pk_json_out_number(&json, "index", print->index);
	}
	pk_json_out_number(&json, "event_id", why->id);
	if (why->event != NULL)
		pk_json_out_text(&json, "event", why->event->tag);
	put_verdict(&tree, &why->verdict);
	if (why->has_next) {
		pk_json_out_open_object(&json, "next");
		put_verdict(&tree, &why->next);
		pk_json_out_close_object(&json);
	}
	pk_json_out_open_array(&json, "elements");
	for (size_t i = 0; i < why->elements.len; i++)
		put_element(&tree, &why->elements.items[i]);
	pk_json_out_close_array(&json);
	pk_json_out_close_object(&json);
	pk_buf_putc(buf, '\n');
}
