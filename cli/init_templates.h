/*
 * Templates: the files of cli/init/, from which `init` makes a repository.
 *
 * In a template "@NAME@" stands for the value of that name. Any other '@' is one.
 */
#ifndef CLI_INIT_TEMPLATES_H
#define CLI_INIT_TEMPLATES_H

#include <stddef.h>

#include "base/buf.h"

/* What stands for "@NAME@". */
struct pk_init_value {
	const char *name; /* "ID" */
	const char *text;
};

/* The templates: a name, NUL, the text, NUL, and so on; an empty name ends them. */
extern const char pk_init_templates[];

/* The text of the template `name`, which must be there. */
const char *pk_init_template_find(const char *name);
/* Appends the template with its values filled in. */
void pk_init_template_fill(struct pk_buf *buf, const char *template,
	const struct pk_init_value *values, size_t value_count);

#endif
