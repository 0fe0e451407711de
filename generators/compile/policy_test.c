#include "generators/compile/policy_test.h"

#include <string.h>

#include "generators/sysmon/sysmon_convert.h"

struct testing {
	struct pk_test_run *run;
	const struct pk_schema *schema;
	const struct pk_engine *engine;
	unsigned target;
	struct pk_diags *diags;
};

/* The event the test describes: the given id, or the first of the tag with all its fields. */
static const struct pk_event *test_event(
	const struct testing *testing, const char *tag, const struct pk_test *test)
{
	const struct pk_event *first = pk_schema_find_tag(testing->schema, tag);
	size_t family = first == NULL ? 0 : pk_schema_family(testing->schema, first);

	for (size_t i = 0; i < family; i++) {
		bool fits = test->event_id == 0 || test->event_id == first[i].id;
		for (size_t f = 0; f < test->fields.len && fits; f++)
			fits = pk_event_field(&first[i], test->fields.items[f].name) >= 0;
		if (fits)
			return &first[i];
	}
	return NULL;
}

static bool is_wanted(const struct pk_test *test, const struct pk_decision *decision)
{
	const char *name = decision->rule_name == NULL ? "" : decision->rule_name;
	return decision->logged == test->logged &&
		(test->rule_name == NULL || strcmp(test->rule_name, name) == 0);
}

bool pk_test_case_holds(const struct pk_test_case *test, const struct pk_engine *engine)
{
	struct pk_decision decision = pk_engine_decide(engine, &test->data);
	return is_wanted(test->test, &decision);
}

/* What is wrong with the decision, and a hint or NULL. */
static const char *describe(struct pk_arena *arena, const struct pk_test *test,
	const struct pk_decision *decision, const char **hint_out)
{
	const char *name = decision->rule_name == NULL ? "" : decision->rule_name;
	*hint_out = NULL;
	if (decision->logged == test->logged)
		return pk_arena_printf(
			arena, "the RuleName should be '%s', but is '%s'", test->rule_name, name);
	if (decision->logged && decision->rule_name != NULL)
		*hint_out = pk_arena_printf(arena, "it is logged with RuleName '%s'", name);
	return pk_arena_printf(arena, "the event should be %s, but is %s",
		test->logged ? "logged" : "dropped", test->logged ? "dropped" : "logged");
}

static void decide(struct testing *testing, struct pk_test_case *test)
{
	struct pk_arena *arena = testing->diags->arena;
	const char *hint = NULL;

	test->event = test_event(testing, test->rule->event, test->test);
	if (test->event == NULL) {
		test->failure = pk_arena_printf(
			arena, "no event of %s has these fields", test->rule->event);
	} else {
		test->data.id = test->event->id;
		for (size_t i = 0; i < test->test->fields.len; i++) {
			const struct pk_test_field *field = &test->test->fields.items[i];
			test->data.values[pk_event_field(test->event, field->name)] = field->value;
		}
		struct pk_decision decision = pk_engine_decide(testing->engine, &test->data);
		if (!is_wanted(test->test, &decision))
			test->failure = describe(arena, test->test, &decision, &hint);
	}
	if (test->failure == NULL) {
		testing->run->passed++;
		return;
	}
	testing->run->failed++;
	struct pk_diag *diag = pk_report(testing->diags, PK_TEST_FAILED, test->test->span,
		"test of rule '%s': %s", test->rule->id, test->failure);
	if (hint != NULL)
		pk_diag_hint(testing->diags, diag, "%s", hint);
}

static void run_rule(struct testing *testing, const struct pk_rule *rule)
{
	struct pk_test_run *run = testing->run;
	bool logged = false;
	bool dropped = false;
	bool meant = rule->enabled && (rule->group != NULL || (rule->targets & testing->target)) &&
		pk_schema_find_tag(testing->schema, rule->event) != NULL;

	for (size_t i = 0; i < rule->tests.len; i++) {
		struct pk_test_case *test = pk_list_push(run->policy->arena, &run->cases);
		test->rule = rule;
		test->test = &rule->tests.items[i];
		test->skipped = !meant;
		logged |= test->test->logged;
		dropped |= !test->test->logged;
		if (meant)
			decide(testing, test);
		else
			run->skipped++;
	}
	run->untested += meant && !(logged && dropped);
}

void pk_policy_test_compiled(struct pk_test_run *out, const struct pk_policy *policy,
	struct pk_sysmon *sysmon, const uint32_t *element_ids, const struct pk_engine *engine,
	struct pk_diags *diags)
{
	*out = (struct pk_test_run){
		.policy = policy, .sysmon = sysmon, .element_ids = element_ids, .engine = engine};
	struct testing testing = {
		.run = out,
		.schema = sysmon->parser,
		.engine = engine,
		.target =
			sysmon->parser->platform == PK_LINUX ? PK_FOR_SYSMON_LINUX : PK_FOR_SYSMON,
		.diags = diags,
	};
	for (size_t i = 0; i < policy->rules.len; i++)
		run_rule(&testing, policy->rules.items[i]);
	for (size_t i = 0; i < policy->groups.len; i++) {
		const struct pk_group *group = policy->groups.items[i];
		for (size_t r = 0; r < group->rules.len; r++)
			run_rule(&testing, group->rules.items[r]);
	}
}

bool pk_policy_test(struct pk_test_run *out, const struct pk_policy *policy,
	const struct pk_compile_options *options, struct pk_diags *diags)
{
	struct pk_sysmon *sysmon = pk_compile_sysmon(policy, options, diags);
	if (sysmon == NULL || diags->errors > 0)
		return false;

	uint32_t *ids = PK_NEW_ARRAY(policy->arena, uint32_t, sysmon->elements.len + 1);
	struct pk_diags silent = {.arena = policy->arena};
	pk_sysmon_convert(sysmon, NULL, ids, &silent);
	pk_policy_test_compiled(
		out, policy, sysmon, ids, pk_engine_make(policy->arena, sysmon, ids), diags);
	return true;
}
