#include "cli/fleet/ways.h"

#include <stdlib.h>
#include <string.h>

/* While ways are collected. */
struct collecting {
	struct pk_ways *ways;
	struct pk_fleet *fleet;
	struct pk_arena *arena;
	struct pk_map by_key; /* to the number of the way, from 1 */
};

/* The way with that key; the text is copied. *new_out: it has no lines yet. */
static struct pk_way *find_way(
	struct collecting *collecting, const struct pk_buf *key, bool *new_out)
{
	const char *text = key->data == NULL ? "" : key->data;
	const size_t *number = pk_map_find(&collecting->by_key, text);
	*new_out = number == NULL;
	if (number != NULL)
		return &collecting->ways->items.items[*number - 1];
	struct pk_way *way = pk_list_push(collecting->arena, &collecting->ways->items);
	way->key = pk_arena_strdup(collecting->arena, text);
	size_t *added = PK_NEW(collecting->arena, size_t);
	*added = collecting->ways->items.len;
	pk_map_set(collecting->arena, &collecting->by_key, way->key, added);
	return way;
}

static void add_host(struct collecting *collecting, struct pk_way *way, size_t host)
{
	*pk_list_push(collecting->arena, &way->hosts) = host;
	collecting->ways->hosts++;
}

static void add_line(struct collecting *collecting, struct pk_way *way, const char *line)
{
	*pk_list_push(collecting->arena, &way->lines) = line;
}

static int by_count(const void *a, const void *b)
{
	const struct pk_way *left = a;
	const struct pk_way *right = b;
	if (left->hosts.len != right->hosts.len)
		return left->hosts.len > right->hosts.len ? -1 : 1;
	return left->hosts.items[0] < right->hosts.items[0] ? -1 : 1;
}

static void sort(struct pk_ways *ways)
{
	if (ways->items.len > 1)
		qsort(ways->items.items, ways->items.len, sizeof(*ways->items.items), by_count);
}

static const char *text_or(const char *text, const char *other)
{
	return text == NULL ? other : text;
}

/* --- what a push would do --- */

static bool changes_config(const struct pk_host_plan *plan)
{
	for (size_t i = 0; i < plan->changes.len; i++) {
		enum pk_host_change_kind kind = plan->changes.items[i].kind;
		if (kind == PK_CHANGE_CONFIG || kind == PK_CHANGE_REPLACE)
			return true;
	}
	return false;
}

/* The configurations that the change leads from and to, as far as they can be read. */
static void compare(struct collecting *collecting, struct pk_way *way, size_t host,
	const struct pk_reading *reading)
{
	struct pk_contents *contents = collecting->fleet->contents;
	const char *to = reading->plan.to;
	if (to == NULL || !changes_config(&reading->plan))
		return;
	way->before = pk_contents_live(contents, &reading->facts, &way->why);
	if (way->before == NULL)
		return;
	way->why = NULL;
	enum pk_sensor sensor = collecting->fleet->desired[host].sensor;
	way->after = pk_contents_open(contents, to, sensor, &way->why);
}

static void add_plan(struct collecting *collecting, size_t host, const struct pk_reading *reading)
{
	const struct pk_host_plan *plan = &reading->plan;
	PK_BUF_AUTO key = {0};
	for (size_t i = 0; i < plan->changes.len; i++) {
		const struct pk_host_change *change = &plan->changes.items[i];
		pk_buf_printf(&key, "%s\n", pk_change_describe(collecting->arena, change));
	}
	pk_buf_printf(&key, "%s %s %s", text_or(plan->from, ""), text_or(plan->to, ""),
		text_or(reading->facts.rules, ""));
	bool is_new;
	struct pk_way *way = find_way(collecting, &key, &is_new);
	add_host(collecting, way, host);
	if (!is_new)
		return;
	for (size_t i = 0; i < plan->changes.len; i++)
		add_line(collecting, way,
			pk_change_describe(collecting->arena, &plan->changes.items[i]));
	compare(collecting, way, host, reading);
}

void pk_ways_of_plan(
	struct pk_ways *out, struct pk_fleet *fleet, const struct pk_readings *readings)
{
	*out = (struct pk_ways){0};
	struct collecting collecting = {.ways = out, .fleet = fleet, .arena = fleet->cli->arena};
	for (size_t i = 0; i < readings->len; i++) {
		const struct pk_reading *reading = &readings->items[i];
		if (reading->read && reading->plan.refused == NULL && reading->plan.changes.len > 0)
			add_plan(&collecting, i, reading);
	}
	sort(out);
}

/* --- what has drifted --- */

static const char *describe_drift(struct pk_arena *arena, const struct pk_drift *drift)
{
	return pk_arena_printf(arena, "%s: was %s, is %s", drift->what,
		text_or(drift->before, "unknown"), text_or(drift->now, "unknown"));
}

static void add_drift(struct collecting *collecting, size_t host, const struct pk_facts *left,
	const struct pk_reading *reading, const struct pk_drifts *drifts)
{
	struct pk_contents *contents = collecting->fleet->contents;
	PK_BUF_AUTO key = {0};
	bool config = false;
	for (size_t i = 0; i < drifts->len; i++) {
		const struct pk_drift *drift = &drifts->items[i];
		pk_buf_printf(&key, "%s\n", describe_drift(collecting->arena, drift));
		config = config || strcmp(drift->what, "config") == 0 ||
			strcmp(drift->what, "rules") == 0;
	}
	bool is_new;
	struct pk_way *way = find_way(collecting, &key, &is_new);
	add_host(collecting, way, host);
	if (!is_new)
		return;
	for (size_t i = 0; i < drifts->len; i++)
		add_line(collecting, way, describe_drift(collecting->arena, &drifts->items[i]));
	if (!config)
		return;
	way->before = pk_contents_live(contents, left, &way->why);
	if (way->before != NULL)
		way->after = pk_contents_live(contents, &reading->facts, &way->why);
	if (way->after != NULL)
		way->why = NULL;
}

/* What we left on the host by the store; false if we never changed it. */
static bool read_left(struct pk_facts *out, struct pk_arena *arena, const struct pk_host_row *row)
{
	return row != NULL && pk_reading_parse_facts(out, arena, row->left);
}

bool pk_ways_of_drift(struct pk_ways *out, struct pk_drifts *drifts, struct pk_fleet *fleet,
	const struct pk_readings *readings, struct pk_diags *diags)
{
	struct pk_arena *arena = fleet->cli->arena;
	struct collecting collecting = {.ways = out, .fleet = fleet, .arena = arena};
	struct pk_host_rows rows = {0};
	struct pk_map by_host = {0};
	*out = (struct pk_ways){0};
	if (fleet->store == NULL)
		return true;
	if (!pk_store_list_hosts(&rows, arena, fleet->store, diags))
		return false;
	for (size_t i = 0; i < rows.len; i++)
		pk_map_set(arena, &by_host, rows.items[i].host, &rows.items[i]);
	for (size_t i = 0; i < readings->len; i++) {
		const struct pk_reading *reading = &readings->items[i];
		struct pk_facts left;
		struct pk_drifts found = {0};
		if (!reading->read ||
			!read_left(&left, arena,
				pk_map_find(&by_host, fleet->selection.items[i]->name)))
			continue;
		pk_change_drift(&found, arena, &left, &reading->facts);
		if (found.len > 0)
			add_drift(&collecting, i, &left, reading, &found);
		if (drifts != NULL)
			drifts[i] = found;
	}
	sort(out);
	return true;
}

/* --- what could not be --- */

/* Groups hosts by the reason that `reason` gives; NULL: it is none of these. */
static void group(struct pk_ways *out, struct pk_fleet *fleet, const struct pk_readings *readings,
	const char *(*reason)(const struct pk_reading *reading, enum pk_code *code_out))
{
	*out = (struct pk_ways){0};
	struct collecting collecting = {.ways = out, .fleet = fleet, .arena = fleet->cli->arena};
	for (size_t i = 0; i < readings->len; i++) {
		enum pk_code code;
		const char *why = reason(&readings->items[i], &code);
		if (why == NULL)
			continue;
		PK_BUF_AUTO key = {0};
		bool is_new;
		pk_buf_printf(&key, "%s [%s]", why, pk_code_info(code)->id);
		struct pk_way *way = find_way(&collecting, &key, &is_new);
		add_host(&collecting, way, i);
		if (is_new)
			add_line(&collecting, way, way->key);
	}
	sort(out);
}

static const char *why_unread(const struct pk_reading *reading, enum pk_code *code_out)
{
	*code_out = reading->failure.code;
	return reading->read ? NULL : reading->failure.message;
}

static const char *why_trouble(const struct pk_reading *reading, enum pk_code *code_out)
{
	if (!reading->read)
		return why_unread(reading, code_out);
	*code_out = reading->plan.refused_code;
	return reading->plan.refused;
}

void pk_ways_of_unread(
	struct pk_ways *out, struct pk_fleet *fleet, const struct pk_readings *readings)
{
	group(out, fleet, readings, why_unread);
}

void pk_ways_of_trouble(
	struct pk_ways *out, struct pk_fleet *fleet, const struct pk_readings *readings)
{
	group(out, fleet, readings, why_trouble);
}
