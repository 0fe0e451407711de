/*
 * JSON (RFC 8259), read through yajl into nodes with places, and written byte by byte.
 *
 * Refused with a place: what is not JSON, invalid UTF-8, nesting deeper than PK_JSON_DEPTH.
 * Duplicate member names are reported (PK_JSON_DUPLICATE_KEY) and the tree is refused.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"
#include "base/node.h"

enum { PK_JSON_DEPTH = 64 };

/* The value in `source`, or NULL after a report. A leading UTF-8 byte order mark is skipped. */
struct pk_node *pk_json_read(struct pk_source *source, struct pk_diags *diags);

/* Appends `text` as a JSON string with quotes; bytes that are no UTF-8 become U+FFFD. */
void pk_json_put_string(struct pk_buf *buf, const char *text);
/* As pk_json_put_string for `len` bytes that may hold NUL. */
void pk_json_put_string_len(struct pk_buf *buf, const char *text, size_t len);
/*
 * Appends the PK_NODE_INT or PK_NODE_FLOAT as it is spelt, or its value where YAML spells what JSON
 * does not have (09, 0x1f, .5); infinities and what is no number become strings.
 */
void pk_json_put_number(struct pk_buf *buf, const struct pk_node *node);
/*
 * Appends the tree: on one line without blanks if `indent` is 0, else with members and items on
 * lines of their own, `indent` blanks deeper each level. Members keep their order. No line end at
 * the end.
 */
void pk_json_put_node(struct pk_buf *buf, const struct pk_node *node, unsigned indent);

#endif
