#include "fleet/host/facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/pack.h"
#include "base/text.h"

static void put_capitals(char *out, const char *hex)
{
	for (const char *c = hex; *c != '\0'; c++)
		*out++ = *c >= 'a' && *c <= 'f' ? (char)(*c - 'a' + 'A') : *c;
	*out = '\0';
}

void pk_content_init(struct pk_content *out, const void *bytes, size_t len, const char *name)
{
	*out = (struct pk_content){.bytes = bytes, .len = len, .name = name};
	pk_digest_print(out->digest, bytes, len);
	char hex[PK_DIGEST_HEX_MAX];
	const struct {
		enum pk_digest_kind kind;
		char *out;
	} kinds[] = {
		{PK_DIGEST_SHA1, out->sha1},
		{PK_DIGEST_MD5, out->md5},
	};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		pk_digest_hex(hex, kinds[i].kind, bytes, len);
		put_capitals(kinds[i].out, hex);
	}
	put_capitals(out->sha256, out->digest + strlen(PK_DIGEST_PREFIX));
}

void pk_content_pack(struct pk_content *content, struct pk_arena *arena)
{
	PK_BUF_AUTO packed = {0};
	if (content->packed != NULL)
		return;
	pk_pack_gzip(&packed, content->bytes, content->len);
	if (packed.len >= content->len)
		return;
	content->packed = pk_arena_strndup(arena, packed.data, packed.len);
	content->packed_len = packed.len;
}

enum pk_fact pk_facts_run(const struct pk_facts *facts, const struct pk_content *content)
{
	if (facts->config_hash != NULL) {
		const struct {
			const char *prefix;
			const char *digest;
		} kinds[] = {
			{"SHA1=", content->sha1},
			{"MD5=", content->md5},
			{"SHA256=", content->sha256},
		};
		for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
			if (!pk_text_starts(facts->config_hash, kinds[i].prefix))
				continue;
			const char *hash = facts->config_hash + strlen(kinds[i].prefix);
			return pk_text_equal_nocase(hash, kinds[i].digest) ? PK_FACT_YES
									   : PK_FACT_NO;
		}
	}
	if (facts->config == NULL)
		return PK_FACT_UNKNOWN;
	return pk_text_equal(facts->config, content->digest) ? PK_FACT_YES : PK_FACT_NO;
}

static int compare_logs(const void *a, const void *b)
{
	const struct pk_log_facts *const *left = a;
	const struct pk_log_facts *const *right = b;
	return strcmp((*left)->name, (*right)->name);
}

static void put_text(struct pk_buf *out, const char *name, const char *text)
{
	if (text == NULL)
		return;
	pk_buf_printf(out, "%s %zu ", name, strlen(text));
	pk_buf_puts(out, text);
	pk_buf_putc(out, '\n');
}

void pk_facts_print(char out[PK_DIGEST_TEXT], const struct pk_facts *facts)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	PK_BUF_AUTO text = {0};
	pk_buf_printf(&text, "sensor %d\npresent %d\nrunning %d\n", (int)facts->sensor,
		(int)facts->present, (int)facts->running);
	put_text(&text, "version", facts->version);
	put_text(&text, "service", facts->service);
	put_text(&text, "driver", facts->driver);
	put_text(&text, "hash", facts->config_hash);
	put_text(&text, "config", facts->config);
	put_text(&text, "rules", facts->rules);

	const struct pk_log_facts **logs =
		PK_NEW_ARRAY(arena, const struct pk_log_facts *, facts->logs.len + 1);
	for (size_t i = 0; i < facts->logs.len; i++)
		logs[i] = &facts->logs.items[i];
	qsort(logs, facts->logs.len, sizeof(logs[0]), compare_logs);
	for (size_t i = 0; i < facts->logs.len; i++) {
		put_text(&text, "log", logs[i]->name);
		pk_buf_printf(&text, "enabled %d\nbytes %llu\nretention %d\n",
			(int)logs[i]->enabled, (unsigned long long)logs[i]->bytes,
			(int)logs[i]->retention);
		put_text(&text, "access", logs[i]->access);
	}
	pk_digest_print(out, text.data, text.len);
}

const char *pk_facts_text(struct pk_arena *arena, const char *text, size_t len)
{
	/* A cut must not end inside of a character. */
	if (len > PK_FACT_TEXT_MAX) {
		len = PK_FACT_TEXT_MAX;
		for (size_t i = 0; i < 4 && ((unsigned char)text[len] & 0xc0) == 0x80; i++)
			len--;
	}
	char *copy = pk_arena_strndup(arena, len > 0 ? text : "", len);
	size_t used = 0;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)copy[i];
		bool blank = c < ' ' || c == 0x7f;
		/* A blank for each run of them, none at the beginning. */
		if (blank && (used == 0 || copy[used - 1] == ' '))
			continue;
		copy[used++] = blank ? ' ' : (char)c;
	}
	while (used > 0 && copy[used - 1] == ' ')
		used--;
	copy[used] = '\0';
	/* What is no UTF-8 is shown as such, not passed on. */
	for (size_t bad; !pk_utf8_valid(copy, used, &bad);)
		copy[bad] = '?';
	return used > 0 ? copy : NULL;
}
