/*
 * Answer: what is in an answer of a server, of which nothing is certain.
 */
#ifndef TEMPLATES_MODEL_ANSWER_H
#define TEMPLATES_MODEL_ANSWER_H

#include "base/node.h"

/*
 * The value at `path`, names of members divided by '/': "error/reason". NULL if one of them is not
 * there, or is in no mapping; `answer` may be NULL.
 */
const struct pk_node *pk_answer_find(const struct pk_node *answer, const char *path);
/* The text of the value at `path` if it is a scalar, but null; else "". */
const char *pk_answer_text(const struct pk_node *answer, const char *path);
/* The number at `path`; 0 if there is none. */
double pk_answer_number(const struct pk_node *answer, const char *path);
/* The value at `path` if it is a list; else NULL. */
const struct pk_node *pk_answer_list(const struct pk_node *answer, const char *path);

#endif
