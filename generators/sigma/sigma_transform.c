/* Modifiers of Sigma that make other texts of a value: dashes, Base64, networks. */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "generators/sigma/sigma_parts.h"

enum {
	DASHES_MAX = 2, /* switches of a value that are multiplied out; further ones are any */
	BYTE_MAX = 255,
	ADDRESS_BITS = 32,
	OCTET_BITS = 8,
};

/* What Windows programs take for the dash of a switch: - / and three dashes of Unicode. */
static const char *const dashes[] = {"-", "/", "\xe2\x80\x93", "\xe2\x80\x94", "\xe2\x80\x95"};

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		c == '_';
}

/* A dash that begins a word: none before it, one behind it. */
static bool is_switch(const char *text, size_t at)
{
	if (text[at] != '-' && text[at] != '/')
		return false;
	return (at == 0 || !is_word(text[at - 1])) && is_word(text[at + 1]);
}

static void put_text(struct pk_arena *arena, struct pk_sigma_texts *out, const struct pk_buf *buf)
{
	*pk_list_push(arena, &out->items) =
		pk_arena_strndup(arena, buf->data == NULL ? "" : buf->data, buf->len);
}

void pk_sigma_put_dashes(struct pk_arena *arena, struct pk_sigma_texts *out, const char *text)
{
	const size_t kinds = sizeof(dashes) / sizeof(dashes[0]);
	size_t switches = 0;
	for (size_t i = 0; text[i] != '\0'; i++)
		switches += is_switch(text, i);

	size_t variants = 1;
	for (size_t i = 0; i < switches && i < DASHES_MAX; i++)
		variants *= kinds;
	for (size_t variant = 0; variant < variants; variant++) {
		PK_BUF_AUTO buf = {0};
		size_t rest = variant;
		size_t met = 0;
		for (size_t i = 0; text[i] != '\0'; i++) {
			if (!is_switch(text, i)) {
				pk_buf_putc(&buf, text[i]);
			} else if (met++ < DASHES_MAX) {
				pk_buf_puts(&buf, dashes[rest % kinds]);
				rest /= kinds;
			} else {
				pk_buf_putc(&buf, PK_SIGMA_ONE);
			}
		}
		put_text(arena, out, &buf);
	}
}

static void put_unit(struct pk_buf *buf, uint32_t unit, bool big_endian)
{
	char low = (char)(unit & BYTE_MAX);
	char high = (char)(unit >> OCTET_BITS & BYTE_MAX);
	pk_buf_putc(buf, big_endian ? high : low);
	pk_buf_putc(buf, big_endian ? low : high);
}

/* The bytes that are encoded: the text itself, or its UTF-16. */
static void put_bytes(struct pk_buf *buf, const char *text, enum pk_sigma_wide wide)
{
	size_t len = strlen(text);
	if (wide == PK_SIGMA_NARROW) {
		pk_buf_put(buf, text, len);
		return;
	}
	if (wide == PK_SIGMA_UTF16)
		put_unit(buf, 0xfeff, false);
	for (size_t i = 0; i < len;) {
		uint32_t c = 0;
		size_t taken = pk_utf8_decode(&c, text + i, len - i);
		i += taken == 0 ? 1 : taken;
		if (c >= 0x10000) {
			put_unit(buf, 0xd800 + ((c - 0x10000) >> 10), wide == PK_SIGMA_UTF16BE);
			c = 0xdc00 + ((c - 0x10000) & 0x3ff);
		}
		put_unit(buf, c, wide == PK_SIGMA_UTF16BE);
	}
}

/* The Base64 of the bytes, with '=' where the last group is not full. */
static void encode(struct pk_buf *out, const struct pk_buf *bytes)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < bytes->len; i += 3) {
		uint32_t group = 0;
		size_t have = bytes->len - i < 3 ? bytes->len - i : 3;
		for (size_t k = 0; k < 3; k++) {
			uint32_t byte = k < have ? (unsigned char)bytes->data[i + k] : 0;
			group = group << OCTET_BITS | byte;
		}
		for (size_t k = 0; k < 4; k++) {
			uint32_t index = group >> (18 - 6 * k) & 63;
			pk_buf_putc(out, k <= have ? letters[index] : '=');
		}
	}
}

void pk_sigma_put_base64(struct pk_arena *arena, struct pk_sigma_texts *out, const char *text,
	enum pk_sigma_wide wide, bool offsets)
{
	/* Letters at both ends depend on the neighbours of the text and are cut off. */
	static const size_t cut_begin[] = {0, 2, 3};
	static const size_t cut_end[] = {0, 3, 2};
	for (size_t offset = 0; offset < (offsets ? 3 : 1); offset++) {
		PK_BUF_AUTO bytes = {0};
		PK_BUF_AUTO encoded = {0};
		pk_buf_zeros(&bytes, offset);
		put_bytes(&bytes, text, wide);
		encode(&encoded, &bytes);
		size_t begin = cut_begin[offset];
		size_t end = encoded.len - (offsets ? cut_end[bytes.len % 3] : 0);
		if (end <= begin)
			continue;
		*pk_list_push(arena, &out->items) =
			pk_arena_strndup(arena, encoded.data + begin, end - begin);
	}
}

/* Reads "a.b.c.d/bits" into a number and the length of the prefix. */
static bool parse_network(
	uint32_t *address_out, uint32_t *bits_out, struct pk_arena *arena, const char *text)
{
	uint32_t address = 0;
	uint64_t number;
	for (size_t octet = 0; octet < 4; octet++) {
		size_t len = strspn(text, "0123456789");
		if (!pk_text_parse_u64(&number, pk_arena_strndup(arena, text, len)) ||
			number > BYTE_MAX || text[len] != (octet < 3 ? '.' : '/'))
			return false;
		address = address << OCTET_BITS | (uint32_t)number;
		text += len + 1;
	}
	if (!pk_text_parse_u64(&number, text) || number > ADDRESS_BITS)
		return false;
	*address_out = address;
	*bits_out = (uint32_t)number;
	return true;
}

bool pk_sigma_put_network(struct pk_arena *arena, struct pk_sigma_texts *out, const char *text)
{
	uint32_t address;
	uint32_t bits;
	if (!parse_network(&address, &bits, arena, text) || bits == 0)
		return false;

	/* Whole octets are compared; the last one of them may have several values. */
	uint32_t octets = (bits + OCTET_BITS - 1) / OCTET_BITS;
	uint32_t open = octets * OCTET_BITS - bits;
	uint32_t last = address >> (ADDRESS_BITS - octets * OCTET_BITS) >> open << open;
	for (uint32_t i = 0; i < 1U << open; i++) {
		PK_BUF_AUTO buf = {0};
		for (uint32_t octet = octets; octet-- > 0;)
			pk_buf_printf(&buf, "%u%s", (last + i) >> (octet * OCTET_BITS) & BYTE_MAX,
				octet > 0 ? "." : "");
		if (octets < 4) {
			pk_buf_putc(&buf, '.');
			pk_buf_putc(&buf, PK_SIGMA_MANY);
		}
		put_text(arena, out, &buf);
	}
	return true;
}
