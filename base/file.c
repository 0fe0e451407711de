#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"

enum { CHUNK = 64 * 1024 };

/* A descriptor that is closed when its scope ends; standard input and output stay open. */
static void close_fd(const int *fd)
{
	if (*fd > STDERR_FILENO)
		close(*fd);
}

#define FD_AUTO __attribute__((cleanup(close_fd))) int

/* The place of a finding about a file as a whole, whose text is not there. */
static struct pk_span span_of_path(const char *path, struct pk_diags *diags)
{
	const char *copy = pk_arena_strdup(diags->arena, path);
	return pk_span_file(pk_source_make(diags->arena, copy, "", 0));
}

void pk_file_report_read(const char *path, const char *reason, struct pk_diags *diags)
{
	pk_report(diags, PK_FILE_READ, span_of_path(path, diags), "cannot read '%s': %s", path,
		reason);
}

static void report_write(const char *path, int error, struct pk_diags *diags)
{
	pk_report(diags, PK_FILE_WRITE, span_of_path(path, diags), "cannot write '%s': %s", path,
		strerror(error));
}

static void report_too_large(const char *path, size_t limit, struct pk_diags *diags)
{
	struct pk_diag *diag = pk_report(diags, PK_FILE_TOO_LARGE, span_of_path(path, diags),
		"'%s' is larger than %zu bytes", path, limit);
	pk_diag_hint(diags, diag, "split the file");
}

/* Is what `fd` is open on something that has an end and text in it? */
static bool check_kind(int fd, const char *path, struct pk_diags *diags)
{
	struct stat st;
	if (fstat(fd, &st) != 0) {
		pk_file_report_read(path, strerror(errno), diags);
		return false;
	}
	if (S_ISDIR(st.st_mode)) {
		pk_file_report_read(path, "it is a folder", diags);
		return false;
	}
	bool is_stream = S_ISFIFO(st.st_mode) || fd == STDIN_FILENO;
	if (!S_ISREG(st.st_mode) && !is_stream) {
		pk_file_report_read(path, "it is neither a file nor a pipe", diags);
		return false;
	}
	return true;
}

int pk_file_open(const char *path, struct pk_diags *diags)
{
	FD_AUTO fd = STDIN_FILENO;
	if (!pk_text_equal(path, "-"))
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		pk_file_report_read(path, strerror(errno), diags);
		return -1;
	}
	if (!check_kind(fd, path, diags))
		return -1;
	int opened = fd;
	fd = -1;
	return opened;
}

/* False after a report if `fd` is a file of more than `limit` bytes. */
static bool check_size(int fd, const char *path, size_t limit, struct pk_diags *diags)
{
	struct stat st;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size <= 0 ||
		(size_t)st.st_size <= limit)
		return true;
	report_too_large(path, limit, diags);
	return false;
}

static bool read_all(
	struct pk_buf *out, int fd, const char *path, size_t limit, struct pk_diags *diags)
{
	char chunk[CHUNK];
	for (;;) {
		ssize_t got = read(fd, chunk, sizeof(chunk));
		if (got == 0)
			return true;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			pk_file_report_read(path, strerror(errno), diags);
			return false;
		}
		if ((size_t)got > limit - out->len) {
			report_too_large(path, limit, diags);
			return false;
		}
		pk_buf_put(out, chunk, (size_t)got);
	}
}

struct pk_source *pk_file_read(
	struct pk_arena *arena, const char *path, size_t limit, struct pk_diags *diags)
{
	if (limit == 0)
		limit = PK_FILE_LIMIT;
	FD_AUTO fd = pk_file_open(path, diags);
	if (fd < 0 || !check_size(fd, path, limit, diags))
		return NULL;

	PK_BUF_AUTO bytes = {0};
	if (!read_all(&bytes, fd, path, limit, diags))
		return NULL;
	const char *text = pk_arena_strndup(arena, bytes.data, bytes.len);
	return pk_source_make(arena, pk_arena_strdup(arena, path), text, bytes.len);
}

/* False with errno. */
static bool write_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t put = write(fd, bytes, len);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		bytes += put;
		len -= (size_t)put;
	}
	return true;
}

/* The mode that open(2) would give a new file. */
static mode_t new_file_mode(void)
{
	mode_t mask = umask(0);
	umask(mask);
	return 0666 & ~mask;
}

/* Fills the temporary file and puts it in the place of `path`; false with errno. */
static bool fill_and_rename(
	int fd, const char *temporary, const char *path, mode_t mode, const void *bytes, size_t len)
{
	return fchmod(fd, mode) == 0 && write_all(fd, bytes, len) && fsync(fd) == 0 &&
		rename(temporary, path) == 0;
}

static bool replace_file(
	const char *path, mode_t mode, const void *bytes, size_t len, struct pk_diags *diags)
{
	char *temporary = pk_arena_printf(diags->arena, "%s.XXXXXX", path);
	FD_AUTO fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0) {
		report_write(path, errno, diags);
		return false;
	}
	if (!fill_and_rename(fd, temporary, path, mode, bytes, len)) {
		int error = errno;
		unlink(temporary);
		report_write(path, error, diags);
		return false;
	}
	return true;
}

/* Devices, pipes and standard output cannot be renamed over. */
static bool write_stream(const char *path, const void *bytes, size_t len, struct pk_diags *diags)
{
	FD_AUTO fd = STDOUT_FILENO;
	if (!pk_text_equal(path, "-"))
		fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || !write_all(fd, bytes, len)) {
		report_write(path, errno, diags);
		return false;
	}
	return true;
}

bool pk_file_write(const char *path, const void *bytes, size_t len, struct pk_diags *diags)
{
	if (pk_text_equal(path, "-"))
		return write_stream(path, bytes, len, diags);

	struct stat st;
	if (stat(path, &st) != 0)
		return replace_file(path, new_file_mode(), bytes, len, diags);
	if (S_ISDIR(st.st_mode)) {
		report_write(path, EISDIR, diags);
		return false;
	}
	if (!S_ISREG(st.st_mode))
		return write_stream(path, bytes, len, diags);

	/* A link stays a link: what it points at is replaced. */
	char *target = realpath(path, NULL);
	if (target == NULL) {
		report_write(path, errno, diags);
		return false;
	}
	const char *real = pk_arena_strdup(diags->arena, target);
	free(target);
	return replace_file(real, st.st_mode & 07777, bytes, len, diags);
}

bool pk_file_make_dirs(const char *path, struct pk_diags *diags)
{
	char *part = pk_arena_strdup(diags->arena, path);
	for (char *slash = part;; slash++) {
		slash = strchrnul(slash + 1, '/');
		bool is_last = *slash == '\0';
		*slash = '\0';
		int error = mkdir(part, 0777) == 0 ? 0 : errno;
		if (error != 0 && !pk_file_is_dir(part)) {
			report_write(part, error, diags);
			return false;
		}
		if (is_last)
			return true;
		*slash = '/';
	}
}

bool pk_file_exists(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0;
}

bool pk_file_is_dir(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

char *pk_file_beside(struct pk_arena *arena, const char *base, const char *name)
{
	const char *slash = strrchr(base, '/');
	if (name[0] == '/' || slash == NULL)
		return pk_arena_strdup(arena, name);
	return pk_arena_printf(arena, "%.*s%s", (int)(slash + 1 - base), base, name);
}

char *pk_file_normalize(struct pk_arena *arena, const char *path)
{
	char *out = pk_arena_strdup(arena, path);
	size_t len = 0;	  /* of what is kept */
	size_t floor = 0; /* what ".." cannot take back */
	if (path[0] == '/')
		floor = len = 1;
	for (const char *part = path; *part != '\0';) {
		size_t size = strcspn(part, "/");
		const char *next = part + size + (part[size] == '/');
		bool up = size == 2 && memcmp(part, "..", 2) == 0;
		if (up && len > floor) {
			while (len > floor && out[--len] != '/')
				;
		} else if (size > 0 && !(size == 1 && part[0] == '.')) {
			if (len > 0 && out[len - 1] != '/')
				out[len++] = '/';
			memmove(out + len, part, size);
			len += size;
			if (up)
				floor = len;
		}
		part = next;
	}
	out[len] = '\0';
	return out;
}
