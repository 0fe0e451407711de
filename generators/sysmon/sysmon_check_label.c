/* Checks of the names that events get: RuleName of a logged event. */
#include "generators/sysmon/sysmon_check_parts.h"

#include <string.h>

/*
 * A name is written to the event as soon as a filter with it matches, and stays there when the
 * group of that filter fails as a whole. So a filter of an and-group can lend its name to an event
 * that a filter without name logs later. Sysmon looks at exclude elements before include elements
 * and at the last of each kind first.
 */

/* What is known of one tag while its elements are looked at in that order. */
struct tag_labels {
	const struct pk_filter *lender;		/* a named filter that may fail with its group */
	const struct pk_element *named_include; /* a later include that gives names */
	bool told;				/* a leak was told for the tag */
	bool told_union;
};

static bool has_name(const struct pk_element *element, const struct pk_term *term,
	const struct pk_filter *filter)
{
	const char *name = pk_filter_name(element, term, filter);
	return name != NULL && name[0] != '\0';
}

/* The first named filter of an and-Rule with several filters, or NULL. */
static const struct pk_filter *rule_lender(
	const struct pk_element *element, const struct pk_term *term)
{
	if (!term->is_rule || term->filters.len < 2 || !pk_term_is_and(term))
		return NULL;
	/* The last filter decides the Rule: all others can match and be left behind. */
	for (size_t i = 0; i + 1 < term->filters.len; i++) {
		if (has_name(element, term, &term->filters.items[i]))
			return &term->filters.items[i];
	}
	return NULL;
}

/* A filter that logs an event by itself but gives it no name. */
static const struct pk_filter *unnamed(const struct pk_element *element, const struct pk_term *term)
{
	const struct pk_filter *filter = &term->filter;
	if (term->is_rule) {
		if (term->filters.len == 0)
			return NULL;
		filter = &term->filters.items[0];
		for (size_t i = 0; i < term->filters.len; i++) {
			if (has_name(element, term, &term->filters.items[i]))
				return NULL;
		}
	}
	return has_name(element, term, filter) ? NULL : filter;
}

static void report_leak(
	struct pk_checker *checker, struct tag_labels *labels, const struct pk_filter *filter)
{
	labels->told = true;
	struct pk_diag *diag = pk_report(checker->diags, PK_LABEL_LEAK, filter->span,
		"an event logged by this filter without name can get the name of another one");
	pk_diag_relate(checker->diags, diag, labels->lender->span,
		"its name stays on the event when only a part of its group matches");
	pk_diag_hint(checker->diags, diag, "give the filter a name");
}

/* The terms of one element, in document order. */
static void check_terms(
	struct pk_checker *checker, struct tag_labels *labels, const struct pk_element *element)
{
	bool is_and = pk_element_is_and(checker->sysmon, element);
	bool include = pk_element_is_include(element);

	for (size_t i = 0; i < element->terms.len; i++) {
		const struct pk_term *term = &element->terms.items[i];
		const struct pk_filter *lender = rule_lender(element, term);
		const struct pk_filter *silent = unnamed(element, term);

		if (include && !is_and && silent != NULL && labels->lender != NULL && !labels->told)
			report_leak(checker, labels, silent);
		if (lender == NULL && is_and && !term->is_rule && element->terms.len > 1 &&
			has_name(element, term, &term->filter))
			lender = &term->filter;
		if (lender != NULL && labels->lender == NULL)
			labels->lender = lender;
	}
}

static void check_union(
	struct pk_checker *checker, struct tag_labels *labels, const struct pk_element *element)
{
	if (element->group_name == NULL || element->group_name[0] == '\0')
		return;
	const struct pk_element *later = labels->named_include;
	labels->named_include = element;
	if (later == NULL || labels->told_union ||
		strcmp(later->group_name, element->group_name) == 0)
		return;
	labels->told_union = true;
	struct pk_diag *diag = pk_report(checker->diags, PK_TWO_INCLUDES, element->span,
		"an event that a later include of %s matches too gets the name from there",
		element->tag);
	pk_diag_relate(checker->diags, diag, later->span, "the later include");
}

static void check_direction(struct pk_checker *checker, struct tag_labels *tags, bool include)
{
	const struct pk_sysmon *sysmon = checker->sysmon;
	for (size_t i = sysmon->elements.len; i-- > 0;) {
		const struct pk_element *element = &sysmon->elements.items[i];
		if (checker->element_ids[i] == 0 || pk_element_is_include(element) != include)
			continue;
		struct tag_labels *labels = &tags[element->event - sysmon->parser->events.items];
		check_terms(checker, labels, element);
		if (include)
			check_union(checker, labels, element);
	}
}

void pk_check_labels(struct pk_checker *checker)
{
	struct tag_labels *tags = PK_NEW_ARRAY(
		checker->arena, struct tag_labels, checker->sysmon->parser->events.len);
	check_direction(checker, tags, false);
	check_direction(checker, tags, true);
}
