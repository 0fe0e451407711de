/*
 * Spawn: a program as a fresh process: with the arguments and the environment that are given and
 * none of ours, no descriptor but the first three, no signal blocked, ignored or caught. How it is
 * watched and ended is its starter's affair.
 */
#ifndef BASE_SPAWN_H
#define BASE_SPAWN_H

#include <sys/types.h>

enum pk_spawn_group {
	PK_SPAWN_OURS,	  /* what the terminal tells us, it is told, too */
	PK_SPAWN_GROUP,	  /* a process group of its own: kill(-pid) reaches its children */
	PK_SPAWN_SESSION, /* a session of its own: it goes on without our terminal */
};

struct pk_spawn {
	const char *program;	 /* looked for in our PATH if there is no '/' in it */
	const char *const *argv; /* NULL at the end */
	const char *const *env;	 /* "NAME=value"; NULL at the end */
	int streams[3];		 /* its input, output and errors; ours stay open */
	const char *folder;	 /* to work in; NULL: ours */
	enum pk_spawn_group group;
};

/* Starts the program; an errno, or 0. */
int pk_spawn(pid_t *out, const struct pk_spawn *spawn);

#endif
