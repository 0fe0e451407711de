/*
 * Drive C of the Windows-like test endpoints: preloaded into OpenSSH's sftp-server, it takes paths
 * as Windows' does. "/C:/a/b" and "C:/a/b" are meant in the drive of the host's Wine prefix,
 * whose folder ENDPOINT_DRIVES is, in whatever case they are written. Nothing else is seen: "/" is
 * an empty folder.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <unistd.h>

/* The function that this library stands before. */
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* Appends "/NAME" to the folder in `out` under the name it has there, whatever its case. */
static void descend(char out[PATH_MAX], const char *name, size_t len)
{
	size_t at = strlen(out);
	if (len == 0 || at + len + 2 > PATH_MAX)
		return;
	DIR *folder = NEXT(opendir)(out);
	out[at] = '/';
	memcpy(out + at + 1, name, len);
	out[at + 1 + len] = '\0';
	struct stat found;
	if (folder == NULL)
		return;
	if (NEXT(lstat)(out, &found) != 0) {
		const struct dirent *entry;
		while ((entry = readdir(folder)) != NULL) {
			if (strlen(entry->d_name) == len &&
				strncasecmp(entry->d_name, out + at + 1, len) == 0) {
				memcpy(out + at + 1, entry->d_name, len);
				break;
			}
		}
	}
	closedir(folder);
}

/* Where a path of the client is on this machine. */
static const char *place(char out[PATH_MAX], const char *path)
{
	const char *rest = path + (path[0] == '/');
	const char *drives = getenv("ENDPOINT_DRIVES");
	bool drive = isalpha((unsigned char)rest[0]) && rest[1] == ':';
	if (drives == NULL || (!drive && path[0] != '/') || strcmp(path, "/dev/null") == 0)
		return path;
	if (!drive) {
		snprintf(
			out, PATH_MAX, "%s/no-drive%s", drives, strcmp(path, "/") == 0 ? "" : path);
		return out;
	}
	snprintf(out, PATH_MAX, "%s/drive_%c", drives, tolower((unsigned char)rest[0]));
	for (rest += 2; *rest != '\0';) {
		size_t len = strcspn(rest, "/\\");
		descend(out, rest, len);
		rest += len + strspn(rest + len, "/\\");
	}
	return out;
}

char *getcwd(char *out, size_t size)
{
	char real[PATH_MAX];
	const char *drives = getenv("ENDPOINT_DRIVES");
	if (NEXT(getcwd)(real, sizeof(real)) == NULL)
		return NULL;
	size_t len = drives != NULL ? strlen(drives) : 0;
	if (len == 0 || strncmp(real, drives, len) != 0 || strncmp(real + len, "/drive_c", 8) != 0)
		snprintf(out, size, "%s", real);
	else
		snprintf(out, size, "/C:%s", real + len + 8);
	return out;
}

int open(const char *path, int flags, ...)
{
	char real[PATH_MAX];
	va_list more;
	va_start(more, flags);
	mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
	va_end(more);
	return NEXT(open)(place(real, path), flags, mode);
}

#define STAND_BEFORE(type, name, parameters, ...)                                                  \
	type name parameters                                                                       \
	{                                                                                          \
		char real[PATH_MAX];                                                               \
		return NEXT(name)(__VA_ARGS__);                                                    \
	}

STAND_BEFORE(int, stat, (const char *path, struct stat *out), place(real, path), out)
STAND_BEFORE(int, lstat, (const char *path, struct stat *out), place(real, path), out)
STAND_BEFORE(DIR *, opendir, (const char *path), place(real, path))
STAND_BEFORE(int, mkdir, (const char *path, mode_t mode), place(real, path), mode)
STAND_BEFORE(int, rmdir, (const char *path), place(real, path))
STAND_BEFORE(int, unlink, (const char *path), place(real, path))
STAND_BEFORE(int, truncate, (const char *path, off_t size), place(real, path), size)
STAND_BEFORE(int, chmod, (const char *path, mode_t mode), place(real, path), mode)
STAND_BEFORE(int, chown, (const char *path, uid_t u, gid_t g), place(real, path), u, g)
STAND_BEFORE(int, statvfs, (const char *path, struct statvfs *out), place(real, path), out)
STAND_BEFORE(
	ssize_t, readlink, (const char *path, char *out, size_t size), place(real, path), out, size)
STAND_BEFORE(int, utimes, (const char *path, const struct timeval when[2]), place(real, path), when)
STAND_BEFORE(int, utimensat,
	(int folder, const char *path, const struct timespec when[2], int flags), folder,
	place(real, path), when, flags)

int rename(const char *from, const char *to)
{
	char real_from[PATH_MAX];
	char real_to[PATH_MAX];
	return NEXT(rename)(place(real_from, from), place(real_to, to));
}

int link(const char *from, const char *to)
{
	char real_from[PATH_MAX];
	char real_to[PATH_MAX];
	return NEXT(link)(place(real_from, from), place(real_to, to));
}
