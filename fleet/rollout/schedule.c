/*
 * Phases of a wave: its hosts are started (PUSH), the last change settles (SOAK), the health of
 * those that were changed is asked (CHECK). Hosts are started from the wave's order; those whose
 * zone has no room wait in a queue of that zone, which comes first when there is room again.
 */
#include "fleet/rollout/schedule.h"

#include <assert.h>
#include <stdlib.h>

#include "fleet/rollout/schedule_state.h"

enum {
	PATIENCE_FIRST_MS = 250, /* before any host has answered */
	PATIENCE_LEAST_MS = 50,	 /* a busy controller is no dead host */
	PATIENCE_MOST_MS = 3000,
	PATIENCE_SHARE = 4,	    /* patience to the time that hosts need */
	RETRY_MOST_MS = 10 * 60000, /* between two tries, before jitter */
};

/* --- Beginning --- */

static void begin_task(struct pk_schedule *schedule, uint32_t task)
{
	struct pk_task_entry *entry = &schedule->tasks[task];
	struct pk_wave_tally *tally = &schedule->tallies[entry->wave];
	switch ((enum pk_task_state)entry->state) {
	case PK_TASK_WAITING:
	case PK_TASK_CONNECTING:
	case PK_TASK_WORKING:
	case PK_TASK_RETRYING:
		entry->state = PK_TASK_WAITING;
		pk_schedule_count_state(schedule, task, 1);
		return;
	case PK_TASK_OK:
	case PK_TASK_CHECKING:
		entry->state = PK_TASK_OK;
		tally->to_check += entry->touched;
		tally->gone_well++;
		break;
	case PK_TASK_HEALTHY:
	case PK_TASK_SKIPPED:
		tally->gone_well++;
		break;
	case PK_TASK_FAILED:
		break;
	}
	tally->ended++;
	tally->begun++;
	pk_schedule_count_state(schedule, task, 1);
}

static void *allocate(size_t count, size_t size)
{
	void *memory = calloc(count + 1, size); /* none is fine, too */
	if (memory == NULL)
		abort(); /* out of memory ends the process */
	return memory;
}

static void begin_tasks(struct pk_schedule *schedule, const struct pk_schedule_task *tasks)
{
	for (uint32_t i = 0; i < schedule->count; i++) {
		struct pk_task_entry *entry = &schedule->tasks[i];
		*entry = (struct pk_task_entry){.state = (uint8_t)tasks[i].state,
			.class = (uint8_t)tasks[i].class,
			.touched = tasks[i].touched,
			.tries = tasks[i].tries,
			.zone = tasks[i].zone,
			.wave = schedule->waves != NULL ? schedule->waves->wave[i] : 0,
			.before = PK_NO_TASK,
			.after = PK_NO_TASK};
		if (entry->zone >= schedule->zone_count)
			schedule->zone_count = entry->zone + 1;
	}
	schedule->zones = allocate(schedule->zone_count, sizeof(*schedule->zones));
	schedule->ready = allocate(schedule->zone_count, sizeof(*schedule->ready));
	for (size_t i = 0; i < schedule->zone_count; i++)
		pk_task_queue_init(&schedule->zones[i].blocked);
	for (uint32_t i = 0; i < schedule->count; i++)
		begin_task(schedule, i);
	for (uint32_t i = 0; i < schedule->count; i++) {
		if (schedule->tasks[i].state == PK_TASK_FAILED)
			pk_schedule_tally_failure(schedule, i);
	}
}

struct pk_schedule *pk_schedule_create(const struct pk_rollout_wish *wish,
	const struct pk_waves *waves, const struct pk_schedule_task *tasks, size_t count)
{
	struct pk_schedule *schedule = allocate(1, sizeof(*schedule));
	schedule->wish = wish;
	schedule->waves = waves;
	schedule->count = count;
	schedule->wave_count = waves != NULL ? waves->wave_count : count > 0;
	schedule->tasks = allocate(count, sizeof(*schedule->tasks));
	schedule->retries.items = allocate(count, sizeof(*schedule->retries.items));
	schedule->tallies = allocate(schedule->wave_count, sizeof(*schedule->tallies));
	schedule->zone_count = 1;
	pk_task_queue_init(&schedule->young);
	uint32_t first = 0;
	for (size_t i = 0; i < schedule->wave_count; i++) {
		schedule->tallies[i].first = first;
		schedule->tallies[i].size = waves != NULL ? waves->sizes[i] : (uint32_t)count;
		first += schedule->tallies[i].size;
	}
	begin_tasks(schedule, tasks);
	return schedule;
}

void pk_schedule_destroy(struct pk_schedule *schedule)
{
	if (schedule == NULL)
		return;
	free(schedule->tasks);
	free(schedule->retries.items);
	free(schedule->tallies);
	free(schedule->zones);
	free(schedule->ready);
	free(schedule);
}

void pk_schedule_ask_health(struct pk_schedule *schedule)
{
	schedule->health = true;
}

/* --- Room --- */

static bool zone_has_room(const struct pk_schedule *schedule, uint32_t zone)
{
	uint32_t most = schedule->wish->zone_connects;
	return zone == 0 || most == 0 || schedule->zones[zone].connecting < most;
}

/* How long a host may be silent before it no longer counts as one that will be worked on. */
static uint64_t patience(const struct pk_schedule *schedule)
{
	if (schedule->reach_ms16 == 0)
		return PATIENCE_FIRST_MS;
	uint64_t ms = schedule->reach_ms16 * PATIENCE_SHARE / 16;
	if (ms < PATIENCE_LEAST_MS)
		return PATIENCE_LEAST_MS;
	return ms < PATIENCE_MOST_MS ? ms : PATIENCE_MOST_MS;
}

/* Those that have been silent for too long are late from now on. */
static void age_young(struct pk_schedule *schedule, uint64_t now_ms)
{
	while (schedule->young.first != PK_NO_TASK) {
		uint32_t task = schedule->young.first;
		struct pk_task_entry *entry = &schedule->tasks[task];
		if (now_ms - entry->at_ms < patience(schedule))
			return;
		pk_schedule_set_state(schedule, task, entry->state, PK_PLACE_LATE);
	}
}

/* May one more be started at all? */
static bool has_room(const struct pk_schedule *schedule)
{
	size_t soon = schedule->places[PK_PLACE_WORKING] + schedule->places[PK_PLACE_REACHED] +
		schedule->places[PK_PLACE_YOUNG];
	size_t sessions = schedule->wish->sessions > 0 ? schedule->wish->sessions : 1;
	size_t connects = schedule->wish->connects > 0 ? schedule->wish->connects : 1;
	return soon < sessions && pk_schedule_connecting(schedule) < connects;
}

/* If hosts of the zone are blocked and there is room, its turn will come. */
static void list_zone(struct pk_schedule *schedule, uint32_t number)
{
	struct pk_schedule_zone *zone = &schedule->zones[number];
	if (zone->listed || zone->blocked.first == PK_NO_TASK || !zone_has_room(schedule, number))
		return;
	zone->listed = true;
	size_t at = (schedule->ready_first + schedule->ready_len++) % schedule->zone_count;
	schedule->ready[at] = number;
}

/* --- Choosing the next one --- */

/* A host that was blocked and no longer is. */
static uint32_t take_blocked(struct pk_schedule *schedule)
{
	while (schedule->ready_len > 0) {
		uint32_t number = schedule->ready[schedule->ready_first];
		struct pk_schedule_zone *zone = &schedule->zones[number];
		schedule->ready_first = (schedule->ready_first + 1) % schedule->zone_count;
		schedule->ready_len--;
		zone->listed = false;
		uint32_t task = zone->blocked.first;
		if (task == PK_NO_TASK || !zone_has_room(schedule, number))
			continue;
		pk_task_queue_remove(&zone->blocked, schedule->tasks, task);
		return task;
	}
	return PK_NO_TASK;
}

/* `task`, or PK_NO_TASK if it has to wait for its zone. */
static uint32_t take_or_block(struct pk_schedule *schedule, uint32_t task)
{
	uint32_t zone = schedule->tasks[task].zone;
	if (zone_has_room(schedule, zone))
		return task;
	pk_task_queue_put(&schedule->zones[zone].blocked, schedule->tasks, task);
	return PK_NO_TASK;
}

static bool is_wanted(const struct pk_schedule *schedule, const struct pk_task_entry *entry)
{
	if (schedule->phase == PK_PHASE_PUSH)
		return entry->state == PK_TASK_WAITING;
	return entry->state == PK_TASK_OK && entry->touched;
}

/* The next of the wave that was not looked at yet. */
static uint32_t take_fresh(struct pk_schedule *schedule)
{
	const struct pk_wave_tally *tally = &schedule->tallies[schedule->counts.wave];
	while (schedule->cursor < tally->size) {
		size_t at = tally->first + schedule->cursor++;
		uint32_t task = schedule->waves != NULL ? schedule->waves->order[at] : (uint32_t)at;
		if (!is_wanted(schedule, &schedule->tasks[task]))
			continue;
		task = take_or_block(schedule, task);
		if (task != PK_NO_TASK)
			return task;
	}
	return PK_NO_TASK;
}

static uint32_t take_retry(struct pk_schedule *schedule, uint64_t now_ms)
{
	while (schedule->retries.len > 0 &&
		schedule->tasks[schedule->retries.items[0]].at_ms <= now_ms) {
		uint32_t task = pk_task_heap_take(&schedule->retries, schedule->tasks);
		task = take_or_block(schedule, task);
		if (task != PK_NO_TASK)
			return task;
	}
	return PK_NO_TASK;
}

static bool start_one(struct pk_schedule *schedule, uint64_t now_ms, struct pk_order *out)
{
	if (!has_room(schedule))
		return false;
	uint32_t task = take_blocked(schedule);
	if (task == PK_NO_TASK)
		task = take_fresh(schedule);
	if (task == PK_NO_TASK)
		task = take_retry(schedule, now_ms);
	if (task == PK_NO_TASK)
		return false;
	struct pk_task_entry *entry = &schedule->tasks[task];
	bool check = schedule->phase == PK_PHASE_CHECK;
	if (check && !entry->check) {
		pk_schedule_count_state(schedule, task, (size_t)-1);
		entry->check = true;
		entry->tries = 0;
		pk_schedule_count_state(schedule, task, 1);
	}
	entry->tries++;
	entry->at_ms = now_ms;
	pk_schedule_set_state(
		schedule, task, check ? PK_TASK_CHECKING : PK_TASK_CONNECTING, PK_PLACE_YOUNG);
	list_zone(schedule, entry->zone);
	*out = (struct pk_order){.kind = check ? PK_ORDER_CHECK : PK_ORDER_START,
		.task = task,
		.wave = entry->wave,
		.at_ms = now_ms};
	return true;
}

/* --- Waves --- */

static void begin_phase(struct pk_schedule *schedule, enum pk_wave_phase phase)
{
	schedule->phase = phase;
	schedule->cursor = 0;
	schedule->counts.soaking = phase == PK_PHASE_SOAK;
}

/* Was the gate behind the wave passed before we began? Then its soak time is not waited for. */
static bool was_passed(const struct pk_schedule *schedule, size_t wave)
{
	if (schedule->health && schedule->tallies[wave].to_check > 0)
		return false;
	return pk_schedule_went_on(schedule, wave);
}

static void next_wave(struct pk_schedule *schedule)
{
	bool last = schedule->counts.wave + 1 >= schedule->wave_count;
	if (!last)
		pk_schedule_check_all_failed(schedule, schedule->counts.wave);
	if (schedule->halted)
		return;
	if (!last)
		schedule->counts.wave++;
	begin_phase(schedule, last ? PK_PHASE_OVER : PK_PHASE_CLOSED);
}

static void end_push(struct pk_schedule *schedule, uint64_t now_ms)
{
	size_t wave = schedule->counts.wave;
	const struct pk_wave_tally *tally = &schedule->tallies[wave];
	bool last = wave + 1 == schedule->wave_count;
	uint64_t soak_ms = schedule->waves != NULL ? schedule->waves->soak_ms[wave] : 0;
	if (tally->to_check == 0 || was_passed(schedule, wave) || (last && !schedule->health)) {
		next_wave(schedule);
		return;
	}
	if (tally->begun > 0 && schedule->settled_ms == 0)
		schedule->settled_ms = now_ms; /* nobody knows how long it was soaking */
	schedule->counts.soak_until_ms = schedule->settled_ms + soak_ms;
	begin_phase(schedule, PK_PHASE_SOAK);
}

static void end_soak(struct pk_schedule *schedule)
{
	if (!schedule->health) {
		next_wave(schedule);
		return;
	}
	schedule->checks_left = schedule->tallies[schedule->counts.wave].to_check;
	begin_phase(schedule, PK_PHASE_CHECK);
}

/* A wave without anything left to do is not opened again after an interruption. */
static bool is_left_out(const struct pk_schedule *schedule)
{
	const struct pk_wave_tally *tally = &schedule->tallies[schedule->counts.wave];
	return tally->begun == tally->size;
}

/* Goes from phase to phase; true if there is an order at once. */
static bool advance(struct pk_schedule *schedule, uint64_t now_ms, struct pk_order *out)
{
	const struct pk_wave_tally *tally = &schedule->tallies[schedule->counts.wave];
	switch (schedule->phase) {
	case PK_PHASE_CLOSED:
		schedule->settled_ms = 0;
		begin_phase(schedule, PK_PHASE_PUSH);
		if (is_left_out(schedule))
			return false;
		*out = (struct pk_order){
			.kind = PK_ORDER_WAVE, .wave = schedule->counts.wave, .at_ms = now_ms};
		return true;
	case PK_PHASE_PUSH:
		if (tally->ended == tally->size)
			end_push(schedule, now_ms);
		return false;
	case PK_PHASE_SOAK:
		if (now_ms >= schedule->counts.soak_until_ms)
			end_soak(schedule);
		return false;
	case PK_PHASE_CHECK:
		if (schedule->checks_left == 0)
			next_wave(schedule);
		return false;
	case PK_PHASE_OVER:
		return false;
	}
	return false;
}

/* --- Orders --- */

/* When something can happen without anybody telling. */
static uint64_t next_time(const struct pk_schedule *schedule)
{
	uint64_t at_ms = UINT64_MAX;
	if (schedule->paused)
		return at_ms;
	if (schedule->phase == PK_PHASE_SOAK)
		at_ms = schedule->counts.soak_until_ms;
	if (schedule->retries.len > 0 && has_room(schedule))
		at_ms = schedule->tasks[schedule->retries.items[0]].at_ms;
	if (schedule->young.first != PK_NO_TASK && !has_room(schedule)) {
		uint64_t late_ms =
			schedule->tasks[schedule->young.first].at_ms + patience(schedule);
		if (late_ms < at_ms)
			at_ms = late_ms;
	}
	return at_ms;
}

static bool is_over(const struct pk_schedule *schedule)
{
	return schedule->halted || schedule->stopped || schedule->phase == PK_PHASE_OVER ||
		schedule->count == 0;
}

void pk_schedule_next(struct pk_schedule *schedule, uint64_t now_ms, struct pk_order *out)
{
	age_young(schedule, now_ms);
	while (!is_over(schedule) && !schedule->paused) {
		enum pk_wave_phase phase = schedule->phase;
		size_t wave = schedule->counts.wave;
		if ((phase == PK_PHASE_PUSH || phase == PK_PHASE_CHECK) &&
			start_one(schedule, now_ms, out))
			return;
		if (advance(schedule, now_ms, out))
			return;
		if (schedule->phase == phase && schedule->counts.wave == wave)
			break;
	}
	if (schedule->halted && !schedule->halt_told) {
		schedule->halt_told = true;
		*out = schedule->halt;
		return;
	}
	bool done = is_over(schedule) && pk_schedule_running(schedule) == 0;
	*out = (struct pk_order){.kind = done ? PK_ORDER_DONE : PK_ORDER_WAIT,
		.wave = schedule->counts.wave,
		.at_ms = is_over(schedule) ? UINT64_MAX : next_time(schedule)};
}

/* --- What happened --- */

void pk_schedule_reached(struct pk_schedule *schedule, size_t task, uint64_t now_ms)
{
	struct pk_task_entry *entry = &schedule->tasks[task];
	if (entry->place != PK_PLACE_YOUNG && entry->place != PK_PLACE_LATE)
		return;
	uint64_t took_ms16 = (now_ms - entry->at_ms) * 16 + 1;
	if (schedule->reach_ms16 == 0)
		schedule->reach_ms16 = took_ms16;
	else
		schedule->reach_ms16 = (schedule->reach_ms16 * 7 + took_ms16) / 8;
	pk_schedule_set_state(schedule, (uint32_t)task, entry->state, PK_PLACE_REACHED);
}

void pk_schedule_connected(struct pk_schedule *schedule, size_t task)
{
	struct pk_task_entry *entry = &schedule->tasks[task];
	if (entry->place == PK_PLACE_NONE || entry->place == PK_PLACE_WORKING)
		return;
	pk_schedule_set_state(schedule, (uint32_t)task,
		entry->check ? entry->state : PK_TASK_WORKING, PK_PLACE_WORKING);
	list_zone(schedule, entry->zone);
}

void pk_schedule_touched(struct pk_schedule *schedule, size_t task)
{
	schedule->tasks[task].touched = true;
}

/* Mixes all bits of `x` (the finaliser of splitmix64). */
static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
	return x ^ (x >> 31);
}

/* Doubles with each try, and is spread from three to five quarters. */
static uint64_t pause_ms(const struct pk_schedule *schedule, uint32_t task)
{
	uint64_t ms = schedule->wish->retry_ms;
	for (uint32_t i = 1; i < schedule->tasks[task].tries && ms < RETRY_MOST_MS; i++)
		ms *= 2;
	if (ms > RETRY_MOST_MS)
		ms = RETRY_MOST_MS;
	uint64_t random = mix(((uint64_t)task << 32) + schedule->tasks[task].tries);
	return ms - ms / 4 + (ms > 1 ? random % (ms / 2 + 1) : 0);
}

static bool is_worth_a_try(const struct pk_schedule *schedule, const struct pk_task_entry *entry,
	const struct pk_failure *failure)
{
	if (failure == NULL || !failure->passing || entry->tries >= schedule->wish->tries)
		return false;
	/* A session that was cut off may still be at work; nobody else is let in until it ends. */
	return failure->class == PK_FAILURE_UNREACHABLE || failure->class == PK_FAILURE_TRANSFER ||
		failure->code == PK_HOST_LOCKED;
}

/* The task has ended for good with what its entry says. */
static void settle(struct pk_schedule *schedule, uint32_t task, bool was_check, uint64_t now_ms)
{
	const struct pk_task_entry *entry = &schedule->tasks[task];
	struct pk_wave_tally *tally = &schedule->tallies[entry->wave];
	bool good = entry->state != PK_TASK_FAILED;
	if (was_check) {
		schedule->checks_left--;
		tally->to_check--;
		tally->gone_well -= !good;
	} else {
		tally->ended++;
		tally->gone_well += good;
		if (entry->state == PK_TASK_OK && entry->touched) {
			tally->to_check++;
			schedule->settled_ms = now_ms;
		}
	}
	if (!good)
		pk_schedule_tally_failure(schedule, task);
}

bool pk_schedule_ended(struct pk_schedule *schedule, size_t task, enum pk_task_state state,
	const struct pk_failure *failure, uint64_t now_ms)
{
	struct pk_task_entry *entry = &schedule->tasks[task];
	uint32_t number = (uint32_t)task;
	bool check = entry->check;
	assert(entry->place != PK_PLACE_NONE);
	if (state == PK_TASK_FAILED && is_worth_a_try(schedule, entry, failure)) {
		entry->at_ms = now_ms + pause_ms(schedule, number);
		pk_schedule_set_state(schedule, number, check ? PK_TASK_CHECKING : PK_TASK_RETRYING,
			PK_PLACE_NONE);
		pk_task_heap_put(&schedule->retries, schedule->tasks, number);
		list_zone(schedule, entry->zone);
		return true;
	}
	if (check && state == PK_TASK_OK)
		state = PK_TASK_HEALTHY;
	if (state == PK_TASK_FAILED) {
		enum pk_failure_class class = failure != NULL ? failure->class : PK_FAILURE_APPLY;
		entry->class = class != PK_FAILURE_NONE ? (uint8_t) class : PK_FAILURE_APPLY;
	}
	pk_schedule_count_state(schedule, number, (size_t)-1);
	entry->check = false;
	pk_schedule_count_state(schedule, number, 1);
	pk_schedule_set_state(schedule, number, state, PK_PLACE_NONE);
	list_zone(schedule, entry->zone);
	settle(schedule, number, check, now_ms);
	return false;
}

void pk_schedule_pause(struct pk_schedule *schedule)
{
	schedule->paused = true;
}

void pk_schedule_resume(struct pk_schedule *schedule)
{
	schedule->paused = false;
}

void pk_schedule_stop(struct pk_schedule *schedule)
{
	schedule->stopped = true;
}

void pk_schedule_count(const struct pk_schedule *schedule, struct pk_schedule_counts *out)
{
	*out = schedule->counts;
}
