/*
 * Starts tests/stack/edge.c, which answers what a script says, for tests of what is asked over
 * HTTP; and a clock with which nobody waits.
 */
#ifndef TESTS_UNIT_EDGE_FIXTURE_H
#define TESTS_UNIT_EDGE_FIXTURE_H

#include "tests/unit/test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/temp.h"
#include "base/text.h"
#include "templates/http/http.h"

struct edge {
	struct pk_temp *temp;
	pid_t pid;
	unsigned port;
	char url[64];
	int64_t now_ms; /* of the clock */
	unsigned slept_ms;
	unsigned sleeps;
};

static inline int64_t edge_now(void *context)
{
	const struct edge *edge = context;
	return edge->now_ms;
}

static inline void edge_sleep(void *context, unsigned milliseconds)
{
	struct edge *edge = context;
	edge->now_ms += milliseconds;
	edge->slept_ms += milliseconds;
	edge->sleeps++;
}

/* The program lies in the build folder, in stack/ beside the test. */
static inline void edge_path(char out[4096])
{
	ssize_t len = readlink("/proc/self/exe", out, 4000);
	assert_true(len > 0);
	out[len] = '\0';
	char *name = strrchr(out, '/');
	memcpy(name, "/stack/edge", sizeof("/stack/edge"));
}

static inline void edge_read_port(struct edge *edge, int fd)
{
	char line[16] = "";
	size_t len = 0;
	while (len < sizeof(line) - 1 && read(fd, line + len, 1) == 1 && line[len] != '\n')
		len++;
	line[len] = '\0';
	uint64_t port = 0;
	assert_true(pk_text_parse_u64(&port, line));
	edge->port = (unsigned)port;
	close(fd);
}

/* `options`: further arguments, NULL at the end; may be NULL. */
static inline void edge_start(struct edge *edge, const char *script, const char *const *options)
{
	char program[4096];
	const char *argv[16] = {program};
	int said[2];
	size_t count = 3;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	*edge = (struct edge){.temp = pk_temp_open(&diags)};
	assert_non_null(edge->temp);
	assert_true(pk_temp_write(edge->temp, "script", script, strlen(script), &diags));
	edge_path(program);
	argv[1] = pk_arena_strdup(arena, pk_temp_path(edge->temp, "script"));
	argv[2] = pk_arena_strdup(arena, pk_temp_path(edge->temp, "record"));
	for (; options != NULL && *options != NULL; options++)
		argv[count++] = *options;
	assert_int_equal(pipe2(said, O_CLOEXEC), 0);
	edge->pid = fork();
	assert_true(edge->pid >= 0);
	if (edge->pid == 0) {
		sigset_t none;
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		dup2(said[1], STDOUT_FILENO);
		execv(program, (char *const *)argv);
		_exit(127);
	}
	close(said[1]);
	edge_read_port(edge, said[0]);
	snprintf(edge->url, sizeof(edge->url), "http%s://127.0.0.1:%u", count > 3 ? "s" : "",
		edge->port);
}

static inline void edge_stop(struct edge *edge)
{
	kill(edge->pid, SIGTERM);
	waitpid(edge->pid, NULL, 0);
	pk_temp_close(edge->temp);
}

/* What was asked so far. */
static inline const char *edge_record(struct edge *edge, struct pk_arena *arena)
{
	struct pk_diags diags = {.arena = arena};
	struct pk_source *source =
		pk_file_read(arena, pk_temp_path(edge->temp, "record"), 0, &diags);
	return source == NULL ? "" : source->text;
}

/* How often `text` occurs in what was asked. */
static inline unsigned edge_asked(struct edge *edge, const char *text)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	unsigned count = 0;
	for (const char *at = edge_record(edge, arena); (at = strstr(at, text)) != NULL; at++)
		count++;
	return count;
}

#endif
