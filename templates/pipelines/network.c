/* The pipeline for addresses: what they are, where they lie, whose they are, which flow they belong
 * to. */
#include "templates/pipelines/pipelines.h"

#include "templates/pipelines/pipelines_part.h"

/* Nothing here may keep a document from being indexed: databases are missing, late or old. */
static void put_geoip(
	struct pk_json_out *json, const char *side, const char *target, const char *database)
{
	PK_BUF_AUTO place = {0};
	pk_json_out_open_object(json, NULL);
	pk_json_out_open_object(json, "geoip");
	pk_buf_printf(&place, "_picket.%s", side);
	pk_json_out_text(json, "field", place.data);
	place.len = 0;
	pk_buf_printf(&place, "%s.%s", side, target);
	pk_json_out_text(json, "target_field", place.data);
	if (database != NULL)
		pk_json_out_text(json, "database_file", database);
	pk_json_out_bool(json, "ignore_missing", true);
	pk_json_out_bool(json, "ignore_failure", true);
	pk_json_out_close_object(json);
	pk_json_out_close_object(json);
}

static void put_places(struct pk_json_out *json)
{
	static const char *const sides[] = {"source", "destination"};
	for (size_t i = 0; i < sizeof(sides) / sizeof(*sides); i++) {
		put_geoip(json, sides[i], "geo", NULL);
		put_geoip(json, sides[i], "as", "GeoLite2-ASN.mmdb");
	}
	pk_script_open(json, "network-after", pk_network_after_script);
	pk_script_close(json);
}

/* Both products read the same places; Elasticsearch by default, OpenSearch when told. */
static void put_community_id(struct pk_json_out *json, const struct pk_elk *elk)
{
	if (pk_elk_has(elk, PK_ELK_COMMUNITY_ID))
		pk_json_out_raw(json, NULL,
			"{\"community_id\":{\"ignore_missing\":true,\"ignore_failure\":true}}");
	else if (pk_elk_has(elk, PK_ELK_COMMUNITY_ID_OS))
		pk_json_out_raw(json, NULL,
			"{\"community_id\":{\"source_ip_field\":\"source.ip\","
			"\"source_port_field\":\"source.port\","
			"\"destination_ip_field\":\"destination.ip\","
			"\"destination_port_field\":\"destination.port\","
			"\"protocol_field\":\"network.transport\","
			"\"target_field\":\"network.community_id\","
			"\"ignore_missing\":true,\"ignore_failure\":true}}");
}

void pk_pipeline_put_network(
	struct pk_buf *buf, const struct pk_elk *elk, const struct pk_pipeline_options *options)
{
	bool places = pk_elk_has(elk, PK_ELK_GEOIP) && !options->no_geoip;
	struct pk_json_out json = {.buf = buf};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_text(&json, "description", "Places, owners and flows of addresses.");
	pk_json_out_open_array(&json, "processors");
	pk_script_open(&json, "network", pk_network_script);
	pk_json_out_open_object(&json, "params");
	pk_json_out_bool(&json, "places", places);
	pk_json_out_close_object(&json);
	pk_script_close(&json);
	if (places)
		put_places(&json);
	put_community_id(&json, elk);
	pk_json_out_close_array(&json);
	pk_json_out_close_object(&json);
}
