#include "templates/assets/assets.h"

#include <stddef.h>

#include "templates/assets/bodies.h"
#include "templates/assets/mapping.h"
#include "templates/assets/mark.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

enum {
	RETENTION_DAYS = 30,
	ROLLOVER_DAYS = 7,
	ROLLOVER_GB = 30,
};

/* --- streams --- */

/* Names of a source on stacks with data streams, and without them. */
struct stream_row {
	const char *stream; /* with '-' and the name space behind it */
	const char *index;
	size_t name;	/* where they belong in pk_streams */
	size_t pattern; /* the same */
};

static const struct stream_row stream_rows[] = {
	{"logs-windows.sysmon_operational", "winlogbeat-picket",
		offsetof(struct pk_streams, sysmon), offsetof(struct pk_streams, sysmon_pattern)},
	{"logs-monster.events", "monster", offsetof(struct pk_streams, monster),
		offsetof(struct pk_streams, monster_pattern)},
};

static const char **text_at(struct pk_streams *streams, size_t offset)
{
	return (const char **)(void *)((char *)streams + offset);
}

void pk_streams_make(struct pk_streams *out, struct pk_arena *arena, const struct pk_elk *elk,
	const struct pk_asset_options *options)
{
	const char *name_space = options->name_space == NULL ? "lab" : options->name_space;
	bool streams = pk_elk_has(elk, PK_ELK_DATA_STREAMS);
	bool dated = !streams && !pk_elk_has(elk, PK_ELK_ILM);
	*out = (struct pk_streams){.dated = dated};
	for (size_t i = 0; i < COUNT(stream_rows); i++) {
		const struct stream_row *row = &stream_rows[i];
		const char **name = text_at(out, row->name);
		const char *base = streams ? row->stream : row->index;
		if (streams)
			*name = pk_arena_printf(arena, "%s-%s", base, name_space);
		else if (dated)
			*name = pk_arena_printf(arena, "%s-%%{+yyyy.MM.dd}", base);
		else
			*name = base;
		*text_at(out, row->pattern) = pk_arena_printf(arena, "%s-*", base);
	}
}

/* --- assets --- */

/* How the mark of a kind gets into its body. */
enum mark_place {
	MARK_META,	  /* `_meta` of the body */
	MARK_META_WITHIN, /* of the object in it */
	MARK_META_TYPE,	  /* of an object one deeper */
	MARK_TEXT,
	MARK_NONE,
};

struct maker {
	struct pk_assets *out;
	struct pk_body body;
};

/* Adds the asset whose body without mark is in `plain`. */
static void add(struct maker *maker, enum pk_asset_kind kind, const char *folder, const char *id,
	enum mark_place place, const struct pk_buf *plain)
{
	PK_BUF_AUTO marked = {0};
	struct pk_arena *arena = maker->body.arena;
	struct pk_asset *asset = pk_list_push(arena, maker->out);
	asset->kind = kind;
	asset->id = pk_arena_strdup(arena, id);
	asset->path = pk_arena_printf(arena, "%s/%s", folder, id);
	switch (place) {
	case MARK_META:
		pk_mark_put(&marked, plain->data, false, asset->digest);
		break;
	case MARK_META_WITHIN:
		pk_mark_put_within(&marked, plain->data, 1, asset->digest);
		break;
	case MARK_META_TYPE:
		pk_mark_put_within(&marked, plain->data, 2, asset->digest);
		break;
	case MARK_TEXT:
		pk_mark_put(&marked, plain->data, true, asset->digest);
		break;
	case MARK_NONE:
		pk_digest_print(asset->digest, plain->data, plain->len);
		pk_buf_puts(&marked, plain->data);
		break;
	}
	asset->body = pk_arena_strndup(arena, marked.data, marked.len);
}

static void add_lifecycle(struct maker *maker)
{
	const struct pk_elk *elk = maker->body.elk;
	PK_BUF_AUTO plain = {0};
	if (pk_elk_has(elk, PK_ELK_ILM)) {
		pk_body_put_ilm(&plain, &maker->body);
		add(maker, PK_ASSET_ILM, "/_ilm/policy", PK_LIFECYCLE,
			pk_elk_has(elk, PK_ELK_LIFECYCLE_META) ? MARK_META_WITHIN : MARK_NONE,
			&plain);
	} else if (pk_elk_has(elk, PK_ELK_ISM)) {
		pk_body_put_ism(&plain, &maker->body);
		add(maker, PK_ASSET_ISM, "/_plugins/_ism/policies", PK_LIFECYCLE, MARK_TEXT,
			&plain);
	}
}

/* What is called stands before what calls it. */
static const struct pipeline_row {
	const char *id;
	void (*put)(struct pk_buf *buf, const struct pk_elk *elk,
		const struct pk_pipeline_options *options);
} pipeline_rows[] = {
	{PK_PIPELINE_RULE, pk_pipeline_put_rule},
	{PK_PIPELINE_NETWORK, pk_pipeline_put_network},
	{PK_PIPELINE_SYSMON, pk_pipeline_put_sysmon},
	{PK_PIPELINE_MONSTER, pk_pipeline_put_monster},
};

static void add_pipelines(struct maker *maker)
{
	const struct pk_elk *elk = maker->body.elk;
	enum mark_place place = pk_elk_has(elk, PK_ELK_PIPELINE_META) ? MARK_META : MARK_TEXT;
	for (size_t i = 0; i < COUNT(pipeline_rows); i++) {
		const struct pipeline_row *row = &pipeline_rows[i];
		PK_BUF_AUTO plain = {0};
		row->put(&plain, elk, &maker->body.options->pipelines);
		add(maker, PK_ASSET_PIPELINE, "/_ingest/pipeline", row->id, place, &plain);
	}
}

static void add_component(struct maker *maker, const char *id, unsigned groups)
{
	PK_BUF_AUTO plain = {0};
	pk_body_put_fields(&plain, &maker->body, groups);
	add(maker, PK_ASSET_COMPONENT, "/_component_template", id, MARK_META, &plain);
}

static void add_components(struct maker *maker)
{
	PK_BUF_AUTO settings = {0};
	PK_BUF_AUTO custom = {0};
	pk_body_put_settings(&settings, &maker->body);
	pk_body_put_custom(&custom, &maker->body);
	add(maker, PK_ASSET_COMPONENT, "/_component_template", PK_COMPONENT_SETTINGS, MARK_META,
		&settings);
	add_component(maker, PK_COMPONENT_ECS, PK_MAPPING_ECS);
	add_component(maker, PK_COMPONENT_SYSMON, PK_MAPPING_SYSMON);
	add_component(maker, PK_COMPONENT_MONSTER, PK_MAPPING_MONSTER);
	add(maker, PK_ASSET_CUSTOM, "/_component_template", PK_COMPONENT_CUSTOM, MARK_META,
		&custom);
}

static void add_template(struct maker *maker, const struct pk_body_source *source)
{
	const struct pk_elk *elk = maker->body.elk;
	PK_BUF_AUTO plain = {0};
	if (pk_elk_has(elk, PK_ELK_COMPOSABLE)) {
		pk_body_put_index_template(&plain, &maker->body, source);
		add(maker, PK_ASSET_INDEX_TEMPLATE, "/_index_template", source->id, MARK_META,
			&plain);
		return;
	}
	pk_body_put_legacy_template(&plain, &maker->body, source);
	add(maker, PK_ASSET_LEGACY_TEMPLATE, "/_template", source->id,
		pk_elk_has(elk, PK_ELK_MAPPING_TYPE) ? MARK_META_TYPE : MARK_META_WITHIN, &plain);
}

static void add_first_index(struct maker *maker, const struct pk_body_source *source)
{
	PK_BUF_AUTO plain = {0};
	pk_body_put_first_index(&plain, &maker->body, source);
	add(maker, PK_ASSET_FIRST_INDEX, "",
		pk_arena_printf(maker->body.arena, "%s-000001", source->target), MARK_NONE, &plain);
}

void pk_assets_make(struct pk_assets *out, struct pk_arena *arena, const struct pk_elk *elk,
	const struct pk_asset_options *options)
{
	struct pk_asset_options all = *options;
	struct pk_streams streams;
	pk_streams_make(&streams, arena, elk, options);
	all.retention_days = all.retention_days == 0 ? RETENTION_DAYS : all.retention_days;
	all.rollover_days = all.rollover_days == 0 ? ROLLOVER_DAYS : all.rollover_days;
	all.rollover_gb = all.rollover_gb == 0 ? ROLLOVER_GB : all.rollover_gb;
	bool exact = pk_elk_has(elk, PK_ELK_DATA_STREAMS);
	const struct pk_body_source sources[] = {
		{PK_TEMPLATE_SYSMON, PK_COMPONENT_SYSMON, PK_PIPELINE_SYSMON, PK_MAPPING_SYSMON,
			streams.sysmon, exact ? streams.sysmon : streams.sysmon_pattern},
		{PK_TEMPLATE_MONSTER, PK_COMPONENT_MONSTER, PK_PIPELINE_MONSTER, PK_MAPPING_MONSTER,
			streams.monster, exact ? streams.monster : streams.monster_pattern},
	};
	struct maker maker = {out, {arena, elk, &all, &streams}};
	*out = (struct pk_assets){0};
	add_lifecycle(&maker);
	add_pipelines(&maker);
	if (pk_elk_has(elk, PK_ELK_COMPOSABLE))
		add_components(&maker);
	for (size_t i = 0; i < COUNT(sources); i++)
		add_template(&maker, &sources[i]);
	for (size_t i = 0; i < COUNT(sources); i++)
		if (!exact && !streams.dated)
			add_first_index(&maker, &sources[i]);
}

const char *pk_asset_kind_name(enum pk_asset_kind kind)
{
	static const char *const names[] = {
		[PK_ASSET_ILM] = "lifecycle policy",
		[PK_ASSET_ISM] = "state management policy",
		[PK_ASSET_PIPELINE] = "ingest pipeline",
		[PK_ASSET_COMPONENT] = "component template",
		[PK_ASSET_CUSTOM] = "component template of the user",
		[PK_ASSET_INDEX_TEMPLATE] = "index template",
		[PK_ASSET_LEGACY_TEMPLATE] = "legacy index template",
		[PK_ASSET_FIRST_INDEX] = "first index",
	};
	return names[kind];
}
