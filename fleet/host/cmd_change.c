/*
 * Changing a Windows host, step by step. Each step is a piece of a line, framed like every other
 * one, or a file; the list of steps is made anew from the same facts and plan for each question and
 * answer, so that nothing has to be remembered in between.
 *
 * Order: a folder that only administrators may enter, a lock in it, files by their digest, their
 * digests as the host computes them, a record that says "changing"; only then the sensor. At last
 * what the sensor reports is read, and the record says "done". A configuration that the sensor
 * refuses is taken back at once, in the same line, so that a connection that ends does not matter.
 */
#include "fleet/host/cmd_agent.h"

#include <string.h>

#include "base/text.h"
#include "fleet/bundle/sensor.h"
#include "fleet/host/change_part.h"

struct pk_cmd_step *pk_cmd_step_add(struct pk_cmd_steps *steps, const char *name)
{
	struct pk_cmd_step *step = pk_list_push(steps->arena, steps);
	step->name = name;
	pk_cmd_line_init(&step->line, steps->wish->nonce);
	pk_cmd_line_frame(&step->line, "step", name);
	return step;
}

/* Everything that goes into lines, checked once: what cannot be quoted safely is refused. */
bool pk_cmd_step_safe(struct pk_cmd_steps *steps, const char *text, bool name)
{
	if (text == NULL || (name ? pk_cmd_name_safe(text) : pk_cmd_text_safe(text)))
		return true;
	pk_failure_set(steps->failure, PK_FAILURE_APPLY, PK_HOST_NAME_UNSAFE, false,
		"'%.100s' cannot be given to cmd.exe safely", text);
	return false;
}

const char *pk_cmd_config_path(const struct pk_cmd_steps *steps, const char *digest)
{
	return pk_arena_printf(steps->arena, "%s\\configs\\%s.xml", steps->state,
		digest + strlen(PK_DIGEST_PREFIX));
}

const char *pk_cmd_stage_path(const struct pk_cmd_steps *steps, const char *digest)
{
	return pk_arena_printf(
		steps->arena, "%s\\stage\\%s", steps->state, digest + strlen(PK_DIGEST_PREFIX));
}

struct pk_bundle_words pk_cmd_words(const struct pk_cmd_steps *steps, enum pk_cmd_words which)
{
	const struct pk_desired *desired = steps->wish->desired;
	const struct pk_sensor_kind *kind = pk_sensor_kind(desired->sensor);
	const struct pk_bundle_steps *own =
		desired->bundle != NULL ? &desired->bundle->steps : NULL;
	struct pk_bundle_words words = {0};
	const char *const *otherwise = kind->install;
	switch (which) {
	case PK_CMD_INSTALL:
		words = own != NULL ? own->install : words;
		break;
	case PK_CMD_UPDATE:
		words = own != NULL ? own->update : words;
		otherwise = kind->update;
		break;
	case PK_CMD_REMOVE:
		words = own != NULL ? own->remove : words;
		otherwise = kind->remove;
		break;
	}
	bool none = words.len == 0;
	for (size_t i = 0; none && otherwise[i] != NULL; i++)
		*pk_list_push(steps->arena, &words) = otherwise[i];
	return words;
}

/*
 * The folder, for SYSTEM and Administrators only (by SID: their names are translated), and the
 * lock: making a folder succeeds for one of two who try it.
 */
static void add_lock(struct pk_cmd_steps *steps)
{
	struct pk_cmd_line *line = &pk_cmd_step_add(steps, "lock")->line;
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

/* The bytes are those of `file`, if that is given. */
static void add_put(struct pk_cmd_steps *steps, const char *digest, const void *bytes,
	const struct pk_bundle_file *file, size_t len)
{
	struct pk_cmd_step *step = pk_cmd_step_add(steps, "put");
	pk_buf_finish(&step->line.text);
	step->path = pk_cmd_stage_path(steps, digest);
	step->bytes = bytes;
	step->file = file;
	step->len = len;
	step->digest = digest;
}

/* For each file that was put, the question for its digest as the host computes it. */
static void add_stages(struct pk_cmd_steps *steps)
{
	size_t count = steps->len;
	for (size_t i = 0; i < count; i++) {
		if (steps->items[i].path == NULL)
			continue;
		struct pk_cmd_step *step = pk_cmd_step_add(steps, "stage");
		const struct pk_cmd_step *put = &steps->items[i];
		step->digest = put->digest;
		step->len = put->len;
		pk_cmd_line_frame(&step->line, "hash", NULL);
		pk_cmd_line_run(&step->line, "certutil -hashfile \"%s\" SHA256", put->path);
		pk_cmd_line_put(&step->line, "for %%I in (\"%s\") do @echo %s size %%~zI",
			put->path, step->line.nonce);
	}
}

/* What has been moved is not where it was: the status of `move` tells less. */
void pk_cmd_step_move(
	struct pk_cmd_line *line, const char *folder, const char *from, const char *to)
{
	pk_cmd_line_put(line, "set PKBAD=1");
	pk_cmd_line_put(line, "move /y \"%s\\%s\" \"%s\\%s\" >nul", folder, from, folder, to);
	pk_cmd_line_put(line, "(if not exist \"%s\\%s\" if exist \"%s\\%s\" set PKBAD=)", folder,
		from, folder, to);
	pk_cmd_line_put(line, "(if not defined PKBAD echo %s moved yes)", line->nonce);
}

void pk_cmd_step_give_up(struct pk_cmd_line *line, const struct pk_cmd_steps *steps)
{
	const char *state = steps->state;
	pk_cmd_line_put(line,
		"(if defined PKBAD if not exist \"%s\\record.old\" del /q \"%s\\record\")", state,
		state);
	pk_cmd_line_put(line,
		"(if defined PKBAD if exist \"%s\\record.old\" move /y \"%s\\record.old\" "
		"\"%s\\record\" >nul)",
		state, state, state);
	pk_cmd_line_put(line, "(if defined PKBAD rd /s /q \"%s\\lock\")", state);
}

static bool has(const struct pk_host_plan *plan, enum pk_host_change_kind kind)
{
	for (size_t i = 0; i < plan->changes.len; i++)
		if (plan->changes.items[i].kind == kind)
			return true;
	return false;
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
	/* Until they are read back, or left as they are. */
	if (steps->install || has(steps->plan, PK_CHANGE_CONFIG) || desired->absent)
		record.rules = NULL;
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

/* The record is written beside and moved over the old one: it is never half there. */
static bool add_record(
	struct pk_cmd_steps *steps, struct pk_cmd_line *line, const struct pk_host_record *record)
{
	PK_BUF_AUTO text = {0};
	pk_host_record_put(&text, record);
	const char *into = ">";
	for (char *at = text.data, *end; *at != '\0'; at = end + 1, into = ">>") {
		end = strchr(at, '\n');
		*end = '\0';
		if (!pk_cmd_step_safe(steps, at, false))
			return false;
		pk_cmd_line_put(line, "%s\"%s\\record.new\" echo %s", into, steps->state, at);
	}
	return true;
}

/* Takes the lock over (ours, or a stale one), and says that a change has begun. */
static bool add_open(struct pk_cmd_steps *steps, const struct pk_host_record *record)
{
	const char *state = steps->state;
	struct pk_cmd_step *step = pk_cmd_step_add(steps, "open");
	struct pk_cmd_line *line = &step->line;
	step->apart = true;
	pk_cmd_line_put(line, ">\"%s\\lock\\owner\" echo %s %llu", state, steps->wish->rollout,
		(unsigned long long)steps->wish->sequence);
	if (!add_record(steps, line, record))
		return false;
	pk_cmd_line_put(line, "del /q \"%s\\record.old\" 2>nul", state);
	pk_cmd_line_put(line, "copy /y \"%s\\record\" \"%s\\record.old\" >nul 2>nul", state, state);
	pk_cmd_step_move(line, state, "record.new", "record");
	pk_cmd_line_bail(line);
	return true;
}

/* What was staged is of no use any more; configurations stay, to go back to. */
static bool add_close(struct pk_cmd_steps *steps, const struct pk_host_record *record)
{
	const char *state = steps->state;
	struct pk_cmd_step *step = pk_cmd_step_add(steps, "close");
	struct pk_cmd_line *line = &step->line;
	step->apart = true;
	if (!add_record(steps, line, record))
		return false;
	pk_cmd_step_move(line, state, "record.new", "record");
	pk_cmd_line_bail(line);
	pk_cmd_line_put(line, "del /q \"%s\\record.old\" 2>nul", state);
	pk_cmd_line_put(line, "del /q \"%s\\stage\\*\" 2>nul", state);
	pk_cmd_line_put(line, "rd /s /q \"%s\\lock\"", state);
	return true;
}

static void add_log(struct pk_cmd_steps *steps, const struct pk_log_wish *wish, const char *what)
{
	static const char *const words[] = {
		[PK_RETENTION_UNSET] = "",
		[PK_RETENTION_OVERWRITE] = "/rt:false /ab:false",
		[PK_RETENTION_KEEP] = "/rt:true /ab:false",
		[PK_RETENTION_ARCHIVE] = "/rt:true /ab:true",
	};
	struct pk_cmd_line *line = &pk_cmd_step_add(steps, "log")->line;
	if (pk_text_equal(what, "size"))
		pk_cmd_line_try(line, 0, "wevtutil sl \"%s\" /ms:%llu", wish->name,
			(unsigned long long)pk_log_windows_bytes(wish->bytes));
	else if (pk_text_equal(what, "retention"))
		pk_cmd_line_try(
			line, 0, "wevtutil sl \"%s\" %s", wish->name, words[wish->retention]);
	else
		pk_cmd_line_try(line, 0, "wevtutil sl \"%s\" \"/ca:%s\"", wish->name, wish->access);
	pk_cmd_line_bail(line);
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
			if (!pk_cmd_step_safe(steps, wish->name, false) ||
				!pk_cmd_step_safe(steps, wish->access, false))
				return false;
			add_log(steps, wish, change->what);
			break;
		}
	}
	return true;
}

static void add_start(struct pk_cmd_steps *steps)
{
	struct pk_cmd_line *line = &pk_cmd_step_add(steps, "start")->line;
	pk_cmd_line_try(line, PK_CMD_RUNS, "sc start %s", steps->facts->service);
	pk_cmd_line_bail(line);
}

static void add_sysmon(struct pk_cmd_steps *steps, bool remove)
{
	const struct pk_host_plan *plan = steps->plan;
	bool config = has(plan, PK_CHANGE_CONFIG);
	if (remove)
		pk_cmd_sysmon_remove(steps);
	if (steps->install)
		pk_cmd_sysmon_install(steps);
	if (config)
		pk_cmd_sysmon_config(steps);
	if (has(plan, PK_CHANGE_START))
		add_start(steps);
	if ((steps->install || config) && steps->wish->desired->content != NULL)
		pk_cmd_sysmon_readback(steps);
}

/* The steps about the sensor itself. */
static void add_sensor(struct pk_cmd_steps *steps)
{
	const struct pk_host_plan *plan = steps->plan;
	bool remove = has(plan, PK_CHANGE_REPLACE) || has(plan, PK_CHANGE_REMOVE);
	switch (steps->wish->desired->sensor) {
	case PK_SENSOR_SYSMON:
		add_sysmon(steps, remove);
		break;
	case PK_SENSOR_MONSTER:
	case PK_SENSOR_WINLOGBEAT:
		pk_cmd_agent_change(
			steps, remove, has(plan, PK_CHANGE_CONFIG), has(plan, PK_CHANGE_START));
		break;
	case PK_SENSOR_NONE:
	case PK_SENSOR_SYSMON_LINUX:
		break;
	}
}

/* The files of a bundle that go to the host, each content once. */
static void add_bundle(struct pk_cmd_steps *steps)
{
	const struct pk_bundle *bundle = steps->wish->desired->bundle;
	bool all = pk_cmd_agent_find(steps->wish->desired->sensor) != NULL;
	for (size_t i = 0; i < bundle->files.len; i++) {
		const struct pk_bundle_file *file = &bundle->files.items[i];
		if (all ? pk_cmd_agent_place(steps, file) == NULL : file != steps->program)
			continue;
		size_t j = 0;
		while (j < steps->len &&
			(steps->items[j].path == NULL ||
				!pk_text_equal(steps->items[j].digest, file->digest)))
			j++;
		if (j == steps->len)
			add_put(steps, file->digest, NULL, file, file->bytes);
	}
}

/* What goes to the host. */
static bool add_files(struct pk_cmd_steps *steps)
{
	const struct pk_desired *desired = steps->wish->desired;
	if (desired->content != NULL && (steps->install || has(steps->plan, PK_CHANGE_CONFIG)))
		add_put(steps, desired->content->digest, desired->content->bytes, NULL,
			desired->content->len);
	if (steps->install && !desired->feature) {
		if (steps->program == NULL) {
			pk_failure_set(steps->failure, PK_FAILURE_APPLY, PK_CHANGE_BUNDLE_PLATFORM,
				false, "the bundle has no program for this host");
			return false;
		}
		add_bundle(steps);
	}
	add_stages(steps);
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

static bool check_words(struct pk_cmd_steps *steps)
{
	const struct pk_desired *desired = steps->wish->desired;
	const struct pk_facts *facts = steps->facts;
	return pk_cmd_step_safe(steps, steps->state, false) &&
		pk_cmd_step_safe(steps, facts->image, false) &&
		pk_cmd_step_safe(steps, steps->service, true) &&
		pk_cmd_step_safe(steps, facts->service, true) &&
		pk_cmd_step_safe(steps, facts->driver, true) &&
		pk_cmd_step_safe(steps, desired->driver, true) &&
		pk_cmd_step_safe(steps, steps->wish->rollout, true) &&
		(pk_cmd_agent_find(desired->sensor) == NULL || pk_cmd_agent_check(steps));
}

/*
 * The live rules for the record: those that the step "readback" found, or that are still there from
 * then, or, after an interruption before that step, those there are.
 */
static const char *rules_left(const struct pk_cmd_steps *steps)
{
	const struct pk_facts *facts = steps->facts;
	const struct pk_content *content = steps->wish->desired->content;
	if (content == NULL || steps->wish->desired->absent)
		return NULL;
	if (facts->record.rules == NULL && facts->record.open &&
		pk_facts_run(facts, content) == PK_FACT_YES)
		return facts->rules;
	return facts->record.rules;
}

bool pk_cmd_steps_make(struct pk_cmd_steps *steps)
{
	const struct pk_desired *desired = steps->wish->desired;
	const struct pk_facts *facts = steps->facts;
	steps->state = pk_cmd_state_dir(desired);
	steps->install = has(steps->plan, PK_CHANGE_INSTALL) || has(steps->plan, PK_CHANGE_REPLACE);
	if (desired->bundle != NULL && facts->arch != NULL && !desired->feature)
		steps->program = pk_bundle_find_program(desired->bundle, facts->arch);
	steps->service = service_name(steps);
	if (!check_words(steps))
		return false;

	struct pk_host_record record = next_record(steps);
	add_lock(steps);
	if (!add_files(steps) || !add_open(steps, &record))
		return false;
	add_sensor(steps);
	if (!add_logs(steps))
		return false;
	record.open = false;
	record.applied = facts->record.applied + 1;
	record.rules = rules_left(steps);
	return add_close(steps, &record);
}

void pk_cmd_steps_finish(struct pk_cmd_steps *steps)
{
	for (size_t i = 0; i < steps->len; i++)
		pk_buf_finish(&steps->items[i].line.text);
}

bool pk_cmd_steps_question(
	struct pk_cmd_question *out, const struct pk_cmd_steps *steps, size_t number)
{
	enum { ROOM = 64 }; /* for the frame "end" */
	size_t first = 0, count = 0, len = 0;
	for (size_t i = 0; i < steps->len; i++) {
		const struct pk_cmd_step *step = &steps->items[i];
		len += step->line.text.len;
		if (i == first ||
			(step->path == NULL && !step->apart && steps->items[i - 1].path == NULL &&
				len + ROOM < PK_CMD_LINE_MAX))
			continue;
		if (count++ == number) {
			*out = (struct pk_cmd_question){first, i};
			return true;
		}
		first = i;
		len = step->line.text.len;
	}
	*out = (struct pk_cmd_question){first, steps->len};
	return count == number && first < steps->len;
}

/* The file of the bundle is read only when it is sent. */
static bool ask_put(
	struct pk_ask *out, const struct pk_cmd_steps *steps, const struct pk_cmd_step *put)
{
	*out = (struct pk_ask){.kind = PK_ASK_PUT,
		.path = pk_cmd_sftp_path(steps->arena, put->path),
		.input = put->bytes,
		.input_len = put->len};
	if (put->file == NULL)
		return true;
	struct pk_diags diags = {.arena = steps->arena};
	const struct pk_source *bytes =
		pk_bundle_read_file(steps->arena, steps->wish->desired->bundle, put->file, &diags);
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

/* The lines of several steps as one. */
static bool ask_lines(
	struct pk_ask *out, struct pk_cmd_steps *steps, const struct pk_cmd_question *question)
{
	struct pk_cmd_line line;
	size_t output_max = 0;
	pk_cmd_line_init(&line, steps->wish->nonce);
	for (size_t i = question->first; i < question->end; i++) {
		const struct pk_cmd_step *step = &steps->items[i];
		pk_buf_put(&line.text, step->line.text.data, step->line.text.len);
		if (step->output_max > output_max)
			output_max = step->output_max;
	}
	if (!pk_cmd_line_ask(out, steps->arena, &line, steps->facts->shell, steps->failure))
		return false;
	if (output_max != 0)
		out->output_max = output_max;
	return true;
}

bool pk_cmd_ask_change(struct pk_ask *out, struct pk_arena *arena, const struct pk_job_wish *wish,
	const struct pk_facts *facts, const struct pk_host_plan *plan, size_t step,
	struct pk_failure *failure)
{
	struct pk_cmd_steps steps = {
		.arena = arena, .wish = wish, .facts = facts, .plan = plan, .failure = failure};
	struct pk_cmd_question question;
	bool good = pk_cmd_steps_make(&steps) && pk_cmd_steps_question(&question, &steps, step);
	if (good && steps.items[question.first].path != NULL)
		good = ask_put(out, &steps, &steps.items[question.first]);
	else if (good)
		good = ask_lines(out, &steps, &question);
	if (good)
		out->changes = true;
	pk_cmd_steps_finish(&steps);
	return good;
}
