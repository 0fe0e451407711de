/*
 * Html: text of inputs and hosts in a page, where it can be nothing but text.
 */
#ifndef CLI_HTML_H
#define CLI_HTML_H

#include "base/buf.h"

/* Text for an element or a quoted attribute. */
void pk_html_put(struct pk_buf *out, const char *text);

#endif
