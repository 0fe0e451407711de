/*
 * Mark: how picket knows again what is its own on a cluster: who manages it, the version that made
 * it, and the digest of what was written, so that an edit by hand can be told from an older
 * version.
 */
#ifndef TEMPLATES_ASSETS_MARK_H
#define TEMPLATES_ASSETS_MARK_H

#include "base/buf.h"
#include "base/digest.h"
#include "base/node.h"

struct pk_mark {
	const char *version; /* of picket */
	const char *digest;  /* "sha256:..." of the body without mark */
};

/*
 * Appends the object `body` (JSON on one line) with the mark: as last member `_meta`, or, if
 * `in_text`, behind the text of its member `description` (which it must have) as " [picket 0.1.0
 * sha256:...]". `digest_out` gets the digest of `body`.
 */
void pk_mark_put(
	struct pk_buf *buf, const char *body, bool in_text, char digest_out[PK_DIGEST_TEXT]);
/*
 * As pk_mark_put, but `_meta` becomes the last member of the object `depth` levels down whose end
 * is at the end of `body`: 1 is {"policy":{..,"_meta":..}}.
 */
void pk_mark_put_within(
	struct pk_buf *buf, const char *body, unsigned depth, char digest_out[PK_DIGEST_TEXT]);
/*
 * The mark of an object as a cluster gave it back, from either place; false if it is not ours. It
 * may be in the object itself, in its `policy`, its `mappings`, or those of a mapping type.
 */
bool pk_mark_find(struct pk_mark *out, struct pk_arena *arena, const struct pk_node *object);
/* The mark at the end of a text; false if there is none. */
bool pk_mark_find_text(struct pk_mark *out, struct pk_arena *arena, const char *text);

#endif
