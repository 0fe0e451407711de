#include "generators/engine/engine_tokens.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

/* Where in a field a token must stand to count. */
enum anchor {
	ANYWHERE,
	AT_BEGIN,
	AT_END,
	WHOLE,
	AFTER_BACKSLASH, /* the whole text, or all that follows its last backslash */
};

enum { SET_TOKENS_MAX = 64 }; /* a set is one word */

/* What it means that a token was found. */
struct pk_token_use {
	int field;
	enum anchor anchor;
	size_t condition;
	bool result;  /* what the condition becomes */
	bool in_set;  /* only when all of its set have been seen */
	uint32_t set; /* index in pk_tokens.sets */
	uint64_t bit; /* of this token in the set */
};

/* The tokens of `contains all` or `excludes all`. */
struct pk_token_set {
	uint64_t all; /* the bits that make it complete */
};

/* A condition that is matched by asking: empty texts, order of texts, very long ones. */
struct pk_asked_condition {
	size_t number;
	const struct pk_condition *condition;
};

/* How a condition is answered by tokens. */
struct plan {
	enum anchor anchor;
	bool result; /* of the condition when a token, or the set, is found */
	bool list;
	bool needs_all;
	bool by_asking;
};

static const struct plan plans[PK_OP_COUNT] = {
	[PK_OP_IS] = {WHOLE, true, false, false, false},
	[PK_OP_IS_NOT] = {WHOLE, false, false, false, false},
	[PK_OP_CONTAINS] = {ANYWHERE, true, false, false, false},
	[PK_OP_CONTAINS_ANY] = {ANYWHERE, true, true, false, false},
	[PK_OP_IS_ANY] = {WHOLE, true, true, false, false},
	[PK_OP_CONTAINS_ALL] = {ANYWHERE, true, true, true, false},
	[PK_OP_EXCLUDES] = {ANYWHERE, false, false, false, false},
	[PK_OP_EXCLUDES_ANY] = {ANYWHERE, false, true, false, false},
	[PK_OP_EXCLUDES_ALL] = {ANYWHERE, false, true, true, false},
	[PK_OP_BEGIN_WITH] = {AT_BEGIN, true, false, false, false},
	[PK_OP_END_WITH] = {AT_END, true, false, false, false},
	[PK_OP_LESS_THAN] = {.by_asking = true},
	[PK_OP_MORE_THAN] = {.by_asking = true},
	[PK_OP_IMAGE] = {AFTER_BACKSLASH, true, false, false, false},
	[PK_OP_NOT_BEGIN_WITH] = {AT_BEGIN, false, false, false, false},
	[PK_OP_NOT_END_WITH] = {AT_END, false, false, false, false},
};

/* --- hashing --- */

/* A hash that is the same for texts that differ in the case of A-Z (and in some other bytes). */
static uint64_t hash_text(const char *text, size_t len)
{
	const uint64_t no_case = UINT64_C(0x2020202020202020);
	const uint64_t factor = UINT64_C(0x9e3779b97f4a7c15); /* 2^64 / golden ratio */
	uint64_t hash = len;
	for (size_t at = 0; at < len; at += sizeof(uint64_t)) {
		uint64_t word = 0;
		size_t left = len - at;
		memcpy(&word, text + at, left < sizeof(word) ? left : sizeof(word));
		hash = (hash ^ (word | no_case)) * factor;
		hash ^= hash >> 32;
	}
	return hash;
}

/* --- building --- */

struct building {
	struct pk_arena *arena;
	struct pk_tokens *tokens;
	const struct pk_condition *condition;
	size_t number;
};

static void set_truth(uint64_t *truth, size_t number, bool value)
{
	uint64_t bit = UINT64_C(1) << number % 64;
	if (value)
		truth[number / 64] |= bit;
	else
		truth[number / 64] &= ~bit;
}

/* The token of `list` with this text, made if it is new. It moves when others are made. */
static struct pk_token *find_token(
	struct pk_arena *arena, struct pk_token_list *list, const char *text, size_t len)
{
	char *lower = pk_arena_strndup(arena, text, len);
	for (size_t i = 0; i < len; i++)
		lower[i] = pk_text_lower(lower[i]);
	size_t *index = pk_map_find(&list->by_text, lower);
	if (index != NULL)
		return &list->items.items[*index];

	index = PK_NEW(arena, size_t);
	*index = list->items.len;
	pk_map_set(arena, &list->by_text, lower, index);
	struct pk_token *token = pk_list_push(arena, &list->items);
	*token = (struct pk_token){.text = lower, .len = len, .hash = hash_text(lower, len)};
	return token;
}

/* Tokens between ';' of a list, else one; 0 if one is empty or too long, so that none can serve. */
static size_t count_tokens(const struct plan *plan, const char *value)
{
	size_t count = 0;
	for (const char *at = value;; at++) {
		size_t len = plan->list ? strcspn(at, ";") : strlen(at);
		if (len == 0 || len > PK_TOKEN_BYTES_MAX)
			return 0;
		count++;
		at += len;
		if (*at == '\0')
			return count;
	}
}

static struct pk_token_list *choose_list(struct pk_tokens *tokens, enum anchor anchor, size_t len)
{
	if (anchor == WHOLE || anchor == AFTER_BACKSLASH)
		return &tokens->wholes;
	return len == 1 ? &tokens->bytes : &tokens->searched;
}

static void add_uses(struct building *building, const struct plan *plan)
{
	struct pk_token_use use = {
		.field = building->condition->field,
		.anchor = plan->anchor,
		.condition = building->number,
		.result = plan->result,
		.in_set = plan->needs_all,
	};
	struct pk_token_set *set = NULL;
	if (plan->needs_all) {
		use.set = (uint32_t)building->tokens->sets.len;
		use.bit = 1;
		set = pk_list_push(building->arena, &building->tokens->sets);
	}
	/* A path is compared as a whole by `image`. */
	if (plan->anchor == AFTER_BACKSLASH && strchr(building->condition->value, '\\') != NULL)
		use.anchor = WHOLE;

	const char *rest = building->condition->value;
	for (size_t i = count_tokens(plan, rest); i > 0; i--) {
		size_t len = plan->list ? strcspn(rest, ";") : strlen(rest);
		struct pk_token_list *list = choose_list(building->tokens, use.anchor, len);
		list->fields |= UINT32_C(1) << use.field;
		if (use.anchor == AFTER_BACKSLASH)
			building->tokens->tails |= UINT32_C(1) << use.field;
		struct pk_token *token = find_token(building->arena, list, rest, len);
		*(struct pk_token_use *)pk_list_push(building->arena, &token->uses) = use;
		if (set != NULL)
			set->all |= use.bit;
		use.bit <<= 1;
		rest += len + 1;
	}
}

static void add_condition(struct building *building)
{
	const struct pk_condition *condition = building->condition;
	const struct plan *plan = &plans[condition->op];
	size_t count = plan->by_asking ? 0 : count_tokens(plan, condition->value);
	if (count == 0 || (plan->needs_all && count > SET_TOKENS_MAX)) {
		struct pk_asked_condition *asked =
			pk_list_push(building->arena, &building->tokens->asked);
		asked->number = building->number;
		asked->condition = condition;
		return;
	}
	set_truth(building->tokens->initial, building->number, !plan->result);
	add_uses(building, plan);
}

static void fill_slots(struct pk_arena *arena, struct pk_tokens *tokens)
{
	tokens->slot_count = 1;
	while (tokens->slot_count < 2 * tokens->wholes.items.len)
		tokens->slot_count *= 2;
	tokens->slots = PK_NEW_ARRAY(arena, uint32_t, tokens->slot_count);
	for (size_t i = 0; i < tokens->wholes.items.len; i++) {
		const struct pk_token *token = &tokens->wholes.items.items[i];
		tokens->whole_lens[token->len / 64] |= UINT64_C(1) << token->len % 64;
		size_t slot = token->hash & (tokens->slot_count - 1);
		while (tokens->slots[slot] != 0)
			slot = (slot + 1) & (tokens->slot_count - 1);
		tokens->slots[slot] = (uint32_t)i + 1;
	}
}

struct pk_tokens *pk_tokens_make(struct pk_arena *arena, const struct pk_engine_case *of)
{
	struct pk_tokens *tokens = PK_NEW(arena, struct pk_tokens);
	struct building building = {.arena = arena, .tokens = tokens};
	tokens->words = of->condition_count / 64 + 1;
	tokens->initial = PK_NEW_ARRAY(arena, uint64_t, tokens->words);

	for (size_t p = 0; p < of->parts.len; p++) {
		const struct pk_engine_part *part = &of->parts.items[p];
		for (size_t c = 0; c < part->group->conditions.len; c++) {
			building.condition = &part->group->conditions.items[c];
			building.number = part->first + c;
			/* A field that the event lacks never matches, not even negatively. */
			if (pk_engine_has_field(of->event, part->group, building.condition->field))
				add_condition(&building);
		}
		if (tokens->searched.items.len > PK_TOKENS_MAX)
			return NULL;
	}
	fill_slots(arena, tokens);
	return tokens;
}

/* --- answering --- */

void pk_tokens_begin(const struct pk_tokens *tokens, struct pk_token_answers *answers,
	const struct pk_engine_event *event)
{
	memcpy(answers->truth, tokens->initial, tokens->words * sizeof(*answers->truth));
	if (tokens->sets.len > 0)
		memset(answers->seen, 0, tokens->sets.len * sizeof(*answers->seen));
	for (size_t i = 0; i < tokens->asked.len; i++) {
		const struct pk_condition *condition = tokens->asked.items[i].condition;
		const char *text = event->values[condition->field];
		set_truth(answers->truth, tokens->asked.items[i].number,
			pk_operator_match(
				condition->op, condition->value, text != NULL ? text : "-"));
	}
}

static bool is_anchored(
	enum anchor anchor, const struct pk_token_field *field, size_t begin, size_t end)
{
	switch (anchor) {
	case AT_BEGIN:
		return begin == 0;
	case AT_END:
		return end == field->len;
	case WHOLE:
		return begin == 0 && end == field->len;
	case ANYWHERE:
	case AFTER_BACKSLASH: /* looked up there only */
		break;
	}
	return true;
}

/* The token was found where its use wants it. */
static void apply(const struct pk_tokens *tokens, struct pk_token_answers *answers,
	const struct pk_token_use *use)
{
	if (use->in_set) {
		uint64_t *seen = &answers->seen[use->set];
		*seen |= use->bit;
		if (*seen != tokens->sets.items[use->set].all)
			return;
	}
	set_truth(answers->truth, use->condition, use->result);
}

static void note(const struct pk_tokens *tokens, struct pk_token_answers *answers,
	const struct pk_token_use *use)
{
	apply(tokens, answers, use);
	if (answers->entry != NULL)
		pk_match_entry_add(answers->entry, use);
}

void pk_tokens_found(const struct pk_tokens *tokens, struct pk_token_answers *answers,
	const struct pk_token *token, const struct pk_token_field *field, size_t end)
{
	for (size_t i = 0; i < token->uses.len; i++) {
		const struct pk_token_use *use = &token->uses.items[i];
		if (use->field == field->field &&
			is_anchored(use->anchor, field, end - token->len, end))
			note(tokens, answers, use);
	}
}

void pk_tokens_recall(const struct pk_tokens *tokens, struct pk_token_answers *answers,
	const struct pk_match_entry *entry)
{
	for (size_t i = 0; i < entry->count; i++)
		apply(tokens, answers, entry->hits[i]);
}

static char upper(char lower)
{
	return (char)(lower >= 'a' && lower <= 'z' ? lower - 'a' + 'A' : lower);
}

/* The byte is given in lower case. */
static bool has_byte(enum anchor anchor, const struct pk_token_field *field, char byte)
{
	if (field->len == 0)
		return false;
	if (anchor == AT_BEGIN)
		return pk_text_lower(field->text[0]) == byte;
	if (anchor == AT_END)
		return pk_text_lower(field->text[field->len - 1]) == byte;
	return memchr(field->text, byte, field->len) != NULL ||
		(upper(byte) != byte && memchr(field->text, upper(byte), field->len) != NULL);
}

static void find_bytes(const struct pk_tokens *tokens, struct pk_token_answers *answers,
	const struct pk_token_field *field)
{
	for (size_t i = 0; i < tokens->bytes.items.len; i++) {
		const struct pk_token *token = &tokens->bytes.items.items[i];
		for (size_t u = 0; u < token->uses.len; u++) {
			const struct pk_token_use *use = &token->uses.items[u];
			if (use->field == field->field &&
				has_byte(use->anchor, field, token->text[0]))
				note(tokens, answers, use);
		}
	}
}

/* The whole that is `text` apart from case, or NULL. */
static const struct pk_token *find_whole(
	const struct pk_tokens *tokens, const char *text, size_t len)
{
	if (len > PK_TOKEN_BYTES_MAX || (tokens->whole_lens[len / 64] >> len % 64 & 1) == 0)
		return NULL;
	uint64_t hash = hash_text(text, len);
	size_t slot = hash & (tokens->slot_count - 1);
	for (; tokens->slots[slot] != 0; slot = (slot + 1) & (tokens->slot_count - 1)) {
		const struct pk_token *token = &tokens->wholes.items.items[tokens->slots[slot] - 1];
		if (token->hash == hash && token->len == len &&
			strncasecmp(token->text, text, len) == 0)
			return token;
	}
	return NULL;
}

/* Tells of the whole that is the field from byte `begin` on, if there is one. */
static void find_from(const struct pk_tokens *tokens, struct pk_token_answers *answers,
	const struct pk_token_field *field, size_t begin)
{
	const struct pk_token *token = find_whole(tokens, field->text + begin, field->len - begin);
	if (token != NULL)
		pk_tokens_found(tokens, answers, token, field, field->len);
}

void pk_tokens_look_up(const struct pk_tokens *tokens, struct pk_token_answers *answers,
	const struct pk_token_field *field)
{
	uint32_t bit = UINT32_C(1) << field->field;
	if (tokens->wholes.fields & bit)
		find_from(tokens, answers, field, 0);
	const char *slash = tokens->tails & bit ? memrchr(field->text, '\\', field->len) : NULL;
	if (slash != NULL)
		find_from(tokens, answers, field, (size_t)(slash + 1 - field->text));
	if (tokens->bytes.fields & bit)
		find_bytes(tokens, answers, field);
}
