/* Programs that are run, and folders for them. */
#include "tests/unit/test.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/run.h"
#include "base/temp.h"

static const char *const env[] = {"GREETING=hello", "PATH=/usr/bin:/bin", NULL};

/* Runs a line of shell with `input`. */
static void run_line(struct pk_run_result *out, const char *line, const char *input)
{
	const char *const argv[] = {"sh", "-c", line, NULL};
	struct pk_run run = {.argv = argv,
		.env = env,
		.input = input,
		.input_len = strlen(input),
		.output_max = 1000,
		.seconds_max = 20};
	pk_run(out, &run);
}

static void what_it_says_and_returns_is_kept(void **state)
{
	(void)state;
	PK_RUN_AUTO result;
	run_line(&result, "cat; echo $GREETING; echo oops >&2; exit 7", "in\n");
	assert_int_equal(result.end, PK_RUN_EXITED);
	assert_int_equal(result.status, 7);
	assert_string_equal(result.out.data, "in\nhello\n");
	assert_string_equal(result.err.data, "oops\n");
}

static void input_need_not_be_read(void **state)
{
	(void)state;
	PK_RUN_AUTO result;
	run_line(&result, "exec <&-; exit 0", "something");
	assert_int_equal(result.end, PK_RUN_EXITED);
	assert_string_equal(result.out.data, "");
}

static void nothing_else_is_inherited(void **state)
{
	(void)state;
	int leaked = dup(STDOUT_FILENO); /* not close-on-exec */
	assert_true(leaked > STDERR_FILENO);
	char line[100];
	snprintf(line, sizeof(line), "[ -e /proc/$$/fd/%d ] || echo ${HOME-none}", leaked);
	PK_RUN_AUTO result;
	run_line(&result, line, "");
	close(leaked);
	assert_string_equal(result.out.data, "none\n");
}

static void a_missing_program_is_told(void **state)
{
	const char *const argv[] = {"picket-no-such-program", NULL};
	struct pk_run run = {.argv = argv, .env = env, .output_max = 1, .seconds_max = 1};
	(void)state;
	PK_RUN_AUTO result;
	pk_run(&result, &run);
	assert_int_equal(result.end, PK_RUN_NOT_FOUND);
}

static void too_much_ends_it(void **state)
{
	(void)state;
	PK_RUN_AUTO result;
	run_line(&result, "while :; do echo yes; done", "");
	assert_int_equal(result.end, PK_RUN_TOO_MUCH);
	assert_true(result.out.len <= 1000);
}

static void too_long_ends_it(void **state)
{
	const char *const argv[] = {"sleep", "60", NULL};
	struct pk_run run = {.argv = argv, .env = env, .output_max = 1, .seconds_max = 1};
	(void)state;
	PK_RUN_AUTO result;
	pk_run(&result, &run);
	assert_int_equal(result.end, PK_RUN_TOO_LONG);
}

static void a_process_left_behind_is_not_waited_for(void **state)
{
	(void)state;
	PK_RUN_AUTO result;
	run_line(&result, "sleep 30 & echo done", "");
	assert_int_equal(result.end, PK_RUN_EXITED);
	assert_string_equal(result.out.data, "done\n");
}

static void a_signal_is_no_exit(void **state)
{
	(void)state;
	PK_RUN_AUTO result;
	run_line(&result, "kill -9 $$", "");
	assert_int_equal(result.end, PK_RUN_KILLED);
}

static void a_folder_goes_with_all_in_it(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_temp *temp = pk_temp_open(&diags);
	assert_non_null(temp);
	const char *folder = pk_arena_strdup(arena, pk_temp_path(temp, ""));
	assert_true(pk_temp_write(temp, "a", "text", 4, &diags));
	assert_true(pk_file_make_dirs(pk_temp_path(temp, "b/c"), &diags));
	assert_int_equal(pk_file_read(arena, pk_temp_path(temp, "a"), 0, &diags)->len, 4);
	assert_false(pk_temp_write(temp, "no/such", "text", 4, &diags));
	assert_int_equal(diags.all.items[0].code, PK_FILE_WRITE);
	pk_temp_close(temp);
	assert_false(pk_file_exists(folder));
}

static void signals_wait_for_the_folder(void **state)
{
	sigset_t waiting;
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	signal(SIGTERM, SIG_IGN);
	struct pk_temp *temp = pk_temp_open(&diags);
	signal(SIGTERM, SIG_DFL);
	assert_true(pk_temp_is_wanted(temp));
	raise(SIGTERM);
	assert_false(pk_temp_is_wanted(temp));
	signal(SIGTERM, SIG_IGN); /* takes what waits away */
	pk_temp_close(temp);
	sigpending(&waiting);
	assert_int_equal(sigismember(&waiting, SIGTERM), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_says_and_returns_is_kept),
		cmocka_unit_test(input_need_not_be_read),
		cmocka_unit_test(nothing_else_is_inherited),
		cmocka_unit_test(a_missing_program_is_told),
		cmocka_unit_test(too_much_ends_it),
		cmocka_unit_test(too_long_ends_it),
		cmocka_unit_test(a_process_left_behind_is_not_waited_for),
		cmocka_unit_test(a_signal_is_no_exit),
		cmocka_unit_test(a_folder_goes_with_all_in_it),
		cmocka_unit_test(signals_wait_for_the_folder),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
