#include "base/text.h"
#include "cli/commands.h"
#include "cli/completion.h"

const struct pk_option pk_cmd_completion_options[] = {
	PK_OPTIONS_END,
};

static const struct {
	const char *name;
	void (*put)(struct pk_buf *buf);
} shells[] = {
	{"bash", pk_completion_bash},
	{"fish", pk_completion_fish},
	{"zsh", pk_completion_zsh},
};

int pk_cmd_completion(struct pk_cli *cli, int argc, char **argv)
{
	struct pk_texts names = {0};
	if (!pk_options_parse(cli, NULL, &names, argc, argv))
		return cli->status;
	if (names.len != 1)
		return pk_cli_usage_error(cli, "name one shell: bash, zsh or fish");

	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		if (!pk_text_equal(shells[i].name, names.items[0]))
			continue;
		PK_BUF_AUTO buf = {0};
		shells[i].put(&buf);
		pk_cli_put(cli, cli->out, &buf);
		return PK_EXIT_OK;
	}
	return pk_cli_usage_error(
		cli, "no completion for '%s'; there is bash, zsh and fish", names.items[0]);
}
