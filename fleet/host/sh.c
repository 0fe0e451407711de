/*
 * The dialect of Linux hosts. Facts and changes are one command: it tells the facts, waits, and
 * goes on with what it gets as its input, so that nothing can happen on the host unseen in between
 * and a push is one round trip more than a look.
 */
#include <string.h>

#include "base/text.h"
#include "fleet/host/sh_part.h"

enum {
	ANSWER_MAX = 1024 * 1024, /* bytes of an answer besides files */
	KNOWN_MAX = 64,		  /* digests told to the host, of 65 bytes */
	NAME_MAX_BYTES = 200,
};

/* Appends a script without its comments: it goes along as an argument. */
static void put_script(struct pk_buf *out, const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		size_t indent = strspn(text, "\t");
		if (indent < len && text[indent] != '#') {
			pk_buf_put(out, text + indent, len - indent);
			pk_buf_putc(out, '\n');
		}
		text += len + (text[len] == '\n');
	}
}

void pk_sh_put_word(struct pk_buf *out, const char *text)
{
	pk_buf_putc(out, '\'');
	for (;;) {
		size_t len = strcspn(text, "'");
		pk_buf_put(out, text, len);
		text += len;
		if (*text++ == '\0')
			break;
		pk_buf_puts(out, "'\\''");
	}
	pk_buf_putc(out, '\'');
}

static bool is_safe(const char *text, const char *more)
{
	size_t len = strlen(text);
	size_t safe = 0;
	while (safe < len &&
		((text[safe] >= 'a' && text[safe] <= 'z') ||
			(text[safe] >= 'A' && text[safe] <= 'Z') ||
			(text[safe] >= '0' && text[safe] <= '9') ||
			strchr(more, text[safe]) != NULL))
		safe++;
	return len > 0 && len <= NAME_MAX_BYTES && safe == len && text[0] != '-';
}

static bool is_safe_path(const char *path)
{
	return is_safe(path, "/_.+@-") && path[0] == '/' && path[1] != '\0' &&
		strstr(path, "..") == NULL && strstr(path, "//") == NULL &&
		!pk_text_ends(path, "/");
}

const char *pk_sh_service(const struct pk_desired *desired)
{
	return desired->service != NULL ? desired->service : "sysmon";
}

bool pk_sh_check_wish(const struct pk_job_wish *wish, struct pk_failure *failure)
{
	const struct pk_desired *desired = wish->desired;
	const struct {
		const char *what;
		const char *text;
		bool path;
	} names[] = {
		{"state folder", desired->state_dir, true},
		{"install folder", desired->install_dir, true},
		{"name of the service", pk_sh_service(desired), false},
		{"id of the rollout", wish->rollout, false},
		{"nonce", wish->nonce, false},
		{"name of the bundle", desired->bundle != NULL ? desired->bundle->id : NULL, false},
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *text = names[i].text;
		if (text == NULL ? !names[i].path
				 : (names[i].path ? is_safe_path(text) : is_safe(text, "_.+@:-")))
			continue;
		pk_failure_set(failure, PK_FAILURE_APPLY, PK_HOST_NAME_UNSAFE, false,
			"the %s '%.100s' cannot be given to a host safely", names[i].what,
			text != NULL ? text : "");
		return false;
	}
	return true;
}

static const char *become_word(enum pk_become become)
{
	switch (become) {
	case PK_BECOME_AUTO:
		return "auto";
	case PK_BECOME_SUDO:
		return "sudo";
	case PK_BECOME_NONE:
		break;
	}
	return "none";
}

/* The letters of what is wanted; sh_facts.sh says what they mean. */
static void put_wants(struct pk_buf *out, const struct pk_job_wish *wish)
{
	const struct pk_desired *desired = wish->desired;
	pk_buf_puts(out, "-");
	if (desired->sensor == PK_SENSOR_SYSMON_LINUX) {
		pk_buf_puts(out, desired->absent ? "s" : "sp");
		if (wish->want_config)
			pk_buf_puts(out, "c");
		if (wish->want_health)
			pk_buf_puts(out, "h");
	}
	for (size_t i = 0; i < desired->log_count; i++)
		if (pk_text_equal(desired->logs[i].name, "journal"))
			pk_buf_puts(out, "j");
}

/* Files that the host may have already; those of all architectures, as we do not know its own. */
static void put_staged(struct pk_buf *out, const struct pk_desired *desired)
{
	size_t prefix = strlen(PK_DIGEST_PREFIX);
	pk_buf_putc(out, '\'');
	if (desired->content != NULL)
		pk_buf_printf(out, "configs/%s", desired->content->digest + prefix);
	for (size_t i = 0; desired->bundle != NULL && i < desired->bundle->files.len; i++) {
		const struct pk_bundle_file *file = &desired->bundle->files.items[i];
		if (file->role == PK_BUNDLE_PROGRAM || file->role == PK_BUNDLE_PACKAGE)
			pk_buf_printf(out, " stage/%s", file->digest + prefix);
	}
	pk_buf_putc(out, '\'');
}

static void put_known(struct pk_buf *out, const struct pk_job_wish *wish)
{
	size_t prefix = strlen(PK_DIGEST_PREFIX);
	pk_buf_putc(out, '\'');
	if (wish->desired->content != NULL)
		pk_buf_printf(out, ",%s", wish->desired->content->digest + prefix);
	for (size_t i = 0; i < wish->known_count && i < KNOWN_MAX; i++)
		if (pk_digest_is(wish->known[i]))
			pk_buf_printf(out, ",%s", wish->known[i] + prefix);
	pk_buf_puts(out, ",'");
}

static void ask_facts(struct pk_ask *out, struct pk_arena *arena, const struct pk_job_wish *wish)
{
	const struct pk_desired *desired = wish->desired;
	struct pk_failure failure = {0};
	*out = (struct pk_ask){
		.kind = wish->rollout != NULL ? PK_ASK_TALK : PK_ASK_RUN,
		.command = "true",
		.ready = wish->nonce,
		.output_max = ANSWER_MAX,
	};
	if (wish->want_config)
		out->output_max += 2 * (PK_FACT_CONFIG_MAX + PK_FACT_RULES_MAX);
	/* hear_facts says it. */
	if (!pk_sh_check_wish(wish, &failure))
		return;
	PK_BUF_AUTO script = {0};
	put_script(&script, pk_sh_facts_text);
	PK_BUF_AUTO text = {0};
	pk_buf_puts(&text, "exec sh -c 'eval \"$1\"' picket ");
	pk_sh_put_word(&text, script.data);
	pk_buf_printf(&text, " %s %s %s %s %s ", wish->nonce, desired->state_dir,
		desired->install_dir, pk_sh_service(desired), become_word(desired->become));
	put_wants(&text, wish);
	pk_buf_putc(&text, ' ');
	put_staged(&text, desired);
	pk_buf_putc(&text, ' ');
	put_known(&text, wish);
	/* Both in one block: many jobs at once wait for their answers. */
	size_t command_len = text.len;
	pk_buf_putc(&text, '\0');
	pk_buf_printf(&text, "%s ready", wish->nonce);
	out->command = pk_arena_strndup(arena, text.data, text.len);
	out->ready = out->command + command_len + 1;
}

/* Bytes of a file, if they are those of its digest: it may have changed while it was read. */
static const void *hear_bytes(struct pk_arena *arena, const struct pk_frames *frames,
	const char *key, size_t from, size_t most, const char *digest, size_t *len_out)
{
	const struct pk_frame *frame = pk_frame_find(frames, key, from);
	if (frame == NULL || digest == NULL || frame->body_len > most)
		return NULL;
	char is[PK_DIGEST_TEXT];
	pk_digest_print(is, frame->body, frame->body_len);
	if (!pk_text_equal(is, digest))
		return NULL;
	*len_out = frame->body_len;
	return pk_arena_strndup(arena, frame->body, frame->body_len);
}

static const char *hear_digest(const struct pk_frames *frames, const char *key, size_t from)
{
	const char *value = pk_frame_value(frames, key, from);
	return pk_digest_is(value) ? value : NULL;
}

static void hear_sensor(struct pk_facts *out, struct pk_arena *arena,
	const struct pk_job_wish *wish, const struct pk_frames *frames, size_t from)
{
	out->present = pk_frame_fact(frames, "present", from);
	out->running = pk_frame_fact(frames, "running", from);
	out->version = pk_frame_value(frames, "version", from);
	out->service = pk_frame_value(frames, "service", from);
	out->image = pk_frame_value(frames, "image", from);
	out->config = hear_digest(frames, "config", from);
	out->rules = hear_digest(frames, "rules", from);
	if (wish->want_config) {
		out->config_bytes = hear_bytes(arena, frames, "config-bytes", from,
			PK_FACT_CONFIG_MAX, out->config, &out->config_len);
		out->rules_bytes = hear_bytes(arena, frames, "rules-bytes", from, PK_FACT_RULES_MAX,
			out->rules, &out->rules_len);
	}
	uint64_t age = pk_frame_number(frames, "event-age", from, UINT64_MAX);
	if (age <= INT64_MAX / 1000)
		out->event_age_ms = (int64_t)age * 1000;
	out->events = pk_frame_number(frames, "events", from, 0);
	out->errors = pk_frame_number(frames, "errors", from, 0);
	out->error = pk_frame_value(frames, "error", from);
}

void pk_sh_hear(struct pk_facts *out, struct pk_arena *arena, const struct pk_job_wish *wish,
	const struct pk_frames *frames, size_t from)
{
	*out = (struct pk_facts){
		.platform = PK_HOST_LINUX,
		.sensor = wish->desired->sensor,
		.shell = pk_frame_value(frames, "shell", from),
		.system = pk_frame_value(frames, "system", from),
		.arch = pk_frame_value(frames, "arch", from),
		.unpacks = pk_frame_value(frames, "unpacks", from) != NULL,
		.elevated = pk_frame_fact(frames, "elevated", from),
		.trouble = pk_frame_value(frames, "trouble", from),
		.event_age_ms = -1,
	};
	if (out->sensor == PK_SENSOR_SYSMON_LINUX)
		hear_sensor(out, arena, wish, frames, from);
	if (pk_frame_find(frames, "journal", from) != NULL) {
		struct pk_log_facts *log = pk_list_push(arena, &out->logs);
		log->name = "journal";
		log->enabled = PK_FACT_YES;
		log->bytes = pk_frame_number(frames, "journal", from, 0);
	}
	const struct pk_frame *record = pk_frame_find(frames, "record", from);
	if (record != NULL)
		pk_host_record_read(&out->record, arena, record->body, record->body_len);
	for (size_t i = from; i < frames->len; i++)
		if (pk_text_equal(frames->items[i].key, "staged") &&
			pk_digest_is(frames->items[i].value))
			*pk_list_push(arena, &out->staged) = frames->items[i].value;
}

static bool hear_facts(struct pk_facts *out, struct pk_arena *arena, const struct pk_job_wish *wish,
	const struct pk_host_answer *answer, struct pk_failure *failure)
{
	struct pk_frames frames;
	if (!pk_sh_check_wish(wish, failure) ||
		!pk_frames_read(&frames, arena, wish->nonce, answer->out, answer->out_len, failure))
		return false;
	if (pk_frame_find(&frames, "ready", 0) == NULL) {
		pk_frames_fail(failure, answer);
		return false;
	}
	pk_sh_hear(out, arena, wish, &frames, 0);
	return true;
}

static bool hear_changes(struct pk_facts *out, struct pk_arena *arena,
	const struct pk_job_wish *wish, const struct pk_host_answer *answer, bool *changed_out,
	struct pk_failure *failure)
{
	struct pk_frames frames;
	*changed_out = true;
	if (!pk_frames_read(&frames, arena, wish->nonce, answer->out, answer->out_len, failure))
		return false;
	const struct pk_frame *ready = pk_frame_find(&frames, "ready", 0);
	size_t from = ready != NULL ? (size_t)(ready - frames.items) + 1 : frames.len;
	pk_sh_hear(out, arena, wish, &frames, from);
	bool touched = pk_frame_find(&frames, "touched", from) != NULL;
	bool restored = pk_frame_find(&frames, "restored", from) != NULL;
	if (!frames.ended) {
		pk_frames_fail(failure, answer);
		return false;
	}
	*changed_out = touched && !restored;
	const struct pk_frame *failed = pk_frame_find(&frames, "failed", from);
	if (failed != NULL) {
		pk_sh_fail(failure, arena, failed, restored, touched);
		return false;
	}
	if (out->shell == NULL) {
		pk_failure_set(failure, PK_FAILURE_TRANSFER, PK_HOST_ANSWER, false,
			"the host ended the change without saying what became of it");
		return false;
	}
	return true;
}

const struct pk_dialect pk_dialect_sh = {
	.name = "sh",
	.ask_facts = ask_facts,
	.hear_facts = hear_facts,
	.put_changes = pk_sh_put_changes,
	.hear_changes = hear_changes,
};
