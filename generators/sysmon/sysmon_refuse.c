/* What is said of elements and attributes that the grammar does not allow. */
#include "generators/sysmon/sysmon_refuse.h"

#include <string.h>

#include "base/text.h"
#include "generators/sysmon/sysmon_read.h"

/* Microsoft's manual names them, no schema does (Sysmon facts, docs/sysmon-facts.md section 5). */
static const char *const documented_only[] = {
	"CopyOnDeletePE",
	"CopyOnDeleteSIDs",
	"CopyOnDeleteExtensions",
	"CopyOnDeleteProcesses",
};

struct pk_diag *pk_refuse(
	struct pk_grammar *grammar, enum pk_code code, struct pk_span span, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *message = pk_arena_vprintf(grammar->arena, format, args);
	va_end(args);
	grammar->sysmon->rejected = true;
	if (grammar->broken) {
		grammar->unseen = (struct pk_diag){.code = code};
		return &grammar->unseen;
	}
	return pk_report(grammar->diags, code, span, "%s", message);
}

void pk_refuse_attr(struct pk_grammar *grammar, const struct pk_xml_element *element,
	const char *name, const char *const *known, size_t known_count)
{
	struct pk_diag *diag = pk_refuse(grammar, PK_UNKNOWN_ATTRIBUTE,
		pk_xml_attr_span(element->span, name, false), "'%s' is no attribute of '%s'", name,
		element->name);
	const char *near = pk_text_nearest(name, known, known_count);
	if (near != NULL)
		pk_diag_hint(grammar->diags, diag, "write '%s'", near);
	else if (strncmp(name, "xmlns", 5) == 0)
		pk_diag_hint(grammar->diags, diag, "remove the namespace declaration");
}

/* The first schema of the platform that has the entry `name`, or 0. */
static uint32_t entry_since(struct pk_grammar *grammar, const char *name)
{
	enum pk_platform platform = grammar->sysmon->schema->platform;
	size_t count;
	const struct pk_schema_version *versions = pk_schema_versions(platform, &count);
	for (size_t i = 0; i < count; i++) {
		const struct pk_schema *schema =
			pk_schema_make(grammar->arena, platform, versions[i].version);
		if (pk_schema_find_entry(schema, name) != NULL)
			return versions[i].version;
	}
	return 0;
}

void pk_refuse_entry(struct pk_grammar *grammar, const struct pk_xml_element *element)
{
	const struct pk_schema *schema = grammar->sysmon->schema;
	struct pk_diags *diags = grammar->diags;
	struct pk_diag *diag;

	for (size_t i = 0; i < sizeof(documented_only) / sizeof(*documented_only); i++) {
		if (strcmp(element->name, documented_only[i]) != 0)
			continue;
		diag = pk_refuse(grammar, PK_COPY_ON_DELETE, element->span,
			"'%s' is documented but no schema has it", element->name);
		pk_diag_hint(diags, diag, "remove it; use FileDelete rules to keep deleted files");
		return;
	}
	if (pk_schema_find_tag(schema, element->name) != NULL ||
		strcmp(element->name, "RuleGroup") == 0) {
		diag = pk_refuse(grammar, PK_MISPLACED_ELEMENT, element->span,
			"'%s' stands outside EventFiltering", element->name);
		pk_diag_hint(diags, diag, "put it inside 'EventFiltering'");
		return;
	}
	uint32_t since = entry_since(grammar, element->name);
	if (since != 0) {
		diag = pk_refuse(grammar, PK_ENTRY_NOT_IN_SCHEMA, element->span,
			"schema %s has no entry '%s'",
			pk_schema_version_text(grammar->arena, schema->version), element->name);
		pk_diag_hint(diags, diag, "remove it; the first schema with it is %s",
			pk_schema_version_text(grammar->arena, since));
		return;
	}
	diag = pk_refuse(grammar, PK_UNKNOWN_ELEMENT, element->span, "no schema has an entry '%s'",
		element->name);
	const char *near = pk_schema_nearest_entry(schema, element->name);
	if (near != NULL)
		pk_diag_hint(diags, diag, "write '%s'", near);
}

void pk_refuse_event(struct pk_grammar *grammar, const struct pk_xml_element *element)
{
	const struct pk_schema *schema = grammar->sysmon->schema;
	struct pk_diags *diags = grammar->diags;
	uint32_t since = pk_schema_tag_since(schema->platform, element->name);
	struct pk_diag *diag;

	if (since != 0) {
		diag = pk_refuse(grammar, PK_EVENT_TOO_NEW, element->span,
			"schema %s has no event '%s'",
			pk_schema_version_text(grammar->arena, schema->version), element->name);
		pk_diag_hint(diags, diag, "raise schemaversion to %s or remove the element",
			pk_schema_version_text(grammar->arena, since));
	} else if (pk_schema_find_entry(schema, element->name) != NULL ||
		pk_schema_has_field(schema, element->name) ||
		strcmp(element->name, "EventFiltering") == 0 ||
		strcmp(element->name, "RuleGroup") == 0 || strcmp(element->name, "Rule") == 0) {
		pk_refuse(grammar, PK_MISPLACED_ELEMENT, element->span, "'%s' cannot stand here",
			element->name);
	} else {
		diag = pk_refuse(grammar, PK_UNKNOWN_EVENT, element->span,
			"no schema has an event '%s'", element->name);
		const char *near = pk_schema_nearest_tag(schema, element->name);
		if (near != NULL)
			pk_diag_hint(diags, diag, "write '%s'", near);
	}
}

void pk_refuse_field(
	struct pk_grammar *grammar, const struct pk_xml_element *element, const char *tag)
{
	const struct pk_schema *schema = grammar->sysmon->schema;
	struct pk_diags *diags = grammar->diags;
	const char *version = pk_schema_version_text(grammar->arena, schema->version);
	uint32_t since = pk_schema_field_since(schema->platform, tag, element->name);
	struct pk_diag *diag;

	if (since > schema->version) {
		diag = pk_refuse(grammar, PK_FIELD_TOO_NEW, element->span,
			"schema %s has no field '%s' in %s", version, element->name, tag);
		pk_diag_hint(diags, diag, "raise schemaversion to %s",
			pk_schema_version_text(grammar->arena, since));
	} else if (strcmp(element->name, "Rule") == 0) {
		pk_refuse(
			grammar, PK_MISPLACED_ELEMENT, element->span, "a Rule cannot hold a Rule");
	} else if (pk_schema_find_tag(schema, element->name) != NULL) {
		pk_refuse(grammar, PK_MISPLACED_ELEMENT, element->span,
			"event '%s' cannot stand inside '%s'", element->name, tag);
	} else {
		diag = pk_refuse(grammar, PK_UNKNOWN_FIELD, element->span, "%s has no field '%s'",
			tag, element->name);
		const char *near = pk_schema_nearest_field(schema, tag, element->name);
		if (near != NULL)
			pk_diag_hint(diags, diag, "write '%s'", near);
	}
}
