/*
 * Writing the YAML of an import: what import_sysmon.c, import_entries.c and import_monster.c
 * share. Every text goes through pk_yaml_scalar, so that any text is read back as it was.
 */
#ifndef GENERATORS_IMPORT_IMPORT_TEXT_H
#define GENERATORS_IMPORT_IMPORT_TEXT_H

#include "generators/import/import.h"

struct pk_importer {
	struct pk_arena *arena;
	struct pk_buf *out; /* the ruleset */
	struct pk_diags *diags;
	const struct pk_import_options *options;
	size_t nodes; /* written so far, growing with the configuration; at most PK_YAML_NODES */
};

/* What a project and its ruleset say about themselves. */
struct pk_import_header {
	const char *target; /* of the profile: "sysmon" */
	const char *sensor; /* of the ruleset's rules: "sysmon" */
	const char *schema; /* "4.50", or NULL */
};

/* Appends picket.yaml to `out`. */
void pk_import_put_project(
	struct pk_importer *importer, struct pk_buf *out, const struct pk_import_header *header);
/* Appends the first lines of the ruleset. */
void pk_import_put_header(struct pk_importer *importer, const struct pk_import_header *header);

/*
 * Appends `comment` (NULL: nothing) as comment lines with `indent` blanks before them: blanks at
 * the ends of lines and characters that YAML refuses or that hide text are dropped.
 */
void pk_import_put_comment(struct pk_importer *importer, size_t indent, const char *comment);
/* `text` as a scalar; inside brackets set `flow`. */
void pk_import_put_scalar(struct pk_importer *importer, const char *text, bool flow);
/* As pk_import_put_scalar for a text in which variables are replaced: "${" becomes "$${". */
void pk_import_put_literal(struct pk_importer *importer, const char *text, bool flow);

/* False after a report if the ruleset is too large to be read again. */
bool pk_import_check_size(const struct pk_importer *importer, struct pk_span file);

#endif
