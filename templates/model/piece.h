/*
 * Piece: a part of a text, borrowed and not terminated. Lists are written as "a|b": values of a
 * field and names of columns in the tables of this folder, items in the columns of Monster's
 * records.
 */
#ifndef TEMPLATES_MODEL_PIECE_H
#define TEMPLATES_MODEL_PIECE_H

#include <stdbool.h>
#include <stddef.h>

struct pk_piece {
	const char *text;
	size_t len;
};

/* The whole text; NULL is an empty piece. */
struct pk_piece pk_piece_of(const char *text);
bool pk_piece_equal(struct pk_piece piece, const char *text);
/* Takes the next item off `list`; false at the end. Empty items are passed over. */
bool pk_piece_next(struct pk_piece *out, struct pk_piece *list);
/* The same for items "name=value"; an item without '=' has an empty value. */
bool pk_piece_next_pair(
	struct pk_piece *name_out, struct pk_piece *value_out, struct pk_piece *list);

#endif
