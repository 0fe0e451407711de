/*
 * Coverage as a layer of the ATT&CK Navigator. The form is that of version 4.5, which MITRE
 * describes in layers/LAYERFORMATv4_5.md of mitre-attack/attack-navigator; it asks for a Navigator
 * of 4.9.0 or newer. Techniques stand once for each of their tactics.
 */
#include "cli/coverage_print.h"

#include <inttypes.h>
#include <string.h>

#include "base/json_out.h"
#include "base/text.h"

enum { COMMENT_RULES = 8 }; /* names of rules in a comment; the rest is counted */

static void put_pair(struct pk_json_out *json, const char *name, const char *value)
{
	pk_json_out_open_object(json, NULL);
	pk_json_out_text(json, "name", name);
	pk_json_out_text(json, "value", value);
	pk_json_out_close_object(json);
}

/* "1 ProcessCreate, 11 FileCreate"; "none" for no id. */
static const char *event_list(const struct pk_coverage *coverage, uint64_t ids)
{
	PK_BUF_AUTO text = {0};
	for (unsigned id = 0; id < PK_COVERAGE_IDS; id++) {
		if (ids >> id & 1)
			pk_buf_printf(&text, "%s%u %s", text.len > 0 ? ", " : "", id,
				pk_coverage_event_name(coverage, id));
	}
	return text.len == 0 ? "none" : pk_arena_strndup(coverage->arena, text.data, text.len);
}

static const char *comment_of(
	const struct pk_coverage *coverage, const struct pk_coverage_technique *entry)
{
	PK_BUF_AUTO text = {0};
	pk_buf_puts(&text, pk_coverage_state_info(pk_coverage_state(entry))->label);
	for (size_t i = 0; i < entry->rules.len && i < COMMENT_RULES; i++)
		pk_buf_printf(
			&text, "%s%s", i == 0 ? ". Rules: " : ", ", entry->rules.items[i]->name);
	if (entry->rules.len > COMMENT_RULES)
		pk_buf_printf(&text, " and %zu more", entry->rules.len - COMMENT_RULES);
	return pk_arena_strndup(coverage->arena, text.data, text.len);
}

static void put_metadata(struct pk_json_out *json, const struct pk_coverage *coverage,
	const struct pk_coverage_technique *entry)
{
	pk_json_out_open_array(json, "metadata");
	put_pair(json, "needed", event_list(coverage, entry->needed));
	put_pair(json, "collected", event_list(coverage, entry->collected));
	put_pair(json, "rules", pk_arena_printf(coverage->arena, "%zu", entry->rules.len));
	put_pair(json, "proofs", pk_arena_printf(coverage->arena, "%zu", entry->proofs));
	pk_json_out_close_array(json);
}

/* A parent is opened if it or one of its sub-techniques is carried by a rule. */
static bool is_open(const struct pk_coverage *coverage, const struct pk_coverage_technique *entry)
{
	const struct pk_coverage_technique *end =
		coverage->techniques.items + coverage->techniques.len;
	size_t len = strlen(entry->technique->id);
	for (const struct pk_coverage_technique *sub = entry + 1; sub < end; sub++) {
		const char *id = sub->technique->id;
		if (strncmp(id, entry->technique->id, len) != 0 || id[len] != '.')
			return false;
		if (sub->rules.len > 0)
			return true;
	}
	return false;
}

static void put_technique(struct pk_json_out *json, const struct pk_coverage *coverage,
	const struct pk_coverage_technique *entry)
{
	enum pk_coverage_state state = pk_coverage_state(entry);
	const struct pk_coverage_state_info *info = pk_coverage_state_info(state);

	for (size_t i = 0; i < entry->technique->tactics.len; i++) {
		pk_json_out_open_object(json, NULL);
		pk_json_out_text(json, "techniqueID", entry->technique->id);
		pk_json_out_text(json, "tactic", entry->technique->tactics.items[i]);
		if (state != PK_COVERAGE_NOT_NEEDED)
			pk_json_out_number(json, "score", info->score);
		pk_json_out_text(json, "color", info->color);
		pk_json_out_text(json, "comment", comment_of(coverage, entry));
		pk_json_out_bool(json, "enabled", true);
		put_metadata(json, coverage, entry);
		pk_json_out_bool(json, "showSubtechniques", is_open(coverage, entry));
		pk_json_out_close_object(json);
	}
}

static void put_head(struct pk_json_out *json, const struct pk_coverage_view *view)
{
	const struct pk_coverage *coverage = view->coverage;
	struct pk_coverage_count count = pk_coverage_count(coverage, NULL);
	const char *version = pk_attack_version(coverage->attack);

	pk_json_out_text(json, "name",
		pk_arena_printf(coverage->arena, "Sysmon coverage of %s", view->name));
	pk_json_out_open_object(json, "versions");
	pk_json_out_text(
		json, "attack", pk_arena_strndup(coverage->arena, version, strcspn(version, ".")));
	pk_json_out_text(json, "navigator", "5.1.0");
	pk_json_out_text(json, "layer", "4.5");
	pk_json_out_close_object(json);
	pk_json_out_text(json, "domain", "enterprise-attack");
	pk_json_out_text(json, "description",
		pk_arena_printf(coverage->arena,
			"ATT&CK %s, %s: of %zu techniques %zu need events of Sysmon, %zu have them "
			"all collected, %zu are labelled, %zu proven by an event. %s",
			version, pk_coverage_platform(coverage), count.techniques, count.needed,
			count.collected, count.labelled, count.proven,
			pk_attack_copyright(coverage->attack)));
	pk_json_out_open_object(json, "filters");
	pk_json_out_open_array(json, "platforms");
	pk_json_out_text(json, NULL, pk_coverage_platform(coverage));
	pk_json_out_close_array(json);
	pk_json_out_close_object(json);
	pk_json_out_number(json, "sorting", 0);
	pk_json_out_open_object(json, "layout");
	pk_json_out_text(json, "layout", "side");
	pk_json_out_bool(json, "showID", true);
	pk_json_out_bool(json, "showName", true);
	pk_json_out_text(json, "expandedSubtechniques", "annotated");
	pk_json_out_close_object(json);
	pk_json_out_bool(json, "hideDisabled", false);
}

/* The gradient goes through the colours of the scored states, the legend names all. */
static void put_colors(struct pk_json_out *json)
{
	pk_json_out_open_object(json, "gradient");
	pk_json_out_open_array(json, "colors");
	for (int state = PK_COVERAGE_MISSING; state < PK_COVERAGE_STATES; state++)
		pk_json_out_text(
			json, NULL, pk_coverage_state_info((enum pk_coverage_state)state)->color);
	pk_json_out_close_array(json);
	pk_json_out_number(json, "minValue", 0);
	pk_json_out_number(json, "maxValue", 100);
	pk_json_out_close_object(json);

	pk_json_out_open_array(json, "legendItems");
	for (int state = 0; state < PK_COVERAGE_STATES; state++) {
		const struct pk_coverage_state_info *info =
			pk_coverage_state_info((enum pk_coverage_state)state);
		pk_json_out_open_object(json, NULL);
		pk_json_out_text(json, "label", info->label);
		pk_json_out_text(json, "color", info->color);
		pk_json_out_close_object(json);
	}
	pk_json_out_close_array(json);
}

void pk_coverage_put_navigator(struct pk_buf *out, const struct pk_coverage_view *view)
{
	const struct pk_coverage *coverage = view->coverage;
	struct pk_json_out json = {.buf = out};
	pk_json_out_open_object(&json, NULL);
	put_head(&json, view);
	pk_json_out_open_array(&json, "techniques");
	for (size_t i = 0; i < coverage->techniques.len; i++) {
		if (pk_coverage_is_shown(&coverage->techniques.items[i]))
			put_technique(&json, coverage, &coverage->techniques.items[i]);
	}
	pk_json_out_close_array(&json);
	put_colors(&json);
	pk_json_out_open_array(&json, "metadata");
	put_pair(&json, "configuration", view->name);
	put_pair(&json, "copyright", pk_attack_copyright(coverage->attack));
	pk_json_out_close_array(&json);
	pk_json_out_close_object(&json);
	pk_buf_putc(out, '\n');
}
