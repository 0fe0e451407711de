/* What is ours on a server: assets, pipelines, lifecycle, places of addresses, and events. */
#include <string.h>

#include "base/text.h"
#include "templates/cluster/doctor_inner.h"

enum {
	QUIET = 60 * 60, /* seconds without events that are told */
	FUTURE = 5 * 60, /* that an event may be ahead */
	MS = 1000,
};

void pk_doctor_look_lifecycle(struct pk_doctor_look *look)
{
	const struct pk_elk *elk = &look->cluster->elk;
	if (pk_elk_has(elk, PK_ELK_ISM)) {
		pk_doctor_add(look, "lifecycle", PK_DOCTOR_OK,
			"old events are removed by index state management", NULL);
		return;
	}
	if (!pk_elk_has(elk, PK_ELK_ILM)) {
		pk_doctor_add(look, "lifecycle", PK_DOCTOR_NOTE,
			"this server does not remove old events by itself",
			look->streams->dated ? "let 'picket stack prune' run every day"
					     : "install the plugin for index management, or remove "
					       "old indices yourself");
		return;
	}
	const struct pk_node *answer = pk_doctor_ask(look, "lifecycle", "/_ilm/status", NULL);
	const char *mode = pk_answer_text(answer, "operation_mode");
	if (answer == NULL)
		return;
	if (pk_text_equal(mode, "RUNNING"))
		pk_doctor_add(look, "lifecycle", PK_DOCTOR_OK,
			"old events are removed by index lifecycle management", NULL);
	else
		pk_doctor_add(look, "lifecycle", PK_DOCTOR_WRONG,
			pk_arena_printf(look->arena,
				"index lifecycle management is %s: old events stay", mode),
			"start it: POST _ilm/start");
}

/* Servers before 7.14 have databases within, and no such question. */
void pk_doctor_look_geoip(struct pk_doctor_look *look)
{
	if (!pk_elk_has(&look->cluster->elk, PK_ELK_GEOIP)) {
		pk_doctor_add(look, "geoip", PK_DOCTOR_NOTE,
			"this server does not know where addresses are: maps stay empty", NULL);
		return;
	}
	const struct pk_node *answer = pk_doctor_ask(look, "geoip", "/_ingest/geoip/stats", NULL);
	const struct pk_node *stats = pk_answer_find(answer, "stats");
	if (stats == NULL)
		return;
	bool is_new = pk_answer_find(stats, "databases_count") != NULL;
	double count = pk_answer_number(stats, is_new ? "databases_count" : "database_count");
	double failed = pk_answer_number(stats, "failed_downloads");
	double expired = pk_answer_number(stats, "expired_databases");
	if (count <= 0 || expired > 0)
		pk_doctor_add(look, "geoip", PK_DOCTOR_WARNING,
			expired > 0
				? "databases of places are older than 30 days and not used any more"
				: pk_arena_printf(look->arena,
					  "there is no database of places (%.0f downloads failed): "
					  "maps stay empty",
					  failed),
			"let the server reach geoip.elastic.co, or put databases into "
			"config/ingest-geoip; they "
			"come when the first event needs them");
	else
		pk_doctor_add(look, "geoip", PK_DOCTOR_OK,
			pk_arena_printf(look->arena, "%.0f databases of places", count), NULL);
}

/* --- assets --- */

static void judge_plan(struct pk_doctor_look *look, const struct pk_cluster_plan *plan)
{
	size_t of[PK_ASSET_LEFT + 1] = {0};
	for (size_t i = 0; i < plan->len; i++)
		of[plan->items[i].state]++;
	const char *found = pk_arena_printf(look->arena,
		"%zu as they should be, %zu missing, %zu outdated, %zu changed by hand, %zu of "
		"others, %zu left over",
		of[PK_ASSET_SAME], of[PK_ASSET_ABSENT], of[PK_ASSET_OUTDATED], of[PK_ASSET_CHANGED],
		of[PK_ASSET_FOREIGN], of[PK_ASSET_LEFT]);
	if (plan->foreign > 0)
		pk_doctor_add(look, "assets", PK_DOCTOR_WRONG, found,
			"names are taken by what is not picket's: 'picket stack plan' names them");
	else if (of[PK_ASSET_SAME] == 0 && of[PK_ASSET_ABSENT] > 0)
		pk_doctor_add(look, "assets", PK_DOCTOR_WRONG, "nothing of picket's is installed",
			"install it: 'picket stack up'");
	else if (plan->to_write > 0)
		pk_doctor_add(look, "assets", PK_DOCTOR_WARNING, found,
			"'picket stack plan' shows what differs, 'picket stack up' mends it");
	else
		pk_doctor_add(look, "assets", PK_DOCTOR_OK, found, NULL);
}

void pk_doctor_look_assets(struct pk_doctor_look *look)
{
	struct pk_cluster_plan plan = {0};
	if (!pk_cluster_plan_make(&plan, look->cluster, look->assets, look->diags)) {
		look->broken = true;
		return;
	}
	judge_plan(look, &plan);
}

/* --- pipelines --- */

struct tally {
	double count;
	double failed;
	const char *worst; /* pipeline with the most failures */
	double worst_failed;
};

static void add_pipelines(struct tally *tally, const struct pk_node *pipelines)
{
	for (size_t i = 0;
		pipelines != NULL && pipelines->kind == PK_NODE_MAP && i < pipelines->pair_count;
		i++) {
		const struct pk_node *pipeline = pipelines->pairs[i].value;
		double failed = pk_answer_number(pipeline, "failed");
		tally->count += pk_answer_number(pipeline, "count");
		tally->failed += failed;
		if (failed > tally->worst_failed) {
			tally->worst_failed = failed;
			tally->worst = pipelines->pairs[i].key->text;
		}
	}
}

void pk_doctor_look_pipelines(struct pk_doctor_look *look)
{
	const struct pk_node *answer = pk_doctor_ask(look, "pipelines",
		"/_nodes/stats/ingest?filter_path=nodes.*.ingest.pipelines.picket-*", NULL);
	const struct pk_node *nodes = pk_answer_find(answer, "nodes");
	struct tally tally = {0};
	if (answer == NULL)
		return;
	for (size_t i = 0; nodes != NULL && nodes->kind == PK_NODE_MAP && i < nodes->pair_count;
		i++)
		add_pipelines(&tally, pk_answer_find(nodes->pairs[i].value, "ingest/pipelines"));
	if (tally.failed > 0)
		pk_doctor_add(look, "pipelines", PK_DOCTOR_WARNING,
			pk_arena_printf(look->arena,
				"%.0f of %.0f documents failed since the nodes were started, most "
				"in '%s'",
				tally.failed, tally.count, tally.worst),
			"search event.kind:pipeline_error; error.message says why");
	else
		pk_doctor_add(look, "pipelines", PK_DOCTOR_OK,
			pk_arena_printf(look->arena,
				"%.0f documents since the nodes were started, none failed",
				tally.count),
			NULL);
}

/* --- events --- */

static void judge_newest(
	struct pk_doctor_look *look, const char *what, const char *pattern, double newest)
{
	int64_t age = look->now - (int64_t)(newest / MS);
	const char *span = pk_doctor_span(look->arena, age < 0 ? -age : age);
	if (age < -FUTURE)
		pk_doctor_add(look, "events", PK_DOCTOR_WARNING,
			pk_arena_printf(look->arena, "the newest event of %s is %s in the future",
				what, span),
			"let the hosts set their clocks by NTP: such events are not shown");
	else if (age > QUIET)
		pk_doctor_add(look, "events", PK_DOCTOR_WARNING,
			pk_arena_printf(look->arena, "no event of %s for %s", what, span),
			pk_arena_printf(look->arena,
				"look at the agents and what is between: they write to '%s'",
				pattern));
	else
		pk_doctor_add(look, "events", PK_DOCTOR_OK,
			pk_arena_printf(look->arena, "the newest event of %s is %s old", what,
				pk_doctor_span(look->arena, age < 0 ? 0 : age)),
			NULL);
}

static void look_newest(struct pk_doctor_look *look, const char *what, const char *pattern)
{
	const char *path = pk_arena_printf(look->arena,
		"/%s/_search?size=0&ignore_unavailable=true&allow_no_indices=true", pattern);
	const struct pk_node *answer = pk_doctor_ask(look, "events", path,
		"{\"aggs\":{\"newest\":{\"max\":{\"field\":\"@timestamp\"}}}}");
	double newest = pk_answer_number(answer, "aggregations/newest/value");
	if (look->broken)
		return;
	if (newest > 0)
		judge_newest(look, what, pattern, newest);
	else
		pk_doctor_add(look, "events", PK_DOCTOR_NOTE,
			pk_arena_printf(look->arena, "there are no events of %s yet", what),
			pk_arena_printf(look->arena,
				"data views of '%s' stay empty until there are: 'picket stack "
				"sample' puts some",
				pattern));
}

void pk_doctor_look_events(struct pk_doctor_look *look)
{
	look_newest(look, "Sysmon", look->streams->sysmon_pattern);
	look_newest(look, "Monster", look->streams->monster_pattern);
}
