/*
 * Why, printed: the decision on one event as a tree for people or as one JSON object.
 */
#ifndef CLI_WHY_PRINT_H
#define CLI_WHY_PRINT_H

#include "cli/config.h"
#include "generators/engine/why.h"

struct pk_why_print {
	const struct pk_config *config;
	const struct pk_why *why;
	const char *file; /* the event's; NULL if it was an argument */
	size_t index;	  /* of the event in it */
	bool all;	  /* also what does not match by far */
};

/* Appends the tree; all texts are escaped. */
void pk_why_put_text(struct pk_buf *buf, const struct pk_why_print *print);
/* Appends the object and a line end. It always holds the whole tree. */
void pk_why_put_json(struct pk_buf *buf, const struct pk_why_print *print);

/* The rule of a ruleset that `span` lies in; NULL if the configuration is XML. */
const struct pk_rule *pk_why_find_rule(const struct pk_config *config, struct pk_span span);

#endif
