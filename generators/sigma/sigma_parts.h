/* What the files that read Sigma share. Only generators/sigma/sigma_*.c use it. */
#ifndef GENERATORS_SIGMA_SIGMA_PARTS_H
#define GENERATORS_SIGMA_SIGMA_PARTS_H

#include "generators/sigma/sigma.h"

/* Reading one document. */
struct pk_sigma_reader {
	struct pk_arena *arena;
	struct pk_diags *diags;
	size_t values;	/* made so far */
	bool too_large; /* more than PK_SIGMA_VALUES, which has been reported */
};

struct pk_sigma_expr *pk_sigma_make(struct pk_sigma_reader *reader, enum pk_sigma_kind kind);
struct pk_sigma_expr *pk_sigma_make_unsaid(struct pk_sigma_reader *reader, const char *what);
void pk_sigma_add(struct pk_sigma_reader *reader, struct pk_sigma_expr *parent,
	const struct pk_sigma_expr *child);

/* `key`, a field with modifiers, against its value or values; NULL after a report. */
const struct pk_sigma_expr *pk_sigma_read_field(
	struct pk_sigma_reader *reader, const struct pk_node *key, const struct pk_node *value);
/* The `condition` of a detection, with its search identifiers; NULL after a report. */
const struct pk_sigma_expr *pk_sigma_read_detection(
	struct pk_sigma_reader *reader, const struct pk_node *detection);

/*
 * The values that the modifiers windash, base64 and base64offset make of one: texts in which
 * PK_SIGMA_MANY and PK_SIGMA_ONE are wildcards.
 */
struct pk_sigma_texts {
	PK_LIST(const char *) items;
};

enum pk_sigma_wide {
	PK_SIGMA_NARROW,
	PK_SIGMA_UTF16LE,
	PK_SIGMA_UTF16BE,
	PK_SIGMA_UTF16, /* with a byte order mark */
};

/* The text with each switch's dash as each character that Windows takes for one. */
void pk_sigma_put_dashes(struct pk_arena *arena, struct pk_sigma_texts *out, const char *text);
/* The text in Base64; with `offsets` as it looks at each place of a longer text. */
void pk_sigma_put_base64(struct pk_arena *arena, struct pk_sigma_texts *out, const char *text,
	enum pk_sigma_wide wide, bool offsets);
/*
 * The beginnings of the addresses of an IPv4 network, with PK_SIGMA_MANY behind them, or the
 * address itself. False if it is no network of IPv4.
 */
bool pk_sigma_put_network(struct pk_arena *arena, struct pk_sigma_texts *out, const char *text);

#endif
