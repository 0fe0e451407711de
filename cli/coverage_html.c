#include "cli/coverage_html.h"

#include <string.h>

#include "base/text.h"
#include "cli/html.h"

static const char part_begin[] = "<!--@";
static const char part_end[] = "-->";

struct html_out {
	struct pk_buf *buf;
	const struct pk_coverage_view *view;
	const struct pk_coverage *coverage;
};

/* A share of 100 with two decimals, rounded down. */
static void put_share(struct pk_buf *out, size_t part, size_t total)
{
	size_t share = total == 0 ? 0 : part * 10000 / total;
	pk_buf_printf(out, "%zu.%02zu%%", share / 100, share % 100);
}

void pk_coverage_put_html_bar(
	struct pk_buf *out, const size_t counts[PK_COVERAGE_STATES], size_t total)
{
	pk_buf_puts(out, "<div class=\"bar\">");
	for (int state = PK_COVERAGE_STATES - 1; state > PK_COVERAGE_NOT_NEEDED; state--) {
		if (counts[state] == 0)
			continue;
		pk_buf_printf(out, "<i class=\"%s\" style=\"width:",
			pk_coverage_state_info((enum pk_coverage_state)state)->key);
		put_share(out, counts[state], total);
		pk_buf_puts(out, "\"></i>");
	}
	pk_buf_puts(out, "</div>");
}

/* --- head --- */

static void put_name(const struct html_out *out)
{
	pk_html_put(out->buf, out->view->name);
}

static void put_subtitle(const struct html_out *out)
{
	const struct pk_coverage *coverage = out->coverage;
	pk_buf_printf(out->buf, "ATT&amp;CK %s · Sysmon schema %s · %zu techniques for %s",
		pk_attack_version(coverage->attack),
		pk_schema_version_text(coverage->arena, coverage->schema->version),
		pk_coverage_count(coverage, NULL).techniques, pk_coverage_platform(coverage));
}

static void put_card(const struct html_out *out, const char *title, size_t count, size_t total,
	const char *of, const char *what)
{
	pk_buf_printf(out->buf,
		"<div class=\"card\"><h3>%s</h3><div class=\"number\">%zu <small>of %zu "
		"%s</small></div><div class=\"meter\"><i style=\"width:",
		title, count, total, of);
	put_share(out->buf, count, total);
	pk_buf_printf(out->buf, "\"></i></div><p class=\"what\">%s</p></div>\n", what);
}

static void put_cards(const struct html_out *out)
{
	const struct pk_coverage *coverage = out->coverage;
	struct pk_coverage_count count = pk_coverage_count(coverage, NULL);
	put_card(out, "Needed", count.needed, count.techniques, "techniques",
		"MITRE’s analytics name events of Sysmon");
	put_card(out, "Collected", count.collected, count.needed, "needed",
		pk_arena_printf(coverage->arena,
			"All of these events are collected; for %zu more a part", count.partly));
	put_card(out, "Labelled", count.labelled, count.techniques, "techniques",
		pk_arena_printf(coverage->arena, "A rule carries the technique; %zu rules do",
			coverage->rules.len));
	put_card(out, "Proven", count.proven, count.labelled, "labelled",
		pk_arena_printf(coverage->arena,
			"An event is logged under it: %zu of tests, %zu recorded", coverage->tests,
			coverage->events));
}

static void put_legend(const struct html_out *out)
{
	size_t counts[PK_COVERAGE_STATES] = {0};
	for (size_t i = 0; i < out->coverage->techniques.len; i++) {
		const struct pk_coverage_technique *entry = &out->coverage->techniques.items[i];
		if (pk_coverage_is_shown(entry))
			counts[pk_coverage_state(entry)]++;
	}
	for (int state = PK_COVERAGE_STATES - 1; state >= 0; state--) {
		const struct pk_coverage_state_info *info =
			pk_coverage_state_info((enum pk_coverage_state)state);
		pk_buf_printf(out->buf,
			"<button type=\"button\" class=\"chip\" data-level=\"%s\" "
			"aria-pressed=\"true\"><i class=\"%s\"></i>%s <b>%zu</b></button>\n",
			info->key, info->key, info->label, counts[state]);
	}
}

static void put_matrix(const struct html_out *out)
{
	pk_coverage_put_matrix(out->buf, out->view);
}

static void put_data(const struct html_out *out)
{
	pk_coverage_put_data(out->buf, out->view);
}

static void put_copyright(const struct html_out *out)
{
	pk_html_put(out->buf, pk_attack_copyright(out->coverage->attack));
}

/* --- tables --- */

static void put_events(const struct html_out *out, uint64_t ids, uint64_t collected)
{
	for (unsigned id = 0; id < PK_COVERAGE_IDS; id++) {
		if (!(ids >> id & 1))
			continue;
		bool is_collected = collected >> id & 1;
		pk_buf_printf(out->buf, "<span class=\"event %s\" title=\"%s\">%u ",
			is_collected ? "labelled" : "missing",
			is_collected ? "collected" : "not collected", id);
		pk_html_put(out->buf, pk_coverage_event_name(out->coverage, id));
		pk_buf_puts(out->buf, "</span>");
	}
}

static void put_ids(const struct html_out *out, const char *what,
	const struct pk_coverage_technique *const *entries, size_t len)
{
	if (len == 0)
		return;
	pk_buf_printf(
		out->buf, "<details class=\"more\"><summary>%s</summary><div class=\"ids\">", what);
	for (size_t i = 0; i < len; i++) {
		const struct pk_technique *technique = entries[i]->technique;
		pk_buf_printf(out->buf,
			"<button type=\"button\" class=\"%s\" data-id=\"%s\" title=\"",
			pk_coverage_state_info(pk_coverage_state(entries[i]))->key, technique->id);
		pk_html_put(out->buf, pk_coverage_technique_name(out->coverage, technique));
		pk_buf_printf(out->buf, "\">%s</button>", technique->id);
	}
	pk_buf_puts(out->buf, "</div></details>");
}

static void put_component(const struct html_out *out, const struct pk_coverage_component *item)
{
	size_t counts[PK_COVERAGE_STATES] = {0};
	for (size_t i = 0; i < item->techniques.len; i++)
		counts[pk_coverage_state(item->techniques.items[i])]++;

	pk_buf_printf(out->buf,
		"<tr><th scope=\"row\"><a href=\"https://attack.mitre.org/datacomponents/%s/\" "
		"rel=\"noreferrer\">",
		item->component->id);
	pk_html_put(out->buf, item->component->name);
	pk_buf_puts(out->buf, "</a></th><td>");
	put_events(out, item->fed_by, item->collected);
	pk_buf_printf(out->buf,
		"</td><td class=\"n\">%zu</td><td class=\"n\">%zu</td><td class=\"n\">%zu</td>"
		"<td>",
		item->techniques.len, item->uncollected.len, item->unlabelled.len);
	pk_coverage_put_html_bar(out->buf, counts, item->techniques.len);
	pk_buf_puts(out->buf, "</td></tr>\n");
	if (item->uncollected.len + item->unlabelled.len == 0)
		return;
	pk_buf_puts(out->buf, "<tr class=\"more-row\"><td colspan=\"6\">");
	put_ids(out, "to collect", item->uncollected.items, item->uncollected.len);
	put_ids(out, "to label", item->unlabelled.items, item->unlabelled.len);
	pk_buf_puts(out->buf, "</td></tr>\n");
}

static void put_gaps(const struct html_out *out)
{
	const struct pk_coverage_components *components = &out->view->components;
	for (size_t i = 0; i < components->items.len; i++) {
		if (components->items.items[i].fed_by != 0)
			put_component(out, &components->items.items[i]);
	}
}

static void put_out_of_reach(const struct html_out *out)
{
	const struct pk_coverage_components *components = &out->view->components;
	for (size_t i = 0; i < components->items.len; i++) {
		const struct pk_coverage_component *item = &components->items.items[i];
		if (item->fed_by != 0)
			continue;
		pk_buf_puts(out->buf, "<tr><th scope=\"row\">");
		pk_html_put(out->buf, item->component->name);
		pk_buf_puts(out->buf, "</th><td>");
		pk_html_put(out->buf, item->component->data_source);
		pk_buf_printf(out->buf,
			"</td><td class=\"n\">%zu</td><td class=\"n\">%zu</td></tr>\n"
			"<tr class=\"more-row\"><td colspan=\"4\">",
			item->techniques.len, item->only);
		put_ids(out, "techniques", item->techniques.items, item->techniques.len);
		pk_buf_puts(out->buf, "</td></tr>\n");
	}
}

static void put_stale_row(const struct html_out *out, const struct pk_coverage_stale *stale)
{
	pk_buf_printf(out->buf, "<tr><th scope=\"row\">%s</th><td>", stale->id);
	if (stale->technique != NULL)
		pk_html_put(out->buf, stale->technique->name);
	else
		pk_buf_puts(out->buf, "unknown to ATT&amp;CK");
	pk_buf_puts(out->buf, "</td><td>");
	if (stale->current != NULL) {
		pk_buf_printf(out->buf, "%s ", stale->current->id);
		pk_html_put(out->buf, pk_coverage_technique_name(out->coverage, stale->current));
	} else {
		pk_buf_puts(out->buf, "nowhere");
	}
	pk_buf_printf(out->buf, "</td><td class=\"n\">%zu</td></tr>\n", stale->rules.len);
}

static void put_stale(const struct html_out *out)
{
	const struct pk_coverage *coverage = out->coverage;
	if (coverage->stale.len == 0)
		return;
	pk_buf_puts(out->buf,
		"<h2>Labels that are no active technique<small>retired by MITRE or never "
		"there</small></h2>\n<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">"
		"Label</th><th scope=\"col\">Name</th><th scope=\"col\">Counted at</th>"
		"<th scope=\"col\" class=\"n\">Rules</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < coverage->stale.len; i++)
		put_stale_row(out, &coverage->stale.items[i]);
	pk_buf_puts(out->buf, "</tbody>\n</table></div>\n");
}

/* --- the page --- */

struct part {
	const char *name;
	void (*put)(const struct html_out *out);
};

static const struct part parts[] = {
	{"cards", put_cards},
	{"copyright", put_copyright},
	{"data", put_data},
	{"gaps", put_gaps},
	{"legend", put_legend},
	{"matrix", put_matrix},
	{"name", put_name},
	{"out-of-reach", put_out_of_reach},
	{"stale", put_stale},
	{"subtitle", put_subtitle},
};

static void put_part(const struct html_out *out, const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (strlen(parts[i].name) == len && memcmp(parts[i].name, name, len) == 0)
			parts[i].put(out);
	}
}

void pk_coverage_put_html(struct pk_buf *buf, const struct pk_coverage_view *view)
{
	struct html_out out = {.buf = buf, .view = view, .coverage = view->coverage};
	const char *rest = pk_coverage_page;
	for (;;) {
		const char *begin = strstr(rest, part_begin);
		const char *end = begin == NULL ? NULL : strstr(begin, part_end);
		if (end == NULL)
			break;
		pk_buf_put(buf, rest, (size_t)(begin - rest));
		begin += strlen(part_begin);
		put_part(&out, begin, (size_t)(end - begin));
		rest = end + strlen(part_end);
	}
	pk_buf_puts(buf, rest);
}
