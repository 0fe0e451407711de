/* Checks of one event element and of its Rules. */
#include "generators/sysmon/sysmon_check_parts.h"

#include <string.h>

#include "base/text.h"
#include "base/xml.h"

enum { RULE_NAME_SHOWN = 127 }; /* characters of a Rule's name that its record keeps */

static void check_name_blanks(struct pk_checker *checker, const char *name, struct pk_span tag)
{
	if (name == NULL || name[0] == '\0')
		return;
	size_t len = strlen(name);
	if (name[0] != ' ' && name[len - 1] != ' ')
		return;
	struct pk_span span = pk_xml_attr_span(tag, "name", true);
	struct pk_diag *diag = pk_report(checker->diags, PK_NAME_BLANKS, span,
		"blank %s of the name '%s' is in the RuleName of events too",
		name[0] == ' ' ? "at the start" : "at the end", pk_check_shown(checker, name));
	pk_diag_hint(checker->diags, diag, "remove the blank");
}

/* --- Rules --- */

static void check_rule_relation(struct pk_checker *checker)
{
	const struct pk_term *term = checker->term;
	struct pk_diag *diag;

	if (term->relation == NULL) {
		if (term->filters.len < 2)
			return;
		diag = pk_report(checker->diags, PK_RULE_RELATION_MISSING, term->span,
			"Rule has no groupRelation: one matching filter is enough");
		pk_diag_hint(checker->diags, diag, "write groupRelation=\"and\" or \"or\"");
		return;
	}
	if (pk_text_equal_nocase(term->relation, "and") ||
		pk_text_equal_nocase(term->relation, "or"))
		return;
	struct pk_span span = pk_xml_attr_span(term->span, "groupRelation", true);
	diag = pk_report(checker->diags, PK_RULE_RELATION, span,
		"groupRelation is '%s', which Sysmon takes as 'and'",
		pk_check_shown(checker, term->relation));
	pk_diag_hint(checker->diags, diag, "write 'and' or 'or'");
}

void pk_check_rule(struct pk_checker *checker)
{
	const struct pk_term *term = checker->term;

	check_rule_relation(checker);
	if (term->filters.len == 0) {
		struct pk_diag *diag = pk_report(checker->diags, PK_RULE_WITHOUT_FILTERS,
			term->span, "Rule has no filters and is passed over");
		pk_diag_hint(checker->diags, diag, "remove the Rule");
	}
	if (term->name != NULL && pk_utf8_utf16_len(term->name) > RULE_NAME_SHOWN) {
		struct pk_diag *diag = pk_report(checker->diags, PK_RULE_NAME_CUT,
			pk_xml_attr_span(term->span, "name", true),
			"the record of the Rule keeps %d characters of its name", RULE_NAME_SHOWN);
		pk_diag_hint(checker->diags, diag, "shorten the name");
	}
	check_name_blanks(checker, term->name, term->span);
}

/* Two `is` on one field of an and-Rule cannot both hold. */
void pk_check_rule_contradiction(struct pk_checker *checker)
{
	const struct pk_term *term = checker->term;
	const struct pk_filter *equal[PK_SCHEMA_FIELDS_MAX] = {NULL};
	if (!pk_term_is_and(term))
		return;

	for (size_t i = 0; i < term->filters.len; i++) {
		const struct pk_filter *filter = &term->filters.items[i];
		const struct pk_operator_info *op = pk_filter_operator(filter);
		int field = pk_event_field(checker->event, filter->field);
		if (op == NULL || op->op != PK_OP_IS || field < 0 || filter->value == NULL)
			continue;
		if (equal[field] == NULL) {
			equal[field] = filter;
		} else if (!pk_text_equal_nocase(equal[field]->value, filter->value)) {
			struct pk_diag *diag =
				pk_report(checker->diags, PK_RULE_CONTRADICTION, filter->value_span,
					"'%s' cannot be '%s' and '%s': the Rule never matches",
					filter->field, pk_check_shown(checker, equal[field]->value),
					pk_check_shown(checker, filter->value));
			pk_diag_relate(
				checker->diags, diag, equal[field]->value_span, "the other value");
			pk_diag_hint(checker->diags, diag,
				"write condition=\"is any\" with both values");
			return;
		}
	}
}

/* --- several filters on one field of an and-group --- */

struct same_field {
	const struct pk_filter *first;
	const struct pk_filter *negative; /* the first negative one */
	const struct pk_filter *second;	  /* the first behind `first` */
	unsigned conditions;		  /* bits of the operators met */
};

static void collect_fields(const struct pk_checker *checker, struct same_field *fields)
{
	const struct pk_element *element = checker->element;
	for (size_t i = 0; i < element->terms.len; i++) {
		const struct pk_term *term = &element->terms.items[i];
		if (term->is_rule)
			continue;
		const struct pk_operator_info *op = pk_filter_operator(&term->filter);
		int index = pk_event_field(checker->event, term->filter.field);
		if (op == NULL || index < 0)
			continue;
		struct same_field *field = &fields[index];
		if (field->first == NULL)
			field->first = &term->filter;
		else if (field->second == NULL)
			field->second = &term->filter;
		if (op->negative && field->negative == NULL)
			field->negative = &term->filter;
		field->conditions |= 1u << op->op;
	}
}

static void report_negative(struct pk_checker *checker, const struct same_field *field)
{
	const struct pk_filter *other =
		field->negative == field->first ? field->second : field->first;
	struct pk_diag *diag = pk_report(checker->diags, PK_NEGATIVE_ALTERNATIVES,
		field->negative->span,
		"one of several filters on '%s' is enough, so '%s' lets nearly every event through",
		field->first->field, pk_filter_operator(field->negative)->name);
	pk_diag_relate(checker->diags, diag, other->span, "this filter is an alternative to it");
	pk_diag_hint(checker->diags, diag,
		"put the filters in a Rule with groupRelation=\"and\", where all must match");
}

static void report_alternatives(struct pk_checker *checker, const struct same_field *field)
{
	struct pk_diag *diag = pk_report(checker->diags, PK_FIELD_ALTERNATIVES, field->second->span,
		"filters on '%s' are alternatives, although the relation is 'and'",
		field->first->field);
	pk_diag_relate(checker->diags, diag, field->first->span, "the first filter on the field");
	pk_diag_hint(checker->diags, diag,
		"put them in a Rule with groupRelation=\"and\" if all must match");
}

/* True if filters of these conditions can hold together, so that their author may have meant it. */
static bool can_hold_together(unsigned conditions)
{
	static const unsigned kinds[] = {
		1u << PK_OP_BEGIN_WITH,
		1u << PK_OP_END_WITH | 1u << PK_OP_IMAGE,
		1u << PK_OP_CONTAINS | 1u << PK_OP_CONTAINS_ANY | 1u << PK_OP_CONTAINS_ALL,
	};
	size_t met = 0;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		met += (conditions & kinds[i]) != 0;
	return met > 1;
}

void pk_check_same_field(struct pk_checker *checker)
{
	struct same_field fields[PK_SCHEMA_FIELDS_MAX] = {{NULL, NULL, NULL, 0}};
	if (checker->element->terms.len < 2 ||
		!pk_element_is_and(checker->sysmon, checker->element))
		return;

	collect_fields(checker, fields);
	for (size_t i = 0; i < checker->event->field_count; i++) {
		if (fields[i].second == NULL)
			continue;
		if (fields[i].negative != NULL)
			report_negative(checker, &fields[i]);
		else if (can_hold_together(fields[i].conditions))
			report_alternatives(checker, &fields[i]);
	}
}

/* --- the relation and the group --- */

/* The first term that makes the relation of the element matter, or NULL. */
static const struct pk_term *other_term(const struct pk_element *element)
{
	const struct pk_term *first = &element->terms.items[0];
	for (size_t i = 1; i < element->terms.len; i++) {
		const struct pk_term *term = &element->terms.items[i];
		if (first->is_rule || term->is_rule ||
			strcmp(first->filter.field, term->filter.field) != 0)
			return term;
	}
	return NULL;
}

void pk_check_relation_default(struct pk_checker *checker)
{
	const struct pk_element *element = checker->element;
	if (element->in_group || element->terms.len < 2 ||
		!pk_element_is_and(checker->sysmon, element))
		return;
	const struct pk_term *term = other_term(element);
	if (term == NULL)
		return;
	struct pk_diag *diag = pk_report(checker->diags, PK_RELATION_DEFAULT, element->span,
		"%s is in no RuleGroup: since schema 4.20 filters on different fields must all "
		"match",
		element->tag);
	pk_diag_relate(checker->diags, diag, term->span, "this one must match with the first");
	pk_diag_hint(checker->diags, diag,
		"put the element in a RuleGroup with groupRelation=\"or\" or \"and\"");
}

void pk_check_group(struct pk_checker *checker)
{
	const struct pk_element *element = checker->element;
	const struct pk_element *before =
		element == checker->sysmon->elements.items ? NULL : element - 1;

	for (size_t i = 0; i < element->terms.len; i++) {
		const struct pk_term *term = &element->terms.items[i];
		if (!term->is_rule)
			check_name_blanks(checker, term->filter.name, term->filter.span);
		for (size_t f = 0; f < term->filters.len; f++)
			check_name_blanks(
				checker, term->filters.items[f].name, term->filters.items[f].span);
	}
	if (!element->in_group)
		return;
	if (before == NULL || before->group_span.begin != element->group_span.begin)
		check_name_blanks(checker, element->group_name, element->group_span);
	if (checker->sysmon->version >= PK_VERSION(4, 20) || checker->told & PK_TOLD_OLD_GROUP)
		return;
	checker->told |= PK_TOLD_OLD_GROUP;
	struct pk_diag *diag = pk_report(checker->diags, PK_GROUP_IN_OLD_SCHEMA,
		element->group_span, "RuleGroup came with schema 4.20, but the file says %s",
		pk_schema_version_text(checker->arena, checker->sysmon->version));
	pk_diag_relate(
		checker->diags, diag, checker->sysmon->version_span, "the schema of the file");
	pk_diag_hint(checker->diags, diag,
		"raise schemaversion: a Sysmon of that time refuses the file");
}

/* --- the event --- */

/* Events about things that only Windows has. */
static const char *const windows_tags[] = {
	"ClipboardChange",
	"FileCreateStreamHash",
	"PipeEvent",
	"RegistryEvent",
	"WmiEvent",
};

void pk_check_element_event(struct pk_checker *checker)
{
	const struct pk_element *element = checker->element;
	const struct pk_event *declared = checker->sysmon->schema == NULL
		? NULL
		: pk_schema_find_tag(checker->sysmon->schema, element->tag);

	if (declared != NULL && declared->hidden) {
		struct pk_diag *diag = pk_report(checker->diags, PK_HIDDEN_EVENT, element->span,
			"schema %s accepts %s, but the Sysmon of that schema does not log it",
			pk_schema_version_text(checker->arena, checker->sysmon->schema->version),
			element->tag);
		pk_diag_relate(checker->diags, diag, checker->sysmon->version_span,
			"the schema of the file");
		pk_diag_hint(checker->diags, diag, "raise schemaversion");
	}
	if (!checker->linux_product || element->terms.len == 0)
		return;
	for (size_t i = 0; i < sizeof(windows_tags) / sizeof(windows_tags[0]); i++) {
		if (strcmp(windows_tags[i], element->tag) != 0)
			continue;
		struct pk_diag *diag = pk_report(checker->diags, PK_LINUX_EVENT, element->span,
			"%s does not happen on Linux: the filters do nothing", element->tag);
		pk_diag_hint(checker->diags, diag, "remove the element");
	}
}
