/*
 * Access: how a server is reached and who we are there, as options say it. Secrets come from files,
 * the environment or the terminal, never from the command line.
 */
#ifndef CLI_STACK_ACCESS_H
#define CLI_STACK_ACCESS_H

#include "base/secret.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "templates/http/http.h"

/* Taken where no file or variable is named. */
#define PK_ACCESS_PASSWORD "PICKET_PASSWORD"
#define PK_ACCESS_API_KEY "PICKET_API_KEY"

struct pk_access {
	const char *url;
	const char *ca;
	const char *fingerprint;
	bool insecure;
	const char *user;
	const char *password_file;
	const char *password_env;
	const char *api_key_file;
	const char *api_key_env;
};

/* Rows for the table of a command whose options struct `type` has a struct pk_access called
 * `field`. */
#define PK_ACCESS_OPTIONS(type, field)                                                             \
	{PK_OPT_TEXT, 0, "url", "URL", offsetof(type, field.url),                                  \
		"where Elasticsearch or OpenSearch answers: https://lab:9200"},                    \
		{PK_OPT_TEXT, 0, "ca", "FILE", offsetof(type, field.ca),                           \
			"certificates (PEM) to check servers with, instead of the system's"},      \
		{PK_OPT_TEXT, 0, "fingerprint", "SHA256", offsetof(type, field.fingerprint),       \
			"digest of a certificate that the server must show"},                      \
		{PK_OPT_FLAG, 0, "insecure", NULL, offsetof(type, field.insecure),                 \
			"do not check certificates"},                                              \
		{PK_OPT_TEXT, 'u', "user", "NAME", offsetof(type, field.user), "who we are"},      \
		{PK_OPT_TEXT, 0, "password-file", "FILE", offsetof(type, field.password_file),     \
			"file with the password, which nobody else may read"},                     \
		{PK_OPT_TEXT, 0, "password-env", "NAME", offsetof(type, field.password_env),       \
			"variable with the password (default " PK_ACCESS_PASSWORD ")"},            \
		{PK_OPT_TEXT, 0, "api-key-file", "FILE", offsetof(type, field.api_key_file),       \
			"file with an API key, which nobody else may read"},                       \
	{                                                                                          \
		PK_OPT_TEXT, 0, "api-key-env", "NAME", offsetof(type, field.api_key_env),          \
			"variable with an API key (default " PK_ACCESS_API_KEY ")"                 \
	}

/* False after a usage error, in cli->status, if the options contradict each other. */
bool pk_access_check(struct pk_cli *cli, const struct pk_access *access);

/* The variable that holds the password or API key; NULL if none does: a file, the terminal, nobody.
 */
const char *pk_access_variable(const struct pk_access *access);

/* The password or API key; *out is NULL if there is none. False after a report. The caller owns it.
 */
bool pk_access_secret(struct pk_secret **out, struct pk_cli *cli, const struct pk_access *access,
	struct pk_diags *diags);

#endif
