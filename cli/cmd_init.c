/* init: makes a repository that a team can start from. */
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/init_import.h"
#include "cli/init_templates.h"
#include "cli/init_write.h"
#include "cli/print.h"
#include "cli/today.h"
#include "generators/compile/compile.h"
#include "rulesets/lock.h"

/* In the order of --ci. */
enum ci {
	CI_GITHUB,
	CI_GITLAB,
	CI_NONE,
};

struct init_options {
	bool dry_run;
	int ci;
	int from;
	int platform;
	const char *id;
	const char *import;
};

enum { UNSET = -1 };

const struct pk_option pk_cmd_init_options[] = {
	{PK_OPT_CHOICE, 0, "ci", "github|gitlab|none", offsetof(struct init_options, ci),
		"where the job that checks changes runs (default github)"},
	{PK_OPT_FLAG, 0, "dry-run", NULL, offsetof(struct init_options, dry_run),
		"print what would be made, write nothing"},
	{PK_OPT_CHOICE, 0, "from", "windows-base|windows-quiet|windows-server|linux-base",
		offsetof(struct init_options, from),
		"shipped ruleset to start from (default windows-base)"},
	{PK_OPT_TEXT, 0, "id", "NAME", offsetof(struct init_options, id),
		"id of the project (default: from the name of the folder)"},
	{PK_OPT_TEXT, 0, "import", "CONFIG", offsetof(struct init_options, import),
		"start from this Sysmon XML instead of a shipped ruleset"},
	{PK_OPT_CHOICE, 0, "platform", "windows|linux", offsetof(struct init_options, platform),
		"with --import: whose Sysmon reads the configuration (default windows)"},
	PK_OPTIONS_END,
};

/* What a repository starts from. */
struct start {
	const char *from;	 /* shipped ruleset; "" if one is imported */
	const char *workstation; /* shipped ruleset for Windows clients */
	const char *profile;	 /* that is used if none is asked for */
	const char *profiles;	 /* all of them */
	const char *target;	 /* of our rules */
	const char *min_score;	 /* of mutants, in percent: what is imported has no tests yet */
	const char *project;	 /* templates */
	const char *site;
	const char *sample;
};

#define WINDOWS "sysmon", "80", "picket.windows.yaml", "site.windows.yaml", "sample.windows.ndjson"
#define WINDOWS_PROFILES "workstation server linux"

/* In the order of --from. */
static const struct start starts[] = {
	{"windows-base", "windows-base", "workstation", WINDOWS_PROFILES, WINDOWS},
	{"windows-quiet", "windows-quiet", "workstation", WINDOWS_PROFILES, WINDOWS},
	{"windows-server", "windows-base", "server", WINDOWS_PROFILES, WINDOWS},
	{"linux-base", "", "linux", "linux", "sysmon-linux", "80", "picket.linux.yaml",
		"site.linux.yaml", "sample.linux.ndjson"},
};

/* In the order of --platform. */
static const struct start imports[] = {
	{"", "", "workstation", "workstation", "sysmon", "0", "picket.import.yaml",
		"site.import.yaml", "sample.windows.ndjson"},
	{"", "", "linux", "linux", "sysmon-linux", "0", "picket.import.yaml", "site.import.yaml",
		"sample.linux.ndjson"},
};

struct init_run {
	struct pk_cli *cli;
	struct init_options options;
	struct pk_diags diags;
	const char *folder;
	const char *id;
	const struct start *start;
	struct pk_imported imported;
	PK_LIST(struct pk_new_file) files; /* the last is picket.lock, made of the others */
};

/* --- the files --- */

/* The end of next year: time enough to look at an example. */
static const char *make_expiry(struct pk_arena *arena)
{
	uint64_t year;
	if (!pk_text_parse_u64(&year, pk_arena_strndup(arena, pk_today(arena), 4)))
		return pk_today(arena);
	return pk_arena_printf(arena, "%04llu-12-31", (unsigned long long)year + 1);
}

static struct pk_new_file *add_text(
	struct init_run *run, const char *path, const struct pk_buf *buf)
{
	struct pk_new_file *file = pk_list_push(run->cli->arena, &run->files);
	file->path = path;
	file->text = pk_arena_strndup(run->cli->arena, buf->data, buf->len);
	file->len = buf->len;
	return file;
}

static struct pk_new_file *add_template(struct init_run *run, const char *path, const char *name)
{
	const struct start *start = run->start;
	const struct pk_init_value values[] = {
		{"EXPIRES", make_expiry(run->cli->arena)},
		{"FROM", start->from},
		{"ID", run->id},
		{"MIN_SCORE", start->min_score},
		{"POLICY", pk_init_template_find("policy.yaml")},
		{"PROFILE", start->profile},
		{"PROFILES", start->profiles},
		{"TARGET", start->target},
		{"WORKSTATION", start->workstation},
	};
	PK_BUF_AUTO text = {0};
	pk_init_template_fill(
		&text, pk_init_template_find(name), values, sizeof(values) / sizeof(values[0]));
	return add_text(run, path, &text);
}

static void add_files(struct init_run *run)
{
	add_template(run, "picket.yaml", run->start->project);
	add_template(run, "rules/site.yaml", run->start->site);
	if (run->options.import != NULL)
		add_text(run, "rules/imported.yaml", &run->imported.ruleset);
	add_template(run, "recordings/sample.ndjson", run->start->sample);
	switch ((enum ci)run->options.ci) {
	case CI_GITHUB:
		add_template(run, ".github/workflows/picket.yml", "github.yml");
		break;
	case CI_GITLAB:
		add_template(run, ".gitlab-ci.yml", "gitlab-ci.yml");
		break;
	case CI_NONE:
		break;
	}
	add_template(run, ".githooks/pre-commit", "pre-commit")->program = true;
	add_template(run, "README.md", "README.md");
	add_template(run, ".gitignore", "gitignore");
	add_template(run, ".gitattributes", "gitattributes");
	*pk_list_push(run->cli->arena, &run->files) = (struct pk_new_file){.path = PK_LOCK_FILE};
}

/* The lock of the project whose files are in `folder`. False after a report. */
static bool make_lock(struct pk_buf *out, const char *folder, struct pk_diags *diags)
{
	struct pk_arena *arena = diags->arena;
	struct pk_policy_options options = {0};
	struct pk_diags judged = {.arena = arena};
	const char *path = pk_arena_printf(arena, "%s/picket.yaml", folder);
	struct pk_policy *policy = pk_policy_read(arena, path, &options, &judged);
	if (policy == NULL || !pk_policy_check(policy, &judged)) {
		pk_diags_append(diags, &judged, PK_ERROR);
		return false;
	}
	pk_lock_write(out, pk_lock_make(arena, policy, policy->sources.items[0], &options));
	return true;
}

static bool write_files(struct init_run *run)
{
	PK_AUTO(pk_staging) *staging = pk_staging_open(run->folder, &run->diags);
	if (staging == NULL)
		return false;
	size_t made = run->files.len - 1;
	for (size_t i = 0; i < made; i++) {
		if (!pk_staging_add(staging, &run->files.items[i]))
			return false;
	}
	PK_BUF_AUTO text = {0};
	if (!make_lock(&text, pk_staging_folder(staging), &run->diags))
		return false;
	struct pk_new_file *lock = &run->files.items[made];
	lock->text = text.data;
	lock->len = text.len;
	return pk_staging_add(staging, lock) && pk_staging_commit(staging);
}

static enum pk_platform choose_platform(const struct init_options *options)
{
	return options->platform == UNSET ? PK_WINDOWS : (enum pk_platform)options->platform;
}

static bool make_repository(struct init_run *run)
{
	if (run->options.import != NULL &&
		!pk_init_import(&run->imported, run->options.import, choose_platform(&run->options),
			&run->diags))
		return false;
	add_files(run);
	if (!pk_new_files_check(run->folder, run->files.items, run->files.len, &run->diags))
		return false;
	return run->options.dry_run || write_files(run);
}

/* --- what is said about them --- */

static bool is_here(const struct init_run *run)
{
	return pk_text_equal(run->folder, ".");
}

/* A word as a shell takes it. */
static void put_word(struct pk_buf *buf, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_./+:@%,-";
	if (word[strspn(word, plain)] == '\0') {
		pk_buf_puts(buf, word);
		return;
	}
	pk_buf_putc(buf, '\'');
	for (size_t len; *word != '\0'; word += len) {
		len = strcspn(word, "'");
		pk_escape_put_len(buf, word, len);
		if (word[len] == '\'') {
			pk_buf_puts(buf, "'\\''");
			len++;
		}
	}
	pk_buf_putc(buf, '\'');
}

static void print_files(struct init_run *run)
{
	PK_BUF_AUTO buf = {0};
	for (size_t i = 0; i < run->files.len; i++) {
		if (!is_here(run)) {
			pk_escape_put(&buf, run->folder);
			pk_buf_putc(&buf, '/');
		}
		pk_buf_puts(&buf, run->files.items[i].path);
		pk_buf_putc(&buf, '\n');
	}
	pk_cli_put(run->cli, run->cli->out, &buf);
}

static void print_next(struct init_run *run)
{
	PK_BUF_AUTO buf = {0};
	if (run->cli->common.quiet)
		return;
	if (run->options.dry_run) {
		pk_buf_puts(&buf, "picket: nothing was written\n");
	} else {
		pk_buf_printf(&buf, "picket: project '%s' is made; go on with\n  ", run->id);
		if (!is_here(run)) {
			pk_buf_puts(&buf, run->folder[0] == '-' ? "cd ./" : "cd ");
			put_word(&buf, run->folder);
			pk_buf_puts(&buf, " && ");
		}
		pk_buf_puts(&buf,
			"git init -b main\n"
			"  git config core.hooksPath .githooks\n"
			"  git add . && git commit -m 'Start with picket'\n");
	}
	pk_cli_put(run->cli, run->cli->err, &buf);
}

/* --- the command --- */

/* `argument` without slashes at its end; "." if there is none. */
static const char *choose_folder(struct pk_arena *arena, const char *argument)
{
	if (argument == NULL)
		return ".";
	size_t len = strlen(argument);
	while (len > 1 && argument[len - 1] == '/')
		len--;
	return pk_arena_strndup(arena, argument, len);
}

/* An id made of the folder's own name, which "." and ".." do not tell. */
static const char *choose_id(const struct init_run *run)
{
	if (run->options.id != NULL)
		return run->options.id;
	char *real = realpath(run->folder, NULL);
	const char *id = pk_import_make_id(run->cli->arena, real != NULL ? real : run->folder);
	free(real);
	return id;
}

static const struct start *choose_start(const struct init_options *options)
{
	if (options->import != NULL)
		return &imports[choose_platform(options)];
	return &starts[options->from == UNSET ? 0 : options->from];
}

int pk_cmd_init(struct pk_cli *cli, int argc, char **argv)
{
	struct init_run run = {
		.cli = cli,
		.diags = {.arena = cli->arena},
		.options = {.from = UNSET, .platform = UNSET},
	};
	struct pk_texts folders = {0};
	if (!pk_options_parse(cli, &run.options, &folders, argc, argv))
		return cli->status;
	if (folders.len > 1 || (folders.len == 1 && folders.items[0][0] == '\0'))
		return pk_cli_usage_error(cli, "give one folder");
	if (run.options.import != NULL && run.options.from != UNSET)
		return pk_cli_usage_error(cli, "start from --from or from --import, not from both");
	if (run.options.import == NULL && run.options.platform != UNSET)
		return pk_cli_usage_error(
			cli, "--platform tells how --import is read; see also --from linux-base");
	if (run.options.id != NULL && !pk_import_is_id(run.options.id))
		return pk_cli_usage_error(cli,
			"'%s' is no id; take a-z, 0-9, '.', '_' and '-', the first a letter or a "
			"digit",
			run.options.id);
	run.folder = choose_folder(cli->arena, folders.len == 1 ? folders.items[0] : NULL);
	run.id = choose_id(&run);
	run.start = choose_start(&run.options);

	bool done = make_repository(&run);
	struct pk_print_context context = {.to_err = true};
	pk_print_diags(cli, &run.diags, cli->common.format, &context);
	if (done) {
		print_files(&run);
		print_next(&run);
	}
	pk_imported_finish(&run.imported);
	return pk_cli_status(cli, &run.diags);
}
