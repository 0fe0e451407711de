/*
 * Who we are, as the header that is sent. It is made here and not by libcurl, which would keep a
 * copy of the password for as long as it lives.
 */
#include "templates/http/http_inner.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/text.h"

enum {
	PLAIN_MAX = 2 * PK_SECRET_MAX + 1, /* "user:password" */
	CODED_MAX = (PLAIN_MAX + 2) / 3 * 4 + 1,
	WORD_MAX = 32, /* "Authorization: ApiKey " */
};

struct pk_http_login {
	char plain[PLAIN_MAX + 1];
	char line[WORD_MAX + CODED_MAX];
};

static struct pk_http_login *create(void)
{
	struct pk_http_login *login = mmap(
		NULL, sizeof(*login), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (login == MAP_FAILED)
		abort();
	/* Both may be refused to a user without rights; it is wiped all the same. */
	(void)mlock(login, sizeof(*login));
	(void)madvise(login, sizeof(*login), MADV_DONTDUMP);
	return login;
}

void pk_http_login_destroy(struct pk_http_login *login)
{
	if (login == NULL)
		return;
	explicit_bzero(login, sizeof(*login));
	munmap(login, sizeof(*login));
}

char *pk_http_login_line(struct pk_http_login *login)
{
	return login->line;
}

static struct pk_http_login *refuse(const char *what, const char *hint, struct pk_diags *diags)
{
	struct pk_diag *diag = pk_report(diags, PK_HTTP_SECRET, PK_NO_SPAN, "%s", what);
	pk_diag_hint(diags, diag, "%s", hint);
	return NULL;
}

/* Appends base64 of the first `len` bytes of `plain` to the line. */
static void put_coded(struct pk_http_login *login, size_t len)
{
	char *end = login->line + strlen(login->line);
	EVP_EncodeBlock((unsigned char *)end, (const unsigned char *)login->plain, (int)len);
	explicit_bzero(login->plain, sizeof(login->plain));
}

static void put_basic(struct pk_http_login *login, const char *user, const struct pk_secret *secret)
{
	size_t user_len = strlen(user);
	memcpy(login->plain, user, user_len);
	login->plain[user_len] = ':';
	memcpy(login->plain + user_len + 1, pk_secret_text(secret), pk_secret_len(secret));
	memcpy(login->line, "Authorization: Basic ", sizeof("Authorization: Basic "));
	put_coded(login, user_len + 1 + pk_secret_len(secret));
}

/* A key is given as "id:key" or, as servers print it, with that in base64 already. */
static void put_key(struct pk_http_login *login, const struct pk_secret *secret)
{
	size_t len = pk_secret_len(secret);
	memcpy(login->line, "Authorization: ApiKey ", sizeof("Authorization: ApiKey "));
	if (strchr(pk_secret_text(secret), ':') == NULL) {
		memcpy(login->line + strlen(login->line), pk_secret_text(secret), len + 1);
		return;
	}
	memcpy(login->plain, pk_secret_text(secret), len);
	put_coded(login, len);
}

static bool is_key(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text <= ' ' || *text > '~')
			return false;
	}
	return true;
}

struct pk_http_login *pk_http_login_create(
	const char *user, const struct pk_secret *secret, struct pk_diags *diags)
{
	if (user != NULL && (strchr(user, ':') != NULL || strlen(user) > PK_SECRET_MAX))
		return refuse("the name of the user is too long or has a colon in it",
			"give the password in a file or in the environment, not behind the name",
			diags);
	if (user == NULL && !is_key(pk_secret_text(secret)))
		return refuse("the API key has blanks or other characters that no key has",
			"give what the server calls 'encoded', or ID:KEY; a password needs a user",
			diags);
	struct pk_http_login *login = create();
	if (user != NULL)
		put_basic(login, user, secret);
	else
		put_key(login, secret);
	return login;
}
