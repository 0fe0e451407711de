/* Checks of values that the field of a filter cannot have, by what Sysmon writes into it. */
#include "generators/sysmon/sysmon_check_parts.h"

#include <string.h>

#include "base/text.h"

/* --- registry --- */

struct root {
	const char *written;
	const char *sysmon; /* what Sysmon writes instead; NULL if that depends */
};

static const struct root roots[] = {
	{"HKCU", NULL},
	{"HKEY_CURRENT_USER", NULL},
	{"HKEY_LOCAL_MACHINE", "HKLM"},
	{"HKEY_USERS", "HKU"},
	{"HKEY_CLASSES_ROOT", "HKCR"},
	{"HKEY_CURRENT_CONFIG", NULL},
};

static const struct root *find_root(const char *text)
{
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		size_t len = strlen(roots[i].written);
		if (strncasecmp(text, roots[i].written, len) == 0 &&
			(text[len] == '\\' || text[len] == '\0' || text[len] == ':'))
			return &roots[i];
	}
	return NULL;
}

static void report_root(
	struct pk_checker *checker, const struct pk_token *token, const struct root *root)
{
	struct pk_diag *diag = pk_report(checker->diags, PK_REGISTRY_ROOT, token->span,
		"no registry path of Sysmon begins with '%s': the value %s", root->written,
		pk_check_outcome(checker));
	if (root->sysmon == NULL) {
		pk_diag_hint(checker->diags, diag,
			"begin with the key below the user: users stand under 'HKU' and their SID");
		return;
	}
	const char *rest = token->text + strlen(root->written);
	pk_diag_hint(checker->diags, diag, "write '%s'", root->sysmon);
	/* A token without a place of its own has the span of the whole value. */
	if (*rest == '\\' && token->span.end - token->span.begin == strlen(token->text))
		pk_fix_value(checker, diag, token->span,
			pk_arena_printf(checker->arena, "%s%s", root->sysmon, rest),
			"write the root as Sysmon does");
}

void pk_check_registry_root(struct pk_checker *checker)
{
	if (checker->kind != PK_KIND_REGISTRY)
		return;
	struct pk_token token;
	for (size_t at = 0; pk_token_next(checker, &at, &token);) {
		const struct root *root = find_root(token.text);
		if (root != NULL)
			report_root(checker, &token, root);
	}
}

/* --- fields that hold one of a few words --- */

enum { WORDS_MAX = 12 };

struct word_row {
	const char *field;
	const char *tag; /* NULL: any */
	const char *words[WORDS_MAX];
};

static const struct word_row word_rows[] = {
	{"EventType", "PipeEvent", {"CreatePipe", "ConnectPipe"}},
	{"EventType", "RegistryEvent",
		{"CreateKey", "DeleteKey", "RenameKey", "CreateValue", "DeleteValue", "RenameValue",
			"SetValue"}},
	{"EventType", "WmiEvent", {"WmiFilterEvent", "WmiConsumerEvent", "WmiBindingEvent"}},
	{"IntegrityLevel", NULL,
		{"Untrusted", "Low", "Medium", "MediumPlus", "High", "System", "AppContainer",
			"ProtectedProcess", "no level", "Unknown", "?"}},
	{"Operation", "WmiEvent", {"Created", "Modified", "Deleted"}},
};

static const char *const flag_words[WORDS_MAX] = {"true", "false"};
static const char *const protocol_words[WORDS_MAX] = {"tcp", "udp"};

/* The words that the present field can hold, ended by NULL; NULL if it is no such field. */
static const char *const *field_words(const struct pk_checker *checker)
{
	if (checker->kind == PK_KIND_FLAG)
		return flag_words;
	if (checker->kind == PK_KIND_PROTOCOL)
		return protocol_words;
	if (checker->kind != PK_KIND_TEXT)
		return NULL;
	for (size_t i = 0; i < sizeof(word_rows) / sizeof(word_rows[0]); i++) {
		const struct word_row *row = &word_rows[i];
		if (strcmp(row->field, checker->filter->field) == 0 &&
			(row->tag == NULL || strcmp(row->tag, checker->element->tag) == 0))
			return row->words;
	}
	return NULL;
}

static const char *join(const struct pk_checker *checker, const char *const *words)
{
	const char *joined = words[0];
	for (size_t i = 1; words[i] != NULL; i++)
		joined = pk_arena_printf(checker->arena, "%s, %s", joined, words[i]);
	return joined;
}

static void check_word(
	struct pk_checker *checker, const struct pk_token *token, const char *const *words)
{
	size_t count = 0;
	for (; words[count] != NULL; count++) {
		if (pk_text_equal_nocase(words[count], token->text))
			return;
	}
	if (strcmp(token->text, "-") == 0) /* what an absent field holds */
		return;
	struct pk_diag *diag = pk_report(checker->diags, PK_IMPOSSIBLE_WORD, token->span,
		"'%s' never holds '%s': the value %s", checker->filter->field,
		pk_check_shown(checker, token->text), pk_check_outcome(checker));
	const char *near = pk_text_nearest(token->text, words, count);
	if (near != NULL)
		pk_diag_hint(checker->diags, diag, "write '%s'", near);
	else
		pk_diag_hint(checker->diags, diag, "write one of: %s", join(checker, words));
}

/* A value that blanks or semicolons spoil is told of by the checks of the text. */
static bool is_spoilt(const struct pk_checker *checker, const char *text)
{
	return text[0] == '\0' || strpbrk(text, checker->op->list ? " \t\r\n" : "; \t\r\n") != NULL;
}

void pk_check_words(struct pk_checker *checker)
{
	const char *const *words = field_words(checker);
	if (words == NULL || !pk_op_is_exact(checker->op->op))
		return;
	struct pk_token token;
	for (size_t at = 0; pk_token_next(checker, &at, &token);) {
		if (!is_spoilt(checker, token.text))
			check_word(checker, &token, words);
	}
}

/* --- numbers and GUIDs --- */

static bool is_decimal(const char *text)
{
	return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

static bool is_hex(const char *text)
{
	return text[0] == '0' && pk_text_lower(text[1]) == 'x' && text[2] != '\0' &&
		text[2 + strspn(text + 2, "0123456789abcdefABCDEF")] == '\0';
}

static void check_digits(struct pk_checker *checker, const struct pk_token *token)
{
	bool hex = checker->kind == PK_KIND_HEX;
	if (hex ? is_hex(token->text) : is_decimal(token->text))
		return;
	if (is_spoilt(checker, token->text) || strcmp(token->text, "-") == 0 ||
		strchr(token->text, '%') != NULL)
		return;
	struct pk_diag *diag = pk_report(checker->diags, PK_NUMBER_FORM, token->span,
		"'%s' holds %s, never '%s': the value %s", checker->filter->field,
		hex ? "a number such as 0x1410" : "a decimal number",
		pk_check_shown(checker, token->text), pk_check_outcome(checker));
	pk_diag_hint(checker->diags, diag,
		hex ? "write the number as 0x and hexadecimal digits"
		    : "write the number in digits");
}

void pk_check_number(struct pk_checker *checker)
{
	if (checker->kind != PK_KIND_DECIMAL && checker->kind != PK_KIND_HEX)
		return;
	/* Sysmon for Linux writes every number in decimal. */
	if (!pk_op_is_exact(checker->op->op) || checker->linux_product)
		return;
	struct pk_token token;
	for (size_t at = 0; pk_token_next(checker, &at, &token);)
		check_digits(checker, &token);
}

void pk_check_guid(struct pk_checker *checker)
{
	if (checker->kind != PK_KIND_GUID || !pk_op_is_exact(checker->op->op))
		return;
	struct pk_token token;
	for (size_t at = 0; pk_token_next(checker, &at, &token);) {
		size_t len = strlen(token.text);
		if (is_spoilt(checker, token.text) || strcmp(token.text, "-") == 0 ||
			(token.text[0] == '{' && token.text[len - 1] == '}'))
			continue;
		struct pk_diag *diag = pk_report(checker->diags, PK_GUID_FORM, token.span,
			"'%s' holds a GUID in braces: '%s' %s", checker->filter->field,
			pk_check_shown(checker, token.text), pk_check_outcome(checker));
		pk_diag_hint(
			checker->diags, diag, "write it as {01234567-89ab-cdef-0123-456789abcdef}");
	}
}

/* --- hashes --- */

static bool is_bare_hash(const char *text)
{
	size_t len = strspn(text, "0123456789abcdefABCDEF");
	return text[len] == '\0' && (len == 32 || len == 40 || len == 64);
}

/* Looking for the hash within the field is what a comparison with one hash is meant to do. */
static void fix_to_contains(struct pk_checker *checker, struct pk_diag *diag)
{
	const char *word = checker->op->op == PK_OP_IS ? "contains"
		: checker->op->op == PK_OP_IS_ANY      ? "contains any"
		: checker->op->op == PK_OP_IS_NOT      ? "excludes"
						       : NULL;
	pk_diag_hint(
		checker->diags, diag, "write condition=\"%s\"", word != NULL ? word : "contains");
	if (word != NULL)
		pk_fix_condition(checker, diag, word);
}

static void report_bare_hash(struct pk_checker *checker, const struct pk_token *token)
{
	struct pk_diag *diag = pk_report(checker->diags, PK_BARE_HASH, token->span,
		"'%s' holds hashes with their algorithm, 'SHA256=...': a bare hash %s",
		checker->filter->field, pk_check_outcome(checker));
	fix_to_contains(checker, diag);
}

static void check_algorithm(struct pk_checker *checker, const struct pk_token *token)
{
	for (const char *item = token->text; item != NULL;) {
		const char *equals = strchr(item, '=');
		if (equals == NULL)
			return;
		unsigned bit = pk_hash_bit(item, (size_t)(equals - item));
		if (bit != 0 && (bit & checker->hashes) == 0) {
			struct pk_diag *diag = pk_report(checker->diags, PK_HASH_NOT_SELECTED,
				token->span, "HashAlgorithms does not select '%.*s': the value %s",
				(int)(equals - item), item, pk_check_outcome(checker));
			const struct pk_sysmon_entry *entry =
				pk_sysmon_entry(checker->sysmon, "HashAlgorithms");
			pk_diag_relate(checker->diags, diag, entry->value_span,
				"these hashes are computed");
			pk_diag_hint(checker->diags, diag, "add it to HashAlgorithms");
			return;
		}
		item = strchr(equals, ',');
		if (item != NULL)
			item++;
	}
}

/* With several algorithms in force the field holds a list, which no single hash is equal to. */
static void check_part(struct pk_checker *checker, const struct pk_token *token)
{
	bool several = (checker->hashes & (checker->hashes - 1)) != 0;
	if (!several || !pk_op_is_exact(checker->op->op) || strchr(token->text, '=') == NULL ||
		strchr(token->text, ',') != NULL)
		return;
	struct pk_diag *diag = pk_report(checker->diags, PK_HASH_PART, token->span,
		"'%s' holds a hash of each selected algorithm: one of them alone %s",
		checker->filter->field, pk_check_outcome(checker));
	const struct pk_sysmon_entry *entry = pk_sysmon_entry(checker->sysmon, "HashAlgorithms");
	pk_diag_relate(checker->diags, diag, entry->value_span, "these hashes are computed");
	fix_to_contains(checker, diag);
}

void pk_check_hash(struct pk_checker *checker)
{
	if (checker->kind != PK_KIND_HASHES)
		return;
	enum pk_operator op = checker->op->op;
	bool from_start =
		pk_op_is_exact(op) || op == PK_OP_BEGIN_WITH || op == PK_OP_NOT_BEGIN_WITH;
	bool told = false;
	struct pk_token token;
	for (size_t at = 0; pk_token_next(checker, &at, &token);) {
		if (from_start && !told && is_bare_hash(token.text)) {
			report_bare_hash(checker, &token);
			told = true;
		} else if (checker->hashes != 0) {
			check_algorithm(checker, &token);
			check_part(checker, &token);
		}
	}
}

/* --- paths --- */

static void check_slash(struct pk_checker *checker)
{
	const struct pk_filter *filter = checker->filter;
	if (checker->op->op != PK_OP_IMAGE || filter->value[0] == '\0')
		return;
	bool slash = strchr(filter->value, '/') != NULL;
	struct pk_diag *diag;
	if (slash && !checker->linux_product && strchr(filter->value, '\\') == NULL) {
		diag = pk_report(checker->diags, PK_IMAGE_SLASH, filter->value_span,
			"'image' splits paths at backslashes: '%s' never matches",
			pk_check_shown(checker, filter->value));
		pk_diag_hint(checker->diags, diag, "write the path with backslashes");
	} else if (!slash && checker->linux_product && checker->kind == PK_KIND_PROGRAM) {
		diag = pk_report(checker->diags, PK_LINUX_IMAGE_NAME, filter->value_span,
			"'image' splits paths at backslashes, on Linux too: '%s' never matches a "
			"path",
			pk_check_shown(checker, filter->value));
		pk_diag_hint(checker->diags, diag,
			"write condition=\"end with\" and '/' before the name");
	}
}

/* True for "cmd.exe": the name of a program, which `is` compares with a full path. */
static bool is_bare_program(const char *text)
{
	size_t len = strlen(text);
	if (len < 5 || strpbrk(text, "\\/;") != NULL)
		return false;
	return pk_text_equal_nocase(text + len - 4, ".exe") ||
		pk_text_equal_nocase(text + len - 4, ".dll") ||
		pk_text_equal_nocase(text + len - 4, ".sys");
}

void pk_check_image(struct pk_checker *checker)
{
	check_slash(checker);
	if (checker->kind != PK_KIND_PROGRAM || checker->linux_product ||
		!pk_op_is_exact(checker->op->op))
		return;
	struct pk_token token;
	for (size_t at = 0; pk_token_next(checker, &at, &token);) {
		if (!is_bare_program(token.text))
			continue;
		struct pk_diag *diag = pk_report(checker->diags, PK_BARE_FILE_NAME, token.span,
			"'%s' holds a full path: '%s' %s", checker->filter->field,
			pk_check_shown(checker, token.text), pk_check_outcome(checker));
		if (checker->op->op == PK_OP_IS) {
			pk_diag_hint(checker->diags, diag, "write condition=\"image\"");
			pk_fix_condition(checker, diag, "image");
		} else {
			pk_diag_hint(checker->diags, diag,
				"write the full path, or '\\%s' with '%s'", token.text,
				checker->op->negative ? "not end with" : "end with");
		}
	}
}

/* The first wildcard in the text that no path of this kind can hold, or NULL. */
static const char *find_wildcard(enum pk_field_kind kind, const char *text)
{
	for (const char *at = strpbrk(text, "*?"); at != NULL; at = strpbrk(at + 1, "*?")) {
		bool alone = at > text && at[-1] == '\\' && (at[1] == '\\' || at[1] == '\0');
		if (*at == '?' &&
			(alone || kind == PK_KIND_REGISTRY ||
				(at > text && at[-1] == '?'))) /* \\?\ and \??\ */
			continue;
		if (*at == '?' && at[1] == '?')
			continue;
		if (kind == PK_KIND_REGISTRY && alone) /* HKCR\*\shell */
			continue;
		return at;
	}
	return NULL;
}

void pk_check_wildcard(struct pk_checker *checker)
{
	if (checker->kind != PK_KIND_PROGRAM && checker->kind != PK_KIND_FILE &&
		checker->kind != PK_KIND_HOST && checker->kind != PK_KIND_REGISTRY)
		return;
	const char *value = checker->filter->value;
	const char *at = find_wildcard(checker->kind, value);
	if (at == NULL)
		return;
	bool pattern = *at == '*' && at > value && at[-1] == '.' && at[1] != '.';
	struct pk_diag *diag = pk_report(checker->diags, PK_WILDCARD, checker->filter->value_span,
		pattern ? "Sysmon has no regular expressions: '%.2s' is compared as it is"
			: "Sysmon has no wildcards: '%.1s' is compared as it is",
		pattern ? at - 1 : at);
	if (at == value && strpbrk(value + 1, "*?") == NULL)
		pk_diag_hint(checker->diags, diag, "write condition=\"end with\" and the rest");
	else if (at[1] == '\0' && at > value)
		pk_diag_hint(checker->diags, diag, "write condition=\"begin with\" and the rest");
	else
		pk_diag_hint(checker->diags, diag,
			"write the fixed parts with 'begin with', 'contains all' or 'end with'");
}

/* --- the event --- */

/*
 * Sysmon stores the index of a field in the event the element was bound to. Another event of the
 * tag that has the field elsewhere is not matched by it.
 */
void pk_check_family(struct pk_checker *checker)
{
	const struct pk_event *first = checker->element->event;
	size_t family = pk_schema_family(checker->sysmon->parser, first);
	if (family == 1)
		return;
	const char *field = checker->filter->field;
	int index = pk_event_field(checker->event, field);
	for (size_t i = 0; i < family; i++) {
		int other = pk_event_field(&first[i], field);
		if (other < 0 || other == index)
			continue;
		struct pk_diag *diag = pk_report(checker->diags, PK_OTHER_EVENT_ID,
			checker->filter->span,
			"'%s' is looked at in event %u only: event %u has it at another place",
			field, checker->event->id, first[i].id);
		pk_diag_hint(checker->diags, diag,
			"filter on a field that only event %u has to reach it", first[i].id);
		return;
	}
}

struct volatile_row {
	const char *field;
	const char *reason;
};

static const struct volatile_row volatile_rows[] = {
	{"LogonGuid", "is different for each logon"},
	{"ParentProcessGuid", "is different for each process"},
	{"ProcessGuid", "is different for each process"},
	{"RuleName", "is empty or holds the name of a filter that matched before"},
	{"SourceProcessGUID", "is different for each process"},
	{"SourceProcessGuid", "is different for each process"},
	{"TargetProcessGUID", "is different for each process"},
	{"TargetProcessGuid", "is different for each process"},
	{"UtcTime", "is the time of the event"},
};

void pk_check_volatile_field(struct pk_checker *checker)
{
	if (checker->kind != PK_KIND_GUID && checker->kind != PK_KIND_TEXT)
		return;
	for (size_t i = 0; i < sizeof(volatile_rows) / sizeof(volatile_rows[0]); i++) {
		if (strcmp(volatile_rows[i].field, checker->filter->field) != 0)
			continue;
		struct pk_diag *diag =
			pk_report(checker->diags, PK_VOLATILE_FIELD, checker->filter->span,
				"'%s' %s", volatile_rows[i].field, volatile_rows[i].reason);
		pk_diag_hint(checker->diags, diag, "filter on a field that stays the same");
		return;
	}
}
