/* Coverage for people: four numbers, a bar for every tactic, what would be gained most. */
#include "cli/coverage_print.h"

#include <string.h>

#include "base/escape.h"
#include "base/text.h"

enum {
	BAR_CELLS = 26,
	TOP_GAPS = 6,
	TOP_UNPROVEN = 12,
	SHOWN_RULES = 20, /* of one technique or stale label */
	LINE_CELLS = 96,  /* of lists of ids */
};

/* How a state looks in a bar, from the best on. */
struct shade {
	enum pk_coverage_state state;
	const char *glyph;
	const char *color;
};

static const struct shade shades[] = {
	{PK_COVERAGE_PROVEN, "█", "\033[32m"},
	{PK_COVERAGE_LABELLED, "▓", "\033[36m"},
	{PK_COVERAGE_COLLECTED, "▒", "\033[34m"},
	{PK_COVERAGE_PARTLY, "░", "\033[33m"},
	{PK_COVERAGE_MISSING, "·", "\033[31m"},
	{PK_COVERAGE_NOT_NEEDED, " ", ""},
};

enum { SHADES = sizeof(shades) / sizeof(*shades) };

static const char bold[] = "\033[1m";
static const char plain[] = "\033[0m";

struct text_out {
	struct pk_buf *buf;
	const struct pk_coverage_view *view;
	const struct pk_coverage *coverage;
};

static void put_style(const struct text_out *out, const char *style)
{
	if (out->view->color)
		pk_buf_puts(out->buf, style);
}

static void put_heading(const struct text_out *out, const char *text)
{
	pk_buf_putc(out->buf, '\n');
	put_style(out, bold);
	pk_buf_puts(out->buf, text);
	put_style(out, plain);
	pk_buf_putc(out->buf, '\n');
}

/* "1 rule", "2 rules" */
static void put_amount(const struct text_out *out, size_t count, const char *what)
{
	pk_buf_printf(out->buf, "%zu %s%s", count, what, count == 1 ? "" : "s");
}

/* --- numbers --- */

static void put_level(const struct text_out *out, const char *name, size_t count, const char *what)
{
	put_style(out, bold);
	pk_buf_printf(out->buf, "  %-10s%5zu", name, count);
	put_style(out, plain);
	pk_buf_printf(out->buf, "  %s\n", what);
}

static void put_summary(const struct text_out *out)
{
	const struct pk_coverage *coverage = out->coverage;
	struct pk_coverage_count count = pk_coverage_count(coverage, NULL);

	put_style(out, bold);
	pk_escape_put(out->buf, out->view->name);
	put_style(out, plain);
	pk_buf_printf(out->buf, ": ATT&CK %s, Sysmon schema %s, %zu techniques for %s\n\n",
		pk_attack_version(coverage->attack),
		pk_schema_version_text(coverage->arena, coverage->schema->version),
		count.techniques, pk_coverage_platform(coverage));
	put_level(out, "needed", count.needed, "MITRE's analytics name events of Sysmon");
	put_level(out, "collected", count.collected,
		pk_arena_printf(coverage->arena,
			"all of these events are collected (for %zu more a part)", count.partly));
	put_level(out, "labelled", count.labelled,
		pk_arena_printf(coverage->arena, "a rule carries the technique (%zu rules)",
			coverage->rules.len));
	put_level(out, "proven", count.proven,
		pk_arena_printf(coverage->arena,
			"an event is logged under it (%zu of tests, %zu recorded)", coverage->tests,
			coverage->events));
}

/* --- tactics --- */

/* The cells of each state: shares of BAR_CELLS, with the rest going to the largest fractions. */
static void share_cells(size_t cells[SHADES], const size_t counts[PK_COVERAGE_STATES], size_t total)
{
	size_t left = BAR_CELLS;
	for (size_t i = 0; i < SHADES; i++) {
		cells[i] = counts[shades[i].state] * BAR_CELLS / total;
		left -= cells[i];
	}
	while (left-- > 0) {
		size_t best = 0;
		size_t most = 0;
		for (size_t i = 0; i < SHADES; i++) {
			size_t want = counts[shades[i].state] * BAR_CELLS;
			size_t lacking = want > cells[i] * total ? want - cells[i] * total : 0;
			if (lacking > most) {
				best = i;
				most = lacking;
			}
		}
		cells[best]++;
	}
}

static void put_bar(const struct text_out *out, const char *tactic, size_t total)
{
	size_t counts[PK_COVERAGE_STATES];
	size_t cells[SHADES];
	pk_coverage_count_states(counts, out->coverage, tactic);
	share_cells(cells, counts, total);
	for (size_t i = 0; i < SHADES; i++) {
		if (cells[i] == 0)
			continue;
		put_style(out, shades[i].color);
		for (size_t c = 0; c < cells[i]; c++)
			pk_buf_puts(out->buf, shades[i].glyph);
		put_style(out, plain);
	}
}

static void put_tactics(const struct text_out *out)
{
	size_t tactic_count;
	const struct pk_tactic *tactics = pk_attack_tactics(out->coverage->attack, &tactic_count);

	put_heading(out, "tactic               techniques needed collected labelled proven");
	for (size_t i = 0; i < tactic_count; i++) {
		struct pk_coverage_count count =
			pk_coverage_count(out->coverage, tactics[i].short_name);
		if (count.techniques == 0)
			continue;
		pk_buf_printf(out->buf, "%-20s %10zu %6zu %9zu %8zu %6zu  ", tactics[i].name,
			count.techniques, count.needed, count.collected, count.labelled,
			count.proven);
		pk_buf_puts(out->buf, "|");
		put_bar(out, tactics[i].short_name, count.techniques);
		pk_buf_puts(out->buf, "|\n");
	}
	pk_buf_puts(out->buf, "\n");
	for (size_t i = 0; i < SHADES; i++) {
		put_style(out, shades[i].color);
		pk_buf_puts(out->buf, shades[i].glyph);
		put_style(out, plain);
		pk_buf_printf(out->buf, " %s\n", pk_coverage_state_info(shades[i].state)->label);
	}
}

/* --- gaps --- */

/* Ids with the names of their events; those that are not collected say so. */
static void put_events(const struct text_out *out, uint64_t ids, uint64_t collected)
{
	const char *between = "";
	for (unsigned id = 0; id < PK_COVERAGE_IDS; id++) {
		if (!(ids >> id & 1))
			continue;
		pk_buf_printf(out->buf, "%s%u %s%s", between, id,
			pk_coverage_event_name(out->coverage, id),
			collected >> id & 1 ? "" : " (not collected)");
		between = ", ";
	}
	if (ids == 0)
		pk_buf_puts(out->buf, "none");
}

/* Ids of techniques, broken into lines behind `head`. */
static void put_ids(const struct text_out *out, const char *head,
	const struct pk_coverage_technique *const *entries, size_t len)
{
	size_t column = LINE_CELLS;
	if (len == 0)
		return;
	for (size_t i = 0; i < len; i++) {
		const char *id = entries[i]->technique->id;
		if (column + 1 + strlen(id) > LINE_CELLS) {
			column = 15;
			pk_buf_printf(
				out->buf, "%s    %-11s", i > 0 ? "\n" : "", i > 0 ? "" : head);
		}
		pk_buf_printf(out->buf, " %s", id);
		column += 1 + strlen(id);
	}
	pk_buf_putc(out->buf, '\n');
}

static void put_component(const struct text_out *out, const struct pk_coverage_component *item)
{
	pk_buf_printf(out->buf, "%-34s %10zu %10zu %9zu  ", item->component->name,
		item->techniques.len, item->uncollected.len, item->unlabelled.len);
	put_events(out, item->fed_by, item->collected);
	pk_buf_putc(out->buf, '\n');
	if (!out->view->all_gaps)
		return;
	put_ids(out, "to collect", item->uncollected.items, item->uncollected.len);
	put_ids(out, "to label", item->unlabelled.items, item->unlabelled.len);
}

static void put_out_of_reach(const struct text_out *out)
{
	const struct pk_coverage_components *components = &out->view->components;
	put_heading(out, "out of reach of Sysmon             techniques  these only");
	for (size_t i = 0; i < components->items.len; i++) {
		const struct pk_coverage_component *item = &components->items.items[i];
		if (item->fed_by == 0)
			pk_buf_printf(out->buf, "%-34s %10zu  %10zu\n", item->component->name,
				item->techniques.len, item->only);
	}
}

static void put_gaps(const struct text_out *out)
{
	const struct pk_coverage_components *components = &out->view->components;
	size_t shown = 0;

	put_heading(
		out, "to be gained                       techniques to collect  to label  events");
	for (size_t i = 0; i < components->items.len; i++) {
		const struct pk_coverage_component *item = &components->items.items[i];
		bool gains = item->uncollected.len + item->unlabelled.len > 0;
		if (item->fed_by == 0 || (!out->view->all_gaps && (!gains || shown == TOP_GAPS)))
			continue;
		put_component(out, item);
		shown++;
	}
	if (shown == 0)
		pk_buf_puts(out->buf, "nothing\n");
	if (out->view->all_gaps)
		put_out_of_reach(out);
}

/* --- labels without proof --- */

/* Techniques that a rule carries, but that no event was logged under, although some were tried. */
static void put_unproven(const struct text_out *out)
{
	const struct pk_coverage *coverage = out->coverage;
	PK_LIST(const struct pk_coverage_technique *) unproven = {0};
	for (size_t i = 0; i < coverage->techniques.len; i++) {
		const struct pk_coverage_technique *entry = &coverage->techniques.items[i];
		if (entry->on_platform && pk_coverage_state(entry) == PK_COVERAGE_LABELLED)
			*pk_list_push(coverage->arena, &unproven) = entry;
	}
	if (unproven.len == 0 || coverage->tests + coverage->events == 0)
		return;
	put_heading(out, "labelled, but no event is logged under them");
	if (out->view->all_gaps || unproven.len <= TOP_UNPROVEN)
		put_ids(out, "techniques", unproven.items, unproven.len);
	else
		pk_buf_printf(out->buf, "    %zu techniques, see --gaps\n", unproven.len);
}

/* --- stale labels --- */

static void put_stale(const struct text_out *out)
{
	const struct pk_coverage *coverage = out->coverage;
	if (coverage->stale.len == 0)
		return;
	put_heading(out, "labels that are no active technique");
	for (size_t i = 0; i < coverage->stale.len; i++) {
		const struct pk_coverage_stale *stale = &coverage->stale.items[i];
		pk_buf_printf(out->buf, "%-10s ", stale->id);
		if (stale->technique == NULL)
			pk_buf_puts(out->buf, "unknown to ATT&CK, not counted");
		else if (stale->current == NULL)
			pk_buf_printf(
				out->buf, "%s: withdrawn, not counted", stale->technique->name);
		else
			pk_buf_printf(out->buf, "counted at %s %s", stale->current->id,
				pk_coverage_technique_name(coverage, stale->current));
		pk_buf_puts(out->buf, ", in ");
		put_amount(out, stale->rules.len, "rule");
		pk_buf_putc(out->buf, '\n');
	}
}

/* --- one technique --- */

static void put_rules(const struct text_out *out, const struct pk_coverage_technique *entry)
{
	for (size_t i = 0; i < entry->rules.len && i < SHOWN_RULES; i++) {
		const struct pk_coverage_rule *rule = entry->rules.items[i];
		pk_buf_printf(out->buf, "              %s  ", rule->tag);
		pk_escape_put(out->buf, rule->name);
		if (rule->title != NULL) {
			pk_buf_puts(out->buf, "  ");
			pk_escape_put(out->buf, rule->title);
		}
		pk_buf_putc(out->buf, '\n');
	}
	if (entry->rules.len > SHOWN_RULES)
		pk_buf_printf(
			out->buf, "              and %zu more\n", entry->rules.len - SHOWN_RULES);
}

static void put_names(
	const struct text_out *out, const char *head, const struct pk_attack_names *names)
{
	pk_buf_printf(out->buf, "  %-11s", head);
	for (size_t i = 0; i < names->len; i++)
		pk_buf_printf(out->buf, "%s %s", i > 0 ? "," : "", names->items[i]);
	pk_buf_puts(out->buf, names->len == 0 ? " none\n" : "\n");
}

static void put_technique(const struct text_out *out, const struct pk_coverage_technique *entry)
{
	const struct pk_technique *technique = entry->technique;
	put_style(out, bold);
	pk_buf_printf(out->buf, "%s %s\n", technique->id,
		pk_coverage_technique_name(out->coverage, technique));
	put_style(out, plain);
	put_names(out, "tactics", &technique->tactics);
	if (!entry->on_platform)
		pk_buf_printf(out->buf, "  platform    not for %s, not counted\n",
			pk_coverage_platform(out->coverage));
	put_names(out, "components", pk_coverage_components_of(out->coverage, technique));
	pk_buf_puts(out->buf, "  needed      ");
	put_events(out, entry->needed, entry->collected);
	pk_buf_puts(out->buf, "\n  labelled    by ");
	put_amount(out, entry->rules.len, "rule");
	pk_buf_putc(out->buf, '\n');
	put_rules(out, entry);
	pk_buf_puts(out->buf, "  proven      by ");
	put_amount(out, entry->proofs, "event");
	if (entry->proof != NULL) {
		pk_buf_puts(out->buf, ", first ");
		pk_escape_put(out->buf, entry->proof);
	}
	pk_buf_puts(out->buf, "\n\n");
}

static void put_copyright(const struct text_out *out)
{
	pk_buf_printf(out->buf, "%s\n", pk_attack_copyright(out->coverage->attack));
}

void pk_coverage_put_text(struct pk_buf *buf, const struct pk_coverage_view *view)
{
	struct text_out out = {.buf = buf, .view = view, .coverage = view->coverage};
	if (view->techniques->len > 0) {
		for (size_t i = 0; i < view->techniques->len; i++)
			put_technique(
				&out, pk_coverage_find(view->coverage, view->techniques->items[i]));
		put_copyright(&out);
		return;
	}
	put_summary(&out);
	put_tactics(&out);
	put_gaps(&out);
	put_unproven(&out);
	put_stale(&out);
	pk_buf_putc(buf, '\n');
	put_copyright(&out);
}
