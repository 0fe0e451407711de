#include "base/temp.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DESCRIPTORS = 16 }; /* that nftw may use */

struct pk_temp {
	struct pk_arena *arena;
	char *path;
	sigset_t before; /* the signals that were blocked */
};

static const int ending_signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};

static sigset_t set_of_ending(void)
{
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(ending_signals) / sizeof(ending_signals[0]); i++)
		sigaddset(&set, ending_signals[i]);
	return set;
}

static void report(const char *folder, const char *reason, struct pk_diags *diags)
{
	const char *copy = pk_arena_strdup(diags->arena, folder);
	struct pk_diag *diag = pk_report(diags, PK_FILE_WRITE,
		pk_span_file(pk_source_make(diags->arena, copy, "", 0)),
		"cannot write temporary files in '%s': %s", folder, reason);
	pk_diag_hint(diags, diag, "name a folder with room in it by TMPDIR");
}

struct pk_temp *pk_temp_open_in(const char *folder, struct pk_diags *diags)
{
	struct pk_arena *arena = pk_arena_create();
	struct pk_temp *temp = PK_NEW(arena, struct pk_temp);
	temp->arena = arena;
	temp->path = pk_arena_printf(arena, "%s/picket-XXXXXX", folder);

	sigset_t ending = set_of_ending();
	sigprocmask(SIG_BLOCK, &ending, &temp->before);
	if (mkdtemp(temp->path) != NULL)
		return temp;
	report(folder, strerror(errno), diags);
	sigprocmask(SIG_SETMASK, &temp->before, NULL);
	pk_arena_destroy(arena);
	return NULL;
}

struct pk_temp *pk_temp_open(struct pk_diags *diags)
{
	const char *folder = getenv("TMPDIR");
	if (folder == NULL || folder[0] != '/')
		folder = "/tmp";
	return pk_temp_open_in(folder, diags);
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *place)
{
	(void)st;
	(void)kind;
	(void)place;
	remove(path); /* one that stays does not keep the others from going */
	return 0;
}

void pk_temp_close(struct pk_temp *temp)
{
	if (temp == NULL)
		return;
	nftw(temp->path, remove_entry, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
	sigset_t before = temp->before;
	pk_arena_destroy(temp->arena);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

const char *pk_temp_path(struct pk_temp *temp, const char *name)
{
	return name[0] == '\0' ? temp->path
			       : pk_arena_printf(temp->arena, "%s/%s", temp->path, name);
}

static bool write_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t put = write(fd, bytes, len);
		if (put < 0 && errno != EINTR)
			return false;
		if (put < 0)
			continue;
		bytes += put;
		len -= (size_t)put;
	}
	return true;
}

/* Not by pk_file_write, which waits for the disk: nobody needs these files after a crash. */
bool pk_temp_write(struct pk_temp *temp, const char *name, const void *bytes, size_t len,
	struct pk_diags *diags)
{
	const char *path = pk_temp_path(temp, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
	bool done = fd >= 0 && write_all(fd, bytes, len);
	if (!done)
		report(temp->path, strerror(errno), diags);
	if (fd >= 0)
		close(fd);
	return done;
}

bool pk_temp_is_wanted(const struct pk_temp *temp)
{
	sigset_t waiting;
	sigpending(&waiting);
	for (size_t i = 0; i < sizeof(ending_signals) / sizeof(ending_signals[0]); i++) {
		if (sigismember(&waiting, ending_signals[i]) == 1 &&
			sigismember(&temp->before, ending_signals[i]) == 0)
			return false;
	}
	return true;
}
