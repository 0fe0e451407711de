/*
 * Migrate: takes texts that name techniques from one release of ATT&CK to another.
 *
 * Only what is certain is changed (history.h says what is); the rest is reported and counted, and
 * stays as it is. Nothing but ids and names of techniques is touched, so a file keeps every other
 * byte. The caller says which parts of a file name techniques.
 */
#ifndef MITRE_MIGRATE_H
#define MITRE_MIGRATE_H

#include "base/buf.h"
#include "base/map.h"
#include "mitre/history.h"

/* Bytes of the source to be replaced. */
struct pk_edit {
	struct pk_span span; /* within one line */
	const char *old_text;
	const char *new_text;
	const char *chain; /* of an id: "T1086 -> T1059.001 (7.0)"; else NULL */
};

/* The migration of one source. The caller fills what stands before `edits`. */
struct pk_migration {
	struct pk_arena *arena;
	const struct pk_history *history;
	uint32_t from; /* release that the text is written for, or PK_RELEASE_UNKNOWN */
	uint32_t to;
	struct pk_diags *diags;
	PK_LIST(struct pk_edit) edits;
	size_t left;	    /* ids that a person must decide about */
	struct pk_map told; /* ids whose new sub-techniques have been pointed out */
};

/*
 * Migrates the ids in the bytes of `span`, and the name behind an id where it is written as
 * "T1086,technique_name=PowerShell" or "T1086,Technique=PowerShell". With `is_id` the whole text
 * is an id, so that an unknown one is reported; else it may be other text that looks like one.
 */
void pk_migrate_text(struct pk_migration *migration, struct pk_span span, bool is_id);
/* Replaces the name of a release in `span` by that of `to`; nothing if it is the same. */
void pk_migrate_release(struct pk_migration *migration, struct pk_span span, const char *name);

/* Puts the edits in the order of the text, as the functions below need them. */
void pk_migration_sort(struct pk_migration *migration);
/* Appends the text of `source`, edited. */
void pk_migration_apply(
	struct pk_buf *out, const struct pk_migration *migration, const struct pk_source *source);
/* Appends a unified diff without context of what the edits change in `source`. */
void pk_migration_diff(
	struct pk_buf *out, const struct pk_migration *migration, struct pk_source *source);

#endif
