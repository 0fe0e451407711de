/* What follows from what, and what a configuration sees of the events of a clause. */
#include "tests/unit/meaning_fixture.h"

#include "generators/meaning/cover.h"

struct claim {
	enum pk_operator op;
	const char *value;
	enum pk_operator than;
	const char *other;
};

static enum pk_truth implies(struct sysmon_fixture *fixture, const struct claim *claim)
{
	struct pk_engine_event witness;
	const struct pk_clause *a = clause_of(fixture, claim->op, claim->value);
	const struct pk_clause *b = clause_of(fixture, claim->than, claim->other);
	enum pk_truth truth = pk_clause_implies(fixture->arena, a, b, &witness);
	if (truth == PK_NO) {
		assert_true(pk_clause_holds(a, &witness));
		assert_false(pk_clause_holds(b, &witness));
	}
	return truth;
}

static void assert_all(struct sysmon_fixture *fixture, const struct claim *claims, size_t count,
	enum pk_truth want)
{
	for (size_t i = 0; i < count; i++) {
		if (implies(fixture, &claims[i]) == want)
			continue;
		print_error("%s '%s' and %s '%s'\n", pk_operator_info(claims[i].op)->name,
			claims[i].value, pk_operator_info(claims[i].than)->name, claims[i].other);
		fail();
	}
}

static void what_is_proven(void **state)
{
	static const struct claim claims[] = {
		{PK_OP_IS, "c:\\cmd.exe", PK_OP_END_WITH, "CMD.exe"},
		{PK_OP_IS, "80", PK_OP_MORE_THAN, "443"},
		{PK_OP_CONTAINS, "abc", PK_OP_CONTAINS, "B"},
		{PK_OP_BEGIN_WITH, "c:\\win", PK_OP_BEGIN_WITH, "C:\\"},
		{PK_OP_BEGIN_WITH, "c:\\", PK_OP_NOT_BEGIN_WITH, "d:\\"},
		{PK_OP_BEGIN_WITH, "44", PK_OP_LESS_THAN, "45"},
		{PK_OP_END_WITH, "\\cmd.exe", PK_OP_IMAGE, "cmd.exe"},
		{PK_OP_END_WITH, "\\cmd.exe", PK_OP_IS_NOT, "c:\\a.exe"},
		{PK_OP_IMAGE, "cmd.exe", PK_OP_END_WITH, ".exe"},
		{PK_OP_IMAGE, "cmd.exe", PK_OP_NOT_END_WITH, ".com"},
		{PK_OP_IMAGE, "a", PK_OP_CONTAINS, ""},
		{PK_OP_LESS_THAN, "a", PK_OP_LESS_THAN, "b"},
		{PK_OP_IS_ANY, "ab;bb", PK_OP_END_WITH, "b"},
		{PK_OP_CONTAINS_ANY, "ab;cb", PK_OP_CONTAINS_ANY, "c;a"},
		{PK_OP_CONTAINS_ALL, "ab;c", PK_OP_CONTAINS, "a"},
		{PK_OP_EXCLUDES, "a", PK_OP_IS_NOT, "cat"},
		{PK_OP_EXCLUDES_ANY, "a;b", PK_OP_EXCLUDES_ALL, "ab;x"},
	};
	assert_all(*state, claims, sizeof(claims) / sizeof(claims[0]), PK_YES);
}

static void what_is_refuted_by_a_witness(void **state)
{
	static const struct claim claims[] = {
		{PK_OP_CONTAINS, "b", PK_OP_CONTAINS, "abc"},
		{PK_OP_END_WITH, "cmd.exe", PK_OP_IMAGE, "cmd.exe"},
		{PK_OP_IMAGE, "cmd.exe", PK_OP_END_WITH, "\\cmd.exe"},
		{PK_OP_BEGIN_WITH, "c:\\", PK_OP_BEGIN_WITH, "c:\\windows\\"},
		{PK_OP_CONTAINS_ANY, "a;b", PK_OP_CONTAINS, "a"},
		{PK_OP_CONTAINS, "a", PK_OP_CONTAINS_ALL, "a;b"},
		{PK_OP_IS_NOT, "a", PK_OP_EXCLUDES, "a"},
		{PK_OP_LESS_THAN, "5", PK_OP_LESS_THAN, "40"},
		{PK_OP_BEGIN_WITH, "44", PK_OP_LESS_THAN, "443"},
		{PK_OP_EXCLUDES, "x", PK_OP_IS, "-"},
	};
	assert_all(*state, claims, sizeof(claims) / sizeof(claims[0]), PK_NO);
}

static void questions_on_one_field_count_together(void **state)
{
	const struct pk_meaning *meaning = meaning_of(*state,
		OR(FILE_INCLUDE(RULE("and",
			FILTER("Image", "contains any", "abc;xyz") FILTER("Image", "excludes", "x"))
				FILTER("Image", "contains", "b"))));
	struct sysmon_fixture *fixture = *state;
	assert_int_equal(pk_clause_implies(fixture->arena, clause_at(meaning, 11, 0),
				 clause_at(meaning, 11, 1), NULL),
		PK_YES);
}

static void a_contradiction_is_impossible(void **state)
{
	struct sysmon_fixture *fixture = *state;
	const struct pk_meaning *meaning = meaning_of(fixture,
		OR(FILE_INCLUDE(RULE("and",
			FILTER("Image", "begin with", "c:\\")
				FILTER("Image", "is any", "d:\\a;\\b")) RULE("and",
			FILTER("Image", "begin with", "c:\\") FILTER("User", "is", "u")))));
	const struct pk_meaning_event *event = pk_meaning_find(meaning, 11);
	struct pk_engine_event witness;
	assert_int_equal(
		pk_clause_possible(fixture->arena, clause_at(meaning, 11, 0), event, &witness),
		PK_NO);
	assert_int_equal(
		pk_clause_possible(fixture->arena, clause_at(meaning, 11, 1), event, &witness),
		PK_YES);
	assert_true(pk_clause_holds(clause_at(meaning, 11, 1), &witness));
}

static struct pk_clauses all_but_first(struct pk_arena *arena, const struct pk_meaning *meaning)
{
	struct pk_clauses all = {0};
	pk_clauses_of(arena, &all, pk_meaning_find(meaning, 11), true);
	all.list.items++;
	all.list.len--;
	return all;
}

static void several_clauses_cover_the_answers_of_one(void **state)
{
	struct sysmon_fixture *fixture = *state;
	const struct pk_meaning *meaning = meaning_of(fixture,
		OR(FILE_INCLUDE(FILTER("Image", "contains any", "ab;cd") FILTER("Image", "contains",
			"a") FILTER("User", "is", "u") FILTER("Image", "contains", "d"))));
	struct pk_clauses cover = all_but_first(fixture->arena, meaning);
	const struct pk_clause *by = clause_at(meaning, 11, 0);
	assert_true(pk_cover_proves(fixture->arena, clause_at(meaning, 11, 0), &cover, &by));
	assert_null(by);
	cover.list.len--;
	assert_false(pk_cover_proves(fixture->arena, clause_at(meaning, 11, 0), &cover, &by));
}

static void complements_cover_everything(void **state)
{
	struct sysmon_fixture *fixture = *state;
	const struct pk_meaning *meaning = meaning_of(fixture,
		OR(FILE_INCLUDE(FILTER("User", "is", "u") FILTER("Image", "contains", "a")
				FILTER("Image", "excludes", "a"))));
	struct pk_clauses cover = all_but_first(fixture->arena, meaning);
	assert_true(pk_cover_proves(fixture->arena, clause_at(meaning, 11, 0), &cover, NULL));
}

/* --- what a configuration sees --- */

static struct pk_sighting look(
	struct sysmon_fixture *fixture, const char *filtering, const struct pk_clause *clause)
{
	const struct pk_meaning *meaning = meaning_of(fixture, filtering);
	struct pk_sighting sighting;
	pk_meaning_look(fixture->arena, &sighting, meaning, pk_meaning_find(meaning, 11), clause);
	if (sighting.has_logged)
		assert_true(pk_engine_decide(meaning->engine, &sighting.logged).logged);
	if (sighting.has_dropped)
		assert_false(pk_engine_decide(meaning->engine, &sighting.dropped).logged);
	return sighting;
}

static void a_configuration_sees_all_a_part_or_nothing(void **state)
{
	struct sysmon_fixture *fixture = *state;
	const struct pk_clause *clause = clause_of(fixture, PK_OP_END_WITH, "\\cmd.exe");
#define SIGHT(filtering) look(fixture, filtering, clause).sight
	assert_int_equal(SIGHT(FILE_INCLUDE(FILTER("Image", "image", "cmd.exe"))), PK_SIGHT_ALL);
	assert_int_equal(SIGHT(FILE_EXCLUDE(FILTER("Image", "end with", ".com"))), PK_SIGHT_ALL);
	assert_int_equal(SIGHT(FILE_INCLUDE(FILTER("Image", "is", "c:\\cmd.exe"))), PK_SIGHT_PART);
	assert_int_equal(SIGHT(FILE_INCLUDE(FILTER("Image", "end with", ".com"))), PK_SIGHT_NONE);
	assert_int_equal(SIGHT(FILE_EXCLUDE(FILTER("Image", "end with", "exe"))), PK_SIGHT_NONE);
	assert_int_equal(SIGHT(""), PK_SIGHT_NONE);
}

static void the_exclude_that_stops_an_event_is_named(void **state)
{
	struct sysmon_fixture *fixture = *state;
	struct pk_sighting sighting = look(fixture,
		FILE_INCLUDE(FILTER("Image", "image", "cmd.exe"))
			FILE_EXCLUDE(FILTER("User", "is", "u") FILTER("User", "is", "v")),
		clause_of(fixture, PK_OP_IMAGE, "cmd.exe"));
	assert_int_equal(sighting.sight, PK_SIGHT_PART);
	assert_non_null(sighting.stopped_by);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_proven),
		TEST(what_is_refuted_by_a_witness),
		TEST(questions_on_one_field_count_together),
		TEST(a_contradiction_is_impossible),
		TEST(several_clauses_cover_the_answers_of_one),
		TEST(complements_cover_everything),
		TEST(a_configuration_sees_all_a_part_or_nothing),
		TEST(the_exclude_that_stops_an_event_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
