/*
 * store_bench [HOSTS]: what a store costs for a rollout to so many hosts (10000) that makes four
 * transitions of each, 64 hosts at once, with a commit after every 100. Writes to a temporary
 * folder.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/temp.h"
#include "base/text.h"
#include "fleet/store/store.h"

enum {
	HOSTS = 10000,
	AT_ONCE = 64,
	COMMIT_EVERY = 100,
	FACTS = 900, /* bytes */
};

static const struct {
	enum pk_task_state state;
	const char *what;
	const char *detail;
} transitions[] = {
	{PK_TASK_CONNECTING, "started", "{\"try\":1}"},
	{PK_TASK_WORKING, "changing", "{\"action\":\"update\"}"},
	{PK_TASK_OK, "ok", "{\"try\":1,\"action\":\"update\"}"},
	{PK_TASK_HEALTHY, "healthy", "{\"try\":1}"},
};

enum { TRANSITIONS = sizeof(transitions) / sizeof(transitions[0]) };

static double cpu_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void need(bool good, const struct pk_diags *diags)
{
	if (good)
		return;
	fprintf(stderr, "store_bench: %s\n",
		diags->all.len > 0 ? diags->all.items[0].message : "failed");
	exit(1);
}

static struct pk_task_row *make_rows(struct pk_arena *arena, size_t count)
{
	static const char digest[] =
		"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	struct pk_task_row *rows = PK_NEW_ARRAY(arena, struct pk_task_row, count);
	for (size_t i = 0; i < count; i++)
		rows[i] = (struct pk_task_row){.task = i,
			.host = pk_arena_printf(arena, "host-%06zu.example.org", i),
			.wave_name = "all",
			.code = "",
			.message = "",
			.desired = "{\"sensor\":\"sysmon\",\"state_dir\":\"/var/lib/picket\"}",
			.from = digest,
			.to = digest};
	return rows;
}

/* All transitions of the hosts from `begin` on, as they come when these are worked on at once. */
static void play(struct pk_store *store, const char *id, struct pk_task_row *rows, size_t count,
	struct pk_diags *diags)
{
	char facts[FACTS];
	size_t done = 0;
	memset(facts, 'a', sizeof(facts) - 1);
	facts[sizeof(facts) - 1] = '\0';
	for (size_t begin = 0; begin < count; begin += AT_ONCE) {
		for (size_t step = 0; step < TRANSITIONS; step++) {
			for (size_t i = begin; i < begin + AT_ONCE && i < count; i++) {
				rows[i].state = transitions[step].state;
				rows[i].before = step >= 1 ? facts : NULL;
				rows[i].after = step >= 2 ? facts : NULL;
				need(pk_store_task(store, id, &rows[i], transitions[step].what,
					     transitions[step].detail, 1795335302123, diags),
					diags);
				if (++done % COMMIT_EVERY == 0)
					need(pk_store_commit(store, diags), diags);
			}
		}
	}
	need(pk_store_commit(store, diags), diags);
}

int main(int argc, char **argv)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_rollout_row rollout = {.inventory = "bench", .by = "bench"};
	uint64_t count = HOSTS;
	if (argc > 1 && !pk_text_parse_u64(&count, argv[1]))
		return 2;
	PK_AUTO(pk_temp) *temp = pk_temp_open(&diags);
	need(temp != NULL, &diags);
	PK_AUTO(pk_store) *store = pk_store_open(pk_temp_path(temp, "bench.db"), true, &diags);
	need(store != NULL, &diags);
	struct pk_task_row *rows = make_rows(arena, count);
	double begin_us = cpu_us();
	need(pk_store_begin(store, &rollout, rows, count, 1795335302123, &diags), &diags);
	double begun_us = cpu_us();
	play(store, rollout.id, rows, count, &diags);
	double played_us = cpu_us();
	printf("%llu hosts: begun %.1f us a host, %.1f us a transition\n",
		(unsigned long long)count, (begun_us - begin_us) / (double)count,
		(played_us - begun_us) / (double)(count * TRANSITIONS));
	return 0;
}
