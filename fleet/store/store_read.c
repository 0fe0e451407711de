/* What is read from a store. Whatever stands in the file, the result is rows or a report. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fleet/store/store_sql.h"

/* --- names --- */

const char *pk_rollout_kind_name(enum pk_rollout_kind kind)
{
	switch (kind) {
	case PK_ROLLOUT_PUSH:
		return "push";
	case PK_ROLLOUT_ROLLBACK:
		return "rollback";
	case PK_ROLLOUT_REMOVE:
		return "remove";
	}
	abort(); /* no value of the enum */
}

const char *pk_rollout_state_name(enum pk_rollout_state state)
{
	switch (state) {
	case PK_ROLLOUT_RUNNING:
		return "running";
	case PK_ROLLOUT_PAUSED:
		return "paused";
	case PK_ROLLOUT_HALTED:
		return "halted";
	case PK_ROLLOUT_ABORTED:
		return "aborted";
	case PK_ROLLOUT_DONE:
		return "done";
	}
	abort(); /* no value of the enum */
}

const char *pk_task_state_name(enum pk_task_state state)
{
	switch (state) {
	case PK_TASK_WAITING:
		return "waiting";
	case PK_TASK_CONNECTING:
		return "connecting";
	case PK_TASK_WORKING:
		return "working";
	case PK_TASK_RETRYING:
		return "retrying";
	case PK_TASK_OK:
		return "ok";
	case PK_TASK_FAILED:
		return "failed";
	case PK_TASK_SKIPPED:
		return "skipped";
	case PK_TASK_CHECKING:
		return "checking";
	case PK_TASK_HEALTHY:
		return "healthy";
	}
	abort(); /* no value of the enum */
}

static const char *kind_word(int kind)
{
	return pk_rollout_kind_name((enum pk_rollout_kind)kind);
}

static const char *state_word(int state)
{
	return pk_rollout_state_name((enum pk_rollout_state)state);
}

static const char *task_word(int state)
{
	return pk_task_state_name((enum pk_task_state)state);
}

static const char *action_word(int action)
{
	return pk_action_name((enum pk_host_action)action);
}

static const char *class_word(int class)
{
	return pk_failure_class_name((enum pk_failure_class) class);
}

/* --- rows --- */

/* Ends the query; false after a report if it failed, or a row made no sense. */
static bool finish(struct pk_query *query, bool failed, struct pk_diags *diags)
{
	pk_query_end(query);
	if (query->odd && !failed)
		pk_store_report(query->store->path, PK_STORE_DAMAGED,
			"has a row with words that it cannot have",
			"keep the file, and put back the last copy of it that was kept", diags);
	return !failed && !query->odd;
}

static void get_rollout(struct pk_rollout_row *out, struct pk_arena *arena, struct pk_query *query)
{
	*out = (struct pk_rollout_row){0};
	const char *id = pk_query_get_word(query, arena);
	memcpy(out->id, id, strnlen(id, sizeof(out->id) - 1));
	out->sequence = pk_query_get_count(query);
	out->kind =
		(enum pk_rollout_kind)pk_query_get_enum(query, kind_word, PK_ROLLOUT_REMOVE + 1);
	out->state =
		(enum pk_rollout_state)pk_query_get_enum(query, state_word, PK_ROLLOUT_DONE + 1);
	out->inventory = pk_query_get_word(query, arena);
	out->inventory_digest = pk_query_get_word(query, arena);
	out->inventory_path = pk_query_get_word(query, arena);
	out->plan = pk_query_get_text(query, arena);
	out->undoes = pk_query_get_text(query, arena);
	out->by = pk_query_get_word(query, arena);
	out->commit = pk_query_get_text(query, arena);
	out->started_ms = pk_query_get_int(query);
	out->ended_ms = pk_query_get_int(query);
	out->tasks = pk_query_get_count(query);
	out->ok = pk_query_get_count(query);
	out->failed = pk_query_get_count(query);
	out->skipped = pk_query_get_count(query);
	out->wish = pk_query_get_word(query, arena);
}

static void get_task(struct pk_task_row *out, struct pk_arena *arena, struct pk_query *query,
	const struct pk_store_keys *keys)
{
	*out = (struct pk_task_row){0};
	out->host = pk_query_get_word(query, arena);
	out->wave = (uint32_t)pk_query_get_int(query);
	out->wave_name = pk_query_get_word(query, arena);
	out->state = (enum pk_task_state)pk_query_get_enum(query, task_word, PK_TASK_HEALTHY + 1);
	out->tries = (uint32_t)pk_query_get_int(query);
	out->action =
		(enum pk_host_action)pk_query_get_enum(query, action_word, PK_ACTION_ROLLBACK + 1);
	out->class =
		(enum pk_failure_class)pk_query_get_enum(query, class_word, PK_FAILURE_CLASSES);
	out->code = pk_query_get_word(query, arena);
	out->message = pk_query_get_word(query, arena);
	out->from = pk_query_get_text(query, arena);
	out->to = pk_query_get_text(query, arena);
	out->touched = pk_query_get_int(query) != 0;
	out->started_ms = pk_query_get_int(query);
	out->ended_ms = pk_query_get_int(query);
	out->task = (uint64_t)(pk_query_get_int(query) - keys->first);
	out->desired = pk_query_get_word(query, arena);
	out->before = pk_query_get_text(query, arena);
	out->after = pk_query_get_text(query, arena);
}

void pk_store_get_event(struct pk_event_row *out, struct pk_arena *arena, struct pk_query *query)
{
	*out = (struct pk_event_row){0};
	out->number = pk_query_get_count(query);
	out->time_ms = pk_query_get_int(query);
	out->rollout = pk_query_get_word(query, arena);
	out->host = pk_query_get_text(query, arena);
	out->what = pk_query_get_word(query, arena);
	out->detail = pk_query_get_word(query, arena);
	const char *hash = pk_query_get_word(query, arena);
	memcpy(out->hash, hash, strnlen(hash, sizeof(out->hash) - 1));
}

static void get_host(struct pk_host_row *out, struct pk_arena *arena, struct pk_query *query)
{
	*out = (struct pk_host_row){0};
	out->host = pk_query_get_word(query, arena);
	out->rollout = pk_query_get_text(query, arena);
	out->facts = pk_query_get_text(query, arena);
	out->read_ms = pk_query_get_int(query);
	out->left = pk_query_get_text(query, arena);
	out->left_ms = pk_query_get_int(query);
}

/* --- questions --- */

bool pk_store_find_rollout(struct pk_rollout_row *out, bool *found_out, struct pk_arena *arena,
	struct pk_store *store, const char *id, struct pk_diags *diags)
{
	bool failed;
	struct pk_rollout_row row;
	struct pk_query query =
		pk_query_begin(store, id == NULL ? PK_SQL_LAST_ROLLOUT : PK_SQL_FIND_ROLLOUT);
	if (id != NULL)
		pk_query_put_text(&query, id);
	bool found = pk_query_next(&query, &failed, diags);
	if (found)
		get_rollout(&row, arena, &query);
	if (!finish(&query, failed, diags))
		return false;
	if (found)
		*out = row;
	*found_out = found;
	return true;
}

bool pk_store_list_rollouts(struct pk_rollout_rows *out, struct pk_arena *arena,
	struct pk_store *store, size_t most, struct pk_diags *diags)
{
	bool failed;
	struct pk_rollout_rows rows = {0};
	struct pk_query query = pk_query_begin(store, PK_SQL_LIST_ROLLOUTS);
	pk_query_put_int(&query, most == 0 || most > INT64_MAX ? -1 : (int64_t)most);
	while (pk_query_next(&query, &failed, diags))
		get_rollout(pk_list_push(arena, &rows), arena, &query);
	if (!finish(&query, failed, diags))
		return false;
	*out = rows;
	return true;
}

bool pk_store_list_tasks(struct pk_task_rows *out, struct pk_arena *arena, struct pk_store *store,
	const char *rollout, struct pk_diags *diags)
{
	bool failed = false;
	bool found;
	struct pk_task_rows rows = {0};
	struct pk_store_keys keys = {0};
	if (!pk_store_find_keys(&keys, &found, store, rollout, diags))
		return false;
	struct pk_query query = pk_query_begin(store, PK_SQL_LIST_TASKS);
	pk_query_put_int(&query, keys.first);
	pk_query_put_int(&query, keys.tasks);
	while (found && pk_query_next(&query, &failed, diags))
		get_task(pk_list_push(arena, &rows), arena, &query, &keys);
	if (!finish(&query, failed, diags))
		return false;
	*out = rows;
	return true;
}

bool pk_store_list_events(struct pk_event_rows *out, struct pk_arena *arena, struct pk_store *store,
	const char *rollout, const char *host, struct pk_diags *diags)
{
	static const enum pk_sql questions[2][2] = {
		{PK_SQL_LIST_EVENTS, PK_SQL_LIST_EVENTS_OF_HOST},
		{PK_SQL_LIST_EVENTS_OF_ROLLOUT, PK_SQL_LIST_EVENTS_OF_BOTH},
	};
	bool failed = false;
	bool found = true;
	struct pk_event_rows rows = {0};
	struct pk_store_keys keys = {0};
	if (rollout != NULL && !pk_store_find_keys(&keys, &found, store, rollout, diags))
		return false;
	struct pk_query query = pk_query_begin(store, questions[rollout != NULL][host != NULL]);
	if (host != NULL || rollout != NULL)
		pk_query_put_text(&query, host);
	if (rollout != NULL)
		pk_query_put_int(&query, keys.sequence);
	while (found && pk_query_next(&query, &failed, diags))
		pk_store_get_event(pk_list_push(arena, &rows), arena, &query);
	if (!finish(&query, failed, diags))
		return false;
	*out = rows;
	return true;
}

bool pk_store_list_hosts(struct pk_host_rows *out, struct pk_arena *arena, struct pk_store *store,
	struct pk_diags *diags)
{
	bool failed;
	struct pk_host_rows rows = {0};
	struct pk_query query = pk_query_begin(store, PK_SQL_LIST_HOSTS);
	while (pk_query_next(&query, &failed, diags))
		get_host(pk_list_push(arena, &rows), arena, &query);
	if (!finish(&query, failed, diags))
		return false;
	*out = rows;
	return true;
}

/* --- contents --- */

/* The report of a question that stays silent goes nowhere; what it cost is not forgotten. */
static bool next_silently(struct pk_query *query)
{
	PK_AUTO(pk_arena) *scratch = pk_arena_create();
	struct pk_diags diags = {.arena = scratch};
	struct pk_store *store = query->store;
	bool was_gathering = store->gathering;
	bool failed;
	bool found = pk_query_next(query, &failed, &diags);
	store->lost = store->lost || (was_gathering && !store->gathering);
	return found;
}

bool pk_store_has_content(struct pk_store *store, const char *digest)
{
	struct pk_query query = pk_query_begin(store, PK_SQL_HAS_CONTENT);
	pk_query_put_text(&query, digest);
	bool found = next_silently(&query);
	pk_query_end(&query);
	return found;
}

void pk_store_list_known(
	struct pk_digests *out, struct pk_arena *arena, struct pk_store *store, size_t most)
{
	struct pk_query query = pk_query_begin(store, PK_SQL_LIST_KNOWN);
	*out = (struct pk_digests){0};
	pk_query_put_int(&query, (int64_t)most);
	while (next_silently(&query))
		*pk_list_push(arena, out) = pk_query_get_word(&query, arena);
	/* All hosts were looked at, and nobody looks at them again. */
	sqlite3_db_release_memory(store->db);
}

struct pk_source *pk_store_find_content(
	struct pk_arena *arena, struct pk_store *store, const char *digest)
{
	struct pk_query query = pk_query_begin(store, PK_SQL_FIND_CONTENT);
	pk_query_put_text(&query, digest);
	if (!next_silently(&query))
		return NULL;
	const void *bytes = sqlite3_column_blob(query.statement, 0);
	size_t len = (size_t)sqlite3_column_bytes(query.statement, 0);
	char really[PK_DIGEST_TEXT];
	pk_digest_print(really, bytes, len);
	struct pk_source *out = NULL;
	/* What is not what it says must never be put on a host. */
	if (pk_text_equal(really, digest))
		out = pk_source_make(arena, pk_arena_strdup(arena, digest),
			pk_arena_strndup(arena, len == 0 ? "" : bytes, len), len);
	pk_query_end(&query);
	return out;
}
