/*
 * Pack: bytes made smaller, in the form of gzip (RFC 1952). The library for it stays in pack.c.
 */
#ifndef BASE_PACK_H
#define BASE_PACK_H

#include "base/buf.h"

/* Appends `len` bytes packed; the same bytes give the same result: no name and no time is in it. */
void pk_pack_gzip(struct pk_buf *out, const void *bytes, size_t len);

#endif
