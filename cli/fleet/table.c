#include "cli/fleet/table.h"

#include <string.h>

#include "base/escape.h"

void pk_table_add(struct pk_table *table, const char *const *cells, size_t count)
{
	struct pk_table_line *line = pk_list_push(table->arena, &table->lines);
	for (size_t i = 0; i < count && i < PK_TABLE_COLUMNS; i++)
		line->cells[i] = cells[i] == NULL || cells[i][0] == '\0' ? "-" : cells[i];
}

static bool is_last(const struct pk_table_line *line, size_t column)
{
	return column + 1 == PK_TABLE_COLUMNS || line->cells[column + 1] == NULL;
}

void pk_table_put(struct pk_buf *buf, const struct pk_table *table)
{
	size_t widths[PK_TABLE_COLUMNS] = {0};
	for (size_t i = 0; i < table->lines.len; i++) {
		const struct pk_table_line *line = &table->lines.items[i];
		for (size_t k = 0; k < PK_TABLE_COLUMNS && line->cells[k] != NULL; k++) {
			size_t len = strlen(line->cells[k]);
			widths[k] = len > widths[k] ? len : widths[k];
		}
	}
	for (size_t i = 0; i < table->lines.len; i++) {
		const struct pk_table_line *line = &table->lines.items[i];
		for (size_t k = 0; k < PK_TABLE_COLUMNS && line->cells[k] != NULL; k++) {
			pk_escape_put(buf, line->cells[k]);
			if (!is_last(line, k))
				pk_buf_printf(buf, "%*s",
					(int)(widths[k] - strlen(line->cells[k]) + 2), "");
		}
		pk_buf_putc(buf, '\n');
	}
}
