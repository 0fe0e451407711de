#include "cli/completion.h"

/* Text inside single quotes of fish, where only the quote and the backslash are special. */
static void put_quoted(struct pk_buf *buf, const char *text)
{
	pk_buf_putc(buf, '\'');
	for (; *text != '\0'; text++) {
		if (*text == '\'' || *text == '\\')
			pk_buf_putc(buf, '\\');
		pk_buf_putc(buf, *text);
	}
	pk_buf_putc(buf, '\'');
}

/* "complete -c picket" for what stands behind the name of `command`. */
static void put_start(struct pk_buf *buf, const struct pk_command *command)
{
	pk_buf_printf(buf, "complete -c picket -n '__fish_seen_subcommand_from %s'", command->name);
}

static void put_option(
	struct pk_buf *buf, const struct pk_command *command, const struct pk_option *option)
{
	put_start(buf, command);
	pk_buf_printf(buf, " -l %s", option->name);
	if (option->letter != '\0')
		pk_buf_printf(buf, " -s %c", option->letter);
	if (option->kind == PK_OPT_CHOICE) {
		pk_buf_puts(buf, " -x -a '");
		pk_completion_put_choices(buf, option->value);
		pk_buf_putc(buf, '\'');
	} else if (option->kind != PK_OPT_FLAG) {
		pk_buf_puts(buf, " -r -F");
	}
	pk_buf_puts(buf, " -d ");
	put_quoted(buf, option->help);
	pk_buf_putc(buf, '\n');
}

static void put_command(struct pk_buf *buf, const struct pk_command *command)
{
	pk_buf_printf(
		buf, "complete -c picket -f -n __fish_use_subcommand -a %s -d ", command->name);
	put_quoted(buf, command->summary);
	pk_buf_putc(buf, '\n');

	const struct pk_option *option;
	for (size_t i = 0; (option = pk_completion_option(command, i)) != NULL; i++)
		put_option(buf, command, option);

	PK_BUF_AUTO words = {0};
	switch (pk_completion_arguments(&words, command)) {
	case PK_ARGUMENT_NONE:
		put_start(buf, command);
		pk_buf_puts(buf, " -f\n");
		break;
	case PK_ARGUMENT_FILE:
		break;
	case PK_ARGUMENT_WORDS:
		put_start(buf, command);
		pk_buf_printf(buf, " -a '%s'\n", words.data);
		break;
	}
}

void pk_completion_fish(struct pk_buf *buf)
{
	size_t count;
	const struct pk_command *commands = pk_command_list(&count);
	pk_buf_puts(buf, "# fish completion for picket; made by 'picket completion fish'\n");
	for (size_t i = 0; i < count; i++)
		put_command(buf, &commands[i]);
}
