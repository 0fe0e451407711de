#include "cli/completion.h"

#include <string.h>

#include "base/text.h"

void pk_completion_put_choices(struct pk_buf *buf, const char *choices)
{
	for (; *choices != '\0'; choices++)
		pk_buf_putc(buf, *choices == '|' ? ' ' : *choices);
}

static void put_commands(struct pk_buf *buf)
{
	size_t count;
	const struct pk_command *commands = pk_command_list(&count);
	for (size_t i = 0; i < count; i++)
		pk_buf_printf(buf, "%s%s", i > 0 ? " " : "", commands[i].name);
}

static void put_codes(struct pk_buf *buf)
{
	size_t count;
	const struct pk_code_info *codes = pk_code_list(&count);
	for (size_t i = 0; i < count; i++)
		pk_buf_printf(buf, "%s%s", i > 0 ? " " : "", codes[i].id);
}

/* Lower case words joined by '|' at the start of a synopsis are choices; others name a thing. */
static size_t choices_len(const char *arguments)
{
	size_t len = strspn(arguments, "abcdefghijklmnopqrstuvwxyz-|");
	return memchr(arguments, '|', len) != NULL ? len : 0;
}

enum pk_argument_kind pk_completion_arguments(
	struct pk_buf *words_out, const struct pk_command *command)
{
	const char *arguments = command->arguments;
	size_t len = choices_len(arguments);
	if (arguments[0] == '\0')
		return PK_ARGUMENT_NONE;
	if (len > 0) {
		for (size_t i = 0; i < len; i++)
			pk_buf_putc(words_out, arguments[i] == '|' ? ' ' : arguments[i]);
		return PK_ARGUMENT_WORDS;
	}
	if (pk_text_equal(arguments, "[COMMAND]")) {
		put_commands(words_out);
		return PK_ARGUMENT_WORDS;
	}
	if (pk_text_equal(arguments, "PKnnnn")) {
		put_codes(words_out);
		return PK_ARGUMENT_WORDS;
	}
	return PK_ARGUMENT_FILE;
}

const struct pk_option *pk_completion_option(const struct pk_command *command, size_t index)
{
	const struct pk_option *option = command->options;
	for (; option->kind != PK_OPT_END; option++) {
		if (index-- == 0)
			return option;
	}
	for (option = pk_common_options; option->kind != PK_OPT_END; option++) {
		if (pk_options_find(command->options, option->name, strlen(option->name)) != NULL)
			continue;
		if (index-- == 0)
			return option;
	}
	return NULL;
}
