/*
 * A fixture for tests that read Sysmon configurations from text: an arena, the findings, the
 * options of the reader. Tests name it as their *state.
 */
#ifndef TESTS_UNIT_SYSMON_FIXTURE_H
#define TESTS_UNIT_SYSMON_FIXTURE_H

#include "tests/unit/test.h"

#include "generators/sysmon/sysmon_read.h"

/* Line 2 is inside Sysmon. */
#define ROOT(text) "<Sysmon schemaversion=\"4.90\">\n" text "\n</Sysmon>"
/* Line 2 is inside EventFiltering. */
#define FILTERING(text)                                                                            \
	"<Sysmon schemaversion=\"4.90\"><EventFiltering>\n" text "\n</EventFiltering></Sysmon>"
/* Line 2 is inside ProcessCreate. */
#define EVENT(text)                                                                                \
	"<Sysmon schemaversion=\"4.90\"><EventFiltering><ProcessCreate "                           \
	"onmatch=\"include\">\n" text "\n</ProcessCreate></EventFiltering></Sysmon>"

struct sysmon_fixture {
	struct pk_arena *arena;
	struct pk_diags diags;
	struct pk_sysmon_options options;
};

static inline int set_up(void **state)
{
	struct pk_arena *arena = pk_arena_create();
	struct sysmon_fixture *fixture = PK_NEW(arena, struct sysmon_fixture);
	fixture->arena = arena;
	fixture->diags.arena = arena;
	*state = fixture;
	return 0;
}

static inline int tear_down(void **state)
{
	struct sysmon_fixture *fixture = *state;
	pk_arena_destroy(fixture->arena);
	return 0;
}

static inline struct pk_sysmon *read_text(struct sysmon_fixture *fixture, const char *text)
{
	return pk_sysmon_read(
		source_from_text(fixture->arena, text), &fixture->options, &fixture->diags);
}

/* The configuration of a text that has no finding. */
static inline struct pk_sysmon *read_good(struct sysmon_fixture *fixture, const char *text)
{
	struct pk_sysmon *sysmon = read_text(fixture, text);
	for (size_t i = 0; i < fixture->diags.all.len; i++)
		print_error("%s\n", fixture->diags.all.items[i].message);
	assert_int_equal(fixture->diags.all.len, 0);
	assert_false(sysmon->rejected);
	return sysmon;
}

/* The text is refused by the reader for one reason only, at this place. */
static inline void assert_refused(struct sysmon_fixture *fixture, const char *text,
	enum pk_code code, unsigned line, unsigned column)
{
	struct pk_sysmon *sysmon = read_text(fixture, text);
	assert_true(sysmon->rejected);
	assert_one_finding(&fixture->diags, code, line, column);
}

/* Hint of the first finding. */
static inline const char *first_hint(const struct sysmon_fixture *fixture)
{
	return fixture->diags.all.items[0].hint;
}

/* The only mend of the first finding. */
static inline const char *first_fix(const struct sysmon_fixture *fixture)
{
	assert_int_equal(fixture->diags.all.items[0].fixes.len, 1);
	return fixture->diags.all.items[0].fixes.items[0].text;
}

#endif
