/*
 * Ansible's inventories in INI: [group] with hosts and their variables, [group:vars],
 * [group:children]. A value is Python's: in quotes, or as it stands.
 */
#include <string.h>

#include "base/text.h"
#include "fleet/inventory/inventory_parts.h"

enum section {
	SECTION_HOSTS,
	SECTION_VARS,
	SECTION_CHILDREN,
};

enum { WORDS_MAX = 256 };

struct reading {
	struct pk_inventory_build *build;
	struct pk_source *source;
	enum section section;
	struct pk_inventory_group *group; /* NULL: all */
};

struct word {
	const char *text;
	size_t len;
	struct pk_span span;
};

static bool report_line(struct reading *reading, struct pk_span span, const char *fault)
{
	struct pk_diag *diag = pk_report(reading->build->diags, PK_ANSIBLE_LINE, span, "%s", fault);
	pk_diag_hint(reading->build->diags, diag,
		"write [group], HOST key=value..., or key=value under [group:vars]");
	return false;
}

static struct pk_span span_of(struct reading *reading, const char *begin, const char *end)
{
	return pk_span_make(reading->source, (size_t)(begin - reading->source->text),
		(size_t)(end - reading->source->text));
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static const char *skip_blanks(const char *c, const char *end)
{
	while (c < end && is_blank(*c))
		c++;
	return c;
}

/* --- values --- */

/* Does a value in quotes, or a number, end at `c`, but for a comment? */
static bool ends(const char *c, const char *end)
{
	c = skip_blanks(c, end);
	return c == end || *c == '#';
}

/* A value, without quotes around it; a comment goes only from behind quotes and numbers. */
static struct word read_value(struct reading *reading, const char *c, const char *end)
{
	struct word word = {.text = c, .len = (size_t)(end - c), .span = span_of(reading, c, end)};
	if (c < end && (*c == '"' || *c == '\'')) {
		const char *close = memchr(c + 1, *c, (size_t)(end - c) - 1);
		if (close != NULL && ends(close + 1, end)) {
			word.text = c + 1;
			word.len = (size_t)(close - c) - 1;
		}
		return word;
	}
	const char *digit = c;
	while (digit < end && *digit >= '0' && *digit <= '9')
		digit++;
	if (digit > c && ends(digit, end)) {
		word.len = (size_t)(digit - c);
		word.span = span_of(reading, c, digit);
	}
	return word;
}

static bool read_var(struct reading *reading, struct pk_wishes *out, const char *name,
	size_t name_len, struct pk_span span, const struct word *value)
{
	struct pk_inventory_build *build = reading->build;
	const char *copy = pk_arena_strndup(build->arena, name, name_len);
	const struct pk_node *node =
		pk_inventory_node(build, value->text, value->len, value->span, false);
	return pk_ansible_read_var(build, out, copy, node, span);
}

/* --- lines --- */

static bool read_var_line(struct reading *reading, const char *line, const char *end)
{
	struct pk_inventory_build *build = reading->build;
	const char *equal = memchr(line, '=', (size_t)(end - line));
	if (equal == NULL || equal == line)
		return report_line(
			reading, span_of(reading, line, end), "under ':vars' stands 'key=value'");
	const char *name_end = equal;
	while (name_end > line && is_blank(name_end[-1]))
		name_end--;
	struct word value = read_value(reading, skip_blanks(equal + 1, end), end);
	struct pk_wishes *out = reading->group == NULL ? &build->defaults : &reading->group->wishes;
	return read_var(reading, out, line, (size_t)(name_end - line),
		span_of(reading, line, name_end), &value);
}

static bool read_child_line(struct reading *reading, const char *line, const char *end)
{
	struct pk_inventory_build *build = reading->build;
	const char *c = line;
	while (c < end && !is_blank(*c) && *c != '#')
		c++;
	if (c == line || !ends(c, end))
		return report_line(reading, span_of(reading, line, end),
			"under ':children' stands the name of one group");
	struct pk_inventory_group *child = pk_inventory_group(build,
		pk_arena_strndup(build->scratch, line, (size_t)(c - line)),
		span_of(reading, line, c));
	if (child == NULL)
		return false;
	if (reading->group != NULL)
		pk_inventory_add_parent(build, child, reading->group);
	return true;
}

/* One word as a shell has it, from *at on; what is wrong, or NULL. */
static const char *read_word(struct pk_buf *out, const char **at, const char *end)
{
	char quote = '\0';
	const char *c = *at;
	for (; c < end && (quote != '\0' || !is_blank(*c)); c++) {
		if (quote == '\0' && (*c == '"' || *c == '\'')) {
			quote = *c;
		} else if (quote != '\0' && *c == quote) {
			quote = '\0';
		} else {
			bool escapes = quote == '\0' ||
				(quote == '"' && c + 1 < end && (c[1] == '"' || c[1] == '\\'));
			if (*c == '\\' && escapes && c + 1 < end)
				c++;
			pk_buf_putc(out, *c);
		}
	}
	*at = c;
	return quote == '\0' ? NULL : "a quote is not closed";
}

/* HOST:PORT, where HOST is no IPv6 address; *end_out is behind HOST. */
static bool has_port(const char *text, const char **end_out, const char **port_out)
{
	const char *bracket = strrchr(text, ']');
	const char *colon = strrchr(text, ':');
	if (colon == NULL || (bracket != NULL && bracket > colon))
		return false;
	const char *first = strchr(bracket == NULL ? text : bracket, ':');
	if (first != colon || colon[1] == '\0' ||
		strspn(colon + 1, "0123456789") != strlen(colon + 1))
		return false;
	*end_out = colon;
	*port_out = colon + 1;
	return true;
}

static bool add_hosts(struct reading *reading, const char *name, struct pk_span span,
	struct pk_wishes *own, bool said)
{
	struct pk_inventory_build *build = reading->build;
	const char *name_end;
	const char *port;
	if (has_port(name, &name_end, &port)) {
		if (own->values[PK_SET_PORT] == NULL)
			own->values[PK_SET_PORT] =
				pk_inventory_node(build, port, strlen(port), span, true);
		name = pk_arena_strndup(build->arena, name, (size_t)(name_end - name));
		said = true;
	}
	return pk_inventory_add_hosts(build, name, span, reading->group, said ? own : NULL, false);
}

static bool read_host_var(struct reading *reading, struct pk_wishes *own, const struct pk_buf *word,
	struct pk_span span)
{
	const char *equal = memchr(word->data, '=', word->len);
	if (equal == NULL || equal == word->data)
		return report_line(reading, span, "behind a host stands 'key=value'");
	const struct word value = {.text = equal + 1,
		.len = word->len - (size_t)(equal - word->data) - 1,
		.span = span};
	return read_var(reading, own, word->data, (size_t)(equal - word->data), span, &value);
}

static bool read_host_line(struct reading *reading, const char *line, const char *end)
{
	struct pk_wishes own = {0};
	const char *name = NULL;
	struct pk_span name_span = PK_NO_SPAN;
	size_t count = 0;
	bool good = true;
	for (const char *c = line; !ends(c, end); count++) {
		PK_BUF_AUTO word = {0};
		const char *begin = c = skip_blanks(c, end);
		const char *fault = read_word(&word, &c, end);
		struct pk_span span = span_of(reading, begin, c);
		if (count == WORDS_MAX)
			fault = "the line has too many words";
		if (fault != NULL)
			return report_line(reading, span, fault);
		pk_buf_put(&word, "", 0);
		if (name == NULL) {
			name = pk_arena_strndup(reading->build->arena,
				word.data == NULL ? "" : word.data, word.len);
			name_span = span;
		} else {
			good = read_host_var(reading, &own, &word, span) && good;
		}
	}
	return good && add_hosts(reading, name, name_span, &own, count > 1);
}

/* [group], [group:vars], [group:children]. */
static bool read_section(struct reading *reading, const char *line, const char *end)
{
	static const char *const kinds[] = {
		[SECTION_HOSTS] = "", [SECTION_VARS] = "vars", [SECTION_CHILDREN] = "children"};
	struct pk_inventory_build *build = reading->build;
	const char *close = memchr(line, ']', (size_t)(end - line));
	struct pk_span span = span_of(reading, line, end);
	if (close == NULL || !ends(close + 1, end))
		return report_line(reading, span, "']' is missing at the end of the section");
	const char *colon = memchr(line, ':', (size_t)(close - line));
	const char *name_end = colon == NULL ? close : colon;
	const char *kind = colon == NULL
		? ""
		: pk_arena_strndup(build->scratch, colon + 1, (size_t)(close - colon) - 1);
	size_t section = 0;
	while (section < PK_COUNT(kinds) && !pk_text_equal(kinds[section], kind))
		section++;
	if (section == PK_COUNT(kinds))
		return report_line(
			reading, span, "a section ends in ':vars' or ':children', or in nothing");
	const char *name =
		pk_arena_strndup(build->scratch, line + 1, (size_t)(name_end - line) - 1);
	reading->section = (enum section)section;
	reading->group = NULL;
	if (pk_text_equal(name, "all") || pk_text_equal(name, "ungrouped"))
		return true;
	reading->group = pk_inventory_group(build, name, span_of(reading, line + 1, name_end));
	if (reading->group == NULL)
		return false;
	reading->group->defined = reading->group->defined || section != SECTION_VARS;
	return true;
}

static bool read_line(struct reading *reading, const char *line, const char *end)
{
	if (line == end || *line == '#' || *line == ';')
		return true;
	if (memchr(line, '\0', (size_t)(end - line)) != NULL)
		return report_line(
			reading, span_of(reading, line, end), "the line has a NUL in it");
	if (*line == '[' && memchr(line, ']', (size_t)(end - line)) != NULL)
		return read_section(reading, line, end);
	switch (reading->section) {
	case SECTION_HOSTS:
		return read_host_line(reading, line, end);
	case SECTION_VARS:
		return read_var_line(reading, line, end);
	case SECTION_CHILDREN:
		return read_child_line(reading, line, end);
	}
	return false;
}

bool pk_ansible_load_ini(struct pk_inventory_build *build, struct pk_source *source)
{
	struct reading reading = {.build = build, .source = source};
	const char *line = source->text + pk_source_bom_len(source);
	const char *end = source->text + source->len;
	bool good = true;
	while (line < end) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		stop = stop == NULL ? end : stop;
		const char *last = stop;
		line = skip_blanks(line, stop);
		while (last > line && is_blank(last[-1]))
			last--;
		good = read_line(&reading, line, last) && good;
		line = stop + 1;
	}
	return good;
}
