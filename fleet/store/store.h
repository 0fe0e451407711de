/*
 * Store: what the controller knows and what it did, in one SQLite file that only one rollout at a
 * time writes. The library for it stays in store*.c.
 *
 * Every transition of a host is one row of the journal, written in the same transaction as the
 * state it leads to; rows are never changed, and each holds the SHA-256 of the one before, so that
 * a journal that was meddled with does not verify. Writes are gathered and become durable with
 * pk_store_commit: before anything is sent that may change a host, what leads to it has been
 * committed. Contents (configurations, live rules) are kept once, by digest; the file's mode
 * is 0600, and one that others may write, or exchange for another, is refused. Nothing secret is
 * ever given to a store.
 *
 * The hash of a row of the journal is the SHA-256 of these fields, one behind the other: the hash
 * of the row before as a text (empty for the first row); the number and the time in milliseconds,
 * each in decimal digits and ended by ","; then, as texts, the rollout's id, the host, what and
 * detail. A text is its length in bytes in decimal digits, ":", its bytes and ","; where there is
 * none, "-,". The head of the journal, number and hash of its last row, is a row of its own that is
 * written in the same transaction, so that a journal whose end was cut off does not verify, either.
 *
 * Functions return false after a report (PK_STORE_*), and the transaction is then rolled back.
 */
#ifndef FLEET_STORE_STORE_H
#define FLEET_STORE_STORE_H

#include "base/source.h"
#include "fleet/host/job.h"
#include "fleet/rollout/schedule.h"

struct pk_store;

enum { PK_ROLLOUT_ID = 27 }; /* bytes of an id with NUL: "20261122T081502Z-4f2a9c1b" */

enum pk_rollout_kind {
	PK_ROLLOUT_PUSH,
	PK_ROLLOUT_ROLLBACK,
	PK_ROLLOUT_REMOVE,
};

enum pk_rollout_state {
	PK_ROLLOUT_RUNNING, /* or interrupted: nobody holds the lock */
	PK_ROLLOUT_PAUSED,
	PK_ROLLOUT_HALTED,  /* a budget was exceeded, or a host key was wrong */
	PK_ROLLOUT_ABORTED, /* by a person */
	PK_ROLLOUT_DONE,
};

struct pk_rollout_row {
	char id[PK_ROLLOUT_ID];
	uint64_t sequence; /* milliseconds since 1970 when it began; higher than every one before */
	enum pk_rollout_kind kind;
	enum pk_rollout_state state;
	const char *inventory; /* name */
	const char *inventory_digest;
	const char *inventory_path;
	const char *plan;   /* digest of the plan it follows; NULL: none */
	const char *undoes; /* ROLLBACK: id of the rollout; else NULL */
	const char *by;	    /* user@machine */
	const char *commit; /* of the inventory's repository; NULL */
	int64_t started_ms;
	int64_t ended_ms; /* 0: not yet */
	size_t tasks, ok, failed, skipped;
	const char *wish; /* JSON of what it was started with, for resume: options of the command */
};

struct pk_task_row {
	uint64_t task; /* number in its rollout, from 0, in the order of the selection */
	const char *host;
	uint32_t wave;
	const char *wave_name;
	enum pk_task_state state;
	uint32_t tries;
	enum pk_host_action action;
	enum pk_failure_class class;
	const char *code;    /* "PK2101"; "" if none */
	const char *message; /* "" if none */
	const char *from;    /* digests of configurations; NULL */
	const char *to;
	bool touched;	     /* the host may have been changed by this rollout */
	const char *desired; /* JSON of pk_desired_put_json */
	const char *before;  /* JSON of facts; NULL: not known yet */
	const char *after;   /* JSON of facts; NULL: not known (yet) */
	int64_t started_ms, ended_ms;
};

/* One row of the journal. */
struct pk_event_row {
	uint64_t number; /* from 1, without gaps */
	int64_t time_ms;
	const char *rollout;
	const char *host;   /* NULL: about the rollout */
	const char *what;   /* "opened wave", "changing", "ok", "failed", ... */
	const char *detail; /* JSON */
	char hash[65];	    /* SHA-256 over the row before and this one */
};

/* What was last known of a host, whoever found it out. */
struct pk_host_row {
	const char *host;
	const char *rollout; /* that changed it last; NULL: none of ours */
	const char *facts;   /* JSON as last read */
	int64_t read_ms;
	const char *left; /* JSON of the facts right after our last change; NULL: none */
	int64_t left_ms;
};

/*
 * Opens the file. `write`: makes it and its folder if they are missing, and takes the lock, which
 * is the file PATH.lock (PK_STORE_LOCKED if another process has it); else it is only read, at any
 * time, and must be there (PK_STORE_MISSING).
 */
struct pk_store *pk_store_open(const char *path, bool write, struct pk_diags *diags);
/* Commits what was gathered is not done here: what was not committed is lost. NULL is fine. */
void pk_store_close(struct pk_store *store);
PK_AUTO_DEFINE(pk_store, pk_store_close);

/* A new id: the time and random digits. False after a report. */
bool pk_store_make_id(char out[PK_ROLLOUT_ID], int64_t now_ms, struct pk_diags *diags);
/*
 * Begins a rollout: gives it an id, if it has none, and a sequence (from `now_ms`) and writes it
 * with all its tasks, whose `state` is WAITING, in one transaction that is committed.
 */
bool pk_store_begin(struct pk_store *store, struct pk_rollout_row *rollout,
	const struct pk_task_row *tasks, size_t count, int64_t now_ms, struct pk_diags *diags);

/*
 * A transition of a task: the row as it is from now on, and why, for the journal. Facts that are
 * NULL leave those that are known; what is desired stays as it was when the rollout began.
 */
bool pk_store_task(struct pk_store *store, const char *rollout, const struct pk_task_row *task,
	const char *what, const char *detail, int64_t now_ms, struct pk_diags *diags);
/* A transition of the rollout itself: state, or an event such as an opened wave. */
bool pk_store_rollout(struct pk_store *store, const char *rollout, enum pk_rollout_state state,
	const char *what, const char *detail, int64_t now_ms, struct pk_diags *diags);
/*
 * What was read of a host; `left` is not NULL right after a change of ours, and only then `rollout`
 * is taken. Facts that are NULL leave those that are known.
 */
bool pk_store_host(struct pk_store *store, const char *host, const char *rollout, const char *facts,
	const char *left, int64_t now_ms, struct pk_diags *diags);
/*
 * Keeps the bytes under their digest; true also if they are there. Bytes with another digest are
 * refused (PK_STORE_CONTENT), which does not roll back what was gathered.
 */
bool pk_store_content(struct pk_store *store, const char *digest, const void *bytes, size_t len,
	struct pk_diags *diags);
/* Makes everything so far durable. Cheap if there is nothing. */
bool pk_store_commit(struct pk_store *store, struct pk_diags *diags);

/* Rows are copied to the arena. NULL as `id`: the last rollout. *found_out false: there is none. */
bool pk_store_find_rollout(struct pk_rollout_row *out, bool *found_out, struct pk_arena *arena,
	struct pk_store *store, const char *id, struct pk_diags *diags);

struct pk_rollout_rows {
	struct pk_rollout_row *items;
	size_t len;
	size_t cap;
};
struct pk_task_rows {
	struct pk_task_row *items;
	size_t len;
	size_t cap;
};
struct pk_event_rows {
	struct pk_event_row *items;
	size_t len;
	size_t cap;
};
struct pk_host_rows {
	struct pk_host_row *items;
	size_t len;
	size_t cap;
};
struct pk_digests {
	const char **items;
	size_t len;
	size_t cap;
};

/* Newest first; at most `most` (0: all). */
bool pk_store_list_rollouts(struct pk_rollout_rows *out, struct pk_arena *arena,
	struct pk_store *store, size_t most, struct pk_diags *diags);
bool pk_store_list_tasks(struct pk_task_rows *out, struct pk_arena *arena, struct pk_store *store,
	const char *rollout, struct pk_diags *diags);
/* Oldest first; of one rollout, of one host, or all (NULL). */
bool pk_store_list_events(struct pk_event_rows *out, struct pk_arena *arena, struct pk_store *store,
	const char *rollout, const char *host, struct pk_diags *diags);
bool pk_store_list_hosts(struct pk_host_rows *out, struct pk_arena *arena, struct pk_store *store,
	struct pk_diags *diags);
/*
 * Digests of configurations and rules that hosts had when they were read last, and whose bytes are
 * kept: those of most hosts first, at most `most`. None without a report if that cannot be told.
 */
void pk_store_list_known(
	struct pk_digests *out, struct pk_arena *arena, struct pk_store *store, size_t most);
/*
 * The content with that digest as a source named by it, or NULL without a report: also if what is
 * kept is damaged and has another digest.
 */
struct pk_source *pk_store_find_content(
	struct pk_arena *arena, struct pk_store *store, const char *digest);
bool pk_store_has_content(struct pk_store *store, const char *digest);

/*
 * Is the journal whole: numbers without gaps, each hash right, the last one that of the head?
 * Reports the first row that is not (PK_STORE_JOURNAL). *head_out gets the last hash.
 */
bool pk_store_verify(
	struct pk_store *store, char head_out[65], uint64_t *count_out, struct pk_diags *diags);

const char *pk_rollout_kind_name(enum pk_rollout_kind kind);	/* "push", "rollback", "remove" */
const char *pk_rollout_state_name(enum pk_rollout_state state); /* "running", ... */
const char *pk_task_state_name(enum pk_task_state state);	/* "waiting", "ok", ... */

#endif
