/* Findings on what rules mean together, codes PK1001 to PK1010. */
#include "tests/unit/sysmon_fixture.h"

#include <stdlib.h>

#include "base/file.h"
#include "generators/meaning/lint.h"
#include "generators/sysmon/judge.h"
#include "generators/sysmon/sysmon_convert.h"

/* Line 2 is the first filter. */
#define ELEMENT(tag, onmatch, text)                                                                \
	"<RuleGroup groupRelation=\"or\"><" tag " onmatch=\"" onmatch "\">\n" text "\n</" tag      \
	"></RuleGroup>"
#define INCLUDE(text) ELEMENT("ProcessCreate", "include", text)
#define EXCLUDE(text) ELEMENT("ProcessCreate", "exclude", text)
#define CONFIG(text)                                                                               \
	"<Sysmon schemaversion=\"4.90\"><EventFiltering>" text "</EventFiltering></Sysmon>"

static struct pk_sysmon *judge(struct sysmon_fixture *fixture, const char *text)
{
	struct pk_diags quiet = {.arena = fixture->arena};
	struct pk_sysmon *sysmon = pk_sysmon_judge(
		source_from_text(fixture->arena, text), &fixture->options, false, &quiet);
	assert_false(sysmon->rejected);
	return sysmon;
}

static void lint(struct sysmon_fixture *fixture, const char *text)
{
	pk_sysmon_lint(judge(fixture, text), &fixture->diags);
	for (size_t i = 0; i < fixture->diags.all.len; i++)
		print_message("%s\n", fixture->diags.all.items[i].message);
}

static void assert_nothing(struct sysmon_fixture *fixture, const char *text)
{
	lint(fixture, text);
	assert_int_equal(fixture->diags.all.len, 0);
}

static const char *message(const struct sysmon_fixture *fixture)
{
	return fixture->diags.all.items[0].message;
}

/* --- rules that match nothing --- */

static void contradicting_conditions_match_nothing(void **state)
{
	struct sysmon_fixture *fixture = *state;
	lint(fixture,
		CONFIG(INCLUDE("<Rule groupRelation=\"and\">"
			       "<Image condition=\"is\">C:\\a\\b.exe</Image>"
			       "<Image condition=\"end with\">\\c.exe</Image></Rule>")));
	assert_one_finding(&fixture->diags, PK_IMPOSSIBLE_RULE, 2, 1);
}

static void a_positive_and_its_negative_match_nothing(void **state)
{
	struct sysmon_fixture *fixture = *state;
	lint(fixture,
		CONFIG(INCLUDE("<Rule groupRelation=\"and\">"
			       "<Image condition=\"contains\">\\tools\\x</Image>"
			       "<Image condition=\"excludes\">\\tools\\</Image></Rule>")));
	assert_one_finding(&fixture->diags, PK_IMPOSSIBLE_RULE, 2, 1);
}

static void conditions_that_can_hold_together_are_no_finding(void **state)
{
	assert_nothing(*state,
		CONFIG(INCLUDE("<Rule groupRelation=\"and\">"
			       "<Image condition=\"end with\">\\fltmc.exe</Image>"
			       "<CommandLine condition=\"contains\">unload</CommandLine>"
			       "<CommandLine condition=\"excludes\">detach</CommandLine></Rule>")));
}

static void what_the_checks_have_said_is_not_said_again(void **state)
{
	struct sysmon_fixture *fixture = *state;
	struct pk_source *source = source_from_text(fixture->arena,
		CONFIG(INCLUDE("<Rule groupRelation=\"and\">"
			       "<Image condition=\"is\">C:\\a.exe</Image>"
			       "<Image condition=\"is\">C:\\b.exe</Image></Rule>")));
	struct pk_sysmon *sysmon =
		pk_sysmon_judge(source, &fixture->options, true, &fixture->diags);
	size_t found = fixture->diags.all.len;
	pk_sysmon_lint(sysmon, &fixture->diags);
	assert_int_equal(fixture->diags.all.len, found);
}

/* --- includes and excludes --- */

static void an_include_inside_an_exclude_logs_nothing(void **state)
{
	struct sysmon_fixture *fixture = *state;
	lint(fixture,
		CONFIG(INCLUDE("<CommandLine condition=\"contains\">vssadmin delete</CommandLine>")
				ELEMENT("ProcessCreate", "exclude",
					"<CommandLine condition=\"contains any\">vssadmin;"
					"wbengine</CommandLine>")));
	assert_true(fixture->diags.all.len >= 1);
	assert_int_equal(fixture->diags.all.items[fixture->diags.all.len - 1].code, PK_EATEN_RULE);
	assert_place(fixture->diags.all.items[fixture->diags.all.len - 1].span, 2, 1);
}

static void an_include_whose_values_are_all_excluded_one_by_one_logs_nothing(void **state)
{
	struct sysmon_fixture *fixture = *state;
	lint(fixture,
		CONFIG(ELEMENT("DnsQuery", "include",
			"<QueryName condition=\"is any\">a.example;b.example</QueryName>")
				ELEMENT("DnsQuery", "exclude",
					"<QueryName condition=\"is\">a.example</QueryName>\n"
					"<QueryName condition=\"is\">b.example</QueryName>")));
	assert_one_finding(&fixture->diags, PK_EATEN_RULE, 2, 1);
}

static void a_value_that_is_excluded_is_named(void **state)
{
	struct sysmon_fixture *fixture = *state;
	lint(fixture,
		CONFIG(ELEMENT("DnsQuery", "include",
			"<QueryName condition=\"is any\">a.example;b.example</QueryName>")
				ELEMENT("DnsQuery", "exclude",
					"<QueryName condition=\"is\">b.example</QueryName>")));
	assert_int_equal(fixture->diags.all.len, 1);
	assert_int_equal(fixture->diags.all.items[0].code, PK_EATEN_VALUE);
	assert_non_null(strstr(message(fixture), "'b.example'"));
}

static void an_exclude_that_cuts_a_part_out_is_no_finding(void **state)
{
	assert_nothing(*state,
		CONFIG(ELEMENT("DnsQuery", "include",
			"<QueryName condition=\"end with\">.example</QueryName>")
				ELEMENT("DnsQuery", "exclude",
					"<QueryName condition=\"is\">b.example</QueryName>")));
}

static void an_exclude_of_what_nothing_includes_drops_nothing(void **state)
{
	struct sysmon_fixture *fixture = *state;
	lint(fixture,
		CONFIG(ELEMENT(
			"DnsQuery", "exclude", "<QueryName condition=\"is\">a.example</QueryName>")
				ELEMENT("DnsQuery", "include",
					"<QueryName condition=\"is any\">b.example;"
					"c.example</QueryName>")));
	assert_one_finding(&fixture->diags, PK_POINTLESS_EXCLUDE, 2, 1);
}

/* --- rules of one side --- */

static void a_narrower_rule_with_the_same_name_is_redundant(void **state)
{
	struct sysmon_fixture *fixture = *state;
	lint(fixture,
		CONFIG(INCLUDE("<Image name=\"x\" condition=\"end with\">\\psexec.exe</Image>\n"
			       "<Image name=\"x\" condition=\"image\">psexec.exe</Image>\n"
			       "<Image name=\"x\" condition=\"contains\">psexec</Image>")));
	assert_int_equal(fixture->diags.all.len, 2);
	assert_int_equal(fixture->diags.all.items[0].code, PK_REDUNDANT_RULE);
	assert_place(fixture->diags.all.items[0].span, 2, 1);
	assert_int_equal(fixture->diags.all.items[1].code, PK_REDUNDANT_RULE);
	assert_place(fixture->diags.all.items[1].span, 3, 1);
}

static void a_narrower_rule_with_a_name_of_its_own_is_no_finding(void **state)
{
	assert_nothing(*state,
		CONFIG(INCLUDE("<Image name=\"x\" condition=\"end with\">\\psexec.exe</Image>\n"
			       "<Image name=\"y\" condition=\"contains\">psexec</Image>")));
}

static void a_rule_is_not_redundant_if_another_would_name_its_events(void **state)
{
	assert_nothing(*state,
		CONFIG(INCLUDE(
			"<Image name=\"x\" condition=\"end with\">\\psexec.exe</Image>\n"
			"<CommandLine name=\"y\" condition=\"contains\">\\\\srv</CommandLine>\n"
			"<Image name=\"x\" condition=\"contains\">psexec</Image>")));
}

static void equal_rules_are_told_once_at_the_later(void **state)
{
	struct sysmon_fixture *fixture = *state;
	lint(fixture,
		CONFIG(INCLUDE("<Rule groupRelation=\"and\">"
			       "<Image condition=\"image\">net.exe</Image>"
			       "<CommandLine condition=\"contains all\">user;/add</CommandLine>"
			       "</Rule>\n<Rule groupRelation=\"and\">"
			       "<CommandLine condition=\"contains all\">/ADD;user</CommandLine>"
			       "<Image condition=\"image\">NET.exe</Image></Rule>")));
	assert_one_finding(&fixture->diags, PK_EQUAL_RULE, 3, 1);
}

static void a_later_rule_inside_an_earlier_one_loses_its_name(void **state)
{
	struct sysmon_fixture *fixture = *state;
	lint(fixture,
		CONFIG(INCLUDE("<OriginalFileName name=\"wide\" condition=\"is\">fltMC.exe"
			       "</OriginalFileName>\n"
			       "<Rule name=\"narrow\" groupRelation=\"and\">"
			       "<OriginalFileName condition=\"is\">fltMC.exe</OriginalFileName>"
			       "<CommandLine condition=\"contains\">unload</CommandLine>"
			       "</Rule>")));
	assert_one_finding(&fixture->diags, PK_LABEL_STOLEN, 3, 1);
	assert_non_null(strstr(message(fixture), "'narrow'"));
	assert_non_null(strstr(message(fixture), "'wide'"));
}

static void the_element_that_stands_last_is_asked_first(void **state)
{
	struct sysmon_fixture *fixture = *state;
	lint(fixture,
		CONFIG(INCLUDE("<Image name=\"narrow\" condition=\"end with\">\\at.exe</Image>")
				INCLUDE("<Image name=\"wide\" "
					"condition=\"contains\">\\at.</Image>")));
	assert_one_finding(&fixture->diags, PK_LABEL_STOLEN, 2, 1);
}

static void a_value_that_another_one_covers_is_named(void **state)
{
	struct sysmon_fixture *fixture = *state;
	lint(fixture,
		CONFIG(INCLUDE("<CommandLine condition=\"contains any\">procdump;"
			       "procdump64;mimikatz</CommandLine>")));
	assert_int_equal(fixture->diags.all.len, 1);
	assert_int_equal(fixture->diags.all.items[0].code, PK_COVERED_VALUE);
	assert_non_null(strstr(message(fixture), "'procdump64'"));
}

static void a_rule_on_several_event_ids_is_told_once(void **state)
{
	struct sysmon_fixture *fixture = *state;
	lint(fixture,
		CONFIG(ELEMENT("RegistryEvent", "include",
			"<TargetObject condition=\"contains\">\\Run\\</TargetObject>\n"
			"<TargetObject condition=\"contains\">\\Run</TargetObject>\n"
			"<Rule groupRelation=\"and\">"
			"<TargetObject condition=\"end with\">\\Run</TargetObject>"
			"<Details condition=\"contains\">.exe</Details></Rule>")));
	assert_int_equal(fixture->diags.all.len, 2);
	assert_int_equal(fixture->diags.all.items[0].code, PK_REDUNDANT_RULE);
	assert_place(fixture->diags.all.items[0].span, 2, 1);
	assert_int_equal(fixture->diags.all.items[1].code, PK_REDUNDANT_RULE);
	assert_place(fixture->diags.all.items[1].span, 4, 1);
}

static void an_and_group_is_one_rule(void **state)
{
	struct sysmon_fixture *fixture = *state;
	lint(fixture,
		CONFIG("<RuleGroup groupRelation=\"and\"><ProcessCreate onmatch=\"include\">\n"
		       "<Image condition=\"image\">a.exe</Image>\n"
		       "<CommandLine condition=\"contains\">-x</CommandLine>\n"
		       "</ProcessCreate></RuleGroup>" INCLUDE(
			       "<Image condition=\"image\">a.exe</Image>")));
	assert_one_finding(&fixture->diags, PK_REDUNDANT_RULE, 2, 1);
}

static void a_filter_of_an_and_group_is_not_told_alone(void **state)
{
	assert_nothing(*state,
		CONFIG("<RuleGroup groupRelation=\"and\"><ProcessCreate onmatch=\"include\">"
		       "<Image condition=\"image\">a.exe</Image>"
		       "<CommandLine condition=\"contains\">-x</CommandLine>"
		       "</ProcessCreate></RuleGroup>" INCLUDE(
			       "<Rule groupRelation=\"and\">"
			       "<Image condition=\"image\">a.exe</Image>"
			       "<CommandLine condition=\"contains\">-y</CommandLine></Rule>")));
}

/* --- texts that are too common --- */

static void a_short_word_that_is_part_of_common_words_is_too_broad(void **state)
{
	struct sysmon_fixture *fixture = *state;
	lint(fixture,
		CONFIG(INCLUDE("<CommandLine condition=\"contains any\">ls;dir</CommandLine>")));
	assert_int_equal(fixture->diags.all.len, 1);
	assert_int_equal(fixture->diags.all.items[0].code, PK_BROAD_VALUE);
	assert_non_null(strstr(message(fixture), "'ls'"));
}

static void a_short_word_beside_another_condition_is_no_finding(void **state)
{
	assert_nothing(*state,
		CONFIG(INCLUDE("<Rule groupRelation=\"and\">"
			       "<Image condition=\"image\">bash.exe</Image>"
			       "<CommandLine condition=\"contains any\">ls;dir</CommandLine>"
			       "</Rule>")));
}

static void a_short_word_with_its_surroundings_is_no_finding(void **state)
{
	assert_nothing(*state,
		CONFIG(INCLUDE(
			"<CommandLine condition=\"contains any\"> ls ; dir </CommandLine>")));
}

/* --- excludes to hide behind --- */

static void an_exclude_by_name_only_can_be_reached(void **state)
{
	struct sysmon_fixture *fixture = *state;
	lint(fixture, CONFIG(EXCLUDE("<Image condition=\"image\">splunkd.exe</Image>")));
	assert_one_finding(&fixture->diags, PK_REACHABLE_EXCLUDE, 2, 1);
	assert_int_equal(fixture->diags.all.items[0].severity, PK_WARNING);
	assert_non_null(strstr(message(fixture), "splunkd.exe'"));
}

static void an_exclude_by_part_of_a_path_can_be_reached(void **state)
{
	struct sysmon_fixture *fixture = *state;
	lint(fixture,
		CONFIG(INCLUDE("<CommandLine condition=\"contains\">mimikatz</CommandLine>")
				EXCLUDE("<Image condition=\"contains\">\\Splunk\\bin\\</Image>")));
	assert_int_equal(fixture->diags.all.len, 1);
	assert_int_equal(fixture->diags.all.items[0].code, PK_REACHABLE_EXCLUDE);
	assert_int_equal(fixture->diags.all.items[0].related.len, 1);
	assert_non_null(strstr(message(fixture), "mimikatz"));
}

static void an_exclude_of_a_command_line_is_a_note(void **state)
{
	struct sysmon_fixture *fixture = *state;
	lint(fixture,
		CONFIG(EXCLUDE("<CommandLine condition=\"begin with\">svchost -k</CommandLine>")));
	assert_one_finding(&fixture->diags, PK_REACHABLE_EXCLUDE, 2, 1);
	assert_int_equal(fixture->diags.all.items[0].severity, PK_NOTE);
}

static void an_exclude_of_a_protected_path_is_no_finding(void **state)
{
	assert_nothing(*state,
		CONFIG(EXCLUDE("<Image condition=\"is\">C:\\Program Files\\a\\b.exe</Image>")));
}

static void an_exclude_that_also_wants_a_user_is_no_finding(void **state)
{
	assert_nothing(*state,
		CONFIG(EXCLUDE("<Rule groupRelation=\"and\">"
			       "<Image condition=\"image\">b.exe</Image>"
			       "<User condition=\"is\">NT AUTHORITY\\SYSTEM</User></Rule>")));
}

static void an_exclude_under_a_folder_of_a_product_is_no_finding(void **state)
{
	assert_nothing(*state,
		CONFIG(EXCLUDE(
			"<Image condition=\"begin with\">C:\\ProgramData\\Microsoft\\Windows "
			"Defender\\Platform\\</Image>")));
}

/* --- the law: without a rule that is told to do nothing all is as before --- */

/* Takes out the filter, or Rule, in which the finding begins; false if there is none. */
static bool take_out(struct pk_sysmon *sysmon, const struct pk_diag *diag)
{
	for (size_t e = 0; e < sysmon->elements.len; e++) {
		struct pk_element *element = &sysmon->elements.items[e];
		for (size_t t = 0; t < element->terms.len; t++) {
			struct pk_term *term = &element->terms.items[t];
			struct pk_span span = term->is_rule ? term->span : term->filter.span;
			if (span.begin == diag->span.begin) {
				memmove(term, term + 1,
					(element->terms.len - t - 1) * sizeof(*term));
				element->terms.len--;
				return true;
			}
			for (size_t f = 0; f < term->filters.len; f++) {
				struct pk_filter *filter = &term->filters.items[f];
				if (filter->span.begin != diag->span.begin)
					continue;
				memmove(filter, filter + 1,
					(term->filters.len - f - 1) * sizeof(*filter));
				term->filters.len--;
				return true;
			}
		}
	}
	return false;
}

static struct pk_engine *make_engine(struct sysmon_fixture *fixture, struct pk_sysmon *sysmon)
{
	struct pk_diags quiet = {.arena = fixture->arena};
	uint32_t *ids = PK_NEW_ARRAY(fixture->arena, uint32_t, sysmon->elements.len + 1);
	pk_sysmon_convert(sysmon, NULL, ids, &quiet);
	return pk_engine_make(fixture->arena, sysmon, ids);
}

static const char law_config[] = CONFIG(
	INCLUDE("<Image name=\"a\" condition=\"end with\">ab</Image>\n"
		"<Image name=\"a\" condition=\"contains\">b</Image>\n"
		"<CommandLine name=\"b\" condition=\"contains any\">ba;ca</CommandLine>\n"
		"<CommandLine name=\"c\" condition=\"contains\">aba</CommandLine>\n"
		"<Rule name=\"b\" groupRelation=\"and\"><CommandLine condition=\"begin with\">ca"
		"</CommandLine><Image condition=\"contains\">c</Image></Rule>\n"
		"<CommandLine name=\"d\" condition=\"end with\">ccb</CommandLine>\n"
		"<CommandLine name=\"e\" condition=\"contains\">cb</CommandLine>")
		EXCLUDE("<Image condition=\"is\">acb</Image>\n"
			"<Image condition=\"contains\">ac</Image>\n"
			"<CommandLine condition=\"contains\">ccb</CommandLine>"));

/* The texts of up to four letters of abc, by number. */
static void make_text(char *out, unsigned number)
{
	size_t len = 0;
	for (; number > 0; number = (number - 1) / 3)
		out[len++] = (char)('a' + (number - 1) % 3);
	out[len] = '\0';
}

enum { LAW_TEXTS = 121 };

static void assert_same_decisions(
	const struct pk_engine *a, const struct pk_engine *b, const struct pk_event *info)
{
	char image[8];
	char command[8];
	struct pk_engine_event event = {.id = 1};
	event.values[pk_event_field(info, "Image")] = image;
	event.values[pk_event_field(info, "CommandLine")] = command;
	for (unsigned i = 0; i < LAW_TEXTS * LAW_TEXTS; i++) {
		make_text(image, i / LAW_TEXTS);
		make_text(command, i % LAW_TEXTS);
		struct pk_decision before = pk_engine_decide(a, &event);
		struct pk_decision after = pk_engine_decide(b, &event);
		if (before.logged != after.logged)
			print_error("Image '%s' CommandLine '%s'\n", image, command);
		assert_int_equal(before.logged, after.logged);
		if (before.logged)
			assert_string_equal(before.rule_name, after.rule_name);
	}
}

static void without_rules_that_do_nothing_all_is_as_before(void **state)
{
	struct sysmon_fixture *fixture = *state;
	struct pk_sysmon *whole = judge(fixture, law_config);
	pk_sysmon_lint(whole, &fixture->diags);
	size_t taken = 0;
	for (size_t i = 0; i < fixture->diags.all.len; i++) {
		const struct pk_diag *diag = &fixture->diags.all.items[i];
		if (diag->code < PK_IMPOSSIBLE_RULE || diag->code > PK_LABEL_STOLEN)
			continue;
		struct pk_sysmon *less = judge(fixture, law_config);
		assert_true(take_out(less, diag));
		assert_same_decisions(make_engine(fixture, whole), make_engine(fixture, less),
			pk_schema_find_id(whole->parser, 1));
		taken++;
	}
	/* Lines 2, 5, 6 and 7 of the includes, line 2 of the excludes. */
	assert_int_equal(taken, 5);
}

/* --- the same on configurations that people use --- */

struct public_config {
	const char *path;
	size_t least; /* rules that are told to do nothing, at least */
	size_t events;
};

static const struct public_config public_configs[] = {
	{"microsoft+SysmonCommon/UnitTests/data/sysmonconfig-export-omega.xml", 500, 2000},
	{"olafhartong+sysmon-modular/sysmonconfig.xml", 90, 20000},
	{"splunk+attack_range/configs/SwiftOnSecurity.xml", 5, 5000},
};

/* A text of some condition on the field, by chance with something before or behind it. */
static const char *random_text(struct sysmon_fixture *fixture, const struct pk_sysmon *sysmon,
	const struct pk_event *info, size_t field, uint64_t *seed)
{
	for (unsigned tries = 0; tries < 64; tries++) {
		*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
		const struct pk_element *element =
			&sysmon->elements.items[(*seed >> 33) % sysmon->elements.len];
		if (element->terms.len == 0 || strcmp(element->tag, info->tag) != 0)
			continue;
		const struct pk_term *term =
			&element->terms.items[(*seed >> 20) % element->terms.len];
		const struct pk_filter *filter = &term->filter;
		if (term->is_rule && term->filters.len > 0)
			filter = &term->filters.items[(*seed >> 11) % term->filters.len];
		if (filter->field == NULL || strcmp(filter->field, info->fields[field]) != 0)
			continue;
		const char *text = filter->value;
		size_t skipped = (*seed >> 40) % 3 == 0 ? strcspn(text, ";") : 0;
		text += text[skipped] == ';' ? skipped + 1 : 0;
		return pk_arena_printf(fixture->arena, "%s%.*s%s", (*seed >> 50) % 2 ? "C:\\x" : "",
			(int)strcspn(text, ";"), text, (*seed >> 51) % 2 ? "\\y" : "");
	}
	return NULL;
}

static void assert_same_on_random_events(struct sysmon_fixture *fixture, struct pk_sysmon *sysmon,
	const struct pk_engine *before, const struct pk_engine *after, size_t events)
{
	uint64_t seed = 42;
	size_t logged = 0;
	for (size_t i = 0; i < events; i++) {
		seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
		const struct pk_event *info =
			&sysmon->parser->events.items[(seed >> 33) % sysmon->parser->events.len];
		struct pk_engine_event event = {.id = info->id};
		if (info->tag == NULL)
			continue;
		for (size_t f = 0; f < info->field_count; f++)
			event.values[f] = random_text(fixture, sysmon, info, f, &seed);
		struct pk_decision a = pk_engine_decide(before, &event);
		struct pk_decision b = pk_engine_decide(after, &event);
		assert_int_equal(a.logged, b.logged);
		logged += a.logged;
		if (a.logged && a.rule_name != NULL)
			assert_string_equal(a.rule_name, b.rule_name == NULL ? "" : b.rule_name);
	}
	assert_true(logged > events / 8);
}

static void check_public(
	struct sysmon_fixture *fixture, const struct public_config *config, const char *path)
{
	struct pk_source *source = pk_file_read(fixture->arena, path, 0, &fixture->diags);
	struct pk_sysmon *whole =
		pk_sysmon_judge(source, &fixture->options, false, &fixture->diags);
	struct pk_sysmon *less = pk_sysmon_judge(source, &fixture->options, false, &fixture->diags);
	struct pk_diags found = {.arena = fixture->arena};
	pk_sysmon_lint(whole, &found);
	size_t taken = 0;
	for (size_t i = 0; i < found.all.len; i++) {
		if (found.all.items[i].code <= PK_LABEL_STOLEN)
			taken += take_out(less, &found.all.items[i]);
	}
	assert_true(taken >= config->least);
	assert_same_on_random_events(fixture, whole, make_engine(fixture, whole),
		make_engine(fixture, less), config->events);
}

static void without_what_is_reported_public_configurations_decide_the_same(void **state)
{
	struct sysmon_fixture *fixture = *state;
	const char *shared = getenv("PICKET_SHARED");
	const char *root = pk_arena_printf(fixture->arena, "%s/golden/configs",
		shared != NULL ? shared : PICKET_SOURCE_DIR "/../shared");
	if (!pk_file_is_dir(root)) {
		print_message("3 configurations skipped, no %s\n", root);
		skip();
	}
	for (size_t i = 0; i < sizeof(public_configs) / sizeof(public_configs[0]); i++)
		check_public(fixture, &public_configs[i],
			pk_arena_printf(fixture->arena, "%s/%s", root, public_configs[i].path));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(contradicting_conditions_match_nothing),
		TEST(a_positive_and_its_negative_match_nothing),
		TEST(conditions_that_can_hold_together_are_no_finding),
		TEST(what_the_checks_have_said_is_not_said_again),
		TEST(an_include_inside_an_exclude_logs_nothing),
		TEST(an_include_whose_values_are_all_excluded_one_by_one_logs_nothing),
		TEST(a_value_that_is_excluded_is_named),
		TEST(an_exclude_that_cuts_a_part_out_is_no_finding),
		TEST(an_exclude_of_what_nothing_includes_drops_nothing),
		TEST(a_narrower_rule_with_the_same_name_is_redundant),
		TEST(a_narrower_rule_with_a_name_of_its_own_is_no_finding),
		TEST(a_rule_is_not_redundant_if_another_would_name_its_events),
		TEST(equal_rules_are_told_once_at_the_later),
		TEST(a_later_rule_inside_an_earlier_one_loses_its_name),
		TEST(the_element_that_stands_last_is_asked_first),
		TEST(a_value_that_another_one_covers_is_named),
		TEST(a_rule_on_several_event_ids_is_told_once),
		TEST(an_and_group_is_one_rule),
		TEST(a_filter_of_an_and_group_is_not_told_alone),
		TEST(a_short_word_that_is_part_of_common_words_is_too_broad),
		TEST(a_short_word_beside_another_condition_is_no_finding),
		TEST(a_short_word_with_its_surroundings_is_no_finding),
		TEST(an_exclude_by_name_only_can_be_reached),
		TEST(an_exclude_by_part_of_a_path_can_be_reached),
		TEST(an_exclude_of_a_command_line_is_a_note),
		TEST(an_exclude_of_a_protected_path_is_no_finding),
		TEST(an_exclude_that_also_wants_a_user_is_no_finding),
		TEST(an_exclude_under_a_folder_of_a_product_is_no_finding),
		TEST(without_rules_that_do_nothing_all_is_as_before),
		TEST(without_what_is_reported_public_configurations_decide_the_same),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
