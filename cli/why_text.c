/* The decision on one event as a tree for people. */
#include <string.h>

#include "base/escape.h"
#include "cli/print_formats.h"
#include "cli/why_print.h"
#include "generators/sysmon/sysmon_convert.h"

enum {
	TEXT_MOST = 160,      /* bytes of a value that are shown */
	NEAR_MISSES_MOST = 5, /* of an element */
};

struct text {
	struct pk_buf *buf;
	const struct pk_why_print *print;
};

/* --- rules of rulesets --- */

static bool is_inside(struct pk_span inner, struct pk_span outer)
{
	return inner.source != NULL && inner.source == outer.source && inner.begin >= outer.begin &&
		inner.begin < outer.end;
}

const struct pk_rule *pk_why_find_rule(const struct pk_config *config, struct pk_span span)
{
	const struct pk_policy *policy = config->policy;
	for (size_t i = 0; policy != NULL && i < policy->rules.len; i++) {
		if (is_inside(span, policy->rules.items[i]->span))
			return policy->rules.items[i];
	}
	for (size_t g = 0; policy != NULL && g < policy->groups.len; g++) {
		const struct pk_group *group = policy->groups.items[g];
		for (size_t i = 0; i < group->rules.len; i++) {
			if (is_inside(span, group->rules.items[i]->span))
				return group->rules.items[i];
		}
	}
	return NULL;
}

/* --- parts of lines --- */

static void put_indent(struct text *text, size_t depth)
{
	for (size_t i = 0; i < depth; i++)
		pk_buf_puts(text->buf, "  ");
}

/* The value in quotes, cut if it is long. */
static void put_value(struct text *text, const char *value)
{
	size_t len = strlen(value);
	size_t shown = len;
	if (len > TEXT_MOST) {
		shown = TEXT_MOST;
		while (shown > 0 && ((unsigned char)value[shown] & 0xc0) == 0x80)
			shown--; /* not in the middle of a character */
	}
	pk_buf_putc(text->buf, '\'');
	pk_escape_put_len(text->buf, value, shown);
	pk_buf_puts(text->buf, shown < len ? "...'" : "'");
}

static void put_place(struct text *text, struct pk_span span)
{
	if (span.source == NULL)
		return;
	struct pk_place place = pk_span_begin(span);
	pk_buf_puts(text->buf, "  (");
	pk_escape_put(text->buf, pk_span_path(span));
	pk_buf_printf(text->buf, ":%u:%u", place.line, place.column);
	const struct pk_rule *rule = pk_why_find_rule(text->print->config, span);
	if (rule != NULL) {
		pk_buf_puts(text->buf, ", rule ");
		put_value(text, rule->id);
	}
	pk_buf_putc(text->buf, ')');
}

static void put_question(struct text *text, const struct pk_filter *filter)
{
	pk_escape_put(text->buf, filter->field);
	pk_buf_printf(text->buf, " %s ", pk_operator_info(pk_filter_operator(filter)->op)->name);
	put_value(text, filter->value);
}

static void put_rule(struct text *text, const struct pk_why_term *term)
{
	pk_buf_puts(text->buf, term->all ? "Rule (and)" : "Rule (or)");
	if (term->term->name != NULL && term->term->name[0] != '\0') {
		pk_buf_putc(text->buf, ' ');
		put_value(text, term->term->name);
	}
}

static void put_term(struct text *text, const struct pk_why_term *term)
{
	if (term->term->is_rule) {
		put_rule(text, term);
		put_place(text, term->term->span);
		return;
	}
	put_question(text, term->filters.items[0].filter);
	put_place(text, term->filters.items[0].filter->span);
}

static const char *kind_of(const struct pk_why_element *element)
{
	return element->include ? "include" : "exclude";
}

static void put_element(struct text *text, const struct pk_why_element *element)
{
	pk_buf_printf(text->buf, "%s (%s)", kind_of(element), element->all ? "and" : "or");
	const char *name = element->element->group_name;
	if (name != NULL && name[0] != '\0') {
		pk_buf_puts(text->buf, " of RuleGroup ");
		put_value(text, name);
	}
	put_place(text, element->element->span);
}

/* --- the verdict --- */

static void put_reason(struct text *text, const struct pk_why_verdict *verdict)
{
	switch (verdict->reason) {
	case PK_WHY_NO_FILTERING:
		pk_buf_puts(text->buf, "events of this id cannot be filtered");
		break;
	case PK_WHY_DEFAULT:
		pk_buf_puts(text->buf,
			"the configuration has no element for it; this is Sysmon's "
			"default");
		break;
	case PK_WHY_ELEMENT:
		if (verdict->term == NULL) {
			put_element(text, verdict->element);
			break;
		}
		pk_buf_printf(text->buf, "%s ", kind_of(verdict->element));
		put_term(text, verdict->term);
		break;
	case PK_WHY_COMPLEMENT:
		pk_buf_printf(text->buf, "the only element does not match; it is an %s",
			kind_of(&text->print->why->elements.items[0]));
		break;
	case PK_WHY_REST:
		pk_buf_puts(text->buf, "none of several elements matches");
		break;
	}
}

static void put_name(struct text *text, const struct pk_why_verdict *verdict)
{
	static const char *const origins[] = {
		[PK_WHY_OF_FILTER] = "filter",
		[PK_WHY_OF_RULE] = "Rule",
		[PK_WHY_OF_GROUP] = "RuleGroup",
	};
	if (verdict->decision.rule_name == NULL) {
		pk_buf_puts(text->buf, "none");
		return;
	}
	put_value(text, verdict->decision.rule_name);
	pk_buf_printf(text->buf, ", name of the %s, by ", origins[verdict->name_origin]);
	put_question(text, verdict->name_filter->filter);
	put_place(text, verdict->name_filter->filter->span);
	if (verdict->name_leaked)
		pk_buf_puts(text->buf, "; it matched on the way and did not decide");
}

static void put_verdict(struct text *text, const struct pk_why_verdict *verdict, const char *lead)
{
	pk_buf_printf(text->buf, "%s%s\n", lead, verdict->decision.logged ? "logged" : "dropped");
	pk_buf_puts(text->buf, "  by        ");
	put_reason(text, verdict);
	pk_buf_puts(text->buf, "\n  RuleName  ");
	put_name(text, verdict);
	pk_buf_putc(text->buf, '\n');
}

/* --- the tree --- */

static const char *word_of(enum pk_why_result result, bool holds)
{
	switch (result) {
	case PK_WHY_MATCHED:
		return "matched";
	case PK_WHY_NOT_MATCHED:
		return "no match";
	case PK_WHY_COVERED:
		return "not needed";
	case PK_WHY_NOT_ASKED:
		break;
	}
	return holds ? "not asked, would match" : "not asked, no match";
}

static void put_filter(struct text *text, const struct pk_why_filter *filter, size_t depth)
{
	put_indent(text, depth);
	pk_buf_printf(text->buf, "%s: ", word_of(filter->result, filter->holds));
	put_question(text, filter->filter);
	put_place(text, filter->filter->span);
	if (filter->text == NULL) {
		pk_buf_puts(text->buf, "; this event id has no such field there");
	} else {
		pk_buf_puts(text->buf, "; it is ");
		put_value(text, filter->text);
	}
	pk_buf_putc(text->buf, '\n');
}

/* Of what only nearly matches, the first few are shown, and nothing that was not asked. */
static bool is_shown(const struct text *text, const struct pk_why_element *element,
	const struct pk_why_term *term, size_t *near_misses)
{
	if (text->print->all || term->holds || (element->all && element->near_miss))
		return true;
	return term->near_miss && term->result != PK_WHY_NOT_ASKED &&
		++*near_misses <= NEAR_MISSES_MOST;
}

static void put_tree_term(struct text *text, const struct pk_why_term *term)
{
	size_t depth = 1;
	if (term->term->is_rule) {
		put_indent(text, depth++);
		pk_buf_printf(text->buf, "%s%s: ", word_of(term->result, term->holds),
			term->near_miss ? ", but for one filter" : "");
		put_rule(text, term);
		put_place(text, term->term->span);
		pk_buf_putc(text->buf, '\n');
	}
	for (size_t i = 0; i < term->filters.len; i++)
		put_filter(text, &term->filters.items[i], depth);
}

static void put_tree_element(struct text *text, const struct pk_why_element *element)
{
	size_t hidden = 0;
	size_t near_misses = 0;
	pk_buf_printf(text->buf, "\n%s%s: ", word_of(element->result, element->holds),
		element->near_miss ? ", but for one field or Rule" : "");
	put_element(text, element);
	pk_buf_putc(text->buf, '\n');
	for (size_t i = 0; i < element->terms.len; i++) {
		if (is_shown(text, element, &element->terms.items[i], &near_misses))
			put_tree_term(text, &element->terms.items[i]);
		else
			hidden++;
	}
	if (hidden > 0)
		pk_buf_printf(text->buf, "  %zu %s not match (--all shows %s)\n", hidden,
			hidden == 1 ? "filter or Rule does" : "filters and Rules do",
			hidden == 1 ? "it" : "them");
}

void pk_why_put_text(struct pk_buf *buf, const struct pk_why_print *print)
{
	struct text text = {.buf = buf, .print = print};
	const struct pk_why *why = print->why;
	pk_buf_printf(buf, "event %u", why->id);
	if (why->event != NULL)
		pk_buf_printf(buf, " %s", why->event->tag);
	put_verdict(&text, &why->verdict, " is ");
	if (why->has_next)
		put_verdict(&text, &why->next, "without that it is ");
	for (size_t i = 0; i < why->elements.len; i++)
		put_tree_element(&text, &why->elements.items[i]);
}
