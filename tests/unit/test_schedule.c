/* Which hosts are started when, when waves open, and what stops a rollout. */
#include "tests/unit/test.h"

#include <stdio.h>

#include "fleet/rollout/schedule.h"

enum { MOST = 64 };

/* A schedule with its waves: `sizes` ends with 0; the hosts are in order. */
struct fixture {
	struct pk_rollout_wish wish;
	struct pk_waves waves;
	struct pk_schedule_task tasks[MOST];
	uint32_t wave[MOST], order[MOST], sizes[MOST];
	uint64_t soak_ms[MOST];
	const char *names[MOST];
	size_t count;
	struct pk_schedule *schedule;
};

static struct pk_failure_budget bears(uint32_t most)
{
	return (struct pk_failure_budget){.most = most};
}

static void prepare(struct fixture *fixture, const uint32_t *sizes)
{
	*fixture = (struct fixture){0};
	for (size_t wave = 0; sizes[wave] > 0; wave++) {
		fixture->sizes[wave] = sizes[wave];
		fixture->names[wave] = "wave";
		for (uint32_t i = 0; i < sizes[wave]; i++) {
			fixture->wave[fixture->count] = (uint32_t)wave;
			fixture->order[fixture->count] = (uint32_t)fixture->count;
			fixture->count++;
		}
		fixture->waves.wave_count++;
	}
	fixture->waves.wave = fixture->wave;
	fixture->waves.order = fixture->order;
	fixture->waves.sizes = fixture->sizes;
	fixture->waves.names = fixture->names;
	fixture->waves.soak_ms = fixture->soak_ms;
	fixture->wish = (struct pk_rollout_wish){.wave_budget = bears(PK_BUDGET_ANY),
		.total_budget = bears(PK_BUDGET_ANY),
		.sessions = 10,
		.connects = 10,
		.tries = 3,
		.retry_ms = 1000};
	for (size_t i = 0; i < PK_FAILURE_CLASSES; i++)
		fixture->wish.class_budget[i] = bears(PK_BUDGET_ANY);
}

static void create(struct fixture *fixture)
{
	fixture->schedule =
		pk_schedule_create(&fixture->wish, &fixture->waves, fixture->tasks, fixture->count);
}

/* The next order has to be of this kind. */
static struct pk_order expect(struct fixture *fixture, uint64_t now_ms, enum pk_order_kind kind)
{
	struct pk_order order;
	pk_schedule_next(fixture->schedule, now_ms, &order);
	assert_int_equal(order.kind, kind);
	return order;
}

/* All hosts of [from, to) are started, in order. */
static void expect_starts(struct fixture *fixture, uint64_t now_ms, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		assert_int_equal(expect(fixture, now_ms, PK_ORDER_START).task, i);
}

static void end_well(struct fixture *fixture, size_t task, uint64_t now_ms)
{
	pk_schedule_connected(fixture->schedule, task);
	pk_schedule_touched(fixture->schedule, task);
	assert_false(pk_schedule_ended(fixture->schedule, task, PK_TASK_OK, NULL, now_ms));
}

static bool end_badly(struct fixture *fixture, size_t task, enum pk_failure_class class,
	bool passing, uint64_t now_ms)
{
	const struct pk_failure failure = {.class = class, .passing = passing};
	return pk_schedule_ended(fixture->schedule, task, PK_TASK_FAILED, &failure, now_ms);
}

static struct pk_schedule_counts count(const struct fixture *fixture)
{
	struct pk_schedule_counts counts;
	pk_schedule_count(fixture->schedule, &counts);
	assert_int_equal(counts.waiting + counts.connecting + counts.working + counts.ok +
			counts.failed + counts.skipped,
		fixture->count);
	return counts;
}

#define FIXTURE(name, ...)                                                                         \
	struct fixture name;                                                                       \
	prepare(&name, (const uint32_t[]){__VA_ARGS__, 0})

static void waves_open_one_after_the_other(void **state)
{
	(void)state;
	FIXTURE(f, 1, 2);
	create(&f);
	assert_int_equal(expect(&f, 0, PK_ORDER_WAVE).wave, 0);
	expect_starts(&f, 0, 0, 1);
	expect(&f, 0, PK_ORDER_WAIT);
	end_well(&f, 0, 10);
	assert_int_equal(expect(&f, 10, PK_ORDER_WAVE).wave, 1);
	expect_starts(&f, 10, 1, 3);
	end_well(&f, 1, 20);
	expect(&f, 20, PK_ORDER_WAIT);
	end_well(&f, 2, 30);
	expect(&f, 30, PK_ORDER_DONE);
	assert_int_equal(count(&f).ok, 3);
	pk_schedule_destroy(f.schedule);
}

static void a_wave_soaks_after_its_last_change(void **state)
{
	(void)state;
	FIXTURE(f, 2, 1);
	f.soak_ms[0] = 5000;
	create(&f);
	expect(&f, 0, PK_ORDER_WAVE);
	expect_starts(&f, 0, 0, 2);
	end_well(&f, 0, 1000);
	/* The other one is not reached; its tries go on while the first one soaks. */
	assert_true(end_badly(&f, 1, PK_FAILURE_UNREACHABLE, true, 1000));
	expect(&f, 4000, PK_ORDER_START);
	assert_false(end_badly(&f, 1, PK_FAILURE_UNREACHABLE, false, 4000));
	struct pk_order order = expect(&f, 4000, PK_ORDER_WAIT);
	assert_int_equal(order.at_ms, 6000);
	assert_true(count(&f).soaking);
	assert_int_equal(count(&f).soak_until_ms, 6000);
	expect(&f, 5999, PK_ORDER_WAIT);
	assert_int_equal(expect(&f, 6000, PK_ORDER_WAVE).wave, 1);
	pk_schedule_destroy(f.schedule);
}

static void where_nothing_was_changed_nothing_soaks(void **state)
{
	(void)state;
	FIXTURE(f, 1, 1);
	f.soak_ms[0] = 5000;
	create(&f);
	pk_schedule_ask_health(f.schedule);
	expect(&f, 0, PK_ORDER_WAVE);
	expect(&f, 0, PK_ORDER_START);
	pk_schedule_connected(f.schedule, 0);
	pk_schedule_ended(f.schedule, 0, PK_TASK_OK, NULL, 10);
	assert_int_equal(expect(&f, 10, PK_ORDER_WAVE).wave, 1);
	pk_schedule_destroy(f.schedule);
}

static void health_is_asked_before_the_next_wave_and_at_the_end(void **state)
{
	(void)state;
	FIXTURE(f, 1, 1);
	f.soak_ms[0] = 100;
	create(&f);
	pk_schedule_ask_health(f.schedule);
	expect(&f, 0, PK_ORDER_WAVE);
	expect(&f, 0, PK_ORDER_START);
	end_well(&f, 0, 10);
	expect(&f, 10, PK_ORDER_WAIT);
	assert_int_equal(expect(&f, 110, PK_ORDER_CHECK).task, 0);
	assert_int_equal(count(&f).checking, 1);
	expect(&f, 110, PK_ORDER_WAIT);
	end_well(&f, 0, 120);
	expect(&f, 120, PK_ORDER_WAVE);
	expect(&f, 120, PK_ORDER_START);
	end_well(&f, 1, 130);
	assert_int_equal(expect(&f, 130, PK_ORDER_CHECK).task, 1);
	end_well(&f, 1, 140);
	expect(&f, 140, PK_ORDER_DONE);
	assert_int_equal(count(&f).ok, 2);
	pk_schedule_destroy(f.schedule);
}

static void bad_health_counts_in_the_budget_of_the_wave(void **state)
{
	(void)state;
	FIXTURE(f, 2, 1);
	f.wish.wave_budget = bears(0);
	create(&f);
	pk_schedule_ask_health(f.schedule);
	expect(&f, 0, PK_ORDER_WAVE);
	expect_starts(&f, 0, 0, 2);
	end_well(&f, 0, 10);
	end_well(&f, 1, 10);
	expect(&f, 10, PK_ORDER_CHECK);
	expect(&f, 10, PK_ORDER_CHECK);
	assert_false(end_badly(&f, 1, PK_FAILURE_HEALTH, true, 20)); /* it does not pass */
	struct pk_order order = expect(&f, 20, PK_ORDER_HALT);
	assert_int_equal(order.task, 1);
	assert_true(order.of_wave);
	expect(&f, 20, PK_ORDER_WAIT); /* for the other check */
	end_well(&f, 0, 30);
	expect(&f, 30, PK_ORDER_DONE);
	assert_int_equal(count(&f).failed_by_class[PK_FAILURE_HEALTH], 1);
	assert_int_equal(count(&f).waiting, 1);
	pk_schedule_destroy(f.schedule);
}

static void a_budget_of_none_stops_at_the_first_failure(void **state)
{
	(void)state;
	FIXTURE(f, 3);
	f.wish.total_budget = bears(0);
	f.wish.sessions = 1;
	create(&f);
	expect(&f, 0, PK_ORDER_WAVE);
	expect(&f, 0, PK_ORDER_START);
	end_badly(&f, 0, PK_FAILURE_APPLY, false, 10);
	assert_int_equal(expect(&f, 10, PK_ORDER_HALT).class, PK_FAILURE_NONE);
	expect(&f, 10, PK_ORDER_DONE);
	pk_schedule_destroy(f.schedule);
}

static void a_share_of_the_wave_is_rounded_down(void **state)
{
	(void)state;
	FIXTURE(f, 10);
	f.wish.wave_budget = (struct pk_failure_budget){.percent = true, .most = 25000};
	create(&f);
	expect(&f, 0, PK_ORDER_WAVE);
	expect_starts(&f, 0, 0, 10);
	end_badly(&f, 0, PK_FAILURE_APPLY, false, 10);
	end_badly(&f, 1, PK_FAILURE_TRANSFER, false, 10);
	expect(&f, 10, PK_ORDER_WAIT); /* 25 % of ten are two */
	end_badly(&f, 2, PK_FAILURE_AUTH, false, 10);
	assert_true(expect(&f, 10, PK_ORDER_HALT).of_wave);
	pk_schedule_destroy(f.schedule);
}

static void a_class_has_a_budget_of_its_own(void **state)
{
	(void)state;
	FIXTURE(f, 4);
	f.wish.class_budget[PK_FAILURE_AUTH] = bears(1);
	create(&f);
	expect(&f, 0, PK_ORDER_WAVE);
	expect_starts(&f, 0, 0, 4);
	end_badly(&f, 0, PK_FAILURE_AUTH, false, 10);
	end_badly(&f, 1, PK_FAILURE_APPLY, false, 10);
	expect(&f, 10, PK_ORDER_WAIT);
	end_badly(&f, 2, PK_FAILURE_AUTH, false, 10);
	struct pk_order order = expect(&f, 10, PK_ORDER_HALT);
	assert_int_equal(order.class, PK_FAILURE_AUTH);
	assert_false(order.of_wave);
	pk_schedule_destroy(f.schedule);
}

static void unreachable_hosts_count_in_their_own_budget_only(void **state)
{
	(void)state;
	FIXTURE(f, 4);
	f.wish.wave_budget = bears(0);
	f.wish.total_budget = bears(0);
	f.wish.class_budget[PK_FAILURE_UNREACHABLE] = bears(2);
	create(&f);
	expect(&f, 0, PK_ORDER_WAVE);
	expect_starts(&f, 0, 0, 4);
	end_badly(&f, 0, PK_FAILURE_UNREACHABLE, false, 10);
	end_badly(&f, 1, PK_FAILURE_UNREACHABLE, false, 10);
	expect(&f, 10, PK_ORDER_WAIT);
	end_badly(&f, 2, PK_FAILURE_UNREACHABLE, false, 10);
	assert_int_equal(expect(&f, 10, PK_ORDER_HALT).class, PK_FAILURE_UNREACHABLE);
	pk_schedule_destroy(f.schedule);
}

static void a_wave_of_which_every_host_fails_is_the_last(void **state)
{
	(void)state;
	FIXTURE(f, 2, 1);
	f.wish.wave_budget = bears(5);
	create(&f);
	expect(&f, 0, PK_ORDER_WAVE);
	expect_starts(&f, 0, 0, 2);
	end_badly(&f, 0, PK_FAILURE_UNREACHABLE, false, 10);
	end_badly(&f, 1, PK_FAILURE_UNREACHABLE, false, 10);
	struct pk_order order = expect(&f, 10, PK_ORDER_HALT);
	assert_int_equal(order.class, PK_FAILURE_UNREACHABLE);
	assert_true(order.of_wave);
	expect(&f, 10, PK_ORDER_DONE);
	pk_schedule_destroy(f.schedule);
}

static void a_skipped_host_is_no_failure(void **state)
{
	(void)state;
	FIXTURE(f, 1, 1);
	f.wish.wave_budget = bears(0);
	create(&f);
	expect(&f, 0, PK_ORDER_WAVE);
	expect(&f, 0, PK_ORDER_START);
	pk_schedule_ended(f.schedule, 0, PK_TASK_SKIPPED, NULL, 10);
	expect(&f, 10, PK_ORDER_WAVE);
	assert_int_equal(count(&f).skipped, 1);
	pk_schedule_destroy(f.schedule);
}

static void a_wrong_host_key_stops_everything(void **state)
{
	(void)state;
	FIXTURE(f, 4);
	f.wish.sessions = 2;
	create(&f);
	expect(&f, 0, PK_ORDER_WAVE);
	expect_starts(&f, 0, 0, 2);
	end_badly(&f, 1, PK_FAILURE_HOST_KEY, true, 10);
	assert_int_equal(expect(&f, 10, PK_ORDER_HALT).class, PK_FAILURE_HOST_KEY);
	expect(&f, 10, PK_ORDER_WAIT);
	end_well(&f, 0, 20);
	expect(&f, 20, PK_ORDER_DONE);
	pk_schedule_destroy(f.schedule);
}

static void pauses_between_tries_double_and_differ(void **state)
{
	(void)state;
	FIXTURE(f, 2);
	create(&f);
	expect(&f, 0, PK_ORDER_WAVE);
	expect_starts(&f, 0, 0, 2);
	assert_true(end_badly(&f, 0, PK_FAILURE_UNREACHABLE, true, 0));
	uint64_t first = expect(&f, 0, PK_ORDER_WAIT).at_ms;
	assert_in_range(first, 750, 1250);
	assert_true(end_badly(&f, 1, PK_FAILURE_TRANSFER, true, 0));
	uint64_t other = expect(&f, 0, PK_ORDER_WAIT).at_ms;
	assert_true(other <= first);
	size_t task = expect(&f, first, PK_ORDER_START).task;
	expect(&f, 1250, PK_ORDER_START);
	assert_true(end_badly(&f, task, PK_FAILURE_UNREACHABLE, true, 2000));
	assert_in_range(expect(&f, 2000, PK_ORDER_WAIT).at_ms, 3500, 4500);
	assert_int_equal(expect(&f, 4500, PK_ORDER_START).task, task);
	assert_false(end_badly(&f, task, PK_FAILURE_UNREACHABLE, true, 5000)); /* third try */
	pk_schedule_destroy(f.schedule);
}

static void what_does_not_pass_is_not_tried_again(void **state)
{
	(void)state;
	FIXTURE(f, 3);
	create(&f);
	expect(&f, 0, PK_ORDER_WAVE);
	expect_starts(&f, 0, 0, 3);
	assert_false(end_badly(&f, 0, PK_FAILURE_UNREACHABLE, false, 10));
	assert_false(end_badly(&f, 1, PK_FAILURE_AUTH, true, 10));
	assert_false(end_badly(&f, 2, PK_FAILURE_APPLY, true, 10));
	pk_schedule_destroy(f.schedule);
}

static void a_host_that_is_being_changed_is_tried_again(void **state)
{
	(void)state;
	const struct pk_failure locked = {
		.class = PK_FAILURE_APPLY, .code = PK_HOST_LOCKED, .passing = true};
	FIXTURE(f, 1);
	create(&f);
	expect(&f, 0, PK_ORDER_WAVE);
	expect_starts(&f, 0, 0, 1);
	assert_true(pk_schedule_ended(f.schedule, 0, PK_TASK_FAILED, &locked, 10));
	pk_schedule_destroy(f.schedule);
}

static void silent_hosts_make_room_for_others(void **state)
{
	(void)state;
	FIXTURE(f, 4);
	f.wish.sessions = 2;
	create(&f);
	expect(&f, 0, PK_ORDER_WAVE);
	expect_starts(&f, 0, 0, 2);
	uint64_t at_ms = expect(&f, 0, PK_ORDER_WAIT).at_ms;
	assert_int_equal(at_ms, 250);
	pk_schedule_reached(f.schedule, 0, 100); /* others need longer than this one */
	assert_int_equal(expect(&f, 250, PK_ORDER_WAIT).at_ms, 400);
	assert_int_equal(expect(&f, 400, PK_ORDER_START).task, 2);
	expect(&f, 400, PK_ORDER_WAIT);
	pk_schedule_destroy(f.schedule);
}

static void connects_have_a_limit_of_their_own(void **state)
{
	(void)state;
	FIXTURE(f, 6);
	f.wish.connects = 3;
	create(&f);
	expect(&f, 0, PK_ORDER_WAVE);
	expect_starts(&f, 0, 0, 3);
	expect(&f, 5000, PK_ORDER_WAIT);
	pk_schedule_connected(f.schedule, 1);
	expect_starts(&f, 5000, 3, 4);
	expect(&f, 5000, PK_ORDER_WAIT);
	pk_schedule_destroy(f.schedule);
}

static void a_full_zone_holds_up_nobody_else(void **state)
{
	(void)state;
	FIXTURE(f, 5);
	f.wish.zone_connects = 1;
	for (size_t i = 0; i < 3; i++)
		f.tasks[i].zone = 1;
	f.tasks[4].zone = 2;
	create(&f);
	expect(&f, 0, PK_ORDER_WAVE);
	assert_int_equal(expect(&f, 0, PK_ORDER_START).task, 0);
	assert_int_equal(expect(&f, 0, PK_ORDER_START).task, 3);
	assert_int_equal(expect(&f, 0, PK_ORDER_START).task, 4);
	expect(&f, 0, PK_ORDER_WAIT);
	pk_schedule_connected(f.schedule, 0);
	assert_int_equal(expect(&f, 1, PK_ORDER_START).task, 1);
	expect(&f, 1, PK_ORDER_WAIT);
	end_badly(&f, 1, PK_FAILURE_AUTH, false, 2);
	assert_int_equal(expect(&f, 2, PK_ORDER_START).task, 2);
	pk_schedule_destroy(f.schedule);
}

static void an_interrupted_rollout_goes_on_where_it_was(void **state)
{
	(void)state;
	FIXTURE(f, 2, 2, 1);
	f.soak_ms[0] = f.soak_ms[1] = 1000;
	f.tasks[0].state = PK_TASK_OK;
	f.tasks[0].touched = true;
	f.tasks[1].state = PK_TASK_SKIPPED;
	f.tasks[2].state = PK_TASK_WORKING;
	f.tasks[3].state = PK_TASK_OK;
	f.tasks[3].touched = true;
	create(&f);
	/* The first wave had passed its gate: it is neither opened nor soaks again. */
	assert_int_equal(expect(&f, 0, PK_ORDER_WAVE).wave, 1);
	assert_int_equal(expect(&f, 0, PK_ORDER_START).task, 2);
	end_well(&f, 2, 500);
	assert_int_equal(expect(&f, 500, PK_ORDER_WAIT).at_ms, 1500);
	assert_int_equal(expect(&f, 1500, PK_ORDER_WAVE).wave, 2);
	pk_schedule_destroy(f.schedule);
}

static void a_wave_that_was_not_checked_is_checked_after_an_interruption(void **state)
{
	(void)state;
	FIXTURE(f, 2, 1);
	f.soak_ms[0] = 1000;
	f.tasks[0].state = PK_TASK_OK;
	f.tasks[0].touched = true;
	f.tasks[1].state = PK_TASK_HEALTHY;
	f.tasks[1].touched = true;
	create(&f);
	pk_schedule_ask_health(f.schedule);
	assert_int_equal(expect(&f, 50, PK_ORDER_WAIT).at_ms, 1050);
	assert_int_equal(expect(&f, 1050, PK_ORDER_CHECK).task, 0);
	end_well(&f, 0, 1060);
	assert_int_equal(expect(&f, 1060, PK_ORDER_WAVE).wave, 1);
	pk_schedule_destroy(f.schedule);
}

static void failures_of_before_an_interruption_count(void **state)
{
	(void)state;
	FIXTURE(f, 3, 1);
	f.wish.total_budget = bears(1);
	f.tasks[0] = (struct pk_schedule_task){.state = PK_TASK_FAILED, .class = PK_FAILURE_APPLY};
	create(&f);
	expect(&f, 0, PK_ORDER_WAVE);
	expect_starts(&f, 0, 1, 3);
	end_badly(&f, 1, PK_FAILURE_APPLY, false, 10);
	expect(&f, 10, PK_ORDER_HALT);
	pk_schedule_destroy(f.schedule);
	f.wish.total_budget = bears(0);
	create(&f);
	expect(&f, 0, PK_ORDER_HALT);
	pk_schedule_destroy(f.schedule);
	/* Somebody has seen it and goes on. */
	f.tasks[0].class = PK_FAILURE_NONE;
	create(&f);
	expect(&f, 0, PK_ORDER_WAVE);
	pk_schedule_destroy(f.schedule);
}

static void a_pause_starts_nothing_and_ends(void **state)
{
	(void)state;
	FIXTURE(f, 3);
	f.wish.sessions = 1;
	create(&f);
	expect(&f, 0, PK_ORDER_WAVE);
	expect(&f, 0, PK_ORDER_START);
	pk_schedule_pause(f.schedule);
	end_well(&f, 0, 10);
	assert_true(expect(&f, 10, PK_ORDER_WAIT).at_ms == UINT64_MAX);
	pk_schedule_resume(f.schedule);
	assert_int_equal(expect(&f, 20, PK_ORDER_START).task, 1);
	pk_schedule_stop(f.schedule);
	end_well(&f, 1, 30);
	expect(&f, 30, PK_ORDER_DONE);
	assert_int_equal(count(&f).waiting, 1);
	pk_schedule_destroy(f.schedule);
}

static void without_waves_no_failure_stops_anything(void **state)
{
	(void)state;
	FIXTURE(f, 2);
	f.wish.total_budget = bears(0);
	f.wish.sessions = 1;
	f.schedule = pk_schedule_create(&f.wish, NULL, f.tasks, f.count);
	expect(&f, 0, PK_ORDER_WAVE);
	expect(&f, 0, PK_ORDER_START);
	end_badly(&f, 0, PK_FAILURE_HOST_KEY, false, 10);
	assert_int_equal(expect(&f, 10, PK_ORDER_START).task, 1);
	end_well(&f, 1, 20);
	expect(&f, 20, PK_ORDER_DONE);
	pk_schedule_destroy(f.schedule);
}

static void no_hosts_are_done_at_once(void **state)
{
	(void)state;
	FIXTURE(f, 0);
	create(&f);
	expect(&f, 0, PK_ORDER_DONE);
	pk_schedule_destroy(f.schedule);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waves_open_one_after_the_other),
		cmocka_unit_test(a_wave_soaks_after_its_last_change),
		cmocka_unit_test(where_nothing_was_changed_nothing_soaks),
		cmocka_unit_test(health_is_asked_before_the_next_wave_and_at_the_end),
		cmocka_unit_test(bad_health_counts_in_the_budget_of_the_wave),
		cmocka_unit_test(a_budget_of_none_stops_at_the_first_failure),
		cmocka_unit_test(a_share_of_the_wave_is_rounded_down),
		cmocka_unit_test(a_class_has_a_budget_of_its_own),
		cmocka_unit_test(unreachable_hosts_count_in_their_own_budget_only),
		cmocka_unit_test(a_wave_of_which_every_host_fails_is_the_last),
		cmocka_unit_test(a_skipped_host_is_no_failure),
		cmocka_unit_test(a_wrong_host_key_stops_everything),
		cmocka_unit_test(pauses_between_tries_double_and_differ),
		cmocka_unit_test(what_does_not_pass_is_not_tried_again),
		cmocka_unit_test(a_host_that_is_being_changed_is_tried_again),
		cmocka_unit_test(silent_hosts_make_room_for_others),
		cmocka_unit_test(connects_have_a_limit_of_their_own),
		cmocka_unit_test(a_full_zone_holds_up_nobody_else),
		cmocka_unit_test(an_interrupted_rollout_goes_on_where_it_was),
		cmocka_unit_test(a_wave_that_was_not_checked_is_checked_after_an_interruption),
		cmocka_unit_test(failures_of_before_an_interruption_count),
		cmocka_unit_test(a_pause_starts_nothing_and_ends),
		cmocka_unit_test(without_waves_no_failure_stops_anything),
		cmocka_unit_test(no_hosts_are_done_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
