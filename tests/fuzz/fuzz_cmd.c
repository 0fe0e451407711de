/*
 * Answers of a Windows host: nothing that it says may crash the dialect, and nothing that it says
 * may come back in a command line unless it is safe there. The input is both answers of reading,
 * and then the answer to each step of a change.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fleet/host/cmd_part.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEPS_MAX = 40 };

static void demand(bool condition)
{
	if (!condition)
		abort();
}

/* A question is one line that cmd.exe takes. */
static void check_ask(const struct pk_ask *ask)
{
	if (ask->kind != PK_ASK_RUN)
		return;
	demand(strlen(ask->command) <= PK_CMD_LINE_MAX);
	for (const char *c = ask->command; *c != '\0'; c++)
		demand((unsigned char)*c >= ' ');
}

static void change(struct pk_arena *arena, const struct pk_job_wish *wish, struct pk_facts *facts,
	const struct pk_host_answer *answer)
{
	struct pk_host_plan plan;
	pk_change_plan(&plan, arena, facts, wish->desired);
	if (plan.refused != NULL)
		return;
	for (size_t step = 0; step < STEPS_MAX; step++) {
		struct pk_ask ask = {0};
		struct pk_failure failure = {0};
		if (!pk_dialect_cmd.ask_change(&ask, arena, wish, facts, &plan, step, &failure))
			return;
		check_ask(&ask);
		bool good = pk_dialect_cmd.hear_change(
			arena, wish, facts, &plan, step, answer, &failure);
		demand(good == (failure.class == PK_FAILURE_NONE));
	}
}

static void look_at(enum pk_sensor sensor, const uint8_t *data, size_t size)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const char *text = pk_arena_strndup(arena, (const char *)data, size);
	struct pk_content content;
	pk_content_init(&content, "<Sysmon/>", 9, "x");
	struct pk_log_wish log = {.name = "Microsoft-Windows-Sysmon/Operational", .bytes = 1 << 20};
	struct pk_desired desired = {
		.sensor = sensor, .content = &content, .logs = &log, .log_count = 1};
	struct pk_host host = {.platform = PK_HOST_WINDOWS};
	struct pk_job_wish wish = {.host = &host,
		.desired = &desired,
		.rollout = "r",
		.sequence = 1,
		.want_config = true,
		.want_health = true,
		.nonce = "N"};
	struct pk_host_answer answer = {
		.has_status = true, .out = text, .out_len = size, .err = ""};
	struct pk_failure failure = {0};
	struct pk_facts facts = {0};
	struct pk_ask ask = {0};

	bool good = pk_dialect_cmd.hear_facts(&facts, arena, &wish, &answer, &failure);
	demand(good == (failure.class == PK_FAILURE_NONE));
	if (!good)
		return;
	if (pk_dialect_cmd.ask_more(&ask, arena, &wish, &facts))
		check_ask(&ask);
	good = pk_dialect_cmd.hear_more(&facts, arena, &wish, &answer, &failure);
	demand(good == (failure.class == PK_FAILURE_NONE));
	change(arena, &wish, &facts, &answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	look_at(PK_SENSOR_SYSMON, data, size);
	look_at(PK_SENSOR_MONSTER, data, size);
	look_at(PK_SENSOR_WINLOGBEAT, data, size);
	return 0;
}
