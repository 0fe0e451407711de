/*
 * Reading a Sysmon configuration: XML to struct pk_sysmon, checked against the document rules
 * (DTD) of the schema it declares. What Sysmon does with the result is decided by
 * sysmon_convert.h. Facts: docs/sysmon-facts.md sections 2 to 5.
 */
#ifndef GENERATORS_SYSMON_SYSMON_READ_H
#define GENERATORS_SYSMON_SYSMON_READ_H

#include "generators/sysmon/sysmon.h"

struct pk_sysmon_options {
	struct pk_arena *arena; /* for the configuration; NULL: that of the diagnostics */
	enum pk_platform platform;
	uint32_t parser; /* newest schema of the parser that judges; 0: the newest known */
	bool recover;	 /* go on after XML errors to find further ones */
	bool comments;	 /* keep comments (for import) */
};

/*
 * Reads `source`. Never NULL: a refused file gives a configuration with `rejected` set and holds
 * what could be understood; every reason has been reported (codes PK01xx, PK02xx).
 */
struct pk_sysmon *pk_sysmon_read(
	struct pk_source *source, const struct pk_sysmon_options *options, struct pk_diags *diags);

enum pk_version_reading {
	PK_VERSION_GOOD,
	PK_VERSION_NO_NUMBER, /* Sysmon's parser ends abnormally */
	PK_VERSION_BAD,	      /* zero, negative, not finite, or beyond 65535 */
};

/*
 * Reads a schemaversion attribute as Sysmon does: a C floating-point number at the start of the
 * text, printed with two decimals and split at the dot. *out is set only if GOOD.
 */
enum pk_version_reading pk_sysmon_read_version(uint32_t *out, const char *text);

#endif
