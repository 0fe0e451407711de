/* A listing of binary rules: one line a record, with its offset. */
#include "base/json.h"
#include "generators/blob/blob_read.h"

static void put_name(struct pk_buf *out, const char *name)
{
	if (name[0] == '\0')
		return;
	pk_buf_puts(out, " name=");
	pk_json_put_string(out, name);
}

static void put_filter(struct pk_buf *out, const struct pk_blob_filter *filter)
{
	pk_buf_printf(out, "%8u  %s%s %s ", filter->offset, filter->rule != 0 ? "    " : "  ",
		filter->field_name, pk_operator_info(filter->op)->name);
	pk_json_put_string(out, filter->value);
	put_name(out, filter->name);
	pk_buf_putc(out, '\n');
}

static void put_rule(struct pk_buf *out, const struct pk_blob_rule *rule)
{
	pk_buf_printf(out, "%8u    Rule %u %s", rule->offset, rule->number,
		rule->relation_and ? "and" : "or");
	put_name(out, rule->name);
	pk_buf_putc(out, '\n');
}

static void put_event(struct pk_buf *out, const struct pk_blob_event *event)
{
	pk_buf_printf(out, "%8u  %s (%u) %s %s\n", event->offset, event->event->tag,
		event->event->id, event->include ? "include" : "exclude",
		event->relation_and ? "and" : "or");
	for (size_t i = 0; i < event->records.len; i++) {
		const struct pk_blob_record *record = &event->records.items[i];
		if (record->is_rule)
			put_rule(out, &record->rule);
		else
			put_filter(out, &record->filter);
	}
}

static void count_records(const struct pk_blob *blob, size_t *filters_out, size_t *rules_out)
{
	size_t rules = 0;
	size_t all = 0;
	for (size_t e = 0; e < blob->events.len; e++) {
		const struct pk_blob_event *event = &blob->events.items[e];
		all += event->records.len;
		for (size_t i = 0; i < event->records.len; i++)
			rules += event->records.items[i].is_rule ? 1 : 0;
	}
	*filters_out = all - rules;
	*rules_out = rules;
}

void pk_blob_show(struct pk_buf *out, const struct pk_blob *blob)
{
	size_t filters;
	size_t rules;
	count_records(blob, &filters, &rules);
	pk_buf_printf(out, "binary version  %u.%02u (%s)\n", blob->binary_version >> 16,
		blob->binary_version & 0xffff,
		blob->parser->platform == PK_LINUX ? "Sysmon for Linux" : "Sysmon");
	pk_buf_printf(
		out, "schema version  %u.%02u\n", blob->version >> 16, blob->version & 0xffff);
	pk_buf_printf(out, "bytes           %zu\n", blob->source->len);
	pk_buf_printf(out, "events          %zu\n", blob->events.len);
	pk_buf_printf(out, "filters         %zu\n", filters);
	pk_buf_printf(out, "Rules           %zu\n", rules);
	if (blob->events.len > 0)
		pk_buf_puts(out, "\n  offset\n");
	for (size_t e = 0; e < blob->events.len; e++)
		put_event(out, &blob->events.items[e]);
}
