#include "cli/fleet/ways.h"

#include <string.h>

#include "base/escape.h"
#include "base/json_out.h"
#include "cli/diff_print.h"

enum {
	HOSTS_SHOWN = 6,   /* names in a list, unless all are asked for */
	LINES_SHOWN = 30,  /* of a change in meaning */
	DIGITS_SHOWN = 12, /* of a digest */
};

void pk_ways_put_hosts(
	struct pk_buf *buf, const struct pk_fleet *fleet, const struct pk_way *way, bool all)
{
	size_t shown = all || way->hosts.len <= HOSTS_SHOWN + 1 ? way->hosts.len : HOSTS_SHOWN;
	for (size_t i = 0; i < shown; i++) {
		if (i > 0)
			pk_buf_puts(buf, ", ");
		pk_escape_put(buf, fleet->selection.items[way->hosts.items[i]]->name);
	}
	if (shown < way->hosts.len)
		pk_buf_printf(buf, " and %zu more", way->hosts.len - shown);
}

/* Appends the lines of `text`, indented; at most `most`, then how many are missing. */
static void put_indented(struct pk_buf *buf, const struct pk_buf *text, size_t most)
{
	size_t lines = 0;
	const char *end = text->data + text->len;
	for (const char *line = text->data; line != NULL && line < end; lines++) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		if (stop == NULL)
			stop = end;
		if (lines < most) {
			if (stop > line)
				pk_buf_puts(buf, "    ");
			pk_buf_put(buf, line, (size_t)(stop - line));
			pk_buf_putc(buf, '\n');
		}
		line = stop + 1;
	}
	if (lines > most)
		pk_buf_printf(buf, "    ... and %zu more lines; --full shows them\n", lines - most);
}

static void put_meaning(
	struct pk_buf *buf, struct pk_fleet *fleet, const struct pk_way *way, bool full)
{
	if (way->before == NULL || way->after == NULL) {
		if (way->why == NULL)
			return;
		pk_buf_puts(buf, "    what that means cannot be told: ");
		pk_escape_put(buf, way->why);
		pk_buf_putc(buf, '\n');
		return;
	}
	const struct pk_diff *diff = pk_contents_diff(fleet->contents, way->before, way->after);
	if (pk_diff_is_empty(diff)) {
		pk_buf_puts(buf, "    the same events are logged as before\n");
		return;
	}
	const struct pk_diff_report report = {.before = way->before->name,
		.after = way->after->name,
		.diff = diff,
		.color = fleet->cli->color};
	PK_BUF_AUTO text = {0};
	pk_diff_put_text(&text, &report);
	put_indented(buf, &text, full ? SIZE_MAX : LINES_SHOWN);
}

/* Appends the line; of digests only as much as tells them apart, unless all is asked for. */
static void put_line(struct pk_buf *buf, const char *line, bool full)
{
	static const char kind[] = "sha256:";
	const char *digest;
	PK_BUF_AUTO text = {0};
	while (!full && (digest = strstr(line, kind)) != NULL) {
		size_t digits = strspn(digest + strlen(kind), "0123456789abcdef");
		size_t shown = digits > DIGITS_SHOWN ? DIGITS_SHOWN : digits;
		pk_buf_put(&text, line, (size_t)(digest - line) + strlen(kind) + shown);
		line = digest + strlen(kind) + digits;
	}
	pk_buf_puts(&text, line);
	pk_buf_puts(buf, "  ");
	pk_escape_put(buf, text.data);
	pk_buf_putc(buf, '\n');
}

void pk_ways_put_text(
	struct pk_buf *buf, struct pk_fleet *fleet, const struct pk_way *way, bool full)
{
	pk_buf_printf(buf, "%zu host%s: ", way->hosts.len, way->hosts.len == 1 ? "" : "s");
	pk_ways_put_hosts(buf, fleet, way, full);
	pk_buf_putc(buf, '\n');
	for (size_t i = 0; i < way->lines.len; i++)
		put_line(buf, way->lines.items[i], full);
	put_meaning(buf, fleet, way, full);
}

static void put_optional(struct pk_json_out *json, const char *name, const char *text)
{
	if (text != NULL)
		pk_json_out_text(json, name, text);
}

static void put_entries(struct pk_json_out *json, const struct pk_diff_entry *entries, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		pk_json_out_open_object(json, NULL);
		pk_json_out_text(json, "name", entries[i].name);
		put_optional(json, "before", entries[i].before);
		put_optional(json, "after", entries[i].after);
		pk_json_out_close_object(json);
	}
}

/* The rules that change something, as `picket diff` names them. */
static void put_rules(struct pk_json_out *json, const struct pk_diff_event *event)
{
	static const struct pk_diff_report shown = {0};
	pk_json_out_open_array(json, "changes");
	for (size_t i = 0; i < event->terms.len; i++) {
		const struct pk_diff_term *term = &event->terms.items[i];
		PK_BUF_AUTO text = {0};
		if (!pk_diff_is_shown(&shown, term))
			continue;
		pk_diff_print_term(&text, event, term);
		pk_json_out_open_object(json, NULL);
		pk_json_out_text(json, "change", pk_diff_term_change(term));
		pk_json_out_text(json, "action", term->include ? "include" : "exclude");
		pk_json_out_text(json, "effect", pk_diff_term_effect(term));
		pk_json_out_text(json, "rule", text.data);
		pk_json_out_close_object(json);
	}
	pk_json_out_close_array(json);
}

static void put_events(struct pk_json_out *json, const struct pk_diff *diff)
{
	pk_json_out_open_array(json, "meaning");
	for (size_t i = 0; i < diff->events.len; i++) {
		const struct pk_diff_event *event = &diff->events.items[i];
		pk_json_out_open_object(json, NULL);
		pk_json_out_text(json, "event", event->event->tag);
		pk_json_out_number(json, "id", event->event->id);
		pk_json_out_text(json, "verdict", pk_diff_verdict(event));
		pk_json_out_number(json, "rules", event->terms.len);
		put_rules(json, event);
		pk_json_out_close_object(json);
	}
	pk_json_out_close_array(json);
	pk_json_out_open_array(json, "entries");
	put_entries(json, diff->entries.items, diff->entries.len);
	put_entries(json, diff->collection.items, diff->collection.len);
	pk_json_out_close_array(json);
}

void pk_ways_put_json(
	struct pk_buf *buf, struct pk_fleet *fleet, const struct pk_way *way, const char *kind)
{
	struct pk_json_out json = {.buf = buf};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	pk_json_out_text(&json, "kind", kind);
	pk_json_out_open_array(&json, "what");
	for (size_t i = 0; i < way->lines.len; i++)
		pk_json_out_text(&json, NULL, way->lines.items[i]);
	pk_json_out_close_array(&json);
	pk_json_out_open_array(&json, "hosts");
	for (size_t i = 0; i < way->hosts.len; i++)
		pk_json_out_text(&json, NULL, fleet->selection.items[way->hosts.items[i]]->name);
	pk_json_out_close_array(&json);
	if (way->before != NULL && way->after != NULL)
		put_events(&json, pk_contents_diff(fleet->contents, way->before, way->after));
	if (way->why != NULL)
		pk_json_out_text(&json, "unknown", way->why);
	pk_json_out_close_object(&json);
	pk_buf_putc(buf, '\n');
}
