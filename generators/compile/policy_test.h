/*
 * Tests written in rulesets: every event is put through the compiled configuration and must be
 * logged or dropped as the test says.
 */
#ifndef GENERATORS_COMPILE_POLICY_TEST_H
#define GENERATORS_COMPILE_POLICY_TEST_H

#include "generators/compile/compile.h"

struct pk_test_count {
	size_t passed;
	size_t failed;
	size_t skipped;	 /* of rules that the target does not have */
	size_t untested; /* rules without one logged and one dropped event */
};

/*
 * Compiles `policy` as `options` say and runs its tests; a failed test is reported at its place
 * (PK_TEST_FAILED). False after a report if it cannot be compiled.
 */
bool pk_policy_test(struct pk_test_count *out, const struct pk_policy *policy,
	const struct pk_compile_options *options, struct pk_diags *diags);

#endif
