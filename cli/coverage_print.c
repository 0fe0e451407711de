#include "cli/coverage_print.h"

#include <string.h>

#include "base/text.h"

static const struct pk_coverage_state_info states[PK_COVERAGE_STATES] = {
	[PK_COVERAGE_NOT_NEEDED] = {"not-needed", "no analytic uses Sysmon", 0, "#e8ecef"},
	[PK_COVERAGE_MISSING] = {"missing", "not collected", 0, "#f6b6a4"},
	[PK_COVERAGE_PARTLY] = {"partly", "collected in part", 25, "#fbe3b0"},
	[PK_COVERAGE_COLLECTED] = {"collected", "collected, not labelled", 50, "#d5e6f6"},
	[PK_COVERAGE_LABELLED] = {"labelled", "labelled, not proven", 75, "#8fd0bd"},
	[PK_COVERAGE_PROVEN] = {"proven", "labelled and proven", 100, "#17795f"},
};

const struct pk_coverage_state_info *pk_coverage_state_info(enum pk_coverage_state state)
{
	return &states[state];
}

const char *pk_coverage_event_name(const struct pk_coverage *coverage, unsigned id)
{
	const struct pk_event *event = pk_schema_find_id(coverage->schema, id);
	if (event == NULL)
		return "";
	return event->tag != NULL ? event->tag : event->title;
}

const char *pk_coverage_collection_name(enum pk_collection collection)
{
	switch (collection) {
	case PK_COLLECTION_NONE:
		return "nothing";
	case PK_COLLECTION_RULES:
		return "what includes match";
	case PK_COLLECTION_REST:
		return "all but what excludes match";
	case PK_COLLECTION_ALL:
		return "all";
	}
	__builtin_unreachable();
}

const char *pk_coverage_platform(const struct pk_coverage *coverage)
{
	return coverage->platform == PK_LINUX ? "Linux" : "Windows";
}

bool pk_coverage_is_shown(const struct pk_coverage_technique *technique)
{
	return technique->on_platform || technique->rules.len > 0;
}

bool pk_coverage_has_tactic(const struct pk_technique *technique, const char *tactic)
{
	for (size_t i = 0; i < technique->tactics.len; i++) {
		if (pk_text_equal(technique->tactics.items[i], tactic))
			return true;
	}
	return false;
}

void pk_coverage_count_states(
	size_t out[PK_COVERAGE_STATES], const struct pk_coverage *coverage, const char *tactic)
{
	memset(out, 0, PK_COVERAGE_STATES * sizeof(*out));
	for (size_t i = 0; i < coverage->techniques.len; i++) {
		const struct pk_coverage_technique *entry = &coverage->techniques.items[i];
		if (entry->on_platform &&
			(tactic == NULL || pk_coverage_has_tactic(entry->technique, tactic)))
			out[pk_coverage_state(entry)]++;
	}
}

const char *pk_coverage_technique_name(
	const struct pk_coverage *coverage, const struct pk_technique *technique)
{
	const char *dot = strchr(technique->id, '.');
	if (dot == NULL)
		return technique->name;
	const char *parent_id =
		pk_arena_strndup(coverage->arena, technique->id, (size_t)(dot - technique->id));
	const struct pk_technique *parent = pk_attack_find(coverage->attack, parent_id);
	if (parent == NULL)
		return technique->name;
	return pk_arena_printf(coverage->arena, "%s: %s", parent->name, technique->name);
}

const char *pk_coverage_place(
	const struct pk_coverage *coverage, const struct pk_coverage_rule *rule)
{
	struct pk_source *source = rule->span.source;
	if (source == NULL)
		return "";
	return pk_arena_printf(coverage->arena, "%s:%u", source->path,
		pk_source_place(source, rule->span.begin).line);
}

void pk_coverage_put_ids(struct pk_json_out *json, const char *name, uint64_t ids)
{
	pk_json_out_open_array(json, name);
	for (unsigned id = 0; id < PK_COVERAGE_IDS; id++) {
		if (ids >> id & 1)
			pk_json_out_number(json, NULL, id);
	}
	pk_json_out_close_array(json);
}
