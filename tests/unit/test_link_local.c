/* Commands and files on this machine. */
#include "tests/unit/test.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/temp.h"
#include "fleet/transport/link.h"

enum { ROUNDS = 10000, WAIT_MS = 10000 };

static const struct pk_host host = {.name = "here", .transport = PK_TRANSPORT_LOCAL};

static void wait_for(struct pk_link *link)
{
	struct pk_link_wait wait = link->ops->wait(link);
	struct pollfd fd = {.fd = wait.fd,
		.events = (short)((wait.read ? POLLIN : 0) | (wait.write ? POLLOUT : 0))};
	int ms = wait.again_ms > 0 ? (int)wait.again_ms : WAIT_MS;
	int ready = poll(&fd, 1, ms);
	assert_true(ready > 0 || wait.again_ms > 0);
}

static struct pk_link *open_link(void)
{
	struct pk_link *link = pk_link_create_local(&host);
	assert_int_equal(link->ops->open(link), PK_IO_DONE);
	return link;
}

static enum pk_io run_to_end(struct pk_link *link, struct pk_run_io *io)
{
	for (int i = 0; i < ROUNDS; i++) {
		enum pk_io end = link->ops->run(link, io);
		if (end == PK_IO_DONE || end == PK_IO_FAILED)
			return end;
		if (end == PK_IO_WAIT)
			wait_for(link);
	}
	fail();
	return PK_IO_FAILED;
}

/* Until the command, which goes on, has said something. */
static void run_to_output(struct pk_link *link, struct pk_run_io *io)
{
	enum pk_io end;
	while ((end = link->ops->run(link, io)) == PK_IO_WAIT)
		wait_for(link);
	assert_int_equal(end, PK_IO_MORE);
}

static void finish(struct pk_link *link, struct pk_run_io *io)
{
	pk_buf_finish(&io->out);
	pk_buf_finish(&io->err);
	link->ops->destroy(link);
}

static void both_streams_and_the_status_come_back(void **state)
{
	struct pk_run_io io = {.command = "cat; echo oops >&2; exit 7",
		.input = "in\n",
		.input_len = 3,
		.output_max = 100};
	(void)state;
	struct pk_link *link = open_link();
	assert_int_equal(run_to_end(link, &io), PK_IO_DONE);
	assert_true(io.has_status);
	assert_int_equal(io.status, 7);
	assert_string_equal(io.out.data, "in\n");
	assert_string_equal(io.err.data, "oops\n");
	assert_int_equal(link->moved, 3 + 3 + 5);
	finish(link, &io);
}

static void commands_follow_one_another(void **state)
{
	(void)state;
	struct pk_link *link = open_link();
	for (int i = 0; i < 3; i++) {
		struct pk_run_io io = {.command = "echo x", .output_max = 100};
		assert_int_equal(run_to_end(link, &io), PK_IO_DONE);
		assert_string_equal(io.out.data, "x\n");
		pk_buf_finish(&io.out);
	}
	assert_int_equal(link->ops->close(link), PK_IO_DONE);
	link->ops->destroy(link);
}

static void input_may_come_later(void **state)
{
	struct pk_run_io io = {.command = "echo ready; cat", .input_open = true, .output_max = 100};
	(void)state;
	struct pk_link *link = open_link();
	run_to_output(link, &io);
	assert_string_equal(io.out.data, "ready\n");
	io.input = "more\n";
	io.input_len = 5;
	io.input_open = false;
	assert_int_equal(run_to_end(link, &io), PK_IO_DONE);
	assert_string_equal(io.out.data, "ready\nmore\n");
	finish(link, &io);
}

static void much_goes_both_ways(void **state)
{
	enum { LEN = 3000000 };
	static char input[LEN];
	struct pk_run_io io = {
		.command = "cat", .input = input, .input_len = LEN, .output_max = LEN};
	(void)state;
	for (size_t i = 0; i < LEN; i++)
		input[i] = (char)(i * 31 >> 3);
	struct pk_link *link = open_link();
	assert_int_equal(run_to_end(link, &io), PK_IO_DONE);
	assert_int_equal(io.out.len, LEN);
	assert_memory_equal(io.out.data, input, LEN);
	finish(link, &io);
}

static void a_command_need_not_read_its_input(void **state)
{
	static const char input[1000000];
	struct pk_run_io io = {.command = "exec <&-; echo done",
		.input = input,
		.input_len = sizeof(input),
		.output_max = 100};
	(void)state;
	struct pk_link *link = open_link();
	assert_int_equal(run_to_end(link, &io), PK_IO_DONE);
	assert_string_equal(io.out.data, "done\n");
	finish(link, &io);
}

static void a_signal_is_no_status(void **state)
{
	struct pk_run_io io = {.command = "kill -9 $$", .output_max = 100};
	(void)state;
	struct pk_link *link = open_link();
	assert_int_equal(run_to_end(link, &io), PK_IO_DONE);
	assert_false(io.has_status);
	finish(link, &io);
}

static void too_much_output_fails(void **state)
{
	struct pk_run_io io = {.command = "while :; do echo yes; done", .output_max = 1000};
	(void)state;
	struct pk_link *link = open_link();
	assert_int_equal(run_to_end(link, &io), PK_IO_FAILED);
	assert_int_equal(link->failure.code, PK_LOCAL_OUTPUT);
	assert_int_equal(link->failure.class, PK_FAILURE_TRANSFER);
	assert_true(io.out.len <= 1000);
	finish(link, &io);
}

static void what_stays_behind_is_not_waited_for(void **state)
{
	struct pk_run_io io = {.command = "sleep 30 >&2 & echo $!", .output_max = 100};
	(void)state;
	struct pk_link *link = open_link();
	assert_int_equal(run_to_end(link, &io), PK_IO_DONE);
	pid_t pid = (pid_t)strtol(io.out.data, NULL, 10);
	finish(link, &io);
	assert_int_equal(kill(pid, SIGKILL), 0); /* and not ended, either */
}

static void destroy_ends_the_command_with_its_children(void **state)
{
	struct pk_run_io io = {.command = "sleep 30 & echo $!; wait", .output_max = 100};
	(void)state;
	struct pk_link *link = open_link();
	run_to_output(link, &io);
	pid_t pid = (pid_t)strtol(io.out.data, NULL, 10);
	finish(link, &io);
	for (int i = 0; i < 200 && kill(pid, 0) == 0; i++) {
		char path[64];
		char text[256] = "";
		snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
		FILE *file = fopen(path, "re");
		if (file == NULL)
			return;
		size_t len = fread(text, 1, sizeof(text) - 1, file);
		fclose(file);
		text[len] = '\0';
		if (strstr(text, ") Z ") != NULL)
			return; /* nobody has looked at its end yet */
		usleep(10000);
	}
	assert_int_not_equal(kill(pid, 0), 0);
}

static void the_environment_has_no_secrets(void **state)
{
	struct pk_run_io io = {.command = "env | sed 's/=.*//' | sort", .output_max = 1000};
	(void)state;
	setenv("PICKET_PASSWORD", "hunter2", 1);
	setenv("LANG", "C", 1);
	setenv("HOME", "/", 1);
	struct pk_link *link = open_link();
	assert_int_equal(run_to_end(link, &io), PK_IO_DONE);
	assert_null(strstr(io.out.data, "PICKET_PASSWORD"));
	assert_non_null(strstr(io.out.data, "HOME\nLANG\nPATH\n"));
	finish(link, &io);
}

static enum pk_io put_to_end(struct pk_link *link, const char *path, const void *bytes, size_t len)
{
	for (int i = 0; i < ROUNDS; i++) {
		enum pk_io end = link->ops->put(link, path, bytes, len);
		if (end != PK_IO_WAIT)
			return end;
		wait_for(link);
	}
	fail();
	return PK_IO_FAILED;
}

static void a_file_is_replaced_as_a_whole(void **state)
{
	enum { LEN = 2500000 };
	static char bytes[LEN];
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_temp *temp = pk_temp_open(&diags);
	assert_non_null(temp);
	assert_true(pk_temp_write(temp, "f", "old", 3, &diags));
	const char *path = pk_temp_path(temp, "f");
	struct pk_link *link = open_link();
	assert_int_equal(link->ops->put(link, path, bytes, LEN), PK_IO_WAIT);
	assert_int_equal(pk_file_read(arena, path, 0, &diags)->len, 3);
	assert_int_equal(put_to_end(link, path, bytes, LEN), PK_IO_DONE);
	assert_int_equal(pk_file_read(arena, path, 0, &diags)->len, LEN);
	assert_int_equal(put_to_end(link, path, "", 0), PK_IO_DONE);
	assert_int_equal(pk_file_read(arena, path, 0, &diags)->len, 0);
	link->ops->destroy(link);
	pk_temp_close(temp);
}

static void a_file_that_cannot_be_written_is_told(void **state)
{
	(void)state;
	struct pk_link *link = open_link();
	assert_int_equal(put_to_end(link, "/no/such/folder/f", "x", 1), PK_IO_FAILED);
	assert_int_equal(link->failure.code, PK_LOCAL_FILE);
	assert_int_equal(link->failure.class, PK_FAILURE_TRANSFER);
	link->ops->destroy(link);
}

static void a_half_written_file_goes_with_the_link(void **state)
{
	enum { LEN = 2500000 };
	static char bytes[LEN];
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_temp *temp = pk_temp_open(&diags);
	assert_non_null(temp);
	const char *folder = pk_arena_strdup(arena, pk_temp_path(temp, "d"));
	assert_true(pk_file_make_dirs(folder, &diags));
	struct pk_link *link = open_link();
	const char *path = pk_arena_printf(arena, "%s/f", folder);
	assert_int_equal(link->ops->put(link, path, bytes, LEN), PK_IO_WAIT);
	link->ops->destroy(link);
	assert_int_equal(rmdir(folder), 0); /* it is empty */
	pk_temp_close(temp);
}

/* Runs where no descriptor is left; in another process, since limits cannot be taken back. */
static bool is_told(void)
{
	const struct rlimit none = {3, 3};
	struct pk_run_io io = {.command = "true", .output_max = 100};
	struct pk_link *link = open_link();
	return setrlimit(RLIMIT_NOFILE, &none) == 0 && link->ops->run(link, &io) == PK_IO_FAILED &&
		link->failure.code == PK_LOCAL_COMMAND;
}

static void a_command_that_cannot_be_started_is_told(void **state)
{
	int status;
	(void)state;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(is_told() ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_streams_and_the_status_come_back),
		cmocka_unit_test(commands_follow_one_another),
		cmocka_unit_test(input_may_come_later),
		cmocka_unit_test(much_goes_both_ways),
		cmocka_unit_test(a_command_need_not_read_its_input),
		cmocka_unit_test(a_signal_is_no_status),
		cmocka_unit_test(too_much_output_fails),
		cmocka_unit_test(what_stays_behind_is_not_waited_for),
		cmocka_unit_test(destroy_ends_the_command_with_its_children),
		cmocka_unit_test(the_environment_has_no_secrets),
		cmocka_unit_test(a_file_is_replaced_as_a_whole),
		cmocka_unit_test(a_file_that_cannot_be_written_is_told),
		cmocka_unit_test(a_half_written_file_goes_with_the_link),
		cmocka_unit_test(a_command_that_cannot_be_started_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
