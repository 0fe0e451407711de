/*
 * A selector is read and answered in one go: every part of it fills a row of marks, one for each
 * host. Rows are kept by depth and used again.
 */
#include "fleet/inventory/select.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

enum {
	ROWS = 2 * PK_SELECT_DEPTH + 8,
	SELECTOR_MAX = 64 * 1024, /* bytes of one */
};

#define BLANKS " \t\r\n"

struct selecting {
	struct pk_arena *arena;
	struct pk_arena *scratch;
	const struct pk_inventory *inventory;
	struct pk_diags *diags;
	bool *rows[ROWS];
	size_t depth;
	struct pk_source *source;
	const char *at;	  /* what comes next */
	const char *word; /* token that was read: a word, "(", ")" or "" at the end */
	struct pk_span span;
	bool is_word; /* and not a bracket or the end */
};

typedef PK_LIST(const char *) text_list;

/* --- tokens --- */

static void next_token(struct selecting *selecting)
{
	const char *text = selecting->source->text;
	const char *c = selecting->at + strspn(selecting->at, BLANKS);
	size_t len = strcspn(c, BLANKS "()");
	selecting->is_word = len > 0;
	if (*c == '(' || *c == ')')
		len = len == 0 ? 1 : len;
	selecting->word = pk_arena_strndup(selecting->scratch, c, len);
	selecting->span =
		pk_span_make(selecting->source, (size_t)(c - text), (size_t)(c - text) + len);
	selecting->at = c + len;
}

static bool is_keyword(const struct selecting *selecting, const char *keyword)
{
	return selecting->is_word && pk_text_equal_nocase(selecting->word, keyword);
}

static bool report_syntax(struct selecting *selecting, const char *fault, const char *hint)
{
	struct pk_diag *diag =
		pk_report(selecting->diags, PK_SELECT_SYNTAX, selecting->span, "%s", fault);
	pk_diag_hint(selecting->diags, diag, "%s", hint);
	return false;
}

/* --- names --- */

/* The members of [...] at `pattern`: is `c` one? *end_out is behind the ']'. */
static bool in_brackets(const char **end_out, const char *pattern, char c)
{
	const char *at = pattern + 1;
	bool inverse = *at == '!' || *at == '^';
	bool found = false;
	at += inverse ? 1 : 0;
	for (bool first = true; *at != '\0' && (first || *at != ']'); first = false) {
		if (at[1] == '-' && at[2] != ']' && at[2] != '\0') {
			found = found || (at[0] <= c && c <= at[2]);
			at += 3;
		} else {
			found = found || *at == c;
			at++;
		}
	}
	*end_out = *at == ']' ? at + 1 : at;
	return found != inverse;
}

/* One character of `text` against what is at `pattern`. */
static bool step(const char **next_out, const char *pattern, char c)
{
	*next_out = pattern + 1;
	if (*pattern == '[')
		return in_brackets(next_out, pattern, c);
	return *pattern == '?' || *pattern == c;
}

static bool matches(const char *pattern, const char *text)
{
	const char *star = NULL;
	const char *from = NULL;
	while (*text != '\0') {
		const char *next;
		if (*pattern == '*') {
			star = ++pattern;
			from = text;
		} else if (*pattern != '\0' && step(&next, pattern, *text)) {
			pattern = next;
			text++;
		} else if (star != NULL) {
			pattern = star;
			text = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

static bool is_pattern(const char *text)
{
	return strpbrk(text, "*?[") != NULL;
}

/* Is every '[' of the pattern closed? */
static bool check_pattern(struct selecting *selecting, const char *pattern)
{
	for (const char *c = strchr(pattern, '['); c != NULL; c = strchr(c, '[')) {
		in_brackets(&c, c, 'x');
		if (c[-1] != ']')
			return report_syntax(selecting, "'[' is not closed in the pattern",
				"write db[0-9] for one of these characters");
	}
	return true;
}

static bool has_text(const char *const *items, size_t len, const char *text)
{
	for (size_t i = 0; i < len; i++) {
		if (pk_text_equal(items[i], text))
			return true;
	}
	return false;
}

/* --- what is not there --- */

static bool report_unknown(struct selecting *selecting, const char *what, const char *name,
	const text_list *known, const char *prefix)
{
	struct pk_diag *diag = pk_report(selecting->diags, PK_SELECT_UNKNOWN, selecting->span,
		"the inventory has no %s '%s'", what, name);
	const char *near = pk_text_nearest(name, known->items, known->len);
	if (near != NULL)
		pk_diag_hint(selecting->diags, diag, "write '%s%s'", prefix, near);
	else
		pk_diag_hint(selecting->diags, diag,
			"see all hosts with `picket status`, or use a pattern");
	return false;
}

static void add_names(struct selecting *selecting, text_list *out)
{
	const struct pk_inventory *inventory = selecting->inventory;
	for (size_t i = 0; i < inventory->hosts.len; i++)
		*pk_list_push(selecting->scratch, out) = inventory->hosts.items[i].name;
}

static void add_groups(struct selecting *selecting, text_list *out)
{
	const struct pk_inventory *inventory = selecting->inventory;
	for (size_t i = 0; i < inventory->groups.len; i++)
		*pk_list_push(selecting->scratch, out) = inventory->groups.items[i];
}

/* --- what a word marks --- */

static const struct pk_host *host_at(const struct selecting *selecting, size_t i)
{
	return &selecting->inventory->hosts.items[i];
}

static bool mark_name(struct selecting *selecting, bool *row, const char *name)
{
	const struct pk_inventory *inventory = selecting->inventory;
	if (is_pattern(name)) {
		if (!check_pattern(selecting, name))
			return false;
		for (size_t i = 0; i < inventory->hosts.len; i++)
			row[i] = matches(name, host_at(selecting, i)->name);
		return true;
	}
	const struct pk_host *host = pk_inventory_find(inventory, name);
	if (host == NULL) {
		text_list known = {0};
		add_names(selecting, &known);
		return report_unknown(selecting, "host", name, &known, "name:");
	}
	row[host - inventory->hosts.items] = true;
	return true;
}

static bool mark_group(struct selecting *selecting, bool *row, const char *name)
{
	const struct pk_inventory *inventory = selecting->inventory;
	if (!has_text(inventory->groups.items, inventory->groups.len, name)) {
		text_list known = {0};
		add_groups(selecting, &known);
		return report_unknown(selecting, "group", name, &known, "group:");
	}
	for (size_t i = 0; i < inventory->hosts.len; i++) {
		const struct pk_host *host = host_at(selecting, i);
		row[i] = has_text(host->groups.items, host->groups.len, name);
	}
	return true;
}

static bool mark_tag(struct selecting *selecting, bool *row, const char *name)
{
	const struct pk_inventory *inventory = selecting->inventory;
	bool found = false;
	for (size_t i = 0; i < inventory->hosts.len; i++) {
		const struct pk_host *host = host_at(selecting, i);
		row[i] = has_text(host->tags.items, host->tags.len, name);
		found = found || row[i];
	}
	if (found)
		return true;
	struct pk_map seen = {0};
	text_list known = {0};
	for (size_t i = 0; i < inventory->hosts.len; i++) {
		const struct pk_host *host = host_at(selecting, i);
		for (size_t k = 0; k < host->tags.len; k++) {
			const char *tag = host->tags.items[k];
			if (pk_map_set(selecting->scratch, &seen, tag, selecting) == NULL)
				*pk_list_push(selecting->scratch, &known) = tag;
		}
	}
	return report_unknown(selecting, "tag", name, &known, "tag:");
}

static bool mark_zone(struct selecting *selecting, bool *row, const char *name)
{
	const struct pk_inventory *inventory = selecting->inventory;
	bool found = false;
	for (size_t i = 0; i < inventory->hosts.len; i++) {
		row[i] = pk_text_equal(host_at(selecting, i)->zone, name);
		found = found || row[i];
	}
	if (found)
		return true;
	struct pk_map seen = {0};
	text_list known = {0};
	for (size_t i = 0; i < inventory->hosts.len; i++) {
		const char *zone = host_at(selecting, i)->zone;
		if (*zone != '\0' && pk_map_set(selecting->scratch, &seen, zone, selecting) == NULL)
			*pk_list_push(selecting->scratch, &known) = zone;
	}
	return report_unknown(selecting, "zone", name, &known, "zone:");
}

static bool mark_platform(struct selecting *selecting, bool *row, const char *name)
{
	text_list known = {0};
	for (int i = PK_HOST_ANY; i <= PK_HOST_WINDOWS; i++)
		*pk_list_push(selecting->scratch, &known) =
			pk_host_platform_name((enum pk_host_platform)i);
	if (!has_text(known.items, known.len, name))
		return report_unknown(selecting, "platform", name, &known, "platform:");
	for (size_t i = 0; i < selecting->inventory->hosts.len; i++)
		row[i] =
			pk_text_equal(pk_host_platform_name(host_at(selecting, i)->platform), name);
	return true;
}

static bool mark_sensor(struct selecting *selecting, bool *row, const char *name)
{
	enum pk_sensor sensor;
	if (!pk_sensor_parse(&sensor, name)) {
		text_list known = {0};
		for (int i = PK_SENSOR_NONE; i < PK_SENSORS; i++)
			*pk_list_push(selecting->scratch, &known) =
				pk_sensor_name((enum pk_sensor)i);
		return report_unknown(selecting, "sensor", name, &known, "sensor:");
	}
	for (size_t i = 0; i < selecting->inventory->hosts.len; i++)
		row[i] = host_at(selecting, i)->sensor.kind == sensor;
	return true;
}

/* --- words --- */

struct prefix {
	const char *name; /* with its ':' */
	bool (*mark)(struct selecting *selecting, bool *row, const char *name);
};

static const struct prefix prefixes[] = {
	{"name:", mark_name},
	{"group:", mark_group},
	{"platform:", mark_platform},
	{"tag:", mark_tag},
	{"sensor:", mark_sensor},
	{"zone:", mark_zone},
};

/* A word alone: a host goes before a group of its name, and that is said. */
static bool mark_bare(struct selecting *selecting, bool *row, const char *word)
{
	const struct pk_inventory *inventory = selecting->inventory;
	if (is_pattern(word))
		return mark_name(selecting, row, word);
	bool is_host = pk_inventory_find(inventory, word) != NULL;
	bool is_group = has_text(inventory->groups.items, inventory->groups.len, word);
	if (is_host && is_group) {
		struct pk_diag *diag = pk_report(selecting->diags, PK_SELECT_AMBIGUOUS,
			selecting->span, "'%s' is a host and a group: the host is taken", word);
		pk_diag_hint(selecting->diags, diag, "write 'name:%s' or 'group:%s'", word, word);
	}
	if (is_host)
		return mark_name(selecting, row, word);
	if (is_group)
		return mark_group(selecting, row, word);
	text_list known = {0};
	add_groups(selecting, &known);
	add_names(selecting, &known);
	return report_unknown(selecting, "host or group", word, &known, "");
}

static bool mark_word(struct selecting *selecting, bool *row)
{
	const char *word = selecting->word;
	size_t count = selecting->inventory->hosts.len;
	memset(row, 0, count * sizeof(*row));
	if (pk_text_equal(word, "all")) {
		memset(row, 1, count * sizeof(*row));
		return true;
	}
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		const char *name = word + strlen(prefixes[i].name);
		if (!pk_text_starts(word, prefixes[i].name))
			continue;
		if (*name == '\0')
			return report_syntax(selecting, "a name is missing behind ':'",
				"write it without a blank, as group:web");
		return prefixes[i].mark(selecting, row, name);
	}
	return mark_bare(selecting, row, word);
}

/* --- expressions --- */

static bool *take_row(struct selecting *selecting)
{
	bool **row = &selecting->rows[selecting->depth++];
	if (*row == NULL)
		*row = PK_NEW_ARRAY(selecting->scratch, bool, selecting->inventory->hosts.len + 1);
	return *row;
}

/* Those that bind less come first. */
static const struct {
	const char *word;
	bool both; /* hosts that are on both sides, else on one of them */
} operators[] = {
	{"or", false},
	{"and", true},
};

static bool read_expression(struct selecting *selecting, bool *row, unsigned depth);

static bool read_not(struct selecting *selecting, bool *row, unsigned depth)
{
	if (depth > PK_SELECT_DEPTH)
		return report_syntax(
			selecting, "brackets and 'not' are nested too deep", "make it simpler");
	if (is_keyword(selecting, "not")) {
		next_token(selecting);
		if (!read_not(selecting, row, depth + 1))
			return false;
		for (size_t i = 0; i < selecting->inventory->hosts.len; i++)
			row[i] = !row[i];
		return true;
	}
	if (!selecting->is_word && *selecting->word == '(') {
		struct pk_span open = selecting->span;
		next_token(selecting);
		if (!read_expression(selecting, row, depth + 1))
			return false;
		if (selecting->is_word || *selecting->word != ')') {
			selecting->span = open;
			return report_syntax(selecting, "'(' is not closed", "add ')'");
		}
		next_token(selecting);
		return true;
	}
	if (!selecting->is_word || is_keyword(selecting, "and") || is_keyword(selecting, "or"))
		return report_syntax(selecting, "a host, group or pattern is missing here",
			"write a name, 'group:NAME', 'tag:NAME' or '('");
	if (!mark_word(selecting, row))
		return false;
	next_token(selecting);
	return true;
}

/* The operators from number `level` on, with what stands between them. */
static bool read_operators(struct selecting *selecting, bool *row, unsigned depth, size_t level)
{
	if (level == sizeof(operators) / sizeof(operators[0]))
		return read_not(selecting, row, depth);
	if (!read_operators(selecting, row, depth, level + 1))
		return false;
	bool *other = take_row(selecting);
	bool good = true;
	while (good && is_keyword(selecting, operators[level].word)) {
		next_token(selecting);
		good = read_operators(selecting, other, depth, level + 1);
		for (size_t i = 0; good && i < selecting->inventory->hosts.len; i++)
			row[i] = operators[level].both ? row[i] && other[i] : row[i] || other[i];
	}
	selecting->depth--;
	return good;
}

static bool read_expression(struct selecting *selecting, bool *row, unsigned depth)
{
	return read_operators(selecting, row, depth, 0);
}

static bool read_selector(struct selecting *selecting, bool *row, const char *text)
{
	size_t len = strlen(text);
	const char *copy = pk_arena_strndup(
		selecting->diags->arena, text, len < SELECTOR_MAX ? len : SELECTOR_MAX);
	selecting->source = pk_source_make(
		selecting->diags->arena, "selector", copy, len < SELECTOR_MAX ? len : SELECTOR_MAX);
	selecting->at = copy;
	selecting->span = pk_span_file(selecting->source);
	if (len > SELECTOR_MAX)
		return report_syntax(
			selecting, "the selector is too long", "give several selectors");
	next_token(selecting);
	if (!read_expression(selecting, row, 0))
		return false;
	if (selecting->is_word)
		return report_syntax(selecting, "'and' or 'or' is missing here",
			"put 'or' between names that stand side by side");
	if (*selecting->word != '\0')
		return report_syntax(selecting, "')' without '('", "take it away");
	return true;
}

/* --- arguments --- */

static bool is_operator(const char *word, size_t len)
{
	static const char *const words[] = {"and", "or", "not"};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (len == strlen(words[i]) && strncasecmp(word, words[i], len) == 0)
			return true;
	}
	return false;
}

/* Is something missing at the end of the text: what an operator is about, or a bracket? */
static bool is_open(const char *text)
{
	size_t depth = 0;
	bool open = false;
	for (const char *c = text + strspn(text, BLANKS); *c != '\0'; c += strspn(c, BLANKS)) {
		size_t len = strcspn(c, BLANKS "()");
		open = *c == '(' || is_operator(c, len);
		depth += *c == '(' ? 1 : 0;
		depth -= *c == ')' && depth > 0 ? 1 : 0;
		c += len == 0 ? 1 : len;
	}
	return open || depth > 0;
}

/* Does the text begin with what needs something before it? A `not` alone is no selector, either. */
static bool goes_on(const char *text)
{
	const char *c = text + strspn(text, BLANKS);
	size_t len = strcspn(c, BLANKS "()");
	bool more = c[len + strspn(c + len, BLANKS)] != '\0';
	return *c == ')' || (is_operator(c, len) && (pk_text_lower(*c) != 'n' || !more));
}

/* The selector that begins with the argument *at, and goes on in others: web and not web1. */
static const char *join(
	struct selecting *selecting, const char *const *texts, size_t count, size_t *at)
{
	const char *text = texts[(*at)++];
	while (*at < count && strlen(text) <= SELECTOR_MAX &&
		(is_open(text) || goes_on(texts[*at])))
		text = pk_arena_printf(selecting->scratch, "%s %s", text, texts[(*at)++]);
	return text;
}

/* --- selections --- */

static void take_hosts(struct pk_selection *out, struct selecting *selecting, const bool *row)
{
	size_t count = selecting->inventory->hosts.len;
	size_t len = 0;
	for (size_t i = 0; i < count; i++)
		len += row[i] ? 1 : 0;
	struct pk_selection selection = {
		.items = PK_NEW_ARRAY(selecting->arena, const struct pk_host *, len)};
	for (size_t i = 0; i < count; i++) {
		if (row[i])
			selection.items[selection.len++] = host_at(selecting, i);
	}
	*out = selection;
}

/* A name of a host alone is what is given by the thousand: it needs no row. */
static bool mark_plain(struct selecting *selecting, bool *row, const char *text)
{
	const struct pk_inventory *inventory = selecting->inventory;
	const struct pk_host *host = pk_inventory_find(inventory, text);
	if (host == NULL || has_text(inventory->groups.items, inventory->groups.len, text))
		return false;
	row[host - inventory->hosts.items] = true;
	return true;
}

static bool report_empty(struct selecting *selecting)
{
	struct pk_span span =
		selecting->source == NULL ? PK_NO_SPAN : pk_span_file(selecting->source);
	if (span.source != NULL)
		span.end = (uint32_t)span.source->len;
	struct pk_diag *diag =
		pk_report(selecting->diags, PK_SELECT_EMPTY, span, "no host is selected");
	pk_diag_hint(selecting->diags, diag, "'all' selects every host");
	return false;
}

bool pk_select(struct pk_selection *out, struct pk_arena *arena,
	const struct pk_inventory *inventory, const char *const *texts, size_t count,
	struct pk_diags *diags)
{
	PK_AUTO(pk_arena) *scratch = pk_arena_create();
	struct selecting selecting = {
		.arena = arena, .scratch = scratch, .inventory = inventory, .diags = diags};
	bool *all = take_row(&selecting);
	bool *row = take_row(&selecting);
	bool good = true;
	bool any = count == 0;
	for (size_t i = 0; i < count;) {
		const char *text = join(&selecting, texts, count, &i);
		if (mark_plain(&selecting, all, text))
			continue;
		if (!read_selector(&selecting, row, text)) {
			good = false;
			selecting.depth = 2;
			continue;
		}
		for (size_t k = 0; k < inventory->hosts.len; k++)
			all[k] = all[k] || row[k];
	}
	if (!good)
		return false;
	for (size_t i = 0; i < inventory->hosts.len; i++) {
		all[i] = all[i] || count == 0;
		any = any || all[i];
	}
	if (!any || inventory->hosts.len == 0)
		return report_empty(&selecting);
	take_hosts(out, &selecting, all);
	return true;
}
