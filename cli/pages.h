/*
 * Pages: the Markdown page of every finding, docs/errors/PKnnnn.md, as it is in the program.
 */
#ifndef CLI_PAGES_H
#define CLI_PAGES_H

#include <stdbool.h>

#include "base/buf.h"

/* From pages.S: name and text of every page, each NUL-terminated, then an empty name. */
extern const char pk_pages[];

/* The page of the code `id` ("PK0301"), or NULL. */
const char *pk_page_find(const char *id);
/*
 * Appends a page for reading on a terminal: headings and the code of findings stand out if
 * `color`, fenced text is indented, the marks of Markdown are gone.
 */
void pk_page_render(struct pk_buf *buf, const char *page, bool color);

#endif
