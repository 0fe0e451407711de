/*
 * Probe: what the programs have in common that scripts of this folder ask about picket. Memory is
 * that of the arena of `diags`.
 */
#ifndef TESTS_STACK_PROBE_H
#define TESTS_STACK_PROBE_H

#include "base/diag.h"
#include "base/list.h"
#include "base/node.h"
#include "templates/model/elk.h"

struct probe_lines {
	const char **items;
	size_t len;
	size_t cap;
};

/* The tree of a text or a file of JSON; NULL after a report. */
const struct pk_node *probe_read_json(const char *text, size_t len, struct pk_diags *diags);
const struct pk_node *probe_read_file(const char *path, struct pk_diags *diags);
/* All lines of a file, empty ones too; none after a report. */
void probe_read_lines(struct probe_lines *out, const char *path, struct pk_diags *diags);
/* The stack of that name, as the servers of the tests are: without a plug-in for lifecycles. */
bool probe_take_stack(struct pk_elk *out, const char *stack, struct pk_diags *diags);
/* Prints "path<TAB>body" for each asset, in the order of installation. */
void probe_put_assets(struct pk_arena *arena, const struct pk_elk *elk, bool no_geoip);
/* Prints the member for the type of a document; nothing for "". */
void probe_put_type(const char *type);
/* Says what was reported, as the program `name`; returns the status to end with. */
int probe_end(const char *name, int status, const struct pk_diags *diags);

#endif
