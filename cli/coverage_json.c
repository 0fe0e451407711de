/* Coverage as JSON: one object a line, told apart by `type`, the summary last. */
#include "cli/coverage_print.h"

#include <string.h>

#include "base/json_out.h"
#include "base/text.h"

static void put_names(
	struct pk_json_out *json, const char *name, const struct pk_attack_names *names)
{
	pk_json_out_open_array(json, name);
	for (size_t i = 0; i < names->len; i++)
		pk_json_out_text(json, NULL, names->items[i]);
	pk_json_out_close_array(json);
}

static void put_rule(struct pk_json_out *json, const struct pk_coverage *coverage,
	const struct pk_coverage_rule *rule)
{
	pk_json_out_open_object(json, NULL);
	pk_json_out_text(json, "name", rule->name);
	if (rule->title != NULL)
		pk_json_out_text(json, "title", rule->title);
	pk_json_out_text(json, "event", rule->tag);
	pk_json_out_text(json, "place", pk_coverage_place(coverage, rule));
	pk_json_out_close_object(json);
}

static void open_line(struct pk_json_out *json, const char *type)
{
	json->comma = false;
	pk_json_out_open_object(json, NULL);
	pk_json_out_number(json, "schema", 1);
	pk_json_out_text(json, "type", type);
}

static void close_line(struct pk_json_out *json)
{
	pk_json_out_close_object(json);
	pk_buf_putc(json->buf, '\n');
}

static void put_technique(struct pk_json_out *json, const struct pk_coverage *coverage,
	const struct pk_coverage_technique *entry)
{
	enum pk_coverage_state state = pk_coverage_state(entry);
	open_line(json, "technique");
	pk_json_out_text(json, "technique", entry->technique->id);
	pk_json_out_text(json, "name", pk_coverage_technique_name(coverage, entry->technique));
	put_names(json, "tactics", &entry->technique->tactics);
	pk_json_out_bool(json, "on_platform", entry->on_platform);
	pk_json_out_text(json, "level", pk_coverage_state_info(state)->key);
	pk_coverage_put_ids(json, "needed", entry->needed);
	pk_coverage_put_ids(json, "collected", entry->collected);
	pk_json_out_bool(json, "labelled", entry->rules.len > 0);
	pk_json_out_bool(json, "proven", state == PK_COVERAGE_PROVEN);
	pk_json_out_number(json, "proofs", entry->proofs);
	if (entry->proof != NULL)
		pk_json_out_text(json, "first_proof", entry->proof);
	pk_json_out_open_array(json, "rules");
	for (size_t i = 0; i < entry->rules.len; i++)
		put_rule(json, coverage, entry->rules.items[i]);
	pk_json_out_close_array(json);
	close_line(json);
}

static void put_event(
	struct pk_json_out *json, const struct pk_coverage *coverage, const struct pk_event *event)
{
	open_line(json, "event");
	pk_json_out_number(json, "event", event->id);
	pk_json_out_text(json, "name", event->tag != NULL ? event->tag : event->title);
	pk_json_out_text(
		json, "logged", pk_coverage_collection_name(coverage->collection[event->id]));
	close_line(json);
}

static void put_component(struct pk_json_out *json, const struct pk_coverage_component *item)
{
	open_line(json, "component");
	pk_json_out_text(json, "component", item->component->id);
	pk_json_out_text(json, "name", item->component->name);
	pk_coverage_put_ids(json, "events", item->fed_by);
	pk_coverage_put_ids(json, "collected", item->collected);
	pk_json_out_number(json, "techniques", item->techniques.len);
	pk_json_out_open_array(json, "to_collect");
	for (size_t i = 0; i < item->uncollected.len; i++)
		pk_json_out_text(json, NULL, item->uncollected.items[i]->technique->id);
	pk_json_out_close_array(json);
	pk_json_out_open_array(json, "to_label");
	for (size_t i = 0; i < item->unlabelled.len; i++)
		pk_json_out_text(json, NULL, item->unlabelled.items[i]->technique->id);
	pk_json_out_close_array(json);
	close_line(json);
}

static void put_stale(struct pk_json_out *json, const struct pk_coverage *coverage,
	const struct pk_coverage_stale *stale)
{
	static const char *const status[] = {
		[PK_TECHNIQUE_ACTIVE] = "active",
		[PK_TECHNIQUE_REVOKED] = "revoked",
		[PK_TECHNIQUE_DEPRECATED] = "deprecated",
	};
	open_line(json, "stale-label");
	pk_json_out_text(json, "technique", stale->id);
	pk_json_out_text(json, "status",
		stale->technique != NULL ? status[stale->technique->status] : "unknown");
	if (stale->current != NULL)
		pk_json_out_text(json, "counted_as", stale->current->id);
	pk_json_out_open_array(json, "rules");
	for (size_t i = 0; i < stale->rules.len; i++)
		put_rule(json, coverage, stale->rules.items[i]);
	pk_json_out_close_array(json);
	close_line(json);
}

static void put_summary(struct pk_json_out *json, const struct pk_coverage_view *view)
{
	const struct pk_coverage *coverage = view->coverage;
	struct pk_coverage_count count = pk_coverage_count(coverage, NULL);
	open_line(json, "summary");
	pk_json_out_text(json, "configuration", view->name);
	pk_json_out_text(json, "attack", pk_attack_version(coverage->attack));
	pk_json_out_text(json, "sysmon_schema",
		pk_schema_version_text(coverage->arena, coverage->schema->version));
	pk_json_out_text(json, "platform", pk_coverage_platform(coverage));
	pk_json_out_number(json, "techniques", count.techniques);
	pk_json_out_number(json, "needed", count.needed);
	pk_json_out_number(json, "collected", count.collected);
	pk_json_out_number(json, "collected_in_part", count.partly);
	pk_json_out_number(json, "labelled", count.labelled);
	pk_json_out_number(json, "proven", count.proven);
	pk_json_out_number(
		json, "labelled_on_other_platforms", pk_coverage_count_elsewhere(coverage));
	pk_json_out_number(json, "rules", coverage->rules.len);
	pk_json_out_number(json, "stale_labels", coverage->stale.len);
	pk_json_out_number(json, "test_events", coverage->tests);
	pk_json_out_number(json, "recorded_events", coverage->events);
	pk_json_out_text(json, "copyright", pk_attack_copyright(coverage->attack));
	close_line(json);
}

static bool is_wanted(
	const struct pk_coverage_view *view, const struct pk_coverage_technique *entry)
{
	if (view->techniques->len == 0)
		return pk_coverage_is_shown(entry);
	for (size_t i = 0; i < view->techniques->len; i++) {
		if (pk_coverage_find(view->coverage, view->techniques->items[i]) == entry)
			return true;
	}
	return false;
}

void pk_coverage_put_json(struct pk_buf *out, const struct pk_coverage_view *view)
{
	const struct pk_coverage *coverage = view->coverage;
	struct pk_json_out json = {.buf = out};
	for (size_t i = 0; i < coverage->techniques.len; i++) {
		if (is_wanted(view, &coverage->techniques.items[i]))
			put_technique(&json, coverage, &coverage->techniques.items[i]);
	}
	for (size_t i = 0; i < coverage->schema->events.len && view->techniques->len == 0; i++) {
		const struct pk_event *event = &coverage->schema->events.items[i];
		if (event->id < PK_COVERAGE_IDS && !event->hidden)
			put_event(&json, coverage, event);
	}
	for (size_t i = 0; i < view->components.items.len && view->techniques->len == 0; i++)
		put_component(&json, &view->components.items.items[i]);
	for (size_t i = 0; i < coverage->stale.len && view->techniques->len == 0; i++)
		put_stale(&json, coverage, &coverage->stale.items[i]);
	put_summary(&json, view);
}
