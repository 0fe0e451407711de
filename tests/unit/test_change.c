#include "tests/unit/test.h"

#include <stdio.h>

#include "base/text.h"
#include "fleet/host/change.h"
#include "fleet/host/dialect.h"

#define CHANNEL "Microsoft-Windows-Sysmon/Operational"

/* A Windows host with Sysmon 15.15 that runs `old`, and what is desired of it. */
struct fixture {
	struct pk_arena *arena;
	struct pk_content old, new;
	char old_hash[80];
	struct pk_bundle bundle;
	struct pk_log_wish log;
	struct pk_facts facts;
	struct pk_desired desired;
	struct pk_host_plan plan;
};

static void add_log(struct fixture *f, const char *name, uint64_t bytes)
{
	*pk_list_push(f->arena, &f->facts.logs) = (struct pk_log_facts){.name = name,
		.enabled = PK_FACT_YES,
		.bytes = bytes,
		.retention = PK_RETENTION_OVERWRITE,
		.access = "O:BAG:SYD:(A;;0x1;;;BA)"};
}

static int setup(void **state)
{
	struct pk_arena *arena = pk_arena_create();
	struct fixture *f = PK_NEW(arena, struct fixture);
	f->arena = arena;
	pk_content_init(&f->old, "old", 3, "old");
	pk_content_init(&f->new, "new", 3, "new");
	(void)snprintf(f->old_hash, sizeof(f->old_hash), "SHA256=%s", f->old.sha256);
	f->bundle = (struct pk_bundle){.name = "sysmon",
		.version = "15.15",
		.id = "sysmon@15.15",
		.sensor = PK_SENSOR_SYSMON,
		.platform = PK_HOST_WINDOWS};
	*pk_list_push(arena, &f->bundle.files) = (struct pk_bundle_file){
		.path = "Sysmon64.exe", .role = PK_BUNDLE_PROGRAM, .arch = "x64"};
	f->facts = (struct pk_facts){.platform = PK_HOST_WINDOWS,
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
		.event_age_ms = -1};
	add_log(f, CHANNEL, 67108864);
	f->desired = (struct pk_desired){.sensor = PK_SENSOR_SYSMON, .content = &f->old};
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

static void plan(struct fixture *f)
{
	pk_change_plan(&f->plan, f->arena, &f->facts, &f->desired);
	/* What is refused changes nothing. */
	if (f->plan.refused != NULL) {
		assert_int_equal(f->plan.changes.len, 0);
		assert_int_equal(f->plan.action, PK_ACTION_NONE);
	}
	assert_true((f->plan.changes.len == 0) == (f->plan.action == PK_ACTION_NONE));
}

/* The kinds of all changes as letters: I(nstall) R(eplace) C(onfig) S(tart) L(og) X (remove). */
static const char *kinds(struct fixture *f)
{
	static const char letters[] = "IRCSLX";
	char *text = pk_arena_alloc(f->arena, f->plan.changes.len + 1);
	for (size_t i = 0; i < f->plan.changes.len; i++)
		text[i] = letters[f->plan.changes.items[i].kind];
	return text;
}

#define assert_plan(f, want)                                                                       \
	do {                                                                                       \
		plan(f);                                                                           \
		assert_null((f)->plan.refused);                                                    \
		assert_string_equal(kinds(f), want);                                               \
	} while (0)

#define assert_refused(f, want)                                                                    \
	do {                                                                                       \
		plan(f);                                                                           \
		assert_non_null((f)->plan.refused);                                                \
		assert_int_equal((f)->plan.refused_code, want);                                    \
	} while (0)

static void want_bundle(struct fixture *f, const char *version)
{
	f->bundle.version = version;
	f->desired.bundle = &f->bundle;
	f->desired.version = version;
}

static void want_log(struct fixture *f, struct pk_log_wish wish)
{
	f->log = wish;
	f->desired.logs = &f->log;
	f->desired.log_count = 1;
}

static void a_host_that_is_as_desired_is_left_alone(void **state)
{
	struct fixture *f = *state;
	want_bundle(f, "15.15");
	f->desired.service = "sysmon64";
	f->desired.driver = "SYSMONDRV";
	want_log(f,
		(struct pk_log_wish){.name = CHANNEL,
			.bytes = 67108864,
			.retention = PK_RETENTION_OVERWRITE,
			.access = "O:BAG:SYD:(A;;0x1;;;BA)"});
	assert_plan(f, "");
	assert_string_equal(f->plan.from, f->old.digest);
	assert_string_equal(f->plan.to, f->old.digest);
}

static void another_configuration_is_one_change(void **state)
{
	struct fixture *f = *state;
	f->desired.content = &f->new;
	assert_plan(f, "C");
	assert_int_equal(f->plan.action, PK_ACTION_UPDATE);
	assert_string_equal(f->plan.to, f->new.digest);
	assert_string_equal(f->plan.changes.items[0].before, f->old_hash);
}

static void a_sensor_that_stands_still_is_started_after_its_configuration(void **state)
{
	struct fixture *f = *state;
	f->facts.running = PK_FACT_NO;
	assert_plan(f, "S");
	f->desired.content = &f->new;
	assert_plan(f, "CS");
}

static void live_rules_that_were_edited_are_put_right(void **state)
{
	struct fixture *f = *state;
	f->facts.record = (struct pk_host_record){
		.present = true, .rollout = "r1", .config = f->old.digest, .rules = "sha256:1111"};
	assert_plan(f, "");
	f->facts.rules = "sha256:2222";
	assert_plan(f, "C");
	assert_string_equal(f->plan.changes.items[0].what, "rules");
	/* Rules read back after another configuration say nothing about this one. */
	f->facts.record.config = f->new.digest;
	assert_plan(f, "");
}

static void a_sensor_that_is_not_there_is_installed_from_a_bundle_only(void **state)
{
	struct fixture *f = *state;
	f->facts.present = PK_FACT_NO;
	f->facts.config_hash = NULL;
	assert_refused(f, PK_CHANGE_NO_BUNDLE);
	want_bundle(f, "15.15");
	assert_plan(f, "I");
	assert_int_equal(f->plan.action, PK_ACTION_INSTALL);
	assert_string_equal(
		pk_change_describe(f->arena, &f->plan.changes.items[0]), "install sysmon 15.15");
}

static void version_and_names_change_by_installing_anew(void **state)
{
	struct fixture *f = *state;
	want_bundle(f, "15.16");
	assert_plan(f, "R");
	assert_string_equal(f->plan.changes.items[0].what, "version");
	assert_string_equal(f->plan.changes.items[0].before, "15.15");
	assert_string_equal(f->plan.changes.items[0].after, "15.16");
	f->desired.service = "Quiet";
	f->desired.driver = "QuietDrv";
	assert_plan(f, "RRR");
	assert_int_equal(f->plan.action, PK_ACTION_UPDATE);
	/* Configuration and start are part of installing. */
	f->desired.content = &f->new;
	f->facts.running = PK_FACT_NO;
	assert_plan(f, "RRR");
}

static void names_cannot_change_without_a_bundle(void **state)
{
	struct fixture *f = *state;
	f->desired.driver = "QuietDrv";
	assert_refused(f, PK_CHANGE_NO_BUNDLE);
}

static void an_older_version_is_allowed_and_said(void **state)
{
	struct fixture *f = *state;
	want_bundle(f, "15.2");
	assert_plan(f, "R");
	assert_string_equal(pk_change_describe(f->arena, &f->plan.changes.items[0]),
		"replace version 15.15 by 15.2, which is older");
	want_bundle(f, "15.20");
	assert_plan(f, "R");
	assert_string_equal(pk_change_describe(f->arena, &f->plan.changes.items[0]),
		"replace version 15.15 by 15.20");
}

static void installing_anew_does_not_lose_a_configuration(void **state)
{
	struct fixture *f = *state;
	want_bundle(f, "15.16");
	f->desired.content = NULL;
	assert_refused(f, PK_CHANGE_LOSES_CONFIG);
	f->facts.config_hash = NULL;
	f->facts.rules = NULL;
	assert_plan(f, "R");
}

static void what_is_not_known_is_not_guessed(void **state)
{
	struct fixture *f = *state;
	const struct pk_facts good = f->facts;
	f->desired.content = &f->new;
	want_bundle(f, "15.16");
	f->desired.service = "Quiet";
	f->desired.driver = "QuietDrv";
	assert_plan(f, "RRR");
	struct {
		size_t offset;
	} texts[] = {{offsetof(struct pk_facts, version)}, {offsetof(struct pk_facts, service)},
		{offsetof(struct pk_facts, driver)}, {offsetof(struct pk_facts, image)},
		{offsetof(struct pk_facts, arch)}};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		f->facts = good;
		*(const char **)((char *)&f->facts + texts[i].offset) = NULL;
		assert_refused(f, PK_CHANGE_FACTS_MISSING);
	}
	f->facts = good;
	f->facts.present = PK_FACT_UNKNOWN;
	assert_refused(f, PK_CHANGE_FACTS_MISSING);
	f->facts = good;
	f->facts.running = PK_FACT_UNKNOWN;
	assert_refused(f, PK_CHANGE_FACTS_MISSING);
	f->facts = good;
	f->facts.platform = PK_HOST_ANY;
	assert_refused(f, PK_CHANGE_FACTS_MISSING);
	f->facts = good;
	f->facts.sensor = PK_SENSOR_NONE;
	assert_refused(f, PK_CHANGE_FACTS_MISSING);
}

static void a_configuration_that_could_not_be_read_is_not_overwritten(void **state)
{
	struct fixture *f = *state;
	f->facts.config_hash = NULL;
	f->facts.trouble = "access is denied";
	assert_refused(f, PK_CHANGE_FACTS_MISSING);
	assert_non_null(strstr(f->plan.refused, "access is denied"));
	/* Installed without a configuration: nothing to read, and no trouble. */
	f->facts.trouble = NULL;
	assert_plan(f, "C");
	assert_null(f->plan.from);
	assert_null(f->plan.changes.items[0].before);
}

static void a_file_tells_the_configuration_where_the_sensor_does_not(void **state)
{
	struct fixture *f = *state;
	f->facts.config_hash = NULL;
	f->facts.config = f->old.digest;
	assert_plan(f, "");
	f->facts.config = f->new.digest;
	assert_plan(f, "C");
	assert_string_equal(f->plan.from, f->new.digest);
}

static void removing_is_done_once(void **state)
{
	struct fixture *f = *state;
	f->desired.absent = true;
	want_log(f, (struct pk_log_wish){.name = CHANNEL, .bytes = 1048576});
	assert_plan(f, "X");
	assert_int_equal(f->plan.action, PK_ACTION_REMOVE);
	assert_null(f->plan.to);
	f->facts.present = PK_FACT_NO;
	assert_plan(f, "");
	f->facts.present = PK_FACT_UNKNOWN;
	assert_refused(f, PK_CHANGE_FACTS_MISSING);
}

static void both_kinds_of_sysmon_exclude_each_other(void **state)
{
	struct fixture *f = *state;
	f->desired.feature = true;
	assert_refused(f, PK_CHANGE_TWO_SYSMONS);
	f->facts.image = "C:\\WINDOWS\\system32\\Sysmon.exe";
	assert_plan(f, "");
	f->desired.feature = false;
	want_bundle(f, "15.15");
	assert_refused(f, PK_CHANGE_TWO_SYSMONS);
	f->facts.image = NULL;
	assert_refused(f, PK_CHANGE_FACTS_MISSING);
	/* The configuration of either may be changed by itself. */
	f->facts.image = "C:\\WINDOWS\\system32\\Sysmon.exe";
	f->desired.bundle = NULL;
	f->desired.version = NULL;
	f->desired.content = &f->new;
	assert_plan(f, "C");
}

static void the_feature_needs_no_bundle(void **state)
{
	struct fixture *f = *state;
	f->facts.present = PK_FACT_NO;
	f->desired.feature = true;
	assert_plan(f, "I");
}

static void a_bundle_must_fit_the_host(void **state)
{
	struct fixture *f = *state;
	f->facts.present = PK_FACT_NO;
	want_bundle(f, "15.15");
	f->facts.arch = "arm64";
	assert_refused(f, PK_CHANGE_BUNDLE_PLATFORM);
	f->facts.arch = "x64";
	f->bundle.sensor = PK_SENSOR_MONSTER;
	assert_refused(f, PK_CHANGE_BUNDLE_PLATFORM);
	f->bundle.sensor = PK_SENSOR_SYSMON;
	f->bundle.platform = PK_HOST_LINUX;
	assert_refused(f, PK_CHANGE_BUNDLE_PLATFORM);
}

static void a_sensor_must_fit_the_platform(void **state)
{
	struct fixture *f = *state;
	f->facts.platform = PK_HOST_LINUX;
	assert_refused(f, PK_CHANGE_SENSOR_PLATFORM);
	f->desired.sensor = f->facts.sensor = PK_SENSOR_SYSMON_LINUX;
	f->desired.service = "quiet";
	assert_refused(f, PK_CHANGE_NAMES);
	f->desired.service = NULL;
	assert_plan(f, "");
	f->facts.platform = PK_HOST_WINDOWS;
	assert_refused(f, PK_CHANGE_SENSOR_PLATFORM);
}

static void without_rights_only_doing_nothing_is_possible(void **state)
{
	struct fixture *f = *state;
	f->facts.elevated = PK_FACT_NO;
	assert_plan(f, "");
	f->desired.content = &f->new;
	assert_refused(f, PK_CHANGE_NOT_ELEVATED);
	/* Not known is tried: the host itself says no. */
	f->facts.elevated = PK_FACT_UNKNOWN;
	assert_plan(f, "C");
}

static void each_wish_for_a_log_is_a_change_of_its_own(void **state)
{
	struct fixture *f = *state;
	want_log(f,
		(struct pk_log_wish){.name = "microsoft-windows-sysmon/operational",
			.bytes = 1073741824,
			.retention = PK_RETENTION_ARCHIVE,
			.access = "O:BAG:SYD:(A;;0x1;;;NS)"});
	assert_plan(f, "LLL");
	assert_string_equal(f->plan.changes.items[0].what, "size");
	assert_string_equal(f->plan.changes.items[1].what, "retention");
	assert_string_equal(f->plan.changes.items[2].what, "access");
	assert_string_equal(f->plan.changes.items[1].before, "overwrite");
	assert_string_equal(pk_change_describe(f->arena, &f->plan.changes.items[0]),
		"change the size of microsoft-windows-sysmon/operational from 67108864 bytes to "
		"1073741824 bytes");
}

static void the_size_of_a_log_goes_in_the_steps_of_windows(void **state)
{
	struct fixture *f = *state;
	f->facts.logs.items[0].bytes = 100007936; /* 1526 times 64 KiB */
	want_log(f, (struct pk_log_wish){.name = CHANNEL, .bytes = 100000000});
	assert_plan(f, "");
	f->facts.logs.items[0].bytes = 100000000;
	assert_plan(f, "L");
}

static void logs_of_which_nothing_is_known_are_not_touched(void **state)
{
	struct fixture *f = *state;
	f->facts.logs.items[0] = (struct pk_log_facts){.name = CHANNEL};
	want_log(f, (struct pk_log_wish){.name = CHANNEL, .bytes = 1048576});
	assert_refused(f, PK_CHANGE_FACTS_MISSING);
	want_log(f, (struct pk_log_wish){.name = CHANNEL, .retention = PK_RETENTION_KEEP});
	assert_refused(f, PK_CHANGE_FACTS_MISSING);
	want_log(f, (struct pk_log_wish){.name = CHANNEL, .access = "D:"});
	assert_refused(f, PK_CHANGE_FACTS_MISSING);
	want_log(f, (struct pk_log_wish){.name = "Security", .bytes = 1048576});
	assert_refused(f, PK_CHANGE_LOG_MISSING);
}

static void the_channel_of_a_sensor_that_comes_is_set_after_it(void **state)
{
	struct fixture *f = *state;
	f->facts.present = PK_FACT_NO;
	f->facts.logs.len = 0;
	want_bundle(f, "15.15");
	want_log(f, (struct pk_log_wish){.name = CHANNEL, .bytes = 1073741824});
	assert_plan(f, "IL");
	assert_int_equal(f->plan.action, PK_ACTION_INSTALL);
	assert_null(f->plan.changes.items[1].before);
}

static void the_channel_of_a_sensor_that_is_replaced_is_set_again(void **state)
{
	struct fixture *f = *state;
	want_log(f, (struct pk_log_wish){.name = CHANNEL, .bytes = 67108864});
	assert_plan(f, "");
	want_bundle(f, "15.16");
	assert_plan(f, "RL");
	assert_null(f->plan.changes.items[1].before);
}

static void logs_alone_need_no_sensor(void **state)
{
	struct fixture *f = *state;
	f->facts.sensor = f->desired.sensor = PK_SENSOR_NONE;
	f->facts.present = PK_FACT_UNKNOWN;
	f->desired.content = NULL;
	want_log(f, (struct pk_log_wish){.name = CHANNEL, .bytes = 1073741824});
	assert_plan(f, "L");
}

static void names_of_actions_are_those_of_the_contract(void **state)
{
	(void)state;
	assert_string_equal(pk_action_name(PK_ACTION_NONE), "none");
	assert_string_equal(pk_action_name(PK_ACTION_INSTALL), "install");
	assert_string_equal(pk_action_name(PK_ACTION_UPDATE), "update");
	assert_string_equal(pk_action_name(PK_ACTION_REMOVE), "remove");
	assert_string_equal(pk_action_name(PK_ACTION_ROLLBACK), "rollback");
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_host_that_is_as_desired_is_left_alone),
		test(another_configuration_is_one_change),
		test(a_sensor_that_stands_still_is_started_after_its_configuration),
		test(live_rules_that_were_edited_are_put_right),
		test(a_sensor_that_is_not_there_is_installed_from_a_bundle_only),
		test(version_and_names_change_by_installing_anew),
		test(names_cannot_change_without_a_bundle),
		test(an_older_version_is_allowed_and_said),
		test(installing_anew_does_not_lose_a_configuration),
		test(what_is_not_known_is_not_guessed),
		test(a_configuration_that_could_not_be_read_is_not_overwritten),
		test(a_file_tells_the_configuration_where_the_sensor_does_not),
		test(removing_is_done_once),
		test(both_kinds_of_sysmon_exclude_each_other),
		test(the_feature_needs_no_bundle),
		test(a_bundle_must_fit_the_host),
		test(a_sensor_must_fit_the_platform),
		test(without_rights_only_doing_nothing_is_possible),
		test(each_wish_for_a_log_is_a_change_of_its_own),
		test(the_size_of_a_log_goes_in_the_steps_of_windows),
		test(logs_of_which_nothing_is_known_are_not_touched),
		test(the_channel_of_a_sensor_that_comes_is_set_after_it),
		test(the_channel_of_a_sensor_that_is_replaced_is_set_again),
		test(logs_alone_need_no_sensor),
		test(names_of_actions_are_those_of_the_contract),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
