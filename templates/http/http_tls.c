/*
 * Certificates. Every chain goes through `check` here, so that what is wrong is known exactly.
 *
 * With a fingerprint the certificate that has it is looked for among those that the server showed,
 * and becomes the only one that is trusted: all signatures from it down to the server's own
 * certificate are checked, their times, and that authorities are authorities. The name is checked
 * as ever, but if the fingerprint is that of the server's own certificate, which says who it is
 * better than a name. This is what Elasticsearch's clients do with ca_trusted_fingerprint;
 * docs/stack-facts.md section 2.
 */
#include "templates/http/http_inner.h"

#include <arpa/inet.h>
#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "base/text.h"

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = pk_text_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool pk_http_pin_parse(uint8_t out[PK_DIGEST_BYTES_MAX], const char *text)
{
	uint8_t pin[PK_DIGEST_BYTES_MAX] = {0};
	size_t count = 0;
	for (; *text != '\0'; text++) {
		if (*text == ':' && count > 0 && count % 2 == 0 && text[1] != '\0')
			continue;
		int value = digit_value(*text);
		if (value < 0 || count == sizeof(pin) * 2)
			return false;
		pin[count / 2] = (uint8_t)(pin[count / 2] << 4 | value);
		count++;
	}
	if (count != sizeof(pin) * 2)
		return false;
	memcpy(out, pin, sizeof(pin));
	return true;
}

/* Has `cert` the fingerprint? Takes as long whatever it has. */
static bool is_pinned(const struct pk_http_tls *tls, X509 *cert)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	return X509_digest(cert, EVP_sha256(), digest, &len) == 1 && len == sizeof(tls->pin) &&
		CRYPTO_memcmp(digest, tls->pin, sizeof(tls->pin)) == 0;
}

static bool is_address(const char *host)
{
	uint8_t bytes[sizeof(struct in6_addr)];
	return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

/* --- What is told about certificates that are not trusted --- */

static void put_name(struct pk_buf *buf, const GENERAL_NAME *name)
{
	char text[INET6_ADDRSTRLEN] = "";
	int type = 0;
	const ASN1_STRING *value = GENERAL_NAME_get0_value(name, &type);
	const unsigned char *bytes = ASN1_STRING_get0_data(value);
	int len = ASN1_STRING_length(value);
	if (type == GEN_IPADD && (len == 4 || len == 16))
		inet_ntop(len == 4 ? AF_INET : AF_INET6, bytes, text, sizeof(text));
	else if (type != GEN_DNS)
		return;
	pk_buf_puts(buf, buf->len > 0 ? ", " : "");
	if (type == GEN_DNS)
		pk_buf_put(buf, bytes, (size_t)len);
	else
		pk_buf_puts(buf, text);
}

static void note_names(struct pk_http_tls *tls, X509 *leaf)
{
	PK_BUF_AUTO buf = {0};
	GENERAL_NAMES *names = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
		put_name(&buf, sk_GENERAL_NAME_value(names, i));
	GENERAL_NAMES_free(names);
	size_t len = buf.len < sizeof(tls->names) - 1 ? buf.len : sizeof(tls->names) - 1;
	if (len > 0)
		memcpy(tls->names, buf.data, len);
	tls->names[len] = '\0';
}

static void note_digest(struct pk_http_tls *tls, X509 *cert)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	tls->digest[0] = '\0';
	if (cert == NULL || X509_digest(cert, EVP_sha256(), digest, &len) != 1)
		return;
	for (size_t i = 0; i < PK_DIGEST_BYTES_MAX; i++) {
		tls->digest[2 * i] = digits[digest[i] >> 4];
		tls->digest[2 * i + 1] = digits[digest[i] & 0xf];
	}
	tls->digest[2 * (size_t)PK_DIGEST_BYTES_MAX] = '\0';
}

static void note_wrong(struct pk_http_tls *tls, X509_STORE_CTX *context, int error)
{
	X509 *leaf = X509_STORE_CTX_get0_cert(context);
	X509 *wrong = X509_STORE_CTX_get_current_cert(context);
	STACK_OF(X509) *shown = X509_STORE_CTX_get0_untrusted(context);
	int count = sk_X509_num(shown);
	tls->error = error;
	X509_NAME_oneline(X509_get_subject_name(wrong == NULL ? leaf : wrong), tls->subject,
		sizeof(tls->subject));
	note_names(tls, leaf);
	note_digest(tls, count > 0 ? sk_X509_value(shown, count - 1) : leaf);
}

/* --- The check --- */

static int verify_trusted(struct pk_http_tls *tls, X509_STORE_CTX *context)
{
	int good = X509_verify_cert(context);
	if (good != 1)
		note_wrong(tls, context, X509_STORE_CTX_get_error(context));
	return good == 1 ? 1 : 0;
}

static X509 *find_pinned(const struct pk_http_tls *tls, X509_STORE_CTX *context)
{
	X509 *leaf = X509_STORE_CTX_get0_cert(context);
	STACK_OF(X509) *shown = X509_STORE_CTX_get0_untrusted(context);
	if (is_pinned(tls, leaf))
		return leaf;
	for (int i = 0; i < sk_X509_num(shown); i++) {
		if (is_pinned(tls, sk_X509_value(shown, i)))
			return sk_X509_value(shown, i);
	}
	return NULL;
}

/* `pin` is all that is trusted, whether it stands at the top of a chain or not. */
static int verify_under(struct pk_http_tls *tls, X509_STORE_CTX *context, X509 *pin)
{
	X509 *leaf = X509_STORE_CTX_get0_cert(context);
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *own = X509_STORE_CTX_new();
	int good = 0;
	int error = X509_V_ERR_OUT_OF_MEM;
	if (store != NULL && own != NULL && X509_STORE_add_cert(store, pin) == 1 &&
		X509_STORE_CTX_init(own, store, leaf, X509_STORE_CTX_get0_untrusted(context)) ==
			1) {
		X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(own);
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
		X509_STORE_CTX_set_default(own, "ssl_server");
		bool named = pin == leaf ||
			(is_address(tls->host)
					? X509_VERIFY_PARAM_set1_ip_asc(param, tls->host)
					: X509_VERIFY_PARAM_set1_host(param, tls->host, 0)) == 1;
		good = named && X509_verify_cert(own) == 1;
		error = X509_STORE_CTX_get_error(own);
		if (good != 1)
			note_wrong(tls, own, error);
	}
	X509_STORE_CTX_free(own);
	X509_STORE_free(store);
	X509_STORE_CTX_set_error(context, good == 1 ? X509_V_OK : error);
	return good;
}

static int check(X509_STORE_CTX *context, void *argument)
{
	struct pk_http_tls *tls = argument;
	if (!tls->pinned)
		return verify_trusted(tls, context);
	X509 *pin = find_pinned(tls, context);
	if (pin != NULL)
		return verify_under(tls, context, pin);
	X509_STORE_CTX_set_error(context, X509_V_ERR_CERT_REJECTED);
	note_wrong(tls, context, X509_V_ERR_CERT_REJECTED);
	return 0;
}

/* Names are checked with the rest, so that one place says what is wrong. */
static void set_name(struct pk_http *http, SSL_CTX *context)
{
	const struct pk_http_tls *tls = &http->tls;
	X509_VERIFY_PARAM *param = http->lib.ssl_get0_param(context);
	if (is_address(tls->host))
		X509_VERIFY_PARAM_set1_ip_asc(param, tls->host);
	else
		X509_VERIFY_PARAM_set1_host(param, tls->host, 0);
}

static CURLcode prepare(CURL *curl, void *context, void *argument)
{
	struct pk_http *http = argument;
	(void)curl;
	if (!http->tls.pinned)
		set_name(http, context);
	http->lib.ssl_set_cert_verify_callback(context, check, &http->tls);
	return CURLE_OK;
}

void pk_http_tls_set(struct pk_http *http)
{
	CURL *curl = http->curl;
	bool check_it = !http->options.insecure;
	http->lib.easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	http->lib.easy_setopt(curl, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	http->lib.easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, check_it ? 1L : 0L);
	/* Of a pinned one `check` decides whether its name matters. */
	http->lib.easy_setopt(
		curl, CURLOPT_SSL_VERIFYHOST, check_it && !http->tls.pinned ? 2L : 0L);
	if (!check_it)
		return;
	if (http->options.ca != NULL) {
		http->lib.easy_setopt(curl, CURLOPT_CAINFO, http->options.ca);
		http->lib.easy_setopt(curl, CURLOPT_CAPATH, NULL);
	}
	http->lib.easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, prepare);
	http->lib.easy_setopt(curl, CURLOPT_SSL_CTX_DATA, http);
}
