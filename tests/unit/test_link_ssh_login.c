#include "tests/unit/ssh_fixture.h"

#include "fleet/transport/ssh_session.h"

struct fixture {
	struct ssh_world world;
	const char *host_key, *user_key, *other_key;
	uint16_t port;
	pid_t agent;
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
	f->user_key = make_key(&f->world, "user", "ed25519", "");
	f->other_key = make_key(&f->world, "other", "ed25519", "");
	write_text(&f->world, in_world(&f->world, "authorized"),
		pk_arena_printf(f->world.arena, "%s\n", public_key(&f->world, f->user_key)));
	use_identity(&f->world, f->user_key);
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	if (f != NULL) {
		if (f->agent > 0)
			kill(f->agent, SIGTERM);
		end_world(&f->world);
	}
	free(f);
	return 0;
}

/* The fixture with a server; ends the test if there is none. */
static struct fixture *served(void **state, const char *more)
{
	struct fixture *f = *state;
	if (f == NULL)
		skip();
	const char *const keys[] = {f->host_key, NULL};
	f->port = start_sshd(&f->world, keys, more);
	f->world.host.port = f->port;
	know(&f->world, f->port, f->host_key);
	return f;
}

/* The fixture with a false server that says `text`. */
static struct fixture *fooled(void **state, const char *text, size_t len, bool stays)
{
	struct fixture *f = *state;
	if (f == NULL)
		skip();
	f->world.host.port = start_false_server(&f->world, text, len, stays);
	return f;
}

static struct fixture *bare(void **state)
{
	if (*state == NULL)
		skip();
	return *state;
}

static void assert_works(struct ssh_world *world)
{
	struct pk_run_io io = {.command = "echo here", .output_max = 1000};
	must_open(world);
	assert_int_equal(run_to_end(world, &io), PK_IO_DONE);
	assert_string_equal(io.out.data, "here\n");
	pk_buf_finish(&io.out);
	pk_buf_finish(&io.err);
}

/* Looks at the host without connecting: refused, with this finding first. */
static void assert_not_made(struct fixture *f, enum pk_code code)
{
	const struct pk_host *hosts[] = {&f->world.host};
	f->world.ssh = pk_ssh_create(&f->world.options, hosts, 1, &f->world.diags);
	assert_null(f->world.ssh);
	assert_true(f->world.diags.all.len > 0);
	assert_int_equal(f->world.diags.all.items[0].code, code);
}

static void a_wrong_key_is_refused_and_named(void **state)
{
	struct fixture *f = served(state, "");
	use_identity(&f->world, f->other_key);
	assert_open_fails(&f->world, PK_FAILURE_AUTH, PK_SSH_AUTH);
	assert_non_null(strstr(f->world.link->failure.message, "SHA256:"));
	assert_non_null(strstr(f->world.link->failure.message, "other"));
	assert_non_null(strstr(f->world.link->failure.message, "publickey"));
	assert_false(f->world.link->failure.passing);
}

static void the_second_key_is_tried_too(void **state)
{
	struct fixture *f = served(state, "");
	use_identity(&f->world, f->other_key);
	*pk_list_push(f->world.arena, &f->world.host.ssh.identity_files) = f->user_key;
	assert_works(&f->world);
}

static void keys_of_the_users_agent_are_used(void **state)
{
	struct fixture *f = served(state, "");
	const char *socket = in_world(&f->world, "agent");
	f->agent = fork();
	if (f->agent == 0) {
		int null = open("/dev/null", O_RDWR);
		dup2(null, STDOUT_FILENO);
		execlp("ssh-agent", "ssh-agent", "-D", "-a", socket, (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 200 && access(socket, F_OK) != 0; i++)
		rest(25);
	const char *const argv[] = {"env",
		pk_arena_printf(f->world.arena, "SSH_AUTH_SOCK=%s", socket), "ssh-add", "-q",
		f->user_key, NULL};
	run_tool(argv);
	f->world.host.ssh.identity_files.len = 0;
	f->world.options.agent = socket;
	assert_works(&f->world);
}

static void an_agent_that_is_gone_is_a_warning(void **state)
{
	struct fixture *f = served(state, "");
	f->world.options.agent = in_world(&f->world, "nothing");
	assert_works(&f->world);
	assert_int_equal(f->world.diags.all.items[0].code, PK_SSH_AGENT);
	assert_int_equal(f->world.diags.errors, 0);
}

static void certificates_of_users_are_offered(void **state)
{
	struct fixture *f = bare(state);
	const char *authority = make_key(&f->world, "ca", "ed25519", "");
	const char *ecdsa = make_key(&f->world, "ecdsa", "ecdsa", "");
	const char *const argv[] = {"ssh-keygen", "-q", "-s", authority, "-I", "id", "-n",
		f->world.user, pk_arena_printf(f->world.arena, "%s.pub", ecdsa), NULL};
	run_tool(argv);
	served(state, pk_arena_printf(f->world.arena, "TrustedUserCAKeys %s.pub", authority));
	use_identity(&f->world, ecdsa);
	assert_works(&f->world);
	drop_link(&f->world);
	/* The certificate elsewhere than beside the key. */
	const char *moved = in_world(&f->world, "moved.pub");
	assert_int_equal(rename(in_world(&f->world, "ecdsa-cert.pub"), moved), 0);
	f->world.host.ssh.certificate_file = moved;
	assert_works(&f->world);
}

static void a_certificate_that_cannot_be_used_is_told_of(void **state)
{
	struct fixture *f = served(state, "");
	const char *const argv[] = {"ssh-keygen", "-q", "-s", f->user_key, "-I", "id", "-n",
		f->world.user, pk_arena_printf(f->world.arena, "%s.pub", f->other_key), NULL};
	run_tool(argv);
	use_identity(&f->world, f->other_key);
	assert_open_fails(&f->world, PK_FAILURE_AUTH, PK_SSH_AUTH);
	assert_non_null(strstr(f->world.link->failure.message, "certificates of Ed25519"));
}

static void a_passphrase_is_read_from_its_file(void **state)
{
	struct fixture *f = served(state, "");
	const char *locked = make_key(&f->world, "locked", "ed25519", "open sesame");
	const char *file = in_world(&f->world, "phrase");
	write_text(&f->world, file, "open sesame\n");
	write_text(&f->world, in_world(&f->world, "authorized"),
		pk_arena_printf(f->world.arena, "%s\n", public_key(&f->world, locked)));
	use_identity(&f->world, locked);
	f->world.host.ssh.passphrase_file = file;
	assert_works(&f->world);
}

static void a_wrong_or_missing_passphrase_is_found_before_connecting(void **state)
{
	struct fixture *f = bare(state);
	const char *locked = make_key(&f->world, "locked", "ed25519", "open sesame");
	const char *file = in_world(&f->world, "phrase");
	use_identity(&f->world, locked);
	assert_not_made(f, PK_SSH_PASSPHRASE);
	write_text(&f->world, file, "open barley\n");
	f->world.host.ssh.passphrase_file = file;
	f->world.diags = (struct pk_diags){.arena = f->world.arena};
	assert_not_made(f, PK_SSH_PASSPHRASE);
	assert_int_equal(chmod(file, 0644), 0);
	f->world.diags = (struct pk_diags){.arena = f->world.arena};
	assert_not_made(f, PK_SSH_SECRET_MODE);
}

static void what_is_no_key_is_no_identity_file(void **state)
{
	struct fixture *f = bare(state);
	const char *file = in_world(&f->world, "nonsense");
	write_text(&f->world, file, "nonsense\n");
	use_identity(&f->world, file);
	assert_not_made(f, PK_SSH_IDENTITY);
}

static void only_rsa_keys_are_found_before_connecting(void **state)
{
	struct fixture *f = bare(state);
	use_identity(&f->world, make_key(&f->world, "rsa", "rsa", ""));
	assert_not_made(f, PK_SSH_AUTH_RSA);
}

static void nothing_to_log_in_with_is_found_before_connecting(void **state)
{
	struct fixture *f = bare(state);
	f->world.host.ssh.identity_files.len = 0;
	assert_not_made(f, PK_SSH_NO_KEYS);
	f->world.host.ssh.user = NULL;
	f->world.diags = (struct pk_diags){.arena = f->world.arena};
	assert_not_made(f, PK_SSH_USER);
}

static void a_wrong_password_is_refused(void **state)
{
	struct fixture *f = served(state, "PasswordAuthentication yes");
	f->world.host.ssh.identity_files.len = 0;
	f->world.host.ssh.password_env = "PICKET_TEST_PASSWORD";
	setenv("PICKET_TEST_PASSWORD", "surely wrong", 1);
	assert_open_fails(&f->world, PK_FAILURE_AUTH, PK_SSH_AUTH);
	assert_null(getenv("PICKET_TEST_PASSWORD"));
	assert_non_null(strstr(f->world.link->failure.message, "a password"));
	assert_null(strstr(f->world.link->failure.message, "surely wrong"));
}

static void a_password_that_is_not_there_is_found_before_connecting(void **state)
{
	struct fixture *f = bare(state);
	f->world.host.ssh.password_env = "PICKET_TEST_NO_PASSWORD";
	assert_not_made(f, PK_SSH_PASSWORD);
}

static void hosts_are_reached_through_others(void **state)
{
	struct fixture *f = served(state, "");
	uint16_t first = f->port;
	const char *const keys[] = {f->other_key, NULL};
	uint16_t second = start_sshd(&f->world, keys, "");
	know(&f->world, second, f->other_key);
	*pk_list_push(f->world.arena, &f->world.host.ssh.jumps) =
		pk_arena_printf(f->world.arena, "%s@127.0.0.1:%u", f->world.user, second);
	assert_works(&f->world);
	/* A second jump, and enough bytes to fill every window on the way. */
	enum { LEN = 5 * 1024 * 1024 };
	char *bytes = calloc(1, LEN);
	*pk_list_push(f->world.arena, &f->world.host.ssh.jumps) =
		pk_arena_printf(f->world.arena, "127.0.0.1:%u", first);
	drop_link(&f->world);
	must_open(&f->world);
	struct pk_run_io io = {
		.command = "cat", .input = bytes, .input_len = LEN, .output_max = LEN};
	assert_int_equal(run_to_end(&f->world, &io), PK_IO_DONE);
	assert_int_equal(io.out.len, LEN);
	assert_true(io.has_status);
	assert_int_equal(f->world.link->ops->close(f->world.link), PK_IO_DONE);
	pk_buf_finish(&io.out);
	pk_buf_finish(&io.err);
	free(bytes);
}

static void the_key_of_a_jump_host_is_checked(void **state)
{
	struct fixture *f = served(state, "");
	const char *const keys[] = {f->other_key, NULL};
	uint16_t second = start_sshd(&f->world, keys, "");
	know(&f->world, second, f->host_key);
	*pk_list_push(f->world.arena, &f->world.host.ssh.jumps) =
		pk_arena_printf(f->world.arena, "127.0.0.1:%u", second);
	assert_open_fails(&f->world, PK_FAILURE_HOST_KEY, PK_HOST_KEY_CHANGED);
}

static void a_jump_host_that_reaches_nothing_is_named(void **state)
{
	struct fixture *f = served(state, "");
	uint16_t nobody;
	*pk_list_push(f->world.arena, &f->world.host.ssh.jumps) =
		pk_arena_printf(f->world.arena, "127.0.0.1:%u", f->port);
	close(listen_anywhere(&nobody));
	f->world.host.port = nobody;
	assert_open_fails(&f->world, PK_FAILURE_UNREACHABLE, PK_SSH_JUMP);
}

static void nonsense_jump_hosts_are_found_before_connecting(void **state)
{
	static const char *const wrong[] = {
		"", "@host", "host:", "host:0", "host:70000", "[::1", "[::1]x", "-oProxyCommand=x"};
	struct fixture *f = bare(state);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		f->world.host.ssh.jumps.len = 0;
		*pk_list_push(f->world.arena, &f->world.host.ssh.jumps) = wrong[i];
		f->world.diags = (struct pk_diags){.arena = f->world.arena};
		assert_not_made(f, PK_SSH_JUMP);
	}
}

static void nobody_there_is_refused_and_may_pass(void **state)
{
	struct fixture *f = bare(state);
	close(listen_anywhere(&f->world.host.port));
	assert_open_fails(&f->world, PK_FAILURE_UNREACHABLE, PK_SSH_REFUSED);
	assert_true(f->world.link->failure.passing);
}

static void reasons_of_the_system_have_their_codes(void **state)
{
	(void)state;
	assert_int_equal(pk_ssh_connect_code(ECONNREFUSED), PK_SSH_REFUSED);
	assert_int_equal(pk_ssh_connect_code(ETIMEDOUT), PK_SSH_TIMEOUT);
	assert_int_equal(pk_ssh_connect_code(EHOSTUNREACH), PK_SSH_NO_ROUTE);
	assert_int_equal(pk_ssh_connect_code(EMFILE), PK_SSH_CONNECT);
}

static void a_name_that_is_none_is_not_resolved(void **state)
{
	struct fixture *f = bare(state);
	f->world.host.address = "no such name";
	assert_open_fails(&f->world, PK_FAILURE_UNREACHABLE, PK_SSH_RESOLVE);
}

static void localhost_is_resolved(void **state)
{
	struct fixture *f = served(state, "");
	f->world.host.address = "localhost";
	f->world.host.ssh.host_key_alias = "x";
	write_text(&f->world, in_world(&f->world, ".ssh/known_hosts"),
		pk_arena_printf(f->world.arena, "x %s\n", public_key(&f->world, f->host_key)));
	assert_works(&f->world);
}

static void a_server_without_room_may_pass(void **state)
{
	static const char text[] = "Exceeded MaxStartups\r\n";
	struct fixture *f = fooled(state, text, strlen(text), false);
	assert_open_fails(&f->world, PK_FAILURE_UNREACHABLE, PK_SSH_BANNER);
	assert_true(f->world.link->failure.passing);
	drop_link(&f->world);
	fooled(state, "", 0, false);
	assert_open_fails(&f->world, PK_FAILURE_UNREACHABLE, PK_SSH_BANNER);
	assert_true(f->world.link->failure.passing);
}

static void another_protocol_is_no_ssh(void **state)
{
	static const char text[] = "HTTP/1.1 400 Bad \033[31m Request\r\n\r\n";
	struct fixture *f = fooled(state, text, strlen(text), false);
	assert_open_fails(&f->world, PK_FAILURE_UNREACHABLE, PK_SSH_NOT_SSH);
	assert_non_null(strstr(f->world.link->failure.message, "HTTP/1.1"));
	assert_null(strchr(f->world.link->failure.message, '\033'));
}

static void endless_noise_ends(void **state)
{
	enum { LEN = 64 * 1024 };
	char *noise = malloc(LEN);
	for (size_t i = 0; i < LEN; i++)
		noise[i] = i % 100 == 99 ? '\n' : 'x';
	struct fixture *f = fooled(state, noise, LEN, true);
	assert_open_fails(&f->world, PK_FAILURE_UNREACHABLE, PK_SSH_NOT_SSH);
	free(noise);
}

static void a_server_that_breaks_the_rules_is_told_so(void **state)
{
	static const char text[] = "SSH-2.0-x\r\n\377\377\377\377garbage and more of it";
	struct fixture *f = fooled(state, text, sizeof(text), true);
	assert_int_equal(open_link(&f->world, PATIENCE_MS), PK_IO_FAILED);
	assert_int_equal(f->world.link->failure.code, PK_SSH_BROKEN);
	assert_int_equal(f->world.link->failure.class, PK_FAILURE_UNREACHABLE);
}

static void a_server_without_a_common_exchange_is_told_so(void **state)
{
	struct fixture *f = served(state, "KexAlgorithms sntrup761x25519-sha512@openssh.com");
	assert_open_fails(&f->world, PK_FAILURE_UNREACHABLE, PK_SSH_KEX);
	assert_non_null(strstr(f->world.link->failure.message, "sntrup761"));
}

static void put_u32(struct pk_buf *out, size_t value)
{
	const unsigned char bytes[] = {(unsigned char)(value >> 24), (unsigned char)(value >> 16),
		(unsigned char)(value >> 8), (unsigned char)value};
	pk_buf_put(out, bytes, sizeof(bytes));
}

/* A packet before keys are there (RFC 4253 section 6). */
static void put_packet(struct pk_buf *out, const char *payload, size_t len)
{
	enum { LEAST = 4, BLOCK = 8 };
	size_t padding = LEAST + BLOCK - (4 + 1 + len + LEAST) % BLOCK;
	put_u32(out, 1 + len + padding);
	pk_buf_putc(out, (char)padding);
	pk_buf_put(out, payload, len);
	for (size_t i = 0; i < padding; i++)
		pk_buf_putc(out, 'p');
}

/* What a server begins with: its name, and SSH_MSG_KEXINIT (section 7.1). */
static void put_hello(struct pk_buf *out)
{
	static const char *const lists[] = {"curve25519-sha256", "ssh-ed25519", "aes256-ctr",
		"aes256-ctr", "hmac-sha2-256", "hmac-sha2-256", "none", "none", "", ""};
	enum { KEXINIT = 20, COOKIE_LEN = 16, TAIL_LEN = 5 };
	PK_BUF_AUTO payload = {0};
	pk_buf_putc(&payload, KEXINIT);
	for (int i = 0; i < COOKIE_LEN; i++)
		pk_buf_putc(&payload, 'c');
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		put_u32(&payload, strlen(lists[i]));
		pk_buf_puts(&payload, lists[i]);
	}
	for (int i = 0; i < TAIL_LEN; i++)
		pk_buf_putc(&payload, '\0');
	pk_buf_puts(out, "SSH-2.0-x\r\n");
	put_packet(out, payload.data, payload.len);
}

static void a_server_that_goes_away_in_the_exchange_may_pass(void **state)
{
	PK_BUF_AUTO hello = {0};
	put_hello(&hello);
	struct fixture *f = fooled(state, hello.data, hello.len, false);
	assert_open_fails(&f->world, PK_FAILURE_UNREACHABLE, PK_SSH_LOST);
	assert_true(f->world.link->failure.passing);
	drop_link(&f->world);
	/* It says what is no answer to our half of the exchange. */
	put_packet(&hello, "\037nonsense", strlen("\037nonsense"));
	fooled(state, hello.data, hello.len, true);
	assert_int_equal(open_link(&f->world, PATIENCE_MS), PK_IO_FAILED);
	assert_int_equal(f->world.link->failure.code, PK_SSH_BANNER);
	assert_true(f->world.link->failure.passing);
}

static void a_silent_server_only_waits(void **state)
{
	struct fixture *f = fooled(state, "", 0, true);
	assert_int_equal(open_link(&f->world, 300), PK_IO_WAIT);
	assert_int_equal(f->world.link->phase, PK_LINK_LOGIN);
	struct pk_link_wait wait = f->world.link->ops->wait(f->world.link);
	assert_true(wait.fd >= 0 && wait.read && !wait.write);
	assert_int_equal(wait.again_ms, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_wrong_key_is_refused_and_named),
		TEST(the_second_key_is_tried_too),
		TEST(keys_of_the_users_agent_are_used),
		TEST(an_agent_that_is_gone_is_a_warning),
		TEST(certificates_of_users_are_offered),
		TEST(a_certificate_that_cannot_be_used_is_told_of),
		TEST(a_passphrase_is_read_from_its_file),
		TEST(a_wrong_or_missing_passphrase_is_found_before_connecting),
		TEST(what_is_no_key_is_no_identity_file),
		TEST(only_rsa_keys_are_found_before_connecting),
		TEST(nothing_to_log_in_with_is_found_before_connecting),
		TEST(a_wrong_password_is_refused),
		TEST(a_password_that_is_not_there_is_found_before_connecting),
		TEST(hosts_are_reached_through_others),
		TEST(the_key_of_a_jump_host_is_checked),
		TEST(a_jump_host_that_reaches_nothing_is_named),
		TEST(nonsense_jump_hosts_are_found_before_connecting),
		TEST(nobody_there_is_refused_and_may_pass),
		cmocka_unit_test(reasons_of_the_system_have_their_codes),
		TEST(a_name_that_is_none_is_not_resolved),
		TEST(localhost_is_resolved),
		TEST(a_server_without_room_may_pass),
		TEST(another_protocol_is_no_ssh),
		TEST(endless_noise_ends),
		TEST(a_server_that_breaks_the_rules_is_told_so),
		TEST(a_server_without_a_common_exchange_is_told_so),
		TEST(a_server_that_goes_away_in_the_exchange_may_pass),
		TEST(a_silent_server_only_waits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
