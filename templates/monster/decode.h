/*
 * Decode: one datagram of the Monster agent to the same document that the ingest pipeline makes of
 * it, as a line of JSON, and to a line for people. What cannot be read is kept whole and says why.
 */
#ifndef TEMPLATES_MONSTER_DECODE_H
#define TEMPLATES_MONSTER_DECODE_H

#include <stdbool.h>

#include "base/buf.h"
#include "templates/model/monster.h"

enum { PK_MONSTER_DATAGRAM_MAX = 65535 };

enum pk_monster_problem {
	PK_MONSTER_READ,
	PK_MONSTER_EMPTY,
	PK_MONSTER_NO_ID,      /* no column is an event id */
	PK_MONSTER_UNKNOWN_ID, /* of a later generation: columns are kept by number */
	PK_MONSTER_TOO_FEW,    /* fewer columns than the header has */
	PK_MONSTER_NOT_UTF8,   /* bytes that are no UTF-8 become U+FFFD */
};

enum { PK_MONSTER_COLUMNS_MAX = 64 };

struct pk_monster_record {
	enum pk_monster_problem problem;
	const struct pk_monster_event *event; /* NULL if not known */
	enum pk_monster_generation generation;
	unsigned id;
	size_t column_count; /* in the datagram; may be more or fewer than the event has */
	const char *columns[PK_MONSTER_COLUMNS_MAX]; /* into `text`; not terminated */
	size_t column_len[PK_MONSTER_COLUMNS_MAX];
};

/*
 * Splits `text` (`len` bytes, need not be terminated) in place; a leading `<PRI>` or syslog header
 * and a trailing CR LF are passed over. `filter2017`: as pk_logstash_options. False if problem is
 * not PK_MONSTER_READ; what could be found is in `out` even then.
 */
bool pk_monster_split(struct pk_monster_record *out, const char *text, size_t len, bool filter2017);
/*
 * Appends the document as one line of JSON without line end: published names, ECS beside them.
 * `sender` is the address that the datagram came from, or NULL.
 */
void pk_monster_put_json(struct pk_buf *buf, const struct pk_monster_record *record,
	const char *text, size_t len, const char *sender);
/* Appends a line for people: time, host, event, what happened; no line end. */
void pk_monster_put_text(struct pk_buf *buf, const struct pk_monster_record *record,
	const char *text, size_t len, const char *sender);
/* "unknown event id", ... */
const char *pk_monster_problem_name(enum pk_monster_problem problem);

#endif
