/*
 * Logstash: the files of a pipeline that takes Monster's TSV on UDP and TCP and Beats, and sends to
 * a stack.
 */
#ifndef TEMPLATES_LOGSTASH_LOGSTASH_H
#define TEMPLATES_LOGSTASH_LOGSTASH_H

#include <stdint.h>

#include "base/buf.h"
#include "templates/assets/assets.h"

struct pk_logstash_options {
	const char *url;    /* of the stack */
	const char *ca;	    /* path on the Logstash host; NULL: the system's */
	uint16_t port;	    /* 0: 1514 */
	uint32_t buffer;    /* receive_buffer_bytes; 0: 16 MiB */
	const char *folder; /* of monster.rb on the Logstash host; NULL: /etc/logstash/conf.d */
	bool password;	    /* PICKET_USER and PICKET_PASSWORD instead of PICKET_API_KEY */
	bool filter2017; /* columns of 1500, 1501 and 8500 in the order of the filter published in
			    2017 */
	const struct pk_streams *streams;
};

/* Files: "02-input-monster.conf", "50-filter-monster.conf", "90-output-picket.conf", "monster.rb".
 */
struct pk_logstash_file {
	const char *name;
	void (*put)(struct pk_buf *buf, const struct pk_elk *elk,
		const struct pk_logstash_options *options);
};
/* The file at `index`, NULL past the last. */
const struct pk_logstash_file *pk_logstash_file_at(size_t index);

#endif
