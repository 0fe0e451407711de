#include "generators/sysmon/judge.h"

#include "generators/sysmon/sysmon_check.h"
#include "generators/sysmon/sysmon_convert.h"

struct pk_sysmon *pk_sysmon_judge(struct pk_source *source, const struct pk_sysmon_options *options,
	bool lint, struct pk_diags *diags)
{
	struct pk_sysmon *sysmon = pk_sysmon_read(source, options, diags);
	if (sysmon->schema == NULL || (sysmon->rejected && !lint))
		return sysmon;

	uint32_t *ids = PK_NEW_ARRAY(sysmon->arena, uint32_t, sysmon->elements.len + 1);
	pk_sysmon_convert(sysmon, NULL, ids, diags);
	pk_sysmon_check_entries(sysmon, diags);
	if (lint && !sysmon->broken)
		pk_sysmon_check(sysmon, ids, diags);
	return sysmon;
}
