/* rollback: takes back what a rollout has changed, on hosts that nobody changed since. */
#include <string.h>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/fleet/push.h"
#include "cli/fleet/reading.h"
#include "generators/blob/blob_read.h"
#include "generators/sysmon/sysmon_write.h"

struct rollback_options {
	struct pk_fleet_options fleet;
	struct pk_push_options push;
	const char *rollout;
};

const struct pk_option pk_cmd_rollback_options[] = {
	PK_FLEET_OPTIONS(struct rollback_options),
	{PK_OPT_TEXT, 0, "bundles", "DIR", offsetof(struct rollback_options, fleet.bundles),
		"store of sensor bundles (default in XDG_DATA_HOME)"},
	PK_FLEET_CONNECT_OPTIONS(struct rollback_options),
	PK_PUSH_OPTIONS(struct rollback_options),
	{PK_OPT_TEXT, 0, "rollout", "ID", offsetof(struct rollback_options, rollout),
		"what to take back (default the last that was not)"},
	PK_OPTIONS_END,
};

/* What the command was given. */
struct given {
	const struct rollback_options *options;
	bool all; /* no selector: hosts that are not in the inventory any more are meant, too */
};

/* What goes through the stages of the command. */
struct rollback {
	struct pk_fleet *fleet;
	bool all;
	struct pk_map selected; /* by name */
	struct pk_map taken;	/* hosts that another rollback of it was about */
	struct pk_rollout_row row;
	struct pk_task_rows tasks;
	const char **expected; /* of each host of the selection */
	struct pk_diags *diags;
};

/* The file that live rules were made of, as far as they tell: for hosts that keep no file. */
static const struct pk_content *decode_rules(struct rollback *back, const char *digest)
{
	struct pk_arena *arena = back->fleet->cli->arena;
	const struct pk_content *rules = pk_contents_find(back->fleet->contents, digest);
	if (rules == NULL)
		return NULL;
	struct pk_diags quiet = {.arena = arena};
	struct pk_sysmon *sysmon =
		pk_blob_decode(pk_source_make(arena, digest, rules->bytes, rules->len), &quiet);
	if (sysmon == NULL)
		return NULL;
	PK_BUF_AUTO xml = {0};
	pk_sysmon_write(&xml, sysmon);
	struct pk_content *content = PK_NEW(arena, struct pk_content);
	pk_content_init(content, pk_arena_strndup(arena, xml.data, xml.len), xml.len,
		"configuration decoded from live rules");
	content->rules = rules->digest;
	return content;
}

/* The configuration of then; NULL: there was none, or nobody has it. */
static const struct pk_content *find_content(struct rollback *back, const struct pk_facts *before)
{
	const struct pk_content *content = NULL;
	if (before->config != NULL)
		content = pk_contents_find(back->fleet->contents, before->config);
	if (content == NULL && before->rules != NULL)
		content = decode_rules(back, before->rules);
	return content;
}

/* The bundle that the version of then is installed from, as far as anybody knows. */
static const struct pk_bundle *find_bundle(
	struct rollback *back, const struct pk_facts *before, const struct pk_desired *was)
{
	struct pk_diags quiet = {.arena = back->fleet->cli->arena};
	const struct pk_bundle *bundle = NULL;
	if (was->bundle != NULL &&
		(before->version == NULL || strcmp(before->version, was->bundle->version) == 0))
		return was->bundle;
	/* The host's record names the bundle that it was installed from, if it was by us. */
	if (before->record.present && before->record.bundle != NULL)
		bundle = pk_fleet_open_bundle(back->fleet, before->record.bundle, &quiet);
	if (was->bundle != NULL &&
		(bundle == NULL || strcmp(before->version, bundle->version) != 0))
		bundle = pk_fleet_open_bundle(back->fleet,
			pk_arena_printf(quiet.arena, "%s@%s", was->bundle->name, before->version),
			&quiet);
	return bundle;
}

static void refuse(struct rollback *back, const struct pk_task_row *task, const char *why)
{
	pk_report(back->diags, PK_ROLLBACK_CANNOT, PK_NO_SPAN, "'%s' cannot be brought back: %s",
		task->host, why);
}

/* Adds the host to those that are brought back, if it can be. */
static void undo(struct rollback *back, const struct pk_task_row *task)
{
	struct pk_fleet *fleet = back->fleet;
	struct pk_arena *arena = fleet->cli->arena;
	struct pk_facts before, after;
	struct pk_desired was, desired;
	const char *why = "what it was like is not known";
	const struct pk_host *host = pk_inventory_find(fleet->inventory, task->host);
	if (host == NULL) {
		refuse(back, task, "it is not in the inventory any more");
		return;
	}
	if (!pk_reading_parse_facts(&before, arena, task->before) ||
		!pk_reading_parse_facts(&after, arena, task->after)) {
		refuse(back, task, why);
		return;
	}
	if (!pk_push_read_desired(&was, fleet, task->desired, back->diags))
		return;
	if (!pk_change_undo(&desired, arena, &before, &was, find_content(back, &before),
		    find_bundle(back, &before, &was), &why)) {
		refuse(back, task, why);
		return;
	}
	desired.state_dir = host->state_dir;
	desired.install_dir = host->install_dir;
	desired.become = host->ssh.become;
	char *digest = pk_arena_alloc(arena, PK_DIGEST_TEXT);
	pk_facts_print(digest, &after);
	size_t at = fleet->selection.len++;
	fleet->selection.items[at] = host;
	fleet->desired[at] = desired;
	back->expected[at] = digest;
}

/* Is it to be brought back: changed, selected, and by no other rollback yet? */
static bool is_meant(const struct rollback *back, const struct pk_task_row *task)
{
	return task->touched && pk_map_find(&back->taken, task->host) == NULL &&
		(back->all || pk_map_find(&back->selected, task->host) != NULL);
}

/* Hosts that were changed last are brought back first. */
static void undo_all(struct rollback *back)
{
	struct pk_fleet *fleet = back->fleet;
	struct pk_arena *arena = fleet->cli->arena;
	fleet->selection = (struct pk_selection){
		PK_NEW_ARRAY(arena, const struct pk_host *, back->tasks.len), 0};
	fleet->desired = PK_NEW_ARRAY(arena, struct pk_desired, back->tasks.len);
	back->expected = PK_NEW_ARRAY(arena, const char *, back->tasks.len);
	for (size_t i = back->tasks.len; i-- > 0;) {
		if (is_meant(back, &back->tasks.items[i]))
			undo(back, &back->tasks.items[i]);
	}
}

/* --- which rollout --- */

static void select_by_name(struct rollback *back)
{
	const struct pk_selection *selection = &back->fleet->selection;
	for (size_t i = 0; i < selection->len; i++)
		pk_map_set(back->fleet->cli->arena, &back->selected, selection->items[i]->name,
			(void *)selection->items[i]);
}

/* Takes the rollout at `at`, with the hosts that rollbacks of it were about; the newest is first.
 */
static bool take_rollout(struct rollback *back, const struct pk_rollout_rows *rows, size_t at)
{
	struct pk_arena *arena = back->fleet->cli->arena;
	struct pk_store *store = back->fleet->store;
	back->row = rows->items[at];
	back->tasks = (struct pk_task_rows){0};
	back->taken = (struct pk_map){0};
	for (size_t i = 0; i < at; i++) {
		const struct pk_rollout_row *row = &rows->items[i];
		struct pk_task_rows tasks = {0};
		if (row->undoes == NULL || strcmp(row->undoes, back->row.id) != 0)
			continue;
		if (!pk_store_list_tasks(&tasks, arena, store, row->id, back->diags))
			return false;
		for (size_t k = 0; k < tasks.len; k++)
			pk_map_set(arena, &back->taken, tasks.items[k].host, back);
	}
	return pk_store_list_tasks(&back->tasks, arena, store, back->row.id, back->diags);
}

/* Has the rollout a host that is to be brought back? A rollback passed over those that are gone. */
static bool has_any(const struct rollback *back)
{
	bool again = back->taken.len > 0;
	for (size_t i = 0; i < back->tasks.len; i++) {
		const struct pk_task_row *task = &back->tasks.items[i];
		bool gone = pk_inventory_find(back->fleet->inventory, task->host) == NULL;
		if (is_meant(back, task) && !(again && gone))
			return true;
	}
	return false;
}

/* The last rollout that has changed a host that is meant and was not taken back. */
static bool find_last(struct rollback *back, const struct pk_rollout_rows *rows)
{
	for (size_t i = 0; i < rows->len; i++) {
		if (rows->items[i].kind == PK_ROLLOUT_ROLLBACK)
			continue;
		if (!take_rollout(back, rows, i))
			return false;
		if (has_any(back))
			return true;
	}
	pk_report(back->diags, PK_ROLLBACK_NOTHING, PK_NO_SPAN,
		"there is no rollout that could be taken back%s",
		back->all ? "" : " on these hosts");
	return false;
}

static bool find_named(struct rollback *back, const struct pk_rollout_rows *rows, const char *id)
{
	for (size_t i = 0; i < rows->len; i++) {
		if (strcmp(rows->items[i].id, id) != 0)
			continue;
		bool taken = take_rollout(back, rows, i);
		/* Who names it means all that it has changed. */
		back->taken = (struct pk_map){0};
		return taken;
	}
	pk_report(back->diags, PK_ROLLOUT_UNKNOWN, PK_NO_SPAN, "there is no rollout '%s'", id);
	return false;
}

static bool find(struct rollback *back, const char *id)
{
	struct pk_fleet *fleet = back->fleet;
	struct pk_rollout_rows rows = {0};
	if (!pk_store_list_rollouts(&rows, fleet->cli->arena, fleet->store, 0, back->diags))
		return false;
	return id == NULL ? find_last(back, &rows) : find_named(back, &rows, id);
}

static int rollback(struct pk_fleet *fleet, void *data, struct pk_diags *diags)
{
	const struct given *given = data;
	const struct rollback_options *options = given->options;
	struct rollback back = {.fleet = fleet, .all = given->all, .diags = diags};
	select_by_name(&back);
	if (!pk_fleet_find_store(fleet, true, diags) || !find(&back, options->rollout))
		return pk_cli_status(fleet->cli, diags);
	undo_all(&back);
	if (fleet->selection.len == 0) {
		if (diags->errors == 0)
			pk_report(diags, PK_ROLLBACK_NOTHING, PK_NO_SPAN,
				"rollout '%s' has changed none of these hosts", back.row.id);
		return pk_cli_status(fleet->cli, diags);
	}
	if (!pk_fleet_open_ssh(fleet, diags))
		return pk_cli_status(fleet->cli, diags);
	const struct pk_push push = {.fleet = fleet,
		.options = &options->push,
		.kind = PK_ROLLOUT_ROLLBACK,
		.expected = back.expected,
		.undoes = back.row.id};
	size_t refused = diags->errors;
	int status = pk_push_run(&push, diags);
	return status == PK_EXIT_OK && refused > 0 ? PK_EXIT_SOME_HOSTS : status;
}

int pk_cmd_rollback(struct pk_cli *cli, int argc, char **argv)
{
	struct rollback_options options = {0};
	struct pk_texts selectors = {0};
	if (!pk_options_parse(cli, &options, &selectors, argc, argv))
		return cli->status;

	struct given given = {&options, selectors.len == 0};
	return pk_fleet_command(cli, &options.fleet, &selectors, rollback, &given);
}
