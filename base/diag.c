#include "base/diag.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Where the row of a code is in `infos`. */
enum info_index {
#define PK_CODE(number, name, severity, title) INDEX_##name,
#include "base/diag_codes.def"
#undef PK_CODE
	INFO_COUNT,
};

static const struct pk_code_info infos[] = {
#define PK_CODE(number, name, severity, title)                                                     \
	{PK_##name, "PK" #number, #name, PK_##severity, title},
#include "base/diag_codes.def"
#undef PK_CODE
};

const struct pk_code_info *pk_code_info(enum pk_code code)
{
	switch (code) {
#define PK_CODE(number, name, severity, title)                                                     \
	case PK_##name:                                                                            \
		return &infos[INDEX_##name];
#include "base/diag_codes.def"
#undef PK_CODE
	}
	abort(); /* no value of the enum */
}

const struct pk_code_info *pk_code_find(const char *id)
{
	for (size_t i = 0; i < INFO_COUNT; i++) {
		if (pk_text_equal_nocase(infos[i].id, id))
			return &infos[i];
	}
	return NULL;
}

const struct pk_code_info *pk_code_list(size_t *count_out)
{
	*count_out = INFO_COUNT;
	return infos;
}

const char *pk_severity_name(enum pk_severity severity)
{
	switch (severity) {
	case PK_NOTE:
		return "note";
	case PK_WARNING:
		return "warning";
	case PK_ERROR:
		return "error";
	}
	abort(); /* no value of the enum */
}

/* A text of printf, cut at a character if something very long is quoted in it. */
__attribute__((format(printf, 2, 0))) static const char *print_text(
	struct pk_arena *arena, const char *format, va_list args)
{
	char *text = pk_arena_vprintf(arena, format, args);
	size_t len = strlen(text);
	if (len <= PK_DIAG_TEXT_MOST)
		return text;
	len = PK_DIAG_TEXT_MOST;
	while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return pk_arena_printf(arena, "%.*s...", (int)len, text);
}

static void count(struct pk_diags *diags, enum pk_severity severity)
{
	if (severity == PK_ERROR)
		diags->errors++;
	else if (severity == PK_WARNING)
		diags->warnings++;
}

static bool is_full(const struct pk_diags *diags)
{
	return diags->all.len >= (diags->limit == 0 ? PK_DIAG_LIMIT : diags->limit);
}

/* Beyond the limit the caller gets the slot behind the last finding, which nobody reads. */
static bool is_suppressed(const struct pk_diags *diags, const struct pk_diag *diag)
{
	return diag == diags->all.items + diags->all.len;
}

__attribute__((format(printf, 5, 0))) static struct pk_diag *report(struct pk_diags *diags,
	enum pk_severity severity, enum pk_code code, struct pk_span span, const char *format,
	va_list args)
{
	count(diags, severity);
	struct pk_diag *diag = pk_list_push(diags->arena, &diags->all);
	diag->code = code;
	diag->severity = severity;
	diag->span = span;
	diags->all.len--;
	if (is_full(diags)) {
		diags->suppressed++;
		diag->message = "";
		return diag;
	}
	diags->all.len++;
	diag->message = print_text(diags->arena, format, args);
	return diag;
}

struct pk_diag *pk_report(
	struct pk_diags *diags, enum pk_code code, struct pk_span span, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	enum pk_severity severity = pk_code_info(code)->severity;
	struct pk_diag *diag = report(diags, severity, code, span, format, args);
	va_end(args);
	return diag;
}

struct pk_diag *pk_report_as(struct pk_diags *diags, enum pk_severity severity, enum pk_code code,
	struct pk_span span, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	struct pk_diag *diag = report(diags, severity, code, span, format, args);
	va_end(args);
	return diag;
}

void pk_diags_append(struct pk_diags *diags, const struct pk_diags *from, enum pk_severity least)
{
	for (size_t i = 0; i < from->all.len; i++) {
		const struct pk_diag *diag = &from->all.items[i];
		if (diag->severity < least)
			continue;
		count(diags, diag->severity);
		if (is_full(diags))
			diags->suppressed++;
		else
			*pk_list_push(diags->arena, &diags->all) = *diag;
	}
}

void pk_diag_hint(struct pk_diags *diags, struct pk_diag *diag, const char *format, ...)
{
	if (is_suppressed(diags, diag))
		return;
	va_list args;
	va_start(args, format);
	diag->hint = print_text(diags->arena, format, args);
	va_end(args);
}

void pk_diag_relate(
	struct pk_diags *diags, struct pk_diag *diag, struct pk_span span, const char *format, ...)
{
	if (is_suppressed(diags, diag))
		return;
	va_list args;
	va_start(args, format);
	struct pk_related *related = pk_list_push(diags->arena, &diag->related);
	related->span = span;
	related->message = print_text(diags->arena, format, args);
	va_end(args);
}

void pk_diag_fix(struct pk_diags *diags, struct pk_diag *diag, struct pk_span span,
	const char *text, const char *title)
{
	if (is_suppressed(diags, diag))
		return;
	struct pk_fix *fix = pk_list_push(diags->arena, &diag->fixes);
	fix->span = span;
	fix->text = pk_arena_strdup(diags->arena, text);
	fix->title = pk_arena_strdup(diags->arena, title);
}

/* A finding with what it is sorted by. */
struct ranked {
	size_t file;  /* files in order of their first finding */
	size_t index; /* as reported */
	struct pk_diag diag;
};

static int compare_numbers(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

static int compare_ranked(const void *left, const void *right)
{
	const struct ranked *a = left;
	const struct ranked *b = right;
	int order = compare_numbers(a->file, b->file);
	if (order == 0)
		order = compare_numbers(a->diag.span.begin, b->diag.span.begin);
	if (order == 0)
		order = compare_numbers(a->diag.code, b->diag.code);
	if (order == 0)
		order = compare_numbers(a->index, b->index);
	return order;
}

struct files {
	PK_LIST(struct pk_source *) sources;
};

/* The rank of `source`; the last found is looked at first, since findings come file by file. */
static size_t rank_file(struct pk_arena *arena, struct files *files, struct pk_source *source)
{
	for (size_t i = files->sources.len; i > 0; i--) {
		if (files->sources.items[i - 1] == source)
			return i - 1;
	}
	*pk_list_push(arena, &files->sources) = source;
	return files->sources.len - 1;
}

void pk_diags_sort(struct pk_diags *diags)
{
	if (diags->all.len < 2)
		return;
	PK_AUTO(pk_arena) *scratch = pk_arena_create();
	struct ranked *ranked = PK_NEW_ARRAY(scratch, struct ranked, diags->all.len);
	struct files files = {0};
	for (size_t i = 0; i < diags->all.len; i++) {
		struct pk_diag *diag = &diags->all.items[i];
		ranked[i].file = rank_file(scratch, &files, diag->span.source);
		ranked[i].index = i;
		ranked[i].diag = *diag;
	}
	qsort(ranked, diags->all.len, sizeof(*ranked), compare_ranked);
	for (size_t i = 0; i < diags->all.len; i++)
		diags->all.items[i] = ranked[i].diag;
}
