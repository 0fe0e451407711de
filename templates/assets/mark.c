#include "templates/assets/mark.h"

#include <assert.h>
#include <string.h>

#include "base/json_out.h"
#include "base/text.h"
#include "templates/model/answer.h"

#define MANAGER "picket"
#define TEXT_BEGIN " [" MANAGER " "

/* --- writing --- */

static void put_meta(struct pk_buf *buf, const char *digest)
{
	pk_buf_puts(buf, "\"_meta\":");
	struct pk_json_out json = {.buf = buf};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_text(&json, "managed_by", MANAGER);
	pk_json_out_text(&json, "version", PICKET_VERSION);
	pk_json_out_text(&json, "digest", digest);
	pk_json_out_close_object(&json);
}

void pk_mark_put_within(
	struct pk_buf *buf, const char *body, unsigned depth, char digest_out[PK_DIGEST_TEXT])
{
	size_t len = strlen(body);
	size_t end = len;
	for (unsigned i = 0; i <= depth; i++) {
		assert(end > 1 && body[end - 1] == '}');
		end--;
	}
	pk_digest_print(digest_out, body, len);
	pk_buf_put(buf, body, end);
	if (body[end - 1] != '{')
		pk_buf_putc(buf, ',');
	put_meta(buf, digest_out);
	pk_buf_puts(buf, body + end);
}

/* Where the JSON text that begins at `text` ends: at its closing quote. */
static const char *string_end(const char *text)
{
	while (*text != '"')
		text += *text == '\\' ? 2 : 1;
	return text;
}

void pk_mark_put(
	struct pk_buf *buf, const char *body, bool in_text, char digest_out[PK_DIGEST_TEXT])
{
	static const char member[] = "\"description\":\"";
	if (!in_text) {
		pk_mark_put_within(buf, body, 0, digest_out);
		return;
	}
	const char *description = strstr(body, member);
	assert(description != NULL);
	const char *end = string_end(description + strlen(member));
	pk_digest_print(digest_out, body, strlen(body));
	pk_buf_put(buf, body, (size_t)(end - body));
	pk_buf_printf(buf, TEXT_BEGIN PICKET_VERSION " %s]", digest_out);
	pk_buf_puts(buf, end);
}

/* --- finding --- */

/* Is it "sha256:" and 64 hexadecimal digits? */
static bool is_digest(const char *text)
{
	static const size_t prefix = sizeof(PK_DIGEST_PREFIX) - 1;
	return pk_text_starts(text, PK_DIGEST_PREFIX) && strlen(text) == PK_DIGEST_TEXT - 1 &&
		strspn(text + prefix, "0123456789abcdef") == strlen(text + prefix);
}

bool pk_mark_find_text(struct pk_mark *out, struct pk_arena *arena, const char *text)
{
	const char *begin = NULL;
	for (const char *at = text; (at = strstr(at, TEXT_BEGIN)) != NULL; at++)
		begin = at + strlen(TEXT_BEGIN);
	size_t len = begin == NULL ? 0 : strlen(begin);
	if (len == 0 || begin[len - 1] != ']')
		return false;
	char *version = pk_arena_strndup(arena, begin, len - 1);
	char *blank = strchr(version, ' ');
	if (blank == NULL || blank == version || !is_digest(blank + 1))
		return false;
	*blank = '\0';
	*out = (struct pk_mark){version, blank + 1};
	return true;
}

static bool find_meta(struct pk_mark *out, struct pk_arena *arena, const struct pk_node *meta)
{
	const char *version = pk_answer_text(meta, "version");
	const char *digest = pk_answer_text(meta, "digest");
	if (!pk_text_equal(pk_answer_text(meta, "managed_by"), MANAGER) || *version == '\0' ||
		!is_digest(digest))
		return false;
	*out = (struct pk_mark){pk_arena_strdup(arena, version), pk_arena_strdup(arena, digest)};
	return true;
}

/* In the object itself. */
static bool find_here(struct pk_mark *out, struct pk_arena *arena, const struct pk_node *object)
{
	return find_meta(out, arena, pk_answer_find(object, "_meta")) ||
		pk_mark_find_text(out, arena, pk_answer_text(object, "description"));
}

bool pk_mark_find(struct pk_mark *out, struct pk_arena *arena, const struct pk_node *object)
{
	static const char *const places[] = {"", "policy", "mappings", "mappings/doc"};
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (find_here(out, arena, pk_answer_find(object, places[i])))
			return true;
	return false;
}
