/* The policy of changes: reading it, and judging by it. */
#include "tests/unit/policy_fixture.h"

#include "base/buf.h"
#include "rulesets/changes.h"

#define PROJECT "picket: 1\nproject: {id: acme}\nrulesets: [windows-base]\n"
/* What follows begins in line 6. */
#define POLICY PROJECT "policy:\n  commits: {signed: optional}\n"
#define CHANGES                                                                                    \
	POLICY "  groups: {team: [ann@example.org, Bob@Example.org]}\n"                            \
	       "  changes:\n"                                                                      \
	       "    - {paths: ['**'], by: ['@team']}\n"                                            \
	       "    - {paths: ['docs/**'], by: ['*']}\n"                                           \
	       "    - {paths: ['keys/**'], by: [ann@example.org]}\n"                               \
	       "    - {rules: ['lsass-*'], by: [ann@example.org]}\n"                               \
	       "  tags:\n"                                                                         \
	       "    - {pattern: 'v*', by: [ann@example.org], signed: optional}\n"

static const struct pk_changes_policy *read_changes(
	struct policy_fixture *fixture, const char *text)
{
	return pk_changes_read(
		fixture->arena, source_from_text(fixture->arena, text), NULL, &fixture->diags);
}

static void the_last_entry_decides(void **state)
{
	struct policy_fixture *fixture = *state;
	const struct pk_changes_policy *policy = read_changes(fixture, CHANGES);
	assert_non_null(policy);
	assert_int_equal(policy->changes.len, 4);
	assert_ptr_equal(pk_changes_find_path(policy, "rules/a.yaml"), &policy->changes.items[0]);
	assert_ptr_equal(pk_changes_find_path(policy, "docs/a"), &policy->changes.items[1]);
	assert_ptr_equal(pk_changes_find_path(policy, "keys/a"), &policy->changes.items[2]);
	assert_ptr_equal(pk_changes_find_rule(policy, "lsass-read"), &policy->changes.items[3]);
	assert_null(pk_changes_find_rule(policy, "other"));
	assert_true(pk_changes_has_rules(policy));
	assert_ptr_equal(pk_changes_find_tag(policy, "v1"), &policy->tags.items[0]);
	assert_null(pk_changes_find_tag(policy, "w1"));
	assert_true(policy->changes.items[1].anybody);
	assert_int_equal(policy->changes.items[0].by.len, 2);
	assert_false(policy->changes.items[0].is_signed);
}

static void signatures_are_demanded_by_default(void **state)
{
	struct policy_fixture *fixture = *state;
	const struct pk_changes_policy *policy = read_changes(fixture,
		PROJECT "policy:\n  signers: {ssh: CMakeLists.txt}\n"
			"  changes: [{paths: ['**'], by: [a]}, "
			"{paths: [a], by: [a], signed: optional}]\n");
	assert_non_null(policy);
	assert_true(policy->is_signed);
	assert_true(policy->changes.items[0].is_signed);
	assert_false(policy->changes.items[1].is_signed);
	assert_string_equal(policy->ssh, "CMakeLists.txt");
}

/* A text, and where there is which one finding. */
struct wrong {
	const char *text;
	enum pk_code code;
	uint32_t line, column;
};

static void what_is_wrong_is_reported(void **state)
{
	static const struct wrong cases[] = {
		{PROJECT, PK_NO_POLICY, 1, 1},
		{"picket: 1\n", PK_NO_POLICY, 1, 1},
		{PROJECT "policy: []\n", PK_NODE_WRONG_KIND, 4, 9},
		{PROJECT "policy: {}\n", PK_POLICY_SIGNERS, 4, 9},
		{PROJECT "policy: {signers: {}}\n", PK_POLICY_SIGNERS, 4, 9},
		{PROJECT "policy: {signers: {ssh: gone}}\n", PK_LAYER_FILE_MISSING, 4, 25},
		{POLICY "  people: {}\n", PK_UNKNOWN_KEY, 6, 3},
		{POLICY "  changes: []\n", PK_EMPTY_VALUE, 6, 12},
		{POLICY "  changes: [{by: [a]}]\n", PK_MISSING_KEY, 6, 14},
		{POLICY "  changes: [{paths: [a]}]\n", PK_MISSING_KEY, 6, 14},
		{POLICY "  changes: [{paths: [], by: [a]}]\n", PK_EMPTY_VALUE, 6, 21},
		{POLICY "  changes: [{paths: [a], by: []}]\n", PK_EMPTY_VALUE, 6, 30},
		{POLICY "  changes: [{paths: [/a], by: [a]}]\n", PK_POLICY_PATTERN, 6, 22},
		{POLICY "  changes: [{paths: [a], by: ['@b']}]\n", PK_POLICY_GROUP, 6, 31},
		{POLICY "  groups: {a: ['@b']}\n", PK_POLICY_GROUP, 6, 16},
		{POLICY "  groups: {a: []}\n", PK_EMPTY_VALUE, 6, 15},
		{POLICY "  groups: {A b: [c]}\n", PK_BAD_ID, 6, 12},
		{POLICY "  changes: [{paths: [a], by: [a], signed: yes}]\n", PK_UNKNOWN_WORD, 6,
			43},
		{POLICY "  tags: [{pattern: '', by: [a], signed: optional}]\n", PK_EMPTY_VALUE, 6,
			20},
	};
	struct policy_fixture *fixture = *state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct policy_fixture one = {fixture->arena, {.arena = fixture->arena}};
		assert_null(read_changes(&one, cases[i].text));
		assert_one_finding(&one.diags, cases[i].code, cases[i].line, cases[i].column);
	}
}

static void limits_are_reported(void **state)
{
	struct policy_fixture *fixture = *state;
	PK_BUF_AUTO text = {0};
	pk_buf_puts(&text, POLICY "  changes:\n");
	for (int i = 0; i < PK_CHANGES_ENTRIES_MAX + 1; i++)
		pk_buf_puts(&text, "    - {paths: [a], by: [a]}\n");
	assert_null(read_changes(fixture, text.data));
	assert_int_equal(count_findings(fixture, PK_POLICY_LIMIT), 1);

	PK_BUF_AUTO names = {0};
	pk_buf_puts(&names, POLICY "  changes: [{paths: [a], by: [");
	for (int i = 0; i < PK_CHANGES_TEXTS_MAX; i++)
		pk_buf_puts(&names, "a,");
	pk_buf_puts(&names, "]}]\n");
	assert_null(read_changes(fixture, names.data));
	assert_int_equal(count_findings(fixture, PK_POLICY_LIMIT), 2);
}

static void a_project_is_checked_with_its_policy(void **state)
{
	struct policy_fixture *fixture = *state;
	struct pk_policy_options options = {0};
	assert_null(pk_policy_read_source(fixture->arena,
		source_from_text(fixture->arena, POLICY "  changes: [{paths: [a/], by: [a]}]\n"),
		&options, &fixture->diags));
	assert_one_finding(&fixture->diags, PK_POLICY_PATTERN, 6, 22);
}

/* The verdict about a commit that changes `path` and the rule `rule` (NULL: none). */
static struct pk_verdict judge(struct policy_fixture *fixture, const char *path, const char *rule,
	const struct pk_signature *signature)
{
	struct pk_verdict out;
	struct pk_commit commit = {
		.id = "0123456789012345678901234567890123456789", .committer = "bob@example.org"};
	struct pk_changed_rules rules = {.items = &rule, .len = rule != NULL};
	const struct pk_changes_policy *policy = read_changes(fixture, CHANGES);
	*pk_list_push(fixture->arena, &commit.paths) = path;
	pk_changes_judge_commit(&out, policy, &commit, &rules, signature, &fixture->diags);
	return out;
}

static const struct pk_signature unsigned_one = {.state = PK_SIGNATURE_MISSING};

static struct pk_signature signed_by(struct policy_fixture *fixture, const char *name)
{
	struct pk_signature out = {.kind = PK_SIGNATURE_SSH, .state = PK_SIGNATURE_GOOD};
	*pk_list_push(fixture->arena, &out.names) = name;
	return out;
}

static void members_of_a_group_may(void **state)
{
	struct policy_fixture *fixture = *state;
	struct pk_signature ann = signed_by(fixture, "ann@example.org");
	assert_true(judge(fixture, "rules/a", NULL, &unsigned_one).allowed);
	assert_true(judge(fixture, "rules/a", NULL, &ann).proven);
	assert_true(judge(fixture, "keys/a", "lsass-read", &ann).allowed);
	assert_int_equal(fixture->diags.all.len, 0);
}

static void others_may_not(void **state)
{
	struct policy_fixture *fixture = *state;
	struct pk_signature eve = signed_by(fixture, "eve@example.org");
	struct pk_verdict verdict = judge(fixture, "rules/a", NULL, &eve);
	assert_false(verdict.allowed);
	assert_int_equal(verdict.reasons.len, 1);
	assert_false(verdict.changes.items[0].allowed);
	assert_one_finding(&fixture->diags, PK_CHANGE_REFUSED, 1, 1);
	assert_string_equal(fixture->diags.all.items[0].span.source->path, "0123456789:rules/a");
	assert_true(judge(fixture, "docs/a", NULL, &eve).allowed);
	assert_false(judge(fixture, "keys/a", NULL, &unsigned_one).allowed);
}

static void rules_are_judged_beside_their_file(void **state)
{
	struct policy_fixture *fixture = *state;
	struct pk_verdict verdict = judge(fixture, "rules/a", "lsass-read", &unsigned_one);
	assert_false(verdict.allowed);
	assert_int_equal(verdict.changes.len, 2);
	assert_true(verdict.changes.items[0].allowed);
	assert_true(verdict.changes.items[1].is_rule);
	assert_true(judge(fixture, "rules/a", "other", &unsigned_one).allowed);
}

static void a_bad_signature_is_never_good(void **state)
{
	static const enum pk_signature_state states[] = {
		PK_SIGNATURE_BAD, PK_SIGNATURE_UNKNOWN, PK_SIGNATURE_EXPIRED, PK_SIGNATURE_REVOKED};
	static const enum pk_code codes[] = {
		PK_BAD_SIGNATURE, PK_UNKNOWN_SIGNER, PK_EXPIRED_KEY, PK_REVOKED_KEY};
	struct policy_fixture *fixture = *state;
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		struct pk_signature signature = {.state = states[i]};
		struct pk_verdict verdict = judge(fixture, "docs/a", NULL, &signature);
		assert_false(verdict.allowed);
		assert_null(verdict.who);
		assert_int_equal(fixture->diags.all.items[i].code, codes[i]);
	}
}

static void a_tag_keeps_the_name_that_was_signed(void **state)
{
	struct policy_fixture *fixture = *state;
	const struct pk_changes_policy *policy = read_changes(fixture, CHANGES);
	struct pk_signature ann = signed_by(fixture, "ann@example.org");
	struct pk_signature bob = signed_by(fixture, "bob@example.org");
	struct pk_tag tag = {.ref = "v1", .name = "v1"};
	struct pk_verdict verdict;
	pk_changes_judge_tag(&verdict, policy, &tag, "0123", &ann, &fixture->diags);
	assert_true(verdict.allowed);
	pk_changes_judge_tag(&verdict, policy, &tag, "0123", &bob, &fixture->diags);
	assert_false(verdict.allowed);
	tag.name = "v0";
	pk_changes_judge_tag(&verdict, policy, &tag, "0123", &ann, &fixture->diags);
	assert_false(verdict.allowed);
	assert_int_equal(fixture->diags.all.items[0].code, PK_TAG_REFUSED);
	assert_int_equal(fixture->diags.all.items[1].code, PK_TAG_NAME);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_last_entry_decides, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			signatures_are_demanded_by_default, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_wrong_is_reported, set_up, tear_down),
		cmocka_unit_test_setup_teardown(limits_are_reported, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_project_is_checked_with_its_policy, set_up, tear_down),
		cmocka_unit_test_setup_teardown(members_of_a_group_may, set_up, tear_down),
		cmocka_unit_test_setup_teardown(others_may_not, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			rules_are_judged_beside_their_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_bad_signature_is_never_good, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_tag_keeps_the_name_that_was_signed, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
