/*
 * Elk: the search engine that assets are made for: whose it is, its version, what it can do.
 *
 * A stack is written as a flavour, "es6", "es7", "es8", "es9", "os1", "os2", "os3", which stands
 * for the last release of that line, or with a minor version and a build: "es7.10-oss", "os2.19". A
 * running one is read from its own answers (cluster/). Everything else asks for features, never for
 * versions.
 */
#ifndef TEMPLATES_MODEL_ELK_H
#define TEMPLATES_MODEL_ELK_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/node.h"

enum pk_elk_product {
	PK_ELK_ELASTICSEARCH,
	PK_ELK_OPENSEARCH,
};

/* What a stack can do; since when is in elk.c, with the source (docs/stack-facts.md). */
enum pk_elk_feature {
	PK_ELK_COMPOSABLE = 1 << 0, /* component and index templates; else legacy _template */
	PK_ELK_DATA_STREAMS = 1 << 1,
	PK_ELK_ILM = 1 << 2,
	PK_ELK_ISM = 1 << 3,
	PK_ELK_MAPPING_TYPE = 1 << 4, /* mappings and documents have a type, "doc" */
	PK_ELK_WILDCARD = 1 << 5,     /* field type by which events are counted rightly */
	PK_ELK_PIPELINE_META =
		1 << 6,	       /* pipelines may have `_meta`; else the mark is in the description */
	PK_ELK_GEOIP = 1 << 7, /* processor geoip, with databases of its own */
	PK_ELK_COMMUNITY_ID = 1 << 8,	 /* processor, with the option names of Elasticsearch */
	PK_ELK_COMMUNITY_ID_OS = 1 << 9, /* the same, with those of OpenSearch */
	PK_ELK_REGISTERED_DOMAIN = 1 << 10,
	PK_ELK_SHARD_SIZE = 1 << 11, /* max_primary_shard_size in lifecycles */
	PK_ELK_LENS = 1 << 12,	     /* the Lens flavour of dashboards loads on its Kibana */
	PK_ELK_ALIAS = 1 << 13,	     /* field type alias */
	PK_ELK_LIFECYCLE_META =
		1 << 14, /* ILM policies may have `_meta`; else nothing in them can be marked */
	PK_ELK_MATCH_ONLY_TEXT = 1 << 15, /* field type */
};

struct pk_elk {
	enum pk_elk_product product;
	unsigned major;
	unsigned minor;
	unsigned patch;
	bool oss; /* Elasticsearch without x-pack: no ILM, no data streams */
	unsigned features;
	char name[24]; /* as pk_elk_parse takes it: "es7.10-oss" */
};

/* The stack called `text`; false after a report that names those there are. */
bool pk_elk_parse(struct pk_elk *out, const char *text, struct pk_diags *diags);
/* The stack whose `GET /` answered `answer`; false after a report: too old, or none of both. */
bool pk_elk_read(struct pk_elk *out, const struct pk_node *answer, struct pk_diags *diags);
/* Sets or clears features, as a running stack was found to have them. */
void pk_elk_set(struct pk_elk *elk, unsigned features, bool on);
bool pk_elk_has(const struct pk_elk *elk, enum pk_elk_feature feature);
/* "Elasticsearch 7.10.2 (OSS)", for people. */
const char *pk_elk_print(struct pk_arena *arena, const struct pk_elk *elk);
/* The flavours, oldest first: the name at `index`, NULL past the last. */
const char *pk_elk_flavour_at(size_t index);

#endif
