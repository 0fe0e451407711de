/*
 * Xml_library: libxml2, opened when the first XML is read. It brings ICU and the C++ runtime with
 * it, which would cost every other command 2 MB and much of the time to start. Only xml.c includes
 * this.
 */
#ifndef BASE_XML_LIBRARY_H
#define BASE_XML_LIBRARY_H

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>
#include <stdbool.h>

#define PK_XML_FUNCTION(name) __typeof__(xml##name) *name

struct pk_xml_library {
	PK_XML_FUNCTION(CreateMemoryParserCtxt);
	PK_XML_FUNCTION(FindCharEncodingHandler);
	PK_XML_FUNCTION(FreeParserCtxt);
	PK_XML_FUNCTION(ParseDocument);
	PK_XML_FUNCTION(StopParser);
	PK_XML_FUNCTION(SwitchToEncoding);
};

/* The name of the library. */
extern const char pk_xml_library_name[];
/* False if it is not installed. It stays open until the process ends: most read more than one. */
bool pk_xml_library_open(struct pk_xml_library *out);

#endif
