#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "fleet/transport/agent.h"
#include "fleet/transport/keys.h"

static const uint8_t key_blob[] = "\0\0\0\13ssh-ed25519\0\0\0\2xy";
enum { KEY_LEN = sizeof(key_blob) - 1 };

static void put_keys(struct pk_buf *out, uint32_t count, size_t given)
{
	pk_buf_putc(out, 12);
	pk_wire_put_u32(out, count);
	for (size_t i = 0; i < given; i++) {
		pk_wire_put_string(out, key_blob, KEY_LEN);
		pk_wire_put_string(out, "me\033@here", strlen("me\033@here"));
	}
}

static void keys_are_listed_and_their_comments_made_harmless(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	PK_BUF_AUTO answer = {0};
	struct pk_agent_keys keys = {0};
	put_keys(&answer, 2, 2);
	assert_true(pk_agent_parse_list(&keys, arena, "s", answer.data, answer.len));
	assert_int_equal(keys.len, 2);
	assert_int_equal(keys.items[0].type, PK_KEY_ED25519);
	assert_int_equal(keys.items[0].blob_len, KEY_LEN);
	assert_string_equal(keys.items[1].comment, "me?@here");
}

static void a_list_that_ends_early_is_none(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	PK_BUF_AUTO answer = {0};
	struct pk_agent_keys keys = {0};
	put_keys(&answer, 3, 2);
	for (size_t len = 0; len <= answer.len; len++)
		assert_false(pk_agent_parse_list(&keys, arena, "s", answer.data, len));
	PK_BUF_AUTO many = {0};
	put_keys(&many, UINT32_MAX, 1);
	assert_false(pk_agent_parse_list(&keys, arena, "s", many.data, many.len));
	assert_int_equal(keys.len, 0);
}

static void put_signature(struct pk_buf *out, const char *algorithm)
{
	PK_BUF_AUTO inner = {0};
	pk_wire_put_string(&inner, algorithm, strlen(algorithm));
	pk_wire_put_string(&inner, "signed", 6);
	pk_buf_putc(out, 14);
	pk_wire_put_string(out, inner.data, inner.len);
}

static void a_signature_has_the_algorithm_of_its_key(void **state)
{
	static const struct {
		enum pk_key_type type;
		const char *algorithm;
		bool good;
	} cases[] = {
		{PK_KEY_ED25519, "ssh-ed25519", true},
		{PK_KEY_ED25519_CERT, "ssh-ed25519", true},
		{PK_KEY_ECDSA_384_CERT, "ecdsa-sha2-nistp384", true},
		{PK_KEY_RSA, "rsa-sha2-512", true},
		{PK_KEY_ED25519, "ssh-rsa", false},
		{PK_KEY_ECDSA_256, "ecdsa-sha2-nistp384", false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		PK_BUF_AUTO answer = {0};
		const uint8_t *bytes;
		size_t len;
		put_signature(&answer, cases[i].algorithm);
		assert_int_equal(pk_agent_parse_signature(
					 &bytes, &len, cases[i].type, answer.data, answer.len),
			cases[i].good);
		if (cases[i].good)
			assert_memory_equal(bytes, "signed", len);
		assert_false(pk_agent_parse_signature(
			&bytes, &len, cases[i].type, answer.data, answer.len - 1));
	}
}

static void what_is_no_agent_is_said_so(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_agent_keys keys = {0};
	const char *why = NULL;
	assert_false(pk_agent_list(&keys, arena, "/nonexistent/agent", &why));
	assert_non_null(why);
	char folder[] = "/tmp/test-agent-XXXXXX";
	assert_non_null(mkdtemp(folder));
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/a", folder);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
	why = NULL;
	assert_false(pk_agent_list(&keys, arena, address.sun_path, &why));
	assert_string_equal(why, "nobody listens there");
	unlink(address.sun_path);
	rmdir(folder);
}

static void the_private_agent_ends_with_us(void **state)
{
	(void)state;
	if (access("/usr/bin/ssh-agent", X_OK) != 0)
		skip();
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_agent_keys keys = {0};
	struct pk_keys *held = pk_keys_open(&diags);
	assert_non_null(held);
	const struct pk_identity none = {.path = "/nonexistent/key"};
	assert_false(pk_keys_add(held, &keys, &none, &diags));
	assert_int_equal(diags.all.items[0].code, PK_SSH_IDENTITY);
	pk_keys_close(held);
}

static void a_missing_agent_is_reported(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	const char *path = getenv("PATH");
	char *before = strdup(path == NULL ? "" : path);
	setenv("PATH", "/nonexistent", 1);
	assert_null(pk_keys_open(&diags));
	setenv("PATH", before, 1);
	free(before);
	assert_int_equal(diags.all.len, 1);
	assert_int_equal(diags.all.items[0].code, PK_SSH_TOOL);
}

static void secrets_are_the_first_line_of_a_file_of_ones_own(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	char path[] = "/tmp/test-secret-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "one two\nthree\n", 14), 14);
	close(fd);
	struct pk_secret *secret = pk_secret_read(path, &diags);
	assert_non_null(secret);
	assert_string_equal(pk_secret_text(secret), "one two");
	assert_int_equal(pk_secret_len(secret), 7);
	pk_secret_destroy(secret);
	assert_int_equal(chmod(path, 0640), 0);
	assert_null(pk_secret_read(path, &diags));
	assert_int_equal(diags.all.items[0].code, PK_SSH_SECRET_MODE);
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(chmod(path, 0600), 0);
	assert_null(pk_secret_read(path, &diags));
	assert_int_equal(diags.all.items[1].code, PK_SSH_PASSWORD);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_listed_and_their_comments_made_harmless),
		cmocka_unit_test(a_list_that_ends_early_is_none),
		cmocka_unit_test(a_signature_has_the_algorithm_of_its_key),
		cmocka_unit_test(what_is_no_agent_is_said_so),
		cmocka_unit_test(the_private_agent_ends_with_us),
		cmocka_unit_test(a_missing_agent_is_reported),
		cmocka_unit_test(secrets_are_the_first_line_of_a_file_of_ones_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
