/* Settings as configuration entries, and the head comment of the compiled file. */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "generators/compile/compile_sysmon.h"

/* Sysmon for Linux ends with "Option not implemented" when a configuration sets one of these. */
static const char *const refused_on_linux[] = {
	"ArchiveDirectory", "CaptureClipboard", "CheckRevocation", "DriverName", "FieldSizes"};

static bool is_refused_on_linux(const char *name)
{
	for (size_t i = 0; i < sizeof(refused_on_linux) / sizeof(*refused_on_linux); i++) {
		if (pk_text_equal(name, refused_on_linux[i]))
			return true;
	}
	return false;
}

/* False after a report if the target does not take the entry. */
static bool check_entry(struct pk_compilation *compilation, const struct pk_entry *entry)
{
	if (pk_schema_find_entry(compilation->schema, entry->name) == NULL) {
		pk_report(compilation->diags, PK_SETTING_UNSUPPORTED, entry->span,
			"schema %s has no entry '%s'; it is left out",
			pk_compile_version(compilation), entry->name);
		return false;
	}
	if (compilation->schema->platform == PK_LINUX && is_refused_on_linux(entry->name)) {
		pk_report(compilation->diags, PK_SETTING_UNSUPPORTED, entry->span,
			"Sysmon for Linux refuses '%s'; it is left out", entry->name);
		return false;
	}
	return true;
}

static void add_entry(struct pk_compilation *compilation, const struct pk_entry *entry)
{
	if (!check_entry(compilation, entry))
		return;
	struct pk_sysmon_entry *added =
		pk_list_push(compilation->arena, &compilation->sysmon->entries);
	added->name = entry->name;
	added->value = entry->value;
	added->span = entry->span;
	added->value_span = entry->span;
}

void pk_compile_entries(struct pk_compilation *compilation)
{
	const struct pk_settings *settings = &compilation->policy->settings;
	for (size_t i = 0; i < settings->sysmon.len; i++)
		add_entry(compilation, &settings->sysmon.items[i]);
}

void pk_compile_head(struct pk_compilation *compilation)
{
	const struct pk_policy *policy = compilation->policy;
	PK_BUF_AUTO text = {0};

	pk_buf_puts(&text,
		"\n  Compiled by picket " PICKET_VERSION ". Change the rulesets, not this file.");
	for (size_t i = 0; i < policy->sets.len; i++)
		pk_buf_printf(&text, "\n  Ruleset: %s %s", policy->sets.items[i]->id,
			policy->sets.items[i]->version.text);
	if (policy->project_id != NULL)
		pk_buf_printf(&text, "\n  Project: %s", policy->project_id);
	if (policy->profile != NULL)
		pk_buf_printf(&text, "\n  Profile: %s", policy->profile);
	if (compilation->commit != NULL)
		pk_buf_printf(&text, "\n  Commit:  %s", compilation->commit);
	pk_buf_printf(&text, "\n  Target:  %s, schema %s",
		compilation->schema->platform == PK_LINUX ? "sysmon-linux" : "sysmon",
		pk_compile_version(compilation));
	pk_buf_printf(&text, "\n  ATT&CK:  %s. %s", pk_attack_version(policy->attack),
		pk_attack_copyright(policy->attack));
	pk_buf_printf(&text, "\n  Rules:   %zu\n", compilation->rules);
	compilation->sysmon->head_comment =
		pk_arena_strndup(compilation->arena, text.data, text.len);
}
