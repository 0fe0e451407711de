/* For tests of Sigma: rules from text, their alternatives as one line of text, verdicts. */
#ifndef TESTS_UNIT_SIGMA_FIXTURE_H
#define TESTS_UNIT_SIGMA_FIXTURE_H

#include "tests/unit/compile_fixture.h"

#include "generators/sigma/sigma_judge.h"
#include "generators/sysmon/sysmon_convert.h"

/* A rule of a category of Windows; the detection begins in line 5. */
#define SIGMA(category, detection)                                                                 \
	"title: T\nid: one\nlogsource: {product: windows, category: " category "}\n"               \
	"detection:\n" detection
/* The same with one search identifier, a flow mapping, which is the condition. */
#define SELECTION(category, map) SIGMA(category, "  sel: {" map "}\n  condition: sel\n")

static inline struct pk_sigma_rules read_sigma(struct policy_fixture *fixture, const char *text)
{
	struct pk_sigma_rules rules = {0};
	pk_sigma_read(&rules, source_from_text(fixture->arena, text), &fixture->diags);
	return rules;
}

/* The only rule of a text without findings. */
static inline const struct pk_sigma_rule *read_sigma_rule(
	struct policy_fixture *fixture, const char *text)
{
	struct pk_sigma_rules rules = read_sigma(fixture, text);
	for (size_t i = 0; i < fixture->diags.all.len; i++)
		print_error("%s\n", fixture->diags.all.items[i].message);
	assert_int_equal(fixture->diags.all.len, 0);
	assert_int_equal(rules.items.len, 1);
	return rules.items.items[0];
}

static inline const struct pk_schema *newest(struct policy_fixture *fixture)
{
	return pk_schema_make(fixture->arena, PK_WINDOWS, pk_schema_newest(PK_WINDOWS));
}

/* The view of event `id` in the newest schema. */
static inline struct pk_sigma_view view_of(
	struct policy_fixture *fixture, const struct pk_sigma_rule *rule, uint32_t id)
{
	struct pk_sigma_view view = {.newest = newest(fixture)};
	view.event = pk_schema_find_id(view.newest, id);
	assert_non_null(view.event);
	pk_sigma_find_feed(&view.feed, rule, PK_WINDOWS);
	return view;
}

static inline void describe_answer(struct pk_buf *out, const struct pk_answer *answer)
{
	static const char *const words[] = {
		[PK_ANSWER_IS] = "is",
		[PK_ANSWER_CONTAINS] = "has",
		[PK_ANSWER_BEGINS] = "begins",
		[PK_ANSWER_ENDS] = "ends",
		[PK_ANSWER_IMAGE] = "image",
		[PK_ANSWER_LESS] = "less",
		[PK_ANSWER_MORE] = "more",
	};
	pk_buf_printf(
		out, "%s%s %s", answer->negated ? "not " : "", words[answer->kind], answer->text);
}

/* "Image ends \\a.exe|is b & User is u; Image has c +": alternatives; + where not all is said. */
static inline const char *describe_cases(
	struct policy_fixture *fixture, const struct pk_sigma_rule *rule, uint32_t id)
{
	struct pk_sigma_view view = view_of(fixture, rule, id);
	struct pk_sigma_cases cases = {0};
	PK_BUF_AUTO out = {0};
	pk_sigma_expand(fixture->arena, &cases, rule, &view);
	for (size_t c = 0; c < cases.items.len; c++) {
		const struct pk_sigma_case *item = &cases.items.items[c];
		pk_buf_puts(&out, c > 0 ? "; " : "");
		for (size_t q = 0; q < item->clause.questions.len; q++) {
			const struct pk_question *question = &item->clause.questions.items[q];
			pk_buf_printf(&out, "%s%s ", q > 0 ? " & " : "",
				view.event->fields[question->field]);
			for (size_t a = 0; a < question->answers.len; a++) {
				pk_buf_puts(&out, a > 0 ? "|" : "");
				describe_answer(&out, &question->answers.items[a]);
			}
		}
		pk_buf_puts(&out, item->left_out != NULL ? " +" : "");
	}
	return pk_arena_strndup(fixture->arena, out.data == NULL ? "" : out.data, out.len);
}

/* The alternatives of a rule of ProcessCreate with one search identifier. */
static inline void assert_cases(struct policy_fixture *fixture, const char *text, const char *want)
{
	assert_string_equal(describe_cases(fixture, read_sigma_rule(fixture, text), 1), want);
}

/* Does the rule match an event of ProcessCreate with these two texts? */
static inline enum pk_truth match_process(struct policy_fixture *fixture,
	const struct pk_sigma_rule *rule, const char *image, const char *command_line)
{
	struct pk_sigma_view view = view_of(fixture, rule, 1);
	struct pk_engine_event event = {.id = 1};
	event.values[pk_event_field(view.event, "Image")] = image;
	event.values[pk_event_field(view.event, "CommandLine")] = command_line;
	return pk_sigma_match(rule, &view, &event);
}

/* The rule judged under a ruleset, which is compiled for a schema (NULL: the newest). */
static inline struct pk_sigma_result judge_for(
	struct policy_fixture *fixture, const char *schema, const char *sigma, const char *ruleset)
{
	struct pk_diags diags = {.arena = fixture->arena};
	struct pk_compile_options options = {.platform = PK_WINDOWS, .schema = schema};
	struct pk_sysmon *sysmon =
		pk_compile_sysmon(read_policy(fixture, ruleset), &options, &diags);
	assert_non_null(sysmon);
	assert_int_equal(diags.errors, 0);
	uint32_t *ids = PK_NEW_ARRAY(fixture->arena, uint32_t, sysmon->elements.len + 1);
	pk_sysmon_convert(sysmon, NULL, ids, &diags);

	struct pk_sigma_sensor sensor = {
		.meaning = pk_meaning_make(fixture->arena, sysmon, ids), .newest = newest(fixture)};
	struct pk_sigma_result result;
	pk_sigma_judge(fixture->arena, &result, read_sigma_rule(fixture, sigma), &sensor);
	return result;
}

static inline struct pk_sigma_result judge(
	struct policy_fixture *fixture, const char *sigma, const char *ruleset)
{
	return judge_for(fixture, NULL, sigma, ruleset);
}

#endif
