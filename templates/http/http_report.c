/* What went wrong between a server and us, for people. */
#include <openssl/x509_vfy.h>
#include <string.h>

#include "base/text.h"
#include "templates/http/http_inner.h"

enum {
	STATUS_REDIRECT = 300,
	STATUS_NOT_MODIFIED = 304,
	STATUS_REDIRECT_LAST = 399,
	STATUS_LOGIN = 401,
	STATUS_FORBIDDEN = 403,
	STATUS_PROXY_LOGIN = 407,
	STATUS_TOO_MANY = 429,
	STATUS_BAD_GATEWAY = 502,
	STATUS_UNAVAILABLE = 503,
	STATUS_GATEWAY_TIMEOUT = 504,
};

/* --- Connections --- */

static void report_connect(struct pk_http *http, struct pk_diags *diags)
{
	struct pk_diag *diag = pk_report(diags, PK_HTTP_CONNECT, PK_NO_SPAN,
		"'%s' cannot be reached: %s", http->base,
		http->last.error[0] != '\0' ? http->last.error
					    : http->lib.easy_strerror(http->last.code));
	if (http->last.code == CURLE_COULDNT_RESOLVE_HOST)
		pk_diag_hint(diags, diag, "check the name, or give an address");
	else if (http->last.code == CURLE_COULDNT_RESOLVE_PROXY)
		pk_diag_hint(diags, diag, "check the proxy that the environment names");
	else
		pk_diag_hint(diags, diag,
			"check that the server runs, listens on this address and port, and that no "
			"firewall is between");
}

/* One protocol spoken, the other expected: the most frequent mistake. */
static void report_tls(struct pk_http *http, struct pk_diags *diags)
{
	const char *why = http->last.error;
	struct pk_diag *diag = pk_report(diags, PK_HTTP_TLS, PK_NO_SPAN,
		"no encrypted connection to '%s': %s", http->base,
		why[0] != '\0' ? why : http->lib.easy_strerror(http->last.code));
	if (strstr(why, "wrong version number") != NULL ||
		strstr(why, "packet length too long") != NULL)
		pk_diag_hint(diags, diag,
			"the server does not speak TLS there: is it 'http://', or another port?");
	else if (strstr(why, "protocol version") != NULL ||
		strstr(why, "unsupported protocol") != NULL)
		pk_diag_hint(diags, diag,
			"the server has only versions before TLS 1.2: let it have that");
	else
		pk_diag_hint(diags, diag, "check the port, and the log of the server");
}

static void report_slow(
	struct pk_http *http, const struct pk_http_request *request, struct pk_diags *diags)
{
	if (http->last.status == 0 && strstr(http->last.error, "onnect") != NULL) {
		report_connect(http, diags);
		return;
	}
	struct pk_diag *diag = pk_report(diags, PK_HTTP_SLOW, PK_NO_SPAN,
		"%s %s%s: no whole answer within %u seconds", request->method, http->base,
		request->path, http->options.seconds_request);
	pk_diag_hint(diags, diag, "look at the load of the server, and at what is between");
}

static void report_large(
	struct pk_http *http, const struct pk_http_request *request, struct pk_diags *diags)
{
	size_t most = http->last.body_large ? http->options.answer_max : PK_HTTP_HEADER_MAX;
	struct pk_diag *diag = pk_report(diags, PK_HTTP_TOO_LARGE, PK_NO_SPAN,
		"%s %s%s: the %s of the answer are larger than %zu bytes", request->method,
		http->base, request->path, http->last.body_large ? "contents" : "headers", most);
	pk_diag_hint(diags, diag, "check that this is the address of the server that was meant");
}

void pk_http_report_broken(
	struct pk_http *http, const struct pk_http_request *request, struct pk_diags *diags)
{
	const struct pk_http_try *last = &http->last;
	if (http->tls.error != 0) {
		pk_http_report_certificate(http, diags);
		return;
	}
	/* libcurl has a limit of its own for a line, and calls it so. */
	if (last->body_large || last->header_large || last->code == CURLE_OUT_OF_MEMORY) {
		report_large(http, request, diags);
		return;
	}
	switch ((int)last->code) {
	case CURLE_COULDNT_CONNECT:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		report_connect(http, diags);
		return;
	case CURLE_OPERATION_TIMEDOUT:
		report_slow(http, request, diags);
		return;
	case CURLE_SSL_CACERT_BADFILE:
		pk_report(diags, PK_HTTP_TRUST, PK_NO_SPAN, "'%s' holds no certificates (PEM)",
			http->options.ca == NULL ? "the store of the system" : http->options.ca);
		return;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CIPHER:
	case CURLE_USE_SSL_FAILED:
		report_tls(http, diags);
		return;
	}
	struct pk_diag *diag = pk_report(diags, PK_HTTP_BROKEN, PK_NO_SPAN,
		"%s %s%s: the server breaks off: %s", request->method, http->base, request->path,
		last->error[0] != '\0' ? last->error : http->lib.easy_strerror(last->code));
	if (!http->encrypted)
		pk_diag_hint(
			diags, diag, "is it 'https://' there? Else look at the log of the server");
	else
		pk_diag_hint(diags, diag, "look at the log of the server, and at what is between");
}

/* --- Certificates --- */

static void hint_trust(struct pk_http *http, struct pk_diag *diag, struct pk_diags *diags)
{
	pk_diag_hint(diags, diag,
		"give --ca FILE with the certificate that signed it, or, if this is what the "
		"server's "
		"own files have, --fingerprint %s",
		http->tls.digest);
}

static void report_name(struct pk_http *http, const char *server, struct pk_diags *diags)
{
	const char *names = http->tls.names;
	struct pk_diag *diag = pk_report(diags, PK_HTTP_CERTIFICATE, PK_NO_SPAN,
		"the certificate of '%s' is for %s, not for '%s'", server,
		names[0] == '\0' ? "nobody" : names, http->tls.host);
	pk_diag_hint(diags, diag,
		"use a name that it is for, or let the server have a certificate for this one");
}

void pk_http_report_certificate(struct pk_http *http, struct pk_diags *diags)
{
	const struct pk_http_tls *tls = &http->tls;
	struct pk_diag *diag;
	switch (tls->error) {
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		report_name(http, http->base, diags);
		return;
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		diag = pk_report(diags, PK_HTTP_CERTIFICATE, PK_NO_SPAN,
			"the certificate '%s' of '%s' %s", tls->subject, http->base,
			tls->error == X509_V_ERR_CERT_HAS_EXPIRED ? "has expired"
								  : "is not valid yet");
		pk_diag_hint(diags, diag,
			"let the server have a new one; check the clock of this machine");
		return;
	case X509_V_ERR_CERT_REJECTED:
		diag = pk_report(diags, PK_HTTP_CERTIFICATE, PK_NO_SPAN,
			"no certificate that '%s' shows has the fingerprint that was given",
			http->base);
		pk_diag_hint(diags, diag,
			"the last one it shows has %s: if that is what the server's own files "
			"have, give that one",
			tls->digest);
		return;
	}
	diag = pk_report(diags, PK_HTTP_CERTIFICATE, PK_NO_SPAN,
		"the certificate '%s' of '%s' is not trusted: %s", tls->subject, http->base,
		X509_verify_cert_error_string(tls->error));
	hint_trust(http, diag, diags);
}

/* --- Answers that are none --- */

/* Ways to say who one is, as WWW-Authenticate lists them: "Basic, ApiKey". */
static const char *offered_ways(struct pk_http *http, struct pk_arena *arena)
{
	struct curl_header *header = NULL;
	PK_BUF_AUTO ways = {0};
	for (size_t i = 0; http->lib.easy_header(http->curl, "WWW-Authenticate", i, CURLH_HEADER,
				   -1, &header) == CURLHE_OK;
		i++) {
		pk_buf_puts(&ways, i > 0 ? ", " : "");
		pk_buf_put(&ways, header->value, strcspn(header->value, " ,"));
	}
	return ways.len == 0 ? NULL : pk_arena_strdup(arena, ways.data);
}

static void report_login(struct pk_http *http, const char *reason, struct pk_diags *diags)
{
	const char *ways = offered_ways(http, diags->arena);
	const char *detail = reason == NULL ? "" : pk_arena_printf(diags->arena, ": %s", reason);
	struct pk_diag *diag;
	if (http->login == NULL)
		diag = pk_report(diags, PK_HTTP_LOGIN, PK_NO_SPAN, "'%s' asks who we are%s",
			http->base, detail);
	else
		diag = pk_report(diags, PK_HTTP_LOGIN, PK_NO_SPAN, "'%s' does not take %s%s%s%s",
			http->base,
			http->options.user == NULL ? "the API key" : "the password of '",
			http->options.user == NULL ? "" : http->options.user,
			http->options.user == NULL ? "" : "'", detail);
	pk_diag_hint(diags, diag,
		"give a user with a password, or an API key, in a file or in the environment%s%s",
		ways == NULL ? "" : "; the server offers: ", ways == NULL ? "" : ways);
}

/* The part of `text` between `before` and the next ']'; NULL if there is none. */
static const char *in_brackets(struct pk_arena *arena, const char *text, const char *before)
{
	const char *at = strstr(text, before);
	if (at == NULL)
		return NULL;
	const char *begin = at + strlen(before);
	return pk_arena_strndup(arena, begin, strcspn(begin, "]"));
}

static void report_forbidden(struct pk_http *http, const struct pk_http_request *request,
	const char *reason, struct pk_diags *diags)
{
	struct pk_diag *diag = pk_report(diags, PK_HTTP_FORBIDDEN, PK_NO_SPAN,
		"%s %s%s: the server does not allow it%s%s", request->method, http->base,
		request->path, reason == NULL ? "" : ": ", reason == NULL ? "" : reason);
	if (reason == NULL) {
		pk_diag_hint(diags, diag, "use a user or an API key with more rights");
		return;
	}
	const char *index = in_brackets(diags->arena, reason, "granted by the index privileges [");
	const char *cluster =
		in_brackets(diags->arena, reason, "granted by the cluster privileges [");
	const char *action = in_brackets(diags->arena, reason, "no permissions for [");
	if (index != NULL || cluster != NULL)
		pk_diag_hint(diags, diag, "give the role one of the %s privileges %s",
			cluster != NULL ? "cluster" : "index", cluster != NULL ? cluster : index);
	else if (action != NULL)
		pk_diag_hint(diags, diag, "give the role the permission '%s'", action);
	else if (strstr(reason, "block") != NULL)
		pk_diag_hint(diags, diag,
			"free space on the disk of the server; then the block goes away");
	else
		pk_diag_hint(diags, diag, "use a user or an API key with more rights");
}

static void report_not_now(struct pk_http *http, const struct pk_http_request *request,
	const char *reason, struct pk_diags *diags)
{
	struct pk_diag *diag = pk_report(diags, PK_HTTP_NOT_NOW, PK_NO_SPAN,
		"%s %s%s: the server cannot answer now (status %ld)%s%s", request->method,
		http->base, request->path, http->last.status, reason == NULL ? "" : ": ",
		reason == NULL ? "" : reason);
	if (http->last.status == STATUS_TOO_MANY)
		pk_diag_hint(diags, diag,
			"it has too much to do: try again later, or give it more memory");
	else if (reason != NULL && strstr(reason, "Kibana server is not ready") != NULL)
		pk_diag_hint(diags, diag,
			"wait; if it stays so, Kibana cannot log in to Elasticsearch: check the "
			"password of kibana_system in kibana.yml");
	else if (http->last.retry_after > (int64_t)http->options.seconds_max)
		pk_diag_hint(diags, diag, "try again in %lld seconds, as it says",
			(long long)http->last.retry_after);
	else
		pk_diag_hint(
			diags, diag, "wait until it has started; its log says what it waits for");
}

static void report_redirect(
	struct pk_http *http, const struct pk_http_request *request, struct pk_diags *diags)
{
	struct curl_header *header = NULL;
	const char *where = "it does not say where";
	if (http->lib.easy_header(http->curl, "Location", 0, CURLH_HEADER, -1, &header) ==
		CURLHE_OK)
		where = header->value;
	struct pk_diag *diag = pk_report(diags, PK_HTTP_REDIRECT, PK_NO_SPAN,
		"%s %s%s: the server sends elsewhere (status %ld): %s", request->method, http->base,
		request->path, http->last.status, where);
	pk_diag_hint(diags, diag,
		"nothing is followed, since secrets would go along: give the right address "
		"yourself");
}

bool pk_http_report_status(struct pk_http *http, const struct pk_http_request *request,
	const struct pk_http_answer *answer, struct pk_diags *diags)
{
	long status = answer->status;
	if (status >= STATUS_REDIRECT && status <= STATUS_REDIRECT_LAST &&
		status != STATUS_NOT_MODIFIED) {
		report_redirect(http, request, diags);
		return false;
	}
	if (status <= STATUS_REDIRECT_LAST)
		return true;
	const char *reason = pk_http_reason_read(diags->arena, &answer->body);
	switch (status) {
	case STATUS_LOGIN:
	case STATUS_PROXY_LOGIN:
		report_login(http, reason, diags);
		return false;
	case STATUS_FORBIDDEN:
		report_forbidden(http, request, reason, diags);
		return false;
	case STATUS_TOO_MANY:
	case STATUS_BAD_GATEWAY:
	case STATUS_UNAVAILABLE:
	case STATUS_GATEWAY_TIMEOUT:
		report_not_now(http, request, reason, diags);
		return false;
	}
	return true;
}
