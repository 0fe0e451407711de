/* The file of a store: who may write it, meddling, damage, and disks without room. */
#include "tests/unit/store_fixture.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

/* --- who may write --- */

static void only_one_writes_at_a_time(void **state)
{
	struct fixture *fixture = *state;
	struct pk_rollout_row rollout;
	struct pk_task_row tasks[HOSTS];
	char pid[32];
	struct pk_store *store = open_store(fixture, true);
	snprintf(pid, sizeof(pid), "by process %d since 20", (int)getpid());
	assert_null(pk_store_open(fixture->path, true, &fixture->diags));
	assert_non_null(strstr(fixture->diags.all.items[0].message, pid));
	assert_null(strstr(fixture->diags.all.items[0].message, "rollout"));
	expect(fixture, PK_STORE_LOCKED);

	begin(fixture, store, &rollout, tasks);
	assert_null(pk_store_open(fixture->path, true, &fixture->diags));
	assert_non_null(strstr(fixture->diags.all.items[0].message, rollout.id));
	expect(fixture, PK_STORE_LOCKED);
	pk_store_close(store);
	pk_store_close(open_store(fixture, true));
}

static unsigned mode_of(const char *path)
{
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void nobody_else_can_look_into_a_store(void **state)
{
	struct fixture *fixture = *state;
	mode_t before = umask(0);
	struct pk_store *store = open_store(fixture, true);
	umask(before);
	assert_int_equal(mode_of(pk_temp_path(fixture->temp, "state")), 0700);
	assert_int_equal(mode_of(fixture->path), 0600);
	assert_int_equal(mode_of(pk_temp_path(fixture->temp, "state/test.db-wal")), 0600);
	assert_int_equal(mode_of(pk_temp_path(fixture->temp, "state/test.db.lock")), 0600);
	pk_store_close(store);
	assert_int_equal(chmod(fixture->path, 0644), 0);
	pk_store_close(open_store(fixture, false));
	pk_store_close(open_store(fixture, true));
	assert_int_equal(mode_of(fixture->path), 0600);
}

static void what_others_may_change_is_no_store(void **state)
{
	struct fixture *fixture = *state;
	make_store(fixture);
	const char *folder = pk_temp_path(fixture->temp, "state");
	assert_int_equal(chmod(fixture->path, 0620), 0);
	expect_closed(fixture, true, PK_STORE_UNSAFE);
	expect_closed(fixture, false, PK_STORE_UNSAFE);
	assert_int_equal(chmod(fixture->path, 0600), 0);
	assert_int_equal(chmod(folder, 0777), 0);
	expect_closed(fixture, true, PK_STORE_UNSAFE);
	assert_int_equal(chmod(folder, 0700), 0);

	const char *link = pk_temp_path(fixture->temp, "state/link.db");
	assert_int_equal(symlink(fixture->path, link), 0);
	fixture->path = link;
	expect_closed(fixture, true, PK_STORE_UNSAFE);
	expect_closed(fixture, false, PK_STORE_UNSAFE);
	fixture->path = folder;
	expect_closed(fixture, false, PK_STORE_UNSAFE);
	/* A folder by way of a link is fine. */
	assert_int_equal(symlink(folder, pk_temp_path(fixture->temp, "way")), 0);
	fixture->path = pk_temp_path(fixture->temp, "way/test.db");
	pk_store_close(open_store(fixture, true));
}

/* --- files that are not as they should be --- */

static void a_store_that_is_only_read_must_be_there(void **state)
{
	struct fixture *fixture = *state;
	expect_closed(fixture, false, PK_STORE_MISSING);
	assert_false(pk_file_exists(pk_temp_path(fixture->temp, "state")));
}

static void other_files_are_left_alone(void **state)
{
	static const char text[] = "picket: 1\nproject: {id: acme}\n# no database, but a long text";
	struct fixture *fixture = *state;
	fixture->path = pk_temp_path(fixture->temp, "other");
	assert_true(pk_temp_write(fixture->temp, "other", text, strlen(text), &fixture->diags));
	expect_closed(fixture, false, PK_STORE_FOREIGN);
	expect_closed(fixture, true, PK_STORE_FOREIGN);
	const struct pk_source *left =
		pk_file_read(fixture->arena, fixture->path, 0, &fixture->diags);
	assert_string_equal(left->text, text);

	fixture->path = pk_temp_path(fixture->temp, "other.db");
	meddle(fixture, "CREATE TABLE things (x)");
	expect_closed(fixture, true, PK_STORE_FOREIGN);
	expect_closed(fixture, false, PK_STORE_FOREIGN);
}

static void stores_of_other_versions_are_not_touched(void **state)
{
	struct fixture *fixture = *state;
	make_store(fixture);
	meddle(fixture, "PRAGMA user_version = 99");
	expect_closed(fixture, false, PK_STORE_VERSION);
	expect_closed(fixture, true, PK_STORE_VERSION);
	fixture->path = pk_temp_path(fixture->temp, "empty.db");
	assert_true(pk_temp_write(fixture->temp, "empty.db", "", 0, &fixture->diags));
	expect_closed(fixture, false, PK_STORE_VERSION);
	pk_store_close(open_store(fixture, true));
}

/* Lays `len` bytes over the file at `offset`. */
static void scribble(struct fixture *fixture, long offset, size_t len, int byte)
{
	FILE *file = fopen(fixture->path, "r+b");
	assert_non_null(file);
	assert_int_equal(fseek(file, offset, SEEK_SET), 0);
	for (size_t i = 0; i < len; i++)
		fputc(byte, file);
	assert_int_equal(fclose(file), 0);
}

/* Asks everything; what is damaged may be reported, and nothing else may happen. */
static void ask_all(struct fixture *fixture, struct pk_store *store)
{
	struct pk_rollout_rows rollouts;
	struct pk_task_rows tasks;
	struct pk_event_rows events;
	struct pk_host_rows hosts;
	struct pk_arena *arena = fixture->arena;
	if (pk_store_list_rollouts(&rollouts, arena, store, 0, &fixture->diags) && rollouts.len > 0)
		pk_store_list_tasks(&tasks, arena, store, rollouts.items[0].id, &fixture->diags);
	pk_store_list_events(&events, arena, store, NULL, "b", &fixture->diags);
	pk_store_list_hosts(&hosts, arena, store, &fixture->diags);
	pk_store_has_content(store, "sha256:1");
}

static void damaged_files_are_reported(void **state)
{
	struct fixture *fixture = *state;
	make_store(fixture);
	struct stat st;
	assert_int_equal(stat(fixture->path, &st), 0);
	size_t reported = 0;
	for (long page = 0; page < st.st_size / 4096; page++) {
		const struct pk_source *whole =
			pk_file_read(fixture->arena, fixture->path, 0, &fixture->diags);
		scribble(fixture, page * 4096 + (page == 0 ? 100 : 0), 1500, 0xa5);
		struct pk_store *store = pk_store_open(fixture->path, false, &fixture->diags);
		uint64_t count;
		if (store != NULL) {
			ask_all(fixture, store);
			assert_false(verify(fixture, store, &count));
			pk_store_close(store);
		}
		assert_true(fixture->diags.all.len > 0);
		for (size_t i = 0; i < fixture->diags.all.len; i++)
			reported += fixture->diags.all.items[i].code == PK_STORE_DAMAGED;
		fixture->diags.all.len = 0;
		assert_true(pk_file_write(fixture->path, whole->text, whole->len, &fixture->diags));
	}
	assert_true(reported > 0);
	uint64_t count;
	PK_AUTO(pk_store) *store = open_store(fixture, false);
	assert_true(verify(fixture, store, &count));
}

static void words_that_a_row_cannot_have_are_reported(void **state)
{
	struct fixture *fixture = *state;
	make_store(fixture);
	meddle(fixture, "UPDATE task SET state = 'dancing' WHERE host = 'c'");
	PK_AUTO(pk_store) *store = open_store(fixture, false);
	struct pk_task_rows rows;
	struct pk_rollout_row rollout;
	bool is_there;
	assert_true(pk_store_find_rollout(
		&rollout, &is_there, fixture->arena, store, NULL, &fixture->diags));
	assert_false(
		pk_store_list_tasks(&rows, fixture->arena, store, rollout.id, &fixture->diags));
	expect(fixture, PK_STORE_DAMAGED);
}

/* --- the journal --- */

static void the_journal_is_only_added_to(void **state)
{
	struct fixture *fixture = *state;
	make_store(fixture);
	assert_true(refuses(fixture, "UPDATE journal SET what = 'x'"));
	assert_true(refuses(fixture, "DELETE FROM journal WHERE number = 2"));
	assert_true(refuses(fixture,
		"INSERT OR REPLACE INTO journal SELECT number, 0, rollout, host, what, detail, hash"
		" FROM journal WHERE number = 2"));
	assert_true(refuses(fixture,
		"INSERT INTO journal SELECT number + 5, 0, rollout, host, what, detail, hash"
		" FROM journal WHERE number = 2"));
	uint64_t count;
	PK_AUTO(pk_store) *store = open_store(fixture, false);
	assert_true(verify(fixture, store, &count));
	assert_int_equal(count, 2);
}

static void meddling_with_the_journal_is_noticed(void **state)
{
	static const char *const ways[] = {
		"UPDATE journal SET time_ms = time_ms + 1 WHERE number = 1",
		"UPDATE journal SET what = 'begun!' WHERE number = 1",
		"UPDATE journal SET detail = '[]' WHERE number = 2",
		"UPDATE journal SET host = 'a' WHERE number = 2",
		"UPDATE journal SET host = '' WHERE number = 1",
		"UPDATE journal SET number = 7 WHERE number = 2",
		"UPDATE journal SET hash = substr(hash, 1, 63) || '-' WHERE number = 2",
		"UPDATE rollout SET id = id || 'x'",
		"DELETE FROM journal WHERE number = 1",
		"DELETE FROM journal WHERE number = 2",
		"DELETE FROM journal",
		"UPDATE head SET number = 1",
		"DELETE FROM head",
	};
	struct fixture *fixture = *state;
	make_store(fixture);
	const struct pk_source *whole =
		pk_file_read(fixture->arena, fixture->path, 0, &fixture->diags);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		uint64_t count;
		meddle(fixture, "DROP TRIGGER journal_update; DROP TRIGGER journal_delete");
		meddle(fixture, ways[i]);
		PK_AUTO(pk_store) *store = open_store(fixture, false);
		assert_false(verify(fixture, store, &count));
		expect(fixture, PK_STORE_JOURNAL);
		assert_true(pk_file_write(fixture->path, whole->text, whole->len, &fixture->diags));
	}
}

static void nothing_is_added_to_a_journal_without_its_end(void **state)
{
	struct fixture *fixture = *state;
	make_store(fixture);
	meddle(fixture, "DROP TRIGGER journal_delete; DELETE FROM journal WHERE number = 2");
	expect_closed(fixture, true, PK_STORE_JOURNAL);
	pk_store_close(open_store(fixture, false));
}

/* --- a disk without room --- */

static bool disk_is_full;
static const sqlite3_io_methods *real_methods;
static sqlite3_io_methods full_methods;
static sqlite3_vfs *real_vfs;

static int write_full(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 offset)
{
	return disk_is_full ? SQLITE_FULL : real_methods->xWrite(file, bytes, len, offset);
}

static int open_full(
	sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *flags_out)
{
	(void)vfs;
	int result = real_vfs->xOpen(real_vfs, name, file, flags, flags_out);
	if (result == SQLITE_OK && (flags & SQLITE_OPEN_WAL) != 0) {
		real_methods = file->pMethods;
		full_methods = *real_methods;
		full_methods.xWrite = write_full;
		file->pMethods = &full_methods;
	}
	return result;
}

static void a_full_disk_loses_what_was_gathered_and_no_more(void **state)
{
	struct fixture *fixture = *state;
	struct pk_rollout_row rollout;
	struct pk_task_row tasks[HOSTS];
	static sqlite3_vfs vfs;
	real_vfs = sqlite3_vfs_find(NULL);
	vfs = *real_vfs;
	vfs.zName = "full";
	vfs.xOpen = open_full;
	sqlite3_vfs_register(&vfs, 1);
	PK_AUTO(pk_store) *store = open_store(fixture, true);
	begin(fixture, store, &rollout, tasks);

	disk_is_full = true;
	tasks[0].state = PK_TASK_OK;
	bool written =
		pk_store_task(store, rollout.id, &tasks[0], "ok", NULL, NOW, &fixture->diags);
	assert_false(written && pk_store_commit(store, &fixture->diags));
	expect(fixture, PK_STORE_FULL);
	disk_is_full = false;

	struct pk_task_rows rows;
	assert_true(pk_store_list_tasks(&rows, fixture->arena, store, rollout.id, &fixture->diags));
	assert_int_equal(rows.items[0].state, PK_TASK_WAITING);
	assert_true(pk_store_task(store, rollout.id, &tasks[0], "ok", NULL, NOW, &fixture->diags));
	assert_true(pk_store_commit(store, &fixture->diags));
	uint64_t count;
	assert_true(verify(fixture, store, &count));
	assert_int_equal(count, 2);
	sqlite3_vfs_unregister(&vfs);
}

static void what_cannot_be_made_is_reported(void **state)
{
	struct fixture *fixture = *state;
	fixture->path = "/proc/none/test.db";
	assert_null(pk_store_open(fixture->path, true, &fixture->diags));
	assert_int_equal(fixture->diags.all.len, 1);
	fixture->diags.all.len = 0;
	fixture->path = pk_temp_path(fixture->temp, "state/folder.db");
	assert_true(pk_file_make_dirs(fixture->path, &fixture->diags));
	assert_int_equal(chmod(pk_temp_path(fixture->temp, "state"), 0700), 0);
	expect_closed(fixture, true, PK_STORE_FAILED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_one_writes_at_a_time),
		TEST(nobody_else_can_look_into_a_store),
		TEST(what_others_may_change_is_no_store),
		TEST(a_store_that_is_only_read_must_be_there),
		TEST(other_files_are_left_alone),
		TEST(stores_of_other_versions_are_not_touched),
		TEST(damaged_files_are_reported),
		TEST(words_that_a_row_cannot_have_are_reported),
		TEST(the_journal_is_only_added_to),
		TEST(meddling_with_the_journal_is_noticed),
		TEST(nothing_is_added_to_a_journal_without_its_end),
		TEST(a_full_disk_loses_what_was_gathered_and_no_more),
		TEST(what_cannot_be_made_is_reported),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
