#include "templates/http/http.h"

#include <assert.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "base/json.h"
#include "base/text.h"
#include "templates/http/http_inner.h"

enum {
	WAIT_FIRST_MS = 500,
	WAIT_MOST_MS = 15 * 1000,
	SECOND_MS = 1000,
	NANO = 1000000,
	STATUS_TOO_MANY = 429,
	STATUS_BAD_GATEWAY = 502,
	STATUS_UNAVAILABLE = 503,
	STATUS_GATEWAY_TIMEOUT = 504,
	SHOWN_MAX = 120, /* bytes of an answer that is no JSON */
};

/* --- Memory of libcurl: it holds requests with secrets, and is wiped when it is given back --- */

static void release(void *bytes)
{
	if (bytes != NULL)
		explicit_bzero(bytes, malloc_usable_size(bytes));
	free(bytes);
}

static void *change(void *bytes, size_t size)
{
	void *moved = malloc(size);
	if (moved == NULL)
		return NULL;
	if (bytes != NULL) {
		size_t had = malloc_usable_size(bytes);
		memcpy(moved, bytes, had < size ? had : size);
	}
	release(bytes);
	return moved;
}

/* --- Opening --- */

static struct pk_http *create(struct pk_diags *diags)
{
	struct pk_arena *arena = pk_arena_create();
	struct pk_http *http = PK_NEW(arena, struct pk_http);
	http->arena = arena;
	http->was_dumpable = prctl(PR_GET_DUMPABLE);
	if (!pk_http_library_open(&http->lib, diags))
		return http;
	if (http->lib.global_init_mem(
		    CURL_GLOBAL_DEFAULT, malloc, release, change, strdup, calloc) != CURLE_OK ||
		(http->curl = http->lib.easy_init()) == NULL)
		abort();
	return http;
}

struct pk_http *pk_http_open(const struct pk_http_options *options, struct pk_diags *diags)
{
	PK_AUTO(pk_http) *http = create(diags);
	if (http->curl == NULL || !pk_http_check(http, options, diags))
		return NULL;
	/* A secret is in our memory: no core dump, no look into it by others of the user. */
	if (http->login != NULL)
		prctl(PR_SET_DUMPABLE, 0);
	return pk_steal(&http);
}

void pk_http_close(struct pk_http *http)
{
	if (http == NULL)
		return;
	if (http->curl != NULL) {
		http->lib.easy_cleanup(http->curl);
		http->lib.global_cleanup();
	}
	if (http->login != NULL && http->was_dumpable == 1)
		prctl(PR_SET_DUMPABLE, 1);
	pk_http_login_destroy(http->login);
	pk_arena_destroy(http->arena);
}

void pk_http_answer_finish(struct pk_http_answer *answer)
{
	pk_buf_finish(&answer->body);
}

struct pk_http_count pk_http_count(const struct pk_http *http)
{
	return http->count;
}

const char *pk_http_url(const struct pk_http *http)
{
	return http->base;
}

/* --- Trying again --- */

static int64_t system_now(void *context)
{
	struct timespec now;
	(void)context;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * SECOND_MS + now.tv_nsec / NANO;
}

static void system_sleep(void *context, unsigned milliseconds)
{
	struct timespec left = {.tv_sec = milliseconds / SECOND_MS,
		.tv_nsec = (long)(milliseconds % SECOND_MS) * NANO};
	(void)context;
	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		;
}

static const struct pk_http_clock system_clock = {.now_ms = system_now, .sleep_ms = system_sleep};

static const struct pk_http_clock *clock_of(const struct pk_http *http)
{
	return http->options.clock == NULL ? &system_clock : http->options.clock;
}

/* A POST to these only asks. */
static bool is_question(const char *path)
{
	static const char *const ends[] = {"/_search", "/_msearch", "/_count", "/_simulate"};
	size_t len = strcspn(path, "?");
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t end_len = strlen(ends[i]);
		if (len >= end_len && memcmp(path + len - end_len, ends[i], end_len) == 0)
			return true;
	}
	return false;
}

static bool is_write(const struct pk_http_request *request)
{
	return !request->again && !pk_text_equal(request->method, "GET") &&
		!pk_text_equal(request->method, "HEAD") &&
		!(pk_text_equal(request->method, "POST") && is_question(request->path));
}

bool pk_http_can_repeat(const struct pk_http_request *request)
{
	return !is_write(request) || pk_text_equal(request->method, "PUT") ||
		pk_text_equal(request->method, "DELETE");
}

/* 502 and 504 are said by something in front of the server. */
static bool is_not_now(long status)
{
	return status == STATUS_TOO_MANY || status == STATUS_BAD_GATEWAY ||
		status == STATUS_UNAVAILABLE || status == STATUS_GATEWAY_TIMEOUT;
}

/* Nothing was sent yet in the first two cases, so that they are safe for every request. */
static bool is_worth_repeating(const struct pk_http *http, const struct pk_http_request *request)
{
	const struct pk_http_try *last = &http->last;
	switch ((int)last->code) {
	case CURLE_COULDNT_CONNECT:
	case CURLE_COULDNT_RESOLVE_HOST:
		return true;
	case CURLE_OK:
		return is_not_now(last->status) && pk_http_can_repeat(request);
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		return pk_http_can_repeat(request);
	}
	return false;
}

static unsigned wait_of(const struct pk_http *http, unsigned tried)
{
	if (http->last.code == CURLE_OK && http->last.retry_after > 0) {
		int64_t most = INT32_MAX / SECOND_MS;
		int64_t seconds = http->last.retry_after;
		return (unsigned)(seconds < most ? seconds : most) * SECOND_MS;
	}
	unsigned wait = WAIT_FIRST_MS;
	for (unsigned i = 1; i < tried && wait < WAIT_MOST_MS; i++)
		wait *= 2;
	return wait < WAIT_MOST_MS ? wait : WAIT_MOST_MS;
}

static void count_try(struct pk_http *http, const struct pk_http_request *request, unsigned tried)
{
	http->count.requests++;
	http->count.writes += is_write(request) ? 1 : 0;
	http->count.retries += tried > 1 ? 1 : 0;
}

/* Until there is an answer, or no time or try left. */
static void try_all(
	struct pk_http *http, const struct pk_http_request *request, struct pk_http_answer *answer)
{
	const struct pk_http_clock *clock = clock_of(http);
	int64_t end =
		clock->now_ms(clock->context) + (int64_t)http->options.seconds_max * SECOND_MS;
	for (unsigned tried = 1;; tried++) {
		int64_t left = end - clock->now_ms(clock->context);
		int64_t one = (int64_t)http->options.seconds_request * SECOND_MS;
		count_try(http, request, tried);
		pk_http_try_once(http, request, (unsigned)(left < one ? left : one), answer);
		unsigned wait = wait_of(http, tried);
		if (!is_worth_repeating(http, request) || tried >= http->options.tries ||
			clock->now_ms(clock->context) + wait >= end)
			return;
		clock->sleep_ms(clock->context, wait);
	}
}

bool pk_http_send(struct pk_http_answer *out, struct pk_http *http,
	const struct pk_http_request *request, struct pk_diags *diags)
{
	struct pk_http_answer answer = {0};
	assert(request->path[0] == '/');
	try_all(http, request, &answer);
	pk_buf_put(&answer.body, "", 0);
	bool good =
		http->last.code == CURLE_OK && pk_http_report_status(http, request, &answer, diags);
	if (http->last.code != CURLE_OK)
		pk_http_report_broken(http, request, diags);
	if (!good) {
		pk_http_answer_finish(&answer);
		return false;
	}
	*out = answer;
	return true;
}

/* --- JSON --- */

static void report_no_json(struct pk_http *http, const char *method, const char *path,
	const struct pk_http_answer *answer, const char *why, struct pk_diags *diags)
{
	const struct pk_buf *body = &answer->body;
	int shown = body->len < SHOWN_MAX ? (int)body->len : SHOWN_MAX;
	struct pk_diag *diag = pk_report(diags, PK_HTTP_NOT_JSON, PK_NO_SPAN,
		"%s %s%s: the answer, with status %ld, is no JSON: %s: '%.*s'", method, http->base,
		path, answer->status, why, shown, body->data);
	if (memmem(body->data, body->len, "<html", 5) != NULL ||
		memmem(body->data, body->len, "<!DOCTYPE", 9) != NULL)
		pk_diag_hint(diags, diag,
			"this is a page for browsers: give the address of the server itself");
}

const struct pk_node *pk_http_json(struct pk_http *http, const char *method, const char *path,
	const char *body, long *status_out, struct pk_diags *diags)
{
	struct pk_http_request request = {.method = method,
		.path = path,
		.body = body,
		.body_len = body == NULL ? 0 : strlen(body)};
	PK_HTTP_ANSWER_AUTO answer = {0};
	if (!pk_http_send(&answer, http, &request, diags))
		return NULL;
	struct pk_diags quiet = {.arena = diags->arena};
	const char *text = pk_arena_strndup(diags->arena, answer.body.data, answer.body.len);
	struct pk_source *source = pk_source_make(diags->arena, http->base, text, answer.body.len);
	const struct pk_node *node = answer.body.len == 0 ? NULL : pk_json_read(source, &quiet);
	if (node == NULL) {
		report_no_json(http, method, path, &answer,
			quiet.all.len > 0 ? quiet.all.items[0].message : "it is empty", diags);
		return NULL;
	}
	*status_out = answer.status;
	return node;
}
