#include <math.h>

#include "tests/unit/test.h"

#include "base/buf.h"
#include "base/json.h"

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
	fixture->diags.all.len = 0;
	return pk_json_read(source_from_text(fixture->arena, text), &fixture->diags);
}

static struct pk_node *item(const struct pk_node *list, size_t i)
{
	assert_int_equal(list->kind, PK_NODE_LIST);
	assert_true(i < list->items.len);
	return list->items.items[i];
}

static void values_of_every_kind_are_read(void **state)
{
	struct fixture *fixture = *state;
	const struct pk_node *list = read_text(
		fixture, "[null, true, false, -7, 1.5e1, \"x\", [], {}, 9223372036854775808]");
	assert_int_equal(item(list, 0)->kind, PK_NODE_NULL);
	assert_string_equal(item(list, 0)->text, "null");
	assert_true(item(list, 1)->boolean);
	assert_false(item(list, 2)->boolean);
	assert_int_equal(item(list, 3)->kind, PK_NODE_INT);
	assert_int_equal(item(list, 3)->integer, -7);
	assert_int_equal(item(list, 4)->kind, PK_NODE_FLOAT);
	assert_true(item(list, 4)->number == 15);
	assert_string_equal(item(list, 4)->text, "1.5e1");
	assert_string_equal(item(list, 5)->text, "x");
	assert_true(item(list, 5)->quoted);
	assert_int_equal(item(list, 6)->kind, PK_NODE_LIST);
	assert_int_equal(item(list, 7)->kind, PK_NODE_MAP);
	assert_int_equal(item(list, 8)->kind, PK_NODE_FLOAT);
	assert_string_equal(item(list, 8)->text, "9223372036854775808");
}

static void scalars_alone_are_documents(void **state)
{
	static const char *const texts[] = {"42", "-0.5", "\"x\"", "true", " null ", "0"};
	struct fixture *fixture = *state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_non_null(read_text(fixture, texts[i]));
	assert_span_text(read_text(fixture, " 42")->span, "42");
}

static void spans_are_the_bytes_of_the_value(void **state)
{
	struct fixture *fixture = *state;
	const struct pk_node *map = read_text(fixture,
		"\xef\xbb\xbf{ \"\xc3\xa4\" : \"\\u00e4\\\"\" ,\n"
		"  \"b\":[ 1 , -2.5,true ,null], \"c\" : { } }\n");
	assert_non_null(map);
	assert_place(map->span, 1, 1);
	assert_span_text(map->pairs[0].key->span, "\"\xc3\xa4\"");
	assert_place(map->pairs[0].key->span, 1, 3);
	assert_span_text(map->pairs[0].value->span, "\"\\u00e4\\\"\"");
	assert_string_equal(map->pairs[0].value->text, "\xc3\xa4\"");
	const struct pk_node *list = map->pairs[1].value;
	assert_span_text(list->span, "[ 1 , -2.5,true ,null]");
	assert_span_text(item(list, 0)->span, "1");
	assert_span_text(item(list, 1)->span, "-2.5");
	assert_span_text(item(list, 2)->span, "true");
	assert_span_text(item(list, 3)->span, "null");
	assert_span_text(map->pairs[2].value->span, "{ }");
	assert_int_equal(map->span.end, map->span.source->len - 1);
}

static void nul_in_a_string_is_kept(void **state)
{
	struct fixture *fixture = *state;
	const struct pk_node *node = read_text(fixture, "\"a\\u0000b\"");
	assert_int_equal(node->text_len, 3);
	assert_memory_equal(node->text, "a\0b", 4);
}

static void nul_in_a_name_is_refused(void **state)
{
	struct fixture *fixture = *state;
	assert_null(read_text(fixture, "{\"a\\u0000\": 1}"));
	assert_one_finding(&fixture->diags, PK_JSON_SYNTAX, 1, 2);
}

static void duplicate_name_points_at_the_second_and_shows_the_first(void **state)
{
	struct fixture *fixture = *state;
	assert_null(read_text(fixture, "{\"a\": 1,\n\"b\": {\"a\": 2},\n\"\\u0061\": 3}"));
	assert_one_finding(&fixture->diags, PK_JSON_DUPLICATE_KEY, 3, 1);
	assert_place(fixture->diags.all.items[0].related.items[0].span, 1, 2);
}

static void what_is_not_json_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *text;
		uint32_t line;
		uint32_t column;
	} rows[] = {
		{"", 1, 1},
		{" \n", 2, 1},
		{"[1,,2]", 1, 4},
		{"[1 2]", 1, 4},
		{"[1,]", 1, 4},
		{"{\"a\" 1}", 1, 6},
		{"{a: 1}", 1, 2},
		{"{\"a\": 1,}", 1, 9},
		{"[1", 1, 3},
		{"\"open", 1, 6},
		{"[1] x", 1, 5},
		{"[1] [2]", 1, 5},
		{"// no\n1", 1, 1},
		{"[tru]", 1, 2},
		{"[01]", 1, 3},
		{"[1.]", 1, 2},
		{"\"\\q\"", 1, 3},
		{"\"a\tb\"", 1, 3},
		{"\"ab\\u12x\"", 1, 8},
		{"['a']", 1, 2},
		{"NaN", 1, 1},
	};
	struct fixture *fixture = *state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_null(read_text(fixture, rows[i].text));
		assert_one_finding(&fixture->diags, PK_JSON_SYNTAX, rows[i].line, rows[i].column);
	}
}

static void raw_nul_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct pk_source *source = pk_source_make(fixture->arena, "test", "[1]\0", 4);
	assert_null(pk_json_read(source, &fixture->diags));
	assert_one_finding(&fixture->diags, PK_JSON_SYNTAX, 1, 4);
}

static void half_surrogates_are_refused_and_pairs_are_not(void **state)
{
	struct fixture *fixture = *state;
	const struct pk_node *node = read_text(fixture, "\"\\ud83d\\ude00\\\\ud800\"");
	assert_string_equal(node->text, "\xf0\x9f\x98\x80\\ud800");
	static const char *const bad[] = {"\"x\\ud83d\"", "\"x\\ude00\"", "\"x\\ud83dx\"",
		"\"x\\ud83d\\n\"", "\"x\\uD83D\\u0041\""};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_null(read_text(fixture, bad[i]));
		assert_one_finding(&fixture->diags, PK_JSON_SYNTAX, 1, 3);
	}
	assert_null(read_text(fixture, "\"\\ud83d\\ud83d\\ude00\""));
	assert_one_finding(&fixture->diags, PK_JSON_SYNTAX, 1, 2);
}

static void bad_bytes_are_refused_with_their_place(void **state)
{
	struct fixture *fixture = *state;
	assert_null(read_text(fixture, "[\n\"\xed\xa0\x80\"]"));
	assert_one_finding(&fixture->diags, PK_BAD_UTF8, 2, 2);
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
	assert_non_null(read_text(fixture, nested(fixture, PK_JSON_DEPTH)));
	assert_null(read_text(fixture, nested(fixture, PK_JSON_DEPTH + 1)));
	assert_one_finding(&fixture->diags, PK_JSON_LIMIT, 1, PK_JSON_DEPTH + 1);
	assert_null(read_text(fixture, nested(fixture, 1000000)));
	assert_one_finding(&fixture->diags, PK_JSON_LIMIT, 1, PK_JSON_DEPTH + 1);
}

static void numbers_out_of_range_are_refused(void **state)
{
	struct fixture *fixture = *state;
	assert_null(read_text(fixture, "[1, 1e999]"));
	assert_one_finding(&fixture->diags, PK_JSON_LIMIT, 1, 5);
}

static void strings_are_written_with_escapes(void **state)
{
	(void)state;
	PK_BUF_AUTO buf = {0};
	pk_json_put_string(&buf, "a\"\\\n\r\t\x01\x7f\xc3\xa4\xff/");
	assert_string_equal(buf.data, "\"a\\\"\\\\\\n\\r\\t\\u0001\\u007f\xc3\xa4\xef\xbf\xbd/\"");
	buf.len = 0;
	pk_json_put_string_len(&buf, "\0x", 2);
	assert_string_equal(buf.data, "\"\\u0000x\"");
	buf.len = 0;
	pk_json_put_string(&buf, "");
	assert_string_equal(buf.data, "\"\"");
}

static void numbers_that_json_does_not_spell_are_written_as_values(void **state)
{
	(void)state;
	static const struct {
		struct pk_node node;
		const char *want;
	} rows[] = {
		{{.kind = PK_NODE_INT, .text = "-10", .integer = -10}, "-10"},
		{{.kind = PK_NODE_FLOAT, .text = "1.50e+3", .number = 1500}, "1.50e+3"},
		{{.kind = PK_NODE_INT, .text = "09", .integer = 9}, "9"},
		{{.kind = PK_NODE_INT, .text = "+7", .integer = 7}, "7"},
		{{.kind = PK_NODE_INT, .text = "0x1f", .integer = 31}, "31"},
		{{.kind = PK_NODE_FLOAT, .text = ".5", .number = 0.5}, "0.5"},
		{{.kind = PK_NODE_FLOAT, .text = "1.", .number = 1}, "1"},
		{{.kind = PK_NODE_FLOAT, .text = "-.inf", .number = -(double)INFINITY},
			"\"-.inf\""},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		PK_BUF_AUTO buf = {0};
		struct pk_node node = rows[i].node;
		node.text_len = strlen(node.text);
		pk_json_put_number(&buf, &node);
		pk_buf_putc(&buf, '\0');
		assert_string_equal(buf.data, rows[i].want);
	}
}

#define JSON_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		JSON_TEST(values_of_every_kind_are_read),
		JSON_TEST(scalars_alone_are_documents),
		JSON_TEST(spans_are_the_bytes_of_the_value),
		JSON_TEST(nul_in_a_string_is_kept),
		JSON_TEST(nul_in_a_name_is_refused),
		JSON_TEST(duplicate_name_points_at_the_second_and_shows_the_first),
		JSON_TEST(what_is_not_json_is_refused_with_its_place),
		JSON_TEST(raw_nul_is_refused),
		JSON_TEST(half_surrogates_are_refused_and_pairs_are_not),
		JSON_TEST(bad_bytes_are_refused_with_their_place),
		JSON_TEST(nesting_has_a_limit),
		JSON_TEST(numbers_out_of_range_are_refused),
		JSON_TEST(strings_are_written_with_escapes),
		JSON_TEST(numbers_that_json_does_not_spell_are_written_as_values),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
