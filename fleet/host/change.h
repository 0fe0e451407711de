/*
 * Change: what has to be done to a host, from its facts and what is desired. Pure.
 *
 * The plan of a host is a short list in the order in which it is done. Names of service and driver
 * can only be given when Sysmon is installed, and a version only changes by removing and installing
 * (Sysmon facts, section 11), so a change of those is PK_CHANGE_REPLACE.
 */
#ifndef FLEET_HOST_CHANGE_H
#define FLEET_HOST_CHANGE_H

#include "fleet/host/facts.h"

enum pk_host_change_kind {
	PK_CHANGE_INSTALL,
	PK_CHANGE_REPLACE, /* another version, or other names: remove, then install */
	PK_CHANGE_CONFIG,  /* the same sensor gets another configuration */
	PK_CHANGE_START,   /* it is installed, but does not run */
	PK_CHANGE_LOG,	   /* size, retention or access of a log */
	PK_CHANGE_REMOVE,
};

struct pk_host_change {
	enum pk_host_change_kind kind;
	const char *what;   /* "version", "service", "driver", "size", "retention", "access"; "" */
	const char *log;    /* LOG: its name */
	const char *before; /* for people; NULL: nothing, or unknown */
	const char *after;
};

/* What a push does to a host, in one word; the names are those of the command line's contract. */
enum pk_host_action {
	PK_ACTION_NONE,
	PK_ACTION_INSTALL,
	PK_ACTION_UPDATE,
	PK_ACTION_REMOVE,
	PK_ACTION_ROLLBACK,
};

struct pk_failure;

struct pk_host_plan {
	enum pk_host_action action;
	PK_LIST(struct pk_host_change) changes; /* empty exactly if there is nothing to do */
	const char *from; /* digest of the configuration in force; NULL: none or unknown */
	const char *to;	  /* digest of the desired configuration; NULL: none, or not looked after */
	const char *refused; /* why nothing can be done on this host, for people; NULL: it can */
	enum pk_code refused_code;
};

/*
 * What has to be done. Refused: facts that are missing, no rights, a sensor that is not there and
 * no bundle to install it from, both kinds of Sysmon for Windows at once (the feature and the
 * downloaded one), a bundle for another platform.
 */
void pk_change_plan(struct pk_host_plan *out, struct pk_arena *arena, const struct pk_facts *facts,
	const struct pk_desired *desired);

/* What is not as we left it on a host, in words. */
struct pk_drift {
	const char *what;   /* "config", "rules", "service", "driver", "version", "log size", ... */
	const char *before; /* as we left it */
	const char *now;
};

struct pk_drifts {
	struct pk_drift *items;
	size_t len;
	size_t cap;
};

/*
 * What differs between the facts now and those right after our last change (`left`), which is what
 * the controller keeps; the host's own record is looked at, too, so that drift of the record itself
 * shows. Empty: no drift.
 */
void pk_change_drift(struct pk_drifts *out, struct pk_arena *arena, const struct pk_facts *left,
	const struct pk_facts *now);

/*
 * What has to be desired to bring a host back to `before`, of all that making `was` true has
 * changed: `content` is the configuration of then (NULL: there was none, or nobody looks after it),
 * `bundle` what its version is installed from (NULL: the version did not change). False: it cannot
 * be brought back, *why_out says why, for people.
 */
bool pk_change_undo(struct pk_desired *out, struct pk_arena *arena, const struct pk_facts *before,
	const struct pk_desired *was, const struct pk_content *content,
	const struct pk_bundle *bundle, const char **why_out);

/*
 * The health gate: is the host as the push left it (`after`), does the sensor run and report
 * `content`, do events still arrive, is its error log quiet? False: `failure` says what is wrong.
 */
bool pk_change_healthy(const struct pk_facts *after, const struct pk_facts *now,
	const struct pk_desired *desired, const struct pk_rollout_wish *wish,
	struct pk_failure *failure);

/* "install", "update", "none", "rollback", "remove". */
const char *pk_action_name(enum pk_host_action action);
/* "install sysmon 15.15", "change the configuration": a line for people. */
const char *pk_change_describe(struct pk_arena *arena, const struct pk_host_change *change);

#endif
