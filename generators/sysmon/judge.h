/*
 * Judge: a whole Sysmon configuration from bytes to verdict, in the order of Sysmon's own loader.
 */
#ifndef GENERATORS_SYSMON_JUDGE_H
#define GENERATORS_SYSMON_JUDGE_H

#include "generators/sysmon/sysmon_read.h"

/*
 * Reads `source` and decides what Sysmon would do with it: `rejected` and `defects` of the result
 * and every reason in `diags`. With `lint` what Sysmon accepts but does not do as written is
 * reported too (codes PK03xx); the verdict does not depend on it. Of a file that is not
 * well-formed only a part was read, so there lint has nothing to say.
 */
struct pk_sysmon *pk_sysmon_judge(struct pk_source *source, const struct pk_sysmon_options *options,
	bool lint, struct pk_diags *diags);

#endif
