/* The store of rollouts: rows, transactions, and what a writer that is killed leaves. */
#include "tests/unit/store_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

/* --- rows --- */

static void a_rollout_is_found_as_it_was_begun(void **state)
{
	struct fixture *fixture = *state;
	struct pk_rollout_row rollout;
	struct pk_task_row tasks[HOSTS];
	struct pk_store *store = open_store(fixture, true);
	begin(fixture, store, &rollout, tasks);
	assert_int_equal(strlen(rollout.id), strlen("20261122T081502Z-4f2a9c1b"));
	assert_true(pk_text_starts(rollout.id, "19700101T001640Z-"));
	assert_int_equal(rollout.sequence, NOW);
	pk_store_close(store);

	store = open_store(fixture, false);
	struct pk_rollout_row found;
	bool is_there;
	assert_true(pk_store_find_rollout(
		&found, &is_there, fixture->arena, store, rollout.id, &fixture->diags));
	assert_true(is_there);
	assert_string_equal(found.id, rollout.id);
	assert_int_equal(found.kind, PK_ROLLOUT_PUSH);
	assert_int_equal(found.state, PK_ROLLOUT_RUNNING);
	assert_string_equal(found.inventory_path, "fleet.yaml");
	assert_string_equal(found.by, "ann@desk");
	assert_string_equal(found.wish, "{\"tries\":3}");
	assert_null(found.plan);
	assert_null(found.commit);
	assert_int_equal(found.tasks, HOSTS);
	assert_int_equal(found.started_ms, NOW);

	struct pk_task_rows rows;
	assert_true(pk_store_list_tasks(&rows, fixture->arena, store, rollout.id, &fixture->diags));
	assert_int_equal(rows.len, HOSTS);
	assert_int_equal(rows.items[3].task, 3);
	assert_string_equal(rows.items[3].host, "d");
	assert_string_equal(rows.items[3].desired, tasks[3].desired);
	assert_null(rows.items[3].before);
	assert_true(pk_store_find_rollout(
		&found, &is_there, fixture->arena, store, "other", &fixture->diags));
	assert_false(is_there);
	assert_true(pk_store_list_tasks(&rows, fixture->arena, store, "other", &fixture->diags));
	assert_int_equal(rows.len, 0);
	pk_store_close(store);
}

static void sequences_always_grow(void **state)
{
	struct fixture *fixture = *state;
	struct pk_task_row tasks[HOSTS];
	struct pk_rollout_row first;
	struct pk_rollout_row second;
	PK_AUTO(pk_store) *store = open_store(fixture, true);
	begin(fixture, store, &first, tasks);
	begin(fixture, store, &second, tasks);
	assert_int_equal(second.sequence, first.sequence + 1);
	assert_string_not_equal(second.id, first.id);
	second.id[0] = '\0';
	second.undoes = first.id;
	second.kind = PK_ROLLOUT_ROLLBACK;
	assert_true(pk_store_begin(store, &second, tasks, 1, NOW - 500, &fixture->diags));
	assert_int_equal(second.sequence, first.sequence + 2);

	struct pk_rollout_rows rows;
	assert_true(pk_store_list_rollouts(&rows, fixture->arena, store, 2, &fixture->diags));
	assert_int_equal(rows.len, 2);
	assert_string_equal(rows.items[0].id, second.id);
	assert_string_equal(rows.items[0].undoes, first.id);
	assert_int_equal(rows.items[0].kind, PK_ROLLOUT_ROLLBACK);
	assert_true(pk_store_list_rollouts(&rows, fixture->arena, store, 0, &fixture->diags));
	assert_int_equal(rows.len, 3);
	struct pk_rollout_row last;
	bool is_there;
	assert_true(pk_store_find_rollout(
		&last, &is_there, fixture->arena, store, NULL, &fixture->diags));
	assert_string_equal(last.id, second.id);
}

/* Begins a rollout whose third host fails, and which is halted. */
static void fail_third(
	struct fixture *fixture, struct pk_store *store, struct pk_rollout_row *rollout)
{
	struct pk_task_row tasks[HOSTS];
	begin(fixture, store, rollout, tasks);
	tasks[2] = (struct pk_task_row){.task = 2,
		.host = "c",
		.wave = 1,
		.wave_name = "rest",
		.state = PK_TASK_FAILED,
		.tries = 2,
		.action = PK_ACTION_UPDATE,
		.class = PK_FAILURE_APPLY,
		.code = "PK2101",
		.message = "no \"room\"",
		.from = "sha256:1",
		.to = "sha256:2",
		.touched = true,
		.desired = "{}",
		.before = "{\"a\":1}",
		.after = "{\"a\":2}",
		.started_ms = 5,
		.ended_ms = 6};
	assert_true(pk_store_task(
		store, rollout->id, &tasks[2], "failed", "{\"x\":1}", NOW + 7, &fixture->diags));
	assert_true(pk_store_rollout(
		store, rollout->id, PK_ROLLOUT_HALTED, "halted", NULL, NOW + 8, &fixture->diags));
}

static void a_transition_is_the_new_state_of_its_task(void **state)
{
	struct fixture *fixture = *state;
	struct pk_rollout_row rollout;
	PK_AUTO(pk_store) *store = open_store(fixture, true);
	fail_third(fixture, store, &rollout);
	struct pk_task_rows rows;
	assert_true(pk_store_list_tasks(&rows, fixture->arena, store, rollout.id, &fixture->diags));
	const struct pk_task_row *row = &rows.items[2];
	assert_int_equal(row->wave, 1);
	assert_string_equal(row->wave_name, "rest");
	assert_int_equal(row->state, PK_TASK_FAILED);
	assert_int_equal(row->tries, 2);
	assert_int_equal(row->action, PK_ACTION_UPDATE);
	assert_int_equal(row->class, PK_FAILURE_APPLY);
	assert_string_equal(row->code, "PK2101");
	assert_string_equal(row->message, "no \"room\"");
	assert_string_equal(row->from, "sha256:1");
	assert_string_equal(row->to, "sha256:2");
	assert_true(row->touched);
	assert_string_equal(row->before, "{\"a\":1}");
	assert_string_equal(row->after, "{\"a\":2}");
	assert_int_equal(row->started_ms, 5);
	assert_int_equal(row->ended_ms, 6);
}

static void a_transition_is_a_row_of_the_journal(void **state)
{
	struct fixture *fixture = *state;
	struct pk_rollout_row rollout;
	PK_AUTO(pk_store) *store = open_store(fixture, true);
	fail_third(fixture, store, &rollout);
	struct pk_event_rows events;
	assert_true(
		pk_store_list_events(&events, fixture->arena, store, NULL, NULL, &fixture->diags));
	assert_int_equal(events.len, 3);
	assert_string_equal(events.items[0].what, "begun");
	assert_string_equal(events.items[1].host, "c");
	assert_string_equal(events.items[1].detail, "{\"x\":1}");
	assert_int_equal(events.items[1].time_ms, NOW + 7);
	assert_null(events.items[2].host);
	assert_string_equal(events.items[2].detail, "{}");
	assert_string_equal(events.items[2].rollout, rollout.id);
	struct pk_rollout_row found;
	bool is_there;
	assert_true(pk_store_find_rollout(
		&found, &is_there, fixture->arena, store, rollout.id, &fixture->diags));
	assert_int_equal(found.state, PK_ROLLOUT_HALTED);
	assert_int_equal(found.ended_ms, NOW + 8);
	assert_int_equal(found.failed, 1);
}

static void events_are_listed_by_rollout_and_host(void **state)
{
	struct fixture *fixture = *state;
	struct pk_rollout_row rollouts[2];
	struct pk_task_row tasks[HOSTS];
	PK_AUTO(pk_store) *store = open_store(fixture, true);
	for (size_t i = 0; i < 2; i++) {
		begin(fixture, store, &rollouts[i], tasks);
		for (size_t j = 0; j < 3; j++)
			assert_true(pk_store_task(store, rollouts[i].id, &tasks[j], "working", NULL,
				NOW, &fixture->diags));
	}
	struct pk_event_rows rows;
	struct pk_arena *arena = fixture->arena;
	struct pk_diags *diags = &fixture->diags;
	assert_true(pk_store_list_events(&rows, arena, store, rollouts[1].id, NULL, diags));
	assert_int_equal(rows.len, 4);
	assert_int_equal(rows.items[0].number, 5);
	assert_true(pk_store_list_events(&rows, arena, store, NULL, "b", diags));
	assert_int_equal(rows.len, 2);
	assert_true(pk_store_list_events(&rows, arena, store, rollouts[0].id, "b", diags));
	assert_int_equal(rows.len, 1);
	assert_true(pk_store_list_events(&rows, arena, store, "other", NULL, diags));
	assert_int_equal(rows.len, 0);
}

static void ended_tasks_are_counted(void **state)
{
	static const enum pk_task_state ends[] = {PK_TASK_OK, PK_TASK_FAILED, PK_TASK_SKIPPED,
		PK_TASK_OK, PK_TASK_WORKING, PK_TASK_OK};
	struct fixture *fixture = *state;
	struct pk_rollout_row rollout;
	struct pk_task_row tasks[HOSTS];
	PK_AUTO(pk_store) *store = open_store(fixture, true);
	begin(fixture, store, &rollout, tasks);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		tasks[i].state = ends[i];
		assert_true(pk_store_task(
			store, rollout.id, &tasks[i], "x", NULL, NOW, &fixture->diags));
	}
	/* The first becomes healthy, another one is found ill. */
	tasks[0].state = PK_TASK_CHECKING;
	assert_true(pk_store_task(store, rollout.id, &tasks[0], "x", NULL, NOW, &fixture->diags));
	tasks[0].state = PK_TASK_HEALTHY;
	assert_true(pk_store_task(store, rollout.id, &tasks[0], "x", NULL, NOW, &fixture->diags));
	tasks[3].state = PK_TASK_FAILED;
	assert_true(pk_store_task(store, rollout.id, &tasks[3], "x", NULL, NOW, &fixture->diags));
	struct pk_rollout_row found;
	bool is_there;
	assert_true(pk_store_find_rollout(
		&found, &is_there, fixture->arena, store, rollout.id, &fixture->diags));
	assert_int_equal(found.ok, 2);
	assert_int_equal(found.failed, 2);
	assert_int_equal(found.skipped, 1);
}

static void what_is_not_there_cannot_be_changed(void **state)
{
	struct fixture *fixture = *state;
	struct pk_rollout_row rollout;
	struct pk_task_row tasks[HOSTS];
	PK_AUTO(pk_store) *store = open_store(fixture, true);
	begin(fixture, store, &rollout, tasks);
	assert_false(pk_store_task(store, "other", &tasks[0], "x", NULL, NOW, &fixture->diags));
	expect(fixture, PK_STORE_UNKNOWN);
	tasks[0].task = HOSTS;
	assert_false(pk_store_task(store, rollout.id, &tasks[0], "x", NULL, NOW, &fixture->diags));
	expect(fixture, PK_STORE_UNKNOWN);
	assert_false(
		pk_store_rollout(store, "other", PK_ROLLOUT_DONE, "x", NULL, NOW, &fixture->diags));
	expect(fixture, PK_STORE_UNKNOWN);
	uint64_t count;
	assert_true(verify(fixture, store, &count));
	assert_int_equal(count, 1);
}

static void hosts_keep_what_was_left_on_them(void **state)
{
	struct fixture *fixture = *state;
	struct pk_rollout_row rollout;
	struct pk_task_row tasks[HOSTS];
	struct pk_diags *diags = &fixture->diags;
	PK_AUTO(pk_store) *store = open_store(fixture, true);
	begin(fixture, store, &rollout, tasks);
	assert_true(pk_store_host(store, "b", NULL, "{\"n\":1}", NULL, 10, diags));
	assert_true(pk_store_host(store, "a", rollout.id, "{\"n\":2}", "{\"n\":2}", 20, diags));
	assert_true(pk_store_host(store, "a", rollout.id, "{\"n\":3}", NULL, 30, diags));
	assert_true(pk_store_host(store, "a", NULL, NULL, NULL, 40, diags));

	struct pk_host_rows rows;
	assert_true(pk_store_list_hosts(&rows, fixture->arena, store, diags));
	assert_int_equal(rows.len, 2);
	assert_string_equal(rows.items[0].host, "a");
	assert_string_equal(rows.items[0].rollout, rollout.id);
	assert_string_equal(rows.items[0].facts, "{\"n\":3}");
	assert_int_equal(rows.items[0].read_ms, 40);
	assert_string_equal(rows.items[0].left, "{\"n\":2}");
	assert_int_equal(rows.items[0].left_ms, 20);
	assert_string_equal(rows.items[1].host, "b");
	assert_null(rows.items[1].rollout);
	assert_null(rows.items[1].left);
}

/* Keeps the content, and says that `count` hosts have it. */
static const char *spread(struct fixture *fixture, struct pk_store *store, const char *content,
	const char *member, int count)
{
	char *digest = pk_arena_alloc(fixture->arena, PK_DIGEST_TEXT);
	pk_digest_print(digest, content, strlen(content));
	assert_true(pk_store_content(store, digest, content, strlen(content), &fixture->diags));
	for (int i = 0; i < count; i++) {
		const char *host = pk_arena_printf(fixture->arena, "%s-%d", content, i);
		const char *facts =
			pk_arena_printf(fixture->arena, "{\"%s\":\"%s\"}", member, digest);
		assert_true(pk_store_host(store, host, NULL, facts, NULL, 10, &fixture->diags));
	}
	return digest;
}

static void what_hosts_have_is_known_if_it_is_kept(void **state)
{
	struct fixture *fixture = *state;
	struct pk_diags *diags = &fixture->diags;
	struct pk_digests known;
	PK_AUTO(pk_store) *store = open_store(fixture, true);
	const char *two = spread(fixture, store, "two", "config", 2);
	const char *three = spread(fixture, store, "three", "rules", 3);
	spread(fixture, store, "nobody", "config", 0);
	spread(fixture, store, "one", "config", 1);
	assert_true(pk_store_host(
		store, "other", NULL, "{\"config\":\"sha256:not kept\"}", NULL, 10, diags));
	assert_true(pk_store_host(store, "odd", NULL, "no JSON", NULL, 10, diags));
	pk_store_list_known(&known, fixture->arena, store, 2);
	assert_int_equal(known.len, 2);
	assert_string_equal(known.items[0], three);
	assert_string_equal(known.items[1], two);
	pk_store_list_known(&known, fixture->arena, store, 10);
	assert_int_equal(known.len, 3);
}

static void contents_are_kept_once_under_their_digest(void **state)
{
	static const char bytes[] = "<Sysmon>\0</Sysmon>";
	struct fixture *fixture = *state;
	struct pk_diags *diags = &fixture->diags;
	char digest[PK_DIGEST_TEXT];
	char empty[PK_DIGEST_TEXT];
	pk_digest_print(digest, bytes, sizeof(bytes));
	pk_digest_print(empty, NULL, 0);
	struct pk_store *store = open_store(fixture, true);
	assert_false(pk_store_has_content(store, digest));
	assert_null(pk_store_find_content(fixture->arena, store, digest));
	assert_true(pk_store_content(store, digest, bytes, sizeof(bytes), diags));
	assert_true(pk_store_content(store, digest, bytes, sizeof(bytes), diags));
	assert_true(pk_store_content(store, empty, NULL, 0, diags));
	assert_false(pk_store_content(store, "sha256:12", bytes, sizeof(bytes), diags));
	expect(fixture, PK_STORE_CONTENT);
	assert_true(pk_store_commit(store, diags));
	pk_store_close(store);

	store = open_store(fixture, false);
	assert_true(pk_store_has_content(store, digest));
	struct pk_source *source = pk_store_find_content(fixture->arena, store, digest);
	assert_non_null(source);
	assert_string_equal(source->path, digest);
	assert_int_equal(source->len, sizeof(bytes));
	assert_memory_equal(source->text, bytes, sizeof(bytes));
	source = pk_store_find_content(fixture->arena, store, empty);
	assert_non_null(source);
	assert_int_equal(source->len, 0);
	pk_store_close(store);

	meddle(fixture, "UPDATE content SET bytes = x'00'");
	store = open_store(fixture, false);
	assert_null(pk_store_find_content(fixture->arena, store, digest));
	pk_store_close(store);
}

/* --- transactions --- */

static void what_is_not_committed_is_lost(void **state)
{
	struct fixture *fixture = *state;
	struct pk_rollout_row rollout;
	struct pk_task_row tasks[HOSTS];
	struct pk_store *store = open_store(fixture, true);
	begin(fixture, store, &rollout, tasks);
	tasks[0].state = PK_TASK_WORKING;
	assert_true(
		pk_store_task(store, rollout.id, &tasks[0], "working", NULL, NOW, &fixture->diags));
	pk_store_close(store);
	store = open_store(fixture, true);
	uint64_t count;
	assert_true(verify(fixture, store, &count));
	assert_int_equal(count, 1);
	struct pk_task_rows rows;
	assert_true(pk_store_list_tasks(&rows, fixture->arena, store, rollout.id, &fixture->diags));
	assert_int_equal(rows.items[0].state, PK_TASK_WAITING);
	assert_true(pk_store_commit(store, &fixture->diags)); /* nothing to do */
	pk_store_close(store);
}

static void readers_see_what_is_committed_while_somebody_writes(void **state)
{
	struct fixture *fixture = *state;
	struct pk_rollout_row rollout;
	struct pk_task_row tasks[HOSTS];
	PK_AUTO(pk_store) *writer = open_store(fixture, true);
	begin(fixture, writer, &rollout, tasks);
	PK_AUTO(pk_store) *reader = open_store(fixture, false);
	struct pk_event_rows rows;
	for (size_t i = 0; i < 3; i++) {
		assert_true(pk_store_task(
			writer, rollout.id, &tasks[i], "x", NULL, NOW, &fixture->diags));
		assert_true(pk_store_list_events(
			&rows, fixture->arena, reader, NULL, NULL, &fixture->diags));
		assert_int_equal(rows.len, i + 1);
		uint64_t count;
		assert_true(verify(fixture, reader, &count));
		assert_int_equal(count, i + 1);
		assert_true(verify(fixture, writer, &count));
		assert_int_equal(count, i + 2);
		assert_true(pk_store_commit(writer, &fixture->diags));
	}
}

/* --- crashes --- */

enum { ROUNDS = 12, MOST_TRANSITIONS = 100000 };

/* Writes transitions for ever, and tells after each commit how many there are now. */
static void write_for_ever(const char *path, const char *id, uint64_t number, int pipe_end)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_task_row tasks[HOSTS];
	struct pk_store *store = pk_store_open(path, true, &diags);
	make_tasks(tasks);
	for (size_t i = 0; store != NULL && i < MOST_TRANSITIONS; i++) {
		struct pk_task_row *task = &tasks[i % HOSTS];
		char detail[32];
		task->state = i % 3 == 0 ? PK_TASK_WORKING : PK_TASK_OK;
		task->tries = (uint32_t)(number + i + 1);
		snprintf(detail, sizeof(detail), "%u", task->tries);
		if (!pk_store_task(
			    store, id, task, pk_task_state_name(task->state), detail, 1, &diags))
			break;
		if (i % 5 != 4)
			continue;
		uint64_t committed = number + i + 1;
		if (!pk_store_commit(store, &diags) ||
			write(pipe_end, &committed, sizeof(committed)) != sizeof(committed))
			break;
	}
	_exit(1);
}

/* Kills the writer after a while; the number of the last transition it said was committed. */
static uint64_t crash(struct fixture *fixture, const char *id, uint64_t number, long pause_ns)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		write_for_ever(fixture->path, id, number, ends[1]);
	close(ends[1]);
	uint64_t committed = number;
	uint64_t said;
	/* The first one says that it runs. */
	assert_int_equal(read(ends[0], &said, sizeof(said)), sizeof(said));
	committed = said;
	const struct timespec pause = {.tv_nsec = pause_ns};
	nanosleep(&pause, NULL);
	kill(child, SIGKILL);
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	while (read(ends[0], &said, sizeof(said)) == sizeof(said))
		committed = said;
	close(ends[0]);
	return committed;
}

/* Is the state of each task that of its last row in the journal? */
static void check_state(struct fixture *fixture, struct pk_store *store, const char *id)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_task_rows tasks;
	assert_true(pk_store_list_tasks(&tasks, arena, store, id, &fixture->diags));
	for (size_t i = 0; i < tasks.len; i++) {
		struct pk_event_rows events;
		const struct pk_task_row *task = &tasks.items[i];
		assert_true(pk_store_list_events(
			&events, arena, store, id, task->host, &fixture->diags));
		if (events.len == 0)
			continue;
		const struct pk_event_row *last = &events.items[events.len - 1];
		assert_string_equal(last->what, pk_task_state_name(task->state));
		assert_string_equal(last->detail, pk_arena_printf(arena, "%u", task->tries));
	}
}

static void a_killed_writer_leaves_all_that_it_committed(void **state)
{
	struct fixture *fixture = *state;
	struct pk_rollout_row rollout;
	struct pk_task_row tasks[HOSTS];
	struct pk_store *store = open_store(fixture, true);
	begin(fixture, store, &rollout, tasks);
	pk_store_close(store);
	uint64_t number = 0;
	unsigned seed = (unsigned)getpid();
	for (int round = 0; round < ROUNDS; round++) {
		long pause_ns = (long)(rand_r(&seed) % 12000) * 1000;
		uint64_t committed = crash(fixture, rollout.id, number, pause_ns);
		store = open_store(fixture, true);
		uint64_t count;
		assert_true(verify(fixture, store, &count));
		assert_true(count - 1 >= committed);
		check_state(fixture, store, rollout.id);
		pk_store_close(store);
		number = count - 1;
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_rollout_is_found_as_it_was_begun),
		TEST(sequences_always_grow),
		TEST(a_transition_is_the_new_state_of_its_task),
		TEST(a_transition_is_a_row_of_the_journal),
		TEST(events_are_listed_by_rollout_and_host),
		TEST(ended_tasks_are_counted),
		TEST(what_is_not_there_cannot_be_changed),
		TEST(hosts_keep_what_was_left_on_them),
		TEST(what_hosts_have_is_known_if_it_is_kept),
		TEST(contents_are_kept_once_under_their_digest),
		TEST(what_is_not_committed_is_lost),
		TEST(readers_see_what_is_committed_while_somebody_writes),
		TEST(a_killed_writer_leaves_all_that_it_committed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
