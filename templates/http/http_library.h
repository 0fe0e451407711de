/*
 * Http_library: libcurl, and what is needed of libssl, opened by those who ask a server: with all
 * that they need themselves they would cost every other command 3 MB. libcrypto is linked, as
 * libssh2 needs it anyway.
 */
#ifndef TEMPLATES_HTTP_HTTP_LIBRARY_H
#define TEMPLATES_HTTP_HTTP_LIBRARY_H

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <stdbool.h>

#include "base/diag.h"

#define PK_HTTP_CURL(name) __typeof__(curl_##name) *name
#define PK_HTTP_SSL(name) __typeof__(SSL_CTX_##name) *ssl_##name

/* Without curl_: easy_setopt and easy_getinfo go by without libcurl's check of types. */
struct pk_http_library {
	PK_HTTP_CURL(easy_cleanup);
	PK_HTTP_CURL(easy_getinfo);
	PK_HTTP_CURL(easy_header);
	PK_HTTP_CURL(easy_init);
	PK_HTTP_CURL(easy_perform);
	PK_HTTP_CURL(easy_reset);
	PK_HTTP_CURL(easy_setopt);
	PK_HTTP_CURL(easy_strerror);
	PK_HTTP_CURL(free);
	PK_HTTP_CURL(getdate);
	PK_HTTP_CURL(global_cleanup);
	PK_HTTP_CURL(global_init_mem);
	PK_HTTP_CURL(url);
	PK_HTTP_CURL(url_cleanup);
	PK_HTTP_CURL(url_get);
	PK_HTTP_CURL(url_set);
	PK_HTTP_CURL(url_strerror);
	PK_HTTP_SSL(get0_param);
	PK_HTTP_SSL(set_cert_verify_callback);
};

/*
 * False after a report (PK_HTTP_LIBRARY): one is not installed. Both stay until the process ends:
 * some of what libcurl needs itself does not bear to be unloaded.
 */
bool pk_http_library_open(struct pk_http_library *out, struct pk_diags *diags);

#endif
