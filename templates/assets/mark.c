#include "templates/assets/mark.h"

#include <assert.h>
#include <string.h>

#include "base/json_out.h"
#include "base/text.h"

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

static const struct pk_node *member(const struct pk_node *node, const char *key)
{
	return node != NULL && node->kind == PK_NODE_MAP ? pk_node_find(node, key) : NULL;
}

static bool find_meta(struct pk_mark *out, struct pk_arena *arena, const struct pk_node *meta)
{
	const struct pk_node *manager = member(meta, "managed_by");
	const struct pk_node *version = member(meta, "version");
	const struct pk_node *digest = member(meta, "digest");
	if (manager == NULL || manager->text == NULL || !pk_text_equal(manager->text, MANAGER) ||
		version == NULL || version->text == NULL || digest == NULL ||
		digest->text == NULL || !is_digest(digest->text))
		return false;
	*out = (struct pk_mark){
		pk_arena_strdup(arena, version->text), pk_arena_strdup(arena, digest->text)};
	return true;
}

/* In the object itself. */
static bool find_here(struct pk_mark *out, struct pk_arena *arena, const struct pk_node *object)
{
	const struct pk_node *description = member(object, "description");
	return find_meta(out, arena, member(object, "_meta")) ||
		(description != NULL && description->text != NULL &&
			pk_mark_find_text(out, arena, description->text));
}

bool pk_mark_find(struct pk_mark *out, struct pk_arena *arena, const struct pk_node *object)
{
	const struct pk_node *mappings = member(object, "mappings");
	return find_here(out, arena, object) || find_here(out, arena, member(object, "policy")) ||
		find_here(out, arena, mappings) || find_here(out, arena, member(mappings, "doc"));
}
