/*
 * XML: a stream of elements, text and comments read through libxml2, each with its place.
 *
 * Nothing is fetched, no entity is expanded beyond the five of XML, a DOCTYPE ends the reading.
 * Names of elements and attributes with a prefix come as "prefix:local", whether or not the
 * prefix is declared. Texts are valid only during the call.
 */
#ifndef BASE_XML_H
#define BASE_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "base/source.h"

enum {
	PK_XML_ERRORS = 25,		      /* syntax errors reported for one file */
	PK_XML_TEXT_LIMIT = 10 * 1000 * 1000, /* bytes of one text; libxml2's own limit */
	PK_XML_ATTRIBUTES = 1000,	      /* attributes of one tag */
};

struct pk_xml_attr {
	const char *name;
	const char *value; /* not NUL-terminated; references resolved, blanks normalised as CDATA */
	size_t len;
};

struct pk_xml_element {
	const char *name;
	const char *namespace_uri; /* NULL if it has none */
	const struct pk_xml_attr *attrs;
	size_t attr_count;
	const char *declared; /* name of a namespace declaration on it, "xmlns:xsi"; else NULL */
	struct pk_span span;  /* the start tag */
};

/* What the caller wants to hear of; any may be NULL. `user` is what was given to pk_xml_parse. */
struct pk_xml_handler {
	void (*start)(void *user, const struct pk_xml_element *element);
	void (*end)(void *user, struct pk_span end_tag);
	void (*text)(void *user, const char *text, size_t len, bool cdata, struct pk_span span);
	void (*comment)(void *user, const char *text, struct pk_span span);
	void (*instruction)(void *user, struct pk_span span);
	void (*broken)(void *user); /* the first error that makes the document ill-formed */
};

struct pk_xml_options {
	const char *encoding; /* overrides what the document says; NULL: it decides */
	bool recover;	      /* go on after an error to find further ones */
};

/*
 * The text of `source` as UTF-8: `source` itself if it is UTF-8 or ASCII, else a source over a
 * converted copy, so that places are those an editor shows. What cannot be converted stays.
 */
struct pk_source *pk_xml_source(struct pk_source *source, const char *encoding);

/*
 * Parses `source`, whose spans are reported against `shown` (from pk_xml_source). True if the
 * document is well-formed; else every error has been reported (codes PK01xx).
 */
bool pk_xml_parse(struct pk_source *source, struct pk_source *shown,
	const struct pk_xml_options *options, const struct pk_xml_handler *handler, void *user,
	struct pk_diags *diags);

/*
 * The span of attribute `name` in the start tag at `tag` (name to closing quote); with
 * `value_only` of its value without quotes. The tag's own span if it is not found.
 */
struct pk_span pk_xml_attr_span(struct pk_span tag, const char *name, bool value_only);

/* Appends `text` for use between tags: & < > and what XML would change on reading are escaped. */
struct pk_buf;
void pk_xml_put_text(struct pk_buf *buf, const char *text);
/* Appends `text` for use in a double-quoted attribute value. */
void pk_xml_put_attr(struct pk_buf *buf, const char *text);

#endif
