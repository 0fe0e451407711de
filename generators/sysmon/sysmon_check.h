/*
 * Checks: what Sysmon accepts without a word and then does not do as its author meant. Findings
 * are PK0305 and up; nothing is changed. Facts: docs/sysmon-facts.md sections 2 to 8, 12 and 16.
 */
#ifndef GENERATORS_SYSMON_SYSMON_CHECK_H
#define GENERATORS_SYSMON_SYSMON_CHECK_H

#include "generators/sysmon/sysmon.h"

/*
 * Checks a configuration that Sysmon accepts. `element_ids` has, for each element, the event id it
 * was bound to by pk_sysmon_convert, or 0 if Sysmon leaves it out: those are passed over. Linear
 * in the size of the configuration.
 */
void pk_sysmon_check(struct pk_sysmon *sysmon, const uint32_t *element_ids, struct pk_diags *diags);

#endif
