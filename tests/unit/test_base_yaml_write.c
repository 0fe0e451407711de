#include "tests/unit/test.h"

#include "base/text.h"
#include "base/yaml.h"

static const struct {
	const char *text;
	const char *block; /* as a value of its own line */
	const char *flow;  /* in brackets */
} rows[] = {
	{"plain", "plain", "plain"},
	{"two words", "two words", "two words"},
	{"C:\\Windows\\a.exe", "C:\\Windows\\a.exe", "'C:\\Windows\\a.exe'"},
	{"", "''", "''"},
	{" lead", "' lead'", "' lead'"},
	{"trail ", "'trail '", "'trail '"},
	{"true", "'true'", "'true'"},
	{"12", "'12'", "'12'"},
	{"1.5", "'1.5'", "'1.5'"},
	{"~", "'~'", "'~'"},
	{"no", "no", "no"},
	{"1.0.0", "1.0.0", "1.0.0"},
	{"a: b", "'a: b'", "'a: b'"},
	{"a:", "'a:'", "'a:'"},
	{"a #b", "'a #b'", "'a #b'"},
	{"a#b", "a#b", "a#b"},
	{"a, b", "a, b", "'a, b'"},
	{"[a]", "'[a]'", "'[a]'"},
	{"a[1]", "a[1]", "'a[1]'"},
	{"-enc", "-enc", "-enc"},
	{"- enc", "'- enc'", "'- enc'"},
	{"-", "'-'", "'-'"},
	{"---", "'---'", "'---'"},
	{"...", "'...'", "'...'"},
	{"%TEMP%", "'%TEMP%'", "'%TEMP%'"},
	{"*.exe", "'*.exe'", "'*.exe'"},
	{"&x", "'&x'", "'&x'"},
	{"!x", "'!x'", "'!x'"},
	{"@x", "'@x'", "'@x'"},
	{"it's", "it's", "it's"},
	{"'x'", "'''x'''", "'''x'''"},
	{"\"x\"", "'\"x\"'", "'\"x\"'"},
	{"a\nb", "\"a\\nb\"", "\"a\\nb\""},
	{"a\tb", "\"a\\tb\"", "\"a\\tb\""},
	{"a\"\\\rb", "\"a\\\"\\\\\\rb\"", "\"a\\\"\\\\\\rb\""},
	{"a\x01"
	 "b",
		"\"a\\x01b\"", "\"a\\x01b\""},
	{"\xc3\xa4", "\xc3\xa4", "\xc3\xa4"},
	{"\xc2\x85", "\"\\x85\"", "\"\\x85\""},
	{"\xe2\x80\xa8", "\"\\u2028\"", "\"\\u2028\""},
	{"\xef\xbb\xbf", "\"\\uFEFF\"", "\"\\uFEFF\""},
	{"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static void scalars_are_written_as_simply_as_can_be(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	for (size_t i = 0; i < ROWS; i++) {
		assert_string_equal(pk_yaml_scalar(arena, rows[i].text, false), rows[i].block);
		assert_string_equal(pk_yaml_scalar(arena, rows[i].text, true), rows[i].flow);
		assert_int_equal(
			pk_yaml_plain_ok(rows[i].text), pk_text_equal(rows[i].text, rows[i].block));
	}
}

static void what_is_written_is_read_back(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	for (size_t i = 0; i < ROWS; i++) {
		const char *document = pk_arena_printf(arena, "a: %s\nb: [%s, x]\n%s: c\n",
			rows[i].block, rows[i].flow, rows[i].block);
		const struct pk_node *map = pk_yaml_read(source_from_text(arena, document), &diags);
		assert_non_null(map);
		assert_string_equal(map->pairs[0].value->text, rows[i].text);
		assert_int_equal(map->pairs[0].value->kind, PK_NODE_STRING);
		assert_int_equal(map->pairs[1].value->items.len, 2);
		assert_string_equal(map->pairs[1].value->items.items[0]->text, rows[i].text);
		assert_string_equal(map->pairs[2].key->text, rows[i].text);
	}
}

static void bad_bytes_become_replacement_characters(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	assert_string_equal(pk_yaml_scalar(arena, "a\xff", false), "\"a\xef\xbf\xbd\"");
	assert_false(pk_yaml_plain_ok("a\xff"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scalars_are_written_as_simply_as_can_be),
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(bad_bytes_become_replacement_characters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
