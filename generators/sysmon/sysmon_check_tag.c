/* Checks of all elements of a tag together, and of filters across elements. */
#include "generators/sysmon/sysmon_check_parts.h"

#include <string.h>

#include "base/text.h"

/* What the elements of one tag are. Sysmon decides over all of them together. */
struct tag_facts {
	size_t includes;
	size_t excludes;
	size_t full_includes; /* includes with terms */
	const struct pk_element *first_exclude;
	const struct pk_element *second_exclude;
	const struct pk_element *empty_exclude;
	const struct pk_element *first_include;
	const struct pk_element *first_full; /* first include with terms */
	const struct pk_element *last;
};

/* --- one tag --- */

static void add_element(struct tag_facts *facts, const struct pk_element *element)
{
	facts->last = element;
	if (!pk_element_is_include(element)) {
		facts->excludes++;
		if (facts->first_exclude == NULL)
			facts->first_exclude = element;
		else if (facts->second_exclude == NULL)
			facts->second_exclude = element;
		if (element->terms.len == 0 && facts->empty_exclude == NULL)
			facts->empty_exclude = element;
		return;
	}
	facts->includes++;
	if (facts->first_include == NULL)
		facts->first_include = element;
	if (element->terms.len == 0)
		return;
	facts->full_includes++;
	if (facts->first_full == NULL)
		facts->first_full = element;
}

static void check_only_excludes(struct pk_checker *checker, const struct tag_facts *facts)
{
	if (facts->excludes < 2 || facts->includes > 0)
		return;
	struct pk_diag *diag =
		pk_report(checker->diags, PK_ONLY_EXCLUDES, facts->second_exclude->span,
			"several exclude elements of %s and no include: every event is dropped",
			facts->second_exclude->tag);
	pk_diag_relate(
		checker->diags, diag, facts->first_exclude->span, "the first exclude element");
	pk_diag_hint(checker->diags, diag, "put all filters in one exclude element");
}

/* Sysmon switches these collections on or off by the last element of the tag. */
static const char *const switched_tags[] = {
	"DnsQuery", "ImageLoad", "NetworkConnect", "ProcessAccess"};

static void check_collection(struct pk_checker *checker, const struct tag_facts *facts)
{
	const struct pk_element *last = facts->last;
	bool off = pk_element_is_include(last) && last->terms.len == 0;
	if (!off || facts->full_includes == 0)
		return;
	for (size_t i = 0; i < sizeof(switched_tags) / sizeof(switched_tags[0]); i++) {
		if (strcmp(switched_tags[i], last->tag) != 0)
			continue;
		struct pk_diag *diag = pk_report(checker->diags, PK_COLLECTION_OFF, last->span,
			"this empty include is the last element of %s and switches its collection "
			"off",
			last->tag);
		pk_diag_relate(checker->diags, diag, facts->first_full->span,
			"the filters of this element get no events");
		pk_diag_hint(checker->diags, diag, "remove the empty element");
	}
}

static void check_empty_elements(struct pk_checker *checker, const struct tag_facts *facts)
{
	struct pk_diag *diag;
	if (facts->empty_exclude != NULL && facts->full_includes > 0) {
		diag = pk_report(checker->diags, PK_EMPTY_EXCLUDE, facts->empty_exclude->span,
			"empty exclude of %s does nothing beside an include", facts->last->tag);
		pk_diag_relate(checker->diags, diag, facts->first_full->span,
			"only what this element matches is logged");
		pk_diag_hint(checker->diags, diag, "remove the empty element");
	}
	if (facts->includes > 0 && facts->full_includes == 0) {
		diag = pk_report(checker->diags, PK_NOTHING_LOGGED, facts->first_include->span,
			"empty include: %s is never logged", facts->last->tag);
		if (facts->excludes > 0)
			pk_diag_relate(checker->diags, diag, facts->first_exclude->span,
				"this exclude has nothing to exclude from");
	}
}

static void check_default(struct pk_checker *checker, const struct pk_event *event)
{
	struct pk_sysmon *sysmon = checker->sysmon;
	struct pk_diag *diag = pk_report(checker->diags, PK_LOGGED_BY_DEFAULT, sysmon->version_span,
		"there is no element for %s: every event of it is logged", event->tag);
	pk_diag_hint(
		checker->diags, diag, "write '<%s onmatch=\"include\"/>' to log none", event->tag);
}

void pk_check_tags(struct pk_checker *checker)
{
	const struct pk_sysmon *sysmon = checker->sysmon;
	const struct pk_schema *parser = sysmon->parser;
	struct tag_facts *tags = PK_NEW_ARRAY(checker->arena, struct tag_facts, parser->events.len);

	for (size_t i = 0; i < sysmon->elements.len; i++) {
		const struct pk_element *element = &sysmon->elements.items[i];
		if (checker->element_ids[i] != 0)
			add_element(&tags[element->event - parser->events.items], element);
	}
	bool fragment = pk_check_is_fragment(sysmon);
	for (size_t i = 0; i < parser->events.len; i++) {
		const struct pk_event *event = &parser->events.items[i];
		if (tags[i].last == NULL) {
			if (event->logged_by_default && event->tag != NULL && !fragment)
				check_default(checker, event);
			continue;
		}
		check_only_excludes(checker, &tags[i]);
		check_collection(checker, &tags[i]);
		check_empty_elements(checker, &tags[i]);
	}
}

/* --- equal filters --- */

#define FNV_BASIS UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

/* A filter that stands in an element itself; found by tag, field, condition and value. */
struct place {
	const struct pk_element *element;
	const struct pk_filter *filter;
	enum pk_operator op;
};

struct places {
	struct place *slots;
	size_t mask; /* slots - 1; a power of two */
};

static uint64_t hash_text(uint64_t hash, const char *text)
{
	for (; *text != '\0'; text++)
		hash = (hash ^ ((unsigned char)*text | 0x20u)) * FNV_PRIME; /* case counts not */
	return hash;
}

static size_t hash_filter(
	const struct pk_element *element, const struct pk_filter *filter, enum pk_operator op)
{
	uint64_t hash = ((FNV_BASIS ^ (uintptr_t)element->event) * FNV_PRIME ^ op) * FNV_PRIME;
	hash = hash_text(hash_text(hash, filter->field), filter->value);
	return (size_t)(hash ^ hash >> 32);
}

static bool same_filter(const struct place *a, const struct place *b)
{
	return a->element->event == b->element->event && a->op == b->op &&
		strcmp(a->filter->field, b->filter->field) == 0 &&
		pk_text_equal_nocase(a->filter->value, b->filter->value);
}

/* The place of an equal filter met before, or NULL after keeping this one. */
static const struct place *keep(struct places *places, const struct place *place)
{
	size_t at = hash_filter(place->element, place->filter, place->op) & places->mask;
	for (; places->slots[at].filter != NULL; at = (at + 1) & places->mask) {
		if (same_filter(&places->slots[at], place))
			return &places->slots[at];
	}
	places->slots[at] = *place;
	return NULL;
}

static void report_duplicate(
	struct pk_checker *checker, const struct place *first, const struct place *second)
{
	struct pk_diag *diag = pk_report(checker->diags, PK_DUPLICATE_FILTER, second->filter->span,
		"the filter on '%s' (%s '%s') is in the element already", second->filter->field,
		pk_operator_info(second->op)->name, pk_check_shown(checker, second->filter->value));
	pk_diag_relate(checker->diags, diag, first->filter->span, "the first one");
	pk_diag_hint(checker->diags, diag, "remove one of them");
}

/* One filter of the exclude element is enough to drop an event. */
static bool excludes_alone(const struct pk_sysmon *sysmon, const struct pk_element *element)
{
	return element->terms.len == 1 || !pk_element_is_and(sysmon, element);
}

static void check_conflict(
	struct pk_checker *checker, const struct place *first, const struct place *second)
{
	bool first_includes = pk_element_is_include(first->element);
	if (first_includes == pk_element_is_include(second->element))
		return;
	const struct place *include = first_includes ? first : second;
	const struct place *exclude = first_includes ? second : first;
	if (!excludes_alone(checker->sysmon, exclude->element))
		return;
	struct pk_diag *diag = pk_report(checker->diags, PK_INCLUDE_EXCLUDE, include->filter->span,
		"the filter on '%s' (%s '%s') is in an exclude element too, which wins",
		include->filter->field, pk_operator_info(include->op)->name,
		pk_check_shown(checker, include->filter->value));
	pk_diag_relate(checker->diags, diag, exclude->filter->span, "the exclude");
	pk_diag_hint(checker->diags, diag, "remove one of them");
}

static void check_place(
	struct pk_checker *checker, struct places *places, const struct place *place)
{
	const struct place *first = keep(places, place);
	if (first == NULL)
		return;
	if (first->element == place->element)
		report_duplicate(checker, first, place);
	else
		check_conflict(checker, first, place);
}

static size_t count_terms(const struct pk_sysmon *sysmon)
{
	size_t count = 0;
	for (size_t i = 0; i < sysmon->elements.len; i++)
		count += sysmon->elements.items[i].terms.len;
	return count;
}

void pk_check_duplicates(struct pk_checker *checker)
{
	const struct pk_sysmon *sysmon = checker->sysmon;
	size_t wanted = count_terms(sysmon) * 2;
	size_t size = 16;
	while (size < wanted)
		size *= 2;
	struct places places = {PK_NEW_ARRAY(checker->arena, struct place, size), size - 1};

	for (size_t i = 0; i < sysmon->elements.len; i++) {
		const struct pk_element *element = &sysmon->elements.items[i];
		if (checker->element_ids[i] == 0)
			continue;
		for (size_t t = 0; t < element->terms.len; t++) {
			const struct pk_term *term = &element->terms.items[t];
			const struct pk_operator_info *op =
				term->is_rule ? NULL : pk_filter_operator(&term->filter);
			if (op == NULL || term->filter.value == NULL)
				continue;
			struct place place = {element, &term->filter, op->op};
			check_place(checker, &places, &place);
		}
	}
}
