#include "generators/sysmon/sysmon_write.h"

#include <string.h>

#include "base/xml.h"

static void put_indent(struct pk_buf *out, size_t depth)
{
	for (size_t i = 0; i < depth; i++)
		pk_buf_puts(out, "  ");
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t';
}

/* XML comments cannot hold "--" nor end in '-': a blank goes between. */
static void put_comment(struct pk_buf *out, size_t depth, const char *comment)
{
	if (comment == NULL || comment[0] == '\0')
		return;
	put_indent(out, depth);
	pk_buf_puts(out, is_blank(comment[0]) ? "<!--" : "<!-- ");
	char last = '\0';
	for (const char *c = comment; *c != '\0'; c++) {
		if (*c == '-' && last == '-')
			pk_buf_putc(out, ' ');
		pk_buf_putc(out, *c);
		last = *c;
	}
	pk_buf_puts(out, is_blank(last) ? "-->\n" : " -->\n");
}

static void put_attr(struct pk_buf *out, const char *name, const char *value)
{
	if (value == NULL)
		return;
	pk_buf_putc(out, ' ');
	pk_buf_puts(out, name);
	pk_buf_puts(out, "=\"");
	pk_xml_put_attr(out, value);
	pk_buf_putc(out, '"');
}

/* --- configuration entries --- */

static bool is_self_closed(const struct pk_sysmon_entry *entry)
{
	return strcmp(entry->name, "CaptureClipboard") == 0;
}

/* An empty CDATA section is a text node, which nothing at all would not be. */
static void put_entry(struct pk_buf *out, const struct pk_sysmon_entry *entry)
{
	put_comment(out, 1, entry->comment);
	pk_buf_printf(out, "  <%s>", entry->name);
	if (entry->value[0] == '\0')
		pk_buf_puts(out, "<![CDATA[]]>");
	pk_xml_put_text(out, entry->value);
	pk_buf_printf(out, "</%s>\n", entry->name);
}

static void put_entries(struct pk_buf *out, const struct pk_sysmon *sysmon)
{
	const struct pk_sysmon_entry *last = NULL;
	for (size_t i = 0; i < sysmon->entries.len; i++) {
		const struct pk_sysmon_entry *entry = &sysmon->entries.items[i];
		if (is_self_closed(entry))
			last = entry;
		else if (entry->value == NULL)
			break;
		else
			put_entry(out, entry);
	}
	if (last == NULL)
		return;
	put_comment(out, 1, last->comment);
	pk_buf_printf(out, "  <%s/>\n", last->name);
}

/* --- events --- */

static void put_filter(struct pk_buf *out, size_t depth, const struct pk_filter *filter)
{
	bool named = filter->condition != NULL && filter->condition[0] != '\0';
	put_comment(out, depth, filter->comment);
	put_indent(out, depth);
	pk_buf_putc(out, '<');
	pk_buf_puts(out, filter->field);
	put_attr(out, "condition", named ? filter->condition : "is");
	put_attr(out, "name", filter->name);
	pk_buf_putc(out, '>');
	pk_xml_put_text(out, filter->value);
	pk_buf_puts(out, "</");
	pk_buf_puts(out, filter->field);
	pk_buf_puts(out, ">\n");
}

/* A Rule without filters keeps the blank inside: without it Sysmon's parser ends abnormally. */
static void put_term(struct pk_buf *out, size_t depth, const struct pk_term *term)
{
	if (!term->is_rule) {
		put_filter(out, depth, &term->filter);
		return;
	}
	put_comment(out, depth, term->comment);
	put_indent(out, depth);
	pk_buf_puts(out, "<Rule");
	put_attr(out, "groupRelation", term->relation);
	put_attr(out, "name", term->name);
	pk_buf_puts(out, ">\n");
	for (size_t i = 0; i < term->filters.len; i++)
		put_filter(out, depth + 1, &term->filters.items[i]);
	put_indent(out, depth);
	pk_buf_puts(out, "</Rule>\n");
}

static void put_event(struct pk_buf *out, size_t depth, const struct pk_element *element)
{
	put_indent(out, depth);
	pk_buf_printf(out, "<%s", element->tag);
	put_attr(out, "onmatch", element->onmatch);
	put_attr(out, "default", element->fallback);
	if (element->terms.len == 0) {
		pk_buf_puts(out, "/>\n");
		return;
	}
	pk_buf_puts(out, ">\n");
	for (size_t i = 0; i < element->terms.len; i++)
		put_term(out, depth + 1, &element->terms.items[i]);
	put_indent(out, depth);
	pk_buf_printf(out, "</%s>\n", element->tag);
}

static void put_element(struct pk_buf *out, const struct pk_element *element)
{
	put_comment(out, 2, element->comment);
	if (!element->in_group) {
		put_event(out, 2, element);
		return;
	}
	pk_buf_puts(out, "    <RuleGroup");
	put_attr(out, "groupRelation", element->group_relation);
	put_attr(out, "name", element->group_name);
	pk_buf_puts(out, ">\n");
	put_event(out, 3, element);
	pk_buf_puts(out, "    </RuleGroup>\n");
}

void pk_sysmon_write(struct pk_buf *out, const struct pk_sysmon *sysmon)
{
	put_comment(out, 0, sysmon->head_comment);
	pk_buf_puts(out, "<Sysmon");
	if (sysmon->version_text != NULL)
		put_attr(out, "schemaversion", sysmon->version_text);
	else if (sysmon->version != 0)
		pk_buf_printf(out, " schemaversion=\"%u.%02u\"", sysmon->version >> 16,
			sysmon->version & 0xffff);
	pk_buf_puts(out, ">\n");
	put_entries(out, sysmon);
	if (sysmon->elements.len > 0) {
		pk_buf_puts(out, "  <EventFiltering>\n");
		for (size_t i = 0; i < sysmon->elements.len; i++)
			put_element(out, &sysmon->elements.items[i]);
		pk_buf_puts(out, "  </EventFiltering>\n");
	}
	pk_buf_puts(out, "</Sysmon>\n");
}
