/*
 * The linter of saved objects: the envelope of each line: shape, ids, versions, attributes,
 * references. What is inside of the attributes is check_inner.c's. Rules: docs/stack-facts.md
 * section 5.
 */
#include "templates/objects/check.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"

/*
 * Attributes of each type: Kibana before 7.8 maps them strictly, and from 8.8 on a dashboard with
 * another one is refused.
 */
static const struct type_attributes {
	const char *type;
	enum pk_object_flavour flavour;
	const char *names; /* divided by blanks */
} attributes[] = {
	{"index-pattern", PK_OBJECTS_CLASSIC,
		"title type typeMeta timeFieldName intervalName notExpandable sourceFilters fields "
		"fieldFormatMap fieldAttrs runtimeFieldMap allowNoIndex"},
	{"search", PK_OBJECTS_CLASSIC,
		"title description hits columns sort version kibanaSavedObjectMeta"},
	{"visualization", PK_OBJECTS_CLASSIC,
		"title description version visState uiStateJSON kibanaSavedObjectMeta "
		"savedSearchRefName"},
	{"dashboard", PK_OBJECTS_CLASSIC,
		"title description hits version timeRestore timeFrom timeTo refreshInterval "
		"panelsJSON optionsJSON kibanaSavedObjectMeta"},
	{"index-pattern", PK_OBJECTS_LENS,
		"title name type typeMeta timeFieldName sourceFilters fields fieldFormatMap "
		"fieldAttrs runtimeFieldMap allowNoIndex allowHidden"},
	{"search", PK_OBJECTS_LENS,
		"title description hits columns sort version kibanaSavedObjectMeta grid hideChart "
		"isTextBasedQuery usesAdHocDataView timeRestore timeRange refreshInterval viewMode "
		"hideAggregatedPreview rowHeight rowsPerPage breakdownField"},
	{"visualization", PK_OBJECTS_LENS,
		"title description version visState uiStateJSON kibanaSavedObjectMeta "
		"savedSearchRefName"},
	{"lens", PK_OBJECTS_LENS, "title description visualizationType state"},
	{"map", PK_OBJECTS_LENS, "title description mapStateJSON layerListJSON uiStateJSON bounds"},
	{"dashboard", PK_OBJECTS_LENS,
		"title description hits version timeRestore timeFrom timeTo refreshInterval "
		"panelsJSON optionsJSON kibanaSavedObjectMeta controlGroupInput"},
	{"tag", PK_OBJECTS_LENS, "name description color"},
};

/* --- helpers of both parts --- */

const struct pk_node *pk_checked_member(const struct pk_node *node, const char *key)
{
	return node != NULL && node->kind == PK_NODE_MAP ? pk_node_find(node, key) : NULL;
}

const char *pk_checked_text(const struct pk_node *node, const char *key)
{
	const struct pk_node *member = pk_checked_member(node, key);
	return member != NULL && member->kind == PK_NODE_STRING ? member->text : NULL;
}

const struct pk_node *pk_checked_inner(struct pk_object_check *check,
	const struct pk_checked_object *object, const struct pk_node *node, const char *key)
{
	const struct pk_node *text = pk_checked_member(node, key);
	if (text == NULL)
		return NULL;
	struct pk_diags inner = {.arena = check->arena};
	const struct pk_node *value = NULL;
	if (text->kind == PK_NODE_STRING)
		value = pk_json_read(
			pk_source_make(check->arena, "", text->text, text->text_len), &inner);
	if (value == NULL)
		pk_report(check->diags, PK_OBJECT_INNER_JSON, text->span,
			"'%s' of '%s' is not JSON in a text%s%s", key, object->id,
			inner.all.len > 0 ? ": " : "",
			inner.all.len > 0 ? inner.all.items[0].message : "");
	return value;
}

/* In dashboards of Kibana 8 the index of the panel stands before the name. */
static bool is_name(const char *name, const char *wanted)
{
	const char *colon = strchr(name, ':');
	return pk_text_equal(name, wanted) || (colon != NULL && pk_text_equal(colon + 1, wanted));
}

struct pk_checked_reference *pk_checked_use(struct pk_object_check *check,
	struct pk_checked_object *object, const char *name, struct pk_span span)
{
	for (size_t i = 0; i < object->references.len; i++) {
		struct pk_checked_reference *reference = &object->references.items[i];
		if (is_name(reference->name, name)) {
			reference->used = true;
			return reference;
		}
	}
	struct pk_diag *diag = pk_report(check->diags, PK_OBJECT_REFERENCE_NAME, span,
		"'%s' names the reference '%s', which it does not have", object->id, name);
	pk_diag_hint(check->diags, diag, "add it to 'references' with type and id");
	return NULL;
}

/* --- lines into objects --- */

static bool is_summary(const struct pk_node *node)
{
	return pk_node_find(node, "exportedCount") != NULL && pk_node_find(node, "type") == NULL;
}

static void read_references(struct pk_object_check *check, struct pk_checked_object *object)
{
	const struct pk_node *list = pk_checked_member(object->node, "references");
	if (list == NULL)
		return;
	if (list->kind != PK_NODE_LIST || list->items.len > PK_CHECKED_MAX) {
		pk_report(check->diags, PK_OBJECT_SHAPE, list->span,
			"'references' of '%s' is no list of %d at most", object->id,
			PK_CHECKED_MAX);
		return;
	}
	for (size_t i = 0; i < list->items.len; i++) {
		const struct pk_node *item = list->items.items[i];
		struct pk_checked_reference reference = {
			.name = pk_checked_text(item, "name"),
			.type = pk_checked_text(item, "type"),
			.id = pk_checked_text(item, "id"),
			.span = item->span,
		};
		if (reference.name == NULL || reference.type == NULL || reference.id == NULL)
			pk_report(check->diags, PK_OBJECT_SHAPE, item->span,
				"a reference of '%s' lacks 'name', 'type' or 'id'", object->id);
		else
			*pk_list_push(check->arena, &object->references) = reference;
	}
}

static void take_object(struct pk_object_check *check, const struct pk_node *node)
{
	const struct pk_node *id = pk_checked_member(node, "id");
	struct pk_checked_object object = {
		.node = node,
		.type = pk_checked_text(node, "type"),
		.id = pk_checked_text(node, "id"),
		.span = id == NULL ? node->span : id->span,
		.attributes = pk_checked_member(node, "attributes"),
	};
	if (object.type == NULL || object.id == NULL || object.attributes == NULL ||
		object.attributes->kind != PK_NODE_MAP) {
		struct pk_diag *diag = pk_report(check->diags, PK_OBJECT_SHAPE, node->span,
			"a saved object has 'type' and 'id', both texts, and 'attributes'");
		pk_diag_hint(
			check->diags, diag, "write one object on each line, as an export does");
		return;
	}
	const char *key = pk_arena_printf(check->arena, "%s:%s", object.type, object.id);
	if (pk_map_set(check->arena, &check->ids, key, check) != NULL)
		pk_report(check->diags, PK_OBJECT_TWICE, object.span, "%s '%s' is given twice",
			object.type, object.id);
	read_references(check, &object);
	*pk_list_push(check->arena, &check->objects) = object;
}

static void read_line(struct pk_object_check *check, struct pk_source *source, size_t begin,
	size_t len, size_t line)
{
	const char *text = pk_arena_strndup(check->arena, source->text + begin, len);
	if (len == 0 || strspn(text, " \t\r") == len)
		return;
	struct pk_source *part = pk_source_make(check->arena, source->path, text, len);
	part->lines_before = (uint32_t)line;
	const struct pk_node *node = pk_json_read(part, check->diags);
	if (node == NULL)
		return;
	if (node->kind != PK_NODE_MAP)
		pk_report(check->diags, PK_OBJECT_SHAPE, node->span,
			"a saved object is an object, not %s", pk_node_kind_name(node->kind));
	else if (!is_summary(node))
		take_object(check, node);
}

static void read_lines(struct pk_object_check *check, struct pk_source *source)
{
	size_t begin = pk_source_bom_len(source);
	for (size_t line = 0; begin < source->len; line++) {
		const char *end = memchr(source->text + begin, '\n', source->len - begin);
		size_t len =
			end == NULL ? source->len - begin : (size_t)(end - (source->text + begin));
		read_line(check, source, begin, len, line);
		begin += len + 1;
	}
}

/* --- the envelope --- */

/* The number at *text, which is moved behind it and a point; 0 at the end. */
static uint64_t take_number(const char **text)
{
	uint64_t value = 0;
	while (**text >= '0' && **text <= '9' && value < UINT32_MAX)
		value = value * 10 + (uint64_t)(*(*text)++ - '0');
	if (**text == '.')
		(*text)++;
	return value;
}

static bool is_newer(const char *version, const char *most)
{
	for (unsigned part = 0; part < 3; part++) {
		uint64_t a = take_number(&version);
		uint64_t b = take_number(&most);
		if (a != b)
			return a > b;
	}
	return false;
}

static void check_version(struct pk_object_check *check, const struct pk_checked_object *object)
{
	const char *newest = pk_object_newest_version(check->flavour, object->type);
	if (newest == NULL) {
		struct pk_diag *diag = pk_report(check->diags, PK_OBJECT_TYPE, object->span,
			"'%s' is of type '%s', which the flavour does not have", object->id,
			object->type);
		if (check->flavour == PK_OBJECTS_CLASSIC)
			pk_diag_hint(check->diags, diag,
				"use the Lens flavour, or a visualization made of aggregations");
		return;
	}
	const char *version = pk_checked_text(object->node, "typeMigrationVersion");
	if (version == NULL)
		version = pk_checked_text(
			pk_checked_member(object->node, "migrationVersion"), object->type);
	if (version == NULL) {
		struct pk_diag *diag = pk_report(check->diags, PK_OBJECT_NO_VERSION, object->span,
			"'%s' states no version: servers take it for one of the very first",
			object->id);
		pk_diag_hint(check->diags, diag, "state '%s'",
			pk_object_version(check->flavour, object->type));
	} else if (is_newer(version, newest)) {
		struct pk_diag *diag = pk_report(check->diags, PK_OBJECT_VERSION, object->span,
			"'%s' is of version %s, and servers may know %s at most", object->id,
			version, newest);
		pk_diag_hint(check->diags, diag, "write the shape of %s, and state that",
			pk_object_version(check->flavour, object->type));
	}
}

static bool has_word(const char *words, const char *word)
{
	size_t len = strlen(word);
	for (const char *at = words; (at = strstr(at, word)) != NULL; at += len)
		if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

static void check_attributes(struct pk_object_check *check, const struct pk_checked_object *object)
{
	const char *names = NULL;
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (attributes[i].flavour == check->flavour &&
			pk_text_equal(attributes[i].type, object->type))
			names = attributes[i].names;
	for (size_t i = 0; names != NULL && i < object->attributes->pair_count; i++) {
		const struct pk_node *key = object->attributes->pairs[i].key;
		/* A name without a length that blanks could hide in. */
		if (key->text_len > 0 && strchr(key->text, ' ') == NULL &&
			has_word(names, key->text))
			continue;
		pk_report(check->diags, PK_OBJECT_ATTRIBUTE, key->span,
			"'%s' of '%s' is no attribute of a %s", key->text, object->id,
			object->type);
	}
}

/* References that no text names, but that servers find by their names. */
static bool is_found_by_name(const char *name)
{
	static const char *const parts[] = {"indexpattern-datasource-", "filter-index-pattern",
		"tag-ref-", "tag-", "drilldown:", "controlGroup_"};
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strstr(name, parts[i]) != NULL)
			return true;
	return false;
}

static void check_references(struct pk_object_check *check, const struct pk_checked_object *object)
{
	for (size_t i = 0; i < object->references.len; i++) {
		const struct pk_checked_reference *reference = &object->references.items[i];
		const char *key =
			pk_arena_printf(check->arena, "%s:%s", reference->type, reference->id);
		if (pk_map_find(&check->ids, key) == NULL) {
			struct pk_diag *diag = pk_report(check->diags, PK_OBJECT_REFERENCE,
				reference->span, "'%s' refers to the %s '%s', which is not there",
				object->id, reference->type, reference->id);
			pk_diag_hint(check->diags, diag, "export with 'include related objects'");
		}
		if (!reference->used && !is_found_by_name(reference->name))
			pk_report(check->diags, PK_OBJECT_REFERENCE_UNUSED, reference->span,
				"'%s' does not use its reference '%s'", object->id,
				reference->name);
	}
}

bool pk_objects_check(
	struct pk_source *source, enum pk_object_flavour flavour, struct pk_diags *diags)
{
	struct pk_object_check check = {.arena = diags->arena, .diags = diags, .flavour = flavour};
	size_t before = diags->all.len + diags->suppressed;
	read_lines(&check, source);
	if (check.objects.len == 0 && diags->all.len + diags->suppressed == before)
		pk_report(diags, PK_OBJECT_SHAPE, pk_span_file(source), "there is no saved object");
	for (size_t i = 0; i < check.objects.len; i++) {
		struct pk_checked_object *object = &check.objects.items[i];
		check_version(&check, object);
		check_attributes(&check, object);
		pk_object_check_inner(&check, object);
		check_references(&check, object);
	}
	return diags->all.len + diags->suppressed == before;
}
