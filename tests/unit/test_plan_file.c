/* Plans as files: what is written is read again, what is not known is refused, and signatures. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/run.h"
#include "base/temp.h"
#include "fleet/store/plan_file.h"

#define D(digit)                                                                                   \
	"sha256:" digit digit digit digit digit digit digit digit digit digit digit digit digit    \
		digit digit digit
#define ONE D("1111")
#define TWO D("2222")

#define HEAD_OF(count)                                                                             \
	"{\"picket-plan\":1,\"inventory\":\"prod\",\"inventory_digest\":\"" ONE                    \
	"\",\"made\":\"2026-11-22T08:15:02.123Z\",\"expires\":\"2026-11-23T08:15:02.000Z\","       \
	"\"by\":\"ann@desk\",\"hosts\":" count "}\n"
#define HOST_OF(name)                                                                              \
	"{\"host\":\"" name                                                                        \
	"\",\"address\":\"192.0.2.1:22\",\"action\":\"update\",\"facts\":\"" ONE                   \
	"\",\"from\":\"" ONE "\",\"to\":\"" TWO "\",\"desired\":\"" TWO                            \
	"\",\"changes\":[\"change the configuration\"]}\n"
#define TROUBLE_OF(name)                                                                           \
	"{\"host\":\"" name "\",\"address\":\"192.0.2.2:22\",\"action\":\"none\",\"changes\":[],"  \
	"\"trouble\":\"no route to host\"}\n"

static int set_up(void **state)
{
	*state = pk_arena_create();
	return 0;
}

static int tear_down(void **state)
{
	pk_arena_destroy(*state);
	return 0;
}

static const struct pk_plan_file *read_plan(void **state, struct pk_diags *diags, const char *text)
{
	*diags = (struct pk_diags){.arena = *state};
	return pk_plan_file_read(*state, source_from_text(*state, text), diags);
}

static void assert_refused(
	void **state, const char *text, enum pk_code code, uint32_t line, uint32_t column)
{
	struct pk_diags diags;
	assert_null(read_plan(state, &diags, text));
	assert_one_finding(&diags, code, line, column);
}

static void a_plan_is_read_and_written_to_the_same_bytes(void **state)
{
	static const char text[] = HEAD_OF("2") HOST_OF("web1") TROUBLE_OF("web\\u00072");
	struct pk_diags diags;
	const struct pk_plan_file *plan = read_plan(state, &diags, text);
	assert_non_null(plan);
	assert_string_equal(plan->inventory, "prod");
	assert_int_equal(plan->made_ms, 1795335302123);
	assert_int_equal(plan->expires_ms, 1795421702000);
	assert_int_equal(plan->hosts.len, 2);
	const struct pk_plan_host *host = pk_plan_file_find(plan, "web1");
	assert_int_equal(host->action, PK_ACTION_UPDATE);
	assert_string_equal(host->to, TWO);
	assert_string_equal(host->changes.items[0], "change the configuration");
	assert_null(pk_plan_file_find(plan, "web2"));
	host = pk_plan_file_find(plan, "web\a2");
	assert_null(host->facts);
	assert_string_equal(host->trouble, "no route to host");

	PK_BUF_AUTO out = {0};
	pk_buf_puts(&out, "before");
	struct pk_plan_file again = *plan;
	memset(again.digest, 0, sizeof(again.digest));
	pk_plan_file_put(&out, &again);
	assert_string_equal(out.data + strlen("before"), text);
	assert_string_equal(again.digest, plan->digest);
	char want[PK_DIGEST_TEXT];
	pk_digest_print(want, text, strlen(text));
	assert_string_equal(plan->digest, want);
}

static void a_plan_without_hosts_is_a_plan(void **state)
{
	struct pk_diags diags;
	assert_non_null(read_plan(state, &diags, HEAD_OF("0")));
}

static void other_files_are_no_plans(void **state)
{
	assert_refused(state, "", PK_PLAN_SYNTAX, 1, 1);
	assert_refused(state, "{}\n", PK_PLAN_SYNTAX, 1, 1);
	assert_refused(state, "[1]\n" HOST_OF("a"), PK_PLAN_SYNTAX, 1, 1);
	assert_refused(state, "{\"picket-plan\":2}\n", PK_PLAN_VERSION, 1, 16);
	assert_refused(state, "{\"picket-plan\":\"1\"}\n", PK_PLAN_VERSION, 1, 16);
	assert_refused(state, "picket: 1\n", PK_JSON_SYNTAX, 1, 1);
	assert_refused(state, HOST_OF("a") HEAD_OF("1"), PK_PLAN_SYNTAX, 1, 1);
}

static void a_plan_that_was_cut_off_is_refused(void **state)
{
	assert_refused(state, HEAD_OF("2") HOST_OF("a"), PK_PLAN_SYNTAX, 1, 1);
	assert_refused(state, HEAD_OF("0") HOST_OF("a"), PK_PLAN_SYNTAX, 1, 1);
	assert_refused(state, HEAD_OF("1") "{\"host\":\"a\"", PK_PLAN_SYNTAX, 2, 1);
}

static void members_that_are_not_known_are_refused(void **state)
{
	assert_refused(state,
		HEAD_OF("1") "{\"host\":\"a\",\"address\":\"a:22\",\"action\":\"none\",\"changes\":"
			     "[],\"force\":true,\"trouble\":\"x\"}\n",
		PK_PLAN_MEMBER, 2, 59);
	assert_refused(state,
		HEAD_OF("1") "{\"host\":\"a\",\"address\":\"a:22\",\"action\":\"explode\","
			     "\"changes\":[],\"trouble\":\"x\"}\n",
		PK_PLAN_MEMBER, 2, 39);
	assert_refused(state,
		HEAD_OF("1") "{\"host\":\"a\",\"host\":\"b\",\"address\":\"a:22\",\"action\":"
			     "\"none\",\"changes\":[],\"trouble\":\"x\"}\n",
		PK_JSON_DUPLICATE_KEY, 2, 13);
}

static void a_host_is_named_once(void **state)
{
	assert_refused(state, HEAD_OF("3") HOST_OF("a") HOST_OF("b") HOST_OF("a"),
		PK_PLAN_DUPLICATE, 4, 1);
}

static void a_host_without_facts_must_have_trouble(void **state)
{
	assert_refused(state,
		HEAD_OF("1") "{\"host\":\"a\",\"address\":\"a:22\",\"action\":\"update\","
			     "\"desired\":\"" ONE "\",\"changes\":[]}\n",
		PK_PLAN_SYNTAX, 2, 1);
}

static void values_are_what_they_must_be(void **state)
{
	static const char *const bad[] = {
		"\"host\":\"\",\"changes\":[]",
		"\"host\":7,\"changes\":[]",
		"\"host\":\"a\\u0000b\",\"changes\":[]",
		"\"host\":\"a\",\"changes\":\"x\"",
		"\"host\":\"a\",\"changes\":[1]",
		"\"host\":\"a\",\"changes\":[],\"to\":\"sha256:12\"",
		"\"host\":\"a\",\"changes\":[],\"to\":\"" D("AAAA") "\"",
		"\"host\":\"a\",\"changes\":[],\"to\":null",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct pk_diags diags;
		const char *text = pk_arena_printf(*state,
			HEAD_OF("1") "{\"address\":\"x\",\"action\":\"none\",\"trouble\":\"x\",%s}"
				     "\n",
			bad[i]);
		assert_null(read_plan(state, &diags, text));
		assert_int_equal(diags.all.len, 1);
		assert_int_equal(diags.all.items[0].code, PK_PLAN_SYNTAX);
	}
}

static void times_have_one_spelling(void **state)
{
	static const char *const bad[] = {"2026-11-22T08:15:02Z", "2026-11-22 08:15:02.123Z",
		"2026-11-22T08:15:02.123", "2026-13-22T08:15:02.123Z", "later", ""};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct pk_diags diags;
		const char *text = pk_arena_printf(*state,
			"{\"picket-plan\":1,\"inventory\":\"p\",\"inventory_digest\":\"" ONE
			"\",\"made\":\"2026-11-22T08:15:02.123Z\",\"expires\":\"%s\",\"by\":\"a\","
			"\"hosts\":0}\n",
			bad[i]);
		assert_null(read_plan(state, &diags, text));
		assert_int_equal(diags.all.items[0].code, PK_PLAN_SYNTAX);
	}
}

static void lines_and_lists_have_limits(void **state)
{
	struct pk_diags diags;
	PK_BUF_AUTO text = {0};
	pk_buf_puts(&text, HEAD_OF("1") "{\"host\":\"");
	for (size_t i = 0; i < PK_PLAN_LINE_MAX; i++)
		pk_buf_putc(&text, 'a');
	pk_buf_puts(&text, "\"}\n");
	assert_null(read_plan(state, &diags, text.data));
	assert_one_finding(&diags, PK_PLAN_LIMIT, 2, 1);

	text.len = 0;
	pk_buf_puts(&text,
		HEAD_OF("1") "{\"host\":\"a\",\"address\":\"x\",\"action\":\"none\","
			     "\"trouble\":\"x\",\"changes\":[\"\"");
	for (size_t i = 0; i < PK_PLAN_CHANGES; i++)
		pk_buf_puts(&text, ",\"\"");
	pk_buf_puts(&text, "]}\n");
	assert_null(read_plan(state, &diags, text.data));
	assert_int_equal(diags.all.len, 1);
	assert_int_equal(diags.all.items[0].code, PK_PLAN_LIMIT);
}

static void every_line_is_judged(void **state)
{
	struct pk_diags diags;
	assert_null(read_plan(state, &diags, HEAD_OF("2") "[]\n{\"host\":\n"));
	assert_int_equal(diags.all.len, 2);
	assert_place(diags.all.items[0].span, 2, 1);
	assert_place(diags.all.items[1].span, 3, 9);
}

static void a_plan_is_for_one_inventory_and_a_time(void **state)
{
	struct pk_diags diags;
	const struct pk_plan_file *plan = read_plan(state, &diags, HEAD_OF("0"));
	struct pk_inventory inventory = {.name = "prod", .digest = ONE};
	assert_true(pk_plan_file_check(plan, &inventory, plan->expires_ms, &diags));
	assert_false(pk_plan_file_check(plan, &inventory, plan->expires_ms + 1, &diags));
	assert_int_equal(diags.all.len, 1);
	assert_int_equal(diags.all.items[0].code, PK_PLAN_EXPIRED);
	inventory.digest = TWO;
	assert_false(pk_plan_file_check(plan, &inventory, plan->made_ms, &diags));
	assert_int_equal(diags.all.len, 2);
	assert_int_equal(diags.all.items[1].code, PK_PLAN_OTHER);
}

/* --- signatures --- */

struct signing {
	struct pk_temp *temp;
	struct pk_arena *arena;
	struct pk_diags diags;
	struct pk_source *plan;
	struct pk_source *signature;
};

static bool run(const char *const *argv)
{
	static const char *const env[] = {"PATH=/usr/bin:/bin", "LC_ALL=C", NULL};
	struct pk_run how = {.argv = argv, .env = env, .output_max = 65536, .seconds_max = 20};
	PK_RUN_AUTO result;
	pk_run(&result, &how);
	return result.end == PK_RUN_EXITED && result.status == 0;
}

/* Makes two keys and signs a plan with the first, for `namespace`; false without ssh-keygen. */
static bool sign(struct signing *out, struct pk_arena *arena, const char *namespace)
{
	*out = (struct signing){.arena = arena, .diags = {.arena = arena}};
	out->temp = pk_temp_open(&out->diags);
	const char *ann = pk_temp_path(out->temp, "ann");
	const char *bob = pk_temp_path(out->temp, "bob");
	const char *plan = pk_temp_path(out->temp, "plan");
	const char *const make_ann[] = {
		"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ann", "-f", ann, NULL};
	const char *const make_bob[] = {
		"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "bob", "-f", bob, NULL};
	const char *const sign_plan[] = {
		"ssh-keygen", "-q", "-Y", "sign", "-f", ann, "-n", namespace, plan, NULL};
	static const char text[] = HEAD_OF("1") HOST_OF("web1");
	pk_temp_write(out->temp, "plan", text, strlen(text), &out->diags);
	if (!run(make_ann) || !run(make_bob) || !run(sign_plan))
		return false;
	out->plan = pk_file_read(arena, plan, 0, &out->diags);
	out->signature = pk_file_read(arena, pk_temp_path(out->temp, "plan.sig"), 0, &out->diags);
	return out->signature != NULL;
}

/* A file of signers with one line: `before` and the public key of `name`. */
static struct pk_source *signers_of(struct signing *signing, const char *before, const char *name)
{
	const char *path =
		pk_arena_printf(signing->arena, "%s.pub", pk_temp_path(signing->temp, name));
	const struct pk_source *key = pk_file_read(signing->arena, path, 0, &signing->diags);
	return source_from_text(
		signing->arena, pk_arena_printf(signing->arena, "%s %s", before, key->text));
}

static bool verify(struct signing *signing, struct pk_source *signers, const char **who_out)
{
	signing->diags.all.len = 0;
	return pk_plan_file_verify(who_out, signing->arena, signing->plan, signing->signature,
		signers, &signing->diags);
}

static void a_signature_tells_who_signed(void **state)
{
	struct signing signing;
	const char *who = NULL;
	if (!sign(&signing, *state, PK_PLAN_NAMESPACE)) {
		pk_temp_close(signing.temp);
		skip(); /* ssh-keygen is not installed */
	}
	assert_true(verify(&signing, signers_of(&signing, "ann@example.org", "ann"), &who));
	assert_string_equal(who, "ann@example.org");
	assert_true(verify(&signing,
		signers_of(&signing, "ann@example.org namespaces=\"picket-plan\"", "ann"), &who));

	assert_false(verify(&signing, signers_of(&signing, "bob@example.org", "bob"), &who));
	assert_int_equal(signing.diags.all.items[0].code, PK_PLAN_SIGNER);
	assert_false(verify(
		&signing, signers_of(&signing, "ann@example.org namespaces=\"git\"", "ann"), &who));
	assert_int_equal(signing.diags.all.items[0].code, PK_PLAN_SIGNER);
	assert_false(verify(&signing,
		signers_of(&signing, "ann@example.org valid-before=\"20200101\"", "ann"), &who));
	assert_int_equal(signing.diags.all.items[0].code, PK_PLAN_SIGNER);

	struct pk_source *signers = signers_of(&signing, "ann@example.org", "ann");
	signing.plan = source_from_text(*state, HEAD_OF("1") HOST_OF("web2"));
	assert_false(verify(&signing, signers, &who));
	assert_int_equal(signing.diags.all.items[0].code, PK_PLAN_SIGNATURE);
	signing.signature = source_from_text(*state, "ann was here\n");
	assert_false(verify(&signing, signers, &who));
	assert_int_equal(signing.diags.all.items[0].code, PK_PLAN_SIGNATURE);
	signing.signature = source_from_text(*state, "");
	assert_false(verify(&signing, signers, &who));
	pk_temp_close(signing.temp);
}

static void a_signature_for_git_is_none_for_a_plan(void **state)
{
	struct signing signing;
	const char *who = NULL;
	if (!sign(&signing, *state, "git")) {
		pk_temp_close(signing.temp);
		skip(); /* ssh-keygen is not installed */
	}
	assert_false(verify(&signing, signers_of(&signing, "ann@example.org", "ann"), &who));
	assert_int_equal(signing.diags.all.items[0].code, PK_PLAN_SIGNATURE);
	assert_null(who);
	pk_temp_close(signing.temp);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_plan_is_read_and_written_to_the_same_bytes),
		TEST(a_plan_without_hosts_is_a_plan),
		TEST(other_files_are_no_plans),
		TEST(a_plan_that_was_cut_off_is_refused),
		TEST(members_that_are_not_known_are_refused),
		TEST(a_host_is_named_once),
		TEST(a_host_without_facts_must_have_trouble),
		TEST(values_are_what_they_must_be),
		TEST(times_have_one_spelling),
		TEST(lines_and_lists_have_limits),
		TEST(every_line_is_judged),
		TEST(a_plan_is_for_one_inventory_and_a_time),
		TEST(a_signature_tells_who_signed),
		TEST(a_signature_for_git_is_none_for_a_plan),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
