#include "templates/logstash/ruby.h"

#include "templates/model/fields.h"
#include "templates/model/monster.h"
#include "templates/model/piece.h"

/* What is no table, NUL-terminated (monster_ruby.S). */
extern const char pk_monster_ruby[];

/* A text between single quotes, where Ruby knows two escapes. */
static void put_piece(struct pk_buf *buf, struct pk_piece piece)
{
	pk_buf_putc(buf, '\'');
	for (size_t i = 0; i < piece.len; i++) {
		if (piece.text[i] == '\'' || piece.text[i] == '\\')
			pk_buf_putc(buf, '\\');
		pk_buf_putc(buf, piece.text[i]);
	}
	pk_buf_putc(buf, '\'');
}

/* NULL is nil. */
static void put_text(struct pk_buf *buf, const char *text)
{
	if (text != NULL)
		put_piece(buf, pk_piece_of(text));
	else
		pk_buf_puts(buf, "nil");
}

/* "a|b" as an array. */
static void put_words(struct pk_buf *buf, const char *words)
{
	struct pk_piece list = pk_piece_of(words);
	struct pk_piece word;
	pk_buf_putc(buf, '[');
	while (pk_piece_next(&word, &list)) {
		put_piece(buf, word);
		if (list.len > 0)
			pk_buf_puts(buf, ", ");
	}
	pk_buf_putc(buf, ']');
}

/* "field=value|field=value" as a hash. */
static void put_fixed(struct pk_buf *buf, const char *fixed)
{
	struct pk_piece list = pk_piece_of(fixed);
	struct pk_piece name;
	struct pk_piece value;
	pk_buf_putc(buf, '{');
	while (pk_piece_next_pair(&name, &value, &list)) {
		put_piece(buf, name);
		pk_buf_puts(buf, " => ");
		put_piece(buf, value);
		if (list.len > 0)
			pk_buf_puts(buf, ", ");
	}
	pk_buf_putc(buf, '}');
}

static void put_columns(struct pk_buf *buf, const struct pk_monster_column *columns, size_t count,
	const char *indent)
{
	pk_buf_puts(buf, "[\n");
	for (size_t i = 0; i < count; i++) {
		const struct pk_monster_column *column = &columns[i];
		pk_buf_printf(buf, "%s  [", indent);
		put_text(buf, column->name);
		pk_buf_printf(buf, ", '%s', '%s', ", pk_column_type_name(column->type),
			pk_column_how_name(column->how));
		put_text(buf, column->ecs);
		pk_buf_puts(buf, ", ");
		put_text(buf, column->derived);
		pk_buf_puts(buf, "],\n");
	}
	pk_buf_printf(buf, "%s]", indent);
}

static void put_event(struct pk_buf *buf, const struct pk_monster_event *event)
{
	const char *field = pk_monster_event_kind(event);
	pk_buf_printf(buf, "      '%u' => {\n        'name' => ", event->id);
	put_text(buf, event->name);
	pk_buf_puts(buf, ",\n");
	if (field != NULL) {
		pk_buf_printf(buf, "        'kind' => ['%s', ", field);
		put_text(buf, event->constant != NULL ? event->constant : event->name);
		pk_buf_puts(buf, "],\n");
	}
	pk_buf_puts(buf, "        'category' => ");
	put_words(buf, event->category);
	pk_buf_puts(buf, ",\n        'type' => ");
	put_words(buf, event->type);
	pk_buf_puts(buf, ",\n        'fixed' => ");
	put_fixed(buf, event->fixed);
	pk_buf_puts(buf, ",\n        'columns' => ");
	put_columns(buf, event->columns, event->column_count, "        ");
	pk_buf_puts(buf, ",\n      },\n");
}

static void put_generation(
	struct pk_buf *buf, enum pk_monster_generation generation, bool filter2017)
{
	size_t count;
	const struct pk_monster_event *events = pk_monster_event_list(&count);
	pk_buf_printf(buf, "    '%d' => {\n", (int)generation);
	for (size_t i = 0; i < count; i++) {
		const struct pk_monster_event *event = &events[i];
		if (event->generation != generation)
			continue;
		if (filter2017 && generation == PK_MONSTER_GEN1)
			event = pk_monster_event_find_2017(event->id);
		put_event(buf, event);
	}
	pk_buf_puts(buf, "    },\n");
}

static void put_headers(struct pk_buf *buf)
{
	size_t one_count;
	size_t two_count;
	const struct pk_monster_column *one = pk_monster_header(&one_count, PK_MONSTER_GEN1);
	const struct pk_monster_column *two = pk_monster_header(&two_count, PK_MONSTER_GEN2);
	pk_buf_puts(buf,
		"# Columns that every record of a generation has.\n"
		"def picket_headers\n  {\n    '1' => ");
	put_columns(buf, one, one_count, "    ");
	pk_buf_puts(buf, ",\n    '2' => ");
	put_columns(buf, two, two_count, "    ");
	pk_buf_puts(buf, ",\n  }\nend\n\n");
}

static void put_objects(struct pk_buf *buf)
{
	pk_buf_puts(buf, "# Columns that are lists of objects.\ndef picket_objects\n  {\n");
	for (int type = PK_COLUMN_TEXT; type <= PK_COLUMN_PROGRAMS; type++) {
		const struct pk_column_object *object =
			pk_column_object_find((enum pk_column_type)type);
		if (object == NULL)
			continue;
		pk_buf_printf(buf, "    '%s' => { 'field' => ", pk_column_type_name(object->type));
		put_text(buf, object->field);
		pk_buf_puts(buf, ", 'members' => ");
		put_words(buf, object->members);
		pk_buf_puts(buf, ", 'number' => ");
		put_text(buf, object->numbers);
		pk_buf_puts(buf, " },\n");
	}
	pk_buf_puts(buf, "  }\nend\n\n");
}

static void put_registry(struct pk_buf *buf)
{
	size_t count;
	const struct pk_registry_hive *hives = pk_registry_hive_list(&count);
	pk_buf_puts(buf, "def picket_hives\n  [\n");
	for (size_t i = 0; i < count; i++) {
		pk_buf_puts(buf, "    [");
		put_text(buf, hives[i].prefix);
		pk_buf_printf(buf, ", '%s'],\n", hives[i].hive);
	}
	pk_buf_puts(buf, "  ]\nend\n\ndef picket_registry_types\n  [\n");
	for (uint64_t i = 0; pk_registry_type_name(i) != NULL; i++)
		pk_buf_printf(buf, "    '%s',\n", pk_registry_type_name(i));
	pk_buf_puts(buf, "  ]\nend\n");
}

void pk_logstash_put_ruby(struct pk_buf *buf, bool filter2017)
{
	pk_buf_puts(buf,
		"# encoding: utf-8\n"
		"# Records of the Monster agent to its published fields and ECS.\n"
		"# Made by picket " PICKET_VERSION "; changes are lost when it is made again.\n\n"
		"# [name, type, how it gets to ECS, the field there, the field with the date]\n"
		"def picket_events\n  {\n");
	put_generation(buf, PK_MONSTER_GEN1, filter2017);
	put_generation(buf, PK_MONSTER_GEN2, filter2017);
	pk_buf_puts(buf, "  }\nend\n\n");
	put_headers(buf);
	put_objects(buf);
	put_registry(buf);
	pk_buf_puts(buf, "\ndef picket_ecs\n  '" PK_ECS_VERSION "'\nend\n");
	pk_buf_puts(buf, pk_monster_ruby);
}
