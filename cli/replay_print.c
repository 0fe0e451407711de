#include "cli/replay_print.h"

#include <string.h>

#include "base/escape.h"
#include "base/json_out.h"

enum {
	BLOCK = 256 * 1024, /* bytes written at once */
	DIGITS_MOST = 20,   /* of a size_t */
};

static const char *action_of(const struct pk_decision *decision)
{
	return decision->logged ? "log" : "drop";
}

static const char *name_of(const struct pk_decision *decision)
{
	return decision->rule_name == NULL ? "" : decision->rule_name;
}

/* As pk_buf_printf("%zu"), for a line each event. */
static void put_number(struct pk_buf *buf, size_t number)
{
	char digits[DIGITS_MOST];
	size_t at = DIGITS_MOST;
	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	pk_buf_put(buf, digits + at, DIGITS_MOST - at);
}

/* A cell as the format has it for programs; on a terminal other characters are escaped, too. */
static void put_cell(const struct pk_cli *cli, struct pk_buf *buf, const char *text)
{
	static const char escaped[] = "\t\n\r\\";
	static const char *const escapes[] = {"\\t", "\\n", "\\r", "\\\\"};
	if (cli->tty) {
		pk_escape_put_cell(buf, text);
		return;
	}
	for (;;) {
		size_t plain = strcspn(text, escaped);
		pk_buf_put(buf, text, plain);
		text += plain;
		if (*text == '\0')
			return;
		pk_buf_puts(buf, escapes[strchr(escaped, *text) - escaped]);
		text++;
	}
}

static void put_tsv(struct pk_replay_printer *printer, const struct pk_record *record,
	const struct pk_decision *decision)
{
	struct pk_buf *out = &printer->out;
	pk_buf_put(out, printer->lead.data, printer->lead.len);
	put_number(out, record->index);
	pk_buf_puts(out, decision->logged ? "\tlog\t" : "\tdrop\t");
	if (decision->rule_name != NULL)
		put_cell(printer->cli, out, decision->rule_name);
	pk_buf_putc(out, '\n');
}

static void put_json(struct pk_replay_printer *printer, const struct pk_record *record,
	const struct pk_decision *decision)
{
	struct pk_json_out json = {.buf = &printer->out};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	pk_json_out_text(&json, "file", printer->path);
	pk_json_out_number(&json, "index", record->index);
	pk_json_out_number(&json, "event_id", record->event.id);
	pk_json_out_text(&json, "action", action_of(decision));
	pk_json_out_text(&json, "rule_name", name_of(decision));
	if (record->computer != NULL)
		pk_json_out_text(&json, "computer", record->computer);
	if (record->time != NULL)
		pk_json_out_text(&json, "time", record->time);
	pk_json_out_close_object(&json);
	pk_buf_putc(&printer->out, '\n');
}

/* Appends a text that comes from outside, and blanks up to `width` cells. */
static void put_column(struct pk_buf *buf, const char *text, size_t width)
{
	size_t begin = buf->len;
	pk_escape_put(buf, text == NULL ? "-" : text);
	size_t len = buf->len - begin;
	pk_buf_printf(buf, "%*s", (int)(len < width ? width - len : 0) + 2, "");
}

static void put_text(struct pk_replay_printer *printer, const struct pk_record *record,
	const struct pk_decision *decision)
{
	struct pk_buf *out = &printer->out;
	pk_buf_printf(
		out, "%7zu  %3u  %-6s  ", record->index, record->event.id, action_of(decision));
	put_column(out, record->time, strlen("2026-03-04 10:00:01.001"));
	put_column(out, record->computer, 20);
	put_column(out, decision->rule_name, 0);
	out->len -= 2;
	pk_buf_putc(out, '\n');
}

void pk_replay_print_file(struct pk_replay_printer *printer, const char *path)
{
	printer->path = path;
	switch (printer->format) {
	case PK_REPLAY_TEXT:
		if (printer->lead.len > 0)
			pk_buf_putc(&printer->out, '\n');
		pk_escape_put(&printer->out, path);
		pk_buf_printf(&printer->out, "\n%7s  %3s  %-6s  %-23s  %-20s  %s\n", "index", "id",
			"action", "time", "computer", "rule name");
		pk_buf_putc(&printer->lead, '\n');
		break;
	case PK_REPLAY_TSV:
		printer->lead.len = 0;
		put_cell(printer->cli, &printer->lead, path);
		pk_buf_putc(&printer->lead, '\t');
		break;
	case PK_REPLAY_JSON:
		break;
	}
}

static void write_block(struct pk_replay_printer *printer)
{
	pk_cli_put(printer->cli, printer->cli->out, &printer->out);
	printer->out.len = 0;
}

void pk_replay_print_event(struct pk_replay_printer *printer, const struct pk_record *record,
	const struct pk_decision *decision)
{
	switch (printer->format) {
	case PK_REPLAY_TEXT:
		put_text(printer, record, decision);
		break;
	case PK_REPLAY_TSV:
		put_tsv(printer, record, decision);
		break;
	case PK_REPLAY_JSON:
		put_json(printer, record, decision);
		break;
	}
	if (printer->out.len >= BLOCK)
		write_block(printer);
}

void pk_replay_print_end(struct pk_replay_printer *printer)
{
	write_block(printer);
	pk_buf_finish(&printer->out);
	pk_buf_finish(&printer->lead);
}
