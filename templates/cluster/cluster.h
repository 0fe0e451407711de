/*
 * Cluster: a running stack: what it is, which assets it has, and making it have ours.
 *
 * What the cluster holds is read back and compared as a whole, not by the mark alone: a body that
 * somebody edited by hand is `changed`, one that an older picket wrote is `outdated`. What carries
 * our id but not our mark is `foreign` and is never written over or removed without `force`.
 */
#ifndef TEMPLATES_CLUSTER_CLUSTER_H
#define TEMPLATES_CLUSTER_CLUSTER_H

#include "templates/assets/assets.h"
#include "templates/http/http.h"

struct pk_cluster {
	struct pk_http *http; /* borrowed */
	struct pk_arena *arena;
	struct pk_elk elk;	  /* with the features that it was found to have */
	const char *name;	  /* of the cluster */
	const char *node_version; /* "2.19.1" */
};

enum pk_asset_state {
	PK_ASSET_SAME,
	PK_ASSET_ABSENT,
	PK_ASSET_OUTDATED, /* as a picket of another version, or other options, made it */
	PK_ASSET_CHANGED,  /* somebody edited it since */
	PK_ASSET_FOREIGN,  /* the id is taken by something that is not ours */
	PK_ASSET_LEFT, /* ours, and this version does not make it any more: `up` and `down` remove
			  it */
};

/* One asset and what the cluster has of it. */
struct pk_cluster_asset {
	struct pk_asset asset; /* LEFT: kind, id and path only */
	enum pk_asset_state state;
	const char *difference; /* CHANGED and OUTDATED: first places that differ, one a line; else
				   NULL */
	int64_t seq_no;		/* ISM: for the update, -1 if absent */
	int64_t primary_term;
};

struct pk_cluster_plan {
	struct pk_cluster_asset *items; /* order of installation */
	size_t len;
	size_t cap;
	size_t to_write; /* ABSENT, OUTDATED, CHANGED, and LEFT */
	size_t foreign;
};

/* Asks the server what it is and what it can do. False after a report. */
bool pk_cluster_open(struct pk_cluster *out, struct pk_arena *arena, struct pk_http *http,
	struct pk_diags *diags);
/* Compares `assets` with what the cluster has. Reads only. */
bool pk_cluster_plan_make(struct pk_cluster_plan *out, struct pk_cluster *cluster,
	const struct pk_assets *assets, struct pk_diags *diags);
/*
 * Writes what the plan found missing or different, in order; `step` (may be NULL) is called after
 * each with the asset. Stops at the first refusal, which is reported; what was written stays and a
 * second call goes on.
 */
bool pk_cluster_apply(struct pk_cluster *cluster, const struct pk_cluster_plan *plan, bool force,
	void (*step)(void *context, const struct pk_cluster_asset *asset), void *context,
	struct pk_diags *diags);
/* What is removed, and who is told. */
struct pk_cluster_removal {
	bool data;    /* the data streams and indices of ours, too */
	bool dry_run; /* only say what would be; what others use is found out by trying */
	void (*step)(void *context, const char *what); /* after each; may be NULL */
	void *context;
};
/* Removes what is ours, in the opposite order. */
bool pk_cluster_remove(struct pk_cluster *cluster, const struct pk_cluster_plan *plan,
	const struct pk_streams *streams, const struct pk_cluster_removal *how,
	struct pk_diags *diags);
/*
 * Dated indices of `streams` whose day is more than `days` before `today` ("2026.11.22"): their
 * names, sorted. Names that are no date of ours are left alone.
 */
bool pk_cluster_old_indices(const char *const **names_out, size_t *count_out,
	struct pk_cluster *cluster, const struct pk_streams *streams, unsigned days,
	const char *today, struct pk_diags *diags);
/* "same", "absent", ...: for people and machines. */
const char *pk_asset_state_name(enum pk_asset_state state);

#endif
