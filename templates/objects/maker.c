#include "templates/objects/maker.h"

#include "base/text.h"
#include "templates/assets/mark.h"

/*
 * Versions by flavour and type. Oldest: what we write, so that old servers take it. Newest: the
 * last shape of that line of servers; what states more is refused there. Source:
 * docs/stack-facts.md section 5.
 */
static const struct type_version {
	const char *type;
	enum pk_object_flavour flavour;
	const char *oldest;
	const char *newest;
} versions[] = {
	{"index-pattern", PK_OBJECTS_CLASSIC, "7.6.0", "7.6.0"},
	{"search", PK_OBJECTS_CLASSIC, "7.4.0", "7.9.3"},
	{"visualization", PK_OBJECTS_CLASSIC, "7.4.2", "7.10.0"},
	{"dashboard", PK_OBJECTS_CLASSIC, "7.3.0", "7.9.3"},
	{"index-pattern", PK_OBJECTS_LENS, "8.0.0", "8.0.0"},
	{"search", PK_OBJECTS_LENS, "8.0.0", "8.0.0"},
	{"visualization", PK_OBJECTS_LENS, "8.5.0", "8.5.0"},
	{"lens", PK_OBJECTS_LENS, "8.9.0", "8.9.0"},
	{"map", PK_OBJECTS_LENS, "8.4.0", "8.4.0"},
	{"dashboard", PK_OBJECTS_LENS, "8.9.0", "8.9.0"},
	{"tag", PK_OBJECTS_LENS, "8.0.0", "8.0.0"},
};

static const struct type_version *find_version(enum pk_object_flavour flavour, const char *type)
{
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		if (versions[i].flavour == flavour && pk_text_equal(versions[i].type, type))
			return &versions[i];
	return NULL;
}

const char *pk_object_version(enum pk_object_flavour flavour, const char *type)
{
	const struct type_version *version = find_version(flavour, type);
	return version == NULL ? NULL : version->oldest;
}

const char *pk_object_newest_version(enum pk_object_flavour flavour, const char *type)
{
	const struct type_version *version = find_version(flavour, type);
	return version == NULL ? NULL : version->newest;
}

const char *pk_object_id(struct pk_arena *arena, const char *id)
{
	return pk_arena_printf(arena, PK_OBJECT_PREFIX "%s", id);
}

const char *pk_object_view_id(enum pk_panel_source source)
{
	switch (source) {
	case PK_PANEL_SYSMON:
		return PK_OBJECT_PREFIX "data-sysmon";
	case PK_PANEL_MONSTER:
		return PK_OBJECT_PREFIX "data-monster";
	case PK_PANEL_BOTH:
		break;
	}
	return PK_OBJECT_PREFIX "data-both";
}

const char *pk_object_search_source(struct pk_arena *arena, const char *query, bool view)
{
	PK_BUF_AUTO buf = {0};
	struct pk_json_out json = {.buf = &buf};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_open_object(&json, "query");
	pk_json_out_text(&json, "language", "kuery");
	pk_json_out_text(&json, "query", query);
	pk_json_out_close_object(&json);
	pk_json_out_open_array(&json, "filter");
	pk_json_out_close_array(&json);
	if (view)
		pk_json_out_text(&json, "indexRefName", PK_OBJECT_INDEX_REF);
	pk_json_out_close_object(&json);
	return pk_arena_strndup(arena, buf.data, buf.len);
}

void pk_object_refer(struct pk_object_maker *maker, struct pk_object_draft *draft, const char *name,
	const char *type, const char *id)
{
	*pk_list_push(maker->arena, &draft->references) =
		(struct pk_object_reference){name, type, id};
}

/* The versions that the object states, as its flavour writes them. */
static void put_versions(struct pk_json_out *json, enum pk_object_flavour flavour, const char *type)
{
	const char *version = pk_object_version(flavour, type);
	switch (flavour) {
	case PK_OBJECTS_CLASSIC:
		pk_json_out_open_object(json, "migrationVersion");
		pk_json_out_text(json, type, version);
		pk_json_out_close_object(json);
		return;
	case PK_OBJECTS_LENS:
		pk_json_out_text(json, "coreMigrationVersion", PK_OBJECT_CORE_VERSION);
		pk_json_out_text(json, "typeMigrationVersion", version);
		return;
	}
}

static void put_references(struct pk_json_out *json, const struct pk_object_draft *draft)
{
	pk_json_out_open_array(json, "references");
	for (size_t i = 0; i < draft->references.len; i++) {
		const struct pk_object_reference *reference = &draft->references.items[i];
		pk_json_out_open_object(json, NULL);
		pk_json_out_text(json, "id", reference->id);
		pk_json_out_text(json, "name", reference->name);
		pk_json_out_text(json, "type", reference->type);
		pk_json_out_close_object(json);
	}
	pk_json_out_close_array(json);
}

/* The line; `type_meta` (may be NULL) becomes a member of its attributes. */
static void put_line(struct pk_buf *buf, const struct pk_object_maker *maker,
	const struct pk_object_draft *draft, const char *type_meta)
{
	struct pk_json_out json = {.buf = buf};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_open_object(&json, "attributes");
	if (draft->description != NULL)
		pk_json_out_text(&json, "description", draft->description);
	pk_json_out_text(&json, "title", draft->title);
	if (type_meta != NULL)
		pk_json_out_text(&json, "typeMeta", type_meta);
	if (draft->attributes[0] != '\0')
		pk_buf_printf(buf, ",%s", draft->attributes);
	pk_json_out_close_object(&json);
	pk_json_out_text(&json, "id", draft->id);
	put_references(&json, draft);
	pk_json_out_text(&json, "type", draft->type);
	put_versions(&json, maker->flavour, draft->type);
	pk_json_out_close_object(&json);
}

void pk_object_add(struct pk_object_maker *maker, const struct pk_object_draft *draft)
{
	PK_BUF_AUTO plain = {0};
	PK_BUF_AUTO marked = {0};
	char digest[PK_DIGEST_TEXT];
	put_line(&plain, maker, draft, NULL);
	if (draft->description != NULL) {
		pk_mark_put(&marked, plain.data, true, digest);
	} else {
		/* Data views have no description, and Kibana keeps what it does not know here. */
		pk_digest_print(digest, plain.data, plain.len);
		put_line(&marked, maker, draft,
			pk_arena_printf(maker->arena, "{\"managed\":\"by [picket %s %s]\"}",
				PICKET_VERSION, digest));
	}
	*pk_list_push(maker->arena, maker->out) = (struct pk_object){
		.type = draft->type,
		.id = draft->id,
		.title = draft->title,
		.json = pk_arena_strndup(maker->arena, marked.data, marked.len),
	};
}
