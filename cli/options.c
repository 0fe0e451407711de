#include "cli/options.h"

#include <string.h>

#include "base/list.h"
#include "base/text.h"
#include "cli/commands.h"

enum { HELP_COLUMN = 32 };

const struct pk_option pk_common_options[] = {
	{PK_OPT_CHOICE, 0, "color", "auto|always|never", offsetof(struct pk_common, color),
		"colour the output"},
	{PK_OPT_CHOICE, 0, "deny", "nothing|warnings", offsetof(struct pk_common, deny),
		"let warnings fail the command, too"},
	{PK_OPT_CHOICE, 0, "format", "text|short|json|sarif|junit",
		offsetof(struct pk_common, format), "how to print findings"},
	{PK_OPT_FLAG, 'h', "help", NULL, offsetof(struct pk_common, help), "print this help"},
	{PK_OPT_FLAG, 'q', "quiet", NULL, offsetof(struct pk_common, quiet), "print errors only"},
	PK_OPTIONS_END,
};

/* One run over a command line. */
struct reading {
	struct pk_cli *cli;
	const struct pk_option *own;
	char *options; /* the command's struct */
	struct pk_texts *arguments;
	int argc;
	char **argv;
	int next; /* index of the argument to look at next */
};

const char *pk_choice_at(const char *choices, size_t index, size_t *len_out)
{
	while (index > 0) {
		choices = strchr(choices, '|');
		if (choices == NULL)
			return NULL;
		choices++;
		index--;
	}
	*len_out = strcspn(choices, "|");
	return choices;
}

const struct pk_option *pk_options_find(
	const struct pk_option *options, const char *name, size_t len)
{
	for (; options->kind != PK_OPT_END; options++) {
		if (strlen(options->name) == len && memcmp(options->name, name, len) == 0)
			return options;
	}
	return NULL;
}

static const struct pk_option *find_letter(const struct pk_option *options, char letter)
{
	for (; options->kind != PK_OPT_END; options++) {
		if (options->letter == letter)
			return options;
	}
	return NULL;
}

/* The names of all options that this command line may have, for "did you mean". */
static const char *nearest_name(const struct reading *reading, const char *name)
{
	const struct pk_option *const tables[] = {reading->own, pk_common_options};
	struct pk_texts names = {0};
	for (size_t i = 0; i < 2; i++) {
		for (const struct pk_option *option = tables[i]; option->kind != PK_OPT_END;
			option++)
			*pk_list_push(reading->cli->arena, &names) = option->name;
	}
	return pk_text_nearest(name, names.items, names.len);
}

static bool refuse(struct reading *reading, const char *message)
{
	reading->cli->status = pk_cli_usage_error(reading->cli, "%s", message);
	return false;
}

static bool refuse_unknown(struct reading *reading, const char *name)
{
	struct pk_arena *arena = reading->cli->arena;
	const char *near = nearest_name(reading, name);
	if (near == NULL)
		return refuse(reading, pk_arena_printf(arena, "unknown option '--%s'", name));
	return refuse(reading,
		pk_arena_printf(arena, "unknown option '--%s'; did you mean '--%s'?", name, near));
}

static bool set_choice(
	struct reading *reading, const struct pk_option *option, void *field, const char *value)
{
	size_t len;
	int index = 0;
	for (const char *choice = pk_choice_at(option->value, 0, &len); choice != NULL;
		choice = pk_choice_at(option->value, (size_t)index, &len)) {
		if (strlen(value) == len && memcmp(choice, value, len) == 0) {
			memcpy(field, &index, sizeof(index));
			return true;
		}
		index++;
	}
	return refuse(reading,
		pk_arena_printf(reading->cli->arena, "option '--%s' takes one of %s, not '%s'",
			option->name, option->value, value));
}

static bool set_number(
	struct reading *reading, const struct pk_option *option, uint64_t *field, const char *value)
{
	if (pk_text_parse_u64(field, value))
		return true;
	return refuse(reading,
		pk_arena_printf(reading->cli->arena, "option '--%s' takes a number, not '%s'",
			option->name, value));
}

/* Sets the field of `option`; `value` is NULL for a flag. */
static bool set_field(
	struct reading *reading, const struct pk_option *option, bool common, const char *value)
{
	char *options = common ? (char *)&reading->cli->common : reading->options;
	void *field = options + option->offset;
	switch (option->kind) {
	case PK_OPT_END:
		break;
	case PK_OPT_FLAG:
		*(bool *)field = true;
		break;
	case PK_OPT_TEXT:
		*(const char **)field = value;
		break;
	case PK_OPT_NUMBER:
		return set_number(reading, option, field, value);
	case PK_OPT_CHOICE:
		return set_choice(reading, option, field, value);
	case PK_OPT_LIST:
		*pk_list_push(reading->cli->arena, (struct pk_texts *)field) = value;
		break;
	}
	return true;
}

/* The value of `option`: what stands behind it in the same word, else the next word. */
static bool set_with_value(
	struct reading *reading, const struct pk_option *option, bool common, const char *behind)
{
	if (option->kind == PK_OPT_FLAG && behind == NULL)
		return set_field(reading, option, common, NULL);
	if (option->kind == PK_OPT_FLAG)
		return refuse(reading,
			pk_arena_printf(
				reading->cli->arena, "option '--%s' takes no value", option->name));
	if (behind != NULL)
		return set_field(reading, option, common, behind);
	if (reading->next >= reading->argc)
		return refuse(reading,
			pk_arena_printf(reading->cli->arena, "option '--%s' needs a value: %s",
				option->name, option->value));
	return set_field(reading, option, common, reading->argv[reading->next++]);
}

/* `word` is what stands behind "--". */
static bool read_long(struct reading *reading, const char *word)
{
	size_t len = strcspn(word, "=");
	const char *behind = word[len] == '=' ? word + len + 1 : NULL;
	const struct pk_option *option = pk_options_find(reading->own, word, len);
	if (option != NULL)
		return set_with_value(reading, option, false, behind);
	option = pk_options_find(pk_common_options, word, len);
	if (option != NULL)
		return set_with_value(reading, option, true, behind);
	return refuse_unknown(reading, pk_arena_strndup(reading->cli->arena, word, len));
}

/* `word` is what stands behind "-": flags together, the last one may have a value. */
static bool read_letters(struct reading *reading, const char *word)
{
	for (; *word != '\0'; word++) {
		bool common = false;
		const struct pk_option *option = find_letter(reading->own, *word);
		if (option == NULL) {
			option = find_letter(pk_common_options, *word);
			common = true;
		}
		if (option == NULL)
			return refuse(reading,
				pk_arena_printf(reading->cli->arena, "unknown option '-%s'", word));
		if (option->kind != PK_OPT_FLAG)
			return set_with_value(
				reading, option, common, word[1] != '\0' ? word + 1 : NULL);
		if (!set_field(reading, option, common, NULL))
			return false;
	}
	return true;
}

static bool read_words(struct reading *reading)
{
	bool only_arguments = false;
	while (reading->next < reading->argc) {
		const char *word = reading->argv[reading->next++];
		bool done = true;
		if (only_arguments || word[0] != '-' || word[1] == '\0')
			*pk_list_push(reading->cli->arena, reading->arguments) = word;
		else if (pk_text_equal(word, "--"))
			only_arguments = true;
		else if (word[1] == '-')
			done = read_long(reading, word + 2);
		else
			done = read_letters(reading, word + 1);
		if (!done)
			return false;
	}
	return true;
}

bool pk_options_parse(struct pk_cli *cli, void *options_out, struct pk_texts *arguments_out,
	int argc, char **argv)
{
	struct reading reading = {
		.cli = cli,
		.own = cli->command->options,
		.options = options_out,
		.arguments = arguments_out,
		.argc = argc,
		.argv = argv,
		.next = 1,
	};
	if (!read_words(&reading))
		return false;

	pk_cli_choose_color(cli);
	if (cli->common.help) {
		pk_command_print_help(cli, cli->command);
		cli->status = PK_EXIT_OK;
		return false;
	}
	return true;
}

void pk_options_describe(
	struct pk_buf *buf, const struct pk_option *options, const struct pk_option *hidden)
{
	for (; options->kind != PK_OPT_END; options++) {
		if (hidden != NULL &&
			pk_options_find(hidden, options->name, strlen(options->name)) != NULL)
			continue;

		size_t begin = buf->len; /* of the line */
		if (options->letter != '\0')
			pk_buf_printf(buf, "  -%c, --%s", options->letter, options->name);
		else
			pk_buf_printf(buf, "      --%s", options->name);
		if (options->value != NULL)
			pk_buf_printf(buf, " %s", options->value);
		if (buf->len - begin > HELP_COLUMN - 2) {
			pk_buf_putc(buf, '\n');
			begin = buf->len;
		}
		pk_buf_printf(
			buf, "%*s%s\n", (int)(HELP_COLUMN - (buf->len - begin)), "", options->help);
	}
}
