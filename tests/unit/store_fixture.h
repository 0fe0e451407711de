/*
 * What the tests of the store share: one in a folder of its own, a rollout in it, and meddling.
 */
#ifndef TESTS_UNIT_STORE_FIXTURE_H
#define TESTS_UNIT_STORE_FIXTURE_H

#include "tests/unit/test.h"

#include <sqlite3.h>

#include "base/temp.h"
#include "fleet/store/store.h"

enum { NOW = 1000000, HOSTS = 8 };

struct fixture {
	struct pk_arena *arena;
	struct pk_temp *temp;
	struct pk_diags diags;
	const char *path;
};

static inline int set_up(void **state)
{
	struct pk_arena *arena = pk_arena_create();
	struct fixture *fixture = PK_NEW(arena, struct fixture);
	fixture->arena = arena;
	fixture->diags.arena = arena;
	fixture->temp = pk_temp_open(&fixture->diags);
	fixture->path = pk_temp_path(fixture->temp, "state/test.db");
	*state = fixture;
	return 0;
}

static inline int tear_down(void **state)
{
	struct fixture *fixture = *state;
	pk_temp_close(fixture->temp);
	pk_arena_destroy(fixture->arena);
	return 0;
}

static inline struct pk_store *open_store(struct fixture *fixture, bool write)
{
	struct pk_store *store = pk_store_open(fixture->path, write, &fixture->diags);
	if (fixture->diags.all.len > 0)
		fail_msg("%s", fixture->diags.all.items[0].message);
	assert_non_null(store);
	return store;
}

/* The code of the last finding; there must be `count`. */
static inline enum pk_code last_code(struct fixture *fixture)
{
	assert_true(fixture->diags.all.len > 0);
	return fixture->diags.all.items[fixture->diags.all.len - 1].code;
}

/* Forgets what was found. */
static inline void expect(struct fixture *fixture, enum pk_code code)
{
	assert_int_equal(last_code(fixture), code);
	assert_int_equal(fixture->diags.all.len, 1);
	fixture->diags.all.len = 0;
	fixture->diags.errors = 0;
}

/* Opening fails with that code. */
static inline void expect_closed(struct fixture *fixture, bool write, enum pk_code code)
{
	assert_null(pk_store_open(fixture->path, write, &fixture->diags));
	expect(fixture, code);
}

static inline void make_tasks(struct pk_task_row tasks[HOSTS])
{
	static const char *const names[HOSTS] = {"a", "b", "c", "d", "e", "f", "g", "h"};
	for (size_t i = 0; i < HOSTS; i++)
		tasks[i] = (struct pk_task_row){.task = i,
			.host = names[i],
			.wave_name = "canary",
			.code = "",
			.message = "",
			.desired = "{\"sensor\":\"sysmon\"}"};
}

/* Begins a rollout of all hosts; its row is in `out`. */
static inline void begin(struct fixture *fixture, struct pk_store *store,
	struct pk_rollout_row *out, struct pk_task_row tasks[HOSTS])
{
	make_tasks(tasks);
	*out = (struct pk_rollout_row){.kind = PK_ROLLOUT_PUSH,
		.inventory = "prod",
		.inventory_digest = "sha256:1",
		.inventory_path = "fleet.yaml",
		.by = "ann@desk",
		.wish = "{\"tries\":3}"};
	assert_true(pk_store_begin(store, out, tasks, HOSTS, NOW, &fixture->diags));
}

/* Makes a store with one rollout and one transition, and closes it. */
static inline void make_store(struct fixture *fixture)
{
	struct pk_rollout_row rollout;
	struct pk_task_row tasks[HOSTS];
	PK_AUTO(pk_store) *store = open_store(fixture, true);
	begin(fixture, store, &rollout, tasks);
	tasks[1].state = PK_TASK_OK;
	assert_true(
		pk_store_task(store, rollout.id, &tasks[1], "ok", "{}", NOW + 1, &fixture->diags));
	assert_true(pk_store_commit(store, &fixture->diags));
}

/* Does with the file what picket never would. */
static inline void meddle(struct fixture *fixture, const char *sql)
{
	sqlite3 *db;
	assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
	char *error = NULL;
	if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s", error);
	sqlite3_close(db);
}

static inline bool refuses(struct fixture *fixture, const char *sql)
{
	sqlite3 *db;
	assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
	bool refused = sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_CONSTRAINT;
	sqlite3_close(db);
	return refused;
}

static inline bool verify(struct fixture *fixture, struct pk_store *store, uint64_t *count_out)
{
	char head[65];
	bool good = pk_store_verify(store, head, count_out, &fixture->diags);
	assert_true(!good || strlen(head) == 64 || *count_out == 0);
	return good;
}

#endif
