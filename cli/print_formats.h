/*
 * Print_formats: one function a format, for print.c only. Each appends to a buffer what
 * `findings` are in its format.
 */
#ifndef CLI_PRINT_FORMATS_H
#define CLI_PRINT_FORMATS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/diag.h"

/* What is to be printed: sorted, and without what --quiet leaves out. */
struct pk_findings {
	const struct pk_diag *const *items;
	size_t len;
	size_t errors;
	size_t warnings;
	size_t suppressed;	   /* found beyond the limit of the list */
	const char *const *inputs; /* every file looked at */
	size_t input_count;
	bool color;
	bool summary;
};

void pk_print_text(struct pk_buf *buf, const struct pk_findings *findings);
void pk_print_short(struct pk_buf *buf, const struct pk_findings *findings);
void pk_print_json(struct pk_buf *buf, const struct pk_findings *findings);
void pk_print_sarif(struct pk_buf *buf, const struct pk_findings *findings);
void pk_print_junit(struct pk_buf *buf, const struct pk_findings *findings);

/* Text for XML 1.0, which has no place for control characters: they become visible escapes. */
void pk_print_xml(struct pk_buf *buf, const char *text);

/* The path of the file that `span` is in; "" if it has no place. */
const char *pk_span_path(struct pk_span span);
/* Where `span` begins and ends (behind its last character); 0:0 if it has no place. */
struct pk_place pk_span_begin(struct pk_span span);
struct pk_place pk_span_end(struct pk_span span);

#endif
