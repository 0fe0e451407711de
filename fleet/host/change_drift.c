/* What has become of a host since we left it: drift, and the health gate. */
#include "fleet/host/change.h"

#include <inttypes.h>

#include "base/text.h"
#include "fleet/host/change_part.h"
#include "fleet/host/dialect.h"

static void add(struct pk_drifts *drifts, struct pk_arena *arena, const char *what,
	const char *before, const char *now)
{
	*pk_list_push(arena, drifts) = (struct pk_drift){what, before, now};
}

/* Two texts that both are known, and differ. What is unknown has not drifted. */
static void compare(struct pk_drifts *drifts, struct pk_arena *arena, const char *what,
	const char *before, const char *now, bool nocase)
{
	if (before == NULL || now == NULL)
		return;
	if (nocase ? !pk_text_equal_nocase(before, now) : !pk_text_equal(before, now))
		add(drifts, arena, what, before, now);
}

static const char *fact_text(enum pk_fact fact, const char *yes, const char *no)
{
	switch (fact) {
	case PK_FACT_UNKNOWN:
		return NULL;
	case PK_FACT_NO:
		return no;
	case PK_FACT_YES:
		break;
	}
	return yes;
}

static void compare_logs(struct pk_drifts *drifts, struct pk_arena *arena,
	const struct pk_facts *left, const struct pk_facts *now)
{
	for (size_t i = 0; i < left->logs.len; i++) {
		const struct pk_log_facts *was = &left->logs.items[i];
		const struct pk_log_facts *is = pk_log_find(now, was->name);
		if (is == NULL)
			continue;
		compare(drifts, arena, pk_arena_printf(arena, "log state of %s", was->name),
			fact_text(was->enabled, "on", "off"), fact_text(is->enabled, "on", "off"),
			false);
		if (was->bytes != 0 && is->bytes != 0 && was->bytes != is->bytes)
			add(drifts, arena, pk_arena_printf(arena, "log size of %s", was->name),
				pk_arena_printf(arena, "%" PRIu64 " bytes", was->bytes),
				pk_arena_printf(arena, "%" PRIu64 " bytes", is->bytes));
		if (was->retention != PK_RETENTION_UNSET && is->retention != PK_RETENTION_UNSET &&
			was->retention != is->retention)
			add(drifts, arena, pk_arena_printf(arena, "log retention of %s", was->name),
				pk_retention_name(was->retention),
				pk_retention_name(is->retention));
		compare(drifts, arena, pk_arena_printf(arena, "log access of %s", was->name),
			was->access, is->access, false);
	}
}

/* The record that lies on the host: nobody but us writes it. */
static void compare_record(struct pk_drifts *drifts, struct pk_arena *arena,
	const struct pk_host_record *left, const struct pk_host_record *now)
{
	if (!left->present)
		return;
	if (!now->present) {
		add(drifts, arena, "record", left->rollout, NULL);
		return;
	}
	compare(drifts, arena, "record", left->rollout, now->rollout, false);
	compare(drifts, arena, "record of config", left->config, now->config, false);
	compare(drifts, arena, "record of rules", left->rules, now->rules, false);
	compare(drifts, arena, "record of bundle", left->bundle, now->bundle, false);
	if (left->sequence != now->sequence)
		add(drifts, arena, "record of sequence",
			pk_arena_printf(arena, "%" PRIu64, left->sequence),
			pk_arena_printf(arena, "%" PRIu64, now->sequence));
}

/* What the sensor reports; where it never reported anything, its file. */
static void compare_config(struct pk_drifts *drifts, struct pk_arena *arena,
	const struct pk_facts *left, const struct pk_facts *now)
{
	if (left->config_hash == NULL || (now->config_hash == NULL && now->trouble != NULL))
		compare(drifts, arena, "config", left->config, now->config, false);
	else if (now->config_hash != NULL)
		compare(drifts, arena, "config", left->config_hash, now->config_hash, true);
	else if (now->present == PK_FACT_YES)
		add(drifts, arena, "config", left->config_hash, NULL);
}

void pk_change_drift(struct pk_drifts *out, struct pk_arena *arena, const struct pk_facts *left,
	const struct pk_facts *now)
{
	*out = (struct pk_drifts){0};
	bool windows = now->platform == PK_HOST_WINDOWS;

	compare(out, arena, "sensor", fact_text(left->present, "installed", "not installed"),
		fact_text(now->present, "installed", "not installed"), false);
	if (left->present != PK_FACT_NO && now->present != PK_FACT_NO) {
		compare(out, arena, "running", fact_text(left->running, "yes", "no"),
			fact_text(now->running, "yes", "no"), false);
		compare(out, arena, "version", left->version, now->version, false);
		compare(out, arena, "service", left->service, now->service, windows);
		compare(out, arena, "driver", left->driver, now->driver, windows);
		compare(out, arena, "program", left->image, now->image, windows);
		compare_config(out, arena, left, now);
		compare(out, arena, "rules", left->rules, now->rules, false);
	}
	compare_logs(out, arena, left, now);
	compare_record(out, arena, &left->record, &now->record);
}

static bool sick(struct pk_failure *failure, enum pk_code code, bool passing, const char *format,
	...) __attribute__((format(printf, 4, 5)));

/* Always false. `passing`: waiting a little may help. */
static bool sick(
	struct pk_failure *failure, enum pk_code code, bool passing, const char *format, ...)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	va_list args;
	va_start(args, format);
	const char *text = pk_arena_vprintf(arena, format, args);
	va_end(args);
	pk_failure_set(failure, PK_FAILURE_HEALTH, code, passing, "%s", text);
	return false;
}

/* Is it the configuration that the push brought? */
static bool reports(
	const struct pk_facts *now, const struct pk_content *content, struct pk_failure *failure)
{
	switch (pk_facts_run(now, content)) {
	case PK_FACT_YES:
		return true;
	case PK_FACT_UNKNOWN:
		return sick(failure, PK_HEALTH_CONFIG, true,
			"the sensor does not say which configuration it runs");
	case PK_FACT_NO:
		break;
	}
	return sick(failure, PK_HEALTH_CONFIG, false, "the sensor reports %s, not %s",
		now->config_hash != NULL ? now->config_hash : now->config, content->digest);
}

/* Do events still arrive? A log that was cleared has a lower number than before. */
static bool events_arrive(const struct pk_facts *after, const struct pk_facts *now,
	const struct pk_rollout_wish *wish, struct pk_failure *failure)
{
	if (wish->event_age_ms == 0)
		return true;
	if (now->event_age_ms < 0)
		return sick(failure, PK_HEALTH_EVENTS, true,
			"the age of the newest event cannot be told");
	if ((uint64_t)now->event_age_ms > wish->event_age_ms)
		return sick(failure, PK_HEALTH_EVENTS, true,
			"the newest event is %" PRIi64 " s old, at most %" PRIu64 " s are allowed",
			now->event_age_ms / 1000, wish->event_age_ms / 1000);
	if (after->events != 0 && now->events == after->events)
		return sick(failure, PK_HEALTH_EVENTS, true, "no event has come since the push");
	return true;
}

static bool as_left(
	const struct pk_facts *after, const struct pk_facts *now, struct pk_failure *failure)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_drifts drifts;
	pk_change_drift(&drifts, arena, after, now);
	if (drifts.len == 0)
		return true;
	const struct pk_drift *first = &drifts.items[0];
	return sick(failure, PK_HEALTH_DRIFT, false,
		"'%s' has changed since the push: it was %s and is %s", first->what,
		first->before != NULL ? first->before : "nothing",
		first->now != NULL ? first->now : "gone");
}

bool pk_change_healthy(const struct pk_facts *after, const struct pk_facts *now,
	const struct pk_desired *desired, const struct pk_rollout_wish *wish,
	struct pk_failure *failure)
{
	if (desired->sensor == PK_SENSOR_NONE)
		return as_left(after, now, failure);
	if (desired->absent) {
		if (now->present == PK_FACT_NO)
			return as_left(after, now, failure);
		return sick(failure, PK_HEALTH_SENSOR, now->present == PK_FACT_UNKNOWN, "%s",
			now->present == PK_FACT_YES ? "the sensor is there again"
						    : "whether the sensor is gone cannot be told");
	}
	if (now->present != PK_FACT_YES)
		return sick(failure, PK_HEALTH_SENSOR, now->present == PK_FACT_UNKNOWN, "%s",
			now->present == PK_FACT_NO ? "the sensor is not there any more"
						   : "whether the sensor is there cannot be told");
	if (now->running != PK_FACT_YES)
		return sick(failure, PK_HEALTH_SENSOR, true, "%s",
			now->running == PK_FACT_NO ? "the sensor does not run"
						   : "whether the sensor runs cannot be told");
	if (desired->content != NULL && !reports(now, desired->content, failure))
		return false;
	if (!as_left(after, now, failure) || !events_arrive(after, now, wish, failure))
		return false;
	if (now->errors > 0)
		return sick(failure, PK_HEALTH_ERRORS, false,
			"the sensor has logged %" PRIu64 " errors since the push%s%s", now->errors,
			now->error != NULL ? ", the newest: " : "",
			now->error != NULL ? now->error : "");
	return true;
}
