/*
 * What servers say when they refuse: Elasticsearch and OpenSearch
 * {"error":{"type","reason","root_cause", "caused_by"}} or {"error":"text"}, Kibana and OpenSearch
 * Dashboards {"statusCode","error","message"}. Stack facts, docs/stack-facts.md section 2.
 */
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "templates/http/http_inner.h"

enum {
	CAUSES_MAX = 16,  /* of one error, one below the other */
	REASON_MAX = 600, /* bytes; there are reasons with whole scripts in them */
	STATUS_CONFLICT = 409,
	STATUS_TOO_LARGE = 413,
};

/* Words of a reason, and what to do about it; the first that fits. */
static const struct {
	const char *word;
	const char *hint;
} hints[] = {
	{"no handler found",
		"this server lacks that function: a plugin may be missing, or its version be too "
		"old"},
	{"Incorrect HTTP method", "this server lacks that function: its version may be too old"},
	{"maximum normal shards open", "delete old indices, or raise cluster.max_shards_per_node"},
	{"this action would add", "delete old indices, or raise cluster.max_shards_per_node"},
	{"read-only-allow-delete",
		"free space on the disk of the server; then the block goes away"},
	{"flood stage", "free space on the disk of the server; then the block goes away"},
	{"circuit_breaking_exception", "the server is short of memory: give it more, or wait"},
	{"same priority",
		"two index templates match the same names: remove the other, or use another "
		"namespace"},
	{"current license is non-compliant",
		"the licence of the server does not have this function, or has run out"},
	{"osd-xsrf", "this is OpenSearch Dashboards: say so with the flavour, os1, os2 or os3"},
	{"kbn-xsrf",
		"this is the address of Kibana: give it as Kibana's, and that of the search engine "
		"as --url"},
	{"in use by", "something else uses it: remove that first"},
	{"version_conflict", "somebody changed it at the same time: do it again"},
};

static const char *member(const struct pk_node *map, const char *key)
{
	const struct pk_node *node =
		map != NULL && map->kind == PK_NODE_MAP ? pk_node_find(map, key) : NULL;
	return node != NULL && node->kind == PK_NODE_STRING && node->text_len > 0 ? node->text
										  : NULL;
}

static const struct pk_node *cause_of(const struct pk_node *error)
{
	const struct pk_node *cause = pk_node_find(error, "caused_by");
	return cause != NULL && cause->kind == PK_NODE_MAP ? cause : NULL;
}

static void put_error(struct pk_buf *buf, const struct pk_node *error)
{
	const char *type = member(error, "type");
	const char *reason = member(error, "reason");
	if (type == NULL && reason == NULL)
		return;
	pk_buf_puts(buf, buf->len > 0 ? ", caused by " : "");
	pk_buf_puts(buf, type == NULL ? "" : type);
	pk_buf_puts(buf, type != NULL && reason != NULL ? ": " : "");
	pk_buf_puts(buf, reason == NULL ? "" : reason);
}

/* The error and all below it; of a script, where it failed. */
static void put_all(struct pk_buf *buf, const struct pk_node *error)
{
	const struct pk_node *roots = pk_node_find(error, "root_cause");
	for (int i = 0; error != NULL && i < CAUSES_MAX; i++) {
		put_error(buf, error);
		error = cause_of(error);
	}
	if (buf->len == 0 && roots != NULL && roots->kind == PK_NODE_LIST && roots->items.len > 0)
		put_error(buf, roots->items.items[0]);
}

const char *pk_http_reason(struct pk_arena *arena, const struct pk_node *answer)
{
	PK_BUF_AUTO buf = {0};
	const struct pk_node *error = NULL;
	if (answer != NULL && answer->kind == PK_NODE_MAP)
		error = pk_node_find(answer, "error");
	const char *message = member(answer, "message");
	if (error != NULL && error->kind == PK_NODE_MAP)
		put_all(&buf, error);
	else if (message != NULL)
		pk_buf_puts(&buf, message);
	else if (member(answer, "error") != NULL)
		pk_buf_puts(&buf, member(answer, "error"));
	else if (answer != NULL && answer->kind == PK_NODE_STRING)
		pk_buf_put(&buf, answer->text, answer->text_len);
	size_t len = buf.len < REASON_MAX ? buf.len : REASON_MAX;
	return len == 0 ? NULL : pk_arena_strndup(arena, buf.data, len);
}

const char *pk_http_reason_read(struct pk_arena *arena, const struct pk_buf *body)
{
	struct pk_diags quiet = {.arena = arena};
	if (body->len == 0)
		return NULL;
	struct pk_source *source = pk_source_make(
		arena, "answer", pk_arena_strndup(arena, body->data, body->len), body->len);
	const struct pk_node *answer = pk_json_read(source, &quiet);
	if (answer != NULL)
		return pk_http_reason(arena, answer);
	/* Words of somebody in between; a page for browsers says nothing that helps. */
	if (memchr(body->data, '<', body->len) != NULL)
		return NULL;
	size_t len = strcspn(body->data, "\r\n");
	return pk_arena_strndup(arena, body->data, len < REASON_MAX ? len : REASON_MAX);
}

static const char *hint_of(long status, const char *reason)
{
	if (status == STATUS_TOO_LARGE)
		return "the server, or a proxy before it, takes less at once: raise "
		       "http.max_content_length, or the proxy's limit";
	for (size_t i = 0; reason != NULL && i < sizeof(hints) / sizeof(hints[0]); i++) {
		if (strstr(reason, hints[i].word) != NULL)
			return hints[i].hint;
	}
	return status == STATUS_CONFLICT ? "somebody changed it at the same time: do it again"
					 : NULL;
}

void pk_http_refused(struct pk_http *http, const char *method, const char *path, long status,
	const struct pk_node *answer, struct pk_diags *diags)
{
	const char *reason = pk_http_reason(diags->arena, answer);
	struct pk_diag *diag = pk_report(diags, PK_HTTP_REFUSED, PK_NO_SPAN,
		"%s %s%s is refused with status %ld: %s", method, pk_http_url(http), path, status,
		reason == NULL ? "the server does not say why" : reason);
	const char *hint = hint_of(status, reason);
	if (hint != NULL)
		pk_diag_hint(diags, diag, "%s", hint);
}
