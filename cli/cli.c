#include "cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/text.h"
#include "cli/commands.h"

/* Colour is for terminals, unless NO_COLOR (https://no-color.org) or TERM speak against it. */
static bool color_wanted(FILE *stream)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");
	if (no_color != NULL && no_color[0] != '\0')
		return false;
	if (term == NULL || pk_text_equal(term, "dumb"))
		return false;
	return isatty(fileno(stream)) == 1;
}

void pk_cli_init(struct pk_cli *cli, struct pk_arena *arena, FILE *out, FILE *err)
{
	*cli = (struct pk_cli){
		.program = "picket",
		.out = out,
		.err = err,
		.tty = isatty(fileno(out)) == 1,
		.arena = arena,
	};
	pk_cli_choose_color(cli);
}

void pk_cli_choose_color(struct pk_cli *cli)
{
	switch (cli->common.color) {
	case PK_COLOR_AUTO:
		cli->color = color_wanted(cli->out);
		cli->err_color = color_wanted(cli->err);
		break;
	case PK_COLOR_ALWAYS:
		cli->color = true;
		cli->err_color = true;
		break;
	case PK_COLOR_NEVER:
		cli->color = false;
		cli->err_color = false;
		break;
	}
}

void pk_cli_put(struct pk_cli *cli, FILE *stream, const struct pk_buf *buf)
{
	if (buf->len == 0)
		return;
	errno = 0;
	if (fwrite(buf->data, 1, buf->len, stream) < buf->len && cli->write_error == 0)
		cli->write_error = errno;
}

static void complain(struct pk_cli *cli, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

static void complain(struct pk_cli *cli, const char *format, va_list args)
{
	PK_BUF_AUTO buf = {0};
	pk_buf_printf(&buf, "%s: ", cli->program);
	pk_escape_put(&buf, pk_arena_vprintf(cli->arena, format, args));
	pk_buf_putc(&buf, '\n');
	pk_cli_put(cli, cli->err, &buf);
}

void pk_cli_complain(struct pk_cli *cli, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	complain(cli, format, args);
	va_end(args);
}

int pk_cli_usage_error(struct pk_cli *cli, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	complain(cli, format, args);
	va_end(args);

	if (cli->command == NULL)
		fprintf(cli->err, "try '%s help'\n", cli->program);
	else
		fprintf(cli->err, "try '%s %s --help'\n", cli->program, cli->command->name);
	return PK_EXIT_USAGE;
}

/* Errors that are not about what was looked at: ranges of codes, and the exit status they have. */
static const struct {
	enum pk_code first;
	enum pk_code last;
	int status; /* enum pk_exit */
} special[] = {
	{PK_FILE_READ, PK_FILE_WRITE, PK_EXIT_CANNOT},
	{PK_GIT_NO_REPOSITORY, PK_GIT_UNRELATED, PK_EXIT_CANNOT},
	{PK_SELECT_SYNTAX, PK_SELECT_EMPTY, PK_EXIT_USAGE},
	{PK_STORE_MISSING, PK_STORE_FULL, PK_EXIT_CANNOT},
	{PK_LISTEN_ADDRESS, PK_LISTEN_FAILED, PK_EXIT_CANNOT},
};

static int special_status(const struct pk_diag *diag)
{
	for (size_t i = 0; i < sizeof(special) / sizeof(*special); i++) {
		if (diag->severity == PK_ERROR && diag->code >= special[i].first &&
			diag->code <= special[i].last)
			return special[i].status;
	}
	return PK_EXIT_OK;
}

int pk_cli_status(const struct pk_cli *cli, const struct pk_diags *diags)
{
	int status = PK_EXIT_OK;
	for (size_t i = 0; i < diags->all.len; i++) {
		int found = special_status(&diags->all.items[i]);
		status = found > status ? found : status;
	}
	if (status != PK_EXIT_OK)
		return status;
	if (diags->errors > 0)
		return PK_EXIT_FINDINGS;
	if (diags->warnings > 0 && cli->common.deny == PK_DENY_WARNINGS)
		return PK_EXIT_FINDINGS;
	return PK_EXIT_OK;
}

/* Options in the place of a command. */
static const char *command_name(const char *word)
{
	if (pk_text_equal(word, "--help") || pk_text_equal(word, "-h"))
		return "help";
	if (pk_text_equal(word, "--version") || pk_text_equal(word, "-V"))
		return "version";
	return word;
}

static int run_command(struct pk_cli *cli, int argc, char **argv)
{
	if (argc < 2)
		return pk_cli_usage_error(cli, "no command given");

	const char *name = command_name(argv[1]);
	const struct pk_command *command = pk_command_find(name);
	if (command == NULL) {
		const struct pk_command *near = pk_command_nearest(name);
		if (near == NULL)
			return pk_cli_usage_error(cli, "unknown command '%s'", name);
		return pk_cli_usage_error(
			cli, "unknown command '%s'; did you mean '%s'?", name, near->name);
	}
	cli->command = command;
	return command->run(cli, argc - 1, argv + 1);
}

int pk_cli_run(struct pk_cli *cli, int argc, char **argv)
{
	int status = run_command(cli, argc, argv);

	if (fflush(cli->out) != 0 && cli->write_error == 0)
		cli->write_error = errno;
	if (!ferror(cli->out))
		return status;
	/* Who closed the pipe has seen enough. */
	if (cli->write_error != EPIPE)
		pk_cli_complain(
			cli, "standard output cannot be written: %s", strerror(cli->write_error));
	return PK_EXIT_CANNOT;
}
