/*
 * Excerpt: the source line of a place, with a mark under the place, for a terminal.
 *
 * Tabs become blanks up to the next multiple of 8, wide characters count two cells, unsafe ones
 * are escaped (see escape.h), and a long line is cut around the place. The cost depends on what
 * is shown, not on the length of the line.
 */
#ifndef CLI_EXCERPT_H
#define CLI_EXCERPT_H

#include "base/buf.h"
#include "base/source.h"

/*
 * Appends the line in which `span` begins to `line_out`, without a line end, and `^~~~` under the
 * part of it that `span` covers to `mark_out`. `span` must have a source.
 */
void pk_excerpt_make(struct pk_buf *line_out, struct pk_buf *mark_out, struct pk_span span);

#endif
