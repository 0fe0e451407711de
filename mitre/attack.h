/*
 * ATT&CK: the techniques and tactics of MITRE ATT&CK Enterprise, release 19.2.
 *
 * The catalogue is part of the program (data/attack-19.2.tsv and data/tactics-19.2.tsv, made from
 * MITRE's release; origin and licence in docs/third-party.md). It holds retired ids too, so that
 * an old rule can be told what to say today. A report that lists names of techniques must print
 * pk_attack_copyright, as MITRE's terms of use ask.
 *
 * Everything lives in the arena given to pk_attack_open and is never changed afterwards; returned
 * pointers are borrowed from there.
 */
#ifndef MITRE_ATTACK_H
#define MITRE_ATTACK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"

struct pk_attack;

enum pk_technique_status {
	PK_TECHNIQUE_ACTIVE,
	PK_TECHNIQUE_REVOKED,	 /* another technique stands in its place */
	PK_TECHNIQUE_DEPRECATED, /* withdrawn, nothing stands in its place */
};

struct pk_attack_names {
	const char *const *items;
	size_t len;
};

struct pk_technique {
	const char *id;	  /* "T1059", "T1059.001" */
	const char *name; /* of a sub-technique only its own: "PowerShell" */
	enum pk_technique_status status;
	/* The id that MITRE names for a revoked one, which may be revoked itself; else NULL. */
	const char *replacement;
	/*
	 * Short names. A retired technique keeps those of its last release, which are not always
	 * tactics of this one ("defense-evasion").
	 */
	struct pk_attack_names tactics;
	struct pk_attack_names platforms; /* "Windows", "Linux", ... */
};

struct pk_tactic {
	const char *id;		/* "TA0002" */
	const char *short_name; /* "execution" */
	const char *name;	/* "Execution" */
};

/* The catalogue, made in the arena. Cannot fail: the tables are part of the program. */
struct pk_attack *pk_attack_open(struct pk_arena *arena);

/* Release of ATT&CK: "19.2". */
const char *pk_attack_version(void);
/* MITRE's copyright line for this release, UTF-8, without a line end. */
const char *pk_attack_copyright(void);

/* Number of techniques, retired ones included. */
size_t pk_attack_count(const struct pk_attack *attack);
/* The technique at `index` (below pk_attack_count) in the order of ids. */
const struct pk_technique *pk_attack_at(const struct pk_attack *attack, size_t index);
/* The technique with exactly this id, active or retired, or NULL. */
const struct pk_technique *pk_attack_find(const struct pk_attack *attack, const char *id);
/*
 * What `id` is called today: the active technique itself, or the one at the end of its chain of
 * replacements. NULL if the id is unknown or the chain ends in a deprecated technique.
 */
const struct pk_technique *pk_attack_current(const struct pk_attack *attack, const char *id);

/* The tactics of this release, in the order of MITRE's matrix. */
const struct pk_tactic *pk_attack_tactics(const struct pk_attack *attack, size_t *count_out);
/* The tactic with exactly this short name, or NULL. */
const struct pk_tactic *pk_attack_find_tactic(
	const struct pk_attack *attack, const char *short_name);

/*
 * Judges a technique id written at `span`. Malformed and unknown ids are errors, revoked and
 * deprecated ones warnings. False only if an error was reported.
 */
bool pk_attack_check(const struct pk_attack *attack, const char *id, struct pk_span span,
	struct pk_diags *diags);

#endif
