/*
 * Bytes become two configurations of a few short texts, and events of the same texts. The laws:
 * clauses decide as the engine does; nothing that is proven is contradicted by an event; each
 * witness is what it is said to be, as both engines see it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "generators/meaning/answers.h"
#include "generators/meaning/cover.h"
#include "generators/meaning/diff.h"
#include "generators/meaning/prove.h"
#include "generators/sysmon/judge.h"
#include "generators/sysmon/sysmon_convert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	EVENTS = 24,
	CLAUSES_COMPARED = 8,
};

static void demand(bool condition)
{
	if (!condition)
		abort();
}

/* --- bytes to configurations and events --- */

struct bytes {
	const uint8_t *data;
	size_t len;
	uint32_t state; /* goes on when the bytes are used up */
};

/* A number below `count`. */
static size_t take(struct bytes *bytes, size_t count)
{
	if (bytes->len > 0) {
		bytes->len--;
		return *bytes->data++ % count;
	}
	bytes->state = bytes->state * 1664525 + 1013904223;
	return (bytes->state >> 16) % count;
}

/* The same bytes but for one, for a configuration that is much alike. */
static struct bytes alike(struct pk_arena *arena, struct bytes *bytes)
{
	size_t at = take(bytes, 64);
	uint8_t flip = (uint8_t)take(bytes, 256);
	struct bytes copy = *bytes;
	uint8_t *data = pk_arena_alloc(arena, copy.len + 1);
	if (copy.len > 0)
		memcpy(data, copy.data, copy.len);
	if (at < copy.len)
		data[at] ^= flip;
	copy.data = data;
	return copy;
}

/* A tag with fields of which some events of the tag lack some. */
struct tag {
	const char *name;
	uint32_t ids[3];
	const char *fields[4];
};

static const struct tag tags[] = {
	{"FileCreate", {11, 11, 11}, {"Image", "TargetFilename", "User", "Image"}},
	{"RegistryEvent", {12, 13, 14}, {"TargetObject", "Image", "Details", "NewName"}},
	{"WmiEvent", {19, 20, 21}, {"Name", "Operation", "User", "EventType"}},
	{"ProcessCreate", {1, 1, 1}, {"Image", "CommandLine", "Image", "CommandLine"}},
};

static const char *const pieces[] = {"a", "b", "ab", "\\", "a\\b", "B", "c", ";", "", "_"};

static void put_text(struct pk_buf *buf, struct bytes *bytes)
{
	size_t count = take(bytes, 4);
	for (size_t i = 0; i < count; i++)
		pk_buf_puts(buf, pieces[take(bytes, sizeof(pieces) / sizeof(pieces[0]))]);
}

static void put_name(struct pk_buf *buf, struct bytes *bytes)
{
	static const char *const names[] = {"", "", " name=\"x\"", " name=\"y\"", " name=\"\""};
	pk_buf_puts(buf, names[take(bytes, 5)]);
}

static void put_filter(struct pk_buf *buf, struct bytes *bytes, const struct tag *tag)
{
	const char *field = tag->fields[take(bytes, 4)];
	enum pk_operator op = (enum pk_operator)take(bytes, PK_OP_COUNT);
	pk_buf_printf(buf, "<%s condition=\"%s\"", field, pk_operator_info(op)->name);
	put_name(buf, bytes);
	pk_buf_puts(buf, ">");
	put_text(buf, bytes);
	pk_buf_printf(buf, "</%s>", field);
}

static void put_term(struct pk_buf *buf, struct bytes *bytes, const struct tag *tag)
{
	size_t filters = take(bytes, 8);
	if (filters < 5) {
		put_filter(buf, bytes, tag);
		return;
	}
	pk_buf_printf(buf, "<Rule groupRelation=\"%s\"", take(bytes, 2) ? "and" : "or");
	put_name(buf, bytes);
	pk_buf_puts(buf, ">");
	for (; filters > 4; filters--)
		put_filter(buf, bytes, tag);
	pk_buf_puts(buf, "</Rule>");
}

static void put_configuration(struct pk_buf *buf, struct bytes *bytes, const struct tag *tag)
{
	pk_buf_puts(buf, "<Sysmon schemaversion=\"4.90\"><EventFiltering>");
	for (size_t elements = take(bytes, 4); elements > 0; elements--) {
		pk_buf_printf(buf, "<RuleGroup groupRelation=\"%s\"><%s onmatch=\"%s\">",
			take(bytes, 2) ? "and" : "or", tag->name,
			take(bytes, 3) ? "include" : "exclude");
		for (size_t terms = take(bytes, 5); terms > 0; terms--)
			put_term(buf, bytes, tag);
		pk_buf_printf(buf, "</%s></RuleGroup>", tag->name);
	}
	pk_buf_puts(buf, "</EventFiltering></Sysmon>");
}

struct side {
	const struct pk_meaning *meaning;
	const struct pk_meaning_event *event;
	PK_LIST(const struct pk_clause *) clauses;
};

/* The meaning of a configuration made of bytes; false if Sysmon refuses it. */
static bool make_side(
	struct pk_arena *arena, struct side *out, struct bytes *bytes, const struct tag *tag)
{
	PK_BUF_AUTO xml = {0};
	put_configuration(&xml, bytes, tag);
	struct pk_diags diags = {.arena = arena};
	struct pk_sysmon_options options = {.arena = arena};
	const char *text = pk_arena_strndup(arena, xml.data, xml.len);
	struct pk_source *source = pk_source_make(arena, "fuzz", text, xml.len);
	struct pk_sysmon *sysmon = pk_sysmon_judge(source, &options, false, &diags);
	if (sysmon->rejected)
		return false;
	uint32_t *ids = PK_NEW_ARRAY(arena, uint32_t, sysmon->elements.len + 1);
	pk_sysmon_convert(sysmon, NULL, ids, &diags);
	out->meaning = pk_meaning_make(arena, sysmon, ids);
	return true;
}

static void choose_event(struct pk_arena *arena, struct side *side, uint32_t id)
{
	side->event = pk_meaning_find(side->meaning, id);
	for (size_t b = 0; b < side->event->blocks.len; b++) {
		const struct pk_block *block = &side->event->blocks.items[b];
		for (size_t c = 0; c < block->clauses.len && c < CLAUSES_COMPARED; c++)
			*pk_list_push(arena, &side->clauses) = &block->clauses.items[c];
	}
}

static struct pk_engine_event make_event(
	struct pk_arena *arena, struct bytes *bytes, const struct pk_event *info)
{
	struct pk_engine_event event = {.id = info->id};
	for (size_t i = 0; i < info->field_count; i++) {
		PK_BUF_AUTO text = {0};
		put_text(&text, bytes);
		put_text(&text, bytes);
		event.values[i] = text.data == NULL ? "" : pk_arena_strdup(arena, text.data);
	}
	return event;
}

/* --- laws --- */

/* The engine's decision is that of the first clause that holds, and the name is its. */
static void check_decision(const struct side *side, const struct pk_engine_event *event)
{
	struct pk_decision decision = pk_engine_decide(side->meaning->engine, event);
	for (size_t b = 0; b < side->event->blocks.len; b++) {
		const struct pk_block *block = &side->event->blocks.items[b];
		if (block->opaque)
			return;
		for (size_t c = 0; c < block->clauses.len; c++) {
			const struct pk_clause *clause = &block->clauses.items[c];
			if (!pk_clause_holds(clause, event))
				continue;
			demand(decision.logged == block->include);
			demand(clause->name == NULL ||
				(decision.rule_name != NULL &&
					strcmp(decision.rule_name, clause->name) == 0));
			return;
		}
	}
	demand(decision.logged == side->event->rest_logged);
}

/* Texts in lower case are judged as the engine judges texts. */
static void check_folded(
	struct pk_arena *arena, const struct pk_clause *clause, const struct pk_engine_event *event)
{
	const char *folded[PK_SCHEMA_FIELDS_MAX] = {NULL};
	for (size_t i = 0; i < PK_SCHEMA_FIELDS_MAX; i++)
		folded[i] = pk_text_fold(arena, event->values[i] != NULL ? event->values[i] : "-");
	demand(pk_clause_holds_folded(clause, folded) == pk_clause_holds(clause, event));
}

static void check_pair(struct pk_arena *arena, const struct pk_clause *a, const struct pk_clause *b,
	const struct pk_engine_event *events)
{
	struct pk_engine_event witness;
	enum pk_truth implies = pk_clause_implies(arena, a, b, &witness);
	bool clash = pk_clauses_clash(arena, a, b);
	for (size_t i = 0; i < EVENTS; i++) {
		bool a_holds = pk_clause_holds(a, &events[i]);
		bool b_holds = pk_clause_holds(b, &events[i]);
		demand(implies != PK_YES || !a_holds || b_holds);
		demand(!clash || !a_holds || !b_holds);
	}
	demand(implies != PK_NO || (pk_clause_holds(a, &witness) && !pk_clause_holds(b, &witness)));
	demand(!pk_clause_equal(a, b) || implies == PK_YES);
}

static void check_clauses(
	struct pk_arena *arena, const struct side *side, const struct pk_engine_event *events)
{
	for (size_t i = 0; i < side->clauses.len; i++) {
		const struct pk_clause *clause = side->clauses.items[i];
		struct pk_engine_event witness;
		enum pk_truth possible = pk_clause_possible(arena, clause, side->event, &witness);
		demand(possible != PK_YES || pk_clause_holds(clause, &witness));
		for (size_t e = 0; e < EVENTS; e++) {
			demand(possible != PK_NO || !pk_clause_holds(clause, &events[e]));
			check_folded(arena, clause, &events[e]);
		}
	}
}

static void check_sight(struct pk_arena *arena, const struct side *side,
	const struct pk_clause *clause, const struct pk_engine_event *events)
{
	struct pk_sighting sighting;
	pk_meaning_look(arena, &sighting, side->meaning, side->event, clause);
	const struct pk_engine *engine = side->meaning->engine;
	if (sighting.has_logged)
		demand(pk_clause_holds(clause, &sighting.logged) &&
			pk_engine_decide(engine, &sighting.logged).logged);
	if (sighting.has_dropped)
		demand(pk_clause_holds(clause, &sighting.dropped) &&
			!pk_engine_decide(engine, &sighting.dropped).logged);
	for (size_t i = 0; i < EVENTS; i++) {
		if (!pk_clause_holds(clause, &events[i]))
			continue;
		bool logged = pk_engine_decide(engine, &events[i]).logged;
		demand(sighting.sight != PK_SIGHT_ALL || logged);
		demand(sighting.sight != PK_SIGHT_NONE || !logged);
	}
}

static void check_sides(struct pk_arena *arena, const struct side *a, const struct side *b,
	const struct pk_engine_event *events)
{
	check_clauses(arena, a, events);
	for (size_t i = 0; i < a->clauses.len; i++) {
		check_sight(arena, b, a->clauses.items[i], events);
		for (size_t k = 0; k < b->clauses.len; k++)
			check_pair(arena, a->clauses.items[i], b->clauses.items[k], events);
	}
	for (size_t i = 0; i < EVENTS; i++)
		check_decision(a, &events[i]);
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void check_witness(const struct side *a, const struct side *b,
	const struct pk_diff_witness *witness, bool before, bool after)
{
	struct pk_decision first = pk_engine_decide(a->meaning->engine, &witness->event);
	struct pk_decision second = pk_engine_decide(b->meaning->engine, &witness->event);
	demand(first.logged == before && second.logged == after);
	demand(witness->before.logged == before && witness->after.logged == after);
	demand(same_text(first.rule_name, witness->before.rule_name));
	demand(same_text(second.rule_name, witness->after.rule_name));
	demand(before != after || !same_text(first.rule_name, second.rule_name));
}

/* A part's witness is of the kind that its effect says. */
static void check_part(const struct side *a, const struct side *b, const struct pk_diff_part *part)
{
	if (!part->has_witness)
		return;
	demand(part->effect != PK_EFFECT_NONE && part->effect != PK_EFFECT_UNKNOWN);
	check_witness(a, b, &part->witness, part->effect != PK_EFFECT_WIDENS,
		part->effect != PK_EFFECT_NARROWS);
}

/* What is not in the diff is the same for every event; what is proven holds for every event. */
static void check_diff(struct pk_arena *arena, const struct side *a, const struct side *b,
	const struct pk_engine_event *events)
{
	const struct pk_diff *diff = pk_diff_make(arena, a->meaning, b->meaning);
	const struct pk_diff_event *changed = NULL;
	for (size_t i = 0; i < diff->events.len; i++) {
		const struct pk_diff_event *event = &diff->events.items[i];
		if (event->widened == PK_YES)
			check_witness(a, b, &event->gained, false, true);
		if (event->narrowed == PK_YES)
			check_witness(a, b, &event->lost, true, false);
		if (event->relabelled == PK_YES)
			check_witness(a, b, &event->renamed, true, true);
		for (size_t t = 0; t < event->terms.len; t++) {
			check_part(a, b, &event->terms.items[t].before);
			check_part(a, b, &event->terms.items[t].after);
		}
		if (event->event->id == events[0].id)
			changed = event;
	}
	for (size_t i = 0; i < EVENTS; i++) {
		struct pk_decision before = pk_engine_decide(a->meaning->engine, &events[i]);
		struct pk_decision after = pk_engine_decide(b->meaning->engine, &events[i]);
		bool gained = !before.logged && after.logged;
		bool lost = before.logged && !after.logged;
		bool renamed = before.logged && after.logged &&
			!same_text(before.rule_name, after.rule_name);
		demand(!gained || (changed != NULL && changed->widened != PK_NO));
		demand(!lost || (changed != NULL && changed->narrowed != PK_NO));
		demand(!renamed || (changed != NULL && changed->relabelled != PK_NO));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct bytes bytes = {.data = data, .len = size, .state = (uint32_t)size};
	const struct tag *tag = &tags[take(&bytes, sizeof(tags) / sizeof(tags[0]))];
	uint32_t id = tag->ids[take(&bytes, 3)];
	struct side a = {0};
	struct side b = {0};
	bool is_alike = take(&bytes, 2) > 0;
	struct bytes again = alike(arena, &bytes);
	if (!make_side(arena, &a, &bytes, tag) ||
		!make_side(arena, &b, is_alike ? &again : &bytes, tag))
		return 0;
	choose_event(arena, &a, id);
	choose_event(arena, &b, id);

	struct pk_engine_event events[EVENTS];
	for (size_t i = 0; i < EVENTS; i++)
		events[i] = make_event(arena, &bytes, a.event->event);
	check_sides(arena, &a, &b, events);
	check_sides(arena, &b, &a, events);
	check_diff(arena, &a, &b, events);
	check_diff(arena, &a, &a, events);
	return 0;
}
