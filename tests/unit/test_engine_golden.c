/*
 * The engine, and the matcher with Hyperscan, against recorded decisions of Sysmon's own engine.
 * The material is not part of the tree: PICKET_SHARED names its folder (default ../shared beside
 * the sources); without it the test says that it was skipped.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "generators/engine/matcher.h"
#include "generators/sysmon/judge.h"
#include "generators/sysmon/sysmon_convert.h"
#include "tests/unit/test.h"

struct events {
	PK_LIST(struct pk_engine_event) items;
};

/* What decides for one configuration. */
struct deciders {
	const struct pk_engine *engine;
	struct pk_matcher *matcher;
};

struct golden {
	struct pk_arena *arena;
	struct pk_diags diags;
	const char *root;
	const struct pk_schema *schema;
	struct pk_map events;		       /* path -> struct events */
	struct pk_map deciders;		       /* path -> struct deciders */
	PK_LIST(struct pk_matcher *) matchers; /* to be destroyed */
};

static const char *golden_root(void)
{
	const char *shared = getenv("PICKET_SHARED");
	static char path[4096];
	snprintf(path, sizeof(path), "%s/golden",
		shared != NULL ? shared : PICKET_SOURCE_DIR "/../shared");
	return path;
}

static struct pk_source *read_file(struct golden *golden, const char *path)
{
	return pk_file_read(golden->arena,
		pk_arena_printf(golden->arena, "%s/%s", golden->root, path), 0, &golden->diags);
}

static void add_event(struct golden *golden, struct events *events, const struct pk_node *node)
{
	struct pk_engine_event *event = pk_list_push(golden->arena, &events->items);
	event->id = (uint32_t)pk_node_find(node, "EventID")->integer;
	const struct pk_node *data = pk_node_find(node, "EventData");
	const struct pk_event *type = pk_schema_find_id(golden->schema, event->id);
	for (size_t i = 0; i < data->pair_count; i++) {
		int field = pk_event_field(type, data->pairs[i].key->text);
		if (field >= 0)
			event->values[field] = data->pairs[i].value->text;
	}
}

static struct events *find_events(struct golden *golden, const char *path)
{
	struct events *events = pk_map_find(&golden->events, path);
	if (events != NULL)
		return events;

	struct pk_source *source = read_file(golden, path);
	assert_non_null(source);
	events = PK_NEW(golden->arena, struct events);
	for (const char *line = source->text; line < source->text + source->len;) {
		const char *end = strchr(line, '\n');
		size_t len = end == NULL ? strlen(line) : (size_t)(end - line);
		const char *copy = pk_arena_strndup(golden->arena, line, len);
		struct pk_source *one = pk_source_make(golden->arena, path, copy, len);
		struct pk_node *node = pk_json_read(one, &golden->diags);
		assert_non_null(node);
		add_event(golden, events, node);
		line += len + 1;
	}
	pk_map_set(golden->arena, &golden->events, path, events);
	return events;
}

static struct deciders *find_deciders(struct golden *golden, const char *path)
{
	struct deciders *deciders = pk_map_find(&golden->deciders, path);
	if (deciders != NULL)
		return deciders;

	struct pk_source *source = read_file(golden, path);
	assert_non_null(source);
	struct pk_sysmon_options options = {.platform = PK_WINDOWS};
	struct pk_sysmon *sysmon = pk_sysmon_read(source, &options, &golden->diags);
	uint32_t *ids = PK_NEW_ARRAY(golden->arena, uint32_t, sysmon->elements.len + 1);
	pk_sysmon_convert(sysmon, NULL, ids, &golden->diags);
	assert_false(sysmon->rejected);
	deciders = PK_NEW(golden->arena, struct deciders);
	deciders->engine = pk_engine_make(golden->arena, sysmon, ids);
	deciders->matcher = pk_matcher_create(deciders->engine, PK_MATCHER_HYPERSCAN);
	*pk_list_push(golden->arena, &golden->matchers) = deciders->matcher;
	pk_map_set(golden->arena, &golden->deciders, path, deciders);
	return deciders;
}

/* Splits a table line at tabs in place. */
static size_t split(char *line, char **fields, size_t most)
{
	size_t count = 0;
	for (char *rest = line; count < most;) {
		fields[count++] = strsep(&rest, "\t");
		if (rest == NULL)
			break;
	}
	return count;
}

static bool is_same(struct pk_decision decision, bool logged, const char *name)
{
	return decision.logged == logged &&
		strcmp(decision.rule_name == NULL ? "" : decision.rule_name, name) == 0;
}

static bool check_row(struct golden *golden, char *line)
{
	char *fields[5] = {0};
	size_t count = split(line, fields, 5);
	assert_true(count >= 4);
	struct events *events = find_events(golden, fields[1]);
	size_t index = strtoul(fields[2], NULL, 10);
	assert_true(index < events->items.len);

	const struct pk_engine_event *event = &events->items.items[index];
	const struct deciders *deciders = find_deciders(golden, fields[0]);
	const char *name = count > 4 ? fields[4] : "";
	bool logged = strcmp(fields[3], "log") == 0;
	bool same = is_same(pk_engine_decide(deciders->engine, event), logged, name);
	bool found_same = is_same(pk_matcher_decide(deciders->matcher, event), logged, name);
	if (!same || !found_same)
		print_error("%s event %s: want %s '%s'%s%s\n", fields[0], fields[2], fields[3],
			name, same ? "" : ", engine differs",
			found_same ? "" : ", matcher differs");
	return same && found_same;
}

static void check_table(const char *name)
{
	const char *root = golden_root();
	if (!pk_file_exists(root)) {
		print_message("%s: all cases skipped, no %s\n", name, root);
		skip(); /* does not return, so nothing may be held here */
	}
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct golden golden = {.arena = arena, .diags = {.arena = arena}, .root = root};
	golden.schema = pk_schema_make(arena, PK_WINDOWS, pk_schema_newest(PK_WINDOWS));
	struct pk_source *table = read_file(&golden, name);
	assert_non_null(table);
	char *rest = pk_arena_strndup(arena, table->text, table->len);
	size_t good = 0;
	size_t bad = 0;
	strsep(&rest, "\n");
	for (char *line; (line = strsep(&rest, "\n")) != NULL && *line != '\0';) {
		if (check_row(&golden, line))
			good++;
		else
			bad++;
	}
	for (size_t i = 0; i < golden.matchers.len; i++)
		pk_matcher_destroy(golden.matchers.items[i]);
	print_message("%s: %zu equal, %zu different\n", name, good, bad);
	assert_int_equal(bad, 0);
	assert_true(good > 1000);
}

static void synthetic_events_are_decided_as_sysmon_does(void **state)
{
	(void)state;
	check_table("eval/synthetic.tsv");
}

static void recorded_events_are_decided_as_sysmon_does(void **state)
{
	(void)state;
	check_table("eval/real.tsv");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(synthetic_events_are_decided_as_sysmon_does),
		cmocka_unit_test(recorded_events_are_decided_as_sysmon_does),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
