#include "templates/pipelines/pipelines_part.h"

#include <string.h>

#include "templates/model/piece.h"

/* Appends a script without comments, which stand on lines of their own, and without indentation. */
static void put_source(struct pk_buf *out, const char *text)
{
	bool comment = false;
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		size_t indent = strspn(text, "\t");
		if (indent < len) {
			comment = comment || strncmp(text + indent, "/*", 2) == 0;
			if (!comment) {
				pk_buf_put(out, text + indent, len - indent);
				pk_buf_putc(out, '\n');
			} else if (strncmp(text + len - 2, "*/", 2) == 0) {
				comment = false;
			}
		}
		text += len + (text[len] == '\n');
	}
}

void pk_script_open(struct pk_json_out *json, const char *tag, const char *text)
{
	PK_BUF_AUTO source = {0};
	put_source(&source, text);
	pk_json_out_open_object(json, NULL);
	pk_json_out_open_object(json, "script");
	pk_json_out_text(json, "lang", "painless");
	pk_json_out_text(json, "tag", tag);
	pk_json_out_text(json, "source", source.data);
}

void pk_script_close(struct pk_json_out *json)
{
	pk_json_out_close_object(json);
	pk_json_out_close_object(json);
}

void pk_script_put_list(struct pk_json_out *json, const char *name, const char *list)
{
	struct pk_piece rest = pk_piece_of(list);
	struct pk_piece item;
	pk_json_out_open_array(json, name);
	while (pk_piece_next(&item, &rest)) {
		PK_BUF_AUTO text = {0};
		pk_buf_put(&text, item.text, item.len);
		pk_json_out_text(json, NULL, text.data);
	}
	pk_json_out_close_array(json);
}

static void put_set(struct pk_json_out *json, const char *field, const char *value, bool override)
{
	pk_json_out_open_object(json, NULL);
	pk_json_out_open_object(json, "set");
	pk_json_out_text(json, "field", field);
	pk_json_out_text(json, "value", value);
	if (!override)
		pk_json_out_bool(json, "override", false);
	pk_json_out_close_object(json);
	pk_json_out_close_object(json);
}

void pk_processor_put_set(struct pk_json_out *json, const char *field, const char *value)
{
	put_set(json, field, value, true);
}

/* Three braces, or a value would be escaped for JSON once too often. */
void pk_processor_put_times(struct pk_json_out *json)
{
	put_set(json, "event.ingested", "{{{_ingest.timestamp}}}", true);
	put_set(json, "@timestamp", "{{{_ingest.timestamp}}}", false);
}

void pk_pipeline_put_failure(struct pk_json_out *json, const char *module, const char *dataset)
{
	pk_json_out_open_array(json, "on_failure");
	pk_script_open(json, "failed", pk_failed_script);
	pk_json_out_open_object(json, "params");
	pk_json_out_text(json, "module", module);
	pk_json_out_text(json, "dataset", dataset);
	pk_json_out_close_object(json);
	pk_script_close(json);
	pk_processor_put_set(json, "error.message",
		"{{{_ingest.on_failure_processor_type}}} {{{_ingest.on_failure_processor_tag}}}: "
		"{{{_ingest.on_failure_message}}}");
	pk_processor_put_times(json);
	pk_json_out_close_array(json);
}
