#include "cli/target.h"

#include <string.h>

#include "base/file.h"

/* In the order of enum pk_target. */
static const char *const names[] = {"sysmon", "sysmon-linux", "monster", "monster-1.0"};
static const char *const shipped[] = {
	"windows-base", "linux-base", "monster-base", "monster-base", "windows-base"};

enum pk_target pk_target_of(const struct pk_policy *policy)
{
	for (size_t i = 0; policy->target != NULL && i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(policy->target, names[i]) == 0)
			return (enum pk_target)i;
	}
	size_t sets = policy->sets.len;
	unsigned targets = sets > 0 ? policy->sets.items[sets - 1]->targets : PK_FOR_SYSMON;
	if (targets & PK_FOR_SYSMON)
		return PK_TARGET_SYSMON;
	return targets & PK_FOR_SYSMON_LINUX ? PK_TARGET_SYSMON_LINUX : PK_TARGET_MONSTER;
}

const char *pk_target_name(enum pk_target target)
{
	return names[target == PK_TARGET_UNSET ? PK_TARGET_SYSMON : target];
}

const char *pk_target_shipped(enum pk_target target)
{
	return shipped[target];
}

const char *pk_target_input(enum pk_target target)
{
	return pk_file_exists("picket.yaml") ? "picket.yaml" : shipped[target];
}
