/*
 * Hyperscan, and when it is used. All fields of an event that tokens are searched in are put behind
 * one another, divided by NUL, which no token has; one scan finds all tokens of the event id.
 */
#include "generators/engine/matcher.h"

#include <hs/hs.h>
#include <string.h>

#include "base/buf.h"
#include "base/library.h"
#include "generators/engine/engine_tokens.h"
#include "generators/engine/match_cache.h"

enum {
	/* Events of one id before its database is built: building takes as long as asking some
	   hundred events one by one. */
	WARM_UP = 200,
	/* Bytes of all fields of one event; longer ones are asked one by one. */
	TEXT_LIMIT = 16 * 1024 * 1024,
};

enum state {
	COLD,  /* not met often enough */
	READY, /* tokens and database are there */
	PLAIN, /* asked one by one for ever */
};

/* Where it is not installed, everything is asked one by one. */
static const char *const library_name = "libhs.so.5";

#define FUNCTION(name) __typeof__(hs_##name) *name

struct functions {
	FUNCTION(alloc_scratch);
	FUNCTION(compile_lit_multi);
	FUNCTION(free_compile_error);
	FUNCTION(free_database);
	FUNCTION(free_scratch);
	FUNCTION(scan);
	FUNCTION(valid_platform);
};

#define SYMBOL(name)                                                                               \
	{                                                                                          \
		"hs_" #name, offsetof(struct functions, name)                                      \
	}

static const struct pk_library_symbol symbols[] = {
	SYMBOL(alloc_scratch),
	SYMBOL(compile_lit_multi),
	SYMBOL(free_compile_error),
	SYMBOL(free_database),
	SYMBOL(free_scratch),
	SYMBOL(scan),
	SYMBOL(valid_platform),
	PK_LIBRARY_SYMBOLS_END,
};

/* What is known about one event id. */
struct lane {
	enum state state;
	size_t met;
	struct pk_tokens *tokens;
	hs_database_t *database; /* NULL: there is no token to search */
};

/* A field in the text that is scanned. */
struct stretch {
	struct pk_token_field field;
	size_t begin; /* in the text */
	size_t end;
	struct pk_match_entry *entry; /* where what is found is kept; NULL: nowhere */
};

struct pk_matcher {
	const struct pk_engine *engine;
	struct pk_arena *arena;
	struct pk_library *library; /* NULL: kind is PLAIN */
	struct functions hs;
	enum pk_matcher_kind kind;
	PK_LIST(struct lane) lanes; /* by event id */
	hs_scratch_t *scratch;
	struct pk_buf text;
	struct stretch stretches[PK_SCHEMA_FIELDS_MAX];
	size_t stretch_count;
	struct pk_match_cache *cache; /* NULL until a database is there */
	struct pk_token_answers answers;
	size_t truth_room; /* words */
	size_t seen_room;
};

struct pk_matcher *pk_matcher_create(const struct pk_engine *engine, enum pk_matcher_kind kind)
{
	struct pk_arena *arena = pk_arena_create();
	struct pk_matcher *matcher = PK_NEW(arena, struct pk_matcher);
	matcher->arena = arena;
	matcher->engine = engine;
	if (kind != PK_MATCHER_PLAIN)
		matcher->library = pk_library_open(&matcher->hs, library_name, symbols);
	bool works = matcher->library != NULL && matcher->hs.valid_platform() == HS_SUCCESS;
	matcher->kind = works ? kind : PK_MATCHER_PLAIN;
	return matcher;
}

void pk_matcher_destroy(struct pk_matcher *matcher)
{
	if (matcher == NULL)
		return;
	for (size_t i = 0; matcher->library != NULL && i < matcher->lanes.len; i++)
		matcher->hs.free_database(matcher->lanes.items[i].database);
	if (matcher->library != NULL)
		matcher->hs.free_scratch(matcher->scratch);
	pk_library_close(matcher->library);
	pk_buf_finish(&matcher->text);
	pk_arena_destroy(matcher->arena);
}

/* --- building --- */

/* The database of all tokens; false if Hyperscan cannot make it. */
static bool build_database(struct pk_matcher *matcher, struct lane *lane)
{
	size_t count = lane->tokens->searched.items.len;
	if (count == 0)
		return true;
	const char **texts = PK_NEW_ARRAY(matcher->arena, const char *, count);
	size_t *lens = PK_NEW_ARRAY(matcher->arena, size_t, count);
	unsigned *ids = PK_NEW_ARRAY(matcher->arena, unsigned, count);
	unsigned *flags = PK_NEW_ARRAY(matcher->arena, unsigned, count);
	for (size_t i = 0; i < count; i++) {
		texts[i] = lane->tokens->searched.items.items[i].text;
		lens[i] = lane->tokens->searched.items.items[i].len;
		ids[i] = (unsigned)i;
		flags[i] = HS_FLAG_CASELESS;
	}
	hs_compile_error_t *error = NULL;
	bool built = matcher->hs.compile_lit_multi(texts, flags, ids, lens, (unsigned)count,
			     HS_MODE_BLOCK, NULL, &lane->database, &error) == HS_SUCCESS &&
		matcher->hs.alloc_scratch(lane->database, &matcher->scratch) == HS_SUCCESS;
	matcher->hs.free_compile_error(error);
	return built;
}

static void make_room(struct pk_matcher *matcher, const struct pk_tokens *tokens)
{
	struct pk_token_answers *answers = &matcher->answers;
	if (tokens->words > matcher->truth_room) {
		matcher->truth_room = tokens->words;
		answers->truth = PK_NEW_ARRAY(matcher->arena, uint64_t, tokens->words);
	}
	if (tokens->sets.len > matcher->seen_room) {
		matcher->seen_room = tokens->sets.len;
		answers->seen = PK_NEW_ARRAY(matcher->arena, uint64_t, tokens->sets.len);
	}
}

static enum state build(
	struct pk_matcher *matcher, struct lane *lane, const struct pk_engine_case *of)
{
	lane->tokens = pk_tokens_make(matcher->arena, of);
	if (lane->tokens == NULL || !build_database(matcher, lane))
		return PLAIN;
	make_room(matcher, lane->tokens);
	if (matcher->cache == NULL)
		matcher->cache = pk_match_cache_make(matcher->arena);
	return READY;
}

/* --- searching --- */

/* Looks up what can be looked up in a field, and puts it with what is to be scanned. */
static void lay_out_field(struct pk_matcher *matcher, const struct pk_tokens *tokens,
	const struct pk_token_field *field, struct pk_match_entry *entry)
{
	matcher->answers.entry = entry;
	pk_tokens_look_up(tokens, &matcher->answers, field);
	if ((tokens->searched.fields >> field->field & 1) == 0) {
		if (entry != NULL)
			pk_match_entry_keep(entry, true);
		return;
	}
	struct stretch *stretch = &matcher->stretches[matcher->stretch_count++];
	stretch->field = *field;
	stretch->entry = entry;
	stretch->begin = matcher->text.len;
	stretch->end = stretch->begin + field->len;
	pk_buf_put(&matcher->text, field->text, field->len + 1);
}

/* Puts the fields that have to be scanned behind one another; false if they are too long. */
static bool lay_out(struct pk_matcher *matcher, const struct pk_tokens *tokens,
	const struct pk_engine_event *event)
{
	matcher->text.len = 0;
	matcher->stretch_count = 0;
	uint32_t fields = tokens->searched.fields | tokens->wholes.fields | tokens->bytes.fields;
	for (; fields != 0; fields &= fields - 1) {
		struct pk_token_field field = {.field = __builtin_ctz(fields)};
		field.text = event->values[field.field] != NULL ? event->values[field.field] : "-";
		field.len = strlen(field.text);
		if (field.len > TEXT_LIMIT - matcher->text.len)
			return false;
		struct pk_match_entry *entry = pk_match_cache_slot(matcher->cache,
			event->id << 8 | (uint32_t)field.field, field.text, field.len);
		if (entry != NULL && entry->known)
			pk_tokens_recall(tokens, &matcher->answers, entry);
		else
			lay_out_field(matcher, tokens, &field, entry);
	}
	return true;
}

struct search {
	const struct pk_tokens *tokens;
	struct pk_token_answers *answers;
	const struct stretch *stretch; /* of the last token found; the next one is rarely far */
};

static int on_found(
	unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *user)
{
	(void)from;
	(void)flags;
	struct search *search = user;
	while (to > search->stretch->end)
		search->stretch++;
	while (to <= search->stretch->begin)
		search->stretch--;
	const struct stretch *stretch = search->stretch;
	search->answers->entry = stretch->entry;
	pk_tokens_found(search->tokens, search->answers, &search->tokens->searched.items.items[id],
		&stretch->field, (size_t)to - stretch->begin);
	return 0;
}

static bool scan(struct pk_matcher *matcher, const struct lane *lane)
{
	if (lane->database == NULL || matcher->stretch_count == 0)
		return true;
	struct search search = {
		.tokens = lane->tokens,
		.answers = &matcher->answers,
		.stretch = matcher->stretches,
	};
	return matcher->hs.scan(lane->database, matcher->text.data, (unsigned)matcher->text.len, 0,
		       matcher->scratch, on_found, &search) == HS_SUCCESS;
}

/* Finds the truth of all conditions of the lane; false if the event has to be asked. */
static bool find_truth(
	struct pk_matcher *matcher, const struct lane *lane, const struct pk_engine_event *event)
{
	pk_tokens_begin(lane->tokens, &matcher->answers, event);
	bool scanned = lay_out(matcher, lane->tokens, event) && scan(matcher, lane);
	for (size_t i = 0; i < matcher->stretch_count; i++) {
		if (matcher->stretches[i].entry != NULL)
			pk_match_entry_keep(matcher->stretches[i].entry, scanned);
	}
	return scanned;
}

/* --- deciding --- */

static struct lane *find_lane(struct pk_matcher *matcher, uint32_t id)
{
	while (matcher->lanes.len <= id)
		pk_list_push(matcher->arena, &matcher->lanes);
	return &matcher->lanes.items[id];
}

/* Builds what is needed for the lane when it is worth it. */
static enum state choose(
	struct pk_matcher *matcher, struct lane *lane, const struct pk_engine_case *of)
{
	if (lane->state != COLD)
		return lane->state;
	if (matcher->kind == PK_MATCHER_PLAIN)
		lane->state = PLAIN;
	else if (matcher->kind == PK_MATCHER_HYPERSCAN || lane->met++ >= WARM_UP)
		lane->state = build(matcher, lane, of);
	return lane->state;
}

struct pk_decision pk_matcher_decide(
	struct pk_matcher *matcher, const struct pk_engine_event *event)
{
	const struct pk_engine_case *of = pk_engine_find(matcher->engine, event->id);
	if (of == NULL)
		return (struct pk_decision){.logged = true};
	struct lane *lane = find_lane(matcher, event->id);
	bool found = choose(matcher, lane, of) == READY && find_truth(matcher, lane, event);
	return pk_engine_ask(of, event, found ? matcher->answers.truth : NULL, NULL);
}
