/*
 * A Windows host, a wish and a plan for the tests of the cmd dialect, and what the host says.
 */
#ifndef TESTS_UNIT_CMD_FIXTURE_H
#define TESTS_UNIT_CMD_FIXTURE_H

#include "tests/unit/test.h"

#include "base/text.h"
#include "fleet/host/cmd_change.h"

#define N "0123456789abcdef0123456789abcdef"
#define STATUS(n) N " status " #n "\r\n"
#define CHANNEL "Microsoft-Windows-Sysmon/Operational"

struct fixture {
	struct pk_arena *arena;
	struct pk_content content;
	struct pk_desired desired;
	struct pk_host host;
	struct pk_job_wish wish;
	struct pk_facts facts;
	struct pk_host_plan plan;
	struct pk_failure failure;
	struct pk_ask ask;
};

static inline int setup(void **state)
{
	struct pk_arena *arena = pk_arena_create();
	struct fixture *f = PK_NEW(arena, struct fixture);
	f->arena = arena;
	pk_content_init(&f->content, "<Sysmon/>", 9, "test");
	f->desired = (struct pk_desired){.sensor = PK_SENSOR_SYSMON, .content = &f->content};
	f->wish = (struct pk_job_wish){.host = &f->host,
		.desired = &f->desired,
		.rollout = "r2",
		.sequence = 2,
		.nonce = N};
	f->facts = (struct pk_facts){.platform = PK_HOST_WINDOWS,
		.shell = "cmd",
		.arch = "x64",
		.sensor = PK_SENSOR_SYSMON,
		.present = PK_FACT_YES,
		.running = PK_FACT_YES,
		.service = "Sysmon64",
		.driver = "SysmonDrv",
		.image = "C:\\Windows\\Sysmon64.exe"};
	*state = f;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *f = *state;
	pk_arena_destroy(f->arena);
	return 0;
}

static inline struct pk_host_answer answer_of(const char *text)
{
	return (struct pk_host_answer){
		.has_status = true, .out = text, .out_len = strlen(text), .err = ""};
}

static inline bool hear_more(struct fixture *f, const char *text)
{
	struct pk_host_answer answer = answer_of(text);
	f->failure = (struct pk_failure){0};
	return pk_dialect_cmd.hear_more(&f->facts, f->arena, &f->wish, &answer, &f->failure);
}

#endif
