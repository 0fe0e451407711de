#include "fleet/host/dialect.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { PROBE_OUTPUT_MAX = 64 * 1024 };

void pk_failure_set(struct pk_failure *out, enum pk_failure_class class, enum pk_code code,
	bool passing, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int len = vsnprintf(out->message, sizeof(out->message), format, args);
	va_end(args);
	if (len < 0)
		out->message[0] = '\0';
	out->class = class;
	out->code = code;
	out->passing = passing;
	/* A message may quote the host. */
	for (char *c = out->message; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	/* What was cut must not end inside of a character, wherever that was. */
	size_t bad;
	while (!pk_utf8_valid(out->message, strlen(out->message), &bad))
		out->message[bad] =
			(size_t)len >= sizeof(out->message) && bad + 4 >= sizeof(out->message) - 1
			? '\0'
			: '?';
}

void pk_dialect_ask(struct pk_ask *out)
{
	*out = (struct pk_ask){
		.kind = PK_ASK_RUN,
		.command = "echo %OS%$PSVersionTable",
		.output_max = PROBE_OUTPUT_MAX,
	};
}

/*
 * cmd.exe replaces %OS% and leaves the rest, PowerShell replaces the rest, as a text of its type,
 * and a POSIX shell replaces the rest by nothing (transport facts, section 9). A shell's start-up
 * files may have said something before.
 */
static const struct {
	const char *mark;
	const char *shell;
	const struct pk_dialect *dialect;
} shells[] = {
	{"Windows_NT$PSVersionTable", "cmd", &pk_dialect_cmd},
	{"%OS%System.", "powershell", &pk_dialect_cmd},
	{"%OS%", "sh", &pk_dialect_sh},
};

const struct pk_dialect *pk_dialect_hear(
	const char **shell_out, const struct pk_host_answer *answer, struct pk_failure *failure)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const char *out =
		pk_arena_strndup(arena, answer->out_len > 0 ? answer->out : "", answer->out_len);
	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		if (strstr(out, shells[i].mark) == NULL)
			continue;
		*shell_out = shells[i].shell;
		return shells[i].dialect;
	}
	const char *said = pk_facts_text(arena, out, strlen(out));
	if (said == NULL && !answer->has_status)
		pk_failure_set(failure, PK_FAILURE_TRANSFER, PK_HOST_CUT_OFF, true,
			"the host did not answer what its shell is");
	else
		pk_failure_set(failure, PK_FAILURE_TRANSFER, PK_HOST_SHELL, false,
			"the shell of the host is not known; it says '%.100s'",
			said != NULL ? said : "");
	return NULL;
}
