#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "fleet/transport/known_hosts.h"

#define ED_A "AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
#define ED_B "AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"
#define RSA_A "AAAAB3NzaC1yc2EAAAADAQABAAAAAQE="

struct fixture {
	struct pk_arena *arena;
	struct pk_diags diags;
	struct pk_known_hosts *known;
	const uint8_t *a, *b;
	size_t a_len, b_len;
};

static void make(struct fixture *f, const char *text)
{
	*f = (struct fixture){.arena = pk_arena_create(), .known = pk_known_hosts_create()};
	f->diags.arena = f->arena;
	f->a = pk_base64_decode(&f->a_len, f->arena, ED_A, strlen(ED_A));
	f->b = pk_base64_decode(&f->b_len, f->arena, ED_B, strlen(ED_B));
	assert_non_null(f->a);
	pk_known_hosts_read_source(f->known, source_from_text(f->arena, text), &f->diags);
}

static void finish(struct fixture *f)
{
	pk_known_hosts_destroy(f->known);
	pk_arena_destroy(f->arena);
}

/* What the lines say about key A of the host. */
static enum pk_known check(struct fixture *f, const char *name, uint16_t port)
{
	struct pk_known_match match;
	pk_known_hosts_find(&match, f->arena, f->known, name, port);
	return pk_known_match_check(&match, f->a, f->a_len, NULL);
}

static void names_are_found_whatever_their_case(void **state)
{
	(void)state;
	struct fixture f;
	make(&f, "# a comment\n\nalpha,Beta.example ssh-ed25519 " ED_A " somebody\r\n");
	assert_int_equal(f.diags.all.len, 0);
	assert_int_equal(check(&f, "alpha", 22), PK_KNOWN_YES);
	assert_int_equal(check(&f, "ALPHA", 22), PK_KNOWN_YES);
	assert_int_equal(check(&f, "beta.example", 22), PK_KNOWN_YES);
	assert_int_equal(check(&f, "beta", 22), PK_KNOWN_NOT);
	finish(&f);
}

static void another_key_of_the_same_type_is_a_change(void **state)
{
	(void)state;
	struct fixture f;
	make(&f,
		"alpha ssh-ed25519 " ED_B "\nbeta ssh-rsa " RSA_A "\n"
		"gamma ssh-ed25519 " ED_B "\ngamma ssh-ed25519 " ED_A "\n");
	assert_int_equal(check(&f, "alpha", 22), PK_KNOWN_CHANGED);
	assert_int_equal(check(&f, "beta", 22), PK_KNOWN_NOT);
	assert_int_equal(check(&f, "gamma", 22), PK_KNOWN_YES);
	struct pk_known_match match;
	pk_known_hosts_find(&match, f.arena, f.known, "beta", 22);
	assert_true(pk_known_match_has(&match, PK_KEY_RSA));
	assert_false(pk_known_match_has(&match, PK_KEY_ED25519));
	finish(&f);
}

static void a_port_of_its_own_is_written_in_brackets(void **state)
{
	(void)state;
	struct fixture f;
	make(&f, "[alpha]:2222 ssh-ed25519 " ED_B "\nalpha ssh-ed25519 " ED_A "\n");
	assert_int_equal(check(&f, "alpha", 2222), PK_KNOWN_CHANGED);
	assert_int_equal(check(&f, "alpha", 22), PK_KNOWN_YES);
	/* Nothing is known of this port: what is known of the name counts. */
	assert_int_equal(check(&f, "alpha", 2223), PK_KNOWN_YES);
	finish(&f);
}

static void patterns_match_and_are_taken_back(void **state)
{
	(void)state;
	struct fixture f;
	make(&f, "*.example,!bad*.example,web-? ssh-ed25519 " ED_A "\n");
	assert_int_equal(check(&f, "a.example", 22), PK_KNOWN_YES);
	assert_int_equal(check(&f, "bad1.example", 22), PK_KNOWN_NOT);
	assert_int_equal(check(&f, "web-1", 22), PK_KNOWN_YES);
	assert_int_equal(check(&f, "web-11", 22), PK_KNOWN_NOT);
	assert_int_equal(check(&f, "example", 22), PK_KNOWN_NOT);
	finish(&f);
}

/* Made by `ssh-keygen -H` of lines for "alpha" and "[beta]:2222". */
static void hashed_names_are_found(void **state)
{
	(void)state;
	struct fixture f;
	make(&f,
		"|1|E7nO5xhxdxvBsdPvYEakiMEkCOA=|frtPgEMEve80QlqDp3BAGmaXSqU= ssh-ed25519 " ED_A
		"\n"
		"|1|56RCC6PU8mqRAZJLn1pqVzbbZAA=|99YrmakEbquj5TIyCrvFlZCPvhs= ssh-ed25519 " ED_A
		"\n");
	assert_int_equal(f.diags.all.len, 0);
	assert_int_equal(check(&f, "alpha", 22), PK_KNOWN_YES);
	assert_int_equal(check(&f, "Alpha", 22), PK_KNOWN_YES);
	assert_int_equal(check(&f, "beta", 2222), PK_KNOWN_YES);
	assert_int_equal(check(&f, "beta", 22), PK_KNOWN_NOT);
	finish(&f);
}

static void revoked_keys_are_bad_wherever_they_stand(void **state)
{
	(void)state;
	struct fixture f;
	make(&f, "alpha ssh-ed25519 " ED_A "\n@revoked * ssh-ed25519 " ED_A "\n");
	assert_int_equal(check(&f, "alpha", 22), PK_KNOWN_BAD);
	assert_int_equal(check(&f, "beta", 22), PK_KNOWN_BAD);
	finish(&f);
}

static void an_authority_is_no_key_of_the_host(void **state)
{
	(void)state;
	struct fixture f;
	make(&f,
		"@cert-authority *.example ssh-ed25519 " ED_A "\n"
		"b.example ssh-ed25519 " ED_A "\n");
	struct pk_known_match match;
	pk_known_hosts_find(&match, f.arena, f.known, "a.example", 22);
	assert_true(pk_known_match_only_authority(&match));
	assert_int_equal(check(&f, "a.example", 22), PK_KNOWN_NOT);
	pk_known_hosts_find(&match, f.arena, f.known, "b.example", 22);
	assert_false(pk_known_match_only_authority(&match));
	finish(&f);
}

static void a_broken_line_is_a_warning_with_its_place(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"\nalpha ssh-ed25519\n",
		"\nalpha ssh-rsa " ED_A "\n",
		"\nalpha ssh-ed25519 AAAA!AAA\n",
		"\n|1|abc ssh-ed25519 " ED_A "\n",
		"\n|2|abc|def ssh-ed25519 " ED_A "\n",
		"\n@other alpha ssh-ed25519 " ED_A "\n",
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct fixture f;
		make(&f, lines[i]);
		assert_one_finding(&f.diags, PK_KNOWN_HOSTS_LINE, 2, 1);
		assert_int_equal(f.diags.errors, 0);
		finish(&f);
	}
}

static void a_broken_line_that_revokes_is_an_error(void **state)
{
	(void)state;
	struct fixture f;
	make(&f, "@revoked alpha ssh-ed25519 AAAA\n");
	assert_one_finding(&f.diags, PK_KNOWN_HOSTS_LINE, 1, 1);
	assert_int_equal(f.diags.errors, 1);
	finish(&f);
}

static void more_keys_than_the_limit_are_refused(void **state)
{
	(void)state;
	struct fixture f;
	size_t len = (size_t)(PK_KNOWN_KEYS_MAX + 1) * 2;
	char *text = malloc(len + 1);
	for (size_t i = 0; i < len; i++)
		text[i] = i % 2 == 0 ? 'x' : '\n';
	text[len] = '\0';
	make(&f, "");
	assert_false(pk_known_hosts_read_source(
		f.known, pk_source_make(f.arena, "big", text, len), &f.diags));
	assert_int_equal(f.diags.errors, 1);
	assert_int_equal(f.diags.all.items[f.diags.all.len - 1].code, PK_KNOWN_HOSTS_LIMIT);
	free(text);
	finish(&f);
}

static void an_added_key_is_known_and_in_the_file(void **state)
{
	(void)state;
	struct fixture f;
	char folder[] = "/tmp/test-known-XXXXXX";
	assert_non_null(mkdtemp(folder));
	make(&f, "");
	const char *path = pk_arena_printf(f.arena, "%s/.ssh/known_hosts", folder);
	assert_true(pk_known_hosts_add(f.known, path, "Alpha", 2222, f.a, f.a_len, &f.diags));
	assert_int_equal(check(&f, "alpha", 2222), PK_KNOWN_YES);
	assert_true(pk_known_hosts_add(f.known, path, "beta", 22, f.b, f.b_len, &f.diags));
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	struct pk_source *source = pk_file_read(f.arena, path, 0, &f.diags);
	assert_string_equal(
		source->text, "[alpha]:2222 ssh-ed25519 " ED_A "\nbeta ssh-ed25519 " ED_B "\n");
	assert_false(pk_known_hosts_add(f.known, folder, "x", 22, f.a, f.a_len, &f.diags));
	assert_int_equal(f.diags.all.items[0].code, PK_KNOWN_HOSTS_WRITE);
	unlink(path);
	rmdir(pk_arena_printf(f.arena, "%s/.ssh", folder));
	rmdir(folder);
	finish(&f);
}

static void fingerprints_are_those_of_openssh(void **state)
{
	(void)state;
	struct fixture f;
	char text[PK_FINGERPRINT_TEXT];
	make(&f, "");
	pk_fingerprint_print(text, f.a, f.a_len);
	assert_string_equal(text, "SHA256:ZkAslGjFiUHdGf/WUL8rQvkib4PTvQatUV0OUQSncCA");
	finish(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_found_whatever_their_case),
		cmocka_unit_test(another_key_of_the_same_type_is_a_change),
		cmocka_unit_test(a_port_of_its_own_is_written_in_brackets),
		cmocka_unit_test(patterns_match_and_are_taken_back),
		cmocka_unit_test(hashed_names_are_found),
		cmocka_unit_test(revoked_keys_are_bad_wherever_they_stand),
		cmocka_unit_test(an_authority_is_no_key_of_the_host),
		cmocka_unit_test(a_broken_line_is_a_warning_with_its_place),
		cmocka_unit_test(a_broken_line_that_revokes_is_an_error),
		cmocka_unit_test(more_keys_than_the_limit_are_refused),
		cmocka_unit_test(an_added_key_is_known_and_in_the_file),
		cmocka_unit_test(fingerprints_are_those_of_openssh),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
