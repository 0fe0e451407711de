#include "templates/assets/bodies.h"

#include "templates/assets/mapping.h"

/* Fields that the mapping of an index may have; what hosts send is open-ended (winlog.event_data).
 */
enum { FIELDS_MOST = 2000 };

static const char *days(const struct pk_body *body, unsigned count)
{
	return pk_arena_printf(body->arena, "%ud", count);
}

static const char *gigabytes(const struct pk_body *body, unsigned count)
{
	return pk_arena_printf(body->arena, "%ugb", count);
}

/* --- lifecycles --- */

void pk_body_put_ilm(struct pk_buf *buf, const struct pk_body *body)
{
	struct pk_json_out json = {.buf = buf};
	bool shard_size = pk_elk_has(body->elk, PK_ELK_SHARD_SIZE);
	pk_json_out_open_object(&json, NULL);
	pk_json_out_open_object(&json, "policy");
	pk_json_out_open_object(&json, "phases");
	pk_json_out_open_object(&json, "hot");
	pk_json_out_text(&json, "min_age", "0ms");
	pk_json_out_open_object(&json, "actions");
	pk_json_out_open_object(&json, "rollover");
	pk_json_out_text(&json, shard_size ? "max_primary_shard_size" : "max_size",
		gigabytes(body, body->options->rollover_gb));
	pk_json_out_text(&json, "max_age", days(body, body->options->rollover_days));
	pk_json_out_close_object(&json);
	pk_json_out_close_object(&json);
	pk_json_out_close_object(&json);
	pk_json_out_open_object(&json, "delete");
	pk_json_out_text(&json, "min_age", days(body, body->options->retention_days));
	pk_json_out_open_object(&json, "actions");
	pk_json_out_open_object(&json, "delete");
	pk_json_out_close_object(&json);
	pk_json_out_close_object(&json);
	pk_json_out_close_object(&json);
	pk_json_out_close_object(&json);
	pk_json_out_close_object(&json);
	pk_json_out_close_object(&json);
}

/* The state in which an index is written to; ages count from when the index was made. */
static void put_ism_hot(struct pk_json_out *json, const struct pk_body *body)
{
	const struct pk_asset_options *options = body->options;
	pk_json_out_open_object(json, NULL);
	pk_json_out_text(json, "name", "hot");
	pk_json_out_open_array(json, "actions");
	pk_json_out_open_object(json, NULL);
	pk_json_out_open_object(json, "rollover");
	pk_json_out_text(json, "min_size", gigabytes(body, options->rollover_gb));
	pk_json_out_text(json, "min_index_age", days(body, options->rollover_days));
	pk_json_out_close_object(json);
	pk_json_out_close_object(json);
	pk_json_out_close_array(json);
	pk_json_out_open_array(json, "transitions");
	pk_json_out_open_object(json, NULL);
	pk_json_out_text(json, "state_name", "delete");
	pk_json_out_open_object(json, "conditions");
	pk_json_out_text(json, "min_index_age", days(body, options->retention_days));
	pk_json_out_close_object(json);
	pk_json_out_close_object(json);
	pk_json_out_close_array(json);
	pk_json_out_close_object(json);
}

static void put_ism_delete(struct pk_json_out *json)
{
	pk_json_out_open_object(json, NULL);
	pk_json_out_text(json, "name", "delete");
	pk_json_out_open_array(json, "actions");
	pk_json_out_open_object(json, NULL);
	pk_json_out_open_object(json, "delete");
	pk_json_out_close_object(json);
	pk_json_out_close_object(json);
	pk_json_out_close_array(json);
	pk_json_out_open_array(json, "transitions");
	pk_json_out_close_array(json);
	pk_json_out_close_object(json);
}

void pk_body_put_ism(struct pk_buf *buf, const struct pk_body *body)
{
	struct pk_json_out json = {.buf = buf};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_open_object(&json, "policy");
	pk_json_out_text(&json, "description",
		"Rolls over the streams of Sysmon and Monster and deletes what is old.");
	pk_json_out_text(&json, "default_state", "hot");
	pk_json_out_open_array(&json, "states");
	put_ism_hot(&json, body);
	put_ism_delete(&json);
	pk_json_out_close_array(&json);
	pk_json_out_open_array(&json, "ism_template");
	pk_json_out_open_object(&json, NULL);
	pk_json_out_open_array(&json, "index_patterns");
	pk_json_out_text(&json, NULL, body->streams->sysmon);
	pk_json_out_text(&json, NULL, body->streams->monster);
	pk_json_out_close_array(&json);
	pk_json_out_number(&json, "priority", PK_TEMPLATE_PRIORITY);
	pk_json_out_close_object(&json);
	pk_json_out_close_array(&json);
	pk_json_out_close_object(&json);
	pk_json_out_close_object(&json);
}

/* --- templates --- */

/* Members of "index" that both sources have. */
static void put_common_settings(struct pk_json_out *json, const struct pk_body *body)
{
	pk_json_out_number(json, "number_of_shards", 1);
	pk_json_out_number(json, "number_of_replicas", body->options->replicas);
	pk_json_out_text(json, "refresh_interval", "5s");
	pk_json_out_open_object(json, "mapping");
	/* A value that does not fit its field must not cost the event. */
	pk_json_out_bool(json, "ignore_malformed", true);
	pk_json_out_open_object(json, "total_fields");
	pk_json_out_number(json, "limit", FIELDS_MOST);
	pk_json_out_close_object(json);
	pk_json_out_close_object(json);
}

/* Members of "index" that bind an index to what becomes of it and of what it is sent. */
static void put_own_settings(
	struct pk_json_out *json, const struct pk_body *body, const struct pk_body_source *source)
{
	pk_json_out_text(json, "default_pipeline", source->pipeline);
	if (!pk_elk_has(body->elk, PK_ELK_ILM))
		return;
	pk_json_out_open_object(json, "lifecycle");
	pk_json_out_text(json, "name", PK_LIFECYCLE);
	if (!pk_elk_has(body->elk, PK_ELK_DATA_STREAMS))
		pk_json_out_text(json, "rollover_alias", source->target);
	pk_json_out_close_object(json);
}

static void put_patterns(struct pk_json_out *json, const struct pk_body_source *source)
{
	pk_json_out_open_array(json, "index_patterns");
	pk_json_out_text(json, NULL, source->match);
	pk_json_out_close_array(json);
}

void pk_body_put_settings(struct pk_buf *buf, const struct pk_body *body)
{
	struct pk_json_out json = {.buf = buf};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_open_object(&json, "template");
	pk_json_out_open_object(&json, "settings");
	pk_json_out_open_object(&json, "index");
	put_common_settings(&json, body);
	pk_json_out_close_object(&json);
	pk_json_out_close_object(&json);
	pk_json_out_close_object(&json);
	pk_json_out_close_object(&json);
}

void pk_body_put_fields(struct pk_buf *buf, const struct pk_body *body, unsigned groups)
{
	struct pk_json_out json = {.buf = buf};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_open_object(&json, "template");
	pk_json_out_open_object(&json, "mappings");
	pk_mapping_put(&json, body->arena, body->elk, groups);
	pk_json_out_close_object(&json);
	pk_json_out_close_object(&json);
	pk_json_out_close_object(&json);
}

void pk_body_put_custom(struct pk_buf *buf, const struct pk_body *body)
{
	(void)body;
	pk_buf_puts(buf, "{\"template\":{}}");
}

void pk_body_put_index_template(
	struct pk_buf *buf, const struct pk_body *body, const struct pk_body_source *source)
{
	struct pk_json_out json = {.buf = buf};
	pk_json_out_open_object(&json, NULL);
	put_patterns(&json, source);
	if (pk_elk_has(body->elk, PK_ELK_DATA_STREAMS)) {
		pk_json_out_open_object(&json, "data_stream");
		pk_json_out_close_object(&json);
	}
	pk_json_out_number(&json, "priority", PK_TEMPLATE_PRIORITY);
	pk_json_out_open_array(&json, "composed_of");
	pk_json_out_text(&json, NULL, PK_COMPONENT_SETTINGS);
	pk_json_out_text(&json, NULL, PK_COMPONENT_ECS);
	pk_json_out_text(&json, NULL, source->component);
	pk_json_out_text(&json, NULL, PK_COMPONENT_CUSTOM);
	pk_json_out_close_array(&json);
	pk_json_out_open_object(&json, "template");
	pk_json_out_open_object(&json, "settings");
	pk_json_out_open_object(&json, "index");
	put_own_settings(&json, body, source);
	pk_json_out_close_object(&json);
	pk_json_out_close_object(&json);
	pk_json_out_close_object(&json);
	pk_json_out_close_object(&json);
}

void pk_body_put_legacy_template(
	struct pk_buf *buf, const struct pk_body *body, const struct pk_body_source *source)
{
	struct pk_json_out json = {.buf = buf};
	bool typed = pk_elk_has(body->elk, PK_ELK_MAPPING_TYPE);
	pk_json_out_open_object(&json, NULL);
	put_patterns(&json, source);
	pk_json_out_number(&json, "order", PK_TEMPLATE_PRIORITY);
	pk_json_out_open_object(&json, "settings");
	pk_json_out_open_object(&json, "index");
	put_common_settings(&json, body);
	put_own_settings(&json, body, source);
	pk_json_out_close_object(&json);
	pk_json_out_close_object(&json);
	pk_json_out_open_object(&json, "mappings");
	if (typed)
		pk_json_out_open_object(&json, "doc");
	pk_mapping_put(&json, body->arena, body->elk, PK_MAPPING_ECS | source->group);
	if (typed)
		pk_json_out_close_object(&json);
	pk_json_out_close_object(&json);
	pk_json_out_close_object(&json);
}

void pk_body_put_first_index(
	struct pk_buf *buf, const struct pk_body *body, const struct pk_body_source *source)
{
	(void)body;
	struct pk_json_out json = {.buf = buf};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_open_object(&json, "aliases");
	pk_json_out_open_object(&json, source->target);
	pk_json_out_bool(&json, "is_write_index", true);
	pk_json_out_close_object(&json);
	pk_json_out_close_object(&json);
	pk_json_out_close_object(&json);
}
