/* Programs that a lab runs, and picket's own commands. */
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/run.h"
#include "cli/stack/lab.h"

enum {
	OUTPUT_MOST = 16 * 1024 * 1024,
	SAID_MOST = 600, /* bytes of a program's last words in a message */
	VARIABLES_MOST = 32,
	WORDS_MOST = 48,
};

/* What is passed on of our own environment. */
static const char *const passed[] = {"PATH", "HOME", "LANG", "TMPDIR", "JAVA_HOME", "ES_JAVA_HOME",
	"OPENSEARCH_JAVA_HOME", "DOCKER_HOST", "DOCKER_CONTEXT", "XDG_RUNTIME_DIR"};

const char *const *pk_lab_environment(struct pk_lab_run *run, const char *const *more)
{
	struct pk_arena *arena = run->cli->arena;
	const char **env = PK_NEW_ARRAY(arena, const char *, VARIABLES_MOST);
	size_t count = 0;
	for (size_t i = 0; i < sizeof(passed) / sizeof(*passed); i++) {
		const char *value = getenv(passed[i]);
		if (value != NULL)
			env[count++] = pk_arena_printf(arena, "%s=%s", passed[i], value);
	}
	for (; more != NULL && *more != NULL && count < VARIABLES_MOST - 1; more++)
		env[count++] = *more;
	env[count] = NULL;
	return env;
}

/* The end of what a program said, on one line. */
static const char *last_words(struct pk_lab_run *run, const struct pk_run_result *result)
{
	const struct pk_buf *said = result->err.len > 0 ? &result->err : &result->out;
	size_t from = said->len > SAID_MOST ? said->len - SAID_MOST : 0;
	size_t len = said->len - from;
	while (len > 0 && said->data[from + len - 1] == '\n')
		len--;
	return pk_arena_strndup(run->cli->arena, said->data + from, len);
}

static const char *print_words(struct pk_arena *arena, const char *const *words, size_t most)
{
	PK_BUF_AUTO buf = {0};
	for (size_t i = 0; words[i] != NULL && i < most; i++) {
		if (i > 0)
			pk_buf_putc(&buf, ' ');
		bool quote = words[i][0] == '\0' || strpbrk(words[i], " '\"$*?&;|<>()") != NULL;
		pk_buf_printf(&buf, quote ? "'%s'" : "%s", words[i]);
	}
	return pk_arena_strdup(arena, buf.data);
}

bool pk_lab_run_program(struct pk_lab_run *run, const char *const *argv, const char *const *env,
	const char *input, unsigned seconds)
{
	PK_RUN_AUTO result = {0};
	pk_run(&result,
		&(struct pk_run){.argv = argv,
			.env = env,
			.input = input,
			.input_len = input == NULL ? 0 : strlen(input),
			.output_max = OUTPUT_MOST,
			.seconds_max = seconds});
	const char *why = NULL;
	switch (result.end) {
	case PK_RUN_EXITED:
		if (result.status == 0)
			return true;
		why = last_words(run, &result);
		break;
	case PK_RUN_NOT_FOUND:
		why = "the program is not installed";
		break;
	case PK_RUN_TOO_LONG:
		why = "it took too long";
		break;
	case PK_RUN_TOO_MUCH:
	case PK_RUN_KILLED:
		why = "it was killed";
		break;
	case PK_RUN_NOT_STARTED:
		why = strerror(result.error);
		break;
	}
	pk_report(&run->diags, PK_LAB_STEP, PK_NO_SPAN, "'%s' failed: %s",
		print_words(run->cli->arena, argv, 4), why);
	return false;
}

/* --- commands of picket --- */

struct words {
	char *items[WORDS_MOST];
	int count;
};

static void add(struct words *words, struct pk_arena *arena, const char *word)
{
	if (words->count < WORDS_MOST - 1)
		words->items[words->count++] = pk_arena_strdup(arena, word);
	words->items[words->count] = NULL;
}

static void add_if(
	struct words *words, struct pk_arena *arena, const char *option, const char *value)
{
	if (value == NULL)
		return;
	add(words, arena, option);
	add(words, arena, value);
}

/* How the engine is reached: what the user said of it, or what we made. */
static void add_access(struct words *words, struct pk_lab_run *run)
{
	struct pk_arena *arena = run->cli->arena;
	const struct pk_access *access = &run->options->access;
	add_if(words, arena, "--url", run->lab.url);
	add_if(words, arena, "--kibana", run->lab.kibana);
	if (run->lab.security) {
		add_if(words, arena, "--ca", pk_lab_path(run, "certs/ca.crt"));
		add_if(words, arena, "--user", "elastic");
		add_if(words, arena, "--password-file", pk_lab_path(run, "secrets/elastic"));
		return;
	}
	if (run->lab.kind != PK_LAB_URL)
		return;
	add_if(words, arena, "--ca", access->ca);
	add_if(words, arena, "--fingerprint", access->fingerprint);
	if (access->insecure)
		add(words, arena, "--insecure");
	add_if(words, arena, "--user", access->user);
	add_if(words, arena, "--password-file", access->password_file);
	add_if(words, arena, "--password-env", access->password_env);
	add_if(words, arena, "--api-key-file", access->api_key_file);
	add_if(words, arena, "--api-key-env", access->api_key_env);
}

int pk_lab_command(struct pk_lab_run *run, const char *const *words, bool reach)
{
	struct pk_cli *cli = run->cli;
	struct words line = {0};
	PK_BUF_AUTO shown = {0};
	const struct pk_command *command = cli->command;
	struct pk_common common = cli->common;
	add(&line, cli->arena, cli->program);
	for (; *words != NULL; words++)
		add(&line, cli->arena, *words);
	if (reach)
		add_access(&line, run);
	if (common.format == PK_FORMAT_JSON)
		add(&line, cli->arena, "--format=json");
	if (common.format == PK_FORMAT_TEXT) {
		pk_buf_puts(&shown, "\n$ ");
		pk_escape_put(&shown,
			print_words(cli->arena, (const char *const *)line.items, WORDS_MOST));
		pk_buf_putc(&shown, '\n');
		pk_cli_put(cli, cli->out, &shown);
	}
	if (reach && run->variable != NULL)
		setenv(run->variable, pk_secret_text(run->secret), 1);
	int status = pk_cli_run(cli, line.count, line.items);
	if (reach && run->variable != NULL)
		unsetenv(run->variable); /* where the command did not come to take it */
	cli->command = command;
	cli->common = common;
	return status;
}
