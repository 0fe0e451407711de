/* Jobs: what is asked in which order, and what answers mean; the dialects here are made up. */
#include "tests/unit/test.h"

#include <stdio.h>

#include "fleet/host/frame.h"
#include "fleet/host/job.h"

static const struct pk_host linux_host = {.name = "web1", .platform = PK_HOST_LINUX};
static const struct pk_host windows_host = {.name = "pc1", .platform = PK_HOST_WINDOWS};

/* A host of two configurations, "old" and "new"; an answer's text is the one in force. */
static const struct pk_content *make_content(struct pk_arena *arena, const char *text)
{
	struct pk_content *content = PK_NEW(arena, struct pk_content);
	pk_content_init(content, text, strlen(text), "test");
	return content;
}

static void ask_facts(struct pk_ask *out, struct pk_arena *arena, const struct pk_job_wish *wish)
{
	(void)arena, (void)wish;
	*out = (struct pk_ask){.command = "facts"};
}

static bool hear_facts(struct pk_facts *out, struct pk_arena *arena, const struct pk_job_wish *wish,
	const struct pk_host_answer *answer, struct pk_failure *failure)
{
	if (answer->out_len == 0) {
		pk_frames_fail(failure, answer);
		return false;
	}
	*out = (struct pk_facts){
		.platform = PK_HOST_WINDOWS,
		.arch = "x64",
		.shell = "cmd",
		.elevated = PK_FACT_YES,
		.sensor = wish->desired->sensor,
		.present = PK_FACT_YES,
		.running = PK_FACT_YES,
		.version = "15.15",
		.service = "Sysmon",
		.driver = "SysmonDrv",
		.image = "C:\\Windows\\Sysmon.exe",
		.config_hash = pk_arena_printf(arena, "SHA256=%s",
			make_content(arena, pk_arena_strndup(arena, answer->out, answer->out_len))
				->sha256),
	};
	return true;
}

static bool ask_change(struct pk_ask *out, struct pk_arena *arena, const struct pk_job_wish *wish,
	const struct pk_facts *facts, const struct pk_host_plan *plan, size_t step,
	struct pk_failure *failure)
{
	(void)arena, (void)wish, (void)facts, (void)plan, (void)failure;
	*out = (struct pk_ask){.command = step == 0 ? "stage" : "apply", .changes = step == 1};
	return step < 2;
}

static bool hear_change(struct pk_arena *arena, const struct pk_job_wish *wish,
	struct pk_facts *facts, const struct pk_host_plan *plan, size_t step,
	const struct pk_host_answer *answer, struct pk_failure *failure)
{
	(void)arena, (void)wish, (void)facts, (void)plan, (void)step;
	if (answer->status != 0)
		pk_failure_set(failure, PK_FAILURE_APPLY, PK_SENSOR_STEP, false, "no");
	return answer->status == 0;
}

static const struct pk_dialect steps_dialect = {
	.name = "steps",
	.ask_facts = ask_facts,
	.hear_facts = hear_facts,
	.ask_change = ask_change,
	.hear_change = hear_change,
};

struct fixture {
	struct pk_arena *arena;
	struct pk_desired desired;
	struct pk_job_wish wish;
};

static struct fixture make_fixture(void)
{
	struct pk_arena *arena = pk_arena_create();
	return (struct fixture){.arena = arena,
		.desired = {.sensor = PK_SENSOR_SYSMON, .content = make_content(arena, "new")},
		.wish = {.host = &windows_host,
			.rollout = "r-1",
			.sequence = 1,
			.nonce = "0123456789abcdef",
			.dialect = &steps_dialect}};
}

static const struct pk_job_result *drive(struct pk_job *job, const char *const *script, size_t len)
{
	struct pk_ask ask;
	for (size_t i = 0; i < len; i += 3) {
		assert_int_equal(pk_job_next(job, &ask), PK_JOB_ASKS);
		assert_string_equal(ask.command, script[i]);
		struct pk_host_answer answer = {.has_status = true,
			.status = script[i + 2][0] - '0',
			.out = script[i + 1],
			.out_len = strlen(script[i + 1])};
		pk_job_answer(job, &answer);
	}
	assert_int_equal(pk_job_next(job, &ask), PK_JOB_DONE);
	return pk_job_result(job);
}

#define DRIVE(job, ...)                                                                            \
	drive((job), (const char *const[]){__VA_ARGS__},                                           \
		sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static struct pk_job *make_job(struct fixture *fixture, bool change)
{
	fixture->wish.desired = &fixture->desired;
	return pk_job_create(&fixture->wish, change);
}

static void a_job_that_reads_asks_once(void **state)
{
	(void)state;
	struct fixture fixture = make_fixture();
	PK_AUTO(pk_job) *job = make_job(&fixture, false);
	const struct pk_job_result *result = DRIVE(job, "facts", "old", "0");
	assert_int_equal(result->kind, PK_RESULT_OK);
	assert_true(result->has_before);
	assert_false(result->has_after || result->touched);
	pk_arena_destroy(fixture.arena);
}

static void a_change_goes_step_by_step_and_is_verified(void **state)
{
	(void)state;
	struct fixture fixture = make_fixture();
	PK_AUTO(pk_job) *job = make_job(&fixture, true);
	const struct pk_job_result *result = DRIVE(
		job, "facts", "old", "0", "stage", "", "0", "apply", "", "0", "facts", "new", "0");
	assert_int_equal(result->kind, PK_RESULT_OK);
	assert_int_equal(result->action, PK_ACTION_UPDATE);
	assert_true(result->touched && result->has_before && result->has_after);
	pk_arena_destroy(fixture.arena);
}

static void nothing_is_done_where_nothing_is_to_do(void **state)
{
	(void)state;
	struct fixture fixture = make_fixture();
	PK_AUTO(pk_job) *job = make_job(&fixture, true);
	const struct pk_job_result *result = DRIVE(job, "facts", "new", "0");
	assert_int_equal(result->kind, PK_RESULT_OK);
	assert_int_equal(result->action, PK_ACTION_NONE);
	assert_false(result->touched);
	assert_true(result->has_after);
	pk_arena_destroy(fixture.arena);
}

static void a_sensor_that_reports_something_else_is_a_failure(void **state)
{
	(void)state;
	struct fixture fixture = make_fixture();
	PK_AUTO(pk_job) *job = make_job(&fixture, true);
	const struct pk_job_result *result = DRIVE(
		job, "facts", "old", "0", "stage", "", "0", "apply", "", "0", "facts", "old", "0");
	assert_int_equal(result->kind, PK_RESULT_FAILED);
	assert_int_equal(result->failure.code, PK_SENSOR_NOT_AS_DESIRED);
	assert_true(result->touched && result->has_after);
	pk_arena_destroy(fixture.arena);
}

static void a_step_that_fails_ends_the_change(void **state)
{
	(void)state;
	struct fixture fixture = make_fixture();
	PK_AUTO(pk_job) *staging = make_job(&fixture, true);
	const struct pk_job_result *result = DRIVE(staging, "facts", "old", "0", "stage", "", "1");
	assert_int_equal(result->kind, PK_RESULT_FAILED);
	assert_int_equal(result->failure.code, PK_SENSOR_STEP);
	assert_false(result->touched);
	/* What may have changed the host is followed by a look at it. */
	PK_AUTO(pk_job) *applying = make_job(&fixture, true);
	result = DRIVE(applying, "facts", "old", "0", "stage", "", "0", "apply", "", "1", "facts",
		"new", "0");
	assert_int_equal(result->failure.code, PK_SENSOR_STEP);
	assert_true(result->touched && result->has_after);
	pk_arena_destroy(fixture.arena);
}

static void facts_that_are_not_the_plans_skip_the_host(void **state)
{
	(void)state;
	struct fixture fixture = make_fixture();
	PK_AUTO(pk_job) *reading = make_job(&fixture, false);
	char digest[PK_DIGEST_TEXT];
	pk_facts_print(digest, &DRIVE(reading, "facts", "old", "0")->before);
	fixture.wish.expected = digest;
	PK_AUTO(pk_job) *moved = make_job(&fixture, true);
	const struct pk_job_result *result = DRIVE(moved, "facts", "older", "0");
	assert_int_equal(result->kind, PK_RESULT_SKIPPED);
	assert_int_equal(result->failure.code, PK_HOST_MOVED);
	PK_AUTO(pk_job) *same = make_job(&fixture, true);
	result = DRIVE(
		same, "facts", "old", "0", "stage", "", "0", "apply", "", "0", "facts", "new", "0");
	assert_int_equal(result->kind, PK_RESULT_OK);
	pk_arena_destroy(fixture.arena);
}

static void a_broken_connection_keeps_what_is_known(void **state)
{
	(void)state;
	struct fixture fixture = make_fixture();
	PK_AUTO(pk_job) *job = make_job(&fixture, true);
	struct pk_ask ask;
	const struct pk_host_answer old = {.has_status = true, .out = "old", .out_len = 3};
	struct pk_failure lost = {0};
	pk_failure_set(&lost, PK_FAILURE_UNREACHABLE, PK_SSH_LOST, true, "lost");
	pk_job_next(job, &ask);
	pk_job_answer(job, &old);
	pk_job_next(job, &ask);
	pk_job_answer(job, &old);
	pk_job_next(job, &ask);
	assert_true(ask.changes);
	pk_job_break(job, &lost);
	assert_int_equal(pk_job_next(job, &ask), PK_JOB_DONE);
	const struct pk_job_result *result = pk_job_result(job);
	assert_int_equal(result->kind, PK_RESULT_FAILED);
	assert_int_equal(result->failure.code, PK_SSH_LOST);
	assert_true(result->touched && result->has_before);
	assert_false(result->has_after);
	pk_arena_destroy(fixture.arena);
}

static void the_shell_is_told_by_its_answer(void **state)
{
	static const struct {
		const char *out;
		const char *shell;
		const struct pk_dialect *dialect;
	} cases[] = {
		{"Windows_NT$PSVersionTable\r\n", "cmd", &pk_dialect_cmd},
		{"%OS%System.Collections.Hashtable\r\n", "powershell", &pk_dialect_cmd},
		{"Welcome!\n%OS%\n", "sh", &pk_dialect_sh},
		{"nothing of that", NULL, NULL},
		{"", NULL, NULL},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct pk_host_answer answer = {
			.has_status = true, .out = cases[i].out, .out_len = strlen(cases[i].out)};
		struct pk_failure failure = {0};
		const char *shell = NULL;
		assert_ptr_equal(pk_dialect_hear(&shell, &answer, &failure), cases[i].dialect);
		if (cases[i].shell != NULL)
			assert_string_equal(shell, cases[i].shell);
		else
			assert_int_equal(failure.code, PK_HOST_SHELL);
	}
}

static void only_unknown_platforms_are_probed(void **state)
{
	(void)state;
	struct fixture fixture = make_fixture();
	fixture.wish.dialect = NULL;
	struct pk_ask ask;
	PK_AUTO(pk_job) *windows = make_job(&fixture, false);
	pk_job_next(windows, &ask);
	assert_non_null(strstr(ask.command, "%OS%"));
	const struct pk_host_answer answer = {.has_status = true, .out = "hm", .out_len = 2};
	pk_job_answer(windows, &answer);
	assert_int_equal(pk_job_next(windows, &ask), PK_JOB_DONE);
	assert_int_equal(pk_job_result(windows)->failure.code, PK_HOST_SHELL);

	fixture.wish.host = &linux_host;
	fixture.desired.state_dir = "/var/lib/picket";
	fixture.desired.install_dir = "/opt/sysmon";
	PK_AUTO(pk_job) *linux_job = make_job(&fixture, true);
	pk_job_next(linux_job, &ask);
	assert_int_equal(ask.kind, PK_ASK_TALK);
	assert_non_null(strstr(ask.command, "exec sh -c"));
	assert_true(strlen(ask.command) < 16 * 1024);
	pk_arena_destroy(fixture.arena);
}

static void a_host_of_which_nothing_is_said_keeps_its_record_where_its_kind_does(void **state)
{
	(void)state;
	struct fixture fixture = make_fixture();
	fixture.wish.dialect = NULL;
	fixture.desired.state_dir = NULL;
	fixture.desired.install_dir = "/opt/sysmon";
	struct pk_ask ask;
	PK_AUTO(pk_job) *job = make_job(&fixture, false);
	pk_job_next(job, &ask);
	const struct pk_host_answer answer = {.has_status = true, .out = "%OS%\n", .out_len = 5};
	pk_job_answer(job, &answer);
	assert_int_equal(pk_job_next(job, &ask), PK_JOB_ASKS);
	assert_non_null(strstr(ask.command, " /var/lib/picket "));
	pk_arena_destroy(fixture.arena);
}

static void a_talk_without_its_end_may_have_changed_the_host(void **state)
{
	(void)state;
	struct fixture fixture = make_fixture();
	fixture.wish.dialect = &pk_dialect_sh;
	fixture.desired.sensor = PK_SENSOR_SYSMON_LINUX;
	fixture.desired.state_dir = "/var/lib/picket";
	fixture.desired.install_dir = "/opt/sysmon";
	PK_AUTO(pk_job) *job = make_job(&fixture, true);
	struct pk_ask ask;
	pk_job_next(job, &ask);
	static const char said[] = "0123456789abcdef shell sh\n0123456789abcdef elevated yes\n"
				   "0123456789abcdef arch x64\n0123456789abcdef present yes\n"
				   "0123456789abcdef running yes\n0123456789abcdef version 1.3.3\n"
				   "0123456789abcdef image /opt/sysmon/sysmon\n"
				   "0123456789abcdef ready\n";
	const void *input;
	size_t input_len;
	bool changes;
	pk_job_reply(job, said, strlen(said), &input, &input_len, &changes);
	assert_true(changes && input_len > 0);
	const struct pk_host_answer answer = {.out = said, .out_len = strlen(said)};
	pk_job_answer(job, &answer);
	assert_int_equal(pk_job_next(job, &ask), PK_JOB_DONE);
	const struct pk_job_result *result = pk_job_result(job);
	assert_int_equal(result->failure.code, PK_HOST_CUT_OFF);
	assert_true(result->failure.passing && result->touched);
	pk_arena_destroy(fixture.arena);
}

static void an_answer_that_is_none_is_a_failure(void **state)
{
	(void)state;
	struct fixture fixture = make_fixture();
	fixture.wish.dialect = &pk_dialect_sh;
	fixture.desired.state_dir = "/var/lib/picket";
	fixture.desired.install_dir = "/opt/sysmon";
	PK_AUTO(pk_job) *job = make_job(&fixture, false);
	struct pk_ask ask;
	pk_job_next(job, &ask);
	static const char said[] = "0123456789abcdef ///\n";
	const struct pk_host_answer answer = {.has_status = true, .out = said, .out_len = 21};
	pk_job_answer(job, &answer);
	assert_int_equal(pk_job_next(job, &ask), PK_JOB_DONE);
	assert_int_equal(pk_job_result(job)->failure.code, PK_HOST_ANSWER);
	pk_arena_destroy(fixture.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_job_that_reads_asks_once),
		cmocka_unit_test(a_change_goes_step_by_step_and_is_verified),
		cmocka_unit_test(nothing_is_done_where_nothing_is_to_do),
		cmocka_unit_test(a_sensor_that_reports_something_else_is_a_failure),
		cmocka_unit_test(a_step_that_fails_ends_the_change),
		cmocka_unit_test(facts_that_are_not_the_plans_skip_the_host),
		cmocka_unit_test(a_broken_connection_keeps_what_is_known),
		cmocka_unit_test(the_shell_is_told_by_its_answer),
		cmocka_unit_test(only_unknown_platforms_are_probed),
		cmocka_unit_test(
			a_host_of_which_nothing_is_said_keeps_its_record_where_its_kind_does),
		cmocka_unit_test(a_talk_without_its_end_may_have_changed_the_host),
		cmocka_unit_test(an_answer_that_is_none_is_a_failure),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
