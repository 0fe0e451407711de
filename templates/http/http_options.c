/* What is asked of http.c, looked through before anything is sent. */
#include "templates/http/http_inner.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

enum {
	TRIES = 4,
	SECONDS_REQUEST = 30,
	SECONDS_MAX = 90,
	ANSWER_MAX = 64 << 20,
	LOOPBACK_NET = 127, /* first number of 127.0.0.0/8 */
};

static const char *copy(struct pk_arena *arena, const char *text)
{
	return text == NULL ? NULL : pk_arena_strdup(arena, text);
}

/* Only names and addresses that no name server can turn to another machine. */
static bool is_loopback(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;
	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == LOOPBACK_NET;
	if (inet_pton(AF_INET6, host, &v6) == 1)
		return IN6_IS_ADDR_LOOPBACK(&v6);
	return pk_text_equal_nocase(host, "localhost");
}

static const char *part(struct pk_http *http, CURLU *parsed, CURLUPart what, unsigned flags)
{
	char *text = NULL;
	const char *kept = NULL;
	if (http->lib.url_get(parsed, what, &text, flags) == CURLUE_OK)
		kept = pk_arena_strdup(http->arena, text);
	http->lib.free(text);
	return kept;
}

static bool refuse_url(const char *url, const char *why, const char *hint, struct pk_diags *diags)
{
	struct pk_diag *diag = pk_report(
		diags, PK_HTTP_URL, PK_NO_SPAN, "the address '%s' cannot be used: %s", url, why);
	pk_diag_hint(diags, diag, "%s", hint);
	return false;
}

/* The scheme is looked at first: "lab:9200" is a URL with the scheme "lab" for some, and a host for
 * others. */
static bool has_scheme(const char *url)
{
	return pk_text_find_nocase(url, "https://") == url ||
		pk_text_find_nocase(url, "http://") == url;
}

static bool take_parts(struct pk_http *http, CURLU *parsed, const char *url, struct pk_diags *diags)
{
	struct pk_arena *arena = http->arena;
	const char *host = part(http, parsed, CURLUPART_HOST, 0);
	const char *scheme = part(http, parsed, CURLUPART_SCHEME, 0);
	const char *port = part(http, parsed, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	const char *path = part(http, parsed, CURLUPART_PATH, 0);
	if (host == NULL || scheme == NULL || port == NULL || path == NULL || host[0] == '\0')
		return refuse_url(url, "it names no host", "write 'https://HOST:9200'", diags);
	if (part(http, parsed, CURLUPART_QUERY, 0) != NULL ||
		part(http, parsed, CURLUPART_FRAGMENT, 0) != NULL)
		return refuse_url(url, "it has a part behind '?' or '#'",
			"give the address of the server only", diags);
	size_t len = strlen(path);
	while (len > 0 && path[len - 1] == '/')
		len--;
	http->encrypted = pk_text_equal(scheme, "https");
	http->base = pk_arena_printf(arena, "%s://%s:%s%.*s", scheme, host, port, (int)len, path);
	/* An IPv6 address is in brackets there, and may name an interface. */
	size_t host_len = strlen(host);
	http->tls.host = host[0] == '[' ? pk_arena_strndup(arena, host + 1, host_len - 2) : host;
	http->loopback = is_loopback(http->tls.host);
	return true;
}

static bool check_url(struct pk_http *http, const char *url, struct pk_diags *diags)
{
	if (url == NULL)
		return refuse_url("", "it is not known", "write 'https://HOST:9200'", diags);
	/* It is not shown: there may be a password in it. */
	if (strchr(url, '@') != NULL) {
		struct pk_diag *diag = pk_report(diags, PK_HTTP_URL, PK_NO_SPAN,
			"the address of the server has a user or password in it");
		pk_diag_hint(diags, diag,
			"name the user on its own, and have the password in a file or in the "
			"environment");
		return false;
	}
	if (!has_scheme(url))
		return refuse_url(url, "it does not begin with 'https://' or 'http://'",
			"write 'https://HOST:9200'", diags);
	CURLU *parsed = http->lib.url();
	CURLUcode code = http->lib.url_set(parsed, CURLUPART_URL, url, 0);
	bool good = code == CURLUE_OK
		? take_parts(http, parsed, url, diags)
		: refuse_url(url, http->lib.url_strerror(code), "write 'https://HOST:9200'", diags);
	http->lib.url_cleanup(parsed);
	return good;
}

static bool check_trust(struct pk_http *http, struct pk_diags *diags)
{
	const struct pk_http_options *options = &http->options;
	if ((options->ca != NULL) + (options->fingerprint != NULL) + options->insecure > 1) {
		struct pk_diag *diag = pk_report(diags, PK_HTTP_TRUST, PK_NO_SPAN,
			"there is more than one way to check the certificate of the server");
		pk_diag_hint(diags, diag,
			"give one: a file of certificates, a fingerprint, or no check");
		return false;
	}
	if (options->ca != NULL && access(options->ca, R_OK) != 0) {
		struct pk_diag *diag = pk_report(diags, PK_HTTP_TRUST, PK_NO_SPAN,
			"the certificates in '%s' cannot be read", options->ca);
		pk_diag_hint(diags, diag,
			"Elasticsearch keeps its own in config/certs/http_ca.crt: copy it here");
		return false;
	}
	http->tls.pinned = options->fingerprint != NULL;
	if (http->tls.pinned && !pk_http_pin_parse(http->tls.pin, options->fingerprint)) {
		struct pk_diag *diag = pk_report(diags, PK_HTTP_TRUST, PK_NO_SPAN,
			"'%s' is no SHA-256 fingerprint of a certificate", options->fingerprint);
		pk_diag_hint(diags, diag,
			"write 64 hexadecimal digits, as 'openssl x509 -fingerprint -sha256' "
			"prints them");
		return false;
	}
	if (options->insecure && http->encrypted)
		pk_report(diags, PK_HTTP_INSECURE, PK_NO_SPAN,
			"the certificate of '%s' is not checked: anybody between here and there "
			"can read and change everything",
			http->base);
	return true;
}

static bool is_changeme(const struct pk_secret *secret)
{
	const char *text = pk_secret_text(secret);
	const char *colon = strchr(text, ':');
	return pk_text_equal_nocase(text, "changeme") ||
		(colon != NULL && pk_text_equal_nocase(colon + 1, "changeme"));
}

static bool check_secret(struct pk_http *http, struct pk_diags *diags)
{
	const struct pk_http_options *options = &http->options;
	struct pk_diag *diag;
	if (options->secret == NULL)
		return true;
	if (is_changeme(options->secret)) {
		diag = pk_report(diags, PK_HTTP_CHANGEME, PK_NO_SPAN,
			"the password for '%s' is 'changeme', which everybody tries first",
			http->base);
		pk_diag_hint(diags, diag,
			"set another one: elasticsearch-reset-password, or the API "
			"_security/user/NAME/_password");
		return false;
	}
	if (!http->encrypted && !http->loopback && !options->insecure) {
		diag = pk_report(diags, PK_HTTP_PLAIN, PK_NO_SPAN,
			"the secret for '%s' would go through the network for everybody to read",
			http->base);
		pk_diag_hint(diags, diag, "use 'https://', or a tunnel to a loopback address");
		return false;
	}
	if (!http->encrypted && !http->loopback)
		pk_report(diags, PK_HTTP_INSECURE, PK_NO_SPAN,
			"the secret for '%s' goes through the network for everybody to read",
			http->base);
	http->login = pk_http_login_create(options->user, options->secret, diags);
	return http->login != NULL;
}

bool pk_http_check(
	struct pk_http *http, const struct pk_http_options *options, struct pk_diags *diags)
{
	struct pk_http_options *own = &http->options;
	*own = *options;
	own->ca = copy(http->arena, options->ca);
	own->fingerprint = copy(http->arena, options->fingerprint);
	own->user = copy(http->arena, options->user);
	own->header = copy(http->arena, options->header);
	own->url = NULL;
	own->tries = options->tries == 0 ? TRIES : options->tries;
	own->seconds_request =
		options->seconds_request == 0 ? SECONDS_REQUEST : options->seconds_request;
	own->seconds_max = options->seconds_max == 0 ? SECONDS_MAX : options->seconds_max;
	own->answer_max = options->answer_max == 0 ? ANSWER_MAX : options->answer_max;
	return check_url(http, options->url, diags) && check_trust(http, diags) &&
		check_secret(http, diags);
}
