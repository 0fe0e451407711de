/* What a Windows host says of itself: both answers of reading. */
#include "fleet/host/cmd_agent.h"

#include <string.h>

#include "base/text.h"
#include "fleet/host/change_part.h"

enum {
	STATE_STOPPED = 1,
	STATE_RUNNING = 4,
	SC_NO_SERVICE = 1060,
	EVENT_CONFIG = 16,
	EVENT_STATE = 4,
	EVENT_ERROR = 255,
	CLOCK_STEP_MS = 60 * 1000, /* some clocks say no seconds */
};

/* The frames of a whole answer; false after a failure. */
static bool read_frames(struct pk_frames *out, struct pk_arena *arena,
	const struct pk_job_wish *wish, const struct pk_host_answer *answer,
	struct pk_failure *failure)
{
	if (!pk_frames_read(out, arena, wish->nonce, answer->out, answer->out_len, failure))
		return false;
	if (!out->ended)
		pk_frames_fail(failure, answer);
	return out->ended;
}

static bool holds(struct pk_cmd_text text, const char *needle)
{
	return text.len > 0 && memmem(text.at, text.len, needle, strlen(needle)) != NULL;
}

/* What a framed command said, if it went well. */
static struct pk_cmd_text said(const struct pk_frames *frames, const char *key)
{
	const struct pk_frame *frame = pk_frame_find(frames, key, 0);
	if (pk_cmd_frame_status(frames, frame) != 0)
		return (struct pk_cmd_text){"", 0};
	return pk_cmd_body(frame);
}

/* Mandatory levels: high or system is elevated, medium and below is not. */
static enum pk_fact read_elevated(const struct pk_frames *frames)
{
	struct pk_cmd_text groups = said(frames, "groups");
	if (holds(groups, "S-1-16-12288") || holds(groups, "S-1-16-16384"))
		return PK_FACT_YES;
	return holds(groups, "S-1-16-") ? PK_FACT_NO : PK_FACT_UNKNOWN;
}

static const char *read_arch(const struct pk_frames *frames)
{
	static const char *const names[][2] = {
		{"ARM64", "arm64"}, {"AMD64", "x64"}, {"x86", "x86"}};
	const char *value = pk_frame_value(frames, "arch", 0);
	/* A 32-bit shell says what the machine is in the second word. */
	for (size_t i = 0; value != NULL && i < sizeof(names) / sizeof(names[0]); i++)
		if (pk_text_find_nocase(value, names[i][0]) != NULL)
			return names[i][1];
	return NULL;
}

/* Is there a service? By both sc and reg: a tool that says nothing says nothing. */
static enum pk_fact service_present(
	const struct pk_frames *frames, const struct pk_frame *service, unsigned *state_out)
{
	int64_t status = pk_cmd_frame_status(frames, service);
	*state_out = pk_cmd_sc_state(pk_cmd_body(service));
	if (status == 0)
		return *state_out != 0 ? PK_FACT_YES : PK_FACT_UNKNOWN;
	if (status == SC_NO_SERVICE)
		return PK_FACT_NO;
	/*
	 * Without that number the registry decides, but only where reg proves that it can read:
	 * it ends with 1 both for what is not there and for what it may not see.
	 */
	const struct pk_frame *key =
		pk_frame_find(frames, "key", (size_t)(service - frames->items));
	bool can_read = said(frames, "bias").len > 0;
	return status == 1 && can_read && pk_cmd_frame_status(frames, key) == 1 ? PK_FACT_NO
										: PK_FACT_UNKNOWN;
}

/* The service is there: its state, and its program if its key was asked for. */
static void take_service(struct pk_facts *out, struct pk_arena *arena,
	const struct pk_frames *frames, const char *service, unsigned state)
{
	out->present = PK_FACT_YES;
	out->service = service;
	out->running = PK_FACT_UNKNOWN;
	if (state == STATE_RUNNING)
		out->running = PK_FACT_YES;
	else if (state == STATE_STOPPED)
		out->running = PK_FACT_NO;
	const struct pk_frame *key = pk_frame_find(frames, "key", 0);
	while (key != NULL && !(key->value != NULL && pk_text_equal(key->value, service)))
		key = pk_frame_find(frames, "key", (size_t)(key - frames->items) + 1);
	if (key == NULL)
		return;
	out->command = pk_cmd_reg_text(arena, pk_cmd_body(key), "ImagePath");
	out->image = pk_cmd_image(arena, out->command, pk_frame_value(frames, "root", 0));
}

/* All services that were asked about; the first one that is there is the sensor's. */
static void read_services(
	struct pk_facts *out, struct pk_arena *arena, const struct pk_frames *frames)
{
	bool unknown = false, any = false;
	for (size_t i = 0; i < frames->len; i++) {
		const struct pk_frame *frame = &frames->items[i];
		if (!pk_text_equal(frame->key, "service") || frame->value == NULL)
			continue;
		any = true;
		unsigned state;
		enum pk_fact present = service_present(frames, frame, &state);
		if (present == PK_FACT_YES && out->present != PK_FACT_YES)
			take_service(out, arena, frames, frame->value, state);
		unknown = unknown || present == PK_FACT_UNKNOWN;
	}
	if (out->present == PK_FACT_YES)
		return;
	out->present = any && !unknown ? PK_FACT_NO : PK_FACT_UNKNOWN;
	out->running = out->present == PK_FACT_NO ? PK_FACT_NO : PK_FACT_UNKNOWN;
	if (unknown)
		out->trouble = "the service control manager does not answer";
}

/* "HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\NAME\Parameters": NAME, or NULL. */
static const char *driver_of(struct pk_arena *arena, struct pk_cmd_text line)
{
	static const char before[] = "\\SYSTEM\\CurrentControlSet\\Services\\";
	static const char after[] = "\\Parameters";
	const char *text = pk_facts_text(arena, line.at, line.len);
	if (text == NULL || !pk_text_starts(text, "HKEY_") || !pk_text_ends(text, after))
		return NULL;
	const char *at = pk_text_find_nocase(text, before);
	if (at == NULL)
		return NULL;
	at += strlen(before);
	size_t len = strlen(at);
	/* "Services\Parameters": the backslash of `after` was taken as that of `before`. */
	if (len <= strlen(after))
		return NULL;
	const char *name = pk_arena_strndup(arena, at, len - strlen(after));
	return pk_cmd_name_safe(name) ? name : NULL;
}

/* The driver by its parameters: one of the name that is wished, else the first. */
static void read_driver(struct pk_facts *out, struct pk_arena *arena,
	const struct pk_job_wish *wish, const struct pk_frames *frames)
{
	struct pk_cmd_text hits = said(frames, "drivers");
	struct pk_cmd_text line;
	while (pk_cmd_next_line(&line, &hits)) {
		const char *name = driver_of(arena, line);
		if (name == NULL)
			continue;
		const char *wanted = wish->desired->driver;
		if (out->driver == NULL || (wanted != NULL && pk_text_equal_nocase(name, wanted)))
			out->driver = name;
	}
	/* Sysmon without a configuration has no ConfigHash. */
	if (out->driver == NULL && out->present == PK_FACT_YES)
		out->driver = wish->desired->driver != NULL ? wish->desired->driver : "SysmonDrv";
}

/*
 * A Sysmon whose service has a name that nobody thought of: its driver is there, and its provider
 * of events has a program, which is called like the service. The second question asks about that.
 */
static void read_hidden(
	struct pk_facts *out, struct pk_arena *arena, const struct pk_frames *frames)
{
	if (out->present == PK_FACT_YES || out->driver == NULL)
		return;
	out->present = PK_FACT_UNKNOWN;
	out->running = PK_FACT_UNKNOWN;
	out->trouble = pk_arena_printf(arena,
		"there is a driver '%s' with a configuration: name its service in the inventory",
		out->driver);
	const char *image = pk_cmd_image(arena,
		pk_cmd_reg_text(arena, said(frames, "publisher"), "MessageFileName"),
		pk_frame_value(frames, "root", 0));
	const char *slash = image != NULL ? strrchr(image, '\\') : NULL;
	if (slash == NULL || !pk_text_ends(slash, ".exe"))
		return;
	const char *name = pk_arena_strndup(arena, slash + 1, strlen(slash + 1) - 4);
	if (!pk_cmd_name_safe(name))
		return;
	out->service = name;
	out->image = image;
}

/*
 * Monster's generation 2 is known by its driver alone; its program is then where it was to be put,
 * which the second question proves.
 */
static void read_agent_driver(struct pk_facts *out, struct pk_arena *arena,
	const struct pk_job_wish *wish, const struct pk_frames *frames)
{
	unsigned state = 0;
	for (size_t i = 0; i < frames->len && out->driver == NULL; i++) {
		const struct pk_frame *frame = &frames->items[i];
		if (!pk_text_equal(frame->key, "driver") || pk_cmd_frame_status(frames, frame) != 0)
			continue;
		state = pk_cmd_sc_state(pk_cmd_body(frame));
		if (state != 0)
			out->driver = frame->value;
	}
	if (out->driver == NULL || out->present != PK_FACT_NO)
		return;
	take_service(out, arena, frames, out->driver, state);
	out->image =
		pk_arena_printf(arena, "%s\\%s", pk_cmd_agent_folder(arena, wish->desired, out),
			pk_cmd_agent_find(out->sensor)->program);
}

/* Where a service that Windows keeps has its configuration, its command line says. */
static void read_agent_config(
	struct pk_facts *out, struct pk_arena *arena, const struct pk_job_wish *wish)
{
	const struct pk_cmd_agent *agent = pk_cmd_agent_find(out->sensor);
	struct pk_cmd_beat beat;
	if (agent->display == NULL || out->image == NULL)
		return;
	const char *folder = pk_cmd_agent_folder(arena, wish->desired, out);
	pk_cmd_beat_read(&beat, arena, agent, folder, out->command);
	out->config_file = beat.config;
}

bool pk_cmd_hear_facts(struct pk_facts *out, struct pk_arena *arena, const struct pk_job_wish *wish,
	const struct pk_host_answer *answer, struct pk_failure *failure)
{
	struct pk_frames frames = {0};
	if (!read_frames(&frames, arena, wish, answer, failure))
		return false;
	struct pk_facts facts = {.platform = PK_HOST_WINDOWS,
		.shell = wish->shell != NULL ? wish->shell : "cmd",
		.sensor = wish->desired->sensor,
		.event_age_ms = -1};
	facts.system = pk_cmd_ver(arena, pk_cmd_body(pk_frame_find(&frames, "ver", 0)));
	facts.arch = read_arch(&frames);
	facts.elevated = read_elevated(&frames);
	struct pk_cmd_text record = pk_cmd_body(pk_frame_find(&frames, "record", 0));
	pk_host_record_read(&facts.record, arena, record.at, record.len);
	if (facts.sensor != PK_SENSOR_NONE)
		read_services(&facts, arena, &frames);
	if (facts.sensor == PK_SENSOR_SYSMON) {
		read_driver(&facts, arena, wish, &frames);
		read_hidden(&facts, arena, &frames);
	} else if (pk_cmd_agent_find(facts.sensor) != NULL) {
		read_agent_driver(&facts, arena, wish, &frames);
		read_agent_config(&facts, arena, wish);
	}
	*out = facts;
	return true;
}

/* A ConfigHash by SHA256 is the digest of the file itself. */
static const char *digest_of_hash(struct pk_arena *arena, const char *hash)
{
	static const char prefix[] = "SHA256=";
	if (hash == NULL || !pk_text_starts(hash, prefix))
		return NULL;
	char *text = pk_arena_printf(arena, PK_DIGEST_PREFIX "%s", hash + strlen(prefix));
	for (char *c = text; *c != '\0'; c++)
		*c = pk_text_lower(*c);
	return pk_digest_is(text) ? text : NULL;
}

void pk_cmd_hear_params(struct pk_facts *facts, struct pk_arena *arena,
	const struct pk_job_wish *wish, struct pk_cmd_text params)
{
	facts->config_hash = pk_cmd_reg_text(arena, params, "ConfigHash");
	facts->config_file = pk_cmd_reg_text(arena, params, "ConfigFile");
	facts->config = digest_of_hash(arena, facts->config_hash);
	PK_BUF_AUTO rules = {0};
	if (!pk_cmd_reg_bytes(&rules, params, "Rules", PK_FACT_RULES_MAX))
		return;
	char digest[PK_DIGEST_TEXT];
	pk_digest_print(digest, rules.data, rules.len);
	facts->rules = pk_arena_strdup(arena, digest);
	if (!wish->want_config || pk_wish_knows(wish, digest) || rules.len == 0)
		return;
	facts->rules_bytes = pk_arena_strndup(arena, rules.data, rules.len);
	facts->rules_len = rules.len;
}

static void hear_sysmon(struct pk_facts *facts, struct pk_arena *arena,
	const struct pk_job_wish *wish, const struct pk_frames *frames)
{
	const struct pk_frame *params = pk_frame_find(frames, "params", 0);
	struct pk_cmd_text text = said(frames, "params");
	if (params != NULL && pk_cmd_frame_status(frames, params) == 0 && text.len > 0)
		pk_cmd_hear_params(facts, arena, wish, text);
	else if (params != NULL)
		facts->trouble = "the parameters of the driver cannot be read";
	facts->version = pk_cmd_banner(arena, pk_cmd_body(pk_frame_find(frames, "banner", 0)));
}

/*
 * Files that may be the configuration in force. Each is what the sensor runs only if its digest
 * says so: a file can be anything by now.
 */
static void hear_files(struct pk_facts *facts, struct pk_arena *arena,
	const struct pk_job_wish *wish, const struct pk_frames *frames)
{
	for (size_t i = 0; i < frames->len; i++) {
		const struct pk_frame *frame = &frames->items[i];
		struct pk_cmd_text text = pk_cmd_body(frame);
		/* Of the line end that follows the file, so that the next frame begins a line. */
		if (text.len > 0 && text.at[text.len - 1] == '\r')
			text.len--;
		if (!pk_text_equal(frame->key, "file") || text.len == 0 ||
			text.len > PK_FACT_CONFIG_MAX)
			continue;
		struct pk_content content;
		pk_content_init(&content, text.at, text.len, "");
		if (pk_facts_run(facts, &content) != PK_FACT_YES)
			continue;
		facts->config = pk_arena_strdup(arena, content.digest);
		if (pk_wish_knows(wish, content.digest))
			continue;
		facts->config_bytes = pk_arena_strndup(arena, text.at, text.len);
		facts->config_len = text.len;
	}
}

/* The digest that certutil says of a frame's file; false if it says none. */
static bool hash_of(
	char out[PK_DIGEST_TEXT], const struct pk_frames *frames, const struct pk_frame *frame)
{
	return frame != NULL && pk_cmd_frame_status(frames, frame) == 0 &&
		pk_cmd_certutil(out, pk_cmd_body(frame));
}

/*
 * The version of an agent by the digest of its program: that of the bundle it is in, or of the one
 * we installed it from, or else the beginning of the digest, which is at least no other version.
 */
static const char *version_of(struct pk_arena *arena, const struct pk_job_wish *wish,
	const struct pk_facts *facts, const char *digest)
{
	enum { SHORT = sizeof(PK_DIGEST_PREFIX) - 1 + 12 };
	const struct pk_bundle *bundle = wish->desired->bundle;
	for (size_t i = 0; bundle != NULL && i < bundle->files.len; i++)
		if (bundle->files.items[i].role == PK_BUNDLE_PROGRAM &&
			pk_text_equal(bundle->files.items[i].digest, digest))
			return bundle->version;
	const char *ours = facts->record.present ? facts->record.bundle : NULL;
	const char *at = ours != NULL ? strchr(ours, '@') : NULL;
	if (at != NULL && (bundle == NULL || !pk_text_equal(at + 1, bundle->version)))
		return at + 1;
	return pk_arena_strndup(arena, digest, SHORT);
}

static void hear_agent(struct pk_facts *facts, struct pk_arena *arena,
	const struct pk_job_wish *wish, const struct pk_frames *frames)
{
	char digest[PK_DIGEST_TEXT];
	facts->version = NULL;
	if (pk_cmd_agent_find(facts->sensor)->display != NULL)
		facts->version = pk_cmd_banner(arena, said(frames, "program"));
	else if (hash_of(digest, frames, pk_frame_find(frames, "program", 0)))
		facts->version = version_of(arena, wish, facts, digest);
	if (facts->version == NULL)
		facts->image = NULL;
	for (size_t i = 0; i < frames->len && facts->config == NULL; i++) {
		const struct pk_frame *frame = &frames->items[i];
		if (!pk_text_equal(frame->key, "hash") || !hash_of(digest, frames, frame))
			continue;
		facts->config = pk_arena_strdup(arena, digest);
		if (facts->config_file == NULL)
			facts->config_file = frame->value;
	}
}

static void hear_logs(
	struct pk_facts *facts, struct pk_arena *arena, const struct pk_frames *frames)
{
	for (size_t i = 0; i < frames->len; i++) {
		const struct pk_frame *frame = &frames->items[i];
		if (!pk_text_equal(frame->key, "log") || frame->value == NULL ||
			pk_cmd_frame_status(frames, frame) != 0)
			continue;
		struct pk_log_facts *log = pk_list_push(arena, &facts->logs);
		log->name = frame->value;
		pk_cmd_log(log, arena, pk_cmd_body(frame));
	}
}

static int64_t read_clock(struct pk_arena *arena, const struct pk_frames *frames)
{
	struct pk_cmd_text zone = said(frames, "bias");
	if (zone.len == 0)
		return -1;
	const char *bias = pk_cmd_reg_text(arena, zone, "ActiveTimeBias");
	uint64_t minutes = 0; /* a host without that value keeps UTC */
	if (bias != NULL && !pk_text_parse_u64_any(&minutes, bias))
		return -1;
	/* Minutes that UTC is ahead, as 32 bits with a sign. */
	return pk_cmd_clock(pk_frame_value(frames, "date", 0),
		pk_cmd_reg_text(arena, said(frames, "pattern"), "sShortDate"),
		pk_frame_value(frames, "time", 0), (int32_t)(uint32_t)minutes);
}

static void hear_newest(
	struct pk_facts *facts, struct pk_arena *arena, const struct pk_frames *frames)
{
	struct pk_cmd_text text = said(frames, "newest");
	struct pk_cmd_event event;
	if (!pk_cmd_next_event(&event, &text))
		return;
	facts->events = event.record;
	int64_t now = read_clock(arena, frames);
	if (now < 0 || event.time_ms < 0 || event.time_ms > now + CLOCK_STEP_MS)
		return;
	facts->event_age_ms = now > event.time_ms ? now - event.time_ms : 0;
}

/* Errors newer than the newest change of the configuration; newest first. */
static void hear_events(
	struct pk_facts *facts, struct pk_arena *arena, const struct pk_frames *frames)
{
	struct pk_cmd_text text = said(frames, "events");
	struct pk_cmd_event event;
	bool changed = false;
	while (pk_cmd_next_event(&event, &text)) {
		if (event.id == EVENT_CONFIG)
			changed = true;
		if (event.id == EVENT_STATE && facts->version == NULL)
			facts->version = pk_cmd_event_data(arena, &event, "Version");
		if (event.id != EVENT_ERROR || changed)
			continue;
		if (facts->errors++ == 0)
			facts->error = pk_cmd_event_data(arena, &event, "Description");
	}
}

/* The service that the provider of events led to. */
static void read_found(
	struct pk_facts *facts, struct pk_arena *arena, const struct pk_frames *frames)
{
	struct pk_facts found = {0};
	read_services(&found, arena, frames);
	if (found.present != PK_FACT_YES)
		return;
	facts->present = PK_FACT_YES;
	facts->running = found.running;
	facts->service = found.service;
	if (found.image != NULL)
		facts->image = found.image;
	facts->trouble = NULL;
}

bool pk_cmd_hear_more(struct pk_facts *facts, struct pk_arena *arena,
	const struct pk_job_wish *wish, const struct pk_host_answer *answer,
	struct pk_failure *failure)
{
	struct pk_frames frames = {0};
	if (!read_frames(&frames, arena, wish, answer, failure))
		return false;
	if (facts->present == PK_FACT_UNKNOWN && pk_frame_find(&frames, "service", 0) != NULL)
		read_found(facts, arena, &frames);
	if (facts->present == PK_FACT_YES && facts->sensor == PK_SENSOR_SYSMON)
		hear_sysmon(facts, arena, wish, &frames);
	if (facts->present == PK_FACT_YES && pk_cmd_agent_find(facts->sensor) != NULL)
		hear_agent(facts, arena, wish, &frames);
	hear_files(facts, arena, wish, &frames);
	hear_logs(facts, arena, &frames);
	if (wish->want_health) {
		hear_newest(facts, arena, &frames);
		hear_events(facts, arena, &frames);
	}
	return true;
}
