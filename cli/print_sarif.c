/*
 * SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html): one run. Columns
 * are counted in code points, and an end column is the one behind the last character.
 */
#include <string.h>

#include "base/json_out.h"
#include "cli/print_formats.h"

/* The rules of the run: each code that was met, once, in the order of its number. */
struct rules {
	const struct pk_code_info *codes;
	size_t count;
	bool *met;
};

/* RFC 3986: what may stand in a path as it is; the rest is percent-encoded. */
static void put_uri(struct pk_buf *buf, const char *path)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "-._~/!$&'()*+,;=@";
	if (path[0] == '/')
		pk_buf_puts(buf, "file://");
	for (; *path != '\0'; path++) {
		if (strchr(safe, *path) != NULL)
			pk_buf_putc(buf, *path);
		else
			pk_buf_printf(buf, "%%%02X", (unsigned char)*path);
	}
}

static void put_artifact(struct pk_json_out *json, const char *path)
{
	PK_BUF_AUTO uri = {0};
	put_uri(&uri, path);
	pk_json_out_open_object(json, "artifactLocation");
	pk_json_out_text(json, "uri", uri.len == 0 ? "" : uri.data);
	pk_json_out_close_object(json);
}

static void put_region(struct pk_json_out *json, const char *name, struct pk_span span)
{
	struct pk_place begin = pk_span_begin(span);
	struct pk_place end = pk_span_end(span);
	pk_json_out_open_object(json, name);
	pk_json_out_number(json, "startLine", begin.line);
	pk_json_out_number(json, "startColumn", begin.column);
	pk_json_out_number(json, "endLine", end.line);
	pk_json_out_number(json, "endColumn", end.column);
	pk_json_out_close_object(json);
}

static void put_message(struct pk_json_out *json, const char *name, const char *text)
{
	pk_json_out_open_object(json, name);
	pk_json_out_text(json, "text", text);
	pk_json_out_close_object(json);
}

static void put_physical(struct pk_json_out *json, struct pk_span span)
{
	pk_json_out_open_object(json, "physicalLocation");
	put_artifact(json, pk_span_path(span));
	put_region(json, "region", span);
	pk_json_out_close_object(json);
}

static void put_locations(struct pk_json_out *json, const struct pk_diag *diag)
{
	if (diag->span.source == NULL)
		return;
	pk_json_out_open_array(json, "locations");
	pk_json_out_open_object(json, NULL);
	put_physical(json, diag->span);
	pk_json_out_close_object(json);
	pk_json_out_close_array(json);
}

static void put_related(struct pk_json_out *json, const struct pk_diag *diag)
{
	if (diag->related.len == 0)
		return;
	pk_json_out_open_array(json, "relatedLocations");
	for (size_t i = 0; i < diag->related.len; i++) {
		const struct pk_related *related = &diag->related.items[i];
		pk_json_out_open_object(json, NULL);
		pk_json_out_number(json, "id", i);
		if (related->span.source != NULL)
			put_physical(json, related->span);
		put_message(json, "message", related->message);
		pk_json_out_close_object(json);
	}
	pk_json_out_close_array(json);
}

static void put_fix(struct pk_json_out *json, const struct pk_fix *fix)
{
	pk_json_out_open_object(json, NULL);
	put_message(json, "description", fix->title);
	pk_json_out_open_array(json, "artifactChanges");
	pk_json_out_open_object(json, NULL);
	put_artifact(json, pk_span_path(fix->span));
	pk_json_out_open_array(json, "replacements");
	pk_json_out_open_object(json, NULL);
	put_region(json, "deletedRegion", fix->span);
	put_message(json, "insertedContent", fix->text);
	pk_json_out_close_object(json);
	pk_json_out_close_array(json);
	pk_json_out_close_object(json);
	pk_json_out_close_array(json);
	pk_json_out_close_object(json);
}

static void put_fixes(struct pk_json_out *json, const struct pk_diag *diag)
{
	if (diag->fixes.len == 0)
		return;
	pk_json_out_open_array(json, "fixes");
	for (size_t i = 0; i < diag->fixes.len; i++)
		put_fix(json, &diag->fixes.items[i]);
	pk_json_out_close_array(json);
}

static size_t code_index(const struct rules *rules, enum pk_code code)
{
	return (size_t)(pk_code_info(code) - rules->codes);
}

/* The place of the code in "rules". */
static size_t rule_index(const struct rules *rules, enum pk_code code)
{
	size_t index = 0;
	for (size_t i = 0; i < code_index(rules, code); i++)
		index += rules->met[i];
	return index;
}

static void put_result(
	struct pk_json_out *json, const struct rules *rules, const struct pk_diag *diag)
{
	PK_BUF_AUTO message = {0};
	pk_buf_puts(&message, diag->message);
	if (diag->hint != NULL)
		pk_buf_printf(&message, "; %s", diag->hint);

	pk_json_out_open_object(json, NULL);
	pk_json_out_text(json, "ruleId", pk_code_info(diag->code)->id);
	pk_json_out_number(json, "ruleIndex", rule_index(rules, diag->code));
	pk_json_out_text(json, "level", pk_severity_name(diag->severity));
	put_message(json, "message", message.data);
	put_locations(json, diag);
	put_related(json, diag);
	put_fixes(json, diag);
	pk_json_out_close_object(json);
}

static void put_rule(struct pk_json_out *json, const struct pk_code_info *info)
{
	PK_BUF_AUTO page = {0};
	pk_buf_printf(&page, "docs/errors/%s.md", info->id);

	pk_json_out_open_object(json, NULL);
	pk_json_out_text(json, "id", info->id);
	put_message(json, "shortDescription", info->title);
	pk_json_out_text(json, "helpUri", page.data);
	pk_json_out_open_object(json, "defaultConfiguration");
	pk_json_out_text(json, "level", pk_severity_name(info->severity));
	pk_json_out_close_object(json);
	pk_json_out_close_object(json);
}

static void put_tool(struct pk_json_out *json, const struct rules *rules)
{
	pk_json_out_open_object(json, "tool");
	pk_json_out_open_object(json, "driver");
	pk_json_out_text(json, "name", "picket");
	pk_json_out_text(json, "version", PICKET_VERSION);
	pk_json_out_open_array(json, "rules");
	for (size_t i = 0; i < rules->count; i++) {
		if (rules->met[i])
			put_rule(json, &rules->codes[i]);
	}
	pk_json_out_close_array(json);
	pk_json_out_close_object(json);
	pk_json_out_close_object(json);
}

static void put_run(
	struct pk_json_out *json, const struct rules *rules, const struct pk_findings *findings)
{
	pk_json_out_open_object(json, NULL);
	put_tool(json, rules);
	pk_json_out_text(json, "columnKind", "unicodeCodePoints");
	pk_json_out_open_array(json, "results");
	for (size_t i = 0; i < findings->len; i++)
		put_result(json, rules, findings->items[i]);
	pk_json_out_close_array(json);
	pk_json_out_close_object(json);
}

void pk_print_sarif(struct pk_buf *buf, const struct pk_findings *findings)
{
	/* One flag a code, in memory that goes with this call. */
	PK_BUF_AUTO flags = {0};
	struct rules rules = {0};
	rules.codes = pk_code_list(&rules.count);
	pk_buf_zeros(&flags, rules.count * sizeof(bool));
	rules.met = (bool *)flags.data;
	for (size_t i = 0; i < findings->len; i++)
		rules.met[code_index(&rules, findings->items[i]->code)] = true;

	struct pk_json_out json = {.buf = buf};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_text(&json, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	pk_json_out_text(&json, "version", "2.1.0");
	pk_json_out_open_array(&json, "runs");
	put_run(&json, &rules, findings);
	pk_json_out_close_array(&json);
	pk_json_out_close_object(&json);
	pk_buf_putc(buf, '\n');
}
