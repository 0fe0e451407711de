/* What the checks share. */
#include "generators/sysmon/sysmon_check_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xml.h"

enum { SHOWN_LIMIT = 60 }; /* bytes of a value in a message */

struct field_row {
	const char *field;
	enum pk_field_kind kind;
};

/* Sorted by name. Fields that are not here hold text of no particular form. */
static const struct field_row field_rows[] = {
	{"CommandLine", PK_KIND_COMMAND},
	{"DestinationHostname", PK_KIND_HOST},
	{"DestinationIsIpv6", PK_KIND_FLAG},
	{"DestinationPort", PK_KIND_DECIMAL},
	{"GrantedAccess", PK_KIND_HEX},
	{"Hash", PK_KIND_HASHES},
	{"Hashes", PK_KIND_HASHES},
	{"Image", PK_KIND_PROGRAM},
	{"ImageLoaded", PK_KIND_PROGRAM},
	{"Initiated", PK_KIND_FLAG},
	{"IsExecutable", PK_KIND_FLAG},
	{"LogonGuid", PK_KIND_GUID},
	{"LogonId", PK_KIND_HEX},
	{"NewName", PK_KIND_REGISTRY},
	{"NewThreadId", PK_KIND_DECIMAL},
	{"ParentCommandLine", PK_KIND_COMMAND},
	{"ParentImage", PK_KIND_PROGRAM},
	{"ParentProcessGuid", PK_KIND_GUID},
	{"ParentProcessId", PK_KIND_DECIMAL},
	{"ProcessGuid", PK_KIND_GUID},
	{"ProcessId", PK_KIND_DECIMAL},
	{"Protocol", PK_KIND_PROTOCOL},
	{"QueryName", PK_KIND_HOST},
	{"Signed", PK_KIND_FLAG},
	{"SourceHostname", PK_KIND_HOST},
	{"SourceImage", PK_KIND_PROGRAM},
	{"SourceIsIpv6", PK_KIND_FLAG},
	{"SourcePort", PK_KIND_DECIMAL},
	{"SourceProcessGUID", PK_KIND_GUID},
	{"SourceProcessGuid", PK_KIND_GUID},
	{"SourceProcessId", PK_KIND_DECIMAL},
	{"SourceThreadId", PK_KIND_DECIMAL},
	{"TargetFilename", PK_KIND_FILE},
	{"TargetImage", PK_KIND_PROGRAM},
	{"TargetObject", PK_KIND_REGISTRY},
	{"TargetProcessGUID", PK_KIND_GUID},
	{"TargetProcessGuid", PK_KIND_GUID},
	{"TargetProcessId", PK_KIND_DECIMAL},
	{"TerminalSessionId", PK_KIND_DECIMAL},
};

static int compare_row(const void *key, const void *row)
{
	return strcmp(key, ((const struct field_row *)row)->field);
}

enum pk_field_kind pk_field_kind(const char *field)
{
	const struct field_row *row = bsearch(field, field_rows,
		sizeof(field_rows) / sizeof(field_rows[0]), sizeof(field_rows[0]), compare_row);
	return row == NULL ? PK_KIND_TEXT : row->kind;
}

/* --- tokens --- */

bool pk_filter_is_plain(const struct pk_filter *filter)
{
	struct pk_span span = filter->value_span;
	size_t written = span.end - span.begin;
	return span.source != NULL && written == strlen(filter->value) &&
		memcmp(span.source->text + span.begin, filter->value, written) == 0;
}

/* The place of some bytes of the value. */
static struct pk_span token_span(const struct pk_checker *checker, size_t at, size_t len)
{
	struct pk_span whole = checker->filter->value_span;
	if (!checker->plain)
		return whole;
	return pk_span_make(whole.source, whole.begin + at, whole.begin + at + len);
}

bool pk_token_next(const struct pk_checker *checker, size_t *at, struct pk_token *out)
{
	const struct pk_filter *filter = checker->filter;
	const char *start = filter->value + *at;
	if (*start == '\0')
		return false;

	if (!checker->op->list) {
		*out = (struct pk_token){filter->value, filter->value_span};
		*at = strlen(filter->value);
		return true;
	}
	size_t len = strcspn(start, ";");
	out->text = pk_arena_strndup(checker->arena, start, len);
	out->span = token_span(checker, *at, len);
	*at += len + (start[len] == ';');
	return true;
}

/* --- words for findings --- */

bool pk_op_is_exact(enum pk_operator op)
{
	return op == PK_OP_IS || op == PK_OP_IS_NOT || op == PK_OP_IS_ANY;
}

const char *pk_check_outcome(const struct pk_checker *checker)
{
	return checker->op->negative ? "never matches, so nothing is ruled out" : "never matches";
}

const char *pk_check_shown(const struct pk_checker *checker, const char *text)
{
	size_t cut = strnlen(text, SHOWN_LIMIT + 1);
	if (cut <= SHOWN_LIMIT)
		return text;
	cut = SHOWN_LIMIT;
	while (cut > 0 && ((unsigned char)text[cut] & 0xc0) == 0x80)
		cut--;
	return pk_arena_printf(checker->arena, "%.*s...", (int)cut, text);
}

struct pk_span pk_condition_span(const struct pk_filter *filter)
{
	return pk_xml_attr_span(filter->span, "condition", true);
}

bool pk_check_is_fragment(const struct pk_sysmon *sysmon)
{
	if (sysmon->entries.len > 0 || sysmon->elements.len == 0)
		return false;
	for (size_t i = 1; i < sysmon->elements.len; i++) {
		if (sysmon->elements.items[i].event != sysmon->elements.items[0].event)
			return false;
	}
	return true;
}

/* --- mends --- */

void pk_fix_condition(const struct pk_checker *checker, struct pk_diag *diag, const char *word)
{
	const struct pk_filter *filter = checker->filter;
	struct pk_span span = pk_condition_span(filter);
	const char *text = word;

	if (span.source == NULL)
		return;
	if (filter->condition == NULL) { /* behind the name of the field */
		size_t at = filter->span.begin + 1 + strlen(filter->field);
		span = pk_span_make(span.source, at, at);
		text = pk_arena_printf(checker->arena, " condition=\"%s\"", word);
	}
	pk_diag_fix(checker->diags, diag, span, text,
		pk_arena_printf(checker->arena, "use the condition '%s'", word));
}

void pk_fix_value(const struct pk_checker *checker, struct pk_diag *diag, struct pk_span span,
	const char *value, const char *title)
{
	if (span.source == NULL)
		return;
	PK_BUF_AUTO buf = {0};
	pk_xml_put_text(&buf, value);
	pk_diag_fix(checker->diags, diag, span, buf.data == NULL ? "" : buf.data, title);
}

/* --- hash algorithms --- */

unsigned pk_hash_bit(const char *name, size_t len)
{
	static const struct {
		const char *name;
		unsigned bit;
	} names[] = {
		{"sha1", PK_HASH_SHA1},
		{"sha-1", PK_HASH_SHA1},
		{"md5", PK_HASH_MD5},
		{"md-5", PK_HASH_MD5},
		{"sha256", PK_HASH_SHA256},
		{"sha-256", PK_HASH_SHA256},
		{"imphash", PK_HASH_IMPHASH},
		{"imp-hash", PK_HASH_IMPHASH},
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i].name) == len && strncasecmp(names[i].name, name, len) == 0)
			return names[i].bit;
	}
	return 0;
}
