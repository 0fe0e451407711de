/* The loop of a rollout, over links that do what a test wants, and over this machine's shell. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fleet/rollout/rollout.h"

enum { MOST = 64 };

/* What a host of these tests does. */
enum manner {
	SILENT,	      /* never answers */
	SILENT_LOGIN, /* answers, and says nothing more */
	REFUSES,      /* cannot be reached; may pass */
	OTHER_KEY,
	HANGS,	 /* the command never ends */
	DROPS,	 /* the connection ends in the command */
	GARBAGE, /* answers what nobody can understand */
	TALKS,	 /* says something without end */
	LEAVES,	 /* as GARBAGE, but never says goodbye */
};

struct world {
	struct pk_arena *arena;
	struct pk_diags diags;
	struct pk_rollout_wish wish;
	struct pk_waves waves;
	uint32_t wave[MOST], order[MOST], sizes[1];
	uint64_t soak_ms[1];
	const char *names[1];
	struct pk_host hosts[MOST];
	struct pk_desired desired;
	struct pk_rollout_task tasks[MOST];
	enum manner manners[MOST];
	struct pk_rollout rollout;
	struct pk_schedule_counts counts;
	int links;	/* that are there now */
	int links_most; /* that were there at once */
	int started, ended, retries, waves_opened, halts, ticks;
	struct pk_failure failures[MOST]; /* of those that ended */
	enum pk_rollout_want want;
	int want_after; /* turns before `want` is wanted */
};

struct fake {
	struct pk_link link; /* first */
	struct world *world;
	enum manner manner;
	int calls;
};

static enum pk_io fake_open(struct pk_link *link)
{
	struct fake *fake = (struct fake *)link;
	switch (fake->manner) {
	case SILENT:
		return PK_IO_WAIT;
	case SILENT_LOGIN:
		link->phase = PK_LINK_LOGIN;
		return PK_IO_WAIT;
	case REFUSES:
		pk_failure_set(&link->failure, PK_FAILURE_UNREACHABLE, PK_CONNECT_LATE, true,
			"connection refused");
		return PK_IO_FAILED;
	case OTHER_KEY:
		pk_failure_set(
			&link->failure, PK_FAILURE_HOST_KEY, PK_LOGIN_LATE, false, "another key");
		return PK_IO_FAILED;
	case HANGS:
	case DROPS:
	case GARBAGE:
	case TALKS:
	case LEAVES:
		break;
	}
	link->phase = PK_LINK_LOGIN;
	if (fake->calls++ < 2)
		return PK_IO_WAIT;
	link->phase = PK_LINK_IDLE;
	return PK_IO_DONE;
}

static enum pk_io fake_run(struct pk_link *link, struct pk_run_io *io)
{
	struct fake *fake = (struct fake *)link;
	link->phase = PK_LINK_COMMAND;
	switch (fake->manner) {
	case DROPS:
		pk_failure_set(&link->failure, PK_FAILURE_TRANSFER, PK_TRANSFER_STALLED, true,
			"the connection was closed");
		return PK_IO_FAILED;
	case GARBAGE:
	case LEAVES:
		pk_buf_puts(&io->out, "\033[31m\xff\xfe{}<garbage>\r\n\r\n");
		io->has_status = true;
		io->input_sent = io->input_len;
		return PK_IO_DONE;
	case TALKS:
		pk_buf_puts(&io->out, "yes\n");
		link->moved += 4;
		return PK_IO_MORE;
	case SILENT:
	case SILENT_LOGIN:
	case REFUSES:
	case OTHER_KEY:
	case HANGS:
		io->input_sent = io->input_len;
		break;
	}
	return PK_IO_WAIT;
}

static enum pk_io fake_put(struct pk_link *link, const char *path, const void *bytes, size_t len)
{
	(void)link;
	(void)path;
	(void)bytes;
	(void)len;
	return PK_IO_DONE;
}

static enum pk_io fake_close(struct pk_link *link)
{
	return ((struct fake *)link)->manner == LEAVES ? PK_IO_WAIT : PK_IO_DONE;
}

static struct pk_link_wait fake_wait(const struct pk_link *link)
{
	const struct fake *fake = (const struct fake *)link;
	bool again = fake->manner >= HANGS;
	return (struct pk_link_wait){.fd = -1, .again_ms = again ? 1 : 0};
}

static void fake_destroy(struct pk_link *link)
{
	((struct fake *)link)->world->links--;
	free(link);
}

static const struct pk_link_ops fake_ops = {
	.name = "fake",
	.open = fake_open,
	.run = fake_run,
	.put = fake_put,
	.close = fake_close,
	.wait = fake_wait,
	.destroy = fake_destroy,
};

static struct pk_link *open_fake(void *data, const struct pk_host *host)
{
	struct world *world = data;
	struct fake *fake = calloc(1, sizeof(*fake));
	assert_non_null(fake);
	fake->link.ops = &fake_ops;
	fake->world = world;
	fake->manner = world->manners[host - world->hosts];
	if (++world->links > world->links_most)
		world->links_most = world->links;
	return &fake->link;
}

static void on_event(void *data, const struct pk_rollout_event *event)
{
	struct world *world = data;
	switch (event->kind) {
	case PK_EVENT_STARTED:
		world->started++;
		break;
	case PK_EVENT_ENDED:
		world->ended++;
		world->failures[event->task] = event->result->failure;
		break;
	case PK_EVENT_RETRY:
		world->retries++;
		break;
	case PK_EVENT_WAVE:
		world->waves_opened++;
		break;
	case PK_EVENT_HALTED:
		world->halts++;
		break;
	case PK_EVENT_TICK:
		world->ticks++;
		break;
	case PK_EVENT_CHANGING:
	case PK_EVENT_SOAKING:
		break;
	}
}

static enum pk_rollout_want on_want(void *data)
{
	struct world *world = data;
	return world->want_after-- > 0 ? PK_WANT_GO : world->want;
}

/* `count` hosts, one wave, and deadlines that a test can wait for. */
static void prepare(struct world *world, size_t count, enum manner manner)
{
	*world = (struct world){.arena = pk_arena_create()};
	world->diags.arena = world->arena;
	world->wish = (struct pk_rollout_wish){.wave_budget = {.most = PK_BUDGET_ANY},
		.total_budget = {.most = PK_BUDGET_ANY},
		.sessions = 8,
		.connects = 16,
		.tries = 1,
		.retry_ms = 10,
		.connect_ms = 60,
		.login_ms = 60,
		.command_ms = 80,
		.stall_ms = 60};
	for (size_t i = 0; i < PK_FAILURE_CLASSES; i++)
		world->wish.class_budget[i].most = PK_BUDGET_ANY;
	world->names[0] = "all";
	world->sizes[0] = (uint32_t)count;
	world->waves = (struct pk_waves){
		world->wave, world->order, world->sizes, 1, world->names, world->soak_ms};
	world->desired = (struct pk_desired){
		.state_dir = "/nonexistent/picket", .install_dir = "/nonexistent/install"};
	for (size_t i = 0; i < count; i++) {
		world->order[i] = (uint32_t)i;
		world->hosts[i] =
			(struct pk_host){.name = pk_arena_printf(world->arena, "host%zu", i),
				.platform = PK_HOST_LINUX,
				.transport = PK_TRANSPORT_LOCAL,
				.state_dir = "/nonexistent/picket",
				.install_dir = "/nonexistent/install"};
		world->tasks[i] = (struct pk_rollout_task){
			.host = &world->hosts[i], .desired = &world->desired};
		world->manners[i] = manner;
	}
	world->rollout = (struct pk_rollout){.wish = &world->wish,
		.waves = &world->waves,
		.tasks = world->tasks,
		.count = count,
		.change = true,
		.id = "20261122T081502Z-4f2a9c1b",
		.sequence = 1,
		.data = world,
		.open_link = open_fake,
		.event = on_event,
		.want = on_want};
}

static enum pk_rollout_end run(struct world *world)
{
	enum pk_rollout_end end = pk_rollout_run(&world->rollout, &world->counts, &world->diags);
	assert_int_equal(world->links, 0); /* nothing is left behind */
	return end;
}

static void finish(struct world *world)
{
	pk_arena_destroy(world->arena);
}

static void every_manner_has_its_class(void **state)
{
	static const struct {
		enum manner manner;
		enum pk_failure_class class;
		enum pk_code code;
	} rows[] = {
		{SILENT, PK_FAILURE_UNREACHABLE, PK_CONNECT_LATE},
		{SILENT_LOGIN, PK_FAILURE_UNREACHABLE, PK_LOGIN_LATE},
		{HANGS, PK_FAILURE_TRANSFER, PK_COMMAND_LATE},
		{TALKS, PK_FAILURE_TRANSFER, PK_COMMAND_LATE},
		{DROPS, PK_FAILURE_TRANSFER, PK_TRANSFER_STALLED},
	};
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct world world;
	(void)state;
	prepare(&world, ROWS + 2, GARBAGE);
	for (size_t i = 0; i < ROWS; i++)
		world.manners[i] = rows[i].manner;
	world.manners[ROWS + 1] = LEAVES;
	assert_int_equal(run(&world), PK_END_DONE);
	assert_int_equal(world.ended, ROWS + 2);
	assert_int_equal(world.counts.failed, ROWS + 2);
	for (size_t i = 0; i < ROWS; i++) {
		assert_int_equal(world.failures[i].class, rows[i].class);
		assert_int_equal(world.failures[i].code, rows[i].code);
	}
	assert_int_not_equal(world.failures[ROWS].class, PK_FAILURE_NONE);
	assert_int_not_equal(world.failures[ROWS + 1].class, PK_FAILURE_NONE);
	assert_int_equal(world.counts.failed_by_class[PK_FAILURE_UNREACHABLE], 2);
	finish(&world);
}

static void what_may_pass_is_tried_again(void **state)
{
	struct world world;
	(void)state;
	prepare(&world, 3, REFUSES);
	world.wish.tries = 3;
	assert_int_equal(run(&world), PK_END_DONE);
	assert_int_equal(world.started, 9);
	assert_int_equal(world.retries, 6);
	assert_int_equal(world.ended, 3);
	finish(&world);
}

static void pools_are_kept(void **state)
{
	struct world world;
	(void)state;
	prepare(&world, 40, SILENT);
	world.wish.connects = 5;
	world.wish.connect_ms = 10;
	assert_int_equal(run(&world), PK_END_DONE);
	assert_int_equal(world.links_most, 5);
	assert_int_equal(world.ended, 40);
	finish(&world);
}

static void another_host_key_halts(void **state)
{
	struct world world;
	(void)state;
	prepare(&world, 20, OTHER_KEY);
	world.wish.sessions = 1;
	assert_int_equal(run(&world), PK_END_HALTED);
	assert_int_equal(world.halts, 1);
	assert_int_equal(world.counts.failed, 1);
	assert_int_equal(world.counts.waiting, 19);
	finish(&world);
}

static void reading_is_never_halted(void **state)
{
	struct world world;
	(void)state;
	prepare(&world, 5, OTHER_KEY);
	world.rollout.change = false;
	world.rollout.waves = NULL;
	world.rollout.id = NULL;
	world.wish.total_budget.most = 0;
	assert_int_equal(run(&world), PK_END_DONE);
	assert_int_equal(world.counts.failed, 5);
	finish(&world);
}

static void finishing_lets_end_what_runs(void **state)
{
	struct world world;
	(void)state;
	prepare(&world, 10, HANGS);
	world.wish.sessions = 2;
	world.want = PK_WANT_FINISH;
	world.want_after = 1;
	assert_int_equal(run(&world), PK_END_FINISHED);
	assert_int_equal(world.started, 2);
	assert_int_equal(world.ended, 2);
	assert_int_equal(world.counts.waiting, 8);
	finish(&world);
}

static void aborting_ends_at_once(void **state)
{
	struct world world;
	(void)state;
	prepare(&world, 10, SILENT);
	world.wish.connect_ms = 60000;
	world.want = PK_WANT_ABORT;
	world.want_after = 3;
	assert_int_equal(run(&world), PK_END_ABORTED);
	assert_int_equal(world.ended, 0);
	finish(&world);
}

/* Pauses for some turns, then goes on. */
static enum pk_rollout_want pause_first(void *data)
{
	struct world *world = data;
	if (world->want_after-- <= 0)
		return PK_WANT_GO;
	assert_int_equal(world->started, 0);
	return PK_WANT_PAUSE;
}

static void a_pause_starts_nothing(void **state)
{
	struct world world;
	(void)state;
	prepare(&world, 10, REFUSES);
	world.want_after = 3;
	world.rollout.want = pause_first;
	assert_int_equal(run(&world), PK_END_DONE);
	assert_int_equal(world.ended, 10);
	assert_true(world.ticks >= 2);
	finish(&world);
}

static void this_machine_can_be_read(void **state)
{
	struct world world;
	(void)state;
	prepare(&world, 20, SILENT);
	world.rollout.open_link = NULL;
	world.rollout.change = false;
	world.rollout.waves = NULL;
	world.rollout.id = NULL;
	world.wish.command_ms = world.wish.stall_ms = 20000;
	assert_int_equal(run(&world), PK_END_DONE);
	assert_string_equal(world.failures[0].message, "");
	assert_int_equal(world.counts.ok, 20);
	assert_int_equal(world.diags.all.len, 0);
	finish(&world);
}

/* Runs where no descriptor is left; in another process, since limits cannot be taken back. */
static bool is_told(void)
{
	const struct rlimit none = {3, 3};
	struct world world;
	prepare(&world, 10, SILENT);
	if (setrlimit(RLIMIT_NOFILE, &none) != 0)
		return false;
	return run(&world) == PK_END_BROKEN && world.diags.all.len == 2 &&
		world.diags.all.items[0].code == PK_ROLLOUT_DESCRIPTORS &&
		world.diags.all.items[1].code == PK_ROLLOUT_SYSTEM;
}

static void a_system_that_refuses_is_told(void **state)
{
	int status;
	(void)state;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(is_told() ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_manner_has_its_class),
		cmocka_unit_test(what_may_pass_is_tried_again),
		cmocka_unit_test(pools_are_kept),
		cmocka_unit_test(another_host_key_halts),
		cmocka_unit_test(reading_is_never_halted),
		cmocka_unit_test(finishing_lets_end_what_runs),
		cmocka_unit_test(aborting_ends_at_once),
		cmocka_unit_test(a_pause_starts_nothing),
		cmocka_unit_test(this_machine_can_be_read),
		cmocka_unit_test(a_system_that_refuses_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
