/*
 * Table: lines of cells for people, each column as wide as its widest cell.
 */
#ifndef CLI_FLEET_TABLE_H
#define CLI_FLEET_TABLE_H

#include "base/buf.h"
#include "base/list.h"

enum { PK_TABLE_COLUMNS = 8 };

/* Cells up to the first NULL; texts are borrowed. */
struct pk_table_line {
	const char *cells[PK_TABLE_COLUMNS];
};

struct pk_table {
	struct pk_arena *arena;
	PK_LIST(struct pk_table_line) lines;
};

/* Adds a line; a cell that is NULL or empty is shown as "-". */
void pk_table_add(struct pk_table *table, const char *const *cells, size_t count);
/* Appends the table, escaped. */
void pk_table_put(struct pk_buf *buf, const struct pk_table *table);

#define pk_table_line(table, ...)                                                                  \
	pk_table_add((table), (const char *const[]){__VA_ARGS__},                                  \
		sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

#endif
