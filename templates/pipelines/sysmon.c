/* The pipeline of Sysmon's events: one script, then those for rules and addresses. */
#include "templates/pipelines/pipelines.h"

#include <string.h>

#include "templates/model/sysmon.h"
#include "templates/pipelines/sysmon_part.h"

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

static void put_call(struct pk_json_out *json, const char *pipeline, const char *condition)
{
	pk_json_out_open_object(json, NULL);
	pk_json_out_open_object(json, "pipeline");
	pk_json_out_text(json, "name", pipeline);
	pk_json_out_text(json, "tag", pipeline);
	pk_json_out_text(json, "if", condition);
	pk_json_out_close_object(json);
	pk_json_out_close_object(json);
}

/* Three braces, or a value would be escaped for JSON once too often. */
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

static void put_times(struct pk_json_out *json)
{
	put_set(json, "event.ingested", "{{{_ingest.timestamp}}}", true);
	put_set(json, "@timestamp", "{{{_ingest.timestamp}}}", false);
}

/* The processor takes the public suffix from a list of its own. */
static void put_domain(struct pk_json_out *json)
{
	pk_json_out_raw(json, NULL,
		"{\"registered_domain\":{\"field\":\"dns.question.name\","
		"\"target_field\":\"dns.question\",\"ignore_missing\":true,"
		"\"ignore_failure\":true}},"
		"{\"remove\":{\"field\":\"dns.question.domain\",\"ignore_missing\":true}}");
}

static void put_failure(struct pk_json_out *json)
{
	pk_json_out_open_array(json, "on_failure");
	pk_script_open(json, "failed", pk_sysmon_failed_script);
	pk_json_out_open_object(json, "params");
	pk_json_out_text(json, "dataset", PK_SYSMON_DATASET);
	pk_json_out_close_object(json);
	pk_script_close(json);
	put_set(json, "error.message",
		"{{{_ingest.on_failure_processor_type}}} {{{_ingest.on_failure_processor_tag}}}: "
		"{{{_ingest.on_failure_message}}}",
		true);
	put_times(json);
	pk_json_out_close_array(json);
}

void pk_pipeline_put_sysmon(
	struct pk_buf *buf, const struct pk_elk *elk, const struct pk_pipeline_options *options)
{
	(void)options;
	struct pk_json_out json = {.buf = buf};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_text(&json, "description", "Events of Sysmon to the Elastic Common Schema.");
	pk_json_out_open_array(&json, "processors");
	pk_script_open(&json, "sysmon", pk_sysmon_script);
	pk_sysmon_put_params(&json, pk_elk_has(elk, PK_ELK_DATA_STREAMS));
	pk_script_close(&json);
	put_call(&json, PK_PIPELINE_RULE, "ctx.rule?.name != null");
	put_call(&json, PK_PIPELINE_NETWORK,
		"ctx.source?.ip != null || ctx.destination?.ip != null || ctx.dns?.resolved_ip != "
		"null");
	if (pk_elk_has(elk, PK_ELK_REGISTERED_DOMAIN))
		put_domain(&json);
	put_times(&json);
	pk_json_out_close_array(&json);
	put_failure(&json);
	pk_json_out_close_object(&json);
}
