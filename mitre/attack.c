#include "mitre/attack.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "mitre/attack_data.h"

#define ATTACK_VERSION "19.2"
#define ATTACK_COPYRIGHT                                                                           \
	"© 2026 The MITRE Corporation. "                                                          \
	"This work is reproduced and distributed with the permission of The MITRE Corporation."

struct pk_attack {
	struct pk_technique *techniques; /* sorted by id */
	size_t technique_count;
	struct pk_tactic *tactics; /* in the order of the matrix */
	size_t tactic_count;
	const char **active_ids; /* what an unknown id may have been meant to be */
	size_t active_count;
};

static const char *const status_names[] = {
	[PK_TECHNIQUE_ACTIVE] = "active",
	[PK_TECHNIQUE_REVOKED] = "revoked",
	[PK_TECHNIQUE_DEPRECATED] = "deprecated",
};

/* Ends the text before `end` and moves *rest behind it; the tables have every cell. */
static char *take_until(char **rest, char end)
{
	char *cell = *rest;
	char *stop = strchr(cell, end);
	assert(stop != NULL);
	*stop = '\0';
	*rest = stop + 1;
	return cell;
}

static size_t count_char(const char *text, char wanted)
{
	size_t count = 0;
	for (; *text != '\0'; text++)
		count += *text == wanted;
	return count;
}

/* Cuts a cell of one or more names at its commas. */
static struct pk_attack_names split_names(struct pk_arena *arena, char *cell)
{
	size_t len = count_char(cell, ',') + 1;
	const char **items = PK_NEW_ARRAY(arena, const char *, len);
	for (size_t i = 0; i + 1 < len; i++)
		items[i] = take_until(&cell, ',');
	items[len - 1] = cell;
	return (struct pk_attack_names){.items = items, .len = len};
}

static enum pk_technique_status parse_status(const char *text)
{
	size_t status = 0;
	while (!pk_text_equal(text, status_names[status])) {
		status++;
		assert(status < sizeof(status_names) / sizeof(status_names[0]));
	}
	return (enum pk_technique_status)status;
}

/* A copy of a table without its header line, to be cut into cells; *rows_out gets its lines. */
static char *copy_table(struct pk_arena *arena, const char *table, size_t *rows_out)
{
	char *rest = pk_arena_strdup(arena, table);
	take_until(&rest, '\n');
	*rows_out = count_char(rest, '\n');
	return rest;
}

static struct pk_technique take_technique(struct pk_arena *arena, char **rest)
{
	struct pk_technique technique = {0};
	technique.id = take_until(rest, '\t');
	technique.name = take_until(rest, '\t');
	technique.status = parse_status(take_until(rest, '\t'));
	const char *replacement = take_until(rest, '\t');
	if (replacement[0] != '\0')
		technique.replacement = replacement;
	technique.tactics = split_names(arena, take_until(rest, '\t'));
	technique.platforms = split_names(arena, take_until(rest, '\n'));
	return technique;
}

static void read_techniques(struct pk_attack *attack, struct pk_arena *arena)
{
	char *rest = copy_table(arena, pk_attack_technique_table, &attack->technique_count);
	attack->techniques = PK_NEW_ARRAY(arena, struct pk_technique, attack->technique_count);
	attack->active_ids = PK_NEW_ARRAY(arena, const char *, attack->technique_count);
	for (size_t i = 0; i < attack->technique_count; i++) {
		attack->techniques[i] = take_technique(arena, &rest);
		if (attack->techniques[i].status == PK_TECHNIQUE_ACTIVE)
			attack->active_ids[attack->active_count++] = attack->techniques[i].id;
	}
}

static void read_tactics(struct pk_attack *attack, struct pk_arena *arena)
{
	char *rest = copy_table(arena, pk_attack_tactic_table, &attack->tactic_count);
	attack->tactics = PK_NEW_ARRAY(arena, struct pk_tactic, attack->tactic_count);
	for (size_t i = 0; i < attack->tactic_count; i++) {
		attack->tactics[i].id = take_until(&rest, '\t');
		attack->tactics[i].short_name = take_until(&rest, '\t');
		attack->tactics[i].name = take_until(&rest, '\n');
	}
}

struct pk_attack *pk_attack_open(struct pk_arena *arena)
{
	struct pk_attack *attack = PK_NEW(arena, struct pk_attack);
	read_techniques(attack, arena);
	read_tactics(attack, arena);
	return attack;
}

const char *pk_attack_version(void)
{
	return ATTACK_VERSION;
}

const char *pk_attack_copyright(void)
{
	return ATTACK_COPYRIGHT;
}

size_t pk_attack_count(const struct pk_attack *attack)
{
	return attack->technique_count;
}

const struct pk_technique *pk_attack_at(const struct pk_attack *attack, size_t index)
{
	assert(index < attack->technique_count);
	return &attack->techniques[index];
}

static int compare_id(const void *id, const void *technique)
{
	return strcmp(id, ((const struct pk_technique *)technique)->id);
}

const struct pk_technique *pk_attack_find(const struct pk_attack *attack, const char *id)
{
	return bsearch(id, attack->techniques, attack->technique_count,
		sizeof(attack->techniques[0]), compare_id);
}

const struct pk_technique *pk_attack_current(const struct pk_attack *attack, const char *id)
{
	const struct pk_technique *technique = pk_attack_find(attack, id);
	while (technique != NULL && technique->status == PK_TECHNIQUE_REVOKED)
		technique = pk_attack_find(attack, technique->replacement);
	if (technique == NULL || technique->status != PK_TECHNIQUE_ACTIVE)
		return NULL;
	return technique;
}

const struct pk_tactic *pk_attack_tactics(const struct pk_attack *attack, size_t *count_out)
{
	*count_out = attack->tactic_count;
	return attack->tactics;
}

const struct pk_tactic *pk_attack_find_tactic(
	const struct pk_attack *attack, const char *short_name)
{
	for (size_t i = 0; i < attack->tactic_count; i++) {
		if (pk_text_equal(attack->tactics[i].short_name, short_name))
			return &attack->tactics[i];
	}
	return NULL;
}

static bool all_digits(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
	}
	return true;
}

/* T and four digits; a sub-technique has a dot and three digits more. */
static bool is_technique_id(const char *text)
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

static void report_malformed(const struct pk_attack *attack, const char *text, struct pk_span span,
	struct pk_diags *diags)
{
	struct pk_diag *diag = pk_report(
		diags, PK_MALFORMED_TECHNIQUE, span, "'%s' is not an ATT&CK technique id", text);

	for (size_t i = 0; i < attack->tactic_count; i++) {
		if (!pk_text_equal_nocase(attack->tactics[i].id, text))
			continue;
		pk_diag_hint(
			diags, diag, "name a technique of the tactic %s", attack->tactics[i].name);
		return;
	}
	for (size_t i = 0; i < attack->active_count; i++) {
		if (!pk_text_equal_nocase(attack->active_ids[i], text))
			continue;
		pk_diag_hint(diags, diag, "write '%s'", attack->active_ids[i]);
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
		"ATT&CK %s has no technique '%s'", ATTACK_VERSION, id);

	if (is_sub_technique_id(id)) {
		const char *parent = pk_arena_strndup(diags->arena, id, 5);
		const struct pk_technique *current = pk_attack_current(attack, parent);
		if (current != NULL) {
			pk_diag_hint(diags, diag, "write '%s' (%s) or one of its sub-techniques",
				current->id, current->name);
			return;
		}
	}
	const char *near = pk_text_nearest(id, attack->active_ids, attack->active_count);
	if (near != NULL)
		pk_diag_hint(diags, diag, "check the digits; '%s' is %s", near,
			pk_attack_find(attack, near)->name);
}

static void report_revoked(const struct pk_attack *attack, const struct pk_technique *technique,
	struct pk_span span, struct pk_diags *diags)
{
	struct pk_diag *diag = pk_report(diags, PK_REVOKED_TECHNIQUE, span,
		"technique '%s' (%s) is revoked in ATT&CK %s", technique->id, technique->name,
		ATTACK_VERSION);

	const struct pk_technique *current = pk_attack_current(attack, technique->id);
	if (current != NULL)
		pk_diag_hint(diags, diag, "write '%s' (%s)", current->id, current->name);
}

static void report_deprecated(
	const struct pk_technique *technique, struct pk_span span, struct pk_diags *diags)
{
	struct pk_diag *diag = pk_report(diags, PK_DEPRECATED_TECHNIQUE, span,
		"technique '%s' (%s) is deprecated in ATT&CK %s", technique->id, technique->name,
		ATTACK_VERSION);

	pk_diag_hint(diags, diag,
		"choose a technique that describes what the rule detects; "
		"MITRE names none in its place");
}

bool pk_attack_check(
	const struct pk_attack *attack, const char *id, struct pk_span span, struct pk_diags *diags)
{
	if (!is_technique_id(id)) {
		report_malformed(attack, id, span, diags);
		return false;
	}

	const struct pk_technique *technique = pk_attack_find(attack, id);
	if (technique == NULL) {
		report_unknown(attack, id, span, diags);
		return false;
	}

	switch (technique->status) {
	case PK_TECHNIQUE_ACTIVE:
		break;
	case PK_TECHNIQUE_REVOKED:
		report_revoked(attack, technique, span, diags);
		break;
	case PK_TECHNIQUE_DEPRECATED:
		report_deprecated(technique, span, diags);
		break;
	}
	return true;
}
