/* Checks of the text of a filter: separators, blanks, empty values, and the condition itself. */
#include "generators/sysmon/sysmon_check_parts.h"

#include <string.h>

#include "base/text.h"

#define BLANKS " \t\r\n"

static bool is_blank(const char *text)
{
	return text[strspn(text, BLANKS)] == '\0';
}

static bool starts_blank(const char *text)
{
	return text[0] == ' ';
}

static bool ends_blank(const char *text)
{
	size_t len = strlen(text);
	return len > 0 && text[len - 1] == ' ';
}

static const char *trimmed(const struct pk_checker *checker, const char *text)
{
	size_t begin = strspn(text, BLANKS);
	size_t end = strlen(text);
	while (end > begin && strchr(BLANKS, text[end - 1]) != NULL)
		end--;
	return pk_arena_strndup(checker->arena, text + begin, end - begin);
}

static bool compares_order(enum pk_operator op)
{
	return op == PK_OP_LESS_THAN || op == PK_OP_MORE_THAN;
}

/* --- ';' in a value that is no list --- */

/*
 * True if the parts between the semicolons can only be meant as a list: none is empty or has a
 * blank next to a semicolon, and either all or none of them are paths.
 */
static bool looks_like_list(const char *value)
{
	size_t parts = 0;
	size_t paths = 0;

	for (const char *part = value;;) {
		size_t len = strcspn(part, ";");
		if (len == 0 || part[0] == ' ' || part[len - 1] == ' ')
			return false;
		parts++;
		paths += memchr(part, '\\', len) != NULL;
		if (part[len] == '\0')
			return paths == 0 || paths == parts;
		part += len + 1;
	}
}

void pk_check_separator(struct pk_checker *checker)
{
	const struct pk_filter *filter = checker->filter;
	const struct pk_operator_info *op = checker->op;

	if (op->list || compares_order(op->op) || strchr(filter->value, ';') == NULL)
		return;
	bool list = looks_like_list(filter->value);
	struct pk_diag *diag = pk_report_as(checker->diags,
		list || checker->kind != PK_KIND_COMMAND ? PK_WARNING : PK_NOTE, PK_SEMICOLON,
		filter->value_span, "'%s' takes one value: ';' is an ordinary character in '%s'",
		op->name, pk_check_shown(checker, filter->value));
	if (op->list_form == NULL) {
		pk_diag_hint(checker->diags, diag, "write one filter for each value");
		return;
	}
	pk_diag_hint(
		checker->diags, diag, "write condition=\"%s\" if a list is meant", op->list_form);
	if (list)
		pk_fix_condition(checker, diag, op->list_form);
}

/* --- empty values and tokens --- */

/* What a filter with an empty value does; absent fields hold '-', so no field is empty. */
static const char *const empty_outcome[PK_OP_COUNT] = {
	[PK_OP_IS] = "never matches",
	[PK_OP_IS_NOT] = "matches every event",
	[PK_OP_CONTAINS] = "matches every event",
	[PK_OP_CONTAINS_ANY] = "matches every event",
	[PK_OP_IS_ANY] = "never matches",
	[PK_OP_CONTAINS_ALL] = "matches every event",
	[PK_OP_EXCLUDES] = "never matches",
	[PK_OP_EXCLUDES_ANY] = "never matches",
	[PK_OP_EXCLUDES_ALL] = "never matches",
	[PK_OP_BEGIN_WITH] = "matches every event",
	[PK_OP_END_WITH] = "matches every event",
	[PK_OP_LESS_THAN] = "never matches",
	[PK_OP_MORE_THAN] = "matches every event",
	[PK_OP_IMAGE] = "never matches",
	[PK_OP_NOT_BEGIN_WITH] = "never matches",
	[PK_OP_NOT_END_WITH] = "never matches",
};

void pk_check_empty_value(struct pk_checker *checker)
{
	const struct pk_filter *filter = checker->filter;
	struct pk_diag *diag;

	if (filter->value[0] == '\0') {
		diag = pk_report(checker->diags, PK_EMPTY_FILTER_VALUE, filter->span,
			"'%s' has no value: '%s' %s", filter->field, checker->op->name,
			empty_outcome[checker->op->op]);
	} else if (is_blank(filter->value)) {
		diag = pk_report(checker->diags, PK_BLANK_VALUE, filter->value_span,
			checker->linux_product ? "the value of '%s' is only blanks, which Sysmon "
						 "for Linux takes as "
						 "no value"
					       : "the value of '%s' is only blanks, which are "
						 "compared as they are",
			filter->field);
	} else {
		return;
	}
	pk_diag_hint(checker->diags, diag, "write a value or remove the filter");
}

/* The value without its empty tokens. */
static void fix_empty_tokens(struct pk_checker *checker, struct pk_diag *diag)
{
	PK_BUF_AUTO joined = {0};
	struct pk_token token;
	for (size_t at = 0; pk_token_next(checker, &at, &token);) {
		if (token.text[0] == '\0')
			continue;
		if (joined.len > 0)
			pk_buf_putc(&joined, ';');
		pk_buf_puts(&joined, token.text);
	}
	if (joined.len > 0)
		pk_fix_value(checker, diag, checker->filter->value_span, joined.data,
			"remove the empty tokens");
}

static struct pk_diag *report_last_token(struct pk_checker *checker)
{
	struct pk_span span = checker->filter->value_span;
	switch (checker->op->op) {
	case PK_OP_CONTAINS_ANY:
		return pk_report(checker->diags, PK_EMPTY_TOKEN_ALWAYS, span,
			"'contains any' ends in ';': the empty token is in every value, so the "
			"filter "
			"matches every event");
	case PK_OP_EXCLUDES_ANY:
		return pk_report(checker->diags, PK_EMPTY_TOKEN_NEVER, span,
			"'excludes any' ends in ';': the empty token is in every value, so the "
			"filter "
			"never matches");
	case PK_OP_IS_ANY:
		return pk_report(checker->diags, PK_EMPTY_TOKEN, span,
			"'is any' ends in ';': the empty value is one of the tokens");
	default:
		return pk_report(checker->diags, PK_EMPTY_TOKEN, span,
			"'%s' ends in ';', which does nothing", checker->op->name);
	}
}

void pk_check_empty_tokens(struct pk_checker *checker)
{
	const struct pk_filter *filter = checker->filter;
	const char *value = filter->value;
	size_t len = strlen(value);

	if (!checker->op->list || is_blank(value))
		return;
	if (value[0] == ';' || strstr(value, ";;") != NULL) {
		struct pk_diag *diag =
			pk_report(checker->diags, PK_DOUBLE_SEPARATOR, filter->value_span,
				"empty token in '%s': Sysmon takes the second ';' and what follows "
				"as one token",
				pk_check_shown(checker, value));
		if (value[0] == ';' && value[1] != ';')
			diag->message = pk_arena_printf(checker->arena,
				"'%s' begins with ';': Sysmon takes all of it as one token",
				pk_check_shown(checker, value));
		pk_diag_hint(checker->diags, diag, "remove the empty token");
		fix_empty_tokens(checker, diag);
	}
	if (len > 0 && value[len - 1] == ';') {
		struct pk_diag *diag = report_last_token(checker);
		pk_diag_hint(checker->diags, diag, "remove the last ';'");
		fix_empty_tokens(checker, diag);
	}
}

/* --- blanks --- */

static void fix_token_blanks(struct pk_checker *checker, struct pk_diag *diag)
{
	PK_BUF_AUTO joined = {0};
	struct pk_token token;
	for (size_t at = 0; pk_token_next(checker, &at, &token);) {
		if (joined.len > 0)
			pk_buf_putc(&joined, ';');
		pk_buf_puts(&joined, trimmed(checker, token.text));
	}
	pk_fix_value(checker, diag, checker->filter->value_span, joined.data,
		"remove the blanks next to tokens");
}

/*
 * In a command line a blank is part of what is looked for, as in ' -enc '. There only a list
 * whose tokens all begin with a blank apart from the first, 'a; b; c', is surely a mistake.
 */
static bool is_spaced_list(struct pk_checker *checker)
{
	struct pk_token token;
	size_t count = 0;
	for (size_t at = 0; pk_token_next(checker, &at, &token); count++) {
		if (starts_blank(token.text) != (count > 0) || ends_blank(token.text))
			return false;
	}
	return count > 1;
}

static void check_token_blanks(struct pk_checker *checker)
{
	if (checker->kind == PK_KIND_COMMAND && !is_spaced_list(checker))
		return;

	struct pk_token token;
	for (size_t at = 0; pk_token_next(checker, &at, &token);) {
		if (!starts_blank(token.text) && !ends_blank(token.text))
			continue;
		struct pk_diag *diag = pk_report(checker->diags, PK_TOKEN_BLANKS, token.span,
			"blank next to the token '%s' is compared too",
			pk_check_shown(checker, trimmed(checker, token.text)));
		pk_diag_hint(checker->diags, diag, "write ';' without blanks if none is meant");
		if (checker->kind != PK_KIND_COMMAND && checker->kind != PK_KIND_TEXT)
			fix_token_blanks(checker, diag);
		return;
	}
}

/* True where a blank at an end of the value is plausible: inside a text, or behind a command. */
static bool may_be_meant(const struct pk_checker *checker)
{
	if (checker->kind != PK_KIND_COMMAND && checker->kind != PK_KIND_TEXT)
		return false;
	switch (checker->op->op) {
	case PK_OP_CONTAINS:
	case PK_OP_EXCLUDES:
	case PK_OP_END_WITH:
	case PK_OP_NOT_END_WITH:
		return true;
	default:
		return !starts_blank(checker->filter->value);
	}
}

void pk_check_blanks(struct pk_checker *checker)
{
	const struct pk_filter *filter = checker->filter;
	if (is_blank(filter->value) || strpbrk(filter->value, "\t\r\n") != NULL)
		return;
	if (checker->op->list) {
		check_token_blanks(checker);
		return;
	}
	if (!starts_blank(filter->value) && !ends_blank(filter->value))
		return;
	bool meant = may_be_meant(checker);
	if (meant && checker->kind == PK_KIND_COMMAND)
		return;
	struct pk_diag *diag =
		pk_report_as(checker->diags, meant ? PK_NOTE : PK_WARNING, PK_VALUE_BLANKS,
			filter->value_span, "blank %s of the value of '%s' is compared too",
			starts_blank(filter->value) ? "at the start" : "at the end", filter->field);
	pk_diag_hint(checker->diags, diag, "remove it if it is not meant");
	if (!meant)
		pk_fix_value(checker, diag, filter->value_span, trimmed(checker, filter->value),
			"remove the blanks");
}

void pk_check_line_breaks(struct pk_checker *checker)
{
	const struct pk_filter *filter = checker->filter;
	const char *at = strpbrk(filter->value, "\t\r\n");
	if (at == NULL || is_blank(filter->value))
		return;

	struct pk_diag *diag = pk_report(checker->diags, PK_VALUE_LINES, filter->value_span,
		"%s in the value of '%s' is compared too", *at == '\t' ? "tab" : "line break",
		filter->field);
	const char *inner = trimmed(checker, filter->value);
	pk_diag_hint(checker->diags, diag, "write the value in one line, next to its tags");
	if (strpbrk(inner, "\t\r\n") == NULL)
		pk_fix_value(
			checker, diag, filter->value_span, inner, "remove what is round the value");
}

/* --- the condition itself --- */

static void check_order(struct pk_checker *checker)
{
	struct pk_diag *diag = pk_report(checker->diags, PK_TEXT_ORDER,
		pk_condition_span(checker->filter),
		"'%s' compares text, not numbers: '1000' is less than '443'", checker->op->name);
	pk_diag_hint(checker->diags, diag, "list the values with 'is any' instead");
}

static void check_excludes(struct pk_checker *checker)
{
	bool any = checker->op->op == PK_OP_EXCLUDES_ANY;
	unsigned bit = any ? PK_TOLD_EXCLUDES_ANY : PK_TOLD_EXCLUDES_ALL;
	if (checker->told & bit || strchr(checker->filter->value, ';') == NULL)
		return;
	checker->told |= bit;
	pk_report(checker->diags, PK_EXCLUDES_DOCUMENTATION, pk_condition_span(checker->filter),
		any ? "'excludes any' is true if none of the values is in the field; Microsoft's "
		      "page "
		      "says it the other way round"
		    : "'excludes all' is true if at least one of the values is not in the field; "
		      "Microsoft's page says it the other way round");
}

static void check_age(struct pk_checker *checker)
{
	unsigned bit = 1u << checker->op->op;
	if (checker->conditions & bit)
		return;
	checker->conditions |= bit;

	uint32_t since;
	if (!pk_schema_parse_version(&since, checker->op->since) ||
		since <= checker->sysmon->version)
		return;
	struct pk_diag *diag =
		pk_report(checker->diags, PK_CONDITION_NEWER, pk_condition_span(checker->filter),
			"condition '%s' came with schema %s, but the file says %s",
			checker->op->name, checker->op->since,
			pk_schema_version_text(checker->arena, checker->sysmon->version));
	pk_diag_relate(checker->diags, diag, checker->sysmon->version_span, "the file's schema");
	pk_diag_hint(checker->diags, diag,
		"raise schemaversion: a Sysmon of that time refuses the file");
}

void pk_check_condition(struct pk_checker *checker)
{
	if (compares_order(checker->op->op))
		check_order(checker);
	if (checker->op->op == PK_OP_EXCLUDES_ANY || checker->op->op == PK_OP_EXCLUDES_ALL)
		check_excludes(checker);
	check_age(checker);
}

/* --- what only one platform does --- */

/* Sysmon for Linux keeps the first piece of text of a value. */
void pk_check_split_value(struct pk_checker *checker)
{
	struct pk_span span = checker->filter->value_span;
	if (!checker->linux_product || span.source == NULL ||
		memchr(span.source->text + span.begin, '<', span.end - span.begin) == NULL)
		return;
	struct pk_diag *diag = pk_report(checker->diags, PK_LINUX_SPLIT_VALUE, span,
		"comment or CDATA section in a value: Sysmon for Linux takes the first piece of "
		"text only");
	pk_diag_hint(checker->diags, diag, "write the value as one text");
	pk_fix_value(checker, diag, span, checker->filter->value, "write the value as one text");
}

/* The length of a %NAME% at `text`, or 0. */
static size_t variable_len(const char *text)
{
	size_t len = 1;
	while ((text[len] >= 'a' && text[len] <= 'z') || (text[len] >= 'A' && text[len] <= 'Z') ||
		(text[len] >= '0' && text[len] <= '9') ||
		(len > 1 && strchr("_()", text[len]) && text[len] != '\0'))
		len++;
	return len > 2 && text[len] == '%' ? len + 1 : 0;
}

void pk_check_environment(struct pk_checker *checker)
{
	const char *value = checker->filter->value;
	for (const char *at = strchr(value, '%'); at != NULL; at = strchr(at + 1, '%')) {
		size_t len = variable_len(at);
		if (len == 0)
			continue;
		struct pk_diag *diag = pk_report(checker->diags, PK_ENVIRONMENT,
			checker->filter->value_span,
			checker->linux_product ? "'%.*s' is not replaced by Sysmon for Linux"
					       : "'%.*s' is replaced by the service's environment "
						 "variable at each match",
			(int)len, at);
		pk_diag_hint(checker->diags, diag,
			checker->linux_product ? "write the path itself"
					       : "write the path itself where it is known");
		return;
	}
}
