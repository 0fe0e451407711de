/*
 * Options: reads a command line by a table.
 *
 * A command describes its options in an array that ends with PK_OPTIONS_END; each row names the
 * field of the command's options struct that it sets. `--name value`, `--name=value`, `-n value`,
 * `-nvalue`, flags together (`-qn`), options and arguments mixed, `--` ends the options. The last
 * one given counts. The same tables make --help and the shell completions.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "cli/cli.h"

enum pk_option_kind {
	PK_OPT_END,
	PK_OPT_FLAG,   /* bool */
	PK_OPT_TEXT,   /* const char * */
	PK_OPT_NUMBER, /* uint64_t */
	PK_OPT_CHOICE, /* an enum or int: the index of the choice; what it was if not given */
	PK_OPT_LIST,   /* struct pk_texts: one item each time it is given */
};

struct pk_option {
	enum pk_option_kind kind;
	char letter;	   /* 0: none */
	const char *name;  /* without "--" */
	const char *value; /* "FILE" for help, "a|b|c" for a choice, NULL for a flag */
	size_t offset;	   /* of the field in the command's options struct */
	const char *help;  /* lower case, no full stop */
};

#define PK_OPTIONS_END                                                                             \
	{                                                                                          \
		PK_OPT_END, 0, NULL, NULL, 0, NULL                                                 \
	}

/* Texts borrowed from argv. */
struct pk_texts {
	const char **items;
	size_t len;
	size_t cap;
};

/* The options that every command takes besides its own; they set pk_cli.common. */
extern const struct pk_option pk_common_options[];

/*
 * Reads `argv` (argv[0] is the command's name) by the table of cli->command, whose rows win over
 * the common ones, into `options_out` and pk_cli.common; what is no option goes to
 * `arguments_out`. False if the command is done: --help was printed, or the command line is wrong
 * and that was said; cli->status is then what to return.
 */
bool pk_options_parse(struct pk_cli *cli, void *options_out, struct pk_texts *arguments_out,
	int argc, char **argv);

/* Appends a line for each row, as --help shows it; rows that `hidden` has, too, are left out. */
void pk_options_describe(
	struct pk_buf *buf, const struct pk_option *options, const struct pk_option *hidden);
/* The row named `name` (`len` bytes) in a table, or NULL. */
const struct pk_option *pk_options_find(
	const struct pk_option *options, const char *name, size_t len);

/* The choice number `index` in "a|b|c": its bytes and their count in *len_out, or NULL. */
const char *pk_choice_at(const char *choices, size_t index, size_t *len_out);

#endif
