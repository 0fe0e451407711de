#include "generators/compile/policy_suggest.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/yaml.h"

enum { BASES_MAX = 12 };

/* Takes out the fields that nobody asks. */
static void keep_fields(struct pk_engine_event *event, uint32_t fields)
{
	for (size_t i = 0; i < PK_SCHEMA_FIELDS_MAX; i++) {
		if (!(fields & UINT32_C(1) << i))
			event->values[i] = NULL;
	}
}

void pk_suggest_add_clause(struct pk_arena *arena, struct pk_suggesting *suggesting, uint32_t id,
	size_t element, size_t term)
{
	const struct pk_meaning_event *event = pk_meaning_find(suggesting->meaning, id);
	for (size_t b = 0; event != NULL && b < event->blocks.len; b++) {
		const struct pk_block *block = &event->blocks.items[b];
		for (size_t c = 0; block->element == element && c < block->clauses.len; c++) {
			struct pk_engine_event witness;
			if (block->clauses.items[c].term != term ||
				pk_clause_possible(
					arena, &block->clauses.items[c], event, &witness) != PK_YES)
				continue;
			keep_fields(&witness, block->clauses.items[c].fields);
			*pk_list_push(arena, &suggesting->bases) = witness;
			return;
		}
	}
}

/* --- texts --- */

struct texts {
	PK_LIST(const char *) items;
};

static void add_text(struct pk_arena *arena, struct texts *texts, const char *text)
{
	if (text != NULL && strpbrk(text, "\x01\n\r\t") == NULL)
		*pk_list_push(arena, &texts->items) = text;
}

/* A longer text that a condition on a part of it should not take for the whole. */
static void add_longer(struct pk_arena *arena, struct texts *texts, const char *text)
{
	add_text(arena, texts, pk_arena_printf(arena, "%s.bak", text));
	if (text[0] != '\0' && text[1] == ':')
		add_text(arena, texts, pk_arena_printf(arena, "\\\\?\\%s", text));
	else if (text[0] == '/')
		add_text(arena, texts, pk_arena_printf(arena, "/mnt%s", text));
	else
		add_text(arena, texts, pk_arena_printf(arena, "my%s", text));
	add_text(arena, texts, pk_arena_printf(arena, "%s0", text));
}

/* Does the condition look for a part anywhere in the text? */
static bool is_part(enum pk_operator op)
{
	return op == PK_OP_CONTAINS || op == PK_OP_CONTAINS_ANY || op == PK_OP_CONTAINS_ALL;
}

/* The text without the first of the values that is found in it. */
static void add_cut(struct pk_arena *arena, struct texts *texts, const char *text,
	const struct pk_spoilt *spoilt)
{
	bool is_list = pk_operator_info(spoilt->op)->list;
	for (const char *value = spoilt->value; *value != '\0';) {
		size_t len = is_list ? strcspn(value, ";") : strlen(value);
		const char *token = pk_arena_strndup(arena, value, len);
		const char *found = pk_text_find_nocase(text, token);
		if (found != NULL && len > 0 && len < strlen(text)) {
			add_text(arena, texts,
				pk_arena_printf(
					arena, "%.*s%s", (int)(found - text), text, found + len));
			return;
		}
		value += len + (value[len] == ';');
	}
}

/* Texts near to those that matter: of the event as it is, and of the values. */
static void add_near(struct pk_arena *arena, struct texts *texts, const char *text,
	const struct pk_spoilt *spoilt)
{
	bool is_list = pk_operator_info(spoilt->op)->list;
	size_t len = is_list ? strcspn(spoilt->value, ";") : strlen(spoilt->value);
	const char *first = pk_arena_strndup(arena, spoilt->value, len);
	if (text != NULL) {
		add_text(arena, texts, text);
		if (is_part(spoilt->op))
			add_cut(arena, texts, text, spoilt);
		add_longer(arena, texts, text);
	}
	if (spoilt->op == PK_OP_END_WITH && first[0] == '/')
		first = pk_arena_printf(arena, "/usr/bin%s", first);
	else if (spoilt->op == PK_OP_END_WITH && first[0] == '\\')
		first = pk_arena_printf(arena, "C:\\Tools%s", first);
	add_text(arena, texts, first);
	add_longer(arena, texts, first);
}

/* Texts on which one condition holds and the other does not. */
static void add_witness(struct pk_arena *arena, struct texts *texts, int field,
	const struct pk_spoilt *spoilt, bool good_holds)
{
	struct pk_clause good = {0};
	struct pk_clause bad = {0};
	struct pk_engine_event witness;
	pk_clause_add_condition(arena, &good, field, spoilt->op, spoilt->value);
	pk_clause_add_condition(arena, &bad, field, spoilt->op_spoilt, spoilt->value_spoilt);
	pk_clause_finish(&good);
	pk_clause_finish(&bad);
	const struct pk_clause *holds = good_holds ? &good : &bad;
	const struct pk_clause *fails = good_holds ? &bad : &good;
	if (pk_clause_implies(arena, holds, fails, &witness) == PK_NO)
		add_text(arena, texts, witness.values[field]);
}

/* --- trying --- */

static const char *print(struct pk_arena *arena, const struct pk_event *event,
	const struct pk_engine_event *data, const struct pk_decision *wanted, bool name_counts)
{
	PK_BUF_AUTO buf = {0};
	const char *comma = "";
	pk_buf_printf(&buf, "{%s: {", wanted->logged ? "logged" : "dropped");
	for (size_t i = 0; i < event->field_count; i++) {
		if (data->values[i] == NULL)
			continue;
		pk_buf_printf(&buf, "%s%s: %s", comma, event->fields[i],
			pk_yaml_scalar(arena, data->values[i], true));
		comma = ", ";
	}
	pk_buf_putc(&buf, '}');
	if (name_counts)
		pk_buf_printf(&buf, ", rule_name: %s",
			pk_yaml_scalar(
				arena, wanted->rule_name == NULL ? "" : wanted->rule_name, true));
	pk_buf_putc(&buf, '}');
	return pk_arena_strndup(arena, buf.data, buf.len);
}

static const char *name_of(const struct pk_decision *decision)
{
	return decision->rule_name == NULL ? "" : decision->rule_name;
}

/* The test, if the event tells the two engines apart. `by_name`: also by the RuleName alone. */
static const char *try_event(struct pk_arena *arena, const struct pk_suggesting *suggesting,
	const struct pk_event *event, const struct pk_engine_event *data, bool by_name)
{
	struct pk_decision good = pk_engine_decide(suggesting->good, data);
	struct pk_decision bad = pk_engine_decide(suggesting->bad, data);
	if (good.logged != bad.logged)
		return print(arena, event, data, &good, false);
	if (by_name && good.logged && strcmp(name_of(&good), name_of(&bad)) != 0)
		return print(arena, event, data, &good, true);
	return NULL;
}

static const char *vary(struct pk_arena *arena, const struct pk_suggesting *suggesting,
	const struct pk_engine_event *base, const struct pk_spoilt *spoilt, bool by_name)
{
	const struct pk_event *event = pk_schema_find_id(suggesting->meaning->schema, base->id);
	int field = event == NULL ? -1 : pk_event_field(event, spoilt->field);
	if (field < 0)
		return NULL;
	struct texts texts = {0};
	add_near(arena, &texts, base->values[field], spoilt);
	add_witness(arena, &texts, field, spoilt, true);
	add_witness(arena, &texts, field, spoilt, false);

	struct pk_engine_event data = *base;
	for (size_t i = 0; i < texts.items.len; i++) {
		data.values[field] = texts.items.items[i];
		const char *test = try_event(arena, suggesting, event, &data, by_name);
		if (test != NULL)
			return test;
	}
	return NULL;
}

const char *pk_suggest_test(struct pk_arena *arena, const struct pk_suggesting *suggesting,
	const struct pk_spoilt *spoilt)
{
	size_t count = suggesting->bases.len < BASES_MAX ? suggesting->bases.len : BASES_MAX;
	for (int by_name = 0; by_name <= 1; by_name++) {
		for (size_t i = 0; i < count; i++) {
			const char *test = vary(
				arena, suggesting, &suggesting->bases.items[i], spoilt, by_name);
			if (test != NULL)
				return test;
		}
	}
	return NULL;
}
