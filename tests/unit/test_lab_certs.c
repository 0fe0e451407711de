#include "tests/unit/test.h"

#include <string.h>

#include "base/run.h"
#include "base/temp.h"
#include "templates/lab/certs.h"

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

/* What `openssl verify` says of the server's certificate for `name`. */
static int verify(struct pk_temp *temp, const char *how, const char *name)
{
	PK_RUN_AUTO result = {0};
	const char *const argv[] = {"openssl", "verify", "-x509_strict", "-CAfile",
		pk_temp_path(temp, "ca.crt"), how, name, pk_temp_path(temp, "server.crt"), NULL};
	const char *const env[] = {NULL};
	pk_run(&result,
		&(struct pk_run){.argv = argv, .env = env, .output_max = 65536, .seconds_max = 30});
	if (result.end == PK_RUN_NOT_FOUND)
		skip();
	assert_int_equal(result.end, PK_RUN_EXITED);
	return result.status;
}

static void a_server_is_trusted_for_its_names_and_addresses_only(void **state)
{
	static const char *const names[] = {"lab.example", "127.0.0.1", "::1", NULL};
	struct pk_diags diags = {.arena = *state};
	PK_BUF_AUTO root = {0};
	PK_BUF_AUTO certificate = {0};
	PK_BUF_AUTO key = {0};
	PK_AUTO(pk_temp) *temp = pk_temp_open(&diags);
	PK_AUTO(pk_lab_ca) *ca = pk_lab_ca_create("a lab", &diags);
	assert_non_null(ca);
	pk_lab_ca_put(&root, ca);
	assert_true(pk_lab_ca_issue(&certificate, &key, ca, names, &diags));
	assert_non_null(strstr(key.data, "BEGIN PRIVATE KEY"));
	assert_true(pk_temp_write(temp, "ca.crt", root.data, root.len, &diags));
	assert_true(pk_temp_write(temp, "server.crt", certificate.data, certificate.len, &diags));
	assert_int_equal(verify(temp, "-verify_hostname", "lab.example"), 0);
	assert_int_equal(verify(temp, "-verify_ip", "127.0.0.1"), 0);
	assert_int_equal(verify(temp, "-verify_ip", "::1"), 0);
	assert_int_not_equal(verify(temp, "-verify_hostname", "other.example"), 0);
}

static void names_that_are_too_long_are_refused(void **state)
{
	char name[2000];
	const char *const names[] = {name, NULL};
	struct pk_diags diags = {.arena = *state};
	PK_BUF_AUTO certificate = {0};
	PK_BUF_AUTO key = {0};
	PK_AUTO(pk_lab_ca) *ca = pk_lab_ca_create("a lab", &diags);
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_false(pk_lab_ca_issue(&certificate, &key, ca, names, &diags));
	assert_int_equal(diags.all.items[0].code, PK_LAB_CERTIFICATE);
	assert_int_equal(certificate.len, 0);
	assert_int_equal(key.len, 0);
}

static void passwords_differ_and_are_letters_and_digits(void **state)
{
	PK_BUF_AUTO a = {0};
	PK_BUF_AUTO b = {0};
	(void)state;
	pk_lab_put_password(&a);
	pk_lab_put_password(&b);
	assert_int_equal(a.len, 24);
	assert_string_not_equal(a.data, b.data);
	assert_int_equal(strspn(a.data,
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				 "0123456789"),
		a.len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_server_is_trusted_for_its_names_and_addresses_only, setup, teardown),
		cmocka_unit_test_setup_teardown(
			names_that_are_too_long_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(
			passwords_differ_and_are_letters_and_digits, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
