/*
 * Archive: unpacks what a vendor gives out (zip, tar, compressed tar), trusting nothing in it.
 *
 * The bytes are in memory, so that what is unpacked is what was hashed. Nothing is written here:
 * the sink gets each plain file when all of it has been read and its checksum was right.
 */
#ifndef FLEET_BUNDLE_ARCHIVE_H
#define FLEET_BUNDLE_ARCHIVE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/diag.h"

struct pk_archive_sink {
	/* False after a report ends the unpacking. `path` is the archive's, without "./". */
	bool (*take)(void *context, const char *path, const struct pk_buf *bytes,
		struct pk_diags *diags);
	void *context;
};

/*
 * Gives every file of the archive to the sink; folders are passed over. Refused: links, devices,
 * encrypted entries, more than the limits of a bundle, what ends early, a wrong checksum, an
 * archive without files. False after a report.
 */
bool pk_archive_unpack(
	struct pk_source *source, const struct pk_archive_sink *sink, struct pk_diags *diags);

/*
 * The first file whose name begins with `name` in the tar or ar archive (of which a .deb is one),
 * of at most `limit` bytes; false if there is none. Silent.
 */
bool pk_archive_find(
	struct pk_buf *out, const void *bytes, size_t len, const char *name, size_t limit);

#endif
