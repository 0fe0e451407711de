/* The list of checks and the walk over the configuration. */
#include "generators/sysmon/sysmon_check.h"

#include "generators/sysmon/sysmon_check_parts.h"

struct check {
	void (*run)(struct pk_checker *checker);
};

static const struct check filter_checks[] = {
	{pk_check_separator},
	{pk_check_empty_value},
	{pk_check_empty_tokens},
	{pk_check_blanks},
	{pk_check_line_breaks},
	{pk_check_condition},
	{pk_check_split_value},
	{pk_check_environment},
	{pk_check_registry_root},
	{pk_check_words},
	{pk_check_number},
	{pk_check_guid},
	{pk_check_hash},
	{pk_check_image},
	{pk_check_wildcard},
	{pk_check_family},
	{pk_check_volatile_field},
};

static const struct check rule_checks[] = {
	{pk_check_rule},
	{pk_check_rule_contradiction},
};

static const struct check element_checks[] = {
	{pk_check_same_field},
	{pk_check_relation_default},
	{pk_check_group},
	{pk_check_element_event},
};

static const struct check config_checks[] = {
	{pk_check_version},
	{pk_check_entry_order},
	{pk_check_hash_entry},
	{pk_check_entry_values},
	{pk_check_linux_entries},
	{pk_check_tags},
	{pk_check_duplicates},
	{pk_check_labels},
	{pk_check_techniques},
};

#define RUN(checks, checker) run(checks, sizeof(checks) / sizeof((checks)[0]), checker)

static void run(const struct check *checks, size_t count, struct pk_checker *checker)
{
	for (size_t i = 0; i < count; i++)
		checks[i].run(checker);
}

/* An unknown condition, or a filter that an XML error cut off, has been reported elsewhere. */
static void check_filter(struct pk_checker *checker, const struct pk_filter *filter)
{
	checker->filter = filter;
	checker->op = pk_filter_operator(filter);
	checker->kind = pk_field_kind(filter->field);
	if (checker->op == NULL || filter->value == NULL)
		return;
	checker->plain = pk_filter_is_plain(filter);
	RUN(filter_checks, checker);
}

static void check_element(struct pk_checker *checker)
{
	const struct pk_element *element = checker->element;

	RUN(element_checks, checker);
	for (size_t i = 0; i < element->terms.len; i++) {
		const struct pk_term *term = &element->terms.items[i];
		checker->term = term;
		if (!term->is_rule) {
			check_filter(checker, &term->filter);
			continue;
		}
		RUN(rule_checks, checker);
		for (size_t f = 0; f < term->filters.len; f++)
			check_filter(checker, &term->filters.items[f]);
	}
}

void pk_sysmon_check(struct pk_sysmon *sysmon, const uint32_t *element_ids, struct pk_diags *diags)
{
	struct pk_checker checker = {
		.sysmon = sysmon,
		.diags = diags,
		.arena = diags->arena,
		.element_ids = element_ids,
		.linux_product = sysmon->parser->platform == PK_LINUX,
	};

	/* First, because they learn which hash algorithms are in force. */
	RUN(config_checks, &checker);
	for (size_t i = 0; i < sysmon->elements.len; i++) {
		if (element_ids[i] == 0)
			continue;
		checker.element = &sysmon->elements.items[i];
		checker.event = pk_schema_find_id(sysmon->parser, element_ids[i]);
		check_element(&checker);
	}
}
