#include "fleet/host/frame.h"

#include <string.h>

#include "base/text.h"

static bool is_key_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		c == '_' || c == '-' || c == '.';
}

/* One line of the answer, without its end; *next_out is where the next one begins. */
struct line {
	const char *text;
	size_t len;
	size_t next;
};

static struct line line_at(const char *text, size_t len, size_t at)
{
	const char *end = memchr(text + at, '\n', len - at);
	struct line line = {.text = text + at};
	line.len = end != NULL ? (size_t)(end - line.text) : len - at;
	line.next = end != NULL ? at + line.len + 1 : len;
	if (line.len > 0 && line.text[line.len - 1] == '\r')
		line.len--;
	return line;
}

/* The bytes of a line behind "NONCE ", or NULL if it is not framed. */
static const char *after_nonce(const struct line *line, const char *nonce, size_t *len_out)
{
	size_t nonce_len = strlen(nonce);
	if (nonce_len == 0 || line->len < nonce_len + 2 ||
		memcmp(line->text, nonce, nonce_len) != 0 || line->text[nonce_len] != ' ')
		return NULL;
	*len_out = line->len - nonce_len - 1;
	return line->text + nonce_len + 1;
}

/* Fills in key and value; false if the key is none. */
static bool read_head(struct pk_frame *out, struct pk_arena *arena, const char *text, size_t len)
{
	size_t key_len = 0;
	while (key_len < len && is_key_char(text[key_len]))
		key_len++;
	if (key_len == 0 || key_len > PK_FRAME_KEY_MAX || (key_len < len && text[key_len] != ' '))
		return false;
	size_t begin = key_len;
	while (begin < len && text[begin] == ' ')
		begin++;
	while (len > begin && text[len - 1] == ' ')
		len--;
	out->key = pk_arena_strndup(arena, text, key_len);
	out->value = len > begin ? pk_facts_text(arena, text + begin, len - begin) : NULL;
	return true;
}

/* Ends the body of the last frame before `end`, without its last line end. */
static void end_body(struct pk_frames *frames, const char *end)
{
	if (frames->len == 0)
		return;
	struct pk_frame *last = &frames->items[frames->len - 1];
	last->body_len = (size_t)(end - last->body);
	if (last->body_len > 0 && last->body[last->body_len - 1] == '\n')
		last->body_len--;
}

bool pk_frames_read(struct pk_frames *out, struct pk_arena *arena, const char *nonce,
	const char *text, size_t len, struct pk_failure *failure)
{
	struct pk_frames frames = {0};
	for (size_t at = 0; at < len && !frames.ended;) {
		struct line line = line_at(text, len, at);
		at = line.next;
		size_t head_len = 0;
		const char *head = after_nonce(&line, nonce, &head_len);
		if (head == NULL)
			continue;
		struct pk_frame frame = {.body = text + line.next};
		if (frames.len == PK_FRAMES_MAX || !read_head(&frame, arena, head, head_len)) {
			pk_failure_set(failure, PK_FAILURE_TRANSFER, PK_HOST_ANSWER, false,
				frames.len == PK_FRAMES_MAX
					? "the host says more than it was asked"
					: "the host says what it was not asked");
			return false;
		}
		end_body(&frames, line.text);
		*pk_list_push(arena, &frames) = frame;
		frames.ended = pk_text_equal(frame.key, "end");
	}
	if (!frames.ended)
		end_body(&frames, text + len);
	*out = frames;
	return true;
}

const struct pk_frame *pk_frame_find(const struct pk_frames *frames, const char *key, size_t from)
{
	for (size_t i = from; i < frames->len; i++)
		if (pk_text_equal(frames->items[i].key, key))
			return &frames->items[i];
	return NULL;
}

const char *pk_frame_value(const struct pk_frames *frames, const char *key, size_t from)
{
	const struct pk_frame *frame = pk_frame_find(frames, key, from);
	return frame != NULL ? frame->value : NULL;
}

uint64_t pk_frame_number(
	const struct pk_frames *frames, const char *key, size_t from, uint64_t otherwise)
{
	const char *value = pk_frame_value(frames, key, from);
	uint64_t number = otherwise;
	return value != NULL && pk_text_parse_u64(&number, value) ? number : otherwise;
}

enum pk_fact pk_frame_fact(const struct pk_frames *frames, const char *key, size_t from)
{
	const char *value = pk_frame_value(frames, key, from);
	if (value != NULL && pk_text_equal(value, "yes"))
		return PK_FACT_YES;
	return value != NULL && pk_text_equal(value, "no") ? PK_FACT_NO : PK_FACT_UNKNOWN;
}

bool pk_digest_is(const char *text)
{
	if (text == NULL || strlen(text) != PK_DIGEST_TEXT - 1 ||
		!pk_text_starts(text, PK_DIGEST_PREFIX))
		return false;
	const char *hex = text + strlen(PK_DIGEST_PREFIX);
	return strspn(hex, "0123456789abcdef") == 64;
}

bool pk_wish_knows(const struct pk_job_wish *wish, const char *digest)
{
	for (size_t i = 0; digest != NULL && i < wish->known_count; i++)
		if (pk_text_equal(wish->known[i], digest))
			return true;
	return false;
}

void pk_frames_fail(struct pk_failure *failure, const struct pk_host_answer *answer)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const char *said = pk_facts_text(arena, answer->err, answer->err_len);
	const char *colon = said != NULL ? ": " : "";
	if (said == NULL)
		said = "";
	if (!answer->has_status)
		pk_failure_set(failure, PK_FAILURE_TRANSFER, PK_HOST_CUT_OFF, true,
			"the host stopped answering before it was done%s%s", colon, said);
	else
		pk_failure_set(failure, PK_FAILURE_TRANSFER, PK_HOST_CUT_OFF, answer->status != 127,
			"the command ended with status %lld before it was done%s%s",
			(long long)answer->status, colon, said);
}

/* One line "key value" of a record. */
static void read_member(
	struct pk_host_record *out, struct pk_arena *arena, const char *key, const char *value)
{
	struct {
		const char *key;
		const char **text;
		uint64_t *number;
	} const members[] = {
		{"rollout", &out->rollout, NULL},
		{"sequence", NULL, &out->sequence},
		{"config", &out->config, NULL},
		{"rules", &out->rules, NULL},
		{"previous", &out->previous, NULL},
		{"rules-before", &out->rules_before, NULL},
		{"bundle", &out->bundle, NULL},
		{"applied", NULL, &out->applied},
	};
	uint64_t number;
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (!pk_text_equal(members[i].key, key))
			continue;
		if (members[i].text != NULL)
			*members[i].text = pk_arena_strdup(arena, value);
		else if (pk_text_parse_u64(&number, value))
			*members[i].number = number;
	}
	if (pk_text_equal(key, "time") && pk_text_parse_u64(&number, value) && number <= INT64_MAX)
		out->time_ms = (int64_t)number;
	if (pk_text_equal(key, "phase"))
		out->open = pk_text_equal(value, "changing");
}

void pk_host_record_read(
	struct pk_host_record *out, struct pk_arena *arena, const char *text, size_t len)
{
	enum { LINES = 100 };
	struct pk_host_record record = {0};
	size_t at = 0;
	for (size_t count = 0; at < len && count < LINES; count++) {
		struct line line = line_at(text, len, at);
		at = line.next;
		struct pk_frame member = {0};
		if (read_head(&member, arena, line.text, line.len) && member.value != NULL)
			read_member(&record, arena, member.key, member.value);
	}
	const char **const digests[] = {
		&record.config, &record.rules, &record.previous, &record.rules_before};
	for (size_t i = 0; i < sizeof(digests) / sizeof(digests[0]); i++)
		if (!pk_digest_is(*digests[i]))
			*digests[i] = NULL;
	record.present = record.rollout != NULL;
	*out = record;
}

static void put_member(struct pk_buf *out, const char *key, const char *value)
{
	if (value != NULL)
		pk_buf_printf(out, "%s %s\n", key, value);
}

void pk_host_record_put(struct pk_buf *out, const struct pk_host_record *record)
{
	put_member(out, "rollout", record->rollout);
	pk_buf_printf(out, "sequence %llu\n", (unsigned long long)record->sequence);
	put_member(out, "config", record->config);
	put_member(out, "rules", record->rules);
	put_member(out, "previous", record->previous);
	put_member(out, "rules-before", record->rules_before);
	put_member(out, "bundle", record->bundle);
	pk_buf_printf(out, "applied %llu\n", (unsigned long long)record->applied);
	pk_buf_printf(out, "time %lld\n", (long long)record->time_ms);
	put_member(out, "phase", record->open ? "changing" : "done");
}
