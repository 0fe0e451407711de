/* A datagram of the Monster agent to columns, and which event they are of. */
#include <string.h>

#include "base/text.h"
#include "templates/monster/decode.h"
#include "templates/monster/value.h"

enum {
	ID_DIGITS_MIN = 4,
	ID_DIGITS_MAX = 5,
	GUID_DIGITS = 32,
	ID_COLUMN_2 = 2,
};

const char *pk_monster_problem_name(enum pk_monster_problem problem)
{
	static const char *const names[] = {
		[PK_MONSTER_READ] = "read",
		[PK_MONSTER_EMPTY] = "empty record",
		[PK_MONSTER_NO_ID] = "no event id",
		[PK_MONSTER_UNKNOWN_ID] = "unknown event id",
		[PK_MONSTER_TOO_FEW] = "fewer columns than the header has",
		[PK_MONSTER_NOT_UTF8] = "bytes that are no UTF-8",
	};
	return names[problem];
}

static bool parse_id(unsigned *out, const char *text, size_t len)
{
	if (len < ID_DIGITS_MIN || len > ID_DIGITS_MAX)
		return false;
	unsigned id = 0;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		id = id * 10 + (unsigned)(text[i] - '0');
	}
	*out = id;
	return true;
}

/* 32 hexadecimal digits, with or without dashes and braces. */
static bool is_guid(const char *text, size_t len)
{
	size_t digits = 0;
	for (size_t i = 0; i < len; i++) {
		char lower = (char)(text[i] | 0x20);
		if ((text[i] >= '0' && text[i] <= '9') || (lower >= 'a' && lower <= 'f'))
			digits++;
		else if (text[i] != '-' && text[i] != '{' && text[i] != '}')
			return false;
	}
	return digits == GUID_DIGITS;
}

/*
 * Where the record begins: behind <PRI>, and behind a header of syslog, which is divided from it by
 * a blank. The first column of a record is an id or a GUID; neither has blanks.
 */
static const char *find_record(const char *text, const char *end)
{
	size_t pri = 1;
	if (text < end && *text == '<') {
		while (pri < 4 && text + pri < end && text[pri] >= '0' && text[pri] <= '9')
			pri++;
		if (pri > 1 && text + pri < end && text[pri] == '>')
			text += pri + 1;
	}
	const char *tab = memchr(text, '\t', (size_t)(end - text));
	const char *stop = tab == NULL ? end : tab;
	const char *blank = memrchr(text, ' ', (size_t)(stop - text));
	const char *begin = blank == NULL ? text : blank + 1;
	if (stop - begin >= 3 && memcmp(begin, "\xef\xbb\xbf", 3) == 0)
		begin += 3;
	unsigned id;
	size_t len = (size_t)(stop - begin);
	return parse_id(&id, begin, len) || is_guid(begin, len) ? begin : text;
}

static void split_columns(struct pk_monster_record *out, const char *text, const char *end)
{
	size_t count = 0;
	for (;;) {
		const char *tab = memchr(text, '\t', (size_t)(end - text));
		const char *stop = tab == NULL ? end : tab;
		if (count < PK_MONSTER_COLUMNS_MAX) {
			out->columns[count] = text;
			out->column_len[count] = (size_t)(stop - text);
		}
		count++;
		if (tab == NULL)
			break;
		text = tab + 1;
	}
	out->column_count = count;
}

/* Which generation the record is of, and its event, if known; false if there is no id. */
static bool identify(struct pk_monster_record *out, bool filter2017)
{
	if (parse_id(&out->id, out->columns[0], out->column_len[0])) {
		out->generation = PK_MONSTER_GEN1;
		out->event = filter2017 ? pk_monster_event_find_2017(out->id)
					: pk_monster_event_find(PK_MONSTER_GEN1, out->id);
		return true;
	}
	if (out->column_count <= ID_COLUMN_2 ||
		!parse_id(&out->id, out->columns[ID_COLUMN_2], out->column_len[ID_COLUMN_2]))
		return false;
	out->generation = PK_MONSTER_GEN2;
	out->event = pk_monster_event_find(PK_MONSTER_GEN2, out->id);
	return out->event != NULL || is_guid(out->columns[0], out->column_len[0]);
}

static bool is_utf8(const char *text, size_t len)
{
	size_t plain = 0;
	while (plain < len && (unsigned char)text[plain] < 0x80)
		plain++;
	return plain == len || pk_utf8_valid(text + plain, len - plain, NULL);
}

static enum pk_monster_problem judge(
	struct pk_monster_record *out, const char *text, size_t len, bool filter2017)
{
	const char *end = text + len;
	while (end > text && (end[-1] == '\n' || end[-1] == '\r'))
		end--;
	if (text == end)
		return PK_MONSTER_EMPTY;
	split_columns(out, find_record(text, end), end);
	if (!identify(out, filter2017)) {
		out->id = 0;
		return PK_MONSTER_NO_ID;
	}
	size_t header;
	pk_monster_header(&header, out->generation);
	if (out->column_count < header)
		return PK_MONSTER_TOO_FEW;
	if (out->event == NULL)
		return PK_MONSTER_UNKNOWN_ID;
	return is_utf8(text, len) ? PK_MONSTER_READ : PK_MONSTER_NOT_UTF8;
}

bool pk_monster_split(struct pk_monster_record *out, const char *text, size_t len, bool filter2017)
{
	out->event = NULL;
	out->id = 0;
	out->column_count = 0;
	out->problem = judge(out, text, len, filter2017);
	return out->problem == PK_MONSTER_READ;
}
