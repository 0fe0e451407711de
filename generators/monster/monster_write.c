/* Configurations to canonical JSON. */
#include "generators/monster/monster.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"

/* Where the writer stands: how deep, and whether the open object or list is still empty. */
struct writer {
	struct pk_buf *out;
	size_t depth;
	bool empty;
};

static void new_line(struct writer *writer)
{
	pk_buf_putc(writer->out, '\n');
	for (size_t i = 0; i < writer->depth; i++)
		pk_buf_puts(writer->out, "  ");
}

static void open_group(struct writer *writer, char bracket)
{
	pk_buf_putc(writer->out, bracket);
	writer->depth++;
	writer->empty = true;
}

static void close_group(struct writer *writer, char bracket)
{
	writer->depth--;
	if (!writer->empty)
		new_line(writer);
	pk_buf_putc(writer->out, bracket);
	writer->empty = false;
}

static void begin_item(struct writer *writer)
{
	if (!writer->empty)
		pk_buf_putc(writer->out, ',');
	new_line(writer);
	writer->empty = false;
}

static void begin_member(struct writer *writer, const char *name, size_t len)
{
	begin_item(writer);
	pk_json_put_string_len(writer->out, name, len);
	pk_buf_puts(writer->out, ": ");
}

/* A value kept as it was read. Depth is that of the reader. */
static void write_node(struct writer *writer, const struct pk_node *node)
{
	switch (node->kind) {
	case PK_NODE_NULL:
		pk_buf_puts(writer->out, "null");
		break;
	case PK_NODE_BOOL:
		pk_buf_puts(writer->out, node->boolean ? "true" : "false");
		break;
	case PK_NODE_INT:
	case PK_NODE_FLOAT:
		pk_json_put_number(writer->out, node);
		break;
	case PK_NODE_STRING:
		pk_json_put_string_len(writer->out, node->text, node->text_len);
		break;
	case PK_NODE_LIST:
		open_group(writer, '[');
		for (size_t i = 0; i < node->items.len; i++) {
			begin_item(writer);
			write_node(writer, node->items.items[i]);
		}
		close_group(writer, ']');
		break;
	case PK_NODE_MAP:
		open_group(writer, '{');
		for (size_t i = 0; i < node->pair_count; i++) {
			const struct pk_node_pair *pair = &node->pairs[i];
			begin_member(writer, pair->key->text, pair->key->text_len);
			write_node(writer, pair->value);
		}
		close_group(writer, '}');
		break;
	}
}

static void write_entries(struct writer *writer, const struct pk_monster_slot *slot)
{
	open_group(writer, '[');
	for (size_t i = 0; i < slot->entries.len; i++) {
		const struct pk_monster_entry *entry = &slot->entries.items[i];
		begin_item(writer);
		if (entry->odd != NULL)
			write_node(writer, entry->odd);
		else if (entry->number)
			pk_buf_put(writer->out, entry->text, entry->len);
		else
			pk_json_put_string_len(writer->out, entry->text, entry->len);
	}
	close_group(writer, ']');
}

static void write_key(
	struct writer *writer, const struct pk_monster_config *config, enum pk_monster_key key);

static void write_object(
	struct writer *writer, const struct pk_monster_config *config, enum pk_monster_key object)
{
	const struct pk_monster_slot *slot = &config->slots[object];

	open_group(writer, '{');
	for (enum pk_monster_key key = object + 1; key < PK_MONSTER_KEY_COUNT; key++) {
		const struct pk_monster_row *row = pk_monster_row(key);
		if (row->parent != object || !config->slots[key].present)
			continue;
		begin_member(writer, row->name, strlen(row->name));
		write_key(writer, config, key);
	}
	for (size_t i = 0; i < slot->unknown.len; i++) {
		const struct pk_node_pair *pair = &slot->unknown.items[i];
		begin_member(writer, pair->key->text, pair->key->text_len);
		write_node(writer, pair->value);
	}
	close_group(writer, '}');
}

static void write_key(
	struct writer *writer, const struct pk_monster_config *config, enum pk_monster_key key)
{
	const struct pk_monster_slot *slot = &config->slots[key];

	if (slot->odd != NULL) {
		write_node(writer, slot->odd);
		return;
	}
	switch (pk_monster_row(key)->type) {
	case PK_MONSTER_TYPE_OBJECT:
		write_object(writer, config, key);
		break;
	case PK_MONSTER_TYPE_FLAG:
	case PK_MONSTER_TYPE_NUMBER:
		pk_buf_printf(writer->out, "%" PRId64, slot->number);
		break;
	case PK_MONSTER_TYPE_TEXT:
		pk_json_put_string_len(writer->out, slot->text, slot->len);
		break;
	case PK_MONSTER_TYPE_LIST:
		write_entries(writer, slot);
		break;
	}
}

void pk_monster_write(struct pk_buf *out, const struct pk_monster_config *config)
{
	struct writer writer = {.out = out};

	write_key(&writer, config, PK_MONSTER_KEY_ROOT);
	pk_buf_putc(out, '\n');
}
