/* What the policy of changes makes of a commit or tag. */
#include <string.h>

#include "base/glob.h"
#include "base/text.h"
#include "rulesets/changes.h"

enum {
	REFUSED_MAX = 10, /* changes of one commit that are reported one by one */
	ID_SHOWN = 10,	  /* digits of an id in messages */
};

/* One commit or tag while it is judged. */
struct judge {
	const struct pk_changes_policy *policy;
	struct pk_verdict *out;
	struct pk_diags *diags;
	const char *subject; /* "commit 0123456789", "tag 'v1'": for messages */
	const char *place;   /* "0123456789", "v1": where findings are */
	size_t refused;	     /* changes */
	bool said_unsigned;  /* once is enough */
};

/* --- entries --- */

static bool matches_any(const struct pk_reference *patterns, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (pk_glob_match(patterns[i].text, name))
			return true;
	}
	return false;
}

const struct pk_changes_entry *pk_changes_find_path(
	const struct pk_changes_policy *policy, const char *path)
{
	for (size_t i = policy->changes.len; i-- > 0;) {
		const struct pk_changes_entry *entry = &policy->changes.items[i];
		if (matches_any(entry->paths.items, entry->paths.len, path))
			return entry;
	}
	return NULL;
}

const struct pk_changes_entry *pk_changes_find_rule(
	const struct pk_changes_policy *policy, const char *id)
{
	for (size_t i = policy->changes.len; i-- > 0;) {
		const struct pk_changes_entry *entry = &policy->changes.items[i];
		if (matches_any(entry->rules.items, entry->rules.len, id))
			return entry;
	}
	return NULL;
}

const struct pk_changes_entry *pk_changes_find_tag(
	const struct pk_changes_policy *policy, const char *name)
{
	for (size_t i = policy->tags.len; i-- > 0;) {
		const struct pk_changes_entry *entry = &policy->tags.items[i];
		if (matches_any(entry->paths.items, entry->paths.len, name))
			return entry;
	}
	return NULL;
}

bool pk_changes_has_rules(const struct pk_changes_policy *policy)
{
	for (size_t i = 0; i < policy->changes.len; i++) {
		if (policy->changes.items[i].rules.len > 0)
			return true;
	}
	return false;
}

static bool admits_name(const struct pk_changes_entry *entry, const char *name)
{
	for (size_t i = 0; i < entry->by.len; i++) {
		if (pk_text_equal_nocase(entry->by.items[i], name))
			return true;
	}
	return false;
}

/* Is one of the names that are known of whoever made the change among those that may? */
static bool admits(const struct pk_changes_entry *entry, const struct pk_verdict *verdict)
{
	const struct pk_signature *signature = &verdict->signature;
	if (entry->anybody)
		return true;
	if (!verdict->proven)
		return verdict->who != NULL && admits_name(entry, verdict->who);
	for (size_t i = 0; i < signature->names.len; i++) {
		if (admits_name(entry, signature->names.items[i]))
			return true;
	}
	return false;
}

/* --- refusals --- */

/* Adds a reason and reports it, at `name` of the commit; NULL: at the commit as a whole. */
__attribute__((format(printf, 4, 5))) static struct pk_diag *refuse(
	struct judge *judge, enum pk_code code, const char *name, const char *format, ...)
{
	struct pk_arena *arena = judge->diags->arena;
	va_list args;
	va_start(args, format);
	const char *reason = pk_arena_vprintf(arena, format, args);
	va_end(args);
	judge->out->allowed = false;
	*pk_list_push(arena, &judge->out->reasons) = reason;

	const char *path =
		name == NULL ? judge->place : pk_arena_printf(arena, "%s:%s", judge->place, name);
	struct pk_span span = pk_span_file(pk_source_make(arena, path, "", 0));
	return pk_report(judge->diags, code, span, "%s", reason);
}

static const char *key_of(const struct pk_signature *signature)
{
	return signature->key == NULL ? "a key" : signature->key;
}

/* Refuses what is signed, but not well. False if it is. */
static bool check_signature(struct judge *judge)
{
	const struct pk_signature *signature = &judge->out->signature;
	struct pk_diag *diag = NULL;
	switch (signature->state) {
	case PK_SIGNATURE_GOOD:
	case PK_SIGNATURE_MISSING:
		return true;
	case PK_SIGNATURE_BAD:
		diag = refuse(judge, PK_BAD_SIGNATURE, NULL,
			"%s has a signature that is not good: it was changed after it was signed, "
			"or the signature is damaged",
			judge->subject);
		pk_diag_hint(judge->diags, diag, "sign it again, with OpenSSH or OpenPGP");
		return false;
	case PK_SIGNATURE_UNKNOWN:
		diag = refuse(judge, PK_UNKNOWN_SIGNER, NULL,
			"%s is signed with %s, which is not among the signers of the base",
			judge->subject, key_of(signature));
		pk_diag_hint(judge->diags, diag,
			"have the key added to the signers first, in a change of its own");
		return false;
	case PK_SIGNATURE_EXPIRED:
		diag = refuse(judge, PK_EXPIRED_KEY, NULL,
			"%s is signed with %s, which has expired", judge->subject,
			key_of(signature));
		break;
	case PK_SIGNATURE_REVOKED:
		diag = refuse(judge, PK_REVOKED_KEY, NULL,
			"%s is signed with %s, which was revoked", judge->subject,
			key_of(signature));
		break;
	}
	pk_diag_hint(judge->diags, diag, "sign it with a key that is valid");
	return false;
}

static void refuse_unsigned(struct judge *judge, const char *name)
{
	judge->out->allowed = false;
	if (judge->said_unsigned)
		return;
	judge->said_unsigned = true;
	struct pk_diag *diag;
	if (name == NULL)
		diag = refuse(judge, PK_UNSIGNED, NULL, "%s is not signed", judge->subject);
	else
		diag = refuse(judge, PK_UNSIGNED, name, "%s is not signed, and changes '%s'",
			judge->subject, name);
	pk_diag_hint(judge->diags, diag,
		"sign it: `git commit --amend -S`, `git rebase -S` for several, `git tag -s`");
}

/* "ann@example.org", or "ann@example.org, whom no signature proves,". */
static const char *describe_who(const struct judge *judge)
{
	const struct pk_verdict *out = judge->out;
	if (out->who == NULL)
		return "somebody unknown";
	return out->proven
		? out->who
		: pk_arena_printf(judge->diags->arena, "%s, which no signature proves,", out->who);
}

/* "ann@example.org, bob@example.org and 3 more". */
static const char *describe_by(struct pk_arena *arena, const struct pk_changes_entry *entry)
{
	enum { SHOWN = 3 };
	const char *text = entry->by.len == 0 ? "" : entry->by.items[0];
	for (size_t i = 1; i < entry->by.len && i < SHOWN; i++)
		text = pk_arena_printf(arena, "%s, %s", text, entry->by.items[i]);
	return entry->by.len <= SHOWN
		? text
		: pk_arena_printf(arena, "%s and %zu more", text, entry->by.len - SHOWN);
}

static void relate_entry(
	struct judge *judge, struct pk_diag *diag, const struct pk_changes_entry *entry)
{
	pk_diag_relate(judge->diags, diag, entry->span, "this entry decides");
	pk_diag_hint(judge->diags, diag, "have it signed by %s",
		describe_by(judge->diags->arena, entry));
}

/* --- commits --- */

static void refuse_change(struct judge *judge, const struct pk_verdict_change *change,
	const struct pk_changes_entry *entry)
{
	if (judge->refused++ >= REFUSED_MAX)
		return;
	const char *what = change->is_rule ? "rule " : "";
	if (entry != NULL) {
		relate_entry(judge,
			refuse(judge, PK_CHANGE_REFUSED, change->name,
				"%s may not change %s'%s', as %s does", describe_who(judge), what,
				change->name, judge->subject),
			entry);
		return;
	}
	struct pk_diag *diag = refuse(judge, PK_CHANGE_REFUSED, change->name,
		"nobody may change '%s', as %s does: no entry of the policy is about it",
		change->name, judge->subject);
	pk_diag_relate(judge->diags, diag, judge->policy->span, "the policy of the base");
	pk_diag_hint(judge->diags, diag, "have an entry for it added to the policy first");
}

/* Judges one change; `entry` is the one that decides, NULL: none is about it. */
static void judge_change(
	struct judge *judge, const char *name, bool is_rule, const struct pk_changes_entry *entry)
{
	struct pk_arena *arena = judge->diags->arena;
	struct pk_verdict_change change = {pk_arena_strdup(arena, name), is_rule, true};
	if (entry != NULL && entry->is_signed && !judge->out->proven) {
		change.allowed = false;
		refuse_unsigned(judge, change.name);
	} else if (entry == NULL || !admits(entry, judge->out)) {
		change.allowed = false;
		refuse_change(judge, &change, entry);
	}
	*pk_list_push(arena, &judge->out->changes) = change;
}

static void judge_paths(struct judge *judge, const struct pk_commit *commit)
{
	for (size_t i = 0; i < commit->paths.len; i++) {
		const char *path = commit->paths.items[i];
		judge_change(judge, path, false, pk_changes_find_path(judge->policy, path));
	}
}

/* Rules that no entry is about are a matter of the file that they stand in. */
static void judge_rules(struct judge *judge, const struct pk_changed_rules *rules)
{
	for (size_t i = 0; i < rules->len; i++) {
		const struct pk_changes_entry *entry =
			pk_changes_find_rule(judge->policy, rules->items[i]);
		if (entry != NULL)
			judge_change(judge, rules->items[i], true, entry);
	}
	for (size_t i = 0; rules->unknown && i < judge->policy->changes.len; i++) {
		const struct pk_changes_entry *entry = &judge->policy->changes.items[i];
		if (entry->rules.len > 0)
			judge_change(judge, entry->rules.items[0].text, true, entry);
	}
}

static void list_paths(struct judge *judge, const struct pk_commit *commit, bool allowed)
{
	struct pk_arena *arena = judge->diags->arena;
	for (size_t i = 0; i < commit->paths.len; i++)
		*pk_list_push(arena, &judge->out->changes) = (struct pk_verdict_change){
			pk_arena_strdup(arena, commit->paths.items[i]), false, allowed};
}

static void judge_changes(
	struct judge *judge, const struct pk_commit *commit, const struct pk_changed_rules *rules)
{
	judge_paths(judge, commit);
	judge_rules(judge, rules);
	if (judge->out->changes.len == 0 && judge->policy->is_signed && !judge->out->proven)
		refuse_unsigned(judge, NULL);
	if (judge->refused <= REFUSED_MAX)
		return;
	refuse(judge, PK_CHANGE_REFUSED, NULL, "%s may not make %zu further changes of %s",
		describe_who(judge), judge->refused - REFUSED_MAX, judge->subject);
}

/* Copies what is known of who made it; `unproven` is what the object itself says. */
static void set_who(struct judge *judge, const struct pk_signature *signature, const char *unproven)
{
	struct pk_verdict *out = judge->out;
	out->signature = *signature;
	out->proven = signature->state == PK_SIGNATURE_GOOD && signature->names.len > 0;
	if (out->proven)
		out->who = signature->names.items[0];
	else if (signature->state == PK_SIGNATURE_MISSING)
		out->who = unproven;
}

void pk_changes_judge_commit(struct pk_verdict *out, const struct pk_changes_policy *policy,
	const struct pk_commit *commit, const struct pk_changed_rules *rules,
	const struct pk_signature *signature, struct pk_diags *diags)
{
	struct pk_arena *arena = diags->arena;
	const char *id = pk_arena_strdup(arena, commit->id);
	const char *place = pk_arena_strndup(arena, id, ID_SHOWN);
	struct judge judge = {.policy = policy,
		.out = out,
		.diags = diags,
		.place = place,
		.subject = pk_arena_printf(arena, "commit %s", place)};
	*out = (struct pk_verdict){.id = id, .allowed = true};
	set_who(&judge, signature, commit->committer);
	if (!check_signature(&judge)) {
		list_paths(&judge, commit, false);
	} else if (policy->has_changes) {
		judge_changes(&judge, commit, rules);
	} else {
		if (policy->is_signed && !out->proven)
			refuse_unsigned(&judge, NULL);
		list_paths(&judge, commit, out->allowed);
	}
}

/* --- tags --- */

void pk_changes_judge_tag(struct pk_verdict *out, const struct pk_changes_policy *policy,
	const struct pk_tag *tag, const char *id, const struct pk_signature *signature,
	struct pk_diags *diags)
{
	struct pk_arena *arena = diags->arena;
	const struct pk_changes_entry *entry = pk_changes_find_tag(policy, tag->ref);
	struct judge judge = {.policy = policy,
		.out = out,
		.diags = diags,
		.place = tag->ref,
		.subject = pk_arena_printf(arena, "tag '%s'", tag->ref)};
	*out = (struct pk_verdict){.id = id, .tag = tag->ref, .allowed = true};
	set_who(&judge, signature, tag->tagger);
	if (!check_signature(&judge) || entry == NULL)
		return;
	if (tag->name != NULL && !pk_text_equal(tag->name, tag->ref)) {
		struct pk_diag *diag = refuse(&judge, PK_TAG_NAME, NULL,
			"%s was made, and signed, as tag '%s'", judge.subject, tag->name);
		pk_diag_hint(diags, diag, "make the tag anew under its own name");
	} else if (entry->is_signed && !out->proven) {
		refuse_unsigned(&judge, NULL);
	} else if (!admits(entry, out)) {
		relate_entry(&judge,
			refuse(&judge, PK_TAG_REFUSED, NULL, "%s may not make %s",
				describe_who(&judge), judge.subject),
			entry);
	}
}
