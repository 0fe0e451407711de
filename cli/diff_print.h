/*
 * Printing what a diff found, in the formats of `picket diff`. Used by cmd_diff.c and diff_*.c.
 */
#ifndef CLI_DIFF_PRINT_H
#define CLI_DIFF_PRINT_H

#include "base/buf.h"
#include "cli/diff_replay.h"
#include "generators/meaning/diff.h"

/* The choices of --format, in this order. */
enum pk_diff_format {
	PK_DIFF_TEXT,
	PK_DIFF_SHORT,
	PK_DIFF_JSON,
	PK_DIFF_MARKDOWN,
};

struct pk_diff_report {
	const char *before; /* names of the configurations, as given */
	const char *after;
	const struct pk_diff *diff;
	const struct pk_diff_replay *replay; /* NULL: no recorded events were asked for */
	bool all;			     /* show rules that change nothing, too */
	bool color;
};

void pk_diff_put_text(struct pk_buf *buf, const struct pk_diff_report *report);
void pk_diff_put_short(struct pk_buf *buf, const struct pk_diff_report *report);
void pk_diff_put_json(struct pk_buf *buf, const struct pk_diff_report *report);
void pk_diff_put_markdown(struct pk_buf *buf, const struct pk_diff_report *report);

/* --- what the formats share --- */

/* "widened", "narrowed", "widened and narrowed", "relabelled", "unknown". */
const char *pk_diff_verdict(const struct pk_diff_event *event);
/* "widens", "narrows", "relabels", "nothing", "unknown". */
const char *pk_diff_effect_name(enum pk_diff_effect effect);
/* "added", "removed", "changed". */
const char *pk_diff_term_change(const struct pk_diff_term *term);
/* The effect of a whole term in words: "widens and narrows". */
const char *pk_diff_term_effect(const struct pk_diff_term *term);
/* True if the term is to be shown: it has an effect, or all are shown. */
bool pk_diff_is_shown(const struct pk_diff_report *report, const struct pk_diff_term *term);
/* Appends what the term says, unescaped: its questions, or what was changed in them, its names. */
void pk_diff_print_term(
	struct pk_buf *buf, const struct pk_diff_event *event, const struct pk_diff_term *term);
/* Appends "a.xml:3", escaped; nothing if there is no place. */
void pk_diff_print_place(struct pk_buf *buf, struct pk_span span);
/*
 * Appends the fields of the witness that the clause (may be NULL) asks about, else the first ones
 * of interest, unescaped: "Image 'C:\a.exe', User 'x'".
 */
void pk_diff_print_witness(struct pk_buf *buf, const struct pk_event *info,
	const struct pk_engine_event *event, const struct pk_clause *clause);
/* Why a part changes nothing, unescaped; the places of other rules included. */
void pk_diff_print_reason(
	struct pk_buf *buf, const struct pk_event *info, const struct pk_diff_part *part);

#endif
