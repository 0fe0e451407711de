/*
 * Pe: what a Windows program says of itself: its architecture, and its version resource.
 *
 * Reads the few fields that are needed (Microsoft's "PE Format" and VS_VERSIONINFO) out of bytes
 * that may be anything: each offset is checked, each loop has an end. Pure and silent.
 */
#ifndef FLEET_BUNDLE_PE_H
#define FLEET_BUNDLE_PE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PK_PE_TEXT = 64 }; /* bytes of a version as text, with the NUL */

struct pk_pe {
	const char *arch;      /* "x86", "x64", "arm64"; NULL: another one */
	char text[PK_PE_TEXT]; /* FileVersion as its resource has it if that is ASCII; "" if none */
	bool has_version;
	uint16_t version[4]; /* of the fixed part, highest first */
};

/* False if the bytes are no such program. */
bool pk_pe_read(struct pk_pe *out, const void *bytes, size_t len);

#endif
