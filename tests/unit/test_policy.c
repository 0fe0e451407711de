/*
 * Policies from several files: layers, parts, projects, profiles. Each test writes its files into
 * a folder of its own.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "rulesets/policy.h"

#define SET(id, version) "picket: 1\nruleset: {id: " id ", version: " version ", title: T}\n"
#define RULE(id) "rules: [{id: " id ", title: R, event: E, when: {A: b}}]\n"

struct fixture {
	struct pk_arena *arena;
	struct pk_diags diags;
	const char *folder;
	struct pk_policy_options options;
	PK_LIST(const char *) files;
};

static int setup(void **state)
{
	struct pk_arena *arena = pk_arena_create();
	struct fixture *fixture = PK_NEW(arena, struct fixture);
	fixture->arena = arena;
	fixture->diags.arena = arena;
	fixture->folder = mkdtemp(pk_arena_strdup(arena, "/tmp/picket-test-XXXXXX"));
	*state = fixture;
	return fixture->folder == NULL;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;
	for (size_t i = 0; i < fixture->files.len; i++)
		unlink(fixture->files.items[i]);
	rmdir(fixture->folder);
	pk_arena_destroy(fixture->arena);
	return 0;
}

static const char *path_of(struct fixture *fixture, const char *name)
{
	return pk_arena_printf(fixture->arena, "%s/%s", fixture->folder, name);
}

/* Not by pk_file_write, which waits for the disk. */
static void write_file(struct fixture *fixture, const char *name, const char *text)
{
	const char *path = path_of(fixture, name);
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	*pk_list_push(fixture->arena, &fixture->files) = path;
}

static const struct pk_policy *read_policy(struct fixture *fixture, const char *name)
{
	return pk_policy_read(
		fixture->arena, path_of(fixture, name), &fixture->options, &fixture->diags);
}

static const struct pk_policy *read_well(struct fixture *fixture, const char *name)
{
	const struct pk_policy *policy = read_policy(fixture, name);
	for (size_t i = 0; i < fixture->diags.all.len; i++)
		print_error("%s\n", fixture->diags.all.items[i].message);
	assert_int_equal(fixture->diags.all.len, 0);
	assert_non_null(policy);
	return policy;
}

static void lower_layers_come_first_and_once(void **state)
{
	struct fixture *fixture = *state;
	write_file(fixture, "base.yaml", SET("base", "1.0.0") RULE("r-base"));
	write_file(fixture, "a.yaml", SET("a", "1.0.0") "extends: [base.yaml]\n" RULE("r-a"));
	write_file(fixture, "b.yaml", SET("b", "1.0.0") "extends: [./base.yaml]\n" RULE("r-b"));
	write_file(fixture, "top.yaml",
		SET("top", "1.0.0") "extends: [a.yaml, b.yaml]\n" RULE("r-top"));

	const struct pk_policy *policy = read_well(fixture, "top.yaml");
	static const char *const want[] = {"base", "a", "b", "top"};
	assert_int_equal(policy->sets.len, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_string_equal(policy->sets.items[i]->id, want[i]);
		assert_ptr_equal(policy->rules.items[i]->set, policy->sets.items[i]);
	}
}

static void a_site_changes_what_a_base_rule_uses(void **state)
{
	struct fixture *fixture = *state;
	write_file(fixture, "base.yaml",
		SET("base",
			"1.0.0") "lists: {office: [winword.exe]}\n"
				 "collect: {DriverLoad: all}\n"
				 "rules: [{id: r, title: R, event: E, when: {A: '${office}'}}]\n");
	write_file(fixture, "site.yaml",
		SET("site", "2.0.0") "extends: [base.yaml]\n"
				     "lists: {office: [soffice.bin, excel.exe]}\n"
				     "collect: {DriverLoad: none}\n"
				     "patch: [{rule: r, set: {severity: high}}]\n");

	const struct pk_policy *policy = read_well(fixture, "site.yaml");
	const struct pk_rule *rule = policy->rules.items[0];
	assert_int_equal(rule->when->values.len, 2);
	assert_string_equal(rule->when->values.items[0].text, "soffice.bin");
	assert_int_equal(rule->severity, PK_RULE_HIGH);
	assert_string_equal(rule->origins.items[1].layer, "site 2.0.0");
	assert_int_equal(policy->collect.len, 1);
	assert_int_equal(policy->collect.items[0].collect, PK_COLLECT_NONE);
}

static void a_lower_layer_cannot_patch_a_higher_one(void **state)
{
	struct fixture *fixture = *state;
	write_file(fixture, "base.yaml",
		SET("base", "1.0.0") "patch: [{rule: r-top, enable: true}]\n" RULE("r-base"));
	write_file(fixture, "top.yaml", SET("top", "1.0.0") "extends: [base.yaml]\n" RULE("r-top"));

	assert_null(read_policy(fixture, "top.yaml"));
	assert_one_finding(&fixture->diags, PK_UNKNOWN_PATCHED_RULE, 3, 16);
}

static void a_rule_id_is_unique_over_layers(void **state)
{
	struct fixture *fixture = *state;
	write_file(fixture, "base.yaml", SET("base", "1.0.0") RULE("r"));
	write_file(fixture, "top.yaml", SET("top", "1.0.0") "extends: [base.yaml]\n" RULE("r"));

	assert_null(read_policy(fixture, "top.yaml"));
	assert_one_finding(&fixture->diags, PK_DUPLICATE_RULE_ID, 4, 14);
	const struct pk_related *related = &fixture->diags.all.items[0].related.items[0];
	assert_true(pk_text_ends(related->span.source->path, "/base.yaml"));
	assert_place(related->span, 3, 14);
}

static void cyclic_extends_names_the_chain(void **state)
{
	struct fixture *fixture = *state;
	write_file(fixture, "a.yaml", SET("a", "1.0.0") "extends: [b.yaml]\n");
	write_file(fixture, "b.yaml", SET("b", "1.0.0") "extends: [c.yaml]\n");
	write_file(fixture, "c.yaml", SET("c", "1.0.0") "extends: [./x/../a.yaml]\n");

	assert_null(read_policy(fixture, "a.yaml"));
	assert_one_finding(&fixture->diags, PK_LAYER_CYCLE, 3, 11);
	const struct pk_diag *diag = &fixture->diags.all.items[0];
	assert_true(pk_text_ends(diag->span.source->path, "/c.yaml"));
	assert_int_equal(diag->related.len, 2);
	const char *a = strstr(diag->message, "a.yaml ->");
	assert_non_null(a);
	const char *b = strstr(a, "b.yaml ->");
	assert_non_null(b);
	assert_non_null(strstr(b, "c.yaml ->"));
}

static void cyclic_include_names_the_chain(void **state)
{
	struct fixture *fixture = *state;
	write_file(fixture, "a.yaml", SET("a", "1.0.0") "include: [b.yaml]\n");
	write_file(fixture, "b.yaml", "picket: 1\ninclude: [c.yaml]\n");
	write_file(fixture, "c.yaml", "picket: 1\ninclude: [b.yaml]\n");

	assert_null(read_policy(fixture, "a.yaml"));
	assert_one_finding(&fixture->diags, PK_LAYER_CYCLE, 2, 11);
	assert_int_equal(fixture->diags.all.items[0].related.len, 1);
}

static void a_part_adds_to_its_set(void **state)
{
	struct fixture *fixture = *state;
	write_file(fixture, "main.yaml",
		SET("main", "1.0.0") "variables: {v: x}\ninclude: [part.yaml]\n" RULE("r-main"));
	write_file(fixture, "part.yaml",
		"picket: 1\n"
		"rules: [{id: r-part, title: R, event: E, when: {A: '${v}'}}]\n");

	const struct pk_policy *policy = read_well(fixture, "main.yaml");
	assert_int_equal(policy->sets.len, 1);
	assert_int_equal(policy->rules.len, 2);
	assert_string_equal(policy->rules.items[1]->when->values.items[0].text, "x");
	assert_string_equal(policy->rules.items[1]->origins.items[0].layer, "main 1.0.0");
}

static void a_part_may_not_be_a_set(void **state)
{
	struct fixture *fixture = *state;
	write_file(fixture, "main.yaml", SET("main", "1.0.0") "include: [part.yaml]\n");
	write_file(fixture, "part.yaml", SET("part", "1.0.0") RULE("r"));

	assert_null(read_policy(fixture, "main.yaml"));
	assert_one_finding(&fixture->diags, PK_MISPLACED_KEY, 2, 1);
}

static void a_part_is_included_once(void **state)
{
	struct fixture *fixture = *state;
	write_file(fixture, "main.yaml", SET("m", "1.0.0") "include: [part.yaml, ./part.yaml]\n");
	write_file(fixture, "part.yaml", "picket: 1\n" RULE("r"));

	assert_null(read_policy(fixture, "main.yaml"));
	assert_one_finding(&fixture->diags, PK_INCLUDED_TWICE, 3, 22);
	assert_place(fixture->diags.all.items[0].related.items[0].span, 3, 11);
}

static void a_name_is_defined_once_in_a_set(void **state)
{
	struct fixture *fixture = *state;
	write_file(fixture, "main.yaml",
		SET("m", "1.0.0") "variables: {v: a}\ninclude: [part.yaml]\n");
	write_file(fixture, "part.yaml", "picket: 1\nvariables: {v: b}\n");

	assert_null(read_policy(fixture, "main.yaml"));
	assert_one_finding(&fixture->diags, PK_DUPLICATE_NAME, 2, 13);
}

static void a_required_version_is_checked(void **state)
{
	struct fixture *fixture = *state;
	write_file(fixture, "base.yaml", SET("base", "1.2.3"));
	write_file(fixture, "good.yaml", SET("good", "1.0.0") "extends: [base.yaml@1.2]\n");
	write_file(fixture, "bad.yaml", SET("bad", "1.0.0") "extends: [base.yaml@1.3]\n");

	read_well(fixture, "good.yaml");
	assert_null(read_policy(fixture, "bad.yaml"));
	assert_one_finding(&fixture->diags, PK_VERSION_NOT_MET, 3, 11);
}

static void two_layers_need_two_ids(void **state)
{
	struct fixture *fixture = *state;
	write_file(fixture, "a.yaml", SET("same", "1.0.0"));
	write_file(fixture, "b.yaml", SET("same", "1.0.0") "extends: [a.yaml]\n");

	assert_null(read_policy(fixture, "b.yaml"));
	assert_one_finding(&fixture->diags, PK_DUPLICATE_RULESET_ID, 2, 10);
}

static void a_missing_layer_is_the_only_finding(void **state)
{
	struct fixture *fixture = *state;
	write_file(fixture, "a.yaml",
		SET("a", "1.0.0") "extends: [none.yaml]\n"
				  "rules: [{id: r, title: R, event: E, when: {A: '${v}'}}]\n"
				  "patch: [{rule: of-none, enable: true}]\n");

	assert_null(read_policy(fixture, "a.yaml"));
	assert_one_finding(&fixture->diags, PK_LAYER_FILE_MISSING, 3, 11);
}

static void layers_have_a_limit(void **state)
{
	struct fixture *fixture = *state;
	for (int i = 0; i < 66; i++)
		write_file(fixture, pk_arena_printf(fixture->arena, "%d.yaml", i),
			pk_arena_printf(fixture->arena,
				"picket: 1\nruleset: {id: s%d, version: 1.0.0, title: T}\n%s", i,
				i == 65 ? ""
					: pk_arena_printf(
						  fixture->arena, "extends: [%d.yaml]\n", i + 1)));

	assert_null(read_policy(fixture, "0.yaml"));
	assert_one_finding(&fixture->diags, PK_LAYER_LIMIT, 3, 11);
}

static void write_project(struct fixture *fixture)
{
	write_file(fixture, "site.yaml",
		SET("site", "1.0.0") "variables: {v: plain}\n"
				     "rules: [{id: r, title: R, event: E, when: {A: '${v}'}}]\n"
				     "profiles: {server: {variables: {v: server}}}\n");
	write_file(fixture, "picket.yaml",
		"picket: 1\n"
		"project: {id: acme}\n"
		"rulesets: [site.yaml]\n"
		"default_profile: one\n"
		"profiles:\n"
		"  one: {target: sysmon, schema: \"4.90\"}\n"
		"  two: {target: monster, ruleset_profile: server}\n"
		"  three: {ruleset_profile: server, variables: {v: project}}\n");
}

static void a_folder_stands_for_its_project(void **state)
{
	struct fixture *fixture = *state;
	write_project(fixture);
	const struct pk_policy *policy = read_well(fixture, ".");
	assert_string_equal(policy->project_id, "acme");
	assert_string_equal(policy->profile, "one");
	assert_string_equal(policy->target, "sysmon");
	assert_string_equal(policy->schema, "4.90");
	assert_string_equal(policy->rules.items[0]->when->values.items[0].text, "plain");
}

static void a_project_profile_lies_over_the_ruleset_profile(void **state)
{
	struct fixture *fixture = *state;
	write_project(fixture);
	fixture->options.profile = "two";
	const struct pk_policy *policy = read_well(fixture, "picket.yaml");
	assert_string_equal(policy->target, "monster");
	assert_string_equal(policy->rules.items[0]->when->values.items[0].text, "server");
	fixture->options.profile = "three";
	policy = read_well(fixture, "picket.yaml");
	assert_null(policy->target);
	assert_string_equal(policy->rules.items[0]->when->values.items[0].text, "project");
}

static void an_unknown_profile_is_refused(void **state)
{
	struct fixture *fixture = *state;
	write_project(fixture);
	fixture->options.profile = "thre";
	assert_null(read_policy(fixture, "picket.yaml"));
	assert_one_finding(&fixture->diags, PK_UNKNOWN_PROFILE, 1, 1);
	assert_string_equal(fixture->diags.all.items[0].hint, "write 'three'");
}

static void profiles_not_chosen_are_checked_too(void **state)
{
	struct fixture *fixture = *state;
	write_file(fixture, "site.yaml", SET("site", "1.0.0") RULE("r"));
	write_file(fixture, "picket.yaml",
		"picket: 1\n"
		"project: {id: acme}\n"
		"rulesets: [site.yaml]\n"
		"profiles:\n"
		"  a: {target: sysmonn}\n"
		"  b: {ruleset_profile: none-such}\n"
		"  c: {patch: [{rule: r, set: {severity: hihg}}]}\n");

	assert_null(read_policy(fixture, "picket.yaml"));
	assert_int_equal(fixture->diags.all.len, 3);
	assert_int_equal(fixture->diags.all.items[0].code, PK_UNKNOWN_WORD);
	assert_place(fixture->diags.all.items[0].span, 5, 15);
	assert_int_equal(fixture->diags.all.items[1].code, PK_UNKNOWN_PROFILE);
	assert_place(fixture->diags.all.items[1].span, 6, 24);
	assert_int_equal(fixture->diags.all.items[2].code, PK_UNKNOWN_WORD);
	assert_place(fixture->diags.all.items[2].span, 7, 41);
}

static void a_folder_without_a_project_is_refused(void **state)
{
	struct fixture *fixture = *state;
	assert_null(read_policy(fixture, "."));
	assert_int_equal(fixture->diags.all.len, 1);
	assert_int_equal(fixture->diags.all.items[0].code, PK_FOLDER_WITHOUT_PROJECT);
}

static void a_project_is_no_layer(void **state)
{
	struct fixture *fixture = *state;
	write_file(fixture, "p.yaml", "picket: 1\nproject: {id: p}\nrulesets: [p.yaml]\n");
	assert_null(read_policy(fixture, "p.yaml"));
	assert_one_finding(&fixture->diags, PK_LAYER_KIND, 3, 12);
}

static double merge_seconds(struct fixture *fixture, int parts)
{
	PK_BUF_AUTO main_text = {0};
	pk_buf_puts(&main_text, SET("m", "1.0.0") "include:\n");
	for (int i = 0; i < parts; i++)
		pk_buf_printf(&main_text, "- p%d.yaml\n", i);
	write_file(fixture, "main.yaml", main_text.data);
	for (int i = 0; i < parts; i++) {
		PK_BUF_AUTO text = {0};
		pk_buf_printf(&text, "picket: 1\nvariables: {v%d: x}\nlists: {l%d: [a]}\n", i, i);
		pk_buf_printf(&text,
			"settings: {sysmon: {field_sizes: {F%d: 9}}}\ncollect: {E%d: "
			"all}\nrules:\n",
			i, i);
		for (int k = 0; k < 10; k++)
			pk_buf_printf(&text,
				"- {id: r%d-%d, title: R, event: E, when: {A: '${v%d}'}}\n", i, k,
				i);
		write_file(fixture, pk_arena_printf(fixture->arena, "p%d.yaml", i), text.data);
	}
	clock_t begin = clock();
	const struct pk_policy *policy = read_well(fixture, "main.yaml");
	clock_t end = clock();
	assert_int_equal(policy->rules.len, parts * 10);
	return (double)(end - begin) / CLOCKS_PER_SEC;
}

/* Eight times the files; a quadratic merge would take sixty-four times as long. */
static void merging_400_files_is_linear(void **state)
{
	double few = merge_seconds(*state, 50);
	double many = merge_seconds(*state, 400);
	assert_true(many < few * 24 + 0.05);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lower_layers_come_first_and_once),
		TEST(a_site_changes_what_a_base_rule_uses),
		TEST(a_lower_layer_cannot_patch_a_higher_one),
		TEST(a_rule_id_is_unique_over_layers),
		TEST(cyclic_extends_names_the_chain),
		TEST(cyclic_include_names_the_chain),
		TEST(a_part_adds_to_its_set),
		TEST(a_part_may_not_be_a_set),
		TEST(a_part_is_included_once),
		TEST(a_name_is_defined_once_in_a_set),
		TEST(a_required_version_is_checked),
		TEST(two_layers_need_two_ids),
		TEST(a_missing_layer_is_the_only_finding),
		TEST(layers_have_a_limit),
		TEST(a_folder_stands_for_its_project),
		TEST(a_project_profile_lies_over_the_ruleset_profile),
		TEST(an_unknown_profile_is_refused),
		TEST(profiles_not_chosen_are_checked_too),
		TEST(a_folder_without_a_project_is_refused),
		TEST(a_project_is_no_layer),
		TEST(merging_400_files_is_linear),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
