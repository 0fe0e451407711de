/*
 * Http_inner: what the files of this folder share. libcurl and OpenSSL are only met here.
 */
#ifndef TEMPLATES_HTTP_HTTP_INNER_H
#define TEMPLATES_HTTP_HTTP_INNER_H

#include "base/digest.h"
#include "templates/http/http.h"
#include "templates/http/http_library.h"

enum {
	PK_HTTP_LINES = 6,	       /* headers that we send, at most */
	PK_HTTP_HEADER_MAX = 64 << 10, /* bytes of all headers of an answer */
};

/* The line "Authorization: ...", on pages of its own that are not dumped, and wiped at the end. */
struct pk_http_login;

/* How the certificate of the server is checked, and what was found wrong with it. */
struct pk_http_tls {
	bool pinned;
	uint8_t pin[PK_DIGEST_BYTES_MAX];
	const char *host;  /* name or address that the certificate has to be for */
	int error;	   /* X509_V_ERR_*; 0: nothing was wrong */
	char subject[256]; /* of the certificate that is wrong */
	char names[256];   /* that the server's own certificate is for */
	char digest[2 * PK_DIGEST_BYTES_MAX + 1]; /* of the last certificate of the chain */
};

/* How one try ended. */
struct pk_http_try {
	CURLcode code;
	long status;
	int64_t date;
	int64_t retry_after; /* seconds; 0: not said */
	size_t header_len;
	bool header_large;
	bool body_large;
	char error[CURL_ERROR_SIZE];
};

struct pk_http {
	struct pk_arena *arena;
	struct pk_http_options options; /* with defaults in place; texts are in the arena */
	const char *base;		/* "https://lab:9200/prefix", no '/' at its end */
	bool encrypted;
	bool loopback;
	struct pk_http_library lib;
	CURL *curl;		     /* NULL: the library could not be opened */
	struct pk_http_login *login; /* NULL: nobody */
	int was_dumpable;
	struct pk_http_tls tls;
	struct pk_http_try last;
	struct pk_buf *body; /* of the answer that is being read */
	struct pk_http_count count;
};

/* --- http.c --- */

/* Does it no harm to send it twice? */
bool pk_http_can_repeat(const struct pk_http_request *request);

/* --- http_options.c --- */

/* Takes the options over into `http`; false after a report. */
bool pk_http_check(
	struct pk_http *http, const struct pk_http_options *options, struct pk_diags *diags);

/* --- http_login.c --- */

/* The header for user and secret, or an API key; NULL after a report. */
struct pk_http_login *pk_http_login_create(
	const char *user, const struct pk_secret *secret, struct pk_diags *diags);
void pk_http_login_destroy(struct pk_http_login *login);
char *pk_http_login_line(struct pk_http_login *login);

/* --- http_tls.c --- */

/* The bytes of a SHA-256 in hexadecimal, with colons or without; false if it is none. */
bool pk_http_pin_parse(uint8_t out[PK_DIGEST_BYTES_MAX], const char *text);
/* Makes `curl` check certificates as `http` says. */
void pk_http_tls_set(struct pk_http *http);

/* --- http_try.c --- */

/* Sends once; http->last says how it ended, `answer` has what came. */
void pk_http_try_once(struct pk_http *http, const struct pk_http_request *request,
	unsigned milliseconds, struct pk_http_answer *answer);

/* --- http_report.c --- */

/* Reports that the connection failed. */
void pk_http_report_broken(
	struct pk_http *http, const struct pk_http_request *request, struct pk_diags *diags);
/* Reports a certificate that is not trusted. */
void pk_http_report_certificate(struct pk_http *http, struct pk_diags *diags);
/* Reports an answer that is none: who are you, not now, elsewhere. False if it is an answer. */
bool pk_http_report_status(struct pk_http *http, const struct pk_http_request *request,
	const struct pk_http_answer *answer, struct pk_diags *diags);

/* --- http_reason.c --- */

/* As pk_http_reason for the bytes of a body, JSON or not. */
const char *pk_http_reason_read(struct pk_arena *arena, const struct pk_buf *body);

#endif
