/* attack: what ATT&CK says of techniques, and taking rules from one release to another. */
#include "cli/attack.h"

#include <string.h>

#include "base/json_out.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/print.h"

enum { ANY_STATUS = -1 };

const struct pk_option pk_cmd_attack_options[] = {
	{PK_OPT_FLAG, 'n', "dry-run", NULL, offsetof(struct pk_attack_options, dry_run),
		"migrate: print what would change as a diff, write nothing"},
	{PK_OPT_TEXT, 0, "from", "V", offsetof(struct pk_attack_options, from),
		"migrate: release that files are written for which do not say it"},
	{PK_OPT_TEXT, 0, "release", "V", offsetof(struct pk_attack_options, release),
		"list, show: release of ATT&CK, 19.2 (default) or 18.1"},
	{PK_OPT_CHOICE, 0, "status", "active|revoked|deprecated",
		offsetof(struct pk_attack_options, status), "list: only techniques of this status"},
	{PK_OPT_TEXT, 0, "tactic", "NAME", offsetof(struct pk_attack_options, tactic),
		"list: only techniques of this tactic, by name, short name or id"},
	{PK_OPT_TEXT, 0, "to", "V", offsetof(struct pk_attack_options, to),
		"migrate: release to go to (default 19.2)"},
	PK_OPTIONS_END,
};

static const char *const status_names[] = {
	[PK_TECHNIQUE_ACTIVE] = "active",
	[PK_TECHNIQUE_REVOKED] = "revoked",
	[PK_TECHNIQUE_DEPRECATED] = "deprecated",
};

static bool wants_json(const struct pk_attack_run *run)
{
	return run->cli->common.format == PK_FORMAT_JSON;
}

int pk_attack_finish(struct pk_attack_run *run)
{
	struct pk_print_context context = {.to_err = true};
	pk_print_diags(run->cli, &run->diags, run->cli->common.format, &context);
	return pk_cli_status(run->cli, &run->diags);
}

void pk_attack_put_copyright(struct pk_buf *buf, const struct pk_attack_run *run)
{
	if (!wants_json(run)) {
		pk_buf_printf(buf, "ATT&CK %s. %s\n", pk_attack_version(run->attack),
			pk_attack_copyright(run->attack));
		return;
	}
	struct pk_json_out json = {.buf = buf};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	pk_json_out_text(&json, "attack", pk_attack_version(run->attack));
	pk_json_out_text(&json, "copyright", pk_attack_copyright(run->attack));
	pk_json_out_close_object(&json);
	pk_buf_putc(buf, '\n');
}

static void put_names(struct pk_buf *buf, struct pk_attack_names names)
{
	for (size_t i = 0; i < names.len; i++)
		pk_buf_printf(buf, "%s%s", i == 0 ? "" : ", ", names.items[i]);
}

static void put_json_names(struct pk_json_out *json, const char *name, struct pk_attack_names names)
{
	pk_json_out_open_array(json, name);
	for (size_t i = 0; i < names.len; i++)
		pk_json_out_text(json, NULL, names.items[i]);
	pk_json_out_close_array(json);
}

static void put_json_facts(struct pk_json_out *json, const struct pk_technique *technique)
{
	pk_json_out_number(json, "schema", 1);
	pk_json_out_text(json, "id", technique->id);
	pk_json_out_text(json, "name", technique->name);
	pk_json_out_text(json, "status", status_names[technique->status]);
	if (technique->replacement != NULL)
		pk_json_out_text(json, "replacement", technique->replacement);
	put_json_names(json, "tactics", technique->tactics);
	put_json_names(json, "platforms", technique->platforms);
}

/* --- list --- */

/* The tactic that the user names, or NULL. */
static const struct pk_tactic *find_tactic(const struct pk_attack *attack, const char *name)
{
	size_t count;
	const struct pk_tactic *tactics = pk_attack_tactics(attack, &count);
	for (size_t i = 0; i < count; i++) {
		if (pk_text_equal_nocase(tactics[i].short_name, name) ||
			pk_text_equal_nocase(tactics[i].name, name) ||
			pk_text_equal_nocase(tactics[i].id, name))
			return &tactics[i];
	}
	return NULL;
}

static bool has_tactic(const struct pk_technique *technique, const struct pk_tactic *tactic)
{
	for (size_t i = 0; i < technique->tactics.len; i++) {
		if (pk_text_equal(technique->tactics.items[i], tactic->short_name))
			return true;
	}
	return false;
}

static void put_row(struct pk_buf *buf, const struct pk_technique *technique, bool is_json)
{
	if (is_json) {
		struct pk_json_out json = {.buf = buf};
		pk_json_out_open_object(&json, NULL);
		put_json_facts(&json, technique);
		pk_json_out_close_object(&json);
		pk_buf_putc(buf, '\n');
		return;
	}
	pk_buf_printf(buf, "%-9s  %-10s  %s", technique->id, status_names[technique->status],
		technique->name);
	if (technique->replacement != NULL)
		pk_buf_printf(buf, " -> %s", technique->replacement);
	pk_buf_puts(buf, " (");
	put_names(buf, technique->tactics);
	pk_buf_puts(buf, ")\n");
}

static int run_list(struct pk_attack_run *run)
{
	const struct pk_attack_options *options = &run->options;
	const struct pk_tactic *tactic = NULL;
	if (run->arguments.len != 0)
		return pk_cli_usage_error(run->cli, "list takes no arguments");
	if (options->tactic != NULL) {
		tactic = find_tactic(run->attack, options->tactic);
		if (tactic == NULL)
			return pk_cli_usage_error(run->cli, "ATT&CK %s has no tactic '%s'",
				pk_attack_version(run->attack), options->tactic);
	}

	PK_BUF_AUTO buf = {0};
	for (size_t i = 0; i < pk_attack_count(run->attack); i++) {
		const struct pk_technique *technique = pk_attack_at(run->attack, i);
		if (options->status != ANY_STATUS && (int)technique->status != options->status)
			continue;
		if (tactic == NULL || has_tactic(technique, tactic))
			put_row(&buf, technique, wants_json(run));
	}
	pk_attack_put_copyright(&buf, run);
	pk_cli_put(run->cli, run->cli->out, &buf);
	return PK_EXIT_OK;
}

/* --- show and history --- */

static void put_line(struct pk_buf *buf, const char *label, struct pk_attack_names names)
{
	if (names.len == 0)
		return;
	pk_buf_printf(buf, "  %-20s  ", label);
	put_names(buf, names);
	pk_buf_putc(buf, '\n');
}

static void put_events(struct pk_buf *buf, const char *label, const unsigned *events, size_t count)
{
	if (count == 0)
		return;
	pk_buf_printf(buf, "  %-20s  ", label);
	for (size_t i = 0; i < count; i++)
		pk_buf_printf(buf, "%s%u", i == 0 ? "" : ", ", events[i]);
	pk_buf_putc(buf, '\n');
}

static void put_json_events(
	struct pk_json_out *json, const char *name, const unsigned *events, size_t count)
{
	pk_json_out_open_array(json, name);
	for (size_t i = 0; i < count; i++)
		pk_json_out_number(json, NULL, events[i]);
	pk_json_out_close_array(json);
}

/* What to write for a retired technique today. */
static void put_follow(struct pk_buf *buf, const struct pk_attack_run *run, const char *id,
	const struct pk_follow *follow)
{
	switch (follow->outcome) {
	case PK_OUTCOME_SAME:
	case PK_OUTCOME_RENAMED:
	case PK_OUTCOME_NOT_YET:
	case PK_OUTCOME_UNKNOWN:
		break;
	case PK_OUTCOME_REPLACED:
		pk_buf_printf(buf, "  %-20s  %s (%s): %s\n", "write", follow->id, follow->name,
			pk_history_print_chain(run->history, id, follow));
		break;
	case PK_OUTCOME_SPLIT:
		pk_buf_printf(buf, "  %-20s  ", "divided, choose one");
		put_names(buf, follow->candidates);
		pk_buf_putc(buf, '\n');
		break;
	case PK_OUTCOME_DEPRECATED:
		pk_buf_printf(buf, "  %-20s  nothing stands in its place\n", "write");
		break;
	}
}

static void put_json_follow(struct pk_json_out *json, const struct pk_follow *follow)
{
	if (follow->outcome == PK_OUTCOME_REPLACED) {
		pk_json_out_open_array(json, "chain");
		for (size_t i = 0; i < follow->steps.len; i++)
			pk_json_out_text(json, NULL, follow->steps.items[i].id);
		pk_json_out_close_array(json);
	}
	if (follow->outcome == PK_OUTCOME_SPLIT)
		put_json_names(json, "candidates", follow->candidates);
}

static void put_changes(
	struct pk_buf *buf, const struct pk_attack_run *run, const struct pk_chronicle *chronicle)
{
	for (size_t i = 0; i < chronicle->count; i++) {
		const struct pk_change *change = &chronicle->changes[i];
		pk_buf_printf(buf, "  %4s  %s",
			pk_history_release_name(run->history, change->release),
			pk_change_name(change->kind));
		if (change->value[0] != '\0')
			pk_buf_printf(buf, ": %s", change->value);
		else if (change->kind == PK_CHANGE_REPLACEMENT)
			pk_buf_puts(buf, ": none");
		pk_buf_putc(buf, '\n');
	}
}

static void put_json_changes(struct pk_json_out *json, const struct pk_attack_run *run,
	const struct pk_chronicle *chronicle)
{
	pk_json_out_open_array(json, "history");
	for (size_t i = 0; i < chronicle->count; i++) {
		const struct pk_change *change = &chronicle->changes[i];
		pk_json_out_open_object(json, NULL);
		pk_json_out_text(
			json, "release", pk_history_release_name(run->history, change->release));
		pk_json_out_text(json, "change", pk_change_name(change->kind));
		pk_json_out_text(json, "value", change->value);
		pk_json_out_close_object(json);
	}
	pk_json_out_close_array(json);
}

static struct pk_follow follow_to_release(const struct pk_attack_run *run, const char *id)
{
	uint32_t release = pk_history_find_release(run->history, pk_attack_version(run->attack));
	return pk_history_follow(run->history, id, PK_RELEASE_UNKNOWN, release);
}

static void put_technique(
	struct pk_buf *buf, const struct pk_attack_run *run, const struct pk_technique *technique)
{
	struct pk_follow follow = follow_to_release(run, technique->id);
	pk_buf_printf(buf, "%s %s\n  %-20s  %s\n", technique->id, technique->name, "status",
		status_names[technique->status]);
	put_follow(buf, run, technique->id, &follow);
	put_line(buf, "tactics", technique->tactics);
	put_line(buf, "platforms", technique->platforms);
	put_line(buf, "detection strategy", technique->strategies);
	put_line(buf, "data components", technique->components);
	put_line(buf, "on Windows", technique->windows_components);
	put_events(buf, "Sysmon events", technique->sysmon_events, technique->sysmon_event_count);
	put_events(buf, "Sysmon for Linux", technique->linux_sysmon_events,
		technique->linux_sysmon_event_count);
	pk_buf_puts(buf, "history\n");
	put_changes(buf, run, pk_history_find(run->history, technique->id));
}

static void put_json_technique(
	struct pk_buf *buf, const struct pk_attack_run *run, const struct pk_technique *technique)
{
	struct pk_follow follow = follow_to_release(run, technique->id);
	struct pk_json_out json = {.buf = buf};
	pk_json_out_open_object(&json, NULL);
	put_json_facts(&json, technique);
	put_json_follow(&json, &follow);
	put_json_names(&json, "strategies", technique->strategies);
	put_json_names(&json, "components", technique->components);
	put_json_names(&json, "windows_components", technique->windows_components);
	put_json_events(
		&json, "sysmon_events", technique->sysmon_events, technique->sysmon_event_count);
	put_json_events(&json, "linux_sysmon_events", technique->linux_sysmon_events,
		technique->linux_sysmon_event_count);
	put_json_changes(&json, run, pk_history_find(run->history, technique->id));
	pk_json_out_close_object(&json);
	pk_buf_putc(buf, '\n');
}

/* The technique that the only argument names; NULL after a report, for the release may lack it. */
static const struct pk_technique *take_technique(struct pk_attack_run *run)
{
	const char *id = run->arguments.items[0];
	const struct pk_technique *technique = pk_attack_find(run->attack, id);
	if (technique == NULL)
		pk_attack_check(run->attack, id, PK_NO_SPAN, &run->diags);
	return technique;
}

static int run_show(struct pk_attack_run *run)
{
	if (run->arguments.len != 1)
		return pk_cli_usage_error(run->cli, "give one technique id");
	const struct pk_technique *technique = take_technique(run);
	if (technique == NULL)
		return pk_attack_finish(run);

	PK_BUF_AUTO buf = {0};
	if (wants_json(run))
		put_json_technique(&buf, run, technique);
	else
		put_technique(&buf, run, technique);
	pk_attack_put_copyright(&buf, run);
	pk_cli_put(run->cli, run->cli->out, &buf);
	return PK_EXIT_OK;
}

static int run_history(struct pk_attack_run *run)
{
	if (run->arguments.len != 1)
		return pk_cli_usage_error(run->cli, "give one technique id");
	const struct pk_technique *technique = take_technique(run);
	if (technique == NULL)
		return pk_attack_finish(run);

	PK_BUF_AUTO buf = {0};
	struct pk_follow follow = follow_to_release(run, technique->id);
	const struct pk_chronicle *chronicle = pk_history_find(run->history, technique->id);
	if (wants_json(run)) {
		struct pk_json_out json = {.buf = &buf};
		pk_json_out_open_object(&json, NULL);
		pk_json_out_number(&json, "schema", 1);
		pk_json_out_text(&json, "id", technique->id);
		put_json_changes(&json, run, chronicle);
		put_json_follow(&json, &follow);
		pk_json_out_close_object(&json);
		pk_buf_putc(&buf, '\n');
	} else {
		pk_buf_printf(&buf, "%s %s\n", technique->id, technique->name);
		put_changes(&buf, run, chronicle);
		put_follow(&buf, run, technique->id, &follow);
	}
	pk_attack_put_copyright(&buf, run);
	pk_cli_put(run->cli, run->cli->out, &buf);
	return PK_EXIT_OK;
}

/* --- the command --- */

struct attack_action {
	const char *name;
	int (*run)(struct pk_attack_run *run);
};

static const struct attack_action actions[] = {
	{"history", run_history},
	{"list", run_list},
	{"migrate", pk_attack_migrate},
	{"show", run_show},
};

int pk_cmd_attack(struct pk_cli *cli, int argc, char **argv)
{
	struct pk_attack_run run = {
		.cli = cli, .options = {.status = ANY_STATUS}, .diags = {.arena = cli->arena}};
	if (!pk_options_parse(cli, &run.options, &run.arguments, argc, argv))
		return cli->status;
	if (run.arguments.len == 0)
		return pk_cli_usage_error(cli, "give list, show, history or migrate");

	const char *release = run.options.release == NULL ? PK_ATTACK_NEWEST : run.options.release;
	run.attack = pk_attack_open_version(cli->arena, release);
	if (run.attack == NULL)
		return pk_cli_usage_error(
			cli, "no catalogue of ATT&CK '%s'; there are 19.2 and 18.1", release);
	run.history = pk_attack_history(run.attack);

	const char *name = run.arguments.items[0];
	run.arguments.items++;
	run.arguments.len--;
	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++) {
		if (pk_text_equal(name, actions[i].name))
			return actions[i].run(&run);
	}
	return pk_cli_usage_error(cli, "'%s' is not list, show, history or migrate", name);
}
