#include <string.h>

#include "cli/completion.h"

/* Text inside single quotes that _arguments and _describe read: ':', '[' and ']' are theirs. */
static void put_quoted(struct pk_buf *buf, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			pk_buf_puts(buf, "'\\''");
		else if (strchr(":[]\\", *text) != NULL)
			pk_buf_printf(buf, "\\%c", *text);
		else
			pk_buf_putc(buf, *text);
	}
}

/* One word for _arguments: "--format[how to print]:value:(text short)". */
static void put_option_as(struct pk_buf *buf, const struct pk_option *option, const char *dashes,
	const char *name, size_t len)
{
	pk_buf_printf(buf, " \\\n\t\t\t'%s", option->kind == PK_OPT_LIST ? "*" : "");
	pk_buf_puts(buf, dashes);
	pk_buf_put(buf, name, len);
	pk_buf_putc(buf, '[');
	put_quoted(buf, option->help);
	pk_buf_putc(buf, ']');
	if (option->kind == PK_OPT_CHOICE) {
		pk_buf_printf(buf, ":%s:(", option->name);
		pk_completion_put_choices(buf, option->value);
		pk_buf_putc(buf, ')');
	} else if (option->kind != PK_OPT_FLAG) {
		pk_buf_printf(buf, ":%s:_files", option->name);
	}
	pk_buf_putc(buf, '\'');
}

static void put_arguments(struct pk_buf *buf, const struct pk_command *command)
{
	PK_BUF_AUTO words = {0};
	switch (pk_completion_arguments(&words, command)) {
	case PK_ARGUMENT_NONE:
		break;
	case PK_ARGUMENT_FILE:
		pk_buf_puts(buf, " \\\n\t\t\t'*:file:_files'");
		break;
	case PK_ARGUMENT_WORDS:
		pk_buf_printf(
			buf, " \\\n\t\t\t'1:argument:(%s)' \\\n\t\t\t'*:file:_files'", words.data);
		break;
	}
}

static void put_command(struct pk_buf *buf, const struct pk_command *command)
{
	pk_buf_printf(buf, "\t%s)\n\t\t_arguments", command->name);
	const struct pk_option *option;
	for (size_t i = 0; (option = pk_completion_option(command, i)) != NULL; i++) {
		put_option_as(buf, option, "--", option->name, strlen(option->name));
		if (option->letter != '\0')
			put_option_as(buf, option, "-", &option->letter, 1);
	}
	put_arguments(buf, command);
	pk_buf_puts(buf, "\n\t\t;;\n");
}

void pk_completion_zsh(struct pk_buf *buf)
{
	size_t count;
	const struct pk_command *commands = pk_command_list(&count);
	pk_buf_puts(buf,
		"#compdef picket\n"
		"# zsh completion for picket; made by 'picket completion zsh'\n"
		"_picket() {\n"
		"\tlocal -a commands\n"
		"\tcommands=(\n");
	for (size_t i = 0; i < count; i++) {
		pk_buf_printf(buf, "\t\t'%s:", commands[i].name);
		put_quoted(buf, commands[i].summary);
		pk_buf_puts(buf, "'\n");
	}
	pk_buf_puts(buf,
		"\t)\n"
		"\tif (( CURRENT == 2 )); then\n"
		"\t\t_describe command commands\n"
		"\t\treturn\n"
		"\tfi\n"
		"\tshift words\n"
		"\t(( CURRENT-- ))\n"
		"\tcase $words[1] in\n");
	for (size_t i = 0; i < count; i++)
		put_command(buf, &commands[i]);
	pk_buf_puts(buf,
		"\tesac\n"
		"}\n"
		"if [ \"$funcstack[1]\" = _picket ]; then\n"
		"\t_picket \"$@\"\n"
		"else\n"
		"\tcompdef _picket picket\n"
		"fi\n");
}
