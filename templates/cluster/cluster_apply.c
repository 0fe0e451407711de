/* Writing what a plan found missing or different. */
#include "base/text.h"
#include "templates/cluster/changes.h"
#include "templates/cluster/cluster.h"
#include "templates/model/answer.h"

#include <string.h>

bool pk_cluster_is_written(long status)
{
	return status == 200 || status == 201;
}

const char *pk_cluster_reason(const struct pk_node *answer)
{
	const char *reason = pk_answer_text(answer, "error/reason");
	return *reason != '\0' ? reason : pk_answer_text(answer, "error");
}

/* Refusals of a removal that mean "not while that is there". */
static bool is_in_use(long status, const struct pk_node *answer)
{
	return (status == 400 || status == 409) &&
		(pk_text_find_nocase(pk_cluster_reason(answer), "in use") != NULL ||
			pk_text_find_nocase(pk_cluster_reason(answer), "default pipeline") != NULL);
}

bool pk_cluster_delete(struct pk_cluster *cluster, const struct pk_asset *asset, bool *gone_out,
	struct pk_diags *diags)
{
	long status = 0;
	const struct pk_node *answer =
		pk_http_json(cluster->http, "DELETE", asset->path, NULL, &status, diags);
	*gone_out = false;
	if (answer == NULL)
		return false;
	if (pk_cluster_is_written(status) || status == 404) {
		*gone_out = true;
		return true;
	}
	if (is_in_use(status, answer)) {
		struct pk_diag *diag = pk_report(diags, PK_STACK_IN_USE, PK_NO_SPAN,
			"the %s '%s' is left: %s", pk_asset_kind_name(asset->kind), asset->id,
			pk_cluster_reason(answer));
		pk_diag_hint(
			diags, diag, "take it out of what uses it, then run picket stack down");
		return true;
	}
	pk_http_refused(cluster->http, "DELETE", asset->path, status, answer, diags);
	return false;
}

static bool refuse_foreign(
	struct pk_cluster *cluster, const struct pk_cluster_plan *plan, struct pk_diags *diags)
{
	for (size_t i = 0; i < plan->len; i++) {
		const struct pk_asset *asset = &plan->items[i].asset;
		if (plan->items[i].state != PK_ASSET_FOREIGN)
			continue;
		struct pk_diag *diag = pk_report(diags, PK_STACK_FOREIGN, PK_NO_SPAN,
			"the %s '%s' on '%s' is not picket's", pk_asset_kind_name(asset->kind),
			asset->id, pk_http_url(cluster->http));
		pk_diag_hint(diags, diag,
			"rename or remove it, or let it be written over by --force; nothing was "
			"written");
	}
	return false;
}

/* A policy of ISM is only taken with the number of the one it takes the place of. */
static const char *path_of(struct pk_arena *arena, const struct pk_cluster_asset *item)
{
	if (item->asset.kind != PK_ASSET_ISM || item->seq_no < 0)
		return item->asset.path;
	return pk_arena_printf(arena, "%s?if_seq_no=%lld&if_primary_term=%lld", item->asset.path,
		(long long)item->seq_no, (long long)item->primary_term);
}

static bool write_asset(
	struct pk_cluster *cluster, const struct pk_cluster_asset *item, struct pk_diags *diags)
{
	long status = 0;
	const char *path = path_of(cluster->arena, item);
	const struct pk_node *answer =
		pk_http_json(cluster->http, "PUT", path, item->asset.body, &status, diags);
	if (answer == NULL)
		return false;
	if (pk_cluster_is_written(status))
		return true;
	/* The answer to the first try may have been lost. */
	if (item->asset.kind == PK_ASSET_FIRST_INDEX &&
		pk_text_starts(pk_answer_text(answer, "error/type"), "resource_already_exists"))
		return true;
	pk_http_refused(cluster->http, "PUT", path, status, answer, diags);
	return false;
}

static bool is_to_write(const struct pk_cluster_asset *item, bool force)
{
	switch (item->state) {
	case PK_ASSET_ABSENT:
	case PK_ASSET_OUTDATED:
	case PK_ASSET_CHANGED:
		return true;
	case PK_ASSET_FOREIGN:
		return force;
	case PK_ASSET_SAME:
	case PK_ASSET_LEFT:
		return false;
	}
	return false;
}

bool pk_cluster_apply(struct pk_cluster *cluster, const struct pk_cluster_plan *plan, bool force,
	void (*step)(void *context, const struct pk_cluster_asset *asset), void *context,
	struct pk_diags *diags)
{
	if (plan->foreign > 0 && !force)
		return refuse_foreign(cluster, plan, diags);
	for (size_t i = 0; i < plan->len; i++) {
		if (!is_to_write(&plan->items[i], force))
			continue;
		if (!write_asset(cluster, &plan->items[i], diags))
			return false;
		if (step != NULL)
			step(context, &plan->items[i]);
	}
	/* Now nothing of ours is made of them any more; they are in the order of installation. */
	for (size_t i = plan->len; i-- > 0;) {
		bool gone;
		if (plan->items[i].state != PK_ASSET_LEFT)
			continue;
		if (!pk_cluster_delete(cluster, &plan->items[i].asset, &gone, diags))
			return false;
		if (step != NULL)
			step(context, &plan->items[i]);
	}
	return true;
}
