/*
 * Bodies: what is sent to a stack for each kind of asset, without mark: one object of JSON on one
 * line.
 */
#ifndef TEMPLATES_ASSETS_BODIES_H
#define TEMPLATES_ASSETS_BODIES_H

#include "templates/assets/assets.h"

/* Names on the cluster. */
#define PK_LIFECYCLE "picket"
#define PK_COMPONENT_SETTINGS "picket@settings"
#define PK_COMPONENT_ECS "picket@ecs"
#define PK_COMPONENT_SYSMON "picket@sysmon"
#define PK_COMPONENT_MONSTER "picket@monster"
#define PK_COMPONENT_CUSTOM "picket@custom"
#define PK_TEMPLATE_SYSMON "picket-sysmon"
#define PK_TEMPLATE_MONSTER "picket-monster"

enum {
	PK_TEMPLATE_PRIORITY = 300
}; /* above those that Elasticsearch and Fleet bring: 100 and 200 */

/* What all bodies are made of; options are filled in. */
struct pk_body {
	struct pk_arena *arena;
	const struct pk_elk *elk;
	const struct pk_asset_options *options;
	const struct pk_streams *streams;
};

/* A template of one of the two sources. */
struct pk_body_source {
	const char *id;	       /* of the template */
	const char *component; /* with the fields of this source only */
	const char *pipeline;
	unsigned group;	    /* of fields, beside ECS */
	const char *target; /* data stream or write alias */
	const char *match;  /* index pattern */
};

void pk_body_put_ilm(struct pk_buf *buf, const struct pk_body *body);
void pk_body_put_ism(struct pk_buf *buf, const struct pk_body *body);
/* The component template with the settings that both sources have. */
void pk_body_put_settings(struct pk_buf *buf, const struct pk_body *body);
/* The one with the fields of `groups` (PK_MAPPING_...). */
void pk_body_put_fields(struct pk_buf *buf, const struct pk_body *body, unsigned groups);
void pk_body_put_custom(struct pk_buf *buf, const struct pk_body *body);
void pk_body_put_index_template(
	struct pk_buf *buf, const struct pk_body *body, const struct pk_body_source *source);
/* Its mappings stand last. */
void pk_body_put_legacy_template(
	struct pk_buf *buf, const struct pk_body *body, const struct pk_body_source *source);
void pk_body_put_first_index(
	struct pk_buf *buf, const struct pk_body *body, const struct pk_body_source *source);

#endif
