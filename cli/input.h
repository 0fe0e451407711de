/*
 * Input: where the project, ruleset or configuration is that an argument names: on the disk, in a
 * git revision, or among the shipped rulesets.
 *
 * With a revision (--rev), the argument is meant from the present folder, in that revision. Without
 * one, what exists on the disk goes before REV:PATH (PATH from the top of the repository, or from
 * here if it starts with "./" or "../"), and that before a shipped ruleset and a revision alone,
 * which stands for the project that the present folder, or else the top, has in it.
 */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include "base/tree.h"
#include "cli/cli.h"

struct pk_input {
	const char *path;     /* for pk_policy_read and pk_tree_read */
	struct pk_tree *tree; /* NULL: the disk */
};

struct pk_input_options {
	const char *rev;     /* NULL if none was given */
	const char *shipped; /* what stands for a project that is not there */
	const char *library; /* folder of shipped rulesets; NULL: those built in */
};

/*
 * Finds out what `argument` names; NULL is the project of the present folder, else what is shipped
 * for it. The caller owns what is opened. False after a report. Whether there is such a file on
 * the disk is for the reader to say.
 */
bool pk_input_open(struct pk_input *out, struct pk_arena *arena, const char *argument,
	const struct pk_input_options *options, struct pk_diags *diags);
/* Closes the tree, if there is one. */
void pk_input_close(struct pk_input *input);

#define PK_INPUT_AUTO __attribute__((cleanup(pk_input_close))) struct pk_input

#endif
