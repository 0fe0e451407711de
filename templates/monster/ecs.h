/*
 * Ecs: the fields of ECS that a record of the Monster agent has, collected while its columns are
 * read, in the order of their names. Texts are borrowed.
 */
#ifndef TEMPLATES_MONSTER_ECS_H
#define TEMPLATES_MONSTER_ECS_H

#include <stdint.h>

#include "templates/model/piece.h"
#include "templates/monster/decode.h"

enum pk_ecs_kind {
	PK_ECS_TEXT,  /* pieces, joined by backslashes */
	PK_ECS_LOWER, /* in small letters */
	PK_ECS_LIST,  /* items divided by '|' */
	PK_ECS_IPS,
	PK_ECS_FIRST, /* the first item */
	PK_ECS_NUMBER,
	PK_ECS_DATE, /* a FILETIME */
	PK_ECS_DATE_MS,
};

enum {
	PK_ECS_PIECES = 3,
	PK_ECS_ENTRIES_MAX = 64,
};

struct pk_ecs_entry {
	const char *target; /* "process.hash.md5" */
	enum pk_ecs_kind kind;
	size_t piece_count;
	struct pk_piece pieces[PK_ECS_PIECES];
	int64_t number;
};

struct pk_monster_ecs {
	struct pk_ecs_entry entries[PK_ECS_ENTRIES_MAX];
	uint8_t order[PK_ECS_ENTRIES_MAX]; /* indices of entries, by target */
	size_t len;
	int64_t time; /* of the event, a FILETIME; 0: none */
	/* parts of a registry's path: key, the part after it, value */
	struct pk_piece registry[PK_ECS_PIECES];
};

/* Of several for one field, the last counts. */
void pk_monster_ecs_add_text(
	struct pk_monster_ecs *ecs, const struct pk_monster_column *column, struct pk_piece piece);
void pk_monster_ecs_add_number(
	struct pk_monster_ecs *ecs, const struct pk_monster_column *column, int64_t number);
/* `filetime` is a date. */
void pk_monster_ecs_add_date(
	struct pk_monster_ecs *ecs, const struct pk_monster_column *column, int64_t filetime);
/* What is the same for every record of an event; `text` is the whole one, `sender` may be NULL. */
void pk_monster_ecs_add_event(struct pk_monster_ecs *ecs, const struct pk_monster_record *record,
	struct pk_piece text, const char *sender);
/* Adds what several columns make together. */
void pk_monster_ecs_finish(struct pk_monster_ecs *ecs);

/* Piece `index` of `count` without the backslashes at which it meets another. */
struct pk_piece pk_piece_to_join(const struct pk_piece *pieces, size_t count, size_t index);

#endif
