/*
 * Http: one server, asked over libcurl: TLS checked, who we are, retries with a limit, nothing
 * followed.
 *
 * - TLS (1.2 or later): certificates are checked against the system's, against `ca`, or the chain
 * must hold a certificate with the SHA-256 `fingerprint`. That one is then all that is trusted:
 * every signature from it down to the server's own certificate is checked, the times, and the name.
 * If it is the server's own, the name does not matter. Without TLS no secret is sent except to a
 * loopback address.
 * - A password is never taken from the URL or the command line; "changeme" is refused
 * (PK_HTTP_CHANGEME).
 * - 429, 502, 503, 504 and broken connections are tried again, after Retry-After or a growing time,
 * at most `tries` times and not beyond `seconds_max` in all; only what can be repeated safely is
 * (GET, PUT, DELETE, HEAD, POST to _search, _msearch, _count and _simulate, and POST where the
 * caller says so), or what could not be sent at all. So a DELETE may find that it was done already:
 * 404.
 * - Redirects are not followed: they are reported with where they point.
 * - An answer larger than `answer_max` is refused, as is one that ends early.
 * - Proxies of the environment are not used for loopback addresses; no cookies, no netrc.
 * - While a secret is held the process makes no core dump, and memory that held it is wiped.
 */
#ifndef TEMPLATES_HTTP_HTTP_H
#define TEMPLATES_HTTP_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/node.h"
#include "base/secret.h"

/* What waiting between tries is measured and done with, so that tests need not wait. */
struct pk_http_clock {
	int64_t (*now_ms)(void *context); /* never goes back */
	void (*sleep_ms)(void *context, unsigned milliseconds);
	void *context;
};

struct pk_http_options {
	const char *url; /* "https://lab:9200/prefix"; NULL or a password in it is refused */
	const char *ca;	 /* file with certificates (PEM); NULL: the system's */
	const char *fingerprint; /* SHA-256 of a certificate of the chain, hexadecimal, colons or
				    not; NULL */
	bool insecure;	  /* do not check the certificate: only said by the user, shown each time */
	const char *user; /* NULL: none, or an API key */
	struct pk_secret
		*secret;    /* password of `user`, or API key if there is no user; borrowed; NULL */
	const char *header; /* one more header of every request: "kbn-xsrf: picket"; NULL */
	unsigned tries;	    /* 0: 4 */
	unsigned seconds_request;	   /* for one try; 0: 30 */
	unsigned seconds_max;		   /* for a request with all its tries; 0: 90 */
	size_t answer_max;		   /* bytes; 0: 64 MiB */
	const struct pk_http_clock *clock; /* NULL: the system's */
};

struct pk_http;

struct pk_http_request {
	const char *method; /* "GET" */
	const char *path;   /* "/_bulk?refresh=true", begins with '/' */
	const char *type;   /* Content-Type; NULL: application/json where there is a body */
	const void *body;   /* NULL: none */
	size_t body_len;
	bool again; /* a POST that may be repeated: simulate, search, _bulk of documents with ids */
};

struct pk_http_answer {
	long status; /* 200 */
	struct pk_buf body;
	int64_t date; /* header Date: seconds since 1970, 0 if there was none */
	unsigned milliseconds;
};

/* How often the server was asked so far, tries included; what is no question (see above) is a
 * write. */
struct pk_http_count {
	unsigned requests;
	unsigned writes;
	unsigned retries;
};

/* Checks the options; connects to nothing yet. NULL after a report. The caller owns the result. */
struct pk_http *pk_http_open(const struct pk_http_options *options, struct pk_diags *diags);
void pk_http_close(struct pk_http *http); /* NULL is fine */
PK_AUTO_DEFINE(pk_http, pk_http_close);

/*
 * Sends the request. True: the server answered, whatever its status but those that mean "not now"
 * (429, 503 after all tries), "who are you" (401, 403) and redirects, which are reported. The
 * caller finishes `out`.
 */
bool pk_http_send(struct pk_http_answer *out, struct pk_http *http,
	const struct pk_http_request *request, struct pk_diags *diags);
void pk_http_answer_finish(struct pk_http_answer *answer);
#define PK_HTTP_ANSWER_AUTO __attribute__((cleanup(pk_http_answer_finish))) struct pk_http_answer

/*
 * As pk_http_send for what answers JSON: the tree, in the arena of `diags`, and the status in
 * *status_out. NULL after a report, also if the answer is no JSON. `body` may be NULL.
 */
const struct pk_node *pk_http_json(struct pk_http *http, const char *method, const char *path,
	const char *body, long *status_out, struct pk_diags *diags);

/*
 * Reports what the server refused: the request, the status, and the reason from the body of
 * Elasticsearch, OpenSearch or Kibana, with a hint where the cause is known (PK_HTTP_REFUSED).
 */
void pk_http_refused(struct pk_http *http, const char *method, const char *path, long status,
	const struct pk_node *answer, struct pk_diags *diags);

/* What the body of an answer, or a part of it with a member "error", says of why; NULL if nothing.
 */
const char *pk_http_reason(struct pk_arena *arena, const struct pk_node *answer);

struct pk_http_count pk_http_count(const struct pk_http *http);
/* The URL, without anything secret, for messages. */
const char *pk_http_url(const struct pk_http *http);

#endif
