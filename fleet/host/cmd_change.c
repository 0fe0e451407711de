/*
 * Changing a Windows host, step by step. Each step is a line, framed like every other one, or a
 * file; the list of steps is made anew from the same facts and plan for each question and answer,
 * so that nothing has to be remembered in between.
 *
 * Order: a folder that only administrators may enter, a lock in it, files by their digest, their
 * digests as the host computes them, a record that says "changing"; only then the sensor. At last
 * what the sensor reports is read, and the record says "done". A configuration that the sensor
 * refuses is taken back at once, in the same line, so that a connection that ends does not matter.
 */
#include "fleet/host/cmd_change.h"

#include <string.h>

#include "base/text.h"
#include "fleet/host/change_part.h"

static struct pk_cmd_step *add(struct pk_cmd_steps *steps, const char *name)
{
	struct pk_cmd_step *step = pk_list_push(steps->arena, steps);
	step->name = name;
	pk_cmd_line_init(&step->line, steps->wish->nonce);
	pk_cmd_line_frame(&step->line, "step", name);
	return step;
}

/* Everything that goes into lines, checked once: what cannot be quoted safely is refused. */
static bool safe(struct pk_cmd_steps *steps, const char *text, bool name)
{
	if (text == NULL || (name ? pk_cmd_name_safe(text) : pk_cmd_text_safe(text)))
		return true;
	pk_failure_set(steps->failure, PK_FAILURE_APPLY, PK_HOST_NAME_UNSAFE, false,
		"'%.100s' cannot be given to cmd.exe safely", text);
	return false;
}

static const char *config_path(const struct pk_cmd_steps *steps, const char *digest)
{
	return pk_arena_printf(steps->arena, "%s\\configs\\%s.xml", steps->state,
		digest + strlen(PK_DIGEST_PREFIX));
}

static const char *stage_path(const struct pk_cmd_steps *steps, const char *digest)
{
	return pk_arena_printf(
		steps->arena, "%s\\stage\\%s", steps->state, digest + strlen(PK_DIGEST_PREFIX));
}

/*
 * The folder, for SYSTEM and Administrators only (by SID: their names are translated), and the
 * lock: making a folder succeeds for one of two who try it.
 */
static void add_lock(struct pk_cmd_steps *steps)
{
	struct pk_cmd_line *line = &add(steps, "lock")->line;
	const char *state = steps->state;
	pk_cmd_line_put(line, "(if not exist \"%s\\.\" mkdir \"%s\")", state, state);
	pk_cmd_line_run(line,
		"icacls \"%s\" /inheritance:r /grant:r \"*S-1-5-18:(OI)(CI)F\" "
		"\"*S-1-5-32-544:(OI)(CI)F\" /q >nul",
		state);
	pk_cmd_line_put(line, "(if not exist \"%s\\stage\\.\" mkdir \"%s\\stage\")", state, state);
	pk_cmd_line_put(
		line, "(if not exist \"%s\\configs\\.\" mkdir \"%s\\configs\")", state, state);
	/* mkdir leaves an old error standing when it goes well; a program takes it away. */
	pk_cmd_line_put(line,
		"hostname >nul&mkdir \"%s\\lock\" 2>nul&(if errorlevel 1 (echo %s lock held) else "
		"(echo %s lock taken))",
		state, line->nonce, line->nonce);
	pk_cmd_line_frame(line, "owner", NULL);
	pk_cmd_line_put(line, "type \"%s\\lock\\owner\" 2>nul", state);
	pk_cmd_line_put(line, "(if exist \"%s\\lock\\.\" echo %s made yes)", state, line->nonce);
}

static void add_put(struct pk_cmd_steps *steps, const char *name, const char *path,
	const void *bytes, size_t len)
{
	struct pk_cmd_step *step = add(steps, name);
	pk_buf_finish(&step->line.text);
	step->path = path;
	step->bytes = bytes;
	step->len = len;
}

/* One file to its place in the stage, and a question for its digest as the host computes it. */
static void add_stage(struct pk_cmd_steps *steps, const char *digest, const void *bytes, size_t len)
{
	const char *path = stage_path(steps, digest);
	add_put(steps, "put", path, bytes, len);
	struct pk_cmd_step *step = add(steps, "stage");
	step->digest = digest;
	step->len = len;
	pk_cmd_line_frame(&step->line, "hash", NULL);
	pk_cmd_line_run(&step->line, "certutil -hashfile \"%s\" SHA256", path);
	pk_cmd_line_put(
		&step->line, "for %%I in (\"%s\") do @echo %s size %%~zI", path, step->line.nonce);
}

/* The record is put beside and moved over the old one: it is never half there. */
static void add_record(struct pk_cmd_steps *steps, const struct pk_host_record *record)
{
	PK_BUF_AUTO text = {0};
	pk_host_record_put(&text, record);
	add_put(steps, "put", pk_arena_printf(steps->arena, "%s\\record.new", steps->state),
		pk_arena_strndup(steps->arena, text.data, text.len), text.len);
}

/* What has been moved is not where it was: the status of `move` tells less. */
static void add_move(struct pk_cmd_line *line, const char *folder, const char *from, const char *to)
{
	pk_cmd_line_put(line, "move /y \"%s\\%s\" \"%s\\%s\" >nul", folder, from, folder, to);
	pk_cmd_line_put(line, "(if not exist \"%s\\%s\" if exist \"%s\\%s\" echo %s moved yes)",
		folder, from, folder, to, line->nonce);
}

static struct pk_host_record next_record(const struct pk_cmd_steps *steps)
{
	const struct pk_desired *desired = steps->wish->desired;
	const struct pk_host_record *old = &steps->facts->record;
	struct pk_host_record record = *old;
	const char *in_force =
		steps->facts->config != NULL ? steps->facts->config : steps->plan->from;
	bool again = old->present && old->open && pk_text_equal(old->rollout, steps->wish->rollout);
	record.present = true;
	record.open = true;
	record.rollout = steps->wish->rollout;
	record.sequence = steps->wish->sequence;
	if (!again)
		record.previous = in_force;
	if (desired->absent)
		record.config = NULL;
	else if (desired->content != NULL)
		record.config = desired->content->digest;
	if (desired->absent)
		record.bundle = NULL;
	else if (desired->bundle != NULL)
		record.bundle = desired->bundle->id;
	return record;
}

/* Takes the lock over (ours, or a stale one), and says that a change has begun. */
static void add_open(struct pk_cmd_steps *steps, const struct pk_host_record *record)
{
	const char *state = steps->state;
	add_record(steps, record);
	struct pk_cmd_line *line = &add(steps, "open")->line;
	pk_cmd_line_put(line, ">\"%s\\lock\\owner\" echo %s %llu", state, steps->wish->rollout,
		(unsigned long long)steps->wish->sequence);
	pk_cmd_line_put(line, "del /q \"%s\\record.old\" 2>nul", state);
	pk_cmd_line_put(line, "copy /y \"%s\\record\" \"%s\\record.old\" >nul 2>nul", state, state);
	add_move(line, state, "record.new", "record");
}

/* What was staged is of no use any more; configurations stay, to go back to. */
static void add_close(struct pk_cmd_steps *steps, const struct pk_host_record *record)
{
	const char *state = steps->state;
	add_record(steps, record);
	struct pk_cmd_line *line = &add(steps, "close")->line;
	add_move(line, state, "record.new", "record");
	pk_cmd_line_put(line, "del /q \"%s\\record.old\" 2>nul", state);
	pk_cmd_line_put(line, "del /q \"%s\\stage\\*\" 2>nul", state);
	pk_cmd_line_put(line, "rd /s /q \"%s\\lock\"", state);
}

static void add_log(struct pk_cmd_steps *steps, const struct pk_log_wish *wish, const char *what)
{
	static const char *const words[] = {
		[PK_RETENTION_UNSET] = "",
		[PK_RETENTION_OVERWRITE] = "/rt:false /ab:false",
		[PK_RETENTION_KEEP] = "/rt:true /ab:false",
		[PK_RETENTION_ARCHIVE] = "/rt:true /ab:true",
	};
	struct pk_cmd_line *line = &add(steps, "log")->line;
	if (pk_text_equal(what, "size"))
		pk_cmd_line_run(line, "wevtutil sl \"%s\" /ms:%llu", wish->name,
			(unsigned long long)pk_log_windows_bytes(wish->bytes));
	else if (pk_text_equal(what, "retention"))
		pk_cmd_line_run(line, "wevtutil sl \"%s\" %s", wish->name, words[wish->retention]);
	else
		pk_cmd_line_run(line, "wevtutil sl \"%s\" \"/ca:%s\"", wish->name, wish->access);
}

static bool add_logs(struct pk_cmd_steps *steps)
{
	const struct pk_desired *desired = steps->wish->desired;
	for (size_t i = 0; i < steps->plan->changes.len; i++) {
		const struct pk_host_change *change = &steps->plan->changes.items[i];
		if (change->kind != PK_CHANGE_LOG)
			continue;
		for (size_t j = 0; j < desired->log_count; j++) {
			const struct pk_log_wish *wish = &desired->logs[j];
			if (!pk_text_equal(wish->name, change->log))
				continue;
			if (!safe(steps, wish->name, false) || !safe(steps, wish->access, false))
				return false;
			add_log(steps, wish, change->what);
			break;
		}
	}
	return true;
}

/*
 * The old configuration is where we put it, or where the sensor was given it from. A refusal leaves
 * the old one in force with Sysmon; it is put back all the same, and the record with it.
 */
static void add_config(struct pk_cmd_steps *steps)
{
	const struct pk_facts *facts = steps->facts;
	const struct pk_content *content = steps->wish->desired->content;
	const char *state = steps->state;
	const char *new = config_path(steps, content->digest);
	const char *old = NULL;
	if (facts->config != NULL && facts->record.present && facts->record.config != NULL &&
		pk_text_equal(facts->config, facts->record.config) && pk_digest_is(facts->config))
		old = config_path(steps, facts->config);
	else if (pk_cmd_text_safe(facts->config_file))
		old = facts->config_file;

	struct pk_cmd_line *line = &add(steps, "sysmon-config")->line;
	pk_cmd_line_put(
		line, "copy /y \"%s\" \"%s\" >nul", stage_path(steps, content->digest), new);
	/* Below 0 is how a program ends that crashes. */
	pk_cmd_line_put(line,
		"set PKFAIL=1&\"%s\" -accepteula -c \"%s\" 2>&1&(if errorlevel 0 if not errorlevel "
		"1 "
		"set PKFAIL=)",
		facts->image, new);
	pk_cmd_line_put(line, "call echo %s status %%^errorlevel%%", line->nonce);
	if (old != NULL) {
		pk_cmd_line_put(line,
			"(if defined PKFAIL if not exist \"%s\" echo %s restored none)", old,
			line->nonce);
		pk_cmd_line_put(line,
			"(if defined PKFAIL if exist \"%s\" \"%s\" -accepteula -c \"%s\")", old,
			facts->image, old);
		pk_cmd_line_put(line, "(if defined PKFAIL call echo %s restored %%^errorlevel%%)",
			line->nonce);
	}
	pk_cmd_line_put(line,
		"(if defined PKFAIL if not exist \"%s\\record.old\" del /q \"%s\\record\")", state,
		state);
	pk_cmd_line_put(line,
		"(if defined PKFAIL if exist \"%s\\record.old\" move /y \"%s\\record.old\" "
		"\"%s\\record\" >nul)",
		state, state, state);
	pk_cmd_line_put(line, "(if defined PKFAIL rd /s /q \"%s\\lock\")", state);
}

/* Removing needs the program that is installed; `force` if it is stuck. */
static void add_remove(struct pk_cmd_steps *steps)
{
	const struct pk_facts *facts = steps->facts;
	struct pk_cmd_line *line = &add(steps, "sysmon-remove")->line;
	pk_cmd_line_run(line, "\"%s\" -accepteula -u&(if errorlevel 1 \"%s\" -accepteula -u force)",
		facts->image, facts->image);
	pk_cmd_line_frame(line, "gone", facts->service);
	pk_cmd_line_run(line, "sc query %s", facts->service);
	if (pk_change_is_feature(facts) != PK_FACT_YES)
		return;
	line = &add(steps, "feature-off")->line;
	pk_cmd_line_run(
		line, "dism /Online /Disable-Feature /FeatureName:Sysmon /NoRestart /Quiet");
}

/*
 * Sysmon takes the name of its service from the name of its program, and copies itself to the
 * folder of Windows.
 */
static void add_install(struct pk_cmd_steps *steps)
{
	const struct pk_desired *desired = steps->wish->desired;
	const struct pk_facts *facts = steps->facts;
	const char *image = "%SystemRoot%\\System32\\Sysmon.exe";
	if (desired->feature) {
		struct pk_cmd_line *line = &add(steps, "feature-on")->line;
		pk_cmd_line_run(
			line, "dism /Online /Enable-Feature /FeatureName:Sysmon /NoRestart /Quiet");
	} else {
		image = pk_arena_printf(
			steps->arena, "%s\\stage\\%s.exe", steps->state, steps->service);
	}
	struct pk_cmd_line *line = &add(steps, "sysmon-install")->line;
	if (!desired->feature)
		pk_cmd_line_put(line, "copy /y \"%s\" \"%s\" >nul",
			stage_path(steps, steps->program->digest), image);
	PK_BUF_AUTO command = {0};
	pk_buf_printf(&command, "\"%s\" -accepteula -i", image);
	if (desired->content != NULL) {
		const char *path = config_path(steps, desired->content->digest);
		pk_cmd_line_put(line, "copy /y \"%s\" \"%s\" >nul",
			stage_path(steps, desired->content->digest), path);
		pk_buf_printf(&command, " \"%s\"", path);
	}
	const char *driver = desired->driver != NULL ? desired->driver : facts->driver;
	if (!desired->feature && driver != NULL && !pk_text_equal_nocase(driver, "SysmonDrv"))
		pk_buf_printf(&command, " -d %s", driver);
	pk_cmd_line_run(line, "%s 2>&1", command.data);
}

/* 1056: it runs already. */
static void add_start(struct pk_cmd_steps *steps)
{
	struct pk_cmd_line *line = &add(steps, "start")->line;
	pk_cmd_line_run(line, "sc start %s", steps->facts->service);
}

/* There is no reload: stop, replace at once, start (Monster facts, section 4). */
static void add_monster(struct pk_cmd_steps *steps)
{
	const struct pk_facts *facts = steps->facts;
	const char *end = strrchr(facts->image, '\\');
	const char *folder = end != NULL
		? pk_arena_strndup(steps->arena, facts->image, (size_t)(end - facts->image))
		: "";
	const char *name = facts->config_file != NULL ? facts->config_file : "Monster.conf";
	const char *digest = steps->wish->desired->content->digest;
	struct pk_cmd_line *line = &add(steps, "monster-config")->line;
	pk_cmd_line_put(line, "\"%s\" /stop", facts->image);
	pk_cmd_line_put(line, "copy /y \"%s\" \"%s\\%s.new\" >nul", stage_path(steps, digest),
		folder, name);
	add_move(line, folder, pk_arena_printf(steps->arena, "%s.new", name), name);
	line = &add(steps, "monster-start")->line;
	pk_cmd_line_run(line, "\"%s\" /start", facts->image);
}

static void add_readback(struct pk_cmd_steps *steps)
{
	const struct pk_desired *desired = steps->wish->desired;
	const char *driver = desired->driver != NULL ? desired->driver : steps->facts->driver;
	struct pk_cmd_step *step = add(steps, "readback");
	step->output_max = 2 * (size_t)PK_FACT_RULES_MAX + 1024 * 1024;
	pk_cmd_line_frame(&step->line, "params", NULL);
	pk_cmd_line_run(&step->line, "reg query \"" PK_CMD_SERVICES "\\%s\\Parameters\"",
		driver != NULL ? driver : "SysmonDrv");
}

static bool has(const struct pk_host_plan *plan, enum pk_host_change_kind kind)
{
	for (size_t i = 0; i < plan->changes.len; i++)
		if (plan->changes.items[i].kind == kind)
			return true;
	return false;
}

/* The steps about the sensor itself. */
static bool add_sensor(struct pk_cmd_steps *steps)
{
	const struct pk_host_plan *plan = steps->plan;
	bool replace = has(plan, PK_CHANGE_REPLACE);
	bool install = replace || has(plan, PK_CHANGE_INSTALL);
	bool config = has(plan, PK_CHANGE_CONFIG);
	bool sysmon = steps->wish->desired->sensor == PK_SENSOR_SYSMON;
	if (!sysmon && (install || has(plan, PK_CHANGE_REMOVE))) {
		pk_failure_set(steps->failure, PK_FAILURE_APPLY, PK_HOST_UNSUPPORTED, false,
			"installing and removing %s is not known yet",
			pk_sensor_name(steps->wish->desired->sensor));
		return false;
	}
	if (replace || has(plan, PK_CHANGE_REMOVE))
		add_remove(steps);
	if (install)
		add_install(steps);
	if (config && sysmon)
		add_config(steps);
	else if (config)
		add_monster(steps);
	if (has(plan, PK_CHANGE_START))
		add_start(steps);
	if (sysmon && (install || config) && steps->wish->desired->content != NULL)
		add_readback(steps);
	return true;
}

/* What goes to the host. */
static bool add_files(struct pk_cmd_steps *steps)
{
	const struct pk_desired *desired = steps->wish->desired;
	const struct pk_host_plan *plan = steps->plan;
	bool install = has(plan, PK_CHANGE_INSTALL) || has(plan, PK_CHANGE_REPLACE);
	if (desired->content != NULL && (install || has(plan, PK_CHANGE_CONFIG)))
		add_stage(steps, desired->content->digest, desired->content->bytes,
			desired->content->len);
	if (!install || desired->feature)
		return true;
	if (steps->program == NULL) {
		pk_failure_set(steps->failure, PK_FAILURE_APPLY, PK_CHANGE_BUNDLE_PLATFORM, false,
			"the bundle has no program for this host");
		return false;
	}
	add_stage(steps, steps->program->digest, NULL, steps->program->bytes);
	return true;
}

/* The name to install under: the wished one, that of before, or that of the program. */
static const char *service_name(struct pk_cmd_steps *steps)
{
	const char *wished = steps->wish->desired->service;
	if (wished != NULL)
		return wished;
	if (steps->facts->present == PK_FACT_YES && steps->facts->service != NULL)
		return steps->facts->service;
	if (steps->program == NULL)
		return "Sysmon";
	const char *slash = strrchr(steps->program->path, '/');
	const char *base = slash != NULL ? slash + 1 : steps->program->path;
	size_t len = strlen(base);
	return pk_arena_strndup(steps->arena, base, pk_text_ends(base, ".exe") ? len - 4 : len);
}

bool pk_cmd_steps_make(struct pk_cmd_steps *steps)
{
	const struct pk_desired *desired = steps->wish->desired;
	const struct pk_facts *facts = steps->facts;
	steps->state = pk_cmd_state_dir(desired);
	if (desired->bundle != NULL && facts->arch != NULL && !desired->feature)
		steps->program = pk_bundle_find_program(desired->bundle, facts->arch);
	steps->service = service_name(steps);
	if (!safe(steps, steps->state, false) || !safe(steps, facts->image, false) ||
		!safe(steps, steps->service, true) || !safe(steps, facts->service, true) ||
		!safe(steps, facts->driver, true) || !safe(steps, desired->driver, true) ||
		!safe(steps, steps->wish->rollout, true))
		return false;

	struct pk_host_record record = next_record(steps);
	add_lock(steps);
	if (!add_files(steps))
		return false;
	add_open(steps, &record);
	if (!add_sensor(steps) || !add_logs(steps))
		return false;
	record.open = false;
	record.applied = facts->record.applied + 1;
	/* What the step "readback" found; without it nothing is claimed. */
	record.rules = desired->content != NULL && !desired->absent ? facts->record.rules : NULL;
	add_close(steps, &record);
	return true;
}

void pk_cmd_steps_finish(struct pk_cmd_steps *steps)
{
	for (size_t i = 0; i < steps->len; i++)
		pk_buf_finish(&steps->items[i].line.text);
}

/* The file of the bundle is read only when it is sent. */
static bool ask_put(
	struct pk_ask *out, const struct pk_cmd_steps *steps, const struct pk_cmd_step *put)
{
	*out = (struct pk_ask){.kind = PK_ASK_PUT,
		.path = pk_cmd_sftp_path(steps->arena, put->path),
		.input = put->bytes,
		.input_len = put->len};
	if (put->bytes != NULL || put->len == 0)
		return true;
	struct pk_diags diags = {.arena = steps->arena};
	const struct pk_source *bytes =
		pk_bundle_keep_file(steps->wish->desired->bundle, steps->program, &diags);
	if (bytes == NULL) {
		const struct pk_diag *first = &diags.all.items[0];
		pk_failure_set(
			steps->failure, PK_FAILURE_APPLY, first->code, false, "%s", first->message);
		return false;
	}
	out->input = bytes->text;
	out->input_len = bytes->len;
	return true;
}

bool pk_cmd_ask_change(struct pk_ask *out, struct pk_arena *arena, const struct pk_job_wish *wish,
	const struct pk_facts *facts, const struct pk_host_plan *plan, size_t step,
	struct pk_failure *failure)
{
	struct pk_cmd_steps steps = {
		.arena = arena, .wish = wish, .facts = facts, .plan = plan, .failure = failure};
	bool good = pk_cmd_steps_make(&steps) && step < steps.len;
	if (good && steps.items[step].path != NULL) {
		good = ask_put(out, &steps, &steps.items[step]);
	} else if (good) {
		good = pk_cmd_line_ask(out, arena, &steps.items[step].line, facts->shell, failure);
		if (good && steps.items[step].output_max != 0)
			out->output_max = steps.items[step].output_max;
	}
	if (good)
		out->changes = true;
	pk_cmd_steps_finish(&steps);
	return good;
}
