#include "base/xml_library.h"

#include <stddef.h>

#include "base/library.h"

#define SYMBOL(name)                                                                               \
	{                                                                                          \
		"xml" #name, offsetof(struct pk_xml_library, name)                                 \
	}

static const struct pk_library_symbol symbols[] = {
	SYMBOL(CreateMemoryParserCtxt),
	SYMBOL(FindCharEncodingHandler),
	SYMBOL(FreeParserCtxt),
	SYMBOL(ParseDocument),
	SYMBOL(StopParser),
	SYMBOL(SwitchToEncoding),
	PK_LIBRARY_SYMBOLS_END,
};

const char pk_xml_library_name[] = "libxml2.so.2";

bool pk_xml_library_open(struct pk_xml_library *out)
{
	return pk_library_open(out, pk_xml_library_name, symbols) != NULL;
}
