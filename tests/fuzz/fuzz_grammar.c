/*
 * The grammar against the way it stands for: Sysmon's loader glues a generated DTD in front of the
 * file and lets libxml2 validate the whole. Here the same is done with a DTD made from the schema
 * tables, and both must accept the same files.
 */
#include <libxml/parser.h>
#include <libxml/valid.h>
#include <libxml/xmlerror.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "generators/sysmon/sysmon_read.h"

enum {
	LONGEST = 1 << 16, /* bytes of one input */
	FIRST_READ = 2048, /* the loader looks for the first tag in its first read */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void silent(void *context, const char *format, ...)
{
	(void)context;
	(void)format;
}

static void put_fields(struct pk_buf *dtd, const struct pk_schema *schema, const char *tag)
{
	const struct pk_event *first = pk_schema_find_tag(schema, tag);
	size_t family = pk_schema_family(schema, first);
	for (size_t i = 0; i < family; i++) {
		for (size_t f = 0; f < first[i].field_count; f++) {
			bool before = false;
			for (size_t b = 0; b < i && !before; b++)
				before = pk_event_field(&first[b], first[i].fields[f]) >= 0;
			if (!before)
				pk_buf_printf(dtd, "|%s", first[i].fields[f]);
		}
	}
}

static void put_all_fields(struct pk_buf *dtd, const struct pk_schema *schema, const char *format)
{
	const char *separator = "";
	for (size_t i = 0; i < schema->fields.cap; i++) {
		const char *field = schema->fields.slots[i].key;
		if (field == NULL)
			continue;
		if (format == NULL)
			pk_buf_printf(dtd, "%s%s", separator, field);
		else
			pk_buf_printf(dtd,
				"<!ELEMENT %s (#PCDATA)>\n<!ATTLIST %s condition CDATA \"is\" name "
				"CDATA #IMPLIED>\n",
				field, field);
		separator = "|";
	}
}

static void put_tags(struct pk_buf *dtd, const struct pk_schema *schema, const char *separator)
{
	for (size_t i = 0; i < schema->events.len; i++) {
		const struct pk_event *event = &schema->events.items[i];
		if (event->tag == NULL || pk_schema_find_tag(schema, event->tag) != event)
			continue;
		pk_buf_printf(dtd, "%s%s", separator, event->tag);
		separator = "|";
	}
}

static void make_dtd(struct pk_buf *dtd, const struct pk_schema *schema)
{
	pk_buf_puts(dtd, "<!DOCTYPE Sysmon [\n<!ELEMENT Sysmon (EventFiltering");
	for (size_t i = 0; i < schema->entries.len; i++)
		pk_buf_printf(dtd, "|%s", schema->entries.items[i].name);
	pk_buf_puts(dtd, ")*>\n<!ATTLIST Sysmon schemaversion CDATA #REQUIRED>\n");
	for (size_t i = 0; i < schema->entries.len; i++)
		pk_buf_printf(dtd, "<!ELEMENT %s %s>\n", schema->entries.items[i].name,
			schema->entries.items[i].argument == PK_ENTRY_EMPTY ? "EMPTY"
									    : "(#PCDATA)");
	pk_buf_puts(dtd, "<!ELEMENT EventFiltering (RuleGroup");
	put_tags(dtd, schema, "|");
	pk_buf_puts(dtd, ")*>\n<!ELEMENT RuleGroup (");
	put_tags(dtd, schema, "");
	pk_buf_puts(dtd,
		")*>\n<!ATTLIST RuleGroup groupRelation (and|or) #REQUIRED name CDATA #IMPLIED>\n");
	for (size_t i = 0; i < schema->events.len; i++) {
		const struct pk_event *event = &schema->events.items[i];
		if (event->tag == NULL || pk_schema_find_tag(schema, event->tag) != event)
			continue;
		pk_buf_printf(dtd, "<!ELEMENT %s (Rule", event->tag);
		put_fields(dtd, schema, event->tag);
		pk_buf_printf(dtd,
			")*>\n<!ATTLIST %s onmatch (include|exclude) #IMPLIED default "
			"(include|exclude) #IMPLIED>\n",
			event->tag);
	}
	pk_buf_puts(dtd, "<!ELEMENT Rule (");
	put_all_fields(dtd, schema, NULL);
	pk_buf_puts(dtd, ")*>\n<!ATTLIST Rule groupRelation CDATA #IMPLIED name CDATA #IMPLIED>\n");
	put_all_fields(dtd, schema, "");
	pk_buf_puts(dtd, "]>\n");
}

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* The file behind the DTD: from its first '<', without an XML declaration. */
static bool glue(
	struct pk_buf *out, const struct pk_buf *dtd, const uint8_t *data, size_t size, bool wide)
{
	for (size_t i = 0; i < dtd->len; i++) {
		pk_buf_putc(out, dtd->data[i]);
		if (wide)
			pk_buf_putc(out, '\0');
	}
	size_t head = size < FIRST_READ ? size : FIRST_READ;
	const uint8_t *start = memchr(data, '<', head);
	if (start == NULL)
		return false;
	const char *mark = wide ? "<\0?\0x\0m\0" : "<?xml";
	size_t mark_len = wide ? 8 : 5;
	const char *end_mark = wide ? "?\0>\0" : "?>";
	size_t end_len = wide ? 4 : 2;
	size_t left = head - (size_t)(start - data);
	if (left >= mark_len && strncasecmp((const char *)start, mark, wide ? 1 : mark_len) == 0 &&
		(!wide || memcmp(start, mark, mark_len) == 0)) {
		const uint8_t *end = memmem(start + mark_len, left - mark_len, end_mark, end_len);
		if (end != NULL)
			start = end + end_len;
	}
	pk_buf_put(out, start, size - (size_t)(start - data));
	return true;
}

/* What the loader's way says; the schema comes from the same version arithmetic. */
static bool oracle_accepts(struct pk_arena *arena, const uint8_t *data, size_t size)
{
	bool wide = false;
	const char *encoding = NULL;
	if (size < 2)
		return false;
	if (!is_blank(data[0]) && data[0] != '<') {
		wide = data[0] == 0xff;
	} else if (data[1] == 0) {
		wide = true;
		encoding = "UTF-16LE";
	}
	xmlDocPtr doc = xmlReadMemory((const char *)data, (int)size, "f", encoding, 0);
	if (doc == NULL)
		return false;
	xmlNodePtr root = xmlDocGetRootElement(doc);
	bool named =
		root != NULL && root->ns == NULL && strcmp((const char *)root->name, "Sysmon") == 0;
	xmlChar *text = named ? xmlGetProp(root, (const xmlChar *)"schemaversion") : NULL;
	uint32_t version = 0;
	bool good = text != NULL &&
		pk_sysmon_read_version(&version, (const char *)text) == PK_VERSION_GOOD;
	char *declared = doc->encoding != NULL ? strdup((const char *)doc->encoding) : NULL;
	xmlFree(text);
	xmlFreeDoc(doc);

	uint32_t applied =
		good ? pk_schema_applied(PK_WINDOWS, pk_schema_newest(PK_WINDOWS), version) : 0;
	bool accepted = false;
	if (applied != 0) {
		PK_BUF_AUTO dtd = {0};
		PK_BUF_AUTO all = {0};
		make_dtd(&dtd, pk_schema_make(arena, PK_WINDOWS, applied));
		if (glue(&all, &dtd, data, size, wide)) {
			doc = xmlReadMemory(
				all.data, (int)all.len, "f", wide ? "UTF-16LE" : declared, 0);
			xmlValidCtxtPtr valid = xmlNewValidCtxt();
			valid->error = silent;
			valid->warning = silent;
			accepted = doc != NULL && xmlValidateDocument(valid, doc) == 1;
			xmlFreeValidCtxt(valid);
			xmlFreeDoc(doc);
		}
	}
	free(declared);
	return accepted;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > LONGEST)
		return 0;
	xmlSetGenericErrorFunc(NULL, silent);
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	char *copy = pk_arena_strndup(arena, (const char *)data, size);
	struct pk_source *source = pk_source_make(arena, "fuzz.xml", copy, size);
	struct pk_sysmon_options options = {.platform = PK_WINDOWS};
	bool accepted = !pk_sysmon_read(source, &options, &diags)->rejected;

	if (accepted != oracle_accepts(arena, data, size)) {
		fprintf(stderr, "the grammar %s what the DTD %s\n",
			accepted ? "accepts" : "refuses", accepted ? "refuses" : "accepts");
		for (size_t i = 0; i < diags.all.len; i++)
			fprintf(stderr, "  %s\n", diags.all.items[i].message);
		abort();
	}
	return 0;
}
