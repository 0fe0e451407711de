/* The order in which elements, Rules and filters are asked, and what their answers mean. */
#include "generators/engine/engine.h"

#include <string.h>

#include "generators/engine/engine_parts.h"

enum match {
	MATCH,
	NO_MATCH,
	UNDECIDED,
};

/* One event on its way through the parts of its case. */
struct asking {
	const struct pk_engine_case *of;
	const struct pk_engine_event *data;
	const uint64_t *truth;	/* NULL: conditions are matched when they are asked */
	struct pk_trace *trace; /* NULL: nobody wants to know */
	const struct pk_engine_part *part;
	const char *name; /* of the last named filter that matched */
};

bool pk_engine_has_field(
	const struct pk_event *event, const struct pk_engine_group *group, int field)
{
	if ((size_t)field >= event->field_count)
		return false;
	return event == group->event ||
		strcmp(event->fields[field], group->event->fields[field]) == 0;
}

/* --- one condition --- */

static bool is_true(const struct asking *asking, size_t at)
{
	const struct pk_engine_group *group = asking->part->group;
	const struct pk_condition *condition = &group->conditions.items[at];
	if (asking->truth != NULL) {
		size_t number = asking->part->first + at;
		return (asking->truth[number / 64] >> number % 64 & 1) != 0;
	}
	const char *text = asking->data->values[condition->field];
	return pk_engine_has_field(asking->of->event, group, condition->field) &&
		pk_operator_match(condition->op, condition->value, text != NULL ? text : "-");
}

static void note(struct asking *asking, size_t at, enum pk_asked asked)
{
	struct pk_trace *trace = asking->trace;
	if (trace == NULL)
		return;
	size_t number = asking->part->first + at;
	trace->asked[number] = asked;
	trace->decided_by = (int64_t)number;
	if (asked == PK_ASKED_TRUE && asking->part->group->conditions.items[at].name != NULL)
		trace->named_by = (int64_t)number;
}

static bool ask(struct asking *asking, size_t at)
{
	bool matched = is_true(asking, at);
	const char *name = asking->part->group->conditions.items[at].name;
	if (matched && name != NULL)
		asking->name = name;
	note(asking, at, matched ? PK_ASKED_TRUE : PK_ASKED_FALSE);
	return matched;
}

/* --- Rules and filters --- */

/* The conditions of one Rule, from *at on; *at ends behind the Rule. */
static enum match ask_rule(struct asking *asking, size_t *at)
{
	const struct pk_engine_group *group = asking->part->group;
	size_t rule = group->conditions.items[*at].rule;
	bool all = group->conditions.items[*at].rule_and;
	enum match result = all ? MATCH : NO_MATCH;
	bool done = false;

	for (; *at < group->conditions.len && group->conditions.items[*at].rule == rule; (*at)++) {
		if (done)
			continue;
		bool matched = ask(asking, *at);
		if (matched != all) {
			result = matched ? MATCH : NO_MATCH;
			done = true;
		}
	}
	return result;
}

/* A filter outside Rules. In an and-group filters on the same field count as one. */
static enum match ask_filter(struct asking *asking, size_t at, uint64_t *matched_fields)
{
	const struct pk_engine_group *group = asking->part->group;
	const struct pk_condition *condition = &group->conditions.items[at];
	uint64_t bit = UINT64_C(1) << condition->field;

	if (*matched_fields & bit) {
		note(asking, at, PK_ASKED_COVERED);
		return UNDECIDED;
	}
	if (ask(asking, at)) {
		*matched_fields |= bit;
		return group->relation_and ? UNDECIDED : MATCH;
	}
	if (!group->relation_and || condition->asked_later)
		return UNDECIDED;
	return NO_MATCH;
}

/* --- elements --- */

/* The first true condition from number `from` on, or `end` if there is none. */
static size_t next_true(const uint64_t *truth, size_t from, size_t end)
{
	if (from >= end)
		return end;
	size_t word = from / 64;
	uint64_t bits = truth[word] & UINT64_MAX << from % 64;
	while (bits == 0) {
		if (++word * 64 >= end)
			return end;
		bits = truth[word];
	}
	size_t found = word * 64 + (size_t)__builtin_ctzll(bits);
	return found < end ? found : end;
}

/*
 * The next condition worth asking. In an or-group what is not true changes nothing, so with answers
 * at hand all up to the next true one, or the beginning of its Rule, is passed over.
 */
static size_t next_condition(const struct asking *asking, size_t at)
{
	const struct pk_engine_part *part = asking->part;
	size_t len = part->group->conditions.len;
	const struct pk_trace *trace = asking->trace;

	if (trace != NULL && part->first + at >= trace->hidden_from &&
		part->first + at < trace->hidden_to)
		return trace->hidden_to - part->first;
	if (asking->truth == NULL || part->group->relation_and)
		return at;
	size_t found = next_true(asking->truth, part->first + at, part->first + len) - part->first;
	return found < len ? part->group->conditions.items[found].rule_begin : len;
}

static bool ask_group(struct asking *asking)
{
	const struct pk_engine_group *group = asking->part->group;
	size_t len = group->conditions.len;
	uint64_t matched_fields = 0;

	size_t at = next_condition(asking, 0);
	if (at == len)
		return false;
	while (at < len) {
		if (group->conditions.items[at].rule != 0) {
			enum match match = ask_rule(asking, &at);
			if ((match == MATCH) != group->relation_and)
				return match == MATCH;
		} else {
			enum match match = ask_filter(asking, at, &matched_fields);
			if (match != UNDECIDED)
				return match == MATCH;
			at++;
		}
		at = next_condition(asking, at);
	}
	return group->relation_and;
}

/* --- events --- */

struct pk_decision pk_engine_ask(const struct pk_engine_case *of,
	const struct pk_engine_event *event, const uint64_t *truth, struct pk_trace *trace)
{
	struct asking asking = {.of = of, .data = event, .truth = truth, .trace = trace};
	bool last_include = false;
	for (size_t i = 0; i < of->parts.len; i++) {
		asking.part = &of->parts.items[i];
		last_include = asking.part->group->include;
		if (!ask_group(&asking))
			continue;
		if (trace != NULL)
			trace->decider = (int64_t)i;
		return (struct pk_decision){last_include, asking.name};
	}
	if (of->parts.len == 0)
		return (struct pk_decision){.logged = of->event->logged_by_default};
	/* One element leaves the rest to its complement; with several the rest is dropped. */
	return (struct pk_decision){.logged = of->parts.len == 1 && !last_include};
}

struct pk_decision pk_engine_decide(
	const struct pk_engine *engine, const struct pk_engine_event *event)
{
	const struct pk_engine_case *of = pk_engine_find(engine, event->id);
	if (of == NULL)
		return (struct pk_decision){.logged = true};
	return pk_engine_ask(of, event, NULL, NULL);
}
