#include "mitre/table.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"

static size_t count_char(const char *text, char wanted)
{
	size_t count = 0;
	for (const char *c = strchr(text, wanted); c != NULL; c = strchr(c + 1, wanted))
		count++;
	return count;
}

struct pk_table pk_table_open(struct pk_arena *arena, const char *text)
{
	size_t lines = count_char(text, '\n');
	assert(lines > 0);
	const char **rows = PK_NEW_ARRAY(arena, const char *, lines);
	const char *row = strchr(text, '\n') + 1;
	for (size_t i = 0; i + 1 < lines; i++) {
		rows[i] = row;
		row = strchr(row, '\n') + 1;
	}
	return (struct pk_table){.rows = rows, .count = lines - 1};
}

size_t pk_table_id_len(const char *row)
{
	return strcspn(row, "\t\n");
}

static int compare_id(const char *id, const char *row)
{
	size_t len = pk_table_id_len(row);
	int order = strncmp(id, row, len);
	return order != 0 ? order : id[len] != '\0';
}

size_t pk_table_find(const struct pk_table *table, const char *id)
{
	size_t low = 0;
	size_t high = table->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_id(id, table->rows[middle]);
		if (order == 0)
			return middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return table->count;
}

char *pk_table_copy(struct pk_arena *arena, const char *row)
{
	return pk_arena_strndup(arena, row, strcspn(row, "\n"));
}

char *pk_table_take(char **rest, char end)
{
	char *cell = *rest;
	char *stop = strchr(cell, end);
	if (stop == NULL) {
		*rest = cell + strlen(cell);
		return cell;
	}
	*stop = '\0';
	*rest = stop + 1;
	return cell;
}

struct pk_attack_names pk_table_split(struct pk_arena *arena, char *cell)
{
	if (cell[0] == '\0')
		return (struct pk_attack_names){0};
	size_t len = count_char(cell, ',') + 1;
	const char **items = PK_NEW_ARRAY(arena, const char *, len);
	for (size_t i = 0; i < len; i++)
		items[i] = pk_table_take(&cell, ',');
	return (struct pk_attack_names){.items = items, .len = len};
}
