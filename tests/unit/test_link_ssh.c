#include "tests/unit/ssh_fixture.h"

#include "base/digest.h"
#include "fleet/transport/ssh_session.h"

/* One server and keys for it; NULL if there is no sshd here. */
struct fixture {
	struct ssh_world world;
	const char *host_key, *host_key2, *user_key, *other_key;
	uint16_t port;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	*state = f;
	if (!make_world(&f->world)) {
		print_message("%s is missing: skipped\n", SSHD);
		pk_arena_destroy(f->world.arena);
		free(f);
		*state = NULL;
		return 0;
	}
	f->host_key = make_key(&f->world, "host", "ed25519", "");
	f->host_key2 = make_key(&f->world, "host2", "ecdsa", "");
	f->user_key = make_key(&f->world, "user", "ed25519", "");
	f->other_key = make_key(&f->world, "other", "ed25519", "");
	write_text(&f->world, in_world(&f->world, "authorized"),
		pk_arena_printf(f->world.arena, "%s\n", public_key(&f->world, f->user_key)));
	const char *const keys[] = {f->host_key, f->host_key2, NULL};
	f->port = start_sshd(&f->world, keys, "Subsystem sftp internal-sftp");
	f->world.host.port = f->port;
	use_identity(&f->world, f->user_key);
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	if (f != NULL)
		end_world(&f->world);
	free(f);
	return 0;
}

/* The fixture, with the server's key known; ends the test if there is none. */
static struct fixture *known(void **state)
{
	struct fixture *f = *state;
	if (f == NULL)
		skip();
	know(&f->world, f->port, f->host_key);
	return f;
}

static struct fixture *unknown(void **state)
{
	if (*state == NULL)
		skip();
	return *state;
}

static void run(struct fixture *f, struct pk_run_io *io, const char *command)
{
	*io = (struct pk_run_io){.command = command, .output_max = 16 * 1024 * 1024};
	enum pk_io got = run_to_end(&f->world, io);
	if (got == PK_IO_FAILED)
		print_error("%s\n", f->world.link->failure.message);
	assert_int_equal(got, PK_IO_DONE);
	assert_int_equal(f->world.link->phase, PK_LINK_IDLE);
}

static void finish(struct pk_run_io *io)
{
	pk_buf_finish(&io->out);
	pk_buf_finish(&io->err);
}

static void commands_have_output_and_status(void **state)
{
	static const int64_t codes[] = {0, 3, 255};
	struct fixture *f = known(state);
	must_open(&f->world);
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		struct pk_run_io io;
		char command[64];
		snprintf(
			command, sizeof(command), "echo out; echo err >&2; exit %d", (int)codes[i]);
		run(f, &io, command);
		assert_true(io.has_status);
		assert_int_equal(io.status, codes[i]);
		assert_string_equal(io.out.data, "out\n");
		assert_string_equal(io.err.data, "err\n");
		finish(&io);
	}
	assert_true(f->world.link->moved > 0);
	assert_int_equal(f->world.link->ops->close(f->world.link), PK_IO_DONE);
}

static void a_signal_is_no_status(void **state)
{
	struct fixture *f = known(state);
	struct pk_run_io io;
	must_open(&f->world);
	run(f, &io, "kill -9 $$");
	assert_false(io.has_status);
	finish(&io);
}

static void a_megabyte_of_input_comes_through(void **state)
{
	enum { LEN = 1024 * 1024 + 77 };
	struct fixture *f = known(state);
	char *bytes = malloc(LEN);
	char want[PK_DIGEST_HEX_MAX];
	for (size_t i = 0; i < LEN; i++)
		bytes[i] = (char)(i * 7 + i / 251);
	pk_digest_hex(want, PK_DIGEST_SHA256, bytes, LEN);
	must_open(&f->world);
	struct pk_run_io io = {
		.command = "sha256sum", .input = bytes, .input_len = LEN, .output_max = 1000};
	assert_int_equal(run_to_end(&f->world, &io), PK_IO_DONE);
	assert_int_equal(io.input_sent, LEN);
	assert_memory_equal(io.out.data, want, strlen(want));
	finish(&io);
	/* Back and forth at once, so that both directions are full. */
	struct pk_run_io echo = {
		.command = "cat", .input = bytes, .input_len = LEN, .output_max = LEN};
	assert_int_equal(run_to_end(&f->world, &echo), PK_IO_DONE);
	assert_int_equal(echo.out.len, LEN);
	assert_memory_equal(echo.out.data, bytes, LEN);
	finish(&echo);
	free(bytes);
}

static void input_that_nobody_reads_does_not_hang(void **state)
{
	enum { LEN = 8 * 1024 * 1024 };
	struct fixture *f = known(state);
	char *bytes = calloc(1, LEN);
	must_open(&f->world);
	struct pk_run_io io = {
		.command = "exit 4", .input = bytes, .input_len = LEN, .output_max = 1000};
	assert_int_equal(run_to_end(&f->world, &io), PK_IO_DONE);
	assert_true(io.has_status);
	assert_int_equal(io.status, 4);
	finish(&io);
	free(bytes);
}

static void a_flood_of_errors_does_not_hang(void **state)
{
	struct fixture *f = known(state);
	struct pk_run_io io;
	must_open(&f->world);
	run(f, &io, "head -c 5000000 /dev/zero >&2; echo end");
	assert_int_equal(io.err.len, 5000000);
	assert_string_equal(io.out.data, "end\n");
	finish(&io);
}

static void more_output_than_allowed_is_refused(void **state)
{
	struct fixture *f = known(state);
	must_open(&f->world);
	struct pk_run_io io = {.command = "head -c 100000 /dev/zero", .output_max = 1000};
	assert_int_equal(run_to_end(&f->world, &io), PK_IO_FAILED);
	assert_int_equal(f->world.link->failure.code, PK_SSH_OUTPUT);
	finish(&io);
}

static void a_command_can_be_talked_to(void **state)
{
	struct fixture *f = known(state);
	enum pk_io got;
	must_open(&f->world);
	struct pk_run_io io = {.command = "echo ready; read line; echo \"got $line\"; cat",
		.output_max = 1000,
		.input_open = true};
	int64_t deadline = clock_ms() + PATIENCE_MS;
	do {
		got = f->world.link->ops->run(f->world.link, &io);
	} while (got == PK_IO_WAIT && wait_for_link(f->world.link, deadline));
	assert_int_equal(got, PK_IO_MORE);
	assert_string_equal(io.out.data, "ready\n");
	io.input = "hello\nrest";
	io.input_len = strlen("hello\nrest");
	io.input_open = false;
	assert_int_equal(run_to_end(&f->world, &io), PK_IO_DONE);
	assert_string_equal(io.out.data, "ready\ngot hello\nrest");
	assert_int_equal(io.status, 0);
	finish(&io);
}

static void an_unknown_host_is_not_trusted(void **state)
{
	struct fixture *f = unknown(state);
	assert_open_fails(&f->world, PK_FAILURE_HOST_KEY, PK_HOST_KEY_UNKNOWN);
	assert_false(f->world.link->failure.passing);
	assert_non_null(strstr(f->world.link->failure.message, "SHA256:"));
}

static void an_unknown_host_can_be_trusted_once(void **state)
{
	struct fixture *f = unknown(state);
	f->world.options.trust_new_hosts = true;
	must_open(&f->world);
	drop_link(&f->world);
	f->world.options.trust_new_hosts = false;
	must_open(&f->world);
}

static void a_changed_host_key_is_refused(void **state)
{
	struct fixture *f = unknown(state);
	know(&f->world, f->port, f->other_key);
	f->world.options.trust_new_hosts = true;
	assert_open_fails(&f->world, PK_FAILURE_HOST_KEY, PK_HOST_KEY_CHANGED);
}

static void a_revoked_host_key_is_refused(void **state)
{
	struct fixture *f = known(state);
	const char *path = in_world(&f->world, ".ssh/known_hosts");
	write_text(&f->world, path,
		pk_arena_printf(f->world.arena, "%s@revoked * %s\n", read_text(&f->world, path),
			public_key(&f->world, f->host_key)));
	assert_open_fails(&f->world, PK_FAILURE_HOST_KEY, PK_HOST_KEY_REVOKED);
}

static void the_type_of_the_known_key_is_asked_for(void **state)
{
	struct fixture *f = unknown(state);
	know(&f->world, f->port, f->host_key2);
	must_open(&f->world);
}

static void a_host_without_the_known_type_is_refused(void **state)
{
	struct fixture *f = unknown(state);
	know(&f->world, f->port, make_key(&f->world, "p521", "ecdsa-sha2-nistp521", ""));
	f->world.options.trust_new_hosts = true;
	assert_open_fails(&f->world, PK_FAILURE_HOST_KEY, PK_HOST_KEY_TYPE);
	assert_non_null(strstr(f->world.link->failure.message, "ssh-ed25519"));
}

static void a_host_known_by_an_authority_has_its_own_failure(void **state)
{
	struct fixture *f = unknown(state);
	write_text(&f->world, in_world(&f->world, ".ssh/known_hosts"),
		pk_arena_printf(f->world.arena, "@cert-authority * %s\n",
			public_key(&f->world, f->other_key)));
	f->world.options.trust_new_hosts = true;
	assert_open_fails(&f->world, PK_FAILURE_HOST_KEY, PK_HOST_KEY_AUTHORITY);
}

static void a_host_with_only_an_rsa_key_has_its_own_failure(void **state)
{
	struct fixture *f = unknown(state);
	const char *rsa = make_key(&f->world, "rsa", "rsa", "");
	const char *const keys[] = {rsa, NULL};
	f->world.host.port = start_sshd(&f->world, keys, "");
	assert_open_fails(&f->world, PK_FAILURE_HOST_KEY, PK_HOST_KEY_RSA);
	drop_link(&f->world);
	know(&f->world, f->world.host.port, rsa);
	assert_open_fails(&f->world, PK_FAILURE_HOST_KEY, PK_HOST_KEY_RSA);
}

static void hashed_names_of_known_hosts_are_found(void **state)
{
	struct fixture *f = known(state);
	const char *const argv[] = {
		"ssh-keygen", "-q", "-H", "-f", in_world(&f->world, ".ssh/known_hosts"), NULL};
	run_tool(argv);
	must_open(&f->world);
}

static void the_alias_of_a_host_is_what_is_known(void **state)
{
	struct fixture *f = unknown(state);
	write_text(&f->world, in_world(&f->world, ".ssh/known_hosts"),
		pk_arena_printf(
			f->world.arena, "web.example %s\n", public_key(&f->world, f->host_key)));
	f->world.host.ssh.host_key_alias = "web.example";
	must_open(&f->world);
}

static void files_are_put_by_sftp(void **state)
{
	enum { LEN = 3 * 1024 * 1024 + 5 };
	struct fixture *f = known(state);
	char *bytes = malloc(LEN);
	memset(bytes, 'x', LEN);
	bytes[LEN - 1] = 'y';
	const char *path = in_world(&f->world, "put");
	must_open(&f->world);
	assert_int_equal(put_to_end(&f->world, path, "old", 3), PK_IO_DONE);
	assert_string_equal(read_text(&f->world, path), "old");
	assert_int_equal(put_to_end(&f->world, path, bytes, LEN), PK_IO_DONE);
	struct pk_source *source = pk_file_read(f->world.arena, path, 0, &f->world.diags);
	assert_int_equal(source->len, LEN);
	assert_memory_equal(source->text, bytes, LEN);
	assert_false(pk_file_exists(in_world(&f->world, "put.picket-new")));
	struct pk_run_io io;
	run(f, &io, "echo after");
	assert_string_equal(io.out.data, "after\n");
	finish(&io);
	assert_int_equal(
		put_to_end(&f->world, in_world(&f->world, "no/where"), "x", 1), PK_IO_FAILED);
	assert_int_equal(f->world.link->failure.code, PK_SFTP_FAILED);
	assert_non_null(strstr(f->world.link->failure.message, "no/where"));
	free(bytes);
}

static void windows_paths_are_tried_both_ways(void **state)
{
	struct fixture *f = known(state);
	must_open(&f->world);
	/* No such folder with or without the slash: the second is what the failure names. */
	assert_int_equal(put_to_end(&f->world, "Q:\\none\\x", "x", 1), PK_IO_FAILED);
	assert_int_equal(f->world.link->failure.code, PK_SFTP_FAILED);
	assert_non_null(strstr(f->world.link->failure.message, "'Q:/none/x'"));
}

static void a_full_disk_has_its_own_code(void **state)
{
	(void)state;
	assert_int_equal(pk_ssh_sftp_code(LIBSSH2_FX_NO_SPACE_ON_FILESYSTEM), PK_SFTP_FULL);
	assert_int_equal(pk_ssh_sftp_code(LIBSSH2_FX_QUOTA_EXCEEDED), PK_SFTP_FULL);
	assert_int_equal(pk_ssh_sftp_code(LIBSSH2_FX_PERMISSION_DENIED), PK_SFTP_FAILED);
}

static void a_host_without_sftp_has_its_own_failure(void **state)
{
	struct fixture *f = unknown(state);
	const char *const keys[] = {f->host_key, NULL};
	f->world.host.port = start_sshd(&f->world, keys, "");
	know(&f->world, f->world.host.port, f->host_key);
	must_open(&f->world);
	assert_int_equal(put_to_end(&f->world, "/tmp/x", "x", 1), PK_IO_FAILED);
	assert_int_equal(f->world.link->failure.code, PK_SFTP_MISSING);
}

static void a_host_that_starts_no_commands_has_its_own_failure(void **state)
{
	struct fixture *f = unknown(state);
	const char *const keys[] = {f->host_key, NULL};
	f->world.host.port = start_sshd(&f->world, keys, "MaxSessions 0");
	know(&f->world, f->world.host.port, f->host_key);
	must_open(&f->world);
	struct pk_run_io io = {.command = "true", .output_max = 1000};
	assert_int_equal(run_to_end(&f->world, &io), PK_IO_FAILED);
	assert_int_equal(f->world.link->failure.code, PK_SSH_COMMAND);
	finish(&io);
}

static void a_connection_that_breaks_is_not_success(void **state)
{
	struct fixture *f = known(state);
	must_open(&f->world);
	/* The parent of the shell's parent is the server of this connection. */
	struct pk_run_io io = {.command = "kill -9 $PPID; sleep 20", .output_max = 1000};
	assert_int_equal(run_to_end(&f->world, &io), PK_IO_FAILED);
	assert_int_equal(f->world.link->failure.code, PK_SSH_LOST);
	assert_int_equal(f->world.link->failure.class, PK_FAILURE_TRANSFER);
	assert_true(f->world.link->failure.passing);
	finish(&io);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(commands_have_output_and_status),
		TEST(a_signal_is_no_status),
		TEST(a_megabyte_of_input_comes_through),
		TEST(input_that_nobody_reads_does_not_hang),
		TEST(a_flood_of_errors_does_not_hang),
		TEST(more_output_than_allowed_is_refused),
		TEST(a_command_can_be_talked_to),
		TEST(an_unknown_host_is_not_trusted),
		TEST(an_unknown_host_can_be_trusted_once),
		TEST(a_changed_host_key_is_refused),
		TEST(a_revoked_host_key_is_refused),
		TEST(the_type_of_the_known_key_is_asked_for),
		TEST(a_host_without_the_known_type_is_refused),
		TEST(a_host_known_by_an_authority_has_its_own_failure),
		TEST(a_host_with_only_an_rsa_key_has_its_own_failure),
		TEST(hashed_names_of_known_hosts_are_found),
		TEST(the_alias_of_a_host_is_what_is_known),
		TEST(files_are_put_by_sftp),
		TEST(windows_paths_are_tried_both_ways),
		cmocka_unit_test(a_full_disk_has_its_own_code),
		TEST(a_host_without_sftp_has_its_own_failure),
		TEST(a_host_that_starts_no_commands_has_its_own_failure),
		TEST(a_connection_that_breaks_is_not_success),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
