#include "tests/unit/test.h"

#include <stdio.h>

#include "base/text.h"
#include "fleet/host/change.h"
#include "fleet/host/dialect.h"

#define CHANNEL "Microsoft-Windows-Sysmon/Operational"

/* A host as a push left it, and as it is now: the same, until a test changes that. */
struct fixture {
	struct pk_arena *arena;
	struct pk_content old, new;
	char old_hash[80], new_hash[80];
	struct pk_bundle bundle;
	struct pk_log_wish log;
	struct pk_facts left, now;
	struct pk_desired desired;
	struct pk_rollout_wish wish;
	struct pk_failure failure;
	struct pk_drifts drifts;
	struct pk_desired back;
	const char *why;
};

static int setup(void **state)
{
	struct pk_arena *arena = pk_arena_create();
	struct fixture *f = PK_NEW(arena, struct fixture);
	f->arena = arena;
	pk_content_init(&f->old, "old", 3, "old");
	pk_content_init(&f->new, "new", 3, "new");
	(void)snprintf(f->old_hash, sizeof(f->old_hash), "SHA256=%s", f->old.sha256);
	(void)snprintf(f->new_hash, sizeof(f->new_hash), "SHA256=%s", f->new.sha256);
	f->bundle = (struct pk_bundle){.name = "sysmon",
		.version = "15.15",
		.id = "sysmon@15.15",
		.sensor = PK_SENSOR_SYSMON,
		.platform = PK_HOST_WINDOWS};
	f->left = (struct pk_facts){.platform = PK_HOST_WINDOWS,
		.arch = "x64",
		.elevated = PK_FACT_YES,
		.sensor = PK_SENSOR_SYSMON,
		.present = PK_FACT_YES,
		.running = PK_FACT_YES,
		.version = "15.15",
		.service = "Sysmon64",
		.driver = "SysmonDrv",
		.image = "C:\\Windows\\Sysmon64.exe",
		.config_hash = f->old_hash,
		.rules = "sha256:1111",
		.event_age_ms = -1,
		.record = {.present = true,
			.rollout = "r1",
			.sequence = 1,
			.config = f->old.digest,
			.applied = 1}};
	*pk_list_push(arena, &f->left.logs) = (struct pk_log_facts){.name = CHANNEL,
		.enabled = PK_FACT_YES,
		.bytes = 67108864,
		.retention = PK_RETENTION_OVERWRITE,
		.access = "D:"};
	f->now = f->left;
	f->now.logs.items = PK_NEW(arena, struct pk_log_facts);
	f->now.logs.items[0] = f->left.logs.items[0];
	f->desired = (struct pk_desired){.sensor = PK_SENSOR_SYSMON,
		.content = &f->old,
		.logs = &f->log,
		.state_dir = "C:\\ProgramData\\picket"};
	f->log = (struct pk_log_wish){.name = CHANNEL};
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	pk_arena_destroy(f->arena);
	return 0;
}

/* Exactly one thing has drifted, and it is called so. */
static void assert_drift(struct fixture *f, const char *what)
{
	pk_change_drift(&f->drifts, f->arena, &f->left, &f->now);
	assert_int_equal(f->drifts.len, 1);
	assert_string_equal(f->drifts.items[0].what, what);
}

static void assert_no_drift(struct fixture *f)
{
	pk_change_drift(&f->drifts, f->arena, &f->left, &f->now);
	assert_int_equal(f->drifts.len, 0);
}

static void every_fact_can_drift(void **state)
{
	struct fixture *f = *state;
	const struct pk_facts same = f->now;
	static const struct {
		const char *what;
		size_t offset;
	} texts[] = {
		{"version", offsetof(struct pk_facts, version)},
		{"service", offsetof(struct pk_facts, service)},
		{"driver", offsetof(struct pk_facts, driver)},
		{"program", offsetof(struct pk_facts, image)},
		{"config", offsetof(struct pk_facts, config_hash)},
		{"rules", offsetof(struct pk_facts, rules)},
		{"record", offsetof(struct pk_facts, record.rollout)},
		{"record of config", offsetof(struct pk_facts, record.config)},
	};
	assert_no_drift(f);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		f->now = same;
		*(const char **)((char *)&f->now + texts[i].offset) = "other";
		assert_drift(f, texts[i].what);
	}
	f->now = same;
	f->now.running = PK_FACT_NO;
	assert_drift(f, "running");
	f->now = same;
	f->now.present = PK_FACT_NO;
	assert_drift(f, "sensor");
	f->now = same;
	f->now.record.present = false;
	assert_drift(f, "record");
	f->now = same;
	f->now.record.sequence = 2;
	assert_drift(f, "record of sequence");
}

static void logs_drift_one_by_one(void **state)
{
	struct fixture *f = *state;
	struct pk_log_facts *log = &f->now.logs.items[0];
	const struct pk_log_facts same = *log;
	log->bytes = 1048576;
	assert_drift(f, "log size of " CHANNEL);
	*log = same;
	log->retention = PK_RETENTION_KEEP;
	assert_drift(f, "log retention of " CHANNEL);
	*log = same;
	log->access = "D:(A;;GA;;;WD)";
	assert_drift(f, "log access of " CHANNEL);
	*log = same;
	log->enabled = PK_FACT_NO;
	assert_drift(f, "log state of " CHANNEL);
}

static void what_is_not_known_has_not_drifted(void **state)
{
	struct fixture *f = *state;
	f->now = (struct pk_facts){.platform = PK_HOST_WINDOWS,
		.sensor = PK_SENSOR_SYSMON,
		.trouble = "access is denied",
		.record = f->left.record};
	assert_no_drift(f);
}

static void case_is_no_drift_on_windows(void **state)
{
	struct fixture *f = *state;
	f->now.service = "SYSMON64";
	f->now.image = "c:\\windows\\sysmon64.exe";
	assert_no_drift(f);
	f->now.platform = PK_HOST_LINUX;
	pk_change_drift(&f->drifts, f->arena, &f->left, &f->now);
	assert_int_equal(f->drifts.len, 2);
}

static void a_configuration_that_the_sensor_does_not_report_any_more_has_drifted(void **state)
{
	struct fixture *f = *state;
	f->now.config_hash = NULL;
	assert_drift(f, "config");
	assert_null(f->drifts.items[0].now);
}

static bool healthy(struct fixture *f)
{
	f->failure = (struct pk_failure){0};
	bool good = pk_change_healthy(&f->left, &f->now, &f->desired, &f->wish, &f->failure);
	assert_int_equal(f->failure.class, good ? PK_FAILURE_NONE : PK_FAILURE_HEALTH);
	return good;
}

#define assert_sick(f, want, is_passing)                                                           \
	do {                                                                                       \
		assert_false(healthy(f));                                                          \
		assert_int_equal((f)->failure.code, want);                                         \
		assert_true((f)->failure.passing == (is_passing));                                 \
	} while (0)

static void a_host_as_it_was_left_is_healthy(void **state)
{
	struct fixture *f = *state;
	assert_true(healthy(f));
}

static void a_sensor_must_be_there_and_run(void **state)
{
	struct fixture *f = *state;
	f->now.running = PK_FACT_NO;
	assert_sick(f, PK_HEALTH_SENSOR, true);
	f->now.running = PK_FACT_UNKNOWN;
	assert_sick(f, PK_HEALTH_SENSOR, true);
	f->now.present = PK_FACT_NO;
	assert_sick(f, PK_HEALTH_SENSOR, false);
	f->now.present = PK_FACT_UNKNOWN;
	assert_sick(f, PK_HEALTH_SENSOR, true);
}

static void a_sensor_must_report_what_was_pushed(void **state)
{
	struct fixture *f = *state;
	f->now.config_hash = f->new_hash;
	assert_sick(f, PK_HEALTH_CONFIG, false);
	f->now.config_hash = NULL;
	assert_sick(f, PK_HEALTH_CONFIG, true);
}

static void anything_that_changed_since_the_push_is_not_healthy(void **state)
{
	struct fixture *f = *state;
	f->now.rules = "sha256:2222";
	assert_sick(f, PK_HEALTH_DRIFT, false);
	assert_non_null(strstr(f->failure.message, "rules"));
}

static void events_must_arrive_if_that_is_asked_for(void **state)
{
	struct fixture *f = *state;
	f->wish.event_age_ms = 60000;
	assert_sick(f, PK_HEALTH_EVENTS, true);
	f->now.event_age_ms = 60001;
	assert_sick(f, PK_HEALTH_EVENTS, true);
	f->now.event_age_ms = 60000;
	assert_true(healthy(f));
	f->left.events = f->now.events = 10;
	assert_sick(f, PK_HEALTH_EVENTS, true);
	f->now.events = 11;
	assert_true(healthy(f));
	f->now.event_age_ms = INT64_MAX;
	f->wish.event_age_ms = 0;
	assert_true(healthy(f));
}

static void one_error_is_too_many(void **state)
{
	struct fixture *f = *state;
	f->now.errors = 1;
	f->now.error = "DriverCommunication";
	assert_sick(f, PK_HEALTH_ERRORS, false);
	assert_non_null(strstr(f->failure.message, "DriverCommunication"));
}

static void a_removed_sensor_is_healthy_when_it_is_gone(void **state)
{
	struct fixture *f = *state;
	f->desired = (struct pk_desired){.sensor = PK_SENSOR_SYSMON, .absent = true};
	f->left.present = PK_FACT_NO;
	assert_sick(f, PK_HEALTH_SENSOR, false);
	f->now.present = PK_FACT_UNKNOWN;
	assert_sick(f, PK_HEALTH_SENSOR, true);
	f->now.present = PK_FACT_NO;
	assert_true(healthy(f));
}

static bool undo(
	struct fixture *f, const struct pk_content *content, const struct pk_bundle *bundle)
{
	f->back = (struct pk_desired){0};
	f->why = NULL;
	bool good =
		pk_change_undo(&f->back, f->arena, &f->left, &f->desired, content, bundle, &f->why);
	assert_true(good == (f->why == NULL));
	return good;
}

static void the_configuration_of_before_comes_back(void **state)
{
	struct fixture *f = *state;
	f->desired.content = &f->new;
	assert_true(undo(f, &f->old, NULL));
	assert_ptr_equal(f->back.content, &f->old);
	assert_null(f->back.bundle);
	assert_null(f->back.service);
	assert_string_equal(f->back.state_dir, "C:\\ProgramData\\picket");
	assert_false(undo(f, NULL, NULL));
	assert_false(undo(f, &f->new, NULL));
}

static void another_file_with_the_rules_of_before_is_as_good(void **state)
{
	struct fixture *f = *state;
	f->desired.content = &f->new;
	f->left.rules = "sha256:1111";
	f->new.rules = "sha256:2222";
	assert_false(undo(f, &f->new, NULL));
	f->new.rules = "sha256:1111";
	assert_true(undo(f, &f->new, NULL));
	assert_ptr_equal(f->back.content, &f->new);
	f->left.rules = NULL;
	assert_false(undo(f, &f->new, NULL));
}

static void a_configuration_nobody_changed_is_nobodys(void **state)
{
	struct fixture *f = *state;
	f->desired.content = NULL;
	assert_true(undo(f, NULL, NULL));
	assert_null(f->back.content);
}

static void a_sensor_that_was_not_there_is_removed_again(void **state)
{
	struct fixture *f = *state;
	f->left.present = PK_FACT_NO;
	f->left.config_hash = NULL;
	f->desired.bundle = &f->bundle;
	f->desired.version = "15.15";
	assert_true(undo(f, NULL, NULL));
	assert_true(f->back.absent);
	f->left.present = PK_FACT_UNKNOWN;
	assert_false(undo(f, NULL, NULL));
}

static void another_version_needs_the_bundle_of_before(void **state)
{
	struct fixture *f = *state;
	f->desired.content = &f->new;
	f->desired.bundle = &f->bundle;
	f->desired.version = "15.16";
	assert_false(undo(f, &f->old, NULL));
	assert_true(undo(f, &f->old, &f->bundle));
	assert_ptr_equal(f->back.bundle, &f->bundle);
	assert_string_equal(f->back.version, "15.15");
	assert_string_equal(f->back.service, "Sysmon64");
	assert_string_equal(f->back.driver, "SysmonDrv");
	f->bundle.version = "15.14";
	assert_false(undo(f, &f->old, &f->bundle));
	f->left.version = NULL;
	assert_false(undo(f, &f->old, &f->bundle));
}

static void other_names_need_the_bundle_too(void **state)
{
	struct fixture *f = *state;
	f->desired.service = "Quiet";
	assert_false(undo(f, &f->old, NULL));
	assert_true(undo(f, &f->old, &f->bundle));
	assert_string_equal(f->back.service, "Sysmon64");
}

static void only_windows_own_names_come_back(void **state)
{
	struct fixture *f = *state;
	f->left.sensor = f->desired.sensor = f->bundle.sensor = PK_SENSOR_SYSMON_LINUX;
	f->left.service = "sysmon";
	f->desired.content = NULL;
	f->desired.bundle = &f->bundle;
	f->desired.version = "15.16";
	assert_true(undo(f, &f->old, &f->bundle));
	assert_ptr_equal(f->back.bundle, &f->bundle);
	assert_null(f->back.service);
	assert_null(f->back.driver);
}

static void a_removed_sensor_comes_back_with_its_configuration(void **state)
{
	struct fixture *f = *state;
	f->desired.absent = true;
	f->desired.content = NULL;
	assert_false(undo(f, NULL, &f->bundle));
	assert_true(undo(f, &f->old, &f->bundle));
	assert_false(f->back.absent);
	assert_ptr_equal(f->back.content, &f->old);
	f->left.image = "C:\\Windows\\System32\\Sysmon.exe";
	assert_true(undo(f, &f->old, NULL));
	assert_true(f->back.feature);
}

static void a_sensor_is_not_left_without_a_configuration(void **state)
{
	struct fixture *f = *state;
	f->left.config_hash = NULL;
	f->desired.content = &f->new;
	assert_false(undo(f, NULL, NULL));
}

static void of_a_log_only_what_was_changed_comes_back(void **state)
{
	struct fixture *f = *state;
	f->desired.log_count = 1;
	f->log.bytes = 1073741824;
	assert_true(undo(f, &f->old, NULL));
	assert_int_equal(f->back.log_count, 1);
	assert_int_equal(f->back.logs[0].bytes, 67108864);
	assert_int_equal(f->back.logs[0].retention, PK_RETENTION_UNSET);
	assert_null(f->back.logs[0].access);
	f->log.name = "Gone";
	assert_true(undo(f, &f->old, NULL));
	assert_int_equal(f->back.log_count, 0);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(every_fact_can_drift),
		test(logs_drift_one_by_one),
		test(what_is_not_known_has_not_drifted),
		test(case_is_no_drift_on_windows),
		test(a_configuration_that_the_sensor_does_not_report_any_more_has_drifted),
		test(a_host_as_it_was_left_is_healthy),
		test(a_sensor_must_be_there_and_run),
		test(a_sensor_must_report_what_was_pushed),
		test(anything_that_changed_since_the_push_is_not_healthy),
		test(events_must_arrive_if_that_is_asked_for),
		test(one_error_is_too_many),
		test(a_removed_sensor_is_healthy_when_it_is_gone),
		test(the_configuration_of_before_comes_back),
		test(another_file_with_the_rules_of_before_is_as_good),
		test(a_configuration_nobody_changed_is_nobodys),
		test(a_sensor_that_was_not_there_is_removed_again),
		test(another_version_needs_the_bundle_of_before),
		test(other_names_need_the_bundle_too),
		test(only_windows_own_names_come_back),
		test(a_removed_sensor_comes_back_with_its_configuration),
		test(a_sensor_is_not_left_without_a_configuration),
		test(of_a_log_only_what_was_changed_comes_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
