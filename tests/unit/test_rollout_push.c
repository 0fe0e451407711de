/* Whole pushes to this machine's shell: what is written down, and in which order. */
#include "tests/unit/host_fixture.h"

#include "base/temp.h"
#include "fleet/rollout/rollout.h"

/* One host in a folder, a store, and a link that looks on. */
struct push {
	struct host *host;
	struct pk_diags diags;
	struct pk_temp *temp;
	const char *path; /* of the store */
	struct pk_store *store;
	struct pk_rollout_row row;
	struct pk_task_row task_row;
	struct pk_rollout_task task;
	struct pk_rollout_wish wish;
	struct pk_waves waves;
	uint32_t wave[1], order[1], sizes[1];
	uint64_t soak_ms[1];
	const char *names[1];
	struct pk_rollout rollout;
	struct pk_schedule_counts counts;
	bool saw_changing;   /* the store had it when the changes began to be sent */
	bool sent_too_early; /* it had not */
	bool kill_at_change; /* the connection ends instead */
	int changing, ended, healthy, retries;
};

struct watched_link {
	struct pk_link link; /* first */
	struct pk_link *inner;
	struct push *push;
	bool looked;
};

/* The state of the only task as somebody else who reads the store sees it. */
static enum pk_task_state read_state(struct push *push)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_task_rows rows = {0};
	PK_AUTO(pk_store) *store = pk_store_open(push->path, false, &diags);
	assert_non_null(store);
	assert_true(pk_store_list_tasks(&rows, arena, store, push->row.id, &diags));
	assert_int_equal(rows.len, 1);
	return rows.items[0].state;
}

static enum pk_io mirror(struct watched_link *watched, enum pk_io io)
{
	watched->link.phase = watched->inner->phase;
	watched->link.moved = watched->inner->moved;
	watched->link.failure = watched->inner->failure;
	return io;
}

static enum pk_io watched_open(struct pk_link *link)
{
	struct watched_link *watched = (struct watched_link *)link;
	return mirror(watched, watched->inner->ops->open(watched->inner));
}

static enum pk_io watched_run(struct pk_link *link, struct pk_run_io *io)
{
	struct watched_link *watched = (struct watched_link *)link;
	struct push *push = watched->push;
	if (io->input_len > 0 && !watched->looked) {
		watched->looked = true;
		if (read_state(push) == PK_TASK_WORKING)
			push->saw_changing = true;
		else
			push->sent_too_early = true;
		if (push->kill_at_change) {
			push->kill_at_change = false;
			pk_failure_set(&link->failure, PK_FAILURE_TRANSFER, PK_TRANSFER_STALLED,
				true, "the connection was closed");
			return PK_IO_FAILED;
		}
	}
	return mirror(watched, watched->inner->ops->run(watched->inner, io));
}

static enum pk_io watched_put(struct pk_link *link, const char *path, const void *bytes, size_t len)
{
	struct watched_link *watched = (struct watched_link *)link;
	return mirror(watched, watched->inner->ops->put(watched->inner, path, bytes, len));
}

static enum pk_io watched_close(struct pk_link *link)
{
	struct watched_link *watched = (struct watched_link *)link;
	return mirror(watched, watched->inner->ops->close(watched->inner));
}

static struct pk_link_wait watched_wait(const struct pk_link *link)
{
	const struct watched_link *watched = (const struct watched_link *)link;
	return watched->inner->ops->wait(watched->inner);
}

static void watched_destroy(struct pk_link *link)
{
	struct watched_link *watched = (struct watched_link *)link;
	watched->inner->ops->destroy(watched->inner);
	free(watched);
}

static const struct pk_link_ops watched_ops = {
	.name = "watched",
	.open = watched_open,
	.run = watched_run,
	.put = watched_put,
	.close = watched_close,
	.wait = watched_wait,
	.destroy = watched_destroy,
};

static struct pk_link *open_watched(void *data, const struct pk_host *host)
{
	struct watched_link *watched = calloc(1, sizeof(*watched));
	assert_non_null(watched);
	watched->link.ops = &watched_ops;
	watched->inner = pk_link_create_local(host);
	watched->link.phase = watched->inner->phase;
	watched->push = data;
	return &watched->link;
}

static void on_event(void *data, const struct pk_rollout_event *event)
{
	struct push *push = data;
	if (event->kind == PK_EVENT_CHANGING) {
		push->changing++;
		assert_true(event->result->has_before);
		assert_int_equal(event->result->plan.action, PK_ACTION_UPDATE);
	}
	push->ended += event->kind == PK_EVENT_ENDED && !event->health;
	push->healthy += event->kind == PK_EVENT_ENDED && event->health;
	push->retries += event->kind == PK_EVENT_RETRY;
}

static struct push *begin(void)
{
	static struct push push;
	static struct host host;
	host_init(&host);
	push = (struct push){.host = &host, .diags.arena = host.arena};
	setenv("PATH", pk_arena_printf(host.arena, "%s/bin:/usr/bin:/bin", host.root), 1);
	host.host.transport = PK_TRANSPORT_LOCAL;
	push.temp = pk_temp_open(&push.diags);
	push.path = pk_arena_strdup(host.arena, pk_temp_path(push.temp, "state/store.db"));
	push.store = pk_store_open(push.path, true, &push.diags);
	assert_non_null(push.store);
	push.task_row = (struct pk_task_row){.host = host.host.name,
		.wave_name = "all",
		.code = "",
		.message = "",
		.desired = "{}",
		.to = host.content.digest};
	push.row = (struct pk_rollout_row){.inventory = "test",
		.inventory_digest = "",
		.inventory_path = "",
		.by = "me",
		.wish = "{}"};
	snprintf(push.row.id, sizeof(push.row.id), "20261122T081502Z-4f2a9c1b");
	assert_true(pk_store_begin(push.store, &push.row, &push.task_row, 1, 1, &push.diags));
	push.names[0] = "all";
	push.sizes[0] = 1;
	push.soak_ms[0] = 20;
	push.waves =
		(struct pk_waves){push.wave, push.order, push.sizes, 1, push.names, push.soak_ms};
	push.wish = (struct pk_rollout_wish){.sessions = 2,
		.connects = 2,
		.tries = 2,
		.retry_ms = 1,
		.connect_ms = 20000,
		.login_ms = 20000,
		.command_ms = 20000,
		.stall_ms = 20000};
	push.task = (struct pk_rollout_task){
		.host = &host.host, .desired = &host.desired, .row = &push.task_row};
	push.rollout = (struct pk_rollout){.wish = &push.wish,
		.waves = &push.waves,
		.tasks = &push.task,
		.count = 1,
		.change = true,
		.health = true,
		.want_config = true,
		.store = push.store,
		.id = push.row.id,
		.sequence = push.row.sequence,
		.data = &push,
		.open_link = open_watched,
		.event = on_event};
	return &push;
}

static enum pk_rollout_end run(struct push *push)
{
	enum pk_rollout_end end = pk_rollout_run(&push->rollout, &push->counts, &push->diags);
	if (push->task_row.message[0] != '\0')
		print_message("%s\n", push->task_row.message);
	for (size_t i = 0; i < push->diags.all.len; i++)
		print_message("%s\n", push->diags.all.items[i].message);
	return end;
}

static void finish(struct push *push)
{
	pk_store_close(push->store);
	pk_temp_close(push->temp);
	host_finish(push->host);
}

static void a_change_is_written_down_before_it_is_made(void **state)
{
	(void)state;
	struct push *push = begin();
	assert_int_equal(run(push), PK_END_DONE);
	assert_true(push->saw_changing);
	assert_false(push->sent_too_early);
	assert_int_equal(push->changing, 1);
	assert_int_equal(push->ended, 1);
	assert_int_equal(push->healthy, 1);
	assert_int_equal(push->counts.ok, 1);
	assert_file(push->host, "opt/config.xml", "new");
	assert_int_equal(read_state(push), PK_TASK_HEALTHY);
	finish(push);
}

static void the_journal_tells_it_all(void **state)
{
	static const char *const want[] = {"begun", "opened wave", "started", "changing", "ok",
		"soaking", "checking", "healthy"};
	(void)state;
	struct push *push = begin();
	assert_int_equal(run(push), PK_END_DONE);
	struct pk_event_rows events = {0};
	assert_true(pk_store_list_events(
		&events, push->host->arena, push->store, push->row.id, NULL, &push->diags));
	assert_int_equal(events.len, sizeof(want) / sizeof(want[0]));
	for (size_t i = 0; i < events.len; i++)
		assert_string_equal(events.items[i].what, want[i]);
	struct pk_task_rows rows = {0};
	assert_true(pk_store_list_tasks(
		&rows, push->host->arena, push->store, push->row.id, &push->diags));
	assert_true(rows.items[0].touched);
	assert_non_null(rows.items[0].before);
	assert_non_null(rows.items[0].after);
	assert_non_null(rows.items[0].from);
	struct pk_host_rows known;
	assert_true(pk_store_list_hosts(&known, push->host->arena, push->store, &push->diags));
	assert_int_equal(known.len, 1);
	assert_string_equal(known.items[0].host, push->host->host.name);
	assert_non_null(known.items[0].left);
	finish(push);
}

static void a_broken_connection_is_tried_again_and_nothing_is_done_twice(void **state)
{
	(void)state;
	struct push *push = begin();
	push->kill_at_change = true;
	assert_int_equal(run(push), PK_END_DONE);
	assert_int_equal(push->retries, 1);
	assert_int_equal(push->counts.ok, 1);
	assert_file(push->host, "taken", "new");
	finish(push);
}

static void what_is_as_desired_is_not_touched(void **state)
{
	(void)state;
	struct push *push = begin();
	write_text(path_in(push->host, "opt/config.xml"), "new", 0644);
	assert_int_equal(run(push), PK_END_DONE);
	assert_int_equal(push->changing, 0);
	assert_int_equal(push->healthy, 0);
	assert_int_equal(push->counts.ok, 1);
	assert_false(push->task_row.touched);
	assert_int_equal(read_state(push), PK_TASK_OK);
	finish(push);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_change_is_written_down_before_it_is_made),
		cmocka_unit_test(the_journal_tells_it_all),
		cmocka_unit_test(a_broken_connection_is_tried_again_and_nothing_is_done_twice),
		cmocka_unit_test(what_is_as_desired_is_not_touched),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
