/* Values of one rule: those that do nothing, and those that are in very common texts. */
#include <string.h>

#include "base/text.h"
#include "generators/meaning/answers.h"
#include "generators/meaning/lint_parts.h"

static const struct pk_filter *find_filter(const struct pk_lint_event *event,
	const struct pk_lint_rule *rule, const struct pk_clause *clause, int field,
	const struct pk_answer *answer)
{
	return pk_lint_filter(event->meaning, rule->block->element, clause, event->said->event,
		field, answer->written);
}

/* --- values that are eaten --- */

/* A family of events shares its elements; a field may stand elsewhere in another event of it. */
static bool is_shared(const struct pk_lint_event *event, const struct pk_clause *clause)
{
	const struct pk_schema *schema = event->meaning->schema;
	const struct pk_event *here = event->said->event;
	const struct pk_event *first = pk_schema_find_tag(schema, here->tag);
	size_t family = pk_schema_family(schema, first);
	for (size_t q = 0; q < clause->questions.len; q++) {
		int field = clause->questions.items[q].field;
		for (size_t i = 0; i < family; i++) {
			if (pk_event_field(&first[i], here->fields[field]) != field)
				return false;
		}
	}
	return true;
}

static void report_eaten(struct pk_linter *linter, const struct pk_filter *filter,
	const struct pk_answer *answer, const struct pk_clause *eater, size_t count)
{
	const char *more = count == 1
		? ""
		: pk_arena_printf(linter->arena, " (and %zu more of its values)", count - 1);
	struct pk_diag *diag = pk_report(linter->diags, PK_EATEN_VALUE, filter->value_span,
		"nothing is logged for '%s'%s: an exclude drops every event with it",
		answer->written, more);
	pk_diag_relate(linter->diags, diag, eater->span, "the exclude");
	pk_diag_hint(linter->diags, diag, "narrow the exclude, or remove the value");
}

static void check_eaten(struct pk_linter *linter, const struct pk_lint_event *event,
	const struct pk_lint_rule *rule, const struct pk_clause *clause, size_t question)
{
	const struct pk_question *whole = &clause->questions.items[question];
	const struct pk_clause *eater = NULL;
	const struct pk_answer *eaten = NULL;
	size_t count = 0;
	for (size_t i = 0; i < whole->answers.len; i++) {
		const struct pk_clause *found = pk_lint_answer_eater(event, clause, question, i);
		if (found == NULL || !is_shared(event, found))
			continue;
		if (count++ == 0) {
			eater = found;
			eaten = &whole->answers.items[i];
		}
	}
	if (count == 0 || count == whole->answers.len)
		return;
	const struct pk_filter *filter = find_filter(event, rule, clause, whole->field, eaten);
	if (filter != NULL)
		report_eaten(linter, filter, eaten, eater, count);
}

/* --- values that are covered --- */

static const struct pk_answer *find_wider(const struct pk_question *question, size_t index)
{
	const struct pk_answer *answer = &question->answers.items[index];
	for (size_t i = 0; i < question->answers.len; i++) {
		if (i != index && pk_answer_implies(answer, &question->answers.items[i]))
			return &question->answers.items[i];
	}
	return NULL;
}

static void check_covered(struct pk_linter *linter, const struct pk_lint_event *event,
	const struct pk_lint_rule *rule, const struct pk_clause *clause,
	const struct pk_question *question)
{
	for (size_t i = 0; i < question->answers.len; i++) {
		const struct pk_answer *answer = &question->answers.items[i];
		const struct pk_answer *wider = find_wider(question, i);
		const struct pk_filter *filter = wider == NULL
			? NULL
			: find_filter(event, rule, clause, question->field, answer);
		if (filter == NULL ||
			pk_lint_is_told(
				linter, PK_COVERED_VALUE, filter->value_span, answer->written))
			continue;
		struct pk_diag *diag = pk_report(linter->diags, PK_COVERED_VALUE,
			filter->value_span, "'%s' adds nothing to the list: '%s' matches it too",
			answer->written, wider->written);
		pk_diag_hint(linter->diags, diag, "remove '%s'", answer->written);
	}
}

/* --- values that are in very common texts --- */

enum text_kind {
	COMMAND,
	PROGRAM,
	FILE_PATH,
	HOST,
};

static const struct {
	enum text_kind kind;
	const char *text;
} texts[] = {
#define PK_TEXT(kind, text) {kind, text},
#include "generators/meaning/lint_texts.def"
#undef PK_TEXT
};

static const struct {
	const char *field;
	enum text_kind kind;
} common_fields[] = {
	{"CommandLine", COMMAND},
	{"DestinationHostname", HOST},
	{"Image", PROGRAM},
	{"ParentCommandLine", COMMAND},
	{"ParentImage", PROGRAM},
	{"QueryName", HOST},
	{"SourceImage", PROGRAM},
	{"TargetFilename", FILE_PATH},
	{"TargetImage", PROGRAM},
};

enum {
	TEXTS = sizeof(texts) / sizeof(texts[0]),
	WORD_MOST = 4,	 /* letters of a value that is looked for inside of words */
	COMMON_PART = 3, /* a value in one of so many texts is common */
};

static bool find_kind(enum text_kind *out, const char *field)
{
	for (size_t i = 0; i < sizeof(common_fields) / sizeof(common_fields[0]); i++) {
		if (strcmp(common_fields[i].field, field) == 0) {
			*out = common_fields[i].kind;
			return true;
		}
	}
	return false;
}

static bool is_letter(char c)
{
	c = pk_text_lower(c);
	return c >= 'a' && c <= 'z';
}

static bool is_short_word(const char *text)
{
	size_t len = strlen(text);
	for (size_t i = 0; i < len; i++) {
		if (!is_letter(text[i]))
			return false;
	}
	return len > 0 && len <= WORD_MOST;
}

/* True if the word is found in the text as a part of a longer one. */
static bool is_inside_word(const char *text, const char *word)
{
	size_t len = strlen(word);
	const char *at = text;
	while ((at = pk_text_find_nocase(at, word)) != NULL) {
		if ((at > text && is_letter(at[-1])) || is_letter(at[len]))
			return true;
		at++;
	}
	return false;
}

/* An event with a common text that the rule decides; else false. */
static bool is_decided(const struct pk_lint_event *event, const struct pk_lint_rule *rule,
	const struct pk_clause *clause, int field, const char *text)
{
	struct pk_engine_event witness = {.id = event->said->event->id};
	witness.values[field] = text;
	return pk_clause_holds(clause, &witness) &&
		pk_engine_decide(event->meaning->engine, &witness).logged == rule->block->include;
}

/* A common text that shows the value to be too broad, or NULL. */
static const char *find_common(const struct pk_lint_event *event, const struct pk_lint_rule *rule,
	const struct pk_clause *clause, int field, const struct pk_answer *answer)
{
	enum text_kind kind;
	if (!find_kind(&kind, event->said->event->fields[field]))
		return NULL;
	bool word = is_short_word(answer->text);
	const char *shown = NULL;
	size_t met = 0;
	size_t all = 0;
	for (size_t i = 0; i < TEXTS; i++) {
		const char *text = texts[i].text;
		if (texts[i].kind != kind)
			continue;
		all++;
		if (pk_text_find_nocase(text, answer->text) == NULL ||
			!is_decided(event, rule, clause, field, text))
			continue;
		if (word && is_inside_word(text, answer->text))
			return text;
		met++;
		shown = shown == NULL ? text : shown;
	}
	return met * COMMON_PART >= all ? shown : NULL;
}

static void check_broad(struct pk_linter *linter, const struct pk_lint_event *event,
	const struct pk_lint_rule *rule, const struct pk_clause *clause)
{
	const struct pk_question *question = &clause->questions.items[0];
	for (size_t i = 0; i < question->answers.len; i++) {
		const struct pk_answer *answer = &question->answers.items[i];
		if (answer->kind != PK_ANSWER_CONTAINS || answer->negated)
			continue;
		const char *text = find_common(event, rule, clause, question->field, answer);
		const struct pk_filter *filter = text == NULL
			? NULL
			: find_filter(event, rule, clause, question->field, answer);
		if (filter == NULL)
			continue;
		struct pk_diag *diag = pk_report(linter->diags, PK_BROAD_VALUE, filter->value_span,
			"'%s' is part of very common texts: %s '%s' is %s", answer->written,
			filter->field, text, rule->block->include ? "logged" : "dropped");
		pk_diag_hint(linter->diags, diag,
			"write more of the text, with what stands before and behind it");
		return;
	}
}

/* --- one rule --- */

void pk_lint_values(struct pk_linter *linter, const struct pk_lint_event *event, size_t index)
{
	const struct pk_lint_rule *rule = &event->rules.items[index];
	const struct pk_clause *clause = event->places.items[rule->first].clause;
	if (rule->count != 1)
		return;
	for (size_t i = 0; i < clause->questions.len; i++) {
		if (!pk_lint_is_split(&clause->questions.items[i]))
			continue;
		check_covered(linter, event, rule, clause, &clause->questions.items[i]);
		if (rule->block->include)
			check_eaten(linter, event, rule, clause, i);
	}
	if (clause->questions.len == 1)
		check_broad(linter, event, rule, clause);
}
