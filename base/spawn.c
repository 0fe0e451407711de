#include "base/spawn.h"

#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <unistd.h>

static short flags_of(enum pk_spawn_group group)
{
	int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
	switch (group) {
	case PK_SPAWN_OURS:
		break;
	case PK_SPAWN_GROUP:
		flags |= POSIX_SPAWN_SETPGROUP;
		break;
	case PK_SPAWN_SESSION:
		flags |= POSIX_SPAWN_SETSID;
		break;
	}
	return (short)flags;
}

int pk_spawn(pid_t *out, const struct pk_spawn *spawn)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	sigset_t all;
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
		posix_spawn_file_actions_adddup2(&actions, spawn->streams[i], i);
	posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
	if (spawn->folder != NULL)
		posix_spawn_file_actions_addchdir_np(&actions, spawn->folder);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(&attributes, flags_of(spawn->group));
	/* posix_spawn changes neither list; its type is from before const. */
	int error = posix_spawnp(out, spawn->program, &actions, &attributes,
		(char *const *)(uintptr_t)spawn->argv, (char *const *)(uintptr_t)spawn->env);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}
