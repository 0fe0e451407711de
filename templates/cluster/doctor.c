#include "templates/cluster/doctor_inner.h"

#include <string.h>

#include "base/text.h"

enum {
	STATUS_OK = 200,
	MINUTE = 60,
	HOUR = 60 * MINUTE,
	DAY = 24 * HOUR,
};

void pk_doctor_add(struct pk_doctor_look *look, const char *check, enum pk_doctor_level level,
	const char *found, const char *advice)
{
	struct pk_doctor_finding *finding = pk_list_push(look->arena, look->out);
	*finding = (struct pk_doctor_finding){
		.check = check, .level = level, .found = found, .advice = advice};
}

/* What may not be looked at is no illness; a server that is gone ends everything. */
static void take_failure(
	struct pk_doctor_look *look, const char *check, const struct pk_diags *failure)
{
	const struct pk_diag *diag = &failure->all.items[0];
	if (diag->code != PK_HTTP_FORBIDDEN) {
		look->broken = true;
		pk_diags_append(look->diags, failure, PK_NOTE);
		return;
	}
	pk_doctor_add(look, check, PK_DOCTOR_NOTE,
		pk_arena_printf(look->arena, "not looked at: %s", diag->message), diag->hint);
}

const struct pk_node *pk_doctor_ask(
	struct pk_doctor_look *look, const char *check, const char *path, const char *body)
{
	long status = 0;
	struct pk_diags failure = {.arena = look->arena};
	if (look->broken)
		return NULL;
	const struct pk_node *answer = pk_http_json(
		look->http, body == NULL ? "GET" : "POST", path, body, &status, &failure);
	if (answer == NULL)
		take_failure(look, check, &failure);
	return status == STATUS_OK ? answer : NULL;
}

const char *pk_doctor_span(struct pk_arena *arena, int64_t seconds)
{
	static const struct {
		int64_t seconds;
		const char *one;
		const char *many;
	} units[] = {
		{DAY, "day", "days"},
		{HOUR, "hour", "hours"},
		{MINUTE, "minute", "minutes"},
		{1, "second", "seconds"},
	};
	size_t i = 0;
	while (units[i].seconds > 1 && seconds < 2 * units[i].seconds)
		i++;
	int64_t count = seconds / units[i].seconds;
	return pk_arena_printf(
		arena, "%lld %s", (long long)count, count == 1 ? units[i].one : units[i].many);
}

/* In the order in which they are told. */
static void (*const looks[])(struct pk_doctor_look *look) = {
	pk_doctor_look_version,
	pk_doctor_look_licence,
	pk_doctor_look_security,
	pk_doctor_look_health,
	pk_doctor_look_nodes,
	pk_doctor_look_blocks,
	pk_doctor_look_lifecycle,
	pk_doctor_look_geoip,
	pk_doctor_look_assets,
	pk_doctor_look_pipelines,
	pk_doctor_look_events,
};

bool pk_doctor_cluster(struct pk_doctor *out, struct pk_cluster *cluster,
	const struct pk_assets *assets, const struct pk_streams *streams, int64_t now,
	struct pk_diags *diags)
{
	struct pk_doctor_look look = {.out = out,
		.arena = cluster->arena,
		.http = cluster->http,
		.cluster = cluster,
		.assets = assets,
		.streams = streams,
		.now = now,
		.diags = diags};
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]) && !look.broken; i++)
		looks[i](&look);
	return !look.broken;
}
