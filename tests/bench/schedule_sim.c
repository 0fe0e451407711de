/*
 * schedule_sim [HOSTS]: waves and schedule on so many simulated hosts (100000), with a simulated
 * clock: what it costs, and what dead hosts cost the others. A live host answers after 10 ms, has
 * logged in after 300 ms, and is done after a second; a dead one never answers, and is given up
 * after 10 s, three times. Fails if dead hosts slow the others by more than 2 %.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "base/text.h"
#include "fleet/rollout/schedule.h"

enum {
	HOSTS = 100000,
	FEW_HOSTS = 2000,
	DEAD_EVERY = 20, /* 5 % */
	REACH_MS = 10,
	LOGIN_MS = 300,
	JOB_MS = 1000,
	CONNECT_MS = 10000,
	SLOWER_MOST = 50, /* 1 / 50 */
};

enum what {
	REACHED,
	CONNECTED,
	ENDED,
	GIVEN_UP,
};

struct event {
	uint64_t at_ms;
	uint32_t task;
	enum what what;
};

struct heap {
	struct event *events;
	size_t len;
};

struct sim {
	const char *name;
	size_t count;
	uint32_t sessions;
	uint32_t connects;
	bool dead; /* are some? */
	bool waves;
	uint64_t live_done_ms; /* when the last live host had ended */
	uint64_t done_ms;
	double cpu_ms;
	size_t orders;
};

static void put(struct heap *heap, struct event event)
{
	size_t at = heap->len++;
	while (at > 0 && event.at_ms < heap->events[(at - 1) / 2].at_ms) {
		heap->events[at] = heap->events[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	heap->events[at] = event;
}

static struct event take(struct heap *heap)
{
	struct event first = heap->events[0];
	struct event last = heap->events[--heap->len];
	size_t at = 0;
	for (size_t child = 1; child < heap->len; child = 2 * at + 1) {
		if (child + 1 < heap->len &&
			heap->events[child + 1].at_ms < heap->events[child].at_ms)
			child++;
		if (heap->events[child].at_ms >= last.at_ms)
			break;
		heap->events[at] = heap->events[child];
		at = child;
	}
	heap->events[at] = last;
	return first;
}

static bool is_dead(const struct sim *sim, size_t task)
{
	return sim->dead && task % DEAD_EVERY == 7;
}

static void start(const struct sim *sim, struct heap *heap, size_t task, uint64_t now_ms)
{
	uint32_t number = (uint32_t)task;
	if (is_dead(sim, task)) {
		put(heap, (struct event){now_ms + CONNECT_MS, number, GIVEN_UP});
		return;
	}
	put(heap, (struct event){now_ms + REACH_MS, number, REACHED});
	put(heap, (struct event){now_ms + LOGIN_MS, number, CONNECTED});
	put(heap, (struct event){now_ms + JOB_MS, number, ENDED});
}

static void happen(struct sim *sim, struct pk_schedule *schedule, const struct event *event)
{
	const struct pk_failure failure = {.class = PK_FAILURE_UNREACHABLE, .passing = true};
	switch (event->what) {
	case REACHED:
		pk_schedule_reached(schedule, event->task, event->at_ms);
		break;
	case CONNECTED:
		pk_schedule_connected(schedule, event->task);
		break;
	case ENDED:
		pk_schedule_touched(schedule, event->task);
		pk_schedule_ended(schedule, event->task, PK_TASK_OK, NULL, event->at_ms);
		sim->live_done_ms = event->at_ms;
		break;
	case GIVEN_UP:
		pk_schedule_ended(schedule, event->task, PK_TASK_FAILED, &failure, event->at_ms);
		break;
	}
}

static void play(struct sim *sim, struct pk_schedule *schedule)
{
	struct heap heap = {.events = calloc(sim->count * 3 + 1, sizeof(struct event))};
	uint64_t now_ms = 1;
	for (;;) {
		struct pk_order order;
		pk_schedule_next(schedule, now_ms, &order);
		sim->orders++;
		if (order.kind == PK_ORDER_DONE || order.kind == PK_ORDER_HALT)
			break;
		if (order.kind == PK_ORDER_START || order.kind == PK_ORDER_CHECK)
			start(sim, &heap, order.task, now_ms);
		if (order.kind != PK_ORDER_WAIT)
			continue;
		uint64_t at_ms = heap.len > 0 ? heap.events[0].at_ms : UINT64_MAX;
		now_ms = order.at_ms < at_ms ? order.at_ms : at_ms;
		while (heap.len > 0 && heap.events[0].at_ms <= now_ms) {
			struct event event = take(&heap);
			happen(sim, schedule, &event);
		}
	}
	sim->done_ms = now_ms;
	free(heap.events);
}

static double cpu_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1000 + (double)now.tv_nsec / 1000000;
}

static void set_wish(struct pk_rollout_wish *wish, struct pk_arena *arena, const struct sim *sim)
{
	static const struct pk_stage stages[] = {
		{.name = "canary", .unit = PK_STAGE_COUNT, .amount = 10, .soak_ms = 60000},
		{.name = "early", .unit = PK_STAGE_PERCENT, .amount = 10000, .soak_ms = 60000},
		{.name = "rest", .unit = PK_STAGE_REST},
	};
	for (size_t i = 0; sim->waves && i < sizeof(stages) / sizeof(stages[0]); i++)
		*pk_list_push(arena, &wish->stages) = stages[i];
	wish->wave_budget.most = wish->total_budget.most = PK_BUDGET_ANY;
	for (size_t i = 0; i < PK_FAILURE_CLASSES; i++)
		wish->class_budget[i].most = PK_BUDGET_ANY;
	wish->sessions = sim->sessions;
	wish->connects = sim->connects;
	wish->tries = 3;
	wish->retry_ms = 2000;
}

/* Hosts of two platforms in ten zones. */
static void make_hosts(struct pk_inventory *inventory, struct pk_selection *selection,
	struct pk_arena *arena, size_t count)
{
	static const char *const zones[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
	inventory->hosts.items = PK_NEW_ARRAY(arena, struct pk_host, count);
	inventory->hosts.len = count;
	selection->items = PK_NEW_ARRAY(arena, const struct pk_host *, count);
	selection->len = count;
	for (size_t i = 0; i < count; i++) {
		struct pk_host *host = &inventory->hosts.items[i];
		host->name = pk_arena_printf(arena, "host%zu.example.org", i);
		host->platform = i % 3 == 0 ? PK_HOST_WINDOWS : PK_HOST_LINUX;
		host->zone = zones[i % 10];
		selection->items[i] = host;
	}
}

static void run(struct sim *sim)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_inventory inventory = {0};
	struct pk_selection selection;
	struct pk_waves waves;
	make_hosts(&inventory, &selection, arena, sim->count);
	set_wish(&inventory.rollout, arena, sim);
	struct pk_schedule_task *tasks = PK_NEW_ARRAY(arena, struct pk_schedule_task, sim->count);
	double begin_ms = cpu_ms();
	if (!pk_waves_make(
		    &waves, arena, "20261122T081502Z-4f2a9c1b", &inventory, &selection, &diags))
		abort();
	struct pk_schedule *schedule =
		pk_schedule_create(&inventory.rollout, &waves, tasks, sim->count);
	if (sim->waves)
		pk_schedule_ask_health(schedule);
	play(sim, schedule);
	pk_schedule_destroy(schedule);
	sim->cpu_ms = cpu_ms() - begin_ms;
	printf("%-28s %7zu hosts, %4u sessions, %4u connects: live done %8.1f s, all %8.1f s; "
	       "CPU %6.0f ms, %zu orders\n",
		sim->name, sim->count, sim->sessions, sim->connects,
		(double)sim->live_done_ms / 1000, (double)sim->done_ms / 1000, sim->cpu_ms,
		sim->orders);
}

int main(int argc, char **argv)
{
	uint64_t hosts = HOSTS;
	struct rusage usage;
	bool slow = false;
	if (argc > 1 && !pk_text_parse_u64(&hosts, argv[1]))
		return 2;
	for (uint32_t sessions = 64; sessions <= 512; sessions *= 2) {
		struct sim alive = {.name = "few, all live",
			.count = FEW_HOSTS,
			.sessions = sessions,
			.connects = 1000};
		struct sim dead = alive;
		dead.name = "few, 5 % dead";
		dead.dead = true;
		run(&alive);
		run(&dead);
		/* The live ones are fewer then: what is compared is hosts a second. */
		uint64_t share = alive.live_done_ms * (DEAD_EVERY - 1) / DEAD_EVERY;
		slow = slow || dead.live_done_ms > share + share / SLOWER_MOST + 2 * JOB_MS;
	}
	struct sim few = {.name = "few, waves, 5 % dead",
		.count = FEW_HOSTS,
		.sessions = 256,
		.connects = 1000,
		.dead = true,
		.waves = true};
	struct sim many = {.name = "many, waves, 5 % dead",
		.count = hosts,
		.sessions = 1000,
		.connects = 2000,
		.dead = true,
		.waves = true};
	run(&few);
	few.dead = false;
	few.name = "few, waves, all live";
	run(&few);
	run(&many);
	getrusage(RUSAGE_SELF, &usage);
	printf("peak memory %ld KB, of which the simulation itself needs some\n", usage.ru_maxrss);
	printf("dead hosts %s the others\n", slow ? "SLOW" : "do not slow");
	return slow ? 1 : 0;
}
