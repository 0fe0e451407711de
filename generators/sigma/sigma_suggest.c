#include "generators/sigma/sigma_suggest.h"

#include <string.h>

#include "base/text.h"
#include "base/yaml.h"
#include "generators/compile/compile.h"

/* A word with its values. */
struct condition {
	const char *op;	  /* the word of the language */
	bool counts_each; /* each value is an alternative of its own */
	PK_LIST(const char *) values;
};

/* What is written of one field: one of the conditions must hold. */
struct line {
	const char *field;
	PK_LIST(struct condition) any;
	bool joint; /* its one condition takes further values that must hold, too */
};

struct lines {
	PK_LIST(struct line) items;
};

/* How clauses are written. */
struct writing {
	struct pk_arena *arena;
	const struct pk_event *event;
	bool loose; /* lists of beginnings and ends become lists of what is inside */
};

static const char *const words[][2] = {
	[PK_ANSWER_IS] = {"is", "is not"},
	[PK_ANSWER_CONTAINS] = {"contains", "excludes"},
	[PK_ANSWER_BEGINS] = {"begin with", "not begin with"},
	[PK_ANSWER_ENDS] = {"end with", "not end with"},
};

static const char contains_all[] = "contains all";

/* --- conditions --- */

static size_t count_kind(const struct pk_question *question, enum pk_answer_kind kind)
{
	size_t count = 0;
	for (size_t i = 0; i < question->answers.len; i++) {
		const struct pk_answer *answer = &question->answers.items[i];
		count += answer->kind == kind && !answer->negated;
	}
	return count;
}

static struct condition *add_condition(struct pk_arena *arena, struct line *line, const char *op)
{
	for (size_t i = 0; i < line->any.len; i++) {
		if (pk_text_equal(line->any.items[i].op, op))
			return &line->any.items[i];
	}
	struct condition *added = pk_list_push(arena, &line->any);
	added->op = op;
	return added;
}

/* The answers of a question, those with the same word together. */
static void add_alternatives(
	const struct writing *writing, struct line *line, const struct pk_question *question)
{
	for (size_t i = 0; i < question->answers.len; i++) {
		const struct pk_answer *answer = &question->answers.items[i];
		enum pk_answer_kind kind = answer->kind;
		bool edge = kind == PK_ANSWER_BEGINS || kind == PK_ANSWER_ENDS;
		if (writing->loose && edge && !answer->negated && count_kind(question, kind) > 1)
			kind = PK_ANSWER_CONTAINS;

		const char *op = words[kind][answer->negated];
		struct condition *condition;
		if (answer->negated) {
			/* A list under a negative word means "none": these stand alone. */
			condition = pk_list_push(writing->arena, &line->any);
			condition->op = op;
		} else {
			condition = add_condition(writing->arena, line, op);
		}
		bool joins = kind == PK_ANSWER_IS || kind == PK_ANSWER_CONTAINS;
		condition->counts_each |= !joins || strchr(answer->written, ';') != NULL;
		*pk_list_push(writing->arena, &condition->values) = answer->written;
	}
}

/*
 * The word under which a list means that each value must hold, for a question with one answer; NULL
 * if there is none.
 */
static const char *find_joint_word(const struct pk_question *question)
{
	const struct pk_answer *answer = &question->answers.items[0];
	if (question->answers.len != 1)
		return NULL;
	if (answer->negated)
		return words[answer->kind][true];
	return answer->kind == PK_ANSWER_CONTAINS && strchr(answer->written, ';') == NULL
		? contains_all
		: NULL;
}

static struct line *add_line(struct pk_arena *arena, struct lines *lines, const char *field)
{
	struct line *line = pk_list_push(arena, &lines->items);
	line->field = field;
	return line;
}

/* Adds a value that must hold to the line of its field and word. */
static void add_joint(struct pk_arena *arena, struct lines *lines, const char *field,
	const char *op, const char *value)
{
	struct line *line = NULL;
	for (size_t i = 0; i < lines->items.len && line == NULL; i++) {
		struct line *known = &lines->items.items[i];
		if (known->joint && known->field == field && known->any.items[0].op == op)
			line = known;
	}
	if (line == NULL) {
		line = add_line(arena, lines, field);
		line->joint = true;
		add_condition(arena, line, op);
	}
	*pk_list_push(arena, &line->any.items[0].values) = value;
}

static void make_lines(
	const struct writing *writing, struct lines *out, const struct pk_clause *clause)
{
	for (size_t i = 0; i < clause->questions.len; i++) {
		const struct pk_question *question = &clause->questions.items[i];
		const char *field = writing->event->fields[question->field];
		const char *joint = find_joint_word(question);
		if (joint != NULL)
			add_joint(writing->arena, out, field, joint,
				question->answers.items[0].written);
		else
			add_alternatives(writing, add_line(writing->arena, out, field), question);
	}
}

/* How many alternatives the compiler makes of the line. */
static size_t count_alternatives(const struct line *line)
{
	size_t count = 0;
	if (line->joint)
		return 1;
	for (size_t i = 0; i < line->any.len; i++) {
		const struct condition *condition = &line->any.items[i];
		count += condition->counts_each ? condition->values.len : 1;
	}
	return count;
}

static size_t count_product(const struct lines *lines)
{
	size_t product = 1;
	for (size_t i = 0; i < lines->items.len && product <= PK_ALTERNATIVES_LIMIT; i++)
		product *= count_alternatives(&lines->items.items[i]);
	return product;
}

/* --- text --- */

/* The text as a scalar in which `${` is no reference. */
static const char *scalar(struct pk_arena *arena, const char *text)
{
	PK_BUF_AUTO buf = {0};
	for (; *text != '\0'; text++) {
		if (text[0] == '$' && text[1] == '{')
			pk_buf_putc(&buf, '$');
		pk_buf_putc(&buf, *text);
	}
	return pk_yaml_scalar(arena, buf.data == NULL ? "" : buf.data, false);
}

static void put_condition(const struct writing *writing, struct pk_buf *out,
	const struct line *line, const struct condition *condition, const char *indent)
{
	bool single = condition->values.len == 1;
	const char *op = single && condition->op == contains_all ? words[PK_ANSWER_CONTAINS][false]
								 : condition->op;
	pk_buf_printf(out, "%s- %s:\n%s    %s:", indent, line->field, indent, op);
	if (single) {
		pk_buf_printf(out, " %s\n", scalar(writing->arena, condition->values.items[0]));
		return;
	}
	pk_buf_putc(out, '\n');
	for (size_t i = 0; i < condition->values.len; i++)
		pk_buf_printf(out, "%s      - %s\n", indent,
			scalar(writing->arena, condition->values.items[i]));
}

static void put_line(const struct writing *writing, struct pk_buf *out, const struct line *line)
{
	const char *indent = "            ";
	if (line->any.len > 1) {
		pk_buf_printf(out, "%s- any:\n", indent);
		indent = "                ";
	}
	for (size_t i = 0; i < line->any.len; i++)
		put_condition(writing, out, line, &line->any.items[i], indent);
}

/* The clause as one item of `any`; NULL if it is too wide for a rule. */
static const char *write_clause(
	struct writing *writing, const struct pk_clause *clause, size_t *count_out)
{
	struct lines lines = {0};
	make_lines(writing, &lines, clause);
	if (count_product(&lines) > PK_ALTERNATIVES_LIMIT) {
		lines = (struct lines){0};
		writing->loose = true;
		make_lines(writing, &lines, clause);
	}
	*count_out = count_product(&lines);
	if (*count_out > PK_ALTERNATIVES_LIMIT)
		return NULL;

	PK_BUF_AUTO buf = {0};
	pk_buf_puts(&buf, "        - all:\n");
	for (size_t i = 0; i < lines.items.len; i++)
		put_line(writing, &buf, &lines.items.items[i]);
	return pk_arena_strndup(writing->arena, buf.data, buf.len);
}

/* --- rules --- */

/* One include rule while its alternatives are gathered. */
struct draft {
	struct pk_sigma_suggestions *suggestions;
	const struct pk_sigma_result *result;
	const struct pk_event *event;
	struct pk_buf alternatives;
	size_t count;	     /* of alternatives once multiplied out */
	struct pk_map texts; /* those written for this Sigma rule: families share theirs */
};

/* An id that no rule has yet, made of the Sigma rule's. */
static const char *make_id(
	struct pk_sigma_suggestions *suggestions, const struct pk_sigma_rule *rule)
{
	PK_BUF_AUTO buf = {0};
	const char *from = rule->id[0] != '\0' ? rule->id : rule->title;
	pk_buf_puts(&buf, "sigma-");
	for (; *from != '\0' && buf.len < 100; from++) {
		char c = pk_text_lower(*from);
		bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		pk_buf_putc(&buf, plain ? c : '-');
	}
	const char *base = pk_arena_strndup(suggestions->arena, buf.data, buf.len);
	const char *id = base;
	for (size_t n = 2; pk_map_find(&suggestions->ids, id) != NULL; n++)
		id = pk_arena_printf(suggestions->arena, "%s-%zu", base, n);
	pk_map_set(suggestions->arena, &suggestions->ids, id, suggestions);
	return id;
}

/* The technique of a tag such as "attack.t1059.001", as it is called today; NULL: none. */
static const struct pk_technique *find_technique(
	const struct pk_sigma_suggestions *suggestions, const char *tag)
{
	static const char prefix[] = "attack.t";
	if (!pk_text_starts(tag, prefix))
		return NULL;
	const char *id = pk_arena_printf(suggestions->arena, "T%s", tag + strlen(prefix));
	return pk_attack_current(suggestions->attack, id);
}

static void put_techniques(struct draft *draft)
{
	const struct pk_sigma_rule *rule = draft->result->rule;
	struct pk_sigma_suggestions *suggestions = draft->suggestions;
	struct pk_map met = {0};
	for (size_t i = 0; i < rule->tags.len; i++) {
		const struct pk_technique *technique =
			find_technique(suggestions, rule->tags.items[i]);
		if (technique == NULL ||
			pk_map_set(suggestions->arena, &met, technique->id, suggestions) != NULL)
			continue;
		pk_buf_printf(suggestions->buf, "%s%s", met.len == 1 ? "    attack: [" : ", ",
			technique->id);
	}
	if (met.len > 0)
		pk_buf_puts(suggestions->buf, "]\n");
}

static const char *find_severity(const char *level)
{
	static const char *const levels[] = {"informational", "low", "medium", "high", "critical"};
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (pk_text_equal(levels[i], level))
			return level;
	}
	return "medium";
}

/* Writes the rule of the draft, which is empty afterwards. */
static void finish_draft(struct draft *draft)
{
	if (draft->count == 0)
		return;
	struct pk_sigma_suggestions *suggestions = draft->suggestions;
	const struct pk_sigma_rule *rule = draft->result->rule;
	const char *title = rule->title[0] != '\0' ? rule->title : "Sigma rule without title";
	struct pk_buf *buf = suggestions->buf;

	pk_buf_puts(buf, suggestions->written++ == 0 ? "rules:\n" : "\n");
	pk_buf_printf(buf, "  - id: %s\n", make_id(suggestions, rule));
	pk_buf_printf(buf, "    title: %s\n", scalar(suggestions->arena, title));
	if (rule->id[0] != '\0')
		pk_buf_printf(buf, "    references: [%s]\n",
			pk_yaml_scalar(suggestions->arena,
				pk_arena_printf(suggestions->arena, "Sigma rule %s", rule->id),
				true));
	put_techniques(draft);
	pk_buf_printf(buf, "    severity: %s\n", find_severity(rule->level));
	pk_buf_printf(buf, "    event: %s\n", draft->event->tag);
	pk_buf_puts(buf, "    when:\n      any:\n");
	pk_buf_put(buf, draft->alternatives.data, draft->alternatives.len);
	draft->alternatives.len = 0;
	draft->count = 0;
}

/* Adds one alternative; false if it is too wide for a rule. */
static bool add_alternative(struct draft *draft, const struct pk_sigma_opening *opening)
{
	struct pk_arena *arena = draft->suggestions->arena;
	struct writing writing = {.arena = arena, .event = opening->event};
	if (draft->event == NULL || draft->event->id != opening->event->id)
		finish_draft(draft);
	draft->event = opening->event;

	size_t count;
	const char *text = write_clause(&writing, opening->clause, &count);
	if (text == NULL)
		return false;
	const char *key = pk_arena_printf(arena, "%s\n%s", opening->event->tag, text);
	if (pk_map_set(arena, &draft->texts, key, draft) != NULL)
		return true;
	if (draft->count + count > PK_ALTERNATIVES_LIMIT)
		finish_draft(draft);
	pk_buf_puts(&draft->alternatives, text);
	draft->count += count;
	return true;
}

void pk_sigma_suggest_head(struct pk_sigma_suggestions *suggestions, const char *extends)
{
	pk_buf_puts(suggestions->buf,
		"# Includes for Sigma rules that are blind or half blind.\n"
		"picket: 1\n"
		"ruleset:\n"
		"  id: sigma-includes\n"
		"  version: 1.0.0\n"
		"  title: Events that Sigma rules look for\n");
	if (extends != NULL)
		pk_buf_printf(suggestions->buf, "\nextends: [%s]\n",
			pk_yaml_scalar(suggestions->arena, extends, true));
	pk_buf_putc(suggestions->buf, '\n');
}

void pk_sigma_suggest(
	struct pk_sigma_suggestions *suggestions, const struct pk_sigma_result *result)
{
	struct draft draft = {.suggestions = suggestions, .result = result};
	bool sayable = true;
	if (result->verdict != PK_SIGMA_BLIND && result->verdict != PK_SIGMA_HALF)
		return;
	for (size_t i = 0; i < result->openings.len; i++)
		sayable = add_alternative(&draft, &result->openings.items[i]) && sayable;
	finish_draft(&draft);
	pk_buf_finish(&draft.alternatives);
	suggestions->not_sayable += !sayable;
}

void pk_sigma_suggest_end(struct pk_sigma_suggestions *suggestions)
{
	if (suggestions->written == 0)
		pk_buf_puts(suggestions->buf, "rules: []\n");
}
