/* Builds an engine: groups in the order of asking, and for each event id the groups it meets. */
#include <string.h>

#include "generators/engine/engine_parts.h"
#include "generators/sysmon/sysmon_convert.h"

struct pk_engine {
	const struct pk_schema *schema;
	PK_LIST(struct pk_engine_group) groups; /* in the order in which Sysmon asks them */
	PK_LIST(struct pk_engine_case) cases;	/* by event id; event NULL: not filterable */
};

/* --- groups --- */

static void add_condition(struct pk_arena *arena, struct pk_engine_group *group,
	const struct pk_element *element, const struct pk_term *term,
	const struct pk_filter *filter, size_t rule)
{
	const char *name = pk_filter_name(element, term, filter);
	struct pk_condition *condition = pk_list_push(arena, &group->conditions);
	size_t at = group->conditions.len - 1;
	condition->filter = filter;
	condition->field = pk_event_field(group->event, filter->field);
	condition->op = pk_filter_operator(filter)->op;
	condition->value = filter->value;
	condition->name = name != NULL && name[0] != '\0' ? name : NULL;
	condition->rule = rule;
	condition->rule_and = rule != 0 && pk_term_is_and(term);
	condition->rule_begin = at;
	if (rule != 0 && at > 0 && condition[-1].rule == rule)
		condition->rule_begin = condition[-1].rule_begin;
}

static void mark_asked_later(struct pk_engine_group *group)
{
	uint64_t fields = 0;
	for (size_t i = group->conditions.len; i-- > 0;) {
		struct pk_condition *condition = &group->conditions.items[i];
		uint64_t bit = UINT64_C(1) << condition->field;
		condition->asked_later = (fields & bit) != 0;
		if (condition->rule == 0)
			fields |= bit;
	}
}

static void add_group(struct pk_arena *arena, struct pk_engine *engine,
	const struct pk_sysmon *sysmon, size_t index, uint32_t id)
{
	const struct pk_element *element = &sysmon->elements.items[index];
	struct pk_engine_group *group = pk_list_push(arena, &engine->groups);
	group->event = pk_schema_find_id(engine->schema, id);
	group->element = index;
	group->include = pk_element_is_include(element);
	group->relation_and = pk_element_is_and(sysmon, element);

	for (size_t t = 0; t < element->terms.len; t++) {
		const struct pk_term *term = &element->terms.items[t];
		if (!term->is_rule)
			add_condition(arena, group, element, term, &term->filter, 0);
		for (size_t f = 0; term->is_rule && f < term->filters.len; f++)
			add_condition(arena, group, element, term, &term->filters.items[f], t + 1);
	}
	mark_asked_later(group);
}

/* --- cases --- */

static void fill_case(
	struct pk_arena *arena, struct pk_engine_case *of, const struct pk_engine *engine)
{
	for (size_t i = 0; i < engine->groups.len; i++) {
		const struct pk_engine_group *group = &engine->groups.items[i];
		if (strcmp(group->event->tag, of->event->tag) != 0)
			continue;
		struct pk_engine_part *part = pk_list_push(arena, &of->parts);
		*part = (struct pk_engine_part){.group = group, .first = of->condition_count};
		of->condition_count += group->conditions.len;
	}
}

static void add_cases(struct pk_arena *arena, struct pk_engine *engine)
{
	for (size_t i = 0; i < engine->schema->events.len; i++) {
		const struct pk_event *event = &engine->schema->events.items[i];
		while (engine->cases.len <= event->id)
			pk_list_push(arena, &engine->cases);
		struct pk_engine_case *of = &engine->cases.items[event->id];
		if (event->tag == NULL || of->event != NULL)
			continue;
		of->event = event;
		fill_case(arena, of, engine);
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
				add_group(arena, engine, sysmon, i, element_ids[i]);
		}
	}
	add_cases(arena, engine);
	return engine;
}

const struct pk_engine_case *pk_engine_find(const struct pk_engine *engine, uint32_t id)
{
	if (id >= engine->cases.len || engine->cases.items[id].event == NULL)
		return NULL;
	return &engine->cases.items[id];
}
