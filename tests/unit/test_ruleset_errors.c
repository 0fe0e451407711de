/*
 * What the ruleset language refuses, each with its code and place. The table's texts are whole
 * files; `errors_are_reported` says which row failed.
 */
#include "tests/unit/test.h"

#include "base/buf.h"
#include "rulesets/policy.h"

/* The start of every ruleset here: five lines. */
#define HEAD                                                                                       \
	"picket: 1\n"                                                                              \
	"ruleset:\n"                                                                               \
	"  id: t\n"                                                                                \
	"  version: 1.0.0\n"                                                                       \
	"  title: T\n"
/* A rule up to its `when`: four lines. */
#define RULE                                                                                       \
	"rules:\n"                                                                                 \
	"- id: r\n"                                                                                \
	"  title: R\n"                                                                             \
	"  event: ProcessCreate\n"

struct wrong {
	const char *text;
	enum pk_code code;
	uint32_t line;
	uint32_t column;
	const char *hint; /* NULL: not looked at */
};

static const struct wrong wrongs[] = {
	/* The outer form. */
	{"a: 1\n", PK_LAYER_KIND, 1, 1, NULL},
	{"[]\n", PK_LAYER_KIND, 1, 1, NULL},
	{"ruleset: {id: t, version: 1.0.0, title: T}\n", PK_LANGUAGE_UNKNOWN, 1, 1,
		"write 'picket: 1'"},
	{"picket: 2\nruleset: {}\n", PK_LANGUAGE_UNKNOWN, 1, 9, NULL},
	{HEAD "rule: []\n", PK_UNKNOWN_KEY, 6, 1, "write 'rules'"},
	{"picket: 1\nruleset: {version: 1.0.0, title: T}\n", PK_MISSING_KEY, 2, 11, "add 'id'"},
	{"picket: 1\nruleset: {id: T, version: 1.0.0, title: T}\n", PK_BAD_ID, 2, 15, NULL},
	{"picket: 1\nruleset: {id: t, version: 1.2, title: T}\n", PK_BAD_RULESET_VERSION, 2, 27,
		NULL},
	{"picket: 1\nruleset: {id: t, version: 1.02.0, title: T}\n", PK_BAD_RULESET_VERSION, 2, 27,
		NULL},
	{"picket: 1\nruleset: {id: t, version: 1.2.0, title: ''}\n", PK_EMPTY_VALUE, 2, 41, NULL},
	{HEAD "  targets: [sysmom]\n", PK_UNKNOWN_WORD, 6, 13, "write 'sysmon'"},
	{HEAD "  targets: []\n", PK_EMPTY_VALUE, 6, 12, NULL},
	{HEAD "  schema: four\n", PK_BAD_SCHEMA_VERSION, 6, 11, NULL},
	{HEAD "  title2: T\n", PK_UNKNOWN_KEY, 6, 3, "write 'title'"},
	{HEAD "  description: \"a\\0b\"\n", PK_NUL_IN_TEXT, 6, 16, NULL},
	{HEAD "extends: base\n", PK_NODE_WRONG_KIND, 6, 10, NULL},
	/* Rules. */
	{HEAD "rules:\n- {title: R, event: E, when: {A: b}}\n", PK_MISSING_KEY, 7, 4, "add 'id'"},
	{HEAD RULE, PK_MISSING_KEY, 7, 3, "add 'when'"},
	{HEAD RULE "  when: {A: b}\n  sevrity: low\n", PK_UNKNOWN_KEY, 11, 3, "write 'severity'"},
	{HEAD RULE "  when: {A: b}\n  severity: hihg\n", PK_UNKNOWN_WORD, 11, 13, "write 'high'"},
	{HEAD RULE "  when: {A: b}\n  enabled: 1\n", PK_NODE_WRONG_KIND, 11, 12, NULL},
	{HEAD RULE "  when: {A: b}\n  attack: [T0000]\n", PK_UNKNOWN_TECHNIQUE, 11, 12, NULL},
	{HEAD RULE "  when: {A: b}\n  expires: 2026-02-29\n", PK_BAD_DATE, 11, 12, NULL},
	{HEAD RULE "  when: {A: b}\n  expires: 26-02-2026\n", PK_BAD_DATE, 11, 12, NULL},
	{HEAD RULE "  when: {A: b}\n  action: exclude\n  owner: me\n", PK_EXCLUDE_UNJUSTIFIED, 7, 7,
		"add 'reason'"},
	{HEAD RULE "  when: {A: b}\n- {id: r, title: S, event: E, when: {A: b}}\n",
		PK_DUPLICATE_RULE_ID, 11, 8, NULL},
	/* Conditions. */
	{HEAD RULE "  when: {}\n", PK_BAD_WHEN, 10, 9, NULL},
	{HEAD RULE "  when: {A: {}}\n", PK_BAD_WHEN, 10, 13, NULL},
	{HEAD RULE "  when: {A: []}\n", PK_BAD_WHEN, 10, 13, NULL},
	{HEAD RULE "  when: {all: []}\n", PK_BAD_WHEN, 10, 15, NULL},
	{HEAD RULE "  when: {or: [{A: b}]}\n", PK_BAD_WHEN, 10, 10, "write 'any'"},
	{HEAD RULE "  when: {A: }\n", PK_NODE_WRONG_KIND, 10, 13, NULL},
	{HEAD RULE "  when: {A: {is: {x: y}}}\n", PK_NODE_WRONG_KIND, 10, 18, NULL},
	{HEAD RULE "  when: {A: {begins with: b}}\n", PK_UNKNOWN_OPERATOR, 10, 14,
		"write 'begin with'"},
	{HEAD RULE "  when: {A: {endswith: b}}\n", PK_UNKNOWN_OPERATOR, 10, 14, "write 'end with'"},
	{HEAD RULE "  when: {A: {regex: b}}\n", PK_UNKNOWN_OPERATOR, 10, 14, NULL},
	{HEAD RULE "  when: {A: {contains any: [b, 'c;d']}}\n", PK_BAD_TOKEN, 10, 32, NULL},
	{HEAD RULE "  when: {A: {contains all: [b, '']}}\n", PK_BAD_TOKEN, 10, 32, NULL},
	/* Variables. */
	{HEAD "variables: {office: x}\n" RULE "  when: {A: 'x ${offce} y'}\n", PK_UNKNOWN_VARIABLE,
		11, 16, "write '${office}'"},
	{HEAD RULE "  when: {A: 'x ${y'}\n", PK_BAD_REFERENCE, 10, 13, NULL},
	{HEAD RULE "  when: {A: 'x ${} y'}\n", PK_BAD_REFERENCE, 10, 13, NULL},
	{HEAD "variables: {a: 'x${b}', b: '${a}'}\n", PK_VARIABLE_CYCLE, 6, 29, NULL},
	{HEAD "lists: {a: ['${b}'], b: ['${a}']}\n", PK_VARIABLE_CYCLE, 6, 27, NULL},
	{HEAD "lists: {l: [a]}\n" RULE "  when: {A: 'x${l}'}\n", PK_LIST_IN_TEXT, 11, 15, NULL},
	{HEAD "variables: {l: a}\nlists: {l: [a]}\n", PK_DUPLICATE_NAME, 7, 9, NULL},
	{HEAD "variables: {L: a}\n", PK_BAD_ID, 6, 13, NULL},
	{HEAD "variables: {l: [a]}\n", PK_NODE_WRONG_KIND, 6, 16, NULL},
	{HEAD "lists: {l: a}\n", PK_NODE_WRONG_KIND, 6, 12, NULL},
	/* Tests. */
	{HEAD RULE "  when: {A: b}\n  tests: [{}]\n", PK_BAD_TEST, 11, 11, NULL},
	{HEAD RULE "  when: {A: b}\n  tests: [{logged: {A: b}, dropped: {A: b}}]\n", PK_BAD_TEST,
		11, 11, NULL},
	{HEAD RULE "  when: {A: b}\n  tests: [{dropped: {A: b}, rule_name: x}]\n", PK_BAD_TEST, 11,
		40, NULL},
	{HEAD RULE "  when: {A: b}\n  tests: [{logged: {A: b}, event_id: 0}]\n", PK_BAD_TEST, 11,
		38, NULL},
	/* Groups. */
	{HEAD "groups: [{id: g, event: E, onmatch: include, rules: []}]\n", PK_MISSING_KEY, 6, 11,
		"add 'relation'"},
	{HEAD "groups: [{id: g, event: E, onmatch: includes, relation: or, rules: []}]\n",
		PK_UNKNOWN_WORD, 6, 37, "write 'include'"},
	{HEAD "groups: [{id: g, event: E, onmatch: include, relation: or, rules: [\n"
	      "  {id: r, when: {A: b, C: d}}]}]\n",
		PK_BAD_WHEN, 7, 17, NULL},
	{HEAD "groups: [{id: g, event: E, onmatch: include, relation: or, rules: [\n"
	      "  {id: r, when: {A: {is: [a, b]}}}]}]\n",
		PK_BAD_WHEN, 7, 26, NULL},
	{HEAD "groups: [{id: g, event: E, onmatch: include, relation: or, rules: [\n"
	      "  {id: r, when: {all: [{any: [{A: b}]}]}}]}]\n",
		PK_BAD_WHEN, 7, 24, NULL},
	{HEAD "groups: [{id: g, event: E, onmatch: include, relation: or, rules: [\n"
	      "  {id: r, when: {A: b}, targets: [sysmon]}]}]\n",
		PK_UNKNOWN_KEY, 7, 25, NULL},
	/* Settings and collect. */
	{HEAD "collect: {DriverLoad: al}\n", PK_UNKNOWN_WORD, 6, 23, "write 'all'"},
	{HEAD "settings: {sysmon: {hash_algorithms: [SHA257]}}\n", PK_UNKNOWN_WORD, 6, 39,
		"write 'SHA256'"},
	{HEAD "settings: {sysmon: {hash_algorithms: []}}\n", PK_BAD_SETTING, 6, 38, NULL},
	{HEAD "settings: {sysmon: {field_sizes: {A: 0}}}\n", PK_BAD_SETTING, 6, 38, NULL},
	{HEAD "settings: {sysmon: {dns_lookups: true}}\n", PK_UNKNOWN_KEY, 6, 21,
		"write 'dns_lookup'"},
	{HEAD "settings: {deployment: {event_log_size: 1GB}}\n", PK_BAD_SETTING, 6, 41, NULL},
	{HEAD "settings: {deployment: {driver_name: SysmonDriver}}\n", PK_BAD_SETTING, 6, 38, NULL},
	{HEAD "settings: {monster: {core: [1]}}\n", PK_NODE_WRONG_KIND, 6, 28, NULL},
	/* Patches and profiles. */
	{HEAD RULE "  when: {A: b}\npatch: [{rule: rr, enable: true}]\n", PK_UNKNOWN_PATCHED_RULE,
		11, 16, NULL},
	{HEAD RULE "  when: {A: b}\npatch: [{rule: r}]\n", PK_BAD_PATCH, 11, 9, NULL},
	{HEAD RULE "  when: {A: b}\npatch: [{rule: r, disable: true}]\n", PK_BAD_PATCH, 11, 9,
		"add 'reason'"},
	{HEAD RULE "  when: {A: b}\npatch: [{rule: r, enable: false}]\n", PK_BAD_PATCH, 11, 27,
		NULL},
	{HEAD RULE "  when: {A: b}\npatch: [{rule: r, set: {event: E}}]\n", PK_UNKNOWN_KEY, 11, 25,
		NULL},
	{HEAD "profiles: {p: {rules: []}}\n", PK_UNKNOWN_KEY, 6, 16, NULL},
	{HEAD "profiles: {p: {collect: {A: x}}}\n", PK_UNKNOWN_WORD, 6, 29, NULL},
	{HEAD "profiles: {P: {}}\n", PK_BAD_ID, 6, 12, NULL},
	/* References to other files. */
	{HEAD "extends: [no-such-set-at-all]\n", PK_UNKNOWN_RULESET, 6, 11, NULL},
	{HEAD "extends: [./no-such-file.yaml]\n", PK_LAYER_FILE_MISSING, 6, 11, NULL},
	{HEAD "extends: [base@new]\n", PK_BAD_REQUIREMENT, 6, 11, NULL},
	{HEAD "include: [no-such-file.yaml]\n", PK_LAYER_FILE_MISSING, 6, 11, NULL},
	/* Projects. */
	{"picket: 1\nproject: {id: p}\n", PK_MISSING_KEY, 1, 1, "add 'rulesets'"},
	{"picket: 1\nproject: {id: p}\nrulesets: []\n", PK_EMPTY_VALUE, 3, 11, NULL},
	{"picket: 1\nproject: {id: p}\nruleset: [x]\nrulesets: [./no-such-file.yaml]\n",
		PK_UNKNOWN_KEY, 3, 1, "write 'rulesets'"},
};

/* True if the first finding is the wanted one; else says what came. */
static bool check_row(size_t row)
{
	const struct wrong *wrong = &wrongs[row];
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_source *source =
		pk_source_make(arena, "/no-such-folder/test", wrong->text, strlen(wrong->text));
	if (pk_policy_read_source(arena, source, NULL, &diags) != NULL) {
		print_error("row %zu is accepted\n", row);
		return false;
	}

	const struct pk_diag *diag = &diags.all.items[0];
	const char *hint = diag->hint == NULL ? "" : diag->hint;
	struct pk_place place = pk_source_place(source, diag->span.begin);
	if (diag->code == wrong->code && place.line == wrong->line &&
		place.column == wrong->column &&
		(wrong->hint == NULL || strcmp(hint, wrong->hint) == 0))
		return true;
	print_error("row %zu: %u:%u: %s [%s] %s\n", row, place.line, place.column, diag->message,
		pk_code_info(diag->code)->id, hint);
	return false;
}

static void errors_are_reported(void **state)
{
	(void)state;
	size_t failed = 0;
	for (size_t row = 0; row < sizeof(wrongs) / sizeof(wrongs[0]); row++)
		failed += !check_row(row);
	assert_int_equal(failed, 0);
}

static void every_problem_of_a_file_is_reported(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_source *source = source_from_text(arena,
		"picket: 1\n"
		"ruleset: {id: T, version: 1, title: T}\n"
		"rules:\n"
		"- {id: a, title: A, event: E, when: {A: {contain: x}}}\n"
		"- {id: b, event: E, when: {A: '${x}'}}\n"
		"patch: [{rule: c, enable: true}]\n");

	assert_null(pk_policy_read_source(arena, source, NULL, &diags));
	static const enum pk_code codes[] = {PK_BAD_ID, PK_BAD_RULESET_VERSION, PK_UNKNOWN_OPERATOR,
		PK_MISSING_KEY, PK_UNKNOWN_VARIABLE, PK_UNKNOWN_PATCHED_RULE};
	assert_int_equal(diags.all.len, sizeof(codes) / sizeof(codes[0]));
	for (size_t i = 0; i < diags.all.len; i++) {
		bool found = false;
		for (size_t k = 0; k < diags.all.len; k++)
			found |= diags.all.items[k].code == codes[i];
		assert_true(found);
	}
}

static void duplicate_rule_id_shows_the_first(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_source *source = source_from_text(
		arena, HEAD RULE "  when: {A: b}\n- {id: r, title: S, event: E, when: {A: b}}\n");

	assert_null(pk_policy_read_source(arena, source, NULL, &diags));
	assert_one_finding(&diags, PK_DUPLICATE_RULE_ID, 11, 8);
	assert_place(diags.all.items[0].related.items[0].span, 7, 7);
}

static void variable_cycle_names_the_chain(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_source *source =
		source_from_text(arena, HEAD "variables: {a: '${b}', b: '${c}', c: '${a}'}\n");

	assert_null(pk_policy_read_source(arena, source, NULL, &diags));
	assert_one_finding(&diags, PK_VARIABLE_CYCLE, 6, 39);
	assert_non_null(strstr(diags.all.items[0].message, "a -> b -> c -> a"));
	assert_int_equal(diags.all.items[0].related.len, 3);
}

static void variables_that_double_stop_at_the_limit(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	const char *text = HEAD "variables:\n  v0: xxxxxxxxxxxxxxxx\n";
	for (int i = 1; i < 30; i++)
		text = pk_arena_printf(arena, "%s  v%d: '${v%d}${v%d}'\n", text, i, i - 1, i - 1);

	assert_null(pk_policy_read_source(arena, source_from_text(arena, text), NULL, &diags));
	assert_one_finding(&diags, PK_VARIABLE_TOO_LARGE, 20, 8);
}

static void deep_variables_stop_at_the_limit(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	const char *text = HEAD "variables:\n";
	for (int i = 0; i < 100; i++)
		text = pk_arena_printf(arena, "%s  v%d: '${v%d}'\n", text, i, i + 1);
	text = pk_arena_printf(arena, "%s  v100: end\n", text);

	assert_null(pk_policy_read_source(arena, source_from_text(arena, text), NULL, &diags));
	assert_int_equal(diags.all.items[0].code, PK_VARIABLE_TOO_LARGE);
}

static void a_condition_has_at_most_10000_values(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_buf text = {0};
	pk_buf_puts(&text, HEAD "lists:\n  l: [a");
	for (int i = 0; i < 5000; i++)
		pk_buf_puts(&text, ",a");
	pk_buf_puts(&text, "]\n" RULE "  when: {A: ['${l}', '${l}']}\n");

	struct pk_source *source = source_from_text(arena, text.data);
	assert_null(pk_policy_read_source(arena, source, NULL, &diags));
	assert_one_finding(&diags, PK_TOO_MANY_VALUES, 12, 22);
	pk_buf_finish(&text);
}

static void another_release_of_attack_is_a_warning(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_source *source = source_from_text(arena, HEAD "  attack: \"18.0\"\n");

	assert_non_null(pk_policy_read_source(arena, source, NULL, &diags));
	assert_one_finding(&diags, PK_ATTACK_RELEASE, 6, 11);
	assert_int_equal(diags.errors, 0);
}

static void an_unknown_release_of_attack_is_an_error(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_source *source = source_from_text(arena, HEAD "  attack: \"9.9\"\n");

	assert_null(pk_policy_read_source(arena, source, NULL, &diags));
	assert_one_finding(&diags, PK_UNKNOWN_ATTACK_RELEASE, 6, 11);
}

/* The ids of a ruleset that says which release it is of; how many findings they get. */
static size_t count_technique_findings(const char *release, const char *id)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_source *source = source_from_text(arena,
		pk_arena_printf(
			arena, HEAD "  attack: \"%s\"\n" RULE "  attack: [%s]\n", release, id));
	size_t count = 0;

	pk_policy_read_source(arena, source, NULL, &diags);
	for (size_t i = 0; i < diags.all.len; i++)
		count += diags.all.items[i].code >= PK_MALFORMED_TECHNIQUE &&
			diags.all.items[i].code <= PK_DIVIDED_TECHNIQUE;
	return count;
}

static void ids_are_judged_by_the_release_of_the_ruleset(void **state)
{
	(void)state;
	assert_int_equal(count_technique_findings("19.2", "T1562.001"), 1);
	assert_int_equal(count_technique_findings("18.1", "T1562.001"), 0);
	assert_int_equal(count_technique_findings("18.1", "T1685"), 1);
	assert_int_equal(count_technique_findings("14.1", "T1562.001"), 0);
	assert_int_equal(count_technique_findings("6.3", "T1562.001"), 1);
	assert_int_equal(count_technique_findings("6.3", "T1086"), 0);
	assert_int_equal(count_technique_findings("19.2", "T1562"), 1);
}

static void expired_exclude_is_a_warning_from_the_day_after(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	const char *text = HEAD RULE "  action: exclude\n"
				     "  owner: o\n"
				     "  reason: r\n"
				     "  when: {A: b}\n"
				     "  expires: 2026-06-30\n";

	struct pk_policy_options options = {.today = "2026-06-30"};
	assert_non_null(
		pk_policy_read_source(arena, source_from_text(arena, text), &options, &diags));
	assert_int_equal(diags.all.len, 0);
	options.today = "2026-07-01";
	assert_non_null(
		pk_policy_read_source(arena, source_from_text(arena, text), &options, &diags));
	assert_one_finding(&diags, PK_EXPIRED_RULE, 14, 12);
	assert_int_equal(diags.errors, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_are_reported),
		cmocka_unit_test(every_problem_of_a_file_is_reported),
		cmocka_unit_test(duplicate_rule_id_shows_the_first),
		cmocka_unit_test(variable_cycle_names_the_chain),
		cmocka_unit_test(variables_that_double_stop_at_the_limit),
		cmocka_unit_test(deep_variables_stop_at_the_limit),
		cmocka_unit_test(a_condition_has_at_most_10000_values),
		cmocka_unit_test(another_release_of_attack_is_a_warning),
		cmocka_unit_test(an_unknown_release_of_attack_is_an_error),
		cmocka_unit_test(ids_are_judged_by_the_release_of_the_ruleset),
		cmocka_unit_test(expired_exclude_is_a_warning_from_the_day_after),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
