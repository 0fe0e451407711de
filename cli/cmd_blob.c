/* blob: the binary rules that Sysmon keeps in the registry, from XML, to XML, and for reading. */
#include <string.h>

#include "base/escape.h"
#include "base/file.h"
#include "base/json_out.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/print.h"
#include "generators/blob/blob_read.h"
#include "generators/sysmon/sysmon_convert.h"
#include "generators/sysmon/sysmon_read.h"
#include "generators/sysmon/sysmon_write.h"

struct blob_options {
	const char *output;
	const char *schema;
	int platform;
};

const struct pk_option pk_cmd_blob_options[] = {
	{PK_OPT_TEXT, 'o', "output", "FILE", offsetof(struct blob_options, output),
		"where to write (- is standard output)"},
	{PK_OPT_CHOICE, 0, "platform", "windows|linux", offsetof(struct blob_options, platform),
		"encode: whose Sysmon (default windows)"},
	{PK_OPT_TEXT, 0, "schema", "V", offsetof(struct blob_options, schema),
		"encode: as the parser whose newest schema is V writes (default 4.91)"},
	PK_OPTIONS_END,
};

/* What the actions work with. */
struct blob_run {
	struct pk_cli *cli;
	struct blob_options options;
	const char *input;
	struct pk_diags diags;
};

/* Prints the findings as talk; the result is the exit status. */
static int finish(struct blob_run *run)
{
	struct pk_print_context context = {.to_err = true, .inputs = &run->input, .input_count = 1};
	pk_print_diags(run->cli, &run->diags, run->cli->common.format, &context);
	return pk_cli_status(run->cli, &run->diags);
}

/* --- encode --- */

/* The header of binary rules got its present form with the parser of schema 4.21. */
static bool take_schema(uint32_t *version_out, struct blob_run *run)
{
	enum pk_platform platform = (enum pk_platform)run->options.platform;
	const char *text = run->options.schema;
	if (text == NULL) {
		*version_out = pk_schema_newest(platform);
		return true;
	}
	return pk_schema_parse_version(version_out, text) && *version_out >= PK_VERSION(4, 21) &&
		pk_schema_make(run->cli->arena, platform, *version_out) != NULL;
}

/* Sysmon accepts a file of which it loses elements, so the binary rules are right without them. */
static void accept_lost_elements(struct pk_diags *diags)
{
	for (size_t i = 0; i < diags->all.len; i++) {
		struct pk_diag *diag = &diags->all.items[i];
		if (diag->severity != PK_ERROR || diag->code < PK_ELEMENT_TAKEN_BACK ||
			diag->code > PK_ELEMENT_LOST)
			continue;
		diag->severity = PK_WARNING;
		diags->errors--;
		diags->warnings++;
	}
}

static int run_encode(struct blob_run *run)
{
	struct pk_diags *diags = &run->diags;
	struct pk_sysmon_options options = {
		.platform = (enum pk_platform)run->options.platform, .recover = true};
	if (!take_schema(&options.parser, run))
		return pk_cli_usage_error(run->cli,
			"no schema '%s' to encode for; they run from 4.21 to 4.91",
			run->options.schema);
	struct pk_source *source = pk_file_read(run->cli->arena, run->input, 0, diags);
	if (source == NULL)
		return finish(run);

	PK_BUF_AUTO out = {0};
	struct pk_sysmon *sysmon = pk_sysmon_read(source, &options, diags);
	/* A refused document is not encoded, only looked through for what else is wrong. */
	if (sysmon->rejected && sysmon->schema != NULL) {
		pk_sysmon_convert(sysmon, NULL, NULL, diags);
		pk_sysmon_check_entries(sysmon, diags);
	}
	if (!pk_blob_encode(&out, sysmon, diags))
		return finish(run);
	accept_lost_elements(diags);
	if (out.len == 0)
		pk_report(diags, PK_BLOB_NO_RULES, pk_span_file(sysmon->source),
			"configuration has no rules: the binary rules are empty");
	pk_file_write(run->options.output, out.len == 0 ? "" : out.data, out.len, diags);
	return finish(run);
}

/* --- decode --- */

static int run_decode(struct blob_run *run)
{
	struct pk_diags *diags = &run->diags;
	struct pk_source *source = pk_file_read(run->cli->arena, run->input, PK_BLOB_LIMIT, diags);
	struct pk_sysmon *sysmon = source == NULL ? NULL : pk_blob_decode(source, diags);
	if (sysmon == NULL)
		return finish(run);

	PK_BUF_AUTO out = {0};
	pk_sysmon_write(&out, sysmon);
	pk_file_write(run->options.output, out.data, out.len, diags);
	return finish(run);
}

/* --- show --- */

static void put_filter(struct pk_json_out *json, const struct pk_blob_filter *filter)
{
	pk_json_out_open_object(json, NULL);
	pk_json_out_number(json, "offset", filter->offset);
	pk_json_out_text(json, "field", filter->field_name);
	pk_json_out_text(json, "condition", pk_operator_info(filter->op)->name);
	pk_json_out_text(json, "value", filter->value);
	pk_json_out_text(json, "name", filter->name);
	pk_json_out_number(json, "rule", filter->rule);
	pk_json_out_close_object(json);
}

static void put_rule(struct pk_json_out *json, const struct pk_blob_rule *rule)
{
	pk_json_out_open_object(json, NULL);
	pk_json_out_number(json, "offset", rule->offset);
	pk_json_out_number(json, "number", rule->number);
	pk_json_out_text(json, "relation", rule->relation_and ? "and" : "or");
	pk_json_out_text(json, "name", rule->name);
	pk_json_out_close_object(json);
}

static void put_records(
	struct pk_json_out *json, const struct pk_blob_event *event, const char *name, bool rules)
{
	pk_json_out_open_array(json, name);
	for (size_t i = 0; i < event->records.len; i++) {
		const struct pk_blob_record *record = &event->records.items[i];
		if (record->is_rule != rules)
			continue;
		if (rules)
			put_rule(json, &record->rule);
		else
			put_filter(json, &record->filter);
	}
	pk_json_out_close_array(json);
}

static void put_event(struct pk_json_out *json, const struct pk_blob_event *event)
{
	pk_json_out_open_object(json, NULL);
	pk_json_out_number(json, "offset", event->offset);
	pk_json_out_number(json, "id", event->event->id);
	pk_json_out_text(json, "tag", event->event->tag);
	pk_json_out_text(json, "onmatch", event->include ? "include" : "exclude");
	pk_json_out_text(json, "relation", event->relation_and ? "and" : "or");
	put_records(json, event, "rules", true);
	put_records(json, event, "filters", false);
	pk_json_out_close_object(json);
}

static void put_json(struct pk_buf *buf, const struct blob_run *run, const struct pk_blob *blob)
{
	struct pk_arena *arena = run->cli->arena;
	struct pk_json_out json = {.buf = buf};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	pk_json_out_text(&json, "file", run->input);
	pk_json_out_text(
		&json, "binary_version", pk_schema_version_text(arena, blob->binary_version));
	pk_json_out_text(&json, "schema_version", pk_schema_version_text(arena, blob->version));
	pk_json_out_text(
		&json, "platform", blob->parser->platform == PK_LINUX ? "linux" : "windows");
	pk_json_out_number(&json, "bytes", blob->source->len);
	pk_json_out_open_array(&json, "events");
	for (size_t i = 0; i < blob->events.len; i++)
		put_event(&json, &blob->events.items[i]);
	pk_json_out_close_array(&json);
	pk_json_out_close_object(&json);
	pk_buf_putc(buf, '\n');
}

/* The listing, safe for a terminal. */
static void put_text(struct pk_buf *buf, const struct pk_blob *blob)
{
	PK_BUF_AUTO listing = {0};
	pk_blob_show(&listing, blob);
	const char *end = listing.data + listing.len;
	for (const char *line = listing.data; line < end;) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		pk_escape_put_len(buf, line, (size_t)(stop - line));
		pk_buf_putc(buf, '\n');
		line = stop + 1;
	}
}

static int run_show(struct blob_run *run)
{
	struct pk_source *source =
		pk_file_read(run->cli->arena, run->input, PK_BLOB_LIMIT, &run->diags);
	struct pk_blob *blob = source == NULL ? NULL : pk_blob_read(source, &run->diags);
	if (blob == NULL)
		return finish(run);

	PK_BUF_AUTO buf = {0};
	if (run->cli->common.format == PK_FORMAT_JSON)
		put_json(&buf, run, blob);
	else
		put_text(&buf, blob);
	pk_cli_put(run->cli, run->cli->out, &buf);
	return finish(run);
}

/* --- the command --- */

struct blob_action {
	const char *name;
	bool writes; /* needs --output */
	int (*run)(struct blob_run *run);
};

static const struct blob_action actions[] = {
	{"decode", true, run_decode},
	{"encode", true, run_encode},
	{"show", false, run_show},
};

int pk_cmd_blob(struct pk_cli *cli, int argc, char **argv)
{
	struct blob_run run = {.cli = cli, .diags = {.arena = cli->arena}};
	struct pk_texts words = {0};
	if (!pk_options_parse(cli, &run.options, &words, argc, argv))
		return cli->status;
	if (words.len != 2)
		return pk_cli_usage_error(cli, "give encode, decode or show, and one file");

	run.input = words.items[1];
	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++) {
		const struct blob_action *action = &actions[i];
		if (!pk_text_equal(words.items[0], action->name))
			continue;
		if (action->writes && run.options.output == NULL)
			return pk_cli_usage_error(cli, "say with -o where to write");
		return action->run(&run);
	}
	return pk_cli_usage_error(cli, "'%s' is not encode, decode or show", words.items[0]);
}
