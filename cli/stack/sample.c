/* stack sample: harmless events of every id into the stack, or into a file, and out of the stack
 * again. */
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/json.h"
#include "base/json_out.h"
#include "base/text.h"
#include "cli/progress.h"
#include "cli/stack/stack.h"
#include "templates/model/sysmon.h"
#include "templates/sample/sample.h"

enum {
	BULK_BYTES = 5 * 1024 * 1024, /* of one request, about */
	BULK_EVENTS = 2000,
	BULK_SECONDS = 120, /* until it must be answered */
	BULK_TRIES = 5,	    /* for events that the cluster has no room for now */
	BULK_WAIT_MS = 250,
	REASONS_MOST = 3, /* shown of refusals */
};

#define SAMPLE_QUERY "{\"query\":{\"term\":{\"tags\":\"" PK_SAMPLE_TAG "\"}}}"

/* Events by number: which source each has, and which of its kinds. */
struct events {
	struct pk_sample_options sample;
	const struct pk_sysmon_ecs_event *sysmon;
	size_t sysmon_count; /* kinds; 0 if there shall be none of this source */
	const struct pk_monster_event *monster;
	size_t monster_count;
	uint64_t count; /* events in all */
};

/* One request: the lines of each event, for those that have to be sent again. */
struct bulk {
	struct pk_buf body;
	size_t begins[BULK_EVENTS + 1];
	size_t len; /* events */
};

struct sending {
	struct pk_stack *stack;
	struct events events;
	const char *indices[2]; /* where events of Sysmon and of Monster go */
	uint64_t created;
	uint64_t present;
	uint64_t refused;
	const char *reasons[REASONS_MOST];
	size_t reason_count;
	uint64_t failed; /* documents that a pipeline marked, of all samples that are there */
};

/* --- making --- */

static int64_t wall_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void events_init(struct events *events, const struct pk_stack_options *options)
{
	*events = (struct events){.sample = {.seed = options->seed, .now_ms = wall_ms()}};
	events->sysmon = pk_sysmon_ecs_events(&events->sysmon_count);
	events->monster = pk_monster_event_list(&events->monster_count);
	if (options->sensor == PK_STACK_SYSMON)
		events->monster_count = 0;
	else if (options->sensor >= 0)
		events->sysmon_count = 0;
	events->count =
		options->count > 0 ? options->count : events->sysmon_count + events->monster_count;
}

/* The kind of event `number`: all kinds of both sources take turns. */
static size_t kind_of(const struct events *events, uint64_t number)
{
	return number % (events->sysmon_count + events->monster_count);
}

static bool is_sysmon(const struct events *events, uint64_t number)
{
	return kind_of(events, number) < events->sysmon_count;
}

/* The same for one source alone, so that an event does not depend on what else is asked for. */
static uint64_t own_number(const struct events *events, uint64_t number)
{
	uint64_t round = number / (events->sysmon_count + events->monster_count);
	size_t kind = kind_of(events, number);
	if (is_sysmon(events, number))
		return round * events->sysmon_count + kind;
	return round * events->monster_count + kind - events->sysmon_count;
}

static void put_event(struct pk_buf *buf, const struct events *events, uint64_t number)
{
	uint64_t own = own_number(events, number);
	if (is_sysmon(events, number))
		pk_sample_put_sysmon_id(
			buf, &events->sample, own, events->sysmon[own % events->sysmon_count].id);
	else
		pk_sample_put_monster_document(
			buf, &events->sample, own, &events->monster[own % events->monster_count]);
}

static int write_file(struct pk_stack *stack)
{
	struct events events;
	PK_BUF_AUTO lines = {0};
	const char *path = stack->options->output;
	if (stack->options->dry_run && !pk_text_equal(path, "-")) {
		pk_stack_put_would_write(stack, path);
		return pk_stack_finish(stack, PK_EXIT_OK);
	}
	events_init(&events, stack->options);
	for (uint64_t i = 0; i < events.count; i++) {
		put_event(&lines, &events, i);
		pk_buf_putc(&lines, '\n');
	}
	bool good = pk_file_write(path, lines.data, lines.len, &stack->diags);
	return pk_stack_finish(stack, good ? PK_EXIT_OK : PK_EXIT_CANNOT);
}

/* Where events of a source go today. */
static const char *index_today(struct pk_stack *stack, const char *stream)
{
	const char *date = strstr(stream, "%{");
	if (date == NULL)
		return stream;
	return pk_arena_printf(stack->cli->arena, "%.*s%s", (int)(date - stream), stream,
		pk_stack_today(stack->cli->arena));
}

/* All indices with events of a source. */
static const char *indices_of(struct pk_stack *stack, const char *stream)
{
	const char *date = strstr(stream, "%{");
	if (date == NULL)
		return stream;
	return pk_arena_printf(stack->cli->arena, "%.*s*", (int)(date - stream), stream);
}

/* The lines of event `number`. Its id is always the same: it is not there twice, however often it
 * is sent. */
static void add(struct bulk *bulk, const struct sending *sending, uint64_t number)
{
	PK_BUF_AUTO document = {0};
	const struct pk_elk *elk = &sending->stack->cluster.elk;
	const struct events *events = &sending->events;
	bool sysmon = is_sysmon(events, number);
	struct pk_json_out json = {.buf = &bulk->body};
	put_event(&document, events, number);
	bulk->begins[bulk->len++] = bulk->body.len;
	pk_json_out_open_object(&json, NULL);
	pk_json_out_open_object(&json, "create");
	pk_json_out_text(&json, "_index", sending->indices[sysmon ? 0 : 1]);
	if (pk_elk_has(elk, PK_ELK_MAPPING_TYPE))
		pk_json_out_text(&json, "_type", "doc");
	pk_json_out_text(&json, "_id",
		pk_arena_printf(sending->stack->cli->arena, PK_SAMPLE_TAG "-%s-%llu-%llu",
			sysmon ? "sysmon" : "monster", (unsigned long long)events->sample.seed,
			(unsigned long long)own_number(events, number)));
	pk_json_out_close_object(&json);
	pk_json_out_close_object(&json);
	pk_buf_putc(&bulk->body, '\n');
	pk_buf_put(&bulk->body, document.data, document.len);
	pk_buf_putc(&bulk->body, '\n');
	bulk->begins[bulk->len] = bulk->body.len;
}

/* --- sending --- */

static const struct pk_node *child(const struct pk_node *node, const char *key)
{
	return node != NULL && node->kind == PK_NODE_MAP ? pk_node_find(node, key) : NULL;
}

/* Sends what may be repeated, and reads the answer in `arena`. NULL after a report. */
static const struct pk_node *post(struct pk_stack *stack, struct pk_arena *arena, const char *path,
	const char *type, const struct pk_buf *body)
{
	PK_HTTP_ANSWER_AUTO answer = {0};
	const struct pk_http_request request = {
		.method = "POST",
		.path = path,
		.type = type,
		.body = body->data,
		.body_len = body->len,
		.again = true,
	};
	if (!pk_http_send(&answer, stack->http, &request, &stack->diags))
		return NULL;
	const char *text = pk_arena_strndup(
		arena, answer.body.data == NULL ? "" : answer.body.data, answer.body.len);
	const struct pk_node *node =
		pk_json_read(pk_source_make(arena, path, text, answer.body.len), &stack->diags);
	if (node == NULL || answer.status == 200)
		return node;
	pk_http_refused(stack->http, "POST", path, answer.status, node, &stack->diags);
	return NULL;
}

static void refuse(struct sending *sending, const struct pk_node *error)
{
	const struct pk_node *type = child(error, "type");
	const struct pk_node *reason = child(error, "reason");
	const struct pk_node *cause = child(child(error, "caused_by"), "reason");
	sending->refused++;
	if (sending->reason_count == REASONS_MOST || reason == NULL || reason->text == NULL)
		return;
	const char *text = pk_arena_printf(sending->stack->cli->arena, "%s: %s%s%s",
		type != NULL && type->text != NULL ? type->text : "refused", reason->text,
		cause != NULL && cause->text != NULL ? ": " : "",
		cause != NULL && cause->text != NULL ? cause->text : "");
	for (size_t i = 0; i < sending->reason_count; i++)
		if (pk_text_equal(sending->reasons[i], text))
			return;
	sending->reasons[sending->reason_count++] = text;
}

/* Moves event `index` to the place behind the `*kept` that are sent again. */
static void keep(struct bulk *bulk, size_t *kept, size_t *at, size_t index)
{
	size_t begin = bulk->begins[index];
	size_t len = bulk->begins[index + 1] - begin;
	memmove(bulk->body.data + *at, bulk->body.data + begin, len);
	bulk->begins[(*kept)++] = *at;
	*at += len;
}

/* Counts what became of each event; those that there was no room for stay in `bulk`. */
static bool judge(
	struct sending *sending, struct bulk *bulk, const struct pk_node *answer, bool last)
{
	const struct pk_node *items = child(answer, "items");
	size_t kept = 0;
	size_t at = 0;
	if (items == NULL || items->kind != PK_NODE_LIST || items->items.len != bulk->len) {
		pk_report(&sending->stack->diags, PK_HTTP_ANSWER, PK_NO_SPAN,
			"'%s' does not say what became of each event",
			pk_http_url(sending->stack->http));
		return false;
	}
	for (size_t i = 0; i < items->items.len; i++) {
		const struct pk_node *item = child(items->items.items[i], "create");
		const struct pk_node *status = child(item, "status");
		int64_t number =
			status != NULL && status->kind == PK_NODE_INT ? status->integer : 0;
		if (number == 200 || number == 201)
			sending->created++;
		else if (number == 409)
			sending->present++;
		else if (number == 429 && !last)
			keep(bulk, &kept, &at, i);
		else
			refuse(sending, child(item, "error"));
	}
	bulk->len = kept;
	bulk->begins[kept] = at;
	bulk->body.len = at;
	return true;
}

static void wait_ms(unsigned milliseconds)
{
	struct timespec left = {
		.tv_sec = milliseconds / 1000, .tv_nsec = (long)(milliseconds % 1000) * 1000000};
	nanosleep(&left, NULL);
}

static bool send_bulk(struct sending *sending, struct bulk *bulk)
{
	static const char path[] = "/_bulk?filter_path=items.create.status,items.create.error";
	for (unsigned i = 0; bulk->len > 0; i++) {
		PK_AUTO(pk_arena) *arena = pk_arena_create();
		if (i > 0)
			wait_ms((unsigned)BULK_WAIT_MS << i);
		const struct pk_node *answer =
			post(sending->stack, arena, path, "application/x-ndjson", &bulk->body);
		if (answer == NULL || !judge(sending, bulk, answer, i + 1 == BULK_TRIES))
			return false;
	}
	bulk->body.len = 0;
	return true;
}

static bool send_all(struct sending *sending)
{
	struct pk_progress progress;
	struct bulk *bulk = PK_NEW(sending->stack->cli->arena, struct bulk);
	bool good = true;
	pk_progress_begin(&progress, sending->stack->cli, "events");
	for (uint64_t i = 0; good && i < sending->events.count; i++) {
		add(bulk, sending, i);
		if (bulk->len == BULK_EVENTS || bulk->body.len >= BULK_BYTES ||
			i + 1 == sending->events.count)
			good = send_bulk(sending, bulk);
		pk_progress_step(&progress, i + 1, sending->events.count);
	}
	pk_progress_end(&progress);
	pk_buf_finish(&bulk->body);
	return good;
}

/* --- looking what became of them --- */

static uint64_t total_of(const struct pk_node *answer)
{
	const struct pk_node *total = child(child(answer, "hits"), "total");
	const struct pk_node *value = child(total, "value");
	const struct pk_node *number = value != NULL ? value : total;
	return number != NULL && number->kind == PK_NODE_INT ? (uint64_t)number->integer : 0;
}

static void take_reason(struct sending *sending, const struct pk_node *hit)
{
	const struct pk_node *message = child(child(child(hit, "_source"), "error"), "message");
	if (message != NULL && message->kind == PK_NODE_LIST && message->items.len > 0)
		message = message->items.items[0];
	if (message != NULL && message->text != NULL && sending->reason_count < REASONS_MOST)
		sending->reasons[sending->reason_count++] = message->text;
}

/* Documents are never lost in a pipeline: those that it could not read are marked. */
static bool find_failed(struct sending *sending)
{
	struct pk_stack *stack = sending->stack;
	struct pk_arena *arena = stack->cli->arena;
	PK_BUF_AUTO body = {0};
	const struct pk_buf nothing = {0};
	const char *where =
		pk_arena_printf(arena, "/%s,%s", indices_of(stack, stack->streams.sysmon),
			indices_of(stack, stack->streams.monster));
	pk_buf_printf(&body,
		"{\"size\":%d,\"_source\":[\"error.message\"],\"query\":{\"bool\":{\"filter\":["
		"{\"term\":{\"tags\":\"" PK_SAMPLE_TAG "\"}},"
		"{\"term\":{\"event.kind\":\"pipeline_error\"}}]}}}",
		REASONS_MOST);
	const char *refresh = pk_arena_printf(arena, "%s/_refresh?ignore_unavailable=true", where);
	const char *search = pk_arena_printf(arena, "%s/_search?ignore_unavailable=true", where);
	if (post(stack, arena, refresh, NULL, &nothing) == NULL)
		return false;
	const struct pk_node *answer = post(stack, arena, search, NULL, &body);
	const struct pk_node *hits = child(child(answer, "hits"), "hits");
	if (answer == NULL)
		return false;
	sending->failed = total_of(answer);
	for (size_t i = 0; hits != NULL && hits->kind == PK_NODE_LIST && i < hits->items.len; i++)
		take_reason(sending, hits->items.items[i]);
	return true;
}

static void report_refused(struct sending *sending)
{
	struct pk_diags *diags = &sending->stack->diags;
	PK_BUF_AUTO text = {0};
	if (sending->refused + sending->failed == 0)
		return;
	for (size_t i = 0; i < sending->reason_count; i++)
		pk_buf_printf(&text, "%s%s", i > 0 ? "; " : ": ", sending->reasons[i]);
	struct pk_diag *diag = pk_report(diags, PK_SAMPLE_REFUSED, PK_NO_SPAN,
		"%llu of %llu events were refused, and %llu were marked by a pipeline%s",
		(unsigned long long)sending->refused, (unsigned long long)sending->events.count,
		(unsigned long long)sending->failed, text.data == NULL ? "" : text.data);
	pk_diag_hint(diags, diag, "see by picket stack plan whether the stack is as it should be");
}

/* Without templates the first event would make an index of guessed fields. */
static bool is_ready(struct pk_stack *stack)
{
	for (size_t i = 0; i < stack->plan.len; i++) {
		const struct pk_cluster_asset *item = &stack->plan.items[i];
		if (item->state != PK_ASSET_ABSENT && item->state != PK_ASSET_FOREIGN)
			continue;
		struct pk_diag *diag = pk_report(&stack->diags, PK_STACK_NOT_READY, PK_NO_SPAN,
			"'%s' lacks the %s '%s'", pk_http_url(stack->http),
			pk_asset_kind_name(item->asset.kind), item->asset.id);
		pk_diag_hint(&stack->diags, diag, "run picket stack up first");
		return false;
	}
	return true;
}

static void put_result(struct sending *sending)
{
	struct pk_stack *stack = sending->stack;
	struct pk_http_count count = pk_stack_count(stack);
	struct pk_json_out json = {.buf = &stack->out};
	if (!pk_stack_wants_json(stack)) {
		pk_buf_printf(&stack->out,
			"%llu events: %llu new, %llu there already; requests %u\n",
			(unsigned long long)sending->events.count,
			(unsigned long long)sending->created, (unsigned long long)sending->present,
			count.requests);
		return;
	}
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	pk_json_out_number(&json, "events", sending->events.count);
	pk_json_out_number(&json, "created", sending->created);
	pk_json_out_number(&json, "present", sending->present);
	pk_json_out_number(&json, "refused", sending->refused);
	pk_json_out_number(&json, "pipeline_errors", sending->failed);
	pk_json_out_number(&json, "requests", count.requests);
	pk_json_out_number(&json, "milliseconds", pk_stack_now_ms() - stack->began_ms);
	pk_json_out_close_object(&json);
	pk_buf_putc(&stack->out, '\n');
}

/* --- taking them out --- */

static void put_count(struct pk_stack *stack, const char *key, const char *done, uint64_t count)
{
	struct pk_json_out json = {.buf = &stack->out};
	if (!pk_stack_wants_json(stack)) {
		pk_buf_printf(
			&stack->out, "%llu sample events %s\n", (unsigned long long)count, done);
		return;
	}
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	pk_json_out_number(&json, key, count);
	pk_json_out_close_object(&json);
	pk_buf_putc(&stack->out, '\n');
}

static int remove_all(struct pk_stack *stack)
{
	struct pk_arena *arena = stack->cli->arena;
	bool dry = stack->options->dry_run;
	PK_BUF_AUTO body = {0};
	pk_buf_puts(&body, SAMPLE_QUERY);
	const char *path = pk_arena_printf(arena, "/%s,%s/%signore_unavailable=true",
		indices_of(stack, stack->streams.sysmon), indices_of(stack, stack->streams.monster),
		dry ? "_count?" : "_delete_by_query?conflicts=proceed&refresh=true&");
	const struct pk_node *answer = post(stack, arena, path, NULL, &body);
	const struct pk_node *number = child(answer, dry ? "count" : "deleted");
	if (answer == NULL)
		return pk_stack_finish(stack, PK_EXIT_CANNOT);
	put_count(stack, dry ? "would_remove" : "removed", dry ? "would be removed" : "removed",
		number != NULL && number->kind == PK_NODE_INT ? (uint64_t)number->integer : 0);
	return pk_stack_finish(stack, PK_EXIT_OK);
}

int pk_stack_sample(struct pk_stack *stack)
{
	struct sending sending = {.stack = stack};
	if (stack->options->output != NULL)
		return write_file(stack);
	stack->seconds = BULK_SECONDS;
	if (!pk_stack_open(stack))
		return pk_stack_finish(stack, PK_EXIT_CANNOT);
	if (stack->options->remove)
		return remove_all(stack);
	if (!pk_stack_compare(stack) || !is_ready(stack))
		return pk_stack_finish(stack, PK_EXIT_CANNOT);
	events_init(&sending.events, stack->options);
	if (stack->options->dry_run) {
		put_count(stack, "would_send", "would be sent", sending.events.count);
		return pk_stack_finish(stack, PK_EXIT_OK);
	}
	sending.indices[0] = index_today(stack, stack->streams.sysmon);
	sending.indices[1] = index_today(stack, stack->streams.monster);
	bool good = send_all(&sending) && find_failed(&sending);
	report_refused(&sending);
	put_result(&sending);
	return pk_stack_finish(stack, good ? PK_EXIT_OK : PK_EXIT_CANNOT);
}
