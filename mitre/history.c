#include "mitre/history.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "mitre/attack_data.h"
#include "mitre/table.h"

enum {
	PARENT_LEN = 5,	 /* of "T1059" in "T1059.001" */
	STEPS_MAX = 100, /* more links than a chain without a loop can have */
};

struct pk_history {
	struct pk_arena *arena;
	struct pk_table releases; /* oldest first */
	const char **names;	  /* of releases */
	struct pk_table ids;
	const struct pk_chronicle **chronicles; /* by row; NULL until asked for */
};

static const char *const kind_names[] = {
	[PK_CHANGE_ADDED] = "added",
	[PK_CHANGE_RENAMED] = "renamed",
	[PK_CHANGE_REVOKED] = "revoked",
	[PK_CHANGE_DEPRECATED] = "deprecated",
	[PK_CHANGE_REPLACEMENT] = "replacement",
	[PK_CHANGE_TACTICS] = "tactics",
};

const char *pk_change_name(enum pk_change_kind kind)
{
	return kind_names[kind];
}

struct pk_history *pk_history_open(struct pk_arena *arena)
{
	struct pk_history *history = PK_NEW(arena, struct pk_history);
	history->arena = arena;
	history->releases = pk_table_open(arena, pk_attack_release_table);
	history->names = PK_NEW_ARRAY(arena, const char *, history->releases.count);
	for (size_t i = 0; i < history->releases.count; i++)
		history->names[i] = pk_table_copy(arena, history->releases.rows[i]);
	history->ids = pk_table_open(arena, pk_attack_history_table);
	history->chronicles = PK_NEW_ARRAY(arena, const struct pk_chronicle *, history->ids.count);
	return history;
}

uint32_t pk_history_releases(const struct pk_history *history)
{
	return (uint32_t)history->releases.count;
}

const char *pk_history_release_name(const struct pk_history *history, uint32_t release)
{
	assert(release < history->releases.count);
	return history->names[release];
}

uint32_t pk_history_find_release(const struct pk_history *history, const char *name)
{
	for (uint32_t i = 0; i < history->releases.count; i++) {
		if (pk_text_equal(history->names[i], name))
			return i;
	}
	return PK_RELEASE_UNKNOWN;
}

/* --- chronicles --- */

static enum pk_change_kind parse_kind(const char *text)
{
	size_t kind = 0;
	while (!pk_text_equal(text, kind_names[kind])) {
		kind++;
		assert(kind < sizeof(kind_names) / sizeof(kind_names[0]));
	}
	return (enum pk_change_kind)kind;
}

static const struct pk_chronicle *read_chronicle(const struct pk_history *history, const char *row)
{
	PK_LIST(struct pk_change) changes = {0};
	struct pk_chronicle *chronicle = PK_NEW(history->arena, struct pk_chronicle);
	char *rest = pk_table_copy(history->arena, row);
	chronicle->id = pk_table_take(&rest, '\t');
	while (*rest != '\0') {
		char *cell = pk_table_take(&rest, '\t');
		struct pk_change *change = pk_list_push(history->arena, &changes);
		change->release = pk_history_find_release(history, pk_table_take(&cell, ' '));
		change->kind = parse_kind(pk_table_take(&cell, ' '));
		change->value = cell;
	}
	chronicle->changes = changes.items;
	chronicle->count = changes.len;
	return chronicle;
}

size_t pk_history_count(const struct pk_history *history)
{
	return history->ids.count;
}

const struct pk_chronicle *pk_history_at(const struct pk_history *history, size_t index)
{
	assert(index < history->ids.count);
	if (history->chronicles[index] == NULL)
		history->chronicles[index] = read_chronicle(history, history->ids.rows[index]);
	return history->chronicles[index];
}

const struct pk_chronicle *pk_history_find(const struct pk_history *history, const char *id)
{
	size_t index = pk_table_find(&history->ids, id);
	return index == history->ids.count ? NULL : pk_history_at(history, index);
}

static void apply_change(struct pk_standing *standing, const struct pk_change *change)
{
	switch (change->kind) {
	case PK_CHANGE_ADDED:
		standing->presence = PK_PRESENCE_ACTIVE;
		standing->name = change->value;
		break;
	case PK_CHANGE_RENAMED:
		standing->name = change->value;
		break;
	case PK_CHANGE_DEPRECATED:
		standing->presence = PK_PRESENCE_DEPRECATED;
		standing->since = change->release;
		break;
	case PK_CHANGE_REVOKED:
	case PK_CHANGE_REPLACEMENT:
		standing->presence = PK_PRESENCE_REVOKED;
		standing->replacement = change->value[0] == '\0' ? NULL : change->value;
		standing->since = change->release;
		break;
	case PK_CHANGE_TACTICS:
		break;
	}
}

struct pk_standing pk_history_standing(
	const struct pk_history *history, const char *id, uint32_t release)
{
	struct pk_standing standing = {0};
	const struct pk_chronicle *chronicle = pk_history_find(history, id);
	for (size_t i = 0; chronicle != NULL && i < chronicle->count; i++) {
		if (chronicle->changes[i].release <= release)
			apply_change(&standing, &chronicle->changes[i]);
	}
	return standing;
}

bool pk_history_had_name(const struct pk_history *history, const char *id, const char *name)
{
	const struct pk_chronicle *chronicle = pk_history_find(history, id);
	for (size_t i = 0; chronicle != NULL && i < chronicle->count; i++) {
		enum pk_change_kind kind = chronicle->changes[i].kind;
		if ((kind == PK_CHANGE_ADDED || kind == PK_CHANGE_RENAMED) &&
			pk_text_equal_nocase(chronicle->changes[i].value, name))
			return true;
	}
	return false;
}

/* --- from one release to another --- */

/* Rows [*begin, *end) are the sub-techniques of `id`, which sort behind it. */
static void find_subs(const struct pk_history *history, const char *id, size_t *begin, size_t *end)
{
	*begin = *end = pk_table_find(&history->ids, id) + 1;
	if (strlen(id) != PARENT_LEN)
		return;
	while (*end < history->ids.count && strncmp(history->ids.rows[*end], id, PARENT_LEN) == 0)
		(*end)++;
}

/* The id at the end of the chain of `id` in `release`, whatever became of it. */
static const char *chain_end(const struct pk_history *history, const char *id, uint32_t release)
{
	for (size_t i = 0; i < STEPS_MAX; i++) {
		struct pk_standing standing = pk_history_standing(history, id, release);
		if (standing.presence != PK_PRESENCE_REVOKED || standing.replacement == NULL)
			break;
		id = standing.replacement;
	}
	return id;
}

/* Ids in order, each once. */
struct id_list {
	const char **items;
	size_t len;
};

static void add_once(struct id_list *ids, const char *id)
{
	size_t at = ids->len;
	while (at > 0 && strcmp(ids->items[at - 1], id) > 0)
		at--;
	if (at > 0 && strcmp(ids->items[at - 1], id) == 0)
		return;
	memmove(&ids->items[at + 1], &ids->items[at], (ids->len - at) * sizeof(ids->items[0]));
	ids->items[at] = id;
	ids->len++;
}

/*
 * The ids among which the meaning of the revoked `id` was divided, in release `to`; none if it
 * went to one technique as a whole (see history.h).
 */
static struct pk_attack_names find_parts(const struct pk_history *history, const char *id,
	const struct pk_standing *standing, uint32_t to)
{
	size_t begin;
	size_t end;
	find_subs(history, id, &begin, &end);
	const char *whole = chain_end(history, id, to);
	struct id_list parts = {
		.items = PK_NEW_ARRAY(history->arena, const char *, end - begin + 1)};
	bool divided = false;
	add_once(&parts, whole);
	for (size_t i = begin; i < end; i++) {
		const char *sub = pk_history_at(history, i)->id;
		struct pk_standing moved = pk_history_standing(history, sub, to);
		if (moved.presence != PK_PRESENCE_REVOKED || moved.since != standing->since)
			continue;
		const char *part = chain_end(history, sub, to);
		divided |= strncmp(part, whole, PARENT_LEN) != 0;
		add_once(&parts, part);
	}
	if (!divided)
		return (struct pk_attack_names){0};
	return (struct pk_attack_names){.items = parts.items, .len = parts.len};
}

static uint32_t find_narrower(
	const struct pk_history *history, const char *id, uint32_t from, uint32_t to)
{
	uint32_t first = PK_RELEASE_UNKNOWN;
	size_t begin;
	size_t end;
	find_subs(history, id, &begin, &end);
	for (size_t i = begin; from != PK_RELEASE_UNKNOWN && i < end; i++) {
		uint32_t added = pk_history_at(history, i)->changes[0].release;
		if (added > from && added <= to && added < first)
			first = added;
	}
	return first;
}

static void finish_active(const struct pk_history *history, struct pk_follow *follow,
	const char *id, uint32_t from, uint32_t to, const char *name)
{
	follow->id = pk_history_find(history, id)->id;
	follow->name = name;
	if (follow->steps.len > 0) {
		follow->outcome = PK_OUTCOME_REPLACED;
		return;
	}
	struct pk_standing before = {0};
	if (from != PK_RELEASE_UNKNOWN)
		before = pk_history_standing(history, id, from);
	bool renamed = before.name != NULL && !pk_text_equal(before.name, name);
	follow->outcome = renamed ? PK_OUTCOME_RENAMED : PK_OUTCOME_SAME;
	follow->narrower_since = find_narrower(history, id, from, to);
}

struct pk_follow pk_history_follow(
	const struct pk_history *history, const char *id, uint32_t from, uint32_t to)
{
	struct pk_follow follow = {
		.outcome = PK_OUTCOME_UNKNOWN, .narrower_since = PK_RELEASE_UNKNOWN};
	const struct pk_chronicle *chronicle = pk_history_find(history, id);
	if (chronicle == NULL)
		return follow;

	for (;;) {
		struct pk_standing standing = pk_history_standing(history, id, to);
		follow.release = standing.since;
		switch (standing.presence) {
		case PK_PRESENCE_NONE:
			follow.outcome = PK_OUTCOME_NOT_YET;
			follow.release = pk_history_find(history, id)->changes[0].release;
			return follow;
		case PK_PRESENCE_ACTIVE:
			finish_active(history, &follow, id, from, to, standing.name);
			return follow;
		case PK_PRESENCE_DEPRECATED:
			follow.outcome = PK_OUTCOME_DEPRECATED;
			return follow;
		case PK_PRESENCE_REVOKED:
			break;
		}
		follow.outcome = PK_OUTCOME_DEPRECATED;
		if (standing.replacement == NULL)
			return follow;
		follow.candidates = find_parts(history, id, &standing, to);
		if (follow.candidates.len > 0) {
			follow.outcome = PK_OUTCOME_SPLIT;
			return follow;
		}
		id = standing.replacement;
		*pk_list_push(history->arena, &follow.steps) =
			(struct pk_step){.id = id, .release = standing.since};
		assert(follow.steps.len < STEPS_MAX);
	}
}

const char *pk_history_print_chain(
	const struct pk_history *history, const char *id, const struct pk_follow *follow)
{
	const char *chain = id;
	for (size_t i = 0; i < follow->steps.len; i++)
		chain = pk_arena_printf(history->arena, "%s -> %s (%s)", chain,
			follow->steps.items[i].id, history->names[follow->steps.items[i].release]);
	return chain;
}
