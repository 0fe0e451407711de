/*
 * Print: shows findings, in every format of --format.
 *
 * Findings go out sorted by file and place. Text, short and JUnit escape what a terminal would
 * obey (see escape.h); JSON and SARIF escape it as JSON does. The printers do not judge: the exit
 * status is pk_cli_status.
 */
#ifndef CLI_PRINT_H
#define CLI_PRINT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "cli/cli.h"

struct pk_print_context {
	bool to_err;		   /* findings are talk here, not the product: print to `err` */
	const char *const *inputs; /* every file looked at, also those without findings */
	size_t input_count;
	bool summary; /* text: say so, too, if nothing was found */
};

/*
 * Sorts `diags` and prints them to `out` (or `err`) as `format`. With --quiet only errors are
 * printed. `ctx` may be NULL: to `out`, inputs unknown.
 */
void pk_print_diags(struct pk_cli *cli, struct pk_diags *diags, enum pk_format format,
	const struct pk_print_context *ctx);

#endif
