/* The order in which elements, Rules and filters are asked, and what their answers mean. */
#include "generators/engine/engine.h"

#include <string.h>

#include "generators/sysmon/sysmon_convert.h"

/* A filter, ready to match. Filters of one Rule stand together and share its number. */
struct condition {
	int field;
	enum pk_operator op;
	const char *value;
	const char *name; /* NULL or not empty */
	size_t rule;	  /* 0: not in a Rule */
	bool rule_and;
};

struct group {
	const struct pk_event *event; /* the event id the element is bound to */
	bool include;
	bool relation_and;
	PK_LIST(struct condition) conditions;
};

struct pk_engine {
	const struct pk_schema *schema;
	PK_LIST(struct group) groups; /* in the order in which Sysmon asks them */
};

enum match {
	MATCH,
	NO_MATCH,
	UNDECIDED,
};

/* --- building --- */

static void add_condition(struct pk_arena *arena, struct group *group,
	const struct pk_element *element, const struct pk_term *term,
	const struct pk_filter *filter, size_t rule)
{
	const char *name = pk_filter_name(element, term, filter);
	struct condition *condition = pk_list_push(arena, &group->conditions);
	condition->field = pk_event_field(group->event, filter->field);
	condition->op = pk_filter_operator(filter)->op;
	condition->value = filter->value;
	condition->name = name != NULL && name[0] != '\0' ? name : NULL;
	condition->rule = rule;
	condition->rule_and = rule != 0 && pk_term_is_and(term);
}

static void add_group(struct pk_arena *arena, struct pk_engine *engine,
	const struct pk_sysmon *sysmon, const struct pk_element *element, uint32_t id)
{
	struct group *group = pk_list_push(arena, &engine->groups);
	group->event = pk_schema_find_id(engine->schema, id);
	group->include = pk_element_is_include(element);
	group->relation_and = pk_element_is_and(sysmon, element);

	for (size_t t = 0; t < element->terms.len; t++) {
		const struct pk_term *term = &element->terms.items[t];
		if (!term->is_rule)
			add_condition(arena, group, element, term, &term->filter, 0);
		for (size_t f = 0; term->is_rule && f < term->filters.len; f++)
			add_condition(arena, group, element, term, &term->filters.items[f], t + 1);
	}
}

struct pk_engine *pk_engine_make(
	struct pk_arena *arena, const struct pk_sysmon *sysmon, const uint32_t *element_ids)
{
	struct pk_engine *engine = PK_NEW(arena, struct pk_engine);
	engine->schema = sysmon->parser;

	/* Excludes before includes, and of each the last in the file first. */
	for (int include = 0; include <= 1; include++) {
		for (size_t i = sysmon->elements.len; i-- > 0;) {
			const struct pk_element *element = &sysmon->elements.items[i];
			if (element_ids[i] != 0 && pk_element_is_include(element) == include)
				add_group(arena, engine, sysmon, element, element_ids[i]);
		}
	}
	return engine;
}

/* --- deciding --- */

struct asking {
	const struct pk_event *event; /* of the event that is decided */
	const struct pk_engine_event *data;
	const struct group *group;
	const char *name; /* of the last named filter that matched */
};

static const char *field_text(const struct asking *asking, int field)
{
	const char *text = asking->data->values[field];
	return text != NULL ? text : "-";
}

/* A field counts only where the event has the same field in the same place. */
static bool has_field(const struct asking *asking, int field)
{
	if ((size_t)field >= asking->event->field_count)
		return false;
	return asking->event == asking->group->event ||
		strcmp(asking->event->fields[field], asking->group->event->fields[field]) == 0;
}

static bool ask(struct asking *asking, const struct condition *condition)
{
	if (!has_field(asking, condition->field) ||
		!pk_operator_match(
			condition->op, condition->value, field_text(asking, condition->field)))
		return false;
	if (condition->name != NULL)
		asking->name = condition->name;
	return true;
}

/* The conditions of one Rule, from *at on; *at ends behind the Rule. */
static enum match ask_rule(struct asking *asking, size_t *at)
{
	const struct group *group = asking->group;
	size_t rule = group->conditions.items[*at].rule;
	bool all = group->conditions.items[*at].rule_and;
	enum match result = all ? MATCH : NO_MATCH;
	bool done = false;

	for (; *at < group->conditions.len && group->conditions.items[*at].rule == rule; (*at)++) {
		if (done)
			continue;
		bool matched = ask(asking, &group->conditions.items[*at]);
		if (matched != all) {
			result = matched ? MATCH : NO_MATCH;
			done = true;
		}
	}
	return result;
}

/* True if a later plain filter of an and-group asks the same field: they count as one. */
static bool is_asked_later(const struct group *group, size_t at)
{
	for (size_t i = at + 1; i < group->conditions.len; i++) {
		if (group->conditions.items[i].rule == 0 &&
			group->conditions.items[i].field == group->conditions.items[at].field)
			return true;
	}
	return false;
}

static enum match ask_filter(struct asking *asking, size_t at, uint64_t *matched_fields)
{
	const struct group *group = asking->group;
	const struct condition *condition = &group->conditions.items[at];
	uint64_t bit = UINT64_C(1) << condition->field;

	if (has_field(asking, condition->field) && (*matched_fields & bit))
		return UNDECIDED;
	if (ask(asking, condition)) {
		*matched_fields |= bit;
		return group->relation_and ? UNDECIDED : MATCH;
	}
	if (!group->relation_and || is_asked_later(group, at))
		return UNDECIDED;
	return NO_MATCH;
}

static bool ask_group(struct asking *asking)
{
	const struct group *group = asking->group;
	uint64_t matched_fields = 0;

	if (group->conditions.len == 0)
		return false;
	for (size_t at = 0; at < group->conditions.len;) {
		if (group->conditions.items[at].rule != 0) {
			enum match match = ask_rule(asking, &at);
			if ((match == MATCH) != group->relation_and)
				return match == MATCH;
			continue;
		}
		enum match match = ask_filter(asking, at, &matched_fields);
		if (match != UNDECIDED)
			return match == MATCH;
		at++;
	}
	return group->relation_and;
}

struct pk_decision pk_engine_decide(
	const struct pk_engine *engine, const struct pk_engine_event *event)
{
	struct asking asking = {
		.event = pk_schema_find_id(engine->schema, event->id), .data = event};
	if (asking.event == NULL || asking.event->tag == NULL)
		return (struct pk_decision){.logged = true};

	size_t count = 0;
	bool last_include = false;
	for (size_t i = 0; i < engine->groups.len; i++) {
		asking.group = &engine->groups.items[i];
		if (strcmp(asking.group->event->tag, asking.event->tag) != 0)
			continue;
		count++;
		last_include = asking.group->include;
		if (ask_group(&asking))
			return (struct pk_decision){asking.group->include, asking.name};
	}
	if (count == 0)
		return (struct pk_decision){.logged = asking.event->logged_by_default};
	/* One element leaves the rest to its complement; with several the rest is dropped. */
	return (struct pk_decision){.logged = count == 1 && !last_include};
}
