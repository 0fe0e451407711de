#include "cli/replay_summary.h"

#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/json_out.h"
#include "base/map.h"
#include "base/time.h"
#include "generators/engine/event_record.h"

enum {
	HOSTS_MOST = 100000, /* computers counted for themselves */
	NAME_WIDTH = 40,
	MS_PER_HOUR = 3600 * 1000,
};

static const char other_hosts[] = "(further computers)";

struct count {
	const char *name; /* NULL: none */
	size_t logged;
	size_t dropped;
	int64_t first; /* milliseconds since 1970; only if `timed` */
	int64_t last;
	bool timed;
};

struct counts {
	PK_LIST(struct count *) items;
	struct pk_map by_name;
};

struct pk_replay_summary {
	struct pk_arena *arena;
	struct count total;
	struct count ids[PK_EVENT_IDS];
	struct counts names;
	struct counts hosts;
	struct count *host; /* of the last event: most come from the same computer */
};

struct pk_replay_summary *pk_replay_summary_make(struct pk_arena *arena)
{
	struct pk_replay_summary *summary = PK_NEW(arena, struct pk_replay_summary);
	summary->arena = arena;
	return summary;
}

/* --- times --- */

static void add_time(struct count *count, const char *text)
{
	int64_t time;
	if (text == NULL || !pk_time_parse(&time, text))
		return;
	if (!count->timed || time < count->first)
		count->first = time;
	if (!count->timed || time > count->last)
		count->last = time;
	count->timed = true;
}

/* Events of one or more computers in the hours from their first to their last. */
struct rate {
	double hours; /* 0: not known, or no time passed */
	size_t logged;
	size_t dropped;
};

static struct rate rate_of(const struct count *count)
{
	if (!count->timed || count->first == count->last)
		return (struct rate){0};
	return (struct rate){
		(double)(count->last - count->first) / MS_PER_HOUR, count->logged, count->dropped};
}

/* --- counting --- */

static void add(struct count *count, const struct pk_decision *decision)
{
	count->logged += decision->logged;
	count->dropped += !decision->logged;
}

static struct count *find_count(struct pk_arena *arena, struct counts *counts, const char *name)
{
	const char *key = name == NULL ? "" : name;
	struct count *count = pk_map_find(&counts->by_name, key);
	if (count != NULL)
		return count;
	count = PK_NEW(arena, struct count);
	count->name = name == NULL ? NULL : pk_arena_strdup(arena, name);
	pk_map_set(arena, &counts->by_name, count->name == NULL ? "" : count->name, count);
	*pk_list_push(arena, &counts->items) = count;
	return count;
}

static struct count *find_host(struct pk_replay_summary *summary, const char *computer)
{
	struct count *last = summary->host;
	if (last != NULL && computer != NULL && last->name != NULL &&
		strcmp(last->name, computer) == 0)
		return last;
	bool is_full = summary->hosts.items.len >= HOSTS_MOST &&
		pk_map_find(&summary->hosts.by_name, computer == NULL ? "" : computer) == NULL;
	summary->host =
		find_count(summary->arena, &summary->hosts, is_full ? other_hosts : computer);
	return summary->host;
}

void pk_replay_summary_add(struct pk_replay_summary *summary, const struct pk_record *record,
	const struct pk_decision *decision)
{
	struct count *host = find_host(summary, record->computer);
	add(&summary->total, decision);
	add(&summary->ids[record->event.id % PK_EVENT_IDS], decision);
	add(find_count(summary->arena, &summary->names, decision->rule_name), decision);
	add(host, decision);
	add_time(host, record->time);
}

/* --- printing --- */

static const char *text_of(const struct count *count)
{
	return count->name == NULL ? "" : count->name;
}

static int compare_counts(const void *left, const void *right)
{
	const struct count *a = *(const struct count *const *)left;
	const struct count *b = *(const struct count *const *)right;
	if (a->logged != b->logged)
		return a->logged < b->logged ? 1 : -1;
	if (a->dropped != b->dropped)
		return a->dropped < b->dropped ? 1 : -1;
	return strcmp(text_of(a), text_of(b));
}

/* Sorts by number of logged events, the largest first; returns the rate of all together. */
static struct rate sort_counts(struct counts *counts)
{
	struct rate all = {0};
	if (counts->items.len > 1)
		qsort(counts->items.items, counts->items.len, sizeof(*counts->items.items),
			compare_counts);
	for (size_t i = 0; i < counts->items.len; i++) {
		struct rate rate = rate_of(counts->items.items[i]);
		all.hours += rate.hours;
		all.logged += rate.logged;
		all.dropped += rate.dropped;
	}
	return all;
}

static void put_row(struct pk_buf *buf, const char *name, const struct count *count)
{
	size_t begin = buf->len;
	pk_escape_put(buf, name == NULL || name[0] == '\0' ? "-" : name);
	size_t len = buf->len - begin;
	pk_buf_printf(buf, "%*s  %9zu  %9zu", (int)(len < NAME_WIDTH ? NAME_WIDTH - len : 0), "",
		count->logged, count->dropped);
}

static void put_heading(struct pk_buf *buf, const char *what, const char *more)
{
	pk_buf_printf(buf, "%s%-*s  %9s  %9s%s\n", buf->len == 0 ? "" : "\n", NAME_WIDTH, what,
		"logged", "dropped", more);
}

/* Hours, and logged and dropped events an hour; "-" where the time is not known. */
static void put_rates(struct pk_buf *buf, const struct rate *rate)
{
	if (rate->hours > 0)
		pk_buf_printf(buf, "  %9.2f  %9.1f  %9.1f\n", rate->hours,
			(double)rate->logged / rate->hours, (double)rate->dropped / rate->hours);
	else
		pk_buf_printf(buf, "  %9s  %9s  %9s\n", "-", "-", "-");
}

static void put_ids(
	struct pk_buf *buf, const struct pk_replay_summary *summary, const struct pk_schema *schema)
{
	put_heading(buf, "event", "");
	for (uint32_t id = 0; id < PK_EVENT_IDS; id++) {
		const struct count *count = &summary->ids[id];
		if (count->logged + count->dropped == 0)
			continue;
		const struct pk_event *event = pk_schema_find_id(schema, id);
		put_row(buf, pk_arena_printf(summary->arena, "%3u %s", id, event->title), count);
		pk_buf_putc(buf, '\n');
	}
}

void pk_replay_summary_put_text(
	struct pk_buf *buf, struct pk_replay_summary *summary, const struct pk_schema *schema)
{
	put_ids(buf, summary, schema);

	sort_counts(&summary->names);
	put_heading(buf, "rule name", "");
	for (size_t i = 0; i < summary->names.items.len; i++) {
		put_row(buf, summary->names.items.items[i]->name, summary->names.items.items[i]);
		pk_buf_putc(buf, '\n');
	}

	struct rate all = sort_counts(&summary->hosts);
	put_heading(buf, "computer", "      hours   logged/h  dropped/h");
	for (size_t i = 0; i < summary->hosts.items.len; i++) {
		const struct count *host = summary->hosts.items.items[i];
		struct rate rate = rate_of(host);
		put_row(buf, host->name, host);
		put_rates(buf, &rate);
	}
	put_row(buf, "all", &summary->total);
	put_rates(buf, &all);
}

static void open_row(struct pk_json_out *json, const char *kind)
{
	json->comma = false;
	pk_json_out_open_object(json, NULL);
	pk_json_out_number(json, "schema", 1);
	pk_json_out_text(json, "by", kind);
}

static void put_counts(struct pk_json_out *json, const struct count *count)
{
	pk_json_out_number(json, "logged", count->logged);
	pk_json_out_number(json, "dropped", count->dropped);
}

/* Left out where the time is not known. */
static void put_json_rates(struct pk_json_out *json, const struct rate *rate)
{
	if (rate->hours <= 0)
		return;
	pk_json_out_decimal(json, "hours", rate->hours);
	pk_json_out_decimal(json, "logged_per_hour", (double)rate->logged / rate->hours);
	pk_json_out_decimal(json, "dropped_per_hour", (double)rate->dropped / rate->hours);
}

static void close_row(struct pk_json_out *json)
{
	pk_json_out_close_object(json);
	pk_buf_putc(json->buf, '\n');
}

void pk_replay_summary_put_json(struct pk_buf *buf, struct pk_replay_summary *summary)
{
	struct pk_json_out json = {.buf = buf};
	for (uint32_t id = 0; id < PK_EVENT_IDS; id++) {
		const struct count *count = &summary->ids[id];
		if (count->logged + count->dropped == 0)
			continue;
		open_row(&json, "event_id");
		pk_json_out_number(&json, "event_id", id);
		put_counts(&json, count);
		close_row(&json);
	}
	sort_counts(&summary->names);
	for (size_t i = 0; i < summary->names.items.len; i++) {
		const struct count *count = summary->names.items.items[i];
		open_row(&json, "rule_name");
		pk_json_out_text(&json, "rule_name", text_of(count));
		put_counts(&json, count);
		close_row(&json);
	}
	struct rate all = sort_counts(&summary->hosts);
	for (size_t i = 0; i < summary->hosts.items.len; i++) {
		const struct count *count = summary->hosts.items.items[i];
		struct rate rate = rate_of(count);
		open_row(&json, "computer");
		pk_json_out_text(&json, "computer", text_of(count));
		put_counts(&json, count);
		put_json_rates(&json, &rate);
		close_row(&json);
	}
	open_row(&json, "all");
	put_counts(&json, &summary->total);
	put_json_rates(&json, &all);
	close_row(&json);
}
