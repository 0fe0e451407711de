/* One request, one answer, by libcurl. */
#include "templates/http/http_inner.h"

#include <string.h>

#include "base/text.h"

enum { CONNECT_MS = 10 * 1000 };

/* Headers that we send, as libcurl wants them. */
struct lines {
	struct curl_slist items[PK_HTTP_LINES];
	size_t len;
};

static void add(struct lines *lines, char *text)
{
	struct curl_slist *item = &lines->items[lines->len];
	*item = (struct curl_slist){.data = text};
	if (lines->len > 0)
		lines->items[lines->len - 1].next = item;
	lines->len++;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
	struct pk_http *http = context;
	size_t len = size * count;
	if (http->body->len + len > http->options.answer_max) {
		http->last.body_large = true;
		return 0;
	}
	pk_buf_put(http->body, bytes, len);
	return len;
}

static void take_date(struct pk_http *http, const char *line, size_t len)
{
	static const char name[] = "date:";
	char text[64];
	size_t skip = sizeof(name) - 1;
	if (len <= skip || len - skip >= sizeof(text))
		return;
	memcpy(text, line, skip);
	text[skip] = '\0';
	if (!pk_text_equal_nocase(text, name))
		return;
	memcpy(text, line + skip, len - skip);
	text[len - skip] = '\0';
	time_t date = http->lib.getdate(text, NULL);
	http->last.date = date > 0 ? (int64_t)date : 0;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *context)
{
	struct pk_http *http = context;
	size_t len = size * count;
	http->last.header_len += len;
	if (http->last.header_len > PK_HTTP_HEADER_MAX) {
		http->last.header_large = true;
		return 0;
	}
	take_date(http, bytes, len);
	return len;
}

/* What the connection is, whatever is asked. */
static void set_connection(struct pk_http *http, unsigned milliseconds)
{
	CURL *curl = http->curl;
	http->lib.easy_reset(curl); /* keeps connections */
	http->lib.easy_setopt(curl, CURLOPT_ERRORBUFFER, http->last.error);
	http->lib.easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	http->lib.easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	http->lib.easy_setopt(curl, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	http->lib.easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	http->lib.easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	http->lib.easy_setopt(curl, CURLOPT_USERAGENT, "picket/" PICKET_VERSION);
	if (http->loopback)
		http->lib.easy_setopt(curl, CURLOPT_PROXY, "");
	http->lib.easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)milliseconds);
	http->lib.easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
		(long)(milliseconds < CONNECT_MS ? milliseconds : CONNECT_MS));
	http->lib.easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	http->lib.easy_setopt(curl, CURLOPT_WRITEDATA, http);
	http->lib.easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
	http->lib.easy_setopt(curl, CURLOPT_HEADERDATA, http);
	pk_http_tls_set(http);
}

static void set_request(struct pk_http *http, const struct pk_http_request *request)
{
	CURL *curl = http->curl;
	bool has_body = request->body != NULL || pk_text_equal(request->method, "PUT") ||
		pk_text_equal(request->method, "POST");
	if (pk_text_equal(request->method, "HEAD"))
		http->lib.easy_setopt(curl, CURLOPT_NOBODY, 1L);
	if (has_body) {
		/* Without a body a length of 0 is sent: servers want one. */
		http->lib.easy_setopt(curl, CURLOPT_POSTFIELDS,
			request->body == NULL ? "" : (const char *)request->body);
		http->lib.easy_setopt(
			curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
	}
	http->lib.easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
	/* On a connection that was used before and ended since, libcurl would send again by itself.
	 */
	if (!pk_http_can_repeat(request))
		http->lib.easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
}

static void set_lines(struct pk_http *http, const struct pk_http_request *request,
	struct lines *lines, struct pk_arena *arena)
{
	const char *type = request->type == NULL ? "application/json" : request->type;
	if (http->login != NULL)
		add(lines, pk_http_login_line(http->login));
	/* Without this libcurl asks first whether a large body is welcome, and waits. */
	add(lines, pk_arena_strdup(arena, "Expect:"));
	if (request->body != NULL)
		add(lines, pk_arena_printf(arena, "Content-Type: %s", type));
	else
		add(lines, pk_arena_strdup(arena, "Content-Type:"));
	if (http->options.header != NULL)
		add(lines, pk_arena_strdup(arena, http->options.header));
	http->lib.easy_setopt(http->curl, CURLOPT_HTTPHEADER, &lines->items[0]);
	/* A proxy is not told who we are to the server. */
	http->lib.easy_setopt(http->curl, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
}

static void take_facts(struct pk_http *http, struct pk_http_answer *answer)
{
	curl_off_t seconds = 0;
	curl_off_t microseconds = 0;
	http->lib.easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &http->last.status);
	http->lib.easy_getinfo(http->curl, CURLINFO_RETRY_AFTER, &seconds);
	http->lib.easy_getinfo(http->curl, CURLINFO_TOTAL_TIME_T, &microseconds);
	http->last.retry_after = (int64_t)seconds;
	answer->status = http->last.status;
	answer->date = http->last.date;
	answer->milliseconds = (unsigned)(microseconds / 1000);
}

void pk_http_try_once(struct pk_http *http, const struct pk_http_request *request,
	unsigned milliseconds, struct pk_http_answer *answer)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct lines lines = {.len = 0};
	http->last = (struct pk_http_try){.code = CURLE_OK};
	http->tls.error = 0;
	http->body = &answer->body;
	answer->body.len = 0;
	set_connection(http, milliseconds);
	set_request(http, request);
	set_lines(http, request, &lines, arena);
	const char *url = pk_arena_printf(arena, "%s%s", http->base, request->path);
	http->lib.easy_setopt(http->curl, CURLOPT_URL, url);
	http->last.code = http->lib.easy_perform(http->curl);
	take_facts(http, answer);
	/* The lines end with this call. */
	http->lib.easy_setopt(http->curl, CURLOPT_HTTPHEADER, NULL);
	http->body = NULL;
}
