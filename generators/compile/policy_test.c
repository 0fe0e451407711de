#include "generators/compile/policy_test.h"

#include <string.h>

#include "generators/engine/engine.h"
#include "generators/sysmon/sysmon_convert.h"

struct testing {
	const struct pk_schema *schema;
	const struct pk_engine *engine;
	unsigned target;
	struct pk_diags *diags;
	struct pk_test_count *count;
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

static void report(struct testing *testing, const struct pk_rule *rule, const struct pk_test *test,
	const struct pk_decision *decision)
{
	testing->count->failed++;
	if (decision->logged != test->logged) {
		struct pk_diag *diag = pk_report(testing->diags, PK_TEST_FAILED, test->span,
			"test of rule '%s': the event should be %s, but is %s", rule->id,
			test->logged ? "logged" : "dropped", test->logged ? "dropped" : "logged");
		if (decision->logged && decision->rule_name != NULL)
			pk_diag_hint(testing->diags, diag, "it is logged with RuleName '%s'",
				decision->rule_name);
		return;
	}
	pk_report(testing->diags, PK_TEST_FAILED, test->span,
		"test of rule '%s': the RuleName should be '%s', but is '%s'", rule->id,
		test->rule_name, decision->rule_name == NULL ? "" : decision->rule_name);
}

static void run_test(
	struct testing *testing, const struct pk_rule *rule, const struct pk_test *test)
{
	const struct pk_event *event = test_event(testing, rule->event, test);
	if (event == NULL) {
		testing->count->failed++;
		pk_report(testing->diags, PK_TEST_FAILED, test->span,
			"test of rule '%s': no event of %s has these fields", rule->id,
			rule->event);
		return;
	}
	struct pk_engine_event data = {.id = event->id};
	for (size_t i = 0; i < test->fields.len; i++) {
		const struct pk_test_field *field = &test->fields.items[i];
		data.values[pk_event_field(event, field->name)] = field->value;
	}
	struct pk_decision decision = pk_engine_decide(testing->engine, &data);
	const char *name = decision.rule_name == NULL ? "" : decision.rule_name;
	if (decision.logged != test->logged ||
		(test->rule_name != NULL && strcmp(test->rule_name, name) != 0))
		report(testing, rule, test, &decision);
	else
		testing->count->passed++;
}

static void run_rule(struct testing *testing, const struct pk_rule *rule)
{
	bool logged = false;
	bool dropped = false;
	bool meant = rule->enabled && (rule->group != NULL || (rule->targets & testing->target)) &&
		pk_schema_find_tag(testing->schema, rule->event) != NULL;

	for (size_t i = 0; i < rule->tests.len; i++) {
		logged |= rule->tests.items[i].logged;
		dropped |= !rule->tests.items[i].logged;
		if (meant)
			run_test(testing, rule, &rule->tests.items[i]);
		else
			testing->count->skipped++;
	}
	testing->count->untested += meant && !(logged && dropped);
}

bool pk_policy_test(struct pk_test_count *out, const struct pk_policy *policy,
	const struct pk_compile_options *options, struct pk_diags *diags)
{
	struct pk_sysmon *sysmon = pk_compile_sysmon(policy, options, diags);
	if (sysmon == NULL || diags->errors > 0)
		return false;

	uint32_t *ids = PK_NEW_ARRAY(policy->arena, uint32_t, sysmon->elements.len + 1);
	struct pk_diags silent = {.arena = policy->arena};
	pk_sysmon_convert(sysmon, NULL, ids, &silent);

	*out = (struct pk_test_count){0};
	struct testing testing = {
		.schema = sysmon->parser,
		.engine = pk_engine_make(policy->arena, sysmon, ids),
		.target = options->platform == PK_LINUX ? PK_FOR_SYSMON_LINUX : PK_FOR_SYSMON,
		.diags = diags,
		.count = out,
	};
	for (size_t i = 0; i < policy->rules.len; i++)
		run_rule(&testing, policy->rules.items[i]);
	for (size_t i = 0; i < policy->groups.len; i++) {
		const struct pk_group *group = policy->groups.items[i];
		for (size_t r = 0; r < group->rules.len; r++)
			run_rule(&testing, group->rules.items[r]);
	}
	return true;
}
