#include "generators/compile/policy_budget.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "generators/engine/event_reader.h"
#include "generators/engine/matcher.h"

#define TOTAL "total"

enum { MS_PER_HOUR = 3600 * 1000 };

struct host {
	int64_t first, last; /* milliseconds since 1970 */
	bool timed;
};

struct measuring {
	struct pk_arena *arena;
	struct pk_budget_result *result;
	const struct pk_schema *schema;
	struct pk_matcher *matcher;
	struct pk_diags *diags;
	struct pk_map hosts; /* by name: struct host * */
	PK_LIST(struct host *) all_hosts;
};

/* --- measuring --- */

static struct host *host_of(struct measuring *measuring, const char *name)
{
	const char *key = name == NULL ? "" : name;
	struct host *host = pk_map_find(&measuring->hosts, key);
	if (host != NULL)
		return host;
	host = PK_NEW(measuring->arena, struct host);
	pk_map_set(
		measuring->arena, &measuring->hosts, pk_arena_strdup(measuring->arena, key), host);
	*pk_list_push(measuring->arena, &measuring->all_hosts) = host;
	return host;
}

static void add_time(struct host *host, const char *text)
{
	int64_t time;
	if (text == NULL || !pk_time_parse(&time, text))
		return;
	if (!host->timed || time < host->first)
		host->first = time;
	if (!host->timed || time > host->last)
		host->last = time;
	host->timed = true;
}

static void count(struct measuring *measuring, const struct pk_record *record)
{
	struct pk_budget_result *result = measuring->result;
	result->events++;
	add_time(host_of(measuring, record->computer), record->time);
	if (!pk_matcher_decide(measuring->matcher, &record->event).logged)
		return;
	result->logged++;
	uint32_t id = record->event.id;
	result->by_id[id < PK_BUDGET_IDS ? id : PK_BUDGET_IDS - 1]++;
}

static bool measure_file(struct measuring *measuring, const char *path)
{
	size_t errors = measuring->diags->errors;
	PK_AUTO(pk_event_reader) *reader =
		pk_event_reader_open(path, measuring->schema, measuring->diags);
	struct pk_record record;
	while (reader != NULL && pk_event_reader_next(reader, &record))
		count(measuring, &record);
	return measuring->diags->errors == errors;
}

static void sum_hours(struct measuring *measuring)
{
	struct pk_budget_result *result = measuring->result;
	for (size_t i = 0; i < measuring->all_hosts.len; i++) {
		const struct host *host = measuring->all_hosts.items[i];
		result->host_hours += (double)(host->last - host->first) / MS_PER_HOUR;
	}
	result->hosts = measuring->all_hosts.len;
	if (result->host_hours > 0)
		result->total_per_host_hour = (double)result->logged / result->host_hours;
}

/* --- comparing --- */

/* How many events the limit is about were logged; false after a report if it names no event. */
static bool count_limited(
	size_t *out, struct measuring *measuring, const struct pk_budget_limit *limit)
{
	const struct pk_budget_result *result = measuring->result;
	if (strcmp(limit->event, TOTAL) == 0) {
		*out = result->logged;
		return true;
	}
	uint64_t id;
	if (pk_text_parse_u64(&id, limit->event) && id < PK_BUDGET_IDS) {
		*out = result->by_id[id];
		return true;
	}
	const struct pk_event *first = pk_schema_find_tag(measuring->schema, limit->event);
	size_t family = first == NULL ? 0 : pk_schema_family(measuring->schema, first);
	*out = 0;
	for (size_t i = 0; i < family; i++)
		*out += result->by_id[first[i].id];
	if (first != NULL)
		return true;

	struct pk_diag *diag = pk_report(
		measuring->diags, PK_BUDGET_EVENT, limit->span, "no event '%s'", limit->event);
	const char *near = pk_schema_nearest_tag(measuring->schema, limit->event);
	if (near != NULL)
		pk_diag_hint(measuring->diags, diag, "write '%s'", near);
	else
		pk_diag_hint(measuring->diags, diag,
			"name an event as in rules, its id, or '" TOTAL "'");
	return false;
}

static void compare(struct measuring *measuring, const struct pk_budget_limit *limit)
{
	struct pk_budget_result *result = measuring->result;
	size_t logged;
	if (!count_limited(&logged, measuring, limit))
		return;
	result->limits++;
	double rate = (double)logged / result->host_hours;
	if (rate <= limit->per_host_hour)
		return;
	result->exceeded++;
	struct pk_diag *diag = pk_report(measuring->diags, PK_BUDGET_EXCEEDED, limit->span,
		"%s: %.1f events are logged per host and hour, %.1f are allowed", limit->event,
		rate, limit->per_host_hour);
	pk_diag_hint(
		measuring->diags, diag, "see which rules log them with `picket replay --summary`");
}

bool pk_policy_budget(struct pk_budget_result *out, const struct pk_policy *policy,
	const struct pk_engine *engine, const struct pk_schema *schema, struct pk_diags *diags)
{
	const struct pk_budget *budget = &policy->budget;
	*out = (struct pk_budget_result){0};
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	PK_AUTO(pk_matcher) *matcher = pk_matcher_create(engine, PK_MATCHER_AUTO);
	struct measuring measuring = {
		.arena = arena,
		.result = out,
		.schema = schema,
		.matcher = matcher,
		.diags = diags,
	};
	bool read = true;
	for (size_t i = 0; i < budget->recordings.len; i++) {
		const struct pk_reference *recording = &budget->recordings.items[i];
		const char *path = pk_file_beside(
			policy->arena, recording->span.source->path, recording->text);
		read &= measure_file(&measuring, path);
	}
	if (!read)
		return false;

	sum_hours(&measuring);
	if (out->host_hours == 0 && budget->limits.len > 0) {
		struct pk_diag *diag =
			pk_report(diags, PK_BUDGET_UNMEASURED, budget->limits.items[0].span,
				"no host of the recordings has events at two points in time");
		pk_diag_hint(diags, diag, "record for an hour or more");
		return true;
	}
	for (size_t i = 0; i < budget->limits.len; i++)
		compare(&measuring, &budget->limits.items[i]);
	return true;
}
