/*
 * Table: reading the tables of attack_data.h, a row only when it is asked for. Only the .c files
 * of mitre/ use it. The tables are our own, so a wrong one is our mistake and no finding.
 */
#ifndef MITRE_TABLE_H
#define MITRE_TABLE_H

#include "mitre/attack.h"

/* Where the rows of a table begin, without its header line; they stay in the table. */
struct pk_table {
	const char *const *rows;
	size_t count;
};

struct pk_table pk_table_open(struct pk_arena *arena, const char *text);
/* Index of the row whose first cell is `id`, or `count`. The rows are sorted by it. */
size_t pk_table_find(const struct pk_table *table, const char *id);
/* Bytes of the first cell of a row. */
size_t pk_table_id_len(const char *row);

/* A copy of a row without its line end, to be cut into cells. */
char *pk_table_copy(struct pk_arena *arena, const char *row);
/* Ends the text at its first `end`, or takes all of it, and moves *rest behind. */
char *pk_table_take(char **rest, char end);
/* Cuts a cell at its commas; an empty cell has no names. */
struct pk_attack_names pk_table_split(struct pk_arena *arena, char *cell);

#endif
