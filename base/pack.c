#include "base/pack.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

enum {
	GZIP = 16, /* added to the window: a header of gzip */
	MEMORY = 8,
};

void pk_pack_gzip(struct pk_buf *out, const void *bytes, size_t len)
{
	assert(len <= INT_MAX);
	z_stream stream = {.next_in = (Bytef *)bytes, .avail_in = (uInt)len};
	if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + GZIP, MEMORY,
		    Z_DEFAULT_STRATEGY) != Z_OK)
		abort(); /* out of memory */
	size_t most = deflateBound(&stream, len);
	size_t begin = pk_buf_zeros(out, most);
	stream.next_out = (Bytef *)out->data + begin;
	stream.avail_out = (uInt)most;
	int end = deflate(&stream, Z_FINISH);
	assert(end == Z_STREAM_END);
	(void)end;
	out->len = begin + stream.total_out;
	out->data[out->len] = '\0';
	deflateEnd(&stream);
}
