/* Linux hosts: the scripts, run by the real sh. */
#include "tests/unit/host_fixture.h"

#include "base/digest.h"

static struct host *begin(void **state)
{
	static struct host host;
	host_init(&host);
	if (*state != NULL)
		host.shell = *state;
	return &host;
}

static void facts_are_what_lies_there(void **state)
{
	struct host *host = begin(state);
	write_text(path_in(host, "opt/rules.bin"), "rules\n0123456789abcdef0\n", 0644);
	host->wish.want_config = true;
	host->wish.rollout = NULL;
	host_do(host, false);
	assert_ok(host, PK_ACTION_NONE);
	const struct pk_facts *facts = &host->result->before;
	assert_int_equal(facts->platform, PK_HOST_LINUX);
	assert_int_equal(facts->present, PK_FACT_YES);
	assert_int_equal(facts->running, PK_FACT_YES);
	assert_int_equal(facts->elevated, PK_FACT_YES);
	assert_string_equal(facts->version, "1.3.3");
	assert_string_equal(facts->service, "sysmon");
	assert_string_equal(facts->image, path_in(host, "opt/sysmon"));
	assert_int_equal(facts->config_len, 3);
	assert_memory_equal(facts->config_bytes, "old", 3);
	assert_int_equal(facts->rules_len, 24);
	assert_false(facts->record.present);
	assert_non_null(facts->arch);
	assert_false(host->result->touched);
	/* Reading writes nothing. */
	assert_file(host, "state/record", NULL);
	assert_int_equal(run_line(host, "[ ! -e state ]"), 0);
	host_finish(host);
}

static void bytes_that_are_known_are_not_sent(void **state)
{
	struct host *host = begin(state);
	char digest[PK_DIGEST_TEXT];
	pk_digest_print(digest, "old", 3);
	const char *const known[] = {digest};
	host->wish.known = known;
	host->wish.known_count = 1;
	host->wish.want_config = true;
	host_do(host, false);
	assert_string_equal(host->result->before.config, digest);
	assert_null(host->result->before.config_bytes);
	host_finish(host);
}

static void a_configuration_is_put_into_force(void **state)
{
	struct host *host = begin(state);
	host_do(host, true);
	assert_ok(host, PK_ACTION_UPDATE);
	assert_true(host->result->touched);
	assert_file(host, "opt/config.xml", "new");
	assert_file(host, "taken", "new");
	const struct pk_host_record *record = &host->result->after.record;
	char old[PK_DIGEST_TEXT];
	pk_digest_print(old, "old", 3);
	assert_string_equal(record->rollout, "rollout-1");
	assert_string_equal(record->config, host->content.digest);
	assert_string_equal(record->previous, old);
	assert_string_equal(record->rules, host->result->after.rules);
	assert_int_equal(record->applied, 1);
	assert_true(record->time_ms > 1000000000000);
	assert_false(record->open);
	assert_file(host, pk_arena_printf(host->arena, "state/configs/%s", old + 7), "old");
	assert_int_equal(run_line(host, "[ $(stat -c %a state) = 700 ]"), 0);
	assert_tidy(host);
	host_finish(host);
}

static void what_is_in_force_is_not_applied_again(void **state)
{
	struct host *host = begin(state);
	host_do(host, true);
	begin_rollout(host, 2);
	host_do(host, true);
	assert_ok(host, PK_ACTION_NONE);
	assert_false(host->result->touched);
	assert_file(host, "taken", "new");
	assert_string_equal(host->result->after.record.rollout, "rollout-1");
	host_finish(host);
}

static void drift_is_mended_with_what_lies_on_the_host(void **state)
{
	struct host *host = begin(state);
	host_do(host, true);
	write_text(path_in(host, "opt/config.xml"), "by hand", 0644);
	begin_rollout(host, 2);
	host_do(host, true);
	assert_ok(host, PK_ACTION_UPDATE);
	assert_int_equal(host->result->before.staged.len, 1);
	assert_file(host, "opt/config.xml", "new");
	assert_int_equal(host->result->after.record.applied, 2);
	host_finish(host);
}

static void live_rules_that_were_edited_are_mended(void **state)
{
	struct host *host = begin(state);
	host_do(host, true);
	write_text(path_in(host, "opt/rules.bin"), "edited", 0644);
	begin_rollout(host, 2);
	host_do(host, true);
	assert_ok(host, PK_ACTION_UPDATE);
	assert_file(host, "opt/rules.bin", "rules of new\n");
	host_finish(host);
}

static void what_is_sent_packed_arrives(void **state)
{
	struct host *host = begin(state);
	enum { LEN = 300000 };
	char *bytes = pk_arena_alloc(host->arena, LEN);
	memset(bytes, 'x', LEN);
	bytes[LEN - 1] = '\n';
	pk_content_init(&host->content, bytes, LEN, "test");
	pk_content_pack(&host->content, host->arena);
	assert_in_range(host->content.packed_len, 1, LEN / 100);
	host_do(host, true);
	assert_ok(host, PK_ACTION_UPDATE);
	assert_true(host->result->before.unpacks);
	assert_string_equal(host->result->after.config, host->content.digest);
	host_finish(host);
}

static void packed_bytes_that_are_others_are_refused(void **state)
{
	struct host *host = begin(state);
	want_config(host,
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	pk_content_pack(&host->content, host->arena);
	assert_non_null(host->content.packed);
	char *other = pk_arena_strndup(host->arena, host->content.packed, host->content.packed_len);
	other[host->content.packed_len - 5] ^= 1; /* of its checksum */
	other[12] ^= 2;
	host->content.packed = other;
	host_do(host, true);
	assert_int_equal(host->result->kind, PK_RESULT_FAILED);
	assert_false(host->result->touched);
	host_finish(host);
}

static void a_large_configuration_with_any_bytes_arrives(void **state)
{
	struct host *host = begin(state);
	enum { LEN = 300000 };
	char *bytes = pk_arena_alloc(host->arena, LEN);
	for (size_t i = 0; i < LEN; i++)
		bytes[i] = (char)(i * 7 + i / 251);
	pk_content_init(&host->content, bytes, LEN, "test");
	host_do(host, true);
	assert_ok(host, PK_ACTION_UPDATE);
	assert_string_equal(host->result->after.config, host->content.digest);
	host_finish(host);
}

static void a_host_that_moved_is_left_alone(void **state)
{
	struct host *host = begin(state);
	host->wish.expected = PK_DIGEST_PREFIX "0";
	host_do(host, true);
	assert_code(host, PK_RESULT_SKIPPED, PK_HOST_MOVED);
	assert_false(host->result->touched);
	assert_file(host, "taken", NULL);
	host_finish(host);
}

static void change_config(struct host *host)
{
	write_text(path_in(host, "opt/config.xml"), "quicker", 0644);
}

static void a_host_that_moves_in_between_is_left_alone(void **state)
{
	struct host *host = begin(state);
	host->meanwhile = change_config;
	host_do(host, true);
	assert_code(host, PK_RESULT_SKIPPED, PK_HOST_MOVED);
	assert_false(host->result->touched);
	assert_file(host, "opt/config.xml", "quicker");
	assert_file(host, "state/record", NULL);
	assert_tidy(host);
	host_finish(host);
}

static void write_newer(struct host *host)
{
	mkdir(path_in(host, "state"), 0700);
	write_text(path_in(host, "state/record"), "rollout other\nsequence 9\nphase done\n", 0600);
}

static void a_newer_rollout_is_not_undone(void **state)
{
	struct host *host = begin(state);
	host->meanwhile = write_newer;
	host_do(host, true);
	assert_code(host, PK_RESULT_SKIPPED, PK_HOST_NEWER);
	host->meanwhile = NULL;
	host_do(host, true);
	assert_code(host, PK_RESULT_SKIPPED, PK_HOST_NEWER);
	assert_file(host, "opt/config.xml", "old");
	assert_file(host, "taken", NULL);
	host_finish(host);
}

static void a_host_that_is_being_changed_is_tried_later(void **state)
{
	struct host *host = begin(state);
	mkdir(path_in(host, "state"), 0700);
	assert_int_equal(run_line(host, "flock state/lock sleep 3 >/dev/null 2>&1 & sleep 0.3"), 0);
	host_do(host, true);
	assert_code(host, PK_RESULT_FAILED, PK_HOST_LOCKED);
	assert_true(host->result->failure.passing);
	assert_false(host->result->touched);
	host_finish(host);
}

static void write_phase(struct host *host, const char *phase)
{
	char rules[PK_DIGEST_TEXT];
	pk_digest_print(rules, "rules of new\n", strlen("rules of new\n"));
	write_text(path_in(host, "state/record"),
		pk_arena_printf(host->arena,
			"rollout rollout-1\nsequence 1\nconfig %s\nrules %s\napplied 1\ntime 0\n"
			"phase %s\n",
			host->content.digest, rules, phase),
		0600);
}

static void end_the_change(struct host *host)
{
	write_text(path_in(host, "opt/rules.bin"), "rules of new\n", 0644);
	write_phase(host, "done");
}

/* Its file was seen, but its rules were not there yet. */
static void a_change_that_ends_after_it_was_seen_is_not_made_again(void **state)
{
	struct host *host = begin(state);
	write_text(path_in(host, "opt/config.xml"), "new", 0644);
	write_text(path_in(host, "opt/rules.bin"), "rules of old\n", 0644);
	mkdir(path_in(host, "state"), 0700);
	write_phase(host, "changing");
	host->meanwhile = end_the_change;
	host_do(host, true);
	assert_code(host, PK_RESULT_FAILED, PK_HOST_LOCKED);
	assert_true(host->result->failure.passing);
	host->meanwhile = NULL;
	host_do(host, true);
	assert_ok(host, PK_ACTION_UPDATE); /* that this rollout made before */
	assert_file(host, "taken", NULL);
	host_finish(host);
}

static void a_refused_configuration_changes_nothing(void **state)
{
	struct host *host = begin(state);
	host_do(host, true);
	const char *record = read_text(host, "state/record");
	begin_rollout(host, 2);
	want_config(host, "bad");
	host_do(host, true);
	assert_code(host, PK_RESULT_FAILED, PK_SENSOR_REFUSED);
	assert_int_equal(host->result->failure.class, PK_FAILURE_APPLY);
	assert_non_null(strstr(host->result->failure.message, "status 87"));
	assert_non_null(strstr(host->result->failure.message, "refused"));
	assert_false(host->result->touched);
	assert_file(host, "opt/config.xml", "new");
	assert_file(host, "state/record", record);
	assert_file(host, "taken", "new");
	host_finish(host);
}

static void a_configuration_taken_by_half_is_taken_back(void **state)
{
	struct host *host = begin(state);
	want_config(host, "torn");
	host_do(host, true);
	assert_code(host, PK_RESULT_FAILED, PK_SENSOR_REFUSED);
	assert_false(host->result->touched);
	assert_file(host, "opt/config.xml", "old");
	assert_file(host, "taken", "tornold");
	assert_file(host, "state/record", NULL);
	host_finish(host);
}

static void what_cannot_be_taken_back_is_told(void **state)
{
	struct host *host = begin(state);
	write_text(path_in(host, "opt/config.xml"), "bad by hand", 0644);
	want_config(host, "torn");
	host_do(host, true);
	assert_code(host, PK_RESULT_FAILED, PK_SENSOR_NOT_RESTORED);
	assert_true(host->result->touched);
	assert_true(host->result->has_after);
	assert_string_equal(host->result->after.config, host->content.digest);
	assert_true(host->result->after.record.open);
	host_finish(host);
}

static void logs_that_linux_does_not_have_are_refused(void **state)
{
	struct host *host = begin(state);
	PK_BUF_AUTO input = {0};
	struct pk_input_parts files = {0};
	struct pk_failure failure = {0};
	struct pk_facts facts = {.platform = PK_HOST_LINUX};
	struct pk_host_plan plan = {.action = PK_ACTION_UPDATE};
	*pk_list_push(host->arena, &plan.changes) =
		(struct pk_host_change){.kind = PK_CHANGE_LOG, .what = "size", .log = "Security"};
	assert_false(pk_dialect_sh.put_changes(
		&input, &files, host->arena, &host->wish, &facts, &plan, &failure));
	assert_int_equal(failure.code, PK_HOST_UNSUPPORTED);
	host_finish(host);
}

static void an_input_that_ends_early_changes_nothing(void **state)
{
	struct host *host = begin(state);
	host->input_cut = 1;
	host_do(host, true);
	assert_code(host, PK_RESULT_FAILED, PK_HOST_DAMAGED_FILE);
	assert_true(host->result->failure.passing);
	host->input_cut = 1000;
	host_do(host, true);
	assert_code(host, PK_RESULT_FAILED, PK_HOST_CUT_OFF);
	assert_false(host->result->touched);
	assert_file(host, "opt/config.xml", "old");
	assert_tidy(host);
	host_finish(host);
}

static void a_sensor_that_does_not_run_is_started(void **state)
{
	struct host *host = begin(state);
	want_config(host, "old");
	unlink(path_in(host, "active"));
	host_do(host, true);
	assert_ok(host, PK_ACTION_UPDATE);
	assert_file(host, "taken", NULL);
	assert_int_equal(host->result->after.running, PK_FACT_YES);
	unlink(path_in(host, "active"));
	write_text(path_in(host, "dead"), "", 0644);
	begin_rollout(host, 2);
	host_do(host, true);
	assert_code(host, PK_RESULT_FAILED, PK_SENSOR_STEP);
	host_finish(host);
}

static void the_sensor_is_removed(void **state)
{
	struct host *host = begin(state);
	host->desired.absent = true;
	host->desired.content = NULL;
	host_do(host, true);
	assert_ok(host, PK_ACTION_REMOVE);
	assert_int_equal(host->result->after.present, PK_FACT_NO);
	assert_null(host->result->after.record.config);
	host_do(host, true);
	assert_int_equal(host->result->kind, PK_RESULT_OK);
	host_finish(host);
}

static void the_journal_gets_its_limit(void **state)
{
	struct host *host = begin(state);
	const struct pk_log_wish log = {.name = "journal", .bytes = 200000000};
	host->desired = (struct pk_desired){.state_dir = host->desired.state_dir,
		.install_dir = host->desired.install_dir,
		.become = PK_BECOME_NONE,
		.logs = &log,
		.log_count = 1};
	host_do(host, true);
	assert_int_equal(host->result->kind, PK_RESULT_OK);
	assert_file(host, "picket.conf", "[Journal]\nSystemMaxUse=200000000\n");
	assert_file(host, "restarted", "restarted\n");
	assert_int_equal(host->result->after.logs.items[0].bytes, 200000000);
	begin_rollout(host, 2);
	host_do(host, true);
	assert_ok(host, PK_ACTION_NONE);
	assert_file(host, "restarted", "restarted\n");
	host_finish(host);
}

static void a_sensor_is_installed_from_a_bundle(void **state)
{
	struct host *host = begin(state);
	run_line(host, "rm -r opt active");
	want_version(host, "1.4.0");
	host_do(host, true);
	assert_ok(host, PK_ACTION_INSTALL);
	assert_string_equal(host->result->after.version, "1.4.0");
	assert_string_equal(host->result->after.record.bundle, "sysmon@1.4.0");
	assert_string_equal(host->result->after.config, host->content.digest);
	assert_file(host, "taken", "new");
	assert_tidy(host);
	begin_rollout(host, 2);
	host_do(host, true);
	assert_ok(host, PK_ACTION_NONE);
	host_finish(host);
}

static void a_version_is_replaced_by_another(void **state)
{
	struct host *host = begin(state);
	host_do(host, true);
	begin_rollout(host, 2);
	want_version(host, "1.4.0");
	host_do(host, true);
	assert_int_equal(host->result->kind, PK_RESULT_OK);
	assert_string_equal(host->result->after.version, "1.4.0");
	assert_file(host, "taken", "newnew");
	assert_tidy(host);
	host_finish(host);
}

static void a_version_that_does_not_install_leaves_the_one_before(void **state)
{
	struct host *host = begin(state);
	write_text(path_in(host, "broken-1.4.0"), "", 0644);
	want_version(host, "1.4.0");
	host_do(host, true);
	assert_code(host, PK_RESULT_FAILED, PK_SENSOR_STEP);
	assert_false(host->result->touched);
	assert_true(host->result->has_after);
	assert_string_equal(host->result->after.version, "1.3.3");
	assert_file(host, "opt/config.xml", "old");
	assert_file(host, "state/record", NULL);
	assert_tidy(host);
	run_line(host, "rm -r opt active");
	host_do(host, true);
	assert_code(host, PK_RESULT_FAILED, PK_SENSOR_STEP);
	assert_false(host->result->touched);
	assert_int_equal(host->result->after.present, PK_FACT_NO);
	assert_tidy(host);
	host_finish(host);
}

static void names_that_are_not_safe_are_never_passed_on(void **state)
{
	static const char *const paths[] = {"/tmp/a;touch x", "/tmp/$(id)", "/tmp/a b", "tmp", "/",
		"/tmp/../etc", "/tmp/a\nb", NULL};
	struct host *host = begin(state);
	for (size_t i = 0; paths[i] != NULL; i++) {
		host->desired.state_dir = paths[i];
		host_do(host, true);
		assert_code(host, PK_RESULT_FAILED, PK_HOST_NAME_UNSAFE);
	}
	host->desired.state_dir = path_in(host, "state");
	host->desired.service = "x y";
	host_do(host, true);
	assert_code(host, PK_RESULT_FAILED, PK_HOST_NAME_UNSAFE);
	host_finish(host);
}

#define TESTS(shell)                                                                               \
	cmocka_unit_test_prestate(facts_are_what_lies_there, shell),                               \
		cmocka_unit_test_prestate(bytes_that_are_known_are_not_sent, shell),               \
		cmocka_unit_test_prestate(a_configuration_is_put_into_force, shell),               \
		cmocka_unit_test_prestate(what_is_in_force_is_not_applied_again, shell),           \
		cmocka_unit_test_prestate(drift_is_mended_with_what_lies_on_the_host, shell),      \
		cmocka_unit_test_prestate(live_rules_that_were_edited_are_mended, shell),          \
		cmocka_unit_test_prestate(what_is_sent_packed_arrives, shell),                     \
		cmocka_unit_test_prestate(packed_bytes_that_are_others_are_refused, shell),        \
		cmocka_unit_test_prestate(a_large_configuration_with_any_bytes_arrives, shell),    \
		cmocka_unit_test_prestate(a_host_that_moved_is_left_alone, shell),                 \
		cmocka_unit_test_prestate(a_host_that_moves_in_between_is_left_alone, shell),      \
		cmocka_unit_test_prestate(a_newer_rollout_is_not_undone, shell),                   \
		cmocka_unit_test_prestate(a_host_that_is_being_changed_is_tried_later, shell),     \
		cmocka_unit_test_prestate(                                                         \
			a_change_that_ends_after_it_was_seen_is_not_made_again, shell),            \
		cmocka_unit_test_prestate(a_refused_configuration_changes_nothing, shell),         \
		cmocka_unit_test_prestate(a_configuration_taken_by_half_is_taken_back, shell),     \
		cmocka_unit_test_prestate(what_cannot_be_taken_back_is_told, shell),               \
		cmocka_unit_test_prestate(logs_that_linux_does_not_have_are_refused, shell),       \
		cmocka_unit_test_prestate(an_input_that_ends_early_changes_nothing, shell),        \
		cmocka_unit_test_prestate(a_sensor_that_does_not_run_is_started, shell),           \
		cmocka_unit_test_prestate(the_sensor_is_removed, shell),                           \
		cmocka_unit_test_prestate(the_journal_gets_its_limit, shell),                      \
		cmocka_unit_test_prestate(a_sensor_is_installed_from_a_bundle, shell),             \
		cmocka_unit_test_prestate(a_version_is_replaced_by_another, shell),                \
		cmocka_unit_test_prestate(                                                         \
			a_version_that_does_not_install_leaves_the_one_before, shell),             \
		cmocka_unit_test_prestate(names_that_are_not_safe_are_never_passed_on, shell)

int main(void)
{
	static char bash[] = "/bin/bash";
	const struct CMUnitTest tests[] = {TESTS(NULL)};
	const struct CMUnitTest bash_tests[] = {TESTS(bash)};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	return failed +
		(access(bash, X_OK) == 0 ? cmocka_run_group_tests(bash_tests, NULL, NULL) : 0);
}
