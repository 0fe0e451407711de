/*
 * Tests written in rulesets: every event is put through the compiled configuration and must be
 * logged or dropped as the test says.
 */
#ifndef GENERATORS_COMPILE_POLICY_TEST_H
#define GENERATORS_COMPILE_POLICY_TEST_H

#include "generators/compile/compile.h"
#include "generators/engine/engine.h"

/* One test of one rule. */
struct pk_test_case {
	const struct pk_rule *rule;
	const struct pk_test *test;
	const struct pk_event *event; /* NULL: no event of the tag has the fields, or not run */
	struct pk_engine_event data;
	bool skipped;	     /* the target does not have the rule */
	const char *failure; /* what is wrong; NULL: passed or skipped */
};

struct pk_test_run {
	const struct pk_policy *policy;
	struct pk_sysmon *sysmon; /* what was compiled */
	const uint32_t *element_ids;
	const struct pk_engine *engine;	    /* decides with it */
	PK_LIST(struct pk_test_case) cases; /* in the order of rules */
	size_t passed;
	size_t failed;
	size_t skipped;	 /* of rules that the target does not have */
	size_t untested; /* rules without one logged and one dropped event */
};

/*
 * Compiles `policy` as `options` say and runs its tests; a failed test is reported at its place
 * (PK_TEST_FAILED). What the run refers to is in the policy's arena. False after a report if the
 * policy cannot be compiled.
 */
bool pk_policy_test(struct pk_test_run *out, const struct pk_policy *policy,
	const struct pk_compile_options *options, struct pk_diags *diags);

/*
 * Runs the tests of `policy` on the configuration it was compiled to; `element_ids` and `engine`
 * are that configuration's. Failed tests are reported as by pk_policy_test.
 */
void pk_policy_test_compiled(struct pk_test_run *out, const struct pk_policy *policy,
	struct pk_sysmon *sysmon, const uint32_t *element_ids, const struct pk_engine *engine,
	struct pk_diags *diags);

/* Does the engine decide the event as the test wants it? */
bool pk_test_case_holds(const struct pk_test_case *test, const struct pk_engine *engine);

#endif
