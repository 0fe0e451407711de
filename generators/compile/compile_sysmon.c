/*
 * A policy as Sysmon elements. Per event: at most one exclude and one include element made of the
 * rules (of RegistryEvent and WmiEvent one for each event id that fields ask for), then the groups
 * exactly as written. What the schema lacks is reported and left out.
 */
#include <string.h>

#include "base/buf.h"
#include "generators/blob/blob.h"
#include "generators/compile/compile.h"
#include "generators/compile/compile_sysmon.h"
#include "generators/sysmon/judge.h"
#include "generators/sysmon/sysmon_convert.h"
#include "generators/sysmon/sysmon_write.h"

/* --- one rule --- */

const char *pk_compile_version(const struct pk_compilation *compilation)
{
	return pk_schema_version_text(compilation->arena, compilation->schema->version);
}

/* Says that `rule` is left out; a note if its author declared the schema it needs. */
static struct pk_diag *leave_out(struct pk_compilation *compilation, const struct pk_rule *rule,
	enum pk_code code, struct pk_span span, const char *what, const char *name)
{
	uint32_t needed;
	bool declared = rule->schema != NULL && pk_schema_parse_version(&needed, rule->schema) &&
		needed > compilation->schema->version;
	if (declared)
		return pk_report(compilation->diags, PK_RULE_NEEDS_SCHEMA, rule->id_span,
			"rule '%s' is left out: it needs schema %s, the target has %s", rule->id,
			rule->schema, pk_compile_version(compilation));
	return pk_report(compilation->diags, code, span,
		"rule '%s' is left out: schema %s has no %s '%s'", rule->id,
		pk_compile_version(compilation), what, name);
}

/* The ids of the family, as bits, whose events have all fields of the alternative. */
static unsigned fitting_ids(
	const struct pk_event *event, size_t family, const struct pk_filters *filters)
{
	unsigned fitting = 0;
	for (size_t i = 0; i < family; i++) {
		bool fits = true;
		for (size_t f = 0; f < filters->filters.len && fits; f++)
			fits = pk_event_field(&event[i], filters->filters.items[f].field) >= 0;
		if (fits)
			fitting |= 1u << i;
	}
	return fitting;
}

static bool check_fields(struct pk_compilation *compilation, const struct pk_rule *rule,
	const struct pk_filters *filters)
{
	for (size_t i = 0; i < filters->filters.len; i++) {
		const struct pk_filter *filter = &filters->filters.items[i];
		if (pk_schema_tag_has_field(compilation->schema, rule->event, filter->field))
			continue;
		leave_out(compilation, rule, PK_RULE_FIELD_UNSUPPORTED, filter->span, "field",
			filter->field);
		return false;
	}
	return true;
}

/* A field that stands elsewhere in another event of the family is matched for one id only. */
static void check_positions(struct pk_compilation *compilation, const struct pk_rule *rule,
	const struct pk_event *bound, const struct pk_event *first, size_t family,
	const struct pk_filters *filters)
{
	for (size_t f = 0; f < filters->filters.len; f++) {
		const struct pk_filter *filter = &filters->filters.items[f];
		int here = pk_event_field(bound, filter->field);
		for (size_t i = 0; i < family; i++) {
			int there = pk_event_field(&first[i], filter->field);
			if (there < 0 || there == here)
				continue;
			pk_report(compilation->diags, PK_FAMILY_FIELD, filter->span,
				"'%s' of rule '%s' is matched in event %u only, not in event %u",
				filter->field, rule->id, bound->id, first[i].id);
			break;
		}
	}
}

static void add_term(struct pk_compilation *compilation, struct pk_element *element,
	const struct pk_rule *rule, const struct pk_filters *filters, const char *name)
{
	struct pk_term *term = pk_list_push(compilation->arena, &element->terms);
	term->span = rule->span;
	term->comment = rule->comment;
	if (filters->filters.len == 1) {
		term->filter = filters->filters.items[0];
		term->filter.name = name;
		return;
	}
	term->is_rule = true;
	term->relation = "and";
	term->name = name;
	for (size_t i = 0; i < filters->filters.len; i++)
		*pk_list_push(compilation->arena, &term->filters) = filters->filters.items[i];
}

static struct pk_element make_element(const struct pk_event *event, bool include)
{
	return (struct pk_element){
		.tag = event->tag,
		.onmatch = include ? "include" : "exclude",
		.in_group = true,
		.group_relation = "or",
		.event = event,
	};
}

/*
 * The element for alternatives that fit the ids in `fitting`: Sysmon binds an element to the first
 * id that has all its fields, so those that ask for another id get an element of their own.
 */
static struct pk_element *element_for(struct pk_event_rules *rules, unsigned fitting)
{
	unsigned bound = 0;
	while (!(fitting & 1u << bound))
		bound++;
	struct pk_element *element = &rules->elements[bound];
	if (element->tag == NULL)
		*element = make_element(rules->event, rules->action == PK_INCLUDE);
	return element;
}

static void add_rule(struct pk_compilation *compilation, struct pk_event_rules *rules,
	const struct pk_rule *rule)
{
	struct pk_alternatives alternatives;
	const char *name;
	if (!pk_rule_expand(&alternatives, compilation->arena, rule, compilation->schema,
		    compilation->diags) ||
		!pk_rule_make_name(
			&name, compilation->policy, rule, compilation->attack, compilation->diags))
		return;
	for (size_t i = 0; i < alternatives.items.len; i++) {
		if (!check_fields(compilation, rule, &alternatives.items.items[i]))
			return;
	}
	for (size_t i = 0; i < alternatives.items.len; i++) {
		const struct pk_filters *filters = &alternatives.items.items[i];
		unsigned fitting = fitting_ids(rules->event, rules->family, filters);
		if (fitting == 0) {
			pk_report(compilation->diags, PK_FAMILY_MIXED, rule->span,
				"no single event of %s has all fields that rule '%s' wants "
				"together",
				rule->event, rule->id);
			continue;
		}
		struct pk_element *element = element_for(rules, fitting);
		add_term(compilation, element, rule, filters, name);
		size_t bound = (size_t)(element - rules->elements);
		check_positions(compilation, rule, &rules->event[bound], rules->event,
			rules->family, filters);
	}
	if (rules->count++ == 0)
		rules->first = rule;
}

/* --- the rules of one event --- */

static bool is_meant(const struct pk_compilation *compilation, const struct pk_rule *rule)
{
	return rule->enabled && rule->group == NULL && (rule->targets & compilation->target) != 0;
}

static size_t add_rules(struct pk_compilation *compilation, struct pk_event_rules *rules)
{
	const struct pk_policy *policy = compilation->policy;
	size_t meant = 0;
	for (size_t i = 0; i < policy->rules.len; i++) {
		const struct pk_rule *rule = policy->rules.items[i];
		if (!is_meant(compilation, rule) || rule->action != rules->action ||
			strcmp(rule->event, rules->event->tag) != 0)
			continue;
		meant++;
		add_rule(compilation, rules, rule);
	}
	return meant;
}

static void emit(struct pk_compilation *compilation, const struct pk_event_rules *rules)
{
	for (size_t i = 0; i < rules->family; i++) {
		if (rules->elements[i].tag != NULL)
			*pk_list_push(compilation->arena, &compilation->sysmon->elements) =
				rules->elements[i];
	}
}

static size_t count_elements(const struct pk_event_rules *rules)
{
	size_t count = 0;
	for (size_t i = 0; i < rules->family; i++)
		count += rules->elements[i].tag != NULL;
	return count;
}

static struct pk_element *emit_empty(
	struct pk_compilation *compilation, const struct pk_event *event, bool include)
{
	struct pk_element *element =
		pk_list_push(compilation->arena, &compilation->sysmon->elements);
	*element = make_element(event, include);
	return element;
}

/* An include that matches every event: all have a UtcTime, in the same place of a family. */
static void emit_everything(struct pk_compilation *compilation, const struct pk_event *event)
{
	struct pk_element *element = emit_empty(compilation, event, true);
	struct pk_term *term = pk_list_push(compilation->arena, &element->terms);
	term->filter = (struct pk_filter){
		.field = "UtcTime",
		.condition = pk_operator_info(PK_OP_IS_NOT)->name,
		.value = "none",
	};
}

static const struct pk_collect_entry *find_collect(
	const struct pk_policy *policy, const char *event)
{
	for (size_t i = 0; i < policy->collect.len; i++) {
		if (strcmp(policy->collect.items[i].event, event) == 0)
			return &policy->collect.items[i];
	}
	return NULL;
}

/* Has the event a group with one of the two actions? */
static bool has_group(const struct pk_policy *policy, const char *event, enum pk_action onmatch)
{
	for (size_t i = 0; i < policy->groups.len; i++) {
		const struct pk_group *group = policy->groups.items[i];
		if (strcmp(group->event, event) == 0 && group->onmatch == onmatch)
			return true;
	}
	return false;
}

static bool has_groups(const struct pk_policy *policy, const char *event)
{
	return has_group(policy, event, PK_INCLUDE) || has_group(policy, event, PK_EXCLUDE);
}

/*
 * collect: all. Excludes narrow it; includes could only name what is logged anyway. One exclude
 * element logs what it does not match; beside further elements Sysmon drops what none matches.
 */
static void collect_all(struct pk_compilation *compilation, struct pk_event_rules *excludes,
	size_t include_count, const struct pk_collect_entry *entry)
{
	if (include_count > 0) {
		struct pk_diag *diag = pk_report(compilation->diags, PK_COLLECT_EVERYTHING,
			entry->span, "all %s events are collected: %zu include rule%s left out",
			entry->event, include_count, include_count == 1 ? "" : "s");
		pk_diag_hint(compilation->diags, diag,
			"write 'rules' for %s if only what they match is wanted", entry->event);
	}
	emit(compilation, excludes);
	if (count_elements(excludes) > 1 || has_groups(compilation->policy, entry->event))
		emit_everything(compilation, excludes->event);
	else if (count_elements(excludes) == 0)
		emit_empty(compilation, excludes->event, false);
}

static void report_excludes_alone(
	struct pk_compilation *compilation, const struct pk_event_rules *excludes)
{
	struct pk_diag *diag = pk_report(compilation->diags, PK_EXCLUDE_ALONE,
		excludes->first->event_span, "no rule includes %s: %zu exclude rule%s left out",
		excludes->event->tag, excludes->count, excludes->count == 1 ? "" : "s");
	pk_diag_hint(compilation->diags, diag,
		"write 'all' for %s in 'collect' if everything else is to be logged",
		excludes->event->tag);
}

static void collect_rules(struct pk_compilation *compilation, struct pk_event_rules *excludes,
	struct pk_event_rules *includes, bool asked)
{
	const struct pk_event *event = includes->event;
	if (includes->count > 0 || has_group(compilation->policy, event->tag, PK_INCLUDE)) {
		emit(compilation, excludes);
		emit(compilation, includes);
		return;
	}
	if (excludes->count > 0)
		report_excludes_alone(compilation, excludes);
	if (!event->logged_by_default || has_groups(compilation->policy, event->tag))
		return;
	if (asked || excludes->count > 0)
		emit_empty(compilation, event, true);
	else
		pk_report(compilation->diags, PK_DEFAULT_LOGGED, PK_NO_SPAN,
			"nothing is said about %s: Sysmon logs every one", event->tag);
}

static void compile_event(struct pk_compilation *compilation, const struct pk_event *event)
{
	size_t family = pk_schema_family(compilation->schema, event);
	struct pk_event_rules excludes = {.event = event, .family = family, .action = PK_EXCLUDE};
	struct pk_event_rules includes = {.event = event, .family = family, .action = PK_INCLUDE};
	const struct pk_collect_entry *entry = find_collect(compilation->policy, event->tag);
	enum pk_collect collect = entry == NULL ? PK_COLLECT_RULES : entry->collect;

	if (collect == PK_COLLECT_NONE) {
		emit_empty(compilation, event, true);
		return;
	}
	add_rules(compilation, &excludes);
	size_t meant = add_rules(compilation, &includes);
	compilation->rules += excludes.count + includes.count;
	if (collect == PK_COLLECT_ALL)
		collect_all(compilation, &excludes, meant, entry);
	else
		collect_rules(compilation, &excludes, &includes, entry != NULL);
	pk_compile_groups(compilation, event);
}

/* Rules and groups whose event the schema lacks are met here: no other part ever sees them. */
static void report_missing_events(struct pk_compilation *compilation)
{
	const struct pk_policy *policy = compilation->policy;
	for (size_t i = 0; i < policy->rules.len; i++) {
		const struct pk_rule *rule = policy->rules.items[i];
		if (is_meant(compilation, rule) &&
			pk_schema_find_tag(compilation->schema, rule->event) == NULL)
			leave_out(compilation, rule, PK_RULE_EVENT_UNSUPPORTED, rule->event_span,
				"event", rule->event);
	}
	for (size_t i = 0; i < policy->groups.len; i++) {
		const struct pk_group *group = policy->groups.items[i];
		if (pk_schema_find_tag(compilation->schema, group->event) == NULL)
			pk_report(compilation->diags, PK_RULE_EVENT_UNSUPPORTED, group->event_span,
				"group '%s' is left out: schema %s has no event '%s'", group->id,
				pk_compile_version(compilation), group->event);
	}
}

/* Is a rule meant for the target? With an event only those on it count. */
static bool has_rule(const struct pk_compilation *compilation, const char *event)
{
	const struct pk_policy *policy = compilation->policy;
	for (size_t i = 0; i < policy->rules.len; i++) {
		const struct pk_rule *rule = policy->rules.items[i];
		if (is_meant(compilation, rule) &&
			(event == NULL || strcmp(rule->event, event) == 0))
			return true;
	}
	return false;
}

static void report_uncollected(struct pk_compilation *compilation)
{
	const struct pk_policy *policy = compilation->policy;
	for (size_t i = 0; i < policy->collect.len; i++) {
		const struct pk_collect_entry *entry = &policy->collect.items[i];
		if (entry->collect == PK_COLLECT_NONE &&
			(has_rule(compilation, entry->event) || has_groups(policy, entry->event)))
			pk_report(compilation->diags, PK_COLLECT_NOTHING, entry->span,
				"%s is not collected: the rules on it are left out", entry->event);
	}
}

static void report_no_rules(struct pk_compilation *compilation)
{
	const struct pk_policy *policy = compilation->policy;
	bool only_collects = policy->rules.len == 0 && policy->collect.len > 0;
	if (!only_collects && policy->groups.len == 0 && !has_rule(compilation, NULL))
		pk_report(compilation->diags, PK_TARGET_WITHOUT_RULES, PK_NO_SPAN,
			"no rule is meant for this target");
}

/* --- the whole --- */

static bool choose_schema(struct pk_compilation *compilation,
	const struct pk_compile_options *options, uint32_t *declared_out)
{
	const struct pk_policy *policy = compilation->policy;
	uint32_t newest = pk_schema_newest(options->platform);
	uint32_t version = newest;
	struct pk_span span = options->schema == NULL ? policy->schema_span : PK_NO_SPAN;
	const char *text = options->schema != NULL ? options->schema : policy->schema;

	if (text != NULL && !pk_schema_parse_version(&version, text)) {
		pk_report(compilation->diags, PK_SCHEMA_UNUSABLE, span, "'%s' is no schema version",
			text);
		return false;
	}
	uint32_t applied = pk_schema_applied(options->platform, newest, version);
	if (applied == 0) {
		pk_report(compilation->diags, PK_SCHEMA_UNUSABLE, span,
			"schema %s is older than 4.00, the oldest that Sysmon reads", text);
		return false;
	}
	if (applied != version)
		pk_report(compilation->diags, PK_SCHEMA_UNKNOWN, span,
			"no Sysmon has schema %s; it is taken as %s",
			pk_schema_version_text(compilation->arena, version),
			pk_schema_version_text(compilation->arena, applied));
	compilation->schema = pk_schema_make(compilation->arena, options->platform, applied);
	*declared_out = version;
	return true;
}

/* True if XML can carry every character: tabs and line ends are the only controls. */
static bool is_plain(const struct pk_source *source)
{
	for (size_t i = 0; i < source->len; i++) {
		unsigned char byte = (unsigned char)source->text[i];
		if (byte < ' ' && byte != '\t' && byte != '\n' && byte != '\r')
			return false;
	}
	return memmem(source->text, source->len, "\xef\xbf\xbe", 3) == NULL &&
		memmem(source->text, source->len, "\xef\xbf\xbf", 3) == NULL;
}

/* True if the second half of Sysmon's loader takes all fields, conditions, names and entries. */
static bool is_taken(const struct pk_compilation *compilation, struct pk_arena *scratch)
{
	struct pk_diags diags = {.arena = scratch};
	struct pk_sysmon copy = *compilation->sysmon;
	pk_sysmon_convert(&copy, NULL, NULL, &diags);
	pk_sysmon_check_entries(&copy, &diags);
	return !copy.rejected && !copy.defects;
}

/*
 * Rules alone are written in a form that fits the document rules, so it is enough that XML can
 * carry it and the loader takes it. Groups, which say anything, and whatever is in doubt are read
 * again as Sysmon reads a file. A group that is kept word for word may be taken back, and says so
 * itself; anything else is a refusal.
 */
static void judge(struct pk_compilation *compilation)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	PK_BUF_AUTO buf = {0};
	pk_sysmon_write(&buf, compilation->sysmon);

	const char *text = pk_arena_strndup(compilation->arena, buf.data, buf.len);
	struct pk_source *source = pk_source_make(compilation->arena, "(compiled)", text, buf.len);
	compilation->sysmon->source = source;
	if (compilation->policy->groups.len == 0 && is_plain(source) &&
		is_taken(compilation, arena))
		return;

	struct pk_sysmon_options options = {.platform = compilation->schema->platform};
	struct pk_sysmon *read = pk_sysmon_judge(source, &options, false, &diags);
	if (!read->rejected)
		return;
	for (size_t i = 0; i < diags.all.len; i++) {
		if (diags.all.items[i].severity == PK_ERROR)
			pk_report(compilation->diags, PK_COMPILED_REFUSED, PK_NO_SPAN,
				"Sysmon would refuse the configuration: %s",
				diags.all.items[i].message);
	}
}

struct pk_sysmon *pk_compile_sysmon(const struct pk_policy *policy,
	const struct pk_compile_options *options, struct pk_diags *diags)
{
	struct pk_compilation compilation = {
		.policy = policy,
		.arena = policy->arena,
		.diags = diags,
		.attack = policy->attack,
		.commit = options->commit,
		.target = options->platform == PK_LINUX ? PK_FOR_SYSMON_LINUX : PK_FOR_SYSMON,
		.sysmon = PK_NEW(policy->arena, struct pk_sysmon),
	};
	uint32_t declared;
	if (!choose_schema(&compilation, options, &declared))
		return NULL;

	struct pk_sysmon *sysmon = compilation.sysmon;
	sysmon->arena = policy->arena;
	sysmon->version = declared;
	sysmon->version_text = pk_schema_version_text(policy->arena, declared);
	sysmon->schema = compilation.schema;
	sysmon->parser = compilation.schema;
	pk_compile_entries(&compilation);
	report_missing_events(&compilation);
	for (size_t i = 0; i < compilation.schema->events.len; i++) {
		const struct pk_event *event = &compilation.schema->events.items[i];
		if (event->tag == NULL ||
			pk_schema_find_tag(compilation.schema, event->tag) != event)
			continue;
		compile_event(&compilation, event);
	}
	report_uncollected(&compilation);
	pk_compile_head(&compilation);
	report_no_rules(&compilation);
	judge(&compilation);
	return sysmon;
}
