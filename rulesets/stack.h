/*
 * Stack: layers with the chosen profile on top, and building the policy from them.
 */
#ifndef RULESETS_STACK_H
#define RULESETS_STACK_H

#include "rulesets/layers.h"

/* A mapping that changes what layers below it say: a file of a layer, or a profile. */
struct pk_overlay {
	const struct pk_node *map;
	const char *layer;	      /* "windows-base 1.0.0", "profile server" */
	const void *owner;	      /* the same for all files of one layer */
	const struct pk_ruleset *set; /* NULL: a profile, which has no rules of its own */
};

struct pk_stack {
	PK_LIST(struct pk_overlay) overlays; /* lowest first */
};

/* Puts all files of the layers onto the stack. */
void pk_stack_add_layers(
	struct pk_read *read, struct pk_stack *stack, const struct pk_layers *layers);
/* Puts a profile onto the stack. */
void pk_stack_add_profile(
	struct pk_read *read, struct pk_stack *stack, const struct pk_node *node, const char *name);

/* Fills the policy from the stack; findings are reported. */
void pk_stack_build(struct pk_read *read, const struct pk_stack *stack);
/*
 * Checks the profile on top of the stack, which is not chosen, as far as that can be done without
 * building the policy that it would give.
 */
void pk_stack_check_top(struct pk_read *read, const struct pk_stack *stack);

#endif
