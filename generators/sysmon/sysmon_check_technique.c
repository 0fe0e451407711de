/* Checks of technique ids in RuleNames: is the id, and the name beside it, that of today? */
#include <string.h>

#include "base/map.h"
#include "base/text.h"
#include "generators/coverage/label.h"
#include "generators/sysmon/sysmon_check_parts.h"
#include "mitre/history.h"

#define NAME_MARK "technique_name="

/* One id that is not as ATT&CK has it today, with the places where it stands. */
struct label {
	const char *id;
	const char *stale; /* a name it had once; NULL if the id itself is the matter */
	struct pk_span span;
	size_t count;
};

struct labels {
	struct pk_checker *checker;
	const struct pk_attack *attack; /* NULL until an id is met */
	struct pk_map seen;		/* names that have been looked at */
	PK_LIST(struct label *) items;
	struct pk_map by_key; /* struct label *, by id and name */
};

static void add(struct labels *labels, const char *id, const char *stale, struct pk_span span)
{
	struct pk_arena *arena = labels->checker->arena;
	const char *key = pk_arena_printf(arena, "%s=%s", id, stale == NULL ? "" : stale);
	struct label *label = pk_map_find(&labels->by_key, key);
	if (label == NULL) {
		label = PK_NEW(arena, struct label);
		label->id = pk_arena_strdup(arena, id);
		label->stale = stale;
		label->span = span;
		pk_map_set(arena, &labels->by_key, key, label);
		*pk_list_push(arena, &labels->items) = label;
	}
	label->count++;
}

/* The text behind "technique_name=", up to a comma; NULL if there is none. */
static const char *named_technique(struct pk_arena *arena, const char *name)
{
	const char *mark = pk_text_find_nocase(name, NAME_MARK);
	if (mark == NULL)
		return NULL;
	mark += strlen(NAME_MARK);
	size_t len = strcspn(mark, ",");
	while (len > 0 && mark[len - 1] == ' ')
		len--;
	return len == 0 ? NULL : pk_arena_strndup(arena, mark, len);
}

/* A name the technique had once and has no longer; other texts are their author's. */
static const char *stale_name(
	const struct labels *labels, const struct pk_technique *technique, const char *name)
{
	const char *written = named_technique(labels->checker->arena, name);
	if (written == NULL || pk_text_equal_nocase(written, technique->name))
		return NULL;
	bool was = pk_history_had_name(pk_attack_history(labels->attack), technique->id, written);
	return was ? written : NULL;
}

static void look(struct labels *labels, const char *name, struct pk_span span)
{
	char id[PK_LABEL_SIZE];
	size_t at = 0;
	for (size_t count = 0; pk_label_next(id, name, &at); count++) {
		if (labels->attack == NULL)
			labels->attack = pk_attack_open(labels->checker->arena);
		const struct pk_technique *technique = pk_attack_find(labels->attack, id);
		if (technique == NULL || technique->status != PK_TECHNIQUE_ACTIVE) {
			add(labels, id, NULL, span);
			continue;
		}
		const char *stale = count == 0 ? stale_name(labels, technique, name) : NULL;
		if (stale != NULL)
			add(labels, id, stale, span);
	}
}

/* Names repeat: the group's stands on each of its filters. */
static void look_once(struct labels *labels, const char *name, struct pk_span span)
{
	if (name == NULL || name[0] == '\0' || pk_map_find(&labels->seen, name) != NULL)
		return;
	pk_map_set(labels->checker->arena, &labels->seen, name, labels);
	look(labels, name, span);
}

static void look_at_term(struct labels *labels, const struct pk_term *term)
{
	if (!term->is_rule) {
		look_once(labels, term->filter.name, term->filter.span);
		return;
	}
	look_once(labels, term->name, term->span);
	for (size_t f = 0; f < term->filters.len; f++)
		look_once(labels, term->filters.items[f].name, term->filters.items[f].span);
}

static struct pk_diag *report(struct labels *labels, const struct label *label)
{
	struct pk_diags *diags = labels->checker->diags;
	const struct pk_technique *technique = pk_attack_find(labels->attack, label->id);
	const char *more = label->count == 1
		? ""
		: pk_arena_printf(diags->arena, " (in %zu names)", label->count);
	if (technique == NULL)
		return pk_report_as(diags, PK_WARNING, PK_UNKNOWN_TECHNIQUE, label->span,
			"ATT&CK %s has no technique '%s'%s", pk_attack_version(labels->attack),
			label->id, more);
	if (label->stale != NULL)
		return pk_report(diags, PK_STALE_TECHNIQUE_NAME, label->span,
			"technique '%s' is no longer called '%s'%s", label->id, label->stale, more);
	bool revoked = technique->status == PK_TECHNIQUE_REVOKED;
	return pk_report(diags, revoked ? PK_REVOKED_TECHNIQUE : PK_DEPRECATED_TECHNIQUE,
		label->span, "technique '%s' is %s in ATT&CK %s%s", label->id,
		revoked ? "revoked" : "deprecated", pk_attack_version(labels->attack), more);
}

static void hint(struct labels *labels, const struct label *label, struct pk_diag *diag)
{
	struct pk_diags *diags = labels->checker->diags;
	const struct pk_technique *now = pk_attack_current(labels->attack, label->id);
	if (label->stale != NULL)
		pk_diag_hint(
			diags, diag, "write '%s', or let `picket attack migrate` do it", now->name);
	else if (now != NULL)
		pk_diag_hint(
			diags, diag, "write '%s', or let `picket attack migrate` do it", now->id);
	else
		pk_diag_hint(diags, diag, "see `picket attack show %s`", label->id);
}

void pk_check_techniques(struct pk_checker *checker)
{
	struct labels labels = {.checker = checker};
	const struct pk_sysmon *sysmon = checker->sysmon;
	for (size_t e = 0; e < sysmon->elements.len; e++) {
		const struct pk_element *element = &sysmon->elements.items[e];
		look_once(&labels, element->group_name, element->group_span);
		for (size_t t = 0; t < element->terms.len; t++)
			look_at_term(&labels, &element->terms.items[t]);
	}
	for (size_t i = 0; i < labels.items.len; i++) {
		const struct label *label = labels.items.items[i];
		hint(&labels, label, report(&labels, label));
	}
}
