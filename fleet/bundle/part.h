/*
 * Part: one file that may become a bundle's, and what its own bytes tell: a program for which
 * architecture, of which version.
 */
#ifndef FLEET_BUNDLE_PART_H
#define FLEET_BUNDLE_PART_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"

enum pk_part_kind {
	PK_PART_OTHER,
	PK_PART_PE,  /* program or library for Windows */
	PK_PART_ELF, /* program or library for Linux */
	PK_PART_DEB,
	PK_PART_RPM,
};

struct pk_part {
	const char *path;
	uint64_t bytes;
	char digest[PK_DIGEST_TEXT];
	enum pk_part_kind kind;
	const char *arch;    /* "x86", "x64", "arm64"; NULL: not told, or another one */
	const char *version; /* NULL: not told */
	const char *package; /* DEB, RPM: its name; NULL: not told */
};

struct pk_parts {
	struct pk_part *items;
	size_t len;
	size_t cap;
};

/* Fills in all but the path. `path` also tells an RPM's name, version and architecture. */
void pk_part_read(struct pk_part *out, struct pk_arena *arena, const char *path, const void *bytes,
	size_t len);

#endif
