/*
 * Answers: what one simple answer about a field says about another. Only for the files beside it;
 * texts are in lower case here.
 */
#ifndef GENERATORS_MEANING_ANSWERS_H
#define GENERATORS_MEANING_ANSWERS_H

#include "generators/meaning/clause.h"

/* `text` in lower case, in the arena. */
char *pk_text_fold(struct pk_arena *arena, const char *text);

/* Does a text in lower case give the answer? The same as pk_operator_match says. */
bool pk_answer_holds(const struct pk_answer *answer, const char *folded);
/* Is the question answered by a text in lower case? */
bool pk_question_holds_folded(const struct pk_question *question, const char *folded);
/* Do all questions of the clause hold on the texts in lower case, by field? */
bool pk_clause_holds_folded(const struct pk_clause *clause, const char *const *folded);

/* True: every text that gives `a` gives `b`. False: not proven. */
bool pk_answer_implies(const struct pk_answer *a, const struct pk_answer *b);
/* True: no text gives both. False: not proven. */
bool pk_answers_clash(const struct pk_answer *a, const struct pk_answer *b);
/* The answer that a text gives exactly if it does not give `answer`. */
struct pk_answer pk_answer_opposite(const struct pk_answer *answer);

/* Is the very same answer among those of the question? */
bool pk_question_has_answer(const struct pk_question *question, const struct pk_answer *answer);
/* Adds the answer to the question if it is not there yet. */
void pk_question_add(
	struct pk_arena *arena, struct pk_question *question, const struct pk_answer *answer);

/* -1, 0 or 1: order of texts as `less than` sees it. */
int pk_answer_compare(const char *a, const char *b);

#endif
