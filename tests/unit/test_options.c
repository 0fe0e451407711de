#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"

enum fruit {
	APPLE,
	PEAR,
	PLUM,
};

struct sample_options {
	bool all;
	const char *out;
	uint64_t count;
	enum fruit fruit;
	struct pk_texts tags;
	bool json;
};

static const struct pk_option sample_table[] = {
	{PK_OPT_FLAG, 'a', "all", NULL, offsetof(struct sample_options, all), "take all"},
	{PK_OPT_NUMBER, 'n', "count", "N", offsetof(struct sample_options, count), "how many"},
	{PK_OPT_CHOICE, 0, "fruit", "apple|pear|plum", offsetof(struct sample_options, fruit),
		"which fruit"},
	{PK_OPT_TEXT, 'o', "output", "FILE", offsetof(struct sample_options, out), "where to"},
	{PK_OPT_LIST, 't', "tag", "TAG", offsetof(struct sample_options, tags), "a tag"},
	PK_OPTIONS_END,
};

/* A table that has a common name for itself. */
static const struct pk_option own_format_table[] = {
	{PK_OPT_CHOICE, 0, "format", "apple|pear|plum", offsetof(struct sample_options, fruit),
		"which fruit"},
	PK_OPTIONS_END,
};

/* One command line, read. */
struct fixture {
	struct pk_cli cli;
	struct pk_command command;
	struct sample_options options;
	struct pk_texts arguments;
	char *out;
	size_t out_len;
	char *err;
	size_t err_len;
};

static int setup(void **state)
{
	struct pk_arena *arena = pk_arena_create();
	struct fixture *fixture = PK_NEW(arena, struct fixture);
	pk_cli_init(&fixture->cli, arena, open_memstream(&fixture->out, &fixture->out_len),
		open_memstream(&fixture->err, &fixture->err_len));
	fixture->command = (struct pk_command){
		.name = "sample", .arguments = "THING", .summary = "try", .options = sample_table};
	fixture->cli.command = &fixture->command;
	fixture->cli.status = -1;
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;
	fclose(fixture->cli.out);
	fclose(fixture->cli.err);
	free(fixture->out);
	free(fixture->err);
	pk_arena_destroy(fixture->cli.arena);
	return 0;
}

/* Reads the words of `line`, which are divided by single blanks. */
static bool parse(struct fixture *fixture, const char *line)
{
	char *words = pk_arena_printf(fixture->cli.arena, "sample %s", line);
	char *argv[16];
	int argc = 0;
	for (char *word = words; word != NULL;) {
		argv[argc++] = word;
		word = strchr(word, ' ');
		if (word != NULL)
			*word++ = '\0';
	}
	bool done =
		pk_options_parse(&fixture->cli, &fixture->options, &fixture->arguments, argc, argv);
	fflush(fixture->cli.out);
	fflush(fixture->cli.err);
	return done;
}

/* The line must be refused as wrong use, with `text` in what is said. */
static void assert_refused(struct fixture *fixture, const char *line, const char *text)
{
	assert_false(parse(fixture, line));
	assert_int_equal(fixture->cli.status, PK_EXIT_USAGE);
	assert_int_equal(fixture->out_len, 0);
	assert_non_null(strstr(fixture->err, text));
}

static void every_kind_sets_its_field(void **state)
{
	struct fixture *fixture = *state;
	assert_true(parse(fixture, "--all --output x --count=12 --fruit plum --tag a --tag=b"));
	assert_true(fixture->options.all);
	assert_string_equal(fixture->options.out, "x");
	assert_int_equal(fixture->options.count, 12);
	assert_int_equal(fixture->options.fruit, PLUM);
	assert_int_equal(fixture->options.tags.len, 2);
	assert_string_equal(fixture->options.tags.items[0], "a");
	assert_string_equal(fixture->options.tags.items[1], "b");
	assert_int_equal(fixture->err_len, 0);
}

static void what_is_not_given_stays(void **state)
{
	struct fixture *fixture = *state;
	fixture->options.fruit = PEAR;
	fixture->options.count = 7;
	assert_true(parse(fixture, "x"));
	assert_int_equal(fixture->options.fruit, PEAR);
	assert_int_equal(fixture->options.count, 7);
	assert_false(fixture->options.all);
	assert_null(fixture->options.out);
}

static void letters_may_stand_together_and_the_last_take_a_value(void **state)
{
	struct fixture *fixture = *state;
	assert_true(parse(fixture, "-aqo x -n3"));
	assert_true(fixture->options.all);
	assert_true(fixture->cli.common.quiet);
	assert_string_equal(fixture->options.out, "x");
	assert_int_equal(fixture->options.count, 3);
}

static void arguments_and_options_mix_until_two_dashes(void **state)
{
	struct fixture *fixture = *state;
	assert_true(parse(fixture, "one - --all two -- --output -n"));
	assert_true(fixture->options.all);
	assert_int_equal(fixture->arguments.len, 5);
	assert_string_equal(fixture->arguments.items[0], "one");
	assert_string_equal(fixture->arguments.items[1], "-");
	assert_string_equal(fixture->arguments.items[2], "two");
	assert_string_equal(fixture->arguments.items[3], "--output");
	assert_string_equal(fixture->arguments.items[4], "-n");
}

static void the_last_of_two_counts(void **state)
{
	struct fixture *fixture = *state;
	assert_true(parse(fixture, "--output a -o b"));
	assert_string_equal(fixture->options.out, "b");
}

static void common_options_are_known_to_every_command(void **state)
{
	struct fixture *fixture = *state;
	assert_true(parse(fixture, "--format sarif --color always --deny warnings -q"));
	assert_int_equal(fixture->cli.common.format, PK_FORMAT_SARIF);
	assert_int_equal(fixture->cli.common.deny, PK_DENY_WARNINGS);
	assert_true(fixture->cli.common.quiet);
	assert_true(fixture->cli.color);
	assert_true(fixture->cli.err_color);
}

static void a_row_of_the_command_wins_over_a_common_one(void **state)
{
	struct fixture *fixture = *state;
	fixture->command.options = own_format_table;
	assert_true(parse(fixture, "--format plum"));
	assert_int_equal(fixture->options.fruit, PLUM);
	assert_int_equal(fixture->cli.common.format, PK_FORMAT_TEXT);
}

static void an_unknown_option_is_refused_with_the_nearest(void **state)
{
	assert_refused(*state, "--ouput x", "did you mean '--output'?");
}

static void an_unknown_letter_is_refused(void **state)
{
	assert_refused(*state, "-az", "unknown option '-z'");
}

static void a_wrong_choice_is_refused_with_all_choices(void **state)
{
	assert_refused(*state, "--fruit app", "one of apple|pear|plum, not 'app'");
}

static void a_wrong_number_is_refused(void **state)
{
	assert_refused(*state, "--count 3x", "takes a number, not '3x'");
}

static void a_missing_value_is_refused(void **state)
{
	assert_refused(*state, "--output", "needs a value: FILE");
}

static void a_value_for_a_flag_is_refused(void **state)
{
	assert_refused(*state, "--all=yes", "takes no value");
}

static void help_is_made_of_the_tables(void **state)
{
	struct fixture *fixture = *state;
	assert_false(parse(fixture, "--help"));
	assert_int_equal(fixture->cli.status, PK_EXIT_OK);
	assert_non_null(strstr(fixture->out, "usage: picket sample [OPTION...] THING\n"));
	assert_non_null(strstr(fixture->out, "  -o, --output FILE             where to\n"));
	assert_non_null(strstr(fixture->out, "      --fruit apple|pear|plum   which fruit\n"));
	assert_non_null(strstr(fixture->out, "--format text|short|json|sarif|junit"));
}

static void help_shows_a_name_once(void **state)
{
	struct fixture *fixture = *state;
	fixture->command.options = own_format_table;
	assert_false(parse(fixture, "--help"));
	assert_non_null(strstr(fixture->out, "--format apple|pear|plum"));
	assert_null(strstr(fixture->out, "sarif"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_kind_sets_its_field),
		TEST(what_is_not_given_stays),
		TEST(letters_may_stand_together_and_the_last_take_a_value),
		TEST(arguments_and_options_mix_until_two_dashes),
		TEST(the_last_of_two_counts),
		TEST(common_options_are_known_to_every_command),
		TEST(a_row_of_the_command_wins_over_a_common_one),
		TEST(an_unknown_option_is_refused_with_the_nearest),
		TEST(an_unknown_letter_is_refused),
		TEST(a_wrong_choice_is_refused_with_all_choices),
		TEST(a_wrong_number_is_refused),
		TEST(a_missing_value_is_refused),
		TEST(a_value_for_a_flag_is_refused),
		TEST(help_is_made_of_the_tables),
		TEST(help_shows_a_name_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
