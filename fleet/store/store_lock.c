/*
 * The file of a store, and the lock beside it.
 *
 * SQLite opens files by name and follows what it finds; what would let another user change or
 * exchange a store is therefore refused before. The lock is flock(2) on a file of its own: it ends
 * with its process, whatever ends that. What stands in it is for people and is only believed while
 * the lock is held.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "fleet/store/store_sql.h"

enum {
	LOCK_TEXT_MAX = 256,
	LOCK_TRIES = 5, /* who only looks whether a store is locked holds the lock for a moment */
	LOCK_PAUSE_NS = 20 * 1000 * 1000,
};

#define HINT_MODE "take the right from others: `chmod go-w`"

/* --- the file --- */

/* The folder that `path` is in. */
static const char *folder_of(struct pk_arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');
	if (slash == NULL)
		return ".";
	return slash == path ? "/" : pk_arena_strndup(arena, path, (size_t)(slash - path));
}

static bool report_system(const char *path, const char *what, struct pk_diags *diags)
{
	const char *message = pk_arena_printf(diags->arena, "%s: %s", what, strerror(errno));
	pk_store_report(path, PK_STORE_FAILED, message, NULL, diags);
	return false;
}

static bool make_folder(const char *path, struct pk_diags *diags)
{
	const char *folder = folder_of(diags->arena, path);
	if (mkdir(folder, 0700) == 0 || errno == EEXIST)
		return true;
	if (errno == ENOENT && !pk_file_make_dirs(folder_of(diags->arena, folder), diags))
		return false;
	if (mkdir(folder, 0700) == 0 || errno == EEXIST)
		return true;
	return report_system(path, "has no folder", diags);
}

static bool is_safe_folder(const char *path, struct pk_diags *diags)
{
	struct stat st;
	const char *folder = folder_of(diags->arena, path);
	if (stat(folder, &st) != 0)
		return report_system(path, "has no folder", diags);
	if ((st.st_uid != geteuid() && st.st_uid != 0) || (st.st_mode & 022) != 0) {
		pk_store_report(path, PK_STORE_UNSAFE, "is in a folder that others may write to",
			"use a folder of your own, with mode 0700", diags);
		return false;
	}
	return true;
}

static bool is_safe_file(const char *path, const struct stat *st, struct pk_diags *diags)
{
	const char *message = NULL;
	const char *hint = "name the file itself";
	if (!S_ISREG(st->st_mode)) {
		message = "is no regular file";
	} else if (st->st_uid != geteuid()) {
		message = "belongs to another user";
		hint = "run picket as the user that made it";
	} else if ((st->st_mode & 022) != 0) {
		message = "may be written by others";
		hint = HINT_MODE;
	}
	if (message != NULL)
		pk_store_report(path, PK_STORE_UNSAFE, message, hint, diags);
	return message == NULL;
}

/*
 * Opens it once, before SQLite does: closing a descriptor later would take SQLite's own locks away
 * (fcntl(2)).
 */
static bool make_file(const char *path, struct pk_diags *diags)
{
	int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
	struct stat st;
	if (fd < 0 && errno == ELOOP) {
		pk_store_report(
			path, PK_STORE_UNSAFE, "is no regular file", "name the file itself", diags);
		return false;
	}
	if (fd < 0)
		return report_system(path, "cannot be opened", diags);
	bool is_good = fstat(fd, &st) == 0 && is_safe_file(path, &st, diags);
	if (is_good && (st.st_mode & 077) != 0)
		is_good = fchmod(fd, 0600) == 0;
	close(fd);
	return is_good;
}

bool pk_store_check_file(const char *path, bool write, struct pk_diags *diags)
{
	struct stat st;
	if (write && !make_folder(path, diags))
		return false;
	if (!write && lstat(path, &st) != 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			return report_system(path, "cannot be read", diags);
		pk_store_report(path, PK_STORE_MISSING, "does not exist",
			"nothing was rolled out from here yet; name another with --state", diags);
		return false;
	}
	if (!is_safe_folder(path, diags))
		return false;
	return write ? make_file(path, diags) : is_safe_file(path, &st, diags);
}

/* --- the lock --- */

/* Who writes a store. */
struct holder {
	int64_t pid; /* 0: not known */
	int64_t since_ms;
	char rollout[PK_ROLLOUT_ID]; /* "" before it is known */
};

/* Takes the first word of *text, which is cut there. */
static char *take_word(char **text)
{
	char *word = *text;
	size_t len = strcspn(word, " \n");
	*text = word + len + (word[len] != '\0');
	word[len] = '\0';
	return word;
}

/* What the lock file says; what makes no sense is left 0. */
static void read_holder(struct holder *out, int fd)
{
	char text[LOCK_TEXT_MAX + 1];
	*out = (struct holder){0};
	ssize_t len = pread(fd, text, LOCK_TEXT_MAX, 0);
	if (len <= 0)
		return;
	text[len] = '\0';
	char *rest = text;
	if (!pk_text_parse_i64(&out->pid, take_word(&rest)) ||
		!pk_text_parse_i64(&out->since_ms, take_word(&rest)))
		return;
	const char *rollout = take_word(&rest);
	size_t id_len = strlen(rollout);
	if (id_len < sizeof(out->rollout) && strspn(rollout, "0123456789abcdefTZ-") == id_len)
		memcpy(out->rollout, rollout, id_len + 1);
}

static void report_held(const char *path, int fd, struct pk_diags *diags)
{
	struct holder holder;
	char since[32] = "";
	struct tm parts;
	read_holder(&holder, fd);
	time_t seconds = holder.since_ms / 1000;
	if (gmtime_r(&seconds, &parts) == NULL ||
		strftime(since, sizeof(since), "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		since[0] = '\0';
	const char *message = pk_arena_printf(diags->arena,
		"is being written by process %lld since %s%s%s", (long long)holder.pid, since,
		holder.rollout[0] == '\0' ? "" : ", rollout ", holder.rollout);
	pk_store_report(path, PK_STORE_LOCKED, message,
		"wait until it has ended; `picket status` shows how far it is", diags);
}

int pk_store_take_lock(const char *path, struct pk_diags *diags)
{
	const char *name = pk_arena_printf(diags->arena, "%s.lock", path);
	int fd = open(name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
	if (fd < 0) {
		report_system(path, "cannot be locked", diags);
		return -1;
	}
	for (int i = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; i++) {
		const struct timespec pause = {.tv_nsec = LOCK_PAUSE_NS};
		if (errno == EWOULDBLOCK && i < LOCK_TRIES) {
			nanosleep(&pause, NULL);
			continue;
		}
		if (errno == EWOULDBLOCK)
			report_held(path, fd, diags);
		else
			report_system(path, "cannot be locked", diags);
		close(fd);
		return -1;
	}
	pk_store_note_lock(fd, "");
	return fd;
}

void pk_store_note_lock(int lock, const char *rollout)
{
	struct timespec now;
	PK_BUF_AUTO text = {0};
	clock_gettime(CLOCK_REALTIME, &now);
	pk_buf_printf(&text, "%lld %lld %s\n", (long long)getpid(),
		(long long)now.tv_sec * 1000 + now.tv_nsec / 1000000, rollout);
	/* It is for people: a lock that says nothing is as good. */
	bool is_noted = ftruncate(lock, 0) == 0 && pwrite(lock, text.data, text.len, 0) > 0;
	(void)is_noted;
}
