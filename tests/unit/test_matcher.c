/* The matcher gives the answers of the engine, with Hyperscan and without. */
#include "tests/unit/sysmon_fixture.h"

#include "generators/engine/matcher.h"
#include "generators/sysmon/judge.h"
#include "generators/sysmon/sysmon_convert.h"

static const struct pk_engine *make_engine(struct sysmon_fixture *fixture, const char *filtering)
{
	const char *text = pk_arena_printf(fixture->arena, FILTERING("%s"), filtering);
	struct pk_sysmon *sysmon = read_text(fixture, text);
	uint32_t *ids = PK_NEW_ARRAY(fixture->arena, uint32_t, sysmon->elements.len + 1);
	pk_sysmon_convert(sysmon, NULL, ids, &fixture->diags);
	assert_false(sysmon->rejected);
	return pk_engine_make(fixture->arena, sysmon, ids);
}

/* The event FileCreate with Image (field 4) and TargetFilename (field 5). */
static struct pk_engine_event make_event(const char *image, const char *target)
{
	struct pk_engine_event event = {.id = 11};
	event.values[4] = image;
	event.values[5] = target;
	return event;
}

static void assert_same(struct pk_matcher *matcher, const struct pk_engine *engine,
	const struct pk_engine_event *event)
{
	struct pk_decision want = pk_engine_decide(engine, event);
	struct pk_decision got = pk_matcher_decide(matcher, event);
	if (want.logged != got.logged || want.rule_name != got.rule_name)
		print_error("'%s' '%s': want %d '%s', got %d '%s'\n", event->values[4],
			event->values[5], want.logged, want.rule_name, got.logged, got.rule_name);
	assert_int_equal(want.logged, got.logged);
	assert_ptr_equal(want.rule_name, got.rule_name);
}

#define OR(text) "<RuleGroup groupRelation=\"or\">" text "</RuleGroup>"
#define AND(text) "<RuleGroup groupRelation=\"and\">" text "</RuleGroup>"
#define INCLUDE(text) "<FileCreate onmatch=\"include\">" text "</FileCreate>"
#define EXCLUDE(text) "<FileCreate onmatch=\"exclude\">" text "</FileCreate>"
#define IMAGE(op, value) "<Image name=\"" op " " value "\" condition=\"" op "\">" value "</Image>"
#define TARGET(op, value)                                                                          \
	"<TargetFilename name=\"" op " " value "\" condition=\"" op "\">" value "</"               \
	"TargetFilename>"

static const char *const texts[] = {NULL, "", "-", "a", "A", "abc", "xABCx", "c:\\abc",
	"C:\\x\\abc", "abc\\", "abc\\x", "a;b", "ab", "aXb", "b", "b a", "\xc3\xa9", "zz", "x\nabc",
	"abcabc"};

/* Every event with two of the texts. */
static void assert_same_on_texts(struct sysmon_fixture *fixture, const char *filtering)
{
	const struct pk_engine *engine = make_engine(fixture, filtering);
	PK_AUTO(pk_matcher) *matcher = pk_matcher_create(engine, PK_MATCHER_HYPERSCAN);
	size_t count = sizeof(texts) / sizeof(*texts);
	for (size_t i = 0; i < count * count; i++) {
		struct pk_engine_event event = make_event(texts[i % count], texts[i / count]);
		assert_same(matcher, engine, &event);
	}
}

static void each_condition_has_the_engine_s_answer(void **state)
{
	static const char *const values[] = {"", "a", "abc", "C:\\abc", "a;b", "abc;", ";a", "a;;b",
		"b;a;x", "-", "\\", "x\\abc", "\xc3\xa9", "bc"};
	for (int op = 0; op < PK_OP_COUNT; op++) {
		for (size_t v = 0; v < sizeof(values) / sizeof(*values); v++) {
			struct sysmon_fixture *fixture = *state;
			const char *name = pk_operator_info((enum pk_operator)op)->name;
			const char *filter = pk_arena_printf(fixture->arena,
				OR(INCLUDE("<Image condition=\"%s\">%s</Image>")), name, values[v]);
			assert_same_on_texts(fixture, filter);
		}
	}
}

static void names_that_leak_are_the_same(void **state)
{
	assert_same_on_texts(*state,
		OR(EXCLUDE("<Rule groupRelation=\"and\">" IMAGE("contains", "a")
				TARGET("contains", "b") "</Rule>" TARGET("is", "abc")))
			OR(INCLUDE("<Image condition=\"contains\">b</Image>" IMAGE("is", "a"))));
}

static void and_groups_are_the_same(void **state)
{
	assert_same_on_texts(*state,
		AND(EXCLUDE(IMAGE("is not", "a") IMAGE("is", "b") TARGET("excludes", "c")))
			AND(INCLUDE(IMAGE("begin with", "a") TARGET("end with",
				"b") "<Rule groupRelation=\"or\">" TARGET("image", "abc")
					IMAGE("not end with", "c") "</Rule>")));
}

static void rules_with_negative_conditions_are_the_same(void **state)
{
	assert_same_on_texts(*state,
		OR(INCLUDE("<Rule groupRelation=\"and\">" IMAGE("is not", "abc") TARGET(
			"excludes any", "a;b") "</Rule>"
					       "<Rule groupRelation=\"or\">" IMAGE("is", "zz")
						       TARGET("excludes all", "a;b") "</Rule>")));
}

static void a_token_is_not_found_across_two_fields(void **state)
{
	const struct pk_engine *engine = make_engine(
		*state, OR(INCLUDE(IMAGE("contains", "abcd") TARGET("contains", "cdef"))));
	PK_AUTO(pk_matcher) *matcher = pk_matcher_create(engine, PK_MATCHER_HYPERSCAN);
	struct pk_engine_event apart = make_event("ab", "cdxf");
	struct pk_engine_event wrong = make_event("cdef", "abcd");
	struct pk_engine_event right = make_event("-", "abcdef");
	assert_false(pk_matcher_decide(matcher, &apart).logged);
	assert_false(pk_matcher_decide(matcher, &wrong).logged);
	assert_true(pk_matcher_decide(matcher, &right).logged);
}

static void many_conditions_are_the_same_in_every_place(void **state)
{
	enum { COUNT = 200 };
	struct sysmon_fixture *fixture = *state;
	PK_BUF_AUTO filters = {0};
	for (int i = 0; i < COUNT; i++)
		pk_buf_printf(
			&filters, "<Image name=\"n%d\" condition=\"end with\">x%d</Image>", i, i);
	const struct pk_engine *engine = make_engine(
		fixture, pk_arena_printf(fixture->arena, OR(INCLUDE("%s")), filters.data));
	PK_AUTO(pk_matcher) *matcher = pk_matcher_create(engine, PK_MATCHER_HYPERSCAN);
	for (int i = 0; i < COUNT; i++) {
		struct pk_engine_event event =
			make_event(pk_arena_printf(fixture->arena, "y\\X%d", i), "-");
		assert_string_equal(pk_matcher_decide(matcher, &event).rule_name,
			pk_arena_printf(fixture->arena, "n%d", i));
		assert_same(matcher, engine, &event);
	}
}

/* More tokens than one word of a set has, and one longer than is searched for. */
static void unusual_lists_are_the_same(void **state)
{
	struct sysmon_fixture *fixture = *state;
	PK_BUF_AUTO list = {0};
	for (int i = 0; i < 70; i++)
		pk_buf_printf(&list, "%st%d.", i > 0 ? ";" : "", i);
	PK_BUF_AUTO text = {0};
	for (int i = 0; i < 70; i++)
		pk_buf_printf(&text, "t%d.", i);
	PK_BUF_AUTO large = {0};
	for (int i = 0; i < 3000; i++)
		pk_buf_puts(&large, "ab");

	const struct pk_engine *engine = make_engine(fixture,
		pk_arena_printf(fixture->arena,
			OR(INCLUDE("<Image condition=\"contains all\">%s</Image>"
				   "<Image condition=\"contains\">%s</Image>")),
			list.data, large.data));
	PK_AUTO(pk_matcher) *matcher = pk_matcher_create(engine, PK_MATCHER_HYPERSCAN);
	struct pk_engine_event all = make_event(text.data, "-");
	struct pk_engine_event most = make_event(text.data + 1, "-");
	struct pk_engine_event long_one = make_event(large.data, "-");
	struct pk_engine_event shorter = make_event(large.data + 1, "-");
	assert_true(pk_matcher_decide(matcher, &all).logged);
	assert_false(pk_matcher_decide(matcher, &most).logged);
	assert_true(pk_matcher_decide(matcher, &long_one).logged);
	assert_false(pk_matcher_decide(matcher, &shorter).logged);
}

static void answers_stay_the_same_when_a_database_is_built(void **state)
{
	const struct pk_engine *engine =
		make_engine(*state, OR(INCLUDE(IMAGE("contains", "abc") TARGET("is", "x"))));
	PK_AUTO(pk_matcher) *matcher = pk_matcher_create(engine, PK_MATCHER_AUTO);
	for (int i = 0; i < 1000; i++) {
		struct pk_engine_event event = make_event(i % 3 == 0 ? "xabcx" : "ab", "y");
		assert_same(matcher, engine, &event);
	}
}

static void unknown_and_unfilterable_events_are_logged(void **state)
{
	const struct pk_engine *engine = make_engine(*state, "");
	PK_AUTO(pk_matcher) *matcher = pk_matcher_create(engine, PK_MATCHER_HYPERSCAN);
	static const uint32_t ids[] = {0, 4, 16, 255, 256, 4000000000};
	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
		struct pk_engine_event event = {.id = ids[i]};
		assert_true(pk_matcher_decide(matcher, &event).logged);
	}
}

static void a_field_that_the_id_lacks_matches_nothing(void **state)
{
	const struct pk_engine *engine = make_engine(*state,
		OR("<RegistryEvent onmatch=\"include\"><NewName condition=\"is not\">x</NewName>"
		   "</RegistryEvent>"));
	PK_AUTO(pk_matcher) *matcher = pk_matcher_create(engine, PK_MATCHER_HYPERSCAN);
	struct pk_engine_event created = {.id = 12};
	struct pk_engine_event renamed = {.id = 14};
	assert_false(pk_matcher_decide(matcher, &created).logged);
	assert_true(pk_matcher_decide(matcher, &renamed).logged);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(each_condition_has_the_engine_s_answer),
		TEST(names_that_leak_are_the_same),
		TEST(and_groups_are_the_same),
		TEST(rules_with_negative_conditions_are_the_same),
		TEST(a_token_is_not_found_across_two_fields),
		TEST(many_conditions_are_the_same_in_every_place),
		TEST(unusual_lists_are_the_same),
		TEST(answers_stay_the_same_when_a_database_is_built),
		TEST(unknown_and_unfilterable_events_are_logged),
		TEST(a_field_that_the_id_lacks_matches_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
