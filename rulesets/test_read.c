/*
 * Reading `tests`: events that a rule must log or drop.
 */
#include "base/text.h"
#include "rulesets/rule_read.h"

static const char *const test_keys[] = {"logged", "dropped", "event_id", "rule_name"};

static void report_test(
	struct pk_read *read, struct pk_span span, const char *problem, const char *hint)
{
	struct pk_diag *diag = pk_report(read->diags, PK_BAD_TEST, span, "%s", problem);
	pk_diag_hint(read->diags, diag, "%s", hint);
}

static void read_fields(struct pk_read *read, struct pk_test *test, const struct pk_node *map)
{
	if (!pk_read_is_map(read, map, test->logged ? "logged" : "dropped"))
		return;
	for (size_t i = 0; i < map->pair_count; i++) {
		const struct pk_node *key = map->pairs[i].key;
		const struct pk_node *value = map->pairs[i].value;
		const char *text = pk_read_text(read, value, key->text);
		if (text == NULL)
			continue;
		*pk_list_push(read->arena, &test->fields) = (struct pk_test_field){
			.name = key->text,
			.value = text,
			.span = pk_span_make(key->span.source, key->span.begin, value->span.end)};
	}
}

static void read_event_id(struct pk_read *read, struct pk_test *test, const struct pk_node *node)
{
	if (!pk_node_get_u64(&test->event_id, node, "event_id", read->diags))
		return;
	const struct pk_node *value = pk_node_find(node, "event_id");
	if (value != NULL && test->event_id == 0)
		report_test(read, value->span, "no event has the id 0",
			"write the id of an event of the rule's tag, or leave the key out");
}

static void read_test(struct pk_read *read, struct pk_rule *rule, const struct pk_node *node)
{
	if (!pk_read_is_map(read, node, "test"))
		return;
	pk_node_check_keys(node, test_keys, PK_COUNT(test_keys), PK_UNKNOWN_KEY, read->diags);

	const struct pk_node *logged = pk_node_find(node, "logged");
	const struct pk_node *dropped = pk_node_find(node, "dropped");
	if ((logged == NULL) == (dropped == NULL)) {
		report_test(read, node->span,
			logged == NULL ? "test has neither 'logged' nor 'dropped'"
				       : "test has both 'logged' and 'dropped'",
			"give exactly one of them, with the fields of the event");
		return;
	}

	struct pk_test *test = pk_list_push(read->arena, &rule->tests);
	test->logged = logged != NULL;
	test->span = node->span;
	read_fields(read, test, test->logged ? logged : dropped);
	read_event_id(read, test, node);
	const struct pk_node *name = pk_node_find(node, "rule_name");
	if (name == NULL)
		return;
	if (!test->logged)
		report_test(
			read, name->span, "a dropped event has no RuleName", "remove 'rule_name'");
	test->rule_name = pk_read_text(read, name, "rule_name");
}

void pk_tests_read(struct pk_read *read, struct pk_rule *rule, const struct pk_node *list)
{
	rule->tests.items = NULL;
	rule->tests.len = 0;
	rule->tests.cap = 0;
	if (!pk_read_is_list(read, list, "tests"))
		return;
	for (size_t i = 0; i < list->items.len; i++)
		read_test(read, rule, list->items.items[i]);
}
