/*
 * Assets: everything of ours that a stack holds, made for that stack from the tables of model/, in
 * the order in which it is installed; it is removed in the opposite one.
 *
 * Assets have a mark: managed by picket, our version, the digest of the body without the mark. The
 * mark is in `_meta` where the stack allows that, else in the description (mark.h). A first index,
 * and the lifecycle of a stack that has no place for it there, have none.
 */
#ifndef TEMPLATES_ASSETS_ASSETS_H
#define TEMPLATES_ASSETS_ASSETS_H

#include "base/digest.h"
#include "base/list.h"
#include "templates/pipelines/pipelines.h"

/* In the order of installation. */
enum pk_asset_kind {
	PK_ASSET_ILM,
	PK_ASSET_ISM,
	PK_ASSET_PIPELINE,
	PK_ASSET_COMPONENT,
	PK_ASSET_CUSTOM, /* a component for settings of the user: made once, never changed or
			    compared */
	PK_ASSET_INDEX_TEMPLATE,
	PK_ASSET_LEGACY_TEMPLATE,
	PK_ASSET_FIRST_INDEX, /* <alias>-000001 where ILM works without data streams; data: kept by
				 `down` */
};

struct pk_asset {
	enum pk_asset_kind kind;
	const char *id;	  /* "picket@ecs" */
	const char *path; /* "/_component_template/picket@ecs", percent-encoded where needed */
	const char *body; /* JSON on one line, with the mark if there is one */
	char digest[PK_DIGEST_TEXT]; /* of the body without mark */
};

struct pk_assets {
	struct pk_asset *items;
	size_t len;
	size_t cap;
};

struct pk_asset_options {
	const char *name_space;	 /* last part of the names of data streams; NULL: "lab" */
	unsigned retention_days; /* 0: 30 */
	unsigned rollover_days;	 /* 0: 7 */
	unsigned rollover_gb;	 /* 0: 30 */
	unsigned replicas;	 /* of indices; 0 suits a single node */
	struct pk_pipeline_options pipelines;
};

/* Where events of a source go on this stack, and what matches all of them. */
struct pk_streams {
	const char *sysmon; /* data stream or write alias or dated index; "%{+yyyy.MM.dd}" at the
			       end of the latter */
	const char *monster;
	const char *sysmon_pattern; /* "logs-windows.sysmon_operational-*", "winlogbeat-picket-*" */
	const char *monster_pattern;
	bool dated; /* one index a day: `prune` removes old ones */
};

/* Makes all assets in the arena, in the order of installation. */
void pk_assets_make(struct pk_assets *out, struct pk_arena *arena, const struct pk_elk *elk,
	const struct pk_asset_options *options);
void pk_streams_make(struct pk_streams *out, struct pk_arena *arena, const struct pk_elk *elk,
	const struct pk_asset_options *options);
/* "component template", "ingest pipeline", ...: for messages. */
const char *pk_asset_kind_name(enum pk_asset_kind kind);

#endif
