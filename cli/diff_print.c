/* What the formats of a diff share: its words, terms, reasons and witnesses. */
#include "cli/diff_print.h"

#include <string.h>

#include "base/escape.h"
#include "cli/print_formats.h"
#include "generators/meaning/clause_text.h"

enum {
	ANSWERS_SHOWN = 8, /* of one question */
	FIELDS_SHOWN = 3,  /* of a witness, where no clause says which are of interest */
};

const char *pk_diff_verdict(const struct pk_diff_event *event)
{
	if (event->widened == PK_YES && event->narrowed == PK_YES)
		return "widened and narrowed";
	if (event->widened == PK_YES)
		return event->narrowed == PK_NO ? "widened" : "widened, perhaps narrowed";
	if (event->narrowed == PK_YES)
		return event->widened == PK_NO ? "narrowed" : "narrowed, perhaps widened";
	if (event->widened == PK_UNKNOWN || event->narrowed == PK_UNKNOWN)
		return "unknown";
	return event->relabelled == PK_YES ? "relabelled" : "perhaps relabelled";
}

const char *pk_diff_effect_name(enum pk_diff_effect effect)
{
	switch (effect) {
	case PK_EFFECT_NONE:
		return "nothing";
	case PK_EFFECT_WIDENS:
		return "widens";
	case PK_EFFECT_NARROWS:
		return "narrows";
	case PK_EFFECT_RELABELS:
		return "relabels";
	case PK_EFFECT_UNKNOWN:
		return "unknown";
	}
	return "";
}

const char *pk_diff_term_change(const struct pk_diff_term *term)
{
	if (term->before.clause == NULL)
		return "added";
	return term->after.clause == NULL ? "removed" : "changed";
}

const char *pk_diff_term_effect(const struct pk_diff_term *term)
{
	enum pk_diff_effect before = term->before.effect;
	enum pk_diff_effect after = term->after.effect;
	if (before == PK_EFFECT_UNKNOWN && after == PK_EFFECT_UNKNOWN)
		return "unknown";
	if (before == PK_EFFECT_UNKNOWN || after == PK_EFFECT_UNKNOWN) {
		enum pk_diff_effect known = before == PK_EFFECT_UNKNOWN ? after : before;
		return known == PK_EFFECT_WIDENS     ? "widens, perhaps narrows"
			: known == PK_EFFECT_NARROWS ? "narrows, perhaps widens"
						     : "unknown";
	}
	if (before == after || before == PK_EFFECT_NONE)
		return pk_diff_effect_name(after);
	if (after == PK_EFFECT_NONE)
		return pk_diff_effect_name(before);
	return "widens and narrows";
}

bool pk_diff_is_shown(const struct pk_diff_report *report, const struct pk_diff_term *term)
{
	return report->all || term->before.effect != PK_EFFECT_NONE ||
		term->after.effect != PK_EFFECT_NONE;
}

static bool same_name(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static const char *shown_name(const char *name)
{
	return name != NULL ? name : "";
}

void pk_diff_print_term(
	struct pk_buf *buf, const struct pk_diff_event *event, const struct pk_diff_term *term)
{
	const struct pk_clause *before = term->before.clause;
	const struct pk_clause *after = term->after.clause;
	const struct pk_clause *one = after != NULL ? after : before;
	pk_buf_puts(buf, term->include ? "include " : "exclude ");
	if (before == NULL || after == NULL ||
		!pk_clause_print_change(buf, before, after, event->event, ANSWERS_SHOWN))
		pk_clause_print(buf, one, event->event, ANSWERS_SHOWN);

	if (before != NULL && after != NULL && !same_name(before->name, after->name))
		pk_buf_printf(
			buf, " [%s -> %s]", shown_name(before->name), shown_name(after->name));
	else if (one->name != NULL)
		pk_buf_printf(buf, " [%s]", one->name);
}

void pk_diff_print_place(struct pk_buf *buf, struct pk_span span)
{
	if (span.source == NULL)
		return;
	pk_escape_put(buf, pk_span_path(span));
	pk_buf_printf(buf, ":%u", pk_span_begin(span).line);
}

/* The fields that are shown where no clause says so, the first the event has. */
static uint32_t interesting_fields(const struct pk_event *info)
{
	static const char *const names[] = {"Image", "SourceImage", "CommandLine", "TargetObject",
		"TargetFilename", "ImageLoaded", "TargetImage", "DestinationIp", "DestinationPort",
		"QueryName", "PipeName", "Name", "Consumer", "Device", "User"};
	uint32_t fields = 0;
	size_t count = 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && count < FIELDS_SHOWN; i++) {
		int field = pk_event_field(info, names[i]);
		if (field < 0)
			continue;
		fields |= UINT32_C(1) << field;
		count++;
	}
	return fields;
}

void pk_diff_print_witness(struct pk_buf *buf, const struct pk_event *info,
	const struct pk_engine_event *event, const struct pk_clause *clause)
{
	uint32_t fields =
		clause != NULL && clause->fields != 0 ? clause->fields : interesting_fields(info);
	const char *divide = "";
	for (size_t i = 0; i < info->field_count; i++) {
		if (!(fields >> i & 1))
			continue;
		const char *text = event->values[i] != NULL ? event->values[i] : "-";
		pk_buf_printf(buf, "%s%s '%s'", divide, info->fields[i], text);
		divide = ", ";
	}
}

void pk_diff_print_reason(
	struct pk_buf *buf, const struct pk_event *info, const struct pk_diff_part *part)
{
	static const char *const words[] = {
		[PK_REASON_NONE] = "",
		[PK_REASON_COVERED] = "covered by ",
		[PK_REASON_COVERED_BY_SEVERAL] = "covered by several rules together",
		[PK_REASON_DROPPED] = "dropped by exclude ",
		[PK_REASON_NOT_LOGGED] = "such events are not logged without it either",
		[PK_REASON_REST] = "what no rule matches is logged",
		[PK_REASON_IMPOSSIBLE] = "no event matches it",
		[PK_REASON_SAME_NAMES] = "no event gets the name",
	};
	pk_buf_puts(buf, words[part->reason]);
	if (part->because == NULL)
		return;
	pk_clause_print(buf, part->because, info, ANSWERS_SHOWN);
	PK_BUF_AUTO place = {0};
	pk_diff_print_place(&place, part->because->span);
	if (place.len > 0)
		pk_buf_printf(buf, " (%s)", place.data);
}
