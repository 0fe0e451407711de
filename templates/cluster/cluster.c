/* Asking a cluster what it is, and comparing what it has with what it shall have. */
#include "templates/cluster/cluster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "templates/assets/mark.h"
#include "templates/cluster/compare.h"
#include "templates/cluster/indices.h"
#include "templates/model/answer.h"

enum { DIFFERENCES_MOST = 5 }; /* shown of one asset */

const char *pk_asset_state_name(enum pk_asset_state state)
{
	switch (state) {
	case PK_ASSET_SAME:
		return "same";
	case PK_ASSET_ABSENT:
		return "absent";
	case PK_ASSET_OUTDATED:
		return "outdated";
	case PK_ASSET_CHANGED:
		return "changed";
	case PK_ASSET_FOREIGN:
		return "foreign";
	case PK_ASSET_LEFT:
		return "left";
	}
	abort(); /* no value of the enum */
}

static int64_t number_at(const struct pk_node *node, const char *key)
{
	const struct pk_node *value = pk_answer_find(node, key);
	return value != NULL && value->kind == PK_NODE_INT ? value->integer : -1;
}

/* --- what it is --- */

static bool report_answer(struct pk_cluster *cluster, const char *what, struct pk_diags *diags)
{
	pk_report(diags, PK_HTTP_ANSWER, PK_NO_SPAN, "'%s' %s", pk_http_url(cluster->http), what);
	return false;
}

/* Does what `_xpack` says of a feature mean that it can be used? One that it does not name is not
 * judged. */
static bool is_missing(const struct pk_node *answer, const char *feature)
{
	const struct pk_node *row = pk_answer_find(pk_answer_find(answer, "features"), feature);
	return row != NULL &&
		(pk_text_equal(pk_answer_text(row, "available"), "false") ||
			pk_text_equal(pk_answer_text(row, "enabled"), "false"));
}

/* Builds without x-pack have none of its features, whatever they call themselves. */
static bool ask_xpack(struct pk_cluster *cluster, struct pk_diags *diags)
{
	static const unsigned xpack = PK_ELK_ILM | PK_ELK_DATA_STREAMS | PK_ELK_WILDCARD;
	struct pk_elk *elk = &cluster->elk;
	bool there = false;
	const struct pk_node *answer =
		pk_cluster_get(cluster, "/_xpack?categories=features", &there, diags);
	if (answer == NULL)
		return false;
	if (!there) {
		size_t len = strlen(elk->name);
		elk->oss = true;
		pk_elk_set(elk, xpack, false);
		snprintf(elk->name + len, sizeof(elk->name) - len, "-oss");
		return true;
	}
	if (is_missing(answer, "ilm"))
		pk_elk_set(elk, PK_ELK_ILM, false);
	if (is_missing(answer, "data_streams"))
		pk_elk_set(elk, PK_ELK_DATA_STREAMS, false);
	return true;
}

static bool ask_ism(struct pk_cluster *cluster, struct pk_diags *diags)
{
	bool there = false;
	if (pk_cluster_get(cluster, "/_plugins/_ism/policies?size=1", &there, diags) == NULL)
		return false;
	pk_elk_set(&cluster->elk, PK_ELK_ISM, there);
	return true;
}

/* Processors that not every stack has, though its version would say so. */
static const struct {
	const char *type;
	unsigned features;
} processors[] = {
	{"geoip", PK_ELK_GEOIP},
	{"community_id", PK_ELK_COMMUNITY_ID | PK_ELK_COMMUNITY_ID_OS},
	{"registered_domain", PK_ELK_REGISTERED_DOMAIN},
};

static bool has_processor(const struct pk_node *node, const char *type)
{
	const struct pk_node *list = pk_answer_list(node, "ingest/processors");
	for (size_t i = 0; list != NULL && i < list->items.len; i++)
		if (pk_text_equal(pk_answer_text(list->items.items[i], "type"), type))
			return true;
	return false;
}

/* With compatibility.override_main_response_version only its nodes say which OpenSearch it is. */
static bool see_version(struct pk_cluster *cluster, const char *version, struct pk_diags *diags)
{
	struct pk_arena *arena = cluster->arena;
	if (cluster->elk.product != PK_ELK_OPENSEARCH || version[0] == '\0' ||
		pk_text_equal(version, cluster->node_version))
		return true;
	const char *text = pk_arena_printf(arena,
		"{\"version\":{\"distribution\":\"opensearch\",\"number\":\"%s\"}}", version);
	const struct pk_node *answer =
		pk_json_read(pk_source_make(arena, "nodes", text, strlen(text)), diags);
	cluster->node_version = version;
	return answer != NULL && pk_elk_read(&cluster->elk, answer, diags);
}

/* What one node lacks cannot be used: events may reach any of them. */
static bool ask_nodes(struct pk_cluster *cluster, struct pk_diags *diags)
{
	bool there = false;
	const struct pk_node *answer = pk_cluster_get(cluster,
		"/_nodes/ingest?filter_path=nodes.*.version,nodes.*.ingest.processors.type", &there,
		diags);
	const struct pk_node *nodes = pk_answer_find(answer, "nodes");
	if (answer == NULL)
		return false;
	if (!there || nodes == NULL || nodes->kind != PK_NODE_MAP || nodes->pair_count == 0)
		return report_answer(cluster, "does not name its nodes", diags);
	if (!see_version(cluster, pk_answer_text(nodes->pairs[0].value, "version"), diags))
		return false;
	for (size_t i = 0; i < nodes->pair_count; i++)
		for (size_t k = 0; k < sizeof(processors) / sizeof(*processors); k++)
			if (!has_processor(nodes->pairs[i].value, processors[k].type))
				pk_elk_set(&cluster->elk, processors[k].features, false);
	return true;
}

bool pk_cluster_open(struct pk_cluster *out, struct pk_arena *arena, struct pk_http *http,
	struct pk_diags *diags)
{
	struct pk_cluster cluster = {.http = http, .arena = arena};
	long status = 0;
	const struct pk_node *answer = pk_http_json(http, "GET", "/", NULL, &status, diags);
	if (answer == NULL)
		return false;
	if (status != 200) {
		pk_http_refused(http, "GET", "/", status, answer, diags);
		return false;
	}
	if (!pk_elk_read(&cluster.elk, answer, diags))
		return false;
	cluster.name = pk_answer_text(answer, "cluster_name");
	cluster.node_version = pk_answer_text(answer, "version/number");
	if (!ask_nodes(&cluster, diags))
		return false;
	if (cluster.elk.product == PK_ELK_OPENSEARCH) {
		if (!ask_ism(&cluster, diags))
			return false;
	} else if (!cluster.elk.oss && !ask_xpack(&cluster, diags)) {
		return false;
	}
	*out = cluster;
	return true;
}

/* --- what it has --- */

/* One asset as the cluster tells it. */
struct found {
	enum pk_asset_kind kind;
	const char *id;
	const struct pk_node *body;
	int64_t seq_no;
	int64_t primary_term;
	bool wanted; /* it is one of those to compare with */
};

struct all_found {
	struct found *items;
	size_t len;
	size_t cap;
};

/* How assets of a kind are listed, and where names and bodies are in the answer. */
struct listing {
	enum pk_asset_kind kind;
	unsigned feature; /* asked only of stacks that have it; 0: of all */
	const char *path;
	const char
		*list; /* member with a list of {"name":.., <body>:{..}}; NULL: names are members */
	const char *body;
	const char *put; /* path of one, before its id */
};

static const struct listing listings[] = {
	{PK_ASSET_ILM, PK_ELK_ILM, "/_ilm/policy/picket", NULL, NULL, "/_ilm/policy/"},
	{PK_ASSET_ISM, PK_ELK_ISM, "/_plugins/_ism/policies/picket", NULL, NULL,
		"/_plugins/_ism/policies/"},
	{PK_ASSET_PIPELINE, 0, "/_ingest/pipeline/picket*", NULL, NULL, "/_ingest/pipeline/"},
	{PK_ASSET_COMPONENT, PK_ELK_COMPOSABLE, "/_component_template/picket*",
		"component_templates", "component_template", "/_component_template/"},
	{PK_ASSET_INDEX_TEMPLATE, PK_ELK_COMPOSABLE, "/_index_template/picket*", "index_templates",
		"index_template", "/_index_template/"},
	{PK_ASSET_LEGACY_TEMPLATE, 0, "/_template/picket*", NULL, NULL, "/_template/"},
};

static const struct listing *listing_of(enum pk_asset_kind kind)
{
	for (size_t i = 0; i < sizeof(listings) / sizeof(*listings); i++)
		if (listings[i].kind == kind)
			return &listings[i];
	return NULL;
}

static struct found *add_found(struct all_found *all, struct pk_arena *arena,
	enum pk_asset_kind kind, const char *id, const struct pk_node *body)
{
	struct found *found = pk_list_push(arena, all);
	*found = (struct found){
		.kind = kind, .id = id, .body = body, .seq_no = -1, .primary_term = -1};
	return found;
}

static void take_listed(struct all_found *all, struct pk_arena *arena,
	const struct listing *listing, const struct pk_node *list)
{
	for (size_t i = 0; list != NULL && i < list->items.len; i++) {
		const struct pk_node *item = list->items.items[i];
		const struct pk_node *body = pk_answer_find(item, listing->body);
		if (body != NULL)
			add_found(all, arena, listing->kind, pk_answer_text(item, "name"), body);
	}
}

static void take_answer(struct all_found *all, struct pk_arena *arena,
	const struct listing *listing, const struct pk_node *answer)
{
	if (listing->list != NULL) {
		take_listed(all, arena, listing, pk_answer_list(answer, listing->list));
		return;
	}
	if (listing->kind == PK_ASSET_ISM) {
		struct found *found =
			add_found(all, arena, listing->kind, pk_answer_text(answer, "_id"), answer);
		found->seq_no = number_at(answer, "_seq_no");
		found->primary_term = number_at(answer, "_primary_term");
		return;
	}
	for (size_t i = 0; answer->kind == PK_NODE_MAP && i < answer->pair_count; i++)
		add_found(all, arena, listing->kind, answer->pairs[i].key->text,
			answer->pairs[i].value);
}

static bool list_all(struct all_found *out, struct pk_cluster *cluster, struct pk_diags *diags)
{
	for (size_t i = 0; i < sizeof(listings) / sizeof(*listings); i++) {
		const struct listing *listing = &listings[i];
		bool there = false;
		if (listing->feature != 0 && (cluster->elk.features & listing->feature) == 0)
			continue;
		const struct pk_node *answer =
			pk_cluster_get(cluster, listing->path, &there, diags);
		if (answer == NULL)
			return false;
		if (there)
			take_answer(out, cluster->arena, listing, answer);
	}
	return true;
}

static struct found *find(struct all_found *all, enum pk_asset_kind kind, const char *id)
{
	if (kind == PK_ASSET_CUSTOM)
		kind = PK_ASSET_COMPONENT;
	for (size_t i = 0; i < all->len; i++)
		if (all->items[i].kind == kind && pk_text_equal(all->items[i].id, id))
			return &all->items[i];
	return NULL;
}

/* --- comparing --- */

/* Sets state and difference of an asset that the cluster has. */
static bool judge(struct pk_cluster_asset *item, struct pk_arena *arena, const struct found *found,
	struct pk_diags *diags)
{
	const struct pk_asset *asset = &item->asset;
	struct pk_mark mark = {"", ""};
	struct pk_mark own;
	PK_BUF_AUTO differences = {0};
	item->seq_no = found->seq_no;
	item->primary_term = found->primary_term;
	const struct pk_node *ours = pk_json_read(
		pk_source_make(arena, asset->id, asset->body, strlen(asset->body)), diags);
	if (ours == NULL)
		return false;
	bool marked = pk_mark_find(&mark, arena, found->body);
	bool custom = asset->kind == PK_ASSET_CUSTOM;
	/* Where there is no place for a mark, the name must do. */
	bool markable = pk_mark_find(&own, arena, ours);
	if (!marked && markable && !custom) {
		item->state = PK_ASSET_FOREIGN;
		return true;
	}
	/* What the user has put there is looked at, too: `down` leaves it. */
	size_t count = pk_compare_bodies(&differences, custom ? PK_ASSET_COMPONENT : asset->kind,
		ours, found->body, DIFFERENCES_MOST);
	if (count > 0)
		item->difference = pk_arena_strndup(arena, differences.data, differences.len);
	else if (!marked && markable)
		item->difference = "made by somebody else\n";
	if (custom || (!markable && count == 0))
		item->state = PK_ASSET_SAME;
	else if (!pk_text_equal(mark.digest, asset->digest))
		item->state = PK_ASSET_OUTDATED;
	else
		item->state = count > 0 ? PK_ASSET_CHANGED : PK_ASSET_SAME;
	return true;
}

/* A first index is there if its alias is: after some rollovers it has itself been removed. */
static bool judge_first_index(
	struct pk_cluster_asset *item, struct pk_cluster *cluster, struct pk_diags *diags)
{
	const struct pk_asset *asset = &item->asset;
	struct pk_index_names names = {0};
	const struct pk_node *body = pk_json_read(
		pk_source_make(cluster->arena, asset->id, asset->body, strlen(asset->body)), diags);
	const struct pk_node *aliases = pk_answer_find(body, "aliases");
	if (body == NULL)
		return false;
	if (aliases == NULL || aliases->kind != PK_NODE_MAP || aliases->pair_count == 0)
		return true;
	if (!pk_cluster_alias_indices(&names, cluster, aliases->pairs[0].key->text, diags))
		return false;
	item->state = names.len > 0 ? PK_ASSET_SAME : PK_ASSET_ABSENT;
	return true;
}

static void add_left(
	struct pk_cluster_plan *plan, struct pk_cluster *cluster, const struct found *found)
{
	struct pk_arena *arena = cluster->arena;
	struct pk_mark mark;
	if (found->wanted || !pk_mark_find(&mark, arena, found->body))
		return;
	struct pk_cluster_asset *item = pk_list_push(arena, plan);
	*item = (struct pk_cluster_asset){
		.asset = {.kind = found->kind,
			.id = found->id,
			.path = pk_arena_printf(
				arena, "%s%s", listing_of(found->kind)->put, found->id)},
		.state = PK_ASSET_LEFT,
		.seq_no = found->seq_no,
		.primary_term = found->primary_term,
	};
}

static void count(struct pk_cluster_plan *plan)
{
	for (size_t i = 0; i < plan->len; i++) {
		switch (plan->items[i].state) {
		case PK_ASSET_SAME:
			break;
		case PK_ASSET_ABSENT:
		case PK_ASSET_OUTDATED:
		case PK_ASSET_CHANGED:
		case PK_ASSET_LEFT:
			plan->to_write++;
			break;
		case PK_ASSET_FOREIGN:
			plan->foreign++;
			break;
		}
	}
}

bool pk_cluster_plan_make(struct pk_cluster_plan *out, struct pk_cluster *cluster,
	const struct pk_assets *assets, struct pk_diags *diags)
{
	struct pk_cluster_plan plan = {0};
	struct all_found all = {0};
	if (!list_all(&all, cluster, diags))
		return false;
	for (size_t i = 0; i < assets->len; i++) {
		struct found *found = find(&all, assets->items[i].kind, assets->items[i].id);
		struct pk_cluster_asset *item = pk_list_push(cluster->arena, &plan);
		*item = (struct pk_cluster_asset){.asset = assets->items[i],
			.state = PK_ASSET_ABSENT,
			.seq_no = -1,
			.primary_term = -1};
		if (found != NULL) {
			found->wanted = true;
			if (!judge(item, cluster->arena, found, diags))
				return false;
		} else if (item->asset.kind == PK_ASSET_FIRST_INDEX &&
			!judge_first_index(item, cluster, diags)) {
			return false;
		}
	}
	for (size_t i = 0; i < all.len; i++)
		add_left(&plan, cluster, &all.items[i]);
	count(&plan);
	*out = plan;
	return true;
}
