#include "generators/engine/event_fast.h"

#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/lines.h"
#include "base/text.h"

enum {
	MEMBERS_MOST = 64, /* of one object; recorded events have fewer */
	DIGITS_MOST = 18,  /* of a number: it fits int64_t */
	WORD = 16,	   /* bytes looked at together */
	FIRST_POOL = 4096,
};

_Static_assert((int)PK_LINES_SLACK >= (int)WORD, "a word may be read at the last byte of a line");

struct member {
	const char *name;
	const char *value; /* NULL: null */
	size_t name_len;
	int field; /* index of the field it names, or -1: not known yet */
};

struct members {
	size_t count;
	struct member items[MEMBERS_MOST];
};

struct pk_event_fast {
	const struct pk_event_types *types;
	char *pool; /* texts of the last record, escapes resolved */
	size_t pool_size;
	struct members top;
	struct pk_event_head head; /* what the first `head_count` of them say */
	size_t head_count;
	struct members data; /* of EventData */
	bool has_data;
	const struct pk_event_type *data_type; /* by what was known of the event at EventData */
};

/* Where a line is read and its texts are written. Functions that read return false if not plain. */
struct scan {
	const char *at;
	const char *end;
	char *out;
	const struct pk_event_type *type; /* of the event, if its id has come; else NULL */
	size_t next;			  /* the field that is due in the order of the schema */
};

struct pk_event_fast *pk_event_fast_create(const struct pk_event_types *types)
{
	struct pk_event_fast *fast = calloc(1, sizeof(*fast));
	if (fast == NULL)
		abort(); /* out of memory ends the process */
	fast->types = types;
	return fast;
}

void pk_event_fast_destroy(struct pk_event_fast *fast)
{
	if (fast == NULL)
		return;
	free(fast->pool);
	free(fast);
}

/* A text is never longer than its spelling with quotes; words are written whole. */
static void reserve(struct pk_event_fast *fast, size_t len)
{
	size_t need = len + 2 * WORD;
	if (need <= fast->pool_size)
		return;
	size_t size = fast->pool_size == 0 ? FIRST_POOL : fast->pool_size;
	while (size < need)
		size *= 2;
	free(fast->pool);
	fast->pool = malloc(size);
	if (fast->pool == NULL)
		abort();
	fast->pool_size = size;
}

/* --- texts --- */

/*
 * Copies the WORD bytes at `text`; the result is how many of them, from the first on, stand for
 * themselves in a JSON text: ASCII but quote, backslash and control characters. So up to WORD.
 */
#ifdef __SSE2__
static inline size_t copy_plain(char *out, const char *text)
{
	__m128i word = _mm_loadu_si128((const __m128i *)(const void *)text);
	_mm_storeu_si128((__m128i *)(void *)out, word);
	__m128i special = _mm_or_si128(_mm_cmpeq_epi8(word, _mm_set1_epi8('"')),
		_mm_cmpeq_epi8(word, _mm_set1_epi8('\\')));
	/* Signed: what is not ASCII is below a blank, too. */
	special = _mm_or_si128(special, _mm_cmplt_epi8(word, _mm_set1_epi8(' ')));
	unsigned bits = (unsigned)_mm_movemask_epi8(special);
	return (size_t)__builtin_ctz(bits | 1U << WORD);
}
#else
static inline size_t copy_plain(char *out, const char *text)
{
	size_t i = 0;
	while (i < WORD && text[i] >= ' ' && (unsigned char)text[i] < 0x80 && text[i] != '"' &&
		text[i] != '\\') {
		out[i] = text[i];
		i++;
	}
	return i;
}
#endif

static bool read_hex4(uint32_t *out, const char *text)
{
	uint32_t value = 0;
	for (int i = 0; i < 4; i++) {
		char c = pk_text_lower(text[i]);
		if (c >= '0' && c <= '9')
			value = value << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (uint32_t)(c - 'a' + 10);
		else
			return false;
	}
	*out = value;
	return true;
}

/* \uXXXX, a pair of them for a character beyond FFFF; `at` is on the 'u'. */
static bool read_unicode(struct scan *scan)
{
	uint32_t c;
	uint32_t low;
	if (scan->end - scan->at < 5 || !read_hex4(&c, scan->at + 1) || c == 0)
		return false;
	scan->at += 5;
	if (c >= 0xd800 && c <= 0xdfff) {
		if (c >= 0xdc00 || scan->end - scan->at < 6 || scan->at[0] != '\\' ||
			scan->at[1] != 'u' || !read_hex4(&low, scan->at + 2) ||
			(low & 0xfc00) != 0xdc00)
			return false;
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		scan->at += 6;
	}
	scan->out += pk_utf8_encode(scan->out, c);
	return true;
}

/* `at` is behind the backslash. */
static bool read_escape(struct scan *scan)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";

	if (scan->at >= scan->end)
		return false;
	if (*scan->at == 'u')
		return read_unicode(scan);
	const char *letter = memchr(letters, *scan->at, sizeof(letters) - 1);
	if (letter == NULL)
		return false;
	*scan->out++ = meanings[letter - letters];
	scan->at++;
	return true;
}

static bool read_beyond_ascii(struct scan *scan)
{
	uint32_t c;
	size_t used = pk_utf8_decode(&c, scan->at, (size_t)(scan->end - scan->at));
	memcpy(scan->out, scan->at, used);
	scan->out += used;
	scan->at += used;
	return used > 0;
}

/* What is no plain character but in a text: an escape, or beyond ASCII. */
static bool read_special(struct scan *scan)
{
	if (*scan->at != '\\')
		return (unsigned char)*scan->at >= 0x80 && read_beyond_ascii(scan);
	scan->at++;
	return read_escape(scan);
}

/* A text; `at` is behind its quote, afterwards behind the closing one. */
static bool read_text(struct scan *scan, const char **text_out, size_t *len_out)
{
	char *begin = scan->out;
	while (scan->at < scan->end) {
		size_t plain = copy_plain(scan->out, scan->at);
		scan->at += plain;
		scan->out += plain;
		if (plain == WORD)
			continue;
		if (scan->at >= scan->end)
			return false;
		if (*scan->at == '"') {
			scan->at++;
			*len_out = (size_t)(scan->out - begin);
			*scan->out++ = '\0';
			*text_out = begin;
			return true;
		}
		if (scan->at[0] == '\\' && scan->at[1] == '\\') { /* most: paths of files */
			*scan->out++ = '\\';
			scan->at += 2;
		} else if (!read_special(scan)) {
			return false;
		}
	}
	return false;
}

/* --- values --- */

static void skip_blanks(struct scan *scan)
{
	while (scan->at < scan->end && (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\r'))
		scan->at++;
}

/* True if `c` comes next, which is taken. */
static inline bool take(struct scan *scan, char c)
{
	skip_blanks(scan);
	if (scan->at >= scan->end || *scan->at != c)
		return false;
	scan->at++;
	return true;
}

static bool read_word(struct scan *scan, const char *word)
{
	size_t len = strlen(word);
	if ((size_t)(scan->end - scan->at) < len || memcmp(scan->at, word, len) != 0)
		return false;
	scan->at += len;
	return true;
}

/* A whole number as it is spelt. */
static bool read_number(struct scan *scan, const char **text_out)
{
	const char *at = scan->at;
	at += at < scan->end && *at == '-';
	const char *digits = at;
	while (at < scan->end && *at >= '0' && *at <= '9')
		at++;
	size_t count = (size_t)(at - digits);
	if (count == 0 || count > DIGITS_MOST || (digits[0] == '0' && count > 1))
		return false;

	size_t len = (size_t)(at - scan->at);
	*text_out = scan->out;
	memcpy(scan->out, scan->at, len);
	scan->out += len;
	*scan->out++ = '\0';
	scan->at = at;
	return true;
}

/* What is no object; *value_out is NULL for null. */
static bool read_scalar(struct scan *scan, const char **value_out)
{
	size_t len;
	skip_blanks(scan);
	if (scan->at >= scan->end)
		return false;
	switch (*scan->at) {
	case '"':
		scan->at++;
		return read_text(scan, value_out, &len);
	case 't':
		*value_out = "true";
		return read_word(scan, "true");
	case 'f':
		*value_out = "false";
		return read_word(scan, "false");
	case 'n':
		*value_out = NULL;
		return read_word(scan, "null");
	default:
		return read_number(scan, value_out);
	}
}

/* Takes the name of the field that is due, if it comes next: most events keep the order. */
static bool read_due_name(struct scan *scan, struct member *member)
{
	if (scan->type == NULL || scan->next >= scan->type->event->field_count)
		return false;
	size_t len = scan->type->lens[scan->next];
	const char *name = scan->type->event->fields[scan->next];
	if ((size_t)(scan->end - scan->at) < len + 2 || scan->at[0] != '"' ||
		memcmp(scan->at + 1, name, len) != 0 || scan->at[len + 1] != '"')
		return false;
	scan->at += len + 2;
	*member = (struct member){.name = name, .name_len = len, .field = (int)scan->next};
	scan->next++;
	return true;
}

/* True if a colon and a quote come next, without blanks, which are taken: a text follows. */
static bool take_text_mark(struct scan *scan)
{
	if (scan->end - scan->at < 2 || scan->at[0] != ':' || scan->at[1] != '"')
		return false;
	scan->at += 2;
	return true;
}

/* A name and its colon. */
static bool read_name(struct scan *scan, struct member *member)
{
	member->field = -1;
	return take(scan, '"') && read_text(scan, &member->name, &member->name_len) &&
		take(scan, ':');
}

/* A member with its value. */
static bool read_member(struct scan *scan, struct members *members)
{
	if (members->count == MEMBERS_MOST)
		return false;
	struct member *member = &members->items[members->count];
	size_t len;
	bool due = read_due_name(scan, member);
	if (due && take_text_mark(scan))
		return read_text(scan, &member->value, &len);
	if (due)
		return take(scan, ':') && read_scalar(scan, &member->value);
	return read_name(scan, member) && read_scalar(scan, &member->value);
}

/* An object of scalars; `at` is behind its bracket. */
static bool read_data(struct scan *scan, struct members *members)
{
	if (take(scan, '}'))
		return true;
	do {
		if (!read_member(scan, members))
			return false;
		members->count++;
	} while (take(scan, ','));
	return take(scan, '}');
}

static inline bool is_named(const struct member *member, const char *name)
{
	return member->name_len == strlen(name) && memcmp(member->name, name, strlen(name)) == 0;
}

/* Puts those members at the top that have come since the last call. */
static void update_head(struct pk_event_fast *fast)
{
	for (; fast->head_count < fast->top.count; fast->head_count++) {
		const struct member *member = &fast->top.items[fast->head_count];
		pk_event_head_put(&fast->head, member->name, member->name_len, member->value);
	}
}

/* The fields; `at` is behind the name of EventData. */
static bool read_event_data(struct pk_event_fast *fast, struct scan *scan)
{
	update_head(fast);
	fast->data_type = pk_event_head_type(&fast->head, fast->types);
	scan->type = fast->data_type;
	bool is_read = !fast->has_data && take(scan, '{') && read_data(scan, &fast->data);
	scan->type = NULL;
	fast->has_data = true;
	return is_read;
}

static bool read_top(struct pk_event_fast *fast, struct scan *scan)
{
	if (!take(scan, '{'))
		return false;
	do {
		if (fast->top.count == MEMBERS_MOST)
			return false;
		struct member *member = &fast->top.items[fast->top.count];
		if (!read_name(scan, member) || is_named(member, "Event") ||
			is_named(member, "winlog") || is_named(member, "System"))
			return false;
		if (is_named(member, "EventData") || is_named(member, "event_data")) {
			if (!read_event_data(fast, scan))
				return false;
			continue;
		}
		if (!read_scalar(scan, &member->value))
			return false;
		fast->top.count++;
	} while (take(scan, ','));
	if (!take(scan, '}'))
		return false;
	skip_blanks(scan);
	return scan->at == scan->end;
}

/* --- meaning --- */

static bool is_twice(const struct members *members)
{
	for (size_t i = 1; i < members->count; i++) {
		const struct member *a = &members->items[i];
		for (size_t j = 0; j < i; j++) {
			const struct member *b = &members->items[j];
			if (a->name_len == b->name_len &&
				memcmp(a->name, b->name, a->name_len) == 0)
				return true;
		}
	}
	return false;
}

/* Puts the fields; false if a name is given twice. */
static bool put_fields(struct pk_event_draft *draft, const struct members *members)
{
	bool all_known = true;
	for (size_t i = 0; i < members->count; i++) {
		const struct member *member = &members->items[i];
		enum pk_event_put put = member->field >= 0
			? pk_event_draft_put_at(draft, (size_t)member->field, member->value)
			: pk_event_draft_put(draft, member->name, member->name_len, member->value);
		if (put == PK_PUT_TWICE)
			return false;
		all_known = all_known && put == PK_PUT_DONE;
	}
	return all_known || !is_twice(members);
}

enum pk_event_result pk_event_fast_read(
	struct pk_event_fast *fast, const char *text, size_t len, struct pk_record *out)
{
	reserve(fast, len);
	struct scan scan = {.at = text, .end = text + len, .out = fast->pool};
	fast->top.count = 0;
	fast->data.count = 0;
	fast->has_data = false;
	fast->data_type = NULL;
	fast->head = (struct pk_event_head){0};
	fast->head_count = 0;
	if (!read_top(fast, &scan) || is_twice(&fast->top))
		return PK_EVENT_NOT_PLAIN;

	update_head(fast);
	if (pk_event_head_is_foreign(&fast->head))
		return is_twice(&fast->data) ? PK_EVENT_NOT_PLAIN : PK_EVENT_FOREIGN;

	const struct pk_event_type *type = pk_event_head_type(&fast->head, fast->types);
	if (type == NULL || (fast->data_type != NULL && fast->data_type != type))
		return PK_EVENT_NOT_PLAIN;
	struct pk_event_draft draft;
	pk_event_draft_begin(&draft, out, type);
	if (!put_fields(&draft, fast->has_data ? &fast->data : &fast->top))
		return PK_EVENT_NOT_PLAIN;
	pk_event_draft_end(&draft, &fast->head);
	return PK_EVENT_READ;
}
