/* A diff for people, and one line a change for editors and grep. */
#include <string.h>

#include "base/escape.h"
#include "cli/diff_print.h"

static const char bold[] = "\033[1m";
static const char red[] = "\033[31m";
static const char green[] = "\033[32m";
static const char yellow[] = "\033[33m";
static const char plain[] = "\033[0m";

static void put_colored(
	struct pk_buf *buf, const struct pk_diff_report *report, const char *how, const char *text)
{
	if (report->color)
		pk_buf_puts(buf, how);
	pk_escape_put(buf, text);
	if (report->color)
		pk_buf_puts(buf, plain);
}

/* --- entries --- */

static void put_value(struct pk_buf *buf, const char *value)
{
	if (value == NULL) {
		pk_buf_puts(buf, "not set");
		return;
	}
	pk_buf_putc(buf, '\'');
	pk_escape_put(buf, value);
	pk_buf_putc(buf, '\'');
}

static void put_entry(struct pk_buf *buf, const struct pk_diff_entry *entry)
{
	pk_buf_printf(buf, "%s: ", entry->name);
	put_value(buf, entry->before);
	pk_buf_puts(buf, " -> ");
	put_value(buf, entry->after);
}

static void put_entries(struct pk_buf *buf, const struct pk_diff_report *report)
{
	for (size_t i = 0; i < report->diff->entries.len; i++) {
		put_entry(buf, &report->diff->entries.items[i]);
		pk_buf_putc(buf, '\n');
	}
	for (size_t i = 0; i < report->diff->collection.len; i++) {
		const struct pk_diff_entry *entry = &report->diff->collection.items[i];
		pk_buf_printf(buf,
			"%s: collection is switched %s -> %s by an empty include at the end\n",
			entry->name, entry->before, entry->after);
	}
	if (report->diff->entries.len + report->diff->collection.len > 0)
		pk_buf_putc(buf, '\n');
}

/* --- events --- */

static void put_places(struct pk_buf *buf, const struct pk_diff_term *term)
{
	const struct pk_clause *before = term->before.clause;
	const struct pk_clause *after = term->after.clause;
	PK_BUF_AUTO places = {0};
	if (before != NULL)
		pk_diff_print_place(&places, before->span);
	if (before != NULL && after != NULL && places.len > 0)
		pk_buf_puts(&places, " -> ");
	if (after != NULL)
		pk_diff_print_place(&places, after->span);
	if (places.len > 0)
		pk_buf_printf(buf, "  (%s)", places.data);
}

static const char *fate(const struct pk_diff_witness *witness)
{
	if (!witness->before.logged)
		return "logged now: ";
	return witness->after.logged ? "named otherwise: " : "dropped now: ";
}

static void put_witness(struct pk_buf *buf, const struct pk_diff_event *event,
	const struct pk_diff_witness *witness, const struct pk_clause *clause, const char *indent)
{
	PK_BUF_AUTO text = {0};
	pk_diff_print_witness(&text, event->event, &witness->event, clause);
	pk_buf_printf(buf, "%s%s", indent, fate(witness));
	pk_escape_put(buf, text.data != NULL ? text.data : "");
	if (witness->before.logged && witness->after.logged) {
		const char *before = witness->before.rule_name;
		const char *after = witness->after.rule_name;
		pk_buf_puts(buf, ": ");
		put_value(buf, before != NULL ? before : "");
		pk_buf_puts(buf, " -> ");
		put_value(buf, after != NULL ? after : "");
	}
	pk_buf_putc(buf, '\n');
}

/* The witness of a part, or why it has no effect if the whole term has none. */
static void put_part(struct pk_buf *buf, const struct pk_diff_event *event,
	const struct pk_diff_part *part, bool reasons)
{
	if (part->has_witness) {
		put_witness(buf, event, &part->witness, part->clause, "        ");
	} else if (reasons && part->reason != PK_REASON_NONE) {
		PK_BUF_AUTO reason = {0};
		pk_diff_print_reason(&reason, event->event, part);
		pk_buf_puts(buf, "        nothing: ");
		pk_escape_put(buf, reason.data);
		pk_buf_putc(buf, '\n');
	}
}

static void put_term(struct pk_buf *buf, const struct pk_diff_report *report,
	const struct pk_diff_event *event, const struct pk_diff_term *term)
{
	bool added = term->before.clause == NULL;
	bool removed = term->after.clause == NULL;
	PK_BUF_AUTO text = {0};
	pk_diff_print_term(&text, event, term);
	pk_buf_puts(buf, "  ");
	put_colored(buf, report,
		added		  ? green
			: removed ? red
				  : yellow,
		added		  ? "+ "
			: removed ? "- "
				  : "~ ");
	put_colored(buf, report, bold, pk_diff_term_effect(term));
	pk_buf_puts(buf, ": ");
	pk_escape_put(buf, text.data);
	put_places(buf, term);
	pk_buf_putc(buf, '\n');
	bool idle = term->before.effect == PK_EFFECT_NONE && term->after.effect == PK_EFFECT_NONE;
	put_part(buf, event, &term->before, idle);
	put_part(buf, event, &term->after, idle && term->after.reason != PK_REASON_SAME_NAMES);
}

static void put_rest(struct pk_buf *buf, const struct pk_diff_event *event)
{
	if (event->rules_before != event->rules_after)
		pk_buf_printf(buf, "  %s: without rules its events are %s\n",
			event->rules_after ? "has rules now" : "has no rules any more",
			event->event->logged_by_default ? "logged" : "dropped");
	if (event->rest_before != event->rest_after)
		pk_buf_printf(buf, "  what no rule matches: %s -> %s\n",
			event->rest_before ? "logged" : "dropped",
			event->rest_after ? "logged" : "dropped");
}

/* True if some term has the witness of the event itself. */
static bool is_among_terms(const struct pk_diff_event *event, const struct pk_diff_witness *witness)
{
	for (size_t i = 0; i < event->terms.len; i++) {
		const struct pk_diff_term *term = &event->terms.items[i];
		const struct pk_diff_part *parts[] = {&term->before, &term->after};
		for (size_t k = 0; k < 2; k++) {
			const struct pk_diff_witness *other = &parts[k]->witness;
			if (parts[k]->has_witness &&
				memcmp(other->event.values, witness->event.values,
					sizeof(witness->event.values)) == 0)
				return true;
		}
	}
	return false;
}

static void put_event_witnesses(struct pk_buf *buf, const struct pk_diff_event *event)
{
	const enum pk_truth truths[] = {event->widened, event->narrowed, event->relabelled};
	const struct pk_diff_witness *witnesses[] = {&event->gained, &event->lost, &event->renamed};
	for (size_t i = 0; i < 3; i++) {
		if (truths[i] == PK_YES && !is_among_terms(event, witnesses[i]))
			put_witness(buf, event, witnesses[i], NULL, "  ");
	}
}

static void put_unknowns(struct pk_buf *buf, const struct pk_diff_event *event)
{
	if (event->opaque)
		pk_buf_puts(buf, "  unknown: and-groups with too many combinations differ\n");
	if (event->widened == PK_UNKNOWN)
		pk_buf_puts(buf, "  unknown: whether further events are logged\n");
	if (event->narrowed == PK_UNKNOWN)
		pk_buf_puts(buf, "  unknown: whether fewer events are logged\n");
	if (event->relabelled == PK_UNKNOWN)
		pk_buf_puts(buf, "  unknown: whether events get another RuleName\n");
}

static bool same_part(const struct pk_diff_part *a, const struct pk_diff_part *b)
{
	if (a->clause == NULL || b->clause == NULL)
		return a->clause == b->clause;
	return a->effect == b->effect && a->reason == b->reason &&
		a->clause->span.source == b->clause->span.source &&
		a->clause->span.begin == b->clause->span.begin &&
		a->clause->filter == b->clause->filter;
}

/* Two ids of one tag that change in the same way by the same rules. */
static bool is_same_change(const struct pk_diff_event *a, const struct pk_diff_event *b)
{
	if (strcmp(a->event->tag, b->event->tag) != 0 || a->widened != b->widened ||
		a->narrowed != b->narrowed || a->relabelled != b->relabelled ||
		a->terms.len != b->terms.len)
		return false;
	for (size_t i = 0; i < a->terms.len; i++) {
		if (!same_part(&a->terms.items[i].before, &b->terms.items[i].before) ||
			!same_part(&a->terms.items[i].after, &b->terms.items[i].after))
			return false;
	}
	return true;
}

/* The `count` ids from `event` on, which change in the same way. */
static void put_event(struct pk_buf *buf, const struct pk_diff_report *report,
	const struct pk_diff_event *event, size_t count)
{
	PK_BUF_AUTO title = {0};
	pk_buf_printf(&title, "%s (%u", event->event->tag, event->event->id);
	for (size_t i = 1; i < count; i++)
		pk_buf_printf(&title, ", %u", event[i].event->id);
	pk_buf_putc(&title, ')');
	put_colored(buf, report, bold, title.data);
	pk_buf_printf(buf, ": %s\n", pk_diff_verdict(event));
	put_rest(buf, event);
	put_event_witnesses(buf, event);
	size_t hidden = 0;
	for (size_t i = 0; i < event->terms.len; i++) {
		if (pk_diff_is_shown(report, &event->terms.items[i]))
			put_term(buf, report, event, &event->terms.items[i]);
		else
			hidden++;
	}
	put_unknowns(buf, event);
	if (hidden > 0)
		pk_buf_printf(buf, "  %zu more rule%s differ%s without effect; see --all\n", hidden,
			hidden == 1 ? "" : "s", hidden == 1 ? "s" : "");
	pk_buf_putc(buf, '\n');
}

/* --- recorded events --- */

static void put_change(struct pk_buf *buf, const struct pk_diff_change *change)
{
	const struct pk_diff_witness witness = {
		.event = change->examples[0], .before = change->before, .after = change->after};
	const struct pk_diff_event event = {.event = change->event};
	const char *name =
		change->after.logged ? change->after.rule_name : change->before.rule_name;
	pk_buf_printf(buf, "  %8zu  %s (%u)", change->count, change->event->tag, change->event->id);
	if (name != NULL && name[0] != '\0') {
		pk_buf_puts(buf, " [");
		pk_escape_put(buf, name);
		pk_buf_puts(buf, "]");
	}
	pk_buf_putc(buf, '\n');
	put_witness(buf, &event, &witness, NULL, "            ");
}

static void put_replay(struct pk_buf *buf, const struct pk_diff_report *report)
{
	const struct pk_diff_replay *replay = report->replay;
	if (replay == NULL)
		return;
	pk_buf_printf(buf, "Recorded events: %zu replayed, %zu gained, %zu lost, %zu relabelled\n",
		replay->events, replay->gained, replay->lost, replay->renamed);
	for (size_t i = 0; i < replay->changes.len; i++)
		put_change(buf, replay->changes.items[i]);
}

void pk_diff_put_text(struct pk_buf *buf, const struct pk_diff_report *report)
{
	const struct pk_diff *diff = report->diff;
	put_entries(buf, report);
	for (size_t i = 0, count; i < diff->events.len; i += count) {
		const struct pk_diff_event *event = &diff->events.items[i];
		for (count = 1; i + count < diff->events.len; count++) {
			if (!is_same_change(event, &event[count]))
				break;
		}
		put_event(buf, report, event, count);
	}
	put_replay(buf, report);
}

/* --- short --- */

void pk_diff_put_short(struct pk_buf *buf, const struct pk_diff_report *report)
{
	for (size_t i = 0; i < report->diff->entries.len; i++) {
		put_entry(buf, &report->diff->entries.items[i]);
		pk_buf_putc(buf, '\n');
	}
	for (size_t i = 0; i < report->diff->collection.len; i++) {
		put_entry(buf, &report->diff->collection.items[i]);
		pk_buf_putc(buf, '\n');
	}
	for (size_t i = 0; i < report->diff->events.len; i++) {
		const struct pk_diff_event *event = &report->diff->events.items[i];
		pk_buf_printf(buf, "%s (%u): %s\n", event->event->tag, event->event->id,
			pk_diff_verdict(event));
	}
	if (report->replay != NULL)
		pk_buf_printf(buf, "events: %zu gained, %zu lost, %zu relabelled\n",
			report->replay->gained, report->replay->lost, report->replay->renamed);
}
