/*
 * Traces: what elements that Sysmon took back leave in binary rules, and putting such elements
 * in again. For blob_decode.c.
 */
#ifndef GENERATORS_BLOB_BLOB_TRACES_H
#define GENERATORS_BLOB_BLOB_TRACES_H

#include "generators/blob/blob_read.h"

/* First byte behind the version word where the bytes of `blob` and `again` differ. */
size_t pk_blob_difference(const struct pk_blob *blob, const struct pk_buf *again);
/* True if they do not differ apart from the version word. */
bool pk_blob_same(const struct pk_blob *blob, const struct pk_buf *again);
/*
 * Adds to `sysmon`, which was made of `blob` and is encoded in `again`, elements that Sysmon takes
 * back, until the bytes are the same: then true, with a warning for each. Else `sysmon` is as
 * before and `again` its encoding.
 */
bool pk_blob_restore(struct pk_sysmon *sysmon, const struct pk_blob *blob, struct pk_buf *again,
	struct pk_diags *diags);

#endif
