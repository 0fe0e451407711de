/* JSON lines: one object a finding, with "schema" 1. Scripts rely on the names. */
#include "base/json_out.h"
#include "cli/print_formats.h"

/* Members that say where `span` is. */
static void put_place(struct pk_json_out *json, struct pk_span span)
{
	struct pk_place begin = pk_span_begin(span);
	struct pk_place end = pk_span_end(span);
	pk_json_out_text(json, "file", pk_span_path(span));
	pk_json_out_number(json, "line", begin.line);
	pk_json_out_number(json, "column", begin.column);
	pk_json_out_number(json, "endLine", end.line);
	pk_json_out_number(json, "endColumn", end.column);
}

static void put_related(struct pk_json_out *json, const struct pk_diag *diag)
{
	pk_json_out_open_array(json, "related");
	for (size_t i = 0; i < diag->related.len; i++) {
		const struct pk_related *related = &diag->related.items[i];
		pk_json_out_open_object(json, NULL);
		put_place(json, related->span);
		pk_json_out_text(json, "message", related->message);
		pk_json_out_close_object(json);
	}
	pk_json_out_close_array(json);
}

static void put_fixes(struct pk_json_out *json, const struct pk_diag *diag)
{
	pk_json_out_open_array(json, "fixes");
	for (size_t i = 0; i < diag->fixes.len; i++) {
		const struct pk_fix *fix = &diag->fixes.items[i];
		pk_json_out_open_object(json, NULL);
		put_place(json, fix->span);
		pk_json_out_text(json, "title", fix->title);
		pk_json_out_text(json, "text", fix->text);
		pk_json_out_close_object(json);
	}
	pk_json_out_close_array(json);
}

/* A line that is not committed has an empty commit and nobody. */
static void put_blame(struct pk_json_out *json, const struct pk_blame *blame)
{
	pk_json_out_open_object(json, "blame");
	pk_json_out_text(json, "commit", blame->commit == NULL ? "" : blame->commit);
	if (blame->commit != NULL) {
		pk_json_out_text(json, "author", blame->author);
		pk_json_out_text(json, "date", blame->date);
	}
	pk_json_out_close_object(json);
}

static void put_finding(struct pk_buf *buf, const struct pk_diag *diag)
{
	struct pk_json_out json = {.buf = buf};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	pk_json_out_text(&json, "code", pk_code_info(diag->code)->id);
	pk_json_out_text(&json, "severity", pk_severity_name(diag->severity));
	put_place(&json, diag->span);
	pk_json_out_text(&json, "message", diag->message);
	if (diag->hint != NULL)
		pk_json_out_text(&json, "hint", diag->hint);
	put_related(&json, diag);
	put_fixes(&json, diag);
	if (diag->blame != NULL)
		put_blame(&json, diag->blame);
	pk_json_out_close_object(&json);
	pk_buf_putc(buf, '\n');
}

void pk_print_json(struct pk_buf *buf, const struct pk_findings *findings)
{
	for (size_t i = 0; i < findings->len; i++)
		put_finding(buf, findings->items[i]);
}
