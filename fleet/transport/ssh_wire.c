#include "fleet/transport/ssh_wire.h"

#include <string.h>

#include "base/digest.h"

/* In the order of the enum. */
static const char *const type_names[] = {
	"ssh-ed25519",
	"ecdsa-sha2-nistp256",
	"ecdsa-sha2-nistp384",
	"ecdsa-sha2-nistp521",
	"ssh-rsa",
	"ssh-ed25519-cert-v01@openssh.com",
	"ecdsa-sha2-nistp256-cert-v01@openssh.com",
	"ecdsa-sha2-nistp384-cert-v01@openssh.com",
	"ecdsa-sha2-nistp521-cert-v01@openssh.com",
	"ssh-rsa-cert-v01@openssh.com",
};

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const char *pk_key_type_name(enum pk_key_type type)
{
	return type == PK_KEY_OTHER ? "" : type_names[type];
}

enum pk_key_type pk_key_type_find(const char *name, size_t len)
{
	for (size_t i = 0; i < PK_KEY_OTHER; i++) {
		if (strlen(type_names[i]) == len && memcmp(type_names[i], name, len) == 0)
			return (enum pk_key_type)i;
	}
	return PK_KEY_OTHER;
}

enum pk_key_type pk_key_type_of(const void *blob, size_t len)
{
	struct pk_wire wire = {.next = blob, .left = len};
	size_t name_len;
	const uint8_t *name = pk_wire_string(&name_len, &wire);
	return pk_key_type_find((const char *)name, name_len);
}

uint8_t pk_wire_byte(struct pk_wire *wire)
{
	if (wire->failed || wire->left < 1) {
		wire->failed = true;
		return 0;
	}
	wire->left--;
	return *wire->next++;
}

uint32_t pk_wire_u32(struct pk_wire *wire)
{
	if (wire->failed || wire->left < 4) {
		wire->failed = true;
		return 0;
	}
	uint32_t value = 0;
	for (int i = 0; i < 4; i++)
		value = value << 8 | *wire->next++;
	wire->left -= 4;
	return value;
}

const uint8_t *pk_wire_string(size_t *len_out, struct pk_wire *wire)
{
	uint32_t len = pk_wire_u32(wire);
	if (wire->failed || len > wire->left) {
		wire->failed = true;
		*len_out = 0;
		return (const uint8_t *)"";
	}
	const uint8_t *bytes = wire->next;
	wire->next += len;
	wire->left -= len;
	*len_out = len;
	return bytes;
}

void pk_wire_put_u32(struct pk_buf *out, uint32_t value)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		pk_buf_putc(out, (char)(unsigned char)(value >> shift));
}

void pk_wire_put_string(struct pk_buf *out, const void *bytes, size_t len)
{
	pk_wire_put_u32(out, (uint32_t)len);
	pk_buf_put(out, bytes, len);
}

static int digit_value(char c)
{
	const char *at = c == '\0' ? NULL : strchr(digits, c);
	return at == NULL ? -1 : (int)(at - digits);
}

uint8_t *pk_base64_decode(size_t *len_out, struct pk_arena *arena, const char *text, size_t len)
{
	size_t padding = 0;
	while (padding < 2 && padding < len && text[len - 1 - padding] == '=')
		padding++;
	if (len == 0 || len % 4 != 0)
		return NULL;

	uint8_t *out = pk_arena_alloc(arena, len / 4 * 3);
	size_t used = 0;
	uint32_t bits = 0;
	for (size_t i = 0; i < len; i++) {
		int value = i < len - padding ? digit_value(text[i]) : 0;
		if (value < 0)
			return NULL;
		bits = bits << 6 | (uint32_t)value;
		if (i % 4 != 3)
			continue;
		out[used++] = (uint8_t)(bits >> 16);
		out[used++] = (uint8_t)(bits >> 8);
		out[used++] = (uint8_t)bits;
		bits = 0;
	}
	*len_out = used - padding;
	return out;
}

void pk_base64_put(struct pk_buf *out, const void *bytes, size_t len)
{
	const uint8_t *b = bytes;
	for (size_t i = 0; i < len; i += 3) {
		size_t have = len - i < 3 ? len - i : 3;
		uint32_t bits = (uint32_t)b[i] << 16;
		bits |= have > 1 ? (uint32_t)b[i + 1] << 8 : 0;
		bits |= have > 2 ? b[i + 2] : 0;
		for (size_t j = 0; j < 4; j++) {
			uint32_t digit = bits >> (18 - 6 * j) & 63;
			pk_buf_putc(out, j <= have ? digits[digit] : '=');
		}
	}
}

void pk_fingerprint_print(char out[PK_FINGERPRINT_TEXT], const void *blob, size_t len)
{
	uint8_t digest[PK_DIGEST_BYTES_MAX];
	PK_BUF_AUTO text = {0};
	pk_buf_puts(&text, "SHA256:");
	pk_base64_put(&text, digest, pk_digest_bytes(digest, PK_DIGEST_SHA256, blob, len));
	while (text.data[text.len - 1] == '=')
		text.len--;
	memcpy(out, text.data, text.len);
	out[text.len] = '\0';
}

void pk_ssh_clean(char *out, size_t size, const char *text, size_t len)
{
	size_t used = 0;
	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	for (size_t i = 0; i < len && used + 1 < size; i++) {
		unsigned char c = (unsigned char)text[i];
		out[used++] = c < ' ' || c > '~' ? '?' : (char)c;
	}
	out[used] = '\0';
}
