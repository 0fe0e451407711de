#include "tests/unit/test.h"

#include "base/json.h"
#include "templates/assets/mark.h"

#define DIGEST "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

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

static bool finds(struct pk_mark *out, struct pk_arena *arena, const char *text)
{
	struct pk_diags diags = {.arena = arena};
	const struct pk_node *node = pk_json_read(source_from_text(arena, text), &diags);
	assert_non_null(node);
	return pk_mark_find(out, arena, node);
}

/* Marks the body, and wants the mark with its digest to be found in what came out. */
static void assert_found_again(struct pk_arena *arena, const char *body, bool in_text)
{
	PK_BUF_AUTO marked = {0};
	char want[PK_DIGEST_TEXT];
	char got[PK_DIGEST_TEXT];
	struct pk_mark mark;
	pk_mark_put(&marked, body, in_text, got);
	pk_digest_print(want, body, strlen(body));
	assert_string_equal(got, want);
	assert_true(finds(&mark, arena, marked.data));
	assert_string_equal(mark.version, PICKET_VERSION);
	assert_string_equal(mark.digest, want);
}

static void a_mark_is_found_again_in_either_place(void **state)
{
	assert_found_again(*state, "{\"a\":{\"b\":1}}", false);
	assert_found_again(*state, "{}", false);
	assert_found_again(*state, "{\"description\":\"Text.\",\"a\":{}}", true);
	assert_found_again(*state, "{\"description\":\"A \\\"quoted\\\" \\\\\",\"a\":1}", true);
	assert_found_again(*state, "{\"policy\":{\"description\":\"Text.\"}}", true);
}

static void a_mark_can_be_deeper(void **state)
{
	PK_BUF_AUTO marked = {0};
	char digest[PK_DIGEST_TEXT];
	struct pk_mark mark;
	pk_mark_put_within(&marked, "{\"order\":1,\"mappings\":{\"doc\":{\"a\":1}}}", 2, digest);
	assert_true(finds(&mark, *state, marked.data));
	assert_string_equal(mark.digest, digest);
	assert_non_null(strstr(marked.data, "{\"a\":1,\"_meta\":{"));
	assert_string_equal(marked.data + marked.len - 4, "}}}}");
}

static void the_text_stays_in_front_of_the_mark(void **state)
{
	(void)state;
	PK_BUF_AUTO marked = {0};
	char digest[PK_DIGEST_TEXT];
	pk_mark_put(&marked, "{\"description\":\"Text.\"}", true, digest);
	assert_memory_equal(marked.data, "{\"description\":\"Text. [picket ", 30);
	assert_string_equal(marked.data + marked.len - 3, "]\"}");
}

static void only_the_mark_at_the_end_counts(void **state)
{
	struct pk_mark mark;
	assert_true(pk_mark_find_text(
		&mark, *state, "a [picket 1.0 " DIGEST "] b [picket 2.0 " DIGEST "]"));
	assert_string_equal(mark.version, "2.0");
	assert_string_equal(mark.digest, DIGEST);
	assert_false(pk_mark_find_text(&mark, *state, "a [picket 1.0 " DIGEST "] b"));
}

static void what_is_not_quite_a_mark_is_none(void **state)
{
	static const char *const bad[] = {"", "[", " [picket ", " [picket ]", " [picket 1.0]",
		" [picket 1.0 ]", " [picket 1.0 sha256:0123]", " [picket  " DIGEST "]",
		" [picket 1.0 " DIGEST "0]", " [picket 1.0 " DIGEST, "[picket 1.0 " DIGEST "]",
		" [Picket 1.0 " DIGEST "]"};
	struct pk_mark mark;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(pk_mark_find_text(&mark, *state, bad[i]));
}

static void what_others_manage_is_not_ours(void **state)
{
	struct pk_mark mark;
	assert_false(finds(&mark, *state, "{}"));
	assert_false(finds(&mark, *state, "[]"));
	assert_false(finds(&mark, *state, "{\"_meta\":{\"managed_by\":\"fleet\"}}"));
	assert_false(finds(&mark, *state, "{\"_meta\":{\"managed_by\":\"picket\"}}"));
	assert_false(finds(&mark, *state, "{\"_meta\":\"picket\"}"));
	assert_false(finds(
		&mark, *state, "{\"_meta\":{\"managed_by\":[1],\"version\":[],\"digest\":{}}}"));
	assert_false(finds(&mark, *state,
		"{\"_meta\":{\"managed_by\":\"picket\",\"version\":\"1\",\"digest\":\"abc\"}}"));
	assert_true(finds(&mark, *state,
		"{\"_meta\":{\"managed_by\":\"picket\",\"version\":\"1\",\"digest\":\"" DIGEST
		"\"}}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(a_mark_is_found_again_in_either_place),
		TEST(a_mark_can_be_deeper),
		TEST(the_text_stays_in_front_of_the_mark),
		TEST(only_the_mark_at_the_end_counts),
		TEST(what_is_not_quite_a_mark_is_none),
		TEST(what_others_manage_is_not_ours),
#undef TEST
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
