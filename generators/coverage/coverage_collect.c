/*
 * Which events are collected. An element speaks of all event ids of its tag that have its fields
 * in the same places, and of an id that nothing speaks of the default holds. Facts:
 * docs/sysmon-facts.md sections 6 and 8.
 */
#include "generators/coverage/coverage_parts.h"

#include <string.h>

#include "generators/sysmon/sysmon_convert.h"

/* An element that Sysmon keeps, seen from one event id of its tag. */
struct view {
	const struct pk_sysmon *sysmon;
	const struct pk_element *element;
	const struct pk_event *bound; /* the id it was read for */
	const struct pk_event *event;
};

static bool can_match_filter(const struct view *view, const struct pk_filter *filter)
{
	int field = pk_event_field(view->bound, filter->field);
	return field >= 0 && (size_t)field < view->event->field_count &&
		strcmp(view->event->fields[field], filter->field) == 0;
}

static bool can_match_term(const struct view *view, const struct pk_term *term)
{
	if (!term->is_rule)
		return can_match_filter(view, &term->filter);

	bool all = pk_term_is_and(term);
	for (size_t i = 0; i < term->filters.len; i++) {
		if (can_match_filter(view, &term->filters.items[i]) != all)
			return !all;
	}
	return all && term->filters.len > 0;
}

static bool can_match(const struct view *view)
{
	bool all = pk_element_is_and(view->sysmon, view->element);
	for (size_t i = 0; i < view->element->terms.len; i++) {
		if (can_match_term(view, &view->element->terms.items[i]) != all)
			return !all;
	}
	return all && view->element->terms.len > 0;
}

static enum pk_collection judge(const struct pk_coverage_input *input, const struct pk_event *event)
{
	const struct pk_sysmon *sysmon = input->sysmon;
	size_t count = 0;
	size_t excludes = 0;
	bool included = false;
	bool excluded = false;

	for (size_t i = 0; i < sysmon->elements.len; i++) {
		const struct pk_element *element = &sysmon->elements.items[i];
		if (input->element_ids[i] == 0 || strcmp(element->event->tag, event->tag) != 0)
			continue;
		struct view view = {.sysmon = sysmon,
			.element = element,
			.bound = pk_schema_find_id(sysmon->parser, input->element_ids[i]),
			.event = event};
		bool include = pk_element_is_include(element);
		bool matches = can_match(&view);
		count++;
		excludes += !include;
		included |= include && matches;
		excluded |= !include && matches;
	}
	if (count == 0)
		return event->logged_by_default ? PK_COLLECTION_ALL : PK_COLLECTION_NONE;
	if (included)
		return PK_COLLECTION_RULES;
	/* One exclude alone leaves the rest to its complement; with several the rest is dropped. */
	if (count == 1 && excludes == 1)
		return excluded ? PK_COLLECTION_REST : PK_COLLECTION_ALL;
	return PK_COLLECTION_NONE;
}

void pk_coverage_collect(struct pk_coverage *coverage, const struct pk_coverage_input *input)
{
	const struct pk_schema *schema = coverage->schema;
	for (size_t i = 0; i < schema->events.len; i++) {
		const struct pk_event *event = &schema->events.items[i];
		if (event->id >= PK_COVERAGE_IDS || event->hidden)
			continue;
		enum pk_collection collection =
			event->tag != NULL ? judge(input, event) : PK_COLLECTION_ALL;
		coverage->collection[event->id] = collection;
		if (collection != PK_COLLECTION_NONE)
			coverage->collected |= UINT64_C(1) << event->id;
	}
}
