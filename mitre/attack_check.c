/* attack_check: what is wrong with a technique id, judged by one release. */
#include <string.h>

#include "base/text.h"
#include "mitre/history.h"

static bool all_digits(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
	}
	return true;
}

bool pk_attack_is_id(const char *text)
{
	size_t len = strlen(text);
	if (len != 5 && len != 9)
		return false;
	return text[0] == 'T' && all_digits(text + 1, 4) &&
		(len == 5 || (text[5] == '.' && all_digits(text + 6, 3)));
}

static bool is_sub_technique_id(const char *id)
{
	return strchr(id, '.') != NULL;
}

/* The active technique whose id differs from the text only in case, or NULL. */
static const struct pk_technique *find_nocase(const struct pk_attack *attack, const char *text)
{
	char id[sizeof("T1059.001")] = "";
	size_t len = strlen(text);
	if (len >= sizeof(id))
		return NULL;
	memcpy(id, text, len);
	if (id[0] == 't')
		id[0] = 'T';
	const struct pk_technique *technique = pk_attack_find(attack, id);
	return technique != NULL && technique->status == PK_TECHNIQUE_ACTIVE ? technique : NULL;
}

/* The active technique whose id is most like the unknown one, or NULL. */
static const struct pk_technique *find_nearest(
	const struct pk_attack *attack, const char *id, struct pk_arena *arena)
{
	size_t count = pk_attack_count(attack);
	const char **ids = PK_NEW_ARRAY(arena, const char *, count);
	size_t active = 0;
	for (size_t i = 0; i < count; i++) {
		const struct pk_technique *technique = pk_attack_at(attack, i);
		if (technique->status == PK_TECHNIQUE_ACTIVE)
			ids[active++] = technique->id;
	}
	const char *near = pk_text_nearest(id, ids, active);
	return near == NULL ? NULL : pk_attack_find(attack, near);
}

static void report_malformed(const struct pk_attack *attack, const char *text, struct pk_span span,
	struct pk_diags *diags)
{
	struct pk_diag *diag = pk_report(
		diags, PK_MALFORMED_TECHNIQUE, span, "'%s' is not an ATT&CK technique id", text);

	size_t tactic_count;
	const struct pk_tactic *tactics = pk_attack_tactics(attack, &tactic_count);
	for (size_t i = 0; i < tactic_count; i++) {
		if (!pk_text_equal_nocase(tactics[i].id, text))
			continue;
		pk_diag_hint(diags, diag, "name a technique of the tactic %s", tactics[i].name);
		return;
	}
	const struct pk_technique *meant = find_nocase(attack, text);
	if (meant != NULL) {
		pk_diag_hint(diags, diag, "write '%s'", meant->id);
		return;
	}
	pk_diag_hint(diags, diag,
		"write T and four digits, such as 'T1059', or a sub-technique, "
		"such as 'T1059.001'");
}

static void report_unknown(
	const struct pk_attack *attack, const char *id, struct pk_span span, struct pk_diags *diags)
{
	struct pk_diag *diag = pk_report(diags, PK_UNKNOWN_TECHNIQUE, span,
		"ATT&CK %s has no technique '%s'", pk_attack_version(attack), id);

	if (is_sub_technique_id(id)) {
		const char *parent = pk_arena_strndup(diags->arena, id, 5);
		const struct pk_technique *current = pk_attack_current(attack, parent);
		if (current != NULL) {
			pk_diag_hint(diags, diag, "write '%s' (%s) or one of its sub-techniques",
				current->id, current->name);
			return;
		}
	}
	const struct pk_technique *near = find_nearest(attack, id, diags->arena);
	if (near != NULL)
		pk_diag_hint(diags, diag, "check the digits; '%s' is %s", near->id, near->name);
}

/* A text of the candidates of a split: "T1685, T1686 or T1688". */
static const char *print_choice(struct pk_arena *arena, struct pk_attack_names ids)
{
	const char *text = ids.items[0];
	for (size_t i = 1; i < ids.len; i++)
		text = pk_arena_printf(
			arena, "%s%s%s", text, i + 1 < ids.len ? ", " : " or ", ids.items[i]);
	return text;
}

/* Reports an id that `release` has, but does not want to be used any more. */
static void report_retired(const struct pk_history *history, uint32_t release, const char *id,
	struct pk_span span, struct pk_diags *diags)
{
	struct pk_standing standing = pk_history_standing(history, id, release);
	struct pk_follow follow = pk_history_follow(history, id, PK_RELEASE_UNKNOWN, release);
	const char *version = pk_history_release_name(history, release);
	struct pk_diag *diag;

	if (follow.outcome == PK_OUTCOME_SPLIT) {
		diag = pk_report(diags, PK_DIVIDED_TECHNIQUE, span,
			"technique '%s' (%s) is divided in ATT&CK %s", id, standing.name, version);
		pk_diag_hint(diags, diag, "choose what the rule detects: %s",
			print_choice(diags->arena, follow.candidates));
		return;
	}
	if (standing.presence == PK_PRESENCE_DEPRECATED) {
		diag = pk_report(diags, PK_DEPRECATED_TECHNIQUE, span,
			"technique '%s' (%s) is deprecated in ATT&CK %s", id, standing.name,
			version);
	} else {
		diag = pk_report(diags, PK_REVOKED_TECHNIQUE, span,
			"technique '%s' (%s) is revoked in ATT&CK %s", id, standing.name, version);
	}
	if (follow.id != NULL)
		pk_diag_hint(diags, diag, "write '%s' (%s)", follow.id, follow.name);
	else
		pk_diag_hint(diags, diag,
			"choose a technique that describes what the rule detects; "
			"MITRE names none in its place");
}

bool pk_attack_check(
	const struct pk_attack *attack, const char *id, struct pk_span span, struct pk_diags *diags)
{
	if (!pk_attack_is_id(id)) {
		report_malformed(attack, id, span, diags);
		return false;
	}
	const struct pk_technique *technique = pk_attack_find(attack, id);
	if (technique == NULL) {
		report_unknown(attack, id, span, diags);
		return false;
	}
	if (technique->status != PK_TECHNIQUE_ACTIVE) {
		const struct pk_history *history = pk_attack_history(attack);
		uint32_t release = pk_history_find_release(history, pk_attack_version(attack));
		report_retired(history, release, id, span, diags);
	}
	return true;
}

bool pk_history_check(const struct pk_history *history, uint32_t release, const char *id,
	struct pk_span span, struct pk_diags *diags)
{
	const char *version = pk_history_release_name(history, release);
	struct pk_diag *diag;
	switch (pk_history_standing(history, id, release).presence) {
	case PK_PRESENCE_ACTIVE:
		return true;
	case PK_PRESENCE_REVOKED:
	case PK_PRESENCE_DEPRECATED:
		report_retired(history, release, id, span, diags);
		return true;
	case PK_PRESENCE_NONE:
		break;
	}
	if (!pk_attack_is_id(id)) {
		pk_report(diags, PK_MALFORMED_TECHNIQUE, span, "'%s' is not an ATT&CK technique id",
			id);
		return false;
	}
	diag = pk_report(
		diags, PK_UNKNOWN_TECHNIQUE, span, "ATT&CK %s has no technique '%s'", version, id);
	const struct pk_chronicle *chronicle = pk_history_find(history, id);
	if (chronicle != NULL)
		pk_diag_hint(diags, diag, "it came with ATT&CK %s; bring the ruleset there first",
			pk_history_release_name(history, chronicle->changes[0].release));
	return false;
}
