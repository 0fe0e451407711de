/*
 * Removing what is ours from a cluster. A data stream cannot be without its index template, nor
 * that without what it is composed of: where events are kept, what they need is kept, too.
 */
#include <string.h>

#include "base/text.h"
#include "templates/cluster/changes.h"
#include "templates/cluster/indices.h"

struct removal {
	struct pk_cluster *cluster;
	const struct pk_cluster_plan *plan;
	bool *kept; /* for each of the plan: events need it */
	const struct pk_cluster_removal *how;
	struct pk_diags *diags;
};

static void tell(struct removal *removal, const char *what, const char *name)
{
	if (removal->how->step != NULL)
		removal->how->step(removal->how->context,
			pk_arena_printf(removal->cluster->arena, "%s '%s'", what, name));
}

static bool is_ours(const struct pk_cluster_asset *item)
{
	switch (item->state) {
	case PK_ASSET_SAME:
	case PK_ASSET_OUTDATED:
	case PK_ASSET_CHANGED:
	case PK_ASSET_LEFT:
		return true;
	case PK_ASSET_ABSENT:
	case PK_ASSET_FOREIGN:
		return false;
	}
	return false;
}

/* --- what is kept with events --- */

/* Is `id` named as a whole text in the body? */
static bool names(struct pk_arena *arena, const char *body, const char *id)
{
	return body != NULL && strstr(body, pk_arena_printf(arena, "\"%s\"", id)) != NULL;
}

static bool is_needed(const struct removal *removal, size_t index)
{
	const struct pk_cluster_plan *plan = removal->plan;
	const struct pk_asset *asset = &plan->items[index].asset;
	for (size_t i = 0; i < plan->len; i++) {
		if (!removal->kept[i] || i == index)
			continue;
		/* An ISM policy says itself which indices it is for. */
		if (asset->kind == PK_ASSET_ISM ||
			names(removal->cluster->arena, plan->items[i].asset.body, asset->id))
			return true;
	}
	return false;
}

/* Keeps the index template `name` and all that it needs; returns how many assets that adds. */
static size_t keep(struct removal *removal, const char *name)
{
	const struct pk_cluster_plan *plan = removal->plan;
	size_t count = 0;
	for (size_t i = 0; i < plan->len; i++) {
		const struct pk_cluster_asset *item = &plan->items[i];
		if (item->asset.kind == PK_ASSET_INDEX_TEMPLATE && is_ours(item) &&
			pk_text_equal(item->asset.id, name) && !removal->kept[i]) {
			removal->kept[i] = true;
			count++;
		}
	}
	for (size_t before = SIZE_MAX; before != count;) {
		before = count;
		for (size_t i = 0; i < plan->len; i++) {
			if (removal->kept[i] || !is_ours(&plan->items[i]) || !is_needed(removal, i))
				continue;
			removal->kept[i] = true;
			count++;
		}
	}
	return count;
}

static void keep_with(struct removal *removal, const char *stream, const char *made_by)
{
	struct pk_diags *diags = removal->diags;
	size_t count = keep(removal, made_by);
	if (count == 0)
		return;
	struct pk_diag *diag = pk_report(diags, PK_STACK_DATA_KEPT, PK_NO_SPAN,
		"%zu assets are kept with the data stream '%s'", count, stream);
	pk_diag_hint(diags, diag, "give --data to remove both");
}

/* --- events --- */

/* The index template of our plan that a data stream was made by, or NULL. */
static const struct pk_cluster_asset *template_of(
	const struct pk_cluster_plan *plan, const char *made_by)
{
	for (size_t i = 0; i < plan->len; i++) {
		const struct pk_cluster_asset *item = &plan->items[i];
		if (item->asset.kind == PK_ASSET_INDEX_TEMPLATE &&
			pk_text_equal(item->asset.id, made_by) && is_ours(item))
			return item;
	}
	return NULL;
}

static bool delete_path(
	struct removal *removal, const char *what, const char *name, const char *path)
{
	long status = 0;
	struct pk_http *http = removal->cluster->http;
	if (removal->how->dry_run) {
		tell(removal, what, name);
		return true;
	}
	const struct pk_node *answer =
		pk_http_json(http, "DELETE", path, NULL, &status, removal->diags);
	if (answer == NULL)
		return false;
	if (!pk_cluster_is_written(status) && status != 404) {
		pk_http_refused(http, "DELETE", path, status, answer, removal->diags);
		return false;
	}
	tell(removal, what, name);
	return true;
}

static bool see_stream(struct removal *removal, const char *stream)
{
	const char *made_by = NULL;
	struct pk_arena *arena = removal->cluster->arena;
	struct pk_diags *diags = removal->diags;
	if (!pk_cluster_find_stream(&made_by, removal->cluster, stream, diags))
		return false;
	if (made_by == NULL)
		return true;
	if (!removal->how->data) {
		keep_with(removal, stream, made_by);
		return true;
	}
	if (template_of(removal->plan, made_by) == NULL) {
		struct pk_diag *diag = pk_report(diags, PK_STACK_LEFT_ALONE, PK_NO_SPAN,
			"the data stream '%s' is left: the index template '%s' that it is made by "
			"is not picket's",
			stream, made_by);
		pk_diag_hint(diags, diag, "to remove it: DELETE /_data_stream/%s", stream);
		return true;
	}
	return delete_path(
		removal, "data stream", stream, pk_arena_printf(arena, "/_data_stream/%s", stream));
}

static bool delete_indices(struct removal *removal, const struct pk_index_names *indices)
{
	struct pk_arena *arena = removal->cluster->arena;
	for (size_t i = 0; i < indices->len; i++) {
		const char *name = indices->items[i];
		if (!delete_path(removal, "index", name, pk_arena_printf(arena, "/%s", name)))
			return false;
	}
	return true;
}

/* Indices behind an alias that are named as those are which a rollover makes. */
static bool delete_behind_alias(struct removal *removal, const char *alias)
{
	struct pk_index_names all = {0};
	struct pk_index_names ours = {0};
	size_t len = strlen(alias);
	if (!pk_cluster_alias_indices(&all, removal->cluster, alias, removal->diags))
		return false;
	for (size_t i = 0; i < all.len; i++) {
		const char *name = all.items[i];
		if (pk_text_starts(name, alias) && name[len] == '-')
			*pk_list_push(removal->cluster->arena, &ours) = name;
		else
			pk_report(removal->diags, PK_STACK_LEFT_ALONE, PK_NO_SPAN,
				"the index '%s' is left: its name is not one of the alias '%s'",
				name, alias);
	}
	return delete_indices(removal, &ours);
}

static bool see_events(struct removal *removal, const struct pk_streams *streams)
{
	const char *const sources[] = {streams->sysmon, streams->monster};
	bool data = removal->how->data;
	bool streaming = pk_elk_has(&removal->cluster->elk, PK_ELK_DATA_STREAMS);
	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
		struct pk_index_names indices = {0};
		bool good = true;
		if (streaming)
			good = see_stream(removal, sources[i]);
		else if (data && streams->dated)
			good = pk_cluster_dated_indices(
				       &indices, removal->cluster, sources[i], removal->diags) &&
				delete_indices(removal, &indices);
		else if (data)
			good = delete_behind_alias(removal, sources[i]);
		if (!good)
			return false;
	}
	return true;
}

/* --- assets --- */

static bool is_left_alone(const struct removal *removal, const struct pk_cluster_asset *item)
{
	const char *why = NULL;
	if (item->state == PK_ASSET_FOREIGN)
		why = "it does not have picket's mark";
	else if (item->asset.kind == PK_ASSET_CUSTOM && item->difference != NULL)
		why = "it has settings of yours";
	if (why == NULL || item->state == PK_ASSET_ABSENT)
		return false;
	struct pk_diag *diag = pk_report(removal->diags, PK_STACK_LEFT_ALONE, PK_NO_SPAN,
		"the %s '%s' is left: %s", pk_asset_kind_name(item->asset.kind), item->asset.id,
		why);
	pk_diag_hint(removal->diags, diag, "to remove it: DELETE %s", item->asset.path);
	return true;
}

/* False if it could not be done: others of its kind are removed, what they may need is not. */
static bool remove_asset(struct removal *removal, size_t index)
{
	const struct pk_cluster_asset *item = &removal->plan->items[index];
	bool gone = false;
	if (removal->kept[index] || is_left_alone(removal, item) || !is_ours(item))
		return true;
	bool dry_run = removal->how->dry_run;
	if (!dry_run && !pk_cluster_delete(removal->cluster, &item->asset, &gone, removal->diags))
		return false;
	if (gone || dry_run)
		tell(removal, pk_asset_kind_name(item->asset.kind), item->asset.id);
	return true;
}

bool pk_cluster_remove(struct pk_cluster *cluster, const struct pk_cluster_plan *plan,
	const struct pk_streams *streams, const struct pk_cluster_removal *how,
	struct pk_diags *diags)
{
	struct removal removal = {
		.cluster = cluster,
		.plan = plan,
		.kept = PK_NEW_ARRAY(cluster->arena, bool, plan->len + 1),
		.how = how,
		.diags = diags,
	};
	bool good = see_events(&removal, streams);
	/* The opposite of the order of installation, in which kinds stand; PK_ASSET_FIRST_INDEX is
	 * data. */
	for (unsigned kind = PK_ASSET_FIRST_INDEX; good && kind-- > 0;)
		for (size_t i = plan->len; i-- > 0;)
			if ((unsigned)plan->items[i].asset.kind == kind)
				good = remove_asset(&removal, i) && good;
	return good;
}
