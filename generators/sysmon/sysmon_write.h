/*
 * Writing a Sysmon configuration: struct pk_sysmon to XML text in UTF-8, the same bytes for the
 * same configuration. Facts: docs/sysmon-facts.md sections 4 and 5.
 */
#ifndef GENERATORS_SYSMON_SYSMON_WRITE_H
#define GENERATORS_SYSMON_SYSMON_WRITE_H

#include "base/buf.h"
#include "generators/sysmon/sysmon.h"

/*
 * Appends `sysmon` as XML. What Sysmon accepts is read back as the same elements and values;
 * every element that has a group gets a RuleGroup of its own. An entry without text stops Sysmon
 * from reading further entries, so CaptureClipboard is written last, and other entries without
 * text are left out together with those behind them, which are not in force.
 */
void pk_sysmon_write(struct pk_buf *out, const struct pk_sysmon *sysmon);

#endif
