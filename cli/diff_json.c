/* A diff as JSON, one object a line: entries, event ids, rules, recorded events. */
#include "base/json_out.h"
#include "cli/diff_print.h"
#include "cli/print_formats.h"

static void put_optional(struct pk_json_out *json, const char *name, const char *text)
{
	if (text != NULL)
		pk_json_out_text(json, name, text);
}

static void begin(struct pk_json_out *json, const char *kind)
{
	pk_json_out_open_object(json, NULL);
	pk_json_out_number(json, "schema", 1);
	pk_json_out_text(json, "kind", kind);
}

static void end(struct pk_json_out *json)
{
	pk_json_out_close_object(json);
	pk_buf_putc(json->buf, '\n');
	json->comma = false;
}

static void put_place(struct pk_json_out *json, struct pk_span span)
{
	if (span.source == NULL)
		return;
	pk_json_out_text(json, "file", pk_span_path(span));
	pk_json_out_number(json, "line", pk_span_begin(span).line);
}

static void put_event_id(struct pk_json_out *json, const struct pk_event *event)
{
	pk_json_out_text(json, "event", event->tag);
	pk_json_out_number(json, "id", event->id);
}

/* --- witnesses --- */

static void put_decision(
	struct pk_json_out *json, const char *name, const struct pk_decision *decision)
{
	pk_json_out_open_object(json, name);
	pk_json_out_bool(json, "logged", decision->logged);
	if (decision->logged)
		put_optional(json, "rule_name", decision->rule_name);
	pk_json_out_close_object(json);
}

static void put_fields(struct pk_json_out *json, const char *name, const struct pk_event *info,
	const struct pk_engine_event *event)
{
	pk_json_out_open_object(json, name);
	for (size_t i = 0; i < info->field_count; i++)
		put_optional(json, info->fields[i], event->values[i]);
	pk_json_out_close_object(json);
}

static void put_witness(struct pk_json_out *json, const char *name, const struct pk_event *info,
	const struct pk_diff_witness *witness)
{
	pk_json_out_open_object(json, name);
	pk_json_out_number(json, "EventID", witness->event.id);
	put_fields(json, "EventData", info, &witness->event);
	put_decision(json, "before", &witness->before);
	put_decision(json, "after", &witness->after);
	pk_json_out_close_object(json);
}

/* --- entries and events --- */

static void put_entry(struct pk_json_out *json, const char *kind, const struct pk_diff_entry *entry)
{
	begin(json, kind);
	pk_json_out_text(json, "name", entry->name);
	put_optional(json, "before", entry->before);
	put_optional(json, "after", entry->after);
	end(json);
}

static const char *truth_name(enum pk_truth truth)
{
	static const char *const names[] = {
		[PK_NO] = "no", [PK_UNKNOWN] = "unknown", [PK_YES] = "yes"};
	return names[truth];
}

static void put_event(struct pk_json_out *json, const struct pk_diff_event *event)
{
	begin(json, "event");
	put_event_id(json, event->event);
	pk_json_out_text(json, "widened", truth_name(event->widened));
	pk_json_out_text(json, "narrowed", truth_name(event->narrowed));
	pk_json_out_text(json, "relabelled", truth_name(event->relabelled));
	pk_json_out_text(json, "rest_before", event->rest_before ? "log" : "drop");
	pk_json_out_text(json, "rest_after", event->rest_after ? "log" : "drop");
	if (event->widened == PK_YES)
		put_witness(json, "gained", event->event, &event->gained);
	if (event->narrowed == PK_YES)
		put_witness(json, "lost", event->event, &event->lost);
	if (event->relabelled == PK_YES)
		put_witness(json, "renamed", event->event, &event->renamed);
	end(json);
}

/* --- rules --- */

static void put_part(struct pk_json_out *json, const char *name, const struct pk_event *info,
	const struct pk_diff_part *part)
{
	if (part->clause == NULL)
		return;
	pk_json_out_open_object(json, name);
	pk_json_out_text(json, "effect", pk_diff_effect_name(part->effect));
	put_optional(json, "name", part->clause->name);
	put_place(json, part->clause->span);
	if (part->reason != PK_REASON_NONE) {
		PK_BUF_AUTO reason = {0};
		pk_diff_print_reason(&reason, info, part);
		pk_json_out_text(json, "reason", reason.data);
	}
	if (part->has_witness)
		put_witness(json, "witness", info, &part->witness);
	pk_json_out_close_object(json);
}

static void put_term(struct pk_json_out *json, const struct pk_diff_event *event,
	const struct pk_diff_term *term)
{
	PK_BUF_AUTO text = {0};
	pk_diff_print_term(&text, event, term);
	begin(json, "rule");
	put_event_id(json, event->event);
	pk_json_out_text(json, "change", pk_diff_term_change(term));
	pk_json_out_text(json, "action", term->include ? "include" : "exclude");
	pk_json_out_text(json, "effect", pk_diff_term_effect(term));
	pk_json_out_text(json, "rule", text.data);
	put_part(json, "before", event->event, &term->before);
	put_part(json, "after", event->event, &term->after);
	end(json);
}

/* --- recorded events --- */

static void put_change(struct pk_json_out *json, const struct pk_diff_change *change)
{
	begin(json, "recorded");
	put_event_id(json, change->event);
	pk_json_out_text(json, "change",
		!change->before.logged		? "gained"
			: !change->after.logged ? "lost"
						: "relabelled");
	pk_json_out_number(json, "count", change->count);
	put_decision(json, "before", &change->before);
	put_decision(json, "after", &change->after);
	pk_json_out_open_array(json, "examples");
	for (size_t i = 0; i < change->example_count; i++)
		put_fields(json, NULL, change->event, &change->examples[i]);
	pk_json_out_close_array(json);
	end(json);
}

static void put_replay(struct pk_json_out *json, const struct pk_diff_replay *replay)
{
	for (size_t i = 0; i < replay->changes.len; i++)
		put_change(json, replay->changes.items[i]);
	begin(json, "replay");
	pk_json_out_number(json, "events", replay->events);
	pk_json_out_number(json, "gained", replay->gained);
	pk_json_out_number(json, "lost", replay->lost);
	pk_json_out_number(json, "relabelled", replay->renamed);
	end(json);
}

void pk_diff_put_json(struct pk_buf *buf, const struct pk_diff_report *report)
{
	struct pk_json_out json = {.buf = buf};
	const struct pk_diff *diff = report->diff;
	for (size_t i = 0; i < diff->entries.len; i++)
		put_entry(&json, "entry", &diff->entries.items[i]);
	for (size_t i = 0; i < diff->collection.len; i++)
		put_entry(&json, "collection", &diff->collection.items[i]);
	for (size_t i = 0; i < diff->events.len; i++) {
		const struct pk_diff_event *event = &diff->events.items[i];
		put_event(&json, event);
		for (size_t t = 0; t < event->terms.len; t++) {
			if (pk_diff_is_shown(report, &event->terms.items[t]))
				put_term(&json, event, &event->terms.items[t]);
		}
	}
	if (report->replay != NULL)
		put_replay(&json, report->replay);
}
