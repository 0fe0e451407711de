/*
 * Fuzzing what a cluster answers: every line of the input is the answer to one request, in turn.
 * Whatever it is, asking, comparing, removing and pruning come to an end, and a failure is
 * reported.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "templates/cluster/cluster.h"

static void demand(bool condition)
{
	if (!condition)
		abort();
}

/* Takes the place of templates/http. */
struct pk_http {
	const char *at;
	const char *end;
};

const struct pk_node *pk_http_json(struct pk_http *http, const char *method, const char *path,
	const char *body, long *status_out, struct pk_diags *diags)
{
	static const long statuses[] = {200, 200, 200, 404, 400};
	const char *line = http->at;
	size_t len = 0;
	(void)body;
	demand(method[0] != '\0' && path[0] == '/');
	while (line + len < http->end && line[len] != '\n')
		len++;
	http->at = line + len < http->end ? line + len + 1 : http->end;
	*status_out = statuses[len % (sizeof(statuses) / sizeof(*statuses))];
	const char *text = pk_arena_strndup(diags->arena, line, len);
	return pk_json_read(pk_source_make(diags->arena, "answer", text, len), diags);
}

void pk_http_refused(struct pk_http *http, const char *method, const char *path, long status,
	const struct pk_node *answer, struct pk_diags *diags)
{
	(void)http;
	(void)answer;
	pk_report(diags, PK_HTTP_REFUSED, PK_NO_SPAN, "%s %s: %ld", method, path, status);
}

const char *pk_http_url(const struct pk_http *http)
{
	(void)http;
	return "http://lab:9200";
}

static bool use(struct pk_cluster *cluster, struct pk_diags *diags)
{
	const struct pk_asset_options options = {0};
	const struct pk_cluster_removal all = {.data = true};
	struct pk_assets assets;
	struct pk_streams streams;
	struct pk_cluster_plan plan;
	const char *const *names;
	size_t count;
	pk_assets_make(&assets, cluster->arena, &cluster->elk, &options);
	pk_streams_make(&streams, cluster->arena, &cluster->elk, &options);
	return pk_cluster_plan_make(&plan, cluster, &assets, diags) &&
		pk_cluster_old_indices(
			&names, &count, cluster, &streams, 30, "2026.11.22", diags) &&
		pk_cluster_remove(cluster, &plan, &streams, &all, diags) &&
		pk_cluster_apply(cluster, &plan, true, NULL, NULL, diags);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	const char *text = pk_arena_strndup(arena, (const char *)data, size);
	struct pk_http http = {.at = text, .end = text + size};
	struct pk_cluster cluster;
	bool good = pk_cluster_open(&cluster, arena, &http, &diags) && use(&cluster, &diags);
	demand(good || diags.errors > 0);
	return 0;
}
