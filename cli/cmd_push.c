/* push: brings the hosts of an inventory to what is wanted on them, wave by wave. */
#include <string.h>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/fleet/push.h"
#include "fleet/store/plan_file.h"

struct push_options {
	struct pk_fleet_options fleet;
	struct pk_push_options push;
	const char *plan;
	const char *signers;
};

const struct pk_option pk_cmd_push_options[] = {
	PK_FLEET_OPTIONS(struct push_options),
	PK_FLEET_WANT_OPTIONS(struct push_options),
	PK_FLEET_CONNECT_OPTIONS(struct push_options),
	PK_PUSH_OPTIONS(struct push_options),
	{PK_OPT_TEXT, 0, "plan", "FILE", offsetof(struct push_options, plan),
		"do what this plan says, on hosts that are as it found them"},
	{PK_OPT_TEXT, 0, "signers", "FILE", offsetof(struct push_options, signers),
		"with --plan: FILE.sig must be the signature of one of these allowed signers"},
	PK_OPTIONS_END,
};

/* The plan of --plan, checked as far as that goes without what is wanted. */
static const struct pk_plan_file *read_plan(
	struct pk_fleet *fleet, const struct push_options *options, struct pk_diags *diags)
{
	struct pk_arena *arena = fleet->cli->arena;
	struct pk_source *source = pk_file_read(arena, options->plan, 0, diags);
	if (source == NULL)
		return NULL;
	if (options->signers != NULL) {
		const char *path = pk_arena_printf(arena, "%s.sig", options->plan);
		struct pk_source *signature = pk_file_read(arena, path, 0, diags);
		struct pk_source *signers = pk_file_read(arena, options->signers, 0, diags);
		const char *who;
		if (signature == NULL || signers == NULL ||
			!pk_plan_file_verify(&who, arena, source, signature, signers, diags))
			return NULL;
	}
	const struct pk_plan_file *plan = pk_plan_file_read(arena, source, diags);
	if (plan == NULL || !pk_plan_file_check(plan, fleet->inventory, pk_fleet_now_ms(), diags))
		return NULL;
	return plan;
}

/* Leaves the hosts of the plan in the selection; false after a report if one is not of the plan. */
static bool select_planned(
	struct pk_fleet *fleet, const struct pk_plan_file *plan, bool named, struct pk_diags *diags)
{
	struct pk_selection *selection = &fleet->selection;
	size_t errors = diags->errors;
	size_t kept = 0;
	for (size_t i = 0; i < selection->len; i++) {
		const struct pk_host *host = selection->items[i];
		const struct pk_plan_host *planned = pk_plan_file_find(plan, host->name);
		if (planned != NULL && planned->facts != NULL)
			selection->items[kept++] = host;
		else if (planned != NULL)
			pk_report(diags, PK_PUSH_NOT_READ, host->span,
				"'%s' could not be read when the plan was made: it is left out",
				host->name);
		else if (named)
			pk_report(diags, PK_PUSH_NOT_PLANNED, host->span, "'%s' is not in the plan",
				host->name);
	}
	selection->len = kept;
	if (kept == 0 && diags->errors == errors)
		pk_report(diags, PK_PUSH_NOT_PLANNED, PK_NO_SPAN, "no host of the plan is left");
	return diags->errors == errors;
}

/* What each host must be like, by the plan; NULL after a report if it wants something else. */
static const char *const *expect(
	struct pk_fleet *fleet, const struct pk_plan_file *plan, struct pk_diags *diags)
{
	size_t errors = diags->errors;
	struct pk_arena *arena = fleet->cli->arena;
	const char **expected = PK_NEW_ARRAY(arena, const char *, fleet->selection.len);
	for (size_t i = 0; i < fleet->selection.len; i++) {
		const struct pk_host *host = fleet->selection.items[i];
		const struct pk_plan_host *planned = pk_plan_file_find(plan, host->name);
		PK_BUF_AUTO json = {0};
		char digest[PK_DIGEST_TEXT];
		pk_desired_put_json(&json, &fleet->desired[i]);
		pk_digest_print(digest, json.data, json.len);
		expected[i] = planned->facts;
		if (strcmp(digest, planned->desired) == 0)
			continue;
		struct pk_diag *diag = pk_report(diags, PK_PUSH_PLAN_CHANGED, host->span,
			"something else is wanted on '%s' now than in the plan", host->name);
		pk_diag_hint(diags, diag, "make a new plan, or check out what it was made of");
	}
	return diags->errors == errors ? expected : NULL;
}

/* What the command was given. */
struct push {
	const struct push_options *options;
	const struct pk_texts *selectors;
};

static int run(struct pk_fleet *fleet, void *data, struct pk_diags *diags)
{
	const struct push *given = data;
	const struct push_options *options = given->options;
	const struct pk_plan_file *plan = NULL;
	struct pk_push push = {.fleet = fleet, .options = &options->push, .kind = PK_ROLLOUT_PUSH};
	if (options->plan != NULL) {
		plan = read_plan(fleet, options, diags);
		if (plan == NULL || !select_planned(fleet, plan, given->selectors->len > 0, diags))
			return pk_cli_status(fleet->cli, diags);
		push.plan = plan->digest;
	}
	if (!pk_fleet_want(fleet, diags))
		return pk_cli_status(fleet->cli, diags);
	if (plan != NULL) {
		push.expected = expect(fleet, plan, diags);
		if (push.expected == NULL)
			return PK_EXIT_FINDINGS;
	}
	if (!pk_fleet_open_ssh(fleet, diags) || !pk_fleet_open_store(fleet, true, NULL, diags))
		return pk_cli_status(fleet->cli, diags);
	return pk_push_run(&push, diags);
}

int pk_cmd_push(struct pk_cli *cli, int argc, char **argv)
{
	struct push_options options = {0};
	struct pk_texts selectors = {0};
	if (!pk_options_parse(cli, &options, &selectors, argc, argv))
		return cli->status;
	if (options.signers != NULL && options.plan == NULL)
		return pk_cli_usage_error(cli, "--signers is for a plan: give --plan, too");

	struct push push = {.options = &options, .selectors = &selectors};
	return pk_fleet_command(cli, &options.fleet, &selectors, run, &push);
}
