/* What is written to a store: rollouts, transitions of their tasks, facts, contents. */
#include <assert.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "fleet/store/store_sql.h"

static const char *or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

/* --- rollouts and the journal --- */

bool pk_store_find_keys(struct pk_store_keys *out, bool *found_out, struct pk_store *store,
	const char *id, struct pk_diags *diags)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	bool failed;
	struct pk_query query = pk_query_begin(store, PK_SQL_FIND_KEYS);
	pk_query_put_text(&query, id);
	*found_out = pk_query_next(&query, &failed, diags);
	if (!*found_out)
		return !failed;
	struct pk_store_keys keys = {0};
	const char *text = pk_query_get_word(&query, arena);
	memcpy(keys.id, text, strnlen(text, sizeof(keys.id) - 1));
	keys.sequence = pk_query_get_int(&query);
	keys.first = pk_query_get_int(&query);
	keys.tasks = pk_query_get_int(&query);
	pk_query_end(&query);
	*out = keys;
	return true;
}

static bool report_unknown(struct pk_store *store, const char *message, struct pk_diags *diags)
{
	pk_store_forget(store);
	pk_store_report(store->path, PK_STORE_UNKNOWN, message,
		"see what `picket history` lists, and name the right store with --state", diags);
	return false;
}

/* Opens the transaction and finds the keys of the rollout, if they are not those of before. */
static bool use_rollout(struct pk_store *store, const char *id, struct pk_diags *diags)
{
	if (!pk_store_gather(store, diags))
		return false;
	if (pk_text_equal(store->keys.id, id))
		return true;
	bool found;
	if (!pk_store_find_keys(&store->keys, &found, store, id, diags))
		return false;
	if (!found) {
		const char *message =
			pk_arena_printf(diags->arena, "does not have the rollout '%s'", id);
		return report_unknown(store, message, diags);
	}
	pk_store_note_lock(store->lock, id);
	return true;
}

static bool add_event(
	struct pk_store *store, const struct pk_event_row *event, struct pk_diags *diags)
{
	struct pk_event_row row = *event;
	row.number = store->number + 1;
	row.rollout = store->keys.id;
	row.detail = row.detail == NULL ? "{}" : row.detail;
	pk_store_hash(row.hash, &store->scratch, store->hash, &row);
	struct pk_query query = pk_query_begin(store, PK_SQL_ADD_EVENT);
	pk_query_put_int(&query, (int64_t)row.number);
	pk_query_put_int(&query, row.time_ms);
	pk_query_put_int(&query, store->keys.sequence);
	pk_query_put_text(&query, row.host);
	pk_query_put_text(&query, row.what);
	pk_query_put_text(&query, row.detail);
	pk_query_put_text(&query, row.hash);
	if (!pk_query_run(&query, diags))
		return false;
	store->number = row.number;
	memcpy(store->hash, row.hash, sizeof(row.hash));
	return true;
}

bool pk_store_make_id(char out[PK_ROLLOUT_ID], int64_t now_ms, struct pk_diags *diags)
{
	uint8_t random[4];
	char text[32];
	struct tm parts;
	time_t seconds = now_ms / 1000;
	if (gmtime_r(&seconds, &parts) == NULL ||
		strftime(text, sizeof(text), "%Y%m%dT%H%M%SZ", &parts) !=
			strlen("20261122T081502Z") ||
		getrandom(random, sizeof(random), 0) != sizeof(random)) {
		pk_report(diags, PK_STORE_FAILED, PK_NO_SPAN,
			"this machine gives no time or no random numbers");
		return false;
	}
	PK_BUF_AUTO id = {0};
	pk_buf_printf(&id, "%s-%02x%02x%02x%02x", text, random[0], random[1], random[2], random[3]);
	assert(id.len < PK_ROLLOUT_ID);
	memcpy(out, id.data, id.len + 1);
	return true;
}

static bool find_new_keys(
	struct pk_store *store, struct pk_store_keys *keys, int64_t now_ms, struct pk_diags *diags)
{
	bool failed;
	struct pk_query query = pk_query_begin(store, PK_SQL_NEW_KEYS);
	if (!pk_query_next(&query, &failed, diags))
		return false;
	int64_t next = pk_query_get_int(&query);
	keys->sequence = next > now_ms ? next : now_ms;
	keys->first = pk_query_get_int(&query);
	pk_query_end(&query);
	return true;
}

static bool add_rollout(struct pk_store *store, const struct pk_rollout_row *row,
	const struct pk_store_keys *keys, struct pk_diags *diags)
{
	struct pk_query query = pk_query_begin(store, PK_SQL_ADD_ROLLOUT);
	pk_query_put_text(&query, row->id);
	pk_query_put_int(&query, (int64_t)row->sequence);
	pk_query_put_text(&query, pk_rollout_kind_name(row->kind));
	pk_query_put_text(&query, pk_rollout_state_name(row->state));
	pk_query_put_text(&query, or_empty(row->inventory));
	pk_query_put_text(&query, or_empty(row->inventory_digest));
	pk_query_put_text(&query, or_empty(row->inventory_path));
	pk_query_put_text(&query, row->plan);
	pk_query_put_text(&query, row->undoes);
	pk_query_put_text(&query, or_empty(row->by));
	pk_query_put_text(&query, row->commit);
	pk_query_put_int(&query, row->started_ms);
	pk_query_put_int(&query, row->ended_ms);
	pk_query_put_int(&query, (int64_t)row->tasks);
	pk_query_put_int(&query, (int64_t)row->ok);
	pk_query_put_int(&query, (int64_t)row->failed);
	pk_query_put_int(&query, (int64_t)row->skipped);
	pk_query_put_text(&query, row->wish == NULL ? "{}" : row->wish);
	pk_query_put_int(&query, keys->first);
	return pk_query_run(&query, diags);
}

/* --- tasks --- */

/* Sets a text of a task. */
static bool put_text(struct pk_store *store, enum pk_sql which, int64_t number, const char *text,
	struct pk_diags *diags)
{
	struct pk_query query = pk_query_begin(store, which);
	pk_query_put_int(&query, number);
	pk_query_put_text(&query, text);
	return pk_query_run(&query, diags);
}

/* Adds or changes the row of a task, and its texts; what is desired is only said once. */
static bool put_task(struct pk_store *store, const struct pk_task_row *row, int64_t number,
	bool is_new, struct pk_diags *diags)
{
	struct pk_query query = pk_query_begin(store, is_new ? PK_SQL_ADD_TASK : PK_SQL_SET_TASK);
	pk_query_put_text(&query, row->host);
	pk_query_put_int(&query, row->wave);
	pk_query_put_text(&query, or_empty(row->wave_name));
	pk_query_put_text(&query, pk_task_state_name(row->state));
	pk_query_put_int(&query, row->tries);
	pk_query_put_text(&query, pk_action_name(row->action));
	pk_query_put_text(&query, pk_failure_class_name(row->class));
	pk_query_put_text(&query, or_empty(row->code));
	pk_query_put_text(&query, or_empty(row->message));
	pk_query_put_text(&query, row->from);
	pk_query_put_text(&query, row->to);
	pk_query_put_int(&query, row->touched);
	pk_query_put_int(&query, row->started_ms);
	pk_query_put_int(&query, row->ended_ms);
	pk_query_put_int(&query, number);
	pk_query_put_int(&query, store->keys.sequence);
	if (!pk_query_run(&query, diags))
		return false;
	const char *desired = row->desired == NULL ? "{}" : row->desired;
	return (!is_new || put_text(store, PK_SQL_ADD_DESIRED, number, desired, diags)) &&
		(row->before == NULL ||
			put_text(store, PK_SQL_SET_BEFORE, number, row->before, diags)) &&
		(row->after == NULL ||
			put_text(store, PK_SQL_SET_AFTER, number, row->after, diags));
}

bool pk_store_begin(struct pk_store *store, struct pk_rollout_row *rollout,
	const struct pk_task_row *tasks, size_t count, int64_t now_ms, struct pk_diags *diags)
{
	struct pk_store_keys keys = {.tasks = (int64_t)count};
	if (!pk_store_gather(store, diags) || !find_new_keys(store, &keys, now_ms, diags))
		return false;
	struct pk_rollout_row row = *rollout;
	if (row.id[0] == '\0' && !pk_store_make_id(row.id, now_ms, diags))
		return false;
	memcpy(keys.id, row.id, sizeof(keys.id));
	row.sequence = (uint64_t)keys.sequence;
	row.state = PK_ROLLOUT_RUNNING;
	row.started_ms = now_ms;
	row.ended_ms = 0;
	row.tasks = count;
	row.ok = row.failed = row.skipped = 0;
	if (!add_rollout(store, &row, &keys, diags))
		return false;
	store->keys = keys;
	for (size_t i = 0; i < count; i++) {
		assert(tasks[i].task == i && tasks[i].state == PK_TASK_WAITING);
		if (!put_task(store, &tasks[i], keys.first + (int64_t)i, true, diags))
			return false;
	}
	PK_BUF_AUTO detail = {0};
	pk_buf_printf(
		&detail, "{\"kind\":\"%s\",\"tasks\":%zu}", pk_rollout_kind_name(row.kind), count);
	const struct pk_event_row event = {
		.time_ms = now_ms, .what = "begun", .detail = detail.data};
	if (!add_event(store, &event, diags) || !pk_store_commit(store, diags))
		return false;
	/* Nobody asks for all of that again: its pages are not kept. */
	sqlite3_db_release_memory(store->db);
	pk_store_note_lock(store->lock, row.id);
	*rollout = row;
	return true;
}

bool pk_store_task(struct pk_store *store, const char *rollout, const struct pk_task_row *task,
	const char *what, const char *detail, int64_t now_ms, struct pk_diags *diags)
{
	if (!use_rollout(store, rollout, diags))
		return false;
	if (task->task >= (uint64_t)store->keys.tasks) {
		const char *message =
			pk_arena_printf(diags->arena, "does not have task %llu of the rollout '%s'",
				(unsigned long long)task->task, rollout);
		return report_unknown(store, message, diags);
	}
	const struct pk_event_row event = {
		.time_ms = now_ms, .host = task->host, .what = what, .detail = detail};
	return put_task(store, task, store->keys.first + (int64_t)task->task, false, diags) &&
		add_event(store, &event, diags);
}

static bool has_ended(enum pk_rollout_state state)
{
	switch (state) {
	case PK_ROLLOUT_RUNNING:
	case PK_ROLLOUT_PAUSED:
		return false;
	case PK_ROLLOUT_HALTED:
	case PK_ROLLOUT_ABORTED:
	case PK_ROLLOUT_DONE:
		return true;
	}
	assert(false);
	return false;
}

bool pk_store_rollout(struct pk_store *store, const char *rollout, enum pk_rollout_state state,
	const char *what, const char *detail, int64_t now_ms, struct pk_diags *diags)
{
	if (!use_rollout(store, rollout, diags))
		return false;
	struct pk_query query = pk_query_begin(store, PK_SQL_SET_ROLLOUT);
	pk_query_put_text(&query, pk_rollout_state_name(state));
	pk_query_put_int(&query, has_ended(state) ? now_ms : 0);
	pk_query_put_int(&query, store->keys.sequence);
	const struct pk_event_row event = {.time_ms = now_ms, .what = what, .detail = detail};
	return pk_query_run(&query, diags) && add_event(store, &event, diags);
}

/* --- hosts and contents --- */

bool pk_store_host(struct pk_store *store, const char *host, const char *rollout, const char *facts,
	const char *left, int64_t now_ms, struct pk_diags *diags)
{
	bool is_ours = rollout != NULL && left != NULL;
	if (is_ours ? !use_rollout(store, rollout, diags) : !pk_store_gather(store, diags))
		return false;
	struct pk_query query = pk_query_begin(store, PK_SQL_SET_HOST);
	pk_query_put_text(&query, host);
	if (is_ours)
		pk_query_put_int(&query, store->keys.sequence);
	else
		pk_query_put_text(&query, NULL);
	pk_query_put_text(&query, facts);
	pk_query_put_int(&query, now_ms);
	pk_query_put_text(&query, left);
	pk_query_put_int(&query, left == NULL ? 0 : now_ms);
	return pk_query_run(&query, diags);
}

bool pk_store_content(struct pk_store *store, const char *digest, const void *bytes, size_t len,
	struct pk_diags *diags)
{
	if (pk_store_has_content(store, digest))
		return true;
	char really[PK_DIGEST_TEXT];
	pk_digest_print(really, bytes, len);
	if (!pk_text_equal(really, digest)) {
		const char *message = pk_arena_printf(diags->arena,
			"does not take content with the digest '%s' as '%s'", really, digest);
		pk_store_report(store->path, PK_STORE_CONTENT, message, NULL, diags);
		return false;
	}
	if (!pk_store_gather(store, diags))
		return false;
	struct pk_query query = pk_query_begin(store, PK_SQL_ADD_CONTENT);
	pk_query_put_text(&query, digest);
	pk_query_put_bytes(&query, bytes, len);
	return pk_query_run(&query, diags);
}
