/*
 * Evtx: the records of a Windows event log file (.evtx) as XML, one by one, read through libevtx.
 * Records that libevtx recovers from damaged or deleted chunks are not read.
 */
#ifndef BASE_EVTX_H
#define BASE_EVTX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/diag.h"

struct pk_evtx;

/* True if a file that begins with these bytes is an event log file. */
bool pk_evtx_is(const char *text, size_t len);
/* Opens `path`, which must be a file; the caller owns the result. NULL after a report. */
struct pk_evtx *pk_evtx_open(const char *path, struct pk_diags *diags);
void pk_evtx_close(struct pk_evtx *evtx); /* NULL is fine */
PK_AUTO_DEFINE(pk_evtx, pk_evtx_close);

/* Records in the file. */
size_t pk_evtx_count(const struct pk_evtx *evtx);
/*
 * Replaces the contents of `out` by the XML of record `index`, in UTF-8. False if libevtx cannot
 * read the record; *reason_out is then why, in the arena.
 */
bool pk_evtx_read(struct pk_evtx *evtx, struct pk_buf *out, size_t index, struct pk_arena *arena,
	const char **reason_out);

#endif
