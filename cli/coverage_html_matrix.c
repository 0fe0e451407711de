/* The matrix of the page, and the data that its script shows. */
#include "cli/coverage_html.h"
#include "cli/html.h"

#include <string.h>

#include "base/json_out.h"
#include "base/text.h"

/* A technique of one column with its sub-techniques, which follow it in the catalogue. */
struct family {
	const struct pk_coverage_technique *parent;
	const struct pk_coverage_technique *end; /* behind the last sub-technique */
	const char *tactic;
};

static bool is_in(const struct pk_coverage_technique *entry, const char *tactic)
{
	return pk_coverage_is_shown(entry) && pk_coverage_has_tactic(entry->technique, tactic);
}

static struct family family_at(const struct pk_coverage *coverage, size_t index, const char *tactic)
{
	const struct pk_coverage_technique *entry = &coverage->techniques.items[index];
	const struct pk_coverage_technique *last =
		coverage->techniques.items + coverage->techniques.len;
	struct family family = {.parent = entry, .end = entry + 1, .tactic = tactic};
	while (family.end < last && strchr(family.end->technique->id, '.') != NULL)
		family.end++;
	return family;
}

static size_t count_subs(const struct family *family)
{
	size_t count = 0;
	for (const struct pk_coverage_technique *sub = family->parent + 1; sub < family->end; sub++)
		count += is_in(sub, family->tactic);
	return count;
}

/* A name that may be broken behind its slashes. */
static void put_name(struct pk_buf *out, const char *name)
{
	for (const char *slash = strchr(name, '/'); slash != NULL; slash = strchr(name, '/')) {
		PK_BUF_AUTO part = {0};
		pk_buf_put(&part, name, (size_t)(slash + 1 - name));
		pk_html_put(out, part.data);
		pk_buf_puts(out, "<wbr>");
		name = slash + 1;
	}
	pk_html_put(out, name);
}

static void put_cell(struct pk_buf *out, const struct pk_coverage_technique *entry)
{
	const struct pk_coverage_state_info *info =
		pk_coverage_state_info(pk_coverage_state(entry));
	pk_buf_printf(out,
		"<button type=\"button\" class=\"cell %s\" data-id=\"%s\" title=\"%s: %s\">"
		"<span>%s<i class=\"dial\"></i></span>",
		info->key, entry->technique->id, entry->technique->id, info->label,
		entry->technique->id);
	put_name(out, entry->technique->name);
	pk_buf_puts(out, "</button>");
}

static void put_subs(struct pk_buf *out, const struct family *family, size_t count)
{
	size_t labelled = 0;
	for (const struct pk_coverage_technique *sub = family->parent + 1; sub < family->end; sub++)
		labelled += is_in(sub, family->tactic) && sub->rules.len > 0;

	pk_buf_printf(out,
		"<details class=\"subs\"><summary title=\"%zu of %zu sub-techniques are "
		"labelled\">%zu/%zu<span class=\"hidden-text\"> sub-techniques of %s "
		"labelled</span><span class=\"dots\">",
		labelled, count, labelled, count, family->parent->technique->id);
	for (const struct pk_coverage_technique *sub = family->parent + 1; sub < family->end;
		sub++) {
		if (is_in(sub, family->tactic))
			pk_buf_printf(out, "<i class=\"%s\"></i>",
				pk_coverage_state_info(pk_coverage_state(sub))->key);
	}
	pk_buf_puts(out, "</span></summary><ul>");
	for (const struct pk_coverage_technique *sub = family->parent + 1; sub < family->end;
		sub++) {
		if (!is_in(sub, family->tactic))
			continue;
		pk_buf_puts(out, "<li>");
		put_cell(out, sub);
		pk_buf_puts(out, "</li>");
	}
	pk_buf_puts(out, "</ul></details>");
}

static void put_column(
	struct pk_buf *out, const struct pk_coverage *coverage, const struct pk_tactic *tactic)
{
	struct pk_coverage_count count = pk_coverage_count(coverage, tactic->short_name);
	size_t counts[PK_COVERAGE_STATES];
	pk_coverage_count_states(counts, coverage, tactic->short_name);

	pk_buf_puts(out, "<section class=\"column\"><div class=\"tactic\"><h3>");
	pk_html_put(out, tactic->name);
	pk_buf_printf(out, "</h3><p>%zu of %zu labelled</p>", count.labelled, count.techniques);
	pk_coverage_put_html_bar(out, counts, count.techniques);
	pk_buf_puts(out, "</div><ul>\n");
	for (size_t i = 0; i < coverage->techniques.len;) {
		struct family family = family_at(coverage, i, tactic->short_name);
		size_t subs = count_subs(&family);
		if (subs > 0 || is_in(family.parent, tactic->short_name)) {
			pk_buf_puts(out, "<li>");
			put_cell(out, family.parent);
			if (subs > 0)
				put_subs(out, &family, subs);
			pk_buf_puts(out, "</li>\n");
		}
		i += (size_t)(family.end - family.parent);
	}
	pk_buf_puts(out, "</ul></section>\n");
}

void pk_coverage_put_matrix(struct pk_buf *out, const struct pk_coverage_view *view)
{
	size_t count;
	const struct pk_tactic *tactics = pk_attack_tactics(view->coverage->attack, &count);
	for (size_t i = 0; i < count; i++) {
		if (pk_coverage_count(view->coverage, tactics[i].short_name).techniques > 0)
			put_column(out, view->coverage, &tactics[i]);
	}
}

/* --- data --- */

static void put_events(struct pk_json_out *json, const struct pk_coverage *coverage)
{
	pk_json_out_open_object(json, "events");
	for (unsigned id = 0; id < PK_COVERAGE_IDS; id++) {
		const char *name = pk_coverage_event_name(coverage, id);
		if (name[0] == '\0')
			continue;
		pk_json_out_open_object(json, pk_arena_printf(coverage->arena, "%u", id));
		pk_json_out_text(json, "name", name);
		pk_json_out_text(
			json, "logged", pk_coverage_collection_name(coverage->collection[id]));
		pk_json_out_close_object(json);
	}
	pk_json_out_close_object(json);
}

static void put_levels(struct pk_json_out *json)
{
	pk_json_out_open_object(json, "levels");
	for (int state = 0; state < PK_COVERAGE_STATES; state++) {
		const struct pk_coverage_state_info *info =
			pk_coverage_state_info((enum pk_coverage_state)state);
		pk_json_out_text(json, info->key, info->label);
	}
	pk_json_out_close_object(json);
}

static void put_components(struct pk_json_out *json, const struct pk_coverage_view *view)
{
	pk_json_out_open_object(json, "components");
	for (size_t i = 0; i < view->components.items.len; i++) {
		const struct pk_coverage_component *item = &view->components.items.items[i];
		pk_json_out_open_object(json, item->component->name);
		pk_json_out_text(json, "id", item->component->id);
		pk_coverage_put_ids(json, "events", item->fed_by);
		pk_json_out_close_object(json);
	}
	pk_json_out_close_object(json);
}

static void put_rules(struct pk_json_out *json, const struct pk_coverage *coverage)
{
	pk_json_out_open_array(json, "rules");
	for (size_t i = 0; i < coverage->rules.len; i++) {
		const struct pk_coverage_rule *rule = coverage->rules.items[i];
		pk_json_out_open_object(json, NULL);
		pk_json_out_text(json, "name", rule->name);
		if (rule->title != NULL)
			pk_json_out_text(json, "title", rule->title);
		pk_json_out_text(json, "event", rule->tag);
		pk_json_out_text(json, "place", pk_coverage_place(coverage, rule));
		pk_json_out_close_object(json);
	}
	pk_json_out_close_array(json);
}

static void put_tactics(struct pk_json_out *json, const struct pk_coverage *coverage,
	const struct pk_technique *technique)
{
	pk_json_out_open_array(json, "tactics");
	for (size_t i = 0; i < technique->tactics.len; i++) {
		const struct pk_tactic *tactic =
			pk_attack_find_tactic(coverage->attack, technique->tactics.items[i]);
		if (tactic != NULL)
			pk_json_out_text(json, NULL, tactic->name);
	}
	pk_json_out_close_array(json);
}

static void put_technique(struct pk_json_out *json, const struct pk_coverage *coverage,
	const struct pk_coverage_technique *entry)
{
	const struct pk_technique *technique = entry->technique;
	const struct pk_attack_names *components = pk_coverage_components_of(coverage, technique);

	pk_json_out_open_object(json, technique->id);
	pk_json_out_text(json, "name", pk_coverage_technique_name(coverage, technique));
	put_tactics(json, coverage, technique);
	pk_json_out_text(json, "level", pk_coverage_state_info(pk_coverage_state(entry))->key);
	pk_coverage_put_ids(json, "needed", entry->needed);
	pk_coverage_put_ids(json, "collected", entry->collected);
	pk_json_out_open_array(json, "rules");
	for (size_t i = 0; i < entry->rules.len; i++)
		pk_json_out_number(json, NULL, entry->rules.items[i]->number);
	pk_json_out_close_array(json);
	pk_json_out_number(json, "proofs", entry->proofs);
	pk_json_out_text(json, "proof", entry->proof != NULL ? entry->proof : "");
	pk_json_out_open_array(json, "components");
	for (size_t i = 0; i < components->len; i++)
		pk_json_out_text(json, NULL, components->items[i]);
	pk_json_out_close_array(json);
	pk_json_out_close_object(json);
}

static void put_json(struct pk_buf *out, const struct pk_coverage_view *view)
{
	const struct pk_coverage *coverage = view->coverage;
	struct pk_json_out json = {.buf = out};
	pk_json_out_open_object(&json, NULL);
	put_events(&json, coverage);
	put_levels(&json);
	put_components(&json, view);
	put_rules(&json, coverage);
	pk_json_out_open_object(&json, "techniques");
	for (size_t i = 0; i < coverage->techniques.len; i++) {
		if (pk_coverage_is_shown(&coverage->techniques.items[i]))
			put_technique(&json, coverage, &coverage->techniques.items[i]);
	}
	pk_json_out_close_object(&json);
	pk_json_out_close_object(&json);
}

/* Only texts have '<', '>' and '&', so JSON's own escape of them changes nothing but the bytes. */
void pk_coverage_put_data(struct pk_buf *out, const struct pk_coverage_view *view)
{
	PK_BUF_AUTO json = {0};
	put_json(&json, view);
	for (size_t i = 0; i < json.len; i++) {
		char c = json.data[i];
		if (c == '<' || c == '>' || c == '&')
			pk_buf_printf(out, "\\u%04x", (unsigned)c);
		else
			pk_buf_putc(out, c);
	}
}
