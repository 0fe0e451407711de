#include "rulesets/layers.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "base/tree.h"
#include "base/yaml.h"
#include "rulesets/library.h"
#include "rulesets/version.h"

/* A file that is being read because another one names it; on the stack of the calls. */
struct link {
	const struct link *up;
	const char *path;
	struct pk_span span; /* where it is named */
	size_t depth;
};

/* What an item of `extends` or `rulesets` names. */
struct reference {
	const char *path; /* of the main file */
	bool has_need;
	struct pk_version need;
	struct pk_span span;
};

static bool add_set(struct pk_read *read, struct pk_layers *layers, const struct link *link,
	const struct pk_node *root);

/* The path of `name` as the file at `base` means it. */
static const char *path_beside(struct pk_read *read, const char *base, const char *name)
{
	if (!pk_text_starts(base, PK_LIBRARY_PREFIX))
		return pk_tree_beside(read->arena, read->options->tree, base, name);
	const char *inside = base + strlen(PK_LIBRARY_PREFIX);
	const char *path =
		pk_file_normalize(read->arena, pk_file_beside(read->arena, inside, name));
	return pk_arena_printf(read->arena, PK_LIBRARY_PREFIX "%s", path);
}

static void report_missing_file(struct pk_read *read, const char *path, struct pk_span span)
{
	struct pk_diag *diag = pk_report(
		read->diags, PK_LAYER_FILE_MISSING, span, "file '%s' does not exist", path);
	pk_diag_hint(read->diags, diag, "correct the path; it is relative to this file");
}

static struct pk_source *open_source(struct pk_read *read, const char *path, struct pk_span span)
{
	const struct pk_tree *tree = read->options->tree;
	if (pk_text_starts(path, PK_LIBRARY_PREFIX)) {
		struct pk_source *source =
			pk_library_file(read->arena, path + strlen(PK_LIBRARY_PREFIX));
		if (source == NULL)
			report_missing_file(read, path, span);
		return source;
	}
	if (span.source != NULL && !pk_tree_exists(tree, path)) {
		report_missing_file(read, path, span);
		return NULL;
	}
	struct pk_source *source = pk_tree_read(read->arena, tree, path, 0, read->diags);
	if (source != NULL)
		*pk_list_push(read->arena, &read->policy->sources) = source;
	return source;
}

const struct pk_node *pk_layers_read_file(
	struct pk_read *read, const char *path, struct pk_span span)
{
	struct pk_source *source = open_source(read, path, span);
	return source == NULL ? NULL : pk_yaml_read(source, read->diags);
}

bool pk_layers_check_language(struct pk_read *read, const struct pk_node *root)
{
	const struct pk_node *node = pk_node_find(root, "picket");
	if (node != NULL && node->kind == PK_NODE_INT && node->integer == PK_LANGUAGE_VERSION)
		return true;

	struct pk_diag *diag;
	if (node == NULL)
		diag = pk_report(read->diags, PK_LANGUAGE_UNKNOWN, pk_span_file(root->span.source),
			"file does not say 'picket: %d'", PK_LANGUAGE_VERSION);
	else
		diag = pk_report(read->diags, PK_LANGUAGE_UNKNOWN, node->span,
			"version of the language is not %d", PK_LANGUAGE_VERSION);
	pk_diag_hint(read->diags, diag, "write 'picket: %d'", PK_LANGUAGE_VERSION);
	return false;
}

/* Reports a file that comes to itself again, with every place that leads there. */
static void report_cycle(
	struct pk_read *read, const struct link *link, const char *path, struct pk_span span)
{
	const char *chain = path;
	const struct link *first = link;
	while (first != NULL && !pk_text_equal(first->path, path)) {
		chain = pk_arena_printf(read->arena, "%s -> %s", first->path, chain);
		first = first->up;
	}
	struct pk_diag *diag = pk_report(read->diags, PK_LAYER_CYCLE, span,
		"'%s' leads to itself: %s -> %s", path, path, chain);
	for (; link != first; link = link->up)
		pk_diag_relate(read->diags, diag, link->span, "'%s' is named here", link->path);
	pk_diag_hint(read->diags, diag, "remove one of these references");
}

static bool report_limit(struct pk_read *read, struct pk_span span, const char *what, int limit)
{
	pk_report(read->diags, PK_LAYER_LIMIT, span, "more than %d %s", limit, what);
	return false;
}

/* May the part at `path` be read once more? Else reports. */
static bool check_part(struct pk_read *read, struct pk_layers *layers, struct pk_layer *layer,
	const struct link *link, const char *path, struct pk_node *ref)
{
	for (const struct link *up = link; up != NULL; up = up->up) {
		if (pk_text_equal(up->path, path)) {
			report_cycle(read, link, path, ref->span);
			return false;
		}
	}
	const struct pk_node *first = pk_map_find(&layer->parts, path);
	if (first != NULL) {
		struct pk_diag *diag = pk_report(read->diags, PK_INCLUDED_TWICE, ref->span,
			"file '%s' is included twice", path);
		pk_diag_relate(read->diags, diag, first->span, "first included here");
		pk_diag_hint(read->diags, diag, "remove this item");
		return false;
	}
	if (link->depth >= PK_INCLUDE_DEPTH)
		return report_limit(read, ref->span, "files include one another", PK_INCLUDE_DEPTH);
	if (layers->parts >= PK_PARTS_MAX)
		return report_limit(read, ref->span, "files are included", PK_PARTS_MAX);
	layers->parts++;
	pk_map_set(read->arena, &layer->parts, path, ref);
	return true;
}

static void add_parts(struct pk_read *read, struct pk_layers *layers, struct pk_layer *layer,
	const struct link *link, const struct pk_node *root);

static void add_part(struct pk_read *read, struct pk_layers *layers, struct pk_layer *layer,
	const struct link *link, struct pk_node *ref)
{
	const char *name = pk_read_filled(read, ref, "include");
	if (name == NULL)
		return;
	const char *path = path_beside(read, ref->span.source->path, name);
	if (!check_part(read, layers, layer, link, path, ref))
		return;
	const struct pk_node *root = pk_layers_read_file(read, path, ref->span);
	if (root == NULL || !pk_read_is_map(read, root, path) ||
		!pk_layers_check_language(read, root)) {
		read->incomplete = true;
		return;
	}

	pk_ruleset_check_keys(read, root, true);
	*pk_list_push(read->arena, &layer->set->files) = root;
	struct link part = {link, path, ref->span, link->depth + 1};
	add_parts(read, layers, layer, &part, root);
}

static void add_parts(struct pk_read *read, struct pk_layers *layers, struct pk_layer *layer,
	const struct link *link, const struct pk_node *root)
{
	const struct pk_node *list = pk_node_find(root, "include");
	if (list == NULL || !pk_read_is_list(read, list, "include"))
		return;
	for (size_t i = 0; i < list->items.len; i++)
		add_part(read, layers, layer, link, list->items.items[i]);
}

static void report_unknown_set(struct pk_read *read, const char *name, struct pk_span span)
{
	struct pk_diag *diag = pk_report(
		read->diags, PK_UNKNOWN_RULESET, span, "no ruleset '%s' is shipped", name);
	size_t count;
	const char *const *names = pk_library_names(read->arena, &count);
	const char *near = pk_read_nearest(read, name, names, count);
	if (near != NULL)
		pk_diag_hint(read->diags, diag, "write '%s'", near);
	else
		pk_diag_hint(read->diags, diag, "write './%s/ruleset.yaml' for a file", name);
}

static bool is_path(const char *text)
{
	return strchr(text, '/') != NULL || pk_text_ends(text, ".yaml") ||
		pk_text_ends(text, ".yml");
}

/* Cuts "@1.2" off the end of a reference. The '@' of "a@b/c.yaml" belongs to a path. */
static bool cut_need(struct pk_read *read, struct reference *out, const char **text)
{
	const char *at = strrchr(*text, '@');
	if (at == NULL || strchr(at, '/') != NULL || is_path(at))
		return true;
	if (!pk_version_parse_need(&out->need, at + 1)) {
		struct pk_diag *diag = pk_report(read->diags, PK_BAD_REQUIREMENT, out->span,
			"'%s' is not a version that can be required", at + 1);
		pk_diag_hint(read->diags, diag, "write it as in 'windows-base@1.2'");
		return false;
	}
	out->has_need = true;
	*text = pk_arena_strndup(read->arena, *text, (size_t)(at - *text));
	return true;
}

static bool read_reference(struct pk_read *read, struct reference *out, const struct pk_node *node)
{
	const char *text = pk_read_filled(read, node, "ruleset");
	*out = (struct reference){.span = node->span};
	if (text == NULL || !cut_need(read, out, &text))
		return false;
	if (is_path(text)) {
		out->path = path_beside(read, node->span.source->path, text);
		return true;
	}
	out->path = pk_library_locate(read->arena, read->options->library_dir, text);
	if (out->path == NULL)
		report_unknown_set(read, text, node->span);
	return out->path != NULL;
}

static void check_need(
	struct pk_read *read, const struct reference *reference, const struct pk_layer *layer)
{
	const struct pk_ruleset *set = layer->set;
	if (!reference->has_need || set->version.text == NULL ||
		pk_version_meets(&set->version, &reference->need))
		return;
	struct pk_diag *diag = pk_report(read->diags, PK_VERSION_NOT_MET, reference->span,
		"ruleset '%s' has version %s, which does not meet '%s'", set->id, set->version.text,
		reference->need.text);
	pk_diag_relate(read->diags, diag, set->span, "'%s' is defined here", set->id);
	pk_diag_hint(read->diags, diag,
		"require a version of the same major number that is not newer than %s",
		set->version.text);
}

static void add_reference(struct pk_read *read, struct pk_layers *layers, const struct link *link,
	const struct pk_node *node)
{
	struct reference reference;
	if (!read_reference(read, &reference, node)) {
		read->incomplete = true;
		return;
	}
	const struct pk_layer *layer = pk_map_find(&layers->by_path, reference.path);
	if (layer != NULL && layer->loading) {
		report_cycle(read, link, reference.path, node->span);
		return;
	}
	if (layer == NULL) {
		const struct pk_node *root = pk_layers_read_file(read, reference.path, node->span);
		struct link next = {link, reference.path, node->span, 0};
		if (root == NULL || !add_set(read, layers, &next, root)) {
			read->incomplete = true;
			return;
		}
		layer = pk_map_find(&layers->by_path, reference.path);
	}
	check_need(read, &reference, layer);
}

static void add_references(struct pk_read *read, struct pk_layers *layers, const struct link *link,
	const struct pk_node *list)
{
	if (!pk_read_is_list(read, list, "extends"))
		return;
	for (size_t i = 0; i < list->items.len; i++)
		add_reference(read, layers, link, list->items.items[i]);
}

/* Is the file a ruleset, and is there room for it? Else reports. */
static bool check_main(struct pk_read *read, const struct pk_layers *layers,
	const struct link *link, const struct pk_node *root)
{
	if (!pk_node_is_ruleset(root)) {
		struct pk_span span = link->up == NULL && link->span.source == NULL
			? pk_span_file(root->span.source)
			: link->span;
		struct pk_diag *diag = pk_report(
			read->diags, PK_LAYER_KIND, span, "file '%s' is not a ruleset", link->path);
		pk_diag_hint(read->diags, diag, "name a file that has the key 'ruleset'");
		return false;
	}
	if (layers->begun >= PK_LAYERS_MAX)
		return report_limit(read, link->span, "rulesets are stacked", PK_LAYERS_MAX);
	return pk_layers_check_language(read, root);
}

/* Two layers of one id would make "which rule is it" unanswerable. */
static void index_layer(struct pk_read *read, struct pk_layers *layers, struct pk_layer *layer,
	const struct link *link)
{
	if (layer->set->id == NULL)
		return;
	struct pk_layer *first = pk_map_find(&layers->by_id, layer->set->id);
	if (first == NULL) {
		pk_map_set(read->arena, &layers->by_id, layer->set->id, layer);
		return;
	}
	struct pk_span span = link->span.source == NULL ? layer->set->span : link->span;
	struct pk_diag *diag = pk_report(read->diags, PK_DUPLICATE_RULESET_ID, span,
		"two layers have the id '%s'", layer->set->id);
	pk_diag_relate(read->diags, diag, first->set->span, "first used here");
	pk_diag_hint(read->diags, diag, "give one of the rulesets another id");
}

static bool add_set(struct pk_read *read, struct pk_layers *layers, const struct link *link,
	const struct pk_node *root)
{
	if (!check_main(read, layers, link, root))
		return false;
	layers->begun++;
	struct pk_layer *layer = PK_NEW(read->arena, struct pk_layer);
	layer->path = link->path;
	layer->loading = true;
	pk_map_set(read->arena, &layers->by_path, layer->path, layer);
	pk_ruleset_check_keys(read, root, false);
	layer->set = pk_ruleset_read(read, root);
	layer->name =
		pk_arena_printf(read->arena, "%s %s", layer->set->id == NULL ? "" : layer->set->id,
			layer->set->version.text == NULL ? "" : layer->set->version.text);

	const struct pk_node *extends = pk_node_find(root, "extends");
	if (extends != NULL)
		add_references(read, layers, link, extends);
	layer->loading = false;
	*pk_list_push(read->arena, &layer->set->files) = root;
	add_parts(read, layers, layer, link, root);
	index_layer(read, layers, layer, link);
	*pk_list_push(read->arena, &layers->items) = layer;
	*pk_list_push(read->arena, &read->policy->sets) = layer->set;
	return true;
}

bool pk_layers_add_root(struct pk_read *read, struct pk_layers *layers, const struct pk_node *root)
{
	const char *path = root->span.source->path;
	if (!pk_text_starts(path, PK_LIBRARY_PREFIX))
		path = pk_file_normalize(read->arena, path);
	struct link link = {NULL, path, PK_NO_SPAN, 0};
	return add_set(read, layers, &link, root);
}

void pk_layers_add_list(struct pk_read *read, struct pk_layers *layers, const struct pk_node *refs)
{
	if (!pk_read_is_list(read, refs, "rulesets"))
		return;
	struct link link = {NULL, refs->span.source->path, PK_NO_SPAN, 0};
	for (size_t i = 0; i < refs->items.len; i++)
		add_reference(read, layers, &link, refs->items.items[i]);
}
