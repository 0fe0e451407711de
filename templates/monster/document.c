/*
 * A record of the Monster agent as a document: the published fields in the order of the columns,
 * and then the fields of ECS, which are collected first, sorted, and written as nested objects.
 * Nothing is allocated but room in the buffer.
 */
#include <assert.h>
#include <string.h>

#include "base/json.h"
#include "templates/monster/decode.h"
#include "templates/monster/ecs.h"
#include "templates/monster/value.h"

enum {
	NAME_MAX_BYTES = 60,
	SHORT_TEXT = 160,
};

struct document {
	struct pk_buf *buf;
	const struct pk_monster_record *record;
	struct pk_monster_ecs ecs;
	uint64_t invalid; /* bit n: column n is not what its type says */
};

static struct pk_piece column_of(const struct pk_monster_record *record, size_t index)
{
	return (struct pk_piece){record->columns[index], record->column_len[index]};
}

/* --- pieces of JSON --- */

static bool needs_comma(const struct pk_buf *buf)
{
	char last = buf->data[buf->len - 1];
	return last != '{' && last != '[';
}

static void put_comma(struct pk_buf *buf)
{
	if (needs_comma(buf))
		pk_buf_putc(buf, ',');
}

/* Names of the tables need no escape, and have at most NAME_MAX_BYTES. Appended in one piece. */
static void put_name(struct pk_buf *buf, const char *name)
{
	char text[NAME_MAX_BYTES + 4];
	size_t at = 0;
	if (needs_comma(buf))
		text[at++] = ',';
	text[at++] = '"';
	size_t len = strlen(name);
	assert(len <= NAME_MAX_BYTES);
	memcpy(text + at, name, len);
	at += len;
	text[at++] = '"';
	text[at++] = ':';
	pk_buf_put(buf, text, at);
}

/* Most texts are short and need no escape: those are appended in one piece, too. */
static void put_text(struct pk_buf *buf, struct pk_piece piece)
{
	char text[SHORT_TEXT + 2];
	size_t len = 0;
	for (; len < piece.len && len < SHORT_TEXT; len++) {
		unsigned char c = (unsigned char)piece.text[len];
		if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\')
			break;
		text[len + 1] = (char)c;
	}
	if (len < piece.len) {
		pk_json_put_string_len(buf, piece.text, piece.len);
		return;
	}
	text[0] = '"';
	text[len + 1] = '"';
	pk_buf_put(buf, text, len + 2);
}

static void put_long(struct pk_buf *buf, int64_t number)
{
	char digits[24];
	size_t at = sizeof(digits);
	uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
	do {
		digits[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (number < 0)
		digits[--at] = '-';
	pk_buf_put(buf, digits + at, sizeof(digits) - at);
}

static void put_date(struct pk_buf *buf, int64_t filetime, enum pk_monster_date how)
{
	char text[PK_MONSTER_DATE_TEXT + 2];
	size_t len = pk_monster_print_date(text + 1, filetime, how);
	text[0] = '"';
	text[len + 1] = '"';
	pk_buf_put(buf, text, len + 2);
}

/* "name=text" */
static void put_named(struct pk_buf *buf, const char *name, struct pk_piece piece)
{
	put_comma(buf);
	pk_buf_putc(buf, '"');
	pk_buf_puts(buf, name);
	size_t quote = buf->len;
	put_text(buf, piece);
	buf->data[quote] = '=';
}

/* The pieces that are not empty, with one backslash between them. */
static void put_joined(struct pk_buf *buf, const struct pk_piece *pieces, size_t count)
{
	size_t begin = buf->len;
	for (size_t i = 0; i < count; i++) {
		struct pk_piece piece = pk_piece_to_join(pieces, count, i);
		if (piece.len == 0)
			continue;
		if (buf->len == begin) {
			put_text(buf, piece);
			continue;
		}
		/* The quotes around make place for an escaped backslash. */
		buf->data[buf->len - 1] = '\\';
		size_t quote = buf->len;
		put_text(buf, piece);
		buf->data[quote] = '\\';
	}
	if (buf->len == begin)
		pk_json_put_string(buf, "");
}

/* --- lists --- */

/* False if an item is no address; those are left out. */
static bool put_items(struct pk_buf *buf, struct pk_piece list, bool addresses)
{
	struct pk_piece item;
	bool good = true;
	pk_buf_putc(buf, '[');
	while (pk_piece_next(&item, &list)) {
		if (addresses && !pk_monster_is_ip(item.text, item.len)) {
			good = false;
			continue;
		}
		put_comma(buf);
		put_text(buf, item);
	}
	pk_buf_putc(buf, ']');
	return good;
}

/* Sub-fields are divided by a quote or a backtick; the last member has what is left. */
static bool put_object(
	struct pk_buf *buf, const struct pk_column_object *object, struct pk_piece item)
{
	struct pk_piece names = pk_piece_of(object->members);
	struct pk_piece name;
	bool good = true;
	put_comma(buf);
	pk_buf_putc(buf, '{');
	while (item.len > 0 && pk_piece_next(&name, &names)) {
		size_t len = 0;
		while (len < item.len &&
			(names.len == 0 || (item.text[len] != '"' && item.text[len] != '`')))
			len++;
		int64_t number = 0;
		bool is_number = pk_piece_equal(name, object->numbers);
		bool wrong =
			is_number && len > 0 && !pk_monster_parse_long(&number, item.text, len);
		if (len > 0 && !wrong) {
			put_comma(buf);
			pk_json_put_string_len(buf, name.text, name.len);
			pk_buf_putc(buf, ':');
			if (is_number)
				put_long(buf, number);
			else
				pk_json_put_string_len(buf, item.text, len);
		}
		good = good && !wrong;
		len += len < item.len ? 1 : 0;
		item = (struct pk_piece){item.text + len, item.len - len};
	}
	pk_buf_putc(buf, '}');
	return good;
}

static bool put_objects(
	struct pk_buf *buf, const struct pk_column_object *object, struct pk_piece list)
{
	struct pk_piece item;
	bool good = true;
	pk_buf_putc(buf, '[');
	while (pk_piece_next(&item, &list))
		good = put_object(buf, object, item) && good;
	pk_buf_putc(buf, ']');
	return good;
}

/* --- published fields --- */

static bool put_number_column(
	struct document *doc, const struct pk_monster_column *column, struct pk_piece piece)
{
	int64_t number;
	if (!pk_monster_parse_long(&number, piece.text, piece.len))
		return false;
	put_name(doc->buf, column->name);
	put_long(doc->buf, number);
	if (column->type != PK_COLUMN_FILETIME) {
		pk_monster_ecs_add_number(&doc->ecs, column, number);
		return true;
	}
	if (!pk_monster_is_date(number))
		return true;
	if (column->derived != NULL) {
		put_name(doc->buf, column->derived);
		put_date(doc->buf, number,
			doc->record->generation == PK_MONSTER_GEN1 ? PK_MONSTER_DATE_KST
								   : PK_MONSTER_DATE_EXACT);
	}
	pk_monster_ecs_add_date(&doc->ecs, column, number);
	return true;
}

/* A list without items is no field. */
static bool put_list_column(
	struct document *doc, const struct pk_monster_column *column, struct pk_piece piece)
{
	const struct pk_column_object *object = pk_column_object_find(column->type);
	size_t begin = doc->buf->len;
	put_name(doc->buf, object != NULL && object->field != NULL ? object->field : column->name);
	size_t list = doc->buf->len;
	bool good = object != NULL ? put_objects(doc->buf, object, piece)
				   : put_items(doc->buf, piece, column->type == PK_COLUMN_IPS);
	if (doc->buf->len == list + strlen("[]"))
		doc->buf->len = begin;
	else
		pk_monster_ecs_add_text(&doc->ecs, column, piece);
	return good;
}

/* False if the column is not what its type says. */
static bool put_column(
	struct document *doc, const struct pk_monster_column *column, struct pk_piece piece)
{
	switch (column->type) {
	case PK_COLUMN_TEXT:
		break;
	case PK_COLUMN_IP:
		if (!pk_monster_is_ip(piece.text, piece.len))
			return false;
		break;
	case PK_COLUMN_LONG:
	case PK_COLUMN_UNIX:
	case PK_COLUMN_FILETIME:
		return put_number_column(doc, column, piece);
	case PK_COLUMN_LIST:
	case PK_COLUMN_IPS:
	case PK_COLUMN_GROUPS:
	case PK_COLUMN_PRIVILEGES:
	case PK_COLUMN_ACCOUNTS:
	case PK_COLUMN_PROGRAMS:
		return put_list_column(doc, column, piece);
	}
	put_name(doc->buf, column->name);
	put_text(doc->buf, piece);
	pk_monster_ecs_add_text(&doc->ecs, column, piece);
	return true;
}

/* What Windows and the agent write for "nothing". */
static bool is_nothing(const struct pk_monster_column *column, struct pk_piece piece)
{
	return piece.len == 0 ||
		(piece.len == 1 && piece.text[0] == '-' && column->type != PK_COLUMN_TEXT);
}

static void put_columns(
	struct document *doc, const struct pk_monster_column *columns, size_t column_count)
{
	for (size_t i = 0; i < column_count && i < doc->record->column_count; i++) {
		struct pk_piece piece = column_of(doc->record, i);
		if (!is_nothing(&columns[i], piece) && !put_column(doc, &columns[i], piece))
			doc->invalid |= UINT64_C(1) << i;
	}
}

static void put_kind(struct pk_buf *buf, const struct pk_monster_event *event)
{
	const char *field = pk_monster_event_kind(event);
	if (field == NULL)
		return;
	put_name(buf, field);
	pk_json_put_string(buf, event->constant != NULL ? event->constant : event->name);
}

/* --- what is ours --- */

/* Columns behind those of the event; empty ones at the very end are only ends of lines. */
static size_t count_columns(const struct pk_monster_record *record, size_t expected)
{
	size_t count = record->column_count < PK_MONSTER_COLUMNS_MAX ? record->column_count
								     : PK_MONSTER_COLUMNS_MAX;
	while (count > expected && record->column_len[count - 1] == 0)
		count--;
	return count;
}

static void put_texts(struct pk_buf *buf, const char *name, const struct pk_monster_record *record,
	size_t first, size_t end)
{
	put_name(buf, name);
	pk_buf_putc(buf, '[');
	for (size_t i = first; i < end; i++) {
		put_comma(buf);
		put_text(buf, column_of(record, i));
	}
	pk_buf_putc(buf, ']');
}

static void put_invalid(struct document *doc, const struct pk_monster_column *columns)
{
	put_name(doc->buf, "invalid");
	pk_buf_putc(doc->buf, '[');
	for (size_t i = 0; i < PK_MONSTER_COLUMNS_MAX; i++) {
		if ((doc->invalid >> i & 1) != 0)
			put_named(doc->buf, columns[i].name, column_of(doc->record, i));
	}
	pk_buf_putc(doc->buf, ']');
}

/* The object "monster": of which generation, and what is wrong with the record. */
static void put_monster(struct document *doc, const struct pk_monster_column *columns)
{
	const struct pk_monster_record *record = doc->record;
	const struct pk_monster_event *event = record->event;
	struct pk_buf *buf = doc->buf;
	put_name(buf, "monster");
	pk_buf_putc(buf, '{');
	if (record->id != 0) {
		put_name(buf, "generation");
		pk_buf_puts(buf, record->generation == PK_MONSTER_GEN1 ? "\"1\"" : "\"2\"");
	}
	if (doc->ecs.time != 0) {
		put_name(buf, "time");
		put_date(buf, doc->ecs.time, PK_MONSTER_DATE_EXACT);
	}
	size_t expected = event == NULL ? 0 : event->column_count;
	size_t count = count_columns(record, expected);
	if (event == NULL && count > 0)
		put_texts(buf, "columns", record, 0, count);
	if (event != NULL && count > expected)
		put_texts(buf, "extra", record, expected, count);
	if (event != NULL && count < expected) {
		put_name(buf, "missing");
		put_long(buf, (int64_t)(expected - count));
	}
	if (doc->invalid != 0)
		put_invalid(doc, columns);
	if (record->problem != PK_MONSTER_READ) {
		put_name(buf, "problem");
		pk_json_put_string(buf, pk_monster_problem_name(record->problem));
	}
	pk_buf_putc(buf, '}');
}

/* --- ECS --- */

static void put_ecs_value(struct pk_buf *buf, const struct pk_ecs_entry *entry)
{
	struct pk_piece item;
	struct pk_piece rest = entry->pieces[0];
	switch (entry->kind) {
	case PK_ECS_TEXT:
		put_joined(buf, entry->pieces, entry->piece_count);
		break;
	case PK_ECS_LOWER: {
		size_t begin = buf->len;
		put_text(buf, rest);
		for (size_t i = begin; i < buf->len; i++) {
			if (buf->data[i] >= 'A' && buf->data[i] <= 'Z')
				buf->data[i] = (char)(buf->data[i] | 0x20);
		}
		break;
	}
	case PK_ECS_LIST:
	case PK_ECS_IPS:
		put_items(buf, rest, entry->kind == PK_ECS_IPS);
		break;
	case PK_ECS_FIRST:
		if (pk_piece_next(&item, &rest))
			put_text(buf, item);
		break;
	case PK_ECS_NUMBER:
		put_long(buf, entry->number);
		break;
	case PK_ECS_DATE:
		put_date(buf, entry->number, PK_MONSTER_DATE_EXACT);
		break;
	case PK_ECS_DATE_MS:
		put_date(buf, entry->number, PK_MONSTER_DATE_MS);
		break;
	}
}

/* Bytes of the objects that both names are in, with the dot behind them. */
static size_t shared_objects(const char *a, const char *b)
{
	size_t shared = 0;
	for (size_t i = 0; a[i] == b[i] && a[i] != '\0'; i++) {
		if (a[i] == '.')
			shared = i + 1;
	}
	return shared;
}

static void close_objects(struct pk_buf *buf, const char *names)
{
	for (; (names = strchr(names, '.')) != NULL; names++)
		pk_buf_putc(buf, '}');
}

static void open_object(struct pk_buf *buf, const char *name, size_t len)
{
	char text[NAME_MAX_BYTES + 1];
	assert(len <= NAME_MAX_BYTES);
	memcpy(text, name, len);
	text[len] = '\0';
	put_name(buf, text);
	pk_buf_putc(buf, '{');
}

static void put_ecs(struct pk_buf *buf, const struct pk_monster_ecs *ecs)
{
	const char *before = "";
	for (size_t i = 0; i < ecs->len; i++) {
		const struct pk_ecs_entry *entry = &ecs->entries[ecs->order[i]];
		size_t shared = shared_objects(before, entry->target);
		const char *name = entry->target + shared;
		const char *dot;
		close_objects(buf, before + shared);
		for (; (dot = strchr(name, '.')) != NULL; name = dot + 1)
			open_object(buf, name, (size_t)(dot - name));
		put_name(buf, name);
		put_ecs_value(buf, entry);
		before = entry->target;
	}
	close_objects(buf, before);
}

/* --- the document --- */

/* The columns that can be named: those of the event, or those that every record of the generation
 * has. */
static const struct pk_monster_column *find_columns(
	size_t *count_out, const struct pk_monster_record *record)
{
	if (record->event != NULL) {
		*count_out = record->event->column_count;
		return record->event->columns;
	}
	*count_out = 0;
	return record->id == 0 ? NULL : pk_monster_header(count_out, record->generation);
}

void pk_monster_put_json(struct pk_buf *buf, const struct pk_monster_record *record,
	const char *text, size_t len, const char *sender)
{
	struct document doc = {.buf = buf, .record = record};
	size_t count;
	const struct pk_monster_column *columns = find_columns(&count, record);
	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	pk_buf_putc(buf, '{');
	put_columns(&doc, columns, count);
	if (record->event != NULL)
		put_kind(buf, record->event);
	put_monster(&doc, columns);
	pk_monster_ecs_add_event(&doc.ecs, record, (struct pk_piece){text, len}, sender);
	pk_monster_ecs_finish(&doc.ecs);
	put_ecs(buf, &doc.ecs);
	pk_buf_putc(buf, '}');
}
