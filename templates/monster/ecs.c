#include "templates/monster/ecs.h"

#include <assert.h>
#include <string.h>

#include "templates/model/fields.h"
#include "templates/monster/value.h"

/* The entry of `target`, empty. No event has more of them than there is room for. */
static struct pk_ecs_entry *add(
	struct pk_monster_ecs *ecs, const char *target, enum pk_ecs_kind kind)
{
	struct pk_ecs_entry *entry = NULL;
	size_t low = 0;
	for (size_t high = ecs->len; low < high && entry == NULL;) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(target, ecs->entries[ecs->order[middle]].target);
		if (order == 0)
			entry = &ecs->entries[ecs->order[middle]];
		else if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (entry == NULL) {
		assert(ecs->len < PK_ECS_ENTRIES_MAX);
		memmove(&ecs->order[low + 1], &ecs->order[low], ecs->len - low);
		ecs->order[low] = (uint8_t)ecs->len;
		entry = &ecs->entries[ecs->len++];
	}
	*entry = (struct pk_ecs_entry){.target = target, .kind = kind, .piece_count = 1};
	return entry;
}

static void add_piece(struct pk_monster_ecs *ecs, const char *target, enum pk_ecs_kind kind,
	const char *text, size_t len)
{
	if (len > 0)
		add(ecs, target, kind)->pieces[0] = (struct pk_piece){text, len};
}

static void add_literal(struct pk_monster_ecs *ecs, const char *target, const char *text)
{
	add_piece(ecs, target, PK_ECS_TEXT, text, strlen(text));
}

/* --- paths, users, hashes --- */

/* Bytes up to and with the last backslash or slash; 0 if there is none. */
static size_t folder_len(struct pk_piece path)
{
	size_t len = path.len;
	while (len > 0 && path.text[len - 1] != '\\' && path.text[len - 1] != '/')
		len--;
	return len;
}

static void add_path(struct pk_monster_ecs *ecs, const char *target, struct pk_piece path)
{
	const char *name = target[0] == 'd' ? "dll.name" : "process.name";
	size_t folder = folder_len(path);
	add_piece(ecs, target, PK_ECS_TEXT, path.text, path.len);
	add_piece(ecs, name, PK_ECS_TEXT, path.text + folder, path.len - folder);
}

static void add_file(struct pk_monster_ecs *ecs, struct pk_piece path)
{
	size_t folder = folder_len(path);
	struct pk_piece name = {path.text + folder, path.len - folder};
	const char *dot = memrchr(name.text, '.', name.len);
	add_piece(ecs, "file.path", PK_ECS_TEXT, path.text, path.len);
	add_piece(ecs, "file.name", PK_ECS_TEXT, name.text, name.len);
	bool drive = folder == 3 && path.text[1] == ':';
	if (folder > 1)
		add_piece(
			ecs, "file.directory", PK_ECS_TEXT, path.text, drive ? folder : folder - 1);
	if (dot != NULL && dot != name.text)
		add_piece(ecs, "file.extension", PK_ECS_TEXT, dot + 1,
			(size_t)(name.text + name.len - dot - 1));
}

static void add_user(struct pk_monster_ecs *ecs, struct pk_piece user)
{
	const char *slash = memchr(user.text, '\\', user.len);
	size_t domain = slash == NULL ? 0 : (size_t)(slash - user.text);
	size_t before = slash == NULL ? 0 : domain + 1;
	add_piece(ecs, "user.domain", PK_ECS_TEXT, user.text, domain);
	add_piece(ecs, "user.name", PK_ECS_TEXT, user.text + before, user.len - before);
}

static void add_hash(struct pk_monster_ecs *ecs, const char *target, struct pk_piece hash)
{
	for (size_t i = 0; i < hash.len; i++) {
		if (hash.text[i] != '0') {
			add_piece(ecs, target, PK_ECS_LOWER, hash.text, hash.len);
			return;
		}
	}
}

static void add_data_type(struct pk_monster_ecs *ecs, const char *target, struct pk_piece type)
{
	int64_t number;
	const char *name = NULL;
	if (pk_monster_parse_long(&number, type.text, type.len) && number >= 0)
		name = pk_registry_type_name((uint64_t)number);
	if (name != NULL)
		add_literal(ecs, target, name);
	else
		add_piece(ecs, target, PK_ECS_TEXT, type.text, type.len);
}

/* --- columns --- */

static bool has_item(struct pk_piece list)
{
	struct pk_piece item;
	return pk_piece_next(&item, &list);
}

static bool has_address(struct pk_piece list)
{
	struct pk_piece item;
	while (pk_piece_next(&item, &list)) {
		if (pk_monster_is_ip(item.text, item.len))
			return true;
	}
	return false;
}

static void copy(
	struct pk_monster_ecs *ecs, const struct pk_monster_column *column, struct pk_piece piece)
{
	if (column->type == PK_COLUMN_IPS && has_address(piece))
		add_piece(ecs, column->ecs, PK_ECS_IPS, piece.text, piece.len);
	else if (column->type == PK_COLUMN_LIST && has_item(piece))
		add_piece(ecs, column->ecs, PK_ECS_LIST, piece.text, piece.len);
	else if (column->type != PK_COLUMN_IPS && column->type != PK_COLUMN_LIST)
		add_piece(ecs, column->ecs, PK_ECS_TEXT, piece.text, piece.len);
}

void pk_monster_ecs_add_text(
	struct pk_monster_ecs *ecs, const struct pk_monster_column *column, struct pk_piece piece)
{
	int64_t number;
	switch (column->how) {
	case PK_COLUMN_NOT:
	case PK_COLUMN_TIME:
		break;
	case PK_COLUMN_COPY:
		copy(ecs, column, piece);
		break;
	case PK_COLUMN_NUMBER:
		if (pk_monster_parse_long(&number, piece.text, piece.len))
			pk_monster_ecs_add_number(ecs, column, number);
		break;
	case PK_COLUMN_FIRST:
		if (has_item(piece))
			add_piece(ecs, column->ecs, PK_ECS_FIRST, piece.text, piece.len);
		break;
	case PK_COLUMN_HASH:
		add_hash(ecs, column->ecs, piece);
		break;
	case PK_COLUMN_PATH:
		add_path(ecs, column->ecs, piece);
		break;
	case PK_COLUMN_FILE:
		add_file(ecs, piece);
		break;
	case PK_COLUMN_USER:
		add_user(ecs, piece);
		break;
	case PK_COLUMN_KEY:
		ecs->registry[0] = piece;
		break;
	case PK_COLUMN_KEY_PART:
		ecs->registry[1] = piece;
		break;
	case PK_COLUMN_VALUE:
		ecs->registry[2] = piece;
		break;
	case PK_COLUMN_DATA_TYPE:
		add_data_type(ecs, column->ecs, piece);
		break;
	}
}

void pk_monster_ecs_add_number(
	struct pk_monster_ecs *ecs, const struct pk_monster_column *column, int64_t number)
{
	if (column->how != PK_COLUMN_NOT)
		add(ecs, column->ecs, PK_ECS_NUMBER)->number = number;
}

void pk_monster_ecs_add_date(
	struct pk_monster_ecs *ecs, const struct pk_monster_column *column, int64_t filetime)
{
	if (column->how == PK_COLUMN_TIME) {
		ecs->time = filetime;
		add(ecs, "@timestamp", PK_ECS_DATE_MS)->number = filetime;
	} else if (column->how == PK_COLUMN_COPY) {
		add(ecs, column->ecs, PK_ECS_DATE)->number = filetime;
	}
}

/* --- registry --- */

struct pk_piece pk_piece_to_join(const struct pk_piece *pieces, size_t count, size_t index)
{
	struct pk_piece piece = pieces[index];
	while (index > 0 && piece.len > 0 && piece.text[0] == '\\')
		piece = (struct pk_piece){piece.text + 1, piece.len - 1};
	while (index + 1 < count && piece.len > 0 && piece.text[piece.len - 1] == '\\')
		piece.len--;
	return piece;
}

/* Takes the hive off the key; NULL if it begins with none. */
static const char *take_hive(struct pk_piece *key)
{
	size_t count;
	const struct pk_registry_hive *hives = pk_registry_hive_list(&count);
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(hives[i].prefix);
		if (key->len < len || strncasecmp(key->text, hives[i].prefix, len) != 0)
			continue;
		if (key->len > len && key->text[len] != '\\')
			continue;
		size_t used = key->len > len ? len + 1 : len;
		*key = (struct pk_piece){key->text + used, key->len - used};
		return hives[i].hive;
	}
	return NULL;
}

static void add_joined(
	struct pk_monster_ecs *ecs, const char *target, const struct pk_piece *pieces, size_t count)
{
	struct pk_ecs_entry *entry = NULL;
	for (size_t i = 0; i < count; i++) {
		if (pieces[i].len == 0)
			continue;
		if (entry == NULL) {
			entry = add(ecs, target, PK_ECS_TEXT);
			entry->piece_count = 0;
		}
		entry->pieces[entry->piece_count++] = pieces[i];
	}
}

void pk_monster_ecs_finish(struct pk_monster_ecs *ecs)
{
	struct pk_piece *parts = ecs->registry;
	if (parts[0].len == 0) {
		parts[0] = parts[1];
		parts[1].len = 0;
	}
	add_joined(ecs, "registry.path", parts, 3);
	const char *hive = take_hive(&parts[0]);
	if (hive != NULL)
		add_literal(ecs, "registry.hive", hive);
	add_joined(ecs, "registry.key", parts, 2);
	add_piece(ecs, "registry.value", PK_ECS_TEXT, parts[2].text, parts[2].len);
}

/* --- the event --- */

/* "network.transport=tcp|..." of the table; the names are those of `known`. */
static void add_fixed(struct pk_monster_ecs *ecs, const char *fixed)
{
	static const char *const known[] = {
		"event.outcome", "network.direction", "network.transport"};
	struct pk_piece list = pk_piece_of(fixed);
	struct pk_piece name;
	struct pk_piece value;
	while (pk_piece_next_pair(&name, &value, &list)) {
		for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
			if (pk_piece_equal(name, known[i]))
				add_piece(ecs, known[i], PK_ECS_TEXT, value.text, value.len);
		}
	}
}

/* The record is not what it should be, in a way that makes its document one of failure. */
static bool is_failure(const struct pk_monster_record *record)
{
	return record->problem == PK_MONSTER_EMPTY || record->problem == PK_MONSTER_NO_ID ||
		record->problem == PK_MONSTER_TOO_FEW;
}

void pk_monster_ecs_add_event(struct pk_monster_ecs *ecs, const struct pk_monster_record *record,
	struct pk_piece text, const char *sender)
{
	const struct pk_monster_event *event = record->event;
	add_literal(ecs, "ecs.version", PK_ECS_VERSION);
	add_literal(ecs, "event.dataset", "monster.events");
	add_literal(ecs, "event.module", "monster");
	add_literal(ecs, "event.kind", is_failure(record) ? "pipeline_error" : "event");
	if (is_failure(record))
		add_literal(ecs, "error.message", pk_monster_problem_name(record->problem));
	if (record->problem != PK_MONSTER_READ || record->column_count > PK_MONSTER_COLUMNS_MAX)
		add_piece(ecs, "event.original", PK_ECS_TEXT, text.text, text.len);
	if (sender != NULL)
		add_literal(ecs, "log.source.address", sender);
	if (record->id != 0) {
		size_t id = record->generation == PK_MONSTER_GEN1 ? 0 : 2;
		add_piece(ecs, "event.code", PK_ECS_TEXT, record->columns[id],
			record->column_len[id]);
	}
	if (event == NULL)
		return;
	add_literal(ecs, "event.action", event->name);
	add_piece(ecs, "event.category", PK_ECS_LIST, event->category, strlen(event->category));
	add_piece(ecs, "event.type", PK_ECS_LIST, event->type, strlen(event->type));
	add_fixed(ecs, event->fixed);
}
