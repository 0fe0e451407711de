/*
 * Diagnostics: everything picket has to say about an input.
 *
 * Functions that can fail take a struct pk_diags and report into it; only cli/ prints. A code is
 * a line in diag_codes.def and has a page docs/errors/PKnnnn.md. Diagnostics are kept in the
 * order they were reported; printers sort by place. The struct is owned by the caller, its
 * contents by its arena.
 */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/list.h"
#include "base/source.h"

enum pk_severity {
	PK_NOTE,
	PK_WARNING,
	PK_ERROR,
};

/* PK_<NAME> = nnnn, from diag_codes.def. */
enum pk_code {
#define PK_CODE(number, name, severity, title) PK_##name = 1##number - 10000,
#include "base/diag_codes.def"
#undef PK_CODE
};

struct pk_code_info {
	enum pk_code code;
	const char *id;	  /* "PK0301" */
	const char *name; /* "UNKNOWN_FIELD" */
	enum pk_severity severity;
	const char *title; /* one line, for lists and SARIF */
};

/* A further place that explains the finding ("first defined here"). */
struct pk_related {
	struct pk_span span;
	const char *message;
};

/* A mend that is certain: replace the bytes of `span` by `text`. */
struct pk_fix {
	struct pk_span span;
	const char *text;
	const char *title;
};

/* Who changed the line of a finding last. */
struct pk_blame {
	const char *commit; /* in hexadecimal; NULL: not committed */
	const char *author; /* NULL: not committed */
	const char *date;   /* YYYY-MM-DD where the author was; NULL: not committed */
};

struct pk_diag {
	enum pk_code code;
	enum pk_severity severity;
	struct pk_span span;
	const char *message;
	const char *hint; /* NULL if there is none */
	PK_LIST(struct pk_related) related;
	PK_LIST(struct pk_fix) fixes;
	const struct pk_blame *blame; /* NULL: not known, or nobody asked */
};

struct pk_diags {
	struct pk_arena *arena;
	PK_LIST(struct pk_diag) all;
	size_t errors;
	size_t warnings;
	size_t limit;	   /* most findings kept; 0 means PK_DIAG_LIMIT */
	size_t suppressed; /* findings beyond the limit */
};

enum {
	PK_DIAG_LIMIT = 10000,
	PK_DIAG_TEXT_MOST = 1000, /* bytes of a message or hint; longer ones are cut */
};

/* Reports a finding with the code's own severity. The result is valid until the next report. */
struct pk_diag *pk_report(struct pk_diags *diags, enum pk_code code, struct pk_span span,
	const char *format, ...) __attribute__((format(printf, 4, 5)));
/* As pk_report, with another severity. */
struct pk_diag *pk_report_as(struct pk_diags *diags, enum pk_severity severity, enum pk_code code,
	struct pk_span span, const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Sets the hint: an instruction, lower case, no full stop. */
void pk_diag_hint(struct pk_diags *diags, struct pk_diag *diag, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Adds a related place. */
void pk_diag_relate(struct pk_diags *diags, struct pk_diag *diag, struct pk_span span,
	const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Adds a certain mend; `text` is copied. */
void pk_diag_fix(struct pk_diags *diags, struct pk_diag *diag, struct pk_span span,
	const char *text, const char *title);

/* Adds those findings of `from` that are at least as severe as `least`; they stay in its arena. */
void pk_diags_append(struct pk_diags *diags, const struct pk_diags *from, enum pk_severity least);

/* Facts of a code; never NULL for a value of the enum. */
const struct pk_code_info *pk_code_info(enum pk_code code);
/* The code with id "PKnnnn" (any case), or NULL. */
const struct pk_code_info *pk_code_find(const char *id);
/* All codes, in order of number. */
const struct pk_code_info *pk_code_list(size_t *count_out);
/* "error", "warning", "note". */
const char *pk_severity_name(enum pk_severity severity);
/* Sorts by file (in order of first report), place, code; stable. */
void pk_diags_sort(struct pk_diags *diags);

#endif
