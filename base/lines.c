/* One buffer holds what has been read and not given; it grows only for a piece that needs it. */
#include "base/lines.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

enum {
	CHUNK = 256 * 1024, /* bytes asked of the system at once */
	FIRST_CAP = 2 * CHUNK,
};

enum encoding {
	UNKNOWN, /* nothing has been read */
	AS_IT_IS,
	UTF16_LE,
	UTF16_BE,
};

struct pk_lines {
	const char *path;
	struct pk_diags *diags;
	size_t limit;
	int fd;
	bool at_end; /* of the file, or reading has failed */

	char *data;
	size_t cap;    /* bytes at `data`, besides the slack */
	size_t begin;  /* of what has not been given */
	size_t filled; /* its end */
	size_t number; /* of the line at `begin` */

	char held;     /* the byte that the NUL behind the last piece has replaced */
	bool is_held;  /* at `begin` */
	bool skipping; /* the piece that was given last goes on */

	enum encoding encoding;
	char *raw;	/* UTF-16: a chunk of the file */
	size_t raw_len; /* bytes kept from the last chunk: half a unit or a high surrogate */
};

static char *resize(char *data, size_t size)
{
	char *result = realloc(data, size);
	if (result == NULL)
		abort(); /* out of memory ends the process */
	return result;
}

struct pk_lines *pk_lines_open(const char *path, size_t limit, struct pk_diags *diags)
{
	int fd = pk_file_open(path, diags);
	if (fd < 0)
		return NULL;
	struct pk_lines *lines = calloc(1, sizeof(*lines));
	if (lines == NULL)
		abort();
	lines->path = path;
	lines->diags = diags;
	lines->limit = limit;
	lines->fd = fd;
	lines->number = 1;
	lines->cap = FIRST_CAP;
	lines->data = calloc(1, FIRST_CAP + PK_LINES_SLACK);
	if (lines->data == NULL)
		abort();
	return lines;
}

void pk_lines_close(struct pk_lines *lines)
{
	if (lines == NULL)
		return;
	if (lines->fd != STDIN_FILENO)
		close(lines->fd);
	free(lines->data);
	free(lines->raw);
	free(lines);
}

/* --- reading --- */

/* Up to `size` bytes of the file; 0 at its end, or after a report. */
static size_t read_some(struct pk_lines *lines, char *out, size_t size)
{
	for (;;) {
		ssize_t got = read(lines->fd, out, size);
		if (got > 0)
			return (size_t)got;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			pk_file_report_read(lines->path, strerror(errno), lines->diags);
		lines->at_end = true;
		return 0;
	}
}

static uint32_t unit_at(const struct pk_lines *lines, size_t at)
{
	unsigned first = (unsigned char)lines->raw[at];
	unsigned second = (unsigned char)lines->raw[at + 1];
	return lines->encoding == UTF16_LE ? first | second << 8 : first << 8 | second;
}

/* Appends the units in `raw` as UTF-8; what needs bytes that are not there yet is kept. */
static void decode_units(struct pk_lines *lines)
{
	size_t at = 0;
	while (at + 2 <= lines->raw_len) {
		uint32_t c = unit_at(lines, at);
		bool is_high = c >= 0xd800 && c <= 0xdbff;
		if (is_high && at + 4 > lines->raw_len && !lines->at_end)
			break;
		at += 2;
		uint32_t low = is_high && at + 2 <= lines->raw_len ? unit_at(lines, at) : 0;
		if (low >= 0xdc00 && low <= 0xdfff) {
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			at += 2;
		} else if (c >= 0xd800 && c <= 0xdfff) {
			c = 0xfffd;
		}
		lines->filled += pk_utf8_encode(lines->data + lines->filled, c);
	}
	lines->raw_len -= at;
	memmove(lines->raw, lines->raw + at, lines->raw_len);
}

/* Appends to the buffer, which has room for 2 * CHUNK bytes: UTF-16 grows by half at most. */
static void read_chunk(struct pk_lines *lines)
{
	if (lines->encoding == UTF16_LE || lines->encoding == UTF16_BE) {
		lines->raw_len +=
			read_some(lines, lines->raw + lines->raw_len, CHUNK - lines->raw_len);
		decode_units(lines);
		return;
	}
	lines->filled += read_some(lines, lines->data + lines->filled, CHUNK);
}

/* What the first bytes say of the encoding; the byte order mark is taken away. */
static void detect_encoding(struct pk_lines *lines)
{
	while (lines->filled < 3 && !lines->at_end)
		read_chunk(lines);
	lines->encoding = AS_IT_IS;
	if (lines->filled >= 3 && memcmp(lines->data, "\xef\xbb\xbf", 3) == 0) {
		lines->begin = 3;
		return;
	}
	if (lines->filled < 2)
		return;
	if (memcmp(lines->data, "\xff\xfe", 2) == 0)
		lines->encoding = UTF16_LE;
	else if (memcmp(lines->data, "\xfe\xff", 2) == 0)
		lines->encoding = UTF16_BE;
	else
		return;

	lines->raw = resize(NULL, CHUNK + 4);
	lines->raw_len = lines->filled - 2;
	memcpy(lines->raw, lines->data + 2, lines->raw_len);
	lines->filled = 0;
	decode_units(lines);
}

/* Makes room behind what is there and reads more. */
static void fill(struct pk_lines *lines)
{
	size_t kept = lines->filled - lines->begin;
	if (lines->begin > 0)
		memmove(lines->data, lines->data + lines->begin, kept);
	lines->begin = 0;
	lines->filled = kept;
	if (lines->cap < kept + 2 * (size_t)CHUNK) {
		lines->cap = 2 * (kept + 2 * (size_t)CHUNK);
		lines->data = resize(lines->data, lines->cap + PK_LINES_SLACK);
		memset(lines->data + kept, 0, lines->cap + PK_LINES_SLACK - kept);
	}
	read_chunk(lines);
	if (lines->encoding == UNKNOWN)
		detect_encoding(lines);
}

/* --- pieces --- */

/* Behind the first `end` at or behind `from`; NULL if it has not been read. */
static const char *find_end(const struct pk_lines *lines, size_t from, const char *end)
{
	const char *text = lines->data + from;
	size_t len = lines->filled - from;
	if (len == 0)
		return NULL;
	if (end[1] == '\0') {
		const char *found = memchr(text, end[0], len);
		return found == NULL ? NULL : found + 1;
	}
	const char *found = memmem(text, len, end, strlen(end));
	return found == NULL ? NULL : found + strlen(end);
}

static void count_lines(struct pk_lines *lines, size_t len)
{
	const char *at = lines->data + lines->begin;
	const char *end = at + len;
	while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		lines->number++;
		at++;
	}
}

static void take(struct pk_lines *lines, size_t len)
{
	count_lines(lines, len);
	lines->begin += len;
}

/*
 * The bytes up to and with `end` that lie ready in the buffer: all that is left if the file has no
 * further `end`, and a part of them if the piece grows beyond `most` bytes: *whole_out is false.
 */
static size_t find_piece(struct pk_lines *lines, const char *end, size_t most, bool *whole_out)
{
	size_t looked = 0; /* bytes in which no end begins */
	*whole_out = true;
	for (;;) {
		const char *behind = find_end(lines, lines->begin + looked, end);
		if (behind != NULL)
			return (size_t)(behind - (lines->data + lines->begin));
		size_t have = lines->filled - lines->begin;
		if (lines->at_end)
			return have;
		looked = have < strlen(end) ? 0 : have - (strlen(end) - 1);
		if (looked > most) {
			*whole_out = false;
			return looked;
		}
		fill(lines);
	}
}

static void skip_rest(struct pk_lines *lines, const char *end)
{
	bool whole = !lines->skipping;
	while (!whole)
		take(lines, find_piece(lines, end, 0, &whole));
	lines->skipping = false;
}

/* Puts back the byte that stood where the last piece was ended. */
static void release(struct pk_lines *lines)
{
	if (lines->is_held)
		lines->data[lines->begin] = lines->held;
	lines->is_held = false;
}

bool pk_lines_next(struct pk_lines *lines, const char *end, struct pk_line *out)
{
	release(lines);
	skip_rest(lines, end);

	bool whole;
	size_t len = find_piece(lines, end, lines->limit, &whole);
	if (len == 0)
		return false;
	char *text = lines->data + lines->begin;
	*out = (struct pk_line){.text = text, .len = len, .number = lines->number};
	lines->skipping = !whole;
	if (whole && strcmp(end, "\n") == 0) {
		lines->number += text[len - 1] == '\n';
		lines->begin += len;
		out->len -= text[len - 1] == '\n';
	} else {
		take(lines, len);
	}
	out->cut = !whole || out->len > lines->limit;
	if (out->cut)
		out->len = lines->limit;

	/* The NUL falls on a byte of this piece that is spent, or on the first of the next. */
	lines->is_held = text + out->len == lines->data + lines->begin;
	lines->held = text[out->len];
	text[out->len] = '\0';
	return true;
}

const char *pk_lines_peek(struct pk_lines *lines, size_t want, size_t *len_out)
{
	release(lines);
	while (lines->filled - lines->begin < want && !lines->at_end)
		fill(lines);
	*len_out = lines->filled - lines->begin;
	return lines->data + lines->begin;
}
