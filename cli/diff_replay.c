#include "cli/diff_replay.h"

#include <stdlib.h>
#include <string.h>

#include "cli/progress.h"
#include "generators/engine/event_reader.h"
#include "generators/engine/matcher.h"

enum { STEP = 4096 };

struct side {
	const struct pk_schema *schema;
	struct pk_matcher *matcher;
};

struct replay {
	struct pk_diff_replay *out;
	struct pk_arena *arena;
	struct side sides[2];
	bool same_schema;
	struct pk_progress progress;
};

static bool same_name(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* The event with its fields where the schema of `before` has them. */
static struct pk_engine_event move_fields(
	const struct replay *replay, const struct pk_engine_event *event)
{
	const struct pk_event *from = pk_schema_find_id(replay->sides[1].schema, event->id);
	const struct pk_event *to = pk_schema_find_id(replay->sides[0].schema, event->id);
	struct pk_engine_event moved = {.id = event->id};
	for (size_t i = 0; from != NULL && to != NULL && i < from->field_count; i++) {
		int field = pk_event_field(to, from->fields[i]);
		if (field >= 0)
			moved.values[field] = event->values[i];
	}
	return moved;
}

static struct pk_diff_change *find_change(struct replay *replay,
	const struct pk_engine_event *event, struct pk_decision before, struct pk_decision after)
{
	const char *key = pk_arena_printf(replay->arena, "%u %d%d %s\n%s", event->id, before.logged,
		after.logged, before.rule_name != NULL ? before.rule_name : "",
		after.rule_name != NULL ? after.rule_name : "");
	struct pk_diff_change *change = pk_map_find(&replay->out->index, key);
	if (change != NULL)
		return change;
	change = PK_NEW(replay->arena, struct pk_diff_change);
	change->event = pk_schema_find_id(replay->sides[1].schema, event->id);
	change->before = before;
	change->after = after;
	pk_map_set(replay->arena, &replay->out->index, key, change);
	*pk_list_push(replay->arena, &replay->out->changes) = change;
	return change;
}

static void keep_example(
	struct replay *replay, struct pk_diff_change *change, const struct pk_engine_event *event)
{
	if (change->example_count == PK_REPLAY_EXAMPLES)
		return;
	struct pk_engine_event *example = &change->examples[change->example_count++];
	example->id = event->id;
	for (size_t i = 0; i < PK_SCHEMA_FIELDS_MAX; i++) {
		if (event->values[i] != NULL)
			example->values[i] = pk_arena_strdup(replay->arena, event->values[i]);
	}
}

static void look_at(struct replay *replay, const struct pk_engine_event *event)
{
	struct pk_engine_event moved;
	const struct pk_engine_event *old = event;
	if (!replay->same_schema) {
		moved = move_fields(replay, event);
		old = &moved;
	}
	struct pk_decision before = pk_matcher_decide(replay->sides[0].matcher, old);
	struct pk_decision after = pk_matcher_decide(replay->sides[1].matcher, event);
	struct pk_diff_replay *out = replay->out;
	if (++out->events % STEP == 0)
		pk_progress_step(&replay->progress, out->events, 0);
	if (before.logged == after.logged &&
		(!before.logged || same_name(before.rule_name, after.rule_name)))
		return;
	out->gained += !before.logged;
	out->lost += !after.logged;
	out->renamed += before.logged && after.logged;
	struct pk_diff_change *change = find_change(replay, event, before, after);
	change->count++;
	keep_example(replay, change, event);
}

static bool look_at_file(struct replay *replay, const char *path, struct pk_diags *diags)
{
	PK_AUTO(pk_event_reader) *reader =
		pk_event_reader_open(path, replay->sides[1].schema, diags);
	if (reader == NULL)
		return false;
	struct pk_record record;
	while (pk_event_reader_next(reader, &record))
		look_at(replay, &record.event);
	return true;
}

static int compare_changes(const void *a, const void *b)
{
	const struct pk_diff_change *left = *(struct pk_diff_change *const *)a;
	const struct pk_diff_change *right = *(struct pk_diff_change *const *)b;
	if (left->event->id != right->event->id)
		return left->event->id < right->event->id ? -1 : 1;
	return (left->count < right->count) - (left->count > right->count);
}

bool pk_diff_replay(struct pk_diff_replay *out, struct pk_cli *cli, const struct pk_config *before,
	const struct pk_config *after, const struct pk_texts *files, struct pk_diags *diags)
{
	PK_AUTO(pk_matcher) *old = pk_matcher_create(before->engine, PK_MATCHER_AUTO);
	PK_AUTO(pk_matcher) *new = pk_matcher_create(after->engine, PK_MATCHER_AUTO);
	struct replay replay = {.out = out,
		.arena = cli->arena,
		.sides = {{before->sysmon->parser, old}, {after->sysmon->parser, new}},
		.same_schema = before->sysmon->parser->version == after->sysmon->parser->version};
	bool all = true;
	pk_progress_begin(&replay.progress, cli, "events");
	for (size_t i = 0; i < files->len; i++)
		all = look_at_file(&replay, files->items[i], diags) && all;
	pk_progress_end(&replay.progress);
	if (out->changes.len > 1)
		qsort(out->changes.items, out->changes.len, sizeof(*out->changes.items),
			compare_changes);
	return all;
}
