/* verify: whether those who made commits and tags may make them. */
#include <string.h>

#include "base/escape.h"
#include "cli/commands.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "cli/verify_print.h"

#define PROJECT_FILE "picket.yaml"

enum { COMMITS_MAX = 10000 };

struct verify_options {
	const char *base;
	const char *library;
	const char *project;
};

const struct pk_option pk_cmd_verify_options[] = {
	{PK_OPT_TEXT, 0, "base", "REV", offsetof(struct verify_options, base),
		"judge what REV has not, by its policy (default the main branch)"},
	{PK_OPT_TEXT, 0, "library", "DIR", offsetof(struct verify_options, library),
		"take shipped rulesets from DIR instead of the built-in ones"},
	{PK_OPT_TEXT, 0, "project", "FILE", offsetof(struct verify_options, project),
		"project with the policy (default " PROJECT_FILE " here, else at the top)"},
	PK_OPTIONS_END,
};

struct verify {
	struct pk_cli *cli;
	const struct verify_options *options;
	const char *rev; /* what is verified */
	struct pk_tree *tree;
	struct pk_tree *base;
	const char *base_name;
	const char *project; /* path in the base */
	const struct pk_changes_policy *policy;
	struct pk_verifier *verifier;
	struct pk_progress progress;
	size_t done; /* commits and tags */
	size_t refused;
	bool incomplete; /* not everything could be looked at */
	struct pk_diags diags;
};

/* --- what to go by --- */

static const char *find_base(struct verify *verify)
{
	const char *name = verify->options->base != NULL ? verify->options->base
							 : pk_tree_main_branch(verify->tree);
	if (name != NULL)
		return name;
	struct pk_diag *diag = pk_report(&verify->diags, PK_NO_BASE, PK_NO_SPAN,
		"the repository has no main branch to compare '%s' with", verify->rev);
	pk_diag_hint(&verify->diags, diag, "name a revision with --base");
	return NULL;
}

/* Opens what is verified and the base, which must be of one history. False after a report. */
static bool open_revisions(struct verify *verify)
{
	verify->tree = pk_tree_open(verify->rev, &verify->diags);
	const char *name = verify->tree == NULL ? NULL : find_base(verify);
	if (name == NULL)
		return false;
	PK_AUTO(pk_tree) *common = pk_tree_open_base(name, verify->tree, &verify->diags);
	if (common != NULL)
		verify->base = pk_tree_open(name, &verify->diags);
	verify->base_name = name;
	return verify->base != NULL;
}

/* The path of the project in the base; NULL after a report. */
static const char *find_project(struct verify *verify)
{
	struct pk_arena *arena = verify->cli->arena;
	const char *name = verify->options->project;
	const char *path = pk_tree_path_here(
		arena, verify->base, name == NULL ? PROJECT_FILE : name, &verify->diags);
	if (name != NULL || path == NULL || pk_tree_exists(verify->base, path))
		return path;
	return pk_tree_path(arena, verify->base, PROJECT_FILE);
}

/* *out is NULL if `path` is. False after a report. */
static bool read_signers(struct verify *verify, struct pk_source **out, const char *path)
{
	*out = NULL;
	if (path == NULL)
		return true;
	*out = pk_tree_read(verify->cli->arena, verify->base, path, PK_SIGNERS_MAX, &verify->diags);
	return *out != NULL;
}

/* Reads the policy and the keys of the base; false after a report. */
static bool open_policy(struct verify *verify)
{
	struct pk_source *ssh;
	struct pk_source *openpgp;
	struct pk_arena *arena = verify->cli->arena;
	verify->project = find_project(verify);
	if (verify->project == NULL)
		return false;
	struct pk_source *source =
		pk_tree_read(arena, verify->base, verify->project, 0, &verify->diags);
	if (source == NULL)
		return false;
	verify->policy = pk_changes_read(arena, source, verify->base, &verify->diags);
	if (verify->policy == NULL || !read_signers(verify, &ssh, verify->policy->ssh) ||
		!read_signers(verify, &openpgp, verify->policy->openpgp))
		return false;
	verify->verifier = pk_verifier_create(ssh, openpgp);
	return true;
}

/* --- verifying --- */

static void print_verdict(struct verify *verify, const struct pk_verdict *verdict)
{
	PK_BUF_AUTO buf = {0};
	verify->done++;
	verify->refused += !verdict->allowed;
	if (verify->cli->common.format == PK_FORMAT_JSON)
		pk_verify_put_json(&buf, verdict);
	else if (verify->cli->common.format == PK_FORMAT_TEXT && !verify->cli->common.quiet)
		pk_verify_put_text(&buf, verdict);
	pk_cli_put(verify->cli, verify->cli->out, &buf);
}

static bool check(struct verify *verify, struct pk_signature *out, const struct pk_signed *object)
{
	return pk_verifier_check(verify->verifier, out, verify->cli->arena, object, &verify->diags);
}

/* False after a report that it could not be looked at. */
static bool verify_commit(struct verify *verify, struct pk_commits *commits, size_t index)
{
	PK_AUTO(pk_arena) *scratch = pk_arena_create();
	struct pk_commit commit;
	struct pk_signature signature;
	struct pk_changed_rules rules = {0};
	struct pk_verdict verdict;
	if (!pk_commits_read(commits, &commit, scratch, index, &verify->diags) ||
		!check(verify, &signature, &commit.object))
		return false;
	const char *project = verify->project + strlen(verify->base_name) + 1;
	if (pk_changes_has_rules(verify->policy))
		pk_changes_compare_rules(
			&rules, scratch, &commit, project, verify->options->library);
	pk_changes_judge_commit(
		&verdict, verify->policy, &commit, &rules, &signature, &verify->diags);
	print_verdict(verify, &verdict);
	return true;
}

/* False after a report. */
static bool verify_commits(struct verify *verify)
{
	PK_AUTO(pk_commits) *commits =
		pk_commits_open(verify->tree, verify->base, COMMITS_MAX, &verify->diags);
	if (commits == NULL)
		return false;
	size_t count = pk_commits_count(commits);
	bool done = true;
	pk_progress_begin(&verify->progress, verify->cli, "commits");
	for (size_t i = 0; i < count && done; i++) {
		done = verify_commit(verify, commits, i) && pk_verifier_is_wanted(verify->verifier);
		pk_progress_step(&verify->progress, i + 1, count);
	}
	pk_progress_end(&verify->progress);
	return done;
}

/* Verifies the tag, if it is one that the policy is about. False after a report. */
static bool verify_tag(struct verify *verify)
{
	bool found;
	struct pk_tag tag;
	struct pk_signature signature;
	struct pk_verdict verdict;
	struct pk_arena *arena = verify->cli->arena;
	if (!pk_tag_read(&tag, &found, arena, verify->tree, verify->rev, &verify->diags))
		return false;
	if (!found || pk_changes_find_tag(verify->policy, tag.ref) == NULL)
		return true;
	if (!check(verify, &signature, &tag.object))
		return false;
	pk_changes_judge_tag(&verdict, verify->policy, &tag, pk_tree_commit(verify->tree),
		&signature, &verify->diags);
	print_verdict(verify, &verdict);
	return true;
}

/* For people: how it went, and by which policy. */
static void print_summary(struct verify *verify)
{
	PK_BUF_AUTO buf = {0};
	if (verify->cli->common.format != PK_FORMAT_TEXT || verify->cli->common.quiet)
		return;
	if (verify->done == 0)
		pk_buf_puts(&buf, "nothing to verify");
	else
		pk_buf_printf(&buf, "%zu verified, %zu refused", verify->done, verify->refused);
	pk_buf_puts(&buf, ", by the policy of ");
	pk_escape_put(&buf, verify->base_name);
	pk_buf_putc(&buf, '\n');
	pk_cli_put(verify->cli, verify->cli->out, &buf);
}

static void run(struct verify *verify)
{
	if (!open_revisions(verify) || !open_policy(verify))
		return;
	verify->incomplete = !verify_commits(verify) || !verify_tag(verify);
	print_summary(verify);
}

int pk_cmd_verify(struct pk_cli *cli, int argc, char **argv)
{
	struct verify_options options = {0};
	struct pk_texts arguments = {0};
	if (!pk_options_parse(cli, &options, &arguments, argc, argv))
		return cli->status;
	if (arguments.len > 1)
		return pk_cli_usage_error(cli, "give one revision or tag");

	struct verify verify = {.cli = cli,
		.options = &options,
		.rev = arguments.len == 1 ? arguments.items[0] : "HEAD",
		.diags = {.arena = cli->arena}};
	run(&verify);
	pk_verifier_destroy(verify.verifier);

	struct pk_print_context context = {.to_err = cli->common.format == PK_FORMAT_JSON};
	pk_print_diags(cli, &verify.diags, cli->common.format, &context);
	int status = pk_cli_status(cli, &verify.diags);
	pk_tree_close(verify.base);
	pk_tree_close(verify.tree);
	return verify.incomplete ? PK_EXIT_CANNOT : status;
}
