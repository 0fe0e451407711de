/*
 * ATT&CK: the techniques, tactics and data components of MITRE ATT&CK Enterprise, releases 19.2
 * and 18.1. What older releases said is in history.h.
 *
 * The catalogues are part of the program (the tables in data/, made from MITRE's releases; origin
 * and licence in docs/third-party.md). They hold retired ids too, so that an old rule can be told
 * what to say today. A report that lists names of techniques must print pk_attack_copyright, as
 * MITRE's terms of use ask.
 *
 * Opening is cheap: a technique is read from its table when it is first asked for. Everything
 * lives in the arena given to pk_attack_open, so a catalogue belongs to one thread, as its arena
 * does. Returned pointers are borrowed and stay valid as long as the arena; what they point to is
 * never changed.
 */
#ifndef MITRE_ATTACK_H
#define MITRE_ATTACK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"

/* The newest release that is built in. */
#define PK_ATTACK_NEWEST "19.2"

struct pk_attack;
struct pk_history;

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
	/*
	 * How MITRE's analytics detect it. All of these are empty for a retired technique, and all
	 * but the strategies for a strategy that is new in 19 (third-party.md says why).
	 */
	struct pk_attack_names strategies;	   /* "DET0455" */
	struct pk_attack_names components;	   /* names of data components, any platform */
	struct pk_attack_names windows_components; /* those of the analytics for Windows */
	const unsigned *sysmon_events;		   /* ids in the analytics for Windows, ascending */
	size_t sysmon_event_count;
	const unsigned *linux_sysmon_events; /* those of Sysmon for Linux */
	size_t linux_sysmon_event_count;
};

struct pk_tactic {
	const char *id;		/* "TA0002" */
	const char *short_name; /* "execution" */
	const char *name;	/* "Execution" */
};

/* What can be observed: "Process Creation" of the data source "Process". */
struct pk_component {
	const char *id; /* "DC0032" */
	const char *name;
	const char *data_source; /* as of 17.1; later releases have no data sources */
	bool deprecated;
};

/*
 * That an event of Sysmon shows a data component. MITRE names the events of some; the rest is from
 * OSSEM or picket's own reading of the event, and `basis` tells which. An event without any row
 * (24, the clipboard) has no component in ATT&CK.
 */
struct pk_attack_source {
	bool is_linux; /* an event of Sysmon for Linux */
	unsigned event_id;
	const struct pk_component *component;
	/*
	 * "mitre-analytic:N" N of MITRE's analytics name the event, "mitre-component" the component
	 * lists it, "ossem-dm:N" N relationships in OSSEM, "own"; with commas between them.
	 */
	const char *basis;
	const char *note; /* "" if there is none */
};

/* The catalogue of the newest release. Cannot fail: the tables are part of the program. */
struct pk_attack *pk_attack_open(struct pk_arena *arena);
/* The catalogue of `version`, "19.2" or "18.1"; NULL if that release is not built in whole. */
struct pk_attack *pk_attack_open_version(struct pk_arena *arena, const char *version);
/* The releases that are built in whole, newest first: the one at `index`, NULL past the last. */
const char *pk_attack_version_at(size_t index);

/* Release of ATT&CK: "19.2". */
const char *pk_attack_version(const struct pk_attack *attack);
/* MITRE's copyright line for this release, UTF-8, without a line end. */
const char *pk_attack_copyright(const struct pk_attack *attack);

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

/* The data components in the order of ids; 18.1 and 19.2 have the same. */
const struct pk_component *pk_attack_components(const struct pk_attack *attack, size_t *count_out);
/* The data component with exactly this name or this id, or NULL. */
const struct pk_component *pk_attack_find_component(
	const struct pk_attack *attack, const char *name);
/* Which event of Sysmon shows which data component, Windows first, by event id. */
const struct pk_attack_source *pk_attack_sources(const struct pk_attack *attack, size_t *count_out);

/* What was before this release, for history.h; opened when it is first asked for. */
const struct pk_history *pk_attack_history(const struct pk_attack *attack);

/* Has the text the form of a technique id: T and four digits, perhaps a dot and three more? */
bool pk_attack_is_id(const char *text);
/*
 * Judges a technique id written at `span`. Malformed and unknown ids are errors, revoked and
 * deprecated ones warnings. False only if an error was reported.
 */
bool pk_attack_check(const struct pk_attack *attack, const char *id, struct pk_span span,
	struct pk_diags *diags);

#endif
