/*
 * Ruby: the filter for Logstash: the table of events as Ruby, and behind it the code that reads it.
 */
#ifndef TEMPLATES_LOGSTASH_RUBY_H
#define TEMPLATES_LOGSTASH_RUBY_H

#include <stdbool.h>

#include "base/buf.h"

/* `filter2017`: as pk_logstash_options. */
void pk_logstash_put_ruby(struct pk_buf *buf, bool filter2017);

#endif
