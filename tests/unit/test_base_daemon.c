#include "tests/unit/test.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/daemon.h"
#include "base/file.h"
#include "base/temp.h"

static int setup(void **state)
{
	*state = pk_arena_create();
	return 0;
}

static int teardown(void **state)
{
	pk_arena_destroy(*state);
	return 0;
}

static bool start(
	struct pk_daemon *out, struct pk_temp *temp, const char *script, struct pk_diags *diags)
{
	const char *const argv[] = {"/bin/sh", "-c", script, NULL};
	const char *const env[] = {"PATH=/usr/bin:/bin", NULL};
	return pk_daemon_start(out,
		&(struct pk_daemon_start){.argv = argv,
			.env = env,
			.folder = pk_temp_path(temp, ""),
			.log = pk_temp_path(temp, "log")},
		diags);
}

/* Waits until the file is there, 10 s at most. */
static void wait_for(const char *path)
{
	for (int i = 0; i < 1000 && !pk_file_exists(path); i++)
		poll(NULL, 0, 10);
	assert_true(pk_file_exists(path));
}

static void a_daemon_runs_until_it_is_stopped_and_writes_its_log(void **state)
{
	struct pk_diags diags = {.arena = *state};
	PK_AUTO(pk_temp) *temp = pk_temp_open(&diags);
	struct pk_daemon daemon = {0};
	assert_true(start(&daemon, temp, "echo hello; : > ready; exec sleep 100", &diags));
	wait_for(pk_temp_path(temp, "ready"));
	assert_true(pk_daemon_runs(&daemon));
	assert_true(pk_daemon_stop(&daemon, 10, &diags));
	assert_false(pk_daemon_runs(&daemon));
	struct pk_source *log = pk_file_read(*state, pk_temp_path(temp, "log"), 0, &diags);
	assert_string_equal(log->text, "hello\n");
	assert_true(pk_daemon_stop(&daemon, 10, &diags)); /* it did not run */
	assert_int_equal(diags.all.len, 0);
}

static void a_daemon_that_does_not_listen_is_killed(void **state)
{
	struct pk_diags diags = {.arena = *state};
	PK_AUTO(pk_temp) *temp = pk_temp_open(&diags);
	struct pk_daemon daemon = {0};
	assert_true(start(&daemon, temp,
		"trap '' TERM; : > ready; while :; do read line </dev/zero; done", &diags));
	wait_for(pk_temp_path(temp, "ready"));
	assert_true(pk_daemon_stop(&daemon, 0, &diags));
	assert_false(pk_daemon_runs(&daemon));
}

static void another_process_with_its_number_is_not_taken_for_it(void **state)
{
	struct pk_diags diags = {.arena = *state};
	const struct pk_daemon other = {.pid = getpid(), .started = 1};
	assert_false(pk_daemon_runs(&other));
	assert_true(pk_daemon_stop(&other, 1, &diags)); /* we are still here */
}

/* Another user's process: the child gives up root, and may not end us. */
static void a_process_that_may_not_be_ended_is_reported(void **state)
{
	struct pk_diags diags = {.arena = *state};
	PK_AUTO(pk_temp) *temp = pk_temp_open(&diags);
	struct pk_daemon daemon = {0};
	int status = 0;
	if (geteuid() != 0)
		skip();
	assert_true(start(&daemon, temp, "exec sleep 100", &diags));
	pid_t child = fork();
	if (child == 0) {
		bool refused = setgid(65534) == 0 && setuid(65534) == 0 &&
			!pk_daemon_stop(&daemon, 1, &diags) &&
			diags.all.items[0].code == PK_DAEMON_STOP;
		_exit(refused ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_true(pk_daemon_stop(&daemon, 10, &diags));
}

static void what_cannot_be_started_is_reported(void **state)
{
	struct pk_diags diags = {.arena = *state};
	PK_AUTO(pk_temp) *temp = pk_temp_open(&diags);
	const char *const argv[] = {"/nonexistent/program", NULL};
	const char *const env[] = {NULL};
	struct pk_daemon daemon = {0};
	assert_false(pk_daemon_start(&daemon,
		&(struct pk_daemon_start){
			.argv = argv, .env = env, .folder = "/", .log = pk_temp_path(temp, "log")},
		&diags));
	assert_int_equal(diags.all.items[0].code, PK_DAEMON_START);
	assert_false(pk_daemon_runs(&daemon));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_daemon_runs_until_it_is_stopped_and_writes_its_log, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_daemon_that_does_not_listen_is_killed, setup, teardown),
		cmocka_unit_test_setup_teardown(
			another_process_with_its_number_is_not_taken_for_it, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_process_that_may_not_be_ended_is_reported, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_cannot_be_started_is_reported, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
