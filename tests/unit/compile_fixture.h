/* For tests of the Sysmon compiler: rulesets in, elements out as one line of text. */
#ifndef TESTS_UNIT_COMPILE_FIXTURE_H
#define TESTS_UNIT_COMPILE_FIXTURE_H

#include "tests/unit/policy_fixture.h"

#include "base/buf.h"
#include "generators/compile/compile.h"
#include "generators/sysmon/sysmon_convert.h"

/* ProcessCreate is given an include, so that nothing is said of its default. */
#define WITH_START(rules)                                                                          \
	HEAD "collect: {ProcessCreate: none, ProcessTerminate: none}\nrules:\n" rules

static inline void describe_filter(struct pk_buf *out, const struct pk_filter *filter)
{
	pk_buf_printf(
		out, "%s %s '%s'", filter->field, pk_filter_operator(filter)->name, filter->value);
}

static inline void describe_term(struct pk_buf *out, const struct pk_term *term)
{
	if (!term->is_rule) {
		describe_filter(out, &term->filter);
		return;
	}
	pk_buf_putc(out, '(');
	for (size_t i = 0; i < term->filters.len; i++) {
		if (i > 0)
			pk_buf_puts(out, pk_term_is_and(term) ? " & " : " | ");
		describe_filter(out, &term->filters.items[i]);
	}
	pk_buf_putc(out, ')');
}

/* "+ProcessCreate: Image is 'a'; (Image is 'b' & User is 'u')\n" an element; '-' for excludes. */
static inline const char *describe(struct policy_fixture *fixture, const struct pk_sysmon *sysmon)
{
	PK_BUF_AUTO out = {0};
	for (size_t e = 0; e < sysmon->elements.len; e++) {
		const struct pk_element *element = &sysmon->elements.items[e];
		pk_buf_printf(&out, "%s%s%s:", pk_element_is_include(element) ? "+" : "-",
			element->tag, pk_element_is_and(sysmon, element) ? " (and)" : "");
		for (size_t t = 0; t < element->terms.len; t++) {
			pk_buf_puts(&out, t > 0 ? "; " : " ");
			describe_term(&out, &element->terms.items[t]);
		}
		pk_buf_putc(&out, '\n');
	}
	return pk_arena_strndup(fixture->arena, out.data == NULL ? "" : out.data, out.len);
}

static inline struct pk_sysmon *compile_for(struct policy_fixture *fixture, const char *text,
	enum pk_platform platform, const char *schema)
{
	struct pk_compile_options options = {.platform = platform, .schema = schema};
	return pk_compile_sysmon(read_policy(fixture, text), &options, &fixture->diags);
}

/* The elements that the text becomes for a schema of Windows. */
static inline void assert_compiled_for(
	struct policy_fixture *fixture, const char *schema, const char *text, const char *want)
{
	struct pk_sysmon *sysmon = compile_for(fixture, text, PK_WINDOWS, schema);
	assert_non_null(sysmon);
	assert_string_equal(describe(fixture, sysmon), want);
}

static inline void assert_compiled(
	struct policy_fixture *fixture, const char *text, const char *want)
{
	assert_compiled_for(fixture, NULL, text, want);
}

#endif
