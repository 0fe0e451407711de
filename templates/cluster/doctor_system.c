/* This machine as a receiver of datagrams. Stack facts, docs/stack-facts.md section 6. */
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "templates/cluster/doctor_inner.h"
#include "templates/cluster/doctor_udp.h"

enum {
	BUFFER_ASKED = 16 << 20, /* receive_buffer_bytes of our Logstash input */
	BUFFER_LEAST = 2 << 20,	 /* with which 2,000 events a second survive a pause */
	PROC_MAX = 1 << 20,
	PORT = 1514,
	COLUMNS = 16,
	COLUMN_LOCAL = 1,
	COLUMN_QUEUES = 4,
	COLUMN_USER = 7,
	COLUMN_LOST = 12,
	HEX = 16,
};

/* --- /proc/net/udp --- */

struct column {
	const char *text;
	size_t len;
};

static size_t split(struct column columns[COLUMNS], const char *line, size_t len)
{
	size_t count = 0;
	size_t i = 0;
	while (count < COLUMNS) {
		while (i < len && line[i] == ' ')
			i++;
		size_t begin = i;
		while (i < len && line[i] != ' ')
			i++;
		if (i == begin)
			break;
		columns[count++] = (struct column){line + begin, i - begin};
	}
	return count;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = pk_text_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : HEX;
}

/* All of the column behind its last ':' is a number. */
static bool number_of(uint64_t *out, struct column column, unsigned base)
{
	uint64_t value = 0;
	const char *colon = memrchr(column.text, ':', column.len);
	size_t i = colon == NULL ? 0 : (size_t)(colon - column.text) + 1;
	if (i == column.len)
		return false;
	for (; i < column.len; i++) {
		unsigned digit = (unsigned)digit_of(column.text[i]);
		if (digit >= base || value > (UINT64_MAX - digit) / base)
			return false;
		value = value * base + digit;
	}
	*out = value;
	return true;
}

bool pk_doctor_udp_parse(struct pk_doctor_udp *out, const char *line, size_t len)
{
	struct column columns[COLUMNS];
	struct pk_doctor_udp socket = {0};
	uint64_t port;
	if (split(columns, line, len) <= COLUMN_LOST ||
		!number_of(&port, columns[COLUMN_LOCAL], HEX) || port > UINT16_MAX ||
		memchr(columns[COLUMN_LOCAL].text, ':', columns[COLUMN_LOCAL].len) == NULL ||
		!number_of(&socket.waiting, columns[COLUMN_QUEUES], HEX) ||
		!number_of(&socket.user, columns[COLUMN_USER], 10) ||
		!number_of(&socket.lost, columns[COLUMN_LOST], 10))
		return false;
	socket.port = (uint16_t)port;
	*out = socket;
	return true;
}

/* Adds up the sockets of the port; returns how many there are. */
static size_t add_sockets(
	struct pk_doctor_udp *sum, const char *text, size_t text_len, uint16_t port)
{
	size_t count = 0;
	for (const char *line = text; line < text + text_len;) {
		size_t left = text_len - (size_t)(line - text);
		const char *end = memchr(line, '\n', left);
		size_t len = end == NULL ? left : (size_t)(end - line);
		struct pk_doctor_udp socket;
		if (pk_doctor_udp_parse(&socket, line, len) && socket.port == port) {
			sum->waiting += socket.waiting;
			sum->lost += socket.lost;
			sum->user = socket.user;
			count++;
		}
		line += len + 1;
	}
	return count;
}

/* --- what is told --- */

static struct pk_source *read_proc(struct pk_arena *arena, const char *path)
{
	struct pk_diags quiet = {.arena = arena};
	return path == NULL ? NULL : pk_file_read(arena, path, PROC_MAX, &quiet);
}

static bool read_number(uint64_t *out, struct pk_arena *arena, const char *path)
{
	struct pk_source *source = read_proc(arena, path);
	if (source == NULL)
		return false;
	return pk_text_parse_u64(
		out, pk_arena_strndup(arena, source->text, strcspn(source->text, "\n")));
}

static void look_buffers(struct pk_doctor_look *look, const struct pk_doctor_system *system)
{
	uint64_t most = 0;
	uint64_t usual = 0;
	if (read_number(&most, look->arena, system->rmem_max)) {
		bool is_small = most < BUFFER_ASKED;
		pk_doctor_add(look, "rmem_max", is_small ? PK_DOCTOR_WARNING : PK_DOCTOR_OK,
			pk_arena_printf(
				look->arena, "net.core.rmem_max is %llu", (unsigned long long)most),
			is_small ? pk_arena_printf(look->arena,
					   "the input for Monster asks for %d bytes and gets no "
					   "more than that: "
					   "have 'net.core.rmem_max=%d' in /etc/sysctl.d, then "
					   "'sysctl --system'",
					   BUFFER_ASKED, BUFFER_ASKED)
				 : NULL);
	}
	if (read_number(&usual, look->arena, system->rmem_default)) {
		bool is_small = usual < BUFFER_LEAST;
		pk_doctor_add(look, "rmem_default", is_small ? PK_DOCTOR_NOTE : PK_DOCTOR_OK,
			pk_arena_printf(look->arena, "net.core.rmem_default is %llu",
				(unsigned long long)usual),
			is_small ? pk_arena_printf(look->arena,
					   "it is what Logstash's syslog input gets, which asks "
					   "for nothing: use the udp "
					   "input, or set 'net.core.rmem_default=%d', too",
					   BUFFER_LEAST)
				 : NULL);
	}
}

static void judge_sockets(
	struct pk_doctor_look *look, const struct pk_doctor_udp *sum, size_t count, uint16_t port)
{
	if (count == 0) {
		pk_doctor_add(look, "udp", PK_DOCTOR_NOTE,
			pk_arena_printf(look->arena, "nobody listens on UDP port %u here", port),
			"if Monster's events shall come here, start Logstash or 'picket listen'");
		return;
	}
	const char *found = pk_arena_printf(look->arena,
		"UDP port %u is open by user %llu: %llu datagrams lost, %llu bytes wait", port,
		(unsigned long long)sum->user, (unsigned long long)sum->lost,
		(unsigned long long)sum->waiting);
	pk_doctor_add(look, "udp", sum->lost > 0 ? PK_DOCTOR_WARNING : PK_DOCTOR_OK, found,
		sum->lost > 0 ? "the receiver is too slow or its buffer too small: raise "
				"net.core.rmem_max and "
				"receive_buffer_bytes, and give the input more workers"
			      : NULL);
}

void pk_doctor_system(
	struct pk_doctor *out, struct pk_arena *arena, const struct pk_doctor_system *system)
{
	struct pk_doctor_look look = {.out = out, .arena = arena, .now = system->now};
	struct pk_doctor_udp sum = {0};
	uint16_t port = system->port == 0 ? PORT : system->port;
	struct pk_source *four = read_proc(arena, system->udp);
	struct pk_source *six = read_proc(arena, system->udp6);
	size_t count = 0;
	look_buffers(&look, system);
	if (four == NULL && six == NULL)
		return;
	count += four == NULL ? 0 : add_sockets(&sum, four->text, four->len, port);
	count += six == NULL ? 0 : add_sockets(&sum, six->text, six->len, port);
	judge_sockets(&look, &sum, count, port);
}
