/*
 * Answers of hosts, as hostile as they like, to every question that the dialects and jobs ask: no
 * answer may crash us, a refused one has a failure, and texts that are believed are harmless.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fleet/host/frame.h"
#include "fleet/host/job.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
	if (!condition)
		abort();
}

static void check_text(const char *text)
{
	if (text == NULL)
		return;
	size_t len = strlen(text);
	demand(len > 0 && len <= PK_FACT_TEXT_MAX && pk_utf8_valid(text, len, NULL));
	for (const char *c = text; *c != '\0'; c++)
		demand((unsigned char)*c >= ' ' && *c != 0x7f);
}

static void check_facts(const struct pk_facts *facts)
{
	const char *const texts[] = {facts->system, facts->arch, facts->version, facts->service,
		facts->driver, facts->image, facts->config_hash, facts->config_file, facts->error,
		facts->trouble, facts->record.rollout, facts->record.bundle};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		check_text(texts[i]);
	demand(facts->config == NULL || pk_digest_is(facts->config));
	demand(facts->rules == NULL || pk_digest_is(facts->rules));
	demand(facts->config_len <= PK_FACT_CONFIG_MAX && facts->rules_len <= PK_FACT_RULES_MAX);
}

/* The job gives the same answer to everything, up to a number of questions. */
static void do_job(const struct pk_job_wish *wish, const struct pk_host_answer *answer, bool change)
{
	PK_AUTO(pk_job) *job = pk_job_create(wish, change);
	struct pk_ask ask;
	for (size_t i = 0; i < 50 && pk_job_next(job, &ask) == PK_JOB_ASKS; i++) {
		const void *input;
		size_t input_len;
		bool changes;
		if (ask.kind == PK_ASK_TALK)
			pk_job_reply(
				job, answer->out, answer->out_len, &input, &input_len, &changes);
		pk_job_answer(job, answer);
	}
	if (pk_job_next(job, &ask) != PK_JOB_DONE)
		return;
	const struct pk_job_result *result = pk_job_result(job);
	demand((result->kind == PK_RESULT_OK) == (result->failure.class == PK_FAILURE_NONE));
	if (result->has_before)
		check_facts(&result->before);
	if (result->has_after)
		check_facts(&result->after);
	check_text(result->failure.message[0] != '\0' ? result->failure.message : NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct pk_log_wish logs[] = {
		{.name = "journal", .bytes = 1000}, {.name = "System", .bytes = 1048576}};
	if (size < 1)
		return 0;
	bool windows = (data[0] & 1) != 0;
	const struct pk_host host = {
		.name = "host", .platform = windows ? PK_HOST_WINDOWS : PK_HOST_LINUX};
	struct pk_content content;
	pk_content_init(&content, "new", 3, "test");
	const struct pk_desired desired = {
		.sensor = windows ? PK_SENSOR_SYSMON : PK_SENSOR_SYSMON_LINUX,
		.content = (data[0] & 16) != 0 ? NULL : &content,
		.absent = (data[0] & 8) != 0,
		.logs = &logs[windows],
		.log_count = (data[0] & 32) != 0,
		.state_dir = windows ? "C:/ProgramData/picket" : "/var/lib/picket",
		.install_dir = "/opt/sysmon",
	};
	const struct pk_job_wish wish = {
		.host = &host,
		.desired = &desired,
		.rollout = "r-1",
		.sequence = 5,
		.want_config = true,
		.want_health = true,
		.nonce = "0123456789abcdef0123456789abcdef",
		.dialect = (data[0] & 4) != 0 ? NULL
			: windows	      ? &pk_dialect_cmd
					      : &pk_dialect_sh,
	};
	char *copy = malloc(size);
	memcpy(copy, data + 1, size - 1);
	const struct pk_host_answer answer = {
		.has_status = (data[0] & 2) == 0, .out = copy, .out_len = size - 1};
	do_job(&wish, &answer, false);
	do_job(&wish, &answer, true);
	free(copy);
	return 0;
}
