/* RuleName texts from the template of a policy. */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "generators/compile/compile.h"
#include "generators/sysmon/sysmon_convert.h"
#include "mitre/attack.h"

static const char default_template[] =
	"technique_id={technique_id},technique_name={technique_name}";
static const char plain_template[] = "rule_id={rule_id}";

static const char *const placeholders[] = {
	"rule_id", "severity", "tactic", "technique_id", "technique_name", "title"};

enum { PLACEHOLDERS = sizeof(placeholders) / sizeof(*placeholders) };

static const char *severity_name(enum pk_rule_severity severity)
{
	switch (severity) {
	case PK_RULE_INFORMATIONAL:
		return "informational";
	case PK_RULE_LOW:
		return "low";
	case PK_RULE_MEDIUM:
		return "medium";
	case PK_RULE_HIGH:
		return "high";
	case PK_RULE_CRITICAL:
		return "critical";
	}
	__builtin_unreachable();
}

/* Readers of RuleName split at ',' and '=', so values have neither. */
static void put_value(struct pk_buf *out, const char *value)
{
	for (; *value != '\0'; value++)
		pk_buf_putc(out, *value == ',' || *value == '=' ? ' ' : *value);
}

/* The value of a placeholder; NULL if there is no such one. */
static const char *placeholder_value(
	const char *name, const struct pk_rule *rule, const struct pk_technique *technique)
{
	if (pk_text_equal(name, "rule_id"))
		return rule->id;
	if (pk_text_equal(name, "title"))
		return rule->title != NULL ? rule->title : "";
	if (pk_text_equal(name, "severity"))
		return severity_name(rule->severity);
	if (pk_text_equal(name, "technique_id"))
		return rule->attack.len > 0 ? rule->attack.items[0].text : "";
	if (pk_text_equal(name, "technique_name"))
		return technique != NULL ? technique->name : "";
	if (pk_text_equal(name, "tactic"))
		return technique != NULL && technique->tactics.len > 0 ? technique->tactics.items[0]
								       : "";
	return NULL;
}

static bool fill(struct pk_buf *out, const char *template, const struct pk_rule *rule,
	const struct pk_technique *technique, struct pk_diags *diags)
{
	while (*template != '\0') {
		const char *close = *template == '{' ? strchr(template, '}') : NULL;
		if (close == NULL) {
			pk_buf_putc(out, *template ++);
			continue;
		}
		const char *name = pk_arena_strndup(
			diags->arena, template + 1, (size_t)(close - template - 1));
		const char *value = placeholder_value(name, rule, technique);
		if (value == NULL) {
			struct pk_diag *diag = pk_report(diags, PK_TEMPLATE_UNKNOWN, rule->span,
				"the RuleName template has no placeholder '{%s}'", name);
			const char *near = pk_text_nearest(name, placeholders, PLACEHOLDERS);
			if (near != NULL)
				pk_diag_hint(diags, diag, "write '{%s}'", near);
			return false;
		}
		put_value(out, value);
		template = close + 1;
	}
	return true;
}

bool pk_rule_make_name(const char **out, const struct pk_policy *policy, const struct pk_rule *rule,
	const struct pk_attack *attack, struct pk_diags *diags)
{
	if (rule->name == NULL && rule->action == PK_EXCLUDE) {
		*out = NULL; /* else an event that another rule logs could get the name */
		return true;
	}
	PK_BUF_AUTO name = {0};
	if (rule->name != NULL) {
		pk_buf_puts(&name, rule->name);
	} else if (rule->attack.len == 0) {
		if (!fill(&name, plain_template, rule, NULL, diags))
			return false;
	} else {
		const char *template =
			policy->rule_name != NULL ? policy->rule_name : default_template;
		const struct pk_technique *technique =
			pk_attack_find(attack, rule->attack.items[0].text);
		if (!fill(&name, template, rule, technique, diags))
			return false;
	}
	if (name.len > PK_RULE_NAME_LIMIT) {
		struct pk_diag *diag = pk_report(diags, PK_RULE_NAME_LONG,
			rule->name != NULL ? rule->name_span : rule->span,
			"the RuleName of '%s' has %zu bytes; Sysmon takes %d", rule->id, name.len,
			PK_RULE_NAME_LIMIT);
		pk_diag_hint(diags, diag, "give the rule a shorter 'name'");
		return false;
	}
	*out = pk_arena_strndup(diags->arena, name.data == NULL ? "" : name.data, name.len);
	return true;
}
