/*
 * Tokens: the conditions of one event id turned inside out. Instead of asking each condition for
 * its texts, the texts (tokens) are searched in all fields at once by somebody else; each place
 * where one is found is told here and makes conditions true or false. Tokens that must be a whole
 * field, or all behind its last backslash, are not searched but looked up in a table.
 */
#ifndef GENERATORS_ENGINE_ENGINE_TOKENS_H
#define GENERATORS_ENGINE_ENGINE_TOKENS_H

#include "generators/engine/engine_parts.h"
#include "generators/engine/match_cache.h"

enum {
	PK_TOKEN_BYTES_MAX = 1000, /* longer texts are matched by asking */
	PK_TOKENS_MAX = 50000,	   /* of one event id; above it there are no tokens */
};

/* A text in lower case; that of A-Z does not count. It has no NUL and is not empty. */
struct pk_token {
	const char *text;
	size_t len;
	uint64_t hash; /* of those that are looked up */
	PK_LIST(struct pk_token_use) uses;
};

/* Fields are a bit each in `fields`: those in which one of the tokens counts. */
struct pk_token_list {
	PK_LIST(struct pk_token) items;
	struct pk_map by_text; /* text -> size_t, index in items */
	uint32_t fields;
};

struct pk_tokens {
	struct pk_token_list searched;
	struct pk_token_list wholes;
	uint32_t tails; /* fields in which a whole may stand behind the last backslash, too */
	/* Single bytes like `\` would be found over and over; they are looked up, too. */
	struct pk_token_list bytes;
	uint32_t *slots;   /* hash table of wholes: index + 1, 0 if free */
	size_t slot_count; /* a power of two */
	/* A bit for each length that a whole has: most fields need not even be hashed. */
	uint64_t whole_lens[PK_TOKEN_BYTES_MAX / 64 + 1];
	uint64_t *initial; /* truth of the conditions when no token is found */
	size_t words;
	PK_LIST(struct pk_token_set) sets;
	PK_LIST(struct pk_asked_condition) asked;
};

/* Answers for one event; the arrays are the caller's. */
struct pk_token_answers {
	uint64_t *truth;	      /* `words` words; for pk_engine_ask */
	uint64_t *seen;		      /* `sets.len` words: tokens of a set seen so far */
	struct pk_match_entry *entry; /* takes what is found in the field; NULL: nobody does */
};

/* Text of a field; NULL of an event is given as "-". */
struct pk_token_field {
	int field;
	const char *text;
	size_t len;
};

/* The tokens of a case; NULL if there are too many. */
struct pk_tokens *pk_tokens_make(struct pk_arena *arena, const struct pk_engine_case *of);

/* Before the search: answers as if nothing will be found, and those that no search can give. */
void pk_tokens_begin(const struct pk_tokens *tokens, struct pk_token_answers *answers,
	const struct pk_engine_event *event);
/* The searched `token` stands in `field` and ends before byte `end`. May be told several times. */
void pk_tokens_found(const struct pk_tokens *tokens, struct pk_token_answers *answers,
	const struct pk_token *token, const struct pk_token_field *field, size_t end);
/* What was found in the field when the entry, which is known, was filled. */
void pk_tokens_recall(const struct pk_tokens *tokens, struct pk_token_answers *answers,
	const struct pk_match_entry *entry);
/* Looks up the whole of `field` and what stands behind its last backslash, and single bytes. */
void pk_tokens_look_up(const struct pk_tokens *tokens, struct pk_token_answers *answers,
	const struct pk_token_field *field);

#endif
