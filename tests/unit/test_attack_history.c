#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "mitre/history.h"

/* What one test works with. */
struct fixture {
	struct pk_arena *arena;
	const struct pk_history *history;
	uint32_t newest;
	struct pk_diags diags;
};

static int setup(void **state)
{
	struct pk_arena *arena = pk_arena_create();
	struct fixture *fixture = PK_NEW(arena, struct fixture);
	fixture->arena = arena;
	fixture->history = pk_history_open(arena);
	fixture->newest = pk_history_find_release(fixture->history, PK_ATTACK_NEWEST);
	fixture->diags.arena = arena;
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;
	pk_arena_destroy(fixture->arena);
	return 0;
}

static uint32_t release(const struct fixture *fixture, const char *name)
{
	uint32_t found = pk_history_find_release(fixture->history, name);
	assert_int_not_equal(found, PK_RELEASE_UNKNOWN);
	return found;
}

/* Follows `id`, written for any release, to the newest. */
static struct pk_follow follow(const struct fixture *fixture, const char *id)
{
	return pk_history_follow(fixture->history, id, PK_RELEASE_UNKNOWN, fixture->newest);
}

static void assert_chain(const struct fixture *fixture, const char *id, const char *chain)
{
	struct pk_follow found = follow(fixture, id);
	assert_int_equal(found.outcome, PK_OUTCOME_REPLACED);
	assert_string_equal(pk_history_print_chain(fixture->history, id, &found), chain);
}

/* --- releases and standings --- */

static void releases_run_from_3_0_to_19_2(void **state)
{
	const struct fixture *fixture = *state;

	assert_int_equal(pk_history_releases(fixture->history), 32);
	assert_string_equal(pk_history_release_name(fixture->history, 0), "3.0");
	assert_int_equal(fixture->newest, 31);
	assert_int_equal(pk_history_find_release(fixture->history, "19.1"), PK_RELEASE_UNKNOWN);
	assert_int_equal(pk_history_find_release(fixture->history, ""), PK_RELEASE_UNKNOWN);
}

static void a_standing_is_that_of_its_release(void **state)
{
	const struct fixture *fixture = *state;
	const struct pk_history *history = fixture->history;

	struct pk_standing before =
		pk_history_standing(history, "T1562.003", release(fixture, "6.3"));
	assert_int_equal(before.presence, PK_PRESENCE_NONE);
	assert_null(before.name);
	struct pk_standing first =
		pk_history_standing(history, "T1562.003", release(fixture, "7.0"));
	assert_int_equal(first.presence, PK_PRESENCE_ACTIVE);
	assert_string_equal(first.name, "HISTCONTROL");
	struct pk_standing last = pk_history_standing(history, "T1562.003", fixture->newest);
	assert_int_equal(last.presence, PK_PRESENCE_REVOKED);
	assert_string_equal(last.name, "Impair Command History Logging");
	assert_string_equal(last.replacement, "T1690");
}

static void former_names_are_known_in_any_case(void **state)
{
	const struct fixture *fixture = *state;

	assert_true(pk_history_had_name(fixture->history, "T1003", "credential dumping"));
	assert_true(pk_history_had_name(fixture->history, "T1003", "OS Credential Dumping"));
	assert_false(pk_history_had_name(fixture->history, "T1003", "Mimikatz"));
	assert_false(pk_history_had_name(fixture->history, "T9999", "Mimikatz"));
}

/* --- following --- */

static void chains_are_followed_to_their_end(void **state)
{
	const struct fixture *fixture = *state;

	assert_chain(fixture, "T1073", "T1073 -> T1574.002 (7.0) -> T1574.001 (17.0)");
	assert_chain(fixture, "T1150", "T1150 -> T1547.011 (13.1) -> T1647 (11.0)");
	assert_chain(fixture, "T1162", "T1162 -> T1547.011 (13.1) -> T1647 (11.0)");
	assert_chain(fixture, "T1562.001", "T1562.001 -> T1685 (19.2)");
	assert_chain(fixture, "T1562.004", "T1562.004 -> T1686 (19.2)");
	assert_chain(fixture, "T1656", "T1656 -> T1684.001 (19.2)");
	assert_chain(fixture, "T1086", "T1086 -> T1059.001 (7.0)");
}

static void a_chain_ends_where_the_release_ends_it(void **state)
{
	const struct fixture *fixture = *state;
	struct pk_follow found = pk_history_follow(
		fixture->history, "T1073", PK_RELEASE_UNKNOWN, release(fixture, "16.1"));

	assert_string_equal(found.id, "T1574.002");
	found = pk_history_follow(
		fixture->history, "T1054", PK_RELEASE_UNKNOWN, release(fixture, "18.1"));
	assert_string_equal(found.id, "T1562.006");
	found = follow(fixture, "T1054");
	assert_string_equal(found.id, "T1685");
}

static void a_new_name_is_told_from_the_same_one(void **state)
{
	const struct fixture *fixture = *state;
	struct pk_follow found = pk_history_follow(
		fixture->history, "T1003", release(fixture, "6.3"), fixture->newest);

	assert_int_equal(found.outcome, PK_OUTCOME_RENAMED);
	assert_string_equal(found.name, "OS Credential Dumping");
	found = pk_history_follow(
		fixture->history, "T1003", release(fixture, "7.0"), fixture->newest);
	assert_int_equal(found.outcome, PK_OUTCOME_SAME);
}

static void later_sub_techniques_are_pointed_out(void **state)
{
	const struct fixture *fixture = *state;
	struct pk_follow found = pk_history_follow(
		fixture->history, "T1003", release(fixture, "6.3"), fixture->newest);

	assert_int_equal(found.narrower_since, release(fixture, "7.0"));
	found = pk_history_follow(
		fixture->history, "T1005", release(fixture, "6.3"), fixture->newest);
	assert_int_equal(found.narrower_since, PK_RELEASE_UNKNOWN);
	assert_int_equal(follow(fixture, "T1003").narrower_since, PK_RELEASE_UNKNOWN);
}

static void a_technique_whose_subs_went_elsewhere_is_split(void **state)
{
	const struct fixture *fixture = *state;
	struct pk_follow found = follow(fixture, "T1562");

	assert_int_equal(found.outcome, PK_OUTCOME_SPLIT);
	assert_null(found.id);
	assert_int_equal(found.release, fixture->newest);
	static const char *const wanted[] = {"T1685", "T1685.001", "T1685.002", "T1685.003",
		"T1685.004", "T1686", "T1686.001", "T1686.002", "T1688", "T1689", "T1690"};
	assert_int_equal(found.candidates.len, sizeof(wanted) / sizeof(wanted[0]));
	for (size_t i = 0; i < found.candidates.len; i++)
		assert_string_equal(found.candidates.items[i], wanted[i]);
}

static void withdrawn_young_and_unknown_ids_lead_nowhere(void **state)
{
	const struct fixture *fixture = *state;

	assert_int_equal(follow(fixture, "T1064").outcome, PK_OUTCOME_DEPRECATED);
	assert_int_equal(follow(fixture, "T9999").outcome, PK_OUTCOME_UNKNOWN);
	struct pk_follow young = pk_history_follow(
		fixture->history, "T1685", fixture->newest, release(fixture, "18.1"));
	assert_int_equal(young.outcome, PK_OUTCOME_NOT_YET);
	assert_int_equal(young.release, fixture->newest);
	/* 13.0 took the replacement of T1150 away, 13.1 gave it back. */
	struct pk_follow bare = pk_history_follow(
		fixture->history, "T1150", PK_RELEASE_UNKNOWN, release(fixture, "13.0"));
	assert_int_equal(bare.outcome, PK_OUTCOME_DEPRECATED);
}

/* --- laws --- */

static void assert_follow_holds(
	const struct fixture *fixture, const char *id, uint32_t from, uint32_t to)
{
	const struct pk_history *history = fixture->history;
	struct pk_follow found = pk_history_follow(history, id, from, to);
	struct pk_standing standing = pk_history_standing(history, id, to);

	switch (found.outcome) {
	case PK_OUTCOME_SAME:
	case PK_OUTCOME_RENAMED:
		assert_string_equal(found.id, id);
		assert_int_equal(standing.presence, PK_PRESENCE_ACTIVE);
		assert_string_equal(found.name, standing.name);
		break;
	case PK_OUTCOME_REPLACED:
		assert_int_equal(standing.presence, PK_PRESENCE_REVOKED);
		assert_int_equal(
			pk_history_standing(history, found.id, to).presence, PK_PRESENCE_ACTIVE);
		break;
	case PK_OUTCOME_SPLIT:
		assert_true(found.candidates.len > 1);
		for (size_t i = 0; i < found.candidates.len; i++)
			assert_int_equal(pk_history_standing(history, found.candidates.items[i], to)
						 .presence,
				PK_PRESENCE_ACTIVE);
		break;
	case PK_OUTCOME_DEPRECATED:
		assert_null(found.id);
		assert_int_not_equal(standing.presence, PK_PRESENCE_ACTIVE);
		break;
	case PK_OUTCOME_NOT_YET:
		assert_true(found.release > to);
		break;
	case PK_OUTCOME_UNKNOWN:
		fail_msg("%s is in the history", id);
	}
}

static void every_id_leads_somewhere_or_says_why_not(void **state)
{
	const struct fixture *fixture = *state;
	uint32_t releases = pk_history_releases(fixture->history);

	for (size_t i = 0; i < pk_history_count(fixture->history); i++) {
		const char *id = pk_history_at(fixture->history, i)->id;
		for (uint32_t from = 0; from < releases; from++) {
			for (uint32_t to = 0; to < releases; to++)
				assert_follow_holds(fixture, id, from, to);
		}
	}
}

static void chronicles_are_in_order_and_begin_with_added(void **state)
{
	const struct fixture *fixture = *state;

	for (size_t i = 0; i < pk_history_count(fixture->history); i++) {
		const struct pk_chronicle *chronicle = pk_history_at(fixture->history, i);
		assert_int_equal(chronicle->changes[0].kind, PK_CHANGE_ADDED);
		for (size_t k = 1; k < chronicle->count; k++)
			assert_true(
				chronicle->changes[k - 1].release <= chronicle->changes[k].release);
	}
}

static enum pk_presence presence_of(enum pk_technique_status status)
{
	switch (status) {
	case PK_TECHNIQUE_ACTIVE:
		return PK_PRESENCE_ACTIVE;
	case PK_TECHNIQUE_REVOKED:
		return PK_PRESENCE_REVOKED;
	case PK_TECHNIQUE_DEPRECATED:
		return PK_PRESENCE_DEPRECATED;
	}
	return PK_PRESENCE_NONE;
}

static void history_and_catalogues_agree(void **state)
{
	const struct fixture *fixture = *state;

	for (size_t i = 0; pk_attack_version_at(i) != NULL; i++) {
		const char *version = pk_attack_version_at(i);
		const struct pk_attack *attack = pk_attack_open_version(fixture->arena, version);
		for (size_t k = 0; k < pk_attack_count(attack); k++) {
			const struct pk_technique *technique = pk_attack_at(attack, k);
			struct pk_standing standing = pk_history_standing(
				fixture->history, technique->id, release(fixture, version));
			assert_int_equal(standing.presence, presence_of(technique->status));
			assert_string_equal(standing.name, technique->name);
			if (technique->replacement != NULL)
				assert_string_equal(standing.replacement, technique->replacement);
		}
	}
}

/* --- checking --- */

static bool check(struct fixture *fixture, const char *version, const char *id)
{
	return pk_history_check(
		fixture->history, release(fixture, version), id, PK_NO_SPAN, &fixture->diags);
}

static void an_old_release_judges_by_its_own_ids(void **state)
{
	struct fixture *fixture = *state;

	assert_true(check(fixture, "6.3", "T1086"));
	assert_true(check(fixture, "14.1", "T1562"));
	assert_int_equal(fixture->diags.all.len, 0);
	assert_true(check(fixture, "14.1", "T1086"));
	assert_false(check(fixture, "6.3", "T1059.001"));
	assert_false(check(fixture, "6.3", "T1o59"));
	assert_true(check(fixture, "14.1", "T1064"));
	assert_true(check(fixture, "19.2", "T1562"));
	static const enum pk_code wanted[] = {PK_REVOKED_TECHNIQUE, PK_UNKNOWN_TECHNIQUE,
		PK_MALFORMED_TECHNIQUE, PK_DEPRECATED_TECHNIQUE, PK_DIVIDED_TECHNIQUE};
	assert_int_equal(fixture->diags.all.len, sizeof(wanted) / sizeof(wanted[0]));
	for (size_t i = 0; i < fixture->diags.all.len; i++)
		assert_int_equal(fixture->diags.all.items[i].code, wanted[i]);
	assert_string_equal(fixture->diags.all.items[0].hint, "write 'T1059.001' (PowerShell)");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(releases_run_from_3_0_to_19_2),
		TEST(a_standing_is_that_of_its_release),
		TEST(former_names_are_known_in_any_case),
		TEST(chains_are_followed_to_their_end),
		TEST(a_chain_ends_where_the_release_ends_it),
		TEST(a_new_name_is_told_from_the_same_one),
		TEST(later_sub_techniques_are_pointed_out),
		TEST(a_technique_whose_subs_went_elsewhere_is_split),
		TEST(withdrawn_young_and_unknown_ids_lead_nowhere),
		TEST(every_id_leads_somewhere_or_says_why_not),
		TEST(chronicles_are_in_order_and_begin_with_added),
		TEST(history_and_catalogues_agree),
		TEST(an_old_release_judges_by_its_own_ids),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
