/* Takes apart what Windows' tools say. */
#include "fleet/host/cmd_part.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

bool pk_cmd_next_line(struct pk_cmd_text *line, struct pk_cmd_text *rest)
{
	if (rest->len == 0)
		return false;
	const char *end = memchr(rest->at, '\n', rest->len);
	size_t len = end != NULL ? (size_t)(end - rest->at) : rest->len;
	size_t used = end != NULL ? len + 1 : len;
	*line = (struct pk_cmd_text){rest->at, len};
	while (line->len > 0 && line->at[line->len - 1] == '\r')
		line->len--;
	rest->at += used;
	rest->len -= used;
	return true;
}

struct pk_cmd_text pk_cmd_body(const struct pk_frame *frame)
{
	if (frame == NULL || frame->body == NULL)
		return (struct pk_cmd_text){"", 0};
	return (struct pk_cmd_text){frame->body, frame->body_len};
}

int64_t pk_cmd_frame_status(const struct pk_frames *frames, const struct pk_frame *frame)
{
	if (frame == NULL)
		return -1;
	size_t next = (size_t)(frame - frames->items) + 1;
	if (next >= frames->len || !pk_text_equal(frames->items[next].key, "status"))
		return -1;
	int64_t status = -1;
	const char *value = frames->items[next].value;
	return value != NULL && pk_text_parse_i64(&status, value) ? status : -1;
}

static void trim(struct pk_cmd_text *text)
{
	while (text->len > 0 && (text->at[0] == ' ' || text->at[0] == '\t')) {
		text->at++;
		text->len--;
	}
	while (text->len > 0 &&
		(text->at[text->len - 1] == ' ' || text->at[text->len - 1] == '\t' ||
			text->at[text->len - 1] == '\r'))
		text->len--;
}

static bool starts_nocase(struct pk_cmd_text text, const char *prefix)
{
	size_t len = strlen(prefix);
	if (text.len < len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (pk_text_lower(text.at[i]) != pk_text_lower(prefix[i]))
			return false;
	return true;
}

static const char *find(struct pk_cmd_text text, const char *needle)
{
	return text.len > 0 ? memmem(text.at, text.len, needle, strlen(needle)) : NULL;
}

/* "    NAME    REG_TYPE    data". */
bool pk_cmd_reg_value(struct pk_cmd_text *out, struct pk_cmd_text said, const char *name)
{
	struct pk_cmd_text line;
	while (pk_cmd_next_line(&line, &said)) {
		if (!starts_nocase(line, "    "))
			continue;
		trim(&line);
		size_t len = strlen(name);
		struct pk_cmd_text type = {line.at + len, line.len - len};
		if (!starts_nocase(line, name) || !starts_nocase(type, "    REG_"))
			continue;
		trim(&type);
		const char *data = memchr(type.at, ' ', type.len);
		*out = (struct pk_cmd_text){"", 0};
		if (data != NULL)
			*out = (struct pk_cmd_text){data, type.len - (size_t)(data - type.at)};
		trim(out);
		return true;
	}
	return false;
}

const char *pk_cmd_reg_text(struct pk_arena *arena, struct pk_cmd_text said, const char *name)
{
	struct pk_cmd_text data;
	if (!pk_cmd_reg_value(&data, said, name))
		return NULL;
	return pk_facts_text(arena, data.at, data.len);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = pk_text_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool pk_cmd_reg_bytes(struct pk_buf *out, struct pk_cmd_text said, const char *name, size_t most)
{
	struct pk_cmd_text data;
	if (!pk_cmd_reg_value(&data, said, name) || data.len % 2 != 0 || data.len / 2 > most)
		return false;
	for (size_t i = 0; i < data.len; i += 2) {
		int high = hex_digit(data.at[i]);
		int low = hex_digit(data.at[i + 1]);
		if (high < 0 || low < 0)
			return false;
		pk_buf_putc(out, (char)(high << 4 | low));
	}
	return true;
}

const char *pk_cmd_image(struct pk_arena *arena, const char *path, const char *root)
{
	if (path == NULL)
		return NULL;
	const char *begin = path[0] == '"' ? path + 1 : path;
	size_t len = strlen(begin);
	if (path[0] == '"') {
		const char *end = strchr(begin, '"');
		len = end != NULL ? (size_t)(end - begin) : len;
	} else {
		const char *end = pk_text_find_nocase(begin, ".exe");
		len = end != NULL ? (size_t)(end - begin) + 4 : len;
	}
	if (len > 4 && strncmp(begin, "\\??\\", 4) == 0) {
		begin += 4;
		len -= 4;
	}
	static const char *const variables[] = {"%SystemRoot%", "%windir%"};
	struct pk_cmd_text text = {begin, len};
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		size_t used = strlen(variables[i]);
		if (starts_nocase(text, variables[i]) && root != NULL)
			return pk_facts_text(arena,
				pk_arena_printf(
					arena, "%s%.*s", root, (int)(len - used), begin + used),
				strlen(root) + len - used);
	}
	return pk_facts_text(arena, begin, len);
}

/* "        TYPE   : 10  WIN32_OWN_PROCESS": the words are translated, the order is not. */
unsigned pk_cmd_sc_state(struct pk_cmd_text said)
{
	struct pk_cmd_text line;
	size_t numbers = 0;
	while (pk_cmd_next_line(&line, &said)) {
		const char *colon = line.len > 0 ? memchr(line.at, ':', line.len) : NULL;
		if (colon == NULL || line.at[0] != ' ')
			continue;
		struct pk_cmd_text value = {colon + 1, line.len - (size_t)(colon + 1 - line.at)};
		trim(&value);
		if (value.len == 0 || value.at[0] < '0' || value.at[0] > '9')
			continue;
		if (++numbers != 2)
			continue;
		bool one = value.len == 1 || value.at[1] == ' ';
		return one && value.at[0] >= '1' && value.at[0] <= '7'
			? (unsigned)(value.at[0] - '0')
			: 0;
	}
	return 0;
}

/* Digits with at least `least` points between them, at `at`: its length, or 0. */
static size_t version_len(struct pk_cmd_text text, size_t least)
{
	size_t len = 0, points = 0;
	bool digit = false;
	while (len < text.len && len < 40) {
		char c = text.at[len];
		if (c >= '0' && c <= '9') {
			digit = true;
		} else if (c == '.' && digit && len + 1 < text.len && text.at[len + 1] >= '0' &&
			text.at[len + 1] <= '9') {
			points++;
			digit = false;
		} else {
			break;
		}
		len++;
	}
	return digit && points >= least ? len : 0;
}

const char *pk_cmd_ver(struct pk_arena *arena, struct pk_cmd_text said)
{
	for (size_t i = 0; i < said.len; i++) {
		bool inside = i > 0 &&
			((said.at[i - 1] >= '0' && said.at[i - 1] <= '9') || said.at[i - 1] == '.');
		size_t len = inside
			? 0
			: version_len((struct pk_cmd_text){said.at + i, said.len - i}, 2);
		if (len > 0)
			return pk_facts_text(arena, said.at + i, len);
	}
	return NULL;
}

const char *pk_cmd_banner(struct pk_arena *arena, struct pk_cmd_text said)
{
	for (size_t i = 0; i + 1 < said.len; i++) {
		if (said.at[i] != 'v' || (i > 0 && said.at[i - 1] != ' '))
			continue;
		struct pk_cmd_text rest = {said.at + i, said.len - i};
		size_t skip = starts_nocase(rest, "version ") ? strlen("version ") : 1;
		size_t len = version_len((struct pk_cmd_text){rest.at + skip, rest.len - skip}, 1);
		if (len > 0)
			return pk_facts_text(arena, rest.at + skip, len);
	}
	return NULL;
}

/* The line of nothing but 64 hexadecimal digits; old versions put blanks between bytes. */
bool pk_cmd_certutil(char out[PK_DIGEST_TEXT], struct pk_cmd_text said)
{
	struct pk_cmd_text line;
	while (pk_cmd_next_line(&line, &said)) {
		char digits[65];
		size_t count = 0, i = 0;
		for (; i < line.len && count <= 64; i++) {
			if (line.at[i] == ' ')
				continue;
			if (hex_digit(line.at[i]) < 0 || count == 64)
				break;
			digits[count++] = pk_text_lower(line.at[i]);
		}
		if (i < line.len || count != 64)
			continue;
		digits[count] = '\0';
		(void)snprintf(out, PK_DIGEST_TEXT, "%s%s", PK_DIGEST_PREFIX, digits);
		return true;
	}
	return false;
}

/* The value of a line "key: value", at any depth, or NULL. */
static const char *log_value(struct pk_arena *arena, struct pk_cmd_text said, const char *key)
{
	struct pk_cmd_text line;
	while (pk_cmd_next_line(&line, &said)) {
		trim(&line);
		size_t len = strlen(key);
		if (!starts_nocase(line, key) || line.len <= len || line.at[len] != ':')
			continue;
		return pk_facts_text(arena,
			line.at + len + 1 + (line.len > len + 1 && line.at[len + 1] == ' '),
			line.len - len - 1 - (line.len > len + 1 && line.at[len + 1] == ' '));
	}
	return NULL;
}

static enum pk_fact log_fact(struct pk_arena *arena, struct pk_cmd_text said, const char *key)
{
	const char *value = log_value(arena, said, key);
	if (value == NULL)
		return PK_FACT_UNKNOWN;
	if (pk_text_equal_nocase(value, "true"))
		return PK_FACT_YES;
	return pk_text_equal_nocase(value, "false") ? PK_FACT_NO : PK_FACT_UNKNOWN;
}

void pk_cmd_log(struct pk_log_facts *out, struct pk_arena *arena, struct pk_cmd_text said)
{
	out->enabled = log_fact(arena, said, "enabled");
	const char *bytes = log_value(arena, said, "maxSize");
	if (bytes != NULL && !pk_text_parse_u64(&out->bytes, bytes))
		out->bytes = 0;
	enum pk_fact keep = log_fact(arena, said, "retention");
	enum pk_fact archive = log_fact(arena, said, "autoBackup");
	if (keep == PK_FACT_NO)
		out->retention = PK_RETENTION_OVERWRITE;
	else if (keep == PK_FACT_YES && archive != PK_FACT_UNKNOWN)
		out->retention = archive == PK_FACT_YES ? PK_RETENTION_ARCHIVE : PK_RETENTION_KEEP;
	out->access = log_value(arena, said, "channelAccess");
}

/* The text between `before` and the next `end`; false if it is not there. */
static bool between(struct pk_cmd_text *out, struct pk_cmd_text text, const char *before, char end)
{
	const char *at = find(text, before);
	if (at == NULL)
		return false;
	at += strlen(before);
	size_t left = text.len - (size_t)(at - text.at);
	const char *stop = left > 0 ? memchr(at, end, left) : NULL;
	if (stop == NULL)
		return false;
	*out = (struct pk_cmd_text){at, (size_t)(stop - at)};
	return true;
}

static bool number_of(uint64_t *out, struct pk_cmd_text text)
{
	char digits[24];
	if (text.len == 0 || text.len >= sizeof(digits))
		return false;
	memcpy(digits, text.at, text.len);
	digits[text.len] = '\0';
	return pk_text_parse_u64(out, digits);
}

bool pk_cmd_next_event(struct pk_cmd_event *out, struct pk_cmd_text *rest)
{
	const char *begin = find(*rest, "<Event ");
	if (begin == NULL)
		return false;
	rest->len -= (size_t)(begin - rest->at);
	rest->at = begin;
	const char *end = find(*rest, "</Event>");
	if (end == NULL)
		return false;
	*out = (struct pk_cmd_event){.time_ms = -1, .xml = {begin, (size_t)(end - begin)}};
	rest->len -= (size_t)(end - begin);
	rest->at = end;

	struct pk_cmd_text text;
	if (between(&text, out->xml, "<EventID", '<')) {
		/* "<EventID>255" or "<EventID Qualifiers='0'>255". */
		const char *close = text.len > 0 ? memchr(text.at, '>', text.len) : NULL;
		size_t skip = close != NULL ? (size_t)(close + 1 - text.at) : text.len;
		(void)number_of(&out->id, (struct pk_cmd_text){text.at + skip, text.len - skip});
	}
	if (between(&text, out->xml, "<EventRecordID>", '<'))
		(void)number_of(&out->record, text);
	if (between(&text, out->xml, "SystemTime='", '\'') ||
		between(&text, out->xml, "SystemTime=\"", '"'))
		out->time_ms = pk_cmd_system_time(text);
	return true;
}

const char *pk_cmd_event_data(
	struct pk_arena *arena, const struct pk_cmd_event *event, const char *name)
{
	static const char quotes[] = "'\"";
	for (size_t i = 0; quotes[i] != '\0'; i++) {
		char before[80];
		(void)snprintf(
			before, sizeof(before), "<Data Name=%c%s%c>", quotes[i], name, quotes[i]);
		struct pk_cmd_text text;
		if (between(&text, event->xml, before, '<'))
			return pk_facts_text(arena, text.at, text.len);
	}
	return NULL;
}
