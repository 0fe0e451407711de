/* What the files fleet/store/store*.c share. Nobody else includes this. */
#ifndef FLEET_STORE_STORE_SQL_H
#define FLEET_STORE_STORE_SQL_H

#include <sqlite3.h>

#include "base/buf.h"
#include "fleet/store/store.h"

/* Statements that are prepared once; their texts are in store_sql.c. */
enum pk_sql {
	PK_SQL_BEGIN,
	PK_SQL_COMMIT,
	PK_SQL_READ_HEAD,
	PK_SQL_WRITE_HEAD,
	PK_SQL_LAST_EVENT,
	PK_SQL_FIND_KEYS,
	PK_SQL_NEW_KEYS,
	PK_SQL_ADD_ROLLOUT,
	PK_SQL_SET_ROLLOUT,
	PK_SQL_ADD_TASK,
	PK_SQL_SET_TASK,
	PK_SQL_ADD_DESIRED,
	PK_SQL_SET_BEFORE,
	PK_SQL_SET_AFTER,
	PK_SQL_ADD_EVENT,
	PK_SQL_SET_HOST,
	PK_SQL_HAS_CONTENT,
	PK_SQL_ADD_CONTENT,
	PK_SQL_FIND_CONTENT,
	PK_SQL_FIND_ROLLOUT,
	PK_SQL_LAST_ROLLOUT,
	PK_SQL_LIST_ROLLOUTS,
	PK_SQL_LIST_TASKS,
	PK_SQL_LIST_EVENTS,
	PK_SQL_LIST_EVENTS_OF_ROLLOUT,
	PK_SQL_LIST_EVENTS_OF_HOST,
	PK_SQL_LIST_EVENTS_OF_BOTH,
	PK_SQL_LIST_HOSTS,
	PK_SQL_LIST_KNOWN,
	PK_SQL_QUICK_CHECK,
	PK_SQLS,
};

/* How rows of other tables name a rollout. */
struct pk_store_keys {
	char id[PK_ROLLOUT_ID];
	int64_t sequence;
	int64_t first; /* number of its task 0 among the tasks of all rollouts */
	int64_t tasks;
};

struct pk_store {
	struct pk_arena *arena;
	const char *path;
	sqlite3 *db;
	sqlite3_stmt *statements[PK_SQLS];
	bool write;
	int lock;		   /* descriptor of the lock file; -1: not held */
	bool gathering;		   /* a transaction is open */
	bool lost;		   /* a silent question ended in a rollback */
	uint64_t number;	   /* last row of the journal; only while gathering */
	char hash[65];		   /* its hash */
	struct pk_store_keys keys; /* of the rollout that was written last; id "" if none */
	struct pk_buf scratch;
};

extern const char *const pk_store_sql[PK_SQLS];
/* What makes a store of version n one of version n + 1: statements, NULL at the end. */
extern const char *const *const pk_store_steps[];
extern const int pk_store_version;
extern const char *const pk_store_setup_read;
extern const char *const pk_store_setup_write;

enum { PK_STORE_APPLICATION = 0x706b7374 }; /* "pkst": PRAGMA application_id */

/* --- statements: parameters and columns from left to right, NULL as SQL has it --- */

struct pk_query {
	struct pk_store *store;
	sqlite3_stmt *statement; /* NULL: it could not be prepared; everything else is harmless */
	int next;		 /* parameter, or column */
	bool bad;		 /* a parameter did not fit */
	bool odd;		 /* a column of a row made no sense */
};

/* The statement, ready for its parameters. */
struct pk_query pk_query_begin(struct pk_store *store, enum pk_sql which);
void pk_query_put_text(struct pk_query *query, const char *text); /* lives until the end */
void pk_query_put_bytes(struct pk_query *query, const void *bytes, size_t len);
void pk_query_put_int(struct pk_query *query, int64_t number);
/* The next row; false at the end, and after a report: see *failed_out. */
bool pk_query_next(struct pk_query *query, bool *failed_out, struct pk_diags *diags);
/* For what gives no rows: false after a report; what was gathered is then lost. */
bool pk_query_run(struct pk_query *query, struct pk_diags *diags);
/* Columns of the row; texts are copied. */
const char *pk_query_get_text(struct pk_query *query, struct pk_arena *arena); /* NULL: none */
const char *pk_query_get_word(struct pk_query *query, struct pk_arena *arena); /* never NULL */
int64_t pk_query_get_int(struct pk_query *query);
uint64_t pk_query_get_count(struct pk_query *query);
/* The value of an enum that has that name; names of `count` values from 0. */
int pk_query_get_enum(struct pk_query *query, const char *(*name)(int), int count);
void pk_query_end(struct pk_query *query);

/* Reports what SQLite says. Always false. */
bool pk_store_fail(struct pk_store *store, struct pk_diags *diags);
/* Rolls back what was gathered. */
void pk_store_forget(struct pk_store *store);
/* Reports about the file; NULL as `hint` is none. */
void pk_store_report(const char *path, enum pk_code code, const char *message, const char *hint,
	struct pk_diags *diags);

/* Opens a transaction if none is; false after a report. */
bool pk_store_gather(struct pk_store *store, struct pk_diags *diags);
/* Finds the keys of a rollout; *found_out false without a report if there is none. */
bool pk_store_find_keys(struct pk_store_keys *out, bool *found_out, struct pk_store *store,
	const char *id, struct pk_diags *diags);

/* --- the journal --- */

/* The hash of `row` behind a row with the hash `before`. */
void pk_store_hash(
	char out[65], struct pk_buf *scratch, const char *before, const struct pk_event_row *row);
/* The row that a PK_SQL_LIST_EVENTS gives. */
void pk_store_get_event(struct pk_event_row *out, struct pk_arena *arena, struct pk_query *query);
/* Is the last row that of the head? Reports PK_STORE_JOURNAL. */
bool pk_store_check_head(struct pk_store *store, struct pk_diags *diags);

/* --- the file and its lock --- */

/* Makes folder and file if `write`, and checks that nobody else can change them. */
bool pk_store_check_file(const char *path, bool write, struct pk_diags *diags);
/* Takes the lock: a descriptor, or -1 after a report. */
int pk_store_take_lock(const char *path, struct pk_diags *diags);
/* Says in the lock file what is being done; "" before that is known. */
void pk_store_note_lock(int lock, const char *rollout);

#endif
