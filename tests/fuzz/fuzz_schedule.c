/*
 * The schedule: whatever happens in whatever order, its laws hold. Limits of connections and zones
 * are kept, no wave opens before the one before it has ended, nothing starts after a halt or
 * beyond a budget, no host is worked on twice at once, and it comes to an end.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/rollout/schedule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	MOST = 48,
	WAVES = 4,
	ZONES = 3,
	ORDERS = 100000, /* more than any schedule of so few hosts gives */
};

struct input {
	const uint8_t *data;
	size_t left;
};

/* A host as an onlooker sees it. */
struct seen {
	bool running, check, connected, ended, healthy, touched, failed;
	enum pk_failure_class class;
	uint32_t tries;
};

struct world {
	struct input input;
	struct pk_rollout_wish wish;
	struct pk_waves waves;
	uint32_t wave[MOST], order[MOST], sizes[WAVES];
	uint64_t soak_ms[WAVES];
	const char *names[WAVES];
	struct pk_schedule_task tasks[MOST];
	struct seen seen[MOST];
	size_t count;
	bool health, halted, stopped, paused;
	uint64_t now_ms;
	struct pk_schedule *schedule;
};

static void demand(bool condition)
{
	if (!condition)
		abort();
}

static uint32_t take(struct input *input, uint32_t below)
{
	if (input->left == 0)
		return 0;
	input->left--;
	return *input->data++ % below;
}

static struct pk_failure_budget take_budget(struct input *input)
{
	uint32_t choice = take(input, 8);
	if (choice < 3)
		return (struct pk_failure_budget){.most = PK_BUDGET_ANY};
	if (choice == 3)
		return (struct pk_failure_budget){.percent = true, .most = take(input, 101) * 1000};
	return (struct pk_failure_budget){.most = choice - 4};
}

static void make_waves(struct world *world)
{
	world->waves = (struct pk_waves){.wave = world->wave,
		.order = world->order,
		.sizes = world->sizes,
		.names = world->names,
		.soak_ms = world->soak_ms};
	world->waves.wave_count = 1 + take(&world->input, WAVES);
	for (uint32_t wave = 0; wave < world->waves.wave_count; wave++) {
		world->names[wave] = "wave";
		world->soak_ms[wave] = take(&world->input, 3) * 1000;
		world->sizes[wave] = 1 + take(&world->input, MOST / WAVES);
		for (uint32_t i = 0; i < world->sizes[wave]; i++) {
			world->wave[world->count] = wave;
			world->order[world->count] = (uint32_t)world->count;
			world->count++;
		}
	}
}

static void make_tasks(struct world *world)
{
	for (size_t i = 0; i < world->count; i++) {
		struct pk_schedule_task *task = &world->tasks[i];
		uint32_t begin = take(&world->input, 20);
		task->zone = take(&world->input, ZONES);
		if (begin < 13)
			continue;
		task->touched = begin % 2 == 0;
		task->state = begin < 16 ? PK_TASK_OK
			: begin < 18	 ? PK_TASK_SKIPPED
			: begin < 19	 ? PK_TASK_HEALTHY
					 : PK_TASK_FAILED;
		world->seen[i].ended = true;
		world->seen[i].healthy = task->state == PK_TASK_HEALTHY;
		world->seen[i].touched = task->state == PK_TASK_OK && task->touched;
		world->seen[i].failed = task->state == PK_TASK_FAILED;
	}
}

static void make_world(struct world *world)
{
	struct input *input = &world->input;
	world->wish.sessions = 1 + take(input, 6);
	world->wish.connects = 1 + take(input, 6);
	world->wish.zone_connects = take(input, 3);
	world->wish.tries = take(input, 4);
	world->wish.retry_ms = take(input, 4) * 700;
	world->wish.wave_budget = take_budget(input);
	world->wish.total_budget = take_budget(input);
	for (size_t i = 0; i < PK_FAILURE_CLASSES; i++)
		world->wish.class_budget[i] = take_budget(input);
	world->health = take(input, 2) == 1;
	make_waves(world);
	make_tasks(world);
	world->schedule =
		pk_schedule_create(&world->wish, &world->waves, world->tasks, world->count);
	if (world->health)
		pk_schedule_ask_health(world->schedule);
}

/* --- Laws --- */

static bool exceeds(const struct pk_failure_budget *budget, size_t failures, size_t hosts)
{
	if (!budget->percent && budget->most == PK_BUDGET_ANY)
		return false;
	return failures > (budget->percent ? hosts * budget->most / 100000 : budget->most);
}

/* Is there any failure too many, by an onlooker's count? */
static bool is_too_much(const struct world *world)
{
	size_t all = 0;
	size_t by_wave[WAVES] = {0};
	size_t by_class[PK_FAILURE_CLASSES] = {0};
	for (size_t i = 0; i < world->count; i++) {
		const struct seen *seen = &world->seen[i];
		if (!seen->failed || seen->class == PK_FAILURE_NONE)
			continue;
		by_class[seen->class]++;
		all += seen->class != PK_FAILURE_UNREACHABLE;
		by_wave[world->wave[i]] += seen->class != PK_FAILURE_UNREACHABLE;
	}
	bool exceeded = by_class[PK_FAILURE_HOST_KEY] > 0 ||
		exceeds(&world->wish.total_budget, all, world->count);
	for (size_t i = 1; i < PK_FAILURE_CLASSES; i++)
		exceeded = exceeded ||
			exceeds(&world->wish.class_budget[i], by_class[i], world->count);
	for (size_t i = 0; i < world->waves.wave_count; i++)
		exceeded =
			exceeded || exceeds(&world->wish.wave_budget, by_wave[i], world->sizes[i]);
	return exceeded;
}

static void check_counts(const struct world *world)
{
	struct pk_schedule_counts counts;
	size_t connecting = 0;
	size_t in_zone[ZONES] = {0};
	pk_schedule_count(world->schedule, &counts);
	demand(counts.waiting + counts.connecting + counts.working + counts.ok + counts.failed +
			counts.skipped ==
		world->count);
	demand(counts.checking <= counts.ok);
	for (size_t i = 0; i < world->count; i++) {
		if (!world->seen[i].running || world->seen[i].connected)
			continue;
		connecting++;
		in_zone[world->tasks[i].zone]++;
	}
	demand(connecting <= world->wish.connects);
	for (size_t i = 1; i < ZONES; i++)
		demand(world->wish.zone_connects == 0 || in_zone[i] <= world->wish.zone_connects);
}

static void check_start(struct world *world, const struct pk_order *order)
{
	struct seen *seen = &world->seen[order->task];
	bool check = order->kind == PK_ORDER_CHECK;
	demand(!world->halted && !world->stopped && !world->paused);
	demand(!is_too_much(world));
	demand(!seen->running);
	demand(seen->ended == check);
	if (check)
		demand(world->health && seen->touched && !seen->healthy && !seen->failed);
	for (size_t i = 0; i < world->count; i++) {
		const struct seen *other = &world->seen[i];
		if (world->wave[i] < world->wave[order->task])
			demand(other->ended && !other->running);
		/* Health is asked when the whole wave has ended. */
		if (check && world->wave[i] == world->wave[order->task])
			demand(other->ended);
	}
	seen->tries = seen->check == check ? seen->tries + 1 : 1;
	demand(seen->tries <= (world->wish.tries > 1 ? world->wish.tries : 1));
	seen->running = true;
	seen->connected = false;
	seen->check = check;
	struct pk_schedule_counts counts;
	pk_schedule_count(world->schedule, &counts);
	demand(order->wave == counts.wave && counts.wave == world->wave[order->task]);
}

/* --- Events --- */

static void end_task(struct world *world, size_t task, uint32_t choice)
{
	struct seen *seen = &world->seen[task];
	struct pk_failure failure = {.class = PK_FAILURE_NONE + choice % PK_FAILURE_CLASSES};
	enum pk_task_state state = PK_TASK_OK;
	failure.passing = choice % 3 != 0;
	if (choice % 4 == 3)
		state = PK_TASK_FAILED;
	else if (choice % 16 == 2 && !seen->check)
		state = PK_TASK_SKIPPED;
	if (failure.class == PK_FAILURE_NONE)
		failure.class = PK_FAILURE_APPLY;
	if (state == PK_TASK_OK && !seen->check && choice % 5 != 0) {
		pk_schedule_touched(world->schedule, task);
		seen->touched = true;
	}
	bool again = pk_schedule_ended(world->schedule, task, state, &failure, world->now_ms);
	demand(!again || (state == PK_TASK_FAILED && failure.passing));
	seen->running = false;
	if (again)
		return;
	seen->healthy = seen->check && state == PK_TASK_OK;
	seen->ended = true;
	seen->failed = state == PK_TASK_FAILED;
	seen->class = failure.class;
	if (state != PK_TASK_OK && !seen->check)
		seen->touched = false;
}

/* Something happens to the `number`th of those that run. False if none does. */
static bool happen(struct world *world, uint32_t number, uint32_t choice)
{
	size_t running = 0;
	size_t task = 0;
	for (size_t i = 0; i < world->count; i++)
		running += world->seen[i].running;
	if (running == 0)
		return false;
	number = (uint32_t)(number % running);
	for (size_t i = 0; i < world->count; i++) {
		if (!world->seen[i].running || number-- != 0)
			continue;
		task = i;
		break;
	}
	if (choice % 4 == 0) {
		pk_schedule_reached(world->schedule, task, world->now_ms);
	} else if (choice % 4 == 1) {
		pk_schedule_connected(world->schedule, task);
		world->seen[task].connected = true;
	} else {
		end_task(world, task, choice / 4);
	}
	return true;
}

/* Takes orders until there are none now. False when it is done. */
static bool take_orders(struct world *world, struct pk_order *order)
{
	for (size_t i = 0; i < ORDERS; i++) {
		pk_schedule_next(world->schedule, world->now_ms, order);
		check_counts(world);
		switch (order->kind) {
		case PK_ORDER_START:
		case PK_ORDER_CHECK:
			check_start(world, order);
			break;
		case PK_ORDER_WAVE:
			demand(!world->halted && !world->stopped && !is_too_much(world));
			break;
		case PK_ORDER_HALT:
			demand(!world->halted);
			world->halted = true;
			break;
		case PK_ORDER_WAIT:
			demand(order->at_ms > world->now_ms);
			return true;
		case PK_ORDER_DONE:
			return false;
		}
	}
	abort();
}

static void run_events(struct world *world)
{
	struct pk_order order;
	while (world->input.left > 0) {
		if (!take_orders(world, &order))
			return;
		uint32_t what = take(&world->input, 32);
		uint32_t number = take(&world->input, 256);
		if (what == 0) {
			world->paused = !world->paused;
			if (world->paused)
				pk_schedule_pause(world->schedule);
			else
				pk_schedule_resume(world->schedule);
		} else if (what == 1 && number > 200) {
			pk_schedule_stop(world->schedule);
			world->stopped = true;
		} else if (what < 8) {
			world->now_ms += number * 20;
		} else {
			happen(world, number, take(&world->input, 256));
		}
	}
}

/* What runs ends well from now on; time passes where nothing runs. */
static void run_to_end(struct world *world)
{
	struct pk_order order;
	pk_schedule_resume(world->schedule);
	world->paused = false;
	for (size_t i = 0; i < ORDERS; i++) {
		if (!take_orders(world, &order))
			break;
		if (happen(world, 0, 6))
			continue;
		demand(order.at_ms != UINT64_MAX);
		world->now_ms = order.at_ms;
	}
	demand(order.kind == PK_ORDER_DONE);
	for (size_t i = 0; i < world->count; i++) {
		demand(!world->seen[i].running);
		demand(world->halted || world->stopped || world->seen[i].ended);
		demand(world->halted || world->stopped || !world->health ||
			!world->seen[i].touched || world->seen[i].healthy || world->seen[i].failed);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world world = {.input = {data, size}, .now_ms = 1};
	make_world(&world);
	run_events(&world);
	run_to_end(&world);
	pk_schedule_destroy(world.schedule);
	return 0;
}
