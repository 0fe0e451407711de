#include <string.h>

#include "base/map.h"
#include "base/text.h"
#include "base/yaml.h"
#include "generators/import/import_entries.h"
#include "generators/sysmon/sysmon_convert.h"
#include "mitre/attack.h"

enum {
	GROUP_INDENT = 2,
	RULE_INDENT = 6,
	FILTER_INDENT = 12,
	/* Nodes of YAML that parts are made of, at most. */
	GROUP_NODES = 16,
	RULE_NODES = 9,
	FILTER_NODES = 7,
	TECHNIQUES_NODES = 2,
};

/* What is known of an event's tag while its elements are imported. */
struct tag {
	const char *initials; /* of no other tag */
	size_t counts[2];     /* groups so far, by enum pk_action */
	bool lost;	      /* an element was taken back: Sysmon reads no further ones */
};

/* Technique ids found in names, each once. */
struct techniques {
	PK_LIST(const char *) ids;
};

struct sysmon_import {
	struct pk_importer importer;
	struct pk_imported *imported;
	const struct pk_sysmon *sysmon;
	const uint32_t *event_ids; /* by element: what it is bound to, or 0 */
	const struct pk_attack *attack;
	struct pk_map tags; /* tag -> struct tag * */
};

/* --- ids --- */

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* The first `letters` letters of each word: "pc", "prcr" of ProcessCreate. */
static const char *take_initials(struct pk_arena *arena, const char *tag, size_t letters)
{
	char *initials = pk_arena_alloc(arena, strlen(tag) + 1);
	size_t len = 0;
	size_t in_word = 0;
	for (size_t i = 0; tag[i] != '\0'; i++) {
		in_word = is_upper(tag[i]) ? 0 : in_word;
		if (in_word++ < letters)
			initials[len++] = pk_text_lower(tag[i]);
	}
	return initials;
}

static bool are_taken(const struct pk_schema *schema, struct pk_arena *arena, const char *tag,
	const char *initials, size_t letters)
{
	for (size_t i = 0; i < schema->events.len; i++) {
		const char *other = schema->events.items[i].tag;
		if (other != NULL && strcmp(other, tag) != 0 &&
			strcmp(take_initials(arena, other, letters), initials) == 0)
			return true;
	}
	return false;
}

static struct tag *find_tag(struct sysmon_import *import, const char *name)
{
	struct tag *tag = pk_map_find(&import->tags, name);
	if (tag != NULL)
		return tag;

	struct pk_arena *arena = import->importer.arena;
	size_t letters = 1;
	tag = PK_NEW(arena, struct tag);
	tag->initials = take_initials(arena, name, letters);
	while (are_taken(import->sysmon->parser, arena, name, tag->initials, letters))
		tag->initials = take_initials(arena, name, ++letters);
	pk_map_set(arena, &import->tags, name, tag);
	return tag;
}

/* --- ATT&CK --- */

static bool is_word_char(char c)
{
	return is_upper(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static size_t count_digits(const char *text)
{
	return strspn(text, "0123456789");
}

/* Bytes of the technique id that `text` begins with, "T1059" or "T1059.001"; 0 if none. */
static size_t technique_len(const char *text)
{
	if (text[0] != 'T' || count_digits(text + 1) != 4)
		return 0;
	size_t len = 5;
	if (text[len] == '.' && count_digits(text + len + 1) == 3)
		len += 4;
	bool goes_on =
		is_word_char(text[len]) || (text[len] == '.' && count_digits(text + len + 1) > 0);
	return goes_on ? 0 : len;
}

static void add_technique(struct sysmon_import *import, struct techniques *found, const char *id)
{
	for (size_t i = 0; i < found->ids.len; i++) {
		if (strcmp(found->ids.items[i], id) == 0)
			return;
	}
	*pk_list_push(import->importer.arena, &found->ids) = id;
}

/*
 * Adds the ids in a name that are current, in whatever words they stand: "technique_id=T1059.001,"
 * and "Attack=T1059.001," and a bare "T1059" are all in use. NULL has none.
 */
static void find_techniques(
	struct sysmon_import *import, struct techniques *found, const char *name)
{
	for (const char *c = name; c != NULL && *c != '\0'; c++) {
		size_t len = c > name && is_word_char(c[-1]) ? 0 : technique_len(c);
		if (len == 0)
			continue;
		const char *id = pk_arena_strndup(import->importer.arena, c, len);
		const struct pk_technique *technique = pk_attack_find(import->attack, id);
		if (technique != NULL && technique->status == PK_TECHNIQUE_ACTIVE)
			add_technique(import, found, technique->id);
	}
}

/* The ids in the names that the term gives to events. */
static void find_in_term(struct sysmon_import *import, struct techniques *found,
	const struct pk_element *element, const struct pk_term *term)
{
	if (!term->is_rule) {
		find_techniques(import, found, pk_filter_name(element, term, &term->filter));
		return;
	}
	for (size_t i = 0; i < term->filters.len; i++) {
		const char *name = pk_filter_name(element, term, &term->filters.items[i]);
		if (i == 0 || name != pk_filter_name(element, term, &term->filters.items[i - 1]))
			find_techniques(import, found, name);
	}
}

/* `attack`, if ids were found, with `before` and `after` around it. */
static void put_techniques(struct sysmon_import *import, const struct techniques *found,
	const char *before, const char *after)
{
	struct pk_importer *importer = &import->importer;
	if (found->ids.len == 0)
		return;
	pk_buf_printf(importer->out, "%sattack: [", before);
	for (size_t i = 0; i < found->ids.len; i++)
		pk_buf_printf(importer->out, "%s%s", i > 0 ? ", " : "", found->ids.items[i]);
	pk_buf_printf(importer->out, "]%s", after);
	importer->nodes += TECHNIQUES_NODES + found->ids.len;
}

/* --- rules --- */

/* `Image: {image: cmd.exe}`; equality needs no word. */
static void put_condition(struct pk_importer *importer, const struct pk_filter *filter)
{
	const struct pk_operator_info *info = pk_filter_operator(filter);
	bool equal = info->op == PK_OP_IS;
	pk_buf_printf(importer->out, "%s: ", filter->field);
	if (!equal)
		pk_buf_printf(importer->out, "{%s: ", info->name);
	pk_import_put_scalar(importer, filter->value, true);
	if (!equal)
		pk_buf_putc(importer->out, '}');
	importer->nodes += FILTER_NODES;
}

static void put_plain_filter(struct sysmon_import *import, const char *id,
	const struct pk_term *term, const struct techniques *found)
{
	struct pk_importer *importer = &import->importer;
	pk_import_put_comment(importer, RULE_INDENT, term->filter.comment);
	pk_buf_printf(importer->out, "      - {id: %s, ", id);
	if (term->filter.name != NULL) {
		pk_buf_puts(importer->out, "name: ");
		pk_import_put_scalar(importer, term->filter.name, true);
		pk_buf_puts(importer->out, ", ");
	}
	put_techniques(import, found, "", ", ");
	pk_buf_puts(importer->out, "when: {");
	put_condition(importer, &term->filter);
	pk_buf_puts(importer->out, "}}\n");
}

/* One line for each filter: Rules can have many, and comments between them. */
static void put_filters(struct pk_importer *importer, const struct pk_term *term)
{
	const char *word = pk_term_is_and(term) ? "all" : "any";
	if (term->filters.len == 0) {
		pk_buf_printf(importer->out, "        when: {%s: []}\n", word);
		return;
	}
	pk_buf_printf(importer->out, "        when:\n          %s:\n", word);
	for (size_t i = 0; i < term->filters.len; i++) {
		const struct pk_filter *filter = &term->filters.items[i];
		pk_import_put_comment(importer, FILTER_INDENT, filter->comment);
		pk_buf_puts(importer->out, "            - {");
		put_condition(importer, filter);
		if (filter->name != NULL) {
			pk_buf_puts(importer->out, ", name: ");
			pk_import_put_scalar(importer, filter->name, true);
		}
		pk_buf_puts(importer->out, "}\n");
	}
}

static void put_rule_element(struct sysmon_import *import, const char *id,
	const struct pk_term *term, const struct techniques *found)
{
	struct pk_importer *importer = &import->importer;
	pk_import_put_comment(importer, RULE_INDENT, term->comment);
	pk_buf_printf(importer->out, "      - id: %s\n", id);
	if (term->name != NULL) {
		pk_buf_puts(importer->out, "        name: ");
		pk_import_put_scalar(importer, term->name, false);
		pk_buf_putc(importer->out, '\n');
	}
	put_techniques(import, found, "        ", "\n");
	put_filters(importer, term);
}

static void put_term(struct sysmon_import *import, const char *id, const struct pk_element *element,
	const struct pk_term *term)
{
	struct techniques found = {0};
	find_in_term(import, &found, element, term);
	if (term->is_rule)
		put_rule_element(import, id, term, &found);
	else
		put_plain_filter(import, id, term, &found);
	import->importer.nodes += RULE_NODES;
	import->imported->rule_count++;
}

/* --- groups --- */

static const char *lower_text(struct pk_arena *arena, const char *text)
{
	char *lower = pk_arena_strdup(arena, text);
	for (char *c = lower; *c != '\0'; c++)
		*c = pk_text_lower(*c);
	return lower;
}

static void put_group_head(struct sysmon_import *import, const struct pk_element *element,
	const char *onmatch, size_t number)
{
	struct pk_importer *importer = &import->importer;
	struct pk_buf *out = importer->out;
	if (import->imported->group_count++ == 0)
		pk_buf_puts(out, "groups:\n");
	pk_import_put_comment(importer, GROUP_INDENT, element->comment);
	pk_buf_printf(out, "  - id: %s-%s-%zu\n", lower_text(importer->arena, element->tag),
		onmatch, number);
	pk_buf_printf(out, "    event: %s\n    onmatch: %s\n    relation: %s\n", element->tag,
		onmatch, pk_element_is_and(import->sysmon, element) ? "and" : "or");
	if (element->group_name != NULL) {
		pk_buf_puts(out, "    name: ");
		pk_import_put_scalar(importer, element->group_name, false);
		pk_buf_putc(out, '\n');
	}
	importer->nodes += GROUP_NODES;
}

static void put_group(struct sysmon_import *import, const struct pk_element *element, bool verbatim)
{
	struct pk_buf *out = import->importer.out;
	bool include = pk_element_is_include(element);
	struct tag *tag = find_tag(import, element->tag);
	size_t number = ++tag->counts[include ? PK_INCLUDE : PK_EXCLUDE];

	put_group_head(import, element, include ? "include" : "exclude", number);
	if (verbatim)
		pk_buf_puts(out, "    verbatim: true\n");
	if (element->terms.len == 0) {
		pk_buf_puts(out, "    rules: []\n");
		return;
	}
	pk_buf_puts(out, "    rules:\n");
	for (size_t i = 0; i < element->terms.len; i++) {
		const char *id = pk_arena_printf(import->importer.arena, "%s-%c-%zu.%04zu",
			tag->initials, include ? 'i' : 'e', number, i + 1);
		put_term(import, id, element, &element->terms.items[i]);
	}
}

/* Why Sysmon does not take the element at all, or NULL. */
static const char *find_defect(const struct pk_element *element, const struct tag *tag)
{
	if (element->event == NULL)
		return "the sensor does not know the event";
	if (tag->lost)
		return "Sysmon stops reading the tag at an earlier element";
	if (element->onmatch == NULL && element->fallback == NULL)
		return "it has no onmatch";
	if (element->onmatch != NULL && element->fallback != NULL)
		return "it has both onmatch and default";
	return NULL;
}

/* The blank line keeps the comment away from the group below. */
static void leave_out(
	struct sysmon_import *import, const struct pk_element *element, const char *why)
{
	struct pk_importer *importer = &import->importer;
	struct pk_diag *diag = pk_report(importer->diags, PK_IMPORT_ELEMENT_LEFT_OUT, element->span,
		"%s is left out: %s", element->tag, why);
	pk_diag_hint(
		importer->diags, diag, "add its rules to the ruleset if they should be in force");

	struct pk_place place = pk_source_place(element->span.source, element->span.begin);
	pk_import_put_comment(importer, GROUP_INDENT, element->comment);
	pk_import_put_comment(importer, GROUP_INDENT,
		pk_arena_printf(importer->arena, "Left out: %s of line %u; %s.", element->tag,
			(unsigned)place.line, why));
	pk_buf_putc(importer->out, '\n');
}

/* Sysmon drops the element, but its binary rules keep traces of it: numbers of Rules and links. */
static void keep_lost(struct sysmon_import *import, const struct pk_element *element)
{
	struct pk_importer *importer = &import->importer;
	struct pk_diag *diag = pk_report(importer->diags, PK_IMPORT_ELEMENT_KEPT, element->span,
		"%s is kept as it is although Sysmon takes it back", element->tag);
	pk_diag_hint(importer->diags, diag,
		"split the group so that each part uses fields of one event, and remove "
		"`verbatim`");
	put_group(import, element, true);
	find_tag(import, element->tag)->lost = true;
}

static void import_element(struct sysmon_import *import, size_t index)
{
	const struct pk_element *element = &import->sysmon->elements.items[index];
	const char *defect = find_defect(element, find_tag(import, element->tag));
	if (defect != NULL)
		leave_out(import, element, defect);
	else if (import->event_ids[index] == 0)
		keep_lost(import, element);
	else
		put_group(import, element, false);
}

/* --- the configuration --- */

/* By element, the id of the event it is bound to, or 0. The findings have been seen before. */
static const uint32_t *bind_elements(struct pk_arena *arena, struct pk_sysmon *sysmon)
{
	PK_AUTO(pk_arena) *scratch = pk_arena_create();
	struct pk_diags unseen = {.arena = scratch};
	uint32_t *ids = PK_NEW_ARRAY(arena, uint32_t, sysmon->elements.len + 1);
	pk_sysmon_convert(sysmon, NULL, ids, &unseen);
	return ids;
}

bool pk_import_sysmon(struct pk_imported *out, struct pk_sysmon *sysmon,
	const struct pk_import_options *options, struct pk_diags *diags)
{
	PK_AUTO(pk_arena) *scratch = pk_arena_create();
	struct sysmon_import import = {
		.importer = {.arena = scratch,
			.out = &out->ruleset,
			.diags = diags,
			.options = options},
		.imported = out,
		.sysmon = sysmon,
		.event_ids = bind_elements(scratch, sysmon),
		.attack = pk_attack_open(scratch),
	};
	const char *sensor = sysmon->parser->platform == PK_LINUX ? "sysmon-linux" : "sysmon";
	const struct pk_import_header header = {
		.target = sensor,
		.sensor = sensor,
		.schema = pk_schema_version_text(scratch, sysmon->version),
	};

	pk_import_put_project(&import.importer, &out->project, &header);
	pk_import_put_comment(&import.importer, 0, sysmon->head_comment);
	pk_import_put_header(&import.importer, &header);
	pk_import_put_entries(&import.importer, sysmon);
	for (size_t i = 0; i < sysmon->elements.len; i++)
		import_element(&import, i);
	return pk_import_check_size(&import.importer, pk_span_file(sysmon->source));
}
