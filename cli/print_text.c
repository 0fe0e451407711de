/* For people: message, the line with a caret under the place, hint, related places, a summary. */
#include <string.h>

#include "base/escape.h"
#include "cli/excerpt.h"
#include "cli/print_formats.h"

static const char bold[] = "\033[1m";
static const char green[] = "\033[1;32m";
static const char plain[] = "\033[0m";

static const char *severity_color(enum pk_severity severity)
{
	switch (severity) {
	case PK_ERROR:
		return "\033[1;31m";
	case PK_WARNING:
		return "\033[1;35m";
	case PK_NOTE:
		return "\033[1;36m";
	}
	return plain;
}

static void put_colored(struct pk_buf *buf, bool color, const char *how, const char *text)
{
	if (color)
		pk_buf_puts(buf, how);
	pk_buf_puts(buf, text);
	if (color)
		pk_buf_puts(buf, plain);
}

/* "a.xml:3:9: ", or "picket: " if there is no place. */
static void put_place(struct pk_buf *buf, struct pk_span span, bool color)
{
	PK_BUF_AUTO text = {0};
	if (span.source == NULL) {
		pk_buf_puts(&text, "picket: ");
	} else {
		struct pk_place place = pk_span_begin(span);
		pk_escape_put(&text, pk_span_path(span));
		pk_buf_printf(&text, ":%u:%u: ", place.line, place.column);
	}
	put_colored(buf, color, bold, text.data);
}

static void put_excerpt(struct pk_buf *buf, struct pk_span span, bool color)
{
	/* A file that could not be read has no line to show. */
	if (span.source == NULL || span.source->len == 0)
		return;

	PK_BUF_AUTO line = {0};
	PK_BUF_AUTO mark = {0};
	pk_excerpt_make(&line, &mark, span);
	pk_buf_printf(buf, "%5u | %s\n      | ", pk_span_begin(span).line, line.data);
	put_colored(buf, color, green, mark.data);
	pk_buf_putc(buf, '\n');
}

static void put_related(struct pk_buf *buf, const struct pk_related *related, bool color)
{
	put_place(buf, related->span, color);
	put_colored(buf, color, severity_color(PK_NOTE), "note: ");
	pk_escape_put(buf, related->message);
	pk_buf_putc(buf, '\n');
	put_excerpt(buf, related->span, color);
}

static void put_blame(struct pk_buf *buf, const struct pk_blame *blame, bool color)
{
	enum { SHORT_ID = 8 };
	put_colored(buf, color, bold, "  line: ");
	if (blame->commit == NULL) {
		pk_buf_puts(buf, "not committed yet\n");
		return;
	}
	pk_buf_printf(buf, "changed last on %s by ", blame->date);
	pk_escape_put(buf, blame->author);
	pk_buf_printf(buf, " in %.*s\n", SHORT_ID, blame->commit);
}

static void put_finding(struct pk_buf *buf, const struct pk_diag *diag, bool color)
{
	PK_BUF_AUTO kind = {0};
	pk_buf_printf(
		&kind, "%s[%s]: ", pk_severity_name(diag->severity), pk_code_info(diag->code)->id);
	put_place(buf, diag->span, color);
	put_colored(buf, color, severity_color(diag->severity), kind.data);
	pk_escape_put(buf, diag->message);
	pk_buf_putc(buf, '\n');
	put_excerpt(buf, diag->span, color);

	if (diag->hint != NULL) {
		put_colored(buf, color, bold, "  hint: ");
		pk_escape_put(buf, diag->hint);
		pk_buf_putc(buf, '\n');
	}
	if (diag->blame != NULL)
		put_blame(buf, diag->blame, color);
	for (size_t i = 0; i < diag->related.len; i++)
		put_related(buf, &diag->related.items[i], color);
}

/* "1 error", "2 errors". */
static void put_count(struct pk_buf *buf, size_t count, const char *noun)
{
	pk_buf_printf(buf, "%zu %s%s", count, noun, count == 1 ? "" : "s");
}

static void put_summary(struct pk_buf *buf, const struct pk_findings *findings)
{
	size_t notes = 0;
	for (size_t i = 0; i < findings->len; i++)
		notes += findings->items[i]->severity == PK_NOTE;

	const struct {
		size_t count;
		const char *noun;
	} kinds[] = {
		{findings->errors, "error"},
		{findings->warnings, "warning"},
		{notes, "note"},
	};
	const char *before = "";
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].count == 0)
			continue;
		pk_buf_puts(buf, before);
		put_count(buf, kinds[i].count, kinds[i].noun);
		before = ", ";
	}
	if (findings->len == 0)
		pk_buf_puts(buf, "nothing found");
	if (findings->input_count > 0) {
		pk_buf_puts(buf, " in ");
		put_count(buf, findings->input_count, "file");
	}
	if (findings->suppressed > 0)
		pk_buf_printf(buf, "; the last %zu are not shown", findings->suppressed);
	pk_buf_putc(buf, '\n');
}

void pk_print_text(struct pk_buf *buf, const struct pk_findings *findings)
{
	for (size_t i = 0; i < findings->len; i++)
		put_finding(buf, findings->items[i], findings->color);
	if (findings->len > 0 || findings->summary)
		put_summary(buf, findings);
}
