/* Records of binary rules to a configuration, proved by encoding it again. */
#include <string.h>

#include "base/text.h"
#include "generators/blob/blob_read.h"
#include "generators/blob/blob_traces.h"
#include "generators/sysmon/sysmon_convert.h"

struct decoder {
	struct pk_arena *arena;
	const struct pk_blob *blob;
	struct pk_sysmon *sysmon;
};

static struct pk_span place(const struct decoder *decoder, uint32_t offset)
{
	return pk_span_make(decoder->blob->place, offset, offset);
}

/* Is `record_name` what Sysmon keeps of `name` in the record of a Rule? */
static bool is_cut_of(const char *record_name, const char *name)
{
	size_t len = strlen(record_name);
	if (strncmp(record_name, name, len) != 0)
		return false;
	if (name[len] == '\0')
		return true;
	uint32_t next = 0;
	pk_utf8_decode(&next, name + len, strlen(name + len));
	return pk_utf8_utf16_len(record_name) + (next > 0xffff ? 2 : 1) > PK_BLOB_RULE_NAME - 1;
}

static void add_filter(const struct decoder *decoder, struct pk_filter *filter,
	const struct pk_blob_filter *record, const char *inherited)
{
	filter->field = record->field_name;
	filter->condition = pk_operator_info(record->op)->name;
	filter->value = record->value;
	if (strcmp(record->name, inherited) != 0)
		filter->name = record->name;
	filter->span = place(decoder, record->offset);
	filter->value_span = filter->span;
}

/* A filter's record has the whole name where it comes from the Rule, whose own is cut. */
static const char *rule_name(const struct pk_blob_event *event, size_t at)
{
	const struct pk_blob_rule *rule = &event->records.items[at].rule;
	if (rule->name[0] == '\0' || at + 1 == event->records.len)
		return rule->name;
	const struct pk_blob_record *next = &event->records.items[at + 1];
	bool whole = !next->is_rule && next->filter.rule == rule->offset &&
		is_cut_of(rule->name, next->filter.name);
	return whole ? next->filter.name : rule->name;
}

static void add_terms(const struct decoder *decoder, struct pk_element *element,
	const struct pk_blob_event *event)
{
	struct pk_term *rule = NULL;
	for (size_t i = 0; i < event->records.len; i++) {
		const struct pk_blob_record *record = &event->records.items[i];
		if (!record->is_rule && record->filter.rule != 0) {
			add_filter(decoder, pk_list_push(decoder->arena, &rule->filters),
				&record->filter, rule->name == NULL ? "" : rule->name);
			continue;
		}
		struct pk_term *term = pk_list_push(decoder->arena, &element->terms);
		term->is_rule = record->is_rule;
		if (!record->is_rule) {
			add_filter(decoder, &term->filter, &record->filter, "");
			term->span = term->filter.span;
			continue;
		}
		const char *name = rule_name(event, i);
		term->name = name[0] == '\0' ? NULL : name;
		term->relation = record->rule.relation_and ? "and" : "or";
		term->span = place(decoder, record->rule.offset);
		rule = term;
	}
}

static void add_element(const struct decoder *decoder, const struct pk_blob_event *event)
{
	struct pk_element *element = pk_list_push(decoder->arena, &decoder->sysmon->elements);
	element->tag = event->event->tag;
	element->event = pk_schema_find_tag(decoder->blob->parser, element->tag);
	element->onmatch = event->include ? "include" : "exclude";
	element->in_group = true;
	element->group_relation = event->relation_and ? "and" : "or";
	element->span = place(decoder, event->offset);
	element->group_span = element->span;
	add_terms(decoder, element, event);
}

static struct pk_sysmon *make_sysmon(struct pk_arena *arena, const struct pk_blob *blob)
{
	struct pk_sysmon *sysmon = PK_NEW(arena, struct pk_sysmon);
	sysmon->arena = arena;
	sysmon->version = blob->version;
	sysmon->version_text = pk_schema_version_text(arena, blob->version);
	sysmon->version_span = pk_span_file(blob->place);
	sysmon->parser = blob->parser;
	sysmon->schema = blob->schema;

	struct decoder decoder = {.arena = arena, .blob = blob, .sysmon = sysmon};
	for (size_t i = 0; i < blob->events.len; i++)
		add_element(&decoder, &blob->events.items[i]);
	return sysmon;
}

static void report_difference(
	const struct pk_blob *blob, const struct pk_buf *again, struct pk_diags *diags)
{
	size_t at = pk_blob_difference(blob, again);
	pk_report(diags, PK_BLOB_NOT_SAME, pk_span_make(blob->place, at, at),
		"encoding the configuration again gives %zu bytes, which differ from byte %zu on",
		again->len, at);
}

struct pk_sysmon *pk_blob_decode(struct pk_source *source, struct pk_diags *diags)
{
	const struct pk_blob *blob = pk_blob_read(source, diags);
	if (blob == NULL)
		return NULL;

	struct pk_sysmon *sysmon = make_sysmon(diags->arena, blob);
	PK_BUF_AUTO again = {0};
	struct pk_diags unheard = {.arena = diags->arena};
	if (!pk_blob_encode(&again, sysmon, &unheard)) {
		const struct pk_diag *why = &unheard.all.items[0];
		pk_report(diags, PK_BLOB_REFUSED, why->span,
			"Sysmon would refuse what the binary rules say: %s", why->message);
		return NULL;
	}
	if (!pk_blob_same(blob, &again) && !pk_blob_restore(sysmon, blob, &again, diags))
		report_difference(blob, &again, diags);
	return sysmon;
}
