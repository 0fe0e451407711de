#include "templates/http/http_library.h"

#include <stddef.h>

#include "base/library.h"

#define CURL_SYMBOL(name)                                                                          \
	{                                                                                          \
		"curl_" #name, offsetof(struct pk_http_library, name)                              \
	}
#define SSL_SYMBOL(name)                                                                           \
	{                                                                                          \
		"SSL_CTX_" #name, offsetof(struct pk_http_library, ssl_##name)                     \
	}

static const struct pk_library_symbol curl_symbols[] = {
	CURL_SYMBOL(easy_cleanup),
	CURL_SYMBOL(easy_getinfo),
	CURL_SYMBOL(easy_header),
	CURL_SYMBOL(easy_init),
	CURL_SYMBOL(easy_perform),
	CURL_SYMBOL(easy_reset),
	CURL_SYMBOL(easy_setopt),
	CURL_SYMBOL(easy_strerror),
	CURL_SYMBOL(free),
	CURL_SYMBOL(getdate),
	CURL_SYMBOL(global_cleanup),
	CURL_SYMBOL(global_init_mem),
	CURL_SYMBOL(url),
	CURL_SYMBOL(url_cleanup),
	CURL_SYMBOL(url_get),
	CURL_SYMBOL(url_set),
	CURL_SYMBOL(url_strerror),
	PK_LIBRARY_SYMBOLS_END,
};

static const struct pk_library_symbol ssl_symbols[] = {
	SSL_SYMBOL(get0_param),
	SSL_SYMBOL(set_cert_verify_callback),
	PK_LIBRARY_SYMBOLS_END,
};

static bool open_one(struct pk_http_library *out, const char *name,
	const struct pk_library_symbol *symbols, struct pk_diags *diags)
{
	struct pk_library *library = pk_library_open(out, name, symbols);
	if (library == NULL) {
		struct pk_diag *diag = pk_report(diags, PK_HTTP_LIBRARY, PK_NO_SPAN,
			"no server can be asked: '%s' is not installed, or is too old", name);
		pk_diag_hint(diags, diag, "install libcurl 7.85 or later, built with OpenSSL 3");
	}
	return library != NULL;
}

bool pk_http_library_open(struct pk_http_library *out, struct pk_diags *diags)
{
	/* The libssl that this libcurl uses itself. */
	return open_one(out, "libcurl.so.4", curl_symbols, diags) &&
		open_one(out, "libssl.so.3", ssl_symbols, diags);
}
