/*
 * Clauses in words, for people: "Image ends with '\a.exe' and User is 'x' or 'y'".
 * The texts come from configurations and have to be escaped before they are shown.
 */
#ifndef GENERATORS_MEANING_CLAUSE_TEXT_H
#define GENERATORS_MEANING_CLAUSE_TEXT_H

#include "base/buf.h"
#include "generators/meaning/clause.h"

/* Appends the clause; of a question with many answers the first `most` (0: all). */
void pk_clause_print(struct pk_buf *buf, const struct pk_clause *clause,
	const struct pk_event *event, size_t most);
/*
 * Appends what the question of `after` that is not in `before` gives and takes: "Image contains:
 * + 'x' - 'y'". False, and nothing is appended, if they do not differ in one question.
 */
bool pk_clause_print_change(struct pk_buf *buf, const struct pk_clause *before,
	const struct pk_clause *after, const struct pk_event *event, size_t most);

#endif
