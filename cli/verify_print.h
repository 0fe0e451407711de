/*
 * Verify_print: shows what became of commits and tags.
 */
#ifndef CLI_VERIFY_PRINT_H
#define CLI_VERIFY_PRINT_H

#include "base/buf.h"
#include "rulesets/changes.h"

/* Appends the line for people. */
void pk_verify_put_text(struct pk_buf *buf, const struct pk_verdict *verdict);
/* Appends the object and a line end. */
void pk_verify_put_json(struct pk_buf *buf, const struct pk_verdict *verdict);

#endif
