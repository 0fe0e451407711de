#include "fleet/rollout/schedule_state.h"

enum { PERCENT_ALL = 100000 }; /* thousandths of a percent */

void pk_schedule_count_state(struct pk_schedule *schedule, uint32_t task, size_t change)
{
	const struct pk_task_entry *entry = &schedule->tasks[task];
	struct pk_schedule_counts *counts = &schedule->counts;
	bool connecting = entry->place != PK_PLACE_NONE && entry->place != PK_PLACE_WORKING;
	schedule->places[entry->place] += change;
	if (connecting)
		schedule->zones[entry->zone].connecting += (uint32_t)change;
	if (entry->check) {
		counts->ok += change;
		counts->checking += change;
		return;
	}
	switch ((enum pk_task_state)entry->state) {
	case PK_TASK_WAITING:
	case PK_TASK_RETRYING:
		counts->waiting += change;
		break;
	case PK_TASK_CONNECTING:
		counts->connecting += change;
		break;
	case PK_TASK_WORKING:
		counts->working += change;
		break;
	case PK_TASK_OK:
	case PK_TASK_HEALTHY:
	case PK_TASK_CHECKING:
		counts->ok += change;
		break;
	case PK_TASK_FAILED:
		counts->failed += change;
		counts->failed_by_class[entry->class] += change;
		break;
	case PK_TASK_SKIPPED:
		counts->skipped += change;
		break;
	}
}

void pk_schedule_set_state(struct pk_schedule *schedule, uint32_t task, enum pk_task_state state,
	enum pk_task_place place)
{
	struct pk_task_entry *entry = &schedule->tasks[task];
	pk_schedule_count_state(schedule, task, (size_t)-1);
	if (entry->place == PK_PLACE_YOUNG)
		pk_task_queue_remove(&schedule->young, schedule->tasks, task);
	entry->state = (uint8_t)state;
	entry->place = (uint8_t)place;
	if (place == PK_PLACE_YOUNG)
		pk_task_queue_put(&schedule->young, schedule->tasks, task);
	pk_schedule_count_state(schedule, task, 1);
}

size_t pk_schedule_connecting(const struct pk_schedule *schedule)
{
	return schedule->places[PK_PLACE_YOUNG] + schedule->places[PK_PLACE_LATE] +
		schedule->places[PK_PLACE_REACHED];
}

size_t pk_schedule_running(const struct pk_schedule *schedule)
{
	return pk_schedule_connecting(schedule) + schedule->places[PK_PLACE_WORKING];
}

static bool is_exceeded(const struct pk_failure_budget *budget, size_t failures, size_t hosts)
{
	uint64_t most = budget->most;
	if (budget->percent)
		most = (uint64_t)hosts * budget->most / PERCENT_ALL;
	else if (budget->most == PK_BUDGET_ANY)
		return false;
	return failures > most;
}

static void halt(struct pk_schedule *schedule, size_t task, size_t wave,
	enum pk_failure_class class, bool of_wave)
{
	if (schedule->halted || schedule->waves == NULL)
		return;
	schedule->halted = true;
	schedule->halt = (struct pk_order){.kind = PK_ORDER_HALT,
		.task = task,
		.wave = wave,
		.at_ms = UINT64_MAX,
		.class = class,
		.of_wave = of_wave};
}

/* A failure that counts was added to the tally of the task's wave: is it one too many? */
static void check_budgets(struct pk_schedule *schedule, uint32_t task)
{
	const struct pk_task_entry *entry = &schedule->tasks[task];
	const struct pk_wave_tally *tally = &schedule->tallies[entry->wave];
	const struct pk_rollout_wish *wish = schedule->wish;
	const size_t *by_class = schedule->counts.failed_by_class;
	enum pk_failure_class class = entry->class;
	if (class == PK_FAILURE_HOST_KEY ||
		is_exceeded(&wish->class_budget[class], by_class[class], schedule->count)) {
		halt(schedule, task, entry->wave, class, false);
		return;
	}
	if (class == PK_FAILURE_UNREACHABLE)
		return;
	size_t all = schedule->counts.failed - by_class[PK_FAILURE_NONE] -
		by_class[PK_FAILURE_UNREACHABLE];
	if (is_exceeded(&wish->wave_budget, tally->failed - tally->accepted - tally->unreachable,
		    tally->size))
		halt(schedule, task, entry->wave, PK_FAILURE_NONE, true);
	else if (is_exceeded(&wish->total_budget, all, schedule->count))
		halt(schedule, task, entry->wave, PK_FAILURE_NONE, false);
}

void pk_schedule_tally_failure(struct pk_schedule *schedule, uint32_t task)
{
	const struct pk_task_entry *entry = &schedule->tasks[task];
	struct pk_wave_tally *tally = &schedule->tallies[entry->wave];
	tally->failed++;
	tally->unreachable += entry->class == PK_FAILURE_UNREACHABLE;
	tally->accepted += entry->class == PK_FAILURE_NONE;
	if (entry->class != PK_FAILURE_NONE)
		check_budgets(schedule, task);
}

bool pk_schedule_went_on(const struct pk_schedule *schedule, size_t wave)
{
	for (size_t i = wave + 1; i < schedule->wave_count; i++) {
		if (schedule->tallies[i].begun > 0)
			return true;
	}
	return false;
}

void pk_schedule_check_all_failed(struct pk_schedule *schedule, size_t wave)
{
	const struct pk_wave_tally *tally = &schedule->tallies[wave];
	const struct pk_failure_budget *budget = &schedule->wish->wave_budget;
	bool any = !budget->percent && budget->most == PK_BUDGET_ANY;
	if (any || tally->gone_well > 0 || tally->failed == tally->accepted ||
		pk_schedule_went_on(schedule, wave))
		return;
	bool unreachable = tally->unreachable == tally->failed - tally->accepted;
	uint32_t last = tally->first + tally->size - 1;
	size_t task = schedule->waves != NULL ? schedule->waves->order[last] : last;
	halt(schedule, task, wave, unreachable ? PK_FAILURE_UNREACHABLE : PK_FAILURE_NONE, true);
}
