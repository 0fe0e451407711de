#include "templates/lab/certs.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

enum {
	SERIAL_BITS = 127, /* RFC 5280, section 4.1.2.2: positive, at most 20 bytes */
	CA_DAYS = 3650,
	SERVER_DAYS = 730,
	EARLIER_SECONDS = 60 * 60, /* clocks of containers may be behind */
	PASSWORD_LEN = 24,
	NAME_MOST = 1024,
};

struct pk_lab_ca {
	EVP_PKEY *key;
	X509 *certificate;
};

static bool fail(struct pk_diags *diags, const char *what)
{
	char reason[256];
	ERR_error_string_n(ERR_get_error(), reason, sizeof(reason));
	pk_report(diags, PK_LAB_CERTIFICATE, PK_NO_SPAN, "%s: %s", what, reason);
	return false;
}

static bool add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	if (extension == NULL)
		return false;
	bool good = X509_add_ext(certificate, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return good;
}

static bool set_serial(X509 *certificate)
{
	BIGNUM *number = BN_new();
	bool good = number != NULL &&
		BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
		BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
	BN_free(number);
	return good;
}

/* A certificate of version 3 with everything but extensions and signature. */
static X509 *new_certificate(EVP_PKEY *key, const char *name, X509 *issuer, int days)
{
	X509 *certificate = X509_new();
	if (certificate == NULL)
		return NULL;
	X509_NAME *subject = X509_get_subject_name(certificate);
	X509_NAME *by = issuer == NULL ? subject : X509_get_subject_name(issuer);
	bool good = X509_set_version(certificate, X509_VERSION_3) == 1 && set_serial(certificate) &&
		X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
			(const unsigned char *)name, -1, -1, 0) == 1 &&
		X509_set_issuer_name(certificate, by) == 1 &&
		X509_gmtime_adj(X509_getm_notBefore(certificate), -EARLIER_SECONDS) != NULL &&
		X509_time_adj_ex(X509_getm_notAfter(certificate), days, 0, NULL) != NULL &&
		X509_set_pubkey(certificate, key) == 1;
	if (good)
		return certificate;
	X509_free(certificate);
	return NULL;
}

static bool make_ca(struct pk_lab_ca *ca, const char *name)
{
	ca->key = EVP_EC_gen("P-256");
	if (ca->key == NULL)
		return false;
	ca->certificate = new_certificate(ca->key, name, NULL, CA_DAYS);
	X509 *own = ca->certificate;
	return own != NULL &&
		add_extension(own, own, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
		add_extension(own, own, NID_key_usage, "critical,keyCertSign,cRLSign") &&
		add_extension(own, own, NID_subject_key_identifier, "hash") &&
		X509_sign(own, ca->key, EVP_sha256()) > 0;
}

struct pk_lab_ca *pk_lab_ca_create(const char *name, struct pk_diags *diags)
{
	struct pk_lab_ca *ca = calloc(1, sizeof(*ca));
	if (ca == NULL)
		abort();
	if (make_ca(ca, name))
		return ca;
	fail(diags, "no certificate authority could be made");
	pk_lab_ca_destroy(ca);
	return NULL;
}

void pk_lab_ca_destroy(struct pk_lab_ca *ca)
{
	if (ca == NULL)
		return;
	X509_free(ca->certificate);
	EVP_PKEY_free(ca->key); /* OpenSSL wipes private numbers */
	free(ca);
}

/* Takes what was written to `bio` into `buf`, wipes and frees it. */
static void take_bio(struct pk_buf *buf, BIO *bio)
{
	char *bytes = NULL;
	long len = BIO_get_mem_data(bio, &bytes);
	pk_buf_put(buf, bytes, (size_t)len);
	OPENSSL_cleanse(bytes, (size_t)len);
	BIO_free(bio);
}

static void put_certificate(struct pk_buf *buf, X509 *certificate)
{
	BIO *bio = BIO_new(BIO_s_mem());
	if (bio == NULL || PEM_write_bio_X509(bio, certificate) != 1)
		abort();
	take_bio(buf, bio);
}

void pk_lab_ca_put(struct pk_buf *buf, const struct pk_lab_ca *ca)
{
	put_certificate(buf, ca->certificate);
}

static bool is_address(const char *name)
{
	unsigned char address[sizeof(struct in6_addr)];
	return inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1;
}

/* "DNS:localhost,IP:127.0.0.1"; false if it is too long. */
static bool print_names(char out[NAME_MOST], const char *const *names)
{
	size_t len = 0;
	for (size_t i = 0; names[i] != NULL; i++) {
		int wrote = snprintf(out + len, NAME_MOST - len, "%s%s:%s", i == 0 ? "" : ",",
			is_address(names[i]) ? "IP" : "DNS", names[i]);
		if (wrote < 0 || (size_t)wrote >= NAME_MOST - len)
			return false;
		len += (size_t)wrote;
	}
	return len > 0;
}

/* A signed certificate for a server. */
static X509 *make_server(EVP_PKEY *key, struct pk_lab_ca *ca, const char *const *names)
{
	char alternatives[NAME_MOST];
	if (!print_names(alternatives, names))
		return NULL;
	X509 *server = new_certificate(key, names[0], ca->certificate, SERVER_DAYS);
	X509 *by = ca->certificate;
	if (server != NULL &&
		add_extension(server, by, NID_basic_constraints, "critical,CA:FALSE") &&
		add_extension(server, by, NID_key_usage, "critical,digitalSignature") &&
		add_extension(server, by, NID_ext_key_usage, "serverAuth,clientAuth") &&
		add_extension(server, by, NID_authority_key_identifier, "keyid") &&
		add_extension(server, by, NID_subject_alt_name, alternatives) &&
		X509_sign(server, ca->key, EVP_sha256()) > 0)
		return server;
	X509_free(server);
	return NULL;
}

bool pk_lab_ca_issue(struct pk_buf *certificate, struct pk_buf *key, struct pk_lab_ca *ca,
	const char *const *names, struct pk_diags *diags)
{
	EVP_PKEY *pair = EVP_EC_gen("P-256");
	X509 *server = pair == NULL ? NULL : make_server(pair, ca, names);
	BIO *bio = BIO_new(BIO_s_mem());
	bool good = server != NULL && bio != NULL &&
		PEM_write_bio_PKCS8PrivateKey(bio, pair, NULL, NULL, 0, NULL, NULL) == 1;
	if (good) {
		put_certificate(certificate, server);
		take_bio(key, bio);
	} else {
		fail(diags, "no certificate could be made");
		BIO_free(bio);
	}
	X509_free(server);
	EVP_PKEY_free(pair);
	return good;
}

void pk_lab_put_password(struct pk_buf *buf)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	const unsigned count = sizeof(letters) - 1;
	for (unsigned put = 0; put < PASSWORD_LEN;) {
		unsigned char byte;
		if (getrandom(&byte, 1, 0) != 1)
			abort(); /* only before the system has any randomness, at boot */
		if (byte >= 256 / count * count)
			continue; /* else the first letters would be more frequent */
		pk_buf_putc(buf, letters[byte % count]);
		put++;
	}
}
