/*
 * The document rules of a Sysmon configuration, checked while libxml2 reads it. Sysmon glues a
 * generated DTD in front of the file and validates; that grammar is small enough to be a state
 * machine over the open elements, which knows the place of everything and needs no tree.
 */
#include "generators/sysmon/sysmon_read.h"

#include <string.h>

#include "base/text.h"
#include "base/xml.h"
#include "generators/sysmon/sysmon_grammar.h"

enum { LOOK_AHEAD = 2048 }; /* Sysmon wants the first '<' in its first read of 2048 bytes */

/* Which encoding Sysmon's loader forces on libxml2, and whether the file can be read at all. */
static const char *check_bytes(
	struct pk_sysmon *sysmon, struct pk_source *source, struct pk_diags *diags)
{
	const unsigned char *bytes = (const unsigned char *)source->text;
	size_t head = source->len < LOOK_AHEAD ? source->len : LOOK_AHEAD;

	if (source->len < 2) {
		pk_report(diags, PK_XML_EMPTY, pk_span_file(source), "file has no content");
		sysmon->rejected = true;
		return NULL;
	}
	if ((bytes[0] == 0xfe && bytes[1] == 0xff) || (bytes[0] == 0 && bytes[1] == '<')) {
		struct pk_diag *diag = pk_report(diags, PK_XML_BIG_ENDIAN, pk_span_file(source),
			"file is big-endian UTF-16, which Sysmon cannot read");
		pk_diag_hint(diags, diag, "save it as UTF-8 or little-endian UTF-16");
		sysmon->rejected = true;
		return NULL;
	}
	if (memchr(bytes, '<', head) == NULL && source->len > LOOK_AHEAD) {
		struct pk_diag *diag = pk_report(diags, PK_XML_LEADING_SPACE, pk_span_file(source),
			"the first %d bytes hold no '<'", LOOK_AHEAD);
		pk_diag_hint(diags, diag, "begin the file with '<Sysmon'");
		sysmon->rejected = true;
	}
	bool blank_or_tag =
		bytes[0] == '<' || bytes[0] == ' ' || (bytes[0] >= '\t' && bytes[0] <= '\r');
	return blank_or_tag && bytes[1] == 0 ? "UTF-16LE" : NULL;
}

/* An XML declaration that does not end in the first read stays in, behind the glued DTD. */
static void check_declaration(
	struct pk_sysmon *sysmon, struct pk_source *shown, struct pk_diags *diags)
{
	const char *start = memchr(shown->text, '<', shown->len);
	if (start == NULL || strncasecmp(start, "<?xml", 5) != 0 ||
		strchr(" \t\r\n", start[5]) == NULL)
		return;
	size_t left = shown->len - (size_t)(start - shown->text);
	size_t head = left < LOOK_AHEAD ? left : LOOK_AHEAD;
	if (memmem(start, head, "?>", 2) != NULL)
		return;
	pk_report(diags, PK_XML_SYNTAX, pk_span_file(shown),
		"the XML declaration is longer than %d bytes", LOOK_AHEAD);
	sysmon->rejected = true;
}

struct pk_sysmon *pk_sysmon_read(
	struct pk_source *source, const struct pk_sysmon_options *options, struct pk_diags *diags)
{
	struct pk_arena *arena = options->arena != NULL ? options->arena : diags->arena;
	struct pk_sysmon *sysmon = PK_NEW(arena, struct pk_sysmon);
	uint32_t parser =
		options->parser != 0 ? options->parser : pk_schema_newest(options->platform);
	sysmon->arena = arena;
	sysmon->parser = pk_schema_make(arena, options->platform, parser);

	const char *encoding = check_bytes(sysmon, source, diags);
	sysmon->source = pk_xml_source(source, encoding);
	if (source->len < 2)
		return sysmon;
	check_declaration(sysmon, sysmon->source, diags);

	struct pk_grammar grammar;
	pk_grammar_init(&grammar, sysmon, options->comments, diags);
	struct pk_xml_options xml = {.encoding = encoding, .recover = options->recover};
	sysmon->broken =
		!pk_xml_parse(source, sysmon->source, &xml, &pk_grammar_handler, &grammar, diags);
	sysmon->rejected |= sysmon->broken;
	pk_grammar_finish(&grammar);
	return sysmon;
}
