#include "templates/cluster/verify.h"

#include <string.h>

#include "base/json.h"
#include "base/json_out.h"
#include "base/text.h"
#include "templates/model/answer.h"
#include "templates/model/sysmon.h"
#include "templates/monster/decode.h"
#include "templates/pipelines/pipelines.h"
#include "templates/sample/sample.h"

enum {
	STATUS_OK = 200,
	STATUS_NOT_FOUND = 404,
	PROBLEMS_MOST = 5, /* told of one document */
	DEPTH_MOST = 32,
};

/* Nothing of it is kept, so that any time will do: 2026-03-04 10:00 UTC. */
static const struct pk_sample_options sample_options = {
	.seed = 1, .now_ms = INT64_C(1772618400000)};

/* One document on its way through a pipeline. */
struct trip {
	const char *what;
	const struct pk_node
		*sent; /* Sysmon: winlog.event_data. Monster: the document that is wanted */
	unsigned id;
};

struct trips {
	struct trip *items;
	size_t len;
	size_t cap;
	struct pk_buf docs; /* items of an array of JSON */
};

/* JSON that we made ourselves. */
static const struct pk_node *read_own(
	struct pk_arena *arena, const struct pk_buf *buf, struct pk_diags *diags)
{
	const char *text = pk_arena_strndup(arena, buf->data, buf->len);
	return pk_json_read(pk_source_make(arena, "sample", text, buf->len), diags);
}

static void add_result(
	struct pk_verify *out, struct pk_arena *arena, const char *what, char *problem)
{
	for (char *c = problem; c != NULL && *c != '\0'; c++) {
		if (*c == '\n')
			*c = c[1] == '\0' ? '\0' : ';';
	}
	struct pk_verify_result *result = pk_list_push(arena, out);
	*result =
		(struct pk_verify_result){.what = what, .ok = problem == NULL, .problem = problem};
	out->failed += problem == NULL ? 0 : 1;
}

/* --- What is sent --- */

static void put_document(
	struct trips *trips, const struct pk_cluster *cluster, const struct pk_buf *source)
{
	pk_buf_puts(&trips->docs, trips->len > 1 ? "," : "");
	pk_buf_printf(&trips->docs, "{\"_index\":\"picket-verify\",%s\"_id\":\"%zu\",\"_source\":",
		pk_elk_has(&cluster->elk, PK_ELK_MAPPING_TYPE) ? "\"_type\":\"doc\"," : "",
		trips->len);
	pk_buf_put(&trips->docs, source->data, source->len);
	pk_buf_puts(&trips->docs, "}");
}

static bool add_sysmon(struct trips *trips, struct pk_cluster *cluster, struct pk_diags *diags)
{
	size_t count;
	const struct pk_sysmon_ecs_event *events = pk_sysmon_ecs_events(&count);
	for (size_t i = 0; i < count; i++) {
		PK_BUF_AUTO source = {0};
		pk_sample_put_sysmon_id(&source, &sample_options, i, events[i].id);
		const struct pk_node *node = read_own(cluster->arena, &source, diags);
		if (node == NULL)
			return false;
		struct trip *trip = pk_list_push(cluster->arena, trips);
		trip->id = events[i].id;
		trip->what = pk_arena_printf(
			cluster->arena, "Sysmon %u %s", events[i].id, events[i].name);
		trip->sent = pk_answer_find(node, "winlog/event_data");
		put_document(trips, cluster, &source);
	}
	return true;
}

/* The decoder makes the same of a line as the pipeline. */
static const struct pk_node *decode(
	struct pk_arena *arena, const struct pk_buf *line, struct pk_diags *diags)
{
	struct pk_monster_record record;
	PK_BUF_AUTO json = {0};
	pk_monster_split(&record, line->data, line->len, false);
	pk_monster_put_json(&json, &record, line->data, line->len, NULL);
	return read_own(arena, &json, diags);
}

static bool add_monster(struct trips *trips, struct pk_cluster *cluster, struct pk_diags *diags)
{
	size_t count;
	const struct pk_monster_event *events = pk_monster_event_list(&count);
	for (size_t i = 0; i < count; i++) {
		PK_BUF_AUTO source = {0};
		PK_BUF_AUTO line = {0};
		pk_sample_put_monster_document(&source, &sample_options, i, &events[i]);
		pk_sample_put_monster(&line, &sample_options, i, &events[i]);
		const struct pk_node *wanted = decode(cluster->arena, &line, diags);
		if (wanted == NULL)
			return false;
		struct trip *trip = pk_list_push(cluster->arena, trips);
		trip->id = events[i].id;
		trip->what = pk_arena_printf(cluster->arena, "Monster %s %u %s",
			events[i].generation == PK_MONSTER_GEN1 ? "0.9" : "1.0", events[i].id,
			events[i].name);
		trip->sent = wanted;
		put_document(trips, cluster, &source);
	}
	return true;
}

/* --- What came out --- */

static void put_value(struct pk_buf *buf, const struct pk_node *node)
{
	if (node == NULL)
		pk_buf_puts(buf, "nothing");
	else
		pk_json_put_node(buf, node, 0);
}

static const struct pk_node *item_at(const struct pk_node *list, size_t index)
{
	return list != NULL && list->kind == PK_NODE_LIST && index < list->items.len
		? list->items.items[index]
		: NULL;
}

static size_t compare_value(struct pk_buf *problems, const char *path, const struct pk_node *wanted,
	const struct pk_node *found)
{
	PK_BUF_AUTO one = {0};
	PK_BUF_AUTO other = {0};
	put_value(&one, wanted);
	put_value(&other, found);
	if (pk_text_equal(one.data, other.data))
		return 0;
	pk_buf_printf(problems, "%s: wanted %s, found %s\n", path, one.data, other.data);
	return 1;
}

/* Appends a line for each leaf of `wanted` that `found` has not or otherwise. */
static size_t compare(struct pk_buf *problems, const char *path, const struct pk_node *wanted,
	const struct pk_node *found, unsigned depth)
{
	size_t count = 0;
	size_t len = wanted->kind == PK_NODE_MAP ? wanted->pair_count
		: wanted->kind == PK_NODE_LIST	 ? wanted->items.len
						 : 0;
	if (len == 0 || depth == DEPTH_MOST)
		return compare_value(problems, path, wanted, found);
	if (wanted->kind == PK_NODE_LIST && item_at(found, len) != NULL)
		return compare_value(problems, path, wanted, found);
	for (size_t i = 0; i < len; i++) {
		PK_BUF_AUTO deeper = {0};
		if (wanted->kind == PK_NODE_LIST) {
			pk_buf_printf(&deeper, "%s[%zu]", path, i);
			count += compare(problems, deeper.data, wanted->items.items[i],
				item_at(found, i), depth + 1);
		} else {
			const char *key = wanted->pairs[i].key->text;
			bool has = found != NULL && found->kind == PK_NODE_MAP;
			pk_buf_printf(&deeper, "%s%s%s", path, path[0] == '\0' ? "" : ".", key);
			count += compare(problems, deeper.data, wanted->pairs[i].value,
				has ? pk_node_find(found, key) : NULL, depth + 1);
		}
	}
	return count;
}

/* Cuts behind so many lines. */
static char *first_lines(struct pk_arena *arena, const struct pk_buf *lines, size_t count)
{
	const char *end = lines->data;
	for (size_t i = 0; i < PROBLEMS_MOST && *end != '\0'; i++) {
		const char *next = strchr(end, '\n');
		end = next == NULL ? end + strlen(end) : next + 1;
	}
	char *text = pk_arena_strndup(arena, lines->data, (size_t)(end - lines->data));
	return count <= PROBLEMS_MOST
		? text
		: pk_arena_printf(arena, "%s%zu more\n", text, count - PROBLEMS_MOST);
}

/* What is wrong with the document that the pipeline made, NULL if nothing. */
static char *judge(
	struct pk_arena *arena, const struct trip *trip, const struct pk_node *item, bool is_sysmon)
{
	PK_BUF_AUTO problems = {0};
	const struct pk_node *source = pk_answer_find(item, "doc/_source");
	const char *reason = pk_http_reason(arena, item);
	if (reason != NULL)
		return pk_arena_printf(arena, "the pipeline fails: %s", reason);
	if (source == NULL)
		return pk_arena_strdup(arena, "the pipeline drops it");
	if (pk_text_equal(pk_answer_text(source, "event/kind"), "pipeline_error")) {
		pk_buf_puts(&problems, "the pipeline could not read it: ");
		put_value(&problems, pk_answer_find(source, "error/message"));
		return pk_arena_strdup(arena, problems.data);
	}
	if (pk_answer_text(source, "@timestamp")[0] == '\0')
		return pk_arena_strdup(arena, "it has no @timestamp");
	size_t count = is_sysmon ? pk_sysmon_ecs_check(&problems, trip->id, trip->sent, source)
				 : compare(&problems, "", trip->sent, source, 0);
	return count == 0 ? NULL : first_lines(arena, &problems, count);
}

static bool take_answer(struct pk_verify *out, struct pk_cluster *cluster, const char *path,
	const struct trips *trips, const struct pk_node *answer, bool is_sysmon,
	struct pk_diags *diags)
{
	const struct pk_node *docs = pk_answer_list(answer, "docs");
	if (docs == NULL || docs->items.len != trips->len) {
		pk_report(diags, PK_HTTP_ANSWER, PK_NO_SPAN,
			"POST %s%s: the answer has not one of 'docs' for each of %zu that were "
			"sent",
			pk_http_url(cluster->http), path, trips->len);
		return false;
	}
	for (size_t i = 0; i < trips->len; i++)
		add_result(out, cluster->arena, trips->items[i].what,
			judge(cluster->arena, &trips->items[i], docs->items.items[i], is_sysmon));
	return true;
}

/* All events of one source through its pipeline, in one request. */
static bool simulate(struct pk_verify *out, struct pk_cluster *cluster, const char *pipeline,
	const struct trips *trips, bool is_sysmon, struct pk_diags *diags)
{
	long status = 0;
	struct pk_arena *arena = cluster->arena;
	const char *path = pk_arena_printf(arena, "/_ingest/pipeline/%s/_simulate", pipeline);
	PK_BUF_AUTO body = {0};
	pk_buf_puts(&body, "{\"docs\":[");
	pk_buf_put(&body, trips->docs.data, trips->docs.len);
	pk_buf_puts(&body, "]}");
	const struct pk_node *answer =
		pk_http_json(cluster->http, "POST", path, body.data, &status, diags);
	if (answer == NULL)
		return false;
	if (status == STATUS_OK)
		return take_answer(out, cluster, path, trips, answer, is_sysmon, diags);
	const char *reason = pk_http_reason(arena, answer);
	add_result(out, arena, pk_arena_printf(arena, "pipeline %s", pipeline),
		pk_arena_printf(arena, "it cannot be tried: %s",
			reason == NULL ? "the server does not say why" : reason));
	return true;
}

/* --- What is there --- */

static bool count_documents(uint64_t *out, struct pk_cluster *cluster, const char *names,
	const char *query, struct pk_diags *diags)
{
	long status = 0;
	const char *path = pk_arena_printf(
		cluster->arena, "/%s/_count?ignore_unavailable=true&allow_no_indices=true", names);
	const struct pk_node *answer =
		pk_http_json(cluster->http, "POST", path, query, &status, diags);
	if (answer == NULL)
		return false;
	const struct pk_node *count = pk_answer_find(answer, "count");
	*out = 0;
	if (status == STATUS_NOT_FOUND)
		return true;
	if (status != STATUS_OK) {
		pk_http_refused(cluster->http, "POST", path, status, answer, diags);
		return false;
	}
	if (count == NULL || count->kind != PK_NODE_INT || count->integer < 0) {
		pk_report(diags, PK_HTTP_ANSWER, PK_NO_SPAN, "POST %s%s: the answer has no 'count'",
			pk_http_url(cluster->http), path);
		return false;
	}
	*out = (uint64_t)count->integer;
	return true;
}

static const char *example_of(
	struct pk_cluster *cluster, const char *names, const char *query, struct pk_diags *diags)
{
	long status = 0;
	const char *path = pk_arena_printf(cluster->arena,
		"/%s/"
		"_search?ignore_unavailable=true&allow_no_indices=true&size=1&_source=error."
		"message",
		names);
	const struct pk_node *answer =
		pk_http_json(cluster->http, "POST", path, query, &status, diags);
	const struct pk_node *hits = pk_answer_list(answer, "hits/hits");
	if (hits == NULL || hits->items.len == 0)
		return "";
	PK_BUF_AUTO text = {0};
	put_value(&text, pk_answer_find(hits->items.items[0], "_source/error/message"));
	return pk_arena_printf(cluster->arena, ", like %s", text.data);
}

static bool count_failed(struct pk_verify *out, struct pk_cluster *cluster,
	const struct pk_streams *streams, struct pk_diags *diags)
{
	static const char query[] = "{\"query\":{\"term\":{\"event.kind\":\"pipeline_error\"}}}";
	struct pk_arena *arena = cluster->arena;
	const char *names =
		pk_arena_printf(arena, "%s,%s", streams->sysmon_pattern, streams->monster_pattern);
	char *problem = NULL;
	if (!count_documents(&out->failed_count, cluster, names, query, diags))
		return false;
	if (out->failed_count > 0)
		problem = pk_arena_printf(arena,
			"%llu documents could not be read by the pipelines%s",
			(unsigned long long)out->failed_count,
			example_of(cluster, names, query, diags));
	add_result(out, arena, "documents that a pipeline could not read", problem);
	return true;
}

static bool search(struct pk_verify *out, struct pk_cluster *cluster,
	const struct pk_streams *streams, struct pk_diags *diags)
{
	static const char all[] = "{\"query\":{\"match_all\":{}}}";
	struct pk_arena *arena = cluster->arena;
	if (!count_documents(&out->sysmon_count, cluster, streams->sysmon_pattern, all, diags) ||
		!count_documents(
			&out->monster_count, cluster, streams->monster_pattern, all, diags))
		return false;
	add_result(out, arena, pk_arena_printf(arena, "search %s", streams->sysmon_pattern), NULL);
	add_result(out, arena, pk_arena_printf(arena, "search %s", streams->monster_pattern), NULL);
	return count_failed(out, cluster, streams, diags);
}

bool pk_verify_run(struct pk_verify *out, struct pk_cluster *cluster,
	const struct pk_streams *streams, struct pk_diags *diags)
{
	struct pk_verify result = {0};
	struct trips sysmon = {0};
	struct trips monster = {0};
	bool good = add_sysmon(&sysmon, cluster, diags) && add_monster(&monster, cluster, diags) &&
		simulate(&result, cluster, PK_PIPELINE_SYSMON, &sysmon, true, diags) &&
		simulate(&result, cluster, PK_PIPELINE_MONSTER, &monster, false, diags) &&
		search(&result, cluster, streams, diags);
	pk_buf_finish(&sysmon.docs);
	pk_buf_finish(&monster.docs);
	if (good)
		*out = result;
	return good;
}
