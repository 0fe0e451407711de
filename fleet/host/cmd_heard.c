/* What came of each step of a change. "Ended well and said nothing" proves nothing. */
#include "fleet/host/cmd_change.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

/* What Windows' tools end with. */
enum {
	STATUS_DENIED = 5,
	STATUS_BAD_CONFIG = 87, /* Sysmon: usage, or a configuration it does not take */
	STATUS_ELEVATE = 740,
	STATUS_NO_SERVICE = 1060,
};

struct heard {
	struct pk_arena *arena;
	const struct pk_job_wish *wish;
	struct pk_facts *facts;
	const struct pk_cmd_step *step;
	struct pk_frames frames; /* of this step */
	struct pk_failure *failure;
};

static bool went_wrong(struct heard *heard, enum pk_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Always false. */
static bool went_wrong(struct heard *heard, enum pk_code code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *text = pk_arena_vprintf(heard->arena, format, args);
	va_end(args);
	pk_failure_set(heard->failure, PK_FAILURE_APPLY, code, false, "%s", text);
	return false;
}

/* The status of the first command that had one, from frame `from` on; false: none was said. */
static bool status_of(const struct heard *heard, size_t from, int64_t *out)
{
	const char *value = pk_frame_value(&heard->frames, "status", from);
	return value != NULL && pk_text_parse_i64(out, value);
}

/* The last of the tool's own words, for people: banners come first. */
static const char *words_of(const struct heard *heard, const char *key)
{
	enum { MOST = 200 };
	struct pk_cmd_text body = pk_cmd_body(pk_frame_find(&heard->frames, key, 0));
	size_t skip = body.len > MOST ? body.len - MOST : 0;
	while (skip > 0 && skip < body.len && body.at[skip - 1] != '\n')
		skip++;
	const char *text = pk_facts_text(heard->arena, body.at + skip, body.len - skip);
	return text != NULL ? text : "";
}

/* A status that is not 0, as `code` unless it says that rights are missing. */
static bool judge_status(struct heard *heard, int64_t status, enum pk_code code)
{
	if (status == STATUS_DENIED || status == STATUS_ELEVATE)
		return went_wrong(heard, PK_WINDOWS_RIGHTS,
			"'%s' needs the rights of an administrator (status %" PRIi64 ")",
			heard->step->name, status);
	const char *words = words_of(heard, "step");
	return went_wrong(heard, code, "'%s' failed with status %" PRIi64 "%s%s", heard->step->name,
		status, words[0] != '\0' ? ": " : "", words);
}

static bool unproved(struct heard *heard)
{
	return went_wrong(heard, PK_WINDOWS_UNPROVED,
		"'%s' went well, but the host does not confirm it", heard->step->name);
}

/* A step that is nothing but its status. */
static bool hear_status(struct heard *heard, enum pk_code code)
{
	int64_t status;
	if (!status_of(heard, 0, &status))
		return unproved(heard);
	return status == 0 || judge_status(heard, status, code);
}

/*
 * Taken, or held: by ourselves before an interruption, by a rollout that came before this one (its
 * record then never changes this host again), or by nobody who said so. A newer one keeps it.
 */
static bool hear_lock(struct heard *heard)
{
	int64_t status;
	if (!status_of(heard, 0, &status))
		return unproved(heard);
	if (status != 0)
		return judge_status(heard, status, PK_HOST_NOT_WRITABLE);
	if (pk_frame_fact(&heard->frames, "made", 0) != PK_FACT_YES)
		return went_wrong(heard, PK_HOST_NOT_WRITABLE, "the folder '%s' cannot be written",
			pk_cmd_state_dir(heard->wish->desired));
	const struct pk_frame *lock = pk_frame_find(&heard->frames, "lock", 0);
	if (lock == NULL || lock->value == NULL)
		return unproved(heard);
	if (pk_text_equal(lock->value, "taken"))
		return true;
	struct pk_cmd_text said = pk_cmd_body(pk_frame_find(&heard->frames, "owner", 0));
	const char *owner = pk_facts_text(heard->arena, said.at, said.len);
	const char *blank = owner != NULL ? strchr(owner, ' ') : NULL;
	uint64_t sequence = 0;
	if (blank == NULL || !pk_text_parse_u64(&sequence, blank + 1))
		return true;
	owner = pk_arena_strndup(heard->arena, owner, (size_t)(blank - owner));
	if (pk_text_equal(owner, heard->wish->rollout) || sequence < heard->wish->sequence)
		return true;
	pk_failure_set(heard->failure, PK_FAILURE_APPLY, PK_HOST_LOCKED, true,
		"rollout '%.60s' is changing the host", owner);
	return false;
}

/* The digest as the host computes it; where certutil is mute, at least the size. */
static bool hear_stage(struct heard *heard)
{
	const struct pk_cmd_step *step = heard->step;
	const struct pk_frame *hash = pk_frame_find(&heard->frames, "hash", 0);
	char digest[PK_DIGEST_TEXT];
	uint64_t bytes = pk_frame_number(&heard->frames, "size", 0, UINT64_MAX);
	bool right = bytes == step->len;
	if (pk_cmd_certutil(digest, pk_cmd_body(hash)))
		right = pk_text_equal(digest, step->digest);
	else if (bytes == UINT64_MAX)
		return unproved(heard);
	if (right)
		return true;
	pk_failure_set(heard->failure, PK_FAILURE_TRANSFER, PK_HOST_DAMAGED_FILE, true,
		"the file %s arrived damaged", step->digest);
	return false;
}

static bool hear_config(struct heard *heard)
{
	int64_t status;
	if (!status_of(heard, 0, &status))
		return unproved(heard);
	if (status == 0)
		return true;
	const char *restored = pk_frame_value(&heard->frames, "restored", 0);
	if (restored != NULL && pk_text_equal(restored, "none"))
		restored = NULL;
	if (restored != NULL && !pk_text_equal(restored, "0"))
		return went_wrong(heard, PK_SENSOR_NOT_RESTORED,
			"the configuration failed with status %" PRIi64
			", and putting back the one before with status %.20s",
			status, restored);
	if (status != STATUS_BAD_CONFIG)
		return judge_status(heard, status, PK_SENSOR_STEP);
	return went_wrong(heard, PK_SENSOR_REFUSED, "%s refused the configuration%s: %s",
		pk_sensor_name(heard->wish->desired->sensor),
		restored != NULL ? ", and the one before was put back" : "",
		words_of(heard, "step"));
}

static bool hear_install(struct heard *heard)
{
	int64_t status;
	if (!status_of(heard, 0, &status))
		return unproved(heard);
	if (status == 0)
		return true;
	return judge_status(
		heard, status, status == STATUS_BAD_CONFIG ? PK_SENSOR_REFUSED : PK_SENSOR_STEP);
}

/* Gone is what is not there any more, not what was said to be removed. */
static bool hear_remove(struct heard *heard)
{
	int64_t status;
	if (!status_of(heard, 0, &status))
		return unproved(heard);
	if (status != 0)
		return judge_status(heard, status, PK_SENSOR_STEP);
	const struct pk_frame *gone = pk_frame_find(&heard->frames, "gone", 0);
	int64_t left = pk_cmd_frame_status(&heard->frames, gone);
	if (left == STATUS_NO_SERVICE || left == 1)
		return true;
	if (pk_cmd_sc_state(pk_cmd_body(gone)) == 0)
		return unproved(heard);
	return went_wrong(heard, PK_SENSOR_STEP,
		"the service '%s' is still there after it was removed; the host may have to be "
		"restarted",
		gone->value != NULL ? gone->value : "");
}

static bool hear_start(struct heard *heard)
{
	int64_t status;
	if (!status_of(heard, 0, &status))
		return unproved(heard);
	return status == 0 || status == PK_CMD_RUNS || judge_status(heard, status, PK_SENSOR_STEP);
}

static bool hear_feature(struct heard *heard)
{
	int64_t status;
	if (!status_of(heard, 0, &status))
		return unproved(heard);
	return status == 0 || status == PK_CMD_RESTART ||
		judge_status(heard, status, PK_WINDOWS_FEATURE);
}

/*
 * Does the sensor report what it was given? Its live rules, as they are now, are noted for the
 * record: later they tell whether somebody has edited them.
 */
static bool hear_readback(struct heard *heard)
{
	const struct pk_frame *params = pk_frame_find(&heard->frames, "params", 0);
	if (pk_cmd_frame_status(&heard->frames, params) != 0)
		return unproved(heard);
	struct pk_facts read = {.platform = PK_HOST_WINDOWS, .sensor = PK_SENSOR_SYSMON};
	pk_cmd_hear_params(&read, heard->arena, heard->wish, pk_cmd_body(params));
	switch (pk_facts_run(&read, heard->wish->desired->content)) {
	case PK_FACT_YES:
		break;
	case PK_FACT_UNKNOWN:
		return unproved(heard);
	case PK_FACT_NO:
		return went_wrong(heard, PK_SENSOR_NOT_AS_DESIRED,
			"sysmon reports %s after it was given %s", read.config_hash,
			heard->wish->desired->content->digest);
	}
	heard->facts->record.rules = read.rules;
	return true;
}

static bool hear_log(struct heard *heard)
{
	return hear_status(heard, PK_WINDOWS_LOG);
}

static bool hear_move(struct heard *heard)
{
	if (pk_frame_fact(&heard->frames, "moved", 0) == PK_FACT_YES)
		return true;
	return went_wrong(heard, PK_HOST_NOT_WRITABLE, "'%s' could not put a file in its place",
		heard->step->name);
}

static bool hear_call(struct heard *heard)
{
	return hear_status(heard, PK_SENSOR_STEP);
}

/* What an agent says of a configuration that is not in its place yet. */
static bool hear_test(struct heard *heard)
{
	int64_t status;
	if (!status_of(heard, 0, &status))
		return unproved(heard);
	if (status == 0 || status == STATUS_DENIED || status == STATUS_ELEVATE)
		return status == 0 || judge_status(heard, status, PK_SENSOR_REFUSED);
	return went_wrong(heard, PK_SENSOR_REFUSED,
		"%s refused the configuration, and nothing was changed: %s",
		pk_sensor_name(heard->wish->desired->sensor), words_of(heard, "step"));
}

/* What stands still already cannot be stopped; what cannot be stopped, the steps behind tell. */
static bool hear_stop(struct heard *heard)
{
	int64_t status;
	return status_of(heard, 0, &status) || unproved(heard);
}

static const struct {
	const char *name;
	bool (*hear)(struct heard *heard);
} hearers[] = {
	{"lock", hear_lock},
	{"stage", hear_stage},
	{"open", hear_move},
	{"sysmon-remove", hear_remove},
	{"feature-off", hear_feature},
	{"feature-on", hear_feature},
	{"sysmon-install", hear_install},
	{"sysmon-config", hear_config},
	{"agent-test", hear_test},
	{"agent-stop", hear_stop},
	{"agent-remove", hear_remove},
	{"agent-file", hear_move},
	{"agent-call", hear_call},
	{"agent-config", hear_move},
	{"agent-start", hear_config},
	{"start", hear_start},
	{"log", hear_log},
	{"readback", hear_readback},
	{"close", hear_move},
};

/* The step whose frames are in `heard`. */
static bool hear_step(struct heard *heard)
{
	const char *name = pk_frame_value(&heard->frames, "step", 0);
	if (name == NULL || !pk_text_equal(name, heard->step->name))
		return unproved(heard);
	for (size_t i = 0; i < sizeof(hearers) / sizeof(hearers[0]); i++)
		if (pk_text_equal(hearers[i].name, name))
			return hearers[i].hear(heard);
	return unproved(heard);
}

/* All steps of a question; one that failed is the last one that the host has done. */
static bool hear(struct heard *heard, const struct pk_cmd_steps *steps,
	const struct pk_cmd_question *question, const struct pk_host_answer *answer)
{
	struct pk_frames all = {0};
	if (!pk_frames_read(&all, heard->arena, heard->wish->nonce, answer->out, answer->out_len,
		    heard->failure))
		return false;
	if (!all.ended) {
		pk_frames_fail(heard->failure, answer);
		return false;
	}
	size_t at = 0;
	for (size_t i = question->first; i < question->end; i++) {
		size_t next = at + (at < all.len);
		while (next < all.len && !pk_text_equal(all.items[next].key, "step"))
			next++;
		heard->step = &steps->items[i];
		heard->frames = (struct pk_frames){
			.items = all.items + at, .len = next - at, .ended = true};
		if (!hear_step(heard))
			return false;
		at = next;
	}
	return true;
}

bool pk_cmd_hear_change(struct pk_arena *arena, const struct pk_job_wish *wish,
	struct pk_facts *facts, const struct pk_host_plan *plan, size_t step,
	const struct pk_host_answer *answer, struct pk_failure *failure)
{
	struct pk_cmd_steps steps = {
		.arena = arena, .wish = wish, .facts = facts, .plan = plan, .failure = failure};
	struct pk_cmd_question question;
	bool good = pk_cmd_steps_make(&steps) && pk_cmd_steps_question(&question, &steps, step);
	/* That a file arrived is proved by the step "stage". */
	if (good && steps.items[question.first].path == NULL) {
		struct heard heard = {
			.arena = arena, .wish = wish, .facts = facts, .failure = failure};
		good = hear(&heard, &steps, &question, answer);
	}
	pk_cmd_steps_finish(&steps);
	return good;
}
