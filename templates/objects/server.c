/*
 * Saved objects on a Kibana or OpenSearch Dashboards: what is there is exported by id, so that few
 * requests do; what is missing is named by the refusal. Shapes of answers: docs/stack-facts.md
 * section 5.
 */
#include <string.h>

#include "base/json.h"
#include "base/json_out.h"
#include "base/text.h"
#include "templates/assets/mark.h"
#include "templates/model/answer.h"
#include "templates/objects/objects.h"

#define EXPORT_PATH "/api/saved_objects/_export"
#define IMPORT_PATH "/api/saved_objects/_import?overwrite=true"
/* Objects that say in their description that they are ours; data views have none, and are always
 * the same. */
#define FIND_PATH                                                                                  \
	"/api/saved_objects/_find?type=dashboard&type=visualization&type=search&type=lens&"        \
	"type=map&search=picket&search_fields=description&per_page=1000"

/* An object on the server. */
struct there {
	const char *type;
	const char *id;
	const char *digest; /* of its mark; NULL: it has none */
};

struct server {
	struct pk_http *kibana;
	struct pk_arena *arena;
	struct pk_diags *diags;
	PK_LIST(struct there) found;
};

/* --- marks --- */

/* JSON of a server, or of ours; NULL if it is none. */
static const struct pk_node *read_json(struct pk_arena *arena, const char *text, size_t len)
{
	struct pk_diags ignored = {.arena = arena};
	const char *copy = pk_arena_strndup(arena, text, len);
	return pk_json_read(pk_source_make(arena, "", copy, len), &ignored);
}

static const struct pk_node *read_body(struct pk_arena *arena, const struct pk_buf *body)
{
	return read_json(arena, body->data == NULL ? "" : body->data, body->len);
}

/* The digest in the mark of an object; NULL if it is not ours. */
static const char *mark_of(struct pk_arena *arena, const struct pk_node *object)
{
	const char *text = pk_answer_text(object, "attributes/description");
	const struct pk_node *meta = pk_answer_find(object, "attributes/typeMeta");
	struct pk_mark mark;
	if (*text == '\0' && meta != NULL && meta->kind == PK_NODE_STRING)
		text = pk_answer_text(read_json(arena, meta->text, meta->text_len), "managed");
	return pk_mark_find_text(&mark, arena, text) ? mark.digest : NULL;
}

static const struct there *find_there(const struct server *server, const char *type, const char *id)
{
	for (size_t i = 0; i < server->found.len; i++)
		if (pk_text_equal(server->found.items[i].id, id) &&
			pk_text_equal(server->found.items[i].type, type))
			return &server->found.items[i];
	return NULL;
}

static bool is_made(const struct pk_objects *objects, const char *type, const char *id)
{
	for (size_t i = 0; i < objects->len; i++)
		if (pk_text_equal(objects->items[i].id, id) &&
			pk_text_equal(objects->items[i].type, type))
			return true;
	return false;
}

/* --- what is there --- */

static void take_there(struct server *server, const struct pk_node *object)
{
	const char *type = pk_answer_text(object, "type");
	const char *id = pk_answer_text(object, "id");
	if (*type != '\0' && *id != '\0')
		*pk_list_push(server->arena, &server->found) =
			(struct there){type, id, mark_of(server->arena, object)};
}

static bool report_answer(struct server *server, const char *what)
{
	pk_report(server->diags, PK_OBJECTS_ANSWER, PK_NO_SPAN, "'%s' answers what is no %s",
		pk_http_url(server->kibana), what);
	return false;
}

/* An export: a line of JSON for each object. */
static bool take_export(struct server *server, const struct pk_buf *body)
{
	const char *text = body->data == NULL ? "" : body->data;
	for (size_t begin = 0; begin < body->len;) {
		size_t len = strcspn(text + begin, "\n");
		const struct pk_node *object = read_json(server->arena, text + begin, len);
		if (len > 0 && object == NULL)
			return report_answer(server, "export of saved objects");
		take_there(server, object);
		begin += len + 1;
	}
	return true;
}

static void put_wanted(
	struct pk_buf *buf, const struct pk_objects *objects, const struct pk_node *missing)
{
	struct pk_json_out json = {.buf = buf};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_open_array(&json, "objects");
	for (size_t i = 0; i < objects->len; i++) {
		const struct pk_object *object = &objects->items[i];
		bool absent = false;
		for (size_t j = 0; missing != NULL && j < missing->items.len && !absent; j++) {
			const struct pk_node *named = missing->items.items[j];
			absent = pk_text_equal(pk_answer_text(named, "type"), object->type) &&
				pk_text_equal(pk_answer_text(named, "id"), object->id);
		}
		if (absent)
			continue;
		pk_json_out_open_object(&json, NULL);
		pk_json_out_text(&json, "type", object->type);
		pk_json_out_text(&json, "id", object->id);
		pk_json_out_close_object(&json);
	}
	pk_json_out_close_array(&json);
	pk_json_out_bool(&json, "excludeExportDetails", true);
	pk_json_out_close_object(&json);
}

/* The objects that a refused export names as not there; NULL if it names none. */
static const struct pk_node *missing_of(const struct pk_node *answer)
{
	const struct pk_node *list = pk_answer_list(answer, "attributes/objects");
	return list != NULL && list->items.len > 0 ? list : NULL;
}

enum export_result {
	EXPORT_DONE,
	EXPORT_MISSING, /* some are not there: *missing is set */
	EXPORT_FAILED,
};

static enum export_result export_once(
	struct server *server, const struct pk_objects *objects, const struct pk_node **missing)
{
	PK_BUF_AUTO wanted = {0};
	PK_HTTP_ANSWER_AUTO answer = {0};
	put_wanted(&wanted, objects, *missing);
	const struct pk_http_request request = {
		.method = "POST",
		.path = EXPORT_PATH,
		.body = wanted.data,
		.body_len = wanted.len,
		.again = true,
	};
	if (!pk_http_send(&answer, server->kibana, &request, server->diags))
		return EXPORT_FAILED;
	if (answer.status == 200)
		return take_export(server, &answer.body) ? EXPORT_DONE : EXPORT_FAILED;
	const struct pk_node *node = read_body(server->arena, &answer.body);
	const struct pk_node *named = missing_of(node);
	if (answer.status == 400 && named != NULL && *missing == NULL) {
		*missing = named;
		return EXPORT_MISSING;
	}
	pk_http_refused(server->kibana, "POST", EXPORT_PATH, answer.status, node, server->diags);
	return EXPORT_FAILED;
}

/* Which of `objects` the server has. */
static bool ask_ours(struct server *server, const struct pk_objects *objects)
{
	const struct pk_node *missing = NULL;
	enum export_result result = export_once(server, objects, &missing);
	if (result == EXPORT_MISSING && missing->items.len < objects->len)
		result = export_once(server, objects, &missing);
	return result != EXPORT_FAILED;
}

/* Can it stand in a path as it is? Servers take ids of any text. */
static bool is_plain(const char *text)
{
	return *text != '\0' &&
		strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(text);
}

/*
 * Which others of ours the server has. The request is not to be had everywhere (it is deprecated
 * since Kibana 8.7): without an answer there are none.
 */
static void ask_left(struct server *server, const struct pk_objects *objects)
{
	long status = 0;
	struct pk_diags ignored = {.arena = server->arena};
	const struct pk_node *answer =
		pk_http_json(server->kibana, "GET", FIND_PATH, NULL, &status, &ignored);
	const struct pk_node *list = pk_answer_list(answer, "saved_objects");
	if (status != 200 || list == NULL)
		return;
	for (size_t i = 0; i < list->items.len; i++) {
		const struct pk_node *object = list->items.items[i];
		const char *type = pk_answer_text(object, "type");
		const char *id = pk_answer_text(object, "id");
		if (is_plain(type) && is_plain(id) && pk_text_starts(id, PK_OBJECT_PREFIX) &&
			!is_made(objects, type, id) && mark_of(server->arena, object) != NULL)
			take_there(server, object);
	}
}

bool pk_objects_plan_make(struct pk_objects_plan *out, struct pk_http *kibana,
	const struct pk_objects *objects, struct pk_diags *diags)
{
	struct server server = {.kibana = kibana, .arena = diags->arena, .diags = diags};
	struct pk_objects_plan plan = {0};
	if (objects->len > 0 && !ask_ours(&server, objects))
		return false;
	for (size_t i = 0; i < objects->len; i++) {
		const struct pk_object *object = &objects->items[i];
		const struct there *there = find_there(&server, object->type, object->id);
		const char *digest = mark_of(
			diags->arena, read_json(diags->arena, object->json, strlen(object->json)));
		if (there == NULL)
			plan.absent++;
		else if (there->digest != NULL && digest != NULL &&
			pk_text_equal(there->digest, digest))
			plan.same++;
		else
			plan.outdated++;
	}
	size_t before = server.found.len;
	ask_left(&server, objects);
	plan.left = server.found.len - before;
	*out = plan;
	return true;
}

/* --- removing --- */

/* True if the object was there; *failed_out is set after a report. */
static bool remove_one(struct server *server, const struct there *there, bool *failed_out)
{
	const char *path =
		pk_arena_printf(server->arena, "/api/saved_objects/%s/%s", there->type, there->id);
	const char *forced = pk_arena_printf(server->arena, "%s?force=true", path);
	const char *paths[] = {path, forced};
	/* An object that was shared with other spaces is only removed by force. */
	for (size_t i = 0; i < 2; i++) {
		PK_HTTP_ANSWER_AUTO answer = {0};
		const struct pk_http_request request = {.method = "DELETE", .path = paths[i]};
		if (!pk_http_send(&answer, server->kibana, &request, server->diags)) {
			*failed_out = true;
			return false;
		}
		if (answer.status / 100 == 2)
			return true;
		if (answer.status == 404)
			return false;
		if (answer.status == 400 && i == 0)
			continue;
		pk_http_refused(
			server->kibana, "DELETE", paths[i], answer.status, NULL, server->diags);
		*failed_out = true;
		return false;
	}
	return false;
}

/* Removes what was found, the last first: what refers before what is referred to. */
static bool remove_found(size_t *count_out, struct server *server)
{
	bool failed = false;
	size_t count = 0;
	for (size_t i = server->found.len; i > 0 && !failed; i--)
		count += remove_one(server, &server->found.items[i - 1], &failed) ? 1 : 0;
	*count_out = count;
	return !failed;
}

bool pk_objects_remove(size_t *count_out, struct pk_http *kibana, const struct pk_objects *objects,
	struct pk_diags *diags)
{
	struct server server = {.kibana = kibana, .arena = diags->arena, .diags = diags};
	struct server ours = server;
	size_t count = 0;
	if (objects->len > 0 && !ask_ours(&server, objects))
		return false;
	/* Only those that carry our mark, in the order in which they were made. */
	for (size_t i = 0; i < objects->len; i++) {
		const struct there *there =
			find_there(&server, objects->items[i].type, objects->items[i].id);
		if (there != NULL && there->digest != NULL)
			*pk_list_push(ours.arena, &ours.found) = *there;
	}
	ask_left(&ours, objects);
	if (!remove_found(&count, &ours))
		return false;
	*count_out = count;
	return true;
}

/* --- importing --- */

/* Why the server did not take an object, as it says it. */
static void report_refusal(struct server *server, const struct pk_node *item)
{
	const char *type = pk_answer_text(item, "type");
	const char *id = pk_answer_text(item, "id");
	const char *kind = pk_answer_text(item, "error/type");
	const char *message = pk_answer_text(item, "error/message");
	struct pk_diag *diag = pk_report(server->diags, PK_OBJECTS_REFUSED, PK_NO_SPAN,
		"%s '%s' was not taken: %s%s%s", *type == '\0' ? "object" : type,
		*id == '\0' ? "?" : id, *kind == '\0' ? "no reason given" : kind,
		*message == '\0' ? "" : ": ", message);
	if (pk_text_equal(kind, "unsupported_type"))
		pk_diag_hint(server->diags, diag, "use the classic flavour");
	else if (pk_text_equal(kind, "conflict") || pk_text_equal(kind, "ambiguous_conflict"))
		pk_diag_hint(server->diags, diag, "remove the object of that id, then try again");
	else if (pk_text_equal(kind, "missing_references"))
		pk_diag_hint(server->diags, diag, "import all objects together");
}

static bool check_import(struct server *server, const struct pk_http_answer *answer, size_t wanted)
{
	const struct pk_node *node = read_body(server->arena, &answer->body);
	const struct pk_node *success = pk_answer_find(node, "success");
	const struct pk_node *count = pk_answer_find(node, "successCount");
	const struct pk_node *errors = pk_answer_list(node, "errors");
	if (answer->status != 200) {
		pk_http_refused(
			server->kibana, "POST", IMPORT_PATH, answer->status, node, server->diags);
		return false;
	}
	if (success == NULL || success->kind != PK_NODE_BOOL || count == NULL ||
		count->kind != PK_NODE_INT)
		return report_answer(server, "answer to an import");
	size_t refused = 0;
	for (; errors != NULL && refused < errors->items.len; refused++)
		report_refusal(server, errors->items.items[refused]);
	if (refused > 0)
		return false;
	if (success->boolean && (uint64_t)count->integer == wanted)
		return true;
	pk_report(server->diags, PK_OBJECTS_REFUSED, PK_NO_SPAN,
		"'%s' took %lld of %zu saved objects, and does not say why",
		pk_http_url(server->kibana), (long long)count->integer, wanted);
	return false;
}

/* The lines as a file in a form; the boundary is made of their digest, which cannot be within them.
 */
static const char *put_form(
	struct pk_buf *buf, struct pk_arena *arena, const struct pk_objects *objects)
{
	PK_BUF_AUTO lines = {0};
	char digest[PK_DIGEST_TEXT];
	pk_objects_put(&lines, objects);
	pk_digest_print(digest, lines.data, lines.len);
	const char *boundary =
		pk_arena_printf(arena, "picket-%.40s", digest + sizeof(PK_DIGEST_PREFIX) - 1);
	/* The name of the file must end so: the server reads no other. */
	pk_buf_printf(buf,
		"--%s\r\nContent-Disposition: form-data; name=\"file\"; "
		"filename=\"picket.ndjson\"\r\nContent-Type: application/ndjson\r\n\r\n",
		boundary);
	pk_buf_put(buf, lines.data, lines.len);
	pk_buf_printf(buf, "\r\n--%s--\r\n", boundary);
	return boundary;
}

bool pk_objects_import(
	struct pk_http *kibana, const struct pk_objects *objects, struct pk_diags *diags)
{
	struct server server = {.kibana = kibana, .arena = diags->arena, .diags = diags};
	PK_BUF_AUTO form = {0};
	PK_HTTP_ANSWER_AUTO answer = {0};
	size_t removed = 0;
	if (objects->len == 0)
		return true;
	const char *boundary = put_form(&form, diags->arena, objects);
	const struct pk_http_request request = {
		.method = "POST",
		.path = IMPORT_PATH,
		.type = pk_arena_printf(diags->arena, "multipart/form-data; boundary=%s", boundary),
		.body = form.data,
		.body_len = form.len,
	};
	if (!pk_http_send(&answer, kibana, &request, diags) ||
		!check_import(&server, &answer, objects->len))
		return false;
	ask_left(&server, objects);
	return remove_found(&removed, &server);
}
