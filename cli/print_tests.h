/*
 * Print_tests: what `picket test` found, for people and for build servers.
 */
#ifndef CLI_PRINT_TESTS_H
#define CLI_PRINT_TESTS_H

#include "cli/cli.h"
#include "generators/compile/policy_budget.h"
#include "generators/compile/policy_mutate.h"

/*
 * JUnit XML: a testsuite for each ruleset file, a testcase for each test; errors that are not of a
 * test (an exceeded budget) are testcases of a further suite.
 */
void pk_print_tests_junit(
	struct pk_cli *cli, const struct pk_test_run *run, const struct pk_diags *diags);
/* How many passed, in the format of the command line; nothing for formats of findings only. */
void pk_print_tests_count(struct pk_cli *cli, const struct pk_test_run *run);
/* The scores of mutants by kind; as pk_print_tests_count. */
void pk_print_mutation(struct pk_cli *cli, const struct pk_mutation *mutation);
/* How many conditions decided something in a test. */
void pk_print_conditions(struct pk_cli *cli, const struct pk_mutation *mutation);
/* What was measured on the recordings of the budget. */
void pk_print_budget(struct pk_cli *cli, const struct pk_budget_result *result);

#endif
