/* The second half of Sysmon's loader, after validation. */
#include "generators/sysmon/sysmon_convert.h"

#include <string.h>

#include "base/text.h"
#include "base/xml.h"
#include "generators/blob/blob.h"

enum { ELEMENT_LIMIT = 65534 }; /* elements of one tag; families are counted together */

struct conversion {
	struct pk_sysmon *sysmon;
	struct pk_blob_writer *writer;
	struct pk_diags *diags;
	uint32_t *element_ids;
	uint32_t last_rule; /* number of the last Rule met, tries included */
	size_t judged;	    /* filters of the present element that were judged before */
	size_t filters;	    /* filters of the present element met in this try */
};

/* --- what the parts mean --- */

const struct pk_operator_info *pk_filter_operator(const struct pk_filter *filter)
{
	if (filter->condition == NULL || filter->condition[0] == '\0')
		return pk_operator_info(PK_OP_IS);
	return pk_operator_find(filter->condition);
}

bool pk_element_is_and(const struct pk_sysmon *sysmon, const struct pk_element *element)
{
	if (element->in_group && element->group_relation != NULL)
		return strcmp(element->group_relation, "or") != 0;
	return sysmon->version > PK_VERSION(4, 10);
}

bool pk_term_is_and(const struct pk_term *term)
{
	return term->relation != NULL && !pk_text_equal_nocase(term->relation, "or");
}

const char *pk_filter_name(const struct pk_element *element, const struct pk_term *term,
	const struct pk_filter *filter)
{
	if (filter->name != NULL)
		return filter->name;
	if (term->is_rule && term->name != NULL)
		return term->name;
	return element->group_name;
}

bool pk_element_is_include(const struct pk_element *element)
{
	if (element->onmatch != NULL)
		return strcmp(element->onmatch, "include") == 0;
	return element->fallback != NULL && strcmp(element->fallback, "exclude") == 0;
}

/* --- one filter --- */

/* Words people write for a condition, and the one they mean. */
static const struct {
	const char *written;
	const char *meant;
} certain_conditions[] = {
	{"begins with", "begin with"},
	{"ends with", "end with"},
	{"equals", "is"},
	{"not begins with", "not begin with"},
	{"not contains", "excludes"},
	{"not ends with", "not end with"},
	{"start with", "begin with"},
	{"starts with", "begin with"},
};

/* The condition that is surely meant by another spelling of it, or NULL. */
static const char *meant_condition(struct pk_arena *arena, const char *written)
{
	char *plain = pk_arena_alloc(arena, strlen(written) + 1);
	size_t len = 0;
	for (; *written != '\0'; written++) {
		bool blank = strchr(" \t\r\n-_", *written) != NULL;
		if (!blank)
			plain[len++] = pk_text_lower(*written);
		else if (len > 0 && plain[len - 1] != ' ')
			plain[len++] = ' ';
	}
	if (len > 0 && plain[len - 1] == ' ')
		plain[len - 1] = '\0';

	const struct pk_operator_info *op = pk_operator_find(plain);
	if (op != NULL)
		return op->name;
	for (size_t i = 0; i < sizeof(certain_conditions) / sizeof(*certain_conditions); i++) {
		if (strcmp(certain_conditions[i].written, plain) == 0)
			return certain_conditions[i].meant;
	}
	return NULL;
}

static void check_condition(struct conversion *conversion, const struct pk_filter *filter)
{
	if (pk_filter_operator(filter) != NULL)
		return;
	struct pk_diags *diags = conversion->diags;
	struct pk_span span = pk_xml_attr_span(filter->span, "condition", true);
	struct pk_diag *diag = pk_report(
		diags, PK_UNKNOWN_CONDITION, span, "unknown condition '%s'", filter->condition);
	conversion->sysmon->rejected = true;

	const char *meant = meant_condition(diags->arena, filter->condition);
	const char *near = pk_text_nearest(filter->condition, pk_operator_names(), PK_OP_COUNT);
	if (meant != NULL) {
		pk_diag_hint(diags, diag, "write '%s'", meant);
		pk_diag_fix(diags, diag, span, meant, "write the condition as Sysmon spells it");
	} else if (near != NULL) {
		pk_diag_hint(diags, diag, "write '%s' if that is meant", near);
	} else {
		pk_diag_hint(diags, diag,
			"write one of Sysmon's conditions, such as 'contains' or 'begin with'");
	}
}

static void check_name(struct conversion *conversion, const struct pk_element *element,
	const struct pk_term *term, const struct pk_filter *filter)
{
	const char *name = pk_filter_name(element, term, filter);
	size_t len = name == NULL ? 0 : strlen(name);
	if (len <= PK_RULE_NAME_LIMIT)
		return;
	struct pk_span tag = filter->name != NULL     ? filter->span
		: term->is_rule && term->name != NULL ? term->span
						      : element->group_span;
	struct pk_diag *diag =
		pk_report(conversion->diags, PK_NAME_TOO_LONG, pk_xml_attr_span(tag, "name", true),
			"rule name has %zu bytes; Sysmon takes %d", len, PK_RULE_NAME_LIMIT);
	pk_diag_hint(conversion->diags, diag, "shorten it by %zu bytes", len - PK_RULE_NAME_LIMIT);
	conversion->sysmon->rejected = true;
}

/* False if the event has no such field, so that the element is taken back. */
static bool convert_filter(struct conversion *conversion, const struct pk_event *event,
	const struct pk_element *element, const struct pk_term *term,
	const struct pk_filter *filter)
{
	int field = pk_event_field(event, filter->field);
	if (field < 0)
		return false;

	if (conversion->filters++ >= conversion->judged) {
		conversion->judged++;
		check_name(conversion, element, term, filter);
		check_condition(conversion, filter);
	}
	const struct pk_operator_info *op = pk_filter_operator(filter);
	if (conversion->writer != NULL && op != NULL)
		pk_blob_add_filter(conversion->writer, (uint32_t)field, op->op,
			pk_filter_name(element, term, filter), filter->value,
			term->is_rule ? conversion->last_rule : 0);
	return true;
}

/* --- one element --- */

static void check_childless(struct conversion *conversion, const struct pk_term *term)
{
	if (!term->childless)
		return;
	struct pk_diag *diag = pk_report(conversion->diags, PK_EMPTY_RULE, term->span,
		"a Rule with nothing inside ends Sysmon's parser");
	pk_diag_hint(conversion->diags, diag, "remove the Rule");
	conversion->sysmon->rejected = true;
}

static const char *convert_rule(struct conversion *conversion, const struct pk_event *event,
	const struct pk_element *element, const struct pk_term *term)
{
	conversion->last_rule++;
	if (conversion->writer != NULL)
		pk_blob_add_rule(conversion->writer, term->name, conversion->last_rule,
			pk_term_is_and(term));
	if (conversion->judged == conversion->filters)
		check_childless(conversion, term);
	for (size_t i = 0; i < term->filters.len; i++) {
		const struct pk_filter *filter = &term->filters.items[i];
		if (!convert_filter(conversion, event, element, term, filter))
			return filter->field;
	}
	return NULL;
}

/* Tries the element on one event; NULL if it fits, else the field that the event lacks. */
static const char *try_event(struct conversion *conversion, const struct pk_event *event,
	const struct pk_element *element)
{
	if (conversion->writer != NULL)
		pk_blob_add_event(conversion->writer, event->id, pk_element_is_include(element),
			pk_element_is_and(conversion->sysmon, element));
	conversion->filters = 0;

	for (size_t i = 0; i < element->terms.len; i++) {
		const struct pk_term *term = &element->terms.items[i];
		const char *lacking = NULL;
		if (term->is_rule)
			lacking = convert_rule(conversion, event, element, term);
		else if (!convert_filter(conversion, event, element, term, &term->filter))
			lacking = term->filter.field;
		if (lacking == NULL)
			continue;
		if (conversion->writer != NULL)
			pk_blob_undo_event(conversion->writer);
		return lacking;
	}
	return NULL;
}

static bool has_direction(struct conversion *conversion, const struct pk_element *element)
{
	struct pk_diag *diag;
	if (element->onmatch == NULL && element->fallback == NULL) {
		diag = pk_report(conversion->diags, PK_ONMATCH_MISSING, element->span,
			"%s has no onmatch: Sysmon leaves the element out", element->tag);
		pk_diag_hint(conversion->diags, diag, "write onmatch=\"include\" or \"exclude\"");
	} else if (element->onmatch != NULL && element->fallback != NULL) {
		diag = pk_report(conversion->diags, PK_ONMATCH_AND_DEFAULT, element->span,
			"%s has onmatch and default: Sysmon leaves the element out", element->tag);
		pk_diag_hint(conversion->diags, diag, "remove the attribute default");
	} else {
		return true;
	}
	conversion->sysmon->defects = true;
	return false;
}

static const struct pk_filter *find_filter(const struct pk_element *element, const char *field)
{
	for (size_t i = 0; i < element->terms.len; i++) {
		const struct pk_term *term = &element->terms.items[i];
		if (!term->is_rule && strcmp(term->filter.field, field) == 0)
			return &term->filter;
		for (size_t f = 0; f < term->filters.len; f++) {
			if (strcmp(term->filters.items[f].field, field) == 0)
				return &term->filters.items[f];
		}
	}
	return NULL;
}

static void report_taken_back(struct conversion *conversion, const struct pk_element *element,
	const char *lacking, size_t family)
{
	const struct pk_filter *filter = find_filter(element, lacking);
	struct pk_diag *diag = pk_report(conversion->diags, PK_ELEMENT_TAKEN_BACK,
		filter != NULL ? filter->span : element->span,
		family > 1
			? "no single event of %s has '%s' and the other fields: Sysmon leaves the "
			  "element out"
			: "%s has no field '%s': Sysmon leaves the element out",
		element->tag, lacking);
	pk_diag_relate(conversion->diags, diag, element->span, "this element is lost");
	if (family > 1)
		pk_diag_hint(conversion->diags, diag,
			"split the element so that each part uses the fields of one event id");
	else
		pk_diag_hint(conversion->diags, diag, "remove the field or use the right event");
	conversion->sysmon->defects = true;
}

/* The id of the event that the element is bound to; 0 if Sysmon takes it back. */
static uint32_t bind_element(struct conversion *conversion, const struct pk_element *element)
{
	size_t family = pk_schema_family(conversion->sysmon->parser, element->event);
	const char *lacking = NULL;

	conversion->judged = 0;
	for (size_t i = 0; i < family; i++) {
		lacking = try_event(conversion, &element->event[i], element);
		if (lacking == NULL)
			return element->event[i].id;
	}
	report_taken_back(conversion, element, lacking, family);
	return 0;
}

/* --- all elements of a tag --- */

static void check_count(
	struct conversion *conversion, size_t count, const struct pk_element *element)
{
	if (count != ELEMENT_LIMIT + 1)
		return;
	pk_report(conversion->diags, PK_TOO_MANY_ELEMENTS, element->span,
		"more than %d elements of %s", ELEMENT_LIMIT, element->tag);
	conversion->sysmon->rejected = true;
}

static void convert_tag(struct conversion *conversion, const struct pk_event *event)
{
	struct pk_sysmon *sysmon = conversion->sysmon;
	const struct pk_element *taken_back = NULL;
	size_t count = 0;

	for (size_t i = 0; i < sysmon->elements.len; i++) {
		const struct pk_element *element = &sysmon->elements.items[i];
		if (element->event != event)
			continue;
		if (taken_back != NULL) {
			struct pk_diag *diag = pk_report(conversion->diags, PK_ELEMENT_LOST,
				element->span, "%s is lost with an earlier element of the same tag",
				element->tag);
			pk_diag_relate(conversion->diags, diag, taken_back->span,
				"Sysmon takes this one back and stops reading the tag");
			continue;
		}
		if (!has_direction(conversion, element))
			continue;
		uint32_t id = bind_element(conversion, element);
		if (id == 0)
			taken_back = element;
		else
			check_count(conversion, ++count, element);
		if (conversion->element_ids != NULL)
			conversion->element_ids[i] = id;
	}
}

void pk_sysmon_convert(struct pk_sysmon *sysmon, struct pk_blob_writer *writer,
	uint32_t *element_id_out, struct pk_diags *diags)
{
	struct conversion conversion = {
		.sysmon = sysmon,
		.writer = writer,
		.diags = diags,
		.element_ids = element_id_out,
	};
	const struct pk_schema *parser = sysmon->parser;

	for (size_t i = 0; i < parser->events.len; i++) {
		const struct pk_event *event = &parser->events.items[i];
		if (event->tag != NULL && pk_schema_find_tag(parser, event->tag) == event)
			convert_tag(&conversion, event);
	}
}
