/*
 * Manifest: bundle.yaml, read with every field checked, and written.
 *
 * A manifest in the store says everything. A draft is one that a person has put beside the files
 * to be added: it may leave out what can be found out (sizes, digests, steps).
 */
#ifndef FLEET_BUNDLE_MANIFEST_H
#define FLEET_BUNDLE_MANIFEST_H

#include "base/buf.h"
#include "fleet/bundle/bundle.h"

#define PK_BUNDLE_MANIFEST "bundle.yaml"

enum {
	PK_BUNDLE_WORDS = 32, /* most words of a step */
	PK_BUNDLE_TEXT_MAX = 1000,
};

/*
 * The bundle that `source` describes, without `folder`; in a draft, files may lack size (0) and
 * digest (""), and the bundle's name and version may be NULL. NULL after a report.
 */
struct pk_bundle *pk_manifest_read(
	struct pk_arena *arena, struct pk_source *source, bool draft, struct pk_diags *diags);
void pk_manifest_write(struct pk_buf *out, struct pk_arena *arena, const struct pk_bundle *bundle);

/* Sorts the files and fills in `id`, `platform`, steps that are empty, and `digest`. */
void pk_manifest_complete(struct pk_arena *arena, struct pk_bundle *bundle);

/* Can it be the name, the version of a bundle? */
bool pk_bundle_name_ok(const char *name);
bool pk_bundle_version_ok(const char *version);
/* A remark of 1 to 1000 bytes; an origin, which besides holds no password: "://user:...@". */
bool pk_bundle_remark_ok(const char *text);
bool pk_bundle_origin_ok(const char *origin);
/* Is it "sha256:" and 64 digits, small letters? */
bool pk_bundle_digest_ok(const char *digest);

#endif
