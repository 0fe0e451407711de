/*
 * Sigma suggest: include rules, in the language of rulesets, that have the events logged which
 * blind and half blind Sigma rules look for. Language: picket-ruleset(5).
 */
#ifndef GENERATORS_SIGMA_SIGMA_SUGGEST_H
#define GENERATORS_SIGMA_SIGMA_SUGGEST_H

#include "base/buf.h"
#include "base/map.h"
#include "generators/sigma/sigma_judge.h"
#include "mitre/attack.h"

struct pk_sigma_suggestions {
	struct pk_arena *arena;
	const struct pk_attack *attack;
	struct pk_buf *buf; /* where the ruleset is written */
	struct pk_map ids;  /* ids of rules written so far */
	size_t written;	    /* rules */
	size_t not_sayable; /* Sigma rules with an alternative that is too wide for a rule */
};

/* Writes the head of the ruleset; `extends` is put below it, or NULL. */
void pk_sigma_suggest_head(struct pk_sigma_suggestions *suggestions, const char *extends);
/* Writes the includes for one rule, if there are any to suggest. */
void pk_sigma_suggest(
	struct pk_sigma_suggestions *suggestions, const struct pk_sigma_result *result);
/* Ends the ruleset. */
void pk_sigma_suggest_end(struct pk_sigma_suggestions *suggestions);

#endif
