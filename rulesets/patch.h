/*
 * Patches: changes that a layer or a profile makes to rules that are already there. Every patch
 * is remembered in the rule's origins.
 */
#ifndef RULESETS_PATCH_H
#define RULESETS_PATCH_H

#include "rulesets/rule_read.h"

/*
 * Applies the list `patch` of the layer or profile called `layer`; findings are reported. With
 * `check_only` nothing is changed, and rules that are not known are passed over.
 */
void pk_patches_apply(
	struct pk_read *read, const struct pk_node *list, const char *layer, bool check_only);

#endif
