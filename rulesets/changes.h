/*
 * Changes: the `policy` of a project file, which says who may change what and what has to be
 * signed, and what it makes of commits and tags. The language is described in picket-project(5).
 *
 * A policy is read from the revision that a change is made to, with its files of signers: a change
 * cannot admit its own author. People are known by the names that a verified signature proves; what
 * a commit says of its author counts only where the policy does not ask for a signature.
 */
#ifndef RULESETS_CHANGES_H
#define RULESETS_CHANGES_H

#include "base/commits.h"
#include "rulesets/model.h"

enum {
	PK_CHANGES_ENTRIES_MAX = 1000, /* of one policy */
	PK_CHANGES_TEXTS_MAX = 10000,  /* patterns and names of one policy */
};

/* Who may make a change, and whether it has to be signed. */
struct pk_changes_entry {
	PK_LIST(struct pk_reference) paths; /* patterns of paths, or of names of tags */
	PK_LIST(struct pk_reference) rules; /* patterns of ids of rules */
	PK_LIST(const char *) by;	    /* names; groups are resolved */
	bool anybody;			    /* `*` is among `by` */
	bool is_signed;			    /* a signature is demanded */
	struct pk_span span;
};

struct pk_changes_policy {
	const char *ssh;     /* path of allowed_signers, or NULL */
	const char *openpgp; /* path of OpenPGP keys, or NULL */
	struct pk_span ssh_span;
	struct pk_span openpgp_span;
	PK_LIST(struct pk_changes_entry) changes; /* the last one that matches decides */
	bool has_changes;
	bool is_signed; /* a signature of commits is demanded if an entry does not say */
	PK_LIST(struct pk_changes_entry) tags; /* likewise */
	struct pk_span span;
};

/* What became of one path, or of one rule, of a commit. */
struct pk_verdict_change {
	const char *name;
	bool is_rule;
	bool allowed;
};

/* What became of one commit or tag. */
struct pk_verdict {
	const char *id;	 /* of the commit */
	const char *tag; /* name; NULL: it is about the commit */
	struct pk_signature signature;
	const char *who; /* by whom it counts as made; NULL if nobody is known */
	bool proven;	 /* a signature says so */
	bool allowed;
	PK_LIST(struct pk_verdict_change) changes;
	PK_LIST(const char *) reasons; /* why not; the same is reported */
};

/*
 * The policy of the project `source`, which is a file of `tree` (NULL: the disk). NULL after a
 * report: it is wrong, or there is none.
 */
struct pk_changes_policy *pk_changes_read(struct pk_arena *arena, struct pk_source *source,
	const struct pk_tree *tree, struct pk_diags *diags);

/* The entry that decides about a name, or NULL. */
const struct pk_changes_entry *pk_changes_find_path(
	const struct pk_changes_policy *policy, const char *path);
const struct pk_changes_entry *pk_changes_find_rule(
	const struct pk_changes_policy *policy, const char *id);
const struct pk_changes_entry *pk_changes_find_tag(
	const struct pk_changes_policy *policy, const char *name);
/* Are there entries about rules? */
bool pk_changes_has_rules(const struct pk_changes_policy *policy);

/* A rule that a commit changes in meaning, brings or removes. */
struct pk_changed_rules {
	const char **items; /* ids, each once */
	size_t len;
	size_t cap;
	bool unknown; /* the rulesets of one of the revisions cannot be read: any may be changed */
};

/*
 * Judges a commit whose signature is known, with the rules that it changes. Refusals are reported;
 * what is in `out` lives in the arena of `diags`.
 */
void pk_changes_judge_commit(struct pk_verdict *out, const struct pk_changes_policy *policy,
	const struct pk_commit *commit, const struct pk_changed_rules *rules,
	const struct pk_signature *signature, struct pk_diags *diags);
/* The same for a tag of the commit `id`. */
void pk_changes_judge_tag(struct pk_verdict *out, const struct pk_changes_policy *policy,
	const struct pk_tag *tag, const char *id, const struct pk_signature *signature,
	struct pk_diags *diags);

/*
 * The rules whose meaning (rulesets/lock.h) is not the same before and after the commit; of a merge
 * that changes files itself, those that differ from any parent. `path` is the project's from the
 * top of the repository, `library` the folder of shipped rulesets or NULL.
 */
void pk_changes_compare_rules(struct pk_changed_rules *out, struct pk_arena *arena,
	const struct pk_commit *commit, const char *path, const char *library);

#endif
