/* The document rules: which element, attribute and text may stand where. */
#include "generators/sysmon/sysmon_grammar.h"

#include <string.h>

#include "base/text.h"
#include "generators/sysmon/sysmon_read.h"
#include "generators/sysmon/sysmon_refuse.h"

/* --- attributes --- */

static const char *attr_text(struct pk_grammar *grammar, const struct pk_xml_attr *attr)
{
	return pk_arena_strndup(grammar->arena, attr->value, attr->len);
}

/* XML 1.0 section 3.3.3 for enumerated attributes: blanks at the ends go, inner ones are joined. */
static const char *attr_token(struct pk_grammar *grammar, const struct pk_xml_attr *attr)
{
	char *token = pk_arena_alloc(grammar->arena, attr->len + 1);
	size_t len = 0;
	for (size_t i = 0; i < attr->len; i++) {
		if (attr->value[i] != ' ')
			token[len++] = attr->value[i];
		else if (len > 0 && token[len - 1] != ' ')
			token[len++] = ' ';
	}
	while (len > 0 && token[len - 1] == ' ')
		len--;
	token[len] = '\0';
	return token;
}

static bool attr_is(const struct pk_xml_attr *attr, const char *name)
{
	return strcmp(attr->name, name) == 0;
}

/* Takes the attributes named in `known` into `values` (token-normalised if `tokens`). */
static void take_attrs(struct pk_grammar *grammar, const struct pk_xml_element *element,
	const char *const *known, size_t known_count, unsigned tokens, const char **values)
{
	if (element->declared != NULL)
		pk_refuse_attr(grammar, element, element->declared, known, known_count);
	for (size_t i = 0; i < element->attr_count; i++) {
		const struct pk_xml_attr *attr = &element->attrs[i];
		size_t k = 0;
		while (k < known_count && !attr_is(attr, known[k]))
			k++;
		if (k == known_count)
			pk_refuse_attr(grammar, element, attr->name, known, known_count);
		else if (tokens & 1u << k)
			values[k] = attr_token(grammar, attr);
		else
			values[k] = attr_text(grammar, attr);
	}
}

/* --- the open elements --- */

static enum pk_state state(const struct pk_grammar *grammar)
{
	if (grammar->skipped > 0)
		return PK_STATE_SKIPPED;
	return grammar->depth == 0 ? PK_STATE_DOCUMENT : grammar->stack[grammar->depth - 1];
}

static void enter(struct pk_grammar *grammar, enum pk_state state)
{
	if (state == PK_STATE_SKIPPED) {
		grammar->skipped++;
		return;
	}
	grammar->text_told[grammar->depth] = false;
	grammar->stack[grammar->depth++] = state;
}

static struct pk_element *last_element(struct pk_grammar *grammar)
{
	return &grammar->sysmon->elements.items[grammar->sysmon->elements.len - 1];
}

static struct pk_term *last_term(struct pk_grammar *grammar)
{
	struct pk_element *element = last_element(grammar);
	return &element->terms.items[element->terms.len - 1];
}

static const char *take_comment(struct pk_grammar *grammar)
{
	if (grammar->comment.len == 0)
		return NULL;
	const char *text =
		pk_arena_strndup(grammar->arena, grammar->comment.data, grammar->comment.len);
	grammar->comment.len = 0;
	return text;
}

/* --- Sysmon --- */

static void check_version(struct pk_grammar *grammar, struct pk_span span)
{
	struct pk_sysmon *sysmon = grammar->sysmon;
	enum pk_platform platform = sysmon->parser->platform;
	sysmon->version_span = span;

	if (sysmon->version_text == NULL) {
		struct pk_diag *diag = pk_refuse(grammar, PK_VERSION_MISSING, span,
			"'Sysmon' has no schemaversion; Sysmon's parser ends abnormally");
		pk_diag_hint(grammar->diags, diag, "write schemaversion=\"%s\"",
			pk_schema_version_text(grammar->arena, sysmon->parser->version));
		return;
	}
	switch (pk_sysmon_read_version(&sysmon->version, sysmon->version_text)) {
	case PK_VERSION_NO_NUMBER:
		pk_refuse(grammar, PK_VERSION_MISSING, span,
			"schemaversion '%s' is no number; Sysmon's parser ends abnormally",
			sysmon->version_text);
		return;
	case PK_VERSION_BAD:
		pk_refuse(grammar, PK_VERSION_INVALID, span,
			"schemaversion '%s' is not between 1 and 65535", sysmon->version_text);
		return;
	case PK_VERSION_GOOD:
		break;
	}
	uint32_t applied = pk_schema_applied(platform, sysmon->parser->version, sysmon->version);
	if (applied == 0) {
		struct pk_diag *diag = pk_refuse(grammar, PK_VERSION_OLD, span,
			"schema %s is older than 4.00, the oldest that Sysmon reads",
			pk_schema_version_text(grammar->arena, sysmon->version));
		pk_diag_hint(grammar->diags, diag,
			"write the schema of the Sysmon you run, such as 4.50");
		return;
	}
	sysmon->schema = applied == sysmon->parser->version
		? sysmon->parser
		: pk_schema_make(grammar->arena, platform, applied);
}

static enum pk_state start_root(struct pk_grammar *grammar, const struct pk_xml_element *element)
{
	static const char *const known[] = {"schemaversion"};
	struct pk_sysmon *sysmon = grammar->sysmon;

	if (strcmp(element->name, "Sysmon") != 0 || element->namespace_uri != NULL) {
		struct pk_diag *diag = pk_refuse(grammar, PK_NOT_SYSMON, element->span,
			element->namespace_uri != NULL ? "'%s' is in a namespace"
						       : "root element is '%s'",
			element->name);
		pk_diag_hint(
			grammar->diags, diag, "the root must be 'Sysmon', without a namespace");
		return PK_STATE_SKIPPED;
	}
	take_attrs(grammar, element, known, 1, 0, &sysmon->version_text);
	check_version(grammar, pk_xml_attr_span(element->span, "schemaversion", true));
	sysmon->head_comment = take_comment(grammar);
	return PK_STATE_SYSMON;
}

static enum pk_state start_entry(struct pk_grammar *grammar, const struct pk_xml_element *element)
{
	const struct pk_entry_info *info =
		pk_schema_find_entry(grammar->sysmon->schema, element->name);
	if (info == NULL) {
		pk_refuse_entry(grammar, element);
		return PK_STATE_SKIPPED;
	}
	take_attrs(grammar, element, NULL, 0, 0, NULL);

	struct pk_sysmon_entry *entry = pk_list_push(grammar->arena, &grammar->sysmon->entries);
	entry->name = info->name;
	entry->span = element->span;
	entry->comment = take_comment(grammar);
	grammar->entry_empty = info->argument == PK_ENTRY_EMPTY;
	grammar->has_text = false;
	grammar->value.len = 0;
	return PK_STATE_ENTRY;
}

static enum pk_state start_in_sysmon(
	struct pk_grammar *grammar, const struct pk_xml_element *element)
{
	if (grammar->sysmon->schema == NULL)
		return PK_STATE_SKIPPED;
	if (strcmp(element->name, "EventFiltering") != 0)
		return start_entry(grammar, element);
	take_attrs(grammar, element, NULL, 0, 0, NULL);
	return PK_STATE_FILTERING;
}

/* --- EventFiltering, RuleGroup --- */

static void check_choice(struct pk_grammar *grammar, const struct pk_xml_element *element,
	const char *name, const char *value)
{
	if (value == NULL || strcmp(value, "include") == 0 || strcmp(value, "exclude") == 0)
		return;
	struct pk_span span = pk_xml_attr_span(element->span, name, true);
	struct pk_diag *diag = pk_refuse(grammar, PK_ONMATCH_VALUE, span,
		"%s is '%s', not 'include' or 'exclude'", name, value);
	const char *mend = pk_text_equal_nocase(value, "include") ? "include"
		: pk_text_equal_nocase(value, "exclude")	  ? "exclude"
								  : NULL;
	if (mend != NULL) {
		pk_diag_hint(grammar->diags, diag, "write it in lower case");
		pk_diag_fix(grammar->diags, diag, span, mend, "write it in lower case");
	}
}

static enum pk_state start_event(
	struct pk_grammar *grammar, const struct pk_xml_element *element, bool in_group)
{
	static const char *const known[] = {"onmatch", "default"};
	struct pk_sysmon *sysmon = grammar->sysmon;
	const struct pk_event *event = pk_schema_find_tag(sysmon->schema, element->name);
	if (event == NULL) {
		pk_refuse_event(grammar, element);
		return PK_STATE_SKIPPED;
	}
	const char *values[2] = {NULL, NULL};
	take_attrs(grammar, element, known, 2, 3, values);
	check_choice(grammar, element, "onmatch", values[0]);
	check_choice(grammar, element, "default", values[1]);

	struct pk_element *added = pk_list_push(grammar->arena, &sysmon->elements);
	added->tag = event->tag;
	added->event = pk_schema_find_tag(sysmon->parser, event->tag);
	added->onmatch = values[0];
	added->fallback = values[1];
	added->in_group = in_group;
	added->span = element->span;
	added->comment = take_comment(grammar);
	if (in_group) {
		added->group_name = grammar->group_name;
		added->group_relation = grammar->group_relation;
		added->group_span = grammar->group_span;
	}
	return PK_STATE_EVENT;
}

static enum pk_state start_group(struct pk_grammar *grammar, const struct pk_xml_element *element)
{
	static const char *const known[] = {"groupRelation", "name"};
	const char *values[2] = {NULL, NULL};
	take_attrs(grammar, element, known, 2, 1, values);

	const char *relation = values[0];
	if (relation == NULL) {
		struct pk_diag *diag = pk_refuse(grammar, PK_GROUP_RELATION, element->span,
			"RuleGroup has no groupRelation");
		pk_diag_hint(grammar->diags, diag, "write groupRelation=\"or\" or \"and\"");
	} else if (strcmp(relation, "and") != 0 && strcmp(relation, "or") != 0) {
		struct pk_span span = pk_xml_attr_span(element->span, "groupRelation", true);
		struct pk_diag *diag = pk_refuse(grammar, PK_GROUP_RELATION, span,
			"groupRelation is '%s', not 'and' or 'or'", relation);
		pk_diag_hint(grammar->diags, diag, "write 'and' or 'or' in lower case");
		if (pk_text_equal_nocase(relation, "and") || pk_text_equal_nocase(relation, "or"))
			pk_diag_fix(grammar->diags, diag, span,
				pk_text_equal_nocase(relation, "or") ? "or" : "and",
				"write it in lower case");
	}
	grammar->group_relation = relation;
	grammar->group_name = values[1];
	grammar->group_span = element->span;
	return PK_STATE_GROUP;
}

static enum pk_state start_in_filtering(
	struct pk_grammar *grammar, const struct pk_xml_element *element)
{
	if (strcmp(element->name, "RuleGroup") == 0)
		return start_group(grammar, element);
	return start_event(grammar, element, false);
}

/* --- events, Rules and fields --- */

/* The schema's own copy of a field name, so that equal names are equal pointers. */
static const char *field_name(const struct pk_event *event, size_t family, const char *name)
{
	for (size_t i = 0; i < family; i++) {
		int index = pk_event_field(&event[i], name);
		if (index >= 0)
			return event[i].fields[index];
	}
	return NULL;
}

static enum pk_state start_field(struct pk_grammar *grammar, const struct pk_xml_element *element)
{
	static const char *const known[] = {"condition", "name"};
	const struct pk_schema *schema = grammar->sysmon->schema;
	bool in_rule = state(grammar) == PK_STATE_RULE;
	const struct pk_event *event = pk_schema_find_tag(schema, last_element(grammar)->tag);
	const char *field = field_name(event, pk_schema_family(schema, event), element->name);

	if (field == NULL && in_rule && pk_schema_has_field(schema, element->name))
		field = pk_arena_strdup(grammar->arena, element->name);
	if (field == NULL) {
		pk_refuse_field(grammar, element, last_element(grammar)->tag);
		return PK_STATE_SKIPPED;
	}
	const char *values[2] = {NULL, NULL};
	take_attrs(grammar, element, known, 2, 0, values);

	struct pk_term *term;
	if (in_rule) {
		term = last_term(grammar);
		grammar->filter = pk_list_push(grammar->arena, &term->filters);
	} else {
		term = pk_list_push(grammar->arena, &last_element(grammar)->terms);
		term->span = element->span;
		grammar->filter = &term->filter;
	}
	grammar->filter->field = field;
	grammar->filter->condition = values[0];
	grammar->filter->name = values[1];
	grammar->filter->span = element->span;
	grammar->filter->comment = take_comment(grammar);
	grammar->has_text = false;
	grammar->value.len = 0;
	return PK_STATE_FIELD;
}

static enum pk_state start_in_event(
	struct pk_grammar *grammar, const struct pk_xml_element *element)
{
	static const char *const known[] = {"groupRelation", "name"};
	if (strcmp(element->name, "Rule") != 0)
		return start_field(grammar, element);

	const char *values[2] = {NULL, NULL};
	take_attrs(grammar, element, known, 2, 0, values);
	struct pk_term *term = pk_list_push(grammar->arena, &last_element(grammar)->terms);
	term->is_rule = true;
	term->relation = values[0];
	term->name = values[1];
	term->childless = true;
	term->span = element->span;
	term->comment = take_comment(grammar);
	return PK_STATE_RULE;
}

static enum pk_state start_in_rule(struct pk_grammar *grammar, const struct pk_xml_element *element)
{
	if (strcmp(element->name, "Rule") == 0) {
		pk_refuse_field(grammar, element, last_element(grammar)->tag);
		return PK_STATE_SKIPPED;
	}
	return start_field(grammar, element);
}

static enum pk_state start_in_text(struct pk_grammar *grammar, const struct pk_xml_element *element)
{
	bool empty = state(grammar) == PK_STATE_ENTRY && grammar->entry_empty;
	pk_refuse(grammar, empty ? PK_NOT_EMPTY : PK_CHILD_IN_TEXT, element->span,
		"element '%s' stands inside a value", element->name);
	return PK_STATE_SKIPPED;
}

/* --- the handler --- */

static void mark_child(struct pk_grammar *grammar)
{
	if (state(grammar) == PK_STATE_RULE)
		last_term(grammar)->childless = false;
}

static void on_start(void *user, const struct pk_xml_element *element)
{
	struct pk_grammar *grammar = user;
	enum pk_state next = PK_STATE_SKIPPED;

	mark_child(grammar);
	switch (state(grammar)) {
	case PK_STATE_DOCUMENT:
		next = start_root(grammar, element);
		break;
	case PK_STATE_SYSMON:
		next = start_in_sysmon(grammar, element);
		break;
	case PK_STATE_FILTERING:
		next = start_in_filtering(grammar, element);
		break;
	case PK_STATE_GROUP:
		next = start_event(grammar, element, true);
		break;
	case PK_STATE_EVENT:
		next = start_in_event(grammar, element);
		break;
	case PK_STATE_RULE:
		next = start_in_rule(grammar, element);
		break;
	case PK_STATE_ENTRY:
	case PK_STATE_FIELD:
		next = start_in_text(grammar, element);
		break;
	case PK_STATE_SKIPPED:
		break;
	}
	enter(grammar, next);
	grammar->tag_span = element->span;
}

static const char *value_text(struct pk_grammar *grammar)
{
	if (grammar->value.len == 0)
		return "";
	return pk_arena_strndup(grammar->arena, grammar->value.data, grammar->value.len);
}

static void on_end(void *user, struct pk_span end_tag)
{
	struct pk_grammar *grammar = user;
	if (grammar->skipped > 0) {
		grammar->skipped--;
		return;
	}
	if (grammar->depth == 0)
		return;

	enum pk_state ended = state(grammar);
	struct pk_sysmon *sysmon = grammar->sysmon;
	if (ended == PK_STATE_FIELD) {
		struct pk_filter *filter = grammar->filter;
		filter->value = value_text(grammar);
		filter->value_span = pk_span_make(sysmon->source, filter->span.end, end_tag.begin);
	} else if (ended == PK_STATE_ENTRY) {
		struct pk_sysmon_entry *entry = &sysmon->entries.items[sysmon->entries.len - 1];
		entry->value = grammar->has_text ? value_text(grammar) : NULL;
		entry->value_span = pk_span_make(sysmon->source, entry->span.end, end_tag.begin);
	}
	grammar->depth--;
}

static bool all_blank(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (strchr(" \t\r\n", text[i]) == NULL || text[i] == '\0')
			return false;
	}
	return true;
}

static void stray_text(struct pk_grammar *grammar, bool cdata, struct pk_span span)
{
	if (grammar->text_told[grammar->depth - 1])
		return;
	grammar->text_told[grammar->depth - 1] = true;
	while (span.begin < span.end && all_blank(span.source->text + span.begin, 1))
		span.begin++;
	struct pk_diag *diag = pk_refuse(grammar, PK_STRAY_TEXT, span,
		cdata ? "a CDATA section stands between elements"
		      : "text stands where only elements may be");
	pk_diag_hint(grammar->diags, diag, "remove it or make it a comment");
}

static void not_empty(struct pk_grammar *grammar, struct pk_span span)
{
	if (grammar->text_told[grammar->depth - 1])
		return;
	grammar->text_told[grammar->depth - 1] = true;
	struct pk_sysmon *sysmon = grammar->sysmon;
	const char *name = sysmon->entries.items[sysmon->entries.len - 1].name;
	struct pk_diag *diag = pk_refuse(
		grammar, PK_NOT_EMPTY, span, "'%s' must have no content, not even a blank", name);
	pk_diag_hint(grammar->diags, diag, "write '<%s/>'", name);
}

static void on_text(void *user, const char *text, size_t len, bool cdata, struct pk_span span)
{
	struct pk_grammar *grammar = user;

	mark_child(grammar);
	switch (state(grammar)) {
	case PK_STATE_ENTRY:
		if (grammar->entry_empty)
			not_empty(grammar, span);
		__attribute__((fallthrough));
	case PK_STATE_FIELD:
		grammar->has_text = true;
		pk_buf_put(&grammar->value, text, len);
		break;
	case PK_STATE_SYSMON:
	case PK_STATE_FILTERING:
	case PK_STATE_GROUP:
	case PK_STATE_EVENT:
	case PK_STATE_RULE:
		if (cdata || !all_blank(text, len))
			stray_text(grammar, cdata, span);
		break;
	case PK_STATE_DOCUMENT:
	case PK_STATE_SKIPPED:
		break;
	}
}

static void on_comment(void *user, const char *text, struct pk_span span)
{
	struct pk_grammar *grammar = user;
	mark_child(grammar);
	if (state(grammar) == PK_STATE_ENTRY && grammar->entry_empty)
		not_empty(grammar, span);
	if (!grammar->keep_comments)
		return;
	if (grammar->comment.len > 0)
		pk_buf_putc(&grammar->comment, '\n');
	pk_buf_puts(&grammar->comment, text);
}

static void on_instruction(void *user, struct pk_span span)
{
	struct pk_grammar *grammar = user;
	mark_child(grammar);
	if (state(grammar) == PK_STATE_ENTRY && grammar->entry_empty)
		not_empty(grammar, span);
}

static void on_broken(void *user)
{
	struct pk_grammar *grammar = user;
	grammar->broken = true;
}

const struct pk_xml_handler pk_grammar_handler = {
	.start = on_start,
	.end = on_end,
	.text = on_text,
	.comment = on_comment,
	.instruction = on_instruction,
	.broken = on_broken,
};

void pk_grammar_init(struct pk_grammar *grammar, struct pk_sysmon *sysmon, bool keep_comments,
	struct pk_diags *diags)
{
	*grammar = (struct pk_grammar){
		.sysmon = sysmon,
		.diags = diags,
		.arena = sysmon->arena,
		.keep_comments = keep_comments,
	};
}

void pk_grammar_finish(struct pk_grammar *grammar)
{
	pk_buf_finish(&grammar->value);
	pk_buf_finish(&grammar->comment);
}
