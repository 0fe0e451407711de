/* What becomes of the events on which a clause holds: proofs first, then witnesses both ways. */
#include <string.h>

#include "generators/meaning/cover.h"
#include "generators/meaning/prove.h"

enum { PARTNERS_MAX = 24 }; /* clauses that a witness is sought with */

struct look {
	struct pk_arena *arena;
	struct pk_sighting *out;
	const struct pk_meaning *meaning;
	const struct pk_meaning_event *event;
	const struct pk_clause *clause;
	struct pk_clauses includes;
	struct pk_clauses excludes;
};

static bool clashes_with_all(const struct look *look, const struct pk_clauses *clauses)
{
	for (size_t i = 0; i < clauses->list.len; i++) {
		if (!pk_clauses_clash(look->arena, look->clause, clauses->list.items[i]))
			return false;
	}
	return true;
}

static bool is_all_dropped(const struct look *look)
{
	if (pk_cover_proves(look->arena, look->clause, &look->excludes, NULL))
		return true;
	return !look->event->rest_logged && !pk_meaning_is_opaque(look->event, true) &&
		clashes_with_all(look, &look->includes);
}

static bool is_all_logged(const struct look *look)
{
	if (pk_meaning_is_opaque(look->event, false) || !clashes_with_all(look, &look->excludes))
		return false;
	return look->event->rest_logged ||
		pk_cover_proves(look->arena, look->clause, &look->includes, NULL);
}

/*
 * An event on which the clause and `with` (may be NULL) hold and none of `fails`; true if the
 * engine does with it what is wanted.
 */
static bool find(const struct look *look, struct pk_engine_event *out, const struct pk_clause *with,
	const struct pk_clauses *fails, bool logged)
{
	const struct pk_clause *holds[] = {look->clause, with};
	const struct pk_wish wish = {.event = look->event,
		.holds = holds,
		.holds_count = with != NULL ? 2 : 1,
		.fails = fails != NULL ? fails->list.items : NULL,
		.fails_count = fails != NULL ? fails->list.len : 0};
	struct pk_engine_event event;
	if (!pk_witness_find(look->arena, &event, &wish) ||
		!pk_clause_holds(look->clause, &event) ||
		pk_engine_decide(look->meaning->engine, &event).logged != logged)
		return false;
	*out = event;
	return true;
}

/* As find, with each of `partners` that does not clash. */
static bool find_with(const struct look *look, struct pk_engine_event *out,
	const struct pk_clauses *partners, const struct pk_clauses *fails, bool logged)
{
	size_t tried = 0;
	for (size_t i = 0; i < partners->list.len && tried < PARTNERS_MAX; i++) {
		const struct pk_clause *partner = partners->list.items[i];
		if (pk_clauses_clash(look->arena, look->clause, partner))
			continue;
		tried++;
		if (find(look, out, partner, fails, logged))
			return true;
	}
	return false;
}

static void find_logged(const struct look *look)
{
	struct pk_sighting *out = look->out;
	out->has_logged = find(look, &out->logged, NULL, &look->excludes, true) ||
		(!look->event->rest_logged &&
			find_with(look, &out->logged, &look->includes, &look->excludes, true));
}

static void find_dropped(const struct look *look)
{
	struct pk_sighting *out = look->out;
	if (!look->event->rest_logged)
		out->has_dropped = find(look, &out->dropped, NULL, &look->includes, false);
	if (!out->has_dropped)
		out->has_dropped = find_with(look, &out->dropped, &look->excludes, NULL, false);
	for (size_t i = 0; out->has_dropped && i < look->excludes.list.len; i++) {
		if (out->stopped_by == NULL &&
			pk_clause_holds(look->excludes.list.items[i], &out->dropped))
			out->stopped_by = look->excludes.list.items[i];
	}
}

void pk_meaning_look(struct pk_arena *arena, struct pk_sighting *out,
	const struct pk_meaning *meaning, const struct pk_meaning_event *event,
	const struct pk_clause *clause)
{
	struct look look = {
		.arena = arena, .out = out, .meaning = meaning, .event = event, .clause = clause};
	*out = (struct pk_sighting){.sight = PK_SIGHT_UNKNOWN};
	pk_clauses_of(arena, &look.includes, event, true);
	pk_clauses_of(arena, &look.excludes, event, false);

	find_logged(&look);
	find_dropped(&look);
	if (out->has_logged && out->has_dropped)
		out->sight = PK_SIGHT_PART;
	else if (!out->has_logged && is_all_dropped(&look))
		out->sight = PK_SIGHT_NONE;
	else if (!out->has_dropped && is_all_logged(&look))
		out->sight = PK_SIGHT_ALL;
}
