#include "cli/completion.h"

static void put_options(struct pk_buf *buf, const struct pk_command *command)
{
	const struct pk_option *option;
	for (size_t i = 0; (option = pk_completion_option(command, i)) != NULL; i++)
		pk_buf_printf(buf, "%s--%s", i > 0 ? " " : "", option->name);
}

/* Rows of `case command:option`: what may stand behind an option; nothing lets files in. */
static void put_values(struct pk_buf *buf, const struct pk_command *command)
{
	const struct pk_option *option;
	for (size_t i = 0; (option = pk_completion_option(command, i)) != NULL; i++) {
		if (option->kind == PK_OPT_FLAG)
			continue;
		pk_buf_printf(buf, "\t%s:--%s", command->name, option->name);
		if (option->letter != '\0')
			pk_buf_printf(buf, "|%s:-%c", command->name, option->letter);
		pk_buf_puts(buf, ") options= words='");
		if (option->kind == PK_OPT_CHOICE)
			pk_completion_put_choices(buf, option->value);
		pk_buf_puts(buf, "' ;;\n");
	}
}

static void put_command(struct pk_buf *buf, const struct pk_command *command)
{
	put_values(buf, command);
	pk_buf_printf(buf, "\t%s:*) options='", command->name);
	put_options(buf, command);
	pk_buf_puts(buf, "' words='");
	pk_completion_arguments(buf, command);
	pk_buf_puts(buf, "' ;;\n");
}

void pk_completion_bash(struct pk_buf *buf)
{
	size_t count;
	const struct pk_command *commands = pk_command_list(&count);
	pk_buf_puts(buf,
		"# bash completion for picket; made by 'picket completion bash'\n"
		"_picket() {\n"
		"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
		"\tlocal options= words=\n"
		"\tif ((COMP_CWORD == 1)); then\n"
		"\t\twords='");
	for (size_t i = 0; i < count; i++)
		pk_buf_printf(buf, "%s%s", i > 0 ? " " : "", commands[i].name);
	pk_buf_puts(buf, "'\n\telse\n\tcase ${COMP_WORDS[1]}:$prev in\n");
	for (size_t i = 0; i < count; i++)
		put_command(buf, &commands[i]);
	pk_buf_puts(buf,
		"\tesac\n\tfi\n"
		"\tif [[ $cur == -* && -n $options ]]; then\n"
		"\t\twords=$options\n"
		"\tfi\n"
		"\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
		"}\n"
		"complete -o default -F _picket picket\n");
}
