/*
 * History: what ATT&CK said of a technique id in each release from 3.0 to 19.2, and what an id of
 * one release is called in another.
 *
 * A change is known by the release that first has it; 19.0 and 19.1 are not held, so changes of 19
 * carry 19.2. Names are those of the technique, so whoever prints them prints pk_attack_copyright.
 *
 * An id is never guessed. MITRE names one replacement for a revoked id, and following it is certain
 * but for one case that the data shows: a technique that is revoked together with sub-techniques
 * of its own, where one of these goes to another technique than it does. Its meaning is divided,
 * and a rule with the old id may mean any of the parts.
 *
 * Everything lives in the arena given to pk_history_open; returned pointers are borrowed from
 * there. Releases are numbered from 0, the oldest.
 */
#ifndef MITRE_HISTORY_H
#define MITRE_HISTORY_H

#include <stdint.h>

#include "mitre/attack.h"

struct pk_history;

enum { PK_RELEASE_UNKNOWN = UINT32_MAX }; /* "of whatever release" */

enum pk_change_kind {
	PK_CHANGE_ADDED,       /* value: name */
	PK_CHANGE_RENAMED,     /* value: new name */
	PK_CHANGE_REVOKED,     /* value: id in its place */
	PK_CHANGE_DEPRECATED,  /* value: "" */
	PK_CHANGE_REPLACEMENT, /* value: another id in its place, "" for none */
	PK_CHANGE_TACTICS,     /* value: short names with commas between them */
};

struct pk_change {
	uint32_t release;
	enum pk_change_kind kind;
	const char *value;
};

/* The word for it: "renamed". */
const char *pk_change_name(enum pk_change_kind kind);

/* All that happened to one id, oldest first; the first change is that it was added. */
struct pk_chronicle {
	const char *id;
	const struct pk_change *changes;
	size_t count;
};

enum pk_presence {
	PK_PRESENCE_NONE, /* not there yet */
	PK_PRESENCE_ACTIVE,
	PK_PRESENCE_REVOKED,
	PK_PRESENCE_DEPRECATED,
};

/* What one release says of an id. */
struct pk_standing {
	enum pk_presence presence;
	const char *name;	 /* NULL if not there */
	const char *replacement; /* of a revoked one; NULL if the release names none */
	uint32_t since; /* release that revoked or deprecated it, or named that replacement */
};

enum pk_outcome {
	PK_OUTCOME_SAME,       /* active, under the same name if that is known */
	PK_OUTCOME_RENAMED,    /* active, with another name than in the first release */
	PK_OUTCOME_REPLACED,   /* one id stands in its place */
	PK_OUTCOME_SPLIT,      /* several ids may be meant; a person must choose */
	PK_OUTCOME_DEPRECATED, /* withdrawn; nothing stands in its place */
	PK_OUTCOME_NOT_YET,    /* a later release added it */
	PK_OUTCOME_UNKNOWN,    /* no release has it */
};

/* A link of a chain: what stands in the place of the id before, and since when. */
struct pk_step {
	const char *id;
	uint32_t release;
};

struct pk_follow {
	enum pk_outcome outcome;
	const char *id;	  /* what to write; NULL unless same, renamed or replaced */
	const char *name; /* of that id in the release followed to */
	/* The chain of replacements, from the second id on; the last one is where it ended. */
	PK_LIST(struct pk_step) steps;
	struct pk_attack_names candidates; /* of a split, in the order of ids */
	uint32_t release;		   /* that split, deprecated or first had the id */
	/*
	 * First release after the one followed from that gave the same id sub-techniques it did
	 * not have; PK_RELEASE_UNKNOWN if none did. The id stays right, a narrower one may be
	 * better.
	 */
	uint32_t narrower_since;
};

/* The history. Cannot fail: the tables are part of the program. */
struct pk_history *pk_history_open(struct pk_arena *arena);

/* Number of releases. */
uint32_t pk_history_releases(const struct pk_history *history);
/* "18.1"; `release` is below pk_history_releases. */
const char *pk_history_release_name(const struct pk_history *history, uint32_t release);
/* The release with exactly this name, or PK_RELEASE_UNKNOWN. */
uint32_t pk_history_find_release(const struct pk_history *history, const char *name);

/* Number of ids. */
size_t pk_history_count(const struct pk_history *history);
/* The id at `index`, in the order of ids. */
const struct pk_chronicle *pk_history_at(const struct pk_history *history, size_t index);
/* What happened to `id`, or NULL if no release has it. */
const struct pk_chronicle *pk_history_find(const struct pk_history *history, const char *id);

/* What `release` says of `id`. */
struct pk_standing pk_history_standing(
	const struct pk_history *history, const char *id, uint32_t release);
/*
 * What `id`, written for release `from` (PK_RELEASE_UNKNOWN if that is not known), is in release
 * `to`, which may be older.
 */
struct pk_follow pk_history_follow(
	const struct pk_history *history, const char *id, uint32_t from, uint32_t to);
/* Was `name` (any case) a name of `id` in some release? */
bool pk_history_had_name(const struct pk_history *history, const char *id, const char *name);

/* "T1073 -> T1574.002 (7.0) -> T1574.001 (17.0)": the chain of `id`, in the history's arena. */
const char *pk_history_print_chain(
	const struct pk_history *history, const char *id, const struct pk_follow *follow);

/*
 * Judges an id written at `span` for an older release, as pk_attack_check does for those that are
 * built in whole.
 */
bool pk_history_check(const struct pk_history *history, uint32_t release, const char *id,
	struct pk_span span, struct pk_diags *diags);

#endif
