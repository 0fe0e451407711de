/* A diff for a merge request: a table of events, and the rules of each to unfold. */
#include <string.h>

#include "base/escape.h"
#include "cli/diff_print.h"

/*
 * Appends text as code in a cell of a table: no character of it means anything to Markdown or
 * HTML. Backquotes and bars are shown as entities, which code tags allow.
 */
static void put_code(struct pk_buf *buf, const char *text)
{
	PK_BUF_AUTO safe = {0};
	pk_escape_put(&safe, text);
	pk_buf_puts(buf, "<code>");
	for (size_t i = 0; i < safe.len; i++) {
		char c = safe.data[i];
		if (strchr("<>&|`*_[]\\~", c) != NULL)
			pk_buf_printf(buf, "&#%d;", c);
		else
			pk_buf_putc(buf, c);
	}
	pk_buf_puts(buf, "</code>");
}

static void put_value(struct pk_buf *buf, const char *value)
{
	if (value == NULL)
		pk_buf_puts(buf, "not set");
	else
		put_code(buf, value);
}

/* --- settings --- */

static void put_entries(struct pk_buf *buf, const struct pk_diff *diff)
{
	if (diff->entries.len + diff->collection.len == 0)
		return;
	pk_buf_puts(buf, "| setting | before | after |\n| --- | --- | --- |\n");
	for (size_t i = 0; i < diff->entries.len + diff->collection.len; i++) {
		bool collected = i >= diff->entries.len;
		const struct pk_diff_entry *entry = collected
			? &diff->collection.items[i - diff->entries.len]
			: &diff->entries.items[i];
		pk_buf_printf(buf, "| %s%s | ", collected ? "collection of " : "", entry->name);
		put_value(buf, entry->before);
		pk_buf_puts(buf, " | ");
		put_value(buf, entry->after);
		pk_buf_puts(buf, " |\n");
	}
	pk_buf_putc(buf, '\n');
}

/* --- events --- */

static void put_witness_cell(struct pk_buf *buf, const struct pk_diff_event *event,
	enum pk_truth truth, const struct pk_diff_witness *witness)
{
	static const char *const words[] = {[PK_NO] = "no", [PK_UNKNOWN] = "**unknown**"};
	if (truth != PK_YES) {
		pk_buf_printf(buf, " %s |", words[truth]);
		return;
	}
	PK_BUF_AUTO text = {0};
	pk_diff_print_witness(&text, event->event, &witness->event, NULL);
	pk_buf_puts(buf, " yes: ");
	put_code(buf, text.data != NULL ? text.data : "");
	pk_buf_puts(buf, " |");
}

static void put_table(struct pk_buf *buf, const struct pk_diff *diff)
{
	if (diff->events.len == 0)
		return;
	pk_buf_puts(buf,
		"| event | logged now | dropped now | other RuleName |\n"
		"| --- | --- | --- | --- |\n");
	for (size_t i = 0; i < diff->events.len; i++) {
		const struct pk_diff_event *event = &diff->events.items[i];
		pk_buf_printf(buf, "| %s (%u) |", event->event->tag, event->event->id);
		put_witness_cell(buf, event, event->widened, &event->gained);
		put_witness_cell(buf, event, event->narrowed, &event->lost);
		put_witness_cell(buf, event, event->relabelled, &event->renamed);
		pk_buf_putc(buf, '\n');
	}
	pk_buf_putc(buf, '\n');
}

/* --- rules --- */

static void put_part(struct pk_buf *buf, const struct pk_diff_event *event,
	const struct pk_diff_part *part, bool reasons)
{
	PK_BUF_AUTO text = {0};
	if (part->has_witness)
		pk_diff_print_witness(&text, event->event, &part->witness.event, part->clause);
	else if (reasons && part->reason != PK_REASON_NONE && part->reason != PK_REASON_SAME_NAMES)
		pk_diff_print_reason(&text, event->event, part);
	if (text.len == 0)
		return;
	pk_buf_puts(buf, "<br>");
	put_code(buf, text.data);
}

static void put_term(
	struct pk_buf *buf, const struct pk_diff_event *event, const struct pk_diff_term *term)
{
	PK_BUF_AUTO text = {0};
	PK_BUF_AUTO place = {0};
	const struct pk_clause *clause =
		term->after.clause != NULL ? term->after.clause : term->before.clause;
	pk_diff_print_term(&text, event, term);
	pk_diff_print_place(&place, clause->span);
	pk_buf_printf(buf, "| %s | ",
		term->before.clause == NULL	     ? "added"
			: term->after.clause == NULL ? "removed"
						     : "changed");
	put_code(buf, text.data);
	pk_buf_printf(buf, " | %s", pk_diff_term_effect(term));
	bool idle = term->before.effect == PK_EFFECT_NONE && term->after.effect == PK_EFFECT_NONE;
	put_part(buf, event, &term->before, idle);
	put_part(buf, event, &term->after, idle);
	pk_buf_puts(buf, " | ");
	put_code(buf, place.data != NULL ? place.data : "");
	pk_buf_puts(buf, " |\n");
}

static void put_event(
	struct pk_buf *buf, const struct pk_diff_report *report, const struct pk_diff_event *event)
{
	size_t shown = 0;
	for (size_t i = 0; i < event->terms.len; i++)
		shown += pk_diff_is_shown(report, &event->terms.items[i]);
	if (shown == 0)
		return;
	pk_buf_printf(buf,
		"<details><summary>%s (%u): %s, %zu rule%s</summary>\n\n"
		"| change | rule | effect | place |\n| --- | --- | --- | --- |\n",
		event->event->tag, event->event->id, pk_diff_verdict(event), shown,
		shown == 1 ? "" : "s");
	for (size_t i = 0; i < event->terms.len; i++) {
		if (pk_diff_is_shown(report, &event->terms.items[i]))
			put_term(buf, event, &event->terms.items[i]);
	}
	pk_buf_puts(buf, "\n</details>\n\n");
}

/* --- recorded events --- */

static void put_replay(struct pk_buf *buf, const struct pk_diff_replay *replay)
{
	pk_buf_printf(buf,
		"%zu recorded events: **%zu** gained, **%zu** lost, **%zu** relabelled.\n",
		replay->events, replay->gained, replay->lost, replay->renamed);
	if (replay->changes.len == 0)
		return;
	pk_buf_puts(buf,
		"\n<details><summary>by event and rule</summary>\n\n"
		"| event | change | events | before | after |\n"
		"| --- | --- | ---: | --- | --- |\n");
	for (size_t i = 0; i < replay->changes.len; i++) {
		const struct pk_diff_change *change = replay->changes.items[i];
		pk_buf_printf(buf, "| %s (%u) | %s | %zu | ", change->event->tag, change->event->id,
			!change->before.logged		? "gained"
				: !change->after.logged ? "lost"
							: "relabelled",
			change->count);
		put_code(buf, change->before.rule_name != NULL ? change->before.rule_name : "");
		pk_buf_puts(buf, " | ");
		put_code(buf, change->after.rule_name != NULL ? change->after.rule_name : "");
		pk_buf_puts(buf, " |\n");
	}
	pk_buf_puts(buf, "\n</details>\n");
}

void pk_diff_put_markdown(struct pk_buf *buf, const struct pk_diff_report *report)
{
	const struct pk_diff *diff = report->diff;
	pk_buf_puts(buf, "### Sysmon configuration: ");
	put_code(buf, report->before);
	pk_buf_puts(buf, " to ");
	put_code(buf, report->after);
	pk_buf_puts(buf, "\n\n");
	if (pk_diff_is_empty(diff))
		pk_buf_puts(buf, "Nothing changes in meaning.\n\n");
	put_entries(buf, diff);
	put_table(buf, diff);
	for (size_t i = 0; i < diff->events.len; i++)
		put_event(buf, report, &diff->events.items[i]);
	if (report->replay != NULL)
		put_replay(buf, report->replay);
}
