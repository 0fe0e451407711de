#include "generators/sigma/sigma_judge.h"

#include <string.h>

struct judging {
	struct pk_arena *arena;
	const struct pk_sigma_sensor *sensor;
	const struct pk_sigma_feed *feed;
	struct pk_sigma_result *out;
	size_t blind;	/* alternatives none of whose events is logged */
	bool some_seen; /* an event that the rule looks for is logged, */
	bool some_lost; /* and one is not */
};

const char *pk_sigma_verdict_name(enum pk_sigma_verdict verdict)
{
	static const char *const names[] = {
		[PK_SIGMA_SEES] = "sees",
		[PK_SIGMA_HALF] = "half",
		[PK_SIGMA_BLIND] = "blind",
		[PK_SIGMA_UNKNOWN] = "unknown",
		[PK_SIGMA_UNFED] = "unfed",
	};
	return names[verdict];
}

const char *pk_sigma_cause_name(enum pk_sigma_cause cause)
{
	static const char *const names[] = {
		[PK_SIGMA_NOT_COLLECTED] = "not-collected",
		[PK_SIGMA_NOT_INCLUDED] = "not-included",
		[PK_SIGMA_EXCLUDED] = "excluded",
		[PK_SIGMA_NO_EVENT] = "no-event",
		[PK_SIGMA_NO_FIELD] = "no-field",
		[PK_SIGMA_NEVER] = "never",
		[PK_SIGMA_FOREIGN_FIELD] = "foreign-field",
		[PK_SIGMA_LEFT_OUT] = "left-out",
		[PK_SIGMA_UNPROVEN] = "unproven",
	};
	return names[cause];
}

/* The entry of the cause and event, made if it is not there yet. */
static struct pk_sigma_why *give_cause(struct judging *judging, enum pk_sigma_cause cause,
	const struct pk_event *event, const char *what)
{
	for (size_t i = 0; i < judging->out->whys.len; i++) {
		struct pk_sigma_why *why = &judging->out->whys.items[i];
		if (why->cause == cause && why->event == event)
			return why;
	}
	struct pk_sigma_why *why = pk_list_push(judging->arena, &judging->out->whys);
	*why = (struct pk_sigma_why){.cause = cause, .event = event, .what = what};
	return why;
}

/* --- one alternative --- */

struct look {
	const struct pk_sigma_view *view;
	const struct pk_meaning_event *event;
	const struct pk_sigma_case *item;
	struct pk_sighting sighting;
	bool dropped; /* the witness that is dropped is one that the rule matches */
};

static bool is_match(
	const struct judging *judging, const struct look *look, const struct pk_engine_event *event)
{
	return pk_sigma_match(judging->out->rule, look->view, event) == PK_YES;
}

/* Why events of the alternative are lost. */
static void explain_loss(struct judging *judging, const struct look *look)
{
	const struct pk_sighting *sighting = &look->sighting;
	bool collected = look->event->blocks.len > 0 || look->event->rest_logged;
	enum pk_sigma_cause cause = PK_SIGMA_NOT_INCLUDED;
	if (!collected)
		cause = PK_SIGMA_NOT_COLLECTED;
	else if (sighting->stopped_by != NULL)
		cause = PK_SIGMA_EXCLUDED;

	struct pk_sigma_why *why = give_cause(judging, cause, look->view->event, NULL);
	if (look->dropped && !why->has_witness) {
		why->has_witness = true;
		why->witness = sighting->dropped;
		why->fields = look->item->clause.fields;
		why->exclude = sighting->stopped_by;
	}
	if (cause == PK_SIGMA_EXCLUDED || look->event->rest_logged ||
		look->item->clause.questions.len == 0)
		return;
	struct pk_sigma_opening *opening = pk_list_push(judging->arena, &judging->out->openings);
	struct pk_clause *clause = PK_NEW(judging->arena, struct pk_clause);
	*clause = look->item->clause;
	*opening = (struct pk_sigma_opening){look->view->event, clause};
}

/* Why nothing certain can be said of the alternative. */
static void explain_doubt(struct judging *judging, const struct look *look)
{
	const struct pk_sigma_case *item = look->item;
	if (item->foreign != NULL)
		give_cause(judging, PK_SIGMA_FOREIGN_FIELD, look->view->event, item->foreign);
	else if (item->left_out != NULL)
		give_cause(judging, PK_SIGMA_LEFT_OUT, look->view->event, item->left_out);
	else
		give_cause(judging, PK_SIGMA_UNPROVEN, look->view->event, NULL);
}

static void judge_case(struct judging *judging, struct look *look)
{
	struct pk_sighting *sighting = &look->sighting;
	pk_meaning_look(judging->arena, sighting, judging->sensor->meaning, look->event,
		&look->item->clause);
	bool logged = sighting->has_logged && is_match(judging, look, &sighting->logged);
	look->dropped = sighting->has_dropped && is_match(judging, look, &sighting->dropped);

	judging->out->cases++;
	judging->some_seen |= logged;
	judging->some_lost |= look->dropped;
	if (sighting->sight == PK_SIGHT_ALL && look->item->foreign == NULL) {
		judging->out->seen++;
		judging->some_seen = true;
	} else if (sighting->sight == PK_SIGHT_NONE) {
		judging->blind++;
		judging->some_lost = true;
		explain_loss(judging, look);
	} else if (look->dropped) {
		explain_loss(judging, look);
	} else {
		explain_doubt(judging, look);
	}
}

/* --- one event --- */

/* Events that cannot be filtered are always logged, those of newer schemas never. */
static void judge_fixed(struct judging *judging, const struct pk_event *event, bool in_schema)
{
	judging->out->cases++;
	judging->out->seen += in_schema;
	judging->blind += !in_schema;
	judging->some_seen |= in_schema;
	judging->some_lost |= !in_schema;
	if (!in_schema)
		give_cause(judging, PK_SIGMA_NO_EVENT, event, NULL);
}

static void judge_cases(struct judging *judging, const struct pk_sigma_view *view,
	const struct pk_sigma_cases *cases, bool in_schema)
{
	const struct pk_meaning_event *event =
		pk_meaning_find(judging->sensor->meaning, view->event->id);
	for (size_t i = 0; i < cases->items.len; i++) {
		struct look look = {.view = view, .event = event, .item = &cases->items.items[i]};
		if (event == NULL)
			judge_fixed(judging, view->event, in_schema);
		else if (pk_clause_possible(judging->arena, &look.item->clause, event, NULL) ==
			PK_NO)
			give_cause(judging, PK_SIGMA_NEVER, view->event, NULL);
		else
			judge_case(judging, &look);
	}
}

static void judge_event(struct judging *judging, uint32_t id)
{
	const struct pk_event *event = pk_schema_find_id(judging->sensor->meaning->schema, id);
	bool in_schema = event != NULL;
	if (!in_schema)
		event = pk_schema_find_id(judging->sensor->newest, id);
	if (event == NULL || event->hidden)
		return;

	struct pk_sigma_view view = {
		.event = event, .newest = judging->sensor->newest, .feed = judging->feed};
	struct pk_sigma_cases cases = {0};
	pk_sigma_expand(judging->arena, &cases, judging->out->rule, &view);
	judge_cases(judging, &view, &cases, in_schema);
	if (cases.items.len == 0 && cases.missing != NULL)
		give_cause(judging, PK_SIGMA_NO_FIELD, event, cases.missing);
}

static enum pk_sigma_verdict decide(const struct judging *judging)
{
	const struct pk_sigma_result *result = judging->out;
	if (judging->blind == result->cases)
		return PK_SIGMA_BLIND;
	if (result->seen == result->cases)
		return PK_SIGMA_SEES;
	if (judging->some_seen && judging->some_lost)
		return PK_SIGMA_HALF;
	return PK_SIGMA_UNKNOWN;
}

void pk_sigma_judge(struct pk_arena *arena, struct pk_sigma_result *out,
	const struct pk_sigma_rule *rule, const struct pk_sigma_sensor *sensor)
{
	struct pk_sigma_result result = {.rule = rule, .verdict = PK_SIGMA_UNFED};
	struct judging judging = {.arena = arena, .sensor = sensor, .out = &result};
	const struct pk_sigma_feed **feed = &judging.feed;

	if (!rule->skipped &&
		pk_sigma_find_feed(feed, rule, sensor->newest->platform) == PK_SIGMA_FED) {
		for (size_t i = 0; *feed != NULL && (*feed)->ids[i] != 0; i++)
			judge_event(&judging, (*feed)->ids[i]);
		for (size_t i = 0; *feed == NULL && i < sensor->newest->events.len; i++)
			judge_event(&judging, sensor->newest->events.items[i].id);
		result.verdict = decide(&judging);
	}
	*out = result;
}
