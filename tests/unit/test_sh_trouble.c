/* Linux hosts on which things go wrong: power cuts at every step, full disks, no rights. */
#include "tests/unit/host_fixture.h"

#include <sched.h>
#include <sys/mount.h>

#include "base/digest.h"

/* Every program that the scripts run trips before and after it; the trip number `kill-at` kills. */
static void set_trips(struct host *host)
{
	static const char *const tools[] = {"chmod", "cp", "date", "dd", "flock", "head", "mkdir",
		"mv", "rm", "sha256sum", "sync", NULL};
	write_text(path_in(host, "trip"),
		rooted(host,
			"#!/bin/sh\n"
			"cd @ROOT@ || exit\n"
			"read -r n <count; n=$((n + 1)); echo $n >count\n"
			"read -r at <kill-at\n"
			"[ $n != $at ] || kill -9 0\n"),
		0755);
	for (size_t i = 0; tools[i] != NULL; i++)
		write_text(path_in(host, pk_arena_printf(host->arena, "bin/%s", tools[i])),
			rooted(host,
				pk_arena_printf(host->arena,
					"#!/bin/sh\n@ROOT@/trip; /bin/%s \"$@\"; status=$?\n"
					"@ROOT@/trip; exit $status\n",
					tools[i])),
			0755);
}

static void kill_at(struct host *host, unsigned number)
{
	write_text(path_in(host, "count"), "0\n", 0644);
	write_text(path_in(host, "kill-at"), pk_arena_printf(host->arena, "%u\n", number), 0644);
}

/* Done once more, it ends right, and the sensor took the configuration once. */
static void assert_finished(struct host *host)
{
	char old[PK_DIGEST_TEXT];
	pk_digest_print(old, "old", 3);
	kill_at(host, 0);
	host_do(host, true);
	if (host->result->kind != PK_RESULT_OK)
		print_message("%s\n", host->result->failure.message);
	assert_int_equal(host->result->kind, PK_RESULT_OK);
	assert_file(host, "opt/config.xml", "new");
	assert_file(host, "taken", "new");
	const struct pk_host_record *record = &host->result->after.record;
	assert_false(record->open);
	assert_int_equal(record->applied, 1);
	assert_string_equal(record->config, host->content.digest);
	assert_string_equal(record->rules, host->result->after.rules);
	assert_string_equal(record->rollout, "rollout-1");
	assert_string_equal(record->previous, old);
	assert_tidy(host);
}

/* Kills at every `step`th trip; how many there were at most. */
static unsigned kill_everywhere(const char *version, unsigned step)
{
	for (unsigned at = 1;; at += step) {
		struct host host;
		host_init(&host);
		write_text(path_in(&host, "opt/rules.bin"), "rules of old\n", 0644);
		if (version != NULL)
			want_version(&host, version);
		set_trips(&host);
		kill_at(&host, at);
		host_do(&host, true);
		bool killed = host.result->kind != PK_RESULT_OK;
		if (killed) {
			assert_int_equal(host.result->failure.code, PK_HOST_CUT_OFF);
			assert_true(host.result->failure.passing);
		}
		const char *config = read_text(&host, "opt/config.xml");
		assert_true(config == NULL || pk_text_equal(config, "old") ||
			pk_text_equal(config, "new"));
		assert_finished(&host);
		if (version != NULL)
			assert_string_equal(host.result->after.version, version);
		host_finish(&host);
		if (!killed)
			return at - 1;
	}
}

/* What a sensor leaves that was ended behind its file, before its rules. */
static void rules_that_a_cut_left_behind_are_made_up_for(void **state)
{
	(void)state;
	struct host host;
	char rules[PK_DIGEST_TEXT];
	char old[PK_DIGEST_TEXT];
	host_init(&host);
	pk_digest_print(rules, "rules of old\n", strlen("rules of old\n"));
	pk_digest_print(old, "old", strlen("old"));
	write_text(path_in(&host, "opt/rules.bin"), "rules of old\n", 0644);
	write_text(path_in(&host, "opt/config.xml"), "new", 0644);
	mkdir(path_in(&host, "state"), 0700);
	write_text(path_in(&host, "state/record"),
		pk_arena_printf(host.arena,
			"rollout rollout-1\nsequence 1\nconfig %s\nprevious %s\n"
			"rules-before %s\napplied 0\ntime 0\nphase changing\n",
			host.content.digest, old, rules),
		0600);
	assert_finished(&host);
	assert_file(&host, "opt/rules.bin", "rules of new\n");
	host_finish(&host);
}

static void a_power_cut_at_any_step_of_an_update_is_finished_later(void **state)
{
	(void)state;
	assert_in_range(kill_everywhere(NULL, 1), 20, 60);
}

static void a_power_cut_at_any_step_of_a_replacement_is_finished_later(void **state)
{
	(void)state;
	assert_in_range(kill_everywhere("1.4.0", 3), 30, 90);
}

static void an_update_takes_few_processes(void **state)
{
	(void)state;
	struct host host;
	host_init(&host);
	host_do(&host, true);
	set_trips(&host);
	kill_at(&host, 0);
	begin_rollout(&host, 2);
	host_do(&host, true);
	assert_ok(&host, PK_ACTION_NONE);
	/* The sensor's banner and its digests; two trips each. systemctl is not counted. */
	assert_file(&host, "count", "4\n");
	kill_at(&host, 0);
	want_config(&host, "newer");
	begin_rollout(&host, 3);
	host_do(&host, true);
	assert_ok(&host, PK_ACTION_UPDATE);
	uint64_t trips;
	const char *count = read_text(&host, "count");
	assert_true(pk_text_parse_u64(
		&trips, pk_arena_strndup(host.arena, count, strcspn(count, "\n"))));
	print_message("an update: %u processes besides systemctl\n", (unsigned)trips / 2);
	assert_in_range(trips / 2, 10, 15);
	host_finish(&host);
}

/* Mounts a small disk at the state folder; false where that may not be done. */
static bool mount_state(struct host *host, const char *options, unsigned long flags)
{
	static bool apart;
	mkdir(path_in(host, "state"), 0700);
	if (!apart &&
		(unshare(CLONE_NEWNS) != 0 ||
			mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0))
		return false;
	apart = true;
	return mount("tmpfs", path_in(host, "state"), "tmpfs", flags, options) == 0;
}

static void end_mounted(struct host *host)
{
	umount2(path_in(host, "state"), MNT_DETACH);
	host_finish(host);
}

static void a_full_disk_leaves_the_host_as_it_was(void **state)
{
	(void)state;
	unsigned full = 0;
	/* From nothing to enough for everything. */
	for (unsigned blocks = 1;; blocks++) {
		struct host host;
		host_init(&host);
		char *text = pk_arena_alloc(host.arena, 20001);
		memset(text, 'x', 20000);
		want_config(&host, text);
		if (!mount_state(&host, pk_arena_printf(host.arena, "size=%u", blocks * 4096), 0)) {
			end_mounted(&host);
			skip();
		}
		host_do(&host, true);
		if (host.result->kind == PK_RESULT_OK) {
			end_mounted(&host);
			break;
		}
		full++;
		assert_code(&host, PK_RESULT_FAILED, PK_HOST_FULL);
		assert_int_equal(host.result->failure.class, PK_FAILURE_TRANSFER);
		assert_false(host.result->touched);
		assert_file(&host, "opt/config.xml", "old");
		assert_file(&host, "state/record", NULL);
		assert_tidy(&host);
		assert_int_equal(
			mount("tmpfs", path_in(&host, "state"), "tmpfs", MS_REMOUNT, "size=1m"), 0);
		host_do(&host, true);
		assert_ok(&host, PK_ACTION_UPDATE);
		end_mounted(&host);
	}
	assert_in_range(full, 3, 20);
}

static void a_state_folder_that_cannot_be_written_is_told(void **state)
{
	(void)state;
	struct host host;
	host_init(&host);
	if (!mount_state(&host, "size=1m", MS_RDONLY)) {
		end_mounted(&host);
		skip();
	}
	host_do(&host, true);
	assert_code(&host, PK_RESULT_FAILED, PK_HOST_NOT_WRITABLE);
	assert_false(host.result->touched);
	assert_file(&host, "opt/config.xml", "old");
	end_mounted(&host);
}

static void sudo_makes_the_changes(void **state)
{
	(void)state;
	struct host host;
	host_init(&host);
	write_text(path_in(&host, "bin/sudo"),
		rooted(&host,
			"#!/bin/sh\n[ \"$1\" = -n ] || exit 1\nshift\necho x >>@ROOT@/sudo\n"
			"exec \"$@\"\n"),
		0755);
	host.desired.become = PK_BECOME_SUDO;
	host_do(&host, true);
	assert_ok(&host, PK_ACTION_UPDATE);
	assert_int_equal(host.result->before.elevated, PK_FACT_YES);
	assert_file(&host, "sudo", "x\n");
	host_finish(&host);
}

static void without_sudo_the_facts_are_still_told(void **state)
{
	(void)state;
	struct host host;
	host_init(&host);
	write_text(path_in(&host, "bin/sudo"),
		"#!/bin/sh\necho 'sudo: a password is required' >&2\nexit 1\n", 0755);
	host.desired.become = PK_BECOME_SUDO;
	host_do(&host, true);
	assert_int_equal(host.result->kind, PK_RESULT_FAILED);
	assert_true(host.result->has_before);
	assert_int_equal(host.result->before.elevated, PK_FACT_NO);
	assert_false(host.result->touched);
	assert_file(&host, "opt/config.xml", "old");
	host_finish(&host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_that_a_cut_left_behind_are_made_up_for),
		cmocka_unit_test(a_power_cut_at_any_step_of_an_update_is_finished_later),
		cmocka_unit_test(a_power_cut_at_any_step_of_a_replacement_is_finished_later),
		cmocka_unit_test(an_update_takes_few_processes),
		cmocka_unit_test(sudo_makes_the_changes),
		cmocka_unit_test(without_sudo_the_facts_are_still_told),
		cmocka_unit_test(a_full_disk_leaves_the_host_as_it_was),
		cmocka_unit_test(a_state_folder_that_cannot_be_written_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
