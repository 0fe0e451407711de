#include "tests/unit/test.h"

#include <math.h>
#include <time.h>

#include "base/buf.h"
#include "base/yaml.h"

#if defined(__SANITIZE_ADDRESS__)
static const bool is_sanitized = true;
#elif defined(__has_feature)
static const bool is_sanitized = __has_feature(address_sanitizer);
#else
static const bool is_sanitized = false;
#endif

struct fixture {
	struct pk_arena *arena;
	struct pk_diags diags;
};

static int setup(void **state)
{
	struct pk_arena *arena = pk_arena_create();
	struct fixture *fixture = PK_NEW(arena, struct fixture);
	fixture->arena = arena;
	fixture->diags.arena = arena;
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;
	pk_arena_destroy(fixture->arena);
	return 0;
}

static struct pk_node *read_text(struct fixture *fixture, const char *text)
{
	return pk_yaml_read(source_from_text(fixture->arena, text), &fixture->diags);
}

static struct pk_node *item(const struct pk_node *list, size_t i)
{
	assert_int_equal(list->kind, PK_NODE_LIST);
	assert_true(i < list->items.len);
	return list->items.items[i];
}

static const struct {
	const char *text;
	enum pk_node_kind kind;
} core_schema[] = {
	{"~", PK_NODE_NULL},
	{"null", PK_NODE_NULL},
	{"Null", PK_NODE_NULL},
	{"nULL", PK_NODE_STRING},
	{"true", PK_NODE_BOOL},
	{"FALSE", PK_NODE_BOOL},
	{"yes", PK_NODE_STRING},
	{"no", PK_NODE_STRING},
	{"on", PK_NODE_STRING},
	{"Off", PK_NODE_STRING},
	{"y", PK_NODE_STRING},
	{"0", PK_NODE_INT},
	{"-12", PK_NODE_INT},
	{"+12", PK_NODE_INT},
	{"007", PK_NODE_INT},
	{"0x1F", PK_NODE_INT},
	{"0o17", PK_NODE_INT},
	{"0o18", PK_NODE_STRING},
	{"0x", PK_NODE_STRING},
	{"-0x1", PK_NODE_STRING},
	{"0b1", PK_NODE_STRING},
	{"1_000", PK_NODE_STRING},
	{"12:30", PK_NODE_STRING},
	{"1.5", PK_NODE_FLOAT},
	{"1.", PK_NODE_FLOAT},
	{".5", PK_NODE_FLOAT},
	{"-1e3", PK_NODE_FLOAT},
	{"1e", PK_NODE_STRING},
	{".", PK_NODE_STRING},
	{"+", PK_NODE_STRING},
	{"+-1", PK_NODE_STRING},
	{"1.0.0", PK_NODE_STRING},
	{"4.90", PK_NODE_FLOAT},
	{".inf", PK_NODE_FLOAT},
	{"-.INF", PK_NODE_FLOAT},
	{".NaN", PK_NODE_FLOAT},
	{"inf", PK_NODE_STRING},
	{"nan", PK_NODE_STRING},
	{"9223372036854775807", PK_NODE_INT},
	{"9223372036854775808", PK_NODE_FLOAT},
	{"0x7fffffffffffffff", PK_NODE_INT},
	{"0x8000000000000000", PK_NODE_FLOAT},
	{"1e999", PK_NODE_STRING},
	{"2024-01-01", PK_NODE_STRING},
	{"=", PK_NODE_STRING},
	{"<<", PK_NODE_STRING},
};

static void plain_scalars_follow_the_core_schema(void **state)
{
	struct fixture *fixture = *state;
	for (size_t i = 0; i < sizeof(core_schema) / sizeof(core_schema[0]); i++) {
		const struct pk_node *node = read_text(fixture, core_schema[i].text);
		assert_non_null(node);
		assert_int_equal(node->kind, core_schema[i].kind);
		assert_string_equal(node->text, core_schema[i].text);
		assert_false(node->quoted);
	}
}

static void numbers_have_their_values(void **state)
{
	struct fixture *fixture = *state;
	const struct pk_node *list = read_text(fixture,
		"[-12, +12, 0x1F, 0o17, 007, 1.5, -.inf, .nan, 0x10000000000000000, TRUE, False]");
	assert_int_equal(item(list, 0)->integer, -12);
	assert_int_equal(item(list, 1)->integer, 12);
	assert_int_equal(item(list, 2)->integer, 31);
	assert_int_equal(item(list, 3)->integer, 15);
	assert_int_equal(item(list, 4)->integer, 7);
	assert_true(item(list, 5)->number == 1.5);
	assert_true(item(list, 6)->number < 0 && isinf(item(list, 6)->number));
	assert_true(isnan(item(list, 7)->number));
	assert_true(item(list, 8)->number == 18446744073709551616.0);
	assert_true(item(list, 9)->boolean);
	assert_false(item(list, 10)->boolean);
}

static void quoted_and_block_scalars_are_strings(void **state)
{
	struct fixture *fixture = *state;
	const struct pk_node *list = read_text(fixture,
		"- '1'\n"
		"- \"true\"\n"
		"- |\n"
		"  12\n"
		"- >-\n"
		"  null\n"
		"- \"a\\0b\"\n"
		"- ''\n");
	static const char *const want[] = {"1", "true", "12\n", "null", "a", ""};
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(item(list, i)->kind, PK_NODE_STRING);
		assert_true(item(list, i)->quoted);
		assert_string_equal(item(list, i)->text, want[i]);
	}
	assert_int_equal(item(list, 4)->text_len, 3);
	assert_memory_equal(item(list, 4)->text, "a\0b", 4);
}

static void empty_documents_are_null(void **state)
{
	static const char *const texts[] = {"", "\n", "# only this\n", "---\n", "\xef\xbb\xbf"};
	struct fixture *fixture = *state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct pk_node *root = read_text(fixture, texts[i]);
		assert_non_null(root);
		assert_int_equal(root->kind, PK_NODE_NULL);
	}
	assert_int_equal(fixture->diags.all.len, 0);
}

static void mappings_keep_the_order_of_the_file(void **state)
{
	struct fixture *fixture = *state;
	const struct pk_node *map = read_text(fixture, "b: 1\na: 2\n4: x\ntrue: y\n");
	static const char *const keys[] = {"b", "a", "4", "true"};
	assert_int_equal(map->kind, PK_NODE_MAP);
	assert_int_equal(map->pair_count, 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(map->pairs[i].key->text, keys[i]);
}

static void spans_are_the_bytes_of_the_value(void **state)
{
	struct fixture *fixture = *state;
	const struct pk_node *map = read_text(fixture,
		"plain: two words  # comment\n"
		"single: 'it''s'\n"
		"flow: [a, {b: c}]\n"
		"block:\n"
		"  - one\n"
		"  - two\n"
		"\n"
		"text: |\n"
		"  line\n"
		"\n"
		"empty:\n"
		"last: x\n");
	assert_span_text(pk_node_find_key(map, "plain")->span, "plain");
	assert_span_text(pk_node_find(map, "plain")->span, "two words");
	assert_span_text(pk_node_find(map, "single")->span, "'it''s'");
	assert_span_text(pk_node_find(map, "flow")->span, "[a, {b: c}]");
	assert_span_text(item(pk_node_find(map, "flow"), 1)->span, "{b: c}");
	assert_span_text(pk_node_find(map, "block")->span, "- one\n  - two");
	assert_span_text(pk_node_find(map, "text")->span, "|\n  line");
	assert_span_text(pk_node_find(map, "empty")->span, "");
	assert_place(pk_node_find(map, "empty")->span, 11, 7);
	assert_span_text(pk_node_find(map, "last")->span, "x");
}

static void spans_are_bytes_even_if_characters_are_wide(void **state)
{
	struct fixture *fixture = *state;
	const struct pk_node *map = read_text(fixture,
		"\xef\xbb\xbf"
		"\xc3\xa4\xe2\x82\xac: '\xf0\x9f\x98\x80' # \xe2\x82\xac\r\n"
		"list: [\xc3\xa4, {\xc3\xb6: \xc3\xbc}]\r\n"
		"nel\xc2\x85l\xe2\x80\xa8: x\n");
	assert_null(map);

	map = read_text(fixture,
		"\xef\xbb\xbf"
		"\xc3\xa4\xe2\x82\xac: '\xf0\x9f\x98\x80' # \xe2\x82\xac\r\n"
		"list: [\xc3\xa4, {\xc3\xb6: \xc3\xbc}]\r\n"
		"last: x\n");
	assert_non_null(map);
	assert_span_text(map->pairs[0].key->span, "\xc3\xa4\xe2\x82\xac");
	assert_place(map->pairs[0].key->span, 1, 1);
	assert_span_text(map->pairs[0].value->span, "'\xf0\x9f\x98\x80'");
	assert_place(map->pairs[0].value->span, 1, 5);
	const struct pk_node *list = map->pairs[1].value;
	assert_span_text(list->span, "[\xc3\xa4, {\xc3\xb6: \xc3\xbc}]");
	assert_span_text(item(list, 0)->span, "\xc3\xa4");
	assert_span_text(item(list, 1)->pairs[0].value->span, "\xc3\xbc");
	assert_place(item(list, 1)->pairs[0].value->span, 2, 15);
	assert_span_text(map->pairs[2].key->span, "last");
}

static void comments_belong_to_what_stands_below_them(void **state)
{
	struct fixture *fixture = *state;
	const struct pk_node *map = read_text(fixture,
		"# about the file\n"
		"\n"
		"# first\n"
		"#second\r\n"
		"  #   third\n"
		"one: 1 # behind\n"
		"two: 2\n"
		"rules:\n"
		"  # about a\n"
		"  - id: a\n"
		"    # about x\n"
		"    x: [1]\n"
		"  -   # not above\n"
		"    id: b\n"
		"  # about c\n"
		"  - c\n");
	assert_string_equal(pk_node_find(map, "one")->comment, "first\nsecond\n  third");
	assert_null(pk_node_find(map, "two")->comment);
	const struct pk_node *rules = pk_node_find(map, "rules");
	assert_null(rules->comment);
	assert_string_equal(item(rules, 0)->comment, "about a");
	assert_null(pk_node_find(item(rules, 0), "id")->comment);
	assert_string_equal(pk_node_find(item(rules, 0), "x")->comment, "about x");
	assert_null(item(rules, 1)->comment);
	assert_string_equal(item(rules, 2)->comment, "about c");
}

static void text_that_looks_like_a_comment_is_none(void **state)
{
	struct fixture *fixture = *state;
	const struct pk_node *map = read_text(fixture,
		"a: |\n"
		"  # text\n"
		"b: \"x\n"
		"  # y\"\n"
		"c: 1\n");
	assert_string_equal(pk_node_find(map, "a")->text, "# text\n");
	assert_null(pk_node_find(map, "b")->comment);
	assert_null(pk_node_find(map, "c")->comment);
}

static void duplicate_key_points_at_the_second_and_shows_the_first(void **state)
{
	struct fixture *fixture = *state;
	assert_null(read_text(fixture, "a: 1\nb: 2\n'a': 3\n"));
	assert_one_finding(&fixture->diags, PK_YAML_DUPLICATE_KEY, 3, 1);
	assert_place(fixture->diags.all.items[0].related.items[0].span, 1, 1);
}

static void duplicate_keys_of_large_mappings_are_all_found(void **state)
{
	struct fixture *fixture = *state;
	PK_BUF_AUTO buf = {0};
	for (int i = 0; i < 100; i++)
		pk_buf_printf(&buf, "k%d: x\n", i % 80);
	assert_null(read_text(fixture, buf.data));
	assert_int_equal(fixture->diags.all.len, 20);
	for (uint32_t i = 0; i < 20; i++) {
		assert_place(fixture->diags.all.items[i].span, 81 + i, 1);
		assert_place(fixture->diags.all.items[i].related.items[0].span, 1 + i, 1);
	}
}

static void duplicate_keys_of_small_mappings_are_found_at_every_size(void **state)
{
	struct fixture *fixture = *state;
	for (int size = 1; size < 20; size++) {
		PK_BUF_AUTO buf = {0};
		for (int i = 0; i < size; i++)
			pk_buf_printf(&buf, "k%d: x\n", i);
		assert_non_null(read_text(fixture, buf.data));
		pk_buf_printf(&buf, "k%d: x\n", size / 2);
		fixture->diags.all.len = 0;
		assert_null(read_text(fixture, buf.data));
		assert_one_finding(&fixture->diags, PK_YAML_DUPLICATE_KEY, (uint32_t)size + 1, 1);
	}
}

static void anchors_aliases_and_tags_are_all_reported(void **state)
{
	struct fixture *fixture = *state;
	assert_null(read_text(fixture, "a: &x 1\nb: *x\nc: !!str 2\nd: &y [1]\ne: !t {}\n"));
	assert_int_equal(fixture->diags.all.len, 5);
	for (uint32_t i = 0; i < 5; i++) {
		assert_int_equal(fixture->diags.all.items[i].code, PK_YAML_ANCHOR);
		assert_place(fixture->diags.all.items[i].span, i + 1, 4);
	}
}

static void keys_that_are_no_text_are_refused(void **state)
{
	static const char *const texts[] = {
		"? [a]\n: 1\n", "? {a: b}\n: 1\n", "~: 1\n", "?\n: 1\n", "\"a\\0\": 1\n"};
	struct fixture *fixture = *state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		fixture->diags.all.len = 0;
		assert_null(read_text(fixture, texts[i]));
		assert_int_equal(fixture->diags.all.len, 1);
		assert_int_equal(fixture->diags.all.items[0].code, PK_YAML_KEY);
	}
}

static void second_document_is_refused(void **state)
{
	struct fixture *fixture = *state;
	assert_null(read_text(fixture, "---\na: 1\n---\nb: 2\n"));
	assert_one_finding(&fixture->diags, PK_YAML_DOCUMENTS, 3, 1);
}

static void one_document_with_markers_is_read(void **state)
{
	struct fixture *fixture = *state;
	assert_non_null(read_text(fixture, "%YAML 1.2\n---\na: 1\n...\n"));
	assert_int_equal(fixture->diags.all.len, 0);
}

static char *nested(struct fixture *fixture, size_t depth)
{
	PK_BUF_AUTO buf = {0};
	for (size_t i = 0; i < depth; i++)
		pk_buf_putc(&buf, '[');
	for (size_t i = 0; i < depth; i++)
		pk_buf_putc(&buf, ']');
	return pk_arena_strndup(fixture->arena, buf.data, buf.len);
}

static void nesting_has_a_limit(void **state)
{
	struct fixture *fixture = *state;
	assert_non_null(read_text(fixture, nested(fixture, PK_YAML_DEPTH)));
	assert_null(read_text(fixture, nested(fixture, PK_YAML_DEPTH + 1)));
	assert_one_finding(&fixture->diags, PK_YAML_LIMIT, 1, PK_YAML_DEPTH + 1);
	fixture->diags.all.len = 0;
	assert_null(read_text(fixture, nested(fixture, 200000)));
	assert_one_finding(&fixture->diags, PK_YAML_LIMIT, 1, PK_YAML_DEPTH + 1);
}

/* Two million values take a second, but under AddressSanitizer half a minute. */
static void count_of_values_has_a_limit(void **state)
{
	struct fixture *fixture = *state;
	if (is_sanitized)
		skip();
	PK_BUF_AUTO buf = {0};
	for (size_t i = 0; i < PK_YAML_NODES; i++)
		pk_buf_puts(&buf, "-\n");
	assert_null(read_text(fixture, buf.data));
	assert_one_finding(&fixture->diags, PK_YAML_LIMIT, PK_YAML_NODES, 2);
}

static void syntax_errors_have_a_place(void **state)
{
	static const struct {
		const char *text;
		uint32_t line;
		uint32_t column;
	} rows[] = {
		{"a: [1, 2\nb: 3\n", 2, 2},
		{"a: 'open\n", 2, 1},
		{"a: b: c\n", 1, 5},
		{"a:\n\t- b\n", 2, 1},
		{"a: \x01\n", 1, 4},
		{"\xef\xbb\xbf\xc3\xa4: \x01\n", 1, 4},
		{"\xc3\xa4: @x\n", 1, 4},
	};
	struct fixture *fixture = *state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fixture->diags.all.len = 0;
		assert_null(read_text(fixture, rows[i].text));
		assert_one_finding(&fixture->diags, PK_YAML_SYNTAX, rows[i].line, rows[i].column);
	}
}

static void bad_bytes_are_refused_with_their_place(void **state)
{
	struct fixture *fixture = *state;
	assert_null(read_text(fixture, "a: b\nc: \xff\n"));
	assert_one_finding(&fixture->diags, PK_BAD_UTF8, 2, 4);
	fixture->diags.all.len = 0;
	struct pk_source *utf16 = pk_source_make(fixture->arena, "test",
		"\xff\xfe"
		"a\0",
		4);
	assert_null(pk_yaml_read(utf16, &fixture->diags));
	assert_int_equal(fixture->diags.all.items[0].code, PK_BAD_UTF8);
}

static void nul_in_the_file_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct pk_source *source = pk_source_make(fixture->arena, "test", "a: b\0c\n", 7);
	assert_null(pk_yaml_read(source, &fixture->diags));
	assert_one_finding(&fixture->diags, PK_YAML_SYNTAX, 1, 5);
}

static void several_problems_are_reported_together(void **state)
{
	struct fixture *fixture = *state;
	assert_null(read_text(fixture, "a: 1\na: &x 2\n? [k]\n: 3\nb: !t 4\n"));
	assert_int_equal(fixture->diags.errors, 4);
}

static void error_before_does_not_refuse_a_good_file(void **state)
{
	struct fixture *fixture = *state;
	assert_null(read_text(fixture, "["));
	assert_non_null(read_text(fixture, "[]"));
}

static double cpu_seconds(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

/* Seconds to read `count` pairs of one mapping of long, non-ASCII lines. */
static double time_reading(size_t count)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	PK_BUF_AUTO buf = {0};
	for (size_t i = 0; i < count; i++)
		pk_buf_printf(&buf, "# about\nk%zu: {\xc3\xa4: '\xe2\x82\xac', c: [1, 2]}\n", i);
	double begin = cpu_seconds();
	assert_non_null(pk_yaml_read(pk_source_make(arena, "x", buf.data, buf.len), &diags));
	return cpu_seconds() - begin;
}

static void reading_time_is_linear(void **state)
{
	(void)state;
	double small = time_reading(2000);
	double large = time_reading(16000);
	/* Eight times the text; a quadratic reader would need 64 times as long. */
	assert_true(large < small * 30 + 0.1);
}

#define YAML_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		YAML_TEST(plain_scalars_follow_the_core_schema),
		YAML_TEST(numbers_have_their_values),
		YAML_TEST(quoted_and_block_scalars_are_strings),
		YAML_TEST(empty_documents_are_null),
		YAML_TEST(mappings_keep_the_order_of_the_file),
		YAML_TEST(spans_are_the_bytes_of_the_value),
		YAML_TEST(spans_are_bytes_even_if_characters_are_wide),
		YAML_TEST(comments_belong_to_what_stands_below_them),
		YAML_TEST(text_that_looks_like_a_comment_is_none),
		YAML_TEST(duplicate_key_points_at_the_second_and_shows_the_first),
		YAML_TEST(duplicate_keys_of_large_mappings_are_all_found),
		YAML_TEST(duplicate_keys_of_small_mappings_are_found_at_every_size),
		YAML_TEST(anchors_aliases_and_tags_are_all_reported),
		YAML_TEST(keys_that_are_no_text_are_refused),
		YAML_TEST(second_document_is_refused),
		YAML_TEST(one_document_with_markers_is_read),
		YAML_TEST(nesting_has_a_limit),
		YAML_TEST(count_of_values_has_a_limit),
		YAML_TEST(syntax_errors_have_a_place),
		YAML_TEST(bad_bytes_are_refused_with_their_place),
		YAML_TEST(nul_in_the_file_is_refused),
		YAML_TEST(several_problems_are_reported_together),
		YAML_TEST(error_before_does_not_refuse_a_good_file),
		YAML_TEST(reading_time_is_linear),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
