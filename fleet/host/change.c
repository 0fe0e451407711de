#include "fleet/host/change.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "fleet/bundle/sensor.h"
#include "fleet/host/change_part.h"

/* What a plan is made from, and where it goes. */
struct planner {
	struct pk_host_plan *plan;
	struct pk_arena *arena;
	const struct pk_facts *facts;
	const struct pk_desired *desired;
};

static bool refuse(struct planner *planner, enum pk_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Nothing is done on this host; false, for callers that go no further. */
static bool refuse(struct planner *planner, enum pk_code code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	planner->plan->refused = pk_arena_vprintf(planner->arena, format, args);
	va_end(args);
	planner->plan->refused_code = code;
	return false;
}

static bool refuse_unknown(struct planner *planner, const char *what)
{
	const char *trouble = planner->facts->trouble;
	return refuse(planner, PK_CHANGE_FACTS_MISSING, "%s cannot be told%s%s", what,
		trouble != NULL ? ": " : "", trouble != NULL ? trouble : "");
}

static void add(struct planner *planner, enum pk_host_change_kind kind, const char *what,
	const char *before, const char *after)
{
	struct pk_host_change *change = pk_list_push(planner->arena, &planner->plan->changes);
	*change = (struct pk_host_change){
		.kind = kind, .what = what, .before = before, .after = after};
}

/* "sysmon 15.15", for people. */
static const char *sensor_text(struct pk_arena *arena, enum pk_sensor sensor, const char *version)
{
	return pk_arena_printf(arena, "%s%s%s", pk_sensor_name(sensor), version != NULL ? " " : "",
		version != NULL ? version : "");
}

static const char *sensor_after(const struct planner *planner)
{
	const struct pk_desired *desired = planner->desired;
	if (desired->feature)
		return "sysmon, the feature of Windows";
	return sensor_text(planner->arena, desired->sensor, desired->version);
}

/*
 * Windows' own Sysmon has its program in System32, the downloaded one copies itself to the folder
 * above (Sysmon facts, docs/sysmon-facts.md section 11).
 */
enum pk_fact pk_change_is_feature(const struct pk_facts *facts)
{
	if (facts->image == NULL)
		return PK_FACT_UNKNOWN;
	return pk_text_find_nocase(facts->image, "\\system32\\") != NULL ? PK_FACT_YES : PK_FACT_NO;
}

/* Can this sensor, from this bundle, be on this host at all? */
static bool check_platform(struct planner *planner)
{
	const struct pk_facts *facts = planner->facts;
	const struct pk_desired *desired = planner->desired;
	enum pk_host_platform platform = pk_sensor_kind(desired->sensor)->platform;

	if (facts->platform == PK_HOST_ANY)
		return refuse_unknown(planner, "the platform");
	if (platform != facts->platform)
		return refuse(planner, PK_CHANGE_SENSOR_PLATFORM, "%s is for %s, the host is %s",
			pk_sensor_name(desired->sensor), pk_host_platform_name(platform),
			pk_host_platform_name(facts->platform));
	if (facts->sensor != desired->sensor)
		return refuse_unknown(planner, pk_sensor_name(desired->sensor));
	if ((desired->service != NULL || desired->driver != NULL) &&
		desired->sensor != PK_SENSOR_SYSMON)
		return refuse(planner, PK_CHANGE_NAMES,
			"names of service and driver are chosen for sysmon on Windows only, not "
			"for %s",
			pk_sensor_name(desired->sensor));
	return true;
}

/* Is there something to install from that fits the host? */
static bool check_source(struct planner *planner, const char *why)
{
	const struct pk_facts *facts = planner->facts;
	const struct pk_desired *desired = planner->desired;
	const struct pk_bundle *bundle = desired->bundle;

	if (desired->feature)
		return true;
	if (bundle == NULL)
		return refuse(planner, PK_CHANGE_NO_BUNDLE,
			"%s, and no bundle is given to install it from", why);
	if (bundle->sensor != desired->sensor || bundle->platform != facts->platform)
		return refuse(planner, PK_CHANGE_BUNDLE_PLATFORM, "bundle %s is %s for %s",
			bundle->id, pk_sensor_name(bundle->sensor),
			pk_host_platform_name(bundle->platform));
	if (facts->arch == NULL)
		return refuse_unknown(planner, "the architecture");
	if (pk_bundle_find_program(bundle, facts->arch) == NULL)
		return refuse(planner, PK_CHANGE_BUNDLE_PLATFORM, "bundle %s has no program for %s",
			bundle->id, facts->arch);
	return true;
}

/* Windows' own Sysmon and the downloaded one exclude each other (Sysmon facts, section 11). */
static bool check_kind(struct planner *planner)
{
	const struct pk_desired *desired = planner->desired;
	if (desired->sensor != PK_SENSOR_SYSMON || (!desired->feature && desired->bundle == NULL))
		return true;
	enum pk_fact feature = pk_change_is_feature(planner->facts);
	if (feature == PK_FACT_UNKNOWN)
		return refuse_unknown(planner, "where the program of sysmon is");
	if (desired->feature && feature == PK_FACT_NO)
		return refuse(planner, PK_CHANGE_TWO_SYSMONS,
			"the downloaded sysmon is installed as '%s', and the feature of Windows "
			"does not go with it: remove it first",
			planner->facts->image);
	if (!desired->feature && feature == PK_FACT_YES)
		return refuse(planner, PK_CHANGE_TWO_SYSMONS,
			"sysmon is there as a feature of Windows, and bundle %s does not go with "
			"it: remove it first",
			desired->bundle->id);
	return true;
}

/* One fact that only changes by installing anew. */
static bool plan_replace(
	struct planner *planner, const char *what, const char *is, const char *wanted, bool differs)
{
	if (is == NULL)
		return refuse_unknown(planner,
			pk_arena_printf(planner->arena, "the %s of %s", what,
				pk_sensor_name(planner->desired->sensor)));
	if (differs)
		add(planner, PK_CHANGE_REPLACE, what, is, wanted);
	return true;
}

/* Version and names: whatever differs means that the sensor is installed anew. */
static bool plan_sensor(struct planner *planner)
{
	const struct pk_facts *facts = planner->facts;
	const struct pk_desired *desired = planner->desired;
	struct pk_host_plan *plan = planner->plan;

	if (desired->bundle != NULL && desired->version != NULL &&
		!plan_replace(planner, "version", facts->version, desired->version,
			facts->version != NULL &&
				pk_bundle_compare_versions(facts->version, desired->version) != 0))
		return false;
	if (desired->service != NULL &&
		!plan_replace(planner, "service", facts->service, desired->service,
			facts->service != NULL &&
				!pk_text_equal_nocase(facts->service, desired->service)))
		return false;
	if (desired->driver != NULL &&
		!plan_replace(planner, "driver", facts->driver, desired->driver,
			facts->driver != NULL &&
				!pk_text_equal_nocase(facts->driver, desired->driver)))
		return false;
	if (plan->changes.len == 0)
		return true;
	if (!check_source(planner,
		    pk_arena_printf(
			    planner->arena, "its %s is another", plan->changes.items[0].what)))
		return false;
	/* Removing takes the configuration along; the others keep it in a file. */
	bool has_config =
		facts->config_hash != NULL || facts->config != NULL || facts->rules != NULL;
	if (desired->content == NULL && desired->sensor == PK_SENSOR_SYSMON && has_config)
		return refuse(planner, PK_CHANGE_LOSES_CONFIG,
			"its %s changes by installing it anew only, which would lose the "
			"configuration, and none is given",
			plan->changes.items[0].what);
	return true;
}

/*
 * Live rules that are not those of the configuration: what was read back after our last push is
 * the measure, as only that is certain to be what this sensor makes of it.
 */
static bool rules_edited(const struct pk_facts *facts, const struct pk_content *content)
{
	const struct pk_host_record *record = &facts->record;
	return record->present && record->rules != NULL && facts->rules != NULL &&
		record->config != NULL && pk_text_equal(record->config, content->digest) &&
		!pk_text_equal(record->rules, facts->rules);
}

/*
 * A sensor that was ended while it took a configuration may have the new file and the old rules. If
 * the rules have not changed although the configuration has, it gets it again.
 */
static bool rules_left_behind(const struct pk_facts *facts, const struct pk_content *content)
{
	const struct pk_host_record *record = &facts->record;
	return record->present && record->open && record->rules_before != NULL &&
		pk_text_equal(record->rules_before, facts->rules) &&
		pk_text_equal(record->config, content->digest) &&
		!pk_text_equal(record->previous, content->digest);
}

static bool plan_config(struct planner *planner)
{
	const struct pk_facts *facts = planner->facts;
	const struct pk_content *content = planner->desired->content;
	if (content == NULL)
		return true;
	switch (pk_facts_run(facts, content)) {
	case PK_FACT_YES:
		if (rules_edited(facts, content) || rules_left_behind(facts, content))
			add(planner, PK_CHANGE_CONFIG, "rules", facts->rules, facts->record.rules);
		return true;
	case PK_FACT_NO:
		add(planner, PK_CHANGE_CONFIG, "",
			facts->config != NULL ? facts->config : facts->config_hash,
			content->digest);
		return true;
	case PK_FACT_UNKNOWN:
		break;
	}
	/* A sensor without a configuration reports none; not being able to read it differs. */
	if (facts->trouble != NULL)
		return refuse_unknown(planner, "the configuration in force");
	add(planner, PK_CHANGE_CONFIG, "", NULL, content->digest);
	return true;
}

/* Everything about a sensor that is there and shall stay. */
static bool plan_present(struct planner *planner)
{
	const struct pk_facts *facts = planner->facts;
	if (!check_kind(planner) || !plan_sensor(planner))
		return false;
	if (facts->running == PK_FACT_UNKNOWN)
		return refuse_unknown(planner, "whether the sensor runs");
	if (planner->plan->changes.len > 0)
		return true;
	if (!plan_config(planner))
		return false;
	if (facts->running == PK_FACT_NO)
		add(planner, PK_CHANGE_START, "", NULL, NULL);
	return true;
}

/* The sensor itself; false after a refusal. */
static bool plan_all_of_sensor(struct planner *planner)
{
	const struct pk_facts *facts = planner->facts;
	const struct pk_desired *desired = planner->desired;
	if (desired->sensor == PK_SENSOR_NONE)
		return true;
	if (!check_platform(planner))
		return false;
	if (facts->present == PK_FACT_UNKNOWN)
		return refuse_unknown(planner, "whether the sensor is there");
	if (desired->absent) {
		if (facts->present == PK_FACT_YES)
			add(planner, PK_CHANGE_REMOVE, "",
				sensor_text(planner->arena, facts->sensor, facts->version), NULL);
	} else if (facts->present == PK_FACT_NO) {
		if (!check_source(planner, "the sensor is not there"))
			return false;
		add(planner, PK_CHANGE_INSTALL, "", NULL, sensor_after(planner));
	} else if (!plan_present(planner)) {
		return false;
	}
	/* Nothing can be told to a program that is not found. */
	if (facts->platform == PK_HOST_WINDOWS && facts->present == PK_FACT_YES &&
		facts->image == NULL && planner->plan->changes.len > 0)
		return refuse_unknown(planner, "where the program of the sensor is");
	return true;
}

/* What is done to a sensor stands before what is done to logs. */
static bool is_replaced(const struct pk_host_plan *plan)
{
	return plan->changes.len > 0 && plan->changes.items[0].kind == PK_CHANGE_REPLACE;
}

/* The names that a change of a log goes by. */
static bool plan_log(struct planner *planner, const struct pk_log_wish *wish)
{
	const struct pk_facts *facts = planner->facts;
	bool sensors_own = planner->desired->sensor == PK_SENSOR_SYSMON &&
		pk_text_equal_nocase(wish->name, PK_SYSMON_CHANNEL);
	if (sensors_own && planner->desired->absent)
		return true;
	struct pk_log_changes changes = {.arena = planner->arena,
		.windows = facts->platform == PK_HOST_WINDOWS,
		.wish = wish,
		.is = pk_log_find(facts, wish->name)};
	/* The channel comes and goes with the sensor; what it was like before does not last. */
	bool comes = sensors_own && (facts->present != PK_FACT_YES || is_replaced(planner->plan));
	if (comes)
		changes.is = NULL;
	else if (changes.is == NULL)
		return refuse(planner, PK_CHANGE_LOG_MISSING, "there is no log '%s'", wish->name);
	if (!pk_log_compare(&changes))
		return refuse_unknown(planner,
			pk_arena_printf(
				planner->arena, "the %s of log '%s'", changes.unknown, wish->name));
	for (size_t i = 0; i < changes.count; i++)
		*pk_list_push(planner->arena, &planner->plan->changes) = changes.items[i];
	return true;
}

static enum pk_host_action action_of(const struct pk_host_plan *plan)
{
	if (plan->changes.len == 0)
		return PK_ACTION_NONE;
	switch (plan->changes.items[0].kind) {
	case PK_CHANGE_INSTALL:
		return PK_ACTION_INSTALL;
	case PK_CHANGE_REMOVE:
		return PK_ACTION_REMOVE;
	case PK_CHANGE_REPLACE:
	case PK_CHANGE_CONFIG:
	case PK_CHANGE_START:
	case PK_CHANGE_LOG:
		break;
	}
	return PK_ACTION_UPDATE;
}

void pk_change_plan(struct pk_host_plan *out, struct pk_arena *arena, const struct pk_facts *facts,
	const struct pk_desired *desired)
{
	*out = (struct pk_host_plan){.from = facts->config};
	struct planner planner = {out, arena, facts, desired};
	const struct pk_content *content = desired->absent ? NULL : desired->content;
	if (content != NULL) {
		out->to = content->digest;
		if (pk_facts_run(facts, content) == PK_FACT_YES)
			out->from = content->digest;
	}

	bool good = plan_all_of_sensor(&planner);
	for (size_t i = 0; good && i < desired->log_count; i++)
		good = plan_log(&planner, &desired->logs[i]);
	if (good && out->changes.len > 0 && facts->elevated == PK_FACT_NO)
		good = refuse(&planner, PK_CHANGE_NOT_ELEVATED,
			"the user we are there may not change the sensor or its logs");
	if (!good)
		out->changes.len = 0;
	out->action = action_of(out);
}

const char *pk_action_name(enum pk_host_action action)
{
	switch (action) {
	case PK_ACTION_NONE:
		break;
	case PK_ACTION_INSTALL:
		return "install";
	case PK_ACTION_UPDATE:
		return "update";
	case PK_ACTION_REMOVE:
		return "remove";
	case PK_ACTION_ROLLBACK:
		return "rollback";
	}
	return "none";
}

static const char *describe_replace(struct pk_arena *arena, const struct pk_host_change *change)
{
	const char *before = change->before != NULL ? change->before : "?";
	const char *after = change->after != NULL ? change->after : "?";
	if (!pk_text_equal(change->what, "version"))
		return pk_arena_printf(arena,
			"install anew to change the name of the %s from '%s' to '%s'", change->what,
			before, after);
	bool older = pk_bundle_compare_versions(after, before) < 0;
	return pk_arena_printf(arena, "%s version %s by %s%s", "replace", before, after,
		older ? ", which is older" : "");
}

const char *pk_change_describe(struct pk_arena *arena, const struct pk_host_change *change)
{
	const char *after = change->after != NULL ? change->after : "the sensor";
	switch (change->kind) {
	case PK_CHANGE_INSTALL:
		return pk_arena_printf(arena, "install %s", after);
	case PK_CHANGE_REPLACE:
		return describe_replace(arena, change);
	case PK_CHANGE_CONFIG:
		return pk_text_equal(change->what, "rules")
			? "put the configuration into force again: the live rules are not its"
			: "change the configuration";
	case PK_CHANGE_START:
		return "start the sensor";
	case PK_CHANGE_LOG:
		return pk_arena_printf(arena, "change the %s of %s from %s to %s", change->what,
			change->log, change->before != NULL ? change->before : "its default",
			change->after);
	case PK_CHANGE_REMOVE:
		break;
	}
	return pk_arena_printf(
		arena, "remove %s", change->before != NULL ? change->before : "the sensor");
}
