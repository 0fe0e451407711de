/*
 * Mutants: is the rule tested, or only run? Each condition of the compiled configuration is spoilt
 * in several ways, one at a time, and the tests of the policy are run again. A mutant that no test
 * notices points at a condition that could be wrong without anybody seeing it.
 *
 * The first way, turning the answer round, tells also whether a condition ever decided anything:
 * that is the coverage of conditions.
 */
#ifndef GENERATORS_COMPILE_POLICY_MUTATE_H
#define GENERATORS_COMPILE_POLICY_MUTATE_H

#include "generators/compile/policy_test.h"

enum pk_mutant_kind {
	PK_MUTANT_NEGATED,  /* the answer is turned round */
	PK_MUTANT_LOOSENED, /* `is` becomes `contains`, and so on */
	PK_MUTANT_REMOVED,  /* the condition of a Rule always holds */
	PK_MUTANT_VALUE,    /* its values are replaced by a text that no event has */
	PK_MUTANT_TOKEN,    /* one value of a list is */
	PK_MUTANT_KINDS,
};

/* The name of the kind, as reports show it: "negated". */
const char *pk_mutant_name(enum pk_mutant_kind kind);

struct pk_mutation_count {
	size_t made;
	size_t noticed;
};

struct pk_mutation {
	struct pk_mutation_count kinds[PK_MUTANT_KINDS];
	struct pk_mutation_count all;
};

struct pk_mutation_options {
	bool only_coverage; /* PK_MUTANT_NEGATED only */
	bool suggest;	    /* look for a test that would notice a survivor, and hint at it */
	bool tokens;	    /* PK_MUTANT_TOKEN too: every value of every list */
	void (*progress)(void *user, size_t done, size_t total); /* conditions; may be NULL */
	void *user;
};

/*
 * Tries all mutants of a run whose tests have passed. Each that no test notices is reported at the
 * condition (PK_MUTANT_SURVIVED); with `only_coverage` each condition that decided nothing is
 * (PK_CONDITION_IDLE).
 */
void pk_policy_mutate(struct pk_mutation *out, const struct pk_test_run *run,
	const struct pk_mutation_options *options, struct pk_diags *diags);

#endif
