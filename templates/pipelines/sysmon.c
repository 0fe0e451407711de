/* The pipeline of Sysmon's events: one script, then those for rules and addresses. */
#include "templates/pipelines/pipelines.h"

#include "templates/model/sysmon.h"
#include "templates/pipelines/pipelines_part.h"

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

/* The processor takes the public suffix from a list of its own. */
static void put_domain(struct pk_json_out *json)
{
	pk_json_out_raw(json, NULL,
		"{\"registered_domain\":{\"field\":\"dns.question.name\","
		"\"target_field\":\"dns.question\",\"ignore_missing\":true,"
		"\"ignore_failure\":true}},"
		"{\"remove\":{\"field\":\"dns.question.domain\",\"ignore_missing\":true}}");
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
	pk_processor_put_times(&json);
	pk_json_out_close_array(&json);
	pk_pipeline_put_failure(&json, "sysmon", PK_SYSMON_DATASET);
	pk_json_out_close_object(&json);
}
